//! Formulas as the oracle sees them, and how they are written.

use jiff::civil::Date;

use super::days::{Cut, Span};
use super::world::{CLIENTS, DIMENSIONS, FieldRef, ORDERS, SCHEMAS, STOCK, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Add,
    Sub,
    Mul,
    Div,
}

impl Op {
    pub fn sign(self) -> &'static str {
        match self {
            Op::Add => "+",
            Op::Sub => "-",
            Op::Mul => "*",
            Op::Div => "/",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cmp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Cmp {
    pub const ALL: [Cmp; 6] = [Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Le, Cmp::Gt, Cmp::Ge];

    pub fn sign(self) -> &'static str {
        match self {
            Cmp::Eq => "=",
            Cmp::Ne => "!=",
            Cmp::Lt => "<",
            Cmp::Le => "<=",
            Cmp::Gt => ">",
            Cmp::Ge => ">=",
        }
    }

    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Cmp::Eq => order.is_eq(),
            Cmp::Ne => order.is_ne(),
            Cmp::Lt => order.is_lt(),
            Cmp::Le => order.is_le(),
            Cmp::Gt => order.is_gt(),
            Cmp::Ge => order.is_ge(),
        }
    }
}

#[derive(Clone, Debug)]
pub enum Func {
    Round(i32),
    Abs,
    Min,
    Max,
    Clamp,
    Sqrt,
    Ln,
    Exp,
    Power,
}

impl Func {
    pub fn name(&self) -> &'static str {
        match self {
            Func::Round(_) => "round",
            Func::Abs => "abs",
            Func::Min => "min",
            Func::Max => "max",
            Func::Clamp => "clamp",
            Func::Sqrt => "sqrt",
            Func::Ln => "ln",
            Func::Exp => "exp",
            Func::Power => "power",
        }
    }
}

