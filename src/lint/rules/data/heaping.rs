//! values that bunch at the limit that is judged by
//!
//! Where many rows lie exactly at the limit of a formula (`score >= 60`, `closed - opened <= 5 days`) and few beside it,
//! somebody may write what is wanted, or stop working when it is reached: exams are lifted to the pass mark, cases closed
//! on the last day allowed. The value is then one of the limit and not of the work; look at some of the rows.
//!
//! People round, so round limits gather values anyway. The rule compares the limit with its neighbours, and how far it
//! stands out with how far values as round as it stand out; it speaks where at least 20 rows lie at the limit, twice as
//! many as beside it (of continuous values: more than half of what lies within a tenth of it), and half as much again
//! stand out as at such values. Fields of fewer than 20 levels are left alone, and timestamps, which bunch at nothing.
//!
//! Sources: J. McCrary, "Manipulation of the running variable in the regression discontinuity design", *Journal of
//! Econometrics* 142 (2), 2008; H. J. Kleven, "Bunching", *Annual Review of Economics* 8, 2016.
//!
//! ## 中文
//!
//! 数值集中在评判的界限上
//!
//! 许多行恰好落在公式的界限上（`score >= 60`、`closed - opened <= 5 days`），两旁却很少，可能有人照着界限写，或一到界限就停手：
//! 考分被提到及格线，工单在最后一天关闭。这时数值反映的是界限而不是工作，要抽几行看看。
//!
//! 人会取整，整数界限本来就容易集中。规则把界限与相邻的值相比，又把它突出的程度与同样整的值相比：界限上至少 20 行、是两旁的两倍
//! （连续的值：超过其十分之一范围内的一半），且突出程度比同样整的值高一半以上时才提示。少于 20 级的字段不看，时间戳也不看。

use std::collections::BTreeSet;

use bigdecimal::{BigDecimal, ToPrimitive, Zero};

use crate::analysis::rows::{Rows, nearest};
use crate::analysis::statistics::mean;
use crate::design::{
    Aggregate, CompareOp, FieldId, FieldKind, FormulaKind, IndicatorId, RowExpr, RowFunction, RowKind, RowType,
    SourceId,
};
use crate::lint::Needs;
use crate::lint::rows;
use crate::lint::rules::prelude::*;
use crate::source::Span;
use crate::value::calendar::Date;
use crate::value::{Interval, Window};

pub const RULE: Rule = Rule {
    code: Code::new("D11", "heaping"),
    severity: Severity::Info,
    needs: Needs::Data,
    source: include_str!("heaping.rs"),
    check,
    ..Rule::STATIC
};

/// Rows at the limit from which on they are looked at, and around a value that it is compared with.
const FEWEST: f64 = 20.0;
/// Levels of a field that bunch by themselves.
const FEWEST_LEVELS: f64 = 20.0;
/// How far the limit must stand out from what lies beside it, and from values as round.
const TIMES: f64 = 2.0;
const ROUND_TIMES: f64 = 1.5;
/// How near continuous values lie beside the limit, in percent of it.
const NEAR: i64 = 10;
const SECONDS_A_DAY: i64 = 86_400;

/// A limit in a formula.
struct Limit<'a> {
    indicator: IndicatorId,
    source: SourceId,
    time: FieldId,
    /// What is compared.
    value: &'a RowExpr,
    /// With how much, and the values as round that it is held against.
    places: Vec<BigDecimal>,
    /// Of whole numbers from one to the next; None: continuous.
    step: Option<BigDecimal>,
    span: Span,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    let window = Window::of_days(Date::MIN, facts.as_of());
    let limits = limits(context);
    let mut asks: Vec<(Aggregate, Window)> = Vec::new();
    for limit in &limits {
        let filters = limit.places.iter().flat_map(|place| limit.around(place));
        asks.extend(filters.map(|filter| (rows::count(limit.source, limit.time, Some(filter)), window)));
    }
    let mut answers = facts.aggregates(&asks).into_iter().map(Option::unwrap_or_default);
    for limit in &limits {
        let counted = limit.places.iter().map(|place| {
            let beside = limit.around(place).len() - 1;
            let at = answers.next().unwrap_or_default();
            (at, answers.by_ref().take(beside).collect::<Vec<f64>>())
        });
        let counted: Vec<(f64, Vec<f64>)> = counted.collect();
        let Some((n, beside)) = stands_out(limit.step.is_some(), &counted) else { continue };
        let Some(indicator) = context.indicator(limit.indicator) else { continue };
        let (name, beside) = (indicator.naming.title(), beside.round());
        let said = match limit.step {
            Some(_) => say!(
                "{n} rows are exactly there, about {beside} at each value beside it",
                "恰好在此的有 {n} 行，旁边的值各约 {beside} 行"
            ),
            None => say!(
                "{n} rows are exactly there, {beside} within a tenth of it beside them",
                "恰好在此的有 {n} 行，上下一成之内另有 {beside} 行"
            ),
        };
        findings.push(
            Finding::at(limit.span, say!("values bunch at the limit of `{name}`", "数值集中在“{name}”的界限上"))
                .saying(said)
                .help(say!(
                    "look at some of these rows: is the limit written, or reached?",
                    "抽看其中几行：是照着界限写的，还是真的达到了？"
                ))
                .of(limit.indicator),
        );
    }
}

