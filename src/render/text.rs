//! Text on a terminal: display width, padding, cutting, wrapping, colour, and characters that must be shown, not obeyed.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub use anstyle::{AnsiColor, Style};

/// Colours where they are wanted. All text that goes through it must be made [`visible`] first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint {
    pub on: bool,
}

pub const BOLD: Style = Style::new().bold();
pub const DIM: Style = Style::new().dimmed();

pub const fn color(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(anstyle::Color::Ansi(color)))
}

impl Paint {
    /// The text in a style; as it is where colours are off or there is nothing to colour.
    pub fn paint<'a>(self, style: Style, text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
        let text = text.into();
        if self.on && !text.is_empty() && !style.is_plain() {
            Cow::Owned(format!("{}{}{}", style.render(), text, style.render_reset()))
        } else {
            text
        }
    }
}

/// Terminal cells that a text takes; wide characters (CJK) take two.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Whether a terminal would obey a character, or an editor reorder text because of it, rather than show it.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
}

/// One character as it may be shown: control and bidirectional characters as `\u{1b}`.
pub fn visible_char(c: char) -> Option<String> {
    is_unsafe(c).then(|| c.escape_default().to_string())
}

/// A text that stands on one line and commands no terminal.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match visible_char(c) {
            Some(escaped) => shown.push_str(&escaped),
            None => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// Fills a text up with spaces to a display width; longer ones stay as they are.
pub fn pad(text: &str, to: usize, align: Align) -> String {
    let space = " ".repeat(to.saturating_sub(width(text)));
    match align {
        Align::Left => format!("{text}{space}"),
        Align::Right => format!("{space}{text}"),
    }
}

/// Cuts a text to a display width, with `…` (or `...` in ASCII) where something is left out.
pub fn cut(text: &str, to: usize, ascii: bool) -> Cow<'_, str> {
    if width(text) <= to {
        return Cow::Borrowed(text);
    }
    let mark = if ascii { "..." } else { "…" };
    let room = to.saturating_sub(width(mark));
    let mut shown = String::new();
    let mut used = 0;
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if used + w > room {
            break;
        }
        used += w;
        shown.push(c);
    }
    shown.push_str(mark);
    Cow::Owned(shown)
}

/// Breaks a text into lines of at most `to` cells, at spaces, and between wide characters, which need none. What has
/// no place to break is broken anywhere.
pub fn wrap(text: &str, to: usize) -> Vec<String> {
    let to = to.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for piece in pieces(text) {
        let w = width(piece);
        if used > 0 && used + width(piece.trim_end()) > to {
            lines.push(std::mem::take(&mut line).trim_end().to_string());
            used = 0;
        }
        if w <= to {
            line.push_str(piece);
            used += w;
            continue;
        }
        for c in piece.chars() {
            let w = c.width().unwrap_or(0);
            if used + w > to {
                lines.push(std::mem::take(&mut line).trim_end().to_string());
                used = 0;
            }
            line.push(c);
            used += w;
        }
    }
    lines.push(line.trim_end().to_string());
    lines
}

/// Marks that do not start a line.
fn clings(c: char) -> bool {
    matches!(
        c,
        ',' | '.'
            | ';'
            | ':'
            | ')'
            | ']'
            | '!'
            | '?'
            | '”'
            | '》'
            | '，'
            | '。'
            | '；'
            | '：'
            | '）'
            | '、'
            | '？'
            | '！'
    )
}

/// Pieces between which a line may be broken: words with the spaces behind them, single wide characters.
pub fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        let wide = |c: char| c.width() == Some(2);
        let breaks = before
            .is_some_and(|b| !clings(c) && c != ' ' && (b == ' ' || wide(c) || (wide(b) && !c.is_ascii_punctuation())));
        if breaks {
            pieces.extend(text.get(start..at));
            start = at;
        }
        before = Some(c);
    }
    pieces.extend(text.get(start..).filter(|p| !p.is_empty()));
    pieces
}

/// `1 error`, `2 errors`
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn escapes_are_shown() {
        assert_eq!(visible("a\u{1b}[31mb\u{9b}\u{202e}\n"), "a\\u{1b}[31mb\\u{9b}\\u{202e}\\n");
        assert!(matches!(visible("客户 é"), Cow::Borrowed(_)));
    }

    #[test]
    fn cutting_counts_cells() {
        assert_eq!(cut("客户满意度", 10, false), "客户满意度");
        assert_eq!(cut("客户满意度", 8, false), "客户满…");
        assert_eq!(cut("retention", 6, true), "ret...");
    }

    #[test]
    fn lines_break_at_words_and_between_wide_characters() {
        assert_eq!(wrap("no rows in surveys for 2024-03", 12), ["no rows in", "surveys for", "2024-03"]);
        assert_eq!(wrap("课后问卷中评分达到,四分", 10), ["课后问卷中", "评分达到,", "四分"]);
        assert_eq!(wrap("abcdefghijklmnop", 8), ["abcdefgh", "ijklmnop"]);
        assert_eq!(wrap("", 8), [""]);
    }
}
