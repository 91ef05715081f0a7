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
}

impl Scored {
    pub(super) fn new<'v>(design: &Design, verdict: impl Fn(IndicatorId) -> Option<&'v Verdict>) -> Self {
        let mut scored = Scored { rolled: HashMap::new(), weights: HashMap::new() };
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
        scored
    }

    fn part(&self, subject: SubjectId, weight: Option<&bigdecimal::BigDecimal>) -> Part {
        let score = self.rolled.get(&subject).and_then(|r| r.score);
        Part { weight: weight.and_then(ToPrimitive::to_f64), counts: true, score, vetoes: false }
    }

    fn close(&mut self, subject: SubjectId, children: Vec<(SubjectId, Part)>, how: crate::design::Rollup) {
        let (ids, parts): (Vec<SubjectId>, Vec<Part>) = children.into_iter().unzip();
        let rolled = roll_up(&parts, how);
        for (id, weight) in ids.into_iter().zip(&rolled.weights) {
            if let Some(weight) = weight {
                // The factors stand in reverse order of declaration, so that the first one's weight is the last to be put.
                self.weights.insert(id, *weight);
            }
        }
        self.rolled.insert(subject, rolled);
    }
}
