#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::source::FileId;
use crate::syntax::{self, Parse};

fn read(text: &str) -> (SourceFile, Parse) {
    let file = SourceFile::new(FileId(0), "design.kpi", text);
    let parse = syntax::parse(&file);
    (file, parse)
}

fn formatted(text: &str) -> String {
    let (file, parse) = read(text);
    assert!(parse.diagnostics.is_empty(), "{:#?}\n{text}", parse.diagnostics);
    let (out, kept) = format_counting(&file, &parse);
    assert_eq!(kept, 0, "an entry stayed as it was in\n{text}\n────\n{out}");
    out
}

/// The tree as text, without the places of its nodes.
fn tree(parse: &Parse) -> String {
    let shown = format!("{:?}", parse.file);
    let mut out = String::with_capacity(shown.len());
    let mut rest = shown.as_str();
    while let Some(at) = rest.find("span: ") {
        out.push_str(&rest[..at]);
        rest = rest[at + 6..].trim_start_matches(|c: char| c.is_ascii_digit() || c == ':' || c == '.');
    }
    out.push_str(rest);
    out
}

fn comments(file: &SourceFile, parse: &Parse) -> Vec<String> {
    parse.comments.iter().map(|c| file.slice(c.span).trim_end().to_string()).collect()
}

/// What the formatter promises: again is the same, the tree is the same, the comments are the same in the same order.
fn assert_kept(text: &str) -> String {
    let out = formatted(text);
    let (before, after) = (read(text), read(&out));
    assert!(after.1.diagnostics.is_empty(), "{:#?}\n{text}\n────\n{out}", after.1.diagnostics);
    assert_eq!(tree(&before.1), tree(&after.1), "{text}\n────\n{out}");
    assert_eq!(comments(&before.0, &before.1), comments(&after.0, &after.1), "{text}\n────\n{out}");
    assert_eq!(formatted(&out), out, "not settled:\n{text}");
    out
}

const FORMS: &str = include_str!("../../tests/cases/syntax/every-form.txt");
const CASE: &str = include_str!("../../examples/customer-training/customer-training.kpi");

#[test]
fn every_form_has_its_look() {
    insta::assert_snapshot!(assert_kept(FORMS));
}

#[test]
fn comments_stay_where_they_belong() {
    let text = include_str!("tests/comments.txt");
    insta::assert_snapshot!(assert_kept(text));
}

#[test]
fn what_is_long_is_broken() {
    let text = include_str!("tests/long.txt");
    insta::assert_snapshot!(assert_kept(text));
}

#[test]
fn line_ends_stay_as_they_are() {
    let out = assert_kept("design d {\r\n owner: \"a\"\r\n note: \"\"\"\r\n   b\r\n   c\r\n \"\"\"\r\n}\r\n");
    assert_eq!(out, "design d {\r\n  owner: \"a\"\r\n  note: \"\"\"\r\n    b\r\n    c\r\n    \"\"\"\r\n}\r\n");
    assert_eq!(assert_kept(""), "");
    assert_eq!(assert_kept("\n\n// alone"), "// alone\n");
}

/// A text of several lines says the same at any indentation: blank lines at its end, lines of white space, no lines.
#[test]
fn long_texts_say_the_same() {
    let q = "\"\"\"";
    for inner in
        ["\n", "\n\n", "\n  \n \n", "a", "a\n b", "\n a\n\n  b\n\n", "\n  a\n   \n\t\n", "\n\ta\n\t b\n ", "\na\n  b"]
    {
        assert_kept(&format!("factor f {{\nindicator i {{ note: {q}{inner}{q}, definition: {q}{inner}{q} }}\n}}\n"));
    }
}

/// Numbers by lot, the same at every run.
struct Lot(u64);

impl Lot {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as usize
    }
}

/// Line ends, comments and spaces put in and taken out anywhere, as long as it parses: whoever writes so is understood,
/// and no comment is lost at whatever place the grammar allows one.
#[test]
fn careless_hands_are_put_right() {
    let mut pieces: Vec<String> = Vec::new();
    for text in [FORMS, CASE] {
        let mut piece = String::new();
        for line in text.split_inclusive('\n') {
            piece.push_str(line);
            if line.starts_with('}') || line.trim().is_empty() && piece.contains(" = ") && !piece.contains("{\n") {
                pieces.push(std::mem::take(&mut piece));
            }
        }
        pieces.push(piece);
    }
    pieces.retain(|p| p.len() < 3000 && read(p).1.diagnostics.is_empty());
    assert!(pieces.len() > 10, "{}", pieces.len());
    let mut lot = Lot(20_260_630);
    let mut changed = 0;
    for case in 0..1000 {
        let mut text = pieces[case % pieces.len()].clone();
        for mark in 0..1 + lot.below(12) {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let at = places[lot.below(places.len())];
            let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            if joins(text[..at].chars().next_back()) && joins(text[at..].chars().next()) {
                continue;
            }
            let mut other = text.clone();
            match lot.below(6) {
                0 => other.insert(at, '\n'),
                1 => other.insert_str(at, "   "),
                2 => other.insert_str(at, &format!(" // comment {mark}\n")),
                3 => other.insert_str(at, &format!("\n\n   // comment {mark}\n")),
                4 => other.insert_str(at, "\n\t\n\n"),
                _ => match text[at..].find('\n') {
                    Some(end) => {
                        let rest = text[at + end..].trim_start().to_string();
                        other.truncate(at + end);
                        other.push_str([" ", ", "][lot.below(2)]);
                        other.push_str(&rest);
                    }
                    None => continue,
                },
            }
            if read(&other).1.diagnostics.is_empty() {
                text = other;
                changed += 1;
            }
        }
        assert_kept(&text);
    }
    assert!(changed > 2000, "{changed}");
}

/// Wide lines, deep trees and large tables cost what they are long.
#[test]
fn hostile_designs_end_soon() {
    let sum = format!("measure x = 1{}\n", " + 1".repeat(20_000));
    let nots = format!("measure x = {}a\n", "not ".repeat(200));
    let parens = format!("measure x = {}1{}\n", "(".repeat(200), ")".repeat(200));
    let blocks = format!("{}{}\n", "factor a { ".repeat(200), "}".repeat(200));
    let list = format!("design d {{ note: 1{} }}\n", ", 1".repeat(20_000));
    let row = "| a | b |\n".repeat(10_000);
    let table = format!("test \"t\" {{\n given s\n | {} |\n{row} }}\n", "x".repeat(100_000));
    let behind = format!("design d {{ // a\n{}}}\n", "note: 1 // c\n".repeat(10_000));
    for text in [sum, nots, parens, blocks, list, table, behind] {
        let (file, parse) = read(&text);
        if parse.diagnostics.is_empty() {
            let out = format(&file, &parse);
            assert!(out.len() < 40 * text.len() + 100_000, "{} of {}", out.len(), text.len());
        }
    }
}
