//! E05: graph.

use super::Page;
use crate::diagnostic::Code;

pub const FORMULA_CYCLE: Code = Code::new("E0501", "formula-cycle");
pub const DRIVES_CYCLE: Code = Code::new("E0502", "drives-cycle");
pub const UNIT_CYCLE: Code = Code::new("E0503", "unit-cycle");
pub const FIELD_CYCLE: Code = Code::new("E0504", "field-cycle");

pub const PAGES: &[Page] = &[];
