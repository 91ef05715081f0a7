//! Filters over columns of few values (a closed list, true and false, a scale from 1 to 5) need not be asked of every row:
//! the scan groups by such columns, and the filters are asked of the groups. Hundreds of filtered aggregates become a few
//! plain ones over a finer grid.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::AsArray;
use datafusion::error::Result;

use super::rows::{Compiler, Ty, text};
use super::session::Embedded;
use super::view::Paths;
use crate::design::{FieldId, FieldKind, FieldPath, RowExpr, RowKind, RowType, SourceId};
use crate::plan::{Column, Primitive};

/// A stored field and the references that lead to it.
pub type Leaf = (Vec<FieldId>, FieldId);

/// A column of more values is not grouped by, nor are columns that make more combinations together.
const FEW: usize = 64;
const COMBINATIONS: usize = 2_048;

/// Columns that are considered.
const MOST: usize = 8;

/// Rows that are looked at to see how many values a column has, and from how many rows on that is worth a query.
const SAMPLE: usize = 50_000;
const SAMPLED: u64 = 100_000;

/// How the columns of a scan are computed.
#[derive(Default)]
pub struct Lifting {
    /// The columns to group by.
    pub leaves: Vec<Leaf>,
    /// The distinct aggregates, with what is left of their filters.
    pub measures: Vec<Column>,
    /// The distinct conditions that are asked of groups.
    pub gates: Vec<RowExpr>,
    /// For every column of the scan its measure and its gate.
    pub asked: Vec<(usize, Option<usize>)>,
}

impl Lifting {
    fn of(compiler: &Compiler<'_>, columns: &[Column], leaves: Vec<Leaf>) -> Lifting {
        let mut lifting = Lifting { leaves, ..Lifting::default() };
        for column in columns {
            let (gate, filter) = match &column.filter {
                None => (None, None),
                Some(filter) => split(compiler, filter, &lifting.leaves),
            };
            let measure = place(&mut lifting.measures, Column { primitive: column.primitive.clone(), filter });
            let gate = gate.map(|gate| place(&mut lifting.gates, gate));
            lifting.asked.push((measure, gate));
        }
        lifting
    }
}

fn place<T: PartialEq>(items: &mut Vec<T>, item: T) -> usize {
    items.iter().position(|i| *i == item).unwrap_or_else(|| {
        items.push(item);
        items.len() - 1
    })
}

/// The part of a condition that only reads these columns, and the rest. A row passes where both are true.
fn split(compiler: &Compiler<'_>, filter: &RowExpr, leaves: &[Leaf]) -> (Option<RowExpr>, Option<RowExpr>) {
    let mut parts = Vec::new();
    conjuncts(filter, &mut parts);
    let lifted = |part: &&RowExpr| reads(compiler, part).is_some_and(|read| read.iter().all(|r| leaves.contains(r)));
    let (gate, rest): (Vec<&RowExpr>, Vec<&RowExpr>) = parts.into_iter().partition(lifted);
    let together = |parts: Vec<&RowExpr>| {
        parts.into_iter().cloned().reduce(|a, b| {
            let span = a.span;
            RowExpr { kind: RowKind::And(Box::new(a), Box::new(b)), ty: RowType::Bool, span }
        })
    };
    (together(gate), together(rest))
}

fn conjuncts<'a>(filter: &'a RowExpr, parts: &mut Vec<&'a RowExpr>) {
    match &filter.kind {
        RowKind::And(a, b) => {
            conjuncts(a, parts);
            conjuncts(b, parts);
        }
        _ => parts.push(filter),
    }
}

/// The stored columns whose values decide an expression; None where the row's day does too.
fn reads(compiler: &Compiler<'_>, expr: &RowExpr) -> Option<BTreeSet<Leaf>> {
    let mut leaves = BTreeSet::new();
    let mut paths = Paths::default();
    paths.expr(compiler, expr);
    (!paths.by_day(compiler, expr)).then(|| {
        leaves.extend(paths.leaves(compiler, expr));
        leaves
    })
}

