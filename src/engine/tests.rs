//! Answers over small tables, against values worked out by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use jiff::civil::date;

use super::*;
use crate::data::given;
use crate::design::*;
use crate::plan::*;
use crate::value::{Quantity, Window};

mod expressions;

/// A field: name, kind, and flags `?` for optional.
fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.trim_end_matches('?').to_string(),
        label: None,
        // Unlike every other, so that cells find their column.
        span: Span { start: name.len() as u32, end: name.bytes().map(u32::from).sum(), ..Default::default() },
        column: name.trim_end_matches('?').to_string(),
        kind,
        optional: name.ends_with('?'),
        unit: None,
        domain: None,
        members: Vec::new(),
        refers: None,
        computed: None,
    }
}

fn source(name: &str, fields: Vec<Field>, time: Option<u32>, key: &[u32]) -> Source {
    Source {
        naming: Naming { name: name.to_string(), ..Default::default() },
        origin: None,
        from: From { span: Span::default(), format: Format::Csv, path: String::new(), options: ReadOptions::default() },
        time: time.map(FieldId),
        key: key.iter().map(|k| FieldId(*k)).collect(),
        row: Quantity::default(),
        refreshed: None,
        lag: None,
        covers: None,
        steward: None,
        plan: false,
        fields,
        clean: Vec::new(),
    }
}

fn table(source: u32, text: &str) -> GivenTable {
    let mut rows = Vec::new();
    let mut columns = Vec::new();
    for (i, line) in text.lines().map(str::trim).filter(|l| !l.is_empty()).enumerate() {
        let cells: Vec<Option<String>> =
            line.split('|').map(|c| Some(c.trim().to_string()).filter(|c| !c.is_empty())).collect();
        if i == 0 {
            columns = cells.iter().map(|c| FieldId(c.as_ref().unwrap().parse().unwrap())).collect();
        } else {
            rows.push((Span::default(), cells));
        }
    }
    GivenTable { source: SourceId(source), span: Span::default(), columns, rows }
}

fn load<'a>(design: &'a Design, tables: &[GivenTable], needs: &Needs) -> Result<Embedded<'a>, Vec<Diagnostic>> {
    load_with(design, tables, needs, 2)
}

fn load_with<'a>(
    design: &'a Design,
    tables: &[GivenTable],
    needs: &Needs,
    threads: usize,
) -> Result<Embedded<'a>, Vec<Diagnostic>> {
    let open = |id: SourceId, source: &Source, wanted: &[crate::data::Wanted]| {
        let none = GivenTable { source: id, span: Span::default(), columns: Vec::new(), rows: Vec::new() };
        let table = tables.iter().find(|t| t.source == id).unwrap_or(&none);
        Ok(given(table, source, wanted))
    };
    Embedded::load(design, None, Options { threads, ..Default::default() }, needs, &open)
}

fn expr(kind: RowKind) -> RowExpr {
    RowExpr { kind, ty: RowType::Bool, span: Default::default() }
}

fn number(kind: RowKind, exact: bool) -> RowExpr {
    RowExpr { kind, ty: RowType::Number { quantity: Quantity::default(), exact }, span: Default::default() }
}

fn path(field: u32) -> FieldPath {
    FieldPath { via: Vec::new(), field: FieldId(field) }
}

fn at(field: u32) -> RowExpr {
    number(RowKind::Field(path(field)), true)
}

fn text(value: &str) -> RowExpr {
    expr(RowKind::Text(value.to_string()))
}

fn num(value: &str) -> RowExpr {
    number(RowKind::Number(value.parse().unwrap()), true)
}

fn cmp(op: CompareOp, left: RowExpr, right: RowExpr) -> RowExpr {
    expr(RowKind::Compare { op, left: Box::new(left), right: Box::new(right) })
}

fn aggregate(function: AggregateFunction, argument: Option<RowExpr>, filter: Option<RowExpr>) -> Arc<Aggregate> {
    Arc::new(Aggregate { function, source: SourceId(0), time: FieldId(2), argument, weight: None, filter })
}

