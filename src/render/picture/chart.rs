//! A history as a chart: the values with their gaps, what each period was held against, the bands between, the last value
//! in words.

use super::marks;
use super::measure::{self, Font};
use super::outline::typographic;
use super::scene::{Anchor, Color, Form, Item, Scene, Shape, Step, Stroke, Text, Weight};
use crate::design::Direction;
use crate::render::results::format;
use crate::render::words::Lang;
use crate::results::{BoundValue, Row, Status};
use crate::value::{Number, Unit};

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 200.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 26.0;
const LABEL: Font = Font::regular(11.0);
const LAST: Font = Font::bold(13.0);
/// Radius of a mark.
const MARK: f64 = 4.8;
/// Between two labels on the axis of periods.
const APART: f64 = 14.0;

/// One period. Values are in base units.
#[derive(Clone, Debug, Default)]
pub struct Point<'a> {
    pub label: &'a str,
    pub value: Option<&'a Number>,
    /// What was judged, where it is another period than this.
    pub judged: Option<&'a Number>,
    pub target: Option<&'a BoundValue>,
    pub threshold: Option<&'a BoundValue>,
    pub status: Option<Status>,
}

impl<'a> Point<'a> {
    pub fn new(row: &'a Row) -> Point<'a> {
        Point {
            label: &row.period,
            value: row.value.as_ref(),
            // Of a rate, the last month of a quarter may have the quarter's value.
            judged: row.judged.as_ref().map(|(_, value)| value).filter(|v| Some(*v) != row.value.as_ref()),
            target: row.expected.as_ref(),
            threshold: row.threshold.as_ref(),
            status: row.status,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Course<'a> {
    pub title: &'a str,
    /// In order of time; the last is the one that is reported.
    pub points: &'a [Point<'a>],
    pub unit: Option<&'a Unit>,
    pub direction: Direction,
    pub lang: Lang,
}

/// What the lines of the chart look like, for its key.
pub mod lines {
    use super::super::scene::{Color, Dash, Stroke};

    pub const VALUE: Stroke = Stroke::new(Color::Spine, 2.0);
    pub const TARGET: Stroke = Stroke::new(Color::Ink, 1.5).dash(Dash::Dashed);
    pub const THRESHOLD: Stroke = Stroke::new(Color::Rib, 1.5).dash(Dash::Dotted);
}

/// The chart of a course.
pub fn history(course: &Course<'_>) -> Scene {
    let mut scene = Scene {
        width: WIDTH,
        height: HEIGHT,
        title: course.title.to_string(),
        summary: summary(course),
        lang: course.lang,
        items: Vec::new(),
    };
    let Some(plot) = Plot::new(course) else { return scene };
    plot.bands(&mut scene.items);
    plot.axes(&mut scene.items);
    plot.bounds(|p| p.threshold, lines::THRESHOLD, &mut scene.items);
    plot.bounds(|p| p.target, lines::TARGET, &mut scene.items);
    plot.values(&mut scene.items);
    scene
}

/// From when to when, the last value and what it is held against.
fn summary(course: &Course<'_>) -> String {
    let (Some(first), Some(last)) = (course.points.first(), course.points.last()) else { return String::new() };
    let mut text = format!("{} – {}", first.label, last.label);
    if let Some(value) = last.value {
        text.push_str(&format!(
            "{}{} {}",
            course.lang.comma(),
            course.lang.pick("last", "最新值"),
            format::people(value, course.unit, course.lang)
        ));
    }
    if let Some(target) = last.target {
        let target = typographic(&format::bound(target, course.unit, Some(course.direction), course.lang));
        text.push_str(&format!("{}{} {target}", course.lang.comma(), course.lang.pick("target", "目标值")));
    }
    text
}

struct Plot<'a> {
    course: &'a Course<'a>,
    left: f64,
    /// From one period to the next.
    step: f64,
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
}

impl<'a> Plot<'a> {
    /// None: there is nothing to draw.
    fn new(course: &'a Course<'a>) -> Option<Plot<'a>> {
        let ends = |bound: Option<&BoundValue>| match bound {
            Some(BoundValue::One(n)) => vec![in_unit(n, course.unit)],
            Some(BoundValue::Range(low, high)) => vec![in_unit(low, course.unit), in_unit(high, course.unit)],
            None => Vec::new(),
        };
        let mut known: Vec<f64> = Vec::new();
        for point in course.points {
            known.extend(point.value.into_iter().chain(point.judged).map(|n| in_unit(n, course.unit)));
            known.extend(ends(point.target));
            known.extend(ends(point.threshold));
        }
        known.retain(|v| v.is_finite() && v.abs() < 1e15);
        let low = known.iter().copied().reduce(f64::min)?;
        let high = known.iter().copied().reduce(f64::max)?;
        let spare = if high > low { (high - low) * 0.1 } else { (high.abs() * 0.1).max(0.5) };
        // What cannot be negative is not shown as if it could.
        let least = if low >= 0.0 { (low - spare).max(0.0) } else { low - spare };
        let (low, high) = (least, high + spare);
        let ticks = ticks(low, high, course.unit, course.lang);
        let widest = ticks.iter().map(|(_, t)| measure::width(t, LABEL)).fold(0.0, f64::max);
        let left = (widest + 10.0).round();
        let last = course.points.last().and_then(|p| p.value);
        let last = last.map_or(0.0, |v| measure::width(&format::people(v, course.unit, course.lang), LAST));
        let label = course.points.last().map_or(0.0, |p| measure::width(p.label, LABEL));
        let right = (last.max(label) / 2.0 + 4.0).max(14.0);
        // A period is as wide as it takes; few are not torn apart.
        let step = ((WIDTH - left - right) / (course.points.len() as f64 - 0.5).max(0.5)).min(110.0);
        Some(Plot { course, left, step, low, high, ticks })
    }

