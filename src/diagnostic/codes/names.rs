//! E02: names.

use super::Page;
use crate::diagnostic::Code;

pub const DOUBLED_NAME: Code = Code::new("E0201", "doubled-name");
pub const DOUBLED_DECLARATION: Code = Code::new("E0202", "doubled-declaration");
pub const UNKNOWN_NAME: Code = Code::new("E0203", "unknown-name");
pub const UNKNOWN_FIELD: Code = Code::new("E0204", "unknown-field");
pub const UNKNOWN_UNIT: Code = Code::new("E0205", "unknown-unit");
pub const WRONG_KIND_OF_NAME: Code = Code::new("E0206", "wrong-kind-of-name");
pub const UNKNOWN_FUNCTION: Code = Code::new("E0207", "unknown-function");

pub const REPEATED_NAME: Code = Code::new("E0208", "repeated-name");

pub const PAGES: &[Page] = &[];
