//! Cells → values, states with reasons, targets, scores, roll-up.
//!
//! A formula is a function of a window and a slice. Evaluation runs in rounds. A formula whose leaves are not all answered notes what it lacks and stays open; the answers
//! to all that is lacking are then got together, so that one scan serves them; and what was open is evaluated again. A
//! member-by-member aggregate takes two rounds, most formulas one.

pub mod assemble;
mod coverage;
mod facts;
mod formula;
pub mod judge;
mod members;
mod numbers;
mod outcome;
mod reads;
pub mod rollup;
pub mod score;
mod sets;
mod trace;
mod windows;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexSet;

use crate::design::{Aggregate, Design, DimensionId, Formula, SetAtom, SourceId, Subject};
use crate::diagnostic::Diagnostic;
use crate::plan::{Answer, Answers, Request, Slice};
use crate::results::{Flags, Reason, Trace};
use crate::source::{Sources, Span};
use crate::value::calendar::Date;
use crate::value::{Number, Window};
pub use assemble::{EvalRequest, Periods, Traces, run, run_traced, usual_history};
use coverage::Coverage;
pub use facts::{DataFacts, Reopen};
use outcome::{Datum, Outcome};
pub use reads::{leaves, needs, slicable};
use windows::Frame;

/// One formula to be evaluated on a window and a slice.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    what: What<'a>,
    window: Window,
    slice: Slice,
}

#[derive(Clone, Copy, Debug)]
enum What<'a> {
    Subject(Subject),
    Formula(&'a Formula),
}

impl<'a> Ask<'a> {
    /// A measure or an indicator.
    pub fn subject(subject: Subject, window: Window, slice: Slice) -> Ask<'a> {
        Ask { what: What::Subject(subject), window, slice }
    }

    /// Any formula, such as a target's.
    pub fn formula(formula: &'a Formula, window: Window, slice: Slice) -> Ask<'a> {
        Ask { what: What::Formula(formula), window, slice }
    }
}

/// A value, or the reason why there is none.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// None: missing, and then `reason` says why.
    pub value: Option<CellValue>,
    pub reason: Option<Reason>,
    pub flags: Flags,
    /// Rows behind it: of its smallest denominator, else of its smallest aggregate. For sets, their keys.
    pub rows: u64,
    /// Rows behind its largest aggregate: 0 where nothing at all was seen.
    pub most_rows: u64,
}

#[derive(Clone, Debug)]
pub enum CellValue {
    /// In base units.
    Number(Number),
    Bool(bool),
    Text(String),
    /// How many keys a set has.
    Set(u64),
}

impl Cell {
    pub fn number(&self) -> Option<&Number> {
        match &self.value {
            Some(CellValue::Number(number)) => Some(number),
            _ => None,
        }
    }
}

/// The ways through `if` and `otherwise`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The condition held.
    Then,
    /// It did not.
    Else,
    /// The left side of `otherwise` had a value.
    Known,
    /// It had none.
    Otherwise,
}

/// A way, and the place of the `if`, or of the right side of the `otherwise`.
pub type Branch = (Span, Way);

/// Place in [`Evaluator::slices`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct SliceId(usize);

/// Where a formula is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct At {
    frame: Frame,
    slice: SliceId,
}

type Key = (Subject, At);

/// Evaluates the formulas of one design over one set of answers. It keeps what it has been told and what it has found, so
/// that asking again costs nothing. The design must be without errors.
pub struct Evaluator<'d> {
    design: &'d Design,
    sources: &'d Sources,
    answers: &'d dyn Answers,
    as_of: Option<Date>,
    has_plans: bool,
    /// By source.
    coverage: Vec<Option<Coverage>>,
    slices: Vec<Slice>,
    slice_ids: HashMap<Slice, SliceId>,
    aggregates: HashSet<Arc<Aggregate>>,
    atoms: HashSet<Arc<SetAtom>>,
    known: HashMap<Request, Answer>,
    /// What the next round asks.
    demands: IndexSet<Request>,
    found: HashMap<Key, Outcome>,
    /// Subjects that a formula met and that are to be evaluated before it.
    wanted: Vec<Key>,
    /// Subjects that wait for the next round.
    open: HashSet<Key>,
    /// The sources that subjects read, in order.
    reads: HashMap<Subject, Arc<[SourceId]>>,
    /// The ways that formulas went.
    taken: BTreeSet<Branch>,
}

