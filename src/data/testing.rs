//! Files for the tests of readers, and what comes of reading them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::Write;
use std::path::{Path, PathBuf};

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, UInt64Type};

use super::{Access, RawTable, Wanted, open};
use crate::design::{Format, From, ReadOptions};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// A folder with files, gone with the value.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (path, bytes) in files {
            folder.write(path, bytes);
        }
        folder
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().to_path_buf()
    }

    pub fn open(&self, from: &From, columns: &[&str]) -> Result<RawTable, Vec<Diagnostic>> {
        open(&Access::new(self.path()), from, &wanted(columns))
    }

    /// The rows of all files, or all that is wrong.
    pub fn rows(&self, from: &From, columns: &[&str]) -> Result<Vec<Vec<String>>, Vec<Diagnostic>> {
        rows(&self.open(from, columns)?).map_err(|d| vec![*d])
    }

    /// The message of the one thing that is wrong, and its help.
    pub fn wrong(&self, from: &From, columns: &[&str]) -> (String, String) {
        let problems = self.rows(from, columns).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        (problems[0].message.en.clone(), problems[0].help.clone().unwrap_or_default().en)
    }
}

/// Columns by name; `name?` may be missing.
pub fn wanted(columns: &[&str]) -> Vec<Wanted> {
    let one = |(position, name): (usize, &&str)| Wanted {
        column: name.trim_end_matches('?').to_string(),
        position,
        optional: name.ends_with('?'),
        any_text: true,
        span: Span::new(FileId(0), 10 + position, 11 + position),
    };
    columns.iter().enumerate().map(one).collect()
}

pub fn from(format: Format, path: &str) -> From {
    From { span: Span::default(), format, path: path.to_string(), options: ReadOptions::default() }
}

/// Every row as text: its file if there are several, its place, then the values (`-`: missing).
pub fn rows(table: &RawTable) -> Result<Vec<Vec<String>>, Box<Diagnostic>> {
    let mut rows = Vec::new();
    for part in &table.parts {
        for batch in part.stream(&table.schema)? {
            let batch = batch?;
            assert_eq!(batch.schema(), table.schema);
            let places = batch.column(batch.num_columns() - 2).as_primitive::<UInt64Type>().clone();
            for row in 0..batch.num_rows() {
                let mut cells: Vec<String> = if table.parts.len() > 1 { vec![part.index.to_string()] } else { vec![] };
                cells.push(places.value(row).to_string());
                cells.extend((0..batch.num_columns() - 2).map(|c| cell(&batch, c, row)));
                rows.push(cells);
            }
        }
    }
    Ok(rows)
}

fn cell(batch: &RecordBatch, column: usize, row: usize) -> String {
    let column = cast(batch.column(column), &DataType::Utf8).unwrap();
    let column = column.as_string::<i32>();
    if column.is_null(row) { "-".to_string() } else { column.value(row).to_string() }
}

/// A zip archive with these files.
pub fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, text) in files {
        writer.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A file of the examples.
pub fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path)
}
