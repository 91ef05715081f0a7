//! The steps of `clean`, run as written on raw values, each with its count.

use std::collections::BTreeMap;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::buffer::{BooleanBuffer, NullBuffer};
use datafusion::arrow::compute::{SortOptions, nullif};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::row::{RowConverter, Rows, SortField};
use datafusion::common::HashMap;

use super::rows::Compiler;
use super::table::Raw;
use super::validate::{Violations, explain, invalid, missing};
use super::{Context, failure};
use crate::data::RawTable;
use crate::design::{CleanKind, CleanStep, FieldId, KeepRow};
use crate::diagnostic::Diagnostic;
use crate::results::StepReport;

/// What cleaning leaves.
pub struct Cleaning {
    pub kept: BooleanBuffer,
    pub steps: Vec<StepReport>,
    /// Values that `blank invalid` took: missing, and rightly so.
    pub blanked: BTreeMap<FieldId, BooleanBuffer>,
}

pub fn clean(context: &Context<'_>, table: &mut Raw<'_>, raw: &RawTable) -> Result<Cleaning, Vec<Diagnostic>> {
    let mut cleaning =
        Cleaning { kept: BooleanBuffer::new_set(table.rows), steps: Vec::new(), blanked: BTreeMap::new() };
    for step in &table.source.clean {
        let mut undecided = 0;
        let count = match &step.kind {
            CleanKind::DropWhere(expr) => {
                let compiler =
                    Compiler { design: table.design, columns: &*table, source: table.id, time: table.source.time };
                let drop =
                    context.truth(compiler.compile(expr).expr, table).map_err(|e| vec![failure(step.span, &e)])?;
                remove(&mut cleaning.kept, &drop)
            }
            CleanKind::DropInvalid => {
                let mut drop = BooleanBuffer::new_unset(table.rows);
                for field in table.columns.keys().copied().collect::<Vec<_>>() {
                    let error = |e| vec![failure(step.span, &e)];
                    if let Some(bits) = invalid(context, table, field).map_err(error)? {
                        drop = &drop | &bits;
                    }
                    if let Some(bits) = missing(table, field, &cleaning.blanked) {
                        drop = &drop | &bits;
                    }
                }
                remove(&mut cleaning.kept, &drop)
            }
            CleanKind::BlankInvalid => {
                let mut count = 0;
                for field in table.columns.keys().copied().collect::<Vec<_>>() {
                    let blank = invalid(context, table, field).map_err(|e| vec![failure(step.span, &e)])?;
                    let Some(blank) = blank else { continue };
                    count += (&blank & &cleaning.kept).count_set_bits() as u64;
                    blank_values(table, field, &blank).map_err(|e| vec![failure(step.span, &e)])?;
                    let before = cleaning.blanked.remove(&field);
                    cleaning.blanked.insert(field, before.map_or(blank.clone(), |b| &b | &blank));
                }
                count
            }
            CleanKind::Deduplicate { by, keep } => {
                let doubles = doubles(table, &cleaning.kept, by, *keep).map_err(|e| vec![failure(step.span, &e)])?;
                if !doubles.unequal.is_empty() {
                    return Err(explain(table, raw, doubles.unequal));
                }
                undecided = doubles.undecided;
                remove(&mut cleaning.kept, &doubles.dropped)
            }
        };
        let says = says(context, table, step);
        cleaning.steps.push(StepReport { step: says, reason: step.reason.clone(), count, undecided });
    }
    Ok(cleaning)
}

/// Takes rows away; how many were still there.
fn remove(kept: &mut BooleanBuffer, drop: &BooleanBuffer) -> u64 {
    let left = &*kept & &!drop;
    let count = kept.count_set_bits() - left.count_set_bits();
    *kept = left;
    count as u64
}

fn blank_values(table: &mut Raw<'_>, field: FieldId, blank: &BooleanBuffer) -> Result<(), ArrowError> {
    if let Some(column) = table.columns.get_mut(&field) {
        column.values = nullif(&column.values, &blank.clone().into())?;
        column.bad = column.bad.take().map(|bad| &bad & &!blank);
    }
    Ok(())
}

/// What the step says, in the words of the language.
fn says(context: &Context<'_>, table: &Raw<'_>, step: &CleanStep) -> String {
    let name = |id: &FieldId| table.field(*id).map_or("", |f| f.name.as_str());
    match &step.kind {
        CleanKind::Deduplicate { by, keep } => {
            let by = by.iter().map(name).collect::<Vec<_>>().join(", ");
            match keep {
                None => format!("deduplicate by {by}"),
                Some((KeepRow::Latest, field)) => format!("deduplicate by {by} keep latest {}", name(field)),
                Some((KeepRow::Earliest, field)) => format!("deduplicate by {by} keep earliest {}", name(field)),
            }
        }
        CleanKind::DropWhere(expr) => format!("drop where {}", context.text(expr.span.0)).trim_end().to_string(),
        CleanKind::DropInvalid => "drop invalid".to_string(),
        CleanKind::BlankInvalid => "blank invalid".to_string(),
    }
}

