//! Functions of numbers: those of formulas, and those that aggregate over members and sub-windows.

use std::cmp::Ordering;

use bigdecimal::{BigDecimal, ToPrimitive};

use crate::design::{ArithmeticOp, ByFunction, CompareOp, ScalarFunction, Type};
use crate::value::Number;

/// None: too large to be a number. A quotient is made elsewhere, since it may have no value for another reason.
pub(super) fn arithmetic(op: ArithmeticOp, a: &Number, b: &Number) -> Option<Number> {
    let result = match op {
        ArithmeticOp::Add => a.add(b),
        ArithmeticOp::Subtract => a.sub(b),
        ArithmeticOp::Multiply => a.mul(b),
        ArithmeticOp::Divide => a.div(b)?,
    };
    finite(result)
}

/// Arithmetic stops at the largest double: a value there is none.
fn finite(number: Number) -> Option<Number> {
    match number {
        Number::Float(f) if !f.is_finite() || f.abs() >= f64::MAX => None,
        number => Some(number),
    }
}

pub(super) fn holds(op: CompareOp, order: Ordering) -> bool {
    match op {
        CompareOp::Equal => order == Ordering::Equal,
        CompareOp::NotEqual => order != Ordering::Equal,
        CompareOp::Less => order == Ordering::Less,
        CompareOp::LessEqual => order != Ordering::Greater,
        CompareOp::Greater => order == Ordering::Greater,
        CompareOp::GreaterEqual => order != Ordering::Less,
    }
}

/// None: outside the function's domain, or too large. `ty` is the first argument's type: durations, which are kept in
/// seconds, are rounded in days.
pub(super) fn scalar(function: ScalarFunction, args: &[Number], ty: Option<&Type>) -> Option<Number> {
    let first = args.first()?;
    let result = match function {
        ScalarFunction::Round => {
            let digits = args.get(1).map_or(Some(0), digits)?;
            match ty {
                Some(Type::Number(quantity)) if quantity.is_time() => {
                    let day = Number::int(SECONDS_A_DAY);
                    first.div(&day)?.round(digits).mul(&day)
                }
                _ => first.round(digits),
            }
        }
        ScalarFunction::Abs => first.abs(),
        ScalarFunction::Min => args.iter().min_by(|a, b| a.total_cmp(b))?.clone(),
        ScalarFunction::Max => args.iter().max_by(|a, b| a.total_cmp(b))?.clone(),
        ScalarFunction::Clamp => {
            let (low, high) = (args.get(1)?, args.get(2)?);
            if first.total_cmp(low) == Ordering::Less {
                low.clone()
            } else if first.total_cmp(high) == Ordering::Greater {
                high.clone()
            } else {
                first.clone()
            }
        }
        ScalarFunction::Sqrt if first.is_negative() => return None,
        ScalarFunction::Sqrt => Number::from_f64(first.to_f64().sqrt())?,
        ScalarFunction::Ln if !first.is_positive() => return None,
        ScalarFunction::Ln => Number::from_f64(first.to_f64().ln())?,
        ScalarFunction::Exp => Number::from_f64(first.to_f64().exp())?,
        ScalarFunction::Power => power(first, args.get(1)?)?,
    };
    finite(result)
}

const SECONDS_A_DAY: i64 = 86_400;

fn digits(number: &Number) -> Option<i32> {
    number.to_f64().to_i32()
}

/// Exact for a decimal to a small whole power.
fn power(base: &Number, exponent: &Number) -> Option<Number> {
    const MOST: f64 = 64.0;
    let (b, e) = (base.to_f64(), exponent.to_f64());
    if base.is_exact() && e.fract() == 0.0 && (0.0..=MOST).contains(&e) {
        let times = e.to_usize()?;
        return Some(std::iter::repeat_n(base, times).fold(Number::int(1), |product, base| product.mul(base)));
    }
    Number::from_f64(b.powf(e))
}

/// An aggregate over the values of members, in their order. None: there are too few.
pub(super) fn aggregate(function: &ByFunction, values: &[Number]) -> Option<Number> {
    let sum = || values.iter().fold(Number::zero(), |sum, value| sum.add(value));
    let result = match function {
        ByFunction::Count => Number::int(i64::try_from(values.len()).ok()?),
        ByFunction::Sum => sum(),
        ByFunction::Avg => sum().div(&Number::int(i64::try_from(values.len()).ok()?))?,
        ByFunction::Min => values.iter().min_by(|a, b| a.total_cmp(b))?.clone(),
        ByFunction::Max => values.iter().max_by(|a, b| a.total_cmp(b))?.clone(),
        ByFunction::Median => percentile(values, 0.5)?,
        ByFunction::Percentile(p) => percentile(values, Number::from_decimal(p / BigDecimal::from(100)).to_f64())?,
        ByFunction::Stddev => deviation(values)?,
    };
    finite(result)
}

