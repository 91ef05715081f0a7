//! What a request asks for: periods, subjects, slices.

use super::{EvalRequest, Periods};
use crate::design::{Child, Design, DimensionId, FactorId, IndicatorId, MeasureId, ObjectiveId, Subject};
use crate::diagnostic::Diagnostic;
use crate::evaluate::leaves;
use crate::plan::{Answer, Answers, Leaf, Request, Slice, SliceCondition, SliceTest};
use crate::results::{Member, SubjectId};
use crate::value::calendar::Date;
use crate::value::{Frequency, Grain, Period, Window};

/// The periods asked for, in order of their start.
pub(super) fn periods(design: &Design, asked: &Periods, as_of: Option<Date>) -> Vec<Period> {
    let calendar = &design.calendar;
    match asked {
        Periods::One(period) => vec![*period],
        Periods::Between { from, to, grain } => {
            let end = calendar.add(*to, crate::value::Step::Days(1));
            calendar.periods_within(*grain, Window::new(*from, end))
        }
        Periods::Latest => {
            let Some(day) = as_of else { return Vec::new() };
            let holding = calendar.period_of(asked.grain(design), day);
            let ended = holding.window(calendar).last() <= day;
            vec![if ended { holding } else { calendar.previous_period(holding) }]
        }
    }
}

impl Periods {
    /// The grain of all that is asked for.
    pub fn grain(&self, design: &Design) -> Grain {
        match self {
            Periods::One(period) => period.grain,
            Periods::Between { grain, .. } => *grain,
            Periods::Latest => {
                let coarsest = design.indicators.iter().map(|i| i.frequency).max();
                design.calendar.grain_of(coarsest.unwrap_or(Frequency::Monthly))
            }
        }
    }
}

/// How many periods before the one asked for a trend shows, where nobody says another number: with that one two weeks, a
/// quarter of weeks, a year, two years of quarters, three of halves, six years.
pub const fn usual_history(grain: Grain) -> usize {
    match grain {
        Grain::Day => 13,
        Grain::Week => 12,
        Grain::Month => 11,
        Grain::Quarter | Grain::FiscalQuarter => 7,
        Grain::Half | Grain::Year | Grain::FiscalYear => 5,
    }
}

/// The periods before the first one asked for, of the same grain, in order of their start; fewer at the beginning of time.
pub(super) fn history(design: &Design, first: Option<&Period>, count: usize) -> Vec<Period> {
    let calendar = &design.calendar;
    let before = |period: &Period| Some(calendar.previous_period(*period)).filter(|before| before != period);
    let mut found: Vec<Period> = std::iter::successors(first.and_then(before), before).take(count).collect();
    found.reverse();
    found
}

/// Which subjects get rows, and which indicators their scores take.
pub(super) struct Selection {
    pub(super) indicators: Vec<IndicatorId>,
    pub(super) measures: Vec<MeasureId>,
    pub(super) factors: Vec<FactorId>,
    pub(super) objectives: Vec<ObjectiveId>,
    pub(super) design: bool,
    /// Those that are evaluated, though some may have no row.
    evaluated: Vec<IndicatorId>,
}

impl Selection {
    pub(super) fn new(design: &Design, request: &EvalRequest) -> Self {
        let everything = request.only.is_empty();
        let chosen = |subject: SubjectId| everything || request.only.contains(&subject);
        let mut factors: Vec<FactorId> = Vec::new();
        for (index, factor) in design.factors.iter().enumerate() {
            let id = FactorId(index as u32);
            let above = factor.parent.is_some_and(|p| factors.contains(&p))
                || factor.parent.is_none()
                    && factor.objective.is_some_and(|o| !everything && chosen(SubjectId::Objective(o)));
            if above || chosen(SubjectId::Factor(id)) {
                factors.push(id);
            }
        }
        let below = |id: IndicatorId| {
            factors
                .iter()
                .filter_map(|f| design.factors.get(f.index()))
                .any(|f| f.children.iter().any(|c| matches!(c, Child::Indicator(i, _) if *i == id)))
        };
        let ids = || (0..design.indicators.len()).map(|i| IndicatorId(i as u32));
        let indicators: Vec<IndicatorId> =
            ids().filter(|id| chosen(SubjectId::Indicator(*id)) || !everything && below(*id)).collect();
        let whole_design = chosen(SubjectId::Design);
        let measures = (0..design.measures.len()).map(|i| MeasureId(i as u32));
        let objectives = (0..design.objectives.len()).map(|i| ObjectiveId(i as u32));
        Selection {
            evaluated: if whole_design { ids().collect() } else { indicators.clone() },
            measures: measures
                .filter(|id| request.measures || !everything && chosen(SubjectId::Measure(*id)))
                .collect(),
            objectives: objectives.filter(|id| chosen(SubjectId::Objective(*id))).collect(),
            indicators,
            factors,
            design: whole_design,
        }
    }

