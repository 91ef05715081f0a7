//! the mean of a scale with few levels
//!
//! The levels of a scale have an order, not distances: from 4 to 5 need not be as far as from 2 to 3, and a mean of 3.5
//! may be all threes and fours, or ones and fives. With fewer than eight levels the share at or above a level says more:
//! `count(s where score >= 4) / count(s)`. A mean is easier to compare over years; who wants it knows that.
//!
//! ```kpi,fails
//! unit point: scale
//! source ratings {
//!   origin: feedback, from: csv("ratings.csv"), time: day
//!   field day: date
//!   field score: integer point 1..5
//! }
//! indicator together "Working together" {
//!   formula: avg(ratings.score)
//!   unit: point, direction: higher, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source ratings {
//!   origin: feedback, from: csv("ratings.csv"), time: day
//!   field day: date
//!   field score: integer 1..5
//! }
//! indicator together "Working together" {
//!   formula: count(ratings where score >= 4) / count(ratings)
//!   unit: %, direction: higher, frequency: monthly, min_n: 30
//! }
//! ```
//!
//! Sources: S. S. Stevens, "On the Theory of Scales of Measurement", *Science* 103, 1946; T. M. Liddell and J. K.
//! Kruschke, "Analyzing ordinal data with metric models", *J. Exp. Soc. Psych.* 79, 2018.
//!
//! ## 中文
//!
//! 对级数很少的量表取平均
//!
//! 量表的各级有次序而没有距离：4 到 5 不一定与 2 到 3 一样远；平均 3.5 可能全是三四分，也可能是一分和五分。
//! 少于八级时，达到某一级的占比更说明问题：`count(s where score >= 4) / count(s)`。
//! 平均值便于逐年比较，要用就要明白这一点。

use crate::lint::rules::prelude::*;
use crate::lint::shape::mean_of_scale;

pub const RULE: Rule = Rule {
    code: Code::new("M14", "mean-of-ordinal"),
    severity: Severity::Info,
    source: include_str!("mean_of_ordinal.rs"),
    check,
    ..Rule::STATIC
};

/// Levels from which a scale is taken for even.
const MANY: f64 = 8.0;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, _) in context.sound() {
        let Some((field, low, high)) = mean_of_scale(context, &indicator.formula) else { continue };
        let levels = high - low + 1.0;
        if field.kind != crate::design::FieldKind::Integer || levels >= MANY {
            continue;
        }
        let (name, title) = (indicator.naming.title(), field.label.as_ref().unwrap_or(&field.name));
        findings.push(
            Finding::at(
                indicator.formula.span.0,
                say!("`{name}` is the mean of a scale of {levels} levels", "“{name}”是 {levels} 级量表的平均"),
            )
            .saying(say!("levels have an order, not distances", "各级有次序而没有距离"))
            .label(field.span, say!("`{title}` from {low} to {high}", "“{title}”从 {low} 到 {high}"))
            .help(say!(
                "the share at or above a level says more: `count(… where {title} >= …) / count(…)`",
                "达到某一级的占比更说明问题：`count(… where {title} >= …) / count(…)`"
            ))
            .of(id),
        );
    }
}
