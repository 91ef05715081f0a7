//! Numbers: exact decimals and floating point.

use std::cmp::Ordering;
use std::fmt;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, FromPrimitive, RoundingMode, Signed, Zero};

/// A number in base units (money in its currency, durations in seconds, `%` as a fraction).
#[derive(Clone, Debug)]
pub enum Number {
    /// Exact. Counts, sums of integers and decimals, literals.
    Decimal(BigDecimal),
    /// IEEE double: results of `/`, means, roots, sums over `number` fields.
    Float(f64),
}

/// Significant digits that an exact number may have, and how far they may lie from the decimal point. What is longer
/// becomes a float, so that a product of products stays small. 76 digits is what a 256-bit decimal holds.
const MAX_DIGITS: u64 = 76;
const MAX_SCALE: i64 = 400;

/// Two floats are the same where they differ by no more than this share of the larger: 0.1 + 0.2 is 0.3.
const TOLERANCE: f64 = 1e-9;

impl Number {
    pub fn int(value: i64) -> Number {
        Number::Decimal(BigDecimal::from(value))
    }

    pub fn zero() -> Number {
        Number::Decimal(BigDecimal::zero())
    }

    /// Exact, but for more than 76 significant digits.
    pub fn from_decimal(value: BigDecimal) -> Number {
        if fits(&value) {
            return Number::Decimal(value);
        }
        // Trailing zeros do not count.
        let value = value.normalized();
        if fits(&value) { Number::Decimal(value) } else { Number::Float(finite(decimal_to_f64(&value))) }
    }

    /// None for what is no number, or infinite.
    pub fn from_f64(value: f64) -> Option<Number> {
        // Adding 0 makes 0 of -0.
        value.is_finite().then_some(Number::Float(value + 0.0))
    }

    pub const fn is_exact(&self) -> bool {
        matches!(self, Number::Decimal(_))
    }

    pub fn add(&self, other: &Number) -> Number {
        self.combine(other, |a, b| a + b, |a, b| a + b)
    }

    pub fn sub(&self, other: &Number) -> Number {
        self.combine(other, |a, b| a - b, |a, b| a - b)
    }

    pub fn mul(&self, other: &Number) -> Number {
        self.combine(other, |a, b| a * b, |a, b| a * b)
    }

    /// A float. None where the divisor is 0, or the result has no double.
    pub fn div(&self, other: &Number) -> Option<Number> {
        if other.is_zero() {
            return None;
        }
        Number::from_f64(self.to_f64() / other.to_f64())
    }

    pub fn neg(&self) -> Number {
        match self {
            Number::Decimal(d) => Number::Decimal(-d),
            Number::Float(f) => Number::Float(0.0 - f),
        }
    }

    pub fn abs(&self) -> Number {
        match self {
            Number::Decimal(d) => Number::Decimal(d.abs()),
            Number::Float(f) => Number::Float(f.abs()),
        }
    }

    /// Floats that overflow stop at the largest double.
    fn combine(
        &self,
        other: &Number,
        exact: impl Fn(&BigDecimal, &BigDecimal) -> BigDecimal,
        float: impl Fn(f64, f64) -> f64,
    ) -> Number {
        match (self, other) {
            // Adding two numbers whose digits lie far apart writes out what is between.
            (Number::Decimal(a), Number::Decimal(b)) if fits(a) && fits(b) => Number::from_decimal(exact(a, b)),
            _ => Number::Float(finite(float(self.to_f64(), other.to_f64()))),
        }
    }

    /// The nearest double.
    pub fn to_f64(&self) -> f64 {
        match self {
            Number::Decimal(d) => finite(decimal_to_f64(d)),
            Number::Float(f) => *f,
        }
    }

    pub fn is_zero(&self) -> bool {
        match self {
            Number::Decimal(d) => d.is_zero(),
            Number::Float(f) => *f == 0.0,
        }
    }

    pub fn is_negative(&self) -> bool {
        match self {
            Number::Decimal(d) => d.is_negative(),
            Number::Float(f) => *f < 0.0,
        }
    }

    pub fn is_positive(&self) -> bool {
        !self.is_negative() && !self.is_zero()
    }

    /// To so many digits after the point (before it, where negative), half away from zero. A float is rounded as it is
    /// written in its shortest form, so that 2.675 becomes 2.68.
    pub fn round(&self, digits: i32) -> Number {
        let digits = i64::from(digits).clamp(-MAX_SCALE, MAX_SCALE);
        match self {
            Number::Decimal(d) => Number::from_decimal(round_decimal(d, digits)),
            Number::Float(f) => match shortest(*f) {
                Some(d) => Number::Float(finite(decimal_to_f64(&round_decimal(&d, digits)))),
                None => self.clone(),
            },
        }
    }

    /// Decimals exactly, anything with a float within a relative 1e-9: how values are held against targets.
    pub fn cmp_tolerant(&self, other: &Number) -> Ordering {
        if let (Number::Decimal(a), Number::Decimal(b)) = (self, other) {
            return a.cmp(b);
        }
        let (a, b) = (self.to_f64(), other.to_f64());
        if (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()) { Ordering::Equal } else { a.total_cmp(&b) }
    }

