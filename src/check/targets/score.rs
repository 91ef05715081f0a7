//! Scores: own anchors, and the words of a judged scale.

use bigdecimal::BigDecimal;

use super::{Subject, constant, empty, nothing_beside};
use crate::check::formula;
use crate::check::scope::Scope;
use crate::check::values::{self, Keyed};
use crate::design::{Direction, Scale};
use crate::diagnostic::{Diagnostic, Diagnostics, codes, say};
use crate::source::Span;
use crate::syntax::ast::{ClauseWord, ExprKind, Number};

/// `60% is 0, 80% is 60`, `steps`
pub fn score(subject: &Subject, keyed: Keyed, scope: &Scope, sink: &mut Diagnostics) -> Option<Scale> {
    let mut scale = Scale { steps: false, anchors: Vec::new() };
    let mut sound = true;
    let mut written: Vec<Span> = Vec::new();
    empty(keyed, sink);
    for phrase in &keyed.1.value {
        if values::is_hole(&phrase.expr) {
            sound = false;
            continue;
        }
        if phrase.expr.as_name().is_some_and(|name| name.text == "steps") && phrase.clauses.is_empty() {
            scale.steps = true;
            continue;
        }
        nothing_beside("score", phrase, sink);
        let [is] = values::clauses(&say!("a score", "得分"), phrase, [ClauseWord::Is], sink);
        let Some(is) = is else {
            if phrase.clauses.is_empty() {
                values::wrong_shape(keyed.0, phrase.span, sink);
            }
            sound = false;
            continue;
        };
        let value =
            subject.unit.and_then(|unit| formula::check_as(&phrase.expr, unit, &subject.what("score"), scope, sink));
        let points = match &is.value.kind {
            ExprKind::Number(Number { digits, unit: None, .. }) => digits.parse::<BigDecimal>().ok(),
            ExprKind::Hole => None,
            _ => {
                sink.push(
                    Diagnostic::error(
                        codes::keys::WRONG_SHAPE,
                        is.value.span,
                        say!("a score is a plain number", "得分是纯数"),
                    )
                    .saying(say!("does not fit", "不合适"))
                    .help(say!("for example `80% is 60`", "例如 `80% is 60`")),
                );
                None
            }
        };
        match (value, points) {
            (Some(value), Some(points)) => {
                scale.anchors.push((value, points / BigDecimal::from(100)));
                written.push(phrase.span);
            }
            _ => sound = false,
        }
    }
    if !sound || !ordered(subject, &scale, &written, sink) {
        return None;
    }
    if let ([_], [only]) = (scale.anchors.as_slice(), written.as_slice()) {
        sink.push(
            Diagnostic::error(
                codes::targets::DISORDERED_ANCHORS,
                *only,
                say!("{} has one anchor", "{}只有一个刻度", subject.what("score")),
            )
            .saying(say!("a line takes two", "一条线要两个"))
            .help(say!("for example `score: 60% is 0, 90% is 100`", "例如 `score: 60% is 0, 90% is 100`")),
        );
        return None;
    }
    Some(scale)
}

/// Values that go one way, and scores that go the way of the direction.
fn ordered(subject: &Subject, scale: &Scale, written: &[Span], sink: &mut Diagnostics) -> bool {
    let anchors: Option<Vec<(BigDecimal, &BigDecimal)>> =
        scale.anchors.iter().map(|(value, points)| Some((constant(value)?, points))).collect();
    let Some(anchors) = anchors else { return true };
    let rising = anchors.first().map(|(v, _)| v) < anchors.last().map(|(v, _)| v);
    for ((pair, place), before) in anchors.windows(2).zip(written.iter().skip(1)).zip(written) {
        let [(a, low), (b, high)] = pair else { continue };
        let problem = if a == b {
            Some(say!("the same value again", "值重复"))
        } else if (a < b) != rising {
            Some(say!("turns back", "方向折回"))
        } else {
            match subject.direction {
                Some(Direction::Higher) if (low <= high) != (a < b) => {
                    Some(say!("a higher value scores less", "值更高，得分却更低"))
                }
                Some(Direction::Lower) if (low >= high) != (a < b) => {
                    Some(say!("a lower value scores less", "值更低，得分却更低"))
                }
                _ => None,
            }
        };
        if let Some(problem) = problem {
            sink.push(
                Diagnostic::error(
                    codes::targets::DISORDERED_ANCHORS,
                    *place,
                    say!("the anchors of {} are out of order", "{}的刻度次序不对", subject.what("score")),
                )
                .saying(problem)
                .label(*before, say!("after this one", "在这一个之后"))
                .help(say!("write them from one end of the scale to the other, each value once, the better value with the better score", "从一端写到另一端，每个值一次，值越好得分越高")),
            );
            return false;
        }
    }
    true
}

/// `1 point "…", 3 point "…"`
pub fn anchors(subject: &Subject, keyed: Keyed, scope: &Scope, sink: &mut Diagnostics) -> Vec<(BigDecimal, String)> {
    let mut anchors: Vec<(BigDecimal, String)> = Vec::new();
    let mut last: Option<Span> = None;
    empty(keyed, sink);
    for phrase in &keyed.1.value {
        if values::is_hole(&phrase.expr) {
            continue;
        }
        values::clauses(&say!("an anchor", "刻度"), phrase, [], sink);
        let Some(text) = &phrase.text else {
            values::wrong_shape(keyed.0, phrase.span, sink);
            continue;
        };
        let Some(unit) = subject.unit else { continue };
        let what = say!("an anchor of `{}`", "`{}` 的刻度", subject.node.name());
        let Some(value) = formula::check_as(&phrase.expr, unit, &what, scope, sink) else { continue };
        let Some(value) = constant(&value) else {
            values::wrong_shape(keyed.0, phrase.expr.span, sink);
            continue;
        };
        if let (Some((before, _)), Some(place)) = (anchors.last(), last)
            && value <= *before
        {
            sink.push(
                Diagnostic::error(
                    codes::targets::DISORDERED_ANCHORS,
                    phrase.span,
                    say!("the anchors of `{}` are out of order", "`{}` 的刻度次序不对", subject.node.name()),
                )
                .saying(match value == *before {
                    true => say!("the same value again", "值重复"),
                    false => say!("below the one before", "比前一个小"),
                })
                .label(place, say!("after this one", "在这一个之后"))
                .help(say!("write them from the lowest value to the highest", "从最低的值写到最高的值")),
            );
            break;
        }
        anchors.push((value, text.text.clone()));
        last = Some(phrase.span);
    }
    anchors
}
