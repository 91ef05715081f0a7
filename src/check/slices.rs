//! Slices: the conditions of `only` and `for`, what stands after `by`, and whether sources have the dimension.

use std::collections::BTreeSet;

use super::formula;
use super::nature::{self, Reads};
use super::scope::{Entity, Poison, Scope};
use crate::design::{Condition, DimensionId, Formula, Over, SetKey, SourceId, Type};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, Words, closest, codes, say};
use crate::source::Span;
use crate::syntax::ast::{Binary, Expr, ExprKind, Name};
use crate::value::{Frequency, Grain};

/// `dimension = literal`, joined by `and`, sorted by dimension. `reads`: what is sliced; a source that lacks the
/// dimension is an error (`what`, such as ``the target of `csat` ``, names what is sliced).
pub fn slice(
    expr: &Expr,
    reads: &Reads,
    what: &Words,
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
                            say!("a dimension stands twice in one slice", "一个切片里维度写了两次"),
                        )
                        .saying(say!("again", "再次写出"))
                        .help(say!(
                            "a row has one value of a dimension; give one",
                            "一行在一个维度上只有一个值；只写一个"
                        )),
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
        Diagnostic::error(
            codes::types::WRONG_ARGUMENTS,
            span,
            say!("a slice chooses values of dimensions", "切片选的是维度的值"),
        )
        .saying(say!("not `dimension = value`", "不是 `维度 = 值`"))
        .help(say!(
            "for example `region = \"north\"`; several are joined by `and`",
            "例如 `region = \"north\"`；多个用 `and` 连接"
        )),
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
                not_a_dimension(name, say!("a field", "字段"), scope, sink);
            } else {
                scope.unknown_name(name, &say!("dimension", "维度"), |e| matches!(e, Entity::Dimension(_)), sink);
            }
            None
        }
        Some(other) => {
            not_a_dimension(name, other.what(), scope, sink);
            None
        }
    }
}

