//! The windows that a formula is evaluated on, and how `previous`, `ago`, `rolling` and the like move them.

use crate::design::ToDateFrom;
use crate::value::calendar::Date;
use crate::value::{Calendar, Grain, Step, Window};

/// Where a formula is evaluated in time. Plan sources are not cut by the as-of day, so they have a track of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Frame {
    pub data: Track,
    pub plan: Track,
}

/// A window as asked for, and as far as there is data for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Track {
    pub asked: Window,
    /// `asked`, cut at the as-of day, or where a window that was shifted from there is cut at the same point. It has the
    /// same start.
    pub cut: Window,
}

impl Frame {
    pub fn new(asked: Window, as_of: Option<Date>) -> Frame {
        let cut = as_of.map_or(asked, |day| asked.cut(day));
        Frame { data: Track { asked, cut }, plan: Track { asked, cut: asked } }
    }

    /// A window that nothing cuts.
    pub fn whole(window: Window) -> Frame {
        let track = Track { asked: window, cut: window };
        Frame { data: track, plan: track }
    }

    pub fn previous(self, calendar: &Calendar, times: u32) -> Frame {
        self.map(|track| track.previous(calendar, times))
    }

    pub fn ago(self, calendar: &Calendar, step: Step) -> Frame {
        self.map(|track| track.ago(calendar, step))
    }

    pub fn rolling(self, calendar: &Calendar, step: Step) -> Frame {
        self.map(|track| track.replace(|window| calendar.rolling(window, step)))
    }

    pub fn to_date(self, calendar: &Calendar, from: ToDateFrom) -> Frame {
        let grain = match from {
            ToDateFrom::Year => Grain::FiscalYear,
            ToDateFrom::Quarter => Grain::FiscalQuarter,
            ToDateFrom::Month => Grain::Month,
        };
        self.map(|track| track.replace(|window| calendar.to_date(window, grain)))
    }

    /// From the beginning of time to the window's start.
    pub fn before(self, as_of: Option<Date>) -> Frame {
        let to_start = |track: Track, as_of: Option<Date>| {
            let asked = Window::before(track.asked.start);
            Track { asked, cut: as_of.map_or(asked, |day| asked.cut(day)) }
        };
        Frame { data: to_start(self.data, as_of), plan: to_start(self.plan, None) }
    }

    /// From the beginning of time to the window's end.
    pub fn up_to_end(self) -> Frame {
        self.map(|track| Track { asked: Window::before(track.asked.end), cut: Window::before(track.cut.end) })
    }

    fn map(self, change: impl Fn(Track) -> Track) -> Frame {
        Frame { data: change(self.data), plan: change(self.plan) }
    }
}

impl Track {
    /// A window that is made from the cut one. Of no days no days are made.
    fn replace(self, make: impl Fn(Window) -> Window) -> Track {
        if self.cut.is_empty() && !self.asked.is_empty() {
            let asked = make(self.asked);
            return Track { asked, cut: Window::new(asked.start, asked.start) };
        }
        let made = make(self.cut);
        Track { asked: made, cut: made }
    }

    fn previous(self, calendar: &Calendar, times: u32) -> Track {
        let asked = calendar.previous(self.asked, times);
        let cut = calendar.cut_alike(self.asked, self.cut, asked);
        Track { asked, cut }
    }

    /// Shifted, and cut at the same day of the month; at a month's end where whole months have gone by, so that February
    /// is compared with February. A week that goes to the week of its number is cut after as many days.
    fn ago(self, calendar: &Calendar, step: Step) -> Track {
        let asked = calendar.ago(self.asked, step);
        let by_months = matches!(step, Step::Months(_) | Step::Years(_));
        let is_week = self.asked.days() == 7 && self.asked.start.weekday() == calendar.week_starts;
        let to_week = is_week && asked.days() == 7 && asked.start.weekday() == calendar.week_starts;
        let cut = if self.cut.end >= self.asked.end {
            asked
        } else if self.cut.is_empty() {
            Window::new(asked.start, asked.start)
        } else if !by_months || to_week {
            calendar.cut_alike(self.asked, self.cut, asked)
        } else {
            let end = match calendar.whole_months(self.cut) {
                Some(_) => calendar.add(self.cut.end, step.back()),
                None => calendar.add(calendar.add(self.cut.last(), step.back()), Step::Days(1)),
            };
            Window::new(asked.start, end.clamp(asked.start, asked.end.max(asked.start)))
        };
        Track { asked, cut }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use jiff::civil::date;

    use super::*;
    use crate::value::Period;

    fn frame(period: &str, as_of: Date) -> Frame {
        Frame::new(Period::parse(period).unwrap().window(&Calendar::default()), Some(as_of))
    }

    fn cut(frame: Frame) -> String {
        Calendar::default().label(frame.data.cut)
    }

    #[test]
    fn a_year_in_progress_is_compared_with_the_same_days() {
        let calendar = Calendar::default();
        let year = frame("2026", date(2026, 6, 30));
        assert_eq!(cut(year), "2026-H1");
        assert_eq!(cut(year.ago(&calendar, Step::Years(1))), "2025-H1");
        assert_eq!(cut(year.previous(&calendar, 1)), "2025-H1");
        // 2024 has a day more in February: after as many days, or at the same day.
        let year = frame("2025", date(2025, 6, 29));
        assert_eq!(cut(year.previous(&calendar, 1)), "2024-01-01..2024-06-28");
        assert_eq!(cut(year.ago(&calendar, Step::Years(1))), "2024-01-01..2024-06-29");
        let year = frame("2025", date(2025, 2, 28));
        assert_eq!(cut(year.ago(&calendar, Step::Years(1))), "2024-01-01..2024-02-29");
    }

    #[test]
    fn a_week_in_progress_goes_to_as_many_days_of_its_number() {
        let week = frame("2026-W05", date(2026, 1, 28)).ago(&Calendar::default(), Step::Years(1));
        assert_eq!(cut(week), "2025-01-27..2025-01-29");
    }

    #[test]
    fn what_is_made_from_a_window_starts_from_the_cut_one() {
        let calendar = Calendar::default();
        let quarter = frame("2026-Q2", date(2026, 5, 15));
        assert_eq!(cut(quarter.rolling(&calendar, Step::Months(2))), "2026-03-16..2026-05-15");
        assert_eq!(cut(quarter.to_date(&calendar, ToDateFrom::Year)), "2026-01-01..2026-05-15");
        let before = quarter.previous(&calendar, 1).rolling(&calendar, Step::Months(12));
        assert_eq!(cut(before), "2025-02-15..2026-02-14");
        assert_eq!(calendar.label(before.plan.cut), "2025-04-01..2026-03-31");
    }

    #[test]
    fn of_no_days_no_days_are_made() {
        let calendar = Calendar::default();
        let future = frame("2027-01", date(2026, 6, 30));
        for made in [
            future.rolling(&calendar, Step::Months(12)),
            future.to_date(&calendar, ToDateFrom::Year),
            future.previous(&calendar, 1),
            future.ago(&calendar, Step::Years(1)),
        ] {
            assert!(made.data.cut.is_empty(), "{made:?}");
            assert!(!made.plan.cut.is_empty());
        }
        assert_eq!(future.before(Some(date(2026, 6, 30))).data.cut.last(), date(2026, 6, 30));
        assert_eq!(future.before(Some(date(2026, 6, 30))).plan.cut.last(), date(2026, 12, 31));
    }
}
