//! One source in memory: read, typed, cleaned, validated.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, UInt64Array};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{Field as ArrowField, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use rayon::prelude::*;

use super::clean::{Cleaning, clean};
use super::rows::{Columns, Ty, column_name};
use super::validate::{Violations, explain, violations};
use super::{Context, failure, typing};
use crate::data::{Place, RawTable};
use crate::design::{Design, Field, FieldId, Source, SourceId};
use crate::diagnostic::Diagnostic;
use crate::plan::{Reads, SourceFacts};
use crate::results::{FileReport, SourceReport};

/// The column that numbers the rows of a table in the order of its data, from 0.
pub const ORDER: &str = "row_order";

/// Rows in one batch of a cleaned table.
const BATCH: usize = 64 * 1024;

/// A cleaned source in memory: the columns `c0`, `c1`, … of the fields read, and [`ORDER`].
pub struct Table {
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
    pub types: BTreeMap<FieldId, Ty>,
    pub facts: SourceFacts,
}

/// Raw typed columns by field, before cleaning.
pub struct Raw<'a> {
    pub design: &'a Design,
    pub id: SourceId,
    pub source: &'a Source,
    pub rows: usize,
    pub columns: BTreeMap<FieldId, typing::Typed>,
    /// Columns that no part has: whatever their type, they are missing (rows of tests).
    pub absent: BTreeSet<FieldId>,
    pub types: BTreeMap<FieldId, Ty>,
    /// Rows of each part.
    pub parts: Vec<u64>,
}

impl Raw<'_> {
    pub fn field(&self, id: FieldId) -> Option<&Field> {
        self.source.fields.get(id.index())
    }

    /// The columns as a batch, for expressions.
    pub fn batch(&self) -> Result<RecordBatch, ArrowError> {
        let fields = self
            .columns
            .iter()
            .map(|(id, column)| ArrowField::new(column_name(&[], *id), column.values.data_type().clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let arrays: Vec<ArrayRef> = self.columns.values().map(|c| Arc::clone(&c.values)).collect();
        let options = datafusion::arrow::record_batch::RecordBatchOptions::new().with_row_count(Some(self.rows));
        RecordBatch::try_new_with_options(schema, arrays, &options)
    }
}

impl Columns for Raw<'_> {
    fn ty(&self, source: SourceId, field: FieldId) -> Ty {
        let ty = if source == self.id { self.types.get(&field).copied() } else { None };
        ty.unwrap_or(Ty::Text)
    }
}

/// Reads a source whole. The errors are of the data: unreadable files, and after cleaning values that are not as declared.
pub fn load(context: &Context<'_>, id: SourceId, raw: &RawTable, reads: &Reads) -> Result<Table, Vec<Diagnostic>> {
    let Some(source) = context.design.sources.get(id.index()) else { return Err(Vec::new()) };
    let mut table = read(context, id, source, raw, reads)?;
    let cleaning = clean(context, &mut table, raw)?;
    let violations = violations(context, &table, &cleaning, reads)?;
    if !violations.is_empty() {
        return Err(explain(&table, raw, violations));
    }
    if reads.referred {
        let doubled = doubled_keys(&table, &cleaning);
        if !doubled.is_empty() {
            return Err(explain(&table, raw, doubled));
        }
    }
    let facts = facts(raw, &table, &cleaning)?;
    finish(table, cleaning, facts).map_err(|e| vec![failure(source.from.span, &e)])
}

/// Fields of a source by place among its stored ones: the columns that its raw table was opened with.
pub fn stored(source: &Source, reads: &Reads) -> Vec<FieldId> {
    let ids = (0..source.fields.len() as u32).map(FieldId);
    ids.filter(|id| reads.fields.contains(id) && source.fields.get(id.index()).is_some_and(|f| f.computed.is_none()))
        .collect()
}

