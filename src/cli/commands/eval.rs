use crate::diagnostic::say;
use std::path::PathBuf;

use clap::ValueEnum;

use super::data::DataArgs;
use super::request::{self, SliceArgs};
use crate::cli::output::{extension, write_files};
use crate::cli::ui::{Exit, Failure, Ui};
use crate::design::Design;
use crate::evaluate::{EvalRequest, Periods, usual_history};
use crate::render::results::{Look, Shown, csv, json, markdown, ndjson, parquet, table};
use crate::render::words;
use crate::results::{Results, Row, Status, SubjectId};

/// Compute values, statuses and scores.
#[derive(Debug, clap::Args)]
pub struct EvalArgs {
    /// A folder or a `.kpi` file.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,

    /// Only these indicators, measures, factors, objectives.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub only: Vec<String>,

    /// Measures too.
    #[arg(long)]
    pub measures: bool,

    /// Such as `2026`, `2026-Q2`, `2026-06`, `2026-W05`, `FY2026`; else the latest that has ended.
    #[arg(long, value_name = "PERIOD", conflicts_with_all = ["from", "to", "by"])]
    pub period: Option<String>,

    /// With `--to`: every period of the grain whose last day lies between the two, both included.
    #[arg(long, value_name = "DAY|PERIOD", requires = "to")]
    pub from: Option<String>,

    #[arg(long, value_name = "DAY|PERIOD", requires = "from")]
    pub to: Option<String>,

    /// `day`, `week`, `month`, `quarter`, `half`, `year`; else that of `--from`.
    #[arg(long, value_name = "GRAIN", requires = "from")]
    pub by: Option<String>,

    #[command(flatten)]
    pub slice: SliceArgs,

    /// Besides the whole a line for each member; `a,b`: for each pair. Several give each.
    #[arg(long, value_name = "DIMENSION")]
    pub by_dimension: Vec<String>,

    /// How many periods before it the trend in the table of one period shows, 0 for none; else those that make, with it,
    /// 14 days, 13 weeks, 12 months, 8 quarters, 6 halves or years.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=366))]
    pub history: Option<u16>,

    #[command(flatten)]
    pub data: DataArgs,

    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<EvalFormat>,

    /// Write to files instead of stdout; the extension picks the format (`.txt`, `.json`, `.ndjson`, `.csv`, `.md`, `.parquet`).
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,

    /// Exit with 99 where an indicator is off target; `at-risk`: or at risk; `no-data`: with 3 where one has no value.
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        num_args = 0..=1,
        require_equals = true,
        value_delimiter = ',',
        default_missing_value = "off-target"
    )]
    pub gate: Vec<Gate>,

    /// Words instead of marks in tables.
    #[arg(long)]
    pub ascii: bool,

    /// Columns of tables; else those of the terminal, and in a pipe nothing is cut.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..))]
    pub width: Option<u16>,

    /// Say on stderr how each source was read.
    #[arg(short, long)]
    pub verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EvalFormat {
    /// For people.
    Table,
    /// Everything; see `kpi schema eval`.
    Json,
    /// One object a value.
    Ndjson,
    /// One row a value.
    Csv,
    Markdown,
    /// The columns of CSV with their types; into a file only.
    Parquet,
}

