//! Operators on the values of a row: arithmetic, comparisons, `and`, `otherwise`, `contains`.

use bigdecimal::BigDecimal;

use super::{Rows, exactly, not_a_number, row};
use crate::check::formula::{arithmetic_op, compare_op};
use crate::check::slices::{key_of, unknown_member};
use crate::check::units;
use crate::design::{ArithmeticOp, CompareOp, FieldKind, RowExpr, RowKind, RowType, SetKey, SourceId};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, Words, codes, say};
use crate::source::Span;
use crate::syntax::ast::{Binary, Expr, ExprKind};
use crate::value::calendar::{parse_date, parse_timestamp};
use crate::value::unit::Base;
use crate::value::{Quantity, Step};

impl Rows<'_> {
    pub(super) fn binary(
        &self,
        op: Binary,
        op_span: Span,
        left_expr: &Expr,
        right_expr: &Expr,
        span: Span,
        sink: &mut Diagnostics,
    ) -> Option<RowExpr> {
        if let Some(op) = compare_op(op) {
            return self.compare(op, op_span, left_expr, right_expr, span, sink);
        }
        if matches!(op, Binary::And | Binary::Or) {
            let (left, right) = (self.condition(left_expr, sink), self.condition(right_expr, sink));
            let (left, right) = (Box::new(left?), Box::new(right?));
            let kind = if op == Binary::And { RowKind::And(left, right) } else { RowKind::Or(left, right) };
            return Some(row(kind, RowType::Bool, span));
        }
        // Each side is typed once: a chain of steps would else cost twice as much with each.
        let left = self.check(left_expr, sink);
        if let Some(step) = step_of(op, right_expr) {
            let calendar_only = !matches!(step, Step::Days(_));
            match left {
                Some(day) if matches!(day.ty, RowType::Date | RowType::Timestamp) => {
                    let ty = day.ty.clone();
                    return Some(row(RowKind::Moved { operand: Box::new(day), step }, ty, span));
                }
                Some(other) if calendar_only => {
                    sink.push(
                        Diagnostic::error(
                            codes::types::WRONG_TYPE,
                            left_expr.span,
                            say!("only a date can be moved in the calendar", "只有日期能在日历上移动"),
                        )
                        .saying(units::this_is(&units::describe_row(&other.ty)))
                        .help(say!("months and years have no fixed length; they are added to a date, as in `ordered_on + 1 month`", "月和年长短不定，只能加在日期上，例如 `ordered_on + 1 month`")),
                    );
                    return None;
                }
                None if calendar_only => return None,
                _ => {}
            }
        }
        let right = self.check(right_expr, sink);
        let (mut left, mut right) = (left?, right?);
        let is_day = |e: &RowExpr| matches!(e.ty, RowType::Date | RowType::Timestamp);
        if op == Binary::Subtract && is_day(&left) && is_day(&right) {
            let ty = exactly(Quantity::of(Base::Time));
            return Some(row(RowKind::Elapsed { from: Box::new(right), to: Box::new(left) }, ty, span));
        }
        if let Some(op) = arithmetic_op(op) {
            for (side, written) in [(&left, left_expr), (&right, right_expr)] {
                if !matches!(side.ty, RowType::Number { .. }) {
                    not_a_number(side, written, sink);
                    return None;
                }
            }
            let ty = match op {
                ArithmeticOp::Add => {
                    alike(units::Doing::Add, op_span, (&mut left, left_expr), (&mut right, right_expr), sink)?;
                    inexact(&left.ty, &right.ty)
                }
                ArithmeticOp::Subtract => {
                    alike(units::Doing::Subtract, op_span, (&mut left, left_expr), (&mut right, right_expr), sink)?;
                    inexact(&left.ty, &right.ty)
                }
                ArithmeticOp::Multiply | ArithmeticOp::Divide => match (&left.ty, &right.ty) {
                    (RowType::Number { quantity: a, exact: x }, RowType::Number { quantity: b, exact: y }) => {
                        let divides = op == ArithmeticOp::Divide;
                        let quantity = if divides { a.over(b) } else { a.times(b) };
                        RowType::Number { quantity, exact: *x && *y && !divides }
                    }
                    _ => return None,
                },
            };
            let kind = RowKind::Arithmetic { op, left: Box::new(left), right: Box::new(right) };
            return Some(row(kind, ty, span));
        }
        match op {
            Binary::Otherwise => {
                alike(units::Doing::Choose, op_span, (&mut left, left_expr), (&mut right, right_expr), sink)?;
                let ty = inexact(&left.ty, &right.ty);
                Some(row(RowKind::Otherwise(Box::new(left), Box::new(right)), ty, span))
            }
            Binary::Contains | Binary::StartsWith => {
                for (side, written) in [(&left, left_expr), (&right, right_expr)] {
                    if side.ty != RowType::Text {
                        sink.push(
                            Diagnostic::error(
                                codes::types::WRONG_TYPE,
                                written.span,
                                say!("`{}` asks about text", "`{}` 问的是文本", op.symbol()),
                            )
                            .saying(units::this_is(&units::describe_row(&side.ty))),
                        );
                        return None;
                    }
                }
                let (operand, text) = (Box::new(left), Box::new(right));
                let kind = match op {
                    Binary::Contains => RowKind::Contains { operand, text },
                    _ => RowKind::StartsWith { operand, text },
                };
                Some(row(kind, RowType::Bool, span))
            }
            _ => {
                sink.push(
                    Diagnostic::error(
                        codes::types::WRONG_TYPE,
                        op_span,
                        say!(
                            "`{}` joins sets, not the fields of a row",
                            "`{}` 连接集合，不连接一行的字段",
                            op.symbol()
                        ),
                    )
                    .saying(Words::default())
                    .help(say!("a set is written `set(orders.customer_id)`", "集合写成 `set(orders.customer_id)`")),
                );
                None
            }
        }
    }

    fn compare(
        &self,
        op: CompareOp,
        op_span: Span,
        left_expr: &Expr,
        right_expr: &Expr,
        span: Span,
        sink: &mut Diagnostics,
    ) -> Option<RowExpr> {
        let (left, right) = (self.check(left_expr, sink), self.check(right_expr, sink));
        let (mut left, mut right) = (left?, right?);
        self.comparable(op_span, (left_expr, &mut left), (right_expr, &mut right), sink)?;
        let kind = RowKind::Compare { op, left: Box::new(left), right: Box::new(right) };
        Some(row(kind, RowType::Bool, span))
    }

    /// None, reported, where two values do not compare, or one is never the other.
    pub(super) fn comparable(
        &self,
        span: Span,
        (left_expr, left): (&Expr, &mut RowExpr),
        (right_expr, right): (&Expr, &mut RowExpr),
        sink: &mut Diagnostics,
    ) -> Option<()> {
        self.days_in_quotes(left, right, right_expr, sink)?;
        self.days_in_quotes(right, left, left_expr, sink)?;
        alike(units::Doing::Compare, span, (left, left_expr), (right, right_expr), sink)?;
        self.one_key(span, (left_expr, left), (right_expr, right), sink)?;
        self.known_value(left, right, sink)?;
        self.known_value(right, left, sink)
    }

    /// Two ids compare when they are one field, or refer to, or are the key of, one source: None, reported, where not.
    fn one_key(
        &self,
        span: Span,
        (left_expr, left): (&Expr, &RowExpr),
        (right_expr, right): (&Expr, &RowExpr),
        sink: &mut Diagnostics,
    ) -> Option<()> {
        let id = |side: &RowExpr| {
            let RowKind::Field(path) = &side.kind else { return None };
            let (_, field) = self.scope.end_of(self.source, path)?;
            let key = key_of(self.source, path, self.scope)?;
            (field.kind == FieldKind::Id).then(|| (self.keys(&key), key))
        };
        let (Some((left_keys, left_key)), Some((right_keys, right_key))) = (id(left), id(right)) else {
            return Some(());
        };
        if left_key == right_key {
            return Some(());
        }
        sink.push(
            Diagnostic::error(
                codes::types::WRONG_TYPE,
                span,
                say!("these ids name different things", "这两个标识指的不是同一类"),
            )
            .saying(say!("never equal but by chance", "除非碰巧，不会相等"))
            .label(left_expr.span, left_keys)
            .label(right_expr.span, right_keys)
            .help(say!(
                "two ids compare when they are one field, or refer to one source (`field x: id -> customers`)",
                "两个标识是同一字段，或引用同一来源（`field x: id -> customers`），才能比较"
            )),
        );
        None
    }

    /// What ids are, in words.
    fn keys(&self, key: &SetKey) -> Words {
        let name = |source: SourceId| self.scope.source(source).map_or("", |s| s.naming.name.as_str());
        match key {
            SetKey::Source(source) => say!("a key of `{}`", "`{}` 的键", name(*source)),
            SetKey::Field(source, field) => {
                let field = self.scope.field(*source, *field).map_or("", |f| f.name.as_str());
                say!(
                    "the field `{field}` of `{}`, which refers to no source",
                    "`{}` 的字段 `{field}`，没有引用来源",
                    name(*source)
                )
            }
        }
    }

    /// A day in quotes beside a date: None, and answered with the day itself.
    pub(super) fn days_in_quotes(
        &self,
        day: &RowExpr,
        text: &RowExpr,
        written: &Expr,
        sink: &mut Diagnostics,
    ) -> Option<()> {
        if let (RowType::Date | RowType::Timestamp, RowKind::Text(content)) = (&day.ty, &text.kind)
            && (parse_date(content).is_ok() || parse_timestamp(content).is_ok())
        {
            let help = say!("write `{content}` without quotes", "写成 `{content}`，不加引号");
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_TYPE,
                    written.span,
                    say!("a date is compared with text", "日期与文本比较"),
                )
                .saying(say!("text", "文本"))
                .help(help.clone())
                .fix(
                    Applicability::Safe,
                    help,
                    vec![Edit { span: written.span, text: content.clone() }],
                ),
            );
            return None;
        }
        Some(())
    }

    /// A value that the field's closed list lacks: None, reported.
    pub(super) fn known_value(&self, field: &RowExpr, value: &RowExpr, sink: &mut Diagnostics) -> Option<()> {
        let (RowKind::Field(path), RowKind::Text(text)) = (&field.kind, &value.kind) else { return Some(()) };
        let (_, declared) = self.scope.end_of(self.source, path)?;
        if declared.members.is_empty() || declared.members.contains(text) {
            return Some(());
        }
        let members = declared.members.iter().map(String::as_str);
        unknown_member(&declared.name, text, members, value.span.0, sink);
        None
    }
}