fn read<'a>(
    context: &Context<'a>,
    id: SourceId,
    source: &'a Source,
    raw: &RawTable,
    reads: &Reads,
) -> Result<Raw<'a>, Vec<Diagnostic>> {
    let fields = stored(source, reads);
    let mut errors = Vec::new();
    let mut batches: Vec<(usize, RecordBatch)> = Vec::new();
    let mut parsed: Vec<(usize, Result<Vec<typing::Piece>, ArrowError>, usize)> = Vec::new();
    let piece = |batch: &RecordBatch| -> Result<Vec<typing::Piece>, ArrowError> {
        let kinds = fields.iter().filter_map(|f| source.fields.get(f.index())).map(|f| f.kind);
        kinds.zip(batch.columns()).map(|(kind, column)| typing::piece(column, kind, &context.zone)).collect()
    };
    // A few batches at a time are typed together: reading a file is sequential, typing is not.
    let mut flush = |batches: &mut Vec<(usize, RecordBatch)>| {
        let done: Vec<_> =
            context.pool.install(|| batches.par_iter().map(|(n, b)| (*n, piece(b), b.num_rows())).collect());
        parsed.extend(done);
        batches.clear();
    };
    let mut number = 0;
    let mut parts = Vec::with_capacity(raw.parts.len());
    for part in &raw.parts {
        let mut part_rows = 0;
        let stream = match part.stream(&raw.schema) {
            Ok(stream) => stream,
            Err(problem) => {
                errors.push(*problem);
                continue;
            }
        };
        for batch in stream {
            match batch {
                Ok(batch) => {
                    part_rows += batch.num_rows() as u64;
                    batches.push((number, batch));
                    number += 1;
                }
                Err(problem) => errors.push(*problem),
            }
            if batches.len() >= 4 * context.threads {
                flush(&mut batches);
            }
        }
        parts.push(part_rows);
    }
    flush(&mut batches);
    if !errors.is_empty() {
        return Err(errors);
    }
    let rows = parsed.iter().map(|(_, _, rows)| rows).sum();
    let mut pieces: Vec<Vec<typing::Piece>> = fields.iter().map(|_| Vec::with_capacity(parsed.len())).collect();
    for (_, batch, _) in parsed {
        let batch = batch.map_err(|e| vec![failure(source.from.span, &e)])?;
        for (column, piece) in pieces.iter_mut().zip(batch) {
            column.push(piece);
        }
    }
    let mut table = Raw {
        design: context.design,
        id,
        source,
        rows,
        columns: BTreeMap::new(),
        absent: BTreeSet::new(),
        types: BTreeMap::new(),
        parts,
    };
    for (i, (field, pieces)) in fields.iter().zip(pieces).enumerate() {
        let Some(declared) = source.fields.get(field.index()) else { continue };
        let column = typing::column(pieces, declared.kind).map_err(|e| vec![failure(source.from.span, &e)])?;
        table.types.insert(*field, typing::ty(&column.values, declared.kind));
        table.columns.insert(*field, column);
        if !raw.parts.is_empty() && raw.parts.iter().all(|p| p.columns.get(i) == Some(&Place::Nowhere)) {
            table.absent.insert(*field);
        }
    }
    Ok(table)
}

