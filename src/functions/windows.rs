//! A formula on another window.

use super::{Family, Function, Meaning, RangeRule, UnitRule};
use crate::design::ToDateFrom;

const fn window(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: &'static str,
    meaning: Meaning,
    takes: (usize, Option<usize>),
    (unit, range): (UnitRule, RangeRule),
) -> Function {
    Function { name, family: Family::Windows, signature, doc, example, meaning, takes, unit, range, twins: &[] }
}

pub const FUNCTIONS: &[Function] = &[
    window(
        "previous",
        "previous(x [, n])",
        "x on the window before, or n windows before. A window of n whole months goes back n months, any other its number of days. Missing where that window starts before the data.",
        "revenue / previous(revenue)",
        Meaning::Previous,
        (1, Some(2)),
        (UnitRule::First, RangeRule::Within),
    )
    .known_as(&[
        (
            &["lag", "prior", "prev", "previousmonth", "parallelperiod", "lastperiod"],
            "the window before is `previous(x)`", "上一窗口是 `previous(x)`",
        ),
    ]),
    window(
        "ago",
        "ago(x, span)",
        "x on the same window, shifted into the past by a calendar span: whole months stay whole months.",
        "revenue - ago(revenue, 1 year)",
        Meaning::Ago,
        (2, Some(2)),
        (UnitRule::First, RangeRule::Within),
    )
    .known_as(&[
        (
            &["sameperiodlastyear", "yoy", "dateadd_year", "prior_year", "last_year"],
            "write `ago(x, 1 year)` or `growth(x, 1 year)`", "写成 `ago(x, 1 year)` 或 `growth(x, 1 year)`",
        ),
    ]),
    window(
        "ytd",
        "ytd(x)",
        "x from the start of the fiscal year that holds the window's last day, to its end.",
        "ytd(revenue)",
        Meaning::ToDate(ToDateFrom::Year),
        (1, Some(1)),
        (UnitRule::First, RangeRule::Within),
    )
    .known_as(&[(&["totalytd", "datesytd", "year_to_date", "累计"], "write `ytd(x)`", "写成 `ytd(x)`")]),
    window(
        "qtd",
        "qtd(x)",
        "x from the start of the fiscal quarter that holds the window's last day, to its end.",
        "qtd(revenue)",
        Meaning::ToDate(ToDateFrom::Quarter),
        (1, Some(1)),
        (UnitRule::First, RangeRule::Within),
    )
    .known_as(&[(&["totalqtd", "datesqtd", "quarter_to_date"], "write `qtd(x)`", "写成 `qtd(x)`")]),
    window(
        "mtd",
        "mtd(x)",
        "x from the start of the month that holds the window's last day, to its end.",
        "mtd(set(billing.account_id))",
        Meaning::ToDate(ToDateFrom::Month),
        (1, Some(1)),
        (UnitRule::First, RangeRule::Within),
    )
    .known_as(&[(&["totalmtd", "datesmtd", "month_to_date"], "write `mtd(x)`", "写成 `mtd(x)`")]),
    window(
        "rolling",
        "rolling(x, span)",
        "x on the window of that length that ends where this one does. Missing where it starts before the data.",
        "rolling(revenue, 12 months)",
        Meaning::Rolling,
        (2, Some(2)),
        (UnitRule::First, RangeRule::Within),
    )
    .known_as(&[
        (
            &["moving_average", "movingavg", "rolling_avg", "window_avg", "sma"],
            "write `rolling(x, 12 months)`, or `rolling(avg(x by month), 12 months)` for the mean of months", "写成 `rolling(x, 12 months)`；各月的平均写成 `rolling(avg(x by month), 12 months)`",
        ),
    ]),
    window(
        "before",
        "before(x)",
        "x from the beginning of each source to the window's start; over no days 0 or the empty set.",
        "count(active_customers except before(active_customers))",
        Meaning::Before,
        (1, Some(1)),
        (UnitRule::First, RangeRule::Within),
    ),
    window(
        "to_date",
        "to_date(x)",
        "x from the beginning of each source to the window's end: what has gathered so far.",
        "to_date(count(tickets)) - to_date(count(tickets on solved_at))",
        Meaning::UpToEnd,
        (1, Some(1)),
        (UnitRule::First, RangeRule::Within),
    )
    .known_as(&[
        (
            &["running_total", "cumsum", "running_sum", "cumulative"],
            "write `to_date(x)`, or `ytd(x)` within the year", "写成 `to_date(x)`，本年内写成 `ytd(x)`",
        ),
    ]),
    window(
        "growth",
        "growth(x [, span])",
        "By what share x has grown since the window before, or since a span ago: `x / previous(x) - 1`. Missing where the base is not positive.",
        "growth(revenue, 1 year)",
        Meaning::Growth,
        (1, Some(2)),
        (UnitRule::Plain, RangeRule::Arithmetic),
    )
    .known_as(&[
        (&["mom", "qoq", "pct_change", "percent_change", "环比"], "write `growth(x)`", "写成 `growth(x)`"),
        (&["同比"], "write `growth(x, 1 year)`", "写成 `growth(x, 1 year)`"),
    ]),
    window(
        "per_year",
        "per_year(x)",
        "x as it would be over a year: times 12 / n on a window of n whole months, else by days.",
        "per_year(count(leavers)) / average_balance(payroll.headcount)",
        Meaning::PerYear,
        (1, Some(1)),
        (UnitRule::First, RangeRule::Arithmetic),
    )
    .known_as(&[(&["annualize", "annualise", "annualized"], "write `per_year(x)`", "写成 `per_year(x)`")]),
];
