//! From the value of a property to what it means: texts, words, dates, periods, percentages. What does not fit its key's
//! shape is one diagnostic that shows the shape.

use bigdecimal::{BigDecimal, Zero};

use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, Words, closest, codes, say};
use crate::model::Properties;
use crate::model::keys::{self, Key, Shape};
use crate::source::Span;
use crate::syntax::ast::{Clause, ClauseWord, Expr, ExprKind, Name, Number, Phrase, Property, Unary};
use crate::value::calendar::{Date, parse_date};
use crate::value::{Frequency, Period};

/// A property that its declaration's table knows.
pub type Keyed<'a> = (&'static Key, &'a Property);

/// Reports that a value does not fit its key.
pub fn wrong_shape(key: &Key, span: Span, sink: &mut Diagnostics) {
    sink.push(unfit(key, span));
}

fn unfit(key: &Key, span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::keys::WRONG_SHAPE,
        span,
        say!("`{}` takes {}", "`{}` 应为{}", key.name, key.shape.phrase()),
    )
    .saying(say!("does not fit", "不合适"))
    .help(say!("for example `{}: {}`", "例如 `{}: {}`", key.name, key.example))
}

/// The one item of a value. None: reported, or a hole.
pub fn one<'a>((key, property): Keyed<'a>, sink: &mut Diagnostics) -> Option<&'a Phrase> {
    match property.value.as_slice() {
        [phrase] => (!is_hole(&phrase.expr)).then_some(phrase),
        [] => {
            sink.push(unfit(key, property.key.span).saying(say!("has no value", "没有值")));
            None
        }
        [_, second, ..] => {
            sink.push(unfit(key, second.span).saying(say!("one value too many", "多了一个值")));
            None
        }
    }
}

/// The one item of a value, an expression with nothing beside it.
pub fn plain<'a>(keyed: Keyed<'a>, sink: &mut Diagnostics) -> Option<&'a Expr> {
    let phrase = one(keyed, sink)?;
    alone(keyed.0, phrase, sink)
}

/// The expression of an item that has nothing beside it.
pub fn alone<'a>(key: &Key, phrase: &'a Phrase, sink: &mut Diagnostics) -> Option<&'a Expr> {
    let beside = phrase
        .share
        .as_ref()
        .map(|s| s.span)
        .or(phrase.text.as_ref().map(|t| t.span))
        .or(phrase.clauses.first().map(|c| c.span));
    match beside {
        Some(span) => {
            sink.push(unfit(key, span).saying(say!("does not belong here", "不应写在这里")));
            None
        }
        None => (!is_hole(&phrase.expr)).then_some(&phrase.expr),
    }
}

/// The items of a value, each an expression with nothing beside it; those that do not fit are reported and left out.
pub fn each<'a>((key, property): Keyed<'a>, sink: &mut Diagnostics) -> Vec<&'a Expr> {
    if property.value.is_empty() {
        sink.push(unfit(key, property.key.span).saying(say!("has no value", "没有值")));
    }
    property.value.iter().filter_map(|phrase| alone(key, phrase, sink)).collect()
}

pub fn is_hole(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Hole)
}

pub fn text(keyed: Keyed<'_>, sink: &mut Diagnostics) -> Option<String> {
    let expr = plain(keyed, sink)?;
    text_of(keyed.0, expr, sink)
}

fn text_of(key: &Key, expr: &Expr, sink: &mut Diagnostics) -> Option<String> {
    match &expr.kind {
        ExprKind::Text(text) => Some(text.clone()),
        ExprKind::Path(_) => {
            let edits = vec![
                Edit { span: Span { end: expr.span.start, ..expr.span }, text: "\"".into() },
                Edit { span: expr.span.after(), text: "\"".into() },
            ];
            sink.push(unfit(key, expr.span).fix(Applicability::Safe, say!("put it in quotes", "加上引号"), edits));
            None
        }
        _ => {
            wrong_shape(key, expr.span, sink);
            None
        }
    }
}

pub fn texts(keyed: Keyed<'_>, sink: &mut Diagnostics) -> Vec<String> {
    each(keyed, sink).into_iter().filter_map(|expr| text_of(keyed.0, expr, sink)).collect()
}

/// The text of an optional key.
pub fn text_at(properties: &Properties<'_>, key: &str, sink: &mut Diagnostics) -> Option<String> {
    text(properties.get(key)?, sink)
}

