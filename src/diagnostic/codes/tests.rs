//! E07: tests.

use super::Page;

pub const PAGES: &[Page] = &[];
