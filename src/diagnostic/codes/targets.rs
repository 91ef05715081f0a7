//! E06: targets.

use super::Page;
use crate::diagnostic::Code;

pub const TARGET_WITHOUT_TIME: Code = Code::new("E0601", "target-without-time");
pub const RANGE_AND_DIRECTION: Code = Code::new("E0602", "range-and-direction");
pub const TIED_TARGETS: Code = Code::new("E0603", "tied-targets");
pub const OVERLAPPING_PHASES: Code = Code::new("E0604", "overlapping-phases");
pub const TARGET_BEFORE_BASELINE: Code = Code::new("E0605", "target-before-baseline");
pub const UNSCORABLE_TARGET: Code = Code::new("E0606", "unscorable-target");
pub const DISORDERED_ANCHORS: Code = Code::new("E0607", "disordered-anchors");
pub const WEIGHT_OUT_OF_RANGE: Code = Code::new("E0608", "weight-out-of-range");
pub const WEIGHT_GIVEN_TWICE: Code = Code::new("E0609", "weight-given-twice");

pub const PAGES: &[Page] = &[];
