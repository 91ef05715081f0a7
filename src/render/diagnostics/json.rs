//! `fishbone.check/1`: for programs. Lines and columns from 1, columns in characters, files relative to the design.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Report, Section};
use crate::diagnostic::{Applicability, DataPlace, Severity};
use crate::lint::Mark;
use crate::render::words::Lang;
use crate::source::{Position, Span};

pub const SCHEMA: &str = "fishbone.check/1";

/// What `kpi check --format json` writes.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "fishbone.check/1")]
pub struct CheckReport<'a> {
    /// Always `fishbone.check/1`.
    pub schema: &'static str,
    pub diagnostics: Vec<DiagnosticEntry<'a>>,
    /// The SMART line of every indicator, design by design.
    pub smart: Vec<SmartEntry<'a>>,
    /// The rules that could not be judged, and why; not judged is not passed.
    pub not_judged: Vec<NotJudgedEntry<'a>>,
    pub summary: Summary,
}

/// What the rules say of one indicator, letter by letter.
#[derive(Serialize, JsonSchema)]
pub struct SmartEntry<'a> {
    /// The design's folder as it was named on the command line; empty for the current one.
    pub design: &'a str,
    pub indicator: &'a str,
    /// Its label; its name where there is none.
    pub label: &'a str,
    /// `S ✓ M ✓ A ? R ✓ T ✗`
    pub line: String,
    /// S, M, A, R and T.
    pub letters: Vec<LetterEntry<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub struct NotJudgedEntry<'a> {
    /// The design's folder as it was named on the command line; empty for the current one.
    pub design: &'a str,
    pub code: &'a str,
    /// Null: of no indicator of the design.
    pub indicator: Option<&'a str>,
    pub why: &'a str,
}

#[derive(Serialize, JsonSchema)]
pub struct LetterEntry<'a> {
    pub letter: &'a str,
    #[schemars(with = "MarkWord")]
    pub mark: Mark,
    /// The rules that found something.
    pub found: &'a [&'a str],
    /// The rules that could not be judged, for want of data, of a day or of a declaration.
    pub not_judged: &'a [&'a str],
}

/// The words of [`Mark`], for the schema.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
#[allow(dead_code)]
enum MarkWord {
    Passed,
    Failed,
    NotJudged,
}

#[derive(Serialize, JsonSchema)]
pub struct Summary {
    pub designs: usize,
    pub files: usize,
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
    /// Findings that the baseline knows, which are not counted in the others.
    pub known: usize,
    /// How many diagnostics stand in this document; fewer than there are where `--max` says so.
    pub shown: usize,
}

#[derive(Serialize, JsonSchema)]
pub struct DiagnosticEntry<'a> {
    /// Stable for ever: `E0203`.
    pub code: &'a str,
    /// The code's name: `unknown-name`.
    pub name: &'a str,
    #[schemars(with = "SeverityWord")]
    pub severity: Severity,
    pub message: &'a str,
    pub help: Option<&'a str>,
    /// The design's folder as it was named on the command line; empty for the current one.
    pub design: &'a str,
    /// Relative to the design. Null, as `start` and `end`, where no text is to blame.
    pub file: Option<&'a str>,
    pub start: Option<Place>,
    pub end: Option<Place>,
    pub labels: Vec<LabelEntry<'a>>,
    pub fix: Option<FixEntry<'a>>,
    /// Of errors in data.
    #[schemars(with = "Option<DataEntry>")]
    pub data: Option<&'a DataPlace>,
}

/// From 1; the column counts characters.
#[derive(Serialize, JsonSchema)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

#[derive(Serialize, JsonSchema)]
pub struct LabelEntry<'a> {
    pub file: &'a str,
    pub start: Place,
    pub end: Place,
    pub text: &'a str,
}

#[derive(Serialize, JsonSchema)]
pub struct FixEntry<'a> {
    pub title: &'a str,
    #[schemars(with = "ApplicabilityWord")]
    pub applicability: Applicability,
    pub edits: Vec<EditEntry<'a>>,
}

/// Replace the text between `start` and `end` by `text`.
#[derive(Serialize, JsonSchema)]
pub struct EditEntry<'a> {
    pub file: &'a str,
    pub start: Place,
    pub end: Place,
    pub text: &'a str,
}

