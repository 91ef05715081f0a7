//! What a formula must be: of its subject's unit.

use bigdecimal::BigDecimal;

use super::{made, wanted_number};
use crate::check::scope::Scope;
use crate::check::{nature, units};
use crate::design::{Formula, FormulaKind, Type};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, codes};
use crate::source::Span;
use crate::syntax::ast::Expr;
use crate::value::{Quantity, Unit};

/// Judges that a measure's or an indicator's formula is a number of its declared unit's quantity; false: reported.
/// `declared` is where the unit stands.
pub fn fits_unit(formula: &Formula, unit: &Unit, declared: Span, scope: &Scope, sink: &mut Diagnostics) -> bool {
    let fits = nature::is_in(formula, &unit.quantity, scope);
    if !fits {
        let is = units::describe(&formula.ty);
        let help = match &formula.ty {
            Type::Set(_) => "count its keys with `count(…)`".to_string(),
            Type::Bool => "a condition has no unit; choose a number by it, as in `if … then 1 else 0`".to_string(),
            Type::Number(quantity) => match suited(quantity, scope) {
                Some(suited) => format!("if the formula is right, write `unit: {suited}`"),
                None => format!("change the formula until it gives {}", wanted(unit)),
            },
            Type::Text => "a text is no value of an indicator or a measure".to_string(),
        };
        sink.push(
            Diagnostic::error(
                codes::types::WRONG_UNIT,
                declared,
                format!("the unit is `{}`, but the formula gives {is}", unit.name),
            )
            .saying(format!("declared as {}", wanted(unit)))
            .label(formula.span.0, format!("this is {is}"))
            .help(help),
        );
    }
    fits
}

/// The unit that can be declared for a quantity; None where nobody would.
fn suited(quantity: &Quantity, scope: &Scope) -> Option<String> {
    if quantity.is_plain() {
        return Some("1` or `unit: %".to_string());
    }
    let unit = Unit::made_up(quantity, &scope.units);
    let declared = |name: &str| Unit::builtin(name).is_some() || scope.has_unit(name);
    unit.name.split(" per ").all(declared).then_some(unit.name)
}

fn wanted(unit: &Unit) -> String {
    if unit.quantity.is_plain() { format!("`{}`", unit.name) } else { units::describe_quantity(&unit.quantity) }
}

/// Types a value that is held against an indicator: target, threshold, baseline, anchor, expected value of a test. A bare
/// number takes the unit where it is a scale or a count, or where it is 0; `85` and `0.85` for `%` are answered with
/// "write `85%`" and a fix. `what` names the place in messages: ``the target of `csat` ``.
pub fn check_as(expr: &Expr, unit: &Unit, what: &str, scope: &Scope, sink: &mut Diagnostics) -> Option<Formula> {
    if let Some(value) = units::bare(expr) {
        return bare_as(value, expr.span, unit, what, sink);
    }
    let formula = wanted_number(expr, scope, sink)?;
    let Type::Number(quantity) = &formula.ty else { return None };
    if nature::is_in(&formula, &unit.quantity, scope) {
        return Some(formula);
    }
    let is = units::describe_quantity(quantity);
    sink.push(
        Diagnostic::error(
            codes::types::WRONG_UNIT,
            expr.span,
            format!("{what} is {is}, but its unit is `{}`", unit.name),
        )
        .saying(format!("this is {is}"))
        .help(format!("write a value in `{}`", unit.name)),
    );
    None
}

fn bare_as(value: BigDecimal, span: Span, unit: &Unit, what: &str, sink: &mut Diagnostics) -> Option<Formula> {
    if units::takes(&value, &unit.quantity) || unit.quantity.is_plain() && !unit.is_percent() {
        let kind = FormulaKind::Number(value * &unit.factor);
        return Some(made(kind, Type::Number(unit.quantity.clone()), span));
    }
    let (help, written) = if unit.is_percent() {
        let hundred = BigDecimal::from(100);
        let one = BigDecimal::from(1);
        let share = if value.abs() <= one { (&value * &hundred).normalized() } else { value.clone() };
        (format!("write `{}%`", share.to_plain_string()), format!("{}%", share.to_plain_string()))
    } else {
        let written = format!("{} {}", value.to_plain_string(), unit.name);
        (format!("write `{written}`"), written)
    };
    sink.push(
        Diagnostic::error(
            codes::types::MISSING_UNIT,
            span,
            format!("{what} has no unit, but its unit is `{}`", unit.name),
        )
        .saying("a bare number")
        .help(help.clone())
        .fix(Applicability::Proposed, help, vec![Edit { span, text: written }]),
    );
    None
}
