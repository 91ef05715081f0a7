//! What people know from spreadsheets, SQL and BI tools, and how it is said here.

/// Names in lower case, and the advice for them.
const TWINS: &[(&[&str], &str)] = &[
    (&["countif", "countifs", "count_if"], "write `count(S where condition)`"),
    (&["counta", "countrows", "count_all", "cnt"], "rows are counted by `count(S)`"),
    (&["sumif", "sumifs", "sum_if"], "write `sum(S.field where condition)`"),
    (&["averageif", "averageifs", "avgif", "avg_if"], "write `avg(S.field where condition)`"),
    (&["maxifs", "minifs"], "write `max(S.field where condition)` or `min(S.field where condition)`"),
    (&["sumproduct", "sumx"], "write the product inside: `sum(S.price * quantity)`"),
    (&["average", "mean", "averagex"], "the mean is `avg(S.field)`"),
    (&["total"], "write `sum(S.field)`"),
    (
        &["distinct", "countd", "distinctcount", "countdistinct", "count_unique", "nunique", "uniq", "unique"],
        "different values are counted by `count_distinct(S.field)`",
    ),
    (
        &["stdev", "std", "stdev_s", "stddev_samp", "stddev_pop", "stdevp"],
        "the standard deviation is `stddev(S.field)`",
    ),
    (&["var", "variance", "var_samp"], "write `power(stddev(S.field), 2)`"),
    (&["quantile", "percentile_cont", "percentile_inc", "approx_percentile"], "write `percentile(S.field, 90)`"),
    (&["avg_weighted", "weighted_average", "weightedavg"], "write `weighted_avg(S.field, S.weight)`"),
    (&["nvl", "coalesce", "ifnull", "isnull", "iferror", "ifna", "zn", "ifempty"], "write `x otherwise y`"),
    (&["isblank", "isna", "is_null"], "write `x is missing`"),
    (&["case", "iif", "switch", "decode", "ifelse", "if_else", "ifs"], "write `if condition then x else y`"),
    (&["nullif", "div0", "safe_divide", "divide"], "write `x / y`: a division by zero is missing"),
    (&["lag", "prior", "prev", "previousmonth", "parallelperiod", "lastperiod"], "the window before is `previous(x)`"),
    (
        &["sameperiodlastyear", "yoy", "dateadd_year", "prior_year", "last_year"],
        "write `ago(x, 1 year)` or `growth(x, 1 year)`",
    ),
    (&["mom", "qoq", "pct_change", "percent_change"], "write `growth(x)`"),
    (&["totalytd", "datesytd", "year_to_date"], "write `ytd(x)`"),
    (&["totalqtd", "datesqtd", "quarter_to_date"], "write `qtd(x)`"),
    (&["totalmtd", "datesmtd", "month_to_date"], "write `mtd(x)`"),
    (
        &["moving_average", "movingavg", "rolling_avg", "window_avg", "sma"],
        "write `rolling(x, 12 months)`, or `rolling(avg(x by month), 12 months)` for the mean of months",
    ),
    (&["running_total", "cumsum", "running_sum", "cumulative"], "write `to_date(x)`, or `ytd(x)` within the year"),
    (&["annualize", "annualise", "annualized"], "write `per_year(x)`"),
    (&["calculate", "filter", "only_if"], "a slice is chosen by `only(x, region = \"…\")`, rows by `where`"),
    (&["all", "allexcept", "removefilters", "fixed"], "the slice is widened by `overall(x)`"),
    (
        &["first", "first_value", "openingbalance", "openingbalancemonth"],
        "a balance at the start is `opening(S.field)`",
    ),
    (
        &["last", "last_value", "lastnonblank", "closingbalance", "closingbalancemonth"],
        "a balance at the end is `closing(S.field)`",
    ),
    (&["datediff", "date_diff", "datedif", "timestampdiff", "days_between"], "write `end - start`, a duration"),
    (&["dateadd", "date_add", "edate"], "write `date + 30 days`"),
    (&["networkdays", "networkdays_intl", "business_days", "workday", "working_days"], "write `workdays(start, end)`"),
    (&["dayofweek", "day_of_week", "isodow", "dow"], "write `weekday(date)`: 1 is Monday"),
    (
        &["now", "today", "current_date", "getdate", "sysdate"],
        "values never depend on the clock; `previous(x)`, `ago(x, 1 year)` and `rolling(x, 12 months)` look back from the window",
    ),
    (&["pow", "power10", "square"], "write `power(x, n)`"),
    (&["log", "log10", "logn"], "the natural logarithm is `ln(x)`"),
    (&["sqr", "root"], "write `sqrt(x)`, or `power(x, 2)` for the square"),
    (&["rounddown", "roundup", "floor", "ceil", "ceiling", "trunc", "int"], "write `round(x)`"),
    (&["greatest"], "write `max(x, y)`"),
    (&["least"], "write `min(x, y)`"),
    (&["like", "contains", "search", "find", "instr"], "write `field contains \"…\"`"),
    (&["left", "startswith", "starts_with"], "write `field starts with \"…\"`"),
    (&["not"], "write `not condition`"),
    (&["ratio", "percent", "pct", "share"], "write `part / whole`, with `unit: %`"),
    (&["计数", "个数", "条数"], "rows are counted by `count(S)`"),
    (&["求和", "合计", "总和"], "write `sum(S.field)`"),
    (&["平均", "平均值", "均值"], "the mean is `avg(S.field)`"),
    (&["去重", "去重计数"], "different values are counted by `count_distinct(S.field)`"),
    (&["最大", "最大值"], "write `max(S.field)`"),
    (&["最小", "最小值"], "write `min(S.field)`"),
    (&["中位数"], "write `median(S.field)`"),
    (&["同比"], "write `growth(x, 1 year)`"),
    (&["环比"], "write `growth(x)`"),
    (&["累计"], "write `ytd(x)`"),
];

/// What stands here for a function of another tool.
pub fn twin(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    TWINS.iter().find(|(names, _)| names.contains(&name.as_str())).map(|(_, advice)| *advice)
}

#[cfg(test)]
pub fn names() -> impl Iterator<Item = &'static str> {
    TWINS.iter().flat_map(|(names, _)| names.iter().copied())
}
