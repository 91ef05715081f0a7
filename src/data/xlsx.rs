//! XLSX.

use calamine::{Data, Reader, Xlsx, XlsxError};

use super::sheet;
use super::{Part, Wanted, codes};
use crate::design::From;
use crate::diagnostic::{Diagnostic, say};

pub(super) fn open(part: Part, from: &From, columns: &[Wanted]) -> Result<Part, Box<Diagnostic>> {
    let mut workbook = Xlsx::new(sheet::bytes(&part)?).map_err(|e| refuse(&part, &e))?;
    let name = sheet::choose(&part, from, workbook.sheets_metadata())?;
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(|e| refuse(&part, &e))?;
    // Cell by cell: a range would hold every cell between the first and the last, however few there are.
    let cells = std::iter::from_fn(|| match cells.next_cell() {
        Ok(Some(cell)) => {
            let (row, column) = cell.get_position();
            Some(Ok((row, column, Data::from(cell.get_value().clone()))))
        }
        Ok(None) => None,
        Err(e) => Some(Err(e.to_string())),
    });
    sheet::load(part, from, columns, &name, cells)
}

fn refuse(part: &Part, error: &XlsxError) -> Box<Diagnostic> {
    match error {
        XlsxError::Password => {
            let message = say!("`{}` is protected by a password", "`{}` 有密码保护", part.display);
            Box::new(part.error(codes::BROKEN, message, None, None).help(say!("save it without one", "去掉密码再保存")))
        }
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => {
            let message = say!("`{}` is no XLSX workbook", "`{}` 不是 XLSX 工作簿", part.display);
            Box::new(
                part.error(codes::BROKEN, message, None, None)
                    .help(say!("for an OpenDocument sheet write `ods(…)`", "OpenDocument 表格写成 `ods(…)`")),
            )
        }
        other => sheet::broken(part, &other.to_string()),
    }
}
