//! An indicator whose formula is made of indicators with targets for the same time: what rules on coherent targets ask.

use std::collections::BTreeSet;

use super::Context;
use super::levels::sign;
use crate::analysis::expression::{Node, NodeId, Shift};
use crate::analysis::{Expression, Indicators, Leaf};
use crate::design::{ArithmeticOp, Bound, Due, Formula, FormulaKind, Indicator, IndicatorId, ScalarFunction, Target};
use crate::value::{Interval, Unit};

pub struct Inputs<'c> {
    pub expression: Expression<'c>,
    /// The target of the whole, its value, and which way is better.
    pub target: &'c Target,
    pub goal: f64,
    pub sign: f64,
    /// By variable: the input, its target and the target's values.
    pub targets: Vec<(&'c Indicator, &'c Target, Interval)>,
    ids: Vec<IndicatorId>,
}

impl<'c> Inputs<'c> {
    /// None: some input has no target for the time of the whole's, or values cannot be held against each other.
    pub fn of(context: &Context<'c>, indicator: &'c Indicator) -> Option<Inputs<'c>> {
        let sign = sign(indicator.direction)?;
        let target = context.last_target(indicator)?;
        let goal = context.one(&target.value)?;
        let expression = Expression::new(context.design, &indicator.formula, Indicators::Kept);
        let day = super::shape::due_day(context, target.due);
        let (mut targets, mut ids) = (Vec::new(), Vec::new());
        // What grows with its period must be given over one length.
        let mut length = indicator.additive.then(|| context.judged_days(indicator, target.due));
        for variable in expression.variables() {
            let Leaf::Indicator(id) = variable.leaf else { return None };
            if !variable.place.iter().all(|s| matches!(s, Shift::Each(_))) || !context.is_sound(id) {
                return None;
            }
            let input = context.indicator(id)?;
            let own = context.target_on(input, day)?;
            if input.additive {
                let days = context.judged_days(input, own.due);
                if length.is_some_and(|length| (length - days).abs() > 3) {
                    return None;
                }
                length = Some(days);
            }
            // A total that is judged period by period says nothing of one that is judged whole.
            let whole = |due: Due| matches!(due, Due::In(_));
            if indicator.additive && input.additive && whole(own.due) != whole(target.due) {
                return None;
            }
            targets.push((input, own, context.span_of(&own.value)?));
            ids.push(id);
        }
        (!targets.is_empty()).then_some(Inputs { expression, target, goal, sign, targets, ids })
    }

    /// The whole where every input has the value of its target. None: some target is a range, or there is no value.
    pub fn at_targets(&self) -> Option<f64> {
        let values: Option<Vec<Option<f64>>> =
            self.targets.iter().map(|(_, _, value)| value.is_point().then_some(Some(value.low))).collect();
        self.expression.value(&values?)
    }

    /// All values on target of each input: to the best that it can have.
    pub fn on_target(&self, context: &Context<'_>) -> Vec<Interval> {
        let each = self.targets.iter().zip(&self.ids);
        each.map(|((input, target, value), id)| {
            let possible = context.analysis.range(*id);
            match (&target.value, sign(input.direction)) {
                (Bound::One(_), Some(sign)) if sign > 0.0 => Interval::new(value.low, possible.high.max(value.low)),
                (Bound::One(_), Some(_)) => Interval::new(possible.low.min(value.high), value.high),
                _ => *value,
            }
        })
        .collect()
    }

    /// A point of the box, by input.
    pub fn named(&self, point: &[f64]) -> Vec<(&'c Indicator, f64)> {
        self.targets.iter().zip(point).map(|((input, _, _), value)| (*input, *value)).collect()
    }

    /// A value and the goal, with more digits where few would show them as one.
    pub fn both(&self, context: &Context<'_>, value: f64, unit: &Unit) -> (String, String) {
        let (a, b) = (context.shown(value, unit), context.shown(self.goal, unit));
        if a != b {
            return (a, b);
        }
        let exact = |v: f64| {
            let number = crate::value::Number::from_f64(v).unwrap_or_else(crate::value::Number::zero);
            format!("{} {}", unit.from_base(&number).machine(), unit.label)
        };
        (exact(value), exact(self.goal))
    }

    /// The formula with the targets in it: `90.0% × 95.0% × 99.0%`.
    pub fn written(&self, context: &Context<'_>) -> String {
        const LONGEST: usize = 120;
        let text = self.node(self.expression.root(), context, 0);
        if text.chars().count() <= LONGEST {
            return text;
        }
        let all: Vec<String> = self.targets.iter().map(|(i, _, v)| context.shown(v.low, &i.unit)).collect();
        all.join(", ")
    }

    /// `binds`: 0 in a sum, 1 in a product, 2 behind `-` or `/`. The depth is that of formulas and names in each other.
    fn node(&self, id: NodeId, context: &Context<'_>, binds: u8) -> String {
        const MOST_NODES: usize = 60;
        if self.expression.nodes().len() > MOST_NODES {
            return "…".to_string();
        }
        let of = |id: &NodeId, binds: u8| self.node(*id, context, binds);
        let (text, own) = match self.expression.node(id) {
            Some(Node::Variable(at)) => match self.targets.get(*at) {
                Some((input, _, value)) => (context.shown(value.low, &input.unit), 3),
                None => ("?".to_string(), 3),
            },
            Some(Node::Constant(value)) => (value.normalized().to_plain_string(), 3),
            Some(Node::Negate(x)) => (format!("-{}", of(x, 2)), 0),
            Some(Node::Arithmetic(op, a, b)) => match op {
                ArithmeticOp::Add => (format!("{} + {}", of(a, 0), of(b, 0)), 0),
                ArithmeticOp::Subtract => (format!("{} - {}", of(a, 0), of(b, 1)), 0),
                ArithmeticOp::Multiply => (format!("{} × {}", of(a, 1), of(b, 1)), 1),
                ArithmeticOp::Divide => (format!("{} / {}", of(a, 1), of(b, 2)), 1),
            },
            Some(Node::Function(function, args, _)) => {
                let name = match function {
                    ScalarFunction::Round => "round",
                    ScalarFunction::Abs => "abs",
                    ScalarFunction::Min => "min",
                    ScalarFunction::Max => "max",
                    ScalarFunction::Clamp => "clamp",
                    ScalarFunction::Sqrt => "sqrt",
                    ScalarFunction::Ln => "ln",
                    ScalarFunction::Exp => "exp",
                    ScalarFunction::Power => "power",
                };
                let args: Vec<String> = args.iter().map(|arg| of(arg, 0)).collect();
                (format!("{name}({})", args.join(", ")), 3)
            }
            Some(Node::Positive(x) | Node::Members(_, _, x)) => (of(x, binds), 3),
            _ => ("…".to_string(), 3),
        };
        if own < binds { format!("({text})") } else { text }
    }
}

impl<'a> Context<'a> {
    /// Whether a value adds up over windows and slices, and cannot be below 0: a count of rows, a sum.
    pub fn is_total(&self, formula: &'a Formula) -> bool {
        use crate::design::AggregateFunction::{Count, Sum};
        let mut waiting = vec![formula];
        let mut seen = BTreeSet::new();
        while let Some(formula) = waiting.pop() {
            let subject = super::shape::subject_of(formula);
            let fits = match (&formula.kind, subject) {
                (FormulaKind::Aggregate(a), _) => {
                    matches!(a.function, Count | Sum)
                        && crate::analysis::interval::aggregate(self.design, a).is_not_negative()
                }
                (FormulaKind::Arithmetic { op: ArithmeticOp::Add, left, right }, _) => {
                    waiting.extend([&**left, &**right]);
                    true
                }
                (_, Some(subject)) => {
                    let inner = self.formula(subject);
                    waiting.extend(inner.filter(|_| seen.insert(subject)));
                    inner.is_some()
                }
                _ => false,
            };
            if !fits {
                return false;
            }
        }
        true
    }
}
