//! a target that no values of its inputs can reach
//!
//! The formula is made of other indicators. The rule takes the values that each of them can have at all and looks for
//! the best value that the formula can have there; where that misses the target, it is proved that the target cannot be
//! reached. It looks closer than rule A02, which takes each part of a formula alone: `p * (1 - p)` is at most 25%,
//! whatever p is.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: lower, frequency: monthly
//! }
//! indicator mix "Mix of late and timely orders" {
//!   formula: late_share * (1 - late_share)
//!   unit: %, direction: higher, frequency: monthly
//!   target: 30% by 2026-12-31
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: lower, frequency: monthly
//! }
//! indicator mix "Mix of late and timely orders" {
//!   formula: late_share * (1 - late_share)
//!   unit: %, direction: higher, frequency: monthly
//!   target: 20% by 2026-12-31
//! }
//! ```
//!
//! Sources: R. E. Moore, R. B. Kearfott and M. J. Cloud, *Introduction to Interval Analysis*, SIAM 2009 (branch and bound).
//!
//! ## 中文
//!
//! 下级指标取任何值都达不到的目标
//!
//! 公式由其他指标组成。取各指标可能的一切值，求公式的最好值；仍达不到目标，就证明目标不可能实现。它比规则 A02 看得更细：
//! `p * (1 - p)` 不论 p 是多少，最多 25%。

use crate::analysis::branch::{self, BUDGET};
use crate::analysis::{Expression, Indicators, Leaf};
use crate::lint::levels::{sign, worse};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("A09", "parent-unreachable"),
    severity: Severity::Error,
    source: include_str!("parent_unreachable.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let Some(sign) = sign(indicator.direction) else { continue };
        let expression = Expression::new(context.design, &indicator.formula, Indicators::Kept);
        if !expression.variables().iter().any(|v| matches!(v.leaf, Leaf::Indicator(_))) {
            continue;
        }
        let (possible, targets) = (context.analysis.range(id), &indicator.targets);
        let best = |range: crate::value::Interval| if sign > 0.0 { range.high } else { range.low };
        let values = || targets.iter().filter_map(|t| Some((t, context.one(&t.value)?)));
        // What each part alone shows already is rule A02's.
        let open = |value: f64| !possible.is_empty() && !worse(best(possible), value, sign);
        if !values().any(|(_, value)| open(value)) {
            continue;
        }
        let closer = branch::range(&expression, &context.analysis.variables(&expression), BUDGET);
        let missed =
            values().find(|(_, value)| open(*value) && !closer.is_empty() && worse(best(closer), *value, sign));
        let Some((target, value)) = missed else { continue };
        let name = indicator.naming.title();
        let (best, value) = (context.shown(best(closer), &indicator.unit), context.shown(value, &indicator.unit));
        findings.push(
            Finding::at(
                target.span,
                say!(
                    "the target of `{name}` cannot be reached, whatever its inputs are",
                    "“{name}”的目标无论下级指标取何值都达不到"
                ),
            )
            .saying(say!("{value}, and at best it is {best}", "{value}，而最好是 {best}"))
            .label(indicator.formula.span.0, say!("by this formula", "按此公式"))
            .help(say!("correct the target or the formula", "改正目标或公式"))
            .of(id),
        );
    }
}
