//! Typing of calls: aggregates over rows, over sub-windows and members, operators of time and slice, scalar functions.

use bigdecimal::{BigDecimal, ToPrimitive};

use super::formula::{self, alike, check, made, wanted_condition, wanted_number};
use super::order::first_name;
use super::scope::{Entity, Scope};
use super::{rows, slices, units};
use crate::design::{
    Aggregate, AggregateFunction, ByFunction, FieldId, FieldKind, FieldPath, Formula, FormulaKind, RowExpr, RowType,
    ScalarFunction, SetAtom, SourceId, ToDateFrom, Type,
};
use crate::diagnostic::{Diagnostic, Diagnostics, closest, codes};
use crate::functions::{self, Function};
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind, Name};
use crate::value::{Quantity, Step};

/// What a call by this name means.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Aggregate(Over),
    Set,
    Previous,
    Ago,
    ToDate(ToDateFrom),
    Rolling,
    Before,
    UpToEnd,
    Growth,
    PerYear,
    Overall,
    Only,
    Scalar(ScalarFunction),
    /// A function of rows, which a formula cannot use.
    Row,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Over {
    Count,
    CountDistinct,
    Sum,
    Avg,
    Min,
    Max,
    Median,
    Percentile,
    Stddev,
    WeightedAvg,
    Opening,
    Closing,
    AverageBalance,
}

/// Every function by its name, and how it is called.
const CALLS: &[(&str, Call, &str)] = &[
    ("count", Call::Aggregate(Over::Count), "count(orders where status = \"paid\")"),
    ("count_distinct", Call::Aggregate(Over::CountDistinct), "count_distinct(orders.customer_id)"),
    ("sum", Call::Aggregate(Over::Sum), "sum(orders.amount)"),
    ("avg", Call::Aggregate(Over::Avg), "avg(orders.amount)"),
    ("min", Call::Aggregate(Over::Min), "min(orders.amount)"),
    ("max", Call::Aggregate(Over::Max), "max(orders.amount)"),
    ("median", Call::Aggregate(Over::Median), "median(orders.amount)"),
    ("percentile", Call::Aggregate(Over::Percentile), "percentile(orders.amount, 90)"),
    ("stddev", Call::Aggregate(Over::Stddev), "stddev(orders.amount)"),
    ("weighted_avg", Call::Aggregate(Over::WeightedAvg), "weighted_avg(orders.price, orders.items)"),
    ("opening", Call::Aggregate(Over::Opening), "opening(stock.pieces)"),
    ("closing", Call::Aggregate(Over::Closing), "closing(stock.pieces)"),
    ("average_balance", Call::Aggregate(Over::AverageBalance), "average_balance(stock.pieces)"),
    ("set", Call::Set, "set(orders.customer_id)"),
    ("previous", Call::Previous, "previous(x)"),
    ("ago", Call::Ago, "ago(x, 1 year)"),
    ("ytd", Call::ToDate(ToDateFrom::Year), "ytd(x)"),
    ("qtd", Call::ToDate(ToDateFrom::Quarter), "qtd(x)"),
    ("mtd", Call::ToDate(ToDateFrom::Month), "mtd(x)"),
    ("rolling", Call::Rolling, "rolling(x, 12 months)"),
    ("before", Call::Before, "before(x)"),
    ("to_date", Call::UpToEnd, "to_date(x)"),
    ("growth", Call::Growth, "growth(x, 1 year)"),
    ("per_year", Call::PerYear, "per_year(x)"),
    ("overall", Call::Overall, "overall(x, region)"),
    ("only", Call::Only, "only(x, region = \"north\")"),
    ("round", Call::Scalar(ScalarFunction::Round), "round(x, 2)"),
    ("abs", Call::Scalar(ScalarFunction::Abs), "abs(x)"),
    ("clamp", Call::Scalar(ScalarFunction::Clamp), "clamp(x, 0, 100)"),
    ("sqrt", Call::Scalar(ScalarFunction::Sqrt), "sqrt(x)"),
    ("ln", Call::Scalar(ScalarFunction::Ln), "ln(x)"),
    ("exp", Call::Scalar(ScalarFunction::Exp), "exp(x)"),
    ("power", Call::Scalar(ScalarFunction::Power), "power(x, 2)"),
    ("workdays", Call::Row, "avg(orders.items where workdays(ordered_on, shipped_on) <= 3)"),
    ("year", Call::Row, "count(orders where year(ordered_on) = 2026)"),
    ("month", Call::Row, "count(orders where month(ordered_on) = 12)"),
    ("weekday", Call::Row, "count(orders where weekday(ordered_on) = 1)"),
];

