//! Where braces do not balance, indentation tells which one is missing. Afterwards they balance.

use super::super::map::Change;
use super::{Brace, CodeLine, Out, is_entry_word, is_word};
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit, say};
use crate::source::{SourceFile, Span};
use std::ops::Range;

/// Puts in the braces that are missing and leaves out those that close nothing.
pub(super) fn balance(file: &SourceFile, out: &mut Out) {
    let mut depth = 0usize;
    let balanced = out.braces.iter().all(|brace| {
        if brace.open {
            depth += 1;
            true
        } else {
            depth.checked_sub(1).map(|d| depth = d).is_some()
        }
    });
    if balanced && depth == 0 {
        return;
    }
    let lines = std::mem::take(&mut out.lines);
    let braces = std::mem::take(&mut out.braces);
    let silent = out.diagnostics.iter().any(|d| d.code == codes::TOO_DEEP);
    let scanned = out.changes.len();
    Balance { file, out, silent, scanned, open: Vec::new(), heads: Vec::new() }.run(&lines, &braces);
}

/// A block that is open.
struct Open {
    at: usize,
    line: usize,
    indent: usize,
    /// Whether its first line is indented deeper than its head, so that indentation says something.
    indented: Option<bool>,
    /// Whether something follows the brace on its line.
    inline: bool,
}

/// A line that could be a head without its brace.
struct Head {
    indent: usize,
    line: usize,
}

struct Balance<'a> {
    file: &'a SourceFile,
    out: &'a mut Out,
    /// Something is nested too deep: that has been said, and is why braces are missing.
    silent: bool,
    /// How many changes the scanner made; these are sorted.
    scanned: usize,
    open: Vec<Open>,
    heads: Vec<Head>,
}

