//! a target that is worse than the baseline
//!
//! More is better, the value was 92%, and the target is 90%: either the direction is wrong, or one of the numbers.
//! Whoever means what is tolerated writes it as the `threshold`. A target `until` a day is a standard to hold, and a floor
//! may lie below what was reached (`at or above 84%`): of it, it is a note.
//!
//! Only targets of the whole are judged, and only where baseline and target cover periods of about one length.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: lower, frequency: monthly
//!   baseline: 8% in 2025-12
//!   target: 9% by 2026-12-31
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
//!   baseline: 8% in 2025-12
//!   target: 6% by 2026-12-31
//! }
//! ```
//!
//! Sources: E. A. Locke and G. P. Latham, "Building a practically useful theory of goal setting", *American
//! Psychologist* 57 (9), 2002.
//!
//! ## 中文
//!
//! 目标比基准还差
//!
//! 越高越好，基准为 92%，目标却是 90%：不是方向写反了，就是有一个数写错了。能容忍的写成 `threshold`。
//! `until` 某日的目标是要保持的标准，下限可以低于已达到的水平，只作提示。只看整体的目标，而且基准期与目标评判的期间长短要相近。

use crate::design::Due;
use crate::lint::levels::{sign, worse};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("A01", "target-on-wrong-side"),
    severity: Severity::Error,
    source: include_str!("target_on_wrong_side.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let calendar = &context.design.calendar;
    for (id, indicator, node) in context.sound() {
        let (Some(baseline), Some(sign)) = (context.baseline(indicator), sign(indicator.direction)) else { continue };
        let Some((_, written)) = node.keys.get("baseline") else { continue };
        let measured = indicator.baseline.as_ref().map(|b| b.period.window(calendar).days()).unwrap_or_default();
        // A total of a year is no match for one of a month.
        let comparable = |days: i64| !indicator.additive || (days - measured).abs() * 10 <= days.max(measured);
        let wrong = indicator.targets.iter().find_map(|target| {
            let value = context.one(&target.value)?;
            let judged = target.slice.is_empty() && comparable(context.judged_days(indicator, target.due));
            (judged && worse(value, baseline, sign)).then_some((target, value))
        });
        let Some((target, value)) = wrong else { continue };
        let name = indicator.naming.title();
        let (value, baseline) = (context.shown(value, &indicator.unit), context.shown(baseline, &indicator.unit));
        let finding = Finding::at(
            target.span,
            say!("the target of `{name}` is worse than its baseline", "“{name}”的目标比基准还差"),
        );
        let finding = if sign > 0.0 {
            finding.saying(say!("{value}, and more is better", "{value}，而此指标越高越好"))
        } else {
            finding.saying(say!("{value}, and less is better", "{value}，而此指标越低越好"))
        };
        let finding = finding.label(written.span, say!("it was {baseline} already", "基准已是 {baseline}")).of(id);
        findings.push(match target.due {
            Due::Until(_) => finding
                .help(say!(
                    "as a standard to hold it may; else correct the direction, the baseline or the target",
                    "作为要保持的标准可以如此；否则改正方向、基准或目标"
                ))
                .severity(Severity::Info),
            Due::By(_) | Due::In(_) => {
                finding.help(say!("correct the direction, the baseline or the target", "改正方向、基准或目标"))
            }
        });
    }
}
