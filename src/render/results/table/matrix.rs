//! Values by periods or slices: a row for each subject, a column for each period or slice.

use super::{GAP, LEAST_TITLE, mark, note_lines, status_style};
use crate::render::results::view::{Board, Key, Line, Role};
use crate::render::results::{Look, Shown};
use crate::render::text::{Align, BOLD, DIM, Style, cut, pad, width};
use crate::results::{Reason, Row, Status};

/// Rows are subjects, columns are `keys`. Where the columns do not fit beside each other they stand in blocks below.
pub(super) fn matrix(out: &mut String, shown: &Shown<'_>, look: Look, keys: Vec<Key<'_>>, headers: &[String]) {
    let lang = shown.lang;
    let board = Board::new(shown, keys);
    let has_total = board.total.iter().any(Option::is_some);
    let total = Line {
        role: Role::Heading { perspective: None },
        depth: 0,
        title: lang.pick("score", "总得分").to_string(),
        rows: board.total.clone(),
    };
    let measure_head = Line {
        role: Role::Heading { perspective: None },
        depth: 0,
        title: lang.pick("measures", "度量").to_string(),
        rows: vec![None; board.keys.len()],
    };
    let mut lines: Vec<&Line<'_>> = board.lines.iter().collect();
    if has_total {
        lines.push(&total);
    }
    if !board.measures.is_empty() && !lines.is_empty() {
        lines.push(&measure_head);
    }
    lines.extend(&board.measures);

    let lead = |l: &Line<'_>| match l.role {
        Role::Heading { .. } => 2 * l.depth,
        Role::Measure => 2,
        Role::Indicator | Role::Alias { .. } => 2 * l.depth.max(usize::from(!board.lines.is_empty())),
    };
    let title_width = lines.iter().map(|l| lead(l) + width(&l.title)).max().unwrap_or(0);
    let title_width = look.columns.map_or(title_width, |c| title_width.min((c / 3).max(LEAST_TITLE)));
    let cell = |line: &Line<'_>, i: usize| matrix_cell(shown, look, line, line.rows.get(i).copied().flatten());
    let widths: Vec<usize> = headers
        .iter()
        .enumerate()
        .map(|(i, h)| lines.iter().map(|l| width(&cell(l, i).0)).max().unwrap_or(0).max(width(h)))
        .collect();

    for (b, block) in blocks(&widths, title_width, look.columns).into_iter().enumerate() {
        if b > 0 {
            out.push('\n');
        }
        let mut head = " ".repeat(title_width);
        for i in block.clone() {
            let (Some(h), Some(w)) = (headers.get(i), widths.get(i)) else { continue };
            head.push_str(&" ".repeat(GAP));
            head.push_str(&look.paint.paint(DIM, pad(h, *w, Align::Right)));
        }
        out.push_str(&format!("{}\n", head.trim_end()));
        for line in &lines {
            let lead = lead(line);
            let heading = matches!(line.role, Role::Heading { .. });
            let title = cut(&line.title, title_width.saturating_sub(lead), look.ascii).into_owned();
            let fill = " ".repeat(title_width.saturating_sub(lead + width(&title)));
            let title = look.paint.paint(if heading { BOLD } else { Style::new() }, title);
            let mut text = format!("{}{title}{fill}", " ".repeat(lead));
            for i in block.clone() {
                let (value, style) = cell(line, i);
                let w = widths.get(i).copied().unwrap_or(0);
                let space = " ".repeat(GAP + w.saturating_sub(width(&value)));
                text.push_str(&format!("{space}{}", look.paint.paint(style, value)));
            }
            out.push_str(&format!("{}\n", text.trim_end()));
        }
    }
    for note in matrix_notes(shown, &lines, headers) {
        note_lines(out, &note, 0, look.columns, look);
    }
    out.push('\n');
}

/// A value with its mark; a score for headings.
fn matrix_cell(shown: &Shown<'_>, look: Look, line: &Line<'_>, row: Option<&Row>) -> (String, Style) {
    let Some(row) = row else { return (String::new(), Style::new()) };
    let value = match line.role {
        Role::Heading { .. } => shown.score(row),
        Role::Indicator | Role::Alias { .. } | Role::Measure => shown.actual(row),
    };
    let missing = value.is_empty().then_some(Status::NoData);
    let status = row.status.filter(|s| s.is_verdict() || *s == Status::InProgress || *s == Status::NoData).or(missing);
    let mark = mark(status, look, shown.lang);
    let style = status.map_or(Style::new(), status_style);
    let text = match (value.is_empty(), mark.is_empty()) {
        (_, true) if !value.is_empty() => format!("{value}{}", if look.ascii { "" } else { "  " }),
        (true, _) => mark.to_string(),
        _ => format!("{value} {mark}"),
    };
    (text, style)
}

/// Which columns stand beside each other.
fn blocks(widths: &[usize], title: usize, columns: Option<usize>) -> Vec<std::ops::Range<usize>> {
    let limit = columns.unwrap_or(usize::MAX);
    let mut blocks = Vec::new();
    let (mut start, mut used) = (0, title);
    for (i, w) in widths.iter().enumerate() {
        if i > start && used + GAP + w > limit {
            blocks.push(start..i);
            (start, used) = (i, title);
        }
        used += GAP + w;
    }
    blocks.push(start..widths.len());
    blocks
}

/// What is to be said of cells, the columns of one saying together.
fn matrix_notes(shown: &Shown<'_>, lines: &[&Line<'_>], headers: &[String]) -> Vec<String> {
    let mut notes: Vec<(String, String, Vec<&str>)> = Vec::new();
    for line in lines {
        if matches!(line.role, Role::Alias { .. }) {
            continue;
        }
        let heading = matches!(line.role, Role::Heading { .. });
        for (row, header) in line.rows.iter().zip(headers) {
            // That a roll-up of nothing is nothing shows in what stands below it.
            if heading && row.is_some_and(|r| r.reason == Some(Reason::NothingScored)) {
                continue;
            }
            for note in row.map(|r| shown.notes(r)).unwrap_or_default() {
                match notes.iter_mut().rev().take(8).find(|(t, n, _)| *t == line.title && *n == note) {
                    Some((_, _, columns)) => columns.push(header),
                    None => notes.push((line.title.clone(), note, vec![header])),
                }
            }
        }
    }
    let text = |(title, note, columns): (String, String, Vec<&str>)| {
        let columns = match columns.as_slice() {
            all if all.len() == headers.len() && all.len() > 1 => String::new(),
            [first, .., last] if columns.len() > 4 => format!(" {first} … {last} ({})", columns.len()),
            columns => format!(" {}", columns.join(shown.lang.comma())),
        };
        format!("{title}{columns}{}{note}", shown.lang.colon())
    };
    notes.into_iter().map(text).collect()
}
