//! Dimensions: the fields that carry them.

use super::declare::naming;
use super::scope::{Entity, Poison, Scope};
use super::values;
use crate::design::{Dimension, DimensionId, FieldKind, FieldPath, SourceId};
use crate::diagnostic::{Diagnostic, Diagnostics, codes, say};
use crate::model::{Model, Node};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Phrase};

/// All dimensions into the scope; the sources stand there already.
pub fn dimensions(model: &Model, scope: &mut Scope, sink: &mut Diagnostics) {
    for (index, node) in model.dimensions.iter().enumerate() {
        let id = DimensionId(index as u32);
        let naming = naming(node, sink);
        let mut fields: Vec<(SourceId, FieldPath)> = Vec::new();
        let mut spans: Vec<Span> = Vec::new();
        let mut sound = node.decl.value.is_some();
        for phrase in node.decl.value.iter().flatten() {
            match path(node, phrase, scope, sink) {
                Some((source, path)) => match fields.iter().position(|(s, _)| *s == source) {
                    Some(first) => {
                        let diagnostic = Diagnostic::error(
                            codes::names::REPEATED_NAME,
                            phrase.span,
                            say!(
                                "`{}` names two fields of `{}`",
                                "`{}` 写了 `{}` 的两个字段",
                                node.name(),
                                scope.source(source).map_or("", |s| s.naming.name.as_str())
                            ),
                        )
                        .saying(say!("named again", "再次写出"))
                        .help(say!(
                            "a source has a dimension in one field; compute one field from the two, or keep one",
                            "一个来源里，维度只在一个字段上；把两个字段算成一个，或只留一个"
                        ));
                        sink.push(match spans.get(first) {
                            Some(span) => diagnostic.label(*span, say!("first named here", "首次写出")),
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

fn path(node: &Node, phrase: &Phrase, scope: &Scope, sink: &mut Diagnostics) -> Option<(SourceId, FieldPath)> {
    let shape = |span: Span| {
        Diagnostic::error(
            codes::keys::WRONG_SHAPE,
            span,
            say!("`{}` is carried by fields", "`{}` 由字段带有", node.name()),
        )
        .saying(say!("no field of a source", "不是来源的字段"))
        .help(say!(
            "for example `dimension region: orders.region, visits.region`",
            "例如 `dimension region: orders.region, visits.region`"
        ))
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
                    say!("`{}` is {}, not a source", "`{}` 是{}，不是来源", first.text, other.what()),
                )
                .saying(say!("a field of a source is wanted here", "此处应为来源的字段")),
            );
            return None;
        }
        None => {
            scope.unknown_name(first, &say!("source", "来源"), |e| matches!(e, Entity::Source(_)), sink);
            return None;
        }
    };
    if rest.is_empty() {
        sink.push(shape(*span).saying(say!("which field of `{}`?", "`{}` 的哪个字段？", first.text)));
        return None;
    }
    let path = scope.field_path(source, rest, sink)?;
    let (owner, field) = scope.end_of(source, &path)?;
    if !matches!(field.kind, FieldKind::Id | FieldKind::Text) {
        let diagnostic = Diagnostic::error(
            codes::keys::UNFIT_FIELD,
            *span,
            say!(
                "`{}` cannot slice: it is {}",
                "`{}` 不能用来切片：它是{}",
                field.name,
                super::sources::fields::kind_phrase(field.kind)
            ),
        )
        .saying(say!("an `id` or a `text` is wanted here", "此处应为 `id` 或 `text`"))
        .label(field.span, say!("declared here", "在此声明"));
        sink.push(diagnostic.help(say!(
            "declare it as `text`, or add a `text` field to `{}`",
            "声明为 `text`，或给 `{}` 加一个 `text` 字段",
            owner.naming.name
        )));
        return None;
    }
    Some((source, path))
}
