//! Text and where it stands: files, byte spans, the line table, and the one door through which text comes in.

use crate::words::{Words, say};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A file of the design, by its place in [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A range of bytes in one file; `start <= end`, both on character boundaries.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Span { file, start: start as u32, end: end as u32 }
    }

    /// The smallest span that holds both; they must be of one file.
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span at this one's end.
    pub fn after(self) -> Span {
        Span { start: self.end, ..self }
    }

    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.start, self.end)
    }
}

/// Where something was written, carried along without being part of what it is: two formulas written at two places are
/// equal, and are computed once.
#[derive(Clone, Copy, Default)]
pub struct Origin(pub Span);

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Origin {}

impl std::hash::Hash for Origin {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// A line and a column, both from 1; the column counts characters, as editors show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// One `.kpi` file: its path as users should see it (relative to the design, `/` between parts) and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub id: FileId,
    pub path: String,
    pub text: Arc<str>,
    line_starts: Vec<u32>,
}

impl SourceFile {
    pub fn new(id: FileId, path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text: Arc<str> = text.into();
        let mut line_starts = vec![0];
        line_starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1));
        SourceFile { id, path: path.into(), text, line_starts }
    }

    /// The whole file.
    pub fn span(&self) -> Span {
        Span::new(self.id, 0, self.text.len())
    }

    /// The text of a span of this file; empty where the span is not one of it.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// The line (from 1) that holds a byte offset.
    pub fn line_of(&self, offset: u32) -> usize {
        self.line_starts.partition_point(|start| *start <= offset).max(1)
    }

    /// The bytes of a line (from 1), without its line end.
    pub fn line_range(&self, line: usize) -> std::ops::Range<usize> {
        let start = self.line_starts.get(line.saturating_sub(1)).map_or(self.text.len(), |s| *s as usize);
        let end = self.line_starts.get(line).map_or(self.text.len(), |s| *s as usize);
        let text = self.text.get(start..end).unwrap_or("");
        start..start + text.trim_end_matches(['\n', '\r']).len()
    }

    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_of(offset);
        let start = self.line_starts.get(line - 1).map_or(0, |s| *s as usize);
        let before = self.text.get(start..offset as usize).unwrap_or("");
        Position { line, column: before.chars().count() + 1 }
    }
}

/// All files of one design, in the order of their paths.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Gives each `(path, text)` its id, in the order given.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut sources = Sources::default();
        for (path, text) in files {
            sources.add(path, text);
        }
        sources
    }

    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(SourceFile::new(id, path, text));
        id
    }

    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).map_or("", |f| f.slice(span))
    }

    /// Path, line and column of a span's start.
    pub fn place(&self, span: Span) -> Option<(&str, Position)> {
        self.get(span.file).map(|f| (f.path.as_str(), f.position(span.start)))
    }
}

/// The door to text: everything that the core reads of a design comes through here. Paths are relative to the
/// design's folder, with `/` between parts; `..` may occur only where `use` wrote it and the workspace allows it.
pub trait Files: Sync {
    /// The whole text of a file. The error is a sentence for the user, without the path.
    fn read(&self, path: &str) -> Result<String, Words>;
}

/// Files held in memory: for tests, editors and documentation blocks.
impl Files for BTreeMap<String, String> {
    fn read(&self, path: &str) -> Result<String, Words> {
        self.get(path).cloned().ok_or_else(|| say!("there is no such file", "没有这个文件"))
    }
}
