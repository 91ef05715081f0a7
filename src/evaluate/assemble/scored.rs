//! The scores of factors, objectives and the design, rolled up from the verdicts on their indicators.

use std::collections::HashMap;

use bigdecimal::ToPrimitive;

use crate::design::{Child, Design, FactorId, IndicatorId, ObjectiveId, Stage};
use crate::evaluate::judge::Verdict;
use crate::evaluate::rollup::{Part, Rolled, roll_up};
use crate::results::SubjectId;

/// The scores of factors, objectives and the design on one period and slice.
pub(super) struct Scored {
    pub(super) rolled: HashMap<SubjectId, Rolled>,
    /// The normalised weight of each among its siblings; of an indicator in its first factor.
    pub(super) weights: HashMap<SubjectId, f64>,
    /// What of the design's weight each has: the product of the weights above it, summed over all that it stands in.
    pub(super) shares: HashMap<SubjectId, f64>,
    /// Who stands in whom with which weight, children before their parents.
    links: Vec<(SubjectId, Vec<(SubjectId, f64)>)>,
}

impl Scored {
    pub(super) fn new<'v>(design: &Design, verdict: impl Fn(IndicatorId) -> Option<&'v Verdict>) -> Self {
        let mut scored =
            Scored { rolled: HashMap::new(), weights: HashMap::new(), shares: HashMap::new(), links: Vec::new() };
        // Children stand after their parents.
        for (index, factor) in design.factors.iter().enumerate().rev() {
            let parts = factor
                .children
                .iter()
                .map(|child| match child {
                    Child::Indicator(id, weight) => {
                        let counts = design
                            .indicators
                            .get(id.index())
                            .is_some_and(|i| !i.targets.is_empty() && i.stage == Stage::Active);
                        let verdict = verdict(*id).filter(|_| counts);
                        let part = Part {
                            weight: weight.as_ref().and_then(ToPrimitive::to_f64),
                            counts,
                            score: verdict.and_then(|v| v.score),
                            vetoes: verdict.is_some_and(|v| v.vetoes),
                        };
                        (SubjectId::Indicator(*id), part)
                    }
                    Child::Factor(id) => {
                        let weight = design.factors.get(id.index()).and_then(|f| f.weight.as_ref());
                        (SubjectId::Factor(*id), scored.part(SubjectId::Factor(*id), weight))
                    }
                })
                .collect();
            scored.close(SubjectId::Factor(FactorId(index as u32)), parts, factor.rollup.unwrap_or_default());
        }
        let top = |of: Option<ObjectiveId>| {
            let factors = design.factors.iter().enumerate();
            factors.filter(move |(_, f)| f.parent.is_none() && f.objective == of)
        };
        for (index, objective) in design.objectives.iter().enumerate() {
            let id = ObjectiveId(index as u32);
            let parts = top(Some(id))
                .map(|(i, f)| {
                    let subject = SubjectId::Factor(FactorId(i as u32));
                    (subject, scored.part(subject, f.weight.as_ref()))
                })
                .collect();
            scored.close(SubjectId::Objective(id), parts, objective.rollup.unwrap_or_default());
        }
        let mut parts: Vec<(SubjectId, Part)> = Vec::new();
        for (index, objective) in design.objectives.iter().enumerate() {
            let subject = SubjectId::Objective(ObjectiveId(index as u32));
            parts.push((subject, scored.part(subject, objective.weight.as_ref())));
        }
        // A factor that serves no objective still counts for the whole.
        for (index, factor) in top(None) {
            let subject = SubjectId::Factor(FactorId(index as u32));
            parts.push((subject, scored.part(subject, factor.weight.as_ref())));
        }
        scored.close(SubjectId::Design, parts, design.rollup);
        scored.share();
        scored
    }

    fn share(&mut self) {
        self.shares.insert(SubjectId::Design, 1.0);
        for (parent, children) in std::mem::take(&mut self.links).into_iter().rev() {
            let Some(share) = self.shares.get(&parent).copied() else { continue };
            for (child, weight) in children {
                *self.shares.entry(child).or_default() += share * weight;
            }
        }
    }

    fn part(&self, subject: SubjectId, weight: Option<&bigdecimal::BigDecimal>) -> Part {
        let score = self.rolled.get(&subject).and_then(|r| r.score);
        Part { weight: weight.and_then(ToPrimitive::to_f64), counts: true, score, vetoes: false }
    }

    fn close(&mut self, subject: SubjectId, children: Vec<(SubjectId, Part)>, how: crate::design::Rollup) {
        let (ids, parts): (Vec<SubjectId>, Vec<Part>) = children.into_iter().unzip();
        let rolled = roll_up(&parts, how);
        let weighed = ids.into_iter().zip(&rolled.weights).filter_map(|(id, weight)| Some((id, (*weight)?)));
        let weighed: Vec<(SubjectId, f64)> = weighed.collect();
        // The factors stand in reverse order of declaration, so that the first one's weight is the last to be put.
        self.weights.extend(weighed.iter().copied());
        self.links.push((subject, weighed));
        self.rolled.insert(subject, rolled);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    /// One that stands in two factors has its part of both.
    #[test]
    fn shares_are_of_the_design() {
        let text = r#"
objective a "A" { weight: 60% }
objective b "B" { weight: 40% }
factor f "F" {
  objective: a
  factor inner "I" {
    weight: 50%
    indicator x { formula: 1, unit: 1, direction: higher, frequency: monthly, target: 1 in 2026, factors: h 100% }
  }
  factor other "O" {
    weight: 50%
    indicator y { formula: 1, unit: 1, direction: higher, frequency: monthly, target: 1 in 2026, weight: 20% }
    indicator z { formula: 1, unit: 1, direction: higher, frequency: monthly, target: 1 in 2026, weight: 80% }
  }
}
factor h "H" { objective: b }
"#;
        let loaded = crate::load_texts([("a.kpi".to_string(), text.to_string())]);
        assert_eq!(loaded.diagnostics(), []);
        let scored = Scored::new(loaded.design(), |_| None);
        let share = |id: u32| scored.shares[&SubjectId::Indicator(IndicatorId(id))];
        for (id, expected) in [(0, 0.6 * 0.5 + 0.4), (1, 0.6 * 0.5 * 0.2), (2, 0.6 * 0.5 * 0.8)] {
            assert!((share(id) - expected).abs() < 1e-12, "{id}: {}", share(id));
        }
    }
}
