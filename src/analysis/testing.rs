//! What the tests of the analyses share: designs from text, random rows, and an interpreter of conditions and aggregates
//! over rows that knows nothing of intervals.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeSet, HashSet};

use proptest::prelude::*;

use super::expression::{Expression, Leaf};
use super::rows::nearest;
use crate::design::{Aggregate, AggregateFunction, ArithmeticOp, CompareOp, Design, RowExpr, RowKind};
use crate::source::{FileId, SourceFile};

/// A design without errors.
pub fn design(text: &str) -> Design {
    let file = SourceFile::new(FileId(0), "x.kpi", text);
    let parse = crate::syntax::parse(&file);
    let checked = crate::check::check(&[(&file, &parse)]);
    let errors: Vec<_> = checked.diagnostics.iter().filter(|d| d.is_error()).collect();
    assert!(errors.is_empty(), "{text}\n{errors:#?}");
    checked.design
}

pub const SOURCE: &str = r#"
source s {
  from: csv("s.csv"), time: day
  field day: date
  field a: integer 0..4
  field b: integer?
  field c: decimal? -2..2
  field t: text in "x", "y", "z"
  field u: text? in "p", "q"
  field f: bool?
}
"#;

/// A value of a row: a number, a text, or a condition; None: missing.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub enum Cell {
    Number(f64),
    Text(String),
    Bool(bool),
}

/// The fields of [`SOURCE`] but for the day, in order.
pub type Row = Vec<Option<Cell>>;

pub fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(row(), 0..8)
}

pub fn row() -> impl Strategy<Value = Row> {
    let text = |all: &'static [&'static str]| prop::sample::select(all).prop_map(|t| Cell::Text(t.to_string()));
    (
        (0i32..=4).prop_map(|n| Some(Cell::Number(n.into()))),
        prop::option::of((-3i32..=6).prop_map(|n| Cell::Number(n.into()))),
        prop::option::of((-4i32..=4).prop_map(|n| Cell::Number(f64::from(n) / 2.0))),
        text(&["x", "y", "z"]).prop_map(Some),
        prop::option::of(text(&["p", "q"])),
        prop::option::of(any::<bool>().prop_map(Cell::Bool)),
    )
        .prop_map(|(a, b, c, t, u, f)| vec![a, b, c, t, u, f])
}

