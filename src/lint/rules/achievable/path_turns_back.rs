//! phases that go against the direction
//!
//! Targets in phases are a path. One that first rises and then falls, where more is better, is mostly a slip of the pen;
//! where a dip is planned (a move, a new system), `allow A08` with that reason says so.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: lower, frequency: monthly
//!   target: 6% until 2026-06-30
//!   target: 7% until 2026-12-31
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: lower, frequency: monthly
//!   target: 7% until 2026-06-30
//!   target: 6% until 2026-12-31
//! }
//! ```
//!
//! Sources: R. S. Kaplan and D. P. Norton, *The Strategy-Focused Organization*, 2001 (milestones).
//!
//! ## 中文
//!
//! 分阶段目标走了回头路
//!
//! 分阶段的目标是一条路。越高越好的指标，目标先升后降，多半是写错了；计划中的回落（搬迁、换系统）用 `allow A08` 说明理由。

use crate::design::{Due, Target};
use crate::lint::levels::{sign, worse};
use crate::lint::rules::prelude::*;
use crate::lint::shape::due_day;

pub const RULE: Rule = Rule {
    code: Code::new("A08", "path-turns-back"),
    source: include_str!("path_turns_back.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let Some(sign) = sign(indicator.direction) else { continue };
        let mut phases: Vec<&Target> = indicator.targets.iter().collect();
        phases.sort_by_key(|t| due_day(context, t.due));
        let back = phases.iter().enumerate().find_map(|(at, late)| {
            let early = phases
                .iter()
                .take(at)
                .rfind(|early| early.slice == late.slice && comparable(context, early.due, late.due))?;
            let (before, after) = (context.one(&early.value)?, context.one(&late.value)?);
            worse(after, before, sign).then_some((*early, before, *late, after))
        });
        let Some((early, before, late, after)) = back else { continue };
        let name = indicator.naming.title();
        let (before, after) = (context.shown(before, &indicator.unit), context.shown(after, &indicator.unit));
        findings.push(
            Finding::at(late.span, say!("the targets of `{name}` turn back", "“{name}”的分阶段目标走了回头路"))
                .saying(say!("then {after}", "之后是 {after}"))
                .label(early.span, say!("first {before}", "先是 {before}"))
                .help(say!("put the phases in the direction of the indicator", "让各阶段顺着指标的方向"))
                .of(id),
        );
    }
}

/// Two days, or two periods of a length: the sales of a quarter are no step to those of a year.
fn comparable(context: &Context<'_>, a: Due, b: Due) -> bool {
    match (a, b) {
        (Due::In(a), Due::In(b)) => {
            let days = |p: crate::value::Period| p.window(&context.design.calendar).days();
            (days(a) - days(b)).abs() <= 3
        }
        (Due::In(_), _) | (_, Due::In(_)) => false,
        _ => true,
    }
}
