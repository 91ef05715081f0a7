//! `kpi report` as a workbook and as Markdown, read back.

use std::collections::HashMap;
use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, Xlsx};

use crate::support::{folder, kpi, root};

type Sheet = Vec<Vec<Data>>;

fn report(folder: &Path, line: &str, file: &str) -> Vec<u8> {
    let out = tempfile::tempdir().expect("a folder");
    let path = out.path().join(file);
    let mut args: Vec<&str> = line.split_whitespace().collect();
    let shown = path.to_string_lossy().into_owned();
    args.extend(["-o", &shown]);
    let ran = kpi(folder, &args);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    std::fs::read(path).expect("a report")
}

fn sheets(bytes: Vec<u8>) -> Vec<(String, Sheet)> {
    let mut book = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let names = book.sheet_names();
    names
        .into_iter()
        .map(|name| {
            let range = book.worksheet_range(&name).expect("a sheet");
            // From the first cell, whatever is empty above.
            let rows = (0..range.end().map_or(0, |(row, _)| row + 1)).map(|row| {
                let columns = 0..range.end().map_or(0, |(_, column)| column + 1);
                columns.map(|column| range.get_value((row, column)).cloned().unwrap_or(Data::Empty)).collect()
            });
            (name.clone(), rows.collect())
        })
        .collect()
}

fn text(cell: &Data) -> String {
    match cell {
        Data::String(text) => text.clone(),
        Data::Empty => String::new(),
        other => panic!("a text is wanted: {other:?}"),
    }
}

/// The lines below the heads, by head.
fn table(sheet: &Sheet, first_head: &str) -> Vec<HashMap<String, Data>> {
    let is_head = |row: &&Vec<Data>| row.iter().any(|c| *c == Data::String(first_head.to_string()));
    let at = sheet.iter().position(|row| is_head(&row)).expect("the heads");
    let heads: Vec<String> = sheet[at].iter().map(text).collect();
    sheet[at + 1..].iter().map(|row| heads.iter().cloned().zip(row.iter().cloned()).collect()).collect()
}

/// A figure of the JSON: a number, or as text where a float would change it.
fn number(value: &serde_json::Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str().map(|text| text.parse().expect("a number")))
}

fn same(cell: &Data, value: &serde_json::Value, what: &str) -> usize {
    match (cell, number(value)) {
        (Data::Float(cell), Some(value)) => assert_eq!(*cell, value, "{what}"),
        (Data::Empty, None) => return 0,
        (Data::String(range), None) => assert!(range.contains("..") && value.is_object(), "{what}: {range} {value}"),
        other => panic!("{what}: {other:?}"),
    }
    1
}

/// How many numbers of a report's data and scoreboard were compared with those of `kpi eval --format json`.
fn compare(folder: &Path, line: &str, dimension: &str) -> usize {
    let ran = kpi(folder, &format!("eval {line} --format json --lang en").split_whitespace().collect::<Vec<_>>());
    assert_eq!(ran.code, 0, "{ran:?}");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let sheets = sheets(report(folder, &format!("report {line} --lang en --history 3"), "card.xlsx"));
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Scoreboard", "Trace", "Data", "Provenance"]);
    let board = table(&sheets[0].1, "Indicator");
    let data = table(&sheets[2].1, "Kind");

    let mut compared = 0;
    for entry in json["results"].as_array().expect("results") {
        let is = |row: &HashMap<String, Data>, head: &str, value: &serde_json::Value| {
            text(&row[head]) == value.as_str().unwrap_or_default()
        };
        let slice = entry["slice"].as_object().expect("a slice");
        let row = data.iter().find(|row| {
            is(row, "Kind", &entry["kind"])
                && is(row, "Name", &entry["name"])
                && is(row, "Period", &entry["period"])
                && match slice.values().next() {
                    Some(member) => text(&row[dimension]) == member.as_str().unwrap_or("(not given)"),
                    None => row.get(dimension).is_none_or(|member| *member == Data::Empty),
                }
        });
        let row = row.unwrap_or_else(|| panic!("no line for {entry}"));
        let what = format!("{} {slice:?}", entry["name"]);
        for (head, value) in [
            ("Value", &entry["value"]),
            ("Expected", &entry["expected"]),
            ("Target", &entry["target"]),
            ("Threshold", &entry["threshold"]),
            ("Score", &entry["score"]),
            ("Weight", &entry["weight"]),
            ("Covered weight", &entry["covered_weight"]),
        ] {
            compared += same(&row[head], value, &format!("{head} of {what}"));
        }
        assert_eq!(text(&row["Status"]).replace(' ', "_"), entry["status"].as_str().unwrap_or_default(), "{what}");
        assert_eq!(text(&row["Unit"]), entry["unit"].as_str().unwrap_or_default(), "{what}");
        if slice.is_empty() && entry["kind"] == "indicator" {
            let label = entry["label"].as_str().expect("a label");
            let row = board.iter().find(|row| text(&row["Indicator"]) == label).expect("a line of the scoreboard");
            compared += same(&row["Actual"], &entry["value"], &what) + same(&row["Score"], &entry["score"], &what);
            assert_eq!(text(&row["Status"]).replace(' ', "_"), entry["status"].as_str().unwrap_or_default(), "{what}");
            let period = entry["period"].as_str().expect("a period");
            compared += same(&row[period], &entry["value"], &what);
        }
    }
    let history =
        data.iter().filter(|row| text(&row["Period"]) != json["results"][0]["period"].as_str().unwrap()).count();
    assert_eq!(history, 3 * json["results"].as_array().unwrap().len(), "three periods before this one");
    compared
}

