//! Formulas over a small table in memory, with values worked out by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod table;

use jiff::civil::date;

use super::*;
use crate::design::*;
use crate::plan::{SliceCondition, SliceTest};
use crate::value::{Grain, Step};
use table::*;

/// Two customers in January, the same two and a third in February, one in March; nothing in April; two in May.
fn orders() -> Table {
    Table::default()
        .order("2026-01-10", "A", "east", "100", "paid")
        .order("2026-01-20", "B", "west", "50", "paid")
        .order("2026-02-05", "A", "east", "80", "paid")
        .order("2026-02-06", "B", "west", "20", "refunded")
        .order("2026-02-07", "C", "west", "40", "paid")
        .order("2026-03-09", "C", "west", "60", "paid")
        .order("2026-05-11", "A", "east", "10", "paid")
        .order("2026-05-12", "D", "north", "30", "paid")
}

fn paid() -> Formula {
    set(ORDERS, CUSTOMER, Some(is(STATUS, "paid")))
}

fn revenue() -> Formula {
    sum(ORDERS, AMOUNT, Some(is(STATUS, "paid")))
}

fn value(table: &Table, formula: &Formula, period: &str) -> String {
    shown(&cell(table, formula, period, Slice::default()))
}

fn sliced(table: &Table, formula: &Formula, period: &str, region: &str) -> String {
    shown(&cell(table, formula, period, only_region(region)))
}

fn only_region(region: &str) -> Slice {
    let test = SliceTest::Members { members: vec![region.to_string()], negated: false };
    Slice::new(vec![SliceCondition { dimension: REGION_DIMENSION, test }])
}

#[test]
fn aggregates_over_the_rows_of_a_window_and_slice() {
    let t = orders();
    assert_eq!(value(&t, &revenue(), "2026-Q1"), "330");
    assert_eq!(value(&t, &count(ORDERS, None), "2026-02"), "3");
    assert_eq!(value(&t, &avg(ORDERS, AMOUNT), "2026-01"), "75");
    assert_eq!(sliced(&t, &revenue(), "2026-Q1", "west"), "150");
    assert_eq!(sliced(&t, &revenue(), "2026-Q1", "south"), "0");
    assert_eq!(sliced(&t, &avg(ORDERS, AMOUNT), "2026-Q1", "south"), "no rows in orders 2026-Q1");
}

#[test]
fn a_quiet_month_is_zero_and_one_before_the_data_is_not() {
    let t = orders();
    assert_eq!(value(&t, &count(ORDERS, None), "2026-04"), "0");
    assert_eq!(value(&t, &revenue(), "2026-04"), "0");
    assert_eq!(value(&t, &keys(paid()), "2026-04"), "0");
    assert_eq!(value(&t, &avg(ORDERS, AMOUNT), "2026-04"), "no rows in orders 2026-04");
    assert_eq!(value(&t, &count(ORDERS, None), "2025-12"), "orders does not cover 2025-12");
    assert_eq!(value(&t, &keys(paid()), "2025-12"), "orders does not cover 2025-12");
    assert_eq!(value(&t, &avg(ORDERS, AMOUNT), "2025-12"), "orders does not cover 2025-12");
    // The first row is of the 10th; the month that holds it is covered from its start.
    assert_eq!(value(&t, &count(ORDERS, None), "2026-01-02"), "0");
    assert_eq!(value(&Table::default(), &count(ORDERS, None), "2026-04"), "orders does not cover 2026-04");
}

