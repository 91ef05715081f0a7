//! `kpi graph --view lineage`, and both views as Mermaid, DOT and JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::graph::assert_only_shapes_and_texts;
use crate::support::{Ran, assert_valid, folder, kpi, root};

const VIEWS: [&str; 2] = ["fishbone", "lineage"];

fn graph(folder: &Path, view: &str, format: &str, more: &[&str]) -> Ran {
    kpi(folder, &[&["graph", "--view", view, "--format", format], more].concat())
}

fn drawn(folder: &Path, view: &str, format: &str, more: &[&str]) -> String {
    let ran = graph(folder, view, format, more);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{view} {format} {more:?}");
    ran.stdout
}

fn json(folder: &Path, view: &str, more: &[&str]) -> Value {
    let text = drawn(folder, view, "json", more);
    assert_valid(&kpi(folder, &["schema", "graph"]).stdout, &text);
    serde_json::from_str(&text).expect("JSON")
}

fn nodes(document: &Value) -> BTreeMap<&str, &Value> {
    document["nodes"].as_array().expect("nodes").iter().map(|n| (n["id"].as_str().expect("an id"), n)).collect()
}

fn edges<'a>(document: &'a Value, kinds: &[&str]) -> BTreeSet<(&'a str, &'a str)> {
    let all = document["edges"].as_array().expect("edges").iter();
    let of = all.filter(|e| kinds.contains(&e["kind"].as_str().expect("a kind")));
    of.map(|e| (e["from"].as_str().expect("from"), e["to"].as_str().expect("to"))).collect()
}

const DESIGN: &str = r#"design shop "Shop" { locale: "en" }
source orders "Orders" { from: csv("orders.csv"), time: day
  field day: date
  field amount: decimal
}
source stock "Stock" { from: csv("stock.csv"), time: day
  field day: date
}
measure paid "Paid orders" = count(orders)
measure twice "Twice as many" = paid * 2
objective growth "Growth" {}
factor sales "Sales" {
  objective: growth
  factor web "Web" {
    indicator revenue "Revenue" { formula: sum(orders.amount), unit: 1, direction: higher, frequency: monthly, target: 5 by 2026-12-31 }
  }
  indicator mean "Mean order" { formula: revenue / paid, unit: 1, direction: higher, frequency: monthly }
}
factor service "Service" {
  objective: growth
  indicator filled "Shelves filled" { formula: count(stock), unit: 1, direction: higher, frequency: monthly }
}
indicator shared "Shared" { formula: twice, unit: 1, direction: higher, frequency: monthly, factors: web, service }
"#;

fn shop() -> tempfile::TempDir {
    folder(&[
        ("shop.kpi", DESIGN),
        ("orders.csv", "day,amount\n2026-01-05,2\n2026-01-31,4\n"),
        ("stock.csv", "day\n2026-01-31\n"),
    ])
}

#[test]
fn a_graph_has_what_the_design_says() {
    let shop = shop();
    let document = json(shop.path(), "lineage", &["--no-data"]);
    let formulas = [
        ("indicator:revenue", "indicator:mean"),
        ("measure:paid", "indicator:mean"),
        ("measure:paid", "measure:twice"),
        ("measure:twice", "indicator:shared"),
    ];
    assert_eq!(edges(&document, &["formula"]), BTreeSet::from(formulas));
    let sources = [
        ("source:orders", "indicator:revenue"),
        ("source:orders", "measure:paid"),
        ("source:stock", "indicator:filled"),
    ];
    assert_eq!(edges(&document, &["source"]), BTreeSet::from(sources));
    let children = [
        ("factor:sales", "factor:web"),
        ("factor:sales", "indicator:mean"),
        ("factor:service", "indicator:filled"),
        ("factor:web", "indicator:revenue"),
        ("factor:web", "indicator:shared"),
        ("objective:growth", "factor:sales"),
        ("objective:growth", "factor:service"),
    ];
    assert_eq!(edges(&document, &["child"]), BTreeSet::from(children));
    assert_eq!(edges(&document, &["alias"]), BTreeSet::from([("factor:service", "indicator:shared")]));
    assert_eq!(nodes(&document)["measure:twice"]["formula"], "paid * 2");
    // Each view has places for what it shows, and for nothing else.
    for view in VIEWS {
        let document = json(shop.path(), view, &["--no-data"]);
        for (id, node) in nodes(&document) {
            let kind = node["kind"].as_str().expect("a kind");
            let shown = kind == "indicator" || ["measure", "source"].contains(&kind) == (view == "lineage");
            assert_eq!(!node["box"].is_null(), shown, "{view} {id}");
        }
        for edge in document["edges"].as_array().expect("edges") {
            let of_lineage = ["formula", "source"].contains(&edge["kind"].as_str().expect("a kind"));
            assert_eq!(!edge["path"].is_null(), of_lineage && view == "lineage", "{view} {edge}");
            assert_eq!(!edge["box"].is_null(), edge["kind"] == "alias" && view == "fishbone", "{view} {edge}");
        }
    }
}

