//! JSON: an array of objects, or an object that holds one such array (as services answer). Streamed record by record.

use std::io;

use datafusion::arrow::datatypes::SchemaRef;

use super::object::{self, Bytes, Record, Records};
use super::{Batches, MAX_RECORD, Part, Wanted, codes};
use crate::design::From;
use crate::diagnostic::{Diagnostic, Words, say};

pub(super) fn open(part: Part, from: &From, columns: &[Wanted]) -> Result<Part, Box<Diagnostic>> {
    object::open::<Elements>(part, from, columns)
}

pub(super) fn stream(part: &Part, layout: &object::Layout, schema: &SchemaRef) -> Result<Batches, Box<Diagnostic>> {
    object::stream::<Elements>(part, layout, schema)
}

/// The elements of the array of records.
struct Elements {
    state: State,
    /// The members of the object around the array that hold records: there must be one.
    holders: Vec<String>,
    row: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    /// In the array, in front of an element; `wrapped`: inside an object, `first`: no comma is due.
    Array {
        wrapped: bool,
        first: bool,
    },
    /// In the object around it, in front of a member.
    Member {
        first: bool,
    },
    Tail,
}

impl Records for Elements {
    fn new() -> Self {
        Elements { state: State::Start, holders: Vec::new(), row: 0 }
    }

    fn next(&mut self, part: &Part, bytes: &mut Bytes) -> Result<Option<Record>, Box<Diagnostic>> {
        match self.step(part, bytes) {
            Ok(found) => found,
            Err(e) => Err(part.unreadable(&e).into()),
        }
    }
}

type Step = io::Result<Result<Option<Record>, Box<Diagnostic>>>;

impl Elements {
    fn step(&mut self, part: &Part, bytes: &mut Bytes) -> Step {
        loop {
            bytes.skip_blanks()?;
            let here = bytes.peek()?;
            match (self.state, here) {
                (State::Start, None) => {
                    let message = say!("`{}` is empty", "`{}` 是空的", part.display);
                    let help = say!("it should be an array of objects", "应为对象数组");
                    return Ok(Err(Box::new(part.error(codes::NO_ROWS, message, None, None).help(help))));
                }
                (State::Start, Some(b'[')) => {
                    bytes.next()?;
                    self.state = State::Array { wrapped: false, first: true };
                }
                (State::Start, Some(b'{')) => {
                    bytes.next()?;
                    self.state = State::Member { first: true };
                }
                (State::Array { wrapped, .. }, Some(b']')) => {
                    bytes.next()?;
                    self.state = if wrapped { State::Member { first: false } } else { State::Tail };
                }
                (State::Array { wrapped, first: false }, Some(b',')) => {
                    bytes.next()?;
                    bytes.skip_blanks()?;
                    match bytes.peek()? {
                        Some(b'{') => self.state = State::Array { wrapped, first: true },
                        other => return Ok(Err(self.unexpected(part, bytes, other, say!("an object", "对象")))),
                    }
                }
                (State::Array { wrapped, first: true }, Some(b'{')) => {
                    self.row += 1;
                    let line = bytes.line();
                    let mut text = Vec::new();
                    if !capture(bytes, Some(&mut text))? {
                        return Ok(Err(self.too_early(part, bytes)));
                    }
                    if text.len() > MAX_RECORD {
                        return Ok(Err(object::too_long(part, self.row)));
                    }
                    self.state = State::Array { wrapped, first: false };
                    return Ok(Ok(Some(Record { row: self.row, line, text })));
                }
                (State::Array { first: true, .. }, Some(_)) => {
                    let message = say!(
                        "`{}` is no array of objects: look at line {}",
                        "`{}` 不是对象数组：见第 {} 行",
                        part.display,
                        bytes.line()
                    );
                    let help = say!(
                        "each element should be an object with the columns as its keys",
                        "每个元素应为对象，以列名为键"
                    );
                    return Ok(Err(Box::new(part.error(codes::BROKEN, message, Some(self.row + 1), None).help(help))));
                }
                (State::Member { .. }, Some(b'}')) => {
                    bytes.next()?;
                    self.state = State::Tail;
                    if self.holders.is_empty() {
                        let message = say!("`{}` holds no array of objects", "`{}` 里没有对象数组", part.display);
                        return Ok(Err(Box::new(self.after_object(part, bytes, message)?)));
                    }
                }
                (State::Member { first: false }, Some(b',')) => {
                    bytes.next()?;
                    self.state = State::Member { first: true };
                }
                (State::Member { first: true }, Some(b'"')) => {
                    if let Err(problem) = self.member(part, bytes)? {
                        return Ok(Err(problem));
                    }
                }
                (State::Tail, None) => return Ok(Ok(None)),
                (_, None) => return Ok(Err(self.too_early(part, bytes))),
                (State::Tail, other) => return Ok(Err(self.unexpected(part, bytes, other, say!("the end", "结尾")))),
                (State::Array { .. }, other) => {
                    return Ok(Err(self.unexpected(part, bytes, other, say!("`,` or `]`", "`,` 或 `]`"))));
                }
                (State::Member { first: true }, other) => {
                    return Ok(Err(self.unexpected(part, bytes, other, say!("a key", "键"))));
                }
                (State::Member { .. }, other) => {
                    return Ok(Err(self.unexpected(part, bytes, other, say!("`,` or `}}`", "`,` 或 `}}`"))));
                }
                (State::Start, other) => return Ok(Err(self.unexpected(part, bytes, other, Words::same("`[`")))),
            }
        }
    }

