//! Graphs over names: the one folder that knows petgraph.

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

/// Everything reached from each node in one or more steps.
pub fn closure(edges: &Edges) -> Edges {
    edges
        .keys()
        .map(|from| {
            let mut seen: BTreeSet<Name> = BTreeSet::new();
            let mut queue: Vec<&Name> = edges.get(from).into_iter().flatten().collect();
            while let Some(node) = queue.pop() {
                if seen.insert(node.clone()) {
                    queue.extend(edges.get(node).into_iter().flatten());
                }
            }
            (from.clone(), seen)
        })
        .collect()
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
}