fn not_a_dimension(name: &Name, what: Words, scope: &Scope, sink: &mut Diagnostics) {
    let maps = |d: &&crate::design::Dimension| {
        d.fields
            .iter()
            .any(|(source, path)| scope.end_of(*source, path).is_some_and(|(_, field)| field.name == name.text))
    };
    let help = match scope.dimensions.iter().find(maps) {
        Some(dimension) => {
            say!("the dimension over that field is `{}`", "这个字段对应的维度是 `{}`", dimension.naming.name)
        }
        None => {
            let sources = scope.sources.iter().filter(|s| s.fields.iter().any(|f| f.name == name.text));
            let fields: Vec<String> = sources.map(|s| format!("{}.{}", s.naming.name, name.text)).collect();
            if fields.is_empty() {
                say!("after `by` stands a grain (`month`) or a dimension", "`by` 之后写粒度（`month`）或维度")
            } else {
                say!("declare `dimension {}: {}`", "声明 `dimension {}: {}`", name.text, fields.join(", "))
            }
        }
    };
    sink.push(
        Diagnostic::error(
            codes::types::NOT_A_DIMENSION,
            name.span,
            say!("`{}` is {}, not a dimension", "`{}` 是{}，不是维度", name.text, what),
        )
        .saying(say!("a dimension is wanted", "此处应为维度"))
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
                Diagnostic::error(
                    codes::types::WRONG_ARGUMENTS,
                    expr.span,
                    say!("`{word}` stands without quotes", "`{word}` 没有加引号"),
                )
                .saying(say!("a name", "名称"))
                .help(say!("a value of a dimension is text: `\"{word}\"`", "维度的值是文本：`\"{word}\"`")),
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
    let unknown = Diagnostic::error(
        codes::types::UNKNOWN_MEMBER,
        span,
        say!("`{owner}` is never \"{text}\"", "`{owner}` 没有 \"{text}\" 这个值"),
    )
    .saying(say!("not in its list of values", "不在它的取值列表里"));
    sink.push(match closest(text, members.iter().copied()) {
        Some(near) => unknown.help(say!("did you mean \"{near}\"?", "是不是 \"{near}\"？")).fix(
            Applicability::Proposed,
            say!("write \"{near}\"", "写成 \"{near}\""),
            vec![Edit { span, text: format!("\"{}\"", near.replace('\\', "\\\\").replace('"', "\\\"")) }],
        ),
        None => {
            let shown: Vec<Words> = members.iter().take(12).map(|m| Words::same(format!("\"{m}\""))).collect();
            let all = Words::listed(&shown);
            unknown.help(match members.len() {
                0..=12 => say!("its values are {}", "它的取值有 {}", all),
                _ => say!("its values are {}, …", "它的取值有 {} 等", all),
            })
        }
    });
}

/// Reports the sources that lack a dimension; false where there is one.
fn all_have(
    dimension: DimensionId,
    span: Span,
    reads: &Reads,
    what: &Words,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> bool {
    let Some(declared) = scope.dimension(dimension) else { return true };
    let Some(id) = reads.sliced_by(dimension).find(|s| declared.field_in(*s).is_none()) else { return true };
    let Some(source) = scope.source(id) else { return true };
    let (source_name, name) = (&source.naming.name, &declared.naming.name);
    let has = scope.dimensions.iter().filter(|d| d.field_in(id).is_some()).map(|d| d.naming.name.as_str());
    let has = Words::names(has);
    let help = if has.is_empty() {
        say!(
            "map it with `dimension {name}: …, {source_name}.FIELD`; `{source_name}` has no dimension",
            "用 `dimension {name}: …, {source_name}.字段` 对应起来；`{source_name}` 没有任何维度"
        )
    } else {
        say!(
            "map it with `dimension {name}: …, {source_name}.FIELD`; `{source_name}` has {}",
            "用 `dimension {name}: …, {source_name}.字段` 对应起来；`{source_name}` 有 {}",
            has
        )
    };
    sink.push(
        Diagnostic::error(
            codes::types::MISSING_DIMENSION,
            span,
            say!(
                "{} cannot be sliced by `{name}`: `{source_name}` has no `{name}`",
                "{}不能按 `{name}` 切片：`{source_name}` 没有 `{name}`",
                what
            ),
        )
        .saying(say!("`{source_name}` is read and has no such dimension", "读取了 `{source_name}`，它没有这个维度"))
        .label(declared.naming.span, say!("the dimension is declared here", "维度在此声明"))
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
                    say!(
                        "`{}` is refreshed {refreshed} and has no values by {}",
                        "`{}` 的更新是 `{refreshed}`，没有 `{}` 粒度的值",
                        source.naming.name,
                        name.text
                    ),
                )
                .saying(say!("finer than the data", "比数据的粒度更细"))
                .label(source.naming.span, say!("refreshed {refreshed}", "更新：`{refreshed}`"))
                .help(say!("choose a grain that is as coarse as the source", "选不细于来源的粒度")),
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
                say!("`{}` is no grain and no dimension", "`{}` 既不是粒度也不是维度", name.text),
            )
            .saying(say!("unknown after `by`", "`by` 之后未知的名称"))
            .help(Words::meant(grain.word())),
        );
        return None;
    }
    let dimension = dimension_named(name, scope, sink)?;
    all_have(dimension, name.span, &nature::reads(operand, scope), &say!("this", "这里"), scope, sink)
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
    let mut sound =
        all_have(dimension, written.span, &nature::reads(sliced, scope), &say!("this", "这里"), scope, sink);
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
            Diagnostic::error(codes::types::WRONG_TYPE, set_span, say!("a set is wanted after `in`", "`in` 之后应为集合"))
                .saying(super::units::this_is(&super::units::describe(&set.ty)))
                .help(say!("a set of keys is written `set(orders.customer_id)`; values stand in parentheses, as in `in (\"a\", \"b\")`", "键的集合写成 `set(orders.customer_id)`；若干值写在括号里，例如 `in (\"a\", \"b\")`")),
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
                say!(
                    "the set holds other keys than the dimension `{}`",
                    "集合的键与维度 `{}` 的不同",
                    declared.naming.name
                ),
            )
            .saying(Words::default())
            .label(span, say!("this dimension", "这个维度"))
            .label(declared.naming.span, say!("declared here", "在此声明"))
            .help(say!(
                "two ids compare when they are one field, or refer to one source (`field x: id -> customers`)",
                "两个标识是同一字段，或引用同一来源（`field x: id -> customers`），才能比较"
            )),
        );
        return None;
    }
    all_have(dimension, span, &nature::reads(operand, scope), &say!("this", "这里"), scope, sink)
        .then_some(Condition::InSet { dimension, set, negated })
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