fn month(year: i16, month: i8) -> Window {
    let start = date(year, month, 1);
    Window { start, end: start.last_of_month().tomorrow().unwrap() }
}

fn days(from: (i16, i8, i8), to: (i16, i8, i8)) -> Window {
    Window { start: date(from.0, from.1, from.2), end: date(to.0, to.1, to.2) }
}

fn region(member: &str) -> Slice {
    let test = SliceTest::Members { members: vec![member.to_string()], negated: false };
    Slice { conditions: vec![SliceCondition { dimension: DimensionId(0), test }] }
}

fn ask(aggregate: &Arc<Aggregate>, window: Window, slice: &Slice) -> Request {
    Request::Aggregate { aggregate: aggregate.clone(), window, slice: slice.clone() }
}

/// Answers as short text: value and rows.
fn shown(answers: Vec<Answer>) -> Vec<String> {
    answers
        .into_iter()
        .map(|a| match a {
            Answer::Value { value, rows } => {
                format!("{} ({rows})", value.map_or("missing".to_string(), |v| v.machine()))
            }
            Answer::Count(n) => n.to_string(),
            Answer::Members(m) => m.join(","),
        })
        .collect()
}

/// orders: 0 id, 1 customer, 2 ordered_on, 3 amount decimal?, 4 status, 5 region?, 6 weight number?, 7 units integer?
/// customers: 0 id, 1 segment?
fn design() -> Design {
    let mut orders = source(
        "orders",
        vec![
            field("order_id", FieldKind::Id),
            field("customer", FieldKind::Id),
            field("ordered_on", FieldKind::Date),
            field("amount?", FieldKind::Decimal),
            field("status", FieldKind::Text),
            field("region?", FieldKind::Text),
            field("weight?", FieldKind::Number),
            field("units?", FieldKind::Integer),
        ],
        Some(2),
        &[0],
    );
    orders.fields[1].refers = Some(SourceId(1));
    let customers =
        source("customers", vec![field("customer_id", FieldKind::Id), field("segment?", FieldKind::Text)], None, &[0]);
    Design {
        sources: vec![orders, customers],
        dimensions: vec![
            Dimension { naming: Naming::default(), fields: vec![(SourceId(0), path(5))] },
            Dimension {
                naming: Naming::default(),
                fields: vec![(SourceId(0), FieldPath { via: vec![FieldId(1)], field: FieldId(1) })],
            },
            Dimension { naming: Naming::default(), fields: vec![(SourceId(0), path(1))] },
        ],
        ..Default::default()
    }
}

const ORDERS: &str = "
    0  | 1 | 2          | 3      | 4        | 5     | 6   | 7
    o1 | a | 2026-01-05 | 10.50  | paid     | north | 0.1 | 3
    o2 | b | 2026-01-20 | 20.25  | paid     | south | 0.2 | 4
    o3 | a | 2026-02-01 |        | paid     | north |     | 5
    o4 | c | 2026-02-28 | 5.125  | refunded | north | 0.3 |
    o5 | a | 2026-03-10 | 100    | paid     |       | 0.4 | 7
    o6 | b | 2026-03-31 | 0.005  | paid     | south | 0.5 | 8
";

const CUSTOMERS: &str = "
    0 | 1
    a | big
    b | small
";

fn everything() -> Needs {
    Needs { everything: true, ..Default::default() }
}

fn engine(design: &Design) -> Embedded<'_> {
    load(design, &[table(0, ORDERS), table(1, CUSTOMERS)], &everything()).unwrap_or_else(|e| panic!("{e:#?}"))
}

fn paid() -> Option<RowExpr> {
    Some(cmp(CompareOp::Equal, at(4), text("paid")))
}

