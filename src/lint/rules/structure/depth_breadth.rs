//! a design too deep or too broad to be read
//!
//! More than 5 levels from objective to indicator, more than 15 indicators on one bone, more than 12 bones on one
//! objective: the picture stops being one. Group what belongs together, or split the design.
//!
//! ```kpi,fails
//! objective a "A"
//! factor f1 { objective: a
//!   factor f2 { factor f3 { factor f4 { factor f5 { } } } }
//! }
//! ```
//!
//! ```kpi
//! objective a "A"
//! factor f1 { objective: a
//!   factor f2 { factor f3 { } }
//! }
//! ```
//!
//! Sources: G. A. Miller, "The magical number seven, plus or minus two", *Psychological Review* 63 (2), 1956; K. Ishikawa,
//! *Guide to Quality Control*, 1976 (branches of the diagram).
//!
//! ## 中文
//!
//! 设计太深或太宽，读不过来
//!
//! 从目标到指标超过 5 层，一根骨上超过 15 个指标，一个目标超过 12 根骨：图就看不清了。把相关的归到一起，或拆成几个设计。

use crate::design::Child;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("X03", "depth-breadth"),
    severity: Severity::Info,
    source: include_str!("depth_breadth.rs"),
    check,
    ..Rule::STATIC
};

const LEVELS: usize = 5;
const ON_BONE: usize = 15;
const BONES: usize = 12;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let design = context.design;
    // Parents stand before children.
    let mut depth: Vec<usize> = Vec::with_capacity(design.factors.len());
    for (factor, node) in design.factors.iter().zip(&context.model.factors) {
        let own = factor.parent.and_then(|p| depth.get(p.index())).copied().unwrap_or(0) + 1;
        depth.push(own);
        let name = factor.naming.title();
        // Objective, factors, indicator: told where the fifth factor starts.
        let level = own + 1;
        if level == LEVELS + 1 {
            findings.push(
                Finding::at(
                    node.place(),
                    say!("`{name}` makes the design more than {LEVELS} levels deep", "“{name}”使设计超过 {LEVELS} 层"),
                )
                .saying(say!("level {level}", "第 {level} 层"))
                .help(say!("join levels that do not decide anything", "合并不起作用的层级")),
            );
        }
        let indicators = factor.children.iter().filter(|c| matches!(c, Child::Indicator(..))).count();
        if indicators > ON_BONE {
            findings.push(
                Finding::at(
                    node.place(),
                    say!(
                        "{indicators} indicators stand on the bone `{name}`",
                        "“{name}”这根骨上有 {indicators} 个指标"
                    ),
                )
                .saying(say!("more than {ON_BONE}", "超过 {ON_BONE} 个"))
                .help(say!("group them by sub-factors, or keep fewer", "用子因素分组，或减少指标")),
            );
        }
    }
    for (at, (objective, node)) in design.objectives.iter().zip(&context.model.objectives).enumerate() {
        let bones = design
            .factors
            .iter()
            .filter(|f| f.parent.is_none() && f.objective.is_some_and(|o| o.index() == at))
            .count();
        if bones > BONES {
            let name = objective.naming.title();
            findings.push(
                Finding::at(node.place(), say!("`{name}` has {bones} bones", "“{name}”有 {bones} 根骨"))
                    .saying(say!("more than {BONES}", "超过 {BONES} 根"))
                    .help(say!("group factors under others, or split the objective", "把因素归到上级因素，或拆分目标")),
            );
        }
    }
}