#[test]
fn coverage_starts_with_a_longer_period_of_refreshing_and_where_it_is_said() {
    let t = Table::default().market("2026-02-15", "1000").order("2026-06-30", "A", "east", "1", "paid");
    assert_eq!(value(&t, &count(MARKET, None), "2026-01"), "0");
    assert_eq!(value(&t, &count(MARKET, None), "2025-12"), "market does not cover 2025-12");
    let covers = |start: Option<Date>, end: Option<Date>| {
        orders().with(move |design| design.sources[0].covers = Some(Covers { start, end }))
    };
    let early = covers(Some(date(2025, 7, 1)), None);
    assert_eq!(value(&early, &count(ORDERS, None), "2025-08"), "0");
    assert_eq!(value(&early, &previous(revenue()), "2026-01"), "0");
    let late = covers(Some(date(2026, 2, 1)), Some(date(2026, 3, 31)));
    assert_eq!(value(&late, &revenue(), "2026-04"), "orders does not cover 2026-04");
    // Rows outside are rows; that there may be more of them is flagged.
    assert_eq!(value(&late, &revenue(), "2026-01"), "150 partial");
    assert_eq!(value(&late, &keys(paid()), "2026-01"), "2 partial");
}

#[test]
fn windows_before_coverage_are_missing_or_partial() {
    let t = orders();
    assert_eq!(value(&t, &previous(revenue()), "2026-02"), "150");
    assert_eq!(value(&t, &previous(revenue()), "2026-01"), "orders starts after 2025-12");
    assert_eq!(value(&t, &previous(revenue()), "2026-Q1"), "orders starts after 2025-Q4");
    assert_eq!(value(&t, &ago(revenue(), Step::Months(1)), "2026-03"), "120");
    assert_eq!(value(&t, &rolling(revenue(), Step::Months(2)), "2026-02"), "270");
    assert_eq!(
        value(&t, &rolling(revenue(), Step::Months(3)), "2026-02"),
        "orders starts after 2025-12-01..2026-02-28"
    );
    assert_eq!(value(&t, &revenue(), "FY2025"), "330 partial");
    assert_eq!(value(&t, &to_date(revenue(), ToDateFrom::Year), "2026-02"), "270 partial");
    // What stands in `previous` is missing as a whole, whatever it would make of what is missing.
    let nothing = previous(otherwise(revenue(), number("0")));
    assert_eq!(value(&t, &nothing, "2026-01"), "orders starts after 2025-12");
    assert_eq!(value(&t, &otherwise(previous(revenue()), number("0")), "2026-01"), "0");
}

#[test]
fn before_and_to_date_begin_with_the_source() {
    let t = orders();
    assert_eq!(value(&t, &before(revenue()), "2026-03"), "270");
    assert_eq!(value(&t, &up_to_end(revenue()), "2026-03"), "330");
    assert_eq!(value(&t, &before(revenue()), "2026-01"), "0");
    assert_eq!(value(&t, &before(revenue()), "2025-06"), "0");
    let new = keys(operation(SetOp::Except, paid(), before(paid())));
    assert_eq!(value(&t, &new, "2026-01"), "2");
    assert_eq!(value(&t, &new, "2026-02"), "1");
    assert_eq!(value(&t, &new, "2026-05"), "1 in_progress");
    assert_eq!(value(&t, &new, "2025-12"), "orders does not cover 2025-12");
}

#[test]
fn sets_give_retention() {
    let t = orders();
    let kept = keys(operation(SetOp::Intersect, paid(), previous(paid())));
    let retention = divide(kept, keys(previous(paid())));
    assert_eq!(value(&t, &retention, "2026-02"), "0.5");
    assert_eq!(value(&t, &retention, "2026-03"), "0.5");
    assert_eq!(value(&t, &retention, "2026-04"), "0");
    assert_eq!(value(&t, &retention, "2026-05"), "denominator `count(previous(paid))` is 0 in_progress");
    assert_eq!(value(&t, &retention, "2026-01"), "orders starts after 2025-12");
    let both = operation(SetOp::Union, previous(paid()), paid());
    assert_eq!(value(&t, &both, "2026-03"), "2 keys");
}

