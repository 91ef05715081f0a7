//! Targets, baselines and levels as numbers, and what is better.

use super::Context;
use crate::analysis::{Expression, Indicators, Ranges};
use crate::design::{Bound, Direction, Due, Formula, Indicator, Level, Target};
use crate::source::Span;
use crate::value::calendar::{Date, days_between};
use crate::value::{Interval, Number, Unit};

/// Values within this share of each other are one: as in evaluation.
const TOLERANCE: f64 = 1e-9;

impl Context<'_> {
    /// The value of a formula that is made of numbers alone, in base units.
    pub fn number(&self, formula: &Formula) -> Option<f64> {
        let expression = Expression::new(self.design, formula, Indicators::Kept);
        let root = Ranges::new(&expression, &[]).root();
        (expression.variables().is_empty() && root.is_bounded()).then(|| (root.low + root.high) / 2.0)
    }

    /// A bound that is made of numbers alone; of one value a point.
    pub fn span_of(&self, bound: &Bound) -> Option<Interval> {
        match bound {
            Bound::One(value) => self.number(value).map(Interval::point),
            Bound::Range(low, high) => Some(Interval::new(self.number(low)?, self.number(high)?)),
        }
    }

    pub fn one(&self, bound: &Bound) -> Option<f64> {
        self.span_of(bound).filter(|i| i.is_point()).map(|i| i.low)
    }

    pub fn baseline(&self, indicator: &Indicator) -> Option<f64> {
        self.one(&indicator.baseline.as_ref()?.value)
    }

    /// A value in base units as people read it.
    pub fn shown(&self, value: f64, unit: &Unit) -> String {
        let number = Number::from_f64(value).unwrap_or_else(Number::zero);
        crate::value::unit::format_human(&number, unit, self.design.locale.as_deref())
    }

    /// The target of the whole that comes last.
    pub fn last_target<'i>(&self, indicator: &'i Indicator) -> Option<&'i Target> {
        let general = indicator.targets.iter().filter(|t| t.slice.is_empty());
        general.max_by_key(|t| super::shape::due_day(self, t.due))
    }

    /// How many days a value that a target judges covers.
    pub fn judged_days(&self, indicator: &Indicator, due: Due) -> i64 {
        match due {
            Due::In(period) => {
                let window = period.window(&self.design.calendar);
                days_between(window.start, window.end)
            }
            Due::By(_) | Due::Until(_) => super::shape::period_days(indicator.frequency),
        }
    }

    /// The target of the whole that holds on a day.
    pub fn target_on<'i>(&self, indicator: &'i Indicator, day: Date) -> Option<&'i Target> {
        let holds = |t: &&Target| match t.due {
            Due::In(period) => {
                let window = period.window(&self.design.calendar);
                window.start <= day && day <= window.last()
            }
            Due::By(due) | Due::Until(due) => day <= due,
        };
        let general = indicator.targets.iter().filter(|t| t.slice.is_empty());
        // Of a year and its quarters the wider one is the goal.
        general.filter(holds).min_by_key(|t| (super::shape::due_day(self, t.due), -self.judged_days(indicator, t.due)))
    }
}

/// 1 where more is better, -1 where less is; None: `range`.
pub fn sign(direction: Direction) -> Option<f64> {
    match direction {
        Direction::Higher => Some(1.0),
        Direction::Lower => Some(-1.0),
        Direction::Range => None,
    }
}

/// Whether a value is worse than another by more than rounding.
pub fn worse(value: f64, than: f64, sign: f64) -> bool {
    (than - value) * sign > TOLERANCE * value.abs().max(than.abs())
}

/// The level of the whole, and where it stands.
pub fn general(levels: &[Level]) -> Option<&Level> {
    levels.iter().find(|level| level.slice.is_empty())
}

/// Where a bound's value stands.
pub fn place(bound: &Bound) -> Span {
    match bound {
        Bound::One(value) => value.span.0,
        Bound::Range(low, high) => low.span.0.to(high.span.0),
    }
}
