//! an `allow` that waives nothing
//!
//! `allow S02: "the board fixed this wording"` keeps a finding silent where it stands, and says why. The rule fires where it
//! waives nothing (any more), where it gives no reason, where its day is past, and where no rule has that code or name. A
//! waiver that nobody needs hides the next finding of its rule.
//!
//! A waiver of a rule that was not judged (another profile, no data, no as-of day) is left alone.
//!
//! ```kpi,fails
//! objective growth "Growth"
//! allow S13: "labels come with the translation"
//! ```
//!
//! ```kpi
//! objective growth "Growth"
//! ```
//!
//! Sources: ruff RUF100 (unused-noqa); ESLint `--report-unused-disable-directives`.
//!
//! ## 中文
//!
//! 多余的 `allow`
//!
//! `allow S02: "理由"` 在它所在的位置免去一条规则。它没有免去任何东西、没有写理由、日期已过，或者没有这样的规则时报告。
//! 多余的豁免会遮住下一个问题。

use std::collections::BTreeSet;

use crate::lint::Needs;
use crate::lint::rules::prelude::*;
use crate::lint::run::Waived;
use crate::lint::similar;
use crate::source::Span;

pub const RULE: Rule = Rule {
    code: Code::new("G08", "unused-allow"),
    fix: FixKind::Safe,
    source: include_str!("unused_allow.rs"),
    // Judged when all other rules have spoken: see `judge`.
    check: |_, _| {},
    ..Rule::STATIC
};

/// Judges the waivers behind all other rules. `judged`: the rules that were run.
pub fn judge(context: &Context<'_>, waivers: &[Waived<'_>], judged: &[&'static Rule], findings: &mut Findings) {
    let judged: BTreeSet<&str> = judged.iter().map(|r| r.code.id).collect();
    for waived in waivers {
        let waiver = waived.waiver;
        let written = &waiver.rule;
        let finding = match waived.rule {
            None => {
                let finding = Finding::at(waiver.span, say!("there is no rule `{written}`", "没有规则“{written}”"))
                    .saying(say!("waives nothing", "没有免去任何规则"));
                match similar(written) {
                    Some(near) => finding.help(say!("did you mean `{near}`?", "是不是“{near}”？")),
                    None => finding.help(say!("`kpi rule` lists all rules", "`kpi rule` 列出所有规则")),
                }
            }
            Some(_) if waived.is_past(context) == Some(true) => {
                let until = waiver.until.map(|d| d.to_string()).unwrap_or_default();
                removal(
                    context,
                    waiver.span,
                    Finding::at(
                        waiver.span,
                        say!("the waiver of `{written}` ended on {until}", "对“{written}”的豁免已于 {until} 到期"),
                    )
                    .saying(say!("past", "已过期")),
                )
            }
            // What it waives may lie in the data.
            Some(rule) if rule.needs == Needs::DataToo && !waived.used && context.facts.is_none() => continue,
            Some(rule) if judged.contains(rule.code.id) && !waived.used => removal(
                context,
                waiver.span,
                Finding::at(waiver.span, say!("this `allow` waives nothing", "这条 `allow` 没有免去任何东西"))
                    .saying(say!("`{written}` finds nothing here", "“{written}”在此没有发现问题")),
            ),
            // What stands behind it may be the reason that could not be read.
            Some(_) if waiver.reason.is_none() && !context.graph_is_whole() => continue,
            Some(_) if waiver.reason.as_ref().is_none_or(|r| r.trim().is_empty()) => Finding::at(
                waiver.span,
                say!("the waiver of `{written}` gives no reason", "对“{written}”的豁免没有写理由"),
            )
            .saying(say!("why?", "为什么？"))
            .help(say!("write `allow {written}: \"why\"`", "写成 `allow {written}: \"理由\"`")),
            Some(_) => continue,
        };
        findings.push(finding);
    }
}

/// With the fix that takes the line out.
fn removal(context: &Context<'_>, span: Span, finding: Finding) -> Finding {
    let Some(file) = context.file(span.file) else { return finding };
    let text = &file.text;
    let (mut start, mut end) = (span.start as usize, span.end as usize);
    let line = file.line_range(file.line_of(span.start));
    let before = text.get(line.start..start).unwrap_or("x");
    let behind = text.get(end..file.line_range(file.line_of(span.end.saturating_sub(1))).end).unwrap_or("x");
    if before.trim().is_empty() && behind.trim().is_empty() {
        start = line.start;
        end += behind.len();
        // With its line's end, unless it is the last line of the file.
        end += usize::from(text.get(end..end + 1) == Some("\n"));
    } else if before.trim_end().ends_with(',') {
        start = line.start + before.trim_end().len() - 1;
    } else if behind.trim_start().starts_with(',') {
        end += behind.len() - behind.trim_start().len() + 1;
    }
    let edit = Edit { span: Span::new(span.file, start, end), text: String::new() };
    finding.fix(say!("take the `allow` out", "删去这条 `allow`"), vec![edit])
}
