//! A table as a sheet: heads, cells with their types and formats, widths, filter, and how it prints.

use std::collections::HashMap;

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::render::results::format;
use crate::render::text::{cut, visible, width};
use crate::render::words::Lang;
use crate::results::BoundValue;
use crate::value::calendar::Date;
use crate::value::{Number, Unit};

/// Rows that a sheet takes at most; what is beyond is counted in a last line. The format ends at 1,048,576.
pub const MOST_ROWS: usize = 1_000_000;
/// Characters that a cell holds.
const MOST_TEXT: usize = 32_000;
/// Cells of a column of texts; longer ones wrap.
const WIDEST: usize = 80;

/// The height of a line in points.
const LINE: f64 = 15.0;

#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Empty,
    Text(String),
    /// A number, how it is shown, and the format that shows it so.
    Number(f64, String, String),
    Date(Date),
}

#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub value: Value,
    pub bold: bool,
    pub indent: u8,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        let text: String = text.into();
        Cell { value: if text.is_empty() { Value::Empty } else { Value::Text(text) }, ..Cell::default() }
    }

    pub fn maybe(text: Option<impl Into<String>>) -> Cell {
        text.map_or_else(Cell::default, Cell::text)
    }

    pub fn count(count: u64) -> Cell {
        Cell { value: Value::Number(count as f64, count.to_string(), "#,##0".to_string()), ..Cell::default() }
    }

    pub fn date(date: Option<Date>) -> Cell {
        Cell { value: date.map_or(Value::Empty, Value::Date), ..Cell::default() }
    }

    pub fn score(score: Option<f64>) -> Cell {
        Cell::shown(score, format::score)
    }

    pub fn share(share: Option<f64>) -> Cell {
        Cell::shown(share, format::share)
    }

    fn shown(number: Option<f64>, text: impl Fn(f64) -> String) -> Cell {
        let value = number.map_or(Value::Empty, |n| {
            let text = text(n);
            Value::Number(machine(&format::float(n)), text.clone(), number_format(&text))
        });
        Cell { value, ..Cell::default() }
    }

    /// The number that machine formats write, shown as people see it.
    pub fn figure(number: Option<&Number>, unit: Option<&Unit>, lang: Lang) -> Cell {
        let value = number.map_or(Value::Empty, |n| {
            let text = format::people(n, unit, lang);
            Value::Number(machine(&format::machine(n, unit)), text.clone(), number_format(&text))
        });
        Cell { value, ..Cell::default() }
    }

    /// What a value is held against: a number, whose sign of comparison is part of its format; a range is a text. `text` is
    /// how people see it.
    pub fn bound(bound: Option<&BoundValue>, unit: Option<&Unit>, text: String) -> Cell {
        match bound {
            None => Cell::text(text),
            Some(BoundValue::Range(..)) => Cell::text(text),
            Some(BoundValue::One(n)) => {
                let value = Value::Number(machine(&format::machine(n, unit)), text.clone(), number_format(&text));
                Cell { value, ..Cell::default() }
            }
        }
    }

    pub fn bold(self) -> Cell {
        Cell { bold: true, ..self }
    }

    /// Formats hold 15 steps, one of which keeps texts off what stands before.
    pub fn indent(self, depth: usize) -> Cell {
        Cell { indent: u8::try_from(depth.min(14)).unwrap_or(14), ..self }
    }

    fn width(&self) -> usize {
        match &self.value {
            Value::Empty => 0,
            Value::Text(text) => 2 * usize::from(self.indent) + 1 + width(text),
            Value::Number(_, text, _) => width(text),
            Value::Date(_) => 10,
        }
    }
}

/// What machines read back from a cell is what machine formats write.
fn machine(text: &str) -> f64 {
    text.parse().unwrap_or_default()
}

