//! E08: data and configuration. Whole files: E0801 to E0819; single rows and values: E0820 to E0849; `kpi.toml`: from E0850.

use super::Page;
use crate::diagnostic::Code;

pub const MISSING_FILE: Code = Code::new("E0801", "missing-file");
pub const NO_MATCH: Code = Code::new("E0802", "no-file-matches");
pub const NOT_ALLOWED: Code = Code::new("E0803", "path-not-allowed");
pub const UNREADABLE: Code = Code::new("E0804", "unreadable-file");
pub const BROKEN: Code = Code::new("E0805", "broken-file");
pub const NO_ROWS: Code = Code::new("E0806", "no-rows");
pub const MISSING_COLUMN: Code = Code::new("E0807", "missing-column");
pub const DOUBLED_COLUMN: Code = Code::new("E0808", "doubled-column");
pub const WRONG_ENCODING: Code = Code::new("E0809", "wrong-encoding");
pub const UNKNOWN_ENCODING: Code = Code::new("E0810", "unknown-encoding");
pub const RAGGED: Code = Code::new("E0811", "ragged-data-row");
pub const TOO_LARGE: Code = Code::new("E0812", "too-large");
pub const MISSING_SHEET: Code = Code::new("E0813", "missing-sheet");
pub const ERROR_CELL: Code = Code::new("E0814", "error-cell");
pub const NO_VALUE: Code = Code::new("E0815", "not-one-value");

pub const CONFIG_SYNTAX: Code = Code::new("E0850", "broken-configuration");
pub const CONFIG_KEY: Code = Code::new("E0851", "unknown-configuration-key");
pub const CONFIG_VALUE: Code = Code::new("E0852", "wrong-configuration-value");
pub const UNKNOWN_BINDING: Code = Code::new("E0853", "unknown-binding");

pub const PAGES: &[Page] = &[];
