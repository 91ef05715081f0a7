//! A: achievable.

mod anchors_out_of_order;
mod direction_conflict;
mod heroic_stretch;
mod met_by_luck;
mod miss_without_action;
mod parent_unreachable;
mod path_turns_back;
mod phases_miss_the_year;
mod slices_miss_the_whole;
mod stretch_without_means;
mod target_already_met;
mod target_beyond_history;
mod target_on_wrong_side;
mod target_out_of_range;
mod targets_incoherent;
mod targets_insufficient;

use super::Rule;

pub const RULES: &[Rule] = &[
    target_on_wrong_side::RULE,
    target_out_of_range::RULE,
    anchors_out_of_order::RULE,
    target_beyond_history::RULE,
    target_already_met::RULE,
    miss_without_action::RULE,
    heroic_stretch::RULE,
    path_turns_back::RULE,
    parent_unreachable::RULE,
    targets_incoherent::RULE,
    targets_insufficient::RULE,
    direction_conflict::RULE,
    phases_miss_the_year::RULE,
    slices_miss_the_whole::RULE,
    met_by_luck::RULE,
    stretch_without_means::RULE,
];
