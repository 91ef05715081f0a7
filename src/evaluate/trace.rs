//! How a value came about: a tree that follows the formula, with the value of every part.

use std::sync::Arc;

use super::formula::to_date_grain;
use super::frame::Frame;
use super::leaves::{formula_of, referred};
use super::{Ask, Evaluator, Out, Stop, Value, What};
use crate::design::{Condition, Formula, FormulaKind, Over, Subject, Type};
use crate::plan::{Answer, Request, SetTerm, Slice, SliceTest};
use crate::results::{Reason, Trace, TraceValue};
use crate::value::Unit;

/// Deeper parts of a value are left out.
const MAX_DEPTH: usize = 24;
/// Members and sub-windows beyond these are left out.
const MAX_PARTS: usize = 40;

impl<'d> Evaluator<'d> {
    pub(super) fn trace_ask(&mut self, ask: &Ask<'d>) -> Trace {
        let frame = Frame::asked(ask.window, self.as_of);
        let slice = Arc::new(ask.slice.clone());
        match ask.what {
            What::Formula(formula) => self.node(formula, frame, &slice, None, 0),
            What::Subject(subject) => self.reference(subject, frame, &slice, None, 0),
        }
    }

    fn reference(
        &mut self,
        subject: Subject,
        frame: Frame,
        slice: &Arc<Slice>,
        from: Option<(Frame, &Arc<Slice>)>,
        depth: usize,
    ) -> Trace {
        let (naming, unit) = match subject {
            Subject::Measure(id) => {
                let measure = self.design.measures.get(id.index());
                (measure.map(|m| &m.naming), measure.and_then(|m| m.unit.clone()))
            }
            Subject::Indicator(id) => {
                let indicator = self.design.indicators.get(id.index());
                (indicator.map(|i| &i.naming), indicator.map(|i| i.unit.clone()))
            }
        };
        let name = naming.map(|n| n.name.clone());
        let Some(formula) = formula_of(self.design, subject) else {
            return Trace {
                formula: String::new(),
                name,
                window: None,
                slice: None,
                value: TraceValue::Set(0),
                rows: None,
                children: Vec::new(),
            };
        };
        let out = self.subject(subject, frame, slice);
        let mut node = self.node(formula, frame, slice, from, depth);
        node.name = name;
        node.value = self.traced(&out, unit.or_else(|| self.unit_of(formula)));
        node
    }

    fn node(
        &mut self,
        formula: &'d Formula,
        frame: Frame,
        slice: &Arc<Slice>,
        from: Option<(Frame, &Arc<Slice>)>,
        depth: usize,
    ) -> Trace {
        let out = self.walk(formula, frame, slice);
        let children = if depth < MAX_DEPTH { self.children(formula, frame, slice, depth + 1) } else { Vec::new() };
        let moved = from.is_none_or(|(outer, _)| outer.cut != frame.cut);
        let sliced = from.map_or(!slice.conditions.is_empty(), |(_, outer)| outer != slice);
        let leaf = matches!(formula.kind, FormulaKind::Aggregate(_) | FormulaKind::Set(_));
        Trace {
            formula: self.text(formula),
            name: None,
            window: moved.then(|| self.label(frame.cut)),
            slice: sliced.then(|| self.slice_text(slice)),
            value: self.traced(&out, self.unit_of(formula)),
            rows: if leaf { out.behind.smallest() } else { None },
            children,
        }
    }

