//! ⟦e⟧(window, slice): the walk over a formula.

use std::cmp::Ordering;
use std::sync::Arc;

use super::frame::Frame;
use super::leaves::{formula_of, sources_of};
use super::{Behind, Evaluator, Out, Stop, Value, scalar};
use crate::design::{
    Aggregate, AggregateFunction, ArithmeticOp, Condition, ConstantId, DimensionId, Formula, FormulaKind, SetAtom,
    SourceId, Subject, ToDateFrom,
};
use crate::plan::{Answer, Leaf, Request, SetTerm, Slice, SliceCondition, SliceTest};
use crate::results::{Flags, Reason};
use crate::value::{Grain, Number, Window};

/// Stack that one reference to another formula may take; chains of references may be long.
const RED_ZONE: usize = 256 * 1024;
const STACK: usize = 4 * 1024 * 1024;

impl<'d> Evaluator<'d> {
    /// A measure or an indicator, once for each window and slice.
    pub(super) fn subject(&mut self, subject: Subject, frame: Frame, slice: &Arc<Slice>) -> Out {
        let key = (subject, frame, slice.clone());
        if self.collected.is_none() {
            if let Some(out) = self.done.get(&key) {
                return out.clone();
            }
        }
        let Some(formula) = formula_of(self.design, subject) else { return Out::pending() };
        let mut out = stacker::maybe_grow(RED_ZONE, STACK, || self.walk(formula, frame, slice));
        if let Subject::Indicator(id) = subject {
            if let Some(indicator) = self.design.indicators.get(id.index()) {
                let rows = out.behind.smallest();
                if let (Some(needed), Some(rows), false) = (indicator.min_n, rows, out.is_pending()) {
                    if rows < needed {
                        let indicator = indicator.naming.name.clone();
                        out.value = Err(Stop::Missing(Reason::TooFewRows { indicator, rows, needed }));
                    }
                }
                out.flags.provisional |= self.is_provisional(frame.cut, indicator.lag);
            }
        }
        if self.collected.is_none() && !out.is_pending() {
            self.done.insert(key, out.clone());
        }
        out
    }

    fn is_provisional(&self, window: Window, lag: Option<i64>) -> bool {
        let (Some(lag), Some(as_of)) = (lag, self.as_of) else { return false };
        !window.is_empty() && Window::new(window.last(), as_of).days() < lag
    }

