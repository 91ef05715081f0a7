//! E01: syntax.

use super::Page;
use crate::diagnostic::Code;

pub const UNEXPECTED: Code = Code::new("E0101", "unexpected-text");
pub const UNCLOSED_TEXT: Code = Code::new("E0102", "unclosed-text");
pub const UNCLOSED_BRACKET: Code = Code::new("E0103", "unclosed-bracket");
pub const UNBALANCED_BRACE: Code = Code::new("E0104", "unbalanced-brace");
pub const UNKNOWN_WORD: Code = Code::new("E0105", "unknown-declaration");
pub const MISSING_COLON: Code = Code::new("E0106", "missing-colon");
pub const WRONG_MARK: Code = Code::new("E0107", "wrong-mark");
pub const MISSING_VALUE: Code = Code::new("E0108", "missing-value");
pub const MISSING_NAME: Code = Code::new("E0109", "missing-name");
pub const RESERVED_NAME: Code = Code::new("E0110", "reserved-name");
pub const MISSING_SEPARATOR: Code = Code::new("E0111", "missing-separator");
pub const MISPLACED: Code = Code::new("E0112", "misplaced-entry");
pub const MISPLACED_BRACE: Code = Code::new("E0113", "misplaced-brace");
pub const CHAINED_COMPARISON: Code = Code::new("E0114", "chained-comparison");
pub const TOO_DEEP: Code = Code::new("E0115", "nested-too-deep");
pub const BAD_ESCAPE: Code = Code::new("E0116", "unknown-escape");
pub const BAD_ROW: Code = Code::new("E0117", "uneven-table");
pub const FULL_WIDTH: Code = Code::new("E0120", "full-width-mark");
pub const FOREIGN_DATE: Code = Code::new("E0121", "foreign-date");
pub const FOREIGN_NUMBER: Code = Code::new("E0122", "foreign-number");
pub const FOREIGN_OPERATOR: Code = Code::new("E0123", "foreign-operator");
pub const FOREIGN_QUOTE: Code = Code::new("E0124", "foreign-quote");
pub const FOREIGN_COMMENT: Code = Code::new("E0125", "foreign-comment");
pub const HIDDEN_CHARACTER: Code = Code::new("E0126", "hidden-character");

pub const PAGES: &[Page] = &[];