/// One word of a closed list.
pub fn word<'a>(keyed: Keyed<'a>, sink: &mut Diagnostics) -> Option<&'a Name> {
    let expr = plain(keyed, sink)?;
    let Some(name) = expr.as_name() else {
        wrong_shape(keyed.0, expr.span, sink);
        return None;
    };
    word_of(keyed.0.name, words_of(keyed.0), name, sink).then_some(name)
}

/// Judges a word against a closed list; false: reported.
pub fn word_of(what: &str, words: &[&str], name: &Name, sink: &mut Diagnostics) -> bool {
    if words.contains(&name.text.as_str()) {
        return true;
    }
    let diagnostic = Diagnostic::error(
        codes::keys::UNKNOWN_WORD,
        name.span,
        say!("`{what}` cannot be `{}`", "`{what}` 不能是 `{}`", name.text),
    )
    .saying(say!("one of {}", "应为 {}", keys::list(words)));
    // Short forms (`Mon`) and other words for the same (`up`) are too far off for a slip of the pen.
    let meant = |word: &str| words.iter().copied().find(|w| w.starts_with(word) && word.len() > 2);
    let other = keys::TWINS.iter().find(|(twin, _)| *twin == name.text).map(|(_, word)| *word);
    let near = other.filter(|word| words.contains(word)).or_else(|| meant(&name.text));
    sink.push(match near.or_else(|| closest(&name.text, words.iter().copied())) {
        Some(near) => diagnostic.help(Words::meant(near)).fix(
            Applicability::Proposed,
            say!("write `{near}`", "写成 `{near}`"),
            vec![Edit { span: name.span, text: near.to_string() }],
        ),
        None => diagnostic,
    });
    false
}

fn words_of(key: &Key) -> &'static [&'static str] {
    match key.shape {
        Shape::Word(words) => words,
        Shape::Review => keys::FREQUENCIES,
        _ => &[],
    }
}

pub fn word_at(properties: &Properties<'_>, key: &str, sink: &mut Diagnostics) -> Option<String> {
    word(properties.get(key)?, sink).map(|name| name.text.clone())
}

pub fn frequency(keyed: Keyed<'_>, sink: &mut Diagnostics) -> Option<Frequency> {
    word(keyed, sink).and_then(|name| Frequency::parse(&name.text))
}

pub fn flag_at(properties: &Properties<'_>, key: &str, sink: &mut Diagnostics) -> bool {
    let Some(keyed) = properties.get(key) else { return false };
    match plain(keyed, sink).map(|expr| (&expr.kind, expr.span)) {
        Some((ExprKind::Bool(value), _)) => *value,
        Some((_, span)) => {
            wrong_shape(keyed.0, span, sink);
            false
        }
        None => false,
    }
}

/// A whole number from 1 on.
pub fn whole(keyed: Keyed<'_>, sink: &mut Diagnostics) -> Option<u64> {
    let expr = plain(keyed, sink)?;
    let value = match &expr.kind {
        ExprKind::Number(Number { digits, unit: None, .. }) => digits.parse::<u64>().ok().filter(|n| *n > 0),
        _ => None,
    };
    if value.is_none() {
        wrong_shape(keyed.0, expr.span, sink);
    }
    value
}

/// `14 days`; also in weeks.
pub fn days(keyed: Keyed<'_>, sink: &mut Diagnostics) -> Option<i64> {
    let expr = plain(keyed, sink)?;
    let ExprKind::Number(number) = &expr.kind else {
        wrong_shape(keyed.0, expr.span, sink);
        return None;
    };
    let count = number.digits.parse::<i64>().ok().filter(|n| *n <= 100_000);
    let each = match &number.unit {
        None => {
            let edit = Edit { span: expr.span.after(), text: " days".into() };
            sink.push(unfit(keyed.0, expr.span).saying(say!("of what?", "什么单位？")).fix(
                Applicability::Proposed,
                say!("write `days`", "写成 `days`"),
                vec![edit],
            ));
            return None;
        }
        Some(unit) if unit.per.is_empty() => match unit.name.text.as_str() {
            "day" | "days" => Some(1),
            "week" | "weeks" => Some(7),
            _ => None,
        },
        Some(_) => None,
    };
    match (count, each) {
        (Some(count), Some(each)) => Some(count * each),
        _ => {
            wrong_shape(keyed.0, expr.span, sink);
            None
        }
    }
}

pub fn days_at(properties: &Properties<'_>, key: &str, sink: &mut Diagnostics) -> Option<i64> {
    days(properties.get(key)?, sink)
}

