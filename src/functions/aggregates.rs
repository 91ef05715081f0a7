//! Over the rows of a source.

use super::{Aggregation, Family, Function, Meaning, RangeRule, UnitRule};

const fn aggregate(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: &'static str,
    aggregation: Aggregation,
    (unit, range): (UnitRule, RangeRule),
) -> Function {
    Function {
        name,
        family: Family::Aggregates,
        signature,
        doc,
        example,
        meaning: Meaning::Aggregate(aggregation),
        takes: (1, Some(1)),
        unit,
        range,
        twins: &[],
    }
}

pub const FUNCTIONS: &[Function] = &[
    aggregate(
        "count",
        "count(S [on field] [where condition])",
        "How many rows of S lie in the window, match the slice and the condition. Its unit is what the source calls a row (`row: session`), else it is a plain number. `count(set)` is how many keys a set has; `count(condition by grain-or-dimension)` is for how many sub-windows or members the condition holds. Over no rows it is 0.",
        "count(enrolments on completed_on where exam_score >= 60)",
        Aggregation::Count,
        (UnitRule::Row, RangeRule::Count),
    )
        .known_as(&[
            (&["countif", "countifs", "count_if"], "write `count(S where condition)`", "写成 `count(S where condition)`"),
            (&["counta", "countrows", "count_all", "cnt", "计数", "个数", "条数"], "rows are counted by `count(S)`", "数行用 `count(S)`"),
        ]),
    aggregate(
        "count_distinct",
        "count_distinct(S.f [on field] [where condition])",
        "How many different values the field has, a plain number. Missing values count as none. Values of sub-windows do not add up to it: it is computed anew on every window.",
        "count_distinct(staff.employee_id)",
        Aggregation::CountDistinct,
        (UnitRule::Plain, RangeRule::Count),
    )
        .known_as(&[
            (
                &["distinct", "countd", "distinctcount", "countdistinct", "count_unique", "nunique", "uniq", "unique", "去重", "去重计数"],
                "different values are counted by `count_distinct(S.field)`", "去重计数用 `count_distinct(S.field)`",
            ),
        ]),
    aggregate(
        "sum",
        "sum(S.f [on field] [where condition]), sum(x by grain-or-dimension)",
        "The sum, in the field's unit, exact for integers and decimals. Missing values are skipped; over no rows it is 0.",
        "sum(enrolments.fee where status = \"paid\")",
        Aggregation::Sum,
        (UnitRule::First, RangeRule::Sum),
    )
        .known_as(&[
            (&["sumif", "sumifs", "sum_if"], "write `sum(S.field where condition)`", "写成 `sum(S.field where condition)`"),
            (&["sumproduct", "sumx"], "write the product inside: `sum(S.price * quantity)`", "把乘积写在里面：`sum(S.price * quantity)`"),
            (&["total", "求和", "合计", "总和"], "write `sum(S.field)`", "写成 `sum(S.field)`"),
        ]),
    aggregate(
        "avg",
        "avg(S.f [on field] [where condition]), avg(x by grain-or-dimension)",
        "The arithmetic mean of the known values. Over no rows it is missing. With `by`, the mean of x over the sub-windows or members, each of the same weight.",
        "avg(sessions.held_on - requested_on)",
        Aggregation::Avg,
        (UnitRule::First, RangeRule::Within),
    )
        .known_as(&[
            (&["averageif", "averageifs", "avgif", "avg_if"], "write `avg(S.field where condition)`", "写成 `avg(S.field where condition)`"),
            (&["average", "mean", "averagex", "平均", "平均值", "均值"], "the mean is `avg(S.field)`", "平均值是 `avg(S.field)`"),
        ]),
    aggregate(
        "min",
        "min(S.f [on field] [where condition]), min(x by grain-or-dimension)",
        "The least known value; with `by`, the least value of x over the sub-windows or members. Over none it is missing. With two arguments or more see the numbers.",
        "min(csat by region)",
        Aggregation::Min,
        (UnitRule::First, RangeRule::Within),
    )
    .known_as(&[(&["minifs", "最小", "最小值"], "write `min(S.field where condition)`", "写成 `min(S.field where condition)`")]),
    aggregate(
        "max",
        "max(S.f [on field] [where condition]), max(x by grain-or-dimension)",
        "The greatest known value; with `by`, the greatest value of x over the sub-windows or members. Over none it is missing. With two arguments or more see the numbers.",
        "max(opened by week)",
        Aggregation::Max,
        (UnitRule::First, RangeRule::Within),
    )
    .known_as(&[(&["maxifs", "最大", "最大值"], "write `max(S.field where condition)`", "写成 `max(S.field where condition)`")]),
    aggregate(
        "median",
        "median(S.f [on field] [where condition]), median(x by grain-or-dimension)",
        "The middle of the known values, the mean of the two in the middle where their number is even. Over no rows it is missing.",
        "median(tickets.answered_at - opened_at)",
        Aggregation::Median,
        (UnitRule::First, RangeRule::Within),
    )
    .known_as(&[(&["中位数"], "write `median(S.field)`", "写成 `median(S.field)`")]),
    Function {
        takes: (2, Some(2)),
        ..aggregate(
            "percentile",
            "percentile(S.f [on field] [where condition], p), percentile(x by grain-or-dimension, p)",
            "The value below which p of 100 known values lie, interpolated linearly between the two nearest. p is a number from 0 to 100.",
            "percentile(tickets.solved_at - opened_at, 90)",
            Aggregation::Percentile,
            (UnitRule::First, RangeRule::Within),
        )
        .known_as(&[
            (
                &["quantile", "percentile_cont", "percentile_inc", "approx_percentile"],
                "write `percentile(S.field, 90)`", "写成 `percentile(S.field, 90)`",
            ),
        ])
    },
    aggregate(
        "stddev",
        "stddev(S.f [on field] [where condition]), stddev(x by grain-or-dimension)",
        "The standard deviation of the sample: the squares are divided by n - 1. Over fewer than two values it is missing.",
        "stddev(staff.performance)",
        Aggregation::Stddev,
        (UnitRule::First, RangeRule::Spread),
    )
    .known_as(&[
        (
            &["stdev", "std", "stdev_s", "stddev_samp", "stddev_pop", "stdevp"],
            "the standard deviation is `stddev(S.field)`", "标准差是 `stddev(S.field)`",
        ),
        (&["var", "variance", "var_samp"], "write `power(stddev(S.field), 2)`", "写成 `power(stddev(S.field), 2)`"),
    ]),
    Function {
        takes: (2, Some(2)),
        ..aggregate(
            "weighted_avg",
            "weighted_avg(S.f, S.w [on field] [where condition])",
            "The mean of f in which every row weighs as much as its w: the sum of f times w, divided by the sum of w, over rows where both are known.",
            "weighted_avg(surveys.score, surveys.seats)",
            Aggregation::WeightedAvg,
            (UnitRule::First, RangeRule::Within),
        )
        .known_as(&[
            (&["avg_weighted", "weighted_average", "weightedavg"], "write `weighted_avg(S.field, S.weight)`", "写成 `weighted_avg(S.field, S.weight)`"),
        ])
    },
];
