//! nobody looks at it, or too seldom to act
//!
//! A target that is looked at once, when it is due, can only be found missed. The rule fires where an active indicator with
//! a target has no `review`, and where it is looked at less often than twice between its start (the end of the baseline,
//! else `since`, else the first day of the design's period) and its last due date.
//!
//! ```kpi,fails
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
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Late orders" {
//!   formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly
//!   target: 4% until 2026-12-31
//!   review: monthly by "Operations meeting"
//! }
//! ```
//!
//!
//! The proposed fix adds a review at the indicator's frequency.
//!
//! Sources: ISO 9001:2015 (management review at planned intervals); A. Neely et al., 1997 (frequency of review on the
//! record sheet).
//!
//! ## 中文
//!
//! 没有回顾，或回顾太少来不及行动
//!
//! 只在到期那天看一次的目标，只能发现没有达成。启用且有目标的指标没有 `review`，或在起点（基准期末，否则 `since`，否则设计周
//! 期首日）到最后到期日之间看不到两次时报告。建议的修改是按指标的频率加上回顾。

use crate::design::Stage;
use crate::lint::rules::prelude::*;
use crate::lint::shape::{due_day, period_days};
use crate::value::Frequency;
use crate::value::calendar::days_between;

pub const RULE: Rule = Rule {
    code: Code::new("T04", "missing-review"),
    fix: FixKind::Proposed,
    source: include_str!("missing_review.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let calendar = &context.design.calendar;
    for (id, indicator, node) in
        context.indicators().filter(|(_, i, _)| i.stage == Stage::Active && !i.targets.is_empty())
    {
        let name = indicator.naming.title();
        let start = indicator
            .baseline
            .as_ref()
            .map(|b| b.period.window(calendar).last())
            .or(indicator.since)
            .or_else(|| context.design.period.map(|p| p.window(calendar).start));
        let due = indicator.targets.iter().map(|t| due_day(context, t.due)).max();
        let Some((_, property)) = node.keys.get("review") else {
            if context.lacks(node, "review") {
                let finding = Finding::at(node.place(), say!("`{name}` is never looked at", "“{name}”没有回顾周期"))
                    .saying(say!("no review", "没有回顾"))
                    .help(say!(
                        "add `review: monthly by \"…\"`: how often, and who",
                        "写 `review: monthly by \"…\"`：多久一次、由谁"
                    ))
                    .of(id);
                // As often as it is reported, or more often where that is not twice before it is due.
                let often = |f: &Frequency| match start.zip(due) {
                    Some((start, due)) => !is_rare(*f, days_between(start, due)),
                    None => true,
                };
                let every = Frequency::ALL.into_iter().filter(|f| *f <= indicator.frequency).rfind(often);
                let every = every.unwrap_or(indicator.frequency).word();
                let line = format!("review: {every}");
                let edit = context
                    .is_sound(id)
                    .then(|| context.insert(node, &["weight", "threshold", "target"], &line))
                    .flatten();
                findings.push(match edit {
                    Some(edit) => finding.fix(say!("review it {every}", "加上 `review: {every}`"), vec![edit]),
                    None => finding,
                });
            }
            continue;
        };
        let Some(review) = &indicator.review else { continue };
        let (Some(start), Some(due)) = (start, due) else { continue };
        let days = days_between(start, due);
        if is_rare(review.every, days) {
            let every = review.every.word();
            findings.push(
                Finding::at(
                    property.span,
                    say!("`{name}` is looked at less than twice before it is due", "“{name}”在到期前看不到两次"),
                )
                .saying(say!("{every}, in {days} days", "{days} 天内 {every}"))
                .help(say!("look at it at least twice between {start} and {due}", "在 {start} 到 {due} 之间至少看两次"))
                .of(id),
            );
        }
    }
}

/// Whether something looked at so often is looked at less than twice in so many days. A year is looked at twice by a
/// half-yearly review, although half of 365 is 182.5.
fn is_rare(every: Frequency, days: i64) -> bool {
    days > 0 && period_days(every) * 2 > days + 3
}
