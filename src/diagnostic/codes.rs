//! Every error code and its page (`kpi code E0203`). One file a group; a code is stable for ever.

pub mod config;
pub mod data;
pub mod files;
pub mod graph;
pub mod keys;
pub mod names;
pub mod rows;
pub mod syntax;
pub mod targets;
pub mod tests;
pub mod types;

use super::Code;

/// The page of a code: what is wrong, why it is an error, a failing and a mended example.
pub struct Page {
    pub code: Code,
    /// One line, lower case.
    pub title: &'static str,
    /// Markdown; ```` ```kpi,fails ```` blocks raise the code, ```` ```kpi ```` blocks raise nothing.
    pub text: &'static str,
}

/// All pages, in the order of their codes.
pub fn pages() -> impl Iterator<Item = &'static Page> {
    [
        syntax::PAGES,
        names::PAGES,
        keys::PAGES,
        types::PAGES,
        graph::PAGES,
        targets::PAGES,
        tests::PAGES,
        data::PAGES,
        rows::PAGES,
        config::PAGES,
        files::PAGES,
    ]
    .into_iter()
    .flatten()
}

pub fn page(code: &str) -> Option<&'static Page> {
    pages().find(|p| p.code.id.eq_ignore_ascii_case(code) || p.code.name == code)
}
