//! Typing of expressions over the rows of a source: filters, computed fields, cleaning steps.

mod functions;
mod operators;

use bigdecimal::One;
use operators::{alike, inexact};

use super::scope::{Entity, Poison, Scope};
use super::units;
use crate::design::{Field, FieldKind, FieldPath, RowExpr, RowKind, RowType, SourceId};
use crate::diagnostic::{Diagnostic, Diagnostics, Words, closest, codes, say};
use crate::source::{Origin, Span};
use crate::syntax::ast::{Expr, ExprKind, Name, Unary};
use crate::value::Quantity;
use crate::value::calendar::{parse_date, parse_timestamp};

/// Types an expression over the rows of `source`; bare names are its fields. None: it stands on something reported.
pub fn check(expr: &Expr, source: SourceId, scope: &Scope, sink: &mut Diagnostics) -> Option<RowExpr> {
    Rows { source, scope }.check(expr, sink)
}

/// Types a condition over the rows of `source`: as [`check`], and must be true or false.
pub fn condition(expr: &Expr, source: SourceId, scope: &Scope, sink: &mut Diagnostics) -> Option<RowExpr> {
    Rows { source, scope }.condition(expr, sink)
}

/// Types what computes `field` of `source`: as [`check`], and must be of the field's declared type and quantity.
pub fn computed(
    expr: &Expr,
    field: &Field,
    source: SourceId,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<RowExpr> {
    let typed = check(expr, source, scope, sink)?;
    let wanted = declared_type(field);
    let fits = match (&typed.ty, &wanted) {
        (RowType::Number { quantity, .. }, RowType::Number { quantity: wanted, .. }) => {
            quantity == wanted
                || units::names_count(wanted, quantity)
                || units::bare(expr).is_some_and(|v| units::takes(&v, wanted))
        }
        (is, wanted) => is == wanted,
    };
    if !fits {
        let (is, wanted) = (units::describe_row(&typed.ty), units::describe_row(&wanted));
        sink.push(
            Diagnostic::error(
                codes::types::WRONG_TYPE,
                expr.span,
                say!(
                    "`{}` is declared as {}, but this gives {}",
                    "`{}` 声明为{}，这里得出的却是{}",
                    field.name,
                    wanted,
                    is
                ),
            )
            .saying(units::this_is(&is))
            .label(field.span, say!("declared here", "在此声明"))
            .help(say!("change the declared type, or what computes the field", "改声明的类型，或改计算式")),
        );
        return None;
    }
    Some(typed)
}

fn declared_type(field: &Field) -> RowType {
    let quantity = || field.unit.as_ref().map(|u| u.quantity.clone()).unwrap_or_default();
    match field.kind {
        FieldKind::Id | FieldKind::Text => RowType::Text,
        FieldKind::Bool => RowType::Bool,
        FieldKind::Date => RowType::Date,
        FieldKind::Timestamp => RowType::Timestamp,
        FieldKind::Integer | FieldKind::Decimal => RowType::Number { quantity: quantity(), exact: true },
        FieldKind::Number => RowType::Number { quantity: quantity(), exact: false },
    }
}

struct Rows<'a> {
    source: SourceId,
    scope: &'a Scope,
}

fn row(kind: RowKind, ty: RowType, span: Span) -> RowExpr {
    RowExpr { kind, ty, span: Origin(span) }
}

fn exactly(quantity: Quantity) -> RowType {
    RowType::Number { quantity, exact: true }
}

