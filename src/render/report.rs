//! The report: everything that HTML, XLSX and Markdown show of one evaluation, as plain data. It is collected once, by
//! [`Loaded::report`](crate::Loaded::report), so that the outputs cannot disagree.

pub mod html;
pub mod markdown;
pub mod speech;
#[cfg(feature = "engine")]
pub mod xlsx;

use super::results::Shown;
use super::results::view::{SliceKey, keys};
use super::words::Lang;
use crate::design::{Design, IndicatorId};
use crate::results::{Results, Row, Status, SubjectId, Trace};
use crate::source::{Sources, Span};

/// One evaluation of one period, with its slices and its past.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    pub design: &'a Design,
    /// The texts of the design: what formulas say and where they stand.
    pub sources: &'a Sources,
    /// The whole and, where asked for, each member; the periods before in `history`; what was read, with hashes, in `sources`.
    pub results: Results,
    /// How the values of the whole came about, in the order of indicators.
    pub traces: Vec<(IndicatorId, Trace)>,
    /// As asked for, else that of the design.
    pub title: String,
    pub lang: Lang,
}

/// An indicator that misses its target or has no value, and what that costs.
#[derive(Clone, Copy, Debug)]
pub struct Attention<'a> {
    pub row: &'a Row,
    /// Points of the design's score of 100 that are lost here; None: it has no score, or no weight.
    pub lost: Option<f64>,
}

impl<'a> Report<'a> {
    /// The results with all that words are made from.
    pub fn shown(&self) -> Shown<'_> {
        Shown { design: self.design, results: &self.results, lang: self.lang }
    }

    /// The label of the period that is reported.
    pub fn period(&self) -> &str {
        self.results.periods.first().map_or("", |(label, _)| label)
    }

    /// The slice that all others narrow: empty, or as was asked for.
    pub fn whole_slice(&self) -> SliceKey<'_> {
        self.results.rows.first().map_or(&[], |r| &r.slice)
    }

    /// The whole, then each member that was asked for.
    pub fn slices(&self) -> Vec<SliceKey<'_>> {
        let (_, slices) = keys(&self.shown());
        slices
    }

    pub fn of_slice<'r>(&'r self, slice: SliceKey<'r>) -> impl Iterator<Item = &'r Row> {
        self.results.rows.iter().filter(move |r| r.slice == slice)
    }

    /// The row of a subject in the whole.
    pub fn row(&self, subject: SubjectId) -> Option<&Row> {
        self.of_slice(self.whole_slice()).find(|r| r.subject == subject)
    }

    pub fn trace(&self, id: IndicatorId) -> Option<&Trace> {
        let at = self.traces.binary_search_by_key(&id, |(of, _)| *of).ok()?;
        self.traces.get(at).map(|(_, trace)| trace)
    }

    /// The past of a row with itself as the last, in order of time.
    pub fn history<'r>(&'r self, row: &'r Row) -> Vec<&'r Row> {
        let same = |r: &&Row| r.subject == row.subject && r.slice == row.slice;
        self.results.history.iter().filter(same).chain([row]).collect()
    }

    /// The same in the period before.
    pub fn before(&self, row: &Row) -> Option<&Row> {
        self.results.history.iter().rfind(|r| r.subject == row.subject && r.slice == row.slice)
    }

    /// What needs attention in a slice, the most costly first: the indicators at risk or off target by the points that the
    /// design's score loses to them, `share × (100 − score)`; then those without data, by their share of it.
    pub fn attention<'r>(&'r self, slice: SliceKey<'r>) -> Vec<Attention<'r>> {
        let mut found: Vec<Attention<'_>> = self
            .of_slice(slice)
            .filter(|r| matches!(r.subject, SubjectId::Indicator(_)))
            .filter(|r| matches!(r.status, Some(Status::AtRisk | Status::OffTarget | Status::NoData)))
            .map(|row| Attention { row, lost: row.share.zip(row.score).map(|(w, s)| w * (100.0 - s).max(0.0)) })
            .collect();
        let missing = |a: &Attention<'_>| a.row.status == Some(Status::NoData);
        found.sort_by(|a, b| {
            let size = |a: &Attention<'_>| a.lost.or(a.row.share).unwrap_or(0.0);
            missing(a).cmp(&missing(b)).then(size(b).total_cmp(&size(a)))
        });
        found
    }

    /// `path:line` of a place in the design.
    pub fn place(&self, span: Span) -> String {
        self.sources.place(span).map(|(path, at)| format!("{path}:{}", at.line)).unwrap_or_default()
    }
}
