//! a target inside the noise
//!
//! Values go up and down by themselves. Between the natural process limits (mean ± 2.66 times the mean moving range) a
//! value tells nothing about what was done; a target there is met in some periods and missed in others by chance. The
//! rule says how often, if nothing changes: praise and blame for it are a lottery. At least eight periods are needed,
//! and no trend.
//!
//! Sources: D. J. Wheeler, *Understanding Variation*, 2nd ed. 2000; ISO 7870-2:2013.
//!
//! ## 中文
//!
//! 落在波动之内的目标
//!
//! 数值自己会上下波动。自然过程限（均值 ± 2.66 倍平均移动极差）之内的一个值，说明不了做了什么；目标落在其中，
//! 有的期达标有的期不达标全凭运气。报告一切照旧时碰巧达标的比例：据此奖惩如同抽签。至少要有八期，且没有趋势。

use crate::analysis::statistics::{Trend, process_limits};
use crate::design::Due;
use crate::lint::Needs;
use crate::lint::Observation;
use crate::lint::levels::{sign, worse};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("A15", "met-by-luck"),
    severity: Severity::Info,
    needs: Needs::Data,
    source: include_str!("met_by_luck.rs"),
    check,
    ..Rule::STATIC
};

const PERIODS: usize = 24;
const FEWEST: usize = 8;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    for (id, indicator, _) in context.sound() {
        let (Some(sign), Some(target)) = (sign(indicator.direction), context.last_target(indicator)) else { continue };
        let (Some(goal), Due::By(_) | Due::Until(_)) = (context.one(&target.value), target.due) else { continue };
        let history = facts.history(id, PERIODS);
        let values = Observation::values(&history);
        let n = values.len();
        if n < FEWEST {
            findings.not_judged(Some(id), say!("too little history: {n} periods", "历史太短：{n} 期"));
            continue;
        }
        if Trend::of(&values).is_some_and(|t| t.is_significant(0.95)) {
            continue;
        }
        let Some(limits) = process_limits(&values) else { continue };
        let limits = limits.intersect(context.analysis.range(id));
        let met = values.iter().filter(|value| !worse(**value, goal, sign)).count();
        // Met always, or never: that is no luck.
        if goal <= limits.low || goal >= limits.high || met == 0 || met == n {
            continue;
        }
        let shown = |value: f64| context.shown(value, &indicator.unit);
        let name = indicator.naming.title();
        let (low, high, goal) = (shown(limits.low), shown(limits.high), shown(goal));
        findings.push(
            Finding::at(
                target.span,
                say!("the target of `{name}` is met or missed by chance", "“{name}”达不达标凭运气"),
            )
            .saying(say!(
                "{goal} lies between the natural limits {low} and {high}: met in {met} of {n} periods",
                "{goal} 在自然过程限 {low} 与 {high} 之间：{n} 期里 {met} 期达标"
            ))
            .help(say!(
                "change the process, not the praise; or judge over longer periods",
                "改变过程，而不是改变奖惩；或放长周期"
            ))
            .of(id),
        );
    }
}
