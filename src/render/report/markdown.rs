//! The report in Markdown, for `$GITHUB_STEP_SUMMARY` and pull requests: verdict, what needs attention, scoreboard and, folded,
//! where it came from. GitHub takes a comment of 65,536 characters and cuts or refuses what is longer: this one always has
//! room, and says what it left out.

use super::{Attention, Report, speech};
use crate::render::explain;
use crate::render::results::format;
use crate::render::results::markdown::{self, Table, counts, escaped, row_of, table};
use crate::render::results::view::{Board, Key};
use crate::render::text::cut;
use crate::render::words::{self, Lang};
use crate::results::{Row, SourceReport, Status, SubjectId};

/// Bytes of the whole.
pub const MOST: usize = 60_000;
/// What the verdict, the list of what needs attention and the provenance take of it at most; the scoreboard has the rest.
const MOST_ATTENTION: usize = 15_000;
const MOST_PROVENANCE: usize = 12_000;
/// Cells of one text. (A character takes at most four bytes a cell or, escaped, some fourteen.)
const MOST_TEXT: usize = 160;

pub fn render(report: &Report<'_>) -> String {
    let lang = report.lang;
    let shown = report.shown();
    let whole = report.whole_slice();
    let board = Board::new(&shown, vec![Key { period: report.period(), slice: whole }]);
    let short = |text: &str| escaped(&cut(text, MOST_TEXT, false));

    let parts = shown.heading(Some(report.period()), whole);
    let facts: Vec<String> =
        parts.iter().skip(usize::from(!shown.results.title.is_empty())).map(|p| short(p)).collect();
    let title = if report.title.is_empty() { lang.pick("Scoreboard", "计分表") } else { &report.title };
    let mut out = format!("## {}\n\n{}\n", short(title), facts.join(" · "));
    if let Some(row) = board.total.first().copied().flatten() {
        let score = match row.score {
            Some(score) => format!("{} {} / 100", lang.pick("score", "得分"), format::score(score)),
            None => lang.pick("no score", "无得分").to_string(),
        };
        out.push_str(&format!("\n**{score}** — {}\n", markdown::status(row, &shown)));
    }
    out.push_str(&format!("\n{}\n", escaped(&cut(&report.says(whole), 4 * MOST_TEXT, false))));
    out.push_str(&format!("\n{}\n", counts(&board, lang)));

    let found = report.attention(whole);
    if !found.is_empty() {
        out.push_str(&format!("\n### {}\n", lang.pick("What needs attention", "需要关注")));
        fill(&mut out, &attention(report, &found), MOST_ATTENTION, lang);
    }
    let mut end = format!(
        "\n<details>\n<summary>{}</summary>\n\n{}\n",
        lang.pick("Where it came from", "数据来源"),
        made_by(report)
    );
    if !report.results.sources.is_empty() {
        fill(&mut end, &provenance(report), MOST_PROVENANCE, lang);
    }
    end.push_str("\n</details>\n");

    out.push_str(&format!("\n### {}\n", lang.pick("Scoreboard", "计分表")));
    let room = MOST.saturating_sub(out.len() + end.len());
    fill(&mut out, &table(&shown, &board, MOST_TEXT), room, lang);
    out.push_str(&end);
    out
}

/// As many lines of a table as there is room for, and how many there are besides.
fn fill(out: &mut String, table: &Table, room: usize, lang: Lang) {
    let left_out = |count: usize| match lang {
        Lang::En => format!("\n… and {count} more: the report in HTML or XLSX has them all.\n"),
        Lang::Zh => format!("\n……另有 {count} 行，见 HTML 或 XLSX 报告。\n"),
    };
    let mut room = room.saturating_sub(table.head.len() + 1 + left_out(usize::MAX).len());
    out.push('\n');
    out.push_str(&table.head);
    for (at, row) in table.rows.iter().enumerate() {
        match room.checked_sub(row.len()) {
            Some(rest) => room = rest,
            None => {
                out.push_str(&left_out(table.rows.len() - at));
                return;
            }
        }
        out.push_str(row);
    }
}

fn attention(report: &Report<'_>, found: &[Attention<'_>]) -> Table {
    let lang = report.lang;
    let heads = [
        lang.pick("indicator", "指标"),
        lang.pick("status", "状态"),
        lang.pick("actual", "实际"),
        lang.pick("target", "目标"),
        lang.pick("gap", "差距"),
        lang.pick("points lost", "失分"),
        lang.pick("owner", "责任人"),
        lang.pick("action", "措施"),
    ];
    let mut table = Table::new(&heads, &["---", "---", "---:", "---", "---", "---:", "---", "---"]);
    table.rows.extend(found.iter().map(|item| attention_row(report, item.row, item.lost)));
    table
}

