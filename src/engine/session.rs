//! A session: the sources that an evaluation needs, loaded, and the engine that answers over them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex};

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr, ExprFunctionExt, lit};
use datafusion::prelude::{SessionConfig, SessionContext};
use jiff::tz::TimeZone;

use super::lift::ValueCounts;
use super::rows::{Columns, Ty};
use super::sets::Keys;
use super::stream::{self, LARGE, Stream};
use super::table::{self, Table, stored};
use super::{Context, codes, failure};
use crate::data::{RawTable, Wanted};
use crate::design::{Design, FieldId, RowExpr, Source, SourceId};
use crate::diagnostic::{Diagnostic, say};
use crate::plan::{
    Answer, Answers, Engine, Grid, KeySet, Leaf, Needs, Ordered, Request, RowSample, Scan, Slice, SourceFacts, answer,
};
use crate::source::{Sources, Span};
use crate::value::{Number, Window};

#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many threads may work; answers do not depend on it.
    pub threads: usize,
    /// Parquet sources of at least so many rows are scanned where they lie, others are held in memory. Answers do not depend
    /// on it either.
    pub large: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { threads: std::thread::available_parallelism().map_or(1, usize::from), large: LARGE }
    }
}

/// Binds a source to its raw table, with the columns that are wanted of it.
pub type Open<'a> = dyn Fn(SourceId, &Source, &[Wanted]) -> Result<RawTable, Vec<Diagnostic>> + Sync + 'a;

/// Stack of the threads that plan queries: DataFusion walks expressions by recursion.
const STACK: usize = 64 << 20;

/// The embedded engine over the sources that were loaded.
pub struct Embedded<'a> {
    pub(super) design: &'a Design,
    pub(super) context: SessionContext,
    pub(super) tables: BTreeMap<SourceId, Loaded>,
    pub(super) keys: Keys,
    /// Bounds of arguments that follow from no column's.
    pub(super) bounds: Mutex<HashMap<(SourceId, RowExpr), f64>>,
    /// How many values columns have, as far as that was asked.
    pub(super) values: Mutex<ValueCounts>,
    loading: Context<'a>,
}

/// A loaded source.
pub(super) struct Loaded {
    pub store: Store,
    pub types: BTreeMap<FieldId, Ty>,
    pub facts: SourceFacts,
    pub rows: u64,
}

/// Where the cleaned rows are.
pub(super) enum Store {
    Memory(Arc<MemTable>),
    Stream(Box<Stream>),
}

impl Columns for Embedded<'_> {
    fn ty(&self, source: SourceId, field: FieldId) -> Ty {
        self.tables.get(&source).and_then(|t| t.types.get(&field)).copied().unwrap_or(Ty::Text)
    }
}

