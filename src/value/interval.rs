//! Closed intervals of real numbers, and arithmetic that encloses: the result holds every value that the operation has for
//! operands in the intervals. Ends are rounded outward, and only where the result is not exact.
//!
//! The operations follow Moore, Kearfott, Cloud: *Introduction to Interval Analysis* (SIAM, 2009), chapters 2 and 5, and
//! IEEE 1788-2015. Infinite ends mean "without a bound"; values themselves are finite. What has no value (`x / 0`, the root
//! of a negative number) is left out, so an interval says what a *known* value can be; empty: there is none.

use std::fmt;

/// Empty where `low > high`, and then always as [`Interval::EMPTY`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

// Named as those of `Number`.
#[allow(clippy::should_implement_trait)]
impl Interval {
    pub const EMPTY: Interval = Interval { low: f64::INFINITY, high: f64::NEG_INFINITY };
    pub const ALL: Interval = Interval { low: f64::NEG_INFINITY, high: f64::INFINITY };
    pub const ZERO: Interval = Interval { low: 0.0, high: 0.0 };
    /// From 0 to 1: what a part is of its whole.
    pub const SHARE: Interval = Interval { low: 0.0, high: 1.0 };
    pub const NOT_NEGATIVE: Interval = Interval { low: 0.0, high: f64::INFINITY };
    pub const NOT_POSITIVE: Interval = Interval { low: f64::NEG_INFINITY, high: 0.0 };

    /// Both ends in; empty where `low > high`, everything where an end is no number.
    pub fn new(low: f64, high: f64) -> Interval {
        if low.is_nan() || high.is_nan() {
            return Interval::ALL;
        }
        // Neither -0, nor an end at an infinity on the wrong side.
        let interval = Interval { low: low + 0.0, high: high + 0.0 };
        if low > high || low == f64::INFINITY || high == f64::NEG_INFINITY { Interval::EMPTY } else { interval }
    }

    pub fn point(value: f64) -> Interval {
        Interval::new(value, value)
    }

    pub fn is_empty(self) -> bool {
        self.low > self.high
    }

    pub fn is_point(self) -> bool {
        self.low == self.high
    }

    pub fn is_bounded(self) -> bool {
        self.low.is_finite() && self.high.is_finite()
    }

    /// Without any bound.
    pub fn is_all(self) -> bool {
        self == Interval::ALL
    }

    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Every value of this one is one of the other.
    pub fn within(self, other: Interval) -> bool {
        self.is_empty() || (other.low <= self.low && self.high <= other.high)
    }

    pub fn is_not_negative(self) -> bool {
        self.low >= 0.0
    }

    pub fn is_not_positive(self) -> bool {
        self.high <= 0.0
    }

    pub fn intersect(self, other: Interval) -> Interval {
        Interval::new(self.low.max(other.low), self.high.min(other.high))
    }

    /// The smallest interval that holds both.
    pub fn hull(self, other: Interval) -> Interval {
        Interval::new(self.low.min(other.low), self.high.max(other.high))
    }

    /// 0 for a point, infinite without a bound.
    pub fn width(self) -> f64 {
        if self.is_empty() { 0.0 } else { self.high - self.low }
    }

