//! What rules are told of the data: the history of every indicator, and how each source was read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use super::{Ask, EvalRequest, Evaluator, Periods, leaves, needs, run};
use crate::design::{Aggregate, CleanKind, Design, DimensionId, IndicatorId, SourceId, Stage, Subject};
use crate::diagnostic::Diagnostic;
use crate::lint::{Facts, Observation, named_members};
use crate::plan::{Answer, Answers, Leaf, Needs, Request, Slice};
use crate::results::{SourceReport, SubjectId};
use crate::source::Sources;
use crate::value::calendar::Date;
use crate::value::{Frequency, Period, Window};

/// Reporting periods that are evaluated of each indicator.
const PERIODS: usize = 36;

/// Opens the data of a changed design and shows it, or says what is wrong with it.
pub type Reopen<'d> = dyn Fn(&Design, &Needs, &mut dyn FnMut(&dyn Answers)) -> Result<(), Vec<Diagnostic>> + Sync + 'd;

/// Each thing is gathered for all rules when the first asks for it.
pub struct DataFacts<'d> {
    design: &'d Design,
    sources: &'d Sources,
    answers: &'d (dyn Answers + Sync),
    reopen: &'d Reopen<'d>,
    as_of: Date,
    /// By indicator, oldest first.
    histories: OnceLock<Vec<Vec<Observation>>>,
    /// By dimension that the design names a member of.
    members: OnceLock<BTreeMap<DimensionId, BTreeSet<String>>>,
    undropped: OnceLock<BTreeMap<IndicatorId, f64>>,
    /// By source.
    reports: Vec<Option<SourceReport>>,
    /// What was found wrong with the data on the way.
    errors: Mutex<Vec<Diagnostic>>,
}

