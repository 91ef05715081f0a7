//! weights of siblings that do not add up to 100 %
//!
//! Weights are divided by their sum, so 50 % beside 30 % is 62.5 % in truth, and nobody reads that in the design. Mostly
//! one was changed and the others forgotten. Judged among the indicators and sub-factors of one factor, the factors of one
//! objective, and the objectives, where all of them have a weight; where some have none, those share what is left, and 100
//! % or more leaves nothing.
//!
//! The safe fix writes the weights as they count; it is offered where they come out whole in hundredths of a percent.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor trust "Trust" {
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, weight: 60% }
//!   indicator sales "Orders" { formula: count(orders), unit: 1, direction: higher, frequency: monthly, weight: 60% }
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor trust "Trust" {
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, weight: 60% }
//!   indicator sales "Orders" { formula: count(orders), unit: 1, direction: higher, frequency: monthly, weight: 40% }
//! }
//! ```
//!
//!
//! Sources: OECD/JRC, *Handbook on Constructing Composite Indicators*, 2008 (weights are normalised).
//!
//! ## 中文
//!
//! 同级的权重之和不是 100%
//!
//! 权重会除以总和，所以 50% 与 30% 实际是 62.5% 与 37.5%，而设计里看不出来。多半是改了一个忘了其余。检查同一因素下的指标
//! 和子因素、同一目标下的因素、以及各目标；有的没写权重时，它们平分余下的部分，已达 100% 就什么也不剩。能化为整百分之零点
//! 零一的，可自动改写。

use crate::lint::rules::prelude::*;
use bigdecimal::{BigDecimal, One, Zero};

use crate::design::{Child, FactorId};
use crate::model::Node;
use crate::source::Span;

pub const RULE: Rule = Rule {
    code: Code::new("X05", "weight-sum"),
    fix: FixKind::Safe,
    source: include_str!("weight_sum.rs"),
    check,
    ..Rule::STATIC
};

/// A weight among its siblings: its value where given, and where it is written.
struct Share {
    weight: Option<BigDecimal>,
    place: Option<Span>,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !context.graph_is_whole() {
        return;
    }
    let design = context.design;
    let own = |node: &Node<'_>, weight: &Option<BigDecimal>| Share {
        weight: weight.clone(),
        place: node.keys.get("weight").and_then(|(_, p)| p.value.first()).map(|phrase| phrase.expr.span),
    };
    for (at, (factor, node)) in design.factors.iter().zip(&context.model.factors).enumerate() {
        let shares = factor.children.iter().filter_map(|child| match child {
            Child::Factor(id) => {
                Some(own(context.model.factors.get(id.index())?, &design.factors.get(id.index())?.weight))
            }
            Child::Indicator(id, weight) => {
                let node = context.model.indicators.get(id.index())?;
                // Without a target it is never scored, and shares no weight.
                let idle = weight.is_none() && context.indicator(*id).is_none_or(|i| i.targets.is_empty());
                (!idle).then(|| Share { weight: weight.clone(), place: written(context, node, FactorId(at as u32)) })
            }
        });
        let name = factor.naming.title();
        judge(node.place(), name, shares.collect(), findings);
    }
    for (at, (objective, node)) in design.objectives.iter().zip(&context.model.objectives).enumerate() {
        let top = design.factors.iter().zip(&context.model.factors);
        let shares = top
            .filter(|(f, _)| f.parent.is_none() && f.objective.is_some_and(|o| o.index() == at))
            .map(|(f, node)| own(node, &f.weight));
        judge(node.place(), objective.naming.title(), shares.collect(), findings);
    }
    let shares: Vec<Share> =
        design.objectives.iter().zip(&context.model.objectives).map(|(o, node)| own(node, &o.weight)).collect();
    judge(context.head(), design.naming.title(), shares, findings);
}

/// Where an indicator's weight in a factor is written: beside the factor's name, else as its own.
fn written(context: &Context<'_>, node: &Node<'_>, factor: FactorId) -> Option<Span> {
    let name = context.design.factors.get(factor.index()).map_or("", |f| f.naming.name.as_str());
    let beside = node.keys.get("factors").and_then(|(_, p)| {
        p.value.iter().find(|phrase| phrase.expr.as_name().is_some_and(|n| n.text == name))?.share.as_ref()
    });
    beside
        .map(|expr| expr.span)
        .or_else(|| node.keys.get("weight").and_then(|(_, p)| p.value.first()).map(|p| p.expr.span))
}

fn judge(place: Span, name: &str, shares: Vec<Share>, findings: &mut Findings) {
    let given: Vec<&Share> = shares.iter().filter(|s| s.weight.is_some()).collect();
    let sum: BigDecimal = given.iter().filter_map(|s| s.weight.as_ref()).sum();
    let (Some(first), one) = (given.first(), BigDecimal::one()) else { return };
    let open = given.len() < shares.len();
    if sum.is_zero() || sum == one || (open && sum < one) {
        return;
    }
    let percent = percent(&sum);
    let finding = Finding::at(
        first.place.unwrap_or(place),
        say!("the weights in `{name}` add up to {percent}", "“{name}”下的权重之和为 {percent}"),
    );
    let finding = given
        .iter()
        .skip(1)
        .filter_map(|s| s.place)
        .fold(finding, |f, span| f.label(span, say!("and this", "以及这里")));
    if open {
        findings.push(
            finding
                .saying(say!("leaves nothing for those without one", "没有权重的什么也分不到"))
                .help(say!("lower them, or give every sibling a weight", "调低这些权重，或给每个同级都写权重")),
        );
        return;
    }
    let finding =
        finding.saying(say!("not 100%", "不是 100%")).help(say!("make them add up to 100%", "使其总和为 100%"));
    let edits: Option<Vec<Edit>> = given
        .iter()
        .map(|share| {
            let scaled = share.weight.as_ref()? / &sum;
            // Whole hundredths of a percent, and exactly what counts.
            let rounded = scaled.with_scale_round(4, bigdecimal::RoundingMode::HalfEven);
            let exact = &rounded * &sum == *share.weight.as_ref()?;
            exact.then_some(())?;
            Some(Edit { span: share.place?, text: self::percent(&rounded) })
        })
        .collect();
    findings.push(match edits {
        Some(edits) => finding.fix(say!("write them as they count", "按实际占比改写"), edits),
        None => finding,
    });
}

fn percent(fraction: &BigDecimal) -> String {
    format!("{}%", (fraction * BigDecimal::from(100)).normalized().to_plain_string())
}
