//! The lineage: what every number is computed from, from the sources on the left to the indicators on the right.

use std::collections::HashSet;

use super::frame::{self, Entry, Legend};
use super::graph::{Edge, Graph, Node, Of, View};
use super::layered::{Gaps, Input, Layered, layered};
use super::layout::{Density, MARGIN};
use super::marks;
use super::scene::{Anchor, Bounds, Color, Form, Group, Item, Role, Scene, Shape, Step, Stroke, Text, Weight};
use crate::render::words::{self, Lang};
use crate::results::Status;

/// The lineage as a picture, and where each node and edge of the graph stands in it.
#[derive(Clone, Debug)]
pub struct Lineage {
    pub scene: Scene,
    /// By place in [`Graph::nodes`].
    pub boxes: Vec<(usize, Bounds)>,
    pub routes: Vec<(Edge, Vec<Step>)>,
}

/// The measures of one density, in pixels.
struct Tokens {
    height: f64,
    label: f64,
    meta: f64,
    label_ems: f64,
    glyph: f64,
    pad: f64,
    gaps: Gaps,
}

const fn tokens(density: Density) -> Tokens {
    let layers = (64.0, 240.0);
    match density {
        Density::Full => Tokens {
            height: 48.0,
            label: 13.5,
            meta: 11.5,
            label_ems: 20.0,
            glyph: 7.5,
            pad: 13.0,
            gaps: Gaps { boxes: 14.0, lines: 10.0, layers },
        },
        Density::Compact => Tokens {
            height: 28.0,
            label: 12.5,
            meta: 11.0,
            label_ems: 15.0,
            glyph: 6.2,
            pad: 10.0,
            gaps: Gaps { boxes: 9.0, lines: 8.0, layers },
        },
        Density::Mini => Tokens {
            height: 20.0,
            label: 11.0,
            meta: 10.0,
            label_ems: 12.0,
            glyph: 4.8,
            pad: 7.0,
            gaps: Gaps { boxes: 6.0, lines: 6.0, layers },
        },
    }
}

/// Room for the words above the columns.
const COLUMN_HEAD: f64 = 26.0;
const META_EMS: f64 = 26.0;
const LEAST_WIDTH: f64 = 96.0;
const ARROW: f64 = 5.0;

/// A graph's lineage; None: as dense as it needs.
pub fn lineage(graph: &Graph<'_>, density: Option<Density>) -> Lineage {
    let shown: Vec<(usize, &Node<'_>)> = graph.shown(View::Lineage).collect();
    let density = density.unwrap_or_else(|| {
        let count = |role: Role| shown.iter().filter(|(_, n)| n.role == role).count();
        match count(Role::Indicator).max(count(Role::Measure)).max(count(Role::Source)) {
            0..=16 => Density::Full,
            17..=60 => Density::Compact,
            _ => Density::Mini,
        }
    });
    let drawing = Drawing { graph, shown: &shown, density, tokens: tokens(density) };
    drawing.drawn()
}

struct Drawing<'a> {
    graph: &'a Graph<'a>,
    shown: &'a [(usize, &'a Node<'a>)],
    density: Density,
    tokens: Tokens,
}

/// The words of a box.
struct Words {
    label: Text,
    value: Option<Text>,
    meta: Option<Text>,
    width: f64,
}

