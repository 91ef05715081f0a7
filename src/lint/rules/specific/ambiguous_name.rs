//! a name with several published meanings, and a definition that names neither population nor period
//!
//! Retention, churn, turnover, conversion, market share, cycle time: each has several definitions in print whose values
//! differ by a factor. Retention of customers or of revenue, of those of last month or of last year? The rule fires where
//! an indicator carries such a name and its definition says neither of whom or of what (of …, per …, out of …, 占 …, … 中)
//! nor over which time (month, year, previous, 上期, 本年 …).
//!
//! ```kpi,fails
//! source people {
//!   from: csv("people.csv"), time: day
//!   field day: date
//!   field left: bool
//! }
//! indicator turnover "Staff turnover" {
//!   definition: "How strongly people leave us"
//!   formula: count(people where left) / count(people)
//!   unit: %, direction: lower, frequency: yearly
//! }
//! ```
//!
//! ```kpi
//! source people {
//!   from: csv("people.csv"), time: day
//!   field day: date
//!   field left: bool
//! }
//! indicator turnover "Staff turnover" {
//!   definition: "Employees who left during the year, out of all who were employed at its start"
//!   formula: count(people where left) / count(people)
//!   unit: %, direction: lower, frequency: yearly
//! }
//! ```
//!
//! Sources: ISO 30414:2018 (turnover and retention: formulas by population); P. Farris et al., *Marketing Metrics*, 4th ed.
//! 2020; R. Hopp and M. Spearman, *Factory Physics*, 3rd ed. 2008 (cycle time).
//!
//! ## 中文
//!
//! 名称有多种通行的算法，而定义既没有写明对象也没有写明期间
//!
//! 留存率、流失率、离职率、转化率、市场份额、周转率都有多种公认算法，结果相差很大。留存的是客户还是收入？与上月比还是与上
//! 年比？定义里既看不出占谁的比例（占……、……中、每……），也看不出多长时间（本期、上年、每月……）时报告。

use crate::lint::rules::prelude::*;
use crate::lint::shape;
use crate::lint::text;

pub const RULE: Rule =
    Rule { code: Code::new("S04", "ambiguous-name"), source: include_str!("ambiguous_name.rs"), check, ..Rule::STATIC };

/// Names, and what they may mean in print.
const NAMES: [(&[&str], &str, &str); 9] = [
    (
        &["retention", "留存", "保留率", "忠诚度"],
        "of customers, users or revenue; against the month, quarter or year before",
        "客户、用户还是收入；与上月、上季还是上年比",
    ),
    (
        &["churn", "attrition", "流失"],
        "of accounts or revenue; of those at the start or the average",
        "客户还是收入；以期初还是平均为分母",
    ),
    (
        &["turnover", "离职", "周转率", "周转次数"],
        "of staff, stock or money; of the start, the average or the end",
        "人员、库存还是资金；以期初、平均还是期末为分母",
    ),
    (&["conversion", "转化"], "of visits, visitors or leads; by when", "访问、访客还是线索；多长时间内转化"),
    (
        &["market share", "市场份额", "市场占有率"],
        "of revenue, units or customers; of which market",
        "按收入、数量还是客户；哪个市场",
    ),
    (
        &["cycle time", "lead time", "培训周期", "交付周期", "生产周期", "项目周期"],
        "from which event to which",
        "从哪一步到哪一步",
    ),
    (
        &["utilisation", "utilization", "occupancy", "利用率", "稼动率", "入住率"],
        "of hours open, planned or calendar",
        "以开放、计划还是日历时间为分母",
    ),
    (
        &["engagement", "active users", "活跃用户", "活跃度", "敬业度"],
        "who counts as active, over which days",
        "怎样算活跃，多少天内",
    ),
    (&["productivity", "劳动生产率", "人均产值", "人效"], "output of what, per which input", "什么产出，除以什么投入"),
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, node) in context.indicators() {
        let Some(definition) = &indicator.naming.definition else { continue };
        let title = indicator.naming.title();
        let name = indicator.naming.name.replace('_', " ");
        let known = NAMES.iter().find(|(words, _, _)| shape::names(title, words) || shape::names(&name, words));
        let Some((_, en, zh)) = known else { continue };
        if text::names_population(definition) || text::names_period(definition) {
            continue;
        }
        let place = node.keys.get("definition").map_or(node.place(), |(_, p)| p.span);
        findings.push(
            Finding::at(
                place,
                say!(
                    "`{title}` has several published meanings, and its definition picks none",
                    "“{title}”有多种通行算法，定义没有选定哪一种"
                ),
            )
            .saying(say!("of whom, and over which time?", "谁的，多长时间内？"))
            .help(say!("say which: {en}", "写明是哪一种：{zh}"))
            .of(id),
        );
    }
}
