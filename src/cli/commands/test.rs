use std::path::PathBuf;

use clap::ValueEnum;
use regex::Regex;

use crate::cli::ui::{Exit, Failure, Ui};
use crate::diagnostic::say;
use crate::render::diagnostics::human;
use crate::render::tested::{self, Suite};
use crate::testing::Tested;
use crate::workspace::Loaded;

/// Run the `test` blocks of designs.
#[derive(Debug, clap::Args)]
pub struct TestArgs {
    /// Folders or `.kpi` files.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// Only tests whose title matches this regular expression.
    #[arg(long, value_name = "RE")]
    pub filter: Option<Regex>,

    /// Say what the tests reach: indicators, measures, ways through `if` and `otherwise` (in computed fields: those that a
    /// row goes), targets by which an expected status is judged.
    #[arg(long)]
    pub coverage: bool,

    /// With `--coverage`: exit with 1 where the tests reach less than this percentage.
    #[arg(long, value_name = "PCT", requires = "coverage", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub at_least: Option<u8>,

    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: TestFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    #[default]
    Human,
    /// For programs; see `kpi schema test`.
    Json,
    /// JUnit XML.
    Junit,
}

pub fn run(args: &TestArgs, ui: &Ui) -> Result<Exit, Failure> {
    let designs = super::check::load_all(&args.paths)?;
    let sound: Vec<&Loaded> = designs.iter().filter(|l| !l.has_errors()).collect();
    for broken in designs.iter().filter(|l| l.has_errors()) {
        ui.say_diagnostics(&broken.shown, &broken.sources, broken.diagnostics());
    }
    let wanted = |title: &str| args.filter.as_ref().is_none_or(|re| re.is_match(title));
    let tested: Vec<(&Loaded, Vec<Tested<'_>>)> = ui.while_working("testing", &Default::default(), || {
        sound.into_iter().map(|loaded| (loaded, loaded.run_tests(wanted, None))).collect()
    });
    let suites = tested.iter().map(|(loaded, tested)| {
        let suite = Suite::new(&loaded.shown, &loaded.sources, tested);
        if args.coverage { suite.with_coverage(loaded.coverage(wanted)) } else { suite }
    });
    let suites: Vec<Suite<'_>> =
        ui.while_working("looking at what tests reach", &Default::default(), || suites.collect());
    let lang = ui.diagnostics_lang();
    ui.print(&match args.format {
        TestFormat::Human => {
            tested::human(&suites, human::Options { paint: ui.paint, columns: ui.columns() }, lang)
                + &tested::coverage(&suites, ui.paint, lang)
        }
        TestFormat::Json => tested::json(&suites, lang),
        TestFormat::Junit => tested::junit(&suites, lang),
    })?;
    let enough = match (tested::share(&suites), args.at_least) {
        (Some((reached, total)), Some(least)) if reached * 100 < usize::from(least) * total => {
            let percent = tested::percent(reached, total);
            let too_little = say!(
                "the tests reach {percent}%, less than the {least}% that are asked for\n",
                "测试覆盖率为 {percent}%，低于要求的 {least}%\n",
            );
            ui.say(too_little.get(lang));
            false
        }
        _ => true,
    };
    let sound = designs.iter().all(|l| !l.has_errors());
    Ok(if sound && enough && suites.iter().all(Suite::passed) { Exit::Done } else { Exit::Findings })
}
