//! What formulas read, through measures and indicators, without evaluating them. Chains of references may be as long as
//! the design, so they are followed with a list and not by recursion.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexSet;

use crate::design::{
    Bound, Condition, Design, DimensionId, Formula, FormulaKind, IndicatorId, Over, SourceId, Subject,
};
use crate::plan::{Leaf, Needs};

/// The formula of a measure or an indicator.
pub(super) fn formula_of(design: &Design, subject: Subject) -> Option<&Formula> {
    match subject {
        Subject::Measure(id) => design.measures.get(id.index()).map(|m| &m.formula),
        Subject::Indicator(id) => design.indicators.get(id.index()).map(|i| &i.formula),
    }
}

/// The measure or indicator that a formula is the name of.
pub(super) fn named(formula: &Formula) -> Option<Subject> {
    match formula.kind {
        FormulaKind::Measure(id) => Some(Subject::Measure(id)),
        FormulaKind::Indicator(id) => Some(Subject::Indicator(id)),
        _ => None,
    }
}

/// Calls `visit` with every formula that is read, each subject's once; it says whether what stands below is read too.
pub(super) fn walk<'f>(design: &'f Design, root: &'f Formula, visit: &mut dyn FnMut(&'f Formula) -> bool) {
    let mut seen = HashSet::new();
    let mut waiting = vec![root];
    while let Some(formula) = waiting.pop() {
        if !visit(formula) {
            continue;
        }
        if let Some(subject) = named(formula) {
            if seen.insert(subject) {
                waiting.extend(formula_of(design, subject));
            }
            continue;
        }
        let mut below = formula.operands();
        below.reverse();
        waiting.extend(below);
    }
}

/// A leaf and the source that it reads.
pub(super) fn leaf(formula: &Formula) -> Option<Leaf> {
    match &formula.kind {
        FormulaKind::Aggregate(aggregate) => Some(Leaf::Aggregate(Arc::new((**aggregate).clone()))),
        FormulaKind::Set(atom) => Some(Leaf::Set(Arc::new((**atom).clone()))),
        _ => None,
    }
}

pub(super) fn source_of(formula: &Formula) -> Option<SourceId> {
    match &formula.kind {
        FormulaKind::Aggregate(aggregate) => Some(aggregate.source),
        FormulaKind::Set(atom) => Some(atom.source),
        _ => None,
    }
}

/// All leaves that a formula reads, each once, in the order in which they are met.
fn formula_leaves(design: &Design, formula: &Formula) -> Vec<Leaf> {
    let mut seen = HashSet::new();
    let mut leaves = Vec::new();
    walk(design, formula, &mut |f| {
        if let Some(leaf) = leaf(f)
            && seen.insert(leaf.clone())
        {
            leaves.push(leaf);
        }
        true
    });
    leaves
}

/// All leaves that a subject's formula reads, each once, in the order in which they are met.
pub fn leaves(design: &Design, subject: Subject) -> Vec<Leaf> {
    formula_of(design, subject).map(|f| formula_leaves(design, f)).unwrap_or_default()
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
        leaves.extend(formula_leaves(design, formula));
        walk(design, formula, &mut |f| {
            match &f.kind {
                FormulaKind::By { over: Over::Dimension(dimension), .. } => {
                    sliced.insert(*dimension);
                }
                FormulaKind::Only { conditions, .. } => sliced.extend(conditions.iter().map(|c| match c {
                    Condition::Members { dimension, .. } | Condition::InSet { dimension, .. } => *dimension,
                })),
                _ => {}
            }
            true
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

/// Whether a subject has values by a dimension. The error is the name of a source that it reads and that lacks it.
pub fn slicable(design: &Design, subject: Subject, dimension: DimensionId) -> Result<(), String> {
    formula_of(design, subject).map_or(Ok(()), |formula| formula_slicable(design, formula, dimension))
}

/// As [`slicable`]. What stands in `overall` is not sliced by the dimensions that it widens.
pub(super) fn formula_slicable(design: &Design, formula: &Formula, dimension: DimensionId) -> Result<(), String> {
    let has = |source: SourceId| design.dimensions.get(dimension.index()).is_some_and(|d| d.field_in(source).is_some());
    let mut lacking = None;
    walk(design, formula, &mut |f| {
        if let Some(source) = source_of(f)
            && !has(source)
        {
            lacking = lacking.or(Some(source));
        }
        let widened = match &f.kind {
            FormulaKind::Overall { dimensions: None, .. } => true,
            FormulaKind::Overall { dimensions: Some(some), .. } => some.contains(&dimension),
            _ => false,
        };
        !widened && lacking.is_none()
    });
    match lacking.and_then(|source| design.sources.get(source.index())) {
        Some(source) => Err(source.naming.name.clone()),
        None => Ok(()),
    }
}
