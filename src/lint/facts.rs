//! What rules ask of the data. `evaluate` answers; without it those rules are not judged.

use std::collections::BTreeSet;

use crate::design::{Aggregate, Condition, Design, DimensionId, Formula, FormulaKind, IndicatorId, SourceId};
use crate::results::{SourceReport, Status};
use crate::source::Span;
use crate::value::calendar::Date;
use crate::value::{Number, Period, Window};

/// One reporting period of an indicator.
#[derive(Clone, Debug)]
pub struct Observation {
    pub period: Period,
    /// In base units; None: missing.
    pub value: Option<Number>,
    /// Rows behind the value: of its smallest denominator, else of its smallest aggregate. Known of the last period alone.
    pub rows: Option<u64>,
    /// The verdict, or why there is none.
    pub status: Option<Status>,
}

impl Observation {
    /// Whether it was on target; None: there is no verdict.
    pub fn met(&self) -> Option<bool> {
        self.status.filter(|s| s.is_verdict()).map(|s| s == Status::OnTarget)
    }

    /// The values that there are, in base units.
    pub fn values(history: &[Observation]) -> Vec<f64> {
        history.iter().filter_map(|o| o.value.as_ref()).map(Number::to_f64).collect()
    }
}

/// The data behind a design. What nobody asks for is not looked up.
pub trait Facts: Sync {
    /// The day up to which the data is judged.
    fn as_of(&self) -> Date;

    /// The last `periods` reporting periods that ended by the as-of day, oldest first, 36 at most; periods before the data
    /// starts are left out.
    fn history(&self, indicator: IndicatorId, periods: usize) -> Vec<Observation>;

    /// The members of a dimension that have a row in anything that an indicator reads, up to the as-of day. None: no target
    /// and no formula names one of its members.
    fn members(&self, dimension: DimensionId) -> Option<&BTreeSet<String>>;

    /// The values of aggregates over the rows of windows, one for each ask in order, in base units. None: of no rows.
    /// Asks that are made together cost little more than one.
    fn aggregates(&self, asks: &[(Aggregate, Window)]) -> Vec<Option<f64>>;

    /// A field's values in the first rows that an aggregate reads on a window, as text; missing ones are left out.
    fn examples(&self, aggregate: &Aggregate, window: Window, field: &str, most: usize) -> Vec<String>;

    /// What an indicator's latest value would be if `drop where` dropped nothing. None: nothing was dropped, or the rows
    /// that were cannot be read.
    fn undropped(&self, indicator: IndicatorId) -> Option<f64>;

    /// How a source was read; None: it was not.
    fn source(&self, source: SourceId) -> Option<&SourceReport>;
}

/// A member of a dimension that the design names.
#[derive(Clone, Debug)]
pub struct NamedMember<'d> {
    pub dimension: DimensionId,
    pub member: &'d str,
    /// Where: a target, a level, a formula.
    pub span: Span,
    pub indicator: Option<IndicatorId>,
}

/// The members that targets, levels and formulas name, in the order of the design.
pub fn named_members(design: &Design) -> Vec<NamedMember<'_>> {
    let mut named = Vec::new();
    for (at, indicator) in design.indicators.iter().enumerate() {
        let id = Some(IndicatorId(at as u32));
        let targets = indicator.targets.iter().map(|t| (t.span, &t.slice));
        let levels = indicator.thresholds.iter().chain(&indicator.stretches).chain(&indicator.worsts);
        for (span, slice) in targets.chain(levels.map(|l| (l.span, &l.slice))) {
            named.extend(slice.iter().map(|(dimension, member)| NamedMember {
                dimension: *dimension,
                member,
                span,
                indicator: id,
            }));
        }
        in_formula(&indicator.formula, id, &mut named);
    }
    for measure in &design.measures {
        in_formula(&measure.formula, None, &mut named);
    }
    named
}

fn in_formula<'d>(formula: &'d Formula, indicator: Option<IndicatorId>, named: &mut Vec<NamedMember<'d>>) {
    let mut waiting = vec![formula];
    while let Some(formula) = waiting.pop() {
        if let FormulaKind::Only { conditions, .. } = &formula.kind {
            for condition in conditions {
                if let Condition::Members { dimension, members, .. } = condition {
                    let one = |member: &'d String| NamedMember {
                        dimension: *dimension,
                        member,
                        span: formula.span.0,
                        indicator,
                    };
                    named.extend(members.iter().map(one));
                }
            }
        }
        waiting.extend(formula.operands());
    }
}