impl<'d> Evaluator<'d> {
    /// `as_of`: the last day that data is taken from; None: the latest that any source has data for.
    pub fn new(design: &'d Design, sources: &'d Sources, answers: &'d dyn Answers, as_of: Option<Date>) -> Self {
        let as_of = as_of.or_else(|| coverage::as_of(design, answers));
        let ids = (0u32..).map(SourceId).take(design.sources.len());
        Evaluator {
            design,
            sources,
            answers,
            as_of,
            has_plans: design.sources.iter().any(|s| s.plan),
            coverage: ids.map(|id| coverage::coverage(design, answers, id, as_of)).collect(),
            slices: Vec::new(),
            slice_ids: HashMap::new(),
            aggregates: HashSet::new(),
            atoms: HashSet::new(),
            known: HashMap::new(),
            demands: IndexSet::new(),
            found: HashMap::new(),
            wanted: Vec::new(),
            open: HashSet::new(),
            reads: HashMap::new(),
            taken: BTreeSet::new(),
        }
    }

    /// As in a `test`: every source is covered from the beginning of time.
    pub fn covered_from_the_beginning(mut self) -> Self {
        for coverage in &mut self.coverage {
            *coverage = Some(Coverage::always(coverage.and_then(|c| c.first)));
        }
        self
    }

    /// The ways that the formulas evaluated so far went.
    pub fn taken(&self) -> &BTreeSet<Branch> {
        &self.taken
    }

    /// The day that cuts windows; None: no source has any data.
    pub fn as_of(&self) -> Option<Date> {
        self.as_of
    }

