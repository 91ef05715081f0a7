//! How a value came about: a tree that follows the formula, with what each part gave and where.

use std::collections::HashSet;

use super::outcome::{Datum, Outcome};
use super::windows::Frame;
use super::{Ask, At, Evaluator, Key, What, reads};
use crate::design::{Formula, FormulaKind, Over, Subject, Type};
use crate::plan::{SetTerm, Slice, SliceCondition, SliceTest};
use crate::results::{Trace, TraceValue};
use crate::value::{Quantity, Unit, Window};

/// What a tree may grow to: it is for people to read.
const MOST_PLACES: usize = 40;
const MOST_REFERENCES: usize = 24;
const MOST_NODES: usize = 2_000;
const MOST_DEPTH: usize = 48;

/// The unit that a subtree is shown in: the one of the subject that it belongs to, where it fits.
#[derive(Clone, Copy)]
struct Shown<'u> {
    unit: Option<&'u Unit>,
    parent: At,
    references: usize,
    depth: usize,
}

struct Walk {
    /// Subjects that are shown already, with all that is below them.
    seen: HashSet<Key>,
    nodes: usize,
}

impl<'d> Evaluator<'d> {
    /// None: answers are lacking, and noted.
    pub(super) fn trace_ask(&mut self, ask: &Ask<'_>, at: At) -> Option<Trace> {
        let mut walk = Walk { seen: HashSet::new(), nodes: 0 };
        let shown = Shown { unit: None, parent: at, references: 0, depth: 0 };
        let mut trace = match ask.what {
            What::Subject(subject) => self.reference_trace(subject, String::new(), at, shown, &mut walk)?,
            What::Formula(formula) => self.formula_trace(formula, at, shown, &mut walk)?,
        };
        trace.window = Some(self.window_label(at));
        trace.slice = Some(self.slice_label(&self.slice(at.slice))).filter(|s| !s.is_empty());
        Some(trace)
    }

