use std::path::PathBuf;

use clap::ValueEnum;
use regex::Regex;

use crate::cli::ui::{Exit, Failure, Ui};
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

    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: TestFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    #[default]
    Human,
    Json,
}

pub fn run(args: &TestArgs, ui: &Ui) -> Result<Exit, Failure> {
    let designs = super::check::load_all(&args.paths)?;
    let sound: Vec<&Loaded> = designs.iter().filter(|l| !l.has_errors()).collect();
    for broken in designs.iter().filter(|l| l.has_errors()) {
        ui.say_diagnostics(&broken.shown, &broken.sources, broken.diagnostics());
    }
    let wanted = |title: &str| args.filter.as_ref().is_none_or(|re| re.is_match(title));
    let tested: Vec<(&Loaded, Vec<Tested<'_>>)> = ui.while_working("testing", || {
        sound.into_iter().map(|loaded| (loaded, loaded.run_tests(wanted, None))).collect()
    });
    let suites: Vec<Suite<'_>> =
        tested.iter().map(|(loaded, tested)| Suite::new(&loaded.shown, &loaded.sources, tested)).collect();
    ui.print(&match args.format {
        TestFormat::Human => tested::human(&suites, human::Options { paint: ui.paint, columns: ui.columns() }),
        TestFormat::Json => tested::json(&suites),
    })?;
    let sound = designs.iter().all(|l| !l.has_errors());
    Ok(if sound && suites.iter().all(Suite::passed) { Exit::Done } else { Exit::Findings })
}
