use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::baseline::Baseline;
use crate::cli::output::{extension, write_files};
use crate::cli::ui::{Exit, Failure, Ui};
use crate::config::Profile;
use crate::diagnostic::{Applicability, Code, Diagnostic, Words, say};
use crate::fingerprint::Key;
use crate::lint;
use crate::render::diagnostics::{Report, concise, github, gitlab, human, json, junit, sarif, smart};
use crate::render::diff;
use crate::render::text::Paint;
use crate::render::words::check as words;
use crate::value::calendar::{Date, parse_date};
use crate::workspace::{self, Judging, Loaded, Mended, Place};

/// Diagnostics shown at most where nothing else is asked for; machines get all.
const SHOWN: usize = 100;

/// Check designs for errors, and judge them by the rules. Reads no data without `--data`.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Folders or `.kpi` files.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// Read the data, validate all of it, and judge by the rules that need it.
    #[arg(long)]
    pub data: bool,

    /// With `--data`: read data below this folder instead of the design's.
    #[arg(long, value_name = "DIR", requires = "data")]
    pub data_dir: Option<PathBuf>,

    /// With `--data`: allow data in this folder, though it is outside the design's.
    #[arg(long, value_name = "DIR", requires = "data")]
    pub allow_data: Vec<PathBuf>,

    /// With `--data`: threads at most; else one a core. The result does not depend on it.
    #[arg(long, value_name = "N", requires = "data", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,

    /// Make the fixes that leave the meaning as it is, then say what is left.
    #[arg(long)]
    pub fix: bool,

    /// With `--fix`: make also those that change what the design says; read what they did.
    #[arg(long, requires = "fix")]
    pub unsafe_fixes: bool,

    /// With `--fix`: write nothing, show what would change, and exit with 1 if anything would.
    #[arg(long, requires = "fix", conflicts_with_all = ["format", "output"])]
    pub diff: bool,

    /// Pass over the findings that this file knows: only what is new is told and counts.
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    pub baseline: Option<PathBuf>,

    /// Write the findings of this run to a file, for `--baseline`. Errors are not among them.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "format", "output"])]
    pub write_baseline: Option<PathBuf>,

    /// How diagnostics look.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<CheckFormat>,

    /// Write to a file instead of stdout; may be given several times. Its extension picks the format where `--format`
    /// does not: `.json`, `.sarif`, `.xml` (JUnit), `.txt`; `gl-code-quality-….json` is GitLab's.
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,

    /// Show at most this many diagnostics; 0: all, each in full. Else 100 in `human` and `concise`, in all others all.
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
        _ => parse_date(text).map_err(|why| why.en),
    }
}

impl CheckArgs {
    /// Fixes are made by the text, so that data is read once.
    #[cfg(feature = "engine")]
    fn judge(&self, design: &mut Loaded, options: &lint::Options, judging: Judging, ui: &Ui) {
        if self.data && judging == Judging::Whole {
            let data = workspace::DataOptions {
                data_dir: self.data_dir.clone(),
                allow: self.allow_data.clone(),
                threads: self.threads.map(usize::from),
                progress: Default::default(),
            };
            ui.while_working("checking", &data.progress, || design.lint_with_data(options, &data));
        } else {
            design.lint(options, None);
        }
    }

    #[cfg(not(feature = "engine"))]
    fn judge(&self, design: &mut Loaded, options: &lint::Options, _: Judging, _: &Ui) {
        design.lint(options, None);
    }

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
                let near = unknown.near.map(Words::meant);
                Err(Failure::usage(say!("there is no rule `{}`", "没有规则 `{}`", unknown.written))
                    .help(near.unwrap_or_else(|| say!("`kpi rule` lists all rules", "`kpi rule` 列出所有规则"))))
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
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML.
    Junit,
}

impl CheckFormat {
    /// The format that a file's name tells.
    fn of_name(path: &Path) -> Option<CheckFormat> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match extension(path).as_str() {
            "json" if name.starts_with("gl-code-quality") => Some(CheckFormat::Gitlab),
            "json" => Some(CheckFormat::Json),
            "sarif" => Some(CheckFormat::Sarif),
            "xml" => Some(CheckFormat::Junit),
            "txt" => Some(CheckFormat::Human),
            _ => None,
        }
    }

    /// For people, who can be shown too much.
    fn is_for_people(self) -> bool {
        matches!(self, CheckFormat::Human | CheckFormat::Concise)
    }
}

