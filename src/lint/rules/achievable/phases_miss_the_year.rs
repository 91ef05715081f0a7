//! phases that do not make up the whole period
//!
//! The targets of the quarters and that of the year speak of one thing. For totals the parts must add up to the whole;
//! for balances the last part is the whole's end; for shares and means the whole lies between the best and the worst
//! part. Where every phase on target still misses the whole, one of the numbers is wrong. Phases are held against the
//! whole only where they cover all of it.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator received "Orders received" {
//!   formula: count(orders)
//!   unit: 1, direction: higher, frequency: monthly
//!   target: 500 in 2026-H1
//!   target: 600 in 2026-H2
//!   target: 1_200 in 2026
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator received "Orders received" {
//!   formula: count(orders)
//!   unit: 1, direction: higher, frequency: monthly
//!   target: 550 in 2026-H1
//!   target: 650 in 2026-H2
//!   target: 1_200 in 2026
//! }
//! ```
//!
//! Sources: R. S. Kaplan and D. P. Norton, *The Execution Premium*, 2008 (phasing of annual targets).
//!
//! ## 中文
//!
//! 各阶段凑不成全期目标
//!
//! 各季度的目标与全年的目标说的是同一件事：合计类，各部分之和应等于整体；时点类，最后一段就是期末；占比和平均值，整体在最好与最差的部分之间。
//! 每个阶段都达标而整体不达标，总有一个数错了。各阶段合起来覆盖整个期间时才判断。

use crate::design::{AggregateFunction, Due, FormulaKind, Indicator, Target};
use crate::lint::levels::{sign, worse};
use crate::lint::rules::prelude::*;
use crate::value::Window;

pub const RULE: Rule = Rule {
    code: Code::new("A13", "phases-miss-the-year"),
    source: include_str!("phases_miss_the_year.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let Some(sign) = sign(indicator.direction) else { continue };
        let window = |t: &Target| match t.due {
            Due::In(period) => Some(period.window(&context.design.calendar)),
            Due::By(_) | Due::Until(_) => None,
        };
        for whole in &indicator.targets {
            let Some(year) = window(whole) else { continue };
            let inside =
                indicator.targets.iter().filter(|t| t.slice == whole.slice).filter_map(|t| Some((t, window(t)?)));
            let inside = inside.filter(|(_, w)| *w != year && w.start >= year.start && w.end <= year.end);
            let Some(phases) = covering(inside.collect(), year) else { continue };
            let values: Option<Vec<f64>> = phases.iter().map(|t| context.one(&t.value)).collect();
            let (Some(values), Some(goal)) = (values, context.one(&whole.value)) else { continue };
            let Some((made, how)) = together(context, indicator, &values, sign) else { continue };
            if !worse(made, goal, sign) {
                continue;
            }
            let name = indicator.naming.title();
            let (made, goal) = (context.shown(made, &indicator.unit), context.shown(goal, &indicator.unit));
            let mut finding = Finding::at(
                whole.span,
                say!(
                    "the phases of `{name}` miss the target of the whole period",
                    "“{name}”的各阶段目标凑不成全期目标"
                ),
            )
            .saying(match how {
                How::Sum => say!("{goal}, and the phases add up to {made}", "{goal}，而各阶段之和是 {made}"),
                How::Last => say!("{goal}, and the last phase ends at {made}", "{goal}，而最后一段是 {made}"),
                How::Best => say!("{goal}, and the best phase is {made}", "{goal}，而最好的一段是 {made}"),
            });
            for phase in phases {
                finding = finding.label(phase.span, say!("a phase", "一个阶段"));
            }
            findings.push(finding.help(say!("correct the phases or the whole", "改正各阶段或全期的目标")).of(id));
        }
    }
}

enum How {
    Sum,
    Last,
    Best,
}

/// What the whole is, with every phase on target.
fn together<'a>(context: &Context<'a>, indicator: &'a Indicator, values: &[f64], sign: f64) -> Option<(f64, How)> {
    if indicator.additive {
        return Some((values.iter().sum(), How::Sum));
    }
    match &context.core(&indicator.formula).kind {
        FormulaKind::Aggregate(a) if a.function == AggregateFunction::Closing => Some((*values.last()?, How::Last)),
        FormulaKind::Aggregate(a) if a.function == AggregateFunction::Avg => Some((best(values, sign)?, How::Best)),
        // A ratio of totals lies between those of the parts.
        FormulaKind::Arithmetic { .. } => {
            let (above, below) = context.quotient(&indicator.formula)?;
            let total = |f| context.is_total(f);
            (total(above) && total(below)).then_some((best(values, sign)?, How::Best))
        }
        _ => None,
    }
}

fn best(values: &[f64], sign: f64) -> Option<f64> {
    values.iter().copied().max_by(|a, b| (a * sign).total_cmp(&(b * sign)))
}

/// The phases, one after the other, that make up a window without holes. None: they do not.
fn covering(mut phases: Vec<(&Target, Window)>, whole: Window) -> Option<Vec<&Target>> {
    // Of a half and its quarters the half is taken.
    phases.sort_by_key(|(_, w)| (w.start, -w.days()));
    let mut end = whole.start;
    let mut taken = Vec::new();
    for (target, window) in phases {
        if window.start == end {
            end = window.end;
            taken.push(target);
        }
    }
    (end == whole.end).then_some(taken)
}
