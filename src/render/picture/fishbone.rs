//! The fishbone: an outline drawn as head, bones and ribs.

use super::frame::{self, Entry, Legend};
use super::layout::{self, Density, MARGIN, Placed, PlacedBone, PlacedRow, TAIL, Tokens};
use super::marks;
use super::measure::{self, Font};
use super::outline::{Node, Outline, see};
use super::scene::{
    Anchor, Bounds, Color, Dash, Form, Group, Item, Role, Scene, Shape, Step, Stroke, Tail, Text, Weight,
};
use crate::render::words;
use crate::results::Status;

/// Width of a bullet, width and height of a sparkline.
const BULLET: (f64, f64) = (52.0, 7.0);
const SPARK: (f64, f64) = (46.0, 10.0);
/// Between the mark and the words, and the mark's stand-in where there is no status.
const AFTER_MARK: f64 = 9.0;
const DOT: f64 = 3.0;
/// Between what stands below a rib.
const SPACE: &str = "\u{3000}";
/// The widest label, value and target, in ems.
const LABEL_EMS: f64 = 24.0;
const VALUE_EMS: f64 = 14.0;
const TARGET_EMS: f64 = 24.0;

/// An outline as a picture; None: as dense as it needs.
pub fn fishbone(outline: &Outline, density: Option<Density>) -> Scene {
    let counts: Vec<usize> = outline.bones.iter().map(|bone| bone.rows() - 1).collect();
    let density = density.unwrap_or_else(|| Density::fitting(&counts));
    let tokens = density.tokens();
    let drawing = Drawing { outline, density, tokens };
    let rows: Vec<Vec<Row<'_>>> = outline.bones.iter().map(|bone| drawing.rows(bone)).collect();
    let bones: Vec<layout::Bone> = outline
        .bones
        .iter()
        .zip(&rows)
        .map(|(bone, rows)| layout::Bone { header: Header::of(outline, bone).size(), rows: drawing.sizes(rows) })
        .collect();
    let head = Head::of(outline);
    let placed = layout::place(&bones, &tokens, frame::TOP, head.size());

    let legend = drawing.legend();
    let width = placed.width.max(legend.width + 2.0 * MARGIN);
    let line = placed.bottom + 20.0;
    let mut items = vec![frame::heading(&outline.title, &outline.subtitle, width).into()];
    items.extend(backbone(&placed));
    for ((bone, rows), at) in outline.bones.iter().zip(&rows).zip(&placed.bones) {
        items.push(drawing.bone(bone, rows, at, placed.slope).into());
    }
    items.push(head.draw(outline, &placed).into());
    items.push(Shape::drawn(Form::line(MARGIN, line, width - MARGIN, line), Stroke::new(Color::Hairline, 1.0)).into());
    items.push(legend.draw(line + 24.0).into());
    items.push(frame::footer(&outline.provenance, width, line + 24.0).into());
    Scene {
        width,
        height: line + 48.0,
        title: outline.title.clone(),
        summary: outline.summary(),
        lang: outline.lang,
        items,
    }
}

/// A node as a row of its bone.
struct Row<'a> {
    node: &'a Node,
    depth: usize,
    /// Titles of the bone and of the sub-factors that it stands in.
    path: Vec<&'a str>,
    /// The row of its last child.
    last_child: Option<usize>,
    words: Words,
}

/// The words of a row as they are drawn, without a place.
struct Words {
    label: Text,
    value: Option<Text>,
    /// Between label and value; compact only.
    target: Option<Text>,
    /// Below the rib; full only.
    meta: Option<Text>,
    bullet: bool,
    spark: bool,
    /// Widths of what stands above the rib and below it.
    first: f64,
    second: f64,
}

/// Width of a text that is placed at 0.
fn width(text: &Text) -> f64 {
    text.bounds().width
}

fn widest(text: Option<&Text>, before: f64) -> f64 {
    text.map_or(0.0, |text| before + width(text))
}

/// Thickness of a rib or bone: its area grows with the weight.
fn thickness(weight: Option<f64>, least: f64, more: f64, unknown: f64) -> f64 {
    weight.map_or(unknown, |w| least + more * w.clamp(0.0, 1.0).sqrt())
}

