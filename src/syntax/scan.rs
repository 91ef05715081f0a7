//! The first pass over the text, character by character: comments, texts, brackets, and marks from elsewhere. What it
//! changes, so that the grammar can stay small and strict, it reports itself.

mod braces;
mod foreign;
mod quotes;

use super::map::{Change, Map};
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Words, say};
use crate::source::{SourceFile, Span};
use std::borrow::Cow;
use std::ops::Range;

/// What the grammar reads, and what was seen on the way to it.
pub(super) struct Scan<'a> {
    pub text: Cow<'a, str>,
    pub map: Map,
    pub comments: Vec<Span>,
    pub diagnostics: Vec<Diagnostic>,
    /// Places of guesses, sorted: what cannot be read around them has been reported.
    pub guesses: Vec<u32>,
    /// The deepest nesting of brackets and `if`.
    pub depth: usize,
}

/// Brackets, or brackets and `if`, deeper than this are not read. (The tree over them may be a little deeper.)
const MAX_NEST: usize = 250;
/// Stands for what is not read; the grammar's `hole`.
const HOLE: &str = "\u{1}";

pub(super) fn scan(file: &SourceFile) -> Scan<'_> {
    let mut scanner = Scanner {
        file,
        text: &file.text,
        at: 0,
        out: Out::default(),
        nest: Nest::default(),
        brace_depth: 0,
        deep_brace: None,
        deepest: 0,
        line: Line::default(),
        wide: None,
        odd_long_texts: None,
        no_long_end: false,
        no_block_end: false,
    };
    scanner.run();
    let Scanner { mut out, deepest, .. } = scanner;
    braces::balance(file, &mut out);
    out.guesses.sort_unstable();
    let (text, map) = if out.changes.is_empty() {
        (Cow::Borrowed(&*file.text), Map::default())
    } else {
        out.changes.sort_by_key(|c| (c.old.start, c.old.end));
        let (text, map) = Map::apply(&file.text, &out.changes);
        (Cow::Owned(text), map)
    };
    Scan { text, map, comments: out.comments, diagnostics: out.diagnostics, guesses: out.guesses, depth: deepest }
}

/// A brace in code.
#[derive(Clone, Copy)]
struct Brace {
    at: usize,
    open: bool,
}

/// A line that starts with code: where, and how far it is indented.
#[derive(Clone, Copy)]
struct CodeLine {
    at: usize,
    indent: usize,
}

/// What the scanner collects, each list in the order of the text.
#[derive(Default)]
struct Out {
    changes: Vec<Change>,
    comments: Vec<Span>,
    diagnostics: Vec<Diagnostic>,
    guesses: Vec<u32>,
    braces: Vec<Brace>,
    lines: Vec<CodeLine>,
}

impl Out {
    fn lengths(&self) -> [usize; 6] {
        [
            self.changes.len(),
            self.comments.len(),
            self.diagnostics.len(),
            self.guesses.len(),
            self.braces.len(),
            self.lines.len(),
        ]
    }

    fn cut(&mut self, [changes, comments, diagnostics, guesses, braces, lines]: [usize; 6]) {
        self.changes.truncate(changes);
        self.comments.truncate(comments);
        self.diagnostics.truncate(diagnostics);
        self.guesses.truncate(guesses);
        self.braces.truncate(braces);
        self.lines.truncate(lines);
    }
}

/// Parentheses and `if`s around a place.
#[derive(Clone, Default)]
struct Nest {
    /// For each open parenthesis the `if`s before it on its level.
    parens: Vec<usize>,
    ifs: usize,
    depth: usize,
    /// Where the outermost of them starts, and whether that is a parenthesis.
    outer: (usize, bool),
    /// It has become too deep: the open parentheses.
    deep: Option<usize>,
}

/// The line that is being scanned, with what it takes to scan it again.
#[derive(Default)]
struct Line {
    start: usize,
    has_code: bool,
    /// The last character of code, on this line or before.
    last: u8,
    lengths: [usize; 6],
    nest: Nest,
    brace_depth: usize,
    last_before: u8,
    /// A quote that is put in: where, and whether it opens.
    forced: Option<(usize, bool)>,
    /// In the table of a `given`.
    table: bool,
}