    /// One cell for each ask, in order. Errors are of the data.
    pub fn cells(&mut self, asks: &[Ask<'_>]) -> Result<Vec<Cell>, Vec<Diagnostic>> {
        let mut cells: Vec<Option<Cell>> = vec![None; asks.len()];
        self.rounds(|evaluator| {
            for (cell, ask) in cells.iter_mut().zip(asks) {
                if cell.is_none() {
                    *cell = evaluator.cell(ask);
                }
            }
            cells.iter().all(Option::is_some).then_some(())
        })?;
        Ok(cells.into_iter().flatten().collect())
    }

    /// How a value came about, with the values on the way. Errors are of the data.
    pub fn trace(&mut self, ask: &Ask<'_>) -> Result<Trace, Vec<Diagnostic>> {
        let at = self.at(ask.window, &ask.slice);
        self.rounds(|evaluator| evaluator.trace_ask(ask, at))
    }

    /// As [`Evaluator::trace`], of many together.
    pub fn traces(&mut self, asks: &[Ask<'_>]) -> Result<Vec<Trace>, Vec<Diagnostic>> {
        let mut traces: Vec<Option<Trace>> = vec![None; asks.len()];
        self.rounds(|evaluator| {
            for (trace, ask) in traces.iter_mut().zip(asks).filter(|(trace, _)| trace.is_none()) {
                let at = evaluator.at(ask.window, &ask.slice);
                *trace = evaluator.trace_ask(ask, at);
            }
            traces.iter().all(Option::is_some).then_some(())
        })?;
        Ok(traces.into_iter().flatten().collect())
    }

    fn cell(&mut self, ask: &Ask<'_>) -> Option<Cell> {
        let sources = match ask.what {
            What::Subject(subject) => self.subject_sources(subject),
            What::Formula(formula) => self.sources_of(formula),
        };
        // Plans are never cut.
        let reads_data = sources.iter().any(|source| !self.is_plan(*source));
        let in_progress = reads_data && self.as_of.is_some_and(|day| ask.window.cut(day) != ask.window);
        if let Some(reason) = self.not_sliced(ask) {
            let flags = Flags { in_progress, ..Flags::default() };
            return Some(Cell { reason: Some(reason), flags, ..Cell::default() });
        }
        let at = self.at(ask.window, &ask.slice);
        let outcome = match ask.what {
            What::Subject(subject) => self.reference(subject, at)?,
            What::Formula(formula) => self.eval(formula, at)?,
        };
        let (value, reason) = match outcome.result {
            Ok(Datum::Number(number)) => (Some(CellValue::Number(number)), None),
            Ok(Datum::Bool(bool)) => (Some(CellValue::Bool(bool)), None),
            Ok(Datum::Text(text)) => (Some(CellValue::Text(text.to_string())), None),
            Ok(Datum::Set(term)) => (Some(CellValue::Set(self.count_keys(&term)?)), None),
            Err(missing) => (None, Some(missing.reason)),
        };
        let rows = match value {
            Some(CellValue::Set(keys)) => keys,
            _ => outcome.behind.smallest().unwrap_or(0),
        };
        // What is missing is no part of anything.
        let flags = Flags { in_progress, partial: outcome.flags.partial && reason.is_none(), ..outcome.flags };
        Some(Cell { value, reason, flags, rows, most_rows: outcome.behind.most.max(rows) })
    }

    /// A drill-down by a dimension that a source lacks has no value, whatever the formula would make of that.
    fn not_sliced(&self, ask: &Ask<'_>) -> Option<Reason> {
        ask.slice.conditions.iter().find_map(|condition| {
            let lacking = match ask.what {
                What::Subject(subject) => slicable(self.design, subject, condition.dimension),
                What::Formula(formula) => reads::formula_slicable(self.design, formula, condition.dimension),
            };
            Some(Reason::NoDimension { source: lacking.err()?, dimension: self.dimension_name(condition.dimension) })
        })
    }

    // ---- rounds --------------------------------------------------------------------------------------------------

    /// Attempts until it succeeds, with what the attempt lacked answered in between.
    fn rounds<T>(&mut self, mut attempt: impl FnMut(&mut Self) -> Option<T>) -> Result<T, Vec<Diagnostic>> {
        loop {
            self.open.clear();
            loop {
                if let Some(done) = attempt(self) {
                    self.demands.clear();
                    return Ok(done);
                }
                if self.wanted.is_empty() {
                    break;
                }
                self.settle();
            }
            let requests: Vec<Request> = std::mem::take(&mut self.demands).into_iter().collect();
            if requests.is_empty() {
                // Open, though nothing is lacking: no formula of a design without errors is.
                return Err(Vec::new());
            }
            let answers = self.answers.answer(&requests)?;
            // Whoever leaves a request unanswered has no rows for it; asking for ever would not help.
            let nothing = std::iter::repeat(Answer::Value { value: None, rows: 0 });
            self.known.extend(requests.into_iter().zip(answers.into_iter().chain(nothing)));
        }
    }

    /// Evaluates the subjects that are wanted, and first those that they want, until each is found or lacks answers. A
    /// list and not recursion: a chain of references may be long.
    fn settle(&mut self) {
        let mut waiting = std::mem::take(&mut self.wanted);
        // Those on the list that wait for what stands behind them.
        let mut begun: HashSet<Key> = HashSet::new();
        while let Some(key) = waiting.last().copied() {
            if self.found.contains_key(&key) || self.open.contains(&key) {
                waiting.pop();
                continue;
            }
            let (subject, at) = key;
            let outcome = match reads::formula_of(self.design, subject) {
                Some(formula) => self.eval(formula, at),
                None => Some(Outcome::missing(Reason::Undefined { formula: String::new() })),
            };
            match outcome {
                Some(outcome) => {
                    let outcome = self.concluded(subject, outcome, at);
                    self.found.insert(key, outcome);
                    waiting.pop();
                }
                None if self.wanted.is_empty() => {
                    self.open.insert(key);
                    waiting.pop();
                }
                None => {
                    begun.insert(key);
                    // One that waits for itself is a cycle, which only a design with errors has.
                    self.wanted.retain(|key| !begun.contains(key));
                    if self.wanted.is_empty() {
                        self.open.insert(key);
                    }
                    waiting.append(&mut self.wanted);
                }
            }
        }
    }

    /// The answer to a request; None, and a demand for the next round, where it is not known yet.
    fn answer(&mut self, request: Request) -> Option<&Answer> {
        if !self.known.contains_key(&request) {
            self.demands.insert(request);
            return None;
        }
        self.known.get(&request)
    }

    // ---- places and names ----------------------------------------------------------------------------------------

    fn at(&mut self, window: Window, slice: &Slice) -> At {
        At { frame: Frame::new(window, self.as_of), slice: self.slice_id(slice.clone()) }
    }

    fn slice_id(&mut self, slice: Slice) -> SliceId {
        if let Some(id) = self.slice_ids.get(&slice) {
            return *id;
        }
        let id = SliceId(self.slices.len());
        self.slices.push(slice.clone());
        self.slice_ids.insert(slice, id);
        id
    }

    fn slice(&self, id: SliceId) -> Slice {
        self.slices.get(id.0).cloned().unwrap_or_default()
    }

    fn shared_aggregate(&mut self, aggregate: &Aggregate) -> Arc<Aggregate> {
        if let Some(shared) = self.aggregates.get(aggregate) {
            return shared.clone();
        }
        let shared = Arc::new(aggregate.clone());
        self.aggregates.insert(shared.clone());
        shared
    }

    fn shared_atom(&mut self, atom: &SetAtom) -> Arc<SetAtom> {
        if let Some(shared) = self.atoms.get(atom) {
            return shared.clone();
        }
        let shared = Arc::new(atom.clone());
        self.atoms.insert(shared.clone());
        shared
    }

    /// As written in the design, on one line.
    fn text(&self, formula: &Formula) -> String {
        self.sources.slice(formula.span.0).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn label(&self, window: Window) -> String {
        self.design.calendar.label(window)
    }

    fn source_name(&self, source: SourceId) -> String {
        self.design.sources.get(source.index()).map_or_else(String::new, |s| s.naming.name.clone())
    }

    fn dimension_name(&self, dimension: DimensionId) -> String {
        self.design.dimensions.get(dimension.index()).map_or_else(String::new, |d| d.naming.name.clone())
    }

    fn is_plan(&self, source: SourceId) -> bool {
        self.has_plans && self.design.sources.get(source.index()).is_some_and(|s| s.plan)
    }

    /// The sources that a formula reads, through measures and indicators, in order.
    fn sources_of(&mut self, formula: &Formula) -> Arc<[SourceId]> {
        let (mut sources, named) = direct_reads(formula);
        for subject in named {
            sources.extend(self.subject_sources(subject).iter());
        }
        sources.into_iter().collect()
    }

    /// As [`Evaluator::sources_of`]; those of what is named are found first, with a list and not by recursion.
    fn subject_sources(&mut self, subject: Subject) -> Arc<[SourceId]> {
        let mut waiting = vec![subject];
        // Those on the list that wait for what stands behind them: who names one of these stands on a cycle, and ends there.
        let mut begun: HashSet<Subject> = HashSet::new();
        while let Some(next) = waiting.last().copied() {
            if self.reads.contains_key(&next) {
                waiting.pop();
                continue;
            }
            begun.insert(next);
            let (mut sources, named) = reads::formula_of(self.design, next).map(direct_reads).unwrap_or_default();
            let unknown: Vec<Subject> =
                named.iter().filter(|s| !self.reads.contains_key(*s) && !begun.contains(*s)).copied().collect();
            if unknown.is_empty() {
                sources.extend(named.iter().filter_map(|s| self.reads.get(s)).flat_map(|s| s.iter()));
                self.reads.insert(next, sources.into_iter().collect());
            } else {
                waiting.extend(unknown);
            }
        }
        self.reads.get(&subject).cloned().unwrap_or_default()
    }
}

/// The sources that the leaves of a formula itself read, and the subjects that it names.
fn direct_reads(formula: &Formula) -> (BTreeSet<SourceId>, Vec<Subject>) {
    let (mut sources, mut names) = (BTreeSet::new(), Vec::new());
    let mut waiting = vec![formula];
    while let Some(next) = waiting.pop() {
        sources.extend(reads::source_of(next));
        names.extend(reads::named(next));
        waiting.extend(next.operands());
    }
    (sources, names)
}

#[cfg(test)]
mod tests;