fn attention_row(report: &Report<'_>, row: &Row, lost: Option<f64>) -> String {
    let lang = report.lang;
    let shown = report.shown();
    let short = |text: &str| escaped(&cut(text, MOST_TEXT, false));
    let indicator = match row.subject {
        SubjectId::Indicator(id) => report.design.indicators.get(id.index()),
        SubjectId::Measure(_) | SubjectId::Factor(_) | SubjectId::Objective(_) | SubjectId::Design => None,
    };
    let gaps = match (row.status, indicator) {
        (Some(Status::NoData), _) | (_, None) => shown.notes(row),
        (_, Some(indicator)) => explain::distances(&shown, row, indicator),
    };
    let actions = indicator.into_iter().flat_map(|i| speech::due(&i.actions, row.status)).map(|action| {
        let beside = speech::beside(action, lang);
        match beside.is_empty() {
            true => action.text.clone(),
            false => {
                format!("{}{}{}{}", action.text, lang.pick(" (", "（"), beside.join(lang.comma()), lang.pick(")", "）"))
            }
        }
    });
    row_of(&[
        short(&row.title),
        markdown::status(row, &shown),
        short(&shown.judged(row).unwrap_or_else(|| shown.actual(row))),
        short(&shown.target(row)),
        short(&gaps.join("; ")),
        lost.map(format::score).unwrap_or_default(),
        short(indicator.and_then(|i| i.naming.owner.as_deref()).unwrap_or_default()),
        short(&actions.collect::<Vec<_>>().join("; ")),
    ])
}

fn made_by(report: &Report<'_>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let design = format!("{} {}", cut(&report.results.name, MOST_TEXT, false), report.results.design_hash);
    let design = escaped(design.trim());
    let notices = report.results.notices.iter().take(20);
    let notices: String =
        notices.map(|n| format!("\n- {}", escaped(&cut(&words::notice(n, report.lang), MOST_TEXT, false)))).collect();
    let made = match report.lang {
        Lang::En => format!("Made by kpi {version} from design {design}"),
        Lang::Zh => format!("由 kpi {version} 根据设计 {design} 生成"),
    };
    if notices.is_empty() { made } else { format!("{made}\n{notices}") }
}

fn provenance(report: &Report<'_>) -> Table {
    let lang = report.lang;
    let heads = [
        lang.pick("source", "来源"),
        lang.pick("days", "日期"),
        lang.pick("rows read", "读入记录"),
        lang.pick("rows kept", "保留记录"),
        lang.pick("taken by cleaning", "清洗去除"),
        lang.pick("file", "文件"),
        "SHA-256",
    ];
    let mut table = Table::new(&heads, &["---", "---", "---:", "---:", "---", "---", "---"]);
    for source in &report.results.sources {
        table.rows.extend(source_rows(source));
    }
    table
}

/// A line for the source with its first file, one for each other file.
fn source_rows(source: &SourceReport) -> Vec<String> {
    let short = |text: &str| escaped(&cut(text, MOST_TEXT, false));
    let days = match (source.first, source.last) {
        (Some(first), Some(last)) => format!("{first} – {last}"),
        _ => String::new(),
    };
    let steps = source.steps.iter().filter(|step| step.count > 0).map(|step| {
        let reason = step.reason.as_ref().map(|r| format!(" ({r})")).unwrap_or_default();
        format!("{} {}{reason}", step.count, explain::one_line(&step.step))
    });
    let own = [
        short(&source.title),
        days,
        source.rows_read.to_string(),
        source.rows_kept.to_string(),
        short(&steps.collect::<Vec<_>>().join("; ")),
    ];
    let mut rows = Vec::new();
    let mut files = source.files.iter();
    let mut first = Some(own);
    loop {
        let file = files.next();
        let Some(cells) = first.take().or_else(|| file.map(|_| Default::default())) else { return rows };
        // A hash of 16 digits is enough to tell two files apart; the other reports have it whole.
        let hash = file.and_then(|f| f.hash.get(..16)).map(|h| format!("`{h}`")).unwrap_or_default();
        let path = file.map(|f| short(&f.path)).unwrap_or_default();
        rows.push(row_of(&[cells.as_slice(), &[path, hash]].concat()));
    }
}
