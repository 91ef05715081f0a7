//! Windows before, after, longer: `previous`, `ago`, `ytd`, `rolling`.

use jiff::civil::Date;

use super::days::{add_days, add_months, days_between};
use super::{Calendar, Grain, Period, Step, Window};
use crate::value::Number;

impl Calendar {
    /// A day moved by a step: by months and years to the same day, or the month's last.
    pub fn add(&self, day: Date, step: Step) -> Date {
        match step {
            Step::Days(n) => add_days(day, i64::from(n)),
            Step::Weeks(n) => add_days(day, i64::from(n) * 7),
            Step::Months(n) => add_months(day, i64::from(n)),
            Step::Years(n) => add_months(day, i64::from(n) * 12),
        }
    }

    /// How many months a window has that starts and ends at the start of a month; None for any other and for one without
    /// days.
    pub fn whole_months(&self, window: Window) -> Option<i32> {
        let Window { start, end } = window;
        if start.day() != 1 || end.day() != 1 || window.is_empty() {
            return None;
        }
        let months = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
        Some(months(end) - months(start))
    }

    /// The window that lies `times` of its lengths before: n whole months go back by months, any other by its days.
    /// Before the beginning of time there are no days.
    pub fn previous(&self, window: Window, times: u32) -> Window {
        let times = i64::from(times);
        let back = |day| match self.whole_months(window) {
            Some(months) => add_months(day, (-i64::from(months)).saturating_mul(times)),
            None => add_days(day, (-window.days()).saturating_mul(times)),
        };
        Window::new(back(window.start), back(window.end))
    }

    /// The same window, a step ago. By months or years: whole months go to whole months; a week, by whole years, to the week
    /// of the same number (53 to 52 where there is none); any other goes by its first and last day, each clamped to its
    /// month's end. A window from the beginning of time still starts there.
    pub fn ago(&self, window: Window, step: Step) -> Window {
        let step = step.back();
        let start = |day| if window.start == Date::MIN { Date::MIN } else { day };
        let months = match step {
            Step::Days(_) | Step::Weeks(_) => None,
            Step::Months(n) => Some(i64::from(n)),
            Step::Years(n) => Some(i64::from(n) * 12),
        };
        let Some(months) = months else {
            return Window::new(start(self.add(window.start, step)), self.add(window.end, step));
        };
        if self.whole_months(window).is_some() {
            return Window::new(start(add_months(window.start, months)), add_months(window.end, months));
        }
        if months % 12 == 0 && window.days() == 7 && window.start.weekday() == self.week_starts {
            let week = self.period_of(Grain::Week, window.start);
            let year = i64::from(week.year).saturating_add(months / 12);
            let year = i16::try_from(year).unwrap_or(if months < 0 { i16::MIN } else { i16::MAX });
            let number = week.number.min(self.weeks_in(year));
            return Period { year, number, ..week }.window(self);
        }
        let first = add_months(window.start, months);
        let last = add_months(window.last(), months);
        Window::new(start(first), add_days(last, 1))
    }

    /// From the start of the fiscal year, fiscal quarter, month (or other grain) that holds the window's last day, to the
    /// window's end. The calendar's quarter and year stand for the fiscal ones.
    pub fn to_date(&self, window: Window, from: Grain) -> Window {
        let grain = match from {
            Grain::Quarter => Grain::FiscalQuarter,
            Grain::Year => Grain::FiscalYear,
            other => other,
        };
        Window::new(self.period_of(grain, window.last()).window(self).start, window.end)
    }

    /// The window of that length with this window's end.
    pub fn rolling(&self, window: Window, step: Step) -> Window {
        Window::new(self.add(window.end, step.back()), window.end)
    }

    /// What a value on the window is multiplied by to be one for a year: 12 / n for n whole months, else 365 / days. 0 for
    /// a window without days.
    pub fn per_year_factor(&self, window: Window) -> Number {
        let (year, parts) = match self.whole_months(window) {
            Some(months) => (12, i64::from(months)),
            None => (365, window.days()),
        };
        if parts > 0 && year % parts == 0 {
            return Number::int(year / parts);
        }
        Number::int(year).div(&Number::int(parts)).unwrap_or_else(Number::zero)
    }

