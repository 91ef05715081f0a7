//! The judgement of a whole design: parsed files in, [`Checked`] out.

mod calls;
mod cases;
mod declare;
mod dimensions;
mod factors;
pub mod formula;
mod indicators;
mod names;
mod nature;
mod order;
mod quantities;
pub mod rows;
pub mod scope;
mod slices;
mod sources;
mod targets;
mod unfolded;
mod units;
mod values;

use std::collections::BTreeSet;

use crate::design::{Design, Subject};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::source::SourceFile;
use crate::syntax::{Parse, ast};
use order::Subjects;
use scope::Scope;
pub use sources::reader::source_from;

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

/// Unknown names for which names that are spelt alike are looked for; where there are more, a whole file is missing.
const MAX_SUGGESTIONS: usize = 100;

impl Checked {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Judges a design: all its files, those that `use` brought in included. Everything is judged that can be; what stands on
/// something wrong stays silent.
pub fn check(files: &[(&SourceFile, &Parse)]) -> Checked {
    let mut sink = Diagnostics::default();
    for (_, parse) in files {
        sink.extend(parse.diagnostics.iter().cloned());
    }
    let model = Model::new(files, &mut sink);
    let mut design = Design::default();
    declare::design(&model, &mut design, &mut sink);
    design.waivers = declare::waivers(&model, &mut sink);

    // What formulas stand on.
    let mut scope = Scope { calendar: declare::calendar(&model, &mut sink), ..Scope::default() };
    sources::entities(&model, &mut scope);
    quantities::units(&model, &mut scope, &mut sink);
    let written = sources::declare(&model, &mut scope, &mut sink);
    quantities::constants(&model, &mut scope, &mut sink);
    dimensions::dimensions(&model, &mut scope, &mut sink);
    sources::clean::compute(&model, &written, &mut scope, &mut sink);

    // Formulas, and what indicators say.
    let units = indicators::declare(&model, &mut scope, &mut sink);
    let subjects = Subjects::new(&model, &scope);
    // Of an indicator without a unit no value can be expected: it has only a stand-in.
    let united: Vec<bool> = units.iter().skip(model.measures.len()).map(Option::is_some).collect();
    let mut typed = indicators::formulas(&model, &subjects, units, &mut scope, &mut sink);
    let (measures, mut broken) = indicators::measures(&model, &mut typed, &scope, &mut sink);
    let (indicators, broken_indicators) = indicators::indicators(&model, &mut typed, &scope, &mut sink);
    broken.extend(broken_indicators);
    indicators::drives(&model, &mut sink);

    // What they are for.
    design.perspectives = declare::perspectives(&model, &mut sink);
    let perspectives = factors::by_name(&design.perspectives);
    design.objectives = factors::objectives(&model, &perspectives, &mut sink);
    design.factors = factors::factors(&model, &perspectives, &mut sink);
    design.contexts = declare::contexts(&model, &mut sink);
    indicators::weights(&model, &mut design.factors, &mut sink);

    let shown = cases::Units {
        measures: measures.iter().map(|m| m.unit.as_ref()).collect(),
        indicators: indicators
            .iter()
            .zip(united)
            .map(|(indicator, united)| united.then_some(&indicator.unit))
            .collect(),
    };
    design.tests = cases::tests(&model, &written, &shown, &scope, &mut sink);
    design.measures = measures;
    design.indicators = indicators;
    sink.help_unresolved(MAX_SUGGESTIONS, |name, kinds| names::hint(&model, name, kinds));
    let Scope { calendar, units, sources, dimensions, constants, .. } = scope;
    design.calendar = calendar;
    design.units = units;
    design.sources = sources;
    design.dimensions = dimensions;
    design.constants = constants;
    unfolded::judge(&design, &mut sink);
    Checked { design, broken, diagnostics: sink.into_sorted() }
}

/// The paths that a file asks for with `use`, as written, with their places.
pub fn uses(parse: &Parse) -> impl Iterator<Item = &ast::Text> {
    parse.file.items.iter().filter_map(|item| match item {
        ast::Item::Use(used) => Some(&used.path),
        _ => None,
    })
}

/// Runs one step of a walk over an expression, on more stack where little is left: expressions nest up to 256 deep, and
/// threads may have small stacks.
fn step<T>(walk: impl FnOnce() -> T) -> T {
    const RED_ZONE: usize = 128 * 1024;
    const STACK: usize = 2 * 1024 * 1024;
    stacker::maybe_grow(RED_ZONE, STACK, walk)
}