fn facts(raw: &RawTable, table: &Raw<'_>, cleaning: &Cleaning) -> Result<SourceFacts, Vec<Diagnostic>> {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    for (part, rows) in raw.parts.iter().zip(&table.parts) {
        match part.hash() {
            Ok(hash) => files.push(FileReport { path: part.display.clone(), hash, rows: *rows }),
            Err(problem) => errors.push(*problem),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let (first, last) = days(table, &cleaning.kept);
    let report = SourceReport {
        name: table.source.naming.name.clone(),
        title: table.source.naming.title().to_string(),
        files,
        rows_read: table.rows as u64,
        rows_kept: cleaning.kept.count_set_bits() as u64,
        steps: cleaning.steps.clone(),
        first,
        last,
    };
    Ok(SourceFacts { report, first, last })
}

/// First and last day of the time field among the rows kept.
fn days(
    table: &Raw<'_>,
    kept: &BooleanBuffer,
) -> (Option<crate::value::calendar::Date>, Option<crate::value::calendar::Date>) {
    use datafusion::arrow::array::AsArray;
    use datafusion::arrow::datatypes::Date32Type;
    let column = table.source.time.and_then(|t| table.columns.get(&t));
    let days = column.and_then(|c| {
        datafusion::arrow::compute::cast(&c.values, &datafusion::arrow::datatypes::DataType::Date32).ok()
    });
    let Some(days) = days else { return (None, None) };
    let days = days.as_primitive::<Date32Type>();
    let known = kept.set_indices().filter(|i| days.is_valid(*i)).map(|i| days.value(i));
    let range = known.fold(None, |range: Option<(i32, i32)>, day| match range {
        None => Some((day, day)),
        Some((low, high)) => Some((low.min(day), high.max(day))),
    });
    match range {
        Some((low, high)) => (typing::date_of(low), typing::date_of(high)),
        None => (None, None),
    }
}

fn doubled_keys(table: &Raw<'_>, cleaning: &Cleaning) -> Violations {
    let mut doubled = Violations::default();
    let key = table.source.key.first().copied();
    let Some((key, column)) = key.and_then(|k| table.columns.get(&k).map(|c| (k, c))) else { return doubled };
    let text = datafusion::arrow::compute::cast(&column.values, &datafusion::arrow::datatypes::DataType::Utf8View);
    let Ok(text) = text else { return doubled };
    let text = datafusion::arrow::array::AsArray::as_string_view(&text);
    let mut seen = datafusion::common::HashMap::new();
    for row in cleaning.kept.set_indices().filter(|i| text.is_valid(*i)) {
        match seen.entry(text.value(row)) {
            datafusion::common::hash_map::Entry::Occupied(first) => doubled.doubled(key, row, *first.get()),
            datafusion::common::hash_map::Entry::Vacant(place) => {
                place.insert(row);
            }
        }
    }
    doubled
}

/// Keeps the rows that cleaning kept, in batches.
fn finish(table: Raw<'_>, cleaning: Cleaning, facts: SourceFacts) -> Result<Table, ArrowError> {
    let batch = table.batch()?;
    let mut fields: Vec<ArrowField> = batch.schema().fields().iter().map(|f| f.as_ref().clone()).collect();
    fields.push(ArrowField::new(ORDER, datafusion::arrow::datatypes::DataType::UInt64, false));
    let schema = Arc::new(Schema::new(fields));
    let kept = BooleanArray::new(cleaning.kept, None);
    let mut batches = Vec::new();
    let mut start = 0;
    while start < table.rows {
        let rows = BATCH.min(table.rows - start);
        let part = batch.slice(start, rows);
        let order: UInt64Array = (start as u64..(start + rows) as u64).collect();
        let mut columns: Vec<ArrayRef> = part.columns().to_vec();
        columns.push(Arc::new(order));
        let part = RecordBatch::try_new(Arc::clone(&schema), columns)?;
        let part = filter_record_batch(&part, &kept.slice(start, rows))?;
        if part.num_rows() > 0 {
            batches.push(part);
        }
        start += rows;
    }
    let mut types = BTreeMap::new();
    for (field, column) in &table.columns {
        if let Some(declared) = table.source.fields.get(field.index()) {
            // Bounds anew: what cleaning dropped no longer counts.
            types.insert(*field, kept_type(column, declared, &kept));
        }
    }
    Ok(Table { schema, batches, types, facts })
}

fn kept_type(column: &typing::Typed, field: &Field, kept: &BooleanArray) -> Ty {
    match datafusion::arrow::compute::filter(&column.values, kept) {
        Ok(values) => typing::ty(&values, field.kind),
        Err(_) => typing::ty(&column.values, field.kind),
    }
}