/// A number computed from one row.
#[derive(Clone, Debug)]
pub enum RowExpr {
    Field(FieldRef),
    Lit(String),
    Constant(usize),
    Neg(Box<RowExpr>),
    Bin(Op, Box<RowExpr>, Box<RowExpr>),
    Func(Func, Vec<RowExpr>),
    If(Box<Pred>, Box<RowExpr>, Option<Box<RowExpr>>),
    Otherwise(Box<RowExpr>, Box<RowExpr>),
    /// `(later - earlier) / 1 days`
    Elapsed(FieldRef, FieldRef),
    /// `field / 1 days`, of a field in hours.
    Within(FieldRef, Unit),
    Workdays(FieldRef, FieldRef),
    /// year, month, weekday
    Part(&'static str, FieldRef),
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

impl Unit {
    pub const ALL: [Unit; 4] = [Unit::Seconds, Unit::Minutes, Unit::Hours, Unit::Days];

    pub fn word(self) -> &'static str {
        match self {
            Unit::Seconds => "seconds",
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::Days => "days",
        }
    }

    pub fn seconds(self) -> i64 {
        match self {
            Unit::Seconds => 1,
            Unit::Minutes => 60,
            Unit::Hours => 3_600,
            Unit::Days => 86_400,
        }
    }
}

/// A condition on one row.
#[derive(Clone, Debug)]
pub enum Pred {
    Compare(Cmp, RowExpr, RowExpr),
    Between(bool, RowExpr, String, String),
    Text(Cmp, FieldRef, String),
    In(bool, FieldRef, Vec<String>),
    Contains(FieldRef, String),
    Starts(FieldRef, String),
    Day(Cmp, FieldRef, Date),
    /// `later <= earlier + 1 months`
    Moved(Cmp, FieldRef, FieldRef, Span),
    /// `later - earlier >= n days`
    Lasts(Cmp, FieldRef, FieldRef, i64),
    /// `is missing`, or else `is known`
    Missing(bool, FieldRef),
    Flag(FieldRef),
    And(Box<Pred>, Box<Pred>),
    Or(Box<Pred>, Box<Pred>),
    Not(Box<Pred>),
}

#[derive(Clone, Debug)]
pub enum Aggregate {
    Count,
    CountDistinct,
    Sum,
    Avg,
    Min,
    Max,
    Median,
    Percentile(String),
    Stddev,
    WeightedAvg(RowExpr),
    Opening,
    Closing,
    AverageBalance,
}

#[derive(Clone, Debug)]
pub struct Leaf {
    pub aggregate: Aggregate,
    pub source: usize,
    /// A number; for `count_distinct` maybe a text field; a time between two fields, which the aggregate is then
    /// divided by a day.
    pub argument: Option<RowExpr>,
    pub on: Option<usize>,
    pub filter: Option<Pred>,
}

#[derive(Clone, Debug)]
pub struct Atom {
    pub source: usize,
    pub key: FieldRef,
    pub on: Option<usize>,
    pub filter: Option<Pred>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOp {
    Intersect,
    Union,
    Except,
}

#[derive(Clone, Debug)]
pub enum Shift {
    Previous(u32),
    Ago(Span),
    Ytd,
    Qtd,
    Mtd,
    Rolling(Span),
    Before,
    ToDate,
}

impl Shift {
    fn wrap(&self, inner: String) -> String {
        match self {
            Shift::Previous(1) => format!("previous({inner})"),
            Shift::Previous(n) => format!("previous({inner}, {n})"),
            Shift::Ago(span) => format!("ago({inner}, {})", span.text()),
            Shift::Ytd => format!("ytd({inner})"),
            Shift::Qtd => format!("qtd({inner})"),
            Shift::Mtd => format!("mtd({inner})"),
            Shift::Rolling(span) => format!("rolling({inner}, {})", span.text()),
            Shift::Before => format!("before({inner})"),
            Shift::ToDate => format!("to_date({inner})"),
        }
    }
}

#[derive(Clone, Debug)]
pub enum Over {
    Grain(Cut),
    Dimension(usize),
}

impl Over {
    fn word(&self) -> &'static str {
        match self {
            Over::Grain(cut) => cut.word(),
            Over::Dimension(d) => DIMENSIONS[*d],
        }
    }
}

#[derive(Clone, Debug)]
pub enum ByFunc {
    Sum,
    Avg,
    Min,
    Max,
    Median,
    Percentile(String),
    Stddev,
}

/// A condition of `only`.
#[derive(Clone, Debug)]
pub enum Narrow {
    Is(usize, String),
    Not(usize, String),
    In(bool, usize, Vec<String>),
    /// Of the dimension `client`.
    InSet(bool, Box<Set>),
}

/// A number of a window and a slice.
#[derive(Clone, Debug)]
pub enum Num {
    Lit(String),
    Constant(usize),
    Name(usize),
    Leaf(Box<Leaf>),
    Count(Box<Set>),
    Neg(Box<Num>),
    Bin(Op, Box<Num>, Box<Num>),
    Func(Func, Vec<Num>),
    If(Box<Cond>, Box<Num>, Option<Box<Num>>),
    Otherwise(Box<Num>, Box<Num>),
    Shift(Shift, Box<Num>),
    Growth(Box<Num>, Option<Span>),
    PerYear(Box<Num>),
    By(ByFunc, Box<Num>, Over),
    CountBy(Box<Cond>, Over),
    Overall(Box<Num>, Vec<usize>),
    Only(Box<Num>, Vec<Narrow>),
}

#[derive(Clone, Debug)]
pub enum Cond {
    Compare(Cmp, Num, Num),
    And(Box<Cond>, Box<Cond>),
    Or(Box<Cond>, Box<Cond>),
    Not(Box<Cond>),
    /// `is missing`, or else `is known`
    Missing(bool, Num),
    Between(bool, Num, String, String),
}

#[derive(Clone, Debug)]
pub enum Set {
    Name(usize),
    Atom(Box<Atom>),
    Op(SetOp, Box<Set>, Box<Set>),
    Shift(Shift, Box<Set>),
    Overall(Box<Set>, Vec<usize>),
    Only(Box<Set>, Vec<Narrow>),
}

/// What a set holds the keys of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    Clients,
    Orders,
    Sites,
}

#[derive(Clone, Debug)]
pub enum Body {
    Num(Num),
    Set(Set, Keys),
}

/// A measure, or an indicator.
#[derive(Clone, Debug)]
pub struct Subject {
    pub body: Body,
    pub indicator: bool,
}

