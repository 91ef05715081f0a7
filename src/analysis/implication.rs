//! Is every row that matches p one that matches q? Conditions are three-valued (section 5 of the language): a row matches
//! where its condition is true, and what is missing is neither true nor false.
//!
//! p is brought into disjunctive normal form. What a conjunction says of each expression is collected as a set of values
//! (ends, members, exceptions), starting from what the field declares. q follows where every part of it is known and
//! p and not q leave some expression without a value. Answers are sound: true is a proof, false means "not proved".

use std::collections::{BTreeSet, HashMap, HashSet};

use bigdecimal::{BigDecimal, FromPrimitive, One, RoundingMode, Zero};

use super::rows::{Narrow, Rows};
use crate::design::{CompareOp, RowExpr, RowKind, RowType};
use crate::value::Interval;

/// Alternatives that are looked at; a condition with more proves nothing.
const MOST_CASES: usize = 64;
/// Operators, fields and literals in a condition, lists left out; a larger one proves nothing.
const MOST_PARTS: usize = 200;

fn is_small(condition: &RowExpr) -> bool {
    let mut waiting = vec![condition];
    let mut parts = 0;
    while let Some(part) = waiting.pop() {
        parts += 1;
        match &part.kind {
            RowKind::InList { operand, .. } => waiting.push(operand),
            _ => waiting.extend(part.operands()),
        }
        if parts > MOST_PARTS {
            return false;
        }
    }
    true
}

/// Does every row of `rows` that matches `p` match `q`? None: no condition, which all rows match.
pub fn implies(rows: &Rows, p: Option<&RowExpr>, q: Option<&RowExpr>) -> bool {
    let Some(q) = q else { return true };
    if p == Some(q) {
        return true;
    }
    if !is_small(q) {
        return false;
    }
    let Some(cases) = cases(p.map(|p| Atom::Is(p, true))) else { return false };
    cases.iter().all(|case| {
        let known = Known::of(rows, case);
        known.impossible || known.proves(q, true, case)
    })
}

/// Is it true in every row?
pub fn always(rows: &Rows, condition: &RowExpr) -> bool {
    implies(rows, None, Some(condition))
}

/// Is it true in no row?
pub fn never(rows: &Rows, condition: &RowExpr) -> bool {
    cases(Some(Atom::Is(condition, true)))
        .is_some_and(|cases| cases.iter().all(|case| Known::of(rows, case).impossible))
}

/// Does no row match both?
pub fn apart(rows: &Rows, p: &RowExpr, q: &RowExpr) -> bool {
    cases([Atom::Is(p, true), Atom::Is(q, true)])
        .is_some_and(|cases| cases.iter().all(|case| Known::of(rows, case).impossible))
}

/// What a condition says of the expressions in it, in every row that matches it.
pub fn narrowing<'e, 'd>(rows: &Rows<'d>, condition: Option<&'e RowExpr>) -> Known<'e, 'd> {
    match cases(condition.map(|c| Atom::Is(c, true))).as_deref() {
        Some([case]) => Known::of(rows, case),
        _ => Known::of(rows, &[]),
    }
}

/// An elementary condition.
#[derive(Clone, Copy)]
enum Atom<'e> {
    /// It is true, or (`false`) false.
    Is(&'e RowExpr, bool),
    /// It is true.
    Compare(CompareOp, &'e RowExpr, &'e RowExpr),
}

/// The disjunctive normal form of a conjunction. None: too many.
fn cases<'e>(all: impl IntoIterator<Item = Atom<'e>>) -> Option<Vec<Vec<Atom<'e>>>> {
    let mut product: Vec<Vec<Atom>> = vec![Vec::new()];
    for atom in all {
        let alternatives = match atom {
            Atom::Is(expr, _) if !is_small(expr) => return None,
            Atom::Is(expr, holds) => alternatives(expr, holds)?,
            Atom::Compare(..) => vec![vec![atom]],
        };
        if product.len().saturating_mul(alternatives.len()) > MOST_CASES {
            return None;
        }
        product = product
            .iter()
            .flat_map(|case| alternatives.iter().map(|more| case.iter().chain(more).copied().collect()))
            .collect();
    }
    Some(product)
}

