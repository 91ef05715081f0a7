//! Where rows come from: binds a source's `from` to files and reads them as raw tables.
//!
//! A raw table says nothing of types or cleaning: text formats give every value as its exact text (null: nothing stands
//! there), Parquet gives its own types. Every row knows its file and its place in it. One kind of file, one module.

mod access;
mod batch;
mod binding;
mod csv;
mod encoding;
mod guard;
mod input;
mod json;
mod ndjson;
mod object;
mod ods;
mod parquet;
mod progress;
mod sheet;
#[cfg(test)]
mod testing;
mod text;
mod xlsx;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;

pub use access::{Access, Outlook};
pub use batch::{BATCH_ROWS, FILE_COLUMN, ROW_COLUMN};
pub use binding::bind;
pub use guard::{guard_thread, guarded, is_guarded};
pub use parquet::Footer;
pub use progress::{Progress, Watch};

use crate::design::{FieldKind, Format, From, GivenTable, Source};
use crate::diagnostic::codes::data as codes;
use crate::diagnostic::{Code, DataPlace, Diagnostic, Words, say};
use crate::source::Span;

/// The longest value and the longest record that are read, in bytes.
pub const MAX_FIELD: usize = 1 << 20;
pub const MAX_RECORD: usize = 16 << 20;

/// A column that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name in the data; a dotted path reaches into objects (JSON, NDJSON).
    pub column: String,
    /// Its place among the columns (from 0) where a file has no header.
    pub position: usize,
    /// A file that lacks it is not an error as long as another file of the table has it: its values are missing there.
    pub optional: bool,
    /// Its field takes any text, so that an error in a cell would not be noticed by its type.
    pub any_text: bool,
    /// The field in the design.
    pub span: Span,
}

impl Wanted {
    /// The columns of a source's fields: all that stand in the data, in the order declared.
    pub fn of(source: &Source) -> Vec<Wanted> {
        source
            .fields
            .iter()
            .filter(|f| f.computed.is_none())
            .enumerate()
            .map(|(position, f)| Wanted {
                column: f.column.clone(),
                position,
                optional: f.optional,
                any_text: matches!(f.kind, FieldKind::Id | FieldKind::Text) && f.members.is_empty(),
                span: f.span,
            })
            .collect()
    }
}

/// A source bound to its files: checked that they exist, may be read, are of their kind and have the columns.
#[derive(Clone, Debug)]
pub struct RawTable {
    pub format: Format,
    /// What was asked for, in that order.
    pub columns: Vec<Wanted>,
    /// Of the batches that [`Part::stream`] yields: the wanted columns under the names in the data, then [`ROW_COLUMN`]
    /// (UInt64, not null) and [`FILE_COLUMN`] (UInt32, not null). Columns are Utf8; those of Parquet have the types of the
    /// first file that has them.
    pub schema: SchemaRef,
    /// In the order of their paths.
    pub parts: Vec<Part>,
    pub progress: Progress,
}

/// One file of a table (or the rows of a test).
#[derive(Clone, Debug)]
pub struct Part {
    /// Its place in [`RawTable::parts`]; the value of [`FILE_COLUMN`].
    pub index: u32,
    /// As users should see it; the place in diagnostics.
    pub display: String,
    /// Canonical; empty for the rows of a test.
    pub path: PathBuf,
    /// Bytes in the file, for progress.
    pub size: u64,
    /// For each wanted column where this file has it.
    pub columns: Vec<Place>,
    format: Format,
    from: Span,
    content: Content,
    header: Header,
    has_rows: bool,
    hash: Arc<OnceLock<String>>,
    /// Where it is told how much of it is read.
    progress: Progress,
}

/// Where a part has a wanted column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The n-th column of the file, from 0. (In JSON found by name, record by record.)
    Column(usize),
    /// In the folder's name (`partitions: true`); None: missing.
    Folder(Option<String>),
    /// Nowhere in this file: missing.
    Nowhere,
}