impl Drawing<'_> {
    fn lang(&self) -> Lang {
        self.graph.lang()
    }

    fn drawn(&self) -> Lineage {
        let words: Vec<Words> = self.shown.iter().map(|(_, node)| self.words(node)).collect();
        let edges: Vec<(&Edge, usize, usize)> = self
            .graph
            .edges_of(View::Lineage)
            .filter_map(|e| Some((e, self.place(e.from)?, self.place(e.to)?)))
            .collect();
        let input = Input {
            boxes: words.iter().map(|w| (w.width, self.tokens.height)).collect(),
            least: self.least(&edges),
            edges: edges.iter().map(|(_, from, to)| (*from, *to)).collect(),
        };
        let placed = layered(&input, &self.tokens.gaps);
        let legend = self.legend();
        let width = (placed.width + 2.0 * MARGIN).max(legend.width + 2.0 * MARGIN).max(420.0);
        // The picture stands in the middle of its paper.
        let left = (width - placed.width) / 2.0;
        let top = frame::TOP + COLUMN_HEAD;
        let moved = |b: &Bounds| Bounds { x: b.x + left, y: b.y + top, ..*b };
        let boxes: Vec<Bounds> = placed.boxes.iter().map(moved).collect();
        let line = top + placed.height + 24.0;

        let mut items: Vec<Item> = vec![frame::heading(&self.graph.outline.title, &self.subtitle(), width).into()];
        items.extend(self.columns(&placed, left));
        let mut routes = Vec::new();
        let mut drawn = HashSet::new();
        let mut reached = vec![false; boxes.len()];
        for route in &placed.routes {
            let steps: Vec<Step> = route.steps.iter().map(|s| shifted(*s, left, top)).collect();
            items.push(self.edge(route.from, route.to, &steps, &mut drawn).into());
            if let Some(reached) = reached.get_mut(route.to) {
                *reached = true;
            }
            let edge = edges.iter().find(|(_, from, to)| (*from, *to) == (route.from, route.to));
            routes.extend(edge.map(|(edge, ..)| (**edge, steps)));
        }
        for (((_, node), words), (bounds, reached)) in self.shown.iter().zip(words).zip(boxes.iter().zip(&reached)) {
            if *reached {
                items.push(arrow(bounds).into());
            }
            items.push(self.node(node, words, *bounds).into());
        }
        items.push(
            Shape::drawn(Form::line(MARGIN, line, width - MARGIN, line), Stroke::new(Color::Hairline, 1.0)).into(),
        );
        items.push(legend.draw(line + 24.0).into());
        items.push(frame::footer(&self.graph.outline.provenance, width, line + 24.0).into());
        let scene = Scene {
            width,
            height: line + 48.0,
            title: self.graph.outline.title.clone(),
            summary: self.summary(),
            lang: self.lang(),
            items,
        };
        Lineage { scene, boxes: self.shown.iter().map(|(at, _)| *at).zip(boxes).collect(), routes }
    }

    /// Where a node of the graph stands among those that are shown.
    fn place(&self, node: usize) -> Option<usize> {
        self.shown.binary_search_by_key(&node, |(at, _)| *at).ok()
    }

    /// Sources first, then measures, then indicators, behind all measures that any of them is made of.
    fn least(&self, edges: &[(&Edge, usize, usize)]) -> Vec<usize> {
        let role = |at: usize| self.shown.get(at).map(|(_, n)| n.role);
        let between: Vec<(usize, usize)> = edges.iter().map(|(_, from, to)| (*from, *to)).collect();
        let joined = |from: Role, to: Role| {
            let ends = between.iter().filter(move |(a, b)| role(*a) == Some(from) && role(*b) == Some(to));
            ends.copied().collect::<Vec<_>>()
        };
        let of_measures = joined(Role::Measure, Role::Measure);
        let depth = super::layered::depths(self.shown.len(), &of_measures);
        // A measure that is made of an indicator has its place behind it anyway.
        let made: HashSet<usize> = joined(Role::Indicator, Role::Measure).into_iter().map(|(_, to)| to).collect();
        let read = joined(Role::Measure, Role::Indicator);
        let deepest = read.iter().filter(|(m, _)| !made.contains(m)).filter_map(|(m, _)| depth.get(*m)).max();
        let indicators = deepest.map_or(1, |d| d + 2);
        let least = self.shown.iter().map(|(_, node)| match node.role {
            Role::Indicator => indicators,
            Role::Measure => 1,
            _ => 0,
        });
        least.collect()
    }

    fn words(&self, node: &Node<'_>) -> Words {
        let Tokens { label, meta, label_ems, glyph, pad, .. } = self.tokens;
        let full = self.density == Density::Full;
        let off = node.status == Some(Status::OffTarget);
        let value = node.value.as_ref().map(|value| {
            let color = if off { Color::OffTarget } else { Color::Ink };
            Text::new(0.0, 0.0, label, value).weight(Weight::Bold).color(color).within(label * 14.0)
        });
        let heavy = if node.role == Role::Measure { Weight::Regular } else { Weight::Semibold };
        let label = Text::new(0.0, 0.0, label, &node.title).weight(heavy).within(label * label_ems);
        let below = full.then(|| self.meta(node)).flatten();
        let meta = below.map(|text| Text::new(0.0, 0.0, meta, &text).color(Color::Muted).within(meta * META_EMS));
        let lead = if node.status.is_some() { 2.0 * glyph + 8.0 } else { 0.0 };
        let of = |text: Option<&Text>, before: f64| text.map_or(0.0, |t| before + t.bounds().width);
        let first = label.bounds().width + of(value.as_ref(), 14.0);
        let width = (2.0 * pad + lead + first.max(of(meta.as_ref(), 0.0))).max(LEAST_WIDTH);
        Words { label, value, meta, width }
    }

    fn meta(&self, node: &Node<'_>) -> Option<String> {
        let target = || node.target.as_ref().map(|t| format!("{}{t}", self.lang().pick("target ", "目标 ")));
        match node.role {
            Role::Source => node.data.clone(),
            // A word such as `no target` says itself that it is none.
            Role::Indicator if matches!(node.status, Some(Status::NoTarget | Status::NotDue)) => node.target.clone(),
            Role::Indicator => target().or_else(|| node.formula.clone()),
            _ => node.formula.clone(),
        }
    }

    fn node(&self, node: &Node<'_>, words: Words, at: Bounds) -> Group {
        let Tokens { glyph, pad, label, .. } = self.tokens;
        let mut group = Group::new(node.role);
        group.subject = match node.of {
            Of::Subject(subject) => Some(subject),
            Of::Source(_) => None,
        };
        group.status = node.status;
        group.label = Some(match &node.formula {
            Some(formula) if node.role == Role::Indicator => format!("{}\n= {formula}", node.sentence),
            _ => node.sentence.clone(),
        });
        group.bounds = Some(at);
        let focus = self.graph.focus.and_then(|f| self.graph.node(f)).is_some_and(|f| f.of == node.of);
        let (fill, edge) = match node.role {
            Role::Source => (Color::Panel, Color::Spine),
            Role::Indicator if node.status == Some(Status::OffTarget) => (Color::OffTargetBand, Color::Rib),
            _ => (Color::Background, Color::Rib),
        };
        let radius = match node.role {
            Role::Source => 3.0,
            Role::Measure => at.height / 2.0,
            _ => 7.0,
        };
        let stroke = if focus { Stroke::new(Color::Ink, 2.4) } else { Stroke::new(edge, 1.3) };
        let radius = radius.min(if self.density == Density::Full { 14.0 } else { 10.0 });
        group.items.push(Shape::filled(Form::Box { bounds: at, radius }, fill).stroke(stroke).into());
        let mut x = at.x + pad;
        if let Some(status) = node.status {
            group.items.push(marks::status(status, x + glyph, at.y + at.height / 2.0, glyph).into());
            x += 2.0 * glyph + 8.0;
        }
        let middle = at.y + at.height / 2.0;
        let base = if words.meta.is_some() { middle - 3.5 } else { middle + label * 0.36 };
        let mut end = at.right() - pad;
        if let Some(value) = words.value {
            let taken = value.bounds().width + 14.0;
            group.items.push(Text { x: end, y: base, anchor: Anchor::End, ..value }.into());
            end -= taken;
        }
        // The column may be wider than this box had to be.
        let title = Text::new(x, base, label, &node.title).weight(words.label.weight);
        group.items.push(title.within((end - x).max(words.label.bounds().width)).into());
        if let Some(meta) = words.meta {
            group.items.push(Text { x, y: middle + 14.0, ..meta }.into());
        }
        group
    }

    /// What edges of one box have in common is drawn once, or it would look heavier.
    fn edge(&self, from: usize, to: usize, steps: &[Step], drawn: &mut HashSet<(usize, u64, u64)>) -> Group {
        let title = |at: usize| self.shown.get(at).map_or("", |(_, n)| n.title.as_str());
        let mut group = Group::new(Role::Edge);
        group.label = Some(format!("{} → {}", title(from), title(to)));
        let mut own = Vec::new();
        let mut at = None;
        for step in steps {
            let end = match *step {
                Step::Move(x, y) | Step::Line(x, y) | Step::Curve(_, (x, y)) | Step::Cubic(_, _, (x, y)) => (x, y),
                Step::Close => continue,
            };
            if at.is_some() && drawn.insert((from, end.0.to_bits(), end.1.to_bits())) {
                if own.is_empty() {
                    own.extend(at.map(|(x, y)| Step::Move(x, y)));
                }
                own.push(*step);
            }
            at = Some(end);
        }
        group.items.push(Shape::drawn(Form::Path(own), Stroke::new(Color::Rib, 1.2)).into());
        group
    }

    /// What stands in the columns, said at the first of each kind.
    fn columns(&self, placed: &Layered, left: f64) -> Vec<Item> {
        let lang = self.lang();
        let mut items: Vec<Item> = Vec::new();
        let kinds = [
            (Role::Source, lang.pick("Sources", "数据源")),
            (Role::Measure, lang.pick("Measures", "度量")),
            (Role::Indicator, lang.pick("Indicators", "指标")),
        ];
        let mut next = 0;
        for (layer, (x, _)) in placed.layers.iter().enumerate() {
            let held = self.shown.iter().zip(&placed.layer).filter(|(_, l)| **l == layer);
            let furthest = held.filter_map(|((_, n), _)| kinds.iter().position(|(role, _)| *role == n.role)).max();
            let Some((kind, (_, word))) = furthest.and_then(|kind| Some((kind, kinds.get(kind)?))) else { continue };
            if kind < next {
                continue;
            }
            next = kind + 1;
            let text = Text::new(x + left, frame::TOP + 8.0, 12.0, word).weight(Weight::Semibold).color(Color::Muted);
            items.push(text.into());
        }
        items
    }

    fn subtitle(&self) -> Vec<String> {
        let lang = self.lang();
        let word = lang.pick("Lineage", "数据血缘");
        let focus = self.graph.focus.and_then(|f| self.graph.node(f));
        let first = match (focus, lang) {
            (None, _) => word.to_string(),
            (Some(node), Lang::En) => format!("{word} of {}", node.title),
            (Some(node), Lang::Zh) => format!("{}的{word}", node.title),
        };
        // The last part counts all indicators.
        let parts = &self.graph.outline.subtitle;
        let kept = if focus.is_some() { parts.len().saturating_sub(1) } else { parts.len() };
        std::iter::once(first).chain(parts.iter().take(kept).cloned()).collect()
    }

    fn summary(&self) -> String {
        let lang = self.lang();
        let count = |role: Role| self.shown.iter().filter(|(_, n)| n.role == role).count();
        let [sources, measures, indicators] = [Role::Source, Role::Measure, Role::Indicator].map(count);
        let counts = match lang {
            Lang::En => format!("sources: {sources}, measures: {measures}, indicators: {indicators}"),
            Lang::Zh => format!("数据源 {sources} 个，度量 {measures} 个，指标 {indicators} 个"),
        };
        format!("{}{}{counts}", self.subtitle().join(lang.comma()), lang.colon())
    }

    fn legend(&self) -> Legend {
        let mut legend = Legend::default();
        for (status, _) in &self.graph.outline.counts {
            legend.add(Entry::Status(*status), words::status(*status, self.lang()));
        }
        legend.beside_footer(&self.graph.outline.provenance)
    }
}

