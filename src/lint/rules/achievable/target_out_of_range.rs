//! a target that the formula cannot reach by what it is
//!
//! A share cannot be above 100%, a mean of answers from 1 to 5 not above 5, a count not below 0. The rule works out
//! which values the formula can have at all, from the ends of the fields, from what is a part of what, and reports a
//! target, threshold, stretch or worst value outside. What it reports is proved; what it cannot follow it leaves alone.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: higher, frequency: monthly
//!   target: 110% by 2026-12-31
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
//!   unit: %, direction: higher, frequency: monthly
//!   target: 97% by 2026-12-31
//! }
//! ```
//!
//! Sources: R. E. Moore, R. B. Kearfott and M. J. Cloud, *Introduction to Interval Analysis*, SIAM 2009.
//!
//! ## 中文
//!
//! 目标超出公式可能的取值
//!
//! 占比不会超过 100%，1 到 5 分的平均不会超过 5，计数不会小于 0。根据字段的取值范围、谁是谁的一部分，
//! 推算公式可能的取值，目标值、门槛值、挑战值、底线值在此之外就报告。报告的都已证明；推算不了的不报。

use crate::design::{Bound, Indicator};
use crate::lint::rules::prelude::*;
use crate::value::Interval;

pub const RULE: Rule = Rule {
    code: Code::new("A02", "target-out-of-range"),
    severity: Severity::Error,
    source: include_str!("target_out_of_range.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let possible = context.analysis.range(id);
        // Without any value rule M13 speaks.
        if possible.is_empty() {
            continue;
        }
        let Some((word, word_chinese, bound, value)) = outside(context, indicator, possible) else { continue };
        let name = indicator.naming.title();
        let shown = |value: f64| context.shown(value, &indicator.unit);
        let given =
            if value.is_point() { shown(value.low) } else { format!("{}..{}", shown(value.low), shown(value.high)) };
        let finding = Finding::at(
            crate::lint::levels::place(bound),
            say!("the {word} of `{name}` is a value that it can never have", "“{name}”永远不会达到它的{word_chinese}"),
        )
        .of(id);
        let finding = if value.low > possible.high {
            let most = shown(possible.high);
            finding.saying(say!("{given}, and it is at most {most}", "{given}，而它最多是 {most}"))
        } else {
            let least = shown(possible.low);
            finding.saying(say!("{given}, and it is at least {least}", "{given}，而它至少是 {least}"))
        };
        findings.push(
            finding
                .label(indicator.formula.span.0, say!("by this formula", "按此公式"))
                .help(say!("correct the value, its unit, or the formula", "改正数值、单位或公式")),
        );
    }
}

type Outside<'i> = (&'static str, &'static str, &'i Bound, Interval);

/// The first level that lies wholly outside.
fn outside<'i>(context: &Context<'_>, indicator: &'i Indicator, possible: Interval) -> Option<Outside<'i>> {
    let targets = indicator.targets.iter().map(|t| ("target", "目标值", &t.value));
    let thresholds = indicator.thresholds.iter().map(|l| ("threshold", "门槛值", &l.value));
    let stretches = indicator.stretches.iter().map(|l| ("stretch", "挑战值", &l.value));
    let worsts = indicator.worsts.iter().map(|l| ("worst value", "底线值", &l.value));
    targets.chain(thresholds).chain(stretches).chain(worsts).find_map(|(word, chinese, bound)| {
        let value = context.span_of(bound)?;
        let margin = |a: f64, b: f64| 1e-9 * a.abs().max(b.abs());
        let above = value.low - possible.high > margin(value.low, possible.high);
        let below = possible.low - value.high > margin(value.high, possible.low);
        (above || below).then_some((word, chinese, bound, value))
    })
}
