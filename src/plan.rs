//! What evaluation asks of the data, and what comes back. Formulas are evaluated over a small grid of cells; the leaves of
//! all formulas, for all windows and slices of a round, are asked for together, so that one scan answers many.

mod answer;
mod ask;
mod fold;
mod needs;
mod scan;

use std::sync::Arc;

use crate::design::{Aggregate, DimensionId, SetAtom, SetOp, SourceId};
use crate::diagnostic::Diagnostic;
use crate::results::SourceReport;
use crate::value::{Number, Window, calendar::Date};

pub use answer::answer;
pub(crate) use answer::{axis, epoch_day, holds};
pub use needs::{Needs, Reads};
pub use scan::{
    Axis, AxisValue, Bucket, Cell, Column, Engine, Grid, GridRow, KeyAtom, KeySet, Ordered, Primitive, Scan,
};

/// A choice of dimension values: conditions that must all hold. Sorted and without doubles, so that equal slices are equal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Slice {
    pub conditions: Vec<SliceCondition>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SliceCondition {
    pub dimension: DimensionId,
    pub test: SliceTest,
}

impl Slice {
    /// Sorted and without doubles. Conditions that differ in a set keep the order in which they came.
    pub fn new(mut conditions: Vec<SliceCondition>) -> Slice {
        conditions.sort_by(|a, b| a.key().cmp(&b.key()));
        conditions.dedup();
        Slice { conditions }
    }
}

impl SliceCondition {
    fn key(&self) -> (DimensionId, u8, bool, &[String]) {
        match &self.test {
            SliceTest::Members { members, negated } => (self.dimension, 0, *negated, members),
            SliceTest::NotGiven => (self.dimension, 1, false, &[]),
            SliceTest::InSet { negated, .. } => (self.dimension, 2, *negated, &[]),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SliceTest {
    Members {
        members: Vec<String>,
        negated: bool,
    },
    /// Rows without a value of the dimension.
    NotGiven,
    InSet {
        set: Arc<SetTerm>,
        negated: bool,
    },
}

/// A set on concrete windows and slices: `previous`, `ago`, `only` and the like are already worked in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SetTerm {
    Empty,
    Atom { atom: Arc<SetAtom>, window: Window, slice: Slice },
    Operation { op: SetOp, left: Arc<SetTerm>, right: Arc<SetTerm> },
}

/// A leaf of formulas.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Leaf {
    Aggregate(Arc<Aggregate>),
    Set(Arc<SetAtom>),
}

impl Leaf {
    pub fn source(&self) -> SourceId {
        match self {
            Leaf::Aggregate(a) => a.source,
            Leaf::Set(s) => s.source,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    Aggregate {
        aggregate: Arc<Aggregate>,
        window: Window,
        slice: Slice,
    },
    /// How many keys a set has.
    Count(Arc<SetTerm>),
    /// The members of a dimension that have a row in any of the leaves, each on its window and slice (filters included).
    Members {
        dimension: DimensionId,
        leaves: Vec<(Leaf, Window, Slice)>,
    },
}

#[derive(Clone, Debug)]
pub enum Answer {
    /// `value` is None where the aggregate of no rows (or of only missing values) has none; `sum`, `count` over none are 0.
    /// `rows`: rows that matched window, slice and filter and whose argument is known.
    Value {
        value: Option<Number>,
        rows: u64,
    },
    Count(u64),
    /// In order of their text; rows without a member are not among them.
    Members(Vec<String>),
}

/// What is known of a source once it is read and cleaned.
#[derive(Clone, Debug, Default)]
pub struct SourceFacts {
    pub report: SourceReport,
    /// First and last day of its `time` field, after cleaning; None: it has no rows or no time.
    pub first: Option<Date>,
    pub last: Option<Date>,
}

/// A few rows behind a leaf, for `explain --rows`: the header and cells as text (None: missing).
#[derive(Clone, Debug, Default)]
pub struct RowSample {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Option<String>>>,
    /// How many match in all.
    pub total: u64,
}

/// Who answers: an engine over bound data. All errors are of the data (E08), with file, row and value.
pub trait Answers {
    /// Facts by [`SourceId`]; None for a source that nothing asked for needs.
    fn facts(&self, source: SourceId) -> Option<&SourceFacts>;

    /// One answer for each request, in order. The same requests give the same answers, bit for bit, at any number of
    /// threads.
    fn answer(&self, requests: &[Request]) -> Result<Vec<Answer>, Vec<Diagnostic>>;

    /// The first `limit` rows, in the order of the data, that a leaf reads on a window and slice.
    fn sample(&self, leaf: &Leaf, window: Window, slice: &Slice, limit: usize) -> Result<RowSample, Vec<Diagnostic>>;
}
