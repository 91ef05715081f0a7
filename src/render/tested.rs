//! Results of `kpi test`.

use schemars::JsonSchema;
use serde::Serialize;

use super::diagnostics::{Report, Section, human, json};
use super::text::{AnsiColor, DIM, Paint, color, counted, visible};
use super::words::{self, Lang};
use crate::design::Outcome;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::tests::UNMET;
use crate::source::Sources;
use crate::testing::{Expected, Tested, Unmet, precise};

pub const SCHEMA: &str = "fishbone.test/1";

/// What `kpi test --format json` writes.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "fishbone.test/1")]
pub struct TestReport<'a> {
    /// Always `fishbone.test/1`.
    pub schema: &'static str,
    pub tests: Vec<TestEntry<'a>>,
    pub summary: TestSummary,
}

#[derive(Serialize, JsonSchema)]
pub struct TestEntry<'a> {
    pub title: &'a str,
    /// Relative to the design.
    pub file: Option<&'a str>,
    pub line: Option<usize>,
    pub passed: bool,
    pub failures: Vec<json::DiagnosticEntry<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub struct TestSummary {
    pub tests: usize,
    pub passed: usize,
    pub failed: usize,
}

/// A test with what is to be said of it.
pub struct Verdict<'a> {
    tested: &'a Tested<'a>,
    diagnostics: Vec<Diagnostic>,
}

pub fn verdicts<'a>(tested: &'a [Tested<'a>]) -> Vec<Verdict<'a>> {
    tested
        .iter()
        .map(|t| Verdict {
            tested: t,
            diagnostics: t.failures.iter().map(unmet).chain(t.errors.iter().cloned()).collect(),
        })
        .collect()
}

/// An expectation that is not met, at its place.
fn unmet(of: &Unmet<'_>) -> Diagnostic {
    let row = &of.row;
    let unit = row.unit.as_ref();
    let why = row.reason.as_ref().map(|r| format!(": {}", words::reason(r, Lang::En))).unwrap_or_default();
    let value = row.value.as_ref().map(|v| precise(v, unit));
    let (got, wanted) = match &of.expected {
        Expected::Value(wanted) => {
            (value.clone().unwrap_or_else(|| format!("missing{why}")), precise(wanted, unit))
        }
        Expected::Missing => (value.clone().unwrap_or_default(), "missing".to_string()),
        Expected::Status(wanted) => {
            let got = row.status.map_or("without a status", |s| s.word());
            (format!("{got}{why}"), wanted.clone())
        }
    };
    let slice = match row.slice.is_empty() {
        true => String::new(),
        false => format!(" for {}", words::slice(&row.slice, Lang::En)),
    };
    let message = format!("`{}` in {}{slice} is not {wanted}", of.subject, row.period);
    let span = match &of.expectation.outcome {
        Outcome::Value(formula) => formula.span.0,
        Outcome::Status(_) | Outcome::Missing => of.expectation.span,
    };
    let diagnostic = Diagnostic::error(UNMET, span, message).saying(format!("it is {got}"));
    match (&of.expected, value, &row.expected) {
        (Expected::Status(_), Some(value), Some(expected)) => {
            let target = super::results::format::machine_bound(expected, unit);
            diagnostic.help(format!("its value is {value}, judged against {target}"))
        }
        (Expected::Status(_), Some(value), None) => diagnostic.help(format!("its value is {value}")),
        _ => diagnostic,
    }
}

fn summary(verdicts: &[Verdict<'_>]) -> TestSummary {
    let passed = verdicts.iter().filter(|v| v.tested.passed()).count();
    TestSummary { tests: verdicts.len(), passed, failed: verdicts.len() - passed }
}

pub fn human(folder: &str, sources: &Sources, verdicts: &[Verdict<'_>], options: human::Options) -> String {
    let paint: Paint = options.paint;
    let mut out = String::new();
    for verdict in verdicts {
        let (mark, style) = match verdict.tested.passed() {
            true => ("✓", color(AnsiColor::Green)),
            false => ("✗", color(AnsiColor::Red)),
        };
        out.push_str(&format!("{} {}\n", paint.paint(style, mark), visible(&verdict.tested.test.title)));
        if !verdict.diagnostics.is_empty() {
            let section = Section { folder, sources, diagnostics: &verdict.diagnostics, files: 0 };
            out.push_str(&human::render_plain(&Report { sections: vec![section], max: None }, options));
        }
    }
    let summary = summary(verdicts);
    let style = match (summary.tests, summary.failed) {
        (0, _) => DIM,
        (_, 0) => color(AnsiColor::Green).bold(),
        _ => color(AnsiColor::Red).bold(),
    };
    let text = format!("{}: {} passed, {} failed", counted(summary.tests, "test"), summary.passed, summary.failed);
    out.push_str(&format!("{}\n", paint.paint(style, text)));
    out
}

pub fn to_json(folder: &str, sources: &Sources, verdicts: &[Verdict<'_>]) -> String {
    let tests = verdicts.iter().map(|verdict| {
        let place = sources.place(verdict.tested.test.span);
        let section = Section { folder, sources, diagnostics: &verdict.diagnostics, files: 0 };
        TestEntry {
            title: &verdict.tested.test.title,
            file: place.map(|(file, _)| file),
            line: place.map(|(_, at)| at.line),
            passed: verdict.tested.passed(),
            failures: json::report(&Report { sections: vec![section], max: None }).diagnostics,
        }
    });
    super::to_json(&TestReport { schema: SCHEMA, tests: tests.collect(), summary: summary(verdicts) })
}

/// The JSON Schema of [`TestReport`].
pub fn schema() -> schemars::Schema {
    super::schema_for::<TestReport<'static>>(SCHEMA)
}
