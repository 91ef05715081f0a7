//! A design as a graph, for every format that has nodes and edges: the tree of objectives, factors and indicators, and
//! what formulas read. Words are those of the [`Outline`].

use std::collections::{HashMap, HashSet};

use super::outline::{self, Outline, Subject};
use super::scene::Role;
use super::svg::anchor;
use crate::analysis::reach::{Edge as Along, Reach, Thing};
use crate::design::{Formula, MeasureId, SourceId};
use crate::diagnostic::closest;
use crate::render::explain::one_line;
use crate::render::results::Shown;
use crate::render::text::visible;
use crate::render::words::{self, Lang};
use crate::results::{Row, SourceReport, Status, SubjectId};

/// Which of it a picture shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Objectives, factors, indicators.
    #[default]
    Fishbone,
    /// Sources, measures, indicators.
    Lineage,
}

#[derive(Debug)]
pub struct Graph<'a> {
    pub outline: Outline,
    /// The head, then the tree as declared, then measures, then sources.
    pub nodes: Vec<Node<'a>>,
    pub edges: Vec<Edge>,
    /// The node that the graph was cut down to the surroundings of.
    pub focus: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Of {
    Subject(SubjectId),
    Source(SourceId),
}

impl Of {
    /// A short name in ASCII: `i3`, `s0`.
    pub fn anchor(self) -> String {
        match self {
            Of::Subject(subject) => anchor(subject),
            Of::Source(id) => format!("s{}", id.0),
        }
    }

    pub const fn kind(self) -> &'static str {
        match self {
            Of::Subject(subject) => subject.kind(),
            Of::Source(_) => "source",
        }
    }

    fn thing(self) -> Option<Thing> {
        Some(match self {
            Of::Subject(SubjectId::Indicator(id)) => Thing::Indicator(id),
            Of::Subject(SubjectId::Measure(id)) => Thing::Measure(id),
            Of::Subject(SubjectId::Factor(id)) => Thing::Factor(id),
            Of::Subject(SubjectId::Objective(id)) => Thing::Objective(id),
            Of::Subject(SubjectId::Design) => return None,
            Of::Source(id) => Thing::Source(id),
        })
    }
}

#[derive(Clone, Debug)]
pub struct Node<'a> {
    pub of: Of,
    pub role: Role,
    pub name: String,
    pub title: String,
    pub status: Option<Status>,
    pub value: Option<String>,
    pub target: Option<String>,
    pub score: Option<String>,
    /// As written, on one line; of measures and indicators.
    pub formula: Option<String>,
    /// Of a source: how many rows of which days, else its path.
    pub data: Option<String>,
    /// All in one sentence.
    pub sentence: String,
    pub row: Option<&'a Row>,
    pub report: Option<&'a SourceReport>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub kind: EdgeKind,
    /// Places in [`Graph::nodes`].
    pub from: usize,
    pub to: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EdgeKind {
    /// From the head, an objective or a factor to what stands in it.
    Child,
    /// To an indicator that is at home in another factor.
    Alias,
    /// From what a formula reads to what it is the formula of.
    Formula,
    /// The same, from a source.
    Source,
}

impl EdgeKind {
    pub const fn word(self) -> &'static str {
        match self {
            EdgeKind::Child => "child",
            EdgeKind::Alias => "alias",
            EdgeKind::Formula => "formula",
            EdgeKind::Source => "source",
        }
    }

    pub const fn view(self) -> View {
        match self {
            EdgeKind::Child | EdgeKind::Alias => View::Fishbone,
            EdgeKind::Formula | EdgeKind::Source => View::Lineage,
        }
    }
}

impl Node<'_> {
    /// Whether a view shows it.
    pub fn is_in(&self, view: View) -> bool {
        match (self.role, view) {
            (Role::Indicator, _) => true,
            (Role::Measure | Role::Source, view) => view == View::Lineage,
            (_, view) => view == View::Fishbone,
        }
    }
}

