//! Typing of formulas: functions of a window and a slice.

mod fit;

use super::scope::{Entity, Scope};
pub use super::slices::slice;
pub use super::units::{literal, unit_expr};
use super::{calls, nature, units};
use crate::design::{ArithmeticOp, CompareOp, Formula, FormulaKind, SetOp, Subject, Type};
use crate::diagnostic::{Diagnostic, Diagnostics, Words, codes, say};
use crate::source::{Origin, Span};
use crate::syntax::ast::{self, Binary, Expr, ExprKind, Name, Unary};
pub use fit::{check_as, fits_unit};

/// Types a formula. None: it stands on something that is reported.
pub fn check(expr: &Expr, scope: &Scope, sink: &mut Diagnostics) -> Option<Formula> {
    super::step(|| walk(expr, scope, sink))
}

fn walk(expr: &Expr, scope: &Scope, sink: &mut Diagnostics) -> Option<Formula> {
    let span = expr.span;
    match &expr.kind {
        ExprKind::Hole => None,
        ExprKind::Number(number) => {
            let (value, quantity, _) = units::number(number, scope, sink)?;
            Some(made(FormulaKind::Number(value), Type::Number(quantity), span))
        }
        ExprKind::Text(text) => Some(made(FormulaKind::Text(text.clone()), Type::Text, span)),
        ExprKind::Bool(holds) => Some(made(FormulaKind::Bool(*holds), Type::Bool, span)),
        ExprKind::Paren(inner) => check(inner, scope, sink),
        ExprKind::Path(parts) => path(parts, span, scope, sink),
        ExprKind::Call { function, args } => calls::call(function, args, span, scope, sink),
        ExprKind::Unary { op: Unary::Negate, operand } => {
            let operand = wanted_number(operand, scope, sink)?;
            let ty = operand.ty.clone();
            Some(made(FormulaKind::Negate(Box::new(operand)), ty, span))
        }
        ExprKind::Unary { op: Unary::Not, operand } => {
            let operand = wanted_condition(operand, scope, sink)?;
            Some(made(FormulaKind::Not(Box::new(operand)), Type::Bool, span))
        }
        ExprKind::Binary { op, op_span, left, right } => binary(*op, *op_span, left, right, span, scope, sink),
        ExprKind::If { condition, then, otherwise } => {
            let condition = wanted_condition(condition, scope, sink);
            let typed_then = check(then, scope, sink);
            let typed_else = otherwise.as_ref().map(|e| check(e, scope, sink));
            let (condition, mut then_typed) = (condition?, typed_then?);
            let mut else_typed = match typed_else {
                None => None,
                Some(typed) => Some(typed?),
            };
            let ty = match (&mut else_typed, otherwise) {
                (Some(other), Some(written)) => {
                    alike(units::Doing::Choose, span, (&mut then_typed, then), (other, written), scope, sink)?
                }
                _ => then_typed.ty.clone(),
            };
            let kind = FormulaKind::If {
                condition: Box::new(condition),
                then: Box::new(then_typed),
                otherwise: else_typed.map(Box::new),
            };
            Some(made(kind, ty, span))
        }
        ExprKind::Between { operand, low, high, negated } => {
            let (x, a, b) = (check(operand, scope, sink), check(low, scope, sink), check(high, scope, sink));
            let (mut x, mut a, mut b) = (x?, a?, b?);
            alike(units::Doing::Compare, span, (&mut x, operand), (&mut a, low), scope, sink)?;
            alike(units::Doing::Compare, span, (&mut x, operand), (&mut b, high), scope, sink)?;
            no_sets(&x, span, sink)?;
            let (operand, low, high) = (Box::new(x), Box::new(a), Box::new(b));
            Some(made(FormulaKind::Between { operand, low, high, negated: *negated }, Type::Bool, span))
        }
        ExprKind::Is { operand, known } => {
            let operand = check(operand, scope, sink)?;
            let kind = FormulaKind::IsMissing { operand: Box::new(operand), negated: *known };
            Some(made(kind, Type::Bool, span))
        }
        ExprKind::InList { .. } | ExprKind::InSet { .. } => {
            sink.push(
                Diagnostic::error(codes::types::ONLY_OVER_ROWS, span, say!("`in` asks about rows, not about values", "`in` 问的是行，不是值"))
                    .saying(say!("stands outside of an aggregate", "不在聚合之内"))
                    .help(say!("filter rows with `count(… where field in (…))`, or narrow the slice with `only(x, dimension in …)`", "筛选行用 `count(… where 字段 in (…))`，缩小切片用 `only(x, 维度 in …)`")),
            );
            None
        }
        ExprKind::Time(written) => {
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_TYPE,
                    span,
                    say!("`{written}` is no value to compute with", "`{written}` 不是能计算的值"),
                )
                .saying(say!("a day or a period", "日期或期间"))
                .help(say!(
                    "days are compared inside an aggregate, as in `count(orders where ordered_on >= 2026-01-01)`",
                    "日期在聚合里比较，例如 `count(orders where ordered_on >= 2026-01-01)`"
                )),
            );
            None
        }
        ExprKind::Unit(_) => {
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_TYPE,
                    span,
                    say!("a unit stands where a value is wanted", "此处应为值，却是单位"),
                )
                .saying(say!("a unit", "单位"))
                .help(say!("write the number before it, as in `5%`", "在它前面写数，例如 `5%`")),
            );
            None
        }
        ExprKind::Range { .. } => {
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_TYPE,
                    span,
                    say!("a range stands where one value is wanted", "此处应为一个值，却是范围"),
                )
                .saying(say!("a range", "范围"))
                .help(say!(
                    "ask with `x between a and b`; targets with a range take `direction: range`",
                    "用 `x between a and b` 来问；目标值为范围时写 `direction: range`"
                )),
            );
            None
        }
    }
}