/// A percentage as a fraction, from 0 to 100 %.
pub fn share(key: &Key, expr: &Expr, sink: &mut Diagnostics) -> Option<BigDecimal> {
    let negative = matches!(&expr.kind, ExprKind::Unary { op: Unary::Negate, .. });
    let inner = match &expr.kind {
        ExprKind::Unary { op: Unary::Negate, operand } => operand.bare(),
        _ => expr.bare(),
    };
    let ExprKind::Number(number) = &inner.kind else {
        wrong_shape(key, expr.span, sink);
        return None;
    };
    let Ok(value) = number.digits.parse::<BigDecimal>() else {
        wrong_shape(key, expr.span, sink);
        return None;
    };
    match &number.unit {
        Some(unit) if unit.name.text == "%" && unit.per.is_empty() => {}
        None if !negative => {
            // `0.3` may be meant as a fraction and `30` as a percentage.
            let percent = if value <= 1 { value * BigDecimal::from(100) } else { value };
            let written = format!("{}%", percent.normalized().to_plain_string());
            let edit = Edit { span: expr.span, text: written.clone() };
            sink.push(
                Diagnostic::error(
                    codes::keys::WRONG_SHAPE,
                    expr.span,
                    say!("`{}` takes a percentage", "`{}` 应为百分数", key.name),
                )
                .saying(say!("has no `%`", "没有 `%`"))
                .help(say!("write `{written}`", "写成 `{written}`"))
                .fix(
                    Applicability::Proposed,
                    say!("write `{written}`", "写成 `{written}`"),
                    vec![edit],
                ),
            );
            return None;
        }
        _ => {
            wrong_shape(key, expr.span, sink);
            return None;
        }
    }
    if value > 100 || (negative && !value.is_zero()) {
        sink.push(
            Diagnostic::error(
                codes::targets::WEIGHT_OUT_OF_RANGE,
                expr.span,
                say!("`{}` lies between 0% and 100%", "`{}` 应在 0% 与 100% 之间", key.name),
            )
            .saying(if negative {
                say!("below 0%", "低于 0%")
            } else {
                say!("above 100%", "高于 100%")
            }),
        );
        return None;
    }
    Some(value / BigDecimal::from(100))
}

pub fn share_at(properties: &Properties<'_>, key: &str, sink: &mut Diagnostics) -> Option<BigDecimal> {
    let keyed = properties.get(key)?;
    let expr = plain(keyed, sink)?;
    share(keyed.0, expr, sink)
}

// ---- days and periods --------------------------------------------------------------------------------------------

/// Reports a date or period that does not exist.
pub fn impossible(span: Span, why: Words, sink: &mut Diagnostics) {
    sink.push(Diagnostic::error(codes::keys::IMPOSSIBLE_DATE, span, why).saying(say!("does not exist", "不存在")));
}

/// The period that an expression writes: None where it is none, Err where there is no such period.
pub fn as_period(expr: &Expr) -> Option<Result<Period, Words>> {
    match &expr.kind {
        ExprKind::Time(text) => Some(Period::parse(text)),
        ExprKind::Number(Number { digits, unit: None, .. }) if digits.len() == 4 => Some(Period::parse(digits)),
        _ => None,
    }
}

/// A period, judged; None: reported, or a hole. `wanted` makes the diagnostic for what is no period at all.
pub fn period_of(expr: &Expr, sink: &mut Diagnostics, wanted: impl FnOnce() -> Diagnostic) -> Option<Period> {
    match as_period(expr) {
        Some(Ok(period)) => Some(period),
        Some(Err(why)) => {
            impossible(expr.span, why, sink);
            None
        }
        None => {
            if !is_hole(expr) {
                sink.push(wanted());
            }
            None
        }
    }
}

pub fn period(keyed: Keyed<'_>, sink: &mut Diagnostics) -> Option<Period> {
    let expr = plain(keyed, sink)?;
    period_of(expr, sink, || unfit(keyed.0, expr.span))
}

/// A day, judged; None: reported, or a hole.
pub fn date_of(expr: &Expr, sink: &mut Diagnostics, wanted: impl FnOnce() -> Diagnostic) -> Option<Date> {
    match &expr.kind {
        ExprKind::Hole => None,
        ExprKind::Time(text) if is_day(text) => match parse_date(text) {
            Ok(day) => Some(day),
            Err(why) => {
                impossible(expr.span, why, sink);
                None
            }
        },
        ExprKind::Time(text) => {
            // A period or a point in time: there may be no such one, and a day it is not.
            if !text.contains('T')
                && let Err(why) = Period::parse(text)
            {
                impossible(expr.span, why, sink);
                return None;
            }
            sink.push(wanted());
            None
        }
        _ => {
            sink.push(wanted());
            None
        }
    }
}

