//! Slices: the conditions of `only` and `for`, what stands after `by`, and whether sources have the dimension.

use std::collections::BTreeSet;

use super::formula;
use super::nature::{self, Reads};
use super::scope::{Entity, Poison, Scope};
use crate::design::{Condition, DimensionId, Formula, Over, SetKey, SourceId, Type};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, closest, codes};
use crate::source::Span;
use crate::syntax::ast::{Binary, Expr, ExprKind, Name};
use crate::value::{Frequency, Grain};

/// `dimension = literal`, joined by `and`, sorted by dimension. `reads`: what is sliced; a source that lacks the
/// dimension is an error (`what`, such as ``the target of `csat` ``, names what is sliced).
pub fn slice(
    expr: &Expr,
    reads: &Reads,
    what: &str,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<Vec<(DimensionId, String)>> {
    let mut found: Vec<(DimensionId, String)> = Vec::new();
    let mut sound = true;
    for part in conjuncts(expr) {
        let (left, right) = match &part.kind {
            ExprKind::Hole => return None,
            ExprKind::Binary { op: Binary::Equal, left, right, .. } => (left, right),
            _ => {
                not_a_condition(part.span, sink);
                sound = false;
                continue;
            }
        };
        match (dimension_of(left, scope, sink), member(right, sink)) {
            (Some(dimension), Some(text)) => {
                sound &= known_member(dimension, &text, right.span, scope, sink);
                sound &= all_have(dimension, left.span, reads, what, scope, sink);
                if found.iter().any(|(d, _)| *d == dimension) {
                    sink.push(
                        Diagnostic::error(
                            codes::names::REPEATED_NAME,
                            left.span,
                            "a dimension stands twice in one slice",
                        )
                        .saying("again")
                        .help("a row has one value of a dimension; give one"),
                    );
                    sound = false;
                }
                found.push((dimension, text));
            }
            _ => sound = false,
        }
    }
    found.sort();
    sound.then_some(found)
}

fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    let mut found = Vec::new();
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        match &expr.kind {
            ExprKind::Binary { op: Binary::And, left, right, .. } => {
                stack.push(right);
                stack.push(left);
            }
            ExprKind::Paren(inner) => stack.push(inner),
            _ => found.push(expr),
        }
    }
    found
}

fn not_a_condition(span: Span, sink: &mut Diagnostics) {
    sink.push(
        Diagnostic::error(codes::types::WRONG_ARGUMENTS, span, "a slice chooses values of dimensions")
            .saying("not `dimension = value`")
            .help("for example `region = \"north\"`; several are joined by `and`"),
    );
}

fn dimension_of(expr: &Expr, scope: &Scope, sink: &mut Diagnostics) -> Option<DimensionId> {
    match formula::word(expr) {
        Some(name) => dimension_named(name, scope, sink),
        None if matches!(expr.kind, ExprKind::Hole) => None,
        None => {
            not_a_condition(expr.span, sink);
            None
        }
    }
}

/// The dimension of this name, else it is reported; a field is answered with the dimension that maps it.
fn dimension_named(name: &Name, scope: &Scope, sink: &mut Diagnostics) -> Option<DimensionId> {
    match scope.entity(&name.text) {
        Some(Entity::Dimension(id)) => (!scope.is_poisoned(&Poison::Dimension(id))).then_some(id),
        None => {
            let field = scope.sources.iter().flat_map(|s| &s.fields).any(|f| f.name == name.text);
            if field {
                not_a_dimension(name, "a field", scope, sink);
            } else {
                scope.unknown_name(name, "dimension", |e| matches!(e, Entity::Dimension(_)), sink);
            }
            None
        }
        Some(other) => {
            not_a_dimension(name, other.what(), scope, sink);
            None
        }
    }
}

