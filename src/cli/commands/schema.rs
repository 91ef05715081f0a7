use clap::ValueEnum;

use crate::cli::ui::{Exit, Failure, Ui};
use crate::render::diagnostics::json as check;
use crate::render::picture::json as graph;
use crate::render::results::json as eval;

/// Print the JSON Schema of an output or of `kpi.toml`.
#[derive(Debug, clap::Args)]
pub struct SchemaArgs {
    #[arg(value_enum)]
    pub of: SchemaOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// `kpi test --format json`
    #[cfg(feature = "engine")]
    Test,
    /// `kpi eval --format json`; `#/$defs/Entry` is a line of `ndjson`
    Eval,
    /// `kpi.toml`
    Config,
    /// `kpi check --format json`
    Check,
    /// `kpi graph --format json`
    Graph,
}

pub fn run(args: &SchemaArgs, ui: &Ui) -> Result<Exit, Failure> {
    let schema = match args.of {
        SchemaOf::Eval => eval::schema(),
        #[cfg(feature = "engine")]
        SchemaOf::Test => crate::render::tested::schema(),
        SchemaOf::Config => crate::config::schema(),
        SchemaOf::Check => check::schema(),
        SchemaOf::Graph => graph::schema(),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(|e| Failure::usage(e.to_string()))?;
    ui.print(&(text + "\n"))?;
    Ok(Exit::Done)
}
