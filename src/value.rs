//! Numbers, units, days, periods: what a formula computes with.

pub mod calendar;
pub mod interval;
pub mod number;
pub mod unit;

pub use calendar::{Calendar, Frequency, Grain, Period, Step, Window};
pub use interval::Interval;
pub use number::Number;
pub use unit::{Quantity, Unit};