    /// The parts of a formula, each on the window and slice that it is evaluated on.
    fn children(&mut self, formula: &'d Formula, frame: Frame, slice: &Arc<Slice>, depth: usize) -> Vec<Trace> {
        let calendar = &self.design.calendar;
        let here = Some((frame, slice));
        if let Some(subject) = referred(formula) {
            return vec![self.reference(subject, frame, slice, here, depth)];
        }
        let moved = match &formula.kind {
            FormulaKind::Previous { operand, times } => Some((operand, frame.previous(calendar, *times))),
            FormulaKind::Ago { operand, step } => Some((operand, frame.ago(calendar, *step))),
            FormulaKind::Rolling { operand, step } => Some((operand, frame.rolling(calendar, *step))),
            FormulaKind::ToDate { operand, from } => Some((operand, frame.to_date(calendar, to_date_grain(*from)))),
            FormulaKind::Before(operand) => Some((operand, frame.before())),
            FormulaKind::UpToEnd(operand) => Some((operand, frame.up_to_end())),
            _ => None,
        };
        if let Some((operand, frame)) = moved {
            return vec![self.node(operand, frame, slice, here, depth)];
        }
        match &formula.kind {
            FormulaKind::Growth { operand, step } => {
                let base = match step {
                    Some(step) => frame.ago(calendar, *step),
                    None => frame.previous(calendar, 1),
                };
                vec![self.node(operand, frame, slice, here, depth), self.node(operand, base, slice, here, depth)]
            }
            FormulaKind::By { operand, over, .. } => self.by_parts(operand, *over, frame, slice, depth),
            FormulaKind::Overall { operand, dimensions } => {
                let kept =
                    slice.conditions.iter().filter(|c| dimensions.as_ref().is_some_and(|d| !d.contains(&c.dimension)));
                let wider = Arc::new(Slice::new(kept.cloned().collect()));
                vec![self.node(operand, frame, &wider, here, depth)]
            }
            FormulaKind::Only { operand, conditions } => {
                let mut nodes: Vec<Trace> = conditions
                    .iter()
                    .filter_map(|condition| match condition {
                        Condition::InSet { set, .. } => Some(set),
                        Condition::Members { .. } => None,
                    })
                    .map(|set| self.node(set, frame, slice, here, depth))
                    .collect();
                if let Ok((narrower, _)) = self.narrowed(conditions, frame, slice) {
                    nodes.insert(0, self.node(operand, frame, &narrower, here, depth));
                }
                nodes
            }
            _ => formula
                .operands()
                .into_iter()
                .filter(|part| {
                    !matches!(part.kind, FormulaKind::Number(_) | FormulaKind::Text(_) | FormulaKind::Bool(_))
                })
                .map(|part| self.node(part, frame, slice, here, depth))
                .collect(),
        }
    }

    fn by_parts(
        &mut self,
        operand: &'d Formula,
        over: Over,
        frame: Frame,
        slice: &Arc<Slice>,
        depth: usize,
    ) -> Vec<Trace> {
        let parts = self.parts(operand, over, frame, slice).unwrap_or_default();
        let shown = parts.into_iter().take(MAX_PARTS);
        shown.map(|(f, s)| self.node(operand, f, &s, Some((frame, slice)), depth)).collect()
    }

    fn unit_of(&self, formula: &Formula) -> Option<Unit> {
        match &formula.ty {
            Type::Number(quantity) => Some(Unit::made_up(quantity, &self.design.units)),
            Type::Bool | Type::Text | Type::Set(_) => None,
        }
    }

    fn traced(&mut self, out: &Out, unit: Option<Unit>) -> TraceValue {
        match &out.value {
            Ok(Value::Number(n)) => TraceValue::Number(n.clone(), unit),
            Ok(Value::Bool(holds)) => TraceValue::Bool(*holds),
            Ok(Value::Text(text)) => TraceValue::Text(text.clone()),
            Ok(Value::Set(term)) => TraceValue::Set(self.size(term)),
            Err(Stop::Missing(reason)) => TraceValue::Missing(reason.clone()),
            // Not walked while the value was made: a branch that was not taken.
            Err(Stop::Pending) => TraceValue::Missing(Reason::NoBranch),
        }
    }

    /// How many keys a set has; one that is only a part of a counted set is one more question.
    fn size(&mut self, term: &Arc<SetTerm>) -> u64 {
        if **term == SetTerm::Empty {
            return 0;
        }
        let request = Request::Count(term.clone());
        if !self.answered.contains_key(&request) {
            if let Ok(mut answers) = self.answers.answer(std::slice::from_ref(&request)) {
                self.answered.extend(answers.pop().map(|answer| (request.clone(), answer)));
            }
        }
        match self.answered.get(&request) {
            Some(Answer::Count(n)) => *n,
            _ => 0,
        }
    }

    /// `region = 华东, customer in 42 keys`
    fn slice_text(&mut self, slice: &Arc<Slice>) -> String {
        let parts: Vec<String> = slice
            .conditions
            .iter()
            .map(|condition| {
                let dimension = self.design.dimensions.get(condition.dimension.index());
                let name = dimension.map_or("", |d| d.naming.name.as_str());
                match &condition.test {
                    SliceTest::Members { members, negated: false } if members.len() == 1 => {
                        format!("{name} = {}", members.join(""))
                    }
                    SliceTest::Members { members, negated } => {
                        format!("{name} {}in ({})", if *negated { "not " } else { "" }, members.join(", "))
                    }
                    SliceTest::NotGiven => format!("{name} is missing"),
                    SliceTest::InSet { set, negated } => {
                        format!("{name} {}in {} keys", if *negated { "not " } else { "" }, self.size(set))
                    }
                }
            })
            .collect();
        if parts.is_empty() { "overall".to_string() } else { parts.join(", ") }
    }
}
