//! What stands around every picture: title, legend, footer.

use super::layout::MARGIN;
use super::marks;
use super::measure::{self, Font};
use super::scene::{Anchor, Bounds, Color, Form, Group, Role, Shape, Stroke, Text, Weight};
use crate::results::Status;

/// Where a picture begins below its heading.
pub const TOP: f64 = 106.0;

/// The title and a line below it, at the top.
pub fn heading(title: &str, subtitle: &[String], width: f64) -> Group {
    let room = width - 2.0 * MARGIN;
    let title = Text::new(MARGIN, 50.0, 22.0, title).weight(Weight::Bold).within(room);
    let subtitle = Text::new(MARGIN, 72.0, 12.5, &subtitle.join(" · ")).color(Color::Muted);
    let mut group = Group::new(Role::Heading);
    group.bounds = Some(Bounds { x: MARGIN, y: 26.0, width: room, height: 52.0 });
    group.items = vec![title.into(), subtitle.within(room).into()];
    group
}

/// Where it came from, at the right.
pub fn footer(provenance: &str, right: f64, y: f64) -> Group {
    let mut group = Group::new(Role::Footer);
    let text = Text::new(right - MARGIN, y + 4.0, 11.5, provenance);
    let text = text.color(Color::Muted).anchor(Anchor::End);
    group.bounds = Some(text.bounds());
    group.items.push(text.into());
    group
}

/// What a legend explains.
pub enum Entry {
    Status(Status),
    Weight,
    Score,
}

/// What marks and lines mean, in a row.
#[derive(Default)]
pub struct Legend {
    entries: Vec<(Entry, &'static str)>,
    /// What it takes, with the footer to its right.
    pub width: f64,
}

impl Legend {
    const FONT: Font = Font::regular(12.0);
    const GAP: f64 = 22.0;

    fn mark(entry: &Entry) -> f64 {
        match entry {
            Entry::Status(_) => 22.0,
            Entry::Weight => 42.0,
            Entry::Score => 48.0,
        }
    }

    pub fn add(&mut self, entry: Entry, word: &'static str) {
        self.width += Self::mark(&entry) + measure::width(word, Self::FONT) + Self::GAP;
        self.entries.push((entry, word));
    }

    /// The footer stands to its right.
    pub fn beside_footer(self, provenance: &str) -> Legend {
        Legend { width: self.width + 24.0 + measure::width(provenance, Font::regular(11.5)), ..self }
    }

    pub fn draw(&self, y: f64) -> Group {
        let mut group = Group::new(Role::Legend);
        let mut x = MARGIN;
        for (entry, word) in &self.entries {
            match entry {
                Entry::Status(status) => group.items.push(marks::status(*status, x + 8.0, y, 7.5).into()),
                Entry::Weight => {
                    for (at, thick) in [(0.0, 1.4), (18.0, 3.6)] {
                        let line = Form::line(x + at, y, x + at + 15.0, y);
                        group.items.push(Shape::drawn(line, Stroke::new(Color::Rib, thick)).into());
                    }
                }
                Entry::Score => {
                    let room = Bounds { x, y: y - 3.5, width: 40.0, height: 7.0 };
                    group.items.extend(marks::bullet(room, None, None));
                }
            }
            let text = Text::new(x + Self::mark(entry), y + 4.0, Self::FONT.size, word).color(Color::Muted);
            x += Self::mark(entry) + text.bounds().width + Self::GAP;
            group.items.push(text.into());
        }
        group.bounds = Some(Bounds { x: MARGIN, y: y - 12.0, width: (x - MARGIN - Self::GAP).max(0.0), height: 24.0 });
        group
    }
}
