//! Sources: their fields, then the references between them, then what is computed and cleaned.

pub mod clean;
pub mod fields;
pub mod reader;

use std::collections::HashMap;

use super::declare::naming;
use super::scope::{Entity, Poison, Scope, UnitLookup};
use super::values::{self, Keyed};
use super::{MAX_SUGGESTIONS, formula, names};
use crate::design::{Covers, Field, FieldId, FieldKind, Format, From, ReadOptions, Source, SourceId};
use crate::diagnostic::{Diagnostic, Diagnostics, closest, codes, say};
use crate::model::{Model, Node};
use crate::syntax::ast::{self, Entry, Expr, Name};
use crate::value::unit::{Base, Quantity};

/// The fields as written, beside those of the scope.
type Written<'a> = Vec<Vec<&'a ast::Field>>;

/// All sources with their fields into the scope, references resolved; nothing computed or cleaned yet.
pub fn declare<'a>(model: &Model<'a>, scope: &mut Scope, sink: &mut Diagnostics) -> Written<'a> {
    let mut written: Written<'a> = Vec::new();
    for (index, node) in model.sources.iter().enumerate() {
        let id = SourceId(index as u32);
        let (mut source, own, names) = source(id, node, scope, sink);
        let place = |name: &Name| names.get(&name.text).copied();
        fields_named(node, &mut source, id, &place, scope, sink);
        scope.sources.push(source);
        scope.fields.push(names);
        written.push(own);
    }
    for (index, fields) in written.iter().enumerate() {
        let id = SourceId(index as u32);
        for (place, field) in fields.iter().enumerate() {
            let Some(name) = &field.refers else { continue };
            let field_id = FieldId(place as u32);
            match refers(id, field_id, field, name, model, scope, sink) {
                Some(target) => {
                    if let Some(field) = scope.sources.get_mut(index).and_then(|s| s.fields.get_mut(place)) {
                        field.refers = Some(target);
                    }
                }
                None => scope.poison(Poison::Field(id, field_id)),
            }
        }
    }
    written
}

fn source<'a>(
    id: SourceId,
    node: &Node<'a>,
    scope: &mut Scope,
    sink: &mut Diagnostics,
) -> (Source, Vec<&'a ast::Field>, HashMap<String, FieldId>) {
    let keys = &node.keys;
    let mut fields = Vec::new();
    let mut written: Vec<&'a ast::Field> = Vec::new();
    let mut names: HashMap<String, FieldId> = HashMap::new();
    let entries = node.decl.block.as_ref().map_or(&[][..], |b| &b.entries);
    for entry in entries {
        let declared = match entry {
            Entry::Field(declared) => declared,
            Entry::Hole(_) => {
                scope.poison(Poison::Source(id));
                continue;
            }
            _ => continue,
        };
        if let Some(first) = names.get(&declared.name.text).and_then(|f| written.get(f.index())) {
            sink.push(
                Diagnostic::error(
                    codes::names::DOUBLED_NAME,
                    declared.name.span,
                    say!(
                        "the field `{}` is declared twice in `{}`",
                        "字段 `{}` 在 `{}` 里声明了两次",
                        declared.name.text,
                        node.name()
                    ),
                )
                .saying(say!("declared again", "再次声明"))
                .label(first.name.span, say!("first declared here", "首次在此声明"))
                .help(say!(
                    "give one of them another name; `from \"column\"` says where it is read from",
                    "给其中一个换个名称；`from \"列名\"` 写明从哪一列读取"
                )),
            );
            continue;
        }
        let field_id = FieldId(fields.len() as u32);
        let (field, sound) = fields::field(declared, scope, sink);
        if !sound {
            scope.poison(Poison::Field(id, field_id));
        }
        names.insert(declared.name.text.clone(), field_id);
        fields.push(field);
        written.push(declared);
    }
    let from = keys.get("from").and_then(|keyed| reader::reader(keyed, sink));
    let source = Source {
        naming: naming(node, sink),
        origin: values::word_at(keys, "origin", sink),
        from: from.unwrap_or_else(|| From {
            span: node.place(),
            format: Format::Csv,
            path: String::new(),
            options: ReadOptions::default(),
        }),
        time: None,
        key: Vec::new(),
        row: keys.get("row").and_then(|keyed| row_unit(keyed, scope, sink)).unwrap_or_default(),
        refreshed: keys.get("refreshed").and_then(|keyed| values::frequency(keyed, sink)),
        lag: values::days_at(keys, "lag", sink),
        covers: keys.get("covers").and_then(|keyed| {
            let expr = values::plain(keyed, sink)?;
            values::date_range(keyed.0, expr, sink).map(|(start, end)| Covers { start, end })
        }),
        steward: values::text_at(keys, "steward", sink),
        plan: values::flag_at(keys, "plan", sink),
        fields,
        clean: Vec::new(),
    };
    (source, written, names)
}

