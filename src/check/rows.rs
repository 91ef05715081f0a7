//! Typing of expressions over the rows of a source: filters, computed fields, cleaning steps.

use super::scope::Scope;
use crate::design::{Field, RowExpr, SourceId};
use crate::diagnostic::Diagnostics;
use crate::syntax::ast;

/// Types an expression over the rows of `source`; bare names are its fields. None: it stands on something reported.
pub fn check(expr: &ast::Expr, source: SourceId, scope: &Scope, sink: &mut Diagnostics) -> Option<RowExpr> {
    let _ = (expr, source, scope, sink);
    None
}

/// Types a condition over the rows of `source`: as [`check`], and must be true or false.
pub fn condition(expr: &ast::Expr, source: SourceId, scope: &Scope, sink: &mut Diagnostics) -> Option<RowExpr> {
    let _ = (expr, source, scope, sink);
    None
}

/// Types what computes `field` of `source`: as [`check`], and must be of the field's declared type and quantity.
pub fn computed(
    expr: &ast::Expr,
    field: &Field,
    source: SourceId,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<RowExpr> {
    let _ = (expr, field, source, scope, sink);
    None
}
