//! What formulas are made of, in the terms in which rules speak: counts, shares, sources read, words of a name.

use std::collections::{BTreeSet, HashMap};

use super::Context;
use crate::design::{
    Aggregate, AggregateFunction, ArithmeticOp, Due, Field, Formula, FormulaKind, RowExpr, RowKind, SourceId, Subject,
};
use crate::value::calendar::Date;
use crate::value::unit::Base;
use crate::value::{Frequency, Quantity, Unit};

impl<'a> Context<'a> {
    /// The formula of a measure or an indicator.
    pub fn formula(&self, subject: Subject) -> Option<&'a Formula> {
        match subject {
            Subject::Measure(id) => self.design.measures.get(id.index()).map(|m| &m.formula),
            Subject::Indicator(id) => self.design.indicators.get(id.index()).map(|i| &i.formula),
        }
    }

    /// Visits a formula, its operands, and the formulas of the measures and indicators that it names, each once.
    pub fn deep(&self, formula: &'a Formula, see: &mut dyn FnMut(&'a Formula)) {
        self.deep_beyond(&mut BTreeSet::new(), formula, see);
    }

    /// As [`Context::deep`], without what is named and `seen` already: to visit all that many formulas read takes as many
    /// steps as there is to see, however long their chains are.
    pub fn deep_beyond(&self, seen: &mut BTreeSet<Subject>, formula: &'a Formula, see: &mut dyn FnMut(&'a Formula)) {
        let mut waiting = vec![formula];
        while let Some(formula) = waiting.pop() {
            see(formula);
            let named = subject_of(formula);
            if let Some(subject) = named
                && seen.insert(subject)
            {
                waiting.extend(self.formula(subject));
            }
            let mut operands = formula.operands();
            operands.reverse();
            waiting.extend(operands);
        }
    }

    /// What is found in a formula, its operands and the formulas that it names: `own` of each, joined. What a name holds is
    /// kept in `known`, so that asking many formulas takes as many steps as there is to see, however long their chains are.
    pub fn found_in<T: Clone>(
        &self,
        known: &mut HashMap<Subject, T>,
        formula: &'a Formula,
        own: &dyn Fn(&'a Formula) -> T,
        join: &dyn Fn(T, T) -> T,
    ) -> T {
        // Of those on the list, the names that wait for what stands behind them.
        let mut begun: BTreeSet<Subject> = BTreeSet::new();
        let mut waiting: Vec<Subject> = named_in(formula);
        while let Some(subject) = waiting.last().copied() {
            let Some(inner) = self.formula(subject).filter(|_| !known.contains_key(&subject)) else {
                waiting.pop();
                continue;
            };
            let named = named_in(inner).into_iter();
            let missing: Vec<Subject> = named.filter(|s| !known.contains_key(s) && !begun.contains(s)).collect();
            if begun.insert(subject) && !missing.is_empty() {
                waiting.extend(missing);
                continue;
            }
            let found = joined(known, inner, own, join);
            known.insert(subject, found);
        }
        joined(known, formula, own, join)
    }

    /// The sources that a formula reads, through what it names.
    pub fn sources_of(&self, formula: &'a Formula) -> BTreeSet<SourceId> {
        let mut sources = BTreeSet::new();
        self.deep(formula, &mut |f| match &f.kind {
            FormulaKind::Aggregate(aggregate) => {
                sources.insert(aggregate.source);
            }
            FormulaKind::Set(atom) => {
                sources.insert(atom.source);
            }
            _ => {}
        });
        sources
    }

    /// The measures and indicators that a formula names, through what it names.
    pub fn inputs_of(&self, formula: &'a Formula) -> BTreeSet<Subject> {
        let mut inputs = BTreeSet::new();
        self.deep(formula, &mut |f| inputs.extend(subject_of(f)));
        inputs
    }

    /// The formula that gives the value, without what only guards, rounds or moves it, and through what is only a name.
    pub fn core(&self, formula: &'a Formula) -> &'a Formula {
        let mut formula = formula;
        // Names are no cycle, but a chain may be long.
        loop {
            formula = match &formula.kind {
                FormulaKind::Otherwise(x, _)
                | FormulaKind::Previous { operand: x, .. }
                | FormulaKind::Ago { operand: x, .. }
                | FormulaKind::ToDate { operand: x, .. }
                | FormulaKind::Rolling { operand: x, .. }
                | FormulaKind::UpToEnd(x)
                | FormulaKind::Before(x)
                | FormulaKind::PerYear(x)
                | FormulaKind::Only { operand: x, .. }
                | FormulaKind::Overall { operand: x, .. } => x,
                FormulaKind::If { then, .. } => then,
                FormulaKind::Function { args, .. } => match args.first() {
                    Some(first) => first,
                    None => return formula,
                },
                FormulaKind::Measure(_) | FormulaKind::Indicator(_) => match subject_of(formula) {
                    Some(subject) => match self.formula(subject) {
                        Some(inner) => inner,
                        None => return formula,
                    },
                    None => return formula,
                },
                _ => return formula,
            };
        }
    }

    /// Numerator and denominator, where the value is a quotient.
    pub fn quotient(&self, formula: &'a Formula) -> Option<(&'a Formula, &'a Formula)> {
        match &self.core(formula).kind {
            FormulaKind::Arithmetic { op: ArithmeticOp::Divide, left, right } => Some((left, right)),
            _ => None,
        }
    }

    /// Whether the value counts rows, keys or members.
    pub fn is_count(&self, formula: &'a Formula) -> bool {
        match &self.core(formula).kind {
            FormulaKind::Aggregate(a) => {
                matches!(a.function, AggregateFunction::Count | AggregateFunction::CountDistinct)
            }
            FormulaKind::Count(_) => true,
            FormulaKind::By { function: crate::design::ByFunction::Count, .. } => true,
            _ => false,
        }
    }

    /// Whether it reads a source of answers: `origin: survey` or `feedback`.
    pub fn reads_survey(&self, formula: &'a Formula) -> bool {
        self.sources_of(formula).into_iter().any(|id| self.is_survey(id))
    }

    pub fn is_survey(&self, id: SourceId) -> bool {
        let origin = self.design.sources.get(id.index()).and_then(|s| s.origin.as_deref());
        matches!(origin, Some("survey" | "feedback"))
    }
}

/// What a formula and its operands name.
fn named_in(formula: &Formula) -> Vec<Subject> {
    let (mut waiting, mut named) = (vec![formula], Vec::new());
    while let Some(formula) = waiting.pop() {
        named.extend(subject_of(formula));
        waiting.extend(formula.operands());
    }
    named
}

/// What a formula, its operands and the names in them hold, in the order written.
fn joined<'a, T: Clone>(
    known: &HashMap<Subject, T>,
    formula: &'a Formula,
    own: &dyn Fn(&'a Formula) -> T,
    join: &dyn Fn(T, T) -> T,
) -> T {
    let mut found = own(formula);
    let mut waiting = vec![formula];
    while let Some(part) = waiting.pop() {
        if !std::ptr::eq(part, formula) {
            found = join(found, own(part));
        }
        if let Some(held) = subject_of(part).and_then(|s| known.get(&s)) {
            found = join(found, held.clone());
        }
        let mut operands = part.operands();
        operands.reverse();
        waiting.extend(operands);
    }
    found
}

/// What a formula names, where it is a name.
pub fn subject_of(formula: &Formula) -> Option<Subject> {
    match formula.kind {
        FormulaKind::Measure(id) => Some(Subject::Measure(id)),
        FormulaKind::Indicator(id) => Some(Subject::Indicator(id)),
        _ => None,
    }
}

/// Whether a unit measures time alone: days, hours.
pub fn is_duration(unit: &Unit) -> bool {
    unit.quantity.is_time()
}

/// Whether a unit counts things: `1`, or a `count` unit, and not a share.
pub fn counts_things(unit: &Unit) -> bool {
    !unit.is_percent() && (unit.quantity.is_plain() || matches!(unit.quantity.single(), Some(Base::Count(_))))
}

/// A quantity with money above: `CNY`, `CNY per person`.
pub fn has_money(quantity: &Quantity) -> bool {
    quantity.0.iter().any(|(base, power)| *power > 0 && matches!(base, Base::Money(_)))
}

/// A quantity with time above.
pub fn has_time(quantity: &Quantity) -> bool {
    quantity.0.iter().any(|(base, power)| *power > 0 && matches!(base, Base::Time))
}

/// The expressions over rows in a leaf: argument, weight, filter.
pub fn rows_of(aggregate: &Aggregate) -> impl Iterator<Item = &RowExpr> {
    [&aggregate.argument, &aggregate.weight, &aggregate.filter].into_iter().flatten()
}

/// Whether some word of a list names the thing: English words where they stand alone (a plural counts), Chinese anywhere.
pub fn names(title: &str, words: &[&str]) -> bool {
    let lower = title.to_lowercase();
    let tokens: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|t| !t.is_empty()).collect();
    words.iter().any(|word| {
        if word.is_ascii() {
            let wanted: Vec<&str> = word.split(' ').collect();
            tokens.windows(wanted.len()).any(|have| {
                have.iter().zip(&wanted).all(|(h, w)| {
                    h == w
                        || h.strip_suffix('s').is_some_and(|h| h == *w)
                        || h.strip_suffix("es").is_some_and(|h| h == *w)
                })
            })
        } else {
            lower.contains(word)
        }
    })
}