    /// A value inside that splits it; of an unbounded one a value that grows with its finite end.
    pub fn middle(self) -> f64 {
        match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) => (self.low / 2.0 + self.high / 2.0).clamp(self.low, self.high),
            (true, false) => (self.low.abs() * 2.0 + 1.0).max(self.low),
            (false, true) => -(self.high.abs() * 2.0 + 1.0),
            (false, false) => 0.0,
        }
    }

    fn each(self, other: Interval, make: impl Fn() -> Interval) -> Interval {
        if self.is_empty() || other.is_empty() { Interval::EMPTY } else { make() }
    }

    /// The hull of results, each with whether it is exact; those that are not are moved outward.
    fn around(results: impl IntoIterator<Item = (f64, bool)>) -> Interval {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for (value, exact) in results {
            low = low.min(if exact { value } else { value.next_down() });
            high = high.max(if exact { value } else { value.next_up() });
        }
        Interval::new(low, high)
    }

    pub fn add(self, other: Interval) -> Interval {
        self.each(other, || Self::around([sum(self.low, other.low), sum(self.high, other.high)]))
    }

    pub fn sub(self, other: Interval) -> Interval {
        self.add(other.neg())
    }

    pub fn neg(self) -> Interval {
        self.each(self, || Interval::new(-self.high, -self.low))
    }

    pub fn mul(self, other: Interval) -> Interval {
        self.each(other, || {
            Self::around([
                product(self.low, other.low),
                product(self.low, other.high),
                product(self.high, other.low),
                product(self.high, other.high),
            ])
        })
    }

    /// Where the divisor is 0 there is no value. Of a divisor with 0 inside, the hull of what both sides give.
    pub fn div(self, other: Interval) -> Interval {
        self.each(other, || {
            if other.low < 0.0 && other.high > 0.0 {
                let below = self.div_by(Interval { high: 0.0, ..other });
                return below.hull(self.div_by(Interval { low: 0.0, ..other }));
            }
            self.div_by(other)
        })
    }

    /// By a divisor without 0 inside.
    fn div_by(self, other: Interval) -> Interval {
        if other == Interval::ZERO {
            return Interval::EMPTY;
        }
        let negative = other.high <= 0.0;
        Self::around(
            [self.low, self.high]
                .into_iter()
                .flat_map(|x| [other.low, other.high].into_iter().filter_map(move |by| quotient(x, by, negative))),
        )
    }

    pub fn abs(self) -> Interval {
        self.each(self, || {
            if self.low >= 0.0 {
                self
            } else if self.high <= 0.0 {
                self.neg()
            } else {
                Interval::new(0.0, self.high.max(-self.low))
            }
        })
    }

    pub fn min(self, other: Interval) -> Interval {
        self.each(other, || Interval::new(self.low.min(other.low), self.high.min(other.high)))
    }

    pub fn max(self, other: Interval) -> Interval {
        self.each(other, || Interval::new(self.low.max(other.low), self.high.max(other.high)))
    }

    /// What `clamp(x, low, high)` gives: the lower bound is looked at first.
    pub fn clamp(self, low: Interval, high: Interval) -> Interval {
        if self.is_empty() || low.is_empty() || high.is_empty() {
            return Interval::EMPTY;
        }
        // Where the bounds cannot cross, it is the maximum of a minimum; else it may be any of the three.
        if low.high <= high.low { self.min(high).max(low) } else { self.hull(low).hull(high) }
    }

    pub fn sqrt(self) -> Interval {
        let known = self.intersect(Interval::NOT_NEGATIVE);
        known.each(known, || {
            let root = |x: f64| {
                let root = x.sqrt();
                (root, !root.is_finite() || root.mul_add(root, -x) == 0.0)
            };
            Self::around([root(known.low), root(known.high)])
        })
    }

    pub fn ln(self) -> Interval {
        let known = self.intersect(Interval::NOT_NEGATIVE);
        if known.is_empty() || known.high == 0.0 {
            return Interval::EMPTY;
        }
        loosely(known.low.ln(), known.high.ln())
    }

    /// What is too large for a double has no value.
    pub fn exp(self) -> Interval {
        self.each(self, || loosely(self.low.exp(), self.high.exp()).intersect(Interval::NOT_NEGATIVE))
    }

    /// A whole power; of a negative one, where the base is 0 there is no value.
    pub fn powi(self, n: i32) -> Interval {
        match n {
            _ if self.is_empty() => Interval::EMPTY,
            ..0 => Interval::point(1.0).div(self.powi(n.saturating_neg())),
            0 => Interval::point(1.0),
            _ => {
                let ends = [whole_power(self.low, n), whole_power(self.high, n)];
                let even = n % 2 == 0;
                let zero = (even && self.contains(0.0)).then_some((0.0, true));
                let hull = Self::around(ends.into_iter().flatten().chain(zero));
                if even { hull.intersect(Interval::NOT_NEGATIVE) } else { hull }
            }
        }
    }

    /// A real power, of bases from 0 on; of a whole exponent see [`Interval::powi`].
    pub fn pow(self, exponent: Interval) -> Interval {
        if exponent.is_point() && exponent.low.fract() == 0.0 && exponent.low.abs() <= 1024.0 {
            return self.powi(exponent.low as i32);
        }
        if self.low < 0.0 {
            // Negative bases have whole powers only, of either sign.
            return self.each(exponent, || Interval::ALL);
        }
        self.each(exponent, || {
            let mut hull = Interval::EMPTY;
            for base in [self.low, self.high] {
                for power in [exponent.low, exponent.high] {
                    let value = base.powf(power);
                    if value.is_nan() {
                        return Interval::NOT_NEGATIVE;
                    }
                    hull = hull.hull(loosely(value.min(f64::MAX), value));
                }
            }
            // It is monotone in each, but turns where the base passes 1 or the exponent 0: there it is 1.
            if self.contains(1.0) || exponent.contains(0.0) {
                hull = hull.hull(Interval::point(1.0));
            }
            hull.intersect(Interval::NOT_NEGATIVE)
        })
    }

    /// What a function that never falls makes of it.
    pub fn monotone(self, f: impl Fn(f64) -> f64) -> Interval {
        self.each(self, || Interval::new(f(self.low), f(self.high)))
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.low, self.high)
    }
}

