//! E01: syntax.

use super::Page;
use crate::diagnostic::Code;

pub const UNEXPECTED: Code = Code::new("E0101", "unexpected-text");
pub const UNCLOSED_TEXT: Code = Code::new("E0102", "unclosed-text");
pub const UNCLOSED_BRACKET: Code = Code::new("E0103", "unclosed-bracket");
pub const UNBALANCED_BRACE: Code = Code::new("E0104", "unbalanced-brace");
pub const UNKNOWN_WORD: Code = Code::new("E0105", "unknown-declaration");
pub const MISSING_COLON: Code = Code::new("E0106", "missing-colon");
pub const WRONG_MARK: Code = Code::new("E0107", "wrong-mark");
pub const MISSING_VALUE: Code = Code::new("E0108", "missing-value");
pub const MISSING_NAME: Code = Code::new("E0109", "missing-name");
pub const RESERVED_NAME: Code = Code::new("E0110", "reserved-name");
pub const MISSING_SEPARATOR: Code = Code::new("E0111", "missing-separator");
pub const MISPLACED: Code = Code::new("E0112", "misplaced-entry");
pub const MISPLACED_BRACE: Code = Code::new("E0113", "misplaced-brace");
pub const CHAINED_COMPARISON: Code = Code::new("E0114", "chained-comparison");
pub const TOO_DEEP: Code = Code::new("E0115", "nested-too-deep");
pub const BAD_ESCAPE: Code = Code::new("E0116", "unknown-escape");
pub const BAD_ROW: Code = Code::new("E0117", "uneven-table");
pub const FULL_WIDTH: Code = Code::new("E0120", "full-width-mark");
pub const FOREIGN_DATE: Code = Code::new("E0121", "foreign-date");
pub const FOREIGN_NUMBER: Code = Code::new("E0122", "foreign-number");
pub const FOREIGN_OPERATOR: Code = Code::new("E0123", "foreign-operator");
pub const FOREIGN_QUOTE: Code = Code::new("E0124", "foreign-quote");
pub const FOREIGN_COMMENT: Code = Code::new("E0125", "foreign-comment");
pub const HIDDEN_CHARACTER: Code = Code::new("E0126", "hidden-character");

