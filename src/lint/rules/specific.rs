//! S: specific.

mod missing_definition;

use super::Rule;

pub const RULES: &[Rule] = &[missing_definition::RULE];
