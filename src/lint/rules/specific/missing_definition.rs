//! an indicator that nobody has defined
//!
//! A definition says what is measured in words that a stranger could compute it from: what is counted, of what, in which
//! state, over which time. The rule fires where there is none, where it only repeats the name or the label, and where it is
//! too short to say anything (under 10 characters, under 5 in Chinese, Japanese or Korean).
//!
//! Without it two departments compute two numbers under one name, and nobody notices before the year's end.
//!
//! ```kpi,fails
//! source calls {
//!   from: csv("calls.csv"), time: day
//!   field day: date
//!   field answered: bool
//! }
//! indicator answer_rate "Answer rate" {
//!   definition: "Answer rate"
//!   formula: count(calls where answered) / count(calls)
//!   unit: %, direction: higher, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source calls {
//!   from: csv("calls.csv"), time: day
//!   field day: date
//!   field answered: bool
//! }
//! indicator answer_rate "Answer rate" {
//!   definition: "Calls that a person answered, out of all calls received"
//!   formula: count(calls where answered) / count(calls)
//!   unit: %, direction: higher, frequency: monthly
//! }
//! ```
//!
//! Sources: ISO 22400-1:2014 (every KPI has a description); D. Parmenter, *Key Performance Indicators*, 4th ed. 2020.
//!
//! ## 中文
//!
//! 指标没有定义
//!
//! 定义要让外人也能照着算出来：数的是什么、占什么的比例、处于什么状态、在多长时间内。没有定义、定义只是重复名称，或者
//! 太短（中文不足 5 个字，其他文字不足 10 个字符）时报告。没有定义，两个部门会在同一个名称下算出两个数。

use crate::lint::rules::prelude::*;
use crate::lint::text;

pub const RULE: Rule = Rule {
    code: Code::new("S01", "missing-definition"),
    severity: Severity::Error,
    source: include_str!("missing_definition.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, node) in context.indicators() {
        let name = indicator.naming.title();
        let help = say!(
            "add `definition: \"…\"`: what is counted or measured, of what, and over which time",
            "写 `definition: \"…\"`：数的是什么、占什么的比例、在多长时间内"
        );
        let Some((_, property)) = node.keys.get("definition") else {
            if context.lacks(node, "definition") {
                let finding = Finding::at(node.place(), say!("`{name}` has no definition", "“{name}”没有定义"))
                    .saying(say!("not defined", "没有定义"));
                findings.push(finding.help(help).of(id));
            }
            continue;
        };
        let Some(definition) = &indicator.naming.definition else { continue };
        let said = text::words_alone(definition);
        let repeats = [Some(&indicator.naming.name), indicator.naming.label.as_ref()]
            .into_iter()
            .flatten()
            .any(|n| text::words_alone(n) == said);
        let finding = if repeats {
            Finding::at(
                property.span,
                say!("the definition of `{name}` only repeats its name", "“{name}”的定义只是重复了名称"),
            )
            .saying(say!("says what the name says", "与名称相同"))
        } else if text::length(definition) < text::enough(definition, 10, 5) {
            Finding::at(
                property.span,
                say!("the definition of `{name}` is too short to compute it from", "“{name}”的定义太短，无法照着计算"),
            )
            .saying(say!("too short", "太短"))
        } else {
            continue;
        };
        findings.push(finding.help(help).of(id));
    }
}
