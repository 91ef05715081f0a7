//! Units in formulas: literals, what fits what, and how quantities are named in messages.

use bigdecimal::{BigDecimal, ToPrimitive, Zero};

use super::scope::{Scope, UnitLookup};
use crate::design::{RowType, Type};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, Words, closest, codes, say};
use crate::functions::{Function, UnitRule};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Number, Unary, UnitExpr};
use crate::value::unit::Base;
use crate::value::{Quantity, Step, Unit};

/// The unit that is written: `CNY`, `%`, `CNY per person`.
pub fn unit_expr(unit: &UnitExpr, scope: &Scope, sink: &mut Diagnostics) -> Option<Unit> {
    let names = std::iter::once(&unit.name).chain(&unit.per);
    let mut units: Vec<Option<Unit>> = Vec::new();
    for name in names {
        let known = match scope.unit(&name.text) {
            UnitLookup::Known(unit) => Some(unit.clone()),
            UnitLookup::Poisoned => None,
            // `per person` and `per day` name one of what is declared, or of days.
            UnitLookup::Unknown => Unit::builtin(&name.text).or_else(|| {
                unknown_unit(&name.text, name.span, scope, sink);
                None
            }),
        };
        units.push(known);
    }
    let mut units = units.into_iter().collect::<Option<Vec<Unit>>>()?.into_iter();
    let first = units.next()?;
    Some(units.fold(first, |all, one| all.per(&one)))
}

fn unknown_unit(word: &str, span: Span, scope: &Scope, sink: &mut Diagnostics) {
    let diagnostic =
        Diagnostic::error(codes::names::UNKNOWN_UNIT, span, say!("unknown unit `{word}`", "未知的单位 `{word}`"))
            .saying(say!("no unit has this name", "没有叫这个名称的单位"));
    let diagnostic = if Step::parse(1, word).is_some() {
        diagnostic.help(say!("`{word}` steps in the calendar, as in `rolling(x, 12 months)`; units of duration are `days`, `hours`, \
             `minutes` and `seconds`", "`{word}` 是日历上的跨度，例如 `rolling(x, 12 months)`；时长的单位有 `days`、`hours`、`minutes` 和 `seconds`"
        ))
    } else if let Some(near) = closest(word, scope.units.iter().map(|u| u.name.as_str())) {
        diagnostic.meant(near)
    } else {
        diagnostic.help(say!(
            "a unit is declared `unit {word}: count`, `: scale` or `: money`",
            "单位声明为 `unit {word}: count`、`: scale` 或 `: money`"
        ))
    };
    sink.unresolved("unit", word, span, || diagnostic);
}

/// A number as written, in base units, with its unit where it has one.
pub fn number(number: &Number, scope: &Scope, sink: &mut Diagnostics) -> Option<(BigDecimal, Quantity, Option<Unit>)> {
    let value: BigDecimal = number.digits.parse().ok()?;
    match &number.unit {
        None => Some((value, Quantity::none(), None)),
        Some(written) => {
            let unit = unit_expr(written, scope, sink)?;
            Some((value * &unit.factor, unit.quantity.clone(), Some(unit)))
        }
    }
}

/// A literal quantity (`13%`, `-5 CNY`, `18 days`) in base units, and its unit where it has one.
pub fn literal(expr: &Expr, scope: &Scope, sink: &mut Diagnostics) -> Option<(BigDecimal, Quantity, Option<Unit>)> {
    match &expr.kind {
        ExprKind::Number(written) => number(written, scope, sink),
        ExprKind::Paren(inner) => literal(inner, scope, sink),
        ExprKind::Unary { op: Unary::Negate, operand } => {
            literal(operand, scope, sink).map(|(value, quantity, unit)| (-value, quantity, unit))
        }
        ExprKind::Hole => None,
        _ => {
            sink.push(
                Diagnostic::error(codes::types::WRONG_TYPE, expr.span, say!("a number is wanted here", "此处应为数"))
                    .saying(say!("not a number", "不是数"))
                    .help(say!(
                        "write the number with its unit, as in `13%` or `200 CNY`",
                        "数要带单位，例如 `13%` 或 `200 CNY`"
                    )),
            );
            None
        }
    }
}

