//! The tokens of a text one after the other, and the comments between them.

use crate::source::Span;
use crate::syntax::Comment;

/// Where a comment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On a line of its own.
    Own,
    /// Behind something.
    Behind,
    /// On the line after such a comment and below it: one comment over two lines.
    Below,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Note<'a> {
    pub text: &'a str,
    pub place: Place,
    /// A blank line stands before it.
    pub blank: bool,
}

/// Cheap to copy, so that a way of writing can be tried and left again.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    comments: &'a [Comment],
    /// Where the last comment behind something stood: its line's column, and the byte where the next line starts.
    behind: Option<(usize, usize)>,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, comments: &'a [Comment]) -> Self {
        Reader { text, at: 0, comments, behind: None }
    }

    pub fn at(&self) -> usize {
        self.at
    }

    pub fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// The text that is still to come.
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Whether a comment stands in these bytes.
    pub fn has_comment(&self, span: Span) -> bool {
        let next = self.comments.partition_point(|c| c.span.start < span.start);
        self.comments.get(next).is_some_and(|c| c.span.start < span.end)
    }

    /// Goes over white space and comments to the next token. True: a blank line stands before it.
    pub fn skip(&mut self, mut note: impl FnMut(Note<'a>)) -> bool {
        // At the start of a file nothing stands before a comment.
        let mut on_line = self.at > 0;
        loop {
            let rest = self.rest();
            let token = rest.trim_start_matches([' ', '\t', '\r', '\n']);
            let space = rest.get(..rest.len() - token.len()).unwrap_or("");
            let ends = space.matches('\n').count();
            let from = self.at;
            self.at += space.len();
            let Some(comment) = self.comments.first().filter(|c| c.span.start as usize == self.at) else {
                return ends > 1;
            };
            let text = self.slice(comment.span).trim_end();
            let line = self.text.get(..self.at).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
            let place = match self.behind {
                _ if ends == 0 && on_line => Place::Behind,
                Some((column, before)) if ends == 1 && before == from && column == self.at - line => Place::Below,
                _ => Place::Own,
            };
            self.at = comment.span.end as usize;
            self.behind = match place {
                Place::Own => None,
                Place::Behind => {
                    Some((super::page::width(self.text.get(line..comment.span.start as usize).unwrap_or("")), self.at))
                }
                Place::Below => self.behind.map(|(column, _)| (column, self.at)),
            };
            note(Note { text, place, blank: ends > 1 });
            self.comments = self.comments.get(1..).unwrap_or_default();
            on_line = false;
        }
    }

    /// The next token, if it is this one; white space and comments must have been skipped.
    pub fn eat(&mut self, token: &str) -> Option<&'a str> {
        let found = self.rest().get(..token.len()).filter(|found| *found == token)?;
        self.at += token.len();
        Some(found)
    }

    /// The text of a span, if it comes next.
    pub fn eat_span(&mut self, span: Span) -> Option<&'a str> {
        (self.at == span.start as usize).then(|| {
            self.at = span.end as usize;
            self.slice(span)
        })
    }

    /// A comma on this line between two entries.
    pub fn eat_separator(&mut self) {
        let rest = self.rest();
        let token = rest.trim_start_matches([' ', '\t']);
        if token.starts_with(',') {
            self.at += rest.len() - token.len() + 1;
        }
    }

    /// Goes on behind a span, with all comments in it.
    pub fn pass(&mut self, span: Span) {
        self.at = span.end as usize;
        let passed = self.comments.partition_point(|c| c.span.start < span.end);
        self.comments = self.comments.get(passed..).unwrap_or_default();
    }
}
