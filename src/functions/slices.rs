//! A formula on another slice.

use super::{Family, Function, Meaning, RangeRule, UnitRule};

pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "overall",
        family: Family::Slices,
        signature: "overall(x [, dimension, …])",
        doc: "x with the slice taken away, or with the conditions on the dimensions named taken away. So a value divided by its overall value is a share.",
        example: "revenue / overall(revenue, region)",
        meaning: Meaning::Overall,
        takes: (1, None),
        unit: UnitRule::First,
        range: RangeRule::Within,
        twins: &[(
            &["all", "allexcept", "removefilters", "fixed"],
            "the slice is widened by `overall(x)`",
            "放宽切片用 `overall(x)`",
        )],
    },
    Function {
        name: "only",
        family: Family::Slices,
        signature: "only(x, condition)",
        doc: "x with conditions added to the slice: `dimension = \"…\"`, `!=`, `in (\"…\", \"…\")`, `not in (…)`, joined by `and`; or `dimension in SET`, where the set is evaluated once on the outer window, so that a cohort stays fixed while x shifts.",
        example: "only(mrr, account in ago(subscribers, 1 year)) / ago(mrr, 1 year)",
        meaning: Meaning::Only,
        takes: (2, None),
        unit: UnitRule::First,
        range: RangeRule::Within,
        twins: &[(
            &["calculate", "filter", "only_if"],
            "a slice is chosen by `only(x, region = \"…\")`, rows by `where`",
            "选切片用 `only(x, region = \"…\")`，选行用 `where`",
        )],
    },
];
