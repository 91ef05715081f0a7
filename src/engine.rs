//! The embedded engine: reads, cleans and scans with DataFusion. The only place that names it.

mod clean;
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

use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::error::ArrowError;
use datafusion::common::DFSchema;
use datafusion::logical_expr::Expr;
use datafusion::prelude::SessionContext;
use jiff::tz::TimeZone;

pub use session::{Embedded, Options};

use crate::design::Design;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::rows as codes;
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
}

impl Context<'_> {
    fn text(&self, span: Span) -> &str {
        self.texts.map_or("", |t| t.slice(span))
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
    Diagnostic::error(codes::NOT_COMPUTABLE, span, format!("this cannot be computed from the data: {line}"))
}
