//! X: structure.

mod constant_condition;
mod depth_breadth;
mod weight_sum;

use super::Rule;

pub const RULES: &[Rule] = &[depth_breadth::RULE, weight_sum::RULE, constant_condition::RULE];
