//! The judgement of designs: every `tests/cases/*/*.kpi` with its verdict below it, and the examples of every code's page.

use std::collections::BTreeSet;

use fishbone::diagnostic::codes;
use fishbone::model::keys;

use crate::support::{root, verdict};

/// The files of a case: `// file: NAME` starts a further one.
pub fn files(text: &str) -> Vec<(String, String)> {
    let mut files = vec![("design.kpi".to_string(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("// file: ") {
            Some(name) => files.push((name.trim().to_string(), String::new())),
            None => files.last_mut().expect("one file").1.push_str(line),
        }
    }
    files
}

fn codes_of(files: &[(String, String)]) -> BTreeSet<String> {
    let loaded = fishbone::load_texts(files.iter().cloned());
    loaded.checked.diagnostics.iter().map(|d| d.code.id.to_string()).collect()
}

/// Each case is a file; its snapshot beside it shows the source above the verdict. A case whose name starts with a code
/// raises that code and no other.
#[test]
fn cases() {
    let mut wrong = Vec::new();
    insta::glob!(root().join("tests/cases"), "*/*.kpi", |path| {
        let text = std::fs::read_to_string(path).expect("a case");
        let files = files(&text);
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let code = name.split('-').next().unwrap_or_default();
        let raised = codes_of(&files);
        if code.starts_with('E') && code.len() == 5 && raised != BTreeSet::from([code.to_string()]) {
            wrong.push(format!("{} raises {raised:?}", path.display()));
        }
        let shown: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
        let said = verdict(&shown);
        let said = if raised.is_empty() { "(nothing)".to_string() } else { said };
        insta::with_settings!({
            snapshot_path => path.parent().expect("a folder"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
            snapshot_suffix => "",
        }, {
            insta::assert_snapshot!(name, format!("{}\n────────\n{said}", text.trim_end()));
        });
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A page's ```` ```kpi,fails ```` blocks raise its code and no other, its ```` ```kpi ```` blocks nothing.
#[test]
fn pages_are_true() {
    let mut wrong = Vec::new();
    for page in codes::pages() {
        for (fails, text) in blocks(page.text) {
            let raised = codes_of(&files(&text));
            let wanted = if fails { BTreeSet::from([page.code.id.to_string()]) } else { BTreeSet::new() };
            if raised != wanted {
                wrong.push(format!("{}: wanted {wanted:?}, raised {raised:?} by\n{text}", page.code.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub fn blocks(text: &str) -> Vec<(bool, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (&mut open, line) {
            (Some(_), "```") => blocks.extend(open.take()),
            (Some((_, block)), line) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, "```kpi") => open = Some((false, String::new())),
            (None, "```kpi,fails") => open = Some((true, String::new())),
            (None, _) => {}
        }
    }
    blocks
}

/// Every code has its page, and codes are in order and named once.
#[test]
fn every_code_has_one_page() {
    let ids: Vec<&str> = codes::pages().map(|p| p.code.id).collect();
    let names: BTreeSet<&str> = codes::pages().map(|p| p.code.name).collect();
    assert_eq!(names.len(), ids.len(), "names are unique");
    assert!(ids.windows(2).all(|w| w[0] < w[1]), "codes ascend: {ids:?}");
    for file in std::fs::read_dir(root().join("src/diagnostic/codes")).expect("codes") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
        for line in text.lines().filter(|l| l.contains("Code::new(\"")) {
            let id = line.split('"').nth(1).expect("a code");
            assert!(ids.contains(&id), "{id} has no page");
        }
    }
}

/// Nothing is wrong with the examples.
#[test]
fn examples_are_clean() {
    for entry in std::fs::read_dir(root().join("examples")).expect("examples") {
        let folder = entry.expect("an example").path();
        let loaded = fishbone::load_path(&folder).expect("a design");
        let found: Vec<String> =
            loaded.checked.diagnostics.iter().map(|d| format!("{} {}", d.code.id, d.message.en)).collect();
        assert!(found.is_empty(), "{}: {}", folder.display(), found.join("\n"));
    }
}

/// Good intentions are no indicators: each is told what it lacks, at its place.
#[test]
fn slides_are_told_what_they_lack() {
    let loaded = fishbone::load_path(&root().join("tests/workspaces/literal-seed")).expect("a design");
    let found: Vec<&str> = loaded.checked.diagnostics.iter().map(|d| d.message.en.as_str()).collect();
    let wanted: Vec<String> = [
        "csat",
        "retention",
        "market_share",
        "revenue",
        "cost",
        "cycle",
        "collaboration",
        "performance",
        "staff_satisfaction",
    ]
    .map(|name| format!("indicator `{name}` has no `formula`, `unit`, `direction` or `frequency`"))
    .to_vec();
    assert_eq!(found, wanted);
}

/// The example of every key in the table has the shape that the table says.
#[test]
fn examples_of_keys_fit() {
    const AROUND: &str = r#"
unit CNY: money
unit session: count
unit point: scale
challenge competition
objective growth
process delivery
factor loyalty
factor quality
source orders {
  from: csv("data/orders.csv")
  time: ordered_on
  key: order_id
  field order_id: id
  field ordered_on: date
  field late: bool
}
indicator retention { formula: count(orders), unit: 1, direction: higher, frequency: monthly }
indicator csat { formula: count(orders), unit: 1, direction: higher, frequency: monthly }
"#;
    for table in keys::declarations() {
        for key in table.keys {
            // What is required stands beside it.
            let others: Vec<String> = table
                .keys
                .iter()
                .filter(|other| other.need == keys::Need::Required || other.name == "fiscal_year_named")
                .filter(|other| other.name != key.name)
                .map(|other| format!("{}: {}", other.name, other.example))
                .collect();
            let name = if table.named { "example" } else { "" };
            let title = if table.titled { "\"example\"" } else { "" };
            let value = match table.kind.word() {
                "unit" => ": count",
                "constant" => "= 5",
                "dimension" => ": orders.order_id",
                "measure" => "= count(orders)",
                _ => "",
            };
            let inside = match table.kind.word() {
                "source" => "\nfield ordered_on: date\nfield order_id: id",
                "test" => "\nexpect csat in 2026 = 3",
                _ => "",
            };
            let lines = others.join("\n");
            let block = format!("{lines}\n{}: {}{inside}\n", key.name, key.example);
            let text = format!("{} {name} {title} {value} {{\n{block}}}\n", table.kind.word());
            let text = if table.top { text } else { format!("factor around {{\n{text}}}\n") };
            let raised = codes_of(&[("design.kpi".to_string(), format!("{AROUND}{text}"))]);
            let wrong: Vec<_> = raised.iter().filter(|c| c.starts_with("E03") || c.starts_with("E02")).collect();
            assert!(wrong.is_empty(), "{wrong:?} in\n{text}");
        }
    }
}

/// Whatever character is taken out of the case, the checker ends, and says that something is wrong or nothing.
#[test]
fn damaged_designs_are_judged() {
    let text =
        std::fs::read_to_string(root().join("examples/customer-training/customer-training.kpi")).expect("the case");
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).step_by(131).collect();
    for at in places {
        let mut damaged = text.clone();
        damaged.remove(at);
        codes_of(&[("design.kpi".to_string(), damaged)]);
        codes_of(&[("design.kpi".to_string(), text[..at].to_string())]);
    }
}

const AROUND_FAULTS: &str = r#"
unit CNY "元": money "¥"
unit USD: money "$"
source orders {
  from: csv("orders.csv")
  time: day
  field day: date
  field customer_id: id
  field fee: decimal CNY 0..
  field cost: decimal USD
  field note: text
  field status: text in "paid", "open"
}
measure revenue = sum(orders.fee)
"#;

/// The faults that a checker is bought for: each is one error at its place, before any data is read.
#[test]
fn faults_that_must_be_found() {
    let indicator = |formula: &str, unit: &str, rest: &str| {
        format!(
            "indicator 指标 {{ formula: {formula}\nunit: {unit}\ndirection: higher\nfrequency: monthly\n{rest} }}\n"
        )
    };
    let share = r#"count(orders where status = "paid") / count(orders)"#;
    let faults = [
        ("measure m = ytd(revenu)", "E0203", "revenu", "did you mean `revenue`?"),
        ("measure m = sum(orders.fee) + count(orders)", "E04", "+", ""),
        ("measure m = sum(orders.fee) + sum(orders.cost)", "E04", "+", ""),
        (&indicator(share, "%", "target: 85 by 2026-12-31"), "E04", "85", "write `85%`"),
        (&indicator(share, "%", "target: 0.85 by 2026-12-31"), "E04", "0.85", "write `85%`"),
        ("measure revenue = 1", "E0201", "revenue", ""),
        ("measure a = b + 1\nmeasure b = a + 1", "E0501", "b", ""),
        ("measure m = sum(orders.note)", "E04", "orders.note", ""),
        ("measure s = set(orders.customer_id)\nmeasure m = avg(s)", "E04", "s", ""),
        (r#"measure m = count(orders where status = "payed")"#, "E04", r#""payed""#, "paid"),
        ("objective growth { onwer: \"CEO\" }", "E0301", "onwer", "did you mean `owner`?"),
        ("measure m = avg(orders.note / 2)", "E04", "orders.note", ""),
        (&indicator("count(orders)", "1", "target: 0 until 2026-12-31"), "E0606", "0 until 2026-12-31", "threshold"),
        ("indicator i { formula: count(orders), unit: 1, frequency: monthly }", "E0303", "i", "`direction: higher`"),
    ];
    for (text, code, place, help) in faults {
        let loaded = fishbone::load_texts([("design.kpi".to_string(), format!("{AROUND_FAULTS}{text}\n"))]);
        let [only] = loaded.checked.diagnostics.as_slice() else {
            panic!("{text}: {:#?}", loaded.checked.diagnostics);
        };
        assert!(only.code.id.starts_with(code), "{text}: {only:#?}");
        assert_eq!(loaded.sources.slice(only.span().expect("a place")), place, "{text}: {only:#?}");
        assert!(only.help.as_ref().map(|h| h.en.as_str()).unwrap_or_default().contains(help), "{text}: {only:#?}");
    }
}
