//! Units in formulas: literals, what fits what, and how quantities are named in messages.

use bigdecimal::{BigDecimal, ToPrimitive, Zero};

use super::scope::{Scope, UnitLookup};
use crate::design::{RowType, Type};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, closest, codes};
use crate::functions::{Function, UnitRule};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Number, Unary, UnitExpr};
use crate::value::unit::Base;
use crate::value::{Quantity, Step, Unit};

/// The unit that is written: `CNY`, `%`, `CNY per person`.
pub fn unit_expr(unit: &UnitExpr, scope: &Scope, sink: &mut Diagnostics) -> Option<Unit> {
    let names = std::iter::once(&unit.name).chain(&unit.per);
    let mut units: Vec<Option<Unit>> = Vec::new();
    for name in names {
        let known = match scope.unit(&name.text) {
            UnitLookup::Known(unit) => Some(unit.clone()),
            UnitLookup::Poisoned => None,
            // `per person` and `per day` name one of what is declared, or of days.
            UnitLookup::Unknown => Unit::builtin(&name.text).or_else(|| {
                unknown_unit(&name.text, name.span, scope, sink);
                None
            }),
        };
        units.push(known);
    }
    let mut units = units.into_iter().collect::<Option<Vec<Unit>>>()?.into_iter();
    let first = units.next()?;
    Some(units.fold(first, |all, one| all.per(&one)))
}

fn unknown_unit(word: &str, span: Span, scope: &Scope, sink: &mut Diagnostics) {
    let diagnostic = Diagnostic::error(codes::names::UNKNOWN_UNIT, span, format!("unknown unit `{word}`"))
        .saying("no unit has this name");
    let diagnostic = if Step::parse(1, word).is_some() {
        diagnostic.help(format!(
            "`{word}` steps in the calendar, as in `rolling(x, 12 months)`; units of duration are `days`, `hours`, \
             `minutes` and `seconds`"
        ))
    } else if let Some(near) = closest(word, scope.units.iter().map(|u| u.name.as_str())) {
        diagnostic.meant(near)
    } else {
        diagnostic.help(format!("a unit is declared `unit {word}: count`, `: scale` or `: money`"))
    };
    sink.unresolved("unit", word, span, || diagnostic);
}

/// A number as written, in base units, with its unit where it has one.
pub fn number(number: &Number, scope: &Scope, sink: &mut Diagnostics) -> Option<(BigDecimal, Quantity, Option<Unit>)> {
    let value: BigDecimal = number.digits.parse().ok()?;
    match &number.unit {
        None => Some((value, Quantity::none(), None)),
        Some(written) => {
            let unit = unit_expr(written, scope, sink)?;
            Some((value * &unit.factor, unit.quantity.clone(), Some(unit)))
        }
    }
}

/// A literal quantity (`13%`, `-5 CNY`, `18 days`) in base units, and its unit where it has one.
pub fn literal(expr: &Expr, scope: &Scope, sink: &mut Diagnostics) -> Option<(BigDecimal, Quantity, Option<Unit>)> {
    match &expr.kind {
        ExprKind::Number(written) => number(written, scope, sink),
        ExprKind::Paren(inner) => literal(inner, scope, sink),
        ExprKind::Unary { op: Unary::Negate, operand } => {
            literal(operand, scope, sink).map(|(value, quantity, unit)| (-value, quantity, unit))
        }
        ExprKind::Hole => None,
        _ => {
            sink.push(
                Diagnostic::error(codes::types::WRONG_TYPE, expr.span, "a number is wanted here")
                    .saying("not a number")
                    .help("write the number with its unit, as in `13%` or `200 CNY`"),
            );
            None
        }
    }
}

/// A number without a unit, which takes that of what stands beside it; its value.
pub fn bare(expr: &Expr) -> Option<BigDecimal> {
    match &expr.kind {
        ExprKind::Number(Number { digits, unit: None, .. }) => digits.parse().ok(),
        ExprKind::Paren(inner) => bare(inner),
        ExprKind::Unary { op: Unary::Negate, operand } => bare(operand).map(|value| -value),
        _ => None,
    }
}

/// Does a bare number take this quantity? Scales and counts are plain to see, and 0 is 0 in every unit.
pub fn takes(value: &BigDecimal, quantity: &Quantity) -> bool {
    value.is_zero() || matches!(quantity.single(), Some(Base::Count(_) | Base::Scale(_)))
}

/// May a field of this quantity be computed as a plain number? Its declaration then says what is counted.
pub fn names_count(quantity: &Quantity, computed: &Quantity) -> bool {
    computed.is_plain() && matches!(quantity.single(), Some(Base::Count(_)))
}

