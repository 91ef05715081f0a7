//! A graph for Graphviz: factors as clusters, statuses as fill and shape.

use std::fmt::Write;

use super::graph::{EdgeKind, Graph, Node, View};
use super::scene::{Color, Role};
use crate::render::text::visible;
use crate::render::words;
use crate::results::Status;

pub fn render(graph: &Graph<'_>, view: View) -> String {
    let outline = &graph.outline;
    let title = format!("{}\\n{}", escaped(&outline.title), escaped(&outline.subtitle.join(" · ")));
    let mut out = String::from("digraph kpi {\n");
    let [ink, rib, panel] = [Color::Ink, Color::Rib, Color::Panel].map(|c| c.values().0);
    let _ = write!(
        out,
        "  graph [rankdir=LR, compound=true, charset=\"UTF-8\", fontname=\"sans-serif\", fontcolor=\"{ink}\", \
         labelloc=t, label=\"{title}\"];\n  node [fontname=\"sans-serif\", fontsize=11, fontcolor=\"{ink}\", shape=box, \
         style=\"filled,rounded\", fillcolor=\"#FFFFFF\", color=\"{rib}\"];\n  edge [color=\"{rib}\", arrowsize=0.7];\n"
    );
    let mut drawing = Drawing { graph, view, out, children: vec![Vec::new(); graph.nodes.len()], panel };
    for edge in graph.edges.iter().filter(|e| e.kind == EdgeKind::Child) {
        if let Some(children) = drawing.children.get_mut(edge.from) {
            children.push(edge.to);
        }
    }
    drawing.all();
    drawing.out
}

struct Drawing<'a> {
    graph: &'a Graph<'a>,
    view: View,
    out: String,
    /// Of each node, in the tree.
    children: Vec<Vec<usize>>,
    panel: &'static str,
}

/// What is still to be written of the tree.
enum Next {
    Node(usize),
    Close,
}

impl Drawing<'_> {
    fn all(&mut self) {
        let held: std::collections::HashSet<usize> = self.children.iter().flatten().copied().collect();
        let mut waiting: Vec<Next> =
            (0..self.graph.nodes.len()).rev().filter(|n| !held.contains(n)).map(Next::Node).collect();
        let mut depth = 1;
        while let Some(next) = waiting.pop() {
            let at = match next {
                Next::Close => {
                    depth -= 1;
                    let _ = writeln!(self.out, "{}}}", "  ".repeat(depth));
                    continue;
                }
                Next::Node(at) => at,
            };
            let Some(node) = self.graph.node(at) else { continue };
            let children = self.children.get(at).cloned().unwrap_or_default();
            if is_cluster(node) {
                let anchor = node.of.anchor();
                let title = label(node);
                let pad = "  ".repeat(depth);
                let _ = writeln!(
                    self.out,
                    "{pad}subgraph \"cluster_{anchor}\" {{\n{pad}  label=\"{title}\"; labeljust=l; style=\"rounded,filled\"; \
                     fillcolor=\"{}\"; color=\"{}\";\n{pad}  {anchor} [shape=point, style=invis, width=0, height=0];",
                    self.panel,
                    Color::Spine.values().0
                );
                depth += 1;
                waiting.push(Next::Close);
            } else if node.is_in(self.view) {
                self.node(at, node, depth);
            }
            waiting.extend(children.into_iter().rev().map(Next::Node));
        }
        if self.view == View::Fishbone {
            self.bones();
        }
        for edge in self.graph.edges_of(self.view).filter(|e| e.kind != EdgeKind::Child) {
            let (Some(from), Some(to)) = (self.graph.node(edge.from), self.graph.node(edge.to)) else { continue };
            let more = match edge.kind {
                EdgeKind::Alias if is_cluster(from) => {
                    format!(" [style=dashed, ltail=\"cluster_{}\"]", from.of.anchor())
                }
                EdgeKind::Alias => " [style=dashed]".to_string(),
                _ => String::new(),
            };
            let _ = writeln!(self.out, "  {} -> {}{more};", from.of.anchor(), to.of.anchor());
        }
        self.out.push_str("}\n");
    }

    /// From the head to what stands on it, as far as that is no box within a box.
    fn bones(&mut self) {
        for edge in self.graph.edges.iter().filter(|e| e.kind == EdgeKind::Child) {
            let (Some(from), Some(to)) = (self.graph.node(edge.from), self.graph.node(edge.to)) else { continue };
            if is_cluster(from) {
                continue;
            }
            let (a, b) = (from.of.anchor(), to.of.anchor());
            let more = if is_cluster(to) { format!(" [lhead=\"cluster_{b}\"]") } else { String::new() };
            let _ = writeln!(self.out, "  {a} -> {b}{more};");
        }
    }

    fn node(&mut self, at: usize, node: &Node<'_>, depth: usize) {
        let (shape, style) = match (node.role, node.status) {
            (Role::Head, _) => ("ellipse", "filled,bold"),
            (Role::Source, _) => ("cylinder", "filled"),
            (Role::Measure, _) => ("box", "filled,rounded"),
            (_, Some(Status::AtRisk)) => ("hexagon", "filled"),
            (_, Some(Status::OffTarget)) => ("octagon", "filled,bold"),
            (_, Some(Status::OnTarget) | None) => ("box", "filled,rounded"),
            (_, Some(_)) => ("box", "filled,dashed"),
        };
        let (fill, text) = match node.status {
            Some(Status::OnTarget) => (Color::OnTarget.values().0, "#FFFFFF"),
            Some(Status::AtRisk) => (Color::AtRisk.values().0, Color::AtRiskInk.values().0),
            Some(Status::OffTarget) => (Color::OffTarget.values().0, "#FFFFFF"),
            _ => ("#FFFFFF", Color::Ink.values().0),
        };
        let focus = if self.graph.focus == Some(at) { ", penwidth=3" } else { "" };
        let _ = writeln!(
            self.out,
            "{}{} [label=\"{}\", tooltip=\"{}\", shape={shape}, style=\"{style}\", fillcolor=\"{fill}\", \
             fontcolor=\"{text}\"{focus}];",
            "  ".repeat(depth),
            node.of.anchor(),
            label(node),
            escaped(&node.sentence)
        );
    }
}

fn is_cluster(node: &Node<'_>) -> bool {
    matches!(node.role, Role::Factor | Role::SubFactor)
}

/// Title, value and target.
fn label(node: &Node<'_>) -> String {
    let mut second: Vec<String> = Vec::new();
    second.extend(node.status.map(|s| words::mark(s).to_string()));
    second.extend(node.value.clone().or_else(|| node.score.clone()));
    second.extend(node.target.clone());
    second.extend(node.data.clone());
    let title = escaped(&node.title);
    if second.is_empty() { title } else { format!("{title}\\n{}", escaped(&second.join("  "))) }
}

/// A text between double quotes: a backslash would begin an escape, an ampersand an entity.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}
