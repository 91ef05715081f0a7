//! What is known of a formula beside its type: the sources that it reads, whether it adds up over time, whether it counts.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::Scope;
use crate::design::{
    AggregateFunction, ArithmeticOp, ByFunction, DimensionId, Formula, FormulaKind, ScalarFunction, SourceId, Subject,
    Type,
};
use crate::value::Quantity;
use crate::value::unit::Base;

/// Sums, counts, their sums, differences and constant multiples; measures and indicators by their signatures.
pub fn additive(formula: &Formula, scope: &Scope) -> bool {
    use AggregateFunction::{Count, Sum};
    match &formula.kind {
        FormulaKind::Aggregate(aggregate) => matches!(aggregate.function, Sum | Count),
        FormulaKind::Measure(id) => scope.signature(Subject::Measure(*id)).is_some_and(|s| s.additive),
        FormulaKind::Indicator(id) => scope.signature(Subject::Indicator(*id)).is_some_and(|s| s.additive),
        FormulaKind::Negate(x) | FormulaKind::Only { operand: x, .. } => additive(x, scope),
        FormulaKind::Arithmetic { op, left, right } => match op {
            ArithmeticOp::Add | ArithmeticOp::Subtract => additive(left, scope) && additive(right, scope),
            ArithmeticOp::Multiply => {
                additive(left, scope) && is_constant(right) || is_constant(left) && additive(right, scope)
            }
            ArithmeticOp::Divide => additive(left, scope) && is_constant(right),
        },
        _ => false,
    }
}

/// The same on every window: made of numbers only. (A constant by date changes.)
fn is_constant(formula: &Formula) -> bool {
    match &formula.kind {
        FormulaKind::Number(_) => true,
        FormulaKind::Negate(x) => is_constant(x),
        FormulaKind::Arithmetic { left, right, .. } => is_constant(left) && is_constant(right),
        _ => false,
    }
}

/// The sources that a formula reads, each with the dimensions that a slice from outside does not reach it by: it stands
/// under `overall` of them wherever it is read.
#[derive(Clone, Debug, Default)]
pub struct Reads(BTreeMap<SourceId, Widened>);

#[derive(Clone, Debug)]
enum Widened {
    By(BTreeSet<DimensionId>),
    ByAll,
}

impl Reads {
    pub fn sources(&self) -> impl Iterator<Item = SourceId> + '_ {
        self.0.keys().copied()
    }

    /// Those that a slice by this dimension is asked of.
    pub fn sliced_by(&self, dimension: DimensionId) -> impl Iterator<Item = SourceId> + '_ {
        let reached = move |widened: &Widened| match widened {
            Widened::By(dimensions) => !dimensions.contains(&dimension),
            Widened::ByAll => false,
        };
        self.0.iter().filter(move |(_, widened)| reached(widened)).map(|(source, _)| *source)
    }

    fn add(&mut self, source: SourceId, read: Widened) {
        match (self.0.get_mut(&source), read) {
            (Some(Widened::By(before)), Widened::By(now)) => before.retain(|d| now.contains(d)),
            (Some(Widened::By(_)), Widened::ByAll) => {}
            (Some(Widened::ByAll) | None, read) => {
                self.0.insert(source, read);
            }
        }
    }

    /// Adds all of `other`, which stands under `overall` of these dimensions.
    fn add_under(&mut self, other: &Reads, under: &Widened) {
        for (source, widened) in &other.0 {
            let both = match (widened, under) {
                (Widened::By(a), Widened::By(b)) => Widened::By(a.union(b).copied().collect()),
                _ => Widened::ByAll,
            };
            self.add(*source, both);
        }
    }
}

/// What a formula reads, through measures and indicators (by their signatures).
pub fn reads(formula: &Formula, scope: &Scope) -> Reads {
    let mut found = Reads::default();
    let mut waiting = vec![(formula, Widened::By(BTreeSet::new()))];
    while let Some((formula, under)) = waiting.pop() {
        let named = match &formula.kind {
            FormulaKind::Aggregate(aggregate) => {
                found.add(aggregate.source, under);
                continue;
            }
            FormulaKind::Set(atom) => {
                found.add(atom.source, under);
                continue;
            }
            FormulaKind::Measure(id) => scope.signature(Subject::Measure(*id)),
            FormulaKind::Indicator(id) => scope.signature(Subject::Indicator(*id)),
            FormulaKind::Overall { operand, dimensions } => {
                let below = match (&under, dimensions) {
                    (Widened::By(outer), Some(own)) => Widened::By(outer.iter().chain(own).copied().collect()),
                    _ => Widened::ByAll,
                };
                waiting.push((operand, below));
                continue;
            }
            _ => None,
        };
        if let Some(signature) = named {
            found.add_under(&signature.reads, &under);
        }
        waiting.extend(formula.operands().into_iter().map(|operand| (operand, under.clone())));
    }
    found
}

