//! What a formula can be: an interval that encloses every known value, from what the fields declare.
//!
//! Operations on intervals take their operands for independent, so `(a - b) / a` seems unbounded even where b is a part of
//! a. What belongs together is therefore looked at together: a sum over a whole that it is a part of, by the filters (see
//! [`super::implication`]), the sets, the slices, lies in 0..1.

use std::cell::Cell;

use crate::design::{
    Aggregate, AggregateFunction, ArithmeticOp, ByFunction, CompareOp, ConstantId, Design, Over, RowExpr, RowKind,
    ScalarFunction, SetOp,
};
use crate::functions::{self, Aggregation, Meaning, RangeRule};
use crate::value::Interval;

use super::expression::{Expression, Keys, Leaf, Node, NodeId, Place, Shift, TOLERANCE, Variable};
use super::implication;
use super::rows::{Rows, arithmetic, nearest};

/// How far `part` looks into sums and products.
const MOST_DEPTH: usize = 16;
/// Questions about parts that one pass asks.
const MOST_STEPS: usize = 2_000;
/// Terms of a sum that are held against those of another.
const MOST_TERMS: usize = 32;

/// Every value that a constant has on some day.
pub fn constant(design: &Design, id: ConstantId) -> Interval {
    let phases = design.constants.get(id.index()).map_or(&[][..], |c| &c.phases);
    phases.iter().fold(Interval::EMPTY, |hull, (_, value)| hull.hull(Interval::point(nearest(value))))
}

/// Is there a day before a constant's first value?
pub fn has_beginning(design: &Design, id: ConstantId) -> bool {
    design.constants.get(id.index()).and_then(|c| c.phases.first()).is_none_or(|(from, _)| from.is_some())
}

/// What a function makes of its arguments; `unit` is what `round` rounds in.
pub fn scalar(function: ScalarFunction, args: &[Interval], unit: f64) -> Interval {
    let arg = |n: usize| args.get(n).copied().unwrap_or(Interval::ALL);
    let first = arg(0);
    match function {
        ScalarFunction::Round => round(first, args.get(1).copied().unwrap_or(Interval::ZERO), unit),
        ScalarFunction::Abs => first.abs(),
        ScalarFunction::Min => args.iter().copied().reduce(Interval::min).unwrap_or(Interval::ALL),
        ScalarFunction::Max => args.iter().copied().reduce(Interval::max).unwrap_or(Interval::ALL),
        ScalarFunction::Clamp => first.clamp(arg(1), arg(2)),
        ScalarFunction::Sqrt => first.sqrt(),
        ScalarFunction::Ln => first.ln(),
        ScalarFunction::Exp => first.exp(),
        ScalarFunction::Power => first.pow(arg(1)),
    }
}

fn round(x: Interval, digits: Interval, unit: f64) -> Interval {
    if x.is_empty() || digits.is_empty() {
        return Interval::EMPTY;
    }
    // It moves a value by half of the last digit at most, and never across 0.
    let step = 10f64.powf(-digits.low) * unit;
    if digits.is_point() && digits.low.abs() <= 15.0 && step.is_finite() {
        let rounded = x.monotone(|end| if end.is_finite() { (end / step).round() * step } else { end });
        let margin = |end: f64| end.abs() * 1e-15;
        return Interval::new(rounded.low - margin(rounded.low), rounded.high + margin(rounded.high));
    }
    match (x.is_not_negative(), x.is_not_positive()) {
        (true, true) => Interval::ZERO,
        (true, false) => Interval::NOT_NEGATIVE,
        (false, true) => Interval::NOT_POSITIVE,
        (false, false) => Interval::ALL,
    }
}

/// A sum of any number of values that lie in an interval, none included.
fn sum_of_many(each: Interval) -> Interval {
    if each.is_empty() || each == Interval::ZERO {
        Interval::ZERO
    } else if each.is_not_negative() {
        Interval::NOT_NEGATIVE
    } else if each.is_not_positive() {
        Interval::NOT_POSITIVE
    } else {
        Interval::ALL
    }
}

