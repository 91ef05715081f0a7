//! Measures and indicators: their units first, then their formulas in the order of need, then all that an indicator says.

use std::collections::BTreeSet;

use bigdecimal::BigDecimal;
use rayon::prelude::*;

use super::declare::naming;
use super::factors::{actions, contexts, names_of};
use super::names::{first_time, reference};
use super::order::{self, Subjects, formula_of};
use super::scope::{Scope, Signature};
use super::values;
use super::{formula, nature, targets};
use crate::design::{
    Child, Direction, Factor, FactorId, Formula, FormulaKind, Indicator, IndicatorId, Measure, MeasureId, Review,
    Stage, Subject, Type,
};
use crate::diagnostic::{Diagnostic, Diagnostics, Words, codes, say};
use crate::model::graph::Graph;
use crate::model::{Model, Node, Properties, plural};
use crate::source::{Origin, Span};
use crate::syntax::ast::{ClauseWord, DeclKind, Expr, ExprKind, Name, UnitExpr};
use crate::value::{Frequency, Quantity, Unit};

/// A declared unit and where it stands.
type DeclaredUnit = Option<(Unit, Span)>;

/// Subjects as they are understood: units and formulas by node (measures first).
pub struct Typed {
    pub units: Vec<DeclaredUnit>,
    pub formulas: Vec<Option<Formula>>,
}

/// The unit that `unit:` declares.
fn declared_unit(keys: &Properties, scope: &Scope, sink: &mut Diagnostics) -> DeclaredUnit {
    let keyed = keys.get("unit")?;
    let expr = values::plain(keyed, sink)?;
    let name = |text: &str| UnitExpr {
        span: expr.span,
        name: Name { text: text.to_string(), span: expr.span },
        per: Vec::new(),
    };
    let unit = match &expr.bare().kind {
        ExprKind::Unit(unit) => formula::unit_expr(unit, scope, sink),
        ExprKind::Path(parts) if parts.len() == 1 => {
            parts.first().and_then(|only| formula::unit_expr(&name(&only.text), scope, sink))
        }
        ExprKind::Number(number) if number.digits == "1" => match &number.unit {
            None => formula::unit_expr(&name("1"), scope, sink),
            Some(_) => {
                values::wrong_shape(keyed.0, expr.span, sink);
                None
            }
        },
        _ => {
            values::wrong_shape(keyed.0, expr.span, sink);
            None
        }
    };
    unit.map(|unit| (unit, expr.span))
}

/// Declares signatures: a declared unit is the type for whoever uses it, whatever becomes of the formula.
pub fn declare(model: &Model, scope: &mut Scope, sink: &mut Diagnostics) -> Vec<DeclaredUnit> {
    let mut units = Vec::with_capacity(model.measures.len() + model.indicators.len());
    for node in model.measures.iter().chain(&model.indicators) {
        let unit = declared_unit(&node.keys, scope, sink);
        let signature = Signature {
            name: node.name().to_string(),
            span: node.place(),
            ty: unit.as_ref().map(|(unit, _)| Type::Number(unit.quantity.clone())),
            ..Signature::default()
        };
        match node.decl.kind {
            DeclKind::Measure => scope.measures.push(signature),
            _ => scope.indicators.push(signature),
        }
        units.push(unit);
    }
    units
}

/// Types every formula after those that it names; signatures grow as it goes.
pub fn formulas(
    model: &Model,
    subjects: &Subjects,
    units: Vec<DeclaredUnit>,
    scope: &mut Scope,
    sink: &mut Diagnostics,
) -> Typed {
    let nodes: Vec<&Node> = model.measures.iter().chain(&model.indicators).collect();
    let mut formulas: Vec<Option<Formula>> = vec![None; nodes.len()];
    let rings = subjects.graph.rings();
    let name = |at: usize| nodes.get(at).map_or("", |n| n.name());
    for ring in &rings {
        sink.push(
            order::ring(
                codes::graph::FORMULA_CYCLE,
                [
                    say!("formulas that need each other", "公式互相依赖"),
                    say!("a formula that needs itself", "公式依赖自身"),
                ],
                ring,
                &name,
                |a, b| say!("`{a}` needs `{b}`", "`{a}` 依赖 `{b}`"),
            )
            .help(say!(
                "a formula cannot be computed from itself; `previous(…)` of another formula looks back",
                "公式不能由自身计算；要往回看，用另一个公式的 `previous(…)`"
            )),
        );
    }
    for layer in subjects.graph.layers() {
        let typed: Vec<_> = layer
            .par_iter()
            .map(|at| {
                let mut found = Diagnostics::default();
                let unit = units.get(*at).and_then(Option::as_ref);
                let formula = nodes.get(*at).and_then(|node| typed(node, unit, scope, &mut found));
                let reads = formula.as_ref().map(|f| nature::reads(f, scope)).unwrap_or_default();
                let additive = formula.as_ref().is_some_and(|f| nature::additive(f, scope));
                // A unit other than `1` says what its values are.
                let named = unit.is_some_and(|(unit, _)| !unit.quantity.is_plain() || unit.is_percent());
                let counted = formula.as_ref().filter(|_| !named).map_or(0, |f| nature::counted(f, scope));
                (*at, formula, reads, additive, counted, found)
            })
            .collect();
        for (at, formula, reads, additive, counted, found) in typed {
            sink.merge(found);
            let signature = match subjects.subject(at) {
                Subject::Measure(id) => scope.measures.get_mut(id.index()),
                Subject::Indicator(id) => scope.indicators.get_mut(id.index()),
            };
            if let Some(signature) = signature {
                if signature.ty.is_none() {
                    signature.ty = formula.as_ref().map(|f| f.ty.clone());
                }
                signature.reads = reads;
                signature.additive = additive;
                signature.counted = counted;
            }
            if let Some(slot) = formulas.get_mut(at) {
                *slot = formula;
            }
        }
    }
    Typed { units, formulas }
}

