//! Parquet: the footer says columns and rows; the engine reads the rest itself, or this module does, batch by batch.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, UInt32Array, UInt64Array, new_null_array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};

use super::batch::BATCH_ROWS;
use datafusion::parquet::file::metadata::PageIndexPolicy;

use super::guard::guarded;
use super::{Batches, Content, Header, Part, Place, Wanted, codes, text};
use crate::diagnostic::{Diagnostic, Words, say};

/// What the footer says.
#[derive(Clone, Debug)]
pub struct Footer {
    /// The file's own columns and types.
    pub schema: SchemaRef,
    pub rows: u64,
}

const MAGIC: &[u8; 4] = b"PAR1";

pub(super) fn open(mut part: Part, columns: &[Wanted]) -> Result<Part, Box<Diagnostic>> {
    let mut file = File::open(&part.path).map_err(|e| part.unreadable(&e))?;
    check_ends(&part, &mut file).map_err(|e| part.unreadable(&e))??;
    // Statistics and embedded Arrow schemas are not needed, and the latter may say what the file does not hold.
    let metadata =
        ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|e| broken(&part, &e.to_string()))?;
    let schema = Arc::clone(metadata.schema());
    let rows = u64::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0);
    part.header = Header { names: schema.fields().iter().map(|f| text::column_name(f.name())).collect(), row: None };
    part.columns = text::places(&part, columns)?;
    part.has_rows = rows > 0;
    part.content = Content::Parquet(Footer { schema, rows });
    Ok(part)
}

/// A Parquet file starts and ends with `PAR1`: tells a file that is cut off from one that is something else.
fn check_ends(part: &Part, file: &mut File) -> std::io::Result<Result<(), Box<Diagnostic>>> {
    let told = |message: Words, help: Words| {
        let broken = part.error(codes::BROKEN, message, None, None);
        Ok(Err(Box::new(broken.help(help))))
    };
    let mut head = [0; 4];
    let mut tail = [0; 4];
    if part.size >= 4 {
        file.read_exact(&mut head)?;
        file.seek(SeekFrom::End(-4))?;
        file.read_exact(&mut tail)?;
        file.seek(SeekFrom::Start(0))?;
    }
    let name = &part.display;
    match (&head == MAGIC, &tail == MAGIC && part.size >= 12) {
        _ if part.size == 0 => {
            told(say!("`{name}` is empty", "`{name}` 是空的"), say!("was it written to its end?", "文件写完了吗？"))
        }
        (true, true) => Ok(Ok(())),
        (true, false) => told(
            say!(
                "`{name}` is cut off: it starts as a Parquet file and has no end",
                "`{name}` 被截断：开头是 Parquet 文件，却没有结尾"
            ),
            say!(
                "its last 4 bytes should be `PAR1`; copy or write it again",
                "最后 4 个字节应为 `PAR1`；重新复制或写出"
            ),
        ),
        (false, true) => told(
            say!("`{name}` has lost its beginning", "`{name}` 缺少开头"),
            say!("its first 4 bytes should be `PAR1`", "最前 4 个字节应为 `PAR1`"),
        ),
        (false, false) if &head == b"PARE" || &tail == b"PARE" => told(
            say!("`{name}` is encrypted", "`{name}` 已加密"),
            say!("encrypted Parquet files are not read", "不读取加密的 Parquet 文件"),
        ),
        (false, false) => told(
            say!("`{name}` is no Parquet file", "`{name}` 不是 Parquet 文件"),
            say!("its first and last 4 bytes should be `PAR1`", "最前和最后 4 个字节应为 `PAR1`"),
        ),
    }
}

fn broken(part: &Part, error: &str) -> Box<Diagnostic> {
    part.broken(error.trim_start_matches("Parquet error: "))
}

/// Reads the footer with all that the engine reads of it.
pub(super) fn indexed(part: &Part) -> Result<(), Box<Diagnostic>> {
    let file = File::open(&part.path).map_err(|e| part.unreadable(&e))?;
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
    ArrowReaderMetadata::load(&file, options).map(|_| ()).map_err(|e| broken(part, &e.to_string()))
}

pub(super) fn stream(part: &Part, schema: &SchemaRef) -> Result<Batches, Box<Diagnostic>> {
    let file = File::open(&part.path).map_err(|e| part.unreadable(&e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| broken(part, &e.to_string()))?;
    let wanted = part.columns.iter().filter_map(|p| if let Place::Column(at) = p { Some(*at) } else { None });
    let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
    let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
    let reader = reader.map_err(|e| broken(part, &e.to_string()))?;
    Ok(Box::new(Stream { part: part.clone(), schema: Arc::clone(schema), reader, row: 0, done: false }))
}

struct Stream {
    part: Part,
    schema: SchemaRef,
    reader: ParquetRecordBatchReader,
    row: u64,
    done: bool,
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, Box<Diagnostic>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        // After a panic the reader is not asked again.
        let batch = guarded(|| self.reader.next().map(|read| read.and_then(|batch| self.arrange(&batch))));
        let Some(batch) = batch else {
            self.done = true;
            return Some(Err(broken(&self.part, "a page is not what its header says")));
        };
        let batch = batch?;
        self.done = batch.is_err();
        Some(batch.map_err(|e| broken(&self.part, &e.to_string())))
    }
}

