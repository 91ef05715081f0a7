//! weights that make one thing count for everything, or for nothing
//!
//! A perspective with less than 10 % or more than 50 % of the whole, an indicator with less than 5 % of its factor, or with
//! more than 40 % of a factor of three or more: what has that little weight is reported and not heeded, what has that much
//! drowns the rest. Only weights that are written are judged, and perspectives only where three or more are in use.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor trust "Trust" {
//!   indicator a "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, weight: 60% }
//!   indicator b "Orders" { formula: count(orders), unit: 1, direction: higher, frequency: monthly, weight: 20% }
//!   indicator c "Orders so far" { formula: ytd(count(orders)), unit: 1, direction: higher, frequency: monthly, weight: 20% }
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor trust "Trust" {
//!   indicator a "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, weight: 40% }
//!   indicator b "Orders" { formula: count(orders), unit: 1, direction: higher, frequency: monthly, weight: 30% }
//!   indicator c "Orders so far" { formula: ytd(count(orders)), unit: 1, direction: higher, frequency: monthly, weight: 30% }
//! }
//! ```
//!
//!
//! Sources: R. S. Kaplan and D. P. Norton, *The Strategy-Focused Organization*, 2001 (22 % financial, 22 % customer, 34 %
//! process, 22 % learning as the usual spread).
//!
//! ## 中文
//!
//! 权重失衡
//!
//! 一个视角不足总权重的 10% 或超过 50%，一个指标不足其因素的 5%，或在三个以上指标的因素里超过 40%：太轻的没人在意，太重的淹
//! 没其余。只检查写明的权重；视角在用到三个以上时才检查。

use crate::lint::rules::prelude::*;
use bigdecimal::ToPrimitive;

use crate::design::{Child, FactorId, Naming};
use crate::source::Span;

pub const RULE: Rule = Rule {
    code: Code::new("R05", "weight-imbalance"),
    source: include_str!("weight_imbalance.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !context.graph_is_whole() {
        return;
    }
    for (at, factor) in context.design.factors.iter().enumerate() {
        let weights: Vec<Option<f64>> = factor.children.iter().map(|c| given(context, c)).collect();
        let effective = spread(&weights);
        let indicators = factor.children.iter().filter(|c| matches!(c, Child::Indicator(..))).count();
        for ((child, weight), share) in factor.children.iter().zip(&weights).zip(&effective) {
            let Child::Indicator(id, _) = child else { continue };
            let many = *share > 0.4 + 1e-9 && indicators >= 3;
            if weight.is_none() || !(many || *share < 0.05 - 1e-9) {
                continue;
            }
            let (Some(indicator), Some(node)) = (context.indicator(*id), context.model.indicators.get(id.index()))
            else {
                continue;
            };
            let (name, of) = (indicator.naming.title(), factor.naming.title());
            let percent = shown(*share);
            let finding = Finding::at(
                place(context, node, FactorId(at as u32)),
                say!("`{name}` has {percent} of the weight of `{of}`", "“{name}”占“{of}”权重的 {percent}"),
            );
            let finding = if many {
                finding
                    .saying(say!("outweighs the others", "压过其余指标"))
                    .help(say!("give it at most 40%, or a factor of its own", "不超过 40%，或单列一个因素"))
            } else {
                finding
                    .saying(say!("too little to be heeded", "轻到没人在意"))
                    .help(say!("give it at least 5%, or take its weight away", "不低于 5%，或不给权重"))
            };
            findings.push(finding.of(*id));
        }
    }
    perspectives(context, findings);
}

/// The weight that stands in the design, as a fraction.
fn given(context: &Context<'_>, child: &Child) -> Option<f64> {
    match child {
        Child::Indicator(_, weight) => weight.as_ref()?.to_f64(),
        Child::Factor(id) => context.design.factors.get(id.index())?.weight.as_ref()?.to_f64(),
    }
}

/// What each counts: those not given share what is left of the whole, then all are divided by their sum.
fn spread(weights: &[Option<f64>]) -> Vec<f64> {
    let sum: f64 = weights.iter().flatten().sum();
    let open = weights.iter().filter(|w| w.is_none()).count();
    let each = if open > 0 { (1.0 - sum).max(0.0) / open as f64 } else { 0.0 };
    let total = sum + each * open as f64;
    weights.iter().map(|w| if total > 0.0 { w.unwrap_or(each) / total } else { 0.0 }).collect()
}

fn shown(share: f64) -> String {
    format!("{}%", (share * 1000.0).round() / 10.0)
}

fn place(context: &Context<'_>, node: &crate::model::Node<'_>, factor: FactorId) -> Span {
    let name = context.design.factors.get(factor.index()).map_or("", |f| f.naming.name.as_str());
    let share = node.keys.get("factors").and_then(|(_, p)| {
        p.value.iter().find(|phrase| phrase.share.is_some() && phrase.expr.as_name().is_some_and(|n| n.text == name))
    });
    share
        .map(|phrase| phrase.span)
        .or_else(|| node.keys.get("weight").map(|(_, p)| p.span))
        .unwrap_or_else(|| node.place())
}

/// What each perspective counts in the whole, over the factors that stand in no other.
fn perspectives(context: &Context<'_>, findings: &mut Findings) {
    let design = context.design;
    let objectives: Vec<Option<f64>> =
        design.objectives.iter().map(|o| o.weight.as_ref().and_then(ToPrimitive::to_f64)).collect();
    let of_objectives = spread(&objectives);
    let mut shares = vec![0.0; design.perspectives.len()];
    let mut written = false;
    for (at, of_objective) in of_objectives.iter().enumerate() {
        let top: Vec<_> = design
            .factors
            .iter()
            .filter(|f| f.parent.is_none() && f.objective.is_some_and(|o| o.index() == at))
            .collect();
        let weights: Vec<Option<f64>> = top.iter().map(|f| f.weight.as_ref().and_then(ToPrimitive::to_f64)).collect();
        written |= weights.iter().any(Option::is_some);
        for (factor, share) in top.iter().zip(spread(&weights)) {
            if let Some(slot) = factor.perspective.and_then(|p| shares.get_mut(p.index())) {
                *slot += share * of_objective;
            }
        }
    }
    let used = shares.iter().filter(|s| **s > 0.0).count();
    if !written || used < 3 {
        return;
    }
    for (naming, share) in design.perspectives.iter().zip(shares).filter(|(_, s)| *s > 0.0) {
        if (0.1 - 1e-9..=0.5 + 1e-9).contains(&share) {
            continue;
        }
        let (name, percent) = (naming.title(), shown(share));
        let first =
            design.factors.iter().zip(&context.model.factors).find(|(f, _)| of(f, naming, context)).map(|(_, n)| n);
        let span = first.map_or(context.head(), |n| n.keys.get("weight").map_or(n.place(), |(_, p)| p.span));
        findings.push(
            Finding::at(
                span,
                say!("the perspective `{name}` has {percent} of the weight", "视角“{name}”占总权重的 {percent}"),
            )
            .saying(say!("outside 10% to 50%", "不在 10% 到 50% 之间"))
            .help(say!("shift weight between the factors of the perspectives", "在各视角的因素之间调整权重")),
        );
    }
}

fn of(factor: &crate::design::Factor, perspective: &Naming, context: &Context<'_>) -> bool {
    let named = factor.perspective.and_then(|p| context.design.perspectives.get(p.index()));
    factor.parent.is_none() && named.is_some_and(|n| n.name == perspective.name)
}