fn alternatives(expr: &RowExpr, holds: bool) -> Option<Vec<Vec<Atom<'_>>>> {
    match (&expr.kind, holds) {
        (RowKind::Not(x), _) => alternatives(x, !holds),
        (RowKind::And(a, b), true) | (RowKind::Or(a, b), false) => cases([Atom::Is(a, holds), Atom::Is(b, holds)]),
        (RowKind::And(a, b), false) | (RowKind::Or(a, b), true) => {
            let mut both = alternatives(a, holds)?;
            both.extend(alternatives(b, holds)?);
            (both.len() <= MOST_CASES).then_some(both)
        }
        (RowKind::Between { operand, low, high, negated }, _) if holds != *negated => Some(vec![vec![
            Atom::Compare(CompareOp::GreaterEqual, operand, low),
            Atom::Compare(CompareOp::LessEqual, operand, high),
        ]]),
        (RowKind::Between { operand, low, high, .. }, _) => Some(vec![
            vec![Atom::Compare(CompareOp::Less, operand, low)],
            vec![Atom::Compare(CompareOp::Greater, operand, high)],
        ]),
        _ => Some(vec![vec![Atom::Is(expr, holds)]]),
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Literal {
    Number(BigDecimal),
    Text(String),
    Bool(bool),
    /// A date is its midnight.
    Time(jiff::civil::DateTime),
}

/// The values that an expression can have: between two ends (each in or out), one of a list, and not one of another.
#[derive(Clone, Debug, Default)]
struct Values {
    low: Option<(Literal, bool)>,
    high: Option<(Literal, bool)>,
    among: Option<BTreeSet<Literal>>,
    without: BTreeSet<Literal>,
}

impl Values {
    fn holds(&self, value: &Literal) -> bool {
        let above = self.low.as_ref().is_none_or(|(low, within)| value > low || (*within && value == low));
        let below = self.high.as_ref().is_none_or(|(high, within)| value < high || (*within && value == high));
        above && below && !self.without.contains(value) && self.among.as_ref().is_none_or(|all| all.contains(value))
    }

    fn is_empty(&self) -> bool {
        if let Some(all) = &self.among {
            return !all.iter().any(|value| self.holds(value));
        }
        match (&self.low, &self.high) {
            (Some((low, _)), Some((high, _))) => low > high || (low == high && !self.holds(low)),
            _ => false,
        }
    }

    fn raise(&mut self, low: Literal, within: bool) {
        let higher = self.low.as_ref().is_none_or(|(own, own_within)| low > *own || (low == *own && *own_within));
        if higher {
            self.low = Some((low, within));
        }
    }

    fn lower(&mut self, high: Literal, within: bool) {
        let lower = self.high.as_ref().is_none_or(|(own, own_within)| high < *own || (high == *own && *own_within));
        if lower {
            self.high = Some((high, within));
        }
    }

    fn restrict(&mut self, list: BTreeSet<Literal>) {
        self.among = Some(match &self.among {
            None => list,
            Some(own) => own.intersection(&list).cloned().collect(),
        });
    }

    fn compare(&mut self, op: CompareOp, value: Literal) {
        match op {
            CompareOp::Equal => self.restrict([value].into()),
            CompareOp::NotEqual => {
                self.without.insert(value);
            }
            CompareOp::Less => self.lower(value, false),
            CompareOp::LessEqual => self.lower(value, true),
            CompareOp::Greater => self.raise(value, false),
            CompareOp::GreaterEqual => self.raise(value, true),
        }
    }

    /// Ends of whole numbers are whole, in, and none of the exceptions.
    fn settle_whole(&mut self) {
        let next = |end: &Option<(Literal, bool)>, up: bool, without: &BTreeSet<Literal>| {
            let Some((Literal::Number(value), within)) = end else { return end.clone() };
            let mode = if up { RoundingMode::Ceiling } else { RoundingMode::Floor };
            let step = if up { BigDecimal::one() } else { -BigDecimal::one() };
            let mut whole = value.with_scale_round(0, mode);
            if whole == *value && !within {
                whole += &step;
            }
            let mut left = without.len();
            while left > 0 && without.contains(&Literal::Number(whole.clone())) {
                whole += &step;
                left -= 1;
            }
            Some((Literal::Number(whole), true))
        };
        self.low = next(&self.low, true, &self.without);
        self.high = next(&self.high, false, &self.without);
    }

    fn range(&self) -> Interval {
        let number = |literal: &Literal| match literal {
            Literal::Number(value) => Some(super::rows::nearest(value)),
            _ => None,
        };
        let ends = Interval::new(
            self.low.as_ref().and_then(|(low, _)| number(low)).unwrap_or(f64::NEG_INFINITY),
            self.high.as_ref().and_then(|(high, _)| number(high)).unwrap_or(f64::INFINITY),
        );
        let Some(all) = &self.among else { return ends };
        let listed: Option<Vec<f64>> = all.iter().filter(|value| self.holds(value)).map(number).collect();
        listed.map_or(ends, |all| all.into_iter().fold(Interval::EMPTY, |hull, v| hull.hull(Interval::point(v))))
    }
}

/// The three orders that two values can stand in, as bits.
const LESS: u8 = 1;
const EQUAL: u8 = 2;
const GREATER: u8 = 4;

fn orders(op: CompareOp) -> u8 {
    match op {
        CompareOp::Equal => EQUAL,
        CompareOp::NotEqual => LESS | GREATER,
        CompareOp::Less => LESS,
        CompareOp::LessEqual => LESS | EQUAL,
        CompareOp::Greater => GREATER,
        CompareOp::GreaterEqual => GREATER | EQUAL,
    }
}

pub fn negated(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal => CompareOp::NotEqual,
        CompareOp::NotEqual => CompareOp::Equal,
        CompareOp::Less => CompareOp::GreaterEqual,
        CompareOp::LessEqual => CompareOp::Greater,
        CompareOp::Greater => CompareOp::LessEqual,
        CompareOp::GreaterEqual => CompareOp::Less,
    }
}

