//! Edges between declarations: their order, and the rings among them, each as one readable path.

use std::collections::{HashMap, HashSet, VecDeque};

use petgraph::graph::{DiGraph, NodeIndex};

use crate::source::Span;

/// A directed graph over `0..n`; an edge carries the place where it is written.
pub struct Graph {
    inner: DiGraph<(), Span>,
}

impl Graph {
    pub fn new(nodes: usize) -> Graph {
        let mut inner = DiGraph::with_capacity(nodes, nodes);
        for _ in 0..nodes {
            inner.add_node(());
        }
        Graph { inner }
    }

    /// `from` needs `to`. Nodes outside `0..n` are ignored.
    pub fn edge(&mut self, from: usize, to: usize, written: Span) {
        let n = self.inner.node_count();
        if from < n && to < n {
            self.inner.add_edge(NodeIndex::new(from), NodeIndex::new(to), written);
        }
    }

    /// What each node needs stands in an earlier layer, except within a ring, whose nodes stand together. Within a layer
    /// nodes ascend.
    pub fn layers(&self) -> Vec<Vec<usize>> {
        let mut depth = vec![0_usize; self.inner.node_count()];
        let mut layers: Vec<Vec<usize>> = Vec::new();
        // Components come with their needs before them.
        for component in petgraph::algo::kosaraju_scc(&self.inner) {
            let members: HashSet<NodeIndex> = component.iter().copied().collect();
            let own = component
                .iter()
                .flat_map(|node| self.inner.neighbors(*node))
                .filter(|needed| !members.contains(needed))
                .filter_map(|needed| depth.get(needed.index()))
                .max()
                .map_or(0, |d| d + 1);
            for node in &component {
                if let Some(slot) = depth.get_mut(node.index()) {
                    *slot = own;
                }
                if layers.len() <= own {
                    layers.resize_with(own + 1, Vec::new);
                }
                if let Some(layer) = layers.get_mut(own) {
                    layer.push(node.index());
                }
            }
        }
        for layer in &mut layers {
            layer.sort_unstable();
        }
        layers
    }

    /// One ring for every set of nodes that need each other: the shortest through its first node, as edges in order, each
    /// with where it starts and where it is written. Rings come in the order of their first nodes.
    pub fn rings(&self) -> Vec<Vec<(usize, Span)>> {
        let mut rings: Vec<_> = petgraph::algo::kosaraju_scc(&self.inner)
            .into_iter()
            .filter_map(|component| {
                let start = component.iter().min().copied()?;
                if component.len() == 1 && self.inner.find_edge(start, start).is_none() {
                    return None;
                }
                self.ring_through(start)
            })
            .collect();
        rings.sort_by_key(|ring| ring.first().map(|(node, _)| *node));
        rings
    }

    fn ring_through(&self, start: NodeIndex) -> Option<Vec<(usize, Span)>> {
        // Breadth first, so that the first way back is a shortest one.
        let mut came_from: HashMap<NodeIndex, (NodeIndex, Span)> = HashMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            // Edges are walked from the last added; the first written one is wanted.
            let mut edges: Vec<_> = self.inner.edges(node).collect();
            edges.reverse();
            for edge in edges {
                use petgraph::visit::EdgeRef;
                let (next, written) = (edge.target(), *edge.weight());
                if next == start {
                    let mut ring = vec![(node.index(), written)];
                    let mut at = node;
                    while let Some((before, span)) = came_from.get(&at) {
                        ring.push((before.index(), *span));
                        at = *before;
                    }
                    ring.reverse();
                    return Some(ring);
                }
                if next != node && !came_from.contains_key(&next) {
                    came_from.insert(next, (node, written));
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(nodes: usize, edges: &[(usize, usize)]) -> Graph {
        let mut graph = Graph::new(nodes);
        for (from, to) in edges {
            graph.edge(*from, *to, Span::default());
        }
        graph
    }

    fn rings(graph: &Graph) -> Vec<Vec<usize>> {
        graph.rings().iter().map(|ring| ring.iter().map(|(node, _)| *node).collect()).collect()
    }

    #[test]
    fn needs_come_first() {
        let g = graph(5, &[(0, 1), (1, 2), (3, 2), (0, 3)]);
        assert_eq!(g.layers(), [vec![2, 4], vec![1, 3], vec![0]]);
        assert!(g.rings().is_empty());
    }

    #[test]
    fn a_ring_is_shown_once_and_shortest() {
        // 1 → 2 → 3 → 1 with the short cut 1 → 3, and 4 → 4 beside it.
        let g = graph(6, &[(0, 1), (1, 2), (2, 3), (3, 1), (1, 3), (4, 4), (5, 4)]);
        assert_eq!(rings(&g), [vec![1, 3], vec![4]]);
        assert_eq!(g.layers(), [vec![1, 2, 3, 4], vec![0, 5]]);
    }

    #[test]
    fn long_chains_need_no_stack() {
        let edges: Vec<_> = (0..200_000).map(|i| (i, i + 1)).collect();
        assert_eq!(graph(200_001, &edges).layers().len(), 200_001);
    }
}
