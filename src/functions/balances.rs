//! What stands there on a day: headcount, stock, recurring revenue.

use super::{Aggregation, Family, Function, Meaning, RangeRule, UnitRule};

const fn balance(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: &'static str,
    aggregation: Aggregation,
    (unit, range): (UnitRule, RangeRule),
) -> Function {
    Function {
        name,
        family: Family::Balances,
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
    balance(
        "opening",
        "opening(S.f [on field] [where condition])",
        "The sum of the field on the window's first date that the source has. The dates are the source's before slice and condition: on one without matching rows the balance is 0. Where the window has no date it is missing.",
        "opening(stock.pieces)",
        Aggregation::Opening,
        (UnitRule::First, RangeRule::Sum),
    )
        .known_as(&[
            (
                &["first", "first_value", "openingbalance", "openingbalancemonth"],
                "a balance at the start is `opening(S.field)`", "期初余额是 `opening(S.field)`",
            ),
        ]),
    balance(
        "closing",
        "closing(S.f [on field] [where condition])",
        "The sum of the field on the window's last date that the source has: headcount at the end of the year, recurring revenue of the last month.",
        "closing(billing.mrr)",
        Aggregation::Closing,
        (UnitRule::First, RangeRule::Sum),
    )
        .known_as(&[
            (
                &["last", "last_value", "lastnonblank", "closingbalance", "closingbalancemonth"],
                "a balance at the end is `closing(S.field)`", "期末余额是 `closing(S.field)`",
            ),
        ]),
    balance(
        "average_balance",
        "average_balance(S.f [on field] [where condition])",
        "The mean over the window's dates, as far as the source has them, of each date's sum.",
        "average_balance(payroll.headcount)",
        Aggregation::AverageBalance,
        (UnitRule::First, RangeRule::Sum),
    ),
];
