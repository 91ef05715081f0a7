//! From cells, verdicts and scores to the rows that are shown.

use std::collections::HashMap;
use std::ops::Range;

use super::asked::Selection;
use super::scored::Scored;
use super::{Run, Table};
use crate::design::{DimensionId, IndicatorId, MeasureId, Naming, Subject};
use crate::evaluate::{Cell, CellValue};
use crate::results::{Flags, Reason, Row, Status, SubjectId};
use crate::value::{Number, Unit};

impl Run<'_, '_> {
    /// Those of some of the periods, by subject, then by period, then by slice.
    pub(super) fn rows(&self, selection: &Selection, table: &Table, periods: Range<usize>) -> Vec<Row> {
        let mut rows = Vec::new();
        let scored: HashMap<(usize, usize), Scored> = self
            .places(table, &periods)
            .map(|(p, s)| ((p, s), Scored::new(self.design, |id| table.verdicts.get(&(Subject::Indicator(id), p, s)))))
            .collect();
        for id in &selection.indicators {
            for (p, s) in self.places(table, &periods) {
                rows.extend(self.indicator_row(*id, p, s, table, scored.get(&(p, s))));
            }
        }
        for id in &selection.measures {
            for (p, s) in self.places(table, &periods) {
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
            for (p, s) in self.places(table, &periods) {
                rows.extend(scored.get(&(p, s)).and_then(|scored| self.rolled_row(subject, p, s, scored)));
            }
        }
        rows
    }

    /// Periods and slices in the order of rows: by start day, then by slice as asked.
    fn places<'a>(
        &'a self,
        table: &'a Table,
        periods: &Range<usize>,
    ) -> impl Iterator<Item = (usize, usize)> + use<'a> {
        periods
            .clone()
            .flat_map(move |p| (0..self.asked.len()).filter(|s| !table.empty.contains(s)).map(move |s| (p, s)))
    }

    fn blank(&self, subject: SubjectId, naming: &Naming, p: usize, s: usize) -> Option<Row> {
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
            share: None,
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
            share: scored.and_then(|r| r.shares.get(&SubjectId::Indicator(id)).copied()),
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
            share: scored.shares.get(&subject).copied(),
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
