//! `kpi eval`, `explain` and `test` as their users meet them, on a small shop. (Values are the business of other tests.)

use std::path::Path;

use super::support::{Ran, assert_valid, folder, kpi, write};

const DESIGN: &str = r#"design shop "Shop" { locale: "en" }
unit USD: money "$"

source orders {
  from: csv("data/orders.csv")
  time: day
  key: id
  refreshed: daily
  field id: id
  field day: date
  field amount: decimal USD 0..
  field region: text in "north", "south"
  field status: text in "paid", "cancelled"
  clean { drop where status = "cancelled" "never paid" }
}

source visits {
  from: csv("data/visits.csv")
  time: day
  field day: date
}

dimension region: orders.region
measure paid "Paid orders" = count(orders)

objective growth "Growth" { owner: "Ann" }

factor sales "Sales" {
  objective: growth
  perspective: financial
  indicator revenue "Revenue" {
    definition: "the amount of all orders that were paid"
    formula: sum(orders.amount), unit: USD, direction: higher, frequency: monthly
    target: 100 USD until 2026-12-31, threshold: 80 USD
  }
  indicator conversion "Conversion" {
    formula: count(orders) / count(visits), unit: %, direction: higher, frequency: monthly
    target: 50% until 2026-12-31, threshold: 30%
  }
}

test "cancelled orders are no revenue" {
  given orders
    | id | day        | amount | status    |
    | 1  | 2026-01-10 | 70     | paid      |
    | 2  | 2026-01-11 | 30     | cancelled |
  expect revenue in 2026-01 = 70 USD
  expect revenue in 2026-01 is off_target
}
"#;

const ORDERS: &str = "\
id,day,amount,region,status
1,2026-01-10,70.50,north,paid
2,2026-01-20,40,south,paid
3,2026-01-21,40,south,cancelled
4,2026-02-03,85,north,paid
5,2026-03-31,20,,paid
";

const VISITS: &str = "day\n2026-01-09\n2026-01-10\n2026-01-20\n2026-01-30\n2026-02-03\n2026-02-04\n";

fn shop() -> tempfile::TempDir {
    // A region may be missing in the last order.
    let design = DESIGN.replace("region: text in", "region: text? in");
    folder(&[("shop.kpi", &design), ("data/orders.csv", ORDERS), ("data/visits.csv", VISITS)])
}

fn run(folder: &Path, line: &str) -> Ran {
    kpi(folder, &line.split_whitespace().collect::<Vec<_>>())
}

#[test]
fn the_scoreboard() {
    let shop = shop();
    let ran = run(shop.path(), "eval --period 2026-01");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(ran.stdout);
    let narrow = run(shop.path(), "eval --period 2026-01 --width 60 --lang zh --measures");
    insta::assert_snapshot!("the_scoreboard_narrow", narrow.stdout);
}

#[test]
fn every_format_and_file() {
    let shop = shop();
    let line = "eval --from 2026-01 --to 2026-03 --measures --by-dimension region";
    for (format, file) in
        [("table", "a.txt"), ("json", "a.json"), ("ndjson", "a.ndjson"), ("csv", "a.csv"), ("markdown", "a.md")]
    {
        let ran = run(shop.path(), &format!("{line} --format {format}"));
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(ran.stderr, "note: conversion is not shown by region: visits has no region\n");
        insta::assert_snapshot!(format!("format_{format}"), ran.stdout);
        write(shop.path(), format!("expected-{file}").as_str(), ran.stdout);
    }
    let ran = run(shop.path(), &format!("{line} -o a.txt -o a.json -o a.ndjson -o a.csv -o a.md"));
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    for file in ["a.txt", "a.json", "a.ndjson", "a.csv", "a.md"] {
        let read = |name: &str| std::fs::read_to_string(shop.path().join(name)).expect("a result");
        assert_eq!(read(file), read(&format!("expected-{file}")), "{file}");
    }
    let schema = run(shop.path(), "schema eval");
    let json = run(shop.path(), &format!("{line} --format json"));
    assert_valid(&schema.stdout, &json.stdout);
}

