//! two weighted indicators that are one, or each other's rest
//!
//! Orders in time out of all orders, and late orders out of all orders: when the one moves the other moves, and the score
//! counts one result twice. The rule compares the normal forms of formulas: sums, products and quotients in any order,
//! through measures and indicators, with filters by their meaning, and 1 less a share. Only indicators with a weight are
//! looked at; one of them may well be watched without.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor trust "Trust" {
//!   indicator late "Late orders" {
//!     formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, weight: 50%
//!   }
//!   indicator punctual "Orders in time" {
//!     formula: 1 - count(orders where late) / count(orders), unit: %, direction: higher, frequency: monthly, weight: 50%
//!   }
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! factor trust "Trust" {
//!   indicator late "Late orders" {
//!     formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly, weight: 100%
//!   }
//!   indicator punctual "Orders in time" {
//!     formula: 1 - count(orders where late) / count(orders), unit: %, direction: higher, frequency: monthly
//!   }
//! }
//! ```
//!
//! Sources: OECD/JRC, *Handbook on Constructing Composite Indicators*, 2008; J. T. Schwartz, "Fast probabilistic algorithms
//! for verification of polynomial identities", *JACM* 27 (4), 1980 (the normal form).
//!
//! ## 中文
//!
//! 两个有权重的指标其实是同一个，或互为补数
//!
//! “按时率”与“迟到率”一个变另一个必变，同一结果在得分里算了两次。比较公式的标准形：加、乘、除不论次序，展开度量和指标，条件
//! 按含义比较，并考虑 1 减去占比。只检查有权重的指标；其中一个不给权重、只作观察是可以的。

use crate::lint::rules::prelude::*;
use std::collections::HashMap;

use crate::analysis::Normal;
use crate::design::{Child, IndicatorId};

pub const RULE: Rule = Rule {
    code: Code::new("R17", "algebraic-duplicate"),
    source: include_str!("algebraic_duplicate.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut weighted: Vec<IndicatorId> = context
        .design
        .factors
        .iter()
        .flat_map(|f| &f.children)
        .filter_map(|child| match child {
            Child::Indicator(id, Some(_)) => Some(*id),
            Child::Indicator(_, None) | Child::Factor(_) => None,
        })
        .filter(|id| context.is_sound(*id))
        .collect();
    weighted.sort_unstable();
    weighted.dedup();
    let mut seen: HashMap<Normal, IndicatorId> = HashMap::new();
    for id in weighted {
        let (Some(normal), Some(indicator), Some(node)) =
            (context.analysis.normal(id), context.indicator(id), context.model.indicators.get(id.index()))
        else {
            continue;
        };
        let same = seen.get(&normal).map(|other| (*other, false));
        // The rest of a share, not of any number.
        let rest = || {
            indicator
                .unit
                .quantity
                .is_plain()
                .then(|| seen.get(&normal.complement()))
                .flatten()
                .map(|other| (*other, true))
        };
        let Some((other, complement)) = same.or_else(rest) else {
            seen.insert(normal, id);
            continue;
        };
        let (Some(first), Some(first_node)) = (context.indicator(other), context.model.indicators.get(other.index()))
        else {
            continue;
        };
        let (name, before) = (indicator.naming.title(), first.naming.title());
        let message = if complement {
            say!("`{name}` is 1 less `{before}`, and both have a weight", "“{name}”等于 1 减去“{before}”，两者都有权重")
        } else {
            say!(
                "`{name}` and `{before}` have one formula, and both have a weight",
                "“{name}”与“{before}”的公式相同，两者都有权重"
            )
        };
        findings.push(
            Finding::at(node.place(), message)
                .saying(say!("counts once more", "又算了一次"))
                .label(first_node.place(), say!("counts already", "已经算过"))
                .help(say!("weight one of the two", "只给其中一个权重"))
                .of(id),
        );
    }
}
