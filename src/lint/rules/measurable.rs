//! M: measurable.

use super::Rule;

pub const RULES: &[Rule] = &[];
