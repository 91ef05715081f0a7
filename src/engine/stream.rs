//! A large Parquet source that is not held in memory: every query scans its files. It is cleaned by conditions in the query;
//! the values read are validated by the first scan that reads them, or by the statistics in the files' footers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::{cast as cast_array, max, min};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Field as ArrowField, Float64Type, Int64Type, Schema, SchemaRef, TimeUnit,
};
use datafusion::dataframe::DataFrame;
use datafusion::datasource::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::Result;
use datafusion::functions::expr_fn as f;
use datafusion::functions_aggregate::expr_fn as aggregates;
use datafusion::logical_expr::{Expr, ExprFunctionExt, cast, lit, when};
use datafusion::parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use datafusion::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use datafusion::parquet::file::metadata::ParquetMetaData;
use datafusion::physical_plan::{ExecutionPlan, collect};

use super::rows::{Columns, Compiler, TIMESTAMP, Ty, column, column_name};
use super::table::stored;
use super::validate::outside;
use super::{Context, failure, typing};
use crate::data::{Place, Progress, RawTable, guarded};
use crate::design::{CleanKind, Field, FieldId, FieldKind, Format, Source, SourceId};
use crate::diagnostic::Diagnostic;
use crate::plan::{Reads, SourceFacts};
use crate::results::{FileReport, SourceReport, StepReport};

/// A source of fewer rows is held in memory, where every further query is cheaper.
pub const LARGE: u64 = 2_000_000;

/// A source that is scanned where it lies.
pub struct Stream {
    provider: Arc<dyn TableProvider>,
    /// The columns by field, as conditions and formulas see them.
    columns: BTreeMap<FieldId, Expr>,
    /// What `drop` steps leave.
    keep: Vec<Expr>,
    pub types: BTreeMap<FieldId, Ty>,
    /// The conditions, by field, of values that are not as declared; proven or checked fields are no more among them.
    pub unchecked: Mutex<BTreeMap<FieldId, Expr>>,
    pub raw: RawTable,
    pub reads: Reads,
    scanned: AtomicBool,
}

impl Stream {
    /// The cleaned rows.
    pub fn frame(&self, context: &datafusion::prelude::SessionContext) -> Result<DataFrame> {
        let columns: Vec<Expr> =
            self.columns.iter().map(|(id, expr)| expr.clone().alias(column_name(&[], *id))).collect();
        let mut frame = context.read_table(Arc::clone(&self.provider))?.select(columns)?;
        for condition in &self.keep {
            frame = frame.filter(condition.clone())?;
        }
        Ok(frame)
    }

    /// How a scan of it tells what it has read; the first is expected since the source was opened.
    pub fn watching(&self) -> Watching {
        let bytes = self.raw.parts.iter().map(|part| part.size).sum();
        let rows = self.raw.parts.iter().filter_map(|part| part.footer()).map(|footer| footer.rows).sum();
        if self.scanned.swap(true, Ordering::Relaxed) {
            self.raw.progress.expect(bytes);
        }
        Watching { progress: self.raw.progress.clone(), bytes, rows }
    }

    /// The condition that a row has an unchecked value in one of these fields.
    pub fn unchecked(&self, fields: &BTreeSet<FieldId>) -> Option<Expr> {
        let unchecked = self.unchecked.lock().ok()?;
        unchecked.iter().filter(|(f, _)| fields.contains(f)).map(|(_, e)| e.clone()).reduce(Expr::or)
    }

    pub fn checked(&self, fields: &BTreeSet<FieldId>) {
        if let Ok(mut unchecked) = self.unchecked.lock() {
            unchecked.retain(|f, _| !fields.contains(f));
        }
    }
}

/// A scan that is to be watched.
pub struct Watching {
    progress: Progress,
    bytes: u64,
    rows: u64,
}

/// Collects a query; the rows that its plan has read by then are what is told.
pub async fn watched(frame: DataFrame, watching: Option<Watching>) -> Result<Vec<RecordBatch>> {
    let Some(Watching { progress, bytes, rows }) = watching else { return frame.collect().await };
    let context = Arc::new(frame.task_ctx());
    let plan = frame.create_physical_plan().await?;
    let reading = Arc::clone(&plan);
    let _watch = progress.watch(bytes, move || rows_read(&reading) as f64 / rows.max(1) as f64);
    collect(plan, context).await
}

