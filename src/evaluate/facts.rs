//! What rules are told of the data: the history of every indicator, and how each source was read.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ask, EvalRequest, Evaluator, Periods, leaves, run};
use crate::design::{Design, DimensionId, IndicatorId, SourceId, Stage, Subject};
use crate::diagnostic::Diagnostic;
use crate::lint::{Facts, Observation, named_members};
use crate::plan::{Answer, Answers, Request, Slice};
use crate::results::{SourceReport, SubjectId};
use crate::source::Sources;
use crate::value::calendar::Date;
use crate::value::{Frequency, Period, Window};

/// Reporting periods that are evaluated of each indicator.
const PERIODS: usize = 36;

/// Gathered once, for all rules.
#[derive(Debug)]
pub struct DataFacts {
    as_of: Date,
    /// By indicator, oldest first.
    histories: Vec<Vec<Observation>>,
    /// By dimension that the design names a member of.
    members: BTreeMap<DimensionId, BTreeSet<String>>,
    /// By source.
    reports: Vec<Option<SourceReport>>,
}

impl DataFacts {
    /// None: no source has any data. Errors are of the data.
    pub fn gather(
        design: &Design,
        sources: &Sources,
        answers: &dyn Answers,
        as_of: Option<Date>,
    ) -> Result<Option<DataFacts>, Vec<Diagnostic>> {
        let mut evaluator = Evaluator::new(design, sources, answers, as_of);
        let Some(as_of) = evaluator.as_of() else { return Ok(None) };
        let mut histories: Vec<Vec<Observation>> = vec![Vec::new(); design.indicators.len()];
        for frequency in Frequency::ALL {
            let of = |at: usize| IndicatorId(at as u32);
            let indicators: Vec<IndicatorId> = (design.indicators.iter().enumerate())
                .filter(|(_, i)| i.frequency == frequency && i.stage != Stage::Retired)
                .map(|(at, _)| of(at))
                .collect();
            if indicators.is_empty() {
                continue;
            }
            let periods = ended(design, frequency, as_of);
            let ends = periods.first().zip(periods.last());
            let Some((first, last)) = ends.map(|(a, b)| (a.window(&design.calendar), b.window(&design.calendar)))
            else {
                continue;
            };
            let grain = design.calendar.grain_of(frequency);
            let request = EvalRequest {
                periods: Periods::Between { from: first.start, to: last.last(), grain },
                only: indicators.iter().map(|id| SubjectId::Indicator(*id)).collect(),
                as_of: Some(as_of),
                ..EvalRequest::default()
            };
            for row in run(design, sources, answers, &request)?.rows {
                let SubjectId::Indicator(id) = row.subject else { continue };
                let period = periods.iter().find(|p| p.window(&design.calendar) == row.window);
                if let (Some(period), Some(history)) = (period, histories.get_mut(id.index())) {
                    let observation = Observation { period: *period, value: row.value, rows: None, status: row.status };
                    // Before the data starts there is nothing to tell.
                    if observation.value.is_some() || !history.is_empty() {
                        history.push(observation);
                    }
                }
            }
            let asks: Vec<Ask<'_>> =
                indicators.iter().map(|id| Ask::subject(Subject::Indicator(*id), last, Slice::default())).collect();
            for (id, cell) in indicators.iter().zip(evaluator.cells(&asks)?) {
                let latest = histories.get_mut(id.index()).and_then(|history| history.last_mut());
                if let Some(latest) = latest.filter(|o| o.period.window(&design.calendar) == last) {
                    latest.rows = Some(cell.rows);
                }
            }
        }
        let ids = (0..design.sources.len()).map(|at| SourceId(at as u32));
        let reports = ids.map(|id| answers.facts(id).map(|facts| facts.report.clone())).collect();
        let members = members(design, answers, as_of)?;
        Ok(Some(DataFacts { as_of, histories, members, reports }))
    }
}

fn members(
    design: &Design,
    answers: &dyn Answers,
    as_of: Date,
) -> Result<BTreeMap<DimensionId, BTreeSet<String>>, Vec<Diagnostic>> {
    let dimensions: BTreeSet<DimensionId> = named_members(design).into_iter().map(|named| named.dimension).collect();
    let subjects = (0..design.indicators.len()).map(|at| Subject::Indicator(IndicatorId(at as u32)));
    let read: Vec<_> = subjects.flat_map(|subject| leaves(design, subject)).collect();
    let window = Window::of_days(Date::MIN, as_of);
    let asks = dimensions.iter().map(|dimension| {
        let declared = design.dimensions.get(dimension.index());
        let has = |leaf: &&crate::plan::Leaf| declared.is_some_and(|d| d.field_in(leaf.source()).is_some());
        let leaves = read.iter().filter(has).map(|leaf| (leaf.clone(), window, Slice::default())).collect();
        Request::Members { dimension: *dimension, leaves }
    });
    let asks: Vec<Request> = asks.collect();
    let found = answers.answer(&asks)?.into_iter().map(|answer| match answer {
        Answer::Members(members) => members.into_iter().collect(),
        Answer::Value { .. } | Answer::Count(_) => BTreeSet::new(),
    });
    Ok(dimensions.into_iter().zip(found).collect())
}

/// The last periods of a frequency that ended by a day, oldest first.
fn ended(design: &Design, frequency: Frequency, as_of: Date) -> Vec<Period> {
    let calendar = &design.calendar;
    let holding = calendar.period_of(calendar.grain_of(frequency), as_of);
    let mut period = if holding.window(calendar).last() <= as_of { holding } else { calendar.previous_period(holding) };
    let mut periods = Vec::with_capacity(PERIODS);
    for _ in 0..PERIODS {
        periods.push(period);
        period = calendar.previous_period(period);
    }
    periods.reverse();
    periods
}

impl Facts for DataFacts {
    fn as_of(&self) -> Date {
        self.as_of
    }

    fn history(&self, indicator: IndicatorId, periods: usize) -> Vec<Observation> {
        let all = self.histories.get(indicator.index()).map_or(&[][..], Vec::as_slice);
        all.iter().skip(all.len().saturating_sub(periods)).cloned().collect()
    }

    fn members(&self, dimension: DimensionId) -> Option<&BTreeSet<String>> {
        self.members.get(&dimension)
    }

    fn source(&self, source: SourceId) -> Option<&SourceReport> {
        self.reports.get(source.index())?.as_ref()
    }
}
