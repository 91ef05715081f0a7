//! worst, threshold, target and stretch in a wrong order
//!
//! In the direction of the indicator the worst value comes first, then the threshold, the target, the stretch. A
//! threshold beyond its target makes every value that misses the target a worse one than it is; the score turns back
//! where it should rise. Of an indicator with `direction: range` each of them is a range around the one before.
//!
//! The fix swaps two values that stand the wrong way round.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: lower, frequency: monthly
//!   target: 6% by 2026-12-31
//!   threshold: 4%
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
//!   target: 4% by 2026-12-31
//!   threshold: 6%
//! }
//! ```
//!
//! Sources: ISO 22400-1:2014 (KPIs have a trend and limits); P. R. Niven, *Balanced Scorecard Evolution*, 2014 (targets and
//! thresholds).
//!
//! ## 中文
//!
//! 底线值、门槛值、目标值、挑战值的次序不对
//!
//! 按指标的方向，先是底线值，再是门槛值、目标值、挑战值。门槛值越过了目标值，得分就会倒着走。`direction:
//!  range` 的指标，后一个要包住前一个。修复：把写反的两个值对调。

use crate::design::{Bound, Direction, Indicator};
use crate::lint::levels::{general, place, sign, worse};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("A03", "anchors-out-of-order"),
    severity: Severity::Error,
    fix: FixKind::Proposed,
    source: include_str!("anchors_out_of_order.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let Some(((word, chinese, early), (next, next_chinese, late))) = disorder(context, indicator) else { continue };
        let name = indicator.naming.title();
        // Of two ranges none of which holds the other, nobody knows which end is wrong.
        let mends = match (context.span_of(early), context.span_of(late)) {
            (Some(a), Some(b)) => indicator.direction != Direction::Range || a.within(b),
            _ => false,
        };
        let (early, late) = (place(early), place(late));
        let swap =
            [(early, late), (late, early)].map(|(at, from)| Edit { span: at, text: context.slice(from).to_string() });
        let (a, b) = (context.slice(early), context.slice(late));
        let finding = Finding::at(
            early,
            say!("the {word} of `{name}` lies beyond its {next}", "“{name}”的{chinese}越过了{next_chinese}"),
        )
        .saying(say!("the {word}: {a}", "{chinese}:{a}"))
        .label(late, say!("the {next}: {b}", "{next_chinese}:{b}"))
        .help(say!(
            "in the direction of the indicator: worst, threshold, target, stretch",
            "按指标的方向依次是：底线值、门槛值、目标值、挑战值"
        ))
        .of(id);
        findings.push(match mends {
            true => finding.fix(say!("swap the two values", "对调两个值"), swap.into()),
            false => finding,
        });
    }
}

type Anchor<'i> = (&'static str, &'static str, &'i Bound);

/// The first two of which the one that should come first lies beyond the other. Equal ones with two scores are an error.
fn disorder<'i>(context: &Context<'_>, indicator: &'i Indicator) -> Option<(Anchor<'i>, Anchor<'i>)> {
    let worst = general(&indicator.worsts).map(|l| ("worst value", "底线值", &l.value));
    let threshold = general(&indicator.thresholds).map(|l| ("threshold", "门槛值", &l.value));
    let stretch = general(&indicator.stretches).map(|l| ("stretch", "挑战值", &l.value));
    let mut targets = indicator.targets.iter().filter(|t| t.slice.is_empty()).map(|t| ("target", "目标值", &t.value));
    // Of phases the first may lie behind the threshold, which then has nothing to say; the last may not.
    let target = targets.next_back();
    let all: Vec<Anchor> = [worst, threshold, target, stretch].into_iter().flatten().collect();
    all.iter().zip(all.iter().skip(1)).find_map(|(early, late)| {
        let (a, b) = (context.span_of(early.2)?, context.span_of(late.2)?);
        let wrong = match (indicator.direction, sign(indicator.direction)) {
            (Direction::Range, _) => !b.within(a),
            (_, Some(sign)) => worse(b.low, a.low, sign),
            (_, None) => false,
        };
        wrong.then_some((*early, *late))
    })
}
