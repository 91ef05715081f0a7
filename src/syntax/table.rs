//! The rows of a test's table: cells are raw text between bars.

use std::ops::Range;

/// The cells of a row without the blanks around them, and where a comment behind the last one starts.
pub(super) fn cells(row: &str) -> (Vec<Range<usize>>, Option<usize>) {
    let mut cells = Vec::new();
    let mut at = usize::from(row.starts_with('|'));
    while at < row.len() {
        let rest = row.get(at..).unwrap_or("");
        let length = length(rest);
        let cell = rest.get(..length).unwrap_or(rest);
        let start = at + (cell.len() - cell.trim_start().len());
        // Only behind the last bar: in a cell it is text.
        if !cells.is_empty() && length == rest.len() && cell.trim_start().starts_with("//") {
            return (cells, Some(start));
        }
        cells.push(start..start + cell.trim().len());
        at += length + 1;
    }
    (cells, None)
}

/// The bytes of a cell up to the next `|` that is neither escaped nor in quotes.
fn length(rest: &str) -> usize {
    let start = rest.len() - rest.trim_start().len();
    let inner = rest.get(start..).unwrap_or("");
    // A quoted cell ends at the quote before its `|`; a lone quote is text.
    if let Some(quoted) = inner.strip_prefix('"')
        && let Some(end) = quote_end(quoted)
    {
        let after = quoted.get(end + 1..).unwrap_or("");
        let blank = after.len() - after.trim_start().len();
        if after.trim_start().is_empty() || after.trim_start().starts_with('|') {
            return start + 1 + end + 1 + blank;
        }
    }
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        match c {
            '|' if !escaped => return at,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

/// Where a quoted cell's closing quote stands.
fn quote_end(quoted: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in quoted.char_indices() {
        match c {
            '"' if !escaped => return Some(at),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// What a cell says: nothing where it is empty, text in quotes as it is, `\|` a pipe.
pub(super) fn text(inner: &str) -> Option<String> {
    if inner.is_empty() {
        return None;
    }
    if let Some(quoted) = inner.strip_prefix('"')
        && quote_end(quoted).is_some_and(|end| end + 1 == quoted.len())
    {
        let text = quoted.get(..quoted.len() - 1).unwrap_or("");
        return Some(text.replace("\\\"", "\"").replace("\\|", "|").replace("\\\\", "\\"));
    }
    Some(inner.replace("\\|", "|"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    fn read(row: &str) -> (Vec<Option<String>>, Option<&str>) {
        let (found, comment) = cells(row);
        (found.into_iter().map(|cell| text(&row[cell])).collect(), comment.map(|at| &row[at..]))
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_string())
    }

    #[test]
    fn rows_are_split_at_bars_that_are_not_text() {
        assert_eq!(
            read(r#"| a |  | "" | "b | c" | d \| e |"#).0,
            [some("a"), None, some(""), some("b | c"), some("d | e")]
        );
        assert_eq!(read("| a | // b | c"), (vec![some("a"), some("// b"), some("c")], None));
        assert_eq!(read("| http://a | b | // why"), (vec![some("http://a"), some("b")], Some("// why")));
        assert_eq!(read("| a | b"), (vec![some("a"), some("b")], None));
        assert_eq!(read("| 6\" | \"x |").0, [some("6\""), some("\"x")]);
        assert_eq!(read("|").0, []);
    }
}
