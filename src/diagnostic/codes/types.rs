//! E04: types and units.

use super::Page;
use crate::diagnostic::Code;

pub const UNIT_MISMATCH: Code = Code::new("E0401", "unit-mismatch");
pub const WRONG_UNIT: Code = Code::new("E0402", "wrong-unit");
pub const WRONG_TYPE: Code = Code::new("E0403", "wrong-type");
pub const MISSING_AGGREGATE: Code = Code::new("E0404", "missing-aggregate");
pub const WRONG_ARGUMENTS: Code = Code::new("E0405", "wrong-arguments");
pub const UNKNOWN_MEMBER: Code = Code::new("E0406", "unknown-member");
pub const MISSING_DIMENSION: Code = Code::new("E0407", "missing-dimension");
pub const NOT_A_DIMENSION: Code = Code::new("E0408", "not-a-dimension");
pub const GRAIN_TOO_FINE: Code = Code::new("E0409", "grain-too-fine");
pub const SOURCE_WITHOUT_TIME: Code = Code::new("E0410", "source-without-time");
pub const MISSING_UNIT: Code = Code::new("E0411", "missing-unit");
pub const MISPLACED_CLAUSE: Code = Code::new("E0412", "misplaced-clause");
pub const BAD_TIME: Code = Code::new("E0413", "bad-time");
pub const BAD_SPAN: Code = Code::new("E0414", "bad-span");
pub const ONLY_OVER_ROWS: Code = Code::new("E0415", "only-over-rows");

pub const PAGES: &[Page] = &[];
