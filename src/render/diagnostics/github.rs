//! Annotations of GitHub Actions: one workflow command a diagnostic.

use super::{Report, Section, full_message};
use crate::diagnostic::{Diagnostic, Lang, Severity};

pub fn render(report: &Report<'_>) -> String {
    report.shown().map(|(section, diagnostic)| command(&section, diagnostic, report.lang)).collect()
}

/// `::error file=a.kpi,line=1,endLine=1,col=9,endColumn=14,title=E0203 unknown-name::message`
fn command(section: &Section<'_>, diagnostic: &Diagnostic, lang: Lang) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    if let Some(region) = diagnostic.span().and_then(|span| section.region(span)) {
        properties.push(format!("file={}", property(&region.path)));
        properties.push(format!("line={},endLine={}", region.start.line, region.end.line));
        // Columns are only shown, and only understood, within one line.
        if region.start.line == region.end.line {
            properties.push(format!("col={},endColumn={}", region.start.column, region.end.column));
        }
    }
    let code = diagnostic.code;
    properties.push(format!("title={}", property(&format!("{} {}", code.id, code.name))));
    format!("::{word} {}::{}\n", properties.join(","), data(&full_message(diagnostic, lang)))
}

/// Text behind the `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text between `=` and `,`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
