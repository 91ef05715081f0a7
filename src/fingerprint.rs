//! What a diagnostic is, wherever it stands: stable when lines move, files are renamed or other things change. Baselines
//! and platforms that compare runs know findings by it.

use sha2::Digest;

use crate::diagnostic::Diagnostic;
use crate::source::{Sources, Span};
use crate::syntax::Parse;
use crate::syntax::ast::{Block, Decl, DeclKind, Entry, Item};

/// Characters of the text that are kept; more tell nothing apart.
const LONGEST: usize = 120;

/// Equal for two findings that are the same; there may be several of one key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub code: String,
    /// The innermost declaration around it: `indicator csat`, `source orders.fee`; empty outside of all.
    pub subject: String,
    /// The first line of what it points at, white space as one space; its message where it points at nothing.
    pub text: String,
}

impl Key {
    /// `parses`: one a file, in the order of `sources`; files behind them have no declarations.
    pub fn new(diagnostic: &Diagnostic, sources: &Sources, parses: &[Parse]) -> Key {
        let span = diagnostic.span();
        let text = span.map_or(diagnostic.message.en.as_str(), |span| sources.slice(span));
        let words: Vec<&str> = text.trim().lines().next().unwrap_or("").split_whitespace().collect();
        Key {
            code: diagnostic.code.id.to_string(),
            subject: span.map(|span| subject(span, parses)).unwrap_or_default(),
            text: words.join(" ").chars().take(LONGEST).collect(),
        }
    }

    /// 32 hexadecimal digits; `nth` tells findings of one key apart.
    pub fn hash(&self, nth: usize) -> String {
        let mut hash = sha2::Sha256::new();
        for part in [&self.code, &self.subject, &self.text] {
            // Lengths keep the parts apart.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash.update((nth as u64).to_le_bytes());
        hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect()
    }
}

fn subject(span: Span, parses: &[Parse]) -> String {
    let mut subject = String::new();
    let Some(parse) = parses.get(span.file.0 as usize) else { return subject };
    let items = &parse.file.items;
    let Some(Item::Decl(decl)) = last_before(items, Item::span, span) else { return subject };
    let mut within: Option<&Decl> = Some(decl);
    while let Some(decl) = within.take().filter(|d| around(d.span, span)) {
        match (&decl.name, &decl.label) {
            (Some(name), _) => subject = format!("{} {}", decl.kind.word(), name.text),
            (None, Some(label)) if decl.kind == DeclKind::Test => subject = format!("test {}", label.text),
            (None, _) if subject.is_empty() => subject = decl.kind.word().to_string(),
            _ => {}
        }
        match decl.block.as_ref().and_then(|Block { entries, .. }| last_before(entries, Entry::span, span)) {
            Some(Entry::Decl(inner)) => within = Some(inner),
            Some(Entry::Field(field)) if around(field.span, span) => {
                subject.push('.');
                subject.push_str(&field.name.text);
            }
            _ => {}
        }
    }
    subject
}

/// The one of these, which are in the order of the text, that starts last before a place or at it.
fn last_before<T>(all: &[T], place: impl Fn(&T) -> Span, span: Span) -> Option<&T> {
    let behind = all.partition_point(|one| place(one).start <= span.start);
    behind.checked_sub(1).and_then(|at| all.get(at))
}

fn around(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.start <= outer.end
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::diagnostic::{Code, Words};
    use crate::syntax::parse;

    const DESIGN: &str = "design d { owner: \"a\" }\n\nsource orders {\n  field fee: decimal\n}\n\nfactor f \"F\" {\n  weight: 30%\n  indicator csat \"C\" {\n    formula:   count( orders )\n    action when off_target \"call\" { owner: \"b\" }\n  }\n}\n\ntest \"all is well\" {\n  expect csat in 2026 = 1\n}\n";

    fn key(text: &str, needle: &str) -> (String, String) {
        let sources = Sources::new([("a.kpi".to_string(), text.to_string())]);
        let file = sources.iter().next().unwrap();
        let start = text.find(needle).unwrap();
        let span = Span::new(file.id, start, start + needle.len());
        let key = Key::new(&Diagnostic::error(Code::new("E1", "e"), span, Words::same("m")), &sources, &[parse(file)]);
        (key.subject, key.text)
    }

    #[test]
    fn subjects_are_what_is_declared_around() {
        for (needle, subject) in [
            ("\"a\"", "design d"),
            ("decimal", "source orders.fee"),
            ("30%", "factor f"),
            ("csat", "indicator csat"),
            ("\"b\"", "indicator csat"),
            ("2026", "test all is well"),
        ] {
            assert_eq!(key(DESIGN, needle).0, subject, "{needle}");
        }
        assert_eq!(key(DESIGN, "formula:   count( orders )\n    action").1, "formula: count( orders )");
    }

    #[test]
    fn moving_lines_changes_nothing() {
        let moved = format!("// a comment\n\n{}", DESIGN.replace("    ", "\t\t").replace("weight: 30%\n", "\n\n"));
        assert_eq!(key(DESIGN, "\"call\""), key(&moved, "\"call\""));
    }

    #[test]
    fn hashes_tell_keys_and_their_repeats_apart() {
        let key = |subject: &str| Key { code: "S01".into(), subject: subject.into(), text: String::new() };
        assert_eq!(key("a").hash(0).len(), 32);
        assert_eq!(key("a").hash(0), key("a").hash(0));
        assert_ne!(key("a").hash(0), key("a").hash(1));
        assert_ne!(key("a").hash(0), key("b").hash(0));
    }
}
