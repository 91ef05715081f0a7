//! E03: keys.

use super::Page;
use crate::diagnostic::Code;

pub const UNKNOWN_KEY: Code = Code::new("E0301", "unknown-key");
pub const MISPLACED_KEY: Code = Code::new("E0302", "misplaced-key");
pub const MISSING_KEY: Code = Code::new("E0303", "missing-key");
pub const DOUBLED_KEY: Code = Code::new("E0304", "doubled-key");
pub const WRONG_SHAPE: Code = Code::new("E0305", "wrong-shape");
pub const UNKNOWN_WORD: Code = Code::new("E0306", "unknown-word");
pub const MISPLACED_DECLARATION: Code = Code::new("E0307", "misplaced-declaration");
pub const MISSING_HEAD: Code = Code::new("E0308", "missing-head");
pub const IMPOSSIBLE_DATE: Code = Code::new("E0309", "impossible-date");
pub const UNFIT_FIELD: Code = Code::new("E0310", "unfit-field");
pub const UNFIT_PART: Code = Code::new("E0311", "unfit-part");
pub const UNKNOWN_OPTION: Code = Code::new("E0312", "unknown-option");
pub const DISORDERED_PHASES: Code = Code::new("E0313", "disordered-phases");

pub const PAGES: &[Page] = &[
    Page {
        code: UNKNOWN_KEY,
        title: "a key that there is not",
        text: r#"
Each declaration takes the keys of its table in the reference. A key that is in no table is a slip of the pen, and what it
says would be lost; so it is an error and not passed over. Keys are English words in every design; a Chinese term is
answered with its key.

```kpi,fails
objective growth { onwer: "general manager" }
```

```kpi
objective growth { owner: "general manager" }
```
"#,
    },
    Page {
        code: MISPLACED_KEY,
        title: "a key of another declaration",
        text: r#"
The key exists, but not in this declaration: `refreshed` is said of a source, `frequency` of an indicator.

```kpi,fails
objective growth { frequency: monthly }
```

```kpi
objective growth { owner: "general manager" }
```
"#,
    },
    Page {
        code: MISSING_KEY,
        title: "a required key is missing",
        text: r#"
Without it the declaration has no meaning: a source needs `from`; an indicator needs `formula`, `unit`, `direction` and
`frequency`, for without them nothing can be computed, shown or judged. A fiscal year that does not start in January needs
`fiscal_year_named`, since its name is a convention that differs from house to house.

```kpi,fails
calendar { fiscal_year_starts: April }
```

```kpi
calendar { fiscal_year_starts: April, fiscal_year_named: end }
```
"#,
    },
    Page {
        code: DOUBLED_KEY,
        title: "a key is given twice",
        text: r#"
A key stands once in a block; of two values one would win unseen. `target`, `threshold`, `stretch` and `worst` may stand
several times: for phases and slices.

```kpi,fails
objective growth {
  owner: "general manager"
  owner: "head of sales"
}
```

```kpi
objective growth { owner: "general manager" }
```
"#,
    },
    Page {
        code: WRONG_SHAPE,
        title: "a value of another shape than its key takes",
        text: r#"
Each key takes a value of one shape: a text in quotes, a percentage, a name, a date. The message shows it, with an example.

```kpi,fails
factor loyalty { weight: 30 }
```

```kpi
factor loyalty { weight: 30% }
```
"#,
    },
    Page {
        code: UNKNOWN_WORD,
        title: "a word that the key does not know",
        text: r#"
Where a key takes one of a few words, only these have a meaning.

```kpi,fails
objective growth { rollup: average }
```

```kpi
objective growth { rollup: mean }
```
"#,
    },
    Page {
        code: MISPLACED_DECLARATION,
        title: "something stands where it cannot",
        text: r#"
Factors, indicators and actions stand in factors, actions also in indicators; fields and `clean` in sources; `given` and
`expect` in tests; everything else outside every block.

```kpi,fails
objective growth {
  factor sales
}
```

```kpi
objective growth
factor sales { objective: growth }
```
"#,
    },
    Page {
        code: MISSING_HEAD,
        title: "a declaration does not say what it is",
        text: r#"
A `measure`, a `unit`, a `constant` and a `dimension` say what they are behind the name: a formula, a kind or a quantity, a
value, the fields.

```kpi,fails
measure revenue
```

```kpi
measure revenue = 1
```
"#,
    },
    Page {
        code: IMPOSSIBLE_DATE,
        title: "a date or a period that does not exist",
        text: r#"
Dates are written `2026-12-31`, periods `2026`, `2026-H1`, `2026-Q1`, `2026-03`, `2026-W05`, `FY2026` and `FY2026-Q1`. The
calendar has no such day or period, or a range ends before it starts.

```kpi,fails
design sales { period: 2026-13 }
```

```kpi
design sales { period: 2026-12 }
```
"#,
    },
    Page {
        code: UNFIT_FIELD,
        title: "a field that cannot serve here",
        text: r#"
A source's `time` is a date or a timestamp. A dimension is carried by an id or a text. A reference leads to a source with a
`key` of one field. Cleaning looks at the values as they are in the data, so at neither computed fields nor other sources.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: region
  field region: text
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: ordered_on
  field ordered_on: date
}
```
"#,
    },
    Page {
        code: UNFIT_PART,
        title: "a part that does not belong here",
        text: r#"
What stands there has a meaning elsewhere and none here: a unit on a text, a sign on a count, a `by` behind a threshold,
two times of one target.

```kpi,fails
source orders {
  from: csv("orders.csv")
  field region: text 0..10
}
```

```kpi
source orders {
  from: csv("orders.csv")
  field region: text in "north", "south"
}
```
"#,
    },
    Page {
        code: UNKNOWN_OPTION,
        title: "an option that the reader does not take",
        text: r#"
`csv` takes `encoding`, `delimiter`, `quote`, `header` and `partitions`; `xlsx` and `ods` take `sheet`, `header_row` and
`partitions`; `parquet`, `json` and `ndjson` take `partitions`.

```kpi,fails
source orders { from: csv("orders.csv", separator: ";") }
```

```kpi
source orders { from: csv("orders.csv", delimiter: ";") }
```
"#,
    },
    Page {
        code: DISORDERED_PHASES,
        title: "the values of a constant are out of order",
        text: r#"
A constant that changes is written in the order of its dates, each value with the day from which it holds; only the first
may have none, and then holds from the beginning. All values have one unit.

```kpi,fails
constant vat = 9% from 2026-07-01, 13% from 2018-05-01
```

```kpi
constant vat = 13% from 2018-05-01, 9% from 2026-07-01
```
"#,
    },
];
