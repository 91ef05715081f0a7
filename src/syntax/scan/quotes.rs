//! Texts: where they end, and where a missing quote must have stood.

use super::Scanner;
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit, say};

impl Scanner<'_> {
    /// A text that opens at `start`, its content at `from`.
    pub(super) fn quoted(&mut self, start: usize, from: usize) {
        let opened_wide = from > start + 1;
        let mut wide_close = None;
        let mut at = from;
        loop {
            if self.line.forced == Some((at, false)) && at >= from {
                self.change(at..at, "\"");
                self.at = at;
                break;
            }
            let byte = self.text.as_bytes().get(at).copied().unwrap_or(0);
            match byte {
                b'"' => {
                    self.at = at + 1;
                    if opened_wide {
                        self.report_quotes(start, at, 1);
                    }
                    return;
                }
                b'\\' => {
                    let next = self.rest(at + 1).chars().next();
                    at += 1 + next.filter(|c| !matches!(c, '\n' | '\r')).map_or(0, char::len_utf8);
                }
                b'\n' | 0 if byte == b'\n' || at >= self.text.len() => {
                    // `"…”`: closed by the other kind.
                    if let Some(close) = wide_close {
                        self.change(close..close + 3, "\"");
                        self.report_quotes(start, close, 3);
                        self.at = close + 3;
                    } else {
                        self.unclosed(start, at);
                    }
                    return;
                }
                0x80.. => {
                    let c = self.rest(at).chars().next().unwrap_or(' ');
                    if matches!(c, '”' | '“') {
                        if opened_wide {
                            self.change(at..at + 3, "\"");
                            self.report_quotes(start, at, 3);
                            self.at = at + 3;
                            return;
                        }
                        if c == '”' {
                            wide_close = wide_close.or(Some(at));
                        }
                    }
                    at += c.len_utf8();
                }
                _ => at += 1,
            }
        }
    }

    /// Full-width quotes, both in one report.
    fn report_quotes(&mut self, start: usize, close: usize, length: usize) {
        let mut edits = Vec::new();
        for (at, length) in [(start, self.peek(start).1), (close, length)] {
            if length > 1 {
                edits.push(Edit { span: self.span(at..at + length), text: "\"".into() });
            }
        }
        let Some(first) = edits.first().map(|e| e.span) else { return };
        let written = self.file.slice(first);
        let diagnostic =
            Diagnostic::error(codes::FULL_WIDTH, first, say!("`{written}` is full-width", "`{written}` 是全角符号"))
                .help(say!("texts stand in `\"`", "文本写在 `\"` 之间"))
                .fix(Applicability::Safe, say!("write `\"`", "写成 `\"`"), edits);
        self.report(diagnostic);
    }

    /// A text without an end on its line: puts in the quote that is missing and reads the line again.
    fn unclosed(&mut self, start: usize, end: usize) {
        let end = self.line_end(start).min(end).max(start);
        if self.line.forced.is_some() {
            // A second one on this line: closed where the line ends.
            self.change(end..end, "\"");
            self.at = end;
            return;
        }
        let line_start = self.line.start;
        let line = self.text.get(line_start..end).unwrap_or("");
        let (offset, opens, other) = missing_quote(line, start - line_start.min(start));
        let (at, other) = (line_start + offset, line_start + other);
        self.out.cut(self.line.lengths);
        self.nest.clone_from(&self.line.nest);
        self.brace_depth = self.line.brace_depth;
        self.line.last = self.line.last_before;
        self.wide = None;
        self.line.has_code = false;
        self.line.forced = Some((at, opens));
        self.at = line_start;
        let span = self.span(at..at);
        let edit = vec![Edit { span, text: "\"".into() }];
        let quote = self.span(other..other + self.peek(other).1);
        let diagnostic = if opens {
            Diagnostic::error(
                codes::UNCLOSED_TEXT,
                quote,
                say!("a text ends here that starts nowhere", "这里有文本的结尾，却没有开头"),
            )
            .help(say!("put a `\"` before it", "在它前面补上 `\"`"))
            .fix(Applicability::Proposed, say!("put in the opening `\"`", "补上开头的 `\"`"), edit)
        } else {
            Diagnostic::error(codes::UNCLOSED_TEXT, quote, say!("this text is not closed", "这段文本没有结尾"))
                .help(say!(
                    "a text ends with `\"` on its line; one of several lines stands in `\"\"\"`",
                    "文本在本行内以 `\"` 结束；多行文本写在 `\"\"\"` 之间"
                ))
                .fix(Applicability::Proposed, say!("put in the closing `\"`", "补上结尾的 `\"`"), edit)
        };
        self.guess(at);
        self.report(diagnostic);
        // What the line adds comes after these.
        self.line.lengths = self.out.lengths();
    }

    /// `"""…"""`
    pub(super) fn long_text(&mut self) {
        let start = self.at;
        let from = start + 3;
        let odd = *self.odd_long_texts.get_or_insert_with(|| self.text.matches("\"\"\"").count() % 2 == 1);
        let close = if self.no_long_end { None } else { self.rest(from).find("\"\"\"").map(|i| from + i) };
        self.no_long_end |= close.is_none();
        if let Some(close) = close
            && !odd
        {
            self.at = close + 3;
            return;
        }
        // One of them lacks its partner: this one does if an entry starts, or the file ends, before its end.
        let limit = close.unwrap_or(self.text.len());
        let mut end = self.line_end(from);
        while end < limit {
            let next = self.rest(end).find('\n').map_or(self.text.len(), |i| end + i + 1);
            let code = self.skip_blanks(next);
            if next >= limit || self.entry_starts(code) {
                break;
            }
            end = self.line_end(next).max(next);
        }
        if let Some(close) = close
            && end >= close
        {
            self.at = close + 3;
            return;
        }
        self.odd_long_texts = Some(false);
        let end = end.min(self.text.len()).max(from);
        self.change(end..end, "\"\"\"");
        let span = self.span(start..from);
        let edit = vec![Edit { span: self.span(end..end), text: "\"\"\"".into() }];
        self.guess(start);
        self.guess(end);
        self.report(
            Diagnostic::error(codes::UNCLOSED_TEXT, span, say!("this text is not closed", "这段文本没有结尾"))
                .help(say!("a text of several lines ends with `\"\"\"`", "多行文本以 `\"\"\"` 结束"))
                .fix(Applicability::Proposed, say!("put in the closing `\"\"\"`", "补上结尾的 `\"\"\"`"), edit),
        );
        self.at = end;
    }

    /// `'…'`, which other languages have.
    pub(super) fn single_quoted(&mut self, length: usize) {
        let start = self.at;
        let from = start + length;
        let end = self.line_end(from);
        let close = self
            .text
            .get(from..end)
            .and_then(|inner| inner.char_indices().find(|(_, c)| matches!(c, '\'' | '’' | '＇')))
            .map(|(i, c)| (from + i, c.len_utf8()));
        let Some((close, width)) = close else {
            self.guess(start);
            self.change(start..from, " ");
            let span = self.span(start..from);
            self.report(
                Diagnostic::error(
                    codes::FOREIGN_QUOTE,
                    span,
                    say!("a single quote means nothing here", "单引号在这里没有意义"),
                )
                .help(say!("texts stand in double quotes: `\"…\"`", "文本写在双引号之间：`\"…\"`")),
            );
            self.at = from;
            return;
        };
        let inner = self.text.get(from..close).unwrap_or("").replace('"', "\\\"");
        let text = format!("\"{inner}\"");
        let span = self.span(start..close + width);
        self.change(start..close + width, text.clone());
        self.report(
            Diagnostic::error(
                codes::FOREIGN_QUOTE,
                span,
                say!("this text stands in single quotes", "这段文本写在单引号之间"),
            )
            .help(say!("texts stand in double quotes", "文本写在双引号之间"))
            .fix(Applicability::Safe, say!("write double quotes", "改用双引号"), vec![Edit { span, text }]),
        );
        self.at = close + width;
    }

    /// A name in backticks.
    pub(super) fn backticks(&mut self) {
        let start = self.at;
        let end = self.line_end(start);
        if let Some(i) = self.text.get(start + 1..end).and_then(|inner| inner.find('`')) {
            self.at = start + 1 + i + 1;
            return;
        }
        let close = self.word_end(start + 1);
        let span = self.span(start..start + 1);
        let edit = vec![Edit { span: self.span(close..close), text: "`".into() }];
        self.guess(start);
        if close > start + 1 {
            self.change(close..close, "`");
        } else {
            self.change(start..start + 1, " ");
        }
        self.report(
            Diagnostic::error(codes::UNCLOSED_TEXT, span, say!("this name is not closed", "这个名称没有结尾的反引号"))
                .help(say!("a name in backticks ends with one on its line", "写在反引号里的名称，在本行内以反引号结束"))
                .fix(Applicability::Proposed, say!("put in the closing backtick", "补上结尾的反引号"), edit),
        );
        self.at = close.max(start + 1);
    }
}

