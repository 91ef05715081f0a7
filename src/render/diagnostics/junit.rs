//! JUnit: a suite for each file in which something was found; errors and warnings are failures. A design without any is
//! one test that passes.

use super::{Report, concise, full_message};
use crate::diagnostic::Severity;
use crate::render::junit::{Case, Suite, document};

pub fn render(report: &Report<'_>) -> String {
    let mut suites: Vec<Suite> = Vec::new();
    for (section, diagnostic) in report.shown() {
        let region = diagnostic.span().and_then(|span| section.region(span));
        let name = region.as_ref().map_or_else(|| section.folder.to_string(), |r| r.path.clone());
        let name = if name.is_empty() { ".".to_string() } else { name };
        let case = Case {
            name: format!("{} {}", diagnostic.code.id, diagnostic.code.name),
            class: name.clone(),
            place: region.map(|r| (r.path, r.start.line)),
            failure: (diagnostic.severity > Severity::Info)
                .then(|| (full_message(diagnostic, report.lang), concise::line(&section, diagnostic, report.lang))),
            output: (diagnostic.severity == Severity::Info).then(|| concise::line(&section, diagnostic, report.lang)),
        };
        match suites.last_mut() {
            Some(last) if last.name == name => last.cases.push(case),
            _ => suites.push(Suite { name, cases: vec![case] }),
        }
    }
    for section in report.sections.iter().filter(|s| s.diagnostics.is_empty()) {
        let name = if section.folder.is_empty() { "." } else { section.folder };
        let case = Case { name: "kpi check".to_string(), class: name.to_string(), ..Case::default() };
        suites.push(Suite { name: name.to_string(), cases: vec![case] });
    }
    document("kpi check", &suites)
}
