//! levels that do not hang together
//!
//! A strategic indicator that nothing below drives or feeds cannot be moved by anybody's work; one below that reaches
//! nothing above is work for its own sake. Edges are `drives:` and what a formula reads. Judged where the design has
//! strategic indicators and others.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor trust "Trust" {
//!   indicator sales "Orders" { formula: count(orders), unit: 1, direction: higher, frequency: monthly, level: strategic }
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, level: operational }
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor trust "Trust" {
//!   indicator sales "Orders" { formula: count(orders), unit: 1, direction: higher, frequency: monthly, level: strategic }
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, level: operational, drives: sales }
//! }
//! ```
//!
//!
//! Sources: R. S. Kaplan and D. P. Norton, *Strategy Maps*, 2004; Hoshin Kanri (catchball between levels).
//!
//! ## 中文
//!
//! 各层级的指标没有衔接
//!
//! 没有下层指标驱动或构成的战略指标，谁的工作也影响不了它；影响不到上层的下层指标，是为做而做。衔接指 `drives:` 或公式引用。
//! 设计里既有战略指标又有其他层级时才检查。

use crate::lint::rules::prelude::*;
use std::collections::BTreeSet;

use crate::design::{IndicatorId, Subject};

pub const RULE: Rule = Rule {
    code: Code::new("R10", "cascade-gap"),
    severity: Severity::Info,
    source: include_str!("cascade_gap.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let strategic = |id: IndicatorId| context.indicator(id).is_some_and(|i| i.level.as_deref() == Some("strategic"));
    let levels: BTreeSet<&str> = context.indicators().filter_map(|(_, i, _)| i.level.as_deref()).collect();
    if !context.graph_is_whole() || !levels.contains("strategic") || levels.len() < 2 {
        return;
    }
    // Who moves whom: by `drives`, and by what formulas read.
    let mut moves: Vec<BTreeSet<IndicatorId>> = vec![BTreeSet::new(); context.design.indicators.len()];
    let mut moved: BTreeSet<IndicatorId> = BTreeSet::new();
    for (id, indicator, _) in context.indicators() {
        let read = context.inputs_of(&indicator.formula).into_iter().filter_map(|s| match s {
            Subject::Indicator(input) => Some((input, id)),
            Subject::Measure(_) => None,
        });
        for (from, to) in read.chain(indicator.drives.iter().map(|to| (id, *to))) {
            moved.insert(to);
            if let Some(list) = moves.get_mut(from.index()) {
                list.insert(to);
            }
        }
    }
    for (id, indicator, node) in context.indicators().filter(|(_, i, _)| i.level.is_some()) {
        let name = indicator.naming.title();
        let finding = if strategic(id) {
            if moved.contains(&id) {
                continue;
            }
            Finding::at(node.place(), say!("nothing below moves `{name}`", "没有下层指标影响“{name}”"))
                .saying(say!("strategic, and nobody's work", "战略指标，却没有人的工作能影响它"))
                .help(say!(
                    "say what moves it with `drives:` in an indicator below",
                    "在下层指标里用 `drives:` 写明什么影响它"
                ))
        } else {
            if reaches(id, &moves, &strategic) {
                continue;
            }
            Finding::at(node.place(), say!("`{name}` reaches no strategic indicator", "“{name}”影响不到任何战略指标"))
                .saying(say!("moves nothing above", "不影响上层指标"))
                .help(say!("say what it moves with `drives:`, or take it out", "用 `drives:` 写明它影响什么，或删去"))
        };
        findings.push(finding.of(id));
    }
}

fn reaches(from: IndicatorId, moves: &[BTreeSet<IndicatorId>], wanted: &dyn Fn(IndicatorId) -> bool) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut waiting = vec![from];
    while let Some(at) = waiting.pop() {
        for next in moves.get(at.index()).into_iter().flatten() {
            if wanted(*next) {
                return true;
            }
            if seen.insert(*next) {
                waiting.push(*next);
            }
        }
    }
    false
}
