//! What does not fold over time (distinct keys, order statistics) is gathered row by row: the query gives a value, its
//! day, its place on the axes and which filters it passes; here each row finds its cells. Time is cut at the bounds of the
//! windows that are asked for, so that every window is a union of whole intervals.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, StringViewArray};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::compute::cast as cast_array;
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::dataframe::DataFrame;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, cast, lit};

use super::lift::Lifting;
use super::places::Places;
use super::rows::{Compiler, text};
use super::session::Embedded;
use super::view::{Paths, in_window};
use crate::design::{FieldId, FieldPath, RowExpr, SourceId};
use crate::diagnostic::Diagnostic;
use crate::plan::{Axis, AxisValue, Column, Primitive, Slice, axis, epoch_day, holds};
use crate::value::Window;

/// One question to the rows of a source.
pub struct Question<'a> {
    pub filter: &'a Option<RowExpr>,
    pub window: Window,
    pub slice: &'a Slice,
}

/// How the rows of one source and time field are laid out for several questions.
pub struct Layout {
    pub source: SourceId,
    pub time: FieldId,
    /// Days since 1970, ascending: interval n reaches from bound n to before bound n + 1.
    bounds: Vec<i32>,
    pub axes: Vec<Axis>,
    filters: Vec<Option<RowExpr>>,
    /// Filters over columns of few values are asked of places: these columns are axes too, behind the others.
    lifting: Lifting,
    span: Window,
}

/// To find a row's place on one more axis costs as much as to put its value into one more cell.
const WORTH: usize = 1;

/// A cell: place on the axes, interval, filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stratum {
    pub place: u32,
    pub interval: u32,
    pub filter: u32,
}

