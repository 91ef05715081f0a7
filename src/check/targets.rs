//! What an indicator is held against: baseline, targets, levels, scores and the words of a judged scale.

use std::collections::BTreeSet;

use bigdecimal::{BigDecimal, Signed, Zero};

use super::formula;
use super::scope::Scope;
use super::values::{self, Keyed};
use crate::design::{
    ArithmeticOp, Baseline, Bound, DimensionId, Direction, Due, Formula, FormulaKind, Indicator, Level, Scale,
    SourceId, Target,
};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, codes};
use crate::model::Node;
use crate::source::Span;
use crate::syntax::ast::{Clause, ClauseWord, Expr, ExprKind, Number, Phrase};
use crate::value::calendar::Date;
use crate::value::{Calendar, Unit};

/// The indicator whose values are read.
pub struct Subject<'s, 'a> {
    pub node: &'s Node<'a>,
    pub unit: Option<&'s Unit>,
    pub direction: Option<Direction>,
    /// The sources of its formula.
    pub reads: Option<&'s BTreeSet<SourceId>>,
}

impl Subject<'_, '_> {
    /// ``the target of `csat` ``
    fn what(&self, key: &str) -> String {
        format!("the {key} of `{}`", self.node.name())
    }
}

type Slice = Vec<(DimensionId, String)>;

/// Reads all of it into the indicator, and judges what does not fit together.
pub fn read(subject: &Subject, indicator: &mut Indicator, scope: &Scope, sink: &mut Diagnostics) {
    let keys = &subject.node.keys;
    if let Some(keyed) = keys.get("baseline") {
        match baseline(subject, keyed, scope, sink) {
            Some(Given::Value(baseline)) => indicator.baseline = Some(baseline),
            Some(Given::NoneBecause(why)) => indicator.no_baseline = Some(why),
            None => {}
        }
    }
    for (key, property) in keys.all("target") {
        empty((key, property), sink);
        for phrase in &property.value {
            indicator.targets.extend(target(subject, key, phrase, scope, sink));
        }
    }
    for (name, levels) in [
        ("threshold", &mut indicator.thresholds),
        ("stretch", &mut indicator.stretches),
        ("worst", &mut indicator.worsts),
    ] {
        for (key, property) in keys.all(name) {
            empty((key, property), sink);
            levels.extend(property.value.iter().filter_map(|phrase| level(subject, key, phrase, scope, sink)));
        }
        tied(subject, name, &levels.iter().map(|l| (&l.slice, l.span, None)).collect::<Vec<_>>(), scope, sink);
    }
    indicator.score = keys.get("score").and_then(|keyed| score(subject, keyed, scope, sink));
    if let Some(keyed) = keys.get("anchors") {
        indicator.anchors = anchors(subject, keyed, scope, sink);
    }
    phases(subject, indicator, scope, sink);
    scorable(subject, indicator, sink);
    distinct(subject, indicator, sink);
}

fn empty(keyed: Keyed, sink: &mut Diagnostics) {
    if keyed.1.value.is_empty() {
        values::one(keyed, sink);
    }
}

// ---- values ------------------------------------------------------------------------------------------------------

/// One value, or the two ends of a range where the direction says so.
fn bound(subject: &Subject, key: &str, expr: &Expr, scope: &Scope, sink: &mut Diagnostics) -> Option<Bound> {
    let what = subject.what(key);
    let ranged = matches!(expr.bare().kind, ExprKind::Range { .. });
    // A baseline is one value whatever the direction: where it stood.
    let fits = match subject.direction {
        Some(Direction::Range) => ranged || key == "baseline",
        Some(_) => !ranged,
        None => true,
    };
    if !fits {
        let direction = match subject.direction {
            Some(Direction::Lower) => "lower",
            Some(Direction::Range) => "range",
            _ => "higher",
        };
        let diagnostic = Diagnostic::error(
            codes::targets::RANGE_AND_DIRECTION,
            expr.span,
            if ranged {
                format!("{what} is a range, and its direction is `{direction}`")
            } else {
                format!("{what} is one value, and its direction is `range`")
            },
        )
        .saying(if ranged { "two ends" } else { "one value" });
        let diagnostic = match subject.node.keys.get("direction") {
            Some((_, property)) => diagnostic.label(property.span, "the direction"),
            None => diagnostic,
        };
        sink.push(diagnostic.help(if ranged {
            "write one value, or `direction: range`"
        } else {
            "write both ends, such as `40%..60%`, or another direction"
        }));
        return None;
    }
    let unit = subject.unit?;
    match &expr.bare().kind {
        ExprKind::Range { low, high } => {
            let (Some(low), Some(high)) = (low, high) else {
                sink.push(
                    Diagnostic::error(codes::keys::WRONG_SHAPE, expr.span, format!("{what} lacks an end"))
                        .saying("open range")
                        .help("write both ends, such as `40%..60%`; for one end use `direction: higher` or `lower`"),
                );
                return None;
            };
            let ends =
                (formula::check_as(low, unit, &what, scope, sink), formula::check_as(high, unit, &what, scope, sink));
            let (low_value, high_value) = (ends.0?, ends.1?);
            if let (Some(a), Some(b)) = (constant(&low_value), constant(&high_value))
                && a >= b
            {
                sink.push(
                    Diagnostic::error(codes::keys::WRONG_SHAPE, expr.span, format!("{what} is an empty range"))
                        .saying("does not end above its start"),
                );
                return None;
            }
            Some(Bound::Range(low_value, high_value))
        }
        _ => formula::check_as(expr, unit, &what, scope, sink).map(Bound::One),
    }
}

