//! What `kpi check` writes for other programs, and how it stays readable for people.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Ran, assert_valid, folder, root};

/// An unknown name, a full-width mark with a fix, an indicator without owner, characters that formats must escape.
const DESIGN: &str = "// 客户\nmeasure 收入 = sum(ordres.fee)\nsource orders { from: csv(\"a,b 100%.csv\")\n  time: day\n  field day： date\n  \
                      field fee: decimal\n}\nindicator csat \"满意 <度> & 'more'\" {\n  formula: count(orders)\n  unit: 1\n  direction: higher\n  \
                      frequency: monthly\n}\n";

/// The program, with a fixed set of rules.
fn kpi(folder: &std::path::Path, args: &[&str]) -> Ran {
    let rules = ["--profile", "draft", "--select", "S01,G01,T01", "--ignore", "M,A,R,D"];
    crate::support::kpi(folder, &[args, &rules].concat())
}

fn design() -> tempfile::TempDir {
    folder(&[("部门 a/kpi.toml", ""), ("部门 a/a,b:c.kpi", DESIGN), ("b.kpi", "measure one = 1\n")])
}

#[test]
fn every_format_says_the_same() {
    let here = design();
    for format in ["concise", "github", "gitlab", "sarif", "junit"] {
        let ran = kpi(here.path(), &["check", "--format", format]);
        assert_eq!(ran.code, 1, "{format}: {ran:?}");
        // The pages of the rules stand in SARIF; they have tests of their own.
        let shown = match format {
            "sarif" => {
                let mut log: Value = serde_json::from_str(&ran.stdout).expect("JSON");
                for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("rules") {
                    assert!(rule["help"]["markdown"].as_str().is_some_and(|m| m.len() > 100), "{rule}");
                    rule["help"] = Value::Null;
                }
                serde_json::to_string_pretty(&log).expect("JSON")
            }
            _ => ran.stdout,
        };
        insta::assert_snapshot!(format!("format_{format}"), shown);
    }
}

#[test]
fn sarif_is_as_its_schema_says() {
    let schema = std::fs::read_to_string(root().join("tests/schemas/sarif-2.1.0.json")).expect("the schema");
    // The bracket that closes nothing in the pattern of a language is an error in stricter dialects of patterns.
    let schema = schema.replace("{2}]?$", "{2}\\\\]?$");
    let here = design();
    for paths in [&["."][..], &["b.kpi"]] {
        let ran = kpi(here.path(), &[&["check", "--format", "sarif"], paths].concat());
        assert_valid(&schema, &ran.stdout);
    }
    let log: Value = serde_json::from_str(&kpi(here.path(), &["check", "--format", "sarif"]).stdout).expect("JSON");
    let fixed = log["runs"][0]["results"].as_array().expect("results").iter().filter(|r| !r["fixes"].is_null());
    assert!(fixed.count() > 0, "a fix is written too");
    // The schema does tell right from wrong.
    let wrong = log.to_string().replace("\"ruleId\"", "\"rule\"");
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).expect("JSON")).expect("a schema");
    assert!(!validator.is_valid(&serde_json::from_str(&wrong).expect("JSON")));
}

#[test]
fn junit_is_read_by_others() {
    let here = design();
    let ran = kpi(here.path(), &["check", "--format", "junit"]);
    let report = quick_junit::Report::deserialize_from_str(&ran.stdout).expect("JUnit");
    let counts: Value = serde_json::from_str(&kpi(here.path(), &["check", "--format", "json"]).stdout).expect("JSON");
    let summary = &counts["summary"];
    let failed = summary["errors"].as_u64().unwrap_or(0) + summary["warnings"].as_u64().unwrap_or(0);
    assert_eq!(report.failures as u64, failed);
    let cases = report.test_suites.iter().flat_map(|s| &s.test_cases);
    assert!(cases.clone().any(|c| c.classname.as_ref().is_some_and(|c| c.as_str() == "部门 a/a,b:c.kpi")));
    let sound = kpi(here.path(), &["check", "--format", "junit", "b.kpi"]);
    let report = quick_junit::Report::deserialize_from_str(&sound.stdout).expect("JUnit");
    assert_eq!((sound.code, report.tests, report.failures), (0, 1, 0));
}

