//! Records that are JSON objects: columns by key, or by a dotted path into nested objects. Numbers keep their text.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::str::FromStr;

use bigdecimal::BigDecimal;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use serde_json::value::RawValue;

use super::encoding::Decoding;
use super::input::Hashing;
use super::{Batches, Content, Header, MAX_FIELD, Part, Place, Wanted, batch, codes, text};
use crate::design::From;
use crate::diagnostic::{DataPlace, Diagnostic, Words, say};

/// Records that are looked at when a file is opened, to know its columns.
const SAMPLE: usize = 1000;
/// Objects in objects whose keys messages name.
const NESTED: usize = 3;

/// How a file is read again.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    encoding: Option<&'static encoding_rs::Encoding>,
    columns: Vec<Wanted>,
}

/// One object as it stands in the file.
pub(super) struct Record {
    /// As a person counts it.
    pub row: u64,
    /// The line it starts on.
    pub line: u64,
    pub text: Vec<u8>,
}

/// A way to find one record after the other.
pub(super) trait Records {
    fn new() -> Self;
    fn next(&mut self, part: &Part, bytes: &mut Bytes) -> Result<Option<Record>, Box<Diagnostic>>;
}

/// Decoded text, byte by byte, with its line.
pub(super) struct Bytes {
    input: Decoding<Hashing>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    line: u64,
    taken: u64,
}

impl Bytes {
    fn open(part: &Part, layout: &Layout) -> Result<Self, Box<Diagnostic>> {
        let file = Hashing::open(&part.path, &part.hash, &part.progress).map_err(|e| part.unreadable(&e))?;
        let input = Decoding::new(file, layout.encoding);
        Ok(Bytes { input, buffer: vec![0; 128 << 10], start: 0, end: 0, line: 1, taken: 0 })
    }

    pub fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.start == self.end {
            self.end = self.input.read(&mut self.buffer)?;
            self.start = 0;
        }
        Ok(self.buffer.get(self.start..self.end).and_then(|b| b.first()).copied())
    }

    pub fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if let Some(byte) = byte {
            self.start += 1;
            self.taken += 1;
            self.line += u64::from(byte == b'\n');
        }
        Ok(byte)
    }

    pub fn skip_blanks(&mut self) -> io::Result<()> {
        while self.peek()?.is_some_and(|b| b.is_ascii_whitespace()) {
            self.next()?;
        }
        Ok(())
    }

    /// The line of the next byte, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Bytes taken so far that were no text.
    fn judge(&self, part: &Part, row: u64) -> Result<(), Box<Diagnostic>> {
        match self.input.misfit().filter(|m| m.decoded_offset < self.taken) {
            Some(misfit) => Err(text::misfit(part, misfit, self.input.encoding(), row, None)),
            None => Ok(()),
        }
    }
}

pub(super) fn too_long(part: &Part, row: u64) -> Box<Diagnostic> {
    let message = say!("record {row} of `{}` is longer than 16 MiB", "`{}` 第 {row} 条记录超过 16 MiB", part.display);
    Box::new(part.error(codes::TOO_LARGE, message, Some(row), None))
}

/// Reads the next record, with its place named in what goes wrong.
fn read<R: Records>(records: &mut R, part: &Part, bytes: &mut Bytes) -> Result<Option<Record>, Box<Diagnostic>> {
    let found = records.next(part, bytes);
    let row = match &found {
        Ok(Some(record)) => record.row,
        _ => bytes.line(),
    };
    // Bytes that are no text are the cause of what a parser stumbles over, so they come first.
    bytes.judge(part, row)?;
    found
}

pub(super) fn open<R: Records>(mut part: Part, from: &From, columns: &[Wanted]) -> Result<Part, Box<Diagnostic>> {
    let layout = Layout { encoding: from.options.encoding, columns: columns.to_vec() };
    let mut bytes = Bytes::open(&part, &layout)?;
    let mut records = R::new();
    let mut seen = vec![false; columns.len()];
    let mut ended = false;
    for _ in 0..SAMPLE {
        let Some(record) = read(&mut records, &part, &mut bytes)? else {
            ended = true;
            break;
        };
        part.has_rows = true;
        let object = parse(&part, &record)?;
        for (name, _) in flatten(&object, NESTED) {
            if part.header.names.len() < 200 && !part.header.names.contains(&name) {
                part.header.names.push(name);
            }
        }
        for (seen, wanted) in seen.iter_mut().zip(columns) {
            *seen = *seen || find(&object, &wanted.column).is_some();
        }
    }
    // A column of a longer file may come later: the stream says so at its end if it does not.
    part.columns =
        seen.iter().map(|s| if *s || !ended || !part.has_rows { Place::Column(0) } else { Place::Nowhere }).collect();
    part.header = Header { row: None, ..part.header };
    part.content = Content::Objects(layout);
    Ok(part)
}

