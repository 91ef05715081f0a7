//! The one format: over all designs there are, and over a thousand drawn by lot.

use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use fishbone::format::format;
use fishbone::source::{FileId, SourceFile};
use fishbone::syntax::{Parse, parse};

use crate::oracle::{SEED, draw::Lot};
use crate::support::{command, folder, kpi, ran, root};

fn read(text: &str) -> (SourceFile, Parse) {
    let file = SourceFile::new(FileId(0), "design.kpi", text);
    let parse = parse(&file);
    (file, parse)
}

/// The tree as text, without the places of its nodes.
pub fn tree(parse: &Parse) -> String {
    let shown = format!("{:?}", parse.file);
    let mut parts = shown.split("span: ");
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        out.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':' || c == '.'));
    }
    out
}

fn comments(file: &SourceFile, parse: &Parse) -> Vec<String> {
    parse.comments.iter().map(|c| file.slice(c.span).trim_end().to_string()).collect()
}

/// Twice is once, the tree is the same, no comment is lost.
fn assert_kept(text: &str) {
    let (file, before) = read(text);
    let out = format(&file, &before);
    let (made, after) = read(&out);
    assert!(after.diagnostics.is_empty(), "{:#?}\n{text}\n────\n{out}", after.diagnostics);
    assert_eq!(tree(&before), tree(&after), "{text}\n────\n{out}");
    assert_eq!(comments(&file, &before), comments(&made, &after), "{text}\n────\n{out}");
    assert_eq!(format(&made, &after), out, "not settled:\n{text}");
}

fn designs_below(folder: PathBuf) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries.map(|e| e.into_path()).filter(|p| p.extension().is_some_and(|e| e == "kpi")).collect()
}

#[test]
fn every_design_of_the_repository_stays_what_it_is() {
    let mut seen = 0;
    for path in ["examples", "tests"].into_iter().flat_map(|folder| designs_below(root().join(folder))) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if read(&text).1.diagnostics.is_empty() {
            seen += 1;
            assert_kept(&text);
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn a_thousand_designs_by_lot_stay_what_they_are() {
    for number in 0..1000 {
        assert_kept(&Lot::new(SEED, number).case().design());
    }
}

/// The examples are in the one format.
#[test]
fn the_examples_are_formatted() {
    for path in designs_below(root().join("examples")) {
        let text = std::fs::read_to_string(&path).expect("a design");
        let (file, parse) = read(&text);
        assert!(format(&file, &parse) == text, "`kpi fmt` would change {}", path.display());
    }
}

/// The program: what it writes, what it says, how it ends.
#[test]
fn files_are_written_listed_or_compared() {
    let ugly = "design d {owner:\"a\"}\n";
    let here = folder(&[("a.kpi", ugly), ("b.kpi", "// fine\n"), ("c.kpi", "design {\n"), ("sub/d.kpi", ugly)]);
    let text = |name: &str| std::fs::read_to_string(here.path().join(name)).expect("a file");

    let check = kpi(here.path(), &["fmt", "--check"]);
    assert_eq!((check.code, check.stdout.as_str()), (1, "a.kpi\nsub/d.kpi\n"));
    insta::assert_snapshot!(check.stderr);
    let diff = kpi(here.path(), &["fmt", "--diff", "sub", "a.kpi"]);
    assert_eq!(diff.code, 1);
    insta::assert_snapshot!(diff.stdout);
    assert_eq!(text("a.kpi"), ugly, "so far nothing is written");

    let written = kpi(here.path(), &["fmt"]);
    assert_eq!((written.code, written.stdout.as_str()), (1, ""), "one cannot be read");
    assert!(written.stderr.contains("formatted 2 files; 1 file is formatted already; 1 file has errors"));
    assert_eq!(text("a.kpi"), "design d { owner: \"a\" }\n");
    assert_eq!(text("c.kpi"), "design {\n");
    let again = kpi(here.path(), &["fmt", "--check", "a.kpi", "sub", "./a.kpi"]);
    assert_eq!((again.code, again.stderr.as_str()), (0, "2 files are formatted already\n"));
    assert_eq!(kpi(here.path(), &["fmt", "missing"]).code, 2);
    assert_eq!(kpi(here.path(), &["fmt", "-", "a.kpi"]).code, 2);
}

#[test]
fn stdin_goes_to_stdout() {
    let here = folder(&[]);
    let run = |args: &[&str], text: &str| {
        let mut command = command(here.path(), args);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("kpi");
        child.stdin.take().expect("stdin").write_all(text.as_bytes()).expect("written");
        ran(child.wait_with_output().expect("kpi ends"))
    };
    let out = run(&["fmt", "-"], "measure a=1");
    assert_eq!((out.code, out.stdout.as_str(), out.stderr.as_str()), (0, "measure a = 1\n", ""));
    assert_eq!(run(&["fmt", "-", "--check"], "measure a = 1\n").code, 0);
    let check = run(&["fmt", "-", "--check"], "measure a=1");
    assert_eq!((check.code, check.stdout.as_str()), (1, ""));
    let broken = run(&["fmt", "-"], "measure = \n");
    assert_eq!((broken.code, broken.stdout.as_str()), (1, ""));
    assert!(broken.stderr.contains("<stdin>:1:"), "{}", broken.stderr);
}

/// So are the blocks of the documents, except on the rules' pages, which are made from the code; `UPDATE_DOCS=1` writes
/// them anew.
#[test]
fn the_blocks_of_documents_are_formatted() {
    let entries = walkdir::WalkDir::new(root()).into_iter().filter_entry(|e| {
        let name = e.file_name().to_string_lossy();
        e.depth() == 0 || e.depth() > 1 || ["README.md", "docs", "examples"].contains(&&*name)
    });
    let documents = entries
        .filter_map(Result::ok)
        .map(|e| e.into_path())
        .filter(|p| p.extension().is_some_and(|e| e == "md") && !p.starts_with(root().join("docs/rules")));
    let mut seen = 0;
    for path in documents {
        let text = std::fs::read_to_string(&path).expect("a document");
        let mut made = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("```kpi\n") {
            let (before, from) = rest.split_at(at + "```kpi\n".len());
            let (block, behind) = from.split_at(from.find("```\n").expect("the block's end"));
            let (file, parse) = read(block);
            seen += 1;
            made.push_str(before);
            made.push_str(&if parse.diagnostics.is_empty() { format(&file, &parse) } else { block.to_string() });
            rest = behind;
        }
        made.push_str(rest);
        if made != text && std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &made).expect("a document");
            continue;
        }
        assert!(made == text, "a block of {} is not formatted; `UPDATE_DOCS=1 cargo test` does it", path.display());
    }
    assert!(seen > 3, "{seen}");
}
