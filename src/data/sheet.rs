//! What workbooks of all kinds share: a header row somewhere, cells below it, sheets by name. They are read whole when they
//! are opened: a sheet has a million rows at most.

use std::io::{Cursor, Read};
use std::sync::Arc;

use calamine::{Data, ExcelDateTime, SheetType};

use super::input::Hashing;
use super::{Content, Header, Part, Place, Wanted, batch, codes, text};
use crate::design::From;
use crate::diagnostic::{DataPlace, Diagnostic, closest, say};

/// A workbook file, at most, and what its parts may unpack to together.
const MAX_FILE: u64 = 512 << 20;
const MAX_UNPACKED: u64 = 1 << 30;
const MAX_ENTRIES: usize = 20_000;

/// A cell with a value: row and column from 0, as in the file.
pub(super) type Cell = (u32, u32, Data);

/// The bytes of a workbook, once it is known to be a zip archive that unpacks to a bearable size.
pub(super) fn bytes(part: &Part) -> Result<Cursor<Vec<u8>>, Box<Diagnostic>> {
    if part.size > MAX_FILE {
        let message = say!("`{}` is larger than {} MiB", "`{}` 超过 {} MiB", part.display, MAX_FILE >> 20);
        return Err(Box::new(
            part.error(codes::TOO_LARGE, message, None, None)
                .help(say!("export it as CSV or Parquet", "导出为 CSV 或 Parquet")),
        ));
    }
    let mut bytes = Vec::new();
    let file = Hashing::open(&part.path, &part.hash, &part.progress).map_err(|e| part.unreadable(&e))?;
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|e| part.unreadable(&e))?;
    if !bytes.starts_with(b"PK") {
        let (message, help) = match bytes.as_slice() {
            [] => (
                say!("`{}` is empty", "`{}` 是空的", part.display),
                say!("was it written to its end?", "文件写完了吗？"),
            ),
            [0xd0, 0xcf, 0x11, 0xe0, ..] => (
                say!(
                    "`{}` is an old Excel file (.xls), or is protected by a password",
                    "`{}` 是旧的 Excel 文件（.xls），或有密码保护",
                    part.display
                ),
                say!("save it as .xlsx, without a password", "另存为 .xlsx，不设密码"),
            ),
            _ => (
                say!("`{}` is no workbook", "`{}` 不是工作簿", part.display),
                say!("for a text file write `csv(…)`", "文本文件写成 `csv(…)`"),
            ),
        };
        return Err(Box::new(part.error(codes::BROKEN, message, None, None).help(help)));
    }
    let bytes = Cursor::new(bytes);
    unpack(part, bytes.clone(), MAX_UNPACKED)?;
    Ok(bytes)
}

/// Unpacks everything once and keeps nothing: sizes that an archive states of itself may lie.
fn unpack(part: &Part, bytes: Cursor<Vec<u8>>, limit: u64) -> Result<(), Box<Diagnostic>> {
    let mut archive = zip::ZipArchive::new(bytes).map_err(|e| broken(part, &e.to_string()))?;
    if archive.len() > MAX_ENTRIES {
        return Err(broken(part, &format!("{} files in one workbook", archive.len())));
    }
    let mut left = limit;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|e| broken(part, &e.to_string()))?;
        let unpacked = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink());
        left = match unpacked.map_err(|e| broken(part, &e.to_string()))? {
            size if size <= left => left - size,
            _ => {
                let message =
                    say!("`{}` unpacks to more than {} MiB", "`{}` 解压后超过 {} MiB", part.display, limit >> 20);
                let help = say!("export it as CSV or Parquet", "导出为 CSV 或 Parquet");
                return Err(Box::new(part.error(codes::TOO_LARGE, message, None, None).help(help)));
            }
        };
    }
    Ok(())
}

