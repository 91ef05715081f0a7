//! E085: `kpi.toml`.

use super::Page;
use crate::diagnostic::Code;

pub const CONFIG_SYNTAX: Code = Code::new("E0850", "broken-configuration");
pub const CONFIG_KEY: Code = Code::new("E0851", "unknown-configuration-key");
pub const CONFIG_VALUE: Code = Code::new("E0852", "wrong-configuration-value");
pub const UNKNOWN_BINDING: Code = Code::new("E0853", "unknown-binding");

pub const PAGES: &[Page] = &[
    Page {
        code: CONFIG_SYNTAX,
        title: "`kpi.toml` is no TOML",
        text: r#"
`kpi.toml` is a file in TOML (toml.io): tables in brackets, below them `key = value` with texts in quotes. Nothing of a
file that cannot be read whole is used.

```toml
[data]
allow = ["../shared"]

[output]
lang = "zh"
```
"#,
    },
    Page {
        code: CONFIG_KEY,
        title: "`kpi.toml` has a key that does not exist",
        text: r#"
A key that is passed over silently is a setting that someone believes to be in force, so every key is known or an error.
`kpi schema config` prints all of them as a JSON Schema, which editors use to complete and check them.
"#,
    },
    Page {
        code: CONFIG_VALUE,
        title: "a setting cannot have this value",
        text: r#"
A setting takes a text, a list, a table, or one of a few words; the message says which. `kpi schema config` prints them all.

```toml
[check]
profile = "strict"

[check.severity]
S01 = "error"
```
"#,
    },
    Page {
        code: UNKNOWN_BINDING,
        title: "a binding, or what it names, does not exist",
        text: r#"
`--binding prod` takes sources from where the binding `prod` in `kpi.toml` says. The binding is not there, or it names a
source or a field that the design does not have.

```toml
[binding.prod.orders]
from = 'parquet("warehouse/orders/*.parquet")'
columns = { day = "order_date" }
```

`from` is written as in a source; `columns` gives the columns that have another name there, by field.
"#,
    },
];
