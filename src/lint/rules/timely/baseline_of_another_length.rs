//! a baseline over a longer or shorter period than the target judges
//!
//! 1,200 orders in 2025 beside a target of 110 a month: the two cannot be compared, and the line from one to the other
//! means nothing. A total grows with its period, and so does a count of different customers; for them any other length
//! counts. For shares and means only a baseline over a shorter period than is judged is reported: a good month does not
//! stand for a year, while a whole year is a calmer start than one month.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//! }
//! indicator orders_received "Orders" {
//!   formula: count(orders), unit: 1, direction: higher, frequency: monthly
//!   baseline: 1_200 in 2025
//!   target: 110 until 2026-12-31
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//! }
//! indicator orders_received "Orders" {
//!   formula: count(orders), unit: 1, direction: higher, frequency: monthly
//!   baseline: 1_200 in 2025
//!   target: 1_320 in 2026
//! }
//! ```
//!
//! Sources: ISO 50006:2014 (baseline period and reporting period are of a length).
//!
//! ## 中文
//!
//! 基准期与目标评判的周期长短不同
//!
//! 2025 年全年 1200 单与每月 110 单无法比较。合计、计数和去重计数随期间增长，长短不同就报；占比和平均值，只在基准期更短时
//! 报：一个好月份不能代表一年，而全年的平均是更稳的起点。

use crate::design::{AggregateFunction, Due, FormulaKind};
use crate::lint::rules::prelude::*;
use crate::lint::shape;
use crate::value::calendar::days_between;

pub const RULE: Rule = Rule {
    code: Code::new("T11", "baseline-of-another-length"),
    source: include_str!("baseline_of_another_length.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let calendar = &context.design.calendar;
    for (id, indicator, node) in context.sound() {
        let (Some(baseline), Some((_, written))) = (&indicator.baseline, node.keys.get("baseline")) else { continue };
        let window = baseline.period.window(calendar);
        let measured = days_between(window.start, window.end);
        let general: Vec<_> = indicator.targets.iter().filter(|t| t.slice.is_empty()).collect();
        let judged = |due: Due| match due {
            Due::In(period) => {
                let window = period.window(calendar);
                days_between(window.start, window.end)
            }
            Due::By(_) | Due::Until(_) => shape::period_days(indicator.frequency),
        };
        // Some target of the baseline's length is enough: phases stand beside the year.
        if general.is_empty() || general.iter().any(|t| alike(judged(t.due), measured)) {
            continue;
        }
        let Some(target) = general.first() else { continue };
        let wanted = judged(target.due);
        if !grows_with_time(context, indicator) && measured > wanted {
            continue;
        }
        let name = indicator.naming.title();
        let (label, days) = (baseline.period.label(), wanted);
        findings.push(
            Finding::at(
                written.span,
                say!(
                    "the baseline of `{name}` covers another length of time than its target",
                    "“{name}”的基准期与目标评判的周期长短不同"
                ),
            )
            .saying(say!("measured over {label}, {measured} days", "基准期 {label}，{measured} 天"))
            .label(target.span, say!("judges {days} days", "评判 {days} 天"))
            .help(say!("measure both over a period of one length", "两者取同样长短的期间"))
            .of(id),
        );
    }
}

/// Months, quarters and years differ by a few days.
fn alike(a: i64, b: i64) -> bool {
    (a - b).abs() * 10 <= a.max(b)
}

fn grows_with_time<'a>(context: &Context<'a>, indicator: &'a crate::design::Indicator) -> bool {
    let core = context.core(&indicator.formula);
    indicator.additive
        || match &core.kind {
            FormulaKind::Count(_) => true,
            FormulaKind::Aggregate(a) => {
                matches!(
                    a.function,
                    AggregateFunction::Count | AggregateFunction::CountDistinct | AggregateFunction::Sum
                )
            }
            _ => false,
        }
}
