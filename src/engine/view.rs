//! A source as a query sees it: its columns, those reached over references, and marks for keys of sets.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringViewArray};
use datafusion::arrow::datatypes::{DataType, Field as ArrowField, Schema};
use datafusion::common::JoinType;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::MemTable;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, lit};

use super::rows::{Compiler, column, column_name, date};
use super::session::{Embedded, Store};
use super::table::ORDER;
use crate::design::{FieldId, FieldPath, RowExpr, SourceId};
use crate::plan::{Axis, epoch_day};
use crate::value::Window;
use crate::value::calendar::Date;

/// The stored fields that a query reads, by the references that lead to them.
#[derive(Default)]
pub struct Paths {
    stored: BTreeSet<(Vec<FieldId>, FieldId)>,
    order: bool,
}

impl Paths {
    /// The source's own fields.
    pub fn own(&self) -> BTreeSet<FieldId> {
        self.stored.iter().filter(|(via, _)| via.is_empty()).map(|(_, field)| *field).collect()
    }

    /// The place of a row in the data, too.
    pub fn order(&mut self) {
        self.order = true;
    }

    pub fn expr(&mut self, compiler: &Compiler<'_>, expr: &RowExpr) {
        self.within(compiler, expr, compiler.source, &[]);
    }

    fn within(&mut self, compiler: &Compiler<'_>, expr: &RowExpr, source: SourceId, via: &[FieldId]) {
        expr.paths(&mut |path| self.path_at(compiler, path, source, via));
    }

    pub fn path(&mut self, compiler: &Compiler<'_>, path: &FieldPath) {
        self.path_at(compiler, path, compiler.source, &[]);
    }

    /// The stored fields whose values decide an expression: without the keys that only lead to them.
    pub fn leaves(&self, compiler: &Compiler<'_>, expr: &RowExpr) -> BTreeSet<Leaf> {
        let mut leaves = BTreeSet::new();
        each_leaf(compiler, expr, compiler.source, &[], &mut |expr| {
            if let Ok(leaf) = expr {
                leaves.insert(leaf);
            }
        });
        leaves
    }

    /// Whether a constant by date stands in an expression, or in a computed field that it reads.
    pub fn by_day(&self, compiler: &Compiler<'_>, expr: &RowExpr) -> bool {
        let mut by_day = expr.has_constant();
        each_leaf(compiler, expr, compiler.source, &[], &mut |found| by_day |= found.is_err());
        by_day
    }

    fn path_at(&mut self, compiler: &Compiler<'_>, path: &FieldPath, source: SourceId, via: &[FieldId]) {
        let field = |source: SourceId, field: FieldId| {
            compiler.design.sources.get(source.index()).and_then(|s| s.fields.get(field.index()))
        };
        let (mut at, mut via) = (source, via.to_vec());
        for step in &path.via {
            self.stored.insert((via.clone(), *step));
            via.push(*step);
            at = field(at, *step).and_then(|f| f.refers).unwrap_or(at);
        }
        match field(at, path.field).and_then(|f| f.computed.as_ref()) {
            Some(computed) => self.within(compiler, computed, at, &via),
            None => {
                self.stored.insert((via, path.field));
            }
        }
    }
}

/// The references to a row, and the field of it.
type Leaf = (Vec<FieldId>, FieldId);

/// Calls with every stored field that an expression reads, and with an error for a computed one that has constants.
fn each_leaf(
    compiler: &Compiler<'_>,
    expr: &RowExpr,
    source: SourceId,
    via: &[FieldId],
    visit: &mut dyn FnMut(std::result::Result<Leaf, ()>),
) {
    expr.paths(&mut |path| {
        let field = |source: SourceId, field: FieldId| {
            compiler.design.sources.get(source.index()).and_then(|s| s.fields.get(field.index()))
        };
        let (mut at, mut via) = (source, via.to_vec());
        for step in &path.via {
            via.push(*step);
            at = field(at, *step).and_then(|f| f.refers).unwrap_or(at);
        }
        match field(at, path.field).and_then(|f| f.computed.as_ref()) {
            Some(computed) => {
                if computed.has_constant() {
                    visit(Err(()));
                }
                each_leaf(compiler, computed, at, &via, visit);
            }
            None => visit(Ok((via, path.field))),
        }
    });
}

/// The name of the column that says whether a row's place on an axis is inside its set.
fn mark(axis: usize) -> String {
    format!("inside{axis}")
}