    pub(super) fn walk(&mut self, formula: &'d Formula, frame: Frame, slice: &Arc<Slice>) -> Out {
        let calendar = &self.design.calendar;
        match &formula.kind {
            // Errors keep a design from being evaluated.
            FormulaKind::Hole => Out::pending(),
            FormulaKind::Number(n) => Out::of(Value::Number(Number::from_decimal(n.clone()))),
            FormulaKind::Text(text) => Out::of(Value::Text(text.clone())),
            FormulaKind::Bool(holds) => Out::of(Value::Bool(*holds)),
            FormulaKind::Aggregate(aggregate) => self.aggregate(aggregate, frame, slice),
            FormulaKind::Set(atom) => self.set(atom, frame, slice),
            FormulaKind::SetOperation { op, left, right } => {
                let (left, right) = (self.walk(left, frame, slice), self.walk(right, frame, slice));
                both(left, right, |a, b| match (a, b) {
                    (Value::Set(left), Value::Set(right)) => {
                        Some(Value::Set(Arc::new(SetTerm::Operation { op: *op, left, right })))
                    }
                    _ => None,
                })
            }
            FormulaKind::Count(set) => self.count(set, frame, slice),
            FormulaKind::Measure(id) => self.subject(Subject::Measure(*id), frame, slice),
            FormulaKind::Indicator(id) => self.subject(Subject::Indicator(*id), frame, slice),
            FormulaKind::Constant(id) => self.constant(*id, frame),
            FormulaKind::Negate(x) => number(self.walk(x, frame, slice), |n| Some(n.neg())),
            FormulaKind::Not(x) => {
                let mut out = self.walk(x, frame, slice);
                if let Ok(Value::Bool(holds)) = &mut out.value {
                    *holds = !*holds;
                }
                out
            }
            FormulaKind::Arithmetic { op, left, right } => self.arithmetic(*op, left, right, frame, slice),
            FormulaKind::Compare { op, left, right } => {
                let (left, right) = (self.walk(left, frame, slice), self.walk(right, frame, slice));
                both(left, right, |a, b| Some(Value::Bool(scalar::compares(*op, order(&a, &b)?))))
            }
            FormulaKind::And(left, right) => self.logical(false, left, right, frame, slice),
            FormulaKind::Or(left, right) => self.logical(true, left, right, frame, slice),
            FormulaKind::If { condition, then, otherwise } => {
                self.branch(condition, then, otherwise.as_deref(), frame, slice)
            }
            FormulaKind::Otherwise(left, right) => {
                let left = self.walk(left, frame, slice);
                match left.value {
                    Ok(_) => left,
                    Err(Stop::Missing(_)) => self.walk(right, frame, slice).made_of(&flags_of(&left)),
                    Err(Stop::Pending) => {
                        // Asked for together, so that it takes no round of its own.
                        self.walk(right, frame, slice);
                        left
                    }
                }
            }
            FormulaKind::IsMissing { operand, negated } => {
                let out = self.walk(operand, frame, slice);
                let missing = match out.value {
                    Ok(_) => false,
                    Err(Stop::Missing(_)) => true,
                    Err(Stop::Pending) => return out,
                };
                Out::of(Value::Bool(missing != *negated)).made_of(&flags_of(&out))
            }
            FormulaKind::Function { function, args } => {
                let outs: Vec<Out> = args.iter().map(|a| self.walk(a, frame, slice)).collect();
                let undefined = || Reason::Undefined { formula: self.text(formula) };
                let ty = args.first().map_or(&formula.ty, |a| &a.ty);
                all(outs, |values| match scalar::function(*function, &numbers(&values), ty) {
                    Some(n) => Ok(Value::Number(n)),
                    None => Err(undefined()),
                })
            }
            FormulaKind::Previous { operand, times } => {
                self.shifted(operand, frame, frame.previous(calendar, *times), slice)
            }
            FormulaKind::Ago { operand, step } => self.shifted(operand, frame, frame.ago(calendar, *step), slice),
            FormulaKind::Rolling { operand, step } => {
                self.shifted(operand, frame, frame.rolling(calendar, *step), slice)
            }
            FormulaKind::ToDate { operand, from } => {
                self.walk(operand, frame.to_date(calendar, to_date_grain(*from)), slice)
            }
            FormulaKind::Before(x) => self.walk(x, frame.before(), slice),
            FormulaKind::UpToEnd(x) => self.walk(x, frame.up_to_end(), slice),
            FormulaKind::Growth { operand, step } => {
                let base = match step {
                    Some(step) => frame.ago(calendar, *step),
                    None => frame.previous(calendar, 1),
                };
                let now = self.walk(operand, frame, slice);
                let then = self.shifted(operand, frame, base, slice);
                let not_positive = || Reason::BaseNotPositive { formula: self.text(operand) };
                all(vec![now, then], |values| match numbers(&values).as_slice() {
                    [now, then] if then.is_positive() => {
                        let growth = now.div(then).map(|ratio| ratio.sub(&Number::int(1)));
                        growth.map(Value::Number).ok_or_else(not_positive)
                    }
                    _ => Err(not_positive()),
                })
            }
            FormulaKind::PerYear(x) => {
                let factor = calendar.per_year_factor(frame.cut);
                number(self.walk(x, frame, slice), |n| Some(n.mul(&factor)))
            }
            FormulaKind::By { function, operand, over } => self.by(function, operand, *over, frame, slice),
            FormulaKind::Overall { operand, dimensions } => {
                let wider = overall(slice, dimensions.as_deref());
                self.walk(operand, frame, &wider)
            }
            FormulaKind::Only { operand, conditions } => match self.narrowed(conditions, frame, slice) {
                Ok((narrower, of)) => {
                    let mut out = self.walk(operand, frame, &narrower);
                    out.flags = out.flags.union(of);
                    out
                }
                Err(out) => {
                    if self.collected.is_some() {
                        self.walk(operand, frame, slice);
                    }
                    out
                }
            },
        }
    }