/// The standard deviation of a sample in an interval is greatest for two values at its ends.
fn deviation(each: Interval) -> Interval {
    if each.is_bounded() {
        let most = Interval::point(each.width()).div(Interval::point(2.0).sqrt());
        Interval::new(0.0, most.high)
    } else {
        Interval::NOT_NEGATIVE
    }
}

/// What a function gives of values in an interval, by the rule that the table of functions has for it. Of functions on
/// numbers alone see [`scalar`].
pub fn ruled(meaning: Meaning, each: Interval) -> Interval {
    let rule = functions::all().find(|f| f.meaning == meaning).map(|f| f.range);
    match rule {
        Some(RangeRule::Within) => each,
        Some(RangeRule::Count) => Interval::NOT_NEGATIVE,
        Some(RangeRule::Sum) => sum_of_many(each),
        Some(RangeRule::Spread) => deviation(each),
        Some(RangeRule::Distance) => each.abs(),
        Some(RangeRule::Between(low, high)) => Interval::new(low.into(), high.into()),
        Some(RangeRule::Rising | RangeRule::Arithmetic | RangeRule::Whole | RangeRule::Keys) | None => Interval::ALL,
    }
}

/// What one aggregate can be.
pub fn aggregate(design: &Design, aggregate: &Aggregate) -> Interval {
    let aggregation = match aggregate.function {
        AggregateFunction::Count => Aggregation::Count,
        AggregateFunction::CountDistinct => Aggregation::CountDistinct,
        AggregateFunction::Sum => Aggregation::Sum,
        AggregateFunction::Avg => Aggregation::Avg,
        AggregateFunction::Min => Aggregation::Min,
        AggregateFunction::Max => Aggregation::Max,
        AggregateFunction::Median => Aggregation::Median,
        AggregateFunction::Percentile(_) => Aggregation::Percentile,
        AggregateFunction::Stddev => Aggregation::Stddev,
        AggregateFunction::WeightedAvg => Aggregation::WeightedAvg,
        AggregateFunction::Opening => Aggregation::Opening,
        AggregateFunction::Closing => Aggregation::Closing,
        AggregateFunction::AverageBalance => Aggregation::AverageBalance,
    };
    let rows = Rows::new(design, aggregate.source);
    let known = implication::narrowing(&rows, aggregate.filter.as_ref());
    // With weights of both signs a mean may lie anywhere.
    let mixed = aggregate.weight.as_ref().is_some_and(|weight| {
        let range = rows.range(weight, &known);
        !range.is_not_negative() && !range.is_not_positive()
    });
    let each = if mixed { Interval::ALL } else { argument(design, aggregate) };
    ruled(Meaning::Aggregate(aggregation), each)
}

/// What is aggregated, in the rows that match.
fn argument(design: &Design, aggregate: &Aggregate) -> Interval {
    let rows = Rows::new(design, aggregate.source);
    let known = implication::narrowing(&rows, aggregate.filter.as_ref());
    aggregate.argument.as_ref().map_or(Interval::ALL, |argument| rows.range(argument, &known))
}

/// What a variable can be, by its leaf alone. An indicator: see [`super::Analysis`], which knows its formula.
pub fn variable(design: &Design, variable: &Variable) -> Interval {
    match &variable.leaf {
        Leaf::Aggregate(leaf) => aggregate(design, leaf),
        Leaf::Keys(_) => Interval::NOT_NEGATIVE,
        Leaf::Constant(id) => constant(design, *id),
        // A window has a day at least.
        Leaf::PerYear(_) => Interval::new(0.0, 366.0),
        Leaf::Indicator(_) | Leaf::Unknown(_) => Interval::ALL,
    }
}

/// The range of every variable, by its leaf alone.
pub fn variables(expression: &Expression) -> Vec<Interval> {
    expression.variables().iter().map(|v| variable(expression.design, v)).collect()
}

/// The interval of every node, for variables in these (in their order).
pub struct Ranges<'e, 'd> {
    pub expression: &'e Expression<'d>,
    nodes: Vec<Interval>,
    /// Questions about parts that may still be asked; then nothing more is proved.
    steps: Cell<usize>,
}

