//! What rules ask of the data. `evaluate` answers; without it those rules are not judged.

use crate::design::IndicatorId;
use crate::value::calendar::Date;
use crate::value::{Number, Period};

/// One reporting period of an indicator.
#[derive(Clone, Debug)]
pub struct Observation {
    pub period: Period,
    /// In base units; None: missing.
    pub value: Option<Number>,
    /// Rows behind the value: of its smallest denominator, else of its smallest aggregate.
    pub rows: Option<u64>,
    /// Whether the period's verdict was `on_target`; None: there was none.
    pub met: Option<bool>,
}

/// The data behind a design.
pub trait Facts: Sync {
    /// The day up to which the data is judged.
    fn as_of(&self) -> Date;

    /// The last `periods` reporting periods that ended by the as-of day, oldest first; periods before the data starts are
    /// left out.
    fn history(&self, indicator: IndicatorId, periods: usize) -> Vec<Observation>;
}
