//! Text to tree: designs that parse, faults and their messages, and what a missing character does.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use fishbone::config::Profile;
use fishbone::diagnostic::Diagnostic;
use fishbone::source::{Sources, Span};
use fishbone::syntax::ast::{Expr, ExprKind, Item, Name};
use fishbone::syntax::{Parse, parse};
use rayon::prelude::*;

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
            format!("{} {} {}", place.unwrap_or_default(), d.code.id, d.message.en)
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
    assert_eq!(verdict(include_str!("../cases/syntax/every-form.txt")), Vec::<String>::new());
}

/// What becomes of the case when a character is deleted: the diagnostics, and how many lines from the deletion the first
/// one is.
fn deleted(at: usize, c: char) -> (Vec<String>, usize) {
    let text = format!("{}{}", &CASE[..at], &CASE[at + c.len_utf8()..]);
    let sources = Sources::new([("design.kpi".to_string(), text)]);
    let file = sources.iter().next().expect("a file");
    let found = parse(file).diagnostics;
    let line = |span: Span| file.line_of(span.start);
    let deletion = CASE[..at].matches('\n').count() + 1;
    let far = found.first().and_then(|d| d.span()).map_or(0, |span| line(span).abs_diff(deletion));
    let shown = found.iter().map(|d| format!("{} {} {}", line(d.span().expect("a place")), d.code.id, d.message.en));
    (shown.collect(), far)
}

/// `STEP=1` takes every character.
#[test]
fn a_missing_character_is_one_diagnostic() {
    let step = std::env::var("STEP").ok().and_then(|s| s.parse().ok()).unwrap_or(7);
    let characters: Vec<(usize, char)> = CASE.char_indices().step_by(step).collect();
    let results: Vec<_> = characters.par_iter().map(|(at, c)| (*at, deleted(*at, *c))).collect();
    let mut counts = [0; 4];
    let mut far = 0;
    for (at, (found, lines)) in &results {
        counts[found.len().min(3)] += 1;
        far += usize::from(*lines > 1);
        if found.len() > 1 || *lines > 1 {
            println!("at {at}, {lines} lines away: {found:#?}");
        }
    }
    let [none, one, two, more] = counts;
    let raised = one + two + more;
    println!("none {none}, one {one}, two {two}, more {more}, far {far}");
    assert!(raised > 100, "{raised}");
    assert!(one * 2 >= raised, "one diagnostic: {one} of {raised}");
    assert!(more * 20 <= raised, "more than two diagnostics: {more} of {raised}");
    assert_eq!(far, 0, "the first diagnostic is more than a line away");
}

/// Through the whole checker, the rules too: what is said may be much, but it is said. `STEP=1` takes every character.
#[test]
fn a_missing_character_breaks_no_checker() {
    let step = std::env::var("STEP").ok().and_then(|s| s.parse().ok()).unwrap_or(97);
    let characters: Vec<(usize, char)> = CASE.char_indices().step_by(step).collect();
    let raised = characters.par_iter().filter(|(at, c)| {
        let text = format!("{}{}", &CASE[..*at], &CASE[at + c.len_utf8()..]);
        let mut loaded = fishbone::load_texts([("design.kpi".to_string(), text)]);
        loaded.lint(&fishbone::lint::Options { profile: Some(Profile::Strict), ..Default::default() }, None);
        loaded.has_errors()
    });
    assert!(raised.count() * 4 > characters.len(), "a missing character is seldom seen");
}

/// Steps of the parser for a byte of text, at most.
const STEPS: usize = 100;

/// No input takes more than linear work or overflows the stack. Work is counted in steps of the parser, which gives up
/// on a text that takes too many. The limit is that of the process, and far from what other tests need.
#[test]
fn hostile_inputs_take_linear_work() {
    let long = 1 << 17;
    let many = |piece: &str| piece.repeat(long / piece.len());
    let inputs = [
        ("parentheses", format!("measure x = {}", "(".repeat(1 << 20))),
        ("closing", format!("measure x = {}", many(")"))),
        ("calls", format!("measure x = {}", many("f("))),
        ("nested parentheses", format!("measure x = {}1{}", "(".repeat(100_000), ")".repeat(100_000))),
        ("braces", many("{")),
        ("closing braces", many("}")),
        ("heads", many("factor a {\n")),
        ("heads without braces", many("factor a\n  }\n")),
        ("keys", "a:".repeat(1 << 19)),
        ("keys on lines", many("a:\n")),
        ("keys and values", format!("design d {{\n{}", many("a: 1 ? \n"))),
        ("ifs", format!("measure x = {}", many("if "))),
        ("whole ifs", format!("measure x = {}1", many("if a then b else "))),
        ("nots", format!("measure x = {} a", many("not "))),
        ("minus", format!("measure x = {}1", many("- "))),
        ("sum", format!("measure x = 1{}", many(" + 1"))),
        ("sum of nots", format!("measure x = 1{}", many(" + not a"))),
        ("between", format!("measure x = {}", many("a between ("))),
        ("in", format!("measure x = {}", many("a in ("))),
        ("quotes", many("\"")),
        ("quotes with blanks", many("\" ")),
        ("quotes on lines", many("a: \"\n")),
        ("long texts", many("\"\"\" \n")),
        ("single quotes", many("' ")),
        ("backticks", many("` ")),
        ("block comments", many("/*\n")),
        ("hashes", many("#\n")),
        ("numbers", format!("measure x = ({}", many("100,"))),
        ("dates", format!("measure x = {}", many("1/"))),
        ("blanks", many(" ")),
        ("lines", many("\n")),
        ("comments", many("//\n")),
        ("wide", many("：")),
        ("wide digits", many("１")),
        ("word", many("a")),
        ("words", many("a ")),
        ("rows", format!("test \"t\" {{\n given s\n{}", many("| a \n"))),
        ("cells", format!("test \"t\" {{\n given s\n{}", many("|\"a"))),
        ("commas", format!("measure x = a{}", many(", a"))),
        ("semicolons", many(";")),
        ("pairs of braces", format!("{{ {}", many("{}"))),
        ("blocks without heads", many("a } ")),
        ("hidden", many("\u{200b}")),
    ];
    for (what, text) in inputs {
        pest::set_call_limit(std::num::NonZeroUsize::new(STEPS * text.len()));
        let found = read(&text).diagnostics;
        // The parser that gives up says that the whole file is nested too deep.
        let whole = |d: &&Diagnostic| d.code.id == "E0115" && d.span().is_some_and(|s| s.range() == (0..text.len()));
        assert_eq!(found.iter().find(whole), None, "{what} takes more than {STEPS} steps a byte");
    }
    pest::set_call_limit(None);
}

