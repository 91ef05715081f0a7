//! From a checked design to a report: one evaluation, of which all its formats are renderings.

use super::{DataOptions, Loaded};
use crate::design::Design;
use crate::diagnostic::Diagnostic;
use crate::evaluate::{self, EvalRequest};
use crate::render::report::Report;
use crate::render::words::Lang;

impl Loaded {
    /// Evaluates a request with traces, for this design or this one [`Loaded::bound`]. `title`: another than the design's.
    /// Errors are of the data.
    pub fn report<'a>(
        &'a self,
        design: &'a Design,
        options: &DataOptions,
        request: &EvalRequest,
        title: Option<&str>,
        lang: Lang,
    ) -> Result<Report<'a>, Vec<Diagnostic>> {
        let engine = self.open_data(design, options, &self.needs(request))?;
        let (mut results, traces) = evaluate::run_traced(design, &self.sources, &engine, request)?;
        results.design_hash = self.hash();
        let title = title.unwrap_or(&results.title).to_string();
        Ok(Report { design, sources: &self.sources, results, traces, title, lang })
    }
}
