//! Branch and bound: what a formula can be at least and at most on a box of its variables, closer than one evaluation
//! over intervals says, and whether it can miss a bound. The box with the least bound is looked at first; where the
//! gradient keeps its sign a variable is set to the end that matters, and what remains is cut in two along the variable
//! that moves the value most (Kearfott: *Rigorous Global Search*, Kluwer 1996, ch. 5; Moore, Kearfott, Cloud, 2009, ch. 8).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::value::Interval;

use super::expression::{Expression, TOLERANCE};
use super::gradient::{gradient, has_value_everywhere};
use super::interval::Ranges;

/// Boxes that are looked at for one question.
pub const BUDGET: usize = 400;
/// Nodes that are evaluated for one question: of a large formula fewer boxes are looked at.
const MOST_NODES: usize = 100_000;

/// What is known of a question about all points of a box.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It holds at every point at which the formula has a value.
    Proved,
    /// It does not at this point: the variables in their order, and the value there.
    Refuted { point: Vec<f64>, value: f64 },
    /// Not proved within the budget.
    Unknown,
}

/// Is the formula at least `bound` on the whole box? Values meet a bound as in evaluation: within a relative 1e-9.
pub fn at_least(expression: &Expression, variables: &[Interval], bound: f64, budget: usize) -> Verdict {
    Search { expression, turned: false, goal: Some(bound) }.verdict(variables, budget)
}

/// Is the formula at most `bound` on the whole box?
pub fn at_most(expression: &Expression, variables: &[Interval], bound: f64, budget: usize) -> Verdict {
    Search { expression, turned: true, goal: Some(-bound) }.verdict(variables, budget)
}

/// An enclosure of all values on the box.
pub fn range(expression: &Expression, variables: &[Interval], budget: usize) -> Interval {
    let plain = Ranges::new(expression, variables).root();
    let low = Search { expression, turned: false, goal: None }.run(variables, budget).0;
    let high = -Search { expression, turned: true, goal: None }.run(variables, budget).0;
    plain.intersect(Interval::new(low, high))
}

/// A part of the box, and what the formula is at least on it.
struct Part {
    low: f64,
    variables: Vec<Interval>,
}

impl PartialEq for Part {
    fn eq(&self, other: &Part) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Part {}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Part) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The heap gives the greatest first: that with the least bound.
impl Ord for Part {
    fn cmp(&self, other: &Part) -> Ordering {
        other.low.total_cmp(&self.low)
    }
}

/// A search for the least value; `turned`, of the negated formula.
struct Search<'e, 'd> {
    expression: &'e Expression<'d>,
    turned: bool,
    /// Stops as soon as the least value is known to meet it, or not to.
    goal: Option<f64>,
}

type Witness = (f64, Vec<f64>);

impl Search<'_, '_> {
    fn verdict(&self, variables: &[Interval], budget: usize) -> Verdict {
        let goal = self.goal.unwrap_or(f64::NEG_INFINITY);
        let (low, witness) = self.run(variables, budget);
        match witness {
            Some((value, point)) if !meets(value, goal) => {
                Verdict::Refuted { point, value: if self.turned { -value } else { value } }
            }
            _ if meets(low, goal) => Verdict::Proved,
            _ => Verdict::Unknown,
        }
    }

    /// A proved lower bound (infinite where there is no value at all), and the least value that was met.
    fn run(&self, variables: &[Interval], budget: usize) -> (f64, Option<Witness>) {
        let mut least: Option<Witness> = None;
        // Of parts that cannot be cut further.
        let mut settled = f64::INFINITY;
        let mut open = BinaryHeap::new();
        open.extend(self.bounded(variables.to_vec()));
        let mut left = budget.min(MOST_NODES / self.expression.nodes().len().max(1));
        while let Some(part) = open.pop() {
            let low = part.low.min(settled);
            let reached = |bound: f64| self.goal.is_some_and(|goal| meets(bound, goal));
            let missed = least.as_ref().is_some_and(|(value, _)| self.goal.is_some_and(|goal| !meets(*value, goal)));
            let close = least.as_ref().is_some_and(|(value, _)| low >= value - TOLERANCE * value.abs());
            if left == 0 || reached(low) || missed || close {
                return (low, least);
            }
            left -= 1;
            let (part, slopes) = self.reduced(part);
            let point: Vec<f64> = part.variables.iter().map(|v| v.middle()).collect();
            if let Some(value) = self.value(&point)
                && least.as_ref().is_none_or(|(least, _)| value < *least)
            {
                least = Some((value, point));
            }
            match self.cut(&part, &slopes) {
                Some(halves) => open.extend(halves.into_iter().filter_map(|half| self.bounded(half))),
                None => settled = settled.min(part.low),
            }
        }
        (settled, least)
    }

