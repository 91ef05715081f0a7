//! The SMART lines, for people.

use std::fmt::Write;

use super::Report;
use crate::lint::Mark;
use crate::render::text::{self, AnsiColor, Paint, color, visible};
use crate::render::words::check as words;

/// The SMART lines of all indicators, with the rules behind each mark that is no `✓`.
pub fn render(report: &Report<'_>, paint: Paint) -> String {
    let mut out = String::new();
    for judgement in report.sections.iter().filter_map(|s| s.judgement) {
        let names = judgement.smart.iter().map(|line| text::width(&visible(&line.title))).max().unwrap_or(0).min(40);
        for line in &judgement.smart {
            let mut marks = String::new();
            let mut notes = Vec::new();
            for letter in &line.letters {
                let style = match letter.mark {
                    Mark::Passed => color(AnsiColor::Green),
                    Mark::Failed => color(AnsiColor::Red),
                    Mark::NotJudged => color(AnsiColor::Yellow),
                };
                let _ = write!(marks, " {} {}", letter.letter, paint.paint(style, letter.mark.sign()));
                match letter.mark {
                    Mark::Passed => {}
                    Mark::Failed => notes.extend(letter.found.iter().map(ToString::to_string)),
                    Mark::NotJudged => notes.push(words::not_judged(&letter.not_judged, report.lang)),
                }
            }
            let title = text::cut(&visible(&line.title), names, false).into_owned();
            let title = text::pad(&title, names, text::Align::Left);
            let _ = writeln!(out, "{title} {marks}   {}", notes.join(" "));
        }
        if !judgement.smart.is_empty() {
            out.push('\n');
        }
    }
    out
}
