//! The judgement of designs: every `tests/cases/*/*.kpi` with its verdict below it, and the examples of every code's page.

use std::collections::BTreeSet;

use fishbone::diagnostic::codes;

use crate::support::{root, verdict};

/// The files of a case: `// file: NAME` starts a further one.
fn files(text: &str) -> Vec<(String, String)> {
    let mut files = vec![("design.kpi".to_string(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("// file: ") {
            Some(name) => files.push((name.trim().to_string(), String::new())),
            None => files.last_mut().expect("one file").1.push_str(line),
        }
    }
    files
}

fn codes_of(files: &[(String, String)]) -> BTreeSet<String> {
    let loaded = fishbone::load_texts(files.iter().cloned());
    loaded.checked.diagnostics.iter().map(|d| d.code.id.to_string()).collect()
}

/// Each case is a file; its snapshot beside it shows the source above the verdict. A case whose name starts with a code
/// raises that code and no other.
#[test]
fn cases() {
    let mut wrong = Vec::new();
    insta::glob!(root().join("tests/cases"), "*/*.kpi", |path| {
        let text = std::fs::read_to_string(path).expect("a case");
        let files = files(&text);
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let code = name.split('-').next().unwrap_or_default();
        let raised = codes_of(&files);
        if code.starts_with('E') && code.len() == 5 && raised != BTreeSet::from([code.to_string()]) {
            wrong.push(format!("{} raises {raised:?}", path.display()));
        }
        let shown: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
        let said = verdict(&shown);
        let said = if raised.is_empty() { "(nothing)".to_string() } else { said };
        insta::with_settings!({
            snapshot_path => path.parent().expect("a folder"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
            snapshot_suffix => "",
        }, {
            insta::assert_snapshot!(name, format!("{}\n────────\n{said}", text.trim_end()));
        });
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A page's ```` ```kpi,fails ```` blocks raise its code and no other, its ```` ```kpi ```` blocks nothing.
#[test]
fn pages_are_true() {
    let mut wrong = Vec::new();
    for page in codes::pages() {
        for (fails, text) in blocks(page.text) {
            let raised = codes_of(&files(&text));
            let wanted = if fails { BTreeSet::from([page.code.id.to_string()]) } else { BTreeSet::new() };
            if raised != wanted {
                wrong.push(format!("{}: wanted {wanted:?}, raised {raised:?} by\n{text}", page.code.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn blocks(text: &str) -> Vec<(bool, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (&mut open, line) {
            (Some(_), "```") => blocks.extend(open.take()),
            (Some((_, block)), line) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, "```kpi") => open = Some((false, String::new())),
            (None, "```kpi,fails") => open = Some((true, String::new())),
            (None, _) => {}
        }
    }
    blocks
}

/// Every code has its page, and codes are in order and named once.
#[test]
fn every_code_has_one_page() {
    let ids: Vec<&str> = codes::pages().map(|p| p.code.id).collect();
    let names: BTreeSet<&str> = codes::pages().map(|p| p.code.name).collect();
    assert_eq!(names.len(), ids.len(), "names are unique");
    assert!(ids.windows(2).all(|w| w[0] < w[1]), "codes ascend: {ids:?}");
    for file in std::fs::read_dir(root().join("src/diagnostic/codes")).expect("codes") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
        for line in text.lines().filter(|l| l.contains("Code::new(\"")) {
            let id = line.split('"').nth(1).expect("a code");
            assert!(ids.contains(&id), "{id} has no page");
        }
    }
}

/// Nothing is wrong with the examples.
#[test]
fn examples_are_clean() {
    for entry in std::fs::read_dir(root().join("examples")).expect("examples") {
        let folder = entry.expect("an example").path();
        let loaded = fishbone::load_path(&folder).expect("a design");
        let found: Vec<String> =
            loaded.checked.diagnostics.iter().map(|d| format!("{} {}", d.code.id, d.message)).collect();
        assert!(found.is_empty(), "{}: {}", folder.display(), found.join("\n"));
    }
}
