//! What the documents say is true: their blocks check, their generated parts are not stale, and modules use only what
//! stands above them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// Blocks in ```` ```kpi ```` raise nothing, whatever document they stand in.
#[test]
fn blocks_in_documents_check() {
    let mut documents: Vec<PathBuf> = vec![root().join("README.md")];
    documents.extend(
        fs::read_dir(root().join("docs"))
            .expect("docs")
            .map(|e| e.expect("an entry").path())
            .filter(|p| p.extension().is_some_and(|e| e == "md")),
    );
    documents.sort();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in documents {
        let text = fs::read_to_string(&path).expect("a document");
        for block in blocks(&text) {
            seen += 1;
            let loaded = fishbone::load_texts([("block.kpi".to_string(), block.clone())]);
            for diagnostic in loaded.diagnostics() {
                wrong.push(format!("{}: {} {} in\n{block}", path.display(), diagnostic.code.id, diagnostic.message.en));
            }
        }
    }
    assert!(seen > 3, "the documents have blocks");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn blocks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match &mut open {
            Some(_) if line == "```" => found.extend(open.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
            None if line == "```kpi" => open = Some(String::new()),
            None => {}
        }
    }
    found
}

/// The tables of keys and of functions in the reference come from the tables in the code.
#[test]
fn the_reference_is_not_stale() {
    let path = root().join("docs/language.md");
    let stands = fs::read_to_string(&path).expect("docs/language.md");
    let made = with_part(&stands, "keys", &fishbone::model::keys::reference());
    let made = with_part(&made, "functions", &fishbone::functions::reference());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &made).expect("docs/language.md");
    }
    assert!(stands == made, "docs/language.md is out of date; write it anew with `UPDATE_DOCS=1 cargo test`");
}

/// `docs/rules/`: the page of every rule, and a list of them.
#[test]
fn the_pages_of_rules_are_not_stale() {
    let folder = root().join("docs/rules");
    let mut made: BTreeMap<String, String> = fishbone::lint::rules()
        .map(|rule| (format!("{}-{}.md", rule.code.id, rule.code.name), fishbone::lint::Page::markdown(rule)))
        .collect();
    made.insert("README.md".to_string(), fishbone::lint::Page::index());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("docs/rules");
        for (name, text) in &made {
            fs::write(folder.join(name), text).expect("a page");
        }
    }
    let mut stands = BTreeMap::new();
    for entry in fs::read_dir(&folder).expect("docs/rules") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        stands.insert(name, fs::read_to_string(&path).expect("a page"));
    }
    assert!(stands == made, "docs/rules is out of date; write it anew with `UPDATE_DOCS=1 cargo test`");
}

/// The document with the text between its markers replaced.
fn with_part(text: &str, name: &str, part: &str) -> String {
    let (start, end) = (format!("<!-- {name}: generated -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = text.split_once(&start).expect("the marker of the start");
    let (_, after) = rest.split_once(&end).expect("the marker of the end");
    format!("{before}{start}\n{}\n\n{end}{after}", part.trim())
}

/// The order of the `mod` lines in `lib.rs` is the order of the house: no arrow points up.
#[test]
fn modules_use_only_what_stands_above() {
    let source = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let order: BTreeMap<String, usize> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';'))
        .enumerate()
        .map(|(place, name)| (name.to_string(), place))
        .collect();
    assert!(order.len() > 10, "lib.rs lists its modules");
    let mut arrows_up = Vec::new();
    for (module, place) in &order {
        for path in files_of(module) {
            let text = fs::read_to_string(&path).expect("a source file");
            for used in text.split("crate::").skip(1) {
                let name: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if order.get(&name).is_some_and(|at| at > place) {
                    arrows_up.push(format!("{} uses crate::{name}", path.display()));
                }
            }
        }
    }
    arrows_up.sort();
    arrows_up.dedup();
    assert!(arrows_up.is_empty(), "{}", arrows_up.join("\n"));
}

fn files_of(module: &str) -> Vec<PathBuf> {
    let mut found = vec![root().join(format!("src/{module}.rs"))];
    let mut folders = vec![root().join("src").join(module)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(Path::new(&folder)) else { continue };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found
}
