//! What can be said of a design's formulas without data: what values they can have, in which direction they move, which
//! are one, what filters imply, what reaches what. And the statistics that judgements on data stand on. Each analysis is
//! sound and says "not proved" where it does not know; rules are written with them, and none repeats one.

pub mod branch;
pub mod expression;
pub mod gradient;
pub mod implication;
pub mod interval;
pub mod normal;
pub mod reach;
pub mod rows;
pub mod statistics;

use std::sync::OnceLock;

use crate::design::{Design, IndicatorId};
use crate::value::Interval;

pub use expression::{Expression, Indicators, Leaf};
pub use interval::Ranges;
pub use normal::Normal;
pub use reach::{Edge, Reach, Thing};

/// The analyses of one design, each made when it is first asked for.
pub struct Analysis<'d> {
    design: &'d Design,
    indicators: Vec<OnceLock<Whole>>,
    reach: OnceLock<Reach>,
}

/// What is known of an indicator's formula down to its leaves. The expression itself is not kept: indicators that build on
/// each other would hold each other's many times over.
struct Whole {
    range: Interval,
    normal: Option<Normal>,
}

impl<'d> Analysis<'d> {
    pub fn new(design: &'d Design) -> Analysis<'d> {
        let indicators = design.indicators.iter().map(|_| OnceLock::new()).collect();
        Analysis { design, indicators, reach: OnceLock::new() }
    }

    fn whole(&self, id: IndicatorId) -> Option<&Whole> {
        let formula = &self.design.indicators.get(id.index())?.formula;
        let whole = self.indicators.get(id.index())?;
        Some(whole.get_or_init(|| {
            let expression = Expression::new(self.design, formula, Indicators::Inlined);
            let range = Ranges::new(&expression, &interval::variables(&expression)).root();
            let normal = normal::normal(&expression);
            Whole { range, normal }
        }))
    }

    /// Every value that an indicator can have, in base units.
    pub fn range(&self, id: IndicatorId) -> Interval {
        self.whole(id).map_or(Interval::ALL, |w| w.range)
    }

    pub fn normal(&self, id: IndicatorId) -> Option<Normal> {
        self.whole(id).and_then(|w| w.normal)
    }

    /// What the variables of an expression can be, indicators by their formulas.
    pub fn variables(&self, expression: &Expression<'_>) -> Vec<Interval> {
        let of = |variable: &expression::Variable<'_>| match variable.leaf {
            Leaf::Indicator(id) => self.range(id),
            _ => interval::variable(self.design, variable),
        };
        expression.variables().iter().map(of).collect()
    }

    pub fn reach(&self) -> &Reach {
        self.reach.get_or_init(|| Reach::new(self.design))
    }
}

#[cfg(test)]
mod testing;
