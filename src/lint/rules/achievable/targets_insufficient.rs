//! some values with every input on target, and the whole misses
//!
//! Rule A10 asks at the targets themselves; this one asks at every value on target: from the target to the best value
//! that an input can have, or anywhere in its range. It looks for a point where the whole misses its target and gives it
//! as the witness. Where the formula moves in one direction with each input, the corner that matters is looked at and
//! the answer is a proof; else the box is cut into smaller ones. Where neither is found in reasonable time, the rule is
//! not judged for this indicator.
//!
//! ```kpi,fails
//! unit EUR: money
//! source sales { from: csv("sales.csv"), time: day
//!   field day: date
//!   field price: decimal EUR 0..
//!   field cost: decimal EUR 0..
//! }
//! indicator price "Mean price" { formula: avg(sales.price)
//!   unit: EUR, direction: range, frequency: monthly, target: 50 EUR..70 EUR until 2026-12-31
//! }
//! indicator cost "Mean cost" { formula: avg(sales.cost)
//!   unit: EUR, direction: lower, frequency: monthly, target: 42 EUR until 2026-12-31
//! }
//! indicator margin "Margin" { formula: (price - cost) / price
//!   unit: %, direction: higher, frequency: monthly, target: 30% until 2026-12-31
//! }
//! ```
//!
//! ```kpi
//! unit EUR: money
//! source sales { from: csv("sales.csv"), time: day
//!   field day: date
//!   field price: decimal EUR 0..
//!   field cost: decimal EUR 0..
//! }
//! indicator price "Mean price" { formula: avg(sales.price)
//!   unit: EUR, direction: range, frequency: monthly, target: 60 EUR..70 EUR until 2026-12-31
//! }
//! indicator cost "Mean cost" { formula: avg(sales.cost)
//!   unit: EUR, direction: lower, frequency: monthly, target: 42 EUR until 2026-12-31
//! }
//! indicator margin "Margin" { formula: (price - cost) / price
//!   unit: %, direction: higher, frequency: monthly, target: 30% until 2026-12-31
//! }
//! ```
//!
//! Sources: R. E. Moore, R. B. Kearfott and M. J. Cloud, *Introduction to Interval Analysis*, SIAM 2009; R. B. Kearfott,
//! *Rigorous Global Search*, 1996.
//!
//! ## 中文
//!
//! 下级都达标，上级仍可能不达标
//!
//! 规则 A10 只看目标值本身；本规则看一切达标的值：从目标值到可能的最好值，或区间内的任何值。找到一点使上级不达标，
//! 就把它作为例证给出。公式对每个输入都单调时，看一个角点即是证明；否则逐步细分。在合理的时间内都得不到结论的，记为未判断。

use crate::analysis::branch::{self, BUDGET, Verdict};
use crate::lint::inputs::Inputs;
use crate::lint::levels::worse;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("A11", "targets-insufficient"),
    severity: Severity::Info,
    source: include_str!("targets_insufficient.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let Some(inputs) = Inputs::of(context, indicator) else { continue };
        // Every input on target, the whole not: rule A10 says so.
        if inputs.at_targets().is_some_and(|value| worse(value, inputs.goal, inputs.sign)) {
            continue;
        }
        let on_target = inputs.on_target(context);
        let ask = if inputs.sign > 0.0 { branch::at_least } else { branch::at_most };
        let name = indicator.naming.title();
        let (point, value) = match ask(&inputs.expression, &on_target, inputs.goal, BUDGET) {
            Verdict::Proved => continue,
            Verdict::Unknown => {
                findings.not_judged(Some(id), say!("neither proved nor refuted", "既未证明也未否定"));
                continue;
            }
            Verdict::Refuted { point, value } => (point, value),
        };
        let witness: Vec<String> = inputs
            .named(&point)
            .iter()
            .map(|(other, value)| format!("{} {}", other.naming.title(), context.shown(*value, &other.unit)))
            .collect();
        let witness = witness.join(", ");
        let (value, goal) = inputs.both(context, value, &indicator.unit);
        findings.push(
            Finding::at(
                inputs.target.span,
                say!(
                    "every input can be on target while `{name}` misses its own",
                    "下级指标都达标时，“{name}”仍可能不达标"
                ),
            )
            .saying(say!("{goal}; with {witness} it is {value}", "{goal}；而 {witness} 时是 {value}"))
            .help(say!("tighten the target of an input, or lower this one", "收紧某个下级目标，或调低这个目标"))
            .of(id),
        );
    }
}
