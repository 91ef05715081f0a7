//! What tests reach: the indicators and measures that they evaluate, the ways through `if` and `otherwise` of formulas and
//! of computed fields, the targets by which a status that they expect is judged.

mod rows;

use std::collections::BTreeSet;

use super::{Open, covered};
use crate::design::{
    Bound, Design, DimensionId, Formula, FormulaKind, Indicator, IndicatorId, Naming, Outcome, Stage, Subject, Target,
    Test,
};
use crate::evaluate::judge::Case;
use crate::evaluate::{Ask, Branch, Evaluator, Way};
use crate::plan::{Answers, Slice, SliceCondition, SliceTest};
use crate::source::{Sources, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Named by an expectation.
    Indicator,
    /// Named by one, or read by what one names.
    Measure,
    /// A way through an `if` or an `otherwise`, of a formula or of a computed field.
    Branch,
    /// Judged in a period for which a status is expected.
    Target,
}

/// One thing that tests can reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub kind: Kind,
    /// The indicator or measure that it is, or is part of; of a computed field `source.field`.
    pub subject: String,
    pub span: Span,
    /// Of a branch the way.
    pub way: Option<Way>,
    pub reached: bool,
}

/// What has been reached so far.
#[derive(Default)]
struct Reached {
    named: BTreeSet<Subject>,
    branches: BTreeSet<Branch>,
    targets: BTreeSet<Span>,
}

/// All that tests can reach, in the order of the text, and whether those whose titles are wanted do. A test whose rows are
/// not as declared reaches nothing.
pub fn coverage(design: &Design, sources: &Sources, wanted: impl Fn(&str) -> bool, open: &Open<'_>) -> Vec<Piece> {
    let from_the_beginning = covered(design);
    let mut reached = Reached::default();
    for test in design.tests.iter().filter(|t| wanted(&t.title)) {
        let mut here = Reached::default();
        let ran = open(&from_the_beginning, test, &mut |answers| {
            here = reach(test, &from_the_beginning, sources, answers)?;
            Ok(())
        });
        if ran.is_ok() {
            reached.named.extend(here.named);
            reached.branches.extend(here.branches);
            reached.targets.extend(here.targets);
        }
    }
    pieces(design, &reached)
}

fn reach(
    test: &Test,
    design: &Design,
    sources: &Sources,
    answers: &dyn Answers,
) -> Result<Reached, Vec<crate::diagnostic::Diagnostic>> {
    let mut reached = Reached::default();
    let as_of = test.expect.iter().map(|e| e.period.window(&design.calendar).last()).max();
    let answers = rows::Noting::new(answers);
    let mut evaluator = Evaluator::new(design, sources, &answers, as_of);
    let member = |(dimension, member): &(DimensionId, String)| SliceCondition {
        dimension: *dimension,
        test: SliceTest::Members { members: vec![member.clone()], negated: false },
    };
    for expectation in &test.expect {
        let window = expectation.period.window(&design.calendar);
        let slice = Slice::new(expectation.slice.iter().map(member).collect());
        reached.named.insert(expectation.subject);
        if let (Subject::Indicator(id), Outcome::Status(_)) = (expectation.subject, &expectation.outcome)
            && let Some(case) = Case::new(design, id, window, &slice, as_of)
        {
            reached.targets.extend(case.target().map(|t| t.span));
            for demand in case.demands() {
                let ask = [demand.ask(&slice)];
                match demand.as_of {
                    None => evaluator.cells(&ask)?,
                    Some(day) => {
                        let mut other = Evaluator::new(design, sources, &answers, Some(day));
                        let cells = other.cells(&ask)?;
                        reached.branches.extend(other.taken());
                        cells
                    }
                };
            }
        }
        evaluator.cells(&[Ask::subject(expectation.subject, window, slice)])?;
    }
    reached.branches.extend(evaluator.taken());
    reached.branches.extend(answers.taken(design)?);
    Ok(reached)
}

