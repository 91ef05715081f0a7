//! What a formula must be: of its subject's unit.

use bigdecimal::BigDecimal;

use super::{made, wanted_number};
use crate::check::scope::Scope;
use crate::check::{nature, units};
use crate::design::{Formula, FormulaKind, Type};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, Words, codes, say};
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
            Type::Set(_) => say!("count its keys with `count(…)`", "用 `count(…)` 数它的键"),
            Type::Bool => say!(
                "a condition has no unit; choose a number by it, as in `if … then 1 else 0`",
                "条件没有单位；用它选数，例如 `if … then 1 else 0`"
            ),
            Type::Number(quantity) => match suited(quantity, scope) {
                Some(suited) => {
                    say!("if the formula is right, write `unit: {suited}`", "公式若没错，写 `unit: {suited}`")
                }
                None => say!("change the formula until it gives {}", "修改公式，使它得出{}", wanted(unit)),
            },
            Type::Text => say!("a text is no value of an indicator or a measure", "文本不能是指标或度量的值"),
        };
        sink.push(
            Diagnostic::error(
                codes::types::WRONG_UNIT,
                declared,
                say!("the unit is `{}`, but the formula gives {}", "单位是 `{}`，公式得出的却是{}", unit.name, is),
            )
            .saying(say!("declared as {}", "声明为{}", wanted(unit)))
            .label(formula.span.0, units::this_is(&is))
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

fn wanted(unit: &Unit) -> Words {
    if unit.quantity.is_plain() {
        Words::same(format!("`{}`", unit.name))
    } else {
        units::describe_quantity(&unit.quantity)
    }
}

/// Types a value that is held against an indicator: target, threshold, baseline, anchor, expected value of a test. A bare
/// number takes the unit where it is a scale or a count, or where it is 0; `85` and `0.85` for `%` are answered with
/// "write `85%`" and a fix. `what` names the place in messages: ``the target of `csat` ``.
pub fn check_as(expr: &Expr, unit: &Unit, what: &Words, scope: &Scope, sink: &mut Diagnostics) -> Option<Formula> {
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
            say!("{1} is {2}, but its unit is `{0}`", "{1}是{2}，单位却是 `{0}`", unit.name, what, is),
        )
        .saying(units::this_is(&is))
        .help(say!("write a value in `{}`", "写单位为 `{}` 的值", unit.name)),
    );
    None
}

fn bare_as(value: BigDecimal, span: Span, unit: &Unit, what: &Words, sink: &mut Diagnostics) -> Option<Formula> {
    if units::takes(&value, &unit.quantity) || unit.quantity.is_plain() && !unit.is_percent() {
        let kind = FormulaKind::Number(value * &unit.factor);
        return Some(made(kind, Type::Number(unit.quantity.clone()), span));
    }
    let (help, written) = if unit.is_percent() {
        let hundred = BigDecimal::from(100);
        let one = BigDecimal::from(1);
        let share = if value.abs() <= one { (&value * &hundred).normalized() } else { value.clone() };
        (say!("write `{}%`", "写成 `{}%`", share.to_plain_string()), format!("{}%", share.to_plain_string()))
    } else {
        let written = format!("{} {}", value.to_plain_string(), unit.name);
        (say!("write `{written}`", "写成 `{written}`"), written)
    };
    sink.push(
        Diagnostic::error(
            codes::types::MISSING_UNIT,
            span,
            say!("{1} has no unit, but its unit is `{0}`", "{1}没有单位，单位应为 `{0}`", unit.name, what),
        )
        .saying(say!("a bare number", "没有单位的数"))
        .help(help.clone())
        .fix(Applicability::Proposed, help, vec![Edit { span, text: written }]),
    );
    None
}