#[test]
fn sums_counts_and_means_by_month_and_slice() {
    let design = design();
    let engine = engine(&design);
    let sum = aggregate(AggregateFunction::Sum, Some(at(3)), paid());
    let count = aggregate(AggregateFunction::Count, None, paid());
    let avg = aggregate(AggregateFunction::Avg, Some(at(3)), None);
    let all = Slice::default();
    let mut asked = Vec::new();
    for m in 1..=3 {
        for slice in [&all, &region("north"), &region("south")] {
            for aggregate in [&sum, &count, &avg] {
                asked.push(ask(aggregate, month(2026, m), slice));
            }
        }
    }
    let answers = shown(engine.answer(&asked).unwrap());
    assert_eq!(
        answers,
        [
            "30.75 (2)",
            "2 (2)",
            "15.375 (2)",
            "10.5 (1)",
            "1 (1)",
            "10.5 (1)",
            "20.25 (1)",
            "1 (1)",
            "20.25 (1)",
            "0 (0)",
            "1 (1)",
            "5.125 (1)",
            "0 (0)",
            "1 (1)",
            "5.125 (1)",
            "0 (0)",
            "0 (0)",
            "missing (0)",
            "100.005 (2)",
            "2 (2)",
            "50.0025 (2)",
            "0 (0)",
            "0 (0)",
            "missing (0)",
            "0.005 (1)",
            "1 (1)",
            "0.005 (1)",
        ]
    );
    let facts = Engine::facts(&engine, SourceId(0)).unwrap();
    assert_eq!((facts.first, facts.last), (Some(date(2026, 1, 5)), Some(date(2026, 3, 31))));
    assert_eq!(facts.report.rows_read, 6);
}

#[test]
fn windows_of_days_rows_without_a_member_and_other_functions() {
    let design = design();
    let engine = engine(&design);
    let of = |function, field: u32| {
        let mut x = at(field);
        if field == 6 {
            x.ty = RowType::Number { quantity: Quantity::default(), exact: false };
        }
        aggregate(function, Some(x), None)
    };
    let window = days((2026, 1, 20), (2026, 3, 11));
    let all = Slice::default();
    let none = Slice { conditions: vec![SliceCondition { dimension: DimensionId(0), test: SliceTest::NotGiven }] };
    let segment = Slice {
        conditions: vec![SliceCondition {
            dimension: DimensionId(1),
            test: SliceTest::Members { members: vec!["big".into()], negated: false },
        }],
    };
    let year = days((2026, 1, 1), (2027, 1, 1));
    let mut weighted = Aggregate::clone(&of(AggregateFunction::WeightedAvg, 3));
    weighted.weight = Some(at(7));
    let asked = [
        ask(&of(AggregateFunction::Sum, 3), window, &all),
        ask(&of(AggregateFunction::Sum, 6), window, &all),
        ask(&of(AggregateFunction::Min, 3), window, &all),
        ask(&of(AggregateFunction::Max, 6), window, &all),
        ask(&of(AggregateFunction::Sum, 3), window, &none),
        ask(&of(AggregateFunction::Sum, 7), year, &segment),
        ask(&of(AggregateFunction::Stddev, 7), year, &all),
        ask(&of(AggregateFunction::Stddev, 6), year, &all),
        ask(&of(AggregateFunction::Median, 3), year, &all),
        ask(&of(AggregateFunction::Percentile("90".parse().unwrap()), 6), year, &all),
        ask(&of(AggregateFunction::CountDistinct, 1), year, &all),
        ask(&of(AggregateFunction::CountDistinct, 3), year, &region("north")),
        ask(&Arc::new(weighted), year, &all),
    ];
    assert_eq!(
        shown(engine.answer(&asked).unwrap()),
        [
            "125.375 (3)",
            "0.9 (3)",
            "5.125 (3)",
            "0.4 (3)",
            "100 (1)",
            "15 (3)",
            // 3 4 5 7 8: mean 5.4, squares 17.2, / 4
            "2.07364413533 (5)",
            "0.158113883008 (5)",
            "10.5 (5)",
            // 0.1 … 0.5, rank 3.6
            "0.46 (5)",
            "3 (6)",
            "2 (2)",
            // (31.5 + 81 + 700 + 0.04) / 22
            "36.9336363636 (4)",
        ]
    );
}

