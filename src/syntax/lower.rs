//! What pest read → tree. Names and texts become what they mean, every hole is reported here or in `recover`.

mod entries;
mod heads;

use super::ast::*;
use super::grammar::Rule;
use super::map::Map;
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Words, say};
use crate::source::{SourceFile, Span};
use pest::iterators::Pair;
use unicode_normalization::UnicodeNormalization;

pub(super) type Node<'i> = Pair<'i, Rule>;

/// Words that are no names; free as keys, after a dot, and in backticks.
pub(super) const RESERVED: [&str; 28] = [
    "where",
    "on",
    "by",
    "until",
    "in",
    "for",
    "is",
    "per",
    "of",
    "and",
    "or",
    "not",
    "if",
    "then",
    "else",
    "otherwise",
    "intersect",
    "union",
    "except",
    "between",
    "contains",
    "starts",
    "from",
    "keep",
    "when",
    "true",
    "false",
    "with",
];

pub(super) struct Lower<'a> {
    pub file: &'a SourceFile,
    /// The text that was parsed, and its way back to the file's.
    pub text: &'a str,
    pub map: &'a Map,
    /// Where in `text` the nodes begin to count: not 0 while a piece is read again.
    pub base: usize,
    /// Guesses of the scanner: an entry that holds one is not reported again.
    pub guesses: &'a [u32],
    pub diagnostics: Vec<Diagnostic>,
    /// The nesting of this entry's expressions has been reported.
    pub deep: bool,
}

/// What a block belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    File,
    Decl(DeclKind),
    Clean,
    /// The block of a head that could not be read.
    Unknown,
}

/// What stands in a file or a block.
pub(super) enum Piece {
    Entry(Entry),
    Use(Use),
    Step(CleanStep),
}

