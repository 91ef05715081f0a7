//! The design itself, its calendar, and the words of the analysis.

use std::collections::BTreeSet;

use super::values::{self, Keyed};
use crate::design::{Context, ContextKind, Design, Naming, Rollup, Waiver};
use crate::diagnostic::{Diagnostic, Diagnostics, Words, closest, codes, say};
use crate::model::keys::{MONTHS, PERSPECTIVES, WEEKDAYS};
use crate::model::{Model, Node, Properties};
use crate::source::Span;
use crate::syntax::ast::DeclKind;
use crate::value::Calendar;
use crate::value::calendar::Date;

/// The words that a person reads for a declaration.
pub fn naming(node: &Node, sink: &mut Diagnostics) -> Naming {
    let mut at = |key| values::text_at(&node.keys, key, sink);
    Naming {
        name: node.name().to_string(),
        definition: at("definition"),
        owner: at("owner"),
        note: at("note"),
        label: node.decl.label.as_ref().map(|l| l.text.clone()),
        span: node.place(),
    }
}

pub fn rollup(keys: &Properties, sink: &mut Diagnostics) -> Option<Rollup> {
    match values::word(keys.get("rollup")?, sink)?.text.as_str() {
        "geometric" => Some(Rollup::Geometric),
        "worst" => Some(Rollup::Worst),
        _ => Some(Rollup::Mean),
    }
}

pub fn design(model: &Model, design: &mut Design, sink: &mut Diagnostics) {
    let Some(node) = &model.design else { return };
    design.naming = naming(node, sink);
    design.period = node.keys.get("period").and_then(|keyed| values::period(keyed, sink));
    design.locale = values::text_at(&node.keys, "locale", sink);
    design.rollup = rollup(&node.keys, sink).unwrap_or_default();
}

pub fn waivers(model: &Model, sink: &mut Diagnostics) -> Vec<Waiver> {
    let waivers = model.waivers.iter().map(|waiver| {
        let allow = waiver.allow;
        let until = allow.until.as_ref().and_then(|expr| {
            values::date_of(expr, sink, || {
                Diagnostic::error(
                    codes::keys::WRONG_SHAPE,
                    expr.span,
                    say!("a waiver ends on a date", "豁免到某一天为止"),
                )
                .saying(say!("no date", "不是日期"))
                .help(say!(
                    "for example `allow S02 until 2027-01-31: \"…\"`",
                    "例如 `allow S02 until 2027-01-31: \"…\"`"
                ))
            })
        });
        Waiver {
            span: allow.span,
            rule: allow.rule.text.clone(),
            until,
            reason: allow.reason.as_ref().map(|r| r.text.clone()),
            block: waiver.block,
        }
    });
    waivers.collect()
}

// ---- calendar ----------------------------------------------------------------------------------------------------

pub fn calendar(model: &Model, sink: &mut Diagnostics) -> Calendar {
    let mut calendar = Calendar::default();
    let Some(node) = &model.calendar else { return calendar };
    // Only so that a note of the wrong shape is reported.
    values::text_at(&node.keys, "note", sink);
    calendar.timezone = node.keys.get("timezone").and_then(|keyed| timezone(keyed, sink));
    if let Some(keyed) = node.keys.get("fiscal_year_starts")
        && let Some(month) = values::word(keyed, sink)
    {
        let place = MONTHS.iter().position(|m| *m == month.text).unwrap_or(0);
        calendar.fiscal_start_month = place as i8 + 1;
        if place > 0 && !node.keys.has("fiscal_year_named") {
            sink.push(
                Diagnostic::error(
                    codes::keys::MISSING_KEY,
                    node.place(),
                    say!("this calendar has no `fiscal_year_named`", "这个日历没有 `fiscal_year_named`"),
                )
                .saying(say!("a required key is missing", "缺少必需的键"))
                .label(month.span, say!("the fiscal year does not start in January", "财年不从一月开始"))
                .help(say!(
                    "for example `fiscal_year_named: end`, where `FY2026` is the fiscal year that ends in 2026, or \
                         `start`, where it starts in 2026",
                    "例如 `fiscal_year_named: end`，`FY2026` 即在 2026 年结束的财年；或 `start`，即在 2026 年开始的财年"
                )),
            );
        }
    }
    calendar.fiscal_named_by_end = values::word_at(&node.keys, "fiscal_year_named", sink).is_some_and(|w| w == "end");
    if let Some(day) = values::word_at(&node.keys, "week_starts", sink) {
        let place = WEEKDAYS.iter().position(|w| *w == day).unwrap_or(0);
        calendar.week_starts =
            jiff::civil::Weekday::from_monday_zero_offset(place as i8).unwrap_or(jiff::civil::Weekday::Monday);
    }
    let mut days = |key| -> BTreeSet<Date> {
        node.keys.get(key).map(|keyed| values::dates(keyed, sink)).unwrap_or_default().into_iter().collect()
    };
    calendar.holidays = days("holidays");
    calendar.workdays = days("workdays");
    if let (Some(day), Some((_, property))) =
        (calendar.holidays.intersection(&calendar.workdays).next(), node.keys.get("workdays"))
    {
        let diagnostic = Diagnostic::error(
            codes::keys::UNFIT_PART,
            property.span,
            say!("{day} is both a holiday and a day worked", "{day} 既是假日又是工作日"),
        );
        sink.push(match node.keys.get("holidays") {
            Some((_, holidays)) => diagnostic.label(holidays.span, say!("among the holidays", "在假日之中")),
            None => diagnostic,
        });
    }
    calendar
}

fn timezone(keyed: Keyed, sink: &mut Diagnostics) -> Option<String> {
    let name = values::text(keyed, sink)?;
    let known = jiff::tz::db();
    if known.get(&name).is_ok() {
        return Some(name);
    }
    let span = keyed.1.value.first().map_or(keyed.1.span, |p| p.span);
    let all: Vec<String> = known.available().map(|n| n.as_str().to_string()).collect();
    let diagnostic =
        Diagnostic::error(codes::keys::UNKNOWN_WORD, span, say!("unknown time zone `{name}`", "未知的时区 `{name}`"))
            .saying(say!("no time zone has this name", "没有叫这个名称的时区"));
    sink.push(match closest(&name, all.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(Words::meant(near)),
        None => diagnostic.help(say!(
            "time zones have the names of the IANA list, for example `\"Asia/Shanghai\"`",
            "时区用 IANA 列表中的名称，例如 `\"Asia/Shanghai\"`"
        )),
    });
    None
}

// ---- the words of the analysis -----------------------------------------------------------------------------------

/// The four perspectives that are there from the start, with the labels that the design gives them, and its own.
pub fn perspectives(model: &Model, sink: &mut Diagnostics) -> Vec<Naming> {
    let mut perspectives: Vec<Naming> =
        PERSPECTIVES.iter().map(|name| Naming { name: (*name).to_string(), ..Naming::default() }).collect();
    for node in &model.perspectives {
        let naming = naming(node, sink);
        match perspectives.iter_mut().find(|p| p.name == naming.name) {
            Some(known) if known.span == Span::default() => *known = naming,
            Some(_) => {}
            None => perspectives.push(naming),
        }
    }
    perspectives
}

pub fn contexts(model: &Model, sink: &mut Diagnostics) -> Vec<Context> {
    let contexts = model.contexts.iter().map(|node| Context {
        kind: match node.decl.kind {
            DeclKind::Challenge => ContextKind::Challenge,
            DeclKind::Opportunity => ContextKind::Opportunity,
            _ => ContextKind::Process,
        },
        naming: naming(node, sink),
    });
    contexts.collect()
}
