//! Places for nodes and ways for edges, in whole numbers.
//!
//! Every connected part of a picture is laid out by itself, in ranks: an edge leads from one rank to a later one, and where it
//! passes ranks between, it is given a place in each, so that no line runs through a box. The crate that orders a rank and sets
//! its places wants no cycles; whatever closes one is turned round first. What the crate answers is sorted, rounded and pushed
//! apart where it is too tight, so that the picture is legible whatever it answers.

use std::collections::{BTreeMap, BTreeSet};

use rust_sugiyama::configure::{Config, RankingType};

use super::picture::{Flow, Picture};

/// Between neighbours in one rank.
const GAP: i64 = 22;
/// What an edge that passes a rank takes up in it.
const LANE: i64 = 6;
/// Between two parts of a picture.
const APART: i64 = 36;
/// Around the nodes of a group, and above them for its title.
const FRAME: i64 = 18;
const FRAME_TITLE: i64 = 34;
/// Places, those of passing edges included, for which the order of ranks is looked for.
const PLACES: usize = 2_500;

/// A rectangle, by its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    pub x: i64,
    pub y: i64,
    pub w: i64,
    pub h: i64,
}

/// Where everything stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The node's rectangles.
    pub nodes: Vec<Rect>,
    /// The points that each edge runs through: straight from the first to the second, curved to the third, and so on.
    pub ways: Vec<Vec<(i64, i64)>>,
    /// The frames of groups.
    pub frames: Vec<(usize, Rect)>,
    /// The whole.
    pub width: i64,
    pub height: i64,
}

/// Lays out a picture whose nodes have these sizes, with this much between ranks.
pub fn layout(picture: &Picture, sizes: &[(i64, i64)], between: i64) -> Layout {
    let mut whole = Layout {
        nodes: sizes.iter().map(|(w, h)| Rect { w: *w, h: *h, ..Rect::default() }).collect(),
        ways: vec![Vec::new(); picture.edges.len()],
        ..Layout::default()
    };
    let parts: Vec<Part> = components(picture).into_iter().map(|m| part(picture, sizes, &m, between)).collect();
    pack(picture, parts, &mut whole);
    whole
}

/// The connected parts, each in order: by group, then the largest first, then by the first member.
fn components(picture: &Picture) -> Vec<Vec<usize>> {
    let mut near: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for edge in &picture.edges {
        near.entry(edge.from).or_default().push(edge.to);
        near.entry(edge.to).or_default().push(edge.from);
    }
    let mut seen = BTreeSet::new();
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for start in 0..picture.nodes.len() {
        if !seen.insert(start) {
            continue;
        }
        let mut members = vec![start];
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for next in near.get(&at).into_iter().flatten() {
                if seen.insert(*next) {
                    members.push(*next);
                    open.push(*next);
                }
            }
        }
        members.sort_unstable();
        parts.push(members);
    }
    let group = |m: &Vec<usize>| m.first().and_then(|n| picture.nodes.get(*n)).and_then(|n| n.group);
    parts.sort_by_key(|m| (group(m), std::cmp::Reverse(m.len()), m.first().copied()));
    parts
}

/// A connected part: places relative to its own corner, along the flow and across it.
#[derive(Debug, Default)]
struct Part {
    nodes: Vec<(usize, Spot)>,
    ways: Vec<(usize, Vec<(i64, i64)>)>,
    along: i64,
    across: i64,
}

/// A rectangle in the terms of the flow.
#[derive(Clone, Copy, Debug, Default)]
struct Spot {
    along: i64,
    across: i64,
    length: i64,
    breadth: i64,
}

impl Spot {
    fn middle(self) -> i64 {
        self.across + self.breadth / 2
    }
}

/// A place in a rank: of a node, or of an edge that passes.
#[derive(Clone, Copy, Debug)]
struct Place {
    rank: usize,
    breadth: i64,
    length: i64,
    middle: i64,
}