/// What the leaves of a plan have given so far.
fn rows_read(plan: &Arc<dyn ExecutionPlan>) -> usize {
    let children = plan.children();
    if children.is_empty() {
        return plan.metrics().and_then(|metrics| metrics.output_rows()).unwrap_or(0);
    }
    children.into_iter().map(rows_read).sum()
}

struct Types<'a>(SourceId, &'a BTreeMap<FieldId, Ty>);

impl Columns for Types<'_> {
    fn ty(&self, source: SourceId, field: FieldId) -> Ty {
        let ty = if source == self.0 { self.1.get(&field).copied() } else { None };
        ty.unwrap_or(Ty::Text)
    }
}

/// Whether a source can be scanned where it lies: large Parquet files that all have all columns in types that convert
/// without reading single values, and cleaning that looks at one row at a time.
pub fn fits(context: &Context<'_>, source: &Source, raw: &RawTable, reads: &Reads) -> bool {
    let rows: u64 = raw.parts.iter().filter_map(|p| p.footer()).map(|f| f.rows).sum();
    let fields = stored(source, reads);
    raw.format == Format::Parquet
        && !reads.referred
        && rows >= context.large
        && raw.parts.iter().all(|p| p.footer().is_some() && p.columns.iter().all(|c| matches!(c, Place::Column(_))))
        && source.clean.iter().all(|s| match &s.kind {
            CleanKind::DropWhere(condition) => {
                let mut own = true;
                condition.paths(&mut |path| own &= path.via.is_empty());
                own
            }
            CleanKind::DropInvalid => true,
            CleanKind::Deduplicate { .. } | CleanKind::BlankInvalid => false,
        })
        && fields.iter().zip(raw.schema.fields()).all(|(id, column)| {
            let field = source.fields.get(id.index());
            field.is_some_and(|f| converted(f.kind, column, context, &Statistics::default()).is_some())
                && raw.parts.iter().all(|part| {
                    part.footer().is_some_and(|footer| {
                        footer.schema.field_with_name(column.name()).is_ok_and(|c| c.data_type() == column.data_type())
                    })
                })
        })
}

/// A stored column as its field's type; None where that takes more than a conversion.
fn converted(kind: FieldKind, stored: &ArrowField, context: &Context<'_>, known: &Statistics) -> Option<Expr> {
    let x = column(stored.name());
    Some(match (kind, stored.data_type()) {
        (FieldKind::Id | FieldKind::Text, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) => {
            let text = cast(x, DataType::Utf8View);
            if known.no_blanks {
                text
            } else {
                let trimmed = f::btrim(vec![text.clone(), super::rows::text_literal(WHITE_SPACE)]);
                when(trimmed.not_eq(super::rows::text_literal("")), text).end().ok()?
            }
        }
        (FieldKind::Id | FieldKind::Text, t) if t.is_integer() => cast(x, DataType::Utf8View),
        (FieldKind::Bool, DataType::Boolean) | (FieldKind::Date, DataType::Date32) => x,
        (FieldKind::Date, DataType::Timestamp(_, None)) => cast(x, DataType::Date32),
        (FieldKind::Timestamp, DataType::Timestamp(_, None) | DataType::Date32) => cast(x, TIMESTAMP),
        // An instant in UTC is its own wall time there.
        (FieldKind::Date | FieldKind::Timestamp, DataType::Timestamp(TimeUnit::Microsecond, Some(zone)))
            if context.design.calendar.timezone.is_none() && matches!(zone.as_ref(), "UTC" | "+00:00") =>
        {
            let wall = cast(x, TIMESTAMP);
            if kind == FieldKind::Date { cast(wall, DataType::Date32) } else { wall }
        }
        (FieldKind::Integer, DataType::Int64) => x,
        (FieldKind::Integer, t) if t.is_integer() && *t != DataType::UInt64 => cast(x, DataType::Int64),
        (FieldKind::Decimal, DataType::Decimal128(_, scale)) if *scale >= 0 => x,
        (FieldKind::Decimal, t) if t.is_integer() => cast(x, DataType::Decimal128(20, 0)),
        (FieldKind::Number, DataType::Float64) => x,
        (FieldKind::Number, t) if t.is_numeric() => cast(x, DataType::Float64),
        _ => return None,
    })
}

pub fn open(
    context: &Context<'_>,
    id: SourceId,
    source: &Source,
    raw: &RawTable,
    reads: &Reads,
) -> std::result::Result<(Stream, SourceFacts), Vec<Diagnostic>> {
    let opened = guarded(|| read(context, id, source, raw.clone(), reads));
    let opened = opened.unwrap_or_else(|| Err(vec![failure(source.from.span, &"its files are not what they say")]));
    opened.or_else(|failures| context.told([raw], failures))
}

