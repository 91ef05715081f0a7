//! Functions of spreadsheets, SQL and BI tools that are no function here, and how it is said.

use super::Twin;

pub(super) const TWINS: &[Twin] = &[
    (&["nvl", "coalesce", "ifnull", "isnull", "iferror", "ifna", "zn", "ifempty"], "write `x otherwise y`"),
    (&["isblank", "isna", "is_null"], "write `x is missing`"),
    (&["case", "iif", "switch", "decode", "ifelse", "if_else", "ifs"], "write `if condition then x else y`"),
    (&["nullif", "div0", "safe_divide", "divide"], "write `x / y`: a division by zero is missing"),
    (&["datediff", "date_diff", "datedif", "timestampdiff", "days_between"], "write `end - start`, a duration"),
    (&["dateadd", "date_add", "edate"], "write `date + 30 days`"),
    (
        &["now", "today", "current_date", "getdate", "sysdate"],
        "values never depend on the clock; `previous(x)`, `ago(x, 1 year)` and `rolling(x, 12 months)` look back from the window",
    ),
    (&["like", "contains", "search", "find", "instr"], "write `field contains \"…\"`"),
    (&["left", "startswith", "starts_with"], "write `field starts with \"…\"`"),
    (&["not"], "write `not condition`"),
    (&["ratio", "percent", "pct", "share"], "write `part / whole`, with `unit: %`"),
];