impl Balance<'_> {
    fn run(mut self, lines: &[CodeLine], braces: &[Brace]) {
        // Braces may stand on lines that start inside a text.
        let mut rest = braces;
        for (index, line) in lines.iter().enumerate() {
            let next = lines.get(index + 1);
            let limit = next.map_or(usize::MAX, |l| l.at);
            let count = rest.iter().take_while(|b| b.at < limit).count();
            let (here, after) = rest.split_at_checked(count).unwrap_or((rest, &[]));
            rest = after;
            self.line(lines, index, *line, next, here);
        }
        let end = self.end_of_code(lines.len().checked_sub(1).and_then(|i| lines.get(i)).map_or(0, |l| l.at));
        while let Some(open) = self.open.pop() {
            self.close(&open, end);
        }
    }

    fn line(&mut self, lines: &[CodeLine], index: usize, line: CodeLine, next: Option<&CodeLine>, braces: &[Brace]) {
        let text = self.file.text.get(line.at..).unwrap_or("");
        let closes = text.starts_with(['}', '｝']);
        let word_length = text.len() - text.trim_start_matches(is_word).len();
        let word = text.get(..word_length).unwrap_or("");
        let entry = is_entry_word(word)
            || text.get(word_length..).is_some_and(|t| t.trim_start_matches([' ', '\t']).starts_with([':', '：']));
        if let Some(top) = self.open.last_mut()
            && top.indented.is_none()
        {
            top.indented = Some(top.inline || line.indent > top.indent);
        }
        let before = self.end_of_code(index.checked_sub(1).and_then(|i| lines.get(i)).map_or(0, |l| l.at));
        if entry {
            // What stands no deeper than a head is not in its block.
            while let Some(open) =
                self.open.pop_if(|open| open.line < index && open.indented == Some(true) && line.indent <= open.indent)
            {
                self.close(&open, before);
            }
        }
        if !closes {
            while self.heads.pop_if(|head| head.indent >= line.indent).is_some() {}
        }
        let takes_block = is_entry_word(word)
            && !matches!(word, "field" | "given" | "expect" | "allow" | "use" | "drop" | "deduplicate" | "blank");
        if takes_block && !braces.iter().any(|b| b.open) {
            self.heads.push(Head { indent: line.indent, line: index });
        }
        let mut from = line.at;
        for brace in braces {
            let piece = from..brace.at;
            from = brace.at;
            if brace.open {
                let rest = self.file.text.get(brace.at..).unwrap_or("");
                let rest = rest.strip_prefix(['{', '｛']).unwrap_or(rest).trim_start_matches([' ', '\t']);
                let inline = !rest.is_empty() && !rest.starts_with(['\n', '\r']) && !rest.starts_with("//");
                self.open.push(Open { at: brace.at, line: index, indent: line.indent, indented: None, inline });
            } else if brace.at == line.at {
                self.closing_line(lines, line, before, brace.at);
            } else {
                self.closing_inline(lines, index, line, next, piece);
            }
        }
    }

    /// A `}` at the start of its line.
    fn closing_line(&mut self, lines: &[CodeLine], line: CodeLine, before: usize, at: usize) {
        while let Some(open) = self.open.pop_if(|open| open.indented == Some(true) && open.indent > line.indent) {
            self.close(&open, before);
        }
        if self.open.last().is_some_and(|open| open.indented != Some(true) || open.indent == line.indent) {
            self.open.pop();
            while self.heads.pop_if(|head| head.indent >= line.indent).is_some() {}
            return;
        }
        let head = self.heads.iter().rposition(|head| head.indent == line.indent);
        match head.and_then(|i| self.heads.drain(i..).next()).and_then(|head| lines.get(head.line)) {
            Some(head) => {
                let end = self.end_of_code(head.at);
                self.open_at(end, head.at, at);
            }
            None => self.leave_out(at),
        }
    }

    /// A `}` behind something else on its line.
    fn closing_inline(
        &mut self,
        lines: &[CodeLine],
        index: usize,
        line: CodeLine,
        next: Option<&CodeLine>,
        piece: Range<usize>,
    ) {
        let at = piece.end;
        let own = self.open.last().is_some_and(|open| open.line == index);
        let ends = match (self.open.last(), next) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(open), Some(next)) => {
                let text = self.file.text.get(next.at..).unwrap_or("");
                let closes = text.starts_with(['}', '｝']) && next.indent == open.indent;
                open.indented != Some(true) || (next.indent < line.indent && !closes)
            }
        };
        if own || ends {
            self.open.pop();
            return;
        }
        // `… "label" key: value }`: the brace belongs before the key.
        match first_key(self.file.text.get(piece.clone()).unwrap_or("")) {
            Some(key) => self.open_at(piece.start + key, line.at, at),
            None => match self.heads.pop().and_then(|head| lines.get(head.line)) {
                Some(head) => {
                    let end = self.end_of_code(head.at);
                    self.open_at(end, head.at, at);
                }
                None => self.leave_out(at),
            },
        }
    }

    /// The end of the code on the line of a place.
    fn end_of_code(&self, at: usize) -> usize {
        let line = self.file.line_range(self.file.line_of(at as u32));
        let first = self.out.comments.partition_point(|c| (c.start as usize) < at);
        let end = match self.out.comments.get(first) {
            Some(comment) if (comment.start as usize) < line.end => comment.start as usize,
            _ => line.end,
        };
        let code = self.file.text.get(at..end).unwrap_or("");
        at + code.trim_end().len()
    }

    fn change(&mut self, old: Range<usize>, text: &str) {
        self.out.changes.push(Change { old, text: text.into() });
    }

    /// The character at a place, which may be full-width.
    fn mark(&self, at: usize) -> Span {
        let length = self.file.text.get(at..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
        self.span(at, at + length)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file.id, start, end)
    }

    /// A missing `}`.
    fn close(&mut self, open: &Open, at: usize) {
        let at = at.max(self.mark(open.at).end as usize);
        self.change(at..at, " }");
        let brace = self.mark(open.at);
        let place = self.span(at, at);
        self.out.guesses.push(at as u32);
        if !self.silent {
            let indent = " ".repeat(open.indent);
            let text = if open.inline { " }".to_string() } else { format!("\n{indent}}}") };
            self.out.diagnostics.push(
                Diagnostic::error(codes::UNBALANCED_BRACE, place, say!("a block is not closed", "有一个块没有结束"))
                    .saying(say!("a `}}` is missing here", "这里缺少 `}}`"))
                    .label(brace, say!("opened here", "从这里开始"))
                    .help(say!(
                        "every `{{` needs its `}}`; indentation tells where this one belongs",
                        "每个 `{{` 都要有对应的 `}}`；按缩进看，它应在这里"
                    ))
                    .fix(Applicability::Proposed, say!("put in `}}`", "补上 `}}`"), vec![Edit { span: place, text }]),
            );
        }
    }

    /// A missing `{` at `at`, for the `}` at `close`.
    fn open_at(&mut self, at: usize, head: usize, close: usize) {
        self.change(at..at, " { ");
        self.out.guesses.push(at as u32);
        let place = self.span(at, at);
        let text = if self.file.text.get(at..).is_some_and(|t| t.starts_with(is_word)) { "{ " } else { " {" };
        let word = self.file.text.get(head..).unwrap_or("").split(|c| !is_word(c)).next().unwrap_or("");
        self.out.diagnostics.push(
            Diagnostic::error(
                codes::UNBALANCED_BRACE,
                place,
                say!("the block of this `{word}` is not opened", "这个 `{word}` 的块没有开头"),
            )
            .saying(say!("a `{{` is missing here", "这里缺少 `{{`"))
            .label(self.mark(close), say!("closed here", "在这里结束"))
            .help(say!(
                "a block stands in braces; its `{{` stands on the line of its head",
                "块写在大括号里，`{{` 与声明写在同一行"
            ))
            .fix(
                Applicability::Proposed,
                say!("put in `{{`", "补上 `{{`"),
                vec![Edit { span: place, text: text.into() }],
            ),
        );
    }

    /// A `}` that closes nothing.
    fn leave_out(&mut self, at: usize) {
        let length = self.file.text.get(at..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8);
        let scanned = self.out.changes.get_mut(..self.scanned).unwrap_or_default();
        let index = scanned.partition_point(|c| c.old.start < at);
        match scanned.get_mut(index) {
            // A full-width one, which has been replaced already.
            Some(change) if change.old == (at..at + length) => change.text = " ".into(),
            _ => self.change(at..at + length, " "),
        }
        self.out.guesses.push(at as u32);
        let place = self.span(at, at + length);
        self.out.diagnostics.push(
            Diagnostic::error(
                codes::UNBALANCED_BRACE,
                place,
                say!("this `}}` closes nothing", "这个 `}}` 没有对应的 `{{`"),
            )
            .help(say!("delete it, or put in the `{{` that it should close", "删去，或补上与它对应的 `{{`"))
            .fix(
                Applicability::Proposed,
                say!("delete it", "删去"),
                vec![Edit { span: place, text: String::new() }],
            ),
        );
    }
}

/// Where a `key:` starts behind the first word of a piece of a line.
fn first_key(piece: &str) -> Option<usize> {
    let mut quoted = false;
    let mut word: Option<usize> = None;
    let mut complete: Option<usize> = None;
    for (at, c) in piece.char_indices() {
        match c {
            '"' => {
                quoted = !quoted;
                (word, complete) = (None, None);
            }
            _ if quoted => {}
            ':' | '：' => match word.or(complete) {
                Some(start) if start > 0 => return Some(start),
                _ => (word, complete) = (None, None),
            },
            ' ' | '\t' => {
                if word.is_some() {
                    complete = word.take();
                }
            }
            _ if is_word(c) => {
                word = word.or(Some(at));
                complete = None;
            }
            _ => (word, complete) = (None, None),
        }
    }
    None
}
