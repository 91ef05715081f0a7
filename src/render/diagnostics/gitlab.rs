//! The code quality report of GitLab: a JSON list of findings, known again by their fingerprints.

use serde::Serialize;

use super::{Report, full_message};
use crate::diagnostic::Severity;

#[derive(Serialize)]
struct Finding {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

pub fn render(report: &Report<'_>) -> String {
    let findings: Vec<Finding> = report
        .fingerprinted()
        .map(|(section, diagnostic, fingerprint)| {
            let region = diagnostic.span().and_then(|span| section.region(span));
            // A location must be: what has none is said of the design's folder.
            let location = match region {
                Some(r) => Location { path: r.path, lines: Lines { begin: r.start.line, end: r.end.line } },
                None => {
                    let folder = if section.folder.is_empty() { "." } else { section.folder };
                    Location { path: folder.to_string(), lines: Lines { begin: 1, end: 1 } }
                }
            };
            Finding {
                description: full_message(diagnostic, report.lang),
                check_name: diagnostic.code.id,
                fingerprint,
                severity: match diagnostic.severity {
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                    Severity::Info => "info",
                },
                location,
            }
        })
        .collect();
    super::super::to_json(&findings)
}
