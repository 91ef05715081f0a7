//! Which target a period is judged against, and the verdict.
//!
//! A verdict belongs to a period of the indicator's frequency. [`Case::new`] finds that period and its target without
//! any value; [`Case::demands`] says which values it takes, so that one scan can bring those of all cases; and
//! [`Case::verdict`] judges.

use bigdecimal::BigDecimal;

use super::score::{self, Bounds, ratio};
use super::{Ask, Cell, CellValue};
use crate::design::{Bound, Design, Direction, Due, Formula, Indicator, IndicatorId, Level, Stage, Subject, Target};
use crate::plan::{Slice, SliceTest};
use crate::results::{BoundValue, Flags, Reason, Status};
use crate::value::calendar::Date;
use crate::value::{Calendar, Number, Period, Window};

/// One indicator on one window and slice, with the period and the target that it is judged by.
pub struct Case<'d> {
    pub indicator: IndicatorId,
    pub window: Window,
    pub slice: Slice,
    design: &'d Design,
    as_of: Option<Date>,
    judged: Judged,
    applied: Option<Applied<'d>>,
}

/// Which period of the indicator's frequency the verdict belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Judged {
    /// The window is finer than the frequency.
    Finer,
    /// The window starts after the as-of day.
    NotDue,
    Period(Period),
}

/// The target that applies to a period.
enum Applied<'d> {
    /// On the straight line between two dated bounds; `at` counts from the first.
    Line { target: &'d Target, from: (Date, &'d Bound), to: (Date, &'d Bound), at: Date },
    /// Against the target itself.
    Flat { target: &'d Target },
    /// Over the whole of a period, from its start to now.
    Within { target: &'d Target, period: Window },
}

impl<'d> Applied<'d> {
    fn target(&self) -> &'d Target {
        match self {
            Applied::Line { target, .. } | Applied::Flat { target } | Applied::Within { target, .. } => target,
        }
    }
}

/// A formula to be evaluated on a window; `as_of` where another day than the design's cuts it.
#[derive(Clone, Copy, Debug)]
pub struct Demand<'d> {
    pub what: Wanted<'d>,
    pub window: Window,
    /// The day that cuts the window; None: the design's as-of day.
    pub as_of: Option<Date>,
}

impl<'d> Demand<'d> {
    /// What an evaluator is asked for it.
    pub fn ask(&self, slice: &Slice) -> Ask<'d> {
        match self.what {
            Wanted::Indicator(id) => Ask::subject(Subject::Indicator(id), self.window, slice.clone()),
            Wanted::Formula(formula) => Ask::formula(formula, self.window, slice.clone()),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Wanted<'d> {
    Indicator(IndicatorId),
    Formula(&'d Formula),
}

/// What became of a case.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub status: Status,
    pub reason: Option<Reason>,
    pub flags: Flags,
    pub expected: Option<BoundValue>,
    pub target: Option<BoundValue>,
    pub threshold: Option<BoundValue>,
    pub score: Option<f64>,
    /// The window that was judged and its value, where it is not the one that was asked for.
    pub judged: Option<(Window, Number)>,
    pub vetoes: bool,
}

/// Values on demand; all that [`Case::demands`] names is answered already.
pub trait Values<'d> {
    fn cell(&mut self, demand: Demand<'d>, slice: &Slice) -> Cell;
}

impl<'d> Case<'d> {
    pub fn new(
        design: &'d Design,
        indicator: IndicatorId,
        window: Window,
        slice: &Slice,
        as_of: Option<Date>,
    ) -> Option<Self> {
        let declared = design.indicators.get(indicator.index())?;
        let judged = judged_period(&design.calendar, declared, window, as_of);
        let applied = match judged {
            Judged::Period(period) => applied(&design.calendar, declared, period, slice),
            Judged::Finer | Judged::NotDue => None,
        };
        Some(Case { indicator, window, slice: slice.clone(), design, as_of, judged, applied })
    }

    /// The target that the period is judged against.
    pub fn target(&self) -> Option<&'d Target> {
        self.applied.as_ref().map(Applied::target)
    }

