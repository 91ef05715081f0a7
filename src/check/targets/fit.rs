//! What must fit together: ties between slices, phases, the baseline, what a score needs.

use bigdecimal::{BigDecimal, Signed, Zero};

use super::{Slice, Subject, constant};
use crate::check::scope::Scope;
use crate::design::{Bound, Due, Indicator, Level, Target};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::source::Span;
use crate::value::Calendar;

/// Two slices that may meet in one, of which neither is the more specific: the language says no more which holds.
pub fn tied(subject: &Subject, key: &str, all: &[(&Slice, Span, Option<Due>)], scope: &Scope, sink: &mut Diagnostics) {
    for (place, (later, span, due)) in all.iter().enumerate() {
        for (earlier, first, other_due) in all.iter().take(place) {
            let same = later == earlier;
            // Targets of one slice are phases, and judged as such.
            if later.len() != earlier.len() || (same && due.is_some()) || apart(*due, *other_due, &scope.calendar) {
                continue;
            }
            let clash = later.iter().any(|(d, m)| earlier.iter().any(|(e, n)| d == e && m != n));
            let settled = |c: &Slice| {
                c.len() > later.len()
                    && c.iter().all(|condition| later.contains(condition) || earlier.contains(condition))
            };
            if clash || (!same && all.iter().any(|(slice, ..)| settled(slice))) {
                continue;
            }
            let words = |slice: &Slice| -> String {
                let words: Vec<_> = slice
                    .iter()
                    .map(|(d, m)| format!("{} = \"{m}\"", scope.dimension(*d).map_or("", |d| d.naming.name.as_str())))
                    .collect();
                words.join(" and ")
            };
            let message = match (same, later.is_empty()) {
                (true, true) => format!("`{}` has two values of `{key}`", subject.node.name()),
                (true, false) => format!("`{}` has two values of `{key}` for {}", subject.node.name(), words(later)),
                (false, _) => format!(
                    "two values of `{key}` of `{}` may hold for one slice, and none is the more specific",
                    subject.node.name()
                ),
            };
            let diagnostic = Diagnostic::error(codes::targets::TIED_TARGETS, *span, message)
                .saying(if same { "given again" } else { "this one" })
                .label(*first, if same { "first given here" } else { "and this one" });
            sink.push(if same {
                diagnostic.help("keep one of the two")
            } else {
                diagnostic.help(format!("give one for both: `for {} and {}`", words(earlier), words(later)))
            });
            return;
        }
    }
}

/// Periods without a common day.
fn apart(a: Option<Due>, b: Option<Due>, calendar: &Calendar) -> bool {
    match (a, b) {
        (Some(Due::In(a)), Some(Due::In(b))) => a.window(calendar).intersect(b.window(calendar)).is_none(),
        _ => false,
    }
}

/// Phases of one slice that claim the same days, and targets that are due before the baseline.
pub fn phases(subject: &Subject, indicator: &Indicator, scope: &Scope, sink: &mut Diagnostics) {
    let calendar = &scope.calendar;
    let targets = &indicator.targets;
    tied(subject, "target", &targets.iter().map(|t| (&t.slice, t.span, Some(t.due))).collect::<Vec<_>>(), scope, sink);
    for (place, later) in targets.iter().enumerate() {
        let clash = targets
            .iter()
            .take(place)
            .find(|earlier| earlier.slice == later.slice && overlap(earlier, later, calendar));
        if let Some(earlier) = clash {
            sink.push(
                Diagnostic::error(
                    codes::targets::OVERLAPPING_PHASES,
                    later.span,
                    format!("two targets of `{}` hold at the same time", subject.node.name()),
                )
                .saying("this one")
                .label(earlier.span, "and this one")
                .help(
                    "phases follow each other: `until` dates differ, a `by` comes after every `until`, and of two periods one \
                     holds the other or they are apart",
                ),
            );
        }
    }
    let Some(baseline) = &indicator.baseline else { return };
    let last = baseline.period.window(calendar).last();
    for target in targets {
        if let Due::By(day) = target.due
            && day <= last
        {
            let diagnostic = Diagnostic::error(
                codes::targets::TARGET_BEFORE_BASELINE,
                target.span,
                format!("{} is due before its baseline", subject.what("target")),
            )
            .saying(format!("due on {day}"));
            sink.push(match subject.node.keys.get("baseline") {
                Some((_, property)) => diagnostic.label(property.span, format!("measured until {last}")),
                None => diagnostic,
            });
        }
    }
}

