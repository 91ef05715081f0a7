//! The words of results, in English and Chinese: one place for all outputs.

pub mod check;

pub use crate::diagnostic::Lang;
use crate::results::{Flags, Member, Notice, Reason, SourceReport, Status};

pub const fn status(status: Status, lang: Lang) -> &'static str {
    match status {
        Status::OnTarget => lang.pick("on target", "达标"),
        Status::AtRisk => lang.pick("at risk", "有风险"),
        Status::OffTarget => lang.pick("off target", "未达标"),
        Status::NotDue => lang.pick("not due", "未到期"),
        Status::NoTarget => lang.pick("no target", "无目标"),
        Status::InProgress => lang.pick("in progress", "进行中"),
        Status::NoData => lang.pick("no data", "无数据"),
    }
}

/// One cell, the same on every terminal.
pub const fn mark(status: Status) -> &'static str {
    match status {
        Status::OnTarget => "✓",
        Status::AtRisk => "!",
        Status::OffTarget => "✗",
        Status::NoData => "?",
        Status::InProgress => "~",
        Status::NotDue | Status::NoTarget => "-",
    }
}

/// The word of a kind of subject.
pub fn kind(kind: &'static str, lang: Lang) -> &'static str {
    match (lang, kind) {
        (Lang::En, kind) => kind,
        (Lang::Zh, "indicator") => "指标",
        (Lang::Zh, "measure") => "度量",
        (Lang::Zh, "factor") => "关键成功因素",
        (Lang::Zh, "objective") => "目标",
        (Lang::Zh, "design") => "总体",
        (Lang::Zh, kind) => kind,
    }
}

/// The perspectives that are there from the start; None for others.
pub fn perspective(name: &str, lang: Lang) -> Option<&'static str> {
    Some(match name {
        "financial" => lang.pick("financial", "财务"),
        "customer" => lang.pick("customer", "客户"),
        "process" => lang.pick("process", "内部流程"),
        "learning" => lang.pick("learning", "学习与成长"),
        _ => return None,
    })
}

/// A stable word for programs.
pub const fn reason_code(reason: &Reason) -> &'static str {
    match reason {
        Reason::NoRows { .. } => "no_rows",
        Reason::NotCovered { .. } => "not_covered",
        Reason::BeforeCoverage { .. } => "before_coverage",
        Reason::ZeroDenominator { .. } => "zero_denominator",
        Reason::BaseNotPositive { .. } => "base_not_positive",
        Reason::Undefined { .. } => "undefined",
        Reason::NoMembers { .. } => "no_members",
        Reason::NoDimension { .. } => "no_dimension",
        Reason::TooFewRows { .. } => "too_few_rows",
        Reason::NoBranch => "no_branch",
        Reason::NoConstant { .. } => "no_constant",
        Reason::TooLittleWeight { .. } => "too_little_weight",
        Reason::NothingScored => "nothing_scored",
    }
}

/// Why a value is missing: half a sentence.
pub fn reason(reason: &Reason, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    match reason {
        Reason::NoRows { source, window } if zh => format!("{source} 在 {window} 没有记录"),
        Reason::NoRows { source, window } => format!("no rows in {source} for {window}"),
        Reason::NotCovered { source, window } if zh => format!("{source} 的数据不含 {window}"),
        Reason::NotCovered { source, window } => format!("{source} has no data for {window}"),
        Reason::BeforeCoverage { source, window } if zh => format!("{window} 早于 {source} 的数据起点"),
        Reason::BeforeCoverage { source, window } => format!("{window} starts before the data of {source} does"),
        Reason::ZeroDenominator { formula } if zh => format!("分母 {formula} 为 0"),
        Reason::ZeroDenominator { formula } => format!("the denominator {formula} is 0"),
        Reason::BaseNotPositive { formula } if zh => format!("增长的基数 {formula} 不是正数"),
        Reason::BaseNotPositive { formula } => format!("growth from a base that is not positive: {formula}"),
        Reason::Undefined { formula } if zh => format!("{formula} 在此没有定义"),
        Reason::Undefined { formula } => format!("{formula} is not defined here"),
        Reason::NoMembers { over } if zh => format!("{over} 中没有一项有值"),
        Reason::NoMembers { over } => format!("nothing by {over} has a value"),
        Reason::NoDimension { source, dimension } if zh => format!("{source} 没有维度 {dimension}"),
        Reason::NoDimension { source, dimension } => format!("{source} has no {dimension}"),
        Reason::TooFewRows { indicator, rows, needed } if zh => {
            format!("{indicator} 只有 {rows} 条记录，至少需要 {needed} 条")
        }
        Reason::TooFewRows { indicator, rows, needed } => {
            let rows = super::text::counted(usize::try_from(*rows).unwrap_or(usize::MAX), "row");
            format!("only {rows} behind {indicator}, which needs {needed}")
        }
        Reason::NoBranch => {
            lang.pick("the condition does not hold and there is no `else`", "条件不成立，且没有 else").into()
        }
        Reason::NoConstant { name, day } if zh => format!("常量 {name} 在 {day} 没有值"),
        Reason::NoConstant { name, day } => format!("{name} has no value on {day}"),
        Reason::TooLittleWeight { covered } if zh => format!("有得分的权重只占 {covered}"),
        Reason::TooLittleWeight { covered } => format!("only {covered} of the weight has a score"),
        Reason::NothingScored => lang.pick("nothing in it has a score", "其下没有可计分的指标").into(),
    }
}

/// What a flag says of a value.
pub fn flags(flags: Flags, lang: Lang) -> Vec<&'static str> {
    [
        (
            flags.in_progress,
            lang.pick("in progress: what is judged goes on after the data", "进行中：数据截止时考核期尚未结束"),
        ),
        (flags.partial, lang.pick("partial: the period starts before the data", "不完整：本期早于数据起点")),
        (flags.provisional, lang.pick("provisional: more data may come", "暂定：数据可能还会补充")),
    ]
    .into_iter()
    .filter_map(|(set, word)| set.then_some(word))
    .collect()
}

/// One member of a slice as people see it.
pub fn member(member: &Member, lang: Lang) -> String {
    match member {
        Member::Value(value) => value.clone(),
        Member::NotGiven => lang.pick("(not given)", "（未填）").to_string(),
    }
}

/// A slice as people see it: `region = 华东, course = A`; empty: the whole.
pub fn slice(slice: &[(String, Member)], lang: Lang) -> String {
    let parts: Vec<String> = slice.iter().map(|(d, m)| format!("{d} = {}", member(m, lang))).collect();
    parts.join(lang.comma())
}

/// `1234 rows · 2024-01-01 – 2026-06-30` of a source as it was read.
pub fn rows_of(report: &SourceReport, lang: Lang) -> String {
    let rows = match lang {
        Lang::En => super::text::counted(usize::try_from(report.rows_kept).unwrap_or(usize::MAX), "row"),
        Lang::Zh => format!("{} 条记录", report.rows_kept),
    };
    match (report.first, report.last) {
        (Some(first), Some(last)) => format!("{rows} · {first} – {last}"),
        _ => rows,
    }
}

pub fn notice(notice: &Notice, lang: Lang) -> String {
    match notice {
        Notice::NotSliced { subject, dimension, source } => match lang {
            Lang::En => format!("{subject} is not shown by {dimension}: {source} has no {dimension}"),
            Lang::Zh => format!("{subject} 不能按 {dimension} 切分：{source} 没有维度 {dimension}"),
        },
    }
}
