//! Results of `kpi test`.

use schemars::JsonSchema;
use serde::Serialize;

use super::diagnostics::{Report, Section, human, json};
use super::junit;
use super::text::{Align, AnsiColor, BOLD, DIM, Paint, color, counted, pad, visible};
use super::words::{self, Lang};
use crate::design::Outcome;
use crate::diagnostic::codes::tests::UNMET;
use crate::diagnostic::{Diagnostic, Words, say};
use crate::evaluate::Way;
use crate::results::BoundValue;
use crate::source::Sources;
use crate::testing::coverage::{Kind, Piece};
use crate::testing::{Expected, Tested, Unmet, precise};

pub const SCHEMA: &str = "fishbone.test/1";

/// What `kpi test --format json` writes.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "fishbone.test/1")]
pub struct TestReport<'a> {
    /// Always `fishbone.test/1`.
    pub schema: &'static str,
    pub tests: Vec<TestEntry<'a>>,
    /// With `--coverage`: what the tests reach.
    pub coverage: Option<CoverageEntry<'a>>,
    pub summary: TestSummary,
}

#[derive(Serialize, JsonSchema)]
pub struct CoverageEntry<'a> {
    pub reached: usize,
    pub total: usize,
    /// In the order of the text.
    pub pieces: Vec<PieceEntry<'a>>,
}

/// One thing that tests can reach.
#[derive(Serialize, JsonSchema)]
pub struct PieceEntry<'a> {
    /// `indicator`, `measure`, `branch` or `target`.
    pub kind: &'static str,
    /// The indicator or measure that it is, or is part of; of a way through a computed field `source.field`.
    pub subject: &'a str,
    /// Of a branch: `then`, `else`, `known` (the left side of `otherwise`) or `otherwise` (its right side).
    pub way: Option<&'static str>,
    /// The design's folder as it was named on the command line; empty for the current one.
    pub design: &'a str,
    /// Relative to the design.
    pub file: Option<&'a str>,
    pub line: Option<usize>,
    pub reached: bool,
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
    /// What the tests reach, where that was asked.
    coverage: Option<Vec<Piece>>,
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
        Suite { folder, sources, verdicts: verdicts.collect(), coverage: None }
    }

    /// With what the tests reach.
    pub fn with_coverage(self, pieces: Vec<Piece>) -> Suite<'a> {
        Suite { coverage: Some(pieces), ..self }
    }

    pub fn passed(&self) -> bool {
        self.verdicts.iter().all(|v| v.tested.passed())
    }
}

impl Verdict<'_> {
    fn section<'a>(&'a self, suite: &'a Suite<'_>, lang: Lang) -> Report<'a> {
        let section = Section {
            folder: suite.folder,
            sources: suite.sources,
            diagnostics: &self.diagnostics,
            files: 0,
            judgement: None,
            parses: &[],
        };
        Report { sections: vec![section], lang, ..Report::default() }
    }
}

/// An expectation that is not met, at its place.
fn unmet(of: &Unmet<'_>) -> Diagnostic {
    let row = &of.row;
    let unit = row.unit.as_ref();
    let why = row.reason.as_ref().map_or_else(
        || Words::same(""),
        |r| Words { en: format!(": {}", words::reason(r, Lang::En)), zh: format!("：{}", words::reason(r, Lang::Zh)) },
    );
    let missing = || say!("missing", "缺失");
    let value = row.value.as_ref().map(|v| precise(v, unit));
    let (got, wanted) = match &of.expected {
        Expected::Value(wanted) => {
            let got = value.clone().map_or_else(|| say!("{}{}", "{}{}", missing(), why), Words::same);
            (got, Words::same(precise(wanted, unit)))
        }
        Expected::Missing => (Words::same(value.clone().unwrap_or_default()), missing()),
        Expected::Status(wanted) => {
            let got = row.status.map_or_else(|| say!("without a status", "没有状态"), |s| Words::same(s.word()));
            (say!("{}{}", "{}{}", got, why), Words::same(wanted))
        }
    };
    let slice = match row.slice.is_empty() {
        true => Words::same(""),
        false => Words {
            en: format!(" for {}", words::slice(&row.slice, Lang::En)),
            zh: format!("（{}）", words::slice(&row.slice, Lang::Zh)),
        },
    };
    let (subject, period) = (&of.subject, &row.period);
    let message = say!("`{}` in {}{} is not {}", "`{}` 在 {}{} 不是 {}", subject, period, slice, wanted);
    let span = match &of.expectation.outcome {
        Outcome::Value(formula) => formula.span.0,
        Outcome::Status(_) | Outcome::Missing => of.expectation.span,
    };
    let diagnostic = Diagnostic::error(UNMET, span, message).saying(say!("it is {}", "实际为 {}", got));
    match (&of.expected, value, &row.expected) {
        (Expected::Status(_), Some(value), Some(expected)) => {
            let target = match expected {
                BoundValue::One(n) => precise(n, unit),
                BoundValue::Range(low, high) => format!("{}..{}", precise(low, unit), precise(high, unit)),
            };
            diagnostic
                .help(say!("its value is {value}, judged against {target}", "其数值为 {value}，判定依据为 {target}"))
        }
        (Expected::Status(_), Some(value), None) => diagnostic.help(say!("its value is {value}", "其数值为 {value}")),
        _ => diagnostic,
    }
}

