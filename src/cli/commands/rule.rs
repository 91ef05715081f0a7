use super::code::styled;
use crate::cli::ui::{Exit, Failure, Ui};
use crate::diagnostic::{Severity, Words, say};
use crate::lint::{self, Page, Rule};
use crate::render::text::BOLD;
use crate::render::words::Lang;

/// Explain a rule, or list all.
#[derive(Debug, clap::Args)]
pub struct RuleArgs {
    /// Such as `S02` or `vague-word`.
    pub rule: Option<String>,

    /// The pages of all rules, as Markdown.
    #[arg(long, conflicts_with = "rule")]
    pub all: bool,
}

pub fn run(args: &RuleArgs, ui: &Ui) -> Result<Exit, Failure> {
    let lang = ui.diagnostics_lang();
    let Some(wanted) = &args.rule else {
        let text: String = match args.all {
            true => lint::rules().map(Page::markdown).collect::<Vec<_>>().join("\n"),
            false => lint::rules().map(|rule| line(rule, lang, ui)).collect(),
        };
        ui.print(&text)?;
        return Ok(Exit::Done);
    };
    let Some(rule) = lint::rule(wanted) else {
        let near = lint::similar(wanted).map(Words::meant);
        return Err(Failure::usage(say!("there is no rule `{wanted}`", "没有规则 `{wanted}`"))
            .help(near.unwrap_or_else(|| say!("`kpi rule` lists all", "`kpi rule` 列出全部"))));
    };
    let page = rule.page();
    let (title, text) = match lang {
        Lang::En => (page.title, page.text),
        Lang::Zh => (page.title_chinese, page.chinese),
    };
    let title = format!("{} {}{}{title}", rule.code.id, rule.code.name, lang.colon());
    ui.print(&format!("{}\n\n{}", ui.paint.paint(BOLD, title), styled(&text, ui.paint)))?;
    Ok(Exit::Done)
}

/// One line of the list: code, severity, name, title.
fn line(rule: &Rule, lang: Lang, ui: &Ui) -> String {
    let severity = match rule.severity {
        Severity::Error => "E",
        Severity::Warning => "W",
        Severity::Info => "I",
    };
    let page = rule.page();
    let title = match lang {
        Lang::En => page.title,
        Lang::Zh => page.title_chinese,
    };
    format!("{}  {severity}  {:<26} {title}\n", ui.paint.paint(BOLD, rule.code.id), rule.code.name)
}
