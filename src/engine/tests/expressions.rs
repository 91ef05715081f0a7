//! Expressions over rows, value by value.

use proptest::prelude::*;

use super::*;
use crate::engine::rows::column;
use crate::engine::view::Paths;
use crate::value::{Number, Step};

/// The values of an expression in all rows, in their order; None: missing.
fn values(engine: &Embedded<'_>, expr: &RowExpr) -> Vec<Option<String>> {
    use datafusion::arrow::array::{Array, AsArray};
    let compiler = engine.compiler(SourceId(0), FieldId(2));
    let mut paths = Paths::default();
    paths.expr(&compiler, expr);
    paths.path(&compiler, &path(2));
    paths.order();
    let value = rows::text(compiler.compile(expr)).alias("value");
    let frame = engine.view(SourceId(0), &paths).unwrap();
    let frame = frame.sort(vec![column(table::ORDER).sort(true, false)]).unwrap().select(vec![value]).unwrap();
    let batches = engine.run(frame.collect()).unwrap_or_else(|e| panic!("{e}"));
    let mut all = Vec::new();
    for batch in batches {
        let column = batch.column(0).as_string_view();
        all.extend((0..column.len()).map(|i| column.is_valid(i).then(|| column.value(i).to_string())));
    }
    all
}

fn texts(values: &[Option<String>]) -> Vec<&str> {
    values.iter().map(|v| v.as_deref().unwrap_or("-")).collect()
}

fn bx(expr: RowExpr) -> Box<RowExpr> {
    Box::new(expr)
}

fn call(function: RowFunction, args: Vec<RowExpr>) -> RowExpr {
    number(RowKind::Function { function, args }, true)
}

fn arith(op: ArithmeticOp, left: RowExpr, right: RowExpr) -> RowExpr {
    number(RowKind::Arithmetic { op, left: bx(left), right: bx(right) }, true)
}

#[test]
fn logic_is_three_valued() {
    let design = design();
    let engine = engine(&design);
    let small = cmp(CompareOp::Less, at(3), num("6"));
    let north = cmp(CompareOp::Equal, at(5), text("north"));
    let both = expr(RowKind::And(bx(small.clone()), bx(north.clone())));
    let either = expr(RowKind::Or(bx(small.clone()), bx(north.clone())));
    let not = expr(RowKind::Not(bx(small.clone())));
    // amount 10.5 20.25 - 5.125 100 .005; region north south north north - south
    assert_eq!(texts(&values(&engine, &small)), ["false", "false", "-", "true", "false", "true"]);
    assert_eq!(texts(&values(&engine, &both)), ["false", "false", "-", "true", "false", "false"]);
    assert_eq!(texts(&values(&engine, &either)), ["true", "false", "true", "true", "-", "true"]);
    assert_eq!(texts(&values(&engine, &not)), ["true", "true", "-", "false", "true", "false"]);
    let chosen =
        number(RowKind::If { condition: bx(north.clone()), then: bx(at(3)), otherwise: Some(bx(num("1.5"))) }, true);
    assert_eq!(texts(&values(&engine, &chosen)), ["10.500", "1.500", "-", "5.125", "-", "1.500"]);
    let list =
        |negated| expr(RowKind::InList { operand: bx(at(5)), items: vec![text("north"), text("west")], negated });
    assert_eq!(texts(&values(&engine, &list(false))), ["true", "false", "true", "true", "-", "false"]);
    assert_eq!(texts(&values(&engine, &list(true))), ["false", "true", "false", "false", "-", "true"]);
    let known = expr(RowKind::IsMissing { operand: bx(at(5)), negated: true });
    assert_eq!(texts(&values(&engine, &known)), ["true", "true", "true", "true", "false", "true"]);
}

