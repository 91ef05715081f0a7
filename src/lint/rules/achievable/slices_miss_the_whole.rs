//! targets by slice that cannot give the target of the whole
//!
//! A share or a mean of the whole lies between those of its parts: where every region may have 6% or 7%, the whole
//! cannot have 5%. A total is the sum of its parts. Where all members of a dimension have a target of their own (the
//! field lists them) and every one of them can be on target while the whole cannot, the targets do not fit.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//!   field region: text in "north", "south"
//! }
//! dimension region: orders.region
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: lower, frequency: monthly
//!   target: 5% until 2026-12-31
//!   target: 6% until 2026-12-31 for region = "north"
//!   target: 7% until 2026-12-31 for region = "south"
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//!   field region: text in "north", "south"
//! }
//! dimension region: orders.region
//! indicator late_share "Late orders" {
//!   formula: count(orders where late) / count(orders)
//!   unit: %, direction: lower, frequency: monthly
//!   target: 5% until 2026-12-31
//!   target: 4% until 2026-12-31 for region = "north"
//!   target: 7% until 2026-12-31 for region = "south"
//! }
//! ```
//!
//! Sources: R. S. Kaplan and D. P. Norton, *Alignment*, 2006 (cascading of targets).
//!
//! ## 中文
//!
//! 各切片的目标达不成总体目标
//!
//! 整体的占比或平均值在各部分之间：每个区域都允许 6% 或 7%，总体就不可能是 5%。合计等于各部分之和。维度的成员都有自己的目标（字段列出了全部成员），
//! 人人达标而总体达不到，目标就对不上。

use crate::design::{AggregateFunction, DimensionId, Due, FormulaKind, Indicator, Target};
use crate::lint::levels::{sign, worse};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("A14", "slices-miss-the-whole"),
    source: include_str!("slices_miss_the_whole.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let Some(sign) = sign(indicator.direction) else { continue };
        for whole in indicator.targets.iter().filter(|t| t.slice.is_empty()) {
            for (at, dimension) in context.design.dimensions.iter().enumerate() {
                let Some(slices) = slices(context, indicator, whole, DimensionId(at as u32)) else { continue };
                let values: Option<Vec<f64>> = slices.iter().map(|t| context.one(&t.value)).collect();
                let (Some(values), Some(goal)) = (values, context.one(&whole.value)) else { continue };
                let best = values.iter().copied().max_by(|a, b| (a * sign).total_cmp(&(b * sign)));
                let (Some(best), sum) = (best, values.iter().sum::<f64>()) else { continue };
                let between = is_between(context, indicator);
                let made = if indicator.additive { sum } else { best };
                if !(indicator.additive || between) || !worse(made, goal, sign) {
                    continue;
                }
                let name = indicator.naming.title();
                let over = dimension.naming.title();
                let (made, goal) = (context.shown(made, &indicator.unit), context.shown(goal, &indicator.unit));
                let mut finding = Finding::at(
                    whole.span,
                    say!(
                        "the targets of `{name}` by {over} miss that of the whole",
                        "“{name}”按{over}的目标达不成总体目标"
                    ),
                )
                .saying(if indicator.additive {
                    say!("{goal}, and the parts add up to {made}", "{goal}，而各部分之和是 {made}")
                } else {
                    say!("{goal}, and the best part is {made}", "{goal}，而最好的部分是 {made}")
                });
                for slice in slices {
                    finding = finding.label(slice.span, say!("a part", "一个部分"));
                }
                findings.push(finding.help(say!("correct the parts or the whole", "改正各部分或总体的目标")).of(id));
            }
        }
    }
}

/// Whether the whole lies between its parts: a mean, or a ratio of totals.
fn is_between<'a>(context: &Context<'a>, indicator: &'a Indicator) -> bool {
    match &context.core(&indicator.formula).kind {
        FormulaKind::Aggregate(a) => a.function == AggregateFunction::Avg,
        _ => context
            .quotient(&indicator.formula)
            .is_some_and(|(above, below)| context.is_total(above) && context.is_total(below)),
    }
}

/// The targets of all members of a dimension for the time of the whole's. None: some member has none, or nobody knows them.
fn slices<'i>(
    context: &Context<'_>,
    indicator: &'i Indicator,
    whole: &Target,
    dimension: DimensionId,
) -> Option<Vec<&'i Target>> {
    let declared = context.design.dimensions.get(dimension.index())?;
    let same = |due: Due| due == whole.due;
    let of = |member: &String| {
        indicator
            .targets
            .iter()
            .find(|t| same(t.due) && matches!(t.slice.as_slice(), [(d, m)] if *d == dimension && m == member))
    };
    // One source is enough: members are of the dimension, not of a source.
    let (source, path) = declared.fields.first()?;
    let (_, field) = crate::analysis::rows::Rows::new(context.design, *source).field(path)?;
    let all: Option<Vec<&Target>> = field.members.iter().map(of).collect();
    all.filter(|all| !all.is_empty())
}