/// The words of [`Severity`], for the schema.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
#[allow(dead_code)]
enum SeverityWord {
    Info,
    Warning,
    Error,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
#[allow(dead_code)]
enum ApplicabilityWord {
    Safe,
    Proposed,
}

/// A place in a data file, for the schema of [`DataPlace`].
#[derive(JsonSchema)]
#[allow(dead_code)]
struct DataEntry {
    /// Relative to the design.
    file: String,
    /// As a person counts it in the file, from 1.
    row: Option<u64>,
    column: Option<String>,
    value: Option<String>,
}

impl From<Position> for Place {
    fn from(at: Position) -> Place {
        Place { line: at.line, column: at.column }
    }
}

/// File, start and end of a span.
fn stretch<'a>(section: &Section<'a>, span: Span) -> Option<(&'a str, Place, Place)> {
    let file = section.sources.get(span.file)?;
    Some((&file.path, file.position(span.start).into(), file.position(span.end).into()))
}

pub fn report<'a>(report: &Report<'a>) -> CheckReport<'a> {
    let lang = report.lang;
    let diagnostics: Vec<_> = report
        .shown()
        .map(|(section, d)| {
            let place = d.span().and_then(|s| stretch(&section, s));
            let (file, start, end) = match place {
                Some((file, start, end)) => (Some(file), Some(start), Some(end)),
                None => (None, None, None),
            };
            let labels = d.labels.iter().filter_map(|l| {
                let (file, start, end) = stretch(&section, l.span)?;
                Some(LabelEntry { file, start, end, text: l.text.get(lang) })
            });
            let fix = d.fix.as_ref().map(|fix| FixEntry {
                title: fix.title.get(lang),
                applicability: fix.applicability,
                edits: fix
                    .edits
                    .iter()
                    .filter_map(|e| {
                        let (file, start, end) = stretch(&section, e.span)?;
                        Some(EditEntry { file, start, end, text: &e.text })
                    })
                    .collect(),
            });
            DiagnosticEntry {
                code: d.code.id,
                name: d.code.name,
                severity: d.severity,
                message: d.message.get(lang),
                help: d.help.as_ref().map(|help| help.get(lang)),
                design: section.folder,
                file,
                start,
                end,
                labels: labels.collect(),
                fix,
                data: d.data.as_ref(),
            }
        })
        .collect();
    let counts = report.counts();
    CheckReport {
        schema: SCHEMA,
        smart: report.sections.iter().flat_map(smart).collect(),
        not_judged: report.sections.iter().flat_map(|section| not_judged(section, lang)).collect(),
        summary: Summary {
            designs: counts.designs,
            files: counts.files,
            errors: counts.errors,
            warnings: counts.warnings,
            infos: counts.infos,
            known: report.known,
            shown: diagnostics.len(),
        },
        diagnostics,
    }
}

fn not_judged<'a>(section: &Section<'a>, lang: Lang) -> impl Iterator<Item = NotJudgedEntry<'a>> {
    let design = section.folder;
    section.judgement.into_iter().flat_map(move |judgement| {
        judgement.not_judged.iter().map(move |n| NotJudgedEntry {
            design,
            code: n.rule,
            indicator: n.indicator.and_then(|id| judgement.smart.get(id.index())).map(|line| line.name.as_str()),
            why: n.why.get(lang),
        })
    })
}

fn smart<'a>(section: &Section<'a>) -> impl Iterator<Item = SmartEntry<'a>> {
    let design = section.folder;
    let lines = section.judgement.map_or(&[][..], |j| &j.smart);
    lines.iter().map(move |smart| SmartEntry {
        design,
        indicator: &smart.name,
        label: &smart.title,
        line: smart.to_string(),
        letters: smart
            .letters
            .iter()
            .map(|l| LetterEntry { letter: l.letter, mark: l.mark, found: &l.found, not_judged: &l.not_judged })
            .collect(),
    })
}

pub fn render(of: &Report<'_>) -> String {
    super::super::to_json(&report(of))
}

/// The JSON Schema of [`CheckReport`].
pub fn schema() -> schemars::Schema {
    super::super::schema_for::<CheckReport<'static>>(SCHEMA)
}
