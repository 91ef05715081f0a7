//! a rolling window that is longer than the time to the target
//!
//! A mean over the last 12 months still holds half of the year before when the target is due in six: what is done now can
//! hardly be seen in it, and the target is decided before it starts. Take a shorter window, or a later day.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Late orders of twelve months" {
//!   formula: rolling(count(orders where late), 12 months) / rolling(count(orders), 12 months)
//!   unit: %, direction: lower, frequency: monthly
//!   baseline: 6% in 2025-12
//!   target: 4% by 2026-06-30
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Late orders of three months" {
//!   formula: rolling(count(orders where late), 3 months) / rolling(count(orders), 3 months)
//!   unit: %, direction: lower, frequency: monthly
//!   baseline: 6% in 2025-12
//!   target: 4% by 2026-06-30
//! }
//! ```
//!
//! Sources: R. J. Hyndman and G. Athanasopoulos, *Forecasting: Principles and Practice*, 3rd ed. 2021, 3.3 (moving averages
//! lag by half their window).
//!
//! ## 中文
//!
//! 滚动窗口比到期前的时间还长
//!
//! 目标半年后到期，而近 12 个月的平均里还有一半是去年：现在做的事几乎看不出来。请用更短的窗口，或更晚的到期日。

use std::collections::HashMap;

use crate::design::{Formula, FormulaKind};
use crate::lint::rules::prelude::*;
use crate::lint::shape::due_day;
use crate::source::Span;
use crate::value::Step;
use crate::value::calendar::days_between;

pub const RULE: Rule = Rule {
    code: Code::new("T13", "window-outlives-target"),
    source: include_str!("window_outlives_target.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let calendar = &context.design.calendar;
    let mut known = HashMap::new();
    for (id, indicator, node) in context.sound() {
        let start = indicator.baseline.as_ref().map(|b| b.period.window(calendar).last()).or(indicator.since);
        let Some(start) = start else { continue };
        let Some(due) = indicator.targets.iter().map(|t| due_day(context, t.due)).max() else { continue };
        let left = days_between(start, due);
        let windows = context.found_in(&mut known, &indicator.formula, &windows, &|mut a: Windows, b| {
            a.extend(b.into_iter().filter(|(step, _)| a.iter().all(|(s, _)| s != step)).collect::<Vec<_>>());
            a
        });
        let lengths = windows.into_iter().rev().map(|(step, span)| {
            let days = days_between(calendar.add(due, step.back()), due);
            (days, step, span)
        });
        let longest = lengths.max_by_key(|(days, _, _)| *days);
        let Some((_, step, span)) = longest.filter(|(days, _, _)| *days > left + 3 && left > 0) else { continue };
        let name = indicator.naming.title();
        let place =
            if span.file == node.decl.span.file && node.decl.span.start <= span.start && span.end <= node.decl.span.end
            {
                span
            } else {
                node.place()
            };
        findings.push(
            Finding::at(
                place,
                say!(
                    "`{name}` looks back {step}, and its target is due in {left} days",
                    "“{name}”回看 {step}，而目标在 {left} 天后到期"
                ),
            )
            .saying(say!("longer than the time from {start} to {due}", "比 {start} 到 {due} 的时间还长"))
            .help(say!("take a shorter window, or a later day", "缩短窗口，或推迟到期日"))
            .of(id),
        );
    }
}

/// The lengths of rolling windows, each where it stands first.
type Windows = Vec<(Step, Span)>;

fn windows(formula: &Formula) -> Windows {
    match &formula.kind {
        FormulaKind::Rolling { step, .. } => vec![(*step, formula.span.0)],
        _ => Vec::new(),
    }
}
