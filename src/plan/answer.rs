//! Answers a round of requests: groups what is asked into scans, runs them, folds their cells.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::ask::{Ask, Asks, Got, Shape};
use super::scan::{Axis, AxisValue, Bucket, Cell, Column, Engine, Grid, Primitive, Scan};
use super::{Answer, Request, Slice, SliceCondition, SliceTest};
use crate::design::{FieldId, SourceId};
use crate::diagnostic::Diagnostic;
use crate::value::{Window, calendar::Date};

/// One scan answers for several choices of axes while it has no more groups than this: folding a finer grain costs less
/// than reading again, until the grain is too fine.
const MOST_GROUPS: usize = 50_000;

/// Scans of no more groups than this are by day.
const DAILY: usize = 10_000;

/// Groups that buckets make, as reckoned before the data is read.
const DAYS: usize = 1_000;
const MONTHS: usize = 40;
/// Members of a dimension whose members are not known.
const UNKNOWN: usize = 100_000;

/// One answer for each request, in order.
pub fn answer(engine: &dyn Engine, requests: &[Request]) -> Result<Vec<Answer>, Vec<Diagnostic>> {
    let asks = Asks::of(requests);
    let mut failed = Vec::new();
    let mut got: Vec<Got> = asks.asks.iter().map(|_| Got::Total(Cell::Nothing)).collect();
    for group in groups(engine, &asks.asks) {
        match engine.scan(&group.scan) {
            Ok(grid) => group.fold(grid, &asks.asks, &mut got),
            Err(errors) => failed.extend(errors),
        }
    }
    let ordered = if asks.ordered.is_empty() { Ok(Vec::new()) } else { engine.ordered(&asks.ordered) };
    let sets = if asks.sets.is_empty() { Ok(Vec::new()) } else { engine.count_keys(&asks.sets) };
    match (ordered, sets) {
        (Ok(ordered), Ok(sets)) if failed.is_empty() => {
            Ok(asks.recipes.iter().map(|r| r.answer(&got, &ordered, &sets)).collect())
        }
        (ordered, sets) => {
            failed.extend(ordered.err().unwrap_or_default());
            failed.extend(sets.err().unwrap_or_default());
            let mut seen = Vec::new();
            failed.retain(|d| {
                let new = !seen.contains(d);
                if new {
                    seen.push(d.clone());
                }
                new
            });
            Err(failed)
        }
    }
}

/// A scan and the asks that it answers, each with its column.
struct Group {
    scan: Scan,
    asks: Vec<(usize, usize)>,
}

/// The axis of a slice's condition.
pub(crate) fn axis(condition: &SliceCondition) -> Axis {
    match &condition.test {
        SliceTest::InSet { set, .. } => Axis::InSet { dimension: condition.dimension, set: set.clone() },
        SliceTest::Members { .. } | SliceTest::NotGiven => Axis::Dimension(condition.dimension),
    }
}

/// The scans of a round. Asks of one source and time field share one as far as the number of groups allows.
fn groups(engine: &dyn Engine, asks: &[Ask]) -> Vec<Group> {
    let mut by_time: BTreeMap<(SourceId, FieldId), Vec<usize>> = BTreeMap::new();
    for (i, ask) in asks.iter().enumerate() {
        by_time.entry((ask.source, ask.time)).or_default().push(i);
    }
    let mut groups = Vec::new();
    for ((source, time), members) in by_time {
        let last = engine.facts(source).and_then(|f| f.last).filter(|_| engine.is_time(source, time));
        groups.extend(split(asks, source, time, &members, last));
    }
    groups
}

/// Asks with the same axes and bucket.
struct Family {
    axes: BTreeSet<usize>,
    bucket: Bucket,
    asks: Vec<usize>,
}

