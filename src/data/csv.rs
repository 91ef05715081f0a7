//! CSV: any delimiter, quote and encoding; streamed, with bounded values and records.

use std::io::{self, Read};

use csv_core::ReadRecordResult;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;

use super::encoding::Decoding;
use super::input::Hashing;
use super::{Batches, Content, Header, MAX_FIELD, MAX_RECORD, Part, Place, Wanted, batch, codes, text};
use crate::design::From;
use crate::diagnostic::Diagnostic;

/// Columns in a file, at most.
const MAX_COLUMNS: usize = 65_536;

/// How a file is read again.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    encoding: Option<&'static encoding_rs::Encoding>,
    delimiter: u8,
    quote: u8,
    header: bool,
    /// Fields in every record.
    width: usize,
}

pub(super) fn open(mut part: Part, from: &From, columns: &[Wanted]) -> Result<Part, Box<Diagnostic>> {
    let options = &from.options;
    let mut layout = Layout {
        encoding: text::encoding(&part, options.encoding.as_deref())?,
        delimiter: options.delimiter,
        quote: options.quote,
        header: options.header,
        width: 0,
    };
    let mut records = Records::open(&part, &layout)?;
    if !records.next(&part)? {
        let help =
            if layout.header { "its first row should name the columns" } else { "it should have one row at least" };
        return Err(Box::new(
            part.error(codes::NO_ROWS, format!("`{}` is empty", part.display), None, None).help(help),
        ));
    }
    layout.width = records.ends.len();
    if layout.header {
        part.header = Header { names: records.fields().map(column_name).collect(), row: Some(records.row) };
        part.columns = text::places(&part, columns)?;
        part.has_rows = records.next(&part)?;
    } else {
        part.columns = columns
            .iter()
            .map(|w| if w.position < layout.width { Place::Column(w.position) } else { Place::Nowhere })
            .collect();
        part.has_rows = true;
    }
    part.content = Content::Csv(layout);
    Ok(part)
}

/// A header's cell as a column's name: blanks around it are never meant.
fn column_name(cell: &[u8]) -> String {
    text::column_name(&String::from_utf8_lossy(cell))
}

pub(super) fn stream(part: &Part, layout: &Layout, schema: &SchemaRef) -> Result<Batches, Box<Diagnostic>> {
    let mut records = Records::open(part, layout)?;
    if layout.header {
        records.next(part)?;
    }
    let builder = batch::Builder::new(schema.clone(), part.index);
    Ok(Box::new(Stream { part: part.clone(), width: layout.width, records, builder, done: false }))
}

struct Stream {
    part: Part,
    width: usize,
    records: Records,
    builder: batch::Builder,
    done: bool,
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, Box<Diagnostic>>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            match self.step() {
                Ok(Some(batch)) => return Some(Ok(batch)),
                Ok(None) => {}
                Err(problem) => {
                    self.done = true;
                    return Some(Err(problem));
                }
            }
        }
        None
    }
}

impl Stream {
    /// Reads one record; yields a batch when one is full, or the file is at its end.
    fn step(&mut self) -> Result<Option<RecordBatch>, Box<Diagnostic>> {
        if !self.records.next(&self.part)? {
            self.done = true;
            return Ok(self.builder.finish());
        }
        if self.records.ends.len() != self.width {
            return Err(self.ragged());
        }
        for (column, place) in self.part.columns.iter().enumerate() {
            let value = match place {
                Place::Column(at) => std::str::from_utf8(self.records.field(*at)).ok(),
                Place::Folder(value) => value.as_deref(),
                Place::Nowhere => None,
            };
            self.builder.push(column, value.filter(|v| !v.is_empty()));
        }
        Ok(self.builder.end_row(self.records.row))
    }

    /// The record at hand has too many or too few fields; which others have, too?
    fn ragged(&mut self) -> Box<Diagnostic> {
        let (row, got, width) = (self.records.row, self.records.ends.len(), self.width);
        let than = if self.part.header.row.is_some() { "the header" } else { "the first row" };
        let fields = |n: usize| if n == 1 { "1 field".to_string() } else { format!("{n} fields") };
        let message = format!("row {row} of `{}` has {}, {than} has {width}", self.part.display, fields(got));
        let mut more = Vec::new();
        let mut count = 0u64;
        while let Ok(true) = self.records.next(&self.part) {
            if self.records.ends.len() != width {
                count += 1;
                if more.len() < 5 {
                    more.push(self.records.row.to_string());
                }
            }
        }
        let cause = if got > width {
            "a value that holds the delimiter or a line break stands in quotes"
        } else {
            "is the row cut off, or its delimiter another?"
        };
        let help = match count {
            0 => cause.to_string(),
            1 => format!("{cause}; so it is in row {}", more.join(", ")),
            n if n as usize > more.len() => format!("{cause}; so it is in {n} more rows: {}, …", more.join(", ")),
            n => format!("{cause}; so it is in {n} more rows: {}", more.join(", ")),
        };
        Box::new(self.part.error(codes::RAGGED, message, Some(row), None).help(help))
    }
}

/// The records of a file, one at a time.
struct Records {
    input: Decoding<Hashing>,
    /// Text that was decoded and not yet parsed: `buffer[start..end]`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    eof: bool,
    /// Bytes of text that the parser took.
    consumed: u64,
    parser: csv_core::Reader,
    quote: u8,
    /// The current record: its fields without quotes, one after the other, and where each ends.
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// The current record as a person counts it: blank lines count, line breaks in values do not.
    row: u64,
    lines: u64,
    /// The last byte of text that ends no line.
    last: u8,
}

