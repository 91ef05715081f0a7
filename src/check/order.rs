//! Which measures and indicators a formula names, in which order they are typed, and the rings among them.

use super::scope::{Entity, Scope};
use crate::design::Subject;
use crate::diagnostic::{Code, Diagnostic, Words, say};
use crate::functions;
use crate::model::Model;
use crate::model::graph::Graph;
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind, Name};

/// The measures and indicators that an expression names, each with its place. Names of fields inside aggregates are none.
pub fn named(expr: &Expr, scope: &Scope, found: &mut Vec<(Subject, Span)>) {
    match &expr.kind {
        ExprKind::Hole
        | ExprKind::Number(_)
        | ExprKind::Unit(_)
        | ExprKind::Text(_)
        | ExprKind::Bool(_)
        | ExprKind::Time(_) => {}
        ExprKind::Path(parts) => {
            if let [name] = parts.as_slice() {
                match scope.entity(&name.text) {
                    Some(Entity::Measure(id)) => found.push((Subject::Measure(id), name.span)),
                    Some(Entity::Indicator(id)) => found.push((Subject::Indicator(id), name.span)),
                    _ => {}
                }
            }
        }
        ExprKind::Call { args, .. } => {
            for arg in args.iter().filter(|arg| !over_rows(arg, scope)) {
                named(&arg.expr, scope, found);
            }
        }
        ExprKind::Unary { operand, .. } | ExprKind::Paren(operand) | ExprKind::Is { operand, .. } => {
            named(operand, scope, found);
        }
        ExprKind::Binary { left, right, .. } => {
            named(left, scope, found);
            named(right, scope, found);
        }
        ExprKind::If { condition, then, otherwise } => {
            named(condition, scope, found);
            named(then, scope, found);
            if let Some(otherwise) = otherwise {
                named(otherwise, scope, found);
            }
        }
        ExprKind::Between { operand, low, high, .. } => {
            named(operand, scope, found);
            named(low, scope, found);
            named(high, scope, found);
        }
        ExprKind::InList { operand, items, .. } => {
            named(operand, scope, found);
            items.iter().for_each(|item| named(item, scope, found));
        }
        ExprKind::InSet { operand, set, .. } => {
            named(operand, scope, found);
            named(set, scope, found);
        }
        ExprKind::Range { low, high } => {
            for end in [low, high].into_iter().flatten() {
                named(end, scope, found);
            }
        }
    }
}

/// Is this what an aggregate aggregates? Its first name is then a source, and bare names in the rest are fields.
fn over_rows(arg: &Arg, scope: &Scope) -> bool {
    first_name(&arg.expr).is_some_and(|name| matches!(scope.entity(&name.text), Some(Entity::Source(_))))
}

/// The first name of an expression, other than inside an aggregate of its own.
pub fn first_name(expr: &Expr) -> Option<&Name> {
    match &expr.kind {
        ExprKind::Path(parts) => parts.first(),
        ExprKind::Call { function, args } if !aggregates(&function.text, args) => {
            args.iter().find_map(|arg| first_name(&arg.expr))
        }
        ExprKind::Unary { operand, .. }
        | ExprKind::Paren(operand)
        | ExprKind::Is { operand, .. }
        | ExprKind::Between { operand, .. }
        | ExprKind::InList { operand, .. }
        | ExprKind::InSet { operand, .. } => first_name(operand),
        ExprKind::Binary { left, right, .. } => first_name(left).or_else(|| first_name(right)),
        ExprKind::If { condition, then, .. } => first_name(condition).or_else(|| first_name(then)),
        _ => None,
    }
}

/// Whether a call computes with whole windows; the others (`abs`, `workdays`, `min` of two) also compute with rows.
fn aggregates(function: &str, args: &[Arg]) -> bool {
    functions::find(function, args.len()).is_none_or(|f| f.is_of_rows().is_none())
}

/// The formula edges between measures and indicators. Node numbers: measures first, then indicators.
pub struct Subjects {
    pub measures: usize,
    pub graph: Graph,
}

impl Subjects {
    pub fn new(model: &Model, scope: &Scope) -> Subjects {
        let measures = model.measures.len();
        let mut graph = Graph::new(measures + model.indicators.len());
        let mut found = Vec::new();
        let nodes = model.measures.iter().chain(&model.indicators).enumerate();
        for (at, node) in nodes {
            let expr = formula_of(node);
            if let Some(expr) = expr {
                named(expr, scope, &mut found);
            }
            for (subject, span) in found.drain(..) {
                graph.edge(at, place(subject, measures), span);
            }
        }
        Subjects { measures, graph }
    }

    pub fn subject(&self, at: usize) -> Subject {
        match at.checked_sub(self.measures) {
            Some(indicator) => Subject::Indicator(crate::design::IndicatorId(indicator as u32)),
            None => Subject::Measure(crate::design::MeasureId(at as u32)),
        }
    }
}

pub const fn place(subject: Subject, measures: usize) -> usize {
    match subject {
        Subject::Measure(id) => id.0 as usize,
        Subject::Indicator(id) => measures + id.0 as usize,
    }
}

/// The formula as written: a measure's value, an indicator's `formula`.
pub fn formula_of<'a>(node: &crate::model::Node<'a>) -> Option<&'a Expr> {
    let phrase = match node.keys.get("formula") {
        Some((_, property)) => property.value.first(),
        None => node.decl.value.as_ref().and_then(|v| v.first()),
    };
    phrase.map(|p| &p.expr)
}

/// One diagnostic for a ring: `formulas that need each other: a → b → a`, a label at each edge. `what` is said of several
/// and of one.
pub fn ring<'n>(
    code: Code,
    what: [Words; 2],
    ring: &[(usize, Span)],
    name: &dyn Fn(usize) -> &'n str,
    says: impl Fn(&str, &str) -> Words,
) -> Diagnostic {
    let names: Vec<&str> = ring.iter().map(|(at, _)| name(*at)).collect();
    let first = names.first().copied().unwrap_or_default();
    // A long ring is read at its ends.
    let shown: Vec<&str> = match names.as_slice() {
        [start @ .., last] if start.len() > 8 => start.iter().take(7).copied().chain(["…", *last]).collect(),
        all => all.to_vec(),
    };
    let path = shown.iter().chain([&first]).map(|n| (*n).to_string()).collect::<Vec<_>>().join(" → ");
    let span = ring.first().map_or_else(Span::default, |(_, span)| *span);
    let [several, one] = what;
    let what = if ring.len() == 1 { one } else { several };
    let mut diagnostic = Diagnostic::error(code, span, say!("{}: {path}", "{}：{path}", what));
    for (edge, ((_, span), from)) in ring.iter().zip(&names).enumerate().take(9) {
        let to = names.get(edge + 1).copied().unwrap_or(first);
        let text = says(from, to);
        diagnostic = if edge == 0 { diagnostic.saying(text) } else { diagnostic.label(*span, text) };
    }
    diagnostic
}
