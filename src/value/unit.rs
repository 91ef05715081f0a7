//! Units and their algebra.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;

/// What units are made of. Two currencies never convert; durations do, and are counted in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Base {
    Money(String),
    Count(String),
    Scale(String),
    Time,
}

/// A kind of quantity: a product of powers of bases (what physics calls a dimension; here that word means a way to
/// slice). Empty: a plain number, a count without unit, a share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Quantity(pub BTreeMap<Base, i8>);

/// A unit as values are written and shown in: `CNY`, `万元`, `%`, `hours`, `CNY per person`.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// As written in the design, `per` included.
    pub name: String,
    /// What people see: `元`; the name where there is none.
    pub label: String,
    /// A currency sign written before the number: `¥`.
    pub sign: Option<String>,
    pub quantity: Quantity,
    /// Base units in one of this: 10000 for 万元, 86400 for days; 0.01 for `%` as displayed, though machine formats
    /// write shares as fractions.
    pub factor: BigDecimal,
}
