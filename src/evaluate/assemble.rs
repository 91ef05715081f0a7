//! From a request to `Results`: which subjects on which windows and slices, their values, verdicts and rolled-up scores,
//! in the order in which every output shows them.

use std::collections::HashMap;

use bigdecimal::ToPrimitive;

use super::judge::{Case, Demand, Values, Verdict, Wanted};
use super::rollup::{Part, Rolled, roll_up};
use super::{Ask, Cell, CellValue, Evaluator, leaves};
use crate::design::{Child, Design, DimensionId, FactorId, IndicatorId, MeasureId, ObjectiveId, Stage, Subject};
use crate::diagnostic::Diagnostic;
use crate::plan::{Answer, Answers, Leaf, Request, Slice, SliceCondition, SliceTest};
use crate::results::{Flags, Member, Notice, Reason, Results, Row, SourceReport, Status, SubjectId};
use crate::source::Sources;
use crate::value::calendar::Date;
use crate::value::{Grain, Number, Period, Unit, Window};

/// What is asked of a design.
#[derive(Clone, Debug, Default)]
pub struct EvalRequest {
    pub periods: Periods,
    /// Empty: every indicator, factor, objective and the design.
    pub only: Vec<SubjectId>,
    /// Measures too, though they were not named.
    pub measures: bool,
    /// Conditions that narrow everything, in the order asked.
    pub slice: Vec<(DimensionId, Member)>,
    /// Each gives the whole and a line for each member, or for each combination of members.
    pub by: Vec<Vec<DimensionId>>,
    pub as_of: Option<Date>,
}

#[derive(Clone, Debug, Default)]
pub enum Periods {
    /// The latest period that has ended by the as-of day, of the coarsest frequency in the design.
    #[default]
    Latest,
    One(Period),
    /// Every period of the grain whose last day lies between the two, both included.
    Between {
        from: Date,
        to: Date,
        grain: Grain,
    },
}

/// A slice as it was asked for and as it is evaluated.
#[derive(Clone, Debug, Default)]
struct Asked {
    shown: Vec<(DimensionId, Member)>,
    slice: Slice,
    /// The dimensions by which it goes beyond what was asked for as a whole.
    by: Vec<DimensionId>,
}

/// Evaluates a request. Errors are of the data.
pub fn run(
    design: &Design,
    sources: &Sources,
    answers: &dyn Answers,
    request: &EvalRequest,
) -> Result<Results, Vec<Diagnostic>> {
    let mut evaluator = Evaluator::new(design, sources, answers, request.as_of);
    let as_of = evaluator.as_of();
    let periods = periods(design, &request.periods, as_of);
    let selection = Selection::new(design, request);
    let asked = slices(design, answers, request, &periods, &selection, as_of)?;
    let mut run = Run { design, as_of, periods: &periods, asked: &asked, notices: Vec::new(), uncut: HashMap::new() };
    let table = run.evaluate(&mut evaluator, sources, answers, &selection)?;
    let rows = run.rows(&selection, &table);
    Ok(Results {
        name: design.naming.name.clone(),
        title: design.naming.title().to_string(),
        design_hash: String::new(),
        locale: design.locale.clone(),
        as_of,
        periods: periods.iter().map(|(label, window)| (label.clone(), *window)).collect(),
        rows,
        sources: source_reports(design, answers),
        notices: run.notices,
    })
}

fn source_reports(design: &Design, answers: &dyn Answers) -> Vec<SourceReport> {
    let ids = (0..design.sources.len()).map(|i| crate::design::SourceId(i as u32));
    ids.filter_map(|id| answers.facts(id).map(|facts| facts.report.clone())).collect()
}

/// The periods asked for with their labels, in order of their start.
pub fn periods(design: &Design, asked: &Periods, as_of: Option<Date>) -> Vec<(String, Window)> {
    let calendar = &design.calendar;
    let labelled = |p: Period| (p.label(), p.window(calendar));
    match asked {
        Periods::One(period) => vec![labelled(*period)],
        Periods::Between { from, to, grain } => {
            let end = calendar.add(*to, crate::value::Step::Days(1));
            calendar.periods_within(*grain, Window::new(*from, end)).into_iter().map(labelled).collect()
        }
        Periods::Latest => {
            let Some(day) = as_of else { return Vec::new() };
            let coarsest =
                design.indicators.iter().map(|i| i.frequency).max().unwrap_or(crate::value::Frequency::Monthly);
            let holding = calendar.period_of(calendar.grain_of(coarsest), day);
            let ended = holding.window(calendar).last() <= day;
            vec![labelled(if ended { holding } else { calendar.previous_period(holding) })]
        }
    }
}

