//! Which formulas are one, however they are written, and which are each other's complement.
//!
//! A formula's normal form is its value where every leaf has a value drawn from the leaf itself, in two prime fields: sums,
//! differences, products and quotients keep it, so commuted, associated, distributed and cancelled formulas agree, and
//! two that differ agree with a probability of about d / 2⁶¹ in each field, d their degree (Schwartz: "Fast Probabilistic
//! Algorithms for Verification of Polynomial Identities", JACM 27 (4), 1980). What is no arithmetic is a leaf, drawn from
//! its operands' normal forms; those of `min`, `and` … in any order. Filters are leaves' parts, with their own normal
//! form; a count of the rows that do not match is the count of all less that of those that do.
//!
//! Formulas with one normal form have one value wherever both have one.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::{BigDecimal, One, RoundingMode, ToPrimitive};

use super::expression::{Expression, Keys, Leaf, Node, Place};
use super::implication::{mirrored, negated};
use super::rows::Rows;
use crate::design::{
    Aggregate, AggregateFunction, ArithmeticOp, CompareOp, RowExpr, RowKind, ScalarFunction, SetOp, SourceId,
};

/// Two prime fields: 2⁶¹ - 1 twice, with leaves drawn independently.
const PRIME: u64 = (1 << 61) - 1;

/// Equal for equal formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Normal([u64; 2]);

/// None: it holds something that is not known, or has no value wherever its leaves have one.
pub fn normal(expression: &Expression) -> Option<Normal> {
    Forms { expression, nodes: Vec::new() }.run()
}

impl Normal {
    /// 1 less it: the share of the rest.
    pub fn complement(self) -> Normal {
        Normal::from(1).sub(self)
    }

    /// 0 less it.
    pub fn negative(self) -> Normal {
        Normal::from(0).sub(self)
    }

    fn from(value: u64) -> Normal {
        Normal([value % PRIME; 2])
    }

    /// Drawn from what something is.
    fn drawn(of: &impl Hash) -> Normal {
        Normal([drawn(0, of), drawn(1, of)])
    }

    fn zip(self, other: Normal, f: impl Fn(u64, u64) -> u64) -> Normal {
        let ([a, b], [c, d]) = (self.0, other.0);
        Normal([f(a, c), f(b, d)])
    }

    fn add(self, other: Normal) -> Normal {
        self.zip(other, |a, b| (a + b) % PRIME)
    }

    fn sub(self, other: Normal) -> Normal {
        self.zip(other, |a, b| (a + PRIME - b) % PRIME)
    }

    fn mul(self, other: Normal) -> Normal {
        self.zip(other, times)
    }

    /// None by 0.
    fn div(self, other: Normal) -> Option<Normal> {
        let [a, b] = other.0;
        (a != 0 && b != 0).then(|| self.zip(other, |x, y| times(x, power(y, PRIME - 2))))
    }

    fn power(self, n: u64) -> Normal {
        let [a, b] = self.0;
        Normal([power(a, n), power(b, n)])
    }

    fn of_decimal(value: &BigDecimal) -> Option<Normal> {
        let (digits, scale) = value.as_bigint_and_scale();
        let rest = (digits.as_ref() % BigInt::from(PRIME)).abs_value()?;
        let whole = Normal::from(rest);
        let signed = if digits.sign() == Sign::Minus { whole.negative() } else { whole };
        let ten = Normal::from(10).power(scale.unsigned_abs() % (PRIME - 1));
        if scale >= 0 { signed.div(ten) } else { Some(signed.mul(ten)) }
    }
}

trait AbsValue {
    fn abs_value(&self) -> Option<u64>;
}

impl AbsValue for BigInt {
    fn abs_value(&self) -> Option<u64> {
        self.magnitude().to_u64()
    }
}

