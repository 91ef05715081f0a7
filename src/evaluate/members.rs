//! `avg(x by month)`, `min(x by region)`: a formula on each sub-window of a grain or each member of a dimension.

use std::collections::HashSet;

use indexmap::IndexSet;

use super::outcome::{Behind, Datum, Missing, Outcome};
use super::windows::Frame;
use super::{At, Evaluator, numbers, reads, sets};
use crate::design::{ByFunction, DimensionId, Formula, FormulaKind, Over};
use crate::plan::{Answer, Leaf, Request, Slice, SliceCondition, SliceTest};
use crate::results::{Flags, Reason};
use crate::value::{Grain, Window};

type Leaves = Vec<(Leaf, Window, Slice)>;

/// The places that a formula is evaluated at, each with its name.
pub(super) type Places = Vec<(String, At)>;

impl Evaluator<'_> {
    pub(super) fn by(
        &mut self,
        formula: &Formula,
        function: &ByFunction,
        operand: &Formula,
        over: Over,
        at: At,
    ) -> Option<Outcome> {
        let places = self.places(operand, over, at)?;
        // Without a member nothing says whether there could be one: the formula itself does.
        if places.is_empty() {
            let whole = self.eval(operand, at)?;
            if whole.is_uncovered() {
                return Some(Outcome { flags: whole.flags, ..Outcome::new(whole.result) });
            }
        }
        let (mut flags, mut behind) = (Flags::default(), None::<Behind>);
        let mut values = Vec::with_capacity(places.len());
        let mut lacking = false;
        for (_, place) in places {
            let Some(outcome) = self.eval(operand, place) else {
                lacking = true;
                continue;
            };
            if outcome.is_uncovered() {
                return Some(Outcome { flags: flags.union(outcome.flags), ..Outcome::new(outcome.result) });
            }
            // A member without a value is skipped, with all that belongs to it.
            let Ok(datum) = outcome.result else { continue };
            flags = flags.union(outcome.flags);
            behind = Some(behind.map_or(outcome.behind, |b| b.and(outcome.behind)));
            match (datum, function) {
                (Datum::Number(number), _) => values.push(number),
                (Datum::Bool(true), ByFunction::Count) => values.push(crate::value::Number::int(1)),
                (Datum::Bool(false), ByFunction::Count) => {}
                _ => return Some(Outcome::new(Err(self.undefined_reason(formula)))),
            }
        }
        if lacking {
            return None;
        }
        let result = match numbers::aggregate(function, &values) {
            Some(number) => Ok(Datum::Number(number)),
            None if values.is_empty() => Err(Missing::of(Reason::NoMembers { over: self.over_name(over) })),
            None => Err(self.undefined_reason(formula)),
        };
        Some(Outcome { result, flags, behind: behind.unwrap_or_else(|| Behind::rows(0)) })
    }

    fn over_name(&self, over: Over) -> String {
        match over {
            Over::Grain(grain) => grain.word().to_string(),
            Over::Dimension(dimension) => self.dimension_name(dimension),
        }
    }

    /// The sub-windows, in order of time, or the members that have a row in anything that `operand` reads, in order of
    /// their text.
    pub(super) fn places(&mut self, operand: &Formula, over: Over, at: At) -> Option<Places> {
        let dimension = match over {
            Over::Grain(grain) => {
                let windows = self.sub_windows(operand, grain, at);
                let place = |window: Window| (self.label(window), At { frame: Frame::whole(window), ..at });
                return Some(windows.into_iter().map(place).collect());
            }
            Over::Dimension(dimension) => dimension,
        };
        let leaves = self.leaves_at(operand, dimension, at)?;
        if leaves.is_empty() {
            return Some(Vec::new());
        }
        let members = match self.answer(Request::Members { dimension, leaves })? {
            Answer::Members(members) => members.clone(),
            Answer::Value { .. } | Answer::Count(_) => Vec::new(),
        };
        let slice = self.slice(at.slice);
        let place = |member: String| {
            let test = SliceTest::Members { members: vec![member.clone()], negated: false };
            let slice = sets::with(&slice, [SliceCondition { dimension, test }]);
            (member, At { slice: self.slice_id(slice), ..at })
        };
        Some(members.into_iter().map(place).collect())
    }

    fn sub_windows(&mut self, operand: &Formula, grain: Grain, at: At) -> Vec<Window> {
        let days = self.days_of(operand, at);
        let calendar = &self.design.calendar;
        calendar.periods_within(grain, days).into_iter().map(|period| period.window(calendar)).collect()
    }

    /// Every leaf that a formula reads, on the windows and slices on which it reads it, where the source has the
    /// dimension and the window any days.
    fn leaves_at(&mut self, root: &Formula, dimension: DimensionId, at: At) -> Option<Leaves> {
        let design = self.design;
        let declared = design.dimensions.get(dimension.index())?;
        let mut leaves: IndexSet<(Leaf, Window, Slice)> = IndexSet::new();
        let mut seen = HashSet::new();
        let mut waiting = vec![(root, at)];
        let mut lacking = false;
        while let Some((formula, at)) = waiting.pop() {
            if let Some(source) = reads::source_of(formula) {
                let window = self.track(source, at.frame).cut;
                if !window.is_empty() && declared.field_in(source).is_some() {
                    let slice = self.slice(at.slice);
                    leaves.extend(reads::leaf(formula).map(|leaf| (leaf, window, slice)));
                }
                continue;
            }
            if let Some(subject) = reads::named(formula) {
                if seen.insert((subject, at)) {
                    waiting.extend(reads::formula_of(design, subject).map(|f| (f, at)));
                }
                continue;
            }
            match &formula.kind {
                FormulaKind::Growth { operand, step } => {
                    let base = At { frame: self.base_frame(*step, at.frame), ..at };
                    waiting.extend([(&**operand, base), (&**operand, at)]);
                }
                FormulaKind::By { operand, over: Over::Grain(grain), .. } => {
                    let windows = self.sub_windows(operand, *grain, at);
                    let inside = |window| At { frame: Frame::whole(window), ..at };
                    waiting.extend(windows.into_iter().rev().map(|window| (&**operand, inside(window))));
                }
                FormulaKind::Overall { operand, dimensions } => {
                    waiting.push((operand, self.widened(dimensions.as_deref(), at)));
                }
                FormulaKind::Only { operand, conditions } => match self.narrowed(conditions, at) {
                    None => lacking = true,
                    Some(Ok((inner, _))) => waiting.push((operand, inner)),
                    // Nothing is read there; what that means for the whole is the formula's to say.
                    Some(Err(_)) => {}
                },
                _ => {
                    let frame: Frame = self.moved(formula, at.frame);
                    let below = formula.operands().into_iter().rev();
                    waiting.extend(below.map(|child| (child, At { frame, ..at })));
                }
            }
        }
        if lacking {
            return None;
        }
        Some(leaves.into_iter().collect())
    }
}
