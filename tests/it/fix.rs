//! Fixes: made together, round after round, and what they leave.

use fishbone::diagnostic::{Applicability, Diagnostic};
use fishbone::fix::round;
use fishbone::workspace::Loaded;

use crate::check::files;
use crate::format::tree;
use crate::support::{folder, kpi, root};

/// Everything that is wrong with a design, mended; and how many rounds it took.
fn mended(texts: &[(String, String)], applicability: Applicability) -> (Vec<(String, String)>, usize) {
    let mut texts = texts.to_vec();
    let mut rounds = 0;
    loop {
        assert!(rounds < 8, "fixes undo each other: {texts:#?}");
        let loaded = fishbone::load_texts(texts.iter().cloned());
        let round = round(&loaded.sources, loaded.diagnostics(), applicability, |_| true);
        if round.made.is_empty() {
            return (texts, rounds);
        }
        for (id, text) in round.texts {
            let path = loaded.sources.get(id).expect("a file").path.clone();
            texts.iter_mut().find(|(p, _)| *p == path).expect("the file").1 = text;
        }
        rounds += 1;
    }
}

fn errors(texts: &[(String, String)]) -> Loaded {
    fishbone::load_texts(texts.iter().cloned())
}

fn unread(loaded: &Loaded) -> usize {
    loaded.parses.iter().map(|p| p.diagnostics.len()).sum()
}

/// The cases and the pages of all codes.
fn designs() -> Vec<Vec<(String, String)>> {
    let mut designs = Vec::new();
    for entry in walkdir::WalkDir::new(root().join("tests/cases")).sort_by_file_name() {
        let path = entry.expect("an entry").into_path();
        if path.extension().is_some_and(|e| e == "kpi") {
            designs.push(files(&std::fs::read_to_string(path).expect("a case")));
        }
    }
    for page in fishbone::diagnostic::codes::pages() {
        designs.extend(crate::check::blocks(page.text).into_iter().map(|(_, text)| files(&text)));
    }
    assert!(designs.len() > 200, "{}", designs.len());
    designs
}

/// A fix of syntax is safe because it writes what the parser understood: the tree stays the same.
#[test]
fn safe_fixes_of_syntax_leave_the_tree() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for texts in designs() {
        let before = errors(&texts);
        let safe = |d: &&Diagnostic| d.fix.as_ref().is_some_and(|f| f.applicability == Applicability::Safe);
        let fixes: Vec<&Diagnostic> = before.diagnostics().iter().filter(safe).collect();
        if fixes.is_empty() || !fixes.iter().all(|d| d.code.id.starts_with("E01")) {
            continue;
        }
        seen += 1;
        let (made, _) = mended(&texts, Applicability::Safe);
        let after = errors(&made);
        let trees = |loaded: &Loaded| loaded.parses.iter().map(tree).collect::<Vec<_>>();
        // What could not be read may become something.
        let hole = trees(&before).iter().any(|t| t.contains("Hole"));
        if !hole && trees(&before) != trees(&after) {
            wrong.push(format!("{texts:?}\n became {made:?}\n{:#?}\n{:#?}", trees(&before), trees(&after)));
        }
    }
    assert!(seen > 20, "{seen}");
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// Fixes end, leave no fix behind, and nothing is harder to read than before.
#[test]
fn fixes_settle() {
    let mut fixed = 0;
    for applicability in [Applicability::Safe, Applicability::Proposed] {
        for texts in designs() {
            let before = errors(&texts);
            let (made, rounds) = mended(&texts, applicability);
            let after = errors(&made);
            fixed += usize::from(rounds > 0);
            assert!(unread(&after) <= unread(&before), "{texts:?}\n became {made:?}");
            if rounds > 0 && applicability == Applicability::Safe {
                let count = |l: &Loaded| l.diagnostics().iter().filter(|d| d.is_error()).count();
                assert!(count(&after) < count(&before), "{texts:?}\n became {made:?}: {:#?}", after.diagnostics());
            }
        }
    }
    assert!(fixed > 80, "{fixed}");
}

const DESIGN: &str = "source orders {\n  from: csv(\"a.csv\")\n  time: day\n  field day： date\n  field fee: decimal\n}\n\
                      measure 收入 = sum（orders.fee）\nmeasure x = sum(ordes.fee)\nuse \"../other/units.kpi\"\n";