/// A full-width brace takes three bytes of the text, wherever it stands.
#[test]
fn full_width_braces_are_pointed_at_whole() {
    for (text, message) in [
        ("measure a = 1\n\n{}\n｛｝\n", "this block belongs to no declaration"),
        ("objective a {\n  note: \"x\" ｛ owner: \"y\" ｝\n}\n", "the property `note` takes no block"),
        ("objective a\n｛\n  owner: \"y\"\n｝\n", "`{` stands on a line of its own"),
    ] {
        let found = read(text).diagnostics;
        let d = found.iter().rfind(|d| d.message.en == message).unwrap_or_else(|| panic!("{text}: {found:#?}"));
        assert_eq!(d.span().map(|s| &text[s.range()]), Some("｛"), "{text}");
    }
}

/// A character of the case doubled, exchanged or put in: never a panic, spans stay inside the file, comments are found.
#[test]
fn a_changed_character_never_breaks_the_parser() {
    let characters: Vec<char> = CASE.chars().collect();
    let strange: Vec<char> =
        "\"'`(){}[]|:,;=<>!&%#/*\\\n\r\t -+.0９a若：（｛“”\u{0}\u{1}\u{200b}\u{feff}\u{301}".chars().collect();
    let changes = proptest::collection::vec((0..characters.len(), 0..3u8, 0..strange.len()), 1..4);
    let cases = std::env::var("CASES").ok().and_then(|s| s.parse().ok()).unwrap_or(200);
    let config = proptest::test_runner::Config { cases, failure_persistence: None, ..Default::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let result = runner.run(&changes, |changes| {
        let mut text = characters.clone();
        for (at, how, mark) in changes {
            let at = at.min(text.len() - 1);
            match how {
                0 => text.insert(at, strange[mark]),
                1 => text[at] = strange[mark],
                _ => text.insert(at, text[at]),
            }
        }
        let text: String = text.into_iter().collect();
        let parse = read(&text);
        for d in &parse.diagnostics {
            let spans =
                d.labels.iter().map(|l| l.span).chain(d.fix.iter().flat_map(|f| f.edits.iter().map(|e| e.span)));
            for span in spans {
                proptest::prop_assert!(text.get(span.range()).is_some(), "{span:?} of {d:?}");
            }
        }
        for comment in &parse.comments {
            proptest::prop_assert!(text.get(comment.span.range()).is_some_and(|c| c.starts_with("//")));
        }
        Ok(())
    });
    result.expect("no change breaks the parser");
}

/// After all safe fixes of a file in which every mark is full-width nothing is left to fix.
#[test]
fn safe_fixes_mend() {
    let text = include_str!("../cases/syntax/E0120-full-width.kpi");
    let mut edits: Vec<_> = read(text).diagnostics.into_iter().filter_map(|d| d.fix).flat_map(|f| f.edits).collect();
    edits.sort_by_key(|e| std::cmp::Reverse(e.span.start));
    let mut mended = text.to_string();
    for edit in edits {
        mended.replace_range(edit.span.range(), &edit.text);
    }
    assert_eq!(verdict(&mended), Vec::<String>::new(), "{mended}");
    assert!(mended.contains("// 全角的注释：（不动）") && mended.contains("\"客户满意度（全部）\""));
}

#[test]
fn every_rule_of_the_grammar_says_what_it_is() {
    let mut before = "";
    for line in include_str!("../../grammar/kpi.pest").lines() {
        let rule = line.split_once(" = ").map(|(name, _)| name).filter(|name| !name.starts_with(['/', ' ']));
        if let Some(rule) = rule {
            assert!(before.starts_with("/// "), "`{rule}` has no `///` line");
        }
        before = line;
    }
}

#[test]
fn comments_are_complete_and_exact() {
    let text = "// one\ndesign d { // two\n  owner: \"// no\" // three\r\n  // four\n}\ntest \"t\" {\n  given a\n    | x | y // no | // five\n    // six\n    | http://no | 1 |\n  expect b in 2026 = `c//no` // seven\n}\n// eight";
    let found: Vec<&str> = read(text).comments.iter().map(|c| &text[c.span.range()]).collect();
    assert_eq!(found, ["// one", "// two", "// three", "// four", "// five", "// six", "// seven", "// eight"]);
}

/// Names that look alike are one name: composed and decomposed letters.
#[test]
fn names_are_composed() {
    let parse = read("measure caf\u{e9} = 1\nmeasure cafe\u{301} = 1\n");
    let names: Vec<String> = parse
        .file
        .items
        .iter()
        .filter_map(|item| if let Item::Decl(d) = item { d.name.as_ref().map(|n| n.text.clone()) } else { None })
        .collect();
    assert_eq!(names, ["caf\u{e9}", "caf\u{e9}"]);
}

/// An expression with all its parentheses.
fn shape(expr: &Expr) -> String {
    let path = |names: &[Name]| names.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join(".");
    match &expr.kind {
        ExprKind::Number(n) => n.digits.clone() + n.unit.as_ref().map_or("", |u| u.name.text.as_str()),
        ExprKind::Path(names) => path(names),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Time(text) => text.clone(),
        ExprKind::Unary { op, operand } => format!("({op:?} {})", shape(operand)),
        ExprKind::Binary { op, left, right, .. } => format!("({} {} {})", shape(left), op.symbol(), shape(right)),
        ExprKind::If { condition, then, otherwise } => {
            let last = otherwise.as_ref().map_or("nothing".to_string(), |e| shape(e));
            format!("(if {} {} {last})", shape(condition), shape(then))
        }
        ExprKind::Between { operand, low, high, negated } => {
            format!("({} between {} {} {negated})", shape(operand), shape(low), shape(high))
        }
        ExprKind::InList { operand, items, negated } => {
            format!("({} in {:?} {negated})", shape(operand), items.iter().map(shape).collect::<Vec<_>>())
        }
        ExprKind::InSet { operand, set, negated } => format!("({} in {} {negated})", shape(operand), shape(set)),
        ExprKind::Is { operand, known } => format!("({} known {known})", shape(operand)),
        ExprKind::Range { low, high } => {
            let end = |e: &Option<Box<Expr>>| e.as_ref().map_or(String::new(), |e| shape(e));
            format!("[{}..{}]", end(low), end(high))
        }
        ExprKind::Paren(inner) => shape(inner),
        ExprKind::Call { function, args } => {
            format!("{}({})", function.text, args.iter().map(|a| shape(&a.expr)).collect::<Vec<_>>().join(" "))
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn operators_bind_as_the_grammar_page_says() {
    for (text, wanted) in [
        ("a - b - c * -d / e", "((a - b) - ((c * (Negate d)) / e))"),
        ("not a = b and c or d otherwise e", "((((Not (a = b)) and c) or d) otherwise e)"),
        ("not not a or b", "((Not (Not a)) or b)"),
        ("a union b intersect c except d + 1", "((a union (b intersect c)) except (d + 1))"),
        (
            "x in (\"a\", \"b\") and y in (\"c\")",
            "((x in [\"\\\"a\\\"\", \"\\\"b\\\"\"] false) and (y in [\"\\\"c\\\"\"] false))",
        ),
        ("x not in (s union t) or y in f(a)", "((x in (s union t) true) or (y in f(a) false))"),
        ("x between 1 and 2 + 3 and y is known", "((x between 1 (2 + 3) false) and (y known true))"),
        ("x not between 1 and 2", "(x between 1 2 true)"),
        ("1 + if a then b else c + d otherwise e", "(1 + (if a b ((c + d) otherwise e)))"),
        ("if a then if b then c else d", "(if a (if b c d) nothing)"),
        ("(if a then b) otherwise c", "((if a b nothing) otherwise c)"),
        ("a + 1 .. b * 2", "[(a + 1)..(b * 2)]"),
        ("a.b - 2026-01-05", "(a.b - 2026-01-05)"),
        ("2026 - 1", "(2026 - 1)"),
        ("a\n  + b\n  otherwise c", "((a + b) otherwise c)"),
        ("-a starts with \"x\"", "((Negate a) starts with \"x\")"),
    ] {
        let parse = read(&format!("measure m = {text}\nmeasure n = 1\n"));
        assert_eq!(parse.diagnostics, [], "{text}");
        let Some(Item::Decl(decl)) = parse.file.items.first() else { panic!("{text}") };
        let phrases = decl.value.as_ref().expect("a value");
        assert_eq!(shape(&phrases[0].expr), wanted, "{text}");
        assert_eq!((phrases.len(), parse.file.items.len()), (1, 2), "{text}");
    }
}
