//! From requests to what is asked of scans: each aggregate is broken into primitives that fold.

use bigdecimal::{BigDecimal, Zero};

use super::scan::{Column, KeyAtom, KeySet, Ordered, Primitive};
use super::{Answer, Leaf, Request, Slice};
use crate::design::{
    Aggregate, AggregateFunction, ArithmeticOp, DimensionId, FieldId, RowExpr, RowKind, RowType, SourceId,
};
use crate::plan::scan::Cell;
use crate::value::{Number, Window};

/// One column of a scan, wanted on a window and slice.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub source: SourceId,
    pub time: FieldId,
    pub column: Column,
    pub window: Window,
    pub slice: Slice,
    pub shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Folded over the window and slice.
    Total,
    /// Folded over the slice, day by day.
    PerDay,
    /// The members of a dimension that have a row.
    Members(DimensionId),
}

#[derive(Clone, Debug)]
pub(super) enum Got {
    Total(Cell),
    /// In order of days.
    Days(Vec<(i32, Cell)>),
    Members(Vec<String>),
}

/// Everything a round asks for, and how each answer is put together.
#[derive(Default)]
pub(super) struct Asks {
    pub asks: Vec<Ask>,
    pub ordered: Vec<Ordered>,
    pub sets: Vec<KeySet>,
    pub recipes: Vec<Recipe>,
}

/// How one answer comes about; numbers are places in [`Asks::asks`] and its neighbours.
pub(super) enum Recipe {
    Rows(usize),
    /// A sum, minimum or maximum, and the rows behind it.
    Single {
        cell: usize,
        rows: usize,
        exact: bool,
        zero: bool,
    },
    Mean {
        sum: usize,
        rows: usize,
    },
    Ratio {
        sum: usize,
        weights: usize,
        rows: usize,
    },
    Deviation {
        sum: usize,
        squares: usize,
        rows: usize,
    },
    Balance {
        function: AggregateFunction,
        dates: usize,
        sum: usize,
        rows: usize,
        exact: bool,
    },
    Ordered(usize),
    Distinct {
        set: usize,
        rows: usize,
    },
    Keys(usize),
    Members(Vec<usize>),
}

impl Asks {
    pub fn of(requests: &[Request]) -> Asks {
        let mut asks = Asks::default();
        for request in requests {
            let recipe = match request {
                Request::Aggregate { aggregate, window, slice } => asks.aggregate(aggregate, *window, slice),
                Request::Count(term) => {
                    asks.sets.push(term.as_ref().into());
                    Recipe::Keys(asks.sets.len() - 1)
                }
                Request::Members { dimension, leaves } => Recipe::Members(
                    leaves
                        .iter()
                        .map(|(leaf, window, slice)| {
                            let (time, filter) = match leaf {
                                Leaf::Aggregate(a) => (a.time, a.filter.clone()),
                                Leaf::Set(s) => (s.time, s.filter.clone()),
                            };
                            let column = Column { primitive: Primitive::Rows, filter };
                            asks.push(Ask {
                                source: leaf.source(),
                                time,
                                column,
                                window: *window,
                                slice: slice.clone(),
                                shape: Shape::Members(*dimension),
                            })
                        })
                        .collect(),
                ),
            };
            asks.recipes.push(recipe);
        }
        asks
    }

    fn push(&mut self, ask: Ask) -> usize {
        self.asks.push(ask);
        self.asks.len() - 1
    }

