//! a leap and no action
//!
//! A target further from the baseline than rule A07 allows, and not one action in the indicator or in its factors that
//! is planned whatever the status: nothing in the design would make it happen. An action `when off_target` is a
//! reaction; it comes too late.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: lower, frequency: monthly
//!   baseline: 10% in 2025-12
//!   target: 2% by 2026-12-31
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
//!   baseline: 10% in 2025-12
//!   target: 2% by 2026-12-31
//!   action "Second packing line" { owner: "Logistics", due: 2026-05-31 }
//! }
//! ```
//!
//! Sources: R. S. Kaplan and D. P. Norton, *The Balanced Scorecard*, 1996 (stretch targets need strategic initiatives).
//!
//! ## 中文
//!
//! 要求飞跃却没有行动计划
//!
//! 目标与基准的距离超过规则 A07 的限度，而指标和所属因素里没有一项不论状态都要做的行动：设计中没有任何东西能让它实现。
//! `when off_target` 的行动是补救，为时已晚。

use super::heroic_stretch::{is_leap, steps};
use crate::design::{Action, Child, Indicator, IndicatorId};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("A18", "stretch-without-means"),
    severity: Severity::Info,
    source: include_str!("stretch_without_means.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let leap = steps(context, indicator).filter(|(baseline, target)| is_leap(context, *baseline, *target));
        let (Some((baseline, value)), Some(target)) = (leap, context.last_target(indicator)) else { continue };
        if has_plan(context, id, indicator) {
            continue;
        }
        let name = indicator.naming.title();
        let (from, to) = (context.shown(baseline, &indicator.unit), context.shown(value, &indicator.unit));
        findings.push(
            Finding::at(
                target.span,
                say!("nothing in the design makes the target of `{name}` happen", "设计中没有实现“{name}”目标的行动"),
            )
            .saying(say!("from {from} to {to}, and no action", "从 {from} 到 {to}，没有行动"))
            .help(say!(
                "add what is done: `action \"…\" {{ owner: \"…\", due: DATE }}`",
                "写明做什么：`action \"…\" {{ owner: \"…\", due: 日期 }}`"
            ))
            .of(id),
        );
    }
}

/// Whether something is done for an indicator whatever its status: by itself, or by a factor above.
pub fn has_plan(context: &Context<'_>, id: IndicatorId, indicator: &Indicator) -> bool {
    planned(&indicator.actions) || factor_acts(context, id)
}

fn planned(actions: &[Action]) -> bool {
    actions.iter().any(|action| action.when.is_none())
}

/// Whether a factor that it stands in has such an action, or one above.
fn factor_acts(context: &Context<'_>, id: IndicatorId) -> bool {
    let factors = &context.design.factors;
    let holds = |children: &[Child]| children.iter().any(|c| matches!(c, Child::Indicator(i, _) if *i == id));
    factors.iter().filter(|f| holds(&f.children)).any(|own| {
        let mut at = Some(own);
        while let Some(factor) = at {
            if planned(&factor.actions) {
                return true;
            }
            // A factor stands behind its parent, so this ends.
            at = factor.parent.and_then(|p| factors.get(p.index()));
        }
        false
    })
}
