//! an indicator, factor or objective without a label
//!
//! `csat_nps_cc2` is a name for formulas; people read labels, in tables, pictures and reports. A name that is written in
//! Chinese, Japanese or Korean is a label already.
//!
//! ```kpi,fails
//! objective growth
//! ```
//!
//! ```kpi
//! objective growth "Growth that lasts"
//! ```
//!
//! Sources: S. Few, *Information Dashboard Design*, 2nd ed. 2013 (labels in the reader's words).
//!
//! ## 中文
//!
//! 指标、关键成功因素或目标没有名称
//!
//! `csat_nps_cc2` 是公式里用的名字；人看的是名称，出现在表格、图和报告里。标识符本身就是中文的不报。

use crate::lint::rules::prelude::*;
use crate::lint::text;
use crate::model::Node;

pub const RULE: Rule = Rule {
    code: Code::new("S13", "missing-label"),
    severity: Severity::Info,
    source: include_str!("missing_label.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let missing =
        |node: &Node<'_>| node.decl.label.is_none() && !node.name().is_empty() && !text::is_cjk_text(node.name());
    let finding = |node: &Node<'_>| {
        let name = node.name();
        Finding::at(node.place(), say!("`{name}` has no label", "`{name}` 没有名称"))
            .saying(say!("read by people as it stands", "人看到的就是它"))
            .help(say!("write what people call it behind the name: `{name} \"…\"`", "在标识符后写名称：`{name} \"…\"`"))
    };
    for (id, _, node) in context.indicators().filter(|(_, _, node)| missing(node)) {
        findings.push(finding(node).of(id));
    }
    for node in context.model.factors.iter().chain(&context.model.objectives).filter(|node| missing(node)) {
        findings.push(finding(node));
    }
}
