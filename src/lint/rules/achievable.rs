//! A: achievable.

use super::Rule;

pub const RULES: &[Rule] = &[];