struct Scanner<'a> {
    file: &'a SourceFile,
    text: &'a str,
    at: usize,
    out: Out,
    nest: Nest,
    brace_depth: usize,
    deep_brace: Option<usize>,
    deepest: usize,
    line: Line,
    /// Full-width marks side by side that are still to be reported, and what they mean.
    wide: Option<(Range<usize>, String)>,
    /// Whether a `"""` lacks its partner; counted when first asked.
    odd_long_texts: Option<bool>,
    /// Searched for once and not found: no `"""`, no `*/` follows.
    no_long_end: bool,
    no_block_end: bool,
}

impl Scanner<'_> {
    // ---- looking ----

    fn rest(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or("")
    }

    /// The byte at a place, a full-width mark as its ASCII twin, and its length. 0 stands for the end, 0x80 for other
    /// characters.
    fn peek(&self, at: usize) -> (u8, usize) {
        match self.text.as_bytes().get(at) {
            None => (0, 0),
            Some(byte) if byte.is_ascii() => (*byte, 1),
            Some(_) => match self.rest(at).chars().next() {
                Some(c) => (foreign::twin(c).unwrap_or(0x80), c.len_utf8()),
                None => (0, 0),
            },
        }
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file.id, range.start, range.end)
    }

    /// The end of the line that holds a place.
    fn line_end(&self, at: usize) -> usize {
        self.file.line_range(self.file.line_of(at as u32)).end.max(at)
    }

    /// The end of the word that starts here.
    fn word_end(&self, at: usize) -> usize {
        let mut end = at;
        for c in self.rest(at).chars() {
            if !is_word(c) {
                break;
            }
            end += c.len_utf8();
        }
        end
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while matches!(self.peek(at), (b' ' | b'\t', _)) {
            at += 1;
        }
        at
    }

    /// Whether an entry starts here: `key:`, a word that starts one, or a closing brace.
    fn entry_starts(&self, at: usize) -> bool {
        if self.peek(at).0 == b'}' {
            return true;
        }
        let end = self.word_end(at);
        let word = self.text.get(at..end).unwrap_or("");
        let next = self.skip_blanks(end);
        if word.is_empty() {
            return false;
        }
        match self.peek(next).0 {
            b':' => true,
            b'"' | b'{' => is_entry_word(word),
            _ => next > end && is_entry_word(word) && self.rest(next).chars().next().is_some_and(is_word),
        }
    }

    // ---- changing and reporting ----

    fn change(&mut self, old: Range<usize>, text: impl Into<String>) {
        self.out.changes.push(Change { old, text: text.into() });
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.out.diagnostics.push(diagnostic);
    }

    /// Replaces a form from elsewhere by the one that is meant.
    fn mend(&mut self, code: crate::diagnostic::Code, old: Range<usize>, text: &str, message: Words, help: Words) {
        let span = self.span(old.clone());
        self.change(old, text);
        self.report(Diagnostic::error(code, span, message).help(help).fix(
            Applicability::Safe,
            say!("write `{}`", "写成 `{}`", text.trim()),
            vec![Edit { span, text: text.into() }],
        ));
    }

    /// Takes a full-width mark as its twin.
    fn narrow(&mut self, at: usize, length: usize, twin: u8) {
        if length == 1 {
            return;
        }
        let twin = char::from(twin);
        self.change(at..at + length, twin);
        self.wide_mark(at..at + length, twin);
    }

    /// Notes a full-width mark for a report; marks side by side are one.
    fn wide_mark(&mut self, range: Range<usize>, twin: char) {
        match &mut self.wide {
            Some((run, twins)) if run.end == range.start => {
                run.end = range.end;
                twins.push(twin);
            }
            _ => {
                self.report_wide();
                self.wide = Some((range, twin.to_string()));
            }
        }
    }

    fn report_wide(&mut self) {
        if let Some((range, twins)) = self.wide.take() {
            let span = self.span(range);
            let written = self.file.slice(span);
            let diagnostic =
                Diagnostic::error(codes::FULL_WIDTH, span, say!("`{written}` is full-width", "`{written}` 是全角符号"))
                    .help(say!("write `{twins}`", "写成 `{twins}`"))
                    .fix(
                        Applicability::Safe,
                        say!("write `{twins}`", "写成 `{twins}`"),
                        vec![Edit { span, text: twins }],
                    );
            self.report(diagnostic);
        }
    }

    /// A place where the scanner guessed.
    fn guess(&mut self, at: usize) {
        self.out.guesses.push(at as u32);
    }

    // ---- the loop ----

    fn run(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.change(0..3, "");
            self.at = 3;
        }
        self.start_line();
        while self.at < self.text.len() {
            self.token();
        }
        self.report_wide();
        self.end_nest(self.text.len());
        if let Some(from) = self.deep_brace.take() {
            self.hide(from..self.text.len());
        }
    }

    fn start_line(&mut self) {
        self.line.start = self.at;
        self.line.has_code = false;
        self.line.lengths = self.out.lengths();
        self.line.nest.clone_from(&self.nest);
        self.line.brace_depth = self.brace_depth;
        self.line.last_before = self.line.last;
        self.line.forced = None;
    }

    fn token(&mut self) {
        let at = self.at;
        let (byte, length) = self.peek(at);
        match byte {
            b'\n' => {
                self.at += 1;
                self.start_line();
                return;
            }
            b' ' | b'\t' | b'\r' => {
                self.at += 1;
                return;
            }
            b'/' if length == 1 && self.peek(at + 1) == (b'/', 1) => {
                let end = self.line_end(at);
                self.out.comments.push(self.span(at..end));
                self.at = end.max(at + 2);
                return;
            }
            0x80 if self.blank(at) => return,
            _ => {}
        }
        if !self.line.has_code && self.code_line(at, byte, length) {
            return;
        }
        if self.line.forced == Some((at, true)) {
            self.change(at..at, "\"");
            self.quoted(at, at);
        } else {
            match byte {
                b'"' if length == 1 && self.rest(at).starts_with("\"\"\"") => self.long_text(),
                b'"' => {
                    let wide = length > 1;
                    if wide {
                        self.change(at..at + length, "\"");
                    }
                    self.quoted(at, at + length);
                }
                b'\'' => self.single_quoted(length),
                b'`' => self.backticks(),
                b'(' | b')' | b'{' | b'}' => {
                    self.narrow(at, length, byte);
                    self.bracket(byte, length);
                    self.at += length;
                }
                b'0'..=b'9' => self.number(),
                _ if self.foreign(byte, length) => {}
                _ if self.rest(at).chars().next().is_some_and(|c| is_word(c) && foreign::twin(c).is_none()) => {
                    self.word()
                }
                0..=31 | 127 => self.hidden(at, length.max(1), " "),
                _ => {
                    self.narrow(at, length, byte);
                    self.at += length.max(1);
                }
            }
        }
        self.line.last = byte;
    }

    /// White space that is not ASCII is read as a blank; characters that nobody sees are reported.
    fn blank(&mut self, at: usize) -> bool {
        let Some(c) = self.rest(at).chars().next() else { return false };
        let length = c.len_utf8();
        if c.is_whitespace() {
            self.change(at..at + length, " ");
            self.at += length;
            return true;
        }
        if matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{80}'..='\u{9f}')
        {
            self.hidden(at, length, "");
            return true;
        }
        false
    }

    fn hidden(&mut self, at: usize, length: usize, text: &str) {
        let span = self.span(at..at + length);
        let code = self.rest(at).chars().next().map_or(0, u32::from);
        self.change(at..at + length, text);
        self.report(
            Diagnostic::error(
                codes::HIDDEN_CHARACTER,
                span,
                say!("the character U+{code:04X} cannot be seen", "字符 U+{code:04X} 是看不见的"),
            )
            .help(say!("delete it", "删去"))
            .fix(Applicability::Safe, say!("delete it", "删去"), vec![Edit { span, text: String::new() }]),
        );
        self.at += length;
    }

    /// What happens at a line's first code. True where the whole line is a row of a table.
    fn code_line(&mut self, at: usize, byte: u8, length: usize) -> bool {
        self.line.has_code = true;
        let row = byte == b'|' && (self.line.table || self.peek(at + length).0 != b'|');
        if row {
            let end = self.line_end(at);
            if length > 1 {
                let marks: Vec<usize> = self
                    .rest(at)
                    .char_indices()
                    .take_while(|(i, _)| at + i < end)
                    .filter(|(_, c)| *c == '｜')
                    .map(|(i, _)| at + i)
                    .collect();
                for mark in marks {
                    self.narrow(mark, '｜'.len_utf8(), b'|');
                }
            }
            let row = self.text.get(at..end).unwrap_or("");
            if length == 1
                && row.contains("//")
                && let Some(comment) = super::table::cells(row).1
            {
                let comment = self.span(at + comment..end);
                self.out.comments.push(comment);
            }
            self.line.table = true;
            self.at = end;
            return true;
        }
        let indent = at - self.line.start;
        self.out.lines.push(CodeLine { at, indent });
        self.line.table = self.rest(at).starts_with("given");
        if self.nest.depth > 0 && !matches!(self.line.last_before, b',' | b'(') && self.entry_starts(at) {
            self.end_nest(at);
        }
        false
    }

    fn word(&mut self) {
        let start = self.at;
        let mut end = start;
        let text = self.text;
        for c in text.get(start..).unwrap_or("").chars() {
            if !is_word(c) {
                break;
            }
            if let Some(twin) = foreign::twin(c) {
                self.narrow(end, c.len_utf8(), twin);
            }
            end += c.len_utf8();
        }
        self.at = end;
        if self.text.get(start..end) == Some("if") && self.nest.deep.is_none() {
            self.nest.ifs += 1;
            self.deeper(start, false);
        }
    }

    // ---- brackets ----

    fn bracket(&mut self, byte: u8, length: usize) {
        let at = self.at;
        match byte {
            b'(' => match &mut self.nest.deep {
                Some(open) => *open += 1,
                None => {
                    self.nest.parens.push(std::mem::take(&mut self.nest.ifs));
                    self.deeper(at, true);
                }
            },
            b')' => match &mut self.nest.deep {
                Some(1) if self.nest.outer.1 => self.end_nest(at + length),
                Some(open) => *open = open.saturating_sub(1),
                None => {
                    if let Some(ifs) = self.nest.parens.pop() {
                        self.nest.depth -= 1 + self.nest.ifs;
                        self.nest.ifs = ifs;
                    }
                }
            },
            b'{' => {
                self.end_nest(at);
                self.brace_depth += 1;
                if self.brace_depth > MAX_NEST && self.deep_brace.is_none() {
                    self.deep_brace = Some(at);
                }
                self.out.braces.push(Brace { at, open: true });
                self.deepest = self.deepest.max(self.brace_depth.min(MAX_NEST));
            }
            _ => {
                self.end_nest(at);
                self.brace_depth = self.brace_depth.saturating_sub(1);
                self.out.braces.push(Brace { at, open: false });
                if self.brace_depth <= MAX_NEST
                    && let Some(from) = self.deep_brace.take()
                {
                    self.hide(from..at + length);
                }
            }
        }
    }

    /// One level more, by the parenthesis or `if` here.
    fn deeper(&mut self, at: usize, paren: bool) {
        if self.nest.depth == 0 {
            self.nest.outer = (at, paren);
        }
        self.nest.depth += 1;
        if self.nest.depth > MAX_NEST {
            self.nest.deep = Some(self.nest.parens.len());
        } else {
            self.deepest = self.deepest.max(self.nest.depth + self.brace_depth);
        }
    }

    /// Forgets open parentheses, where they cannot go on, and leaves out what is too deep of them.
    fn end_nest(&mut self, at: usize) {
        if self.nest.depth == 0 {
            return;
        }
        if self.nest.deep.is_some() {
            self.hide(self.nest.outer.0..at);
        }
        self.nest.parens.clear();
        self.nest.ifs = 0;
        self.nest.depth = 0;
        self.nest.deep = None;
    }

    /// Leaves out what is nested too deep.
    fn hide(&mut self, range: Range<usize>) {
        self.report_wide();
        let last = self.text.get(range.clone()).map_or(range.end, |text| range.start + text.trim_end().len());
        let range = range.start..last;
        while self.out.changes.last().is_some_and(|c| c.old.start >= range.start) {
            self.out.changes.pop();
        }
        while self.out.braces.last().is_some_and(|b| b.at >= range.start) {
            self.out.braces.pop();
        }
        while self.out.lines.last().is_some_and(|l| l.at > range.start) {
            self.out.lines.pop();
        }
        self.guess(range.start);
        self.report(super::too_deep(self.span(range.start..range.start + self.peek(range.start).1)));
        self.change(range, HOLE);
    }
}

fn is_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { c.is_alphanumeric() || is_joined(c) }
}

/// Marks that belong to the letter before them.
fn is_joined(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

pub(super) fn is_entry_word(word: &str) -> bool {
    super::ast::DeclKind::ALL.iter().any(|k| k.word() == word)
        || matches!(word, "field" | "clean" | "given" | "expect" | "allow" | "use" | "drop" | "deduplicate" | "blank")
}