// ---- what is shown -----------------------------------------------------------------------------------------------

/// Which subjects get rows, and which indicators their scores take.
struct Selection {
    indicators: Vec<IndicatorId>,
    measures: Vec<MeasureId>,
    factors: Vec<FactorId>,
    objectives: Vec<ObjectiveId>,
    design: bool,
    /// Those that are evaluated, though some may have no row.
    evaluated: Vec<IndicatorId>,
}

impl Selection {
    fn new(design: &Design, request: &EvalRequest) -> Self {
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

    fn subjects(&self) -> Vec<Subject> {
        let indicators = self.evaluated.iter().map(|id| Subject::Indicator(*id));
        indicators.chain(self.measures.iter().map(|id| Subject::Measure(*id))).collect()
    }
}

/// The whole first, then the members of each dimension asked for, in order of their text; those without one come last.
fn slices(
    design: &Design,
    answers: &dyn Answers,
    request: &EvalRequest,
    periods: &[(String, Window)],
    selection: &Selection,
    as_of: Option<Date>,
) -> Result<Vec<Asked>, Vec<Diagnostic>> {
    let whole = asked(request.slice.clone(), Vec::new());
    let mut all = vec![whole.clone()];
    for dimensions in &request.by {
        let mut combinations: Vec<Vec<(DimensionId, Member)>> = vec![Vec::new()];
        for dimension in dimensions {
            let members = members(design, answers, *dimension, periods, selection, &whole.slice, as_of)?;
            combinations = combinations
                .iter()
                .flat_map(|c| members.iter().map(move |m| [c.as_slice(), &[(*dimension, m.clone())]].concat()))
                .collect();
        }
        all.extend(combinations.into_iter().map(|c| asked([request.slice.clone(), c].concat(), dimensions.clone())));
    }
    Ok(all)
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
    periods: &[(String, Window)],
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
    let leaves = periods
        .iter()
        .flat_map(|(_, window)| read.iter().map(move |leaf| (leaf.clone(), on(leaf, *window), slice.clone())))
        .collect();
    let answer = answers.answer(&[Request::Members { dimension, leaves }])?;
    let found = match answer.into_iter().next() {
        Some(Answer::Members(found)) => found,
        _ => Vec::new(),
    };
    Ok(found.into_iter().map(Member::Value).chain([Member::NotGiven]).collect())
}

// ---- values and verdicts -----------------------------------------------------------------------------------------

/// An indicator or measure on the n-th period and the n-th slice.
type Key = (Subject, usize, usize);

#[derive(Default)]
struct Table {
    cells: HashMap<Key, Cell>,
    verdicts: HashMap<Key, Verdict>,
    /// Slices without a row behind any value: nobody has no member there.
    empty: Vec<usize>,
}

struct Run<'d> {
    design: &'d Design,
    as_of: Option<Date>,
    periods: &'d [(String, Window)],
    asked: &'d [Asked],
    notices: Vec<Notice>,
    /// Values that another day than the design's cuts, by that day.
    uncut: HashMap<Date, Vec<(Demand<'d>, Slice)>>,
}

/// Answers the demands of verdicts from evaluators whose cells are all known by then.
struct Answered<'e, 'd> {
    evaluator: &'e mut Evaluator<'d>,
    uncut: &'e mut HashMap<Date, Evaluator<'d>>,
    errors: Vec<Diagnostic>,
}

impl<'d> Values<'d> for Answered<'_, 'd> {
    fn cell(&mut self, demand: Demand<'d>, slice: &Slice) -> Cell {
        let evaluator = match demand.as_of {
            Some(day) => self.uncut.get_mut(&day),
            None => Some(&mut *self.evaluator),
        };
        let answer = evaluator.map(|e| e.cells(&[ask(&demand, slice)]));
        match answer {
            Some(Ok(cells)) => cells.into_iter().next().unwrap_or_default(),
            Some(Err(errors)) => {
                self.errors.extend(errors);
                Cell::default()
            }
            None => Cell::default(),
        }
    }
}

fn ask<'a>(demand: &Demand<'a>, slice: &Slice) -> Ask<'a> {
    match demand.what {
        Wanted::Indicator(id) => Ask::subject(Subject::Indicator(id), demand.window, slice.clone()),
        Wanted::Formula(formula) => Ask::formula(formula, demand.window, slice.clone()),
    }
}

