//! `fishbone.graph/1`: nodes, edges, and where they stand in the picture.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::fishbone::fishbone;
use super::graph::{EdgeKind, Graph, Of, View};
use super::layout::Density;
use super::lineage::lineage;
use super::outline::Subject;
use super::scene::{Bounds, Item, Role};
use super::svg;
use crate::render::results::Shown;
use crate::render::results::json::{self as eval, DataEntry, DesignEntry, Entry};
use crate::results::SubjectId;

pub const SCHEMA: &str = "fishbone.graph/1";

/// What `kpi graph --format json` writes.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "fishbone.graph/1")]
pub struct Document<'a> {
    /// Always `fishbone.graph/1`.
    pub schema: &'static str,
    pub design: DesignEntry<'a>,
    /// The picture that `box` and `path` are of: `fishbone` or `lineage`.
    pub view: &'static str,
    /// Of the picture, in CSS pixels.
    pub width: f64,
    pub height: f64,
    /// The period of the values; null without values.
    pub period: Option<&'a str>,
    /// The last day that data is taken from; null without values or data.
    pub as_of: Option<String>,
    /// The head, then the tree as declared, then measures, then sources.
    pub nodes: Vec<NodeEntry<'a>>,
    pub edges: Vec<EdgeEntry>,
}

#[derive(Serialize, JsonSchema)]
pub struct NodeEntry<'a> {
    /// Kind and name, such as `indicator:csat`; `design` for the design itself.
    pub id: String,
    /// `design`, `objective`, `factor`, `indicator`, `measure` or `source`.
    pub kind: &'static str,
    pub name: &'a str,
    pub label: &'a str,
    /// As written; of measures and indicators.
    pub formula: Option<&'a str>,
    /// The language's word; null for measures and sources, and without values.
    pub status: Option<&'static str>,
    /// Value, target, score and all else, as in `fishbone.eval/1`; null without values.
    pub result: Option<Entry<'a>>,
    /// Of a source: how it was read, as in `fishbone.eval/1`.
    pub data: Option<DataEntry<'a>>,
    /// Its place in the picture; null where the view does not show it.
    #[serde(rename = "box")]
    pub bounds: Option<BoxEntry>,
}

/// In CSS pixels from the picture's upper left corner.
#[derive(Serialize, JsonSchema)]
pub struct BoxEntry {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

#[derive(Serialize, JsonSchema)]
pub struct EdgeEntry {
    /// `child`: from the head, an objective or a factor to what stands in it; `alias`: to an indicator that is at home in
    /// another factor; `formula`: from what a formula reads to what it is the formula of; `source`: the same, from a source.
    pub kind: &'static str,
    pub from: String,
    pub to: String,
    /// Of an alias: the place of the row that refers to the indicator.
    #[serde(rename = "box")]
    pub bounds: Option<BoxEntry>,
    /// The line in the picture, as the path of an SVG.
    pub path: Option<String>,
}

impl From<Bounds> for BoxEntry {
    fn from(b: Bounds) -> BoxEntry {
        let round = |n: f64| (n * 100.0).round() / 100.0 + 0.0;
        BoxEntry { x: round(b.x), y: round(b.y), width: round(b.width), height: round(b.height) }
    }
}

fn id(of: Of, name: &str) -> String {
    match of {
        Of::Subject(SubjectId::Design) => "design".to_string(),
        of => format!("{}:{name}", of.kind()),
    }
}

pub fn render(subject: &Subject<'_>, graph: &Graph<'_>, view: View, density: Option<Density>) -> String {
    let mut places = Places::default();
    let (width, height) = match view {
        View::Fishbone => {
            let scene = fishbone(&graph.outline, density);
            places.collect(&scene.items);
            (scene.width, scene.height)
        }
        View::Lineage => {
            let drawn = lineage(graph, density);
            let of = |at: usize| graph.node(at).map(|n| n.of);
            places.boxes = drawn.boxes.iter().filter_map(|(at, b)| Some((of(*at)?, *b))).collect();
            places.paths = drawn.routes.iter().map(|(e, steps)| ((e.from, e.to), svg::path(steps))).collect();
            (drawn.scene.width, drawn.scene.height)
        }
    };
    let shown = subject.results.map(|results| Shown { design: subject.design, results, lang: subject.lang });
    let nodes = graph.nodes.iter().map(|node| NodeEntry {
        id: id(node.of, &node.name),
        kind: node.of.kind(),
        name: &node.name,
        label: &node.title,
        formula: node.formula.as_deref(),
        status: node.status.map(|s| s.word()),
        result: node.row.zip(shown.as_ref()).map(|(row, shown)| eval::entry(row, shown)),
        data: node.report.map(eval::data),
        bounds: places.boxes.get(&node.of).copied().map(BoxEntry::from),
    });
    let node_id = |at: usize| graph.node(at).map(|n| id(n.of, &n.name)).unwrap_or_default();
    let mut edges = Vec::new();
    for edge in &graph.edges {
        let alias = graph.node(edge.to).map(|n| n.of).filter(|_| edge.kind == EdgeKind::Alias);
        // Rows of one indicator come in the order of the edges.
        let bounds = alias.and_then(|of| places.aliases.get_mut(&of)).and_then(|rows| rows.next());
        edges.push(EdgeEntry {
            kind: edge.kind.word(),
            from: node_id(edge.from),
            to: node_id(edge.to),
            bounds: bounds.map(BoxEntry::from),
            path: places.paths.remove(&(edge.from, edge.to)),
        });
    }
    let design =
        DesignEntry { name: &subject.design.naming.name, label: subject.design.naming.title(), hash: subject.hash };
    crate::render::to_json(&Document {
        schema: SCHEMA,
        design,
        view: match view {
            View::Fishbone => "fishbone",
            View::Lineage => "lineage",
        },
        width: BoxEntry::from(Bounds { width, ..Bounds::default() }).width,
        height: BoxEntry::from(Bounds { height, ..Bounds::default() }).height,
        period: subject.results.and_then(|r| r.periods.first()).map(|(label, _)| label.as_str()),
        as_of: subject.results.and_then(|r| r.as_of).map(|d| d.to_string()),
        nodes: nodes.collect(),
        edges,
    })
}

/// Where things stand in a picture.
#[derive(Default)]
struct Places {
    boxes: HashMap<Of, Bounds>,
    aliases: HashMap<Of, std::vec::IntoIter<Bounds>>,
    paths: HashMap<(usize, usize), String>,
}

impl Places {
    fn collect(&mut self, items: &[Item]) {
        let mut aliases: HashMap<Of, Vec<Bounds>> = HashMap::new();
        let mut waiting: Vec<&Item> = items.iter().rev().collect();
        while let Some(item) = waiting.pop() {
            let Item::Group(group) = item else { continue };
            waiting.extend(group.items.iter().rev());
            let (Some(subject), Some(bounds)) = (group.subject, group.bounds) else { continue };
            match group.role {
                Role::Alias => aliases.entry(Of::Subject(subject)).or_default().push(bounds),
                Role::Head | Role::Factor | Role::SubFactor | Role::Indicator => {
                    self.boxes.insert(Of::Subject(subject), bounds);
                }
                _ => {}
            }
        }
        self.aliases = aliases.into_iter().map(|(of, rows)| (of, rows.into_iter())).collect();
    }
}

/// The JSON Schema of [`Document`].
pub fn schema() -> schemars::Schema {
    crate::render::schema_for::<Document<'static>>(SCHEMA)
}