#[test]
fn numbers_stay_exact_and_what_has_no_value_is_missing() {
    let design = design();
    let engine = engine(&design);
    let product = arith(ArithmeticOp::Multiply, at(3), num("0.94"));
    assert_eq!(texts(&values(&engine, &product))[1], "19.03500");
    let ratio = arith(ArithmeticOp::Divide, at(3), arith(ArithmeticOp::Subtract, at(7), num("3")));
    assert_eq!(texts(&values(&engine, &ratio)), ["-", "20.25", "-", "-", "25.0", "0.001"]);
    let filled = number(RowKind::Otherwise(bx(at(3)), bx(num("0"))), true);
    assert_eq!(texts(&values(&engine, &filled))[2], "0.000");
    // Of constants alone.
    // As many steps as alternatives: in pairs this would not end.
    let chain = (0..60).fold(at(3), |x, _| number(RowKind::Otherwise(bx(x), bx(at(3))), true));
    let chain = number(RowKind::Otherwise(bx(chain), bx(num("0"))), true);
    assert_eq!(texts(&values(&engine, &chain)), texts(&values(&engine, &filled)));
    let first = number(RowKind::Otherwise(bx(num("8")), bx(num("1"))), true);
    assert_eq!(texts(&values(&engine, &cmp(CompareOp::Equal, at(7), first)))[0], "false");
    let rounded = |digits: &str| call(RowFunction::Scalar(ScalarFunction::Round), vec![at(3), num(digits)]);
    assert_eq!(texts(&values(&engine, &rounded("0"))), ["11", "20", "-", "5", "100", "0"]);
    assert_eq!(texts(&values(&engine, &rounded("2")))[3], "5.13");
    assert_eq!(texts(&values(&engine, &rounded("2")))[5], "0.01");
    assert_eq!(texts(&values(&engine, &rounded("-1"))), ["10", "20", "-", "10", "100", "0"]);
    let least = call(RowFunction::Scalar(ScalarFunction::Min), vec![at(3), at(7), num("5")]);
    assert_eq!(texts(&values(&engine, &least)), ["3.000", "4.000", "-", "-", "5.000", "0.005"]);
    let clamped = call(RowFunction::Scalar(ScalarFunction::Clamp), vec![at(3), num("5"), num("20")]);
    assert_eq!(texts(&values(&engine, &clamped)), ["10.500", "20.000", "-", "5.125", "20.000", "5.000"]);
    let root = call(RowFunction::Scalar(ScalarFunction::Sqrt), vec![arith(ArithmeticOp::Subtract, at(7), num("4"))]);
    assert_eq!(texts(&values(&engine, &root))[..2], ["-", "0.0"]);
    let ln = call(RowFunction::Scalar(ScalarFunction::Ln), vec![arith(ArithmeticOp::Subtract, at(7), num("4"))]);
    assert_eq!(texts(&values(&engine, &ln))[..4], ["-", "-", "0.0", "-"]);
    // -1 0 1 …: 0 to the power of -1 has no value.
    let base = || arith(ArithmeticOp::Subtract, at(7), num("4"));
    let power = |y: &str| call(RowFunction::Scalar(ScalarFunction::Power), vec![base(), num(y)]);
    assert_eq!(texts(&values(&engine, &power("-1")))[..3], ["-1.0", "-", "1.0"]);
    assert_eq!(texts(&values(&engine, &power("0")))[..3], ["1.0", "1.0", "1.0"]);
    let huge = call(RowFunction::Scalar(ScalarFunction::Exp), vec![arith(ArithmeticOp::Multiply, at(7), num("1000"))]);
    assert_eq!(texts(&values(&engine, &huge))[0], "-");
}

#[test]
fn text_is_taken_literally() {
    let design = design();
    let rows = "
        0   | 1 | 2          | 4
        50% | a | 2026-01-05 | a_b
        5%x | a | 2026-01-05 | axb
        _%  | a | 2026-01-05 | %
        x   | a | 2026-01-05 | a\\_b
    ";
    let engine = load(&design, &[table(0, rows)], &Needs { sources: vec![SourceId(0)], ..everything() }).unwrap();
    let contains = |part: &str| expr(RowKind::Contains { operand: bx(at(0)), text: bx(text(part)) });
    let starts = |part: &str| expr(RowKind::StartsWith { operand: bx(at(4)), text: bx(text(part)) });
    assert_eq!(texts(&values(&engine, &contains("%"))), ["true", "true", "true", "false"]);
    assert_eq!(texts(&values(&engine, &contains("_"))), ["false", "false", "true", "false"]);
    assert_eq!(texts(&values(&engine, &starts("a_"))), ["true", "false", "false", "false"]);
    assert_eq!(texts(&values(&engine, &starts("a\\_"))), ["false", "false", "false", "true"]);
    assert_eq!(texts(&values(&engine, &starts("%"))), ["false", "false", "true", "false"]);
}