    /// Reads one member of the object around the records: goes into its array, or passes over its value.
    fn member(&mut self, part: &Part, bytes: &mut Bytes) -> io::Result<Result<(), Box<Diagnostic>>> {
        let mut key = Vec::new();
        if !capture(bytes, Some(&mut key))? {
            return Ok(Err(self.too_early(part, bytes)));
        }
        bytes.skip_blanks()?;
        match bytes.next()? {
            Some(b':') => {}
            other => return Ok(Err(self.unexpected(part, bytes, other, Words::same("`:`")))),
        }
        bytes.skip_blanks()?;
        self.state = State::Member { first: false };
        if bytes.peek()? != Some(b'[') {
            return Ok(if capture(bytes, None)? { Ok(()) } else { Err(self.too_early(part, bytes)) });
        }
        bytes.next()?;
        bytes.skip_blanks()?;
        match bytes.peek()? {
            Some(b'{') => {
                self.holders.push(serde_json::from_slice(&key).unwrap_or_default());
                if self.holders.len() > 1 {
                    let names = super::list(self.holders.iter().map(String::as_str), 5);
                    let message = say!(
                        "`{}` holds more than one array of objects: {}",
                        "`{}` 里有多个对象数组：{}",
                        part.display,
                        names
                    );
                    let help = say!(
                        "which one is meant? keep one array, or one file for each",
                        "是哪一个？只留一个数组，或每个数组一个文件"
                    );
                    return Ok(Err(Box::new(part.error(codes::BROKEN, message, None, None).help(help))));
                }
                self.state = State::Array { wrapped: true, first: true };
                Ok(Ok(()))
            }
            Some(b']') => {
                bytes.next()?;
                self.holders.push(serde_json::from_slice(&key).unwrap_or_default());
                // An empty array is one of records only where no other is.
                if self.holders.len() > 1 {
                    self.holders.pop();
                }
                Ok(Ok(()))
            }
            _ => Ok(if close(bytes, 1, None)? { Ok(()) } else { Err(self.too_early(part, bytes)) }),
        }
    }

    /// An object that is no answer of a service may be the first line of NDJSON.
    fn after_object(&self, part: &Part, bytes: &mut Bytes, message: Words) -> io::Result<Diagnostic> {
        bytes.skip_blanks()?;
        let help = match bytes.peek()? {
            Some(b'{') => {
                say!("it holds one object after another: write `ndjson(…)`", "对象一个接一个：写成 `ndjson(…)`")
            }
            _ => say!("it should be an array of objects: `[{{…}}, {{…}}]`", "应为对象数组：`[{{…}}, {{…}}]`"),
        };
        Ok(part.error(codes::BROKEN, message, None, None).help(help))
    }

    fn unexpected(&self, part: &Part, bytes: &Bytes, got: Option<u8>, expected: Words) -> Box<Diagnostic> {
        let Some(got) = got else { return self.too_early(part, bytes) };
        let got = if got.is_ascii_graphic() { char::from(got).to_string() } else { format!("\\x{got:02x}") };
        let line = bytes.line();
        let message = say!(
            "`{}` is no JSON: line {line} has `{got}` instead of {}",
            "`{}` 不是 JSON：第 {line} 行是 `{got}`，应为{}",
            part.display,
            expected
        );
        Box::new(part.error(codes::BROKEN, message, None, None))
    }

    fn too_early(&self, part: &Part, bytes: &Bytes) -> Box<Diagnostic> {
        let line = bytes.line();
        let message = match self.row {
            0 => say!("`{}` ends too early: at line {line}", "`{}` 过早结束：在第 {line} 行", part.display),
            row => say!(
                "`{}` ends too early: at line {line}, after {row} records",
                "`{}` 过早结束：在第 {line} 行，{row} 条记录之后",
                part.display
            ),
        };
        Box::new(
            part.error(codes::BROKEN, message, None, None).help(say!("was it written to its end?", "文件写完了吗？")),
        )
    }
}

/// Takes one whole value, balanced in its brackets and quotes (whether it is right inside is for the parser to say), and
/// keeps its text up to a little more than a record may have. False: the file ends in it.
fn capture(bytes: &mut Bytes, mut keep: Option<&mut Vec<u8>>) -> io::Result<bool> {
    match bytes.peek()? {
        Some(b'{' | b'[' | b'"') => close(bytes, 0, keep),
        _ => {
            while let Some(b) = bytes.peek()? {
                if matches!(b, b',' | b']' | b'}') || b.is_ascii_whitespace() {
                    return Ok(true);
                }
                bytes.next()?;
                if let Some(keep) = keep.as_deref_mut() {
                    keep.push(b);
                }
            }
            Ok(false)
        }
    }
}

/// Takes bytes until `depth` and all that opens after it is closed.
fn close(bytes: &mut Bytes, mut depth: usize, mut keep: Option<&mut Vec<u8>>) -> io::Result<bool> {
    let mut in_text = false;
    let mut escaped = false;
    while let Some(b) = bytes.next()? {
        if let Some(keep) = keep.as_deref_mut() {
            // What is too long is refused afterwards; its end is still looked for, its text no longer kept.
            if keep.len() <= MAX_RECORD {
                keep.push(b);
            }
        }
        match b {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => continue,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 && !in_text {
            return Ok(true);
        }
    }
    Ok(false)
}