/// The format that shows a number as a text does: its digits after the point, and the words around it. `>= ¥1,234.50` gives
/// `">= ¥"#,##0.00`. A percent stays one: its cell holds the fraction.
pub fn number_format(text: &str) -> String {
    let digit = |c: char| c.is_ascii_digit();
    let (Some(first), Some(last)) = (text.find(digit), text.rfind(digit)) else { return "General".to_string() };
    // A unit may have digits too: the number ends where its digits do.
    let number = text.get(first..=last).unwrap_or_default();
    let end = number.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(number.len());
    let number = number.get(..end).unwrap_or_default().trim_end_matches(['.', ',']);
    let before = text.get(..first).unwrap_or_default().replace('-', "");
    let after = text.get(first + number.len()..).unwrap_or_default();
    let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let digits = match decimals {
        0 => "#,##0".to_string(),
        n => format!("#,##0.{}", "0".repeat(n.min(30))),
    };
    let percent = after.starts_with('%');
    let after = if percent { "%".to_string() } else { quoted(after) };
    let whole = match before.is_empty() {
        true => format!("{digits}{after}"),
        // The sign belongs to the number, not to the words before it.
        false => format!("{0}{digits}{after};{0}-{digits}{after}", quoted(&before)),
    };
    // Longer formats are not allowed.
    if whole.len() <= 200 { whole } else { format!("{digits}{}", if percent { "%" } else { "" }) }
}

/// Words in a format stand for themselves.
fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\"{}\"", text.replace('"', "\"\\\"\"")) }
}

/// A table below some lines about it.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub name: &'static str,
    /// Lines above the table, the first a title.
    pub lead: Vec<Vec<Cell>>,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    /// Columns that stay when one scrolls to the right.
    pub frozen: u16,
    /// Columns that are printed; None: all.
    pub printed: Option<u16>,
}

impl Table {
    /// The row of the heads, from 0.
    pub fn head_row(&self) -> u32 {
        match self.lead.len() {
            0 => 0,
            lead => u32::try_from(lead).unwrap_or_default() + 1,
        }
    }

    /// Adds it as a sheet.
    pub fn write<'b>(&self, book: &'b mut Workbook, lang: Lang) -> Result<&'b mut Worksheet, XlsxError> {
        let sheet = book.add_worksheet();
        sheet.set_name(self.name)?;
        let mut formats = Formats::default();
        for (row, cells) in (0u32..).zip(&self.lead) {
            for (column, cell) in (0u16..).zip(cells) {
                let format = formats.of(cell, false).clone().set_align(FormatAlign::Left).set_indent(1);
                let format = if row == 0 { format.set_bold().set_font_size(14) } else { format };
                put(sheet, row, column, cell, &format)?;
            }
        }
        let head = self.head_row();
        let style = Format::new()
            .set_bold()
            .set_background_color(0x00E8_EEF4)
            .set_border_bottom(FormatBorder::Thin)
            .set_align(FormatAlign::VerticalCenter);
        let numbers = style.clone().set_align(FormatAlign::Right);
        let style = style.set_align(FormatAlign::Left).set_indent(1);
        for (column, text) in (0u16..).zip(&self.heads) {
            let above =
                |row: &Vec<Cell>| row.get(usize::from(column)).is_some_and(|c| matches!(c.value, Value::Number(..)));
            let style = if self.rows.iter().any(above) { &numbers } else { &style };
            sheet.write_string_with_format(head, column, visible(text), style)?;
        }
        let mut row = head;
        for cells in self.rows.iter().take(MOST_ROWS) {
            row += 1;
            let lines = cells.iter().map(|cell| cell.width().div_ceil(WIDEST)).max().unwrap_or(1);
            if lines > 1 {
                sheet.set_row_height(row, LINE * lines.min(20) as f64)?;
            }
            for (column, cell) in (0u16..).zip(cells) {
                let format = formats.of(cell, cell.width() > WIDEST);
                put(sheet, row, column, cell, format)?;
            }
        }
        let last = u16::try_from(self.heads.len().saturating_sub(1)).unwrap_or(u16::MAX);
        sheet.autofilter(head, 0, row.max(head + 1), last)?;
        let more = self.rows.len().saturating_sub(MOST_ROWS);
        if more > 0 {
            let text = match lang {
                Lang::En => format!("and {more} more"),
                Lang::Zh => format!("另有 {more} 行"),
            };
            sheet.write_string(row + 1, 0, text)?;
        }
        for (column, head) in (0u16..).zip(&self.heads) {
            let cells = self.rows.iter().filter_map(|row| row.get(usize::from(column))).map(Cell::width);
            // The button of the filter takes room beside a head.
            let wide = cells.max().unwrap_or(0).max(width(head) + 2).min(WIDEST) + 2;
            sheet.set_column_width(column, wide as f64)?;
        }
        sheet.set_freeze_panes(head + 1, self.frozen)?;
        sheet.set_repeat_rows(head, head)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
        if let Some(columns) = self.printed {
            sheet.set_print_area(0, 0, row.max(head + 1), columns.saturating_sub(1))?;
        }
        sheet.set_footer(format!("&L{}&R&P / &N", self.name));
        Ok(sheet)
    }
}

