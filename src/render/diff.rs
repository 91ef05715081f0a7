//! What changed in a file, as `diff -u` and `patch` write it.

use similar::TextDiff;

use super::text::{AnsiColor, BOLD, Paint, Style, color, visible};

/// The lines that differ between two versions of a file, with three lines around them; empty where none does.
/// `terminal`: control characters are shown, not written.
pub fn unified(path: &str, before: &str, after: &str, paint: Paint, terminal: bool) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut out = String::new();
    let lines = diff.unified_diff().header(path, path).to_string();
    for line in lines.lines() {
        let style = match line.as_bytes() {
            [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => BOLD,
            [b'@', ..] => color(AnsiColor::Cyan),
            [b'-', ..] => color(AnsiColor::Red),
            [b'+', ..] => color(AnsiColor::Green),
            _ => Style::new(),
        };
        let line = if terminal { visible(line) } else { line.into() };
        out.push_str(&paint.paint(style, line));
        out.push('\n');
    }
    out
}
