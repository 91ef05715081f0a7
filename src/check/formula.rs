//! Typing of formulas: functions of a window and a slice.

use std::collections::BTreeSet;

use bigdecimal::BigDecimal;

use super::scope::Scope;
use crate::design::{DimensionId, Formula, SourceId};
use crate::diagnostic::Diagnostics;
use crate::source::Span;
use crate::syntax::ast;
use crate::value::{Quantity, Unit};

/// Types a formula. None: it stands on something that is reported.
pub fn check(expr: &ast::Expr, scope: &Scope, sink: &mut Diagnostics) -> Option<Formula> {
    let _ = (expr, scope, sink);
    None
}

/// Judges that a measure's or an indicator's formula is a number of its declared unit's quantity; false: reported.
/// `declared` is where the unit stands.
pub fn fits_unit(formula: &Formula, unit: &Unit, declared: Span, scope: &Scope, sink: &mut Diagnostics) -> bool {
    let _ = (formula, unit, declared, scope, sink);
    true
}

/// Types a value that is held against an indicator: target, threshold, baseline, anchor, expected value of a test. A bare
/// number takes the unit where it is a scale or a count, or where it is 0; `85` and `0.85` for `%` are answered with
/// "write `85%`" and a fix. `what` names the place in messages: ``the target of `csat` ``.
pub fn check_as(expr: &ast::Expr, unit: &Unit, what: &str, scope: &Scope, sink: &mut Diagnostics) -> Option<Formula> {
    let _ = (expr, unit, what, scope, sink);
    None
}

/// A literal quantity (`13%`, `-5 CNY`, `18 days`) in base units, and its unit where it has one.
pub fn literal(
    expr: &ast::Expr,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<(BigDecimal, Quantity, Option<Unit>)> {
    let _ = (expr, scope, sink);
    None
}

/// The unit that is written: `CNY`, `%`, `CNY per person`.
pub fn unit_expr(unit: &ast::UnitExpr, scope: &Scope, sink: &mut Diagnostics) -> Option<Unit> {
    let _ = (unit, scope, sink);
    None
}

/// `dimension = literal`, joined by `and`, sorted by dimension. `reads`: the sources of what is sliced; one that lacks the
/// dimension is an error (`what`, such as ``the target of `csat` ``, names what is sliced).
pub fn slice(
    expr: &ast::Expr,
    reads: &BTreeSet<SourceId>,
    what: &str,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<Vec<(DimensionId, String)>> {
    let _ = (expr, reads, what, scope, sink);
    None
}

/// Sums, counts, their sums, differences and constant multiples; measures and indicators by their signatures.
pub fn additive(formula: &Formula, scope: &Scope) -> bool {
    let _ = (formula, scope);
    false
}

/// The sources that a formula reads, through measures and indicators (by their signatures).
pub fn reads(formula: &Formula, scope: &Scope) -> BTreeSet<SourceId> {
    let _ = (formula, scope);
    BTreeSet::new()
}
