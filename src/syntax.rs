//! Text → tree. `parse` never fails: it returns a tree with holes, the comments, and diagnostics.
//!
//! `scan` goes over the text once and mends what is not the grammar's business (full-width marks, texts without an end,
//! braces without a partner); pest reads the result by `grammar/kpi.pest`; `lower` and `expr` make the tree; `recover`
//! finds the words for what could not be read.

pub mod ast;
mod expr;
mod grammar;
mod lower;
mod map;
mod phrases;
mod recover;
mod scan;
mod table;

use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Diagnostic, say, sort};
use crate::source::{SourceFile, Span};
use pest::Parser;

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

/// Brackets nested deeper than this are read on a thread with a stack of their own.
const SHALLOW: usize = 16;
/// Enough for 256 levels in an unoptimised build.
const DEEP_STACK: usize = 256 << 20;

/// Reads one file. Never fails, never panics; expressions nested deeper than 256 are one diagnostic and a hole.
pub fn parse(file: &SourceFile) -> Parse {
    let scan = scan::scan(file);
    let (tree, mut diagnostics) = if scan.depth <= SHALLOW {
        read(file, &scan)
    } else {
        std::thread::scope(|scope| {
            let builder = std::thread::Builder::new().stack_size(DEEP_STACK);
            let reader = builder.spawn_scoped(scope, || read(file, &scan));
            reader.ok().and_then(|r| r.join().ok()).unwrap_or_else(|| unread(file))
        })
    };
    diagnostics.extend(scan.diagnostics);
    sort(&mut diagnostics);
    let comments = scan.comments.into_iter().map(|span| Comment { span }).collect();
    Parse { file: tree, comments, diagnostics }
}

fn read(file: &SourceFile, scan: &scan::Scan<'_>) -> (ast::File, Vec<Diagnostic>) {
    let mut lower = lower::Lower {
        file,
        text: &scan.text,
        map: &scan.map,
        base: 0,
        guesses: &scan.guesses,
        diagnostics: Vec::new(),
        deep: false,
    };
    let parsed = grammar::Grammar::parse(grammar::Rule::file, &scan.text);
    match parsed.ok().and_then(|mut nodes| nodes.next()) {
        Some(node) => {
            let tree = lower.file(node);
            (tree, lower.diagnostics)
        }
        None => unread(file),
    }
}

/// A file that the parser gave up on, which it does only for want of stack.
fn unread(file: &SourceFile) -> (ast::File, Vec<Diagnostic>) {
    (ast::File { items: vec![ast::Item::Hole(file.span())] }, vec![too_deep(file.span())])
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(codes::TOO_DEEP, span, say!("this is nested more than 256 deep", "嵌套超过 256 层"))
        .help(say!("give a part of it a name, as a `measure`", "把其中一部分写成 `measure`，另起一个名称"))
}
