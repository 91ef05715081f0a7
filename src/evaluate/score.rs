//! From a value and its bounds to a score: one internal form, an ordered list of anchors, linear or step, flat outside.

use std::cmp::Ordering;

use crate::design::Direction;
use crate::results::{BoundValue, Status};
use crate::value::Number;

/// Scores at the design's own levels.
const WORST: f64 = 0.0;
const THRESHOLD: f64 = 60.0;
const TARGET: f64 = 100.0;
const STRETCH: f64 = 120.0;

/// What one period's value is held against, in base units. `threshold` is never better than `expected`.
#[derive(Clone, Debug)]
pub struct Bounds {
    pub direction: Direction,
    pub expected: BoundValue,
    pub threshold: Option<BoundValue>,
    pub stretch: Option<BoundValue>,
    pub worst: Option<BoundValue>,
    /// The design's own anchors (value, score), which replace those made from the levels.
    pub anchors: Vec<(Number, f64)>,
    pub steps: bool,
}

/// One end of what is judged: upward a greater value is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Upward,
    Downward,
}

impl Side {
    /// Is `value` at `bound` or on its better side? Boundaries belong to the better side.
    fn reaches(self, value: &Number, bound: &Number) -> bool {
        match (self, value.cmp_tolerant(bound)) {
            (_, Ordering::Equal) => true,
            (Side::Upward, order) => order == Ordering::Greater,
            (Side::Downward, order) => order == Ordering::Less,
        }
    }

    fn worse(self, a: Number, b: Number) -> Number {
        if self.reaches(&a, &b) { b } else { a }
    }
}

/// The sides of a direction with the bound's end that each is judged at.
fn sides(direction: Direction, bound: &BoundValue) -> Vec<(Side, Number)> {
    match (direction, bound) {
        (Direction::Higher, BoundValue::One(n) | BoundValue::Range(n, _)) => vec![(Side::Upward, n.clone())],
        (Direction::Lower, BoundValue::One(n) | BoundValue::Range(_, n)) => vec![(Side::Downward, n.clone())],
        (Direction::Range, BoundValue::Range(low, high)) => {
            vec![(Side::Upward, low.clone()), (Side::Downward, high.clone())]
        }
        (Direction::Range, BoundValue::One(n)) => vec![(Side::Upward, n.clone()), (Side::Downward, n.clone())],
    }
}

fn at_side(direction: Direction, bound: Option<&BoundValue>, side: Side) -> Option<Number> {
    sides(direction, bound?).into_iter().find(|(s, _)| *s == side).map(|(_, n)| n)
}

/// A share, exact where it is a whole number; `whole` is not 0.
pub fn ratio(part: i64, whole: i64) -> Number {
    Number::int(part).div(&Number::int(whole)).unwrap_or_else(Number::zero)
}

/// Does `value` meet `bound`?
pub fn meets(direction: Direction, value: &Number, bound: &BoundValue) -> bool {
    sides(direction, bound).iter().all(|(side, end)| side.reaches(value, end))
}

/// The worse of two bounds, end by end: where a line is still worse than the threshold, the threshold equals it.
pub fn worse(direction: Direction, a: &BoundValue, b: &BoundValue) -> BoundValue {
    let ends: Vec<Number> =
        sides(direction, a).into_iter().zip(sides(direction, b)).map(|((side, a), (_, b))| side.worse(a, b)).collect();
    match ends.as_slice() {
        [low, high] => BoundValue::Range(low.clone(), high.clone()),
        [one] => BoundValue::One(one.clone()),
        _ => a.clone(),
    }
}

/// The verdict on a value that there is.
pub fn status(bounds: &Bounds, value: &Number) -> Status {
    if meets(bounds.direction, value, &bounds.expected) {
        Status::OnTarget
    } else if bounds.threshold.as_ref().is_some_and(|t| meets(bounds.direction, value, t)) {
        Status::AtRisk
    } else {
        Status::OffTarget
    }
}

/// The score of a value; under `direction: range` the worse of its two sides.
pub fn score(bounds: &Bounds, value: &Number) -> f64 {
    if !bounds.anchors.is_empty() {
        return own_anchors(bounds, value);
    }
    sides(bounds.direction, &bounds.expected)
        .into_iter()
        .map(|(side, expected)| {
            let end = |bound: &Option<BoundValue>| at_side(bounds.direction, bound.as_ref(), side);
            let levels = level_anchors(
                side,
                &expected,
                end(&bounds.threshold).as_ref(),
                end(&bounds.stretch).as_ref(),
                end(&bounds.worst).as_ref(),
            );
            along(side, &levels, WORST, bounds.steps, value)
        })
        .fold(f64::INFINITY, f64::min)
}

/// The anchors that worst, threshold, target and stretch make, from worst to best.
fn level_anchors(
    side: Side,
    target: &Number,
    threshold: Option<&Number>,
    stretch: Option<&Number>,
    worst: Option<&Number>,
) -> Vec<(Number, f64)> {
    let mut anchors = Vec::new();
    match (worst, threshold) {
        (Some(worst), _) => anchors.push((worst.clone(), WORST)),
        // The line from target through threshold runs on down to 0: 40 points are the way from one to the other.
        (None, Some(threshold)) => {
            let way = target.sub(threshold).mul(&ratio(TARGET as i64, (TARGET - THRESHOLD) as i64));
            anchors.push((target.sub(&way), WORST));
        }
        // Achievement: `actual / target` upward, `2 - actual / target` downward.
        (None, None) if target.to_f64() > 0.0 => anchors.push(match side {
            Side::Upward => (Number::zero(), WORST),
            Side::Downward => (target.add(target), WORST),
        }),
        // No percentage of a target that is not positive: met or not.
        (None, None) => {}
    }
    anchors.extend(threshold.map(|t| (t.clone(), THRESHOLD)));
    anchors.push((target.clone(), TARGET));
    anchors.extend(stretch.map(|s| (s.clone(), STRETCH)));
    anchors
}

