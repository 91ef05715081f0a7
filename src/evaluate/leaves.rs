//! What a formula reads: its leaves, through measures and indicators, without any value.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexSet;

use crate::design::{
    Bound, Condition, Design, DimensionId, Formula, FormulaKind, IndicatorId, Over, SourceId, Subject,
};
use crate::plan::{Leaf, Needs};

/// The formula of a subject.
pub fn formula_of(design: &Design, subject: Subject) -> Option<&Formula> {
    match subject {
        Subject::Measure(id) => design.measures.get(id.index()).map(|m| &m.formula),
        Subject::Indicator(id) => design.indicators.get(id.index()).map(|i| &i.formula),
    }
}

/// The subject that a formula is a reference to.
pub fn referred(formula: &Formula) -> Option<Subject> {
    match &formula.kind {
        FormulaKind::Measure(id) => Some(Subject::Measure(*id)),
        FormulaKind::Indicator(id) => Some(Subject::Indicator(*id)),
        _ => None,
    }
}

/// Visits a formula and all that it is made of, each reference once.
fn visit<'d>(design: &'d Design, start: &'d Formula, mut see: impl FnMut(&'d Formula)) {
    let mut seen: HashSet<Subject> = HashSet::new();
    let mut stack = vec![start];
    while let Some(formula) = stack.pop() {
        see(formula);
        if let Some(subject) = referred(formula) {
            if seen.insert(subject) {
                stack.extend(formula_of(design, subject));
            }
        }
        stack.extend(formula.operands().into_iter().rev());
    }
}

/// The leaves that a subject reads, each once, in the order of its formula.
pub fn leaves(design: &Design, subject: Subject) -> Vec<Leaf> {
    formula_of(design, subject).map_or_else(Vec::new, |f| leaves_of(design, f).into_iter().collect())
}

fn leaves_of(design: &Design, formula: &Formula) -> IndexSet<Leaf> {
    let mut found = IndexSet::new();
    visit(design, formula, |f| match &f.kind {
        FormulaKind::Aggregate(aggregate) => {
            found.insert(Leaf::Aggregate(Arc::new(aggregate.as_ref().clone())));
        }
        FormulaKind::Set(atom) => {
            found.insert(Leaf::Set(Arc::new(atom.as_ref().clone())));
        }
        _ => {}
    });
    found
}

/// The sources that a formula reads, in order.
pub fn sources_of(design: &Design, formula: &Formula) -> Vec<SourceId> {
    let mut found: Vec<SourceId> = Vec::new();
    visit(design, formula, |f| {
        found.extend(match &f.kind {
            FormulaKind::Aggregate(aggregate) => Some(aggregate.source),
            FormulaKind::Set(atom) => Some(atom.source),
            _ => None,
        });
    });
    found.sort();
    found.dedup();
    found
}

/// The formulas that judging an indicator evaluates besides its own.
fn judging(design: &Design, id: IndicatorId) -> Vec<&Formula> {
    let Some(indicator) = design.indicators.get(id.index()) else { return Vec::new() };
    let levels = indicator.thresholds.iter().chain(&indicator.stretches).chain(&indicator.worsts).map(|l| &l.value);
    let bounds: Vec<&Bound> = indicator
        .targets
        .iter()
        .map(|t| &t.value)
        .chain(levels)
        .chain(indicator.baseline.iter().map(|b| &b.value))
        .collect();
    let anchors = indicator.score.iter().flat_map(|s| s.anchors.iter().map(|(value, _)| value));
    bounds.into_iter().flat_map(super::judge::ends).chain(anchors).collect()
}

/// What must be read for subjects and, where they are judged, their targets, sliced by these dimensions. `all_days`: the
/// as-of day is that of the data, so the last day of every source with a time is wanted.
pub fn needs(design: &Design, subjects: &[Subject], dimensions: &[DimensionId], all_days: bool) -> Needs {
    let mut leaves: IndexSet<Leaf> = IndexSet::new();
    let mut sliced: IndexSet<DimensionId> = dimensions.iter().copied().collect();
    let formulas = subjects.iter().flat_map(|subject| {
        let own = formula_of(design, *subject).into_iter();
        own.chain(match subject {
            Subject::Indicator(id) => judging(design, *id),
            Subject::Measure(_) => Vec::new(),
        })
    });
    for formula in formulas {
        leaves.extend(leaves_of(design, formula));
        visit(design, formula, |f| match &f.kind {
            FormulaKind::By { over: Over::Dimension(dimension), .. } => {
                sliced.insert(*dimension);
            }
            FormulaKind::Only { conditions, .. } => sliced.extend(conditions.iter().map(|c| match c {
                Condition::Members { dimension, .. } | Condition::InSet { dimension, .. } => *dimension,
            })),
            _ => {}
        });
    }
    let timed = design.sources.iter().enumerate().filter(|(_, s)| s.time.is_some() && !s.plan);
    Needs {
        leaves: leaves.into_iter().collect(),
        dimensions: sliced.into_iter().collect(),
        sources: if all_days { timed.map(|(i, _)| SourceId(i as u32)).collect() } else { Vec::new() },
        everything: false,
    }
}

/// Can a subject be sliced by a dimension? The error is the name of a source that it reads and that lacks it. What stands
/// under `overall` is not sliced.
pub fn slicable(design: &Design, subject: Subject, dimension: DimensionId) -> Result<(), String> {
    let Some(declared) = design.dimensions.get(dimension.index()) else { return Ok(()) };
    let mut seen: HashSet<Subject> = HashSet::new();
    let mut stack: Vec<&Formula> = formula_of(design, subject).into_iter().collect();
    while let Some(formula) = stack.pop() {
        if let FormulaKind::Overall { dimensions, .. } = &formula.kind {
            if dimensions.as_ref().is_none_or(|d| d.contains(&dimension)) {
                continue;
            }
        }
        let source = match &formula.kind {
            FormulaKind::Aggregate(aggregate) => Some(aggregate.source),
            FormulaKind::Set(atom) => Some(atom.source),
            _ => None,
        };
        if let Some(source) = source.filter(|s| declared.field_in(*s).is_none()) {
            return Err(design.sources.get(source.index()).map_or_else(String::new, |s| s.naming.name.clone()));
        }
        if let Some(subject) = referred(formula).filter(|s| seen.insert(*s)) {
            stack.extend(formula_of(design, subject));
        }
        stack.extend(formula.operands());
    }
    Ok(())
}
