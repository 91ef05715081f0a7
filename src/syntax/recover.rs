//! Why something could not be read: one message for each bad piece.

use super::ast::DeclKind;
use super::lower::{Lower, Node};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::syntax as codes;

/// What the piece is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Something that starts like no entry.
    Entry,
    Head(DeclKind),
    Property,
    Field,
    Clean,
    Step,
    Given,
    Expect,
    Allow,
    Use,
}

impl Lower<'_> {
    /// Reports the junk at the end of an entry that starts at `start` (an offset of the parsed text, from the base).
    pub(super) fn explain(&mut self, _place: Place, start: usize, junk: Node<'_>) {
        let end = junk.as_span().end();
        if self.guessed(self.place(start, end)) {
            return;
        }
        let text = junk.as_str();
        let trimmed = text.trim_start();
        let at = junk.as_span().start() + (text.len() - trimmed.len());
        let word: String = trimmed.chars().take_while(|c| !c.is_whitespace()).take(30).collect();
        let span = self.place(at, at + word.len());
        self.report(Diagnostic::error(codes::UNEXPECTED, span, format!("`{word}` is not expected here")));
    }
}
