//! A small design with results made by hand, for the tests of the formats.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::design::*;
use crate::results::*;
use crate::value::unit::Base;
use crate::value::{Number, Quantity, Unit, Window, calendar::Date};

pub fn decimal(text: &str) -> Number {
    Number::from_decimal(text.parse().unwrap())
}

const DESIGN: &str = r#"
design training "客户培训部 KPI 设计鱼骨图"
unit CNY "元": money "¥"
measure learners "学习人数" = 86
objective growth "以优质培训赢得客户"
factor customer_value "客户满意与忠诚" {
  perspective: customer
  objective: growth
  indicator csat "客户满意度" { formula: 0.8, unit: %, direction: higher, frequency: monthly, factors: profit 20% }
  indicator share "市场份额 | share" { formula: 0.2, unit: %, direction: higher, frequency: monthly }
}
factor profit "收入增长与成本可控 profitable business in the long run" {
  perspective: financial
  objective: growth
  indicator revenue "培训收入" { formula: 1 CNY, unit: CNY, direction: higher, frequency: monthly }
  indicator cycle "培训周期" { formula: 3 days, unit: days, direction: lower, frequency: monthly }
}
"#;

fn yuan() -> Unit {
    let quantity = Quantity::of(Base::Money("CNY".into()));
    Unit { name: "CNY".into(), label: "元".into(), sign: Some("¥".into()), quantity, factor: 1.into() }
}

/// `csat` stands in the second factor too.
pub fn design() -> Design {
    let loaded = crate::load_texts([("training.kpi".to_string(), DESIGN.to_string())]);
    assert_eq!(loaded.diagnostics(), []);
    loaded.checked.design
}

