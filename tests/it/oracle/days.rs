//! The calendar again, by walking from day to day instead of computing.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

/// From `start` (None: from the beginning of time) up to, without, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Win {
    pub start: Option<Date>,
    pub end: Date,
}

impl Win {
    pub fn contains(&self, day: Date) -> bool {
        self.start.is_none_or(|s| s <= day) && day < self.end
    }

    pub fn last(&self) -> Date {
        self.end.yesterday().unwrap()
    }

    pub fn is_empty(&self) -> bool {
        self.start.is_some_and(|s| s >= self.end)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Day,
    Week,
    Month,
    Quarter,
    Half,
    Year,
    FiscalQuarter,
    FiscalYear,
}

impl Cut {
    pub fn word(self) -> &'static str {
        match self {
            Cut::Day => "day",
            Cut::Week => "week",
            Cut::Month => "month",
            Cut::Quarter => "quarter",
            Cut::Half => "half",
            Cut::Year => "year",
            Cut::FiscalQuarter => "fiscal_quarter",
            Cut::FiscalYear => "fiscal_year",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Days(i64),
    Weeks(i64),
    Months(i64),
    Years(i64),
}

impl Span {
    pub fn text(self) -> String {
        let (n, word) = match self {
            Span::Days(n) => (n, "day"),
            Span::Weeks(n) => (n, "week"),
            Span::Months(n) => (n, "month"),
            Span::Years(n) => (n, "year"),
        };
        format!("{n} {word}{}", if n == 1 { "" } else { "s" })
    }

