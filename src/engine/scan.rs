//! The fused scan: every column of a [`Scan`] as one aggregate with its own filter, all in one query.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::datatypes::{
    DataType, Decimal128Type, Decimal256Type, Field as ArrowField, Float64Type, Int32Type, Int64Type, Schema,
};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::error::{DataFusionError, Result};
use datafusion::functions::expr_fn as f;
use datafusion::functions_aggregate::expr_fn as aggregates;
use datafusion::logical_expr::{Expr, ExprFunctionExt, cast, lit};

use super::clean::true_rows;
use super::failure;
use super::lift::{Lifting, counts};
use super::rows::{Compiler, NARROW, Ty, Typed, WIDE, arithmetic, column, column_name, decimal, float, widened};
use super::session::{Embedded, Store};
use super::stream::watched;
use super::view::{Paths, in_window};
use crate::design::{ArithmeticOp, RowExpr, SourceId};
use crate::diagnostic::Diagnostic;
use crate::plan::{Axis, AxisValue, Bucket, Cell, Grid, GridRow, KeySet, Primitive, Scan};

impl Embedded<'_> {
    pub(super) fn grid(&self, scan: &Scan) -> std::result::Result<Grid, Vec<Diagnostic>> {
        let sets = self.axis_keys(&scan.axes)?;
        let paths = self.scan_paths(scan);
        let fields = paths.own();
        let unchecked = self.unchecked(scan.source, &fields);
        let failed = |e| vec![failure(self.span(scan.source), &e)];
        let (grid, bad) = self.fused(scan, &sets, &paths, unchecked).map_err(failed)?;
        self.checked(scan.source, &fields, bad)?;
        Ok(grid)
    }

    fn scan_paths(&self, scan: &Scan) -> Paths {
        let compiler = self.compiler(scan.source, scan.time);
        let mut paths = Paths::default();
        paths.path(&compiler, &crate::design::FieldPath { via: Vec::new(), field: scan.time });
        for column in &scan.columns {
            if let Some(filter) = &column.filter {
                paths.expr(&compiler, filter);
            }
            if let Some(argument) = argument(&column.primitive) {
                paths.expr(&compiler, argument);
            }
        }
        for axis in &scan.axes {
            if let Some(path) = self.axis_path(scan.source, axis) {
                paths.path(&compiler, path);
            }
        }
        paths
    }

    /// The keys of the sets that axes ask for, by axis.
    pub(super) fn axis_keys(&self, axes: &[Axis]) -> std::result::Result<Vec<Option<Vec<String>>>, Vec<Diagnostic>> {
        axes.iter()
            .map(|axis| match axis {
                Axis::Dimension(_) => Ok(None),
                Axis::InSet { set, .. } => self.keys_of(&KeySet::from(set.as_ref())).map(Some),
            })
            .collect()
    }

    pub(super) fn compiler(&self, source: SourceId, time: crate::design::FieldId) -> Compiler<'_> {
        Compiler { design: self.design, columns: self, source, time: Some(time) }
    }

    /// The cells, and how many rows of the whole source have an `unchecked` value: those count wherever they lie in time.
    fn fused(
        &self,
        scan: &Scan,
        sets: &[Option<Vec<String>>],
        paths: &Paths,
        unchecked: Option<Expr>,
    ) -> Result<(Grid, u64)> {
        let compiler = self.compiler(scan.source, scan.time);
        let day = compiler.day().ok_or_else(|| DataFusionError::Internal("a scan without time".to_string()))?;
        let mut frame = self.view(scan.source, paths)?;
        if unchecked.is_none() {
            frame = frame.filter(in_window(day.clone(), scan.span))?;
        }
        let (frame, places) = self.place(frame, &compiler, &scan.axes, sets)?;

        // Every distinct filter and argument is computed once, below the aggregation.
        let mut below: Vec<Expr> = Vec::new();
        let mut named = |expr: Expr| -> Expr {
            let at = below.iter().position(|e| *e == expr).unwrap_or_else(|| {
                below.push(expr);
                below.len() - 1
            });
            column(&format!("e{at}"))
        };
        let mut groups = vec![named(bucket(scan.bucket, day)).alias("bucket")];
        groups.extend(places.into_iter().enumerate().map(|(i, place)| named(place).alias(format!("place{i}"))));
        let lifting = self.lift(&compiler, &scan.columns, WORTH);
        groups.extend(
            lifting
                .leaves
                .iter()
                .enumerate()
                .map(|(i, (via, field))| named(column(&column_name(via, *field))).alias(format!("group{i}"))),
        );
        let mut measures = Vec::new();
        for (i, column) in lifting.measures.iter().enumerate() {
            let measure = match &column.primitive {
                Primitive::Rows => aggregates::count(lit(1_i64)),
                Primitive::Known(x) => aggregates::count(named(compiler.compile(x).expr)),
                Primitive::Sum(x) => aggregates::sum(named(self.summand(&compiler, x)?)),
                Primitive::Squares(x) => aggregates::sum(named(self.square(&compiler, x)?)),
                Primitive::Min(x) => aggregates::min(named(positive_zero(compiler.compile(x)))),
                Primitive::Max(x) => aggregates::max(named(positive_zero(compiler.compile(x)))),
            };
            let measure = match &column.filter {
                None => measure,
                Some(filter) => measure.filter(named(compiler.compile(filter).expr)).build()?,
            };
            measures.push(measure.alias(format!("m{i}")));
        }
        let checks = unchecked.is_some();
        if let Some(condition) = unchecked {
            let bad = aggregates::count(lit(1_i64)).filter(named(condition)).build()?;
            measures.push(bad.alias("bad"));
        }
        let below = below.into_iter().enumerate().map(|(i, e)| e.alias(format!("e{i}"))).collect::<Vec<_>>();
        let frame = frame.select(below)?.aggregate(groups, measures)?;
        let stream = match self.tables.get(&scan.source).map(|table| &table.store) {
            Some(Store::Stream(stream)) => Some(stream),
            _ => None,
        };
        let batches = self.run(watched(frame, stream.map(|stream| stream.watching())))?;
        let mut bad = 0;
        let mut cells = Cells::default();
        for batch in batches {
            let gates = self.gates(&compiler, &lifting, scan.axes.len(), &batch)?;
            cells.read(&batch, scan, &lifting, &gates)?;
            let counts = batch.columns().last().filter(|_| checks).map(|c| c.as_primitive::<Int64Type>());
            bad += counts.map_or(0, |c| c.iter().flatten().map(i64::unsigned_abs).sum());
        }
        Ok((cells.grid, bad))
    }

    /// The groups that pass each gate.
    fn gates(
        &self,
        compiler: &Compiler<'_>,
        lifting: &Lifting,
        axes: usize,
        batch: &RecordBatch,
    ) -> Result<Vec<BooleanBuffer>> {
        let values = batch.columns().iter().skip(1 + axes).take(lifting.leaves.len()).cloned().collect();
        self.passed(compiler, lifting, values, batch.num_rows())
    }

    /// For every gate of a lifting which groups pass it; `values` are the groups' values in the order of the leaves.
    pub(super) fn passed(
        &self,
        compiler: &Compiler<'_>,
        lifting: &Lifting,
        values: Vec<ArrayRef>,
        count: usize,
    ) -> Result<Vec<BooleanBuffer>> {
        if lifting.gates.is_empty() {
            return Ok(Vec::new());
        }
        let fields = lifting.leaves.iter().zip(&values);
        let fields = fields.map(|((via, id), v)| ArrowField::new(column_name(via, *id), v.data_type().clone(), true));
        // A gate of constants reads no column.
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let groups = RecordBatch::try_new_with_options(schema, values, &options)?;
        let schema = DFSchema::try_from(groups.schema())?;
        lifting
            .gates
            .iter()
            .map(|gate| {
                let gate = self.context.create_physical_expr(compiler.compile(gate).expr, &schema)?;
                Ok(true_rows(&gate.evaluate(&groups)?.into_array(count)?))
            })
            .collect()
    }

    /// What to sum instead of an argument, so that the sum is exact and cannot overflow.
    fn summand(&self, compiler: &Compiler<'_>, argument: &RowExpr) -> Result<Expr> {
        let x = compiler.compile(argument);
        let rows = self.rows(compiler.source);
        Ok(match x.ty {
            Ty::Integer { max } if max * rows < 4e18 => x.expr,
            Ty::Integer { .. } => cast(x.expr, DataType::Decimal128(NARROW, 0)),
            Ty::Decimal { precision, scale, max } if precision <= NARROW => {
                let whole = magnitude(max * rows);
                if whole + i32::from(scale) <= i32::from(NARROW) {
                    x.expr
                } else {
                    cast(x.expr, DataType::Decimal256(WIDE, scale))
                }
            }
            Ty::Float { .. } => self.exact_float(compiler, argument, x)?.expr,
            _ => x.expr,
        })
    }

    fn square(&self, compiler: &Compiler<'_>, argument: &RowExpr) -> Result<Expr> {
        let x = compiler.compile(argument);
        let x = match x.ty {
            Ty::Float { .. } => self.exact_float(compiler, argument, x)?,
            _ => x,
        };
        let x = widened(decimal(x));
        Ok(arithmetic(ArithmeticOp::Multiply, x.clone(), x).expr)
    }

    /// A float as a decimal with as many digits behind the point as the sum of all rows leaves room for: sums of decimals
    /// do not depend on the order of rows.
    fn exact_float(&self, compiler: &Compiler<'_>, argument: &RowExpr, x: Typed) -> Result<Typed> {
        let mut max = x.ty.max();
        if !max.is_finite() {
            max = self.bound(compiler, argument)?;
        }
        let whole = magnitude(max * self.rows(compiler.source));
        let scale = (i32::from(NARROW) - 1 - whole).min(i32::from(NARROW));
        let ty = if scale >= 8 {
            Ty::Decimal { precision: NARROW, scale: scale as i8, max }
        } else {
            Ty::Decimal { precision: WIDE, scale: (i32::from(WIDE) - 2 - whole).clamp(0, 30) as i8, max }
        };
        Ok(Typed { expr: cast(float(x), ty.data_type()), ty })
    }

    /// The largest absolute value of an argument, asked of the data once.
    fn bound(&self, compiler: &Compiler<'_>, argument: &RowExpr) -> Result<f64> {
        let key = (compiler.source, argument.clone());
        if let Some(bound) = self.bounds.lock().ok().and_then(|b| b.get(&key).copied()) {
            return Ok(bound);
        }
        let mut paths = Paths::default();
        paths.expr(compiler, argument);
        if let Some(time) = compiler.time {
            paths.path(compiler, &crate::design::FieldPath { via: Vec::new(), field: time });
        }
        let most = aggregates::max(f::abs(compiler.compile(argument).expr)).alias("most");
        let frame = self.view(compiler.source, &paths)?.aggregate(Vec::new(), vec![most])?;
        let batches = self.run(frame.collect())?;
        let bound = batches.first().filter(|b| b.num_rows() > 0).map_or(0.0, |b| {
            b.column(0).as_primitive_opt::<Float64Type>().filter(|a| a.is_valid(0)).map_or(0.0, |a| a.value(0))
        });
        if let Ok(mut bounds) = self.bounds.lock() {
            bounds.insert(key, bound);
        }
        Ok(bound)
    }

    fn rows(&self, source: SourceId) -> f64 {
        self.tables.get(&source).map_or(1.0, |t| t.rows.max(1) as f64)
    }
}