pub(super) fn stream<R: Records + Send + 'static>(
    part: &Part,
    layout: &Layout,
    schema: &SchemaRef,
) -> Result<Batches, Box<Diagnostic>> {
    Ok(Box::new(Stream {
        bytes: Bytes::open(part, layout)?,
        records: R::new(),
        builder: batch::Builder::new(schema.clone(), part.index),
        unseen: (0..layout.columns.len()).collect(),
        columns: layout.columns.clone(),
        part: part.clone(),
        done: false,
    }))
}

struct Stream<R> {
    part: Part,
    columns: Vec<Wanted>,
    bytes: Bytes,
    records: R,
    builder: batch::Builder,
    /// Columns that no record had yet.
    unseen: Vec<usize>,
    done: bool,
}

impl<R: Records> Iterator for Stream<R> {
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

impl<R: Records> Stream<R> {
    fn step(&mut self) -> Result<Option<RecordBatch>, Box<Diagnostic>> {
        let Some(record) = read(&mut self.records, &self.part, &mut self.bytes)? else {
            self.done = true;
            return self.end();
        };
        let object = parse(&self.part, &record)?;
        for (index, wanted) in self.columns.iter().enumerate() {
            match self.part.columns.get(index) {
                Some(Place::Folder(value)) => self.builder.push(index, value.as_deref()),
                Some(Place::Column(_)) => {
                    let raw = find(&object, &wanted.column);
                    if raw.is_some() {
                        self.unseen.retain(|i| *i != index);
                    }
                    let value = match raw {
                        Some(raw) => value(&self.part, &record, &wanted.column, raw)?,
                        None => None,
                    };
                    self.builder.push(index, value.as_deref());
                }
                _ => self.builder.push(index, None),
            }
        }
        Ok(self.builder.end_row(record.row))
    }

    /// A column that must be there, was not among the first records and never came.
    fn end(&mut self) -> Result<Option<RecordBatch>, Box<Diagnostic>> {
        let lacks = |i: &&usize| {
            self.part.columns.get(**i) == Some(&Place::Column(0)) && self.columns.get(**i).is_some_and(|w| !w.optional)
        };
        if self.part.has_rows
            && let Some(wanted) = self.unseen.iter().find(lacks).and_then(|i| self.columns.get(*i))
        {
            return Err(Box::new(super::lacking_column(&self.part, 0, wanted)));
        }
        Ok(self.builder.finish())
    }
}

type Object<'a> = BTreeMap<String, &'a RawValue>;

fn parse<'a>(part: &Part, record: &'a Record) -> Result<Object<'a>, Box<Diagnostic>> {
    serde_json::from_slice(&record.text).map_err(|e| {
        let line = record.line + (e.line() as u64).saturating_sub(1);
        let cause = e.to_string();
        let cause = cause.split(" at line ").next().unwrap_or_default();
        let message = say!(
            "`{}` is no JSON at line {line}, column {}: {cause}",
            "`{}` 第 {line} 行第 {} 列不是 JSON：{cause}",
            part.display,
            e.column()
        );
        Box::new(part.error(codes::BROKEN, message, Some(record.row), None))
    })
}

fn nested(raw: &RawValue) -> Option<Object<'_>> {
    if raw.get().starts_with('{') { serde_json::from_str(raw.get()).ok() } else { None }
}

/// A column by its name: a key, or the keys that lead to it with dots between.
fn find<'a>(object: &Object<'a>, column: &str) -> Option<&'a RawValue> {
    if let Some(raw) = object.get(column) {
        return Some(raw);
    }
    let mut raw: &'a RawValue = object.get(column.split('.').next()?)?;
    for key in column.split('.').skip(1) {
        raw = nested(raw)?.get(key).copied()?;
    }
    column.contains('.').then_some(raw)
}

/// The keys of an object, with dots into the objects in it.
fn flatten<'a>(object: &Object<'a>, depth: usize) -> Vec<(String, &'a RawValue)> {
    let mut found = Vec::new();
    for (key, raw) in object {
        match nested(raw).filter(|_| depth > 0) {
            Some(inner) => {
                found.extend(flatten(&inner, depth - 1).into_iter().map(|(name, raw)| (format!("{key}.{name}"), raw)));
            }
            None => found.push((key.clone(), *raw)),
        }
    }
    found
}