#[test]
fn an_unfinished_window_is_cut_and_flagged() {
    let t = orders().until(date(2026, 5, 11));
    assert_eq!(value(&t, &revenue(), "2026-05"), "10 in_progress");
    assert_eq!(value(&t, &revenue(), "2026-04"), "0");
    // As many days of the window before, the same days of the month a month ago.
    assert_eq!(value(&t, &previous(count(ORDERS, None)), "2026-Q2"), "5 in_progress");
    assert_eq!(value(&t, &ago(revenue(), Step::Months(2)), "2026-05"), "60 in_progress");
    assert_eq!(value(&t, &ago(revenue(), Step::Months(4)), "2026-05"), "100 in_progress");
    assert_eq!(value(&t, &rolling(revenue(), Step::Months(1)), "2026-05"), "10 in_progress");
    assert_eq!(value(&t, &to_date(revenue(), ToDateFrom::Quarter), "2026-05"), "10 in_progress");
    // The last month is not over, so it is no month of the year.
    assert_eq!(value(&t, &by(ByFunction::Count, revenue(), MONTH), "2026"), "4 in_progress");
    assert_eq!(value(&t, &revenue(), "2026-06"), "orders does not cover 2026-06 in_progress");
    assert_eq!(value(&t, &number("5"), "2026-06"), "5");
}

#[test]
fn the_as_of_day_is_the_latest_that_any_source_has_data_for() {
    let as_of = |table: Table| {
        let (design, sources) = (table.design(), Sources::default());
        Evaluator::new(&design, &sources, &table, None).as_of()
    };
    assert_eq!(as_of(orders()), Some(date(2026, 5, 12)));
    assert_eq!(as_of(orders().market("2026-05-03", "9")), Some(date(2026, 6, 30)));
    assert_eq!(as_of(orders().budget("2026-12-01", "9")), Some(date(2026, 5, 12)));
    assert_eq!(as_of(Table::default()), None);
}

#[test]
fn a_plan_is_not_cut() {
    let mut t = orders();
    for month in 1..=12 {
        t = t.budget(&format!("2026-{month:02}-01"), "100");
    }
    let plan = sum(BUDGET, 1, None);
    assert_eq!(value(&t, &plan, "2026"), "1200");
    assert_eq!(value(&t, &plan, "2026-12"), "100");
    assert_eq!(value(&t, &plan, "2027-01"), "budget does not cover 2027-01");
    assert_eq!(value(&t, &to_date(plan.clone(), ToDateFrom::Quarter), "2026-Q4"), "300");
    assert_eq!(value(&t, &rolling(plan.clone(), Step::Months(12)), "2026"), "1200");
    assert_eq!(value(&t, &by(ByFunction::Count, plan.clone(), MONTH), "2026"), "12");
    assert_eq!(value(&t, &divide(revenue(), plan), "2026"), "0.308333333333 in_progress");
}

#[test]
fn values_by_month_and_by_member() {
    let t = orders();
    assert_eq!(value(&t, &by(ByFunction::Avg, revenue(), MONTH), "2026-Q1"), "110");
    assert_eq!(value(&t, &by(ByFunction::Max, revenue(), MONTH), "2026-Q1"), "150");
    // April has no average: it is skipped. December is not covered: the whole is missing.
    assert_eq!(value(&t, &by(ByFunction::Count, avg(ORDERS, AMOUNT), MONTH), "2026-H1"), "3 in_progress");
    assert_eq!(value(&t, &by(ByFunction::Avg, avg(ORDERS, AMOUNT), MONTH), "FY2025"), "orders does not cover 2025-04");
    let regions = Over::Dimension(REGION_DIMENSION);
    assert_eq!(value(&t, &by(ByFunction::Min, revenue(), regions), "2026-Q1"), "150");
    assert_eq!(value(&t, &by(ByFunction::Sum, revenue(), regions), "2026-Q1"), "330");
    let large = compare(CompareOp::GreaterEqual, revenue(), number("160"));
    assert_eq!(value(&t, &by(ByFunction::Count, large.clone(), regions), "2026-Q1"), "1");
    // Nobody ordered in April: none are many, and the least of none is missing.
    assert_eq!(value(&t, &by(ByFunction::Count, large.clone(), regions), "2026-04"), "0");
    assert_eq!(value(&t, &by(ByFunction::Min, revenue(), regions), "2026-04"), "no region");
    assert_eq!(value(&t, &by(ByFunction::Count, large, regions), "2025-12"), "orders does not cover 2025-12");
    assert_eq!(sliced(&t, &by(ByFunction::Count, revenue(), regions), "2026-Q1", "east"), "1");
    // Only rows that an aggregate reads make a member: the refund is in the west, which has others in February.
    let refunds = sum(ORDERS, AMOUNT, Some(is(STATUS, "refunded")));
    assert_eq!(value(&t, &by(ByFunction::Count, refunds, regions), "2026-Q1"), "1");
    // A member of the window before counts too where its rows are read.
    let change = arithmetic(ArithmeticOp::Subtract, revenue(), previous(revenue()));
    assert_eq!(value(&t, &by(ByFunction::Min, change, regions), "2026-03"), "-80");
}

