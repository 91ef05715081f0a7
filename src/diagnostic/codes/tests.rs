//! E07: tests.

use super::Page;
use crate::diagnostic::Code;

pub const RAGGED_ROW: Code = Code::new("E0701", "ragged-row");
pub const COMPUTED_COLUMN: Code = Code::new("E0702", "computed-column");
pub const BAD_CELL: Code = Code::new("E0703", "bad-cell");
pub const UNKNOWN_STATUS: Code = Code::new("E0704", "unknown-status");
pub const UNFIT_EXPECTATION: Code = Code::new("E0705", "unfit-expectation");
pub const NOTHING_EXPECTED: Code = Code::new("E0706", "nothing-expected");
/// Raised by `kpi test` alone.
pub const UNMET: Code = Code::new("E0790", "unmet-expectation");

pub const PAGES: &[Page] = &[
    Page {
        code: RAGGED_ROW,
        title: "a row with more or fewer cells than columns",
        text: r#"
Every row of a table has a cell for each column. An empty cell is a missing value; `""` is an empty text; `\|` is a pipe that
belongs to the text.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field region: text
}
measure sales = count(orders)

test "orders are counted" {
  given orders
    | day        | region |
    | 2026-01-10 |
  expect sales in 2026-01 = 1
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field region: text
}
measure sales = count(orders)

test "orders are counted" {
  given orders
    | day        | region |
    | 2026-01-10 | north  |
  expect sales in 2026-01 = 1
}
```
"#,
    },
    Page {
        code: COMPUTED_COLUMN,
        title: "a test gives a field that is computed",
        text: r#"
A computed field follows from others; a value given for it would hide the computation that the test is to show.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field gross: decimal
  field net: decimal = gross * 0.9
}
measure sales = sum(orders.net)

test "tax is no revenue" {
  given orders
    | day        | net |
    | 2026-01-10 | 90  |
  expect sales in 2026-01 = 90
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field gross: decimal
  field net: decimal = gross * 0.9
}
measure sales = sum(orders.net)

test "tax is no revenue" {
  given orders
    | day        | gross |
    | 2026-01-10 | 100   |
  expect sales in 2026-01 = 90
}
```
"#,
    },
    Page {
        code: BAD_CELL,
        title: "a cell that is no value of its field",
        text: r#"
A cell has to be a value of the field's type, in its range and in its list: a date that exists, a number without marks for
thousands, one of the texts. Where the source drops or blanks what is invalid, a test may give it.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
measure sales = count(orders)

test "orders are counted" {
  given orders
    | day        |
    | 2026-02-30 |
  expect sales in 2026-02 = 1
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
measure sales = count(orders)

test "orders are counted" {
  given orders
    | day        |
    | 2026-02-28 |
  expect sales in 2026-02 = 1
}
```
"#,
    },
    Page {
        code: UNKNOWN_STATUS,
        title: "a status that there is not",
        text: r#"
The states are `on_target`, `at_risk` and `off_target`, and what is no verdict: `not_due`, `no_target`, `in_progress` and
`no_data`. A value that is not there is expected with `is missing`.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator sales { formula: count(orders), unit: 1, direction: higher, frequency: monthly }

test "no target, no verdict" {
  expect sales in 2026-01 is no_traget
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
indicator sales { formula: count(orders), unit: 1, direction: higher, frequency: monthly }

test "no target, no verdict" {
  expect sales in 2026-01 is no_target
}
```
"#,
    },
    Page {
        code: UNFIT_EXPECTATION,
        title: "something that cannot be expected",
        text: r#"
A measure has a value and no status; a set has neither, but its count has a value. What is expected is a number, in a period.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
measure sales = count(orders)

test "orders are counted" {
  expect sales in 2026-01 is off_target
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}
measure sales = count(orders)

test "orders are counted" {
  expect sales in 2026-01 = 0
}
```
"#,
    },
    Page {
        code: NOTHING_EXPECTED,
        title: "a test that expects nothing",
        text: r#"
A test without `expect` can never fail, so it shows nothing.

```kpi,fails
test "orders are counted" {
  note: "to be written"
}
```

```kpi
measure sales = 3
test "three is three" {
  expect sales in 2026-01 = 3
}
```
"#,
    },
    Page {
        code: UNMET,
        title: "a test whose expectation is not met",
        text: r#"
`kpi test` computed another value or status from the rows given than the test expects. Either the formula is wrong, or what the
test expects; the label says what was computed. Decimals have to be equal, floats within a relative error of 1e-9.

In a test sources that are not given are empty, `clean` runs, every source is covered from the beginning of time, and the
as-of day is the last day of the latest period expected.
"#,
    },
];
