//! Declarations, properties, and what was meant to be one.

use super::super::ast::*;
use super::super::grammar::{Grammar, Rule};
use super::super::recover::Place;
use super::{Context, Lower, Node, Piece, hole_phrase};
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Words, closest, say};
use crate::source::Span;
use pest::Parser;

/// What a head says, before it is judged.
#[derive(Default)]
struct Parts<'i> {
    name: Option<Name>,
    label: Option<Text>,
    when: Option<Name>,
    /// `=` or `:` and where it stands.
    mark: Option<Span>,
    value: Vec<Phrase>,
    junk: Option<Node<'i>>,
    block: Option<Node<'i>>,
}

impl Lower<'_> {
    fn parts<'i>(&mut self, nodes: impl Iterator<Item = Node<'i>>) -> Parts<'i> {
        let mut parts = Parts::default();
        for part in nodes {
            match part.as_rule() {
                Rule::when => parts.when = part.into_inner().next().map(|n| self.name(&n)),
                Rule::word | Rule::quoted => parts.name = Some(self.new_name(&part)),
                Rule::short_text | Rule::long_text => parts.label = Some(self.text(&part)),
                Rule::equals | Rule::colon => parts.mark = Some(self.span(&part)),
                Rule::phrase => {
                    let phrase = self.phrase(part);
                    // Most values are one phrase; a vector that grows by itself starts with room for four.
                    if parts.value.is_empty() {
                        parts.value.reserve_exact(1);
                    }
                    parts.value.push(phrase);
                }
                Rule::junk => parts.junk = Some(part),
                Rule::block | Rule::late_block => parts.block = Some(part),
                _ => {}
            }
        }
        parts
    }

    pub(super) fn decl(&mut self, node: Node<'_>, context: Context) -> Entry {
        let span = self.span(&node);
        let (start, end) = (node.as_span().start(), node.as_span().end());
        let mut nodes = node.into_inner();
        let Some(word) = nodes.next() else { return Entry::Hole(span) };
        let kind = DeclKind::ALL.into_iter().find(|k| k.word() == word.as_str()).unwrap_or(DeclKind::Design);
        let kind_span = self.span(&word);
        let reported = self.diagnostics.len();
        let mut parts = self.parts(nodes);
        if parts.block.is_none() && is_key_in(kind, context) {
            self.diagnostics.truncate(reported);
            if let Some(property) = self.key_without_colon(span, &word, end) {
                return Entry::Property(property);
            }
        }
        let silent = self.diagnostics.len() > reported;
        if let Some(junk) = parts.junk.take() {
            if parts.mark.is_some() {
                parts.value = vec![hole_phrase(self.span(&junk))];
            }
            if !silent {
                self.explain(Place::Head(kind), start, junk);
            }
        } else if !silent && !self.guessed(kind_span.to(span.after())) {
            self.judge_head(kind, kind_span, &parts);
        }
        let block = parts.block.take().map(|block| self.block(block, Context::Decl(kind)));
        Entry::Decl(Box::new(Decl {
            span,
            kind,
            kind_span,
            name: parts.name,
            label: parts.label,
            when: parts.when,
            value: parts.mark.map(|mark| or_hole(parts.value, mark)),
            block,
        }))
    }

    /// What a head lacks, or has too much.
    fn judge_head(&mut self, kind: DeclKind, kind_span: Span, parts: &Parts<'_>) {
        let word = kind.word();
        let named = !matches!(kind, DeclKind::Calendar | DeclKind::Action | DeclKind::Test);
        let said = matches!(kind, DeclKind::Action | DeclKind::Test);
        if let Some(mark) = parts.mark
            && parts.value.is_empty()
        {
            let written = self.written(mark).to_string();
            self.report(
                Diagnostic::error(
                    codes::MISSING_VALUE,
                    mark.after(),
                    say!("a value is missing after `{written}`", "`{written}` 之后缺少值"),
                )
                .help(say!("write it on the same line, or on the next", "写在同一行或下一行")),
            );
        } else if named && parts.name.is_none() {
            let place = kind_span.after();
            let report = Diagnostic::error(
                codes::MISSING_NAME,
                place,
                say!("this `{word}` has no name", "这个 `{word}` 没有名称"),
            );
            self.report(match &parts.label {
                Some(label) => report.help(say!(
                    "a name stands between `{word}` and the label: `{word} a_name \"{}\"`",
                    "`{word}` 与标签之间写名称：`{word} a_name \"{}\"`",
                    label.text
                )),
                None => report.help(say!("write `{word} a_name \"its label\"`", "写成 `{word} a_name \"标签\"`")),
            });
        } else if let (false, Some(name)) = (named, &parts.name) {
            let report =
                Diagnostic::error(codes::UNEXPECTED, name.span, say!("`{word}` takes no name", "`{word}` 不带名称"));
            self.report(if said && parts.label.is_none() {
                let text = format!("\"{}\"", name.text);
                report.help(say!("what it says stands in quotes", "它的内容写在引号里")).fix(
                    Applicability::Proposed,
                    say!("put it in quotes", "加上引号"),
                    vec![Edit { span: name.span, text }],
                )
            } else {
                report.help(say!("delete it", "删去"))
            });
        } else if said && parts.label.is_none() {
            let what = if kind == DeclKind::Test {
                say!("what is tested", "测试什么")
            } else {
                say!("what is to be done", "做什么")
            };
            self.report(
                Diagnostic::error(
                    codes::MISSING_NAME,
                    kind_span.after(),
                    say!("this `{word}` does not say {}", "这个 `{word}` 没有写明{}", what),
                )
                .help(say!("write it in quotes: `{word} \"…\"`", "写在引号里：`{word} \"…\"`")),
            );
        } else if let Some(when) = parts.when.as_ref().filter(|_| kind != DeclKind::Action) {
            self.report(
                Diagnostic::error(
                    codes::UNEXPECTED,
                    when.span,
                    say!("`{word}` takes no `when`", "`{word}` 不带 `when`"),
                )
                .help(say!("`when` stands in an `action`", "`when` 用在 `action` 里")),
            );
        }
    }

    /// `process delivery`, `unit = %`: a key that is written like a declaration.
    fn key_without_colon(&mut self, span: Span, word: &Node<'_>, end: usize) -> Option<Property> {
        let key = self.name(word);
        let from = word.as_span().end();
        let tail = self.text.get(self.base + from..self.base + end)?;
        let trimmed = tail.trim_start();
        if let Some(rest) = trimmed.strip_prefix('=') {
            let at = from + (tail.len() - trimmed.len());
            let value = self.phrases_again(from + (tail.len() - rest.len()), end);
            let mark = self.place(at, at + 1);
            if !self.guessed(span) {
                self.equals_for_colon(&key, mark);
            }
            return Some(Property { span, key, value: or_hole(value.unwrap_or_default(), mark) });
        }
        let value = self.phrases_again(from, end)?;
        if !self.guessed(span) {
            self.missing_colon(&key);
        }
        Some(Property { span, key, value })
    }

    fn missing_colon(&mut self, key: &Name) {
        let place = key.span.after();
        self.report(
            Diagnostic::error(
                codes::MISSING_COLON,
                place,
                say!("missing `:` after `{}`", "`{}` 之后缺少 `:`", key.text),
            )
            .help(say!("a property is written `{}: value`", "属性写成 `{}: 值`", key.text))
            .fix(
                Applicability::Safe,
                say!("put in `:`", "补上 `:`"),
                vec![Edit { span: place, text: ":".into() }],
            ),
        );
    }

    fn equals_for_colon(&mut self, key: &Name, mark: Span) {
        // `key = value` → `key: value`.
        let blank = Span { start: key.span.end, ..mark };
        self.report(
            Diagnostic::error(
                codes::WRONG_MARK,
                mark,
                say!("`=` stands after the key `{}`", "键 `{}` 之后写了 `=`", key.text),
            )
            .help(say!("a property is written `{}: value`", "属性写成 `{}: 值`", key.text))
            .fix(
                Applicability::Safe,
                say!("write `:`", "写成 `:`"),
                vec![Edit { span: blank, text: ":".into() }],
            ),
        );
    }

    /// Reads a piece of the text as the value of a property. None where it is no such value.
    fn phrases_again(&mut self, from: usize, to: usize) -> Option<Vec<Phrase>> {
        self.again(Rule::only_phrases, from, to, |lower, node| {
            node.into_inner().filter(|n| n.as_rule() == Rule::phrase).map(|n| lower.phrase(n)).collect()
        })
    }

    /// Reads a piece of the text by another rule.
    pub(super) fn again<T>(
        &mut self,
        rule: Rule,
        from: usize,
        to: usize,
        read: impl FnOnce(&mut Self, Node<'_>) -> T,
    ) -> Option<T> {
        let (from, to) = (self.base + from, self.base + to);
        let node = Grammar::parse(rule, self.text.get(from..to)?).ok()?.next()?;
        let base = std::mem::replace(&mut self.base, from);
        let result = read(self, node);
        self.base = base;
        Some(result)
    }

    pub(super) fn property(&mut self, node: Node<'_>, _context: Context) -> Entry {
        let span = self.span(&node);
        let start = node.as_span().start();
        let mut nodes = node.into_inner();
        let Some(first) = nodes.next() else { return Entry::Hole(span) };
        let key = self.name(&first);
        let reported = self.diagnostics.len();
        let mut parts = self.parts(nodes);
        let silent = self.diagnostics.len() > reported || self.guessed(span);
        let mark = parts.mark.unwrap_or(span);
        if let Some(block) = parts.block.take() {
            return self.property_with_block(span, key, mark, parts, block, silent);
        }
        if let Some(junk) = parts.junk.take() {
            parts.value = vec![hole_phrase(self.span(&junk))];
            if !silent {
                self.explain(Place::Property, start, junk);
            }
        } else if parts.value.is_empty() && !silent {
            self.report(
                Diagnostic::error(
                    codes::MISSING_VALUE,
                    mark.after(),
                    say!("`{}:` has no value", "`{}:` 没有值", key.text),
                )
                .help(say!("write it behind the `:`, or delete the line", "写在 `:` 之后，或删去这一行")),
            );
        }
        Entry::Property(Property { span, key, value: or_hole(parts.value, mark) })
    }

    /// `indicator: csat "…" { … }`, or a property with braces.
    fn property_with_block(
        &mut self,
        span: Span,
        key: Name,
        mark: Span,
        mut parts: Parts<'_>,
        block: Node<'_>,
        silent: bool,
    ) -> Entry {
        let kind = DeclKind::ALL.into_iter().find(|k| k.word() == key.text);
        if let Some(kind) = kind {
            let phrase = parts.value.pop();
            let name = phrase.as_ref().and_then(|p| p.expr.as_name()).cloned();
            if !silent {
                let between = Span { start: key.span.end, ..mark };
                self.report(
                    Diagnostic::error(
                        codes::WRONG_MARK,
                        mark,
                        say!("`:` stands after `{}`", "`{}` 之后写了 `:`", key.text),
                    )
                    .help(say!(
                        "a declaration is written `{} name \"label\" {{ … }}`",
                        "声明写成 `{} 名称 \"标签\" {{ … }}`",
                        key.text
                    ))
                    .fix(
                        Applicability::Safe,
                        say!("delete the `:`", "删去 `:`"),
                        vec![Edit { span: between, text: String::new() }],
                    ),
                );
            }
            let block = self.block(block, Context::Decl(kind));
            return Entry::Decl(Box::new(Decl {
                span,
                kind,
                kind_span: key.span,
                name,
                label: phrase.and_then(|p| p.text),
                when: None,
                value: None,
                block: Some(block),
            }));
        }
        if !silent {
            let brace = self.opening(&block);
            self.report(
                Diagnostic::error(
                    codes::UNEXPECTED,
                    brace,
                    say!("the property `{}` takes no block", "属性 `{}` 不带块", key.text),
                )
                .help(say!(
                    "a block belongs to a declaration; the values of a property are separated by commas",
                    "块属于声明；一个属性的多个值用逗号隔开"
                )),
            );
        }
        self.block(block, Context::Unknown);
        Entry::Property(Property { span, key, value: vec![hole_phrase(span)] })
    }

    // ---- what starts like no entry ----

    pub(super) fn bad(&mut self, node: Node<'_>, context: Context) -> Piece {
        let span = self.span(&node);
        let mut head = None;
        let mut block = None;
        let mut row = None;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::bad_head => head = Some(part),
                Rule::block => block = Some(part),
                Rule::row => row = row.or(Some(self.span(&part))),
                _ => {}
            }
        }
        let Some(head) = head else {
            if !self.guessed(span) {
                let report = match (&block, row) {
                    (Some(block), _) => {
                        let brace = self.opening(block);
                        Diagnostic::error(
                            codes::MISPLACED_BRACE,
                            brace,
                            say!("this block belongs to no declaration", "这个块不属于任何声明"),
                        )
                        .help(say!("`{{` stands on the line of its head", "`{{` 与声明写在同一行"))
                    }
                    (None, Some(row)) => Diagnostic::error(
                        codes::MISPLACED,
                        row,
                        say!("a row stands outside a table", "表格之外有一行数据"),
                    )
                    .help(say!("the rows of a test stand behind `given source`", "测试的数据行写在 `given 来源` 之后")),
                    (None, None) => {
                        let written = self.written(span).to_string();
                        Diagnostic::error(
                            codes::UNEXPECTED,
                            span,
                            say!("`{written}` is not expected here", "此处不应出现 `{written}`"),
                        )
                        .help(say!("an entry starts with a word", "条目以单词开头"))
                    }
                };
                self.report(report);
            }
            if let Some(block) = block {
                self.block(block, Context::Unknown);
            }
            return Piece::Entry(Entry::Hole(span));
        };
        let reported = self.diagnostics.len();
        let meant = self.meant(&head, block.is_some() || row.is_some(), context, span);
        if self.guessed(self.span(&head)) {
            self.diagnostics.truncate(reported);
        }
        match (meant, block) {
            (Meant::Decl(mut decl), block) => {
                decl.block = block.map(|block| self.block(block, Context::Decl(decl.kind)));
                Piece::Entry(Entry::Decl(Box::new(decl)))
            }
            (Meant::Clean, Some(block)) => Piece::Entry(Entry::Clean(self.clean_block(span, block))),
            (meant, Some(block)) => {
                self.block(block, Context::Unknown);
                meant.into_piece(span)
            }
            (meant, None) => meant.into_piece(span),
        }
    }

    /// Finds out what a head was meant to be, and reports what is wrong with it.
    fn meant(&mut self, head: &Node<'_>, followed: bool, context: Context, span: Span) -> Meant {
        let text = head.as_str().trim_end();
        let start = head.as_span().start();
        let end = start + text.len();
        let length = text.len() - text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
        let word = text.get(..length).unwrap_or("").to_string();
        let tail = text.get(length..).unwrap_or("");
        let word_span = self.place(start, start + length);
        if word.is_empty() {
            self.no_word(text, start, end);
            return Meant::Nothing;
        }
        let key = Name { text: word.clone(), span: word_span };
        // `key = value`
        if let Some(rest) = tail.trim_start().strip_prefix('=')
            && matches!(context, Context::Decl(_) | Context::Unknown)
            && !followed
        {
            let at = end - rest.len();
            let value = self.phrases_again(at, end).unwrap_or_default();
            let mark = self.place(at - 1, at);
            self.equals_for_colon(&key, mark);
            return Meant::Property(Property { span, key, value: or_hole(value, mark) });
        }
        // `fild fee: decimal`, `factr a "…" {`: shaped like an entry, with a word that is nearly one.
        let tail_start = tail.trim_start();
        let name_length =
            tail_start.len() - tail_start.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
        let colon = tail_start.get(name_length..).is_some_and(|rest| rest.trim_start().starts_with(':'));
        let shaped = followed
            || colon
            || context == Context::Clean
            || context == Context::File
            || matches!(context, Context::Decl(DeclKind::Test));
        if shaped && let Some(meant) = entry_word(&word, context) {
            self.unknown_word(&word, word_span, meant);
            return self.read_as(meant, start + length, end, span, word_span);
        }
        // `designcustomer_training "…" {`
        if let Some(kind) = DeclKind::ALL.into_iter().find(|k| word.starts_with(k.word()) && followed) {
            let at = start + kind.word().len();
            let place = self.place(at, at);
            self.report(
                Diagnostic::error(
                    codes::UNKNOWN_WORD,
                    word_span,
                    say!("no blank stands after `{}`", "`{}` 之后没有空格", kind.word()),
                )
                .help(say!("write `{} {}`", "写成 `{} {}`", kind.word(), word.get(kind.word().len()..).unwrap_or("")))
                .fix(
                    Applicability::Proposed,
                    say!("put in a blank", "补上空格"),
                    vec![Edit { span: place, text: " ".into() }],
                ),
            );
            return self.read_as(kind.word(), at, end, span, word_span);
        }
        // `level strategic`
        if !followed
            && matches!(context, Context::Decl(_) | Context::Unknown)
            && let Some(value) = self.phrases_again(start + length, end)
        {
            self.missing_colon(&key);
            return Meant::Property(Property { span, key, value });
        }
        let what = match context {
            Context::File => say!("declaration", "声明"),
            Context::Clean => say!("step of cleaning", "清洗步骤"),
            _ => say!("property or declaration", "属性或声明"),
        };
        if tail.is_empty() || followed || context == Context::File {
            let report = Diagnostic::error(
                codes::UNKNOWN_WORD,
                word_span,
                say!("`{word}` starts no {}", "{}不以 `{word}` 开头", what),
            );
            self.report(match entry_word(&word, context) {
                Some(meant) => report.help(Words::meant(meant)),
                None if context == Context::File => report.help(
                    say!("a file holds `design`, `source`, `measure`, `factor`, `indicator` and other declarations, `use` and `allow`", "文件里写 `design`、`source`、`measure`、`factor`、`indicator` 等声明，以及 `use` 和 `allow`"),
                ),
                None => report.help(say!("a property is written `key: value`", "属性写成 `键: 值`")),
            });
        } else {
            self.explain_piece(None, start, start + length + (tail.len() - tail_start.len()), end);
        }
        Meant::Nothing
    }

    /// Text that does not start with a word.
    fn no_word(&mut self, text: &str, start: usize, end: usize) {
        if text.starts_with('/') {
            let span = self.place(start, start + 1);
            self.report(
                Diagnostic::error(
                    codes::FOREIGN_COMMENT,
                    span,
                    say!("a comment starts with two slashes", "注释以两个斜线开头"),
                )
                .help(say!("write `//`", "写成 `//`"))
                .fix(
                    Applicability::Safe,
                    say!("write `//`", "写成 `//`"),
                    vec![Edit { span, text: "//".into() }],
                ),
            );
        } else {
            self.explain_piece(None, start, start, end);
        }
    }

    fn unknown_word(&mut self, word: &str, span: Span, meant: &str) {
        self.report(
            Diagnostic::error(codes::UNKNOWN_WORD, span, say!("`{word}` starts no entry", "条目不以 `{word}` 开头"))
                .help(Words::meant(meant))
                .fix(
                    Applicability::Proposed,
                    say!("write `{meant}`", "写成 `{meant}`"),
                    vec![Edit { span, text: meant.into() }],
                ),
        );
    }

    /// Reads what follows a word as if it had been this one.
    fn read_as(&mut self, word: &'static str, from: usize, to: usize, span: Span, word_span: Span) -> Meant {
        // What is wrong with the rest is silent: the word has been reported.
        let reported = self.diagnostics.len();
        let meant = match word {
            "clean" => Meant::Clean,
            "field" => self
                .again(Rule::only_field, from, to, |lower, node| lower.field(node))
                .map_or(Meant::Nothing, |field| Meant::Field(Field { span, ..field })),
            _ => match DeclKind::ALL.into_iter().find(|k| k.word() == word) {
                Some(kind) => {
                    let read = self.again(Rule::only_head, from, to, |lower, node| {
                        let parts = lower.parts(node.into_inner());
                        let value = parts.mark.map(|mark| or_hole(parts.value, mark));
                        let Parts { name, label, when, .. } = parts;
                        Decl { span, kind, kind_span: word_span, name, label, when, value, block: None }
                    });
                    read.map_or(Meant::Nothing, Meant::Decl)
                }
                None => Meant::Nothing,
            },
        };
        self.diagnostics.truncate(reported);
        meant
    }

    fn clean_block(&mut self, span: Span, block: Node<'_>) -> Clean {
        Clean { span, steps: self.clean_steps(block) }
    }
}

