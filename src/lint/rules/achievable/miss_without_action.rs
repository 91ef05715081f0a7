//! off target now, and nothing planned
//!
//! The last period with a verdict was `off_target`, and neither the indicator nor a factor that it stands in has an
//! action that is not done: what is measured is not steered.
//!
//! Sources: ISO 9001:2015 (corrective action); R. S. Kaplan and D. P. Norton, *The Execution Premium*, 2008.
//!
//! ## 中文
//!
//! 现在不达标，却没有行动
//!
//! 最近一期的评判是 `off_target`，而指标及所属因素里没有一项未完成的行动：只测不管。

use crate::design::{Action, Child};
use crate::lint::Needs;
use crate::lint::rules::prelude::*;
use crate::results::Status;

pub const RULE: Rule = Rule {
    code: Code::new("A06", "miss-without-action"),
    needs: Needs::Data,
    source: include_str!("miss_without_action.rs"),
    check,
    ..Rule::STATIC
};

const PERIODS: usize = 3;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    for (id, indicator, node) in context.sound() {
        let last = facts.history(id, PERIODS).into_iter().rfind(|o| o.met().is_some());
        let Some(missed) = last.filter(|o| o.status == Some(Status::OffTarget)) else { continue };
        let acts = |actions: &[Action]| {
            let here = |a: &Action| a.when.as_deref().is_none_or(|when| when == Status::OffTarget.word());
            actions.iter().any(|a| !a.done && here(a))
        };
        let factors = context.design.factors.iter();
        let above = factors
            .filter(|f| f.children.iter().any(|c| matches!(c, Child::Indicator(i, _) if *i == id)))
            .any(|f| acts(&f.actions));
        if above || acts(&indicator.actions) {
            continue;
        }
        let (name, period) = (indicator.naming.title(), missed.period.label());
        findings.push(
            Finding::at(
                node.place(),
                say!("`{name}` is off target, and no action is planned", "“{name}”不达标，却没有行动"),
            )
            .saying(say!("off target in {period}", "{period} 不达标"))
            .help(say!(
                "add `action when off_target \"…\" {{ owner: \"…\", within: 14 days }}`",
                "写 `action when off_target \"…\" {{ owner: \"…\", within: 14 days }}`"
            ))
            .of(id),
        );
    }
}
