//! What is said in Chinese: nothing of it is left in English, and codes and places are the same.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use fishbone::diagnostic::{Diagnostic, Words};

use crate::check::files;
use crate::support::root;

/// Every case of the compiler, in the order of the files' names.
fn cases() -> Vec<PathBuf> {
    let groups =
        std::fs::read_dir(root().join("tests/cases")).expect("tests/cases").map(|e| e.expect("a group").path());
    let files = groups.flat_map(|group| std::fs::read_dir(group).expect("a group").map(|e| e.expect("a case").path()));
    let mut cases: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|e| e == "kpi")).collect();
    cases.sort();
    cases
}

fn said(diagnostic: &Diagnostic) -> impl Iterator<Item = &Words> {
    let labels = diagnostic.labels.iter().map(|label| &label.text);
    let rest = diagnostic.help.iter().chain(diagnostic.fix.iter().map(|fix| &fix.title));
    std::iter::once(&diagnostic.message).chain(labels).chain(rest)
}

/// What stands outside of backticks and quotes, where the user's text and the language's words are.
fn prose(text: &str) -> String {
    let mut close = None;
    let mut out = String::new();
    for c in text.chars() {
        match (close, c) {
            (Some(end), c) if c == end => close = None,
            (Some(_), _) => {}
            (None, '`') => close = Some('`'),
            (None, '"') => close = Some('"'),
            (None, '“') => close = Some('”'),
            (None, c) => out.push(c),
        }
    }
    out
}

/// Why words are not in Chinese: None where they are.
fn fault(words: &Words) -> Option<&'static str> {
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let prose = prose(&words.zh);
    let latin = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic());
    let run = prose.split(|c: char| !c.is_ascii_alphabetic() && c != ' ');
    let longest = run.map(|part| part.split(' ').filter(|w| latin(w)).count()).max().unwrap_or(0);
    match () {
        // Names, numbers and units alone are the same in both.
        () if words.en == words.zh && longest < 2 => None,
        () if words.zh.is_empty() != words.en.is_empty() => Some("said in one language only"),
        () if longest >= 3 => Some("English words"),
        () if !chinese(&prose) && words.en != words.zh => Some("no Chinese"),
        () if words.en == words.zh => Some("not translated"),
        () if prose.ends_with('。') => Some("a full stop"),
        () if prose.contains([',', ';', '?', '!']) || prose.contains(": ") => Some("half-width marks"),
        () => None,
    }
}

#[test]
fn all_cases_are_told_in_chinese() {
    let mut wrong = BTreeSet::new();
    let mut sample = String::new();
    let mut shown = BTreeSet::new();
    for path in cases() {
        let text = std::fs::read_to_string(&path).expect("a case");
        let mut loaded = fishbone::load_texts(files(&text));
        loaded.lint(&fishbone::lint::Options::default(), None);
        for diagnostic in loaded.diagnostics() {
            for words in said(diagnostic) {
                if let Some(why) = fault(words) {
                    wrong.insert(format!("{} {why}: {} | {}", diagnostic.code.id, words.en, words.zh));
                }
            }
            if diagnostic.is_error() && shown.insert(diagnostic.code.id) {
                let _ = writeln!(sample, "{}", diagnostic.code.id);
                for words in said(diagnostic).filter(|words| !words.is_empty()) {
                    let _ = writeln!(sample, "  {}\n  {}", words.en, words.zh);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
    insta::assert_snapshot!("both_languages", sample);
}
