//! a value that cannot be
//!
//! Every formula has an interval of values that it can have, from the ends of the fields and from what is a part of
//! what. A formula that never has a value, or whose unit counts things while it is never above 0, is wrong. With data
//! (`--data`) every period of the last year is held against the interval: a share above 100% means that the data is not
//! what the design says.
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
//! 一定错了。有数据时（`--data`），把最近一年各期的值与区间对照：占比超过 100%，说明数据与设计不符。

use crate::lint::rules::prelude::*;
use crate::value::unit::Base;

pub const RULE: Rule = Rule {
    code: Code::new("M13", "impossible-value"),
    severity: Severity::Error,
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
        let outside = facts.history(id, PERIODS).into_iter().find_map(|o| {
            let value = o.value?.to_f64();
            let slack = 1e-9 * value.abs();
            let inside = possible.low - slack <= value && value <= possible.high + slack;
            (!inside).then(|| (o.period.label(), value))
        });
        let Some((period, value)) = outside else { continue };
        let (value, low, high) = (shown(value), shown(possible.low), shown(possible.high));
        let finding = Finding::at(span, say!("`{name}` has a value that cannot be", "“{name}”有一个不可能的值"))
            .help(say!("look for rows that the fields' ends do not allow", "查找超出字段取值范围的行"))
            .of(id);
        findings.push(match (possible.low.is_finite(), possible.high.is_finite()) {
            (true, false) => finding
                .saying(say!("{value} in {period}, and it is at least {low}", "{period} 为 {value}，而它至少是 {low}")),
            (false, _) => finding.saying(say!(
                "{value} in {period}, and it is at most {high}",
                "{period} 为 {value}，而它最多是 {high}"
            )),
            _ => finding.saying(say!(
                "{value} in {period}, and it lies between {low} and {high}",
                "{period} 为 {value}，而它在 {low} 与 {high} 之间"
            )),
        });
    }
}