/// Digits before the point; negative for small fractions.
fn magnitude(max: f64) -> i32 {
    if max > 0.0 { max.log10().floor().clamp(-300.0, 300.0) as i32 + 1 } else { 0 }
}

fn argument(primitive: &Primitive) -> Option<&RowExpr> {
    match primitive {
        Primitive::Rows => None,
        Primitive::Known(x) | Primitive::Sum(x) | Primitive::Squares(x) | Primitive::Min(x) | Primitive::Max(x) => {
            Some(x)
        }
    }
}

/// Floats without -0, which Arrow orders below 0.
fn positive_zero(x: Typed) -> Expr {
    match x.ty {
        Ty::Float { .. } => x.expr + lit(0.0),
        _ => x.expr,
    }
}

fn bucket(bucket: Bucket, day: Expr) -> Expr {
    match bucket {
        Bucket::Day => cast(day, DataType::Int32),
        Bucket::Month => {
            let part = |name: &str| cast(f::date_part(lit(name), day.clone()), DataType::Int32);
            part("year") * lit(12_i32) + part("month") - lit(1_i32)
        }
    }
}

/// To group by one more column costs a scan as much as so many aggregates.
const WORTH: usize = 3;

/// The grid under construction.
#[derive(Default)]
struct Cells {
    grid: Grid,
    rows: HashMap<(i32, Vec<AxisValue>), usize>,
}