/// The columns of a file, in its order, and the row that names them.
#[derive(Clone, Debug, Default)]
struct Header {
    names: Vec<String>,
    row: Option<u64>,
}

#[derive(Clone, Debug)]
enum Content {
    Csv(csv::Layout),
    Parquet(Footer),
    Objects(object::Layout),
    /// Read whole when it was opened.
    Memory(Arc<Vec<RecordBatch>>),
}

/// The batches of one part, in the order of the file. After an error nothing follows.
pub type Batches = Box<dyn Iterator<Item = Result<RecordBatch, Box<Diagnostic>>> + Send>;

impl Part {
    /// SHA-256 of the file's bytes, hexadecimal. Known without another reading once a stream of this part has been read
    /// to its end; empty for the rows of a test.
    pub fn hash(&self) -> Result<String, Box<Diagnostic>> {
        if let Some(hash) = self.hash.get() {
            return Ok(hash.clone());
        }
        if self.path.as_os_str().is_empty() {
            return Ok(String::new());
        }
        let hash = input::hash_file(&self.path).map_err(|e| Box::new(self.unreadable(&e)))?;
        Ok(self.hash.get_or_init(|| hash).clone())
    }

    /// Reads the part from its beginning, in batches of at most [`BATCH_ROWS`] rows with the table's `schema`.
    pub fn stream(&self, schema: &SchemaRef) -> Result<Batches, Box<Diagnostic>> {
        match &self.content {
            Content::Csv(layout) => csv::stream(self, layout, schema),
            Content::Parquet(_) => self.clone().guarded(|part| parquet::stream(&part, schema)),
            Content::Objects(layout) if self.format == Format::Json => json::stream(self, layout, schema),
            Content::Objects(layout) => ndjson::stream(self, layout, schema),
            Content::Memory(batches) => {
                let batches = Arc::clone(batches);
                Ok(Box::new((0..batches.len()).filter_map(move |i| batches.get(i).cloned()).map(Ok)))
            }
        }
    }

    /// What the footer of a Parquet file says: such a file the engine may read by itself.
    pub fn footer(&self) -> Option<&Footer> {
        match &self.content {
            Content::Parquet(footer) => Some(footer),
            _ => None,
        }
    }

    /// Reads with a library that panics where a file is not what it says it is.
    fn guarded<T>(self, read: impl FnOnce(Part) -> Result<T, Box<Diagnostic>>) -> Result<T, Box<Diagnostic>> {
        guarded(|| read(self.clone())).unwrap_or_else(|| Err(self.broken("it is not what its header says")))
    }

    /// What a library cannot read, and why.
    fn broken(&self, cause: &str) -> Box<Diagnostic> {
        let message = say!("`{}` is broken: {}", "`{}` 已损坏：{}", self.display, cause.trim_end_matches('.'));
        Box::new(self.error(codes::BROKEN, message, None, None).help(say!("copy or write it again", "重新复制或写出")))
    }

    /// Reads the part to its end, as far as it can be read: what is wrong with it.
    pub fn fault(&self, schema: &SchemaRef) -> Option<Diagnostic> {
        let read = || {
            if let Content::Parquet(_) = self.content {
                self.clone().guarded(|part| parquet::indexed(&part))?;
            }
            self.stream(schema)?.find_map(Result::err).map_or(Ok(()), Err)
        };
        read().err().map(|fault| *fault)
    }

    /// A data error in this part.
    pub fn error(&self, code: Code, message: Words, row: Option<u64>, column: Option<&str>) -> Diagnostic {
        Diagnostic::error(code, self.from, message).data(DataPlace {
            file: self.display.clone(),
            row,
            column: column.map(str::to_string),
            value: None,
        })
    }

