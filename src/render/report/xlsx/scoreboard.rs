//! The scoreboard: objectives, factors and indicators as the terminal shows them, to be filtered; to the right of what is
//! printed the values of the periods before.

use std::collections::HashMap;

use rust_xlsxwriter::{Sparkline, SparklineType, Workbook, XlsxError};

use super::sheet::{Cell, Table, Value};
use super::{Report, extent, status_colors, status_icons};
use crate::design::Naming;
use crate::render::results::view::{Board, Key, Line, Role};
use crate::render::words;
use crate::results::{Row, Status, SubjectId};

const MARK: u16 = 0;
const STATUS: u16 = 1;
const JUDGED: [u16; 2] = [4, 5];
const TREND: u16 = 8;
/// The columns before those of the periods, in English and Chinese.
const HEADS: [(&str, &str); 14] = [
    ("", ""),
    ("Status", "状态"),
    ("Indicator", "指标"),
    ("Actual", "实际"),
    ("Judged on", "考核期"),
    ("Judged value", "考核期数值"),
    ("Target", "目标"),
    ("Score", "得分"),
    ("Trend", "趋势"),
    ("Weight", "权重"),
    ("Factor", "关键成功因素"),
    ("Perspective", "层面"),
    ("Owner", "责任人"),
    ("Note", "说明"),
];

pub(super) struct Scoreboard<'r> {
    report: &'r Report<'r>,
    table: Table,
    /// How many periods stand to the right, this one included.
    periods: usize,
}

impl<'r> Scoreboard<'r> {
    pub(super) fn new(report: &'r Report<'r>) -> Scoreboard<'r> {
        let lang = report.lang;
        let shown = report.shown();
        let whole = report.whole_slice();
        let board = Board::new(&shown, vec![Key { period: report.period(), slice: whole }]);
        let mut courses: HashMap<SubjectId, Vec<&Row>> = HashMap::new();
        let mut periods: Vec<String> = Vec::new();
        for row in report.results.history.iter().filter(|row| row.slice == whole) {
            courses.entry(row.subject).or_default().push(row);
            if periods.last() != Some(&row.period) {
                periods.push(row.period.clone());
            }
        }
        if !periods.is_empty() {
            periods.push(report.period().to_string());
        }
        let mut rows = Vec::new();
        // The headings above a line: how deep, what it is called, in which perspective.
        let mut above: Vec<(usize, String, Option<String>)> = Vec::new();
        for line in &board.lines {
            above.retain(|(depth, ..)| *depth < line.depth);
            if let Role::Heading { perspective } = &line.role {
                let inherited = above.last().and_then(|(_, _, p)| p.clone());
                above.push((line.depth, line.title.clone(), perspective.clone().or(inherited)));
            }
            let (factor, perspective) = above.last().map(|(_, t, p)| (t.clone(), p.clone())).unwrap_or_default();
            let mut cells = cells(report, line, factor, perspective);
            if let (Some(row), true) = (line.rows.first().copied().flatten(), !periods.is_empty()) {
                let before = courses.get(&row.subject).into_iter().flatten().copied();
                cells.extend(before.chain([row]).map(|r| Cell::figure(r.value.as_ref(), r.unit.as_ref(), lang)));
            }
            rows.push(cells);
        }
        if let Some(row) = board.total.first().copied().flatten() {
            let line = Line {
                role: Role::Heading { perspective: None },
                depth: 0,
                title: lang.pick("Total", "总计").to_string(),
                rows: vec![Some(row)],
            };
            rows.push(cells(report, &line, String::new(), None));
        }
        let parts = shown.heading(Some(report.period()), whole);
        let facts = parts.get(1..).unwrap_or_default().join("   ");
        let lead = vec![vec![Cell::text(&report.title)], vec![Cell::text(facts)], vec![Cell::text(report.says(whole))]];
        let count = periods.len();
        let heads = HEADS.iter().map(|(en, zh)| lang.pick(en, zh).to_string()).chain(periods).collect();
        let printed = u16::try_from(HEADS.len()).ok();
        let table = Table { name: lang.pick("Scoreboard", "计分表"), lead, heads, rows, frozen: 3, printed };
        Scoreboard { report, table, periods: count }
    }

    /// Adds it with marks, colours and the course of each indicator over the periods.
    pub(super) fn write(&self, book: &mut Workbook) -> Result<(), XlsxError> {
        let table = &self.table;
        let sheet = table.write(book, self.report.lang)?;
        status_icons(sheet, table, MARK)?;
        status_colors(sheet, table, STATUS, self.report)?;
        sheet.set_column_width(MARK, 4)?;
        let is_empty = |column: u16| {
            let of = |row: &Vec<Cell>| row.get(usize::from(column)).is_none_or(|c| matches!(c.value, Value::Empty));
            table.rows.iter().all(of)
        };
        for column in JUDGED.into_iter().filter(|column| is_empty(*column)) {
            sheet.set_column_hidden(column)?;
        }
        if self.periods == 0 {
            sheet.set_column_hidden(TREND)?;
            return Ok(());
        }
        let first = u16::try_from(HEADS.len()).unwrap_or(u16::MAX);
        let last = first + u16::try_from(self.periods).unwrap_or(u16::MAX) - 1;
        let (top, _) = extent(table);
        for (at, cells) in (top..).zip(&table.rows) {
            let course = cells.get(HEADS.len()..).unwrap_or_default();
            if course.iter().filter(|cell| matches!(cell.value, Value::Number(..))).count() > 1 {
                let line = Sparkline::new()
                    .set_range((table.name, at, first, at, last))
                    .set_type(SparklineType::Column)
                    .set_sparkline_color(0x0085_93A1)
                    .show_last_point(true)
                    .set_last_point_color(0x0027_384A);
                sheet.add_sparkline(at, TREND, &line)?;
            }
        }
        Ok(())
    }
}

