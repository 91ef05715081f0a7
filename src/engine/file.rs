//! Tables as Parquet files.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;

/// A column of a file; None: nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    Text(Vec<Option<String>>),
    Number(Vec<Option<f64>>),
}

/// A file of columns of one length, the same bytes for the same columns. The error is that of the writer.
pub fn parquet(columns: Vec<(&str, Column)>) -> Result<Vec<u8>, String> {
    let arrays = columns.into_iter().map(|(name, column)| {
        let array: ArrayRef = match column {
            Column::Text(texts) => Arc::new(StringArray::from(texts)),
            Column::Number(numbers) => Arc::new(Float64Array::from(numbers)),
        };
        (name, array, true)
    });
    let batch = RecordBatch::try_from_iter_with_nullable(arrays).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).map_err(|error| error.to_string())?;
    writer.write(&batch).map_err(|error| error.to_string())?;
    writer.close().map_err(|error| error.to_string())?;
    Ok(bytes)
}