fn times(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

fn power(base: u64, exponent: u64) -> u64 {
    let (mut result, mut base, mut left) = (1, base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        left >>= 1;
    }
    result
}

/// The same in every run: the hasher has no key.
fn drawn(salt: u64, of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    salt.hash(&mut hasher);
    of.hash(&mut hasher);
    hasher.finish() % PRIME
}

struct Forms<'e, 'd> {
    expression: &'e Expression<'d>,
    nodes: Vec<Option<Normal>>,
}

impl Forms<'_, '_> {
    fn run(mut self) -> Option<Normal> {
        for node in self.expression.nodes() {
            let own = self.step(node);
            self.nodes.push(own);
        }
        self.nodes.get(self.expression.root().index()).copied().flatten()
    }

    fn step(&self, node: &Node) -> Option<Normal> {
        let of = |id: &super::expression::NodeId| self.nodes.get(id.index()).copied().flatten();
        // Something that is no arithmetic, drawn from its kind and its operands.
        let opaque = |kind: &str, parts: &[Normal]| Normal::drawn(&(kind, parts));
        let unordered = |kind: &str, parts: BTreeSet<Normal>| match parts.first() {
            Some(only) if parts.len() == 1 => *only,
            _ => Normal::drawn(&(kind, parts)),
        };
        Some(match node {
            Node::Constant(value) => Normal::of_decimal(value)?,
            Node::Bool(value) => Normal::drawn(value),
            Node::Variable(place) => {
                let variable = self.expression.variables().get(*place)?;
                self.leaf(&variable.leaf, &variable.place)?
            }
            Node::Negate(x) => of(x)?.negative(),
            Node::Arithmetic(op, a, b) => {
                let (a, b) = (of(a)?, of(b)?);
                match op {
                    ArithmeticOp::Add => a.add(b),
                    ArithmeticOp::Subtract => a.sub(b),
                    ArithmeticOp::Multiply => a.mul(b),
                    ArithmeticOp::Divide => a.div(b)?,
                }
            }
            Node::Positive(x) => of(x)?,
            Node::Function(function, args, unit) => {
                let parts: Option<Vec<Normal>> = args.iter().map(of).collect();
                let (parts, first) = (parts?, args.first().and_then(of)?);
                match function {
                    ScalarFunction::Min => unordered("min", parts.into_iter().collect()),
                    ScalarFunction::Max => unordered("max", parts.into_iter().collect()),
                    ScalarFunction::Abs => opaque("abs", &[first.min(first.negative())]),
                    ScalarFunction::Power => match self.whole(args.get(1)) {
                        Some(n) if n >= 0 => first.power(n.unsigned_abs()),
                        Some(n) => Normal::from(1).div(first.power(n.unsigned_abs()))?,
                        None => opaque("power", &parts),
                    },
                    ScalarFunction::Round
                    | ScalarFunction::Clamp
                    | ScalarFunction::Sqrt
                    | ScalarFunction::Ln
                    | ScalarFunction::Exp => Normal::drawn(&(function, unit, parts)),
                }
            }
            Node::Members(function, over, x) => Normal::drawn(&(function, over, of(x)?)),
            Node::Compare(op, a, b) => {
                // Greater is less, turned round.
                let (op, a, b) = match op {
                    CompareOp::Greater | CompareOp::GreaterEqual => (mirrored(*op), of(b)?, of(a)?),
                    _ => (*op, of(a)?, of(b)?),
                };
                match op {
                    CompareOp::Equal | CompareOp::NotEqual => Normal::drawn(&(op, a.min(b), a.max(b))),
                    _ => Normal::drawn(&(op, a, b)),
                }
            }
            Node::Not(x) => opaque("not", &[of(x)?]),
            Node::And(a, b) => unordered("and", [of(a)?, of(b)?].into()),
            Node::Or(a, b) => unordered("or", [of(a)?, of(b)?].into()),
            Node::IsMissing(x, negated) => Normal::drawn(&("missing", negated, of(x)?)),
            Node::If(condition, then, other) => {
                let other = match other {
                    Some(other) => Some(of(other)?),
                    None => None,
                };
                Normal::drawn(&("if", of(condition)?, of(then)?, other))
            }
            Node::Otherwise(a, b) => opaque("otherwise", &[of(a)?, of(b)?]),
        })
    }

    /// A small whole number.
    fn whole(&self, id: Option<&super::expression::NodeId>) -> Option<i64> {
        match self.expression.node(*id?)? {
            Node::Constant(value) if value.is_integer() => value.to_i64().filter(|n| n.abs() <= 1024),
            _ => None,
        }
    }

    fn leaf(&self, leaf: &Leaf, place: &Place) -> Option<Normal> {
        match leaf {
            Leaf::Aggregate(aggregate) => Some(self.aggregate(aggregate, place)),
            Leaf::Keys(set) => Some(Normal::drawn(&("keys", self.keys(*set, 0)?))),
            Leaf::Indicator(id) => Some(Normal::drawn(&("indicator", id, place))),
            Leaf::Constant(id) => Some(Normal::drawn(&("constant", id, place))),
            Leaf::PerYear(x) => self.nodes.get(x.index()).copied().flatten().map(|x| Normal::drawn(&("per year", x))),
            Leaf::Unknown(_) => None,
        }
    }

    fn aggregate(&self, aggregate: &Aggregate, place: &Place) -> Normal {
        let rows = Rows::new(self.expression.design, aggregate.source);
        let Aggregate { function, source, time, argument, weight, filter } = aggregate;
        let leaf = |filter: Option<Condition>| {
            Normal::drawn(&("rows", function, source, time, argument, weight, place, filter))
        };
        let Some(filter) = filter else { return leaf(None) };
        let (condition, turned) = condition(&rows, filter, true).settled();
        let additive = matches!(function, AggregateFunction::Count | AggregateFunction::Sum);
        match (turned, additive && !rows.may_be_missing(filter)) {
            (true, true) => leaf(None).sub(leaf(Some(condition))),
            (true, false) => leaf(Some(Condition::Not(Box::new(condition)))),
            (false, _) => leaf(Some(condition)),
        }
    }

    fn keys(&self, set: usize, depth: usize) -> Option<u64> {
        const MOST_DEPTH: usize = 64;
        if depth > MOST_DEPTH {
            return None;
        }
        match self.expression.set(set)? {
            Keys::Atom(atom, place) => {
                let rows = Rows::new(self.expression.design, atom.source);
                let filter = atom.filter.as_ref().map(|f| condition(&rows, f, true));
                Some(drawn(0, &("set", atom.source, atom.time, &atom.key, place, filter)))
            }
            Keys::Operation(op, a, b) => {
                let (a, b) = (self.keys(*a, depth + 1)?, self.keys(*b, depth + 1)?);
                Some(match op {
                    SetOp::Except => drawn(0, &("except", a, b)),
                    SetOp::Intersect | SetOp::Union if a == b => a,
                    SetOp::Intersect | SetOp::Union => drawn(0, &(op, a.min(b), a.max(b))),
                })
            }
            Keys::Unknown(_) => None,
        }
    }
}

// ---- conditions over rows ----------------------------------------------------------------------------------------

/// A condition in its normal form: `not` at its atoms, operands in one order, and comparisons turned one way.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Condition {
    /// By what it says; see [`atom`].
    Atom(u64),
    Not(Box<Condition>),
    All(BTreeSet<Condition>),
    Any(BTreeSet<Condition>),
}