impl<'d> Run<'d> {
    /// One batch for all values and one for each other as-of day, so that a scan answers many.
    fn evaluate(
        &mut self,
        evaluator: &mut Evaluator<'d>,
        sources: &'d Sources,
        answers: &'d dyn Answers,
        selection: &Selection,
    ) -> Result<Table, Vec<Diagnostic>> {
        let mut keys: Vec<Key> = Vec::new();
        for subject in selection.subjects() {
            for (s, asked) in self.asked.iter().enumerate() {
                if let Some(notice) = self.left_out(subject, asked) {
                    if !self.notices.contains(&notice) {
                        self.notices.push(notice);
                    }
                    continue;
                }
                keys.extend((0..self.periods.len()).map(|p| (subject, p, s)));
            }
        }
        let mut cases: Vec<(Key, Case<'d>)> = Vec::new();
        let mut asks: Vec<Ask<'d>> = Vec::new();
        for key @ (subject, p, s) in &keys {
            let (Some((_, window)), Some(asked)) = (self.periods.get(*p), self.asked.get(*s)) else { continue };
            asks.push(Ask::subject(*subject, *window, asked.slice.clone()));
            if let Subject::Indicator(id) = subject {
                cases.extend(Case::new(self.design, *id, *window, &asked.slice, self.as_of).map(|c| (*key, c)));
            }
        }
        let own = asks.len();
        for (_, case) in &cases {
            for demand in case.demands() {
                match demand.as_of {
                    None => asks.push(ask(&demand, &case.slice)),
                    Some(day) => self.uncut.entry(day).or_default().push((demand, case.slice.clone())),
                }
            }
        }
        let cells = evaluator.cells(&asks)?;
        let mut uncut = HashMap::new();
        for (day, demands) in self.uncut.drain() {
            let mut other = Evaluator::new(self.design, sources, answers, Some(day));
            let asks: Vec<Ask<'d>> = demands.iter().map(|(demand, slice)| ask(demand, slice)).collect();
            other.cells(&asks)?;
            uncut.insert(day, other);
        }
        let mut table =
            Table { cells: keys.into_iter().zip(cells.into_iter().take(own)).collect(), ..Table::default() };
        let mut answered = Answered { evaluator, uncut: &mut uncut, errors: Vec::new() };
        for (key, case) in &cases {
            table.verdicts.insert(*key, case.verdict(&mut answered));
        }
        if !answered.errors.is_empty() {
            return Err(answered.errors);
        }
        let not_given = |asked: &Asked| asked.shown.iter().any(|(d, m)| asked.by.contains(d) && *m == Member::NotGiven);
        table.empty = self
            .asked
            .iter()
            .enumerate()
            .filter(|(s, asked)| {
                not_given(asked) && !table.cells.iter().any(|((_, _, t), cell)| t == s && cell.most_rows > 0)
            })
            .map(|(s, _)| s)
            .collect();
        Ok(table)
    }

    /// An indicator that cannot be sliced by a dimension has no line in a drill-down, and that is said once.
    fn left_out(&self, subject: Subject, asked: &Asked) -> Option<Notice> {
        asked.by.iter().find_map(|dimension| {
            let source = super::slicable(self.design, subject, *dimension).err()?;
            let naming = match subject {
                Subject::Indicator(id) => self.design.indicators.get(id.index()).map(|i| &i.naming),
                Subject::Measure(id) => self.design.measures.get(id.index()).map(|m| &m.naming),
            };
            Some(Notice::NotSliced {
                subject: naming.map_or_else(String::new, |n| n.name.clone()),
                dimension: self
                    .design
                    .dimensions
                    .get(dimension.index())
                    .map_or_else(String::new, |d| d.naming.name.clone()),
                source,
            })
        })
    }

    // ---- rows ----------------------------------------------------------------------------------------------------

    fn rows(&self, selection: &Selection, table: &Table) -> Vec<Row> {
        let mut rows = Vec::new();
        let scored: HashMap<(usize, usize), Scored> = self
            .places(table)
            .map(|(p, s)| ((p, s), Scored::new(self.design, |id| table.verdicts.get(&(Subject::Indicator(id), p, s)))))
            .collect();
        for id in &selection.indicators {
            for (p, s) in self.places(table) {
                rows.extend(self.indicator_row(*id, p, s, table, scored.get(&(p, s))));
            }
        }
        for id in &selection.measures {
            for (p, s) in self.places(table) {
                rows.extend(self.measure_row(*id, p, s, table));
            }
        }
        let rolled = selection
            .factors
            .iter()
            .map(|id| SubjectId::Factor(*id))
            .chain(selection.objectives.iter().map(|id| SubjectId::Objective(*id)))
            .chain(selection.design.then_some(SubjectId::Design));
        for subject in rolled {
            for (p, s) in self.places(table) {
                rows.extend(scored.get(&(p, s)).and_then(|scored| self.rolled_row(subject, p, s, scored)));
            }
        }
        rows
    }

    /// Periods and slices in the order of rows: by start day, then by slice as asked.
    fn places<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = (usize, usize)> + 'a {
        (0..self.periods.len())
            .flat_map(move |p| (0..self.asked.len()).filter(|s| !table.empty.contains(s)).map(move |s| (p, s)))
    }