fn bone_thickness(node: &Node) -> f64 {
    thickness(node.weight, 2.5, 4.0, 3.6)
}

/// Whether anything below a bone has a bar.
fn scored(bone: &Node) -> bool {
    bone.children.iter().any(|node| node.score.is_some() && node.home.is_none() || scored(node))
}

struct Drawing<'a> {
    outline: &'a Outline,
    density: Density,
    tokens: Tokens,
}

impl Drawing<'_> {
    fn lead(&self, node: &Node) -> f64 {
        if node.status.is_some() { 2.0 * self.tokens.glyph + AFTER_MARK } else { 2.0 * DOT + AFTER_MARK }
    }

    /// All below a bone, read top-down.
    fn rows<'a>(&self, bone: &'a Node) -> Vec<Row<'a>> {
        let mut found = Vec::new();
        self.below_node(bone, &[], &mut found);
        found
    }

    /// Adds what hangs on a node, and says where its last child stands. Nesting is bounded by the parser.
    fn below_node<'a>(&self, node: &'a Node, path: &[&'a str], rows: &mut Vec<Row<'a>>) -> Option<usize> {
        let path: Vec<&str> = path.iter().copied().chain([node.title.as_str()]).collect();
        let mut last = None;
        for child in &node.children {
            let at = rows.len();
            let words = self.words(child);
            rows.push(Row { node: child, depth: path.len() - 1, path: path.clone(), last_child: None, words });
            let last_child = self.below_node(child, &path, rows);
            if let Some(row) = rows.get_mut(at) {
                row.last_child = last_child;
            }
            last = Some(at);
        }
        last
    }

    fn words(&self, node: &Node) -> Words {
        let Tokens { label, meta, label_cells, .. } = self.tokens;
        let lang = self.outline.lang;
        let own = node.home.is_none();
        let full = self.density == Density::Full;
        let shown = match node.role {
            Role::SubFactor => node.score_text().map(|score| format!("{} {score}", lang.pick("score", "得分"))),
            _ => node.value.clone(),
        };
        let shown = shown.or_else(|| self.outline.with_results.then(|| "—".to_string()));
        let off = node.status == Some(Status::OffTarget);
        let value = shown.map(|value| {
            let color = if off { Color::OffTarget } else { Color::Ink };
            Text::new(0.0, 0.0, label, &value).weight(Weight::Bold).color(color).within(label * VALUE_EMS)
        });
        let muted = |text: &str, ems: f64| Text::new(0.0, 0.0, meta, text).color(Color::Muted).within(meta * ems);
        let held_against: Vec<&str> = node.judged_apart().into_iter().chain(node.target.as_deref()).collect();
        let compact = self.density == Density::Compact && own && !held_against.is_empty();
        let target = compact.then(|| muted(&held_against.join(SPACE), TARGET_EMS));
        let below = full.then(|| self.below(node)).filter(|text| !text.is_empty());
        let mut words = Words {
            label: Text::new(0.0, 0.0, label, &node.title).weight(Weight::Semibold),
            value,
            target,
            meta: below.map(|text| muted(&text, 2.0 * TARGET_EMS)),
            bullet: full && own && node.score.is_some(),
            spark: full && own && !marks::spark(Bounds::default(), &node.history, None).is_empty(),
            first: 0.0,
            second: 0.0,
        };
        words.first = widest(words.target.as_ref(), 12.0) + widest(words.value.as_ref(), 14.0);
        words.second = widest(words.meta.as_ref(), 0.0);
        if words.bullet {
            words.second += 12.0 + BULLET.0;
        }
        if words.spark {
            words.second += 10.0 + SPARK.0;
        }
        // Its children's bone begins at its rib and leans over what stands below.
        if !node.children.is_empty() {
            words.second += self.tokens.indent;
        }
        // A label may always be as long as what stands below it. Letters that may be wide leave room for fewer.
        if words.first + width(&words.label) > words.second {
            let room = (label * LABEL_EMS).max(words.second - words.first);
            words.label = words.label.cells(label_cells).within(room);
        }
        words.first += width(&words.label);
        words
    }

    /// What stands below the rib: target and weight, or where an alias leads.
    fn below(&self, node: &Node) -> String {
        let lang = self.outline.lang;
        if let Some(home) = &node.home {
            return see(home, lang);
        }
        let font = Font::regular(self.tokens.meta);
        let mut parts: Vec<String> = Vec::new();
        if let Some(target) = &node.target {
            let said = matches!(node.status, Some(Status::NoTarget | Status::NotDue));
            let word = if said { "" } else { lang.pick("target ", "目标 ") };
            parts.push(measure::cut(&format!("{word}{target}"), font, font.size * TARGET_EMS).into_owned());
        }
        parts.extend(node.judged_apart().map(str::to_string));
        // Why there is nothing matters more than what it would weigh, which the thickness of the rib says too.
        parts.push(match (&node.reason, node.weight_text()) {
            (Some(reason), _) => measure::cut(reason, font, font.size * TARGET_EMS).into_owned(),
            (None, Some(weight)) => format!("{} {weight}", lang.pick("weight", "权重")),
            (None, None) => String::new(),
        });
        parts.extend(node.limits.iter().cloned());
        parts.retain(|part| !part.is_empty());
        parts.join(SPACE)
    }

    fn sizes(&self, rows: &[Row<'_>]) -> Vec<layout::Row> {
        let size = |row: &Row<'_>| {
            let width = self.lead(row.node) + row.words.first.max(row.words.second);
            layout::Row { depth: row.depth, width: width.max(110.0) }
        };
        rows.iter().map(size).collect()
    }

    fn bone(&self, bone: &Node, rows: &[Row<'_>], at: &PlacedBone, slope: f64) -> Group {
        let mut group = Group::new(Role::Bone);
        group.label = Some(bone.sentence(&[], self.outline.lang));
        let line = Form::line(at.joint.0, at.joint.1, at.end.0, at.end.1);
        group.items.push(Shape::drawn(line, Stroke::new(Color::Spine, bone_thickness(bone))).into());
        for (row, place) in rows.iter().zip(&at.rows) {
            if let Some(last) = row.last_child.and_then(|i| at.rows.get(i)) {
                let from = (place.end - self.tokens.indent, place.rib);
                let line = Form::Line { from, to: (last.end, last.rib) };
                group.items.push(Shape::drawn(line, Stroke::new(Color::Rib, 1.4)).into());
            }
        }
        for (row, place) in rows.iter().zip(&at.rows) {
            group.items.push(self.row(row, place, slope).into());
        }
        group.items.push(Header::of(self.outline, bone).draw(self.outline, bone, at.header).into());
        group
    }

    fn row(&self, row: &Row<'_>, at: &PlacedRow, slope: f64) -> Group {
        let Tokens { glyph, indent, label, .. } = self.tokens;
        let node = row.node;
        let words = &row.words;
        let mut group = Group::new(node.role);
        group.subject = Some(node.subject);
        group.status = node.status;
        group.label = Some(node.sentence(&row.path, self.outline.lang));
        group.bounds = Some(at.bounds);

        let off = node.status == Some(Status::OffTarget);
        let start = at.bounds.x + self.lead(node);
        let base = at.rib - self.tokens.lift;
        if off {
            let top = (base - label - 2.0).max(at.bounds.y + 0.5);
            let band = Form::rect(start - 4.0, top, at.words + 4.0 - (start - 4.0), at.rib - 1.0 - top, 4.0);
            group.items.push(Shape::filled(band, Color::OffTargetBand).into());
        }
        let mark = if node.status.is_some() { glyph } else { DOT };
        let rib = Form::line(at.bounds.x + 2.0 * mark + 1.5, at.rib, at.end, at.rib);
        let dash = if node.home.is_some() { Dash::Dashed } else { Dash::Solid };
        let thick = thickness(node.weight, 1.0, self.tokens.lift * 0.45, 1.6);
        group.items.push(Shape::drawn(rib, Stroke::new(Color::Rib, thick).dash(dash)).into());
        let foot = if row.depth == 0 { Color::Spine } else { Color::Rib };
        group.items.push(Shape::filled(Form::circle(at.end, at.rib, 1.5 + thick / 2.0), foot).into());
        group.items.push(match node.status {
            Some(status) => marks::status(status, at.bounds.x + glyph, at.rib, glyph).into(),
            None => Shape::filled(Form::circle(at.bounds.x + DOT, at.rib, DOT), Color::Rib).into(),
        });

        let mut end = at.words;
        if let Some(value) = &words.value {
            let taken = width(value);
            group.items.push(Text { x: end, y: base, anchor: Anchor::End, ..value.clone() }.into());
            end -= taken + 12.0;
        }
        if let Some(target) = &words.target {
            group.items.push(Text { x: end, y: base, anchor: Anchor::End, ..target.clone() }.into());
        }
        group.items.push(Text { x: start, y: base, ..words.label.clone() }.into());

        if let Some(meta) = &words.meta {
            group.items.push(Text { x: start, y: at.rib + 16.2, ..meta.clone() }.into());
        }
        let under = if row.last_child.is_some() { indent + slope * 4.0 } else { 0.0 };
        let mut end = at.words - under;
        if words.spark {
            let room = Bounds { x: end - SPARK.0, y: at.rib + 6.0, width: SPARK.0 - 2.2, height: SPARK.1 };
            group.items.extend(marks::spark(room, &node.history, node.status));
            end -= SPARK.0 + 10.0;
        }
        if words.bullet {
            let room = Bounds { x: end - BULLET.0, y: at.rib + 8.2, width: BULLET.0, height: BULLET.1 };
            group.items.extend(marks::bullet(room, node.score, node.status));
        }
        group
    }

    /// What marks and lines mean, in a row.
    fn legend(&self) -> Legend {
        let lang = self.outline.lang;
        let mut legend = Legend::default();
        for (status, _) in &self.outline.counts {
            legend.add(Entry::Status(*status), words::status(*status, lang));
        }
        if !self.outline.bones.is_empty() {
            legend.add(Entry::Weight, lang.pick("line width = weight", "线宽 = 权重"));
        }
        if self.density == Density::Full && self.outline.bones.iter().any(scored) {
            legend.add(Entry::Score, lang.pick("bar = score, tick = 100", "条形 = 得分，竖线 = 100"));
        }
        legend.beside_footer(&self.outline.provenance)
    }
}

