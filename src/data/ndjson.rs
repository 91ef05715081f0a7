//! NDJSON: one object a line. Blank lines are passed over, and counted.

use datafusion::arrow::datatypes::SchemaRef;

use super::object::{self, Bytes, Record, Records};
use super::{Batches, MAX_RECORD, Part, Wanted, codes};
use crate::design::From;
use crate::diagnostic::{Diagnostic, say};

pub(super) fn open(part: Part, from: &From, columns: &[Wanted]) -> Result<Part, Box<Diagnostic>> {
    object::open::<Lines>(part, from, columns)
}

pub(super) fn stream(part: &Part, layout: &object::Layout, schema: &SchemaRef) -> Result<Batches, Box<Diagnostic>> {
    object::stream::<Lines>(part, layout, schema)
}

struct Lines;

impl Records for Lines {
    fn new() -> Self {
        Lines
    }

    fn next(&mut self, part: &Part, bytes: &mut Bytes) -> Result<Option<Record>, Box<Diagnostic>> {
        let mut next = || bytes.next().map_err(|e| Box::new(part.unreadable(&e)));
        let mut text = Vec::new();
        loop {
            let end = match next()? {
                Some(b'\n') => true,
                Some(byte) => {
                    text.push(byte);
                    if text.len() > MAX_RECORD {
                        return Err(object::too_long(part, bytes.line()));
                    }
                    continue;
                }
                None => false,
            };
            if !text.iter().all(u8::is_ascii_whitespace) {
                // The line break was taken already.
                let row = if end { bytes.line() - 1 } else { bytes.line() };
                return self.record(part, row, text).map(Some);
            }
            text.clear();
            if !end {
                return Ok(None);
            }
        }
    }
}

impl Lines {
    fn record(&self, part: &Part, row: u64, text: Vec<u8>) -> Result<Record, Box<Diagnostic>> {
        if text.trim_ascii_start().starts_with(b"{") {
            return Ok(Record { row, line: row, text });
        }
        let message = say!("line {row} of `{}` is no object", "`{}` 第 {row} 行不是对象", part.display);
        let help = match text.trim_ascii_start().first() {
            Some(b'[') if row == 1 => {
                say!("the file starts an array: write `json(…)`", "文件以数组开头：写成 `json(…)`")
            }
            _ => say!("each line should be an object with the columns as its keys", "每一行应为对象，以列名为键"),
        };
        Err(Box::new(part.error(codes::BROKEN, message, Some(row), None).help(help)))
    }
}