#[test]
fn constants_by_date_and_references() {
    let mut design = design();
    design.constants = vec![Constant {
        naming: Naming::default(),
        quantity: Quantity::default(),
        phases: vec![
            (Some(date(2026, 1, 10)), "0.13".parse().unwrap()),
            (Some(date(2026, 3, 1)), "0.9".parse().unwrap()),
        ],
    }];
    let engine = engine(&design);
    let rate = number(RowKind::Constant(ConstantId(0)), true);
    assert_eq!(texts(&values(&engine, &rate)), ["-", "0.13", "0.13", "0.13", "0.90", "0.90"]);
    let segment = expr(RowKind::Field(FieldPath { via: vec![FieldId(1)], field: FieldId(1) }));
    assert_eq!(texts(&values(&engine, &segment)), ["big", "small", "big", "-", "big", "small"]);
}

#[test]
fn floats_compare_within_a_billionth_and_have_no_negative_zero() {
    let mut design = design();
    design.sources[0].fields[7].kind = FieldKind::Number;
    let rows = "
        0 | 1 | 2          | 4 | 6                   | 7
        a | a | 2026-01-05 | x | 0.30000000000000004 | 0.3
        b | a | 2026-01-05 | x | 0.3000001           | 0.3
        c | a | 2026-01-05 | x | -0.0                | 0
        d | a | 2026-01-05 | x | -0.30000000000000004 | -0.3
    ";
    let engine = load(&design, &[table(0, rows)], &everything()).unwrap();
    let float = |field: u32| number(RowKind::Field(path(field)), false);
    // A product of zero and a negative number.
    let negative = |field: u32| arith(ArithmeticOp::Multiply, float(field), num("-1"));
    for op in [
        CompareOp::Equal,
        CompareOp::NotEqual,
        CompareOp::Less,
        CompareOp::LessEqual,
        CompareOp::Greater,
        CompareOp::GreaterEqual,
    ] {
        let numbers = [(0.30000000000000004, 0.3), (0.3000001, 0.3), (0.0, 0.0), (-0.30000000000000004, -0.3)];
        let holds = |a: f64, b: f64| {
            let order = Number::Float(a).cmp_tolerant(&Number::Float(b));
            let holds = match op {
                CompareOp::Equal => order.is_eq(),
                CompareOp::NotEqual => order.is_ne(),
                CompareOp::Less => order.is_lt(),
                CompareOp::LessEqual => order.is_le(),
                CompareOp::Greater => order.is_gt(),
                CompareOp::GreaterEqual => order.is_ge(),
            };
            holds.to_string()
        };
        let fields = values(&engine, &cmp(op, float(6), float(7)));
        assert_eq!(texts(&fields), numbers.map(|(a, b)| holds(a, b)));
        let negated = values(&engine, &cmp(op, negative(6), negative(7)));
        assert_eq!(texts(&negated), numbers.map(|(a, b)| holds(-a, -b)));
        for literal in ["0.3", "0", "-0.3"] {
            let bound: f64 = literal.parse().unwrap();
            let against = values(&engine, &cmp(op, negative(6), num(literal)));
            assert_eq!(texts(&against), numbers.map(|(a, _)| holds(-a, bound)), "{op:?} {literal}");
        }
    }
}