/// Spine and tail.
fn backbone(placed: &Placed) -> Vec<Item> {
    use Step::{Close, Curve, Line, Move};
    let (y, tail) = (placed.spine, placed.tail);
    // It ends below the head's back, which is hollow.
    let end = placed.head.x + 18.0;
    let spine =
        vec![Move(tail - 6.0, y - 1.4), Line(end, y - 5.0), Line(end, y + 5.0), Line(tail - 6.0, y + 1.4), Close];
    let back = tail - TAIL.0;
    let fin = vec![Move(tail, y), Line(back, y - TAIL.1), Curve((back + 15.0, y), (back, y + TAIL.1)), Close];
    vec![Shape::filled(Form::Path(spine), Color::Spine).into(), Shape::filled(Form::Path(fin), Color::Spine).into()]
}

/// The box at a bone's end.
struct Header {
    title: Vec<String>,
    meta: Option<String>,
    score: Option<String>,
    mark: bool,
}

impl Header {
    const TITLE: Font = Font::bold(15.0);
    const META: Font = Font::regular(11.5);
    const SCORE: Font = Font::bold(18.0);
    const WORD: Font = Font::regular(11.0);
    const ROOM: f64 = 290.0;
    /// From one line of the title to the next, and from the last to the line below it.
    const LINE: f64 = 22.0;
    const META_LINE: f64 = 18.5;

