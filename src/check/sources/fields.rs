//! The fields of a source: type, unit, range, list.

use std::collections::HashSet;

use bigdecimal::BigDecimal;

use crate::check::formula;
use crate::check::scope::Scope;
use crate::check::values;
use crate::design::{Field, FieldKind};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, Words, codes, say};
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
pub fn kind_phrase(kind: FieldKind) -> Words {
    let word = KINDS.iter().find(|(_, k)| *k == kind).map_or("field", |(word, _)| word);
    let zh = match kind {
        FieldKind::Id => "标识（`id`）",
        FieldKind::Text => "文本（`text`）",
        FieldKind::Bool => "真假值（`bool`）",
        FieldKind::Date => "日期（`date`）",
        FieldKind::Timestamp => "时间戳（`timestamp`）",
        FieldKind::Integer => "整数（`integer`）",
        FieldKind::Decimal => "小数（`decimal`）",
        FieldKind::Number => "数（`number`）",
    };
    Words { en: crate::model::keys::with_article(word), zh: zh.to_string() }
}

pub const fn is_number(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Integer | FieldKind::Decimal | FieldKind::Number)
}

/// A field without what it refers to and what computes it; false where its type is not known.
pub fn field(declared: &ast::Field, scope: &Scope, sink: &mut Diagnostics) -> (Field, bool) {
    let kind = field_kind(&declared.kind, sink);
    let numeric = kind.is_none_or(is_number);
    let mut sound = kind.is_some();
    let mut unfit = |span: Span, what: Words| {
        sink.push(
            Diagnostic::error(
                codes::keys::UNFIT_PART,
                span,
                say!(
                    "`{}` is {} and has no {}",
                    "`{}` 是{}，没有{}",
                    declared.name.text,
                    kind.map(kind_phrase).unwrap_or_default(),
                    what
                ),
            )
            .saying(say!("does not belong here", "不应写在这里")),
        );
    };
    if let Some(unit) = declared.unit.as_ref().filter(|_| !numeric) {
        unfit(unit.span, say!("unit", "单位"));
    }
    if let Some(domain) = declared.domain.as_ref().filter(|_| !numeric) {
        unfit(domain.span, say!("range", "取值范围"));
    }
    if let (Some(member), Some(kind)) = (declared.members.first(), kind)
        && !matches!(kind, FieldKind::Id | FieldKind::Text)
    {
        unfit(member.span, say!("list of texts", "取值列表"));
    }
    if let (Some(name), Some(kind)) = (&declared.refers, kind)
        && kind != FieldKind::Id
    {
        sink.push(
            Diagnostic::error(
                codes::keys::UNFIT_PART,
                name.span,
                say!(
                    "`{}` is {} and cannot refer to a source",
                    "`{}` 是{}，不能引用来源",
                    declared.name.text,
                    kind_phrase(kind)
                ),
            )
            .saying(say!("only an `id` refers", "只有 `id` 能引用"))
            .label(declared.kind.span, say!("declared here", "在此声明"))
            .fix(
                Applicability::Proposed,
                say!("write `id`", "写成 `id`"),
                vec![Edit { span: declared.kind.span, text: "id".into() }],
            ),
        );
    }
    if let (Some(column), Some(_)) = (&declared.column, &declared.computed) {
        sink.push(
            Diagnostic::error(
                codes::keys::UNFIT_PART,
                column.span,
                say!("`{}` is computed and has no column", "`{}` 是计算字段，没有对应的列", declared.name.text),
            )
            .saying(say!("does not belong here", "不应写在这里")),
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
                    say!(
                        "\"{}\" stands twice in the list of `{}`",
                        "\"{}\" 在 `{}` 的列表里写了两次",
                        member.text,
                        declared.name.text
                    ),
                )
                .saying(say!("listed again", "再次列出"))
                .help(say!("leave one of the two out", "删去其中一个")),
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
            Diagnostic::error(
                codes::keys::UNKNOWN_WORD,
                name.span,
                say!("there is no type `{}`", "没有类型 `{}`", name.text),
            )
            .saying(say!("here it is called `{ours}`", "在这里叫 `{ours}`"))
            .help(say!("write `{ours}`", "写成 `{ours}`"))
            .fix(
                Applicability::Proposed,
                say!("write `{ours}`", "写成 `{ours}`"),
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
            say!("the range of `{}` goes from number to number", "`{}` 的取值范围应从数到数", declared.name.text),
        )
        .saying(say!("does not fit", "不合适"))
        .help(say!("for example `0..100` or `0..`, in the field's unit", "例如 `0..100` 或 `0..`，按字段的单位"))
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
                say!("the range of `{}` is empty", "`{}` 的取值范围是空的", declared.name.text),
            )
            .saying(say!("ends below its start", "终点小于起点")),
        );
        return None;
    }
    Some((low, high))
}

fn same_unit(a: &ast::UnitExpr, b: &ast::UnitExpr) -> bool {
    a.name == b.name && a.per == b.per
}
