//! E02: names.

use super::Page;
use crate::diagnostic::Code;

pub const DOUBLED_NAME: Code = Code::new("E0201", "doubled-name");
pub const DOUBLED_DECLARATION: Code = Code::new("E0202", "doubled-declaration");
pub const UNKNOWN_NAME: Code = Code::new("E0203", "unknown-name");
pub const UNKNOWN_FIELD: Code = Code::new("E0204", "unknown-field");
pub const UNKNOWN_UNIT: Code = Code::new("E0205", "unknown-unit");
pub const WRONG_KIND_OF_NAME: Code = Code::new("E0206", "wrong-kind-of-name");
pub const UNKNOWN_FUNCTION: Code = Code::new("E0207", "unknown-function");
pub const REPEATED_NAME: Code = Code::new("E0208", "repeated-name");

pub const PAGES: &[Page] = &[
    Page {
        code: DOUBLED_NAME,
        title: "two declarations have one name",
        text: r#"
A name stands for one thing. Sources, measures, indicators, dimensions and constants share one namespace, since a formula
may name any of them; units, perspectives, objectives, factors and processes have one each, and challenges and
opportunities share one. All files of a design count together. Fields are named within their source.

```kpi,fails
measure revenue = 1
measure revenue = 2
```

```kpi
measure revenue = 1
measure costs = 2
```
"#,
    },
    Page {
        code: DOUBLED_DECLARATION,
        title: "something is declared twice that a design has once",
        text: r#"
A design has one `design` and one `calendar`, and a source one `clean` block. Two of them, in one file or in two, could say
different things, and a reader of one would not know of the other.

```kpi,fails
calendar { week_starts: Monday }
calendar { timezone: "Asia/Shanghai" }
```

```kpi
calendar { week_starts: Monday, timezone: "Asia/Shanghai" }
```
"#,
    },
    Page {
        code: UNKNOWN_NAME,
        title: "a name that nothing has",
        text: r#"
No declaration of the kind that is wanted has this name. Names are compared letter by letter; all files of the design are
searched. Every use of one unknown name is shown in one diagnostic, and what stands on it is judged no further.

```kpi,fails
objective growth
factor loyalty { objective: grwoth }
```

```kpi
objective growth
factor loyalty { objective: growth }
```
"#,
    },
    Page {
        code: UNKNOWN_FIELD,
        title: "a field that the source does not declare",
        text: r#"
A source reads the columns that its fields declare, and nothing else: so a design says all that it needs of the data.
Where the column has another name than the field, `from "column"` says which.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: ordered_on
  field order_on: date
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: ordered_on
  field ordered_on: date from "order date"
}
```
"#,
    },
    Page {
        code: UNKNOWN_UNIT,
        title: "a unit that is not declared",
        text: r#"
Currencies, counted things and scales are declared before they are used: `unit CNY "元": money "¥"`, `unit person: count`,
`unit point: scale`. There from the start are `1`, `%`, `seconds`, `minutes`, `hours` and `days`.

```kpi,fails
constant fee = 5 CNY
```

```kpi
unit CNY "元": money "¥"
constant fee = 5 CNY
```
"#,
    },
    Page {
        code: WRONG_KIND_OF_NAME,
        title: "a name of something else than is wanted here",
        text: r#"
The name is known, but stands for a declaration of another kind: a factor where an objective is wanted, a measure where an
indicator is wanted, a source where a number is wanted.

```kpi,fails
objective growth
factor loyalty
factor retention { objective: loyalty }
```

```kpi
objective growth
factor loyalty { objective: growth }
```
"#,
    },
    Page {
        code: UNKNOWN_FUNCTION,
        title: "a function that there is not",
        text: r#"
Formulas know the functions of the reference and no others; a formula of one's own that others use is a `measure`.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
measure orders_a_month = cuont(orders)
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
measure orders_a_month = count(orders)
```
"#,
    },
    Page {
        code: REPEATED_NAME,
        title: "a list names one thing twice",
        text: r#"
In a list of names each stands once. The second is either a slip for another name, or says nothing.

```kpi,fails
challenge competition
factor loyalty { addresses: competition, competition }
```

```kpi
challenge competition
opportunity partners
factor loyalty { addresses: competition, partners }
```
"#,
    },
];
