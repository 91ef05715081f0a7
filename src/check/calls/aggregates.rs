//! Aggregates over the rows of a source, and how many keys a set has.

use bigdecimal::BigDecimal;

use super::Call;
use crate::check::formula::{check, made, word};
use crate::check::order::first_name;
use crate::check::scope::{Entity, Poison};
use crate::check::{rows, slices, units};
use crate::design::{
    Aggregate, AggregateFunction, FieldId, FieldKind, FieldPath, Formula, FormulaKind, RowExpr, RowType, SetAtom,
    SourceId, Type,
};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::functions::{Aggregation, UnitRule};
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind};
use crate::value::Quantity;

/// What an aggregate aggregates: its source, time field and filter.
struct Rows {
    source: SourceId,
    time: FieldId,
    filter: Option<RowExpr>,
}

impl Call<'_> {
    pub(super) fn aggregate(&self, aggregation: Aggregation, sink: &mut Diagnostics) -> Option<Formula> {
        let Some(first) = self.args.first() else {
            self.arity(sink);
            return None;
        };
        if let Some(by) = self.args.iter().find_map(|arg| arg.by.as_ref()) {
            return self.by(aggregation, by, sink);
        }
        let named = first_name(&first.expr);
        let is_source = named.is_some_and(|n| matches!(self.scope.entity(&n.text), Some(Entity::Source(_))));
        match aggregation {
            Aggregation::Count if !is_source => self.count_set(first, sink),
            _ if !is_source => {
                self.not_rows(first, sink);
                None
            }
            Aggregation::Count => self.count_rows(first, sink),
            _ => self.over_rows(aggregation, sink),
        }
    }

    fn count_set(&self, arg: &Arg, sink: &mut Diagnostics) -> Option<Formula> {
        // With `where` or `on` a source was meant.
        if (arg.filter.is_some() || arg.on.is_some())
            && let Some(name) = first_name(&arg.expr).filter(|name| self.scope.entity(&name.text).is_none())
        {
            self.scope.unknown_name(name, "source", |e| matches!(e, Entity::Source(_)), sink);
            return None;
        }
        if !self.arity(sink) || !self.no_clauses(sink) {
            return None;
        }
        let set = check(&arg.expr, self.scope, sink)?;
        match set.ty {
            Type::Set(_) => {
                let ty = Type::Number(Quantity::none());
                Some(made(FormulaKind::Count(Box::new(set)), ty, self.span))
            }
            Type::Bool => {
                self.wrong_arguments(
                    arg.expr.span,
                    "a condition is counted over members or sub-windows".to_string(),
                    sink,
                );
                None
            }
            _ => {
                sink.push(
                    Diagnostic::error(codes::types::WRONG_TYPE, arg.expr.span, "`count` counts rows or keys")
                        .saying(format!("this is {}", units::describe(&set.ty)))
                        .help("count the rows of a source, `count(orders)`, or the keys of a set, `count(set(orders.customer_id))`"),
                );
                None
            }
        }
    }

    /// An aggregate of something that is no field of rows: say what it is, and what would do.
    fn not_rows(&self, arg: &Arg, sink: &mut Diagnostics) {
        let Some(name) = first_name(&arg.expr) else {
            if !holds_hole(&arg.expr) {
                self.wrong_arguments(
                    arg.expr.span,
                    format!("`{}` aggregates a field of a source", self.function.name),
                    sink,
                );
            }
            return;
        };
        let Some(entity) = self.scope.entity(&name.text) else {
            let owner = self.scope.sources.iter().find(|s| s.fields.iter().any(|f| f.name == name.text));
            match owner {
                Some(source) => sink.push(
                    Diagnostic::error(
                        codes::types::WRONG_ARGUMENTS,
                        name.span,
                        format!("`{}` is a field; its source stands before it", name.text),
                    )
                    .saying("a field")
                    .help(format!("write `{}({}.{})`", self.function.name, source.naming.name, name.text)),
                ),
                None => self.scope.unknown_name(name, "source", |e| matches!(e, Entity::Source(_)), sink),
            }
            return;
        };
        if self.scope.entity(&name.text).is_some_and(|e| match e {
            Entity::Measure(id) => self.scope.measures.get(id.index()).is_some_and(|m| m.ty.is_none()),
            Entity::Indicator(id) => self.scope.indicators.get(id.index()).is_some_and(|i| i.ty.is_none()),
            _ => false,
        }) {
            return;
        }
        if let Some(Formula { ty: Type::Set(_), .. }) = check(&arg.expr, self.scope, &mut Diagnostics::default()) {
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_TYPE,
                    arg.expr.span,
                    format!("a set has no {}", noun(self.function.name)),
                )
                .saying("a set of keys")
                .help("a set can be counted, `count(…)`, or chosen as a slice, `only(x, dimension in …)`"),
            );
            return;
        }
        let is_source = matches!(arg.expr.bare().kind, ExprKind::Path(ref parts) if parts.len() == 1);
        let help = match entity {
            Entity::Measure(_) | Entity::Indicator(_) if is_source => format!(
                "aggregate it over sub-windows or members, as in `{0}({1} by month)`; over rows, name a field, as in `{0}(orders.amount)`",
                self.function.name, name.text
            ),
            _ => format!("it is written `{}`", self.function.example),
        };
        sink.push(
            Diagnostic::error(
                codes::types::WRONG_ARGUMENTS,
                arg.expr.span,
                format!("`{}` aggregates a field of a source", self.function.name),
            )
            .saying(format!("`{}` is {}", name.text, entity.what()))
            .help(help),
        );
    }

    /// Source, time field and filter of an aggregate. The filter may stand behind any argument.
    fn rows(&self, sink: &mut Diagnostics) -> Option<Rows> {
        let name = first_name(&self.args.first()?.expr)?;
        let Some(Entity::Source(source)) = self.scope.entity(&name.text) else { return None };
        let declared = self.scope.source(source)?;
        let on = self.args.iter().find_map(|arg| arg.on.as_ref());
        let time = match on {
            Some(on) => {
                let path = self.scope.field_path(source, std::slice::from_ref(on), sink);
                path.and_then(|path| {
                    let field = self.scope.field(source, path.field)?;
                    if matches!(field.kind, FieldKind::Date | FieldKind::Timestamp) {
                        return Some(path.field);
                    }
                    sink.push(
                        Diagnostic::error(
                            codes::types::WRONG_TYPE,
                            on.span,
                            format!("`{}` is no date, so it places no row in time", on.text),
                        )
                        .saying("a date or timestamp is wanted after `on`")
                        .label(field.span, "declared here"),
                    );
                    None
                })
            }
            None => {
                if declared.time.is_none() && !self.scope.is_poisoned(&Poison::Source(source)) {
                    sink.push(
                        Diagnostic::error(
                            codes::types::SOURCE_WITHOUT_TIME,
                            name.span,
                            format!("`{}` has no `time`, so its rows lie in no window", name.text),
                        )
                        .saying("may only be referred to")
                        .label(declared.naming.span, "declared here, without `time`")
                        .help("give the source a `time: field`, or read it through a reference, as in `customer_id.segment`"),
                    );
                }
                declared.time
            }
        };
        let filters: Vec<&Expr> = self.args.iter().filter_map(|arg| arg.filter.as_ref()).collect();
        if let Some(second) = filters.get(1) {
            self.wrong_arguments(
                second.span,
                "one aggregate has one `where`; join conditions by `and`".to_string(),
                sink,
            );
            return None;
        }
        let filter = filters.first().map(|filter| rows::condition(filter, source, self.scope, sink));
        let filter = match filter {
            None => None,
            Some(typed) => Some(typed?),
        };
        Some(Rows { source, time: time?, filter })
    }

    fn count_rows(&self, arg: &Arg, sink: &mut Diagnostics) -> Option<Formula> {
        if !self.arity(sink) {
            return None;
        }
        if let ExprKind::Path(parts) = &arg.expr.bare().kind
            && let [source, field] = parts.as_slice()
        {
            sink.push(
                    Diagnostic::error(codes::types::WRONG_ARGUMENTS, arg.expr.span, "`count` counts rows, not a field")
                        .saying("a field")
                        .help(format!(
                            "write `count({0} where {1} is known)` for the rows that have it, or `count_distinct({0}.{1})` for its different values",
                            source.text, field.text
                        )),
                );
            return None;
        }
        if word(&arg.expr).is_none() {
            self.wrong_arguments(arg.expr.span, "`count` counts the rows of one source".to_string(), sink);
            return None;
        }
        let rows = self.rows(sink)?;
        let quantity = self.scope.source(rows.source)?.row.clone();
        Some(self.leaf(AggregateFunction::Count, rows, None, None, quantity))
    }

    fn over_rows(&self, aggregation: Aggregation, sink: &mut Diagnostics) -> Option<Formula> {
        if !self.arity(sink) {
            return None;
        }
        let first = self.args.first()?;
        let rows = self.rows(sink);
        let name = first_name(&first.expr)?;
        let Some(Entity::Source(source)) = self.scope.entity(&name.text) else { return None };
        if word(&first.expr).is_some() {
            let fields = self.scope.source(source).map_or(&[][..], |s| s.fields.as_slice());
            let field =
                fields.iter().find(|f| f.kind.is_number()).or(fields.first()).map_or("…", |f| f.name.as_str());
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_ARGUMENTS,
                    first.expr.span,
                    format!("`{}` aggregates a field, and `{}` is a source", self.function.name, name.text),
                )
                .saying("a source")
                .help(format!("name a field of it, as in `{}({}.{field})`", self.function.name, name.text)),
            );
            return None;
        }
        let argument = rows::check(&first.expr, source, self.scope, sink)?;
        // Whatever values are, they can be counted.
        let quantity = match self.function.unit {
            UnitRule::Plain => Quantity::none(),
            _ => self.number(&argument, first.expr.span, sink)?,
        };
        let function = match aggregation {
            Aggregation::CountDistinct => AggregateFunction::CountDistinct,
            Aggregation::Sum => AggregateFunction::Sum,
            Aggregation::Avg => AggregateFunction::Avg,
            Aggregation::Min => AggregateFunction::Min,
            Aggregation::Max => AggregateFunction::Max,
            Aggregation::Median => AggregateFunction::Median,
            Aggregation::Stddev => AggregateFunction::Stddev,
            Aggregation::Opening => AggregateFunction::Opening,
            Aggregation::Closing => AggregateFunction::Closing,
            Aggregation::AverageBalance => AggregateFunction::AverageBalance,
            Aggregation::Percentile => AggregateFunction::Percentile(self.percent(sink)?),
            Aggregation::WeightedAvg => {
                let weight = self.args.get(1)?;
                let typed = rows::check(&weight.expr, source, self.scope, sink)?;
                self.number(&typed, weight.expr.span, sink)?;
                return Some(self.leaf(AggregateFunction::WeightedAvg, rows?, Some(argument), Some(typed), quantity));
            }
            Aggregation::Count => return None,
        };
        Some(self.leaf(function, rows?, Some(argument), None, quantity))
    }

    fn leaf(
        &self,
        function: AggregateFunction,
        rows: Rows,
        argument: Option<RowExpr>,
        weight: Option<RowExpr>,
        quantity: Quantity,
    ) -> Formula {
        let Rows { source, time, filter } = rows;
        let aggregate = Aggregate { function, source, time, argument, weight, filter };
        made(FormulaKind::Aggregate(Box::new(aggregate)), Type::Number(quantity), self.span)
    }

    fn number(&self, argument: &RowExpr, span: Span, sink: &mut Diagnostics) -> Option<Quantity> {
        if let RowType::Number { quantity, .. } = &argument.ty {
            return Some(quantity.clone());
        }
        let is = units::describe_row(&argument.ty);
        let help = match argument.ty {
            RowType::Bool => "count the rows where it holds, as in `count(orders where …)`".to_string(),
            RowType::Text => "count its rows or its different values, with `count` or `count_distinct`".to_string(),
            _ => "subtract two dates for a duration, as in `avg(orders.shipped_on - ordered_on)`".to_string(),
        };
        sink.push(
            Diagnostic::error(codes::types::WRONG_TYPE, span, format!("{is} has no {}", noun(self.function.name)))
                .saying(format!("this is {is}"))
                .help(help),
        );
        None
    }

    pub(super) fn percent(&self, sink: &mut Diagnostics) -> Option<BigDecimal> {
        let arg = self.args.get(1)?;
        let hundred = BigDecimal::from(100);
        let p = units::bare(&arg.expr).filter(|p| p.sign() != bigdecimal::num_bigint::Sign::Minus && *p <= hundred);
        if p.is_none() {
            let message = "a percentile is a number from 0 to 100";
            sink.push(
                Diagnostic::error(codes::types::WRONG_ARGUMENTS, arg.expr.span, message)
                    .saying("does not fit")
                    .help("below the 90th lie 90 of 100 values: `percentile(orders.amount, 90)`"),
            );
        }
        p
    }

    pub(super) fn set(&self, sink: &mut Diagnostics) -> Option<Formula> {
        if !self.arity(sink) {
            return None;
        }
        let arg = self.args.first()?;
        if let Some(by) = &arg.by {
            sink.push(
                Diagnostic::error(codes::types::MISPLACED_CLAUSE, by.span, "a set is not taken by parts")
                    .saying("`by` stands here"),
            );
            return None;
        }
        let ExprKind::Path(parts) = &arg.expr.bare().kind else {
            if !holds_hole(&arg.expr) {
                self.wrong_arguments(arg.expr.span, "a set holds the values of one field".to_string(), sink);
            }
            return None;
        };
        let (name, rest) = parts.split_first()?;
        if !matches!(self.scope.entity(&name.text), Some(Entity::Source(_))) {
            self.not_rows(arg, sink);
            return None;
        }
        let rows = self.rows(sink);
        let Some(Entity::Source(source)) = self.scope.entity(&name.text) else { return None };
        if rest.is_empty() {
            self.wrong_arguments(arg.expr.span, "a set holds the values of a field".to_string(), sink);
            return None;
        }
        let key: FieldPath = self.scope.field_path(source, rest, sink)?;
        let (_, field) = self.scope.end_of(source, &key)?;
        if !matches!(field.kind, FieldKind::Id | FieldKind::Text) {
            sink.push(
                Diagnostic::error(codes::types::WRONG_TYPE, arg.expr.span, "a set holds keys")
                    .saying(format!("`{}` is not an id", field.name))
                    .label(field.span, "declared here")
                    .help("declare the field as `id`, or count its values with `count_distinct`"),
            );
            return None;
        }
        let ty = Type::Set(slices::key_of(source, &key, self.scope)?);
        let Rows { source, time, filter } = rows?;
        let atom = SetAtom { source, time, key, filter };
        Some(made(FormulaKind::Set(Box::new(atom)), ty, self.span))
    }
}

/// What an aggregate gives, in words: `a text has no sum`.
fn noun(function: &str) -> &str {
    match function {
        "avg" | "weighted_avg" => "average",
        "min" => "minimum",
        "max" => "maximum",
        "stddev" => "standard deviation",
        "opening" | "closing" | "average_balance" => "balance",
        other => other,
    }
}

fn holds_hole(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Hole => true,
        ExprKind::Paren(inner) | ExprKind::Unary { operand: inner, .. } => holds_hole(inner),
        ExprKind::Binary { left, right, .. } => holds_hole(left) || holds_hole(right),
        ExprKind::Call { args, .. } => args.iter().any(|arg| holds_hole(&arg.expr)),
        _ => false,
    }
}