/// Each format once.
#[derive(Default)]
struct Formats(HashMap<(String, bool, u8, bool, bool), Format>);

impl Formats {
    fn of(&mut self, cell: &Cell, wrap: bool) -> &Format {
        let number = match &cell.value {
            Value::Number(_, _, format) => format.clone(),
            Value::Date(_) => "yyyy-mm-dd".to_string(),
            Value::Empty | Value::Text(_) => String::new(),
        };
        // Whoever edits such a text does not make a formula of it.
        let quote = matches!(&cell.value, Value::Text(text) if text.starts_with(['=', '+', '-', '@']));
        self.0.entry((number, cell.bold, cell.indent, wrap, quote)).or_insert_with_key(|(number, bold, indent, ..)| {
            let mut format = Format::new().set_align(FormatAlign::VerticalCenter);
            if !number.is_empty() {
                format = format.set_num_format(number);
            }
            if *bold {
                format = format.set_bold();
            }
            // A text keeps off the number to its left.
            if number.is_empty() {
                format = format.set_align(FormatAlign::Left).set_indent(*indent + 1);
            }
            if wrap {
                format = format.set_text_wrap();
            }
            if quote { format.set_quote_prefix() } else { format }
        })
    }
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, format: &Format) -> Result<(), XlsxError> {
    match &cell.value {
        Value::Empty => {}
        Value::Text(text) => {
            let shown = visible(text);
            let shown = if shown.len() > MOST_TEXT { cut(&shown, MOST_TEXT / 4, false) } else { shown };
            sheet.write_string_with_format(row, column, shown, format)?;
        }
        Value::Number(number, ..) => {
            sheet.write_number_with_format(row, column, *number, format)?;
        }
        Value::Date(date) => match day(*date) {
            Some(day) => {
                sheet.write_datetime_with_format(row, column, &day, format)?;
            }
            None => {
                sheet.write_string(row, column, date.to_string())?;
            }
        },
    }
    Ok(())
}

/// Days that spreadsheets know: those from 1900 on.
pub fn day(date: Date) -> Option<ExcelDateTime> {
    let parts = (u16::try_from(date.year()).ok()?, u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
    (parts.0 >= 1900).then(|| ExcelDateTime::from_ymd(parts.0, parts.1, parts.2).ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::number_format;

    #[test]
    fn formats_show_what_the_tables_show() {
        for (text, format) in [
            ("81.5%", "#,##0.0%"),
            ("72%", "#,##0%"),
            ("1,234,567 元", "#,##0\" 元\""),
            ("18.3 days", "#,##0.0\" days\""),
            ("3.86", "#,##0.00"),
            ("¥575.40 per person", "\"¥\"#,##0.00\" per person\";\"¥\"-#,##0.00\" per person\""),
            (">= -¥2,000", "\">= ¥\"#,##0;\">= ¥\"-#,##0"),
            ("<= 15 m2", "\"<= \"#,##0\" m2\";\"<= \"-#,##0\" m2\""),
            ("12 \"x\"", "#,##0\" \"\\\"\"x\"\\\"\"\""),
            ("0.0000123", "#,##0.0000000"),
            ("", "General"),
        ] {
            assert_eq!(number_format(text), format, "{text}");
        }
        assert_eq!(number_format(&format!("1.5 {}", "x".repeat(300))), "#,##0.0");
    }
}