/// A value as text; None for null and for empty text.
fn value(part: &Part, record: &Record, column: &str, raw: &RawValue) -> Result<Option<String>, Box<Diagnostic>> {
    let text = raw.get();
    let refuse = |code, message: Words| {
        let mut shown: String = text.chars().take(60).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        let place = DataPlace {
            file: part.display.clone(),
            row: Some(record.row),
            column: Some(column.to_string()),
            value: Some(shown),
        };
        part.error(code, message, None, None).data(place)
    };
    if text.len() > MAX_FIELD {
        let message = say!(
            "the value of `{column}` in record {} of `{}` is longer than 1 MiB",
            "`{1}` 第 {0} 条记录中 `{column}` 的值超过 1 MiB",
            record.row,
            part.display
        );
        return Err(Box::new(refuse(codes::TOO_LARGE, message)));
    }
    match text.as_bytes().first() {
        Some(b'n') => Ok(None),
        Some(b'"') => {
            let value: String = serde_json::from_str(text).unwrap_or_default();
            Ok(Some(value).filter(|v| !v.is_empty()))
        }
        Some(b'{') => {
            let message = say!(
                "`{column}` is an object in record {} of `{}`",
                "`{1}` 第 {0} 条记录中 `{column}` 是对象",
                record.row,
                part.display
            );
            let help = match nested(raw).and_then(|o| o.keys().next().cloned()) {
                Some(key) => say!(
                    "a dot reaches into it: `from \"{column}.{key}\"`",
                    "用点号取其中的值：`from \"{column}.{key}\"`"
                ),
                None => say!("a field takes one value", "一个字段只取一个值"),
            };
            Err(Box::new(refuse(codes::NO_VALUE, message).help(help)))
        }
        Some(b'[') => {
            let message = say!(
                "`{column}` is an array in record {} of `{}`",
                "`{1}` 第 {0} 条记录中 `{column}` 是数组",
                record.row,
                part.display
            );
            Err(Box::new(refuse(codes::NO_VALUE, message).help(say!(
                "a field takes one value; write one record for each",
                "一个字段只取一个值；每个值写一条记录"
            ))))
        }
        _ => Ok(Some(plain(text))),
    }
}