impl Records {
    fn open(part: &Part, layout: &Layout) -> Result<Self, Box<Diagnostic>> {
        let file = Hashing::open(&part.path, &part.hash).map_err(|e| part.unreadable(&e))?;
        let mut builder = csv_core::ReaderBuilder::new();
        builder.delimiter(layout.delimiter).quote(layout.quote).quoting(layout.quote != 0);
        Ok(Records {
            input: Decoding::new(file, layout.encoding),
            buffer: vec![0; 128 << 10],
            start: 0,
            end: 0,
            eof: false,
            consumed: 0,
            parser: builder.build(),
            quote: layout.quote,
            fields: vec![0; 4096],
            ends: Vec::new(),
            row: 0,
            lines: 1,
            last: 0,
        })
    }

    fn fill(&mut self) -> io::Result<()> {
        self.end = self.input.read(&mut self.buffer)?;
        self.start = 0;
        self.eof = self.end == 0;
        let read = self.buffer.get(..self.end).unwrap_or_default();
        if let Some(last) = read.iter().rev().find(|b| !matches!(b, b'\n' | b'\r')) {
            self.last = *last;
        }
        Ok(())
    }

    /// Reads the next record; false at the end.
    fn next(&mut self, part: &Part) -> Result<bool, Box<Diagnostic>> {
        let (mut length, mut count) = (0, 0);
        let mut ends = std::mem::take(&mut self.ends);
        ends.resize(ends.capacity().max(64), 0);
        loop {
            if self.start == self.end && !self.eof {
                self.fill().map_err(|e| part.unreadable(&e))?;
            }
            let input = self.buffer.get(self.start..self.end).unwrap_or_default();
            let output = self.fields.get_mut(length..).unwrap_or_default();
            let space = ends.get_mut(count..).unwrap_or_default();
            let (result, read, wrote, ended) = self.parser.read_record(input, output, space);
            self.start += read;
            self.consumed += read as u64;
            length += wrote;
            count += ended;
            let field_start = count.checked_sub(1).and_then(|i| ends.get(i)).copied().unwrap_or(0);
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if length - field_start > MAX_FIELD || length > MAX_RECORD => {
                    self.count_row(0);
                    return Err(too_long(part, self.row, count, length - field_start > MAX_FIELD));
                }
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if count >= MAX_COLUMNS => {
                    self.count_row(0);
                    let message = format!("row {} of `{}` has more than {MAX_COLUMNS} fields", self.row, part.display);
                    return Err(Box::new(part.error(codes::TOO_LARGE, message, Some(self.row), None)));
                }
                ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    ends.truncate(count);
                    self.ends = ends;
                    self.judge(part, length)?;
                    return Ok(true);
                }
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// Looks at a record that was read: are its bytes text, is each value short enough, is its quote closed?
    fn judge(&mut self, part: &Part, length: usize) -> Result<(), Box<Diagnostic>> {
        let text = self.fields.get(..length).unwrap_or_default();
        let breaks = text.iter().filter(|b| **b == b'\n').count();
        let zero = text.contains(&0);
        self.count_row(breaks as u64);
        if let Some(misfit) = self.input.misfit().filter(|m| m.decoded_offset < self.consumed) {
            let holds = |field: &[u8]| field.windows(3).any(|w| w == "\u{FFFD}".as_bytes());
            let column = self.fields().position(holds);
            return Err(text::misfit(part, misfit, self.input.encoding(), self.row, column));
        }
        if zero {
            let column = self.fields().position(|f| f.contains(&0));
            return Err(text::nul(part, self.input.encoding(), self.row, column));
        }
        let mut start = 0;
        if let Some(column) = self.ends.iter().position(|end| end - std::mem::replace(&mut start, *end) > MAX_FIELD) {
            return Err(too_long(part, self.row, column, true));
        }
        let open =
            breaks > 0 && self.eof && self.last != self.quote && self.field(self.ends.len() - 1).contains(&b'\n');
        if open && self.start == self.end {
            let message = format!("a quote opened in row {} of `{}` is never closed", self.row, part.display);
            let column = text::column(part, self.ends.len() - 1);
            let open = part.error(codes::BROKEN, message, Some(self.row), Some(&column));
            return Err(Box::new(open.help("a quote inside a quoted value is written twice")));
        }
        Ok(())
    }

    /// Counts the record just read, and the blank lines that the parser passed over before it.
    fn count_row(&mut self, breaks: u64) {
        let lines = self.parser.line();
        let blank = (lines - self.lines).saturating_sub(breaks + 1);
        self.lines = lines;
        self.row += 1 + blank;
    }

    fn field(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).and_then(|i| self.ends.get(i)).copied().unwrap_or(0);
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.fields.get(start..end).unwrap_or_default()
    }

    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|i| self.field(i))
    }
}

fn too_long(part: &Part, row: u64, column: usize, field: bool) -> Box<Diagnostic> {
    let name = text::column(part, column);
    let message = match field {
        true => format!("the value of `{name}` in row {row} of `{}` is longer than 1 MiB", part.display),
        false => format!("row {row} of `{}` is longer than 16 MiB", part.display),
    };
    let help = "is a quote never closed? one inside a quoted value is written twice";
    Box::new(part.error(codes::TOO_LARGE, message, Some(row), Some(&name)).help(help))
}
