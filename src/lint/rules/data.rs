//! D: data.

mod cleaning_decides;
mod stale_source;

use super::Rule;

pub const RULES: &[Rule] = &[cleaning_decides::RULE, stale_source::RULE];
