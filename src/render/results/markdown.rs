//! The tables in Markdown: for pull requests, wikis and mails. Nothing is cut.

use super::table::{sparkline, trends};
use super::view::{Board, Key, Line, Role, SliceKey, keys};
use super::{Shown, format};
use crate::render::text::{cut, visible};
use crate::render::words::{self, Lang};
use crate::results::{Reason, Row, Status};

pub fn render(shown: &Shown<'_>) -> String {
    let (periods, slices) = keys(shown);
    let slices: Vec<SliceKey<'_>> = if slices.is_empty() { vec![&[]] } else { slices };
    let period = match periods.as_slice() {
        [period] => Some(*period),
        _ => None,
    };
    let mut out = headline(shown, period);
    for slice in &slices {
        if slices.len() > 1 || !slice.is_empty() {
            let title = match slice.is_empty() {
                true => shown.lang.pick("all", "全部").to_string(),
                false => words::slice(slice, shown.lang),
            };
            out.push_str(&format!("\n## {}\n", escaped(&title)));
        }
        match period {
            Some(period) => scoreboard(&mut out, shown, Key { period, slice }),
            None => matrix(&mut out, shown, periods.iter().map(|period| Key { period, slice }).collect()),
        }
    }
    if let Some(cleaning) = shown.cleaning() {
        out.push_str(&format!("\n{}\n", escaped(&cleaning)));
    }
    out
}

fn headline(shown: &Shown<'_>, period: Option<&str>) -> String {
    let mut parts = shown.heading(period, &[]);
    let title = if shown.results.title.is_empty() { String::new() } else { parts.remove(0) };
    let parts: Vec<String> = parts.iter().map(|p| escaped(p)).collect();
    let title = if title.is_empty() { title } else { format!("# {}\n\n", escaped(&title)) };
    format!("{title}{}\n", parts.join(" · "))
}

/// Text that Markdown shows as it stands, in a cell of a table too, that commands no terminal, and in which GitHub finds no
/// link, mention, issue, formula or emoji. (Mentions, issues and emoji are looked for in the text of the finished page: there
/// an element of its own parts them, and no backslash does.)
pub fn escaped(text: &str) -> String {
    let text = visible(text);
    let formula = text.matches('$').count() > 1;
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let next = after.chars().next();
        match c {
            '#' if next.is_some_and(|c| c.is_ascii_digit()) => out.push_str("<span>#</span>"),
            '@' => out.push_str("<span>@</span>"),
            ':' if is_emoji(after) => out.push_str("<span>:</span>"),
            ':' if after.starts_with("//") => out.push_str("\\:"),
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '.' if out
                .len()
                .checked_sub(3)
                .and_then(|at| out.get(at..))
                .is_some_and(|w| w.eq_ignore_ascii_case("www")) =>
            {
                out.push_str("\\.");
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // One alone begins no formula.
            '$' if formula => out.push_str("&#36;"),
            c => out.push(c),
        }
        rest = after;
    }
    out
}

/// Whether `tada:` stands there, of `:tada:`.
fn is_emoji(text: &str) -> bool {
    text.split_once(':').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-'))
    })
}

/// A table whose lines are whole: whoever has no room for all of them leaves the last out.
pub struct Table {
    pub head: String,
    pub rows: Vec<String>,
}

impl Table {
    /// `aligns` is the rule below the heads: `---`, or `---:` for numbers.
    pub fn new(heads: &[&str], aligns: &[&str]) -> Table {
        Table { head: format!("| {} |\n| {} |\n", heads.join(" | "), aligns.join(" | ")), rows: Vec::new() }
    }

    fn write(&self, out: &mut String) {
        out.push('\n');
        out.push_str(&self.head);
        out.extend(self.rows.iter().map(String::as_str));
    }
}

