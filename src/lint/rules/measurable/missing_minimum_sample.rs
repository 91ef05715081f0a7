//! a share of answers without a least number of them
//!
//! One answer of two is 50%. A share over a survey needs `min_n`: below it the value is *no data* and nobody is praised
//! or blamed by chance. With data (`--data`) a warning says where the last value stands on fewer answers than `min_n`,
//! or than 30.
//!
//! The fix writes `min_n: 30`.
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
//! }
//! ```
//!
//! ```kpi
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
//! Sources: R. G. Newcombe, "Two-sided confidence intervals for the single proportion", *Statistics in Medicine* 17, 1998;
//! ISO 10004:2018.
//!
//! ## 中文
//!
//! 调查的占比没有最小样本
//!
//! 两份答卷里一份是 50%。调查得出的占比要写 `min_n`：不足时值为无数据，谁也不会因偶然受奖受罚。有数据时（`--data`），
//! 最近一期的答卷少于 `min_n` 或少于 30 份的给出警告。修复：写上 `min_n: 30`。

use crate::lint::Needs;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("M08", "missing-minimum-sample"),
    severity: Severity::Info,
    fix: FixKind::Proposed,
    needs: Needs::DataToo,
    source: include_str!("missing_minimum_sample.rs"),
    check,
    ..Rule::STATIC
};

/// Fewer answers say little whatever the design says.
const FEW: u64 = 30;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, node) in context.sound() {
        let formula = &indicator.formula;
        let share = context.quotient(formula).is_some_and(|(above, below)| {
            context.is_count(above) && context.is_count(below) && context.reads_survey(below)
        });
        if !share {
            continue;
        }
        let name = indicator.naming.title();
        let last = context.facts.and_then(|facts| facts.history(id, 1).pop());
        if let Some((rows, period)) = last.and_then(|o| Some((o.rows?, o.period.label())))
            && rows < indicator.min_n.unwrap_or(FEW)
        {
            let needed = indicator.min_n.unwrap_or(FEW);
            findings.push(
                Finding::at(formula.span.0, say!("`{name}` stands on {rows} answers", "“{name}”只有 {rows} 份答卷"))
                    .saying(say!(
                        "{rows} in {period}, at least {needed} are wanted",
                        "{period} 有 {rows} 份，至少要 {needed} 份"
                    ))
                    .help(say!("ask more people, or report less often", "多问一些人，或放长周期"))
                    .severity(Severity::Warning)
                    .of(id),
            );
            continue;
        }
        if indicator.min_n.is_some() || !context.lacks(node, "min_n") {
            continue;
        }
        let finding =
            Finding::at(formula.span.0, say!("`{name}` has no least number of answers", "“{name}”没有写最小样本"))
                .saying(say!("of how many answers at least?", "至少要多少份答卷？"))
                .help(say!("add `min_n: 30`: below it there is no value", "写 `min_n: 30`：不足时没有值"))
                .of(id);
        findings.push(match context.insert(node, &["target", "threshold", "stretch", "worst"], "min_n: 30") {
            Some(edit) => finding.fix(say!("write `min_n: 30`", "写上 `min_n: 30`"), vec![edit]),
            None => finding,
        });
    }
}