impl Lower<'_> {
    // ---- helpers ----

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn span(&self, node: &Node<'_>) -> Span {
        let span = node.as_span();
        self.place(span.start(), span.end())
    }

    /// A place of the parsed text, from the current base.
    pub(super) fn place(&self, start: usize, end: usize) -> Span {
        let start = self.map.start(self.base + start);
        Span::new(self.file.id, start, self.map.end(self.base + end).max(start))
    }

    /// The brace that a block starts with: one character, of several bytes where it is full-width.
    pub(super) fn opening(&self, block: &Node<'_>) -> Span {
        let start = block.as_span().start();
        self.place(start, start + 1)
    }

    /// The text of a place, as the user wrote it.
    pub(super) fn written(&self, span: Span) -> &str {
        self.file.slice(span)
    }

    /// Whether the scanner guessed inside this place.
    pub(super) fn guessed(&self, span: Span) -> bool {
        let first = self.guesses.partition_point(|at| *at < span.start);
        self.guesses.get(first).is_some_and(|at| *at <= span.end)
    }

    pub(super) fn name(&self, node: &Node<'_>) -> Name {
        let text = match node.as_rule() {
            Rule::quoted => node.as_str().trim_matches('`'),
            _ => node.as_str(),
        };
        let text = if text.is_ascii() { text.to_string() } else { text.nfc().collect() };
        Name { text, span: self.span(node) }
    }

    /// A name that is given here, which no reserved word can be.
    pub(super) fn new_name(&mut self, node: &Node<'_>) -> Name {
        let name = self.name(node);
        if node.as_rule() == Rule::word && RESERVED.contains(&name.text.as_str()) {
            self.report(
                Diagnostic::error(
                    codes::RESERVED_NAME,
                    name.span,
                    say!("`{}` is a reserved word", "`{}` 是保留字", name.text),
                )
                .help(say!(
                    "choose another name, or write it in backticks: `` `{}` ``",
                    "换一个名称，或写在反引号里：`` `{}` ``",
                    name.text
                )),
            );
        }
        name
    }

    /// A text with its escapes resolved.
    pub(super) fn text(&mut self, node: &Node<'_>) -> Text {
        let span = self.span(node);
        let raw = node.as_str();
        let text = if node.as_rule() == Rule::long_text {
            dedent(raw.trim_start_matches("\"\"\"").trim_end_matches("\"\"\""))
        } else {
            let inner = raw.strip_prefix('"').and_then(|r| r.strip_suffix('"')).unwrap_or(raw);
            if inner.contains('\\') { self.unescape(inner, node.as_span().start() + 1) } else { inner.to_string() }
        };
        Text { text, span }
    }

    fn unescape(&mut self, inner: &str, start: usize) -> String {
        let mut text = String::with_capacity(inner.len());
        let mut rest = inner.char_indices();
        while let Some((at, c)) = rest.next() {
            if c != '\\' {
                text.push(c);
                continue;
            }
            match rest.next() {
                Some((_, c @ ('"' | '\\'))) => text.push(c),
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, c)) => {
                    text.push('\\');
                    text.push(c);
                    let span = self.place(start + at, start + at + 1 + c.len_utf8());
                    self.report(
                        Diagnostic::error(
                            codes::BAD_ESCAPE,
                            span,
                            say!("`\\{c}` stands for nothing", "`\\{c}` 没有意义"),
                        )
                        .help(say!(
                            "write `\\\\` for a backslash; `\\\"`, `\\n` and `\\t` are the others",
                            "反斜杠写成 `\\\\`；此外还有 `\\\"`、`\\n` 和 `\\t`"
                        ))
                        .fix(
                            Applicability::Safe,
                            say!("write the backslash twice", "写两个反斜杠"),
                            vec![Edit { span, text: format!("\\\\{c}") }],
                        ),
                    );
                }
                None => text.push('\\'),
            }
        }
        text
    }

    // ---- files and blocks ----

    pub(super) fn file(&mut self, node: Node<'_>) -> File {
        let mut items = Vec::new();
        self.each(node, Context::File, |_, piece| {
            items.push(match piece {
                Piece::Use(used) => Item::Use(used),
                Piece::Entry(Entry::Decl(decl)) => Item::Decl(*decl),
                Piece::Entry(Entry::Allow(allow)) => Item::Allow(*allow),
                Piece::Step(step) => Item::Hole(step.span),
                Piece::Entry(entry) => Item::Hole(entry.span()),
            });
        });
        File { items }
    }

    /// Reports what cannot stand outside a block.
    fn outside(&mut self, piece: &Piece) {
        let (whole, what, help) = match piece {
            Piece::Use(_) | Piece::Entry(Entry::Decl(_) | Entry::Allow(_) | Entry::Hole(_)) => return,
            Piece::Entry(Entry::Property(p)) => (
                p.span,
                Words::same(format!("`{}:`", p.key.text)),
                say!(
                    "it belongs in the braces of a declaration, such as `indicator name {{ … }}`",
                    "它应写在声明的大括号里，例如 `indicator name {{ … }}`"
                ),
            ),
            Piece::Entry(Entry::Field(f)) => (
                f.span,
                Words::same("`field`"),
                say!("it belongs in `source name {{ … }}`", "它应写在 `source name {{ … }}` 里"),
            ),
            Piece::Entry(Entry::Clean(c)) => (
                c.span,
                Words::same("`clean`"),
                say!("it belongs in `source name {{ … }}`", "它应写在 `source name {{ … }}` 里"),
            ),
            Piece::Entry(Entry::Given(g)) => (
                g.span,
                Words::same("`given`"),
                say!("it belongs in `test \"…\" {{ … }}`", "它应写在 `test \"…\" {{ … }}` 里"),
            ),
            Piece::Entry(Entry::Expect(e)) => (
                e.span,
                Words::same("`expect`"),
                say!("it belongs in `test \"…\" {{ … }}`", "它应写在 `test \"…\" {{ … }}` 里"),
            ),
            Piece::Step(step) => (
                step.span,
                say!("a step of cleaning", "清洗步骤"),
                say!("it belongs in `clean {{ … }}` of a source", "它应写在来源的 `clean {{ … }}` 里"),
            ),
        };
        if !self.guessed(whole) {
            let line = self.file.line_range(self.file.line_of(whole.start)).end as u32;
            let at = Span { end: whole.end.min(line), ..whole };
            self.report(
                Diagnostic::error(codes::MISPLACED, at, say!("{} stands outside every block", "{}不在任何块里", what))
                    .help(help),
            );
        }
    }

    pub(super) fn block(&mut self, node: Node<'_>, context: Context) -> Block {
        let node = self.late(node);
        let span = self.span(&node);
        let mut entries = Vec::new();
        self.each(node, context, |lower, piece| {
            let (span, message, help) = match piece {
                Piece::Entry(entry) => {
                    entries.push(entry);
                    return;
                }
                Piece::Use(used) => (
                    used.span,
                    say!("`use` stands in a block", "`use` 写在了块里"),
                    say!("it stands in a file, outside every block", "它应写在文件里，不在任何块内"),
                ),
                Piece::Step(step) => (
                    step.span,
                    say!("a step of cleaning stands outside `clean`", "清洗步骤不在 `clean` 里"),
                    say!("it belongs in `clean {{ … }}` of a source", "它应写在来源的 `clean {{ … }}` 里"),
                ),
            };
            if !lower.guessed(span) {
                lower.report(Diagnostic::error(codes::MISPLACED, span, message).help(help));
            }
            entries.push(Entry::Hole(span));
        });
        Block { span, entries }
    }

    /// The block of a `late_block`, which is reported.
    pub(super) fn late<'i>(&mut self, node: Node<'i>) -> Node<'i> {
        if node.as_rule() != Rule::late_block {
            return node;
        }
        let Some(block) = node.clone().into_inner().next() else { return node };
        let brace = self.opening(&block);
        self.report(
            Diagnostic::error(codes::MISPLACED_BRACE, brace, say!("`{{` stands on a line of its own", "`{{` 独占一行"))
                .help(say!("write it at the end of the line before", "写在上一行的末尾")),
        );
        block
    }

    /// Reads what stands in a file or block, piece by piece.
    pub(super) fn each(&mut self, node: Node<'_>, context: Context, mut take: impl FnMut(&mut Self, Piece)) {
        // Nothing is said of a missing separator beside what could not be read.
        let mut faults = self.diagnostics.len();
        for part in node.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::unseparated => {
                    if self.diagnostics.len() == faults && !self.guessed(span) {
                        self.report(
                            Diagnostic::error(
                                codes::MISSING_SEPARATOR,
                                span,
                                say!("two entries stand on one line", "一行里有两个条目"),
                            )
                            .saying(say!("a new entry starts here", "从这里开始是新的条目"))
                            .help(say!(
                                "start a new line; before `key:` a comma will do too",
                                "另起一行；`key:` 之前也可用逗号隔开"
                            )),
                        );
                    }
                    continue;
                }
                Rule::semicolon => {
                    self.semicolon(span);
                    continue;
                }
                Rule::comma | Rule::lines | Rule::EOI => continue,
                _ => {}
            }
            faults = self.diagnostics.len();
            self.deep = false;
            let Some(piece) = self.piece(part, context) else { continue };
            // One report for an entry.
            if context == Context::File && self.diagnostics.len() == faults {
                self.outside(&piece);
            }
            take(self, piece);
        }
    }

    fn semicolon(&mut self, span: Span) {
        // A full-width one has been reported.
        if self.written(span) == ";" {
            self.report(
                Diagnostic::error(
                    codes::MISSING_SEPARATOR,
                    span,
                    say!("entries do not end with `;`", "条目不以 `;` 结尾"),
                )
                .help(say!(
                    "end the line instead; between entries on one line stands a comma",
                    "换行即可；同一行的条目用逗号隔开"
                )),
            );
        }
    }

    fn piece(&mut self, node: Node<'_>, context: Context) -> Option<Piece> {
        let entry = match node.as_rule() {
            Rule::decl => self.decl(node, context),
            Rule::property => self.property(node, context),
            Rule::field => Entry::Field(Box::new(self.field(node))),
            Rule::clean => Entry::Clean(self.clean(node)),
            Rule::given => Entry::Given(self.given(node)),
            Rule::expect => Entry::Expect(Box::new(self.expect(node))),
            Rule::allow => Entry::Allow(Box::new(self.allow(node))),
            Rule::use_file => return Some(Piece::Use(self.use_file(node))),
            Rule::step => return Some(Piece::Step(self.step(node))),
            Rule::stray_brace => return None,
            _ => return Some(self.bad(node, context)),
        };
        Some(Piece::Entry(entry))
    }
}

/// A phrase that could not be read.
pub(super) fn hole_phrase(span: Span) -> Phrase {
    Phrase { span, expr: Expr::hole(span), share: None, text: None, clauses: Vec::new() }
}

/// A text of several lines without the line end behind `"""`, the indentation that all lines share, and a last line of
/// white space.
fn dedent(inner: &str) -> String {
    let inner = inner.strip_prefix("\r\n").or_else(|| inner.strip_prefix('\n')).unwrap_or(inner);
    let shared = inner
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0);
    let mut lines: Vec<&str> =
        inner.lines().map(|line| line.get(shared..).unwrap_or("").trim_end_matches('\r')).collect();
    if lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines.join("\n")
}