/// `a op b` as `b op a`.
pub fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal | CompareOp::NotEqual => op,
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
    }
}

/// What a conjunction of atoms says.
pub struct Known<'e, 'd> {
    rows: Rows<'d>,
    values: HashMap<&'e RowExpr, Values>,
    orders: HashMap<(&'e RowExpr, &'e RowExpr), u8>,
    /// Expressions that are not missing, and those that are.
    present: HashSet<&'e RowExpr>,
    missing: HashSet<&'e RowExpr>,
    /// Conditions that nothing more is known of than that they are true, or false.
    opaque: HashMap<&'e RowExpr, bool>,
    /// No row is so.
    pub impossible: bool,
}

impl Narrow for Known<'_, '_> {
    fn range(&self, expr: &RowExpr) -> Option<Interval> {
        self.values.get(expr).map(Values::range)
    }
}

impl<'e, 'd> Known<'e, 'd> {
    fn of(rows: &Rows<'d>, atoms: &[Atom<'e>]) -> Known<'e, 'd> {
        let mut known = Known {
            rows: *rows,
            values: HashMap::new(),
            orders: HashMap::new(),
            present: HashSet::new(),
            missing: HashSet::new(),
            opaque: HashMap::new(),
            impossible: false,
        };
        for atom in atoms {
            match atom {
                Atom::Is(expr, holds) => known.add(expr, *holds),
                Atom::Compare(op, left, right) => known.relate(*op, left, right),
            }
        }
        known.settle();
        known
    }

    fn add(&mut self, expr: &'e RowExpr, holds: bool) {
        match &expr.kind {
            RowKind::Bool(value) => self.impossible |= *value != holds,
            RowKind::Field(_) => self.compare(expr, CompareOp::Equal, Literal::Bool(holds)),
            RowKind::Compare { op, left, right } => self.relate(if holds { *op } else { negated(*op) }, left, right),
            RowKind::InList { operand, items, negated } => {
                let list: Option<BTreeSet<Literal>> = items.iter().map(|item| self.literal(item)).collect();
                self.present(operand);
                match list {
                    None => self.opaque(expr, holds),
                    Some(list) if holds != *negated => self.values_of(operand).restrict(list),
                    Some(list) => self.values_of(operand).without.extend(list),
                }
            }
            RowKind::IsMissing { operand, negated } => {
                if holds != *negated {
                    self.missing.insert(operand);
                } else {
                    self.present(operand);
                }
            }
            RowKind::Contains { operand, text } | RowKind::StartsWith { operand, text } => {
                self.present(operand);
                self.present(text);
                self.opaque(expr, holds);
            }
            _ => self.opaque(expr, holds),
        }
    }

    fn relate(&mut self, op: CompareOp, left: &'e RowExpr, right: &'e RowExpr) {
        match (self.literal(left), self.literal(right)) {
            (None, Some(value)) => self.compare(left, op, value),
            (Some(value), None) => self.compare(right, mirrored(op), value),
            (Some(a), Some(b)) => {
                let order = match a.cmp(&b) {
                    std::cmp::Ordering::Less => LESS,
                    std::cmp::Ordering::Equal => EQUAL,
                    std::cmp::Ordering::Greater => GREATER,
                };
                self.impossible |= orders(op) & order == 0;
            }
            (None, None) => {
                self.present(left);
                self.present(right);
                // Both ways round, so that either is found.
                *self.orders.entry((left, right)).or_insert(LESS | EQUAL | GREATER) &= orders(op);
                *self.orders.entry((right, left)).or_insert(LESS | EQUAL | GREATER) &= orders(mirrored(op));
                self.impossible |= left == right && orders(op) & EQUAL == 0;
            }
        }
    }

    fn opaque(&mut self, expr: &'e RowExpr, holds: bool) {
        self.impossible |= self.opaque.insert(expr, holds).is_some_and(|before| before != holds);
    }

    fn compare(&mut self, expr: &'e RowExpr, op: CompareOp, value: Literal) {
        self.present(expr);
        self.values_of(expr).compare(op, value);
    }

    fn values_of(&mut self, expr: &'e RowExpr) -> &mut Values {
        let rows = self.rows;
        self.values.entry(expr).or_insert_with(|| declared(&rows, expr))
    }

    /// It is known, and so is what it is computed from.
    fn present(&mut self, expr: &'e RowExpr) {
        if !self.present.insert(expr) {
            return;
        }
        match &expr.kind {
            RowKind::Scaled(x, _) | RowKind::Negate(x) | RowKind::Moved { operand: x, .. } => self.present(x),
            RowKind::Arithmetic { left, right, .. } | RowKind::Elapsed { from: left, to: right } => {
                self.present(left);
                self.present(right);
            }
            RowKind::Function { args, .. } => args.iter().for_each(|arg| self.present(arg)),
            _ => {}
        }
    }

    fn settle(&mut self) {
        for (expr, values) in &mut self.values {
            if self.rows.is_whole(expr) {
                values.settle_whole();
            }
            self.impossible |= values.is_empty();
        }
        self.impossible |= self.orders.values().any(|orders| *orders == 0);
        self.impossible |=
            self.missing.iter().any(|expr| self.present.contains(expr) || !self.rows.may_be_missing(expr));
    }

    fn literal(&self, expr: &RowExpr) -> Option<Literal> {
        literal(&self.rows, expr)
    }

    /// Is it true (or false) in every row of which this is known? `case` is what it was made from.
    fn proves(&self, q: &'e RowExpr, holds: bool, case: &[Atom<'e>]) -> bool {
        let structural = match (&q.kind, holds) {
            (RowKind::Not(x), _) => self.proves(x, !holds, case),
            (RowKind::And(a, b), true) | (RowKind::Or(a, b), false) => {
                self.proves(a, holds, case) && self.proves(b, holds, case)
            }
            (RowKind::Or(a, b), true) | (RowKind::And(a, b), false) => {
                self.proves(a, holds, case) || self.proves(b, holds, case)
            }
            (RowKind::Between { operand, low, high, negated }, _) => {
                let follows = |op, end| self.proves_order(op, operand, end, case);
                if holds != *negated {
                    follows(CompareOp::GreaterEqual, low) && follows(CompareOp::LessEqual, high)
                } else {
                    follows(CompareOp::Less, low) || follows(CompareOp::Greater, high)
                }
            }
            _ => false,
        };
        structural || (self.has_value(q) && self.refutes(Atom::Is(q, !holds), case))
    }

    fn proves_order(&self, op: CompareOp, left: &'e RowExpr, right: &'e RowExpr, case: &[Atom<'e>]) -> bool {
        self.has_value(left) && self.has_value(right) && self.refutes(Atom::Compare(negated(op), left, right), case)
    }

    /// Is this so in no row of which this is known?
    fn refutes(&self, atom: Atom<'e>, case: &[Atom<'e>]) -> bool {
        let all = case.iter().copied().chain([atom]);
        cases(all).is_some_and(|cases| cases.iter().all(|case| Known::of(&self.rows, case).impossible))
    }

    /// Is it known in every row of which this is known?
    fn has_value(&self, expr: &RowExpr) -> bool {
        if self.present.contains(expr) || self.opaque.contains_key(expr) || !self.rows.may_be_missing(expr) {
            return true;
        }
        let of = |x: &RowExpr| self.has_value(x);
        match &expr.kind {
            RowKind::Scaled(x, _) | RowKind::Negate(x) | RowKind::Not(x) | RowKind::Moved { operand: x, .. } => of(x),
            RowKind::Arithmetic { op, left, right } => {
                *op != crate::design::ArithmeticOp::Divide && of(left) && of(right)
            }
            RowKind::Compare { left, right, .. }
            | RowKind::And(left, right)
            | RowKind::Or(left, right)
            | RowKind::Elapsed { from: left, to: right } => of(left) && of(right),
            RowKind::InList { operand, .. } => of(operand),
            RowKind::Between { operand, low, high, .. } => of(operand) && of(low) && of(high),
            RowKind::Contains { operand, text } | RowKind::StartsWith { operand, text } => of(operand) && of(text),
            _ => false,
        }
    }
}

