//! The columns of the CSV as a Parquet file: texts, and numbers as 64-bit floats. Of a range `expected` and `target` hold the
//! low end, `expected_to` and `target_to` the high one.

use super::Shown;
use super::csv::slice;
use super::format::machine;
use crate::engine::file::{Column, parquet};
use crate::render::words;
use crate::results::{BoundValue, Row};
use crate::value::Number;

/// The error is that of the writer.
pub fn render(shown: &Shown<'_>) -> Result<Vec<u8>, String> {
    let rows = &shown.results.rows;
    let text = |of: &dyn Fn(&Row) -> Option<String>| Column::Text(rows.iter().map(of).collect());
    let number = |of: &dyn Fn(&Row) -> Option<f64>| Column::Number(rows.iter().map(of).collect());
    // What the other formats write, to the last digit.
    let written = |row: &Row, number: &Number| machine(number, row.unit.as_ref()).parse::<f64>().ok();
    let low = |row: &Row, bound: Option<&BoundValue>| match bound? {
        BoundValue::One(value) | BoundValue::Range(value, _) => written(row, value),
    };
    let high = |row: &Row, bound: Option<&BoundValue>| match bound? {
        BoundValue::One(_) => None,
        BoundValue::Range(_, value) => written(row, value),
    };
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    parquet(vec![
        ("kind", text(&|r| Some(r.subject.kind().to_string()))),
        ("name", text(&|r| Some(r.name.clone()))),
        ("label", text(&|r| Some(r.title.clone()))),
        ("period", text(&|r| Some(r.period.clone()))),
        ("slice", text(&|r| Some(slice(&r.slice)))),
        ("value", number(&|r| written(r, r.value.as_ref()?))),
        ("unit", text(&|r| r.unit.as_ref().map(|u| u.name.clone()))),
        ("status", text(&|r| r.status.map(|s| s.word().to_string()))),
        ("reason", text(&|r| r.reason.as_ref().map(|reason| words::reason(reason, shown.lang)))),
        ("flags", text(&|r| some(r.flags.words().join(";")))),
        ("expected", number(&|r| low(r, r.expected.as_ref()))),
        ("expected_to", number(&|r| high(r, r.expected.as_ref()))),
        ("target", number(&|r| low(r, r.target.as_ref()))),
        ("target_to", number(&|r| high(r, r.target.as_ref()))),
        ("score", number(&|r| r.score)),
        ("weight", number(&|r| r.weight)),
        ("covered_weight", number(&|r| r.covered_weight)),
    ])
}
