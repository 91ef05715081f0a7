//! M: measurable.

mod average_of_ratios;
mod constant_series;
mod impossible_value;
mod mean_of_ordinal;
mod missing_anchors;
mod missing_baseline;
mod missing_minimum_sample;
mod missing_response_rate;
mod noise_hides_target;
mod open_cases_ignored;
mod percent_scale;
mod source_slower_than_frequency;
mod undeclared_timezone;
mod unguarded_division;
mod unknown_member;

use super::Rule;

pub const RULES: &[Rule] = &[
    source_slower_than_frequency::RULE,
    missing_baseline::RULE,
    unguarded_division::RULE,
    missing_minimum_sample::RULE,
    missing_response_rate::RULE,
    noise_hides_target::RULE,
    average_of_ratios::RULE,
    unknown_member::RULE,
    impossible_value::RULE,
    mean_of_ordinal::RULE,
    missing_anchors::RULE,
    percent_scale::RULE,
    open_cases_ignored::RULE,
    undeclared_timezone::RULE,
    constant_series::RULE,
];
