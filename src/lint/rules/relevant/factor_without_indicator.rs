//! a success factor that no indicator measures
//!
//! A factor is what the objective depends on. Without an indicator below it, nobody will see whether it holds; it is a wish
//! in a picture. Sub-factors count with what stands in them.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor trust "Customers trust us" { objective: living }
//! objective living "A living"
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor trust "Customers trust us" { objective: living
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly }
//! }
//! objective living "A living"
//! ```
//!
//!
//! Sources: J. F. Rockart, "Chief executives define their own data needs", *Harvard Business Review* 57 (2), 1979 (measures
//! for each critical success factor).
//!
//! ## 中文
//!
//! 没有指标衡量的关键成功因素
//!
//! 关键成功因素是目标所依赖的东西。其下没有指标，就没人看得出它是否成立。子因素及其指标算在内。

use crate::design::FactorId;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("R01", "factor-without-indicator"),
    source: include_str!("factor_without_indicator.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !context.graph_is_whole() {
        return;
    }
    for (at, (factor, node)) in context.design.factors.iter().zip(&context.model.factors).enumerate() {
        let id = FactorId(at as u32);
        // Of a factor that holds only empty sub-factors, those are told.
        let only_factors = factor.children.iter().any(|c| matches!(c, crate::design::Child::Factor(_)));
        if only_factors || context.indicators_below(id).next().is_some() {
            continue;
        }
        let name = factor.naming.title();
        findings.push(
            Finding::at(node.place(), say!("no indicator measures `{name}`", "没有指标衡量“{name}”"))
                .saying(say!("nothing below it", "其下没有指标"))
                .help(say!(
                    "add an indicator that shows whether it holds, or take the factor out",
                    "加一个能看出它是否成立的指标，或删去这个因素"
                )),
        );
    }
}