    fn of(outline: &Outline, bone: &Node) -> Header {
        let lang = outline.lang;
        let mut meta: Vec<String> = Vec::new();
        meta.extend(bone.perspective.clone());
        meta.extend(bone.weight_text().map(|w| format!("{} {w}", lang.pick("weight", "权重"))));
        Header {
            title: measure::lines(&bone.title, Self::TITLE, Self::ROOM, 2),
            meta: (!meta.is_empty()).then(|| measure::cut(&meta.join(" · "), Self::META, Self::ROOM).into_owned()),
            score: bone.score_text(),
            mark: bone.status.is_some(),
        }
    }

    fn start(&self) -> f64 {
        if self.mark { 36.0 } else { 16.0 }
    }

    fn size(&self) -> (f64, f64) {
        let titles = self.title.iter().map(|t| measure::width(t, Self::TITLE)).fold(0.0, f64::max);
        let left = titles.max(self.meta.as_ref().map_or(0.0, |m| measure::width(m, Self::META)));
        let right = self
            .score
            .as_ref()
            .map_or(0.0, |s| 16.0 + measure::width(s, Self::SCORE).max(measure::width("score", Self::WORD)));
        let height =
            8.0 + Self::LINE * self.title.len() as f64 + if self.meta.is_some() { Self::META_LINE } else { 0.0 };
        // A score has two lines of its own.
        let least = if self.score.is_some() { 48.0 } else { 30.0 };
        ((self.start() + left + right + 16.0).max(96.0), height.max(least))
    }