fn part(picture: &Picture, sizes: &[(i64, i64)], members: &[usize], between: i64) -> Part {
    let edges: Vec<(usize, usize, usize)> = picture
        .edges
        .iter()
        .enumerate()
        .filter(|(_, e)| e.from != e.to && members.binary_search(&e.from).is_ok())
        .map(|(at, e)| (at, e.from, e.to))
        .collect();
    let ranks = ranks(members, &edges);
    let rank = |node: usize| ranks.get(&node).copied().unwrap_or(0);
    let mut places: Vec<Place> = Vec::new();
    let mut own: BTreeMap<usize, usize> = BTreeMap::new();
    for member in members {
        let (w, h) = sizes.get(*member).copied().unwrap_or_default();
        let (length, breadth) = if picture.flow == Flow::Right { (w, h) } else { (h, w) };
        own.insert(*member, places.len());
        places.push(Place { rank: rank(*member), breadth, length, middle: 0 });
    }
    let mut chains: Vec<(usize, bool, Vec<usize>)> = Vec::new();
    for (at, from, to) in &edges {
        let backward = rank(*from) > rank(*to);
        let (first, last) = if backward { (to, from) } else { (from, to) };
        let mut chain: Vec<usize> = own.get(first).copied().into_iter().collect();
        for between in rank(*first) + 1..rank(*last) {
            chain.push(places.len());
            places.push(Place { rank: between, breadth: LANE, length: 0, middle: 0 });
        }
        chain.extend(own.get(last));
        chains.push((*at, backward, chain));
    }
    order(&mut places, &chains);
    mirror(&mut places, own.len());
    push_apart(&mut places);
    placed(picture.flow, &places, &own, &chains, between)
}

/// The rank of each node: one behind the last of those that lead to it. Where a cycle leaves no node without one before it,
/// the first goes on as if it were so.
fn ranks(members: &[usize], edges: &[(usize, usize, usize)]) -> BTreeMap<usize, usize> {
    let mut before: BTreeMap<usize, usize> = members.iter().map(|m| (*m, 0)).collect();
    let mut leads: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (_, from, to) in edges {
        leads.entry(*from).or_default().push(*to);
        *before.entry(*to).or_default() += 1;
    }
    let mut ranks: BTreeMap<usize, usize> = members.iter().map(|m| (*m, 0)).collect();
    while let Some(next) = before.iter().min_by_key(|(node, left)| (**left > 0, **node)).map(|(node, _)| *node) {
        before.remove(&next);
        let behind = ranks.get(&next).map_or(0, |r| r + 1);
        for to in leads.get(&next).into_iter().flatten() {
            if let Some(left) = before.get_mut(to) {
                *left = left.saturating_sub(1);
                let rank = ranks.entry(*to).or_default();
                *rank = behind.max(*rank);
            }
        }
    }
    ranks
}

