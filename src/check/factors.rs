//! Objectives, factors and the actions planned in them.

use std::collections::HashMap;

use super::declare::{naming, rollup};
use super::names::{first_time, reference};
use super::values::{self, Keyed};
use crate::design::{
    Action, Child, ContextId, Factor, FactorId, IndicatorId, Naming, Objective, ObjectiveId, PerspectiveId,
};
use crate::diagnostic::{Diagnostic, Diagnostics, codes, say};
use crate::model::keys::STATUSES;
use crate::model::{Model, Node, Properties};
use crate::syntax::ast::{Decl, DeclKind, Entry, Name};

/// Perspectives by name.
pub type Perspectives<'a> = HashMap<&'a str, PerspectiveId>;

pub fn by_name(perspectives: &[Naming]) -> Perspectives<'_> {
    perspectives.iter().enumerate().map(|(i, p)| (p.name.as_str(), PerspectiveId(i as u32))).collect()
}

fn perspective(
    keys: &Properties,
    known: &Perspectives,
    model: &Model,
    sink: &mut Diagnostics,
) -> Option<PerspectiveId> {
    let keyed = keys.get("perspective")?;
    let name = name_of(keyed, sink)?;
    known.get(name.text.as_str()).copied().or_else(|| {
        reference(model, &[DeclKind::Perspective], name, sink);
        None
    })
}

/// The one name of a property.
fn name_of<'a>(keyed: Keyed<'a>, sink: &mut Diagnostics) -> Option<&'a Name> {
    let expr = values::plain(keyed, sink)?;
    let name = expr.as_name();
    if name.is_none() {
        values::wrong_shape(keyed.0, expr.span, sink);
    }
    name
}

/// The names of a property, each once.
pub fn names_of<'a>(keyed: Keyed<'a>, sink: &mut Diagnostics) -> Vec<&'a Name> {
    let mut seen = Vec::new();
    for expr in values::each(keyed, sink) {
        match expr.as_name() {
            Some(name) => {
                first_time(&mut seen, name, keyed.0.name, sink);
            }
            None => values::wrong_shape(keyed.0, expr.span, sink),
        }
    }
    seen
}

/// The challenges, opportunities or processes that a key names.
pub fn contexts(keys: &Properties, key: &str, model: &Model, sink: &mut Diagnostics) -> Vec<ContextId> {
    let Some(keyed) = keys.get(key) else { return Vec::new() };
    let kinds: &[DeclKind] = match keyed.0.shape {
        crate::model::keys::Shape::Names(kinds) => kinds,
        _ => return Vec::new(),
    };
    let names = names_of(keyed, sink);
    names.into_iter().filter_map(|name| reference(model, kinds, name, sink)).map(|d| ContextId(d.index)).collect()
}

pub fn objectives(model: &Model, known: &Perspectives, sink: &mut Diagnostics) -> Vec<Objective> {
    let objectives = model.objectives.iter().map(|node| Objective {
        naming: naming(node, sink),
        perspective: perspective(&node.keys, known, model, sink),
        weight: values::share_at(&node.keys, "weight", sink),
        rollup: rollup(&node.keys, sink),
    });
    objectives.collect()
}

/// Factors with their sub-factors and the indicators that stand in them, in the order declared.
pub fn factors(model: &Model, known: &Perspectives, sink: &mut Diagnostics) -> Vec<Factor> {
    let mut factors: Vec<Factor> = Vec::with_capacity(model.factors.len());
    for node in &model.factors {
        let parent = node.parent.and_then(|p| factors.get(p.index())).map(|p| (p.perspective, p.objective));
        let own = node.keys.get("objective").and_then(|keyed| {
            let name = name_of(keyed, sink)?;
            reference(model, &[DeclKind::Objective], name, sink).map(|d| ObjectiveId(d.index))
        });
        factors.push(Factor {
            naming: naming(node, sink),
            parent: node.parent,
            perspective: perspective(&node.keys, known, model, sink).or(parent.and_then(|(p, _)| p)),
            objective: own.or(parent.and_then(|(_, o)| o)),
            addresses: contexts(&node.keys, "addresses", model, sink),
            weight: values::share_at(&node.keys, "weight", sink),
            rollup: rollup(&node.keys, sink),
            actions: actions(node, sink),
            children: Vec::new(),
        });
    }
    for (factor, children) in factors.iter_mut().zip(children(model)) {
        factor.children = children;
    }
    factors
}

/// What stands in each factor, in the order of the text.
fn children(model: &Model) -> Vec<Vec<Child>> {
    let mut children: Vec<Vec<(u32, Child)>> = vec![Vec::new(); model.factors.len()];
    let inner = model.factors.iter().enumerate().map(|(i, n)| (n, Child::Factor(FactorId(i as u32))));
    let indicators =
        model.indicators.iter().enumerate().map(|(i, n)| (n, Child::Indicator(IndicatorId(i as u32), None)));
    for (node, child) in inner.chain(indicators) {
        if let Some(list) = node.parent.and_then(|p| children.get_mut(p.index())) {
            list.push((node.decl.span.start, child));
        }
    }
    let ordered = children.into_iter().map(|mut list| {
        list.sort_by_key(|(start, _)| *start);
        list.into_iter().map(|(_, child)| child).collect()
    });
    ordered.collect()
}

// ---- actions -----------------------------------------------------------------------------------------------------

/// The actions that stand in a factor or an indicator.
pub fn actions(node: &Node, sink: &mut Diagnostics) -> Vec<Action> {
    let entries = node.decl.block.as_ref().map_or(&[][..], |b| &b.entries);
    let mut actions = Vec::new();
    for entry in entries {
        if let Entry::Decl(decl) = entry
            && decl.kind == DeclKind::Action
        {
            actions.push(action(decl, sink));
        }
    }
    actions
}

fn action(decl: &Decl, sink: &mut Diagnostics) -> Action {
    // Its keys were judged with the whole file; here they are only read.
    let keys = crate::model::properties::read(decl);
    values::text_at(&keys, "note", sink);
    let when = decl.when.as_ref().filter(|when| values::word_of("when", STATUSES, when, sink));
    if let (Some((_, within)), Some((_, due))) = (keys.get("within"), keys.get("due")) {
        sink.push(
            Diagnostic::error(
                codes::keys::UNFIT_PART,
                due.span,
                say!("an action has `within` or `due`, not both", "行动或者写 `within`，或者写 `due`，不能两者都写"),
            )
            .saying(say!("a day", "某一天"))
            .label(within.span, say!("a number of days", "天数"))
            .help(say!("keep one of the two", "保留其中一个")),
        );
    }
    Action {
        span: decl.span,
        text: decl.label.as_ref().map(|l| l.text.clone()).unwrap_or_default(),
        when: when.map(|w| w.text.clone()),
        owner: values::text_at(&keys, "owner", sink),
        within: values::days_at(&keys, "within", sink),
        due: values::date_at(&keys, "due", sink),
        done: values::flag_at(&keys, "done", sink),
    }
}
