//! Every value of every slice with its past, one a line: what pivot tables take. The lines of a subject stand together, in
//! order of time.

use indexmap::IndexMap;

use super::Report;
use super::sheet::{Cell, Table};
use crate::render::results::format;
use crate::render::results::view::SliceKey;
use crate::render::words;
use crate::results::{BoundValue, Row, SubjectId};

/// The table, and its column of statuses.
pub(super) fn table(report: &Report<'_>) -> (Table, u16) {
    let lang = report.lang;
    let results = &report.results;
    let mut dimensions: Vec<&str> = Vec::new();
    let mut series: IndexMap<(SubjectId, SliceKey<'_>), Vec<&Row>> = IndexMap::new();
    for row in &results.rows {
        series.insert((row.subject, &row.slice), Vec::new());
        for (dimension, _) in &row.slice {
            if !dimensions.contains(&dimension.as_str()) {
                dimensions.push(dimension);
            }
        }
    }
    for row in results.history.iter().chain(&results.rows) {
        if let Some(rows) = series.get_mut(&(row.subject, row.slice.as_slice())) {
            rows.push(row);
        }
    }
    let before = [
        ("Kind", "类别"),
        ("Name", "名称"),
        ("Label", "标签"),
        ("Period", "期间"),
        ("First day", "起始日"),
        ("Last day", "截止日"),
    ];
    let after = [
        ("Value", "数值"),
        ("Unit", "单位"),
        ("Status", "状态"),
        ("Expected", "本期要求"),
        ("Target", "目标"),
        ("Threshold", "门槛值"),
        ("Score", "得分"),
        ("Weight", "权重"),
        ("Covered weight", "有得分的权重"),
        ("Note", "说明"),
    ];
    let mut heads: Vec<String> = before.iter().map(|(en, zh)| lang.pick(en, zh).to_string()).collect();
    let naming = |name: &str| report.design.dimensions.iter().find(|d| d.naming.name == name);
    heads.extend(dimensions.iter().map(|name| naming(name).map_or(*name, |d| d.naming.title()).to_string()));
    heads.extend(after.iter().map(|(en, zh)| lang.pick(en, zh).to_string()));
    let status = u16::try_from(before.len() + dimensions.len() + 2).unwrap_or(u16::MAX);
    let rows = series.into_values().flatten().map(|row| cells(report, row, &dimensions)).collect();
    (Table { name: lang.pick("Data", "数据"), lead: Vec::new(), heads, rows, frozen: 3, printed: None }, status)
}

fn cells(report: &Report<'_>, row: &Row, dimensions: &[&str]) -> Vec<Cell> {
    let lang = report.lang;
    let shown = report.shown();
    let unit = row.unit.as_ref();
    let bound = |bound: Option<&BoundValue>| {
        let text = bound.map(|b| format::bound(b, unit, None, lang)).unwrap_or_default();
        Cell::bound(bound, unit, text)
    };
    let mut cells = vec![
        Cell::text(words::kind(row.subject.kind(), lang)),
        Cell::text(&row.name),
        Cell::text(&row.title),
        Cell::text(&row.period),
        Cell::date(Some(row.window.start)),
        Cell::date(Some(row.window.last())),
    ];
    cells.extend(dimensions.iter().map(|dimension| {
        Cell::maybe(row.slice.iter().find(|(of, _)| of == dimension).map(|(_, member)| words::member(member, lang)))
    }));
    cells.extend([
        Cell::figure(row.value.as_ref(), unit, lang),
        Cell::maybe(unit.map(|u| u.name.as_str())),
        Cell::maybe(row.status.map(|s| words::status(s, lang))),
        bound(row.expected.as_ref()),
        bound(row.target.as_ref()),
        bound(row.threshold.as_ref()),
        Cell::score(row.score),
        Cell::share(row.weight),
        Cell::share(row.covered_weight),
        Cell::text(shown.notes(row).join("; ")),
    ]);
    cells
}