impl<'e, 'd> Ranges<'e, 'd> {
    pub fn new(expression: &'e Expression<'d>, variables: &[Interval]) -> Ranges<'e, 'd> {
        let nodes = Vec::with_capacity(expression.nodes().len());
        let mut ranges = Ranges { expression, nodes, steps: Cell::new(MOST_STEPS) };
        for (id, node) in expression.ids().zip(expression.nodes()) {
            let range = ranges.step(id, node, variables);
            ranges.nodes.push(range);
        }
        ranges
    }

    pub fn of(&self, id: NodeId) -> Interval {
        self.nodes.get(id.index()).copied().unwrap_or(Interval::ALL)
    }

    /// Of the whole formula.
    pub fn root(&self) -> Interval {
        self.of(self.expression.root())
    }

    fn step(&self, _: NodeId, node: &Node, variables: &[Interval]) -> Interval {
        let of = |id: &NodeId| self.of(*id);
        match node {
            Node::Constant(value) => Interval::point(nearest(value)),
            Node::Bool(value) => Interval::point(f64::from(*value)),
            Node::Variable(place) => variables.get(*place).copied().unwrap_or(Interval::ALL),
            Node::Negate(x) => of(x).neg(),
            Node::Arithmetic(ArithmeticOp::Divide, a, b) => of(a).div(of(b)).intersect(self.ratio(*a, *b)),
            Node::Arithmetic(ArithmeticOp::Subtract, a, b) => self.difference(*a, *b),
            Node::Arithmetic(ArithmeticOp::Multiply, a, b) if a == b => of(a).powi(2),
            Node::Arithmetic(op, a, b) => arithmetic(*op, of(a), of(b)),
            Node::Positive(x) => of(x).intersect(Interval::NOT_NEGATIVE),
            Node::Function(function, args, unit) => {
                let args: Vec<Interval> = args.iter().map(of).collect();
                scalar(*function, &args, f64::from(*unit))
            }
            Node::Members(function, _, x) => {
                let aggregation = match function {
                    ByFunction::Sum => Aggregation::Sum,
                    ByFunction::Avg => Aggregation::Avg,
                    ByFunction::Min => Aggregation::Min,
                    ByFunction::Max => Aggregation::Max,
                    ByFunction::Median => Aggregation::Median,
                    ByFunction::Percentile(_) => Aggregation::Percentile,
                    ByFunction::Stddev => Aggregation::Stddev,
                    ByFunction::Count => Aggregation::Count,
                };
                ruled(Meaning::Aggregate(aggregation), of(x))
            }
            Node::Compare(op, a, b) => compare(*op, of(a), of(b)),
            Node::Not(x) => Interval::point(1.0).sub(of(x)),
            Node::And(a, b) => logical(of(a), of(b)),
            Node::Or(a, b) => {
                let not = |x: Interval| Interval::point(1.0).sub(x);
                not(logical(not(of(a)), not(of(b))))
            }
            // Whether a value is missing is not followed.
            Node::IsMissing(x, negated) if of(x).is_empty() => Interval::point(f64::from(!negated)),
            Node::IsMissing(..) => Interval::SHARE,
            Node::If(condition, then, other) => {
                let condition = of(condition);
                let then = if condition.contains(1.0) { of(then) } else { Interval::EMPTY };
                let other = other.as_ref().filter(|_| condition.contains(0.0)).map_or(Interval::EMPTY, of);
                then.hull(other)
            }
            Node::Otherwise(a, b) => of(a).hull(of(b)),
        }
    }

    /// A difference; of a whole and a part of it not below 0.
    fn difference(&self, a: NodeId, b: NodeId) -> Interval {
        let plain = self.of(a).sub(self.of(b));
        if a == b {
            return plain.intersect(Interval::ZERO);
        }
        if self.part(b, a, 0) {
            return plain.intersect(Interval::NOT_NEGATIVE);
        }
        if self.part(a, b, 0) { plain.intersect(Interval::NOT_POSITIVE) } else { plain }
    }

