//! In which direction a formula moves with each of its variables: the interval of every partial derivative, by reverse
//! accumulation over intervals (Griewank, Walther: *Evaluating Derivatives*, 2nd ed., SIAM 2008, ch. 3; Kearfott:
//! *Rigorous Global Search*, Kluwer 1996, ch. 1). Where an interval does not change its sign, the formula is monotone in
//! that variable on the box, so its extremes lie at that variable's ends.
//!
//! Of what has kinks (`min`, `abs`) or steps (`round`, conditions) the interval holds the slopes between any two points.

use crate::design::{ArithmeticOp, ByFunction, ScalarFunction};
use crate::value::Interval;

use super::expression::{Expression, Node, NodeId};
use super::interval::Ranges;

/// The slope with each variable, in their order, for variables in the intervals that `ranges` was made with.
pub fn gradient(ranges: &Ranges) -> Vec<Interval> {
    let expression = ranges.expression;
    let total = Total::new(ranges);
    let mut slopes = Slopes { of: vec![Interval::ZERO; expression.nodes().len()] };
    slopes.add(expression.root(), Interval::point(1.0));
    let mut partials = vec![Interval::ZERO; expression.variables().len()];
    for id in expression.ids().collect::<Vec<_>>().into_iter().rev() {
        let slope = slopes.at(id);
        let Some(node) = expression.node(id) else { continue };
        if slope == Interval::ZERO {
            continue;
        }
        if let Node::Variable(place) = node {
            if let Some(partial) = partials.get_mut(*place) {
                *partial = partial.add(slope);
            }
            continue;
        }
        for (operand, by) in steps(id, node, ranges, &total) {
            slopes.add(operand, slope.mul(by));
        }
    }
    partials
}

struct Slopes {
    of: Vec<Interval>,
}

impl Slopes {
    fn at(&self, id: NodeId) -> Interval {
        self.of.get(id.index()).copied().unwrap_or(Interval::ALL)
    }

    /// What has no value moves nothing.
    fn add(&mut self, id: NodeId, slope: Interval) {
        if let Some(own) = self.of.get_mut(id.index())
            && !slope.is_empty()
        {
            *own = own.add(slope);
        }
    }
}

/// The slope of a node with each of its operands.
fn steps(id: NodeId, node: &Node, ranges: &Ranges, total: &Total) -> Vec<(NodeId, Interval)> {
    let of = |id: &NodeId| ranges.of(*id);
    let one = Interval::point(1.0);
    match node {
        Node::Constant(_) | Node::Bool(_) | Node::Variable(_) => Vec::new(),
        Node::Negate(x) => vec![(*x, one.neg())],
        Node::Arithmetic(op, a, b) => match op {
            ArithmeticOp::Add => vec![(*a, one), (*b, one)],
            ArithmeticOp::Subtract => vec![(*a, one), (*b, one.neg())],
            ArithmeticOp::Multiply => vec![(*a, of(b)), (*b, of(a))],
            // The quotient's own range is often tighter than what its operands say.
            ArithmeticOp::Divide => vec![(*a, one.div(of(b))), (*b, of(&id).div(of(b)).neg())],
        },
        Node::Positive(x) => vec![(*x, one)],
        Node::Function(function, args, _) => function_steps(id, *function, args, ranges),
        Node::Members(function, _, x) => {
            let slope = match function {
                ByFunction::Sum => Interval::NOT_NEGATIVE,
                ByFunction::Avg
                | ByFunction::Min
                | ByFunction::Max
                | ByFunction::Median
                | ByFunction::Percentile(_) => Interval::SHARE,
                ByFunction::Count | ByFunction::Stddev => Interval::ALL,
            };
            vec![(*x, slope)]
        }
        Node::Compare(_, a, b) | Node::And(a, b) | Node::Or(a, b) => vec![(*a, Interval::ALL), (*b, Interval::ALL)],
        Node::Not(x) | Node::IsMissing(x, _) => vec![(*x, Interval::ALL)],
        Node::If(condition, then, other) => {
            let decided = of(condition);
            let (yes, no) = (decided.contains(1.0), decided.contains(0.0));
            let part = |taken: bool, alone: bool| match (taken, alone) {
                (true, true) => one,
                (true, false) => Interval::SHARE,
                (false, _) => Interval::ZERO,
            };
            let mut steps = vec![(*then, part(yes, !no))];
            steps.extend(other.map(|other| (other, part(no, !yes))));
            if yes && no {
                steps.push((*condition, Interval::ALL));
            }
            steps
        }
        Node::Otherwise(a, _) if total.is(*a) => vec![(*a, one)],
        // It jumps where the first becomes missing.
        Node::Otherwise(a, b) => vec![(*a, Interval::ALL), (*b, Interval::ALL)],
    }
}