fn summary(suites: &[Suite<'_>]) -> TestSummary {
    let tests = suites.iter().map(|s| s.verdicts.len()).sum();
    let passed = suites.iter().flat_map(|s| &s.verdicts).filter(|v| v.tested.passed()).count();
    TestSummary { tests, passed, failed: tests - passed }
}

pub fn human(suites: &[Suite<'_>], options: human::Options, lang: Lang) -> String {
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
                out.push_str(&human::render_plain(&verdict.section(suite, lang), options));
            }
        }
    }
    let summary = summary(suites);
    let style = match (summary.tests, summary.failed) {
        (0, _) => DIM,
        (_, 0) => color(AnsiColor::Green).bold(),
        _ => color(AnsiColor::Red).bold(),
    };
    let TestSummary { tests, passed, failed } = summary;
    let text = match lang {
        Lang::En => format!("{}: {passed} passed, {failed} failed", counted(tests, "test")),
        Lang::Zh => format!("{tests} 个测试：{passed} 个通过，{failed} 个失败"),
    };
    out.push_str(&format!("{}\n", paint.paint(style, text)));
    out
}

pub fn json(suites: &[Suite<'_>], lang: Lang) -> String {
    let tests = suites.iter().flat_map(|suite| {
        suite.verdicts.iter().map(move |verdict| {
            let place = suite.sources.place(verdict.tested.test.span);
            TestEntry {
                title: &verdict.tested.test.title,
                design: suite.folder,
                file: place.map(|(file, _)| file),
                line: place.map(|(_, at)| at.line),
                passed: verdict.tested.passed(),
                failures: json::report(&verdict.section(suite, lang)).diagnostics,
            }
        })
    });
    let coverage = share(suites).map(|(reached, total)| {
        let entries = pieces(suites).map(|(suite, piece)| {
            let place = suite.sources.place(piece.span);
            PieceEntry {
                kind: kind_word(piece.kind),
                subject: &piece.subject,
                way: piece.way.map(way_word),
                design: suite.folder,
                file: place.map(|(file, _)| file),
                line: place.map(|(_, at)| at.line),
                reached: piece.reached,
            }
        });
        CoverageEntry { reached, total, pieces: entries.collect() }
    });
    super::to_json(&TestReport { schema: SCHEMA, tests: tests.collect(), coverage, summary: summary(suites) })
}

/// JUnit: a suite for each design, a case for each test.
pub fn junit(suites: &[Suite<'_>], lang: Lang) -> String {
    let suites: Vec<junit::Suite> = suites
        .iter()
        .map(|suite| {
            let name = if suite.folder.is_empty() { "." } else { suite.folder };
            let cases = suite.verdicts.iter().map(|verdict| {
                let test = verdict.tested.test;
                let report = verdict.section(suite, lang);
                let place = suite.sources.place(test.span);
                let first = verdict.diagnostics.first().map(|d| d.message.get(lang).to_string());
                junit::Case {
                    name: test.title.clone(),
                    class: name.to_string(),
                    place: place.map(|(file, at)| (path(suite.folder, file), at.line)),
                    failure: first.map(|message| (message, human::render_plain(&report, PLAIN))),
                    output: None,
                }
            });
            junit::Suite { name: name.to_string(), cases: cases.collect() }
        })
        .collect();
    junit::document("kpi test", &suites)
}

const PLAIN: human::Options = human::Options { paint: Paint { on: false }, columns: None };

fn path(folder: &str, file: &str) -> String {
    let slash = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
    format!("{folder}{slash}{file}")
}

fn pieces<'s, 'a>(suites: &'s [Suite<'a>]) -> impl Iterator<Item = (&'s Suite<'a>, &'s Piece)> {
    suites.iter().flat_map(|suite| suite.coverage.iter().flatten().map(move |piece| (suite, piece)))
}

/// How much of what tests can reach they reach; None: that was not asked.
pub fn share(suites: &[Suite<'_>]) -> Option<(usize, usize)> {
    suites.iter().any(|s| s.coverage.is_some()).then(|| {
        let reached = pieces(suites).filter(|(_, piece)| piece.reached).count();
        (reached, pieces(suites).count())
    })
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Indicator => "indicator",
        Kind::Measure => "measure",
        Kind::Branch => "branch",
        Kind::Target => "target",
    }
}

const fn way_word(way: Way) -> &'static str {
    match way {
        Way::Then => "then",
        Way::Else => "else",
        Way::Known => "known",
        Way::Otherwise => "otherwise",
    }
}

