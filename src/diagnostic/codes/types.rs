//! E04: types and units.

use super::Page;
use crate::diagnostic::Code;

pub const UNIT_MISMATCH: Code = Code::new("E0401", "unit-mismatch");
pub const WRONG_UNIT: Code = Code::new("E0402", "wrong-unit");
pub const WRONG_TYPE: Code = Code::new("E0403", "wrong-type");
pub const MISSING_AGGREGATE: Code = Code::new("E0404", "missing-aggregate");
pub const WRONG_ARGUMENTS: Code = Code::new("E0405", "wrong-arguments");
pub const UNKNOWN_MEMBER: Code = Code::new("E0406", "unknown-member");
pub const MISSING_DIMENSION: Code = Code::new("E0407", "missing-dimension");
pub const NOT_A_DIMENSION: Code = Code::new("E0408", "not-a-dimension");
pub const GRAIN_TOO_FINE: Code = Code::new("E0409", "grain-too-fine");
pub const SOURCE_WITHOUT_TIME: Code = Code::new("E0410", "source-without-time");
pub const MISSING_UNIT: Code = Code::new("E0411", "missing-unit");
pub const MISPLACED_CLAUSE: Code = Code::new("E0412", "misplaced-clause");
pub const BAD_TIME: Code = Code::new("E0413", "bad-time");
pub const BAD_SPAN: Code = Code::new("E0414", "bad-span");
pub const ONLY_OVER_ROWS: Code = Code::new("E0415", "only-over-rows");
pub const TOO_MANY_PARTS: Code = Code::new("E0416", "too-many-parts");