#[test]
fn by_grain_from_the_beginning_begins_with_the_data() {
    let t = orders();
    assert_eq!(value(&t, &before(by(ByFunction::Avg, revenue(), MONTH)), "2026-04"), "110");
    assert_eq!(value(&t, &up_to_end(per_year(revenue())), "2026-03"), "1320");
}

#[test]
fn slices_widen_and_narrow() {
    let t = orders();
    let share = divide(revenue(), overall(revenue(), None));
    assert_eq!(sliced(&t, &share, "2026-01", "west"), "0.333333333333");
    assert_eq!(sliced(&t, &overall(revenue(), Some(vec![REGION_DIMENSION])), "2026-01", "west"), "150");
    let west = Condition::Members { dimension: REGION_DIMENSION, members: vec!["west".into()], negated: false };
    assert_eq!(value(&t, &only(revenue(), vec![west.clone()]), "2026-Q1"), "150");
    assert_eq!(sliced(&t, &only(revenue(), vec![west]), "2026-Q1", "east"), "0");
    let not_west = Condition::Members { dimension: REGION_DIMENSION, members: vec!["west".into()], negated: true };
    assert_eq!(value(&t, &only(revenue(), vec![not_west]), "2026-Q1"), "180");
}

#[test]
fn a_set_as_slice_stays_fixed_while_the_formula_moves() {
    let t = orders();
    let cohort =
        |negated| Condition::InSet { dimension: CUSTOMER_DIMENSION, set: ago(paid(), Step::Months(1)), negated };
    // Who paid in January, in February: A's 80.
    assert_eq!(value(&t, &only(revenue(), vec![cohort(false)]), "2026-02"), "80");
    assert_eq!(value(&t, &only(revenue(), vec![cohort(true)]), "2026-02"), "40");
    // The same cohort a month before, when B had paid too.
    assert_eq!(value(&t, &only(previous(revenue()), vec![cohort(false)]), "2026-02"), "150");
    assert_eq!(value(&t, &only(revenue(), vec![cohort(false)]), "2026-01"), "orders starts after 2025-12");
    // The slice holds for the set as well.
    assert_eq!(sliced(&t, &only(revenue(), vec![cohort(false)]), "2026-02", "west"), "0");
}

#[test]
fn a_dimension_that_a_source_lacks_gives_no_value() {
    let t = orders().market("2026-01-01", "1000");
    let share = divide(revenue(), sum(MARKET, 1, None));
    assert_eq!(value(&t, &share, "2026-Q1"), "0.33");
    assert_eq!(sliced(&t, &share, "2026-Q1", "west"), "market has no region");
    // Never ignored, though the formula has a way out.
    assert_eq!(sliced(&t, &otherwise(share, number("0")), "2026-Q1", "west"), "market has no region");
    let of_all = divide(revenue(), overall(sum(MARKET, 1, None), None));
    assert_eq!(sliced(&t, &of_all, "2026-Q1", "west"), "0.15");
}

