//! an indicator that is reported more often than its data comes
//!
//! A monthly value from a source that is refreshed each quarter is two months of nothing and one of everything. Every
//! source that the formula reads must be refreshed at least as often as the indicator is reported. Plans (`plan: true`)
//! are left out: a budget is made once.
//!
//! ```kpi,fails
//! source market {
//!   origin: internal, from: csv("market.csv"), time: day, refreshed: quarterly
//!   field day: date
//!   field size: number
//! }
//! indicator size "Market size" {
//!   formula: avg(market.size)
//!   unit: 1, direction: higher, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source market {
//!   origin: internal, from: csv("market.csv"), time: day, refreshed: quarterly
//!   field day: date
//!   field size: number
//! }
//! indicator size "Market size" {
//!   formula: avg(market.size)
//!   unit: 1, direction: higher, frequency: quarterly
//! }
//! ```
//!
//! Sources: ISO 22400-1:2014 (timing of a KPI); DAMA-DMBOK, 2nd ed. 2017 (timeliness).
//!
//! ## 中文
//!
//! 指标的周期比数据更新还快
//!
//! 每季更新一次的数据做月度指标，两个月没有数，一个月全有。公式读取的每个来源，更新不能慢于指标的周期。计划类来源（`plan:
//!  true`）除外。

use crate::lint::rules::prelude::*;
use crate::lint::shape::period_days;

pub const RULE: Rule = Rule {
    code: Code::new("M04", "source-slower-than-frequency"),
    severity: Severity::Error,
    source: include_str!("source_slower_than_frequency.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, node) in context.sound() {
        let Some((_, written)) = node.keys.get("frequency") else { continue };
        for source in context.sources_of(&indicator.formula) {
            let Some(source) = context.design.sources.get(source.index()).filter(|s| !s.plan) else { continue };
            let Some(refreshed) = source.refreshed else { continue };
            if period_days(refreshed) <= period_days(indicator.frequency) {
                continue;
            }
            let (name, origin) = (indicator.naming.title(), source.naming.title());
            let (slow, fast) = (refreshed.word(), indicator.frequency.word());
            findings.push(
                Finding::at(
                    written.span,
                    say!(
                        "`{name}` is reported more often than `{origin}` is refreshed",
                        "“{name}”的周期比“{origin}”的更新还快"
                    ),
                )
                .saying(say!("reported {fast}", "周期：{fast}"))
                .label(source.naming.span, say!("refreshed {slow}", "更新：{slow}"))
                .help(say!(
                    "write `frequency: {slow}`, or find data that comes sooner",
                    "写 `frequency: {slow}`，或找更新更快的数据"
                ))
                .of(id),
            );
        }
    }
}