    fn unreadable(&self, error: &std::io::Error) -> Diagnostic {
        self.error(
            codes::UNREADABLE,
            say!("`{}` cannot be read: {}", "无法读取 `{}`：{}", self.display, input::reason(error)),
            None,
            None,
        )
    }
}

/// Binds a `from` to its files. The errors are of whole files: missing, not allowed, not of their kind, without a wanted
/// column, without rows; all that can be found are reported.
pub fn open(access: &Access, from: &From, columns: &[Wanted]) -> Result<RawTable, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut parts = Vec::new();
    for (index, file) in access.find(from)?.into_iter().enumerate() {
        let part = Part {
            index: index as u32,
            display: file.display,
            path: file.path,
            size: file.size,
            columns: Vec::new(),
            format: from.format,
            from: from.span,
            content: Content::Memory(Arc::default()),
            header: Header::default(),
            has_rows: false,
            hash: Arc::default(),
            // What is read of a file to open it is read again.
            progress: Progress::default(),
        };
        access.progress().expect(part.size);
        let opened = match from.format {
            Format::Csv => csv::open(part, from, columns),
            Format::Parquet => part.guarded(|part| parquet::open(part, columns)),
            Format::Xlsx => part.guarded(|part| xlsx::open(part, from, columns)),
            Format::Ods => part.guarded(|part| ods::open(part, from, columns)),
            Format::Json => json::open(part, from, columns),
            Format::Ndjson => ndjson::open(part, from, columns),
        };
        match opened {
            Ok(mut part) => {
                part.progress = access.progress().clone();
                if let Content::Memory(_) = part.content {
                    part.progress.add(part.size);
                }
                for (wanted, place) in columns.iter().zip(&mut part.columns) {
                    if let Some((_, value)) = file.folders.iter().find(|(key, _)| *key == wanted.column) {
                        *place = Place::Folder(value.clone());
                    }
                }
                parts.push(part);
            }
            Err(problem) => problems.push(*problem),
        }
    }
    problems.extend(columns.iter().enumerate().filter_map(|(i, wanted)| missing_column(&parts, i, wanted)));
    if problems.is_empty() && !parts.iter().any(|p| p.has_rows) {
        problems.extend(no_rows(&parts));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let schema = match from.format {
        Format::Parquet => parquet::schema(&parts, columns),
        _ => batch::schema(columns),
    };
    let progress = access.progress().clone();
    Ok(RawTable { format: from.format, columns: columns.to_vec(), schema, parts, progress })
}

/// The rows of a test, as if they stood in a file: one batch, in the order given, counted from 1. Columns not given are
/// missing.
pub fn given(table: &GivenTable, source: &Source, columns: &[Wanted]) -> RawTable {
    let place_of = |wanted: &Wanted| {
        table.columns.iter().position(|id| {
            source.fields.get(id.index()).is_some_and(|f| f.span == wanted.span && f.column == wanted.column)
        })
    };
    let places: Vec<Option<usize>> = columns.iter().map(place_of).collect();
    let mut builder = batch::Builder::new(batch::schema(columns), 0);
    let mut batches = Vec::new();
    for (number, (_, cells)) in table.rows.iter().enumerate() {
        for (i, place) in places.iter().enumerate() {
            builder.push(i, place.and_then(|p| cells.get(p)).and_then(|c| c.as_deref()));
        }
        batches.extend(builder.end_row(number as u64 + 1));
    }
    batches.extend(builder.finish());
    let part = Part {
        index: 0,
        display: format!("given {}", source.naming.name),
        path: PathBuf::new(),
        size: 0,
        columns: places.iter().map(|p| p.map_or(Place::Nowhere, Place::Column)).collect(),
        format: source.from.format,
        from: table.span,
        content: Content::Memory(Arc::new(batches)),
        header: Header::default(),
        has_rows: !table.rows.is_empty(),
        hash: Arc::default(),
        progress: Progress::default(),
    };
    RawTable {
        format: source.from.format,
        columns: columns.to_vec(),
        schema: batch::schema(columns),
        parts: vec![part],
        progress: Progress::default(),
    }
}