    fn aggregate(&mut self, aggregate: &Aggregate, window: Window, slice: &Slice) -> Recipe {
        let Aggregate { function, source, time, argument, weight, filter } = aggregate;
        let (source, time) = (*source, *time);
        let mut ask = |primitive: Primitive, filter: &Option<RowExpr>| {
            let column = Column { primitive, filter: filter.clone() };
            self.push(Ask { source, time, column, window, slice: slice.clone(), shape: Shape::Total })
        };
        let Some(x) = argument else { return Recipe::Rows(ask(Primitive::Rows, filter)) };
        let exact = is_exact(x);
        match function {
            AggregateFunction::Count => Recipe::Rows(ask(Primitive::Known(x.clone()), filter)),
            AggregateFunction::Sum | AggregateFunction::Min | AggregateFunction::Max => {
                let rows = ask(Primitive::Known(x.clone()), filter);
                let primitive = match function {
                    AggregateFunction::Min => Primitive::Min(x.clone()),
                    AggregateFunction::Max => Primitive::Max(x.clone()),
                    _ => Primitive::Sum(x.clone()),
                };
                Recipe::Single {
                    cell: ask(primitive, filter),
                    rows,
                    exact,
                    zero: matches!(function, AggregateFunction::Sum),
                }
            }
            AggregateFunction::Avg => Recipe::Mean {
                sum: ask(Primitive::Sum(x.clone()), filter),
                rows: ask(Primitive::Known(x.clone()), filter),
            },
            AggregateFunction::Stddev => Recipe::Deviation {
                sum: ask(Primitive::Sum(x.clone()), filter),
                squares: ask(Primitive::Squares(x.clone()), filter),
                rows: ask(Primitive::Known(x.clone()), filter),
            },
            AggregateFunction::WeightedAvg => {
                // Only rows in which both are known count: the product is missing where either is.
                let w = weight.as_ref().unwrap_or(x);
                let product = multiply(x, w);
                let both = and(filter.clone(), known(x));
                Recipe::Ratio {
                    sum: ask(Primitive::Sum(product.clone()), filter),
                    weights: ask(Primitive::Sum(w.clone()), &Some(both)),
                    rows: ask(Primitive::Known(product), filter),
                }
            }
            AggregateFunction::Median | AggregateFunction::Percentile(_) => {
                let percent = match function {
                    AggregateFunction::Percentile(p) => p.clone(),
                    _ => BigDecimal::from(50),
                };
                let (argument, filter) = (x.clone(), filter.clone());
                self.ordered.push(Ordered { source, time, argument, filter, percent, window, slice: slice.clone() });
                Recipe::Ordered(self.ordered.len() - 1)
            }
            AggregateFunction::CountDistinct => {
                let rows = ask(Primitive::Known(x.clone()), filter);
                let (key, filter) = (x.clone(), filter.clone());
                let atom = KeyAtom { source, time, key, filter, window, slice: slice.clone() };
                self.sets.push(KeySet::Atom(Box::new(atom)));
                Recipe::Distinct { set: self.sets.len() - 1, rows }
            }
            AggregateFunction::Opening | AggregateFunction::Closing | AggregateFunction::AverageBalance => {
                let mut daily = |primitive: Primitive, filter: Option<RowExpr>, slice: Slice| {
                    let column = Column { primitive, filter };
                    self.push(Ask { source, time, column, window, slice, shape: Shape::PerDay })
                };
                Recipe::Balance {
                    function: function.clone(),
                    dates: daily(Primitive::Rows, None, Slice::default()),
                    sum: daily(Primitive::Sum(x.clone()), filter.clone(), slice.clone()),
                    rows: daily(Primitive::Known(x.clone()), filter.clone(), slice.clone()),
                    exact,
                }
            }
        }
    }
}

fn is_exact(x: &RowExpr) -> bool {
    !matches!(x.ty, RowType::Number { exact: false, .. })
}

fn boolean(kind: RowKind, like: &RowExpr) -> RowExpr {
    RowExpr { kind, ty: RowType::Bool, span: like.span }
}

fn known(x: &RowExpr) -> RowExpr {
    boolean(RowKind::IsMissing { operand: Box::new(x.clone()), negated: true }, x)
}

fn and(filter: Option<RowExpr>, condition: RowExpr) -> RowExpr {
    match filter {
        None => condition,
        Some(filter) => boolean(RowKind::And(Box::new(filter), Box::new(condition.clone())), &condition),
    }
}

fn multiply(x: &RowExpr, w: &RowExpr) -> RowExpr {
    let ty = match (&x.ty, &w.ty) {
        (RowType::Number { quantity, exact: a }, RowType::Number { exact: b, .. }) => {
            RowType::Number { quantity: quantity.clone(), exact: *a && *b }
        }
        (ty, _) => ty.clone(),
    };
    let (left, right) = (Box::new(x.clone()), Box::new(w.clone()));
    RowExpr { kind: RowKind::Arithmetic { op: ArithmeticOp::Multiply, left, right }, ty, span: x.span }
}