pub fn row(subject: SubjectId, name: &str, title: &str) -> Row {
    Row {
        subject,
        name: name.into(),
        title: title.into(),
        period: "2026-Q2".into(),
        window: Window::new(date("2026-04-01"), date("2026-07-01")),
        slice: vec![],
        value: None,
        unit: None,
        status: None,
        reason: None,
        flags: Flags::default(),
        expected: None,
        target: None,
        threshold: None,
        score: None,
        weight: None,
        share: None,
        covered_weight: None,
        judged: None,
        veto: false,
    }
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn indicator_row(design: &Design, id: u32, value: Option<Number>, status: Status) -> Row {
    let of = &design.indicators[id as usize];
    Row {
        value,
        unit: Some(match of.naming.name.as_str() {
            "revenue" => yuan(),
            "cycle" => Unit::builtin("days").unwrap(),
            _ => Unit::builtin("%").unwrap(),
        }),
        status: Some(status),
        ..row(SubjectId::Indicator(IndicatorId(id)), &of.naming.name, of.naming.title())
    }
}

/// One period, the whole.
pub fn results() -> (Design, Results) {
    let design = design();
    let one = |text: &str| Some(BoundValue::One(decimal(text)));
    let rows = vec![
        Row {
            expected: one("0.8197"),
            target: one("0.85"),
            score: Some(95.72),
            weight: Some(0.4),
            judged: Some(("2026-06".into(), Number::Float(0.8089))),
            ..indicator_row(&design, 0, Some(Number::Float(0.815321)), Status::AtRisk)
        },
        Row {
            reason: Some(Reason::NoRows { source: "market".into(), window: "2026-Q2".into() }),
            expected: one("0.24"),
            weight: Some(0.6),
            ..indicator_row(&design, 1, None, Status::NoData)
        },
        Row {
            expected: one("2050000"),
            target: one("4100000"),
            score: Some(104.2),
            weight: Some(0.5),
            flags: Flags { provisional: true, ..Flags::default() },
            ..indicator_row(&design, 2, Some(decimal("2123456.50")), Status::OnTarget)
        },
        Row {
            expected: one("1296000"),
            target: one("1296000"),
            score: Some(55.0),
            weight: Some(0.5),
            ..indicator_row(&design, 3, Some(Number::Float(86400.0 * 18.3)), Status::OffTarget)
        },
        Row {
            value: Some(decimal("86")),
            unit: Some(Unit::builtin("1").unwrap()),
            ..row(SubjectId::Measure(MeasureId(0)), "learners", "学习人数")
        },
        Row {
            score: Some(95.72),
            status: Some(Status::AtRisk),
            weight: Some(0.3),
            covered_weight: Some(0.4),
            ..row(SubjectId::Factor(FactorId(0)), "customer_value", "客户满意与忠诚")
        },
        Row {
            score: Some(79.6),
            status: Some(Status::AtRisk),
            weight: Some(0.7),
            covered_weight: Some(1.0),
            ..row(SubjectId::Factor(FactorId(1)), "profit", "收入增长与成本可控")
        },
        Row {
            score: Some(84.436),
            status: Some(Status::AtRisk),
            weight: Some(1.0),
            covered_weight: Some(1.0),
            ..row(SubjectId::Objective(ObjectiveId(0)), "growth", "以优质培训赢得客户")
        },
        Row {
            score: Some(84.436),
            status: Some(Status::AtRisk),
            covered_weight: Some(1.0),
            ..row(SubjectId::Design, "training", "客户培训部 KPI 设计鱼骨图")
        },
    ];
    // The share has been measured once before, the others in all three quarters.
    let before = [("2025-Q3", 0.90, false), ("2025-Q4", 1.02, true), ("2026-Q1", 0.97, false)];
    let earlier = |(period, scale, all): (&str, f64, bool)| {
        let scaled = move |row: &Row| Row {
            period: period.into(),
            value: match row.name.as_str() {
                "share" => all.then_some(Number::Float(0.21)),
                _ => row.value.as_ref().map(|v| v.mul(&Number::Float(scale))),
            },
            ..row.clone()
        };
        rows.iter().map(scaled).collect::<Vec<Row>>()
    };
    let history = before.into_iter().flat_map(earlier).collect();
    let results = Results {
        name: "training".into(),
        title: "客户培训部 KPI 设计鱼骨图".into(),
        design_hash: "3f2a91c".into(),
        locale: Some("zh-CN".into()),
        as_of: Some(date("2026-06-30")),
        periods: vec![("2026-Q2".into(), Window::new(date("2026-04-01"), date("2026-07-01")))],
        rows,
        history,
        sources: vec![SourceReport {
            name: "surveys".into(),
            title: "问卷".into(),
            files: vec![FileReport { path: "data/surveys.csv".into(), hash: "ab".repeat(32), rows: 1200 }],
            rows_read: 1200,
            rows_kept: 1188,
            steps: vec![StepReport {
                step: "drop invalid".into(),
                reason: Some("满意度只能是 1 到 5".into()),
                count: 12,
                undecided: 0,
            }],
            first: Some(date("2024-01-03")),
            last: Some(date("2026-06-29")),
        }],
        notices: vec![],
    };
    (design, results)
}

/// Three months and two regions with the whole; the second indicator cannot be sliced.
pub fn many() -> (Design, Results) {
    let (design, mut results) = results();
    let template = std::mem::take(&mut results.rows);
    results.history.clear();
    let months = ["2026-04", "2026-05", "2026-06"];
    results.periods = months
        .iter()
        .enumerate()
        .map(|(i, m)| {
            (m.to_string(), Window::new(Date::constant(2026, 4 + i as i8, 1), Date::constant(2026, 5 + i as i8, 1)))
        })
        .collect();
    let region = |m: Member| vec![("region".to_string(), m)];
    let slices = [vec![], region(Member::Value("华东".into())), region(Member::NotGiven)];
    for row in &template {
        for (i, (period, window)) in results.periods.iter().enumerate() {
            for slice in &slices {
                if !slice.is_empty() && row.name == "share" {
                    continue;
                }
                let scale = Number::Float(1.0 - 0.01 * i as f64 - 0.1 * slice.len() as f64);
                results.rows.push(Row {
                    period: period.clone(),
                    window: *window,
                    slice: slice.clone(),
                    value: row.value.as_ref().map(|v| v.mul(&scale)),
                    judged: None,
                    ..row.clone()
                });
            }
        }
    }
    (design, results)
}

/// Asserts the width of every line.
pub fn assert_fits(table: &str, columns: usize) {
    for line in table.lines() {
        assert!(crate::render::text::width(line) <= columns, "{columns} columns: {line}");
    }
}
