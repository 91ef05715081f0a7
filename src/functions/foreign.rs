//! Functions of spreadsheets, SQL and BI tools that are no function here, and how it is said.

use super::Twin;

pub(super) const TWINS: &[Twin] = &[
    (
        &["nvl", "coalesce", "ifnull", "isnull", "iferror", "ifna", "zn", "ifempty"],
        "write `x otherwise y`",
        "写成 `x otherwise y`",
    ),
    (&["isblank", "isna", "is_null"], "write `x is missing`", "写成 `x is missing`"),
    (
        &["case", "iif", "switch", "decode", "ifelse", "if_else", "ifs"],
        "write `if condition then x else y`",
        "写成 `if condition then x else y`",
    ),
    (
        &["nullif", "div0", "safe_divide", "divide"],
        "write `x / y`: a division by zero is missing",
        "写成 `x / y`：除以 0 时值为缺失",
    ),
    (
        &["datediff", "date_diff", "datedif", "timestampdiff", "days_between"],
        "write `end - start`, a duration",
        "写成 `end - start`，得到时长",
    ),
    (&["dateadd", "date_add", "edate"], "write `date + 30 days`", "写成 `date + 30 days`"),
    (
        &["now", "today", "current_date", "getdate", "sysdate"],
        "values never depend on the clock; `previous(x)`, `ago(x, 1 year)` and `rolling(x, 12 months)` look back from the window",
        "值从不取决于当前时刻；`previous(x)`、`ago(x, 1 year)` 和 `rolling(x, 12 months)` 从窗口往回看",
    ),
    (&["like", "contains", "search", "find", "instr"], "write `field contains \"…\"`", "写成 `field contains \"…\"`"),
    (&["left", "startswith", "starts_with"], "write `field starts with \"…\"`", "写成 `field starts with \"…\"`"),
    (&["not"], "write `not condition`", "写成 `not condition`"),
    (
        &["ratio", "percent", "pct", "share"],
        "write `part / whole`, with `unit: %`",
        "写成 `部分 / 整体`，并写 `unit: %`",
    ),
];