    /// Is the one a part of the other, so that 0 cases of the whole are 0 of the part? True is a proof.
    pub fn is_part(&self, part: NodeId, whole: NodeId) -> bool {
        self.part(part, whole, 0) || self.is_share(&self.terms(part), whole)
    }

    // ---- parts and wholes ----------------------------------------------------------------------------------------

    /// What `a / b` can be, where they have parts in common.
    fn ratio(&self, a: NodeId, b: NodeId) -> Interval {
        let (a, b) = (self.base(a), self.base(b));
        let above = self.terms(a);
        // Term by term over one whole: (a - b) / a is 1 - b / a.
        let mut sum = Interval::ZERO;
        for (sign, term) in &above {
            sum = sum.add(Interval::point(*sign).mul(self.simple_ratio(*term, b)));
        }
        if self.is_share(&above, b) { sum.intersect(Interval::SHARE) } else { sum }
    }

    fn simple_ratio(&self, a: NodeId, b: NodeId) -> Interval {
        let plain = self.of(a).div(self.of(b));
        if a == b {
            plain.intersect(Interval::point(1.0))
        } else if self.part(a, b, 0) {
            plain.intersect(Interval::SHARE)
        } else if self.part(b, a, 0) {
            plain.intersect(Interval::new(1.0, f64::INFINITY))
        } else {
            plain
        }
    }

    /// Each term above is a part of another one below, and nothing is negative: a / (a + b).
    fn is_share(&self, above: &[(f64, NodeId)], b: NodeId) -> bool {
        let mut below = self.terms(b);
        let positive = |(sign, term): &(f64, NodeId)| *sign > 0.0 && self.of(*term).is_not_negative();
        if !above.iter().all(positive) || !below.iter().all(positive) {
            return false;
        }
        above.iter().all(|(_, term)| {
            let whole = below.iter().position(|(_, whole)| self.part(*term, *whole, 0));
            whole.map(|at| below.swap_remove(at)).is_some()
        })
    }

    /// What carries the value: the base of a growth is what it is of.
    fn base(&self, id: NodeId) -> NodeId {
        match self.expression.node(id) {
            Some(Node::Positive(x)) => *x,
            _ => id,
        }
    }

    /// A sum as its terms with their signs.
    fn terms(&self, id: NodeId) -> Vec<(f64, NodeId)> {
        let mut terms = Vec::new();
        let whole = (1.0, id);
        let mut waiting = vec![whole];
        while let Some((sign, id)) = waiting.pop() {
            if terms.len() + waiting.len() > MOST_TERMS {
                return vec![whole];
            }
            match self.expression.node(id) {
                Some(Node::Arithmetic(ArithmeticOp::Add, a, b)) => waiting.extend([(sign, *b), (sign, *a)]),
                Some(Node::Arithmetic(ArithmeticOp::Subtract, a, b)) => waiting.extend([(-sign, *b), (sign, *a)]),
                Some(Node::Negate(x)) => waiting.push((-sign, *x)),
                _ => terms.push((sign, id)),
            }
        }
        terms
    }