    /// The middle of a period.
    fn x(&self, at: usize) -> f64 {
        tenths(self.left + self.step * (at as f64 + 0.5))
    }

    fn edges(&self, at: usize) -> (f64, f64) {
        let edge = |at: usize| (self.left + self.step * at as f64).round();
        (edge(at), edge(at + 1))
    }

    fn right(&self) -> f64 {
        self.edges(self.course.points.len().saturating_sub(1)).1
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        tenths(HEIGHT - BOTTOM - share.clamp(-0.2, 1.2) * (HEIGHT - BOTTOM - TOP))
    }

    fn y_of(&self, number: &Number) -> f64 {
        self.y(in_unit(number, self.course.unit))
    }

    /// What is off target and what is at risk, as far as the target and the threshold of each period say.
    fn bands(&self, items: &mut Vec<Item>) {
        let (mut off, mut risk) = (Vec::new(), Vec::new());
        let (top, bottom) = (self.y(self.high), self.y(self.low));
        for (at, point) in self.course.points.iter().enumerate() {
            let Some(target) = point.target else { continue };
            let (left, right) = self.edges(at);
            let area = |steps: &mut Vec<Step>, from: f64, to: f64| {
                let (from, to) = (from.clamp(top, bottom), to.clamp(top, bottom));
                if (to - from).abs() < 0.5 {
                    return;
                }
                // What goes on as before is one area.
                match steps.as_mut_slice() {
                    [.., Step::Line(x1, y1), Step::Line(x2, y2), Step::Line(_, _), Step::Close]
                        if (*x1, *x2) == (left, left) && (*y1, *y2) == (from, to) =>
                    {
                        (*x1, *x2) = (right, right);
                    }
                    _ => {
                        steps.extend([Step::Move(left, from), Step::Line(right, from), Step::Line(right, to)]);
                        steps.extend([Step::Line(left, to), Step::Close]);
                    }
                }
            };
            // The side on which a value misses.
            let mut side = |target: f64, threshold: Option<f64>, end: f64| {
                if let Some(threshold) = threshold {
                    area(&mut risk, target, threshold);
                }
                area(&mut off, threshold.unwrap_or(target), end);
            };
            let ends = |bound: &BoundValue| match bound {
                BoundValue::One(n) => (self.y_of(n), self.y_of(n)),
                BoundValue::Range(low, high) => (self.y_of(low), self.y_of(high)),
            };
            let (low, high) = ends(target);
            let threshold = point.threshold.map(ends);
            match self.course.direction {
                Direction::Higher => side(low, threshold.map(|t| t.0), bottom),
                Direction::Lower => side(high, threshold.map(|t| t.1), top),
                Direction::Range => {
                    side(low, threshold.map(|t| t.0), bottom);
                    side(high, threshold.map(|t| t.1), top);
                }
            }
        }
        for (steps, color) in [(risk, Color::AtRiskBand), (off, Color::OffTargetBand)] {
            if !steps.is_empty() {
                items.push(Shape::filled(Form::Path(steps), color).into());
            }
        }
    }

