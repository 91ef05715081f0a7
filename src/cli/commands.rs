//! One command, one file.

pub mod check;
pub mod code;
pub mod rule;
#[cfg(feature = "engine")]
pub mod data;
#[cfg(feature = "engine")]
pub mod eval;
#[cfg(feature = "engine")]
pub mod explain;
pub mod fmt;
pub mod graph;
#[cfg(feature = "engine")]
pub mod report;
#[cfg(feature = "engine")]
pub mod request;
pub mod schema;
#[cfg(feature = "engine")]
pub mod test;
#[cfg(feature = "engine")]
pub mod watch;

use super::args::Command;
use super::ui::{Exit, Failure, Ui};

pub fn run(command: Command, ui: &Ui) -> Result<Exit, Failure> {
    match command {
        Command::Check(args) => check::run(&args, ui),
        #[cfg(feature = "engine")]
        Command::Eval(args) => eval::run(&args, ui),
        #[cfg(feature = "engine")]
        Command::Explain(args) => explain::run(&args, ui),
        #[cfg(feature = "engine")]
        Command::Report(args) => report::run(&args, ui),
        #[cfg(feature = "engine")]
        Command::Test(args) => test::run(&args, ui),
        #[cfg(feature = "engine")]
        Command::Watch(args) => watch::run(&args, ui),
        #[cfg(not(feature = "engine"))]
        Command::Eval(_) | Command::Explain(_) | Command::Report(_) | Command::Test(_) | Command::Watch(_) => {
            Err(Failure::usage(crate::diagnostic::say!(
                "this build of kpi only checks: it was built without the feature `engine`",
                "这个 kpi 只能检查：构建时没有启用 `engine`"
            ))
            .help(crate::diagnostic::say!(
                "build it with `cargo build --release` to evaluate",
                "要计算，用 `cargo build --release` 构建"
            )))
        }
        Command::Fmt(args) => fmt::run(&args, ui),
        Command::Code(args) => code::run(&args, ui),
        Command::Graph(args) => graph::run(&args, ui),
        Command::Rule(args) => rule::run(&args, ui),
        Command::Schema(args) => schema::run(&args, ui),
    }
}

/// The one design at a path, if it has no errors; else they are said, and there is only an exit code.
fn load_sound(path: &std::path::Path, ui: &Ui) -> Result<Result<crate::workspace::Loaded, Exit>, Failure> {
    let loaded = crate::workspace::load_path(path).map_err(Failure::usage)?;
    if !loaded.has_errors() {
        return Ok(Ok(loaded));
    }
    ui.say_diagnostics(&loaded.shown, &loaded.sources, loaded.diagnostics());
    let errors = loaded.diagnostics().iter().filter(|d| d.is_error()).count();
    let errors = crate::render::text::counted(errors, "error");
    ui.say(&format!("{errors}: a design with errors has no meaning to evaluate\n"));
    Ok(Err(if loaded.has_input_errors() { Exit::Usage } else { Exit::Findings }))
}