    fn draw(&self, outline: &Outline, bone: &Node, at: Bounds) -> Group {
        let mut group = Group::new(Role::Factor);
        group.subject = (!bone.name.is_empty()).then_some(bone.subject);
        group.status = bone.status;
        group.label = Some(bone.sentence(&[], outline.lang));
        group.bounds = Some(at);
        let frame = Shape::filled(Form::Box { bounds: at, radius: 9.0 }, Color::Panel);
        group.items.push(frame.stroke(Stroke::new(Color::Spine, 1.6)).into());
        let middle = at.y + at.height / 2.0;
        if let Some(status) = bone.status {
            group.items.push(marks::status(status, at.x + 19.0, middle, 9.0).into());
        }
        let x = at.x + self.start();
        let block = Self::LINE * self.title.len() as f64 + if self.meta.is_some() { Self::META_LINE } else { 0.0 };
        let mut y = middle - block / 2.0 + 16.5;
        for line in &self.title {
            group.items.push(Text::new(x, y, Self::TITLE.size, line).weight(Weight::Bold).into());
            y += Self::LINE;
        }
        if let Some(meta) = &self.meta {
            group
                .items
                .push(Text::new(x, y - Self::LINE + Self::META_LINE, Self::META.size, meta).color(Color::Muted).into());
        }
        if let Some(score) = &self.score {
            let end = |y: f64, size: f64, text: &str| Text::new(at.right() - 14.0, y, size, text).anchor(Anchor::End);
            group.items.push(end(middle - 0.5, Self::SCORE.size, score).weight(Weight::Bold).into());
            let word = outline.lang.pick("score", "得分");
            group.items.push(end(middle + 17.7, Self::WORD.size, word).color(Color::Muted).into());
        }
        group
    }
}

/// The fish's head: what all is for, its score, and how many indicators stand how.
struct Head {
    title: Vec<String>,
    score: Option<String>,
    counts: Vec<(Status, usize)>,
    /// Without results: how many there are.
    note: Option<String>,
    /// Of its words.
    width: f64,
}

impl Head {
    const TITLE: Font = Font::bold(16.0);
    const SCORE: Font = Font::bold(36.0);
    const OF: Font = Font::regular(13.0);
    const COUNT: Font = Font::bold(12.5);
    const START: f64 = 36.0;
    const LINE: f64 = 24.5;