/// A Parquet file has the cells of the CSV, typed.
#[test]
fn parquet_has_the_values_of_the_csv() {
    use datafusion::arrow::array::{Array, Float64Array, StringArray};
    use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let shop = shop();
    let line = "eval --from 2026-01 --to 2026-03 --measures --by-dimension region -o a.csv -o a.parquet -o b.parquet";
    assert_eq!(run(shop.path(), line).code, 0);
    let bytes = |file: &str| std::fs::read(shop.path().join(file)).expect("a result");
    assert!(bytes("a.parquet") == bytes("b.parquet"));
    let csv = String::from_utf8(bytes("a.csv")).expect("a text");
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let heads = lines.next().expect("heads");
    let rows: Vec<Vec<&str>> = lines.collect();
    let file = std::fs::File::open(shop.path().join("a.parquet")).expect("a file");
    let mut reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader");
    let batch = reader.next().expect("rows").expect("rows");
    assert_eq!(batch.num_rows(), rows.len());
    let mut numbers = 0;
    for (column, head) in heads.iter().enumerate() {
        let found = batch.column_by_name(head).expect("a column");
        for (at, row) in rows.iter().enumerate() {
            let cell = row[column];
            match (found.as_any().downcast_ref::<Float64Array>(), found.as_any().downcast_ref::<StringArray>()) {
                (Some(found), _) if cell.is_empty() => assert!(found.is_null(at), "{head} {row:?}"),
                (Some(found), _) => {
                    numbers += 1;
                    let wanted: f64 = cell.parse().expect("a number");
                    assert!((found.value(at) - wanted).abs() <= 1e-9 * wanted.abs(), "{head} {row:?}");
                }
                (_, Some(found)) => assert_eq!(if found.is_null(at) { "" } else { found.value(at) }, cell, "{head}"),
                _ => panic!("{head} is of another type"),
            }
        }
    }
    assert!(numbers > 40, "{numbers}");
    let ran = run(shop.path(), "eval --period 2026-01 --format parquet");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
}

#[test]
fn the_same_bytes_at_any_number_of_threads() {
    let shop = shop();
    let mut seen = std::collections::BTreeSet::new();
    for threads in [1, 2, 8, 1, 2, 8] {
        let line = format!("eval --from 2026-01 --to 2026-03 --by-dimension region --format json --threads {threads}");
        let ran = run(shop.path(), &line);
        assert_eq!(ran.code, 0, "{ran:?}");
        seen.insert(ran.stdout);
    }
    assert_eq!(seen.len(), 1);
}

#[test]
fn gates() {
    let shop = shop();
    let code = |line: &str| run(shop.path(), line).code;
    // Revenue: 110.50 on target, 85 at risk, 20 off target. Conversion: 50 % on target, 50 % on target, no visits.
    assert_eq!(code("eval --period 2026-03"), 0, "a missed target is a business fact");
    assert_eq!(code("eval --period 2026-01 --gate"), 0);
    assert_eq!(code("eval --period 2026-01 --gate=at-risk,no-data"), 0);
    assert_eq!(code("eval --period 2026-02 --gate"), 0);
    assert_eq!(code("eval --period 2026-02 --gate=at-risk"), 99);
    assert_eq!(code("eval --period 2026-03 --gate"), 99);
    assert_eq!(code("eval --period 2026-03 --gate=no-data"), 3, "3 comes before 99");
    assert_eq!(code("eval --period 2026-03 --gate=no-data --only revenue"), 99);
}

