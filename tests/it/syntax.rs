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

/// What becomes of the case when each character of a sample is deleted: how many give no, one, two and more
/// diagnostics, and how many have their first one further than a line away.
fn deletions(step: usize) -> ([usize; 4], usize) {
    let characters: Vec<(usize, char)> = CASE.char_indices().collect();
    let mut counts = [0; 4];
    let mut far = 0;
    for (at, c) in characters.iter().step_by(step) {
        let text = format!("{}{}", &CASE[..*at], &CASE[at + c.len_utf8()..]);
        let sources = Sources::new([("design.kpi".to_string(), text)]);
        let file = sources.iter().next().expect("a file");
        let found = parse(file).diagnostics;
        counts[found.len().min(3)] += 1;
        let line = CASE[..*at].matches('\n').count() + 1;
        let is_far = found.first().and_then(|d| d.span()).is_some_and(|s| file.line_of(s.start).abs_diff(line) > 1);
        far += usize::from(is_far);
        if std::env::var_os("SHOW").is_some() && (found.len() > 1 || is_far) {
            let places: Vec<String> = found
                .iter()
                .map(|d| format!("{} {} {}", file.line_of(d.span().expect("a place").start), d.code.id, d.message))
                .collect();
            let around = CASE[..*at].lines().last().unwrap_or("");
            println!("line {line} {c:?} after {around:?}: {places:#?}");
        }
    }
    (counts, far)
}

#[test]
fn a_missing_character_is_one_diagnostic() {
    let step = std::env::var("STEP").ok().and_then(|s| s.parse().ok()).unwrap_or(7);
    let ([none, one, two, more], far) = deletions(step);
    let raised = one + two + more;
    println!("none {none}, one {one}, two {two}, more {more}, far {far}");
    assert!(raised > 100, "{raised}");
    assert!(one * 2 >= raised, "one diagnostic: {one} of {raised}");
    assert!(more * 20 <= raised, "more than two diagnostics: {more} of {raised}");
    assert!(far * 100 <= raised, "the first one far away: {far} of {raised}");
}