/// A number without an exponent, as far as it then stays readable.
fn plain(text: &str) -> String {
    let exponent = text.find(['e', 'E']).and_then(|at| text.get(at + 1..)?.parse::<i32>().ok());
    match exponent.filter(|e| e.abs() <= 308).and_then(|_| BigDecimal::from_str(text).ok()) {
        Some(number) => number.to_plain_string(),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::super::testing::{Folder, from};
    use super::*;
    use crate::design::Format;

    fn json(text: &str) -> Folder {
        Folder::new(&[("t.json", text.as_bytes()), ("t.ndjson", text.as_bytes())])
    }

    fn from_json() -> From {
        from(Format::Json, "t.json")
    }

    fn from_lines() -> From {
        from(Format::Ndjson, "t.ndjson")
    }

    #[test]
    fn values_keep_their_text() {
        let text = r#"[{"id": 12345678901234567890.10, "a": {"b": {"c": "x,\"y\""}}, "ok": true, "n": null},
            {"a.b.c": "dot", "id": 1.5e3, "ok": false, "n": "", "list": [1, {"]": "}"}]}]"#;
        let rows = json(text).rows(&from_json(), &["a.b.c", "id", "ok", "n"]).unwrap();
        assert_eq!(
            rows,
            [["1", "x,\"y\"", "12345678901234567890.10", "true", "-"], ["2", "dot", "1500", "false", "-"],]
        );
    }

    #[test]
    fn an_answer_of_a_service_holds_its_records() {
        let text = r#"{"next": null, "tags": [1, 2], "meta": {"items": [{"no": 1}]}, "items": [{"id": 1}, {"id": 2}], "total": 2}"#;
        assert_eq!(json(text).rows(&from_json(), &["id"]).unwrap(), [["1", "1"], ["2", "2"]]);
        let two = r#"{"a": [{"id": 1}], "b": [{"id": 2}]}"#;
        assert_eq!(
            json(two).wrong(&from_json(), &["id"]).0,
            "`t.json` holds more than one array of objects: `a` and `b`"
        );
        let none = json(r#"{"id": 1}"#).wrong(&from_json(), &["id"]);
        assert_eq!(none.1, "it should be an array of objects: `[{…}, {…}]`");
        assert_eq!(
            json("{\"id\": 1}\n{\"id\": 2}\n").wrong(&from_json(), &["id"]).1,
            "it holds one object after another: write `ndjson(…)`"
        );
    }

    #[test]
    fn lines() {
        let text = "{\"id\": 1}\r\n\n  {\"id\": 2, \"more\": 0}";
        assert_eq!(json(text).rows(&from_lines(), &["id", "more"]).unwrap(), [["1", "1", "-"], ["3", "2", "0"]]);
        let wrong = |text: &str| json(text).wrong(&from_lines(), &["id"]);
        assert_eq!(wrong("[{\"id\": 1}]").1, "the file starts an array: write `json(…)`");
        assert_eq!(
            wrong("{\"id\": 1}\n{\"id\": \n").0,
            "`t.ndjson` is no JSON at line 2, column 7: EOF while parsing a value"
        );
        assert_eq!(wrong("{\"id\": 1}\nnull\n").0, "line 2 of `t.ndjson` is no object");
        assert_eq!(wrong("").0, "`t.ndjson` has no rows");
    }

    #[test]
    fn what_is_wrong_is_told_by_its_line() {
        let wrong = |text: &str| json(text).wrong(&from_json(), &["id"]).0;
        assert_eq!(wrong("[\n{\"id\": 1},\n{\"id\": }\n]"), "`t.json` is no JSON at line 3, column 8: expected value");
        assert_eq!(wrong("[\n{\"id\": 1},\n{\"id\": 2"), "`t.json` ends too early: at line 3, after 2 records");
        assert_eq!(wrong("[{\"id\": 1}"), "`t.json` ends too early: at line 1, after 1 records");
        assert_eq!(wrong("[{\"id\": 1} {\"id\": 2}]"), "`t.json` is no JSON: line 1 has `{` instead of `,` or `]`");
        assert_eq!(wrong("[{\"id\": 1},]"), "`t.json` is no JSON: line 1 has `]` instead of an object");
        assert_eq!(wrong("[{\"id\": 1}] x"), "`t.json` is no JSON: line 1 has `x` instead of the end");
        assert_eq!(wrong("[1, 2]"), "`t.json` is no array of objects: look at line 1");
        assert_eq!(wrong("id,day"), "`t.json` is no JSON: line 1 has `i` instead of `[`");
        assert_eq!(wrong(""), "`t.json` is empty");
        assert_eq!(wrong("[]"), "`t.json` has no rows");
        assert_eq!(wrong("{\"items\": []}"), "`t.json` has no rows");
        assert_eq!(wrong("[{\"id\": {\"x\": 1}}]"), "`id` is an object in record 1 of `t.json`");
        assert_eq!(wrong("[{\"id\": 0}, {\"id\": [1]}]"), "`id` is an array in record 2 of `t.json`");
        assert_eq!(
            wrong(&format!("[{{\"id\": \"{}\"}}]", "x".repeat(2 << 20))),
            "the value of `id` in record 1 of `t.json` is longer than 1 MiB"
        );
    }

    #[test]
    fn columns_that_no_record_has() {
        let (message, help) = json(r#"[{"customer": {"nam": "x"}}]"#).wrong(&from_json(), &["customer.name"]);
        assert_eq!(message, "`t.json` has no column `customer.name`");
        assert_eq!(help, "did you mean `from \"customer.nam\"`? the file has `customer.nam`");
        // Known only at the end of a long file.
        let long = "{\"id\": 1}\n".repeat(3000);
        assert_eq!(json(&long).wrong(&from_lines(), &["id", "day"]).0, "`t.ndjson` has no column `day`");
        let late = format!("{long}{{\"id\": 2, \"day\": \"d\"}}\n");
        assert_eq!(json(&late).rows(&from_lines(), &["day"]).unwrap().len(), 3001);
    }

    #[test]
    fn bytes_that_are_no_text() {
        let bytes = encoding_rs::GB18030.encode("{\"id\": 1}\n{\"id\": \"华东地区\"}\n").0.into_owned();
        let folder = Folder::new(&[("t.ndjson", &bytes)]);
        let (message, help) = folder.wrong(&from_lines(), &["id"]);
        assert_eq!(message, "`t.ndjson` is not UTF-8: bytes BB AA B6 AB B5 D8 C7 F8 in row 2");
        assert!(help.contains("华东地区") && help.contains("iconv"), "{help}");
    }

    #[test]
    fn deep_and_random_text_is_read_or_refused() {
        let deep = format!("[{{\"id\": {}1{}}}]", "[".repeat(100_000), "]".repeat(100_000));
        assert!(json(&deep).rows(&from_json(), &["id"]).is_err());
        let text = r#"{"a": [{"id": 1, "x": {"y": "z\u00e9"}}, {"id": -2.5e-3}], "b": null}"#;
        for at in 0..text.len() {
            for byte in [b'"', b'{', b']', b',', b'\\', b' ', b'1'] {
                let mut changed = text.as_bytes().to_vec();
                changed[at] = byte;
                let folder = Folder::new(&[("t.json", &changed)]);
                let _ = folder.rows(&from_json(), &["id", "x.y?"]);
            }
            let _ = json(&text[..at]).rows(&from_json(), &["id"]);
        }
    }
}
