//! E06: targets.

use super::Page;
use crate::diagnostic::Code;

pub const TARGET_WITHOUT_TIME: Code = Code::new("E0601", "target-without-time");
pub const RANGE_AND_DIRECTION: Code = Code::new("E0602", "range-and-direction");
pub const TIED_TARGETS: Code = Code::new("E0603", "tied-targets");
pub const OVERLAPPING_PHASES: Code = Code::new("E0604", "overlapping-phases");
pub const TARGET_BEFORE_BASELINE: Code = Code::new("E0605", "target-before-baseline");
pub const UNSCORABLE_TARGET: Code = Code::new("E0606", "unscorable-target");
pub const DISORDERED_ANCHORS: Code = Code::new("E0607", "disordered-anchors");
pub const WEIGHT_OUT_OF_RANGE: Code = Code::new("E0608", "weight-out-of-range");
pub const WEIGHT_GIVEN_TWICE: Code = Code::new("E0609", "weight-given-twice");

pub const PAGES: &[Page] = &[
    Page {
        code: TARGET_WITHOUT_TIME,
        title: "a target or a baseline without its time",
        text: r#"
A target without a time is a wish: nobody can say when it was missed. `by 2026-12-31` is to be reached in the period that
holds that day, `until 2026-12-31` is to be held in every period until then, `in 2026` is to be reached over the whole of
2026. A baseline says in which period it was measured.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator sales {
  formula: count(orders), unit: 1, direction: higher, frequency: monthly
  target: 120
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator sales {
  formula: count(orders), unit: 1, direction: higher, frequency: monthly
  target: 120 by 2026-12-31
}
```
"#,
    },
    Page {
        code: RANGE_AND_DIRECTION,
        title: "a range and a direction that do not fit",
        text: r#"
With `direction: range` the target has two ends, and so have `threshold`, `stretch` and `worst`. With `higher` or `lower`
each is one value.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator workload {
  formula: count(orders), unit: 1, direction: higher, frequency: monthly
  target: 80..120 until 2026-12-31
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator workload {
  formula: count(orders), unit: 1, direction: range, frequency: monthly
  target: 80..120 until 2026-12-31
}
```
"#,
    },
    Page {
        code: TIED_TARGETS,
        title: "two targets of which either could hold",
        text: r#"
Of the targets that fit a slice the most specific holds: `for region = "west" and business = "new"` before
`for region = "west"`. Here two fit the same slice with equally many conditions. A target for both settles it.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator sales {
  formula: count(orders), unit: 1, direction: higher, frequency: monthly
  target: 120 until 2026-12-31
  threshold: 100
  threshold: 90
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator sales {
  formula: count(orders), unit: 1, direction: higher, frequency: monthly
  target: 120 until 2026-12-31
  threshold: 100
}
```
"#,
    },
    Page {
        code: OVERLAPPING_PHASES,
        title: "two targets for the same time",
        text: r#"
Several targets are phases: each holds where the one before ends. Two `until` or two `by` of one day, a `by` inside the time
of an `until`, and two periods that overlap leave open which of them holds. Of two periods one may hold the other: the year
beside its quarters.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator sales {
  formula: count(orders), unit: 1, direction: higher, frequency: monthly
  target: 120 until 2026-12-31
  target: 150 until 2026-12-31
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator sales {
  formula: count(orders), unit: 1, direction: higher, frequency: monthly
  target: 120 until 2026-06-30
  target: 150 until 2026-12-31
}
```
"#,
    },
    Page {
        code: TARGET_BEFORE_BASELINE,
        title: "a target that is due before its baseline was measured",
        text: r#"
Baseline and `by` targets make a line through their dates: it starts at the last day of the baseline's period, so the target
has to lie behind it.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator sales {
  formula: count(orders), unit: 1, direction: higher, frequency: monthly
  baseline: 100 in 2026-12
  target: 120 by 2026-06-30
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator sales {
  formula: count(orders), unit: 1, direction: higher, frequency: monthly
  baseline: 100 in 2025-12
  target: 120 by 2026-06-30
}
```
"#,
    },
    Page {
        code: UNSCORABLE_TARGET,
        title: "a target of 0 with only a percentage to score it",
        text: r#"
With a target alone a miss is scored by the achievement, `actual / target` or `2 - actual / target`. Of a target of 0, or
below, there is no percentage: one accident and a hundred would score the same. A second value says how bad a miss is.

```kpi,fails
source accidents {
  from: csv("accidents.csv")
  time: day
  field day: date
}
indicator accidents_a_month {
  formula: count(accidents), unit: 1, direction: lower, frequency: monthly
  target: 0 until 2026-12-31
}
```

```kpi
source accidents {
  from: csv("accidents.csv")
  time: day
  field day: date
}
indicator accidents_a_month {
  formula: count(accidents), unit: 1, direction: lower, frequency: monthly
  target: 0 until 2026-12-31
  worst: 5
}
```
"#,
    },
    Page {
        code: DISORDERED_ANCHORS,
        title: "anchors that go back and forth",
        text: r#"
Anchors go from one end of the scale to the other, each value once, and the better value has the better score. Values in
between lie on the line from anchor to anchor, so it takes at least two.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator sales {
  formula: count(orders), unit: 1, direction: higher, frequency: monthly
  target: 120 until 2026-12-31
  score: 60 is 0, 120 is 100, 100 is 60
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator sales {
  formula: count(orders), unit: 1, direction: higher, frequency: monthly
  target: 120 until 2026-12-31
  score: 60 is 0, 100 is 60, 120 is 100
}
```
"#,
    },
    Page {
        code: WEIGHT_OUT_OF_RANGE,
        title: "a weight below 0% or above 100%",
        text: r#"
A weight is a share of what it stands in.

```kpi,fails
factor loyalty { weight: 130% }
```

```kpi
factor loyalty { weight: 30% }
```
"#,
    },
    Page {
        code: WEIGHT_GIVEN_TWICE,
        title: "two weights in one factor",
        text: r#"
An indicator that stands in a factor says its weight there with `weight`. `factors` names the others that it serves, with
its weight in each.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
factor loyalty {
  indicator sales {
    formula: count(orders), unit: 1, direction: higher, frequency: monthly
    weight: 40%
    factors: loyalty 60%
  }
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
factor growth
factor loyalty {
  indicator sales {
    formula: count(orders), unit: 1, direction: higher, frequency: monthly
    weight: 40%
    factors: growth 60%
  }
}
```
"#,
    },
];
