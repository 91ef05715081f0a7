//! Diagnostics as people and machines want them: one format a file.

pub mod concise;
pub mod human;
pub mod json;
pub mod smart;

use std::collections::BTreeMap;

use super::text::counted;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::Judgement;
use crate::source::{Sources, Span};

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
}

impl Section<'_> {
    /// Path from where the user stands, line and column.
    fn place(&self, span: Span) -> Option<String> {
        let (path, at) = self.sources.place(span)?;
        let path = super::text::visible(path).into_owned();
        let folder = super::text::visible(self.folder);
        let slash = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
        Some(format!("{folder}{slash}{path}:{}:{}", at.line, at.column))
    }
}

/// All that one run has to say.
#[derive(Clone, Debug, Default)]
pub struct Report<'a> {
    pub sections: Vec<Section<'a>>,
    /// How many diagnostics are shown; None: all. They are counted all the same.
    pub max: Option<usize>,
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

    /// `checked 3 files: 2 errors`
    pub fn sentence(&self) -> String {
        let mut found = Vec::new();
        for (count, noun) in [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "note")] {
            if count > 0 {
                found.push(counted(count, noun));
            }
        }
        let found = if found.is_empty() { "no errors".to_string() } else { found.join(", ") };
        let designs = if self.designs > 1 { format!(" of {}", counted(self.designs, "design")) } else { String::new() };
        format!("checked {}{designs}: {found}", counted(self.files, "file"))
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
        self.sections
            .iter()
            .flat_map(|s| s.diagnostics.iter().map(move |d| (*s, d)))
            .take(self.max.unwrap_or(usize::MAX))
    }

    /// How many diagnostics each code has, the most frequent first; empty where all are shown.
    fn hidden(&self) -> Vec<(Code, usize)> {
        if self.counts().total() <= self.max.unwrap_or(usize::MAX) {
            return Vec::new();
        }
        let mut codes: BTreeMap<Code, usize> = BTreeMap::new();
        for diagnostic in self.sections.iter().flat_map(|s| s.diagnostics) {
            *codes.entry(diagnostic.code).or_default() += 1;
        }
        let mut codes: Vec<_> = codes.into_iter().collect();
        codes.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
        codes
    }
}

const fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
