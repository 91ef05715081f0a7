//! The commands of docs/ci.md and of the hooks do what is said of them.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{Ran, kpi, root, write};

/// The lines of the code blocks that run the program, without what stands around the command.
fn commands() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("docs/ci.md")).expect("docs/ci.md");
    let mut code = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            code = !code;
        }
        let line = line.trim().trim_start_matches("- ").trim_start_matches("run: ");
        if code && line.starts_with("kpi ") && !line.ends_with(':') {
            found.push(line.to_string());
        }
    }
    assert!(found.len() > 8, "{found:?}");
    found
}

/// Runs a command as a shell would; None: this build lacks it.
fn run(folder: &Path, command: &str) -> Option<Ran> {
    let (command, file) = match command.split_once(" > ") {
        Some((command, file)) => (command, Some(file)),
        None => (command, None),
    };
    let args: Vec<&str> = command.split_whitespace().skip(1).collect();
    if cfg!(not(feature = "engine")) && args[0] == "test" {
        return None;
    }
    let ran = kpi(folder, &args);
    if let Some(file) = file {
        write(folder, file, &ran.stdout);
    }
    Some(ran)
}

fn example() -> tempfile::TempDir {
    let here = tempfile::tempdir().expect("a folder");
    let design = std::fs::read_to_string(root().join("examples/support/support.kpi")).expect("an example");
    write(here.path(), "support.kpi", design);
    here
}

#[test]
fn the_commands_pass_a_sound_design() {
    let here = example();
    for command in commands() {
        let Some(ran) = run(here.path(), &command) else { continue };
        assert_eq!(ran.code, 0, "{command}: {}\n{}", ran.stdout, ran.stderr);
    }
    for file in ["kpi.sarif", "gl-code-quality-report.json", "kpi-known.toml"] {
        assert!(here.path().join(file).is_file(), "{file}");
    }
}

#[test]
fn the_commands_stop_a_broken_one() {
    let mut stopped = BTreeSet::new();
    for command in commands() {
        let here = example();
        let design = std::fs::read_to_string(here.path().join("support.kpi")).expect("the design");
        let failing = "\ntest \"wrong\" {\n  expect opened in 2026-01 = 1\n}\nmeasure   broken = nothing\n";
        let parts = [design.as_str(), failing];
        // A test that fails is only run in a design without errors.
        let text = match command.starts_with("kpi test") {
            true => parts.concat().replace("measure   broken = nothing\n", ""),
            false => parts.concat(),
        };
        write(here.path(), "support.kpi", text);
        if command.contains("--baseline") {
            write(here.path(), "kpi-known.toml", "version = 1\n");
        }
        let Some(ran) = run(here.path(), &command) else { continue };
        assert_eq!(ran.code, 1, "{command}: {}\n{}", ran.stdout, ran.stderr);
        stopped.insert(command.split(' ').nth(1).map(str::to_string));
    }
    assert!(stopped.len() >= 2, "{stopped:?}");
}

/// The hooks run commands that there are, on the files of designs.
#[test]
fn the_hooks_run() {
    let hooks = std::fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("the hooks");
    let entries: Vec<&str> = hooks.lines().filter_map(|l| l.trim().strip_prefix("entry: ")).collect();
    assert_eq!(entries, ["kpi fmt", "kpi check", "kpi test"]);
    let here = example();
    for entry in entries {
        if let Some(ran) = run(here.path(), entry) {
            assert_eq!(ran.code, 0, "{entry}: {}", ran.stderr);
        }
    }
    let documented = std::fs::read_to_string(root().join("docs/ci.md")).expect("docs/ci.md");
    for id in hooks.lines().filter_map(|l| l.strip_prefix("- id: ")) {
        assert!(documented.contains(&format!("- id: {id}\n")), "{id}");
    }
}
