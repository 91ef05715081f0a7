//! The judgement of one declaration against the key table: which keys it has, which it lacks, what may not stand there.

use super::keys::{self, Declaration, Key, Need, Value, a_kind};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, Words, closest, codes, say};
use crate::source::Span;
use crate::syntax::ast::{Decl, DeclKind, Entry, Name, Property};

/// The keys that a declaration has, as the table knows them. A key given twice counts once, unless the table says that it
/// may be.
#[derive(Debug, Default)]
pub struct Properties<'a> {
    list: Vec<(&'static Key, &'a Property)>,
}

impl<'a> Properties<'a> {
    pub fn get(&self, name: &str) -> Option<(&'static Key, &'a Property)> {
        self.list.iter().find(|(key, _)| key.name == name).copied()
    }

    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = (&'static Key, &'a Property)> + 's {
        self.list.iter().filter(move |(key, _)| key.name == name).copied()
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// The known keys of a declaration that was judged already.
pub fn read(decl: &Decl) -> Properties<'_> {
    judge(decl, &|_| true, &mut Diagnostics::default())
}

/// What a declaration is called in messages: ``indicator `csat` ``, `` calendar``, ``test "…"``.
pub fn title(decl: &Decl) -> Words {
    let (word, chinese) = (decl.kind.word(), keys::kind_in_chinese(decl.kind));
    match (&decl.name, &decl.label) {
        (Some(name), _) => Words { en: format!("{word} `{}`", name.text), zh: format!("{chinese} `{}`", name.text) },
        (None, Some(label)) => {
            Words { en: format!("{word} \"{}\"", label.text), zh: format!("{chinese}“{}”", label.text) }
        }
        (None, None) => Words { en: format!("this {word}"), zh: format!("这个{chinese}") },
    }
}

/// Where a declaration is pointed at: its name, else its kind's word.
pub fn place(decl: &Decl) -> Span {
    decl.name.as_ref().map_or(decl.kind_span, |n| n.span)
}

/// Judges head and block. `unread` says whether the parser complained within a span: what is missing there may be what it
/// could not read.
pub fn judge<'a>(decl: &'a Decl, unread: &dyn Fn(Span) -> bool, sink: &mut Diagnostics) -> Properties<'a> {
    let table = keys::declaration(decl.kind);
    let mut properties = Properties::default();
    // Keys that an unknown key was probably meant to be: their absence is the same fault.
    let mut meant: Vec<&'static str> = Vec::new();
    for entry in decl.block.iter().flat_map(|b| &b.entries) {
        match entry {
            Entry::Property(property) => match table.key(&property.key.text) {
                Some(key) => add(&mut properties, key, property, decl, sink),
                None => {
                    let (diagnostic, near) = unknown_key(table, decl, &property.key);
                    sink.push(diagnostic);
                    meant.extend(near);
                }
            },
            Entry::Decl(inner) => misplaced_declaration(table, decl, inner, sink),
            Entry::Field(field) if decl.kind != DeclKind::Source => {
                misplaced(decl, field.span, "field", DeclKind::Source, sink);
            }
            Entry::Clean(clean) if decl.kind != DeclKind::Source => {
                misplaced(decl, clean.span, "clean", DeclKind::Source, sink);
            }
            Entry::Given(given) if decl.kind != DeclKind::Test => {
                misplaced(decl, given.span, "given", DeclKind::Test, sink)
            }
            Entry::Expect(expect) if decl.kind != DeclKind::Test => {
                misplaced(decl, expect.span, "expect", DeclKind::Test, sink);
            }
            Entry::Field(_)
            | Entry::Clean(_)
            | Entry::Given(_)
            | Entry::Expect(_)
            | Entry::Allow(_)
            | Entry::Hole(_) => {}
        }
    }
    let head = Span { end: decl.block.as_ref().map_or(decl.span.end, |b| b.span.start), ..decl.span };
    if !unread(head) {
        missing_head(table, decl, sink);
    }
    let whole = match &decl.block {
        Some(block) => !block.entries.iter().any(|e| matches!(e, Entry::Hole(_))),
        None => !unread(decl.span),
    };
    if whole {
        missing_keys(table, decl, &properties, &meant, sink);
    }
    properties
}