fn split(asks: &[Ask], source: SourceId, time: FieldId, members: &[usize], last: Option<Date>) -> Vec<Group> {
    let mut axes: Vec<Axis> = Vec::new();
    let mut places: HashMap<Axis, usize> = HashMap::new();
    let mut named: Vec<HashSet<&str>> = Vec::new();
    let mut unknown: BTreeSet<usize> = BTreeSet::new();
    let mut place = |axis: Axis, axes: &mut Vec<Axis>| {
        *places.entry(axis).or_insert_with_key(|axis| {
            axes.push(axis.clone());
            axes.len() - 1
        })
    };
    let mut families: BTreeMap<(BTreeSet<usize>, Bucket), Vec<usize>> = BTreeMap::new();
    for &i in members {
        let Some(ask) = asks.get(i) else { continue };
        let mut own = BTreeSet::new();
        for condition in &ask.slice.conditions {
            let at = place(axis(condition), &mut axes);
            own.insert(at);
            named.resize_with(axes.len().max(named.len()), HashSet::new);
            if let (SliceTest::Members { members, .. }, Some(named)) = (&condition.test, named.get_mut(at)) {
                named.extend(members.iter().map(String::as_str));
            }
        }
        if let Shape::Members(dimension) = ask.shape {
            let at = place(Axis::Dimension(dimension), &mut axes);
            own.insert(at);
            unknown.insert(at);
        }
        let bucket = match ask.shape {
            Shape::PerDay => Bucket::Day,
            _ if by_months(ask.window, last) => Bucket::Month,
            _ => Bucket::Day,
        };
        families.entry((own, bucket)).or_default().push(i);
    }
    named.resize_with(axes.len(), HashSet::new);
    let size = |own: &BTreeSet<usize>, bucket: Bucket| {
        let buckets = if bucket == Bucket::Day { DAYS } else { MONTHS };
        own.iter().fold(buckets, |n, at| {
            let known = named.get(*at).map_or(0, HashSet::len);
            n.saturating_mul(if unknown.contains(at) && known == 0 { UNKNOWN } else { known.max(1) + 1 })
        })
    };
    let mut families: Vec<Family> =
        families.into_iter().map(|((axes, bucket), asks)| Family { axes, bucket, asks }).collect();
    families.sort_by_key(|f| std::cmp::Reverse((f.axes.len(), f.axes.iter().copied().collect::<Vec<_>>())));
    let mut merged: Vec<Family> = Vec::new();
    for family in families {
        let home = merged.iter_mut().find(|home| {
            let together: BTreeSet<usize> = home.axes.union(&family.axes).copied().collect();
            size(&together, home.bucket.min(family.bucket)) <= MOST_GROUPS
        });
        match home {
            Some(home) => {
                home.axes.extend(family.axes);
                home.bucket = home.bucket.min(family.bucket);
                home.asks.extend(family.asks);
            }
            None => merged.push(family),
        }
    }
    for family in &mut merged {
        // A day costs less to group by than a month: it needs no calendar.
        if size(&family.axes, Bucket::Day) <= DAILY {
            family.bucket = Bucket::Day;
        }
    }
    merged.into_iter().filter_map(|family| group(asks, source, time, &axes, family)).collect()
}

fn group(asks: &[Ask], source: SourceId, time: FieldId, axes: &[Axis], family: Family) -> Option<Group> {
    let mut columns: Vec<Column> = Vec::new();
    let mut places: HashMap<&Column, usize> = HashMap::new();
    let mut own = Vec::new();
    let mut span: Option<Window> = None;
    for i in family.asks {
        let ask = asks.get(i)?;
        let column = *places.entry(&ask.column).or_insert_with(|| {
            columns.push(ask.column.clone());
            columns.len() - 1
        });
        own.push((i, column));
        span = Some(match span {
            None => ask.window,
            Some(s) => Window { start: s.start.min(ask.window.start), end: s.end.max(ask.window.end) },
        });
    }
    let axes = family.axes.iter().filter_map(|at| axes.get(*at).cloned()).collect();
    Some(Group { scan: Scan { source, time, span: span?, bucket: family.bucket, axes, columns }, asks: own })
}

/// Whether a window is a union of months, as far as there is data.
fn by_months(window: Window, last: Option<Date>) -> bool {
    let starts = |day: Date| day.day() == 1 || day == Date::MIN || day == Date::MAX;
    starts(window.start) && (starts(window.end) || last.is_some_and(|last| last < window.end))
}

/// Days since 1970-01-01.
pub(crate) fn epoch_day(day: Date) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    day.since((jiff::Unit::Day, epoch)).map_or(0, |s| s.get_days())
}

impl Bucket {
    /// The buckets of a window, as a half-open range. A window that ends inside a month (where no data follows) has that
    /// month whole.
    fn range(self, window: Window) -> (i32, i32) {
        let month = |d: Date| i32::from(d.year()) * 12 + i32::from(d.month()) - 1;
        match self {
            Bucket::Day => (epoch_day(window.start), epoch_day(window.end)),
            Bucket::Month => {
                let end = month(window.end) + i32::from(window.end.day() > 1);
                (month(window.start), end)
            }
        }
    }
}

/// The rows of a grid at one place, by bucket.
type Series = Vec<(i32, Vec<Cell>)>;

struct Indexed {
    places: Vec<(Vec<AxisValue>, Series)>,
    by_place: HashMap<Vec<AxisValue>, usize>,
}

impl Group {
    fn fold(&self, grid: Grid, asks: &[Ask], got: &mut [Got]) {
        let index = Indexed::of(grid);
        let primitives: Vec<&Primitive> = self.scan.columns.iter().map(|c| &c.primitive).collect();
        let mut slices: HashMap<&Slice, (Vec<usize>, Option<Series>)> = HashMap::new();
        for (i, column) in &self.asks {
            let (Some(ask), Some(slot), Some(primitive)) = (asks.get(*i), got.get_mut(*i), primitives.get(*column))
            else {
                continue;
            };
            let (matching, folded) = slices.entry(&ask.slice).or_insert_with(|| {
                let matching = index.matching(&self.scan.axes, &ask.slice);
                let folded = (matching.len() != 1).then(|| index.folded(&matching, &primitives));
                (matching, folded)
            });
            let only = matching.first().and_then(|at| index.places.get(*at)).map(|(_, series)| series);
            let series: &[(i32, Vec<Cell>)] = match (&*folded, only) {
                (Some(folded), _) => folded,
                (None, Some(only)) => only,
                (None, None) => &[],
            };
            let range = self.scan.bucket.range(ask.window);
            *slot = match ask.shape {
                Shape::Total => Got::Total(total(within(series, range), *column, primitive)),
                Shape::PerDay => Got::Days(
                    within(series, range)
                        .iter()
                        .filter_map(|(day, cells)| cells.get(*column).map(|c| (*day, c.clone())))
                        .collect(),
                ),
                Shape::Members(dimension) => {
                    let at = self.scan.axes.iter().position(|a| *a == Axis::Dimension(dimension));
                    Got::Members(index.members(matching, at, range, *column))
                }
            };
        }
    }
}

