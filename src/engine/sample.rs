//! A few rows behind a leaf, for `explain --rows`.

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr, lit};

use super::failure;
use super::rows::{column, column_name, text};
use super::session::{Embedded, Store};
use super::table::ORDER;
use super::view::{Paths, in_window};
use crate::design::{FieldId, FieldPath};
use crate::diagnostic::Diagnostic;
use crate::plan::{Axis, KeySet, Leaf, RowSample, Slice, SliceTest, axis};
use crate::value::Window;

impl Embedded<'_> {
    pub(super) fn sample_rows(
        &self,
        leaf: &Leaf,
        window: Window,
        slice: &Slice,
        limit: usize,
    ) -> std::result::Result<RowSample, Vec<Diagnostic>> {
        let axes: Vec<Axis> = slice.conditions.iter().map(axis).collect();
        let mut sets = Vec::new();
        for axis in &axes {
            sets.push(match axis {
                Axis::Dimension(_) => None,
                Axis::InSet { set, .. } => Some(self.keys_of(&KeySet::from(set.as_ref()))?),
            });
        }
        self.query_sample(leaf, window, slice, limit, &axes, &sets)
            .map_err(|e| vec![failure(self.span(leaf.source()), &e)])
    }

    fn query_sample(
        &self,
        leaf: &Leaf,
        window: Window,
        slice: &Slice,
        limit: usize,
        axes: &[Axis],
        sets: &[Option<Vec<String>>],
    ) -> Result<RowSample> {
        let source = leaf.source();
        let (time, filter) = match leaf {
            Leaf::Aggregate(a) => (a.time, &a.filter),
            Leaf::Set(s) => (s.time, &s.filter),
        };
        let compiler = self.compiler(source, time);
        let mut paths = Paths::default();
        // The fields that were loaded are those that something reads; they tell a row apart.
        let fields: Vec<FieldId> =
            self.tables.get(&source).map(|t| t.types.keys().copied().collect()).unwrap_or_default();
        for field in &fields {
            paths.path(&compiler, &FieldPath { via: Vec::new(), field: *field });
        }
        if let Some(filter) = filter {
            paths.expr(&compiler, filter);
        }
        for axis in axes {
            if let Some(path) = self.axis_path(source, axis) {
                paths.path(&compiler, path);
            }
        }
        // Files that are scanned where they lie have no numbers of rows: one thread reads them in their order.
        let streamed = matches!(self.tables.get(&source).map(|t| &t.store), Some(Store::Stream(_)));
        if !streamed {
            paths.order();
        }
        let frame = self.view(source, &paths)?;
        let (frame, places) = self.place(frame, &compiler, axes, sets)?;
        let mut condition = compiler.day().map_or(lit(true), |day| in_window(day, window));
        if let Some(filter) = filter {
            condition = condition.and(compiler.compile(filter).expr);
        }
        for (place, c) in places.into_iter().zip(&slice.conditions) {
            condition = condition.and(matches(place, &c.test));
        }
        let frame = frame.filter(condition)?;
        let total = frame.clone().aggregate(Vec::new(), vec![count(lit(1_i64)).alias("total")])?;
        let total = self.run(total.collect())?;
        let total = total.first().map_or(0, |b| {
            let counts = b.column(0).as_primitive::<Int64Type>();
            if counts.is_empty() { 0 } else { counts.value(0).unsigned_abs() }
        });
        let shown = fields.iter().map(|f| text(compiler.path(&FieldPath { via: Vec::new(), field: *f })));
        let shown: Vec<Expr> = shown.enumerate().map(|(i, e)| e.alias(format!("s{i}"))).collect();
        let rows = if streamed {
            let mut state = frame.into_parts();
            state.0.config_mut().options_mut().execution.target_partitions = 1;
            DataFrame::new(state.0, state.1)
        } else {
            frame.sort(vec![column(ORDER).sort(true, false)])?
        };
        let rows = rows.limit(0, Some(limit))?.select(shown)?;
        let batches = self.run(rows.collect())?;
        let mut sample = RowSample { columns: Vec::new(), rows: Vec::new(), total };
        let names = |f: &FieldId| {
            let source = self.design.sources.get(source.index());
            source.and_then(|s| s.fields.get(f.index())).map_or(column_name(&[], *f), |f| f.name.clone())
        };
        sample.columns = fields.iter().map(names).collect();
        for batch in batches {
            let columns: Vec<_> = batch.columns().iter().map(|c| c.as_string_view()).collect();
            for row in 0..batch.num_rows() {
                let cells = columns.iter().map(|c| c.is_valid(row).then(|| c.value(row).to_string()));
                sample.rows.push(cells.collect());
            }
        }
        Ok(sample)
    }
}

/// Whether a place on an axis passes a test; rows without a value pass only `NotGiven`.
fn matches(place: Expr, test: &SliceTest) -> Expr {
    match test {
        SliceTest::NotGiven => place.is_null(),
        SliceTest::Members { members, negated } => {
            place.in_list(members.iter().map(|m| super::rows::text_literal(m)).collect(), *negated)
        }
        SliceTest::InSet { negated: false, .. } => place,
        SliceTest::InSet { negated: true, .. } => !place,
    }
}