pub(super) fn broken(part: &Part, cause: &str) -> Box<Diagnostic> {
    let message = say!("`{}` is broken: {}", "`{}` 已损坏：{}", part.display, cause.trim_end_matches('.'));
    Box::new(
        part.error(codes::BROKEN, message, None, None)
            .help(say!("open it in a spreadsheet and save it again", "在表格软件中打开，再保存一次")),
    )
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
        Some(_) => say!("`{}` has no sheet `{wanted}`", "`{}` 没有工作表 `{wanted}`", part.display),
        None => say!("`{}` has no sheet", "`{}` 没有工作表", part.display),
    };
    let there = super::list(names.iter().copied(), 12);
    let missing = part.error(codes::MISSING_SHEET, message, None, None);
    Err(Box::new(match closest(wanted, names.iter().copied()) {
        Some(near) => missing.help(say!("did you mean `{near}`? there are {}", "是不是 `{near}`？已有的是 {}", there)),
        None if names.is_empty() => missing,
        None => missing.help(say!("there are {}", "已有的是 {}", there)),
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
        let message = say!(
            "row {header_row} of sheet `{sheet}` in `{}` names no columns",
            "`{}` 的工作表 `{sheet}` 第 {header_row} 行没有列名",
            part.display
        );
        let help = say!("`header_row: N` says which row does", "用 `header_row: N` 写明哪一行是列名");
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
            let message = say!(
                "cell {address} of sheet `{sheet}` in `{}` is an error, `{shown}`",
                "`{}` 的工作表 `{sheet}` 单元格 {address} 是错误值 `{shown}`",
                part.display
            );
            let found = part.error(codes::ERROR_CELL, message, None, None).data(DataPlace {
                file: part.display.clone(),
                row: Some(u64::from(row) + 1),
                column: Some(wanted.column.clone()),
                value: Some(shown),
            });
            return Err(Box::new(
                found.help(say!("mend the cell's formula, or empty the cell", "改正单元格的公式，或清空它")),
            ));
        }
        if shown.len() > super::MAX_FIELD {
            let address = format!("{}{}", letters(*column), row + 1);
            let message = say!(
                "cell {address} of sheet `{sheet}` in `{}` is longer than 1 MiB",
                "`{}` 的工作表 `{sheet}` 单元格 {address} 超过 1 MiB",
                part.display
            );
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use std::fmt::Write;

    use super::super::testing::{Folder, example, from, zip};
    use super::*;
    use crate::design::Format;

    const STYLES: &str = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs>\
        <xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>";

    /// An XLSX file with these sheets, each with its rows as XML.
    fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006/relationships";
        let mut listed = String::new();
        let mut related = String::new();
        let mut files = Vec::new();
        for (i, (name, rows)) in sheets.iter().enumerate() {
            let n = i + 1;
            write!(listed, "<sheet name=\"{name}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>").unwrap();
            write!(
                related,
                "<Relationship Id=\"rId{n}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
            )
            .unwrap();
            let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
            files.push((format!("xl/worksheets/sheet{n}.xml"), sheet));
        }
        let book = format!("<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{listed}</sheets></workbook>");
        files.push(("xl/workbook.xml".into(), book));
        files.push((
            "xl/_rels/workbook.xml.rels".into(),
            format!("<Relationships xmlns=\"{package}\">{related}</Relationships>"),
        ));
        let root = format!("<Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/>");
        files.push(("_rels/.rels".into(), format!("<Relationships xmlns=\"{package}\">{root}</Relationships>")));
        files.push(("xl/styles.xml".into(), STYLES.into()));
        zip(&files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect::<Vec<_>>())
    }

    fn text(at: &str, text: &str) -> String {
        format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    }

    fn number(at: &str, style: u8, value: &str) -> String {
        format!("<c r=\"{at}\" s=\"{style}\"><v>{value}</v></c>")
    }

    fn orders() -> String {
        format!(
            "<row r=\"2\">{}{}{}</row><row r=\"3\">{}{}{}</row><row r=\"5\">{}{}<c r=\"D5\" t=\"b\"><v>1</v></c></row>",
            text("A2", "id"),
            text("B2", " day "),
            text("D2", "fee"),
            number("A3", 0, "1001"),
            number("B3", 1, "46027"),
            number("D3", 0, "12.5"),
            number("A5", 0, "1e20"),
            number("B5", 2, "46027.75"),
        )
    }

    fn book() -> Folder {
        Folder::new(&[("t.xlsx", &xlsx(&[("Notes", ""), ("订单", &orders())]))])
    }

    fn sheet(name: Option<&str>, header_row: u32) -> From {
        let mut from = from(Format::Xlsx, "t.xlsx");
        from.options.sheet = name.map(str::to_string);
        from.options.header_row = header_row;
        from
    }

    #[test]
    fn cells_become_text() {
        let rows = book().rows(&sheet(Some("订单"), 2), &["fee", "id", "day"]).unwrap();
        assert_eq!(
            rows,
            [["3", "12.5", "1001", "2026-01-05"], ["5", "true", "100000000000000000000", "2026-01-05T18:00:00"],]
        );
    }

    #[test]
    fn sheets_and_headers_that_are_not_there() {
        let (message, help) = book().wrong(&sheet(Some("订阅"), 2), &["id"]);
        assert_eq!(message, "`t.xlsx` has no sheet `订阅`");
        assert!(help.contains("`Notes` and `订单`"), "{help}");
        assert_eq!(book().wrong(&sheet(None, 1), &["id"]).0, "row 1 of sheet `Notes` in `t.xlsx` names no columns");
        assert_eq!(
            book().wrong(&sheet(Some("订单"), 1), &["id"]).0,
            "row 1 of sheet `订单` in `t.xlsx` names no columns"
        );
        assert_eq!(book().wrong(&sheet(Some("订单"), 2), &["ids"]).0, "`t.xlsx` has no column `ids`");
        let rows = format!("<row r=\"1\">{}</row>", text("A1", "id"));
        let empty = Folder::new(&[("t.xlsx", &xlsx(&[("S", &rows)]))]);
        assert_eq!(empty.wrong(&sheet(None, 1), &["id"]).0, "`t.xlsx` has a header and no rows");
    }

    #[test]
    fn an_error_in_a_cell_is_told_by_its_address() {
        let rows = format!(
            "<row r=\"1\">{}{}</row><row r=\"2\">{}<c r=\"B2\" t=\"e\"><v>#N/A</v></c></row>",
            text("A1", "id"),
            text("B1", "fee"),
            text("A2", "x")
        );
        let folder = Folder::new(&[("t.xlsx", &xlsx(&[("S", &rows)]))]);
        assert_eq!(folder.wrong(&sheet(None, 1), &["fee"]).0, "cell B2 of sheet `S` in `t.xlsx` is an error, `#N/A`");
        // A field with a type refuses it by itself, row by row.
        let mut columns = super::super::testing::wanted(&["fee"]);
        columns[0].any_text = false;
        let table = super::super::open(&super::super::Access::new(folder.path()), &sheet(None, 1), &columns).unwrap();
        assert_eq!(super::super::testing::rows(&table).unwrap(), [["2", "#N/A"]]);
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        let message = |bytes: &[u8]| Folder::new(&[("t.xlsx", bytes)]).wrong(&sheet(None, 1), &["id"]).0;
        let whole = xlsx(&[("S", &orders())]);
        assert_eq!(message(b""), "`t.xlsx` is empty");
        assert_eq!(message(b"id,day\n"), "`t.xlsx` is no workbook");
        assert_eq!(
            message(&[0xd0, 0xcf, 0x11, 0xe0, 0]),
            "`t.xlsx` is an old Excel file (.xls), or is protected by a password"
        );
        assert!(message(&whole[..whole.len() / 2]).starts_with("`t.xlsx` is broken: "));
        assert_eq!(message(&zip(&[("mimetype", "x")])), "`t.xlsx` is no XLSX workbook");
        let bomb = zip(&[("a.xml", "x"), ("xl/sharedStrings.xml", &" ".repeat(3 << 20))]);
        assert!(bomb.len() < 10_000);
        let folder = Folder::new(&[("t.xlsx", &whole)]);
        let part = folder.open(&sheet(None, 2), &["id"]).unwrap().parts.remove(0);
        let refused = unpack(&part, Cursor::new(bomb.clone()), 2 << 20).unwrap_err();
        assert_eq!(refused.message.en, "`t.xlsx` unpacks to more than 2 MiB");
        assert!(unpack(&part, Cursor::new(bomb), 4 << 20).is_ok());
    }

    #[test]
    fn a_cell_far_out_takes_no_memory() {
        let rows = format!(
            "<row r=\"1\">{}</row><row r=\"2\">{}</row><row r=\"1048576\">{}{}</row>",
            text("A1", "id"),
            text("A2", "x"),
            text("A1048576", "y"),
            text("XFD1048576", "z")
        );
        let folder = Folder::new(&[("t.xlsx", &xlsx(&[("S", &rows)]))]);
        assert_eq!(folder.rows(&sheet(None, 1), &["id"]).unwrap(), [["2", "x"], ["1048576", "y"]]);
        let backwards = format!("<row r=\"2\">{}</row><row r=\"1\">{}</row>", text("A2", "x"), text("A1", "id"));
        let folder = Folder::new(&[("t.xlsx", &xlsx(&[("S", &backwards)]))]);
        assert_eq!(
            folder.wrong(&sheet(None, 2), &["x"]).0,
            "`t.xlsx` is broken: row 1 of sheet `S` stands behind row 2"
        );
    }

    #[test]
    fn a_changed_byte_is_read_or_refused() {
        let whole = xlsx(&[("S", &orders())]);
        for at in (0..whole.len()).step_by(7) {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            let _ = Folder::new(&[("t.xlsx", &changed)]).rows(&sheet(None, 2), &["id"]);
        }
    }

    #[test]
    fn the_case_is_read() {
        let path = example("customer-training/data");
        let mut from = from(Format::Xlsx, "staff_feedback.xlsx");
        from.options.sheet = Some("员工反馈".to_string());
        let wanted = super::super::testing::wanted(&["工号", "月份", "绩效得分"]);
        let table = super::super::open(&super::super::Access::new(path), &from, &wanted).unwrap();
        let rows = super::super::testing::rows(&table).unwrap();
        assert_eq!(rows.len(), 703);
        assert!(
            rows.iter().all(|r| r[2].len() == 10 && r[2].starts_with("202") && r[2].ends_with("-01")),
            "{:?}",
            rows[0]
        );
    }

    #[test]
    fn open_document_sheets() {
        let cell = |kind: &str, value: &str, text: &str| {
            format!("<table:table-cell office:value-type=\"{kind}\" {value}><text:p>{text}</text:p></table:table-cell>")
        };
        let header = [cell("string", "", "id"), cell("string", "", "day"), cell("string", "", "fee")].concat();
        let row = [
            cell("string", "", "A"),
            cell("date", "office:date-value=\"2026-01-05\"", "5 Jan"),
            cell("float", "office:value=\"3\"", "3"),
        ]
        .concat();
        let content = format!(
            "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body>\
             <office:spreadsheet><table:table table:name=\"Orders\">\
             <table:table-row table:number-rows-repeated=\"2\"><table:table-cell/></table:table-row>\
             <table:table-row>{header}</table:table-row><table:table-row>{row}</table:table-row>\
             </table:table></office:spreadsheet></office:body></office:document-content>"
        );
        let bytes = zip(&[
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            ("META-INF/manifest.xml", "<manifest:manifest/>"),
            ("content.xml", &content),
        ]);
        let folder = Folder::new(&[("t.ods", &bytes), ("u.ods", &xlsx(&[("S", "")]))]);
        let mut from = from(Format::Ods, "t.ods");
        from.options.header_row = 3;
        assert_eq!(folder.rows(&from, &["fee", "day", "id"]).unwrap(), [["4", "3", "2026-01-05", "A"]]);
        from.options.sheet = Some("orders".to_string());
        assert_eq!(folder.wrong(&from, &["id"]).1, "did you mean `Orders`? there are `Orders`");
        from.path = "u.ods".to_string();
        assert_eq!(folder.wrong(&from, &["id"]).0, "`u.ods` is no OpenDocument sheet");
    }

    #[test]
    fn serial_days() {
        use calamine::ExcelDateTimeType::{DateTime, TimeDelta};
        let show = |days, kind, old| show_time(&ExcelDateTime::new(days, kind, old));
        assert_eq!(show(46_027.0, DateTime, false), "2026-01-05");
        assert_eq!(show(44_565.0, DateTime, true), "2026-01-05");
        assert_eq!(show(46_027.541_666_666_664, DateTime, false), "2026-01-05T13:00:00");
        assert_eq!(show(0.5, DateTime, false), "12:00:00");
        assert_eq!(show(1.5, TimeDelta, false), "36:00:00");
        assert_eq!(letters(0) + &letters(25) + &letters(26) + &letters(16_383), "AZAAXFD");
    }
}
