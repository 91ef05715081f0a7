//! phases that leave holes between them
//!
//! Targets of periods (`in 2026-Q1`, `in 2026-Q3`) judge only what lies inside them: between them there is no target,
//! mostly because a line was forgotten. The rule compares periods of one length for one slice, and a `by` or `until` that
//! starts later. (Phases that overlap are the error E0604.)
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Late orders" {
//!   formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly
//!   target: 4% in 2026-Q1
//!   target: 3% in 2026-Q3
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Late orders" {
//!   formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly
//!   target: 4% in 2026-Q1
//!   target: 3% in 2026-Q2
//! }
//! ```
//!
//!
//! Sources: R. S. Kaplan and D. P. Norton, *The Strategy-Focused Organization*, 2001 (phased targets).
//!
//! ## 中文
//!
//! 各期目标之间有空档
//!
//! 按期间写的目标（`in 2026-Q1`、`in 2026-Q3`）只管期间之内，中间没有目标，多半是漏写了一行。只比较同一切片、同样长短的期间。
//! （重叠的期间是错误 E0604。）

use crate::design::{Due, Target};
use crate::lint::rules::prelude::*;
use crate::value::Period;

pub const RULE: Rule =
    Rule { code: Code::new("T07", "target-gap"), source: include_str!("target_gap.rs"), check, ..Rule::STATIC };

fn check(context: &Context<'_>, findings: &mut Findings) {
    let calendar = &context.design.calendar;
    for (id, indicator, _) in context.indicators() {
        let mut phases: Vec<(&Target, Period)> = indicator
            .targets
            .iter()
            .filter_map(|t| match t.due {
                Due::In(period) => Some((t, period)),
                Due::By(_) | Due::Until(_) => None,
            })
            .collect();
        phases.sort_by_key(|(t, p)| (t.slice.clone(), p.grain, p.window(calendar).start));
        for pair in phases.windows(2) {
            let [(before, first), (after, second)] = pair else { continue };
            let (end, start) = (first.window(calendar).end, second.window(calendar).start);
            // A longer period that holds both fills the hole.
            let filled = phases.iter().any(|(t, p)| {
                let whole = p.window(calendar);
                t.slice == before.slice && p.grain != first.grain && whole.start <= end && start <= whole.end
            });
            if before.slice != after.slice || first.grain != second.grain || start <= end || filled {
                continue;
            }
            let name = indicator.naming.title();
            let last = start.yesterday().unwrap_or(start);
            findings.push(
                Finding::at(
                    after.span,
                    say!("`{name}` has no target from {end} to {last}", "“{name}”从 {end} 到 {last} 没有目标"),
                )
                .saying(say!("starts only on {start}", "从 {start} 才开始"))
                .label(before.span, say!("ends before {end}", "到 {end} 之前为止"))
                .help(say!("add a target for the time between", "补上中间这段时间的目标"))
                .of(id),
            );
        }
    }
}
