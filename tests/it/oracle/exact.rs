//! Exact fractions with a bound on how far a computation in doubles may stray from them.
//!
//! The oracle computes without rounding, so that it never agrees with a wrong answer by making the same mistake. Where
//! the language leaves room (a quotient is a double), a decision that hangs on the last digits of one (is this
//! denominator 0? does this round up?) is counted as doubtful instead of compared.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::{BigDecimal, ToPrimitive};

/// A fraction in lowest terms, its denominator positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratio {
    n: BigInt,
    d: BigInt,
}

fn gcd(a: &BigInt, b: &BigInt) -> BigInt {
    let (mut a, mut b) = (a.magnitude().clone(), b.magnitude().clone());
    while b.bits() != 0 {
        let rest = &a % &b;
        a = std::mem::replace(&mut b, rest);
    }
    BigInt::from(a)
}

impl Ratio {
    pub fn new(n: BigInt, d: BigInt) -> Ratio {
        let (n, d) = if d.sign() == Sign::Minus { (-n, -d) } else { (n, d) };
        let common = gcd(&n, &d);
        if common.bits() <= 1 { Ratio { n, d } } else { Ratio { n: n / &common, d: d / &common } }
    }

    pub fn int(n: i64) -> Ratio {
        Ratio { n: n.into(), d: 1.into() }
    }

    /// A decimal as it is written: `-12.50`.
    pub fn parse(text: &str) -> Ratio {
        let (digits, scale) = text.parse::<BigDecimal>().unwrap().into_bigint_and_exponent();
        assert!(scale >= 0);
        Ratio::new(digits, BigInt::from(10).pow(scale as u32))
    }

    /// The double itself.
    pub fn from_f64(value: f64) -> Ratio {
        let bits = value.to_bits();
        let exponent = ((bits >> 52) & 0x7ff) as i32;
        let fraction = (bits & ((1 << 52) - 1)) as i64;
        let (mantissa, power) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
        let mantissa = BigInt::from(if value < 0.0 { -mantissa } else { mantissa });
        if power >= 0 {
            Ratio { n: mantissa << power as usize, d: 1.into() }
        } else {
            Ratio::new(mantissa, BigInt::from(1) << (-power) as usize)
        }
    }

    pub fn to_f64(&self) -> f64 {
        // Long ones are cut to where a double ends long since.
        let spare = self.n.bits().min(self.d.bits()).saturating_sub(200) as usize;
        let (n, d) = (&self.n >> spare, &self.d >> spare);
        if n.bits() < 1020 && d.bits() < 1020 {
            return n.to_f64().unwrap() / d.to_f64().unwrap();
        }
        if n.bits() >= 1020 { f64::MAX.copysign(if n.sign() == Sign::Minus { -1.0 } else { 1.0 }) } else { 0.0 }
    }

    /// Whether a double holds it exactly.
    fn is_double(&self) -> bool {
        self.n.bits() <= 53 && self.d.magnitude().count_ones() == 1 && self.d.bits() < 900
    }

    fn bits(&self) -> u64 {
        self.n.bits() + self.d.bits()
    }

    pub fn is_zero(&self) -> bool {
        self.n.sign() == Sign::NoSign
    }

    pub fn is_negative(&self) -> bool {
        self.n.sign() == Sign::Minus
    }

    pub fn add(&self, other: &Ratio) -> Ratio {
        Ratio::new(&self.n * &other.d + &other.n * &self.d, &self.d * &other.d)
    }

    pub fn sub(&self, other: &Ratio) -> Ratio {
        Ratio::new(&self.n * &other.d - &other.n * &self.d, &self.d * &other.d)
    }

    pub fn mul(&self, other: &Ratio) -> Ratio {
        Ratio::new(&self.n * &other.n, &self.d * &other.d)
    }

    pub fn div(&self, other: &Ratio) -> Ratio {
        Ratio::new(&self.n * &other.d, &self.d * &other.n)
    }