struct Doubles {
    dropped: BooleanBuffer,
    /// Doubles that differ though nothing says which one to keep.
    unequal: Violations,
    /// Rows that were dropped though `keep` has one value for them and for the row that stays, and they differ.
    undecided: u64,
}

/// Rows equal in `by` are one. Of those with equal `keep` values the later in the data stays; a missing one comes last.
fn doubles(
    table: &Raw<'_>,
    kept: &BooleanBuffer,
    by: &[FieldId],
    keep: Option<(KeepRow, FieldId)>,
) -> Result<Doubles, ArrowError> {
    let values = |ids: &[FieldId]| -> Vec<ArrayRef> {
        ids.iter().filter_map(|id| table.columns.get(id)).map(|c| ArrayRef::clone(&c.values)).collect()
    };
    let keys = values(by);
    let known = keys.iter().fold(kept.clone(), |known, key| match key.logical_nulls() {
        Some(nulls) => &known & nulls.inner(),
        None => known,
    });
    let key_rows = comparable(&keys, SortOptions::default())?;
    let worth = match keep {
        Some((which, field)) => {
            let descending = which == KeepRow::Earliest;
            // The greatest row stays, so that nulls are least either way.
            let options = SortOptions { descending, nulls_first: true };
            comparable(&values(&[field]), options)?
        }
        None => None,
    };
    let everything: Vec<FieldId> = table.columns.keys().copied().collect();
    let whole = || comparable(&values(&everything), SortOptions::default());
    let all = if keep.is_none() { whole()? } else { None };
    let mut doubles =
        Doubles { dropped: BooleanBuffer::new_unset(table.rows), unequal: Violations::default(), undecided: 0 };
    // Rows that gave way to one that is worth the same.
    let mut ties: Vec<usize> = Vec::new();
    let Some(key_rows) = key_rows else { return Ok(doubles) };
    let mut dropped = vec![false; table.rows];
    let mut drop = |row: usize| {
        if let Some(dropped) = dropped.get_mut(row) {
            *dropped = true;
        }
    };
    let mut best: HashMap<&[u8], usize> = HashMap::new();
    for row in known.set_indices() {
        let Some(first) = best.get_mut(key_rows.row(row).data()) else {
            best.insert(key_bytes(&key_rows, row), row);
            continue;
        };
        match (&worth, &all) {
            (Some(worth), _) => {
                let order = worth.row(row).cmp(&worth.row(*first));
                if order.is_eq() {
                    ties.push(*first);
                }
                if order.is_ge() {
                    drop(*first);
                    *first = row;
                } else {
                    drop(row);
                }
            }
            (None, Some(all)) if all.row(row) != all.row(*first) => {
                if let Some(key) = by.first() {
                    doubles.unequal.unequal(*key, row, *first);
                }
            }
            (None, _) => drop(row),
        }
    }
    if let (false, Some(worth), Some(all)) = (ties.is_empty(), &worth, whole()?) {
        let gave_way_to = |row: usize| best.get(key_rows.row(row).data()).map(|stays| (row, *stays));
        let undecided = ties.into_iter().filter_map(gave_way_to);
        let undecided = undecided.filter(|(a, b)| worth.row(*a) == worth.row(*b) && all.row(*a) != all.row(*b));
        doubles.undecided = undecided.count() as u64;
    }
    doubles.dropped = BooleanBuffer::from_iter(dropped);
    Ok(doubles)
}

fn key_bytes(rows: &Rows, row: usize) -> &[u8] {
    rows.row(row).data()
}

/// Rows of these columns as bytes that compare as the values do; None for no columns.
fn comparable(columns: &[ArrayRef], options: SortOptions) -> Result<Option<Rows>, ArrowError> {
    if columns.is_empty() {
        return Ok(None);
    }
    let fields = columns.iter().map(|c| SortField::new_with_options(c.data_type().clone(), options)).collect();
    Ok(Some(RowConverter::new(fields)?.convert_columns(columns)?))
}

/// The rows in which a boolean column is true.
pub fn true_rows(values: &ArrayRef) -> BooleanBuffer {
    let values = values.as_boolean();
    match values.nulls() {
        Some(nulls) => values.values() & NullBuffer::inner(nulls),
        None => values.values().clone(),
    }
}