#[test]
fn balances_take_the_dates_of_the_source() {
    let design = design();
    let engine = engine(&design);
    let of = |f| aggregate(f, Some(at(7)), None);
    let year = days((2026, 1, 1), (2027, 1, 1));
    let all = Slice::default();
    let asked = [
        ask(&of(AggregateFunction::Opening), year, &all),
        ask(&of(AggregateFunction::Closing), year, &all),
        ask(&of(AggregateFunction::Closing), year, &region("north")),
        ask(&of(AggregateFunction::AverageBalance), year, &all),
        ask(&of(AggregateFunction::AverageBalance), month(2026, 1), &region("south")),
        ask(&of(AggregateFunction::Closing), month(2025, 1), &all),
    ];
    assert_eq!(shown(engine.answer(&asked).unwrap()), ["3 (1)", "8 (1)", "0 (0)", "4.5 (5)", "2 (1)", "missing (0)"]);
}

fn customers_in(window: Window) -> Arc<SetTerm> {
    let atom = SetAtom { source: SourceId(0), time: FieldId(2), key: path(1), filter: paid() };
    Arc::new(SetTerm::Atom { atom: Arc::new(atom), window, slice: Slice::default() })
}

#[test]
fn sets_intersect_and_choose_slices() {
    let design = design();
    let engine = engine(&design);
    let term = |op, left: &Arc<SetTerm>, right: &Arc<SetTerm>| {
        Request::Count(Arc::new(SetTerm::Operation { op, left: left.clone(), right: right.clone() }))
    };
    let (january, february, march) =
        (customers_in(month(2026, 1)), customers_in(month(2026, 2)), customers_in(month(2026, 3)));
    let before = customers_in(Window { start: jiff::civil::Date::MIN, end: date(2026, 3, 1) });
    let of_february = |negated| Slice {
        conditions: vec![SliceCondition {
            dimension: DimensionId(2),
            test: SliceTest::InSet { set: february.clone(), negated },
        }],
    };
    let sum = aggregate(AggregateFunction::Sum, Some(at(3)), None);
    let asked = [
        Request::Count(january.clone()),
        Request::Count(february.clone()),
        term(SetOp::Intersect, &january, &february),
        term(SetOp::Except, &january, &february),
        term(SetOp::Union, &january, &february),
        term(SetOp::Except, &march, &before),
        ask(&sum, month(2026, 1), &of_february(false)),
        ask(&sum, month(2026, 1), &of_february(true)),
        ask(&sum, month(2026, 3), &of_february(false)),
        Request::Members {
            dimension: DimensionId(0),
            leaves: vec![(Leaf::Aggregate(sum.clone()), month(2026, 1), Slice::default())],
        },
        Request::Members {
            dimension: DimensionId(0),
            leaves: vec![(Leaf::Aggregate(sum.clone()), month(2026, 3), Slice::default())],
        },
        Request::Count(Arc::new(SetTerm::Empty)),
    ];
    assert_eq!(
        shown(engine.answer(&asked).unwrap()),
        ["2", "1", "1", "1", "2", "0", "10.5 (1)", "20.25 (1)", "100 (1)", "north,south", "south", "0"]
    );
}

fn clean(kind: CleanKind) -> CleanStep {
    CleanStep { span: Span::default(), kind, reason: None }
}

