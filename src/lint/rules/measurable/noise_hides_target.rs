//! an uncertainty that is larger than the step to be seen
//!
//! The last value, a share of cases or a mean over them, stands on so few that a value right on target would have the
//! baseline inside of its 95% interval (Wilson for shares, t for means): even when the target is met nobody can know that
//! anything has changed. More cases, a longer period or a larger step are needed.
//!
//! Sources: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", *JASA* 22 (158), 1927;
//! "Student", "The Probable Error of a Mean", *Biometrika* 6 (1), 1908; GUM (JCGM 100:2008).
//!
//! ## 中文
//!
//! 误差比要看出的差距还大
//!
//! 最近一期的占比或均值所依据的个案数太少：即使恰好达标，它的 95% 区间（占比用 Wilson，均值用 t 分布）里也有基准值，
//! 无从知道是否有了变化。需要更多个案、更长的周期或更大的步子。

use crate::analysis::statistics::{about_mean, wilson};
use crate::design::{Aggregate, AggregateFunction, Formula, FormulaKind, Indicator, IndicatorId, ScalarFunction};
use crate::lint::Needs;
use crate::lint::rules::prelude::*;
use crate::lint::shape::subject_of;
use crate::value::Interval;

pub const RULE: Rule = Rule {
    code: Code::new("M10", "noise-hides-target"),
    needs: Needs::Data,
    source: include_str!("noise_hides_target.rs"),
    check,
    ..Rule::STATIC
};

/// The probability with which the value lies in the interval.
const LEVEL: f64 = 0.95;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    let calendar = &context.design.calendar;
    for (id, indicator, _) in context.sound() {
        let kind = match averaged(context, &indicator.formula) {
            Some(average) => Kind::Mean(average),
            None if is_share(context, id, indicator) => Kind::Share,
            None => continue,
        };
        let Some(target) = context.last_target(indicator) else { continue };
        let (Some(goal), Some(baseline)) = (context.one(&target.value), context.baseline(indicator)) else { continue };
        let last = facts.history(id, 1).pop();
        let Some((rows, period)) = last.and_then(|o| Some((o.value.and(o.rows)?, o.period))) else {
            findings.not_judged(Some(id), say!("the last period has no value", "最近一期没有值"));
            continue;
        };
        let n = rows as f64;
        let interval = match kind {
            Kind::Share => wilson((goal * n).clamp(0.0, n), n, LEVEL),
            Kind::Mean(average) => {
                let spread = Aggregate { function: AggregateFunction::Stddev, ..average.clone() };
                let spread = facts.aggregates(&[(spread, period.window(calendar))]).pop().flatten();
                spread.and_then(|s| about_mean(goal, s, usize::try_from(rows).ok()?, LEVEL))
            }
        };
        let Some(interval) = interval.filter(|i| goal != baseline && i.contains(baseline)) else { continue };
        let (name, label) = (indicator.naming.title(), period.label());
        let shown = |value: f64| context.shown(value, &indicator.unit);
        let (low, high) = (shown(interval.low), shown(interval.high));
        let (goal, baseline) = (shown(goal), shown(baseline));
        findings.push(
            Finding::at(
                target.span,
                say!("`{name}` stands on too few cases to see its target", "“{name}”的个案太少，看不出是否达标"),
            )
            .saying(say!(
                "of {rows} cases, as in {label}, {goal} may stand for {low} to {high}, and {baseline} is among it",
                "{rows} 个个案（{label}）得出的 {goal}，可能是 {low} 到 {high}，{baseline} 也在其中"
            ))
            .help(say!("ask for more cases, a longer period or a larger step", "增加个案、放长周期或加大步子"))
            .of(id),
        );
    }
}

enum Kind<'a> {
    Share,
    Mean(&'a Aggregate),
}

/// Whether the value is a share of cases.
fn is_share(context: &Context<'_>, id: IndicatorId, indicator: &Indicator) -> bool {
    let counts = context.quotient(&indicator.formula);
    indicator.unit.is_percent()
        && counts.is_some_and(|(above, below)| context.is_count(above) && context.is_count(below))
        && context.analysis.range(id).within(Interval::SHARE)
}

/// The mean that is the value, where it is one of the rows of its own window and slice.
fn averaged<'a>(context: &Context<'a>, formula: &'a Formula) -> Option<&'a Aggregate> {
    let mut formula = formula;
    // Names are no cycle, but a chain may be long.
    loop {
        formula = match &formula.kind {
            FormulaKind::Aggregate(a) => return (a.function == AggregateFunction::Avg).then_some(a),
            FormulaKind::Otherwise(x, _) => x,
            FormulaKind::Function { function: ScalarFunction::Round, args } => args.first()?,
            _ => context.formula(subject_of(formula)?)?,
        };
    }
}