/// Where in a line a quote is missing, whether it opens, and the quote without a partner: that of the text which was found
/// open at `unclosed`, unless the looks of the quotes tell more.
fn missing_quote(line: &str, unclosed: usize) -> (usize, bool, usize) {
    let mut quotes = Vec::new();
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if c == '"' && !escaped {
            quotes.push(at);
        }
        escaped = c == '\\' && !escaped;
    }
    let mut open: Option<usize> = None;
    let mut before = 0;
    for quote in quotes {
        let left = line.get(..quote).and_then(|l| l.chars().next_back());
        let right = line.get(quote + 1..).and_then(|r| r.chars().next());
        let opens = left.is_none_or(|c| c.is_whitespace() || "(,:=<>[{|\"".contains(c))
            && right.is_some_and(|c| !c.is_whitespace() && !",)}]:;".contains(c));
        let closes = left.is_some_and(|c| !c.is_whitespace() && !"(,:=[{".contains(c))
            && right.is_none_or(|c| c.is_whitespace() || ",)}]:;{/".contains(c));
        match open {
            None if closes && !opens => return (start_of_text(line, before, quote), true, quote),
            None => open = Some(quote),
            Some(first) if opens && !closes => return (end_before(line, first, quote), false, first),
            Some(_) => {
                open = None;
                before = quote + 1;
            }
        }
    }
    let first = open.unwrap_or(unclosed);
    (end_of_text(line, first), false, first)
}

