//! Typing of calls in formulas, by the table of functions.

mod aggregates;
mod parts;
mod scalars;

use bigdecimal::ToPrimitive;

use super::formula::{check, made, wanted_number};
use super::scope::Scope;
use super::{slices, units};
use crate::design::{Formula, FormulaKind, Type};
use crate::diagnostic::{Diagnostic, Diagnostics, Words, closest, codes, say};
use crate::functions::{self, Function, Meaning, UnitRule};
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind, Name};
use crate::value::{Quantity, Step};

pub(super) fn call(name: &Name, args: &[Arg], span: Span, scope: &Scope, sink: &mut Diagnostics) -> Option<Formula> {
    let Some(function) = functions::find(&name.text, args.len()) else {
        unknown_function(name, |_| true, sink);
        return None;
    };
    let call = Call { function, name, args, span, scope };
    match function.meaning {
        Meaning::Aggregate(aggregation) => call.aggregate(aggregation, sink),
        Meaning::Set => call.set(sink),
        Meaning::Scalar(scalar) => call.scalar(scalar, sink),
        Meaning::Row(_) => {
            sink.push(
                Diagnostic::error(
                    codes::types::ONLY_OVER_ROWS,
                    name.span,
                    say!(
                        "`{}` works on the fields of a row, not on values",
                        "`{}` 用于一行的字段，不用于值",
                        function.name
                    ),
                )
                .saying(say!("stands outside of an aggregate", "不在聚合之内"))
                .help(say!("use it inside one, as in `{}`", "用在聚合里，例如 `{}`", function.example)),
            );
            None
        }
        _ => call.moved(sink),
    }
}

/// Reports a function that there is not, with what stands here for it; `usable`: those that would do at this place.
pub(super) fn unknown_function(function: &Name, usable: impl Fn(&Function) -> bool, sink: &mut Diagnostics) {
    sink.unresolved("function", &function.text, function.span, || {
        let names = || functions::all().filter(|f| usable(f)).map(|f| f.name);
        let unknown = Diagnostic::error(
            codes::names::UNKNOWN_FUNCTION,
            function.span,
            say!("unknown function `{}`", "未知的函数 `{}`", function.text),
        )
        .saying(say!("no function has this name", "没有叫这个名称的函数"));
        if let Some(advice) = functions::twin(&function.text) {
            unknown.help(advice)
        } else if let Some(near) = closest(&function.text, names()) {
            unknown.meant(near)
        } else {
            let mut names: Vec<&str> = names().collect();
            names.dedup();
            let names = Words::names(names);
            unknown.help(say!("the functions are {}", "函数有 {}", names))
        }
    });
}

/// One call and where it stands.
struct Call<'a> {
    function: &'static Function,
    name: &'a Name,
    args: &'a [Arg],
    span: Span,
    scope: &'a Scope,
}

