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

const COMPUTED: &str = r#"source customers {
  from: csv("customers.csv")
  key: id
  field id: id
  field kind: text?
  field weight: number = if kind = "large" then 3 else if kind = "small" then 1
}

source orders {
  from: csv("orders.csv")
  time: day
  clean {
    drop where gross < 0 "credit notes"
  }
  field day: date
  field customer: id -> customers
  field gross: decimal
  field fee: decimal?
  field charged: number = fee otherwise 0
  field net: number = if gross > 100 then gross - charged else gross
  field size: text = if gross > 100 then "L" else "S"
  field large: bool = if gross > 100 then true else false
  field unread: number = if gross > 0 then 1 else 2
}

source stock {
  from: csv("stock.csv")
  time: day
  field day: date
  field pieces: integer
  field held: number = if pieces > 10 then pieces else 0
}

dimension size: orders.size

measure net = sum(orders.net)
measure sizes = count(set(orders.size))
measure weight = sum(orders.customer.weight)
measure big = sum(orders.net where large)
measure held = closing(stock.held)
measure unread = sum(orders.unread)

test "one" {
  given customers
    | id | kind  |
    | a  | large |
    | b  |       |
  given orders
    | day        | customer | gross | fee |
    | 2026-01-03 | a        | 200   | 2   |
    | 2026-01-04 | b        | 150   | 1   |
    | 2026-01-05 | b        | -5    |     |
    | 2026-02-05 | b        | 50    |     |
  given stock
    | day        | pieces |
    | 2026-01-30 | 5      |
    | 2026-01-31 | 20     |
EXPECT
}
"#;

/// The ways through a computed field are gone by the rows that what is expected reads: those of its window and slice that
/// cleaning and the filter leave, over references too.
#[test]
fn coverage_sees_computed_fields() {
    let gone = |expect: &str| -> Vec<String> {
        let here = folder(&[("main.kpi", &COMPUTED.replace("EXPECT", expect))]);
        let json = kpi(here.path(), &["test", "--coverage", "--format", "json"]);
        let report: Value = serde_json::from_str(&json.stdout).expect(&json.stderr);
        let branches =
            report["coverage"]["pieces"].as_array().expect("pieces").iter().filter(|p| p["kind"] == "branch");
        let branches: Vec<&Value> = branches.collect();
        assert_eq!(branches.len(), 16, "every way is listed, gone or not");
        let gone = branches.into_iter().filter(|p| p["reached"] == true);
        gone.map(|p| format!("{} {}", p["subject"], p["way"]).replace('"', "")).collect()
    };
    // The row that is dropped would be the only one for the other way.
    let january = ["orders.charged known", "orders.net then"];
    assert_eq!(gone("  expect net in 2026-01 = 347"), january);
    // Where `gross` is 100 or less the fee is not looked at: that it is missing there shows nothing of `charged`.
    assert_eq!(gone("  expect net in 2026-02 = 50"), ["orders.net else"]);
    // The filter leaves no row to read, and reads a field itself.
    assert_eq!(gone("  expect big in 2026-02 = 0"), ["orders.large else"]);
    assert_eq!(gone("  expect big in 2026-01 = 347"), [january.as_slice(), &["orders.large then"]].concat());
    // A slice reads the field of its dimension, a set that of its key.
    let large = [january.as_slice(), &["orders.size then"]].concat();
    assert_eq!(gone("  expect net in 2026-01 for size = \"L\" = 347"), large);
    assert_eq!(gone("  expect sizes in 2026-02 = 1"), ["orders.size else"]);
    // A kind that is missing goes neither way.
    assert_eq!(gone("  expect weight in 2026-01 = 3"), ["customers.weight then"]);
    // A balance reads the last day alone.
    assert_eq!(gone("  expect held in 2026-01 = 20"), ["stock.held then"]);
}

/// They count for `--at-least`.
#[test]
fn ways_of_computed_fields_count_and_are_told() {
    let here = folder(&[("main.kpi", &COMPUTED.replace("EXPECT", "  expect net in 2026-01 = 347"))]);
    let ran = kpi(here.path(), &["test", "--coverage", "--at-least", "30"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("less than the 30%"), "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout);
    let zh = kpi(here.path(), &["test", "--coverage", "--lang", "zh"]);
    assert_eq!(zh.code, 0, "{zh:?}");
    insta::assert_snapshot!(zh.stdout);
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