/// Lines of what is not reached; JSON has all.
const NOT_REACHED: usize = 50;

/// What the tests reach, kind by kind, and what they do not.
pub fn coverage(suites: &[Suite<'_>], paint: Paint, lang: Lang) -> String {
    let Some((reached, total)) = share(suites) else { return String::new() };
    let mut out = String::new();
    let missed: Vec<(&Suite<'_>, &Piece)> = pieces(suites).filter(|(_, piece)| !piece.reached).collect();
    if !missed.is_empty() {
        out.push_str(lang.pick("\nnot reached by any test:\n", "\n没有测试覆盖到：\n"));
    }
    for (suite, piece) in missed.iter().take(NOT_REACHED) {
        let place = suite.sources.place(piece.span);
        let place = place.map(|(file, at)| format!("{}:{}:{}", path(suite.folder, file), at.line, at.column));
        let text = suite.sources.slice(piece.span);
        let text = super::text::cut(text.lines().next().unwrap_or(""), 60, false).into_owned();
        let what = unreached(piece, &text);
        out.push_str(&format!("  {}  {}\n", visible(&place.unwrap_or_default()), visible(what.get(lang))));
    }
    if missed.len() > NOT_REACHED {
        let more = missed.len() - NOT_REACHED;
        out.push_str(say!("  … and {more} more\n", "  ……另有 {more} 项\n").get(lang));
    }
    out.push('\n');
    let kinds = [
        (Kind::Indicator, say!("indicators", "指标")),
        (Kind::Measure, say!("measures", "度量")),
        (Kind::Branch, say!("branches", "分支")),
        (Kind::Target, say!("targets", "目标")),
    ];
    for (kind, plural) in kinds {
        let of_kind = || pieces(suites).filter(|(_, piece)| piece.kind == kind);
        let all = of_kind().count();
        if all > 0 {
            let reached = of_kind().filter(|(_, piece)| piece.reached).count();
            let plural = pad(plural.get(lang), 10, Align::Left);
            out.push_str(&format!("  {plural}  {reached} {} {all}\n", lang.pick("of", "/")));
        }
    }
    let percent = percent(reached, total);
    let text = say!("coverage {percent}%: {reached} of {total}", "覆盖率 {percent}%：{reached} / {total}");
    out.push_str(&format!("{}\n", paint.paint(BOLD, text.get(lang))));
    out
}

/// What a piece is, with its text in the design.
fn unreached(piece: &Piece, text: &str) -> Words {
    let subject = &piece.subject;
    match (piece.kind, piece.way) {
        (Kind::Target, _) => say!("target of {subject}: `{text}`", "{subject} 的目标：`{text}`"),
        (Kind::Indicator, None) => say!("indicator {subject}", "指标 {subject}"),
        (Kind::Measure, None) => say!("measure {subject}", "度量 {subject}"),
        (_, None) => Words::same(subject),
        (_, Some(Way::Then)) => {
            say!("{subject}: `if` whose condition holds: `{text}`", "{subject}：`if` 的条件成立：`{text}`")
        }
        (_, Some(Way::Else)) => {
            say!("{subject}: `if` whose condition does not hold: `{text}`", "{subject}：`if` 的条件不成立：`{text}`")
        }
        (_, Some(Way::Known)) => {
            say!("{subject}: a value before `otherwise {text}`", "{subject}：`otherwise {text}` 之前有值")
        }
        (_, Some(Way::Otherwise)) => say!("{subject}: `otherwise {text}`", "{subject}：`otherwise {text}`"),
    }
}

/// Whole percent, never more than there is: 100 only where all is reached.
pub fn percent(reached: usize, total: usize) -> usize {
    (reached * 100).checked_div(total).unwrap_or(100)
}

/// The JSON Schema of [`TestReport`].
pub fn schema() -> schemars::Schema {
    super::schema_for::<TestReport<'static>>(SCHEMA)
}
