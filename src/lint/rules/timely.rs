//! T: time-bound.

mod missing_target;

use super::Rule;

pub const RULES: &[Rule] = &[missing_target::RULE];
