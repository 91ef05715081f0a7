//! The window that a formula is evaluated on, and how the operators of time move it.
//!
//! A window that reaches past the as-of day is cut there. `rolling`, `ytd` and `by GRAIN` start from the cut window;
//! `previous` and `ago` shift the one that was asked for and cut it at the same point, so that 2026 to June is compared
//! with 2025 to June. A plan source (a budget) is never cut.

use crate::value::calendar::Date;
use crate::value::{Calendar, Grain, Step, Window};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// As asked for, or shifted from there.
    pub asked: Window,
    /// Cut at the as-of day, or where a window that it is compared with was.
    pub cut: Window,
    /// Of sources that are never cut.
    pub plan: Window,
    /// The window first asked for reaches past the as-of day.
    pub in_progress: bool,
}

impl Frame {
    pub fn asked(window: Window, as_of: Option<Date>) -> Self {
        let cut = as_of.map_or(window, |day| window.cut(day));
        Frame { asked: window, cut, plan: window, in_progress: cut != window }
    }

    /// The window of rows from a source.
    pub fn of(self, plan: bool) -> Window {
        if plan { self.plan } else { self.cut }
    }

    /// The day that constants are read on.
    pub fn last(self) -> Date {
        if self.cut.is_empty() { self.asked.last() } else { self.cut.last() }
    }

    pub fn previous(self, calendar: &Calendar, times: u32) -> Self {
        let asked = calendar.previous(self.asked, times);
        let cut = calendar.cut_alike(self.asked, self.cut, asked);
        Frame { asked, cut, plan: calendar.previous(self.plan, times), ..self }
    }

    pub fn ago(self, calendar: &Calendar, step: Step) -> Self {
        let asked = calendar.ago(self.asked, step);
        let by_days = matches!(step, Step::Days(_) | Step::Weeks(_));
        // A week goes to the week of the same number, on other days of the month.
        let by_week =
            self.asked.days() == 7 && asked.days() == 7 && asked.end != calendar.add(self.asked.end, step.back());
        let cut = if self.cut.end >= self.asked.end {
            asked
        } else if by_days || by_week {
            calendar.cut_alike(self.asked, self.cut, asked)
        } else {
            let last = calendar.add(self.cut.last(), step.back());
            if self.cut.is_empty() { Window::new(asked.start, asked.start) } else { asked.cut(last) }
        };
        Frame { asked, cut, plan: calendar.ago(self.plan, step), ..self }
    }

    pub fn to_date(self, calendar: &Calendar, grain: Grain) -> Self {
        self.each(|w| if w.is_empty() { w } else { calendar.to_date(w, grain) })
    }

    pub fn rolling(self, calendar: &Calendar, step: Step) -> Self {
        self.each(|w| if w.is_empty() { w } else { calendar.rolling(w, step) })
    }

    /// From the beginning of time to the window's start.
    pub fn before(self) -> Self {
        self.each(|w| Window::before(w.start))
    }

    /// From the beginning of time to the window's end.
    pub fn up_to_end(self) -> Self {
        self.each(|w| Window::before(w.end))
    }

    /// A window within the cut one.
    pub fn sub_window(self, window: Window) -> Self {
        Frame { asked: window, cut: window, plan: window, ..self }
    }

    /// From the cut window on, what was asked for no longer matters.
    fn each(self, move_window: impl Fn(Window) -> Window) -> Self {
        let cut = move_window(self.cut);
        Frame { asked: cut, cut, plan: move_window(self.plan), ..self }
    }
}