#[test]
fn cleaning_runs_as_written_and_counts() {
    let mut design = design();
    let orders = &mut design.sources[0];
    orders.fields[3].domain = Some((Some("0".parse().unwrap()), None));
    orders.fields[4].members = vec!["paid".into(), "refunded".into()];
    let negative = cmp(CompareOp::Less, at(3), num("0"));
    orders.clean = vec![
        clean(CleanKind::Deduplicate { by: vec![FieldId(0)], keep: Some((KeepRow::Latest, FieldId(7))) }),
        clean(CleanKind::DropWhere(negative)),
        clean(CleanKind::DropInvalid),
    ];
    let rows = "
        0  | 1 | 2          | 3     | 4     | 7
        o1 | a | 2026-01-05 | 1     | paid  | 2
        o1 | a | 2026-01-05 | 2     | paid  | 3
        o1 | a | 2026-01-05 | 4     | paid  | 3
        o1 | a | 2026-01-05 | 8     | paid  |
           | a | 2026-01-06 | 16    | paid  | 1
        o3 | a | 2026-01-07 | -1    | paid  | 1
        o4 | a | 2026-01-07 | abc   | paid  | 1
        o5 | a | 2026-02-30 | 1     | paid  | 1
        o6 | a | 2026-01-08 | 1     | sold  | 1
        o7 | a | 2026-01-08 | 32    | paid  | 1
    ";
    let sum = aggregate(AggregateFunction::Sum, Some(at(3)), None);
    let needs = Needs { leaves: vec![Leaf::Aggregate(sum.clone())], ..Default::default() };
    let engine = load(&design, &[table(0, rows)], &needs).unwrap_or_else(|e| panic!("{e:#?}"));
    let answers = engine.answer(&[ask(&sum, month(2026, 1), &Slice::default())]).unwrap();
    assert_eq!(shown(answers), ["36 (2)"]);
    let report = &Engine::facts(&engine, SourceId(0)).unwrap().report;
    assert_eq!(report.steps.iter().map(|s| s.count).collect::<Vec<_>>(), [3, 1, 4]);
    assert_eq!((report.rows_read, report.rows_kept), (10, 2));
}

#[test]
fn what_is_not_as_declared_is_told_with_its_row() {
    let mut design = design();
    let orders = &mut design.sources[0];
    orders.fields[3].domain = Some((Some("0".parse().unwrap()), Some("50".parse().unwrap())));
    orders.fields[4].members = vec!["paid".into(), "refunded".into()];
    let rows = "
        0  | 1 | 2          | 3     | 4
        o1 | a | 2026-01-05 | 51    | paid
        o2 | b | 2026-02-30 | abc   | payd
        o3 |   | 2026-01-07 | 1     | paid
    ";
    let customers = "
        0 | 1
        a | big
        a | small
    ";
    let tables = [table(0, rows), table(1, customers)];
    let Err(errors) = load(&design, &tables, &everything()) else { panic!("no errors") };
    let told: Vec<String> = errors
        .iter()
        .map(|d| {
            let place = d.data.as_ref().unwrap();
            format!("{} {} {}: {}", d.code.id, place.file, place.row.unwrap(), d.message.en)
        })
        .collect();
    assert_eq!(
        told,
        [
            "E0824 given orders 3: `customer` is missing",
            "E0821 given orders 2: `2026-02-30` is not a date",
            "E0822 given orders 1: `51` lies outside 0..50",
            "E0821 given orders 2: `abc` is not a decimal",
            "E0823 given orders 2: `payd` is not among the values of `status`",
            "E0825 given customers 2: the key `a` of `customers` is not unique: it stands in row 1 of `given customers` too",
        ]
    );
}

#[test]
fn the_rows_behind_a_leaf() {
    let design = design();
    let engine = engine(&design);
    let sum = aggregate(AggregateFunction::Sum, Some(at(3)), paid());
    let window = days((2026, 1, 1), (2027, 1, 1));
    let sample = Answers::sample(&engine, &Leaf::Aggregate(sum), window, &Slice::default(), 2).unwrap();
    assert_eq!(sample.total, 5);
    assert_eq!(sample.rows.len(), 2);
    assert_eq!(sample.columns[0], "order_id");
    assert_eq!(sample.rows[1][0].as_deref(), Some("o2"));
    assert_eq!(sample.rows[1][3].as_deref(), Some("20.250"));
}

