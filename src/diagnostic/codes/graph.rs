//! E05: graph.

use super::Page;
use crate::diagnostic::Code;

pub const FORMULA_CYCLE: Code = Code::new("E0501", "formula-cycle");
pub const DRIVES_CYCLE: Code = Code::new("E0502", "drives-cycle");
pub const UNIT_CYCLE: Code = Code::new("E0503", "unit-cycle");
pub const FIELD_CYCLE: Code = Code::new("E0504", "field-cycle");

pub const PAGES: &[Page] = &[
    Page {
        code: FORMULA_CYCLE,
        title: "formulas that need each other",
        text: r#"
To compute one of them, the other must be known, and the other way round; so neither has a value. The message shows one way
round. `previous(x)` does not help where x is the formula itself: it would go back without end. A target is no part of the
ring: it may name the indicator that it is set for.

```kpi,fails
measure profit = revenue - costs
measure revenue = profit + costs
measure costs = 1
```

```kpi
measure profit = revenue - costs
measure revenue = 3
measure costs = 1
```
"#,
    },
    Page {
        code: DRIVES_CYCLE,
        title: "indicators that drive each other",
        text: r#"
`drives` says that an indicator is believed to move another: from leading to lagging. A ring has no beginning at which one
could act, and no end at which one could see the effect.

```kpi,fails
source surveys {
  from: csv("surveys.csv")
  time: day
  field day: date
}
indicator quality {
  formula: count(surveys), unit: 1, direction: higher, frequency: monthly
  drives: loyalty
}
indicator loyalty {
  formula: count(surveys), unit: 1, direction: higher, frequency: monthly
  drives: quality
}
```

```kpi
source surveys {
  from: csv("surveys.csv")
  time: day
  field day: date
}
indicator quality {
  formula: count(surveys), unit: 1, direction: higher, frequency: monthly
  drives: loyalty
}
indicator loyalty { formula: count(surveys), unit: 1, direction: higher, frequency: monthly }
```
"#,
    },
    Page {
        code: UNIT_CYCLE,
        title: "units that stand on each other",
        text: r#"
A unit that is another name for a quantity stands on a unit that is known without it.

```kpi,fails
unit dozen = 12 gross
unit gross = 12 dozen
```

```kpi
unit piece: count
unit dozen = 12 piece
unit gross = 12 dozen
```
"#,
    },
    Page {
        code: FIELD_CYCLE,
        title: "fields computed from each other",
        text: r#"
A computed field may read other computed fields of its row, but not, by whatever way, itself.

```kpi,fails
source orders {
  from: csv("orders.csv")
  field net: decimal = gross - 1
  field gross: decimal = net + 1
}
```

```kpi
source orders {
  from: csv("orders.csv")
  field gross: decimal
  field net: decimal = gross - 1
}
```
"#,
    },
];
