//! What an expression over the rows of a source can be: its range, and whether it can be missing. Both stand on what the
//! fields declare; data that is not as declared is an error before any formula reads it.

use bigdecimal::BigDecimal;

use crate::design::{
    ArithmeticOp, Design, Field, FieldKind, FieldPath, RowExpr, RowFunction, RowKind, RowType, ScalarFunction, SourceId,
};
use crate::functions::Meaning;
use crate::value::{Interval, Number};

/// Fields that are computed from each other are followed so far; beyond it anything is possible.
const MOST_HOPS: usize = 32;

/// The rows of one source.
#[derive(Clone, Copy)]
pub struct Rows<'d> {
    pub design: &'d Design,
    pub source: SourceId,
    hops: usize,
}

/// What is known of expressions beside what the fields declare: from a filter, say.
pub trait Narrow {
    fn range(&self, expr: &RowExpr) -> Option<Interval>;
}

/// Nothing but the fields.
impl Narrow for () {
    fn range(&self, _: &RowExpr) -> Option<Interval> {
        None
    }
}

pub fn nearest(value: &BigDecimal) -> f64 {
    Number::Decimal(value.clone()).to_f64()
}

/// The whole range between two optional ends, both in.
pub fn between(low: Option<&BigDecimal>, high: Option<&BigDecimal>) -> Interval {
    Interval::new(low.map_or(f64::NEG_INFINITY, nearest), high.map_or(f64::INFINITY, nearest))
}

impl<'d> Rows<'d> {
    pub fn new(design: &'d Design, source: SourceId) -> Rows<'d> {
        Rows { design, source, hops: 0 }
    }

    /// The field at a path's end, and the source that has it.
    pub fn field(&self, path: &FieldPath) -> Option<(SourceId, &'d Field)> {
        let mut source = self.source;
        for hop in &path.via {
            source = self.design.sources.get(source.index())?.fields.get(hop.index())?.refers?;
        }
        Some((source, self.design.sources.get(source.index())?.fields.get(path.field.index())?))
    }

    /// The rows that a computed field at a path's end is computed on. None: too far.
    fn at_end(&self, source: SourceId) -> Option<Rows<'d>> {
        (self.hops < MOST_HOPS).then_some(Rows { source, hops: self.hops + 1, ..*self })
    }

    /// Every known value of a number lies in it; of a condition 1 is true and 0 false; of anything else it says nothing.
    pub fn range(&self, expr: &RowExpr, narrow: &dyn Narrow) -> Interval {
        let plain = self.plain_range(expr, narrow);
        narrow.range(expr).map_or(plain, |known| known.intersect(plain))
    }

    fn plain_range(&self, expr: &RowExpr, narrow: &dyn Narrow) -> Interval {
        let of = |x: &RowExpr| self.range(x, narrow);
        match &expr.kind {
            RowKind::Field(path) => self.field_range(path),
            RowKind::Scaled(x, factor) => of(x).mul(Interval::point(nearest(factor))),
            RowKind::Number(value) => Interval::point(nearest(value)),
            RowKind::Bool(holds) => Interval::point(f64::from(*holds)),
            RowKind::Constant(id) => super::interval::constant(self.design, *id),
            RowKind::Negate(x) => of(x).neg(),
            RowKind::Arithmetic { op, left, right } => arithmetic(*op, of(left), of(right)),
            RowKind::If { then, otherwise, .. } => {
                let other = otherwise.as_deref().map_or(Interval::EMPTY, of);
                of(then).hull(other)
            }
            RowKind::Otherwise(left, right) => of(left).hull(of(right)),
            RowKind::Function { function, args } => {
                let ranges: Vec<Interval> = args.iter().map(of).collect();
                match function {
                    RowFunction::Scalar(function) => {
                        let days = matches!(args.first().map(|a| &a.ty), Some(RowType::Number { quantity, .. }) if quantity.is_time());
                        super::interval::scalar(*function, &ranges, if days { 86_400.0 } else { 1.0 })
                    }
                    _ => super::interval::ruled(Meaning::Row(*function), Interval::ALL),
                }
            }
            RowKind::Not(_)
            | RowKind::Compare { .. }
            | RowKind::And(..)
            | RowKind::Or(..)
            | RowKind::InList { .. }
            | RowKind::Between { .. }
            | RowKind::IsMissing { .. }
            | RowKind::Contains { .. }
            | RowKind::StartsWith { .. } => Interval::SHARE,
            RowKind::Elapsed { .. }
            | RowKind::Moved { .. }
            | RowKind::Text(_)
            | RowKind::Date(_)
            | RowKind::Timestamp(_) => Interval::ALL,
        }
    }

