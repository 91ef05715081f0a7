//! On the values of one row: in `where`, in computed fields, inside aggregates.

use super::{Family, Function, Meaning, RangeRule, UnitRule};
use crate::design::RowFunction;

const fn row(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: &'static str,
    function: RowFunction,
    arguments: usize,
    (unit, range): (UnitRule, RangeRule),
) -> Function {
    Function {
        name,
        family: Family::Rows,
        signature,
        doc,
        example,
        meaning: Meaning::Row(function),
        takes: (arguments, Some(arguments)),
        unit,
        range,
        twins: &[],
    }
}

pub const FUNCTIONS: &[Function] = &[
    row(
        "workdays",
        "workdays(a, b)",
        "How many working days d there are with a <= d < b, a plain number: no weekends and no holidays of the calendar, but its days worked although they fall on a weekend.",
        "count(tickets where workdays(opened_at, solved_at) <= 3)",
        RowFunction::Workdays,
        2,
        (UnitRule::Plain, RangeRule::Count),
    )
        .known_as(&[
            (
                &["networkdays", "networkdays_intl", "business_days", "workday", "working_days"],
                "write `workdays(start, end)`", "写成 `workdays(start, end)`",
            ),
        ]),
    row(
        "year",
        "year(d)",
        "The calendar year of a date or timestamp.",
        "count(orders where year(signed_on) = 2026)",
        RowFunction::Year,
        1,
        (UnitRule::Plain, RangeRule::Whole),
    ),
    row(
        "month",
        "month(d)",
        "The month of a date or timestamp, from 1 to 12.",
        "sum(orders.amount where month(signed_on) = 12)",
        RowFunction::Month,
        1,
        (UnitRule::Plain, RangeRule::Between(1, 12)),
    ),
    row(
        "weekday",
        "weekday(d)",
        "The day of the week of a date or timestamp: 1 is Monday, 7 is Sunday.",
        "count(orders where weekday(ordered_on) >= 6)",
        RowFunction::Weekday,
        1,
        (UnitRule::Plain, RangeRule::Between(1, 7)),
    )
    .known_as(&[(&["dayofweek", "day_of_week", "isodow", "dow"], "write `weekday(date)`: 1 is Monday", "写成 `weekday(date)`：1 为周一")]),
];
