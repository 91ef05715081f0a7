//! The lines that are written, and the comments behind them.

use unicode_width::UnicodeWidthStr;

use super::reader::{Note, Place};
use super::{INDENT, WIDTH};

/// Cells on a terminal; wide characters (CJK) take two.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

#[derive(Default)]
struct Line<'a> {
    indent: usize,
    text: String,
    /// Behind the text.
    comment: Option<&'a str>,
}

impl Line<'_> {
    /// Cells from its indentation to its end.
    fn width(&self) -> usize {
        match self.text.rsplit_once('\n') {
            Some((_, last)) => width(last).saturating_sub(self.indent * INDENT),
            None => width(&self.text),
        }
    }
}

#[derive(Default)]
pub(super) struct Page<'a> {
    lines: Vec<Line<'a>>,
    line: Line<'a>,
    /// Cells of the line so far, with its indentation.
    column: usize,
    space: bool,
}

impl<'a> Page<'a> {
    /// Cells taken on this line, were something written now.
    pub fn column(&self, indent: usize) -> usize {
        if self.line.text.is_empty() { indent * INDENT } else { self.column + usize::from(self.space) }
    }

    pub fn text(&mut self, text: &str, indent: usize) {
        if self.line.text.is_empty() {
            self.line.indent = indent;
            self.column = indent * INDENT;
        } else if self.space {
            self.line.text.push(' ');
            self.column += 1;
        }
        self.space = false;
        self.line.text.push_str(text);
        match text.rsplit_once('\n') {
            Some((_, last)) => self.column = width(last),
            None => self.column += width(text),
        }
    }

    /// A space before what follows on this line.
    pub fn space(&mut self) {
        self.space = true;
    }

    /// Ends the line; one on which nothing stands yet has not begun.
    pub fn end_line(&mut self) {
        self.space = false;
        if !self.line.text.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
    }

    /// A blank line, unless one stands there, or nothing.
    pub fn blank(&mut self) {
        self.end_line();
        if self.lines.last().is_some_and(|l| !l.text.is_empty() || l.comment.is_some()) {
            self.lines.push(Line::default());
        }
    }

    /// A comment, after which a new line begins.
    pub fn note(&mut self, note: Note<'a>, indent: usize) {
        self.end_line();
        match (note.place, self.lines.last_mut()) {
            (Place::Behind, Some(last)) if last.comment.is_none() && !last.text.is_empty() => {
                last.comment = Some(note.text);
            }
            (Place::Below, Some(last)) if last.comment.is_some() => {
                let indent = last.indent;
                self.lines.push(Line { indent, text: String::new(), comment: Some(note.text) });
            }
            _ => {
                self.text(note.text, indent);
                self.end_line();
            }
        }
    }

    /// The text of all lines. Comments behind lines that follow one another are aligned.
    pub fn finish(mut self) -> String {
        self.end_line();
        while self.lines.last().is_some_and(|l| l.text.is_empty() && l.comment.is_none()) {
            self.lines.pop();
        }
        let mut out = String::new();
        let mut lines = self.lines.as_slice();
        while let Some(first) = lines.first() {
            let run = lines.iter().take_while(|l| l.comment.is_some() && l.indent == first.indent).count();
            let (together, rest) = lines.split_at(run.max(1));
            // What is too long for its line does not push the others to the right.
            let column = together.iter().map(Line::width).filter(|w| *w <= WIDTH).max().unwrap_or(0);
            for line in together {
                if !line.text.is_empty() || line.comment.is_some() {
                    out.push_str(&" ".repeat(line.indent * INDENT));
                }
                out.push_str(&line.text);
                if let Some(comment) = line.comment {
                    out.push_str(&" ".repeat(column.saturating_sub(line.width()) + 1));
                    out.push_str(comment);
                }
                out.push('\n');
            }
            lines = rest;
        }
        out
    }
}
