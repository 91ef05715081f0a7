//! Functions of numbers.

use super::Call;
use crate::check::formula::{alike, made, wanted_number};
use crate::check::units;
use crate::design::{Formula, FormulaKind, ScalarFunction, Type};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::functions::UnitRule;
use crate::value::Quantity;

impl Call<'_> {
    pub(super) fn scalar(&self, function: ScalarFunction, sink: &mut Diagnostics) -> Option<Formula> {
        if !self.arity(sink) || !self.no_clauses(sink) {
            return None;
        }
        let typed: Vec<Option<Formula>> =
            self.args.iter().map(|arg| wanted_number(&arg.expr, self.scope, sink)).collect();
        let mut args = typed.into_iter().collect::<Option<Vec<Formula>>>()?;
        if self.function.unit == UnitRule::Agreed {
            let (head, rest) = args.split_first_mut()?;
            let (head_arg, rest_args) = self.args.split_first()?;
            for (other, arg) in rest.iter_mut().zip(rest_args) {
                alike(
                    units::Doing::Compare,
                    self.span,
                    (&mut *head, &head_arg.expr),
                    (other, &arg.expr),
                    self.scope,
                    sink,
                )?;
            }
        }
        let quantities = args.iter().map(|arg| match &arg.ty {
            Type::Number(quantity) => Some(quantity),
            _ => None,
        });
        let quantities: Vec<&Quantity> = quantities.collect::<Option<_>>()?;
        let power = self.args.get(1).and_then(|arg| units::whole_power(&arg.expr));
        let Some(quantity) = units::of_call(self.function.unit, &quantities, power) else {
            let first = args.first()?;
            sink.push(
                Diagnostic::error(codes::types::UNIT_MISMATCH, first.span.0, units::wants_plain(self.function))
                    .saying(units::this_is(&units::describe(&first.ty)))
                    .help(units::way_to_plain()),
            );
            return None;
        };
        Some(made(FormulaKind::Function { function, args }, Type::Number(quantity), self.span))
    }
}
