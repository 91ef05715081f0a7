//! an indicator that pay depends on, without weight, target, threshold or scoring
//!
//! Under the profile `appraisal` the score of an indicator counts for somebody. Then its weight, its target and how points
//! are given below the target are settled before the year, not after: `weight`, `target`, and one of `threshold`, `worst`
//! or `score`.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//! }
//! factor sales "Sales" {
//!   indicator orders_received "Orders" {
//!     formula: count(orders), unit: 1, direction: higher, frequency: monthly
//!     target: 110 until 2026-12-31
//!   }
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//! }
//! factor sales "Sales" {
//!   indicator orders_received "Orders" {
//!     formula: count(orders), unit: 1, direction: higher, frequency: monthly
//!     target: 110 until 2026-12-31
//!     threshold: 90
//!     weight: 100%
//!   }
//! }
//! ```
//!
//! Sources: M. Armstrong, *Armstrong's Handbook of Performance Management*, 6th ed. 2017 (objectives and standards are
//! agreed beforehand).
//!
//! ## 中文
//!
//! 用于考核的指标缺少权重、目标、门槛或评分标准
//!
//! 在 `appraisal` 下，指标的得分关系到人。权重、目标以及未达目标时如何给分，要事先写清：`weight`、`target`，以及 `threshold`、 `worst`、`score` 之一。

use crate::design::Stage;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("G06", "appraisal-incomplete"),
    appraisal: true,
    source: include_str!("appraisal_incomplete.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, node) in context.indicators().filter(|(_, i, _)| i.stage == Stage::Active) {
        let shares = node.keys.get("factors").is_some_and(|(_, p)| p.value.iter().any(|phrase| phrase.share.is_some()));
        let scored = ["threshold", "worst", "score"].iter().any(|key| !context.lacks(node, key));
        let mut missing: Vec<(&str, &str)> = Vec::new();
        if context.lacks(node, "weight") && !shares {
            missing.push(("`weight`", "`weight`"));
        }
        if context.lacks(node, "target") {
            missing.push(("`target`", "`target`"));
        }
        if !scored {
            missing.push(("`threshold` or `score`", "`threshold` 或 `score`"));
        }
        if missing.is_empty() {
            continue;
        }
        let name = indicator.naming.title();
        let en = missing.iter().map(|(en, _)| *en).collect::<Vec<_>>().join(", ");
        let zh = missing.iter().map(|(_, zh)| *zh).collect::<Vec<_>>().join("、");
        findings.push(
            Finding::at(node.place(), say!("`{name}` cannot be used for appraisal yet", "“{name}”还不能用于考核"))
                .saying(say!("has no {en}", "缺少 {zh}"))
                .help(say!("add {en}", "写上 {zh}"))
                .of(id),
        );
    }
}
