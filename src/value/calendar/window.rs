//! Half-open ranges of days.

use jiff::civil::Date;

use super::days::{add_days, days_between};

/// A half-open range of days `start <= day < end`. `start` may be [`Date::MIN`]: from the beginning of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Window {
    pub start: Date,
    pub end: Date,
}

impl Window {
    pub const fn new(start: Date, end: Date) -> Window {
        Window { start, end }
    }

    /// From `first` to `last`, both in.
    pub fn of_days(first: Date, last: Date) -> Window {
        Window::new(first, add_days(last, 1))
    }

    /// From the beginning of time up to, without, `end`.
    pub const fn before(end: Date) -> Window {
        Window::new(Date::MIN, end)
    }

    pub fn days(self) -> i64 {
        days_between(self.start, self.end).max(0)
    }

    /// The last day in it; of an empty window, the day before its end.
    pub fn last(self) -> Date {
        add_days(self.end, -1)
    }

    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    pub fn contains(self, day: Date) -> bool {
        self.start <= day && day < self.end
    }

    /// The days in both; None where there are none.
    pub fn intersect(self, other: Window) -> Option<Window> {
        let both = Window::new(self.start.max(other.start), self.end.min(other.end));
        (!both.is_empty()).then_some(both)
    }

    /// Its days up to and with `as_of`: empty, at its start, where it begins after that day.
    pub fn cut(self, as_of: Date) -> Window {
        let end = self.end.min(add_days(as_of, 1)).max(self.start);
        Window::new(self.start, end)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use jiff::civil::date;

    use super::*;

    #[test]
    fn windows_are_half_open() {
        let june = Window::of_days(date(2026, 6, 1), date(2026, 6, 30));
        assert_eq!(june, Window::new(date(2026, 6, 1), date(2026, 7, 1)));
        assert_eq!((june.days(), june.last()), (30, date(2026, 6, 30)));
        assert!(june.contains(date(2026, 6, 30)) && !june.contains(date(2026, 7, 1)));
        let half = Window::new(date(2026, 1, 1), date(2026, 6, 2));
        assert_eq!(june.intersect(half), Some(Window::new(date(2026, 6, 1), date(2026, 6, 2))));
        assert_eq!(june.intersect(Window::before(date(2026, 6, 1))), None);
    }

    #[test]
    fn a_window_is_cut_at_the_as_of_day() {
        let june = Window::of_days(date(2026, 6, 1), date(2026, 6, 30));
        assert_eq!(june.cut(date(2026, 6, 12)).last(), date(2026, 6, 12));
        assert_eq!(june.cut(date(2026, 7, 12)), june);
        let empty = june.cut(date(2026, 5, 12));
        assert!(empty.is_empty());
        assert_eq!((empty.start, empty.days()), (june.start, 0));
        assert_eq!(june.cut(Date::MAX), june);
        assert!(Window::before(Date::MIN).is_empty());
    }
}