/// Library functions may be off by a few units in the last place.
fn loosely(low: f64, high: f64) -> Interval {
    let margin = |x: f64| if x.is_finite() { x.abs() * 8.0 * f64::EPSILON + f64::MIN_POSITIVE } else { 0.0 };
    Interval::new(low - margin(low), high + margin(high))
}

/// Both sides of `x` to the power of `n` > 0, by repeated multiplication, which keeps whether it is exact in sight.
fn whole_power(x: f64, n: i32) -> [(f64, bool); 2] {
    let (mut value, mut exact) = (1.0, n <= 64);
    if exact {
        for _ in 0..n {
            let step = product(value, x);
            (value, exact) = (step.0, exact && step.1);
        }
    } else {
        value = x.powi(n);
    }
    if exact || !x.is_finite() {
        return [(value, true); 2];
    }
    let value = value.clamp(f64::MIN, f64::MAX);
    let margin = value.abs() * f64::EPSILON * f64::from(n) + f64::MIN_POSITIVE;
    [(value - margin, false), (value + margin, false)]
}

/// The sum, and whether it is exact (Knuth's two-sum). Of ends that are infinite it is.
fn sum(a: f64, b: f64) -> (f64, bool) {
    let s = a + b;
    if !s.is_finite() {
        // An overflow of finite ends is no infinity, but past every double: where it rounds inward it is moved back.
        return if a.is_finite() && b.is_finite() { (s, false) } else { (s, true) };
    }
    let t = s - a;
    (s, (a - (s - t)) + (b - t) == 0.0)
}

/// The product, and whether it is exact. 0 times an infinite end is 0, since values are finite.
fn product(a: f64, b: f64) -> (f64, bool) {
    if a == 0.0 || b == 0.0 {
        return (0.0, true);
    }
    let p = a * b;
    if !p.is_finite() {
        return (p, !(a.is_finite() && b.is_finite()));
    }
    // Below the least normal number the error of a product cannot be told.
    (p, p.abs() > 1e-290 && a.mul_add(b, -p) == 0.0)
}

