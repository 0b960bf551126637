//! Graphs over names: cycles and orders for every stage that needs them.
//!
//! *Takes* nodes and edges by name and *gives* names back. *Promises* one answer per graph, whatever the order in which it
//! is handed over. *Leaves out* what the names mean. petgraph is named here and nowhere else, and none of its indexes
//! leaves this folder.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use crate::base::Name;

/// Edges from each node, both in name order.
pub type Edges = BTreeMap<Name, BTreeSet<Name>>;

/// A shortest cycle through the smallest name that lies on one, as a path that ends where it begins.
pub fn cycle(edges: &Edges) -> Option<Vec<Name>> {
    let graph = numbered(edges);
    let on_cycle = tarjan_scc(&graph.1)
        .into_iter()
        .filter(|component| component.len() > 1 || component.first().is_some_and(|n| graph.1.contains_edge(*n, *n)))
        .flatten()
        .min()?;
    shortest_return(&graph, on_cycle)
}

type Numbered = (Vec<Name>, DiGraphMap<u32, ()>);

fn numbered(edges: &Edges) -> Numbered {
    let names: BTreeSet<&Name> = edges.keys().chain(edges.values().flatten()).collect();
    let names: Vec<Name> = names.into_iter().cloned().collect();
    let number = |name: &Name| names.binary_search(name).unwrap_or(0) as u32;
    let mut graph = DiGraphMap::new();
    for (from, tos) in edges {
        graph.add_node(number(from));
        for to in tos {
            graph.add_edge(number(from), number(to), ());
        }
    }
    (names, graph)
}

fn shortest_return((names, graph): &Numbered, start: u32) -> Option<Vec<Name>> {
    let mut came_from: BTreeMap<u32, u32> = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        let mut next: Vec<u32> = graph.neighbors(node).collect();
        next.sort_unstable();
        for to in next {
            if to == start {
                let mut path = vec![start, node];
                let mut at = node;
                while at != start {
                    at = *came_from.get(&at)?;
                    path.push(at);
                }
                path.dedup();
                path.reverse();
                if path.len() == 1 {
                    path.push(start);
                }
                return path.into_iter().map(|n| names.get(n as usize).cloned()).collect();
            }
            if let std::collections::btree_map::Entry::Vacant(entry) = came_from.entry(to) {
                entry.insert(node);
                queue.push_back(to);
            }
        }
    }
    None
}

/// Nodes so that each stands behind those it points to; nothing if there is a cycle.
pub fn dependencies_first(edges: &Edges) -> Option<Vec<Name>> {
    let (names, graph) = numbered(edges);
    let components = tarjan_scc(&graph);
    let order: Vec<u32> = components.iter().flatten().copied().collect();
    (cycle(edges).is_none()).then(|| order.into_iter().filter_map(|n| names.get(n as usize).cloned()).collect())
}

/// The nodes such that every edge points forward; among those that could come next, the one that stands first does.
/// Nothing if there is a cycle.
pub fn topological(nodes: &[Name], edges: &[(Name, Name)]) -> Option<Vec<Name>> {
    let place = |name: &Name| nodes.iter().position(|n| n == name).and_then(|i| u32::try_from(i).ok());
    let mut graph: DiGraphMap<u32, ()> = DiGraphMap::new();
    for node in nodes {
        graph.add_node(place(node)?);
    }
    for (before, after) in edges {
        if let (Some(before), Some(after)) = (place(before), place(after)) {
            graph.add_edge(before, after, ());
        }
    }
    let mut order = Vec::new();
    while let Some(first) = graph.nodes().filter(|n| incoming(&graph, *n) == 0).min() {
        graph.remove_node(first);
        order.extend(nodes.get(first as usize).cloned());
    }
    (graph.node_count() == 0).then_some(order)
}

fn incoming(graph: &DiGraphMap<u32, ()>, node: u32) -> usize {
    graph.neighbors_directed(node, petgraph::Direction::Incoming).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(pairs: &[(&str, &str)]) -> Edges {
        let mut edges = Edges::new();
        for (a, b) in pairs {
            edges.entry(Name::from(*a)).or_default().insert(Name::from(*b));
        }
        edges
    }

    #[test]
    fn prints_the_shortest_cycle_as_a_path() {
        let found = cycle(&edges(&[("a", "b"), ("b", "c"), ("c", "a"), ("b", "a"), ("x", "a")])).unwrap();
        assert_eq!(found.iter().map(|n| &**n).collect::<Vec<_>>(), ["a", "b", "a"]);
        assert_eq!(cycle(&edges(&[("a", "a")])).unwrap().len(), 2);
        assert_eq!(cycle(&edges(&[("a", "b"), ("b", "c"), ("a", "c")])), None);
    }

    #[test]
    fn dependencies_come_first() {
        let order = dependencies_first(&edges(&[("a", "b"), ("b", "c"), ("a", "c")])).unwrap();
        assert_eq!(order.iter().map(|n| &**n).collect::<Vec<_>>(), ["c", "b", "a"]);
    }

    #[test]
    fn ties_fall_to_the_node_that_stands_first() {
        let names = |all: &[&str]| all.iter().map(|n| Name::from(*n)).collect::<Vec<_>>();
        let pair = |a: &str, b: &str| (Name::from(a), Name::from(b));
        assert_eq!(topological(&names(&["c", "b", "a"]), &[pair("a", "b")]), Some(names(&["c", "a", "b"])));
        assert_eq!(topological(&names(&["a", "b"]), &[pair("a", "b"), pair("b", "a")]), None);
    }
}
