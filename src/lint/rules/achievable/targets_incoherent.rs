//! every input on target, and the whole misses
//!
//! The formula is made of indicators that have targets of their own. Put into the formula, those targets give a value
//! that misses this indicator's target: everybody can be on target and the whole is not. Availability 90%, performance
//! 95% and quality 99% are an overall equipment effectiveness of 84.6%, not of 85%.
//!
//! Only formulas of which every input has a target for the same time are judged; totals must be given over one length.
//!
//! ```kpi,fails
//! source shifts { from: csv("shifts.csv"), time: day
//!   field day: date
//!   field planned: number hours 0..
//!   field run: number hours 0..
//!   field ideal: number hours 0..
//!   field made: integer 0..
//!   field good: integer 0..
//! }
//! indicator availability { formula: sum(shifts.run) / sum(shifts.planned)
//!   unit: %, direction: higher, frequency: monthly, target: 90% until 2026-12-31
//! }
//! indicator performance { formula: sum(shifts.ideal) / sum(shifts.run)
//!   unit: %, direction: higher, frequency: monthly, target: 95% until 2026-12-31
//! }
//! indicator quality { formula: sum(shifts.good) / sum(shifts.made)
//!   unit: %, direction: higher, frequency: monthly, target: 99% until 2026-12-31
//! }
//! indicator oee "Overall equipment effectiveness" { formula: availability * performance * quality
//!   unit: %, direction: higher, frequency: monthly, target: 85% until 2026-12-31
//! }
//! ```
//!
//! ```kpi
//! source shifts { from: csv("shifts.csv"), time: day
//!   field day: date
//!   field planned: number hours 0..
//!   field run: number hours 0..
//!   field ideal: number hours 0..
//!   field made: integer 0..
//!   field good: integer 0..
//! }
//! indicator availability { formula: sum(shifts.run) / sum(shifts.planned)
//!   unit: %, direction: higher, frequency: monthly, target: 90% until 2026-12-31
//! }
//! indicator performance { formula: sum(shifts.ideal) / sum(shifts.run)
//!   unit: %, direction: higher, frequency: monthly, target: 95% until 2026-12-31
//! }
//! indicator quality { formula: sum(shifts.good) / sum(shifts.made)
//!   unit: %, direction: higher, frequency: monthly, target: 99.9% until 2026-12-31
//! }
//! indicator oee "Overall equipment effectiveness" { formula: availability * performance * quality
//!   unit: %, direction: higher, frequency: monthly, target: 85% until 2026-12-31
//! }
//! ```
//!
//! Sources: S. Nakajima, *Introduction to TPM*, 1988 (overall equipment effectiveness); ISO 22400-2:2014.
//!
//! ## 中文
//!
//! 下级都达标，上级却不达标
//!
//! 公式由各有目标的指标组成。把这些目标代入公式，得到的值却达不到本指标的目标：人人达标，总体不达标。可用率 90%、
//! 性能 95%、质量 99%，设备综合效率只有 84.6%，不是 85%。只在每个下级指标在同一时间都有目标时判断；
//! 合计类的期间长短须一致。

use crate::lint::inputs::Inputs;
use crate::lint::levels::worse;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("A10", "targets-incoherent"),
    source: include_str!("targets_incoherent.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let Some(inputs) = Inputs::of(context, indicator) else { continue };
        let Some(value) = inputs.at_targets() else { continue };
        if !worse(value, inputs.goal, inputs.sign) {
            continue;
        }
        let name = indicator.naming.title();
        let sum = inputs.written(context);
        let (value, goal) = inputs.both(context, value, &indicator.unit);
        let mut finding = Finding::at(
            inputs.target.span,
            say!("with every input on target, `{name}` misses its own", "下级指标都达标时，“{name}”仍不达标"),
        )
        .saying(say!("{goal}, but {sum} is {value}", "{goal}，而 {sum} 是 {value}"));
        for (other, target, _) in &inputs.targets {
            let other = other.naming.title();
            finding = finding.label(target.span, say!("the target of `{other}`", "“{other}”的目标"));
        }
        findings.push(
            finding
                .help(say!("raise a target of an input, or lower this one", "提高某个下级目标，或调低这个目标"))
                .of(id),
        );
    }
}
