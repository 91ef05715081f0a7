//! R: relevant.

mod activity_not_outcome;
mod algebraic_duplicate;
mod cascade_gap;
mod collinear;
mod context_unanswered;
mod counted_twice;
mod drive_refuted;
mod empty_perspective;
mod factor_without_indicator;
mod gaming_without_counter;
mod lagging_only;
mod no_reaction;
mod objective_unmeasured;
mod process_unmeasured;
mod too_many_indicators;
mod unlinked_indicator;
mod unused_declaration;
mod weight_imbalance;

use super::Rule;

pub const RULES: &[Rule] = &[
    factor_without_indicator::RULE,
    objective_unmeasured::RULE,
    unlinked_indicator::RULE,
    empty_perspective::RULE,
    weight_imbalance::RULE,
    process_unmeasured::RULE,
    context_unanswered::RULE,
    lagging_only::RULE,
    cascade_gap::RULE,
    drive_refuted::RULE,
    too_many_indicators::RULE,
    unused_declaration::RULE,
    gaming_without_counter::RULE,
    algebraic_duplicate::RULE,
    collinear::RULE,
    counted_twice::RULE,
    activity_not_outcome::RULE,
    no_reaction::RULE,
];
