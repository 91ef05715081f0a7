//! What can be said of a design's formulas without data: what values they can have, in which direction they move, which
//! are one, what filters imply, what reaches what. And the statistics that judgements on data stand on. Each analysis is
//! sound and says "not proved" where it does not know; rules are written with them, and none repeats one.

pub mod branch;
pub mod expression;
pub mod gradient;
pub mod implication;
pub mod interval;
pub mod rows;
pub mod statistics;

pub use expression::{Expression, Indicators};

#[cfg(test)]
mod testing;
