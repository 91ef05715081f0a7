//! Fixes: which edits of diagnostics are made together, and what the text is then.
//!
//! A round makes all fixes that do not touch each other; what is found in the new text is the next round's. A fix is made
//! whole or not at all, and only where the text can be read as well as before.

use std::collections::BTreeMap;

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax;

/// Fixes that are tried one by one where together they make a text worse; one round makes no more.
const ONE_BY_ONE: usize = 50;

/// What one round made of a design.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// The files that changed.
    pub texts: BTreeMap<FileId, String>,
    /// The diagnostics whose fixes were made, by their place in the list.
    pub made: Vec<usize>,
}

/// Makes the fixes of diagnostics that do not overlap. `applicability`: `Proposed` makes all, `Safe` only those. Files that
/// `writable` does not name stay as they are, and so do fixes that reach into one.
pub fn round(
    sources: &Sources,
    diagnostics: &[Diagnostic],
    applicability: Applicability,
    writable: impl Fn(FileId) -> bool,
) -> Round {
    let wanted = |fix: &Fix| match applicability {
        Applicability::Safe => fix.applicability == Applicability::Safe,
        Applicability::Proposed => true,
    };
    let fits = |edit: &Edit| {
        let old = sources.get(edit.span.file).and_then(|f| f.text.get(edit.span.range()));
        writable(edit.span.file) && old.is_some()
    };
    let fixes = diagnostics.iter().enumerate().filter_map(|(at, d)| {
        let fix = d.fix.as_ref().filter(|f| wanted(f) && !f.edits.is_empty() && f.edits.iter().all(fits))?;
        let changes = fix.edits.iter().any(|e| sources.slice(e.span) != e.text);
        changes.then_some((at, fix.edits.as_slice()))
    });
    let mut chosen = Chosen::default();
    let mut picked: Vec<(usize, &[Edit])> = Vec::new();
    for (at, edits) in fixes {
        if chosen.take(edits) {
            picked.push((at, edits));
        }
    }
    let together = applied(sources, &picked);
    if as_readable(sources, &together) {
        return Round { made: picked.iter().map(|(at, _)| *at).collect(), texts: together };
    }
    // One of them breaks the text: those that do not are made.
    let mut kept: Vec<(usize, &[Edit])> = Vec::new();
    for one in picked.into_iter().take(ONE_BY_ONE) {
        kept.push(one);
        if !as_readable(sources, &applied(sources, &kept)) {
            kept.pop();
        }
    }
    Round { made: kept.iter().map(|(at, _)| *at).collect(), texts: applied(sources, &kept) }
}

/// Places that are edited already, by file.
#[derive(Default)]
struct Chosen {
    /// Start → end.
    taken: BTreeMap<FileId, BTreeMap<u32, u32>>,
}

impl Chosen {
    /// Takes the places of a fix, if all are free. Edits that only touch are not free of each other: which comes first
    /// would be a guess.
    fn take(&mut self, edits: &[Edit]) -> bool {
        let mut own: Vec<Span> = edits.iter().map(|e| e.span).collect();
        own.sort_unstable_by_key(|s| (s.file, s.start, s.end));
        let overlap = own.windows(2).any(|pair| match pair {
            [a, b] => a.file == b.file && b.start < a.end,
            _ => false,
        });
        let is_free = |span: &Span| {
            let left = self.taken.get(&span.file).and_then(|file| file.range(..=span.end).next_back());
            left.is_none_or(|(_, end)| *end < span.start)
        };
        if overlap || !own.iter().all(is_free) {
            return false;
        }
        for span in own {
            let end = self.taken.entry(span.file).or_default().entry(span.start).or_default();
            *end = span.end.max(*end);
        }
        true
    }
}

/// The texts of the files that these fixes change.
fn applied(sources: &Sources, fixes: &[(usize, &[Edit])]) -> BTreeMap<FileId, String> {
    let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in fixes.iter().flat_map(|(_, edits)| edits.iter()) {
        edits.entry(edit.span.file).or_default().push(edit);
    }
    let text = |(id, mut edits): (FileId, Vec<&Edit>)| {
        let old = &*sources.get(id)?.text;
        edits.sort_by_key(|e| e.span.start);
        let mut text = String::with_capacity(old.len());
        let mut at = 0;
        for edit in edits {
            text.push_str(old.get(at..edit.span.start as usize)?);
            text.push_str(&edit.text);
            at = edit.span.end as usize;
        }
        text.push_str(old.get(at..)?);
        Some((id, text))
    };
    edits.into_iter().filter_map(text).collect()
}

/// Whether no text has more that cannot be read than it had.
fn as_readable(sources: &Sources, texts: &BTreeMap<FileId, String>) -> bool {
    let faults = |file: &SourceFile| match file.path.ends_with(".toml") {
        true => usize::from(toml::from_str::<toml::Table>(&file.text).is_err()),
        false => syntax::parse(file).diagnostics.len(),
    };
    texts.iter().all(|(id, text)| {
        sources.get(*id).is_some_and(|old| {
            let new = SourceFile::new(*id, old.path.clone(), text.as_str());
            faults(&new) <= faults(old)
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::diagnostic::{Code, Words};

    const TEXT: &str = "measure a = b + c\nmeasure d = e\n";

    fn fixes(all: &[&[(usize, usize, &str)]]) -> (String, Vec<usize>) {
        let sources = Sources::new([("a.kpi".to_string(), TEXT.to_string())]);
        let diagnostics: Vec<Diagnostic> = all
            .iter()
            .map(|edits| {
                let edits = edits.iter().map(|(start, end, text)| Edit {
                    span: Span::new(FileId(0), *start, *end),
                    text: text.to_string(),
                });
                Diagnostic::placeless(Code::new("E1", "e"), Words::same("m")).fix(
                    Applicability::Safe,
                    Words::same("t"),
                    edits.collect(),
                )
            })
            .collect();
        let round = round(&sources, &diagnostics, Applicability::Safe, |_| true);
        (round.texts.get(&FileId(0)).cloned().unwrap_or_else(|| TEXT.to_string()), round.made)
    }

    #[test]
    fn fixes_that_touch_wait_for_the_next_round() {
        let (text, made) =
            fixes(&[&[(12, 13, "x")], &[(13, 16, " -")], &[(16, 17, "y"), (30, 31, "z")], &[(30, 31, "w")]]);
        assert_eq!((text.as_str(), made), ("measure a = x + y\nmeasure d = z\n", vec![0, 2]));
    }

    #[test]
    fn a_fix_is_made_whole_or_not_at_all() {
        let (text, made) = fixes(&[&[(12, 13, "x")], &[(12, 13, "y"), (30, 31, "z")], &[(30, 31, "w")]]);
        assert_eq!((text.as_str(), made), ("measure a = x + c\nmeasure d = w\n", vec![0, 2]));
        // One that reaches beyond the text, and one that changes nothing.
        assert_eq!(fixes(&[&[(12, 99, "x")], &[(12, 13, "b")]]).1, Vec::<usize>::new());
    }

    #[test]
    fn what_breaks_the_text_is_not_made() {
        let (text, made) = fixes(&[&[(12, 13, "x")], &[(16, 17, "((")], &[(30, 31, "z")]]);
        assert_eq!((text.as_str(), made), ("measure a = x + c\nmeasure d = z\n", vec![0, 2]));
    }
}