/// `time` and `key`.
fn fields_named(
    node: &Node,
    source: &mut Source,
    id: SourceId,
    place: &dyn Fn(&Name) -> Option<FieldId>,
    scope: &Scope,
    sink: &mut Diagnostics,
) {
    let whole = !scope.is_poisoned(&Poison::Source(id));
    let mut unknown = 0;
    let mut named = |keyed: Keyed, expr: &Expr, fields: &[Field]| -> Option<FieldId> {
        let Some(name) = expr.as_name() else {
            values::wrong_shape(keyed.0, expr.span, sink);
            return None;
        };
        let found = place(name);
        if found.is_none() && whole {
            let diagnostic = Diagnostic::error(
                codes::names::UNKNOWN_FIELD,
                name.span,
                say!("source `{}` has no field `{}`", "来源 `{}` 没有字段 `{}`", node.name(), name.text),
            )
            .saying(say!("unknown field", "未知的字段"));
            unknown += 1;
            let names = fields.iter().map(|f| f.name.as_str());
            sink.push(match Some(names).filter(|_| unknown <= MAX_SUGGESTIONS).and_then(|n| closest(&name.text, n)) {
                Some(near) => diagnostic.meant(near),
                None => diagnostic.help(say!("declare it: `field {}: …`", "声明它：`field {}: …`", name.text)),
            });
        }
        found
    };
    if let Some(keyed) = node.keys.get("time")
        && let [phrase] = keyed.1.value.as_slice()
        && !values::is_hole(&phrase.expr)
        && let Some(time) = named(keyed, &phrase.expr, &source.fields)
    {
        source.time = Some(time);
    }
    if let Some(keyed) = node.keys.get("key") {
        let mut seen: Vec<FieldId> = Vec::new();
        for phrase in &keyed.1.value {
            if values::is_hole(&phrase.expr) {
                continue;
            }
            let field = named(keyed, &phrase.expr, &source.fields);
            if let Some(field) = field.filter(|f| !seen.contains(f)) {
                seen.push(field);
            }
        }
        source.key = seen;
    }
    for key in ["time", "key"] {
        // Anything beside the names.
        if let Some(keyed) = node.keys.get(key) {
            if key == "time" {
                values::plain(keyed, sink);
            } else {
                values::each(keyed, sink);
            }
        }
    }
    if let (Some(time), Some((_, property))) = (source.time, node.keys.get("time"))
        && let Some(field) = source.fields.get(time.index())
        && !matches!(field.kind, FieldKind::Date | FieldKind::Timestamp)
        && !scope.is_poisoned(&Poison::Field(id, time))
    {
        let span = property.value.first().map_or(property.span, |p| p.span);
        sink.push(
            Diagnostic::error(
                codes::keys::UNFIT_FIELD,
                span,
                say!(
                    "`{}` cannot be the time of `{}`: it is {}",
                    "`{}` 不能是 `{}` 的时间：它是{}",
                    field.name,
                    node.name(),
                    fields::kind_phrase(field.kind)
                ),
            )
            .saying(say!("a `date` or a `timestamp` is wanted here", "此处应为 `date` 或 `timestamp`"))
            .label(field.span, say!("declared here", "在此声明")),
        );
    }
}

fn row_unit(keyed: Keyed, scope: &Scope, sink: &mut Diagnostics) -> Option<Quantity> {
    let expr = values::plain(keyed, sink)?;
    let Some(name) = expr.as_name() else {
        values::wrong_shape(keyed.0, expr.span, sink);
        return None;
    };
    let unit = match scope.unit(&name.text) {
        UnitLookup::Known(unit) => unit,
        UnitLookup::Poisoned => return None,
        UnitLookup::Unknown => {
            // Reports it as it reports every unknown unit.
            formula::unit_expr(&ast::UnitExpr { span: name.span, name: name.clone(), per: Vec::new() }, scope, sink);
            return None;
        }
    };
    if matches!(unit.quantity.single(), Some(Base::Count(_))) {
        return Some(unit.quantity.clone());
    }
    values::wrong_shape(keyed.0, expr.span, sink);
    None
}

fn refers(
    source: SourceId,
    id: FieldId,
    declared: &ast::Field,
    name: &Name,
    model: &Model,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<SourceId> {
    let target = names::reference(model, &[ast::DeclKind::Source], name, sink)?;
    let target = SourceId(target.index);
    if scope.field(source, id).is_some_and(|f| f.kind != FieldKind::Id) {
        return None;
    }
    let owner = scope.source(target)?;
    match owner.key.as_slice() {
        [_] => Some(target),
        // A key that was given and is wrong was reported there.
        _ if model.sources.get(target.index()).is_some_and(|n| n.keys.has("key")) && owner.key.is_empty() => None,
        other => {
            let why = match other.is_empty() {
                true => say!("has no `key`", "没有 `key`"),
                false => say!("has a key of several fields", "的键有几个字段"),
            };
            sink.push(
                Diagnostic::error(
                    codes::keys::UNFIT_FIELD,
                    name.span,
                    say!(
                        "`{}` cannot refer to `{}`, which {}",
                        "`{0}` 不能引用 `{1}`：`{1}` {2}",
                        declared.name.text,
                        name.text,
                        why
                    ),
                )
                .saying(say!("a reference leads to one row by its key", "引用凭键找到一行"))
                .label(owner.naming.span, say!("declared here", "在此声明"))
                .help(say!(
                    "give `{}` a key of one field: `key: {}`",
                    "给 `{}` 写只有一个字段的键：`key: {}`",
                    name.text,
                    declared.name.text
                )),
            );
            None
        }
    }
}

// ---- what is computed and cleaned --------------------------------------------------------------------------------

/// The names that formulas use, into the scope.
pub fn entities(model: &Model, scope: &mut Scope) {
    use crate::design::{ConstantId, DimensionId, IndicatorId, MeasureId};
    use ast::DeclKind;
    for (name, declared) in model.formula_names() {
        let entity = match declared.kind {
            DeclKind::Source => Entity::Source(SourceId(declared.index)),
            DeclKind::Dimension => Entity::Dimension(DimensionId(declared.index)),
            DeclKind::Constant => Entity::Constant(ConstantId(declared.index)),
            DeclKind::Measure => Entity::Measure(MeasureId(declared.index)),
            DeclKind::Indicator => Entity::Indicator(IndicatorId(declared.index)),
            _ => continue,
        };
        scope.entities.insert(name.to_string(), entity);
    }
    scope.unread_words = model.unread_words.iter().map(|w| (*w).to_string()).collect();
}
