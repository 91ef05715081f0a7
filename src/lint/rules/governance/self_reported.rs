//! the data of an indicator is kept by the one who is judged by it
//!
//! Under the profile `appraisal`: who answers for the indicator also answers for the source of its numbers (`steward`).
//! That is no reproach; it is a temptation that a second pair of eyes takes away.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day, steward: "Sales manager"
//!   field day: date
//! }
//! indicator orders_received "Orders" {
//!   formula: count(orders), unit: 1, direction: higher, frequency: monthly
//!   owner: "Sales manager"
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day, steward: "Accounting"
//!   field day: date
//! }
//! indicator orders_received "Orders" {
//!   formula: count(orders), unit: 1, direction: higher, frequency: monthly
//!   owner: "Sales manager"
//! }
//! ```
//!
//! Sources: COSO, *Internal Control: Integrated Framework*, 2013 (segregation of duties).
//!
//! ## 中文
//!
//! 指标的数据由被考核者自己掌管
//!
//! 在 `appraisal` 下：指标的责任人同时是数据来源的负责人（`steward`）。这不是指责，而是一种诱惑，应由第二个人来把关。

use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("G07", "self-reported"),
    appraisal: true,
    source: include_str!("self_reported.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, node) in context.sound() {
        let Some(owner) = indicator.naming.owner.as_deref() else { continue };
        let place = node.keys.get("owner").map_or(node.place(), |(_, p)| p.span);
        for source in context.sources_of(&indicator.formula) {
            let (Some(source), Some(written)) =
                (context.design.sources.get(source.index()), context.model.sources.get(source.index()))
            else {
                continue;
            };
            if source.steward.as_deref().is_none_or(|s| s.trim() != owner.trim()) {
                continue;
            }
            let (name, from) = (indicator.naming.title(), source.naming.title());
            let steward = written.keys.get("steward").map_or(written.place(), |(_, p)| p.span);
            findings.push(
                Finding::at(
                    place,
                    say!("`{name}` is judged by data that its owner keeps", "“{name}”的数据由其责任人自己掌管"),
                )
                .saying(say!("owns the indicator", "指标责任人"))
                .label(steward, say!("and keeps `{from}`", "也是“{from}”的数据负责人"))
                .help(say!("let somebody else answer for the data", "由他人负责数据"))
                .of(id),
            );
        }
    }
}
