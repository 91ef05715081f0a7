//! What workbooks of all kinds share: a header row somewhere, cells below it, sheets by name. They are read whole when they
//! are opened: a sheet has a million rows at most.

use std::io::{Cursor, Read};
use std::sync::Arc;

use calamine::{Data, ExcelDateTime, SheetType};

use super::input::Hashing;
use super::{Content, Header, Part, Place, Wanted, batch, codes, text};
use crate::design::From;
use crate::diagnostic::{DataPlace, Diagnostic, closest};

/// A workbook file, at most, and what its parts may unpack to together.
const MAX_FILE: u64 = 512 << 20;
const MAX_UNPACKED: u64 = 1 << 30;
const MAX_ENTRIES: usize = 20_000;

/// A cell with a value: row and column from 0, as in the file.
pub(super) type Cell = (u32, u32, Data);

/// The bytes of a workbook, once it is known to be a zip archive that unpacks to a bearable size.
pub(super) fn bytes(part: &Part) -> Result<Cursor<Vec<u8>>, Box<Diagnostic>> {
    if part.size > MAX_FILE {
        let message = format!("`{}` is larger than {} MiB", part.display, MAX_FILE >> 20);
        return Err(Box::new(part.error(codes::TOO_LARGE, message, None, None).help("export it as CSV or Parquet")));
    }
    let mut bytes = Vec::new();
    let file = Hashing::open(&part.path, &part.hash).map_err(|e| part.unreadable(&e))?;
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|e| part.unreadable(&e))?;
    if !bytes.starts_with(b"PK") {
        let (message, help) = match bytes.as_slice() {
            [] => (format!("`{}` is empty", part.display), "was it written to its end?"),
            [0xd0, 0xcf, 0x11, 0xe0, ..] => (
                format!("`{}` is an old Excel file (.xls), or is protected by a password", part.display),
                "save it as .xlsx, without a password",
            ),
            _ => (format!("`{}` is no workbook", part.display), "for a text file write `csv(…)`"),
        };
        return Err(Box::new(part.error(codes::BROKEN, message, None, None).help(help)));
    }
    let bytes = Cursor::new(bytes);
    unpack(part, bytes.clone())?;
    Ok(bytes)
}

/// Unpacks everything once and keeps nothing: sizes that an archive states of itself may lie.
fn unpack(part: &Part, bytes: Cursor<Vec<u8>>) -> Result<(), Box<Diagnostic>> {
    let mut archive = zip::ZipArchive::new(bytes).map_err(|e| broken(part, &e.to_string()))?;
    if archive.len() > MAX_ENTRIES {
        return Err(broken(part, &format!("{} files in one workbook", archive.len())));
    }
    let mut left = MAX_UNPACKED;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|e| broken(part, &e.to_string()))?;
        let unpacked = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink());
        left = match unpacked.map_err(|e| broken(part, &e.to_string()))? {
            size if size <= left => left - size,
            _ => {
                let message = format!("`{}` unpacks to more than {} MiB", part.display, MAX_UNPACKED >> 20);
                let help = "export it as CSV or Parquet";
                return Err(Box::new(part.error(codes::TOO_LARGE, message, None, None).help(help)));
            }
        };
    }
    Ok(())
}

pub(super) fn broken(part: &Part, cause: &str) -> Box<Diagnostic> {
    let message = format!("`{}` is broken: {}", part.display, cause.trim_end_matches('.'));
    Box::new(part.error(codes::BROKEN, message, None, None).help("open it in a spreadsheet and save it again"))
}

/// The sheet to read: the one that the source names, else the first.
pub(super) fn choose(part: &Part, from: &From, sheets: &[calamine::Sheet]) -> Result<String, Box<Diagnostic>> {
    let names: Vec<&str> = sheets.iter().filter(|s| s.typ == SheetType::WorkSheet).map(|s| s.name.as_str()).collect();
    let chosen = match &from.options.sheet {
        Some(wanted) => names.iter().find(|n| *n == wanted),
        None => names.first(),
    };
    if let Some(chosen) = chosen {
        return Ok((*chosen).to_string());
    }
    let wanted = from.options.sheet.as_deref().unwrap_or_default();
    let message = match from.options.sheet {
        Some(_) => format!("`{}` has no sheet `{wanted}`", part.display),
        None => format!("`{}` has no sheet", part.display),
    };
    let there = super::list(names.iter().copied(), 12);
    let missing = part.error(codes::MISSING_SHEET, message, None, None);
    Err(Box::new(match closest(wanted, names.iter().copied()) {
        Some(near) => missing.help(format!("did you mean `{near}`? there are {there}")),
        None if names.is_empty() => missing,
        None => missing.help(format!("there are {there}")),
    }))
}