impl Condition {
    /// Without a `not` in front, and whether there was one.
    fn settled(self) -> (Condition, bool) {
        match self {
            Condition::Not(inner) => (*inner, true),
            other => (other, false),
        }
    }
}

/// The parser bounds how deep it goes.
fn condition(rows: &Rows, expr: &RowExpr, holds: bool) -> Condition {
    match &expr.kind {
        RowKind::Not(x) => condition(rows, x, !holds),
        RowKind::And(..) | RowKind::Or(..) => {
            let all = matches!(expr.kind, RowKind::And(..)) == holds;
            let mut parts = BTreeSet::new();
            let mut waiting = vec![expr];
            while let Some(part) = waiting.pop() {
                match (&part.kind, &expr.kind) {
                    (RowKind::And(a, b), RowKind::And(..)) | (RowKind::Or(a, b), RowKind::Or(..)) => {
                        waiting.extend([&**a, &**b]);
                    }
                    _ => {
                        parts.insert(condition(rows, part, holds));
                    }
                }
            }
            match parts.pop_first() {
                Some(only) if parts.is_empty() => only,
                first => {
                    parts.extend(first);
                    if all { Condition::All(parts) } else { Condition::Any(parts) }
                }
            }
        }
        RowKind::Between { operand, low, high, negated } => {
            let holds = holds != *negated;
            let ends = [(CompareOp::GreaterEqual, low), (CompareOp::LessEqual, high)];
            let ends = ends.map(|(op, end)| comparison(rows, op, operand, end, holds));
            if holds { Condition::All(ends.into()) } else { Condition::Any(ends.into()) }
        }
        _ => atom(rows, expr, holds),
    }
}

