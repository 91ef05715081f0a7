//! Named ranges of days, and cutting windows into them.

use crate::diagnostic::{Words, say};
use std::fmt;

use jiff::civil::Date;

use super::days::{add_days, check_month, days_between, digits, month_start, parse_date};
use super::{Calendar, Frequency, Grain, Window};

/// A named range of days, as written: `2026`, `2026-H1`, `2026-Q1`, `2026-03`, `2026-W05`, `FY2026`, `FY2026-Q1`, or a
/// day. `number` counts within the year, from 1 (0 for years and days; for days `day` is given).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    pub grain: Grain,
    pub year: i16,
    pub number: i16,
    pub day: Option<Date>,
}

impl Period {
    pub const fn year(year: i16) -> Period {
        Period { grain: Grain::Year, year, number: 0, day: None }
    }

    pub fn day(day: Date) -> Period {
        Period { grain: Grain::Day, year: day.year(), number: 0, day: Some(day) }
    }

    /// A period as written. The error is a sentence that says what is wrong with it. Whether a year has a week 53 depends
    /// on the calendar: see [`Period::exists`].
    pub fn parse(text: &str) -> Result<Period, Words> {
        let malformed = || {
            say!(
                "`{text}` is not a period; write `2026`, `2026-H1`, `2026-Q1`, `2026-03`, `2026-W05`, `2026-03-05`, `FY2026` or \
                 `FY2026-Q1`",
                "`{text}` 不是期间；写成 `2026`、`2026-H1`、`2026-Q1`、`2026-03`、`2026-W05`、`2026-03-05`、`FY2026` 或 `FY2026-Q1`"
            )
        };
        if let Some(fiscal) = text.strip_prefix("FY") {
            let (year, quarter) = match fiscal.split_once('-') {
                None => (fiscal, None),
                Some((year, part)) => (year, Some(part)),
            };
            let year = digits(year, 4).ok_or_else(malformed)?;
            let Some(part) = quarter else {
                return Ok(Period { grain: Grain::FiscalYear, year, number: 0, day: None });
            };
            let number = part.strip_prefix('Q').and_then(|n| digits(n, 1)).ok_or_else(malformed)?;
            return Ok(Period {
                grain: Grain::FiscalQuarter,
                year,
                number: up_to(4, number, ("quarter", "季度"))?,
                day: None,
            });
        }
        let Some((year, part)) = text.split_once('-') else {
            return digits(text, 4).map(Period::year).ok_or_else(malformed);
        };
        let year = digits(year, 4).ok_or_else(malformed)?;
        let of = |grain, number| Ok(Period { grain, year, number, day: None });
        if part.contains('-') {
            return parse_date(text).map(Period::day);
        }
        if let Some(number) = digits(part, 2) {
            return of(Grain::Month, i16::from(check_month(number)?));
        }
        let mut rest = part.chars();
        let (letter, number) = (rest.next(), rest.as_str());
        match letter {
            Some('H') => of(Grain::Half, up_to(2, digits(number, 1).ok_or_else(malformed)?, ("half", "半年"))?),
            Some('Q') => of(Grain::Quarter, up_to(4, digits(number, 1).ok_or_else(malformed)?, ("quarter", "季度"))?),
            Some('W') => of(Grain::Week, up_to(53, digits(number, 2).ok_or_else(malformed)?, ("week", "周"))?),
            _ => Err(malformed()),
        }
    }

    /// As it is written: [`Period::parse`] reads it back.
    pub fn label(self) -> String {
        self.to_string()
    }

    /// The days that it has in a calendar.
    pub fn window(self, calendar: &Calendar) -> Window {
        let year = i64::from(self.year);
        let nth = i64::from(self.number.max(1)) - 1;
        let months = |from: i64, count: i64| Window::new(month_start(year, from), month_start(year, from + count));
        // The month, counted from January of `year`, in which the fiscal year of that number starts.
        let fiscal = calendar.fiscal_offset();
        match self.grain {
            Grain::Day => {
                let day = self.day.unwrap_or_else(|| month_start(year, 0));
                Window::of_days(day, day)
            }
            Grain::Week => {
                let start = add_days(calendar.first_week(self.year), nth * 7);
                Window::new(start, add_days(start, 7))
            }
            Grain::Month => months(nth, 1),
            Grain::Quarter => months(nth * 3, 3),
            Grain::Half => months(nth * 6, 6),
            Grain::Year => months(0, 12),
            Grain::FiscalQuarter => months(fiscal + nth * 3, 3),
            Grain::FiscalYear => months(fiscal, 12),
        }
    }

