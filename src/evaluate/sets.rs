//! Sets of keys on concrete windows and slices, and the slices that formulas widen and narrow.

use std::sync::Arc;

use super::formula::Reach;
use super::outcome::{Behind, Datum, Outcome};
use super::{At, Evaluator};
use crate::design::{Condition, DimensionId, Formula, SetAtom, SetOp};
use crate::plan::{Answer, Request, SetTerm, Slice, SliceCondition, SliceTest};
use crate::results::Flags;
use crate::value::Number;

impl Evaluator<'_> {
    pub(super) fn set(&mut self, atom: &SetAtom, at: At) -> Option<Outcome> {
        let source = atom.source;
        let reach: Reach = match self.reach(source, at) {
            Ok(reach) => reach,
            Err(missing) => return Some(Outcome::new(Err(missing))),
        };
        let term = if reach.window.is_empty() {
            Arc::new(SetTerm::Empty)
        } else {
            let atom = self.shared_atom(atom);
            Arc::new(SetTerm::Atom { atom, window: reach.window, slice: self.slice(at.slice) })
        };
        // Outside coverage there may still be rows: those that `on` another field places there.
        let result = if reach.knows_nothing_is_there() || self.count_keys(&term)? > 0 {
            Ok(Datum::Set(term))
        } else {
            Err(self.not_covered(source, reach))
        };
        Some(Outcome { flags: reach.flags, ..Outcome::new(result) })
    }

    pub(super) fn set_operation(&mut self, op: SetOp, left: &Formula, right: &Formula, at: At) -> Option<Outcome> {
        let (a, b) = (self.eval(left, at), self.eval(right, at));
        let (a, b) = a.zip(b)?;
        Some(a.with(b, |a, b| match (a, b) {
            (Datum::Set(a), Datum::Set(b)) => Ok(Datum::Set(operation(op, a, b))),
            (a, _) => Ok(a),
        }))
    }

    pub(super) fn count(&mut self, set: &Formula, at: At) -> Option<Outcome> {
        let set = self.eval(set, at)?;
        let Ok(Datum::Set(term)) = &set.result else { return Some(set) };
        let keys = self.count_keys(term)?;
        let number = i64::try_from(keys).map_or_else(|_| Number::zero(), Number::int);
        Some(Outcome { result: Ok(Datum::Number(number)), behind: Behind::rows(keys), ..set })
    }

    pub(super) fn count_keys(&mut self, term: &Arc<SetTerm>) -> Option<u64> {
        if **term == SetTerm::Empty {
            return Some(0);
        }
        match self.answer(Request::Count(term.clone()))? {
            Answer::Count(keys) => Some(*keys),
            Answer::Value { .. } | Answer::Members(_) => Some(0),
        }
    }

    pub(super) fn overall(&mut self, operand: &Formula, dimensions: Option<&[DimensionId]>, at: At) -> Option<Outcome> {
        let wide = self.widened(dimensions, at);
        self.eval(operand, wide)
    }

    pub(super) fn widened(&mut self, dimensions: Option<&[DimensionId]>, at: At) -> At {
        let slice = match dimensions {
            None => Slice::default(),
            Some(dimensions) => without(&self.slice(at.slice), dimensions),
        };
        At { slice: self.slice_id(slice), ..at }
    }

    pub(super) fn only(&mut self, operand: &Formula, conditions: &[Condition], at: At) -> Option<Outcome> {
        match self.narrowed(conditions, at)? {
            Ok((inner, flags)) => Some(self.eval(operand, inner)?.beside(flags, Behind::default())),
            Err(missing) => Some(missing),
        }
    }

    /// The place with the conditions added to its slice, their sets evaluated here, on the outer window and slice; or the
    /// outcome where one of them is missing.
    pub(super) fn narrowed(&mut self, conditions: &[Condition], at: At) -> Option<Result<(At, Flags), Outcome>> {
        let mut added = Vec::with_capacity(conditions.len());
        let mut flags = Flags::default();
        let (mut lacking, mut missing) = (false, None);
        for condition in conditions {
            match condition {
                Condition::Members { dimension, members, negated } => {
                    let test = SliceTest::Members { members: members.clone(), negated: *negated };
                    added.push(SliceCondition { dimension: *dimension, test });
                }
                Condition::InSet { dimension, set, negated } => match self.eval(set, at) {
                    None => lacking = true,
                    Some(outcome) => {
                        flags = flags.union(outcome.flags);
                        match &outcome.result {
                            Ok(Datum::Set(term)) => {
                                let test = SliceTest::InSet { set: term.clone(), negated: *negated };
                                added.push(SliceCondition { dimension: *dimension, test });
                            }
                            _ => missing = missing.or(Some(outcome)),
                        }
                    }
                },
            }
        }
        if let Some(missing) = missing {
            return Some(Err(missing));
        }
        if lacking {
            return None;
        }
        let slice = with(&self.slice(at.slice), added);
        Some(Ok((At { slice: self.slice_id(slice), ..at }, flags)))
    }
}

/// With what is empty worked in.
fn operation(op: SetOp, left: Arc<SetTerm>, right: Arc<SetTerm>) -> Arc<SetTerm> {
    match (op, *left == SetTerm::Empty, *right == SetTerm::Empty) {
        (SetOp::Intersect, false, true) | (SetOp::Union, true, _) => right,
        (SetOp::Intersect | SetOp::Except, true, _) | (SetOp::Union | SetOp::Except, _, true) => left,
        (_, false, false) => Arc::new(SetTerm::Operation { op, left, right }),
    }
}

/// A slice narrowed by more conditions.
pub(super) fn with(slice: &Slice, conditions: impl IntoIterator<Item = SliceCondition>) -> Slice {
    Slice::new(slice.conditions.iter().cloned().chain(conditions).collect())
}

/// A slice without its conditions on some dimensions.
fn without(slice: &Slice, dimensions: &[DimensionId]) -> Slice {
    let kept = slice.conditions.iter().filter(|c| !dimensions.contains(&c.dimension));
    Slice::new(kept.cloned().collect())
}