fn plain(key: u64, holds: bool) -> Condition {
    if holds { Condition::Atom(key) } else { Condition::Not(Box::new(Condition::Atom(key))) }
}

fn atom(rows: &Rows, expr: &RowExpr, holds: bool) -> Condition {
    match &expr.kind {
        RowKind::Compare { op, left, right } => comparison(rows, *op, left, right, holds),
        RowKind::InList { operand, items, negated } => {
            let list: BTreeSet<u64> = items.iter().map(key).collect();
            plain(drawn(0, &("in", key(operand), list)), holds != *negated)
        }
        RowKind::IsMissing { operand, negated } => plain(drawn(0, &("missing", key(operand))), holds != *negated),
        _ => plain(key(expr), holds),
    }
}

fn comparison(rows: &Rows, op: CompareOp, left: &RowExpr, right: &RowExpr, holds: bool) -> Condition {
    let op = if holds { op } else { negated(op) };
    let literal = |e: &RowExpr| matches!(e.kind, RowKind::Number(_) | RowKind::Text(_) | RowKind::Date(_));
    let turn = (literal(left) && !literal(right)) || (literal(left) == literal(right) && key(left) > key(right));
    let (op, left, right) = if turn { (mirrored(op), right, left) } else { (op, left, right) };
    // Every comparison is `=` or `<` or `<=`, or the opposite of one; of whole numbers `< n` is `<= n - 1`.
    let (op, turned) = match op {
        CompareOp::NotEqual | CompareOp::Greater | CompareOp::GreaterEqual => (negated(op), true),
        _ => (op, false),
    };
    if let (CompareOp::Less | CompareOp::LessEqual, true, RowKind::Number(value)) =
        (op, rows.is_whole(left), &right.kind)
    {
        let floor = value.with_scale_round(0, RoundingMode::Floor);
        let most = if op == CompareOp::Less && floor == *value { floor - BigDecimal::one() } else { floor };
        return plain(drawn(0, &("at most", key(left), most.normalized())), !turned);
    }
    if let (CompareOp::Equal, RowKind::Text(_) | RowKind::Number(_)) = (op, &right.kind) {
        let list: BTreeSet<u64> = [key(right)].into();
        return plain(drawn(0, &("in", key(left), list)), !turned);
    }
    plain(drawn(0, &(op, key(left), key(right))), !turned)
}

fn key(expr: &RowExpr) -> u64 {
    drawn(0, expr)
}