impl Cells {
    /// Adds the groups of a result: each to the cells whose gate it passes.
    fn read(&mut self, batch: &RecordBatch, scan: &Scan, lifting: &Lifting, gates: &[BooleanBuffer]) -> Result<()> {
        let mut columns = batch.columns().iter();
        let missing = || DataFusionError::Internal("a scan lacks a column".to_string());
        let buckets = columns.next().ok_or_else(missing)?.as_primitive::<Int32Type>();
        let places: Vec<(&Axis, &ArrayRef)> = scan.axes.iter().zip(columns.by_ref()).collect();
        let measures: Vec<&ArrayRef> = columns.skip(lifting.leaves.len()).collect();
        // Rows without a day are in no window.
        for row in (0..batch.num_rows()).filter(|row| buckets.is_valid(*row)) {
            let bucket = buckets.value(row);
            let place: Vec<AxisValue> = places.iter().map(|(axis, column)| axis_value(axis, column, row)).collect();
            let measured = measures.iter().zip(&lifting.measures);
            let measured = measured.map(|(column, asked)| cell(column, row, counts(&asked.primitive)));
            let measured = measured.collect::<Result<Vec<Cell>>>()?;
            let at = *self.rows.entry((bucket, place)).or_insert_with_key(|(bucket, place)| {
                let cells = vec![Cell::Nothing; lifting.asked.len()];
                self.grid.rows.push(GridRow { bucket: *bucket, place: place.clone(), cells });
                self.grid.rows.len() - 1
            });
            let Some(into) = self.grid.rows.get_mut(at) else { continue };
            for ((into, (measure, gate)), asked) in into.cells.iter_mut().zip(&lifting.asked).zip(&scan.columns) {
                let passes = gate.is_none_or(|gate| gates.get(gate).is_some_and(|passed| passed.value(row)));
                if let Some(cell) = measured.get(*measure).filter(|_| passes) {
                    into.fold(cell, &asked.primitive);
                }
            }
        }
        Ok(())
    }
}

