//! a name that promises another unit
//!
//! "Error rate" in pieces, "Number of returns" in percent, "Cycle time" in orders: the reader believes the name. The rule
//! fires where the label says *rate*, %, 率, 占比 and the unit is no ratio; where it says *number of*, *count*, 数 and the unit
//! is %; where it says *time*, *duration*, 周期, 时长 and the unit is no duration.
//!
//! A count of days (`workdays`, or a unit called day or 天) is a duration, anything *per* something is a ratio, and a name
//! that ends in 率 without being a share (效率, 频率, 汇率, 周转率 …) is left alone.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Rate of late orders" { formula: count(orders where late), unit: 1, direction: lower, frequency: monthly }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late "Late orders" { formula: count(orders where late), unit: 1, direction: lower, frequency: monthly }
//! ```
//!
//! Sources: ISO 80000-1:2022 (rate, ratio, number as parts of quantity names).
//!
//! ## 中文
//!
//! 名称与单位不符
//!
//! “差错率”的单位是件，“退货数”的单位是 %，“周期”的单位是单：读者会相信名称。名称含“率”“占比”“%”而单位不是比值，含“数”而单
//! 位是 %，含“周期”“时长”“时间”而单位不是时长时报告。“效率”“频率”“汇率”“周转率”等不是占比的“率”不报。

use std::collections::HashMap;

use crate::design::{Formula, FormulaKind, Indicator, Subject};
use crate::lint::rules::prelude::*;
use crate::lint::shape;
use crate::lint::text;
use crate::value::unit::Base;

pub const RULE: Rule = Rule {
    code: Code::new("S10", "name-unit-mismatch"),
    source: include_str!("name_unit_mismatch.rs"),
    check,
    ..Rule::STATIC
};

const NO_SHARES: [&str; 14] = [
    "效率",
    "频率",
    "汇率",
    "速率",
    "功率",
    "心率",
    "周转率",
    "分辨率",
    "利率",
    "税率",
    "费率",
    "倍率",
    "斜率",
    "曝光率",
];
const NO_NUMBERS: [&str; 16] = [
    "指数",
    "系数",
    "参数",
    "分数",
    "基数",
    "倍数",
    "天数",
    "小时数",
    "时数",
    "位数",
    "百分数",
    "平均数",
    "函数",
    "比数",
    "点数",
    "占比数",
];
const NO_TIMES: [&str; 15] = [
    "on time",
    "in time",
    "first time",
    "full time",
    "part time",
    "real time",
    "just in time",
    "time share",
    "any time",
    "time value",
    "per time",
    "time worked for",
    "at a time",
    "one time",
    "time off",
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut known = HashMap::new();
    for (id, indicator, node) in context.sound() {
        let title = indicator.naming.title();
        let unit = &indicator.unit;
        let shown = if unit.name == "1" { "1".to_string() } else { unit.name.clone() };
        let (en, zh) = match promised(title) {
            Some(Promise::Share) if !is_ratio(context, indicator) => ("a rate", "比率"),
            Some(Promise::Number) if unit.is_percent() => ("a number", "数量"),
            Some(Promise::Time) if !is_time(context, &mut known, indicator) => ("a time", "时长"),
            _ => continue,
        };
        let place = node.keys.get("unit").map_or(node.place(), |(_, p)| p.span);
        findings.push(
            Finding::at(
                place,
                say!("`{title}` promises {en}, and its unit is `{shown}`", "“{title}”看上去是{zh}，单位却是 `{shown}`"),
            )
            .saying(say!("not {en}", "不是{zh}"))
            .label(node.decl.label.as_ref().map_or(node.place(), |l| l.span), say!("named so here", "名称在此"))
            .help(say!("rename it, or compute what the name says", "改名称，或按名称的意思计算"))
            .of(id),
        );
    }
}

enum Promise {
    Share,
    Number,
    Time,
}

fn promised(title: &str) -> Option<Promise> {
    let plain = title.trim().trim_end_matches(|c: char| !c.is_alphanumeric() && c != '%').trim();
    if text::is_cjk_text(title) {
        if NO_SHARES.iter().chain(&NO_NUMBERS).any(|w| plain.ends_with(w)) {
            return None;
        }
        return match plain {
            t if ["率", "占比", "百分比", "比例", "%"].iter().any(|end| t.ends_with(end)) => {
                Some(Promise::Share)
            }
            t if ["数", "数量", "人数", "次数", "件数"].iter().any(|end| t.ends_with(end)) => {
                Some(Promise::Number)
            }
            t if ["周期", "时长", "耗时", "工期", "时间", "天数"].iter().any(|end| t.ends_with(end)) => {
                Some(Promise::Time)
            }
            _ => None,
        };
    }
    let lower = title.to_lowercase().replace(['-', '_'], " ");
    if shape::names(&lower, &["rate", "percentage", "percent"]) || plain.ends_with('%') {
        let other = ["exchange rate", "hourly rate", "day rate", "interest rate", "rate of exchange", "heart rate"];
        return (!shape::names(&lower, &other) && !lower.contains("first rate")).then_some(Promise::Share);
    }
    if lower.starts_with("number of ") || lower.starts_with("count of ") || lower.ends_with(" count") {
        return Some(Promise::Number);
    }
    let timed = lower.ends_with(" time")
        || lower.ends_with(" duration")
        || lower.starts_with("time to ")
        || lower.contains(" time to ")
        || lower.starts_with("days to ")
        || lower.starts_with("hours to ");
    (timed && !shape::names(&lower, &NO_TIMES)).then_some(Promise::Time)
}

/// A share, or one thing per another.
fn is_ratio<'a>(context: &Context<'a>, indicator: &'a Indicator) -> bool {
    let unit = &indicator.unit;
    let per = unit.quantity.0.values().any(|power| *power < 0);
    unit.is_percent()
        || per
        || (unit.quantity.is_plain() && !indicator.additive && !context.is_count(&indicator.formula))
}

/// A duration, alone or per something, or a count of days.
fn is_time<'a>(context: &Context<'a>, known: &mut HashMap<Subject, bool>, indicator: &'a Indicator) -> bool {
    let unit = &indicator.unit;
    if shape::has_time(&unit.quantity) {
        return true;
    }
    let days = |name: &str| {
        ["day", "days", "hour", "hours", "天", "日", "工作日", "小时", "workday", "workdays", "minutes", "min"]
            .contains(&name)
    };
    if days(&unit.label.to_lowercase()) || days(&unit.name.to_lowercase()) {
        return true;
    }
    if matches!(unit.quantity.single(), Some(Base::Scale(_))) || !unit.quantity.is_plain() {
        return false;
    }
    context.found_in(known, &indicator.formula, &counts_workdays, &|a, b| a || b)
}

fn counts_workdays(formula: &Formula) -> bool {
    let mut workdays = false;
    if let FormulaKind::Aggregate(a) = &formula.kind {
        for row in shape::rows_of(a) {
            row.each(&mut |r| {
                workdays |= matches!(
                    &r.kind,
                    crate::design::RowKind::Function { function: crate::design::RowFunction::Workdays, .. }
                );
            });
        }
    }
    workdays
}
