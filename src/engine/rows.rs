//! Expressions over rows as DataFusion expressions. They are built as trees, never as text, from built-in functions only,
//! so that a cluster can run them. Logic is three-valued as SQL's is; numbers are exact as long as the language says so.

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::{BigDecimal, ToPrimitive};
use datafusion::arrow::datatypes::{DataType, IntervalMonthDayNano, TimeUnit, i256};
use datafusion::common::{Column, ScalarValue};
use datafusion::functions::expr_fn as f;
use datafusion::logical_expr::{Expr, case, cast, lit, try_cast, when};

use crate::design::{
    ArithmeticOp, CompareOp, ConstantId, Design, FieldId, FieldPath, RowExpr, RowFunction, RowKind, RowType,
    ScalarFunction, SourceId,
};
use crate::plan::epoch_day;
use crate::value::{Calendar, Step};

/// What an expression yields. `max` bounds the absolute value (infinite: not known): sums choose their width by it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ty {
    Text,
    Bool,
    Date,
    /// Microseconds of wall time in the calendar's zone.
    Timestamp,
    Integer {
        max: f64,
    },
    Decimal {
        precision: u8,
        scale: i8,
        max: f64,
    },
    Float {
        max: f64,
    },
}

#[derive(Clone, Debug)]
pub struct Typed {
    pub expr: Expr,
    pub ty: Ty,
}

/// The widest decimals: of 128 and of 256 bits.
pub const NARROW: u8 = 38;
pub const WIDE: u8 = 76;

/// Floats that differ by less than this, relatively, compare as equal.
const TOLERANCE: f64 = 1e-9;

pub const TIMESTAMP: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

impl Ty {
    pub fn data_type(self) -> DataType {
        match self {
            Ty::Text => DataType::Utf8View,
            Ty::Bool => DataType::Boolean,
            Ty::Date => DataType::Date32,
            Ty::Timestamp => TIMESTAMP,
            Ty::Integer { .. } => DataType::Int64,
            Ty::Decimal { precision, scale, .. } if precision <= NARROW => DataType::Decimal128(precision, scale),
            Ty::Decimal { precision, scale, .. } => DataType::Decimal256(precision, scale),
            Ty::Float { .. } => DataType::Float64,
        }
    }

    pub fn max(self) -> f64 {
        match self {
            Ty::Integer { max } | Ty::Decimal { max, .. } | Ty::Float { max } => max,
            Ty::Text | Ty::Bool | Ty::Date | Ty::Timestamp => f64::INFINITY,
        }
    }

    fn scale(self) -> i8 {
        match self {
            Ty::Decimal { scale, .. } => scale,
            _ => 0,
        }
    }

    fn precision(self) -> u8 {
        match self {
            Ty::Decimal { precision, .. } => precision,
            Ty::Integer { max } => digits(max).min(19),
            _ => NARROW,
        }
    }
}

/// Decimal digits before the point of numbers up to `max`.
pub fn digits(max: f64) -> u8 {
    if max.is_finite() { (max.abs() + 1.0).log10().floor().clamp(0.0, 200.0) as u8 + 1 } else { u8::MAX }
}

/// The column in a view that holds a stored field reached over references.
pub fn column_name(via: &[FieldId], field: FieldId) -> String {
    let mut name = String::from("c");
    for id in via {
        name.push_str(&id.0.to_string());
        name.push('_');
    }
    name.push_str(&field.0.to_string());
    name
}

pub fn column(name: &str) -> Expr {
    Expr::Column(Column::from_name(name))
}

/// The types of stored columns.
pub trait Columns {
    fn ty(&self, source: SourceId, field: FieldId) -> Ty;
}

/// Compiles the expressions over the rows of one source.
#[derive(Clone, Copy)]
pub struct Compiler<'a> {
    pub design: &'a Design,
    pub columns: &'a dyn Columns,
    pub source: SourceId,
    /// The field whose day constants by date go by.
    pub time: Option<FieldId>,
}