    fn blank(&self, subject: SubjectId, naming: &crate::design::Naming, p: usize, s: usize) -> Option<Row> {
        let (period, window) = self.periods.get(p)?;
        let dimension = |id: &DimensionId| self.design.dimensions.get(id.index()).map(|d| d.naming.name.clone());
        let shown = &self.asked.get(s)?.shown;
        Some(Row {
            subject,
            name: naming.name.clone(),
            title: naming.title().to_string(),
            period: period.clone(),
            window: *window,
            slice: shown.iter().filter_map(|(d, m)| Some((dimension(d)?, m.clone()))).collect(),
            value: None,
            unit: None,
            status: None,
            reason: None,
            flags: Flags::default(),
            expected: None,
            target: None,
            threshold: None,
            score: None,
            weight: None,
            covered_weight: None,
            judged: None,
            veto: false,
        })
    }

    fn indicator_row(
        &self,
        id: IndicatorId,
        p: usize,
        s: usize,
        table: &Table,
        scored: Option<&Scored>,
    ) -> Option<Row> {
        let declared = self.design.indicators.get(id.index())?;
        let key = (Subject::Indicator(id), p, s);
        let (cell, verdict) = (table.cells.get(&key)?, table.verdicts.get(&key)?);
        let value = shown_value(cell);
        let calendar = &self.design.calendar;
        Some(Row {
            reason: if value.is_none() { cell.reason.clone() } else { verdict.reason.clone() },
            value,
            unit: Some(declared.unit.clone()),
            status: Some(verdict.status),
            flags: cell.flags.union(verdict.flags),
            expected: verdict.expected.clone(),
            target: verdict.target.clone(),
            threshold: verdict.threshold.clone(),
            score: verdict.score,
            weight: scored.and_then(|r| r.weights.get(&SubjectId::Indicator(id)).copied()),
            judged: verdict.judged.as_ref().map(|(window, n)| (calendar.label(*window), n.clone())),
            veto: verdict.vetoes,
            ..self.blank(SubjectId::Indicator(id), &declared.naming, p, s)?
        })
    }

    fn measure_row(&self, id: MeasureId, p: usize, s: usize, table: &Table) -> Option<Row> {
        let declared = self.design.measures.get(id.index())?;
        let cell = table.cells.get(&(Subject::Measure(id), p, s))?;
        Some(Row {
            value: shown_value(cell),
            unit: declared.unit.clone().or_else(|| Unit::builtin("1")),
            reason: cell.reason.clone(),
            flags: cell.flags,
            ..self.blank(SubjectId::Measure(id), &declared.naming, p, s)?
        })
    }

    fn rolled_row(&self, subject: SubjectId, p: usize, s: usize, scored: &Scored) -> Option<Row> {
        let naming = match subject {
            SubjectId::Factor(id) => &self.design.factors.get(id.index())?.naming,
            SubjectId::Objective(id) => &self.design.objectives.get(id.index())?.naming,
            _ => &self.design.naming,
        };
        let rolled = scored.rolled.get(&subject)?;
        let reason = (rolled.status == Status::NoData).then(|| match rolled.covered {
            Some(covered) if covered > 0.0 => Reason::TooLittleWeight { covered: format!("{:.0}%", covered * 100.0) },
            _ => Reason::NothingScored,
        });
        Some(Row {
            status: Some(rolled.status),
            reason,
            score: rolled.score,
            weight: scored.weights.get(&subject).copied(),
            covered_weight: rolled.covered,
            ..self.blank(subject, naming, p, s)?
        })
    }
}

