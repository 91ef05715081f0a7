//! A graph as a Mermaid flowchart, for pages that draw them from text (GitHub, GitLab, many wikis).

use std::fmt::Write;

use super::graph::{EdgeKind, Graph, Node, View};
use super::scene::{Color, Role};
use crate::render::text::visible;
use crate::render::words;
use crate::results::Status;

/// Statuses by fill and by mark; the text keeps a contrast of 4.5.
const TEXT_ON: [(Status, &str); 7] = [
    (Status::OnTarget, "#FFFFFF"),
    (Status::AtRisk, "#1B1400"),
    (Status::OffTarget, "#FFFFFF"),
    (Status::NotDue, "#17212B"),
    (Status::NoTarget, "#17212B"),
    (Status::InProgress, "#17212B"),
    (Status::NoData, "#17212B"),
];

pub fn render(graph: &Graph<'_>, view: View) -> String {
    let mut out = String::from("flowchart LR\n");
    let _ = writeln!(out, "  accTitle: {}", line(&graph.outline.title));
    for (at, node) in graph.shown(view) {
        let (open, close) = match node.role {
            Role::Head => ("([", "])"),
            Role::Factor | Role::SubFactor => ("[[", "]]"),
            Role::Source => ("[(", ")]"),
            Role::Measure => ("(", ")"),
            _ => ("[", "]"),
        };
        let class = match (node.status, graph.focus == Some(at)) {
            (_, true) => ":::focus".to_string(),
            (Some(status), _) => format!(":::{}", status.word()),
            (None, _) => String::new(),
        };
        let _ = writeln!(out, "  {}{open}\"{}\"{close}{class}", node.of.anchor(), label(node));
    }
    for edge in graph.edges_of(view) {
        let (Some(from), Some(to)) = (graph.node(edge.from), graph.node(edge.to)) else { continue };
        let arrow = if edge.kind == EdgeKind::Alias { "-.->" } else { "-->" };
        let _ = writeln!(out, "  {} {arrow} {}", from.of.anchor(), to.of.anchor());
    }
    for (status, text) in TEXT_ON {
        if graph.shown(view).any(|(_, n)| n.status == Some(status)) {
            let (color, style) = match status {
                Status::OnTarget | Status::AtRisk | Status::OffTarget => (Color::of_status(status).values().0, ""),
                _ => ("#FFFFFF", ",stroke-dasharray:4 3"),
            };
            let edge = if status == Status::AtRisk { Color::AtRiskEdge } else { Color::of_status(status) };
            let edge = edge.values().0;
            let _ = writeln!(out, "  classDef {} fill:{color},stroke:{edge},color:{text}{style}", status.word());
        }
    }
    if graph.focus.is_some() {
        let ink = Color::Ink.values().0;
        let _ = writeln!(out, "  classDef focus fill:#FFFFFF,stroke:{ink},stroke-width:3px,color:{ink}");
    }
    out
}

/// Title, value and target.
fn label(node: &Node<'_>) -> String {
    let mut second: Vec<String> = Vec::new();
    second.extend(node.status.map(|s| words::mark(s).to_string()));
    second.extend(node.value.clone().or_else(|| node.score.clone()));
    second.extend(node.target.clone());
    second.extend(node.data.clone());
    let mut text = escaped(&node.title);
    if !second.is_empty() {
        let _ = write!(text, "<br/>{}", escaped(&second.join(" ")));
    }
    text
}

/// A text that neither Mermaid nor the HTML that it makes takes for anything else: ASCII signs with a meaning in either are
/// written as `#nnn;`.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for c in visible(text).chars() {
        // `%%` begins a comment or a directive.
        let mild = c.is_alphanumeric() || !c.is_ascii() || " ,.-_+=/()'!?".contains(c) || (c == '%' && before != '%');
        if mild {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
        before = c;
    }
    out
}

/// A text where entities are not read: what is no letter or digit is left out.
fn line(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_is_written_as_a_number() {
        assert_eq!(escaped("81.5% ≥ 82% 客户"), "81.5% ≥ 82% 客户");
        assert_eq!(escaped("%%{init}%%"), "%#37;#123;init#125;%#37;");
        assert_eq!(
            escaped("\"]; `a` <b> #quot; &amp;\n"),
            "#34;#93;#59; #96;a#96; #60;b#62; #35;quot#59; #38;amp#59;#92;n"
        );
        assert_eq!(line("</title>\n  click a \"x\""), "title click a x");
    }
}