#[test]
fn floats_round_as_they_are_written() {
    let design = design();
    let rows = "
        0 | 1 | 2          | 4 | 6
        a | a | 2026-01-05 | x | 2.675
        b | a | 2026-01-05 | x | -2.5
        c | a | 2026-01-05 | x | 0.0000001
        d | a | 2026-01-05 | x | 1.5e300
        e | a | 2026-01-05 | x | 1.005
    ";
    let engine = load(&design, &[table(0, rows)], &everything()).unwrap();
    let float = RowExpr { ty: RowType::Number { quantity: Quantity::default(), exact: false }, ..at(6) };
    for digits in [0, 2, 5] {
        let rounded = values(
            &engine,
            &call(RowFunction::Scalar(ScalarFunction::Round), vec![float.clone(), num(&digits.to_string())]),
        );
        let expected = [2.675, -2.5, 0.0000001, 1.5e300, 1.005].map(|x| Number::Float(x).round(digits).to_f64());
        let rounded: Vec<f64> = rounded.iter().map(|v| v.as_ref().unwrap().parse().unwrap()).collect();
        assert_eq!(rounded, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// The engine's arithmetic on days against the calendar's.
    #[test]
    fn days_are_the_calendars(
        pairs in proptest::collection::vec((-20_000..40_000_i32, -60..400_i32), 1..40),
        holidays in proptest::collection::btree_set(-20_000..40_000_i32, 0..30),
        worked in proptest::collection::btree_set(-20_000..40_000_i32, 0..30),
        months in -30..30_i32,
    ) {
        let day = |n: i32| typing::date_of(n).unwrap();
        let mut design = design();
        design.sources[0].fields[6].kind = FieldKind::Date;
        design.calendar.holidays = holidays.iter().map(|n| day(*n)).collect();
        design.calendar.workdays = worked.iter().map(|n| day(*n)).collect();
        let pairs: Vec<_> = pairs.into_iter().map(|(a, n)| (day(a), day(a + n))).collect();
        let mut rows = String::from("0 | 1 | 2 | 4 | 6\n");
        for (i, (a, b)) in pairs.iter().enumerate() {
            rows += &format!("{i} | a | {a} | x | {b}\n");
        }
        let engine = load(&design, &[table(0, &rows)], &everything()).unwrap();
        let date_at = |field: u32| RowExpr { ty: RowType::Date, ..at(field) };
        let all = |expr: &RowExpr| values(&engine, expr).into_iter().map(Option::unwrap).collect::<Vec<_>>();
        let expected = |f: &dyn Fn(jiff::civil::Date, jiff::civil::Date) -> String| {
            pairs.iter().map(|(a, b)| f(*a, *b)).collect::<Vec<_>>()
        };
        let calendar = &design.calendar;
        let worked = all(&call(RowFunction::Workdays, vec![date_at(2), date_at(6)]));
        prop_assert_eq!(worked, expected(&|a, b| calendar.workdays(a, b).to_string()));
        let weekday = all(&call(RowFunction::Weekday, vec![date_at(2)]));
        prop_assert_eq!(weekday, expected(&|a, _| a.weekday().to_monday_one_offset().to_string()));
        let year = all(&call(RowFunction::Year, vec![date_at(2)]));
        prop_assert_eq!(year, expected(&|a, _| a.year().to_string()));
        let month = all(&call(RowFunction::Month, vec![date_at(2)]));
        prop_assert_eq!(month, expected(&|a, _| a.month().to_string()));
        let elapsed = all(&number(RowKind::Elapsed { from: bx(date_at(2)), to: bx(date_at(6)) }, true));
        prop_assert_eq!(elapsed, expected(&|a, b| (i64::from(epoch_day(b) - epoch_day(a)) * 86_400).to_string()));
        for step in [Step::Months(months), Step::Days(months), Step::Years(months), Step::Weeks(months)] {
            let moved = all(&RowExpr { ty: RowType::Date, ..number(RowKind::Moved { operand: bx(date_at(2)), step }, true) });
            prop_assert_eq!(moved, expected(&|a, _| calendar.add(a, step).to_string()));
        }
    }
}

#[test]
fn timestamps_are_wall_time_in_the_calendars_zone() {
    let mut design = design();
    design.calendar.timezone = Some("Asia/Shanghai".into());
    design.sources[0].fields[6].kind = FieldKind::Timestamp;
    let rows = "
        0 | 1 | 2                         | 4 | 6
        a | a | 2026-01-05T23:30:00Z      | x | 2026-01-05T23:30:00Z
        b | a | 2026-01-05 23:30          | x | 2026-01-05 23:30
        c | a | 2026-01-05T23:30:00-05:00 | x | 2026-01-05T23:30:00.250-0500
        d | a | 2026-01-05                | x | 2026-01-05
    ";
    let engine = load(&design, &[table(0, rows)], &everything()).unwrap_or_else(|e| panic!("{e:#?}"));
    let days = values(&engine, &RowExpr { ty: RowType::Date, ..at(2) });
    assert_eq!(texts(&days), ["2026-01-06", "2026-01-05", "2026-01-06", "2026-01-05"]);
    let times = values(&engine, &RowExpr { ty: RowType::Timestamp, ..at(6) });
    assert_eq!(
        texts(&times),
        ["2026-01-06T07:30:00", "2026-01-05T23:30:00", "2026-01-06T12:30:00.250", "2026-01-05T00:00:00"]
    );
    let elapsed = number(RowKind::Elapsed { from: bx(at(2)), to: bx(at(6)) }, true);
    assert_eq!(texts(&values(&engine, &elapsed)), ["27000.000000", "84600.000000", "45000.250000", "0.000000"]);
}
