//! What reaches what in a design: formula edges, `drives`, the tree of factors, processes and context. One directed graph,
//! whose edges go from what gives to what it is for: source → measure → indicator → factor → objective.

use std::collections::{HashMap, HashSet};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::design::{
    Child, Condition, ContextId, Design, FactorId, Formula, FormulaKind, IndicatorId, MeasureId, ObjectiveId, SourceId,
    Subject,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Thing {
    Source(SourceId),
    Measure(MeasureId),
    Indicator(IndicatorId),
    Factor(FactorId),
    Objective(ObjectiveId),
    Context(ContextId),
}

impl From<Subject> for Thing {
    fn from(subject: Subject) -> Thing {
        match subject {
            Subject::Measure(id) => Thing::Measure(id),
            Subject::Indicator(id) => Thing::Indicator(id),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Edge {
    /// What a formula reads → what it is the formula of. Targets are no formula edges.
    Reads,
    /// A leading indicator → what it is believed to move.
    Drives,
    /// An indicator or a factor → the factor or objective that it stands in.
    Serves,
    /// An indicator → the process that it measures.
    Measures,
    /// An indicator or a factor → the challenge or opportunity that it answers.
    Addresses,
}

pub struct Reach {
    graph: DiGraph<Thing, Edge>,
    places: HashMap<Thing, NodeIndex>,
    /// Each kind of edge once between two things.
    edges: HashSet<(NodeIndex, NodeIndex, Edge)>,
}

impl Reach {
    pub fn new(design: &Design) -> Reach {
        let mut reach = Reach { graph: DiGraph::new(), places: HashMap::new(), edges: HashSet::new() };
        for (at, measure) in design.measures.iter().enumerate() {
            reach.formula(&measure.formula, Thing::Measure(MeasureId(at as u32)));
        }
        for (at, indicator) in design.indicators.iter().enumerate() {
            let own = Thing::Indicator(IndicatorId(at as u32));
            reach.formula(&indicator.formula, own);
            for driven in &indicator.drives {
                reach.edge(own, Thing::Indicator(*driven), Edge::Drives);
            }
            for process in &indicator.processes {
                reach.edge(own, Thing::Context(*process), Edge::Measures);
            }
            for context in &indicator.addresses {
                reach.edge(own, Thing::Context(*context), Edge::Addresses);
            }
        }
        for (at, factor) in design.factors.iter().enumerate() {
            let own = Thing::Factor(FactorId(at as u32));
            for child in &factor.children {
                let child = match child {
                    Child::Factor(id) => Thing::Factor(*id),
                    Child::Indicator(id, _) => Thing::Indicator(*id),
                };
                reach.edge(child, own, Edge::Serves);
            }
            if let (Some(objective), None) = (factor.objective, factor.parent) {
                reach.edge(own, Thing::Objective(objective), Edge::Serves);
            }
            for context in &factor.addresses {
                reach.edge(own, Thing::Context(*context), Edge::Addresses);
            }
        }
        reach
    }

    fn node(&mut self, thing: Thing) -> NodeIndex {
        let graph = &mut self.graph;
        *self.places.entry(thing).or_insert_with(|| graph.add_node(thing))
    }

    fn edge(&mut self, from: Thing, to: Thing, edge: Edge) {
        let (from, to) = (self.node(from), self.node(to));
        if self.edges.insert((from, to, edge)) {
            self.graph.add_edge(from, to, edge);
        }
    }

    fn formula(&mut self, formula: &Formula, of: Thing) {
        self.node(of);
        let mut waiting = vec![formula];
        while let Some(formula) = waiting.pop() {
            let read = match &formula.kind {
                FormulaKind::Aggregate(aggregate) => Some(Thing::Source(aggregate.source)),
                FormulaKind::Set(atom) => Some(Thing::Source(atom.source)),
                FormulaKind::Measure(id) => Some(Thing::Measure(*id)),
                FormulaKind::Indicator(id) => Some(Thing::Indicator(*id)),
                FormulaKind::Only { conditions, .. } => {
                    waiting.extend(conditions.iter().filter_map(|c| match c {
                        Condition::InSet { set, .. } => Some(set),
                        Condition::Members { .. } => None,
                    }));
                    None
                }
                _ => None,
            };
            if let Some(read) = read {
                self.edge(read, of, Edge::Reads);
            }
            waiting.extend(formula.operands());
        }
    }

    /// All that can be reached from something along these edges, itself left out.
    pub fn from(&self, thing: Thing, along: &[Edge]) -> HashSet<Thing> {
        self.walk(thing, along, Direction::Outgoing)
    }

    /// All that reaches something along these edges, itself left out.
    pub fn to(&self, thing: Thing, along: &[Edge]) -> HashSet<Thing> {
        self.walk(thing, along, Direction::Incoming)
    }

    pub fn reaches(&self, from: Thing, to: Thing, along: &[Edge]) -> bool {
        self.from(from, along).contains(&to)
    }

    /// What one edge leads to, sorted.
    pub fn next(&self, thing: Thing, along: Edge) -> Vec<Thing> {
        self.beside(thing, along, Direction::Outgoing)
    }

    /// What one edge comes from, sorted.
    pub fn before(&self, thing: Thing, along: Edge) -> Vec<Thing> {
        self.beside(thing, along, Direction::Incoming)
    }

    fn beside(&self, thing: Thing, along: Edge, direction: Direction) -> Vec<Thing> {
        let Some(node) = self.places.get(&thing) else { return Vec::new() };
        let edges = self.graph.edges_directed(*node, direction).filter(|e| *e.weight() == along);
        let ends = edges.map(|e| if direction == Direction::Outgoing { e.target() } else { e.source() });
        let mut things: Vec<Thing> = ends.filter_map(|node| self.graph.node_weight(node).copied()).collect();
        things.sort();
        things
    }

    fn walk(&self, thing: Thing, along: &[Edge], direction: Direction) -> HashSet<Thing> {
        let mut found = HashSet::new();
        let mut waiting: Vec<NodeIndex> = self.places.get(&thing).copied().into_iter().collect();
        while let Some(node) = waiting.pop() {
            for edge in self.graph.edges_directed(node, direction).filter(|e| along.contains(e.weight())) {
                let next = if direction == Direction::Outgoing { edge.target() } else { edge.source() };
                if let Some(thing) = self.graph.node_weight(next)
                    && found.insert(*thing)
                {
                    waiting.push(next);
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing;
    use super::*;

    #[test]
    fn along_each_kind_of_edge() {
        let design = testing::design(&format!(
            r#"{}
objective growth "Growth" {{ owner: "A" }}
process delivery "Delivery"
measure total = sum(s.a)
measure unused = count(s)
factor outer "Outer" {{
  objective: growth
  factor inner "Inner" {{
    indicator lead {{
      formula: total, unit: 1, direction: higher, frequency: monthly, drives: lag, process: delivery
    }}
  }}
}}
indicator lag {{ formula: lead + 1, unit: 1, direction: higher, frequency: monthly }}
"#,
            testing::SOURCE
        ));
        let reach = Reach::new(&design);
        let at = |name: &str| {
            let at = design.indicators.iter().position(|i| i.naming.name == name).unwrap();
            Thing::Indicator(IndicatorId(at as u32))
        };
        let (lead, lag) = (at("lead"), at("lag"));
        let (source, total) = (Thing::Source(SourceId(0)), Thing::Measure(MeasureId(0)));
        let objective = Thing::Objective(ObjectiveId(0));
        assert_eq!(reach.from(source, &[Edge::Reads]), [total, Thing::Measure(MeasureId(1)), lead, lag].into());
        assert_eq!(reach.from(lead, &[Edge::Drives]), [lag].into());
        assert_eq!(reach.next(total, Edge::Reads), [lead]);
        assert_eq!(reach.before(lag, Edge::Reads), [lead]);
        assert_eq!(reach.before(lag, Edge::Drives), [lead]);
        assert_eq!(reach.from(lead, &[Edge::Measures]), [Thing::Context(ContextId(0))].into());
        assert!(reach.reaches(source, objective, &[Edge::Reads, Edge::Serves]));
        assert!(!reach.reaches(lag, objective, &[Edge::Reads, Edge::Serves]));
        assert_eq!(reach.to(objective, &[Edge::Serves]).len(), 3);
        assert!(reach.from(Thing::Objective(ObjectiveId(7)), &[Edge::Serves]).is_empty());
    }
}