#[test]
fn names_and_periods_that_are_not_there() {
    let shop = shop();
    for (line, said) in [
        ("eval --only revenu", "no indicator, measure, factor or objective is called `revenu`"),
        ("eval --slice regoin=north", "no dimension is called `regoin`"),
        ("eval --slice region=nort", "`region` has no member `nort`"),
        ("eval --slice region", "is not of the form"),
        ("eval --by-dimension regin", "no dimension is called `regin`"),
        ("eval --period 2026-13", "month 13"),
        ("eval --from 2026-03 --to 2026-01", "comes after"),
        ("eval --from 2026-01-01 --to 2026-03-31", "takes `--by`"),
        ("eval --as-of 2026-02-30", "is no day"),
        ("eval --only", "a value is required"),
        ("eval -o result.pdf", "no format"),
        ("explain revenu", "did you mean `revenue`?"),
        ("eval missing", "there is no file or folder"),
    ] {
        let ran = run(shop.path(), line);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}: {ran:?}");
        assert!(ran.stderr.contains(said), "{line}: {}", ran.stderr);
    }
}

#[test]
fn bad_data_is_3_and_writes_nothing() {
    let shop = shop();
    write(shop.path(), "result.json", "old");
    write(shop.path(), "data/orders.csv", ORDERS.replace("85", "abc"));
    let ran = run(shop.path(), "eval --period 2026-01 -o result.json -o other.csv");
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    insta::assert_snapshot!(ran.stderr);
    assert_eq!(std::fs::read_to_string(shop.path().join("result.json")).expect("the old result"), "old");
    assert!(!shop.path().join("other.csv").exists());

    // Checking reads no data.
    assert_eq!(run(shop.path(), "check --profile draft --ignore S,M,A,R").code, 0);
    std::fs::remove_dir_all(shop.path().join("data")).expect("data");
    assert_eq!(run(shop.path(), "check --profile draft --ignore S,M,A,R").code, 0);
}

#[test]
fn a_design_with_errors_is_1() {
    let shop = shop();
    write(shop.path(), "shop.kpi", DESIGN.replace("count(visits)", "count(visit)"));
    for line in ["eval", "explain revenue", "test"] {
        let ran = run(shop.path(), line);
        assert_eq!(ran.code, 1, "{line}: {ran:?}");
        assert!(ran.stderr.contains("unknown name `visit`"), "{line}: {}", ran.stderr);
    }
}

#[test]
fn explanations() {
    let shop = shop();
    let ran = run(shop.path(), "explain conversion --period 2026-01 --rows 2");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("explain_conversion", ran.stdout);
    let ran = run(shop.path(), "explain revenue --period 2026-02 --slice region=north");
    insta::assert_snapshot!("explain_revenue", ran.stdout);
    let ran = run(shop.path(), "explain conversion --period 2026-03 --lang zh");
    insta::assert_snapshot!("explain_missing", ran.stdout);
    let ran = run(shop.path(), "explain sales --period 2026-01");
    insta::assert_snapshot!("explain_factor", ran.stdout);
}

#[test]
fn tests_pass_and_fail() {
    let shop = shop();
    let ran = run(shop.path(), "test");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    insta::assert_snapshot!("test_passed", ran.stdout);

    let design = std::fs::read_to_string(shop.path().join("shop.kpi")).expect("the design");
    let design = design.replace("= 70 USD", "= 70.01 USD").replace("is off_target", "is on_target")
        + "\ntest \"nothing is nothing\" {\n  expect conversion in 2026-01 = 50%\n  expect revenue in 2026-01 is missing\n}\n";
    write(shop.path(), "shop.kpi", design);
    let ran = run(shop.path(), "test");
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    insta::assert_snapshot!("test_failed", ran.stdout);

    let json = run(shop.path(), "test --format json");
    assert_eq!(json.code, 1);
    assert_valid(&run(shop.path(), "schema test").stdout, &json.stdout);
    let one = run(shop.path(), "test --filter nothing");
    assert!(one.stdout.contains("1 test: 0 passed, 1 failed"), "{}", one.stdout);
    assert_eq!(run(shop.path(), "test --filter (").code, 2);
}