impl<'a> Embedded<'a> {
    /// Reads, cleans and validates what `needs` names; `open` binds a source to its raw table with the columns wanted of
    /// it. All faults of all sources are reported together. `texts` lets the report quote the design.
    pub fn load(
        design: &'a Design,
        texts: Option<&'a Sources>,
        options: Options,
        needs: &Needs,
        open: &Open<'_>,
    ) -> Result<Embedded<'a>, Vec<Diagnostic>> {
        let threads = options.threads.max(1);
        let broken = |e: &dyn std::fmt::Display| vec![failure(Span::default(), e)];
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_stack_size(STACK)
            // A panic there reaches `run`.
            .on_thread_start(crate::data::guard_thread)
            .build()
            .map_err(|e| broken(&e))?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| broken(&e))?;
        let mut config = SessionConfig::new().with_target_partitions(threads).with_information_schema(false);
        // `x IS TRUE` is never null in a logical plan and may be in a physical one, which the check takes for a fault.
        config.options_mut().execution.skip_physical_aggregate_schema_check = true;
        let session = SessionContext::new_with_config(config);
        let zone = match &design.calendar.timezone {
            None => TimeZone::UTC,
            Some(name) => TimeZone::get(name).map_err(|e| broken(&e))?,
        };
        let runtime = Arc::new(runtime);
        let large = options.large;
        let context = Context {
            design,
            texts,
            zone,
            threads,
            large,
            pool,
            session: session.clone(),
            runtime,
            panic: Mutex::default(),
        };
        let loaded = on_deep_stack(|| load_tables(&context, needs, open))?;
        Ok(Embedded {
            design,
            context: session,
            tables: loaded,
            keys: Keys::new(threads),
            bounds: Mutex::default(),
            values: Mutex::default(),
            loading: context,
        })
    }

    /// Runs a future to its end on the engine's threads.
    pub(super) fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = datafusion::error::Result<T>> + Send + 'static,
    ) -> datafusion::error::Result<T> {
        self.loading.run(future)
    }

    /// What is wrong with a file that is scanned where it lies, where a query has failed; else the failure itself.
    fn told<T>(&self, result: Result<T, Vec<Diagnostic>>) -> Result<T, Vec<Diagnostic>> {
        let Err(failures) = result else { return result };
        let streams = self.tables.values().filter_map(|table| match &table.store {
            Store::Stream(stream) => Some(&stream.raw),
            Store::Memory(_) => None,
        });
        self.loading.told(streams, failures)
    }

    /// The condition that a row has a value not as declared in a field that no query has checked yet; None where all of
    /// these are.
    pub(super) fn unchecked(&self, source: SourceId, fields: &BTreeSet<FieldId>) -> Option<Expr> {
        match self.tables.get(&source).map(|t| &t.store) {
            Some(Store::Stream(stream)) => stream.unchecked(fields),
            _ => None,
        }
    }

    /// Takes the count of such rows: none, and the fields count as checked; else the rows are looked up and told.
    pub(super) fn checked(
        &self,
        source: SourceId,
        fields: &BTreeSet<FieldId>,
        bad: u64,
    ) -> Result<(), Vec<Diagnostic>> {
        let Some(Store::Stream(stream)) = self.tables.get(&source).map(|t| &t.store) else { return Ok(()) };
        if bad == 0 {
            stream.checked(fields);
            return Ok(());
        }
        match table::load(&self.loading, source, &stream.raw, &stream.reads) {
            Err(told) => Err(told),
            // The two ways of reading must agree.
            Ok(_) => Err(vec![failure(self.span(source), &format!("{bad} rows are not as declared"))]),
        }
    }

    /// Checks fields by a query of its own, for queries that cannot count faulty rows beside what they compute.
    pub(super) fn check(&self, source: SourceId, fields: &BTreeSet<FieldId>) -> Result<(), Vec<Diagnostic>> {
        let Some(condition) = self.unchecked(source, fields) else { return Ok(()) };
        let failed = |e: DataFusionError| vec![failure(self.span(source), &e)];
        let count = || -> datafusion::error::Result<u64> {
            let bad = count(lit(1_i64)).filter(condition).build()?.alias("bad");
            let batches = self.run(self.table(source)?.aggregate(Vec::new(), vec![bad])?.collect())?;
            Ok(batches.first().map_or(0, |b| b.column(0).as_primitive::<Int64Type>().value(0).unsigned_abs()))
        };
        self.checked(source, fields, count().map_err(failed)?)
    }

    /// The source's `from`, which failures of its queries point at.
    pub(super) fn span(&self, source: SourceId) -> Span {
        self.design.sources.get(source.index()).map_or(Span::default(), |s| s.from.span)
    }
}

