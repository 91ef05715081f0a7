//! E06: targets.

use super::Page;

pub const PAGES: &[Page] = &[];