/// What was counted at the limit, and beside it, where that stands out. `counted`: at the limit, then at values as round.
fn stands_out(whole: bool, counted: &[(f64, Vec<f64>)]) -> Option<(f64, f64)> {
    let beside = |counts: &[f64]| if whole { mean(counts) } else { counts.iter().sum::<f64>().into() };
    let ((n, near), others) = counted.split_first()?;
    let near = beside(near)?;
    let least = if whole { TIMES } else { 1.0 };
    if *n < FEWEST || *n <= least * near {
        return None;
    }
    // Half a row more, so that nothing beside is no infinity.
    let ratio = |n: f64, beside: f64| (n + 0.5) / (beside + 0.5);
    let enough = others.iter().filter(|(n, near)| n + near.iter().sum::<f64>() >= FEWEST);
    let rounds: Vec<f64> = enough.filter_map(|(n, near)| Some(ratio(*n, beside(near)?))).collect();
    // Round, and nothing as round to hold it against: nobody can tell.
    if rounds.is_empty() && !others.is_empty() {
        return None;
    }
    rounds.iter().all(|round| ratio(*n, near) > ROUND_TIMES * round).then_some((*n, near))
}

impl Limit<'_> {
    /// The rows at a value, then those beside it: at the two whole numbers on each side, or within a tenth of it.
    fn around(&self, place: &BigDecimal) -> Vec<RowExpr> {
        let value = || self.value.clone();
        let mut rows = vec![rows::equals(value(), place.clone())];
        match &self.step {
            Some(step) => {
                rows.extend([-2, -1, 1, 2].map(|n| rows::equals(value(), place + step * BigDecimal::from(n))))
            }
            None => {
                let near = place.abs() * BigDecimal::from(NEAR) / BigDecimal::from(100);
                let within = rows::between(value(), place - &near, place + near);
                rows.push(rows::both(within, rows::differs(value(), place.clone())));
            }
        }
        rows
    }
}

fn limits<'a>(context: &Context<'a>) -> Vec<Limit<'a>> {
    let mut limits = Vec::new();
    // What several indicators read is told of the first.
    let mut seen = BTreeSet::new();
    for (id, indicator, _) in context.sound() {
        context.deep_beyond(&mut seen, &indicator.formula, &mut |f| {
            let (source, time, filter) = match &f.kind {
                FormulaKind::Aggregate(a) => (a.source, a.time, &a.filter),
                FormulaKind::Set(s) => (s.source, s.time, &s.filter),
                _ => return,
            };
            let Some(filter) = filter else { return };
            filter.each(&mut |row| {
                if let RowKind::Compare { op, left, right } = &row.kind
                    && !matches!(op, CompareOp::Equal | CompareOp::NotEqual)
                    && let Some((value, limit)) = compared(left, right)
                    && let Some((step, whole)) = step(context, source, value)
                    && let Some(places) = places(context, source, value, limit, &step, whole)
                {
                    let step = whole.then_some(step);
                    limits.push(Limit { indicator: id, source, time, value, places, step, span: row.span.0 });
                }
            });
        });
    }
    let mut told = BTreeSet::new();
    limits.retain(|limit| told.insert(limit.span));
    limits
}

/// What is compared with a number, and the number.
fn compared<'a>(left: &'a RowExpr, right: &'a RowExpr) -> Option<(&'a RowExpr, &'a BigDecimal)> {
    match (&left.kind, &right.kind) {
        (_, RowKind::Number(limit)) => Some((left, limit)),
        (RowKind::Number(limit), _) => Some((right, limit)),
        _ => None,
    }
}

