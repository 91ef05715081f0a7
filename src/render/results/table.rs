//! Tables for a terminal: the scoreboard of one period, and values by periods or slices.

mod matrix;
mod scoreboard;
mod trend;

use super::view::{Key, SliceKey, keys};
use super::{Look, Shown};
use crate::render::text::{AnsiColor, BOLD, DIM, Style, color, visible, width, wrap};
use crate::render::words::{self, Lang};
use crate::results::Status;
use matrix::matrix;
use scoreboard::scoreboard;
pub(super) use trend::{sparkline, trends};

const GAP: usize = 2;
/// Titles are not cut below this.
const LEAST_TITLE: usize = 16;

pub fn render(shown: &Shown<'_>, look: Look) -> String {
    let (periods, slices) = keys(shown);
    let whole: Vec<SliceKey<'_>> = if slices.is_empty() { vec![&[]] } else { slices };
    let mut out = String::new();
    match (periods.as_slice(), whole.as_slice()) {
        ([period], [slice]) => scoreboard(&mut out, shown, look, Key { period, slice }),
        ([period], slices) => {
            headline(&mut out, shown, look, Some(period), &[]);
            let keys = slices.iter().map(|slice| Key { period, slice }).collect();
            matrix(&mut out, shown, look, keys, &slice_titles(slices, shown.lang));
        }
        (periods, slices) => {
            headline(&mut out, shown, look, None, &[]);
            for slice in slices {
                if slices.len() > 1 {
                    let title = match slice.is_empty() {
                        true => shown.lang.pick("all", "全部").to_string(),
                        false => words::slice(slice, shown.lang),
                    };
                    out.push_str(&format!("{}\n", look.paint.paint(BOLD, visible(&title))));
                }
                let keys = periods.iter().map(|period| Key { period, slice }).collect();
                let titles: Vec<String> = periods.iter().map(|p| p.to_string()).collect();
                matrix(&mut out, shown, look, keys, &titles);
            }
        }
    }
    if let Some(cleaning) = shown.cleaning() {
        note_lines(&mut out, &cleaning, 0, look.columns, look);
    }
    out
}

/// Titles of columns by slice: the members alone where all columns are of the same dimensions.
fn slice_titles(slices: &[SliceKey<'_>], lang: Lang) -> Vec<String> {
    let dimensions = |s: SliceKey<'_>| s.iter().map(|(d, _)| d.clone()).collect::<Vec<_>>();
    let mut kinds: Vec<Vec<String>> = slices.iter().map(|s| dimensions(s)).filter(|d| !d.is_empty()).collect();
    kinds.dedup();
    slices
        .iter()
        .map(|slice| {
            let title = match slice {
                [] => lang.pick("all", "全部").to_string(),
                slice if kinds.len() == 1 => {
                    slice.iter().map(|(_, m)| words::member(m, lang)).collect::<Vec<_>>().join(" / ")
                }
                slice => words::slice(slice, lang),
            };
            visible(&title).into_owned()
        })
        .collect()
}

fn status_style(status: Status) -> Style {
    match status {
        Status::OnTarget => color(AnsiColor::Green),
        Status::AtRisk => color(AnsiColor::Yellow),
        Status::OffTarget => color(AnsiColor::Red),
        Status::NotDue | Status::NoTarget | Status::InProgress | Status::NoData => DIM,
    }
}

/// The status as one cell, or as its word.
fn mark(status: Option<Status>, look: Look, lang: Lang) -> &'static str {
    match status {
        None => "",
        Some(status) if look.ascii => words::status(status, lang),
        Some(status) => words::mark(status),
    }
}

fn headline(out: &mut String, shown: &Shown<'_>, look: Look, period: Option<&str>, slice: SliceKey<'_>) {
    let parts = shown.heading(period, slice);
    let mut line = String::new();
    let mut used = 0;
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            let fits = look.columns.is_none_or(|c| used + 3 + width(part) <= c);
            line.push_str(if fits { "   " } else { "\n" });
            used = if fits { used + 3 } else { 0 };
        }
        used += width(part);
        line.push_str(&look.paint.paint(if i == 0 { BOLD } else { Style::new() }, part.as_str()));
    }
    out.push_str(&line);
    out.push_str("\n\n");
}

fn note_lines(out: &mut String, note: &str, lead: usize, limit: Option<usize>, look: Look) {
    let lines = match limit {
        Some(limit) => wrap(note, limit.saturating_sub(lead)),
        None => vec![note.to_string()],
    };
    for line in lines {
        out.push_str(&format!("{}{}\n", " ".repeat(lead), look.paint.paint(DIM, line)));
    }
}
