//! E05: graph.

use super::Page;

pub const PAGES: &[Page] = &[];
