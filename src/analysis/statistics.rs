//! Statistics of short series and of shares, with their sources. All take values oldest first.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::value::Interval;

/// The arithmetic mean; None of no values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The standard deviation of the sample (divided by n - 1); None of fewer than two values.
pub fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// The value below which a t-distributed variable lies with probability `p`; None outside of `0 < p < 1` and of one degree
/// of freedom or more.
pub fn t_quantile(p: f64, freedom: usize) -> Option<f64> {
    let t = StudentsT::new(0.0, 1.0, freedom as f64).ok()?;
    (p > 0.0 && p < 1.0 && freedom > 0).then(|| t.inverse_cdf(p)).filter(|q| q.is_finite())
}

/// The same of the standard normal distribution.
pub fn normal_quantile(p: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then(|| Normal::standard().inverse_cdf(p)).filter(|q| q.is_finite())
}

fn around(middle: f64, half: f64) -> Option<Interval> {
    (middle.is_finite() && half.is_finite()).then(|| Interval::new(middle - half, middle + half))
}

/// Where one more value lies with probability `level`, if the values are independent and normal about one mean:
/// m ± t(n - 1) · s · √(1 + 1/n) (Hahn, Meeker: *Statistical Intervals*, 2nd ed., Wiley 2017, section 4.7). None of fewer
/// than two values.
pub fn prediction_about_mean(values: &[f64], level: f64) -> Option<Interval> {
    let n = values.len() as f64;
    let t = t_quantile(0.5 + level / 2.0, values.len().checked_sub(1)?)?;
    around(mean(values)?, t * deviation(values)? * (1.0 + 1.0 / n).sqrt())
}

/// A line through values at 1, 2, …, n by ordinary least squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    pub intercept: f64,
    pub slope: f64,
    /// The standard error of the regression: √(Σ residual² / (n - 2)).
    pub error: f64,
    n: usize,
    /// Σ (x - mean of x)²
    spread: f64,
}

impl Trend {
    /// None of fewer than three values.
    pub fn of(values: &[f64]) -> Option<Trend> {
        let n = values.len();
        let freedom = n.checked_sub(2).filter(|f| *f > 0)? as f64;
        let middle = (n as f64 + 1.0) / 2.0;
        let mean = mean(values)?;
        let points = || values.iter().enumerate().map(|(at, y)| (at as f64 + 1.0 - middle, *y));
        let spread: f64 = points().map(|(x, _)| x * x).sum();
        let slope = points().map(|(x, y)| x * (y - mean)).sum::<f64>() / spread;
        let squares: f64 = points().map(|(x, y)| (y - mean - slope * x).powi(2)).sum();
        let error = (squares / freedom).sqrt();
        Some(Trend { intercept: mean - slope * middle, slope, error, n, spread })
    }

    pub fn at(&self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }

    /// Where the value at `x` lies with probability `level`: ŷ ± t(n - 2) · s · √(1 + 1/n + (x - x̄)² / Σ(xᵢ - x̄)²)
    /// (Draper, Smith: *Applied Regression Analysis*, 3rd ed., Wiley 1998, section 3.1).
    pub fn prediction(&self, x: f64, level: f64) -> Option<Interval> {
        let n = self.n as f64;
        let t = t_quantile(0.5 + level / 2.0, self.n.checked_sub(2)?)?;
        let far = (x - (n + 1.0) / 2.0).powi(2) / self.spread;
        around(self.at(x), t * self.error * (1.0 + 1.0 / n + far).sqrt())
    }

    /// Whether the slope differs from 0 at `level`: |b| > t(n - 2) · s / √Σ(xᵢ - x̄)².
    pub fn is_significant(&self, level: f64) -> bool {
        let freedom = self.n.saturating_sub(2);
        t_quantile(0.5 + level / 2.0, freedom).is_some_and(|t| self.slope.abs() > t * self.error / self.spread.sqrt())
    }
}

/// The natural process limits of an XmR chart: mean ± 2.66 · mean moving range, where 2.66 is 3 / d₂ with d₂ = 1.128 for
/// ranges of two (Wheeler: *Understanding Variation*, 2nd ed., SPC Press 2000; ISO 7870-2:2013). None of fewer than two.
pub fn process_limits(values: &[f64]) -> Option<Interval> {
    let ranges: Vec<f64> =
        values.iter().zip(values.iter().skip(1)).map(|(before, after)| (after - before).abs()).collect();
    around(mean(values)?, 2.66 * mean(&ranges)?)
}

