//! What days a source covers, and the as-of day of the design.

use crate::design::{Design, Source, SourceId};
use crate::plan::{Answers, SourceFacts};
use crate::value::calendar::Date;
use crate::value::{Calendar, Frequency, Grain, Window};

/// The days for which a source would have rows if anything had happened; None: it has no rows at all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Coverage {
    pub window: Option<Window>,
}

impl Coverage {
    /// From the beginning of time, as in a test.
    pub const fn always() -> Self {
        Coverage { window: Some(Window::new(Date::MIN, Date::MAX)) }
    }

    pub fn touches(self, window: Window) -> bool {
        self.window.is_some_and(|covered| covered.intersect(window).is_some())
    }

    pub fn starts_after(self, day: Date) -> bool {
        self.window.is_some_and(|covered| covered.start > day)
    }
}

/// The latest day that any source but a plan has data for; one that is refreshed monthly has it for the whole month.
pub fn as_of(design: &Design, answers: &dyn Answers) -> Option<Date> {
    let sources = design.sources.iter().enumerate().filter(|(_, source)| !source.plan && source.time.is_some());
    sources
        .filter_map(|(index, source)| {
            let last = answers.facts(SourceId(index as u32))?.last?;
            Some(last_day(&design.calendar, source, last))
        })
        .max()
}

fn last_day(calendar: &Calendar, source: &Source, last: Date) -> Date {
    let grain = source.refreshed.map_or(Grain::Day, |f| calendar.grain_of(f));
    calendar.period_of(grain, last).window(calendar).last()
}

/// From the start of the month that holds the first row, or of the `refreshed` period if that is longer, to the as-of
/// day; `covers` says otherwise. A plan reaches as far as its rows.
pub fn of(design: &Design, answers: &dyn Answers, id: SourceId, as_of: Option<Date>) -> Coverage {
    let Some(source) = design.sources.get(id.index()) else { return Coverage::default() };
    let facts = answers.facts(id).cloned().unwrap_or_default();
    let calendar = &design.calendar;
    let declared = source.covers;
    let start = declared.and_then(|c| c.start).or_else(|| first_day(calendar, source, &facts));
    let data_end = facts.last.map(|last| {
        let month = calendar.period_of(Grain::Month, last).window(calendar).last();
        last_day(calendar, source, last).max(month)
    });
    let end = declared.and_then(|c| c.end).or(if source.plan { data_end.max(as_of) } else { as_of });
    let window = start.zip(end).map(|(start, end)| Window::of_days(start, end));
    Coverage { window: window.filter(|w| !w.is_empty()) }
}

fn first_day(calendar: &Calendar, source: &Source, facts: &SourceFacts) -> Option<Date> {
    let first = facts.first?;
    let longer = matches!(source.refreshed, Some(Frequency::Quarterly | Frequency::HalfYearly | Frequency::Yearly));
    let grain = source.refreshed.filter(|_| longer).map_or(Grain::Month, |f| calendar.grain_of(f));
    Some(calendar.period_of(grain, first).window(calendar).start)
}