/// `2026-12-31`: digits in three parts.
fn is_day(text: &str) -> bool {
    text.split('-').count() == 3 && text.chars().all(|c| c.is_ascii_digit() || c == '-')
}

pub fn date(keyed: Keyed<'_>, sink: &mut Diagnostics) -> Option<Date> {
    let expr = plain(keyed, sink)?;
    date_of(expr, sink, || unfit(keyed.0, expr.span))
}

pub fn date_at(properties: &Properties<'_>, key: &str, sink: &mut Diagnostics) -> Option<Date> {
    date(properties.get(key)?, sink)
}

/// Both ends of a range of days, both included; None where an end is open.
pub fn date_range(key: &Key, expr: &Expr, sink: &mut Diagnostics) -> Option<(Option<Date>, Option<Date>)> {
    let ExprKind::Range { low, high } = &expr.kind else {
        wrong_shape(key, expr.span, sink);
        return None;
    };
    let mut end = |end: &Option<Box<Expr>>| -> Option<Option<Date>> {
        match end {
            None => Some(None),
            Some(expr) => date_of(expr, sink, || unfit(key, expr.span)).map(Some),
        }
    };
    let (start, last) = (end(low), end(high));
    let (start, last) = (start?, last?);
    if let (Some(start), Some(last)) = (start, last)
        && last < start
    {
        sink.push(
            Diagnostic::error(
                codes::keys::IMPOSSIBLE_DATE,
                expr.span,
                say!("this range ends on {last}, before it starts", "这个范围在 {last} 结束，早于开始"),
            )
            .help(say!("write `{last}..{start}`", "写成 `{last}..{start}`")),
        );
        return None;
    }
    Some((start, last))
}

/// The days that a list of dates and ranges names.
pub fn dates(keyed: Keyed<'_>, sink: &mut Diagnostics) -> Vec<Date> {
    let mut days = Vec::new();
    for expr in each(keyed, sink) {
        if let ExprKind::Range { .. } = expr.kind {
            match date_range(keyed.0, expr, sink) {
                Some((Some(start), Some(last))) => {
                    // A holiday of more than a few years is a slip of the pen.
                    if (last - start).get_days() > 3660 {
                        wrong_shape(keyed.0, expr.span, sink);
                        continue;
                    }
                    let mut day = start;
                    while day <= last {
                        days.push(day);
                        match day.tomorrow() {
                            Ok(next) => day = next,
                            Err(_) => break,
                        }
                    }
                }
                Some(_) => wrong_shape(keyed.0, expr.span, sink),
                None => {}
            }
        } else {
            days.extend(date_of(expr, sink, || unfit(keyed.0, expr.span)));
        }
    }
    days
}

// ---- clauses -----------------------------------------------------------------------------------------------------

pub const fn clause_word(word: ClauseWord) -> &'static str {
    match word {
        ClauseWord::By => "by",
        ClauseWord::Until => "until",
        ClauseWord::In => "in",
        ClauseWord::For => "for",
        ClauseWord::From => "from",
        ClauseWord::Is => "is",
    }
}

/// The clauses of an item by their words: those of `allowed` at most once each, in that order; others are reported.
pub fn clauses<'a, const N: usize>(
    what: &Words,
    phrase: &'a Phrase,
    allowed: [ClauseWord; N],
    sink: &mut Diagnostics,
) -> [Option<&'a Clause>; N] {
    let mut found = [None; N];
    for clause in &phrase.clauses {
        let slot = allowed.iter().position(|w| *w == clause.word).and_then(|place| found.get_mut(place));
        match slot {
            Some(slot @ None) => *slot = Some(clause),
            Some(Some(first)) => {
                let first: &Clause = first;
                sink.push(
                    Diagnostic::error(
                        codes::keys::UNFIT_PART,
                        clause.span,
                        say!("{1} has `{0}` twice", "{1}有两个 `{0}`", clause_word(clause.word), what),
                    )
                    .saying(say!("given again", "再次给出"))
                    .label(first.span, say!("first given here", "首次给出")),
                );
            }
            None => sink.push(
                Diagnostic::error(
                    codes::keys::UNFIT_PART,
                    clause.span,
                    say!("{1} takes no `{0}`", "{1}不带 `{0}`", clause_word(clause.word), what),
                )
                .saying(say!("does not belong here", "不应写在这里")),
            ),
        }
    }
    found
}
