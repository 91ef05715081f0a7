//! How cells fold: sums add, minima and maxima compare. All of it is exact or order-free.

use std::cmp::Ordering;

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;

use super::scan::{Cell, Primitive};
use crate::value::Number;

impl Cell {
    /// The cell over the rows of both.
    pub fn fold(&mut self, other: &Cell, primitive: &Primitive) {
        let left = std::mem::take(self);
        *self = match (left, other) {
            (Cell::Nothing, other) => other.clone(),
            (left, Cell::Nothing) => left,
            (left, right) => match primitive {
                Primitive::Min(_) => pick(left, right, Ordering::Greater),
                Primitive::Max(_) => pick(left, right, Ordering::Less),
                Primitive::Rows | Primitive::Known(_) | Primitive::Sum(_) | Primitive::Squares(_) => add(left, right),
            },
        };
    }

    pub fn count(&self) -> u64 {
        match self {
            Cell::Count(n) => *n,
            _ => 0,
        }
    }

    /// None for [`Cell::Nothing`].
    pub fn exact(&self) -> Option<BigDecimal> {
        match self {
            Cell::Nothing => None,
            Cell::Count(n) => Some(BigDecimal::from(*n)),
            Cell::Fixed { units, scale } => Some(BigDecimal::new(BigInt::from(*units), i64::from(*scale))),
            Cell::Wide(value) => Some(value.clone()),
            Cell::Float(value) => BigDecimal::try_from(*value).ok(),
        }
    }

    pub fn number(&self) -> Option<Number> {
        match self {
            Cell::Float(value) => Some(Number::Float(*value)),
            other => other.exact().map(Number::Decimal),
        }
    }
}

fn add(left: Cell, right: &Cell) -> Cell {
    match (&left, right) {
        (Cell::Count(a), Cell::Count(b)) => Cell::Count(a.saturating_add(*b)),
        (Cell::Fixed { units: a, scale }, Cell::Fixed { units: b, scale: other }) if scale == other => {
            match a.checked_add(*b) {
                Some(units) => Cell::Fixed { units, scale: *scale },
                None => wide(&left, right),
            }
        }
        _ => wide(&left, right),
    }
}

fn wide(left: &Cell, right: &Cell) -> Cell {
    match (left.exact(), right.exact()) {
        (Some(a), Some(b)) => Cell::Wide(a + b),
        (Some(one), None) | (None, Some(one)) => Cell::Wide(one),
        (None, None) => Cell::Nothing,
    }
}

/// The left cell unless it compares to the right one as `worse`.
fn pick(left: Cell, right: &Cell, worse: Ordering) -> Cell {
    let order = match (&left, right) {
        (Cell::Float(a), Cell::Float(b)) => a.total_cmp(b),
        (Cell::Fixed { units: a, scale }, Cell::Fixed { units: b, scale: other }) if scale == other => a.cmp(b),
        _ => left.exact().cmp(&right.exact()),
    };
    if order == worse { right.clone() } else { left }
}
