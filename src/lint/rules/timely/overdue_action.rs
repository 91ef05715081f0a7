//! an action whose day is past and that is not done
//!
//! Either it was done and nobody wrote it down (`done: true`), or it was not, and the plan behind the target is gone. Needs
//! an as-of day.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Late orders" {
//!   formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly
//!   target: 4% until 2026-12-31
//!   action "Move the cut-off hour" { owner: "Operations", due: 2026-03-31 }
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
//!   target: 4% until 2026-12-31
//!   action "Move the cut-off hour" { owner: "Operations", due: 2026-03-31, done: true }
//! }
//! ```
//!
//!
//! Sources: ISO 9001:2015 (corrective action and its review).
//!
//! ## 中文
//!
//! 行动已过期而未完成
//!
//! 要么做完了没有记下（写 `done: true`），要么没有做，目标背后的计划落空了。需要截止日期（`--as-of`）。

use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("T05", "overdue-action"),
    needs: Needs::Day,
    source: include_str!("overdue_action.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(today) = context.as_of else { return };
    let of_factors = context.design.factors.iter().flat_map(|f| f.actions.iter().map(|a| (None, a)));
    let of_indicators = context.indicators().flat_map(|(id, i, _)| i.actions.iter().map(move |a| (Some(id), a)));
    for (id, action) in of_indicators.chain(of_factors) {
        let Some(due) = action.due.filter(|due| !action.done && *due < today) else { continue };
        let text = &action.text;
        let finding = Finding::at(action.span, say!("the action `{text}` is overdue", "行动“{text}”已过期"))
            .saying(say!("was due on {due}", "应于 {due} 完成"))
            .help(say!("write `done: true`, or a new day", "写 `done: true`，或新的日期"));
        findings.push(match id {
            Some(id) => finding.of(id),
            None => finding,
        });
    }
}
