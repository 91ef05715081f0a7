//! growth against last year across a holiday that moved
//!
//! Spring Festival falls into January one year and into February the next, Easter into March or April. A total of the
//! one period against the same period of last year then compares another number of working days, and what looks like
//! growth is the calendar. The rule speaks where a total is held against last year (`growth(x, 1 year)`, `ago(x, 1 year)`)
//! and one of the last twelve periods with a value has two working days more or fewer for the holidays of the design's
//! calendar, and at least a twentieth of all that it has. Both years must have holidays in the calendar: else nobody
//! knows. Read the periods together (`ytd`), or by working day.
//!
//! Sources: Eurostat, *ESS Guidelines on Seasonal Adjustment*, 2015 (calendar adjustment, moving holidays); D. F. Findley
//! et al., "New capabilities and methods of the X-12-ARIMA program", *JBES* 16 (2), 1998.
//!
//! ## 中文
//!
//! 同比跨越了移动的节假日
//!
//! 春节有的年份在一月，有的在二月。这时某期合计与去年同期的工作日数不同，看上去的增长其实是日历。合计与去年同期相比
//! （`growth(x, 1 year)`、`ago(x, 1 year)`），而最近十二期中有一期因设计日历里的节假日多或少两个以上工作日、且不少于二十分之一时提示。
//! 两年的节假日都写在日历里才能判断。可把几期合起来看（`ytd`），或按工作日计算。

use crate::design::{Formula, FormulaKind};
use crate::lint::Needs;
use crate::lint::rules::prelude::*;
use crate::value::calendar::Step;
use crate::value::{Calendar, Frequency, Window};

pub const RULE: Rule = Rule {
    code: Code::new("T12", "moving-holiday"),
    severity: Severity::Info,
    needs: Needs::Data,
    source: include_str!("moving_holiday.rs"),
    check,
    ..Rule::STATIC
};

/// Periods that are looked at.
const PERIODS: usize = 12;
/// Working days that make a difference, and their share.
const DAYS: i64 = 2;
const SHARE: f64 = 0.05;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    let calendar = &context.design.calendar;
    for (id, indicator, _) in context.sound() {
        // Of single days the weekday counts for more; in years all holidays are there.
        if matches!(indicator.frequency, Frequency::Daily | Frequency::Yearly) {
            continue;
        }
        let Some((formula, step)) = against_last_year(context, &indicator.formula) else { continue };
        let history = facts.history(id, PERIODS);
        let known = history.iter().filter(|o| o.value.is_some());
        let moved = known.filter_map(|o| {
            let window = o.period.window(calendar);
            let (now, then) = (off(calendar, window)?, off(calendar, calendar.ago(window, step))?);
            Some((now - then, o.period, window))
        });
        let Some((days, period, window)) = moved.max_by_key(|(days, period, _)| (days.abs(), *period)) else {
            continue;
        };
        let all = calendar.workdays(window.start, window.end).max(1);
        if days.abs() < DAYS || (days.abs() as f64) < SHARE * all as f64 {
            continue;
        }
        let (name, label, n) = (indicator.naming.title(), period.label(), days.abs());
        let finding = Finding::at(
            formula.span.0,
            say!("holidays moved between the years that `{name}` compares", "“{name}”同比的两年间节假日移动了"),
        );
        let finding = if days > 0 {
            finding.saying(say!("{label} has {n} days off more than a year ago", "{label} 比去年同期多放 {n} 天假"))
        } else {
            finding.saying(say!("{label} has {n} days off fewer than a year ago", "{label} 比去年同期少放 {n} 天假"))
        };
        findings.push(
            finding
                .help(say!(
                    "compare both periods together (`ytd`), or by working day",
                    "把相邻两期合起来比（`ytd`），或按工作日比"
                ))
                .of(id),
        );
    }
}

/// The part of a formula that holds a total against that of whole years ago, and how far back.
fn against_last_year<'a>(context: &Context<'a>, formula: &'a Formula) -> Option<(&'a Formula, Step)> {
    let mut found = None;
    context.deep(formula, &mut |f| {
        let (operand, step) = match &f.kind {
            FormulaKind::Ago { operand, step } => (operand, *step),
            FormulaKind::Growth { operand, step: Some(step) } => (operand, *step),
            _ => return,
        };
        let years = match step {
            Step::Years(n) => n > 0,
            Step::Months(n) => n > 0 && n % 12 == 0,
            Step::Days(_) | Step::Weeks(_) => false,
        };
        if years && context.is_total(operand) {
            found = found.or(Some((f, step)));
        }
    });
    found
}

/// Weekdays off for holidays, less the weekend days worked instead. None: the calendar knows no holiday of that year.
fn off(calendar: &Calendar, window: Window) -> Option<i64> {
    let known = |year: i16| calendar.holidays.iter().any(|day| day.year() == year);
    let plain = Calendar::default().workdays(window.start, window.end);
    (known(window.start.year()) && known(window.last().year()))
        .then(|| plain - calendar.workdays(window.start, window.end))
}