/// A number without a unit, which takes that of what stands beside it; its value.
pub fn bare(expr: &Expr) -> Option<BigDecimal> {
    match &expr.kind {
        ExprKind::Number(Number { digits, unit: None, .. }) => digits.parse().ok(),
        ExprKind::Paren(inner) => bare(inner),
        ExprKind::Unary { op: Unary::Negate, operand } => bare(operand).map(|value| -value),
        _ => None,
    }
}

/// Does a bare number take this quantity? Scales and counts are plain to see, and 0 is 0 in every unit.
pub fn takes(value: &BigDecimal, quantity: &Quantity) -> bool {
    value.is_zero() || matches!(quantity.single(), Some(Base::Count(_) | Base::Scale(_)))
}

/// May a field of this quantity be computed as a plain number? Its declaration then says what is counted.
pub fn names_count(quantity: &Quantity, computed: &Quantity) -> bool {
    computed.is_plain() && matches!(quantity.single(), Some(Base::Count(_)))
}

/// The quantity of what a function of numbers gives, by its rule; its arguments agree where they must. `power`: the second
/// argument, where it is a whole number written out. None: it takes plain numbers, and the first is none.
pub fn of_call(rule: UnitRule, args: &[&Quantity], power: Option<i8>) -> Option<Quantity> {
    let first = *args.first()?;
    let plain = || first.is_plain().then(Quantity::none);
    match rule {
        UnitRule::First => Some(first.clone()),
        // A bare first number takes the unit of what follows.
        UnitRule::Agreed => Some(args.iter().copied().find(|q| !q.is_plain()).unwrap_or(first).clone()),
        UnitRule::Plain | UnitRule::Row | UnitRule::Keys => Some(Quantity::none()),
        UnitRule::Root => first.root(),
        UnitRule::Power => power.map(|n| first.power(n)).or_else(plain),
        UnitRule::PlainOfPlain => plain(),
    }
}

/// A whole number written out, as in `power(x, 2)`.
pub fn whole_power(expr: &Expr) -> Option<i8> {
    bare(expr).and_then(|n| n.to_i8().filter(|whole| n == *whole))
}

pub fn wants_plain(function: &Function) -> Words {
    match function.unit {
        UnitRule::Power => say!(
            "`{}` of a quantity takes a whole number as its exponent",
            "带单位的量用 `{}` 时，指数应为整数",
            function.name
        ),
        UnitRule::Root => say!("`{}` takes a plain number or a square", "`{}` 要纯数或平方", function.name),
        _ => say!("`{}` takes a plain number", "`{}` 要纯数", function.name),
    }
}

pub fn way_to_plain() -> Words {
    say!("divide by one of its unit first, as in `x / 1 CNY`", "先除以一个单位，例如 `x / 1 CNY`")
}

/// What two values are brought together for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    Add,
    Subtract,
    Compare,
    Choose,
}

impl Doing {
    /// ``cannot add a plain number and `CNY` ``
    pub fn cannot(self, left: &Words, right: &Words) -> Words {
        match self {
            Doing::Add => say!("cannot add {} and {}", "{}与{}不能相加", left, right),
            Doing::Subtract => say!("cannot subtract {} and {}", "{}与{}不能相减", left, right),
            Doing::Compare => say!("cannot compare {} and {}", "{}与{}不能比较", left, right),
            Doing::Choose => say!("cannot choose between {} and {}", "{}与{}不能二者择一", left, right),
        }
    }
}

/// What a value is, beneath it.
pub fn this_is(what: &Words) -> Words {
    say!("this is {}", "这是{}", what)
}

/// As in messages: `CNY`, a plain number, a condition, text.
pub fn describe(ty: &Type) -> Words {
    match ty {
        Type::Number(quantity) => describe_quantity(quantity),
        Type::Bool => say!("a condition", "条件"),
        Type::Text => say!("text", "文本"),
        Type::Set(_) => say!("a set", "集合"),
    }
}