#[test]
fn settings_in_kpi_toml() {
    let shop = shop();
    let inside = shop.path().join("shop");
    std::fs::create_dir(&inside).expect("a folder");
    std::fs::rename(shop.path().join("shop.kpi"), inside.join("shop.kpi")).expect("the design");
    std::fs::rename(shop.path().join("data"), inside.join("data")).expect("the data");
    write(shop.path(), "elsewhere/orders.csv", "id,date,amount,region,status\n1,2026-01-10,7,north,paid\n");
    write(
        &inside,
        "kpi.toml",
        "[output]\nlang = \"zh\"\n[binding.other.orders]\nfrom = 'csv(\"../elsewhere/orders.csv\")'\ncolumns = { day = \"date\" }\n",
    );
    let eval = |more: &str| run(&inside, &format!("eval --period 2026-01 --only revenue {more}"));
    assert!(eval("").stdout.contains("达标"), "{}", eval("").stdout);
    assert!(eval("--lang en").stdout.contains("on target"));
    assert_eq!(eval("--binding othr").code, 2);
    assert!(eval("--binding othr").stderr.contains("did you mean `other`?"));
    let refused = eval("--binding other");
    assert_eq!((refused.code, refused.stdout.as_str()), (3, ""), "{refused:?}");
    for allowed in ["--binding other --allow-data ../elsewhere --format csv", ""] {
        if allowed.is_empty() {
            let config = std::fs::read_to_string(inside.join("kpi.toml")).expect("kpi.toml");
            write(&inside, "kpi.toml", config + "[data]\nallow = [\"../elsewhere\"]\n");
        }
        let line = if allowed.is_empty() { "--binding other --format csv" } else { allowed };
        let ran = eval(line);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stdout.contains("\nindicator,revenue,Revenue,2026-01,,7,USD,"), "{}", ran.stdout);
    }
}

#[test]
fn data_below_another_folder() {
    let shop = shop();
    write(shop.path(), "copy/data/orders.csv", "id,day,amount,region,status\n1,2026-01-10,7,north,paid\n");
    let line = "eval --period 2026-01 --only revenue --data-dir copy --format csv";
    assert_eq!(run(shop.path(), line).code, 3, "all data is read below that folder");
    write(shop.path(), "copy/data/visits.csv", VISITS);
    let ran = run(shop.path(), line);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("\nindicator,revenue,Revenue,2026-01,,7,USD,"), "{}", ran.stdout);
}

/// What stands in the data is shown, not obeyed.
#[test]
fn nothing_in_the_data_commands_the_terminal() {
    let shop = shop();
    let design = std::fs::read_to_string(shop.path().join("shop.kpi")).expect("the design");
    let design =
        design.replace("text? in \"north\", \"south\"", "text?").replace("\"Revenue\"", "\"Rev\u{1b}[31menue\"");
    write(shop.path(), "shop.kpi", design);
    write(shop.path(), "data/orders.csv", ORDERS.replace("north", "no\u{1b}]0;x\u{7}rth"));
    for line in [
        "eval --period 2026-01 --by-dimension region",
        "eval --from 2026-01 --to 2026-03 --by-dimension region",
        "eval --period 2026-01 --by-dimension region --format markdown",
        "explain revenue --period 2026-01 --rows 5",
        "eval --period 2026-01 --verbose",
    ] {
        let ran = run(shop.path(), line);
        assert_eq!(ran.code, 0, "{ran:?}");
        let commands = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
        assert!(!commands(&ran.stdout) && !commands(&ran.stderr), "{line}: {ran:?}");
    }
}

/// A plan reaches past the as-of day, and so do its members.
#[test]
fn a_drill_down_has_the_members_of_the_rest_of_a_plan() {
    let design = r#"
source sales { from: csv("sales.csv"), time: day
  field day: date
  field region: text
  field amount: integer
}
source budget { from: csv("budget.csv"), time: month, plan: true
  field month: date
  field region: text
  field amount: integer
}
dimension region: sales.region, budget.region
measure sold = sum(sales.amount)
measure planned = sum(budget.amount)
"#;
    let sales = "day,region,amount\n2026-01-05,north,3\n2026-02-10,north,4\n";
    let budget = "month,region,amount\n2026-01-01,north,10\n2026-03-01,south,20\n";
    let folder = folder(&[("design.kpi", design), ("sales.csv", sales), ("budget.csv", budget)]);
    let ran = run(folder.path(), "eval --measures --period 2026-Q1 --by-dimension region --format csv");
    let lines: Vec<Vec<&str>> = ran.stdout.lines().map(|line| line.split(',').collect()).collect();
    let column = |name: &str| lines[0].iter().position(|c| *c == name).unwrap();
    let shown: Vec<String> = lines[1..]
        .iter()
        .filter(|line| line[column("kind")] == "measure")
        .map(|line| [line[column("name")], line[column("slice")], line[column("value")]].join(" "))
        .collect();
    assert_eq!(
        shown,
        [
            "sold  7",
            "sold region=north 7",
            "sold region=south 0",
            "planned  30",
            "planned region=north 10",
            "planned region=south 20"
        ]
    );
}

