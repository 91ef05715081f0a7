//! What the compiler has to say, as plain data. Only `render` knows a format.
//!
//! Style of messages: lower case, one line, no full stop, the user's text in backticks; the remedy stands in `help`.

pub mod codes;
mod sink;
mod suggest;

use crate::source::Span;
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
    pub text: String,
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
    pub title: String,
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
    pub message: String,
    /// The first label is the place of the diagnostic; others explain it. Empty only where no text is to blame
    /// (a command line, a missing file).
    pub labels: Vec<Label>,
    pub help: Option<String>,
    pub fix: Option<Fix>,
    pub data: Option<DataPlace>,
    /// The same words in Chinese; errors have none yet.
    pub chinese: Option<Box<Chinese>>,
}

/// The words of a diagnostic in Chinese, beside those in English.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chinese {
    pub message: String,
    /// One a label, in their order.
    pub labels: Vec<String>,
    pub help: Option<String>,
    /// The title of the fix.
    pub fix: Option<String>,
}

impl Diagnostic {
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: vec![Label { span, text: String::new() }],
            help: None,
            fix: None,
            data: None,
            chinese: None,
        }
    }

    /// In Chinese, where it has words for it.
    #[must_use]
    pub fn in_chinese(&self) -> Diagnostic {
        let mut said = self.clone();
        let Some(chinese) = said.chinese.take() else { return said };
        said.message = chinese.message;
        for (label, text) in said.labels.iter_mut().zip(chinese.labels) {
            label.text = text;
        }
        said.help = chinese.help.or(said.help);
        if let (Some(fix), Some(title)) = (&mut said.fix, chinese.fix) {
            fix.title = title;
        }
        said
    }

    /// An error that no place in the design's text is to blame for.
    pub fn placeless(code: Code, message: impl Into<String>) -> Self {
        Diagnostic { labels: Vec::new(), ..Diagnostic::error(code, Span::default(), message) }
    }

    /// What the first label says at its place.
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        if let Some(label) = self.labels.first_mut() {
            label.text = text.into();
        }
        self
    }

    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A name that was probably meant: as help, and as a fix of the place of the diagnostic.
    pub fn meant(self, near: &str) -> Self {
        let text = as_name(near);
        let edits = self.span().map(|span| Edit { span, text }).into_iter().collect();
        self.help(format!("did you mean `{near}`?")).fix(Applicability::Proposed, format!("write `{near}`"), edits)
    }

    pub fn fix(mut self, applicability: Applicability, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { title: title.into(), applicability, edits });
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
        let key = |d: &Diagnostic| (d.span().map(|s| (s.file, s.start)), d.code.id, d.message.clone());
        key(a).cmp(&key(b))
    });
}