pub fn run(args: &CheckArgs, ui: &Ui) -> Result<Exit, Failure> {
    let outputs = outputs(args)?;
    if args.data && cfg!(not(feature = "engine")) {
        return Err(Failure::usage(say!(
            "this build of kpi reads no data: it was built without the feature `engine`",
            "这个 kpi 不读取数据：构建时没有启用 `engine`"
        ))
        .help(say!("build it with `cargo build --release`", "用 `cargo build --release` 构建")));
    }
    let options = args.rules()?;
    let lang = ui.diagnostics_lang();
    let mut baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
    let judge = |design: &mut Loaded, judging| args.judge(design, &options, judging, ui);
    let mut designs: Vec<Loaded> = if args.fix {
        let mended = mend(args, ui, judge)?;
        if args.diff {
            return Ok(if mended.iter().any(|m| !m.files.is_empty()) { Exit::Findings } else { Exit::Done });
        }
        mended.into_iter().map(|m| m.loaded).collect()
    } else {
        places(&args.paths)?
            .into_iter()
            .map(|place| {
                let mut design = workspace::load(place);
                judge(&mut design, Judging::Whole);
                design
            })
            .collect()
    };
    if let Some(path) = &args.write_baseline {
        return write_baseline(path, &designs, ui);
    }
    let mut known = 0;
    if let (Some(baseline), Some(path)) = (&mut baseline, &args.baseline) {
        known = designs.iter_mut().map(|design| pass_over(design, baseline)).sum();
        let judged =
            |key: &Key| designs.iter().filter_map(|d| d.judgement.as_ref()).any(|j| j.judged.contains(&&*key.code));
        let stale: Vec<(&Key, usize)> = baseline.left().filter(|(key, _)| judged(key)).collect();
        ui.say(&words::baseline_used(&path.to_string_lossy(), known, &stale, lang));
    }
    let mut report = Report { sections: designs.iter().map(Loaded::section).collect(), max: None, lang, known };
    let counts = report.counts();
    let mut write = |format: CheckFormat, to_file: bool| {
        report.max = match args.max {
            Some(0) => None,
            None if format.is_for_people() => Some(SHOWN),
            max => max,
        };
        match format {
            CheckFormat::Human => {
                let paint = if to_file { Paint::default() } else { ui.paint };
                let columns = if to_file { None } else { ui.columns() };
                let smart = if args.smart { smart::render(&report, paint) } else { String::new() };
                smart + &human::render(&report, human::Options { paint, columns })
            }
            CheckFormat::Concise => concise::render(&report),
            CheckFormat::Json => json::render(&report),
            CheckFormat::Github => github::render(&report),
            CheckFormat::Gitlab => gitlab::render(&report),
            CheckFormat::Sarif => sarif::render(&report),
            CheckFormat::Junit => junit::render(&report),
        }
    };
    if outputs.is_empty() {
        let format = args.format.unwrap_or(CheckFormat::Human);
        ui.print(&write(format, false))?;
        if matches!(format, CheckFormat::Concise | CheckFormat::Github) {
            ui.say(&format!("{}\n", words::sentence(counts, lang)));
        }
        if format.is_for_people() {
            // What a fix could not be made of is no longer offered.
            let left = |of, tried: bool| if tried { 0 } else { report.fixable(of) };
            let safe = left(Applicability::Safe, args.fix);
            ui.say(&words::can_be_fixed(safe, left(Applicability::Proposed, args.unsafe_fixes), lang));
        }
    } else {
        let files = outputs.into_iter().map(|(path, format)| (path, write(format, true).into_bytes()));
        write_files(&files.collect::<Vec<_>>())?;
        ui.say(&format!("{}\n", words::sentence(counts, lang)));
    }
    // What is wrong with data is an error of its own group.
    let of_data =
        args.data && designs.iter().flat_map(Loaded::diagnostics).any(|d| d.is_error() && d.code.id.starts_with("E08"));
    let unreadable = designs.iter().any(Loaded::has_input_errors);
    // The process ends here: to free millions of small pieces one by one would take a tenth of its time.
    std::mem::forget(designs);
    Ok(match counts.errors {
        0 if counts.warnings > 0 && args.deny == Some(Denied::Warnings) => Exit::Findings,
        0 => Exit::Done,
        _ if unreadable => Exit::Usage,
        _ if of_data => Exit::Data,
        _ => Exit::Findings,
    })
}

/// Makes the fixes of all designs, and writes them, or shows what they would be.
fn mend(args: &CheckArgs, ui: &Ui, judge: impl Fn(&mut Loaded, Judging)) -> Result<Vec<Mended>, Failure> {
    let applicability = if args.unsafe_fixes { Applicability::Proposed } else { Applicability::Safe };
    let mut mended = Vec::new();
    for place in places(&args.paths)? {
        let one = workspace::mend(&place, applicability, &judge);
        if !args.diff {
            let files = one.files.iter().map(|f| (f.path.clone(), f.after.clone().into_bytes()));
            write_files(&files.collect::<Vec<_>>())?;
        }
        mended.push(one);
    }
    let mut fixed: BTreeMap<Code, usize> = BTreeMap::new();
    for (code, count) in mended.iter().flat_map(|m| &m.fixed) {
        *fixed.entry(*code).or_default() += count;
    }
    if args.diff {
        let files = mended.iter().flat_map(|m| &m.files);
        let shown = files.map(|f| diff::unified(&f.shown, &f.before, &f.after, ui.paint, ui.columns().is_some()));
        ui.print(&shown.collect::<String>())?;
    }
    let unsettled = mended.iter().any(|m| m.unsettled);
    ui.say(&words::fixed(&fixed, args.diff, unsettled, ui.diagnostics_lang()));
    Ok(mended)
}

