//! What tables show, before any layout: the tree of objectives, factors and indicators with the rows that stand on each
//! line. Tables on a terminal and in Markdown are drawn from it.

use std::collections::{HashMap, HashSet};

use super::Shown;
use super::format::{self, people};
use crate::design::{Child, Direction, FactorId, IndicatorId, ObjectiveId};
use crate::render::text::visible;
use crate::render::words::{self, Lang};
use crate::results::{Member, Row, Status, SubjectId};

pub type SliceKey<'a> = &'a [(String, Member)];

/// A period and a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key<'a> {
    pub period: &'a str,
    pub slice: SliceKey<'a>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// An objective or factor, with its perspective.
    Heading {
        perspective: Option<String>,
    },
    Indicator,
    /// An indicator that stands in another factor first.
    Alias {
        home: String,
    },
    Measure,
}

#[derive(Clone, Debug)]
pub struct Line<'a> {
    pub role: Role,
    pub depth: usize,
    pub title: String,
    /// One for each key; None: it has no value there.
    pub rows: Vec<Option<&'a Row>>,
}

#[derive(Clone, Debug)]
pub struct Board<'a> {
    pub keys: Vec<Key<'a>>,
    /// Objectives, factors, indicators.
    pub lines: Vec<Line<'a>>,
    pub measures: Vec<Line<'a>>,
    /// The design's own rows, one for each key.
    pub total: Vec<Option<&'a Row>>,
}

/// The periods and slices of the results, in order.
pub fn keys<'a>(shown: &Shown<'a>) -> (Vec<&'a str>, Vec<SliceKey<'a>>) {
    let results = shown.results;
    let mut periods: Vec<&str> = results.periods.iter().map(|(label, _)| label.as_str()).collect();
    let mut slices: Vec<SliceKey<'_>> = Vec::new();
    let mut known: HashSet<&str> = periods.iter().copied().collect();
    let mut seen = HashSet::new();
    for row in &results.rows {
        if known.insert(&row.period) {
            periods.push(&row.period);
        }
        if seen.insert(row.slice.as_slice()) {
            slices.push(&row.slice);
        }
    }
    (periods, slices)
}

impl<'a> Board<'a> {
    pub fn new(shown: &Shown<'a>, keys: Vec<Key<'a>>) -> Board<'a> {
        let mut rows = HashMap::new();
        for row in &shown.results.rows {
            rows.insert((row.subject, Key { period: &row.period, slice: &row.slice }), row);
        }
        let mut builder = Builder { shown: *shown, keys: &keys, rows, placed: HashMap::new(), lines: Vec::new() };
        builder.tree();
        let lines = std::mem::take(&mut builder.lines);
        let mut measures = Vec::new();
        let mut seen = HashSet::new();
        for row in &shown.results.rows {
            if matches!(row.subject, SubjectId::Measure(_)) && seen.insert(row.subject) {
                measures.extend(builder.line(row.subject, Role::Measure, 0, &row.title));
            }
        }
        let total = builder.rows_of(SubjectId::Design);
        Board { lines, measures, total, keys }
    }

    /// How many indicators have each status, on one key.
    pub fn counts(&self, key: usize) -> Vec<(Status, usize)> {
        let statuses: Vec<Status> = self
            .lines
            .iter()
            .filter(|l| l.role == Role::Indicator)
            .filter_map(|l| l.rows.get(key).copied().flatten()?.status)
            .collect();
        let order = [
            (Status::OnTarget, true),
            (Status::AtRisk, true),
            (Status::OffTarget, true),
            (Status::NoData, true),
            (Status::InProgress, false),
            (Status::NotDue, false),
            (Status::NoTarget, false),
        ];
        order
            .into_iter()
            .map(|(status, always)| (status, always, statuses.iter().filter(|s| **s == status).count()))
            .filter(|(_, always, count)| *always || *count > 0)
            .map(|(status, _, count)| (status, count))
            .collect()
    }
}

struct Builder<'a, 'k> {
    shown: Shown<'a>,
    keys: &'k [Key<'a>],
    rows: HashMap<(SubjectId, Key<'a>), &'a Row>,
    /// The factor under which an indicator was placed first.
    placed: HashMap<IndicatorId, Option<FactorId>>,
    lines: Vec<Line<'a>>,
}

