//! Raw rows into Arrow batches.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringBuilder, UInt32Array, UInt64Builder};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::Wanted;

/// The row in its file, as a person counts it (see `DataPlace`).
pub const ROW_COLUMN: &str = "__row";
/// The file, by its place among the parts.
pub const FILE_COLUMN: &str = "__file";
/// Rows in a batch, at most.
pub const BATCH_ROWS: usize = 8192;
/// A batch is closed early when its texts reach this many bytes.
const BATCH_BYTES: usize = 32 << 20;

/// The wanted columns as text, then row and file.
pub fn schema(columns: &[Wanted]) -> SchemaRef {
    with_places(columns.iter().map(|c| Field::new(&c.column, DataType::Utf8, true)).collect())
}

/// Adds row and file to the columns of the data.
pub fn with_places(mut fields: Vec<Field>) -> SchemaRef {
    fields.push(Field::new(ROW_COLUMN, DataType::UInt64, false));
    fields.push(Field::new(FILE_COLUMN, DataType::UInt32, false));
    Arc::new(Schema::new(fields))
}

/// Builds the batches of one part: a value for each column, then the end of the row.
pub struct Builder {
    schema: SchemaRef,
    file: u32,
    columns: Vec<StringBuilder>,
    rows: UInt64Builder,
    in_batch: usize,
    bytes: usize,
}

impl Builder {
    /// `schema` is one of [`schema`]; `file` the part's index.
    pub fn new(schema: SchemaRef, file: u32) -> Self {
        let columns = (0..schema.fields().len().saturating_sub(2)).map(|_| StringBuilder::new()).collect();
        Builder { schema, file, columns, rows: UInt64Builder::new(), in_batch: 0, bytes: 0 }
    }

    /// The value of a column in the current row; each column takes exactly one.
    pub fn push(&mut self, column: usize, value: Option<&str>) {
        if let Some(builder) = self.columns.get_mut(column) {
            self.bytes += value.map_or(0, str::len);
            builder.append_option(value);
        }
    }

    /// Ends the row; yields a batch when it is full.
    pub fn end_row(&mut self, row: u64) -> Option<RecordBatch> {
        self.rows.append_value(row);
        self.in_batch += 1;
        if self.in_batch >= BATCH_ROWS || self.bytes >= BATCH_BYTES { self.finish() } else { None }
    }

    /// What is left; None where nothing is.
    pub fn finish(&mut self) -> Option<RecordBatch> {
        if self.in_batch == 0 {
            return None;
        }
        let mut arrays: Vec<ArrayRef> = self.columns.iter_mut().map(|c| Arc::new(c.finish()) as ArrayRef).collect();
        arrays.push(Arc::new(self.rows.finish()));
        arrays.push(Arc::new(UInt32Array::from_value(self.file, self.in_batch)));
        self.in_batch = 0;
        self.bytes = 0;
        // Every column took one value a row, so the lengths agree; a caller that broke this loses the batch in tests.
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays);
        debug_assert!(batch.is_ok(), "a column without its value: {batch:?}");
        batch.ok()
    }
}
