//! T: time-bound.

mod baseline_of_another_length;
mod due_inside_period;
mod expired_target;
mod missing_review;
mod missing_target;
mod moving_holiday;
mod overdue_action;
mod target_gap;
mod window_outlives_target;

use super::Rule;

pub const RULES: &[Rule] = &[
    missing_target::RULE,
    expired_target::RULE,
    missing_review::RULE,
    overdue_action::RULE,
    target_gap::RULE,
    due_inside_period::RULE,
    baseline_of_another_length::RULE,
    moving_holiday::RULE,
    window_outlives_target::RULE,
];