impl Compiler<'_> {
    pub fn compile(&self, expr: &RowExpr) -> Typed {
        self.at(expr, self.source, &[])
    }

    pub fn path(&self, path: &FieldPath) -> Typed {
        self.field_at(path, self.source, &[])
    }

    /// The day of the time field.
    pub fn day(&self) -> Option<Expr> {
        let path = FieldPath { via: Vec::new(), field: self.time? };
        Some(day(self.path(&path)))
    }

    /// The value of a dimension's field as members are written.
    pub fn member(&self, path: &FieldPath) -> Expr {
        text(self.path(path))
    }

    /// `via` are the references that lead to the row (of `source`) whose bare names the expression uses.
    fn at(&self, expr: &RowExpr, source: SourceId, via: &[FieldId]) -> Typed {
        let go = |x: &RowExpr| self.at(x, source, via);
        match &expr.kind {
            RowKind::Field(path) => self.field_at(path, source, via),
            RowKind::Scaled(x, factor) => arithmetic(ArithmeticOp::Multiply, go(x), literal(factor)),
            RowKind::Number(n) => literal(n),
            RowKind::Text(s) => Typed { expr: text_literal(s), ty: Ty::Text },
            RowKind::Bool(b) => Typed { expr: lit(*b), ty: Ty::Bool },
            RowKind::Date(d) => Typed { expr: date(epoch_day(*d)), ty: Ty::Date },
            RowKind::Timestamp(t) => {
                let micros = i64::from(epoch_day(t.date())) * 86_400_000_000 + micros(t.time());
                Typed { expr: lit(ScalarValue::TimestampMicrosecond(Some(micros), None)), ty: Ty::Timestamp }
            }
            RowKind::Constant(id) => self.constant(*id),
            RowKind::Negate(x) => arithmetic(ArithmeticOp::Subtract, literal(&BigDecimal::from(0)), go(x)),
            RowKind::Not(x) => boolean(!go(x).expr),
            RowKind::Arithmetic { op, left, right } => arithmetic(*op, go(left), go(right)),
            RowKind::Elapsed { from, to } => elapsed(go(from), go(to)),
            RowKind::Moved { operand, step } => moved(go(operand), *step),
            RowKind::Compare { op, left, right } => boolean(compare(*op, go(left), go(right))),
            RowKind::Between { operand, low, high, negated } => {
                let x = go(operand);
                let above = compare(CompareOp::GreaterEqual, x.clone(), go(low));
                let both = above.and(compare(CompareOp::LessEqual, x, go(high)));
                boolean(if *negated { !both } else { both })
            }
            RowKind::And(a, b) => boolean(go(a).expr.and(go(b).expr)),
            RowKind::Or(a, b) => boolean(go(a).expr.or(go(b).expr)),
            RowKind::InList { operand, items, negated } => {
                let operand = go(operand);
                let any = items.iter().map(|i| compare(CompareOp::Equal, operand.clone(), go(i))).reduce(Expr::or);
                let any = any.unwrap_or_else(|| lit(false));
                boolean(if *negated { !any } else { any })
            }
            RowKind::IsMissing { operand, negated: false } => boolean(go(operand).expr.is_null()),
            RowKind::IsMissing { operand, negated: true } => boolean(go(operand).expr.is_not_null()),
            RowKind::Contains { operand, text: part } => boolean(f::contains(text(go(operand)), text(go(part)))),
            RowKind::StartsWith { operand, text: part } => boolean(f::starts_with(text(go(operand)), text(go(part)))),
            RowKind::If { condition, then, otherwise } => {
                let condition = go(condition).expr;
                match otherwise {
                    None => {
                        let then = go(then);
                        Typed { expr: choose(vec![(condition, then.expr)]), ty: then.ty }
                    }
                    Some(otherwise) => {
                        let (a, b, ty) = alike(go(then), go(otherwise));
                        Typed { expr: choose(vec![(condition.clone(), a), (!condition, b)]), ty }
                    }
                }
            }
            RowKind::Otherwise(..) => {
                let all: Vec<Typed> = alternatives(expr).into_iter().map(go).collect();
                let ty = all.iter().map(|x| x.ty).reduce(common).unwrap_or(Ty::Bool);
                Typed { expr: first_known(all.into_iter().map(|x| converted(x, ty)).collect()), ty }
            }
            RowKind::Function { function: RowFunction::Scalar(ScalarFunction::Round), args }
                if is_duration(&expr.ty) =>
            {
                // Durations are kept in seconds and rounded in days.
                let mut args = args.iter().map(go);
                let (day, none) = (BigDecimal::from(86_400), || literal(&BigDecimal::from(0)));
                let days = arithmetic(ArithmeticOp::Divide, args.next().unwrap_or_else(none), literal(&day));
                arithmetic(ArithmeticOp::Multiply, round(days, args.next()), literal(&day))
            }
            RowKind::Function { function, args } => self.function(*function, args.iter().map(go).collect()),
        }
    }

    fn field_at(&self, path: &FieldPath, source: SourceId, via: &[FieldId]) -> Typed {
        let mut via = via.to_vec();
        let mut at = source;
        for step in &path.via {
            let target = self.design.sources.get(at.index()).and_then(|s| s.fields.get(step.index()));
            via.push(*step);
            at = target.and_then(|f| f.refers).unwrap_or(at);
        }
        let declared = self.design.sources.get(at.index()).and_then(|s| s.fields.get(path.field.index()));
        match declared.and_then(|f| f.computed.as_ref()) {
            Some(computed) => self.at(computed, at, &via),
            None => Typed { expr: column(&column_name(&via, path.field)), ty: self.columns.ty(at, path.field) },
        }
    }

    fn constant(&self, id: ConstantId) -> Typed {
        let phases = self.design.constants.get(id.index()).map(|c| c.phases.as_slice()).unwrap_or_default();
        let values: Vec<Typed> = phases.iter().map(|(_, v)| literal(v)).collect();
        let Some(ty) = values.iter().map(|v| v.ty).reduce(common) else {
            return Typed { expr: lit(ScalarValue::Float64(None)), ty: Ty::Float { max: 0.0 } };
        };
        let day = self.day();
        let mut branches = Vec::new();
        for ((from, _), value) in phases.iter().zip(values).rev() {
            let value = converted(value, ty);
            match (from, &day) {
                (None, _) if branches.is_empty() => return Typed { expr: value, ty },
                (None, _) => branches.push((lit(true), value)),
                (Some(from), Some(day)) => branches.push((day.clone().gt_eq(date(epoch_day(*from))), value)),
                (Some(_), None) => {}
            }
        }
        Typed { expr: choose(branches), ty }
    }

    fn function(&self, function: RowFunction, args: Vec<Typed>) -> Typed {
        let max = args.iter().map(|a| a.ty.max()).fold(0.0, f64::max);
        let mut args = args.into_iter();
        let Some(x) = args.next() else {
            return Typed { expr: lit(ScalarValue::Float64(None)), ty: Ty::Float { max: 0.0 } };
        };
        let floating = |expr: Expr, max: f64| Typed { expr, ty: Ty::Float { max } };
        match function {
            RowFunction::Scalar(ScalarFunction::Round) => round(x, args.next()),
            RowFunction::Scalar(ScalarFunction::Abs) => Typed { expr: f::abs(x.expr), ty: x.ty },
            RowFunction::Scalar(ScalarFunction::Min) => args.fold(x, |a, b| extreme(CompareOp::LessEqual, a, b)),
            RowFunction::Scalar(ScalarFunction::Max) => args.fold(x, |a, b| extreme(CompareOp::GreaterEqual, a, b)),
            RowFunction::Scalar(ScalarFunction::Clamp) => match (args.next(), args.next()) {
                (Some(low), Some(high)) => {
                    extreme(CompareOp::LessEqual, extreme(CompareOp::GreaterEqual, x, low), high)
                }
                _ => x,
            },
            RowFunction::Scalar(ScalarFunction::Sqrt) => {
                let x = float(x);
                floating(choose(vec![(x.clone().gt_eq(lit(-0.0)), f::sqrt(x))]), max.max(1.0))
            }
            RowFunction::Scalar(ScalarFunction::Ln) => {
                let x = float(x);
                floating(choose(vec![(x.clone().gt(lit(0.0)), f::ln(x))]), 1000.0)
            }
            RowFunction::Scalar(ScalarFunction::Exp) => floating(finite(f::exp(float(x))), f64::INFINITY),
            RowFunction::Scalar(ScalarFunction::Power) => {
                let exponent = args.next().map_or_else(|| lit(1.0), float);
                let base = float(x);
                // 0 to a negative power is an error of the engine's: it shall not come so far.
                let defined = base.clone().not_eq(lit(0.0)).or(exponent.clone().gt_eq(lit(0.0)));
                floating(finite(f::power(choose(vec![(defined, base)]), exponent)), f64::INFINITY)
            }
            RowFunction::Workdays => match args.next() {
                Some(to) => workdays(&self.design.calendar, day(x), day(to)),
                None => x,
            },
            RowFunction::Year => part("year", x),
            RowFunction::Month => part("month", x),
            RowFunction::Weekday => {
                let since_monday = monday_based(day(x));
                Typed { expr: remainder(since_monday) + lit(1_i64), ty: Ty::Integer { max: 7.0 } }
            }
        }
    }
}