    fn axes(&self, items: &mut Vec<Item>) {
        let mut grid = Vec::new();
        for (value, label) in &self.ticks {
            let y = self.y(*value).round() + 0.5;
            grid.extend([Step::Move(self.left, y), Step::Line(self.right(), y)]);
            let text = Text::new(self.left - 7.0, y + 3.5, LABEL.size, label);
            items.push(text.anchor(Anchor::End).color(Color::Muted).into());
        }
        items.push(Shape::drawn(Form::Path(grid), Stroke::new(Color::Hairline, 1.0)).into());
        // Counted from the last, which is the one that is reported.
        let widest = self.course.points.iter().map(|p| measure::width(p.label, LABEL)).fold(0.0, f64::max);
        let every = ((widest + APART) / self.step).ceil().max(1.0) as usize;
        for (at, point) in self.course.points.iter().enumerate().rev().step_by(every) {
            let text = Text::new(self.x(at), HEIGHT - 8.0, LABEL.size, point.label);
            items.push(text.anchor(Anchor::Middle).color(Color::Muted).into());
        }
    }

    /// A line in steps: each period as it was held, both ends of a range.
    fn bounds(&self, of: impl Fn(&Point<'a>) -> Option<&'a BoundValue>, stroke: Stroke, items: &mut Vec<Item>) {
        let upper = |bound: &'a BoundValue| match bound {
            BoundValue::One(n) | BoundValue::Range(_, n) => Some(n),
        };
        let lower = |bound: &'a BoundValue| match bound {
            BoundValue::One(_) => None,
            BoundValue::Range(n, _) => Some(n),
        };
        let ends: [&dyn Fn(&'a BoundValue) -> Option<&'a Number>; 2] = [&upper, &lower];
        for end in ends {
            let mut steps: Vec<Step> = Vec::new();
            let mut before: Option<f64> = None;
            for (at, point) in self.course.points.iter().enumerate() {
                let y = of(point).and_then(end).map(|n| self.y_of(n));
                if let Some(y) = y {
                    let (left, right) = self.edges(at);
                    match before {
                        // A level that goes on is one line.
                        Some(last) if (last - y).abs() < 0.01 => {
                            steps.pop();
                        }
                        Some(_) => steps.push(Step::Line(left, y)),
                        None => steps.push(Step::Move(left, y)),
                    }
                    steps.push(Step::Line(right, y));
                }
                before = y;
            }
            if !steps.is_empty() {
                items.push(Shape::drawn(Form::Path(steps), stroke).into());
            }
        }
    }

    fn values(&self, items: &mut Vec<Item>) {
        let mut steps = Vec::new();
        let mut dots: Vec<Item> = Vec::new();
        let mut drawing = false;
        for (at, point) in self.course.points.iter().enumerate() {
            let x = self.x(at);
            let Some(value) = point.value else {
                drawing = false;
                dots.push(marks::status(Status::NoData, x, self.y(self.low) - 8.0, MARK).into());
                continue;
            };
            let y = self.y_of(value);
            steps.push(if drawing { Step::Line(x, y) } else { Step::Move(x, y) });
            drawing = true;
            match point.judged {
                None => dots.push(dot(x, y, point.status)),
                Some(judged) => {
                    dots.push(Shape::filled(Form::circle(x, y, 2.6), Color::Spine).into());
                    dots.push(self::judged(x, self.y_of(judged), point.status));
                }
            }
        }
        items.push(Shape::drawn(Form::Path(steps), lines::VALUE).into());
        items.extend(dots);
        let last = self.course.points.len().saturating_sub(1);
        if let Some(point) = self.course.points.get(last)
            && let Some(value) = point.value
        {
            // Above or below, wherever fewer lines are in the way: that which comes from the left, and what it is held against.
            let y = self.y_of(value);
            let before = self.course.points.iter().rev().nth(1).and_then(|p| p.value).map(|v| self.y_of(v));
            let held = [point.target, point.threshold].into_iter().flatten().flat_map(|bound| match bound {
                BoundValue::One(n) => vec![n],
                BoundValue::Range(low, high) => vec![low, high],
            });
            let lines: Vec<f64> = held.chain(point.judged).map(|n| self.y_of(n)).collect();
            let crossed = |from: f64, to: f64| lines.iter().filter(|y| (from..to).contains(*y)).count();
            let above = crossed(y - 24.0, y - 4.0) + usize::from(before.is_some_and(|b| b < y - 4.0));
            let under = crossed(y + 4.0, y + 24.0)
                + usize::from(before.is_some_and(|b| b > y + 4.0))
                + 2 * usize::from(y + 20.0 > HEIGHT - BOTTOM);
            let below = under < above;
            let label = format::people(value, self.course.unit, self.course.lang);
            let text = Text::new(self.x(last), if below { y + 18.0 } else { y - 9.0 }, LAST.size, &label);
            items.push(text.anchor(Anchor::Middle).weight(Weight::Bold).into());
        }
    }
}

