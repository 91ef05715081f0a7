//! The three marks of a value: what its status is, how far it has come, and how it came there.

use super::scene::{Bounds, Color, Dash, Form, Group, Item, Role, Shape, Step, Stroke};
use crate::results::Status;

/// The score that fills a [`bullet`].
pub const BULLET_FULL: f64 = 120.0;

/// The colours of status marks on one ground.
struct Palette {
    on_target: Color,
    at_risk: Color,
    at_risk_edge: Color,
    at_risk_ink: Color,
    off_target: Color,
    mark: Color,
    ring: Color,
    ground: Color,
}

const ON_PAPER: Palette = Palette {
    on_target: Color::OnTarget,
    at_risk: Color::AtRisk,
    at_risk_edge: Color::AtRiskEdge,
    at_risk_ink: Color::AtRiskInk,
    off_target: Color::OffTarget,
    mark: Color::Mark,
    ring: Color::NoData,
    ground: Color::Background,
};

const ON_HEAD: Palette = Palette {
    on_target: Color::HeadOnTarget,
    at_risk: Color::HeadAtRisk,
    at_risk_edge: Color::HeadAtRisk,
    at_risk_ink: Color::HeadMark,
    off_target: Color::HeadOffTarget,
    mark: Color::HeadMark,
    ring: Color::HeadNoData,
    ground: Color::Head,
};

/// A status as a shape, a mark and a colour around a point; `radius` in pixels.
pub fn status(status: Status, x: f64, y: f64, radius: f64) -> Group {
    Group { mark: Some((x, y, radius)), ..drawn(status, x, y, radius, &ON_PAPER) }
}

/// The same on the fish's head.
pub fn status_on_head(status: Status, x: f64, y: f64, radius: f64) -> Group {
    drawn(status, x, y, radius, &ON_HEAD)
}

fn drawn(status: Status, x: f64, y: f64, radius: f64, palette: &Palette) -> Group {
    use Step::{Close, Curve, Line, Move};
    let mut group = Group::new(Role::Part);
    group.status = Some(status);
    let at = |dx: f64, dy: f64| (x + dx * radius, y + dy * radius);
    let moved = |dx: f64, dy: f64| Move(at(dx, dy).0, at(dx, dy).1);
    let lined = |dx: f64, dy: f64| Line(at(dx, dy).0, at(dx, dy).1);
    let ink = |steps: Vec<Step>, color: Color| Shape::drawn(Form::Path(steps), Stroke::new(color, radius * 0.27));
    let ring = |dash: Dash| {
        let stroke = Stroke::new(palette.ring, radius * 0.17).dash(dash);
        Shape { form: Form::circle(x, y, radius * 0.95), fill: Some(palette.ground), stroke: Some(stroke) }
    };
    let thin = |steps: Vec<Step>| Shape::drawn(Form::Path(steps), Stroke::new(palette.ring, radius * 0.2));
    let shapes = match status {
        Status::OnTarget => vec![
            Shape::filled(Form::circle(x, y, radius), palette.on_target),
            ink(vec![moved(-0.46, 0.04), lined(-0.13, 0.39), lined(0.48, -0.36)], palette.mark),
        ],
        Status::AtRisk => vec![
            Shape::filled(
                Form::Path(vec![moved(0.0, -1.12), lined(1.2, 0.98), lined(-1.2, 0.98), Close]),
                palette.at_risk,
            )
            .stroke(Stroke::new(palette.at_risk_edge, radius * 0.14)),
            ink(vec![moved(0.0, -0.42), lined(0.0, 0.2)], palette.at_risk_ink),
            ink(vec![moved(0.0, 0.58), lined(0.0, 0.581)], palette.at_risk_ink),
        ],
        Status::OffTarget => vec![
            Shape::filled(
                Form::Path(vec![moved(0.0, -1.15), lined(1.15, 0.0), lined(0.0, 1.15), lined(-1.15, 0.0), Close]),
                palette.off_target,
            )
            .stroke(Stroke::new(palette.off_target, radius * 0.14)),
            ink(vec![moved(-0.35, -0.35), lined(0.35, 0.35), moved(0.35, -0.35), lined(-0.35, 0.35)], palette.mark),
        ],
        Status::NoData => vec![
            ring(Dash::Dotted),
            thin(vec![
                moved(-0.27, -0.22),
                Curve(at(-0.27, -0.53), at(0.0, -0.53)),
                Curve(at(0.3, -0.53), at(0.3, -0.25)),
                Curve(at(0.3, -0.03), at(0.0, 0.08)),
                lined(0.0, 0.22),
            ]),
            thin(vec![moved(0.0, 0.52), lined(0.0, 0.521)]),
        ],
        Status::InProgress => vec![
            ring(Dash::Solid),
            thin(vec![moved(-0.4, 0.0), lined(-0.4, 0.001), moved(0.0, 0.0), lined(0.0, 0.001)]),
            thin(vec![moved(0.4, 0.0), lined(0.4, 0.001)]),
        ],
        Status::NotDue => {
            vec![ring(Dash::Solid), thin(vec![moved(0.0, -0.5), lined(0.0, 0.05), lined(0.36, 0.26)])]
        }
        Status::NoTarget => vec![ring(Dash::Solid), thin(vec![moved(-0.38, 0.0), lined(0.38, 0.0)])],
    };
    group.items.extend(shapes.into_iter().map(Item::from));
    group
}

