//! Sources: their fields, then the references between them, then what is computed and cleaned.

use std::collections::HashMap;

use bigdecimal::BigDecimal;

use super::declare::naming;
use super::scope::{Entity, Poison, Scope, UnitLookup};
use super::values::{self, Keyed};
use super::{formula, names, rows};
use crate::design::{
    CleanKind, CleanStep, Covers, Field, FieldId, FieldKind, FieldPath, Format, From, KeepRow, ReadOptions, RowExpr,
    RowKind, Source, SourceId,
};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, closest, codes};
use crate::model::graph::Graph;
use crate::model::keys::list;
use crate::model::{Model, Node, properties};
use crate::source::{SourceFile, Span};
use crate::syntax;
use crate::syntax::ast::{self, Entry, Expr, ExprKind, Name, Unary};
use crate::value::unit::{Base, Quantity};

const KINDS: [(&str, FieldKind); 8] = [
    ("id", FieldKind::Id),
    ("text", FieldKind::Text),
    ("bool", FieldKind::Bool),
    ("date", FieldKind::Date),
    ("timestamp", FieldKind::Timestamp),
    ("integer", FieldKind::Integer),
    ("decimal", FieldKind::Decimal),
    ("number", FieldKind::Number),
];

/// What other languages call the types.
const ALSO_CALLED: [(&str, &str); 12] = [
    ("string", "text"),
    ("str", "text"),
    ("varchar", "text"),
    ("int", "integer"),
    ("long", "integer"),
    ("float", "number"),
    ("double", "number"),
    ("real", "number"),
    ("datetime", "timestamp"),
    ("time", "timestamp"),
    ("boolean", "bool"),
    ("money", "decimal"),
];

/// `a text`, `an integer`.
pub fn kind_phrase(kind: FieldKind) -> String {
    let word = KINDS.iter().find(|(_, k)| *k == kind).map_or("field", |(word, _)| word);
    crate::model::keys::with_article(word)
}

pub const fn is_number(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Integer | FieldKind::Decimal | FieldKind::Number)
}

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
                    format!("the field `{}` is declared twice in `{}`", declared.name.text, node.name()),
                )
                .saying("declared again")
                .label(first.name.span, "first declared here")
                .help("give one of them another name; `from \"column\"` says where it is read from"),
            );
            continue;
        }
        let field_id = FieldId(fields.len() as u32);
        let (field, sound) = field(declared, scope, sink);
        if !sound {
            scope.poison(Poison::Field(id, field_id));
        }
        names.insert(declared.name.text.clone(), field_id);
        fields.push(field);
        written.push(declared);
    }
    let from = keys.get("from").and_then(|keyed| reader(keyed, sink));
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
                format!("source `{}` has no field `{}`", node.name(), name.text),
            )
            .saying("unknown field");
            sink.push(match closest(&name.text, fields.iter().map(|f| f.name.as_str())) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help(format!("declare it: `field {}: …`", name.text)),
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
                format!("`{}` cannot be the time of `{}`: it is {}", field.name, node.name(), kind_phrase(field.kind)),
            )
            .saying("a `date` or a `timestamp` is wanted here")
            .label(field.span, "declared here"),
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

// ---- where it comes from -----------------------------------------------------------------------------------------

const READERS: [(&str, Format, &[&str]); 6] = [
    ("csv", Format::Csv, &["encoding", "delimiter", "quote", "header", "partitions"]),
    ("parquet", Format::Parquet, &["partitions"]),
    ("json", Format::Json, &["partitions"]),
    ("ndjson", Format::Ndjson, &["partitions"]),
    ("xlsx", Format::Xlsx, &["sheet", "header_row", "partitions"]),
    ("ods", Format::Ods, &["sheet", "header_row", "partitions"]),
];

/// The `from` of the one source in a text: for a binding, which writes it elsewhere.
pub fn source_from(file: &SourceFile) -> Result<From, Vec<Diagnostic>> {
    let parse = syntax::parse(file);
    let mut sink = Diagnostics::default();
    sink.extend(parse.diagnostics);
    let from = match parse.file.items.as_slice() {
        [ast::Item::Decl(decl)] => properties::read(decl).get("from").and_then(|keyed| reader(keyed, &mut sink)),
        _ => None,
    };
    match (from, sink.into_sorted()) {
        (Some(from), problems) if problems.is_empty() => Ok(from),
        (_, problems) if problems.is_empty() => {
            let message = "this is no place to read from";
            Err(vec![
                Diagnostic::error(codes::keys::WRONG_SHAPE, file.span(), message)
                    .help("for example `csv(\"data/orders.csv\")`"),
            ])
        }
        (_, problems) => Err(problems),
    }
}