#[test]
fn a_workbook_holds_the_values_of_the_json() {
    let examples = root().join("examples");
    let mut compared = 0;
    for (line, dimension) in [
        ("customer-training --period 2026-Q2 --by-dimension region", "区域"),
        ("saas --period 2026-06 --by-dimension plan", "Plan"),
        ("support --period FY2027-Q1", ""),
    ] {
        compared += compare(&examples, line, dimension);
    }
    assert!(compared > 300, "{compared}");
}

#[test]
fn the_same_report_has_the_same_bytes() {
    let examples = root().join("examples");
    for file in ["a.xlsx", "a.md"] {
        let of = |threads: &str| report(&examples, &format!("report saas --period 2026-06 --threads {threads}"), file);
        assert!(of("1") == of("2"), "{file}");
    }
}

/// Whatever a label looks like, its cell is a text, and as it was written but for characters that command.
#[test]
fn hostile_labels_are_texts_in_a_workbook() {
    let hostile = root().join("tests/workspaces/hostile");
    let bytes = report(&hostile, "report --period 2026-06 --by-dimension region --lang en", "card.xlsx");
    let mut book = Xlsx::new(Cursor::new(bytes.clone())).expect("a workbook");
    for name in book.sheet_names() {
        let formulas = book.worksheet_formula(&name).expect("formulas");
        let found: Vec<&String> = formulas.used_cells().map(|(_, _, formula)| formula).collect();
        assert!(found.iter().all(|formula| formula.is_empty()), "{name}: {found:?}");
    }
    let loaded = fishbone::load_path(&hostile).expect("a design");
    let sheets = sheets(bytes);
    let board: Vec<String> = table(&sheets[0].1, "Indicator").iter().map(|row| text(&row["Indicator"])).collect();
    for indicator in &loaded.design().indicators {
        let label = fishbone::render::text::visible(indicator.naming.title()).into_owned();
        assert!(board.contains(&label), "{label}");
    }
    assert!(board.iter().any(|label| label.starts_with('=')), "{board:?}");
}

// ---- Markdown ----------------------------------------------------------------------------------------------------

/// Every line of a table has as many cells as its heads, and the page's own elements are all that there are.
fn assert_whole(page: &str) {
    assert!(page.len() <= 60_000, "{} bytes", page.len());
    let mut columns = None;
    for line in page.lines() {
        let cells = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        match (line.starts_with("| "), columns) {
            (true, None) => columns = Some(cells),
            (true, Some(columns)) => assert_eq!(cells, columns, "{line}"),
            (false, _) => columns = None,
        }
        let mut rest = line;
        while let Some((_, after)) = rest.split_once('<') {
            let own = ["span>", "/span>", "details>", "/details>", "summary>", "/summary>"];
            assert!(own.iter().any(|tag| after.starts_with(tag)), "{line}");
            rest = after;
        }
    }
    assert_eq!(page.matches("<details>").count(), page.matches("</details>").count());
}

#[test]
fn the_summary_of_the_examples() {
    let examples = root().join("examples");
    for (example, period) in [("customer-training", "2026-Q2"), ("saas", "2026-06"), ("support", "FY2027-Q1")] {
        for lang in ["en", "zh"] {
            let page = report(&examples, &format!("report {example} --period {period} --lang {lang}"), "summary.md");
            let page = String::from_utf8(page).expect("a text");
            assert_whole(&page);
            if lang == "en" {
                insta::assert_snapshot!(format!("summary_{example}"), page);
            }
        }
    }
}

#[test]
fn hostile_labels_are_texts_in_markdown() {
    let hostile = root().join("tests/workspaces/hostile");
    let page = report(&hostile, "report --period 2026-06 --lang en", "summary.md");
    let page = String::from_utf8(page).expect("a text");
    assert_whole(&page);
    insta::assert_snapshot!("summary_hostile", page);
}

/// A thousand indicators with long labels of marks that take an escape each.
#[test]
fn a_summary_is_never_too_long() {
    let mut design = "objective all\n".to_string();
    for f in 0..20 {
        design.push_str(&format!("factor f{f} \"{}\" {{\n  objective: all\n", "#1@|*".repeat(60)));
        for i in 0..50 {
            let label = "客户|@<#1".repeat(50);
            design.push_str(&format!("  indicator k{f}_{i} \"{label}\" {{ formula: 3, unit: 1, direction: higher\n"));
            design.push_str("    frequency: monthly, target: 4 until 2026-12-31 }\n");
        }
        design.push_str("}\n");
    }
    let here = folder(&[("x.kpi", &design)]);
    let page = report(here.path(), "report --period 2026-01 --lang en", "summary.md");
    let page = String::from_utf8(page).expect("a text");
    assert_whole(&page);
    assert!(page.len() > 50_000, "{} bytes", page.len());
    let left_out: Vec<&str> = page.lines().filter(|l| l.starts_with("… and ")).collect();
    let [attention, board] = left_out.as_slice() else { panic!("{left_out:?}") };
    let count = |line: &str| -> usize { line.split(' ').nth(2).and_then(|n| n.parse().ok()).expect("a number") };
    let lines = page
        .lines()
        .filter(|l| l.starts_with("| ") && !l.starts_with("| ---") && !l.starts_with("| indicator"))
        .count();
    assert_eq!(lines + count(attention) + count(board), 1000 + 1000 + 20);
}