/// The number behind a mark.
fn mark(status: Option<Status>) -> Cell {
    match status {
        Some(Status::OnTarget) => Cell::count(3),
        Some(Status::AtRisk) => Cell::count(2),
        Some(Status::OffTarget) => Cell::count(1),
        _ => Cell::default(),
    }
}

fn cells(report: &Report<'_>, line: &Line<'_>, factor: String, perspective: Option<String>) -> Vec<Cell> {
    let lang = report.lang;
    let shown = report.shown();
    let row = line.rows.first().copied().flatten();
    let heading = matches!(line.role, Role::Heading { .. });
    let strong = |cell: Cell| if heading { cell.bold() } else { cell };
    let title = strong(Cell::text(&line.title).indent(line.depth));
    let Some(row) = row else { return vec![Cell::default(), Cell::default(), title] };
    let notes = match &line.role {
        Role::Alias { home } => format!("{} {home}", lang.pick("see", "见")),
        Role::Heading { .. } | Role::Indicator | Role::Measure => shown.notes(row).join("; "),
    };
    let judged = row.judged.as_ref();
    vec![
        mark(row.status),
        strong(Cell::maybe(row.status.map(|s| words::status(s, lang)))),
        title,
        Cell::figure(row.value.as_ref(), row.unit.as_ref(), lang),
        Cell::maybe(judged.map(|(period, _)| period.as_str())),
        Cell::figure(judged.map(|(_, value)| value), row.unit.as_ref(), lang),
        Cell::bound(row.expected.as_ref(), row.unit.as_ref(), shown.target(row)),
        strong(Cell::score(row.score)),
        Cell::default(),
        strong(match line.role {
            Role::Alias { .. } => Cell::default(),
            Role::Heading { .. } | Role::Indicator | Role::Measure => Cell::share(row.weight),
        }),
        Cell::text(factor),
        Cell::maybe(perspective),
        Cell::maybe(naming(report, row).and_then(|n| n.owner.as_deref())),
        Cell::text(notes),
    ]
}

fn naming<'r>(report: &'r Report<'_>, row: &Row) -> Option<&'r Naming> {
    let design = report.design;
    match row.subject {
        SubjectId::Indicator(id) => design.indicators.get(id.index()).map(|i| &i.naming),
        SubjectId::Measure(id) => design.measures.get(id.index()).map(|m| &m.naming),
        SubjectId::Factor(id) => design.factors.get(id.index()).map(|f| &f.naming),
        SubjectId::Objective(id) => design.objectives.get(id.index()).map(|o| &o.naming),
        SubjectId::Design => Some(&design.naming),
    }
}
