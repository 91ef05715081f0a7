//! Text → tree. `parse` never fails: it returns a tree with holes, the comments, and diagnostics.

pub mod ast;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};

/// A comment, from `//` to the line's end (without the end).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    pub span: Span,
}

/// What became of one file.
#[derive(Clone, Debug, Default)]
pub struct Parse {
    pub file: ast::File,
    /// In the order of the text.
    pub comments: Vec<Comment>,
    /// E01 only, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads one file. Never fails, never panics; expressions nested deeper than 256 are one diagnostic and a hole.
pub fn parse(file: &SourceFile) -> Parse {
    let _ = file;
    Parse::default()
}
