//! Text to tree: designs that parse, faults and their messages, and what a missing character does.

use fishbone::source::Sources;
use fishbone::syntax::{Parse, parse};

const CASE: &str = include_str!("../../examples/customer-training/customer-training.kpi");

fn read(text: &str) -> Parse {
    let sources = Sources::new([("design.kpi".to_string(), text.to_string())]);
    sources.iter().map(parse).next().expect("one file")
}

fn verdict(text: &str) -> Vec<String> {
    let sources = Sources::new([("design.kpi".to_string(), text.to_string())]);
    let parse = sources.iter().map(parse).next().expect("one file");
    parse
        .diagnostics
        .iter()
        .map(|d| {
            let place = d.span().and_then(|s| sources.place(s)).map(|(_, p)| format!("{}:{}", p.line, p.column));
            format!("{} {} {}", place.unwrap_or_default(), d.code.id, d.message)
        })
        .collect()
}

#[test]
fn the_examples_parse_without_a_diagnostic() {
    for file in walk("examples") {
        let text = std::fs::read_to_string(&file).expect("readable");
        assert_eq!(verdict(&text), Vec::<String>::new(), "{}", file.display());
    }
    let slashes = CASE.matches("//").count();
    assert_eq!(read(CASE).comments.len(), slashes);
}

fn walk(folder: &str) -> Vec<std::path::PathBuf> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found: Vec<_> = walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.expect("an entry").into_path())
        .filter(|path| path.extension().is_some_and(|e| e == "kpi"))
        .collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

#[test]
fn every_form_of_the_language_parses() {
    assert_eq!(verdict(include_str!("../cases/syntax/taste.txt")), Vec::<String>::new());
}