    pub(super) fn subjects(&self) -> Vec<Subject> {
        let indicators = self.evaluated.iter().map(|id| Subject::Indicator(*id));
        indicators.chain(self.measures.iter().map(|id| Subject::Measure(*id))).collect()
    }
}

/// A slice as it was asked for and as it is evaluated.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub(super) shown: Vec<(DimensionId, Member)>,
    pub(super) slice: Slice,
    /// The dimensions by which it goes beyond what was asked for as a whole.
    pub(super) by: Vec<DimensionId>,
}

/// The whole first, then the members of each dimension asked for, in order of their text; those without one come last.
pub(super) fn slices(
    design: &Design,
    answers: &dyn Answers,
    request: &EvalRequest,
    windows: &[Window],
    selection: &Selection,
    as_of: Option<Date>,
) -> Result<Vec<Asked>, Vec<Diagnostic>> {
    let whole = whole(request);
    let mut all = vec![whole.clone()];
    for dimensions in &request.by {
        let mut combinations: Vec<Vec<(DimensionId, Member)>> = vec![Vec::new()];
        for dimension in dimensions {
            let members = members(design, answers, *dimension, windows, selection, &whole.slice, as_of)?;
            combinations = combinations
                .iter()
                .flat_map(|c| members.iter().map(move |m| [c.as_slice(), &[(*dimension, m.clone())]].concat()))
                .collect();
        }
        all.extend(combinations.into_iter().map(|c| asked([request.slice.clone(), c].concat(), dimensions.clone())));
    }
    Ok(all)
}

/// What a request asks without any member.
pub(super) fn whole(request: &EvalRequest) -> Asked {
    asked(request.slice.clone(), Vec::new())
}

fn asked(shown: Vec<(DimensionId, Member)>, by: Vec<DimensionId>) -> Asked {
    let conditions = shown
        .iter()
        .map(|(dimension, member)| SliceCondition {
            dimension: *dimension,
            test: match member {
                Member::Value(text) => SliceTest::Members { members: vec![text.clone()], negated: false },
                Member::NotGiven => SliceTest::NotGiven,
            },
        })
        .collect();
    Asked { shown, slice: Slice::new(conditions), by }
}

/// The members with a row in anything that is evaluated, on any of the periods, and `NotGiven` as the last candidate.
fn members(
    design: &Design,
    answers: &dyn Answers,
    dimension: DimensionId,
    windows: &[Window],
    selection: &Selection,
    slice: &Slice,
    as_of: Option<Date>,
) -> Result<Vec<Member>, Vec<Diagnostic>> {
    let Some(declared) = design.dimensions.get(dimension.index()) else { return Ok(Vec::new()) };
    let read: Vec<_> = selection
        .subjects()
        .into_iter()
        .flat_map(|subject| leaves(design, subject))
        .filter(|leaf| declared.field_in(leaf.source()).is_some())
        .collect();
    // Plans are never cut.
    let is_plan = |leaf: &Leaf| design.sources.get(leaf.source().index()).is_some_and(|s| s.plan);
    let on = |leaf: &Leaf, window: Window| match as_of {
        Some(day) if !is_plan(leaf) => window.cut(day),
        _ => window,
    };
    let leaves = windows
        .iter()
        .flat_map(|window| read.iter().map(move |leaf| (leaf.clone(), on(leaf, *window), slice.clone())))
        .collect();
    let answer = answers.answer(&[Request::Members { dimension, leaves }])?;
    let found = match answer.into_iter().next() {
        Some(Answer::Members(found)) => found,
        _ => Vec::new(),
    };
    Ok(found.into_iter().map(Member::Value).chain([Member::NotGiven]).collect())
}
