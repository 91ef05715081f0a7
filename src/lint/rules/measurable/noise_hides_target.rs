//! an uncertainty that is larger than the step to be seen
//!
//! The last value of a share stands on so many cases that its 95% interval (Wilson) is wider than the way from baseline
//! to target: even when the target is met nobody can know. More cases, a longer period or a larger step are needed.
//!
//! Sources: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", *JASA* 22 (158), 1927;
//! D. B. Rowe et al., GUM (JCGM 100:2008).
//!
//! ## 中文
//!
//! 误差比要看出的差距还大
//!
//! 最近一期占比所依据的个案数太少，它的 95% 区间（Wilson）比基准到目标的距离还宽：即使达标也无从知道。需要更多个案、
//! 更长的周期或更大的步子。

use crate::analysis::statistics::wilson;
use crate::lint::Needs;
use crate::lint::rules::prelude::*;
use crate::value::Interval;

pub const RULE: Rule = Rule {
    code: Code::new("M10", "noise-hides-target"),
    needs: Needs::Data,
    source: include_str!("noise_hides_target.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    for (id, indicator, _) in context.sound() {
        let share = indicator.unit.is_percent()
            && context
                .quotient(&indicator.formula)
                .is_some_and(|(above, below)| context.is_count(above) && context.is_count(below))
            && context.analysis.range(id).within(Interval::SHARE);
        let Some(target) = context.last_target(indicator).filter(|_| share) else { continue };
        let (Some(goal), Some(baseline)) = (context.one(&target.value), context.baseline(indicator)) else { continue };
        let way = (goal - baseline).abs();
        let last = facts.history(id, 1).pop();
        let Some((value, rows, period)) = last.and_then(|o| Some((o.value?.to_f64(), o.rows?, o.period.label())))
        else {
            findings.not_judged(Some(id), say!("the last period has no value", "最近一期没有值"));
            continue;
        };
        let n = rows as f64;
        let Some(interval) = wilson((value * n).clamp(0.0, n), n, 0.95) else { continue };
        if way <= 0.0 || interval.width() <= way {
            continue;
        }
        let name = indicator.naming.title();
        let shown = |value: f64| context.shown(value, &indicator.unit);
        let (low, high, way) = (shown(interval.low), shown(interval.high), shown(way));
        findings.push(
            Finding::at(
                target.span,
                say!("`{name}` stands on too few cases to see its target", "“{name}”的个案太少，看不出是否达标"),
            )
            .saying(say!(
                "{period}: {low} to {high} by {rows} cases, and {way} is to be seen",
                "{period}：{rows} 个个案，在 {low} 到 {high} 之间，而要看出的是 {way}"
            ))
            .help(say!("ask for more cases, a longer period or a larger step", "增加个案、放长周期或加大步子"))
            .of(id),
        );
    }
}