/// Is the formula of this quantity, where a count without a unit may be in any one count unit?
pub fn is_in(formula: &Formula, wanted: &Quantity, scope: &Scope) -> bool {
    let Type::Number(quantity) = &formula.ty else { return false };
    if quantity == wanted {
        return true;
    }
    let left_unsaid = wanted.over(quantity);
    let mut bases = left_unsaid.0.iter();
    match (bases.next(), bases.next()) {
        (Some((Base::Count(_), power)), None) => counted(formula, scope) == *power,
        _ => false,
    }
}

/// Is it a plain number that counts what `unit` names?
pub fn is_counted_in(formula: &Formula, unit: &Quantity, scope: &Scope) -> bool {
    matches!(&formula.ty, Type::Number(quantity) if quantity.is_plain())
        && matches!(unit.single(), Some(Base::Count(_)))
        && is_in(formula, unit, scope)
}

/// The power of counts without a unit in a value: 1 for `count(orders)`, -1 for what is divided by it, 0 for a share of two.
pub fn counted(formula: &Formula, scope: &Scope) -> i8 {
    let one = |counts: bool| i8::from(counts);
    // Of what must be of one unit the unit of some is that of the whole.
    let any = |parts: &[&Formula]| {
        let alike = parts.iter().filter(|part| part.ty == formula.ty);
        alike.map(|part| counted(part, scope)).find(|power| *power != 0).unwrap_or(0)
    };
    match &formula.kind {
        FormulaKind::Aggregate(aggregate) => {
            let plain = matches!(&formula.ty, Type::Number(quantity) if quantity.is_plain());
            one(plain && matches!(aggregate.function, AggregateFunction::Count | AggregateFunction::CountDistinct))
        }
        FormulaKind::Count(_) | FormulaKind::By { function: ByFunction::Count, .. } => 1,
        FormulaKind::Measure(id) => scope.signature(Subject::Measure(*id)).map_or(0, |s| s.counted),
        FormulaKind::Indicator(id) => scope.signature(Subject::Indicator(*id)).map_or(0, |s| s.counted),
        FormulaKind::Arithmetic { op, left, right } => match op {
            ArithmeticOp::Add | ArithmeticOp::Subtract => any(&[left, right]),
            ArithmeticOp::Multiply => counted(left, scope).saturating_add(counted(right, scope)),
            ArithmeticOp::Divide => counted(left, scope).saturating_sub(counted(right, scope)),
        },
        FormulaKind::Otherwise(left, right) => any(&[left, right]),
        FormulaKind::If { then, otherwise, .. } => {
            any(&std::iter::once(then).chain(otherwise).map(|f| &**f).collect::<Vec<_>>())
        }
        FormulaKind::Function { function, args } => match (function, args.as_slice()) {
            (ScalarFunction::Min | ScalarFunction::Max | ScalarFunction::Clamp, args) => {
                any(&args.iter().collect::<Vec<_>>())
            }
            (ScalarFunction::Round | ScalarFunction::Abs, [x, ..]) => counted(x, scope),
            _ => 0,
        },
        FormulaKind::Negate(x)
        | FormulaKind::Previous { operand: x, .. }
        | FormulaKind::Ago { operand: x, .. }
        | FormulaKind::ToDate { operand: x, .. }
        | FormulaKind::Rolling { operand: x, .. }
        | FormulaKind::Before(x)
        | FormulaKind::UpToEnd(x)
        | FormulaKind::PerYear(x)
        | FormulaKind::By { operand: x, .. }
        | FormulaKind::Overall { operand: x, .. }
        | FormulaKind::Only { operand: x, .. } => counted(x, scope),
        FormulaKind::Hole
        | FormulaKind::Number(_)
        | FormulaKind::Text(_)
        | FormulaKind::Bool(_)
        | FormulaKind::Set(_)
        | FormulaKind::SetOperation { .. }
        | FormulaKind::Constant(_)
        | FormulaKind::Not(_)
        | FormulaKind::Compare { .. }
        | FormulaKind::Between { .. }
        | FormulaKind::And(..)
        | FormulaKind::Or(..)
        | FormulaKind::IsMissing { .. }
        | FormulaKind::Growth { .. } => 0,
    }
}
