//! a definition whose limit is not the formula's
//!
//! "Ratings of 4 points or more" and `score >= 3`: one of the two is wrong, and the value that is reported is not the one
//! that was agreed. The rule compares where it can be sure: the definition has exactly one comparison with a number (at
//! least 4, more than 20 seconds, 达到 4 分, 不超过 3 天), the formula exactly one with a literal, and number or sense differ.
//!
//! Units are heeded: 2 hours is 120 minutes, 80 % is 0.8, 3 万元 is 30,000 元. 以上 and 以下 are read with and without the limit.
//!
//! ```kpi,fails
//! source answers { from: csv("answers.csv"), time: day
//!   field day: date
//!   field score: integer 1..5
//! }
//! indicator happy "Satisfied customers" {
//!   definition: "Answers of at least 4, out of all answers"
//!   formula: count(answers where score >= 3) / count(answers), unit: %, direction: higher, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source answers { from: csv("answers.csv"), time: day
//!   field day: date
//!   field score: integer 1..5
//! }
//! indicator happy "Satisfied customers" {
//!   definition: "Answers of at least 4, out of all answers"
//!   formula: count(answers where score >= 4) / count(answers), unit: %, direction: higher, frequency: monthly
//! }
//! ```
//!
//! Sources: ISO/IEC/IEEE 29148:2018 (consistency of a set of requirements).
//!
//! ## 中文
//!
//! 定义中的界限与公式不一致
//!
//! 定义写“达到 4 分”，公式写 `score >= 3`：必有一个是错的。只在能确定时比较：定义里恰有一处带数字的比较，公式里恰有一处与常
//! 数的比较，而数值或方向不同。单位会换算（2 小时即 120 分钟，80% 即 0.8，3 万元即 30000 元）；“以上”“以下”按含与不含界限两
//! 种理解。

use std::collections::HashMap;

use crate::design::{CompareOp, FormulaKind, RowExpr, RowKind, Subject};
use crate::lint::rules::prelude::*;
use crate::lint::text::{self, Sense};

pub const RULE: Rule = Rule {
    code: Code::new("S12", "definition-contradicts-formula"),
    source: include_str!("definition_contradicts_formula.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut known = HashMap::new();
    for (id, indicator, node) in context.sound() {
        let Some(definition) = &indicator.naming.definition else { continue };
        let limits = text::limits(definition);
        let [said] = limits.as_slice() else { continue };
        let Some((sense, value, place)) = limit_of(context, &mut known, &indicator.formula) else { continue };
        let senses_differ = said.sense != sense && !(said.loose && said.sense.without_limit() == sense.without_limit());
        // The number may be written in any unit that the definition names.
        let same_number = said.values.iter().any(|v| (v - value).abs() <= 1e-9 * v.abs().max(value.abs()).max(1.0));
        // Comparing the other way round counts the others: `at most 3` beside `> 3` in a complement is no contradiction.
        let (said_up, formula_up) = (said.sense.is_up(), sense.is_up());
        if said_up != formula_up || (same_number && !senses_differ) {
            continue;
        }
        let written = context.slice(place);
        let quoted = definition.get(said.start..said.end).unwrap_or("").trim();
        let span = node.keys.get("definition").map_or(node.place(), |(_, p)| {
            p.value
                .first()
                .map_or(p.span, |phrase| context.place_in_text(phrase.expr.span, definition, said.start..said.end))
        });
        findings.push(
            Finding::at(
                span,
                say!("the definition says `{quoted}`, the formula `{written}`", "定义写“{quoted}”，公式写 `{written}`"),
            )
            .saying(say!("said here", "定义"))
            .label(place, say!("computed here", "公式"))
            .help(say!("make both say the limit that was agreed", "让两者都写商定的界限"))
            .of(id),
        );
    }
}

/// A comparison with a number: its sense, its value in base units, its place.
type Limit = (Sense, f64, crate::source::Span);

/// The one comparison with a number that a formula's rows are chosen by.
fn limit_of<'a>(
    context: &Context<'a>,
    known: &mut HashMap<Subject, Vec<Limit>>,
    formula: &'a crate::design::Formula,
) -> Option<Limit> {
    // Two that differ say as little as many.
    let join = |mut a: Vec<Limit>, b: Vec<Limit>| {
        let new = |limit: &Limit| a.iter().all(|known| (known.0, known.1) != (limit.0, limit.1));
        let new: Vec<Limit> = b.into_iter().filter(new).collect();
        a.extend(new);
        a.truncate(2);
        a
    };
    match context.found_in(known, formula, &limits, &join)[..] {
        [one] => Some(one),
        _ => None,
    }
}

/// The comparisons in the filter of a part of a formula.
fn limits(formula: &crate::design::Formula) -> Vec<Limit> {
    let mut found: Vec<Limit> = Vec::new();
    let filter = match &formula.kind {
        FormulaKind::Aggregate(a) => a.filter.as_ref(),
        FormulaKind::Set(s) => s.filter.as_ref(),
        _ => None,
    };
    if let Some(filter) = filter {
        filter.each(&mut |r| {
            if let RowKind::Compare { op, left, right } = &r.kind {
                let sides = number(right).map(|n| (*op, n)).or_else(|| number(left).map(|n| (turned(*op), n)));
                if let Some((op, n)) = sides
                    && let Some(sense) = sense_of(op)
                    && found.iter().all(|known| (known.0, known.1) != (sense, n))
                {
                    found.push((sense, n, r.span.0));
                }
            }
        });
    }
    found
}

fn number(expr: &RowExpr) -> Option<f64> {
    match &expr.kind {
        RowKind::Number(n) => n.to_string().parse().ok(),
        _ => None,
    }
}

const fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        other => other,
    }
}

const fn sense_of(op: CompareOp) -> Option<Sense> {
    match op {
        CompareOp::Less => Some(Sense::Below),
        CompareOp::LessEqual => Some(Sense::AtMost),
        CompareOp::Greater => Some(Sense::Above),
        CompareOp::GreaterEqual => Some(Sense::AtLeast),
        CompareOp::Equal | CompareOp::NotEqual => None,
    }
}
