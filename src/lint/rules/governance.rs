//! G: governance.

mod appraisal_incomplete;
mod missing_owner;
mod self_reported;
pub(in crate::lint) mod unused_allow;

use super::Rule;

pub const RULES: &[Rule] = &[missing_owner::RULE, appraisal_incomplete::RULE, self_reported::RULE, unused_allow::RULE];
