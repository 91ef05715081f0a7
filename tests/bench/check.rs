//! How long `kpi check` takes: the whole process, and parsing and checking inside it.
//!
//! ```text
//! cargo bench --no-default-features --bench check
//! ```

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod generate;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 15;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    println!(
        "{:>10} {:>8} {:>22} {:>12} {:>12} {:>12}",
        "indicators", "KiB", "whole process", "parse", "check", "limit"
    );
    for (indicators, files, limit) in [(500, 10, 60), (10_000, 50, 1200)] {
        let design = folder.path().join(indicators.to_string());
        generate::design(&design, indicators, files).expect("the generated design");
        let texts = texts(&design);
        let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
        let whole = times(|| {
            let status = Command::new(env!("CARGO_BIN_EXE_kpi"))
                .args(["check", "--format", "concise"])
                .arg(&design)
                .stdout(Stdio::null())
                .status()
                .expect("kpi runs");
            assert!(status.success(), "the generated design must check without errors");
        });
        let parse = times(|| {
            let sources = fishbone::source::Sources::new(texts.clone());
            std::hint::black_box(sources.iter().map(fishbone::syntax::parse).collect::<Vec<_>>());
        });
        let all = times(|| {
            std::hint::black_box(fishbone::load_texts(texts.clone()));
        });
        println!(
            "{indicators:>10} {:>8} {:>10} (max {:>4}) {:>12} {:>12} {:>9} ms",
            bytes / 1024,
            show(whole.median),
            show(whole.max),
            show(parse.median),
            show(all.median.saturating_sub(parse.median)),
            limit
        );
    }
}

struct Times {
    median: Duration,
    max: Duration,
}

fn times(mut run: impl FnMut()) -> Times {
    let mut all: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    all.sort();
    Times { median: all[RUNS / 2], max: all[RUNS - 1] }
}

fn show(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
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
