//! SARIF 2.1.0 (OASIS Standard): what code scanning reads. Columns count characters; files are relative to where `kpi`
//! was started.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Region, Report, Section, full_message};
use crate::diagnostic::{Code, Diagnostic, Lang, Severity, codes};
use crate::lint;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: &'static str,
    short_description: Text<String>,
    help: Help,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Text<T> {
    text: T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<&'a str>>,
    physical_location: Physical,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Lines,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Lines {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    description: Text<&'a str>,
    artifact_changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Lines,
    inserted_content: Text<&'a str>,
}

pub fn render(report: &Report<'_>) -> String {
    let codes: BTreeMap<Code, usize> = {
        let mut codes: Vec<Code> = report.shown().map(|(_, d)| d.code).collect();
        codes.sort();
        codes.dedup();
        codes.into_iter().enumerate().map(|(i, code)| (code, i)).collect()
    };
    let results = report
        .fingerprinted()
        .map(|(section, diagnostic, fingerprint)| {
            let index = codes.get(&diagnostic.code).copied().unwrap_or_default();
            found(&section, diagnostic, fingerprint, index, report.lang)
        })
        .collect();
    let driver = Driver {
        name: "kpi",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: codes.keys().map(|code| rule(*code, report.lang)).collect(),
    };
    let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results };
    super::super::to_json(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

fn rule(code: Code, lang: Lang) -> Rule {
    let (title, text) = match (codes::page(code.id), lint::rule(code.id)) {
        (Some(page), _) => (page.title.to_string(), page.text.trim().to_string()),
        (None, Some(rule)) => {
            let page = rule.page();
            match lang {
                Lang::En => (page.title, page.text),
                Lang::Zh => (page.title_chinese, page.chinese),
            }
        }
        (None, None) => (code.name.to_string(), code.name.to_string()),
    };
    let help = Help { text: text.clone(), markdown: text };
    Rule { id: code.id, name: code.name, short_description: Text { text: title }, help }
}

fn found<'a>(
    section: &Section<'a>,
    diagnostic: &'a Diagnostic,
    fingerprint: String,
    rule_index: usize,
    lang: Lang,
) -> Found<'a> {
    let mut places = diagnostic.labels.iter().filter_map(|label| {
        let physical_location = physical(section.region(label.span)?);
        let message = Some(Text { text: label.text.get(lang) }).filter(|m| !m.text.is_empty());
        Some(Location { message, physical_location })
    });
    Found {
        rule_id: diagnostic.code.id,
        rule_index,
        level: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        },
        message: Text { text: full_message(diagnostic, lang) },
        locations: places.next().into_iter().collect(),
        related_locations: places.collect(),
        partial_fingerprints: BTreeMap::from([("fishbone/v1", fingerprint)]),
        fixes: fix(section, diagnostic, lang).into_iter().collect(),
    }
}

fn fix<'a>(section: &Section<'a>, diagnostic: &'a Diagnostic, lang: Lang) -> Option<Fix<'a>> {
    let fix = diagnostic.fix.as_ref()?;
    let mut files: BTreeMap<Artifact, Vec<Replacement<'a>>> = BTreeMap::new();
    for edit in &fix.edits {
        let place = physical(section.region(edit.span)?);
        let inserted_content = Text { text: edit.text.as_str() };
        let replacements = files.entry(place.artifact_location).or_default();
        replacements.push(Replacement { deleted_region: place.region, inserted_content });
    }
    let change = |(artifact_location, replacements)| Change { artifact_location, replacements };
    let artifact_changes: Vec<_> = files.into_iter().map(change).collect();
    (!artifact_changes.is_empty()).then(|| Fix { description: Text { text: fix.title.get(lang) }, artifact_changes })
}

fn physical(region: Region) -> Physical {
    Physical {
        artifact_location: Artifact { uri: uri(&region.path) },
        region: Lines {
            start_line: region.start.line,
            start_column: region.start.column,
            end_line: region.end.line,
            end_column: region.end.column,
        },
    }
}

/// A path as a relative reference (RFC 3986): what is neither unreserved nor `/` is written in hexadecimal.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