    /// The formula as its author wrote it.
    pub(super) fn text(&self, formula: &Formula) -> String {
        self.sources.slice(formula.span.0).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    // ---- leaves --------------------------------------------------------------------------------------------------

    fn aggregate(&mut self, aggregate: &'d Aggregate, frame: Frame, slice: &Arc<Slice>) -> Out {
        let place = std::ptr::from_ref(aggregate) as usize;
        let shared = self.aggregates.entry(place).or_insert_with(|| Arc::new(aggregate.clone())).clone();
        let (window, flags) = match self.leaf(Leaf::Aggregate(shared.clone()), frame, slice) {
            Ok(found) => found,
            Err(out) => return out,
        };
        let request = Request::Aggregate { aggregate: shared, window, slice: slice.as_ref().clone() };
        let Some(answer) = self.answered.get(&request) else {
            self.open.insert(request);
            return Out::pending();
        };
        let Answer::Value { value, rows } = answer else { return Out::pending() };
        let behind = Behind::rows(*rows);
        let value = match (value, aggregate.function == AggregateFunction::Count) {
            (Some(n), _) => Ok(Value::Number(n.clone())),
            (None, true) => Ok(Value::Number(Number::zero())),
            (None, false) => Err(Stop::Missing(self.no_rows(aggregate.source, window))),
        };
        Out { value, flags, behind }
    }

    fn set(&mut self, atom: &'d SetAtom, frame: Frame, slice: &Arc<Slice>) -> Out {
        let place = std::ptr::from_ref(atom) as usize;
        let shared = self.atoms.entry(place).or_insert_with(|| Arc::new(atom.clone())).clone();
        match self.leaf(Leaf::Set(shared.clone()), frame, slice) {
            Ok((window, flags)) => {
                let term = if window.is_empty() {
                    SetTerm::Empty
                } else {
                    SetTerm::Atom { atom: shared, window, slice: slice.as_ref().clone() }
                };
                Out { flags, ..Out::of(Value::Set(Arc::new(term))) }
            }
            Err(out) => out,
        }
    }

    /// The window on which a leaf is read, or why it is not: its source lacks a dimension, or covers no day of it.
    fn leaf(&mut self, leaf: Leaf, frame: Frame, slice: &Arc<Slice>) -> Result<(Window, Flags), Out> {
        let id = leaf.source();
        let Some(source) = self.design.sources.get(id.index()) else { return Err(Out::pending()) };
        let window = frame.of(source.plan);
        let flags = Flags {
            in_progress: frame.in_progress && !source.plan,
            partial: false,
            provisional: self.is_provisional(window, source.lag),
        };
        let coverage = self.coverage.get(id.index()).copied().unwrap_or_default();
        // `before` and `to_date` begin where the source does: over no days there is nothing, which is known.
        let from_the_beginning = window.start == jiff::civil::Date::MIN;
        let lacking = slice
            .conditions
            .iter()
            .map(|c| c.dimension)
            .find(|d| self.design.dimensions.get(d.index()).is_some_and(|d| d.field_in(id).is_none()));
        if let Some(dimension) = lacking {
            let dimension = self.design.dimensions.get(dimension.index()).map_or("", |d| d.naming.name.as_str());
            let reason = Reason::NoDimension { source: source.naming.name.clone(), dimension: dimension.to_string() };
            return Err(Out { flags, ..Out::missing(reason) });
        }
        if coverage.window.is_none() || !from_the_beginning && !coverage.touches(window) {
            let reason = Reason::NotCovered { source: source.naming.name.clone(), window: self.label(window) };
            return Err(Out { flags, ..Out::missing(reason) });
        }
        if let Some(collected) = &mut self.collected {
            collected.push((leaf, window, slice.as_ref().clone()));
            return Err(Out::pending());
        }
        let partial = !from_the_beginning && coverage.starts_after(window.start);
        Ok((window, Flags { partial, ..flags }))
    }

    /// A window's label; one from the beginning of time says so.
    pub(super) fn label(&self, window: Window) -> String {
        if window.start == jiff::civil::Date::MIN {
            return format!("..{}", window.last());
        }
        self.design.calendar.label(window)
    }

    fn no_rows(&self, source: SourceId, window: Window) -> Reason {
        let name = self.design.sources.get(source.index()).map_or_else(String::new, |s| s.naming.name.clone());
        Reason::NoRows { source: name, window: self.label(window) }
    }

    fn count(&mut self, set: &'d Formula, frame: Frame, slice: &Arc<Slice>) -> Out {
        let out = self.walk(set, frame, slice);
        let Ok(Value::Set(term)) = &out.value else { return out };
        let count = match term.as_ref() {
            SetTerm::Empty => 0,
            _ => {
                let request = Request::Count(term.clone());
                match self.answered.get(&request) {
                    Some(Answer::Count(n)) => *n,
                    _ => {
                        self.open.insert(request);
                        return Out { flags: out.flags, ..Out::pending() };
                    }
                }
            }
        };
        Out { value: Ok(Value::Number(Number::int(count as i64))), flags: out.flags, behind: Behind::rows(count) }
    }

    fn constant(&self, id: ConstantId, frame: Frame) -> Out {
        let Some(constant) = self.design.constants.get(id.index()) else { return Out::pending() };
        let day = frame.last();
        match constant.on(day) {
            Some(value) => Out::of(Value::Number(Number::from_decimal(value.clone()))),
            None => Out::missing(Reason::NoConstant { name: constant.naming.name.clone(), day: day.to_string() }),
        }
    }

    // ---- operators -----------------------------------------------------------------------------------------------

    fn arithmetic(
        &mut self,
        op: ArithmeticOp,
        left: &'d Formula,
        right: &'d Formula,
        frame: Frame,
        slice: &Arc<Slice>,
    ) -> Out {
        let (a, b) = (self.walk(left, frame, slice), self.walk(right, frame, slice));
        let behind = if op == ArithmeticOp::Divide { a.behind.over(b.behind) } else { a.behind.and(b.behind) };
        let zero = || Reason::ZeroDenominator { formula: self.text(right) };
        let out = all(vec![a, b], |values| match numbers(&values).as_slice() {
            [a, b] => scalar::arithmetic(op, a, b).map(Value::Number).ok_or_else(zero),
            _ => Err(zero()),
        });
        Out { behind, ..out }
    }

    /// Three-valued: a side that decides does so whatever the other is. `decisive` is true for `or`.
    fn logical(
        &mut self,
        decisive: bool,
        left: &'d Formula,
        right: &'d Formula,
        frame: Frame,
        slice: &Arc<Slice>,
    ) -> Out {
        let (a, b) = (self.walk(left, frame, slice), self.walk(right, frame, slice));
        let decides = |out: &Out| matches!(&out.value, Ok(Value::Bool(holds)) if *holds == decisive);
        if decides(&a) || decides(&b) {
            return Out::of(Value::Bool(decisive)).made_of(&a).made_of(&b);
        }
        both(a, b, |_, _| Some(Value::Bool(!decisive)))
    }

    fn branch(
        &mut self,
        condition: &'d Formula,
        then: &'d Formula,
        otherwise: Option<&'d Formula>,
        frame: Frame,
        slice: &Arc<Slice>,
    ) -> Out {
        let chosen = self.walk(condition, frame, slice);
        let branch = match &chosen.value {
            Ok(Value::Bool(true)) => Some(then),
            Ok(_) => otherwise,
            Err(Stop::Missing(_)) if self.collected.is_none() => return chosen,
            Err(_) => {
                self.walk(then, frame, slice);
                otherwise.map(|x| self.walk(x, frame, slice));
                return Out { value: Err(Stop::Pending), ..chosen };
            }
        };
        let out = match branch {
            Some(branch) => self.walk(branch, frame, slice),
            None => Out::missing(Reason::NoBranch),
        };
        out.made_of(&flags_of(&chosen))
    }

    /// `previous`, `ago`, `rolling`: missing where the window that they reach starts before a source does.
    fn shifted(&mut self, operand: &'d Formula, from: Frame, to: Frame, slice: &Arc<Slice>) -> Out {
        if to.asked.start != jiff::civil::Date::MIN {
            for id in sources_of(self.design, operand) {
                let Some(source) = self.design.sources.get(id.index()) else { continue };
                let window = to.of(source.plan);
                if self.coverage.get(id.index()).is_some_and(|c| c.starts_after(window.start)) {
                    let reason =
                        Reason::BeforeCoverage { source: source.naming.name.clone(), window: self.label(window) };
                    let flags = Flags { in_progress: from.in_progress && !source.plan, ..Flags::default() };
                    return Out { flags, ..Out::missing(reason) };
                }
            }
        }
        self.walk(operand, to, slice)
    }

    /// The slice with the conditions of `only`, and the flags of the sets that are chosen as one.
    pub(super) fn narrowed(
        &mut self,
        conditions: &'d [Condition],
        frame: Frame,
        slice: &Arc<Slice>,
    ) -> Result<(Arc<Slice>, Flags), Out> {
        let mut all = slice.conditions.clone();
        let mut flags = Flags::default();
        let mut pending = None;
        for condition in conditions {
            let (dimension, test) = match condition {
                Condition::Members { dimension, members, negated } => {
                    (*dimension, SliceTest::Members { members: members.clone(), negated: *negated })
                }
                Condition::InSet { dimension, set, negated } => {
                    let out = self.walk(set, frame, slice);
                    flags = flags.union(out.flags);
                    match &out.value {
                        Ok(Value::Set(term)) => (*dimension, SliceTest::InSet { set: term.clone(), negated: *negated }),
                        _ => {
                            pending = Some(out);
                            continue;
                        }
                    }
                }
            };
            all.push(SliceCondition { dimension, test });
        }
        match pending {
            Some(out) => Err(out),
            None => Ok((Arc::new(Slice::new(all)), flags)),
        }
    }
}

/// The slice without the conditions on some dimensions, or without any.
fn overall(slice: &Arc<Slice>, dimensions: Option<&[DimensionId]>) -> Arc<Slice> {
    let Some(dimensions) = dimensions else { return Arc::new(Slice::default()) };
    let kept = slice.conditions.iter().filter(|c| !dimensions.contains(&c.dimension)).cloned().collect();
    Arc::new(Slice::new(kept))
}

pub(super) fn to_date_grain(from: ToDateFrom) -> Grain {
    match from {
        ToDateFrom::Year => Grain::FiscalYear,
        ToDateFrom::Quarter => Grain::FiscalQuarter,
        ToDateFrom::Month => Grain::Month,
    }
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(a.cmp_tolerant(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

pub(super) fn numbers(values: &[Value]) -> Vec<Number> {
    let number = |v: &Value| match v {
        Value::Number(n) => Some(n.clone()),
        Value::Bool(_) | Value::Text(_) | Value::Set(_) => None,
    };
    values.iter().filter_map(number).collect()
}

/// Only the flags of something: its rows are not behind what is made of it.
fn flags_of(out: &Out) -> Out {
    Out { behind: Behind::default(), ..out.clone() }
}

fn number(mut out: Out, f: impl FnOnce(&Number) -> Option<Number>) -> Out {
    if let Ok(Value::Number(n)) = &out.value {
        out.value = f(n).map(Value::Number).ok_or(Stop::Pending);
    }
    out
}

/// Missing where a side is, for the first side's reason; pending as long as one is.
fn both(left: Out, right: Out, f: impl FnOnce(Value, Value) -> Option<Value>) -> Out {
    let made = Out::pending().made_of(&left).made_of(&right);
    let value = match (left.value, right.value) {
        (Err(Stop::Pending), _) | (_, Err(Stop::Pending)) => Err(Stop::Pending),
        (Err(missing), _) | (_, Err(missing)) => Err(missing),
        (Ok(a), Ok(b)) => f(a, b).ok_or(Stop::Pending),
    };
    Out { value, ..made }
}

fn all(outs: Vec<Out>, f: impl FnOnce(Vec<Value>) -> Result<Value, Reason>) -> Out {
    let made = outs.iter().fold(Out::pending(), Out::made_of);
    if outs.iter().any(Out::is_pending) {
        return made;
    }
    let values: Result<Vec<Value>, Stop> = outs.into_iter().map(|out| out.value).collect();
    Out { value: values.and_then(|values| f(values).map_err(Stop::Missing)), ..made }
}
