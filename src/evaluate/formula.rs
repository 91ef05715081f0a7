//! ⟦e⟧(window, slice): one formula, one place. None: answers are lacking, and noted.

use std::sync::Arc;

use super::outcome::{Behind, Datum, Missing, Outcome};
use super::windows::{Frame, Track};
use super::{At, Evaluator, Way, numbers};
use crate::design::{
    Aggregate, AggregateFunction, ArithmeticOp, CompareOp, ConstantId, Formula, FormulaKind, ScalarFunction, SourceId,
    Subject,
};
use crate::plan::{Answer, Request};
use crate::results::{Flags, Reason};
use crate::value::calendar::Date;
use crate::value::{Number, Step, Window};

/// What is known of a leaf before its rows are: the days that it reads of its source, and whether there can be any.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    /// Cut.
    pub window: Window,
    /// As people know it.
    pub asked: Window,
    /// It touches the source's coverage. Over no rows a sum is then 0, else missing.
    pub touches: bool,
    /// From the source's beginning, and there is one: over no days a sum is 0.
    pub from_beginning: bool,
    pub flags: Flags,
}

impl Reach {
    /// Are no rows an answer?
    pub fn knows_nothing_is_there(self) -> bool {
        self.touches || self.from_beginning
    }
}

impl Evaluator<'_> {
    /// The value of a formula. Its depth is the parser's to bound; subjects that it names are found one after the other.
    pub(super) fn eval(&mut self, formula: &Formula, at: At) -> Option<Outcome> {
        match &formula.kind {
            FormulaKind::Hole => Some(self.undefined(formula)),
            FormulaKind::Number(number) => Some(Outcome::number(Number::from_decimal(number.clone()))),
            FormulaKind::Text(text) => Some(Outcome::new(Ok(Datum::Text(Arc::from(text.as_str()))))),
            FormulaKind::Bool(value) => Some(Outcome::bool(*value)),
            FormulaKind::Aggregate(aggregate) => self.aggregate(formula, aggregate, at),
            FormulaKind::Set(atom) => self.set(atom, at),
            FormulaKind::SetOperation { op, left, right } => self.set_operation(*op, left, right, at),
            FormulaKind::Count(set) => self.count(set, at),
            FormulaKind::Measure(id) => self.reference(Subject::Measure(*id), at),
            FormulaKind::Indicator(id) => self.reference(Subject::Indicator(*id), at),
            FormulaKind::Constant(id) => Some(self.constant(*id, at)),
            FormulaKind::Negate(x) => self.negate(formula, x, at),
            FormulaKind::Not(x) => self.not(formula, x, at),
            FormulaKind::Arithmetic { op, left, right } => self.arithmetic(formula, *op, left, right, at),
            FormulaKind::Compare { op, left, right } => self.compare(formula, *op, left, right, at),
            FormulaKind::And(left, right) => self.logical(formula, left, right, false, at),
            FormulaKind::Or(left, right) => self.logical(formula, left, right, true, at),
            FormulaKind::Between { operand, low, high, negated } => {
                self.between(formula, [operand, low, high], *negated, at)
            }
            FormulaKind::If { condition, then, otherwise } => {
                self.choose(formula, condition, then, otherwise.as_deref(), at)
            }
            FormulaKind::Otherwise(left, right) => self.otherwise(left, right, at),
            FormulaKind::IsMissing { operand, negated } => self.is_missing(operand, *negated, at),
            FormulaKind::Function { function, args } => self.function(formula, *function, args, at),
            FormulaKind::Growth { operand, step } => self.growth(formula, operand, *step, at),
            FormulaKind::PerYear(x) => self.per_year(formula, x, at),
            FormulaKind::By { function, operand, over } => self.by(formula, function, operand, *over, at),
            FormulaKind::Overall { operand, dimensions } => self.overall(operand, dimensions.as_deref(), at),
            FormulaKind::Only { operand, conditions } => self.only(operand, conditions, at),
            FormulaKind::Previous { operand, .. }
            | FormulaKind::Ago { operand, .. }
            | FormulaKind::Rolling { operand, .. } => {
                let frame = self.moved(formula, at.frame);
                self.eval_covered(operand, At { frame, ..at })
            }
            FormulaKind::ToDate { operand, .. } | FormulaKind::Before(operand) | FormulaKind::UpToEnd(operand) => {
                self.eval(operand, At { frame: self.moved(formula, at.frame), ..at })
            }
        }
    }

    /// The frame that a formula evaluates its operand on.
    pub(super) fn moved(&self, formula: &Formula, frame: Frame) -> Frame {
        let calendar = &self.design.calendar;
        match &formula.kind {
            FormulaKind::Previous { times, .. } => frame.previous(calendar, *times),
            FormulaKind::Ago { step, .. } => frame.ago(calendar, *step),
            FormulaKind::ToDate { from, .. } => frame.to_date(calendar, *from),
            FormulaKind::Rolling { step, .. } => frame.rolling(calendar, *step),
            FormulaKind::Before(_) => frame.before(self.as_of),
            FormulaKind::UpToEnd(_) => frame.up_to_end(),
            _ => frame,
        }
    }

    /// The frame of the base of a growth.
    pub(super) fn base_frame(&self, step: Option<Step>, frame: Frame) -> Frame {
        let calendar = &self.design.calendar;
        step.map_or_else(|| frame.previous(calendar, 1), |step| frame.ago(calendar, step))
    }

    /// What `previous`, `ago`, `rolling` and the base of a growth are: missing where the window starts before any source
    /// that the formula reads does. A window from the beginning of time starts with whatever there is.
    fn eval_covered(&mut self, operand: &Formula, at: At) -> Option<Outcome> {
        let sources = self.sources_of(operand);
        let early = sources.iter().find_map(|source| {
            let coverage = self.coverage.get(source.index()).copied().flatten()?;
            let window = self.track(*source, at.frame).asked;
            let unbounded = window.start == Date::MIN && !window.is_empty();
            (!unbounded && window.start < coverage.start).then_some((*source, window))
        });
        match early {
            Some((source, window)) => {
                let (source, window) = (self.source_name(source), self.label(window));
                Some(Outcome::missing(Reason::BeforeCoverage { source, window }))
            }
            None => self.eval(operand, at),
        }
    }

    // ---- leaves --------------------------------------------------------------------------------------------------

    pub(super) fn track(&self, source: SourceId, frame: Frame) -> Track {
        if self.is_plan(source) { frame.plan } else { frame.data }
    }

    /// Which days a leaf reads, or why it can have no value there.
    pub(super) fn reach(&self, source: SourceId, at: At) -> Result<Reach, Missing> {
        let slice = self.slices.get(at.slice.0);
        let lacks = |dimension: crate::design::DimensionId| {
            self.design.dimensions.get(dimension.index()).is_none_or(|d| d.field_in(source).is_none())
        };
        if let Some(lacking) = slice.and_then(|s| s.conditions.iter().find(|c| lacks(c.dimension))) {
            return Err(Missing::of(Reason::NoDimension {
                source: self.source_name(source),
                dimension: self.dimension_name(lacking.dimension),
            }));
        }
        let track = self.track(source, at.frame);
        let coverage = self.coverage.get(source.index()).copied().flatten();
        let window = track.cut;
        let unbounded = window.start == Date::MIN;
        let lag = self.design.sources.get(source.index()).and_then(|s| s.lag);
        Ok(Reach {
            window,
            asked: track.asked,
            touches: coverage.is_some_and(|c| c.touches(window)),
            from_beginning: unbounded && coverage.is_some(),
            flags: Flags {
                in_progress: false,
                partial: !unbounded && coverage.is_some_and(|c| window.start < c.start),
                provisional: self.is_provisional(window, lag),
            },
        })
    }

    /// Are there fewer than `lag` days between the window's last one and the as-of day?
    fn is_provisional(&self, window: Window, lag: Option<i64>) -> bool {
        let (Some(lag), Some(as_of)) = (lag, self.as_of) else { return false };
        lag > 0 && Window::new(window.last(), as_of).days() < lag
    }

    pub(super) fn not_covered(&self, source: SourceId, reach: Reach) -> Missing {
        Missing::of(Reason::NotCovered { source: self.source_name(source), window: self.label(reach.asked) })
    }

    fn aggregate(&mut self, formula: &Formula, aggregate: &Aggregate, at: At) -> Option<Outcome> {
        let source = aggregate.source;
        let reach = match self.reach(source, at) {
            Ok(reach) => reach,
            Err(missing) => return Some(Outcome::new(Err(missing))),
        };
        let (value, rows) = if reach.window.is_empty() {
            (None, 0)
        } else {
            let (aggregate, slice) = (self.shared_aggregate(aggregate), self.slice(at.slice));
            match self.answer(Request::Aggregate { aggregate, window: reach.window, slice })? {
                Answer::Value { value, rows } => (value.clone(), *rows),
                Answer::Count(_) | Answer::Members(_) => (None, 0),
            }
        };
        let counts = matches!(
            aggregate.function,
            AggregateFunction::Count | AggregateFunction::CountDistinct | AggregateFunction::Sum
        );
        let result = if rows == 0 && !reach.touches && !(counts && reach.from_beginning) {
            Err(self.not_covered(source, reach))
        } else {
            match value {
                Some(value) => Ok(Datum::Number(value)),
                None if counts => Ok(Datum::Number(Number::zero())),
                None if rows > 0 => Err(self.undefined_reason(formula)),
                None => Err(Missing::of(Reason::NoRows {
                    source: self.source_name(source),
                    window: self.label(reach.asked),
                })),
            }
        };
        Some(Outcome { result, flags: reach.flags, behind: Behind::rows(rows) })
    }

    fn constant(&self, id: ConstantId, at: At) -> Outcome {
        let track = at.frame.data;
        let day = if track.cut.is_empty() { track.asked.last() } else { track.cut.last() };
        let Some(constant) = self.design.constants.get(id.index()) else {
            return Outcome::missing(Reason::NoConstant { name: String::new(), day: day.to_string() });
        };
        match constant.on(day) {
            Some(value) => Outcome::number(Number::from_decimal(value.clone())),
            None => Outcome::missing(Reason::NoConstant { name: constant.naming.name.clone(), day: day.to_string() }),
        }
    }

    // ---- references ----------------------------------------------------------------------------------------------

    /// A measure or an indicator, if it is found already; else it is wanted.
    pub(super) fn reference(&mut self, subject: Subject, at: At) -> Option<Outcome> {
        let key = (subject, at);
        let found = self.found.get(&key).cloned();
        if found.is_none() && !self.open.contains(&key) {
            self.wanted.push(key);
        }
        found
    }

    /// What a subject adds to its formula's value: `lag` and `min_n`.
    pub(super) fn concluded(&self, subject: Subject, outcome: Outcome, at: At) -> Outcome {
        let Subject::Indicator(id) = subject else { return outcome };
        let Some(indicator) = self.design.indicators.get(id.index()) else { return outcome };
        let mut outcome = outcome;
        outcome.flags.provisional |= self.is_provisional(at.frame.data.asked, indicator.lag);
        if let (Some(needed), Some(rows), Ok(_)) = (indicator.min_n, outcome.behind.smallest(), &outcome.result)
            && rows < needed
        {
            let indicator = indicator.naming.name.clone();
            outcome.result = Err(Missing::of(Reason::TooFewRows { indicator, rows, needed }));
        }
        outcome
    }

    // ---- numbers and conditions ----------------------------------------------------------------------------------

    pub(super) fn undefined_reason(&self, formula: &Formula) -> Missing {
        Missing::of(Reason::Undefined { formula: self.text(formula) })
    }

    fn undefined(&self, formula: &Formula) -> Outcome {
        Outcome::new(Err(self.undefined_reason(formula)))
    }

    /// Both are evaluated, though the first may lack answers, so that one round asks for all.
    fn both(&mut self, left: &Formula, right: &Formula, at: At) -> Option<(Outcome, Outcome)> {
        let (left, right) = (self.eval(left, at), self.eval(right, at));
        left.zip(right)
    }

    fn negate(&mut self, formula: &Formula, operand: &Formula, at: At) -> Option<Outcome> {
        let operand = self.eval(operand, at)?;
        Some(operand.then(|datum| match datum {
            Datum::Number(number) => Ok(Datum::Number(number.neg())),
            _ => Err(self.undefined_reason(formula)),
        }))
    }

    fn not(&mut self, formula: &Formula, operand: &Formula, at: At) -> Option<Outcome> {
        let operand = self.eval(operand, at)?;
        Some(operand.then(|datum| match datum {
            Datum::Bool(value) => Ok(Datum::Bool(!value)),
            _ => Err(self.undefined_reason(formula)),
        }))
    }

    fn arithmetic(
        &mut self,
        formula: &Formula,
        op: ArithmeticOp,
        left: &Formula,
        right: &Formula,
        at: At,
    ) -> Option<Outcome> {
        let (a, b) = self.both(left, right, at)?;
        let zero = |b: &Number| op == ArithmeticOp::Divide && b.is_zero();
        let make = |a: Datum, b: Datum| match (a, b) {
            (Datum::Number(_), Datum::Number(b)) if zero(&b) => {
                Err(Missing::of(Reason::ZeroDenominator { formula: self.text(right) }))
            }
            (Datum::Number(a), Datum::Number(b)) => {
                numbers::arithmetic(op, &a, &b).map(Datum::Number).ok_or_else(|| self.undefined_reason(formula))
            }
            _ => Err(self.undefined_reason(formula)),
        };
        Some(if op == ArithmeticOp::Divide { a.over(b, make) } else { a.with(b, make) })
    }

    fn compare(
        &mut self,
        formula: &Formula,
        op: CompareOp,
        left: &Formula,
        right: &Formula,
        at: At,
    ) -> Option<Outcome> {
        let (a, b) = self.both(left, right, at)?;
        Some(self.compared(formula, op, a, b))
    }

    fn compared(&self, formula: &Formula, op: CompareOp, a: Outcome, b: Outcome) -> Outcome {
        a.with(b, |a, b| {
            let order = match (&a, &b) {
                (Datum::Number(a), Datum::Number(b)) => a.cmp_tolerant(b),
                (Datum::Bool(a), Datum::Bool(b)) => a.cmp(b),
                (Datum::Text(a), Datum::Text(b)) => a.cmp(b),
                _ => return Err(self.undefined_reason(formula)),
            };
            Ok(Datum::Bool(numbers::holds(op, order)))
        })
    }

    /// At least the one and at most the other.
    fn between(
        &mut self,
        formula: &Formula,
        [operand, low, high]: [&Formula; 3],
        negated: bool,
        at: At,
    ) -> Option<Outcome> {
        let (x, bounds) = (self.eval(operand, at), self.both(low, high, at));
        let (x, (low, high)) = x.zip(bounds)?;
        let above = self.compared(formula, CompareOp::GreaterEqual, x.clone(), low);
        let below = self.compared(formula, CompareOp::LessEqual, x, high);
        Some(self.joined(formula, above, below, false).then(|datum| match datum {
            Datum::Bool(holds) => Ok(Datum::Bool(holds != negated)),
            _ => Err(self.undefined_reason(formula)),
        }))
    }

    /// `and` and `or` in three values: `decides` is the one that settles it whatever the other side is.
    fn logical(
        &mut self,
        formula: &Formula,
        left: &Formula,
        right: &Formula,
        decides: bool,
        at: At,
    ) -> Option<Outcome> {
        let (a, b) = self.both(left, right, at)?;
        Some(self.joined(formula, a, b, decides))
    }

    fn joined(&self, formula: &Formula, a: Outcome, b: Outcome, decides: bool) -> Outcome {
        let settles = |o: &Outcome| matches!(o.result, Ok(Datum::Bool(value)) if value == decides);
        if settles(&a) || settles(&b) {
            let (flags, behind) = (a.flags.union(b.flags), a.behind.and(b.behind));
            return Outcome { flags, behind, ..Outcome::bool(decides) };
        }
        a.with(b, |a, b| match (a, b) {
            (Datum::Bool(_), Datum::Bool(_)) => Ok(Datum::Bool(!decides)),
            _ => Err(self.undefined_reason(formula)),
        })
    }

    fn choose(
        &mut self,
        formula: &Formula,
        condition: &Formula,
        then: &Formula,
        otherwise: Option<&Formula>,
        at: At,
    ) -> Option<Outcome> {
        let Some(condition) = self.eval(condition, at) else {
            // Either branch may be read: their leaves are asked for in the same round.
            self.eval(then, at);
            otherwise.and_then(|branch| self.eval(branch, at));
            return None;
        };
        let (flags, behind) = (condition.flags, condition.behind);
        let branch = match condition.result {
            Err(missing) => Outcome::new(Err(missing)),
            Ok(Datum::Bool(true)) => {
                self.taken.insert((formula.span.0, Way::Then));
                self.eval(then, at)?
            }
            Ok(Datum::Bool(false)) => {
                self.taken.insert((formula.span.0, Way::Else));
                match otherwise {
                    Some(branch) => self.eval(branch, at)?,
                    None => Outcome::missing(Reason::NoBranch),
                }
            }
            Ok(_) => self.undefined(formula),
        };
        Some(branch.beside(flags, behind))
    }

    fn otherwise(&mut self, left: &Formula, right: &Formula, at: At) -> Option<Outcome> {
        let Some(left) = self.eval(left, at) else {
            self.eval(right, at);
            return None;
        };
        let way = if left.result.is_ok() { Way::Known } else { Way::Otherwise };
        self.taken.insert((right.span.0, way));
        if left.result.is_ok() {
            return Some(left);
        }
        let right = self.eval(right, at)?;
        let flags = left.flags.union(right.flags);
        Some(Outcome { flags, ..right })
    }

    fn is_missing(&mut self, operand: &Formula, negated: bool, at: At) -> Option<Outcome> {
        let operand = self.eval(operand, at)?;
        let missing = operand.result.is_err();
        Some(Outcome { result: Ok(Datum::Bool(missing != negated)), ..operand })
    }

    fn function(&mut self, formula: &Formula, function: ScalarFunction, args: &[Formula], at: At) -> Option<Outcome> {
        let outcomes: Vec<Option<Outcome>> = args.iter().map(|arg| self.eval(arg, at)).collect();
        let outcomes: Vec<Outcome> = outcomes.into_iter().collect::<Option<_>>()?;
        let (mut flags, mut behind) = (Flags::default(), Behind::default());
        let mut values = Vec::with_capacity(outcomes.len());
        let mut missing: Option<Missing> = None;
        for outcome in outcomes {
            flags = flags.union(outcome.flags);
            behind = behind.and(outcome.behind);
            match outcome.result {
                Ok(Datum::Number(number)) => values.push(number),
                Ok(_) => return Some(self.undefined(formula)),
                Err(why) => missing = Some(missing.map_or_else(|| why.clone(), |first| first.or(why.clone()))),
            }
        }
        let result = match missing {
            Some(missing) => Err(missing),
            None => numbers::scalar(function, &values, args.first().map(|arg| &arg.ty))
                .map(Datum::Number)
                .ok_or_else(|| self.undefined_reason(formula)),
        };
        Some(Outcome { result, flags, behind })
    }

    // ---- rates ---------------------------------------------------------------------------------------------------

    fn growth(&mut self, formula: &Formula, operand: &Formula, step: Option<Step>, at: At) -> Option<Outcome> {
        let before = At { frame: self.base_frame(step, at.frame), ..at };
        let (now, base) = (self.eval(operand, at), self.eval_covered(operand, before));
        let (now, base) = now.zip(base)?;
        Some(now.over(base, |now, base| {
            match (now, base) {
                (Datum::Number(_), Datum::Number(base)) if !base.is_positive() => {
                    Err(Missing::of(Reason::BaseNotPositive { formula: self.text(operand) }))
                }
                (Datum::Number(now), Datum::Number(base)) => numbers::arithmetic(ArithmeticOp::Divide, &now, &base)
                    .map(|ratio| Datum::Number(ratio.sub(&Number::int(1))))
                    .ok_or_else(|| self.undefined_reason(formula)),
                _ => Err(self.undefined_reason(formula)),
            }
        }))
    }

    fn per_year(&mut self, formula: &Formula, operand: &Formula, at: At) -> Option<Outcome> {
        let value = self.eval(operand, at)?;
        let factor = self.design.calendar.per_year_factor(self.days_of(operand, at));
        Some(value.then(|datum| {
            match datum {
                Datum::Number(number) => numbers::arithmetic(ArithmeticOp::Multiply, &number, &factor)
                    .map(Datum::Number)
                    .ok_or_else(|| self.undefined_reason(formula)),
                _ => Err(self.undefined_reason(formula)),
            }
        }))
    }

    /// The days that a formula's sources are read on: uncut where they are plans alone, and from the first that any has
    /// where the window is from the beginning of time.
    pub(super) fn days_of(&mut self, formula: &Formula, at: At) -> Window {
        let sources = self.sources_of(formula);
        let plans_alone = !sources.is_empty() && sources.iter().all(|source| self.is_plan(*source));
        let window = if plans_alone { at.frame.plan.cut } else { at.frame.data.cut };
        if window.start != Date::MIN {
            return window;
        }
        let covered = sources
            .iter()
            .filter_map(|source| self.coverage.get(source.index()).copied().flatten())
            .filter_map(|coverage| coverage.first.or((coverage.start != Date::MIN).then_some(coverage.start)));
        let start = covered.min().unwrap_or(window.end);
        Window::new(start.min(window.end), window.end)
    }
}
