//! Operators and functions on values that there are.

use std::cmp::Ordering;

use bigdecimal::{BigDecimal, ToPrimitive};

use crate::design::{ArithmeticOp, ByFunction, CompareOp, ScalarFunction, Type};
use crate::value::Number;

/// None: a division by zero.
pub fn arithmetic(op: ArithmeticOp, left: &Number, right: &Number) -> Option<Number> {
    match op {
        ArithmeticOp::Add => Some(left.add(right)),
        ArithmeticOp::Subtract => Some(left.sub(right)),
        ArithmeticOp::Multiply => Some(left.mul(right)),
        ArithmeticOp::Divide => left.div(right),
    }
}

pub fn compares(op: CompareOp, order: Ordering) -> bool {
    match op {
        CompareOp::Equal => order == Ordering::Equal,
        CompareOp::NotEqual => order != Ordering::Equal,
        CompareOp::Less => order == Ordering::Less,
        CompareOp::LessEqual => order != Ordering::Greater,
        CompareOp::Greater => order == Ordering::Greater,
        CompareOp::GreaterEqual => order != Ordering::Less,
    }
}

const SECONDS_A_DAY: i64 = 86_400;

/// None: outside the function's domain, or too large to be a number. `ty` is the first argument's type: durations, which
/// are kept in seconds, are rounded in days.
pub fn function(function: ScalarFunction, args: &[Number], ty: &Type) -> Option<Number> {
    let first = args.first()?;
    let second = args.get(1);
    let float = |f: fn(f64) -> f64| Number::from_f64(f(first.to_f64()));
    match function {
        ScalarFunction::Round => {
            let digits = second.map_or(0.0, Number::to_f64).clamp(-18.0, 18.0) as i32;
            match ty {
                Type::Number(quantity) if quantity.is_time() => {
                    let day = Number::int(SECONDS_A_DAY);
                    Some(first.div(&day)?.round(digits).mul(&day))
                }
                _ => Some(first.round(digits)),
            }
        }
        ScalarFunction::Abs => Some(first.abs()),
        ScalarFunction::Min => args.iter().min_by(|a, b| a.total_cmp(b)).cloned(),
        ScalarFunction::Max => args.iter().max_by(|a, b| a.total_cmp(b)).cloned(),
        ScalarFunction::Clamp => {
            let (low, high) = (second?, args.get(2)?);
            let at_least = if first.total_cmp(low) == Ordering::Less { low } else { first };
            Some(if at_least.total_cmp(high) == Ordering::Greater { high.clone() } else { at_least.clone() })
        }
        ScalarFunction::Sqrt => float(f64::sqrt),
        ScalarFunction::Ln => float(f64::ln),
        ScalarFunction::Exp => float(f64::exp),
        ScalarFunction::Power => Number::from_f64(first.to_f64().powf(second?.to_f64())),
    }
}

/// An aggregate over the values of sub-windows or members. None: too few values for it.
pub fn over_members(function: &ByFunction, values: &[Number]) -> Option<Number> {
    let sum = || values.iter().fold(Number::zero(), |sum, v| sum.add(v));
    match function {
        ByFunction::Sum => Some(sum()),
        ByFunction::Count => Some(Number::int(values.len() as i64)),
        ByFunction::Avg => sum().div(&Number::int(values.len() as i64)),
        ByFunction::Min => values.iter().min_by(|a, b| a.total_cmp(b)).cloned(),
        ByFunction::Max => values.iter().max_by(|a, b| a.total_cmp(b)).cloned(),
        ByFunction::Median => percentile(values, &BigDecimal::from(50)),
        ByFunction::Percentile(p) => percentile(values, p),
        ByFunction::Stddev => stddev(values),
    }
}

/// Linear interpolation between the closest ranks (Hyndman and Fan 1996, definition 7).
fn percentile(values: &[Number], p: &BigDecimal) -> Option<Number> {
    let mut sorted: Vec<&Number> = values.iter().collect();
    sorted.sort_by(|a, b| a.total_cmp(b));
    let rank = (p.to_f64()? / 100.0).clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let (low, share) = (rank.floor() as usize, rank - rank.floor());
    let at = sorted.get(low)?;
    match sorted.get(low + 1).filter(|_| share > 0.0) {
        None => Some((*at).clone()),
        Some(next) => {
            let (a, b) = (at.to_f64(), next.to_f64());
            Number::from_f64(a + (b - a) * share)
        }
    }
}

/// Of the sample: the squares are divided by n - 1.
fn stddev(values: &[Number]) -> Option<Number> {
    let n = values.len();
    if n < 2 {
        return None;
    }
    let values: Vec<f64> = values.iter().map(Number::to_f64).collect();
    let mean = values.iter().sum::<f64>() / n as f64;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    Number::from_f64((squares / (n - 1) as f64).sqrt())
}
