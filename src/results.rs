//! What an evaluation found: every value, state, score and reason once. Tables, JSON, reports and pictures are renderings
//! of this.

use crate::design::{FactorId, IndicatorId, MeasureId, ObjectiveId};
use crate::value::{Number, Unit, Window, calendar::Date};

#[derive(Clone, Debug, Default)]
pub struct Results {
    /// Name and title of the design.
    pub name: String,
    pub title: String,
    /// The first 7 hexadecimal digits of a hash over the design's text.
    pub design_hash: String,
    pub locale: Option<String>,
    /// The last day that data is taken from; None: no source has any.
    pub as_of: Option<Date>,
    /// The periods asked for, in order of their start.
    pub periods: Vec<(String, Window)>,
    /// In the order of `kind`, then as declared, then by start day, then by slice as asked.
    pub rows: Vec<Row>,
    /// The same subjects and slices in the periods before: in order of their start, then in the order of `rows`.
    pub history: Vec<Row>,
    pub sources: Vec<SourceReport>,
    /// Said once on stderr: what was left out and why.
    pub notices: Vec<Notice>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// An indicator has no value by this dimension, since a source that it reads lacks it.
    NotSliced { subject: String, dimension: String, source: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SubjectId {
    Indicator(IndicatorId),
    Measure(MeasureId),
    Factor(FactorId),
    Objective(ObjectiveId),
    Design,
}

impl SubjectId {
    /// The word in the column `kind`.
    pub const fn kind(self) -> &'static str {
        match self {
            SubjectId::Indicator(_) => "indicator",
            SubjectId::Measure(_) => "measure",
            SubjectId::Factor(_) => "factor",
            SubjectId::Objective(_) => "objective",
            SubjectId::Design => "design",
        }
    }
}

/// A choice of one member, or the rows that have none.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Member {
    Value(String),
    NotGiven,
}

/// One value of one subject on one window and slice.
#[derive(Clone, Debug)]
pub struct Row {
    pub subject: SubjectId,
    pub name: String,
    /// The label, or the name.
    pub title: String,
    pub period: String,
    pub window: Window,
    /// Dimension name and member, in the order asked; empty: the whole.
    pub slice: Vec<(String, Member)>,
    /// In base units; None: missing, and then `reason` says why. Factors, objectives and the design have none.
    pub value: Option<Number>,
    /// None for factors, objectives, the design.
    pub unit: Option<Unit>,
    /// None for measures.
    pub status: Option<Status>,
    pub reason: Option<Reason>,
    pub flags: Flags,
    /// What this period is judged against.
    pub expected: Option<BoundValue>,
    /// The design's target that `expected` comes from, as its author gave it.
    pub target: Option<BoundValue>,
    pub threshold: Option<BoundValue>,
    /// 0 to 120 or as anchors say.
    pub score: Option<f64>,
    /// Of this subject among its siblings, normalised to a sum of 1; of an indicator in its first factor.
    pub weight: Option<f64>,
    /// What of the design's weight it has, over all that it stands in; None: it is not weighed.
    pub share: Option<f64>,
    /// For factors, objectives, the design: the share of weight that has a score.
    pub covered_weight: Option<f64>,
    /// On a window coarser than the indicator's frequency: the period that was judged and its value.
    pub judged: Option<(String, Number)>,
    pub veto: bool,
}

/// A value held against: in base units.
#[derive(Clone, Debug)]
pub enum BoundValue {
    One(Number),
    Range(Number, Number),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    OnTarget,
    AtRisk,
    OffTarget,
    NotDue,
    NoTarget,
    InProgress,
    NoData,
}

impl Status {
    pub const ALL: [Status; 7] = [
        Status::OnTarget,
        Status::AtRisk,
        Status::OffTarget,
        Status::NotDue,
        Status::NoTarget,
        Status::InProgress,
        Status::NoData,
    ];