impl<'d> DataFacts<'d> {
    /// None: no source has any data.
    pub fn new(
        design: &'d Design,
        sources: &'d Sources,
        answers: &'d (dyn Answers + Sync),
        reopen: &'d Reopen<'d>,
        as_of: Option<Date>,
    ) -> Option<DataFacts<'d>> {
        let as_of = Evaluator::new(design, sources, answers, as_of).as_of()?;
        let ids = (0..design.sources.len()).map(|at| SourceId(at as u32));
        Some(DataFacts {
            design,
            sources,
            answers,
            reopen,
            as_of,
            histories: OnceLock::new(),
            members: OnceLock::new(),
            undropped: OnceLock::new(),
            reports: ids.map(|id| answers.facts(id).map(|facts| facts.report.clone())).collect(),
            errors: Mutex::default(),
        })
    }

    /// What was found wrong with the data while rules asked for it.
    pub fn into_errors(self) -> Vec<Diagnostic> {
        self.errors.into_inner().unwrap_or_default()
    }

    /// What was found, or nothing where the data has errors, which are kept.
    fn kept<T: Default>(&self, found: Result<T, Vec<Diagnostic>>) -> T {
        found.unwrap_or_else(|errors| {
            if let Ok(mut known) = self.errors.lock() {
                for error in errors {
                    if !known.contains(&error) {
                        known.push(error);
                    }
                }
            }
            T::default()
        })
    }

    fn histories(&self) -> &[Vec<Observation>] {
        self.histories.get_or_init(|| self.kept(self.gather_histories()))
    }

    fn gather_histories(&self) -> Result<Vec<Vec<Observation>>, Vec<Diagnostic>> {
        let DataFacts { design, sources, answers, as_of, .. } = *self;
        let mut evaluator = Evaluator::new(design, sources, answers, Some(as_of));
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
        Ok(histories)
    }

    fn gather_members(&self) -> Result<BTreeMap<DimensionId, BTreeSet<String>>, Vec<Diagnostic>> {
        let DataFacts { design, answers, .. } = *self;
        let dimensions: BTreeSet<DimensionId> =
            named_members(design).into_iter().map(|named| named.dimension).collect();
        let subjects = (0..design.indicators.len()).map(|at| Subject::Indicator(IndicatorId(at as u32)));
        let read: Vec<_> = subjects.flat_map(|subject| leaves(design, subject)).collect();
        let window = Window::of_days(Date::MIN, self.as_of);
        let asks = dimensions.iter().map(|dimension| {
            let declared = design.dimensions.get(dimension.index());
            let has = |leaf: &&Leaf| declared.is_some_and(|d| d.field_in(leaf.source()).is_some());
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

    /// The latest values of the indicators that read a source of which `drop where` took rows, with those rows.
    fn gather_undropped(&self) -> Result<BTreeMap<IndicatorId, f64>, Vec<Diagnostic>> {
        let mut design = self.design.clone();
        let mut changed: BTreeSet<SourceId> = BTreeSet::new();
        for (at, (source, report)) in design.sources.iter_mut().zip(&self.reports).enumerate() {
            // The report has one entry a step, in their order.
            let steps = report.iter().flat_map(|r| &r.steps).zip(&source.clean);
            let drops = |kind: &CleanKind| matches!(kind, CleanKind::DropWhere(_));
            if steps.into_iter().any(|(counted, step)| drops(&step.kind) && counted.count > 0) {
                source.clean.retain(|step| !drops(&step.kind));
                changed.insert(SourceId(at as u32));
            }
        }
        let mut subjects: Vec<(IndicatorId, Window)> = Vec::new();
        for (at, history) in self.histories().iter().enumerate() {
            let id = IndicatorId(at as u32);
            let Some(latest) = history.last().filter(|o| o.value.is_some()) else { continue };
            let reads = needs(&design, &[Subject::Indicator(id)], &[], false).reads(&design);
            if reads.keys().any(|source| changed.contains(source)) {
                subjects.push((id, latest.period.window(&design.calendar)));
            }
        }
        let mut values = BTreeMap::new();
        if subjects.is_empty() {
            return Ok(values);
        }
        let read: Vec<Subject> = subjects.iter().map(|(id, _)| Subject::Indicator(*id)).collect();
        let mut result = Ok(());
        (self.reopen)(&design, &needs(&design, &read, &[], false), &mut |answers| {
            let mut evaluator = Evaluator::new(&design, self.sources, answers, Some(self.as_of));
            let asks: Vec<Ask<'_>> = (subjects.iter())
                .map(|(id, window)| Ask::subject(Subject::Indicator(*id), *window, Slice::default()))
                .collect();
            result = evaluator.cells(&asks).map(|cells| {
                let known =
                    subjects.iter().zip(&cells).filter_map(|((id, _), cell)| Some((*id, cell.number()?.to_f64())));
                values.extend(known);
            });
        })?;
        result.map(|()| values)
    }
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

impl Facts for DataFacts<'_> {
    fn as_of(&self) -> Date {
        self.as_of
    }

    fn history(&self, indicator: IndicatorId, periods: usize) -> Vec<Observation> {
        let all = self.histories().get(indicator.index()).map_or(&[][..], Vec::as_slice);
        all.iter().skip(all.len().saturating_sub(periods)).cloned().collect()
    }

    fn members(&self, dimension: DimensionId) -> Option<&BTreeSet<String>> {
        self.members.get_or_init(|| self.kept(self.gather_members())).get(&dimension)
    }

    fn aggregates(&self, asks: &[(Aggregate, Window)]) -> Vec<Option<f64>> {
        let request = |(aggregate, window): &(Aggregate, Window)| Request::Aggregate {
            aggregate: Arc::new(aggregate.clone()),
            window: *window,
            slice: Slice::default(),
        };
        let requests: Vec<Request> = asks.iter().map(request).collect();
        let answers = if requests.is_empty() { Vec::new() } else { self.kept(self.answers.answer(&requests)) };
        let value = |answer: Answer| match answer {
            Answer::Value { value, .. } => value.map(|v| v.to_f64()),
            Answer::Count(_) | Answer::Members(_) => None,
        };
        answers.into_iter().map(value).chain(std::iter::repeat(None)).take(asks.len()).collect()
    }

    fn examples(&self, aggregate: &Aggregate, window: Window, field: &str, most: usize) -> Vec<String> {
        let leaf = Leaf::Aggregate(Arc::new(aggregate.clone()));
        let sample = self.kept(self.answers.sample(&leaf, window, &Slice::default(), most));
        let Some(at) = sample.columns.iter().position(|column| column == field) else { return Vec::new() };
        sample.rows.into_iter().filter_map(|mut row| row.get_mut(at).and_then(Option::take)).collect()
    }

    fn undropped(&self, indicator: IndicatorId) -> Option<f64> {
        // What is wrong with rows that are dropped is no error of the data.
        self.undropped.get_or_init(|| self.gather_undropped().unwrap_or_default()).get(&indicator).copied()
    }

    fn source(&self, source: SourceId) -> Option<&SourceReport> {
        self.reports.get(source.index())?.as_ref()
    }
}
