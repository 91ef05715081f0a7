//! rows that cannot be right
//!
//! Three things that the types of fields cannot tell, and that spoil values without a sound:
//!
//! - a day after the as-of day, in `time` or in a field that an indicator counts by (`on`): such rows are in no value,
//!   mostly for a slip in the year. Where more than a twentieth of a source's rows lie there, the as-of day was chosen in
//!   the past and nothing is said; plans lie in the future by their nature;
//! - an empty key, where `?` lets it be empty: the row doubles no other and nothing can refer to it;
//! - a key that stands in several rows of a source that nothing refers to: the thing is counted as often.
//!
//! A key that references lead to must be unique, else it is an error of the data (E0825), as is an empty value that its
//! field must have (E0824). Keys of several fields are not looked at, nor rows without a value of `time`.
//!
//! Sources: DAMA-DMBOK, 2nd ed. 2017, ch. 13 (uniqueness, validity, completeness); ISO 8000-8:2015.
//!
//! ## 中文
//!
//! 不可能正确的行
//!
//! 字段类型看不出、却会悄悄弄坏数值的三种情况：
//!
//! - `time` 或指标计数所用的日期字段（`on`）晚于截止日：这些行不在任何值里，多半是年份写错。若超过二十分之一的行如此，
//!   说明截止日是有意选在过去的，不作提示；计划本来就在将来；
//! - 键为空（字段带 `?`）：它不与任何行重复，也无法被引用；
//! - 没有被引用的来源，同一个键有多行：同一件事被数了多次。
//!
//! 被引用的键必须唯一，否则是数据错误（E0825）；不可缺失的字段缺失也是数据错误（E0824）。由多个字段组成的键、没有 `time` 值的行不作判断。

use std::collections::BTreeSet;

use crate::design::{Aggregate, Field, FieldId, FormulaKind, Source, SourceId};
use crate::lint::Needs;
use crate::lint::rows::{self, EVER};
use crate::lint::rules::prelude::*;
use crate::value::Window;
use crate::value::calendar::Date;

pub const RULE: Rule = Rule {
    code: Code::new("D09", "bad-rows"),
    needs: Needs::Data,
    source: include_str!("bad_rows.rs"),
    check,
    ..Rule::STATIC
};

/// The share of rows after the as-of day from which on that day was chosen to be in the past.
const CHOSEN: f64 = 0.05;

/// Values that are shown.
const SHOWN: usize = 3;

/// What is looked for; the answers to its two asks are held against each other.
enum Wrong {
    Future,
    Empty,
    Doubled,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    let later = Window::new(Window::of_days(Date::MIN, facts.as_of()).end, Date::MAX);
    let times = times(context);
    let referred: BTreeSet<SourceId> =
        context.design.sources.iter().flat_map(|s| s.fields.iter().filter_map(|f| f.refers)).collect();
    let mut asked: Vec<(Wrong, &Source, &Field)> = Vec::new();
    let mut asks: Vec<(Aggregate, Window)> = Vec::new();
    for (at, source) in context.design.sources.iter().enumerate() {
        let id = SourceId(at as u32);
        let Some(time) = source.time.filter(|_| facts.source(id).is_some()) else { continue };
        if !source.plan {
            for (_, by) in times.range((id, FieldId(0))..=(id, FieldId(u32::MAX))) {
                let Some(field) = source.fields.get(by.index()) else { continue };
                asks.push((rows::count(id, *by, None), later));
                asks.push((rows::count(id, *by, None), EVER));
                asked.push((Wrong::Future, source, field));
            }
        }
        let [key] = source.key[..] else { continue };
        let Some(field) = source.fields.get(key.index()) else { continue };
        if field.optional {
            asks.push((rows::count(id, time, Some(rows::is_missing(rows::own_field(key)))), EVER));
            asks.push((rows::count(id, time, None), EVER));
            asked.push((Wrong::Empty, source, field));
        }
        if !referred.contains(&id) {
            asks.push((rows::count(id, time, Some(rows::is_known(rows::own_field(key)))), EVER));
            asks.push((rows::count_distinct(id, time, rows::own_field(key)), EVER));
            asked.push((Wrong::Doubled, source, field));
        }
    }
    let answers = facts.aggregates(&asks);
    for ((wrong, source, field), (counts, asks)) in asked.into_iter().zip(answers.chunks(2).zip(asks.chunks(2))) {
        let ([Some(first), Some(second)], [(ask, window), _]) = (counts, asks) else { continue };
        let (title, name) = (source.naming.title(), &field.name);
        let finding = match wrong {
            Wrong::Future if *first > 0.0 && *first <= CHOSEN * second => {
                let (day, n) = (facts.as_of(), first);
                let values = facts.examples(ask, *window, name, SHOWN).join(", ");
                Finding::at(
                    field.span,
                    say!("rows of `{title}` are of a day after the as-of day {day}", "“{title}”有的行晚于截止日 {day}"),
                )
                .saying(say!("{n} of {second} rows, such as {values}", "{second} 行里的 {n} 行，例如 {values}"))
                .help(say!("correct the days: these rows are in no value", "改正日期：这些行不在任何值里"))
            }
            Wrong::Empty if *first > 0.0 => {
                Finding::at(field.span, say!("rows of `{title}` have no key", "“{title}”有的行没有键"))
                    .saying(say!("empty in {first} of {second} rows", "{second} 行里有 {first} 行为空"))
                    .help(say!(
                        "correct the data, or leave them out: `drop where {name} is missing` in `clean`",
                        "改正数据，或在 `clean` 中去掉：`drop where {name} is missing`"
                    ))
            }
            Wrong::Doubled if first > second => {
                Finding::at(field.span, say!("the key of `{title}` is not unique", "“{title}”的键不唯一"))
                    .saying(say!(
                        "{first} rows have {second} different values of `{name}`",
                        "{first} 行只有 {second} 个不同的 `{name}`"
                    ))
                    .help(say!(
                        "`deduplicate by {name}` in `clean`, or declare what makes a row one: `key: a, b`",
                        "在 `clean` 中写 `deduplicate by {name}`，或写明由哪些字段确定一行：`key: a, b`"
                    ))
            }
            _ => continue,
        };
        findings.push(finding);
    }
}

/// The fields that place rows in time: `time`, and those behind `on` in what measures and indicators read.
fn times(context: &Context<'_>) -> BTreeSet<(SourceId, FieldId)> {
    let sources = context.design.sources.iter().enumerate();
    let mut times: BTreeSet<_> = sources.filter_map(|(at, s)| Some((SourceId(at as u32), s.time?))).collect();
    let mut seen = BTreeSet::new();
    let formulas = context.sound().map(|(_, i, _)| &i.formula).chain(context.measures().map(|(_, m, _)| &m.formula));
    for formula in formulas {
        context.deep_beyond(&mut seen, formula, &mut |f| match &f.kind {
            FormulaKind::Aggregate(aggregate) => {
                times.insert((aggregate.source, aggregate.time));
            }
            FormulaKind::Set(atom) => {
                times.insert((atom.source, atom.time));
            }
            _ => {}
        });
    }
    times
}
