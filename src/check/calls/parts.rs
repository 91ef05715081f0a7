//! Aggregates over sub-windows and members: `avg(x by month)`.

use super::Call;
use crate::check::formula::{made, wanted_condition, wanted_number, word};
use crate::check::order::first_name;
use crate::check::scope::Entity;
use crate::check::slices;
use crate::design::{ByFunction, Formula, FormulaKind, Type};
use crate::diagnostic::{Diagnostic, Diagnostics, codes, say};
use crate::functions::Aggregation;
use crate::syntax::ast::{ExprKind, Name};
use crate::value::Quantity;

impl Call<'_> {
    pub(super) fn by(&self, aggregation: Aggregation, by: &Name, sink: &mut Diagnostics) -> Option<Formula> {
        let first = self.args.first()?;
        if !self.arity(sink) {
            return None;
        }
        if let Some(clause) = first.on.as_ref().map(|n| n.span).or(first.filter.as_ref().map(|e| e.span)) {
            sink.push(
                Diagnostic::error(
                    codes::types::MISPLACED_CLAUSE,
                    clause,
                    say!(
                        "one aggregate reads rows or goes over parts, not both",
                        "一个聚合或者读取行，或者遍历各部分，不能两者兼有"
                    ),
                )
                .saying(say!("filters rows", "筛选行"))
                .label(by.span, say!("goes over parts", "遍历各部分"))
                .help(say!(
                    "nest them, as in `avg(count(orders where status = \"paid\") by {})`",
                    "把两者嵌套，例如 `avg(count(orders where status = \"paid\") by {})`",
                    by.text
                )),
            );
            return None;
        }
        // `count(orders by region)`: rows have one count for each part, which an outer aggregate must bring together.
        if let Some(name) = first_name(&first.expr)
            && let Some(Entity::Source(_)) = self.scope.entity(&name.text)
        {
            let inner = if word(&first.expr).is_some() { "count" } else { self.function.name };
            let text = match &first.expr.bare().kind {
                ExprKind::Path(parts) => parts.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join("."),
                _ => format!("{}.…", name.text),
            };
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_ARGUMENTS,
                    first.expr.span,
                    say!(
                        "what stands before `by {}` must be one value for each part",
                        "`by {}` 之前应是每个部分的一个值",
                        by.text
                    ),
                )
                .saying(say!("has a value in each row", "每一行都有一个值"))
                .help(say!(
                    "aggregate the rows first, as in `avg({inner}({text}) by {})`",
                    "先聚合各行，例如 `avg({inner}({text}) by {})`",
                    by.text
                )),
            );
            return None;
        }
        let function = match aggregation {
            Aggregation::Sum => ByFunction::Sum,
            Aggregation::Avg => ByFunction::Avg,
            Aggregation::Min => ByFunction::Min,
            Aggregation::Max => ByFunction::Max,
            Aggregation::Median => ByFunction::Median,
            Aggregation::Stddev => ByFunction::Stddev,
            Aggregation::Count => ByFunction::Count,
            Aggregation::Percentile => ByFunction::Percentile(self.percent(sink)?),
            Aggregation::CountDistinct
            | Aggregation::WeightedAvg
            | Aggregation::Opening
            | Aggregation::Closing
            | Aggregation::AverageBalance => {
                sink.push(
                    Diagnostic::error(
                        codes::types::MISPLACED_CLAUSE,
                        by.span,
                        say!("`{}` reads rows and takes no `by`", "`{}` 读取行，不带 `by`", self.function.name),
                    )
                    .saying(say!("`by` stands here", "`by` 写在这里"))
                    .help(say!(
                        "over parts go `sum`, `avg`, `min`, `max`, `median`, `percentile`, `stddev` and `count`",
                        "可遍历各部分的有 `sum`、`avg`、`min`、`max`、`median`、`percentile`、`stddev` 和 `count`"
                    )),
                );
                return None;
            }
        };
        let operand = if function == ByFunction::Count {
            wanted_condition(&first.expr, self.scope, sink)
        } else {
            wanted_number(&first.expr, self.scope, sink)
        };
        let operand = operand?;
        let over = slices::over(by, &operand, self.scope, sink)?;
        let ty = if function == ByFunction::Count { Type::Number(Quantity::none()) } else { operand.ty.clone() };
        Some(made(FormulaKind::By { function, operand: Box::new(operand), over }, ty, self.span))
    }
}
