//! Sets of keys: distinct counts, retention, churn, and sets as slices. Keys are numbered as they are met, and a set is a
//! bitmap of numbers. Rows are distributed over partitions by their key, so that each partition has keys of its own and
//! set operations run within partitions; counts add.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use datafusion::arrow::array::{Array, AsArray};
use datafusion::physical_expr::expressions::col as physical_column;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::{Partitioning, execute_stream_partitioned};
use futures::StreamExt;
use roaring::RoaringBitmap;

use super::failure;
use super::interner::Interner;
use super::rows::text;
use super::session::Embedded;
use super::strata::{Cells, Layout, Question};
use crate::design::{FieldId, RowExpr, SetOp, SourceId};
use crate::diagnostic::Diagnostic;
use crate::plan::KeySet;

/// The numbers of keys, by partition; kept for the whole session, so that sets of several rounds and sources compare.
pub struct Keys {
    partitions: Vec<Arc<Mutex<Interner>>>,
}

/// A set under construction: numbers come in any order, and a bitmap takes them best in theirs.
#[derive(Default)]
struct Gathered {
    bitmap: RoaringBitmap,
    recent: Vec<u32>,
}

/// Numbers that wait.
const RECENT: usize = 8192;

impl Gathered {
    fn add(&mut self, number: u32) {
        self.recent.push(number);
        if self.recent.len() >= RECENT {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.recent.sort_unstable();
        self.recent.dedup();
        if let Ok(sorted) = RoaringBitmap::from_sorted_iter(self.recent.drain(..)) {
            self.bitmap |= sorted;
        }
    }
}

impl Keys {
    pub fn new(partitions: usize) -> Keys {
        Keys { partitions: (0..partitions.max(1)).map(|_| Arc::default()).collect() }
    }
}

type Faults = Vec<Diagnostic>;

impl Embedded<'_> {
    pub(super) fn cardinalities(&self, sets: &[KeySet]) -> Result<Vec<u64>, Faults> {
        let bitmaps = self.bitmaps(sets)?;
        let count = |set: &KeySet| bitmaps.get(set).map_or(0, |parts| parts.iter().map(RoaringBitmap::len).sum());
        Ok(sets.iter().map(count).collect())
    }

    /// The keys of a set, in no order. They do not leave the engine.
    pub(super) fn keys_of(&self, set: &KeySet) -> Result<Vec<String>, Faults> {
        let bitmaps = self.bitmaps(std::slice::from_ref(set))?;
        let mut keys = Vec::new();
        for (bitmap, interner) in bitmaps.get(set).into_iter().flatten().zip(&self.keys.partitions) {
            let Ok(interner) = interner.lock() else { continue };
            keys.extend(interner.keys(bitmap));
        }
        Ok(keys)
    }

    /// Every set as a bitmap for each partition. Atoms over one source, time and key are gathered by one query.
    fn bitmaps(&self, sets: &[KeySet]) -> Result<HashMap<KeySet, Vec<RoaringBitmap>>, Faults> {
        let mut atoms: BTreeMap<(SourceId, FieldId), HashMap<&RowExpr, Vec<&KeySet>>> = BTreeMap::new();
        let mut order: Vec<(&RowExpr, SourceId, FieldId)> = Vec::new();
        for set in sets {
            collect(set, &mut |atom| {
                if let KeySet::Atom(inner) = atom {
                    let (source, time, key) = (inner.source, inner.time, &inner.key);
                    let group = atoms.entry((source, time)).or_default();
                    let members = group.entry(key).or_insert_with(|| {
                        order.push((key, source, time));
                        Vec::new()
                    });
                    members.push(atom);
                }
            });
        }
        let mut done: HashMap<KeySet, Vec<RoaringBitmap>> = HashMap::new();
        for (key, source, time) in order {
            let Some(group) = atoms.get(&(source, time)).and_then(|g| g.get(key)) else { continue };
            let layout = Layout::of(self, source, time, group.iter().filter_map(|atom| question(atom)));
            let mut partitions = self.gather(&layout, key)?;
            layout.judge(self, &mut partitions).map_err(|e| vec![failure(self.span(source), &e)])?;
            for atom in group {
                if done.contains_key(*atom) {
                    continue;
                }
                let Some(question) = question(atom) else { continue };
                let bitmap = |cells: &Cells<Gathered>| {
                    let strata = cells.strata(&layout, &question);
                    strata.iter().filter_map(|s| cells.get(*s)).fold(RoaringBitmap::new(), |all, g| all | &g.bitmap)
                };
                done.insert((*atom).clone(), partitions.iter().map(bitmap).collect());
            }
        }
        for set in sets {
            self.resolve(set, &mut done);
        }
        Ok(done)
    }

