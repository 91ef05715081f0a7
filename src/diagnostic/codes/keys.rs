//! E03: keys.

use super::Page;

pub const PAGES: &[Page] = &[];
