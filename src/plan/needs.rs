//! Which fields of which sources must be read (and so validated) for what is asked.

use std::collections::{BTreeMap, BTreeSet};

use super::Leaf;
use crate::design::{CleanKind, Design, DimensionId, FieldId, FieldPath, RowExpr, RowKind, SourceId};

/// What an evaluation will ask for.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    pub leaves: Vec<Leaf>,
    /// Dimensions that slices may name: read in every source that has a leaf.
    pub dimensions: Vec<DimensionId>,
    /// Sources whose facts (first and last day) are wanted though no leaf may read them.
    pub sources: Vec<SourceId>,
    /// Every field of every source, as `check --data` reads.
    pub everything: bool,
}

/// The stored fields that are read of one source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reads {
    pub fields: BTreeSet<FieldId>,
    /// References lead here: its key must be unique.
    pub referred: bool,
}

impl Needs {
    /// By source; a source that nothing needs is absent.
    pub fn reads(&self, design: &Design) -> BTreeMap<SourceId, Reads> {
        let mut walk = Walk { design, reads: BTreeMap::new() };
        let every = (0..design.sources.len()).map(|i| SourceId(i as u32));
        let sources: Vec<SourceId> = if self.everything { every.collect() } else { self.sources.clone() };
        for source in sources {
            walk.source(source);
            if self.everything {
                walk.stored(source);
            }
        }
        for leaf in &self.leaves {
            let source = leaf.source();
            walk.source(source);
            match leaf {
                Leaf::Aggregate(aggregate) => {
                    walk.field(source, aggregate.time);
                    for expr in [&aggregate.argument, &aggregate.weight, &aggregate.filter].into_iter().flatten() {
                        walk.expr(source, expr);
                    }
                }
                Leaf::Set(atom) => {
                    walk.field(source, atom.time);
                    walk.path(source, &atom.key);
                    if let Some(filter) = &atom.filter {
                        walk.expr(source, filter);
                    }
                }
            }
            for dimension in &self.dimensions {
                let path = design.dimensions.get(dimension.index()).and_then(|d| d.field_in(source));
                if let Some(path) = path {
                    walk.path(source, path);
                }
            }
        }
        if self.everything {
            for source in walk.reads.keys().copied().collect::<Vec<_>>() {
                let fields = design.sources.get(source.index()).map(|s| s.fields.as_slice()).unwrap_or_default();
                for target in fields.iter().filter_map(|f| f.refers) {
                    walk.target(target);
                }
                for computed in fields.iter().filter_map(|f| f.computed.as_ref()) {
                    walk.expr(source, computed);
                }
            }
        }
        walk.reads
    }
}

struct Walk<'a> {
    design: &'a Design,
    reads: BTreeMap<SourceId, Reads>,
}

impl Walk<'_> {
    /// A source that is read at all: its time, and what its cleaning looks at. A row is dropped or kept whatever else is
    /// asked, so `drop invalid` and comparing doubles read every stored field.
    fn source(&mut self, id: SourceId) {
        let Some(source) = self.design.sources.get(id.index()) else { return };
        if self.reads.contains_key(&id) {
            return;
        }
        self.reads.insert(id, Reads::default());
        if let Some(time) = source.time {
            self.field(id, time);
        }
        for step in &source.clean {
            match &step.kind {
                CleanKind::Deduplicate { by, keep } => {
                    by.iter().for_each(|f| self.field(id, *f));
                    match keep {
                        Some((_, field)) => self.field(id, *field),
                        None => self.stored(id),
                    }
                }
                CleanKind::DropWhere(expr) => self.expr(id, expr),
                CleanKind::DropInvalid => self.stored(id),
                CleanKind::BlankInvalid => {}
            }
        }
    }

    fn stored(&mut self, id: SourceId) {
        let Some(source) = self.design.sources.get(id.index()) else { return };
        let stored = (0..source.fields.len() as u32).map(FieldId);
        let stored = stored.filter(|f| source.fields.get(f.index()).is_some_and(|f| f.computed.is_none()));
        self.reads.entry(id).or_default().fields.extend(stored);
    }

    fn field(&mut self, id: SourceId, field: FieldId) {
        let design = self.design;
        let Some(declared) = design.sources.get(id.index()).and_then(|s| s.fields.get(field.index())) else { return };
        match &declared.computed {
            // Formula edges are acyclic, so this ends.
            Some(expr) => self.expr(id, expr),
            None => {
                self.reads.entry(id).or_default().fields.insert(field);
            }
        }
    }

    fn path(&mut self, source: SourceId, path: &FieldPath) {
        let mut at = source;
        for via in &path.via {
            self.field(at, *via);
            let field = self.design.sources.get(at.index()).and_then(|s| s.fields.get(via.index()));
            let Some(target) = field.and_then(|f| f.refers) else { return };
            self.target(target);
            at = target;
        }
        self.field(at, path.field);
    }

    fn target(&mut self, target: SourceId) {
        self.source(target);
        let key = self.design.sources.get(target.index()).and_then(|s| s.key.first().copied());
        if let Some(key) = key {
            self.field(target, key);
        }
        self.reads.entry(target).or_default().referred = true;
    }

    fn expr(&mut self, source: SourceId, expr: &RowExpr) {
        expr.paths(&mut |path| self.path(source, path));
    }
}

impl RowExpr {
    /// Every field path in it, as often as it occurs.
    pub fn paths(&self, visit: &mut dyn FnMut(&FieldPath)) {
        self.each(&mut |expr| {
            if let RowKind::Field(path) = &expr.kind {
                visit(path);
            }
        });
    }

    /// Whether a constant stands in it: its value depends on the row's day.
    pub fn has_constant(&self) -> bool {
        let mut found = false;
        self.each(&mut |expr| found |= matches!(expr.kind, RowKind::Constant(_)));
        found
    }
}
