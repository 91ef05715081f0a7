//! a target that nothing in the past leads to
//!
//! From the last periods follows where the value will lie at the target's date: with a probability of 95%, inside the
//! prediction interval of the trend, where there is one, else of the mean. A target on the far side of it is not reached
//! by going on as before; either something changes, and the design says what, as an `action` that is taken whatever the
//! status (of the indicator, or of a factor above), or the target is a wish.
//!
//! At least eight periods with a value are needed; with fewer the rule is not judged. A trend is one where the slope
//! differs from 0 at 95%. Totals that are judged over a whole period are left alone.
//!
//! Sources: G. J. Hahn and W. Q. Meeker, *Statistical Intervals*, 2nd ed. 2017; N. R. Draper and H. Smith, *Applied
//! Regression Analysis*, 3rd ed. 1998.
//!
//! ## 中文
//!
//! 历史数据引不到的目标
//!
//! 由最近各期推算目标日的取值：有趋势时按趋势，没有时按均值，95% 的可能落在预测区间内。目标在区间的另一头，照旧做是达不到的：
//! 要么有所改变（指标或其上的因素写明不论状态都要做的 `action`），要么只是愿望。至少要有八期数据，否则记为未判断。斜率在 95% 水平上不为 0 才算有趋势。
//! 整期评判的合计不在此列。

use super::stretch_without_means::has_plan;
use crate::analysis::statistics::{Trend, prediction_about_mean};
use crate::design::Due;
use crate::lint::Needs;
use crate::lint::Observation;
use crate::lint::levels::{sign, worse};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("A04", "target-beyond-history"),
    needs: Needs::Data,
    source: include_str!("target_beyond_history.rs"),
    check,
    ..Rule::STATIC
};

/// Periods that are looked at, and how many of them must have a value.
const PERIODS: usize = 24;
const FEWEST: usize = 8;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    let calendar = &context.design.calendar;
    for (id, indicator, _) in context.sound() {
        let (Some(sign), Some(target)) = (sign(indicator.direction), context.last_target(indicator)) else { continue };
        let (Some(goal), Due::By(day) | Due::Until(day)) = (context.one(&target.value), target.due) else { continue };
        // Something is to change: what was before says little of it.
        if has_plan(context, id, indicator) {
            continue;
        }
        let history = facts.history(id, PERIODS);
        let values = Observation::values(&history);
        let Some(last) = history.last().filter(|_| values.len() >= FEWEST && values.len() == history.len()) else {
            let n = values.len();
            findings.not_judged(Some(id), say!("too little history: {n} periods", "历史太短：{n} 期"));
            continue;
        };
        // Where the target's period stands in the series.
        let grain = calendar.grain_of(indicator.frequency);
        let end = calendar.period_of(grain, day);
        let mut ahead = 0_u32;
        let mut period = last.period;
        while period.window(calendar).start < end.window(calendar).start && ahead < 1_000 {
            period = calendar.next(period);
            ahead += 1;
        }
        if ahead == 0 {
            continue;
        }
        let trend = Trend::of(&values).filter(|t| t.is_significant(0.95));
        let at = values.len() as f64 + f64::from(ahead);
        let (interval, by_trend) = match trend {
            Some(trend) => (trend.prediction(at, 0.95), true),
            None => (prediction_about_mean(&values, 0.95), false),
        };
        // What does not vary at all is rule M22's.
        let Some(interval) = interval.filter(|i| !i.is_point()) else { continue };
        let best = if sign > 0.0 { interval.high } else { interval.low };
        if !worse(best, goal, sign) {
            continue;
        }
        let shown = |value: f64| context.shown(value, &indicator.unit);
        let (name, n) = (indicator.naming.title(), values.len());
        let (low, high, goal) = (shown(interval.low), shown(interval.high), shown(goal));
        let finding = Finding::at(
            target.span,
            say!("nothing in the past leads to the target of `{name}`", "“{name}”的目标，历史数据引不到"),
        );
        let finding = if by_trend {
            finding.saying(say!(
                "{goal}; by the trend of {n} periods {low} to {high} is to be expected then",
                "{goal}；按 {n} 期的趋势，届时预计在 {low} 到 {high}"
            ))
        } else {
            finding.saying(say!(
                "{goal}; about the mean of {n} periods {low} to {high} is to be expected",
                "{goal}；按 {n} 期的均值，预计在 {low} 到 {high}"
            ))
        };
        findings.push(
            finding
                .help(say!(
                    "say what changes, as an `action`, or set what can be reached",
                    "写明要改变什么（`action`），或设能达到的目标"
                ))
                .of(id),
        );
    }
}
