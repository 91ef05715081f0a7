//! Fishbone: a language for key performance indicators and the compiler that makes them true.
//!
//! ```text
//! .kpi text ─ syntax ─▶ Parse ─ model ─▶ Model ─ check ─▶ Checked ─ lint ─▶ findings
//!                                                  └─ plan ─▶ engine ─▶ cells ─ evaluate ─▶ Results ─ render ─▶ out
//! ```
//!
//! A module uses only modules that stand above it in this list.

// What pest generates without its `std` feature names it.
extern crate alloc;

pub mod words;
pub mod source;
pub mod diagnostic;
pub mod config;
pub mod syntax;
pub mod format;
pub mod fingerprint;
pub mod baseline;
pub mod fix;
pub mod value;
pub mod design;
pub mod results;
pub mod functions;
pub mod model;
pub mod check;
pub mod analysis;
pub mod lint;
#[cfg(feature = "engine")]
pub mod plan;
#[cfg(feature = "engine")]
pub mod data;
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "engine")]
pub mod evaluate;
#[cfg(feature = "engine")]
pub mod testing;
pub mod render;
pub mod workspace;
pub mod cli;

#[cfg(feature = "engine")]
pub use workspace::DataOptions;
pub use workspace::{Loaded, load_path, load_texts};
