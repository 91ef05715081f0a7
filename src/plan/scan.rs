//! What an engine must be able to do: one fused scan, order statistics, and counting keys. Everything else (which scans,
//! how their cells fold into answers) is the plan's and does not depend on the engine.

use std::sync::Arc;

use bigdecimal::BigDecimal;

use super::{RowSample, SetTerm, Slice, SourceFacts};
use crate::design::{DimensionId, FieldId, RowExpr, RowKind, RowType, SetOp, SourceId};
use crate::diagnostic::Diagnostic;
use crate::plan::Leaf;
use crate::value::{Number, Window};

/// An engine over bound and cleaned data: embedded, a database, a cluster. All errors are of the data (E08).
pub trait Engine {
    fn facts(&self, source: SourceId) -> Option<&SourceFacts>;

    /// Whether a field is the source's `time`.
    fn is_time(&self, source: SourceId, field: FieldId) -> bool;

    /// One pass over a source: all columns, grouped by bucket and axes. Groups without rows are absent; their order is
    /// free.
    fn scan(&self, scan: &Scan) -> Result<Grid, Vec<Diagnostic>>;

    /// For each question its order statistic, and how many values it was taken from.
    fn ordered(&self, questions: &[Ordered]) -> Result<Vec<(Option<Number>, u64)>, Vec<Diagnostic>>;

    /// How many keys each set has.
    fn count_keys(&self, sets: &[KeySet]) -> Result<Vec<u64>, Vec<Diagnostic>>;

    /// The first `limit` rows of a leaf, in the order of the data.
    fn sample(&self, leaf: &Leaf, window: Window, slice: &Slice, limit: usize) -> Result<RowSample, Vec<Diagnostic>>;
}

/// A fused query over one source.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    pub source: SourceId,
    /// The field that places rows in time. Rows without it belong to no window.
    pub time: FieldId,
    /// Rows outside are not read; the start may be [`crate::value::calendar::Date::MIN`].
    pub span: Window,
    pub bucket: Bucket,
    pub axes: Vec<Axis>,
    pub columns: Vec<Column>,
}

/// What rows are grouped by in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bucket {
    /// Days since 1970-01-01.
    Day,
    /// Months since the year 0: `year * 12 + month - 1`.
    Month,
}

/// What rows are grouped by beside time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Axis {
    Dimension(DimensionId),
    /// Whether the row's value of the dimension is a key of the set.
    InSet {
        dimension: DimensionId,
        set: Arc<SetTerm>,
    },
}

/// A row's place on an axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AxisValue {
    Member(Arc<str>),
    /// The row has no value of the dimension. On an [`Axis::InSet`] too.
    NotGiven,
    Inside,
    Outside,
}

/// One aggregate of a scan that folds: over buckets and over axes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Column {
    pub primitive: Primitive,
    pub filter: Option<RowExpr>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Primitive {
    /// Rows.
    Rows,
    /// Rows in which this is known.
    Known(RowExpr),
    /// Exact whatever the order of rows: floats are summed as wide decimals.
    Sum(RowExpr),
    /// The sum of squares, exact likewise.
    Squares(RowExpr),
    Min(RowExpr),
    Max(RowExpr),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    pub rows: Vec<GridRow>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct GridRow {
    pub bucket: i32,
    /// In the order of the scan's axes.
    pub place: Vec<AxisValue>,
    /// In the order of the scan's columns.
    pub cells: Vec<Cell>,
}

/// A partial result: sums are exact, so that folding does not depend on order.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    #[default]
    Nothing,
    Count(u64),
    /// `units · 10^-scale`
    Fixed {
        units: i128,
        scale: i16,
    },
    Wide(BigDecimal),
    Float(f64),
}

/// A percentile by linear interpolation between the two nearest ranks.
#[derive(Clone, Debug, PartialEq)]
pub struct Ordered {
    pub source: SourceId,
    pub time: FieldId,
    pub argument: RowExpr,
    pub filter: Option<RowExpr>,
    /// 0 to 100.
    pub percent: BigDecimal,
    pub window: Window,
    pub slice: Slice,
}

/// A set whose keys are counted: [`SetTerm`] with keys that may be any expression over a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeySet {
    Empty,
    Atom(Box<KeyAtom>),
    Operation { op: SetOp, left: Arc<KeySet>, right: Arc<KeySet> },
}

/// The known keys of the rows that match.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyAtom {
    pub source: SourceId,
    pub time: FieldId,
    pub key: RowExpr,
    pub filter: Option<RowExpr>,
    pub window: Window,
    pub slice: Slice,
}

impl From<&SetTerm> for KeySet {
    fn from(term: &SetTerm) -> KeySet {
        match term {
            SetTerm::Empty => KeySet::Empty,
            SetTerm::Atom { atom, window, slice } => KeySet::Atom(Box::new(KeyAtom {
                source: atom.source,
                time: atom.time,
                key: RowExpr { kind: RowKind::Field(atom.key.clone()), ty: RowType::Text, span: Default::default() },
                filter: atom.filter.clone(),
                window: *window,
                slice: slice.clone(),
            })),
            SetTerm::Operation { op, left, right } => KeySet::Operation {
                op: *op,
                left: Arc::new(left.as_ref().into()),
                right: Arc::new(right.as_ref().into()),
            },
        }
    }
}