impl Stream {
    /// The wanted columns in the order asked for and in the table's types, and the places.
    fn arrange(&mut self, batch: &RecordBatch) -> Result<RecordBatch, datafusion::arrow::error::ArrowError> {
        let rows = batch.num_rows();
        let Content::Parquet(footer) = &self.part.content else { return Ok(batch.clone()) };
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        for (place, field) in self.part.columns.iter().zip(self.schema.fields()) {
            let array: ArrayRef = match place {
                Place::Column(at) => {
                    let name = footer.schema.fields().get(*at).map_or("", |f| f.name().as_str());
                    match batch.column_by_name(name) {
                        Some(array) => Arc::clone(array),
                        None => new_null_array(field.data_type(), rows),
                    }
                }
                Place::Folder(value) => Arc::new(std::iter::repeat_n(value.as_deref(), rows).collect::<StringArray>()),
                Place::Nowhere => new_null_array(field.data_type(), rows),
            };
            arrays.push(if array.data_type() == field.data_type() { array } else { cast(&array, field.data_type())? });
        }
        arrays.push(Arc::new(UInt64Array::from_iter_values((self.row + 1)..=(self.row + rows as u64))));
        arrays.push(Arc::new(UInt32Array::from_value(self.part.index, rows)));
        self.row += rows as u64;
        self.part.progress.add(self.part.size.saturating_mul(rows as u64) / footer.rows.max(1));
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }
}

/// The types of a table's columns: of the first file that has one, text for those in the folders' names.
pub(super) fn schema(parts: &[Part], columns: &[Wanted]) -> SchemaRef {
    use datafusion::arrow::datatypes::{DataType, Field};
    let kind = |index: usize| {
        let of = |part: &Part| match (part.columns.get(index), &part.content) {
            (Some(Place::Column(at)), Content::Parquet(footer)) => {
                footer.schema.fields().get(*at).map(|f| f.data_type().clone())
            }
            (Some(Place::Folder(_)), _) => Some(DataType::Utf8),
            _ => None,
        };
        parts.iter().find_map(of).unwrap_or(DataType::Utf8)
    };
    let fields = columns.iter().enumerate().map(|(i, c)| Field::new(&c.column, kind(i), true)).collect();
    super::batch::with_places(fields)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use datafusion::arrow::array::{Int64Array, StringArray};
    use datafusion::arrow::datatypes::{DataType, Field, Schema};
    use datafusion::parquet::arrow::ArrowWriter;

    use super::super::testing::{Folder, from};
    use super::*;
    use crate::design::Format;

    fn file(ids: &[i64], names: &[&str]) -> Vec<u8> {
        let fields = vec![Field::new("id", DataType::Int64, false), Field::new("name", DataType::Utf8, true)];
        let schema = Arc::new(Schema::new(fields));
        let columns: Vec<ArrayRef> =
            vec![Arc::new(Int64Array::from(ids.to_vec())), Arc::new(StringArray::from(names.to_vec()))];
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, Arc::clone(&schema), None).unwrap();
        writer.write(&RecordBatch::try_new(schema, columns).unwrap()).unwrap();
        writer.close().unwrap();
        bytes
    }

    #[test]
    fn columns_keep_their_types_and_come_as_asked() {
        let folder = Folder::new(&[("t.parquet", &file(&[7, 8], &["a", "b"]))]);
        let from = from(Format::Parquet, "t.parquet");
        assert_eq!(folder.rows(&from, &["name", "id"]).unwrap(), [["1", "a", "7"], ["2", "b", "8"]]);
        let table = folder.open(&from, &["id"]).unwrap();
        assert_eq!(table.schema.field(0).data_type(), &DataType::Int64);
        assert_eq!(table.parts[0].footer().unwrap().rows, 2);
        assert_eq!(table.parts[0].hash().unwrap().len(), 64);
        let (message, help) = folder.wrong(&from, &["ids"]);
        assert_eq!(message, "`t.parquet` has no column `ids`");
        assert!(help.contains("did you mean `from \"id\"`?"), "{help}");
    }

    #[test]
    fn partition_folders_are_columns_where_asked() {
        let folder = Folder::new(&[
            ("p/year=2025/region=%E4%B8%9C/a.parquet", &file(&[1], &["a"])),
            ("p/year=2026/region=__HIVE_DEFAULT_PARTITION__/a.parquet", &file(&[2], &["b"])),
        ]);
        let mut from = from(Format::Parquet, "p/**/*.parquet");
        assert!(folder.wrong(&from, &["year", "id"]).0.contains("have no column `year`"));
        from.options.partitions = true;
        let rows = folder.rows(&from, &["year", "id", "region"]).unwrap();
        assert_eq!(rows, [["0", "1", "2025", "1", "东"], ["1", "1", "2026", "2", "-"]]);
    }

    #[test]
    fn what_is_no_whole_file_is_refused() {
        let whole = file(&[1, 2, 3], &["a", "b", "c"]);
        let from = from(Format::Parquet, "t.parquet");
        let message = |bytes: &[u8]| Folder::new(&[("t.parquet", bytes)]).wrong(&from, &["id"]).0;
        assert_eq!(
            message(&whole[..whole.len() / 2]),
            "`t.parquet` is cut off: it starts as a Parquet file and has no end"
        );
        assert_eq!(message(b""), "`t.parquet` is empty");
        assert_eq!(message(b"id,name\n1,a\n"), "`t.parquet` is no Parquet file");
        assert_eq!(message(b"PAR1"), "`t.parquet` is cut off: it starts as a Parquet file and has no end");
        let mut lost = whole.clone();
        let at = lost.len() - 8;
        lost[at..at + 4].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f]);
        assert!(message(&lost).starts_with("`t.parquet` is broken: "), "{}", message(&lost));
        assert_eq!(message(&file(&[], &[])), "`t.parquet` has no rows");
        // A byte changed anywhere is read, or refused; never a panic.
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            let _ = Folder::new(&[("t.parquet", &changed)]).rows(&from, &["id", "name"]);
        }
    }
}