/// What a baseline may know: findings of rules, never errors.
fn of_rule(diagnostic: &Diagnostic) -> bool {
    lint::rule(diagnostic.code.id).is_some()
}

fn read_baseline(path: &Path) -> Result<Baseline, Failure> {
    let shown = path.to_string_lossy();
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::usage(say!("cannot read `{shown}`: {e}", "无法读取 `{shown}`：{e}")))?;
    let baseline = Baseline::read(&text).map_err(|why| {
        Failure::usage(say!("`{shown}` is no baseline: {why}", "`{shown}` 不是存量文件：{why}"))
            .help(say!("write one with `kpi check --write-baseline`", "用 `kpi check --write-baseline` 写出"))
    })?;
    let gone = baseline.codes().find(|code| lint::rule(code).is_none()).map(str::to_string);
    match gone {
        None => Ok(baseline),
        Some(code) => Err(Failure::usage(say!(
            "`{shown}` names a rule that there is not: `{code}`",
            "`{shown}` 里有不存在的规则 `{code}`"
        ))
        .help(say!(
            "`kpi rule` lists all; `kpi check --write-baseline` writes the file anew",
            "`kpi rule` 列出所有规则；`kpi check --write-baseline` 重新写出文件"
        ))),
    }
}

fn write_baseline(path: &Path, designs: &[Loaded], ui: &Ui) -> Result<Exit, Failure> {
    let all = || designs.iter().flat_map(|l| l.diagnostics().iter().map(move |d| (l, d)));
    let findings = all().filter(|(_, d)| of_rule(d));
    let baseline: Baseline = findings.map(|(l, d)| Key::new(d, &l.sources, &l.parses)).collect();
    let errors = all().filter(|(_, d)| !of_rule(d) && d.is_error()).count();
    write_files(&[(path.to_path_buf(), baseline.write().into_bytes())])?;
    let lang = ui.diagnostics_lang();
    ui.say(&words::baseline_written(&path.to_string_lossy(), baseline.findings(), errors, lang));
    Ok(if errors > 0 { Exit::Findings } else { Exit::Done })
}

/// Takes out of a design's diagnostics what a baseline knows, and says how many.
fn pass_over(design: &mut Loaded, baseline: &mut Baseline) -> usize {
    let Loaded { sources, parses, checked, .. } = design;
    let before = checked.diagnostics.len();
    checked.diagnostics.retain(|d| !of_rule(d) || !baseline.knows(&Key::new(d, sources, parses)));
    before - checked.diagnostics.len()
}

/// The files to write, each with its format.
fn outputs(args: &CheckArgs) -> Result<Vec<(PathBuf, CheckFormat)>, Failure> {
    let format = |path: &PathBuf| {
        args.format.or_else(|| CheckFormat::of_name(path)).ok_or_else(|| {
            Failure::usage(say!(
                "no format goes by the name of `{}`",
                "由 `{}` 的名称看不出格式",
                path.to_string_lossy()
            ))
            .help(say!(
                "name one with `--format`: `human`, `concise`, `json`, `github`, `gitlab`, `sarif` or `junit`",
                "用 `--format` 写明：`human`、`concise`、`json`、`github`、`gitlab`、`sarif` 或 `junit`"
            ))
        })
    };
    args.output.iter().map(|path| Ok((path.clone(), format(path)?))).collect()
}

/// All designs at all paths, each once.
fn places(paths: &[PathBuf]) -> Result<Vec<Place>, Failure> {
    let mut places = Vec::new();
    for path in paths {
        let found = workspace::find(path).map_err(Failure::usage)?;
        if found.is_empty() {
            let message = say!("there is no `.kpi` file in `{}`", "`{}` 里没有 `.kpi` 文件", path.to_string_lossy());
            return Err(Failure::usage(message));
        }
        places.extend(found);
    }
    let mut seen = BTreeSet::new();
    places.retain(|p| seen.insert((p.folder.canonicalize().unwrap_or_else(|_| p.folder.clone()), p.files.clone())));
    Ok(places)
}

/// All designs at all paths, each once, read and checked.
#[cfg(feature = "engine")]
pub fn load_all(paths: &[PathBuf]) -> Result<Vec<Loaded>, Failure> {
    Ok(places(paths)?.into_iter().map(workspace::load).collect())
}
