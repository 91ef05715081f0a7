//! a due date that ends no reporting period
//!
//! A monthly indicator that is due on the 15th is judged by a month that ends two weeks later, or not judged at all
//! (`until` holds for the periods whose last day it reaches). The proposed fix moves the day to the end of the period that
//! holds it.
//!
//! Days are always the end of a day; the end of a month is a natural date for weekly indicators too, although it falls
//! inside a week. A target `in PERIOD` has to end with a reporting period as well.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Late orders" {
//!   formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly
//!   target: 4% until 2026-12-15
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Late orders" {
//!   formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly
//!   target: 4% until 2026-12-31
//! }
//! ```
//!
//!
//! Sources: the language itself, section on targets: a verdict belongs to a period of the indicator's frequency.
//!
//! ## 中文
//!
//! 到期日不是考核周期的最后一天
//!
//! 按月的指标 15 日到期：要么由两周后才结束的那个月来评判，要么根本不评判。建议把日期移到所在周期的末日。按周的指标以月末
//! 为期不报。

use crate::design::Due;
use crate::lint::rules::prelude::*;
use crate::syntax::ast::ClauseWord;
use crate::value::{Frequency, Grain};

pub const RULE: Rule = Rule {
    code: Code::new("T09", "due-inside-period"),
    fix: FixKind::Proposed,
    source: include_str!("due_inside_period.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let calendar = &context.design.calendar;
    for (id, indicator, node) in context.sound() {
        let grain = calendar.grain_of(indicator.frequency);
        for target in &indicator.targets {
            let day = match target.due {
                Due::By(day) | Due::Until(day) => day,
                Due::In(period) => period.window(calendar).last(),
            };
            let ends = calendar.period_of(grain, day).window(calendar).last();
            let month = calendar.period_of(Grain::Month, day).window(calendar).last();
            if ends == day || (indicator.frequency == Frequency::Weekly && month == day) {
                continue;
            }
            let name = indicator.naming.title();
            let every = indicator.frequency.word();
            let finding = Finding::at(
                target.span,
                say!("{day} ends no reporting period of `{name}`", "{day} 不是“{name}”考核周期的末日"),
            )
            .saying(say!("inside a period that is reported {every}", "落在 {every} 的周期之中"))
            .help(say!("write {ends}, the end of the period that holds it", "写 {ends}，即所在周期的末日"))
            .of(id);
            // The date as written, in the target's clause.
            let clauses = node
                .keys
                .all("target")
                .flat_map(|(_, p)| &p.value)
                .filter(|phrase| phrase.span.start <= target.span.end && target.span.start <= phrase.span.end);
            let date = clauses
                .flat_map(|phrase| &phrase.clauses)
                .find(|c| matches!(c.word, ClauseWord::By | ClauseWord::Until))
                .map(|c| c.value.span);
            findings.push(match date {
                Some(span) => {
                    finding.fix(say!("write {ends}", "写 {ends}"), vec![Edit { span, text: ends.to_string() }])
                }
                None => finding,
            });
        }
    }
}