/// The part of a series in a range of buckets.
fn within(series: &[(i32, Vec<Cell>)], (start, end): (i32, i32)) -> &[(i32, Vec<Cell>)] {
    let from = series.partition_point(|(bucket, _)| *bucket < start);
    let to = series.partition_point(|(bucket, _)| *bucket < end);
    series.get(from..to.max(from)).unwrap_or_default()
}

fn total(series: &[(i32, Vec<Cell>)], column: usize, primitive: &Primitive) -> Cell {
    let mut total = Cell::Nothing;
    for cell in series.iter().filter_map(|(_, cells)| cells.get(column)) {
        total.fold(cell, primitive);
    }
    total
}

impl Indexed {
    fn of(grid: Grid) -> Indexed {
        let mut index = Indexed { places: Vec::new(), by_place: HashMap::new() };
        for row in grid.rows {
            let at = match index.by_place.get(&row.place) {
                Some(at) => *at,
                None => {
                    index.places.push((row.place.clone(), Vec::new()));
                    index.by_place.insert(row.place, index.places.len() - 1);
                    index.places.len() - 1
                }
            };
            if let Some((_, series)) = index.places.get_mut(at) {
                series.push((row.bucket, row.cells));
            }
        }
        for (_, series) in &mut index.places {
            series.sort_by_key(|(bucket, _)| *bucket);
        }
        index
    }

    /// The places of which a slice is made.
    fn matching(&self, axes: &[Axis], slice: &Slice) -> Vec<usize> {
        let tests: Vec<Vec<&SliceTest>> =
            axes.iter().map(|a| slice.conditions.iter().filter(|c| axis(c) == *a).map(|c| &c.test).collect()).collect();
        // The usual slice names one member on every axis: one place, found without looking at the others.
        let exact: Option<Vec<AxisValue>> = tests
            .iter()
            .map(|tests| match tests.as_slice() {
                [SliceTest::Members { members, negated: false }] => match members.as_slice() {
                    [member] => Some(AxisValue::Member(member.as_str().into())),
                    _ => None,
                },
                [SliceTest::NotGiven] => Some(AxisValue::NotGiven),
                _ => None,
            })
            .collect();
        if let Some(place) = exact {
            return self.by_place.get(&place).copied().into_iter().collect();
        }
        let fits = |place: &[AxisValue]| {
            place.iter().zip(&tests).all(|(value, tests)| tests.iter().all(|test| holds(test, value)))
        };
        self.places.iter().enumerate().filter(|(_, (place, _))| fits(place)).map(|(i, _)| i).collect()
    }

    /// The series over several places together.
    fn folded(&self, matching: &[usize], primitives: &[&Primitive]) -> Series {
        let mut sums: BTreeMap<i32, Vec<Cell>> = BTreeMap::new();
        for (_, series) in matching.iter().filter_map(|at| self.places.get(*at)) {
            for (bucket, cells) in series {
                let into = sums.entry(*bucket).or_insert_with(|| vec![Cell::Nothing; cells.len()]);
                for ((into, cell), primitive) in into.iter_mut().zip(cells).zip(primitives) {
                    into.fold(cell, primitive);
                }
            }
        }
        sums.into_iter().collect()
    }

    fn members(&self, matching: &[usize], at: Option<usize>, range: (i32, i32), column: usize) -> Vec<String> {
        let mut members = BTreeSet::new();
        for (place, series) in matching.iter().filter_map(|i| self.places.get(*i)) {
            if let Some(AxisValue::Member(member)) = at.and_then(|at| place.get(at)) {
                let has_rows =
                    within(series, range).iter().any(|(_, cells)| cells.get(column).is_some_and(|c| c.count() > 0));
                if has_rows {
                    members.insert(member.to_string());
                }
            }
        }
        members.into_iter().collect()
    }
}

/// A row without a value of the dimension satisfies only `NotGiven`, whether a test is negated or not.
pub(crate) fn holds(test: &SliceTest, value: &AxisValue) -> bool {
    match (test, value) {
        (SliceTest::NotGiven, value) => *value == AxisValue::NotGiven,
        (_, AxisValue::NotGiven) => false,
        (SliceTest::Members { members, negated }, AxisValue::Member(member)) => {
            members.iter().any(|m| **m == **member) != *negated
        }
        (SliceTest::InSet { negated, .. }, value) => (*value == AxisValue::Inside) != *negated,
        (SliceTest::Members { .. }, _) => false,
    }
}