fn function_steps(id: NodeId, function: ScalarFunction, args: &[NodeId], ranges: &Ranges) -> Vec<(NodeId, Interval)> {
    let of = |id: &NodeId| ranges.of(*id);
    let one = Interval::point(1.0);
    let (first, second) = (args.first(), args.get(1));
    let Some(x) = first else { return Vec::new() };
    match function {
        ScalarFunction::Round => {
            let digits = second.map(|digits| (*digits, Interval::ALL));
            [(*x, Interval::NOT_NEGATIVE)].into_iter().chain(digits).collect()
        }
        ScalarFunction::Abs => {
            let slope = match of(x) {
                x if x.is_not_negative() => one,
                x if x.is_not_positive() => one.neg(),
                _ => Interval::new(-1.0, 1.0),
            };
            vec![(*x, slope)]
        }
        // One that is never the least does not count, one that always is counts alone.
        ScalarFunction::Min | ScalarFunction::Max => {
            let least = function == ScalarFunction::Min;
            let turned = |id: &NodeId| if least { of(id) } else { of(id).neg() };
            let slope = |at: usize, id: &NodeId| {
                let own = turned(id);
                let others = || args.iter().enumerate().filter(move |(n, _)| *n != at).map(|(_, other)| turned(other));
                if others().any(|other| other.high < own.low) {
                    Interval::ZERO
                } else if others().all(|other| own.high < other.low) {
                    one
                } else {
                    Interval::SHARE
                }
            };
            args.iter().enumerate().map(|(at, id)| (*id, slope(at, id))).collect()
        }
        ScalarFunction::Clamp => {
            let bounds = second.zip(args.get(2));
            let ordered = bounds.is_some_and(|(low, high)| of(low).high <= of(high).low);
            let inside = bounds.is_some_and(|(low, high)| of(low).high < of(x).low && of(x).high < of(high).low);
            let slope = if ordered { Interval::SHARE } else { Interval::ALL };
            let outer = if inside { Interval::ZERO } else { slope };
            let own = if inside { one } else { slope };
            args.iter().enumerate().map(|(at, id)| (*id, if at == 0 { own } else { outer })).collect()
        }
        ScalarFunction::Sqrt => vec![(*x, Interval::point(0.5).div(of(&id)))],
        ScalarFunction::Ln => vec![(*x, one.div(of(x).intersect(Interval::NOT_NEGATIVE)))],
        ScalarFunction::Exp => vec![(*x, of(&id))],
        ScalarFunction::Power => {
            let Some(n) = second else { return Vec::new() };
            let (base, power) = (of(x), of(n));
            if power.is_point() || base.is_not_negative() {
                let slope = power.mul(base.pow(power.sub(one)));
                let with_power = of(&id).mul(base.ln());
                vec![(*x, slope), (*n, if power.is_point() { Interval::ZERO } else { with_power })]
            } else {
                vec![(*x, Interval::ALL), (*n, Interval::ALL)]
            }
        }
    }
}

/// Whether the formula has a value at every point of the box.
pub fn has_value_everywhere(ranges: &Ranges) -> bool {
    Total::new(ranges).is(ranges.expression.root())
}

/// Which nodes have a value wherever the variables have one.
struct Total(Vec<bool>);

impl Total {
    fn new(ranges: &Ranges) -> Total {
        let expression = ranges.expression;
        let mut total = Total(Vec::with_capacity(expression.nodes().len()));
        for node in expression.nodes() {
            let own = total.step(node, ranges);
            total.0.push(own);
        }
        total
    }

    fn is(&self, id: NodeId) -> bool {
        self.0.get(id.index()).copied().unwrap_or(false)
    }

    fn step(&self, node: &Node, ranges: &Ranges) -> bool {
        let all = || node.operands().iter().all(|id| self.is(*id));
        match node {
            Node::Arithmetic(ArithmeticOp::Divide, _, b) => all() && !ranges.of(*b).contains(0.0),
            Node::Positive(x) => all() && ranges.of(*x).low > 0.0,
            Node::Function(ScalarFunction::Sqrt, args, _) => {
                all() && args.iter().all(|x| ranges.of(*x).is_not_negative())
            }
            Node::Function(ScalarFunction::Ln, args, _) => all() && args.iter().all(|x| ranges.of(*x).low > 0.0),
            Node::Function(ScalarFunction::Exp | ScalarFunction::Power, ..) | Node::Members(..) => false,
            Node::If(_, _, other) => other.is_some() && all(),
            Node::Otherwise(a, b) => self.is(*a) || self.is(*b),
            Node::IsMissing(..) => true,
            _ => all(),
        }
    }
}

/// The variables in which an expression never falls (`true`) or never rises (`false`) on a box; None: it may turn.
pub fn directions(expression: &Expression, variables: &[Interval]) -> Vec<Option<bool>> {
    let slopes = gradient(&Ranges::new(expression, variables));
    let direction = |slope: Interval| match (slope.is_not_negative(), slope.is_not_positive()) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    };
    slopes.into_iter().map(direction).collect()
}
