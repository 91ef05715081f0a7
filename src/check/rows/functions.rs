//! Functions of the values of a row.

use super::operators::alike;
use super::{Rows, exactly, not_a_number, row};
use crate::check::calls::unknown_function;
use crate::check::units;
use crate::design::{RowExpr, RowFunction, RowKind, RowType};
use crate::diagnostic::{Diagnostic, Diagnostics, Words, codes, say};
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
                    say!("an aggregate inside an aggregate", "聚合里又有聚合"),
                    say!(
                        "aggregate over parts first, as in `avg(sum(orders.amount) by month)`",
                        "先对各部分聚合，例如 `avg(sum(orders.amount) by month)`"
                    ),
                )
            } else {
                (
                    say!("goes to other windows or slices", "涉及其他窗口或切片"),
                    say!(
                        "aggregate the rows first, as in `previous(sum(orders.amount))`",
                        "先聚合各行，例如 `previous(sum(orders.amount))`"
                    ),
                )
            };
            sink.push(
                Diagnostic::error(
                    codes::types::ONLY_OVER_ROWS,
                    name.span,
                    say!("`{}` stands where one row is looked at", "`{}` 写在逐行计算的地方", function.name),
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
            let plural = Words { en: if function.takes == (1, Some(1)) { "" } else { "s" }.into(), zh: String::new() };
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_ARGUMENTS,
                    misplaced.unwrap_or(name.span),
                    say!(
                        "`{}` takes {} plain argument{} here",
                        "`{}` 在这里要 {} 个不带从句的参数{}",
                        function.name,
                        function.arity(),
                        plural
                    ),
                )
                .saying(Words::default())
                .help(say!(
                    "it is written `{}`, as in `{}`",
                    "写成 `{}`，例如 `{}`",
                    function.signature,
                    function.example
                )),
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
                        say!("`{}` takes dates", "`{}` 要日期", function.name),
                    )
                    .saying(units::this_is(&units::describe_row(&argument.ty)))
                    .help(say!(
                        "it is written `{}`, as in `{}`",
                        "写成 `{}`，例如 `{}`",
                        function.signature,
                        function.example
                    )),
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
                alike(units::Doing::Compare, span, (&mut *head, &head_arg.expr), (other, &arg.expr), sink)?;
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
                    .saying(units::this_is(&units::describe_row(&first.ty)))
                    .help(units::way_to_plain()),
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