impl Embedded<'_> {
    /// The rows of a source with the columns of `paths`, joined to what references lead to. A reference leads to at most
    /// one row, so no row is multiplied.
    pub(super) fn view(&self, source: SourceId, paths: &Paths) -> Result<DataFrame> {
        let own = paths.stored.iter().filter(|(via, _)| via.is_empty());
        let mut own: Vec<Expr> = own.map(|(_, field)| column(&column_name(&[], *field))).collect();
        if paths.order {
            own.push(column(ORDER));
        }
        let mut frame = self.table(source)?;
        if !own.is_empty() {
            frame = frame.select(own)?;
        }
        // Shorter ways first: the key of a longer one is a column of the shorter.
        let mut ways: Vec<&Vec<FieldId>> = paths.stored.iter().map(|(via, _)| via).filter(|v| !v.is_empty()).collect();
        ways.sort_by_key(|via| via.len());
        ways.dedup();
        for via in ways {
            let Some((last, before)) = via.split_last() else { continue };
            let Some(target) = self.target(source, via) else { continue };
            let key = self.design.sources.get(target.index()).and_then(|s| s.key.first().copied());
            let Some(key) = key else { continue };
            let name = format!("key_{}", column_name(before, *last));
            let mut columns = vec![column(&column_name(&[], key)).alias(&name)];
            for (_, field) in paths.stored.iter().filter(|(v, _)| v == via) {
                columns.push(column(&column_name(&[], *field)).alias(column_name(via, *field)));
            }
            let right = self.table(target)?.select(columns)?;
            let left = column_name(before, *last);
            frame = frame.join(right, JoinType::Left, &[left.as_str()], &[name.as_str()], None)?;
        }
        Ok(frame)
    }

    /// The source that references lead to.
    pub(super) fn target(&self, source: SourceId, via: &[FieldId]) -> Option<SourceId> {
        via.iter().try_fold(source, |at, step| {
            self.design.sources.get(at.index()).and_then(|s| s.fields.get(step.index())).and_then(|f| f.refers)
        })
    }

    pub(super) fn table(&self, source: SourceId) -> Result<DataFrame> {
        let table = self.tables.get(&source).ok_or_else(|| {
            let name = self.design.sources.get(source.index()).map_or("", |s| s.naming.name.as_str());
            DataFusionError::Internal(format!("the source {name} was not loaded"))
        })?;
        match &table.store {
            Store::Memory(provider) => self.context.read_table(Arc::clone(provider) as _),
            Store::Stream(stream) => stream.frame(&self.context),
        }
    }

    pub(super) fn axis_path(&self, source: SourceId, axis: &Axis) -> Option<&FieldPath> {
        let (Axis::Dimension(dimension) | Axis::InSet { dimension, .. }) = axis;
        self.design.dimensions.get(dimension.index()).and_then(|d| d.field_in(source))
    }

    /// Adds for every axis its column, and gives their expressions: the member as text; for a set true, false, or null
    /// where the row has no value. `sets` are the keys of the axes' sets, in the order of the axes.
    pub(super) fn place(
        &self,
        frame: DataFrame,
        compiler: &Compiler<'_>,
        axes: &[Axis],
        sets: &[Option<Vec<String>>],
    ) -> Result<(DataFrame, Vec<Expr>)> {
        let mut frame = frame;
        let mut places = Vec::new();
        for (i, axis) in axes.iter().enumerate() {
            let Some(path) = self.axis_path(compiler.source, axis) else {
                places.push(lit(datafusion::common::ScalarValue::Utf8View(None)));
                continue;
            };
            let member = compiler.member(path);
            let Some(Some(keys)) = sets.get(i) else {
                places.push(member);
                continue;
            };
            let (member_name, key_name) = (format!("member{i}"), format!("set_key{i}"));
            frame = frame.with_column(&member_name, member)?;
            let right = self.context.read_table(Arc::new(key_table(&key_name, &mark(i), keys)?))?;
            frame = frame.join(right, JoinType::Left, &[member_name.as_str()], &[key_name.as_str()], None)?;
            let known = column(&member_name).is_not_null();
            let inside = column(&mark(i)).is_not_null();
            places.push(datafusion::logical_expr::when(known, inside).end()?);
        }
        Ok((frame, places))
    }
}

fn key_table(key: &str, mark: &str, keys: &[String]) -> Result<MemTable> {
    let schema = Arc::new(Schema::new(vec![
        ArrowField::new(key, DataType::Utf8View, false),
        ArrowField::new(mark, DataType::Boolean, false),
    ]));
    let names: ArrayRef = Arc::new(StringViewArray::from_iter_values(keys));
    let marks: ArrayRef = Arc::new(BooleanArray::from(vec![true; keys.len()]));
    MemTable::try_new(Arc::clone(&schema), vec![vec![RecordBatch::try_new(schema, vec![names, marks])?]])
}

/// The condition that a row's day lies in a window; rows without a day lie in none.
pub fn in_window(day: Expr, window: Window) -> Expr {
    let mut condition = day.clone().is_not_null();
    if window.start > Date::MIN {
        condition = day.clone().gt_eq(date(epoch_day(window.start)));
    }
    if window.end < Date::MAX {
        condition = condition.and(day.lt(date(epoch_day(window.end))));
    }
    condition
}
