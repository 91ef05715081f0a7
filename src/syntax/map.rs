//! From the text that was parsed back to the text that was written.

/// One change: the bytes `old` of the written text stand as `text` in the parsed one.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub old: std::ops::Range<usize>,
    pub text: String,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    old_start: usize,
    old_end: usize,
    new_start: usize,
    new_end: usize,
}

/// Offsets of the parsed text → offsets of the written text.
#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    pieces: Vec<Piece>,
}

impl Map {
    /// Applies the changes, which are sorted and do not overlap (one that does is left out).
    pub fn apply(written: &str, changes: &[Change]) -> (String, Map) {
        let mut text = String::with_capacity(written.len() + changes.len());
        let mut pieces = Vec::with_capacity(changes.len());
        let mut at = 0;
        for change in changes {
            let Some(before) = written.get(at..change.old.start) else { continue };
            text.push_str(before);
            let new_start = text.len();
            text.push_str(&change.text);
            pieces.push(Piece { old_start: change.old.start, old_end: change.old.end, new_start, new_end: text.len() });
            at = change.old.end;
        }
        text.push_str(written.get(at..).unwrap_or(""));
        (text, Map { pieces })
    }

    /// Where a node that starts at this offset starts in the written text.
    pub fn start(&self, offset: usize) -> usize {
        let found = self.pieces.partition_point(|p| p.new_start <= offset);
        match found.checked_sub(1).and_then(|i| self.pieces.get(i)) {
            Some(p) if offset < p.new_end => p.old_start,
            Some(p) => p.old_end + (offset - p.new_end),
            None => offset,
        }
    }

    /// Where a node that ends at this offset ends in the written text.
    pub fn end(&self, offset: usize) -> usize {
        let found = self.pieces.partition_point(|p| p.new_start < offset);
        match found.checked_sub(1).and_then(|i| self.pieces.get(i)) {
            Some(p) if offset <= p.new_end => p.old_end,
            Some(p) => p.old_end + (offset - p.new_end),
            None => offset,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_lead_back_over_shorter_longer_and_inserted_text() {
        // `a：b` with a mark of three bytes, then a closing quote put in at the end.
        let changes = [Change { old: 1..4, text: ":".into() }, Change { old: 5..5, text: "\"".into() }];
        let (text, map) = Map::apply("a：b!", &changes);
        assert_eq!(text, "a:b\"!");
        assert_eq!((map.start(0), map.end(1)), (0, 1));
        assert_eq!((map.start(1), map.end(2)), (1, 4));
        assert_eq!((map.start(2), map.end(3)), (4, 5));
        assert_eq!((map.start(3), map.end(4)), (5, 5));
        assert_eq!((map.start(4), map.end(5)), (5, 6));
    }
}