/// A subject's formula, which fits its declared unit.
fn typed(node: &Node, unit: Option<&(Unit, Span)>, scope: &Scope, sink: &mut Diagnostics) -> Option<Formula> {
    let expr = match node.keys.get("formula") {
        Some(keyed) => values::plain(keyed, sink)?,
        None => one_formula(node, sink)?,
    };
    let formula = formula::check(expr, scope, sink)?;
    match unit {
        Some((unit, declared)) => formula::fits_unit(&formula, unit, *declared, scope, sink).then_some(formula),
        None => Some(formula),
    }
}

/// The formula behind a measure's `=`.
fn one_formula<'a>(node: &Node<'a>, sink: &mut Diagnostics) -> Option<&'a Expr> {
    let value = node.decl.value.as_ref()?;
    let phrase = value.first()?;
    let beside = phrase
        .clauses
        .first()
        .map(|c| c.span)
        .or(phrase.text.as_ref().map(|t| t.span))
        .or(phrase.share.as_ref().map(|s| s.span))
        .or(value.get(1).map(|p| p.span));
    if let Some(span) = beside {
        sink.push(
            Diagnostic::error(codes::keys::UNFIT_PART, span, say!("a measure is one formula", "度量是一个公式"))
                .saying(say!("does not belong here", "不应写在这里")),
        );
        return None;
    }
    formula_of(node).filter(|expr| !values::is_hole(expr))
}

fn hole(span: Span) -> Formula {
    Formula { kind: FormulaKind::Hole, ty: Type::Number(Quantity::none()), span: Origin(span) }
}

