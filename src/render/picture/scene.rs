//! A picture before any format: shapes and texts in plain numbers (one is a CSS pixel), coloured by what they mean.

use crate::render::picture::measure::{self, Font};
use crate::render::words::Lang;
use crate::results::{Status, SubjectId};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    pub width: f64,
    pub height: f64,
    /// What it is called, and in a sentence what it shows: read aloud.
    pub title: String,
    pub summary: String,
    pub lang: Lang,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Group(Group),
    Shape(Shape),
    Text(Text),
}

/// Things that belong together: a row of the fishbone, a node of the lineage.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub role: Role,
    /// What it stands for; aliases share it with their home.
    pub subject: Option<SubjectId>,
    pub status: Option<Status>,
    /// What is read aloud and shown as a tooltip.
    pub label: Option<String>,
    /// The room that is its own: no two groups with one intersect, unless one holds the other.
    pub bounds: Option<Bounds>,
    /// Of the mark of a status: its middle and radius. A page draws each once and refers to it.
    pub mark: Option<(f64, f64, f64)>,
    pub items: Vec<Item>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Title and subtitle.
    Heading,
    Head,
    /// A bone with all that hangs on it.
    Bone,
    /// The box at a bone's end.
    Factor,
    /// A factor in a factor, as a row.
    SubFactor,
    Indicator,
    /// An indicator whose home is elsewhere.
    Alias,
    /// A source, a measure, an edge: of the lineage.
    Source,
    Measure,
    Edge,
    Legend,
    Footer,
    /// A history chart and its like.
    Chart,
    /// Without a meaning of its own.
    Part,
}

impl Role {
    /// The name of its class in SVG, and of its kind in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Heading => "heading",
            Role::Head => "head",
            Role::Bone => "bone",
            Role::Factor => "factor",
            Role::SubFactor => "sub-factor",
            Role::Indicator => "indicator",
            Role::Alias => "alias",
            Role::Source => "source",
            Role::Measure => "measure",
            Role::Edge => "edge",
            Role::Legend => "legend",
            Role::Footer => "footer",
            Role::Chart => "chart",
            Role::Part => "part",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Bounds {
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub fn intersects(&self, other: &Bounds) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    pub fn contains(&self, other: &Bounds) -> bool {
        self.x <= other.x && self.y <= other.y && other.right() <= self.right() && other.bottom() <= self.bottom()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    pub form: Form,
    pub fill: Option<Color>,
    pub stroke: Option<Stroke>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    Box { bounds: Bounds, radius: f64 },
    Line { from: (f64, f64), to: (f64, f64) },
    Circle { center: (f64, f64), radius: f64 },
    Path(Vec<Step>),
}

/// One step of a path, to absolute points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    Move(f64, f64),
    Line(f64, f64),
    /// By one control point.
    Curve((f64, f64), (f64, f64)),
    /// By two control points.
    Cubic((f64, f64), (f64, f64), (f64, f64)),
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    pub color: Color,
    pub width: f64,
    pub dash: Dash,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dash {
    #[default]
    Solid,
    /// An alias.
    Dashed,
    /// No data.
    Dotted,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Where it is anchored, on the base line.
    pub x: f64,
    pub y: f64,
    pub anchor: Anchor,
    pub size: f64,
    pub weight: Weight,
    pub color: Color,
    /// As it is shown.
    pub text: String,
    /// The whole of a text that was cut.
    pub whole: Option<String>,
    /// What goes on behind it, smaller: `/ 100`.
    pub tail: Option<Tail>,
}

/// Stands where a text ends, however wide its font makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tail {
    pub text: String,
    pub size: f64,
    pub color: Color,
    /// Space before it.
    pub gap: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    #[default]
    Start,
    Middle,
    End,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    #[default]
    Regular,
    Semibold,
    Bold,
}

/// What a colour means. Colour means status and nothing else; the rest is ink on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Color {
    Background,
    /// The inside of boxes.
    Panel,
    Ink,
    Muted,
    Rib,
    Spine,
    /// The fish's head, and text on it.
    Head,
    OnHead,
    OnHeadMuted,
    /// Behind a bar.
    Track,
    /// Thin lines that part things.
    Hairline,
    OnTarget,
    AtRisk,
    AtRiskEdge,
    /// The mark on `AtRisk`.
    AtRiskInk,
    /// The pale band between the target and the threshold.
    AtRiskBand,
    OffTarget,
    /// The pale band behind what is off target.
    OffTargetBand,
    NoData,
    /// The mark on a status' colour.
    Mark,
    /// The same on the head, which is dark in both themes.
    HeadOnTarget,
    HeadAtRisk,
    HeadOffTarget,
    HeadNoData,
    HeadMark,
}

