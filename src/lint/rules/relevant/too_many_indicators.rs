//! more indicators than anybody can heed
//!
//! More than 20 weighted indicators in a design, or more than 10 for one owner: attention is divided until none is left.
//! Keep the few that decide; the others may be watched without a weight, or be measures.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//! }
//! factor all "Everything" {
//!   indicator k1 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 9% }
//!   indicator k2 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 9% }
//!   indicator k3 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 9% }
//!   indicator k4 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 9% }
//!   indicator k5 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 9% }
//!   indicator k6 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 9% }
//!   indicator k7 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 9% }
//!   indicator k8 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 9% }
//!   indicator k9 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 9% }
//!   indicator k10 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 9% }
//!   indicator k11 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 9% }
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//! }
//! factor all "Everything" {
//!   indicator k1 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 30% }
//!   indicator k2 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 30% }
//!   indicator k3 { formula: count(orders), unit: 1, direction: higher, frequency: monthly, owner: "Chief", weight: 30% }
//! }
//! ```
//!
//! Sources: D. Parmenter, *Key Performance Indicators*, 4th ed. 2020 (the 10/80/10 rule); R. S. Kaplan and D. P. Norton,
//! 1996 (20 to 25 measures for a unit).
//!
//! ## 中文
//!
//! 指标多得顾不过来
//!
//! 一个设计里有权重的指标超过 20 个，或一个责任人超过 10 个，注意力就被分光了。留下起决定作用的少数；其余的可以不给权重，或
//! 写成 `measure`。

use crate::lint::rules::prelude::*;
use std::collections::BTreeMap;

use crate::design::{Child, IndicatorId};

pub const RULE: Rule = Rule {
    code: Code::new("R12", "too-many-indicators"),
    source: include_str!("too_many_indicators.rs"),
    check,
    ..Rule::STATIC
};

const IN_DESIGN: usize = 20;
const FOR_ONE: usize = 10;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut weighted: Vec<IndicatorId> = context
        .design
        .factors
        .iter()
        .flat_map(|f| &f.children)
        .filter_map(|c| match c {
            Child::Indicator(id, Some(_)) => Some(*id),
            Child::Indicator(_, None) | Child::Factor(_) => None,
        })
        .collect();
    weighted.sort_unstable();
    weighted.dedup();
    let count = weighted.len();
    if count > IN_DESIGN {
        findings.push(
            Finding::at(context.head(), say!("{count} indicators have a weight", "有权重的指标有 {count} 个"))
                .saying(say!("more than {IN_DESIGN}", "超过 {IN_DESIGN} 个"))
                .help(say!(
                    "keep those that decide; watch the others without a weight",
                    "留下起决定作用的；其余的不给权重"
                )),
        );
    }
    let mut owners: BTreeMap<&str, Vec<IndicatorId>> = BTreeMap::new();
    for id in weighted {
        if let Some(owner) = context.indicator(id).and_then(|i| i.naming.owner.as_deref()) {
            owners.entry(owner.trim()).or_default().push(id);
        }
    }
    for (owner, ids) in owners.iter().filter(|(_, ids)| ids.len() > FOR_ONE) {
        let node = ids.get(FOR_ONE).and_then(|id| context.model.indicators.get(id.index()));
        let place = node.map_or(context.head(), |n| n.keys.get("owner").map_or(n.place(), |(_, p)| p.span));
        let count = ids.len();
        findings.push(
            Finding::at(
                place,
                say!("`{owner}` answers for {count} weighted indicators", "“{owner}”负责 {count} 个有权重的指标"),
            )
            .saying(say!("more than {FOR_ONE}", "超过 {FOR_ONE} 个"))
            .help(say!("share them out, or weight only those that decide", "分给他人，或只给起决定作用的加权重")),
        );
    }
}
