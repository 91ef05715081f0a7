//! cleaning that decides the value
//!
//! What cleaning drops is not measured. Where its steps take more than a twentieth of a source's rows away, or where the
//! latest value would be another by more than a tenth of the way from baseline to target if `drop where` dropped nothing,
//! the value depends on the cleaning more than on what happened: somebody should look whether the rows are wrong or the
//! rule is. `kpi eval --verbose` and `kpi explain` show what each step dropped.
//!
//! The second is not judged where the rows that are dropped are not as their fields are declared.
//!
//! Sources: DAMA-DMBOK, 2nd ed. 2017 (data quality); R. Y. Wang and D. M. Strong, "Beyond Accuracy", *JMIS* 12 (4), 1996.
//!
//! ## 中文
//!
//! 清洗左右了数值
//!
//! 清洗去掉的行不参与计算。某个来源超过二十分之一的行被去掉，或者 `drop where` 若一行不去，最近一期的值会相差从基准到目标的十分之一以上，
//! 数值就更多取决于清洗而不是事实：要有人看看是行错了还是规则错了。`kpi eval --verbose` 和 `kpi explain` 显示每一步去掉了多少。
//! 去掉的行不符合字段声明的，后一条不作判断。

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

/// How far `drop where` may move a value, as a share of the way from baseline to target.
const FURTHEST: f64 = 0.1;

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
        let counts = source
            .clean
            .iter()
            .zip(&report.steps)
            .filter(|(step, counted)| counted.count > 0 && !matches!(step.kind, CleanKind::BlankInvalid));
        for (step, counted) in counts {
            let count = counted.count;
            finding = finding.label(step.span, say!("dropped: {count}", "去掉 {count} 行"));
        }
        findings.push(finding);
    }
    for (id, indicator, _) in context.sound() {
        let Some(target) = context.last_target(indicator) else { continue };
        let (Some(goal), Some(baseline)) = (context.one(&target.value), context.baseline(indicator)) else { continue };
        let latest = facts.history(id, 1).pop().and_then(|o| Some((o.value?.to_f64(), o.period.label())));
        let (Some((value, period)), Some(without)) = (latest, facts.undropped(id)) else { continue };
        let (way, moved) = ((goal - baseline).abs(), (value - without).abs());
        if way <= 0.0 || moved <= FURTHEST * way * (1.0 + 1e-9) {
            continue;
        }
        let name = indicator.naming.title();
        let shown = |value: f64| context.shown(value, &indicator.unit);
        let (value, without, way) = (shown(value), shown(without), shown(way));
        let finding = Finding::at(
            indicator.formula.span.0,
            say!("what `drop where` drops decides the value of `{name}`", "`drop where` 去掉的行左右了“{name}”的值"),
        )
        .saying(say!(
            "{value} in {period}, {without} with the rows that are dropped; from baseline to target it is {way}",
            "{period} 为 {value}，不去掉则为 {without}；从基准到目标是 {way}"
        ))
        .help(say!("look whether the rows are wrong, or the rule", "看看是行错了，还是规则错了"));
        let drops = context.sources_of(&indicator.formula).into_iter().filter_map(|source| {
            let (declared, report) = (context.design.sources.get(source.index())?, facts.source(source)?);
            Some(declared.clean.iter().zip(&report.steps))
        });
        let drops =
            drops.flatten().filter(|(step, counted)| counted.count > 0 && matches!(step.kind, CleanKind::DropWhere(_)));
        let finding = drops.fold(finding, |finding, (step, counted)| {
            let count = counted.count;
            finding.label(step.span, say!("dropped: {count}", "去掉 {count} 行"))
        });
        findings.push(finding.of(id));
    }
}