/// The quotient at ends, and whether it is exact. None: 0 / 0, or of two infinite ends, which other ends bound.
fn quotient(a: f64, b: f64, negative: bool) -> Option<(f64, bool)> {
    if b == 0.0 {
        // The limit from the side on which the divisor lies.
        return match a {
            0.0 => Some((0.0, true)),
            a => Some((if (a > 0.0) == negative { f64::NEG_INFINITY } else { f64::INFINITY }, true)),
        };
    }
    if b.is_infinite() {
        return Some((0.0, true));
    }
    let q = a / b;
    if !q.is_finite() {
        return Some((q, !a.is_finite()));
    }
    Some((q, a == 0.0 || (q.abs() > 1e-290 && q.mul_add(b, -a) == 0.0 && a.abs() > 1e-290)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::*;

    fn of(low: f64, high: f64) -> Interval {
        Interval::new(low, high)
    }

    const INFINITE: f64 = f64::INFINITY;

    #[test]
    fn ends_stay_exact_where_the_result_is() {
        assert_eq!(of(1.0, 2.0).add(of(0.5, 0.25 + 0.5)), of(1.5, 2.75));
        assert_eq!(Interval::point(1.0).sub(Interval::SHARE), Interval::SHARE);
        assert_eq!(of(-2.0, 3.0).mul(of(-4.0, 5.0)), of(-12.0, 15.0));
        assert_eq!(of(1.0, 3.0).div(Interval::point(4.0)), of(0.25, 0.75));
        let third = Interval::point(1.0).div(Interval::point(3.0));
        assert!(third.low < third.high && third.width() < 1e-15);
        assert_eq!(of(-3.0, 2.0).powi(2), of(0.0, 9.0));
        assert_eq!(of(4.0, 9.0).sqrt(), of(2.0, 3.0));
    }

    #[test]
    fn division_by_what_may_be_zero() {
        assert_eq!(Interval::NOT_NEGATIVE.div(Interval::NOT_NEGATIVE), Interval::NOT_NEGATIVE);
        assert_eq!(of(1.0, 2.0).div(of(0.0, 4.0)), of(0.25, INFINITE));
        assert_eq!(of(1.0, 2.0).div(of(-4.0, 0.0)), of(-INFINITE, -0.25));
        assert_eq!(of(1.0, 2.0).div(of(-4.0, 4.0)), Interval::ALL);
        assert!(of(1.0, 2.0).div(Interval::ZERO).is_empty());
        assert_eq!(of(1.0, INFINITE).div(of(1.0, INFINITE)), Interval::NOT_NEGATIVE);
    }

    #[test]
    fn what_has_no_value_is_left_out() {
        assert!(of(-2.0, -1.0).sqrt().is_empty());
        assert!(of(-2.0, 0.0).ln().is_empty());
        assert!(of(1000.0, 2000.0).exp().is_empty());
        assert!(Interval::EMPTY.add(Interval::ALL).is_empty());
        assert_eq!(Interval::new(f64::NAN, 1.0), Interval::ALL);
        assert_eq!(of(-1.0, 4.0).sqrt(), of(0.0, 2.0));
        assert_eq!(of(f64::MAX, f64::MAX).add(Interval::point(f64::MAX)), of(f64::MAX, INFINITE));
    }

    #[test]
    fn unbounded_intervals_split() {
        for interval in
            [Interval::ALL, Interval::NOT_NEGATIVE, Interval::NOT_POSITIVE, of(5.0, INFINITE), of(-1.0, 3.0)]
        {
            assert!(interval.contains(interval.middle()) && interval.middle().is_finite(), "{interval}");
        }
    }

    /// An interval, and a value in it.
    fn with_point() -> impl Strategy<Value = (Interval, f64)> {
        let end = || prop_oneof![4 => -20.0..20.0f64, 2 => (-6i32..7).prop_map(f64::from), 1 => -1e9..1e9f64];
        (end(), end(), 0.0..=1.0f64, 0..12u8).prop_map(|(a, b, share, open)| {
            let (low, high) = (a.min(b), a.max(b));
            let value = (low + (high - low) * share).clamp(low, high);
            let interval = match open {
                0 => of(low, INFINITE),
                1 => of(-INFINITE, high),
                2 => Interval::point(value),
                _ => of(low, high),
            };
            (interval, value)
        })
    }

    proptest! {
        #[test]
        fn results_hold_the_value_of_every_point((a, x) in with_point(), (b, y) in with_point(), (c, z) in with_point()) {
            for (name, interval, value) in [
                ("add", a.add(b), x + y),
                ("sub", a.sub(b), x - y),
                ("mul", a.mul(b), x * y),
                ("div", a.div(b), x / y),
                ("neg", a.neg(), -x),
                ("abs", a.abs(), x.abs()),
                ("min", a.min(b), x.min(y)),
                ("max", a.max(b), x.max(y)),
                ("clamp", a.clamp(b, c), if x < y { y } else if x > z { z } else { x }),
                ("sqrt", a.sqrt(), x.sqrt()),
                ("ln", a.ln(), x.ln()),
                ("exp", a.exp(), x.exp()),
                ("square", a.powi(2), x * x),
                ("cube", a.powi(3), x.powi(3)),
                ("inverse", a.powi(-1), 1.0 / x),
                ("power", a.pow(b), x.powf(y)),
                ("hull", a.hull(b), x),
            ] {
                // What is infinite or no number has no value in the language.
                prop_assert!(!value.is_finite() || interval.contains(value), "{name}: {value} not in {interval}");
            }
        }

        #[test]
        fn smaller_operands_give_smaller_results((a, x) in with_point(), (b, y) in with_point()) {
            let (p, q) = (Interval::point(x), Interval::point(y));
            prop_assert!(p.add(q).within(a.add(b)));
            prop_assert!(p.mul(q).within(a.mul(b)));
            prop_assert!(p.div(q).within(a.div(b)));
            prop_assert!(p.abs().within(a.abs()));
        }
    }
}