/// What a bad head was meant to be.
enum Meant {
    Nothing,
    Clean,
    Property(Property),
    Decl(Decl),
    Field(Field),
}

impl Meant {
    fn into_piece(self, span: Span) -> Piece {
        Piece::Entry(match self {
            Meant::Nothing | Meant::Clean => Entry::Hole(span),
            Meant::Property(property) => Entry::Property(property),
            Meant::Decl(decl) => Entry::Decl(Box::new(decl)),
            Meant::Field(field) => Entry::Field(Box::new(field)),
        })
    }
}

fn or_hole(value: Vec<Phrase>, mark: Span) -> Vec<Phrase> {
    if value.is_empty() { vec![hole_phrase(mark.after())] } else { value }
}

/// Whether this word is also a key of such a block.
fn is_key_in(kind: DeclKind, context: Context) -> bool {
    let Context::Decl(parent) = context else { return false };
    match kind {
        DeclKind::Unit => matches!(parent, DeclKind::Indicator | DeclKind::Measure),
        DeclKind::Process => parent == DeclKind::Indicator,
        DeclKind::Perspective => matches!(parent, DeclKind::Factor | DeclKind::Objective),
        DeclKind::Objective => parent == DeclKind::Factor,
        _ => false,
    }
}

/// The word that was meant at the start of an entry.
fn entry_word(word: &str, context: Context) -> Option<&'static str> {
    const KINDS: [&str; 16] = {
        let mut words = [""; 16];
        let mut i = 0;
        while i < 16 {
            #[allow(clippy::indexing_slicing)]
            {
                words[i] = DeclKind::ALL[i].word();
            }
            i += 1;
        }
        words
    };
    let own: &[&'static str] = match context {
        Context::File => &["use", "allow"],
        Context::Clean => return closest(word, ["deduplicate", "drop", "blank"]),
        Context::Decl(DeclKind::Source) => return closest(word, ["field", "clean", "allow"]),
        Context::Decl(DeclKind::Test) => return closest(word, ["given", "expect", "allow"]),
        Context::Decl(DeclKind::Factor) => return closest(word, ["factor", "indicator", "action", "allow"]),
        Context::Decl(DeclKind::Indicator) => return closest(word, ["action", "allow"]),
        Context::Decl(_) => return closest(word, ["allow"]),
        Context::Unknown => &["field", "clean", "given", "expect", "allow"],
    };
    closest(word, KINDS.into_iter().chain(own.iter().copied()))
}