/// By linear interpolation between the two nearest ranks.
fn percentile(values: &[Number], share: f64) -> Option<Number> {
    let mut sorted: Vec<&Number> = values.iter().collect();
    sorted.sort_by(|a, b| a.total_cmp(b));
    let rank = share * sorted.len().checked_sub(1)?.to_f64()?;
    let below = rank.floor().to_usize()?;
    let low = *sorted.get(below)?;
    let Some(high) = sorted.get(below + 1) else { return Some(low.clone()) };
    let part = rank - rank.floor();
    if part == 0.0 {
        return Some(low.clone());
    }
    let (low, high) = (low.to_f64(), high.to_f64());
    Number::from_f64(low + (high - low) * part)
}

/// Of the sample.
fn deviation(values: &[Number]) -> Option<Number> {
    let n = values.len().to_f64()?;
    if n < 2.0 {
        return None;
    }
    let mean = values.iter().fold(Number::zero(), |sum, value| sum.add(value)).to_f64() / n;
    let squares: f64 = values.iter().map(|v| (v.to_f64() - mean).powi(2)).sum();
    Number::from_f64((squares / (n - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    fn numbers(values: &[i64]) -> Vec<Number> {
        values.iter().map(|v| Number::int(*v)).collect()
    }

    fn over(function: ByFunction, values: &[i64]) -> Option<String> {
        aggregate(&function, &numbers(values)).map(|n| n.machine())
    }

    #[test]
    fn aggregates_over_members() {
        let some = |text: &str| Some(text.to_string());
        assert_eq!(over(ByFunction::Avg, &[1, 2, 4]), some("2.33333333333"));
        assert_eq!(over(ByFunction::Median, &[4, 1, 2]), some("2"));
        assert_eq!(over(ByFunction::Median, &[4, 1, 2, 3]), some("2.5"));
        assert_eq!(over(ByFunction::Percentile(90.into()), &[10, 20, 30, 40, 50]), some("46"));
        assert_eq!(over(ByFunction::Percentile(100.into()), &[10, 20]), some("20"));
        assert_eq!(over(ByFunction::Stddev, &[2, 4, 4, 4, 5, 5, 7, 9]), some("2.1380899353"));
        assert_eq!(over(ByFunction::Stddev, &[2]), None);
        assert_eq!(over(ByFunction::Min, &[]), None);
        assert_eq!(over(ByFunction::Avg, &[]), None);
        assert_eq!(over(ByFunction::Sum, &[]), some("0"));
    }

    #[test]
    fn functions_have_domains() {
        let of = |function, args: &[i64]| scalar(function, &numbers(args), None).map(|n| n.machine());
        assert_eq!(of(ScalarFunction::Sqrt, &[-1]), None);
        assert_eq!(of(ScalarFunction::Ln, &[0]), None);
        assert_eq!(of(ScalarFunction::Exp, &[1000]), None);
        assert_eq!(of(ScalarFunction::Power, &[2, 10]), Some("1024".to_string()));
        assert_eq!(of(ScalarFunction::Power, &[0, -1]), None);
        assert_eq!(of(ScalarFunction::Power, &[-8, 0]), Some("1".to_string()));
        assert_eq!(of(ScalarFunction::Clamp, &[7, 1, 5]), Some("5".to_string()));
        assert_eq!(of(ScalarFunction::Clamp, &[-7, 1, 5]), Some("1".to_string()));
        let half = Number::from_decimal("-2.5".parse().unwrap());
        assert_eq!(scalar(ScalarFunction::Round, &[half], None).unwrap().machine(), "-3");
        let cents = Number::from_decimal("2.345".parse().unwrap());
        assert_eq!(scalar(ScalarFunction::Round, &[cents, Number::int(2)], None).unwrap().machine(), "2.35");
        let large = Number::from_f64(f64::MAX).unwrap();
        assert_eq!(arithmetic(ArithmeticOp::Multiply, &large, &Number::int(2)).map(|n| n.machine()), None);
    }
}
