//! What the tests share.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use fishbone::render::diagnostics::{Report, human};
use fishbone::render::text::Paint;

/// What a run of the program left.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The program with a clean environment, in a folder.
pub fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kpi"));
    command.args(args).current_dir(folder).stdin(Stdio::null()).env_clear();
    command
}

/// Runs the program in a folder.
pub fn kpi(folder: &Path, args: &[&str]) -> Ran {
    ran(command(folder, args).output().expect("kpi starts"))
}

pub fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
    }
}

/// A folder with these files, gone when dropped.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

pub fn write(folder: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    std::fs::write(path, bytes).expect("a file");
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `kpi check` says of a design in memory, as people see it, without colours.
pub fn verdict(files: &[(&str, &str)]) -> String {
    let loaded = fishbone::load_texts(files.iter().map(|(p, t)| (p.to_string(), t.to_string())));
    let report = Report { sections: vec![loaded.section()], ..Report::default() };
    human::render(&report, human::Options { paint: Paint { on: false }, columns: None })
}

/// Fails where a document is not as a JSON Schema says.
pub fn assert_valid(schema: &str, document: &str) {
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    let validator = jsonschema::validator_for(&parse(schema)).expect("a schema");
    let document = parse(document);
    let errors: Vec<String> = validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}