    /// An error, as a sentence, for the week 53 of a year that has 52.
    pub fn exists(self, calendar: &Calendar) -> Result<(), Words> {
        let weeks = calendar.weeks_in(self.year);
        if self.grain == Grain::Week && self.number > weeks {
            return Err(say!(
                "{:04} has no week {}, its last is {weeks}",
                "{:04} 年没有第 {} 周，最后一周是第 {weeks} 周",
                self.year,
                self.number
            ));
        }
        Ok(())
    }
}

fn up_to(most: i16, number: i16, (en, zh): (&str, &str)) -> Result<i16, Words> {
    let exists = (1..=most).contains(&number);
    let what = || Words { en: en.into(), zh: zh.into() };
    if exists { Ok(number) } else { Err(say!("{} {number} does not exist", "没有第 {number} {}", what())) }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Period { grain, year, number, day } = self;
        match (grain, day) {
            (Grain::Day, Some(day)) => write!(f, "{day}"),
            (Grain::Day, None) => write!(f, "{year:04}-01-01"),
            (Grain::Week, _) => write!(f, "{year:04}-W{number:02}"),
            (Grain::Month, _) => write!(f, "{year:04}-{number:02}"),
            (Grain::Quarter, _) => write!(f, "{year:04}-Q{number}"),
            (Grain::Half, _) => write!(f, "{year:04}-H{number}"),
            (Grain::Year, _) => write!(f, "{year:04}"),
            (Grain::FiscalQuarter, _) => write!(f, "FY{year:04}-Q{number}"),
            (Grain::FiscalYear, _) => write!(f, "FY{year:04}"),
        }
    }
}

impl Calendar {
    /// Whether the fiscal year is another than the calendar's.
    pub fn has_fiscal_year(&self) -> bool {
        self.fiscal_start_month != 1
    }

    /// The month, counted from January of a year, in which the fiscal year of that number starts: -11 to 11.
    fn fiscal_offset(&self) -> i64 {
        let start = i64::from(self.fiscal_start_month.clamp(1, 12)) - 1;
        if self.fiscal_named_by_end && start > 0 { start - 12 } else { start }
    }

    /// The reporting period of a frequency: `quarterly` and `yearly` are fiscal where the fiscal year is not the calendar's.
    pub fn grain_of(&self, frequency: Frequency) -> Grain {
        match frequency {
            Frequency::Daily => Grain::Day,
            Frequency::Weekly => Grain::Week,
            Frequency::Monthly => Grain::Month,
            Frequency::Quarterly if self.has_fiscal_year() => Grain::FiscalQuarter,
            Frequency::Quarterly => Grain::Quarter,
            Frequency::HalfYearly => Grain::Half,
            Frequency::Yearly if self.has_fiscal_year() => Grain::FiscalYear,
            Frequency::Yearly => Grain::Year,
        }
    }

    /// The period of a grain that holds a day.
    pub fn period_of(&self, grain: Grain, day: Date) -> Period {
        let year = day.year();
        let month = i16::from(day.month());
        let fiscal = || {
            // Months since January of year 0 shifted so that the fiscal year starts at a multiple of twelve.
            let months = i64::from(year) * 12 + i64::from(month) - 1 - self.fiscal_offset();
            (saturate(months.div_euclid(12)), saturate(months.rem_euclid(12) / 3 + 1))
        };
        let (year, number) = match grain {
            Grain::Day => return Period::day(day),
            Grain::Week => self.week_of(day),
            Grain::Month => (year, month),
            Grain::Quarter => (year, (month + 2) / 3),
            Grain::Half => (year, (month + 5) / 6),
            Grain::Year => (year, 0),
            Grain::FiscalQuarter => fiscal(),
            Grain::FiscalYear => (fiscal().0, 0),
        };
        Period { grain, year, number, day: None }
    }

