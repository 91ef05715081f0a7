//! What must fit together: ties between slices, phases, the baseline, what a score needs.

use bigdecimal::{BigDecimal, Signed, Zero};

use super::{Slice, Subject, constant};
use crate::check::scope::Scope;
use crate::design::{Bound, Due, Indicator, Level, Target};
use crate::diagnostic::{Diagnostic, Diagnostics, codes, say};
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
                (true, true) => say!("`{}` has two values of `{key}`", "`{}` 有两个 `{key}`", subject.node.name()),
                (true, false) => say!(
                    "`{}` has two values of `{key}` for {}",
                    "`{}` 有两个 `{key}`，都是 {}",
                    subject.node.name(),
                    words(later)
                ),
                (false, _) => say!(
                    "two values of `{key}` of `{}` may hold for one slice, and none is the more specific",
                    "`{}` 的两个 `{key}` 可能用于同一切片，而哪一个都不更具体",
                    subject.node.name()
                ),
            };
            let diagnostic = Diagnostic::error(codes::targets::TIED_TARGETS, *span, message)
                .saying(if same { say!("given again", "再次给出") } else { say!("this one", "这一个") })
                .label(
                    *first,
                    if same { say!("first given here", "首次给出") } else { say!("and this one", "与这一个") },
                );
            sink.push(if same {
                diagnostic.help(say!("keep one of the two", "保留其中一个"))
            } else {
                diagnostic.help(say!(
                    "give one for both: `for {} and {}`",
                    "写一个兼顾两者的：`for {} and {}`",
                    words(earlier),
                    words(later)
                ))
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
                    say!("two targets of `{}` hold at the same time", "`{}` 的两个目标值同时有效", subject.node.name()),
                )
                .saying(say!("this one", "这一个"))
                .label(earlier.span, say!("and this one", "与这一个"))
                .help(
                    say!("phases follow each other: `until` dates differ, a `by` comes after every `until`, and of two periods one \
                     holds the other or they are apart", "各阶段前后相接：`until` 的日期各不相同，`by` 在所有 `until` 之后，两个期间或者一个包含另一个，或者不重叠"),
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
                say!("{} is due before its baseline", "{}早于基准到期", subject.what("target")),
            )
            .saying(say!("due on {day}", "{day} 到期"));
            sink.push(match subject.node.keys.get("baseline") {
                Some((_, property)) => diagnostic.label(property.span, say!("measured until {last}", "测量到 {last}")),
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
        let message = if lowest.is_zero() {
            say!("a target of 0 has no percentage to score", "目标值为 0，得不出达成百分比")
        } else {
            say!("a target below 0 has no percentage to score", "目标值小于 0，得不出达成百分比")
        };
        sink.push(
            Diagnostic::error(codes::targets::UNSCORABLE_TARGET, target.span, message)
                .saying(say!("how bad is a miss?", "没达到有多糟？"))
                .help(say!("give a second value for the score: `threshold` (60 points), `worst` (0 points), or `score: … is 0, … is 100`", "再给一个计分的值：`threshold`（60 分）、`worst`（0 分），或 `score: … is 0, … is 100`")),
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
                        say!(
                            "`{name}` and `{other}` of `{}` are one value with two scores",
                            "`{}` 的 `{name}` 与 `{other}` 是同一个值，得分却不同",
                            subject.node.name()
                        ),
                    )
                    .saying(say!("the {name}", "这是 `{name}`"))
                    .label(*first, say!("the {other}", "这是 `{other}`"))
                    .help(say!(
                        "a value has one score: change one of the two, or leave it out",
                        "一个值只有一个得分：改其中一个，或删去"
                    )),
                );
            }
        }
    }
}
