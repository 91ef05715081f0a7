//! E04: types.

use super::Page;

pub const PAGES: &[Page] = &[];
