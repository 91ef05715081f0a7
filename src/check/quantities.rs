//! Units and constants.

use std::collections::{HashMap, HashSet};

use bigdecimal::{BigDecimal, Signed};

use super::declare::naming;
use super::formula;
use super::order;
use super::scope::{Poison, Scope};
use super::values;
use crate::design::{Constant, ConstantId};
use crate::diagnostic::{Diagnostic, Diagnostics, Words, codes, say};
use crate::model::graph::Graph;
use crate::model::{Model, Node};
use crate::source::Span;
use crate::syntax::ast::{ClauseWord, ExprKind, Name, Number, Phrase, UnitExpr};
use crate::value::Unit;
use crate::value::calendar::Date;
use crate::value::unit::{Base, Quantity};

/// Digits of a unit's factor, which grow with every unit that stands on another.
const MAX_DIGITS: u64 = 2_000;

const BUILT_IN: [&str; 6] = ["1", "%", "seconds", "minutes", "hours", "days"];

/// All units into the scope; names for quantities after the units that they stand on.
pub fn units(model: &Model, scope: &mut Scope, sink: &mut Diagnostics) {
    for unit in BUILT_IN.iter().filter_map(|name| Unit::builtin(name)) {
        scope.add_unit(unit);
    }
    let mut aliases: Vec<(&Node, &Number, &UnitExpr)> = Vec::new();
    let mut named = HashSet::new();
    for node in &model.units {
        values::text_at(&node.keys, "note", sink);
        let Some(name) = &node.decl.name else { continue };
        if Unit::builtin(&name.text).is_some() {
            sink.push(
                Diagnostic::error(
                    codes::names::DOUBLED_NAME,
                    name.span,
                    say!("the unit `{}` is there already", "单位 `{}` 已经有了", name.text),
                )
                .saying(say!("known from the start", "内置的单位"))
                .help(say!("leave this declaration out, or choose another name", "删去这个声明，或换个名称")),
            );
            continue;
        }
        if scope.has_unit(&name.text) || !named.insert(name.text.as_str()) {
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
    Diagnostic::error(
        codes::keys::WRONG_SHAPE,
        span,
        say!("this does not say what the unit `{}` is", "这里没有写明单位 `{}` 是什么", name.text),
    )
    .saying(say!("does not fit", "不合适"))
    .help(say!(
        "a unit is `: money`, `: count`, `: scale`, or another name for a quantity: `= 10_000 CNY`",
        "单位写成 `: money`、`: count`、`: scale`，或某个量的别名：`= 10_000 CNY`"
    ))
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
            Diagnostic::error(codes::keys::UNFIT_PART, sign.span, say!("only money has a sign", "只有货币单位有符号"))
                .saying(say!("does not belong here", "不应写在这里")),
        );
    }
    values::clauses(&say!("a unit", "单位"), phrase, [], sink);
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
        sink.push(order::ring(
            codes::graph::UNIT_CYCLE,
            [
                say!("units that stand on each other", "单位互相定义"),
                say!("a unit that stands on itself", "单位由自身定义"),
            ],
            &ring,
            &name,
            |a, b| say!("`{a}` is so many `{b}`", "`{a}` 等于若干 `{b}`"),
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
            Diagnostic::error(codes::keys::WRONG_SHAPE, number.digits_span, say!("a unit of nothing", "单位不能为 0"))
                .saying(say!("must be more than 0", "应大于 0")),
        );
        return None;
    }
    let factor = count * base.factor;
    if factor.digits() > MAX_DIGITS {
        sink.push(
            Diagnostic::error(
                codes::keys::WRONG_SHAPE,
                number.digits_span,
                say!("`{}` is a number of {} digits", "`{}` 是 {} 位的数", node.name(), factor.digits()),
            )
            .saying(say!("too long with the units that it stands on", "连同它所用的单位，位数太多")),
        );
        return None;
    }
    Some(Unit {
        name: node.name().to_string(),
        label: node.decl.label.as_ref().map_or_else(|| node.name().to_string(), |l| l.text.clone()),
        sign: None,
        quantity: base.quantity,
        factor,
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

fn quantity_phrase(quantity: &Quantity) -> Words {
    if quantity.is_plain() { say!("a plain number", "纯数") } else { Words::same(quantity.display()) }
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
        let [from] = values::clauses(&say!("a constant", "常量"), phrase, [ClauseWord::From], sink);
        if let Some(text) = phrase.text.as_ref().map(|t| t.span).or(phrase.share.as_ref().map(|s| s.span)) {
            sink.push(
                Diagnostic::error(codes::keys::UNFIT_PART, text, say!("a constant is a number", "常量是数"))
                    .saying(say!("does not belong here", "不应写在这里")),
            );
        }
        let since = match from {
            None => Some(None),
            Some(clause) => values::date_of(&clause.value, sink, || {
                Diagnostic::error(
                    codes::keys::WRONG_SHAPE,
                    clause.value.span,
                    say!("a constant holds from a date", "常量从某一天起有效"),
                )
                .saying(say!("no date", "不是日期"))
                .help(say!("for example `13% from 2018-05-01`", "例如 `13% from 2018-05-01`"))
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
                        say!(
                            "`{}` changes from {} to {}",
                            "`{}` 从{}变成{}",
                            node.name(),
                            quantity_phrase(first),
                            quantity_phrase(&own)
                        ),
                    )
                    .saying(quantity_phrase(&own))
                    .label(*place, quantity_phrase(first))
                    .help(say!(
                        "a constant keeps one unit; declare two constants",
                        "一个常量只有一个单位；声明两个常量"
                    )),
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
                None => {
                    say!("only the first value of `{}` may have no date", "`{}` 只有第一个值可以没有日期", node.name())
                }
                Some(day) if before == Some(day) => {
                    say!("two values of `{}` from {day}", "`{}` 从 {day} 起有两个值", node.name())
                }
                Some(_) => {
                    say!("the values of `{}` are not in order of their dates", "`{}` 的值没有按日期排列", node.name())
                }
            };
            sink.push(
                Diagnostic::error(codes::keys::DISORDERED_PHASES, phrase.span, message)
                    .saying(if since.is_none() {
                        say!("has no `from`", "没有 `from`")
                    } else {
                        say!("not after the one before", "不晚于前一个")
                    })
                    .label(place, say!("the one before", "前一个"))
                    .help(say!(
                        "the oldest value stands first, each later one with its first day: `9% from 2026-07-01`",
                        "最早的值写在最前，以后的写明起始日：`9% from 2026-07-01`"
                    )),
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
