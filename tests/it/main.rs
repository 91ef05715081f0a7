//! The one integration binary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod baseline;
mod check;
mod chinese;
mod ci;
mod cli;
#[cfg(feature = "engine")]
mod data;
mod docs;
#[cfg(feature = "engine")]
mod eval;
#[cfg(feature = "engine")]
mod examples;
mod fix;
mod format;
mod formats;
mod graph;
#[cfg(feature = "engine")]
mod history;
mod large;
mod lineage;
mod lint;
#[allow(clippy::unreachable, clippy::needless_range_loop, clippy::filter_next)]
#[cfg_attr(not(feature = "engine"), allow(dead_code))]
mod oracle;
#[cfg(feature = "engine")]
mod report;
#[cfg(feature = "engine")]
mod scorecard;
mod support;
mod syntax;
#[cfg(feature = "engine")]
mod tests;
#[cfg(feature = "engine")]
mod watch;

/// A file that is not listed here would never be compiled, and its tests would never fail.
#[test]
fn every_file_is_listed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let listed = include_str!("main.rs");
    for entry in std::fs::read_dir(folder).expect("tests/it") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let Some(module) = name.strip_suffix(".rs") else { continue };
        let line = format!("mod {module};");
        assert!(module == "main" || listed.lines().any(|l| l == line), "tests/it/main.rs lacks `{line}`");
    }
}
