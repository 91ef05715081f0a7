use crate::cli::ui::{Exit, Failure, Ui};
use crate::diagnostic::{Words, closest, codes, say};
use crate::render::text::{AnsiColor, BOLD, DIM, Paint, color};

/// Explain an error code, or list all.
#[derive(Debug, clap::Args)]
pub struct CodeArgs {
    /// Such as `E0203` or `unknown-name`.
    pub code: Option<String>,
}

pub fn run(args: &CodeArgs, ui: &Ui) -> Result<Exit, Failure> {
    let Some(wanted) = &args.code else {
        let mut list = String::new();
        for page in codes::pages() {
            let id = ui.paint.paint(BOLD, page.code.id);
            list.push_str(&format!("{id}  {:<26} {}\n", page.code.name, page.title));
        }
        ui.print(&list)?;
        return Ok(Exit::Done);
    };
    let Some(page) = codes::page(wanted) else {
        let known: Vec<&str> = codes::pages().flat_map(|p| [p.code.id, p.code.name]).collect();
        let failure = Failure::usage(say!("there is no error code `{wanted}`", "没有错误码 `{wanted}`"));
        let near = closest(wanted, known.iter().copied()).map(Words::meant);
        return Err(failure.help(near.unwrap_or_else(|| say!("`kpi code` lists all", "`kpi code` 列出全部"))));
    };
    let title = format!("{} {}: {}", page.code.id, page.code.name, page.title);
    ui.print(&format!("{}\n\n{}", ui.paint.paint(BOLD, title), styled(page.text.trim(), ui.paint)))?;
    Ok(Exit::Done)
}

/// The page's Markdown for a terminal: headings bold, code in colour, all else as it stands.
pub fn styled(text: &str, paint: Paint) -> String {
    let mut out = String::new();
    let mut code = false;
    for line in text.trim_end().lines() {
        let fence = line.starts_with("```");
        let line = match line {
            fence_line if fence => paint.paint(DIM, fence_line),
            line if code => paint.paint(color(AnsiColor::Cyan), line),
            line if line.starts_with('#') => paint.paint(BOLD, line),
            line => line.into(),
        };
        code ^= fence;
        out.push_str(&line);
        out.push('\n');
    }
    out
}