pub const PAGES: &[Page] = &[
    Page {
        code: UNEXPECTED,
        title: "text that is not understood here",
        text: r#"
What stands here fits no form of the language. The rest of the file is read on, from the next entry.

```kpi,fails
objective growth { owner: "Board" board }
```

```kpi
objective growth { owner: "Board" }
```
"#,
    },
    Page {
        code: UNCLOSED_TEXT,
        title: "a text without its end",
        text: r#"
A text runs from quote to quote on one line; `"""` encloses one of several lines. A quote in a text is written `\"`.

```kpi,fails
objective growth { owner: "Board }
```

```kpi
objective growth { owner: "Board" }
```
"#,
    },
    Page {
        code: UNCLOSED_BRACKET,
        title: "a bracket without its partner",
        text: r#"
Every `(` has its `)`.

```kpi,fails
measure half = (1 + 2 / 2
```

```kpi
measure half = (1 + 2) / 2
```
"#,
    },
    Page {
        code: UNBALANCED_BRACE,
        title: "a brace without its partner",
        text: r#"
Every block starts with `{` and ends with `}`. Where one is missing, the indentation tells where it was meant.

```kpi,fails
objective growth {
  owner: "Board"

objective quality
```

```kpi
objective growth {
  owner: "Board"
}

objective quality
```
"#,
    },
    Page {
        code: UNKNOWN_WORD,
        title: "a word that starts no declaration",
        text: r#"
A file consists of declarations, and each starts with the word for its kind.

```kpi,fails
objectiv growth { owner: "Board" }
```

```kpi
objective growth { owner: "Board" }
```
"#,
    },
    Page {
        code: MISSING_COLON,
        title: "a property without its colon",
        text: r#"
A property is written `key: value`, a field `field name: type`.

```kpi,fails
objective growth { owner "Board" }
```

```kpi
objective growth { owner: "Board" }
```
"#,
    },
    Page {
        code: WRONG_MARK,
        title: "another mark than the one that belongs here",
        text: r#"
A property has a colon, a measure an equals sign.

```kpi,fails
objective growth { owner = "Board" }
```

```kpi
objective growth { owner: "Board" }
```
"#,
    },
    Page {
        code: MISSING_VALUE,
        title: "nothing where a value belongs",
        text: r#"
After `key:` and `=` stands a value, on the same line or on the next.

```kpi,fails
objective growth { owner: }
```

```kpi
objective growth { owner: "Board" }
```
"#,
    },
    Page {
        code: MISSING_NAME,
        title: "a declaration without its name or text",
        text: r#"
A name stands behind the word of a declaration; formulas and other declarations use it. An action and a test have a
text instead.

```kpi,fails
objective { owner: "Board" }
```

```kpi
objective growth { owner: "Board" }
```
"#,
    },
    Page {
        code: RESERVED_NAME,
        title: "a reserved word as a name",
        text: r#"
Words that join the parts of formulas and properties, such as `where`, `by` and `in`, name nothing unless they stand
in backticks.

```kpi,fails
objective where { owner: "Board" }
```

```kpi
objective `where` { owner: "Board" }
```
"#,
    },
    Page {
        code: MISSING_SEPARATOR,
        title: "two entries on one line",
        text: r#"
Entries stand on lines of their own. Before `key:` a comma will do too.

```kpi,fails
objective growth { owner: "Board" note: "agreed" }
```

```kpi
objective growth { owner: "Board", note: "agreed" }
```
"#,
    },
    Page {
        code: MISPLACED,
        title: "an entry outside the block that it belongs to",
        text: r#"
Rows stand behind `given`, the steps of cleaning in `clean { … }`.

```kpi,fails
objective growth {
  drop invalid
}
```

```kpi
source orders {
  from: csv("orders.csv")
  clean {
    drop invalid
  }
}
```
"#,
    },
    Page {
        code: MISPLACED_BRACE,
        title: "a block where none belongs",
        text: r#"
The `{` of a block stands on the line of its declaration's head.

```kpi,fails
objective growth
{
  owner: "Board"
}
```

```kpi
objective growth {
  owner: "Board"
}
```
"#,
    },
    Page {
        code: CHAINED_COMPARISON,
        title: "two comparisons in a row",
        text: r#"
`1 < x < 5` compares a truth with a number. `x between 1 and 5` includes both ends; `and` joins two comparisons.

```kpi,fails
measure x = 3
measure inside = if 1 < x < 5 then 1 else 0
```

```kpi
measure x = 3
measure inside = if 1 < x and x < 5 then 1 else 0
```
"#,
    },
    Page {
        code: TOO_DEEP,
        title: "brackets nested too deep",
        text: r#"
No formula that a person can read is nested more than 256 deep. Give a part of it a name: a `measure`.
"#,
    },
    Page {
        code: BAD_ESCAPE,
        title: "a backslash before a character that it does not change",
        text: r#"
In a text `\\` is a backslash, `\"` a quote, `\n` a new line, `\t` a tabulator.

```kpi,fails
objective growth { owner: "the \board" }
```

```kpi
objective growth { owner: "the \\board" }
```
"#,
    },
    Page {
        code: BAD_ROW,
        title: "a row of a table without its first mark",
        text: r#"
Each row of a table starts with `|`.

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
    2026-01-10 |
  expect sales in 2026-01 = 1
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
    | 2026-01-10 |
  expect sales in 2026-01 = 1
}
```
"#,
    },
    Page {
        code: FULL_WIDTH,
        title: "a full-width mark",
        text: r#"
Input methods for Chinese and Japanese write `：，（）` where the language has `: , ( )`. They are read as meant, and the
fix writes the plain ones; within texts they stay.

```kpi,fails
objective growth { owner： "Board" }
```

```kpi
objective growth { owner: "Board" }
```
"#,
    },
    Page {
        code: FOREIGN_DATE,
        title: "a date in another form",
        text: r#"
Dates are written year, month, day: `2026-12-31`. `03/04/2026` is a day in March or in April, depending on the reader.

```kpi,fails
constant vat = 13% from 2026/07/01
```

```kpi
constant vat = 13% from 2026-07-01
```
"#,
    },
    Page {
        code: FOREIGN_NUMBER,
        title: "a number in another form",
        text: r#"
A point stands before decimals, with a digit on either side; `_` groups digits; `%` touches its number.

```kpi,fails
constant limit = 4,100,000
```

```kpi
constant limit = 4_100_000
```
"#,
    },
    Page {
        code: FOREIGN_OPERATOR,
        title: "an operator of another language",
        text: r#"
Equal is `=`, unequal `!=`; conditions are joined by `and`, `or` and `not`. There is no remainder and no exponent
operator: `power(x, 2)`.

```kpi,fails
measure x = 3
measure three = if x == 3 then 1 else 0
```

```kpi
measure x = 3
measure three = if x = 3 then 1 else 0
```
"#,
    },
    Page {
        code: FOREIGN_QUOTE,
        title: "a text in other quotes",
        text: r#"
Texts stand in double quotes, names with unusual characters in backticks.

```kpi,fails
objective growth { owner: 'Board' }
```

```kpi
objective growth { owner: "Board" }
```
"#,
    },
    Page {
        code: FOREIGN_COMMENT,
        title: "a comment in another form",
        text: r#"
A comment starts with `//` and runs to the line's end.

```kpi,fails
# to be discussed
objective growth
```

```kpi
// to be discussed
objective growth
```
"#,
    },
    Page {
        code: HIDDEN_CHARACTER,
        title: "a character that cannot be seen",
        text: r#"
Spaces of no width and marks of direction come in with text from web pages and office files. They make names differ
that look alike.

```kpi,fails
objective gro​wth
```

```kpi
objective growth
```
"#,
    },
];
