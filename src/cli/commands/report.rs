use crate::diagnostic::say;
use std::path::{Path, PathBuf};

use super::data::DataArgs;
use super::graph;
use super::request::{self, SliceArgs};
use crate::cli::output::{extension, write_files};
use crate::cli::ui::{Exit, Failure, Ui};
use crate::design::Design;
use crate::evaluate::{EvalRequest, Periods, usual_history};
use crate::render::picture::svg::Theme;
use crate::render::report::{Report, html, markdown, xlsx};
use crate::render::words;

/// Write the scoreboard as a file to pass on: fishbone, what needs attention, every value with how it came about.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// A folder or a `.kpi` file.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,

    #[command(flatten)]
    pub of: Contents,

    /// Where to write it; the extension picks the format (`.html`, `.xlsx`, `.md`). Several are written from one evaluation.
    #[arg(short, long, value_name = "FILE", required = true)]
    pub output: Vec<PathBuf>,
}

/// What stands in a report.
#[derive(Debug, clap::Args)]
pub struct Contents {
    /// Such as `2026`, `2026-Q2`, `2026-06`, `2026-W05`, `FY2026`; else the latest that has ended.
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,

    /// Periods before this one, for trends; else as many as make a usual trend of such periods.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=1000))]
    pub history: Option<u16>,

    /// Besides the whole the values of each member; `a,b`: of each pair. Several give each.
    #[arg(long, value_name = "DIMENSION")]
    pub by_dimension: Vec<String>,

    #[command(flatten)]
    pub slice: SliceArgs,

    /// Instead of the design's.
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,

    /// Colours of the page; `auto`: as the reader's system has it.
    #[arg(long, value_enum, default_value_t, value_name = "THEME")]
    pub theme: graph::Theme,

    #[command(flatten)]
    pub data: DataArgs,
}

impl Contents {
    pub fn request(&self, design: &Design) -> Result<EvalRequest, Failure> {
        let periods = match &self.period {
            Some(text) => Periods::One(request::period(design, text)?),
            None => Periods::Latest,
        };
        Ok(EvalRequest {
            history: self.history.map_or_else(|| usual_history(periods.grain(design)), usize::from),
            periods,
            slice: self.slice.conditions(design)?,
            by: self.by_dimension.iter().map(|d| request::dimensions(design, d)).collect::<Result<_, _>>()?,
            as_of: self.data.as_of()?,
            ..EvalRequest::default()
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Html,
    Xlsx,
    Markdown,
}

impl Format {
    pub fn of(path: &Path) -> Result<Format, Failure> {
        match extension(path).as_str() {
            "html" | "htm" => Ok(Format::Html),
            "xlsx" => Ok(Format::Xlsx),
            "md" | "markdown" => Ok(Format::Markdown),
            _ => Err(Failure::usage(say!(
                "no report goes by the extension of `{}`",
                "由 `{}` 的扩展名看不出报告的格式",
                path.to_string_lossy()
            ))
            .help(say!("use `.html`, `.xlsx` or `.md`", "用 `.html`、`.xlsx` 或 `.md`"))),
        }
    }

    pub fn rendered(self, report: &Report<'_>, theme: Theme) -> Result<Vec<u8>, Failure> {
        match self {
            Format::Html => Ok(html::render(report, theme).into_bytes()),
            Format::Markdown => Ok(markdown::render(report).into_bytes()),
            Format::Xlsx => xlsx::render(report)
                .map_err(|error| Failure::usage(format!("the workbook could not be written: {error}"))),
        }
    }
}

pub fn run(args: &ReportArgs, ui: &Ui) -> Result<Exit, Failure> {
    let outputs: Vec<(PathBuf, Format)> =
        args.output.iter().map(|path| Ok((path.clone(), Format::of(path)?))).collect::<Result<_, Failure>>()?;
    let loaded = match super::load_sound(&args.path, ui)? {
        Ok(loaded) => loaded,
        Err(exit) => return Ok(exit),
    };
    let bound = match args.of.data.bound(&loaded, ui) {
        Ok(bound) => bound,
        Err(exit) => return Ok(exit),
    };
    let design = bound.as_ref();
    let asked = args.of.request(design)?;
    let lang = ui.lang(&loaded);
    let options = args.of.data.options();
    let made = ui.while_working("evaluating", &options.progress, || {
        loaded.report(design, &options, &asked, args.of.title.as_deref(), lang)
    });
    let report = match made {
        Ok(report) => report,
        Err(errors) => return Ok(super::data::report(&loaded, ui, &errors)),
    };
    if report.results.periods.is_empty() {
        return Err(Failure::usage(say!(
            "there is no data whose latest period could be taken",
            "没有数据，得不出最近的期间"
        ))
        .help(say!("name one: `--period 2026-06`", "写明期间：`--period 2026-06`")));
    }
    let whole: Vec<(PathBuf, Vec<u8>)> = outputs
        .into_iter()
        .map(|(path, format)| Ok((path, format.rendered(&report, args.of.theme.into())?)))
        .collect::<Result<_, Failure>>()?;
    write_files(&whole)?;
    for notice in &report.results.notices {
        ui.say(&format!("note: {}\n", crate::render::text::visible(&words::notice(notice, lang))));
    }
    Ok(Exit::Done)
}
