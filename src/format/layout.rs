//! A row of pieces → lines. A group stands on one line if it fits there, else all its breaks are line ends; fills break
//! only where the next piece does not fit. (Oppen, Prettyprinting, 1980: linear, no backtracking.)

use super::WIDTH;
use super::page::{Page, width};
use super::reader::Note;

#[derive(Clone, Copy, Debug)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Space,
    /// A space, or a line's end in a group that is broken.
    Line,
    /// Nothing, or a line's end in a group that is broken.
    Soft,
    /// A space, or a line's end where what follows does not fit.
    Fill,
    Open,
    Close,
    Indent,
    Dedent,
    Note(Note<'a>),
    /// A text of several lines.
    Long(&'a str),
}

/// Cells of the pieces on one line; None: they cannot stand on one.
pub(super) fn flat_width(pieces: &[Piece<'_>]) -> Option<usize> {
    pieces.iter().try_fold(0, |sum, piece| flat(piece).map(|w| sum + w))
}

fn flat(piece: &Piece<'_>) -> Option<usize> {
    match piece {
        Piece::Text(text) => Some(width(text)),
        Piece::Space | Piece::Line | Piece::Fill => Some(1),
        Piece::Soft | Piece::Open | Piece::Close | Piece::Indent | Piece::Dedent => Some(0),
        Piece::Note(_) | Piece::Long(_) => None,
    }
}

/// What must be known of a place before it is written.
#[derive(Clone, Copy, Default)]
struct Known {
    /// Cells of all before it, on one line.
    cells: usize,
    /// Pieces before it that end a line whatever happens.
    ends: usize,
    /// Of an `Open`: its `Close`.
    close: usize,
    /// The first break at or behind it.
    next_break: usize,
}

fn know(pieces: &[Piece<'_>]) -> Vec<Known> {
    let mut known = vec![Known::default(); pieces.len() + 1];
    let (mut cells, mut ends) = (0, 0);
    for (place, piece) in known.iter_mut().zip(pieces.iter().map(Some).chain([None])) {
        (place.cells, place.ends) = (cells, ends);
        match piece.map(flat) {
            Some(Some(width)) => cells += width,
            Some(None) => ends += 1,
            None => {}
        }
    }
    let mut closes = Vec::new();
    let mut next_break = pieces.len();
    for (i, place) in known.iter_mut().enumerate().rev() {
        match pieces.get(i) {
            Some(Piece::Line | Piece::Soft | Piece::Fill) => next_break = i,
            Some(Piece::Close) => closes.push(i),
            Some(Piece::Open) => place.close = closes.pop().unwrap_or(i),
            _ => {}
        }
        place.next_break = next_break;
    }
    known
}

pub(super) fn write<'a>(pieces: &[Piece<'a>], page: &mut Page<'a>, mut indent: usize) {
    let known = know(pieces);
    let at = |i: usize| known.get(i).copied().unwrap_or_default();
    // Whether pieces `from..to` and what clings to them fit on this line.
    let fits = |page: &Page<'_>, indent: usize, from: usize, to: usize| {
        page.column(indent) + at(at(to).next_break).cells - at(from).cells <= WIDTH && at(from).ends == at(to).ends
    };
    let mut broken = vec![true];
    for (i, piece) in pieces.iter().enumerate() {
        let in_broken = broken.last().copied().unwrap_or(true);
        match *piece {
            Piece::Text(text) => page.text(text, indent),
            Piece::Space => page.space(),
            Piece::Line | Piece::Soft if in_broken => page.end_line(),
            Piece::Fill if in_broken && !fits(page, indent, i, i + 1) => page.end_line(),
            Piece::Line | Piece::Fill => page.space(),
            Piece::Soft => {}
            Piece::Open => broken.push(in_broken && !fits(page, indent, i, at(i).close)),
            Piece::Close => {
                broken.pop();
            }
            Piece::Indent => indent += 1,
            Piece::Dedent => indent = indent.saturating_sub(1),
            Piece::Note(note) => page.note(note, indent),
            Piece::Long(text) => page.text(&indented(text, indent + 1), indent),
        }
    }
}

/// A `"""` text at another indentation. What it says stays the same: the indentation that its lines share is none of it.
fn indented(text: &str, indent: usize) -> String {
    let inner = text.strip_prefix("\"\"\"").and_then(|t| t.strip_suffix("\"\"\"")).unwrap_or(text);
    let Some(lines) = inner.strip_prefix("\r\n").or_else(|| inner.strip_prefix('\n')) else {
        // It starts behind the quotes: its lines share no indentation.
        return text.to_string();
    };
    let blank = |line: &str| line.trim().is_empty();
    let mut rows: Vec<&str> = lines.lines().collect();
    if rows.last().is_some_and(|row| blank(row)) {
        rows.pop();
    }
    let shared = rows.iter().filter(|row| !blank(row));
    let Some(shared) = shared.map(|row| row.len() - row.trim_start_matches([' ', '\t']).len()).min() else {
        // Nothing but white space, which is all that it says.
        return text.to_string();
    };
    let margin = " ".repeat(indent * super::INDENT);
    let mut out = String::from("\"\"\"\n");
    for row in rows {
        if let Some(rest) = row.trim_end_matches('\r').get(shared..).filter(|rest| !rest.is_empty()) {
            out.push_str(&margin);
            out.push_str(rest);
        }
        out.push('\n');
    }
    out + &margin + "\"\"\""
}