impl Embedded<'_> {
    /// Chooses the columns to group by: each saves at least `worth` aggregates, which is what grouping by it costs.
    pub(super) fn lift(&self, compiler: &Compiler<'_>, columns: &[Column], worth: usize) -> Lifting {
        let plain = Lifting::of(compiler, columns, Vec::new());
        let mut used: BTreeMap<Leaf, usize> = BTreeMap::new();
        for filter in plain.measures.iter().filter_map(|c| c.filter.as_ref()) {
            let mut parts = Vec::new();
            conjuncts(filter, &mut parts);
            for leaf in parts.iter().filter_map(|part| reads(compiler, part)).flatten() {
                *used.entry(leaf).or_default() += 1;
            }
        }
        let mut used: Vec<(Leaf, usize)> = used.into_iter().filter(|(_, uses)| *uses > worth).collect();
        used.sort_by_key(|(_, uses)| std::cmp::Reverse(*uses));
        used.truncate(MOST);
        let few =
            used.into_iter().filter_map(|(leaf, _)| self.few_values(compiler, &leaf).map(|values| (leaf, values)));
        let mut candidates: Vec<(Leaf, usize)> = few.collect();
        let (mut best, mut combinations) = (plain, 1);
        // One column often saves nothing before another is chosen.
        loop {
            let finer = candidates.iter().enumerate().filter(|(_, (_, values))| combinations * values <= COMBINATIONS);
            let finer = finer.map(|(i, (leaf, _))| {
                let leaves = best.leaves.iter().cloned().chain([leaf.clone()]).collect();
                (i, Lifting::of(compiler, columns, leaves))
            });
            let Some((i, finer)) = finer.min_by_key(|(_, finer)| finer.measures.len()) else { break };
            if best.measures.len() < finer.measures.len() + worth {
                break;
            }
            combinations *= candidates.remove(i).1;
            best = finer;
        }
        best
    }

    /// How many values a column has, missing included, where they are few.
    fn few_values(&self, compiler: &Compiler<'_>, leaf: &Leaf) -> Option<usize> {
        let (via, id) = leaf;
        let owner = self.target(compiler.source, via)?;
        let field = self.design.sources.get(owner.index()).and_then(|s| s.fields.get(id.index()))?;
        let declared = match field.kind {
            FieldKind::Bool => Some(2),
            FieldKind::Text | FieldKind::Id if !field.members.is_empty() => Some(field.members.len()),
            FieldKind::Integer => field.domain.as_ref().and_then(|domain| {
                use bigdecimal::ToPrimitive;
                let (low, high) = (domain.0.as_ref()?.to_i64()?, domain.1.as_ref()?.to_i64()?);
                usize::try_from(high.checked_sub(low)?).ok()?.checked_add(1)
            }),
            _ => None,
        };
        let values = match declared {
            Some(values) => Some(values),
            None if field.kind == FieldKind::Integer => bounded_values(compiler, leaf),
            None if field.kind == FieldKind::Text => self.sampled_values(compiler, leaf),
            None => None,
        };
        values.map(|n| n + 1).filter(|n| *n <= FEW)
    }

    /// Looks at some rows. A wrong guess costs time only.
    fn sampled_values(&self, compiler: &Compiler<'_>, leaf: &Leaf) -> Option<usize> {
        let key = (compiler.source, leaf.clone());
        if let Some(known) = self.values.lock().ok().and_then(|v| v.get(&key).copied()) {
            return known;
        }
        let large = self.tables.get(&compiler.source).is_some_and(|t| t.rows >= SAMPLED);
        let count = if large { self.distinct_in_sample(compiler, leaf).ok().filter(|n| *n <= FEW) } else { None };
        if let Ok(mut values) = self.values.lock() {
            values.insert(key, count);
        }
        count
    }

    fn distinct_in_sample(&self, compiler: &Compiler<'_>, (via, field): &Leaf) -> Result<usize> {
        let path = FieldPath { via: via.clone(), field: *field };
        let mut paths = Paths::default();
        paths.path(compiler, &path);
        let value = text(compiler.path(&path)).alias("value");
        let frame = self.view(compiler.source, &paths)?.limit(0, Some(SAMPLE))?.select(vec![value])?;
        let batches = self.run(frame.collect())?;
        let columns: Vec<_> = batches.iter().map(|b| b.column(0).as_string_view()).collect();
        let values: BTreeSet<&str> = columns.iter().flat_map(|c| c.iter().flatten()).collect();
        Ok(values.len())
    }
}

/// How many values an integer column can have at most, as far as its largest magnitude tells.
fn bounded_values(compiler: &Compiler<'_>, (via, field): &Leaf) -> Option<usize> {
    match compiler.path(&FieldPath { via: via.clone(), field: *field }).ty {
        Ty::Integer { max } if max < FEW as f64 => Some(2 * max as usize + 1),
        _ => None,
    }
}

/// For the key of the engine's memory of how many values columns have.
pub type ValueCounts = std::collections::HashMap<(SourceId, Leaf), Option<usize>>;

/// Whether a primitive counts.
pub fn counts(primitive: &Primitive) -> bool {
    matches!(primitive, Primitive::Rows | Primitive::Known(_))
}