pub(super) fn call(
    function: &Name,
    args: &[Arg],
    span: Span,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Option<Formula> {
    let Some((name, kind, example)) = CALLS.iter().find(|(name, ..)| *name == function.text) else {
        unknown_function(function, |_| true, sink);
        return None;
    };
    let call = Caller { name, example, function, args, span, scope };
    match *kind {
        Call::Aggregate(over) => call.aggregate(over, sink),
        Call::Set => call.set(sink),
        Call::Previous => {
            let operand = call.operand(1, 2, sink)?;
            let times = match call.args.get(1) {
                None => 1,
                Some(arg) => call.whole_number(&arg.expr, sink)?,
            };
            let ty = operand.ty.clone();
            Some(made(FormulaKind::Previous { operand: Box::new(operand), times }, ty, span))
        }
        Call::Ago | Call::Rolling => {
            let operand = call.operand(2, 2, sink);
            let step = call.args.get(1).and_then(|arg| call.step(&arg.expr, sink));
            let (operand, step) = (operand?, step?);
            let ty = operand.ty.clone();
            let operand = Box::new(operand);
            let is_ago = matches!(name, &"ago");
            let kind = if is_ago { FormulaKind::Ago { operand, step } } else { FormulaKind::Rolling { operand, step } };
            Some(made(kind, ty, span))
        }
        Call::ToDate(from) => {
            let operand = call.operand(1, 1, sink)?;
            let ty = operand.ty.clone();
            Some(made(FormulaKind::ToDate { operand: Box::new(operand), from }, ty, span))
        }
        Call::Before | Call::UpToEnd => {
            let operand = call.operand(1, 1, sink)?;
            let ty = operand.ty.clone();
            let operand = Box::new(operand);
            let before = matches!(name, &"before");
            Some(made(if before { FormulaKind::Before(operand) } else { FormulaKind::UpToEnd(operand) }, ty, span))
        }
        Call::Growth => {
            let operand = call.number_operand(1, 2, sink);
            let step = match call.args.get(1) {
                None => Some(None),
                Some(arg) => call.step(&arg.expr, sink).map(Some),
            };
            let (operand, step) = (Box::new(operand?), step?);
            Some(made(FormulaKind::Growth { operand, step }, Type::Number(Quantity::none()), span))
        }
        Call::PerYear => {
            let operand = call.number_operand(1, 1, sink)?;
            let ty = operand.ty.clone();
            Some(made(FormulaKind::PerYear(Box::new(operand)), ty, span))
        }
        Call::Overall => {
            let operand = call.operand(1, usize::MAX, sink);
            let rest = call.args.get(1..).unwrap_or_default();
            let dimensions: Vec<_> =
                rest.iter().map(|arg| slices::dimension_argument(&arg.expr, scope, sink)).collect();
            let dimensions = dimensions.into_iter().collect::<Option<Vec<_>>>()?;
            let operand = operand?;
            let ty = operand.ty.clone();
            let dimensions = (!dimensions.is_empty()).then_some(dimensions);
            Some(made(FormulaKind::Overall { operand: Box::new(operand), dimensions }, ty, span))
        }
        Call::Only => {
            let operand = call.operand(2, usize::MAX, sink)?;
            let rest = call.args.get(1..).unwrap_or_default();
            let conditions: Vec<_> =
                rest.iter().map(|arg| slices::conditions(&arg.expr, &operand, scope, sink)).collect();
            let conditions = conditions.into_iter().collect::<Option<Vec<_>>>()?.concat();
            let ty = operand.ty.clone();
            Some(made(FormulaKind::Only { operand: Box::new(operand), conditions }, ty, span))
        }
        Call::Scalar(function) => call.scalar(function, sink),
        Call::Row => {
            sink.push(
                Diagnostic::error(
                    codes::types::ONLY_OVER_ROWS,
                    function.span,
                    format!("`{name}` works on the fields of a row, not on values"),
                )
                .saying("stands outside of an aggregate")
                .help(format!("use it inside one, as in `{example}`")),
            );
            None
        }
    }
}

/// Reports a function that there is not, with what stands here for it; `usable`: those that would do at this place.
pub(super) fn unknown_function(function: &Name, usable: impl Fn(&Function) -> bool, sink: &mut Diagnostics) {
    sink.unresolved("function", &function.text, function.span, || {
        let names = || functions::all().filter(|f| usable(f)).map(|f| f.name);
        let help = if let Some(advice) = functions::twin(&function.text) {
            advice.to_string()
        } else if let Some(near) = closest(&function.text, names()) {
            format!("did you mean `{near}`?")
        } else {
            let mut names: Vec<String> = names().map(|n| format!("`{n}`")).collect();
            names.dedup();
            format!("the functions are {}", names.join(", "))
        };
        Diagnostic::error(
            codes::names::UNKNOWN_FUNCTION,
            function.span,
            format!("unknown function `{}`", function.text),
        )
        .saying("no function has this name")
        .help(help)
    });
}

/// One call and where it stands.
struct Caller<'a> {
    name: &'a str,
    example: &'a str,
    function: &'a Name,
    args: &'a [Arg],
    span: Span,
    scope: &'a Scope,
}

