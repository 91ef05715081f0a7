//! Working days: Monday to Friday, without the holidays, with the weekend days that are declared to be worked.

use jiff::civil::Date;

use super::days::days_between;
use super::{Calendar, Window};

impl Calendar {
    /// A day that is declared both a holiday and worked is worked.
    pub fn is_workday(&self, day: Date) -> bool {
        self.workdays.contains(&day) || (!is_weekend(day) && !self.holidays.contains(&day))
    }

    /// How many working days d have `from <= d < to`; 0 where `to` is not later.
    pub fn workdays(&self, from: Date, to: Date) -> i64 {
        let window = Window::new(from, to);
        if window.is_empty() {
            return 0;
        }
        let days = days_between(from, to);
        let rest = (days / 7 * 7..days)
            .filter(|n| (i64::from(from.weekday().to_monday_zero_offset()) + n).rem_euclid(7) < 5)
            .count();
        let plain = days / 7 * 5 + i64::try_from(rest).unwrap_or(0);
        // Every day whose answer differs from its weekday's is in one of the two sets.
        let worked = self.workdays.range(from..to).filter(|d| is_weekend(**d)).count();
        let off = self.holidays.range(from..to).filter(|d| !is_weekend(**d) && !self.workdays.contains(*d)).count();
        plain + i64::try_from(worked).unwrap_or(0) - i64::try_from(off).unwrap_or(0)
    }
}

fn is_weekend(day: Date) -> bool {
    day.weekday().to_monday_zero_offset() >= 5
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use std::collections::BTreeSet;

    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::value::calendar::days::add_days;

    #[test]
    fn holidays_are_off_and_shifted_days_are_worked() {
        let calendar = Calendar {
            holidays: (1..=7).map(|d| date(2026, 10, d)).collect(),
            workdays: [date(2026, 9, 27), date(2026, 10, 10)].into(),
            ..Calendar::default()
        };
        assert!(!calendar.is_workday(date(2026, 10, 1)));
        assert!(calendar.is_workday(date(2026, 10, 10)), "a Saturday that is worked");
        assert!(!calendar.is_workday(date(2026, 10, 11)));
        assert_eq!(calendar.workdays(date(2026, 9, 27), date(2026, 10, 12)), 1 + 3 + 3);
        assert_eq!(calendar.workdays(date(2026, 10, 12), date(2026, 10, 12)), 0);
        assert_eq!(calendar.workdays(date(2026, 10, 12), date(2026, 9, 1)), 0);
    }

    proptest! {
        #[test]
        fn counting_is_counting(
            from in 0i64..400, length in 0i64..400, off in prop::collection::vec(0i64..800, 0..40),
            worked in prop::collection::vec(0i64..800, 0..40),
        ) {
            let day = |n: i64| add_days(date(2025, 1, 1), n);
            let calendar = Calendar {
                holidays: off.into_iter().map(day).collect::<BTreeSet<_>>(),
                workdays: worked.into_iter().map(day).collect(),
                ..Calendar::default()
            };
            let one_by_one = (from..from + length).filter(|n| calendar.is_workday(day(*n))).count();
            prop_assert_eq!(calendar.workdays(day(from), day(from + length)), one_by_one as i64);
        }
    }
}
