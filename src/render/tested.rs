//! Results of `kpi test`.

use schemars::JsonSchema;
use serde::Serialize;

use super::diagnostics::{Report, Section, human, json};
use super::text::{AnsiColor, DIM, Paint, color, counted, visible};
use super::words::{self, Lang};
use crate::design::Outcome;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::tests::UNMET;
use crate::results::BoundValue;
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
    /// The design's folder as it was named on the command line; empty for the current one.
    pub design: &'a str,
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

/// The tests of one design.
pub struct Suite<'a> {
    folder: &'a str,
    sources: &'a Sources,
    verdicts: Vec<Verdict<'a>>,
}

/// A test with what is to be said of it.
struct Verdict<'a> {
    tested: &'a Tested<'a>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Suite<'a> {
    /// `folder` stands before the paths of files.
    pub fn new(folder: &'a str, sources: &'a Sources, tested: &'a [Tested<'a>]) -> Suite<'a> {
        let verdicts = tested.iter().map(|tested| Verdict {
            tested,
            diagnostics: tested.failures.iter().map(unmet).chain(tested.errors.iter().cloned()).collect(),
        });
        Suite { folder, sources, verdicts: verdicts.collect() }
    }

    pub fn passed(&self) -> bool {
        self.verdicts.iter().all(|v| v.tested.passed())
    }
}

impl Verdict<'_> {
    fn section<'a>(&'a self, suite: &'a Suite<'_>) -> Report<'a> {
        let section = Section {
            folder: suite.folder,
            sources: suite.sources,
            diagnostics: &self.diagnostics,
            files: 0,
            judgement: None,
            parses: &[],
        };
        Report { sections: vec![section], ..Report::default() }
    }
}

/// An expectation that is not met, at its place.
fn unmet(of: &Unmet<'_>) -> Diagnostic {
    let row = &of.row;
    let unit = row.unit.as_ref();
    let why = row.reason.as_ref().map(|r| format!(": {}", words::reason(r, Lang::En))).unwrap_or_default();
    let value = row.value.as_ref().map(|v| precise(v, unit));
    let (got, wanted) = match &of.expected {
        Expected::Value(wanted) => (value.clone().unwrap_or_else(|| format!("missing{why}")), precise(wanted, unit)),
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
            let target = match expected {
                BoundValue::One(n) => precise(n, unit),
                BoundValue::Range(low, high) => format!("{}..{}", precise(low, unit), precise(high, unit)),
            };
            diagnostic.help(format!("its value is {value}, judged against {target}"))
        }
        (Expected::Status(_), Some(value), None) => diagnostic.help(format!("its value is {value}")),
        _ => diagnostic,
    }
}

fn summary(suites: &[Suite<'_>]) -> TestSummary {
    let tests = suites.iter().map(|s| s.verdicts.len()).sum();
    let passed = suites.iter().flat_map(|s| &s.verdicts).filter(|v| v.tested.passed()).count();
    TestSummary { tests, passed, failed: tests - passed }
}

pub fn human(suites: &[Suite<'_>], options: human::Options) -> String {
    let paint: Paint = options.paint;
    let mut out = String::new();
    for suite in suites {
        for verdict in &suite.verdicts {
            let (mark, style) = match verdict.tested.passed() {
                true => ("✓", color(AnsiColor::Green)),
                false => ("✗", color(AnsiColor::Red)),
            };
            out.push_str(&format!("{} {}\n", paint.paint(style, mark), visible(&verdict.tested.test.title)));
            if !verdict.diagnostics.is_empty() {
                out.push_str(&human::render_plain(&verdict.section(suite), options));
            }
        }
    }
    let summary = summary(suites);
    let style = match (summary.tests, summary.failed) {
        (0, _) => DIM,
        (_, 0) => color(AnsiColor::Green).bold(),
        _ => color(AnsiColor::Red).bold(),
    };
    let text = format!("{}: {} passed, {} failed", counted(summary.tests, "test"), summary.passed, summary.failed);
    out.push_str(&format!("{}\n", paint.paint(style, text)));
    out
}

pub fn json(suites: &[Suite<'_>]) -> String {
    let tests = suites.iter().flat_map(|suite| {
        suite.verdicts.iter().map(move |verdict| {
            let place = suite.sources.place(verdict.tested.test.span);
            TestEntry {
                title: &verdict.tested.test.title,
                design: suite.folder,
                file: place.map(|(file, _)| file),
                line: place.map(|(_, at)| at.line),
                passed: verdict.tested.passed(),
                failures: json::report(&verdict.section(suite)).diagnostics,
            }
        })
    });
    super::to_json(&TestReport { schema: SCHEMA, tests: tests.collect(), summary: summary(suites) })
}

/// The JSON Schema of [`TestReport`].
pub fn schema() -> schemars::Schema {
    super::schema_for::<TestReport<'static>>(SCHEMA)
}