fn reader(keyed: Keyed, sink: &mut Diagnostics) -> Option<From> {
    let expr = values::plain(keyed, sink)?;
    let ExprKind::Call { function, args } = &expr.kind else {
        values::wrong_shape(keyed.0, expr.span, sink);
        return None;
    };
    let words: Vec<&str> = READERS.iter().map(|(word, ..)| *word).collect();
    if !values::word_of("from", &words, function, sink) {
        return None;
    }
    let (word, format, known) = READERS.iter().find(|(word, ..)| *word == function.text)?;
    let mut path = None;
    let mut options = ReadOptions::default();
    let mut seen: Vec<&Name> = Vec::new();
    for arg in args {
        if values::is_hole(&arg.expr) {
            return None;
        }
        let beside = arg.by.as_ref().map(|n| n.span).or(arg.on.as_ref().map(|n| n.span));
        if let Some(span) = beside.or(arg.filter.as_ref().map(|f| f.span)) {
            values::wrong_shape(keyed.0, span, sink);
            continue;
        }
        match (&arg.name, &arg.expr.kind) {
            (None, ExprKind::Text(text)) if path.is_none() && !text.is_empty() => path = Some(text.clone()),
            (None, _) => values::wrong_shape(keyed.0, arg.span, sink),
            (Some(name), _) => {
                if names::first_time(&mut seen, name, word, sink) {
                    option(word, known, name, &arg.expr, &mut options, sink);
                }
            }
        }
    }
    let Some(path) = path else {
        if !args.iter().any(|a| a.name.is_none()) {
            sink.push(
                Diagnostic::error(codes::keys::WRONG_SHAPE, expr.span, format!("`{word}` has no path"))
                    .saying("which file?")
                    .help(format!("for example `from: {word}(\"data/orders.{word}\")`")),
            );
        }
        return None;
    };
    Some(From { span: expr.span, format: *format, path, options })
}

fn option(reader: &str, known: &[&str], name: &Name, value: &Expr, options: &mut ReadOptions, sink: &mut Diagnostics) {
    if !known.contains(&name.text.as_str()) {
        let diagnostic =
            Diagnostic::error(codes::keys::UNKNOWN_OPTION, name.span, format!("`{reader}` takes no `{}`", name.text))
                .saying("unknown option");
        sink.push(match closest(&name.text, known.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                Applicability::Proposed,
                format!("write `{near}`"),
                vec![Edit { span: name.span, text: near.to_string() }],
            ),
            None => diagnostic.help(format!("it takes {}", list(known))),
        });
        return;
    }
    let wanted = match (name.text.as_str(), &value.kind) {
        ("encoding", ExprKind::Text(text)) => {
            options.encoding = Some(text.clone());
            return;
        }
        ("sheet", ExprKind::Text(text)) => {
            options.sheet = Some(text.clone());
            return;
        }
        ("delimiter", ExprKind::Text(text)) if one_byte(text).is_some() => {
            options.delimiter = one_byte(text).unwrap_or(options.delimiter);
            return;
        }
        ("quote", ExprKind::Text(text)) if one_byte(text).is_some() => {
            options.quote = one_byte(text).unwrap_or(options.quote);
            return;
        }
        ("header", ExprKind::Bool(flag)) => {
            options.header = *flag;
            return;
        }
        ("partitions", ExprKind::Bool(flag)) => {
            options.partitions = *flag;
            return;
        }
        ("header_row", ExprKind::Number(ast::Number { digits, unit: None, .. })) => match digits.parse() {
            Ok(row) if row > 0 => {
                options.header_row = row;
                return;
            }
            _ => "the number of a row, from 1 on",
        },
        ("encoding" | "sheet", _) => "a text in quotes",
        ("delimiter" | "quote", _) => "one character in quotes",
        ("header_row", _) => "the number of a row, from 1 on",
        _ => "`true` or `false`",
    };
    sink.push(
        Diagnostic::error(codes::keys::WRONG_SHAPE, value.span, format!("`{}` takes {wanted}", name.text))
            .saying("does not fit"),
    );
}

fn one_byte(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [byte] => Some(*byte),
        _ => None,
    }
}

// ---- fields ------------------------------------------------------------------------------------------------------

