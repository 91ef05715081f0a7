//! a value that cannot be
//!
//! Every formula has an interval of values that it can have, from the ends of the fields and from what is a part of
//! what. A formula that never has a value, or whose unit counts things while it is never above 0, is wrong. With data
//! (`--data`) so is a share of one source's rows that was above 100% in the last twelve periods: what rule S11 could not
//! prove to be a share is none. (Values that a field does not allow are errors of the data, E0822, before any rule.)
//!
//! ```kpi,fails
//! unit person: count
//! source staff { from: csv("staff.csv"), time: day
//!   field day: date
//!   field left: integer person 0..
//! }
//! indicator leavers "Leavers" {
//!   formula: sum(staff.left) * -1
//!   unit: person, direction: lower, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! unit person: count
//! source staff { from: csv("staff.csv"), time: day
//!   field day: date
//!   field left: integer person 0..
//! }
//! indicator leavers "Leavers" {
//!   formula: sum(staff.left)
//!   unit: person, direction: lower, frequency: monthly
//! }
//! ```
//!
//! Sources: R. E. Moore, R. B. Kearfott and M. J. Cloud, *Introduction to Interval Analysis*, SIAM 2009.
//!
//! ## 中文
//!
//! 不可能出现的值
//!
//! 每个公式都有可能取值的区间，由字段的取值范围和谁是谁的一部分得出。永远没有值的公式，或单位是计数而从不大于 0 的公式，
//! 一定错了。有数据时（`--data`），同一来源的占比在最近十二期里超过 100% 的也是：规则 S11 未能证明它是占比，数据证明它不是。
//! （字段不允许的值在规则之前就是数据错误 E0822。）

use crate::lint::Needs;
use crate::lint::rules::prelude::*;
use crate::lint::rules::specific::not_a_share::part_and_whole;
use crate::value::unit::Base;

pub const RULE: Rule = Rule {
    code: Code::new("M13", "impossible-value"),
    severity: Severity::Error,
    needs: Needs::DataToo,
    source: include_str!("impossible_value.rs"),
    check,
    ..Rule::STATIC
};

/// Periods that are looked at.
const PERIODS: usize = 12;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let possible = context.analysis.range(id);
        let (name, span) = (indicator.naming.title(), indicator.formula.span.0);
        let shown = |value: f64| context.shown(value, &indicator.unit);
        if possible.is_empty() {
            findings.push(
                Finding::at(span, say!("`{name}` can never have a value", "“{name}”永远不会有值"))
                    .saying(say!("missing whatever the data is", "无论数据如何都缺失"))
                    .help(say!(
                        "look for a division by 0, or a root of what is negative",
                        "看看是否除以 0，或对负数开方"
                    ))
                    .of(id),
            );
            continue;
        }
        let counts = matches!(indicator.unit.quantity.single(), Some(Base::Count(_)));
        if counts && possible.high <= 0.0 {
            let most = shown(possible.high);
            findings.push(
                Finding::at(span, say!("`{name}` counts things and is never above 0", "“{name}”是计数，却从不大于 0"))
                    .saying(say!("at most {most}", "最多 {most}"))
                    .help(say!("correct the formula or the unit", "改正公式或单位"))
                    .of(id),
            );
            continue;
        }
        let Some(facts) = context.facts else { continue };
        if !indicator.unit.is_percent() || part_and_whole(context, &indicator.formula).is_none() {
            continue;
        }
        let known = facts.history(id, PERIODS).into_iter();
        let mut values = known.filter_map(|o| Some((o.period.label(), o.value?.to_f64())));
        let Some((period, value)) = values.rfind(|(_, value)| *value > 1.0 + 1e-9) else { continue };
        let value = shown(value);
        findings.push(
            Finding::at(span, say!("`{name}` is a share and was above 100%", "“{name}”是占比，却超过了 100%"))
                .saying(say!("{value} in {period}", "{period} 为 {value}"))
                .help(say!(
                    "count above only what is counted below, or give it `unit: 1`",
                    "分子只数分母数过的；若允许超过 100%，写 `unit: 1`"
                ))
                .of(id),
        );
    }
}