    /// The period after; at the end of time the same.
    pub fn next(&self, period: Period) -> Period {
        self.period_of(period.grain, period.window(self).end)
    }

    /// The period before; at the beginning of time the same.
    pub fn previous_period(&self, period: Period) -> Period {
        self.period_of(period.grain, add_days(period.window(self).start, -1))
    }

    /// The periods of a grain whose last day lies in the window, in order. A window from [`Date::MIN`] has millions of
    /// days: cut it to what the data covers before.
    pub fn periods_within(&self, grain: Grain, window: Window) -> Vec<Period> {
        let mut found = Vec::new();
        if window.is_empty() {
            return found;
        }
        let mut period = self.period_of(grain, window.start);
        loop {
            let days = period.window(self);
            if days.last() >= window.end {
                return found;
            }
            // At the ends of time a period may be cut short, or be its own successor.
            let next = self.next(period);
            if window.contains(days.last()) {
                found.push(period);
            }
            if next == period {
                return found;
            }
            period = next;
        }
    }

    /// The label of the period that the window is (month, quarter, half, year, fiscal year or quarter, week, day, in this
    /// order), else its first and last day: `2026-01-01..2026-06-18`. From the beginning of time: `..2026-06-18`.
    pub fn label(&self, window: Window) -> String {
        const ORDER: [Grain; 8] = [
            Grain::Month,
            Grain::Quarter,
            Grain::Half,
            Grain::Year,
            Grain::FiscalYear,
            Grain::FiscalQuarter,
            Grain::Week,
            Grain::Day,
        ];
        if window.is_empty() {
            return format!("no days at {}", window.end);
        }
        let named = ORDER
            .into_iter()
            .map(|grain| self.period_of(grain, window.start))
            .find(|period| period.year >= 0 && period.window(self) == window);
        match named {
            Some(period) => period.label(),
            None if window.start == Date::MIN => format!("..{}", window.last()),
            None => format!("{}..{}", window.start, window.last()),
        }
    }

    // ---- weeks ----

    /// The first day of the week that holds `day`.
    pub(super) fn week_start(&self, day: Date) -> Date {
        add_days(day, -i64::from(day.weekday().since(self.week_starts)))
    }

    /// The first day of week 1. January 4 always lies in it, whatever day a week starts on: the week that holds it has
    /// at least four of its days in the year, and the week before at most three.
    fn first_week(&self, year: i16) -> Date {
        self.week_start(add_days(month_start(i64::from(year), 0), 3))
    }

    /// Year and number of the week that holds `day`: a week belongs to the year that holds its fourth day.
    pub(super) fn week_of(&self, day: Date) -> (i16, i16) {
        let fourth = add_days(self.week_start(day), 3);
        (fourth.year(), (fourth.day_of_year() - 1) / 7 + 1)
    }

    /// 52 or 53.
    pub fn weeks_in(&self, year: i16) -> i16 {
        let next = self.first_week(year.saturating_add(1));
        saturate(days_between(self.first_week(year), next) / 7).clamp(52, 53)
    }
}

