//! Where the numbers came from: the design, each source with its files and their hashes, and what cleaning took.

use super::Report;
use super::sheet::{Cell, Table};
use crate::render::explain;
use crate::render::words;

pub(super) fn table(report: &Report<'_>) -> Table {
    let lang = report.lang;
    let results = &report.results;
    let pick = |en, zh| lang.pick(en, zh);
    let fact = |en, zh, cell| vec![Cell::text(pick(en, zh)), cell];
    let window = results.periods.first().map(|(_, window)| *window);
    let mut lead = vec![
        vec![Cell::text(pick("Where it came from", "数据来源"))],
        fact("Design", "设计", Cell::text(format!("{} {}", results.name, results.design_hash))),
        fact("Period", "期间", Cell::text(report.period())),
        fact("First day", "起始日", Cell::date(window.map(|w| w.start))),
        fact("Last day", "截止日", Cell::date(window.map(|w| w.last()))),
        fact("As-of day", "数据截至", Cell::date(results.as_of)),
        fact("Made by", "生成工具", Cell::text(format!("kpi {}", env!("CARGO_PKG_VERSION")))),
    ];
    lead.extend(results.notices.iter().map(|n| fact("Note", "说明", Cell::text(words::notice(n, lang)))));
    let heads = [
        ("Source", "来源"),
        ("Label", "标签"),
        ("What", "项目"),
        ("File or step", "文件或步骤"),
        ("Rows", "记录数"),
        ("Rows kept", "保留记录"),
        ("First day", "起始日"),
        ("Last day", "截止日"),
        ("SHA-256", "SHA-256"),
        ("Reason", "原因"),
    ];
    let mut rows = Vec::new();
    for source in &results.sources {
        let of = |what: &str| vec![Cell::text(&source.name), Cell::text(&source.title), Cell::text(what)];
        let mut read = of(pick("read", "读入")).into_iter().map(Cell::bold).collect::<Vec<_>>();
        read.extend([
            Cell::default(),
            Cell::count(source.rows_read).bold(),
            Cell::count(source.rows_kept).bold(),
            Cell::date(source.first),
            Cell::date(source.last),
        ]);
        rows.push(read);
        for file in &source.files {
            let mut cells = of(pick("file", "文件"));
            cells.extend([Cell::text(&file.path), Cell::count(file.rows)]);
            cells.extend([Cell::default(), Cell::default(), Cell::default(), Cell::text(&file.hash)]);
            rows.push(cells);
        }
        for step in &source.steps {
            let mut cells = of(pick("taken by cleaning", "清洗去除"));
            cells.extend([Cell::text(explain::one_line(&step.step)), Cell::count(step.count)]);
            cells.extend([Cell::default(), Cell::default(), Cell::default(), Cell::default()]);
            cells.push(Cell::maybe(step.reason.as_deref()));
            rows.push(cells);
        }
    }
    Table {
        name: pick("Provenance", "数据来源"),
        lead,
        heads: heads.iter().map(|(en, zh)| pick(en, zh).to_string()).collect(),
        rows,
        frozen: 1,
        printed: None,
    }
}
