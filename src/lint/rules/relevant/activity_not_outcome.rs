//! an objective that is measured by activity alone
//!
//! Trainings held, calls made, hours spent: they say that something was done, not that it did any good. The rule fires
//! where every indicator of an objective is a count or a sum of hours that should rise. One share, rating, amount of money
//! or duration among them is enough.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! objective living "A living"
//! factor trust "Trust" { objective: living
//!   indicator sales "Visits made" { formula: count(orders), unit: 1, direction: higher, frequency: monthly }
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
//!   indicator sales "Visits made" { formula: count(orders), unit: 1, direction: higher, frequency: monthly }
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly }
//! }
//! ```
//!
//!
//! Sources: W. K. Kellogg Foundation, *Logic Model Development Guide*, 2004 (activities, outputs, outcomes); D.
//! Kirkpatrick, *Evaluating Training Programs*, 3rd ed. 2006.
//!
//! ## 中文
//!
//! 目标只用活动量衡量
//!
//! 办了几场、打了几个电话、花了多少小时，只说明做了事，不说明有没有用。目标之下全是越多越好的数量或工时时报告；其中有一个
//! 占比、评分、金额或时长指标即可。

use crate::design::{Direction, Indicator};
use crate::lint::rules::prelude::*;
use crate::lint::shape;

pub const RULE: Rule = Rule {
    code: Code::new("R20", "activity-not-outcome"),
    severity: Severity::Info,
    source: include_str!("activity_not_outcome.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !context.graph_is_whole() {
        return;
    }
    let activity = |i: &Indicator| {
        i.direction == Direction::Higher && i.additive && (shape::counts_things(&i.unit) || shape::is_duration(&i.unit))
    };
    for (at, (objective, node)) in context.design.objectives.iter().zip(&context.model.objectives).enumerate() {
        let mut below =
            context.indicators().filter(|(id, _, _)| context.objectives_of(*id).any(|o| o.index() == at)).peekable();
        if below.peek().is_none() || !below.all(|(id, i, _)| context.is_sound(id) && activity(i)) {
            continue;
        }
        let name = objective.naming.title();
        findings.push(
            Finding::at(node.place(), say!("only activity is measured for `{name}`", "“{name}”只衡量了活动量"))
                .saying(say!("did it do any good?", "起作用了吗？"))
                .help(say!(
                    "add an indicator of what came of it: a share, a rating, an amount",
                    "加一个衡量成效的指标：占比、评分或金额"
                )),
        );
    }
}
