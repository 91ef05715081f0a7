//! The report as a workbook: the scoreboard, how each value came about, every value with its past, and where it came from.
//! Numbers are numbers in the units of the machine formats (a percent is a fraction), shown as the tables show them. The same
//! report gives the same bytes.

mod data;
mod provenance;
mod scoreboard;
mod sheet;
mod trace;

use rust_xlsxwriter::{
    ConditionalFormatCustomIcon, ConditionalFormatIconSet, ConditionalFormatIconType, ConditionalFormatText,
    ConditionalFormatTextRule, ConditionalFormatType, DocProperties, ExcelDateTime, Format, Workbook, Worksheet,
    XlsxError,
};

use super::Report;
use crate::render::text::visible;
use crate::render::words;
use crate::results::Status;
use sheet::Table;

/// The workbook. The error is that of the writer.
pub fn render(report: &Report<'_>) -> Result<Vec<u8>, String> {
    write(report).map_err(|error| error.to_string())
}

fn write(report: &Report<'_>) -> Result<Vec<u8>, XlsxError> {
    let lang = report.lang;
    let mut book = Workbook::new();
    book.set_properties(&properties(report)?);
    scoreboard::Scoreboard::new(report).write(&mut book)?;
    trace::table(report).write(&mut book, lang)?;
    let (data, status) = data::table(report);
    status_colors(data.write(&mut book, lang)?, &data, status, report)?;
    provenance::table(report).write(&mut book, lang)?;
    book.save_to_buffer()
}

/// Without a clock: the day of creation is the last that data is taken from.
fn properties(report: &Report<'_>) -> Result<DocProperties, XlsxError> {
    let results = &report.results;
    let day = match results.as_of.and_then(sheet::day) {
        Some(day) => day,
        None => ExcelDateTime::from_ymd(2000, 1, 1)?,
    };
    let owner = report.design.naming.owner.as_deref().unwrap_or_default();
    Ok(DocProperties::new()
        .set_title(visible(&report.title))
        .set_subject(report.period())
        .set_author(visible(owner))
        .set_comment(format!("kpi {} · design {}", env!("CARGO_PKG_VERSION"), results.design_hash))
        .set_creation_datetime(&day))
}

/// The words of statuses in the colours of the pictures.
fn status_colors(sheet: &mut Worksheet, table: &Table, column: u16, report: &Report<'_>) -> Result<(), XlsxError> {
    let (first, last) = extent(table);
    for status in Status::ALL {
        let format = match status {
            Status::OnTarget => Format::new().set_font_color(0x0000_786B),
            Status::AtRisk => Format::new().set_font_color(0x007A_5600).set_background_color(0x00FF_F3CD),
            Status::OffTarget => Format::new().set_font_color(0x00C0_281B).set_background_color(0x00FD_E7E5),
            Status::NotDue | Status::NoTarget | Status::InProgress | Status::NoData => {
                Format::new().set_font_color(0x005B_6875).set_italic()
            }
        };
        // One word may end with another, as `未达标` does with `达标`; none begins with another.
        let word = words::status(status, report.lang).to_string();
        let rule =
            ConditionalFormatText::new().set_rule(ConditionalFormatTextRule::BeginsWith(word)).set_format(format);
        sheet.add_conditional_format(first, column, last, column, &rule)?;
    }
    Ok(())
}

/// Marks for the numbers 3 (on target), 2 (at risk) and 1 (off target), in place of them.
fn status_icons(sheet: &mut Worksheet, table: &Table, column: u16) -> Result<(), XlsxError> {
    let (first, last) = extent(table);
    let from = |number: u32| ConditionalFormatCustomIcon::new().set_rule(ConditionalFormatType::Number, number);
    let icons = ConditionalFormatIconSet::new()
        .set_icon_type(ConditionalFormatIconType::ThreeSymbols)
        .set_icons(&[from(1), from(2), from(3)])
        .show_icons_only(true);
    sheet.add_conditional_format(first, column, last, column, &icons)?;
    Ok(())
}

/// The first and the last row of a table's cells.
fn extent(table: &Table) -> (u32, u32) {
    let first = table.head_row() + 1;
    (first, first + u32::try_from(table.rows.len().clamp(1, sheet::MOST_ROWS)).unwrap_or(1) - 1)
}
