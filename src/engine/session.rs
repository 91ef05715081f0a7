//! A session: the sources that an evaluation needs, loaded, and the engine that answers over them.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex};

use datafusion::datasource::MemTable;
use datafusion::prelude::{SessionConfig, SessionContext};
use jiff::tz::TimeZone;

use super::rows::{Columns, Ty};
use super::sets::Keys;
use super::table::{self, Table, stored};
use super::{Context, codes, failure};
use crate::data::{RawTable, Wanted};
use crate::design::{Design, FieldId, RowExpr, Source, SourceId};
use crate::diagnostic::Diagnostic;
use crate::plan::{
    Answer, Answers, Engine, Grid, KeySet, Leaf, Needs, Ordered, Request, RowSample, Scan, Slice, SourceFacts, answer,
};
use crate::source::{Sources, Span};
use crate::value::{Number, Window};

#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many threads may work; answers do not depend on it.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { threads: std::thread::available_parallelism().map_or(1, usize::from) }
    }
}

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
    runtime: tokio::runtime::Runtime,
}

/// A loaded source.
pub(super) struct Loaded {
    pub provider: Arc<MemTable>,
    pub types: BTreeMap<FieldId, Ty>,
    pub facts: SourceFacts,
    pub rows: u64,
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
        open: &(dyn Fn(SourceId, &Source, &[Wanted]) -> Result<RawTable, Vec<Diagnostic>> + Sync),
    ) -> Result<Embedded<'a>, Vec<Diagnostic>> {
        let threads = options.threads.max(1);
        let broken = |e: &dyn std::fmt::Display| vec![failure(Span::default(), e)];
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_stack_size(STACK)
            .build()
            .map_err(|e| broken(&e))?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| broken(&e))?;
        let config = SessionConfig::new().with_target_partitions(threads).with_information_schema(false);
        let session = SessionContext::new_with_config(config);
        let zone = match &design.calendar.timezone {
            None => TimeZone::UTC,
            Some(name) => TimeZone::get(name).map_err(|e| broken(&e))?,
        };
        let context = Context { design, texts, zone, threads, pool, session: session.clone() };
        let loaded = on_deep_stack(|| load_tables(&context, needs, open))?;
        Ok(Embedded {
            design,
            context: session,
            tables: loaded,
            keys: Keys::new(threads),
            bounds: Mutex::default(),
            runtime,
        })
    }

    /// Runs a future to its end on the engine's threads.
    pub(super) fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = datafusion::error::Result<T>> + Send + 'static,
    ) -> datafusion::error::Result<T> {
        self.runtime
            .block_on(self.runtime.spawn(future))
            .unwrap_or_else(|e| Err(datafusion::error::DataFusionError::External(Box::new(e))))
    }

    /// The source's `from`, which failures of its queries point at.
    pub(super) fn span(&self, source: SourceId) -> Span {
        self.design.sources.get(source.index()).map_or(Span::default(), |s| s.from.span)
    }
}

fn load_tables(
    context: &Context<'_>,
    needs: &Needs,
    open: &(dyn Fn(SourceId, &Source, &[Wanted]) -> Result<RawTable, Vec<Diagnostic>> + Sync),
) -> Result<BTreeMap<SourceId, Loaded>, Vec<Diagnostic>> {
    let mut tables = BTreeMap::new();
    let mut errors = Vec::new();
    for (id, reads) in needs.reads(context.design) {
        let Some(source) = context.design.sources.get(id.index()) else { continue };
        let read = stored(source, &reads);
        let all = (0..source.fields.len() as u32).map(FieldId);
        let all = all.filter(|f| source.fields.get(f.index()).is_some_and(|f| f.computed.is_none()));
        let wanted: Vec<Wanted> =
            all.zip(Wanted::of(source)).filter(|(f, _)| read.contains(f)).map(|(_, w)| w).collect();
        let table = open(id, source, &wanted).and_then(|raw| table::load(context, id, &raw, &reads));
        match table.and_then(|t| hold(context, source, t)) {
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
    Ok(Loaded { provider: Arc::new(provider), types: table.types, facts: table.facts, rows })
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
            Err(e) => {
                Err(vec![Diagnostic::placeless(codes::NOT_COMPUTABLE, format!("no thread could be started: {e}"))])
            }
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
        self.grid(scan)
    }

    fn ordered(&self, questions: &[Ordered]) -> Result<Vec<(Option<Number>, u64)>, Vec<Diagnostic>> {
        self.order_statistics(questions)
    }

    fn count_keys(&self, sets: &[KeySet]) -> Result<Vec<u64>, Vec<Diagnostic>> {
        self.cardinalities(sets)
    }

    fn sample(&self, leaf: &Leaf, window: Window, slice: &Slice, limit: usize) -> Result<RowSample, Vec<Diagnostic>> {
        self.sample_rows(leaf, window, slice, limit)
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
