//! Wip
mod rows;
