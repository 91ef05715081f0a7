//! The tables of tests: columns as wide as their widest cell on a terminal.

use super::WIDTH;
use super::page::width;
use super::reader::Reader;
use crate::syntax::ast::Given;

/// The lines of a table, the names of its columns first.
pub(super) fn rows(given: &Given, reader: &Reader<'_>) -> Vec<String> {
    let mut rows: Vec<Vec<&str>> = Vec::with_capacity(given.rows.len() + 1);
    rows.push(given.columns.iter().map(|column| reader.slice(column.span)).collect());
    rows.extend(given.rows.iter().map(|row| row.cells.iter().map(|cell| reader.slice(cell.span)).collect()));
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (cell, widest) in row.iter().zip(&mut widths) {
            // One that is very long does not make all of them so.
            *widest = Some(width(cell)).filter(|w| *w <= WIDTH).unwrap_or(0).max(*widest);
        }
    }
    let line = |row: Vec<&str>| {
        let mut line = String::from("|");
        for (cell, widest) in row.iter().zip(&widths) {
            line.push_str(&format!(" {cell}{} |", " ".repeat(widest.saturating_sub(width(cell)))));
        }
        line
    };
    rows.into_iter().map(line).collect()
}
