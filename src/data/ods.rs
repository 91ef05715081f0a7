//! ODS.

use calamine::{Ods, OdsError, Reader};

use super::sheet;
use super::{Part, Wanted, codes};
use crate::design::From;
use crate::diagnostic::{Diagnostic, say};

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
            let message = say!("`{}` is protected by a password", "`{}` 有密码保护", part.display);
            Box::new(part.error(codes::BROKEN, message, None, None).help(say!("save it without one", "去掉密码再保存")))
        }
        OdsError::FileNotFound(_) | OdsError::InvalidMime(_) => {
            let message = say!("`{}` is no OpenDocument sheet", "`{}` 不是 OpenDocument 表格", part.display);
            Box::new(
                part.error(codes::BROKEN, message, None, None)
                    .help(say!("for an Excel workbook write `xlsx(…)`", "Excel 工作簿写成 `xlsx(…)`")),
            )
        }
        other => sheet::broken(part, &other.to_string()),
    }
}
