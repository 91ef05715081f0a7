//! E08: data. Whole files: E0801 to E0819; single rows and values: E0820 to E0849.

use super::Page;
use crate::diagnostic::Code;

pub const MISSING_FILE: Code = Code::new("E0801", "missing-file");
pub const NO_MATCH: Code = Code::new("E0802", "no-file-matches");
pub const NOT_ALLOWED: Code = Code::new("E0803", "path-not-allowed");
pub const UNREADABLE: Code = Code::new("E0804", "unreadable-file");
pub const BROKEN: Code = Code::new("E0805", "broken-file");
pub const NO_ROWS: Code = Code::new("E0806", "no-rows");
pub const MISSING_COLUMN: Code = Code::new("E0807", "missing-column");
pub const DOUBLED_COLUMN: Code = Code::new("E0808", "doubled-column");
pub const WRONG_ENCODING: Code = Code::new("E0809", "wrong-encoding");
pub const UNKNOWN_ENCODING: Code = Code::new("E0810", "unknown-encoding");
pub const RAGGED: Code = Code::new("E0811", "ragged-data-row");
pub const TOO_LARGE: Code = Code::new("E0812", "too-large");
pub const MISSING_SHEET: Code = Code::new("E0813", "missing-sheet");
pub const ERROR_CELL: Code = Code::new("E0814", "error-cell");
pub const NO_VALUE: Code = Code::new("E0815", "not-one-value");

