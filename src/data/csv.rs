//! CSV: any delimiter, quote and encoding; streamed, with bounded values and records.

use std::io::{self, Read};

use csv_core::ReadRecordResult;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;

use super::encoding::Decoding;
use super::input::Hashing;
use super::{Batches, Content, Header, MAX_FIELD, MAX_RECORD, Part, Place, Wanted, batch, codes, text};
use crate::design::From;
use crate::diagnostic::{Diagnostic, say};

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
        encoding: options.encoding,
        delimiter: options.delimiter,
        quote: options.quote,
        header: options.header,
        width: 0,
    };
    let mut records = Records::open(&part, &layout)?;
    if !records.next(&part)? {
        let help = if layout.header {
            say!("its first row should name the columns", "第一行应为列名")
        } else {
            say!("it should have one row at least", "至少应有一行")
        };
        return Err(Box::new(
            part.error(codes::NO_ROWS, say!("`{}` is empty", "`{}` 是空的", part.display), None, None).help(help),
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
        let than = match self.part.header.row {
            Some(_) => say!("the header", "表头"),
            None => say!("the first row", "第一行"),
        };
        let message = match got {
            1 => say!(
                "row {row} of `{}` has 1 field, {} has {width}",
                "`{}` 第 {row} 行有 1 个字段，{}有 {width} 个",
                self.part.display,
                than
            ),
            got => say!(
                "row {row} of `{}` has {got} fields, {} has {width}",
                "`{}` 第 {row} 行有 {got} 个字段，{}有 {width} 个",
                self.part.display,
                than
            ),
        };
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
            say!(
                "a value that holds the delimiter or a line break stands in quotes",
                "含有分隔符或换行的值应写在引号里"
            )
        } else {
            say!("the row may be cut off, or have another delimiter", "这一行可能被截断，或用了别的分隔符")
        };
        let help = match count {
            0 => cause,
            1 => say!("{}; likewise row {}", "{}；第 {} 行也是", cause, more.join(", ")),
            n if n as usize > more.len() => {
                say!("{}; likewise {n} more rows: {}, …", "{}；还有 {n} 行也是：{} 等", cause, more.join(", "))
            }
            n => say!("{}; likewise {n} more rows: {}", "{}；还有 {n} 行也是：{}", cause, more.join(", ")),
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
        let file = Hashing::open(&part.path, &part.hash, &part.progress).map_err(|e| part.unreadable(&e))?;
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
                    let message = say!(
                        "row {} of `{}` has more than {MAX_COLUMNS} fields",
                        "`{1}` 第 {0} 行的字段超过 {MAX_COLUMNS} 个",
                        self.row,
                        part.display
                    );
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
            let message = say!(
                "a quote opened in row {} of `{}` is never closed",
                "`{1}` 第 {0} 行的引号没有结束",
                self.row,
                part.display
            );
            let column = text::column(part, self.ends.len() - 1);
            let open = part.error(codes::BROKEN, message, Some(self.row), Some(&column));
            return Err(Box::new(
                open.help(say!("a quote inside a quoted value is written twice", "引号内的引号写两次")),
            ));
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
        true => say!(
            "the value of `{name}` in row {row} of `{}` is longer than 1 MiB",
            "`{}` 第 {row} 行 `{name}` 的值超过 1 MiB",
            part.display
        ),
        false => say!("row {row} of `{}` is longer than 16 MiB", "`{}` 第 {row} 行超过 16 MiB", part.display),
    };
    let help = say!(
        "is a quote never closed? one inside a quoted value is written twice",
        "是不是有引号没有结束？引号内的引号写两次"
    );
    Box::new(part.error(codes::TOO_LARGE, message, Some(row), Some(&name)).help(help))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::super::testing::{Folder, from};
    use super::*;
    use crate::design::Format;

    fn csv() -> From {
        from(Format::Csv, "t.csv")
    }

    fn folder(text: impl AsRef<[u8]>) -> Folder {
        Folder::new(&[("t.csv", text.as_ref())])
    }

    #[test]
    fn values_are_text_and_rows_are_counted_as_people_do() {
        let text = "id, fee ,note\r\n1,10.50,\"a, \"\"b\"\"\"\r\n\r\n2,,\"two\r\nlines\"\r\n3,0,x";
        let rows = folder(text).rows(&csv(), &["note", "id", "fee"]).unwrap();
        assert_eq!(rows, [["2", "a, \"b\"", "1", "10.50"], ["4", "two\r\nlines", "2", "-"], ["5", "x", "3", "0"],]);
    }

    #[test]
    fn delimiter_quote_and_no_header() {
        let mut from = csv();
        from.options.delimiter = b';';
        from.options.quote = b'\'';
        from.options.header = false;
        let rows = folder("1;'a;b'\n2;c\n").rows(&from, &["id", "name"]).unwrap();
        assert_eq!(rows, [["1", "1", "a;b"], ["2", "2", "c"]]);
        let (message, _) = folder("1\n2\n").wrong(&from, &["id", "name"]);
        assert_eq!(message, "`t.csv` has no column `name`");
    }

    #[test]
    fn every_encoding_gives_the_same_rows() {
        let text = "编号,区域\n1,华东\n2,华南\n";
        let wide = |order: fn(u16) -> [u8; 2], mark: &[u8]| {
            [mark.to_vec(), text.encode_utf16().flat_map(order).collect()].concat()
        };
        let files = [
            (None, text.as_bytes().to_vec()),
            (None, [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat()),
            (None, wide(u16::to_le_bytes, b"\xff\xfe")),
            (None, wide(u16::to_be_bytes, b"\xfe\xff")),
            (Some("utf-16le"), wide(u16::to_le_bytes, b"")),
            (Some("utf-16be"), wide(u16::to_be_bytes, b"")),
            (Some("GB18030"), encoding_rs::GB18030.encode(text).0.into_owned()),
            (Some("gbk"), encoding_rs::GBK.encode(text).0.into_owned()),
            (Some("big5"), encoding_rs::BIG5.encode("編號").0.into_owned()),
        ];
        for (label, bytes) in files {
            let mut from = csv();
            from.options.encoding = label.and_then(|l| encoding_rs::Encoding::for_label(l.as_bytes()));
            if label == Some("big5") {
                let (message, _) = folder(bytes).wrong(&from, &["編號"]);
                assert_eq!(message, "`t.csv` has a header and no rows");
                continue;
            }
            let rows = folder(bytes).rows(&from, &["区域", "编号"]).unwrap();
            assert_eq!(rows, [["2", "华东", "1"], ["3", "华南", "2"]], "{label:?}");
        }
        let mut from = csv();
        from.options.encoding = Some(encoding_rs::SHIFT_JIS);
        let japanese = encoding_rs::SHIFT_JIS.encode("名前\nカタカナ\n").0.into_owned();
        assert_eq!(folder(japanese).rows(&from, &["名前"]).unwrap(), [["2", "カタカナ"]]);
        from.options.encoding = Some(encoding_rs::WINDOWS_1252);
        assert_eq!(folder(b"pr\xe9nom\nZo\xeb \x80\n").rows(&from, &["prénom"]).unwrap(), [["2", "Zoë €"]]);
    }

    #[test]
    fn a_wrong_encoding_shows_the_bytes_and_suggests_one() {
        let text = "id,region\n1,west\n2,华东\n";
        let chinese = encoding_rs::GB18030.encode(text).0.into_owned();
        let problems = folder(&chinese).rows(&csv(), &["id", "region"]).unwrap_err();
        let problem = &problems[0];
        assert_eq!(problem.code, codes::WRONG_ENCODING);
        assert_eq!(problem.message.en, "`t.csv` is not UTF-8: bytes BB AA B6 AB in row 3, column `region`");
        assert_eq!(
            problem.help.as_ref().map(|h| h.en.as_str()),
            Some("as GB18030 the line reads `2,华东`: write `encoding: \"gb18030\"`")
        );
        let data = problem.data.as_ref().unwrap();
        assert_eq!(
            (data.row, data.column.as_deref(), data.value.as_deref()),
            (Some(3), Some("region"), Some("BB AA B6 AB"))
        );

        let help = |bytes: &[u8]| folder(bytes).wrong(&csv(), &["id"]).1;
        let japanese = encoding_rs::SHIFT_JIS.encode("id,名前\n1,カタカナと漢字\n").0.into_owned();
        assert_eq!(help(&japanese), "as Shift_JIS the line reads `id,名前`: write `encoding: \"shift_jis\"`");
        assert_eq!(
            help(b"id,name\n1,M\xfcller\n"),
            "as Windows-1252 the line reads `1,Müller`: write `encoding: \"windows-1252\"`"
        );
        let wide: Vec<u8> = "id,name\n1,x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(help(&wide), "it looks like UTF-16LE: write `encoding: \"utf-16le\"`");
        // UTF-8 that is read as something else.
        let mut from = csv();
        from.options.encoding = Some(encoding_rs::SHIFT_JIS);
        let (message, help) = folder("id,区域\n1,华东\n").wrong(&from, &["id"]);
        assert!(message.starts_with("`t.csv` is not Shift_JIS: byte"), "{message}");
        assert!(help.contains("encoding: \"utf-8\""), "{help}");
    }

    #[test]
    fn a_misfit_far_into_a_file_is_found_at_its_place() {
        let mut bytes = b"id,name\n".to_vec();
        for row in 0..40_000 {
            bytes.extend(format!("{row},plain ascii text\n").into_bytes());
        }
        bytes.extend(b"40000,\xbb\xaa\xb6\xab\n");
        let (message, help) = folder(&bytes).wrong(&csv(), &["id"]);
        assert_eq!(message, "`t.csv` is not UTF-8: bytes BB AA B6 AB in row 40002, column `name`");
        assert!(help.contains("`40000,华东`"), "{help}");
    }

    #[test]
    fn ragged_rows_are_listed() {
        let (message, help) = folder("a,b\n1,2\n3\n4,5\n6,7,8\n").wrong(&csv(), &["a"]);
        assert_eq!(message, "row 3 of `t.csv` has 1 field, the header has 2");
        assert_eq!(help, "the row may be cut off, or have another delimiter; likewise row 5");
    }

    #[test]
    fn long_values_and_open_quotes_are_refused_in_bounded_memory() {
        let long = format!("a,b\n1,2\n3,{}\n", "x".repeat(5 << 20));
        let (message, _) = folder(&long).wrong(&csv(), &["a"]);
        assert_eq!(message, "the value of `b` in row 3 of `t.csv` is longer than 1 MiB");
        let between = format!("a,b\n1,{}\n", "x".repeat((1 << 20) + 1));
        assert!(folder(&between).wrong(&csv(), &["a"]).0.contains("longer than 1 MiB"));
        let most = format!("a,b\n1,{}\n", "x".repeat(1 << 20));
        assert_eq!(folder(&most).rows(&csv(), &["a"]).unwrap(), [["2", "1"]]);
        let open = "a,b\n1,\"x\n2,y\n3,z\n";
        assert_eq!(folder(open).wrong(&csv(), &["a"]).0, "a quote opened in row 2 of `t.csv` is never closed");
        let closed = "a,b\n1,\"x\n2,y\n3,z\"\n";
        assert_eq!(folder(closed).rows(&csv(), &["a"]).unwrap(), [["2", "1"]]);
    }

    #[test]
    fn empty_files_say_what_is_missing() {
        for empty in ["", "\n\n", "\u{feff}"] {
            let (message, help) = folder(empty).wrong(&csv(), &["a"]);
            assert_eq!(
                (message.as_str(), help.as_str()),
                ("`t.csv` is empty", "its first row should name the columns")
            );
        }
        assert_eq!(folder("a,b\n").wrong(&csv(), &["a"]).0, "`t.csv` has a header and no rows");
        assert_eq!(folder("a,b").wrong(&csv(), &["a"]).0, "`t.csv` has a header and no rows");
    }

    #[test]
    fn missing_and_doubled_columns() {
        let (message, help) = folder("order_id,amount\n1,2\n").wrong(&csv(), &["order_id", "amuont"]);
        assert_eq!(message, "`t.csv` has no column `amuont`");
        assert_eq!(help, "did you mean `from \"amount\"`? the file has `order_id` and `amount`");
        assert_eq!(folder("a,b,a\n1,2,3\n").wrong(&csv(), &["a"]).0, "`t.csv` has two columns `a`");
        assert_eq!(folder("a,b,a\n1,2,3\n").rows(&csv(), &["b"]).unwrap(), [["2", "2"]]);
        // An optional field does not excuse a name that no file has.
        assert_eq!(folder("a\n1\n").wrong(&csv(), &["b?"]).0, "`t.csv` has no column `b`");
    }

    #[test]
    fn the_hash_comes_with_the_reading() {
        let folder = folder("a\n1\n");
        let table = folder.open(&csv(), &["a"]).unwrap();
        let part = &table.parts[0];
        let alone = part.hash().unwrap();
        assert_eq!(alone, "309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc");
        let again = folder.open(&csv(), &["a"]).unwrap();
        assert_eq!(again.parts[0].stream(&again.schema).unwrap().count(), 1);
        assert_eq!(again.parts[0].hash.get(), Some(&alone));
    }

    #[test]
    fn any_bytes_are_rows_or_an_error() {
        // A generator of its own, so that a failure can be repeated.
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for _ in 0..300 {
            let length = random() % 400;
            let alphabet = b"a,\"\n\r1\xbb\xe5\xff\0;\xef\xbb\xbf";
            let bytes: Vec<u8> = (0..length).map(|_| alphabet[(random() % alphabet.len() as u64) as usize]).collect();
            let _ = folder(&bytes).rows(&csv(), &["a", "1"]);
        }
    }
}
