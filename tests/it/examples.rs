//! The examples against the values that another engine computed from the same data: every cell of each `expected.csv`.

use fishbone::design::{Design, DimensionId, IndicatorId, MeasureId, Subject};
use fishbone::evaluate::{Ask, Cell, CellValue, Evaluator, needs};
use fishbone::plan::{Slice, SliceCondition, SliceTest};
use fishbone::value::{Number, Period, Unit};
use fishbone::workspace::DataOptions;
use fishbone::{Loaded, load_path, load_texts};

use crate::support::root;

/// What a line of `expected.csv` says of one value.
struct Expected {
    subject: Subject,
    unit: Unit,
    period: Period,
    slice: Slice,
    value: Option<String>,
    line: String,
}

fn subject(design: &Design, name: &str) -> (Subject, Unit) {
    let indicator = (0u32..).zip(&design.indicators).find(|(_, i)| i.naming.name == name);
    let measure = (0u32..).zip(&design.measures).find(|(_, m)| m.naming.name == name);
    match (indicator, measure) {
        (Some((id, indicator)), _) => (Subject::Indicator(IndicatorId(id)), indicator.unit.clone()),
        (_, Some((id, measure))) => {
            (Subject::Measure(MeasureId(id)), measure.unit.clone().expect("a measure that is a number"))
        }
        _ => panic!("the design has no `{name}`"),
    }
}

fn slice(design: &Design, text: &str) -> Slice {
    let condition = |text: &str| {
        let (dimension, member) = text.split_once('=').expect("dimension=member");
        let place = design.dimensions.iter().position(|d| d.naming.name == dimension).expect("a dimension");
        let test = SliceTest::Members { members: vec![member.to_string()], negated: false };
        SliceCondition { dimension: DimensionId(place as u32), test }
    };
    Slice::new(text.split(';').filter(|part| !part.is_empty()).map(condition).collect())
}

fn expected(design: &Design, csv: &str) -> Vec<Expected> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [name, period, sliced, value] = cells.as_slice() else { panic!("four columns: {line}") };
        let (subject, unit) = subject(design, name);
        Expected {
            subject,
            unit,
            period: Period::parse(period).expect("a period"),
            slice: slice(design, sliced),
            value: (!value.is_empty()).then(|| value.to_string()),
            line: line.to_string(),
        }
    };
    csv.lines().skip(1).filter(|line| !line.is_empty()).map(row).collect()
}

/// Money agrees to the cent, anything else within a relative 1e-9; what is missing is missing.
fn agrees(expected: &Expected, cell: &Cell) -> bool {
    match (&expected.value, &cell.value) {
        (None, None) => cell.reason.is_some(),
        (Some(text), Some(CellValue::Number(number))) => {
            let found = expected.unit.for_machines(number);
            let wanted: f64 = text.parse().expect("a number");
            let difference = (found.to_f64() - wanted).abs();
            let exact = expected.unit.is_money() && found.is_exact();
            if exact { found == cents(text) } else { difference <= 1e-9 * wanted.abs().max(f64::MIN_POSITIVE) }
        }
        _ => false,
    }
}

/// The other engine wrote sums of money as floats: their cents are the decimal.
fn cents(text: &str) -> Number {
    Number::from_f64(text.parse().expect("a number"))
        .map_or_else(Number::zero, |n| Number::from_decimal(n.round(2).machine().parse().expect("a decimal")))
}

fn read_csv(example: &str) -> String {
    std::fs::read_to_string(root().join("examples").join(example).join("expected.csv")).expect("expected values")
}

fn cells(loaded: &Loaded, example: &str, wanted: &[Expected]) -> Vec<Cell> {
    assert!(!loaded.has_errors(), "{:#?}", loaded.diagnostics());
    let design = loaded.design();
    let subjects: Vec<Subject> = wanted.iter().map(|w| w.subject).collect();
    let dimensions: Vec<DimensionId> = (0..design.dimensions.len()).map(|i| DimensionId(i as u32)).collect();
    let needs = needs(design, &subjects, &dimensions, true);
    let options = DataOptions { data_dir: Some(root().join("examples").join(example)), ..DataOptions::default() };
    let engine = loaded.open_data(design, &options, &needs).expect("data without errors");
    let mut evaluator = Evaluator::new(design, &loaded.sources, &engine, None);
    let asks: Vec<Ask<'_>> =
        wanted.iter().map(|w| Ask::subject(w.subject, w.period.window(&design.calendar), w.slice.clone())).collect();
    evaluator.cells(&asks).expect("values")
}

/// How many values of an example were compared; fails with those that differ.
fn compare(example: &str) -> usize {
    let loaded = load_path(&root().join("examples").join(example)).expect("a design");
    let wanted = expected(loaded.design(), &read_csv(example));
    let wrong: Vec<String> = cells(&loaded, example, &wanted)
        .iter()
        .zip(&wanted)
        .filter(|(cell, w)| !agrees(w, cell))
        .map(|(cell, w)| format!("{}  but {:?} {:?} {:?}", w.line, cell.value, cell.reason, cell.flags.words()))
        .collect();
    let some: Vec<&str> = wrong.iter().take(40).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {} values differ:\n{}", wrong.len(), wanted.len(), some.join("\n"));
    wanted.len()
}

#[test]
fn customer_training_agrees_in_every_value() {
    assert_eq!(compare("customer-training"), 2_384);
}

#[test]
fn saas_agrees_in_every_value() {
    assert_eq!(compare("saas"), 480);
}

#[test]
fn support_agrees_in_every_value() {
    assert_eq!(compare("support"), 468);
}

/// With another pass mark in one formula the values of that indicator change, where anyone has just 60 points, and no
/// other.
#[test]
fn another_formula_gives_other_values() {
    let example = "customer-training";
    let path = root().join("examples").join(example).join("customer-training.kpi");
    let text = std::fs::read_to_string(path).expect("a design");
    let changed = text.replace("exam_score >= 60", "exam_score >= 61");
    assert_ne!(text, changed);
    let loaded = load_texts([("customer-training.kpi".to_string(), changed)]);
    let wanted = expected(loaded.design(), &read_csv(example));
    let (mut same, mut other) = (0, 0);
    for (cell, w) in cells(&loaded, example, &wanted).iter().zip(&wanted) {
        match (agrees(w, cell), w.line.starts_with("pass_rate,")) {
            (true, true) => same += 1,
            (false, true) => other += 1,
            (agrees, false) => assert!(agrees, "{}", w.line),
        }
    }
    assert_eq!(same + other, 210);
    assert!(other > 100, "{other} of 210 changed");
}
