//! G: governance.

mod missing_owner;
pub(in crate::lint) mod unused_allow;

use super::Rule;

pub const RULES: &[Rule] = &[missing_owner::RULE, unused_allow::RULE];
