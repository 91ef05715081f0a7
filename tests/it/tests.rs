//! `kpi test`: what its formats say, and what tests reach.

use serde_json::Value;

use crate::support::{assert_valid, folder, kpi};

const DESIGN: &str = r#"source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field fee: decimal?
}

measure fees = sum(orders.fee)
measure unused = count(orders)

indicator average {
  formula: if count(orders) > 0 then fees / count(orders) else 0
  unit: 1
  direction: higher
  frequency: monthly
  target: 10 until 2026-02-28
  target: 20 until 2026-12-31
}

indicator latest {
  formula: avg(orders.fee) otherwise previous(avg(orders.fee)) otherwise 7
  unit: 1
  direction: higher
  frequency: monthly
  target: 10 until 2026-12-31
}

indicator retired {
  formula: count(orders)
  unit: 1
  direction: higher
  frequency: monthly
  stage: retired
}

test "averages" {
  given orders
    | day        | fee |
    | 2026-01-03 | 10  |
    | 2026-01-04 | 20  |
  expect average in 2026-01 = 15
  expect average in 2026-01 is on_target
  expect latest in 2026-01 = 15
  expect latest in 2026-02 = 15
}

test "nothing & <nowhere>" {
  given orders
    | day | fee |
  expect average in 2026-01 = 1
}
"#;

#[test]
fn coverage_says_what_no_test_reaches() {
    let here = folder(&[("main.kpi", DESIGN)]);
    let ran = kpi(here.path(), &["test", "--coverage"]);
    assert_eq!(ran.code, 1, "one test fails: {ran:?}");
    insta::assert_snapshot!(ran.stdout);

    let json = kpi(here.path(), &["test", "--coverage", "--format", "json"]);
    let schema = kpi(here.path(), &["schema", "test"]);
    assert_valid(&schema.stdout, &json.stdout);
    let report: Value = serde_json::from_str(&json.stdout).expect("JSON");
    let pieces = report["coverage"]["pieces"].as_array().expect("pieces");
    let missed: Vec<String> = pieces
        .iter()
        .filter(|p| p["reached"] == false)
        .map(|p| format!("{} {} {}", p["kind"], p["subject"], p["way"]).replace('"', ""))
        .collect();
    assert_eq!(
        missed,
        ["measure unused null", "target average null", "branch latest otherwise", "target latest null",]
    );
    let without = kpi(here.path(), &["test", "--format", "json"]);
    assert_valid(&schema.stdout, &without.stdout);
    assert!(without.stdout.contains("\"coverage\": null"));

    // With the first test alone the way of no orders is not gone.
    let one = kpi(here.path(), &["test", "--coverage", "--filter", "averages", "--at-least", "60"]);
    assert_eq!(one.code, 0, "{one:?}");
    assert!(one.stdout.contains("condition does not hold"), "{}", one.stdout);
    let high = kpi(here.path(), &["test", "--coverage", "--filter", "averages", "--at-least", "90"]);
    assert_eq!(high.code, 1);
    assert!(high.stderr.contains("less than the 90%"), "{}", high.stderr);
    assert_eq!(kpi(here.path(), &["test", "--at-least", "90"]).code, 2, "only with --coverage");
}

#[test]
fn tests_are_told_in_junit() {
    let here = folder(&[("设计/main.kpi", DESIGN)]);
    let ran = kpi(here.path(), &["test", "设计", "--format", "junit"]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.stdout);
    let report = quick_junit::Report::deserialize_from_str(&ran.stdout).expect("JUnit");
    assert_eq!((report.tests, report.failures), (2, 1));
}

/// The value of a target, and what stands beside it, may have ways too: one is gone where a status is expected.
#[test]
fn coverage_sees_the_values_of_targets() {
    let design = r#"source orders {
  from: csv("orders.csv")
  time: day
  field day: date
}

indicator sales {
  formula: count(orders)
  unit: 1
  direction: higher
  frequency: monthly
  target: if previous(count(orders)) > 2 then 3 else 1 until 2026-12-31
  threshold: if count(orders) > 100 then 2 else 0.5
}

test "a quiet month before" {
  given orders
    | day        |
    | 2026-01-03 |
    | 2026-02-03 |
  expect sales in 2026-02 = 1
}
"#;
    let missed = |design: &str| -> Vec<String> {
        let here = folder(&[("main.kpi", design)]);
        let json = kpi(here.path(), &["test", "--coverage", "--format", "json"]);
        let report: Value = serde_json::from_str(&json.stdout).expect("JSON");
        let pieces = report["coverage"]["pieces"].as_array().expect("pieces");
        let missed = pieces.iter().filter(|p| p["reached"] == false);
        missed.map(|p| format!("{} {} {}", p["kind"], p["way"], p["line"]).replace('"', "")).collect()
    };
    let all = ["branch then 12", "branch else 12", "target null 12", "branch then 13", "branch else 13"];
    assert_eq!(missed(design), all, "a value is no verdict");
    let judged = design.replace("2026-02 = 1", "2026-02 is on_target");
    assert_eq!(missed(&judged), ["branch then 12", "branch then 13"]);
}

/// What tests say is said in Chinese where that is asked for; names and statuses stay as they are written.
#[test]
fn tests_are_told_in_chinese() {
    let here = folder(&[("main.kpi", DESIGN)]);
    let ran = kpi(here.path(), &["test", "--coverage", "--lang", "zh"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    insta::assert_snapshot!(ran.stdout);
    let high = kpi(here.path(), &["test", "--coverage", "--at-least", "90", "--lang", "zh"]);
    assert!(high.stderr.contains("低于要求的 90%"), "{}", high.stderr);
}