pub fn describe_quantity(quantity: &Quantity) -> Words {
    match quantity.single() {
        _ if quantity.is_plain() => say!("a plain number", "纯数"),
        Some(Base::Time) => say!("a duration", "时长"),
        _ => Words::same(format!("`{}`", quantity.display())),
    }
}

pub fn describe_row(ty: &RowType) -> Words {
    match ty {
        RowType::Number { quantity, .. } => describe_quantity(quantity),
        RowType::Text => say!("text", "文本"),
        RowType::Bool => say!("a condition", "条件"),
        RowType::Date => say!("a date", "日期"),
        RowType::Timestamp => say!("a timestamp", "时间戳"),
    }
}

/// Reports that two quantities do not go together.
pub fn mismatch(
    doing: Doing,
    span: Span,
    (a, a_expr): (&Quantity, &Expr),
    (b, b_expr): (&Quantity, &Expr),
    sink: &mut Diagnostics,
) {
    let (left, right) = (describe_quantity(a), describe_quantity(b));
    let diagnostic = Diagnostic::error(codes::types::UNIT_MISMATCH, span, doing.cannot(&left, &right))
        .saying(Words::default())
        .label(a_expr.span, this_is(&left))
        .label(b_expr.span, this_is(&right));
    let bare_beside = |bare: &Expr, other: &Quantity| {
        let unit = match other.single()? {
            Base::Time => "days",
            base => base.name(),
        };
        self::bare(bare).map(|value| (bare.span, format!("{} {unit}", value.to_plain_string())))
    };
    if let Some((place, text)) = bare_beside(b_expr, a).or_else(|| bare_beside(a_expr, b)) {
        let help = say!("write the number with its unit, as in `{text}`", "数要带单位，例如 `{text}`");
        sink.push(diagnostic.help(help.clone()).fix(Applicability::Proposed, help, vec![Edit { span: place, text }]));
        return;
    }
    sink.push(diagnostic.help(way_to_one_unit(doing, (a, a_expr), (b, b_expr))));
}

/// What brings two quantities together.
fn way_to_one_unit(doing: Doing, (a, a_expr): (&Quantity, &Expr), (b, b_expr): (&Quantity, &Expr)) -> Words {
    let percent = |e: &Expr| {
        let ExprKind::Number(number) = &e.bare().kind else { return None };
        number.unit.as_ref().filter(|u| u.name.text == "%").map(|_| number.digits.clone())
    };
    match (a.single(), b.single()) {
        (Some(Base::Money(_)), Some(Base::Money(_))) => say!(
            "currencies never convert by themselves; multiply by a rate that is declared as a `constant`",
            "货币不会自动换算；乘以声明为 `constant` 的汇率"
        ),
        (Some(Base::Count(_)), Some(Base::Count(_))) => say!(
            "they count different things; count the same on both sides, or divide one by the other",
            "两边数的不是同一类；改为数同一类，或一个除以另一个"
        ),
        (Some(Base::Count(unit)), None) | (None, Some(Base::Count(unit))) if a.is_plain() || b.is_plain() => {
            say!(
                "a count of rows or keys would do, a share does not; what is a number of `{unit}` is multiplied by `1 {unit}`",
                "行或键的计数可以，占比不行；若它就是 `{unit}` 的个数，乘以 `1 {unit}`"
            )
        }
        _ => match (percent(a_expr).or_else(|| percent(b_expr)), doing) {
            (Some(share), Doing::Add) => say!(
                "what grows by {share}% is multiplied by `(1 + {share}%)`",
                "增长 {share}% 写成乘以 `(1 + {share}%)`"
            ),
            (Some(share), Doing::Subtract) => say!(
                "what falls by {share}% is multiplied by `(1 - {share}%)`",
                "下降 {share}% 写成乘以 `(1 - {share}%)`"
            ),
            _ => say!(
                "both sides must be of one unit; multiply or divide one of them until they are",
                "两边的单位应相同；用乘除换算其中一边"
            ),
        },
    }
}
