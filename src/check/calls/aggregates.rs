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
use crate::diagnostic::{Diagnostic, Diagnostics, Words, codes, say};
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
            self.scope.unknown_name(name, &say!("source", "来源"), |e| matches!(e, Entity::Source(_)), sink);
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
                    say!("a condition is counted over members or sub-windows", "条件按成员或子窗口计数"),
                    sink,
                );
                None
            }
            _ => {
                sink.push(
                    Diagnostic::error(codes::types::WRONG_TYPE, arg.expr.span, say!("`count` counts rows or keys", "`count` 数的是行或键"))
                        .saying(units::this_is(&units::describe(&set.ty)))
                        .help(say!("count the rows of a source, `count(orders)`, or the keys of a set, `count(set(orders.customer_id))`", "数来源的行：`count(orders)`；数集合的键：`count(set(orders.customer_id))`")),
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
                    say!("`{}` aggregates a field of a source", "`{}` 对来源的一个字段聚合", self.function.name),
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
                        say!(
                            "`{}` is a field; its source stands before it",
                            "`{}` 是字段，前面要写它的来源",
                            name.text
                        ),
                    )
                    .saying(say!("a field", "字段"))
                    .help(say!(
                        "write `{}({}.{})`",
                        "写成 `{}({}.{})`",
                        self.function.name,
                        source.naming.name,
                        name.text
                    )),
                ),
                None => {
                    self.scope.unknown_name(name, &say!("source", "来源"), |e| matches!(e, Entity::Source(_)), sink)
                }
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
                    say!("a set has no {}", "集合没有{}", noun(self.function.name)),
                )
                .saying(say!("a set of keys", "键的集合"))
                .help(say!(
                    "a set can be counted, `count(…)`, or chosen as a slice, `only(x, dimension in …)`",
                    "集合可以计数：`count(…)`；也可以用作切片：`only(x, dimension in …)`"
                )),
            );
            return;
        }
        let is_source = matches!(arg.expr.bare().kind, ExprKind::Path(ref parts) if parts.len() == 1);
        let help = match entity {
            Entity::Measure(_) | Entity::Indicator(_) if is_source => say!(
                "aggregate it over sub-windows or members, as in `{0}({1} by month)`; over rows, name a field, as in `{0}(orders.amount)`",
                "对子窗口或成员聚合，例如 `{0}({1} by month)`；对行聚合要写字段，例如 `{0}(orders.amount)`",
                self.function.name,
                name.text
            ),
            _ => say!("it is written `{}`", "写成 `{}`", self.function.example),
        };
        sink.push(
            Diagnostic::error(
                codes::types::WRONG_ARGUMENTS,
                arg.expr.span,
                say!("`{}` aggregates a field of a source", "`{}` 对来源的一个字段聚合", self.function.name),
            )
            .saying(say!("`{}` is {}", "`{}` 是{}", name.text, entity.what()))
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
                            say!(
                                "`{}` is no date, so it places no row in time",
                                "`{}` 不是日期，不能确定行的时间",
                                on.text
                            ),
                        )
                        .saying(say!("a date or timestamp is wanted after `on`", "`on` 之后应为日期或时间戳"))
                        .label(field.span, say!("declared here", "在此声明")),
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
                            say!("`{}` has no `time`, so its rows lie in no window", "`{}` 没有 `time`，它的行不属于任何窗口", name.text),
                        )
                        .saying(say!("may only be referred to", "只能被引用"))
                        .label(declared.naming.span, say!("declared here, without `time`", "在此声明，没有 `time`"))
                        .help(say!("give the source a `time: field`, or read it through a reference, as in `customer_id.segment`", "给来源写 `time: 字段`，或经引用读取，例如 `customer_id.segment`")),
                    );
                }
                declared.time
            }
        };
        let filters: Vec<&Expr> = self.args.iter().filter_map(|arg| arg.filter.as_ref()).collect();
        if let Some(second) = filters.get(1) {
            self.wrong_arguments(
                second.span,
                say!(
                    "one aggregate has one `where`; join conditions by `and`",
                    "一个聚合只有一个 `where`；多个条件用 `and` 连接"
                ),
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
                    Diagnostic::error(codes::types::WRONG_ARGUMENTS, arg.expr.span, say!("`count` counts rows, not a field", "`count` 数的是行，不是字段"))
                        .saying(say!("a field", "字段"))
                        .help(say!("write `count({0} where {1} is known)` for the rows that have it, or `count_distinct({0}.{1})` for its different values", "有值的行数写成 `count({0} where {1} is known)`；不同值的个数写成 `count_distinct({0}.{1})`",
                            source.text, field.text
                        )),
                );
            return None;
        }
        if word(&arg.expr).is_none() {
            self.wrong_arguments(
                arg.expr.span,
                say!("`count` counts the rows of one source", "`count` 数一个来源的行"),
                sink,
            );
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
                    say!(
                        "`{}` aggregates a field, and `{}` is a source",
                        "`{}` 对字段聚合，而 `{}` 是来源",
                        self.function.name,
                        name.text
                    ),
                )
                .saying(say!("a source", "来源"))
                .help(say!(
                    "name a field of it, as in `{}({}.{field})`",
                    "写明它的字段，例如 `{}({}.{field})`",
                    self.function.name,
                    name.text
                )),
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
            RowType::Bool => say!(
                "count the rows where it holds, as in `count(orders where …)`",
                "数条件成立的行，例如 `count(orders where …)`"
            ),
            RowType::Text => say!(
                "count its rows or its different values, with `count` or `count_distinct`",
                "用 `count` 或 `count_distinct` 数它的行或不同的值"
            ),
            _ => say!(
                "subtract two dates for a duration, as in `avg(orders.shipped_on - ordered_on)`",
                "两个日期相减得到时长，例如 `avg(orders.shipped_on - ordered_on)`"
            ),
        };
        sink.push(
            Diagnostic::error(
                codes::types::WRONG_TYPE,
                span,
                say!("{} has no {}", "{}没有{}", is, noun(self.function.name)),
            )
            .saying(units::this_is(&is))
            .help(help),
        );
        None
    }

    pub(super) fn percent(&self, sink: &mut Diagnostics) -> Option<BigDecimal> {
        let arg = self.args.get(1)?;
        let hundred = BigDecimal::from(100);
        let p = units::bare(&arg.expr).filter(|p| p.sign() != bigdecimal::num_bigint::Sign::Minus && *p <= hundred);
        if p.is_none() {
            let message = say!("a percentile is a number from 0 to 100", "百分位是 0 到 100 的数");
            sink.push(
                Diagnostic::error(codes::types::WRONG_ARGUMENTS, arg.expr.span, message)
                    .saying(say!("does not fit", "不合适"))
                    .help(say!(
                        "below the 90th lie 90 of 100 values: `percentile(orders.amount, 90)`",
                        "第 90 百分位之下有 90% 的值：`percentile(orders.amount, 90)`"
                    )),
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
                Diagnostic::error(
                    codes::types::MISPLACED_CLAUSE,
                    by.span,
                    say!("a set is not taken by parts", "集合不能按部分取"),
                )
                .saying(say!("`by` stands here", "`by` 写在这里")),
            );
            return None;
        }
        let ExprKind::Path(parts) = &arg.expr.bare().kind else {
            if !holds_hole(&arg.expr) {
                self.wrong_arguments(
                    arg.expr.span,
                    say!("a set holds the values of one field", "集合是一个字段的值"),
                    sink,
                );
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
            self.wrong_arguments(arg.expr.span, say!("a set holds the values of a field", "集合是字段的值"), sink);
            return None;
        }
        let key: FieldPath = self.scope.field_path(source, rest, sink)?;
        let (_, field) = self.scope.end_of(source, &key)?;
        if !matches!(field.kind, FieldKind::Id | FieldKind::Text) {
            sink.push(
                Diagnostic::error(codes::types::WRONG_TYPE, arg.expr.span, say!("a set holds keys", "集合是键的集合"))
                    .saying(say!("`{}` is not an id", "`{}` 不是标识", field.name))
                    .label(field.span, say!("declared here", "在此声明"))
                    .help(say!(
                        "declare the field as `id`, or count its values with `count_distinct`",
                        "把字段声明为 `id`，或用 `count_distinct` 数它的值"
                    )),
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
fn noun(function: &str) -> Words {
    match function {
        "avg" | "weighted_avg" => say!("average", "平均值"),
        "min" => say!("minimum", "最小值"),
        "max" => say!("maximum", "最大值"),
        "stddev" => say!("standard deviation", "标准差"),
        "opening" | "closing" | "average_balance" => say!("balance", "余额"),
        "sum" => say!("sum", "合计"),
        "median" => say!("median", "中位数"),
        "percentile" => say!("percentile", "百分位"),
        other => Words::same(other),
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