/// What a cell shows as a value: a number; of a set how many it holds; of a condition 1 or 0.
fn shown_value(cell: &Cell) -> Option<Number> {
    match &cell.value {
        Some(CellValue::Number(n)) => Some(n.clone()),
        Some(CellValue::Set(count)) => Some(Number::int(*count as i64)),
        Some(CellValue::Bool(holds)) => Some(Number::int(i64::from(*holds))),
        Some(CellValue::Text(_)) | None => None,
    }
}

// ---- roll-up -----------------------------------------------------------------------------------------------------

/// The scores of factors, objectives and the design on one period and slice.
struct Scored {
    rolled: HashMap<SubjectId, Rolled>,
    /// The normalised weight of each among its siblings; of an indicator in its first factor.
    weights: HashMap<SubjectId, f64>,
}

impl Scored {
    fn new<'v>(design: &Design, verdict: impl Fn(IndicatorId) -> Option<&'v Verdict>) -> Self {
        let mut scored = Scored { rolled: HashMap::new(), weights: HashMap::new() };
        // Children stand after their parents.
        for (index, factor) in design.factors.iter().enumerate().rev() {
            let parts = factor
                .children
                .iter()
                .map(|child| match child {
                    Child::Indicator(id, weight) => {
                        let counts = design
                            .indicators
                            .get(id.index())
                            .is_some_and(|i| !i.targets.is_empty() && i.stage == Stage::Active);
                        let verdict = verdict(*id).filter(|_| counts);
                        let part = Part {
                            weight: weight.as_ref().and_then(ToPrimitive::to_f64),
                            counts,
                            score: verdict.and_then(|v| v.score),
                            vetoes: verdict.is_some_and(|v| v.vetoes),
                        };
                        (SubjectId::Indicator(*id), part)
                    }
                    Child::Factor(id) => {
                        let weight = design.factors.get(id.index()).and_then(|f| f.weight.as_ref());
                        (SubjectId::Factor(*id), scored.part(SubjectId::Factor(*id), weight))
                    }
                })
                .collect();
            scored.close(SubjectId::Factor(FactorId(index as u32)), parts, factor.rollup.unwrap_or_default());
        }
        let top = |of: Option<ObjectiveId>| {
            let factors = design.factors.iter().enumerate();
            factors.filter(move |(_, f)| f.parent.is_none() && f.objective == of)
        };
        for (index, objective) in design.objectives.iter().enumerate() {
            let id = ObjectiveId(index as u32);
            let parts = top(Some(id))
                .map(|(i, f)| {
                    let subject = SubjectId::Factor(FactorId(i as u32));
                    (subject, scored.part(subject, f.weight.as_ref()))
                })
                .collect();
            scored.close(SubjectId::Objective(id), parts, objective.rollup.unwrap_or_default());
        }
        let mut parts: Vec<(SubjectId, Part)> = Vec::new();
        for (index, objective) in design.objectives.iter().enumerate() {
            let subject = SubjectId::Objective(ObjectiveId(index as u32));
            parts.push((subject, scored.part(subject, objective.weight.as_ref())));
        }
        // A factor that serves no objective still counts for the whole.
        for (index, factor) in top(None) {
            let subject = SubjectId::Factor(FactorId(index as u32));
            parts.push((subject, scored.part(subject, factor.weight.as_ref())));
        }
        scored.close(SubjectId::Design, parts, design.rollup);
        scored
    }

    fn part(&self, subject: SubjectId, weight: Option<&bigdecimal::BigDecimal>) -> Part {
        let score = self.rolled.get(&subject).and_then(|r| r.score);
        Part { weight: weight.and_then(ToPrimitive::to_f64), counts: true, score, vetoes: false }
    }

    fn close(&mut self, subject: SubjectId, children: Vec<(SubjectId, Part)>, how: crate::design::Rollup) {
        let (ids, parts): (Vec<SubjectId>, Vec<Part>) = children.into_iter().unzip();
        let rolled = roll_up(&parts, how);
        for (id, weight) in ids.into_iter().zip(&rolled.weights) {
            if let Some(weight) = weight {
                // The factors stand in reverse order of declaration, so that the first one's weight is the last to be put.
                self.weights.insert(id, *weight);
            }
        }
        self.rolled.insert(subject, rolled);
    }
}