/// A column that a file lacks: always where its field must be there, else only where no file has it (a misspelt name
/// would otherwise read as values that are all missing).
fn missing_column(parts: &[Part], index: usize, wanted: &Wanted) -> Option<Diagnostic> {
    let lacks = |part: &&Part| part.columns.get(index) == Some(&Place::Nowhere);
    let lacking: Vec<&Part> = parts.iter().filter(lacks).collect();
    let part = *lacking.first()?;
    if wanted.optional && lacking.len() < parts.len() {
        return None;
    }
    Some(lacking_column(part, lacking.len() - 1, wanted))
}

/// Says that a file, and so many others, lack a column.
fn lacking_column(part: &Part, more: usize, wanted: &Wanted) -> Diagnostic {
    let message = match more {
        0 => say!("`{}` has no column `{}`", "`{}` 没有列 `{}`", part.display, wanted.column),
        1 => say!(
            "`{}` and one more file have no column `{}`",
            "`{}` 和另外一个文件没有列 `{}`",
            part.display,
            wanted.column
        ),
        more => say!(
            "`{}` and {more} more files have no column `{}`",
            "`{}` 和另外 {more} 个文件没有列 `{}`",
            part.display,
            wanted.column
        ),
    };
    let mut diagnostic = part
        .error(codes::MISSING_COLUMN, message, part.header.row, Some(&wanted.column))
        .label(wanted.span, say!("this field reads it", "这个字段读取它"));
    // The field is what to mend, so it comes first.
    diagnostic.labels.reverse();
    let known = || part.header.names.iter().map(String::as_str).filter(|n| !n.is_empty());
    let there = list(known(), 12);
    diagnostic.help(match crate::diagnostic::closest(&wanted.column, known()) {
        _ if there.is_empty() => say!("the file names no columns", "文件里没有列名"),
        Some(near) => {
            say!("did you mean `from \"{near}\"`? the file has {}", "是不是 `from \"{near}\"`？文件里有 {}", there)
        }
        None => say!(
            "the file has {}; `from \"…\"` after the field's type names another column",
            "文件里有 {}；在字段的类型之后用 `from \"…\"` 写明别的列",
            there
        ),
    })
}

fn no_rows(parts: &[Part]) -> Option<Diagnostic> {
    let part = parts.first()?;
    let files = list(parts.iter().map(|p| p.display.as_str()), 5);
    let message = match (parts.len(), part.header.row) {
        (1, Some(_)) => say!("{} has a header and no rows", "{}只有表头，没有数据行", files),
        (1, None) => say!("{} has no rows", "{}没有数据行", files),
        _ => say!("{} have no rows", "{}没有数据行", files),
    };
    let help = say!(
        "a source without any row gives no values; was the export cut off?",
        "来源没有数据行就没有值；导出是否被截断？"
    );
    Some(part.error(codes::NO_ROWS, message, None, None).help(help))
}

/// `` `a`, `b` and 3 more ``
fn list<'a>(items: impl Iterator<Item = &'a str>, most: usize) -> Words {
    let items: Vec<String> = items.map(|i| format!("`{i}`")).collect();
    let shown = items.iter().take(most).cloned().collect::<Vec<_>>();
    match (shown.split_last(), items.len() > shown.len()) {
        (None, _) => Words::default(),
        (Some(_), true) => {
            let (en, zh, more) = (shown.join(", "), shown.join("、"), items.len() - shown.len());
            Words { en: format!("{en} and {more} more"), zh: format!("{zh} 和另外 {more} 个") }
        }
        (Some((only, [])), false) => Words::same(only.as_str()),
        (Some((last, rest)), false) => {
            Words { en: format!("{} and {last}", rest.join(", ")), zh: format!("{} 和 {last}", rest.join("、")) }
        }
    }
}