/// The score on a list of anchors that runs from worst to best: the last one reached, and on a line the way to the next;
/// `below` where none is reached.
fn along(side: Side, anchors: &[(Number, f64)], below: f64, steps: bool, value: &Number) -> f64 {
    let Some(reached) = anchors.iter().rposition(|(at, _)| side.reaches(value, at)) else { return below };
    let Some((low, score)) = anchors.get(reached) else { return below };
    let Some((high, next_score)) = anchors.get(reached + 1).filter(|_| !steps) else { return *score };
    let (low, high) = (low.to_f64(), high.to_f64());
    if high == low {
        return *score;
    }
    score + (next_score - score) * ((value.to_f64() - low) / (high - low)).clamp(0.0, 1.0)
}

/// Own anchors are flat on both sides; a range's may rise and fall.
fn own_anchors(bounds: &Bounds, value: &Number) -> f64 {
    let mut anchors = bounds.anchors.clone();
    anchors.sort_by(|a, b| a.0.total_cmp(&b.0));
    let side = if bounds.direction == Direction::Lower { Side::Downward } else { Side::Upward };
    if side == Side::Downward {
        anchors.reverse();
    }
    let below = anchors.first().map_or(WORST, |(_, score)| *score);
    along(side, &anchors, below, bounds.steps, value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    fn n(text: &str) -> Number {
        Number::from_decimal(text.parse().unwrap())
    }

    fn one(text: &str) -> BoundValue {
        BoundValue::One(n(text))
    }

    fn bounds(direction: Direction, expected: &str) -> Bounds {
        Bounds {
            direction,
            expected: one(expected),
            threshold: None,
            stretch: None,
            worst: None,
            anchors: Vec::new(),
            steps: false,
        }
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    #[test]
    fn a_target_alone_scores_the_achievement() {
        let up = bounds(Direction::Higher, "200");
        close(score(&up, &n("150")), 75.0);
        close(score(&up, &n("300")), 100.0);
        close(score(&up, &n("-5")), 0.0);
        let down = bounds(Direction::Lower, "200");
        close(score(&down, &n("250")), 75.0);
        close(score(&down, &n("401")), 0.0);
        close(score(&down, &n("100")), 100.0);
    }

    #[test]
    fn the_line_through_the_threshold_runs_down_to_zero() {
        let b = Bounds { threshold: Some(one("0.75")), ..bounds(Direction::Higher, "0.85") };
        close(score(&b, &n("0.80")), 80.0);
        close(score(&b, &n("0.75")), 60.0);
        close(score(&b, &n("0.60")), 0.0);
        close(score(&b, &n("0.65")), 20.0);
        close(score(&b, &n("0.99")), 100.0);
    }

    #[test]
    fn stretch_and_worst_are_anchors() {
        let b = Bounds {
            threshold: Some(one("21")),
            stretch: Some(one("12")),
            worst: Some(one("30")),
            ..bounds(Direction::Lower, "15")
        };
        close(score(&b, &n("12")), 120.0);
        close(score(&b, &n("13.5")), 110.0);
        close(score(&b, &n("18")), 80.0);
        close(score(&b, &n("25.5")), 30.0);
        close(score(&b, &n("40")), 0.0);
    }

    #[test]
    fn steps_take_the_last_anchor_reached() {
        let b = Bounds { threshold: Some(one("60")), steps: true, ..bounds(Direction::Higher, "80") };
        close(score(&b, &n("79")), 60.0);
        close(score(&b, &n("59")), 0.0);
        close(score(&b, &n("80")), 100.0);
    }

    #[test]
    fn own_anchors_are_flat_outside() {
        let anchors = vec![(n("0.6"), 20.0), (n("0.8"), 60.0), (n("0.9"), 100.0)];
        let b = Bounds { anchors, ..bounds(Direction::Higher, "0.95") };
        close(score(&b, &n("0.5")), 20.0);
        close(score(&b, &n("0.7")), 40.0);
        close(score(&b, &n("1")), 100.0);
    }

    #[test]
    fn a_range_is_as_good_as_its_worse_side() {
        let b = Bounds {
            direction: Direction::Range,
            expected: BoundValue::Range(n("40"), n("60")),
            threshold: Some(BoundValue::Range(n("30"), n("80"))),
            ..bounds(Direction::Range, "0")
        };
        assert_eq!(status(&b, &n("60")), Status::OnTarget);
        assert_eq!(status(&b, &n("80")), Status::AtRisk);
        assert_eq!(status(&b, &n("29")), Status::OffTarget);
        close(score(&b, &n("50")), 100.0);
        close(score(&b, &n("70")), 80.0);
        close(score(&b, &n("30")), 60.0);
    }

    #[test]
    fn a_target_of_zero_is_met_or_not() {
        let b = bounds(Direction::Lower, "0");
        close(score(&b, &n("0")), 100.0);
        close(score(&b, &n("1")), 0.0);
    }

    #[test]
    fn a_float_that_means_the_bound_meets_it() {
        let sum = Number::from_f64(0.1 + 0.2).unwrap();
        assert!(meets(Direction::Higher, &sum, &one("0.3")));
        assert!(meets(Direction::Lower, &sum, &one("0.3")));
    }
}
