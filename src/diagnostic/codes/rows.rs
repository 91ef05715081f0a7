//! E08, single rows and values: E0821 to E0829.

use super::Page;
use crate::diagnostic::Code;

pub const BAD_VALUE: Code = Code::new("E0821", "bad-value");
pub const OUT_OF_DOMAIN: Code = Code::new("E0822", "out-of-domain");
pub const NOT_LISTED: Code = Code::new("E0823", "value-not-listed");
pub const MISSING_VALUE: Code = Code::new("E0824", "value-not-given");
pub const DOUBLED_KEY: Code = Code::new("E0825", "key-not-unique");
pub const UNEQUAL_DOUBLES: Code = Code::new("E0826", "unequal-doubles");
pub const NOT_COMPUTABLE: Code = Code::new("E0829", "not-computable");

pub const PAGES: &[Page] = &[
    Page {
        code: BAD_VALUE,
        title: "a value that is not of its field's type",
        text: r#"
A cell cannot be read as what its field is declared to be: `abc` or `1,200` as a decimal, `2026-02-30` as a date. A value that is
read wrongly gives figures that are wrong without a sign, so nothing is computed from such a row. Dates are written `2026-03-05`,
decimals with a point and without separators of thousands, `true` and `false` also as `1` and `0`.

The message names file, row and value. Mend the data, or say in the source's `clean` what is to be done with such rows:
`drop invalid` leaves out the row, `blank invalid` the value. Every run shows how many were taken.

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field amount: decimal?
  clean { drop invalid "typed in by hand" }
}
```
"#,
    },
    Page {
        code: OUT_OF_DOMAIN,
        title: "a number outside its field's domain",
        text: r#"
The field says which numbers make sense (`0..100`, `1..`; both ends in, in the unit of the data), and the row has another one: a
score of 900 where a typist meant 90. Mend the data or the domain, or let `clean` take such rows (`drop invalid`) or values
(`blank invalid`); both are counted.

```kpi
source surveys {
  from: csv("surveys.csv")
  time: day
  field day: date
  field score: integer? 1..5
  clean { drop invalid }
}
```
"#,
    },
    Page {
        code: NOT_LISTED,
        title: "a text outside its field's closed list",
        text: r#"
The field lists all the values that it can have (`in "paid", "refunded"`), and the row has another one. Either the list is not
complete, or the data has a slip that a filter such as `status = "paid"` would silently leave out. Upper and lower case and spaces
count.

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field status: text in "paid", "refunded", "cancelled"
}
```
"#,
    },
    Page {
        code: MISSING_VALUE,
        title: "a value is missing that its field must have",
        text: r#"
A field without `?` has a value in every row; blank text is missing. Where it may be missing, write `?` after the type: aggregates
then skip it, and conditions with it do not hold.

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field amount: decimal?
}
```
"#,
    },
    Page {
        code: DOUBLED_KEY,
        title: "a key that references lead to stands in several rows",
        text: r#"
A reference (`field customer_id: id -> customers`) leads to one row. Were there two, every row that refers to them would count
twice. The key must be unique in the whole source, after cleaning; `deduplicate` says which of several rows stays.

```kpi
source customers {
  from: csv("customers.csv")
  key: customer_id
  field customer_id: id
  field changed_on: date
  field segment: text?
  clean { deduplicate by customer_id keep latest changed_on }
}
```
"#,
    },
    Page {
        code: UNEQUAL_DOUBLES,
        title: "doubles that differ",
        text: r#"
`deduplicate by a` without `keep` takes rows with the same `a` as one row that was sent twice. Two of them differ in another field,
so one of them is wrong, and only its author knows which. `keep latest f` or `keep earliest f` decides by a field; of rows that
are equal in it the later in the data stays. Rule D01 finds where that decided.

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field order_id: id
  field day: date
  field updated_at: timestamp
  clean { deduplicate by order_id keep latest updated_at }
}
```
"#,
    },
    Page {
        code: NOT_COMPUTABLE,
        title: "a value that cannot be computed from the data",
        text: r#"
The rows are as declared, but what is asked of them goes beyond what can be held: products of numbers with more than 76 digits, more
distinct keys than memory. The message says what went wrong.
"#,
    },
];
