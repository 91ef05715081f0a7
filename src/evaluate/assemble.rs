//! From a request to `Results`: which subjects on which windows and slices, their values, verdicts and rolled-up scores,
//! in the order in which every output shows them.

mod asked;
mod rows;
mod scored;

use std::collections::HashMap;

use super::judge::{Case, Demand, Values, Verdict};
use super::{Ask, Cell, Evaluator};
use crate::design::{Design, DimensionId, IndicatorId, SourceId, Subject};
use crate::diagnostic::Diagnostic;
use crate::plan::{Answers, Slice};
use crate::results::{Member, Notice, Results, SourceReport, SubjectId, Trace};
use crate::source::Sources;
use crate::value::calendar::Date;
use crate::value::{Grain, Period, Window};
pub use asked::usual_history;
use asked::{Asked, Selection, history, periods, slices};

/// What is asked of a design.
#[derive(Clone, Debug, Default)]
pub struct EvalRequest {
    pub periods: Periods,
    /// How many periods of the same grain before the first one are evaluated too.
    pub history: usize,
    /// Empty: every indicator, factor, objective and the design.
    pub only: Vec<SubjectId>,
    /// Measures too, though they were not named.
    pub measures: bool,
    /// Conditions that narrow everything, in the order asked.
    pub slice: Vec<(DimensionId, Member)>,
    /// Each gives the whole and a line for each member, or for each combination of members.
    pub by: Vec<Vec<DimensionId>>,
    pub as_of: Option<Date>,
}

#[derive(Clone, Debug, Default)]
pub enum Periods {
    /// The latest period that has ended by the as-of day, of the coarsest frequency in the design.
    #[default]
    Latest,
    One(Period),
    /// Every period of the grain whose last day lies between the two, both included.
    Between {
        from: Date,
        to: Date,
        grain: Grain,
    },
}

/// How the values of indicators came about, in the order of indicators.
pub type Traces = Vec<(IndicatorId, Trace)>;

/// Evaluates a request. Errors are of the data.
pub fn run(
    design: &Design,
    sources: &Sources,
    answers: &dyn Answers,
    request: &EvalRequest,
) -> Result<Results, Vec<Diagnostic>> {
    evaluated(design, sources, answers, request).map(|(results, _)| results)
}

/// As [`run`], with the trace of each indicator in the first period and the whole: most of what they need is known by then.
pub fn run_traced(
    design: &Design,
    sources: &Sources,
    answers: &dyn Answers,
    request: &EvalRequest,
) -> Result<(Results, Traces), Vec<Diagnostic>> {
    let (results, mut evaluator) = evaluated(design, sources, answers, request)?;
    let Some(whole) = results.rows.first().map(|r| (r.window, r.slice.clone())) else {
        return Ok((results, Vec::new()));
    };
    let slice = asked::whole(request).slice;
    let ids: Vec<IndicatorId> = results
        .rows
        .iter()
        .filter(|r| (r.window, &r.slice) == (whole.0, &whole.1))
        .filter_map(|r| match r.subject {
            SubjectId::Indicator(id) => Some(id),
            _ => None,
        })
        .collect();
    let asks: Vec<Ask<'_>> =
        ids.iter().map(|id| Ask::subject(Subject::Indicator(*id), whole.0, slice.clone())).collect();
    let traces = evaluator.traces(&asks)?;
    Ok((results, ids.into_iter().zip(traces).collect()))
}

fn evaluated<'d>(
    design: &'d Design,
    sources: &'d Sources,
    answers: &'d dyn Answers,
    request: &EvalRequest,
) -> Result<(Results, Evaluator<'d>), Vec<Diagnostic>> {
    let mut evaluator = Evaluator::new(design, sources, answers, request.as_of);
    let as_of = evaluator.as_of();
    let asked = periods(design, &request.periods, as_of);
    let before = history(design, asked.first(), request.history);
    let first = before.len();
    let periods: Vec<(String, Window)> =
        before.into_iter().chain(asked).map(|p| (p.label(), p.window(&design.calendar))).collect();
    let shown = periods.get(first..).unwrap_or_default();
    let windows: Vec<Window> = shown.iter().map(|(_, window)| *window).collect();
    let selection = Selection::new(design, request);
    let asked = slices(design, answers, request, &windows, &selection, as_of)?;
    let mut run =
        Run { design, as_of, periods: &periods, first, asked: &asked, notices: Vec::new(), uncut: HashMap::new() };
    let table = run.evaluate(&mut evaluator, sources, answers, &selection)?;
    let results = Results {
        name: design.naming.name.clone(),
        title: design.naming.title().to_string(),
        design_hash: String::new(),
        locale: design.locale.clone(),
        as_of,
        periods: shown.to_vec(),
        rows: run.rows(&selection, &table, first..periods.len()),
        history: (0..first).flat_map(|p| run.rows(&selection, &table, p..p + 1)).collect(),
        sources: source_reports(design, answers),
        notices: run.notices,
    };
    Ok((results, evaluator))
}

fn source_reports(design: &Design, answers: &dyn Answers) -> Vec<SourceReport> {
    let ids = (0..design.sources.len()).map(|i| SourceId(i as u32));
    ids.filter_map(|id| answers.facts(id).map(|facts| facts.report.clone())).collect()
}

// ---- values and verdicts -----------------------------------------------------------------------------------------

/// An indicator or measure on the n-th period and the n-th slice.
type Key = (Subject, usize, usize);

