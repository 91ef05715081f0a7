//! Aggregates that rules ask the data for themselves, and the conditions on rows in them.

use bigdecimal::BigDecimal;

use crate::design::{Aggregate, AggregateFunction, CompareOp, FieldId, FieldPath, RowExpr, RowKind, RowType, SourceId};
use crate::value::calendar::Date;
use crate::value::{Quantity, Window};

/// All days that there are.
pub const EVER: Window = Window::new(Date::MIN, Date::MAX);

/// How many rows of a source match.
pub fn count(source: SourceId, time: FieldId, filter: Option<RowExpr>) -> Aggregate {
    Aggregate { function: AggregateFunction::Count, source, time, argument: None, weight: None, filter }
}

/// How many values of a field there are.
pub fn count_distinct(source: SourceId, time: FieldId, of: RowExpr) -> Aggregate {
    Aggregate { function: AggregateFunction::CountDistinct, argument: Some(of), ..count(source, time, None) }
}

/// A field of a row, or of the row that references lead to, of which only matters whether it is known, or is another.
pub fn field(path: FieldPath) -> RowExpr {
    RowExpr { kind: RowKind::Field(path), ty: RowType::Text, span: Default::default() }
}

pub fn own_field(field_id: FieldId) -> RowExpr {
    field(FieldPath { via: Vec::new(), field: field_id })
}

fn condition(kind: RowKind) -> RowExpr {
    RowExpr { kind, ty: RowType::Bool, span: Default::default() }
}

pub fn is_missing(operand: RowExpr) -> RowExpr {
    condition(RowKind::IsMissing { operand: Box::new(operand), negated: false })
}

pub fn is_known(operand: RowExpr) -> RowExpr {
    condition(RowKind::IsMissing { operand: Box::new(operand), negated: true })
}

pub fn both(left: RowExpr, right: RowExpr) -> RowExpr {
    condition(RowKind::And(Box::new(left), Box::new(right)))
}

fn number(value: BigDecimal) -> RowExpr {
    let ty = RowType::Number { quantity: Quantity::default(), exact: true };
    RowExpr { kind: RowKind::Number(value), ty, span: Default::default() }
}

pub fn equals(operand: RowExpr, value: BigDecimal) -> RowExpr {
    compared(CompareOp::Equal, operand, value)
}

pub fn differs(operand: RowExpr, value: BigDecimal) -> RowExpr {
    compared(CompareOp::NotEqual, operand, value)
}

fn compared(op: CompareOp, operand: RowExpr, value: BigDecimal) -> RowExpr {
    condition(RowKind::Compare { op, left: Box::new(operand), right: Box::new(number(value)) })
}

/// Both ends in.
pub fn between(operand: RowExpr, low: BigDecimal, high: BigDecimal) -> RowExpr {
    let (low, high) = (Box::new(number(low)), Box::new(number(high)));
    condition(RowKind::Between { operand: Box::new(operand), low, high, negated: false })
}
