//! How each value came about: a line for each part of its formula, indented as the parts nest.

use super::Report;
use super::sheet::{Cell, Table};
use crate::render::explain;
use crate::results::{SubjectId, Trace, TraceValue};

pub(super) fn table(report: &Report<'_>) -> Table {
    let lang = report.lang;
    let heads = [
        ("Indicator", "指标"),
        ("Part of the formula", "公式组成部分"),
        ("Value", "数值"),
        ("Rows", "记录数"),
        ("Window", "时间窗口"),
        ("Slice", "切片"),
        ("Note", "说明"),
        ("Level", "层级"),
    ];
    let mut rows = Vec::new();
    for (id, trace) in &report.traces {
        let title = report.row(SubjectId::Indicator(*id)).map_or("", |row| row.title.as_str());
        // A list and not recursion, from the last to the first.
        let mut waiting: Vec<(usize, Part<'_>)> = vec![(0, Part::Node(trace))];
        while let Some((depth, part)) = waiting.pop() {
            match part {
                Part::Node(node) => {
                    rows.push(cells(report, title, depth, node));
                    let (children, rest) = explain::shown_children(node, lang);
                    waiting.extend(rest.map(|rest| (depth + 1, Part::Rest(rest))));
                    waiting.extend(children.iter().rev().map(|child| (depth + 1, Part::Node(child))));
                }
                Part::Rest(rest) => {
                    rows.push(vec![Cell::text(title), Cell::text(rest).indent(depth)]);
                }
            }
        }
    }
    Table {
        name: lang.pick("Trace", "计算过程"),
        lead: Vec::new(),
        heads: heads.iter().map(|(en, zh)| lang.pick(en, zh).to_string()).collect(),
        rows,
        frozen: 1,
        printed: Some(7),
    }
}

enum Part<'t> {
    Node(&'t Trace),
    Rest(String),
}

fn cells(report: &Report<'_>, title: &str, depth: usize, node: &Trace) -> Vec<Cell> {
    let lang = report.lang;
    let value = match &node.value {
        TraceValue::Number(number, unit) => Cell::figure(Some(number), unit.as_ref(), lang),
        TraceValue::Set(count) => Cell::count(*count),
        TraceValue::Missing(_) => Cell::default(),
        TraceValue::Bool(_) | TraceValue::Text(_) => Cell::text(explain::value_text(node, lang)),
    };
    let strong = |cell: Cell| if depth == 0 { cell.bold() } else { cell };
    vec![
        strong(Cell::text(title)),
        strong(Cell::text(explain::written(node, depth == 0)).indent(depth)),
        strong(value),
        node.rows.map_or_else(Cell::default, Cell::count),
        Cell::maybe(node.window.as_deref()),
        Cell::maybe(node.slice.as_deref()),
        Cell::maybe(explain::missing_part(node, lang)),
        Cell::count(depth as u64),
    ]
}