pub(super) fn made(kind: FormulaKind, ty: Type, span: Span) -> Formula {
    Formula { kind, ty, span: Origin(span) }
}

fn path(parts: &[Name], span: Span, scope: &Scope, sink: &mut Diagnostics) -> Option<Formula> {
    let (first, rest) = parts.split_first()?;
    let Some(entity) = scope.entity(&first.text) else {
        scope.unknown_name(
            first,
            &say!("source, measure or indicator", "来源、度量或指标"),
            |e| !matches!(e, Entity::Dimension(_)),
            sink,
        );
        return None;
    };
    let wrong = |message: Words, help: Words, sink: &mut Diagnostics| {
        sink.push(Diagnostic::error(codes::types::MISSING_AGGREGATE, span, message).saying(entity.what()).help(help));
        None
    };
    let name = &first.text;
    let subject = match entity {
        Entity::Measure(id) => Subject::Measure(id),
        Entity::Indicator(id) => Subject::Indicator(id),
        Entity::Constant(id) if rest.is_empty() => {
            let constant = scope.constant(id)?;
            if scope.is_poisoned(&super::scope::Poison::Constant(id)) {
                return None;
            }
            return Some(made(FormulaKind::Constant(id), Type::Number(constant.quantity.clone()), span));
        }
        Entity::Source(_) if rest.is_empty() => {
            return wrong(
                say!("`{name}` is a table of rows, not a value", "`{name}` 是数据表，不是值"),
                say!(
                    "count its rows with `count({name})`, or aggregate a field, as in `sum({name}.…)`",
                    "用 `count({name})` 数它的行，或对字段聚合，例如 `sum({name}.…)`"
                ),
                sink,
            );
        }
        Entity::Source(source) => {
            let path = scope.field_path(source, rest, sink)?;
            let numeric = scope.end_of(source, &path).is_some_and(|(_, f)| f.kind.is_number());
            let written: Vec<&str> = parts.iter().map(|p| p.text.as_str()).collect();
            let written = written.join(".");
            let way = if numeric { "sum" } else { "count_distinct" };
            return wrong(
                say!(
                    "`{written}` has a value in each row; a formula needs one for all",
                    "`{written}` 每一行都有一个值，公式需要的是总的一个值"
                ),
                say!("aggregate it, as in `{way}({written})`", "对它聚合，例如 `{way}({written})`"),
                sink,
            );
        }
        Entity::Dimension(_) => {
            return wrong(
                say!("`{name}` is a dimension, not a value", "`{name}` 是维度，不是值"),
                say!(
                    "slice by it, as in `min(x by {name})` or `only(x, {name} = \"…\")`",
                    "按它切片，例如 `min(x by {name})` 或 `only(x, {name} = \"…\")`"
                ),
                sink,
            );
        }
        Entity::Constant(_) => {
            sink.push(
                Diagnostic::error(
                    codes::names::WRONG_KIND_OF_NAME,
                    span,
                    say!("`{name}` has no fields", "`{name}` 没有字段"),
                )
                .saying(entity.what()),
            );
            return None;
        }
    };
    if !rest.is_empty() {
        sink.push(
            Diagnostic::error(
                codes::names::WRONG_KIND_OF_NAME,
                span,
                say!("`{name}` has no fields", "`{name}` 没有字段"),
            )
            .saying(entity.what())
            .help(say!("only the fields of sources are read with a dot", "只有来源的字段用点号读取")),
        );
        return None;
    }
    let ty = scope.signature(subject)?.ty.clone()?;
    let kind = match subject {
        Subject::Measure(id) => FormulaKind::Measure(id),
        Subject::Indicator(id) => FormulaKind::Indicator(id),
    };
    Some(made(kind, ty, span))
}