impl<'a> Builder<'a, '_> {
    fn rows_of(&self, subject: SubjectId) -> Vec<Option<&'a Row>> {
        self.keys.iter().map(|key| self.rows.get(&(subject, *key)).copied()).collect()
    }

    /// None where the subject was not asked for.
    fn line(&self, subject: SubjectId, role: Role, depth: usize, title: &str) -> Option<Line<'a>> {
        let rows = self.rows_of(subject);
        rows.iter().any(Option::is_some).then(|| Line { role, depth, title: visible(title).into_owned(), rows })
    }

    fn tree(&mut self) {
        let design = self.shown.design;
        let heads = design.objectives.len() > 1;
        let mut objectives: Vec<Option<ObjectiveId>> =
            (0..design.objectives.len()).map(|i| Some(ObjectiveId(i as u32))).collect();
        objectives.push(None);
        for id in objectives {
            let at = self.lines.len();
            let depth = usize::from(heads && id.is_some());
            for (i, factor) in design.factors.iter().enumerate() {
                if factor.parent.is_none() && factor.objective == id {
                    self.factor(FactorId(i as u32), depth);
                }
            }
            let Some(id) = id else { continue };
            let Some(objective) = design.objectives.get(id.index()) else { continue };
            let rows = self.rows_of(SubjectId::Objective(id));
            let asked = rows.iter().any(Option::is_some);
            if heads && (asked || self.lines.len() > at) || asked && self.lines.len() == at {
                let perspective = objective.perspective.and_then(|p| self.perspective(p.index()));
                let title = visible(objective.naming.title()).into_owned();
                self.lines.insert(at, Line { role: Role::Heading { perspective }, depth: 0, title, rows });
            }
        }
        for (i, indicator) in design.indicators.iter().enumerate() {
            let id = IndicatorId(i as u32);
            if !self.placed.contains_key(&id) {
                let line = self.line(SubjectId::Indicator(id), Role::Indicator, 0, indicator.naming.title());
                self.lines.extend(line);
            }
        }
    }

    /// A factor and what stands in it, where any of it was asked for.
    fn factor(&mut self, id: FactorId, depth: usize) {
        let design = self.shown.design;
        let Some(factor) = design.factors.get(id.index()) else { return };
        let at = self.lines.len();
        for child in &factor.children {
            match child {
                Child::Factor(child) => self.factor(*child, depth + 1),
                Child::Indicator(indicator, _) => self.indicator(*indicator, id, depth + 1),
            }
        }
        let rows = self.rows_of(SubjectId::Factor(id));
        if self.lines.len() > at || rows.iter().any(Option::is_some) {
            // A sub-factor stands in its parent's perspective; saying it once is enough.
            let own = factor.perspective.filter(|_| factor.parent.is_none());
            let perspective = own.and_then(|p| self.perspective(p.index()));
            let title = visible(factor.naming.title()).into_owned();
            self.lines.insert(at, Line { role: Role::Heading { perspective }, depth, title, rows });
        }
    }

    fn indicator(&mut self, id: IndicatorId, factor: FactorId, depth: usize) {
        let design = self.shown.design;
        let Some(indicator) = design.indicators.get(id.index()) else { return };
        let role = match self.placed.get(&id) {
            None => Role::Indicator,
            Some(home) => {
                let home = home.and_then(|f| design.factors.get(f.index()));
                Role::Alias { home: home.map(|f| visible(f.naming.title()).into_owned()).unwrap_or_default() }
            }
        };
        if let Some(line) = self.line(SubjectId::Indicator(id), role, depth, indicator.naming.title()) {
            self.placed.entry(id).or_insert(Some(factor));
            self.lines.push(line);
        }
    }

    fn perspective(&self, index: usize) -> Option<String> {
        let naming = self.shown.design.perspectives.get(index)?;
        let own = naming.label.as_deref().map(|l| visible(l).into_owned());
        own.or_else(|| words::perspective(&naming.name, self.shown.lang).map(str::to_string))
            .or_else(|| Some(visible(&naming.name).into_owned()))
    }
}

// ---- the words of one row ----------------------------------------------------------------------------------------

impl<'a> Shown<'a> {
    pub fn direction(&self, row: &Row) -> Option<Direction> {
        match row.subject {
            SubjectId::Indicator(id) => self.design.indicators.get(id.index()).map(|i| i.direction),
            SubjectId::Measure(_) | SubjectId::Factor(_) | SubjectId::Objective(_) | SubjectId::Design => None,
        }
    }

    pub fn actual(&self, row: &Row) -> String {
        row.value.as_ref().map(|v| people(v, row.unit.as_ref(), self.lang)).unwrap_or_default()
    }

