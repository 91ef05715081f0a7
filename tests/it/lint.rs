//! The rules: their cases, their pages, and that they leave each other's passing designs alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fishbone::config::Profile;
use fishbone::diagnostic::{Lang, Severity};
use fishbone::lint::{self, Options, Rule};
use fishbone::render::diagnostics::{Report, human};
use fishbone::render::text::Paint;
use fishbone::workspace::Loaded;

use crate::check::{blocks, files};
use crate::support::root;

/// The codes that a design of the rules must have; a rule that is lost is lost for those who waived it.
const CODES: &[&str] = &[
    "S01", "S02", "S04", "S05", "S07", "S08", "S09", "S10", "S11", "S12", "S13", "M04", "M05", "M06", "M08", "M09",
    "M10", "M11", "M12", "M13", "M14", "M15", "M17", "M19", "M21", "M22", "A01", "A02", "A03", "A04", "A05", "A06",
    "A07", "A08", "A09", "A10", "A11", "A12", "A13", "A14", "A15", "A18", "R01", "R02", "R03", "R04", "R05", "R06",
    "R08", "R09", "R10", "R11", "R12", "R14", "R15", "R17", "R18", "R19", "R20", "R21", "T01", "T02", "T04", "T05",
    "T07", "T09", "T11", "T12", "T13", "X03", "X05", "X12", "D01", "D02", "D06", "D08", "D09", "D11", "G01", "G06",
    "G07", "G08",
];

/// Judged on a fixed day, by all rules: those of `appraisal` only where one of them is meant.
fn judged(files: &[(String, String)], rule: &Rule) -> Loaded {
    let profile = Some(if rule.appraisal { Profile::Appraisal } else { Profile::Strict });
    let mut loaded = fishbone::load_texts(files.iter().cloned());
    let as_of = Some("2026-06-30".parse().expect("a day"));
    loaded.lint(&Options { profile, as_of, ..Options::default() }, None);
    loaded
}

fn raised(loaded: &Loaded) -> BTreeSet<String> {
    loaded.diagnostics().iter().map(|d| d.code.id.to_string()).collect()
}

fn shown(loaded: &Loaded) -> String {
    shown_in(Lang::En, loaded)
}

fn shown_in(lang: Lang, loaded: &Loaded) -> String {
    let report = Report { sections: vec![loaded.section()], lang, ..Report::default() };
    human::render(&report, human::Options { paint: Paint { on: false }, columns: None })
}

/// The folders of cases: `CODE-name`.
fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root().join("tests/cases/lint"))
        .expect("tests/cases/lint")
        .map(|e| e.expect("an entry").path())
        .filter(|p| p.is_dir())
        .collect();
    folders.sort();
    folders
}

fn rule_of(folder: &Path) -> &'static Rule {
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    let (code, rest) = name.split_once('-').expect("CODE-name");
    let rule = lint::rule(code).unwrap_or_else(|| panic!("{name}: there is no such rule"));
    assert_eq!(rule.code.name, rest, "{name} is named as its rule");
    rule
}

