//! On numbers, in formulas and inside rows.

use super::{Family, Function, Meaning, RangeRule, UnitRule};
use crate::design::ScalarFunction;

const fn scalar(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: &'static str,
    function: ScalarFunction,
    takes: (usize, Option<usize>),
    (unit, range): (UnitRule, RangeRule),
) -> Function {
    Function {
        name,
        family: Family::Numbers,
        signature,
        doc,
        example,
        meaning: Meaning::Scalar(function),
        takes,
        unit,
        range,
        twins: &[],
    }
}

pub const FUNCTIONS: &[Function] = &[
    scalar(
        "round",
        "round(x [, digits])",
        "x rounded to a whole number, or to so many digits behind the point; halves go away from zero. Durations are rounded in days.",
        "round(revenue / learners, 2)",
        ScalarFunction::Round,
        (1, Some(2)),
        (UnitRule::First, RangeRule::Rising),
    )
    .known_as(&[(&["rounddown", "roundup", "floor", "ceil", "ceiling", "trunc", "int"], "write `round(x)`", "写成 `round(x)`")]),
    scalar(
        "abs",
        "abs(x)",
        "x without its sign: how far it is from 0.",
        "abs(revenue - ago(revenue, 1 year))",
        ScalarFunction::Abs,
        (1, Some(1)),
        (UnitRule::First, RangeRule::Distance),
    ),
    scalar(
        "min",
        "min(x, y, …)",
        "The least of several numbers of one unit; missing where one of them is.",
        "min(csat, 100%)",
        ScalarFunction::Min,
        (2, None),
        (UnitRule::Agreed, RangeRule::Rising),
    )
    .known_as(&[(&["least"], "write `min(x, y)`", "写成 `min(x, y)`")]),
    scalar(
        "max",
        "max(x, y, …)",
        "The greatest of several numbers of one unit; missing where one of them is.",
        "max(revenue - cost, 0)",
        ScalarFunction::Max,
        (2, None),
        (UnitRule::Agreed, RangeRule::Rising),
    )
    .known_as(&[(&["greatest"], "write `max(x, y)`", "写成 `max(x, y)`")]),
    scalar(
        "clamp",
        "clamp(x, low, high)",
        "x, but not below low and not above high.",
        "clamp(csat, 0%, 100%)",
        ScalarFunction::Clamp,
        (3, Some(3)),
        (UnitRule::Agreed, RangeRule::Rising),
    ),
    scalar(
        "sqrt",
        "sqrt(x)",
        "The square root; missing below 0. The units must be squares.",
        "sqrt(power(stddev(staff.performance), 2))",
        ScalarFunction::Sqrt,
        (1, Some(1)),
        (UnitRule::Root, RangeRule::Rising),
    )
    .known_as(&[(&["sqr", "root"], "write `sqrt(x)`, or `power(x, 2)` for the square", "开方写成 `sqrt(x)`，平方写成 `power(x, 2)`")]),
    scalar(
        "ln",
        "ln(x)",
        "The natural logarithm of a plain number; missing at 0 and below.",
        "ln(revenue / previous(revenue))",
        ScalarFunction::Ln,
        (1, Some(1)),
        (UnitRule::PlainOfPlain, RangeRule::Rising),
    )
    .known_as(&[(&["log", "log10", "logn"], "the natural logarithm is `ln(x)`", "自然对数是 `ln(x)`")]),
    scalar(
        "exp",
        "exp(x)",
        "e to the power of a plain number.",
        "exp(-defects / pieces)",
        ScalarFunction::Exp,
        (1, Some(1)),
        (UnitRule::PlainOfPlain, RangeRule::Rising),
    ),
    scalar(
        "power",
        "power(x, n)",
        "x to the power of n. Where x has a unit, n is written as a whole number.",
        "power(revenue / ago(revenue, 3 years), 1 / 3) - 1",
        ScalarFunction::Power,
        (2, Some(2)),
        (UnitRule::Power, RangeRule::Arithmetic),
    )
    .known_as(&[(&["pow", "power10", "square"], "write `power(x, n)`", "写成 `power(x, n)`")]),
];