    pub fn abs(&self) -> Ratio {
        Ratio { n: BigInt::from(self.n.magnitude().clone()), d: self.d.clone() }
    }

    /// Half away from zero.
    pub fn round(&self, digits: i32) -> Ratio {
        let ten = Ratio::int(10);
        let mut power = Ratio::int(1);
        for _ in 0..digits.abs() {
            power = power.mul(&ten);
        }
        let scaled = if digits >= 0 { self.mul(&power) } else { self.div(&power) };
        let twice: BigInt = scaled.abs().n * 2 + &scaled.d;
        let whole = BigInt::from(twice.magnitude() / (scaled.d.magnitude() * 2u32));
        let whole = Ratio { n: if scaled.is_negative() { -whole } else { whole }, d: 1.into() };
        if digits >= 0 { whole.div(&power) } else { whole.mul(&power) }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        (&self.n * &other.d).cmp(&(&other.n * &self.d))
    }
}

/// A number of the language: exact where the language says so, else a double that lies within `err` of `exact`.
#[derive(Clone, Debug)]
pub struct Val {
    pub exact: Ratio,
    pub float: bool,
    pub err: f64,
}

/// What a double is off by, at most, as a share.
const UNIT: f64 = 2.3e-16;

impl Val {
    pub fn int(n: i64) -> Val {
        Val::decimal(Ratio::int(n))
    }

    pub fn decimal(exact: Ratio) -> Val {
        Val { exact, float: false, err: 0.0 }
    }

    pub fn parse(text: &str) -> Val {
        Val::decimal(Ratio::parse(text))
    }

    /// The double nearest to what is written.
    pub fn float(exact: Ratio) -> Val {
        Val { exact, float: true, err: 0.0 }
    }

    /// A double that was computed with an error.
    pub fn inexact(exact: Ratio, err: f64) -> Val {
        Val { exact, float: true, err: err.abs() }.short()
    }

    pub fn to_f64(&self) -> f64 {
        self.exact.to_f64()
    }

    fn size(&self) -> f64 {
        self.to_f64().abs()
    }

    /// What representing it as a double costs.
    fn slip(&self) -> f64 {
        if self.err == 0.0 && self.exact.is_double() { 0.0 } else { self.err + self.size() * UNIT }
    }

    /// Long fractions are replaced by the nearest double: they come from roots and logarithms only.
    fn short(self) -> Val {
        if self.float && self.exact.bits() > 3000 {
            let near = self.to_f64();
            return Val { exact: Ratio::from_f64(near), float: true, err: self.err + near.abs() * UNIT };
        }
        self
    }

    fn combine(&self, other: &Val, exact: Ratio, float: bool, spread: f64) -> Val {
        let float = float || self.float || other.float;
        if !float {
            return Val::decimal(exact);
        }
        let clean = self.slip() == 0.0 && other.slip() == 0.0 && exact.is_double();
        let err = if clean { 0.0 } else { spread + exact.to_f64().abs() * UNIT };
        Val { exact, float, err }.short()
    }

    pub fn add(&self, other: &Val) -> Val {
        self.combine(other, self.exact.add(&other.exact), false, self.slip() + other.slip())
    }

    pub fn sub(&self, other: &Val) -> Val {
        self.combine(other, self.exact.sub(&other.exact), false, self.slip() + other.slip())
    }

    pub fn mul(&self, other: &Val) -> Val {
        let spread = self.size() * other.slip() + other.size() * self.slip();
        self.combine(other, self.exact.mul(&other.exact), false, spread)
    }

    /// The divisor is not 0.
    pub fn div(&self, other: &Val) -> Val {
        let quotient = self.exact.div(&other.exact);
        let spread = self.slip() / other.size() + quotient.to_f64().abs() * other.slip() / other.size();
        self.combine(other, quotient, true, spread)
    }

    pub fn neg(&self) -> Val {
        Val { exact: Ratio::int(0).sub(&self.exact), ..*self }
    }

