//! `fishbone.eval/1`: everything, for programs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::Shown;
use super::format::{float, machine};
use crate::render::words;
use crate::results::{BoundValue, Member, Row, SourceReport};
use crate::value::{Number, Unit};

pub const SCHEMA: &str = "fishbone.eval/1";

/// What `kpi eval --format json` writes.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "fishbone.eval/1")]
pub struct Evaluation<'a> {
    /// Always `fishbone.eval/1`.
    pub schema: &'static str,
    pub design: DesignEntry<'a>,
    /// The last day that data is taken from; null where no source has any.
    pub as_of: Option<String>,
    pub periods: Vec<PeriodEntry<'a>>,
    /// In the order of `kind`, then as declared, then by start day, then by slice as asked.
    pub results: Vec<Entry<'a>>,
    pub data: Vec<DataEntry<'a>>,
    /// What was left out, and why.
    pub notices: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
pub struct DesignEntry<'a> {
    pub name: &'a str,
    pub label: &'a str,
    /// The first digits of a hash over the design's text.
    pub hash: &'a str,
}

#[derive(Serialize, JsonSchema)]
pub struct PeriodEntry<'a> {
    pub label: &'a str,
    /// The first day.
    pub start: String,
    /// The last day.
    pub end: String,
}

/// One value of one subject on one period and slice. Values are in `unit`; `%` is a fraction.
#[derive(Serialize, JsonSchema)]
pub struct Entry<'a> {
    /// `indicator`, `measure`, `factor`, `objective` or `design`.
    pub kind: &'static str,
    pub name: &'a str,
    pub label: &'a str,
    pub period: &'a str,
    /// Dimension to member, null for rows that have none; empty for the whole.
    #[schemars(with = "BTreeMap<String, Option<String>>")]
    pub slice: serde_json::Map<String, serde_json::Value>,
    /// Null where there is none; then `reason` says why. Factors, objectives and the design have none.
    pub value: Option<Figure>,
    pub unit: Option<&'a str>,
    /// The language's words: `on_target`, `at_risk`, `off_target`, `not_due`, `no_target`, `in_progress`, `no_data`.
    pub status: Option<&'static str>,
    /// A sentence in the language of the results.
    pub reason: Option<String>,
    /// A stable word for it.
    pub reason_code: Option<&'static str>,
    /// `in_progress`, `partial`, `provisional`.
    pub flags: Vec<&'static str>,
    /// What this period is judged against.
    pub expected: Option<BoundEntry>,
    /// The design's target that it comes from.
    pub target: Option<BoundEntry>,
    pub threshold: Option<BoundEntry>,
    pub score: Option<Figure>,
    /// Among its siblings; they sum to 1.
    pub weight: Option<Figure>,
    /// Of factors, objectives and the design: the share of weight that has a score.
    pub covered_weight: Option<Figure>,
    /// The period that the status belongs to, where it is not this one, and its value.
    pub judged: Option<JudgedEntry<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub struct JudgedEntry<'a> {
    pub period: &'a str,
    pub value: Figure,
}

/// A number; as text where a float would change it.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Figure {
    Integer(i64),
    Float(f64),
    Exact(String),
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub enum BoundEntry {
    One(Figure),
    Range { low: Figure, high: Figure },
}

/// One source as it was read.
#[derive(Serialize, JsonSchema)]
pub struct DataEntry<'a> {
    pub source: &'a str,
    pub label: &'a str,
    pub files: Vec<FileEntry<'a>>,
    pub rows_read: u64,
    pub rows_kept: u64,
    /// What each cleaning step took: rows, or values for `blank invalid`.
    pub cleaning: Vec<StepEntry<'a>>,
    /// First and last day with a row, after cleaning.
    pub first: Option<String>,
    pub last: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub struct FileEntry<'a> {
    /// Relative to the design.
    pub path: &'a str,
    pub sha256: &'a str,
    pub rows: u64,
}

#[derive(Serialize, JsonSchema)]
pub struct StepEntry<'a> {
    pub step: &'a str,
    pub reason: Option<&'a str>,
    pub count: u64,
}