pub fn measures(
    model: &Model,
    typed: &mut Typed,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> (Vec<Measure>, BTreeSet<Subject>) {
    let mut broken = BTreeSet::new();
    let mut measures = Vec::with_capacity(model.measures.len());
    for (at, node) in model.measures.iter().enumerate() {
        let formula = typed.formulas.get_mut(at).and_then(Option::take);
        if formula.is_none() {
            broken.insert(Subject::Measure(MeasureId(at as u32)));
        }
        let declared = typed.units.get(at).and_then(Option::as_ref).map(|(unit, _)| unit.clone());
        let unit = declared.or_else(|| match formula.as_ref().map(|f| &f.ty) {
            Some(Type::Number(quantity)) => Some(Unit::made_up(quantity, &scope.units)),
            _ => None,
        });
        let formula = formula.unwrap_or_else(|| hole(node.place()));
        measures.push(Measure { naming: naming(node, sink), formula, unit });
    }
    (measures, broken)
}

/// All indicators; those that lack what every indicator has come as stand-ins, and are named.
pub fn indicators(
    model: &Model,
    typed: &mut Typed,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> (Vec<Indicator>, BTreeSet<Subject>) {
    let first = model.measures.len();
    let parts: Vec<(Option<Formula>, DeclaredUnit)> = (0..model.indicators.len())
        .map(|i| {
            let formula = typed.formulas.get_mut(first + i).and_then(Option::take);
            (formula, typed.units.get_mut(first + i).and_then(Option::take))
        })
        .collect();
    let read: Vec<(Indicator, bool, Diagnostics)> = parts
        .into_par_iter()
        .zip(&model.indicators)
        .enumerate()
        .map(|(at, ((formula, unit), node))| {
            let mut found = Diagnostics::default();
            let (indicator, whole) = indicator(IndicatorId(at as u32), node, formula, unit, model, scope, &mut found);
            (indicator, whole, found)
        })
        .collect();
    let mut indicators = Vec::with_capacity(read.len());
    let mut broken = BTreeSet::new();
    for (at, (indicator, whole, found)) in read.into_iter().enumerate() {
        sink.merge(found);
        if !whole {
            broken.insert(Subject::Indicator(IndicatorId(at as u32)));
        }
        indicators.push(indicator);
    }
    (indicators, broken)
}

fn indicator(
    id: IndicatorId,
    node: &Node,
    formula: Option<Formula>,
    unit: DeclaredUnit,
    model: &Model,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> (Indicator, bool) {
    let keys = &node.keys;
    let direction = keys.get("direction").and_then(|keyed| values::word(keyed, sink)).map(|w| match w.text.as_str() {
        "lower" => Direction::Lower,
        "range" => Direction::Range,
        _ => Direction::Higher,
    });
    let frequency = keys.get("frequency").and_then(|keyed| values::frequency(keyed, sink));
    let whole = formula.is_some() && unit.is_some() && direction.is_some() && frequency.is_some();
    let signature = scope.signature(Subject::Indicator(id));
    let mut indicators = |key: &str| -> Vec<IndicatorId> {
        let Some(keyed) = keys.get(key) else { return Vec::new() };
        let names = names_of(keyed, sink);
        let known = names.into_iter().filter_map(|name| reference(model, &[DeclKind::Indicator], name, sink));
        known.map(|d| IndicatorId(d.index)).collect()
    };
    let (drives, counter_metrics) = (indicators("drives"), indicators("counter_metric"));
    let additive = signature.is_some_and(|s| s.additive);
    let mut indicator = Indicator {
        naming: naming(node, sink),
        span: node.decl.span,
        formula: formula.unwrap_or_else(|| hole(node.place())),
        additive,
        unit: unit.as_ref().map_or_else(|| Unit::made_up(&Quantity::none(), &[]), |(unit, _)| unit.clone()),
        direction: direction.unwrap_or(Direction::Higher),
        frequency: frequency.unwrap_or(Frequency::Monthly),
        level: values::word_at(keys, "level", sink),
        kind: values::word_at(keys, "kind", sink),
        baseline: None,
        no_baseline: None,
        targets: Vec::new(),
        thresholds: Vec::new(),
        stretches: Vec::new(),
        worsts: Vec::new(),
        score: None,
        veto: values::flag_at(keys, "veto", sink),
        review: review(keys, sink),
        lag: values::days_at(keys, "lag", sink),
        min_n: keys.get("min_n").and_then(|keyed| values::whole(keyed, sink)),
        basis: values::word_at(keys, "basis", sink),
        drives,
        counter_metrics,
        processes: contexts(keys, "process", model, sink),
        addresses: contexts(keys, "addresses", model, sink),
        anchors: Vec::new(),
        stage: match values::word_at(keys, "stage", sink).as_deref() {
            Some("draft") => Stage::Draft,
            Some("retired") => Stage::Retired,
            _ => Stage::Active,
        },
        since: values::date_at(keys, "since", sink),
        until: values::date_at(keys, "until", sink),
        replaces: keys
            .get("replaces")
            .map(|keyed| names_of(keyed, sink))
            .unwrap_or_default()
            .into_iter()
            .map(|name| name.text.clone())
            .collect(),
        tags: keys.get("tags").map(|keyed| values::texts(keyed, sink)).unwrap_or_default(),
        source_note: values::text_at(keys, "source_note", sink),
        actions: actions(node, sink),
    };
    if let (Some(since), Some(until), Some((_, property))) = (indicator.since, indicator.until, keys.get("until"))
        && until < since
    {
        sink.push(
            Diagnostic::error(
                codes::keys::IMPOSSIBLE_DATE,
                property.span,
                say!("`{}` ends before it starts", "`{}` 在开始之前就结束", node.name()),
            )
            .saying(say!("before {since}", "早于 {since}")),
        );
    }
    let subject = targets::Subject {
        node,
        // Without its unit or direction no value of it can be judged.
        unit: unit.as_ref().map(|(unit, _)| unit),
        direction,
        reads: signature.map(|s| &s.reads),
    };
    targets::read(&subject, &mut indicator, scope, sink);
    (indicator, whole)
}

/// `monthly by "quality board"`, or the text beside the word.
fn review(keys: &Properties, sink: &mut Diagnostics) -> Option<Review> {
    let keyed = keys.get("review")?;
    let phrase = values::one(keyed, sink)?;
    let Some(name) = phrase.expr.as_name() else {
        values::wrong_shape(keyed.0, phrase.expr.span, sink);
        return None;
    };
    if !values::word_of("review", crate::model::keys::FREQUENCIES, name, sink) {
        return None;
    }
    let [by] = values::clauses(&Words::same("`review`"), phrase, [ClauseWord::By], sink);
    let by = match by.map(|clause| (&clause.value.kind, clause.value.span)) {
        Some((ExprKind::Text(text), _)) => Some(text.clone()),
        Some((_, span)) => {
            values::wrong_shape(keyed.0, span, sink);
            None
        }
        None => phrase.text.as_ref().map(|t| t.text.clone()),
    };
    Some(Review { every: Frequency::parse(&name.text)?, by })
}

// ---- the graph ---------------------------------------------------------------------------------------------------

/// `drives` edges must not lead back.
pub fn drives(model: &Model, sink: &mut Diagnostics) {
    let mut graph = Graph::new(model.indicators.len());
    for (at, node) in model.indicators.iter().enumerate() {
        let names = node.keys.get("drives").map(|(_, property)| &property.value).into_iter().flatten();
        for name in names.filter_map(|phrase| phrase.expr.as_name()) {
            if let Some(driven) = model.resolve(crate::model::Space::Formula, &name.text)
                && driven.kind == DeclKind::Indicator
            {
                graph.edge(at, driven.index as usize, name.span);
            }
        }
    }
    let name = |at: usize| model.indicators.get(at).map_or("", |n| n.name());
    for ring in graph.rings() {
        sink.push(
            order::ring(
                codes::graph::DRIVES_CYCLE,
                [
                    say!("indicators that drive each other", "指标互相驱动"),
                    say!("an indicator that drives itself", "指标驱动自身"),
                ],
                &ring,
                &name,
                |a, b| say!("`{a}` drives `{b}`", "`{a}` 驱动 `{b}`"),
            )
            .help(say!(
                "a leading indicator moves a lagging one; take one of the `drives` out",
                "领先指标带动滞后指标；删去其中一个 `drives`"
            )),
        );
    }
}

/// Puts indicators into the factors that they name with `factors`, and gives each its weight.
pub fn weights(model: &Model, factors: &mut [Factor], sink: &mut Diagnostics) {
    for (at, node) in model.indicators.iter().enumerate() {
        let id = IndicatorId(at as u32);
        let weight = values::share_at(&node.keys, "weight", sink);
        let shares = shares(node, model, sink);
        if let Some(parent) = node.parent
            && !shares.iter().any(|(factor, _)| *factor == parent)
        {
            place(factors, parent, id, weight.clone());
        }
        for (factor, share) in shares {
            place(factors, factor, id, share.or_else(|| weight.clone()));
        }
    }
}

fn place(factors: &mut [Factor], factor: FactorId, indicator: IndicatorId, weight: Option<BigDecimal>) {
    let Some(factor) = factors.get_mut(factor.index()) else { return };
    let own = factor.children.iter_mut().find(|c| matches!(c, Child::Indicator(i, _) if *i == indicator));
    match own {
        Some(child) => *child = Child::Indicator(indicator, weight),
        None => factor.children.push(Child::Indicator(indicator, weight)),
    }
}

/// `factors: a 40%, b`
fn shares(node: &Node, model: &Model, sink: &mut Diagnostics) -> Vec<(FactorId, Option<BigDecimal>)> {
    let Some((key, property)) = node.keys.get("factors") else { return Vec::new() };
    let mut seen: Vec<&Name> = Vec::new();
    let mut shares = Vec::new();
    for phrase in &property.value {
        let beside = phrase.clauses.first().map(|c| c.span).or(phrase.text.as_ref().map(|t| t.span));
        if let Some(span) = beside {
            values::wrong_shape(key, span, sink);
            continue;
        }
        let Some(name) = phrase.expr.as_name() else {
            if !values::is_hole(&phrase.expr) {
                values::wrong_shape(key, phrase.expr.span, sink);
            }
            continue;
        };
        if !first_time(&mut seen, name, "factors", sink) {
            continue;
        }
        let share = phrase.share.as_ref().and_then(|expr| values::share(key, expr, sink));
        let Some(declared) = reference(model, &[DeclKind::Factor], name, sink) else { continue };
        let factor = FactorId(declared.index);
        if let (Some(written), Some((_, weight)), true) =
            (&phrase.share, node.keys.get("weight"), node.parent == Some(factor))
        {
            sink.push(
                Diagnostic::error(
                    codes::targets::WEIGHT_GIVEN_TWICE,
                    written.span,
                    say!("two weights of `{}` in `{}`", "`{}` 在 `{}` 里有两个权重", node.name(), name.text),
                )
                .saying(say!("given here", "在此给出"))
                .label(weight.span, say!("and here", "还有这里"))
                .help(say!(
                    "it stands in `{}`, one of its {}: keep `weight`",
                    "它写在 `{}` 里，是其{}之一：保留 `weight`",
                    name.text,
                    plural(DeclKind::Indicator)
                )),
            );
        }
        shares.push((factor, share));
    }
    shares
}