// ---- operators ---------------------------------------------------------------------------------------------------

#[allow(clippy::too_many_arguments)]
fn binary(
    op: Binary,
    op_span: Span,
    left_expr: &Expr,
    right_expr: &Expr,
    span: Span,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<Formula> {
    if matches!(op, Binary::And | Binary::Or) {
        let (left, right) = (wanted_condition(left_expr, scope, sink), wanted_condition(right_expr, scope, sink));
        let (left, right) = (Box::new(left?), Box::new(right?));
        let kind = if op == Binary::And { FormulaKind::And(left, right) } else { FormulaKind::Or(left, right) };
        return Some(made(kind, Type::Bool, span));
    }
    let (left, right) = (check(left_expr, scope, sink), check(right_expr, scope, sink));
    let (mut left, mut right) = (left?, right?);
    let boxed = |l: Formula, r: Formula| (Box::new(l), Box::new(r));
    if let Some(op) = arithmetic_op(op) {
        for (side, written) in [(&left, left_expr), (&right, right_expr)] {
            if !matches!(side.ty, Type::Number(_)) {
                not_a_number(side, written, sink);
                return None;
            }
        }
        let ty = match (op, &left.ty, &right.ty) {
            (ArithmeticOp::Multiply, Type::Number(a), Type::Number(b)) => Type::Number(a.times(b)),
            (ArithmeticOp::Divide, Type::Number(a), Type::Number(b)) => Type::Number(a.over(b)),
            (ArithmeticOp::Add, ..) => {
                alike(units::Doing::Add, op_span, (&mut left, left_expr), (&mut right, right_expr), scope, sink)?
            }
            _ => alike(units::Doing::Subtract, op_span, (&mut left, left_expr), (&mut right, right_expr), scope, sink)?,
        };
        let (left, right) = boxed(left, right);
        return Some(made(FormulaKind::Arithmetic { op, left, right }, ty, span));
    }
    if let Some(op) = compare_op(op) {
        alike(units::Doing::Compare, op_span, (&mut left, left_expr), (&mut right, right_expr), scope, sink)?;
        no_sets(&left, op_span, sink)?;
        let (left, right) = boxed(left, right);
        return Some(made(FormulaKind::Compare { op, left, right }, Type::Bool, span));
    }
    match op {
        Binary::Otherwise => {
            let ty =
                alike(units::Doing::Choose, op_span, (&mut left, left_expr), (&mut right, right_expr), scope, sink)?;
            let (left, right) = boxed(left, right);
            Some(made(FormulaKind::Otherwise(left, right), ty, span))
        }
        Binary::Union | Binary::Except | Binary::Intersect => {
            let op = match op {
                Binary::Union => SetOp::Union,
                Binary::Except => SetOp::Except,
                _ => SetOp::Intersect,
            };
            for (side, written) in [(&left, left_expr), (&right, right_expr)] {
                if !matches!(side.ty, Type::Set(_)) {
                    sink.push(
                        Diagnostic::error(
                            codes::types::WRONG_TYPE,
                            written.span,
                            say!("a set is wanted here", "此处应为集合"),
                        )
                        .saying(units::this_is(&units::describe(&side.ty)))
                        .help(say!(
                            "a set of keys is written `set(orders.customer_id)`",
                            "键的集合写成 `set(orders.customer_id)`"
                        )),
                    );
                    return None;
                }
            }
            if left.ty != right.ty {
                sink.push(
                    Diagnostic::error(
                        codes::types::WRONG_TYPE,
                        op_span,
                        say!("these sets hold different keys", "这两个集合的键不同"),
                    )
                    .saying(Words::default())
                    .label(left_expr.span, Words::default())
                    .label(right_expr.span, Words::default())
                    .help(say!(
                        "two ids compare when they are one field, or refer to one source (`field x: id -> customers`)",
                        "两个标识是同一字段，或引用同一来源（`field x: id -> customers`），才能比较"
                    )),
                );
                return None;
            }
            let ty = left.ty.clone();
            let (left, right) = boxed(left, right);
            Some(made(FormulaKind::SetOperation { op, left, right }, ty, span))
        }
        _ => {
            sink.push(
                Diagnostic::error(
                    codes::types::ONLY_OVER_ROWS,
                    op_span,
                    say!(
                        "`{}` asks about the text of rows, not about values",
                        "`{}` 问的是行里的文本，不是值",
                        op.symbol()
                    ),
                )
                .saying(say!("stands outside of an aggregate", "不在聚合之内"))
                .help(say!(
                    "filter rows, as in `count(orders where note contains \"late\")`",
                    "筛选行，例如 `count(orders where note contains \"late\")`"
                )),
            );
            None
        }
    }
}

/// None, reported, where sets are compared.
fn no_sets(side: &Formula, span: Span, sink: &mut Diagnostics) -> Option<()> {
    if !matches!(side.ty, Type::Set(_)) {
        return Some(());
    }
    sink.push(
        Diagnostic::error(codes::types::WRONG_TYPE, span, say!("sets cannot be compared", "集合不能比较"))
            .saying(say!("compares sets", "比较集合"))
            .help(say!(
                "compare how many keys they have, as in `count(a) > count(b)`",
                "比较键的个数，例如 `count(a) > count(b)`"
            )),
    );
    None
}

pub(super) fn arithmetic_op(op: Binary) -> Option<ArithmeticOp> {
    match op {
        Binary::Add => Some(ArithmeticOp::Add),
        Binary::Subtract => Some(ArithmeticOp::Subtract),
        Binary::Multiply => Some(ArithmeticOp::Multiply),
        Binary::Divide => Some(ArithmeticOp::Divide),
        _ => None,
    }
}

pub(super) fn compare_op(op: Binary) -> Option<CompareOp> {
    match op {
        Binary::Equal => Some(CompareOp::Equal),
        Binary::NotEqual => Some(CompareOp::NotEqual),
        Binary::Less => Some(CompareOp::Less),
        Binary::LessEqual => Some(CompareOp::LessEqual),
        Binary::Greater => Some(CompareOp::Greater),
        Binary::GreaterEqual => Some(CompareOp::GreaterEqual),
        _ => None,
    }
}

pub(super) fn not_a_number(formula: &Formula, written: &Expr, sink: &mut Diagnostics) {
    let help = match formula.ty {
        Type::Set(_) => say!("count its keys with `count(…)`", "用 `count(…)` 数它的键"),
        Type::Bool => say!("choose a number by it, as in `if … then 1 else 0`", "用它选数，例如 `if … then 1 else 0`"),
        _ => say!("only numbers are computed with", "只有数能计算"),
    };
    sink.push(
        Diagnostic::error(codes::types::WRONG_TYPE, written.span, say!("a number is wanted here", "此处应为数"))
            .saying(units::this_is(&units::describe(&formula.ty)))
            .help(help),
    );
}

/// A formula that must be a number.
pub(super) fn wanted_number(expr: &Expr, scope: &Scope, sink: &mut Diagnostics) -> Option<Formula> {
    let formula = check(expr, scope, sink)?;
    if matches!(formula.ty, Type::Number(_)) {
        return Some(formula);
    }
    not_a_number(&formula, expr, sink);
    None
}

pub(super) fn wanted_condition(expr: &Expr, scope: &Scope, sink: &mut Diagnostics) -> Option<Formula> {
    let formula = check(expr, scope, sink)?;
    if formula.ty == Type::Bool {
        return Some(formula);
    }
    sink.push(
        Diagnostic::error(codes::types::WRONG_TYPE, expr.span, say!("a condition is wanted here", "此处应为条件"))
            .saying(units::this_is(&units::describe(&formula.ty)))
            .help(say!("compare it, as in `x >= 80%`", "比较它，例如 `x >= 80%`")),
    );
    None
}

/// The type of two formulas that must be alike; a bare number takes the other's unit, and a count without one may.
pub(super) fn alike(
    doing: units::Doing,
    span: Span,
    (a, a_expr): (&mut Formula, &Expr),
    (b, b_expr): (&mut Formula, &Expr),
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<Type> {
    if let (Type::Number(left), Type::Number(right)) = (&a.ty, &b.ty) {
        if units::bare(a_expr).is_some_and(|v| units::takes(&v, right)) {
            a.ty = b.ty.clone();
            return Some(b.ty.clone());
        }
        if units::bare(b_expr).is_some_and(|v| units::takes(&v, left)) {
            b.ty = a.ty.clone();
            return Some(a.ty.clone());
        }
        if left == right || nature::is_counted_in(b, left, scope) {
            return Some(a.ty.clone());
        }
        if nature::is_counted_in(a, right, scope) {
            return Some(b.ty.clone());
        }
        units::mismatch(doing, span, (left, a_expr), (right, b_expr), sink);
        return None;
    }
    if a.ty == b.ty {
        return Some(a.ty.clone());
    }
    let (left, right) = (units::describe(&a.ty), units::describe(&b.ty));
    sink.push(
        Diagnostic::error(codes::types::WRONG_TYPE, span, doing.cannot(&left, &right))
            .saying(Words::default())
            .label(a_expr.span, units::this_is(&left))
            .label(b_expr.span, units::this_is(&right))
            .help(match (&a.ty, &b.ty) {
                (Type::Set(_), Type::Number(_)) | (Type::Number(_), Type::Set(_)) => {
                    say!(
                        "count the keys of the set, as in `count(set(orders.customer_id))`",
                        "数集合的键，例如 `count(set(orders.customer_id))`"
                    )
                }
                (Type::Bool, _) | (_, Type::Bool) => {
                    say!(
                        "a condition is no number; choose one by it, as in `if … then 1 else 0`",
                        "条件不是数；用它选数，例如 `if … then 1 else 0`"
                    )
                }
                _ => say!("both sides must be of one type", "两边的类型应相同"),
            }),
    );
    None
}

/// A name in an argument that can only be a plain word.
pub(super) fn word(expr: &ast::Expr) -> Option<&Name> {
    expr.bare().as_name()
}
