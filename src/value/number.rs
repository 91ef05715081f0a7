//! Numbers: exact decimals and floating point.

use bigdecimal::BigDecimal;

/// A number in base units (money in its currency, durations in seconds, `%` as a fraction).
#[derive(Clone, Debug)]
pub enum Number {
    /// Exact. Counts, sums of integers and decimals, literals.
    Decimal(BigDecimal),
    /// IEEE double: results of `/`, means, roots, sums over `number` fields.
    Float(f64),
}