    fn declared(&self) -> Option<&'d Indicator> {
        self.design.indicators.get(self.indicator.index())
    }

    /// The window whose value is judged: the period, or under `in` from its start to the earlier of the window's end and
    /// the as-of day (the evaluator cuts it there).
    fn judged_window(&self) -> Option<Window> {
        let Judged::Period(period) = self.judged else { return None };
        let window = period.window(&self.design.calendar);
        match &self.applied {
            Some(Applied::Within { period, .. }) => Some(Window::new(period.start, window.end)),
            _ => Some(window),
        }
    }

    /// Everything that the verdict takes, on the case's slice.
    pub fn demands(&self) -> Vec<Demand<'d>> {
        let (Some(declared), Some(window)) = (self.declared(), self.judged_window()) else { return Vec::new() };
        let mut demands = vec![Demand { what: Wanted::Indicator(self.indicator), window, as_of: None }];
        let Some(applied) = &self.applied else { return demands };
        let mut bounds: Vec<&'d Bound> = vec![&applied.target().value];
        if let Applied::Line { from, to, .. } = applied {
            bounds.extend([from.1, to.1]);
        }
        bounds.extend(self.levels(declared).into_iter().flatten());
        let mut formulas: Vec<&'d Formula> = bounds.into_iter().flat_map(ends).collect();
        formulas.extend(declared.score.iter().flat_map(|s| s.anchors.iter().map(|(formula, _)| formula)));
        demands.extend(formulas.into_iter().map(|formula| self.bound_demand(formula)));
        demands
    }

    /// A bound is evaluated on the judged window; under `in` on the whole period, uncut, since the pace takes its share.
    fn bound_demand(&self, formula: &'d Formula) -> Demand<'d> {
        let what = Wanted::Formula(formula);
        match (&self.applied, self.judged_window()) {
            (Some(Applied::Within { period, .. }), _) => Demand { what, window: *period, as_of: Some(period.last()) },
            (_, Some(window)) => Demand { what, window, as_of: None },
            (_, None) => Demand { what, window: self.window, as_of: None },
        }
    }

    /// Threshold, stretch and worst of this slice.
    fn levels(&self, declared: &'d Indicator) -> [Option<&'d Bound>; 3] {
        [&declared.thresholds, &declared.stretches, &declared.worsts]
            .map(|levels| level_of(levels, &self.slice, declared.additive).map(|l| &l.value))
    }

    /// The verdict, in the order of the language: not due, no target, in progress, no data, and then a judgement.
    pub fn verdict(&self, values: &mut dyn Values<'d>) -> Verdict {
        let mut verdict = Verdict {
            status: Status::NoTarget,
            reason: None,
            flags: Flags::default(),
            expected: None,
            target: None,
            threshold: None,
            score: None,
            judged: None,
            vetoes: false,
        };
        if self.judged == Judged::NotDue {
            verdict.status = Status::NotDue;
            return verdict;
        }
        let (Some(declared), Some(window), Some(applied)) =
            (self.declared(), self.judged_window(), self.applied.as_ref())
        else {
            return verdict;
        };
        let cell = values.cell(Demand { what: Wanted::Indicator(self.indicator), window, as_of: None }, &self.slice);
        verdict.flags = cell.flags;
        let value = match cell.value {
            Some(CellValue::Number(n)) => Some(n),
            _ => None,
        };
        if window != self.window {
            let shown = self.as_of.map_or(window, |day| window.cut(day));
            verdict.judged = value.clone().map(|v| (shown, v));
        }
        let bounds = match self.bounds(declared, applied, values, &mut verdict) {
            Ok(bounds) => bounds,
            Err(reason) => {
                verdict.status = Status::NoData;
                verdict.reason = reason;
                return verdict;
            }
        };
        let within = matches!(applied, Applied::Within { .. });
        if verdict.flags.in_progress && !within {
            verdict.status = Status::InProgress;
            return verdict;
        }
        if let Applied::Within { period, .. } = applied {
            verdict.flags.in_progress |= self.as_of.is_none_or(|day| day < period.last());
        }
        let Some(value) = value else {
            verdict.status = Status::NoData;
            verdict.reason = cell.reason;
            return verdict;
        };
        verdict.status = score::status(&bounds, &value);
        verdict.score = Some(score::score(&bounds, &value));
        verdict.vetoes = declared.veto && verdict.status == Status::OffTarget;
        verdict
    }

    /// The bounds of the judgement, and what of them the verdict shows.
    fn bounds(
        &self,
        declared: &'d Indicator,
        applied: &Applied<'d>,
        values: &mut dyn Values<'d>,
        verdict: &mut Verdict,
    ) -> Result<Bounds, Option<Reason>> {
        let mut value_of = |formula: &'d Formula| -> Result<Number, Option<Reason>> {
            let cell = values.cell(self.bound_demand(formula), &self.slice);
            match cell.value {
                Some(CellValue::Number(n)) => Ok(n),
                _ => Err(cell.reason),
            }
        };
        let mut bound_of = |bound: &'d Bound| -> Result<BoundValue, Option<Reason>> {
            Ok(match bound {
                Bound::One(one) => BoundValue::One(value_of(one)?),
                Bound::Range(low, high) => BoundValue::Range(value_of(low)?, value_of(high)?),
            })
        };
        let target = bound_of(&applied.target().value)?;
        verdict.target = Some(target.clone());
        let pace = match applied {
            Applied::Within { period, .. } if declared.additive => self.pace(*period),
            _ => Number::int(1),
        };
        let expected = match applied {
            Applied::Line { from, to, at, .. } => on_line(&bound_of(from.1)?, from.0, &bound_of(to.1)?, to.0, *at),
            _ => scaled(&target, &pace),
        };
        let [threshold, stretch, worst] = self.levels(declared);
        let mut level = |bound: Option<&'d Bound>| -> Result<Option<BoundValue>, Option<Reason>> {
            bound.map(|b| Ok(scaled(&bound_of(b)?, &pace))).transpose()
        };
        let threshold = level(threshold)?.map(|t| score::worse(declared.direction, &expected, &t));
        let (stretch, worst) = (level(stretch)?, level(worst)?);
        let mut anchors = Vec::new();
        for (formula, score) in declared.score.iter().flat_map(|s| &s.anchors) {
            anchors.push((value_of(formula)?.mul(&pace), Number::from_decimal(score * BigDecimal::from(100)).to_f64()));
        }
        verdict.expected = Some(expected.clone());
        verdict.threshold = threshold.clone();
        Ok(Bounds {
            direction: declared.direction,
            expected,
            threshold,
            stretch,
            worst,
            anchors,
            steps: declared.score.as_ref().is_some_and(|s| s.steps),
        })
    }

    /// The share of the period's days that have gone by in the judged window.
    fn pace(&self, period: Window) -> Number {
        let judged = self.judged_window().unwrap_or(period);
        let gone = self.as_of.map_or(judged, |day| judged.cut(day)).days();
        ratio(gone.clamp(0, period.days()), period.days().max(1))
    }
}