/// What a field declares: its ends, its list.
fn declared(rows: &Rows, expr: &RowExpr) -> Values {
    let mut values = Values::default();
    let (path, factor) = match &expr.kind {
        RowKind::Field(path) => (Some(path), None),
        RowKind::Scaled(inner, factor) => match &inner.kind {
            RowKind::Field(path) if *factor > BigDecimal::zero() => (Some(path), Some(factor)),
            _ => (None, None),
        },
        _ => (None, None),
    };
    let field = path.and_then(|path| rows.field(path)).map(|(_, field)| field).filter(|f| f.computed.is_none());
    if let Some(field) = field {
        let scaled = |value: &BigDecimal| factor.map_or_else(|| value.clone(), |factor| value * factor);
        let (low, high) = field.domain.clone().unwrap_or((None, None));
        values.low = low.map(|low| (Literal::Number(scaled(&low)), true));
        values.high = high.map(|high| (Literal::Number(scaled(&high)), true));
        if !field.members.is_empty() {
            values.among = Some(field.members.iter().map(|m| Literal::Text(m.clone())).collect());
        }
    } else if matches!(expr.ty, RowType::Number { .. }) {
        let range = rows.range(expr, &());
        let end = |value: f64| BigDecimal::from_f64(value).map(|value| (Literal::Number(value), true));
        // What is computed may be rounded: no proof hangs on the last digit.
        let margin = |value: f64| value.abs() * 1e-9;
        values.low = end(range.low - margin(range.low));
        values.high = end(range.high + margin(range.high));
    }
    if expr.ty == RowType::Bool {
        values.among = Some([Literal::Bool(false), Literal::Bool(true)].into());
    }
    values
}