impl Color {
    pub const ALL: [Color; 25] = [
        Color::Background,
        Color::Panel,
        Color::Ink,
        Color::Muted,
        Color::Rib,
        Color::Spine,
        Color::Head,
        Color::OnHead,
        Color::OnHeadMuted,
        Color::Track,
        Color::Hairline,
        Color::OnTarget,
        Color::AtRisk,
        Color::AtRiskEdge,
        Color::AtRiskInk,
        Color::AtRiskBand,
        Color::OffTarget,
        Color::OffTargetBand,
        Color::NoData,
        Color::Mark,
        Color::HeadOnTarget,
        Color::HeadAtRisk,
        Color::HeadOffTarget,
        Color::HeadNoData,
        Color::HeadMark,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Color::Background => "background",
            Color::Panel => "panel",
            Color::Ink => "ink",
            Color::Muted => "muted",
            Color::Rib => "rib",
            Color::Spine => "spine",
            Color::Head => "head",
            Color::OnHead => "on-head",
            Color::OnHeadMuted => "on-head-muted",
            Color::Track => "track",
            Color::Hairline => "hairline",
            Color::OnTarget => "on-target",
            Color::AtRisk => "at-risk",
            Color::AtRiskEdge => "at-risk-edge",
            Color::AtRiskInk => "at-risk-ink",
            Color::AtRiskBand => "at-risk-band",
            Color::OffTarget => "off-target",
            Color::OffTargetBand => "off-target-band",
            Color::NoData => "no-data",
            Color::Mark => "mark",
            Color::HeadOnTarget => "head-on-target",
            Color::HeadAtRisk => "head-at-risk",
            Color::HeadOffTarget => "head-off-target",
            Color::HeadNoData => "head-no-data",
            Color::HeadMark => "head-mark",
        }
    }

    /// On light paper and on dark: texts keep a contrast of 4.5, statuses stay apart for protan and deutan eyes.
    pub const fn values(self) -> (&'static str, &'static str) {
        match self {
            Color::Background => ("#FFFFFF", "#11181F"),
            Color::Panel => ("#F1F4F8", "#1B2530"),
            Color::Ink => ("#17212B", "#E8EEF4"),
            Color::Muted => ("#52606D", "#A9B6C3"),
            Color::Rib => ("#8593A1", "#6C7B8A"),
            Color::Spine => ("#27384A", "#B7C5D3"),
            Color::Head => ("#1F3147", "#22344A"),
            Color::OnHead => ("#FFFFFF", "#F4F8FB"),
            Color::OnHeadMuted => ("#C3CEDA", "#B7C5D3"),
            Color::Track => ("#D9E0E7", "#33414F"),
            Color::Hairline => ("#DDE3E9", "#2A3642"),
            Color::OnTarget => ("#00786B", "#35C4AE"),
            Color::AtRisk => ("#F0B000", "#FFC933"),
            Color::AtRiskEdge => ("#7A5600", "#FFC933"),
            Color::AtRiskInk => ("#1B1400", "#1B1400"),
            Color::AtRiskBand => ("#FFF8E3", "#2A2516"),
            Color::OffTarget => ("#C0281B", "#FF6A4D"),
            Color::OffTargetBand => ("#FCEBE8", "#3A1F1D"),
            Color::NoData => ("#5B6875", "#A9B6C3"),
            Color::Mark => ("#FFFFFF", "#11181F"),
            Color::HeadOnTarget => ("#35C4AE", "#35C4AE"),
            Color::HeadAtRisk => ("#FFC933", "#FFC933"),
            Color::HeadOffTarget => ("#FF6A4D", "#FF6A4D"),
            Color::HeadNoData => ("#D5DEE7", "#D5DEE7"),
            Color::HeadMark => ("#0B1116", "#0B1116"),
        }
    }

    /// The colour that says a status.
    pub const fn of_status(status: Status) -> Color {
        match status {
            Status::OnTarget => Color::OnTarget,
            Status::AtRisk => Color::AtRisk,
            Status::OffTarget => Color::OffTarget,
            Status::NotDue | Status::NoTarget | Status::InProgress | Status::NoData => Color::NoData,
        }
    }
}