    fn resolve(&self, set: &KeySet, done: &mut HashMap<KeySet, Vec<RoaringBitmap>>) {
        if done.contains_key(set) {
            return;
        }
        let nothing = || vec![RoaringBitmap::new(); self.keys.partitions.len()];
        let value = match set {
            KeySet::Operation { op, left, right } => {
                self.resolve(left, done);
                self.resolve(right, done);
                match (done.get(left.as_ref()), done.get(right.as_ref())) {
                    (Some(left), Some(right)) => left
                        .iter()
                        .zip(right)
                        .map(|(a, b)| match op {
                            SetOp::Intersect => a & b,
                            SetOp::Union => a | b,
                            SetOp::Except => a - b,
                        })
                        .collect(),
                    _ => nothing(),
                }
            }
            KeySet::Empty | KeySet::Atom(_) => nothing(),
        };
        done.insert(set.clone(), value);
    }

    /// Reads the rows and puts each key into its cells, every partition on its own.
    fn gather(&self, layout: &Layout, key: &RowExpr) -> Result<Vec<Cells<Gathered>>, Faults> {
        let error = |e: datafusion::error::DataFusionError| vec![failure(self.span(layout.source), &e)];
        let frame = layout.frame(self, |compiler| text(compiler.compile(key)), key)?.map_err(error)?;
        let count = self.keys.partitions.len();
        // The tasks need the layout's shape only, not the design.
        let layout = Arc::new(layout.shape());
        let interners = self.keys.partitions.clone();
        let work = async move {
            let context = Arc::new(frame.task_ctx());
            let plan = frame.create_physical_plan().await?;
            // By hand: the optimizer drops a distribution that no operator of its own asks for.
            let by_key = Partitioning::Hash(vec![physical_column("value", &plan.schema())?], count);
            let plan = Arc::new(RepartitionExec::try_new(plan, by_key)?);
            let streams = execute_stream_partitioned(plan, context)?;
            let mut tasks = Vec::new();
            for (i, mut stream) in streams.into_iter().enumerate() {
                let (layout, interner) = (Arc::clone(&layout), interners.get(i).cloned().unwrap_or_default());
                tasks.push(tokio::spawn(async move {
                    let mut cells: Cells<Gathered> = Cells::of(&layout);
                    while let Some(batch) = stream.next().await {
                        let batch = batch?;
                        let Ok(mut interner) = interner.lock() else { continue };
                        let keys = batch.column(0).as_string_view();
                        let numbers: Vec<u32> = (0..keys.len()).map(|row| interner.number(keys, row)).collect();
                        layout.visit(&batch, &mut cells, |row, cell| {
                            if let Some(number) = numbers.get(row) {
                                cell.add(*number);
                            }
                        })?;
                    }
                    cells.values_mut().for_each(Gathered::settle);
                    Ok::<_, datafusion::error::DataFusionError>(cells)
                }));
            }
            let mut all = Vec::new();
            for task in tasks {
                all.push(task.await.map_err(|e| datafusion::error::DataFusionError::External(Box::new(e)))??);
            }
            Ok(all)
        };
        self.run(work).map_err(error)
    }
}

fn question(atom: &KeySet) -> Option<Question<'_>> {
    match atom {
        KeySet::Atom(atom) => Some(Question { filter: &atom.filter, window: atom.window, slice: &atom.slice }),
        KeySet::Empty | KeySet::Operation { .. } => None,
    }
}

fn collect<'a>(set: &'a KeySet, visit: &mut dyn FnMut(&'a KeySet)) {
    match set {
        KeySet::Empty => {}
        KeySet::Atom(_) => visit(set),
        KeySet::Operation { left, right, .. } => {
            collect(left, visit);
            collect(right, visit);
        }
    }
}