/// The colour of a line that says a status.
fn edge(status: Option<Status>) -> Color {
    match status {
        Some(Status::AtRisk) => Color::AtRiskEdge,
        Some(status) if status.is_verdict() => Color::of_status(status),
        _ => Color::Spine,
    }
}

/// What was judged, where it is not the period's value: a ring.
pub fn judged(x: f64, y: f64, status: Option<Status>) -> Item {
    Shape::filled(Form::circle(x, y, 3.8), Color::Background).stroke(Stroke::new(edge(status), 1.8)).into()
}

/// A value with the mark of its status; a plain dot where nothing was judged.
fn dot(x: f64, y: f64, status: Option<Status>) -> Item {
    match status {
        Some(status) if status.is_verdict() => marks::status(status, x, y, MARK).into(),
        _ => Shape::filled(Form::circle(x, y, 2.6), Color::Spine).into(),
    }
}

/// A tenth of a pixel is finer than anybody sees.
fn tenths(at: f64) -> f64 {
    (at * 10.0).round() / 10.0
}

fn in_unit(number: &Number, unit: Option<&Unit>) -> f64 {
    unit.map_or_else(|| number.to_f64(), |u| u.from_base(number).to_f64())
}

/// Three to six round values inside of a span, with their words.
fn ticks(low: f64, high: f64, unit: Option<&Unit>, lang: Lang) -> Vec<(f64, String)> {
    let raw = (high - low) / 4.0;
    let power = raw.log10().floor();
    let scale = 10f64.powf(power);
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|s| s * scale).find(|s| *s >= raw * 0.999).unwrap_or(raw);
    let digits = (1.0 - power).clamp(0.0, 12.0) as usize;
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last.min(first + 8))
        .filter_map(|n| {
            let value = n as f64 * step;
            let number = Number::from_decimal(format!("{value:.digits$}").parse().ok()?);
            let base = unit.map_or_else(|| number.clone(), |u| u.to_base(&number));
            Some((value, format::as_written(&base, unit, lang)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::render::picture::svg;

    fn number(text: &str) -> Number {
        Number::from_decimal(text.parse().unwrap())
    }

    fn drawn(points: &[Point<'_>], unit: &str, direction: Direction) -> String {
        let unit = Unit::builtin(unit);
        let course = Course { title: "T", points, unit: unit.as_ref(), direction, lang: Lang::En };
        svg::image(&history(&course), "c").into_string()
    }

    #[test]
    fn a_course_with_a_gap_and_a_target_in_steps() {
        let values = ["0.70", "0.74", "0.79"].map(number);
        let targets = ["0.75", "0.75", "0.8"].map(|t| BoundValue::One(number(t)));
        let threshold = BoundValue::One(number("0.72"));
        let point = |label, at: usize, value, status| Point {
            label,
            value,
            target: Some(&targets[at]),
            threshold: Some(&threshold),
            status: Some(status),
            judged: None,
        };
        let points = [
            point("2026-Q1", 0, Some(&values[0]), Status::OffTarget),
            point("2026-Q2", 1, None, Status::NoData),
            point("2026-Q3", 1, Some(&values[1]), Status::AtRisk),
            point("2026-Q4", 2, Some(&values[2]), Status::AtRisk),
        ];
        insta::assert_snapshot!(drawn(&points, "%", Direction::Higher).replace("><", ">\n<"));
    }

    #[test]
    fn anything_can_be_drawn() {
        let (zero, huge, tiny) = (number("0"), Number::Float(1e300), number("-0.000001"));
        let range = BoundValue::Range(number("-1"), number("1"));
        for direction in [Direction::Higher, Direction::Lower, Direction::Range] {
            for values in [vec![], vec![&zero], vec![&zero, &tiny], vec![&huge, &zero], vec![&tiny; 100]] {
                let points: Vec<Point<'_>> = values
                    .iter()
                    .map(|v| Point {
                        label: "2026-01",
                        value: Some(v),
                        judged: Some(&zero),
                        target: Some(&range),
                        ..Point::default()
                    })
                    .collect();
                let svg = drawn(&points, "days", direction);
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            }
        }
    }

    #[test]
    fn ticks_are_round() {
        let words = |low, high, unit: &str| -> Vec<String> {
            ticks(low, high, Unit::builtin(unit).as_ref(), Lang::En).into_iter().map(|(_, t)| t).collect()
        };
        assert_eq!(words(61.0, 84.0, "%"), ["70%", "80%"]);
        assert_eq!(words(0.0, 1_000_000.0, "1"), ["0", "250,000", "500,000", "750,000", "1,000,000"]);
        assert_eq!(words(0.05, 0.21, "1"), ["0.05", "0.1", "0.15", "0.2"]);
    }
}
