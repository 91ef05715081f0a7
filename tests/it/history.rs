//! The periods before the one asked for: the same rows as asking for them.

use std::collections::HashMap;
use std::path::Path;

use fishbone::design::{Design, DimensionId};
use fishbone::evaluate::{self, EvalRequest, Periods};
use fishbone::load_path;
use fishbone::results::{Member, Results, Row, SubjectId};
use fishbone::value::Period;
use fishbone::workspace::DataOptions;

use crate::support::{folder, root};

type Place<'r> = (SubjectId, &'r str, &'r [(String, Member)]);

fn place(row: &Row) -> Place<'_> {
    (row.subject, &row.period, &row.slice)
}

/// How many rows of history were compared, and how many of them have a value. Everything about a row is compared, its
/// score, weight, flags and reason too.
fn compare(path: &Path, dimension: &str, period: &str, count: usize) -> (usize, usize) {
    let loaded = load_path(path).expect("a design");
    assert!(!loaded.has_errors(), "{:#?}", loaded.diagnostics());
    let design: &Design = loaded.design();
    let calendar = &design.calendar;
    let asked = Period::parse(period).expect("a period");
    let dimension = design.dimensions.iter().position(|d| d.naming.name == dimension).expect("a dimension");
    let by = vec![vec![DimensionId(dimension as u32)]];
    let one =
        |periods, history| EvalRequest { periods, history, measures: true, by: by.clone(), ..EvalRequest::default() };

    let request = one(Periods::One(asked), count);
    let engine = loaded.open_data(design, &DataOptions::default(), &loaded.needs(&request)).expect("data");
    let evaluate = |request: &EvalRequest| -> Results {
        evaluate::run(design, &loaded.sources, &engine, request).expect("values")
    };
    let with = evaluate(&request);
    let without = evaluate(&one(Periods::One(asked), 0));
    assert!(without.history.is_empty());
    assert_eq!(format!("{:#?}", with.rows), format!("{:#?}", without.rows), "the history changes nothing else");
    assert_eq!((with.periods, &with.notices), (without.periods, &without.notices));

    let before: Vec<Period> =
        std::iter::successors(Some(asked), |p| Some(calendar.previous_period(*p))).skip(1).take(count).collect();
    let first = before.last().map_or(asked, |p| *p);
    let (from, to) = (first.window(calendar).start, asked.window(calendar).last());
    let direct = evaluate(&one(Periods::Between { from, to, grain: asked.grain }, 0));
    let direct: HashMap<Place<'_>, &Row> = direct.rows.iter().map(|row| (place(row), row)).collect();
    for row in &with.history {
        assert_eq!(format!("{row:#?}"), format!("{:#?}", direct[&place(row)]));
    }
    // The same subjects and slices in each period, in the order of `rows`.
    let labels: Vec<String> = before.iter().rev().map(|p| p.label()).collect();
    let expected: Vec<Place<'_>> = labels
        .iter()
        .flat_map(|label| with.rows.iter().map(move |row| (row.subject, label.as_str(), row.slice.as_slice())))
        .collect();
    assert_eq!(with.history.iter().map(place).collect::<Vec<_>>(), expected);

    // And periods by themselves.
    for period in before.first().into_iter().chain(before.last()) {
        let alone = evaluate(&EvalRequest { by: Vec::new(), ..one(Periods::One(*period), 0) });
        let label = period.label();
        let of = with.history.iter().filter(|row| row.period == label && row.slice.is_empty());
        let of: Vec<String> = of.map(|row| format!("{row:#?}")).collect();
        assert_eq!(of, alone.rows.iter().map(|row| format!("{row:#?}")).collect::<Vec<_>>());
    }
    (with.history.len(), with.history.iter().filter(|r| r.value.is_some()).count())
}

#[test]
fn history_is_what_asking_for_it_gives() {
    let examples = root().join("examples");
    for (example, dimension, period, count) in [
        ("customer-training", "region", "2026-Q2", 11),
        ("saas", "plan", "2026-05", 6),
        ("saas", "segment", "2026-W20", 3),
        ("support", "site", "FY2027-Q1", 4),
    ] {
        let (rows, values) = compare(&examples.join(example), dimension, period, count);
        assert!(values > 20 && values < rows, "{example}: {values} of {rows}");
    }
}

/// Periods before the data have rows that say so; an order without a region makes a line only where it stands.
#[test]
fn history_before_the_data_has_reasons() {
    let design = r#"
source orders {
  from: csv("orders.csv"), time: day
  field day: date
  field amount: decimal
  field region: text?
}
dimension region: orders.region
factor sales {
  indicator revenue {
    formula: sum(orders.amount), unit: 1, direction: higher, frequency: monthly, target: 10 until 2026-12-31
  }
}
"#;
    let orders = "day,amount,region\n2026-01-10,7,north\n2026-02-03,12,\n2026-03-31,20,north\n";
    let here = folder(&[("shop.kpi", design), ("orders.csv", orders)]);
    // One factor, indicator, objective-less design; the whole and the north: nobody without a region in March.
    assert_eq!(compare(here.path(), "region", "2026-03", 4), (4 * 3 * 2, 2 + 2));
    let loaded = load_path(here.path()).expect("a design");
    let march = Periods::One(Period::parse("2026-03").expect("a period"));
    let request = EvalRequest { periods: march, history: 4, ..EvalRequest::default() };
    let found = loaded.evaluate(&DataOptions::default(), &request).expect("values");
    let revenue: Vec<String> = found
        .history
        .iter()
        .filter(|row| row.name == "revenue")
        .map(|row| match (&row.value, &row.reason) {
            (Some(value), _) => format!("{} {}", row.period, value.machine()),
            (None, reason) => format!("{} {reason:?}", row.period),
        })
        .collect();
    assert_eq!(
        revenue,
        [
            "2025-11 Some(NotCovered { source: \"orders\", window: \"2025-11\" })",
            "2025-12 Some(NotCovered { source: \"orders\", window: \"2025-12\" })",
            "2026-01 7",
            "2026-02 12",
        ]
    );
}