impl<'a> Graph<'a> {
    pub fn new(subject: &Subject<'a>) -> Graph<'a> {
        let mut builder = Builder {
            subject: *subject,
            rows: HashMap::new(),
            places: HashMap::new(),
            graph: Graph { outline: Outline::new(subject), nodes: Vec::new(), edges: Vec::new(), focus: None },
        };
        builder.rows();
        builder.tree();
        builder.measures();
        builder.sources();
        builder.formulas();
        builder.graph
    }

    /// Cut down to what has a name (of several the first: an indicator before a measure before others), what it is computed
    /// from or holds, and what uses it. The error is the nearest name.
    pub fn around(mut self, name: &str) -> Result<Graph<'a>, Option<String>> {
        let rank = |node: &Node<'_>| match node.role {
            Role::Indicator => 0,
            Role::Measure => 1,
            _ => 2,
        };
        let named = self.nodes.iter().enumerate().filter(|(_, n)| n.name == name.trim() && !name.trim().is_empty());
        let Some((focus, _)) = named.min_by_key(|(_, n)| rank(n)) else {
            let names = self.nodes.iter().map(|n| n.name.as_str());
            return Err(closest(name, names).map(str::to_string));
        };
        let walk = |forward: bool| {
            let mut beside: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
            for edge in &self.edges {
                // What stands in a factor gives to it, as what is read gives to what reads it.
                let (gives, takes) = match edge.kind.view() {
                    View::Fishbone => (edge.to, edge.from),
                    View::Lineage => (edge.from, edge.to),
                };
                let (at, other) = if forward { (gives, takes) } else { (takes, gives) };
                if let Some(list) = beside.get_mut(at) {
                    list.push(other);
                }
            }
            let mut found = HashSet::from([focus]);
            let mut waiting = vec![focus];
            while let Some(node) = waiting.pop() {
                let more = beside.get(node).into_iter().flatten().copied();
                waiting.extend(more.filter(|n| found.insert(*n)));
            }
            found
        };
        let (given, using) = (walk(false), walk(true));
        let mut places = HashMap::new();
        let mut nodes = Vec::new();
        for (at, node) in std::mem::take(&mut self.nodes).into_iter().enumerate() {
            if given.contains(&at) || using.contains(&at) {
                places.insert(at, nodes.len());
                nodes.push(node);
            }
        }
        let edge = |e: &Edge| Some(Edge { from: *places.get(&e.from)?, to: *places.get(&e.to)?, ..*e });
        let edges = self.edges.iter().filter_map(edge).collect();
        Ok(Graph { nodes, edges, focus: places.get(&focus).copied(), outline: self.outline })
    }

    pub fn lang(&self) -> Lang {
        self.outline.lang
    }

    /// The nodes of a view with their places.
    pub fn shown(&self, view: View) -> impl Iterator<Item = (usize, &Node<'a>)> {
        self.nodes.iter().enumerate().filter(move |(_, n)| n.is_in(view))
    }

    pub fn edges_of(&self, view: View) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |e| e.kind.view() == view)
    }

    pub fn node(&self, at: usize) -> Option<&Node<'a>> {
        self.nodes.get(at)
    }
}

struct Builder<'a> {
    subject: Subject<'a>,
    rows: HashMap<SubjectId, &'a Row>,
    places: HashMap<Of, usize>,
    graph: Graph<'a>,
}

impl<'a> Builder<'a> {
    /// Those of the first period and slice, as the outline takes them.
    fn rows(&mut self) {
        let Some(results) = self.subject.results else { return };
        let Some(first) = results.rows.first() else { return };
        let period = results.periods.first().map_or(first.period.as_str(), |(label, _)| label);
        let rows = results.rows.iter().filter(|r| r.period == period && r.slice == first.slice);
        self.rows = rows.map(|r| (r.subject, r)).collect();
    }

    fn add(&mut self, node: Node<'a>) -> usize {
        let at = self.graph.nodes.len();
        self.places.insert(node.of, at);
        self.graph.nodes.push(node);
        at
    }

    fn tree(&mut self) {
        let (head, bones) = (self.graph.outline.head.clone(), self.graph.outline.bones.clone());
        let at = self.add(self.worded(&head, &[]));
        // Nesting is bounded by the parser.
        for bone in &bones {
            self.below(bone, at, &[]);
        }
    }