/// One of the unit in which a value is given, and whether it has whole numbers of it. None: it bunches at nothing, or
/// nobody knows.
fn step(context: &Context<'_>, source: SourceId, value: &RowExpr) -> Option<(BigDecimal, bool)> {
    match &value.kind {
        RowKind::Scaled(inner, factor) => {
            let (step, whole) = step(context, source, inner)?;
            Some((step * factor, whole))
        }
        RowKind::Field(path) => {
            let (_, field) = Rows::new(context.design, source).field(path)?;
            field.kind.is_number().then(|| (BigDecimal::from(1), field.kind == FieldKind::Integer))
        }
        RowKind::Elapsed { from, to } => {
            let days = from.ty == RowType::Date && to.ty == RowType::Date;
            days.then(|| (BigDecimal::from(SECONDS_A_DAY), true))
        }
        RowKind::Function { function: RowFunction::Workdays, .. } => Some((BigDecimal::from(1), true)),
        _ => None,
    }
}

/// A limit and, where it is round, the next values on both sides that are as round. None: it lies at an end of what the
/// value can be, or that has few levels.
fn places(
    context: &Context<'_>,
    source: SourceId,
    value: &RowExpr,
    limit: &BigDecimal,
    step: &BigDecimal,
    whole: bool,
) -> Option<Vec<BigDecimal>> {
    let range = Rows::new(context.design, source).range(value, &());
    let width = nearest(step);
    let inside = |value: &BigDecimal, steps: f64| {
        let (value, way) = (nearest(value), steps * width);
        Interval::new(value - way, value + way).within(range)
    };
    if limit.is_zero() || step.is_zero() || (range.is_bounded() && range.width() < FEWEST_LEVELS * width) {
        return None;
    }
    let beside = if whole { 2.0 } else { 0.0 };
    if !inside(limit, beside) {
        return None;
    }
    let mut places = vec![limit.clone()];
    let steps = (limit / step).normalized();
    let round = roundness(&steps).or((!whole).then_some(1));
    if let Some(round) = round {
        let next = step * BigDecimal::from(round);
        places.extend(
            [limit - &next, limit + next].into_iter().filter(|place| !place.is_zero() && inside(place, beside)),
        );
        // At an end, and nothing as round on the other side.
        if places.len() == 1 {
            return None;
        }
    }
    Some(places)
}

/// The power of ten that a whole number is a multiple of, 10 for what ends in 5; None: it is not round, or not whole.
fn roundness(number: &BigDecimal) -> Option<i64> {
    let number = number.is_integer().then(|| number.to_i64())??.abs();
    if number % 10 == 5 {
        return Some(10);
    }
    let mut power = 1_i64;
    while power <= number / 10 && number % (power * 10) == 0 {
        power *= 10;
    }
    (power > 1).then_some(power)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn round_numbers_have_neighbours_as_round() {
        for (number, expected) in [("60", Some(10)), ("65", Some(10)), ("63", None), ("400", Some(100)), ("2.5", None)]
        {
            assert_eq!(roundness(&number.parse().unwrap()), expected, "{number}");
        }
    }

    #[test]
    fn what_stands_out_does_so_more_than_values_as_round() {
        let even = |n: f64| vec![n; 4];
        assert_eq!(stands_out(true, &[(60.0, even(20.0))]), Some((60.0, 20.0)));
        assert_eq!(stands_out(true, &[(40.0, even(20.0))]), None, "twice is not more than twice");
        assert_eq!(stands_out(true, &[(19.0, even(1.0))]), None, "few rows");
        // Everybody rounds to tens.
        assert_eq!(stands_out(true, &[(60.0, even(20.0)), (57.0, even(20.0)), (3.0, even(1.0))]), None);
        assert!(stands_out(true, &[(60.0, even(20.0)), (22.0, even(20.0)), (19.0, even(20.0))]).is_some());
        assert_eq!(stands_out(true, &[(60.0, even(20.0)), (1.0, even(1.0))]), None, "nothing to hold it against");
        assert!(stands_out(false, &[(60.0, vec![30.0]), (10.0, vec![40.0])]).is_some());
        assert_eq!(stands_out(false, &[(60.0, vec![70.0]), (10.0, vec![40.0])]), None);
    }
}