#[derive(Default)]
struct Table {
    cells: HashMap<Key, Cell>,
    verdicts: HashMap<Key, Verdict>,
    /// Slices without a row behind any value: nobody has no member there.
    empty: Vec<usize>,
}

struct Run<'r, 'd> {
    design: &'d Design,
    as_of: Option<Date>,
    /// Those of the history, then those asked for.
    periods: &'r [(String, Window)],
    /// How many are of the history.
    first: usize,
    asked: &'r [Asked],
    notices: Vec<Notice>,
    /// Values that another day than the design's cuts, by that day.
    uncut: HashMap<Date, Vec<(Demand<'d>, Slice)>>,
}

/// Answers the demands of verdicts from evaluators whose cells are all known by then.
struct Answered<'e, 'd> {
    evaluator: &'e mut Evaluator<'d>,
    uncut: &'e mut HashMap<Date, Evaluator<'d>>,
    errors: Vec<Diagnostic>,
}

impl<'d> Values<'d> for Answered<'_, 'd> {
    fn cell(&mut self, demand: Demand<'d>, slice: &Slice) -> Cell {
        let evaluator = match demand.as_of {
            Some(day) => self.uncut.get_mut(&day),
            None => Some(&mut *self.evaluator),
        };
        let answer = evaluator.map(|e| e.cells(&[demand.ask(slice)]));
        match answer {
            Some(Ok(cells)) => cells.into_iter().next().unwrap_or_default(),
            Some(Err(errors)) => {
                self.errors.extend(errors);
                Cell::default()
            }
            None => Cell::default(),
        }
    }
}

impl<'d> Run<'_, 'd> {
    /// One batch for all values and one for each other as-of day, so that a scan answers many.
    fn evaluate(
        &mut self,
        evaluator: &mut Evaluator<'d>,
        sources: &'d Sources,
        answers: &'d dyn Answers,
        selection: &Selection,
    ) -> Result<Table, Vec<Diagnostic>> {
        let mut keys: Vec<Key> = Vec::new();
        for subject in selection.subjects() {
            for (s, asked) in self.asked.iter().enumerate() {
                if let Some(notice) = self.left_out(subject, asked) {
                    if !self.notices.contains(&notice) {
                        self.notices.push(notice);
                    }
                    continue;
                }
                keys.extend((0..self.periods.len()).map(|p| (subject, p, s)));
            }
        }
        let mut cases: Vec<(Key, Case<'d>)> = Vec::new();
        let mut asks: Vec<Ask<'d>> = Vec::new();
        for key @ (subject, p, s) in &keys {
            let (Some((_, window)), Some(asked)) = (self.periods.get(*p), self.asked.get(*s)) else { continue };
            asks.push(Ask::subject(*subject, *window, asked.slice.clone()));
            if let Subject::Indicator(id) = subject {
                cases.extend(Case::new(self.design, *id, *window, &asked.slice, self.as_of).map(|c| (*key, c)));
            }
        }
        let own = asks.len();
        for (_, case) in &cases {
            for demand in case.demands() {
                match demand.as_of {
                    None => asks.push(demand.ask(&case.slice)),
                    Some(day) => self.uncut.entry(day).or_default().push((demand, case.slice.clone())),
                }
            }
        }
        let cells = evaluator.cells(&asks)?;
        let mut uncut = HashMap::new();
        for (day, demands) in self.uncut.drain() {
            let mut other = Evaluator::new(self.design, sources, answers, Some(day));
            let asks: Vec<Ask<'d>> = demands.iter().map(|(demand, slice)| demand.ask(slice)).collect();
            other.cells(&asks)?;
            uncut.insert(day, other);
        }
        let mut table =
            Table { cells: keys.into_iter().zip(cells.into_iter().take(own)).collect(), ..Table::default() };
        let mut answered = Answered { evaluator, uncut: &mut uncut, errors: Vec::new() };
        for (key, case) in &cases {
            table.verdicts.insert(*key, case.verdict(&mut answered));
        }
        if !answered.errors.is_empty() {
            return Err(answered.errors);
        }
        let not_given = |asked: &Asked| asked.shown.iter().any(|(d, m)| asked.by.contains(d) && *m == Member::NotGiven);
        table.empty = self
            .asked
            .iter()
            .enumerate()
            .filter(|(s, asked)| {
                not_given(asked)
                    && !table.cells.iter().any(|((_, p, t), cell)| *p >= self.first && t == s && cell.most_rows > 0)
            })
            .map(|(s, _)| s)
            .collect();
        Ok(table)
    }

    /// An indicator that cannot be sliced by a dimension has no line in a drill-down, and that is said once.
    fn left_out(&self, subject: Subject, asked: &Asked) -> Option<Notice> {
        asked.by.iter().find_map(|dimension| {
            let source = super::slicable(self.design, subject, *dimension).err()?;
            let naming = match subject {
                Subject::Indicator(id) => self.design.indicators.get(id.index()).map(|i| &i.naming),
                Subject::Measure(id) => self.design.measures.get(id.index()).map(|m| &m.naming),
            };
            Some(Notice::NotSliced {
                subject: naming.map_or_else(String::new, |n| n.name.clone()),
                dimension: self
                    .design
                    .dimensions
                    .get(dimension.index())
                    .map_or_else(String::new, |d| d.naming.name.clone()),
                source,
            })
        })
    }
}