/// Sets the middle of every place, so that few edges cross and most run straight.
fn order(places: &mut [Place], chains: &[(usize, bool, Vec<usize>)]) {
    let mut edges: BTreeSet<(u32, u32)> = BTreeSet::new();
    for (_, _, chain) in chains {
        for pair in chain.windows(2) {
            if let [a, b] = pair {
                edges.extend(u32::try_from(*a).ok().zip(u32::try_from(*b).ok()));
            }
        }
    }
    if edges.is_empty() || places.len() > PLACES {
        // Without an order every rank begins at the same place, and is then pushed apart.
        return;
    }
    let wide = |breadth: i64| f64::from(i32::try_from(breadth + GAP).unwrap_or(i32::MAX));
    let vertices: Vec<(u32, (f64, f64))> =
        (0u32..).zip(places.iter()).map(|(n, p)| (n, (wide(p.breadth), 1.0))).collect();
    let edges: Vec<(u32, u32)> = edges.into_iter().collect();
    let config =
        Config { vertex_spacing: 0.0, dummy_vertices: false, ranking_type: RankingType::Up, ..Config::default() };
    let mut found: BTreeMap<usize, i64> = BTreeMap::new();
    for (spots, _, _) in rust_sugiyama::from_vertices_and_edges(&vertices, &edges, &config) {
        found.extend(spots.into_iter().map(|(number, (x, _))| (number, whole(x))));
    }
    for (number, place) in places.iter_mut().enumerate() {
        place.middle = found.get(&number).copied().unwrap_or(0);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the value is rounded, and `as` stops at the ends of the range")]
fn whole(x: f64) -> i64 {
    x.round() as i64
}

/// Turns the ranks round where that brings more of the nodes into the order in which they were named; no line crosses another
/// for it that did not before.
fn mirror(places: &mut [Place], nodes: usize) {
    let named: Vec<&Place> = places.iter().take(nodes).collect();
    let mut turned = 0_i64;
    for (at, a) in named.iter().enumerate() {
        for b in named.iter().skip(at + 1).filter(|b| b.rank == a.rank) {
            turned += (a.middle - b.middle).signum();
        }
    }
    if turned > 0 {
        for place in places {
            place.middle = -place.middle;
        }
    }
}

/// Moves what is too close to its neighbour in the same rank, and begins at zero.
fn push_apart(places: &mut [Place]) {
    let mut by_rank: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, place) in places.iter().enumerate() {
        by_rank.entry(place.rank).or_default().push(number);
    }
    for mut members in by_rank.into_values() {
        members.sort_by_key(|n| (places.get(*n).map(|p| p.middle), *n));
        let mut free = i64::MIN;
        for number in members {
            let Some(place) = places.get_mut(number) else { continue };
            let start = (place.middle - place.breadth / 2).max(free);
            place.middle = start + place.breadth / 2;
            free = start + place.breadth + GAP.min(place.breadth + LANE);
        }
    }
    let least = places.iter().map(|p| p.middle - p.breadth / 2).min().unwrap_or(0);
    for place in places {
        place.middle -= least;
    }
}

fn placed(
    flow: Flow,
    places: &[Place],
    own: &BTreeMap<usize, usize>,
    chains: &[(usize, bool, Vec<usize>)],
    between: i64,
) -> Part {
    let depth = places.iter().map(|p| p.rank + 1).max().unwrap_or(0);
    let mut starts = Vec::with_capacity(depth);
    let mut end = 0;
    for rank in 0..depth {
        let length = places.iter().filter(|p| p.rank == rank).map(|p| p.length).max().unwrap_or(0);
        starts.push((end, length));
        end += length + between;
    }
    let spot = |number: usize| -> Spot {
        let Some(place) = places.get(number) else { return Spot::default() };
        let (along, longest) = starts.get(place.rank).copied().unwrap_or_default();
        // Side by side in columns, boxes of one width read as a list; below each other they keep their own height.
        let length = if flow == Flow::Right || place.length == 0 { longest } else { place.length };
        Spot { along, across: place.middle - place.breadth / 2, length, breadth: place.breadth }
    };
    let spots: Vec<Spot> = (0..places.len()).map(spot).collect();
    let rank_end =
        |number: usize| places.get(number).and_then(|p| starts.get(p.rank)).map_or(0, |(along, length)| along + length);
    Part {
        nodes: own.iter().filter_map(|(node, number)| Some((*node, *spots.get(*number)?))).collect(),
        ways: ways(flow, &spots, chains, &rank_end),
        along: end.saturating_sub(between),
        across: places.iter().map(|p| p.middle + p.breadth - p.breadth / 2).max().unwrap_or(0),
    }
}

/// The points of every edge. Edges that share a side of a box are spread over it in the order of where they lead.
fn ways(
    flow: Flow,
    spots: &[Spot],
    chains: &[(usize, bool, Vec<usize>)],
    rank_end: &dyn Fn(usize) -> i64,
) -> Vec<(usize, Vec<(i64, i64)>)> {
    let mut sides: BTreeMap<(usize, bool), Vec<(i64, usize)>> = BTreeMap::new();
    let middle = |number: Option<&usize>| number.and_then(|n| spots.get(*n)).map_or(0, |s| s.middle());
    for (edge, _, chain) in chains {
        if let (Some(first), Some(last)) = (chain.first(), chain.last()) {
            sides.entry((*first, true)).or_default().push((middle(chain.get(1)), *edge));
            sides.entry((*last, false)).or_default().push((middle(chain.iter().rev().nth(1)), *edge));
        }
    }
    for side in sides.values_mut() {
        side.sort_unstable();
    }
    let port = |number: usize, out: bool, edge: usize| -> i64 {
        let Some(spot) = spots.get(number) else { return 0 };
        let side = sides.get(&(number, out)).map(Vec::as_slice).unwrap_or_default();
        let count = i64::try_from(side.len()).unwrap_or(1).max(1);
        let place = side.iter().position(|(_, e)| *e == edge).and_then(|p| i64::try_from(p).ok()).unwrap_or(0);
        let step = if flow == Flow::Down { 0 } else { ((spot.breadth - 20).max(0) / count).min(14) };
        spot.middle() + (2 * place - (count - 1)) * step / 2
    };
    let mut found = Vec::new();
    for (edge, backward, chain) in chains {
        let mut points = Vec::new();
        for (at, number) in chain.iter().enumerate() {
            let Some(spot) = spots.get(*number) else { continue };
            let (first, last) = (at == 0, at + 1 == chain.len());
            let across = if first || last { port(*number, first, *edge) } else { spot.middle() };
            let (start, end) = (spot.along, if first { rank_end(*number) } else { spot.along + spot.length });
            match (first, last) {
                (true, _) => points.extend([(spot.along + spot.length, across), (end, across)]),
                (_, true) => points.extend([(start, across), (start, across)]),
                _ => points.extend([(start, across), (end, across)]),
            }
        }
        if *backward {
            points.reverse();
        }
        found.push((*edge, points));
    }
    found
}

/// Sets the parts side by side in rows of about the shape of a page, and writes their places down.
fn pack(picture: &Picture, parts: Vec<Part>, whole: &mut Layout) {
    let boxes: Vec<(i64, i64, Option<usize>)> = parts.iter().map(|p| outer(picture, p)).collect();
    let widest = boxes.iter().map(|b| b.0).max().unwrap_or(0);
    let area: i64 = boxes.iter().map(|b| (b.0 + APART) * (b.1 + APART)).sum();
    let shape = u64::try_from(area).unwrap_or(0).saturating_mul(5) / 2;
    let page = i64::try_from(shape.isqrt()).unwrap_or(0);
    // Groups are few and compared with each other, so that they stand side by side.
    let width = if picture.groups.is_empty() { page.max(widest) } else { (widest + APART) * 4 };
    let (mut x, mut y, mut row) = (0, 0, 0);
    for (part, (w, h, group)) in parts.into_iter().zip(boxes) {
        if x > 0 && x + w > width {
            (x, y, row) = (0, y + row + APART, 0);
        }
        let (mut left, mut top) = (x, y);
        if let Some(group) = group {
            whole.frames.push((group, Rect { x, y, w, h }));
            (left, top) = (x + FRAME, y + FRAME_TITLE);
        }
        settle(picture.flow, part, left, top, whole);
        whole.width = whole.width.max(x + w);
        whole.height = whole.height.max(y + h);
        x += w + APART;
        row = row.max(h);
    }
}

/// The width and height of a part with its frame, and the group whose frame it is.
fn outer(picture: &Picture, part: &Part) -> (i64, i64, Option<usize>) {
    let group = part.nodes.first().and_then(|(n, _)| picture.nodes.get(*n)).and_then(|n| n.group);
    let (w, h) = if picture.flow == Flow::Right { (part.along, part.across) } else { (part.across, part.along) };
    match group {
        Some(_) => (w + 2 * FRAME, h + FRAME + FRAME_TITLE, group),
        None => (w, h, None),
    }
}

fn settle(flow: Flow, part: Part, left: i64, top: i64, whole: &mut Layout) {
    let turn = |along: i64, across: i64| match flow {
        Flow::Right => (left + along, top + across),
        Flow::Down => (left + across, top + along),
    };
    for (node, spot) in part.nodes {
        let (x, y) = turn(spot.along, spot.across);
        let (w, h) = if flow == Flow::Right { (spot.length, spot.breadth) } else { (spot.breadth, spot.length) };
        if let Some(rect) = whole.nodes.get_mut(node) {
            *rect = Rect { x, y, w, h };
        }
    }
    for (edge, points) in part.ways {
        if let Some(way) = whole.ways.get_mut(edge) {
            *way = points.into_iter().map(|(along, across)| turn(along, across)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::picture::{Line, Node};
    use super::*;

    fn picture(nodes: usize, edges: &[(usize, usize)]) -> Picture {
        let mut picture = Picture { nodes: vec![Node::default(); nodes], ..Picture::default() };
        for (from, to) in edges {
            picture.edge(*from, *to, Line::Arrow);
        }
        picture
    }

    fn apart(a: &Rect, b: &Rect) -> bool {
        a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
    }

    fn laid_out(nodes: usize, edges: &[(usize, usize)]) -> Layout {
        let sizes: Vec<(i64, i64)> = (0..nodes).map(|n| (100, if n % 3 == 0 { 120 } else { 40 })).collect();
        let found = layout(&picture(nodes, edges), &sizes, 50);
        for (at, a) in found.nodes.iter().enumerate() {
            assert!(a.x >= 0 && a.y >= 0 && a.x + a.w <= found.width && a.y + a.h <= found.height, "{a:?} is outside");
            for b in &found.nodes[at + 1..] {
                assert!(apart(a, b), "{a:?} overlaps {b:?}");
            }
        }
        found
    }

    #[test]
    fn boxes_never_overlap() {
        laid_out(0, &[]);
        laid_out(5, &[]);
        laid_out(6, &[(0, 1), (1, 2), (0, 2), (3, 2), (4, 5)]);
        let dense: Vec<(usize, usize)> = (0..12).flat_map(|a| (a + 1..12).map(move |b| (a, b))).collect();
        let found = laid_out(12, &dense);
        assert_eq!(found, laid_out(12, &dense));
    }

    #[test]
    fn cycles_and_loops_are_drawn_all_the_same() {
        let found = laid_out(4, &[(0, 1), (1, 2), (2, 0), (3, 3), (2, 3)]);
        assert!(found.nodes[0].x < found.nodes[1].x);
        assert!(found.ways[3].is_empty(), "a loop has no way between ranks");
    }

    #[test]
    fn too_many_places_are_stacked() {
        let nodes = 80;
        let dense: Vec<(usize, usize)> = (0..nodes).flat_map(|a| (a + 1..nodes).map(move |b| (a, b))).collect();
        laid_out(nodes, &dense);
    }
}
