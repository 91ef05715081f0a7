//! The first pass over the text, character by character: comments, texts, brackets. What it changes, so that the grammar
//! can stay strict, it reports itself.

use super::map::{Change, Map};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};
use std::borrow::Cow;

/// What the grammar reads, and what was seen on the way to it.
pub(super) struct Scan<'a> {
    pub text: Cow<'a, str>,
    pub map: Map,
    pub comments: Vec<Span>,
    pub diagnostics: Vec<Diagnostic>,
    /// Places of guessed marks, in the order of the text: what cannot be read around them has been reported.
    pub guesses: Vec<u32>,
    /// The deepest nesting of brackets and `if`.
    pub depth: usize,
}

pub(super) fn scan(file: &SourceFile) -> Scan<'_> {
    let mut scanner =
        Scanner { file, text: &file.text, at: 0, changes: Vec::new(), comments: Vec::new(), depth: 0, deepest: 0 };
    scanner.run();
    let Scanner { changes, comments, deepest, .. } = scanner;
    let (text, map) = if changes.is_empty() {
        (Cow::Borrowed(&*file.text), Map::default())
    } else {
        let (text, map) = Map::apply(&file.text, &changes);
        (Cow::Owned(text), map)
    };
    Scan { text, map, comments, diagnostics: Vec::new(), guesses: Vec::new(), depth: deepest }
}

struct Scanner<'a> {
    file: &'a SourceFile,
    text: &'a str,
    at: usize,
    changes: Vec<Change>,
    comments: Vec<Span>,
    depth: usize,
    deepest: usize,
}

impl Scanner<'_> {
    fn byte(&self, offset: usize) -> u8 {
        self.text.as_bytes().get(self.at + offset).copied().unwrap_or(0)
    }

    fn line_end(&self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or("");
        let end = rest.find('\n').map_or(self.text.len(), |i| self.at + i);
        if end > self.at && self.text.as_bytes().get(end - 1) == Some(&b'\r') { end - 1 } else { end }
    }

    fn run(&mut self) {
        let mut line_start = true;
        while self.at < self.text.len() {
            match self.byte(0) {
                b'/' if self.byte(1) == b'/' => {
                    let end = self.line_end();
                    self.comments.push(Span::new(self.file.id, self.at, end));
                    self.at = end;
                }
                b'"' if self.byte(1) == b'"' && self.byte(2) == b'"' => {
                    self.at += 3;
                    let rest = self.text.get(self.at..).unwrap_or("");
                    self.at = rest.find("\"\"\"").map_or(self.text.len(), |i| self.at + i + 3);
                }
                b'"' => {
                    self.at += 1;
                    loop {
                        match self.byte(0) {
                            b'"' => {
                                self.at += 1;
                                break;
                            }
                            b'\\' => self.at += 2,
                            0 | b'\n' => break,
                            _ => self.at += 1,
                        }
                    }
                }
                b'|' if line_start => self.at = self.line_end(),
                b'\n' => {
                    self.at += 1;
                    line_start = true;
                    continue;
                }
                b' ' | b'\t' | b'\r' => {
                    self.at += 1;
                    continue;
                }
                b'(' | b'{' => {
                    self.depth += 1;
                    self.deepest = self.deepest.max(self.depth);
                    self.at += 1;
                }
                b')' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.at += 1;
                }
                _ => self.at += 1,
            }
            line_start = false;
        }
    }
}
