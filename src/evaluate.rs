//! Cells → values, states with reasons, targets, scores, roll-up.
//!
//! A formula is a function of a window and a slice. The evaluator walks formulas and keeps what the engine answered; a leaf
//! that is not answered yet is asked for in the next round, together with all others, so that a round is one scan a
//! source. It goes on until nothing is open.

pub mod assemble;
mod by;
mod coverage;
mod formula;
mod frame;
pub mod judge;
mod leaves;
pub mod rollup;
mod scalar;
pub mod score;
mod trace;

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexSet;

use crate::design::{Aggregate, Design, Formula, SetAtom, SourceId, Subject};
use crate::diagnostic::Diagnostic;
use crate::plan::{Answer, Answers, Leaf, Request, SetTerm, Slice};
use crate::results::{Flags, Reason, Trace};
use crate::source::Sources;
use crate::value::calendar::Date;
use crate::value::{Number, Window};

pub use assemble::{EvalRequest, Periods, run};
use coverage::Coverage;
use frame::Frame;
pub use leaves::{leaves, needs, slicable};

/// A value that there is.
#[derive(Clone, Debug)]
pub enum CellValue {
    Number(Number),
    Bool(bool),
    Text(String),
    /// How many keys a set has.
    Set(u64),
}

/// What a formula is on one window and slice.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub value: Option<CellValue>,
    /// Why there is no value.
    pub reason: Option<Reason>,
    pub flags: Flags,
    /// Rows behind the value: of its smallest denominator, else of its smallest aggregate.
    pub rows: u64,
}

/// One question to the evaluator.
#[derive(Clone, Debug)]
pub struct Ask<'d> {
    what: What<'d>,
    window: Window,
    slice: Slice,
}

#[derive(Clone, Copy, Debug)]
enum What<'d> {
    Subject(Subject),
    Formula(&'d Formula),
}

impl<'d> Ask<'d> {
    pub fn subject(subject: Subject, window: Window, slice: Slice) -> Self {
        Ask { what: What::Subject(subject), window, slice }
    }

    pub fn formula(formula: &'d Formula, window: Window, slice: Slice) -> Self {
        Ask { what: What::Formula(formula), window, slice }
    }
}

/// A value while formulas are walked: sets stay terms until they are counted or chosen as a slice.
#[derive(Clone, Debug)]
enum Value {
    Number(Number),
    Bool(bool),
    Text(String),
    Set(Arc<SetTerm>),
}

/// Why a walk has no value.
#[derive(Clone, Debug)]
enum Stop {
    /// The engine has not been asked yet.
    Pending,
    Missing(Reason),
}

/// The smallest numbers of rows behind a value.
#[derive(Clone, Copy, Debug, Default)]
struct Behind {
    aggregate: Option<u64>,
    denominator: Option<u64>,
}

fn least(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    a.into_iter().chain(b).min()
}

impl Behind {
    fn rows(rows: u64) -> Self {
        Behind { aggregate: Some(rows), denominator: None }
    }

    fn and(self, other: Behind) -> Self {
        Behind {
            aggregate: least(self.aggregate, other.aggregate),
            denominator: least(self.denominator, other.denominator),
        }
    }

    /// What is left when this is divided by `other`.
    fn over(self, other: Behind) -> Self {
        let both = self.and(other);
        Behind { denominator: least(both.denominator, other.aggregate), ..both }
    }

    fn smallest(self) -> Option<u64> {
        self.denominator.or(self.aggregate)
    }
}

/// What became of a walk.
#[derive(Clone, Debug)]
struct Out {
    value: Result<Value, Stop>,
    flags: Flags,
    behind: Behind,
}

impl Out {
    fn of(value: Value) -> Self {
        Out { value: Ok(value), flags: Flags::default(), behind: Behind::default() }
    }

    fn missing(reason: Reason) -> Self {
        Out { value: Err(Stop::Missing(reason)), flags: Flags::default(), behind: Behind::default() }
    }

    fn pending() -> Self {
        Out { value: Err(Stop::Pending), flags: Flags::default(), behind: Behind::default() }
    }

    fn is_pending(&self) -> bool {
        matches!(self.value, Err(Stop::Pending))
    }

    /// With the flags and rows of something else that it was made of.
    fn made_of(mut self, other: &Out) -> Self {
        self.flags = self.flags.union(other.flags);
        self.behind = self.behind.and(other.behind);
        self
    }
}

