//! The embedded engine: reads, cleans and scans with DataFusion. The only place that names it.

mod clean;
pub mod file;
mod interner;
mod lift;
mod ordered;
mod places;
mod rows;
mod scan;
mod session;
mod sets;
mod sample;
mod strata;
mod stream;
mod table;
mod typing;
mod validate;
mod view;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::{Arc, Mutex};

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::error::ArrowError;
use datafusion::common::DFSchema;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::Expr;
use datafusion::prelude::SessionContext;
use jiff::tz::TimeZone;

pub use session::{Embedded, Options};

use crate::data::RawTable;
use crate::design::Design;
use crate::diagnostic::codes::rows as codes;
use crate::diagnostic::{Diagnostic, say};
use crate::source::{Sources, Span};

/// What loading a table needs to know.
struct Context<'a> {
    design: &'a Design,
    /// The design's text, to quote what a step says.
    texts: Option<&'a Sources>,
    zone: TimeZone,
    threads: usize,
    /// Parquet sources of at least so many rows are scanned where they lie.
    large: u64,
    pool: rayon::ThreadPool,
    session: SessionContext,
    runtime: Arc<tokio::runtime::Runtime>,
    /// What the last panic on the runtime's threads said.
    panic: Mutex<Option<String>>,
}

impl Context<'_> {
    fn text(&self, span: Span) -> &str {
        self.texts.map_or("", |t| t.slice(span))
    }

    /// Runs a future to its end on the runtime's threads.
    fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = datafusion::error::Result<T>> + Send + 'static,
    ) -> datafusion::error::Result<T> {
        match self.runtime.block_on(self.runtime.spawn(future)) {
            Ok(result) => result,
            Err(stopped) => {
                let text = stopped.to_string();
                if let (true, Ok(mut panic)) = (stopped.is_panic(), self.panic.lock()) {
                    *panic = Some(text.clone());
                }
                Err(DataFusionError::Execution(text))
            }
        }
    }

    /// What is wrong with one of these files, where a query over them has failed; else the failure itself. A panic that no
    /// file explains is a defect, and goes on.
    #[allow(clippy::panic)]
    fn told<'t, T>(
        &self,
        tables: impl IntoIterator<Item = &'t RawTable>,
        failures: Vec<Diagnostic>,
    ) -> Result<T, Vec<Diagnostic>> {
        if failures.iter().any(|f| f.code != codes::NOT_COMPUTABLE) {
            return Err(failures);
        }
        let mut parts = tables.into_iter().flat_map(|table| table.parts.iter().map(|part| (part, &table.schema)));
        if let Some(fault) = parts.find_map(|(part, schema)| part.fault(schema)) {
            return Err(vec![fault]);
        }
        match self.panic.lock().ok().and_then(|mut panic| panic.take()) {
            Some(text) => std::panic::panic_any(text),
            None => Err(failures),
        }
    }

    /// The rows of a table for which a condition is true.
    fn truth(&self, condition: Expr, table: &table::Raw<'_>) -> Result<BooleanBuffer, ArrowError> {
        let batch = table.batch()?;
        let values: ArrayRef = (|| {
            let schema = DFSchema::try_from(batch.schema())?;
            let expr = self.session.create_physical_expr(condition, &schema)?;
            expr.evaluate(&batch)?.into_array(batch.num_rows())
        })()
        .map_err(|e| ArrowError::ExternalError(Box::new(e)))?;
        Ok(clean::true_rows(&values))
    }
}

/// What the engine could not do with the data: a sum beyond all digits, no memory.
fn failure(span: Span, error: &dyn std::fmt::Display) -> Diagnostic {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default().trim_end_matches('.');
    Diagnostic::error(
        codes::NOT_COMPUTABLE,
        span,
        say!("this cannot be computed from the data: {line}", "无法由数据算出：{line}"),
    )
}