    /// What the period is judged against, else why there is nothing.
    pub fn target(&self, row: &Row) -> String {
        match (&row.expected, row.status) {
            (Some(expected), _) => format::bound(expected, row.unit.as_ref(), self.direction(row), self.lang),
            (None, Some(status @ (Status::NoTarget | Status::NotDue))) => words::status(status, self.lang).to_string(),
            (None, _) => String::new(),
        }
    }

    pub fn score(&self, row: &Row) -> String {
        row.score.map(format::score).unwrap_or_default()
    }

    pub fn weight(&self, row: &Row) -> String {
        row.weight.map(format::share).unwrap_or_default()
    }

    /// The period that was judged and its value, where it is not the row's own.
    pub fn judged(&self, row: &Row) -> Option<String> {
        let (period, value) = row.judged.as_ref()?;
        Some(format!("{period} {}", people(value, row.unit.as_ref(), self.lang)))
    }

    /// Why there is no value, what limits it.
    pub fn notes(&self, row: &Row) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(reason) = &row.reason {
            let reason = words::reason(reason, self.lang);
            let word = words::status(Status::NoData, self.lang);
            notes.push(visible(&format!("{word}{}{reason}", self.lang.colon())).into_owned());
        }
        notes.extend(words::flags(row.flags, self.lang).into_iter().map(str::to_string));
        if let Some(covered) = row.covered_weight
            && covered < 0.9995
            && row.score.is_some()
        {
            notes.push(match self.lang {
                Lang::En => format!("covers {} of the weight", format::share(covered)),
                Lang::Zh => format!("有得分的权重占 {}", format::share(covered)),
            });
        }
        if row.veto {
            notes.push(self.lang.pick("vetoed: an indicator with a veto is off target", "一票否决").to_string());
        }
        notes
    }

    /// Title, period, slice, data's last day, the design's hash.
    pub fn heading(&self, period: Option<&str>, slice: SliceKey<'_>) -> Vec<String> {
        let results = self.results;
        let mut parts = Vec::new();
        if !results.title.is_empty() {
            parts.push(visible(&results.title).into_owned());
        }
        parts.extend(period.map(str::to_string));
        if !slice.is_empty() {
            parts.push(visible(&words::slice(slice, self.lang)).into_owned());
        }
        if let Some(as_of) = results.as_of {
            parts.push(format!("{} {as_of}", self.lang.pick("data to", "数据截至")));
        }
        if !results.design_hash.is_empty() {
            parts.push(format!("{} {}", self.lang.pick("design", "设计"), results.design_hash));
        }
        parts
    }

    /// How many rows cleaning took, where it took any.
    pub fn cleaning(&self) -> Option<String> {
        let read: u64 = self.results.sources.iter().map(|s| s.rows_read).sum();
        let kept: u64 = self.results.sources.iter().map(|s| s.rows_kept).sum();
        let dropped = read.saturating_sub(kept);
        (dropped > 0).then(|| match self.lang {
            Lang::En => format!("cleaning dropped {dropped} of {read} rows (`--verbose` says which)"),
            Lang::Zh => format!("清洗去除 {dropped} 条记录，共读入 {read} 条（--verbose 查看明细）"),
        })
    }

    /// Each source as it was read: files, rows, what cleaning took, first and last day.
    pub fn data_report(&self) -> String {
        let mut out = String::new();
        for source in &self.results.sources {
            let files: Vec<&str> = source.files.iter().map(|f| f.path.as_str()).collect();
            let days = match (source.first, source.last) {
                (Some(first), Some(last)) => format!("  {first}..{last}"),
                _ => String::new(),
            };
            let counts = match self.lang {
                Lang::En => format!("{} rows read, {} kept", source.rows_read, source.rows_kept),
                Lang::Zh => format!("读入 {} 条，保留 {} 条", source.rows_read, source.rows_kept),
            };
            let files = match files.as_slice() {
                [first, .., last] if files.len() > 3 => format!("{first} … {last} ({})", files.len()),
                files => files.join(", "),
            };
            out.push_str(&format!("{}  {}  {counts}{days}\n", visible(&source.name), visible(&files)));
            for step in &source.steps {
                let reason = step.reason.as_ref().map(|r| format!("  ({r})")).unwrap_or_default();
                out.push_str(&format!("  {:>8}  {}{}\n", step.count, visible(&step.step), visible(&reason)));
            }
        }
        out
    }
}
