//! Graphs over names: cycles, orders and reachability for every stage that needs them.
//!
//! *Takes* nodes and edges by name and *gives* names back. *Promises* one answer per graph: the order in which nodes and
//! edges are handed over decides nothing but ties, and ties fall to the node that stands first. *Leaves out* what the
//! names mean. petgraph is named in this folder and nowhere else, and none of its indexes leaves it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::graph::{DiGraph, NodeIndex};

use crate::base::Name;

/// A shortest cycle as a path that ends where it began (`a`, `b`, `a`), or nothing if there is none.
///
/// Of several shortest cycles it is the one through the node that stands first. Edges from or to something that is no
/// node are ignored.
pub fn cycle(nodes: &[Name], edges: &[(Name, Name)]) -> Option<Vec<Name>> {
    let graph = numbered(nodes, edges);
    let mut best: Option<Vec<usize>> = None;
    for component in petgraph::algo::tarjan_scc(&graph) {
        let mut members: Vec<usize> = component.iter().map(|n| n.index()).collect();
        members.sort_unstable();
        for start in members {
            let Some(found) = shortest_return(&graph, start) else { continue };
            let better = best.as_ref().is_none_or(|b| (found.len(), found.first()) < (b.len(), b.first()));
            if better {
                best = Some(found);
            }
        }
    }
    best.map(|path| path.into_iter().filter_map(|i| nodes.get(i).cloned()).collect())
}

/// The nodes such that every edge points forward; nothing if there is a cycle.
///
/// Among the nodes that could come next, the one that stands first does.
pub fn topological(nodes: &[Name], edges: &[(Name, Name)]) -> Option<Vec<Name>> {
    let graph = numbered(nodes, edges);
    let mut waiting: BTreeMap<usize, usize> =
        graph.node_indices().map(|n| (n.index(), predecessors(&graph, n).len())).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(next) = waiting.iter().find(|(_, count)| **count == 0).map(|(node, _)| *node) {
        waiting.remove(&next);
        order.extend(nodes.get(next).cloned());
        for after in successors(&graph, NodeIndex::new(next)) {
            if let Some(count) = waiting.get_mut(&after) {
                *count = count.saturating_sub(1);
            }
        }
    }
    waiting.is_empty().then_some(order)
}

/// Everything that is reached from a name in one or more steps.
pub fn reachable(edges: &[(Name, Name)], from: &Name) -> BTreeSet<Name> {
    let mut next: BTreeMap<&Name, Vec<&Name>> = BTreeMap::new();
    for (a, b) in edges {
        next.entry(a).or_default().push(b);
    }
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        for after in next.get(node).into_iter().flatten() {
            if reached.insert((*after).clone()) {
                open.push(after);
            }
        }
    }
    reached
}

/// The graph with nodes numbered as they stand; the first of two equal names counts, and so does each edge once.
fn numbered(nodes: &[Name], edges: &[(Name, Name)]) -> DiGraph<(), ()> {
    let mut graph = DiGraph::new();
    let mut index: BTreeMap<&Name, NodeIndex> = BTreeMap::new();
    for node in nodes {
        let number = graph.add_node(());
        index.entry(node).or_insert(number);
    }
    let distinct: BTreeSet<(NodeIndex, NodeIndex)> =
        edges.iter().filter_map(|(a, b)| Some((*index.get(a)?, *index.get(b)?))).collect();
    for (a, b) in distinct {
        graph.add_edge(a, b, ());
    }
    graph
}

fn successors(graph: &DiGraph<(), ()>, node: NodeIndex) -> Vec<usize> {
    let mut after: Vec<usize> = graph.neighbors(node).map(NodeIndex::index).collect();
    after.sort_unstable();
    after
}

fn predecessors(graph: &DiGraph<(), ()>, node: NodeIndex) -> Vec<usize> {
    graph.neighbors_directed(node, petgraph::Direction::Incoming).map(NodeIndex::index).collect()
}

/// A shortest path from a node back to itself, smallest next node first.
fn shortest_return(graph: &DiGraph<(), ()>, start: usize) -> Option<Vec<usize>> {
    let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for after in successors(graph, NodeIndex::new(node)) {
            if after == start {
                let mut path = vec![start, node];
                let mut at = node;
                while at != start {
                    at = *came_from.get(&at)?;
                    path.push(at);
                }
                // A loop of one node has met its start already.
                path.reverse();
                return Some(path);
            }
            if let Entry::Vacant(unmet) = came_from.entry(after) {
                unmet.insert(node);
                queue.push_back(after);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<Name> {
        text.split_whitespace().map(Name::from).collect()
    }

    fn edges(text: &str) -> Vec<(Name, Name)> {
        text.split_whitespace().filter_map(|e| e.split_once('>')).map(|(a, b)| (a.into(), b.into())).collect()
    }

    #[test]
    fn the_shortest_cycle_is_shown_as_a_closed_path() {
        let nodes = names("a b c d");
        assert_eq!(cycle(&nodes, &edges("a>b b>c c>a c>b")), Some(names("b c b")));
        assert_eq!(cycle(&nodes, &edges("a>b b>c c>a")), Some(names("a b c a")));
        assert_eq!(cycle(&nodes, &edges("a>b d>d")), Some(names("d d")));
        assert_eq!(cycle(&nodes, &edges("a>b b>c a>c")), None);
    }

    #[test]
    fn ties_in_an_order_fall_to_the_first_node() {
        assert_eq!(topological(&names("c b a"), &edges("a>c")), Some(names("b a c")));
        assert_eq!(topological(&names("a b"), &edges("a>b b>a")), None);
    }

    #[test]
    fn a_node_reaches_itself_only_through_a_cycle() {
        let all = edges("a>b b>c c>b");
        assert_eq!(reachable(&all, &"a".into()), names("b c").into_iter().collect());
        assert_eq!(reachable(&all, &"b".into()), names("b c").into_iter().collect());
        assert!(reachable(&all, &"x".into()).is_empty());
    }
}