impl Call<'_> {
    /// A formula on other windows and slices.
    fn moved(&self, sink: &mut Diagnostics) -> Option<Formula> {
        if !self.arity(sink) || !self.no_clauses(sink) {
            return None;
        }
        let (first, rest) = self.args.split_first()?;
        let numbers_alone = matches!(self.function.meaning, Meaning::Growth | Meaning::PerYear);
        let operand = if numbers_alone {
            wanted_number(&first.expr, self.scope, sink)
        } else {
            check(&first.expr, self.scope, sink)
        };
        let second = rest.first().map(|arg| &arg.expr);
        // What else is wrong is said although the operand is.
        let (mut times, mut step, mut dimensions) = (1, None, None);
        let mut sound = true;
        match (self.function.meaning, second) {
            (Meaning::Previous, Some(second)) => {
                let written = self.whole_number(second, sink);
                sound = written.is_some();
                times = written.unwrap_or(times);
            }
            (Meaning::Ago | Meaning::Rolling | Meaning::Growth, Some(second)) => {
                step = self.step(second, sink);
                sound = step.is_some();
            }
            (Meaning::Overall, Some(_)) => {
                let named: Vec<_> =
                    rest.iter().map(|arg| slices::dimension_argument(&arg.expr, self.scope, sink)).collect();
                dimensions = named.into_iter().collect::<Option<Vec<_>>>();
                sound = dimensions.is_some();
            }
            _ => {}
        }
        let operand = operand?;
        let conditions = if self.function.meaning == Meaning::Only {
            let each: Vec<_> =
                rest.iter().map(|arg| slices::conditions(&arg.expr, &operand, self.scope, sink)).collect();
            each.into_iter().collect::<Option<Vec<_>>>()?.concat()
        } else {
            Vec::new()
        };
        if !sound {
            return None;
        }
        let ty = match self.function.unit {
            UnitRule::Plain => Type::Number(Quantity::none()),
            _ => operand.ty.clone(),
        };
        let operand = Box::new(operand);
        let kind = match self.function.meaning {
            Meaning::Previous => FormulaKind::Previous { operand, times },
            Meaning::Ago => FormulaKind::Ago { operand, step: step? },
            Meaning::Rolling => FormulaKind::Rolling { operand, step: step? },
            Meaning::ToDate(from) => FormulaKind::ToDate { operand, from },
            Meaning::Before => FormulaKind::Before(operand),
            Meaning::UpToEnd => FormulaKind::UpToEnd(operand),
            Meaning::Growth => FormulaKind::Growth { operand, step },
            Meaning::PerYear => FormulaKind::PerYear(operand),
            Meaning::Overall => FormulaKind::Overall { operand, dimensions },
            Meaning::Only => FormulaKind::Only { operand, conditions },
            Meaning::Aggregate(_) | Meaning::Set | Meaning::Scalar(_) | Meaning::Row(_) => return None,
        };
        Some(made(kind, ty, self.span))
    }

    fn wrong_arguments(&self, span: Span, message: Words, sink: &mut Diagnostics) {
        sink.push(
            Diagnostic::error(codes::types::WRONG_ARGUMENTS, span, message)
                .saying(Words::default())
                .help(self.written()),
        );
    }

    /// How the function is called, as a help.
    fn written(&self) -> Words {
        say!(
            "it is written `{}`, as in `{}`",
            "写成 `{}`，例如 `{}`",
            self.function.signature.replace("), ", ")` or `"),
            self.function.example
        )
    }

    /// False, and reported, where there are too few or too many arguments, or one has a name.
    fn arity(&self, sink: &mut Diagnostics) -> bool {
        if let Some(named) = self.args.iter().find_map(|a| a.name.as_ref()) {
            let message = say!(
                "`{}` takes no argument by the name of `{}`",
                "`{}` 没有叫 `{}` 的参数",
                self.function.name,
                named.text
            );
            self.wrong_arguments(named.span, message, sink);
            return false;
        }
        let given = self.args.len();
        if self.function.accepts(given) {
            return true;
        }
        let plural = if self.function.takes == (1, Some(1)) { "argument" } else { "arguments" };
        let plural = Words { en: plural.into(), zh: "参数".into() };
        let message = say!(
            "`{}` takes {} {}, not {given}",
            "`{}` 要 {} 个{}，而不是 {given} 个",
            self.function.name,
            self.function.arity(),
            plural
        );
        self.wrong_arguments(self.name.span, message, sink);
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
                        say!(
                            "`{word}` belongs to an aggregate, not to `{}`",
                            "`{word}` 用于聚合，不用于 `{}`",
                            self.function.name
                        ),
                    )
                    .saying(say!("`{word}` stands here", "`{word}` 写在这里"))
                    .help(match word {
                        "by" => say!(
                            "aggregate over members or sub-windows, as in `avg(x by month)`",
                            "对各成员或子窗口聚合，例如 `avg(x by month)`"
                        ),
                        _ => say!(
                            "filter where rows are read, as in `count(orders where status = \"paid\")`",
                            "在读取行的地方筛选，例如 `count(orders where status = \"paid\")`"
                        ),
                    }),
                );
                return false;
            }
        }
        true
    }

    fn whole_number(&self, expr: &Expr, sink: &mut Diagnostics) -> Option<u32> {
        let number = units::bare(expr).and_then(|n| n.to_u32().filter(|w| *w > 0 && n == *w));
        if number.is_none() && !matches!(expr.kind, ExprKind::Hole) {
            sink.push(
                Diagnostic::error(
                    codes::types::WRONG_ARGUMENTS,
                    expr.span,
                    say!("`{}` goes back a whole number of windows", "`{}` 往回数整数个窗口", self.function.name),
                )
                .saying(say!("not a whole number from 1 on", "不是从 1 起的整数"))
                .help(say!("`previous(x)` is one window back, `previous(x, 3)` three; `ago(x, 1 year)` goes back in the calendar", "`previous(x)` 是上一个窗口，`previous(x, 3)` 是往回第三个；`ago(x, 1 year)` 按日历往回")),
            );
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
                Diagnostic::error(
                    codes::types::BAD_SPAN,
                    expr.span,
                    say!("`{}` takes a calendar span", "`{}` 要一段日历跨度", self.function.name),
                )
                .saying(say!("not a span", "不是跨度"))
                .help(say!(
                    "a span is a whole number of `days`, `weeks`, `months` or `years`, as in `12 months`",
                    "跨度是整数个 `days`、`weeks`、`months` 或 `years`，例如 `12 months`"
                )),
            );
        }
        step
    }
}