fn pieces(design: &Design, reached: &Reached) -> Vec<Piece> {
    let read = readers(design, &reached.named);
    let mut pieces = Vec::new();
    let indicators = (0u32..).map(IndicatorId).zip(&design.indicators);
    // What is no longer in use needs no test.
    for (id, indicator) in indicators.filter(|(_, i)| i.stage != Stage::Retired) {
        let subject = Subject::Indicator(id);
        let piece =
            |kind, span, way, reached| Piece { kind, subject: indicator.naming.name.clone(), span, way, reached };
        pieces.push(piece(Kind::Indicator, indicator.naming.span, None, reached.named.contains(&subject)));
        branches(&indicator.naming, &indicator.formula, reached, &mut pieces);
        for formula in bounds(indicator) {
            branches(&indicator.naming, formula, reached, &mut pieces);
        }
        let judged: &[Target] = if indicator.stage == Stage::Draft { &[] } else { &indicator.targets };
        pieces.extend(judged.iter().map(|t| piece(Kind::Target, t.span, None, reached.targets.contains(&t.span))));
    }
    for (id, measure) in (0u32..).map(crate::design::MeasureId).zip(&design.measures) {
        let naming = &measure.naming;
        pieces.push(Piece {
            kind: Kind::Measure,
            subject: naming.name.clone(),
            span: naming.span,
            way: None,
            reached: read.contains(&Subject::Measure(id)),
        });
        branches(naming, &measure.formula, reached, &mut pieces);
    }
    for source in &design.sources {
        for field in &source.fields {
            let ways = field.computed.iter().flat_map(rows::branches);
            pieces.extend(ways.map(|(span, way)| Piece {
                kind: Kind::Branch,
                subject: format!("{}.{}", source.naming.name, field.name),
                span,
                way: Some(way),
                reached: reached.branches.contains(&(span, way)),
            }));
        }
    }
    pieces.sort_by_key(|p| (p.span, p.way));
    pieces
}

/// The values of targets, and those beside them, by which an indicator is judged.
fn bounds(indicator: &Indicator) -> impl Iterator<Item = &Formula> {
    let judged: &[Target] = if indicator.stage == Stage::Draft { &[] } else { &indicator.targets };
    let levels = [&indicator.thresholds, &indicator.stretches, &indicator.worsts];
    let levels = levels.into_iter().flatten().map(|level| &level.value);
    judged.iter().map(|target| &target.value).chain(levels).flat_map(|bound| match bound {
        Bound::One(formula) => vec![formula],
        Bound::Range(low, high) => vec![low, high],
    })
}

/// The subjects that are named, and all that their formulas read. A list: a chain of references may be long.
fn readers(design: &Design, named: &BTreeSet<Subject>) -> BTreeSet<Subject> {
    let mut read = BTreeSet::new();
    let mut waiting: Vec<Subject> = named.iter().copied().collect();
    while let Some(subject) = waiting.pop() {
        if !read.insert(subject) {
            continue;
        }
        let formula = match subject {
            Subject::Measure(id) => design.measures.get(id.index()).map(|m| &m.formula),
            Subject::Indicator(id) => design.indicators.get(id.index()).map(|i| &i.formula),
        };
        let mut formulas: Vec<&Formula> = formula.into_iter().collect();
        while let Some(formula) = formulas.pop() {
            match formula.kind {
                FormulaKind::Measure(id) => waiting.push(Subject::Measure(id)),
                FormulaKind::Indicator(id) => waiting.push(Subject::Indicator(id)),
                _ => formulas.extend(formula.operands()),
            }
        }
    }
    read
}

/// The ways through a formula.
fn branches(naming: &Naming, formula: &Formula, reached: &Reached, pieces: &mut Vec<Piece>) {
    let mut waiting = vec![formula];
    while let Some(formula) = waiting.pop() {
        let (span, ways) = match &formula.kind {
            FormulaKind::If { .. } => (formula.span.0, [Way::Then, Way::Else]),
            FormulaKind::Otherwise(_, right) => (right.span.0, [Way::Known, Way::Otherwise]),
            _ => {
                waiting.extend(formula.operands());
                continue;
            }
        };
        for way in ways {
            pieces.push(Piece {
                kind: Kind::Branch,
                subject: naming.name.clone(),
                span,
                way: Some(way),
                reached: reached.branches.contains(&(span, way)),
            });
        }
        waiting.extend(formula.operands());
    }
}