/// The orders as a Parquet file in a folder of its own, twice `copies` row groups.
fn parquet_orders(folder: &std::path::Path, status: &str) {
    use datafusion::arrow::array::*;
    use datafusion::arrow::datatypes::{DataType, Field as F, Schema};
    let schema = Arc::new(Schema::new(vec![
        F::new("order_id", DataType::Utf8, true),
        F::new("customer", DataType::Utf8, true),
        F::new("ordered_on", DataType::Date32, true),
        F::new("amount", DataType::Decimal128(9, 3), true),
        F::new("status", DataType::Utf8, true),
        F::new("region", DataType::Utf8, true),
        F::new("weight", DataType::Float64, true),
        F::new("units", DataType::Int32, true),
    ]));
    let days = [
        date(2026, 1, 5),
        date(2026, 1, 20),
        date(2026, 2, 1),
        date(2026, 2, 28),
        date(2026, 3, 10),
        date(2026, 3, 31),
    ];
    let days: Date32Array = days.iter().map(|d| Some(epoch_day(*d))).collect();
    let amounts: Decimal128Array =
        [Some(10_500), Some(20_250), None, Some(5_125), Some(100_000), Some(5)].into_iter().collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(vec!["o1", "o2", "o3", "o4", "o5", "o6"])),
        Arc::new(StringArray::from(vec!["a", "b", "a", "c", "a", "b"])),
        Arc::new(days),
        Arc::new(amounts.with_data_type(DataType::Decimal128(9, 3))),
        Arc::new(StringArray::from(vec!["paid", "paid", "paid", "refunded", "paid", status])),
        Arc::new(StringArray::from(vec!["north", "south", "north", "north", " \u{3000}", "south"])),
        Arc::new(Float64Array::from(vec![Some(0.1), Some(0.2), None, Some(0.3), Some(0.4), Some(0.5)])),
        Arc::new(Int32Array::from(vec![Some(3), Some(4), Some(5), None, Some(7), Some(8)])),
    ];
    let batch = RecordBatch::try_new(schema.clone(), columns).unwrap();
    let file = std::fs::File::create(folder.join("the orders %20.parquet")).unwrap();
    let properties =
        datafusion::parquet::file::properties::WriterProperties::builder().set_max_row_group_row_count(Some(4)).build();
    let mut writer = datafusion::parquet::arrow::ArrowWriter::try_new(file, schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn load_parquet<'a>(
    design: &'a Design,
    folder: &std::path::Path,
    threads: usize,
    large: u64,
) -> Result<Embedded<'a>, Vec<Diagnostic>> {
    let customers = table(1, CUSTOMERS);
    let open = |id: SourceId, source: &Source, wanted: &[crate::data::Wanted]| match id {
        SourceId(0) => crate::data::open(&crate::data::Access::new(folder), &source.from, wanted),
        _ => Ok(given(&customers, source, wanted)),
    };
    Embedded::load(design, None, Options { threads, large }, &everything(), &open)
}

fn parquet_design() -> Design {
    let mut design = design();
    let orders = &mut design.sources[0];
    orders.from.format = Format::Parquet;
    orders.from.path = "the orders %20.parquet".into();
    orders.fields[3].domain = Some((Some("0".parse().unwrap()), Some("1000".parse().unwrap())));
    orders.fields[4].members = vec!["paid".into(), "refunded".into()];
    design
}