fn boolean(expr: Expr) -> Typed {
    Typed { expr, ty: Ty::Bool }
}

pub fn text_literal(text: &str) -> Expr {
    lit(ScalarValue::Utf8View(Some(text.to_string())))
}

pub fn date(day: i32) -> Expr {
    lit(ScalarValue::Date32(Some(day)))
}

fn micros(time: jiff::civil::Time) -> i64 {
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1000
}

/// Conditions and values, first match; null where none holds.
fn choose(branches: Vec<(Expr, Expr)>) -> Expr {
    let mut branches = branches.into_iter();
    let Some((condition, value)) = branches.next() else { return lit(ScalarValue::Null) };
    let mut case = when(condition, value);
    for (condition, value) in branches {
        case = case.when(condition, value);
    }
    case.end().unwrap_or_else(|_| lit(ScalarValue::Null))
}

/// What `a otherwise b otherwise …` tries in turn. One list and not pairs in pairs: each alternative stands twice in what
/// the engine computes, and in pairs the first would stand there 2ⁿ times.
fn alternatives(expr: &RowExpr) -> Vec<&RowExpr> {
    let (mut waiting, mut found) = (vec![expr], Vec::new());
    while let Some(next) = waiting.pop() {
        match &next.kind {
            RowKind::Otherwise(a, b) => waiting.extend([&**b, &**a]),
            _ => found.push(next),
        }
    }
    found
}