fn load_tables(
    context: &Context<'_>,
    needs: &Needs,
    open: &Open<'_>,
) -> Result<BTreeMap<SourceId, Loaded>, Vec<Diagnostic>> {
    let mut tables = BTreeMap::new();
    let mut errors = Vec::new();
    let mut opened = Vec::new();
    // All are opened first: so it is known how much there is to read.
    for (id, reads) in needs.reads(context.design) {
        let Some(source) = context.design.sources.get(id.index()) else { continue };
        let read = stored(source, &reads);
        let all = (0..source.fields.len() as u32).map(FieldId);
        let all = all.filter(|f| source.fields.get(f.index()).is_some_and(|f| f.computed.is_none()));
        let wanted: Vec<Wanted> =
            all.zip(Wanted::of(source)).filter(|(f, _)| read.contains(f)).map(|(_, w)| w).collect();
        match open(id, source, &wanted) {
            Ok(raw) => opened.push((id, source, reads, raw)),
            Err(more) => errors.extend(more),
        }
    }
    for (id, source, reads, raw) in opened {
        let table = (|| {
            if stream::fits(context, source, &raw, &reads) {
                let (stream, facts) = stream::open(context, id, source, &raw, &reads)?;
                let (types, rows) = (stream.types.clone(), facts.report.rows_kept);
                return Ok(Loaded { store: Store::Stream(Box::new(stream)), types, facts, rows });
            }
            hold(context, source, table::load(context, id, &raw, &reads)?)
        })();
        match table {
            Ok(table) => {
                tables.insert(id, table);
            }
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() { Ok(tables) } else { Err(errors) }
}

/// Batches go round the partitions, so that all threads have some.
fn hold(context: &Context<'_>, source: &Source, table: Table) -> Result<Loaded, Vec<Diagnostic>> {
    let count = context.threads.min(table.batches.len()).max(1);
    let mut partitions = vec![Vec::new(); count];
    for (i, batch) in table.batches.into_iter().enumerate() {
        if let Some(partition) = partitions.get_mut(i % count) {
            partition.push(batch);
        }
    }
    let rows = table.facts.report.rows_kept;
    let provider = MemTable::try_new(table.schema, partitions).map_err(|e| vec![failure(source.from.span, &e)])?;
    Ok(Loaded { store: Store::Memory(Arc::new(provider)), types: table.types, facts: table.facts, rows })
}

/// Runs on a thread whose stack holds any expression that the parser lets through.
pub(super) fn on_deep_stack<T: Send>(
    work: impl FnOnce() -> Result<T, Vec<Diagnostic>> + Send,
) -> Result<T, Vec<Diagnostic>> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        match thread.map(|t| t.join()) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(e) => Err(vec![Diagnostic::placeless(
                codes::NOT_COMPUTABLE,
                say!("no thread could be started: {e}", "无法启动线程：{e}"),
            )]),
        }
    })
}

impl Engine for Embedded<'_> {
    fn facts(&self, source: SourceId) -> Option<&SourceFacts> {
        self.tables.get(&source).map(|t| &t.facts)
    }

    fn is_time(&self, source: SourceId, field: FieldId) -> bool {
        self.design.sources.get(source.index()).is_some_and(|s| s.time == Some(field))
    }

    fn scan(&self, scan: &Scan) -> Result<Grid, Vec<Diagnostic>> {
        self.told(self.grid(scan))
    }

    fn ordered(&self, questions: &[Ordered]) -> Result<Vec<(Option<Number>, u64)>, Vec<Diagnostic>> {
        self.told(self.order_statistics(questions))
    }

    fn count_keys(&self, sets: &[KeySet]) -> Result<Vec<u64>, Vec<Diagnostic>> {
        self.told(self.cardinalities(sets))
    }

    fn sample(&self, leaf: &Leaf, window: Window, slice: &Slice, limit: usize) -> Result<RowSample, Vec<Diagnostic>> {
        self.told(self.sample_rows(leaf, window, slice, limit))
    }
}

impl Answers for Embedded<'_> {
    fn facts(&self, source: SourceId) -> Option<&SourceFacts> {
        Engine::facts(self, source)
    }

    fn answer(&self, requests: &[Request]) -> Result<Vec<Answer>, Vec<Diagnostic>> {
        on_deep_stack(|| answer(self, requests))
    }

    fn sample(&self, leaf: &Leaf, window: Window, slice: &Slice, limit: usize) -> Result<RowSample, Vec<Diagnostic>> {
        on_deep_stack(|| Engine::sample(self, leaf, window, slice, limit))
    }
}
