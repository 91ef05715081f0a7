//! A rule's page: the doc comment of its own file, so that the two cannot part.

use super::{FixKind, Needs, Rule};
use crate::diagnostic::Severity;

/// The page of a rule in two languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The first line of the doc comment.
    pub title: String,
    pub title_chinese: String,
    /// Markdown, with its ```` ```kpi,fails ```` and ```` ```kpi ```` blocks.
    pub text: String,
    /// The part behind `## 中文`.
    pub chinese: String,
}

/// Starts the Chinese part of a page.
const CHINESE: &str = "## 中文";

impl Page {
    pub(super) fn of(rule: &Rule) -> Page {
        let lines = rule.source.lines().map_while(|line| line.strip_prefix("//!"));
        let text: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        let text = text.join("\n");
        let (english, chinese) = text.split_once(CHINESE).unwrap_or((&text, ""));
        let (title, text) = halves(english);
        let (title_chinese, chinese) = halves(chinese);
        Page { title, title_chinese, text, chinese }
    }

    /// The list of all rules as a Markdown document.
    pub fn index() -> String {
        let mut text = String::from(
            "# The rules\n\nMade from the rules themselves; `UPDATE_DOCS=1 cargo test` writes these pages anew. E, W and I are \
             errors, warnings and notes. Which are judged: `kpi check --help`, and `[check]` in `kpi.toml`.\n\n\
             | code | name | | finds | 中文 |\n|---|---|---|---|---|\n",
        );
        for rule in super::rules() {
            let page = Page::of(rule);
            let (id, name) = (rule.code.id, rule.code.name);
            let severity = match rule.severity {
                Severity::Error => "E",
                Severity::Warning => "W",
                Severity::Info => "I",
            };
            text.push_str(&format!(
                "| [{id}]({id}-{name}.md) | `{name}` | {severity} | {} | {} |\n",
                page.title, page.title_chinese
            ));
        }
        text
    }

    /// As a Markdown document.
    pub fn markdown(rule: &Rule) -> String {
        let page = Page::of(rule);
        let severity = match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        let mut facts = vec![format!("Severity: {severity}")];
        if rule.appraisal {
            facts.push("only in the profile `appraisal`".to_string());
        }
        match rule.fix {
            FixKind::None => {}
            FixKind::Safe => facts.push("fix: safe".to_string()),
            FixKind::Proposed => facts.push("fix: proposed".to_string()),
        }
        match rule.needs {
            Needs::Nothing => {}
            Needs::DataToo => facts.push("looks further with data (`--data`)".to_string()),
            Needs::Day => facts.push("needs an as-of day (`--as-of`)".to_string()),
            Needs::Data => facts.push("needs data (`--data`)".to_string()),
        }
        format!(
            "# {} {}: {}\n\n{}.\n\n{}\n\n{CHINESE}\n\n{}\n\n{}\n",
            rule.code.id,
            rule.code.name,
            page.title,
            facts.join("; "),
            page.text,
            page.title_chinese,
            page.chinese
        )
    }
}

/// The first line and the rest.
fn halves(text: &str) -> (String, String) {
    let (title, rest) = text.trim().split_once('\n').unwrap_or((text.trim(), ""));
    (title.trim().to_string(), rest.trim().to_string())
}