/// The point at the left of a box to which edges come.
fn arrow(at: &Bounds) -> Shape {
    let y = at.y + at.height / 2.0;
    let tip = at.x - 0.8;
    let points = vec![
        Step::Move(tip, y),
        Step::Line(tip - ARROW * 1.4, y - ARROW * 0.75),
        Step::Line(tip - ARROW * 1.4, y + ARROW * 0.75),
        Step::Close,
    ];
    Shape::filled(Form::Path(points), Color::Rib)
}

fn shifted(step: Step, dx: f64, dy: f64) -> Step {
    let to = |(x, y): (f64, f64)| (x + dx, y + dy);
    match step {
        Step::Move(x, y) => Step::Move(x + dx, y + dy),
        Step::Line(x, y) => Step::Line(x + dx, y + dy),
        Step::Curve(a, b) => Step::Curve(to(a), to(b)),
        Step::Cubic(a, b, c) => Step::Cubic(to(a), to(b), to(c)),
        Step::Close => Step::Close,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use std::fmt::Write;

    use super::super::outline::Subject;
    use super::*;

    /// A source, a measure and an indicator with each title; measures read the one before, indicators the first one.
    fn design(titles: &[&str]) -> String {
        let mut text = String::from("design d \"D\"\n");
        for (i, title) in titles.iter().enumerate() {
            let title = title.replace('\\', "\\\\").replace('"', "\\\"");
            let before = if i > 0 { format!("m{}", i - 1) } else { "0".to_string() };
            let other = if i > 0 { "i0" } else { "count(s0)" };
            let _ = write!(
                text,
                "source s{i} \"{title}\" {{ from: csv(\"s{i}.csv\"), time: day\n  field day: date\n}}\n\
                 measure m{i} \"{title}\" = count(s{i}) + {before}\n\
                 indicator i{i} \"{title}\" {{ formula: m{i} + {other}, unit: 1, direction: higher, frequency: monthly }}\n"
            );
        }
        text
    }

    /// What is shown stands in its box, in every density, and boxes stand apart.
    #[test]
    fn words_stay_in_their_boxes() {
        let long = "W".repeat(300);
        let titles =
            ["客户满意度", "</svg><script>", &long, "a\u{202e}b\u{200b}c", "مؤشر رضا العملاء", "👨\u{200d}👩 \\n", "x"];
        let loaded = crate::load_texts([("d.kpi".to_string(), design(&titles))]);
        assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics());
        let subject =
            Subject { design: loaded.design(), sources: &loaded.sources, hash: "", results: None, lang: Lang::En };
        for density in [Density::Full, Density::Compact, Density::Mini] {
            let drawn = lineage(&Graph::new(&subject), Some(density));
            let groups = drawn.scene.items.iter().filter_map(|item| match item {
                Item::Group(group) => Some(group),
                Item::Shape(_) | Item::Text(_) => None,
            });
            let boxes: Vec<&Group> =
                groups.filter(|g| matches!(g.role, Role::Source | Role::Measure | Role::Indicator)).collect();
            assert_eq!(boxes.len(), 3 * titles.len());
            for (i, group) in boxes.iter().enumerate() {
                let own = group.bounds.unwrap();
                assert!(!boxes.iter().skip(i + 1).any(|other| own.intersects(&other.bounds.unwrap())));
                for item in &group.items {
                    let Item::Text(text) = item else { continue };
                    let words = text.bounds();
                    assert!(own.x <= words.x && words.right() <= own.right() + 1e-6, "{density:?} {own:?} {text:?}");
                    assert!(
                        own.y <= text.y - text.size * 0.7 && text.y <= own.bottom(),
                        "{density:?} {own:?} {text:?}"
                    );
                }
            }
            // From its source and the measure before; from its measure and the first, which reads a source besides.
            assert_eq!(drawn.routes.len(), 7 + 6 + 7 + 7);
        }
    }
}