impl Rows<'_> {
    fn check(&self, expr: &Expr, sink: &mut Diagnostics) -> Option<RowExpr> {
        super::step(|| self.walk(expr, sink))
    }

    fn walk(&self, expr: &Expr, sink: &mut Diagnostics) -> Option<RowExpr> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Hole => None,
            ExprKind::Paren(inner) => self.check(inner, sink),
            ExprKind::Number(number) => {
                let (value, quantity, _) = units::number(number, self.scope, sink)?;
                Some(row(RowKind::Number(value), exactly(quantity), span))
            }
            ExprKind::Text(text) => Some(row(RowKind::Text(text.clone()), RowType::Text, span)),
            ExprKind::Bool(holds) => Some(row(RowKind::Bool(*holds), RowType::Bool, span)),
            ExprKind::Time(written) => time(written, span, sink),
            ExprKind::Path(parts) => self.path(parts, span, sink),
            ExprKind::Call { function, args } => self.call(function, args, span, sink),
            ExprKind::Unary { op: Unary::Negate, operand } => {
                let operand = self.number(operand, sink)?;
                let ty = operand.ty.clone();
                Some(row(RowKind::Negate(Box::new(operand)), ty, span))
            }
            ExprKind::Unary { op: Unary::Not, operand } => {
                let operand = self.condition(operand, sink)?;
                Some(row(RowKind::Not(Box::new(operand)), RowType::Bool, span))
            }
            ExprKind::Binary { op, op_span, left, right } => self.binary(*op, *op_span, left, right, span, sink),
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.condition(condition, sink);
                let typed_then = self.check(then, sink);
                let typed_else = otherwise.as_ref().map(|e| self.check(e, sink));
                let (condition, mut then_typed) = (condition?, typed_then?);
                let mut else_typed = match typed_else {
                    None => None,
                    Some(typed) => Some(typed?),
                };
                if let (Some(other), Some(written)) = (&mut else_typed, otherwise) {
                    alike(units::Doing::Choose, span, (&mut then_typed, then), (other, written), sink)?;
                }
                let ty = else_typed.as_ref().map_or_else(|| then_typed.ty.clone(), |e| inexact(&then_typed.ty, &e.ty));
                let kind = RowKind::If {
                    condition: Box::new(condition),
                    then: Box::new(then_typed),
                    otherwise: else_typed.map(Box::new),
                };
                Some(row(kind, ty, span))
            }
            ExprKind::Between { operand, low, high, negated } => {
                let (x, a, b) = (self.check(operand, sink), self.check(low, sink), self.check(high, sink));
                let (mut x, mut a, mut b) = (x?, a?, b?);
                self.comparable(span, (operand, &mut x), (low, &mut a), sink)?;
                self.comparable(span, (operand, &mut x), (high, &mut b), sink)?;
                let (operand, low, high) = (Box::new(x), Box::new(a), Box::new(b));
                Some(row(RowKind::Between { operand, low, high, negated: *negated }, RowType::Bool, span))
            }
            ExprKind::InList { operand, items, negated } => {
                let typed = self.check(operand, sink);
                let written: Vec<(Option<RowExpr>, &Expr)> =
                    items.iter().map(|item| (self.check(item, sink), item)).collect();
                let mut typed = typed?;
                let mut list = Vec::new();
                for (item, item_expr) in written {
                    let mut item = item?;
                    self.comparable(span, (operand, &mut typed), (item_expr, &mut item), sink)?;
                    list.push(item);
                }
                let kind = RowKind::InList { operand: Box::new(typed), items: list, negated: *negated };
                Some(row(kind, RowType::Bool, span))
            }
            ExprKind::InSet { set, .. } => {
                sink.push(
                    Diagnostic::error(codes::types::ONLY_OVER_ROWS, set.span, say!("a set cannot filter rows", "集合不能筛选行"))
                        .saying(Words::default())
                        .help(say!("choose a set as a slice, as in `only(x, customer in SET)`; values stand in parentheses, as in `in (\"a\", \"b\")`", "把集合用作切片，例如 `only(x, customer in SET)`；若干值写在括号里，例如 `in (\"a\", \"b\")`")),
                );
                None
            }
            ExprKind::Is { operand, known } => {
                let operand = self.check(operand, sink)?;
                let kind = RowKind::IsMissing { operand: Box::new(operand), negated: *known };
                Some(row(kind, RowType::Bool, span))
            }
            ExprKind::Unit(_) | ExprKind::Range { .. } => {
                sink.push(
                    Diagnostic::error(codes::types::WRONG_TYPE, span, say!("a value is wanted here", "此处应为值"))
                        .saying(say!("not a value", "不是值"))
                        .help(say!("ask for a range with `x between a and b`", "范围用 `x between a and b` 来问")),
                );
                None
            }
        }
    }

    fn condition(&self, expr: &Expr, sink: &mut Diagnostics) -> Option<RowExpr> {
        let typed = self.check(expr, sink)?;
        if typed.ty == RowType::Bool {
            return Some(typed);
        }
        sink.push(
            Diagnostic::error(codes::types::WRONG_TYPE, expr.span, say!("a condition is wanted here", "此处应为条件"))
                .saying(units::this_is(&units::describe_row(&typed.ty)))
                .help(say!("compare it, as in `status = \"paid\"`", "比较它，例如 `status = \"paid\"`")),
        );
        None
    }

    fn number(&self, expr: &Expr, sink: &mut Diagnostics) -> Option<RowExpr> {
        let typed = self.check(expr, sink)?;
        if matches!(typed.ty, RowType::Number { .. }) {
            return Some(typed);
        }
        not_a_number(&typed, expr, sink);
        None
    }

    // ---- names ---------------------------------------------------------------------------------------------------

    fn path(&self, parts: &[Name], span: Span, sink: &mut Diagnostics) -> Option<RowExpr> {
        let (first, rest) = parts.split_first()?;
        let own = self.scope.source(self.source)?;
        // `orders.amount` among the rows of orders is the field `amount`.
        let parts = match rest {
            [] => parts,
            rest if own.naming.name == first.text && self.scope.field_named(self.source, &first.text).is_none() => rest,
            _ => parts,
        };
        if let ([name], None) = (parts, self.scope.field_named(self.source, &first.text))
            && name.span == first.span
            && let Some(found) = self.not_a_field(name, span, sink)
        {
            return found;
        }
        let path = self.scope.field_path(self.source, parts, sink)?;
        self.field(path, span)
    }

    /// A name that is no field of the source, but something else: None where it is nothing at all.
    fn not_a_field(&self, name: &Name, span: Span, sink: &mut Diagnostics) -> Option<Option<RowExpr>> {
        let entity = self.scope.entity(&name.text)?;
        if let Entity::Constant(id) = entity {
            if self.scope.is_poisoned(&Poison::Constant(id)) {
                return Some(None);
            }
            let quantity = self.scope.constant(id)?.quantity.clone();
            return Some(Some(row(RowKind::Constant(id), exactly(quantity), span)));
        }
        let own = self.scope.source(self.source)?;
        let fields = own.fields.iter().map(|f| f.name.as_str());
        let help = match (entity, closest(&name.text, fields)) {
            (_, Some(near)) => say!("did you mean the field `{near}`?", "是不是字段 `{near}`？"),
            (Entity::Dimension(id), None) => match self.scope.dimension(id)?.field_in(self.source) {
                Some(path) => {
                    let field = self.scope.end_of(self.source, path).map_or("", |(_, f)| f.name.as_str());
                    say!("rows are filtered by the field itself, `{field}`", "行由字段本身筛选：`{field}`")
                }
                None => say!("`{}` has no such dimension", "`{}` 没有这个维度", own.naming.name),
            },
            _ => say!("rows are filtered by fields of their source and by constants", "行由其来源的字段和常量筛选"),
        };
        sink.push(
            Diagnostic::error(
                codes::names::WRONG_KIND_OF_NAME,
                span,
                say!(
                    "`{}` is {}, not a field of `{}`",
                    "`{}` 是{}，不是 `{}` 的字段",
                    name.text,
                    entity.what(),
                    own.naming.name
                ),
            )
            .saying(say!("a field is wanted", "此处应为字段"))
            .help(help),
        );
        Some(None)
    }

    /// A field as a value in base units. What is computed is in base units already.
    fn field(&self, path: FieldPath, span: Span) -> Option<RowExpr> {
        let (_, field) = self.scope.end_of(self.source, &path)?;
        let ty = declared_type(field);
        let plain = row(RowKind::Field(path), ty.clone(), span);
        match &field.unit {
            Some(unit) if !unit.factor.is_one() && field.computed.is_none() => {
                Some(row(RowKind::Scaled(Box::new(plain), unit.factor.clone()), ty, span))
            }
            _ => Some(plain),
        }
    }
}

