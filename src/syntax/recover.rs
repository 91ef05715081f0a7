//! Why something could not be read: one message for each bad piece. First the faults that have a name, then a second,
//! strict reading of the piece says what was expected where.

use super::ast::DeclKind;
use super::grammar::{Grammar, Rule};
use super::lower::{Lower, Node, RESERVED};
use super::phrases;
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit};
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

/// What the piece is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
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

impl Place {
    fn strict(self) -> Option<Rule> {
        match self {
            Place::Head(_) => Some(Rule::strict_head),
            Place::Property => Some(Rule::strict_property),
            Place::Field => Some(Rule::strict_field),
            Place::Step => Some(Rule::strict_step),
            Place::Expect => Some(Rule::strict_expect),
            Place::Allow => Some(Rule::strict_allow),
            Place::Clean | Place::Given | Place::Use => None,
        }
    }
}

impl Lower<'_> {
    /// Reports the junk at the end of an entry that starts at `start` (an offset of the parsed text, from the base).
    pub(super) fn explain(&mut self, place: Place, start: usize, junk: Node<'_>) {
        let span = junk.as_span();
        let text = junk.as_str();
        let at = span.start() + (text.len() - text.trim_start().len());
        self.explain_piece(Some(place), start, at, span.end());
    }

    /// Reports what stands at `at` in an entry from `start` to `end`.
    pub(super) fn explain_piece(&mut self, place: Option<Place>, start: usize, at: usize, end: usize) {
        if self.guessed(self.place(start, end)) || self.bracket(start, end) || self.named_fault(place, start, at, end) {
            return;
        }
        let text = self.text.get(self.base + start..self.base + end).unwrap_or("").trim_end();
        let strict = place.and_then(Place::strict).and_then(|rule| Grammar::parse(rule, text).err());
        if let Some(error) = strict
            && let ErrorVariant::ParsingError { positives, .. } = &error.variant
        {
            let offset = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            self.expected(start + offset, start + text.len(), positives);
            return;
        }
        self.unexpected(at, end);
    }

    fn unexpected(&mut self, at: usize, end: usize) {
        let found = self.token(at, end);
        let span = self.place(at, at + found.len());
        self.report(
            Diagnostic::error(codes::UNEXPECTED, span, format!("`{found}` is not expected here"))
                .help("nothing can be read from here to the next entry"),
        );
    }

    fn expected(&mut self, at: usize, end: usize, rules: &[Rule]) {
        let mut words: Vec<&str> = Vec::new();
        for rule in rules {
            let word = phrases::words(*rule);
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let ends = words.contains(&"the end of the entry");
        if words.contains(&"a value") {
            words = vec!["a value"];
        } else {
            words.retain(|w| *w != "an operator" && *w != "the end of the entry" && *w != "a clause");
        }
        let found = self.token(at, end);
        let (span, what) = if found.is_empty() {
            (self.place(at, at), "the end of the line".to_string())
        } else {
            (self.place(at, at + found.len()), format!("`{found}`"))
        };
        let word = found.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"');
        let report = if (words.is_empty() || words.len() > 3 || ends) && !found.is_empty() {
            let report = Diagnostic::error(codes::UNEXPECTED, span, format!("{what} is not expected here"));
            if word {
                report
                    .saying("no operator or comma joins it to what stands before")
                    .help("join the two by an operator, such as `+`, `/` or `and`, or by a comma; or start a new line")
            } else {
                report.saying("what stands before is complete")
            }
        } else {
            let list = match words.as_slice() {
                [] => "more".to_string(),
                [only] => (*only).to_string(),
                [first @ .., last] => format!("{} or {last}", first.join(", ")),
            };
            Diagnostic::error(codes::UNEXPECTED, span, format!("expected {list}, found {what}"))
        };
        let reserved = RESERVED.contains(&found.as_str()).then(|| {
            format!("`{found}` is a reserved word; a thing of this name is written in backticks: `` `{found}` ``")
        });
        let before = self.before(at);
        self.report(match (reserved, words.as_slice()) {
            (Some(help), _) if words.contains(&"a value") => report.help(help),
            (_, ["a value"]) if !before.is_empty() => {
                report.help(format!("write what follows `{before}`, or delete `{before}`"))
            }
            (_, ["`and`"]) => report.help("both ends are named: `x between 4 and 5`"),
            (_, ["`then`"]) => report.help("write `if condition then x else y`"),
            _ => report,
        });
    }

    /// The word or mark that stands before a place.
    fn before(&self, at: usize) -> &str {
        let before = self.text.get(..self.base + at).unwrap_or("").trim_end();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let word = before.trim_end_matches(is_word).len();
        let mark = before.trim_end_matches(|c: char| "<>=!+-*/.,:".contains(c)).len();
        before.get(word.min(mark)..).unwrap_or("")
    }

    /// The word, text, number or mark at a place, for a message.
    fn token(&self, at: usize, end: usize) -> String {
        let text = self.text.get(self.base + at..self.base + end).unwrap_or("");
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = match text.chars().next() {
            None | Some('\n' | '\r') => 0,
            Some(c) if is_word(c) => text.find(|c| !is_word(c)).unwrap_or(text.len()),
            Some('"') => text.get(1..).and_then(|t| t.find(['"', '\n'])).map_or(1, |i| i + 2),
            Some(c) => c.len_utf8(),
        };
        // What is too long for a message is cut.
        let token = text.get(..length).unwrap_or("");
        match token.char_indices().nth(40) {
            Some((cut, _)) => token.get(..cut).unwrap_or("").to_string(),
            None => token.to_string(),
        }
    }

    /// A parenthesis without its partner.
    fn bracket(&mut self, start: usize, end: usize) -> bool {
        let text = self.text.get(self.base + start..self.base + end).unwrap_or("");
        let mut open = Vec::new();
        let mut quoted = None;
        let mut stray = None;
        let mut before = ' ';
        for (at, c) in text.char_indices() {
            match c {
                _ if before == '\\' && quoted.is_some() => {}
                '"' | '`' => match quoted {
                    Some(mark) if mark == c => quoted = None,
                    None => quoted = Some(c),
                    Some(_) => {}
                },
                _ if quoted.is_some() => {}
                '(' => open.push(at),
                ')' if open.pop().is_none() => {
                    stray = Some(at);
                    break;
                }
                _ => {}
            }
            before = if before == '\\' { ' ' } else { c };
        }
        let (at, message, help) = match (stray, open.last()) {
            (Some(at), _) => (at, "this `)` closes nothing", "delete it, or put in the `(` that it should close"),
            (None, Some(at)) => (*at, "this `(` is not closed", "put in the `)` that closes it"),
            (None, None) => return false,
        };
        let span = self.place(start + at, start + at + 1);
        self.report(Diagnostic::error(codes::UNCLOSED_BRACKET, span, message).help(help));
        true
    }

    /// Faults that are known from other languages and from slips.
    fn named_fault(&mut self, place: Option<Place>, start: usize, at: usize, end: usize) -> bool {
        let text = self.text.get(self.base + at..self.base + end).unwrap_or("").trim_end();
        let mut chars = text.chars();
        let (first, rest) = (chars.next().unwrap_or(' '), chars.as_str());
        let span = self.place(at, at + first.len_utf8());
        if let Some(Place::Head(kind)) = place
            && !self.text.get(self.base + start..self.base + at).unwrap_or("").contains(['=', ':'])
            && self.bad_head_tail(kind, text, at)
        {
            return true;
        }
        let (message, help) = match first {
            ',' if rest.trim().is_empty() => {
                ("nothing follows this comma", "delete it: a comma stands between two things, not behind the last")
            }
            ',' => ("this comma separates nothing", "a comma stands between two values"),
            '?' => ("there is no `? :`", "write `if condition then x else y`"),
            '^' => ("there is no exponent operator", "write `power(x, n)`"),
            '*' if rest.starts_with('*') => ("there is no exponent operator", "write `power(x, n)`"),
            '[' | ']' => ("square brackets mean nothing here", "a list stands in parentheses: `in (\"a\", \"b\")`"),
            '$' | '¥' | '€' | '£' | '￥' => {
                ("a currency stands behind its number", "write `5 CNY`, with a declared unit")
            }
            '\\' => ("a backslash means nothing here", "a line goes on after a comma or an operator, without a mark"),
            ':' => {
                ("this `:` is not expected here", "`key: value` takes one `:`; a text with one in it stands in quotes")
            }
            '%' => ("`%` stands at no number", "write `85%`; there is no remainder operator"),
            _ => return false,
        };
        self.report(Diagnostic::error(codes::UNEXPECTED, span, message).help(help));
        true
    }

    fn bad_head_tail(&mut self, kind: DeclKind, text: &str, at: usize) -> bool {
        let before = self.text.get(..self.base + at).unwrap_or("").trim_end();
        let word = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
        // `customer-training`
        if let Some(rest) = text.strip_prefix('-')
            && word(rest) > 0
            && before.len() == self.base + at
        {
            let length =
                text.len() - text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '-').len();
            let stem = before.len() - before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
            let span = self.place(at - stem.min(at), at + length);
            let written = self.written(span).to_string();
            let text = written.replace('-', "_");
            self.report(
                Diagnostic::error(codes::UNEXPECTED, span, format!("`{written}` is no name"))
                    .help(format!("a name holds letters, digits and `_`: `{text}`; in backticks it may hold anything"))
                    .fix(Applicability::Proposed, format!("write `{text}`"), vec![Edit { span, text }]),
            );
            return true;
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) && before.ends_with(kind.word()) {
            let length = word(text);
            let span = self.place(at, at + length);
            self.report(
                Diagnostic::error(
                    codes::MISSING_NAME,
                    span,
                    format!("a name does not start with a digit: `{}`", self.written(span)),
                )
                .help("a name starts with a letter, or stands in backticks"),
            );
            return true;
        }
        // A label without quotes.
        let line = text.lines().next().unwrap_or("").trim_end();
        if word(line) > 0 && !line.contains(['"', ':', '=']) {
            let span = self.place(at, at + line.len());
            let quoted = format!("\"{}\"", self.written(span));
            self.report(
                Diagnostic::error(codes::UNEXPECTED, span, format!("`{}` follows the name", self.written(span)))
                    .help("a label stands in quotes")
                    .fix(Applicability::Proposed, "put it in quotes", vec![Edit { span, text: quoted }]),
            );
            return true;
        }
        if text.starts_with('"') {
            let span = self.place(at, at + self.token(at, at + text.len()).len());
            self.report(
                Diagnostic::error(codes::UNEXPECTED, span, "a second text stands in this head")
                    .help("a declaration has one label; more is said in its `definition`"),
            );
            return true;
        }
        false
    }
}
