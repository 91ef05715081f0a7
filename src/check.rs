//! The judgement of a whole design: parsed files in, [`Checked`] out.

pub mod formula;
pub mod rows;
pub mod scope;

use std::collections::BTreeSet;

use crate::design::{Design, Subject};
use crate::diagnostic::Diagnostic;
use crate::source::SourceFile;
use crate::syntax::{Parse, ast};

/// A design as far as it is understood, and all that is wrong with it.
#[derive(Debug, Default)]
pub struct Checked {
    /// With errors it holds what resolved: every declaration has its place, a formula that could not be typed is
    /// [`crate::design::FormulaKind::Hole`]. Only a design without errors may be evaluated.
    pub design: Design,
    /// Measures and indicators of which a required part is missing or wrong, so that it is a stand-in in `design`.
    pub broken: BTreeSet<Subject>,
    /// Those of the parser included, in the order in which they are shown.
    pub diagnostics: Vec<Diagnostic>,
}

impl Checked {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Judges a design: all its files, those that `use` brought in included.
pub fn check(files: &[(&SourceFile, &Parse)]) -> Checked {
    let _ = files;
    Checked::default()
}

/// The paths that a file asks for with `use`, as written, with their places.
pub fn uses(parse: &Parse) -> impl Iterator<Item = &ast::Text> {
    parse.file.items.iter().filter_map(|item| match item {
        ast::Item::Use(used) => Some(&used.path),
        _ => None,
    })
}
