//! a target without a baseline
//!
//! A target says where to; without the baseline nobody can say how far, whether it is ambitious or met already, and no
//! line can be drawn to it. What has never been measured says so: `baseline: none "first measured in 2026"`.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: lower, frequency: monthly
//!   target: 5% by 2026-12-31
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
//!   target: 5% by 2026-12-31
//! }
//! ```
//!
//! Sources: ISO 50006:2014 (baselines); G. T. Doran, "There's a S.M.A.R.T. way …", *Management Review* 70 (11), 1981.
//!
//! ## 中文
//!
//! 有目标却没有基准
//!
//! 目标说去哪里；没有基准，谁也说不出有多远、是否有挑战、是不是早已达到，也画不出通向它的线。从未测量过的要写明：`baseline:
//!  none "2026 年起测量"`。

use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("M05", "missing-baseline"),
    source: include_str!("missing_baseline.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, node) in context.indicators() {
        let Some((_, written)) = node.keys.get("target") else { continue };
        if !context.lacks(node, "baseline") {
            continue;
        }
        let name = indicator.naming.title();
        findings.push(
            Finding::at(written.span, say!("`{name}` has a target and no baseline", "“{name}”有目标却没有基准"))
                .saying(say!("from where?", "从多少起步？"))
                .help(say!(
                    "add `baseline: VALUE in PERIOD`, or say why there is none: `baseline: none \"…\"`",
                    "写 `baseline: 数值 in 期间`，或说明为何没有：`baseline: none \"…\"`"
                ))
                .of(id),
        );
    }
}