/// A number written for machines, as JSON has it.
fn figure(text: String) -> Figure {
    if let Ok(whole) = text.parse::<i64>()
        && whole.unsigned_abs() < 1 << 53
    {
        return Figure::Integer(whole);
    }
    let digits = text.chars().filter(char::is_ascii_digit).collect::<String>();
    match text.parse::<f64>() {
        // Every decimal of 15 significant digits comes back from a float unchanged.
        Ok(float) if float.is_finite() && digits.trim_start_matches('0').len() <= 15 => Figure::Float(float),
        _ => Figure::Exact(text),
    }
}

fn value(number: &Number, unit: Option<&Unit>) -> Figure {
    figure(machine(number, unit))
}

fn bound(bound: &BoundValue, unit: Option<&Unit>) -> BoundEntry {
    match bound {
        BoundValue::One(n) => BoundEntry::One(value(n, unit)),
        BoundValue::Range(low, high) => BoundEntry::Range { low: value(low, unit), high: value(high, unit) },
    }
}

pub fn entry<'a>(row: &'a Row, shown: &Shown<'a>) -> Entry<'a> {
    let unit = row.unit.as_ref();
    let float = |f: f64| figure(float(f));
    let slice = row.slice.iter().map(|(dimension, member)| {
        let member = match member {
            Member::Value(value) => serde_json::Value::from(value.as_str()),
            Member::NotGiven => serde_json::Value::Null,
        };
        (dimension.clone(), member)
    });
    Entry {
        kind: row.subject.kind(),
        name: &row.name,
        label: &row.title,
        period: &row.period,
        slice: slice.collect(),
        value: row.value.as_ref().map(|v| value(v, unit)),
        unit: unit.map(|u| u.name.as_str()),
        status: row.status.map(|s| s.word()),
        reason: row.reason.as_ref().map(|r| words::reason(r, shown.lang)),
        reason_code: row.reason.as_ref().map(words::reason_code),
        flags: row.flags.words(),
        expected: row.expected.as_ref().map(|b| bound(b, unit)),
        target: row.target.as_ref().map(|b| bound(b, unit)),
        threshold: row.threshold.as_ref().map(|b| bound(b, unit)),
        score: row.score.map(float),
        weight: row.weight.map(float),
        covered_weight: row.covered_weight.map(float),
        judged: row.judged.as_ref().map(|(period, v)| JudgedEntry { period, value: value(v, unit) }),
    }
}

pub fn entries<'a>(shown: &'a Shown<'a>) -> impl Iterator<Item = Entry<'a>> {
    shown.results.rows.iter().map(|row| entry(row, shown))
}

pub fn data(report: &SourceReport) -> DataEntry<'_> {
    DataEntry {
        source: &report.name,
        label: &report.title,
        files: report.files.iter().map(|f| FileEntry { path: &f.path, sha256: &f.hash, rows: f.rows }).collect(),
        rows_read: report.rows_read,
        rows_kept: report.rows_kept,
        cleaning: report
            .steps
            .iter()
            .map(|s| StepEntry { step: &s.step, reason: s.reason.as_deref(), count: s.count })
            .collect(),
        first: report.first.map(|d| d.to_string()),
        last: report.last.map(|d| d.to_string()),
    }
}

pub fn evaluation<'a>(shown: &'a Shown<'a>) -> Evaluation<'a> {
    let results = shown.results;
    Evaluation {
        schema: SCHEMA,
        design: DesignEntry { name: &results.name, label: &results.title, hash: &results.design_hash },
        as_of: results.as_of.map(|d| d.to_string()),
        periods: results
            .periods
            .iter()
            .map(|(label, w)| PeriodEntry { label, start: w.start.to_string(), end: w.last().to_string() })
            .collect(),
        results: entries(shown).collect(),
        data: results.sources.iter().map(data).collect(),
        notices: results.notices.iter().map(|n| words::notice(n, shown.lang)).collect(),
    }
}

pub fn render(shown: &Shown<'_>) -> String {
    super::super::to_json(&evaluation(shown))
}

/// The JSON Schema of [`Evaluation`]; `#/$defs/Entry` is that of a line of NDJSON.
pub fn schema() -> schemars::Schema {
    super::super::schema_for::<Evaluation<'static>>(SCHEMA)
}