/// Where the text that ends at `quote` must have started, not before `from`.
fn start_of_text(line: &str, from: usize, quote: usize) -> usize {
    let piece = line.get(from..quote).unwrap_or("");
    let skip = |at: usize| at + piece.get(at..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    if let Some(mark) = piece.rfind([':', '(', '=', '{']) {
        return from + skip(mark + 1);
    }
    if let Some(rest) = piece.trim_start().strip_prefix(',') {
        return from + skip(piece.len() - rest.len());
    }
    let mut words = Vec::new();
    let mut at = skip(0);
    while at < piece.len() {
        words.push(at);
        let length = piece.get(at..).and_then(|rest| rest.find(char::is_whitespace)).unwrap_or(piece.len() - at);
        at = skip(at + length);
    }
    let word = |i: usize| {
        words.get(i).and_then(|at| piece.get(*at..)).and_then(|rest| rest.split_whitespace().next()).unwrap_or("")
    };
    // Behind a head: the word that starts it, and the name.
    let head = match word(0) {
        "test" => 1,
        "action" if word(1) == "when" => 3,
        "action" => 1,
        first if super::is_entry_word(first) && !matches!(first, "drop" | "deduplicate" | "blank") => 2,
        _ => (0..words.len()).find(|i| !word(*i).is_ascii()).unwrap_or(words.len().saturating_sub(1)),
    };
    words.get(head).map_or(quote, |at| from + at)
}

/// The end of the text that opens at `first`, where another one opens at `next`.
fn end_before(line: &str, first: usize, next: usize) -> usize {
    let mut piece = line.get(first + 1..next).unwrap_or("");
    loop {
        let cut = piece.trim_end();
        let cut = match cut.strip_suffix(':') {
            Some(rest) => rest.trim_end().trim_end_matches(super::is_word),
            None => cut.strip_suffix(['{', ',', '(', '=']).unwrap_or(cut),
        };
        if cut.len() == piece.len() {
            return first + 1 + piece.len();
        }
        piece = cut;
    }
}

/// The end of the text that opens at `first`, the last on its line.
fn end_of_text(line: &str, first: usize) -> usize {
    let from = first + line.get(first..).and_then(|l| l.chars().next()).map_or(0, char::len_utf8);
    let piece = line.get(from..).unwrap_or("").trim_end();
    // `…, key: …`
    let comma = piece.match_indices(',').find(|(at, _)| {
        let rest = piece.get(at + 1..).unwrap_or("").trim_start();
        let word = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        word.len() < rest.len() && word.starts_with(':')
    });
    let mut end = comma.map_or(piece.len(), |(at, _)| at);
    if let Some(comment) = piece.get(..end).and_then(|p| p.find(" // ")) {
        end = comment;
    }
    let before = line.get(..first).unwrap_or("");
    let is_open = |open: char, close: char| before.matches(open).count() > before.matches(close).count();
    let (brace, paren) = (is_open('{', '}'), is_open('(', ')'));
    loop {
        let kept = piece.get(..end).unwrap_or("").trim_end();
        end = kept.len();
        let shorter = kept
            .strip_suffix('{')
            .or_else(|| kept.strip_suffix('}').filter(|_| brace))
            .or_else(|| kept.strip_suffix(')').filter(|_| paren));
        match shorter {
            Some(rest) => end = rest.len(),
            None => return from + end,
        }
    }
}
