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
        title: "text that cannot be read where it stands",
        text: r#"
At this place the language has no use for what is written: two values without an operator or a comma between them, an
operator without its operand, a mark of another language. What could be read before and after it is kept; the rest of the
entry is passed over, up to the next line that starts one.

```kpi,fails
measure half = 1 / / 2
```

```kpi
measure half = 1 / 2
```
"#,
    },
    Page {
        code: UNCLOSED_TEXT,
        title: "a text without one of its quotes",
        text: r#"
A text starts and ends with `"` on one line. One of several lines stands in `"""`. The compiler guesses where the missing
quote belongs and reads on, so that the rest of the file is not lost.

```kpi,fails
objective growth { owner: "general manager }
```

```kpi
objective growth { owner: "general manager" }
```
"#,
    },
    Page {
        code: UNCLOSED_BRACKET,
        title: "a parenthesis without its partner",
        text: r#"
Every `(` needs its `)` in the same entry.

```kpi,fails
measure x = (1 + 2
```

```kpi
measure x = (1 + 2)
```
"#,
    },
    Page {
        code: UNBALANCED_BRACE,
        title: "a block without one of its braces",
        text: r#"
A declaration's block starts with `{` on the line of its head and ends with `}`. Where the braces of a file do not balance,
indentation is compared to find the one that is missing; where they do, indentation means nothing.

```kpi,fails
objective growth {
  owner: "general manager"

process delivery "delivery"
```

```kpi
objective growth {
  owner: "general manager"
}

process delivery "delivery"
```
"#,
    },
    Page {
        code: UNKNOWN_WORD,
        title: "a word that starts no declaration",
        text: r#"
An entry is a property (`key: value`) or starts with the word of a declaration. Words are not abbreviated and have no
synonyms.

```kpi,fails
objetive growth { owner: "general manager" }
```

```kpi
objective growth { owner: "general manager" }
```
"#,
    },
    Page {
        code: MISSING_COLON,
        title: "a key without its colon",
        text: r#"
A property is a key, a `:` and a value. Without the `:` it looks like a declaration.

```kpi,fails
objective growth {
  owner "general manager"
}
```

```kpi
objective growth {
  owner: "general manager"
}
```
"#,
    },
    Page {
        code: WRONG_MARK,
        title: "a wrong mark in a head or behind a key",
        text: r#"
A property is written with `:`, what a thing *is* with `=`: `owner: "…"`, but `measure x = …`. Between the word that starts
a declaration and its name stands nothing.

```kpi,fails
objective growth {
  owner = "general manager"
}
```

```kpi,fails
objective: growth { owner: "general manager" }
```

```kpi
objective growth {
  owner: "general manager"
}
```
"#,
    },
    Page {
        code: MISSING_VALUE,
        title: "a value is missing",
        text: r#"
Something is announced and does not come: nothing stands behind a `:` or `=`, a field has no type, an expectation does not
say what is expected.

```kpi,fails
objective growth {
  owner:
}
```

```kpi
objective growth {
  owner: "general manager"
}
```
"#,
    },
    Page {
        code: MISSING_NAME,
        title: "a declaration without a name",
        text: r#"
What is declared has a name, by which others refer to it, and may have a label, which people read. The name is one word of
any script, or anything in backticks. An `action` and a `test` have no name: what they say stands in quotes.

```kpi,fails
objective "growth by training" { owner: "general manager" }
```

```kpi
objective growth "growth by training" { owner: "general manager" }
```
"#,
    },
    Page {
        code: RESERVED_NAME,
        title: "a reserved word as a name",
        text: r#"
The words of formulas and clauses cannot be names, or `count(orders where where)` would be possible. They are free as keys,
after a dot, and in backticks: `where on by until in is for per of and or not if then else otherwise intersect union except
between contains starts with from keep when true false`.

```kpi,fails
process between "delivery"
```

```kpi
process delivery "delivery"
```

```kpi
process `between` "delivery"
```
"#,
    },
    Page {
        code: MISSING_SEPARATOR,
        title: "entries that nothing separates, or a semicolon",
        text: r#"
Entries stand on lines of their own. On one line a comma may stand before `key:`. Semicolons have no meaning.

```kpi,fails
objective growth { owner: "general manager" note: "for five years" }
```

```kpi,fails
objective growth {
  owner: "general manager";
}
```

```kpi
objective growth { owner: "general manager", note: "for five years" }
```
"#,
    },
    Page {
        code: MISPLACED,
        title: "an entry where it cannot stand",
        text: r#"
Properties stand in a block; a `field` and `clean` in a source; `given` and `expect` in a test; the steps of cleaning in
`clean`; `use` outside every block.

```kpi,fails
owner: "general manager"
```

```kpi
objective growth { owner: "general manager" }
```
"#,
    },
    Page {
        code: MISPLACED_BRACE,
        title: "a brace on a line of its own",
        text: r#"
`{` stands on the line of its head, so that a line with a name alone is complete.

```kpi,fails
objective growth
{
  owner: "general manager"
}
```

```kpi
objective growth {
  owner: "general manager"
}
```
"#,
    },
    Page {
        code: CHAINED_COMPARISON,
        title: "comparisons that chain",
        text: r#"
`a < b < c` means something else in most languages than in mathematics, so it has no meaning here.

```kpi,fails
measure x = if 1 < 2 < 3 then 1 else 0
```

```kpi
measure x = if 1 < 2 and 2 < 3 then 1 else 0
```

```kpi
measure x = if 2 between 1 and 3 then 1 else 0
```
"#,
    },
    Page {
        code: TOO_DEEP,
        title: "an expression that is nested too deep",
        text: r#"
Parentheses, calls, `if`s and blocks may be nested about 250 deep; the tree of an expression is at most 256 deep, and a row of
operators counts as one level each. Nobody reads such a formula: give its parts names, as measures.

```kpi,fails
measure x = 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1
```

```kpi
measure part = 1 + 1
measure x = part + part
```
"#,
    },
    Page {
        code: BAD_ESCAPE,
        title: "an unknown escape in a text",
        text: r#"
A backslash in a text starts one of `\"`, `\\`, `\n`, `\t`. Others are refused, so that a path written with backslashes is noticed.
Between `"""` a backslash is a backslash.

```kpi,fails
objective growth { owner: "sales\management" }
```

```kpi
objective growth { owner: "sales\\management" }
```
"#,
    },
    Page {
        code: BAD_ROW,
        title: "a row of a table that does not start with a bar",
        text: r#"
Every row of a test's table starts with `|`.

```kpi,fails
source orders {
  from: csv("orders.csv")
  time: day
  field id: id
  field day: date
}
measure n = count(orders)
test "one" {
  given orders
    | id | day |
    A | 2026-01-05 |
  expect n in 2026-01 = 1
}
```

```kpi
source orders {
  from: csv("orders.csv")
  time: day
  field id: id
  field day: date
}
measure n = count(orders)
test "one" {
  given orders
    | id | day |
    | A | 2026-01-05 |
  expect n in 2026-01 = 1
}
```
"#,
    },
    Page {
        code: FULL_WIDTH,
        title: "a full-width mark or digit",
        text: r#"
Input methods write `：` for `:`, `（` for `(`, `％` for `%` and so on. They are read as what is meant, and mended by
`kpi check --fix`. In texts, comments and the cells of tests they are left alone.

```kpi,fails
objective growth { owner： “总经理” }
```

```kpi
objective growth { owner: "总经理" }
```
"#,
    },
    Page {
        code: FOREIGN_DATE,
        title: "a date in another form",
        text: r#"
Dates are written `2026-12-31`, months `2026-03`, quarters `2026-Q1`: largest unit first, so that they sort and cannot be
misread. `2026/12/31`, `2026.12.31`, `2026年12月31日`, `2026Q1` are recognised and mended. Of `3/4/2026` nobody knows
which is the month.

```kpi,fails
calendar { holidays: 2026/10/01 }
```

```kpi
calendar { holidays: 2026-10-01 }
```
"#,
    },
    Page {
        code: FOREIGN_NUMBER,
        title: "a number in another form",
        text: r#"
Digits are grouped by `_`, since commas separate values; a decimal point has digits on both sides; `%` touches its number and
every other unit stands behind a blank; there are no exponents.

```kpi,fails
constant size = 4,100,000
```

```kpi,fails
constant size = 4.1e6
```

```kpi,fails
constant share = 85 %
```

```kpi
constant size = 4_100_000
```

```kpi
constant share = 85%
```
"#,
    },
    Page {
        code: FOREIGN_OPERATOR,
        title: "an operator of another language",
        text: r#"
Equality is `=`, its opposite `!=`; conditions are joined by `and`, `or`, `not`; a range is `..`.

```kpi,fails
measure x = if 1 == 1 then 1 else 0
```

```kpi,fails
measure x = if 1 <> 1 && 2 = 2 then 1 else 0
```

```kpi
measure x = if 1 != 1 and 2 = 2 then 1 else 0
```
"#,
    },
    Page {
        code: FOREIGN_QUOTE,
        title: "a text in single quotes",
        text: r#"
Texts stand in double quotes, names of several words in backticks.

```kpi,fails
objective growth { owner: 'general manager' }
```

```kpi
objective growth { owner: "general manager" }
```
"#,
    },
    Page {
        code: FOREIGN_COMMENT,
        title: "a comment of another language",
        text: r#"
A comment starts with `//` and ends with its line.

```kpi,fails
# what we want
objective growth { owner: "general manager" }
```

```kpi,fails
/* what we want */
objective growth { owner: "general manager" }
```

```kpi
// what we want
objective growth { owner: "general manager" }
```
"#,
    },
    Page {
        code: HIDDEN_CHARACTER,
        title: "a character that cannot be seen",
        text: "
Control characters and those that change the direction of writing make a text look other than it is. They come from copying
out of web pages and documents, and are left out by `kpi check --fix`.

```kpi,fails
objective growth {\u{200b} owner: \"general manager\" }
```

```kpi
objective growth { owner: \"general manager\" }
```
",
    },
];
