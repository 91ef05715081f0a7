//! The judgement of one declaration against the key table: which keys it has, which it lacks, what may not stand there.

use super::keys::{self, Declaration, Key, Need, Value, with_article};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, closest, codes};
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
pub fn title(decl: &Decl) -> String {
    match (&decl.name, &decl.label) {
        (Some(name), _) => format!("{} `{}`", decl.kind.word(), name.text),
        (None, Some(label)) => format!("{} \"{}\"", decl.kind.word(), label.text),
        (None, None) => format!("this {}", decl.kind.word()),
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
                misplaced(decl, field.span, "field", "a source", sink);
            }
            Entry::Clean(clean) if decl.kind != DeclKind::Source => {
                misplaced(decl, clean.span, "clean", "a source", sink);
            }
            Entry::Given(given) if decl.kind != DeclKind::Test => misplaced(decl, given.span, "given", "a test", sink),
            Entry::Expect(expect) if decl.kind != DeclKind::Test => {
                misplaced(decl, expect.span, "expect", "a test", sink);
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
                format!("{} has `{}` twice", title(decl), key.name),
            )
            .saying("given again")
            .label(first.key.span, "first given here")
            .help("keep one of the two"),
        ),
        _ => properties.list.push((key, property)),
    }
}

/// The diagnostic for a key that the declaration does not take, and the key that was probably meant.
fn unknown_key(table: &Declaration, decl: &Decl, written: &Name) -> (Diagnostic, Option<&'static str>) {
    let word = written.text.as_str();
    let kind = decl.kind.word();
    let owners: Vec<&str> = keys::declarations().filter(|d| d.key(word).is_some()).map(|d| d.kind.word()).collect();
    if !owners.is_empty() {
        let owners = owners.iter().map(|o| with_article(o)).collect::<Vec<_>>().join(" or ");
        let diagnostic = Diagnostic::error(
            codes::keys::MISPLACED_KEY,
            written.span,
            format!("{} takes no `{word}`", with_article(kind)),
        )
        .saying(format!("belongs to {owners}"))
        .help(format!("write it in the block of {owners}, or delete it"));
        return (diagnostic, None);
    }
    let diagnostic =
        Diagnostic::error(codes::keys::UNKNOWN_KEY, written.span, format!("unknown key `{word}` in {}", title(decl)))
            .saying(format!("{} has no such key", with_article(kind)));
    let translated = table.keys.iter().find(|k| k.chinese.split(['/', ' ']).any(|c| c == word) || k.chinese == word);
    let near = match translated {
        Some(key) => Some(key.name),
        None => closest(word, table.keys.iter().map(|k| k.name)).and_then(|near| table.key(near)).map(|k| k.name),
    };
    match near {
        Some(near) => {
            let help =
                if translated.is_some() { format!("the key is `{near}`") } else { format!("did you mean `{near}`?") };
            let edit = Edit { span: written.span, text: near.to_string() };
            (diagnostic.help(help).fix(Applicability::Proposed, format!("write `{near}`"), vec![edit]), Some(near))
        }
        None => (diagnostic.help(takes(table)), None),
    }
}

/// What a declaration takes, as help; a long list is read in the reference.
fn takes(table: &Declaration) -> String {
    if table.keys.len() > 12 {
        return "what has no key of its own is said in `note`; the reference lists the keys".to_string();
    }
    let names: Vec<_> = table.keys.iter().map(|k| format!("`{}`", k.name)).collect();
    format!("{} takes {}", with_article(table.kind.word()), names.join(", "))
}

fn misplaced_declaration(table: &Declaration, outer: &Decl, inner: &Decl, sink: &mut Diagnostics) {
    if table.inside.contains(&inner.kind) {
        return;
    }
    let word = inner.kind.word();
    let home = keys::declarations()
        .filter(|d| d.inside.contains(&inner.kind))
        .map(|d| with_article(d.kind.word()))
        .collect::<Vec<_>>();
    let mut places = home;
    if keys::declaration(inner.kind).top {
        places.insert(0, "outside every block".to_string());
    }
    let places = places.join(" or in ").replace("or in outside", "outside");
    let places = if places.starts_with("outside") { places } else { format!("in {places}") };
    sink.push(
        Diagnostic::error(
            codes::keys::MISPLACED_DECLARATION,
            place(inner),
            format!("{} cannot stand in {}", with_article(word), with_article(outer.kind.word())),
        )
        .saying(format!("a{} stands {places}", with_article(word).trim_start_matches('a')))
        .label(place(outer), format!("in {}", title(outer)))
        .help(match keys::declaration(inner.kind).key(outer.kind.word()) {
            Some(key) => format!(
                "write it outside, and in its block `{}: {}`",
                key.name,
                outer.name.as_ref().map_or(key.example, |n| n.text.as_str())
            ),
            None => format!("move it {}", if places.starts_with("outside") { "out of the block" } else { "there" }),
        }),
    );
}

fn misplaced(decl: &Decl, span: Span, what: &str, home: &str, sink: &mut Diagnostics) {
    sink.push(
        Diagnostic::error(
            codes::keys::MISPLACED_DECLARATION,
            span,
            format!("`{what}` cannot stand in {}", with_article(decl.kind.word())),
        )
        .saying(format!("`{what}` stands in {home}")),
    );
}

/// A declaration outside every block that may not stand there.
pub fn judge_top(decl: &Decl, sink: &mut Diagnostics) {
    if keys::declaration(decl.kind).top {
        return;
    }
    let homes: Vec<_> =
        keys::declarations().filter(|d| d.inside.contains(&decl.kind)).map(|d| with_article(d.kind.word())).collect();
    let word = with_article(decl.kind.word());
    sink.push(
        Diagnostic::error(
            codes::keys::MISPLACED_DECLARATION,
            place(decl),
            format!("{word} cannot stand outside every block"),
        )
        .saying(format!("stands in {}", homes.join(" or "))),
    );
}

fn missing_head(table: &Declaration, decl: &Decl, sink: &mut Diagnostics) {
    let word = decl.kind.word();
    if let (Value::Required(what), true) = (table.value, decl.value.as_ref().is_none_or(Vec::is_empty)) {
        sink.push(
            Diagnostic::error(codes::keys::MISSING_HEAD, place(decl), format!("{} says nothing", title(decl)))
                .help(format!("write after the name {what}")),
        );
    }
    if let (Value::None, Some(first)) = (table.value, decl.value.as_ref().and_then(|v| v.first())) {
        sink.push(
            Diagnostic::error(
                codes::keys::UNFIT_PART,
                first.span,
                format!("{} has no value of its own", with_article(word)),
            )
            .help("what it says stands in its block"),
        );
    }
    if let (Some(when), true) = (&decl.when, decl.kind != DeclKind::Action) {
        sink.push(Diagnostic::error(codes::keys::UNFIT_PART, when.span, "only an action has a `when`"));
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
    let examples: Vec<_> = missing.iter().map(|k| format!("`{}: {}`", k.name, k.example)).collect();
    sink.push(
        Diagnostic::error(
            codes::keys::MISSING_KEY,
            place(decl),
            format!("{} has no {}", title(decl), keys::list(&names)),
        )
        .saying(if names.len() == 1 { "a required key is missing" } else { "required keys are missing" })
        .help(format!("for example {}", examples.join(", "))),
    );
}
