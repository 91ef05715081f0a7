//! One line a diagnostic, as editors and `grep` want it: `training.kpi:162:20: error[E0203]: message`.

use super::{Report, severity_word};
use crate::render::text::visible;

pub fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for (section, diagnostic) in report.shown() {
        if let Some(place) = diagnostic.span().and_then(|s| section.place(s)) {
            out.push_str(&place);
            out.push_str(": ");
        }
        out.push_str(&format!(
            "{}[{}]: {}",
            severity_word(diagnostic.severity),
            diagnostic.code.id,
            visible(&diagnostic.message)
        ));
        if let Some(data) = &diagnostic.data {
            out.push_str(&format!(" ({})", super::human::data_place(data)));
        }
        out.push('\n');
    }
    out
}