impl Layout {
    pub fn of<'a>(
        engine: &Embedded<'_>,
        source: SourceId,
        time: FieldId,
        questions: impl Iterator<Item = Question<'a>>,
    ) -> Layout {
        let mut layout = Layout {
            source,
            time,
            bounds: Vec::new(),
            axes: Vec::new(),
            filters: Vec::new(),
            lifting: Lifting::default(),
            span: Window { start: crate::value::calendar::Date::MAX, end: crate::value::calendar::Date::MIN },
        };
        for question in questions {
            let Window { start, end } = question.window;
            layout.bounds.extend([epoch_day(start), epoch_day(end)]);
            layout.span = Window { start: layout.span.start.min(start), end: layout.span.end.max(end) };
            for condition in &question.slice.conditions {
                let axis = axis(condition);
                if !layout.axes.contains(&axis) {
                    layout.axes.push(axis);
                }
            }
            if !layout.filters.contains(question.filter) {
                layout.filters.push(question.filter.clone());
            }
        }
        layout.bounds.sort_unstable();
        layout.bounds.dedup();
        let columns = layout.filters.iter().map(|f| Column { primitive: Primitive::Rows, filter: f.clone() });
        layout.lifting = engine.lift(&engine.compiler(source, time), &columns.collect::<Vec<_>>(), WORTH);
        layout
    }

    /// What rows need to find their strata, without the expressions.
    pub fn shape(&self) -> Shape {
        Shape {
            bounds: self.bounds.clone(),
            axes: self.axes.len() + self.lifting.leaves.len(),
            filters: self.lifting.measures.len(),
        }
    }

    /// The rows with a known value: the value as `value`, `day`, `place0` …, `pass0` …
    pub fn frame(
        &self,
        engine: &Embedded<'_>,
        value: impl Fn(&Compiler<'_>) -> Expr,
        reads: &RowExpr,
    ) -> std::result::Result<Result<DataFrame>, Vec<Diagnostic>> {
        let sets = engine.axis_keys(&self.axes)?;
        let paths = self.paths(engine, reads);
        engine.check(self.source, &paths.own())?;
        Ok(self.query(engine, value, &paths, &sets))
    }

    fn paths(&self, engine: &Embedded<'_>, reads: &RowExpr) -> Paths {
        let compiler = engine.compiler(self.source, self.time);
        let mut paths = Paths::default();
        paths.path(&compiler, &FieldPath { via: Vec::new(), field: self.time });
        paths.expr(&compiler, reads);
        for filter in self.filters.iter().flatten() {
            paths.expr(&compiler, filter);
        }
        for axis in &self.axes {
            if let Some(path) = engine.axis_path(self.source, axis) {
                paths.path(&compiler, path);
            }
        }
        paths
    }

    fn query(
        &self,
        engine: &Embedded<'_>,
        value: impl Fn(&Compiler<'_>) -> Expr,
        paths: &Paths,
        sets: &[Option<Vec<String>>],
    ) -> Result<DataFrame> {
        let compiler = engine.compiler(self.source, self.time);
        let day = compiler.day().ok_or_else(|| DataFusionError::Internal("a query without time".to_string()))?;
        let value = value(&compiler);
        let filters = self.lifting.measures.iter();
        let filters: Vec<Expr> =
            filters.map(|c| c.filter.as_ref().map_or(lit(true), |f| compiler.compile(f).expr)).collect();
        let condition = in_window(day.clone(), self.span).and(value.clone().is_not_null());
        // Rows that pass no filter need not be looked at.
        let every = self.filters.iter().map(|f| f.as_ref().map_or(lit(true), |f| compiler.compile(f).expr));
        let passes = every.reduce(Expr::or).unwrap_or_else(|| lit(true));
        let frame = engine.view(self.source, paths)?.filter(condition.and(passes))?;
        let (frame, places) = engine.place(frame, &compiler, &self.axes, sets)?;
        let mut columns = vec![value.alias("value"), cast(day, DataType::Int32).alias("day")];
        columns.extend(places.into_iter().enumerate().map(|(i, p)| p.alias(format!("place{i}"))));
        columns.extend(self.lifting.leaves.iter().enumerate().map(|(i, (via, field))| {
            let path = FieldPath { via: via.clone(), field: *field };
            text(compiler.path(&path)).alias(format!("group{i}"))
        }));
        columns.extend(filters.into_iter().enumerate().map(|(i, p)| p.alias(format!("pass{i}"))));
        frame.select(columns)
    }

    /// Judges the places of every partition by the gates of the filters.
    pub fn judge<T>(&self, engine: &Embedded<'_>, partitions: &mut [Cells<T>]) -> Result<()> {
        let compiler = engine.compiler(self.source, self.time);
        for cells in partitions {
            let mut values = Vec::new();
            for (i, (via, field)) in self.lifting.leaves.iter().enumerate() {
                let texts: StringViewArray = (0..cells.places.len())
                    .map(|place| match cells.places.value(place, self.axes.len() + i) {
                        Some(AxisValue::Member(member)) => Some(Arc::clone(member)),
                        _ => None,
                    })
                    .collect();
                let path = FieldPath { via: via.clone(), field: *field };
                let texts: ArrayRef = Arc::new(texts);
                values.push(cast_array(&texts, &compiler.path(&path).ty.data_type())?);
            }
            cells.passed = engine.passed(&compiler, &self.lifting, values, cells.places.len())?;
        }
        Ok(())
    }
}

/// The part of a layout that rows need.
pub struct Shape {
    bounds: Vec<i32>,
    axes: usize,
    filters: usize,
}

impl Shape {
    /// Calls `visit` for every row with the cell of every filter that it passes.
    pub fn visit<T: Default>(
        &self,
        batch: &RecordBatch,
        cells: &mut Cells<T>,
        mut visit: impl FnMut(usize, &mut T),
    ) -> Result<()> {
        let columns = batch.columns();
        let lacking = || DataFusionError::Internal("a query lacks a column".to_string());
        let days = columns.get(1).ok_or_else(lacking)?.as_primitive::<Int32Type>();
        let axes = columns.get(2..2 + self.axes).ok_or_else(lacking)?;
        let passes = columns.get(2 + self.axes..).ok_or_else(lacking)?;
        let passes: Vec<_> = passes.iter().map(super::clean::true_rows).collect();
        let (mut last, mut after) = (i32::MIN, 0);
        for row in 0..batch.num_rows() {
            let day = days.value(row);
            if day != last {
                (last, after) = (day, self.bounds.partition_point(|b| *b <= day));
            }
            let Some(interval) = after.checked_sub(1) else { continue };
            let place = cells.places.of(axes, row);
            for (filter, pass) in passes.iter().enumerate() {
                let stratum = Stratum { place, interval: interval as u32, filter: filter as u32 };
                if pass.value(row)
                    && let Some(cell) = cells.at(stratum)
                {
                    visit(row, cell);
                }
            }
        }
        Ok(())
    }
}

/// What is gathered, by stratum. Most layouts are small: their strata are found by place in a table, others by hash.
pub struct Cells<T> {
    places: Places,
    /// For every gate the places that pass it.
    passed: Vec<BooleanBuffer>,
    /// Strata of one place.
    stride: usize,
    filters: usize,
    dense: Vec<u32>,
    sparse: datafusion::common::HashMap<usize, u32>,
    values: Vec<T>,
}

/// Entries of the table at most.
const DENSE: usize = 1 << 20;

impl<T: Default> Cells<T> {
    pub fn of(layout: &Shape) -> Cells<T> {
        let filters = layout.filters.max(1);
        Cells {
            places: Places::default(),
            passed: Vec::new(),
            stride: filters * layout.bounds.len(),
            filters,
            dense: Vec::new(),
            sparse: datafusion::common::HashMap::new(),
            values: Vec::new(),
        }
    }

    /// The strata of which a question's answer is made.
    pub fn strata(&self, layout: &Layout, question: &Question<'_>) -> Vec<Stratum> {
        let at = |day| layout.bounds.partition_point(|b| *b < day) as u32;
        let (from, to) = (at(epoch_day(question.window.start)), at(epoch_day(question.window.end)));
        let filter = layout.filters.iter().position(|f| f == question.filter);
        let Some((filter, gate)) = filter.and_then(|i| layout.lifting.asked.get(i).copied()) else { return Vec::new() };
        // The axes that the slice looks at, each with its test.
        let tests: Vec<(usize, &crate::plan::SliceTest)> = question
            .slice
            .conditions
            .iter()
            .filter_map(|c| layout.axes.iter().position(|a| *a == axis(c)).map(|at| (at, &c.test)))
            .collect();
        let mut strata = Vec::new();
        for place in 0..self.places.len() {
            if gate.is_some_and(|gate| !self.passed.get(gate).is_some_and(|passed| passed.value(place))) {
                continue;
            }
            if tests.iter().all(|(at, test)| self.places.value(place, *at).is_some_and(|v| holds(test, v))) {
                strata.extend((from..to).map(|interval| Stratum {
                    place: place as u32,
                    interval,
                    filter: filter as u32,
                }));
            }
        }
        strata
    }

    fn index(&self, stratum: Stratum) -> usize {
        stratum.place as usize * self.stride + stratum.interval as usize * self.filters + stratum.filter as usize
    }

    pub fn get(&self, stratum: Stratum) -> Option<&T> {
        let index = self.index(stratum);
        let slot = if index < DENSE { self.dense.get(index) } else { self.sparse.get(&index) };
        self.values.get((*slot? as usize).checked_sub(1)?)
    }

    /// A place's cell; None only if there were more than memory could hold.
    pub fn at(&mut self, stratum: Stratum) -> Option<&mut T> {
        let index = self.index(stratum);
        let slot = if index < DENSE {
            if index >= self.dense.len() {
                self.dense.resize((index + 1).next_power_of_two().min(DENSE), 0);
            }
            self.dense.get_mut(index)?
        } else {
            self.sparse.entry(index).or_insert(0)
        };
        if *slot == 0 {
            self.values.push(T::default());
            *slot = u32::try_from(self.values.len()).ok()?;
        }
        self.values.get_mut((*slot as usize).checked_sub(1)?)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.values.iter_mut()
    }
}