/// Reads the cells of a sheet, which come row by row, into batches.
pub(super) fn load(
    mut part: Part,
    from: &From,
    columns: &[Wanted],
    sheet: &str,
    cells: impl Iterator<Item = Result<Cell, String>>,
) -> Result<Part, Box<Diagnostic>> {
    let header_row = from.options.header_row.max(1);
    let mut builder = batch::Builder::new(batch::schema(columns), part.index);
    let mut batches = Vec::new();
    let mut row: Vec<(u32, Data)> = Vec::new();
    let mut current = 0;
    let mut headed = false;
    // One row more than there are, to end the last.
    let end = std::iter::once(Ok((u32::MAX, 0, Data::Empty)));
    for cell in cells.chain(end) {
        let (at, column, value) = cell.map_err(|cause| broken(&part, &cause))?;
        if at < current {
            return Err(broken(&part, &format!("row {} of sheet `{sheet}` stands behind row {}", at + 1, current + 1)));
        }
        if at > current {
            if current + 1 == header_row && !row.is_empty() {
                part.header = header(&row, header_row);
                part.columns = text::places(&part, columns)?;
                headed = true;
            } else if current + 1 > header_row && headed && !row.is_empty() {
                part.has_rows = true;
                push(&part, columns, sheet, current, &mut row, &mut builder)?;
                batches.extend(builder.end_row(u64::from(current) + 1));
            }
            row.clear();
            current = at;
        }
        if !is_blank(&value) {
            row.push((column, value));
        }
    }
    if !headed {
        let message = format!("row {header_row} of sheet `{sheet}` in `{}` names no columns", part.display);
        let help = "`header_row: N` says which row does";
        return Err(Box::new(part.error(codes::NO_ROWS, message, Some(header_row.into()), None).help(help)));
    }
    batches.extend(builder.finish());
    part.content = Content::Memory(Arc::new(batches));
    Ok(part)
}

fn is_blank(value: &Data) -> bool {
    match value {
        Data::Empty => true,
        Data::String(text) => text.is_empty(),
        _ => false,
    }
}

fn header(cells: &[(u32, Data)], row: u32) -> Header {
    let mut names = Vec::new();
    for (column, value) in cells {
        names.resize((*column as usize).max(names.len()), String::new());
        names.push(text::column_name(&show(value)));
    }
    Header { names, row: Some(row.into()) }
}

fn push(
    part: &Part,
    columns: &[Wanted],
    sheet: &str,
    row: u32,
    cells: &mut [(u32, Data)],
    builder: &mut batch::Builder,
) -> Result<(), Box<Diagnostic>> {
    cells.sort_by_key(|(column, _)| *column);
    for (index, (place, wanted)) in part.columns.iter().zip(columns).enumerate() {
        let value = match place {
            Place::Column(at) => cells.binary_search_by_key(at, |(c, _)| *c as usize).ok(),
            Place::Folder(value) => {
                builder.push(index, value.as_deref());
                continue;
            }
            Place::Nowhere => None,
        };
        let Some((column, value)) = value.and_then(|at| cells.get(at)) else {
            builder.push(index, None);
            continue;
        };
        let shown = show(value);
        // As a number or a date the cell is refused by its type, and `drop invalid` can drop it; as a text it would pass.
        if wanted.any_text && matches!(value, Data::Error(_)) {
            let address = format!("{}{}", letters(*column), row + 1);
            let message = format!("cell {address} of sheet `{sheet}` in `{}` is an error, `{shown}`", part.display);
            let found = part.error(codes::ERROR_CELL, message, None, None).data(DataPlace {
                file: part.display.clone(),
                row: Some(u64::from(row) + 1),
                column: Some(wanted.column.clone()),
                value: Some(shown),
            });
            return Err(Box::new(found.help("mend the cell's formula, or empty the cell")));
        }
        if shown.len() > super::MAX_FIELD {
            let address = format!("{}{}", letters(*column), row + 1);
            let message = format!("cell {address} of sheet `{sheet}` in `{}` is longer than 1 MiB", part.display);
            let found = part.error(codes::TOO_LARGE, message, Some(u64::from(row) + 1), Some(&wanted.column));
            return Err(Box::new(found));
        }
        builder.push(index, Some(&shown));
    }
    Ok(())
}

/// A value as text: dates in ISO 8601, numbers without an empty fraction.
fn show(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::Int(n) => n.to_string(),
        Data::Float(x) => x.to_string(),
        Data::Bool(b) => b.to_string(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::DateTime(at) => show_time(at),
        Data::Error(e) => e.to_string(),
        #[allow(unreachable_patterns, reason = "the reader may learn more kinds of values")]
        other => other.to_string(),
    }
}

/// Serial days as a date, a timestamp (with the time where it is not midnight), a time of day or a length of time.
fn show_time(at: &ExcelDateTime) -> String {
    let days = at.as_f64();
    if at.is_duration() {
        let seconds = (days * 86_400.0).round() as i64;
        return format!("{}:{:02}:{:02}", seconds / 3600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    }
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let mut time = format!("{hour:02}:{minute:02}:{second:02}");
    if milli > 0 {
        time.push_str(&format!(".{milli:03}"));
    }
    match (days, hour, minute, second, milli) {
        (0.0..1.0, ..) => time,
        (_, 0, 0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02}T{time}"),
    }
}

/// `A`, `B`, …, `Z`, `AA`, … of a column from 0.
fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}