// ---- making them -------------------------------------------------------------------------------------------------

impl Group {
    pub fn new(role: Role) -> Group {
        Group { role, subject: None, status: None, label: None, bounds: None, mark: None, items: Vec::new() }
    }
}

impl Stroke {
    pub const fn new(color: Color, width: f64) -> Stroke {
        Stroke { color, width, dash: Dash::Solid }
    }

    pub const fn dash(self, dash: Dash) -> Stroke {
        Stroke { dash, ..self }
    }
}

impl Shape {
    pub fn filled(form: Form, fill: Color) -> Shape {
        Shape { form, fill: Some(fill), stroke: None }
    }

    pub fn drawn(form: Form, stroke: Stroke) -> Shape {
        Shape { form, fill: None, stroke: Some(stroke) }
    }

    pub fn stroke(self, stroke: Stroke) -> Shape {
        Shape { stroke: Some(stroke), ..self }
    }
}

impl Form {
    pub fn rect(x: f64, y: f64, width: f64, height: f64, radius: f64) -> Form {
        Form::Box { bounds: Bounds { x, y, width, height }, radius }
    }

    pub fn line(x1: f64, y1: f64, x2: f64, y2: f64) -> Form {
        Form::Line { from: (x1, y1), to: (x2, y2) }
    }

    pub fn circle(x: f64, y: f64, radius: f64) -> Form {
        Form::Circle { center: (x, y), radius }
    }
}

impl Text {
    /// A text in ink that starts at a point; control characters are shown, not obeyed.
    pub fn new(x: f64, y: f64, size: f64, text: &str) -> Text {
        Text {
            x,
            y,
            anchor: Anchor::Start,
            size,
            weight: Weight::Regular,
            color: Color::Ink,
            text: crate::render::text::visible(text).into_owned(),
            whole: None,
            tail: None,
        }
    }

    pub fn anchor(self, anchor: Anchor) -> Text {
        Text { anchor, ..self }
    }

    pub fn weight(self, weight: Weight) -> Text {
        Text { weight, ..self }
    }

    pub fn color(self, color: Color) -> Text {
        Text { color, ..self }
    }

    /// Cut with `…` where it is wider than there is room. Comes after `weight`, which changes the width.
    pub fn within(self, room: f64) -> Text {
        let shown = measure::cut(&self.text, self.font(), room).into_owned();
        self.shortened(shown)
    }

    /// Cut with `…` where it is longer than so many cells of a terminal.
    pub fn cells(self, most: usize) -> Text {
        let shown = measure::cut_cells(&self.text, most).into_owned();
        self.shortened(shown)
    }

    fn shortened(self, shown: String) -> Text {
        if shown == self.text { self } else { Text { whole: self.whole.or(Some(self.text)), text: shown, ..self } }
    }

    pub fn tail(self, tail: Tail) -> Text {
        Text { tail: Some(tail), ..self }
    }

    pub fn font(&self) -> Font {
        Font { size: self.size, bold: self.weight != Weight::Regular }
    }

    /// The room that it takes at most: from the ascent to the descent.
    pub fn bounds(&self) -> Bounds {
        let tail = self.tail.as_ref().map_or(0.0, |t| t.gap + measure::width(&t.text, Font::regular(t.size)));
        let width = measure::width(&self.text, self.font()) + tail;
        let x = match self.anchor {
            Anchor::Start => self.x,
            Anchor::Middle => self.x - width / 2.0,
            Anchor::End => self.x - width,
        };
        Bounds { x, y: self.y - self.size * 0.9, width, height: self.size * 1.15 }
    }
}

impl From<Shape> for Item {
    fn from(shape: Shape) -> Item {
        Item::Shape(shape)
    }
}

impl From<Text> for Item {
    fn from(text: Text) -> Item {
        Item::Text(text)
    }
}

impl From<Group> for Item {
    fn from(group: Group) -> Item {
        Item::Group(group)
    }
}
