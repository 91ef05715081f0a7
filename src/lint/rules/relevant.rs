//! R: relevant.

use super::Rule;

pub const RULES: &[Rule] = &[];