#[test]
fn a_focus_leaves_what_it_is_computed_from_and_what_uses_it() {
    let shop = shop();
    let shown = |name: &str| -> BTreeSet<String> {
        let document = json(shop.path(), "lineage", &["--no-data", "--focus", name]);
        let drawn = nodes(&document).into_iter().filter(|(_, n)| !n["box"].is_null());
        drawn.map(|(id, _)| id.to_string()).collect()
    };
    let of = |ids: &[&str]| -> BTreeSet<String> { ids.iter().map(|id| id.to_string()).collect() };
    assert_eq!(shown("twice"), of(&["indicator:shared", "measure:paid", "measure:twice", "source:orders"]));
    assert_eq!(shown("stock"), of(&["indicator:filled", "source:stock"]));
    assert_eq!(shown("service").len(), 6);
    let picture = drawn(shop.path(), "lineage", "svg", &["--no-data", "--focus", "twice"]);
    let picture = assert_only_shapes_and_texts(&picture);
    assert!(picture.texts.iter().any(|t| t.starts_with("Lineage of Twice as many")), "{:?}", picture.texts);
    assert!(!picture.texts.iter().any(|t| t == "Stock"), "{:?}", picture.texts);

    let unknown = graph(shop.path(), "lineage", "svg", &["--no-data", "--focus", "twise"]);
    assert_eq!(unknown.code, 2);
    insta::assert_snapshot!(unknown.stderr, @r"
    error: nothing in the lineage is called `twise`
      help: did you mean `twice`?
    ");
    assert_eq!(graph(shop.path(), "fishbone", "svg", &["--no-data", "--focus", "twice"]).code, 2);
}

#[cfg(feature = "engine")]
#[test]
fn values_are_those_of_eval() {
    for example in ["customer-training", "saas", "support"] {
        let folder = root().join("examples").join(example);
        let evaluated: Value =
            serde_json::from_str(&kpi(&folder, &["eval", "--measures", "--format", "json"]).stdout).expect("JSON");
        let document = json(&folder, "lineage", &[]);
        assert_eq!(document["as_of"], evaluated["as_of"]);
        let nodes = nodes(&document);
        let mut compared = 0;
        for entry in evaluated["results"].as_array().expect("results") {
            let id = format!("{}:{}", entry["kind"].as_str().expect("a kind"), entry["name"].as_str().expect("a name"));
            let Some(node) = nodes.get(id.as_str()) else { continue };
            assert_eq!(&node["result"], entry, "{example} {id}");
            assert_eq!(node["status"], if entry["kind"] == "measure" { Value::Null } else { entry["status"].clone() });
            compared += 1;
        }
        assert!(compared > 10, "{example}: {compared}");
        for data in evaluated["data"].as_array().expect("data") {
            let id = format!("source:{}", data["source"].as_str().expect("a name"));
            assert_eq!(&nodes[id.as_str()]["data"], data, "{example} {id}");
        }
        // What is drawn stands apart, and says what the JSON says.
        let boxes: Vec<[f64; 4]> = nodes
            .values()
            .filter(|n| !n["box"].is_null())
            .map(|n| ["x", "y", "width", "height"].map(|k| n["box"][k].as_f64().expect("a number")))
            .collect();
        for (i, a) in boxes.iter().enumerate() {
            for b in boxes.iter().skip(i + 1) {
                let apart = a[0] + a[2] <= b[0] || b[0] + b[2] <= a[0] || a[1] + a[3] <= b[1] || b[1] + b[3] <= a[1];
                assert!(apart, "{example}: {a:?} {b:?}");
            }
        }
        let picture = assert_only_shapes_and_texts(&drawn(&folder, "lineage", "svg", &[]));
        for node in nodes.values().filter(|n| !n["box"].is_null()) {
            let label = node["label"].as_str().expect("a label");
            assert!(picture.texts.iter().any(|t| t.contains(label)), "{example}: {label}");
        }
    }
}

#[test]
fn hostile_labels_stay_text() {
    let hostile = root().join("tests/workspaces/hostile");
    for view in VIEWS {
        let document = json(&hostile, view, &["--no-data"]);
        let labels: Vec<&str> = nodes(&document).values().map(|n| n["label"].as_str().expect("a label")).collect();
        assert!(labels.contains(&"</script><img src=x onerror=alert(1)>"), "{labels:?}");
        assert!(labels.iter().any(|l| l.chars().count() >= 300), "long names are whole");
        for label in &labels {
            assert!(!label.chars().any(|c| c.is_control() || matches!(c, '\u{200b}' | '\u{202e}')), "{label:?}");
        }
        mermaid(&drawn(&hostile, view, "mermaid", &["--no-data"]), labels.len());
        dot(&drawn(&hostile, view, "dot", &["--no-data"]));
        let picture = assert_only_shapes_and_texts(&drawn(&hostile, view, "svg", &["--no-data"]));
        assert!(picture.texts.iter().any(|t| t.contains("</script><img src=x onerror=alert(1)>")), "{view}");
    }
}

/// Every line is a node, an edge or a style; what stands in quotes has no sign that Mermaid or HTML knows.
fn mermaid(text: &str, most: usize) {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("flowchart LR"));
    let mut nodes = 0;
    for line in lines.map(|l| l.strip_prefix("  ").expect("two spaces")) {
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || " -.>:#,_".contains(c));
        let title = line.strip_prefix("accTitle: ");
        if title.is_some_and(|t| t.chars().all(|c| c.is_alphanumeric() || c == ' ')) || line.starts_with("classDef ") {
            continue;
        }
        let Some((before, rest)) = line.split_once('"') else {
            assert!(plain(line), "{line}");
            continue;
        };
        let (label, after) = rest.split_once('"').expect("a label that ends");
        assert!(before.chars().all(|c| c.is_ascii_alphanumeric() || "[(".contains(c)), "{line}");
        assert!(after.chars().all(|c| c.is_ascii_alphanumeric() || "]):_".contains(c)), "{line}");
        let mut rest = label.replace("<br/>", " ");
        // Entities are numbers, and nothing else is left.
        while let Some((start, tail)) = rest.split_once('#') {
            let (digits, tail) = tail.split_once(';').expect("an entity that ends");
            assert!(!digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()), "{line}");
            rest = format!("{start} {tail}");
        }
        assert!(
            !rest.contains(['<', '>', '&', ';', '`', '{', '}', '[', ']', '|', '~', '*', '\\', '@', '$', '^', ':']),
            "{line}"
        );
        assert!(!rest.contains("%%"), "{line}");
        nodes += 1;
    }
    assert!(nodes > 5 && nodes <= most, "{nodes}");
}

