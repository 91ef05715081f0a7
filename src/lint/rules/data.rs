//! D: data. What makes rows unreadable is no finding but an error: a column that is not there, a value that is not of its
//! type, a key that references lead to and that stands twice (E0801 to E0849).

mod bad_rows;
mod broken_reference;
mod cleaning_decides;
mod deduplicate_without_order;
mod heaping;
mod stale_source;

use super::Rule;

pub const RULES: &[Rule] = &[
    deduplicate_without_order::RULE,
    cleaning_decides::RULE,
    stale_source::RULE,
    broken_reference::RULE,
    bad_rows::RULE,
    heaping::RULE,
];