#[test]
fn the_program_fixes_files() {
    let here = folder(&[
        ("design/a.kpi", DESIGN),
        ("design/kpi.toml", "[output]\nlan = \"zh\"\n[data]\nallow = \"../x\"\n"),
        ("other/units.kpi", "unit EUR： money\n"),
    ]);
    let text = |name: &str| std::fs::read_to_string(here.path().join(name)).expect("a file");
    let diff = kpi(here.path(), &["check", "design", "--fix", "--diff"]);
    assert_eq!(diff.code, 1);
    insta::assert_snapshot!(format!("{}────\n{}", diff.stdout, diff.stderr));
    assert_eq!(text("design/a.kpi"), DESIGN, "so far nothing is written");

    let safe = kpi(here.path(), &["check", "design", "--fix", "--format", "concise"]);
    assert_eq!(safe.code, 2, "kpi.toml is still not understood");
    insta::assert_snapshot!(format!("{}────\n{}────\n{}", safe.stdout, safe.stderr, text("design/a.kpi")));
    assert_eq!(text("other/units.kpi"), "unit EUR： money\n", "what belongs to another design stays");
    assert_eq!(text("design/kpi.toml"), "[output]\nlan = \"zh\"\n[data]\nallow = [\"../x\"]\n");

    let all = kpi(here.path(), &["check", "design", "--fix", "--unsafe-fixes", "--format", "concise"]);
    insta::assert_snapshot!(format!("{}────\n{}────\n{}", all.stdout, all.stderr, text("design/kpi.toml")));
    let again = kpi(here.path(), &["check", "design", "--fix", "--unsafe-fixes", "--diff"]);
    assert_eq!((again.code, again.stdout.as_str(), again.stderr.as_str()), (0, "", "would fix 0 findings\n"));
    assert_eq!(kpi(here.path(), &["check", "design", "--unsafe-fixes"]).code, 2, "only with --fix");
}

#[test]
fn what_can_be_fixed_is_told() {
    let here = folder(&[("a.kpi", DESIGN)]);
    let ran = kpi(here.path(), &["check"]);
    assert!(ran.stderr.contains("can be fixed with `--fix`"), "{}", ran.stderr);
    assert!(ran.stdout.contains("checked 1 file"), "{}", ran.stdout);
    assert_eq!(kpi(here.path(), &["check", "--format", "json"]).stderr, "", "programs see the fixes themselves");
}

/// The fixes of rules: they end, can be read, leave no error, and the findings that carried them are gone.
#[test]
fn fixes_of_rules_mend_what_was_found() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in walkdir::WalkDir::new(root().join("tests/cases/lint")).sort_by_file_name() {
        let path = entry.expect("an entry").into_path();
        if path.file_name().is_none_or(|n| n != "bad.kpi")
            || path.parent().and_then(|p| p.file_name()).is_some_and(|n| n == "bad")
        {
            continue;
        }
        let name = path.display().to_string();
        let mut texts = files(&std::fs::read_to_string(&path).expect("a case"));
        let judge = |texts: &[(String, String)]| {
            let mut loaded = errors(texts);
            let as_of = Some("2026-06-30".parse().expect("a day"));
            let profile = Some(fishbone::config::Profile::Appraisal);
            loaded.lint(&fishbone::lint::Options { profile, as_of, ..Default::default() }, None);
            loaded
        };
        let fixable = |loaded: &Loaded| loaded.diagnostics().iter().filter(|d| d.fix.is_some()).count();
        let had_errors = errors(&texts).has_errors();
        if fixable(&judge(&texts)) == 0 {
            continue;
        }
        seen += 1;
        for rounds in 0.. {
            let loaded = judge(&texts);
            let made = round(&loaded.sources, loaded.diagnostics(), Applicability::Proposed, |_| true);
            if made.made.is_empty() || rounds == 8 {
                if fixable(&loaded) > 0 || (!had_errors && errors(&texts).has_errors()) {
                    wrong.push(format!("{name} after {rounds} rounds: {:#?}\n{}", loaded.diagnostics(), texts[0].1));
                }
                break;
            }
            for (id, text) in made.texts {
                let path = loaded.sources.get(id).expect("a file").path.clone();
                texts.iter_mut().find(|(p, _)| *p == path).expect("the file").1 = text;
            }
        }
    }
    assert!(seen > 5, "{seen}");
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n\n"));
}
