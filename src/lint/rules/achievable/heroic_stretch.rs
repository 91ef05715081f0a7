//! a target or a stretch that asks for a leap
//!
//! A target that asks for more than half of the baseline again (or takes away more than half of it) is rarely reached by
//! doing the same things better. And a stretch that lies more than twice as far beyond the target as the target lies
//! beyond the baseline, and more than a quarter of the baseline away from it, is no longer a stretch. Both are allowed;
//! they want a reason: `allow A07: "the second line opens in May"`. Where half is not the house's measure, `kpi.toml` says
//! another:
//!
//! ```toml
//! [check]
//! leap = 0.3
//! ```
//!
//! Values that cross 0, and baselines of 0, have no measure and are left alone; so are rates of growth, of which 2% are no
//! level that 5% could be a share of.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: lower, frequency: monthly
//!   baseline: 10% in 2025-12
//!   target: 2% by 2026-12-31
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
//!   baseline: 10% in 2025-12
//!   target: 8% by 2026-12-31
//! }
//! ```
//!
//! Sources: L. D. Ordóñez et al., "Goals gone wild", *Academy of Management Perspectives* 23 (1), 2009; S. Sitkin et
//! al., "The paradox of stretch goals", *Academy of Management Review* 36 (3), 2011.
//!
//! ## 中文
//!
//! 目标或挑战值要求飞跃
//!
//! 目标比基准高出（或低于）一半以上，靠把同样的事做得更好很少能达到；挑战值离目标比目标离基准远一倍以上、离基准又超过四分之一的，
//! 就不再是挑战。都可以写，但要说明理由：`allow A07: "二号线五月投产"`。基准为 0、正负号不同以及增长率不作判断。“一半”可在 `kpi.toml` 的 `[check]` 里改：`leap = 0.3`。

use crate::design::{ArithmeticOp, Formula, FormulaKind, Indicator};
use crate::lint::levels::general;
use crate::lint::rules::prelude::*;

pub const RULE: Rule =
    Rule { code: Code::new("A07", "heroic-stretch"), source: include_str!("heroic_stretch.rs"), check, ..Rule::STATIC };

/// How far a target may lie from the baseline, as a share of it, where `kpi.toml` does not say; how far a stretch from the target, in times that way; and
/// within which share of the baseline a stretch is none to speak of.
const MOST: f64 = 0.5;
const MOST_STRETCH: f64 = 2.0;
const NEAR: f64 = 0.25;

/// The baseline and the last target, where the one can be held against the other.
pub fn steps(context: &Context<'_>, indicator: &Indicator) -> Option<(f64, f64)> {
    let calendar = &context.design.calendar;
    let target = context.last_target(indicator)?;
    if is_growth(context.core(&indicator.formula)) {
        return None;
    }
    let (baseline, value) = (context.baseline(indicator)?, context.one(&target.value)?);
    let measured = indicator.baseline.as_ref()?.period.window(calendar).days();
    let judged = context.judged_days(indicator, target.due);
    let comparable = !indicator.additive || (judged - measured).abs() * 10 <= judged.max(measured);
    (comparable && baseline * value > 0.0).then_some((baseline, value))
}

/// `growth(x)`, `x / y - 1`, or `(x - y) / y` with y an earlier window.
fn is_growth(formula: &Formula) -> bool {
    match &formula.kind {
        FormulaKind::Growth { .. } => true,
        FormulaKind::Arithmetic { op: ArithmeticOp::Subtract, right, .. } => {
            matches!(&right.kind, FormulaKind::Number(n) if *n == 1)
        }
        FormulaKind::Arithmetic { op: ArithmeticOp::Divide, left, right: base } => match &left.kind {
            FormulaKind::Arithmetic { op: ArithmeticOp::Subtract, right, .. } => {
                right == base && matches!(base.kind, FormulaKind::Previous { .. } | FormulaKind::Ago { .. })
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether the way from baseline to target is longer than half the baseline, or what `kpi.toml` has instead.
pub fn is_leap(context: &Context<'_>, baseline: f64, target: f64) -> bool {
    let most = context.config.check.leap.unwrap_or(MOST);
    (target - baseline).abs() > most * baseline.abs() * (1.0 + 1e-9)
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let Some((baseline, value)) = steps(context, indicator) else { continue };
        let Some(target) = context.last_target(indicator) else { continue };
        let name = indicator.naming.title();
        let shown = |value: f64| context.shown(value, &indicator.unit);
        let (from, to) = (shown(baseline), shown(value));
        if is_leap(context, baseline, value) {
            let percent = ((value - baseline) / baseline * 100.0).round();
            findings.push(
                Finding::at(target.span, say!("the target of `{name}` asks for a leap", "“{name}”的目标要求飞跃"))
                    .saying(say!("from {from} to {to}: {percent:+}%", "从 {from} 到 {to}：{percent:+}%"))
                    .help(say!(
                        "set it in phases, or say what makes it possible: `allow A07: \"…\"`",
                        "分阶段设定，或说明凭什么做到：`allow A07: \"…\"`"
                    ))
                    .of(id),
            );
            continue;
        }
        let Some(level) = general(&indicator.stretches) else { continue };
        let Some(stretch) = context.one(&level.value) else { continue };
        let (way, further) = ((value - baseline).abs(), (stretch - value).abs());
        let far_off = (stretch - baseline).abs() > NEAR * baseline.abs();
        if way > 0.0 && far_off && further > MOST_STRETCH * way * (1.0 + 1e-9) {
            let far = shown(stretch);
            findings.push(
                Finding::at(level.span, say!("the stretch of `{name}` asks for a leap", "“{name}”的挑战值要求飞跃"))
                    .saying(say!("{far}, more than twice the way again", "{far}，再走一倍以上的路"))
                    .label(target.span, say!("from {from} to {to}", "从 {from} 到 {to}"))
                    .help(say!("bring it nearer, or move the target", "拉近挑战值，或提高目标"))
                    .of(id),
            );
        }
    }
}