/// The first that is not null. Not `coalesce`, which the engine cannot compute of constants.
fn first_known(alternatives: Vec<Expr>) -> Expr {
    choose(alternatives.into_iter().map(|x| (x.clone().is_not_null(), x)).collect())
}

/// Null in place of what is not finite.
fn finite(expr: Expr) -> Expr {
    choose(vec![(f::abs(expr.clone()).lt_eq(lit(f64::MAX)), expr)])
}

pub fn literal(value: &BigDecimal) -> Typed {
    let value = value.normalized();
    let (units, scale) = value.as_bigint_and_exponent();
    let (units, scale) = if scale < 0 { (units * power_of_ten((-scale) as u32), 0) } else { (units, scale) };
    let max = value.to_f64().unwrap_or(f64::INFINITY).abs();
    let precision = units.magnitude().to_string().len().max(scale as usize).max(1);
    match (units.to_i128(), wide_units(&units)) {
        (Some(units), _) if precision <= NARROW as usize => Typed {
            expr: lit(ScalarValue::Decimal128(Some(units), precision as u8, scale as i8)),
            ty: Ty::Decimal { precision: precision as u8, scale: scale as i8, max },
        },
        (_, Some(units)) if precision <= WIDE as usize => Typed {
            expr: lit(ScalarValue::Decimal256(Some(units), precision as u8, scale as i8)),
            ty: Ty::Decimal { precision: precision as u8, scale: scale as i8, max },
        },
        _ => Typed {
            expr: lit(max.copysign(if value.sign() == Sign::Minus { -1.0 } else { 1.0 })),
            ty: Ty::Float { max },
        },
    }
}

fn power_of_ten(n: u32) -> BigInt {
    BigInt::from(10).pow(n)
}

