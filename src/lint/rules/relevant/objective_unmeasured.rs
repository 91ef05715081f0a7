//! an objective that no indicator reaches
//!
//! What is not measured is not steered. The rule fires where no factor serves the objective; where its factors are empty,
//! those are told (R01).
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! objective living "A living"
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! objective living "A living"
//! factor trust "Trust" { objective: living
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly }
//! }
//! ```
//!
//!
//! Sources: R. S. Kaplan and D. P. Norton, *The Balanced Scorecard*, 1996 (every objective has its measures).
//!
//! ## 中文
//!
//! 没有指标支撑的目标
//!
//! 没有任何关键成功因素服务于这个目标时报告；因素为空的由 R01 报告。

use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("R02", "objective-unmeasured"),
    source: include_str!("objective_unmeasured.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !context.graph_is_whole() {
        return;
    }
    for (at, (objective, node)) in context.design.objectives.iter().zip(&context.model.objectives).enumerate() {
        if context.design.factors.iter().any(|f| f.objective.is_some_and(|o| o.index() == at)) {
            continue;
        }
        let (name, written) = (objective.naming.title(), node.name());
        findings.push(
            Finding::at(node.place(), say!("no indicator reaches the objective `{name}`", "没有指标支撑目标“{name}”"))
                .saying(say!("no factor serves it", "没有关键成功因素服务于它"))
                .help(say!(
                    "write `objective: {written}` in a factor that it depends on",
                    "在它所依赖的关键成功因素里写 `objective: {written}`"
                )),
        );
    }
}
