//! Diagnostics as people and machines want them: one format a file.

pub mod concise;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod junit;
pub mod sarif;
pub mod smart;

use std::collections::{BTreeMap, HashMap};

use super::words::Lang;
use crate::diagnostic::{Applicability, Code, Diagnostic, Severity};
use crate::fingerprint::Key;
use crate::lint::Judgement;
use crate::source::{Position, Sources, Span};
use crate::syntax::Parse;

/// The diagnostics of one design.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    /// The design's folder as the user named it, to stand before its files' paths; empty for the current one.
    pub folder: &'a str,
    pub sources: &'a Sources,
    pub diagnostics: &'a [Diagnostic],
    /// How many `.kpi` files were read.
    pub files: usize,
    /// What the rules said, where they were asked.
    pub judgement: Option<&'a Judgement>,
    /// One a `.kpi` file, in the order of `sources`.
    pub parses: &'a [Parse],
}

/// A place for programs.
pub(super) struct Region {
    /// From where the user stands.
    pub path: String,
    pub start: Position,
    pub end: Position,
}

impl Section<'_> {
    /// Path from where the user stands, line and column.
    pub(super) fn place(&self, span: Span) -> Option<String> {
        let region = self.region(span)?;
        Some(format!("{}:{}:{}", super::text::visible(&region.path), region.start.line, region.start.column))
    }

    fn region(&self, span: Span) -> Option<Region> {
        let file = self.sources.get(span.file)?;
        let slash = if self.folder.is_empty() || self.folder.ends_with('/') { "" } else { "/" };
        let path = format!("{}{slash}{}", self.folder, file.path);
        Some(Region { path, start: file.position(span.start), end: file.position(span.end) })
    }
}

/// All that one run has to say.
#[derive(Clone, Debug, Default)]
pub struct Report<'a> {
    pub sections: Vec<Section<'a>>,
    /// How many diagnostics are shown; None: all. They are counted all the same.
    pub max: Option<usize>,
    pub lang: Lang,
    /// Findings that a baseline knows, which are none of these.
    pub known: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub designs: usize,
    pub files: usize,
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
}

impl Counts {
    pub fn total(&self) -> usize {
        self.errors + self.warnings + self.infos
    }
}

impl<'a> Report<'a> {
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { designs: self.sections.len(), ..Counts::default() };
        for section in &self.sections {
            counts.files += section.files;
            for diagnostic in section.diagnostics {
                match diagnostic.severity {
                    Severity::Error => counts.errors += 1,
                    Severity::Warning => counts.warnings += 1,
                    Severity::Info => counts.infos += 1,
                }
            }
        }
        counts
    }

    /// Each diagnostic that is to be shown, with its design.
    fn shown(&self) -> impl Iterator<Item = (Section<'a>, &'a Diagnostic)> {
        self.all().take(self.max.unwrap_or(usize::MAX))
    }

    fn all(&self) -> impl Iterator<Item = (Section<'a>, &'a Diagnostic)> {
        self.sections.iter().flat_map(|s| s.diagnostics.iter().map(move |d| (*s, d)))
    }

    /// How many diagnostics have a fix of this kind.
    pub fn fixable(&self, applicability: Applicability) -> usize {
        self.all().filter(|(_, d)| d.fix.as_ref().is_some_and(|f| f.applicability == applicability)).count()
    }

    /// As [`Report::shown`], with what each is known by from run to run.
    fn fingerprinted(&self) -> impl Iterator<Item = (Section<'a>, &'a Diagnostic, String)> {
        let mut seen: HashMap<Key, usize> = HashMap::new();
        self.shown().map(move |(section, diagnostic)| {
            let key = Key::new(diagnostic, section.sources, section.parses);
            let nth = seen.entry(key.clone()).or_default();
            let hash = key.hash(*nth);
            *nth += 1;
            (section, diagnostic, hash)
        })
    }

    /// How many diagnostics each code has, the most frequent first.
    fn by_code(&self) -> Vec<(Code, usize)> {
        let mut codes: BTreeMap<Code, usize> = BTreeMap::new();
        for diagnostic in self.sections.iter().flat_map(|s| s.diagnostics) {
            *codes.entry(diagnostic.code).or_default() += 1;
        }
        let mut codes: Vec<_> = codes.into_iter().collect();
        codes.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
        codes
    }
}

/// The message with the place in the data and the remedy, for formats that have one text.
fn full_message(diagnostic: &Diagnostic, lang: Lang) -> String {
    let mut message = diagnostic.message.get(lang).to_string();
    if let Some(data) = &diagnostic.data {
        message.push_str(&format!(" ({})", human::data_place(data, lang)));
    }
    if let Some(help) = &diagnostic.help {
        message.push('\n');
        message.push_str(help.get(lang));
    }
    message
}
