//! a division whose denominator can be 0 while the numerator is not
//!
//! By the ends of the fields and the meaning of the functions the denominator can be 0, and nothing says what then
//! holds. The value is missing there, with a reason; but costs with no orders are a loss that a missing value hides. Say
//! what is meant: `if orders > 0 then … else …`, or `… otherwise …`.
//!
//! A part of a whole is left alone: where there are no cases there is no share, and missing is what it is.
//!
//! The fix asks for the denominator first.
//!
//! ```kpi,fails
//! source sales { from: csv("sales.csv"), time: day
//!   field day: date
//!   field cost: number 0..
//! }
//! indicator unit_cost "Cost of a sale" {
//!   formula: sum(sales.cost) / count(sales)
//!   unit: 1, direction: lower, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source sales { from: csv("sales.csv"), time: day
//!   field day: date
//!   field cost: number 0..
//! }
//! indicator unit_cost "Cost of a sale" {
//!   formula: if count(sales) > 0 then sum(sales.cost) / count(sales)
//!   unit: 1, direction: lower, frequency: monthly
//! }
//! ```
//!
//! Sources: R. E. Moore, R. B. Kearfott and M. J. Cloud, *Introduction to Interval Analysis*, SIAM 2009.
//!
//! ## 中文
//!
//! 分母可能为 0 而分子不为 0 的除法
//!
//! 按字段的取值范围和函数的含义，分母可能为 0，却没有写明那时怎么办。那时的值是缺失，并注明原因；但没有订单而有成本是亏损，
//! 缺失会把它掩盖。写明含义：`if 订单 > 0 then … else …`，或 `… otherwise …`。
//! 部分除以整体的不报：没有个案就没有占比。修复：先问分母是否大于 0。

use crate::analysis::expression::Node;
use crate::analysis::{Expression, Indicators, Ranges, interval};
use crate::design::{ArithmeticOp, Formula, FormulaKind, IndicatorId};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("M06", "unguarded-division"),
    severity: Severity::Info,
    fix: FixKind::Proposed,
    source: include_str!("unguarded_division.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let indicators = context.sound().map(|(id, i, _)| (Some(id), &i.naming, &i.formula));
    let measures = context.measures().map(|(_, m, _)| (None, &m.naming, &m.formula));
    for (id, naming, formula) in indicators.chain(measures) {
        let mut waiting = vec![formula];
        while let Some(part) = waiting.pop() {
            match &part.kind {
                // Whoever writes one of these has thought of it.
                FormulaKind::If { .. } | FormulaKind::Otherwise(..) => {}
                FormulaKind::Arithmetic { op: ArithmeticOp::Divide, left, right } => {
                    if may_divide_by_zero(context, part) {
                        findings.push(finding(context, id, naming.title(), formula, right));
                    }
                    waiting.extend([&**right, &**left]);
                }
                _ => waiting.extend(part.operands()),
            }
        }
    }
}

fn may_divide_by_zero(context: &Context<'_>, quotient: &Formula) -> bool {
    let expression = Expression::new(context.design, quotient, Indicators::Inlined);
    let ranges = Ranges::new(&expression, &interval::variables(&expression));
    match expression.node(expression.root()) {
        Some(Node::Arithmetic(ArithmeticOp::Divide, above, below)) => {
            ranges.of(*below).contains(0.0) && !ranges.is_part(*above, *below)
        }
        _ => false,
    }
}

fn finding(context: &Context<'_>, id: Option<IndicatorId>, name: &str, formula: &Formula, below: &Formula) -> Finding {
    let span = below.span.0;
    let text = context.slice(span);
    let finding = Finding::at(span, say!("the denominator of `{name}` can be 0", "“{name}”的分母可能为 0"))
        .saying(say!("what if it is 0?", "为 0 时怎么办？"))
        .help(say!(
            "say what then holds: `if {text} > 0 then …`, or `… otherwise …`",
            "写明那时怎么办：`if {text} > 0 then …`，或 `… otherwise …`"
        ))
        .fix(
            say!("ask for the denominator first", "先问分母是否大于 0"),
            vec![Edit {
                span: crate::source::Span { end: formula.span.0.start, ..formula.span.0 },
                text: format!("if {text} > 0 then "),
            }],
        );
    match id {
        Some(id) => finding.of(id),
        None => finding,
    }
}
