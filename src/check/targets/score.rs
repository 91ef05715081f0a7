//! Scores: own anchors, and the words of a judged scale.

use bigdecimal::BigDecimal;

use super::{Subject, constant, empty, nothing_beside};
use crate::check::formula;
use crate::check::scope::Scope;
use crate::check::values::{self, Keyed};
use crate::design::{Direction, Scale};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
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
        let [is] = values::clauses("a score", phrase, [ClauseWord::Is], sink);
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
                    Diagnostic::error(codes::keys::WRONG_SHAPE, is.value.span, "a score is a plain number")
                        .saying("does not fit")
                        .help("for example `80% is 60`"),
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
                format!("{} has one anchor", subject.what("score")),
            )
            .saying("a line takes two")
            .help("for example `score: 60% is 0, 90% is 100`"),
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
            Some("the same value again".to_string())
        } else if (a < b) != rising {
            Some("turns back".to_string())
        } else {
            match subject.direction {
                Some(Direction::Higher) if (low <= high) != (a < b) => Some("a higher value scores less".to_string()),
                Some(Direction::Lower) if (low >= high) != (a < b) => Some("a lower value scores less".to_string()),
                _ => None,
            }
        };
        if let Some(problem) = problem {
            sink.push(
                Diagnostic::error(
                    codes::targets::DISORDERED_ANCHORS,
                    *place,
                    format!("the anchors of {} are out of order", subject.what("score")),
                )
                .saying(problem)
                .label(*before, "after this one")
                .help("write them from one end of the scale to the other, each value once, the better value with the better score"),
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
        values::clauses("an anchor", phrase, [], sink);
        let Some(text) = &phrase.text else {
            values::wrong_shape(keyed.0, phrase.span, sink);
            continue;
        };
        let Some(unit) = subject.unit else { continue };
        let what = format!("an anchor of `{}`", subject.node.name());
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
                    format!("the anchors of `{}` are out of order", subject.node.name()),
                )
                .saying(if value == *before { "the same value again" } else { "below the one before" })
                .label(place, "after this one")
                .help("write them from the lowest value to the highest"),
            );
            break;
        }
        anchors.push((value, text.text.clone()));
        last = Some(phrase.span);
    }
    anchors
}
