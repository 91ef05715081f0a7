//! a target that is met all the time
//!
//! Reached in nine of the last ten periods or more, a target asks for nothing: it was set before the last improvement. At
//! least six values in the last twelve periods are needed. A target `by` a day is held against the values themselves,
//! since to be on the way to it is no sign that it is low.
//!
//! Standards are to be held and not to be reached: a range, and a target `until` a day whose baseline had reached it, or
//! that has none. Sums over a period (`in`) are one verdict and not many. Both are left alone.
//!
//! Sources: E. A. Locke and G. P. Latham, "Building a practically useful theory of goal setting", *American
//! Psychologist* 57 (9), 2002 (specific, difficult goals).
//!
//! ## 中文
//!
//! 一直都达到的目标
//!
//! 最近各期有九成以上达到，目标就没有要求什么：它是上次改进之前定的。最近十二期里至少要有六个值。`by` 某日的目标与各期的值本身相比：
//! 走在路上不等于目标太低。标准是要保持而不是要达到的：区间目标，以及基准已经达到或没有基准的 `until` 目标，不在此列；
//! 整期的合计（`in`）只是一次评判，也不在此列。

use crate::design::Due;
use crate::lint::levels::{sign, worse};
use crate::lint::rules::prelude::*;
use crate::lint::{Needs, Observation};

pub const RULE: Rule = Rule {
    code: Code::new("A05", "target-already-met"),
    needs: Needs::Data,
    source: include_str!("target_already_met.rs"),
    check,
    ..Rule::STATIC
};

const PERIODS: usize = 12;
const FEWEST: usize = 6;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    for (id, indicator, _) in context.sound() {
        let (Some(target), Some(sign)) = (context.last_target(indicator), sign(indicator.direction)) else { continue };
        let goal = context.one(&target.value);
        let history = facts.history(id, PERIODS);
        let verdicts: Vec<bool> = match (target.due, goal) {
            (Due::In(_), _) | (Due::By(_), None) => continue,
            (Due::By(_), Some(goal)) => {
                Observation::values(&history).into_iter().map(|value| !worse(value, goal, sign)).collect()
            }
            (Due::Until(_), goal) => {
                let Some(baseline) = context.baseline(indicator) else { continue };
                if goal.is_some_and(|goal| !worse(baseline, goal, sign)) {
                    continue;
                }
                history.iter().filter_map(Observation::met).collect()
            }
        };
        let (n, met) = (verdicts.len(), verdicts.iter().filter(|met| **met).count());
        if n < FEWEST {
            findings.not_judged(Some(id), say!("too few verdicts: {n}", "评判太少：{n} 次"));
            continue;
        }
        if met * 10 < n * 9 {
            continue;
        }
        let name = indicator.naming.title();
        findings.push(
            Finding::at(target.span, say!("the target of `{name}` is met already", "“{name}”的目标早已达到"))
                .saying(say!("met in {met} of the last {n} periods", "最近 {n} 期里 {met} 期达标"))
                .help(say!(
                    "set a target that asks for more, or correct the baseline where it is a standard to hold",
                    "定一个更高的目标；若是要保持的标准，改正基准值"
                ))
                .of(id),
        );
    }
}
