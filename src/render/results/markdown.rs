//! The tables in Markdown: for pull requests, wikis and mails. Nothing is cut.

use super::view::{Board, Key, Line, Role, SliceKey, keys};
use super::{Shown, format};
use crate::render::text::visible;
use crate::render::words;
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

/// Text that Markdown shows as it stands, in a cell of a table too, and that commands no terminal.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

fn row_of(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn title(line: &Line<'_>) -> String {
    let text = escaped(&line.title);
    let lead = "&emsp;".repeat(line.depth);
    match &line.role {
        Role::Heading { perspective } => {
            let perspective = perspective.as_ref().map(|p| format!(" *{}*", escaped(p))).unwrap_or_default();
            format!("{lead}**{text}**{perspective}")
        }
        Role::Indicator | Role::Alias { .. } | Role::Measure => format!("{lead}{text}"),
    }
}

/// Mark and word: the mark alone is lost where it is read aloud.
fn status(row: &Row, shown: &Shown<'_>) -> String {
    row.status.map(|s| format!("{} {}", words::mark(s), words::status(s, shown.lang))).unwrap_or_default()
}

fn scoreboard(out: &mut String, shown: &Shown<'_>, key: Key<'_>) {
    let lang = shown.lang;
    let board = Board::new(shown, vec![key]);
    if !board.lines.is_empty() {
        let judged = board.lines.iter().flat_map(|l| &l.rows).flatten().any(|r| r.judged.is_some());
        let mut head = vec![
            lang.pick("indicator", "指标"),
            lang.pick("status", "状态"),
            lang.pick("actual", "实际"),
            lang.pick("target", "目标"),
            lang.pick("score", "得分"),
            lang.pick("weight", "权重"),
            lang.pick("note", "说明"),
        ];
        let mut rule = vec!["---", "---", "---:", "---", "---:", "---:", "---"];
        if judged {
            head.insert(3, lang.pick("judged on", "考核期"));
            rule.insert(3, "---");
        }
        out.push_str(&format!("\n| {} |\n| {} |\n", head.join(" | "), rule.join(" | ")));
        for line in &board.lines {
            let row = line.rows.first().copied().flatten();
            let text = |f: &dyn Fn(&Row) -> String| row.map(|r| escaped(&f(r))).unwrap_or_default();
            let strong = |text: String| match line.role {
                Role::Heading { .. } if !text.is_empty() => format!("**{text}**"),
                _ => text,
            };
            let alias = match &line.role {
                Role::Alias { home } => Some(format!("{} {home}", lang.pick("see", "见"))),
                Role::Heading { .. } | Role::Indicator | Role::Measure => None,
            };
            let mut cells = vec![
                title(line),
                row.map(|r| status(r, shown)).unwrap_or_default(),
                text(&|r| shown.actual(r)),
                text(&|r| shown.target(r)),
                strong(text(&|r| shown.score(r))),
                if alias.is_some() { String::new() } else { strong(text(&|r| shown.weight(r))) },
                match &alias {
                    Some(see) => escaped(see),
                    None => text(&|r| shown.notes(r).join("; ")),
                },
            ];
            if judged {
                cells.insert(3, text(&|r| shown.judged(r).unwrap_or_default()));
            }
            out.push_str(&row_of(&cells));
        }
        let counts: Vec<String> = board
            .counts(0)
            .into_iter()
            .map(|(s, count)| format!("{} {count} {}", words::mark(s), words::status(s, lang)))
            .collect();
        let total = board.total.first().copied().flatten();
        let score = total.map(|row| match row.score {
            Some(score) => format!(" — **{} {} / 100**", lang.pick("score", "得分"), format::score(score)),
            None => format!(" — {}", lang.pick("no score", "无得分")),
        });
        out.push_str(&format!("\n{}{}\n", counts.join(" · "), score.unwrap_or_default()));
    }
    if !board.measures.is_empty() {
        let head = [lang.pick("measure", "度量"), lang.pick("value", "数值"), lang.pick("note", "说明")];
        out.push_str(&format!("\n| {} |\n| --- | ---: | --- |\n", head.join(" | ")));
        for line in &board.measures {
            let Some(row) = line.rows.first().copied().flatten() else { continue };
            let notes = shown.notes(row).join("; ");
            out.push_str(&row_of(&[title(line), escaped(&shown.actual(row)), escaped(&notes)]));
        }
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
        let mut cells = vec![title(line)];
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