/// The rows of a source that a filter chooses, as a key to find equal filters by.
pub fn filter_key(rows: &Rows, filter: &RowExpr) -> u64 {
    drawn(0, &(SourceId::index(rows.source), condition(rows, filter, true)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::super::expression::Indicators;
    use super::super::testing;
    use super::*;
    use crate::design::Design;

    fn form(design: &Design, at: usize) -> Option<Normal> {
        normal(&Expression::new(design, &design.measures[at].formula, Indicators::Inlined))
    }

    fn forms(formulas: &[&str]) -> Vec<Option<Normal>> {
        let formulas: Vec<String> = formulas.iter().map(|f| f.to_string()).collect();
        let design = testing::measures(&formulas);
        (0..formulas.len()).map(|at| form(&design, at)).collect()
    }

    #[test]
    fn one_formula_written_twice() {
        for (a, b) in [
            ("sum(s.a) + count(s)", "count(s) + sum(s.a)"),
            ("(sum(s.a) - count(s)) / sum(s.a)", "1 - count(s) / sum(s.a)"),
            ("sum(s.a) * 2 / 4", "sum(s.a) * 0.5"),
            ("0.1 * sum(s.a) + 0.2 * sum(s.a)", "0.3 * sum(s.a)"),
            ("power(sum(s.a), 3)", "sum(s.a) * sum(s.a) * sum(s.a)"),
            ("max(sum(s.a), count(s))", "max(count(s), sum(s.a))"),
            ("growth(sum(s.a))", "sum(s.a) / previous(sum(s.a)) - 1"),
            ("previous(sum(s.a) + count(s))", "previous(count(s)) + previous(sum(s.a))"),
            ("abs(sum(s.a) - count(s))", "abs(count(s) - sum(s.a))"),
            ("count(s where a > 3)", "count(s where not a <= 3)"),
            ("count(s where a >= 4)", "count(s where 3 < a)"),
            ("count(s where t = \"x\" and f)", "count(s where f and t in (\"x\"))"),
            ("count(s where not (f or a = 1))", "count(s where a != 1 and not f)"),
            ("count(s) - count(s where a >= 4)", "count(s where a < 4)"),
            ("sum(s.a where t != \"x\")", "sum(s.a) - sum(s.a where t = \"x\")"),
            ("if sum(s.a) > count(s) then 1 else 2", "if count(s) < sum(s.a) then 1 else 2"),
            ("count(set(s.t) union set(s.t where f))", "count(set(s.t where f) union set(s.t))"),
        ] {
            let both = forms(&[a, b]);
            assert!(both[0].is_some() && both[0] == both[1], "{a} | {b}");
        }
    }

    #[test]
    fn formulas_that_differ() {
        let all = [
            "sum(s.a)",
            "sum(s.b)",
            "count(s)",
            "count(s where f)",
            "count(s where not f)",
            "count(s on day where a > 1)",
            "previous(sum(s.a))",
            "sum(s.a) / 2",
            "sum(s.a) - 2",
            "min(sum(s.a), count(s))",
            "max(sum(s.a), count(s))",
            "avg(s.a)",
            "avg(s.a where a < 3)",
            "avg(s.a where not a < 3)",
            "sum(s.a) otherwise 0",
            "round(sum(s.a) / 3)",
            "count(set(s.t) except set(s.t where f))",
            "count(set(s.t where f) except set(s.t))",
            "count(s where t < \"x\")",
        ];
        let forms: BTreeSet<Normal> = forms(&all).into_iter().map(Option::unwrap).collect();
        assert_eq!(forms.len(), all.len());
    }

    #[test]
    fn complements() {
        let all = forms(&[
            "count(s where a >= 4) / count(s)",
            "count(s where a < 4) / count(s)",
            "1 - count(s where a >= 4) / count(s)",
            // Where b is missing a row is neither.
            "count(s where b >= 4) / count(s)",
            "count(s where b < 4) / count(s)",
        ]);
        let all: Vec<Normal> = all.into_iter().map(Option::unwrap).collect();
        assert_eq!(all[0].complement(), all[1]);
        assert_eq!(all[1], all[2]);
        assert_ne!(all[3].complement(), all[4]);
    }

    #[test]
    fn what_has_no_value_has_no_form() {
        assert_eq!(forms(&["1 / (count(s) - count(s))"]), [None]);
    }

    /// The same formula in other words.
    fn rewritten(formula: &str, way: u8) -> String {
        match way {
            0 => format!("0 + {formula}"),
            1 => format!("(2 * {formula}) - {formula}"),
            2 => format!("1 - (1 - {formula})"),
            3 => format!("-(-{formula})"),
            _ => format!("({formula} + count(s)) - count(s)"),
        }
    }

    proptest! {
        #[test]
        fn a_form_stays_when_a_formula_is_rewritten(formula in testing::formula(), way in 0..5u8) {
            let both = forms(&[&formula, &rewritten(&formula, way)]);
            prop_assert_eq!(both[0], both[1]);
        }

        #[test]
        fn one_form_is_one_value(a in testing::formula(), b in testing::formula(), rows in testing::rows()) {
            let design = testing::measures(&[a.clone(), b.clone(), format!("{a} - {b}"), format!("{b} * 1 + {a} * 0")]);
            let of = |at: usize| {
                let expression = Expression::new(&design, &design.measures[at].formula, Indicators::Inlined);
                let value = expression.value(&testing::values(&expression, &rows));
                (normal(&expression), value)
            };
            let all: Vec<_> = (0..4).map(of).collect();
            for (form, value) in &all {
                for (other, another) in &all {
                    if let (true, Some(x), Some(y)) = (form.is_some() && form == other, value, another) {
                        prop_assert!((x - y).abs() <= 1e-6 * x.abs().max(y.abs()).max(1.0), "{x} {y}");
                    }
                }
            }
        }
    }
}