fn add<'a>(
    properties: &mut Properties<'a>,
    key: &'static Key,
    property: &'a Property,
    decl: &Decl,
    sink: &mut Diagnostics,
) {
    match properties.get(key.name) {
        Some((_, first)) if !key.many => sink.push(
            Diagnostic::error(
                codes::keys::DOUBLED_KEY,
                property.key.span,
                say!("{} has `{}` twice", "{}有两个 `{}`", title(decl), key.name),
            )
            .saying(say!("given again", "再次给出"))
            .label(first.key.span, say!("first given here", "首次给出"))
            .help(say!("keep one of the two", "保留其中一个")),
        ),
        _ => properties.list.push((key, property)),
    }
}

/// The diagnostic for a key that the declaration does not take, and the key that was probably meant.
fn unknown_key(table: &Declaration, decl: &Decl, written: &Name) -> (Diagnostic, Option<&'static str>) {
    let word = written.text.as_str();
    let kind = a_kind(decl.kind);
    let owners: Vec<Words> = keys::declarations().filter(|d| d.key(word).is_some()).map(|d| a_kind(d.kind)).collect();
    if !owners.is_empty() {
        let owners = Words::either(owners);
        let diagnostic = Diagnostic::error(
            codes::keys::MISPLACED_KEY,
            written.span,
            say!("{} takes no `{word}`", "{}没有 `{word}`", kind),
        )
        .saying(say!("belongs to {}", "属于{}", owners))
        .help(say!("write it in the block of {}, or delete it", "写在{}的块里，或删去", owners));
        return (diagnostic, None);
    }
    let diagnostic = Diagnostic::error(
        codes::keys::UNKNOWN_KEY,
        written.span,
        say!("unknown key `{word}` in {}", "{}里有未知的键 `{word}`", title(decl)),
    )
    .saying(say!("{} has no such key", "{}没有这个键", kind));
    let translated = table.keys.iter().find(|k| k.chinese.split(['/', ' ']).any(|c| c == word) || k.chinese == word);
    let near = match translated {
        Some(key) => Some(key.name),
        None => closest(word, table.keys.iter().map(|k| k.name)).and_then(|near| table.key(near)).map(|k| k.name),
    };
    match near {
        Some(near) => {
            let help = match translated {
                Some(_) => say!("the key is `{near}`", "这个键是 `{near}`"),
                None => Words::meant(near),
            };
            let edit = Edit { span: written.span, text: near.to_string() };
            (
                diagnostic.help(help).fix(Applicability::Proposed, say!("write `{near}`", "写成 `{near}`"), vec![edit]),
                Some(near),
            )
        }
        None => (diagnostic.help(takes(table)), None),
    }
}

/// What a declaration takes, as help; a long list is read in the reference.
fn takes(table: &Declaration) -> Words {
    if table.keys.len() > 12 {
        return say!(
            "what has no key of its own is said in `note`; the reference lists the keys",
            "没有专门的键的内容写在 `note` 里；全部的键见参考手册"
        );
    }
    let names = Words::names(table.keys.iter().map(|k| k.name));
    say!("{} takes {}", "{}的键有 {}", a_kind(table.kind), names)
}

fn misplaced_declaration(table: &Declaration, outer: &Decl, inner: &Decl, sink: &mut Diagnostics) {
    if table.inside.contains(&inner.kind) {
        return;
    }
    let outside = keys::declaration(inner.kind).top;
    let homes = keys::declarations().filter(|d| d.inside.contains(&inner.kind)).map(|d| a_kind(d.kind));
    let homes = Words::either(homes.map(|home| say!("in {}", "{}里", home)));
    let stands = match (outside, homes.is_empty()) {
        (true, true) => say!("outside every block", "所有块之外"),
        (true, false) => say!("outside every block or {}", "所有块之外或{}", homes),
        (false, _) => homes,
    };
    let kind = a_kind(inner.kind);
    sink.push(
        Diagnostic::error(
            codes::keys::MISPLACED_DECLARATION,
            place(inner),
            say!("{} cannot stand in {}", "{0}不能写在{1}里", kind, a_kind(outer.kind)),
        )
        .saying(say!("{} stands {}", "{0}应写在{1}", kind, stands))
        .label(place(outer), say!("in {}", "在{}里", title(outer)))
        .help(match keys::declaration(inner.kind).key(outer.kind.word()) {
            Some(key) => {
                let example = outer.name.as_ref().map_or(key.example, |n| n.text.as_str());
                let name = key.name;
                say!(
                    "write it outside, and in its block `{name}: {example}`",
                    "写在外面，并在它的块里写 `{name}: {example}`"
                )
            }
            None if outside => say!("move it out of the block", "移到块外"),
            None => say!("move it there", "移到那里"),
        }),
    );
}

