//! an active indicator without a target
//!
//! An indicator without a target is a statistic: it cannot be missed, so nobody acts on it. A target always has its time, the
//! grammar sees to that. What is only watched for a while says so with `stage: draft`; what is only a building block is a
//! `measure`.
//!
//! ```kpi,fails
//! source orders {
//!   from: csv("orders.csv"), time: day
//!   field day: date
//! }
//! indicator sales "Orders" {
//!   formula: count(orders), unit: 1, direction: higher, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source orders {
//!   from: csv("orders.csv"), time: day
//!   field day: date
//! }
//! indicator sales "Orders" {
//!   formula: count(orders), unit: 1, direction: higher, frequency: monthly
//!   target: 1_200 until 2026-12-31
//! }
//! ```
//!
//! Sources: G. T. Doran, "There's a S.M.A.R.T. way to write management's goals and objectives", *Management Review* 70 (11),
//! 1981; E. A. Locke and G. P. Latham, "Building a practically useful theory of goal setting", *American Psychologist* 57
//! (9), 2002.
//!
//! ## 中文
//!
//! 启用的指标没有目标值
//!
//! 没有目标值的指标只是统计数字：谈不上达标，也没有人据此行动。目标总要写明时间。只是先观察一段时间的，写
//! `stage: draft`；只作计算用的，写成 `measure`。

use crate::design::Stage;
use crate::lint::rules::prelude::*;

pub const RULE: Rule =
    Rule { code: Code::new("T01", "missing-target"), source: include_str!("missing_target.rs"), check, ..Rule::STATIC };

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, node) in context.indicators() {
        if indicator.stage != Stage::Active || !context.lacks(node, "target") {
            continue;
        }
        let name = indicator.naming.title();
        findings.push(
            Finding::at(node.place(), say!("`{name}` has no target", "“{name}”没有目标值"))
                .saying(say!("no target", "没有目标值"))
                .help(say!(
                    "add `target: VALUE by DATE`, or `stage: draft` while it is only watched",
                    "写 `target: 数值 by 日期`；还在观察的写 `stage: draft`"
                ))
                .of(id),
        );
    }
}
