//! JSON: an array of objects, or an object that holds one such array (as services answer). Streamed record by record.

use std::io;

use datafusion::arrow::datatypes::SchemaRef;

use super::object::{self, Bytes, Record, Records};
use super::{Batches, MAX_RECORD, Part, Wanted, codes};
use crate::design::From;
use crate::diagnostic::Diagnostic;

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
                    let message = format!("`{}` is empty", part.display);
                    let help = "it should be an array of objects";
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
                        other => return Ok(Err(self.unexpected(part, bytes, other, "an object"))),
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
                    let message = format!("`{}` is no array of objects: look at line {}", part.display, bytes.line());
                    let help = "each element should be an object with the columns as its keys";
                    return Ok(Err(Box::new(part.error(codes::BROKEN, message, Some(self.row + 1), None).help(help))));
                }
                (State::Member { .. }, Some(b'}')) => {
                    bytes.next()?;
                    self.state = State::Tail;
                    if self.holders.is_empty() {
                        let message = format!("`{}` holds no array of objects", part.display);
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
                (State::Tail, other) => return Ok(Err(self.unexpected(part, bytes, other, "the end"))),
                (State::Array { .. }, other) => return Ok(Err(self.unexpected(part, bytes, other, "`,` or `]`"))),
                (State::Member { first: true }, other) => return Ok(Err(self.unexpected(part, bytes, other, "a key"))),
                (State::Member { .. }, other) => return Ok(Err(self.unexpected(part, bytes, other, "`,` or `}`"))),
                (State::Start, other) => return Ok(Err(self.unexpected(part, bytes, other, "`[`"))),
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
            other => return Ok(Err(self.unexpected(part, bytes, other, "`:`"))),
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
                    let message = format!("`{}` holds more than one array of objects: {names}", part.display);
                    let help = "which one is meant? keep one array, or one file for each";
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
    fn after_object(&self, part: &Part, bytes: &mut Bytes, message: String) -> io::Result<Diagnostic> {
        bytes.skip_blanks()?;
        let help = match bytes.peek()? {
            Some(b'{') => "it holds one object after another: write `ndjson(…)`",
            _ => "it should be an array of objects: `[{…}, {…}]`",
        };
        Ok(part.error(codes::BROKEN, message, None, None).help(help))
    }

    fn unexpected(&self, part: &Part, bytes: &Bytes, got: Option<u8>, expected: &str) -> Box<Diagnostic> {
        let Some(got) = got else { return self.too_early(part, bytes) };
        let got = if got.is_ascii_graphic() { char::from(got).to_string() } else { format!("\\x{got:02x}") };
        let line = bytes.line();
        let message = format!("`{}` is no JSON: line {line} has `{got}` instead of {expected}", part.display);
        Box::new(part.error(codes::BROKEN, message, None, None))
    }

    fn too_early(&self, part: &Part, bytes: &Bytes) -> Box<Diagnostic> {
        let line = bytes.line();
        let message = match self.row {
            0 => format!("`{}` ends too early: at line {line}", part.display),
            row => format!("`{}` ends too early: at line {line}, after {row} records", part.display),
        };
        Box::new(part.error(codes::BROKEN, message, None, None).help("was it written to its end?"))
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
