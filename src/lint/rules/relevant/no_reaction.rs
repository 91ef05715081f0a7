//! a target, and no action for missing it
//!
//! When the target is missed somebody has to think of what to do, under pressure and too late. Write it down while there is
//! time: an `action when off_target` in the indicator, or one in a factor above it.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, target: 4% until 2026-12-31 }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, target: 4% until 2026-12-31
//!   action when off_target "Add a second driver" { owner: "Dispatch", within: 14 days }
//! }
//! ```
//!
//!
//! Sources: A. Neely et al., 1997 (the record sheet: what do they do?); P. M. Gollwitzer, "Implementation intentions",
//! *American Psychologist* 54 (7), 1999.
//!
//! ## 中文
//!
//! 有目标，却没有未达标时的行动
//!
//! 等到未达标再想对策，往往又急又晚。趁早写下：指标里的 `action when off_target`，或其上因素里的行动。

use crate::design::{Action, Stage};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("R21", "no-reaction"),
    severity: Severity::Info,
    source: include_str!("no_reaction.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let reacts = |actions: &[Action]| actions.iter().any(|a| !matches!(a.when.as_deref(), Some("on_target")));
    for (id, indicator, node) in
        context.indicators().filter(|(_, i, _)| i.stage == Stage::Active && !i.targets.is_empty())
    {
        if reacts(&indicator.actions) || context.factors_above(id).any(|f| reacts(&f.actions)) {
            continue;
        }
        let name = indicator.naming.title();
        findings.push(
            Finding::at(
                node.place(),
                say!("nothing is planned for when `{name}` misses its target", "“{name}”没有未达标时的行动"),
            )
            .saying(say!("and then?", "然后呢？"))
            .help(say!(
                "add `action when off_target \"…\" {{ owner: \"…\", within: 14 days }}`",
                "写 `action when off_target \"…\" {{ owner: \"…\", within: 14 days }}`"
            ))
            .of(id),
        );
    }
}
