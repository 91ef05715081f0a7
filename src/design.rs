//! A checked design: every name resolved, every formula typed, every target well-formed. It is what `plan`, `evaluate`
//! and `render` read; `check` makes it. It keeps no syntax, only spans.
//!
//! All quantities in it are in base units: money in its currency, durations in seconds, `%` as a fraction. A field whose
//! unit has another factor (hours, 万元) is wrapped in [`RowKind::Scaled`].

pub mod formula;

use bigdecimal::BigDecimal;

use crate::source::Span;
use crate::value::{Calendar, Frequency, Period, Quantity, Unit, Window, calendar::Date};
pub use formula::*;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids!(
    /// Place in [`Design::sources`].
    SourceId,
    /// Place in [`Source::fields`] of one source.
    FieldId,
    /// Place in [`Design::dimensions`].
    DimensionId,
    /// Place in [`Design::constants`].
    ConstantId,
    /// Place in [`Design::measures`].
    MeasureId,
    /// Place in [`Design::indicators`].
    IndicatorId,
    /// Place in [`Design::objectives`].
    ObjectiveId,
    /// Place in [`Design::factors`].
    FactorId,
    /// Place in [`Design::perspectives`].
    PerspectiveId,
    /// Place in [`Design::contexts`].
    ContextId
);

/// The words that a person reads for a declaration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Naming {
    pub name: String,
    pub label: Option<String>,
    pub definition: Option<String>,
    pub owner: Option<String>,
    pub note: Option<String>,
    /// Where its name stands.
    pub span: Span,
}

impl Naming {
    /// The label, or the name where there is none.
    pub fn title(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }
}

#[derive(Clone, Debug, Default)]
pub struct Design {
    pub naming: Naming,
    pub period: Option<Period>,
    /// `zh-CN`, `en`, …
    pub locale: Option<String>,
    pub rollup: Rollup,
    pub calendar: Calendar,
    /// Declared and built-in units by name, in order of declaration.
    pub units: Vec<Unit>,
    pub sources: Vec<Source>,
    pub dimensions: Vec<Dimension>,
    pub constants: Vec<Constant>,
    pub measures: Vec<Measure>,
    pub perspectives: Vec<Naming>,
    pub objectives: Vec<Objective>,
    /// Parents before children.
    pub factors: Vec<Factor>,
    pub indicators: Vec<Indicator>,
    pub contexts: Vec<Context>,
    pub tests: Vec<Test>,
    pub waivers: Vec<Waiver>,
}

/// `allow S02 until 2027-01-31: "…"`: a rule waived in the block where it stands.
#[derive(Clone, Debug)]
pub struct Waiver {
    pub span: Span,
    /// A code or a name, as written.
    pub rule: String,
    pub until: Option<Date>,
    pub reason: Option<String>,
    /// None: the whole design.
    pub block: Option<Span>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rollup {
    #[default]
    Mean,
    Geometric,
    Worst,
}

// ---- sources -----------------------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub struct Source {
    pub naming: Naming,
    pub origin: Option<String>,
    pub from: From,
    /// The field that places a row in time; None: a source that may only be referred to.
    pub time: Option<FieldId>,
    pub key: Vec<FieldId>,
    /// `row: session`: the unit that a count of its rows has.
    pub row: Quantity,
    pub refreshed: Option<Frequency>,
    /// Days from a period's end until the source is complete.
    pub lag: Option<i64>,
    pub covers: Option<Covers>,
    pub steward: Option<String>,
    /// A budget: neither sets the as-of day nor is cut by it.
    pub plan: bool,
    pub fields: Vec<Field>,
    pub clean: Vec<CleanStep>,
}

/// `covers: 2024-01-01..` or `2024-01-01..2026-06-30` (both days included).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covers {
    pub start: Option<Date>,
    pub end: Option<Date>,
}

