//! Days, windows, periods, the fiscal year, holidays.

use std::collections::BTreeSet;

pub use jiff::civil::Date;

/// A half-open range of days `start <= day < end`. `start` may be [`Date::MIN`]: from the beginning of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Window {
    pub start: Date,
    pub end: Date,
}

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

/// A named range of days, as written: `2026`, `2026-H1`, `2026-Q1`, `2026-03`, `2026-W05`, `FY2026`, `FY2026-Q1`, or a
/// day. `number` counts within the year, from 1 (0 for years and days; for days `day` is given).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    pub grain: Grain,
    pub year: i16,
    pub number: i16,
    pub day: Option<Date>,
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
