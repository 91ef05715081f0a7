//! The program `kpi`: from arguments to an exit code.

mod args;
mod commands;
mod output;
mod ui;

use std::ffi::OsString;
use std::io::Write;

use clap::Parser;

pub use args::markdown as reference;
pub use ui::{Exit, Failure, Ui};

/// Nested formulas are read by recursion (at most 256 deep); unoptimised builds have large frames.
const STACK: usize = 64 << 20;

/// Runs the program on arguments (the first is its name) and gives the process's exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    std::panic::set_hook(Box::new(report_defect));
    output::end_when_interrupted();
    let args: Vec<OsString> = args.into_iter().collect();
    guarded(move || run(args)) as u8
}

/// Runs on a thread with a deep stack; a panic there is a defect, of which the hook has said what there is to say.
fn guarded(work: impl FnOnce() -> Exit + Send + 'static) -> Exit {
    let run = std::thread::Builder::new().name("kpi".to_string()).stack_size(STACK).spawn(work);
    match run.map(|thread| thread.join()) {
        Ok(Ok(exit)) => exit,
        Ok(Err(_)) => Exit::Defect,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: cannot start: {error}");
            Exit::Usage
        }
    }
}

/// A panic is a defect of the program, never of the design.
fn report_defect(info: &std::panic::PanicHookInfo<'_>) {
    #[cfg(feature = "engine")]
    if crate::data::is_guarded() {
        return;
    }
    let place = info.location().map(|l| format!(" at {}:{}", l.file(), l.line())).unwrap_or_default();
    let what = info
        .payload()
        .downcast_ref::<&str>()
        .map(|s| s.to_string())
        .or_else(|| info.payload().downcast_ref::<String>().cloned())
        .unwrap_or_default();
    let _ = writeln!(
        std::io::stderr(),
        "kpi {} has failed by a defect of its own{place}: {}\n\
         Please report this, with the design that caused it and the command that you gave. Nothing was written.",
        env!("CARGO_PKG_VERSION"),
        crate::render::text::visible(&what),
    );
}

fn run(args: Vec<OsString>) -> Exit {
    let args = match args::Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            // Help and version are results, anything else is a wrong usage.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            let _ = error.print();
            return exit;
        }
    };
    // Worker threads read files and parse: they need the same stack. A pool that stands already is a pool all the same.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(args.command.threads()).stack_size(STACK).build_global();
    let ui = Ui::new(&args.global);
    match commands::run(args.command, &ui) {
        Ok(exit) => exit,
        Err(failure) => ui.fail(&failure),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_panic_is_a_defect() {
        assert_eq!(guarded(|| panic!("as if something were wrong")), Exit::Defect);
        assert_eq!(guarded(|| Exit::Missed) as u8, 99);
        assert_eq!(Exit::Defect as u8, 101);
    }
}