/// Findings keep their fingerprints when lines move and the file gets another name; each has its own.
#[test]
fn fingerprints_last() {
    let prints = |text: &str, name: &str| -> BTreeSet<String> {
        let here = folder(&[(name, text)]);
        let ran = kpi(here.path(), &["check", "--format", "gitlab"]);
        let list: Vec<Value> = serde_json::from_str(&ran.stdout).expect("JSON");
        let prints: BTreeSet<String> =
            list.iter().map(|f| f["fingerprint"].as_str().expect("a fingerprint").to_string()).collect();
        assert_eq!(prints.len(), list.len(), "each its own");
        assert!(prints.len() > 3, "{prints:?}");
        prints
    };
    let text = format!("{DESIGN}measure other = ordres\nmeasure another = ordres2 + ordres2\n");
    let moved = format!("\n\n// moved\n{}", text.replace("\n  ", "\n\n\t"));
    assert_eq!(prints(&text, "a.kpi"), prints(&moved, "b.kpi"));
}

#[test]
fn files_are_written_by_their_names() {
    let here = design();
    let args =
        ["check", "-o", "x.json", "-o", "x.sarif", "-o", "x.xml", "-o", "gl-code-quality-report.json", "-o", "x.txt"];
    let ran = kpi(here.path(), &args);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let read = |name: &str| std::fs::read_to_string(here.path().join(name)).expect("a file");
    for (name, format) in [
        ("x.json", "json"),
        ("x.sarif", "sarif"),
        ("x.xml", "junit"),
        ("gl-code-quality-report.json", "gitlab"),
        ("x.txt", "human"),
    ] {
        assert_eq!(read(name), kpi(here.path(), &["check", "--format", format]).stdout, "{name}");
    }
    let both = kpi(here.path(), &["check", "--format", "github", "-o", "annotations", "-o", "y.json"]);
    assert_eq!((both.code, read("annotations")), (1, read("y.json")));
}

#[test]
fn a_thousand_findings_stay_readable() {
    let mut text = String::from("source orders { from: csv(\"a.csv\"), time: day\n  field day: date\n}\n");
    for i in 0..400 {
        text.push_str(&format!(
            "indicator i{i} \"I\" {{\n  formula: count(orders)\n  unit: 1\n  direction: higher\n  frequency: monthly\n}}\n"
        ));
    }
    text.push_str("measure wrong = nothing\n");
    let here = folder(&[("a.kpi", &text)]);
    let all: Value = serde_json::from_str(&kpi(here.path(), &["check", "--format", "json"]).stdout).expect("JSON");
    let total = all["diagnostics"].as_array().expect("diagnostics").len();
    assert!(total > 1000, "{total}");
    let ran = kpi(here.path(), &["check"]);
    assert_eq!(ran.code, 1);
    let lines = ran.stdout.lines().count();
    assert!(lines < 25 * 12, "{lines} lines");
    assert!(ran.stdout.contains("nothing"), "what is rare is not lost among what is frequent");
    let few = kpi(here.path(), &["check", "--max", "2"]);
    assert!(few.code == 1 && few.stdout.lines().count() < 60, "{}", few.stdout);
    insta::assert_snapshot!(few.stdout);
    assert!(kpi(here.path(), &["check", "--max", "0"]).stdout.lines().count() > 5 * total);
    assert_eq!(kpi(here.path(), &["check", "--format", "concise", "--max", "7"]).stdout.lines().count(), 7);
}

/// The words around the diagnostics are in the language that is asked for, from one place.
#[test]
fn checks_are_told_in_chinese() {
    let here = design();
    let ran = kpi(here.path(), &["--lang", "zh", "check", "--max", "0"]);
    insta::assert_snapshot!(ran.stdout);
    let concise = kpi(here.path(), &["--lang", "zh", "check", "--format", "concise"]);
    assert!(concise.stdout.contains("错误[E0"), "{}", concise.stdout);
    assert!(concise.stderr.starts_with("检查了 2 个设计的 2 个文件："), "{}", concise.stderr);
    // Findings are known again in any language.
    let prints = |lang: &str| {
        let ran = kpi(here.path(), &["--lang", lang, "check", "--format", "gitlab"]);
        let list: Vec<Value> = serde_json::from_str(&ran.stdout).expect("JSON");
        list.iter().map(|f| f["fingerprint"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(prints("en"), prints("zh"));
}