/// Outside of quotes stand only words and signs that are written here; strings end where they should.
fn dot(text: &str) {
    let mut chars = text.chars();
    let (mut strings, mut depth) = (0, 0);
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                strings += 1;
                loop {
                    match chars.next().expect("a string that ends") {
                        '"' => break,
                        '\\' => assert!(matches!(chars.next(), Some('"' | '\\' | 'n')), "an escape that is none"),
                        '&' => {
                            let entity: String = chars.by_ref().take(4).collect();
                            assert_eq!(entity, "amp;");
                        }
                        c => assert!(!c.is_control(), "{c:?}"),
                    }
                }
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            c => assert!(c.is_ascii_alphanumeric() || " \n[]=,;->._".contains(c), "{c:?}"),
        }
    }
    assert_eq!(depth, 0);
    assert!(strings > 10);
}

/// The same bytes again, and each format by its extension.
#[test]
fn formats_go_by_extensions() {
    let shop = shop();
    for (file, format) in
        [("a.mmd", "mermaid"), ("a.dot", "dot"), ("a.gv", "dot"), ("a.json", "json"), ("a.svg", "svg")]
    {
        let ran = kpi(shop.path(), &["graph", "--no-data", "--view", "lineage", "-o", file]);
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""), "{file}");
        let written = std::fs::read_to_string(shop.path().join(file)).expect("a file");
        assert_eq!(written, drawn(shop.path(), "lineage", format, &["--no-data"]), "{file}");
    }
}

/// A design without anything in it, and one without sources.
#[test]
fn little_is_drawn_too() {
    let here = folder(&[("a/d.kpi", "design d \"D\"\n"), ("b/d.kpi", "measure one = 1\n")]);
    for design in ["a", "b"] {
        for view in VIEWS {
            for format in ["svg", "mermaid", "dot", "json"] {
                let text = drawn(&here.path().join(design), view, format, &["--no-data"]);
                assert!(!text.is_empty());
                if format == "dot" {
                    assert!(text.ends_with("}\n"), "{text}");
                }
            }
        }
    }
}
