//! E08: data.

use super::Page;

pub const PAGES: &[Page] = &[];
