//! a name that joins two things, and one formula
//!
//! "Cost and satisfaction" cannot go up or down: when it moves, nobody knows which of the two did. Each thing is an
//! indicator of its own; what belongs together stands in one factor.
//!
//! The rule fires where the label joins two parts by *and*, &, /, 和, 与, 及 or 以及. It keeps silent where the formula joins
//! them too (a sum, a condition with `and` or `or`, a list, a union), where a quotient is meant ("cost / learner"), and
//! inside words (参与率, 饱和度, 及时率).
//!
//! ```kpi,fails
//! source visits { from: csv("visits.csv"), time: day
//!   field day: date
//!   field happy: bool
//! }
//! indicator service "Speed and friendliness" {
//!   formula: count(visits where happy) / count(visits), unit: %, direction: higher, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source visits { from: csv("visits.csv"), time: day
//!   field day: date
//!   field happy: bool
//! }
//! indicator friendliness "Visitors met with friendliness" {
//!   formula: count(visits where happy) / count(visits), unit: %, direction: higher, frequency: monthly
//! }
//! ```
//!
//! Sources: F. J. Fowler, *Improving Survey Questions*, 1995 (double-barrelled questions); ISO/IEC/IEEE 29148:2018
//! (singular).
//!
//! ## 中文
//!
//! 一个名称里有两件事，却只有一个公式
//!
//! “成本与满意度”无法说上升还是下降：数值变了，不知道是哪一个变了。每件事各立一个指标，放在同一个关键成功因素下。公式本身
//! 就把两者合在一起的（相加、`and`、`or`、列表、并集）、表示相除的（成本/人）以及词语内部的（参与率、饱和度、及时率）不报。

use std::collections::HashMap;

use crate::design::{ArithmeticOp, FormulaKind, RowKind, Subject};
use crate::lint::rules::prelude::*;
use crate::lint::text;

pub const RULE: Rule = Rule {
    code: Code::new("S08", "double-barrelled"),
    source: include_str!("double_barrelled.rs"),
    check,
    ..Rule::STATIC
};

/// Words that hold a joining character without joining.
const INSIDE: [&str; 38] = [
    "参与",
    "赠与",
    "给与",
    "与会",
    "与否",
    "和谐",
    "饱和",
    "平和",
    "总和",
    "之和",
    "和解",
    "缓和",
    "温和",
    "亲和",
    "调和",
    "及时",
    "及格",
    "普及",
    "涉及",
    "提及",
    "触及",
    "顾及",
    "波及",
    "以及时",
    "未及",
    "可及",
    "危及",
    "research and development",
    "health and safety",
    "profit and loss",
    "terms and conditions",
    "question and answer",
    "mergers and acquisitions",
    "accounts receivable",
    "food and beverage",
    "on time and in full",
    "on-time and in-full",
    "travel and expense",
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut known = HashMap::new();
    for (id, indicator, node) in context.indicators() {
        let title = indicator.naming.title();
        let Some((first, second)) = joined(title) else { continue };
        if context.is_sound(id) && formula_joins(context, &mut known, &indicator.formula) {
            continue;
        }
        let place = node.decl.label.as_ref().map_or(node.place(), |l| l.span);
        findings.push(
            Finding::at(
                place,
                say!("`{title}` names two things and has one value", "“{title}”说的是两件事，却只有一个值"),
            )
            .saying(say!("`{first}` and `{second}`", "“{first}”和“{second}”"))
            .help(say!("make an indicator of each, in one factor", "拆成两个指标，放在同一个关键成功因素下"))
            .of(id),
        );
    }
}

/// The two parts of a name that joins.
fn joined(title: &str) -> Option<(String, String)> {
    let mut plain = title.to_string();
    for word in INSIDE {
        let lower = plain.to_lowercase();
        // Byte places agree only where lower case has the same length.
        if lower.len() == plain.len()
            && let Some(at) = lower.find(word)
        {
            plain.replace_range(at..at + word.len(), &"_".repeat(word.len()));
        }
    }
    let spaced = plain.replace('&', " and ").replace(['/', '\u{ff0f}'], " and ");
    let parts = text::split_words(&spaced, &["and"], &["和", "与", "及", "以及"]);
    let [first, second, ..] = parts.as_slice() else { return None };
    // R&D, A/B test, P/E: marks between single letters are abbreviations.
    let is_word = |part: &str| part.chars().filter(|c| c.is_alphanumeric()).count() >= 2;
    (is_word(first) && is_word(second)).then(|| ((*first).to_string(), (*second).to_string()))
}

/// Whether the formula joins things itself: then the name only says so.
fn formula_joins<'a>(
    context: &Context<'a>,
    known: &mut HashMap<Subject, bool>,
    formula: &'a crate::design::Formula,
) -> bool {
    let joins = context.found_in(known, formula, &joins, &|a, b| a || b);
    let slash = context.quotient(formula).is_some();
    joins || (slash && context.slice(formula.span.0).contains('/') && context.sources_of(formula).len() > 1)
}

/// Whether a part of a formula joins things by itself.
fn joins(formula: &crate::design::Formula) -> bool {
    let rows = |expr: Option<&crate::design::RowExpr>| {
        let mut joins = false;
        if let Some(expr) = expr {
            expr.each(&mut |r| {
                joins |= matches!(
                    r.kind,
                    RowKind::And(..) | RowKind::Or(..) | RowKind::InList { .. } | RowKind::Arithmetic { .. }
                );
            });
        }
        joins
    };
    match &formula.kind {
        FormulaKind::Aggregate(a) => rows(a.filter.as_ref()) || rows(a.argument.as_ref()),
        FormulaKind::Set(s) => rows(s.filter.as_ref()),
        // A quotient, and what is added or combined.
        FormulaKind::Arithmetic { op: ArithmeticOp::Add | ArithmeticOp::Multiply, .. }
        | FormulaKind::SetOperation { .. }
        | FormulaKind::And(..)
        | FormulaKind::Or(..)
        | FormulaKind::Function { .. } => true,
        _ => false,
    }
}