fn read(
    context: &Context<'_>,
    id: SourceId,
    source: &Source,
    raw: RawTable,
    reads: &Reads,
) -> std::result::Result<(Stream, SourceFacts), Vec<Diagnostic>> {
    let error = |e: &dyn std::fmt::Display| vec![failure(source.from.span, e)];
    let fields = stored(source, reads);
    let footers = footers(&raw).map_err(|e| error(&e))?;
    let mut stream = Stream {
        provider: provider(&raw, fields.len()).map_err(|e| error(&e))?,
        columns: BTreeMap::new(),
        keep: Vec::new(),
        types: BTreeMap::new(),
        unchecked: Mutex::default(),
        reads: reads.clone(),
        raw,
        scanned: AtomicBool::new(false),
    };
    let mut known = BTreeMap::new();
    for (id, stored) in fields.iter().zip(stream.raw.schema.fields()) {
        let Some(field) = source.fields.get(id.index()) else { continue };
        let statistics = statistics(&footers, stored.name());
        let Some(expr) = converted(field.kind, stored, context, &statistics) else { continue };
        stream.types.insert(*id, ty(field.kind, stored.data_type(), &statistics));
        stream.columns.insert(*id, expr);
        known.insert(*id, statistics);
    }
    let types = Types(id, &stream.types);
    let compiler = Compiler { design: context.design, columns: &types, source: id, time: source.time };
    let mut unchecked: BTreeMap<FieldId, Expr> = BTreeMap::new();
    for id in &fields {
        let Some(field) = source.fields.get(id.index()) else { continue };
        unchecked.extend(invalid(field, *id, &compiler, known.get(id)).map(|e| (*id, e)));
    }
    let mut steps: Vec<(StepReport, Expr)> = Vec::new();
    for step in &source.clean {
        let (drop, says) = match &step.kind {
            CleanKind::DropWhere(condition) => {
                (compiler.compile(condition).expr, format!("drop where {}", context.text(condition.span.0)))
            }
            CleanKind::DropInvalid => {
                let drop = unchecked.values().cloned().reduce(Expr::or).unwrap_or_else(|| lit(false));
                unchecked.clear();
                (drop, "drop invalid".to_string())
            }
            CleanKind::Deduplicate { .. } | CleanKind::BlankInvalid => continue,
        };
        steps.push((
            StepReport { step: says.trim_end().to_string(), reason: step.reason.clone(), count: 0, undecided: 0 },
            drop,
        ));
    }
    let facts = facts(context, source, &stream, &mut steps, &known)?;
    stream.keep = steps.into_iter().map(|(_, drop)| drop.is_not_true()).collect();
    stream.unchecked = Mutex::new(unchecked);
    Ok((stream, facts))
}

/// The condition of a value that is not as declared; None where the statistics say that there is none.
fn invalid(field: &Field, id: FieldId, compiler: &Compiler<'_>, known: Option<&Statistics>) -> Option<Expr> {
    let x = column(&column_name(&[], id));
    let mut conditions = Vec::new();
    if !field.optional && !known.is_some_and(|k| k.nulls == Some(0) && (k.no_blanks || !is_text(field.kind))) {
        conditions.push(x.clone().is_null());
    }
    if field.kind == FieldKind::Number {
        conditions.push(f::abs(x).gt(lit(f64::MAX)));
    }
    let within = known.and_then(|k| k.range).is_some_and(|range| inside(field, range));
    if !within || !field.members.is_empty() {
        conditions.extend(outside(field, id, compiler));
    }
    conditions.into_iter().reduce(Expr::or)
}

fn is_text(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Id | FieldKind::Text)
}

/// Whether all values surely lie in the domain; the ends are rounded, so values at an end are looked at one by one.
fn inside(field: &Field, (low, high): (f64, f64)) -> bool {
    let Some((least, most)) = &field.domain else { return true };
    let bound = |n: &Option<bigdecimal::BigDecimal>| n.as_ref().map(super::rows::nearest);
    let whole = field.kind == FieldKind::Integer && low.abs().max(high.abs()) < 1e15;
    let above = |least: f64| low > least || (whole && low >= least);
    let below = |most: f64| high < most || (whole && high <= most);
    bound(least).is_none_or(above) && bound(most).is_none_or(below)
}

// ---- files and their footers -------------------------------------------------------------------------------------