    fn unit_of(&self, subject: Subject) -> Option<&'d Unit> {
        match subject {
            Subject::Measure(id) => self.design.measures.get(id.index()).and_then(|m| m.unit.as_ref()),
            Subject::Indicator(id) => self.design.indicators.get(id.index()).map(|i| &i.unit),
        }
    }

    fn name_of(&self, subject: Subject) -> Option<String> {
        match subject {
            Subject::Measure(id) => self.design.measures.get(id.index()).map(|m| m.naming.name.clone()),
            Subject::Indicator(id) => self.design.indicators.get(id.index()).map(|i| i.naming.name.clone()),
        }
    }

    /// A named formula: what it says and what it is made of, the first time that it is met there.
    fn reference_trace(
        &mut self,
        subject: Subject,
        written: String,
        at: At,
        shown: Shown<'_>,
        walk: &mut Walk,
    ) -> Option<Trace> {
        let outcome = self.reference(subject, at)?;
        let formula = reads::formula_of(self.design, subject);
        let unit = self.unit_of(subject);
        let quantity = unit.map(|u| u.quantity.clone()).unwrap_or_default();
        let mut trace = self.node(formula.map_or(written, |f| self.text(f)), &outcome, &quantity, unit, at, shown)?;
        trace.name = self.name_of(subject);
        let opened = shown.references < MOST_REFERENCES && walk.seen.insert((subject, at));
        if let Some(formula) = formula.filter(|_| opened) {
            let inner = Shown { unit, parent: at, references: shown.references + 1, depth: shown.depth + 1 };
            if let Some(named) = reads::named(formula) {
                trace.children.push(self.reference_trace(named, self.text(formula), at, inner, walk)?);
            } else {
                trace.rows = rows_of(formula, &outcome);
                trace.children = self.children_traces(formula, at, inner, walk)?;
            }
        }
        Some(trace)
    }

    fn formula_trace(&mut self, formula: &Formula, at: At, shown: Shown<'_>, walk: &mut Walk) -> Option<Trace> {
        walk.nodes += 1;
        if let Some(subject) = reads::named(formula) {
            return self.reference_trace(subject, self.text(formula), at, shown, walk);
        }
        let outcome = self.eval(formula, at)?;
        let quantity = match &formula.ty {
            Type::Number(quantity) => quantity.clone(),
            Type::Bool | Type::Text | Type::Set(_) => Quantity::default(),
        };
        // A share is made of counts, which are no percentages.
        let unit = shown.unit.filter(|_| !quantity.is_plain());
        let mut trace = self.node(self.text(formula), &outcome, &quantity, unit, at, shown)?;
        trace.rows = rows_of(formula, &outcome);
        trace.children =
            self.children_traces(formula, at, Shown { parent: at, depth: shown.depth + 1, ..shown }, walk)?;
        Some(trace)
    }

    fn node(
        &mut self,
        formula: String,
        outcome: &Outcome,
        quantity: &Quantity,
        preferred: Option<&Unit>,
        at: At,
        shown: Shown<'_>,
    ) -> Option<Trace> {
        let value = match &outcome.result {
            Ok(Datum::Number(number)) => TraceValue::Number(number.clone(), Some(self.unit_for(quantity, preferred))),
            Ok(Datum::Bool(value)) => TraceValue::Bool(*value),
            Ok(Datum::Text(text)) => TraceValue::Text(text.to_string()),
            Ok(Datum::Set(term)) => TraceValue::Set(self.count_keys(term)?),
            Err(missing) => TraceValue::Missing(missing.reason.clone()),
        };
        let parent = shown.parent;
        let moved = at.frame.data.cut != parent.frame.data.cut || at.frame.plan.cut != parent.frame.plan.cut;
        let sliced = at.slice != parent.slice;
        Some(Trace {
            formula,
            name: None,
            window: moved.then(|| self.window_label(at)),
            slice: sliced.then(|| self.slice_label(&self.slice(at.slice))),
            value,
            rows: None,
            children: Vec::new(),
        })
    }

    /// The subject's own unit where it fits, so that a duration in days is made of days.
    fn unit_for(&self, quantity: &Quantity, preferred: Option<&Unit>) -> Unit {
        match preferred.filter(|unit| unit.quantity == *quantity) {
            Some(unit) => unit.clone(),
            None => Unit::made_up(quantity, &self.design.units),
        }
    }

    /// The parts of a formula that say something: not its literals.
    fn children_traces(&mut self, formula: &Formula, at: At, shown: Shown<'_>, walk: &mut Walk) -> Option<Vec<Trace>> {
        if walk.nodes > MOST_NODES || shown.depth > MOST_DEPTH {
            return Some(Vec::new());
        }
        let mut parts: Vec<(&Formula, At)> = Vec::new();
        match &formula.kind {
            FormulaKind::By { operand, over, .. } => return self.place_traces(operand, *over, at, shown, walk),
            FormulaKind::Growth { operand, step } => {
                let base: Frame = self.base_frame(*step, at.frame);
                parts.extend([(&**operand, at), (&**operand, At { frame: base, ..at })]);
            }
            FormulaKind::Overall { operand, dimensions } => {
                parts.push((operand, self.widened(dimensions.as_deref(), at)));
            }
            FormulaKind::Only { operand, conditions } => {
                if let Ok((inner, _)) = self.narrowed(conditions, at)? {
                    parts.push((operand, inner));
                }
                parts.extend(formula.operands().into_iter().skip(1).map(|set| (set, at)));
            }
            FormulaKind::If { condition, then, otherwise } => {
                parts.push((condition, at));
                match self.eval(condition, at)?.result {
                    Ok(Datum::Bool(true)) => parts.push((then, at)),
                    Ok(Datum::Bool(false)) => parts.extend(otherwise.as_ref().map(|f| (&**f, at))),
                    _ => {}
                }
            }
            FormulaKind::Otherwise(left, right) => {
                parts.push((left, at));
                if self.eval(left, at)?.result.is_err() {
                    parts.push((right, at));
                }
            }
            _ => {
                let frame = self.moved(formula, at.frame);
                parts.extend(formula.operands().into_iter().map(|child| (child, At { frame, ..at })));
            }
        }
        parts.retain(|(part, _)| !is_literal(part));
        parts.into_iter().map(|(part, at)| self.formula_trace(part, at, shown, walk)).collect()
    }

    fn place_traces(
        &mut self,
        operand: &Formula,
        over: Over,
        at: At,
        shown: Shown<'_>,
        walk: &mut Walk,
    ) -> Option<Vec<Trace>> {
        let places = self.places(operand, over, at)?;
        let mut traces = Vec::new();
        for (_, place) in places.into_iter().take(MOST_PLACES) {
            traces.push(self.formula_trace(operand, place, shown, walk)?);
        }
        Some(traces)
    }

    fn window_label(&self, at: At) -> String {
        let Window { start, end } = at.frame.data.cut;
        if start >= end { self.label(at.frame.data.asked) } else { self.label(at.frame.data.cut) }
    }

    /// `region = 华东, customer in 12 keys`; `not given` where there is no member.
    fn slice_label(&self, slice: &Slice) -> String {
        let parts: Vec<String> = slice.conditions.iter().map(|c| self.condition_label(c)).collect();
        parts.join(", ")
    }

    fn condition_label(&self, condition: &SliceCondition) -> String {
        let name = self.dimension_name(condition.dimension);
        match &condition.test {
            SliceTest::NotGiven => format!("{name} is missing"),
            SliceTest::Members { members, negated } => match (members.as_slice(), negated) {
                ([one], false) => format!("{name}={one}"),
                ([one], true) => format!("{name}!={one}"),
                (several, _) => format!("{name}{} in ({})", if *negated { " not" } else { "" }, several.join(", ")),
            },
            SliceTest::InSet { set, negated } => {
                let not = if *negated { " not" } else { "" };
                format!("{name}{not} in {}", self.set_label(set))
            }
        }
    }

    /// Where the keys of a set come from.
    fn set_label(&self, set: &SetTerm) -> String {
        let mut atoms = Vec::new();
        let mut waiting = vec![set];
        while let Some(term) = waiting.pop() {
            match term {
                SetTerm::Empty => {}
                SetTerm::Atom { atom, window, .. } => {
                    atoms.push(format!("{} {}", self.source_name(atom.source), self.label(*window)));
                }
                SetTerm::Operation { left, right, .. } => waiting.extend([&**right, &**left]),
            }
        }
        if atoms.is_empty() { "the empty set".to_string() } else { format!("a set of {}", atoms.join(", ")) }
    }
}

/// Rows are shown where they are counted: at an aggregate.
fn rows_of(formula: &Formula, outcome: &Outcome) -> Option<u64> {
    matches!(formula.kind, FormulaKind::Aggregate(_)).then_some(outcome.behind.least).flatten()
}

fn is_literal(formula: &Formula) -> bool {
    matches!(formula.kind, FormulaKind::Number(_) | FormulaKind::Text(_) | FormulaKind::Bool(_))
}
