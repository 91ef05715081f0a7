//! What an indicator is held against: baseline, targets, levels, scores and the words of a judged scale.

mod fit;
mod score;

use bigdecimal::{BigDecimal, Zero};

use super::formula;
use super::nature::Reads;
use super::scope::Scope;
use super::values::{self, Keyed};
use crate::design::{
    ArithmeticOp, Baseline, Bound, DimensionId, Direction, Due, Formula, FormulaKind, Indicator, Level, Target,
};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, Words, codes, say};
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
    /// What its formula reads.
    pub reads: Option<&'s Reads>,
}

impl Subject<'_, '_> {
    /// ``the target of `csat` ``
    fn what(&self, key: &str) -> Words {
        say!("the {key} of `{}`", "`{}` 的 `{key}`", self.node.name())
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
        fit::tied(subject, name, &levels.iter().map(|l| (&l.slice, l.span, None)).collect::<Vec<_>>(), scope, sink);
    }
    indicator.score = keys.get("score").and_then(|keyed| score::score(subject, keyed, scope, sink));
    if let Some(keyed) = keys.get("anchors") {
        indicator.anchors = score::anchors(subject, keyed, scope, sink);
    }
    fit::phases(subject, indicator, scope, sink);
    fit::scorable(subject, indicator, sink);
    fit::distinct(subject, indicator, sink);
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
                say!("{} is a range, and its direction is `{direction}`", "{}是范围，而方向是 `{direction}`", what)
            } else {
                say!("{} is one value, and its direction is `range`", "{}是一个值，而方向是 `range`", what)
            },
        )
        .saying(if ranged { say!("two ends", "有两端") } else { say!("one value", "一个值") });
        let diagnostic = match subject.node.keys.get("direction") {
            Some((_, property)) => diagnostic.label(property.span, say!("the direction", "方向")),
            None => diagnostic,
        };
        sink.push(diagnostic.help(if ranged {
            say!("write one value, or `direction: range`", "写一个值，或写 `direction: range`")
        } else {
            say!("write both ends, such as `40%..60%`, or another direction", "写明两端，例如 `40%..60%`，或换一个方向")
        }));
        return None;
    }
    let unit = subject.unit?;
    match &expr.bare().kind {
        ExprKind::Range { low, high } => {
            let (Some(low), Some(high)) = (low, high) else {
                sink.push(
                    Diagnostic::error(codes::keys::WRONG_SHAPE, expr.span, say!("{} lacks an end", "{}缺少一端", what))
                        .saying(say!("open range", "范围不完整"))
                        .help(say!(
                            "write both ends, such as `40%..60%`; for one end use `direction: higher` or `lower`",
                            "写明两端，例如 `40%..60%`；只有一端时用 `direction: higher` 或 `lower`"
                        )),
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
                    Diagnostic::error(
                        codes::keys::WRONG_SHAPE,
                        expr.span,
                        say!("{} is an empty range", "{}是空的范围", what),
                    )
                    .saying(say!("does not end above its start", "终点不大于起点")),
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
            Diagnostic::error(
                codes::keys::UNFIT_PART,
                span,
                say!("`{key}` takes a value, and no words beside it", "`{key}` 之后只写值，不带文字"),
            )
            .saying(say!("does not belong here", "不应写在这里")),
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
    let none = Reads::default();
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
        values::clauses(&Words::same("`baseline: none`"), phrase, [], sink);
        return match &phrase.text {
            Some(why) => Some(Given::NoneBecause(why.text.clone())),
            None => {
                sink.push(
                    Diagnostic::error(
                        codes::keys::WRONG_SHAPE,
                        phrase.span,
                        say!("`baseline: none` does not say why", "`baseline: none` 没有写明原因"),
                    )
                    .saying(say!("why is there none?", "为什么没有？"))
                    .help(say!(
                        "for example `baseline: none \"first measured in 2026\"`",
                        "例如 `baseline: none \"2026 年首次测量\"`"
                    )),
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
                    say!("{} has no period", "{}没有期间", subject.what("baseline")),
                )
                .saying(say!("when was that?", "是什么时候的？"))
                .help(say!("for example `baseline: 79% in 2025-12`", "例如 `baseline: 79% in 2025-12`")),
            );
        }
        return None;
    };
    let period = values::period_of(&within.value, sink, || no_period(within.value.span))?;
    Some(Given::Value(Baseline { value: value?, period }))
}

fn no_period(span: Span) -> Diagnostic {
    Diagnostic::error(codes::keys::WRONG_SHAPE, span, say!("`in` takes a period", "`in` 之后应为期间"))
        .saying(say!("no period", "不是期间"))
        .help(say!("for example `in 2026`, `in 2026-Q1`, `in 2026-03`", "例如 `in 2026`、`in 2026-Q1`、`in 2026-03`"))
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
                    say!("{} has no time", "{}没有时间", subject.what("target")),
                )
                .saying(say!("by when?", "到什么时候？"))
                .help(say!("`by 2026-12-31`: to be reached then; `until 2026-12-31`: to hold until then; `in 2026`: over the whole of it", "`by 2026-12-31`：届时达到；`until 2026-12-31`：保持到那时；`in 2026`：全年合计")),
            );
            None
        }
        [one] => due(one, &scope.calendar, sink),
        [first, second, ..] => {
            sink.push(
                Diagnostic::error(
                    codes::keys::UNFIT_PART,
                    second.span,
                    say!("{} has two times", "{}有两个时间", subject.what("target")),
                )
                .saying(say!("the second", "第二个"))
                .label(first.span, say!("the first", "第一个"))
                .help(say!("write two `target:` lines", "写两行 `target:`")),
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
        _ => Diagnostic::error(codes::keys::WRONG_SHAPE, span, say!("`{word}` takes a date", "`{word}` 之后应为日期"))
            .saying(say!("no date", "不是日期"))
            .help(say!("for example `{word} 2026-12-31`", "例如 `{word} 2026-12-31`")),
    })?;
    Some(if clause.word == ClauseWord::By { Due::By(date) } else { Due::Until(date) })
}

fn no_day(word: &str, span: Span, last: Date) -> Diagnostic {
    Diagnostic::error(codes::keys::WRONG_SHAPE, span, say!("`{word}` takes a date", "`{word}` 之后应为日期"))
        .saying(say!("a period", "期间"))
        .help(say!("write its last day: `{word} {last}`", "写它的末日：`{word} {last}`"))
        .fix(
            Applicability::Proposed,
            say!("write `{last}`", "写成 `{last}`"),
            vec![Edit { span, text: last.to_string() }],
        )
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

// ---- what must fit together --------------------------------------------------------------------------------------
