//! How long `kpi check` takes: the whole process, and parsing, the model and checking inside it.
//!
//! ```text
//! cargo bench --no-default-features --bench check
//! ```
//!
//! The whole process has a limit, which fails the run. What counts is the fastest of several runs, since what else the
//! machine does only ever adds; the medians stand beside it. Inside the process all is measured on one thread, while `kpi`
//! parses on all.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod generate;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use fishbone::diagnostic::Diagnostics;
use fishbone::model::Model;
use fishbone::source::Sources;
use fishbone::{check, syntax};

const RUNS: usize = 15;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a temporary folder");
    println!("fastest of {RUNS} runs (median), in ms");
    println!(
        "{:>10} {:>6} {:>18} {:>6} {:>18} {:>18} {:>18}",
        "indicators", "KiB", "whole process", "limit", "parse", "model", "check"
    );
    let mut held = true;
    for (indicators, files, limit) in [(500, 10, 60.0), (10_000, 50, 1200.0)] {
        let design = folder.path().join(indicators.to_string());
        generate::design(&design, indicators, files).expect("the generated design");
        let whole = times(|| {
            let said = Command::new(env!("CARGO_BIN_EXE_kpi"))
                .args(["check", "--format", "concise"])
                .arg(&design)
                .output()
                .expect("kpi runs");
            assert!(said.status.success(), "the generated design must check without errors: {said:?}");
        });
        let sources = Sources::new(texts(&design));
        let bytes: usize = sources.iter().map(|file| file.text.len()).sum();
        assert!(bytes >= 450 * indicators, "the generated indicators are too short");
        let parse = times(|| sources.iter().map(syntax::parse).collect::<Vec<_>>());
        let parses: Vec<_> = sources.iter().map(syntax::parse).collect();
        let files: Vec<_> = sources.iter().zip(&parses).collect();
        let model = times(|| {
            let mut sink = Diagnostics::default();
            let model = Model::new(&files, &mut sink);
            black_box(&sink);
            model.indicators.len()
        });
        let check = times(|| check::check(&files));
        println!(
            "{indicators:>10} {:>6} {whole:>18} {limit:>6} {parse:>18} {model:>18} {:>18}",
            bytes / 1024,
            check.minus(&model),
        );
        held &= whole.fastest * 1e3 <= limit;
    }
    if !held {
        println!("a limit is broken");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// In seconds.
struct Times {
    fastest: f64,
    median: f64,
}

impl Times {
    /// Without a part that was measured by itself.
    fn minus(&self, part: &Times) -> Times {
        Times { fastest: self.fastest - part.fastest, median: self.median - part.median }
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{:.1} ({:.1})", self.fastest * 1e3, self.median * 1e3))
    }
}

fn times<T>(mut run: impl FnMut() -> T) -> Times {
    let mut all: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let result = run();
            let took = start.elapsed();
            drop(black_box(result));
            took
        })
        .collect();
    all.sort();
    Times { fastest: all[0].as_secs_f64(), median: all[RUNS / 2].as_secs_f64() }
}

fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("the folder").map(|e| e.expect("an entry").path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            (name, std::fs::read_to_string(&path).expect("a design file"))
        })
        .collect()
}