impl Recipe {
    /// The answer from what was got for the asks, the order statistics and the sets.
    pub fn answer(&self, got: &[Got], ordered: &[(Option<Number>, u64)], sets: &[u64]) -> Answer {
        let total = |i: &usize| match got.get(*i) {
            Some(Got::Total(cell)) => cell.clone(),
            _ => Cell::Nothing,
        };
        let days = |i: &usize| match got.get(*i) {
            Some(Got::Days(days)) => days.as_slice(),
            _ => &[],
        };
        match self {
            Recipe::Rows(rows) => {
                let rows = total(rows).count();
                Answer::Value { value: Some(Number::Decimal(BigDecimal::from(rows))), rows }
            }
            Recipe::Single { cell, rows, exact, zero } => {
                let value = total(cell);
                let value = match (value, zero) {
                    (Cell::Nothing, true) => Some(number(BigDecimal::zero(), *exact)),
                    (Cell::Float(f), _) => Some(Number::Float(f)),
                    (cell, _) => cell.exact().map(|v| number(v, *exact)),
                };
                Answer::Value { value, rows: total(rows).count() }
            }
            Recipe::Mean { sum, rows } => {
                let rows = total(rows).count();
                let sum = total(sum).exact();
                Answer::Value { value: sum.and_then(|s| divide(s, BigDecimal::from(rows))), rows }
            }
            Recipe::Ratio { sum, weights, rows } => {
                let value = match (total(sum).exact(), total(weights).exact()) {
                    (Some(sum), Some(weights)) => divide(sum, weights),
                    _ => None,
                };
                Answer::Value { value, rows: total(rows).count() }
            }
            Recipe::Deviation { sum, squares, rows } => {
                let rows = total(rows).count();
                let value = match (total(sum).exact(), total(squares).exact()) {
                    (Some(sum), Some(squares)) if rows > 1 => {
                        let n = BigDecimal::from(rows);
                        let spread = &n * squares - &sum * &sum;
                        let variance = spread / (&n * (&n - BigDecimal::from(1)));
                        Some(Number::Float(float(&variance).max(0.0).sqrt()))
                    }
                    _ => None,
                };
                Answer::Value { value, rows }
            }
            Recipe::Balance { function, dates, sum, rows, exact } => {
                balance(function, days(dates), days(sum), days(rows), *exact)
            }
            Recipe::Ordered(i) => {
                let (value, rows) = ordered.get(*i).cloned().unwrap_or((None, 0));
                Answer::Value { value, rows }
            }
            Recipe::Distinct { set, rows } => {
                let keys = sets.get(*set).copied().unwrap_or(0);
                Answer::Value { value: Some(Number::Decimal(BigDecimal::from(keys))), rows: total(rows).count() }
            }
            Recipe::Keys(set) => Answer::Count(sets.get(*set).copied().unwrap_or(0)),
            Recipe::Members(asks) => {
                let mut members: Vec<String> = Vec::new();
                for ask in asks {
                    if let Some(Got::Members(more)) = got.get(*ask) {
                        members.extend(more.iter().cloned());
                    }
                }
                members.sort();
                members.dedup();
                Answer::Members(members)
            }
        }
    }
}

/// `dates` are those that the source has, whatever the slice and filter; one without matching rows counts 0.
fn balance(
    function: &AggregateFunction,
    dates: &[(i32, Cell)],
    sums: &[(i32, Cell)],
    rows: &[(i32, Cell)],
    exact: bool,
) -> Answer {
    let at = |cells: &[(i32, Cell)], day: i32| -> Cell {
        cells
            .binary_search_by_key(&day, |(d, _)| *d)
            .ok()
            .and_then(|i| cells.get(i))
            .map_or(Cell::Nothing, |(_, c)| c.clone())
    };
    let day = match function {
        AggregateFunction::Opening => dates.first(),
        AggregateFunction::Closing => dates.last(),
        _ => None,
    };
    match (function, day) {
        (AggregateFunction::AverageBalance, _) => {
            let total: BigDecimal = sums.iter().filter_map(|(_, c)| c.exact()).sum();
            let value = divide(total, BigDecimal::from(dates.len() as u64));
            Answer::Value { value, rows: rows.iter().map(|(_, c)| c.count()).sum() }
        }
        (_, Some((day, _))) => {
            let value = at(sums, *day).exact().unwrap_or_default();
            Answer::Value { value: Some(number(value, exact)), rows: at(rows, *day).count() }
        }
        (_, None) => Answer::Value { value: None, rows: 0 },
    }
}

/// A sum is exact whatever it sums; the value is a float where the summands were.
pub(super) fn number(value: BigDecimal, exact: bool) -> Number {
    if exact { Number::Decimal(value) } else { Number::Float(float(&value)) }
}

/// The nearest double.
fn float(value: &BigDecimal) -> f64 {
    value.to_scientific_notation().parse().unwrap_or(0.0)
}

/// The nearest double to the exact quotient; None over zero.
fn divide(a: BigDecimal, b: BigDecimal) -> Option<Number> {
    if b.is_zero() { None } else { Some(Number::Float(float(&(a / b)))) }
}
