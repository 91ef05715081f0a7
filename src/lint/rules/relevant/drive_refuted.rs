//! a drive that the data speaks against
//!
//! `drives: x` says that this indicator is believed to move x. Over the last 24 periods or more, with their trends taken
//! away, the two should move together, in the direction that is good for both. Reported is a correlation that is absent
//! (not different from 0 at 95%), or opposite. Effects that come later than the next period are not seen here: a belief
//! may be right and slow.
//!
//! Sources: C. D. Ittner and D. F. Larcker, "Coming Up Short on Nonfinancial Performance Measurement", *Harvard Business
//! Review* 81 (11), 2003 (unvalidated causal links); R. A. Fisher, *Statistical Methods for Research Workers*, 1925.
//!
//! ## 中文
//!
//! 数据不支持的驱动关系
//!
//! `drives: x` 是说相信本指标会带动 x。最近 24 期以上，去掉趋势之后，两者应当朝对各自有利的方向同动。
//! 相关不显著（95% 水平上与 0 无异）或方向相反就报告。一期以后才显现的效果这里看不出来：信念可能对，只是慢。

use crate::lint::Needs;
use crate::lint::rules::prelude::*;
use std::collections::BTreeMap;

use crate::analysis::statistics::{correlation, detrended, least_correlation};
use crate::design::IndicatorId;
use crate::lint::Facts;
use crate::lint::levels::sign;

pub const RULE: Rule = Rule {
    code: Code::new("R11", "drive-refuted"),
    severity: Severity::Info,
    needs: Needs::Data,
    source: include_str!("drive_refuted.rs"),
    check,
    ..Rule::STATIC
};

const PERIODS: usize = 36;
const FEWEST: usize = 24;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    for (id, indicator, node) in context.sound() {
        for driven in &indicator.drives {
            let Some(other) = context.indicator(*driven).filter(|o| o.frequency == indicator.frequency) else {
                findings.not_judged(Some(id), say!("what it drives has another frequency", "所驱动的指标周期不同"));
                continue;
            };
            let (Some(own), Some(wanted)) = (sign(indicator.direction), sign(other.direction)) else { continue };
            let (now, later) = (together(facts, id, *driven, 0), together(facts, id, *driven, 1));
            let n = now.0.len();
            let of = |(x, y): &(Vec<f64>, Vec<f64>)| correlation(&detrended(x)?, &detrended(y)?);
            let (Some(now), Some(later), Some(least)) = (of(&now), of(&later), least_correlation(n, 0.95)) else {
                findings.not_judged(Some(id), say!("too little history, or no variation", "历史太短，或没有变化"));
                continue;
            };
            if n < FEWEST {
                findings.not_judged(Some(id), say!("too little history: {n} periods", "历史太短：{n} 期"));
                continue;
            }
            // Above 0: as is believed.
            let sense = own * wanted;
            if (sense * now).max(sense * later) >= least {
                continue;
            }
            let r = if now.abs() >= later.abs() { now } else { later };
            let (name, title) = (indicator.naming.title(), other.naming.title());
            let place = node.keys.get("drives").map_or(node.place(), |(_, p)| p.span);
            let finding = Finding::at(
                place,
                say!("the data does not show that `{name}` drives `{title}`", "数据看不出“{name}”带动“{title}”"),
            );
            let finding = if sense * r <= -least {
                finding.saying(say!(
                    "over {n} periods the one grows worse as the other grows better: r = {r:.2}",
                    "{n} 期里一个变好，另一个变差：r = {r:.2}"
                ))
            } else {
                finding.saying(say!(
                    "over {n} periods each goes its own way: r = {r:.2}, and less than {least:.2} shows nothing",
                    "{n} 期里各动各的：r = {r:.2}，不到 {least:.2} 说明不了什么"
                ))
            };
            findings.push(
                finding
                    .help(say!("look for what does, or say why it takes longer", "另找原因，或说明为何要更久"))
                    .of(id),
            );
        }
    }
}

/// The values of both, of the second so many periods later, where both are known.
fn together(facts: &dyn Facts, a: IndicatorId, b: IndicatorId, later: usize) -> (Vec<f64>, Vec<f64>) {
    let (first, second) = (facts.history(a, PERIODS), facts.history(b, PERIODS));
    let order: BTreeMap<String, usize> = first.iter().enumerate().map(|(at, o)| (o.period.label(), at)).collect();
    second
        .iter()
        .filter_map(|o| {
            let at = order.get(&o.period.label())?.checked_sub(later)?;
            Some((first.get(at)?.value.as_ref()?.to_f64(), o.value.as_ref()?.to_f64()))
        })
        .unzip()
}
