//! a percentage multiplied by 100
//!
//! `unit: %` shows a share in hundredths; a formula that multiplies by 100 as well makes 8,500% of 85%. The fix takes
//! the factor away; it changes the value to what the unit says.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders) * 100
//!   unit: %, direction: lower, frequency: monthly
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
//! }
//! ```
//!
//! Sources: BIPM, *The International System of Units*, 9th ed. 2019 (percent is the number 0.01).
//!
//! ## 中文
//!
//! 百分比又乘了 100
//!
//! `unit: %` 已经按百分之一显示；公式再乘 100，85% 就成了 8500%。修复：去掉这个因子，值就与单位一致。

use crate::design::{ArithmeticOp, Formula, FormulaKind};
use crate::lint::rules::prelude::*;
use crate::source::Span;

pub const RULE: Rule = Rule {
    code: Code::new("M17", "percent-scale"),
    fix: FixKind::Proposed,
    source: include_str!("percent_scale.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        if !indicator.unit.is_percent() {
            continue;
        }
        let Some((factor, edit)) = hundredfold(context, &indicator.formula) else { continue };
        let name = indicator.naming.title();
        let finding = Finding::at(
            factor,
            say!("`{name}` is in % and multiplied by 100 as well", "“{name}”的单位是 %，又乘了 100"),
        )
        .saying(say!("85% become 8,500%", "85% 会变成 8500%"))
        .help(say!("`unit: %` shows hundredths already", "`unit: %` 已按百分之一显示"))
        .of(id);
        findings.push(match edit {
            Some(span) => {
                finding.fix(say!("take the factor away", "去掉这个因子"), vec![Edit { span, text: String::new() }])
            }
            None => finding,
        });
    }
}

/// A factor of 100 in a chain of products and quotients, and what to delete.
fn hundredfold(context: &Context<'_>, formula: &Formula) -> Option<(Span, Option<Span>)> {
    let mut waiting = vec![formula];
    while let Some(part) = waiting.pop() {
        match &part.kind {
            FormulaKind::Arithmetic { op: ArithmeticOp::Multiply, left, right } => {
                let hundred = |f: &Formula| context.slice(f.span.0) == "100";
                let between = Span { start: left.span.0.end, end: right.span.0.start, ..left.span.0 };
                let text = context.slice(between);
                let star = text.find('*');
                // Parentheses between the two belong to the other side.
                let clean = |part: &str| part.chars().all(char::is_whitespace);
                if hundred(right) {
                    let delete = star.and_then(|at| {
                        let (before, behind) = (text.get(..at)?, text.get(at + 1..)?);
                        let kept = before.trim_end().len();
                        clean(behind).then(|| Span {
                            start: between.start + kept as u32,
                            end: right.span.0.end,
                            ..between
                        })
                    });
                    return Some((right.span.0, delete));
                }
                if hundred(left) {
                    let delete = star.and_then(|at| {
                        let (before, behind) = (text.get(..at)?, text.get(at + 1..)?);
                        let gap = behind.len() - behind.trim_start().len();
                        let end = between.start + (at + 1 + gap) as u32;
                        clean(before).then_some(Span { start: left.span.0.start, end, ..between })
                    });
                    return Some((left.span.0, delete));
                }
                waiting.extend([&**right, &**left]);
            }
            FormulaKind::Arithmetic { op: ArithmeticOp::Divide, left, .. } => waiting.push(left),
            FormulaKind::Negate(x) | FormulaKind::Otherwise(x, _) => waiting.push(x),
            FormulaKind::If { then, .. } => waiting.push(then),
            FormulaKind::Function { args, .. } => waiting.extend(args.first()),
            _ => {}
        }
    }
    None
}