/// What an aggregate aggregates: its source, time field and filter.
struct Rows {
    source: SourceId,
    time: FieldId,
    filter: Option<RowExpr>,
}

impl Caller<'_> {
    fn wrong_arguments(&self, span: Span, message: String, sink: &mut Diagnostics) {
        sink.push(
            Diagnostic::error(codes::types::WRONG_ARGUMENTS, span, message)
                .saying("")
                .help(format!("it is written `{}`", self.example)),
        );
    }

    /// False, and reported, where there are too few or too many arguments, or one has a name.
    fn arity(&self, least: usize, most: usize, sink: &mut Diagnostics) -> bool {
        let given = self.args.len();
        if let Some(named) = self.args.iter().find_map(|a| a.name.as_ref()) {
            let message = format!("`{}` takes no argument by the name of `{}`", self.name, named.text);
            self.wrong_arguments(named.span, message, sink);
            return false;
        }
        if (least..=most).contains(&given) {
            return true;
        }
        let wanted = match (least, most) {
            (a, b) if a == b => format!("{a}"),
            (a, usize::MAX) => format!("at least {a}"),
            (a, b) => format!("{a} or {b}"),
        };
        let plural = if least == 1 && most == 1 { "argument" } else { "arguments" };
        self.wrong_arguments(self.function.span, format!("`{}` takes {wanted} {plural}, not {given}", self.name), sink);
        false
    }

    /// False, and reported, where an argument has a clause that belongs to an aggregate.
    fn no_clauses(&self, sink: &mut Diagnostics) -> bool {
        for arg in self.args {
            let clause = match (&arg.on, &arg.filter, &arg.by) {
                (Some(on), ..) => Some((on.span, "on")),
                (_, Some(filter), _) => Some((filter.span, "where")),
                (_, _, Some(by)) => Some((by.span, "by")),
                _ => None,
            };
            if let Some((span, word)) = clause {
                sink.push(
                    Diagnostic::error(
                        codes::types::MISPLACED_CLAUSE,
                        span,
                        format!("`{word}` belongs to an aggregate, not to `{}`", self.name),
                    )
                    .saying(format!("`{word}` stands here"))
                    .help(match word {
                        "by" => "aggregate over members or sub-windows, as in `avg(x by month)`",
                        _ => "filter where rows are read, as in `count(orders where status = \"paid\")`",
                    }),
                );
                return false;
            }
        }
        true
    }

    /// The first argument of an operator that takes any formula.
    fn operand(&self, least: usize, most: usize, sink: &mut Diagnostics) -> Option<Formula> {
        if !self.arity(least, most, sink) || !self.no_clauses(sink) {
            return None;
        }
        check(&self.args.first()?.expr, self.scope, sink)
    }

    fn number_operand(&self, least: usize, most: usize, sink: &mut Diagnostics) -> Option<Formula> {
        if !self.arity(least, most, sink) || !self.no_clauses(sink) {
            return None;
        }
        wanted_number(&self.args.first()?.expr, self.scope, sink)
    }

    fn whole_number(&self, expr: &Expr, sink: &mut Diagnostics) -> Option<u32> {
        let number = units::bare(expr).and_then(|n| n.to_u32().filter(|w| *w > 0 && n == *w));
        if number.is_none() && !matches!(expr.kind, ExprKind::Hole) {
            self.wrong_arguments(expr.span, format!("`{}` goes back a whole number of windows", self.name), sink);
        }
        number
    }

    /// `12 months`, `1 year`, `30 days`
    fn step(&self, expr: &Expr, sink: &mut Diagnostics) -> Option<Step> {
        let step = match &expr.bare().kind {
            ExprKind::Hole => return None,
            ExprKind::Number(number) => number.unit.as_ref().filter(|u| u.per.is_empty()).and_then(|unit| {
                let count: i64 = number.digits.parse().ok().filter(|n| *n > 0)?;
                Step::parse(count, &unit.name.text)
            }),
            _ => None,
        };
        if step.is_none() {
            sink.push(
                Diagnostic::error(codes::types::BAD_SPAN, expr.span, format!("`{}` takes a calendar span", self.name))
                    .saying("not a span")
                    .help("a span is a whole number of `days`, `weeks`, `months` or `years`, as in `12 months`"),
            );
        }
        step
    }

    // ---- scalar functions ----------------------------------------------------------------------------------------

    fn scalar(&self, function: ScalarFunction, sink: &mut Diagnostics) -> Option<Formula> {
        let (least, most) = match function {
            ScalarFunction::Round => (1, 2),
            ScalarFunction::Clamp => (3, 3),
            ScalarFunction::Power => (2, 2),
            ScalarFunction::Min | ScalarFunction::Max => (2, usize::MAX),
            ScalarFunction::Abs | ScalarFunction::Sqrt | ScalarFunction::Ln | ScalarFunction::Exp => (1, 1),
        };
        if !self.arity(least, most, sink) || !self.no_clauses(sink) {
            return None;
        }
        let typed: Vec<Option<Formula>> =
            self.args.iter().map(|arg| wanted_number(&arg.expr, self.scope, sink)).collect();
        let mut args = typed.into_iter().collect::<Option<Vec<Formula>>>()?;
        let first = args.first()?.ty.clone();
        let plain = Type::Number(Quantity::none());
        let ty = match function {
            ScalarFunction::Min | ScalarFunction::Max | ScalarFunction::Clamp => {
                let (head, rest) = args.split_first_mut()?;
                let (head_arg, rest_args) = self.args.split_first()?;
                for (other, arg) in rest.iter_mut().zip(rest_args) {
                    alike("compare", self.span, (&mut *head, &head_arg.expr), (other, &arg.expr), sink)?;
                }
                // A bare first number takes the unit of what follows.
                args.iter().map(|a| &a.ty).find(|ty| **ty != plain).cloned().unwrap_or(plain)
            }
            ScalarFunction::Round | ScalarFunction::Abs => first,
            ScalarFunction::Sqrt => match &first {
                Type::Number(quantity) => match quantity.root() {
                    Some(root) => Type::Number(root),
                    None => {
                        self.needs_plain(&args, sink);
                        return None;
                    }
                },
                _ => return None,
            },
            ScalarFunction::Power => match (&first, self.args.get(1).and_then(|a| units::bare(&a.expr))) {
                (Type::Number(quantity), Some(n)) if n.to_i8().is_some_and(|w| n == w) => {
                    Type::Number(quantity.power(n.to_i8().unwrap_or(1)))
                }
                (ty, _) if *ty == plain => plain,
                _ => {
                    self.needs_plain(&args, sink);
                    return None;
                }
            },
            ScalarFunction::Ln | ScalarFunction::Exp => {
                if first != plain {
                    self.needs_plain(&args, sink);
                    return None;
                }
                plain
            }
        };
        Some(made(FormulaKind::Function { function, args }, ty, self.span))
    }

    fn needs_plain(&self, args: &[Formula], sink: &mut Diagnostics) {
        let Some(first) = args.first() else { return };
        sink.push(
            Diagnostic::error(
                codes::types::UNIT_MISMATCH,
                first.span.0,
                format!("`{}` takes a plain number", self.name),
            )
            .saying(format!("this is {}", units::describe(&first.ty)))
            .help("divide by one of its unit first, as in `x / 1 CNY`"),
        );
    }

    // ---- aggregates ----------------------------------------------------------------------------------------------

    fn aggregate(&self, over: Over, sink: &mut Diagnostics) -> Option<Formula> {
        if self.args.is_empty() {
            self.arity(1, 1, sink);
            return None;
        }
        let first = self.args.first()?;
        if let Some(by) = self.args.iter().find_map(|arg| arg.by.as_ref()) {
            return self.by(over, by, sink);
        }
        let named = first_name(&first.expr);
        let is_source = named.is_some_and(|n| matches!(self.scope.entity(&n.text), Some(Entity::Source(_))));
        // `min(a, b)` chooses between values.
        let choice = match over {
            Over::Min => Some(ScalarFunction::Min),
            Over::Max => Some(ScalarFunction::Max),
            _ => None,
        };
        if let Some(function) = choice.filter(|_| self.args.len() > 1 && !is_source) {
            return self.scalar(function, sink);
        }
        match over {
            Over::Count if !is_source => self.count_set(first, sink),
            _ if !is_source => {
                self.not_rows(first, sink);
                None
            }
            Over::Count => self.count_rows(first, sink),
            _ => self.over_rows(over, sink),
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
        if !self.arity(1, 1, sink) || !self.no_clauses(sink) {
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
                self.wrong_arguments(arg.expr.span, format!("`{}` aggregates a field of a source", self.name), sink);
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
                    .help(format!("write `{}({}.{})`", self.name, source.naming.name, name.text)),
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
                Diagnostic::error(codes::types::WRONG_TYPE, arg.expr.span, format!("a set has no {}", noun(self.name)))
                    .saying("a set of keys")
                    .help("a set can be counted, `count(…)`, or chosen as a slice, `only(x, dimension in …)`"),
            );
            return;
        }
        let is_source = matches!(arg.expr.bare().kind, ExprKind::Path(ref parts) if parts.len() == 1);
        let help = match entity {
            Entity::Measure(_) | Entity::Indicator(_) if is_source => format!(
                "aggregate it over sub-windows or members, as in `{0}({1} by month)`; over rows, name a field, as in `{0}(orders.amount)`",
                self.name, name.text
            ),
            _ => format!("it is written `{}`", self.example),
        };
        sink.push(
            Diagnostic::error(
                codes::types::WRONG_ARGUMENTS,
                arg.expr.span,
                format!("`{}` aggregates a field of a source", self.name),
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
                if declared.time.is_none() && !self.scope.is_poisoned(&super::scope::Poison::Source(source)) {
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
        if !self.arity(1, 1, sink) {
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
        if formula::word(&arg.expr).is_none() {
            self.wrong_arguments(arg.expr.span, "`count` counts the rows of one source".to_string(), sink);
            return None;
        }
        let rows = self.rows(sink)?;
        let quantity = self.scope.source(rows.source)?.row.clone();
        Some(self.leaf(AggregateFunction::Count, rows, None, None, quantity))
    }

    fn over_rows(&self, over: Over, sink: &mut Diagnostics) -> Option<Formula> {
        let two = matches!(over, Over::Percentile | Over::WeightedAvg);
        if !self.arity(if two { 2 } else { 1 }, if two { 2 } else { 1 }, sink) {
            return None;
        }
        let first = self.args.first()?;
        let rows = self.rows(sink);
        let name = first_name(&first.expr)?;
        let Some(Entity::Source(source)) = self.scope.entity(&name.text) else { return None };
        if formula::word(&first.expr).is_some() {
            let fields = self.scope.source(source).map_or(&[][..], |s| s.fields.as_slice());
            let field =
                fields.iter().find(|f| f.kind.is_number()).or(fields.first()).map_or("…", |f| f.name.as_str());
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_ARGUMENTS,
                    first.expr.span,
                    format!("`{}` aggregates a field, and `{}` is a source", self.name, name.text),
                )
                .saying("a source")
                .help(format!("name a field of it, as in `{}({}.{field})`", self.name, name.text)),
            );
            return None;
        }
        let argument = rows::check(&first.expr, source, self.scope, sink)?;
        if over == Over::CountDistinct {
            return Some(self.leaf(AggregateFunction::CountDistinct, rows?, Some(argument), None, Quantity::none()));
        }
        let quantity = self.number(&argument, first.expr.span, sink)?;
        let function = match over {
            Over::Sum => AggregateFunction::Sum,
            Over::Avg => AggregateFunction::Avg,
            Over::Min => AggregateFunction::Min,
            Over::Max => AggregateFunction::Max,
            Over::Median => AggregateFunction::Median,
            Over::Stddev => AggregateFunction::Stddev,
            Over::Opening => AggregateFunction::Opening,
            Over::Closing => AggregateFunction::Closing,
            Over::AverageBalance => AggregateFunction::AverageBalance,
            Over::Percentile => AggregateFunction::Percentile(self.percent(sink)?),
            Over::WeightedAvg => {
                let weight = self.args.get(1)?;
                let typed = rows::check(&weight.expr, source, self.scope, sink)?;
                self.number(&typed, weight.expr.span, sink)?;
                return Some(self.leaf(AggregateFunction::WeightedAvg, rows?, Some(argument), Some(typed), quantity));
            }
            Over::Count | Over::CountDistinct => return None,
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
            Diagnostic::error(codes::types::WRONG_TYPE, span, format!("{is} has no {}", noun(self.name)))
                .saying(format!("this is {is}"))
                .help(help),
        );
        None
    }

    fn percent(&self, sink: &mut Diagnostics) -> Option<BigDecimal> {
        let arg = self.args.get(1)?;
        let hundred = BigDecimal::from(100);
        let p = units::bare(&arg.expr).filter(|p| p.sign() != bigdecimal::num_bigint::Sign::Minus && *p <= hundred);
        if p.is_none() {
            self.wrong_arguments(arg.expr.span, "the second argument is a number from 0 to 100".to_string(), sink);
        }
        p
    }

    fn set(&self, sink: &mut Diagnostics) -> Option<Formula> {
        if !self.arity(1, 1, sink) {
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

    // ---- over sub-windows and members ----------------------------------------------------------------------------

    fn by(&self, over: Over, by: &Name, sink: &mut Diagnostics) -> Option<Formula> {
        let first = self.args.first()?;
        let two = over == Over::Percentile;
        if !self.arity(if two { 2 } else { 1 }, if two { 2 } else { 1 }, sink) {
            return None;
        }
        if let Some(clause) = first.on.as_ref().map(|n| n.span).or(first.filter.as_ref().map(|e| e.span)) {
            sink.push(
                Diagnostic::error(
                    codes::types::MISPLACED_CLAUSE,
                    clause,
                    "one aggregate reads rows or goes over parts, not both",
                )
                .saying("filters rows")
                .label(by.span, "goes over parts")
                .help(format!("nest them, as in `avg(count(orders where status = \"paid\") by {})`", by.text)),
            );
            return None;
        }
        // `count(orders by region)`: rows have one count for each part, which an outer aggregate must bring together.
        if let Some(name) = first_name(&first.expr)
            && let Some(Entity::Source(_)) = self.scope.entity(&name.text)
        {
            let inner = if formula::word(&first.expr).is_some() { "count" } else { self.name };
            let text = match &first.expr.bare().kind {
                ExprKind::Path(parts) => parts.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join("."),
                _ => format!("{}.…", name.text),
            };
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_ARGUMENTS,
                    first.expr.span,
                    format!("what stands before `by {}` must be one value for each part", by.text),
                )
                .saying("has a value in each row")
                .help(format!("aggregate the rows first, as in `avg({inner}({text}) by {})`", by.text)),
            );
            return None;
        }
        let function = match over {
            Over::Sum => ByFunction::Sum,
            Over::Avg => ByFunction::Avg,
            Over::Min => ByFunction::Min,
            Over::Max => ByFunction::Max,
            Over::Median => ByFunction::Median,
            Over::Stddev => ByFunction::Stddev,
            Over::Count => ByFunction::Count,
            Over::Percentile => ByFunction::Percentile(self.percent(sink)?),
            Over::CountDistinct | Over::WeightedAvg | Over::Opening | Over::Closing | Over::AverageBalance => {
                sink.push(
                    Diagnostic::error(
                        codes::types::MISPLACED_CLAUSE,
                        by.span,
                        format!("`{}` reads rows and takes no `by`", self.name),
                    )
                    .saying("`by` stands here")
                    .help("over parts go `sum`, `avg`, `min`, `max`, `median`, `percentile`, `stddev` and `count`"),
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