#[test]
fn without_data_a_period_has_to_be_named() {
    let design =
        "indicator x { formula: 3, unit: 1, direction: higher, frequency: monthly, target: 2 until 2026-12-31 }\n";
    let here = folder(&[("x.kpi", design)]);
    for line in ["eval", "explain x", "eval --from 2026-01-05 --to 2026-01-07 --by month"] {
        let ran = run(here.path(), line);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}: {ran:?}");
    }
    let ran = run(here.path(), "eval --period 2026-01");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("2026-01   design "), "{}", ran.stdout);
}

/// The examples as a terminal shows them.
#[test]
fn the_examples_on_a_terminal() {
    let examples = super::support::root().join("examples");
    for (example, period, lang) in [
        ("customer-training", "2026-Q2", "zh"),
        ("customer-training", "2026-Q2", "en"),
        ("saas", "2026-Q2", "en"),
        ("support", "FY2027-Q1", "en"),
    ] {
        for columns in [80, 120] {
            let line = format!("eval {example} --period {period} --lang {lang} --width {columns}");
            let ran = run(&examples, &line);
            assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{line}");
            for line in ran.stdout.lines() {
                assert!(fishbone::render::text::width(line) <= columns, "{columns}: {line}");
            }
            insta::assert_snapshot!(format!("example_{example}_{lang}_{columns}"), ran.stdout);
        }
        let ran = run(&examples, &format!("test {example}"));
        assert_eq!(ran.code, 0, "{}", ran.stdout);
    }
}

/// The trend stands in the table of one period, and nowhere else is any history evaluated.
#[test]
fn a_trend_needs_one_period_and_a_table() {
    let here = shop();
    let trend = |line: &str| -> Vec<String> {
        let ran = run(here.path(), line);
        assert_eq!(ran.code, 0, "{ran:?}");
        let braille = |c: char| ('\u{2800}'..='\u{28ff}').contains(&c);
        ran.stdout
            .lines()
            .map(|l| l.chars().filter(|c| braille(*c)).collect())
            .filter(|l: &String| !l.is_empty())
            .collect()
    };
    // Revenue 110.5, 85, 20; conversion 2/4, 1/2 and no visits in March.
    assert_eq!(trend("eval --period 2026-03"), ["⢸⣆", "⢠⡄"]);
    assert_eq!(trend("eval --period 2026-03 --history 1"), ["⣇"]);
    for none in ["--period 2026-03 --history 0", "--period 2026-03 --ascii", "--period 2026-03 --by-dimension region"] {
        assert_eq!(trend(&format!("eval {none}")), [""; 0], "{none}");
    }
    for wrong in ["--format json", "--ascii", "--from 2026-01 --to 2026-03", "--by-dimension region", "-o x.csv"] {
        let ran = run(here.path(), &format!("eval --history 3 {wrong}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{wrong}");
        assert!(ran.stderr.contains("`--history` is shown as a trend"), "{}", ran.stderr);
    }
}

/// The scoreboard in the README is what its command shows.
#[test]
fn the_readme_shows_the_scoreboard() {
    let root = super::support::root();
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md");
    let (_, command) = readme.split_once("cargo run -- ").expect("a command");
    let ran = run(root, command.lines().next().expect("a command"));
    assert!(readme.contains(&format!("```text\n{}```\n", ran.stdout)), "the README lacks\n{}", ran.stdout);
}