/// A value that is the same in every row.
fn literal(rows: &Rows, expr: &RowExpr) -> Option<Literal> {
    let number = |expr: &RowExpr| match literal(rows, expr)? {
        Literal::Number(value) => Some(value),
        _ => None,
    };
    match &expr.kind {
        RowKind::Number(value) => Some(Literal::Number(value.clone())),
        RowKind::Text(text) => Some(Literal::Text(text.clone())),
        RowKind::Bool(value) => Some(Literal::Bool(*value)),
        RowKind::Date(date) => Some(Literal::Time(date.at(0, 0, 0, 0))),
        RowKind::Timestamp(time) => Some(Literal::Time(*time)),
        RowKind::Constant(id) => match rows.design.constants.get(id.index())?.phases.as_slice() {
            [(None, value)] => Some(Literal::Number(value.clone())),
            _ => None,
        },
        RowKind::Negate(x) => number(x).map(|value| Literal::Number(-value)),
        RowKind::Scaled(x, factor) => number(x).map(|value| Literal::Number(value * factor)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::super::testing;
    use super::*;
    use crate::design::{Design, FormulaKind, SourceId};

    fn filters(conditions: &[&str]) -> Design {
        let counts: Vec<String> = conditions.iter().map(|c| format!("count(s where {c})")).collect();
        testing::measures(&counts)
    }

    fn filter(design: &Design, at: usize) -> &RowExpr {
        match &design.measures[at].formula.kind {
            FormulaKind::Aggregate(aggregate) => aggregate.filter.as_ref().unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn implied(p: &str, q: &str) -> bool {
        let design = filters(&[p, q]);
        let rows = Rows::new(&design, SourceId(0));
        implies(&rows, Some(filter(&design, 0)), Some(filter(&design, 1)))
    }

    #[test]
    fn what_follows() {
        for (p, q) in [
            ("a >= 4", "a >= 3"),
            ("a > 3", "a >= 4"),
            ("a = 2", "a between 1 and 3"),
            ("a = 2 and f", "a != 3"),
            ("t = \"x\"", "t in (\"x\", \"y\")"),
            ("t in (\"x\", \"y\")", "t != \"z\""),
            ("t != \"z\"", "t in (\"x\", \"y\")"),
            ("t = \"x\" or t = \"y\"", "t != \"z\""),
            ("b > 1", "b is known"),
            ("a + b > 1", "b is known"),
            ("a < b", "a <= b"),
            ("b > a", "a != b"),
            ("not (a < b)", "b <= a"),
            ("t contains \"x\" and f", "t contains \"x\""),
            ("a > 9", "f"),
            ("a >= 4 and not (a != 4)", "a = 4"),
            ("f", "u = \"p\" or f"),
            ("b in (1, 2)", "b >= 1"),
        ] {
            assert!(implied(p, q), "`{p}` implies `{q}`");
        }
    }

    #[test]
    fn what_does_not_follow() {
        for (p, q) in [
            ("a >= 3", "a >= 4"),
            ("f", "b is known"),
            ("t in (\"x\", \"y\")", "t = \"x\""),
            // A row without b matches neither side.
            ("f", "b = 1 or b != 1"),
            ("a > 1", "not (b > 1)"),
            ("c > 1", "c >= 2"),
            ("a <= b", "a < b"),
        ] {
            assert!(!implied(p, q), "`{p}` does not imply `{q}`");
        }
    }

    #[test]
    fn what_is_always_or_never_so() {
        let design = filters(&[
            "a >= 0",
            "a = 1 or a != 1",
            "t in (\"x\", \"y\", \"z\")",
            "b = 1 or b != 1",
            "a > 4",
            "a = 1 and t = \"x\" and a = 2",
            "b is missing and b > 1",
            "c > 0 and c <= 0",
            "a is missing",
        ]);
        let rows = Rows::new(&design, SourceId(0));
        let which = |judge: fn(&Rows, &RowExpr) -> bool| -> Vec<usize> {
            (0..design.measures.len()).filter(|at| judge(&rows, filter(&design, *at))).collect()
        };
        assert_eq!(which(always), [0, 1, 2]);
        assert_eq!(which(never), [4, 5, 6, 7, 8]);
        assert!(apart(&rows, filter(&design, 1), filter(&design, 4)));
        assert!(!apart(&rows, filter(&design, 0), filter(&design, 1)));
    }

    #[test]
    fn more_alternatives_than_are_looked_at_prove_nothing() {
        let wide = (0..10).map(|n| format!("(b = {n} or c = 1)")).collect::<Vec<_>>().join(" and ");
        assert!(!implied(&wide, "b is known or c is known"));
    }

    proptest! {
        #[test]
        fn what_is_proved_holds_in_every_row(p in testing::condition(), q in testing::condition(), rows in testing::rows()) {
            let design = filters(&[&p, &q]);
            let all = Rows::new(&design, SourceId(0));
            let (p, q) = (filter(&design, 0), filter(&design, 1));
            let (follows, none, both) = (implies(&all, Some(p), Some(q)), never(&all, p), apart(&all, p, q));
            let known = narrowing(&all, Some(p));
            for row in &rows {
                let (is_p, is_q) = (testing::matches(Some(p), row), testing::matches(Some(q), row));
                prop_assert!(!(follows && is_p && !is_q), "{row:?}");
                prop_assert!(!(none && is_p), "{row:?}");
                prop_assert!(!(both && is_p && is_q), "{row:?}");
                prop_assert!(!always(&all, p) || is_p, "{row:?}");
                for expr in known.values.keys() {
                    if let (true, Some(testing::Cell::Number(value))) = (is_p, testing::cell(expr, row)) {
                        prop_assert!(all.range(expr, &known).contains(value), "{expr:?} {value}");
                    }
                }
            }
        }

        #[test]
        fn a_condition_implies_itself(p in testing::condition()) {
            let design = filters(&[&p, &format!("({p}) or a > 2"), &format!("not not ({p})")]);
            let rows = Rows::new(&design, SourceId(0));
            for q in 0..3 {
                prop_assert!(implies(&rows, Some(filter(&design, 0)), Some(filter(&design, q))));
            }
        }
    }
}
