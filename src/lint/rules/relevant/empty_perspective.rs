//! a perspective of the scorecard that no factor has
//!
//! The four perspectives are there to keep each other in balance: a scorecard of results without what brings them about, or
//! of processes without customers, is half of one. The rule speaks once factors name perspectives, of the four and of those
//! that the design declares. Where they name no more than half of them, they are labels rather than a scorecard, and it is a
//! note. A team for which one does not apply says so: `allow R04: "no budget of its own"`.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor money "Money" { perspective: financial
//!   indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly }
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor money "Money" { perspective: financial }
//! factor trust "Trust" { perspective: customer }
//! factor flow "Flow" { perspective: process }
//! factor skills "Skills" { perspective: learning }
//! ```
//!
//!
//! Sources: R. S. Kaplan and D. P. Norton, "The balanced scorecard: measures that drive performance", *Harvard Business
//! Review* 70 (1), 1992.
//!
//! ## 中文
//!
//! 没有关键成功因素的视角
//!
//! 四个视角相互制衡：只有结果没有原因，或只有流程没有客户，都只是半张计分卡。因素写了 `perspective` 时才检查；所写的不过半数时，那只是标注而不是计分卡，只作提示。某个视角确实
//! 不适用的，用 `allow R04: "理由"` 说明。

use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("R04", "empty-perspective"),
    source: include_str!("empty_perspective.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let design = context.design;
    let used: Vec<usize> = design.factors.iter().filter_map(|f| f.perspective).map(|p| p.index()).collect();
    if used.is_empty() || !context.graph_is_whole() {
        return;
    }
    let empty: Vec<&crate::design::Naming> =
        design.perspectives.iter().enumerate().filter(|(at, _)| !used.contains(at)).map(|(_, naming)| naming).collect();
    if empty.is_empty() {
        return;
    }
    let names = |comma: &str| empty.iter().map(|n| format!("`{}`", n.title())).collect::<Vec<_>>().join(comma);
    let (en, zh) = (names(", "), names("、"));
    let half = empty.len() * 2 >= design.perspectives.len();
    let finding =
        Finding::at(context.head(), say!("no factor has the perspective {en}", "没有关键成功因素属于视角 {zh}"))
            .saying(say!("the scorecard is out of balance", "计分卡不平衡"))
            .help(say!(
                "add a factor for it, or say why there is none: `allow R04: \"…\"`",
                "为它加一个因素，或说明为什么没有：`allow R04: \"…\"`"
            ));
    findings.push(if half { finding.severity(Severity::Info) } else { finding });
}
