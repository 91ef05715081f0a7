//! Typed formulas: functions of a window and a slice, and the expressions over rows inside their aggregates.

use bigdecimal::BigDecimal;

use super::{ConstantId, DimensionId, FieldId, IndicatorId, MeasureId, SourceId};
use crate::source::Origin;
use crate::value::{Grain, Quantity, Step, calendar::Date};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Formula {
    pub kind: FormulaKind,
    pub ty: Type,
    pub span: Origin,
}

impl Formula {
    /// The direct operands of a formula, in the order written.
    pub fn operands(&self) -> Vec<&Formula> {
        match &self.kind {
            FormulaKind::Hole
            | FormulaKind::Number(_)
            | FormulaKind::Text(_)
            | FormulaKind::Bool(_)
            | FormulaKind::Aggregate(_)
            | FormulaKind::Set(_)
            | FormulaKind::Measure(_)
            | FormulaKind::Indicator(_)
            | FormulaKind::Constant(_) => Vec::new(),
            FormulaKind::Count(x)
            | FormulaKind::Negate(x)
            | FormulaKind::Not(x)
            | FormulaKind::Before(x)
            | FormulaKind::UpToEnd(x)
            | FormulaKind::PerYear(x)
            | FormulaKind::IsMissing { operand: x, .. }
            | FormulaKind::Previous { operand: x, .. }
            | FormulaKind::Ago { operand: x, .. }
            | FormulaKind::ToDate { operand: x, .. }
            | FormulaKind::Rolling { operand: x, .. }
            | FormulaKind::Growth { operand: x, .. }
            | FormulaKind::By { operand: x, .. }
            | FormulaKind::Overall { operand: x, .. } => vec![x],
            FormulaKind::SetOperation { left, right, .. }
            | FormulaKind::Arithmetic { left, right, .. }
            | FormulaKind::Compare { left, right, .. }
            | FormulaKind::And(left, right)
            | FormulaKind::Or(left, right)
            | FormulaKind::Otherwise(left, right) => vec![left, right],
            FormulaKind::If { condition, then, otherwise } => {
                let mut all: Vec<&Formula> = vec![condition, then];
                all.extend(otherwise.as_deref());
                all
            }
            FormulaKind::Between { operand, low, high, .. } => vec![operand, low, high],
            FormulaKind::Function { args, .. } => args.iter().collect(),
            FormulaKind::Only { operand, conditions } => {
                let sets = conditions.iter().filter_map(|c| match c {
                    Condition::InSet { set, .. } => Some(set),
                    Condition::Members { .. } => None,
                });
                std::iter::once(operand.as_ref()).chain(sets).collect()
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    Number(Quantity),
    Bool,
    Text,
    /// Keys: of a source (by its key or by references to it), else of one field.
    Set(SetKey),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SetKey {
    Source(SourceId),
    Field(SourceId, FieldId),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FormulaKind {
    /// Could not be typed; already reported. Only in a design with errors, which is never evaluated.
    Hole,
    /// In base units.
    Number(BigDecimal),
    Text(String),
    Bool(bool),
    /// A leaf that the engine answers.
    Aggregate(Box<Aggregate>),
    /// A leaf set.
    Set(Box<SetAtom>),
    SetOperation {
        op: SetOp,
        left: Box<Formula>,
        right: Box<Formula>,
    },
    /// How many keys a set has.
    Count(Box<Formula>),
    Measure(MeasureId),
    Indicator(IndicatorId),
    /// Its value on the window's last day.
    Constant(ConstantId),
    Negate(Box<Formula>),
    Not(Box<Formula>),
    Arithmetic {
        op: ArithmeticOp,
        left: Box<Formula>,
        right: Box<Formula>,
    },
    Compare {
        op: CompareOp,
        left: Box<Formula>,
        right: Box<Formula>,
    },
    And(Box<Formula>, Box<Formula>),
    Or(Box<Formula>, Box<Formula>),
    If {
        condition: Box<Formula>,
        then: Box<Formula>,
        otherwise: Option<Box<Formula>>,
    },
    /// Both ends in.
    Between {
        operand: Box<Formula>,
        low: Box<Formula>,
        high: Box<Formula>,
        negated: bool,
    },
    /// The right side where the left is missing.
    Otherwise(Box<Formula>, Box<Formula>),
    /// `x is missing` / `x is known`
    IsMissing {
        operand: Box<Formula>,
        negated: bool,
    },
    Function {
        function: ScalarFunction,
        args: Vec<Formula>,
    },
    /// `previous(x, n)`
    Previous {
        operand: Box<Formula>,
        times: u32,
    },
    Ago {
        operand: Box<Formula>,
        step: Step,
    },
    ToDate {
        operand: Box<Formula>,
        from: ToDateFrom,
    },
    Rolling {
        operand: Box<Formula>,
        step: Step,
    },
    /// From the beginning to the window's start.
    Before(Box<Formula>),
    /// From the beginning to the window's end.
    UpToEnd(Box<Formula>),
    /// `x / base - 1`, base the previous window, or `ago`.
    Growth {
        operand: Box<Formula>,
        step: Option<Step>,
    },
    PerYear(Box<Formula>),
    By {
        function: ByFunction,
        operand: Box<Formula>,
        over: Over,
    },
    /// Every condition of the slice taken away, or those of the dimensions named.
    Overall {
        operand: Box<Formula>,
        dimensions: Option<Vec<DimensionId>>,
    },
    /// Conditions added to the slice.
    Only {
        operand: Box<Formula>,
        conditions: Vec<Condition>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArithmeticOp {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CompareOp {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SetOp {
    Intersect,
    Union,
    Except,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ToDateFrom {
    Year,
    Quarter,
    Month,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScalarFunction {
    /// `round(x)`, `round(x, digits)`: half away from zero, in the operand's unit as written. With a second argument.
    Round,
    Abs,
    Min,
    Max,
    Clamp,
    Sqrt,
    Ln,
    Exp,
    Power,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ByFunction {
    Sum,
    Avg,
    Min,
    Max,
    Median,
    /// 0 to 100.
    Percentile(BigDecimal),
    Stddev,
    /// How many members a condition holds for.
    Count,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Over {
    Grain(Grain),
    Dimension(DimensionId),
}

/// A condition of `only`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    Members {
        dimension: DimensionId,
        members: Vec<String>,
        negated: bool,
    },
    /// The set is evaluated once, on the outer window and slice.
    InSet {
        dimension: DimensionId,
        set: Formula,
        negated: bool,
    },
}

/// One aggregate over the rows of one source: a leaf of formulas. Equal leaves are computed once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Aggregate {
    pub function: AggregateFunction,
    pub source: SourceId,
    /// The date or timestamp field that places rows in the window: the source's `time`, or the one after `on`.
    pub time: FieldId,
    /// What is aggregated; None for `count`.
    pub argument: Option<RowExpr>,
    /// Of `weighted_avg`.
    pub weight: Option<RowExpr>,
    pub filter: Option<RowExpr>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AggregateFunction {
    Count,
    CountDistinct,
    Sum,
    Avg,
    Min,
    Max,
    Median,
    /// 0 to 100, linear interpolation.
    Percentile(BigDecimal),
    /// Of the sample.
    Stddev,
    WeightedAvg,
    /// The sum at the window's first date that the source has.
    Opening,
    Closing,
    /// The mean over the window's dates of each date's sum.
    AverageBalance,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SetAtom {
    pub source: SourceId,
    pub time: FieldId,
    pub key: FieldPath,
    pub filter: Option<RowExpr>,
}

/// A field of a row, or of the row that references lead to: `customer_id.segment` is via `[customer_id]`, field `segment`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath {
    /// Reference fields, the first of the aggregate's source, each next of the source that the one before refers to.
    pub via: Vec<FieldId>,
    pub field: FieldId,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RowExpr {
    pub kind: RowKind,
    pub ty: RowType,
    pub span: Origin,
}

impl RowExpr {
    /// What it is made of, in the order written.
    pub fn operands(&self) -> Vec<&RowExpr> {
        match &self.kind {
            RowKind::Field(_)
            | RowKind::Number(_)
            | RowKind::Text(_)
            | RowKind::Bool(_)
            | RowKind::Date(_)
            | RowKind::Timestamp(_)
            | RowKind::Constant(_) => Vec::new(),
            RowKind::Scaled(x, _)
            | RowKind::Negate(x)
            | RowKind::Not(x)
            | RowKind::Moved { operand: x, .. }
            | RowKind::IsMissing { operand: x, .. } => vec![x],
            RowKind::Arithmetic { left: a, right: b, .. }
            | RowKind::Compare { left: a, right: b, .. }
            | RowKind::Elapsed { from: a, to: b }
            | RowKind::And(a, b)
            | RowKind::Or(a, b)
            | RowKind::Otherwise(a, b)
            | RowKind::Contains { operand: a, text: b }
            | RowKind::StartsWith { operand: a, text: b } => vec![a, b],
            RowKind::Between { operand, low, high, .. } => vec![operand, low, high],
            RowKind::InList { operand, items, .. } => std::iter::once(operand.as_ref()).chain(items).collect(),
            RowKind::If { condition, then, otherwise } => {
                let mut all: Vec<&RowExpr> = vec![condition, then];
                all.extend(otherwise.as_deref());
                all
            }
            RowKind::Function { args, .. } => args.iter().collect(),
        }
    }

    /// Calls with the expression and everything in it, in the order written.
    pub fn each<'e>(&'e self, visit: &mut dyn FnMut(&'e RowExpr)) {
        let mut waiting = vec![self];
        while let Some(expr) = waiting.pop() {
            visit(expr);
            waiting.extend(expr.operands().into_iter().rev());
        }
    }

    fn operands_mut(&mut self) -> Vec<&mut RowExpr> {
        match &mut self.kind {
            RowKind::Field(_)
            | RowKind::Number(_)
            | RowKind::Text(_)
            | RowKind::Bool(_)
            | RowKind::Date(_)
            | RowKind::Timestamp(_)
            | RowKind::Constant(_) => Vec::new(),
            RowKind::Scaled(x, _)
            | RowKind::Negate(x)
            | RowKind::Not(x)
            | RowKind::Moved { operand: x, .. }
            | RowKind::IsMissing { operand: x, .. } => vec![x],
            RowKind::Arithmetic { left: a, right: b, .. }
            | RowKind::Compare { left: a, right: b, .. }
            | RowKind::Elapsed { from: a, to: b }
            | RowKind::And(a, b)
            | RowKind::Or(a, b)
            | RowKind::Otherwise(a, b)
            | RowKind::Contains { operand: a, text: b }
            | RowKind::StartsWith { operand: a, text: b } => vec![a, b],
            RowKind::Between { operand, low, high, .. } => vec![operand, low, high],
            RowKind::InList { operand, items, .. } => std::iter::once(operand.as_mut()).chain(items).collect(),
            RowKind::If { condition, then, otherwise } => {
                let mut all: Vec<&mut RowExpr> = vec![condition, then];
                all.extend(otherwise.as_deref_mut());
                all
            }
            RowKind::Function { args, .. } => args.iter_mut().collect(),
        }
    }

    /// The same of the row that references lead to.
    pub fn through(mut self, via: &[FieldId]) -> RowExpr {
        let mut waiting = vec![&mut self];
        while let Some(expr) = waiting.pop() {
            match &mut expr.kind {
                RowKind::Field(path) => path.via = via.iter().chain(&path.via).copied().collect(),
                _ => waiting.extend(expr.operands_mut()),
            }
        }
        self
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowType {
    /// Exact (integers, decimals) or floating.
    Number {
        quantity: Quantity,
        exact: bool,
    },
    Text,
    Bool,
    Date,
    Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowKind {
    Field(FieldPath),
    /// A number times a constant: from a field's unit to base units.
    Scaled(Box<RowExpr>, BigDecimal),
    Number(BigDecimal),
    Text(String),
    Bool(bool),
    Date(Date),
    /// Wall time in the calendar's zone.
    Timestamp(jiff::civil::DateTime),
    /// Its value on the day of the row's time field of the aggregate.
    Constant(ConstantId),
    Negate(Box<RowExpr>),
    Not(Box<RowExpr>),
    Arithmetic {
        op: ArithmeticOp,
        left: Box<RowExpr>,
        right: Box<RowExpr>,
    },
    /// Dates or timestamps; a duration in seconds.
    Elapsed {
        from: Box<RowExpr>,
        to: Box<RowExpr>,
    },
    /// A date or timestamp moved by a constant duration (seconds) or calendar step.
    Moved {
        operand: Box<RowExpr>,
        step: Step,
    },
    /// Sides are of one type; text and ids compare as text. A date beside a timestamp is its midnight.
    Compare {
        op: CompareOp,
        left: Box<RowExpr>,
        right: Box<RowExpr>,
    },
    And(Box<RowExpr>, Box<RowExpr>),
    Or(Box<RowExpr>, Box<RowExpr>),
    /// Sides as in `Compare`; both ends in.
    Between {
        operand: Box<RowExpr>,
        low: Box<RowExpr>,
        high: Box<RowExpr>,
        negated: bool,
    },
    /// `x in (a, b)`; items are literals of x's type.
    InList {
        operand: Box<RowExpr>,
        items: Vec<RowExpr>,
        negated: bool,
    },
    IsMissing {
        operand: Box<RowExpr>,
        negated: bool,
    },
    Contains {
        operand: Box<RowExpr>,
        text: Box<RowExpr>,
    },
    StartsWith {
        operand: Box<RowExpr>,
        text: Box<RowExpr>,
    },
    If {
        condition: Box<RowExpr>,
        then: Box<RowExpr>,
        otherwise: Option<Box<RowExpr>>,
    },
    Otherwise(Box<RowExpr>, Box<RowExpr>),
    Function {
        function: RowFunction,
        args: Vec<RowExpr>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowFunction {
    Scalar(ScalarFunction),
    /// Working days d with a <= d < b.
    Workdays,
    Year,
    Month,
    /// 1 on Monday.
    Weekday,
}