fn saturate(number: i64) -> i16 {
    i16::try_from(number).unwrap_or(if number < 0 { i16::MIN } else { i16::MAX })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use jiff::civil::{Weekday, date};
    use proptest::prelude::*;

    use super::*;

    fn window(text: &str, calendar: &Calendar) -> Window {
        Period::parse(text).unwrap().window(calendar)
    }

    fn days(first: (i16, i8, i8), last: (i16, i8, i8)) -> Window {
        Window::of_days(date(first.0, first.1, first.2), date(last.0, last.1, last.2))
    }

    fn fiscal(month: i8, by_end: bool) -> Calendar {
        Calendar { fiscal_start_month: month, fiscal_named_by_end: by_end, ..Calendar::default() }
    }

    #[test]
    fn periods_have_the_days_that_their_names_say() {
        let plain = Calendar::default();
        for (text, expected) in [
            ("2026", days((2026, 1, 1), (2026, 12, 31))),
            ("2026-H1", days((2026, 1, 1), (2026, 6, 30))),
            ("2026-H2", days((2026, 7, 1), (2026, 12, 31))),
            ("2026-Q1", days((2026, 1, 1), (2026, 3, 31))),
            ("2024-02", days((2024, 2, 1), (2024, 2, 29))),
            ("2026-W01", days((2025, 12, 29), (2026, 1, 4))),
            ("2026-W53", days((2026, 12, 28), (2027, 1, 3))),
            ("2026-03-05", days((2026, 3, 5), (2026, 3, 5))),
            ("FY2026", days((2026, 1, 1), (2026, 12, 31))),
            ("FY2026-Q4", days((2026, 10, 1), (2026, 12, 31))),
        ] {
            assert_eq!(window(text, &plain), expected, "{text}");
        }
    }

    #[test]
    fn a_fiscal_year_is_named_by_its_start_or_its_end() {
        let (start, end) = (fiscal(4, false), fiscal(4, true));
        assert_eq!(window("FY2026", &start), days((2026, 4, 1), (2027, 3, 31)));
        assert_eq!(window("FY2026", &end), days((2025, 4, 1), (2026, 3, 31)));
        assert_eq!(window("FY2026-Q4", &end), days((2026, 1, 1), (2026, 3, 31)));
        assert_eq!(window("FY2026-Q1", &fiscal(10, true)), days((2025, 10, 1), (2025, 12, 31)));
        // One that starts in January ends in the same year, however it is named.
        assert_eq!(window("FY2026", &fiscal(1, true)), days((2026, 1, 1), (2026, 12, 31)));
        assert_eq!(start.period_of(Grain::FiscalQuarter, date(2026, 2, 3)).label(), "FY2025-Q4");
        assert_eq!(end.period_of(Grain::FiscalQuarter, date(2026, 2, 3)).label(), "FY2026-Q4");
        assert_eq!(start.grain_of(Frequency::Quarterly), Grain::FiscalQuarter);
        assert_eq!(fiscal(1, true).grain_of(Frequency::Yearly), Grain::Year);
    }

    #[test]
    fn a_period_that_does_not_exist_says_so() {
        for (text, message) in [
            ("2026-13", "month 13 does not exist"),
            ("2026-Q5", "quarter 5 does not exist"),
            ("2026-H3", "half 3 does not exist"),
            ("2026-W54", "week 54 does not exist"),
            ("2026-W00", "week 0 does not exist"),
            ("FY2026-Q0", "quarter 0 does not exist"),
            ("2026-02-30", "2026-02 has no day 30"),
        ] {
            assert_eq!(Period::parse(text).unwrap_err().en, message);
        }
        for text in ["", "26", "2026-3", "2026-W5", "2026-q1", "FY26", "FY2026-03", "2026-", "2026-Q", "2026-季"] {
            assert!(Period::parse(text).unwrap_err().en.contains("is not a period"), "{text}");
        }
        let week = Period::parse("2025-W53").unwrap();
        assert_eq!(week.exists(&Calendar::default()).unwrap_err().en, "2025 has no week 53, its last is 52");
        assert_eq!(Period::parse("2026-W53").unwrap().exists(&Calendar::default()), Ok(()));
    }

    #[test]
    fn windows_are_labelled_as_the_period_that_they_are() {
        let calendar = fiscal(4, false);
        for text in ["2026", "2026-H1", "2026-Q1", "2026-03", "2026-W05", "FY2026", "2026-03-05"] {
            assert_eq!(calendar.label(window(text, &calendar)), text);
        }
        assert_eq!(calendar.label(days((2026, 1, 1), (2026, 6, 18))), "2026-01-01..2026-06-18");
        assert_eq!(calendar.label(Window::before(date(2026, 6, 19))), "..2026-06-18");
        assert_eq!(fiscal(2, false).label(days((2026, 2, 1), (2026, 4, 30))), "FY2026-Q1");
    }

    #[test]
    fn only_periods_that_end_in_the_window_are_within() {
        let calendar = Calendar::default();
        let labels = |grain, window| -> Vec<String> {
            calendar.periods_within(grain, window).into_iter().map(Period::label).collect()
        };
        assert_eq!(labels(Grain::Month, days((2026, 1, 15), (2026, 3, 30))), ["2026-01", "2026-02"]);
        assert_eq!(
            labels(Grain::Week, days((2026, 1, 1), (2026, 1, 31))),
            ["2026-W01", "2026-W02", "2026-W03", "2026-W04"]
        );
        assert_eq!(labels(Grain::Quarter, days((2026, 1, 1), (2026, 3, 30))), [""; 0]);
        assert_eq!(labels(Grain::Year, Window::new(date(2026, 3, 1), date(2026, 2, 1))), [""; 0]);
    }

    #[test]
    fn the_ends_of_time_saturate() {
        let calendar = fiscal(12, true);
        for grain in Grain::ALL {
            for day in [Date::MIN, Date::MAX] {
                let period = calendar.period_of(grain, day);
                let _ = (calendar.next(period), calendar.previous_period(period), period.label());
                let _ = calendar.label(period.window(&calendar));
            }
            let _ = calendar.periods_within(grain, Window::new(date(9990, 1, 1), Date::MAX));
        }
        let far = Period { grain: Grain::FiscalQuarter, year: i16::MAX, number: i16::MAX, day: None };
        assert_eq!(far.window(&calendar).end, Date::MAX);
        let _ = (calendar.weeks_in(i16::MAX), calendar.weeks_in(i16::MIN));
    }

    pub(crate) fn any_calendar() -> impl Strategy<Value = Calendar> {
        (1i8..=12, any::<bool>(), 0i8..7).prop_map(|(month, by_end, week)| Calendar {
            week_starts: Weekday::from_monday_zero_offset(week).unwrap(),
            ..fiscal(month, by_end)
        })
    }

    fn any_day() -> impl Strategy<Value = Date> {
        (0i64..40_000).prop_map(|n| add_days(date(1980, 1, 1), n))
    }

    proptest! {
        #[test]
        fn a_period_holds_its_day_and_round_trips(calendar in any_calendar(), day in any_day(), grain in 0usize..8) {
            let period = calendar.period_of(Grain::ALL[grain], day);
            prop_assert!(period.window(&calendar).contains(day));
            prop_assert_eq!(Period::parse(&period.label()), Ok(period));
            prop_assert_eq!(period.exists(&calendar), Ok(()));
            prop_assert_eq!(calendar.next(period).window(&calendar).start, period.window(&calendar).end);
            prop_assert_eq!(calendar.previous_period(calendar.next(period)), period);
            let labelled = Period::parse(&calendar.label(period.window(&calendar))).unwrap();
            prop_assert_eq!(labelled.window(&calendar), period.window(&calendar));
        }

        #[test]
        fn periods_within_a_year_partition_it(calendar in any_calendar(), year in 1990i16..2060, grain in 0usize..4) {
            let whole = Period::year(year).window(&calendar);
            let parts = calendar.periods_within(Grain::ALL[grain], whole);
            let windows: Vec<Window> = parts.iter().map(|p| p.window(&calendar)).collect();
            for pair in windows.windows(2) {
                prop_assert_eq!(pair[0].end, pair[1].start);
            }
            if Grain::ALL[grain] == Grain::Week {
                prop_assert!(windows.iter().all(|w| w.days() == 7 && whole.contains(w.last())));
            } else {
                prop_assert_eq!(windows[0].start, whole.start);
                prop_assert_eq!(windows.last().unwrap().end, whole.end);
            }
        }

        #[test]
        fn weeks_from_monday_are_those_of_iso(day in any_day()) {
            let (year, number) = Calendar::default().week_of(day);
            let iso = day.iso_week_date();
            prop_assert_eq!((year, number), (iso.year(), i16::from(iso.week())));
        }

        #[test]
        fn a_week_belongs_to_the_year_with_four_of_its_days(calendar in any_calendar(), day in any_day()) {
            let week = calendar.period_of(Grain::Week, day);
            let start = week.window(&calendar).start;
            prop_assert_eq!(start.weekday(), calendar.week_starts);
            let inside = (0..7).filter(|n| add_days(start, *n).year() == week.year).count();
            prop_assert!(inside >= 4);
            prop_assert!(week.number <= calendar.weeks_in(week.year));
        }

        #[test]
        fn any_text_is_a_period_or_an_error(text in "\\PC{0,12}|(FY)?[0-9]{4}-[HQW]?[0-9]{1,2}") {
            if let Ok(period) = Period::parse(&text) {
                prop_assert_eq!(period.label(), text);
            }
        }
    }
}