/// The interval for a share of `successes` in `n` (Wilson: "Probable Inference, the Law of Succession, and Statistical
/// Inference", JASA 22 (158), 1927). None where `n` is 0 or less than `successes`.
pub fn wilson(successes: f64, n: f64, level: f64) -> Option<Interval> {
    if !(n > 0.0 && (0.0..=n).contains(&successes)) {
        return None;
    }
    let z = normal_quantile(0.5 + level / 2.0)?;
    let (share, square) = (successes / n, z * z);
    let scale = 1.0 + square / n;
    let middle = (share + square / (2.0 * n)) / scale;
    let half = z / scale * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    around(middle, half).map(|i| i.intersect(Interval::SHARE))
}

/// The interval for a mean of n values with this deviation: m ± t(n - 1) · s / √n.
pub fn about_mean(mean: f64, deviation: f64, n: usize, level: f64) -> Option<Interval> {
    let t = t_quantile(0.5 + level / 2.0, n.checked_sub(1)?)?;
    around(mean, t * deviation / (n as f64).sqrt())
}

/// Pearson's correlation; None of fewer than three pairs, or where one side does not vary.
pub fn correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    let n = x.len().min(y.len());
    if n < 3 {
        return None;
    }
    let (x, y) = (x.get(..n)?, y.get(..n)?);
    let (mean_x, mean_y) = (mean(x)?, mean(y)?);
    let sum = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(a, b)| f(a - mean_x, b - mean_y)).sum::<f64>();
    let (xx, yy, xy) = (sum(&|a, _| a * a), sum(&|_, b| b * b), sum(&|a, b| a * b));
    // What varies in the last digits of doubles does not vary.
    let still = |squares: f64, mean: f64| squares.sqrt() <= 1e-12 * mean.abs() * n as f64;
    (!still(xx, mean_x) && !still(yy, mean_y))
        .then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
        .filter(|r| r.is_finite())
}

/// What is left of values when their trend is taken away.
pub fn detrended(values: &[f64]) -> Option<Vec<f64>> {
    let trend = Trend::of(values)?;
    Some(values.iter().enumerate().map(|(at, y)| y - trend.at(at as f64 + 1.0)).collect())
}

/// How each value differs from the one before.
pub fn differences(values: &[f64]) -> Vec<f64> {
    values.iter().zip(values.iter().skip(1)).map(|(before, after)| after - before).collect()
}

