//! an indicator that is good for itself and bad for the whole
//!
//! By the formula the whole gets worse as this input gets better, whatever the values: one of the two directions is
//! wrong, or the formula. The sign of the slope is proved over all values that the inputs can have; where it may turn
//! nothing is said.
//!
//! An input that only divides (orders in *turnover per order*) is a volume that the whole is freed of, and left alone;
//! so is what is read on another window or slice, as the base of a growth is.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator timely "Timely orders" {
//!   formula: count(orders where not late) / count(orders)
//!   unit: %, direction: lower, frequency: monthly
//! }
//! indicator late_share "Late orders" {
//!   formula: 1 - timely
//!   unit: %, direction: lower, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator timely "Timely orders" {
//!   formula: count(orders where not late) / count(orders)
//!   unit: %, direction: higher, frequency: monthly
//! }
//! indicator late_share "Late orders" {
//!   formula: 1 - timely
//!   unit: %, direction: lower, frequency: monthly
//! }
//! ```
//!
//! Sources: R. B. Kearfott, *Rigorous Global Search*, 1996 (signs of interval gradients); R. S. Kaplan and D. P. Norton,
//! *The Balanced Scorecard*, 1996 (cause and effect).
//!
//! ## 中文
//!
//! 对自己有利、对总体不利的指标
//!
//! 按公式，这个输入越好，总体就越差，而且不论取什么值都如此：两个方向有一个写反了，或者公式错了。斜率的符号已在输入可能的一切值上证明；
//! 可能变号的不报。只作除数的（如*客单价*中的订单数）不算，取自其他窗口或切片的也不算。

use crate::analysis::expression::{Node, Shift};
use crate::analysis::gradient::directions;
use crate::analysis::{Expression, Indicators, Leaf};
use crate::design::{ArithmeticOp, IndicatorId};
use crate::lint::levels::sign;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("A12", "direction-conflict"),
    severity: Severity::Error,
    source: include_str!("direction_conflict.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let Some(own) = sign(indicator.direction) else { continue };
        let expression = Expression::new(context.design, &indicator.formula, Indicators::Kept);
        let ranges = context.analysis.variables(&expression);
        let mut seen: Vec<IndicatorId> = Vec::new();
        for (at, variable) in expression.variables().iter().enumerate() {
            let Leaf::Indicator(input) = variable.leaf else { continue };
            let here =
                variable.place.iter().all(|s| matches!(s, Shift::ToDate(_) | Shift::Rolling(_) | Shift::Each(_)));
            if !here || seen.contains(&input) || !context.is_sound(input) || only_divides(&expression, at) {
                continue;
            }
            seen.push(input);
            let Some(other) = context.indicator(input) else { continue };
            let (Some(wanted), Some(Some(rises))) =
                (sign(other.direction), directions(&expression, &ranges).get(at).copied())
            else {
                continue;
            };
            let effect = if rises { 1.0 } else { -1.0 };
            if effect * own * wanted > 0.0 {
                continue;
            }
            let (name, other_name) = (indicator.naming.title(), other.naming.title());
            let finding = Finding::at(
                indicator.formula.span.0,
                say!("`{name}` gets worse as `{other_name}` gets better", "“{other_name}”越好，“{name}”越差"),
            );
            let finding = if rises {
                finding.saying(say!("rises with `{other_name}`", "随“{other_name}”上升"))
            } else {
                finding.saying(say!("falls as `{other_name}` rises", "随“{other_name}”上升而下降"))
            };
            findings.push(
                finding
                    .label(other.naming.span, say!("its direction is against that", "它的方向与此相反"))
                    .help(say!("correct one of the two directions, or the formula", "改正其中一个方向，或公式"))
                    .of(id),
            );
        }
    }
}

/// Whether a variable stands in denominators alone.
fn only_divides(expression: &Expression, variable: usize) -> bool {
    let reads = |root| {
        let below = expression.below(root);
        below.iter().any(|id| expression.node(*id) == Some(&Node::Variable(variable)))
    };
    // From the top down, without the right sides of divisions.
    let mut waiting = vec![expression.root()];
    while let Some(id) = waiting.pop() {
        match expression.node(id) {
            Some(Node::Variable(at)) if *at == variable => return false,
            Some(Node::Arithmetic(ArithmeticOp::Divide, above, _)) => waiting.push(*above),
            Some(node) => waiting.extend(node.operands().into_iter().filter(|id| reads(*id))),
            None => {}
        }
    }
    true
}
