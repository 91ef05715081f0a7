//! What is computed in a source and how it is cleaned.

use super::Written;
use crate::check::scope::Scope;
use crate::check::{order, rows};
use crate::design::{CleanKind, CleanStep, FieldId, FieldKind, FieldPath, KeepRow, RowExpr, RowKind, SourceId};
use crate::diagnostic::{Diagnostic, Diagnostics, codes, say};
use crate::model::graph::Graph;
use crate::model::{Model, Node};
use crate::source::Span;
use crate::syntax::ast::{self, Entry, Name};

/// Types computed fields and cleaning steps; dimensions and constants are known by now.
pub fn compute(model: &Model, written: &Written, scope: &mut Scope, sink: &mut Diagnostics) {
    for (index, (node, fields)) in model.sources.iter().zip(written).enumerate() {
        let id = SourceId(index as u32);
        let mut computed: Vec<(usize, Option<RowExpr>)> = Vec::new();
        for (place, written) in fields.iter().enumerate() {
            if let (Some(expr), Some(field)) = (&written.computed, scope.field(id, FieldId(place as u32))) {
                computed.push((place, rows::computed(expr, field, id, scope, sink)));
            }
        }
        let all: Vec<usize> = computed.iter().map(|(place, _)| *place).collect();
        field_cycles(id, &computed, scope, sink);
        let clean = clean(id, node, &all, scope, sink);
        let Some(source) = scope.sources.get_mut(index) else { continue };
        source.clean = clean;
        for (place, expr) in computed {
            if let Some(field) = source.fields.get_mut(place) {
                field.computed = expr;
            }
        }
    }
}

fn field_cycles(id: SourceId, computed: &[(usize, Option<RowExpr>)], scope: &Scope, sink: &mut Diagnostics) {
    let Some(source) = scope.source(id) else { return };
    let mut graph = Graph::new(source.fields.len());
    for (place, expr) in computed {
        if let Some(expr) = expr {
            each_path(expr, &mut |path, span| {
                let first = path.via.first().unwrap_or(&path.field);
                graph.edge(*place, first.index(), span);
            });
        }
    }
    let name = |at: usize| source.fields.get(at).map_or("", |f| f.name.as_str());
    for ring in graph.rings() {
        sink.push(order::ring(
            codes::graph::FIELD_CYCLE,
            [
                say!("fields computed from each other", "字段互相计算"),
                say!("a field computed from itself", "字段由自身计算"),
            ],
            &ring,
            &name,
            |a, b| say!("`{a}` is computed from `{b}`", "`{a}` 由 `{b}` 计算"),
        ));
    }
}

/// Calls `visit` with every field that an expression reads.
pub fn each_path(expr: &RowExpr, visit: &mut dyn FnMut(&FieldPath, Span)) {
    expr.each(&mut |part| {
        if let RowKind::Field(path) = &part.kind {
            visit(path, part.span.0);
        }
    });
}

fn clean(id: SourceId, node: &Node, computed: &[usize], scope: &Scope, sink: &mut Diagnostics) -> Vec<CleanStep> {
    let entries = node.decl.block.as_ref().map_or(&[][..], |b| &b.entries);
    let mut blocks = entries.iter().filter_map(|entry| match entry {
        Entry::Clean(clean) => Some(clean),
        _ => None,
    });
    let Some(first) = blocks.next() else { return Vec::new() };
    if let Some(second) = blocks.next() {
        sink.push(
            Diagnostic::error(
                codes::names::DOUBLED_DECLARATION,
                second.span,
                say!("`{}` has two `clean` blocks", "`{}` 有两个 `clean` 块", node.name()),
            )
            .saying(say!("given again", "再次给出"))
            .label(first.span, say!("first given here", "首次给出"))
            .help(say!(
                "put all steps into one block, in the order in which they run",
                "把所有步骤按执行次序写进一个块"
            )),
        );
    }
    let mut steps = Vec::new();
    for step in &first.steps {
        let kind = match &step.kind {
            ast::CleanKind::Hole => None,
            ast::CleanKind::DropInvalid => Some(CleanKind::DropInvalid),
            ast::CleanKind::BlankInvalid => Some(CleanKind::BlankInvalid),
            ast::CleanKind::Deduplicate { by, keep } => deduplicate(id, by, keep.as_ref(), computed, scope, sink),
            ast::CleanKind::DropWhere(condition) => {
                let typed = rows::condition(condition, id, scope, sink);
                typed.filter(|typed| raw_only(typed, computed, scope, id, sink)).map(CleanKind::DropWhere)
            }
        };
        if let Some(kind) = kind {
            steps.push(CleanStep { span: step.span, kind, reason: step.reason.as_ref().map(|r| r.text.clone()) });
        }
    }
    steps
}

fn deduplicate(
    id: SourceId,
    by: &[Name],
    keep: Option<&(ast::Keep, Name)>,
    computed: &[usize],
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<CleanKind> {
    let mut field = |name: &Name| -> Option<FieldId> {
        let Some(field) = scope.field_named(id, &name.text) else {
            scope.unknown_field(id, name, sink);
            return None;
        };
        if computed.contains(&field.index()) {
            sink.push(not_raw(name.span, &name.text));
            return None;
        }
        Some(field)
    };
    let fields: Vec<Option<FieldId>> = by.iter().map(&mut field).collect();
    let keep = match keep {
        None => Some(None),
        Some((which, name)) => {
            let which = match which {
                ast::Keep::Latest => KeepRow::Latest,
                ast::Keep::Earliest => KeepRow::Earliest,
            };
            field(name).map(|field| Some((which, field)))
        }
    };
    let by: Vec<FieldId> = fields.into_iter().collect::<Option<_>>()?;
    let keep = keep?;
    if let Some((_, field)) = keep
        && let Some(field) = scope.field(id, field)
        && matches!(field.kind, FieldKind::Bool)
    {
        sink.push(
            Diagnostic::error(
                codes::keys::UNFIT_FIELD,
                field.span,
                say!("`{}` has no order: it is a bool", "`{}` 是真假值，没有次序", field.name),
            )
            .saying(say!("cannot say which row to keep", "不能决定保留哪一行")),
        );
        return None;
    }
    (!by.is_empty()).then_some(CleanKind::Deduplicate { by, keep })
}

fn not_raw(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        codes::keys::UNFIT_FIELD,
        span,
        say!("`{name}` is computed, and cleaning comes first", "`{name}` 是计算字段，而清洗在计算之前"),
    )
    .saying(say!("not known yet", "此时还没有"))
    .help(say!("cleaning runs on the values as they are in the data", "清洗用的是数据中的原值"))
}

/// Cleaning runs on raw values: neither computed fields nor other sources are known yet.
fn raw_only(expr: &RowExpr, computed: &[usize], scope: &Scope, id: SourceId, sink: &mut Diagnostics) -> bool {
    let mut sound = true;
    each_path(expr, &mut |path, span| {
        let first = path.via.first().unwrap_or(&path.field);
        if computed.contains(&first.index()) || !path.via.is_empty() {
            sound = false;
            let name = scope.field(id, *first).map_or("", |f| f.name.as_str());
            sink.push(if path.via.is_empty() {
                not_raw(span, name)
            } else {
                Diagnostic::error(
                    codes::keys::UNFIT_FIELD,
                    span,
                    say!(
                        "`{name}` leads to another source, and cleaning looks at one",
                        "`{name}` 通向另一个来源，而清洗只看本来源"
                    ),
                )
                .saying(say!("not known yet", "此时还没有"))
            });
        }
    });
    sound
}