pub(super) fn axis_value(axis: &Axis, column: &ArrayRef, row: usize) -> AxisValue {
    if column.is_null(row) {
        return AxisValue::NotGiven;
    }
    match axis {
        Axis::Dimension(_) => AxisValue::Member(Arc::from(column.as_string_view().value(row))),
        Axis::InSet { .. } if column.as_boolean().value(row) => AxisValue::Inside,
        Axis::InSet { .. } => AxisValue::Outside,
    }
}

fn cell(column: &ArrayRef, row: usize, count: bool) -> Result<Cell> {
    if column.is_null(row) {
        return Ok(Cell::Nothing);
    }
    Ok(match column.data_type() {
        DataType::Int64 if count => Cell::Count(column.as_primitive::<Int64Type>().value(row).unsigned_abs()),
        DataType::Int64 => Cell::Fixed { units: i128::from(column.as_primitive::<Int64Type>().value(row)), scale: 0 },
        DataType::Decimal128(_, scale) => {
            Cell::Fixed { units: column.as_primitive::<Decimal128Type>().value(row), scale: i16::from(*scale) }
        }
        DataType::Decimal256(_, scale) => {
            let units = column.as_primitive::<Decimal256Type>().value(row);
            match units.to_i128() {
                Some(units) => Cell::Fixed { units, scale: i16::from(*scale) },
                None => {
                    let units = units.to_string().parse().map_err(|e| DataFusionError::External(Box::new(e)))?;
                    Cell::Wide(bigdecimal::BigDecimal::new(units, i64::from(*scale)))
                }
            }
        }
        DataType::Float64 => Cell::Float(column.as_primitive::<Float64Type>().value(row)),
        _ => {
            let value = ScalarValue::try_from_array(column, row)?;
            return Err(DataFusionError::Internal(format!("an aggregate gave {value}")));
        }
    })
}
