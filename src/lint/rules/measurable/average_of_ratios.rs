//! an average or a sum of values that are ratios themselves
//!
//! The mean of twelve monthly rates is not the rate of the year: it weighs a month with ten cases like one with a
//! thousand, and counts of different customers do not add up at all. A formula is a function of its window: asked on the
//! year it gives the year's rate. So what is averaged can be asked for on the whole window.
//!
//! Reported are `avg` and `sum` over quotients, means and percentiles, and `sum` over counts of different things. The
//! mean of monthly active users is a measure of its own, and left alone; so is a mean over members that each count the
//! same, where that is meant: `allow M11: "every store counts the same"`.
//!
//! The fix takes the aggregation away.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: avg(count(orders where late) / count(orders) by month)
//!   unit: %, direction: lower, frequency: yearly
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: lower, frequency: yearly
//! }
//! ```
//!
//! Sources: E. H. Simpson, "The Interpretation of Interaction in Contingency Tables", *JRSS B* 13 (2), 1951; R. Kimball and
//! M. Ross, *The Data Warehouse Toolkit*, 3rd ed. 2013 (non-additive facts).
//!
//! ## 中文
//!
//! 对比率再取平均或求和
//!
//! 十二个月度比率的平均不是全年的比率：十个个案的月份与一千个的同样重；去重计数根本不能相加。公式是窗口的函数，在全年上求值就得到全年的比率。
//! 报告的是对商、平均值、百分位取 `avg` 和 `sum`，以及对去重计数求 `sum`。月活跃数的平均自有含义，
//! 不报；各成员同等看待的，用 `allow M11` 说明。修复：去掉外层的聚合。

use crate::design::{AggregateFunction, ArithmeticOp, ByFunction, FormulaKind};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("M11", "average-of-ratios"),
    fix: FixKind::Proposed,
    source: include_str!("average_of_ratios.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let indicators = context.sound().map(|(id, i, _)| (Some(id), &i.naming, &i.formula));
    let measures = context.measures().map(|(_, m, _)| (None, &m.naming, &m.formula));
    for (id, naming, formula) in indicators.chain(measures) {
        let mut waiting = vec![formula];
        while let Some(part) = waiting.pop() {
            waiting.extend(part.operands());
            let FormulaKind::By { function: function @ (ByFunction::Avg | ByFunction::Sum), operand, .. } = &part.kind
            else {
                continue;
            };
            let (what, chinese) = match &context.core(operand).kind {
                FormulaKind::Arithmetic { op: ArithmeticOp::Divide, .. } => ("a ratio", "比率"),
                FormulaKind::Growth { .. } => ("a growth rate", "增长率"),
                FormulaKind::Aggregate(a) => match a.function {
                    AggregateFunction::Avg | AggregateFunction::WeightedAvg => ("a mean", "平均值"),
                    AggregateFunction::Median | AggregateFunction::Percentile(_) => ("a percentile", "百分位"),
                    AggregateFunction::CountDistinct if *function == ByFunction::Sum => {
                        ("a count of different values", "去重计数")
                    }
                    _ => continue,
                },
                FormulaKind::Count(_) if *function == ByFunction::Sum => ("a count of different keys", "去重计数"),
                _ => continue,
            };
            let name = naming.title();
            let (verb, verb_chinese) = if *function == ByFunction::Sum {
                ("adds up", "对各部分求和")
            } else {
                ("averages", "对各部分取平均")
            };
            let inner = context.slice(operand.span.0);
            let finding = Finding::at(part.span.0, say!("`{name}` {verb} {what}", "“{name}”{verb_chinese}:{chinese}"))
                .saying(say!("parts of any size weigh the same", "大小不同的部分同样重"))
                .help(say!(
                    "ask for `{inner}` on the whole window; where each part is to count the same, `allow M11: \"…\"`",
                    "在整个窗口上求 `{inner}`；确实要各部分同等看待的，写 `allow M11: \"…\"`"
                ))
                .fix(
                    say!("take the aggregation away", "去掉外层的聚合"),
                    vec![Edit {
                        span: part.span.0,
                        text: if std::ptr::eq(part, formula) { inner.to_string() } else { format!("({inner})") },
                    }],
                );
            findings.push(match id {
                Some(id) => finding.of(id),
                None => finding,
            });
        }
    }
}
