//! E07: tests.

use super::Page;
use crate::diagnostic::Code;

pub const RAGGED_ROW: Code = Code::new("E0701", "ragged-row");
pub const COMPUTED_COLUMN: Code = Code::new("E0702", "computed-column");
pub const BAD_CELL: Code = Code::new("E0703", "bad-cell");
pub const UNKNOWN_STATUS: Code = Code::new("E0704", "unknown-status");
pub const UNFIT_EXPECTATION: Code = Code::new("E0705", "unfit-expectation");
pub const NOTHING_EXPECTED: Code = Code::new("E0706", "nothing-expected");

pub const PAGES: &[Page] = &[];