/// Every kind of question, as text.
fn everything_asked(engine: &Embedded<'_>) -> Vec<String> {
    let functions = [
        AggregateFunction::Sum,
        AggregateFunction::Avg,
        AggregateFunction::Stddev,
        AggregateFunction::Median,
        AggregateFunction::CountDistinct,
        AggregateFunction::Closing,
        AggregateFunction::Min,
    ];
    let mut asked = Vec::new();
    let february = customers_in(month(2026, 2));
    let returned = Slice {
        conditions: vec![SliceCondition {
            dimension: DimensionId(2),
            test: SliceTest::InSet { set: february.clone(), negated: false },
        }],
    };
    let none = Slice { conditions: vec![SliceCondition { dimension: DimensionId(0), test: SliceTest::NotGiven }] };
    for function in functions {
        for field in [3, 6, 7] {
            let mut x = at(field);
            if field == 6 {
                x.ty = RowType::Number { quantity: Quantity::default(), exact: false };
            }
            for filter in [None, paid()] {
                let aggregate = aggregate(function.clone(), Some(x.clone()), filter);
                for slice in [Slice::default(), region("north"), returned.clone(), none.clone()] {
                    asked.push(ask(&aggregate, month(2026, 1), &slice));
                    asked.push(ask(&aggregate, days((2026, 1, 6), (2026, 3, 31)), &slice));
                }
            }
        }
    }
    asked.push(Request::Count(february));
    shown(engine.answer(&asked).unwrap_or_else(|e| panic!("{e:#?}")))
}

#[test]
fn a_file_scanned_where_it_lies_answers_as_one_in_memory_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    parquet_orders(folder.path(), "paid");
    let mut design = parquet_design();
    for cleaned in [false, true] {
        if cleaned {
            let big = cmp(CompareOp::Greater, at(3), num("50"));
            design.sources[0].clean = vec![clean(CleanKind::DropWhere(big)), clean(CleanKind::DropInvalid)];
        }
        let memory = load_parquet(&design, folder.path(), 1, u64::MAX).unwrap_or_else(|e| panic!("{e:#?}"));
        let expected = everything_asked(&memory);
        assert_eq!(expected, everything_asked(&memory));
        for threads in [1, 2, 8] {
            let streamed = load_parquet(&design, folder.path(), threads, 0).unwrap_or_else(|e| panic!("{e:#?}"));
            assert!(matches!(streamed.tables[&SourceId(0)].store, super::session::Store::Stream(_)));
            assert_eq!(everything_asked(&streamed), expected);
            let (one, other) = (Engine::facts(&memory, SourceId(0)), Engine::facts(&streamed, SourceId(0)));
            assert_eq!(format!("{:?}", one.unwrap().report.steps), format!("{:?}", other.unwrap().report.steps));
            assert_eq!(
                one.map(|f| (f.first, f.last, f.report.rows_kept)),
                other.map(|f| (f.first, f.last, f.report.rows_kept))
            );
            let leaf = Leaf::Aggregate(aggregate(AggregateFunction::Sum, Some(at(3)), paid()));
            let window = days((2026, 1, 1), (2027, 1, 1));
            let sample = |e: &Embedded<'_>| {
                let sample = Answers::sample(e, &leaf, window, &Slice::default(), 3).unwrap();
                (sample.columns, sample.rows, sample.total)
            };
            assert_eq!(sample(&streamed), sample(&memory));
        }
    }
}

#[test]
fn a_scan_in_place_tells_the_same_faults() {
    let folder = tempfile::tempdir().unwrap();
    parquet_orders(folder.path(), "sold");
    let design = parquet_design();
    let told = |errors: Vec<Diagnostic>| errors.into_iter().map(|d| (d.message, d.data)).collect::<Vec<_>>();
    let memory = told(load_parquet(&design, folder.path(), 2, u64::MAX).err().unwrap());
    let engine = load_parquet(&design, folder.path(), 2, 0).unwrap_or_else(|e| panic!("{e:#?}"));
    // The faulty row lies in March; who asks for January is told of it too.
    let sum = aggregate(AggregateFunction::Sum, Some(at(3)), paid());
    let streamed = told(engine.answer(&[ask(&sum, month(2026, 1), &Slice::default())]).unwrap_err());
    assert_eq!(streamed, memory);
    assert_eq!(streamed[0].1.as_ref().unwrap().row, Some(6));
}

