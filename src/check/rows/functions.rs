//! Functions of the values of a row.

use super::operators::alike;
use super::{Rows, exactly, not_a_number, row};
use crate::check::calls::unknown_function;
use crate::check::units;
use crate::design::{RowExpr, RowFunction, RowKind, RowType};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::functions::{self, UnitRule};
use crate::source::Span;
use crate::syntax::ast::{Arg, Name};
use crate::value::Quantity;

impl Rows<'_> {
    pub(super) fn call(&self, name: &Name, args: &[Arg], span: Span, sink: &mut Diagnostics) -> Option<RowExpr> {
        let Some(function) = functions::find(&name.text, args.len()) else {
            unknown_function(name, |f| f.is_of_rows().is_some(), sink);
            return None;
        };
        let Some(meaning) = function.is_of_rows() else {
            let (saying, help) = if function.is_aggregate() {
                (
                    "an aggregate inside an aggregate",
                    "aggregate over parts first, as in `avg(sum(orders.amount) by month)`",
                )
            } else {
                ("goes to other windows or slices", "aggregate the rows first, as in `previous(sum(orders.amount))`")
            };
            sink.push(
                Diagnostic::error(
                    codes::types::ONLY_OVER_ROWS,
                    name.span,
                    format!("`{}` stands where one row is looked at", function.name),
                )
                .saying(saying)
                .help(help),
            );
            return None;
        };
        let misplaced = args
            .iter()
            .find_map(|a| a.filter.as_ref().map(|f| f.span).or(a.on.as_ref().or(a.by.as_ref()).map(|n| n.span)));
        if !function.accepts(args.len()) || misplaced.is_some() {
            let (wanted, plural) = (function.arity(), if function.takes == (1, Some(1)) { "" } else { "s" });
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_ARGUMENTS,
                    misplaced.unwrap_or(name.span),
                    format!("`{}` takes {wanted} plain argument{plural} here", function.name),
                )
                .saying("")
                .help(format!("it is written `{}`, as in `{}`", function.signature, function.example)),
            );
            return None;
        }
        let typed: Vec<Option<RowExpr>> = args.iter().map(|arg| self.check(&arg.expr, sink)).collect();
        let mut typed = typed.into_iter().collect::<Option<Vec<RowExpr>>>()?;
        let days = !matches!(meaning, RowFunction::Scalar(_));
        for (argument, arg) in typed.iter().zip(args) {
            let fits = match &argument.ty {
                RowType::Date | RowType::Timestamp => days,
                RowType::Number { .. } => !days,
                RowType::Text | RowType::Bool => false,
            };
            if fits {
                continue;
            }
            if days {
                sink.push(
                    Diagnostic::error(
                        codes::types::WRONG_TYPE,
                        arg.expr.span,
                        format!("`{}` takes dates", function.name),
                    )
                    .saying(format!("this is {}", units::describe_row(&argument.ty)))
                    .help(format!("it is written `{}`, as in `{}`", function.signature, function.example)),
                );
            } else {
                not_a_number(argument, &arg.expr, sink);
            }
            return None;
        }
        if days {
            let ty = exactly(Quantity::none());
            return Some(row(RowKind::Function { function: meaning, args: typed }, ty, span));
        }
        if function.unit == UnitRule::Agreed {
            let (head, rest) = typed.split_first_mut()?;
            let (head_arg, rest_args) = args.split_first()?;
            for (other, arg) in rest.iter_mut().zip(rest_args) {
                alike("compare", span, (&mut *head, &head_arg.expr), (other, &arg.expr), sink)?;
            }
        }
        let quantities = typed.iter().map(|arg| match &arg.ty {
            RowType::Number { quantity, .. } => Some(quantity),
            _ => None,
        });
        let quantities: Vec<&Quantity> = quantities.collect::<Option<_>>()?;
        let power = args.get(1).and_then(|arg| units::whole_power(&arg.expr));
        let Some(quantity) = units::of_call(function.unit, &quantities, power) else {
            let first = typed.first()?;
            sink.push(
                Diagnostic::error(codes::types::UNIT_MISMATCH, first.span.0, units::wants_plain(function))
                    .saying(format!("this is {}", units::describe_row(&first.ty)))
                    .help(units::WAY_TO_PLAIN),
            );
            return None;
        };
        // Roots, logarithms and powers are floating whatever goes in.
        let exact = match function.unit {
            UnitRule::First => typed.first().is_some_and(is_exact),
            UnitRule::Agreed => typed.iter().all(is_exact),
            _ => false,
        };
        let ty = RowType::Number { quantity, exact };
        Some(row(RowKind::Function { function: meaning, args: typed }, ty, span))
    }
}

fn is_exact(expr: &RowExpr) -> bool {
    matches!(expr.ty, RowType::Number { exact: true, .. })
}
