//! What the compiler has to say, as plain data. Only `render` knows a format.
//!
//! Style of messages: lower case, one line, no full stop, the user's text in backticks; the remedy stands in `help`.

pub mod codes;
mod sink;
mod suggest;

use crate::source::Span;
pub(crate) use crate::words::say;
pub use crate::words::{Lang, Words};
pub use sink::{Diagnostics, Hint};
pub use suggest::closest;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// A stable code with its name, such as `E0203` and `unknown-name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    pub id: &'static str,
    pub name: &'static str,
}

impl Code {
    pub const fn new(id: &'static str, name: &'static str) -> Self {
        Code { id, name }
    }
}

/// A place in the text and what is to be said of it (may be empty).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: Words,
}

/// Replace the text of `span` by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Means the same after the fix.
    Safe,
    /// Changes what the design says, as the title tells.
    Proposed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub title: Words,
    pub applicability: Applicability,
    pub edits: Vec<Edit>,
}

/// A place in a data file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DataPlace {
    /// As written in the design, or relative to the design's folder.
    pub file: String,
    /// The row as a person counts it in the file: the header of a CSV file or sheet is row 1, the first record of a
    /// Parquet or NDJSON file is row 1.
    pub row: Option<u64>,
    pub column: Option<String>,
    pub value: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub message: Words,
    /// The first label is the place of the diagnostic; others explain it. Empty only where no text is to blame
    /// (a command line, a missing file).
    pub labels: Vec<Label>,
    pub help: Option<Words>,
    pub fix: Option<Fix>,
    pub data: Option<DataPlace>,
}

impl Diagnostic {
    pub fn error(code: Code, span: Span, message: Words) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            message,
            labels: vec![Label { span, text: Words::default() }],
            help: None,
            fix: None,
            data: None,
        }
    }

    /// An error that no place in the design's text is to blame for.
    pub fn placeless(code: Code, message: Words) -> Self {
        Diagnostic { labels: Vec::new(), ..Diagnostic::error(code, Span::default(), message) }
    }

    /// What the first label says at its place.
    pub fn saying(mut self, text: Words) -> Self {
        if let Some(label) = self.labels.first_mut() {
            label.text = text;
        }
        self
    }

    pub fn label(mut self, span: Span, text: Words) -> Self {
        self.labels.push(Label { span, text });
        self
    }

    pub fn help(mut self, help: Words) -> Self {
        self.help = Some(help);
        self
    }

    /// A name that was probably meant: as help, and as a fix of the place of the diagnostic.
    pub fn meant(self, near: &str) -> Self {
        let text = as_name(near);
        let edits = self.span().map(|span| Edit { span, text }).into_iter().collect();
        let title = say!("write `{near}`", "写成 `{near}`");
        self.help(Words::meant(near)).fix(Applicability::Proposed, title, edits)
    }

    pub fn fix(mut self, applicability: Applicability, title: Words, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { title, applicability, edits });
        self
    }

    pub fn data(mut self, place: DataPlace) -> Self {
        self.data = Some(place);
        self
    }

    /// The place of the diagnostic.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|l| l.span)
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A name as it is written in a design: in backticks where it is no word.
fn as_name(name: &str) -> String {
    let word = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_numeric());
    if word { name.to_string() } else { format!("`{name}`") }
}

/// The order in which diagnostics are shown: by file and place, then by code.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.span().map(|s| (s.file, s.start)), d.code.id, d.message.en.clone());
        key(a).cmp(&key(b))
    });
}