/// `bad.kpi` raises its rule and nothing else, and its snapshot shows what is said; `good.kpi` raises nothing of any rule: so
/// the rules judge each other's passing designs.
#[test]
fn cases() {
    let mut wrong = Vec::new();
    for folder in folders() {
        let rule = rule_of(&folder);
        if rule.needs == lint::Needs::Data {
            continue;
        }
        for (file, wanted) in [("bad", BTreeSet::from([rule.code.id.to_string()])), ("good", BTreeSet::new())] {
            let text = std::fs::read_to_string(folder.join(format!("{file}.kpi"))).expect("a case");
            let loaded = judged(&files(&text), rule);
            if raised(&loaded) != wanted {
                wrong.push(format!("{}/{file}.kpi raises {}", folder.display(), shown(&loaded)));
            }
            if file == "bad" {
                insta::with_settings!({
                    snapshot_path => &folder,
                    prepend_module_to_snapshot => false,
                    omit_expression => true,
                }, {
                    insta::assert_snapshot!("bad", format!("{}\n────────\n{}", shown(&loaded), shown_in(Lang::Zh, &loaded)));
                });
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A rule that looks at data has workspaces in its place: those that start with `bad` raise it, those that start with `good`
/// do not, and neither has errors of its own.
#[cfg(feature = "engine")]
#[test]
fn cases_with_data() {
    let mut wrong = Vec::new();
    for folder in folders() {
        let rule = rule_of(&folder);
        let entries = std::fs::read_dir(&folder).expect("a folder").map(|e| e.expect("an entry").path());
        let mut workspaces: Vec<PathBuf> = entries.filter(|p| p.is_dir()).collect();
        workspaces.sort();
        let name = |p: &PathBuf| p.file_name().expect("a name").to_string_lossy().into_owned();
        let names: Vec<String> = workspaces.iter().map(name).collect();
        let all = ["bad", "good"].iter().all(|start| names.iter().any(|n| n.starts_with(start)));
        assert!(all || rule.needs != lint::Needs::Data, "{}: {names:?}", folder.display());
        for (workspace, name) in workspaces.iter().zip(names) {
            let mut loaded = fishbone::load_path(workspace).expect("a design");
            let options = Options { profile: Some(Profile::Strict), ..Options::default() };
            loaded.lint_with_data(&options, &fishbone::DataOptions::default());
            loaded.shown.clear();
            let raised = raised(&loaded);
            let bad = name.starts_with("bad");
            let whole = rule.needs != lint::Needs::Data || rule_was_judged(&loaded, rule);
            if raised.contains(rule.code.id) != bad || raised.iter().any(|c| c.starts_with('E')) || !whole {
                wrong.push(format!("{}/{name} raises {}", folder.display(), shown(&loaded)));
            }
            if bad {
                insta::with_settings!({
                    snapshot_path => &folder,
                    prepend_module_to_snapshot => false,
                    omit_expression => true,
                }, {
                    insta::assert_snapshot!(name, format!("{}\n────────\n{}", shown(&loaded), shown_in(Lang::Zh, &loaded)));
                });
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a rule was judged for every indicator: a design that it could not judge is no passing one.
#[cfg(feature = "engine")]
fn rule_was_judged(loaded: &Loaded, rule: &Rule) -> bool {
    loaded.judgement.as_ref().is_some_and(|j| j.not_judged.iter().all(|n| n.rule != rule.code.id))
}

/// A page's ```` ```kpi,fails ```` blocks raise its rule, its ```` ```kpi ```` blocks do not, and neither has errors.
#[test]
fn pages_are_true() {
    let mut wrong = Vec::new();
    for rule in lint::rules().filter(|r| r.needs != lint::Needs::Data) {
        let blocks = blocks(&rule.page().text);
        for fails in [true, false] {
            if !blocks.iter().any(|(f, _)| *f == fails) {
                wrong.push(format!("the page of {} lacks a block (fails: {fails})", rule.code.id));
            }
        }
        for (fails, text) in blocks {
            let raised = raised(&judged(&files(&text), rule));
            if raised.contains(rule.code.id) != fails || raised.iter().any(|c| c.starts_with('E')) {
                wrong.push(format!("{}: raised {raised:?} by\n{text}", rule.code.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every rule has a page in both languages, and cases; codes and names are unique and in order.
#[test]
fn every_rule_is_whole() {
    let rules: Vec<&Rule> = lint::rules().collect();
    let names: BTreeSet<&str> = rules.iter().map(|r| r.code.name).collect();
    let ids: BTreeSet<&str> = rules.iter().map(|r| r.code.id).collect();
    assert_eq!((names.len(), ids.len()), (rules.len(), rules.len()), "codes and names are unique");
    assert!(rules.chunk_by(|a, b| a.group() == b.group()).all(|g| g.is_sorted_by_key(|r| r.code.id)), "codes ascend");
    let cases: BTreeSet<&str> = folders().iter().map(|f| rule_of(f).code.id).collect();
    let mut wrong: Vec<String> = Vec::new();
    for rule in &rules {
        let page = rule.page();
        let whole = !page.title.is_empty() && !page.title_chinese.is_empty() && !page.chinese.is_empty();
        if !whole || !page.text.contains("Sources:") {
            wrong.push(format!("the page of {} is not whole", rule.code.id));
        }
        if !cases.contains(rule.code.id) {
            wrong.push(format!("{} has no case tests/cases/lint/{}-{}", rule.code.id, rule.code.id, rule.code.name));
        }
    }
    wrong.extend(CODES.iter().filter(|code| !ids.contains(*code)).map(|code| format!("{code} is no rule")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Designs that stand in folders: the examples, and those made after public catalogues of indicators.
fn designs(folder: &str) -> Vec<(PathBuf, Loaded)> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root().join(folder)).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    paths.retain(|p| p.is_dir() || p.extension().is_some_and(|e| e == "kpi"));
    let load = |path: PathBuf| {
        let mut loaded = fishbone::load_path(&path).expect("a design");
        let as_of = Some("2026-06-30".parse().expect("a day"));
        loaded.lint(&Options { profile: Some(Profile::Strict), as_of, ..Options::default() }, None);
        (path, loaded)
    };
    paths.into_iter().map(load).collect()
}

/// The examples have no error and no warning under `strict`, with at most five waivers in all.
#[test]
fn examples_are_well_made() {
    let mut waivers = 0;
    let mut wrong = Vec::new();
    for (path, loaded) in designs("examples") {
        waivers += loaded.design().waivers.len();
        assert!(loaded.design().waivers.iter().all(|w| w.reason.is_some()), "{}: a waiver says why", path.display());
        if loaded.diagnostics().iter().any(|d| d.severity > Severity::Info) {
            wrong.push(format!("{}: {}", path.display(), shown(&loaded)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(waivers <= 5, "{waivers} waivers");
}

/// Slides are told, point by point, what they lack: the errors and, on what resolved, the rules.
#[test]
fn slides_are_judged_point_by_point() {
    let mut loaded = fishbone::load_path(&root().join("tests/workspaces/literal-seed")).expect("a design");
    loaded.lint(&Options::default(), None);
    let raised = raised(&loaded);
    for code in ["E0303", "S02", "S04", "T01", "G01", "R06", "R08", "R15"] {
        assert!(raised.contains(code), "{code} is not raised: {raised:?}");
    }
    // Where the repository stands is no part of what is said.
    let placed = |lang: Lang| shown_in(lang, &loaded).replace(&format!("{}/", root().display()), "");
    insta::assert_snapshot!("slides_in_english", placed(Lang::En));
    insta::assert_snapshot!("slides_in_chinese", placed(Lang::Zh));
}

/// What the rules find in each design of a folder, a line a finding.
fn found_in(folder: &str) -> String {
    let mut found = String::new();
    for (path, loaded) in designs(folder).into_iter().filter(|(path, _)| path.extension().is_some()) {
        let count = loaded.design().indicators.len();
        assert!((3..=15).contains(&count), "{}: {count} indicators", path.display());
        assert!(loaded.checked.diagnostics.iter().all(|d| !d.code.id.starts_with('E')), "{}", shown(&loaded));
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        for d in loaded.diagnostics() {
            let line = d.span().and_then(|s| loaded.sources.place(s)).map_or(0, |(_, at)| at.line);
            let severity = format!("{:?}", d.severity).to_lowercase();
            found.push_str(&format!("{name}:{line} {severity} {} {}\n", d.code.id, d.message.en));
        }
    }
    found
}

/// Twenty designs after public catalogues, in two languages: what the rules find in them was read, and is right.
#[test]
fn false_alarms() {
    let found = found_in("tests/designs");
    assert!(found.lines().all(|line| line.contains(" info ")), "{found}");
    insta::assert_snapshot!("found_in_designs", found);
}

/// Designs as catalogues publish them, without a look at the rules: every finding was read, and is right.
#[test]
fn designs_as_published() {
    insta::assert_snapshot!("found_in_designs_as_published", found_in("tests/designs/as_published"));
}

/// Designs with findings that have fixes: the cases, `fix*.kpi` beside them, and what fails on the pages; each as it is, and
/// with a comment behind every line.
fn fixable() -> Vec<(&'static Rule, String)> {
    let mut designs = Vec::new();
    for folder in folders() {
        let rule = rule_of(&folder);
        let entries = std::fs::read_dir(&folder).expect("a folder").map(|e| e.expect("an entry").path());
        let mut paths: Vec<PathBuf> = entries.filter(|p| p.extension().is_some_and(|e| e == "kpi")).collect();
        paths.sort();
        let named = |p: &PathBuf| !p.ends_with("good.kpi");
        designs.extend(paths.iter().filter(|p| named(p)).map(|p| (rule, std::fs::read_to_string(p).expect("a case"))));
    }
    for rule in lint::rules() {
        designs.extend(blocks(&rule.page().text).into_iter().filter(|(fails, _)| *fails).map(|(_, text)| (rule, text)));
    }
    designs.retain(|(_, text)| !text.contains("// file: "));
    let commented = |text: &str| text.lines().map(|line| format!("{line} // so it is\n")).collect::<String>();
    let more: Vec<_> = designs.iter().map(|(rule, text)| (*rule, commented(text))).collect();
    designs.extend(more);
    designs
}

/// What a design says, without places, without waivers, and with weights as they count.
fn meaning(loaded: &Loaded) -> String {
    use bigdecimal::{BigDecimal, Zero};
    use fishbone::design::Child;
    let mut design = loaded.design().clone();
    design.waivers.clear();
    let scaled = |weight: &mut Option<BigDecimal>, sum: &BigDecimal| {
        *weight = weight.take().filter(|_| !sum.is_zero()).map(|w| (w / sum).round(12).normalized());
    };
    let inner: Vec<Option<BigDecimal>> = design.factors.iter().map(|f| f.weight.clone()).collect();
    let mut sums = vec![BigDecimal::zero(); design.factors.len()];
    for factor in &mut design.factors {
        let weight = |child: &Child| match child {
            Child::Factor(id) => inner[id.index()].clone(),
            Child::Indicator(_, weight) => weight.clone(),
        };
        let sum: BigDecimal = factor.children.iter().filter_map(weight).sum();
        for child in &mut factor.children {
            match child {
                Child::Factor(id) => sums[id.index()] = sum.clone(),
                Child::Indicator(_, weight) => scaled(weight, &sum),
            }
        }
    }
    for (factor, sum) in design.factors.iter_mut().zip(&sums) {
        if factor.parent.is_some() {
            scaled(&mut factor.weight, sum);
        }
    }
    let spans = regex::Regex::new(r"\d+:\d+\.\.\d+").expect("a pattern");
    spans.replace_all(&format!("{design:?}"), "").into_owned()
}

/// Every fix that is offered is tried alone: the design can be read as well as before, has no error that it had not, what
/// the fix was offered for is gone, and a safe one leaves the meaning as it is.
#[test]
fn fixes_mend() {
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (rule, text) in fixable() {
        let judge = |text: &str| judged(&[("design.kpi".to_string(), text.to_string())], rule);
        let before = judge(&text);
        let errors = |loaded: &Loaded| loaded.diagnostics().iter().filter(|d| d.code.id.starts_with('E')).count();
        for diagnostic in before.diagnostics().iter().filter(|d| !d.code.id.starts_with('E')) {
            let Some(fix) = &diagnostic.fix else { continue };
            let mut edits = fix.edits.clone();
            edits.sort_by_key(|e| std::cmp::Reverse(e.span.start));
            let mut mended = text.clone();
            for edit in edits {
                mended.replace_range(edit.span.range(), &edit.text);
            }
            let after = judge(&mended);
            let count = |loaded: &Loaded| {
                let same = |d: &&fishbone::diagnostic::Diagnostic| {
                    (d.code, &d.message) == (diagnostic.code, &diagnostic.message)
                };
                loaded.diagnostics().iter().filter(same).count()
            };
            let safe = fix.applicability == fishbone::diagnostic::Applicability::Safe;
            let problem = match () {
                () if errors(&after) > errors(&before) => "has new errors",
                () if count(&after) >= count(&before) => "is found again",
                () if safe && meaning(&before) != meaning(&after) => "means something else",
                () => {
                    *tried.entry(diagnostic.code.id).or_default() += 1;
                    continue;
                }
            };
            wrong.push(format!("{}: {problem}\n{mended}\n{}", diagnostic.message.en, shown(&after)));
        }
    }
    assert!(wrong.is_empty(), "{} fixes:\n{}", wrong.len(), wrong.join("\n────────\n"));
    for rule in lint::rules().filter(|r| r.fix != lint::FixKind::None) {
        assert!(tried.get(rule.code.id).is_some_and(|n| *n >= 4), "{}: {tried:?}", rule.code.id);
    }
}

const SMALL: &str = "factor f { }\nobjective o\n";

fn codes(config: &str, options: &Options) -> Vec<String> {
    let files = [("a.kpi", SMALL), ("team/b.kpi", "objective p\n"), ("kpi.toml", config)];
    let mut loaded = fishbone::load_texts(files.map(|(p, t)| (p.to_string(), t.to_string())));
    loaded.lint(options, None);
    let place = |d: &fishbone::diagnostic::Diagnostic| {
        d.span().and_then(|s| loaded.sources.place(s)).map_or(String::new(), |(path, at)| format!("{path}:{}", at.line))
    };
    loaded.diagnostics().iter().map(|d| format!("{:?} {} {}", d.severity, d.code.id, place(d))).collect()
}

/// Which rules are judged: the profile, then `kpi.toml`, then its paths, then the command line; the closer selector wins.
#[test]
fn rules_are_selected() {
    let none = Options::default();
    let usual = ["Warning R01 a.kpi:1", "Warning R02 a.kpi:2", "Warning R02 team/b.kpi:1"];
    assert_eq!(codes("", &none), usual);
    let strict = codes("[check]\nprofile = \"strict\"\n", &none);
    assert_eq!(strict.iter().filter(|c| c.starts_with("Info S13")).count(), 3, "{strict:?}");
    assert_eq!(codes("[check]\nprofile = \"draft\"\n", &none), [""; 0]);
    assert_eq!(codes("[check]\nprofile = \"draft\"\nselect = [\"R02\"]\n", &none), usual[1..]);
    assert_eq!(codes("[check]\nignore = [\"R\"]\nselect = [\"factor-without-indicator\"]\n", &none), usual[..1]);
    assert_eq!(
        codes("[check.severity]\nR01 = \"off\"\nobjective-unmeasured = \"error\"\n", &none),
        ["Error R02 a.kpi:2", "Error R02 team/b.kpi:1"]
    );
    assert_eq!(codes("[[check.path]]\npath = \"team/**\"\nignore = [\"R02\"]\n", &none), usual[..2]);
    let line = Options { select: vec!["R02".into()], ignore: vec!["R".into()], ..Options::default() };
    assert_eq!(codes("[check]\nignore = [\"R02\"]\n", &line), usual[1..]);
    let wrong = codes("[check]\nselect = [\"S99\"]\n[check.severity]\nvage-word = \"off\"\n", &none);
    assert_eq!(wrong.iter().filter(|c| c.starts_with("Error E0852 kpi.toml")).count(), 2, "{wrong:?}");
}

/// What is a leap may be said in `kpi.toml`; a share of 0 is none.
#[test]
fn a_leap_is_what_the_house_says() {
    let folder = root().join("tests/cases/lint/A07-heroic-stretch");
    let raised = |name: &str, config: &str| {
        let text = std::fs::read_to_string(folder.join(name)).expect("a case");
        let files = [("a.kpi", &*text), ("kpi.toml", config)].map(|(p, t)| (p.to_string(), t.to_string()));
        let mut loaded = fishbone::load_texts(files);
        loaded.lint(&Options { select: vec!["A07".into(), "A18".into()], ..Options::default() }, None);
        loaded.diagnostics().iter().map(|d| d.code.id).filter(|c| c.starts_with('A')).collect::<Vec<_>>().join(" ")
    };
    assert!(raised("bad.kpi", "").contains("A07") && !raised("good.kpi", "").contains("A07"));
    assert!(!raised("bad.kpi", "[check]\nleap = 100\n").contains("A07"));
    assert!(raised("good.kpi", "[check]\nleap = 0.000_1\n").contains("A07"));
    for wrong in ["0", "-0.5", "nan", "inf", "\"half\""] {
        let mut loaded = fishbone::load_texts([("kpi.toml".to_string(), format!("[check]\nleap = {wrong}\n"))]);
        loaded.lint(&Options::default(), None);
        assert!(loaded.has_errors(), "{wrong}");
    }
}

/// `allow` waives in its block, until its day, with a reason; one that is not needed is told, and a rule that does not exist.
#[test]
fn waivers_hold_where_they_stand() {
    let raised = |text: &str, as_of: Option<&str>| {
        let mut loaded = fishbone::load_texts([("a.kpi".to_string(), text.to_string())]);
        let as_of = as_of.map(|d| d.parse().expect("a day"));
        loaded.lint(&Options { as_of, ..Options::default() }, None);
        loaded.diagnostics().iter().map(|d| d.code.id).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(raised("factor f { allow R01: \"later\" }\nfactor g { }\n", None), "R01");
    assert_eq!(raised("factor f { }\nfactor g { }\nallow factor-without-indicator: \"later\"\n", None), "");
    let until = "factor f { allow R01 until 2026-03-31: \"later\" }\n";
    assert_eq!((raised(until, None), raised(until, Some("2026-03-31"))), (String::new(), String::new()));
    assert_eq!(raised(until, Some("2026-04-01")), "R01 G08");
    assert_eq!(raised("factor f { allow R01: \"\" }\n", None), "G08");
    assert_eq!(raised("factor f { allow R77: \"why\" }\n", None), "R01 G08");
    assert_eq!(raised("factor f { allow T02: \"no day is given\" }\n", None), "R01");
    assert_eq!(raised("factor f { allow M13: \"what it waives may lie in the data\" }\n", None), "R01");
}

/// The program: what is denied, what is not known, the lines of indicators, the pages.
#[test]
fn the_program_judges() {
    use crate::support::{folder, kpi};
    let here = folder(&[("a.kpi", SMALL)]);
    let run = |args: &str| kpi(here.path(), &args.split(' ').collect::<Vec<_>>());
    assert_eq!(run("check").code, 0);
    assert_eq!(run("check --deny warnings").code, 1);
    assert_eq!(run("check --deny warnings --ignore R").code, 0);
    let wrong = run("check --select vage-word");
    assert!(wrong.code == 2 && wrong.stderr.contains("did you mean `vague-word`?"), "{wrong:?}");
    assert_eq!(run("check --as-of 2026-13-01").code, 2);
    let chinese = run("check --lang zh --format concise");
    assert!(chinese.stdout.contains("没有指标"), "{chinese:?}");
    let (page, zh, list) = (run("rule vague-word"), run("rule S02 --lang zh"), run("rule"));
    assert!(page.stdout.starts_with("S02 vague-word: ") && zh.stdout.contains("含糊"), "{page:?} {zh:?}");
    assert!(list.stdout.lines().count() >= 50 && run("rule --all").stdout.matches("\n## 中文").count() >= 50);
    assert_eq!(run("rule nothing-like-it").code, 2);
    let slides = root().join("tests/workspaces/literal-seed");
    let smart = kpi(&slides, &["check", "--smart"]);
    assert!(smart.stdout.contains("S ✗"), "{smart:?}");
}