/// The formulas of a bound.
pub fn ends(bound: &Bound) -> Vec<&Formula> {
    match bound {
        Bound::One(one) => vec![one],
        Bound::Range(low, high) => vec![low, high],
    }
}

/// On a coarser window the last period in it that ended by the as-of day, and where none has, the one under way.
fn judged_period(calendar: &Calendar, indicator: &Indicator, window: Window, as_of: Option<Date>) -> Judged {
    if as_of.is_some_and(|day| window.start > day) {
        return Judged::NotDue;
    }
    let grain = calendar.grain_of(indicator.frequency);
    let within: Vec<Period> = calendar
        .periods_within(grain, window)
        .into_iter()
        .filter(|p| p.window(calendar).start >= window.start)
        .collect();
    let ended = |p: &&Period| as_of.is_none_or(|day| p.window(calendar).last() <= day);
    let under_way = |p: &&Period| as_of.is_none_or(|day| p.window(calendar).start <= day);
    match within.iter().rev().find(ended).or_else(|| within.iter().rev().find(under_way)) {
        Some(period) => Judged::Period(*period),
        None => Judged::Finer,
    }
}

/// How many conditions of `own` the slice meets: None where it does not meet them all.
fn match_of(own: &[(crate::design::DimensionId, String)], slice: &Slice) -> Option<usize> {
    let has = |(dimension, member): &(crate::design::DimensionId, String)| {
        slice.conditions.iter().any(|c| {
            c.dimension == *dimension
                && matches!(&c.test, SliceTest::Members { members, negated: false } if members.as_slice() == [member.clone()])
        })
    };
    own.iter().all(has).then_some(own.len())
}

/// Does a bound for `own` hold on the slice? One for less than the whole slice is inherited only where a part's value is
/// not a part of the whole's.
fn holds_for(own: &[(crate::design::DimensionId, String)], slice: &Slice, additive: bool) -> Option<usize> {
    match_of(own, slice).filter(|n| *n == slice.conditions.len() || !additive)
}

fn level_of<'d>(levels: &'d [Level], slice: &Slice, additive: bool) -> Option<&'d Level> {
    levels
        .iter()
        .filter_map(|level| Some((holds_for(&level.slice, slice, additive)?, level)))
        .rev()
        .max_by_key(|(specific, _)| *specific)
        .map(|(_, level)| level)
}

