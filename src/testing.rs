//! `test` blocks: given these rows, expect these values. Each test is a design of its own with its own data: sources not
//! given are empty, every source is covered from the beginning of time, and the as-of day is the last day of the latest
//! period expected.

pub mod coverage;

use crate::design::{Covers, Design, Expectation, Outcome, Subject, Test};
use crate::diagnostic::codes::tests::UNFIT_EXPECTATION;
use crate::diagnostic::{Diagnostic, Words, say};
use crate::evaluate::{Ask, CellValue, EvalRequest, Evaluator, Periods, run};
use crate::plan::{Answers, Slice};
use crate::results::{Member, Row, SubjectId};
use crate::source::{Sources, Span};
use crate::value::calendar::Date;
use crate::value::{Number, Unit};

/// What became of one test.
#[derive(Clone, Debug)]
pub struct Tested<'d> {
    pub test: &'d Test,
    pub failures: Vec<Unmet<'d>>,
    /// The given rows are not as declared: nothing could be expected of them.
    pub errors: Vec<Diagnostic>,
}

impl Tested<'_> {
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && self.errors.is_empty()
    }
}

/// An expectation and what there was instead.
#[derive(Clone, Debug)]
pub struct Unmet<'d> {
    pub expectation: &'d Expectation,
    pub subject: String,
    pub expected: Expected,
    pub row: Row,
}

#[derive(Clone, Debug)]
pub enum Expected {
    Value(Number),
    Status(String),
    Missing,
}

/// Gives the rows of a test to an engine, and the engine to what asks it.
pub type Open<'a> = dyn Fn(&Design, &Test, &mut dyn FnMut(&dyn Answers) -> Result<(), Vec<Diagnostic>>) -> Result<(), Vec<Diagnostic>>
    + 'a;

/// Runs the tests whose titles `wanted` wants, in the order declared.
pub fn run_tests<'d>(
    design: &'d Design,
    sources: &Sources,
    wanted: impl Fn(&str) -> bool,
    open: &Open<'_>,
) -> Vec<Tested<'d>> {
    let covered = covered(design);
    let tests = design.tests.iter().filter(|t| wanted(&t.title));
    tests.map(|test| run_test(test, &covered, sources, open)).collect()
}

/// The design with every source covered from the beginning of time.
fn covered(design: &Design) -> Design {
    let mut design = design.clone();
    for source in &mut design.sources {
        source.covers = Some(Covers { start: Some(Date::MIN), end: None });
    }
    design
}

fn run_test<'d>(test: &'d Test, design: &Design, sources: &Sources, open: &Open<'_>) -> Tested<'d> {
    let mut tested = Tested { test, failures: Vec::new(), errors: Vec::new() };
    let as_of = test.expect.iter().map(|e| e.period.window(&design.calendar).last()).max();
    let judged = open(design, test, &mut |answers| {
        for expectation in &test.expect {
            tested.failures.extend(judge(expectation, design, sources, answers, as_of)?);
        }
        Ok(())
    });
    // One wrong row is wrong for every expectation.
    tested.errors = judged.err().unwrap_or_default();
    tested
}

/// None where the expectation is met.
fn judge<'d>(
    expectation: &'d Expectation,
    design: &Design,
    sources: &Sources,
    answers: &dyn Answers,
    as_of: Option<Date>,
) -> Result<Option<Unmet<'d>>, Vec<Diagnostic>> {
    let subject = match expectation.subject {
        Subject::Measure(id) => SubjectId::Measure(id),
        Subject::Indicator(id) => SubjectId::Indicator(id),
    };
    let request = EvalRequest {
        periods: Periods::One(expectation.period),
        only: vec![subject],
        slice: expectation.slice.iter().map(|(d, m)| (*d, Member::Value(m.clone()))).collect(),
        as_of,
        ..EvalRequest::default()
    };
    let results = run(design, sources, answers, &request)?;
    // What cannot be judged is not met.
    let unfit = |span: Span, what: Words| vec![Diagnostic::error(UNFIT_EXPECTATION, span, what)];
    let row = results.rows.into_iter().find(|r| r.subject == subject);
    let row = row.ok_or_else(|| unfit(expectation.span, say!("this has no value to expect", "它没有可期望的值")))?;
    let (met, expected) = match &expectation.outcome {
        Outcome::Missing => (row.value.is_none(), Expected::Missing),
        Outcome::Status(word) => (row.status.is_some_and(|s| s.word() == word), Expected::Status(word.clone())),
        Outcome::Value(formula) => {
            let mut evaluator = Evaluator::new(design, sources, answers, as_of);
            let ask = Ask::formula(formula, row.window, Slice::default());
            let cell = evaluator.cells(&[ask])?.into_iter().next().unwrap_or_default();
            let Some(CellValue::Number(wanted)) = cell.value else {
                return Err(unfit(formula.span.0, say!("what is expected has no value", "所期望的没有值")));
            };
            let met = row.value.as_ref().is_some_and(|got| got.cmp_tolerant(&wanted).is_eq());
            (met, Expected::Value(wanted))
        }
    };
    Ok((!met).then(|| Unmet { expectation, subject: row.name.clone(), expected, row }))
}

/// A number to its last digit, in a unit: what is rounded might look like what was expected.
pub fn precise(number: &Number, unit: Option<&Unit>) -> String {
    match unit {
        Some(unit) if unit.is_percent() => format!("{}%", unit.from_base(number).machine()),
        Some(unit) if unit.name != "1" => format!("{} {}", unit.from_base(number).machine(), unit.name),
        _ => number.machine(),
    }
}