    fn of(outline: &Outline) -> Head {
        let title = measure::lines(&outline.head.title, Self::TITLE, 190.0, 3);
        let crowded = outline.counts.len() > 4;
        let counts: Vec<_> = outline.counts.iter().copied().filter(|(_, n)| !crowded || *n > 0).collect();
        let score = outline.with_results.then(|| outline.head.score_text().unwrap_or_else(|| "—".to_string()));
        let titles = title.iter().map(|t| measure::width(t, Self::TITLE)).fold(0.0, f64::max);
        let note = (!outline.with_results).then(|| outline.subtitle.last().cloned()).flatten();
        let noted = note.as_ref().map_or(0.0, |n| measure::width(n, Self::OF));
        let counted: f64 = counts.iter().map(|(_, n)| Self::count_width(*n)).sum();
        let scored =
            score.as_ref().map_or(0.0, |s| measure::width(s, Self::SCORE) + 8.0 + measure::width("/ 100", Self::OF));
        Head { title, score, counts, note, width: titles.max(counted).max(scored).max(noted).max(130.0) }
    }

    fn of_hundred() -> Tail {
        Tail { text: "/ 100".to_string(), size: Self::OF.size, color: Color::OnHeadMuted, gap: 6.0 }
    }

    fn count_width(count: usize) -> f64 {
        13.0 + 5.0 + measure::width(&count.to_string(), Self::COUNT) + 12.0
    }

    fn size(&self) -> (f64, f64) {
        // The head narrows: this share of its length is left at the height of its first line.
        let share = if self.title.len() > 1 { 0.67 } else { 0.72 };
        let height = if self.score.is_some() { 164.0 } else { 124.0 };
        ((Self::START + self.width + 4.0) / share, height + (Self::LINE + 1.0) * (self.title.len() as f64 - 1.0))
    }

    fn draw(&self, outline: &Outline, placed: &Placed) -> Group {
        use Step::{Close, Cubic, Curve, Move};
        let Bounds { x, width, height, .. } = placed.head;
        let (y, half) = (placed.spine, height / 2.0);
        let at = |dx: f64, dy: f64| (x + dx * width, y + dy * half);
        let shape = vec![
            Move(x, y - half),
            Cubic(at(0.40, -1.0), at(0.81, -0.72), at(0.97, -0.073)),
            // Straight on from where the cheeks end, so that the nose has no edge.
            Curve(at(0.988, 0.0), at(0.97, 0.073)),
            Cubic(at(0.81, 0.72), at(0.40, 1.0), at(0.0, 1.0)),
            Curve((x + 22.0, y), at(0.0, -1.0)),
            Close,
        ];
        let head = &outline.head;
        let mut group = Group::new(Role::Head);
        group.subject = Some(head.subject);
        group.status = head.status;
        group.label = Some(head.sentence(&[], outline.lang));
        group.bounds = Some(placed.head);
        group.items.push(Shape::filled(Form::Path(shape), Color::Head).into());
        let start = x + Self::START;
        let extra = Self::LINE / 2.0 * (self.title.len() as f64 - 1.0);
        let mut line = y - extra - if self.score.is_some() { 34.0 } else { 5.0 };
        for title in &self.title {
            let text = Text::new(start, line, Self::TITLE.size, title).weight(Weight::Bold);
            group.items.push(text.color(Color::OnHead).into());
            line += Self::LINE;
        }
        if let Some(score) = &self.score {
            let y = y + 18.0 + extra;
            let text = Text::new(start, y, Self::SCORE.size, score).weight(Weight::Bold).color(Color::OnHead);
            let known = outline.head.score.is_some();
            group.items.push(if known { text.tail(Self::of_hundred()) } else { text }.into());
        }
        if let Some(note) = &self.note {
            group.items.push(Text::new(start, line + 3.0, Self::OF.size, note).color(Color::OnHeadMuted).into());
        }
        let mut mark = start + 6.5;
        let y = y + 43.0 + extra;
        for (status, count) in &self.counts {
            let mut counted = Group::new(Role::Part);
            counted.label = Some(format!("{} {count}", words::status(*status, outline.lang)));
            counted.items.push(marks::status_on_head(*status, mark, y, 6.5).into());
            let text = Text::new(mark + 11.5, y + 4.5, Self::COUNT.size, &count.to_string());
            counted.items.push(text.weight(Weight::Semibold).color(Color::OnHead).into());
            group.items.push(counted.into());
            mark += Self::count_width(*count);
        }
        group
    }
}