/// Do both targets of one slice claim the same days? Of two periods the inner one holds, so a year's target may stand
/// beside those of its quarters.
fn overlap(a: &Target, b: &Target, calendar: &Calendar) -> bool {
    match (a.due, b.due) {
        (Due::In(a), Due::In(b)) => {
            let (a, b) = (a.window(calendar), b.window(calendar));
            a.intersect(b).is_some_and(|common| a == b || (common != a && common != b))
        }
        (Due::By(a), Due::By(b)) | (Due::Until(a), Due::Until(b)) => a == b,
        (Due::By(by), Due::Until(until)) | (Due::Until(until), Due::By(by)) => by <= until,
        (Due::In(_), _) | (_, Due::In(_)) => false,
    }
}

/// A target that is not positive has no percentage, so its score takes another anchor.
pub fn scorable(subject: &Subject, indicator: &Indicator, sink: &mut Diagnostics) {
    if indicator.score.as_ref().is_some_and(|s| !s.anchors.is_empty()) || subject.direction.is_none() {
        return;
    }
    // What was given and could not be read is another anchor all the same.
    let keys = &subject.node.keys;
    let unread = |key: &str, levels: &[Level]| keys.has(key) && levels.is_empty();
    if unread("threshold", &indicator.thresholds)
        || unread("worst", &indicator.worsts)
        || (keys.has("score") && indicator.score.is_none())
    {
        return;
    }
    for target in &indicator.targets {
        let lowest = match &target.value {
            Bound::One(value) => constant(value),
            Bound::Range(low, _) => constant(low),
        };
        let Some(lowest) = lowest.filter(|v| !v.is_positive()) else { continue };
        let anchored = indicator
            .thresholds
            .iter()
            .chain(&indicator.worsts)
            .any(|level| level.slice.is_empty() || level.slice == target.slice);
        if anchored {
            continue;
        }
        let what = if lowest.is_zero() { "a target of 0 has" } else { "a target below 0 has" };
        sink.push(
            Diagnostic::error(codes::targets::UNSCORABLE_TARGET, target.span, format!("{what} no percentage to score"))
                .saying("how bad is a miss?")
                .help("give a second value for the score: `threshold` (60 points), `worst` (0 points), or `score: … is 0, … is 100`"),
        );
    }
}

/// Levels with scores of their own need values of their own.
pub fn distinct(subject: &Subject, indicator: &Indicator, sink: &mut Diagnostics) {
    if indicator.score.as_ref().is_some_and(|s| !s.anchors.is_empty()) {
        return;
    }
    let ends = |bound: &Bound| -> Option<Vec<BigDecimal>> {
        match bound {
            Bound::One(value) => Some(vec![constant(value)?]),
            Bound::Range(low, high) => Some(vec![constant(low)?, constant(high)?]),
        }
    };
    let targets: Vec<(&str, &Bound, Span, &Slice)> =
        indicator.targets.iter().map(|t| ("target", &t.value, t.span, &t.slice)).collect();
    fn levels<'l>(name: &'static str, list: &'l [Level]) -> Vec<(&'static str, &'l Bound, Span, &'l Slice)> {
        list.iter().map(|l| (name, &l.value, l.span, &l.slice)).collect()
    }
    let thresholds = levels("threshold", &indicator.thresholds);
    let stretches = levels("stretch", &indicator.stretches);
    let worsts = levels("worst", &indicator.worsts);
    for (upper, lower) in [(&targets, &worsts), (&thresholds, &worsts), (&stretches, &targets)] {
        for (name, value, span, slice) in lower {
            let equal = upper.iter().find(|(_, other, _, own)| {
                own == slice && ends(value).zip(ends(other)).is_some_and(|(a, b)| a.iter().zip(&b).any(|(x, y)| x == y))
            });
            if let Some((other, _, first, _)) = equal {
                sink.push(
                    Diagnostic::error(
                        codes::targets::DISORDERED_ANCHORS,
                        *span,
                        format!("`{name}` and `{other}` of `{}` are one value with two scores", subject.node.name()),
                    )
                    .saying(format!("the {name}"))
                    .label(*first, format!("the {other}"))
                    .help("a value has one score: change one of the two, or leave it out"),
                );
            }
        }
    }
}