impl EvalFormat {
    fn of_extension(extension: &str) -> Option<EvalFormat> {
        Some(match extension {
            "txt" => EvalFormat::Table,
            "json" => EvalFormat::Json,
            "ndjson" | "jsonl" => EvalFormat::Ndjson,
            "csv" => EvalFormat::Csv,
            "md" | "markdown" => EvalFormat::Markdown,
            "parquet" => EvalFormat::Parquet,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Gate {
    OffTarget,
    AtRisk,
    NoData,
}

pub fn run(args: &EvalArgs, ui: &Ui) -> Result<Exit, Failure> {
    let outputs = outputs(args)?;
    if outputs.is_empty() && args.format == Some(EvalFormat::Parquet) {
        return Err(Failure::usage(say!("Parquet is no text to be printed", "Parquet 不是可以打印的文本"))
            .help(say!("write it to a file: `-o results.parquet`", "请写入文件：`-o results.parquet`")));
    }
    let loaded = match super::load_sound(&args.path, ui)? {
        Ok(loaded) => loaded,
        Err(exit) => return Ok(exit),
    };
    let design = loaded.design();
    let periods = request::periods(args, design)?;
    let asked = EvalRequest {
        history: history(args, &outputs, &periods, design)?,
        periods,
        only: args.only.iter().map(|n| request::subject(design, n)).collect::<Result<_, _>>()?,
        measures: args.measures,
        slice: args.slice.conditions(design)?,
        by: args.by_dimension.iter().map(|d| request::dimensions(design, d)).collect::<Result<_, _>>()?,
        as_of: args.data.as_of()?,
    };
    let bound = match args.data.bound(&loaded, ui) {
        Ok(bound) => bound,
        Err(exit) => return Ok(exit),
    };
    let options = args.data.options();
    let found = ui.while_working("evaluating", &options.progress, || loaded.evaluate_bound(&bound, &options, &asked));
    let results = match found {
        Ok(results) => results,
        Err(errors) => return Ok(super::data::report(&loaded, ui, &errors)),
    };
    if results.periods.is_empty() {
        return Err(match args.from {
            Some(_) => Failure::usage(say!(
                "no period of that grain ends between `--from` and `--to`",
                "在 `--from` 与 `--to` 之间没有这种粒度的期间结束"
            )),
            None => Failure::usage(say!(
                "there is no data whose latest period could be taken",
                "没有数据，得不出最近的期间"
            ))
            .help(say!("name one: `--period 2026-06`", "写明期间：`--period 2026-06`")),
        });
    }
    let shown = Shown { design, results: &results, lang: ui.lang(&loaded) };
    let look = |to_file: bool| Look {
        paint: if to_file { Default::default() } else { ui.paint },
        columns: match args.width {
            Some(width) => Some(width.into()),
            None if to_file => None,
            None => ui.columns(),
        },
        ascii: args.ascii,
    };
    if outputs.is_empty() {
        let text = rendered(args.format.unwrap_or(EvalFormat::Table), &shown, look(false))?;
        ui.print(&String::from_utf8_lossy(&text))?;
    } else {
        let whole: Vec<(PathBuf, Vec<u8>)> = outputs
            .into_iter()
            .map(|(path, format)| Ok((path, rendered(format, &shown, look(true))?)))
            .collect::<Result<_, Failure>>()?;
        write_files(&whole)?;
    }
    for notice in &results.notices {
        ui.say(&format!("note: {}\n", crate::render::text::visible(&words::notice(notice, shown.lang))));
    }
    if args.verbose {
        ui.say(&shown.data_report());
    }
    Ok(gate(&args.gate, &results, ui))
}

fn rendered(format: EvalFormat, shown: &Shown<'_>, look: Look) -> Result<Vec<u8>, Failure> {
    let text = match format {
        EvalFormat::Table => table::render(shown, look),
        EvalFormat::Json => json::render(shown),
        EvalFormat::Ndjson => ndjson::render(shown),
        EvalFormat::Csv => csv::render(shown),
        EvalFormat::Markdown => markdown::render(shown),
        EvalFormat::Parquet => {
            return parquet::render(shown)
                .map_err(|error| Failure::usage(say!("the file cannot be written: {error}", "无法写入文件：{error}")));
        }
    };
    Ok(text.into_bytes())
}

/// How many periods before it the trend of a single period takes: nothing else shows one.
fn history(
    args: &EvalArgs,
    outputs: &[(PathBuf, EvalFormat)],
    periods: &Periods,
    design: &Design,
) -> Result<usize, Failure> {
    let table = match outputs {
        [] => args.format.is_none_or(|f| f == EvalFormat::Table),
        files => files.iter().any(|(_, format)| *format == EvalFormat::Table),
    };
    let single = !matches!(periods, Periods::Between { .. }) && args.by_dimension.is_empty();
    match args.history {
        Some(count) if table && single && !args.ascii => Ok(count.into()),
        Some(_) => Err(Failure::usage(say!(
            "`--history` is shown as a trend, in the table of one period alone",
            "`--history` 以趋势显示，只用于单个期间的表格"
        ))
        .help(say!("for values of many periods use `--from` and `--to`", "多个期间的值用 `--from` 和 `--to`"))),
        None if table && single && !args.ascii => Ok(usual_history(periods.grain(design))),
        None => Ok(0),
    }
}

/// Each file with its format: by its extension, else by `--format`.
fn outputs(args: &EvalArgs) -> Result<Vec<(PathBuf, EvalFormat)>, Failure> {
    let format = |path: &PathBuf| {
        EvalFormat::of_extension(&extension(path)).or(args.format).ok_or_else(|| {
            Failure::usage(say!(
                "no format goes by the extension of `{}`",
                "由 `{}` 的扩展名看不出格式",
                path.to_string_lossy()
            ))
            .help(say!(
                "use `.txt`, `.json`, `.ndjson`, `.csv` or `.md`, or name one with `--format`",
                "用 `.txt`、`.json`、`.ndjson`、`.csv` 或 `.md`，或用 `--format` 写明"
            ))
        })
    };
    args.output.iter().map(|path| Ok((path.clone(), format(path)?))).collect()
}

/// What `--gate` makes of the indicators' statuses; missing data comes before missed targets.
fn gate(gates: &[Gate], results: &Results, ui: &Ui) -> Exit {
    if gates.is_empty() {
        return Exit::Done;
    }
    let indicators: Vec<&Row> = results.rows.iter().filter(|r| matches!(r.subject, SubjectId::Indicator(_))).collect();
    let having = |status: Status| indicators.iter().filter(|r| r.status == Some(status)).count();
    let missing = if gates.contains(&Gate::NoData) { having(Status::NoData) } else { 0 };
    let at_risk = if gates.contains(&Gate::AtRisk) { having(Status::AtRisk) } else { 0 };
    let off_target = having(Status::OffTarget);
    let told: Vec<String> = [(off_target, "off target"), (at_risk, "at risk"), (missing, "without data")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if !told.is_empty() {
        ui.say(&format!("gate: {}\n", told.join(", ")));
    }
    match (missing, off_target + at_risk) {
        (0, 0) => Exit::Done,
        (0, _) => Exit::Missed,
        _ => Exit::Data,
    }
}
