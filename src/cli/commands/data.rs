//! Where the data of a design is read from, as `eval` and `explain` share it.

use std::borrow::Cow;
use std::path::PathBuf;

use super::request;
use crate::cli::ui::{Exit, Failure, Ui};
use crate::design::Design;
use crate::diagnostic::Diagnostic;
use crate::value::calendar::Date;
use crate::workspace::{DataOptions, Loaded};

#[derive(Debug, clap::Args)]
pub struct DataArgs {
    /// The last day that data is taken from; else the latest that any source has.
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<String>,

    /// Take sources from where `[binding.NAME.…]` in `kpi.toml` says.
    #[arg(long, value_name = "NAME")]
    pub binding: Option<String>,

    /// Read data below this folder instead of the design's.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Allow data in this folder, though it is outside the design's.
    #[arg(long, value_name = "DIR")]
    pub allow_data: Vec<PathBuf>,

    /// Threads at most; else one a core. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

impl DataArgs {
    pub fn as_of(&self) -> Result<Option<Date>, Failure> {
        self.as_of.as_deref().map(request::day).transpose()
    }

    pub fn options(&self) -> DataOptions {
        DataOptions {
            data_dir: self.data_dir.clone(),
            allow: self.allow_data.clone(),
            threads: self.threads.map(usize::from),
            progress: Default::default(),
        }
    }
}

impl DataArgs {
    /// The design with the sources of `--binding`; a wrong configuration is said, and there is only an exit code.
    pub fn bound<'d>(&self, loaded: &'d Loaded, ui: &Ui) -> Result<Cow<'d, Design>, Exit> {
        let Some(binding) = &self.binding else { return Ok(Cow::Borrowed(loaded.design())) };
        loaded.bound(binding).map(Cow::Owned).map_err(|errors| {
            ui.say_diagnostics(&loaded.shown, &loaded.sources, &errors);
            Exit::Usage
        })
    }
}

/// Says what is wrong with the data.
pub fn report(loaded: &Loaded, ui: &Ui, errors: &[Diagnostic]) -> Exit {
    ui.say_diagnostics(&loaded.shown, &loaded.sources, errors);
    Exit::Data
}