pub const PAGES: &[Page] = &[
    Page {
        code: MISSING_FILE,
        title: "a source's file is not there",
        text: r#"
A source says `from: csv("data/orders.csv")`, and there is no such file. Paths start from the design's folder, or from the
folder that `--data-dir` names; on most systems capital and small letters differ.

The help names the file or folder beside it that comes nearest. A design that is checked needs no data; `kpi eval`, and
`kpi check --data`, do.
"#,
    },
    Page {
        code: NO_MATCH,
        title: "no file matches a pattern",
        text: r#"
A path with `*`, `?`, `[…]` or `{…}` stands for all files that match it: `csv("data/2026-*.csv")`. A source without a
single file has no rows to give, so a pattern that matches nothing is an error, not an empty table.

`*` matches within one folder, `**` any number of folders: `data/**/*.csv`. A file whose own name holds such a mark is
found by its name first.
"#,
    },
    Page {
        code: NOT_ALLOWED,
        title: "a path leads outside the design's folder",
        text: r#"
A design reads data below its own folder only, whether by a plain path, an absolute one, `..` or a symbolic link. So a
design from elsewhere can be evaluated without a look at what else it might read on this machine.

Another folder is allowed by whoever runs the program, not by the design's text:

```toml
# kpi.toml
[data]
allow = ["../shared"]
```

On the command line `--allow-data ../shared` does the same, and `--data-dir DIR` puts another folder in the place of the
design's.
"#,
    },
    Page {
        code: UNREADABLE,
        title: "a source's file cannot be read",
        text: r#"
The path leads to something that is there and cannot be read: its permissions forbid it, it is a folder, or no ordinary
file (a device, a pipe). For all files of a folder write a pattern: `data/*.csv`.
"#,
    },
    Page {
        code: BROKEN,
        title: "a file is not what its reader expects",
        text: r#"
The file is cut off, damaged, or of another kind: a Parquet file without its last bytes, JSON that ends in the middle of
an object, an `.xlsx` that is no workbook, a CSV file in which a quote is opened and never closed. Nothing is computed
from the part that could be read: a total over half a file looks like any other total.

Copy or write the file again; where it is of another kind, name the right reader (`csv`, `parquet`, `json`, `ndjson`,
`xlsx`, `ods`).
"#,
    },
    Page {
        code: NO_ROWS,
        title: "a source has no rows",
        text: r#"
The file is empty, or has a header and nothing below it. Every sum over it would be 0, and that is not what such a file
mostly means: an export failed or was cut off. Of several files that make one table some may be without rows, but not all.

In a workbook, the row that should name the columns is empty: `header_row: 3` says which row does.
"#,
    },
    Page {
        code: MISSING_COLUMN,
        title: "a file lacks a column that a field reads",
        text: r#"
A field reads the column of its own name, or the one that `from "…"` names; the header has no such column. Names are
compared letter by letter, without the blanks around them. The help shows the columns that are there.

A field with `?` may be missing in some files of a pattern, but not in all: a misspelt name would otherwise read as values
that are all missing. In JSON a dot reaches into an object: `from "customer.name"`.

```text
field day: date from "order date"
```
"#,
    },
    Page {
        code: DOUBLED_COLUMN,
        title: "a header names a column twice",
        text: r#"
Two columns of a file have one name, and a field reads it. Which of the two is meant cannot be known, so neither is taken.
Columns that no field reads may have any names.
"#,
    },
    Page {
        code: WRONG_ENCODING,
        title: "bytes that are no text in the file's encoding",
        text: r#"
Text files are read as UTF-8 unless `encoding: "…"` says otherwise, or a byte order mark does. Here are bytes that mean
nothing in that encoding; the message shows them with their row and column, the help another encoding in which they can be
read, and how the line then reads.

```text
from: csv("data/surveys.csv", encoding: "gb18030")
```

Bytes are never replaced or passed over: `华东` and a damaged `华东` would be two regions. JSON is UTF-8 by its definition,
so its readers take no encoding; `iconv -f gb18030 -t utf-8` makes it so.
"#,
    },
    Page {
        code: UNKNOWN_ENCODING,
        title: "an encoding that does not exist",
        text: r#"
`encoding:` takes the labels of the WHATWG Encoding Standard: `utf-8`, `utf-16le`, `gb18030`, `gbk`, `big5`, `shift_jis`,
`euc-jp`, `euc-kr`, `windows-1252`, `iso-8859-1` and more; capital and small letters are alike.

```kpi,fails
source surveys {
  from: csv("data/surveys.csv", encoding: "gb18300")
  field answer: text
}
```

```kpi
source surveys {
  from: csv("data/surveys.csv", encoding: "gb18030")
  field answer: text
}
```
"#,
    },
    Page {
        code: RAGGED,
        title: "a row has more or fewer fields than the header",
        text: r#"
Each row of a CSV file has as many fields as its header. A row with more mostly holds the delimiter in a value that is not
in quotes, one with fewer was cut off; either way its values stand under the wrong columns, so none of them is taken.

Another delimiter is named by `delimiter: ";"`, another quote by `quote: "'"`. Blank lines are passed over.
"#,
    },
    Page {
        code: TOO_LARGE,
        title: "a value, a row or a workbook is too large",
        text: r#"
A value may have 1 MiB, a row 16 MiB, a workbook 512 MiB (1 GiB when unpacked). What is larger is no fact for an
indicator but a mistake, most often a quote that is never closed, so that the rest of the file reads as one value; and
memory stays bounded whatever a file holds.
"#,
    },
    Page {
        code: MISSING_SHEET,
        title: "a workbook lacks the sheet",
        text: r#"
`sheet: "…"` names a sheet that the workbook does not have; the help lists those that it has. Without `sheet` the first one
is read.
"#,
    },
    Page {
        code: ERROR_CELL,
        title: "a cell holds an error",
        text: r#"
A cell of a workbook holds `#N/A`, `#DIV/0!` or another error of its formula, and its field takes any text, so that it
would pass as a value. Mend the formula, or empty the cell. In fields of other types such a cell is an invalid value, which
`drop invalid` and `blank invalid` take.
"#,
    },
    Page {
        code: NO_VALUE,
        title: "an object or a list where one value is wanted",
        text: r#"
A field takes one value of a record: a text, a number, `true`, `false` or null. Here stands an object or an array. A dot
reaches into an object: `from "customer.name"`. An array has many values; write one record for each of them.
"#,
    },
];
