//! Medians and percentiles: the values of a cell are gathered and sorted; the statistic is interpolated between the two
//! nearest ranks, exactly where the values are.

use std::collections::BTreeMap;
use std::sync::Arc;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, ToPrimitive};
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use futures::StreamExt;

use super::failure;
use super::rows::{Ty, float};
use super::session::Embedded;
use super::strata::{Cells, Layout, Question};
use crate::design::{FieldId, RowExpr, SourceId};
use crate::diagnostic::Diagnostic;
use crate::plan::Ordered;
use crate::value::Number;

/// Values of one kind: units of a decimal, or floats.
#[derive(Clone, Debug, Default)]
enum Values {
    #[default]
    None,
    Exact(Vec<i128>, i64),
    Float(Vec<f64>),
}

impl Embedded<'_> {
    pub(super) fn order_statistics(
        &self,
        questions: &[Ordered],
    ) -> Result<Vec<(Option<Number>, u64)>, Vec<Diagnostic>> {
        // By argument, with the places of its questions.
        type Arguments<'q> = Vec<(&'q RowExpr, Vec<usize>)>;
        let mut groups: BTreeMap<(SourceId, FieldId), Arguments<'_>> = BTreeMap::new();
        for (i, question) in questions.iter().enumerate() {
            let group = groups.entry((question.source, question.time)).or_default();
            match group.iter_mut().find(|(argument, _)| **argument == question.argument) {
                Some((_, members)) => members.push(i),
                None => group.push((&question.argument, vec![i])),
            }
        }
        let mut answers: Vec<(Option<Number>, u64)> = vec![(None, 0); questions.len()];
        for ((source, time), arguments) in groups {
            for (argument, members) in arguments {
                let asked = || members.iter().filter_map(|i| questions.get(*i)).map(question);
                let layout = Layout::of(self, source, time, asked());
                let mut partitions = self.gather_values(&layout, argument)?;
                layout.judge(self, &mut partitions).map_err(|e| vec![failure(self.span(source), &e)])?;
                for i in members {
                    let (Some(asked), Some(slot)) = (questions.get(i), answers.get_mut(i)) else { continue };
                    *slot = percentile(&layout, &partitions, asked);
                }
            }
        }
        Ok(answers)
    }

    fn gather_values(&self, layout: &Layout, argument: &RowExpr) -> Result<Vec<Cells<Values>>, Vec<Diagnostic>> {
        let error = |e: datafusion::error::DataFusionError| vec![failure(self.span(layout.source), &e)];
        let frame = layout
            .frame(
                self,
                |compiler| {
                    let x = compiler.compile(argument);
                    match x.ty {
                        // Beyond 128 bits nobody asks for exact medians.
                        Ty::Decimal { .. } if matches!(x.ty.data_type(), DataType::Decimal256(..)) => float(x),
                        _ => x.expr,
                    }
                },
                argument,
            )?
            .map_err(error)?;
        let layout = Arc::new(layout.shape());
        let work = async move {
            let streams = frame.execute_stream_partitioned().await?;
            let mut tasks = Vec::new();
            for mut stream in streams {
                let layout = Arc::clone(&layout);
                tasks.push(tokio::spawn(async move {
                    let mut cells: Cells<Values> = Cells::of(&layout);
                    while let Some(batch) = stream.next().await {
                        let batch = batch?;
                        let column = batch.column(0);
                        layout.visit(&batch, &mut cells, |row, cell| push(cell, column, row))?;
                    }
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

fn question(asked: &Ordered) -> Question<'_> {
    Question { filter: &asked.filter, window: asked.window, slice: &asked.slice }
}

fn push(cell: &mut Values, column: &ArrayRef, row: usize) {
    let (units, scale) = match column.data_type() {
        DataType::Decimal128(_, scale) => (column.as_primitive::<Decimal128Type>().value(row), i64::from(*scale)),
        DataType::Int64 => (i128::from(column.as_primitive::<Int64Type>().value(row)), 0),
        _ => {
            let Some(floats) = column.as_primitive_opt::<Float64Type>() else { return };
            if matches!(cell, Values::None) {
                *cell = Values::Float(Vec::new());
            }
            if let Values::Float(cell) = cell {
                cell.push(floats.value(row) + 0.0);
            }
            return;
        }
    };
    if matches!(cell, Values::None) {
        *cell = Values::Exact(Vec::new(), scale);
    }
    if let Values::Exact(cell, _) = cell {
        cell.push(units);
    }
}

fn percentile(layout: &Layout, partitions: &[Cells<Values>], asked: &Ordered) -> (Option<Number>, u64) {
    let (mut exact, mut scale, mut floats) = (Vec::new(), 0, Vec::new());
    for cells in partitions {
        for stratum in cells.strata(layout, &question(asked)) {
            match cells.get(stratum) {
                Some(Values::Exact(units, own)) => {
                    scale = *own;
                    exact.extend_from_slice(units);
                }
                Some(Values::Float(values)) => floats.extend_from_slice(values),
                Some(Values::None) | None => {}
            }
        }
    }
    let count = exact.len() + floats.len();
    let Some(last) = count.checked_sub(1) else { return (None, 0) };
    // The rank among 0 ..= n - 1, exactly.
    let rank = &asked.percent * BigDecimal::from(last as u64) / BigDecimal::from(100);
    let low = rank.to_usize().unwrap_or(0).min(last);
    let part = rank - BigDecimal::from(low as u64);
    let high = (low + 1).min(last);
    let value = if floats.is_empty() {
        let decimal = |units: i128| BigDecimal::new(BigInt::from(units), scale);
        two_ranks(&mut exact, low, high, i128::cmp).map(|(a, b)| {
            let (a, b) = (decimal(a), decimal(b));
            Number::from_decimal(&a + (b - &a) * part)
        })
    } else {
        let part = part.to_f64().unwrap_or(0.0);
        two_ranks(&mut floats, low, high, f64::total_cmp).and_then(|(a, b)| Number::from_f64(a + (b - a) * part))
    };
    (value, count as u64)
}

/// The values at two neighbouring ranks.
fn two_ranks<T: Copy>(
    values: &mut [T],
    low: usize,
    high: usize,
    order: impl Fn(&T, &T) -> std::cmp::Ordering + Copy,
) -> Option<(T, T)> {
    if low >= values.len() {
        return None;
    }
    let (_, first, above) = values.select_nth_unstable_by(low, order);
    let first = *first;
    let second = if high == low { first } else { above.iter().copied().min_by(order).unwrap_or(first) };
    Some((first, second))
}