pub fn row_of(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn title(line: &Line<'_>, most: usize) -> String {
    let text = escaped(&cut(&line.title, most, false));
    let lead = "&emsp;".repeat(line.depth);
    match &line.role {
        Role::Heading { perspective } => {
            let perspective = perspective.as_ref().map(|p| format!(" *{}*", escaped(&cut(p, most, false))));
            format!("{lead}**{text}**{}", perspective.unwrap_or_default())
        }
        Role::Indicator | Role::Alias { .. } | Role::Measure => format!("{lead}{text}"),
    }
}

/// Mark and word: the mark alone is lost where it is read aloud.
pub fn status(row: &Row, shown: &Shown<'_>) -> String {
    row.status.map(|s| format!("{} {}", words::mark(s), words::status(s, shown.lang))).unwrap_or_default()
}

/// The lines of a scoreboard, with trends where there is a history. Texts are cut to `most` cells.
pub fn table(shown: &Shown<'_>, board: &Board<'_>, most: usize) -> Table {
    let lang = shown.lang;
    let rows = || board.lines.iter().flat_map(|l| &l.rows).flatten();
    let judged = rows().any(|r| r.judged.is_some());
    let trends = board.keys.first().map(|key| trends(shown, key.slice)).unwrap_or_default();
    let mut columns = vec![
        (lang.pick("indicator", "指标"), "---"),
        (lang.pick("status", "状态"), "---"),
        (lang.pick("actual", "实际"), "---:"),
        (lang.pick("judged on", "考核期"), "---"),
        (lang.pick("target", "目标"), "---"),
        (lang.pick("score", "得分"), "---:"),
        (lang.pick("trend", "趋势"), "---"),
        (lang.pick("weight", "权重"), "---:"),
        (lang.pick("note", "说明"), "---"),
    ];
    let shows = [true, true, true, judged, true, true, !trends.is_empty(), true, true];
    let mut shown_columns = shows.iter();
    columns.retain(|_| shown_columns.next().copied().unwrap_or(true));
    let (heads, aligns): (Vec<&str>, Vec<&str>) = columns.into_iter().unzip();
    let mut table = Table::new(&heads, &aligns);
    for line in &board.lines {
        let row = line.rows.first().copied().flatten();
        let text = |f: &dyn Fn(&Row) -> String| row.map(|r| escaped(&cut(&f(r), most, false))).unwrap_or_default();
        let strong = |text: String| match line.role {
            Role::Heading { .. } if !text.is_empty() => format!("**{text}**"),
            _ => text,
        };
        let alias = match &line.role {
            Role::Alias { home } => Some(format!("{} {home}", lang.pick("see", "见"))),
            Role::Heading { .. } | Role::Indicator | Role::Measure => None,
        };
        let cells = [
            title(line, most),
            row.map(|r| status(r, shown)).unwrap_or_default(),
            text(&|r| shown.actual(r)),
            text(&|r| shown.judged(r).unwrap_or_default()),
            text(&|r| shown.target(r)),
            strong(text(&|r| shown.score(r))),
            row.and_then(|r| trends.get(&r.subject)).map(|values| sparkline(values)).unwrap_or_default(),
            if alias.is_some() { String::new() } else { strong(text(&|r| shown.weight(r))) },
            match &alias {
                Some(see) => escaped(&cut(see, most, false)),
                None => text(&|r| shown.notes(r).join("; ")),
            },
        ];
        let cells: Vec<String> =
            cells.into_iter().zip(shows).filter_map(|(cell, shows)| shows.then_some(cell)).collect();
        table.rows.push(row_of(&cells));
    }
    table
}

/// `✓ 7 on target · ! 5 at risk`
pub fn counts(board: &Board<'_>, lang: Lang) -> String {
    let count = |(s, count): (Status, usize)| format!("{} {count} {}", words::mark(s), words::status(s, lang));
    board.counts(0).into_iter().map(count).collect::<Vec<_>>().join(" · ")
}

fn scoreboard(out: &mut String, shown: &Shown<'_>, key: Key<'_>) {
    let lang = shown.lang;
    let board = Board::new(shown, vec![key]);
    if !board.lines.is_empty() {
        table(shown, &board, usize::MAX).write(out);
        let total = board.total.first().copied().flatten();
        let score = total.map(|row| match row.score {
            Some(score) => format!(" — **{} {} / 100**", lang.pick("score", "得分"), format::score(score)),
            None => format!(" — {}", lang.pick("no score", "无得分")),
        });
        out.push_str(&format!("\n{}{}\n", counts(&board, lang), score.unwrap_or_default()));
    }
    if !board.measures.is_empty() {
        let head = [lang.pick("measure", "度量"), lang.pick("value", "数值"), lang.pick("note", "说明")];
        let mut table = Table::new(&head, &["---", "---:", "---"]);
        for line in &board.measures {
            let Some(row) = line.rows.first().copied().flatten() else { continue };
            let notes = shown.notes(row).join("; ");
            table.rows.push(row_of(&[title(line, usize::MAX), escaped(&shown.actual(row)), escaped(&notes)]));
        }
        table.write(out);
    }
}

fn matrix(out: &mut String, shown: &Shown<'_>, keys: Vec<Key<'_>>) {
    let board = Board::new(shown, keys);
    let periods: Vec<String> = board.keys.iter().map(|k| escaped(k.period)).collect();
    let head = shown.lang.pick("indicator", "指标");
    out.push_str(&format!("\n| {head} | {} |\n| --- |{}\n", periods.join(" | "), " ---: |".repeat(periods.len())));
    let total = Line {
        role: Role::Heading { perspective: None },
        depth: 0,
        title: shown.lang.pick("score", "总得分").to_string(),
        rows: board.total.clone(),
    };
    let has_total = board.total.iter().any(Option::is_some);
    let lines = board.lines.iter().chain(has_total.then_some(&total)).chain(&board.measures);
    for line in lines {
        let mut cells = vec![title(line, usize::MAX)];
        cells.extend(line.rows.iter().map(|row| cell(shown, line, *row)));
        out.push_str(&row_of(&cells));
    }
}

fn cell(shown: &Shown<'_>, line: &Line<'_>, row: Option<&Row>) -> String {
    let Some(row) = row else { return String::new() };
    let value = match line.role {
        Role::Heading { .. } => shown.score(row),
        Role::Indicator | Role::Alias { .. } | Role::Measure => shown.actual(row),
    };
    let value = escaped(&value);
    match row.status {
        _ if row.reason == Some(Reason::NothingScored) => words::mark(Status::NoData).to_string(),
        _ if value.is_empty() => {
            let why = shown.notes(row).into_iter().next().unwrap_or_default();
            if why.is_empty() { words::mark(Status::NoData).to_string() } else { escaped(&why) }
        }
        Some(status) if status.is_verdict() => format!("{value} {}", words::mark(status)),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::escaped;

    #[test]
    fn nothing_in_a_text_is_markup() {
        for (text, markdown) in [
            ("a | b", "a \\| b"),
            ("*x* _y_ `z` ~w~", "\\*x\\* \\_y\\_ \\`z\\` \\~w\\~"),
            ("[x](https://a.b)", "\\[x\\](https\\://a.b)"),
            ("WWW.a.b", "WWW\\.a.b"),
            ("@someone and a@b.c", "<span>@</span>someone and a<span>@</span>b.c"),
            ("#12, # 3", "<span>#</span>12, \\# 3"),
            (":tada: at 10:30", "<span>:</span>tada: at 10:30"),
            ("<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"),
            ("$1 and $2", "&#36;1 and &#36;2"),
            ("$1", "$1"),
            ("a\nb", "a\\\\nb"),
            ("客户满意度 >= 85%", "客户满意度 &gt;= 85%"),
        ] {
            assert_eq!(escaped(text), markdown, "{text}");
        }
    }
}