fn wide_units(units: &BigInt) -> Option<i256> {
    i256::from_string(&units.to_string())
}

// ---- numbers -----------------------------------------------------------------------------------------------------

fn is_float(ty: Ty) -> bool {
    matches!(ty, Ty::Float { .. })
}

fn is_number(ty: Ty) -> bool {
    matches!(ty, Ty::Float { .. } | Ty::Decimal { .. } | Ty::Integer { .. })
}

pub fn float(x: Typed) -> Expr {
    match (x.ty, &x.expr) {
        (Ty::Float { .. }, _) => x.expr,
        // A literal is converted once and exactly.
        (_, Expr::Literal(ScalarValue::Decimal128(Some(units), _, scale), _)) => {
            let value = BigDecimal::new(BigInt::from(*units), i64::from(*scale));
            lit(nearest(&value))
        }
        _ => cast(x.expr, DataType::Float64),
    }
}

/// The double nearest to a decimal.
pub fn nearest(value: &BigDecimal) -> f64 {
    value.to_scientific_notation().parse().unwrap_or(f64::NAN)
}

/// As a decimal; not for floats.
pub fn decimal(x: Typed) -> Typed {
    match x.ty {
        Ty::Integer { max } => {
            let ty = Ty::Decimal { precision: x.ty.precision(), scale: 0, max };
            Typed { expr: cast(x.expr, ty.data_type()), ty }
        }
        _ => x,
    }
}

/// The type that holds values of both.
fn common(a: Ty, b: Ty) -> Ty {
    let max = a.max().max(b.max());
    match (a, b) {
        (Ty::Float { .. }, _) | (_, Ty::Float { .. }) => Ty::Float { max },
        (Ty::Integer { .. }, Ty::Integer { .. }) => Ty::Integer { max },
        (Ty::Integer { .. } | Ty::Decimal { .. }, Ty::Integer { .. } | Ty::Decimal { .. }) => {
            let scale = a.scale().max(b.scale());
            let whole = |t: Ty| i16::from(t.precision()) - i16::from(t.scale());
            let precision = (whole(a).max(whole(b)) + i16::from(scale)).clamp(1, i16::from(WIDE)) as u8;
            Ty::Decimal { precision, scale, max }
        }
        (Ty::Date, Ty::Timestamp) | (Ty::Timestamp, Ty::Date) => Ty::Timestamp,
        (a, _) => a,
    }
}

pub fn converted(x: Typed, ty: Ty) -> Expr {
    if x.ty.data_type() == ty.data_type() {
        x.expr
    } else if is_float(ty) {
        float(x)
    } else {
        cast(x.expr, ty.data_type())
    }
}

fn alike(a: Typed, b: Typed) -> (Expr, Expr, Ty) {
    let ty = common(a.ty, b.ty);
    (converted(a, ty), converted(b, ty), ty)
}

