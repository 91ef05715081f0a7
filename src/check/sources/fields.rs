//! The fields of a source: type, unit, range, list.

use std::collections::HashSet;

use bigdecimal::BigDecimal;

use crate::check::formula;
use crate::check::scope::Scope;
use crate::check::values;
use crate::design::{Field, FieldKind};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, codes};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind, Name, Unary};

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

/// A field without what it refers to and what computes it; false where its type is not known.
pub fn field(declared: &ast::Field, scope: &Scope, sink: &mut Diagnostics) -> (Field, bool) {
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
    let mut known = HashSet::new();
    for member in &declared.members {
        if !known.insert(member.text.as_str()) {
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
