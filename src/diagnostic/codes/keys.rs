//! E03: keys.

use super::Page;
use crate::diagnostic::Code;

pub const UNKNOWN_KEY: Code = Code::new("E0301", "unknown-key");
pub const MISPLACED_KEY: Code = Code::new("E0302", "misplaced-key");
pub const MISSING_KEY: Code = Code::new("E0303", "missing-key");
pub const DOUBLED_KEY: Code = Code::new("E0304", "doubled-key");
pub const WRONG_SHAPE: Code = Code::new("E0305", "wrong-shape");
pub const UNKNOWN_WORD: Code = Code::new("E0306", "unknown-word");
pub const MISPLACED_DECLARATION: Code = Code::new("E0307", "misplaced-declaration");
pub const MISSING_HEAD: Code = Code::new("E0308", "missing-head");
pub const IMPOSSIBLE_DATE: Code = Code::new("E0309", "impossible-date");
pub const UNFIT_FIELD: Code = Code::new("E0310", "unfit-field");
pub const UNFIT_PART: Code = Code::new("E0311", "unfit-part");
pub const UNKNOWN_OPTION: Code = Code::new("E0312", "unknown-option");
pub const DISORDERED_PHASES: Code = Code::new("E0313", "disordered-phases");

pub const PAGES: &[Page] = &[];
