//! an objective that is seen only when it is too late
//!
//! Lagging indicators say what came about, leading ones what is coming. An objective whose indicators all lag is steered by
//! the mirror. An indicator lags where it says `kind: lagging`, or where others drive it and it drives none.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! objective living "A living"
//! factor trust "Trust" { objective: living
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, kind: lagging }
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! objective living "A living"
//! factor trust "Trust" { objective: living
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, kind: lagging }
//!   indicator sales "Orders" { formula: count(orders), unit: 1, direction: higher, frequency: monthly, kind: leading, drives: late }
//! }
//! ```
//!
//!
//! Sources: R. S. Kaplan and D. P. Norton, *The Balanced Scorecard*, 1996 (outcome measures and performance drivers).
//!
//! ## 中文
//!
//! 目标只有滞后指标
//!
//! 滞后指标说明已经发生的，领先指标说明将要发生的。目标之下全是滞后指标，等于只看后视镜。写了 `kind: lagging`，或被别的指
//! 标驱动而自己不驱动任何指标的，视为滞后。

use crate::design::{Indicator, IndicatorId};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("R09", "lagging-only"),
    severity: Severity::Info,
    source: include_str!("lagging_only.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !context.graph_is_whole() {
        return;
    }
    let driven: std::collections::BTreeSet<IndicatorId> =
        context.indicators().flat_map(|(_, i, _)| &i.drives).copied().collect();
    let lags = |id: IndicatorId, indicator: &Indicator| match indicator.kind.as_deref() {
        Some("lagging") => true,
        Some(_) => false,
        None => indicator.drives.is_empty() && driven.contains(&id),
    };
    for (at, (objective, node)) in context.design.objectives.iter().zip(&context.model.objectives).enumerate() {
        let mut some = false;
        let all_lag = context
            .indicators()
            .filter(|(id, _, _)| context.objectives_of(*id).any(|o| o.index() == at))
            .inspect(|_| some = true)
            .all(|(id, indicator, _)| lags(id, indicator));
        if !some || !all_lag {
            continue;
        }
        let name = objective.naming.title();
        findings.push(
            Finding::at(node.place(), say!("all indicators of `{name}` lag", "“{name}”之下全是滞后指标"))
                .saying(say!("seen only when it has happened", "发生之后才看得到"))
                .help(say!(
                    "add one that moves before it, with `kind: leading` and `drives:`",
                    "加一个先行变化的指标，写 `kind: leading` 和 `drives:`"
                )),
        );
    }
}