/// A field without what it refers to and what computes it; false where its type is not known.
fn field(declared: &ast::Field, scope: &Scope, sink: &mut Diagnostics) -> (Field, bool) {
    let kind = field_kind(&declared.kind, sink);
    let numeric = kind.is_none_or(is_number);
    let mut sound = kind.is_some();
    let mut unfit = |span: Span, what: &str| {
        sink.push(
            Diagnostic::error(
                codes::keys::UNFIT_PART,
                span,
                format!("`{}` is {} and has no {what}", declared.name.text, kind.map_or_else(String::new, kind_phrase)),
            )
            .saying("does not belong here"),
        );
    };
    if let Some(unit) = declared.unit.as_ref().filter(|_| !numeric) {
        unfit(unit.span, "unit");
    }
    if let Some(domain) = declared.domain.as_ref().filter(|_| !numeric) {
        unfit(domain.span, "range");
    }
    if let (Some(member), Some(kind)) = (declared.members.first(), kind)
        && !matches!(kind, FieldKind::Id | FieldKind::Text)
    {
        unfit(member.span, "list of texts");
    }
    if let (Some(name), Some(kind)) = (&declared.refers, kind)
        && kind != FieldKind::Id
    {
        sink.push(
            Diagnostic::error(
                codes::keys::UNFIT_PART,
                name.span,
                format!("`{}` is {} and cannot refer to a source", declared.name.text, kind_phrase(kind)),
            )
            .saying("only an `id` refers")
            .label(declared.kind.span, "declared here")
            .fix(
                Applicability::Proposed,
                "write `id`",
                vec![Edit { span: declared.kind.span, text: "id".into() }],
            ),
        );
    }
    if let (Some(column), Some(_)) = (&declared.column, &declared.computed) {
        sink.push(
            Diagnostic::error(
                codes::keys::UNFIT_PART,
                column.span,
                format!("`{}` is computed and has no column", declared.name.text),
            )
            .saying("does not belong here"),
        );
    }
    let mut members: Vec<String> = Vec::new();
    for member in &declared.members {
        if members.contains(&member.text) {
            sink.push(
                Diagnostic::error(
                    codes::names::REPEATED_NAME,
                    member.span,
                    format!("\"{}\" stands twice in the list of `{}`", member.text, declared.name.text),
                )
                .saying("listed again")
                .help("leave one of the two out"),
            );
        } else {
            members.push(member.text.clone());
        }
    }
    let mut unit = None;
    if let Some(written) = declared.unit.as_ref().filter(|_| numeric) {
        unit = formula::unit_expr(written, scope, sink);
        sound &= unit.is_some();
    }
    let field = Field {
        name: declared.name.text.clone(),
        label: declared.label.as_ref().map(|l| l.text.clone()),
        span: declared.name.span,
        column: declared.column.as_ref().map_or_else(|| declared.name.text.clone(), |c| c.text.clone()),
        kind: kind.unwrap_or(FieldKind::Text),
        optional: declared.optional,
        unit,
        domain: declared.domain.as_ref().filter(|_| numeric).and_then(|d| domain(declared, d, sink)),
        members,
        refers: None,
        computed: None,
    };
    (field, sound)
}

fn field_kind(name: &Name, sink: &mut Diagnostics) -> Option<FieldKind> {
    // An empty name stands where the type could not be read.
    if name.text.is_empty() {
        return None;
    }
    if let Some((_, kind)) = KINDS.iter().find(|(word, _)| *word == name.text) {
        return Some(*kind);
    }
    let words = KINDS.map(|(word, _)| word);
    let lower = name.text.to_lowercase();
    match ALSO_CALLED.iter().find(|(other, _)| *other == lower) {
        Some((_, ours)) => sink.push(
            Diagnostic::error(codes::keys::UNKNOWN_WORD, name.span, format!("there is no type `{}`", name.text))
                .saying(format!("here it is called `{ours}`"))
                .help(format!("write `{ours}`"))
                .fix(
                    Applicability::Proposed,
                    format!("write `{ours}`"),
                    vec![Edit { span: name.span, text: (*ours).to_string() }],
                ),
        ),
        None => {
            values::word_of("type", &words, name, sink);
        }
    }
    None
}

type Domain = (Option<BigDecimal>, Option<BigDecimal>);

