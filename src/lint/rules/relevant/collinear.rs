//! two indicators that are one in the data
//!
//! From period to period the two change together, with a correlation above 0.95 over twelve periods or more: one of them
//! tells nothing that the other does not, and what they stand for has a double weight. Indicators of which one is
//! computed from the other are left alone; so is what is linked by `drives`.
//!
//! Sources: P. R. Niven, *Balanced Scorecard Evolution*, 2014; D. A. Belsley, E. Kuh and R. E. Welsch, *Regression
//! Diagnostics*, 1980.
//!
//! ## 中文
//!
//! 数据上是同一个的两个指标
//!
//! 两个指标逐期的变化相关系数超过 0.95，而且有十二期以上：其中一个没有说出另一个没说的，它们所代表的却占了双份权重。
//! 一个由另一个算出的、由 `drives` 相连的不报。

use crate::lint::Needs;
use crate::lint::rules::prelude::*;
use std::collections::BTreeMap;

use crate::analysis::statistics::{correlation, differences};
use crate::analysis::{Edge, Thing};
use crate::design::IndicatorId;

pub const RULE: Rule = Rule {
    code: Code::new("R18", "collinear"),
    severity: Severity::Info,
    needs: Needs::Data,
    source: include_str!("collinear.rs"),
    check,
    ..Rule::STATIC
};

const PERIODS: usize = 36;
const FEWEST: usize = 12;
const ALIKE: f64 = 0.95;
/// Indicators that are held against each other; each pair is looked at.
const MOST: usize = 200;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    let mut series: Vec<(IndicatorId, BTreeMap<String, f64>)> = Vec::new();
    for (id, indicator, _) in context.sound().take(MOST) {
        if indicator.targets.is_empty() {
            continue;
        }
        let known = facts.history(id, PERIODS).into_iter().filter_map(|o| Some((o.period.label(), o.value?.to_f64())));
        series.push((id, known.collect()));
    }
    let reach = context.analysis.reach();
    for (at, (b, later)) in series.iter().enumerate() {
        for (a, earlier) in series.iter().take(at) {
            let both: (Vec<f64>, Vec<f64>) =
                earlier.iter().filter_map(|(period, x)| Some((*x, *later.get(period)?))).unzip();
            let n = both.0.len();
            if n < FEWEST {
                continue;
            }
            let Some(r) = correlation(&differences(&both.0), &differences(&both.1)).filter(|r| r.abs() > ALIKE) else {
                continue;
            };
            let linked =
                |from, to| reach.reaches(Thing::Indicator(from), Thing::Indicator(to), &[Edge::Reads, Edge::Drives]);
            let (Some(first), Some(second)) = (context.indicator(*a), context.indicator(*b)) else { continue };
            if linked(*a, *b) || linked(*b, *a) {
                continue;
            }
            let (name, other) = (second.naming.title(), first.naming.title());
            findings.push(
                Finding::at(
                    second.naming.span,
                    say!("`{name}` and `{other}` change as one", "“{name}”与“{other}”的变化如同一个指标"),
                )
                .saying(say!("r = {r:.2} over {n} periods", "{n} 期，r = {r:.2}"))
                .label(first.naming.span, say!("the other", "另一个"))
                .help(say!("keep the one that says more", "保留更能说明问题的一个"))
                .of(*b),
            );
        }
    }
}