/// The step of `ordered_on + 14 days`, `ordered_on - 1 month`.
fn step_of(op: Binary, expr: &Expr) -> Option<Step> {
    let ExprKind::Number(number) = &expr.bare().kind else { return None };
    let unit = number.unit.as_ref().filter(|u| u.per.is_empty())?;
    let step = Step::parse(number.digits.parse().ok()?, &unit.name.text)?;
    match op {
        Binary::Add => Some(step),
        Binary::Subtract => Some(step.back()),
        _ => None,
    }
}

/// Exact only where both are.
pub(super) fn inexact(a: &RowType, b: &RowType) -> RowType {
    match (a, b) {
        (RowType::Number { quantity, exact: x }, RowType::Number { exact: y, .. }) => {
            RowType::Number { quantity: quantity.clone(), exact: *x && *y }
        }
        _ => a.clone(),
    }
}

/// Two row expressions that must be alike; a bare number takes the other's unit.
pub(super) fn alike(
    doing: units::Doing,
    span: Span,
    (a, a_expr): (&mut RowExpr, &Expr),
    (b, b_expr): (&mut RowExpr, &Expr),
    sink: &mut Diagnostics,
) -> Option<()> {
    if let (RowType::Number { quantity: left, .. }, RowType::Number { quantity: right, .. }) = (&a.ty, &b.ty) {
        let (left, right) = (left.clone(), right.clone());
        let take = |e: &mut RowExpr, quantity: Quantity| {
            if let RowType::Number { quantity: own, .. } = &mut e.ty {
                *own = quantity;
            }
        };
        let bare = |e: &Expr, q: &Quantity| units::bare(e).is_some_and(|v: BigDecimal| units::takes(&v, q));
        if bare(a_expr, &right) {
            take(a, right);
            return Some(());
        }
        if bare(b_expr, &left) {
            take(b, left);
            return Some(());
        }
        if left == right {
            return Some(());
        }
        units::mismatch(doing, span, (&left, a_expr), (&right, b_expr), sink);
        return None;
    }
    let day = |t: &RowType| matches!(t, RowType::Date | RowType::Timestamp);
    if a.ty == b.ty || day(&a.ty) && day(&b.ty) {
        return Some(());
    }
    let (left, right) = (units::describe_row(&a.ty), units::describe_row(&b.ty));
    let diagnostic = Diagnostic::error(codes::types::WRONG_TYPE, span, doing.cannot(&left, &right))
        .saying(Words::default())
        .label(a_expr.span, units::this_is(&left))
        .label(b_expr.span, units::this_is(&right));
    sink.push(match requoted(a, b, b_expr).or_else(|| requoted(b, a, a_expr)) {
        Some((help, edit)) => diagnostic.help(help.clone()).fix(Applicability::Proposed, help, vec![edit]),
        None => diagnostic.help(say!(
            "both sides must be of one type; text stands in quotes, numbers and dates do not",
            "两边的类型应相同；文本写在引号里，数和日期不加引号"
        )),
    });
    None
}

/// A literal that is of the other side's type with quotes, or without.
fn requoted(other: &RowExpr, literal: &RowExpr, written: &Expr) -> Option<(Words, Edit)> {
    let (help, text) = match (&other.ty, &literal.kind) {
        (RowType::Number { .. }, RowKind::Text(content)) => {
            content.parse::<BigDecimal>().ok()?;
            (say!("a number stands without quotes: `{content}`", "数不加引号：`{content}`"), content.clone())
        }
        (RowType::Text, RowKind::Number(value)) => {
            let text = format!("\"{}\"", value.to_plain_string());
            (say!("a text stands in quotes: `{text}`", "文本写在引号里：`{text}`"), text)
        }
        (RowType::Bool, RowKind::Text(content)) if matches!(content.as_str(), "true" | "false") => {
            (say!("`{content}` stands without quotes", "`{content}` 不加引号"), content.clone())
        }
        _ => return None,
    };
    Some((help, Edit { span: written.span, text }))
}