fn not_a_dimension(name: &Name, what: &str, scope: &Scope, sink: &mut Diagnostics) {
    let maps = |d: &&crate::design::Dimension| {
        d.fields
            .iter()
            .any(|(source, path)| scope.end_of(*source, path).is_some_and(|(_, field)| field.name == name.text))
    };
    let help = match scope.dimensions.iter().find(maps) {
        Some(dimension) => format!("the dimension over that field is `{}`", dimension.naming.name),
        None => {
            let sources = scope.sources.iter().filter(|s| s.fields.iter().any(|f| f.name == name.text));
            let fields: Vec<String> = sources.map(|s| format!("{}.{}", s.naming.name, name.text)).collect();
            if fields.is_empty() {
                "after `by` stands a grain (`month`) or a dimension".to_string()
            } else {
                format!("declare `dimension {}: {}`", name.text, fields.join(", "))
            }
        }
    };
    sink.push(
        Diagnostic::error(
            codes::types::NOT_A_DIMENSION,
            name.span,
            format!("`{}` is {what}, not a dimension", name.text),
        )
        .saying("a dimension is wanted")
        .help(help),
    );
}

fn member(expr: &Expr, sink: &mut Diagnostics) -> Option<String> {
    match &expr.bare().kind {
        ExprKind::Text(text) => Some(text.clone()),
        ExprKind::Hole => None,
        ExprKind::Number(number) if number.unit.is_none() => Some(number.digits.clone()),
        ExprKind::Bool(holds) => Some(holds.to_string()),
        ExprKind::Time(day) => Some(day.clone()),
        ExprKind::Path(parts) => {
            let word: Vec<&str> = parts.iter().map(|p| p.text.as_str()).collect();
            let word = word.join(".");
            sink.push(
                Diagnostic::error(codes::types::WRONG_ARGUMENTS, expr.span, format!("`{word}` stands without quotes"))
                    .saying("a name")
                    .help(format!("a value of a dimension is text: `\"{word}\"`")),
            );
            None
        }
        _ => {
            not_a_condition(expr.span, sink);
            None
        }
    }
}

/// False where all fields of the dimension have closed lists, and none has the member: reported.
fn known_member(dimension: DimensionId, text: &str, span: Span, scope: &Scope, sink: &mut Diagnostics) -> bool {
    let Some(declared) = scope.dimension(dimension) else { return true };
    let lists: Option<Vec<&[String]>> = declared
        .fields
        .iter()
        .map(|(source, path)| scope.end_of(*source, path).map(|(_, f)| f.members.as_slice()).filter(|m| !m.is_empty()))
        .collect();
    match lists {
        Some(lists) if !lists.is_empty() && !lists.iter().any(|l| l.iter().any(|m| m == text)) => {
            let all: BTreeSet<&str> = lists.into_iter().flatten().map(String::as_str).collect();
            unknown_member(&declared.naming.name, text, all.into_iter(), span, sink);
            false
        }
        _ => true,
    }
}

/// Reports a value that a closed list lacks.
pub(super) fn unknown_member<'a>(
    owner: &str,
    text: &str,
    members: impl Iterator<Item = &'a str>,
    span: Span,
    sink: &mut Diagnostics,
) {
    let members: Vec<&str> = members.collect();
    let unknown = Diagnostic::error(codes::types::UNKNOWN_MEMBER, span, format!("`{owner}` is never \"{text}\""))
        .saying("not in its list of values");
    sink.push(match closest(text, members.iter().copied()) {
        Some(near) => unknown.help(format!("did you mean \"{near}\"?")).fix(
            Applicability::Proposed,
            format!("write \"{near}\""),
            vec![Edit { span, text: format!("\"{}\"", near.replace('\\', "\\\\").replace('"', "\\\"")) }],
        ),
        None => {
            let shown: Vec<String> = members.iter().take(12).map(|m| format!("\"{m}\"")).collect();
            let more = if members.len() > shown.len() { ", …" } else { "" };
            unknown.help(format!("its values are {}{more}", shown.join(", ")))
        }
    });
}