/// The correlation beyond which n pairs show a real one at `level`: r with |r| √((n - 2) / (1 - r²)) = t(n - 2) (Fisher:
/// *Statistical Methods for Research Workers*, 1925, section 34).
pub fn least_correlation(n: usize, level: f64) -> Option<f64> {
    let freedom = n.checked_sub(2).filter(|f| *f > 0)?;
    let t = t_quantile(0.5 + level / 2.0, freedom)?;
    Some(t / (t * t + freedom as f64).sqrt())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::*;

    const SERIES: [f64; 12] = [82.0, 85.0, 79.0, 88.0, 84.0, 81.0, 86.0, 83.0, 80.0, 87.0, 84.0, 85.0];

    fn rounded(interval: Interval, digits: i32) -> (f64, f64) {
        let scale = 10f64.powi(digits);
        ((interval.low * scale).round() / scale, (interval.high * scale).round() / scale)
    }

    #[test]
    fn one_series_three_ways() {
        assert_eq!(rounded(prediction_about_mean(&SERIES, 0.95).unwrap(), 2), (77.31, 90.02));
        let trend = Trend::of(&SERIES).unwrap();
        assert_eq!(rounded(trend.prediction(13.0, 0.95).unwrap(), 2), (77.15, 92.09));
        assert!(!trend.is_significant(0.95));
        assert_eq!(rounded(process_limits(&SERIES).unwrap(), 3), (72.301, 95.032));
    }

    /// NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2, and R's `qt`, `qnorm`.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, freedom, expected) in [
            (0.975, 1, 12.706204736432095),
            (0.975, 2, 4.302652729911275),
            (0.975, 10, 2.2281388519649385),
            (0.975, 11, 2.2009851600829),
            (0.975, 30, 2.0422724563012373),
            (0.975, 1000, 1.9623390808264078),
            (0.95, 5, 2.015048373333024),
            (0.995, 3, 5.84090930973336),
            (0.025, 10, -2.2281388519649385),
            (0.5, 7, 0.0),
        ] {
            let quantile = t_quantile(p, freedom).unwrap();
            assert!((quantile - expected).abs() < 1e-8, "t({p}, {freedom}) = {quantile}");
        }
        assert!((normal_quantile(0.975).unwrap() - 1.959963984540054).abs() < 1e-9);
        assert_eq!((t_quantile(1.0, 3), t_quantile(0.9, 0), normal_quantile(0.0)), (None, None, None));
    }

    /// Newcombe: "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, table I.
    #[test]
    fn shares_have_wilson_s_intervals() {
        for (successes, n, expected) in [
            (81.0, 263.0, (0.2553, 0.3662)),
            (15.0, 148.0, (0.0624, 0.1605)),
            (0.0, 20.0, (0.0, 0.1611)),
            (1.0, 29.0, (0.0061, 0.1718)),
        ] {
            assert_eq!(rounded(wilson(successes, n, 0.95).unwrap(), 4), expected);
        }
        assert_eq!((wilson(1.0, 0.0, 0.95), wilson(3.0, 2.0, 0.95)), (None, None));
    }

    #[test]
    fn lines_and_correlations() {
        let trend = Trend::of(&[3.0, 5.0, 7.0, 9.0]).unwrap();
        assert!((trend.intercept - 1.0).abs() < 1e-12 && (trend.slope - 2.0).abs() < 1e-12 && trend.error < 1e-12);
        assert!((trend.at(10.0) - 21.0).abs() < 1e-12 && trend.is_significant(0.95));
        // Anscombe's first set.
        let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        assert!((correlation(&x, &y).unwrap() - 0.81642).abs() < 1e-5);
        assert_eq!(correlation(&x, &[1.0; 11]), None);
        // Critical value of r for 22 degrees of freedom.
        assert!((least_correlation(24, 0.95).unwrap() - 0.4044).abs() < 1e-4);
        assert_eq!(differences(&[1.0, 4.0, 2.0]), [3.0, -2.0]);
        assert!(detrended(&[1.0, 2.0, 3.0, 4.0]).unwrap().iter().all(|r| r.abs() < 1e-12));
    }

    #[test]
    fn too_little_says_nothing() {
        assert_eq!((mean(&[]), deviation(&[1.0]), prediction_about_mean(&[1.0], 0.95)), (None, None, None));
        assert_eq!((Trend::of(&[1.0, 2.0]), process_limits(&[1.0]), correlation(&[1.0], &[1.0])), (None, None, None));
    }

    proptest! {
        /// Of a prediction interval of 95 % about a fifth to a hundredth lie outside, by design of the test; here only that
        /// it holds the mean, grows with the level and moves with the values.
        #[test]
        fn intervals_are_about_the_middle(values in prop::collection::vec(-1e3f64..1e3, 3..40), by in -1e3f64..1e3) {
            let of = |values: &[f64], level| prediction_about_mean(values, level).unwrap();
            let (wide, narrow) = (of(&values, 0.95), of(&values, 0.5));
            prop_assert!(narrow.within(wide) && narrow.contains(mean(&values).unwrap()));
            let moved: Vec<f64> = values.iter().map(|v| v + by).collect();
            prop_assert!((of(&moved, 0.95).low - wide.low - by).abs() < 1e-6);
            let limits = process_limits(&values).unwrap();
            prop_assert!(limits.contains(mean(&values).unwrap()));
        }

        #[test]
        fn quantiles_undo_the_distribution(p in 0.001f64..0.999, freedom in 1usize..200) {
            let t = StudentsT::new(0.0, 1.0, freedom as f64).unwrap();
            prop_assert!((t.cdf(t_quantile(p, freedom).unwrap()) - p).abs() < 1e-8);
        }
    }
}