/// A day or a moment as written.
fn time(written: &str, span: Span, sink: &mut Diagnostics) -> Option<RowExpr> {
    let why = if written.contains('T') {
        match parse_timestamp(written) {
            Ok(moment) => return Some(row(RowKind::Timestamp(moment), RowType::Timestamp, span)),
            Err(why) => why,
        }
    } else {
        match parse_date(written) {
            Ok(day) => return Some(row(RowKind::Date(day), RowType::Date, span)),
            Err(_) if crate::value::Period::parse(written).is_ok() => {
                say!(
                    "a period is no day; compare with its first or last day, or use `between`",
                    "期间不是某一天；与它的首日或末日比较，或用 `between`"
                )
            }
            Err(why) => why,
        }
    };
    sink.push(
        Diagnostic::error(codes::types::BAD_TIME, span, say!("`{written}`: {}", "`{written}`：{}", why))
            .saying(Words::default())
            .help(say!(
                "a day is written `2026-12-31`, a moment `2026-12-31T09:00`",
                "日期写成 `2026-12-31`，时刻写成 `2026-12-31T09:00`"
            )),
    );
    None
}

fn not_a_number(typed: &RowExpr, written: &Expr, sink: &mut Diagnostics) {
    sink.push(
        Diagnostic::error(codes::types::WRONG_TYPE, written.span, say!("a number is wanted here", "此处应为数"))
            .saying(units::this_is(&units::describe_row(&typed.ty)))
            .help(say!(
                "only numbers are computed with; two dates can be subtracted",
                "只有数能计算；两个日期可以相减"
            )),
    );
}
