//! One row a value, for spreadsheets and scripts. The columns and their order are fixed.

use std::borrow::Cow;

use super::Shown;
use super::format::{float, machine, machine_bound};
use crate::render::words;
use crate::results::{Member, Row};

pub const COLUMNS: [&str; 15] = [
    "kind",
    "name",
    "label",
    "period",
    "slice",
    "value",
    "unit",
    "status",
    "reason",
    "flags",
    "expected",
    "target",
    "score",
    "weight",
    "covered_weight",
];

pub fn render(shown: &Shown<'_>) -> String {
    let mut out = COLUMNS.join(",") + "\n";
    for row in &shown.results.rows {
        let cells = cells(row, shown);
        let cells: Vec<Cow<'_, str>> = cells.iter().map(|c| quoted(c)).collect();
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}

fn cells(row: &Row, shown: &Shown<'_>) -> [String; 15] {
    let unit = row.unit.as_ref();
    [
        row.subject.kind().to_string(),
        row.name.clone(),
        row.title.clone(),
        row.period.clone(),
        slice(&row.slice),
        row.value.as_ref().map(|v| machine(v, unit)).unwrap_or_default(),
        unit.map(|u| u.name.clone()).unwrap_or_default(),
        row.status.map(|s| s.word().to_string()).unwrap_or_default(),
        row.reason.as_ref().map(|r| words::reason(r, shown.lang)).unwrap_or_default(),
        row.flags.words().join(";"),
        row.expected.as_ref().map(|b| machine_bound(b, unit)).unwrap_or_default(),
        row.target.as_ref().map(|b| machine_bound(b, unit)).unwrap_or_default(),
        row.score.map(float).unwrap_or_default(),
        row.weight.map(float).unwrap_or_default(),
        row.covered_weight.map(float).unwrap_or_default(),
    ]
}

/// `region=华东;course=A`; a member that is not given is empty. `;`, `=` and `\` in names and members have a `\` before them.
pub fn slice(slice: &[(String, Member)]) -> String {
    let escaped = |text: &str| {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if matches!(c, ';' | '=' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
        out
    };
    let parts: Vec<String> = slice
        .iter()
        .map(|(dimension, member)| match member {
            Member::Value(value) => format!("{}={}", escaped(dimension), escaped(value)),
            Member::NotGiven => format!("{}=", escaped(dimension)),
        })
        .collect();
    parts.join(";")
}

fn quoted(cell: &str) -> Cow<'_, str> {
    if cell.contains([',', '"', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(cell)
    }
}