/// Whichever byte of a file has changed, it is read or the file is named; what panics in the library is no panic here.
#[test]
fn a_changed_byte_is_read_or_told_by_a_scan_in_place() {
    let folder = tempfile::tempdir().unwrap();
    parquet_orders(folder.path(), "paid");
    let path = folder.path().join("the orders %20.parquet");
    let whole = std::fs::read(&path).unwrap();
    let design = parquet_design();
    let sum = aggregate(AggregateFunction::Sum, Some(at(3)), paid());
    let mut told = 0;
    for at in (0..whole.len()).step_by(whole.len() / 200) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        std::fs::write(&path, &changed).unwrap();
        let asked = load_parquet(&design, folder.path(), 1, 0)
            .and_then(|engine| engine.answer(&[ask(&sum, month(2026, 1), &Slice::default())]));
        for error in asked.err().unwrap_or_default() {
            told += 1;
            let place = error.data.as_ref().map(|place| place.file.as_str());
            assert_eq!(place, Some("the orders %20.parquet"), "byte {at}: {}", error.message.en);
        }
    }
    assert!(told > 20, "{told}");
}

#[test]
fn filters_asked_of_groups_give_what_filters_asked_of_rows_give() {
    let mut design = design();
    let orders = &mut design.sources[0];
    orders.fields[4].members = vec!["paid".into(), "refunded".into()];
    orders.fields[5].members = vec!["north".into(), "south".into(), "west".into()];
    let engine = engine(&design);
    let and = |a: RowExpr, b: RowExpr| expr(RowKind::And(Box::new(a), Box::new(b)));
    let is = |field: u32, member: &str| cmp(CompareOp::Equal, at(field), text(member));
    let not = |a: RowExpr| expr(RowKind::Not(Box::new(a)));
    let none = expr(RowKind::IsMissing { operand: Box::new(at(5)), negated: false });
    let filters = [
        cmp(CompareOp::Less, num("1"), num("2")),
        is(4, "paid"),
        is(4, "refunded"),
        is(5, "north"),
        not(is(5, "north")),
        none.clone(),
        and(is(4, "paid"), is(5, "south")),
        and(is(4, "paid"), cmp(CompareOp::GreaterEqual, at(7), num("4"))),
        and(not(none), and(cmp(CompareOp::Less, at(3), num("20")), is(4, "paid"))),
        expr(RowKind::Or(Box::new(is(5, "west")), Box::new(is(4, "refunded")))),
    ];
    let functions = [
        AggregateFunction::Sum,
        AggregateFunction::Avg,
        AggregateFunction::Max,
        AggregateFunction::Stddev,
        AggregateFunction::Median,
        AggregateFunction::CountDistinct,
    ];
    let mut asked = Vec::new();
    let mut columns = Vec::new();
    for filter in &filters {
        for primitive in [Primitive::Rows, Primitive::Sum(at(7))] {
            columns.push(Column { primitive, filter: Some(filter.clone()) });
        }
        for function in &functions {
            let aggregate = aggregate(function.clone(), Some(at(7)), Some(filter.clone()));
            for slice in [Slice::default(), region("north")] {
                asked.push(ask(&aggregate, days((2026, 1, 1), (2027, 1, 1)), &slice));
                asked.push(ask(&aggregate, days((2026, 1, 6), (2026, 3, 11)), &slice));
            }
        }
    }
    let lifting = engine.lift(&engine.compiler(SourceId(0), FieldId(2)), &columns, 3);
    assert_eq!(lifting.leaves.len(), 2);
    // No filter, units >= 4, amount < 20.
    assert_eq!(lifting.measures.len(), 6);
    let together = shown(engine.answer(&asked).unwrap());
    let alone: Vec<String> =
        asked.iter().flat_map(|a| shown(engine.answer(std::slice::from_ref(a)).unwrap())).collect();
    assert_eq!(together, alone);
}
