//! Designs and results as pictures. An [`outline`] says what is shown, [`layout`] where it stands; both end in one
//! [`scene::Scene`] of shapes and texts, of which SVG, the report and JSON are renderings.

pub mod chart;
pub mod measure;
pub mod layered;
pub mod scene;
pub mod svg;
pub mod marks;
pub mod outline;
pub mod layout;
mod frame;
pub mod graph;
pub mod lineage;
pub mod mermaid;
pub mod dot;
pub mod json;
pub mod fishbone;

#[cfg(test)]
mod tests;