/// Where a source's rows come from, as written.
#[derive(Clone, Debug, PartialEq)]
pub struct From {
    pub span: Span,
    pub format: Format,
    /// As written: relative to the design's folder, may be a glob.
    pub path: String,
    pub options: ReadOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    Csv,
    Parquet,
    Json,
    Ndjson,
    Xlsx,
    Ods,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReadOptions {
    /// None: UTF-8, or what a byte order mark says.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    pub delimiter: u8,
    pub quote: u8,
    pub header: bool,
    pub sheet: Option<String>,
    /// From 1.
    pub header_row: u32,
    pub partitions: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions {
            encoding: None,
            delimiter: b',',
            quote: b'"',
            header: true,
            sheet: None,
            header_row: 1,
            partitions: false,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub label: Option<String>,
    pub span: Span,
    /// The column in the data: `from "…"`, else the name.
    pub column: String,
    pub kind: FieldKind,
    pub optional: bool,
    /// Numbers only; values in the data are in this unit.
    pub unit: Option<Unit>,
    /// Numbers only, both ends in, in the field's own unit as the data has it.
    pub domain: Option<(Option<BigDecimal>, Option<BigDecimal>)>,
    /// `in "a", "b"`; empty: any.
    pub members: Vec<String>,
    /// `-> source`: the values are keys of that source (which has a key of one field).
    pub refers: Option<SourceId>,
    /// Computed row by row after cleaning; such a field has no column.
    pub computed: Option<RowExpr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FieldKind {
    Id,
    Text,
    Bool,
    Date,
    Timestamp,
    Integer,
    Decimal,
    Number,
}

impl FieldKind {
    pub const fn is_number(self) -> bool {
        matches!(self, FieldKind::Integer | FieldKind::Decimal | FieldKind::Number)
    }
}

#[derive(Clone, Debug)]
pub struct CleanStep {
    pub span: Span,
    pub kind: CleanKind,
    pub reason: Option<String>,
}

#[derive(Clone, Debug)]
pub enum CleanKind {
    /// Rows equal in `by` are one row: the one with the greatest (`latest`) or least value of `keep`. Without `keep`
    /// they must be equal in all declared fields. A row whose `by` is missing doubles no other.
    Deduplicate {
        by: Vec<FieldId>,
        keep: Option<(KeepRow, FieldId)>,
    },
    DropWhere(RowExpr),
    DropInvalid,
    BlankInvalid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepRow {
    Latest,
    Earliest,
}

#[derive(Clone, Debug)]
pub struct Dimension {
    pub naming: Naming,
    /// The field that carries it, by source; at most one a source. A path may go through references.
    pub fields: Vec<(SourceId, FieldPath)>,
}

impl Dimension {
    pub fn field_in(&self, source: SourceId) -> Option<&FieldPath> {
        self.fields.iter().find(|(s, _)| *s == source).map(|(_, f)| f)
    }
}

#[derive(Clone, Debug)]
pub struct Constant {
    pub naming: Naming,
    pub quantity: Quantity,
    /// In order of days; the first has no day where it holds from the beginning.
    pub phases: Vec<(Option<Date>, BigDecimal)>,
}

impl Constant {
    /// The value in force on a day; None before the first phase.
    pub fn on(&self, day: Date) -> Option<&BigDecimal> {
        self.phases.iter().rev().find(|(from, _)| from.is_none_or(|f| f <= day)).map(|(_, v)| v)
    }
}

#[derive(Clone, Debug)]
pub struct Measure {
    pub naming: Naming,
    pub formula: Formula,
    /// Declared, else made up from the formula's type; None for sets.
    pub unit: Option<Unit>,
}

// ---- the graph ---------------------------------------------------------------------------------------------------

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ContextKind {
    Process,
    Challenge,
    Opportunity,
}

#[derive(Clone, Debug)]
pub struct Context {
    pub kind: ContextKind,
    pub naming: Naming,
}

#[derive(Clone, Debug)]
pub struct Objective {
    pub naming: Naming,
    pub perspective: Option<PerspectiveId>,
    /// As a fraction; None: not given.
    pub weight: Option<BigDecimal>,
    pub rollup: Option<Rollup>,
}

#[derive(Clone, Debug)]
pub struct Factor {
    pub naming: Naming,
    /// The factor that it stands in.
    pub parent: Option<FactorId>,
    /// Own or inherited.
    pub perspective: Option<PerspectiveId>,
    pub objective: Option<ObjectiveId>,
    pub addresses: Vec<ContextId>,
    pub weight: Option<BigDecimal>,
    pub rollup: Option<Rollup>,
    pub actions: Vec<Action>,
    /// Indicators and sub-factors in the order declared (an indicator that names it by `factors` comes last).
    pub children: Vec<Child>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Child {
    Factor(FactorId),
    /// With its weight in this factor, where given.
    Indicator(IndicatorId, Option<BigDecimal>),
}

#[derive(Clone, Debug)]
pub struct Action {
    pub span: Span,
    pub text: String,
    /// `on_target`, `at_risk`, `off_target`, …: None where always.
    pub when: Option<String>,
    pub owner: Option<String>,
    /// Days.
    pub within: Option<i64>,
    pub due: Option<Date>,
    pub done: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Higher,
    Lower,
    Range,
}

#[derive(Clone, Debug)]
pub struct Indicator {
    pub naming: Naming,
    /// The whole block.
    pub span: Span,
    pub formula: Formula,
    /// Sums, counts, their sums, differences and constant multiples: a part of the period gives a part of the value.
    pub additive: bool,
    pub unit: Unit,
    pub direction: Direction,
    pub frequency: Frequency,
    pub level: Option<String>,
    pub kind: Option<String>,
    pub baseline: Option<Baseline>,
    /// `baseline: none "…"`: why there is none.
    pub no_baseline: Option<String>,
    /// In the order declared.
    pub targets: Vec<Target>,
    pub thresholds: Vec<Level>,
    pub stretches: Vec<Level>,
    pub worsts: Vec<Level>,
    pub score: Option<Scale>,
    pub veto: bool,
    pub review: Option<Review>,
    /// Days from a period's end until its data is complete.
    pub lag: Option<i64>,
    pub min_n: Option<u64>,
    pub basis: Option<String>,
    pub drives: Vec<IndicatorId>,
    pub counter_metrics: Vec<IndicatorId>,
    pub processes: Vec<ContextId>,
    pub addresses: Vec<ContextId>,
    pub anchors: Vec<(BigDecimal, String)>,
    pub stage: Stage,
    pub since: Option<Date>,
    pub until: Option<Date>,
    pub replaces: Vec<String>,
    pub tags: Vec<String>,
    pub source_note: Option<String>,
    pub actions: Vec<Action>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    Draft,
    #[default]
    Active,
    Retired,
}

/// `review: monthly by "quality board"`
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    pub every: Frequency,
    pub by: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Baseline {
    pub value: Bound,
    pub period: Period,
}

/// What a value is held against: one value, or for `direction: range` two ends.
#[derive(Clone, Debug)]
pub enum Bound {
    One(Formula),
    Range(Formula, Formula),
}

#[derive(Clone, Debug)]
pub struct Target {
    pub span: Span,
    pub value: Bound,
    pub due: Due,
    /// `for region = "西部"`: dimension and member, sorted by dimension; empty: the general one.
    pub slice: Vec<(DimensionId, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    By(Date),
    Until(Date),
    In(Period),
}

/// A threshold, stretch or worst value.
#[derive(Clone, Debug)]
pub struct Level {
    pub span: Span,
    pub value: Bound,
    pub slice: Vec<(DimensionId, String)>,
}

/// `score:`: own anchors (value → score as a fraction of 100, so `60%` is 0.6) and whether between them is a step.
#[derive(Clone, Debug)]
pub struct Scale {
    pub steps: bool,
    pub anchors: Vec<(Formula, BigDecimal)>,
}

// ---- tests -------------------------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub struct Test {
    pub span: Span,
    pub title: String,
    pub given: Vec<GivenTable>,
    pub expect: Vec<Expectation>,
}

/// Rows for one source: raw cells by field, as a file would have them.
#[derive(Clone, Debug)]
pub struct GivenTable {
    pub source: SourceId,
    pub span: Span,
    pub columns: Vec<FieldId>,
    pub rows: Vec<(Span, Vec<Option<String>>)>,
}

#[derive(Clone, Debug)]
pub struct Expectation {
    pub span: Span,
    pub subject: Subject,
    pub period: Period,
    pub slice: Vec<(DimensionId, String)>,
    pub outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    Measure(MeasureId),
    Indicator(IndicatorId),
}

#[derive(Clone, Debug)]
pub enum Outcome {
    /// A constant formula.
    Value(Formula),
    /// A status word.
    Status(String),
    Missing,
}

/// The window of a period and its label, as asked for.
pub type Labelled = (String, Window);
