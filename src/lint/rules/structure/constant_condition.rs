//! a condition that is always true, or never
//!
//! `score >= 0` on a scale of 1 to 5 holds for every row; `status = "payed"` where the field lists "paid" holds for none,
//! and the indicator is 0 for ever. The rule asks of every filter, of every part of it joined by `and`, and of every `if`
//! whether the domains and lists of the fields leave it open. Values that may be missing make a condition open, for then it
//! is not true.
//!
//! Cleaning rules are not judged: they run before domains hold.
//!
//! ```kpi,fails
//! source answers { from: csv("answers.csv"), time: day
//!   field day: date
//!   field score: integer 1..5
//! }
//! indicator happy "Satisfied" {
//!   formula: count(answers where score >= 0) / count(answers), unit: %, direction: higher, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source answers { from: csv("answers.csv"), time: day
//!   field day: date
//!   field score: integer 1..5
//! }
//! indicator happy "Satisfied" {
//!   formula: count(answers where score >= 4) / count(answers), unit: %, direction: higher, frequency: monthly
//! }
//! ```
//!
//! Sources: CWE-570 and CWE-571 (expression is always false, always true).
//!
//! ## 中文
//!
//! 永远成立或永远不成立的条件
//!
//! 1 到 5 分的量表上，`score >= 0` 对每一行都成立；字段列出的是 "paid"，`status = "payed"` 就没有一行成立，指标永远为 0。逐
//! 一检查筛选条件、用 `and` 连接的各部分以及 `if` 的条件。可能缺失的值使条件不确定。清洗规则先于取值范围执行，不检查。

use crate::analysis::interval::{self, Ranges};
use crate::analysis::{Expression, Indicators, implication, rows::Rows};
use crate::design::{Formula, FormulaKind, IndicatorId, RowExpr, RowKind, SourceId};
use crate::lint::rules::prelude::*;
use crate::lint::shape;
use crate::source::Span;

pub const RULE: Rule = Rule {
    code: Code::new("X12", "constant-condition"),
    source: include_str!("constant_condition.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let indicators = context.sound().map(|(id, i, _)| (Some(id), &i.formula));
    let measures = context.measures().map(|(_, m, _)| (None, &m.formula));
    for (id, formula) in indicators.chain(measures) {
        let mut waiting = vec![formula];
        while let Some(formula) = waiting.pop() {
            match &formula.kind {
                FormulaKind::Aggregate(a) => {
                    filter(context, a.source, a.filter.as_ref(), id, findings);
                    for row in shape::rows_of(a) {
                        branches(context, a.source, row, id, findings);
                    }
                }
                FormulaKind::Set(s) => filter(context, s.source, s.filter.as_ref(), id, findings),
                FormulaKind::If { condition, .. } => choice(context, condition, id, findings),
                _ => {}
            }
            waiting.extend(formula.operands());
        }
    }
}

/// A filter, part by part.
fn filter(
    context: &Context<'_>,
    source: SourceId,
    filter: Option<&RowExpr>,
    id: Option<IndicatorId>,
    findings: &mut Findings,
) {
    let Some(filter) = filter else { return };
    let rows = Rows::new(context.design, source);
    let mut parts = Vec::new();
    let mut waiting = vec![filter];
    while let Some(part) = waiting.pop() {
        match &part.kind {
            RowKind::And(a, b) => waiting.extend([b.as_ref(), a.as_ref()]),
            _ => parts.push(part),
        }
    }
    let several = parts.len() > 1;
    let mut told = false;
    for part in parts {
        let holds = holds(&rows, part);
        told |= holds.is_some();
        tell(context, part.span.0, holds, id, findings);
    }
    // Parts that are open alone may rule each other out.
    if several && !told && implication::never(&rows, filter) {
        tell(context, filter.span.0, Some(false), id, findings);
    }
}

fn holds(rows: &Rows<'_>, condition: &RowExpr) -> Option<bool> {
    if matches!(condition.kind, RowKind::Bool(_)) {
        // Written so on purpose.
        return None;
    }
    if implication::never(rows, condition) {
        return Some(false);
    }
    implication::always(rows, condition).then_some(true)
}

/// The conditions of `if` over rows.
fn branches(context: &Context<'_>, source: SourceId, row: &RowExpr, id: Option<IndicatorId>, findings: &mut Findings) {
    let rows = Rows::new(context.design, source);
    row.each(&mut |r| {
        if let RowKind::If { condition, .. } = &r.kind {
            tell(context, condition.span.0, holds(&rows, condition), id, findings);
        }
    });
}

/// The condition of an `if` over values.
fn choice(context: &Context<'_>, condition: &Formula, id: Option<IndicatorId>, findings: &mut Findings) {
    if matches!(condition.kind, FormulaKind::Bool(_) | FormulaKind::IsMissing { .. }) {
        return;
    }
    let expression = Expression::new(context.design, condition, Indicators::Inlined);
    let range = Ranges::new(&expression, &interval::variables(&expression)).root();
    let holds = range.is_point().then_some(range.low > 0.5);
    tell(context, condition.span.0, holds, id, findings);
}

fn tell(context: &Context<'_>, place: Span, holds: Option<bool>, id: Option<IndicatorId>, findings: &mut Findings) {
    let Some(holds) = holds else { return };
    let written = context.slice(place);
    let finding = if holds {
        Finding::at(place, say!("`{written}` is always true", "`{written}` 永远成立"))
            .saying(say!("keeps every row", "不排除任何记录"))
            .help(say!("take it out, or compare with a value that the field can miss", "删去，或换一个能区分的值"))
    } else {
        Finding::at(place, say!("`{written}` is never true", "`{written}` 永远不成立"))
            .saying(say!("keeps no row", "不保留任何记录"))
            .help(say!("compare with a value that the field can have", "换成字段可能取的值"))
    };
    findings.push(match id {
        Some(id) => finding.of(id),
        None => finding,
    });
}
