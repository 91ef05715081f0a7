//! `avg(x by month)`, `count(x >= 80 by employee)`: x on each sub-window or member, then aggregated.

use std::sync::Arc;

use super::frame::Frame;
use super::leaves::sources_of;
use super::{Behind, Evaluator, Out, Stop, Value, scalar};
use crate::design::{ByFunction, DimensionId, Formula, Over};
use crate::plan::{Answer, Leaf, Request, Slice, SliceCondition, SliceTest};
use crate::results::{Flags, Reason};
use crate::value::calendar::Date;
use crate::value::{Grain, Number, Window};

impl<'d> Evaluator<'d> {
    pub(super) fn by(
        &mut self,
        function: &ByFunction,
        operand: &'d Formula,
        over: Over,
        frame: Frame,
        slice: &Arc<Slice>,
    ) -> Out {
        let parts = match self.parts(operand, over, frame, slice) {
            Ok(parts) => parts,
            Err(out) => return out,
        };
        let mut made = Out::pending();
        let mut values: Vec<Number> = Vec::new();
        let mut pending = false;
        let mut uncovered = None;
        for (part_frame, part_slice) in parts {
            let out = self.walk(operand, part_frame, &part_slice);
            match &out.value {
                Ok(Value::Number(n)) => values.push(n.clone()),
                Ok(Value::Bool(true)) => values.push(Number::int(1)),
                Ok(_) => {}
                Err(Stop::Pending) => pending = true,
                Err(Stop::Missing(reason @ (Reason::NotCovered { .. } | Reason::BeforeCoverage { .. }))) => {
                    uncovered.get_or_insert(reason.clone());
                }
                Err(Stop::Missing(_)) => {
                    made.flags = made.flags.union(out.flags);
                    continue;
                }
            }
            made = made.made_of(&out);
        }
        made.flags.in_progress |= frame.in_progress;
        if pending {
            return Out { value: Err(Stop::Pending), ..made };
        }
        let value = match (uncovered, scalar::over_members(function, &values)) {
            (Some(reason), _) => Err(reason),
            (None, Some(n)) => Ok(Value::Number(n)),
            (None, None) => Err(Reason::NoMembers { over: self.over_name(over) }),
        };
        Out { value: value.map_err(Stop::Missing), ..made }
    }

    pub(super) fn over_name(&self, over: Over) -> String {
        match over {
            Over::Grain(grain) => grain.word().to_string(),
            Over::Dimension(id) => {
                self.design.dimensions.get(id.index()).map_or_else(String::new, |d| d.naming.name.clone())
            }
        }
    }

    /// The windows or slices that x is evaluated on; an error is the outcome of the whole.
    pub(super) fn parts(
        &mut self,
        operand: &'d Formula,
        over: Over,
        frame: Frame,
        slice: &Arc<Slice>,
    ) -> Result<Vec<(Frame, Arc<Slice>)>, Out> {
        match over {
            Over::Grain(grain) => self.sub_windows(operand, grain, frame, slice),
            Over::Dimension(dimension) => self.members(operand, dimension, frame, slice),
        }
    }

    /// The sub-windows whose last day lies in the window. One from the beginning of time begins where the data does.
    fn sub_windows(
        &mut self,
        operand: &'d Formula,
        grain: Grain,
        frame: Frame,
        slice: &Arc<Slice>,
    ) -> Result<Vec<(Frame, Arc<Slice>)>, Out> {
        let sources = sources_of(self.design, operand);
        let plans_only =
            !sources.is_empty() && sources.iter().all(|id| self.design.sources.get(id.index()).is_some_and(|s| s.plan));
        let mut window = frame.of(plans_only);
        let starts = sources.iter().filter_map(|id| self.coverage.get(id.index())?.window).map(|w| w.start);
        let first = starts.min().unwrap_or(Date::MIN);
        if window.start == Date::MIN {
            window.start = first.min(window.end);
        }
        let calendar = &self.design.calendar;
        // A window long before the data needs no counting of its days: one day without coverage settles it.
        if window.start < first {
            let before = calendar.period_of(grain, window.start).window(calendar);
            if before.end <= first {
                window.end = window.end.min(calendar.period_of(grain, first).window(calendar).end);
                window.start = window.start.max(calendar.add(first, crate::value::Step::Years(-1)));
            }
        }
        let windows: Vec<Window> =
            calendar.periods_within(grain, window).into_iter().map(|p| p.window(calendar)).collect();
        Ok(windows.into_iter().map(|w| (frame.sub_window(w), slice.clone())).collect())
    }

    /// The members with a row, in the slice, in any leaf that x reads.
    fn members(
        &mut self,
        operand: &'d Formula,
        dimension: DimensionId,
        frame: Frame,
        slice: &Arc<Slice>,
    ) -> Result<Vec<(Frame, Arc<Slice>)>, Out> {
        let outer = self.collected.replace(Vec::new());
        let probe = self.walk(operand, frame, slice);
        let found = self.collected.take().unwrap_or_default();
        if let Some(mut outer) = outer {
            // Looked for from further out: what x reads is all that is wanted.
            outer.extend(found);
            self.collected = Some(outer);
            return Err(Out::pending());
        }
        let declared = self.design.dimensions.get(dimension.index());
        let has = |leaf: &Leaf| declared.is_some_and(|d| d.field_in(leaf.source()).is_some());
        let leaves: Vec<(Leaf, Window, Slice)> =
            found.into_iter().filter(|(leaf, window, _)| has(leaf) && !window.is_empty()).collect();
        if leaves.is_empty() {
            // Nothing could be read; x says why.
            return match probe.value {
                Err(Stop::Missing(_)) => Err(Out { behind: Behind::default(), ..probe }),
                _ => Ok(Vec::new()),
            };
        }
        let request = Request::Members { dimension, leaves };
        match self.answered.get(&request) {
            Some(Answer::Members(members)) => {
                Ok(members.iter().map(|member| (frame, Arc::new(with_member(slice, dimension, member)))).collect())
            }
            _ => {
                self.open.insert(request);
                Err(Out { flags: Flags::default(), ..Out::pending() })
            }
        }
    }
}

fn with_member(slice: &Slice, dimension: DimensionId, member: &str) -> Slice {
    let test = SliceTest::Members { members: vec![member.to_string()], negated: false };
    let condition = SliceCondition { dimension, test };
    Slice::new(slice.conditions.iter().cloned().chain([condition]).collect())
}
