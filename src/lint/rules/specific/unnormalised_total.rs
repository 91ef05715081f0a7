//! a total of costs, defects or complaints, where there is a volume to divide by
//!
//! Twice the business brings about twice the complaints. A total that should fall tells nothing about the work as long as
//! the volume moves too, and punishes growth. Divide by what it comes from: complaints per thousand orders, cost per
//! learner.
//!
//! The rule looks at sums and counts with `direction: lower`. It keeps silent where another indicator already divides this
//! one by something, where nothing in the design could be divided by, and where the target is a budget (`in PERIOD` on an
//! amount of money with `basis: budget`).
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field complaint: bool
//! }
//! indicator complaints "Complaints" {
//!   formula: count(orders where complaint), unit: 1, direction: lower, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field complaint: bool
//! }
//! indicator complaints "Complaints per order" {
//!   formula: count(orders where complaint) / count(orders), unit: %, direction: lower, frequency: monthly
//! }
//! ```
//!
//! Sources: D. J. Wheeler, *Understanding Variation*, 2nd ed. 2000 (rates and areas of opportunity); ISO 22400-2:2014
//! (every KPI of quality is a ratio to a quantity).
//!
//! ## 中文
//!
//! 只看成本、缺陷或投诉的总量，而有业务量可以相除
//!
//! 业务翻倍，投诉大约也翻倍。业务量在变时，总量说明不了工作好坏，还会惩罚增长。应除以它的来源：每千单投诉数、人均成本。检查
//!  `direction: lower` 的合计与计数；另有指标以它为分子的、没有业务量可除的、按预算考核（`basis: budget`）的不报。

use std::collections::HashSet;

use crate::design::{Aggregate, AggregateFunction, Direction, Formula, FormulaKind, Subject};
use crate::lint::rules::prelude::*;
use crate::lint::shape;

pub const RULE: Rule = Rule {
    code: Code::new("S09", "unnormalised-total"),
    severity: Severity::Info,
    source: include_str!("unnormalised_total.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    // What stands above in some quotient: what it is the numerator of is normalised already.
    let quotients: HashSet<&Formula> =
        context.sound().filter_map(|(_, i, _)| context.quotient(&i.formula)).map(|(above, _)| above).collect();
    let mut above: HashSet<Subject> = HashSet::new();
    for numerator in &quotients {
        above.extend(context.inputs_of(numerator));
    }
    for (id, indicator, node) in context.sound() {
        let unit = &indicator.unit;
        let total = indicator.direction == Direction::Lower
            && indicator.additive
            && indicator.basis.as_deref() != Some("budget")
            && (shape::counts_things(unit) || unit.is_money());
        if !total {
            continue;
        }
        if above.contains(&Subject::Indicator(id)) || quotients.contains(&&indicator.formula) {
            continue;
        }
        let Some(volume) = volume(context, id, &indicator.formula) else { continue };
        let name = indicator.naming.title();
        findings.push(
            Finding::at(
                node.place(),
                say!("`{name}` is a total, which grows with the volume", "“{name}”是总量，会随业务量增长"),
            )
            .saying(say!("of how many?", "占多少？"))
            .help(say!("divide it by its volume, for example by `{volume}`", "除以业务量，例如 `{volume}`"))
            .of(id),
        );
    }
}

/// Something to divide by, as it would be written: all rows where some are counted, else a count in the design.
fn volume<'a>(
    context: &Context<'a>,
    id: crate::design::IndicatorId,
    formula: &'a crate::design::Formula,
) -> Option<String> {
    if let FormulaKind::Aggregate(aggregate) = &context.core(formula).kind
        && let Aggregate { function: AggregateFunction::Count, filter: Some(_), source, .. } = aggregate.as_ref()
    {
        let source = context.design.sources.get(source.index())?;
        return Some(format!("count({})", source.naming.name));
    }
    let measure =
        context.measures().find(|(_, m, _)| context.is_count(&m.formula)).map(|(_, m, _)| m.naming.name.clone());
    measure.or_else(|| {
        let other = context.sound().find(|(other, i, _)| {
            *other != id && i.direction == Direction::Higher && i.additive && shape::counts_things(&i.unit)
        });
        other.map(|(_, i, _)| i.naming.name.clone())
    })
}
