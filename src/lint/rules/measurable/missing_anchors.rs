//! a judged indicator without words for its levels
//!
//! Collaboration is judged, not counted. What a 3 means, and what a 5, has to stand in the design, or each rater has a
//! scale of their own: `anchors` gives the words, at least for the lowest, the middle and the highest level.
//!
//! Judged are indicators with a unit of kind `scale` that are means of ratings with a lowest and a highest level.
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
//! unit point: scale
//! source ratings {
//!   origin: feedback, from: csv("ratings.csv"), time: day
//!   field day: date
//!   field score: integer point 1..5
//! }
//! indicator together "Working together" {
//!   formula: avg(ratings.score)
//!   unit: point, direction: higher, frequency: monthly
//!   anchors: 1 point "each alone", 3 point "by the book", 5 point "shares the outcome"
//! }
//! ```
//!
//! Sources: P. C. Smith and L. M. Kendall, "Retranslation of expectations", *J. Applied Psychology* 47 (2), 1963
//! (behaviourally anchored scales).
//!
//! ## 中文
//!
//! 评判类指标没有写明各级的含义
//!
//! 协作是评判出来的，不是数出来的。3 分、5 分各是什么意思，要写在设计里，否则每个评分人各有一把尺：`anchors` 至少写明最低、
//! 中间和最高一级。单位是 `scale` 类、并且是有最低最高级的评分之平均的指标才检查。

use crate::lint::rules::prelude::*;
use crate::lint::shape::mean_of_scale;
use crate::value::unit::Base;

pub const RULE: Rule = Rule {
    code: Code::new("M15", "missing-anchors"),
    source: include_str!("missing_anchors.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, node) in context.sound() {
        if !matches!(indicator.unit.quantity.single(), Some(Base::Scale(_))) {
            continue;
        }
        let Some((_, low, high)) = mean_of_scale(context, &indicator.formula) else { continue };
        // A scale of a hundred points is marked, not judged by levels.
        if high - low > 10.0 {
            continue;
        }
        let given: Vec<f64> =
            indicator.anchors.iter().map(|(value, _)| crate::analysis::rows::nearest(value)).collect();
        let has = |value: f64| given.iter().any(|g| (g - value).abs() < 1e-9);
        // Of an even number of levels either middle will do.
        let middle = (low + high) / 2.0;
        let in_the_middle = given.iter().any(|g| (g - middle).abs() <= 0.5);
        if (has(low) && has(high) && in_the_middle) || node.keys.has("anchors") && given.is_empty() {
            continue;
        }
        let name = indicator.naming.title();
        let (place, unit) = (node.keys.get("anchors").map_or(node.place(), |(_, p)| p.span), &indicator.unit.name);
        findings.push(
            Finding::at(
                place,
                say!("`{name}` is judged, and its levels have no words", "“{name}”靠评判得出，各级却没有写明含义"),
            )
            .saying(say!("what is a {low}, a {middle}, a {high}?", "{low}、{middle}、{high} 各是什么意思？"))
            .help(say!(
                "add `anchors: {low} {unit} \"…\", {middle} {unit} \"…\", {high} {unit} \"…\"`",
                "写 `anchors: {low} {unit} \"…\", {middle} {unit} \"…\", {high} {unit} \"…\"`"
            ))
            .of(id),
        );
    }
}
