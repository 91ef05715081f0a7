//! What all kinds of text files share: encodings, headers, and what is said of bytes that are no text.

use std::io::{Read, Seek, SeekFrom};

use encoding_rs::Encoding;
use unicode_normalization::UnicodeNormalization;

use super::encoding::{self, Misfit};
use super::{Part, Place, Wanted, codes};
use crate::design::Format;
use crate::diagnostic::{DataPlace, Diagnostic, Words, say};

/// A header's cell as a column's name: in normal form C, without the blanks around it, which are never meant.
pub(super) fn column_name(cell: &str) -> String {
    cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').nfc().collect()
}

/// Where the wanted columns stand in a file with a header; a name that stands twice there cannot be wanted.
pub(super) fn places(part: &Part, columns: &[Wanted]) -> Result<Vec<Place>, Box<Diagnostic>> {
    let place = |wanted: &Wanted| {
        let name = column_name(&wanted.column);
        let mut at = part.header.names.iter().enumerate().filter(|(_, n)| **n == name).map(|(i, _)| i);
        match (at.next(), at.next()) {
            (Some(first), Some(second)) => {
                let message = say!("`{}` has two columns `{name}`", "`{}` 有两列 `{name}`", part.display);
                let twice = part.error(codes::DOUBLED_COLUMN, message, part.header.row, Some(&name));
                let help = say!(
                    "they are the columns {} and {} of the header; give one of them another name",
                    "它们是表头的第 {} 列和第 {} 列；给其中一个换个名称",
                    first + 1,
                    second + 1
                );
                Err(Box::new(twice.label(wanted.span, say!("this field reads it", "这个字段读取它")).help(help)))
            }
            (Some(only), None) => Ok(Place::Column(only)),
            (None, _) => Ok(Place::Nowhere),
        }
    };
    columns.iter().map(place).collect()
}

/// A column as messages call it: its name, else its number from 1.
pub(super) fn column(part: &Part, at: usize) -> String {
    match part.header.names.get(at).filter(|n| !n.is_empty()) {
        Some(name) => name.clone(),
        None => (at + 1).to_string(),
    }
}

/// Bytes that do not fit the encoding: which ones, where, and what the encoding might be.
pub(super) fn misfit(
    part: &Part,
    misfit: &Misfit,
    tried: &'static Encoding,
    row: u64,
    at: Option<usize>,
) -> Box<Diagnostic> {
    let shown = run(part, misfit);
    let bytes = shown.iter().map(|b| format!("{b:02X}")).collect::<Vec<_>>().join(" ");
    let noun = Words { en: if shown.len() == 1 { "byte" } else { "bytes" }.into(), zh: "字节".into() };
    let name = at.filter(|_| !part.header.names.is_empty()).map(|at| column(part, at));
    let place = match (&name, at) {
        (Some(name), _) => say!("row {row}, column `{name}`", "第 {row} 行 `{name}` 列"),
        (None, Some(at)) => say!("row {row}, column {}", "第 {row} 行第 {} 列", at + 1),
        (None, None) => say!("row {row}", "第 {row} 行"),
    };
    let message = say!(
        "`{}` is not {}: {} {bytes} in {}",
        "`{}` 不是 {} 编码：{} {bytes} 在{}",
        part.display,
        title(tried),
        noun,
        place
    );
    let mut found = part.error(codes::WRONG_ENCODING, message, Some(row), name.as_deref());
    if let Some(data) = found.data.as_mut() {
        data.value = Some(bytes);
    }
    Box::new(found.help(suggestion(part, tried, Some(misfit.offset))))
}

/// The bytes to show: those that do not fit, with what stands around them that is no ASCII, up to eight.
fn run(part: &Part, misfit: &Misfit) -> Vec<u8> {
    let after = stretch(part, misfit.offset).unwrap_or_default();
    let run: Vec<u8> = after.into_iter().take(8).take_while(|b| *b >= 0x80).collect();
    if run.len() > misfit.bytes.len() { run } else { misfit.bytes.clone() }
}

/// A zero byte: no text has one, but UTF-16 that is read as something else has many.
pub(super) fn nul(part: &Part, tried: &'static Encoding, row: u64, at: Option<usize>) -> Box<Diagnostic> {
    let name = at.filter(|_| !part.header.names.is_empty()).map(|at| column(part, at));
    let message = say!(
        "`{}` has a zero byte in row {row}, so it is no text in {}",
        "`{}` 第 {row} 行有零字节，不是 {} 编码的文本",
        part.display,
        title(tried)
    );
    let found = part.error(codes::WRONG_ENCODING, message, Some(row), name.as_deref());
    Box::new(found.help(suggestion(part, tried, None)).data(DataPlace {
        file: part.display.clone(),
        row: Some(row),
        column: name,
        value: Some("00".to_string()),
    }))
}

/// Tries other encodings on the text around a misfit, and shows how it reads in the likeliest.
fn suggestion(part: &Part, tried: &'static Encoding, offset: Option<u64>) -> Words {
    let start = offset.unwrap_or(0).saturating_sub(8 << 10);
    let sample = stretch(part, start).unwrap_or_default();
    // From a line's start on, so that no character is cut.
    let first = if start == 0 { 0 } else { sample.iter().position(|b| *b == b'\n').map_or(0, |i| i + 1) };
    let sample = sample.get(first..).unwrap_or_default();
    let Some(guess) = encoding::guess(sample, tried) else {
        return say!("name the file's encoding: `encoding: \"…\"`", "写明文件的编码：`encoding: \"…\"`");
    };
    let label = guess.name().to_lowercase();
    // JSON is UTF-8 by its definition, so its readers take no encoding.
    let remedy = match part.format {
        Format::Csv => say!("write `encoding: \"{label}\"`", "写 `encoding: \"{label}\"`"),
        _ => say!(
            "make it UTF-8, for example by `iconv -f {label} -t utf-8`",
            "转成 UTF-8，例如用 `iconv -f {label} -t utf-8`"
        ),
    };
    let shown = offset.and_then(|offset| {
        let at = usize::try_from(offset - start).ok()?.checked_sub(first)?;
        let line_end = |b: &u8| matches!(b, b'\n' | b'\r');
        let from = sample.get(..at)?.iter().rposition(line_end).map_or(0, |i| i + 1);
        let to = sample.get(at..)?.iter().position(line_end).map_or(sample.len(), |i| at + i);
        let line = encoding::decode_stretch(sample.get(from..to)?, guess)?;
        let cut: String = line.chars().take(40).collect();
        Some(if cut.len() < line.len() { format!("{cut}…") } else { cut })
    });
    match shown {
        Some(line) => say!("as {} the line reads `{line}`: {}", "按 {} 这一行读作 `{line}`：{}", title(guess), remedy),
        None => say!("it looks like {}: {}", "看上去是 {}：{}", title(guess), remedy),
    }
}

fn stretch(part: &Part, start: u64) -> std::io::Result<Vec<u8>> {
    let mut file = std::fs::File::open(&part.path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut sample = Vec::new();
    file.take(256 << 10).read_to_end(&mut sample)?;
    Ok(sample)
}

/// An encoding as it is written in prose.
fn title(encoding: &'static Encoding) -> &'static str {
    match encoding.name() {
        "gb18030" => "GB18030",
        "windows-1252" => "Windows-1252",
        name => name,
    }
}
