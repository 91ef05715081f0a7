//! an active indicator all of whose targets are past
//!
//! Nobody is held to anything any more: the indicator goes on being reported, without a verdict. Give it a target for the
//! time to come, or `stage: retired`. Needs an as-of day.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Late orders" {
//!   formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly
//!   target: 4% until 2025-12-31
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
//! }
//! ```
//!
//!
//! Sources: D. Parmenter, *Key Performance Indicators*, 4th ed. 2020 (measures are reviewed or abandoned).
//!
//! ## 中文
//!
//! 启用的指标的目标全部过期
//!
//! 指标还在报告，却没有目标可对照。请写今后的目标，或写 `stage: retired`。需要截止日期（`--as-of`）。

use crate::design::Stage;
use crate::lint::rules::prelude::*;
use crate::lint::shape::due_day;

pub const RULE: Rule = Rule {
    code: Code::new("T02", "expired-target"),
    needs: Needs::Day,
    source: include_str!("expired_target.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(today) = context.as_of else { return };
    for (id, indicator, _) in context.indicators().filter(|(_, i, _)| i.stage == Stage::Active) {
        let last = indicator.targets.iter().map(|t| (due_day(context, t.due), t.span)).max();
        let Some((due, span)) = last.filter(|(due, _)| *due < today) else { continue };
        let name = indicator.naming.title();
        findings.push(
            Finding::at(span, say!("every target of `{name}` is past", "“{name}”的目标全部过期"))
                .saying(say!("ended on {due}", "已于 {due} 到期"))
                .help(say!("give the next target, or `stage: retired`", "写下一个目标，或写 `stage: retired`"))
                .of(id),
        );
    }
}