pub const PAGES: &[Page] = &[
    Page {
        code: UNIT_MISMATCH,
        title: "units that do not go together",
        text: r#"
Adding, subtracting and comparing take quantities of one kind: money and a count, or two currencies, never mix, and no
rate is made up. Hours and days convert.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure balance = sum(orders.fee) - sum(orders.cost)
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
constant rate = 7 CNY per USD
measure balance = sum(orders.fee) - sum(orders.cost) * rate
```
"#,
    },
    Page {
        code: WRONG_UNIT,
        title: "a value of another unit than the one declared",
        text: r#"
What a formula gives, and what an indicator is held against, is of the declared unit's kind.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure sales = sum(orders.fee) { unit: USD }
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure sales = sum(orders.fee) { unit: CNY }
```
"#,
    },
    Page {
        code: WRONG_TYPE,
        title: "a value of another type than is wanted",
        text: r#"
A text has no sum, a set of keys no average, a condition is no number.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure notes = sum(orders.note)
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure notes = count(orders where note is known)
```
"#,
    },
    Page {
        code: MISSING_AGGREGATE,
        title: "a field of rows where one value is wanted",
        text: r#"
A source has many rows, and a formula has one value on a window: an aggregate (`sum`, `count`, `avg`, …) makes one of
many.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure sales = orders.fee
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure sales = sum(orders.fee)
```
"#,
    },
    Page {
        code: WRONG_ARGUMENTS,
        title: "arguments that the function does not take",
        text: r#"
The help shows how the function is called.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure sales = sum()
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure sales = sum(orders.fee)
```
"#,
    },
    Page {
        code: UNKNOWN_MEMBER,
        title: "a value that the field's list lacks",
        text: r#"
The field has a closed list of values, and this is none of them: the condition would never hold.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure sales = count(orders where region = "nroth")
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure sales = count(orders where region = "north")
```
"#,
    },
    Page {
        code: MISSING_DIMENSION,
        title: "a source that lacks the dimension",
        text: r#"
A formula that slices needs the dimension in every source that it reads; a source without it would be counted whole in
each slice.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
source visits {
  from: csv("visits.csv")
  time: day
  field day: date
}
dimension region: orders.region
measure worst = min(count(visits) by region)
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
source visits {
  from: csv("visits.csv")
  time: day
  field day: date
}
dimension region: orders.region
measure worst = min(count(orders) by region)
```
"#,
    },
    Page {
        code: NOT_A_DIMENSION,
        title: "something else where a dimension is wanted",
        text: r#"
After `by` stands a grain (`day`, `week`, `month`, `quarter`, `year`) or a dimension; a field is made one by declaring
it: `dimension region: orders.region`.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
source visits {
  from: csv("visits.csv")
  time: day
  field day: date
}
dimension region: orders.region
measure worst = min(count(orders) by orders)
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
source visits {
  from: csv("visits.csv")
  time: day
  field day: date
}
dimension region: orders.region
measure worst = min(count(orders) by month)
```
"#,
    },
    Page {
        code: GRAIN_TOO_FINE,
        title: "a formula at a grain that its sources do not have",
        text: r#"
A source that is refreshed monthly has no weeks: its values by week would be one full week and three empty ones.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  refreshed: monthly
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure worst = min(count(orders) by day)
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  refreshed: monthly
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure worst = min(count(orders) by month)
```
"#,
    },
    Page {
        code: SOURCE_WITHOUT_TIME,
        title: "rows that lie in no window",
        text: r#"
An aggregate counts the rows whose `time` lies in the window. A source without `time` may only be referred to.

```kpi,fails
source customers {
  from: csv("customers.csv")
  key: id
  field id: id
}
measure customers_known = count(customers)
```

```kpi
source customers {
  from: csv("customers.csv")
  key: id
  time: signed_on
  field id: id
  field signed_on: date
}
measure customers_known = count(customers)
```
"#,
    },
    Page {
        code: MISSING_UNIT,
        title: "a bare number for a quantity with a unit",
        text: r#"
`85` for a share may mean 85 % or 8,500 %, and `100` no currency at all. A bare number takes the unit only of counts
and scales, and where it is 0.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
indicator sales { formula: sum(orders.fee), unit: CNY, direction: higher, frequency: monthly, target: 100 until 2026-12-31 }
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
indicator sales { formula: sum(orders.fee), unit: CNY, direction: higher, frequency: monthly, target: 100 CNY until 2026-12-31 }
```
"#,
    },
    Page {
        code: MISPLACED_CLAUSE,
        title: "`on`, `where` or `by` at a function that takes none",
        text: r#"
Rows are filtered where they are read: in an aggregate. `by` stands in an aggregate of values.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure last = previous(sum(orders.fee) where region = "north")
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure last = previous(sum(orders.fee where region = "north"))
```
"#,
    },
    Page {
        code: BAD_TIME,
        title: "a date where none fits, or one that does not exist",
        text: r#"
A date is compared with a date or a timestamp.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure late = count(orders where day > 2026-02-30)
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure late = count(orders where day > 2026-02-28)
```
"#,
    },
    Page {
        code: BAD_SPAN,
        title: "a span that is no span of the calendar",
        text: r#"
Windows move by whole `days`, `weeks`, `months` or `years`.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure last = ago(sum(orders.fee), 1)
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure last = ago(sum(orders.fee), 1 year)
```
"#,
    },
    Page {
        code: ONLY_OVER_ROWS,
        title: "something that asks about rows, outside of an aggregate",
        text: r#"
`contains`, `starts with`, `workdays` and the parts of dates are asked of each row, so they stand in an aggregate.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure days = workdays(2026-01-01, 2026-02-01)
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field region: text in "north", "south"
  field note: text
  field fee: decimal CNY
  field cost: decimal USD
}
unit CNY: money
unit USD: money
measure working = count(orders where weekday(day) <= 5)
```
"#,
    },
    Page {
        code: TOO_MANY_PARTS,
        title: "an expression over rows that stands for too much",
        text: r#"
A computed field stands for its formula wherever it is named. Fields that name each other twice over grow twofold with each
of them: thirteen such lines are 8,192 values to be read in every row, thirty are more than a machine can compute. An
expression stands for 5,000 parts at most. Write what is meant more shortly, or have the data hold a field in between.

```kpi,fails
source readings {
  from: csv("readings.csv")
  time: day
  field day: date
  field f0: number
  field f1: number = f0 + f0
  field f2: number = f1 + f1
  field f3: number = f2 + f2
  field f4: number = f3 + f3
  field f5: number = f4 + f4
  field f6: number = f5 + f5
  field f7: number = f6 + f6
  field f8: number = f7 + f7
  field f9: number = f8 + f8
  field f10: number = f9 + f9
  field f11: number = f10 + f10
  field f12: number = f11 + f11
  field f13: number = f12 + f12
}
measure total = sum(readings.f13)
```

```kpi
source readings {
  from: csv("readings.csv")
  time: day
  field day: date
  field f0: number
}
measure total = sum(readings.f0 * 8_192)
```
"#,
    },
];
