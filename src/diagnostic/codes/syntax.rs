//! E01: syntax.

use super::Page;

pub const PAGES: &[Page] = &[];