#[test]
fn rates() {
    let t = orders();
    assert_eq!(value(&t, &growth(revenue(), None), "2026-02"), "-0.2");
    assert_eq!(value(&t, &growth(revenue(), None), "2026-05"), "base `revenue` is not positive in_progress");
    assert_eq!(value(&t, &growth(revenue(), Some(Step::Years(1))), "2026-02"), "orders starts after 2025-02");
    assert_eq!(value(&t, &per_year(revenue()), "2026-01"), "1800");
    assert_eq!(value(&t, &per_year(revenue()), "2026-Q1"), "1320");
}

#[test]
fn three_values() {
    let t = orders();
    let missing = || compare(CompareOp::Greater, avg(ORDERS, AMOUNT), number("1"));
    let (yes, no) = (|| truth(true), || truth(false));
    let shown = |f: &Formula| value(&t, f, "2026-04");
    assert_eq!(shown(&and(missing(), no())), "false");
    assert_eq!(shown(&and(missing(), yes())), "no rows in orders 2026-04");
    assert_eq!(shown(&or(missing(), yes())), "true");
    assert_eq!(shown(&or(no(), missing())), "no rows in orders 2026-04");
    assert_eq!(shown(&not(missing())), "no rows in orders 2026-04");
    assert_eq!(shown(&is_missing(avg(ORDERS, AMOUNT))), "true");
    assert_eq!(shown(&choose(missing(), number("1"), Some(number("2")))), "no rows in orders 2026-04");
    assert_eq!(shown(&choose(no(), number("1"), None)), "no branch");
    assert_eq!(shown(&choose(no(), number("1"), Some(number("2")))), "2");
    assert_eq!(shown(&otherwise(avg(ORDERS, AMOUNT), number("7"))), "7");
}

#[test]
fn constants_have_their_value_on_the_last_day() {
    let t = orders();
    assert_eq!(value(&t, &constant(), "2026-02"), "1");
    assert_eq!(value(&t, &constant(), "2026-03"), "2");
    assert_eq!(value(&t, &constant(), "2025-11"), "rate has no value on 2025-11-30");
    assert_eq!(value(&t.until(date(2026, 3, 14)), &constant(), "2026-Q1"), "1");
}

#[test]
fn values_inside_the_lag_are_provisional() {
    let t = orders().until(date(2026, 5, 20)).with(|design| design.sources[0].lag = Some(20));
    assert_eq!(value(&t, &revenue(), "2026-04"), "0");
    assert_eq!(value(&t, &revenue(), "2026-05-01"), "0 provisional");
    assert_eq!(value(&t, &revenue(), "2026-04-30"), "0");
    assert_eq!(value(&t, &previous(revenue()), "2026-05"), "0 in_progress");
    let own = orders().until(date(2026, 4, 4)).indicator(revenue(), |indicator| indicator.lag = Some(5));
    assert_eq!(value(&own, &indicator(0), "2026-03"), "60 provisional");
    assert_eq!(value(&own, &indicator(0), "2026-02"), "120");
}

#[test]
fn too_few_rows_are_no_value_here_and_wherever_it_is_read() {
    let csat = divide(count(ORDERS, Some(is(STATUS, "paid"))), count(ORDERS, None));
    let t = orders().indicator(csat, |indicator| indicator.min_n = Some(3));
    assert_eq!(value(&t, &indicator(0), "2026-02"), "0.666666666667");
    assert_eq!(value(&t, &indicator(0), "2026-01"), "kpi0 has 2 of 3 rows");
    let twice = arithmetic(ArithmeticOp::Multiply, indicator(0), number("2"));
    assert_eq!(value(&t, &twice, "2026-01"), "kpi0 has 2 of 3 rows");
    // A missing value keeps its own reason.
    assert_eq!(value(&t, &indicator(0), "2026-04"), "denominator `count(orders)` is 0");
}