/// The quantity of what a function of numbers gives, by its rule; its arguments agree where they must. `power`: the second
/// argument, where it is a whole number written out. None: it takes plain numbers, and the first is none.
pub fn of_call(rule: UnitRule, args: &[&Quantity], power: Option<i8>) -> Option<Quantity> {
    let first = *args.first()?;
    let plain = || first.is_plain().then(Quantity::none);
    match rule {
        UnitRule::First => Some(first.clone()),
        // A bare first number takes the unit of what follows.
        UnitRule::Agreed => Some(args.iter().copied().find(|q| !q.is_plain()).unwrap_or(first).clone()),
        UnitRule::Plain | UnitRule::Row | UnitRule::Keys => Some(Quantity::none()),
        UnitRule::Root => first.root(),
        UnitRule::Power => power.map(|n| first.power(n)).or_else(plain),
        UnitRule::PlainOfPlain => plain(),
    }
}

/// A whole number written out, as in `power(x, 2)`.
pub fn whole_power(expr: &Expr) -> Option<i8> {
    bare(expr).and_then(|n| n.to_i8().filter(|whole| n == *whole))
}

pub fn wants_plain(function: &Function) -> String {
    match function.unit {
        UnitRule::Power => format!("`{}` of a quantity takes a whole number as its exponent", function.name),
        UnitRule::Root => format!("`{}` takes a plain number or a square", function.name),
        _ => format!("`{}` takes a plain number", function.name),
    }
}

pub const WAY_TO_PLAIN: &str = "divide by one of its unit first, as in `x / 1 CNY`";

/// As in messages: `CNY`, a plain number, a condition, text.
pub fn describe(ty: &Type) -> String {
    match ty {
        Type::Number(quantity) => describe_quantity(quantity),
        Type::Bool => "a condition".to_string(),
        Type::Text => "text".to_string(),
        Type::Set(_) => "a set".to_string(),
    }
}

pub fn describe_quantity(quantity: &Quantity) -> String {
    match quantity.single() {
        _ if quantity.is_plain() => "a plain number".to_string(),
        Some(Base::Time) => "a duration".to_string(),
        _ => format!("`{}`", quantity.display()),
    }
}

pub fn describe_row(ty: &RowType) -> String {
    match ty {
        RowType::Number { quantity, .. } => describe_quantity(quantity),
        RowType::Text => "text".to_string(),
        RowType::Bool => "a condition".to_string(),
        RowType::Date => "a date".to_string(),
        RowType::Timestamp => "a timestamp".to_string(),
    }
}

/// Reports that two quantities do not go together.
pub fn mismatch(
    doing: &str,
    span: Span,
    (a, a_expr): (&Quantity, &Expr),
    (b, b_expr): (&Quantity, &Expr),
    sink: &mut Diagnostics,
) {
    let (left, right) = (describe_quantity(a), describe_quantity(b));
    let diagnostic = Diagnostic::error(codes::types::UNIT_MISMATCH, span, format!("cannot {doing} {left} and {right}"))
        .saying("")
        .label(a_expr.span, format!("this is {left}"))
        .label(b_expr.span, format!("this is {right}"));
    let bare_beside = |bare: &Expr, other: &Quantity| {
        let unit = match other.single()? {
            Base::Time => "days",
            base => base.name(),
        };
        self::bare(bare).map(|value| (bare.span, format!("{} {unit}", value.to_plain_string())))
    };
    if let Some((place, text)) = bare_beside(b_expr, a).or_else(|| bare_beside(a_expr, b)) {
        let help = format!("write the number with its unit, as in `{text}`");
        sink.push(diagnostic.help(help.clone()).fix(Applicability::Proposed, help, vec![Edit { span: place, text }]));
        return;
    }
    sink.push(diagnostic.help(way_to_one_unit(doing, (a, a_expr), (b, b_expr))));
}

/// What brings two quantities together.
fn way_to_one_unit(doing: &str, (a, a_expr): (&Quantity, &Expr), (b, b_expr): (&Quantity, &Expr)) -> String {
    let percent = |e: &Expr| {
        let ExprKind::Number(number) = &e.bare().kind else { return None };
        number.unit.as_ref().filter(|u| u.name.text == "%").map(|_| number.digits.clone())
    };
    match (a.single(), b.single()) {
        (Some(Base::Money(_)), Some(Base::Money(_))) => {
            "currencies never convert by themselves; multiply by a rate that is declared as a `constant`".to_string()
        }
        (Some(Base::Count(_)), Some(Base::Count(_))) => {
            "they count different things; count the same on both sides, or divide one by the other".to_string()
        }
        (Some(Base::Count(unit)), None) | (None, Some(Base::Count(unit))) if a.is_plain() || b.is_plain() => {
            format!(
                "a count of rows or keys would do, a share does not; what is a number of `{unit}` is multiplied by `1 {unit}`"
            )
        }
        _ => match (percent(a_expr).or_else(|| percent(b_expr)), doing) {
            (Some(share), "add") => format!("what grows by {share}% is multiplied by `(1 + {share}%)`"),
            (Some(share), "subtract") => format!("what falls by {share}% is multiplied by `(1 - {share}%)`"),
            _ => "both sides must be of one unit; multiply or divide one of them until they are".to_string(),
        },
    }
}