/// The target that a period is judged against: the most specific slice first, and in it the phase that holds the period.
fn applied<'d>(calendar: &Calendar, indicator: &'d Indicator, period: Period, slice: &Slice) -> Option<Applied<'d>> {
    if indicator.stage == Stage::Draft || indicator.targets.is_empty() {
        return None;
    }
    let window = period.window(calendar);
    let last = window.last();
    if indicator.since.is_some_and(|since| last < since) || indicator.until.is_some_and(|until| window.start > until) {
        return None;
    }
    let mut groups: Vec<(usize, Vec<&'d Target>)> = Vec::new();
    for target in &indicator.targets {
        let Some(specific) = holds_for(&target.slice, slice, indicator.additive) else { continue };
        match groups.iter_mut().find(|(_, g)| g.first().is_some_and(|t| t.slice == target.slice)) {
            Some((_, group)) => group.push(target),
            None => groups.push((specific, vec![target])),
        }
    }
    groups.sort_by_key(|(specific, _)| std::cmp::Reverse(*specific));
    groups.into_iter().find_map(|(_, group)| phase(calendar, indicator, period, &group))
}

/// The phase of one slice's targets that a period falls in.
fn phase<'d>(
    calendar: &Calendar,
    indicator: &'d Indicator,
    period: Period,
    group: &[&'d Target],
) -> Option<Applied<'d>> {
    let window = period.window(calendar);
    let wholes = group.iter().filter_map(|target| match target.due {
        Due::In(whole) => Some((whole.window(calendar), *target)),
        Due::By(_) | Due::Until(_) => None,
    });
    let within = wholes
        .filter(|(whole, _)| whole.start <= window.start && window.end <= whole.end)
        .min_by_key(|(whole, _)| whole.days())
        .map(|(period, target)| Applied::Within { target, period });
    within.or_else(|| until(window, group)).or_else(|| by(calendar, indicator, window, group))
}

/// The nearest `until` that the period's last day does not pass.
fn until<'d>(window: Window, group: &[&'d Target]) -> Option<Applied<'d>> {
    let standards = group.iter().filter_map(|target| match target.due {
        Due::Until(day) => (window.last() <= day).then_some((day, *target)),
        Due::By(_) | Due::In(_) => None,
    });
    standards.min_by_key(|(day, _)| *day).map(|(_, target)| Applied::Flat { target })
}

/// The line through the baseline and the `by` targets.
fn by<'d>(calendar: &Calendar, indicator: &'d Indicator, window: Window, group: &[&'d Target]) -> Option<Applied<'d>> {
    let mut dated: Vec<(Date, &'d Target)> = group
        .iter()
        .filter_map(|target| match target.due {
            Due::By(day) => Some((day, *target)),
            Due::Until(_) | Due::In(_) => None,
        })
        .collect();
    dated.sort_by_key(|(day, _)| *day);
    let last = window.last();
    // The period that holds a date is judged against that date's target itself.
    if let Some((_, target)) = dated.iter().rev().find(|(day, _)| window.contains(*day)) {
        return Some(Applied::Flat { target });
    }
    let next = dated.iter().position(|(day, _)| *day > last)?;
    let (to, target) = *dated.get(next)?;
    let before = match next.checked_sub(1).and_then(|i| dated.get(i)) {
        Some((day, earlier)) => Some((*day, &earlier.value)),
        None => indicator.baseline.as_ref().map(|b| (b.period.window(calendar).last(), &b.value)),
    };
    match before {
        None => Some(Applied::Flat { target }),
        Some((day, _)) if last < day => None,
        Some(from) => Some(Applied::Line { target, from, to: (to, &target.value), at: last }),
    }
}

/// The point of the straight line, in days, between two dated bounds. Towards a range, only an end on whose wrong side the
/// line starts moves.
fn on_line(from: &BoundValue, from_day: Date, to: &BoundValue, to_day: Date, at: Date) -> BoundValue {
    let days = |a: Date, b: Date| Window::new(a, b).days();
    let share = ratio(days(from_day, at), days(from_day, to_day).max(1));
    let between = |a: &Number, b: &Number| a.add(&b.sub(a).mul(&share));
    match (from, to) {
        (BoundValue::One(a), BoundValue::One(b)) => BoundValue::One(between(a, b)),
        (BoundValue::Range(a, b), BoundValue::Range(low, high)) => BoundValue::Range(between(a, low), between(b, high)),
        (BoundValue::One(a), BoundValue::Range(low, high)) => {
            let start = BoundValue::Range(low.clone(), high.clone());
            let lower = if score::meets(Direction::Higher, a, &start) { low.clone() } else { between(a, low) };
            let upper = if score::meets(Direction::Lower, a, &start) { high.clone() } else { between(a, high) };
            BoundValue::Range(lower, upper)
        }
        (BoundValue::Range(_, _), BoundValue::One(b)) => BoundValue::One(b.clone()),
    }
}

fn scaled(bound: &BoundValue, by: &Number) -> BoundValue {
    match bound {
        BoundValue::One(n) => BoundValue::One(n.mul(by)),
        BoundValue::Range(low, high) => BoundValue::Range(low.mul(by), high.mul(by)),
    }
}
