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