    fn may_ask(&self) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        left > 0
    }

    /// Is `0 <= a <= b` wherever both are known? True is a proof.
    fn part(&self, a: NodeId, b: NodeId, depth: usize) -> bool {
        if !self.of(a).is_not_negative() || depth > MOST_DEPTH || !self.may_ask() {
            return false;
        }
        if a == b {
            return true;
        }
        let part = |a: &NodeId, b: &NodeId| self.part(*a, *b, depth + 1);
        let (Some(left), Some(right)) = (self.expression.node(a), self.expression.node(b)) else { return false };
        let above = match right {
            Node::Arithmetic(ArithmeticOp::Add, x, y) => {
                let positive = |id: &NodeId| self.of(*id).is_not_negative();
                positive(x) && positive(y) && (part(&a, x) || part(&a, y))
            }
            Node::Function(ScalarFunction::Max, args, _) => args.iter().any(|arg| part(&a, arg)),
            Node::Function(ScalarFunction::Min, args, _) => args.iter().all(|arg| part(&a, arg)),
            Node::Positive(x) => part(&a, x),
            Node::Otherwise(x, y) => part(&a, x) && part(&a, y),
            _ => false,
        };
        above
            || match (left, right) {
                (Node::Arithmetic(ArithmeticOp::Subtract, x, y), _) => {
                    self.of(*y).is_not_negative() && self.of(*x).is_not_negative() && part(x, &b)
                }
                (Node::Arithmetic(ArithmeticOp::Multiply, x, y), _) => {
                    (self.of(*x).within(Interval::SHARE) && part(y, &b))
                        || (self.of(*y).within(Interval::SHARE) && part(x, &b))
                }
                (Node::Function(ScalarFunction::Min, args, _), _) => args.iter().any(|arg| part(arg, &b)),
                (Node::Function(ScalarFunction::Max, args, _), _) => args.iter().all(|arg| part(arg, &b)),
                (Node::Positive(x), _) => part(x, &b),
                (Node::If(_, then, Some(other)), _) => part(then, &b) && part(other, &b),
                (Node::If(_, then, None), _) => part(then, &b),
                (Node::Otherwise(x, y), _) => part(x, &b) && part(y, &b),
                (Node::Members(ByFunction::Count, Over::Dimension(dimension), x), Node::Variable(whole)) => {
                    self.counts_members(*dimension, *x, *whole)
                }
                (Node::Variable(a), Node::Variable(b)) => {
                    let variables = self.expression.variables();
                    variables.get(*a).zip(variables.get(*b)).is_some_and(|(a, b)| self.leaf_part(a, b))
                }
                _ => false,
            }
    }

    /// `count(x by employee)` of `count_distinct(staff.employee_id)`: members are values of the dimension's field in rows
    /// that x reads.
    fn counts_members(&self, dimension: crate::design::DimensionId, x: NodeId, whole: usize) -> bool {
        let expression = self.expression;
        let Some(Variable { place, leaf: Leaf::Aggregate(whole) }) = expression.variables().get(whole) else {
            return false;
        };
        let field = expression.design.dimensions.get(dimension.index()).and_then(|d| d.field_in(whole.source));
        let counted = whole.argument.as_ref().map(|argument| &argument.kind);
        let same = matches!((field, counted), (Some(field), Some(RowKind::Field(path))) if field == path);
        let inner: Place = place.iter().cloned().chain([Shift::Each(Over::Dimension(dimension))]).collect();
        let reads_the_same = |id: &NodeId| match expression.node(*id) {
            Some(Node::Variable(at)) => expression.variables().get(*at).is_some_and(|v| match &v.leaf {
                Leaf::Aggregate(leaf) => leaf.source == whole.source && leaf.time == whole.time && v.place == inner,
                Leaf::Constant(_) => true,
                _ => false,
            }),
            _ => true,
        };
        whole.function == AggregateFunction::CountDistinct
            && whole.filter.is_none()
            && same
            && expression.below(x).iter().all(reads_the_same)
    }

    fn leaf_part(&self, a: &Variable<'d>, b: &Variable<'d>) -> bool {
        let design = self.expression.design;
        match (&a.leaf, &b.leaf) {
            (Leaf::Aggregate(part), Leaf::Aggregate(whole)) => {
                narrower(&a.place, &b.place) && aggregate_part(design, part, whole)
            }
            (Leaf::Keys(part), Leaf::Keys(whole)) => self.set_part(*part, *whole, 0),
            (Leaf::Keys(part), Leaf::Aggregate(whole)) => match self.expression.set(*part) {
                Some(Keys::Atom(atom, place)) => {
                    let counts = match (&whole.function, &whole.argument) {
                        (AggregateFunction::Count, _) => true,
                        (AggregateFunction::CountDistinct, Some(argument)) => {
                            argument.kind == RowKind::Field(atom.key.clone())
                        }
                        _ => false,
                    };
                    counts
                        && (atom.source, atom.time) == (whole.source, whole.time)
                        && narrower(place, &b.place)
                        && implied(design, whole.source, atom.filter.as_ref(), whole.filter.as_ref())
                }
                Some(Keys::Operation(SetOp::Intersect | SetOp::Except, ..)) => self.operand_part(*part, b),
                _ => false,
            },
            (Leaf::Aggregate(part), Leaf::Keys(whole)) => match self.expression.set(*whole) {
                Some(Keys::Atom(atom, place)) => {
                    let same = part.argument.as_ref().is_some_and(|a| a.kind == RowKind::Field(atom.key.clone()));
                    part.function == AggregateFunction::CountDistinct
                        && same
                        && (atom.source, atom.time) == (part.source, part.time)
                        && narrower(&a.place, place)
                        && implied(design, part.source, part.filter.as_ref(), atom.filter.as_ref())
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// A set operation that only leaves keys out of its first operand.
    fn operand_part(&self, set: usize, whole: &Variable<'d>) -> bool {
        let mut set = set;
        // Sets stand after their operands, so this ends.
        while let Some(Keys::Operation(SetOp::Intersect | SetOp::Except, left, _)) = self.expression.set(set) {
            set = *left;
        }
        let atom = Variable { place: Vec::new(), leaf: Leaf::Keys(set) };
        matches!(self.expression.set(set), Some(Keys::Atom(..))) && self.leaf_part(&atom, whole)
    }

    /// Is every key of one set in the other?
    fn set_part(&self, a: usize, b: usize, depth: usize) -> bool {
        if a == b {
            return true;
        }
        if depth > MOST_DEPTH || !self.may_ask() {
            return false;
        }
        let part = |a: usize, b: usize| self.set_part(a, b, depth + 1);
        let (Some(left), Some(right)) = (self.expression.set(a), self.expression.set(b)) else { return false };
        let above = match right {
            Keys::Operation(SetOp::Union, x, y) => part(a, *x) || part(a, *y),
            Keys::Operation(SetOp::Intersect, x, y) => part(a, *x) && part(a, *y),
            _ => false,
        };
        above
            || match (left, right) {
                (Keys::Operation(SetOp::Intersect, x, y), _) => part(*x, b) || part(*y, b),
                (Keys::Operation(SetOp::Union, x, y), _) => part(*x, b) && part(*y, b),
                (Keys::Operation(SetOp::Except, x, _), _) => part(*x, b),
                (Keys::Atom(a, place), Keys::Atom(b, whole)) => {
                    (a.source, a.time, &a.key) == (b.source, b.time, &b.key)
                        && narrower(place, whole)
                        && implied(self.expression.design, a.source, a.filter.as_ref(), b.filter.as_ref())
                }
                _ => false,
            }
    }
}

/// Is every row that lies in the one place and slice in the other? The same windows; more conditions, or fewer.
fn narrower<'a, 'd>(a: &'a Place<'d>, b: &'a Place<'d>) -> bool {
    if a == b {
        return true;
    }
    let (own, whole) = (slices(a), slices(b));
    // Where a slice is chosen by a set, it matters on which window that is.
    let chosen = |place: &Place| {
        place.iter().any(|s| match s {
            Shift::Only(conditions) => conditions.iter().any(|c| matches!(c, crate::design::Condition::InSet { .. })),
            _ => false,
        })
    };
    let windows = |place: &'a Place<'d>| place.iter().filter(|s| !s.is_slice());
    if !windows(a).eq(windows(b)) || (chosen(b) && !a.starts_with(b)) {
        return false;
    }
    let more = |list: &[&Shift], start: &[&Shift], only: bool| {
        list.strip_prefix(start).is_some_and(|rest| rest.iter().all(|s| matches!(s, Shift::Only(_)) == only))
    };
    more(&own, &whole, true) || more(&whole, &own, false)
}

/// Conditions on the slice, and those that `by` makes, in order.
fn slices<'a, 'd>(place: &'a Place<'d>) -> Vec<&'a Shift<'d>> {
    place.iter().filter(|s| s.is_slice() || matches!(s, Shift::Each(_))).collect()
}

fn implied(design: &Design, source: crate::design::SourceId, p: Option<&RowExpr>, q: Option<&RowExpr>) -> bool {
    implication::implies(&Rows::new(design, source), p, q)
}

/// Is the one aggregate at most the other, on one window and slice, neither below 0?
pub fn aggregate_part(design: &Design, part: &Aggregate, whole: &Aggregate) -> bool {
    use AggregateFunction::{AverageBalance, Closing, Count, CountDistinct, Opening, Sum};
    let not_negative = |a: &Aggregate| argument(design, a).is_not_negative();
    let counts = match (&part.function, &whole.function) {
        (Count | CountDistinct, Count) => true,
        (CountDistinct, CountDistinct) => part.argument == whole.argument,
        (Sum, Count) => argument(design, part).within(Interval::SHARE),
        (Sum, Sum) | (Opening, Opening) | (Closing, Closing) | (AverageBalance, AverageBalance) => {
            part.argument == whole.argument && not_negative(whole)
        }
        _ => false,
    };
    counts
        && (part.source, part.time) == (whole.source, whole.time)
        && implied(design, part.source, part.filter.as_ref(), whole.filter.as_ref())
}

/// A condition on values in intervals; within the tolerance of doubles it may be either.
fn compare(op: CompareOp, a: Interval, b: Interval) -> Interval {
    if a.is_empty() || b.is_empty() {
        return Interval::EMPTY;
    }
    let margin = |x: f64, y: f64| TOLERANCE * x.abs().max(y.abs());
    let less = a.high < b.low && (b.low - a.high > margin(a.high, b.low));
    let greater = a.low > b.high && (a.low - b.high > margin(a.low, b.high));
    let same = a.is_point() && a == b;
    let decided = match op {
        CompareOp::Less => less.then_some(true).or((greater || same).then_some(false)),
        CompareOp::Greater => greater.then_some(true).or((less || same).then_some(false)),
        CompareOp::LessEqual => (less || same || a.high <= b.low).then_some(true).or(greater.then_some(false)),
        CompareOp::GreaterEqual => (greater || same || a.low >= b.high).then_some(true).or(less.then_some(false)),
        CompareOp::Equal => same.then_some(true).or((less || greater).then_some(false)),
        CompareOp::NotEqual => (less || greater).then_some(true).or(same.then_some(false)),
    };
    decided.map_or(Interval::SHARE, |holds| Interval::point(f64::from(holds)))
}

/// `and` in three values: false where either is.
fn logical(a: Interval, b: Interval) -> Interval {
    let no = a.contains(0.0) || b.contains(0.0);
    let yes = a.contains(1.0) && b.contains(1.0);
    match (no, yes) {
        (true, true) => Interval::SHARE,
        (true, false) => Interval::ZERO,
        (false, true) => Interval::point(1.0),
        (false, false) => Interval::EMPTY,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::super::expression::Indicators;
    use super::super::testing;
    use super::*;

    fn range_of(design: &Design, at: usize) -> Interval {
        let expression = Expression::new(design, &design.measures[at].formula, Indicators::Inlined);
        Ranges::new(&expression, &variables(&expression)).root()
    }

    const PEOPLE: &str = r#"
unit CNY: money
unit person: count
source orders {
  from: csv("o.csv"), time: day, key: id
  field id: id
  field day: date
  field shipped: date?
  field customer: id
  field region: text
  field amount: decimal CNY 0..
  field refund: decimal? CNY
  field points: integer? 1..5
  field status: text in "paid", "open"
}
source ratings {
  from: csv("r.csv"), time: day
  field day: date
  field employee: id
  field score: number 0..100
}
dimension region: orders.region
dimension employee: ratings.employee
constant vat = 13% from 2018-05-01, 9% from 2026-07-01
measure active = set(orders.customer where status = "paid")
measure revenue = sum(orders.amount where status = "paid")
measure score = avg(ratings.score)
"#;

    #[test]
    fn ranges_of_formulas() {
        let (free, share) = (f64::INFINITY, Interval::SHARE);
        let from = |low: f64| Interval::new(low, f64::INFINITY);
        for (formula, expected) in [
            ("count(orders)", from(0.0)),
            ("sum(orders.amount)", from(0.0)),
            ("sum(orders.refund)", Interval::ALL),
            ("sum(orders.refund where refund <= 0 CNY)", Interval::new(-free, 0.0)),
            ("avg(orders.points)", Interval::new(1.0, 5.0)),
            ("avg(orders.points where points >= 3)", Interval::new(3.0, 5.0)),
            ("count(orders where points >= 4) / count(orders)", share),
            ("count(orders where points >= 4) / count(orders where points is known)", share),
            ("count(orders where points >= 4) / count(orders where status = \"paid\")", from(0.0)),
            ("count(orders on shipped) / count(orders)", from(0.0)),
            ("revenue / sum(orders.amount)", share),
            ("revenue / overall(revenue)", share),
            ("only(revenue, region = \"west\") / revenue", share),
            ("1 - revenue / sum(orders.amount)", share),
            ("(sum(orders.amount) - revenue) / sum(orders.amount)", share),
            ("revenue / (revenue + count(orders) * 1 CNY)", share),
            ("count(active) / count(orders)", share),
            ("count(active intersect previous(active)) / count(previous(active))", share),
            ("count(active except before(active)) / count(active)", share),
            ("count(active) / count_distinct(orders.customer)", share),
            ("count(score >= 80 by employee) / count_distinct(ratings.employee)", share),
            ("growth(revenue)", from(-1.0)),
            ("growth(revenue, 1 year)", from(-1.0)),
            ("min(score by employee)", Interval::new(0.0, 100.0)),
            ("vat", Interval::new(0.09, 0.13)),
            ("per_year(revenue)", from(0.0)),
            ("sqrt(count(orders))", from(0.0)),
            ("clamp(growth(revenue), 0, 1)", share),
            ("max(1 - revenue / count(orders) / 1 CNY, 0)", share),
            ("stddev(orders.points)", Interval::new(0.0, 2.83)),
            ("if count(orders) > 0 then 1 else 0.5", Interval::new(0.5, 1.0)),
            ("if count(orders) >= 0 then 1 else 0.5", Interval::point(1.0)),
            ("revenue / ytd(revenue)", from(0.0)),
        ] {
            let design = testing::design(&format!("{PEOPLE}measure m = {formula}\n"));
            let range = range_of(&design, design.measures.len() - 1);
            let near = |a: f64, b: f64| a == b || (a - b).abs() < 0.01 && !formula.contains("count(orders on");
            assert!(
                near(range.low, expected.low) && near(range.high, expected.high),
                "{formula}: {range}, not {expected}"
            );
        }
    }

    #[test]
    fn chains_of_references_end() {
        // Each doubles the leaves of the one before.
        let mut text = PEOPLE.to_string();
        text.push_str("measure m0 = count(orders)\n");
        for n in 1..200 {
            text.push_str(&format!("measure m{n} = previous(m{}) + ago(m{}, 1 year)\n", n - 1, n - 1));
        }
        let design = testing::design(&text);
        let last = &design.measures[design.measures.len() - 1];
        let expression = Expression::new(&design, &last.formula, Indicators::Inlined);
        assert!(expression.nodes().len() < 20_000);
        assert_eq!(range_of(&design, design.measures.len() - 1).high, f64::INFINITY);
    }

    proptest! {
        #[test]
        fn a_range_holds_the_value_over_any_rows(formula in testing::formula(), rows in testing::rows()) {
            let design = testing::measures(std::slice::from_ref(&formula));
            let expression = Expression::new(&design, &design.measures[0].formula, Indicators::Inlined);
            let leaves = variables(&expression);
            let ranges = Ranges::new(&expression, &leaves);
            let values = testing::values(&expression, &rows);
            for (value, leaf) in values.iter().zip(&leaves) {
                prop_assert!(value.is_none_or(|v| leaf.contains(v)), "{value:?} not in {leaf}");
            }
            if let Some(value) = expression.value(&values) {
                let range = ranges.root();
                let slack = TOLERANCE * value.abs().max(1.0);
                prop_assert!(
                    Interval::new(range.low - slack, range.high + slack).contains(value),
                    "{value} not in {range}"
                );
            }
        }
    }
}