    /// By value, exactly: a total order for sorting, minima and maxima.
    pub fn total_cmp(&self, other: &Number) -> Ordering {
        match (self, other) {
            (Number::Decimal(a), Number::Decimal(b)) => a.cmp(b),
            (Number::Float(a), Number::Float(b)) => (a + 0.0).total_cmp(&(b + 0.0)),
            // Every double is a decimal.
            (Number::Decimal(a), Number::Float(b)) => match BigDecimal::try_from(*b) {
                Ok(b) => a.cmp(&b),
                Err(_) => decimal_to_f64(a).total_cmp(b),
            },
            (Number::Float(_), Number::Decimal(_)) => other.total_cmp(self).reverse(),
        }
    }

    /// For machines: decimals exactly, without trailing zeros; floats with 12 significant digits. Without an exponent for
    /// all magnitudes that occur.
    pub fn machine(&self) -> String {
        match self {
            Number::Decimal(d) => d.normalized().to_plain_string(),
            Number::Float(f) => float_text(*f, 12),
        }
    }
}

impl PartialEq for Number {
    /// The same value, exactly, whatever its form.
    fn eq(&self, other: &Number) -> bool {
        self.total_cmp(other) == Ordering::Equal
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.machine())
    }
}

impl From<BigDecimal> for Number {
    fn from(value: BigDecimal) -> Number {
        Number::from_decimal(value)
    }
}

fn fits(value: &BigDecimal) -> bool {
    value.fractional_digit_count().unsigned_abs() <= MAX_SCALE.unsigned_abs() && value.digits() <= MAX_DIGITS
}

/// Overflow stops at the largest double, 0 / 0 is 0, and there is no -0.
pub(super) fn finite(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(f64::MIN, f64::MAX) + 0.0 }
}

pub(super) fn round_decimal(value: &BigDecimal, digits: i64) -> BigDecimal {
    // Fewer digits than asked for: nothing to round, and no zeros to append.
    if value.fractional_digit_count() <= digits {
        return value.clone();
    }
    value.with_scale_round(digits, RoundingMode::HalfUp).normalized()
}

/// Correctly rounded, since the text of a decimal is parsed so. Most are a small integer over a small power of ten, of
/// which both are exact doubles.
fn decimal_to_f64(value: &BigDecimal) -> f64 {
    const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (digits, scale) = value.as_bigint_and_scale();
    let power = usize::try_from(scale).ok().and_then(|scale| POWERS.get(scale));
    if let (Ok(digits), Some(power)) = (i64::try_from(digits.as_ref()), power)
        && digits.unsigned_abs() < 1 << 53
    {
        return digits as f64 / power;
    }
    value.to_scientific_notation().parse().unwrap_or(0.0)
}

/// The decimal that a float is written as in its shortest form.
pub(super) fn shortest(value: f64) -> Option<BigDecimal> {
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e')?;
    let exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
    let scale = i64::try_from(fraction.len()).ok()?;
    Some(BigDecimal::new(digits, scale - exponent))
}

/// A float with so many significant digits, without trailing zeros and -0. Plain from 1e-9 up to 1e21, else `1.5e-12`.
fn float_text(value: f64, significant: usize) -> String {
    let text = format!("{:.*e}", significant.saturating_sub(1), value + 0.0);
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let Ok(exponent) = exponent.parse::<i32>() else { return text };
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_string();
    }
    let length = i32::try_from(digits.len()).unwrap_or(0);
    if !(-9..21).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}e{exponent}");
    }
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", zeros(-exponent - 1));
    }
    match usize::try_from(exponent + 1).ok().and_then(|whole| digits.split_at_checked(whole)) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits}{}", zeros(exponent + 1 - length)),
    }
}