/// Evaluates formulas of one design over one engine.
pub struct Evaluator<'d> {
    design: &'d Design,
    sources: &'d Sources,
    answers: &'d dyn Answers,
    as_of: Option<Date>,
    /// By [`SourceId`].
    coverage: Vec<Coverage>,
    answered: HashMap<Request, Answer>,
    open: IndexSet<Request>,
    /// What is done, by subject, frame and slice.
    done: HashMap<(Subject, Frame, Arc<Slice>), Out>,
    /// While members are looked for: the leaves that a formula reads, instead of answers.
    collected: Option<Vec<(Leaf, Window, Slice)>>,
    /// One shared copy of equal leaves, found by the place of each in the design.
    aggregates: HashMap<usize, Arc<Aggregate>>,
    atoms: HashMap<usize, Arc<SetAtom>>,
}

impl<'d> Evaluator<'d> {
    /// `as_of`: the day that cuts windows; None: the latest day that any source has data for.
    pub fn new(design: &'d Design, sources: &'d Sources, answers: &'d dyn Answers, as_of: Option<Date>) -> Self {
        let as_of = as_of.or_else(|| coverage::as_of(design, answers));
        let coverage =
            (0..design.sources.len()).map(|i| coverage::of(design, answers, SourceId(i as u32), as_of)).collect();
        Evaluator {
            design,
            sources,
            answers,
            as_of,
            coverage,
            answered: HashMap::new(),
            open: IndexSet::new(),
            done: HashMap::new(),
            collected: None,
            aggregates: HashMap::new(),
            atoms: HashMap::new(),
        }
    }

    /// As in a `test`: every source is covered from the beginning of time.
    pub fn covered_from_the_beginning(mut self) -> Self {
        self.coverage = vec![Coverage::always(); self.design.sources.len()];
        self
    }

    /// The last day that data is taken from; None: no source has any.
    pub fn as_of(&self) -> Option<Date> {
        self.as_of
    }

    /// One cell for each question, in order. Errors are of the data.
    pub fn cells(&mut self, asks: &[Ask<'d>]) -> Result<Vec<Cell>, Vec<Diagnostic>> {
        let mut outs: Vec<Option<Out>> = vec![None; asks.len()];
        loop {
            for (ask, out) in asks.iter().zip(&mut outs) {
                if out.as_ref().is_none_or(Out::is_pending) {
                    *out = Some(self.ask(ask));
                }
            }
            if self.open.is_empty() {
                break;
            }
            let batch: Vec<Request> = std::mem::take(&mut self.open).into_iter().collect();
            let answers = self.answers.answer(&batch)?;
            self.answered.extend(batch.into_iter().zip(answers));
        }
        // The size of a set that is asked for as a value is one more question.
        let sets: Vec<Request> = outs.iter().flatten().filter_map(set_request).collect();
        let open: Vec<Request> = sets.into_iter().filter(|r| !self.answered.contains_key(r)).collect();
        if !open.is_empty() {
            let answers = self.answers.answer(&open)?;
            self.answered.extend(open.into_iter().zip(answers));
        }
        Ok(outs.into_iter().map(|out| out.map_or_else(Cell::default, |out| self.cell(out))).collect())
    }

    /// How a value came about, with the values on the way.
    pub fn trace(&mut self, ask: &Ask<'d>) -> Result<Trace, Vec<Diagnostic>> {
        self.cells(std::slice::from_ref(ask))?;
        Ok(self.trace_ask(ask))
    }

    fn ask(&mut self, ask: &Ask<'d>) -> Out {
        let frame = Frame::asked(ask.window, self.as_of);
        let slice = Arc::new(ask.slice.clone());
        match ask.what {
            What::Subject(subject) => self.subject(subject, frame, &slice),
            What::Formula(formula) => self.walk(formula, frame, &slice),
        }
    }

    fn cell(&self, out: Out) -> Cell {
        let rows = out.behind.smallest().unwrap_or(0);
        let (value, reason) = match out.value {
            Ok(Value::Number(n)) => (Some(CellValue::Number(n)), None),
            Ok(Value::Bool(b)) => (Some(CellValue::Bool(b)), None),
            Ok(Value::Text(t)) => (Some(CellValue::Text(t)), None),
            Ok(Value::Set(term)) => match self.answered.get(&Request::Count(term)) {
                Some(Answer::Count(n)) => (Some(CellValue::Set(*n)), None),
                _ => (None, None),
            },
            Err(Stop::Missing(reason)) => (None, Some(reason)),
            Err(Stop::Pending) => (None, None),
        };
        Cell { value, reason, flags: out.flags, rows }
    }
}

fn set_request(out: &Out) -> Option<Request> {
    match &out.value {
        Ok(Value::Set(term)) => Some(Request::Count(term.clone())),
        _ => None,
    }
}