/// Conditions over the rows of [`SOURCE`].
pub fn condition() -> impl Strategy<Value = String> {
    let op = || prop::sample::select(&["=", "!=", "<", "<=", ">", ">="][..]);
    let number = prop::sample::select(&["a", "b", "c", "a + b", "a - c"][..]);
    let atom = prop_oneof![
        4 => (number, op(), -2i32..5).prop_map(|(x, op, n)| format!("{x} {op} {n}")),
        2 => (op(), prop::bool::ANY).prop_map(|(op, turn)| if turn { format!("a {op} b") } else { format!("b {op} a") }),
        2 => prop::sample::subsequence(vec!["\"x\"", "\"y\"", "\"z\""], 1..=3).prop_map(|l| format!("t in ({})", l.join(", "))),
        1 => Just("u = \"p\"".to_string()),
        1 => Just("u != \"p\"".to_string()),
        1 => Just("f".to_string()),
        1 => Just("b is missing".to_string()),
        1 => Just("b is known".to_string()),
        1 => Just("b in (0, 1, 2)".to_string()),
        1 => Just("a between 1 and 3".to_string()),
        1 => Just("c between b and a".to_string()),
        1 => Just("not (b between 0 and a)".to_string()),
        1 => Just("t contains \"x\"".to_string()),
    ];
    atom.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

fn truth(cell: Option<Cell>) -> Option<bool> {
    match cell {
        Some(Cell::Bool(value)) => Some(value),
        _ => None,
    }
}

fn number(cell: Option<Cell>) -> Option<f64> {
    match cell {
        Some(Cell::Number(value)) => Some(value),
        _ => None,
    }
}

/// The value of an expression in a row.
pub fn cell(expr: &RowExpr, row: &Row) -> Option<Cell> {
    let of = |x: &RowExpr| cell(x, row);
    match &expr.kind {
        RowKind::Field(path) => row[path.field.index() - 1].clone(),
        RowKind::Number(value) => Some(Cell::Number(nearest(value))),
        RowKind::Text(text) => Some(Cell::Text(text.clone())),
        RowKind::Bool(value) => Some(Cell::Bool(*value)),
        RowKind::Negate(x) => number(of(x)).map(|x| Cell::Number(-x)),
        RowKind::Not(x) => truth(of(x)).map(|x| Cell::Bool(!x)),
        RowKind::Arithmetic { op, left, right } => {
            let (a, b) = (number(of(left))?, number(of(right))?);
            match op {
                ArithmeticOp::Add => Some(Cell::Number(a + b)),
                ArithmeticOp::Subtract => Some(Cell::Number(a - b)),
                ArithmeticOp::Multiply => Some(Cell::Number(a * b)),
                ArithmeticOp::Divide => (b != 0.0).then(|| Cell::Number(a / b)),
            }
        }
        RowKind::Compare { op, left, right } => {
            let (a, b) = (of(left)?, of(right)?);
            Some(Cell::Bool(match op {
                CompareOp::Equal => a == b,
                CompareOp::NotEqual => a != b,
                CompareOp::Less => a < b,
                CompareOp::LessEqual => a <= b,
                CompareOp::Greater => a > b,
                CompareOp::GreaterEqual => a >= b,
            }))
        }
        RowKind::And(a, b) => match (truth(of(a)), truth(of(b))) {
            (Some(false), _) | (_, Some(false)) => Some(Cell::Bool(false)),
            (Some(true), Some(true)) => Some(Cell::Bool(true)),
            _ => None,
        },
        RowKind::Or(a, b) => match (truth(of(a)), truth(of(b))) {
            (Some(true), _) | (_, Some(true)) => Some(Cell::Bool(true)),
            (Some(false), Some(false)) => Some(Cell::Bool(false)),
            _ => None,
        },
        RowKind::InList { operand, items, negated } => {
            let value = of(operand)?;
            Some(Cell::Bool(items.iter().any(|item| of(item).as_ref() == Some(&value)) != *negated))
        }
        RowKind::Between { operand, low, high, negated } => {
            let value = of(operand)?;
            let above = of(low).map(|low| value >= low);
            let below = of(high).map(|high| value <= high);
            let both = match (above, below) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
            both.map(|both| Cell::Bool(both != *negated))
        }
        RowKind::IsMissing { operand, negated } => Some(Cell::Bool(of(operand).is_none() != *negated)),
        RowKind::Contains { operand, text } => match (of(operand)?, of(text)?) {
            (Cell::Text(whole), Cell::Text(part)) => Some(Cell::Bool(whole.contains(&part))),
            _ => None,
        },
        other => panic!("not interpreted: {other:?}"),
    }
}

pub fn matches(filter: Option<&RowExpr>, row: &Row) -> bool {
    filter.is_none_or(|f| truth(cell(f, row)) == Some(true))
}

/// An aggregate over rows, whatever the window.
pub fn aggregated(aggregate: &Aggregate, rows: &[Row]) -> Option<f64> {
    let rows: Vec<&Row> = rows.iter().filter(|row| matches(aggregate.filter.as_ref(), row)).collect();
    let cells: Vec<Cell> = aggregate.argument.iter().flat_map(|a| rows.iter().filter_map(|row| cell(a, row))).collect();
    let numbers: Vec<f64> = cells.iter().filter_map(|c| number(Some(c.clone()))).collect();
    let n = numbers.len() as f64;
    match aggregate.function {
        AggregateFunction::Count => Some(rows.len() as f64),
        AggregateFunction::CountDistinct => {
            Some(cells.iter().map(|c| format!("{c:?}")).collect::<BTreeSet<_>>().len() as f64)
        }
        AggregateFunction::Sum => Some(numbers.iter().sum()),
        AggregateFunction::Avg => (n > 0.0).then(|| numbers.iter().sum::<f64>() / n),
        AggregateFunction::Min => numbers.into_iter().reduce(f64::min),
        AggregateFunction::Max => numbers.into_iter().reduce(f64::max),
        AggregateFunction::Stddev => {
            let mean = numbers.iter().sum::<f64>() / n;
            (n > 1.0).then(|| (numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
        }
        ref other => panic!("not interpreted: {other:?}"),
    }
}

/// The variables of an expression, all on one window.
pub fn values(expression: &Expression, rows: &[Row]) -> Vec<Option<f64>> {
    let of = |leaf: &Leaf| match leaf {
        Leaf::Aggregate(aggregate) => aggregated(aggregate, rows),
        Leaf::Keys(_) | Leaf::Indicator(_) | Leaf::Constant(_) | Leaf::PerYear(_) | Leaf::Unknown(_) => {
            panic!("no rows behind {leaf:?}")
        }
    };
    let windows: HashSet<_> = expression.variables().iter().map(|v| v.place.clone()).collect();
    assert!(windows.len() <= 1);
    expression.variables().iter().map(|v| of(&v.leaf)).collect()
}

/// Formulas over the rows of [`SOURCE`], without units.
pub fn formula() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => condition().prop_map(|c| format!("count(s where {c})")),
        1 => Just("count(s)".to_string()),
        2 => condition().prop_map(|c| format!("sum(s.a where {c})")),
        1 => Just("sum(s.a)".to_string()),
        1 => condition().prop_map(|c| format!("avg(s.a where {c})")),
        1 => Just("avg(s.c)".to_string()),
        1 => condition().prop_map(|c| format!("max(s.b where {c})")),
        1 => condition().prop_map(|c| format!("min(s.c where {c})")),
        1 => Just("stddev(s.a)".to_string()),
        1 => Just("count_distinct(s.t)".to_string()),
        1 => (-3i32..4).prop_map(|n| n.to_string()),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let two = || (inner.clone(), inner.clone());
        prop_oneof![
            (two(), prop::sample::select(&["+", "-", "*", "/", "/"][..]))
                .prop_map(|((a, b), op)| format!("({a} {op} {b})")),
            two().prop_map(|(a, b)| format!("({a} / ({a} + {b}))")),
            two().prop_map(|(a, b)| format!("(({a} - {b}) / {a})")),
            two().prop_map(|(a, b)| format!("min({a}, {b})")),
            two().prop_map(|(a, b)| format!("max({a}, {b})")),
            two().prop_map(|(a, b)| format!("(if {a} > {b} then {a} else {b})")),
            two().prop_map(|(a, b)| format!("({a} otherwise {b})")),
            inner.clone().prop_map(|a| format!("abs({a})")),
            inner.clone().prop_map(|a| format!("sqrt({a})")),
            inner.clone().prop_map(|a| format!("round({a}, 1)")),
            inner.clone().prop_map(|a| format!("power({a}, 2)")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("clamp({a}, {b}, {c})")),
            inner.clone().prop_map(|a| format!("-{a}")),
        ]
    })
}

/// [`SOURCE`] with measures of these formulas.
pub fn measures(formulas: &[String]) -> Design {
    let text: String = formulas.iter().enumerate().map(|(n, f)| format!("measure m{n} = {f}\n")).collect();
    design(&format!("{SOURCE}{text}"))
}