    fn value(&self, point: &[f64]) -> Option<f64> {
        let variables: Vec<Option<f64>> = point.iter().map(|v| Some(*v)).collect();
        let value = self.expression.value(&variables)?;
        Some(if self.turned { -value } else { value })
    }

    fn low(&self, ranges: &Ranges) -> Option<f64> {
        let root = ranges.root();
        (!root.is_empty()).then_some(if self.turned { -root.high } else { root.low })
    }

    /// With its bound; None: the formula has no value there.
    fn bounded(&self, variables: Vec<Interval>) -> Option<Part> {
        let low = self.low(&Ranges::new(self.expression, &variables))?;
        Some(Part { low, variables })
    }

    /// Variables in which the formula is monotone are set to the end where it is least, if that is finite. With the
    /// slopes on what remains.
    fn reduced(&self, mut part: Part) -> (Part, Vec<Interval>) {
        const ROUNDS: usize = 4;
        let mut slopes = Vec::new();
        for _ in 0..ROUNDS {
            let ranges = Ranges::new(self.expression, &part.variables);
            part.low = self.low(&ranges).map_or(part.low, |low| low.max(part.low));
            slopes = gradient(&ranges);
            // Where it may have no value at an end, its value there says nothing of the others.
            if !has_value_everywhere(&ranges) {
                break;
            }
            let mut changed = false;
            for (variable, slope) in part.variables.iter_mut().zip(&slopes) {
                let slope = if self.turned { slope.neg() } else { *slope };
                let end = match (slope.is_not_negative(), slope.is_not_positive()) {
                    (true, _) => variable.low,
                    (_, true) => variable.high,
                    _ => continue,
                };
                if end.is_finite() && !variable.is_point() {
                    *variable = Interval::point(end);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        (part, slopes)
    }

    /// In two, along the variable that moves the value most. None: it is as small as doubles allow.
    fn cut(&self, part: &Part, slopes: &[Interval]) -> Option<[Vec<Interval>; 2]> {
        let weight = |(at, variable): (usize, &Interval)| {
            let middle = variable.middle();
            let narrow = variable.width() <= 1e-12 * (1.0 + variable.low.abs().min(variable.high.abs()));
            let slope = slopes.get(at).copied().unwrap_or(Interval::ALL);
            // A variable that does not matter is not cut.
            let still = slope == Interval::ZERO;
            let cuts = middle > variable.low && middle < variable.high;
            let most = slope.low.abs().max(slope.high.abs()).min(1e30);
            let width = variable.width().min(1e30);
            (cuts && !narrow && !still).then_some((most * width, at, middle))
        };
        let widest = part.variables.iter().enumerate().filter_map(weight).max_by(|a, b| a.0.total_cmp(&b.0));
        let (_, at, middle) = widest?;
        let half = |lower: bool| {
            let mut variables = part.variables.clone();
            if let Some(variable) = variables.get_mut(at) {
                *variable =
                    if lower { Interval::new(variable.low, middle) } else { Interval::new(middle, variable.high) };
            }
            variables
        };
        Some([half(true), half(false)])
    }
}

/// At least the goal, within a relative 1e-9.
fn meets(value: f64, goal: f64) -> bool {
    value >= goal || (value.is_finite() && (goal - value) <= TOLERANCE * value.abs().max(goal.abs()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::super::expression::Indicators;
    use super::super::gradient::directions;
    use super::super::testing;
    use super::*;
    use crate::design::Design;

    /// Indicators `x`, `y`, `z` and one made of them.
    fn made_of(formula: &str) -> Design {
        let mut text = testing::SOURCE.to_string();
        for name in ["x", "y", "z"] {
            text.push_str(&format!(
                "indicator {name} {{ formula: sum(s.b), unit: 1, direction: higher, frequency: monthly }}\n"
            ));
        }
        text.push_str(&format!("measure top = {formula}\n"));
        testing::design(&text)
    }

    fn kept(design: &Design) -> Expression<'_> {
        Expression::new(design, &design.measures[0].formula, Indicators::Kept)
    }

    #[test]
    fn a_margin_is_sufficient_although_intervals_alone_say_otherwise() {
        let design = made_of("(x - y) / x");
        let expression = kept(&design);
        let (revenue, cost) = (Interval::new(60_000.0, 70_000.0), Interval::new(40_000.0, 42_000.0));
        assert!(revenue.sub(cost).div(revenue).low < 0.258, "operand by operand it could be 25.7 %");
        let variables = [revenue, cost];
        assert_eq!(directions(&expression, &variables), [Some(true), Some(false)]);
        assert_eq!(at_least(&expression, &variables, 0.30, BUDGET), Verdict::Proved);
        let Verdict::Refuted { point, value } = at_least(&expression, &variables, 0.31, BUDGET) else { panic!() };
        assert_eq!(point, [60_000.0, 42_000.0]);
        assert!((value - 0.3).abs() < 1e-12);
        assert_eq!(at_most(&expression, &variables, 0.43, BUDGET), Verdict::Proved);
        assert!(matches!(at_most(&expression, &variables, 0.42, BUDGET), Verdict::Refuted { .. }));
    }

    #[test]
    fn what_turns_is_cut() {
        // Least at x = 0.5, where it is -0.25: neither end shows that.
        let design = made_of("x * x - x");
        let expression = kept(&design);
        let variables = [Interval::new(0.0, 2.0)];
        assert_eq!(directions(&expression, &variables), [None]);
        assert_eq!(at_least(&expression, &variables, -0.251, BUDGET), Verdict::Proved);
        assert!(matches!(at_least(&expression, &variables, -0.249, BUDGET), Verdict::Refuted { .. }));
        assert_eq!(at_least(&expression, &variables, -0.2500001, 3), Verdict::Unknown);
        let range = range(&expression, &variables, BUDGET);
        assert!(range.low > -0.2501 && range.low <= -0.25 && (range.high - 2.0).abs() < 1e-6, "{range}");
    }

    #[test]
    fn unbounded_boxes_have_answers() {
        let design = made_of("x / (x + y)");
        let expression = kept(&design);
        let variables = [Interval::NOT_NEGATIVE, Interval::new(0.0, f64::INFINITY)];
        assert_eq!(at_most(&expression, &variables, 1.0, BUDGET), Verdict::Proved);
        assert!(matches!(at_least(&expression, &variables, 0.9, BUDGET), Verdict::Refuted { .. }));
        assert_eq!(at_least(&expression, &[Interval::ZERO, Interval::ZERO], 0.9, BUDGET), Verdict::Proved, "no value");
    }

    #[test]
    fn a_fall_back_jumps() {
        let design = made_of("1 / x otherwise 0");
        let expression = kept(&design);
        let variables = [Interval::new(0.0, 1.0)];
        assert_eq!(directions(&expression, &variables), [None]);
        assert!(matches!(at_least(&expression, &[Interval::ZERO], 0.5, BUDGET), Verdict::Refuted { .. }));
    }

    fn formula() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            3 => prop::sample::select(&["x", "y", "z"][..]).prop_map(str::to_string),
            1 => (-2i32..4).prop_map(|n| n.to_string()),
        ];
        leaf.prop_recursive(4, 12, 2, |inner| {
            let two = || (inner.clone(), inner.clone());
            prop_oneof![
                (two(), prop::sample::select(&["+", "-", "*", "/"][..]))
                    .prop_map(|((a, b), op)| format!("({a} {op} {b})")),
                two().prop_map(|(a, b)| format!("(({a} - {b}) / {a})")),
                two().prop_map(|(a, b)| format!("min({a}, {b})")),
                two().prop_map(|(a, b)| format!("max({a}, {b})")),
                two().prop_map(|(a, b)| format!("(if {a} > {b} then {a} else {b})")),
                two().prop_map(|(a, b)| format!("({a} otherwise {b})")),
                inner.clone().prop_map(|a| format!("abs({a})")),
                inner.clone().prop_map(|a| format!("sqrt({a})")),
                inner.clone().prop_map(|a| format!("exp({a} / 10)")),
                inner.clone().prop_map(|a| format!("ln({a})")),
                inner.clone().prop_map(|a| format!("power({a}, 2)")),
                inner.clone().prop_map(|a| format!("round({a})")),
            ]
        })
    }

    fn side() -> impl Strategy<Value = Interval> {
        (-4i32..5, 0i32..5).prop_map(|(low, width)| Interval::new(low.into(), f64::from(low) + f64::from(width) / 2.0))
    }

    /// The values on a grid, ends included.
    fn samples(expression: &Expression, variables: &[Interval]) -> Vec<(Vec<f64>, f64)> {
        const STEPS: usize = 6;
        let along = |interval: &Interval| {
            let interval = *interval;
            (0..=STEPS).map(move |n| interval.low + interval.width() * n as f64 / STEPS as f64)
        };
        let mut points = vec![Vec::new()];
        for variable in variables {
            points = points
                .iter()
                .flat_map(|point: &Vec<f64>| along(variable).map(move |v| point.iter().copied().chain([v]).collect()))
                .collect();
        }
        points
            .into_iter()
            .filter_map(|point| {
                let values: Vec<Option<f64>> = point.iter().map(|v| Some(*v)).collect();
                expression.value(&values).map(|value| (point, value))
            })
            .collect()
    }

    proptest! {
        #[test]
        fn bounds_agree_with_dense_samples(formula in formula(), sides in prop::array::uniform3(side())) {
            let design = made_of(&formula);
            let expression = kept(&design);
            let variables = &sides[..expression.variables().len()];
            let slack = |x: f64| 1e-9 * x.abs().max(1.0);
            let samples = samples(&expression, variables);
            let bounds = range(&expression, variables, 60);
            let least = samples.iter().map(|(_, v)| *v).fold(f64::INFINITY, f64::min);
            for (point, value) in &samples {
                prop_assert!(bounds.low - slack(*value) <= *value && *value <= bounds.high + slack(*value), "{point:?} {value} {bounds}");
            }
            for goal in [least - 0.5, least + 0.5, 0.0] {
                match at_least(&expression, variables, goal, 60) {
                    Verdict::Proved => prop_assert!(meets(least, goal) || least >= goal - slack(goal), "{least} < {goal}"),
                    Verdict::Refuted { point, value } => {
                        prop_assert!(!meets(value, goal));
                        prop_assert!(point.iter().zip(variables).all(|(x, side)| side.contains(*x)));
                        let values: Vec<Option<f64>> = point.iter().map(|v| Some(*v)).collect();
                        prop_assert_eq!(expression.value(&values), Some(value));
                    }
                    Verdict::Unknown => {}
                }
            }
        }

        #[test]
        fn signs_of_slopes_are_those_of_differences(formula in formula(), sides in prop::array::uniform3(side())) {
            let design = made_of(&formula);
            let expression = kept(&design);
            let variables = &sides[..expression.variables().len()];
            let directions = directions(&expression, variables);
            let samples = samples(&expression, variables);
            for (a, f) in &samples {
                for (b, g) in &samples {
                    let differ: Vec<usize> = (0..a.len()).filter(|n| a[*n] != b[*n]).collect();
                    if let [at] = differ.as_slice()
                        && let Some(rises) = directions[*at]
                    {
                        let rise = (g - f) * (b[*at] - a[*at]).signum();
                        let slack = 1e-9 * f.abs().max(g.abs()).max(1.0);
                        prop_assert!(if rises { rise >= -slack } else { rise <= slack }, "{a:?} {f} {b:?} {g}");
                    }
                }
            }
        }
    }
}
