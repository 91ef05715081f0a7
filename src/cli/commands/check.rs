use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::output::{extension, write_files};
use crate::cli::ui::{Exit, Failure, Ui};
use crate::config::Profile;
use crate::lint;
use crate::render::diagnostics::{Report, concise, human, json, smart};
use crate::render::text::Paint;
use crate::render::words::Lang;
use crate::value::calendar::{Date, parse_date};
use crate::workspace::{self, Loaded};

/// Diagnostics shown at most where nothing else is asked for; machines get all.
const SHOWN: usize = 100;

/// Check designs for errors, and judge them by the rules. Reads no data.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Folders or `.kpi` files.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// How diagnostics look.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<CheckFormat>,

    /// Write to a file instead of stdout; its extension picks the format where `--format` does not.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Show at most this many diagnostics; 0: all. Else 100, in `json` all.
    #[arg(long, value_name = "N")]
    pub max: Option<usize>,

    /// Which rules to judge by: else as `kpi.toml` says, else `recommended`.
    #[arg(long, value_enum, value_name = "PROFILE")]
    pub profile: Option<ProfileChoice>,

    /// Rules to judge by besides: codes, beginnings of codes (`S`), or names.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub select: Vec<String>,

    /// Rules to leave out.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub ignore: Vec<String>,

    /// What else than errors makes the exit code 1.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub deny: Option<Denied>,

    /// The day to judge dates by, such as `2026-06-30`, or `today`; without it, rules about what is past are not judged.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub as_of: Option<Date>,

    /// Show the SMART line of every indicator: `✓` passed, `✗` failed, `?` not judged.
    #[arg(long)]
    pub smart: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProfileChoice {
    /// Rules that find errors and warnings.
    Recommended,
    /// All rules.
    Strict,
    /// All, and what pay and appraisal depend on: weights, scores, independence.
    Appraisal,
    /// Rules that find errors.
    Draft,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Denied {
    Warnings,
}

/// A date, or `today`: with it, and only with it, the program reads a clock.
fn day(text: &str) -> Result<Date, String> {
    match text {
        "today" => Ok(jiff::Zoned::now().date()),
        _ => parse_date(text),
    }
}

impl CheckArgs {
    fn rules(&self) -> Result<lint::Options, Failure> {
        let options = lint::Options {
            profile: self.profile.map(|profile| match profile {
                ProfileChoice::Recommended => Profile::Recommended,
                ProfileChoice::Strict => Profile::Strict,
                ProfileChoice::Appraisal => Profile::Appraisal,
                ProfileChoice::Draft => Profile::Draft,
            }),
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            as_of: self.as_of,
        };
        match options.unknown() {
            None => Ok(options),
            Some(unknown) => {
                let near = unknown.near.map(|near| format!("did you mean `{near}`?"));
                Err(Failure::usage(format!("there is no rule `{}`", unknown.written))
                    .help(near.unwrap_or_else(|| "`kpi rule` lists all rules".to_string())))
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// With the lines of the design.
    Human,
    /// One line a diagnostic.
    Concise,
    /// For programs; see `kpi schema check`.
    Json,
}

impl CheckFormat {
    fn of_extension(extension: &str) -> Option<CheckFormat> {
        match extension {
            "json" => Some(CheckFormat::Json),
            "txt" => Some(CheckFormat::Human),
            _ => None,
        }
    }
}

pub fn run(args: &CheckArgs, ui: &Ui) -> Result<Exit, Failure> {
    let format = match (args.format, &args.output) {
        (Some(format), _) => format,
        (None, None) => CheckFormat::Human,
        (None, Some(path)) => CheckFormat::of_extension(&extension(path)).ok_or_else(|| {
            Failure::usage(format!("no format goes by the extension of `{}`", path.to_string_lossy()))
                .help("name one with `--format human`, `concise` or `json`")
        })?,
    };
    let options = args.rules()?;
    let mut designs = load_all(&args.paths)?;
    for design in &mut designs {
        design.lint(&options, None);
        if ui.diagnostics_lang() == Lang::Zh {
            design.speak_chinese();
        }
    }
    let max = match (args.max, format) {
        (Some(0), _) | (None, CheckFormat::Json) => None,
        (Some(max), _) => Some(max),
        (None, CheckFormat::Human | CheckFormat::Concise) => Some(SHOWN),
    };
    let report = Report { sections: designs.iter().map(Loaded::section).collect(), max };
    let to_file = args.output.is_some();
    let text = match format {
        CheckFormat::Human => {
            let paint = if to_file { Paint::default() } else { ui.paint };
            let columns = if to_file { None } else { ui.columns() };
            let smart = if args.smart { smart::render(&report, paint) } else { String::new() };
            smart + &human::render(&report, human::Options { paint, columns })
        }
        CheckFormat::Concise => concise::render(&report),
        CheckFormat::Json => json::render(&report),
    };
    let counts = report.counts();
    match &args.output {
        Some(path) => {
            write_files(&[(path.clone(), text.into_bytes())])?;
            ui.say(&format!("{}\n", counts.sentence()));
        }
        None => {
            ui.print(&text)?;
            if format == CheckFormat::Concise {
                ui.say(&format!("{}\n", counts.sentence()));
            }
        }
    }
    let unreadable = designs.iter().any(Loaded::has_input_errors);
    Ok(match counts.errors {
        0 if counts.warnings > 0 && args.deny == Some(Denied::Warnings) => Exit::Findings,
        0 => Exit::Done,
        _ if unreadable => Exit::Usage,
        _ => Exit::Findings,
    })
}

/// All designs at all paths, each once.
pub fn load_all(paths: &[PathBuf]) -> Result<Vec<Loaded>, Failure> {
    let mut places = Vec::new();
    for path in paths {
        let found = workspace::find(path).map_err(Failure::usage)?;
        if found.is_empty() {
            let message = format!("there is no `.kpi` file in `{}`", path.to_string_lossy());
            return Err(Failure::usage(message));
        }
        places.extend(found);
    }
    let mut seen = std::collections::BTreeSet::new();
    places.retain(|p| seen.insert((p.folder.canonicalize().unwrap_or_else(|_| p.folder.clone()), p.files.clone())));
    Ok(places.into_iter().map(workspace::load).collect())
}
