//! a declared process that no indicator measures
//!
//! The design says that the department does it, and nothing says how well. An indicator names what it measures with
//! `process:`.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! process repair "Repair"
//! indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! process repair "Repair"
//! indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, process: repair }
//! ```
//!
//!
//! Sources: ISO 9001:2015 (performance indicators of the processes).
//!
//! ## 中文
//!
//! 没有指标衡量的业务流程
//!
//! 设计里写了这项业务，却没有指标说明做得如何。指标用 `process:` 写明衡量哪个流程。

use crate::design::ContextKind;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("R06", "process-unmeasured"),
    source: include_str!("process_unmeasured.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !context.graph_is_whole() {
        return;
    }
    let design = context.design;
    for (at, (process, node)) in design.contexts.iter().zip(&context.model.contexts).enumerate() {
        let measured = context.indicators().any(|(_, i, _)| i.processes.iter().any(|p| p.index() == at));
        if process.kind != ContextKind::Process || measured {
            continue;
        }
        let (name, written) = (process.naming.title(), node.name());
        findings.push(
            Finding::at(node.place(), say!("no indicator measures the process `{name}`", "没有指标衡量流程“{name}”"))
                .saying(say!("how well is it done?", "做得怎么样？"))
                .help(say!(
                    "write `process: {written}` in the indicator that shows it",
                    "在能反映它的指标里写 `process: {written}`"
                )),
        );
    }
}
