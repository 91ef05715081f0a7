//! Scores rolled up the graph: weights, means, coverage, veto. It knows scores only, never values.

use crate::design::Rollup;
use crate::results::Status;

/// One child of a factor, objective or design.
#[derive(Clone, Debug)]
pub struct Part {
    /// As declared, a fraction; None: not given.
    pub weight: Option<f64>,
    /// Takes part in the weighting at all: an indicator that declares no target does not.
    pub counts: bool,
    pub score: Option<f64>,
    /// An indicator with `veto: true` that is off target.
    pub vetoes: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Rolled {
    pub score: Option<f64>,
    pub status: Status,
    /// The share of weight that has a score; None where nothing counts.
    pub covered: Option<f64>,
    /// The normalised weight of each part; None for those that do not count.
    pub weights: Vec<Option<f64>>,
}

/// Weights divided by their sum; those not given share what is left of 100 %.
pub fn weights(parts: &[Part]) -> Vec<Option<f64>> {
    let given: f64 = parts.iter().filter(|p| p.counts).filter_map(|p| p.weight).sum();
    let open = parts.iter().filter(|p| p.counts && p.weight.is_none()).count();
    let share = if open == 0 { 0.0 } else { (1.0 - given).max(0.0) / open as f64 };
    let raw = |p: &Part| p.weight.unwrap_or(share);
    let sum: f64 = parts.iter().filter(|p| p.counts).map(raw).sum();
    parts.iter().map(|p| (p.counts && sum > 0.0).then(|| raw(p) / sum)).collect()
}

/// The score of a parent. Less than half of the weight covered is no data; a veto makes it 0.
pub fn roll_up(parts: &[Part], how: Rollup) -> Rolled {
    let weights = weights(parts);
    let scored: Vec<(f64, f64)> =
        parts.iter().zip(&weights).filter_map(|(p, w)| Some(((*w)?, p.score?))).filter(|(w, _)| *w > 0.0).collect();
    let total: f64 = weights.iter().flatten().sum();
    let covered_weight: f64 = scored.iter().map(|(w, _)| w).sum();
    let covered = (total > 0.0).then(|| covered_weight / total);
    let vetoed = parts.iter().any(|p| p.vetoes);
    let score = match covered {
        _ if vetoed => Some(0.0),
        Some(covered) if covered >= 0.5 - 1e-9 => Some(combine(&scored, covered_weight, how)),
        _ => None,
    };
    Rolled { score, status: rolled_status(score, vetoed), covered, weights }
}

fn combine(scored: &[(f64, f64)], weight: f64, how: Rollup) -> f64 {
    match how {
        Rollup::Mean => scored.iter().map(|(w, s)| w * s).sum::<f64>() / weight,
        Rollup::Geometric if scored.iter().any(|(_, s)| *s <= 0.0) => 0.0,
        Rollup::Geometric => (scored.iter().map(|(w, s)| w * s.ln()).sum::<f64>() / weight).exp(),
        Rollup::Worst => scored.iter().map(|(_, s)| *s).fold(f64::INFINITY, f64::min),
    }
}

/// On target from 100, at risk from 60; a mean of hundreds may miss 100 by its rounding.
fn rolled_status(score: Option<f64>, vetoed: bool) -> Status {
    const ROUNDING: f64 = 1e-9;
    match score {
        None => Status::NoData,
        Some(_) if vetoed => Status::OffTarget,
        Some(s) if s >= 100.0 * (1.0 - ROUNDING) => Status::OnTarget,
        Some(s) if s >= 60.0 * (1.0 - ROUNDING) => Status::AtRisk,
        Some(_) => Status::OffTarget,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(weight: Option<f64>, score: Option<f64>) -> Part {
        Part { weight, counts: true, score, vetoes: false }
    }

    #[test]
    fn weights_not_given_share_what_is_left() {
        let parts = [part(Some(0.5), None), part(None, None), part(None, None)];
        assert_eq!(weights(&parts), vec![Some(0.5), Some(0.25), Some(0.25)]);
    }

    #[test]
    fn weights_are_divided_by_their_sum() {
        let parts = [part(Some(0.3), None), part(Some(0.3), None)];
        assert_eq!(weights(&parts), vec![Some(0.5), Some(0.5)]);
    }

    #[test]
    fn what_has_no_score_is_left_out() {
        let rolled = roll_up(&[part(Some(0.6), Some(90.0)), part(Some(0.4), None)], Rollup::Mean);
        assert_eq!((rolled.score, rolled.status, rolled.covered), (Some(90.0), Status::AtRisk, Some(0.6)));
    }

    #[test]
    fn less_than_half_covered_is_no_data() {
        let rolled = roll_up(&[part(Some(0.4), Some(90.0)), part(Some(0.6), None)], Rollup::Mean);
        assert_eq!((rolled.score, rolled.status), (None, Status::NoData));
    }

    #[test]
    fn a_veto_makes_it_zero() {
        let veto = Part { vetoes: true, ..part(Some(0.1), Some(20.0)) };
        let rolled = roll_up(&[part(Some(0.9), Some(120.0)), veto], Rollup::Mean);
        assert_eq!((rolled.score, rolled.status), (Some(0.0), Status::OffTarget));
    }

    #[test]
    fn an_indicator_without_target_has_no_weight() {
        let silent = Part { counts: false, ..part(None, None) };
        let rolled = roll_up(&[silent, part(None, Some(100.0))], Rollup::Worst);
        assert_eq!(
            (rolled.status, rolled.covered, rolled.weights),
            (Status::OnTarget, Some(1.0), vec![None, Some(1.0)])
        );
    }

    #[test]
    fn geometric_is_below_the_mean_and_zero_with_a_zero() {
        let parts = [part(None, Some(50.0)), part(None, Some(200.0))];
        let rolled = roll_up(&parts, Rollup::Geometric);
        assert!((rolled.score.unwrap_or(0.0) - 100.0).abs() < 1e-9);
        let zero = [part(None, Some(0.0)), part(None, Some(200.0))];
        assert_eq!(roll_up(&zero, Rollup::Geometric).score, Some(0.0));
    }
}
