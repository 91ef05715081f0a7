//! Bytes to text: decodes any encoding while reading, and says where it does not fit.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::MAX_FIELD;

/// Bytes that are no text in the file's encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    pub bytes: Vec<u8>,
    /// Where the bytes stand in the file.
    pub offset: u64,
    /// Where they would stand in the decoded text (a U+FFFD stands there).
    pub decoded_offset: u64,
}

/// Decodes a reader to UTF-8. A byte order mark decides over the encoding that was asked for, and is removed. Bytes that
/// do not fit become U+FFFD; the first of them is kept in [`Decoding::misfit`], for the caller to refuse.
pub struct Decoding<R> {
    inner: R,
    wanted: Option<&'static Encoding>,
    decoder: Option<Decoder>,
    encoding: &'static Encoding,
    input: Vec<u8>,
    start: usize,
    end: usize,
    eof: bool,
    done: bool,
    /// Bytes of `inner` that the decoder took, and bytes of text that it gave.
    taken: u64,
    given: u64,
    /// The last bytes taken before `input[start]`: a misfit may have begun in them.
    tail: Vec<u8>,
    misfit: Option<Misfit>,
}

impl<R: Read> Decoding<R> {
    /// None: UTF-8.
    pub fn new(inner: R, wanted: Option<&'static Encoding>) -> Self {
        Decoding {
            inner,
            wanted,
            decoder: None,
            encoding: wanted.unwrap_or(UTF_8),
            input: vec![0; 64 << 10],
            start: 0,
            end: 0,
            eof: false,
            done: false,
            taken: 0,
            given: 0,
            tail: Vec::new(),
            misfit: None,
        }
    }

    pub fn misfit(&self) -> Option<&Misfit> {
        self.misfit.as_ref()
    }

    /// What the bytes are decoded as; certain once something was read.
    pub fn encoding(&self) -> &'static Encoding {
        self.encoding
    }

    /// Reads more input behind what is left.
    fn fill(&mut self) -> io::Result<()> {
        self.input.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let Some(space) = self.input.get_mut(self.end..) else { return Ok(()) };
        loop {
            match self.inner.read(space) {
                Ok(0) => self.eof = true,
                Ok(n) => self.end += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            }
            return Ok(());
        }
    }

    fn start(&mut self) -> io::Result<()> {
        while self.end < 3 && !self.eof {
            self.fill()?;
        }
        let head = self.input.get(..self.end).unwrap_or_default();
        let (encoding, mark) = match (Encoding::for_bom(head), self.wanted) {
            (Some((encoding, length)), _) => (encoding, length),
            (None, wanted) => (wanted.unwrap_or(UTF_8), 0),
        };
        self.encoding = encoding;
        self.start = mark;
        self.taken = mark as u64;
        self.decoder = Some(encoding.new_decoder_without_bom_handling());
        Ok(())
    }

    /// Notes the `length` bytes that end `after` bytes before what was taken last.
    fn note(&mut self, length: usize, after: usize) {
        if self.misfit.is_some() {
            return;
        }
        let bytes: Vec<u8> =
            self.tail.iter().rev().skip(after).take(length).copied().collect::<Vec<_>>().into_iter().rev().collect();
        let offset = self.taken.saturating_sub((after + length) as u64);
        self.misfit = Some(Misfit { bytes, offset, decoded_offset: self.given });
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if self.decoder.is_none() {
            self.start()?;
        }
        if self.done || output.len() < 8 {
            return Ok(0);
        }
        let mut written = 0;
        loop {
            let source = self.input.get(self.start..self.end).unwrap_or_default();
            // Room for a replacement is kept, so that a misfit never waits.
            let room = output.len() - 3;
            let target = output.get_mut(written..room).unwrap_or_default();
            let Some(decoder) = self.decoder.as_mut() else { return Ok(written) };
            let (result, read, wrote) = decoder.decode_to_utf8_without_replacement(source, target, self.eof);
            self.tail.extend_from_slice(source.get(read.saturating_sub(16)..read).unwrap_or_default());
            self.tail.drain(..self.tail.len().saturating_sub(16));
            self.start += read;
            self.taken += read as u64;
            self.given += wrote as u64;
            written += wrote;
            match result {
                DecoderResult::Malformed(length, after) => {
                    self.note(length.into(), after.into());
                    if let Some(space) = output.get_mut(written..written + 3) {
                        space.copy_from_slice("\u{FFFD}".as_bytes());
                    }
                    written += 3;
                    self.given += 3;
                    if written + 8 > output.len() {
                        return Ok(written);
                    }
                }
                DecoderResult::OutputFull => return Ok(written),
                DecoderResult::InputEmpty if self.eof => {
                    self.done = true;
                    return Ok(written);
                }
                DecoderResult::InputEmpty if written > 0 => return Ok(written),
                DecoderResult::InputEmpty => self.fill()?,
            }
        }
    }
}