/// A bar of a score in a box, with a tick at 100; None: an empty one.
pub fn bullet(bounds: Bounds, score: Option<f64>, status: Option<Status>) -> Vec<Item> {
    let Bounds { x, y, width, height } = bounds;
    let tick = x + width * 100.0 / BULLET_FULL;
    let mut items = vec![Shape::filled(Form::rect(x, y, width, height, 1.5), Color::Track).into()];
    if let Some(score) = score.filter(|s| *s > 0.0) {
        let length = (score.min(BULLET_FULL) / BULLET_FULL * width).max(1.0);
        let bar = Shape::filled(Form::rect(x, y, length, height, 1.5), status.map_or(Color::NoData, Color::of_status));
        let edge = Stroke::new(Color::AtRiskEdge, 0.8);
        items.push(if status == Some(Status::AtRisk) { bar.stroke(edge) } else { bar }.into());
    }
    let over = height * 0.36;
    items.push(Shape::drawn(Form::line(tick, y - over, tick, y + height + over), Stroke::new(Color::Ink, 1.6)).into());
    items
}

/// The values of a history as a line in a box, lowest at its bottom and highest at its top, the last with a dot in the
/// colour of its status. None: no value, a gap. Empty below two values, which show no course.
pub fn spark(bounds: Bounds, values: &[Option<f64>], status: Option<Status>) -> Vec<Item> {
    let known: Vec<f64> = values.iter().flatten().copied().filter(|v| v.is_finite()).collect();
    let (Some(low), Some(high)) = (known.iter().copied().reduce(f64::min), known.iter().copied().reduce(f64::max))
    else {
        return Vec::new();
    };
    if known.len() < 2 {
        return Vec::new();
    }
    let step = bounds.width / (values.len() - 1).max(1) as f64;
    // Halves keep the span of two huge values finite.
    let span = high / 2.0 - low / 2.0;
    let place = |v: f64| if span > 0.0 { (v / 2.0 - low / 2.0) / span } else { 0.5 };
    let mut steps = Vec::new();
    let mut last = None;
    let mut drawing = false;
    let mut lone = Vec::new();
    for (i, value) in values.iter().enumerate() {
        let Some(value) = value.filter(|v| v.is_finite()) else {
            drawing = false;
            continue;
        };
        let (x, y) = (bounds.x + step * i as f64, bounds.bottom() - place(value) * bounds.height);
        steps.push(if drawing { Step::Line(x, y) } else { Step::Move(x, y) });
        let next = values.get(i + 1).is_some_and(|v| v.is_some_and(f64::is_finite));
        if !drawing && !next {
            lone.push((x, y));
        }
        drawing = true;
        last = Some((i, x, y));
    }
    let mut items = vec![Shape::drawn(Form::Path(steps), Stroke::new(Color::Muted, 1.3)).into()];
    for (x, y) in lone {
        items.push(Shape::filled(Form::circle(x, y, 1.1), Color::Muted).into());
    }
    if let Some((_, x, y)) = last.filter(|(i, ..)| i + 1 == values.len()) {
        let color = match status {
            Some(Status::AtRisk) => Color::AtRiskEdge,
            Some(status) => Color::of_status(status),
            None => Color::Muted,
        };
        items.push(Shape::filled(Form::circle(x, y, 2.2), color).into());
    }
    items
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const ROOM: Bounds = Bounds { x: 10.0, y: 20.0, width: 48.0, height: 12.0 };

    fn inside(items: &[Item], slack: f64) {
        let room = Bounds { x: 10.0 - slack, y: 20.0 - slack, width: 48.0 + 2.0 * slack, height: 12.0 + 2.0 * slack };
        for item in items {
            let Item::Shape(shape) = item else { panic!() };
            let points = match &shape.form {
                Form::Box { bounds, .. } => vec![(bounds.x, bounds.y), (bounds.right(), bounds.bottom())],
                Form::Line { from, to } => vec![*from, *to],
                Form::Circle { center, .. } => vec![*center],
                Form::Path(steps) => steps
                    .iter()
                    .map(|s| match *s {
                        Step::Move(x, y) | Step::Line(x, y) => (x, y),
                        _ => panic!(),
                    })
                    .collect(),
            };
            for (x, y) in points {
                assert!(room.x <= x && x <= room.right() && room.y <= y && y <= room.bottom(), "{x} {y}");
            }
        }
    }

    #[test]
    fn bullets_stay_in_their_box() {
        for score in [None, Some(0.0), Some(-5.0), Some(60.0), Some(1e9), Some(f64::NAN)] {
            inside(&bullet(ROOM, score, Some(Status::AtRisk)), 5.0);
        }
        assert_eq!(bullet(ROOM, Some(100.0), None).len(), 3);
        assert_eq!(bullet(ROOM, Some(f64::NAN), None).len(), 2);
    }

    #[test]
    fn histories_have_gaps() {
        assert!(spark(ROOM, &[], None).is_empty() && spark(ROOM, &[None, Some(1.0)], None).is_empty());
        inside(&spark(ROOM, &[Some(f64::MIN), None, Some(f64::MAX), Some(0.0)], None), 0.0);
        inside(&spark(ROOM, &[Some(3.0), Some(3.0)], None), 0.0);
        // Line, lone point, dot at the end.
        assert_eq!(spark(ROOM, &[Some(1.0), None, Some(2.0), Some(3.0)], None).len(), 3);
        // Nothing marks an end that is missing.
        assert_eq!(spark(ROOM, &[Some(2.0), Some(3.0), None], None).len(), 1);
    }
}