pub fn arithmetic(op: ArithmeticOp, a: Typed, b: Typed) -> Typed {
    let (am, bm) = (a.ty.max(), b.ty.max());
    let max = match op {
        ArithmeticOp::Add | ArithmeticOp::Subtract => am + bm,
        ArithmeticOp::Multiply => am * bm,
        ArithmeticOp::Divide => f64::INFINITY,
    };
    let max = if max.is_nan() { f64::INFINITY } else { max };
    if op == ArithmeticOp::Divide {
        // Division by zero is missing; so is a quotient too large for a float.
        // Each side stands there once: quotients of quotients would stand in what the engine computes 2ⁿ times. -0 + 0 is 0.
        let divisor = f::nullif(float(b) + lit(0.0), lit(0.0));
        let beyond = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN];
        let quotient = beyond.into_iter().fold(float(a) / divisor, |x, none| f::nullif(x, lit(none)));
        return Typed { expr: quotient, ty: Ty::Float { max } };
    }
    if is_float(a.ty) || is_float(b.ty) {
        let expr = match op {
            ArithmeticOp::Add => float(a) + float(b),
            ArithmeticOp::Subtract => float(a) - float(b),
            ArithmeticOp::Multiply | ArithmeticOp::Divide => float(a) * float(b),
        };
        return Typed { expr, ty: Ty::Float { max } };
    }
    let (a, b) = (decimal(a), decimal(b));
    let product = op == ArithmeticOp::Multiply;
    let (p, q) = (i16::from(a.ty.precision()), i16::from(b.ty.precision()));
    let (s, t) = (i16::from(a.ty.scale()), i16::from(b.ty.scale()));
    let (precision, scale) = if product { (p + q + 1, s + t) } else { ((p - s).max(q - t) + s.max(t) + 1, s.max(t)) };
    // What values need, by their bounds; types alone would widen at every step.
    let needed = (i16::from(digits(max)) + scale).min(precision);
    if scale > i16::from(WIDE) {
        return Typed { expr: float(a) * float(b), ty: Ty::Float { max } };
    }
    let narrow = needed <= i16::from(NARROW) && scale <= i16::from(NARROW);
    let (a, b) = if narrow { (a, b) } else { (widened(a), widened(b)) };
    let wide = [a.ty, b.ty].iter().any(|t| t.precision() > NARROW);
    let (a, b) = if wide { (widened(a), widened(b)) } else { (a, b) };
    let limit = if wide { WIDE } else { NARROW };
    let ty = Ty::Decimal { precision: precision.clamp(1, i16::from(limit)) as u8, scale: scale as i8, max };
    let expr = match op {
        ArithmeticOp::Add => a.expr + b.expr,
        ArithmeticOp::Subtract => a.expr - b.expr,
        ArithmeticOp::Multiply | ArithmeticOp::Divide => a.expr * b.expr,
    };
    Typed { expr, ty }
}

/// A decimal of 256 bits.
pub fn widened(x: Typed) -> Typed {
    match x.ty {
        Ty::Decimal { precision, scale, max } if precision <= NARROW => {
            let ty = Ty::Decimal { precision: NARROW + 1, scale, max };
            Typed { expr: cast(x.expr, ty.data_type()), ty }
        }
        _ => x,
    }
}

fn compare(op: CompareOp, a: Typed, b: Typed) -> Expr {
    if is_number(a.ty) && is_number(b.ty) && (is_float(a.ty) || is_float(b.ty)) {
        return match (literal_value(&a), literal_value(&b)) {
            (_, Some(bound)) => near_literal(op, float(a), bound),
            (Some(bound), None) => near_literal(mirrored(op), float(b), bound),
            (None, None) => near(op, float(a), float(b)),
        };
    }
    let (a, b, _) = alike(a, b);
    match op {
        CompareOp::Equal => a.eq(b),
        CompareOp::NotEqual => a.not_eq(b),
        CompareOp::Less => a.lt(b),
        CompareOp::LessEqual => a.lt_eq(b),
        CompareOp::Greater => a.gt(b),
        CompareOp::GreaterEqual => a.gt_eq(b),
    }
}

fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        CompareOp::Equal | CompareOp::NotEqual => op,
    }
}

fn literal_value(x: &Typed) -> Option<f64> {
    match float(x.clone()) {
        Expr::Literal(ScalarValue::Float64(value), _) => value,
        _ => None,
    }
}

/// Compares a float with a constant: the values that count as equal to it lie between two bounds. Arrow's order of floats is
/// total, with -0 below 0; the bounds of zero are both.
fn near_literal(op: CompareOp, x: Expr, b: f64) -> Expr {
    let (low, high) = if b > 0.0 {
        (b * (1.0 - TOLERANCE), b / (1.0 - TOLERANCE))
    } else if b < 0.0 {
        (b / (1.0 - TOLERANCE), b * (1.0 - TOLERANCE))
    } else {
        (-0.0, 0.0)
    };
    match op {
        CompareOp::Equal => x.clone().gt_eq(lit(low)).and(x.lt_eq(lit(high))),
        CompareOp::NotEqual => x.clone().lt(lit(low)).or(x.gt(lit(high))),
        CompareOp::Less => x.lt(lit(low)),
        CompareOp::LessEqual => x.lt_eq(lit(high)),
        CompareOp::Greater => x.gt(lit(high)),
        CompareOp::GreaterEqual => x.gt_eq(lit(low)),
    }
}