    fn below(&mut self, node: &outline::Node, parent: usize, path: &[&str]) {
        let of = Of::Subject(node.subject);
        // The bone of indicators that stand in no factor is no factor.
        let loose = node.name.is_empty() && node.role == Role::Factor;
        if node.role == Role::Alias {
            if let Some(to) = self.places.get(&of) {
                self.graph.edges.push(Edge { kind: EdgeKind::Alias, from: parent, to: *to });
            }
            return;
        }
        let at = if loose { parent } else { self.add(self.worded(node, path)) };
        if !loose {
            self.graph.edges.push(Edge { kind: EdgeKind::Child, from: parent, to: at });
        }
        let path: Vec<&str> = path.iter().copied().chain((!loose).then_some(node.title.as_str())).collect();
        for child in &node.children {
            self.below(child, at, &path);
        }
    }

    fn worded(&self, node: &outline::Node, path: &[&str]) -> Node<'a> {
        let formula = match node.subject {
            SubjectId::Indicator(id) => self.subject.design.indicators.get(id.index()).map(|i| &i.formula),
            _ => None,
        };
        Node {
            of: Of::Subject(node.subject),
            role: node.role,
            name: node.name.clone(),
            title: node.title.clone(),
            status: node.status,
            value: node.value.clone(),
            target: node.target.clone(),
            score: node.score_text(),
            formula: formula.map(|f| self.written(f)),
            data: None,
            sentence: node.sentence(path, self.subject.lang),
            row: self.rows.get(&node.subject).copied(),
            report: None,
        }
    }

    fn written(&self, formula: &Formula) -> String {
        one_line(self.subject.sources.slice(formula.span.0))
    }

    fn measures(&mut self) {
        let lang = self.subject.lang;
        for (i, measure) in self.subject.design.measures.iter().enumerate() {
            let of = SubjectId::Measure(MeasureId(i as u32));
            let row = self.rows.get(&of).copied();
            let value = self
                .subject
                .results
                .zip(row)
                .map(|(results, row)| Shown { design: self.subject.design, results, lang }.actual(row));
            let value = value.filter(|v| !v.is_empty());
            let title = visible(measure.naming.title()).into_owned();
            let formula = self.written(&measure.formula);
            let said =
                [value.clone(), Some(formula.clone())].into_iter().flatten().collect::<Vec<_>>().join(lang.comma());
            self.add(Node {
                of: Of::Subject(of),
                role: Role::Measure,
                name: measure.naming.name.clone(),
                sentence: format!("{title}{}{said}", lang.colon()),
                title,
                status: None,
                value,
                target: None,
                score: None,
                formula: Some(formula),
                data: None,
                row,
                report: None,
            });
        }
    }

    fn sources(&mut self) {
        let lang = self.subject.lang;
        for (i, source) in self.subject.design.sources.iter().enumerate() {
            let name = &source.naming.name;
            let reports = self.subject.results.map_or(&[][..], |r| &r.sources);
            let report = reports.iter().find(|r| r.name == *name);
            let title = visible(source.naming.title()).into_owned();
            let data = match report {
                Some(report) => words::rows_of(report, lang),
                None => visible(&source.from.path).into_owned(),
            };
            self.add(Node {
                of: Of::Source(SourceId(i as u32)),
                role: Role::Source,
                name: name.clone(),
                sentence: format!("{title}{}{data}", lang.colon()),
                title,
                status: None,
                value: None,
                target: None,
                score: None,
                formula: None,
                data: Some(data),
                row: None,
                report,
            });
        }
    }

    fn formulas(&mut self) {
        let reach = Reach::new(self.subject.design);
        let things: HashMap<Thing, usize> =
            self.graph.nodes.iter().enumerate().filter_map(|(at, n)| Some((n.of.thing()?, at))).collect();
        for (to, node) in self.graph.nodes.iter().enumerate() {
            let Some(thing) = node.of.thing().filter(|_| node.formula.is_some()) else { continue };
            for read in reach.before(thing, Along::Reads) {
                let kind = if matches!(read, Thing::Source(_)) { EdgeKind::Source } else { EdgeKind::Formula };
                self.graph.edges.extend(things.get(&read).map(|from| Edge { kind, from: *from, to }));
            }
        }
    }
}
