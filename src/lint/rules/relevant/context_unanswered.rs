//! a challenge or an opportunity that nothing addresses
//!
//! The analysis found it, and the design does nothing about it. A factor or an indicator says what it answers with
//! `addresses:`.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! challenge rivals "Two rivals opened in our street"
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! challenge rivals "Two rivals opened in our street"
//! factor trust "Trust" { addresses: rivals
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly }
//! }
//! ```
//!
//!
//! Sources: ISO 9001:2015 (actions to address risks and opportunities).
//!
//! ## 中文
//!
//! 没有回应的挑战或机遇
//!
//! 分析里写了它，设计却没有任何回应。因素或指标用 `addresses:` 写明回应什么。

use crate::design::ContextKind;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("R08", "context-unanswered"),
    source: include_str!("context_unanswered.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !context.graph_is_whole() {
        return;
    }
    let design = context.design;
    for (at, (faced, node)) in design.contexts.iter().zip(&context.model.contexts).enumerate() {
        let answered = design.factors.iter().any(|f| f.addresses.iter().any(|c| c.index() == at))
            || context.indicators().any(|(_, i, _)| i.addresses.iter().any(|c| c.index() == at));
        if answered {
            continue;
        }
        let (en, zh) = match faced.kind {
            ContextKind::Challenge => ("challenge", "挑战"),
            ContextKind::Opportunity => ("opportunity", "机遇"),
            ContextKind::Process => continue,
        };
        let (name, written) = (faced.naming.title(), node.name());
        findings.push(
            Finding::at(node.place(), say!("nothing addresses the {en} `{name}`", "没有因素或指标回应{zh}“{name}”"))
                .saying(say!("unanswered", "没有回应"))
                .help(say!(
                    "write `addresses: {written}` in the factor or indicator that answers it",
                    "在回应它的因素或指标里写 `addresses: {written}`"
                )),
        );
    }
}
