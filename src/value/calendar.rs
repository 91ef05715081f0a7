//! Days, windows, periods, the fiscal year, holidays.
//!
//! Dates outside of jiff's range (years -9999 to 9999) saturate: untrusted designs may ask for any of them.

mod days;
mod period;
mod shift;
mod window;
mod workdays;

use std::collections::BTreeSet;
use std::fmt;

pub use days::{days_between, parse_date, parse_timestamp};
pub use jiff::civil::Date;
pub use period::Period;
pub use window::Window;

/// A grain that a window can be cut into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grain {
    Day,
    Week,
    Month,
    Quarter,
    Half,
    Year,
    FiscalQuarter,
    FiscalYear,
}

/// How often an indicator is reported. `quarterly` and `yearly` are fiscal where the fiscal year is not the calendar's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Quarterly,
    HalfYearly,
    Yearly,
}

/// A calendar span: `30 days`, `12 months`, `1 year`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    Days(i32),
    Weeks(i32),
    Months(i32),
    Years(i32),
}

impl Grain {
    pub const ALL: [Grain; 8] = [
        Grain::Day,
        Grain::Week,
        Grain::Month,
        Grain::Quarter,
        Grain::Half,
        Grain::Year,
        Grain::FiscalQuarter,
        Grain::FiscalYear,
    ];

    /// The language's word.
    pub const fn word(self) -> &'static str {
        match self {
            Grain::Day => "day",
            Grain::Week => "week",
            Grain::Month => "month",
            Grain::Quarter => "quarter",
            Grain::Half => "half",
            Grain::Year => "year",
            Grain::FiscalQuarter => "fiscal_quarter",
            Grain::FiscalYear => "fiscal_year",
        }
    }

    pub fn parse(word: &str) -> Option<Grain> {
        Grain::ALL.into_iter().find(|grain| grain.word() == word)
    }
}

impl Frequency {
    pub const ALL: [Frequency; 6] = [
        Frequency::Daily,
        Frequency::Weekly,
        Frequency::Monthly,
        Frequency::Quarterly,
        Frequency::HalfYearly,
        Frequency::Yearly,
    ];

    /// The language's word.
    pub const fn word(self) -> &'static str {
        match self {
            Frequency::Daily => "daily",
            Frequency::Weekly => "weekly",
            Frequency::Monthly => "monthly",
            Frequency::Quarterly => "quarterly",
            Frequency::HalfYearly => "half_yearly",
            Frequency::Yearly => "yearly",
        }
    }

    pub fn parse(word: &str) -> Option<Frequency> {
        Frequency::ALL.into_iter().find(|frequency| frequency.word() == word)
    }
}

impl Step {
    /// `30 days`, `1 year`: the unit in the singular or the plural. None: no such unit, or more than fits.
    pub fn parse(count: i64, unit: &str) -> Option<Step> {
        let count = i32::try_from(count).ok()?;
        match unit {
            "day" | "days" => Some(Step::Days(count)),
            "week" | "weeks" => Some(Step::Weeks(count)),
            "month" | "months" => Some(Step::Months(count)),
            "quarter" | "quarters" => count.checked_mul(3).map(Step::Months),
            "year" | "years" => Some(Step::Years(count)),
            _ => None,
        }
    }

    /// The same span towards the past.
    pub const fn back(self) -> Step {
        match self {
            Step::Days(n) => Step::Days(n.saturating_neg()),
            Step::Weeks(n) => Step::Weeks(n.saturating_neg()),
            Step::Months(n) => Step::Months(n.saturating_neg()),
            Step::Years(n) => Step::Years(n.saturating_neg()),
        }
    }
}

impl fmt::Display for Step {
    /// As it is written in a design: `12 months`, `1 year`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self {
            Step::Days(n) => (n, "day"),
            Step::Weeks(n) => (n, "week"),
            Step::Months(n) => (n, "month"),
            Step::Years(n) => (n, "year"),
        };
        write!(f, "{count} {unit}{}", if *count == 1 { "" } else { "s" })
    }
}

/// The design's calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    /// An IANA name; None: not declared (days are cut in UTC).
    pub timezone: Option<String>,
    /// 1 (January) to 12.
    pub fiscal_start_month: i8,
    /// A fiscal year has the number of the calendar year in which it ends (else: starts).
    pub fiscal_named_by_end: bool,
    pub week_starts: jiff::civil::Weekday,
    pub holidays: BTreeSet<Date>,
    /// Days worked although they fall on a weekend.
    pub workdays: BTreeSet<Date>,
}

impl Default for Calendar {
    fn default() -> Self {
        Calendar {
            timezone: None,
            fiscal_start_month: 1,
            fiscal_named_by_end: false,
            week_starts: jiff::civil::Weekday::Monday,
            holidays: BTreeSet::new(),
            workdays: BTreeSet::new(),
        }
    }
}