fn footers(raw: &RawTable) -> Result<Vec<(Arc<ParquetMetaData>, SchemaRef)>> {
    let mut footers = Vec::new();
    for part in &raw.parts {
        let file = std::fs::File::open(&part.path)?;
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())?;
        footers.push((Arc::clone(metadata.metadata()), Arc::clone(metadata.schema())));
    }
    Ok(footers)
}

/// The files as one table. Their paths are given as URLs, so that no character in them means anything.
fn provider(raw: &RawTable, fields: usize) -> Result<Arc<dyn TableProvider>> {
    let mut urls = Vec::new();
    for part in &raw.parts {
        urls.push(ListingTableUrl::parse(file_url(&part.path))?);
    }
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension("");
    let columns = raw.schema.fields().iter().take(fields).map(|f| match f.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => f.as_ref().clone().with_data_type(DataType::Utf8View),
        _ => f.as_ref().clone(),
    });
    let schema = Arc::new(Schema::new(columns.map(|f| f.with_nullable(true)).collect::<Vec<_>>()));
    let config = ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config)?))
}

fn file_url(path: &std::path::Path) -> String {
    let mut url = String::from("file://");
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => url.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => url.push(char::from(byte)),
            byte => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

/// Text of nothing but these is missing.
const WHITE_SPACE: &str = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\
    \u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// What the footers say of a column over all files.
#[derive(Clone, Debug, Default)]
struct Statistics {
    nulls: Option<u64>,
    /// Text: none is blank.
    no_blanks: bool,
    /// Numbers and days.
    range: Option<(f64, f64)>,
}

fn statistics(footers: &[(Arc<ParquetMetaData>, SchemaRef)], name: &str) -> Statistics {
    let mut all: Option<Statistics> = None;
    for (metadata, schema) in footers {
        let one = one_file(metadata, schema, name).unwrap_or_default();
        all = Some(match all {
            None => one,
            Some(all) => Statistics {
                nulls: all.nulls.zip(one.nulls).map(|(a, b)| a + b),
                no_blanks: all.no_blanks && one.no_blanks,
                range: all.range.zip(one.range).map(|((a, b), (c, d))| (a.min(c), b.max(d))),
            },
        });
    }
    all.unwrap_or_default()
}

fn one_file(metadata: &ParquetMetaData, schema: &Schema, name: &str) -> Option<Statistics> {
    let groups = metadata.row_groups();
    let converter = StatisticsConverter::try_new(name, schema, metadata.file_metadata().schema_descr()).ok()?;
    let nulls = converter.row_group_null_counts(groups).ok()?;
    let nulls = (nulls.null_count() == 0).then(|| nulls.values().iter().sum());
    let mins = converter.row_group_mins(groups).ok()?;
    let maxes = converter.row_group_maxes(groups).ok()?;
    // Bounds may be cut off, but hold. White space lies below `!`, or between U+0085 and U+3000.
    let bounds = |array: &ArrayRef| cast_array(array, &DataType::Utf8View).ok().filter(|a| a.null_count() == 0);
    let no_blanks = match (bounds(&mins), bounds(&maxes)) {
        (Some(mins), Some(maxes)) => {
            let all = |bounds: &ArrayRef, holds: fn(&str) -> bool| bounds.as_string_view().iter().flatten().all(holds);
            all(&mins, |t| t > "\u{3000}") || (all(&mins, |t| t >= "!") && all(&maxes, |t| t < "\u{85}"))
        }
        _ => false,
    };
    let range = (mins.null_count() == 0 && maxes.null_count() == 0).then(|| numbers(&mins, &maxes)).flatten();
    Some(Statistics { nulls, no_blanks, range })
}

fn numbers(mins: &ArrayRef, maxes: &ArrayRef) -> Option<(f64, f64)> {
    let floats = |array: &ArrayRef| -> Option<ArrayRef> {
        let array = match array.data_type() {
            DataType::Date32 => cast_array(array, &DataType::Int32).ok()?,
            DataType::Timestamp(..) => {
                let days = cast_array(array, &TIMESTAMP).ok()?;
                cast_array(&cast_array(&days, &DataType::Date32).ok()?, &DataType::Int32).ok()?
            }
            t if t.is_numeric() => Arc::clone(array),
            _ => return None,
        };
        cast_array(&array, &DataType::Float64).ok()
    };
    let (mins, maxes) = (floats(mins)?, floats(maxes)?);
    min(mins.as_primitive::<Float64Type>()).zip(max(maxes.as_primitive::<Float64Type>()))
}

fn ty(kind: FieldKind, stored: &DataType, known: &Statistics) -> Ty {
    // The conversion to floats may round down a little.
    let max = known.range.map_or(f64::INFINITY, |(low, high)| low.abs().max(high.abs()) * 1.000_000_1);
    match (kind, stored) {
        (FieldKind::Decimal, DataType::Decimal128(precision, scale)) => {
            let max = max.min(10f64.powi(i32::from(*precision) - i32::from(*scale)));
            Ty::Decimal { precision: *precision, scale: *scale, max }
        }
        (FieldKind::Decimal, _) => Ty::Decimal { precision: 20, scale: 0, max: max.min(1e19) },
        (FieldKind::Integer, _) => Ty::Integer { max: max.min(9.3e18) },
        (FieldKind::Number, _) => Ty::Float { max },
        (FieldKind::Bool, _) => Ty::Bool,
        (FieldKind::Date, _) => Ty::Date,
        (FieldKind::Timestamp, _) => Ty::Timestamp,
        (FieldKind::Id | FieldKind::Text, _) => Ty::Text,
    }
}

// ---- facts -------------------------------------------------------------------------------------------------------

/// From the footers where nothing is dropped, else by one query over the columns that cleaning looks at.
fn facts(
    context: &Context<'_>,
    source: &Source,
    stream: &Stream,
    steps: &mut [(StepReport, Expr)],
    known: &BTreeMap<FieldId, Statistics>,
) -> std::result::Result<SourceFacts, Vec<Diagnostic>> {
    let error = |e: &dyn std::fmt::Display| vec![failure(source.from.span, e)];
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for part in &stream.raw.parts {
        let rows = part.footer().map_or(0, |f| f.rows);
        match part.hash() {
            Ok(hash) => files.push(FileReport { path: part.display.clone(), hash, rows }),
            Err(problem) => problems.push(*problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let read: u64 = files.iter().map(|f| f.rows).sum();
    let range = source.time.and_then(|t| known.get(&t)).and_then(|k| k.range);
    let mut kept = read;
    let (first, last) = match (range, steps.is_empty(), source.time) {
        (Some((low, high)), true, _) => (Some(low as i32), Some(high as i32)),
        (_, true, None) => (None, None),
        (_, _, time) => {
            let (counts, range) = count(context, stream, steps, time).map_err(|e| error(&e))?;
            for ((report, _), count) in steps.iter_mut().zip(counts) {
                report.count = count;
                kept = kept.saturating_sub(count);
            }
            range
        }
    };
    let (first, last) = (first.and_then(typing::date_of), last.and_then(typing::date_of));
    let report = SourceReport {
        name: source.naming.name.clone(),
        title: source.naming.title().to_string(),
        files,
        rows_read: read,
        rows_kept: kept,
        steps: steps.iter().map(|(report, _)| report.clone()).collect(),
        first,
        last,
    };
    Ok(SourceFacts { report, first, last })
}

type Range = (Option<i32>, Option<i32>);

/// How many rows each step drops, and the first and last day of what stays.
fn count(
    context: &Context<'_>,
    stream: &Stream,
    steps: &[(StepReport, Expr)],
    time: Option<FieldId>,
) -> Result<(Vec<u64>, Range)> {
    let mut kept = lit(true);
    let mut measures = Vec::new();
    for (i, (_, drop)) in steps.iter().enumerate() {
        let dropped = kept.clone().and(drop.clone().is_true());
        measures.push(aggregates::count(lit(1_i64)).filter(dropped).build()?.alias(format!("step{i}")));
        kept = kept.and(drop.clone().is_not_true());
    }
    if let Some(time) = time {
        let day = cast(column(&column_name(&[], time)), DataType::Date32);
        measures.push(aggregates::min(day.clone()).filter(kept.clone()).build()?.alias("first"));
        measures.push(aggregates::max(day).filter(kept).build()?.alias("last"));
    }
    let frame = stream.frame(&context.session)?.aggregate(Vec::new(), measures)?;
    let batches = context.run(frame.collect())?;
    let Some(batch) = batches.first() else { return Ok((Vec::new(), (None, None))) };
    let counts = batch.columns().iter().take(steps.len());
    let counts = counts.map(|c| c.as_primitive::<Int64Type>().value(0).unsigned_abs()).collect();
    let day = |name: &str| {
        let days = batch.column_by_name(name)?.as_primitive_opt::<Date32Type>()?;
        days.is_valid(0).then(|| days.value(0))
    };
    Ok((counts, (day("first"), day("last"))))
}
