//! S: specific.

mod ambiguous_name;
mod definition_contradicts_formula;
mod double_barrelled;
mod missing_definition;
mod missing_label;
mod name_unit_mismatch;
mod near_duplicate_name;
pub(super) mod not_a_share;
mod undeclared_scale;
mod unnormalised_total;
mod vague_word;

use super::Rule;

pub const RULES: &[Rule] = &[
    missing_definition::RULE,
    vague_word::RULE,
    ambiguous_name::RULE,
    near_duplicate_name::RULE,
    undeclared_scale::RULE,
    double_barrelled::RULE,
    unnormalised_total::RULE,
    name_unit_mismatch::RULE,
    not_a_share::RULE,
    definition_contradicts_formula::RULE,
    missing_label::RULE,
];
