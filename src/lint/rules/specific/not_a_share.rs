//! a percentage whose numerator is no part of its denominator
//!
//! A share counts some of what the denominator counts, and lies between 0 and 100 %. Orders delivered this month out of
//! orders placed this month is none: it can be 140 %, and nobody knows what 90 % means. The rule looks at `unit: %` over
//! two counts of one source and asks for a proof that what is counted above is counted below: the filter above implies the
//! one below, by fields and their domains, and rows are placed in time by one field.
//!
//! Where a ratio that may pass 100 % is meant (solved for each opened), give it `unit: 1`.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field delivered_on: date?
//! }
//! indicator delivered "Orders delivered" {
//!   formula: count(orders on delivered_on) / count(orders), unit: %, direction: higher, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field delivered_on: date?
//! }
//! indicator delivered "Orders delivered" {
//!   formula: count(orders where delivered_on is known) / count(orders), unit: %, direction: higher, frequency: monthly
//! }
//! ```
//!
//! Sources: ISO 80000-1:2022 (fractions of like quantities); the proof is the implication of filters in `analysis`.
//!
//! ## 中文
//!
//! 分子不是分母的一部分，却以 % 为单位
//!
//! 占比是从分母里数出一部分，落在 0 到 100% 之间。本月交付单数除以本月下单数不是占比：可能是 140%，也没人说得清 90% 的含义。
//! 检查单位为 `%`、分子分母都是同一来源计数的公式，要求能证明分子所数都在分母之内。确实可以超过 100% 的比值，请写 `unit:
//! 1`。

use crate::analysis::interval::{self, Ranges};
use crate::analysis::{Expression, Indicators};
use crate::design::{Formula, FormulaKind};
use crate::lint::rules::prelude::*;
use crate::value::Interval;

pub const RULE: Rule =
    Rule { code: Code::new("S11", "not-a-share"), source: include_str!("not_a_share.rs"), check, ..Rule::STATIC };

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, node) in context.sound().filter(|(_, i, _)| i.unit.is_percent()) {
        let Some((core, left)) = part_and_whole(context, &indicator.formula) else { continue };
        let expression = Expression::new(context.design, core, Indicators::Inlined);
        if Ranges::new(&expression, &interval::variables(&expression)).root().within(Interval::SHARE) {
            continue;
        }
        let name = indicator.naming.title();
        let place = |f: &Formula| {
            let span = f.span.0;
            let own = node.decl.span;
            if span.file == own.file && own.start <= span.start && span.end <= own.end { span } else { node.place() }
        };
        findings.push(
            Finding::at(place(left), say!("`{name}` is no share: what is counted above is not provably counted below", "“{name}”不是占比：分子所数不能证明都在分母之内"))
                .saying(say!("not a part of the denominator", "不是分母的一部分"))
                .help(say!(
                    "choose both by one time and let the filter above say all that the one below says, or give it `unit: 1`",
                    "两者取同一时间字段，分子的条件包含分母的条件；若允许超过 100%，写 `unit: 1`"
                ))
                .of(id),
        );
    }
}

/// Two counts of one source, the one divided by the other, and the upper one: meant as a share where the unit is `%`.
pub fn part_and_whole<'a>(context: &Context<'a>, formula: &'a Formula) -> Option<(&'a Formula, &'a Formula)> {
    let core = context.core(formula);
    let (left, right) = context.quotient(core)?;
    let one_source = context.sources_of(core).len() == 1;
    (one_source && counts_now(context, left) && counts_now(context, right)).then_some((core, left))
}

/// A count of rows on the window that is asked for, through names.
fn counts_now<'a>(context: &Context<'a>, formula: &'a Formula) -> bool {
    let core = context.core(formula);
    let shifted = |f: &Formula| {
        matches!(
            f.kind,
            FormulaKind::Previous { .. }
                | FormulaKind::Ago { .. }
                | FormulaKind::Rolling { .. }
                | FormulaKind::ToDate { .. }
                | FormulaKind::Before(_)
                | FormulaKind::UpToEnd(_)
        )
    };
    matches!(core.kind, FormulaKind::Aggregate(_)) && context.is_count(core) && !shifted(formula)
}