    pub fn abs(&self) -> Val {
        Val { exact: self.exact.abs(), ..*self }
    }

    /// A function that only doubles have, by its derivative's bound.
    pub fn apply(&self, function: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64) -> Option<Val> {
        let x = self.to_f64();
        let y = function(x);
        if !y.is_finite() {
            return None;
        }
        let spread = slope(x).abs() * (self.slip() + x.abs() * UNIT) + y.abs() * 4.0 * UNIT;
        Some(Val::inexact(Ratio::from_f64(y), if spread.is_finite() { spread } else { y.abs() }))
    }

    /// Whether it is 0 for all we know, and whether that hangs on the last digits.
    pub fn is_zero(&self, doubt: &Doubt) -> bool {
        if self.float && self.err > 0.0 && self.size() <= 8.0 * self.err {
            doubt.raise("a denominator or base that may be 0");
        }
        self.exact.is_zero()
    }

    pub fn is_positive(&self, doubt: &Doubt) -> bool {
        !self.is_zero(doubt) && !self.exact.is_negative()
    }

    pub fn round(&self, digits: i32, doubt: &Doubt) -> Val {
        let rounded = self.exact.round(digits);
        if !self.float {
            return Val::decimal(rounded);
        }
        let slip = 8.0 * self.err;
        if slip > 0.0 {
            for nudged in [self.exact.add(&Ratio::from_f64(slip)), self.exact.sub(&Ratio::from_f64(slip))] {
                if nudged.round(digits) != rounded {
                    doubt.raise("a rounding");
                }
            }
        }
        Val::float(rounded)
    }

    /// As formulas and verdicts compare: decimals exactly, floats within a relative 1e-9.
    pub fn compare(&self, other: &Val, doubt: &Doubt) -> Ordering {
        if !self.float && !other.float {
            return self.exact.cmp(&other.exact);
        }
        let distance = self.exact.sub(&other.exact).to_f64().abs();
        let tolerance = 1e-9 * self.size().max(other.size());
        let slip = 8.0 * (self.err + other.err);
        if (distance - tolerance).abs() <= slip && !(slip == 0.0 && distance == 0.0) {
            doubt.raise("a comparison");
        }
        if distance <= tolerance { Ordering::Equal } else { self.exact.cmp(&other.exact) }
    }

    /// As rows compare: by value.
    pub fn compare_rows(&self, other: &Val, doubt: &Doubt) -> Ordering {
        let slip = 8.0 * (self.err + other.err);
        if slip > 0.0 && self.exact.sub(&other.exact).to_f64().abs() <= slip {
            doubt.raise("a comparison in a row");
        }
        self.exact.cmp(&other.exact)
    }
}

/// Notes that a value hangs on the last digits of a double, and why.
#[derive(Default)]
pub struct Doubt {
    raised: std::cell::RefCell<BTreeMap<&'static str, u64>>,
}

impl Doubt {
    pub fn raise(&self, why: &'static str) {
        *self.raised.borrow_mut().entry(why).or_default() += 1;
    }

    /// Whether any was raised since the last call.
    pub fn take(&self) -> bool {
        !std::mem::take(&mut *self.raised.borrow_mut()).is_empty()
    }
}

#[test]
fn fractions_are_exact() {
    let third = Ratio::int(1).div(&Ratio::int(3));
    assert_eq!(third.add(&third).add(&third), Ratio::int(1));
    assert_eq!(Ratio::parse("-2.50").round(0), Ratio::int(-3));
    assert_eq!(Ratio::parse("2.675").round(2), Ratio::parse("2.68"));
    assert_eq!(Ratio::parse("1250").round(-2), Ratio::int(1300));
    assert_eq!(Ratio::from_f64(0.375), Ratio::parse("0.375"));
    assert_eq!(Ratio::from_f64(-1e300).to_f64(), -1e300);
    assert_eq!(Ratio::parse("0.1").to_f64(), 0.1);
}
