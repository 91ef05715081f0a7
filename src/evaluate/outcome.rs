//! What evaluating a formula gives: a value or why there is none, its flags, and how many rows stand behind it.

use std::sync::Arc;

use crate::plan::SetTerm;
use crate::results::{Flags, Reason};
use crate::value::Number;

#[derive(Clone, Debug)]
pub(super) enum Datum {
    Number(Number),
    Bool(bool),
    Text(Arc<str>),
    Set(Arc<SetTerm>),
}

#[derive(Clone, Debug)]
pub(super) struct Missing {
    pub reason: Reason,
    /// For want of coverage: that no data can be, not that none is.
    pub uncovered: bool,
}

impl Missing {
    pub fn of(reason: Reason) -> Missing {
        let uncovered = matches!(reason, Reason::NotCovered { .. } | Reason::BeforeCoverage { .. });
        Missing { reason, uncovered }
    }

    /// Of two reasons the one that tells more: want of coverage, else the first.
    pub fn or(self, other: Missing) -> Missing {
        if other.uncovered && !self.uncovered { other } else { self }
    }
}

/// Rows behind a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Behind {
    /// Of the smallest denominator.
    pub denominator: Option<u64>,
    /// Of the smallest aggregate.
    pub least: Option<u64>,
    /// Of the largest aggregate.
    pub most: u64,
}

impl Behind {
    pub fn rows(rows: u64) -> Behind {
        Behind { denominator: None, least: Some(rows), most: rows }
    }

    pub fn and(self, other: Behind) -> Behind {
        Behind {
            denominator: least(self.denominator, other.denominator),
            least: least(self.least, other.least),
            most: self.most.max(other.most),
        }
    }

    /// What this is divided by.
    pub fn over(self, denominator: Behind) -> Behind {
        let both = self.and(denominator);
        Behind { denominator: least(both.denominator, denominator.least), ..both }
    }

    /// Of the smallest denominator, else of the smallest aggregate; None where the value stands on no rows at all.
    pub fn smallest(self) -> Option<u64> {
        self.denominator.or(self.least)
    }
}

fn least(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub result: Result<Datum, Missing>,
    /// `in_progress` is not among them: it belongs to the window that was asked for.
    pub flags: Flags,
    pub behind: Behind,
}

impl Outcome {
    pub fn new(result: Result<Datum, Missing>) -> Outcome {
        Outcome { result, flags: Flags::default(), behind: Behind::default() }
    }

    pub fn number(number: Number) -> Outcome {
        Outcome::new(Ok(Datum::Number(number)))
    }

    pub fn bool(value: bool) -> Outcome {
        Outcome::new(Ok(Datum::Bool(value)))
    }

    pub fn missing(reason: Reason) -> Outcome {
        Outcome::new(Err(Missing::of(reason)))
    }

    /// Computed from this value; missing stays missing.
    pub fn then(self, make: impl FnOnce(Datum) -> Result<Datum, Missing>) -> Outcome {
        Outcome { result: self.result.and_then(make), ..self }
    }

    /// Computed from both values; missing where either is.
    pub fn with(self, other: Outcome, make: impl FnOnce(Datum, Datum) -> Result<Datum, Missing>) -> Outcome {
        let result = match (self.result, other.result) {
            (Ok(a), Ok(b)) => make(a, b),
            (Err(a), Err(b)) => Err(a.or(b)),
            (Err(missing), Ok(_)) | (Ok(_), Err(missing)) => Err(missing),
        };
        Outcome { result, flags: self.flags.union(other.flags), behind: self.behind.and(other.behind) }
    }

    /// As [`Outcome::with`], of a quotient.
    pub fn over(self, other: Outcome, make: impl FnOnce(Datum, Datum) -> Result<Datum, Missing>) -> Outcome {
        let behind = self.behind.over(other.behind);
        Outcome { behind, ..self.with(other, make) }
    }

    /// The same value, read together with something else.
    pub fn beside(self, flags: Flags, behind: Behind) -> Outcome {
        Outcome { flags: self.flags.union(flags), behind: self.behind.and(behind), ..self }
    }

    /// Is it known to be missing for want of coverage?
    pub fn is_uncovered(&self) -> bool {
        self.result.as_ref().is_err_and(|m| m.uncovered)
    }
}
