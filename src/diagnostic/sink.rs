//! Where diagnostics gather while a design is judged.

use std::collections::HashMap;

use super::{Diagnostic, Words, sort};
use crate::source::Span;

/// What is said to a name that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// This name was probably meant.
    Meant(String),
    Help(Words),
}

/// Diagnostics as they are found. The uses of one unresolved name are one diagnostic with several labels.
#[derive(Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    /// Places in `list` of the diagnostics that take further labels, by what could not be resolved.
    unresolved: HashMap<(String, String), usize>,
    /// Those whose help waits for [`Diagnostics::help_unresolved`]: what kinds of names would do, as its caller numbers them.
    waiting: HashMap<usize, u32>,
}

impl Diagnostics {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.list.extend(diagnostics);
    }

    /// Reports a name that is not known in `namespace` (such as `name`, or `field of sessions`). The first use makes the
    /// diagnostic, further uses become labels of it.
    pub fn unresolved(&mut self, namespace: &str, name: &str, span: Span, make: impl FnOnce() -> Diagnostic) {
        let key = (namespace.to_string(), name.to_string());
        if let Some(known) = self.unresolved.get(&key).and_then(|place| self.list.get_mut(*place)) {
            also(known, span);
        } else {
            self.unresolved.insert(key, self.list.len());
            self.list.push(make());
        }
    }

    /// As [`Diagnostics::unresolved`], but its help comes later, from [`Diagnostics::help_unresolved`]: looking for names
    /// that are spelt alike costs time, and ten thousand unknown names are not read.
    pub fn unresolved_among(
        &mut self,
        namespace: &str,
        name: &str,
        span: Span,
        kinds: u32,
        make: impl FnOnce() -> Diagnostic,
    ) {
        let before = self.list.len();
        self.unresolved(namespace, name, span, make);
        if self.list.len() > before {
            self.waiting.insert(before, kinds);
        }
    }

    /// Gives the first `limit` of those that wait, in the order of the text, their help.
    pub fn help_unresolved(&mut self, limit: usize, hint: impl Fn(&str, u32) -> Option<Hint>) {
        let waiting = std::mem::take(&mut self.waiting);
        let mut names: Vec<(Option<Span>, usize, u32, &str)> = self
            .unresolved
            .iter()
            .filter_map(|((_, name), place)| {
                let span = self.list.get(*place).and_then(Diagnostic::span);
                waiting.get(place).map(|kinds| (span, *place, *kinds, name.as_str()))
            })
            .collect();
        names.sort_unstable();
        let hints: Vec<_> =
            names.into_iter().take(limit).map(|(_, place, kinds, name)| (place, hint(name, kinds))).collect();
        for (place, hint) in hints {
            let Some(diagnostic) = self.list.get_mut(place) else { continue };
            match hint {
                Some(Hint::Meant(near)) => {
                    let uses = diagnostic.labels.iter().skip(1).filter(|l| l.text.is_empty()).map(|l| l.span);
                    let uses: Vec<Span> = uses.collect();
                    *diagnostic = diagnostic.clone().meant(&near);
                    uses.into_iter().for_each(|span| fix_too(diagnostic, span));
                }
                Some(Hint::Help(help)) => diagnostic.help = Some(help),
                None => {}
            }
        }
    }

    /// Takes in what another sink gathered, after what this one has.
    pub fn merge(&mut self, other: Diagnostics) {
        let mut names: HashMap<usize, (String, String)> = other.unresolved.into_iter().map(|(k, v)| (v, k)).collect();
        for (place, diagnostic) in other.list.into_iter().enumerate() {
            let Some(key) = names.remove(&place) else {
                self.list.push(diagnostic);
                continue;
            };
            if let Some(known) = self.unresolved.get(&key).and_then(|place| self.list.get_mut(*place)) {
                let uses = diagnostic.labels.iter().enumerate().filter(|(i, l)| *i == 0 || l.text.is_empty());
                for (_, label) in uses {
                    also(known, label.span);
                }
            } else {
                if let Some(kinds) = other.waiting.get(&place) {
                    self.waiting.insert(self.list.len(), *kinds);
                }
                self.unresolved.insert(key, self.list.len());
                self.list.push(diagnostic);
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// All of them, in the order in which they are shown.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        for place in self.unresolved.values() {
            // Uses are found in the order of judgement, and shown in the order of the text; what explains comes after them.
            if let Some(diagnostic) = self.list.get_mut(*place) {
                let text = diagnostic.labels.first_mut().map(|l| std::mem::take(&mut l.text)).unwrap_or_default();
                diagnostic.labels.sort_by_key(|l| (!l.text.is_empty(), l.span));
                diagnostic.labels.dedup_by_key(|l| l.span);
                if let Some(first) = diagnostic.labels.first_mut() {
                    first.text = text;
                }
                if let Some(fix) = &mut diagnostic.fix {
                    fix.edits.sort_by_key(|e| e.span);
                    fix.edits.dedup();
                }
            }
        }
        sort(&mut self.list);
        self.list
    }
}

fn also(diagnostic: &mut Diagnostic, span: Span) {
    diagnostic.labels.push(super::Label { span, text: Words::default() });
    fix_too(diagnostic, span);
}

/// Every use gets the name that was meant.
fn fix_too(diagnostic: &mut Diagnostic, span: Span) {
    if let Some(fix) = &mut diagnostic.fix
        && let Some(text) = fix.edits.first().map(|e| e.text.clone())
    {
        fix.edits.push(super::Edit { span, text });
    }
}
