//! cleaning that drops much of the data
//!
//! What cleaning drops is not measured. Where its steps take more than a twentieth of a source's rows away, the value
//! depends on them more than on what happened: somebody should look whether the rows are wrong or the rule is. `kpi eval
//! --verbose` and `kpi explain` show what each step dropped.
//!
//! Sources: DAMA-DMBOK, 2nd ed. 2017 (data quality); R. Y. Wang and D. M. Strong, "Beyond Accuracy", *JMIS* 12 (4), 1996.
//!
//! ## 中文
//!
//! 清洗去掉了大量数据
//!
//! 清洗去掉的行不参与计算。某个来源超过二十分之一的行被去掉时，数值更多取决于清洗而不是事实：要有人看看是行错了还是规则错了。
//! `kpi eval --verbose` 和 `kpi explain` 显示每一步去掉了多少。

use crate::design::{CleanKind, SourceId};
use crate::lint::Needs;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("D02", "cleaning-decides"),
    needs: Needs::Data,
    source: include_str!("cleaning_decides.rs"),
    check,
    ..Rule::STATIC
};

/// The share of rows that cleaning may drop.
const MOST: f64 = 0.05;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    for (at, source) in context.design.sources.iter().enumerate() {
        let Some(report) = facts.source(SourceId(at as u32)) else { continue };
        let dropped = report.rows_read.saturating_sub(report.rows_kept);
        if report.rows_read == 0 || dropped as f64 <= MOST * report.rows_read as f64 {
            continue;
        }
        let (title, all) = (source.naming.title(), report.rows_read);
        let percent = (dropped as f64 / all as f64 * 100.0).round();
        let mut finding = Finding::at(
            source.naming.span,
            say!("cleaning drops {percent}% of the rows of `{title}`", "清洗去掉了“{title}”{percent}% 的行"),
        )
        .saying(say!("{dropped} of {all} rows", "{all} 行里的 {dropped} 行"))
        .help(say!("look whether the rows are wrong, or the rule", "看看是行错了，还是规则错了"));
        let steps = source.clean.iter().filter(|s| !matches!(s.kind, CleanKind::BlankInvalid));
        let counts = report.steps.iter().filter(|s| s.count > 0);
        for (step, count) in
            steps.filter_map(|s| Some((s, counts.clone().find(|c| step_is(context, s.span, &c.step))?)))
        {
            let count = count.count;
            finding = finding.label(step.span, say!("{count} rows", "{count} 行"));
        }
        findings.push(finding);
    }
}

/// Whether a report speaks of the step that is written there.
fn step_is(context: &Context<'_>, span: crate::source::Span, reported: &str) -> bool {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    squeezed(context.slice(span)).starts_with(&squeezed(reported))
}
