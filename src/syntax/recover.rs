//! Why something could not be read: one message for each bad piece. First the faults that have a name, then a second,
//! strict reading of the piece says what was expected where.

use super::ast::DeclKind;
use super::grammar::{Grammar, Rule};
use super::lower::{Lower, Node, RESERVED};
use super::phrases;
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Words, say};
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
            Diagnostic::error(
                codes::UNEXPECTED,
                span,
                say!("`{found}` is not expected here", "此处不应出现 `{found}`"),
            )
            .help(say!("nothing can be read from here to the next entry", "从这里到下一个条目都无法读懂")),
        );
    }

    fn expected(&mut self, at: usize, end: usize, rules: &[Rule]) {
        let mut words: Vec<phrases::Phrase> = Vec::new();
        for rule in rules {
            let word = phrases::words(*rule);
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let ends = words.contains(&phrases::END);
        if words.contains(&phrases::VALUE) {
            words = vec![phrases::VALUE];
        } else {
            words.retain(|w| ![phrases::OPERATOR, phrases::END, phrases::CLAUSE].contains(w));
        }
        let found = self.token(at, end);
        let (span, what) = if found.is_empty() {
            (self.place(at, at), say!("the end of the line", "行末"))
        } else {
            (self.place(at, at + found.len()), Words::same(format!("`{found}`")))
        };
        let word = found.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"');
        let report = if (words.is_empty() || words.len() > 3 || ends) && !found.is_empty() {
            let report =
                Diagnostic::error(codes::UNEXPECTED, span, say!("{} is not expected here", "此处不应出现{}", what));
            if word {
                report
                    .saying(say!(
                        "no operator or comma joins it to what stands before",
                        "与前面的内容之间没有运算符或逗号"
                    ))
                    .help(say!(
                        "join the two by an operator, such as `+`, `/` or `and`, or by a comma; or start a new line",
                        "用 `+`、`/`、`and` 等运算符或逗号连接两者，或另起一行"
                    ))
            } else {
                report.saying(say!("what stands before is complete", "前面的内容已经完整"))
            }
        } else {
            let list = phrases::either(&words);
            Diagnostic::error(
                codes::UNEXPECTED,
                span,
                say!("expected {}, found {}", "此处应为{}，而不是{}", list, what),
            )
        };
        let reserved = RESERVED.contains(&found.as_str()).then(|| {
            say!(
                "`{found}` is a reserved word; a thing of this name is written in backticks: `` `{found}` ``",
                "`{found}` 是保留字；叫这个名称的写在反引号里：`` `{found}` ``"
            )
        });
        let before = self.before(at);
        self.report(match (reserved, words.as_slice()) {
            (Some(help), _) if words.contains(&phrases::VALUE) => report.help(help),
            (_, [phrases::VALUE]) if !before.is_empty() => report.help(say!(
                "write what follows `{before}`, or delete `{before}`",
                "写上 `{before}` 之后的内容，或删去 `{before}`"
            )),
            (_, [phrases::AND]) => {
                report.help(say!("both ends are named: `x between 4 and 5`", "两端都要写明：`x between 4 and 5`"))
            }
            (_, [phrases::THEN]) => {
                report.help(say!("write `if condition then x else y`", "写成 `if 条件 then x else y`"))
            }
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
            (Some(at), _) => (
                at,
                say!("this `)` closes nothing", "这个 `)` 没有对应的 `(`"),
                say!("delete it, or put in the `(` that it should close", "删去，或补上与它对应的 `(`"),
            ),
            (None, Some(at)) => (
                *at,
                say!("this `(` is not closed", "这个 `(` 没有结尾"),
                say!("put in the `)` that closes it", "补上与它对应的 `)`"),
            ),
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
            ',' if rest.trim().is_empty() => (
                say!("nothing follows this comma", "这个逗号之后什么也没有"),
                say!(
                    "delete it: a comma stands between two things, not behind the last",
                    "删去：逗号写在两项之间，不写在最后一项之后"
                ),
            ),
            ',' => (
                say!("this comma separates nothing", "这个逗号没有隔开什么"),
                say!("a comma stands between two values", "逗号写在两个值之间"),
            ),
            '?' => (
                say!("there is no `? :`", "没有 `? :` 这种写法"),
                say!("write `if condition then x else y`", "写成 `if 条件 then x else y`"),
            ),
            '^' => (
                say!("there is no exponent operator", "没有乘方运算符"),
                say!("write `power(x, n)`", "写成 `power(x, n)`"),
            ),
            '*' if rest.starts_with('*') => (
                say!("there is no exponent operator", "没有乘方运算符"),
                say!("write `power(x, n)`", "写成 `power(x, n)`"),
            ),
            '[' | ']' => (
                say!("square brackets mean nothing here", "方括号在这里没有意义"),
                say!("a list stands in parentheses: `in (\"a\", \"b\")`", "列表写在圆括号里：`in (\"a\", \"b\")`"),
            ),
            '$' | '¥' | '€' | '£' | '￥' => (
                say!("a currency stands behind its number", "货币单位写在数的后面"),
                say!("write `5 CNY`, with a declared unit", "写成 `5 CNY`，单位要先声明"),
            ),
            '\\' => (
                say!("a backslash means nothing here", "反斜杠在这里没有意义"),
                say!(
                    "a line goes on after a comma or an operator, without a mark",
                    "逗号或运算符之后可直接换行，不用续行符"
                ),
            ),
            ':' => (
                say!("this `:` is not expected here", "此处不应出现 `:`"),
                say!(
                    "`key: value` takes one `:`; a text with one in it stands in quotes",
                    "`键: 值` 只有一个 `:`；含有 `:` 的文本写在引号里"
                ),
            ),
            '%' => (
                say!("`%` stands at no number", "`%` 之前没有数"),
                say!("write `85%`; there is no remainder operator", "写成 `85%`；没有求余运算符"),
            ),
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
                Diagnostic::error(codes::UNEXPECTED, span, say!("`{written}` is no name", "`{written}` 不是名称"))
                    .help(say!(
                        "a name holds letters, digits and `_`: `{text}`; in backticks it may hold anything",
                        "名称由字母、数字和 `_` 组成：`{text}`；写在反引号里则不限"
                    ))
                    .fix(Applicability::Proposed, say!("write `{text}`", "写成 `{text}`"), vec![Edit { span, text }]),
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
                    say!("a name does not start with a digit: `{}`", "名称不以数字开头：`{}`", self.written(span)),
                )
                .help(say!("a name starts with a letter, or stands in backticks", "名称以字母开头，或写在反引号里")),
            );
            return true;
        }
        // A label without quotes.
        let line = text.lines().next().unwrap_or("").trim_end();
        if word(line) > 0 && !line.contains(['"', ':', '=']) {
            let span = self.place(at, at + line.len());
            let quoted = format!("\"{}\"", self.written(span));
            self.report(
                Diagnostic::error(
                    codes::UNEXPECTED,
                    span,
                    say!("`{}` follows the name", "名称之后写了 `{}`", self.written(span)),
                )
                .help(say!("a label stands in quotes", "标签写在引号里"))
                .fix(
                    Applicability::Proposed,
                    say!("put it in quotes", "加上引号"),
                    vec![Edit { span, text: quoted }],
                ),
            );
            return true;
        }
        if text.starts_with('"') {
            let span = self.place(at, at + self.token(at, at + text.len()).len());
            self.report(
                Diagnostic::error(
                    codes::UNEXPECTED,
                    span,
                    say!("a second text stands in this head", "声明里有第二段文本"),
                )
                .help(say!(
                    "a declaration has one label; more is said in its `definition`",
                    "一个声明只有一个标签；更多内容写在 `definition` 里"
                )),
            );
            return true;
        }
        false
    }
}