pub fn subject_name(index: usize) -> String {
    format!("m{index}")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn list(texts: &[String]) -> String {
    texts.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(", ")
}

fn call(name: &str, arguments: &[String]) -> String {
    format!("{name}({})", arguments.join(", "))
}

fn function(func: &Func, mut arguments: Vec<String>) -> String {
    if let Func::Round(digits) = func
        && *digits != 0
    {
        arguments.push(digits.to_string());
    }
    call(func.name(), &arguments)
}

fn literal(text: &str) -> String {
    if text.starts_with('-') { format!("({text})") } else { text.to_string() }
}

impl RowExpr {
    pub fn text(&self, world: &World, source: usize) -> String {
        let of = |e: &RowExpr| e.text(world, source);
        let name = |f: FieldRef| world.field_name(source, f);
        match self {
            RowExpr::Field(field) => name(*field),
            RowExpr::Lit(text) => literal(text),
            RowExpr::Constant(index) => format!("k{index}"),
            RowExpr::Neg(inner) => format!("(-{})", of(inner)),
            RowExpr::Bin(op, left, right) => format!("({} {} {})", of(left), op.sign(), of(right)),
            RowExpr::Func(func, args) => function(func, args.iter().map(of).collect()),
            RowExpr::If(condition, then, other) => {
                let other = other.as_ref().map(|o| format!(" else {}", of(o))).unwrap_or_default();
                format!("(if {} then {}{other})", condition.text(world, source), of(then))
            }
            RowExpr::Otherwise(left, right) => format!("({} otherwise {})", of(left), of(right)),
            RowExpr::Elapsed(later, earlier) => format!("(({} - {}) / 1 days)", name(*later), name(*earlier)),
            RowExpr::Within(field, unit) => format!("({} / 1 {})", name(*field), unit.word()),
            RowExpr::Workdays(from, to) => format!("workdays({}, {})", name(*from), name(*to)),
            RowExpr::Part(part, field) => format!("{part}({})", name(*field)),
        }
    }
}

impl Pred {
    pub fn text(&self, world: &World, source: usize) -> String {
        let of = |e: &RowExpr| e.text(world, source);
        let name = |f: FieldRef| world.field_name(source, f);
        match self {
            Pred::Compare(cmp, left, right) => format!("({} {} {})", of(left), cmp.sign(), of(right)),
            Pred::Between(negated, x, low, high) => {
                let not = if *negated { "not " } else { "" };
                format!("({} {not}between {} and {})", of(x), literal(low), literal(high))
            }
            Pred::Text(cmp, field, text) => format!("({} {} {})", name(*field), cmp.sign(), quoted(text)),
            Pred::In(negated, field, texts) => {
                format!("({} {}in ({}))", name(*field), if *negated { "not " } else { "" }, list(texts))
            }
            Pred::Contains(field, text) => format!("({} contains {})", name(*field), quoted(text)),
            Pred::Starts(field, text) => format!("({} starts with {})", name(*field), quoted(text)),
            Pred::Day(cmp, field, day) => format!("({} {} {day})", name(*field), cmp.sign()),
            Pred::Moved(cmp, later, earlier, span) => {
                format!("({} {} {} + {})", name(*later), cmp.sign(), name(*earlier), span.text())
            }
            Pred::Lasts(cmp, later, earlier, days) => {
                format!("({} - {} {} {days} days)", name(*later), name(*earlier), cmp.sign())
            }
            Pred::Missing(missing, field) => {
                format!("({} is {})", name(*field), if *missing { "missing" } else { "known" })
            }
            Pred::Flag(field) => name(*field),
            Pred::And(a, b) => format!("({} and {})", a.text(world, source), b.text(world, source)),
            Pred::Or(a, b) => format!("({} or {})", a.text(world, source), b.text(world, source)),
            Pred::Not(a) => format!("(not {})", a.text(world, source)),
        }
    }
}

fn clauses(world: &World, source: usize, on: Option<usize>, filter: Option<&Pred>) -> String {
    let on = on.map(|f| format!(" on {}", SCHEMAS[source].fields[f].name)).unwrap_or_default();
    let filter = filter.map(|p| format!(" where {}", p.text(world, source))).unwrap_or_default();
    format!("{on}{filter}")
}

impl Leaf {
    fn text(&self, world: &World) -> String {
        let source = SCHEMAS[self.source].name;
        // The first name names the source: a leading field stands behind it, anything else is put behind 0 of its own.
        let qualified = |expr: &RowExpr| match expr {
            RowExpr::Field(field) => format!("{source}.{}", world.field_name(self.source, *field)),
            RowExpr::Within(field, unit) => {
                format!("{source}.{} / 1 {}", world.field_name(self.source, *field), unit.word())
            }
            RowExpr::Elapsed(later, earlier) => {
                let name = |f: &FieldRef| world.field_name(self.source, *f);
                format!("{source}.{} - {}", name(later), name(earlier))
            }
            RowExpr::Bin(op, left, right) if matches!(&**left, RowExpr::Field(_)) => {
                let RowExpr::Field(field) = &**left else { unreachable!() };
                let left = format!("{source}.{}", world.field_name(self.source, *field));
                format!("{left} {} {}", op.sign(), right.text(world, self.source))
            }
            _ => panic!("a leaf's argument starts with a field"),
        };
        let clauses = clauses(world, self.source, self.on, self.filter.as_ref());
        let argument = || qualified(self.argument.as_ref().expect("an argument"));
        let days = |text: String| match self.argument {
            Some(RowExpr::Elapsed(..)) => format!("({text} / 1 days)"),
            _ => text,
        };
        let plain = |name: &str| days(format!("{name}({}{clauses})", argument()));
        match &self.aggregate {
            Aggregate::Count => format!("count({source}{clauses})"),
            Aggregate::CountDistinct => plain("count_distinct"),
            Aggregate::Sum => plain("sum"),
            Aggregate::Avg => plain("avg"),
            Aggregate::Min => plain("min"),
            Aggregate::Max => plain("max"),
            Aggregate::Median => plain("median"),
            Aggregate::Stddev => plain("stddev"),
            Aggregate::Opening => plain("opening"),
            Aggregate::Closing => plain("closing"),
            Aggregate::AverageBalance => plain("average_balance"),
            Aggregate::Percentile(p) => days(format!("percentile({}{clauses}, {p})", argument())),
            Aggregate::WeightedAvg(weight) => {
                let weight = match weight {
                    RowExpr::Field(_) => qualified(weight),
                    other => other.text(world, self.source),
                };
                format!("weighted_avg({}, {weight}{clauses})", argument())
            }
        }
    }
}

impl Narrow {
    fn text(&self, world: &World) -> String {
        match self {
            Narrow::Is(d, member) => format!("{} = {}", DIMENSIONS[*d], quoted(member)),
            Narrow::Not(d, member) => format!("{} != {}", DIMENSIONS[*d], quoted(member)),
            Narrow::In(negated, d, members) => {
                format!("{} {}in ({})", DIMENSIONS[*d], if *negated { "not " } else { "" }, list(members))
            }
            Narrow::InSet(negated, set) => {
                format!("client {}in {}", if *negated { "not " } else { "" }, set.text(world))
            }
        }
    }
}

fn overall(inner: String, dimensions: &[usize]) -> String {
    let mut arguments = vec![inner];
    arguments.extend(dimensions.iter().map(|d| DIMENSIONS[*d].to_string()));
    call("overall", &arguments)
}

fn only(inner: String, narrows: &[Narrow], world: &World) -> String {
    let mut arguments = vec![inner];
    arguments.extend(narrows.iter().map(|n| n.text(world)));
    call("only", &arguments)
}

impl Num {
    pub fn text(&self, world: &World) -> String {
        let of = |n: &Num| n.text(world);
        match self {
            Num::Lit(text) => literal(text),
            Num::Constant(index) => format!("k{index}"),
            Num::Name(index) => subject_name(*index),
            Num::Leaf(leaf) => leaf.text(world),
            Num::Count(set) => format!("count({})", set.text(world)),
            Num::Neg(inner) => format!("(-{})", of(inner)),
            Num::Bin(op, left, right) => format!("({} {} {})", of(left), op.sign(), of(right)),
            Num::Func(func, args) => function(func, args.iter().map(of).collect()),
            Num::If(condition, then, other) => {
                let other = other.as_ref().map(|o| format!(" else {}", of(o))).unwrap_or_default();
                format!("(if {} then {}{other})", condition.text(world), of(then))
            }
            Num::Otherwise(left, right) => format!("({} otherwise {})", of(left), of(right)),
            Num::Shift(shift, inner) => shift.wrap(of(inner)),
            Num::Growth(inner, None) => format!("growth({})", of(inner)),
            Num::Growth(inner, Some(span)) => format!("growth({}, {})", of(inner), span.text()),
            Num::PerYear(inner) => format!("per_year({})", of(inner)),
            Num::By(func, inner, over) => {
                let by = format!("{} by {}", of(inner), over.word());
                match func {
                    ByFunc::Sum => format!("sum({by})"),
                    ByFunc::Avg => format!("avg({by})"),
                    ByFunc::Min => format!("min({by})"),
                    ByFunc::Max => format!("max({by})"),
                    ByFunc::Median => format!("median({by})"),
                    ByFunc::Stddev => format!("stddev({by})"),
                    ByFunc::Percentile(p) => format!("percentile({by}, {p})"),
                }
            }
            Num::CountBy(condition, over) => format!("count({} by {})", condition.text(world), over.word()),
            Num::Overall(inner, dimensions) => overall(of(inner), dimensions),
            Num::Only(inner, narrows) => only(of(inner), narrows, world),
        }
    }

    /// All numbers below, itself last.
    pub fn parts(&self, found: &mut Vec<Num>) {
        let mut add = |n: &Num| n.parts(found);
        match self {
            Num::Lit(_) | Num::Constant(_) | Num::Name(_) | Num::Leaf(_) | Num::Count(_) => {}
            Num::Neg(x)
            | Num::Shift(_, x)
            | Num::Growth(x, _)
            | Num::PerYear(x)
            | Num::By(_, x, _)
            | Num::Overall(x, _)
            | Num::Only(x, _) => add(x),
            Num::Bin(_, a, b) | Num::Otherwise(a, b) => {
                add(a);
                add(b);
            }
            Num::Func(_, args) => args.iter().for_each(add),
            Num::If(c, a, b) => {
                c.parts(found);
                a.parts(found);
                if let Some(b) = b {
                    b.parts(found);
                }
            }
            Num::CountBy(c, _) => c.parts(found),
        }
        found.push(self.clone());
    }
}

impl Cond {
    pub fn text(&self, world: &World) -> String {
        match self {
            Cond::Compare(cmp, a, b) => format!("({} {} {})", a.text(world), cmp.sign(), b.text(world)),
            Cond::And(a, b) => format!("({} and {})", a.text(world), b.text(world)),
            Cond::Or(a, b) => format!("({} or {})", a.text(world), b.text(world)),
            Cond::Not(a) => format!("(not {})", a.text(world)),
            Cond::Missing(missing, a) => {
                format!("({} is {})", a.text(world), if *missing { "missing" } else { "known" })
            }
            Cond::Between(negated, a, low, high) => {
                let not = if *negated { "not " } else { "" };
                format!("({} {not}between {} and {})", a.text(world), literal(low), literal(high))
            }
        }
    }

    fn parts(&self, found: &mut Vec<Num>) {
        match self {
            Cond::Compare(_, a, b) => {
                a.parts(found);
                b.parts(found);
            }
            Cond::And(a, b) | Cond::Or(a, b) => {
                a.parts(found);
                b.parts(found);
            }
            Cond::Not(a) => a.parts(found),
            Cond::Missing(_, a) | Cond::Between(_, a, _, _) => a.parts(found),
        }
    }
}

impl Set {
    pub fn text(&self, world: &World) -> String {
        match self {
            Set::Name(index) => subject_name(*index),
            Set::Atom(atom) => {
                let source = SCHEMAS[atom.source].name;
                let key = world.field_name(atom.source, atom.key);
                format!("set({source}.{key}{})", clauses(world, atom.source, atom.on, atom.filter.as_ref()))
            }
            Set::Op(op, a, b) => {
                let word = match op {
                    SetOp::Intersect => "intersect",
                    SetOp::Union => "union",
                    SetOp::Except => "except",
                };
                format!("({} {word} {})", a.text(world), b.text(world))
            }
            Set::Shift(shift, inner) => shift.wrap(inner.text(world)),
            Set::Overall(inner, dimensions) => overall(inner.text(world), dimensions),
            Set::Only(inner, narrows) => only(inner.text(world), narrows, world),
        }
    }
}

/// Where the keys of a kind stand.
pub fn key_fields(keys: Keys) -> &'static [(usize, usize)] {
    match keys {
        Keys::Clients => &[(ORDERS, 4), (CLIENTS, 0)],
        Keys::Orders => &[(ORDERS, 0)],
        Keys::Sites => &[(STOCK, 1)],
    }
}

impl Subject {
    pub fn text(&self, world: &World, index: usize) -> String {
        let name = subject_name(index);
        match &self.body {
            Body::Set(set, _) => format!("measure {name} = {}", set.text(world)),
            Body::Num(num) if self.indicator => format!(
                "indicator {name} {{\n  definition: \"drawn\"\n  formula: {}\n  unit: 1\n  direction: higher\n  frequency: monthly\n}}",
                num.text(world)
            ),
            Body::Num(num) => format!("measure {name} = {}", num.text(world)),
        }
    }
}