fn near(op: CompareOp, a: Expr, b: Expr) -> Expr {
    let larger = {
        let (a, b) = (f::abs(a.clone()), f::abs(b.clone()));
        choose(vec![(a.clone().gt_eq(b.clone()), a.clone()), (a.lt(b.clone()), b)])
    };
    let equal = f::abs(a.clone() - b.clone()).lt_eq(larger * lit(TOLERANCE));
    match op {
        CompareOp::Equal => equal,
        CompareOp::NotEqual => !equal,
        CompareOp::Less => a.lt(b).and(!equal),
        CompareOp::LessEqual => a.lt(b).or(equal),
        CompareOp::Greater => a.gt(b).and(!equal),
        CompareOp::GreaterEqual => a.gt(b).or(equal),
    }
}

/// The smaller or larger of two; missing where either is.
fn extreme(op: CompareOp, a: Typed, b: Typed) -> Typed {
    let (a, b, ty) = alike(a, b);
    let first = match op {
        CompareOp::LessEqual => a.clone().lt_eq(b.clone()),
        _ => a.clone().gt_eq(b.clone()),
    };
    let mut case = case(first);
    let chosen = case.when(lit(true), a).when(lit(false), b).end();
    Typed { expr: chosen.unwrap_or_else(|_| lit(ScalarValue::Null)), ty }
}

/// Half away from zero, to a number of digits behind the point (negative: before it).
fn round(x: Typed, places: Option<Typed>) -> Typed {
    let places = places.as_ref().and_then(literal_value).unwrap_or(0.0).clamp(-30.0, 30.0) as i8;
    let max = x.ty.max() + 10f64.powi(i32::from(-places).max(0));
    match x.ty {
        Ty::Float { .. } => Typed { expr: round_float(x.expr, places), ty: Ty::Float { max } },
        _ => {
            let x = decimal(x);
            let (precision, scale) = (x.ty.precision(), x.ty.scale());
            if scale <= places.max(0) && places >= 0 {
                return x;
            }
            let shift = BigDecimal::new(BigInt::from(1), -i64::from((-places).max(0)));
            let x = if places < 0 {
                arithmetic(ArithmeticOp::Multiply, x, literal(&BigDecimal::new(BigInt::from(1), i64::from(-places))))
            } else {
                x
            };
            let precision = precision.max(x.ty.precision()).saturating_add(1);
            let limit = if precision > NARROW { WIDE } else { NARROW };
            let ty = Ty::Decimal { precision: precision.min(limit), scale: places.max(0), max };
            let rounded = Typed { expr: cast(x.expr, ty.data_type()), ty };
            if places < 0 { arithmetic(ArithmeticOp::Multiply, rounded, literal(&shift)) } else { rounded }
        }
    }
}

/// A float is rounded as it is written in its shortest form, so that 2.675 becomes 2.68. Beyond 15 digits there is
/// nothing behind the point.
fn round_float(x: Expr, places: i8) -> Expr {
    if places < 0 {
        return f::round(vec![x, lit(i64::from(places))]);
    }
    let places = places.min(15);
    let written = try_cast(cast(x.clone(), DataType::Utf8), DataType::Decimal128(NARROW, places));
    let small = f::abs(x.clone()).lt(lit(1e15));
    // What is written with an exponent is tiny.
    let rounded =
        first_known(vec![cast(written, DataType::Float64), f::round(vec![x.clone(), lit(i64::from(places))])]);
    choose(vec![(small.clone(), rounded), (!small, x)])
}

fn is_duration(ty: &RowType) -> bool {
    matches!(ty, RowType::Number { quantity, .. } if quantity.is_time())
}

// ---- text and time -----------------------------------------------------------------------------------------------

/// As text: how members and keys are written.
pub fn text(x: Typed) -> Expr {
    match x.ty {
        Ty::Text => x.expr,
        // -0 and 0 are one key.
        Ty::Float { .. } => cast(x.expr + lit(0.0), DataType::Utf8View),
        _ => cast(x.expr, DataType::Utf8View),
    }
}

pub fn day(x: Typed) -> Expr {
    match x.ty {
        Ty::Date => x.expr,
        _ => cast(x.expr, DataType::Date32),
    }
}

