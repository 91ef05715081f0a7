//! a survey, and nothing measures who answers
//!
//! If one in twenty answers, the share of happy answers says more about who answers than about who is happy. A design
//! that judges by a survey measures how many of those asked have answered: a count of answers over something that is not
//! the survey itself, as an indicator or a measure.
//!
//! ```kpi,fails
//! source answers {
//!   origin: survey, from: csv("answers.csv"), time: day
//!   field day: date
//!   field score: integer 1..5
//! }
//! indicator happy "Happy customers" {
//!   formula: count(answers where score >= 4) / count(answers)
//!   unit: %, direction: higher, frequency: monthly
//!   min_n: 30
//! }
//! ```
//!
//! ```kpi
//! source answers {
//!   origin: survey, from: csv("answers.csv"), time: day
//!   field day: date
//!   field score: integer 1..5
//! }
//! source invitations { from: csv("invitations.csv"), time: day
//!   field day: date
//! }
//! measure response = count(answers) / count(invitations)
//! indicator happy "Happy customers" {
//!   formula: count(answers where score >= 4) / count(answers)
//!   unit: %, direction: higher, frequency: monthly, min_n: 30
//! }
//! ```
//!
//! Sources: AAPOR, *Standard Definitions*, 10th ed. 2023 (response rates); ISO 20252:2019.
//!
//! ## 中文
//!
//! 有调查，却没有衡量谁在回答
//!
//! 二十人里一人作答，满意的占比说的更多是谁会作答。以调查评判的设计，要衡量受邀的人里多少作答了：答卷数除以调查以外的数，
//! 做成指标或度量都行。

use crate::lint::rules::prelude::*;
use std::collections::BTreeSet;

use crate::design::SourceId;

pub const RULE: Rule = Rule {
    code: Code::new("M09", "missing-response-rate"),
    severity: Severity::Info,
    source: include_str!("missing_response_rate.rs"),
    check,
    ..Rule::STATIC
};

/// Names of rates of response.
const RESPONSE: [&str; 12] = [
    "response",
    "answer",
    "answered",
    "answers",
    "reply",
    "return rate",
    "participation",
    "参评率",
    "参与率",
    "回收率",
    "应答率",
    "回复率",
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    // Sources whose answers are held against something else.
    let mut measured: BTreeSet<SourceId> = BTreeSet::new();
    let indicators = context.sound().map(|(_, i, _)| &i.formula);
    for formula in indicators.chain(context.measures().map(|(_, m, _)| &m.formula)) {
        let Some((above, below)) = context.quotient(formula) else { continue };
        if context.is_count(above) {
            let others = context.sources_of(below);
            measured.extend(context.sources_of(above).difference(&others));
        }
    }
    // Or whose answers are held against all that were asked, in one table.
    let indicators = context.sound().map(|(_, i, _)| (i.naming.title(), &i.formula));
    for (title, formula) in indicators.chain(context.measures().map(|(_, m, _)| (m.naming.title(), &m.formula))) {
        if context.quotient(formula).is_some() && crate::lint::shape::names(title, &RESPONSE) {
            measured.extend(context.sources_of(formula));
        }
    }
    let mut told: BTreeSet<SourceId> = BTreeSet::new();
    for (id, indicator, _) in context.sound() {
        for source in context.sources_of(&indicator.formula) {
            let Some(survey) = context.design.sources.get(source.index()) else { continue };
            if survey.origin.as_deref() != Some("survey") || measured.contains(&source) || !told.insert(source) {
                continue;
            }
            let (name, title) = (indicator.naming.title(), survey.naming.title());
            findings.push(
                Finding::at(
                    indicator.formula.span.0,
                    say!(
                        "`{name}` reads a survey, and nothing measures who answers it",
                        "“{name}”来自调查，却没有衡量谁在回答"
                    ),
                )
                .saying(say!("how many of those asked have answered?", "受邀的人里多少作答了？"))
                .label(survey.naming.span, say!("`{title}` is a survey", "“{title}”是调查"))
                .help(say!(
                    "add a measure: its answers over the invitations, or the customers",
                    "加一个度量：答卷数除以邀请数或客户数"
                ))
                .of(id),
            );
        }
    }
}
