//! What does not fold over time (distinct keys, order statistics) is gathered row by row: the query gives a value, its
//! day, its place on the axes and which filters it passes; here each row finds its cells. Time is cut at the bounds of the
//! windows that are asked for, so that every window is a union of whole intervals.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int32Type;
use datafusion::dataframe::DataFrame;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, cast, lit};

use super::rows::Compiler;
use super::session::Embedded;
use super::view::{Paths, in_window};
use crate::design::{FieldId, FieldPath, RowExpr, SourceId};
use crate::diagnostic::Diagnostic;
use crate::plan::{Axis, AxisValue, Slice, axis, epoch_day, holds};
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
    span: Window,
}

/// A cell: place on the axes, interval, filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stratum {
    pub place: u32,
    pub interval: u32,
    pub filter: u32,
}

impl Layout {
    pub fn of<'a>(source: SourceId, time: FieldId, questions: impl Iterator<Item = Question<'a>>) -> Layout {
        let mut layout = Layout {
            source,
            time,
            bounds: Vec::new(),
            axes: Vec::new(),
            filters: Vec::new(),
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
        layout
    }

    /// What rows need to find their strata, without the expressions.
    pub fn shape(&self) -> Layout {
        Layout {
            source: self.source,
            time: self.time,
            bounds: self.bounds.clone(),
            axes: self.axes.clone(),
            filters: vec![None; self.filters.len()],
            span: self.span,
        }
    }

    /// The strata of which a question's answer is made.
    pub fn strata(&self, question: &Question<'_>, places: &[Vec<AxisValue>]) -> Vec<Stratum> {
        let at = |day| self.bounds.partition_point(|b| *b < day) as u32;
        let (from, to) = (at(epoch_day(question.window.start)), at(epoch_day(question.window.end)));
        let Some(filter) = self.filters.iter().position(|f| f == question.filter) else { return Vec::new() };
        let mut strata = Vec::new();
        for (place, values) in places.iter().enumerate() {
            let fits = question.slice.conditions.iter().all(|condition| {
                let axis = axis(condition);
                let value = self.axes.iter().position(|a| *a == axis).and_then(|i| values.get(i));
                value.is_some_and(|value| holds(&condition.test, value))
            });
            if fits {
                strata.extend((from..to).map(|interval| Stratum {
                    place: place as u32,
                    interval,
                    filter: filter as u32,
                }));
            }
        }
        strata
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
        let filters: Vec<Expr> =
            self.filters.iter().map(|f| f.as_ref().map_or(lit(true), |f| compiler.compile(f).expr)).collect();
        let condition = in_window(day.clone(), self.span).and(value.clone().is_not_null());
        // Rows that pass no filter need not be looked at.
        let passes = filters.iter().cloned().reduce(Expr::or).unwrap_or_else(|| lit(true));
        let frame = engine.view(self.source, paths)?.filter(condition.and(passes))?;
        let (frame, places) = engine.place(frame, &compiler, &self.axes, sets)?;
        let mut columns =
            vec![value.alias("value"), cast(day, datafusion::arrow::datatypes::DataType::Int32).alias("day")];
        columns.extend(places.into_iter().enumerate().map(|(i, p)| p.alias(format!("place{i}"))));
        columns.extend(filters.into_iter().enumerate().map(|(i, p)| p.alias(format!("pass{i}"))));
        frame.select(columns)
    }

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
        let axes = columns.get(2..2 + self.axes.len()).ok_or_else(lacking)?;
        let passes = columns.get(2 + self.axes.len()..).ok_or_else(lacking)?;
        let passes: Vec<_> = passes.iter().map(super::clean::true_rows).collect();
        for row in 0..batch.num_rows() {
            let after = self.bounds.partition_point(|b| *b <= days.value(row));
            let Some(interval) = after.checked_sub(1) else { continue };
            let place = cells.places.of(&self.axes, axes, row);
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
    pub places: Places,
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
    pub fn of(layout: &Layout) -> Cells<T> {
        let filters = layout.filters.len().max(1);
        Cells {
            places: Places::default(),
            stride: filters * layout.bounds.len(),
            filters,
            dense: Vec::new(),
            sparse: datafusion::common::HashMap::new(),
            values: Vec::new(),
        }
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

/// The places that occur, numbered.
#[derive(Default)]
pub struct Places {
    pub values: Vec<Vec<AxisValue>>,
    numbers: HashMap<Vec<AxisValue>, u32>,
    /// Members seen on one axis, so that a row costs no allocation.
    single: datafusion::common::HashMap<Arc<str>, u32>,
}

impl Places {
    fn of(&mut self, axes: &[Axis], columns: &[ArrayRef], row: usize) -> u32 {
        match (axes, columns) {
            ([], _) => self.number(Vec::new()),
            ([Axis::Dimension(_)], [column]) if column.is_valid(row) => {
                let member = column.as_string_view().value(row);
                if let Some(number) = self.single.get(member) {
                    return *number;
                }
                let shared: Arc<str> = Arc::from(member);
                let number = self.number(vec![AxisValue::Member(Arc::clone(&shared))]);
                self.single.insert(shared, number);
                number
            }
            _ => {
                let place = axes.iter().zip(columns).map(|(axis, column)| super::scan::axis_value(axis, column, row));
                self.number(place.collect())
            }
        }
    }

    fn number(&mut self, place: Vec<AxisValue>) -> u32 {
        if let (true, false) = (place.is_empty(), self.values.is_empty()) {
            return 0;
        }
        if let Some(number) = self.numbers.get(&place) {
            return *number;
        }
        let number = self.values.len() as u32;
        self.values.push(place.clone());
        self.numbers.insert(place, number);
        number
    }
}