/// Which encoding a text might be in that does not fit `tried`, judged by a stretch of it, and how that stretch reads.
pub fn guess(sample: &[u8], tried: &'static Encoding) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(sample) {
        return Some(encoding).filter(|e| *e != tried);
    }
    let sample = sample.get(..sample.len().min(MAX_FIELD)).unwrap_or_default();
    if let Some(wide) = guess_wide(sample) {
        return Some(wide).filter(|e| *e != tried);
    }
    let high = sample.iter().filter(|b| **b >= 0x80).count();
    let candidates = [UTF_8, encoding_rs::SHIFT_JIS, encoding_rs::GB18030, encoding_rs::WINDOWS_1252];
    candidates.into_iter().filter(|e| *e != tried).find(|encoding| {
        let Some(text) = decode_stretch(sample, encoding) else { return false };
        let count = |accept: fn(char) -> bool| text.chars().filter(|c| accept(*c)).count();
        let wide = count(|c| matches!(c, '\u{3000}'..='\u{303f}' | '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}'));
        let kana = count(|c| matches!(c, '\u{3040}'..='\u{30ff}'));
        if *encoding == UTF_8 {
            true
        } else if *encoding == encoding_rs::SHIFT_JIS {
            // Half-width katakana is what Chinese read as Japanese looks like.
            let narrow = count(|c| matches!(c, '\u{ff61}'..='\u{ff9f}'));
            kana > 0 && narrow * 4 <= wide && kana * 10 >= wide
        } else if *encoding == encoding_rs::GB18030 {
            // Chinese has its bytes in pairs; letters with accents stand alone between ASCII letters.
            paired(sample) * 4 >= high * 3 && wide * 4 >= high
        } else {
            !text.chars().any(|c| matches!(c, '\u{80}'..='\u{9f}'))
        }
    })
}

/// UTF-16 without a byte order mark shows in the zero bytes of its ASCII characters.
fn guess_wide(sample: &[u8]) -> Option<&'static Encoding> {
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let half = sample.len() / 2;
    match (zeros(0), zeros(1)) {
        _ if half == 0 => None,
        (0, odd) if odd * 10 >= half => Some(UTF_16LE),
        (even, 0) if even * 10 >= half => Some(UTF_16BE),
        _ => None,
    }
}

/// How many bytes of 0x80 and above stand beside another one.
fn paired(sample: &[u8]) -> usize {
    sample
        .chunk_by(|a, b| (*a >= 0x80) == (*b >= 0x80))
        .filter(|run| run.len() > 1 && run.first() >= Some(&0x80))
        .map(<[u8]>::len)
        .sum()
}

/// A stretch of text in an encoding; None where it does not fit. A character cut at the end does no harm.
pub fn decode_stretch(sample: &[u8], encoding: &'static Encoding) -> Option<String> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(sample.len())?);
    match decoder.decode_to_string_without_replacement(sample, &mut text, false) {
        (DecoderResult::InputEmpty, _) => Some(text),
        _ => None,
    }
}
