//! ODS.

use calamine::{Ods, OdsError, Reader};

use super::sheet;
use super::{Part, Wanted, codes};
use crate::design::From;
use crate::diagnostic::Diagnostic;

pub(super) fn open(part: Part, from: &From, columns: &[Wanted]) -> Result<Part, Box<Diagnostic>> {
    let mut workbook = Ods::new(sheet::bytes(&part)?).map_err(|e| refuse(&part, &e))?;
    let name = sheet::choose(&part, from, workbook.sheets_metadata())?;
    let range = workbook.worksheet_range(&name).map_err(|e| refuse(&part, &e))?;
    let (top, left) = range.start().unwrap_or_default();
    let cells =
        range.used_cells().map(|(row, column, value)| Ok((top + row as u32, left + column as u32, value.clone())));
    sheet::load(part, from, columns, &name, cells)
}

fn refuse(part: &Part, error: &OdsError) -> Box<Diagnostic> {
    match error {
        OdsError::Password => {
            let message = format!("`{}` is protected by a password", part.display);
            Box::new(part.error(codes::BROKEN, message, None, None).help("save it without one"))
        }
        OdsError::FileNotFound(_) | OdsError::InvalidMime(_) => {
            let message = format!("`{}` is no OpenDocument sheet", part.display);
            Box::new(part.error(codes::BROKEN, message, None, None).help("for an Excel workbook write `xlsx(…)`"))
        }
        other => sheet::broken(part, &other.to_string()),
    }
}
