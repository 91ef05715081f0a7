//! The declarations that others stand on: design, calendar, units, constants, dimensions, and the words of the analysis.

use std::collections::{BTreeSet, HashMap};

use bigdecimal::{BigDecimal, Signed};

use super::formula;
use super::scope::{Entity, Poison, Scope};
use super::values::{self, Keyed};
use crate::design::{
    Constant, ConstantId, Context, ContextKind, Design, Dimension, DimensionId, FieldKind, Naming, Rollup, Waiver,
};
use crate::diagnostic::{Diagnostic, Diagnostics, closest, codes};
use crate::model::graph::Graph;
use crate::model::keys::{MONTHS, PERSPECTIVES, WEEKDAYS};
use crate::model::{Model, Node, Properties};
use crate::source::Span;
use crate::syntax::ast::{ClauseWord, DeclKind, Expr, ExprKind, Name, Number, Phrase, UnitExpr};
use crate::value::calendar::Date;
use crate::value::unit::{Base, Quantity};
use crate::value::{Calendar, Unit};

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
                Diagnostic::error(codes::keys::WRONG_SHAPE, expr.span, "a waiver ends on a date")
                    .saying("no date")
                    .help("for example `allow S02 until 2027-01-31: \"…\"`")
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
                Diagnostic::error(codes::keys::MISSING_KEY, node.place(), "this calendar has no `fiscal_year_named`")
                    .saying("a required key is missing")
                    .label(month.span, "the fiscal year does not start in January")
                    .help(
                        "for example `fiscal_year_named: end`, where `FY2026` is the fiscal year that ends in 2026, or \
                         `start`, where it starts in 2026",
                    ),
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
            format!("{day} is both a holiday and a day worked"),
        );
        sink.push(match node.keys.get("holidays") {
            Some((_, holidays)) => diagnostic.label(holidays.span, "among the holidays"),
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
    let diagnostic = Diagnostic::error(codes::keys::UNKNOWN_WORD, span, format!("unknown time zone `{name}`"))
        .saying("no time zone has this name");
    sink.push(match closest(&name, all.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help("time zones have the names of the IANA list, for example `\"Asia/Shanghai\"`"),
    });
    None
}

// ---- units -------------------------------------------------------------------------------------------------------

const BUILT_IN: [&str; 6] = ["1", "%", "seconds", "minutes", "hours", "days"];

/// All units into the scope; names for quantities after the units that they stand on.
pub fn units(model: &Model, scope: &mut Scope, sink: &mut Diagnostics) {
    for unit in BUILT_IN.iter().filter_map(|name| Unit::builtin(name)) {
        scope.add_unit(unit);
    }
    let mut aliases: Vec<(&Node, &Number, &UnitExpr)> = Vec::new();
    for node in &model.units {
        values::text_at(&node.keys, "note", sink);
        let Some(name) = &node.decl.name else { continue };
        if Unit::builtin(&name.text).is_some() {
            sink.push(
                Diagnostic::error(
                    codes::names::DOUBLED_NAME,
                    name.span,
                    format!("the unit `{}` is there already", name.text),
                )
                .saying("known from the start")
                .help("leave this declaration out, or choose another name"),
            );
            continue;
        }
        if scope.has_unit(&name.text) || aliases.iter().any(|(n, ..)| n.name() == name.text) {
            continue;
        }
        let phrase = node.decl.value.as_ref().and_then(|v| v.first());
        match phrase.map(|p| (p, &p.expr.bare().kind)) {
            Some((phrase, ExprKind::Path(_))) => match base_unit(node, name, phrase, sink) {
                Some(unit) => scope.add_unit(unit),
                None => scope.poison(Poison::Unit(name.text.clone())),
            },
            Some((_, ExprKind::Number(number))) if number.unit.is_some() => {
                if let Some(unit) = &number.unit {
                    aliases.push((node, number, unit));
                }
            }
            other => {
                scope.poison(Poison::Unit(name.text.clone()));
                if let Some((phrase, kind)) = other
                    && !matches!(kind, ExprKind::Hole)
                {
                    sink.push(unit_shape(name, phrase.span));
                }
            }
        }
        if let Some(second) = node.decl.value.as_ref().and_then(|v| v.get(1)) {
            sink.push(unit_shape(name, second.span));
        }
    }
    self::aliases(&aliases, scope, sink);
}

fn unit_shape(name: &Name, span: Span) -> Diagnostic {
    Diagnostic::error(codes::keys::WRONG_SHAPE, span, format!("this does not say what the unit `{}` is", name.text))
        .saying("does not fit")
        .help("a unit is `: money`, `: count`, `: scale`, or another name for a quantity: `= 10_000 CNY`")
}

fn base_unit(node: &Node, name: &Name, phrase: &Phrase, sink: &mut Diagnostics) -> Option<Unit> {
    let Some(kind) = phrase.expr.bare().as_name() else {
        sink.push(unit_shape(name, phrase.span));
        return None;
    };
    if !values::word_of("unit", &["money", "count", "scale"], kind, sink) {
        return None;
    }
    let base = match kind.text.as_str() {
        "money" => Base::Money(name.text.clone()),
        "count" => Base::Count(name.text.clone()),
        _ => Base::Scale(name.text.clone()),
    };
    let money = matches!(base, Base::Money(_));
    if let Some(sign) = phrase.text.as_ref().filter(|_| !money) {
        sink.push(
            Diagnostic::error(codes::keys::UNFIT_PART, sign.span, "only money has a sign")
                .saying("does not belong here"),
        );
    }
    values::clauses("a unit", phrase, [], sink);
    Some(Unit {
        name: name.text.clone(),
        label: node.decl.label.as_ref().map_or_else(|| name.text.clone(), |l| l.text.clone()),
        sign: phrase.text.as_ref().filter(|_| money).map(|t| t.text.clone()),
        quantity: Quantity::of(base),
        factor: BigDecimal::from(1),
    })
}

fn aliases(aliases: &[(&Node, &Number, &UnitExpr)], scope: &mut Scope, sink: &mut Diagnostics) {
    let places: HashMap<&str, usize> = aliases.iter().enumerate().map(|(i, (node, ..))| (node.name(), i)).collect();
    let mut graph = Graph::new(aliases.len());
    for (from, (_, _, unit)) in aliases.iter().enumerate() {
        for name in std::iter::once(&unit.name).chain(&unit.per) {
            if let Some(to) = places.get(name.text.as_str()) {
                graph.edge(from, *to, name.span);
            }
        }
    }
    for ring in graph.rings() {
        let name = |at: usize| aliases.get(at).map_or("", |(node, ..)| node.name());
        sink.push(super::order::ring(
            codes::graph::UNIT_CYCLE,
            ["units that stand on each other", "a unit that stands on itself"],
            &ring,
            &name,
            |a, b| format!("`{a}` is so many `{b}`"),
        ));
        for (at, _) in ring {
            scope.poison(Poison::Unit(name(at).to_string()));
        }
    }
    for at in graph.layers().into_iter().flatten() {
        let Some((node, number, unit)) = aliases.get(at) else { continue };
        if scope.is_poisoned(&Poison::Unit(node.name().to_string())) {
            continue;
        }
        match alias(node, number, unit, scope, sink) {
            Some(unit) => scope.add_unit(unit),
            None => scope.poison(Poison::Unit(node.name().to_string())),
        }
    }
}

fn alias(node: &Node, number: &Number, unit: &UnitExpr, scope: &Scope, sink: &mut Diagnostics) -> Option<Unit> {
    let base = formula::unit_expr(unit, scope, sink)?;
    let count: BigDecimal = number.digits.parse().ok()?;
    if !count.is_positive() {
        sink.push(
            Diagnostic::error(codes::keys::WRONG_SHAPE, number.digits_span, "a unit of nothing")
                .saying("must be more than 0"),
        );
        return None;
    }
    Some(Unit {
        name: node.name().to_string(),
        label: node.decl.label.as_ref().map_or_else(|| node.name().to_string(), |l| l.text.clone()),
        sign: None,
        quantity: base.quantity,
        factor: count * base.factor,
    })
}

// ---- constants ---------------------------------------------------------------------------------------------------

pub fn constants(model: &Model, scope: &mut Scope, sink: &mut Diagnostics) {
    for (index, node) in model.constants.iter().enumerate() {
        let id = ConstantId(index as u32);
        let naming = naming(node, sink);
        let read = phases(node, scope, sink);
        if read.is_none() {
            scope.poison(Poison::Constant(id));
        }
        let (quantity, phases) = read.unwrap_or_default();
        scope.constants.push(Constant { naming, quantity, phases });
    }
}

fn quantity_phrase(quantity: &Quantity) -> String {
    if quantity.is_plain() { "a plain number".to_string() } else { quantity.display() }
}

type Phases = (Quantity, Vec<(Option<Date>, BigDecimal)>);

fn phases(node: &Node, scope: &Scope, sink: &mut Diagnostics) -> Option<Phases> {
    let phrases = node.decl.value.as_ref()?;
    let mut quantity: Option<(Quantity, Span)> = None;
    let mut phases: Vec<(Option<Date>, BigDecimal)> = Vec::new();
    let mut last: Option<(Option<Date>, Span)> = None;
    let mut sound = !phrases.is_empty();
    for phrase in phrases {
        if values::is_hole(&phrase.expr) {
            sound = false;
            continue;
        }
        let [from] = values::clauses("a constant", phrase, [ClauseWord::From], sink);
        if let Some(text) = phrase.text.as_ref().map(|t| t.span).or(phrase.share.as_ref().map(|s| s.span)) {
            sink.push(
                Diagnostic::error(codes::keys::UNFIT_PART, text, "a constant is a number")
                    .saying("does not belong here"),
            );
        }
        let since = match from {
            None => Some(None),
            Some(clause) => values::date_of(&clause.value, sink, || {
                Diagnostic::error(codes::keys::WRONG_SHAPE, clause.value.span, "a constant holds from a date")
                    .saying("no date")
                    .help("for example `13% from 2018-05-01`")
            })
            .map(Some),
        };
        let (Some(since), Some((value, own, _))) = (since, formula::literal(&phrase.expr, scope, sink)) else {
            sound = false;
            continue;
        };
        match &quantity {
            None => quantity = Some((own, phrase.expr.span)),
            Some((first, place)) if *first != own => {
                sink.push(
                    Diagnostic::error(
                        codes::keys::DISORDERED_PHASES,
                        phrase.expr.span,
                        format!(
                            "`{}` changes from {} to {}",
                            node.name(),
                            quantity_phrase(first),
                            quantity_phrase(&own)
                        ),
                    )
                    .saying(quantity_phrase(&own))
                    .label(*place, quantity_phrase(first))
                    .help("a constant keeps one unit; declare two constants"),
                );
                sound = false;
                continue;
            }
            Some(_) => {}
        }
        if let Some((before, place)) = last
            && since <= before
        {
            let message = match since {
                None => format!("only the first value of `{}` may have no date", node.name()),
                Some(day) if before == Some(day) => format!("two values of `{}` from {day}", node.name()),
                Some(_) => format!("the values of `{}` are not in order of their dates", node.name()),
            };
            sink.push(
                Diagnostic::error(codes::keys::DISORDERED_PHASES, phrase.span, message)
                    .saying(if since.is_none() { "has no `from`" } else { "not after the one before" })
                    .label(place, "the one before"),
            );
            sound = false;
            continue;
        }
        last = Some((since, phrase.span));
        phases.push((since, value));
    }
    let (quantity, _) = quantity?;
    sound.then_some((quantity, phases))
}

// ---- dimensions --------------------------------------------------------------------------------------------------

pub fn dimensions(model: &Model, scope: &mut Scope, sink: &mut Diagnostics) {
    for (index, node) in model.dimensions.iter().enumerate() {
        let id = DimensionId(index as u32);
        let naming = naming(node, sink);
        let mut fields: Vec<(crate::design::SourceId, crate::design::FieldPath)> = Vec::new();
        let mut spans: Vec<Span> = Vec::new();
        let mut sound = node.decl.value.is_some();
        for phrase in node.decl.value.iter().flatten() {
            match path(node, phrase, scope, sink) {
                Some((source, path)) => match fields.iter().position(|(s, _)| *s == source) {
                    Some(first) => {
                        let diagnostic = Diagnostic::error(
                            codes::names::REPEATED_NAME,
                            phrase.span,
                            format!(
                                "`{}` names two fields of `{}`",
                                node.name(),
                                scope.source(source).map_or("", |s| s.naming.name.as_str())
                            ),
                        )
                        .saying("named again")
                        .help("a source has a dimension in one field; compute one field from the two, or keep one");
                        sink.push(match spans.get(first) {
                            Some(span) => diagnostic.label(*span, "first named here"),
                            None => diagnostic,
                        });
                    }
                    None => {
                        fields.push((source, path));
                        spans.push(phrase.span);
                    }
                },
                None => sound = false,
            }
        }
        if !sound {
            scope.poison(Poison::Dimension(id));
        }
        scope.dimensions.push(Dimension { naming, fields });
    }
}

fn path(
    node: &Node,
    phrase: &Phrase,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<(crate::design::SourceId, crate::design::FieldPath)> {
    let shape = |span: Span| {
        Diagnostic::error(codes::keys::WRONG_SHAPE, span, format!("`{}` is carried by fields", node.name()))
            .saying("no field of a source")
            .help("for example `dimension region: orders.region, visits.region`")
    };
    if values::is_hole(&phrase.expr) {
        return None;
    }
    let beside = phrase.clauses.first().map(|c| c.span).or(phrase.text.as_ref().map(|t| t.span));
    if let Some(span) = beside.or(phrase.share.as_ref().map(|s| s.span)) {
        sink.push(shape(span));
        return None;
    }
    let Expr { kind: ExprKind::Path(parts), span } = phrase.expr.bare() else {
        sink.push(shape(phrase.span));
        return None;
    };
    let [first, rest @ ..] = parts.as_slice() else { return None };
    let source = match scope.entity(&first.text) {
        Some(Entity::Source(source)) => source,
        Some(other) => {
            sink.push(
                Diagnostic::error(
                    codes::names::WRONG_KIND_OF_NAME,
                    first.span,
                    format!("`{}` is {}, not a source", first.text, other.what()),
                )
                .saying("a field of a source is wanted here"),
            );
            return None;
        }
        None => {
            scope.unknown_name(first, "source", |e| matches!(e, Entity::Source(_)), sink);
            return None;
        }
    };
    if rest.is_empty() {
        sink.push(shape(*span).saying(format!("which field of `{}`?", first.text)));
        return None;
    }
    let path = scope.field_path(source, rest, sink)?;
    let (owner, field) = scope.end_of(source, &path)?;
    if !matches!(field.kind, FieldKind::Id | FieldKind::Text) {
        let diagnostic = Diagnostic::error(
            codes::keys::UNFIT_FIELD,
            *span,
            format!("`{}` cannot slice: it is {}", field.name, super::sources::kind_phrase(field.kind)),
        )
        .saying("an `id` or a `text` is wanted here")
        .label(field.span, "declared here");
        sink.push(diagnostic.help(format!("declare it as `text`, or add a `text` field to `{}`", owner.naming.name)));
        return None;
    }
    Some((source, path))
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