    /// The language's word.
    pub const fn word(self) -> &'static str {
        match self {
            Status::OnTarget => "on_target",
            Status::AtRisk => "at_risk",
            Status::OffTarget => "off_target",
            Status::NotDue => "not_due",
            Status::NoTarget => "no_target",
            Status::InProgress => "in_progress",
            Status::NoData => "no_data",
        }
    }

    pub const fn is_verdict(self) -> bool {
        matches!(self, Status::OnTarget | Status::AtRisk | Status::OffTarget)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags {
    /// The window reaches past the as-of day.
    pub in_progress: bool,
    /// The window starts before the data does.
    pub partial: bool,
    /// Inside `lag`: more data may come.
    pub provisional: bool,
}

impl Flags {
    pub fn union(self, other: Flags) -> Flags {
        Flags {
            in_progress: self.in_progress || other.in_progress,
            partial: self.partial || other.partial,
            provisional: self.provisional || other.provisional,
        }
    }

    /// The words that are set, in a fixed order.
    pub fn words(self) -> Vec<&'static str> {
        [(self.in_progress, "in_progress"), (self.partial, "partial"), (self.provisional, "provisional")]
            .into_iter()
            .filter_map(|(set, word)| set.then_some(word))
            .collect()
    }
}

/// Why a value is missing. Worded in English and Chinese by `render`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No row of `source` (that matches) in the window: an average, a minimum of nothing.
    NoRows { source: String, window: String },
    /// The window lies outside what `source` covers.
    NotCovered { source: String, window: String },
    /// `previous`, `ago` or `rolling` over a window that starts before `source` does.
    BeforeCoverage { source: String, window: String },
    /// The denominator, as written in the design, is 0.
    ZeroDenominator { formula: String },
    /// Growth from a base that is 0 or less.
    BaseNotPositive { formula: String },
    /// Outside a function's domain: the root of a negative number.
    Undefined { formula: String },
    /// No member or sub-window had a value.
    NoMembers { over: String },
    /// `source` has no such dimension.
    NoDimension { source: String, dimension: String },
    /// Fewer rows than `min_n`.
    TooFewRows { indicator: String, rows: u64, needed: u64 },
    /// An `if` without `else` whose condition does not hold.
    NoBranch,
    /// A constant has no value on that day.
    NoConstant { name: String, day: String },
    /// All that would be rolled up has no score, or less than half of the weight has.
    TooLittleWeight { covered: String },
    /// Nothing in it has a target.
    NothingScored,
}

// ---- where the values came from ----------------------------------------------------------------------------------

/// One source as it was read.
#[derive(Clone, Debug, Default)]
pub struct SourceReport {
    pub name: String,
    pub title: String,
    pub files: Vec<FileReport>,
    pub rows_read: u64,
    pub rows_kept: u64,
    pub steps: Vec<StepReport>,
    /// First and last day with a row, after cleaning.
    pub first: Option<Date>,
    pub last: Option<Date>,
}

#[derive(Clone, Debug, Default)]
pub struct FileReport {
    /// As users should see it: relative to the design's folder.
    pub path: String,
    /// SHA-256, hexadecimal.
    pub hash: String,
    pub rows: u64,
}

/// One cleaning step: what it says and how many rows (or values, for `blank invalid`) it took.
#[derive(Clone, Debug, Default)]
pub struct StepReport {
    pub step: String,
    pub reason: Option<String>,
    pub count: u64,
    /// Of the rows that `deduplicate … keep` took, those that differ from the one that stayed though nothing says which of
    /// the two is the later: the order of the data decided.
    pub undecided: u64,
}

// ---- how a value came about --------------------------------------------------------------------------------------

/// The trace of a value: a tree that follows the formula.
#[derive(Clone, Debug)]
pub struct Trace {
    /// As written in the design.
    pub formula: String,
    /// The declaration, where the node is a reference to one.
    pub name: Option<String>,
    /// The window's label, where it differs from the parent's.
    pub window: Option<String>,
    pub slice: Option<String>,
    pub value: TraceValue,
    /// Rows behind an aggregate.
    pub rows: Option<u64>,
    pub children: Vec<Trace>,
}

#[derive(Clone, Debug)]
pub enum TraceValue {
    Number(Number, Option<Unit>),
    Bool(bool),
    Text(String),
    /// How many keys a set has.
    Set(u64),
    Missing(Reason),
}