fn misplaced(decl: &Decl, span: Span, what: &str, home: DeclKind, sink: &mut Diagnostics) {
    sink.push(
        Diagnostic::error(
            codes::keys::MISPLACED_DECLARATION,
            span,
            say!("`{what}` cannot stand in {}", "`{what}` 不能写在{}里", a_kind(decl.kind)),
        )
        .saying(say!("`{what}` stands in {}", "`{what}` 应写在{}里", a_kind(home))),
    );
}

/// A declaration outside every block that may not stand there.
pub fn judge_top(decl: &Decl, sink: &mut Diagnostics) {
    if keys::declaration(decl.kind).top {
        return;
    }
    let homes = keys::declarations().filter(|d| d.inside.contains(&decl.kind)).map(|d| a_kind(d.kind));
    let homes = Words::either(homes);
    sink.push(
        Diagnostic::error(
            codes::keys::MISPLACED_DECLARATION,
            place(decl),
            say!("{} cannot stand outside every block", "{}不能写在所有块之外", a_kind(decl.kind)),
        )
        .saying(say!("stands in {}", "应写在{}里", homes)),
    );
}

fn missing_head(table: &Declaration, decl: &Decl, sink: &mut Diagnostics) {
    if let (Value::Required(en, zh), true) = (table.value, decl.value.as_ref().is_none_or(Vec::is_empty)) {
        sink.push(
            Diagnostic::error(
                codes::keys::MISSING_HEAD,
                place(decl),
                say!("{} says nothing", "{}没有内容", title(decl)),
            )
            .help(say!(
                "write after the name {}",
                "在名称之后写{}",
                Words { en: en.into(), zh: zh.into() }
            )),
        );
    }
    if let (Value::None, Some(first)) = (table.value, decl.value.as_ref().and_then(|v| v.first())) {
        sink.push(
            Diagnostic::error(
                codes::keys::UNFIT_PART,
                first.span,
                say!("{} has no value of its own", "{}本身没有值", a_kind(decl.kind)),
            )
            .help(say!("what it says stands in its block", "内容写在它的块里")),
        );
    }
    if let (Some(when), true) = (&decl.when, decl.kind != DeclKind::Action) {
        sink.push(Diagnostic::error(
            codes::keys::UNFIT_PART,
            when.span,
            say!("only an action has a `when`", "只有行动带 `when`"),
        ));
    }
}

fn missing_keys(table: &Declaration, decl: &Decl, properties: &Properties, meant: &[&str], sink: &mut Diagnostics) {
    let missing: Vec<&Key> = table
        .keys
        .iter()
        .filter(|k| k.need == Need::Required && !properties.has(k.name) && !meant.contains(&k.name))
        .collect();
    if missing.is_empty() {
        return;
    }
    let names: Vec<&str> = missing.iter().map(|k| k.name).collect();
    let examples = missing.iter().map(|k| Words::same(format!("`{}: {}`", k.name, k.example)));
    let examples = Words::listed(&examples.collect::<Vec<_>>());
    sink.push(
        Diagnostic::error(
            codes::keys::MISSING_KEY,
            place(decl),
            say!("{} has no {}", "{}没有 {}", title(decl), keys::list(&names)),
        )
        .saying(match names.len() {
            1 => say!("a required key is missing", "缺少必需的键"),
            _ => say!("required keys are missing", "缺少必需的键"),
        })
        .help(say!("for example {}", "例如 {}", examples)),
    );
}