    fn field_range(&self, path: &FieldPath) -> Interval {
        let Some((source, field)) = self.field(path) else { return Interval::ALL };
        if let Some(computed) = &field.computed {
            return self.at_end(source).map_or(Interval::ALL, |rows| rows.range(computed, &()));
        }
        match (&field.domain, field.kind) {
            (Some((low, high)), _) => between(low.as_ref(), high.as_ref()),
            (None, FieldKind::Bool) => Interval::SHARE,
            (None, _) => Interval::ALL,
        }
    }

    /// Can it be missing in a row? False is a proof.
    pub fn may_be_missing(&self, expr: &RowExpr) -> bool {
        let of = |x: &RowExpr| self.may_be_missing(x);
        match &expr.kind {
            RowKind::Field(path) => match self.field(path) {
                // A reference without a partner leads nowhere.
                None => true,
                Some(_) if !path.via.is_empty() => true,
                Some((_, field)) if field.optional => true,
                Some((source, field)) => field
                    .computed
                    .as_ref()
                    .is_some_and(|computed| self.at_end(source).is_none_or(|rows| rows.may_be_missing(computed))),
            },
            RowKind::Number(_)
            | RowKind::Text(_)
            | RowKind::Bool(_)
            | RowKind::Date(_)
            | RowKind::Timestamp(_)
            | RowKind::IsMissing { .. } => false,
            RowKind::Constant(id) => super::interval::has_beginning(self.design, *id),
            RowKind::Scaled(x, _) | RowKind::Negate(x) | RowKind::Not(x) | RowKind::Moved { operand: x, .. } => of(x),
            RowKind::Arithmetic { op: ArithmeticOp::Divide, left, right } => {
                of(left) || of(right) || self.range(right, &()).contains(0.0)
            }
            RowKind::Arithmetic { left, right, .. }
            | RowKind::Compare { left, right, .. }
            | RowKind::And(left, right)
            | RowKind::Or(left, right)
            | RowKind::Elapsed { from: left, to: right } => of(left) || of(right),
            RowKind::InList { operand, .. } => of(operand),
            RowKind::Between { operand, low, high, .. } => of(operand) || of(low) || of(high),
            RowKind::Contains { operand, text } | RowKind::StartsWith { operand, text } => of(operand) || of(text),
            RowKind::If { condition, then, otherwise } => {
                of(condition) || of(then) || otherwise.as_deref().is_none_or(of)
            }
            RowKind::Otherwise(left, right) => of(left) && of(right),
            RowKind::Function { function, args } => {
                let partial = matches!(
                    function,
                    RowFunction::Scalar(
                        ScalarFunction::Sqrt | ScalarFunction::Ln | ScalarFunction::Exp | ScalarFunction::Power
                    )
                );
                partial || args.iter().any(of)
            }
        }
    }

    /// Whole numbers only, as the data has them.
    pub fn is_whole(&self, expr: &RowExpr) -> bool {
        match &expr.kind {
            RowKind::Field(path) => {
                self.field(path).is_some_and(|(_, f)| f.kind == FieldKind::Integer && f.computed.is_none())
            }
            _ => false,
        }
    }
}

pub fn arithmetic(op: ArithmeticOp, left: Interval, right: Interval) -> Interval {
    match op {
        ArithmeticOp::Add => left.add(right),
        ArithmeticOp::Subtract => left.sub(right),
        ArithmeticOp::Multiply => left.mul(right),
        ArithmeticOp::Divide => left.div(right),
    }
}
