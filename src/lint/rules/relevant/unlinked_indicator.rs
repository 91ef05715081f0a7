//! an indicator that stands in no factor
//!
//! An indicator that serves no factor serves no objective: it costs work and decides nothing. It stands in a factor, or
//! names those that it serves with `factors:`. What is only a building block is a `measure`.
//!
//! A design that declares no factor at all is told once.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor trust "Trust" {
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly }
//! }
//! indicator sales "Orders" { formula: count(orders), unit: 1, direction: higher, frequency: monthly }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor trust "Trust" {
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly }
//! }
//! indicator sales "Orders" { formula: count(orders), unit: 1, direction: higher, frequency: monthly, factors: trust }
//! ```
//!
//!
//! Sources: R. S. Kaplan and D. P. Norton, *The Balanced Scorecard*, 1996 (measures are linked to strategy).
//!
//! ## 中文
//!
//! 不属于任何关键成功因素的指标
//!
//! 不服务于任何因素的指标，也就不服务于任何目标。请写在因素里，或用 `factors:` 写明；只作计算用的写成 `measure`。整个设计
//! 没有因素的，只报一次。

use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("R03", "unlinked-indicator"),
    severity: Severity::Error,
    source: include_str!("unlinked_indicator.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !context.graph_is_whole() {
        return;
    }
    let loose = context.indicators().filter(|(id, _, _)| context.homes(*id).is_empty());
    // Without factors it is one fault, not one an indicator.
    let most = if context.design.factors.is_empty() { 1 } else { usize::MAX };
    for (id, indicator, node) in loose.take(most) {
        let name = indicator.naming.title();
        findings.push(
            Finding::at(node.place(), say!("`{name}` stands in no factor", "“{name}”不属于任何关键成功因素"))
                .saying(say!("serves nothing", "不服务于任何目标"))
                .help(say!(
                    "put it into a factor, name one with `factors:`, or make it a `measure`",
                    "写在因素里，或用 `factors:` 写明；只作计算用的写成 `measure`"
                ))
                .of(id),
        );
    }
}