#[test]
fn many_references_in_a_row_take_no_stack_and_one_round() {
    const LENGTH: u32 = 10_000;
    let mut t = orders().measure(revenue());
    for i in 1..LENGTH {
        t = t.measure(arithmetic(ArithmeticOp::Add, measure(i - 1), number("1")));
    }
    assert_eq!(value(&t, &measure(LENGTH - 1), "2026-01"), "10149");
    assert_eq!(t.rounds(), vec![1]);
    let doubled = (1..60).fold(orders().measure(revenue()), |t, i| {
        t.measure(arithmetic(ArithmeticOp::Add, measure(i - 1), measure(i - 1)))
    });
    assert_eq!(value(&doubled, &measure(59), "2026-03"), "34587645138205409280");
}

/// Such a design has an error and is not evaluated; if it were, that would end.
#[test]
fn references_in_a_circle_end() {
    let t = orders().measure(arithmetic(ArithmeticOp::Add, measure(1), number("1"))).measure(measure(0));
    let (design, sources) = (t.design(), Sources::default());
    let mut evaluator = Evaluator::new(&design, &sources, &t, None);
    let window = Window::of_days(date(2026, 1, 1), date(2026, 1, 31));
    let circle = Ask::subject(Subject::Measure(MeasureId(0)), window, Slice::default());
    assert!(evaluator.cells(&[circle]).is_err());
}

#[test]
fn deep_formulas_take_little_stack() {
    let deep = (0..256).fold(revenue(), |f, _| arithmetic(ArithmeticOp::Add, f, number("1")));
    let t = orders();
    // What a thread of a pool has.
    let result = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || (value(&t, &deep, "2026-01"), trace(&t, &deep, "2026-01").children.len()))
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(result, ("406".to_string(), 1));
}

#[test]
fn one_round_asks_for_all_leaves() {
    let t = orders();
    let all = choose(
        compare(CompareOp::Greater, revenue(), number("1000")),
        count(ORDERS, None),
        Some(growth(avg(ORDERS, AMOUNT), None)),
    );
    value(&t, &all, "2026-02");
    assert_eq!(t.rounds(), vec![4]);
    let t = orders();
    value(&t, &by(ByFunction::Min, revenue(), Over::Dimension(REGION_DIMENSION)), "2026-Q1");
    assert_eq!(t.rounds(), vec![1, 2]);
}

#[test]
fn a_trace_follows_the_formula() {
    let t = orders().measure(paid());
    let kept = keys(operation(SetOp::Intersect, measure(0), previous(measure(0))));
    let trace = trace(&t, &divide(kept, keys(previous(measure(0)))), "2026-03");
    assert_eq!(
        outline(&trace, 0),
        "\
count(kept) / count(previous(paid)) [2026-03] = 0.5
  count(kept) = 1
    kept = 1 keys
      m0: paid = 1 keys
      previous(paid) = 2 keys
        m0: paid [2026-02] = 2 keys
  count(previous(paid)) = 2
    previous(paid) = 2 keys
      m0: paid [2026-02] = 2 keys
"
    );
}

#[test]
fn a_trace_shows_members_rows_and_reasons() {
    let t = orders();
    let least = by(ByFunction::Min, avg(ORDERS, AMOUNT), Over::Dimension(REGION_DIMENSION));
    let sum = arithmetic(ArithmeticOp::Add, least, previous(avg(ORDERS, AMOUNT)));
    let trace = trace(&t, &sum, "2026-05");
    assert_eq!(
        outline(&trace, 0),
        "\
sum [2026-05-01..2026-05-12] = no rows in orders 2026-04
  min(average by region) = 10
    average {region=east} = 10 (1 rows)
    average {region=north} = 30 (1 rows)
  previous(average) = no rows in orders 2026-04
    average [2026-04-01..2026-04-12] = no rows in orders 2026-04 (0 rows)
"
    );
}

#[test]
fn weeks_and_days() {
    let t = orders();
    let week = Over::Grain(Grain::Week);
    // The weeks whose last day lies in February: the first of them starts in January.
    assert_eq!(value(&t, &by(ByFunction::Count, revenue(), week), "2026-02"), "4");
    assert_eq!(value(&t, &by(ByFunction::Sum, revenue(), week), "2026-02"), "120");
    assert_eq!(value(&t, &previous(revenue()), "2026-W07"), "120");
}
