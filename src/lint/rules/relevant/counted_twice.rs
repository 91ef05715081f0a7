//! one result that counts twice in a score
//!
//! An indicator and an input of its formula both have a weight in one roll-up: whoever misses the input misses both. Or one
//! indicator reaches the top by two factors that both weight it. That may be meant; then it should be known, for the
//! effective weight is the sum of both. Under the profile `appraisal` it is a warning.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! objective living "A living"
//! factor trust "Trust" { objective: living
//!   indicator sales "Orders" { formula: count(orders), unit: 1, direction: higher, frequency: monthly, weight: 50% }
//!   indicator growth "Growth of orders" { formula: growth(sales, 1 year), unit: %, direction: higher, frequency: monthly, weight: 50% }
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
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, weight: 50% }
//!   indicator sales "Orders" { formula: count(orders), unit: 1, direction: higher, frequency: monthly, weight: 50% }
//! }
//! ```
//!
//!
//! Sources: OECD/JRC, *Handbook on Constructing Composite Indicators*, 2008 (double counting).
//!
//! ## 中文
//!
//! 同一结果在得分里算了两次
//!
//! 指标与其公式引用的指标在同一汇总里都有权重，或一个指标经两个因素各以权重进入总分：实际权重是两者之和。也许是有意的，但
//! 应当知道。在 `appraisal` 下为警告。

use crate::design::{Child, FactorId, IndicatorId, Subject};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("R19", "counted-twice"),
    severity: Severity::Info,
    source: include_str!("counted_twice.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let design = context.design;
    // Factors in which an indicator has a weight.
    let mut weighted: Vec<Vec<FactorId>> = vec![Vec::new(); design.indicators.len()];
    for (at, factor) in design.factors.iter().enumerate() {
        for child in &factor.children {
            if let Child::Indicator(id, Some(_)) = child
                && let Some(list) = weighted.get_mut(id.index())
            {
                list.push(FactorId(at as u32));
            }
        }
    }
    let of = |id: IndicatorId| weighted.get(id.index()).map_or(&[][..], Vec::as_slice);
    for (id, indicator, node) in context.sound() {
        let name = indicator.naming.title();
        let homes = of(id);
        let times = homes.len();
        if times > 1 {
            let finding =
                Finding::at(node.place(), say!("`{name}` counts in several factors", "“{name}”在多个因素里计分"))
                    .saying(say!("weighted in {times} factors", "在 {times} 个因素里有权重"))
                    .help(say!(
                        "give it a weight in one of them, or know that it counts that often",
                        "只在一个因素里给权重，或明白它算了多次"
                    ));
            findings.push(finding.of(id));
        }
        let input = context.inputs_of(&indicator.formula).into_iter().find_map(|subject| match subject {
            Subject::Indicator(input) if input != id && of(input).iter().any(|f| homes.contains(f)) => Some(input),
            _ => None,
        });
        if let Some((input, other)) =
            input.and_then(|i| Some((context.indicator(i)?, context.model.indicators.get(i.index())?)))
        {
            let part = input.naming.title();
            findings.push(
                Finding::at(
                    node.place(),
                    say!(
                        "`{part}` counts in `{name}` too, and both have a weight in one factor",
                        "“{part}”也构成“{name}”，两者在同一因素里都有权重"
                    ),
                )
                .saying(say!("computed from it", "由它算出"))
                .label(other.place(), say!("weighted as well", "也有权重"))
                .help(say!("weight one of the two, or know that it counts twice", "两者只给一个权重，或明白它算了两次"))
                .of(id),
            );
        }
    }
}