    /// Where a window that was cut after some of its days is to be cut when it is compared with another: `shifted` after as
    /// many days.
    pub fn cut_alike(&self, window: Window, cut: Window, shifted: Window) -> Window {
        if cut.end >= window.end {
            return shifted;
        }
        let days = days_between(cut.start, cut.end).max(0);
        Window::new(shifted.start, add_days(shifted.start, days).min(shifted.end))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use jiff::civil::{Weekday, date};
    use proptest::prelude::*;

    use super::*;

    fn calendar() -> Calendar {
        Calendar::default()
    }

    fn window(text: &str) -> Window {
        match text.split_once("..") {
            Some((first, last)) => Window::of_days(first.parse().unwrap(), last.parse().unwrap()),
            None => Period::parse(text).unwrap().window(&calendar()),
        }
    }

    fn label(window: Window) -> String {
        calendar().label(window)
    }

    #[test]
    fn previous_goes_back_by_months_or_by_days() {
        let previous = |text, times| label(calendar().previous(window(text), times));
        assert_eq!(previous("2026-03", 1), "2026-02");
        assert_eq!(previous("2026-Q1", 3), "2025-Q2");
        assert_eq!(previous("2024", 1), "2023");
        assert_eq!(previous("2026-01-01..2026-05-31", 1), "2025-08-01..2025-12-31");
        assert_eq!(previous("2026-W02", 1), "2026-W01");
        assert_eq!(previous("2026-03-01", 1), "2026-02-28");
        assert_eq!(previous("2026-03-02..2026-03-31", 1), "2026-01-31..2026-03-01");
        assert_eq!(previous("2026-03", 0), "2026-03");
        assert!(calendar().previous(window("2026"), u32::MAX).is_empty());
        assert!(calendar().previous(Window::before(date(2026, 1, 1)), 1).is_empty());
    }

    #[test]
    fn ago_keeps_months_weeks_and_days_of_the_month() {
        let ago = |text, step| label(calendar().ago(window(text), step));
        assert_eq!(ago("2026-Q2", Step::Years(1)), "2025-Q2");
        assert_eq!(ago("2024-02", Step::Years(1)), "2023-02");
        assert_eq!(ago("2026-03", Step::Months(1)), "2026-02");
        assert_eq!(ago("2026-03-31", Step::Months(1)), "2026-02-28");
        assert_eq!(ago("2024-02-29", Step::Years(1)), "2023-02-28");
        assert_eq!(ago("2026-01-01..2026-06-18", Step::Years(1)), "2025-01-01..2025-06-18");
        assert_eq!(ago("2026-W05", Step::Years(1)), "2025-W05");
        assert_eq!(ago("2026-W05", Step::Months(12)), "2025-W05");
        assert_eq!(ago("2026-W53", Step::Years(1)), "2025-W52");
        assert_eq!(ago("2026-W53", Step::Years(6)), "2020-W53");
        assert_eq!(ago("2026-W05", Step::Weeks(5)), "2025-W52");
        assert_eq!(ago("2026-03", Step::Days(30)), "2026-01-30..2026-03-01");
        let beginning = Window::before(date(2026, 4, 1));
        assert_eq!(calendar().ago(beginning, Step::Months(1)), Window::before(date(2026, 3, 1)));
        assert_eq!(calendar().ago(beginning, Step::Days(1)), Window::before(date(2026, 3, 31)));
    }

    #[test]
    fn weeks_of_any_first_day_go_to_their_number() {
        let sunday = Calendar { week_starts: Weekday::Sunday, ..Calendar::default() };
        let week = Period::parse("2026-W05").unwrap();
        let before = sunday.ago(week.window(&sunday), Step::Years(1));
        assert_eq!(sunday.label(before), "2025-W05");
        assert_eq!(before.start.weekday(), Weekday::Sunday);
    }

    #[test]
    fn to_date_starts_with_the_fiscal_year() {
        let april = Calendar { fiscal_start_month: 4, ..Calendar::default() };
        let to = |text, grain| april.label(april.to_date(window(text), grain));
        assert_eq!(to("2026-02", Grain::Year), "2025-04-01..2026-02-28");
        assert_eq!(to("2026-03", Grain::FiscalYear), "FY2025");
        assert_eq!(to("2026-02", Grain::Quarter), "2026-01-01..2026-02-28");
        assert_eq!(to("2026-02-10", Grain::Month), "2026-02-01..2026-02-10");
    }

    #[test]
    fn rolling_ends_with_the_window() {
        let rolling = |text, step| label(calendar().rolling(window(text), step));
        assert_eq!(rolling("2026-06", Step::Months(12)), "2025-07-01..2026-06-30");
        assert_eq!(rolling("2026-Q1", Step::Months(1)), "2026-03");
        assert_eq!(rolling("2026-06-18", Step::Days(7)), "2026-06-12..2026-06-18");
        assert_eq!(rolling("2026-06-18", Step::Years(1)), "2025-06-19..2026-06-18");
    }

    #[test]
    fn values_per_year() {
        let factor = |text| calendar().per_year_factor(window(text)).machine();
        assert_eq!(factor("2026-03"), "12");
        assert_eq!(factor("2026"), "1");
        assert_eq!(factor("2026-01-01..2026-05-31"), "2.4");
        assert_eq!(factor("2026-03-05"), "365");
        assert_eq!(factor("2026-W05"), "52.1428571429");
        assert_eq!(calendar().per_year_factor(Window::before(Date::MIN)).machine(), "0");
    }

    #[test]
    fn a_shifted_window_is_cut_after_as_many_days() {
        let (june, may) = (window("2026-06"), window("2026-05"));
        let cut = calendar().cut_alike(june, june.cut(date(2026, 6, 12)), may);
        assert_eq!(label(cut), "2026-05-01..2026-05-12");
        assert_eq!(calendar().cut_alike(june, june, may), may);
    }

    proptest! {
        #[test]
        fn previous_of_whole_months_composes(year in 2000i16..2050, month in 0i64..12, length in 1i64..30, n in 1u32..20) {
            let start = add_months(date(year, 1, 1), month);
            let window = Window::new(start, add_months(start, length));
            let calendar = calendar();
            let mut stepped = window;
            for _ in 0..n {
                let before = calendar.previous(stepped, 1);
                prop_assert_eq!(before.end, stepped.start);
                stepped = before;
            }
            prop_assert_eq!(stepped, calendar.previous(window, n));
            prop_assert_eq!(calendar.whole_months(stepped).map(i64::from), Some(length));
            let twelve = calendar.ago(window, Step::Months(12));
            prop_assert_eq!(twelve, calendar.ago(window, Step::Years(1)));
        }

        #[test]
        fn previous_by_days_composes(from in 0i64..20_000, length in 1i64..80, n in 1u32..20) {
            let start = add_days(date(1990, 1, 2), from);
            let window = Window::new(start, add_days(start, length));
            let calendar = calendar();
            prop_assume!(calendar.whole_months(window).is_none());
            let once = calendar.previous(window, 1);
            prop_assert_eq!(once.end, window.start);
            prop_assert_eq!(once.days(), length);
            let many = calendar.previous(window, n);
            prop_assert_eq!(days_between(many.start, window.start), length * i64::from(n));
        }

        #[test]
        fn ago_of_a_week_is_the_week_of_that_number(from in 0i64..20_000, years in 1i32..20, first in 0i8..7) {
            let calendar = Calendar { week_starts: Weekday::from_monday_zero_offset(first).unwrap(), ..Calendar::default() };
            let week = calendar.period_of(Grain::Week, add_days(date(1990, 1, 1), from));
            let before = calendar.period_of(Grain::Week, calendar.ago(week.window(&calendar), Step::Years(years)).start);
            prop_assert_eq!(i32::from(before.year), i32::from(week.year) - years);
            prop_assert_eq!(before.number, week.number.min(calendar.weeks_in(before.year)));
        }

        #[test]
        fn nothing_overflows(start in any::<i64>(), length in any::<i64>(), n in any::<i32>(), times in any::<u32>()) {
            let calendar = calendar();
            let start = add_days(date(2000, 1, 1), start);
            let window = Window::new(start, add_days(start, length));
            for step in [Step::Days(n), Step::Weeks(n), Step::Months(n), Step::Years(n)] {
                let _ = (calendar.ago(window, step), calendar.rolling(window, step), calendar.add(start, step));
            }
            let _ = (calendar.previous(window, times), calendar.to_date(window, Grain::Year), calendar.label(window));
            let _ = calendar.per_year_factor(window);
        }
    }
}
