//! How long `kpi check` takes: the whole process, and parsing, the model, checking and the rules inside it.
//!
//! ```text
//! cargo bench --no-default-features --bench check
//! ```
//!
//! The whole process has a limit, which fails the run: one by the rules that find errors, one by all. What counts is the
//! fastest of several runs, since what else the machine does only ever adds; the medians stand beside it. Inside the
//! process files are parsed on one thread, by `kpi` on all. Last come the rules that take more than a tenth of the time.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod generate;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use fishbone::config::{Config, Profile};
use fishbone::diagnostic::Diagnostics;
use fishbone::lint::{self, Input, Options};
use fishbone::model::Model;
use fishbone::source::Sources;
use fishbone::{check, syntax};

const RUNS: usize = 15;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a temporary folder");
    println!("fastest of {RUNS} runs (median), in ms");
    let mut held = true;
    for (indicators, files, limits) in [(500, 10, [60.0, 90.0]), (10_000, 50, [1200.0, 2000.0])] {
        let design = folder.path().join(indicators.to_string());
        generate::design(&design, indicators, files).expect("the generated design");
        let whole = |profile: &str| {
            times(|| {
                let said = Command::new(env!("CARGO_BIN_EXE_kpi"))
                    .args(["check", "--format", "concise", "--profile", profile])
                    .arg(&design)
                    .output()
                    .expect("kpi runs");
                assert!(said.status.success(), "the generated design must check without errors: {said:?}");
            })
        };
        let wholes = [whole("draft"), whole("strict")];
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
        let checked = check::check(&files);
        let input = Input { files, checked: &checked, config: &Config::default(), facts: None };
        let rules = |ignore: Vec<String>| {
            let options = Options { profile: Some(Profile::Strict), ignore, ..Options::default() };
            times(|| lint::judge(&input, &options))
        };
        let all = rules(Vec::new());
        println!("\n{indicators} indicators, {} KiB", bytes / 1024);
        for ((whole, limit), rules) in wholes.iter().zip(limits).zip(["that find errors", "all"]) {
            println!("  whole process, rules: {rules:<18} {whole:>18}   limit {limit}");
            held &= whole.fastest * 1e3 <= limit;
        }
        for (what, took) in
            [("parse", &parse), ("model", &model), ("check, without the model", &check.minus(&model)), ("rules", &all)]
        {
            println!("  {what:<40} {took:>18}");
        }
        let codes: Vec<String> = lint::rules().map(|rule| rule.code.id.to_string()).collect();
        let none = rules(codes.clone());
        for code in &codes {
            let alone = rules(codes.iter().filter(|other| *other != code).cloned().collect()).minus(&none);
            if alone.fastest > 0.1 * wholes[1].fastest {
                println!("  rule {code:<35} {alone:>18}");
            }
        }
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