fn domain(declared: &ast::Field, written: &Expr, sink: &mut Diagnostics) -> Option<Domain> {
    let shape = |span: Span| {
        Diagnostic::error(
            codes::keys::WRONG_SHAPE,
            span,
            format!("the range of `{}` goes from number to number", declared.name.text),
        )
        .saying("does not fit")
        .help("for example `0..100` or `0..`, in the field's unit")
    };
    let ExprKind::Range { low, high } = &written.kind else {
        if !values::is_hole(written) {
            sink.push(shape(written.span));
        }
        return None;
    };
    let mut end = |end: &Option<Box<Expr>>| -> Option<Option<BigDecimal>> {
        let Some(expr) = end else { return Some(None) };
        if values::is_hole(expr) {
            return None;
        }
        let (negative, inner) = match &expr.kind {
            ExprKind::Unary { op: Unary::Negate, operand } => (true, &**operand),
            _ => (false, &**expr),
        };
        let value = match &inner.kind {
            // A bound may repeat the field's unit.
            ExprKind::Number(n)
                if n.unit.as_ref().is_none_or(|u| declared.unit.as_ref().is_some_and(|own| same_unit(u, own))) =>
            {
                n.digits.parse::<BigDecimal>().ok()
            }
            _ => None,
        };
        match value {
            Some(value) => Some(Some(if negative { -value } else { value })),
            None => {
                sink.push(shape(expr.span));
                None
            }
        }
    };
    let (low, high) = (end(low), end(high));
    let (low, high) = (low?, high?);
    if let (Some(low), Some(high)) = (&low, &high)
        && low > high
    {
        sink.push(
            Diagnostic::error(
                codes::keys::WRONG_SHAPE,
                written.span,
                format!("the range of `{}` is empty", declared.name.text),
            )
            .saying("ends below its start"),
        );
        return None;
    }
    Some((low, high))
}

fn same_unit(a: &ast::UnitExpr, b: &ast::UnitExpr) -> bool {
    a.name == b.name && a.per == b.per
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
            let why = if other.is_empty() { "has no `key`" } else { "has a key of several fields" };
            sink.push(
                Diagnostic::error(
                    codes::keys::UNFIT_FIELD,
                    name.span,
                    format!("`{}` cannot refer to `{}`, which {why}", declared.name.text, name.text),
                )
                .saying("a reference leads to one row by its key")
                .label(owner.naming.span, "declared here")
                .help(format!("give `{}` a key of one field: `key: {}`", name.text, declared.name.text)),
            );
            None
        }
    }
}

// ---- what is computed and cleaned --------------------------------------------------------------------------------

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
        sink.push(super::order::ring(
            codes::graph::FIELD_CYCLE,
            ["fields computed from each other", "a field computed from itself"],
            &ring,
            &name,
            |a, b| format!("`{a}` is computed from `{b}`"),
        ));
    }
}

/// Calls `visit` with every field that an expression reads.
pub fn each_path(expr: &RowExpr, visit: &mut dyn FnMut(&FieldPath, Span)) {
    match &expr.kind {
        RowKind::Field(path) => visit(path, expr.span.0),
        RowKind::Number(_)
        | RowKind::Text(_)
        | RowKind::Bool(_)
        | RowKind::Date(_)
        | RowKind::Timestamp(_)
        | RowKind::Constant(_) => {}
        RowKind::Scaled(inner, _) | RowKind::Negate(inner) | RowKind::Not(inner) => each_path(inner, visit),
        RowKind::Moved { operand, .. } | RowKind::IsMissing { operand, .. } => each_path(operand, visit),
        RowKind::Arithmetic { left, right, .. }
        | RowKind::Compare { left, right, .. }
        | RowKind::Elapsed { from: left, to: right }
        | RowKind::And(left, right)
        | RowKind::Or(left, right)
        | RowKind::Otherwise(left, right)
        | RowKind::Contains { operand: left, text: right }
        | RowKind::StartsWith { operand: left, text: right } => {
            each_path(left, visit);
            each_path(right, visit);
        }
        RowKind::InList { operand, items, .. } => {
            each_path(operand, visit);
            items.iter().for_each(|item| each_path(item, visit));
        }
        RowKind::If { condition, then, otherwise } => {
            each_path(condition, visit);
            each_path(then, visit);
            if let Some(otherwise) = otherwise {
                each_path(otherwise, visit);
            }
        }
        RowKind::Function { args, .. } => args.iter().for_each(|arg| each_path(arg, visit)),
    }
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
                format!("`{}` has two `clean` blocks", node.name()),
            )
            .saying("given again")
            .label(first.span, "first given here")
            .help("put all steps into one block, in the order in which they run"),
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
                format!("`{}` has no order: it is a bool", field.name),
            )
            .saying("cannot say which row to keep"),
        );
        return None;
    }
    (!by.is_empty()).then_some(CleanKind::Deduplicate { by, keep })
}

fn not_raw(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(codes::keys::UNFIT_FIELD, span, format!("`{name}` is computed, and cleaning comes first"))
        .saying("not known yet")
        .help("cleaning runs on the values as they are in the data")
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
                    format!("`{name}` leads to another source, and cleaning looks at one"),
                )
                .saying("not known yet")
            });
        }
    });
    sound
}

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