/// Half away from zero as an integer of fixed digits after the point: for people.
pub(super) fn fixed(value: &Number, digits: i64) -> (bool, String, String) {
    let exact = match value {
        Number::Decimal(d) => d.clone(),
        Number::Float(f) => shortest(*f).or_else(|| BigDecimal::from_f64(*f)).unwrap_or_default(),
    };
    let rounded = exact.with_scale_round(digits, RoundingMode::HalfUp);
    let text = rounded.abs().to_plain_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    (rounded.is_negative(), whole.to_string(), fraction.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::*;

    fn exact(text: &str) -> Number {
        Number::from_decimal(text.parse().unwrap())
    }

    fn float(value: f64) -> Number {
        Number::from_f64(value).unwrap()
    }

    #[test]
    fn decimals_stay_exact() {
        assert_eq!(exact("0.1").add(&exact("0.2")).machine(), "0.3");
        assert_eq!(exact("4100000").mul(&exact("0.10")).machine(), "410000");
        assert_eq!(exact("1.00").sub(&exact("1")).machine(), "0");
        assert_eq!(exact("480.00").neg().machine(), "-480");
        assert!(Number::zero().neg().machine() == "0");
        assert!(exact("1").div(&exact("4")).unwrap() == exact("0.25"));
        assert!(!exact("1").div(&exact("4")).unwrap().is_exact());
        assert!(exact("1").div(&Number::zero()).is_none());
        assert!(exact("1").div(&float(-0.0)).is_none());
    }

    #[test]
    fn long_decimals_become_floats() {
        let mut product = exact("1.1");
        for _ in 0..40 {
            product = product.mul(&product);
        }
        assert!(!product.is_exact());
        assert!(product.to_f64() <= f64::MAX);
        assert!(exact(&"9".repeat(76)).is_exact());
        assert!(!exact(&"9".repeat(77)).is_exact());
        assert!(exact(&format!("1{}", "0".repeat(90))).is_exact());
        assert!(!exact("1e300").add(&exact("1")).is_exact());
        assert!(!exact("1e-100000").is_exact());
        assert_eq!(exact("1e100000").to_f64(), f64::MAX);
        assert_eq!(Number::Decimal("1e-900000000".parse().unwrap()).add(&exact("1")).to_f64(), 1.0);
    }

    #[test]
    fn floats_are_written_with_twelve_digits() {
        for (value, text) in [
            (0.1 + 0.2, "0.3"),
            (-0.0, "0"),
            (1.0 / 3.0, "0.333333333333"),
            (2.0 / 3.0, "0.666666666667"),
            (4123456.0, "4123456"),
            (1234567890123.6, "1234567890120"),
            (1e20, "100000000000000000000"),
            (1.5e21, "1.5e21"),
            (1e-9, "0.000000001"),
            (-1.5e-12, "-1.5e-12"),
            (999999999999.9, "1000000000000"),
            (12.5, "12.5"),
        ] {
            assert_eq!(float(value).machine(), text);
        }
        assert!(Number::from_f64(f64::NAN).is_none() && Number::from_f64(f64::INFINITY).is_none());
    }

    #[test]
    fn halves_round_away_from_zero() {
        for (text, digits, rounded) in [
            ("2.5", 0, "3"),
            ("-2.5", 0, "-3"),
            ("2.675", 2, "2.68"),
            ("1250", -2, "1300"),
            ("-0.4", 0, "0"),
            ("7", 3, "7"),
        ] {
            assert_eq!(exact(text).round(digits).machine(), rounded);
            assert_eq!(float(text.parse().unwrap()).round(digits).machine(), rounded);
        }
        assert_eq!(exact("1").round(i32::MAX).machine(), "1");
        assert_eq!(exact("1").round(i32::MIN).machine(), "0");
        assert_eq!(float(f64::MAX).round(-400).machine(), "0");
    }

    #[test]
    fn comparison_forgives_floats_only() {
        assert_eq!(float(0.1 + 0.2).cmp_tolerant(&exact("0.3")), Ordering::Equal);
        assert_eq!(exact("0.30000000001").cmp_tolerant(&exact("0.3")), Ordering::Greater);
        assert_eq!(float(0.0).cmp_tolerant(&float(1e-12)), Ordering::Less);
        assert_eq!(float(0.1).total_cmp(&exact("0.1")), Ordering::Greater);
        assert_eq!(float(0.5), exact("0.5"));
        assert_eq!(Number::Float(-0.0), Number::Float(0.0));
    }

    fn any_number() -> impl Strategy<Value = Number> {
        prop_oneof![
            (any::<i64>(), -3i64..12).prop_map(|(d, s)| Number::Decimal(BigDecimal::new(d.into(), s))),
            (-1e12f64..1e12).prop_map(float),
            (-20i64..20).prop_map(Number::int),
        ]
    }

    proptest! {
        #[test]
        fn order_is_total(a in any_number(), b in any_number(), c in any_number()) {
            prop_assert_eq!(a.total_cmp(&b), b.total_cmp(&a).reverse());
            if a.total_cmp(&b).is_le() && b.total_cmp(&c).is_le() {
                prop_assert!(a.total_cmp(&c).is_le());
            }
        }

        #[test]
        fn addition_and_subtraction_undo_each_other(a in any_number(), b in any_number()) {
            prop_assume!(a.is_exact() && b.is_exact());
            prop_assert_eq!(a.add(&b).sub(&b), a);
        }

        #[test]
        fn the_nearest_double_is_what_rust_parses(digits in any::<i64>(), scale in -5i64..30) {
            let decimal = BigDecimal::new(digits.into(), scale);
            prop_assert_eq!(decimal_to_f64(&decimal), decimal.to_plain_string().parse::<f64>().unwrap());
        }

        #[test]
        fn machine_text_reads_back(value in prop::num::f64::NORMAL) {
            let text = float(value).machine();
            let back: f64 = text.parse().unwrap();
            prop_assert!(((back - value) / value).abs() < 1e-11, "{} {}", text, value);
            prop_assert_eq!(float(back).machine(), text);
        }

        #[test]
        fn rounding_lands_within_half(value in any_number(), digits in -3i32..6) {
            let half = BigDecimal::new(5.into(), i64::from(digits) + 1);
            let distance = value.round(digits).sub(&value).abs();
            // A float's rounded value is itself the nearest double.
            prop_assert!(distance.to_f64() <= Number::from_decimal(half).to_f64() * (1.0 + 1e-9) + value.to_f64().abs() * 1e-15);
        }
    }
}