fn day_number(day: Expr) -> Expr {
    cast(cast(day, DataType::Int32), DataType::Int64)
}

fn part(part: &str, x: Typed) -> Typed {
    let max = if part == "year" { 9999.0 } else { 12.0 };
    let expr = cast(f::date_part(lit(part), day(x)), DataType::Int64);
    Typed { expr, ty: Ty::Integer { max } }
}

/// Seconds from one to the other.
fn elapsed(from: Typed, to: Typed) -> Typed {
    if from.ty == Ty::Date && to.ty == Ty::Date {
        let days = day_number(to.expr) - day_number(from.expr);
        return Typed { expr: days * lit(86_400_i64), ty: Ty::Integer { max: 4e11 } };
    }
    let micros = |x: Typed| cast(converted(x, Ty::Timestamp), DataType::Int64);
    let span = Typed { expr: micros(to) - micros(from), ty: Ty::Integer { max: 4e17 } };
    let second = literal(&BigDecimal::new(BigInt::from(1), 6));
    let mut seconds = arithmetic(ArithmeticOp::Multiply, span, second);
    if let Ty::Decimal { max, .. } = &mut seconds.ty {
        *max = 4e11;
    }
    seconds
}

fn moved(x: Typed, step: Step) -> Typed {
    let (months, days) = match step {
        Step::Days(n) => (0, n),
        Step::Weeks(n) => (0, n.saturating_mul(7)),
        Step::Months(n) => (n, 0),
        Step::Years(n) => (n.saturating_mul(12), 0),
    };
    let ty = x.ty;
    let step = lit(ScalarValue::IntervalMonthDayNano(Some(IntervalMonthDayNano::new(months, days, 0))));
    Typed { expr: cast(x.expr + step, ty.data_type()), ty }
}

/// Days since the Monday 1969-12-29.
fn monday_based(day: Expr) -> Expr {
    day_number(day) + lit(3_i64)
}

/// Days since the last Monday, 0 to 6, before 1970 too.
fn remainder(monday_based: Expr) -> Expr {
    (monday_based % lit(7_i64) + lit(7_i64)) % lit(7_i64)
}

/// Working days d with `from <= d < to`: weekdays by arithmetic, corrected by the holidays and worked weekends between.
fn workdays(calendar: &Calendar, from: Expr, to: Expr) -> Typed {
    let weekdays_before = |day: Expr| {
        let n = monday_based(day);
        let rest = remainder(n.clone());
        let full = (n - rest.clone()) / lit(7_i64) * lit(5_i64);
        full + choose(vec![(rest.clone().lt(lit(5_i64)), rest), (lit(true), lit(5_i64))])
    };
    let mut terms = vec![weekdays_before(to.clone()) - weekdays_before(from.clone())];
    for day in calendar.holidays.union(&calendar.workdays) {
        let usual = day.weekday().to_monday_zero_offset() < 5;
        // A day worked although a holiday falls on it is worked.
        let worked = calendar.workdays.contains(day) || (usual && !calendar.holidays.contains(day));
        if usual != worked {
            let between = from.clone().lt_eq(date(epoch_day(*day))).and(to.clone().gt(date(epoch_day(*day))));
            let one = lit(if worked { 1_i64 } else { -1_i64 });
            terms.push(choose(vec![(between, one), (lit(true), lit(0_i64))]));
        }
    }
    let count = choose(vec![(from.clone().lt(to.clone()), sum(terms)), (from.gt_eq(to), lit(0_i64))]);
    Typed { expr: count, ty: Ty::Integer { max: 4e6 } }
}

/// A balanced tree of additions, so that many holidays make no deep expression.
fn sum(mut terms: Vec<Expr>) -> Expr {
    while terms.len() > 1 {
        let mut halves = Vec::with_capacity(terms.len().div_ceil(2));
        let mut rest = terms.into_iter();
        while let Some(a) = rest.next() {
            halves.push(match rest.next() {
                Some(b) => a + b,
                None => a,
            });
        }
        terms = halves;
    }
    terms.pop().unwrap_or_else(|| lit(0_i64))
}