/// Reports the sources that lack a dimension; false where there is one.
fn all_have(
    dimension: DimensionId,
    span: Span,
    reads: &Reads,
    what: &str,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> bool {
    let Some(declared) = scope.dimension(dimension) else { return true };
    let Some(id) = reads.sliced_by(dimension).find(|s| declared.field_in(*s).is_none()) else { return true };
    let Some(source) = scope.source(id) else { return true };
    let (source_name, name) = (&source.naming.name, &declared.naming.name);
    let has: Vec<String> =
        scope.dimensions.iter().filter(|d| d.field_in(id).is_some()).map(|d| format!("`{}`", d.naming.name)).collect();
    let help = if has.is_empty() {
        format!("map it with `dimension {name}: …, {source_name}.FIELD`; `{source_name}` has no dimension")
    } else {
        format!("map it with `dimension {name}: …, {source_name}.FIELD`; `{source_name}` has {}", has.join(", "))
    };
    sink.push(
        Diagnostic::error(
            codes::types::MISSING_DIMENSION,
            span,
            format!("{what} cannot be sliced by `{name}`: `{source_name}` has no `{name}`"),
        )
        .saying(format!("`{source_name}` is read and has no such dimension"))
        .label(declared.naming.span, "the dimension is declared here")
        .help(help),
    );
    false
}

/// What stands after `by`: a grain or a dimension that every source has, at a grain that they have.
pub(super) fn over(name: &Name, operand: &Formula, scope: &Scope, sink: &mut Diagnostics) -> Option<Over> {
    if let Some(grain) = Grain::parse(&name.text) {
        let reads = nature::reads(operand, scope);
        let coarser = reads
            .sources()
            .filter_map(|id| scope.source(id))
            .find(|source| source.refreshed.is_some_and(|f| rank(scope.calendar.grain_of(f)) > rank(grain)));
        if let Some(source) = coarser {
            let refreshed = source.refreshed.map_or("", Frequency::word);
            sink.push(
                Diagnostic::error(
                    codes::types::GRAIN_TOO_FINE,
                    name.span,
                    format!("`{}` is refreshed {refreshed} and has no values by {}", source.naming.name, name.text),
                )
                .saying("finer than the data")
                .label(source.naming.span, format!("refreshed {refreshed}"))
                .help("choose a grain that is as coarse as the source"),
            );
            return None;
        }
        return Some(Over::Grain(grain));
    }
    if scope.entity(&name.text).is_none()
        && let Some(grain) = meant(&name.text, scope)
    {
        sink.push(
            Diagnostic::error(
                codes::names::UNKNOWN_NAME,
                name.span,
                format!("`{}` is no grain and no dimension", name.text),
            )
            .saying("unknown after `by`")
            .help(format!("did you mean `{}`?", grain.word())),
        );
        return None;
    }
    let dimension = dimension_named(name, scope, sink)?;
    all_have(dimension, name.span, &nature::reads(operand, scope), "this", scope, sink)
        .then_some(Over::Dimension(dimension))
}

/// The grain that an unknown word is nearest to: `mnth`, `monthly`. None where a dimension is nearer.
fn meant(word: &str, scope: &Scope) -> Option<Grain> {
    if let Some(frequency) = Frequency::ALL.into_iter().find(|f| f.word() == word) {
        return Some(scope.calendar.grain_of(frequency));
    }
    let dimensions = scope.dimensions.iter().map(|d| d.naming.name.as_str());
    let near = closest(word, dimensions.chain(Grain::ALL.iter().map(|g| g.word())))?;
    Grain::parse(near).filter(|_| !scope.sources.iter().any(|s| s.fields.iter().any(|f| f.name == word)))
}

/// Coarser grains rank higher.
fn rank(grain: Grain) -> u8 {
    match grain {
        Grain::Day => 0,
        Grain::Week => 1,
        Grain::Month => 2,
        Grain::Quarter | Grain::FiscalQuarter => 3,
        Grain::Half => 4,
        Grain::Year | Grain::FiscalYear => 5,
    }
}

/// A dimension as an argument of `overall`.
pub(super) fn dimension_argument(expr: &Expr, scope: &Scope, sink: &mut Diagnostics) -> Option<DimensionId> {
    dimension_of(expr, scope, sink)
}

/// The conditions of one argument of `only`, each on what the operand reads.
pub(super) fn conditions(
    expr: &Expr,
    operand: &Formula,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<Vec<Condition>> {
    let mut found = Vec::new();
    let mut sound = true;
    for part in conjuncts(expr) {
        match condition(part, operand, scope, sink) {
            Some(condition) => found.push(condition),
            None => sound = false,
        }
    }
    sound.then_some(found)
}

fn condition(expr: &Expr, sliced: &Formula, scope: &Scope, sink: &mut Diagnostics) -> Option<Condition> {
    let (written, members, negated) = match &expr.kind {
        ExprKind::Binary { op: op @ (Binary::Equal | Binary::NotEqual), left, right, .. } => {
            (left, vec![right.as_ref()], *op == Binary::NotEqual)
        }
        ExprKind::InList { operand, items, negated } => {
            // One name in parentheses is a set, in parentheses.
            if let [only] = items.as_slice()
                && formula::word(only).is_some()
            {
                let dimension = dimension_of(operand, scope, sink);
                let typed = formula::check(only, scope, sink);
                let (dimension, typed) = (dimension?, typed?);
                return chosen(dimension, operand.span, typed, only.span, *negated, sliced, scope, sink);
            }
            (operand, items.iter().collect(), *negated)
        }
        ExprKind::InSet { operand: written, set, negated } => {
            let dimension = dimension_of(written, scope, sink);
            let typed = formula::check(set, scope, sink);
            let (dimension, typed) = (dimension?, typed?);
            return chosen(dimension, written.span, typed, set.span, *negated, sliced, scope, sink);
        }
        ExprKind::Hole => return None,
        _ => {
            not_a_condition(expr.span, sink);
            return None;
        }
    };
    let dimension = dimension_of(written, scope, sink);
    let members: Vec<Option<(String, Span)>> =
        members.into_iter().map(|m| member(m, sink).map(|text| (text, m.span))).collect();
    let dimension = dimension?;
    let members: Vec<(String, Span)> = members.into_iter().collect::<Option<_>>()?;
    let mut sound = all_have(dimension, written.span, &nature::reads(sliced, scope), "this", scope, sink);
    for (text, span) in &members {
        sound &= known_member(dimension, text, *span, scope, sink);
    }
    let members = members.into_iter().map(|(text, _)| text).collect();
    sound.then_some(Condition::Members { dimension, members, negated })
}

/// Conditions that are a set need its keys to be those of the dimension.
#[allow(clippy::too_many_arguments)]
fn chosen(
    dimension: DimensionId,
    span: Span,
    set: Formula,
    set_span: Span,
    negated: bool,
    operand: &Formula,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<Condition> {
    let Type::Set(key) = &set.ty else {
        sink.push(
            Diagnostic::error(codes::types::WRONG_TYPE, set_span, "a set is wanted after `in`")
                .saying(format!("this is {}", super::units::describe(&set.ty)))
                .help("a set of keys is written `set(orders.customer_id)`; values stand in parentheses, as in `in (\"a\", \"b\")`"),
        );
        return None;
    };
    let declared = scope.dimension(dimension)?;
    let keys = declared.fields.iter().map(|(source, path)| key_of(*source, path, scope));
    if !keys.into_iter().any(|k| k.as_ref() == Some(key)) {
        sink.push(
            Diagnostic::error(
                codes::types::WRONG_TYPE,
                set_span,
                format!("the set holds other keys than the dimension `{}`", declared.naming.name),
            )
            .saying("")
            .label(span, "this dimension")
            .label(declared.naming.span, "declared here")
            .help("two ids compare when they are one field, or refer to one source (`field x: id -> customers`)"),
        );
        return None;
    }
    all_have(dimension, span, &nature::reads(operand, scope), "this", scope, sink).then_some(Condition::InSet {
        dimension,
        set,
        negated,
    })
}

/// What a field's values are keys of: of the source that it refers to or is the key of, else of itself.
pub(super) fn key_of(source: SourceId, path: &crate::design::FieldPath, scope: &Scope) -> Option<SetKey> {
    let mut at = source;
    for via in &path.via {
        at = scope.field(at, *via)?.refers?;
    }
    let field = scope.field(at, path.field)?;
    Some(match field.refers {
        Some(target) => SetKey::Source(target),
        None if scope.source(at)?.key.as_slice() == [path.field] => SetKey::Source(at),
        None => SetKey::Field(at, path.field),
    })
}
