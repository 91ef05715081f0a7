//! One line a diagnostic, as editors and `grep` want it: `training.kpi:162:20: error[E0203]: message`.

use super::{Report, Section};
use crate::diagnostic::Diagnostic;
use crate::render::text::visible;
use crate::render::words::{Lang, check as words};

pub fn render(report: &Report<'_>) -> String {
    report.shown().map(|(section, diagnostic)| line(&section, diagnostic, report.lang) + "\n").collect()
}

pub(super) fn line(section: &Section<'_>, diagnostic: &Diagnostic, lang: Lang) -> String {
    let mut out = String::new();
    if let Some(place) = diagnostic.span().and_then(|s| section.place(s)) {
        out.push_str(&place);
        out.push_str(": ");
    }
    let severity = words::severity(diagnostic.severity, lang);
    out.push_str(&format!("{severity}[{}]: {}", diagnostic.code.id, visible(diagnostic.message.get(lang))));
    if let Some(data) = &diagnostic.data {
        out.push_str(&format!(" ({})", super::human::data_place(data, lang)));
    }
    out
}
