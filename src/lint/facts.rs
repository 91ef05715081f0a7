//! What rules ask of the data. `evaluate` answers; without it those rules are not judged.

use crate::design::{IndicatorId, SourceId};
use crate::results::{SourceReport, Status};
use crate::value::calendar::Date;
use crate::value::{Number, Period};

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

/// The data behind a design.
pub trait Facts: Sync {
    /// The day up to which the data is judged.
    fn as_of(&self) -> Date;

    /// The last `periods` reporting periods that ended by the as-of day, oldest first, 36 at most; periods before the data
    /// starts are left out.
    fn history(&self, indicator: IndicatorId, periods: usize) -> Vec<Observation>;

    /// How a source was read; None: it was not.
    fn source(&self, source: SourceId) -> Option<&SourceReport>;
}