/// The last day that a target speaks of.
pub fn due_day(context: &Context<'_>, due: Due) -> Date {
    match due {
        Due::By(day) | Due::Until(day) => day,
        Due::In(period) => period.window(&context.design.calendar).last(),
    }
}

/// Days of a reporting period, about.
pub const fn period_days(frequency: Frequency) -> i64 {
    match frequency {
        Frequency::Daily => 1,
        Frequency::Weekly => 7,
        Frequency::Monthly => 30,
        Frequency::Quarterly => 91,
        Frequency::HalfYearly => 182,
        Frequency::Yearly => 365,
    }
}

/// The field of which a formula is the mean or the median, where it has a lowest and a highest value, and these.
pub fn mean_of_scale<'a>(context: &Context<'a>, formula: &'a Formula) -> Option<(&'a Field, f64, f64)> {
    let FormulaKind::Aggregate(aggregate) = &context.core(formula).kind else { return None };
    let mean = [AggregateFunction::Avg, AggregateFunction::WeightedAvg, AggregateFunction::Median];
    if !mean.contains(&aggregate.function) {
        return None;
    }
    let RowKind::Field(path) = &aggregate.argument.as_ref()?.kind else { return None };
    let rows = crate::analysis::rows::Rows::new(context.design, aggregate.source);
    let (_, field) = rows.field(path)?;
    let scale = field.unit.as_ref().is_none_or(|u| matches!(u.quantity.single(), Some(Base::Scale(_))));
    let (low, high) = field.domain.as_ref()?;
    let range = crate::analysis::rows::between(low.as_ref(), high.as_ref());
    (scale && range.is_bounded()).then_some((field, range.low, range.high))
}