    pub fn months(self) -> Option<i64> {
        match self {
            Span::Months(n) => Some(n),
            Span::Years(n) => Some(n * 12),
            Span::Days(_) | Span::Weeks(_) => None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Almanac {
    pub fiscal_start: i8,
    pub named_by_end: bool,
    pub week_first: Weekday,
    pub holidays: BTreeSet<Date>,
    pub worked: BTreeSet<Date>,
}

pub fn back_days(mut day: Date, days: i64) -> Date {
    for _ in 0..days {
        day = day.yesterday().unwrap();
    }
    day
}

pub fn forth_days(mut day: Date, days: i64) -> Date {
    for _ in 0..days {
        day = day.tomorrow().unwrap();
    }
    day
}

pub fn count_days(mut from: Date, to: Date) -> i64 {
    let mut days = 0;
    while from < to {
        from = from.tomorrow().unwrap();
        days += 1;
    }
    days
}

/// Month by month, the day of the month kept or clamped to the last.
pub fn back_months(day: Date, months: i64) -> Date {
    let mut first = day.first_of_month();
    for _ in 0..months {
        first = first.yesterday().unwrap().first_of_month();
    }
    let last = first.days_in_month();
    first.with().day(day.day().min(last)).build().unwrap()
}

/// As [`back_months`], the other way.
pub fn forth_months(day: Date, months: i64) -> Date {
    let mut first = day.first_of_month();
    for _ in 0..months {
        first = first.last_of_month().tomorrow().unwrap();
    }
    let last = first.days_in_month();
    first.with().day(day.day().min(last)).build().unwrap()
}

impl Almanac {
    /// The first day of the period of that kind that holds `day`.
    pub fn start_of(&self, cut: Cut, day: Date) -> Date {
        let starts = |d: Date| match cut {
            Cut::Day => true,
            Cut::Week => d.weekday() == self.week_first,
            Cut::Month => d.day() == 1,
            Cut::Quarter => d.day() == 1 && matches!(d.month(), 1 | 4 | 7 | 10),
            Cut::Half => d.day() == 1 && matches!(d.month(), 1 | 7),
            Cut::Year => d.day() == 1 && d.month() == 1,
            Cut::FiscalQuarter => d.day() == 1 && (d.month() - self.fiscal_start).rem_euclid(3) == 0,
            Cut::FiscalYear => d.day() == 1 && d.month() == self.fiscal_start,
        };
        let mut d = day;
        while !starts(d) {
            d = d.yesterday().unwrap();
        }
        d
    }

    /// The period of that kind that holds `day`.
    pub fn holding(&self, cut: Cut, day: Date) -> Win {
        let start = self.start_of(cut, day);
        let mut end = day.tomorrow().unwrap();
        while self.start_of(cut, end) == start {
            end = end.tomorrow().unwrap();
        }
        Win { start: Some(start), end }
    }

    /// The periods whose last day lies in the window.
    pub fn within(&self, cut: Cut, window: Win) -> Vec<Win> {
        let mut found = Vec::new();
        let mut day = window.start.unwrap();
        while day < window.end {
            if self.start_of(cut, day.tomorrow().unwrap()) == day.tomorrow().unwrap() {
                found.push(Win { start: Some(self.start_of(cut, day)), end: day.tomorrow().unwrap() });
            }
            day = day.tomorrow().unwrap();
        }
        found
    }

    /// The year of a week: the one that holds most of its days.
    fn week_year(&self, start: Date) -> i16 {
        let mine = (0..7).filter(|n| forth_days(start, *n).year() == start.year()).count();
        if mine >= 4 { start.year() } else { start.year() + 1 }
    }

    pub fn week(&self, day: Date) -> (i16, i64) {
        let start = self.start_of(Cut::Week, day);
        let year = self.week_year(start);
        let (mut number, mut at) = (1, start);
        while self.week_year(back_days(at, 7)) == year {
            at = back_days(at, 7);
            number += 1;
        }
        (year, number)
    }

    fn week_window(&self, year: i16, number: i64) -> Win {
        let mut start = self.start_of(Cut::Week, jiff::civil::date(year - 1, 12, 20));
        while self.week_year(start) < year {
            start = forth_days(start, 7);
        }
        for _ in 1..number {
            let next = forth_days(start, 7);
            if self.week_year(next) != year {
                break;
            }
            start = next;
        }
        Win { start: Some(start), end: forth_days(start, 7) }
    }

    pub fn whole_months(&self, window: Win) -> Option<i64> {
        let start = window.start?;
        if start.day() != 1 || window.end.day() != 1 || window.is_empty() {
            return None;
        }
        let (mut day, mut months) = (window.end, 0);
        while day > start {
            day = back_months(day, 1);
            months += 1;
        }
        Some(months)
    }

    pub fn previous(&self, window: Win, times: u32) -> Win {
        let start = window.start.unwrap();
        let times = i64::from(times);
        let back: Box<dyn Fn(Date) -> Date> = match self.whole_months(window) {
            Some(n) => Box::new(move |d| back_months(d, n * times)),
            None => {
                let days = count_days(start, window.end) * times;
                Box::new(move |d| back_days(d, days))
            }
        };
        Win { start: Some(back(start)), end: back(window.end) }
    }

    pub fn back(&self, day: Date, span: Span) -> Date {
        match span {
            Span::Days(n) => back_days(day, n),
            Span::Weeks(n) => back_days(day, 7 * n),
            Span::Months(n) => back_months(day, n),
            Span::Years(n) => back_months(day, 12 * n),
        }
    }

    pub fn is_week(&self, window: Win) -> bool {
        window.start.is_some_and(|s| s.weekday() == self.week_first && forth_days(s, 7) == window.end)
    }

    pub fn ago(&self, window: Win, span: Span) -> Win {
        let start = window.start.unwrap();
        let Some(months) = span.months() else {
            return Win { start: Some(self.back(start, span)), end: self.back(window.end, span) };
        };
        if self.whole_months(window).is_some() {
            return Win { start: Some(back_months(start, months)), end: back_months(window.end, months) };
        }
        if months % 12 == 0 && self.is_week(window) {
            let (year, number) = self.week(start);
            return self.week_window(year - (months / 12) as i16, number);
        }
        Win { start: Some(back_months(start, months)), end: back_months(window.last(), months).tomorrow().unwrap() }
    }

    pub fn is_workday(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.worked.contains(&day) || (!weekend && !self.holidays.contains(&day))
    }

    pub fn workdays(&self, from: Date, to: Date) -> i64 {
        let (mut day, mut count) = (from, 0);
        while day < to {
            count += i64::from(self.is_workday(day));
            day = day.tomorrow().unwrap();
        }
        count
    }

    /// As a user writes the period.
    pub fn name(&self, cut: Cut, day: Date) -> String {
        let start = self.start_of(cut, day);
        let nth = |months: i8| (start.month() - 1) / months + 1;
        let fiscal = || {
            let first = self.start_of(Cut::FiscalYear, day);
            let year = if self.named_by_end && self.fiscal_start != 1 { first.year() + 1 } else { first.year() };
            let quarter = (start.month() - self.fiscal_start).rem_euclid(12) / 3 + 1;
            (year, quarter)
        };
        match cut {
            Cut::Day => start.to_string(),
            Cut::Week => {
                let (year, number) = self.week(day);
                format!("{year}-W{number:02}")
            }
            Cut::Month => format!("{}-{:02}", start.year(), start.month()),
            Cut::Quarter => format!("{}-Q{}", start.year(), nth(3)),
            Cut::Half => format!("{}-H{}", start.year(), nth(6)),
            Cut::Year => start.year().to_string(),
            Cut::FiscalQuarter => format!("FY{}-Q{}", fiscal().0, fiscal().1),
            Cut::FiscalYear => format!("FY{}", fiscal().0),
        }
    }
}