/// The value of a formula that is made of numbers alone.
pub fn constant(formula: &Formula) -> Option<BigDecimal> {
    match &formula.kind {
        FormulaKind::Number(value) => Some(value.clone()),
        FormulaKind::Negate(inner) => constant(inner).map(|v| -v),
        FormulaKind::Arithmetic { op, left, right } => {
            let (left, right) = (constant(left)?, constant(right)?);
            match op {
                ArithmeticOp::Add => Some(left + right),
                ArithmeticOp::Subtract => Some(left - right),
                ArithmeticOp::Multiply => Some(left * right),
                ArithmeticOp::Divide => (!right.is_zero()).then(|| left / right),
            }
        }
        _ => None,
    }
}

/// Words beside a value that no target or level takes.
fn nothing_beside(key: &str, phrase: &Phrase, sink: &mut Diagnostics) -> bool {
    let beside = phrase.text.as_ref().map(|t| t.span).or(phrase.share.as_ref().map(|s| s.span));
    if let Some(span) = beside {
        sink.push(
            Diagnostic::error(codes::keys::UNFIT_PART, span, format!("`{key}` takes a value, and no words beside it"))
                .saying("does not belong here"),
        );
    }
    beside.is_none()
}

fn slice(
    subject: &Subject,
    key: &str,
    clause: Option<&Clause>,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<Slice> {
    let Some(clause) = clause else { return Some(Slice::new()) };
    let none = BTreeSet::new();
    formula::slice(&clause.value, subject.reads.unwrap_or(&none), &subject.what(key), scope, sink)
}

enum Given {
    Value(Baseline),
    NoneBecause(String),
}

fn baseline(subject: &Subject, keyed: Keyed, scope: &Scope, sink: &mut Diagnostics) -> Option<Given> {
    let phrase = values::one(keyed, sink)?;
    if let Some(name) = phrase.expr.as_name()
        && name.text == "none"
    {
        values::clauses("`baseline: none`", phrase, [], sink);
        return match &phrase.text {
            Some(why) => Some(Given::NoneBecause(why.text.clone())),
            None => {
                sink.push(
                    Diagnostic::error(codes::keys::WRONG_SHAPE, phrase.span, "`baseline: none` does not say why")
                        .saying("why is there none?")
                        .help("for example `baseline: none \"first measured in 2026\"`"),
                );
                None
            }
        };
    }
    let beside = nothing_beside("baseline", phrase, sink);
    let [within] = values::clauses(&subject.what("baseline"), phrase, [ClauseWord::In], sink);
    let value = bound(subject, "baseline", &phrase.expr, scope, sink);
    let Some(within) = within else {
        if beside && phrase.clauses.is_empty() {
            sink.push(
                Diagnostic::error(
                    codes::targets::TARGET_WITHOUT_TIME,
                    phrase.span,
                    format!("{} has no period", subject.what("baseline")),
                )
                .saying("when was that?")
                .help("for example `baseline: 79% in 2025-12`"),
            );
        }
        return None;
    };
    let period = values::period_of(&within.value, sink, || no_period(within.value.span))?;
    Some(Given::Value(Baseline { value: value?, period }))
}

fn no_period(span: Span) -> Diagnostic {
    Diagnostic::error(codes::keys::WRONG_SHAPE, span, "`in` takes a period")
        .saying("no period")
        .help("for example `in 2026`, `in 2026-Q1`, `in 2026-03`")
}

fn target(
    subject: &Subject,
    key: &crate::model::keys::Key,
    phrase: &Phrase,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<Target> {
    if values::is_hole(&phrase.expr) {
        return None;
    }
    nothing_beside(key.name, phrase, sink);
    let [by, until, within, of] = values::clauses(
        &subject.what("target"),
        phrase,
        [ClauseWord::By, ClauseWord::Until, ClauseWord::In, ClauseWord::For],
        sink,
    );
    let value = bound(subject, "target", &phrase.expr, scope, sink);
    let slice = slice(subject, "target", of, scope, sink);
    let times: Vec<&Clause> = [by, until, within].into_iter().flatten().collect();
    let due = match times.as_slice() {
        [] => {
            sink.push(
                Diagnostic::error(
                    codes::targets::TARGET_WITHOUT_TIME,
                    phrase.span,
                    format!("{} has no time", subject.what("target")),
                )
                .saying("by when?")
                .help("`by 2026-12-31`: to be reached then; `until 2026-12-31`: to hold until then; `in 2026`: over the whole of it"),
            );
            None
        }
        [one] => due(one, &scope.calendar, sink),
        [first, second, ..] => {
            sink.push(
                Diagnostic::error(
                    codes::keys::UNFIT_PART,
                    second.span,
                    format!("{} has two times", subject.what("target")),
                )
                .saying("the second")
                .label(first.span, "the first")
                .help("write two `target:` lines"),
            );
            None
        }
    };
    Some(Target { span: phrase.span, value: value?, due: due?, slice: slice? })
}

fn due(clause: &Clause, calendar: &Calendar, sink: &mut Diagnostics) -> Option<Due> {
    let word = values::clause_word(clause.word);
    if clause.word == ClauseWord::In {
        return values::period_of(&clause.value, sink, || no_period(clause.value.span)).map(Due::In);
    }
    let span = clause.value.span;
    // `by 2026` and `by 2026-Q2` mean the period's last day, and say so.
    if let ExprKind::Number(Number { unit: None, .. }) = clause.value.kind
        && let Some(Ok(period)) = values::as_period(&clause.value)
    {
        sink.push(no_day(word, span, period.window(calendar).last()));
        return None;
    }
    let date = values::date_of(&clause.value, sink, || match values::as_period(&clause.value) {
        Some(Ok(period)) => no_day(word, span, period.window(calendar).last()),
        _ => Diagnostic::error(codes::keys::WRONG_SHAPE, span, format!("`{word}` takes a date"))
            .saying("no date")
            .help(format!("for example `{word} 2026-12-31`")),
    })?;
    Some(if clause.word == ClauseWord::By { Due::By(date) } else { Due::Until(date) })
}

fn no_day(word: &str, span: Span, last: Date) -> Diagnostic {
    Diagnostic::error(codes::keys::WRONG_SHAPE, span, format!("`{word}` takes a date"))
        .saying("a period")
        .help(format!("write its last day: `{word} {last}`"))
        .fix(Applicability::Proposed, format!("write `{last}`"), vec![Edit { span, text: last.to_string() }])
}

fn level(
    subject: &Subject,
    key: &crate::model::keys::Key,
    phrase: &Phrase,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<Level> {
    if values::is_hole(&phrase.expr) {
        return None;
    }
    nothing_beside(key.name, phrase, sink);
    let [of] = values::clauses(&subject.what(key.name), phrase, [ClauseWord::For], sink);
    let value = bound(subject, key.name, &phrase.expr, scope, sink);
    let slice = slice(subject, key.name, of, scope, sink);
    Some(Level { span: phrase.span, value: value?, slice: slice? })
}

// ---- scores ------------------------------------------------------------------------------------------------------

/// `60% is 0, 80% is 60`, `steps`
fn score(subject: &Subject, keyed: Keyed, scope: &Scope, sink: &mut Diagnostics) -> Option<Scale> {
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
fn anchors(subject: &Subject, keyed: Keyed, scope: &Scope, sink: &mut Diagnostics) -> Vec<(BigDecimal, String)> {
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

// ---- what must fit together --------------------------------------------------------------------------------------

/// Two slices that may meet in one, of which neither is the more specific: the language says no more which holds.
fn tied(subject: &Subject, key: &str, all: &[(&Slice, Span, Option<Due>)], scope: &Scope, sink: &mut Diagnostics) {
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

fn phases(subject: &Subject, indicator: &Indicator, scope: &Scope, sink: &mut Diagnostics) {
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
fn scorable(subject: &Subject, indicator: &Indicator, sink: &mut Diagnostics) {
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
fn distinct(subject: &Subject, indicator: &Indicator, sink: &mut Diagnostics) {
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
