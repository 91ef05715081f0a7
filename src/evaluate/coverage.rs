//! From when to when a source has data, and the one day up to which all of them have.

use crate::design::{Design, Source, SourceId};
use crate::plan::Answers;
use crate::value::calendar::Date;
use crate::value::{Calendar, Frequency, Grain, Window};

/// The days that a source covers, both ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coverage {
    pub start: Date,
    pub end: Date,
    /// The start of the month (or longer period) that holds the first row, where there is one: `covers` may say more.
    pub first: Option<Date>,
}

impl Coverage {
    /// From the beginning of time, as in a test.
    pub fn always(first: Option<Date>) -> Coverage {
        Coverage { start: Date::MIN, end: Date::MAX, first }
    }

    pub fn touches(&self, window: Window) -> bool {
        window.intersect(Window::of_days(self.start, self.end)).is_some()
    }
}

/// The latest day that any source which is no plan has data for.
pub(super) fn as_of(design: &Design, answers: &dyn Answers) -> Option<Date> {
    let sources = (0u32..).map(SourceId).zip(&design.sources);
    sources
        .filter(|(_, source)| !source.plan && source.time.is_some())
        .filter_map(|(id, source)| {
            let last = answers.facts(id)?.last?;
            // A source that is refreshed by the month has data for the whole month.
            Some(source.refreshed.map_or(last, |often| period(&design.calendar, often, last).last()))
        })
        .max()
}

/// None: the source has no rows and does not say what it covers.
pub(super) fn coverage(design: &Design, answers: &dyn Answers, id: SourceId, as_of: Option<Date>) -> Option<Coverage> {
    let source = design.sources.get(id.index())?;
    let facts = answers.facts(id);
    let first = facts.and_then(|f| f.first).map(|day| natural(&design.calendar, source, day).start);
    // A plan reaches past the as-of day, as far as it goes.
    let planned = facts.filter(|_| source.plan).and_then(|f| f.last);
    let last = as_of.max(planned.map(|day| natural(&design.calendar, source, day).last()));
    let said = source.covers;
    let start = said.and_then(|c| c.start).or(first)?;
    let end = said.and_then(|c| c.end).or(last)?;
    Some(Coverage { start, end, first })
}

/// The month that holds a day, or the period in which the source is refreshed where that is longer.
fn natural(calendar: &Calendar, source: &Source, day: Date) -> Window {
    let month = calendar.period_of(Grain::Month, day).window(calendar);
    match source.refreshed {
        Some(often @ (Frequency::Quarterly | Frequency::HalfYearly | Frequency::Yearly)) => {
            period(calendar, often, day)
        }
        Some(Frequency::Daily | Frequency::Weekly | Frequency::Monthly) | None => month,
    }
}

fn period(calendar: &Calendar, often: Frequency, day: Date) -> Window {
    calendar.period_of(calendar.grain_of(often), day).window(calendar)
}
