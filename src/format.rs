//! The one format of `.kpi` files: tree and comments → text.
//!
//! `entries` and `formula` walk the tree and take the tokens that it names from the text, one after the other (`reader`),
//! with the comments that stand between them, into a row of pieces; `layout` breaks a row into lines where it is too
//! long; `page` gathers the lines and aligns comments behind them. So nothing can be written that did not stand in the
//! text, and what the tree does not account for shows at once: such an entry stays as it is.
//!
//! What authors decide is kept: blank lines (one of several), whether a short block stands on one line, where comments
//! stand. All else has one look. Takes time linear in the text.

mod entries;
mod formula;
mod layout;
mod page;
mod reader;
mod table;

use crate::source::SourceFile;
use crate::syntax::Parse;

/// Cells that a line may take. Texts, comments and tables are not broken.
pub const WIDTH: usize = 100;
const INDENT: usize = 2;

/// A file in the one format. `parse` is what became of it, without diagnostics: what could not be read has no format.
pub fn format(file: &SourceFile, parse: &Parse) -> String {
    format_counting(file, parse).0
}

/// The text and how many entries stayed as they were because the tree does not account for their tokens.
fn format_counting(file: &SourceFile, parse: &Parse) -> (String, usize) {
    let (lines, kept) = entries::write(&file.text, parse);
    let windows = file.text.find('\n').is_some_and(|at| file.text.get(..at).is_some_and(|line| line.ends_with('\r')));
    let text = if windows { lines.replace("\r\n", "\n").replace('\n', "\r\n") } else { lines };
    (text, kept)
}

#[cfg(test)]
mod tests;
