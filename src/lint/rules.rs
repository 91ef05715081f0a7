//! All rules: one a file, registered by its `mod` line and its line in the list of its group.

mod achievable;
mod data;
pub(super) mod governance;
mod measurable;
mod relevant;
mod specific;
mod structure;
mod timely;

use super::Rule;

/// The groups, each in the order of its codes.
pub(super) const GROUPS: [&[Rule]; 8] = [
    specific::RULES,
    measurable::RULES,
    achievable::RULES,
    relevant::RULES,
    timely::RULES,
    structure::RULES,
    data::RULES,
    governance::RULES,
];

/// What the files of rules use.
mod prelude {
    pub(in crate::lint) use crate::diagnostic::say;
    pub(in crate::lint) use crate::diagnostic::{Code, Edit, Severity};
    pub(in crate::lint) use crate::lint::{Context, Finding, Findings, FixKind, Needs, Rule};
}
