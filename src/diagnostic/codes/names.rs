//! E02: names.

use super::Page;

pub const PAGES: &[Page] = &[];
