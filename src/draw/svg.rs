//! An image that needs nothing besides itself: no script, no font, no other file. It follows its reader's choice of light or
//! dark, and says in words what it shows.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::layout::{Layout, Rect, layout};
use super::picture::{Edge, Flow, Kind, Line, Node, Picture, Share, clean};

/// The colours, light and dark.
const STYLE: &str = include_str!("style.css");

/// What the bars mean.
const BARS: &str = "bars: blue is left, red is excluded here, amber is excluded here because something is unknown";

/// Around everything.
const MARGIN: i64 = 24;
/// Inside a box, beside its words and above them.
const BESIDE: i64 = 12;
const ABOVE: i64 = 9;
/// The heights of a caption, a title, a line and a bar.
const CAPTION: i64 = 14;
const TITLE: i64 = 18;
const LINE: i64 = 16;
const BAR: i64 = 16;
/// The widths of a letter in tenths of a pixel; every letter of the typewriter faces in the style has the same.
const SMALL_LETTER: i64 = 62;
const NOTE_LETTER: i64 = 68;
const LINE_LETTER: i64 = 74;
const TITLE_LETTER: i64 = 80;
const HEAD_LETTER: i64 = 98;
/// Letters of one line of a box; longer ones are cut and whole in the box's tooltip.
const LETTERS: usize = 44;
/// The room above and below the drawing, for the heading and for each remark.
const HEADING: i64 = 40;
const REMARK: i64 = 17;

/// The picture as SVG.
pub fn svg(picture: &Picture) -> String {
    let mut picture = picture.clone();
    if picture.nodes.iter().any(|n| n.share.is_some()) {
        picture.remarks.push(BARS.to_owned());
    }
    let picture = &picture;
    let sizes = sizes(picture);
    let drawn = layout(picture, &sizes, between(picture));
    let remarks = i64::try_from(picture.remarks.len()).unwrap_or(0);
    let words = picture.remarks.iter().map(|r| width(r, NOTE_LETTER)).chain([width(&picture.title, HEAD_LETTER)]);
    let wide = words.max().unwrap_or(0).max(drawn.width + loops(picture)) + 2 * MARGIN;
    let below = if remarks > 0 { 14 + remarks * REMARK } else { 0 };
    let high = drawn.height + HEADING + below + 2 * MARGIN;
    let (title, description) = (escaped(&picture.title), escaped(&picture.description));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" width=\"{wide}\" height=\"{high}\" \
         role=\"img\" aria-label=\"{title}\">\n<title>{title}</title>\n<desc>{description}</desc>\n<style>\n{STYLE}</style>\n\
         <defs><marker id=\"pv-tip\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"pv-tip\" d=\"M0 0.5 8 4 0 7.5Z\"/></marker></defs>\n\
         <rect class=\"pv-page\" width=\"{wide}\" height=\"{high}\"/>\n"
    );
    text(&mut out, "pv-head", MARGIN, MARGIN + 14, &picture.title);
    let _ = writeln!(out, "<g transform=\"translate({MARGIN} {})\">", MARGIN + HEADING);
    frames(&mut out, picture, &drawn);
    for (edge, way) in picture.edges.iter().zip(&drawn.ways) {
        line(&mut out, picture.flow, edge, way, drawn.nodes.get(edge.from));
    }
    for (node, rect) in picture.nodes.iter().zip(&drawn.nodes) {
        write_node(&mut out, node, *rect);
    }
    for (edge, way) in picture.edges.iter().zip(&drawn.ways) {
        label(&mut out, edge, way, drawn.nodes.get(edge.from));
    }
    out.push_str("</g>\n");
    let mut y = drawn.height + HEADING + MARGIN + 14;
    for remark in &picture.remarks {
        y += REMARK;
        text(&mut out, "pv-note", MARGIN, y, remark);
    }
    out.push_str("</svg>\n");
    out
}

/// The sizes of all boxes. Those in groups are equally wide, so that their bars can be compared, and so are services, which
/// then stand in columns.
fn sizes(picture: &Picture) -> Vec<(i64, i64)> {
    let mut sizes: Vec<(i64, i64)> = picture.nodes.iter().map(size).collect();
    let alike = |n: &Node| n.group.is_some() || n.kind == Kind::Service;
    let widest = picture.nodes.iter().zip(&sizes).filter(|(n, _)| alike(n)).map(|(_, (w, _))| *w).max().unwrap_or(0);
    for (node, (w, _)) in picture.nodes.iter().zip(&mut sizes) {
        if alike(node) {
            *w = widest;
        }
    }
    sizes
}

fn size(node: &Node) -> (i64, i64) {
    let words = node.lines.iter().map(|l| width(&cut(l), LINE_LETTER));
    let title = width(&cut(&node.title), TITLE_LETTER);
    let caption = width(&cut(&node.caption), SMALL_LETTER);
    let widest = words.chain([title, caption, 72]).max().unwrap_or(0);
    let caption = if node.caption.is_empty() { 0 } else { CAPTION };
    let bar = if node.share.is_some() { BAR } else { 0 };
    let lines = i64::try_from(node.lines.len()).unwrap_or(0) * LINE;
    (widest + 2 * BESIDE, caption + TITLE + lines + bar + 2 * ABOVE)
}

/// The room between ranks: enough for the words on edges.
fn between(picture: &Picture) -> i64 {
    let words = picture.edges.iter().filter_map(|e| e.label.as_ref()).map(|l| width(&cut(l), SMALL_LETTER) + 40).max();
    match picture.flow {
        // Where many lines leave one box, they need room to part.
        Flow::Right => words.unwrap_or(0).max(if most_leaving(picture) > 2 { 110 } else { 64 }),
        Flow::Down if picture.groups.is_empty() => 48,
        Flow::Down => 22,
    }
}

/// The most edges that leave one box.
fn most_leaving(picture: &Picture) -> usize {
    let mut leaving: BTreeMap<usize, usize> = BTreeMap::new();
    for edge in &picture.edges {
        *leaving.entry(edge.from).or_default() += 1;
    }
    leaving.into_values().max().unwrap_or(0)
}

/// The room on the right that an edge from a node to itself needs.
fn loops(picture: &Picture) -> i64 {
    if picture.edges.iter().any(|e| e.from == e.to) { 36 } else { 0 }
}

/// The width of a text, where letters of East Asian scripts and pictures take up two places.
fn width(text: &str, letter: i64) -> i64 {
    let places: i64 = text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum();
    (places * letter + 9) / 10
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f000}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}')
}

/// A line of a box, cut where it is too long.
fn cut(text: &str) -> String {
    let mut room = LETTERS;
    let mut out = String::new();
    for c in clean(text).chars() {
        let places = if is_wide(c) { 2 } else { 1 };
        if room < places {
            out.pop();
            out.push('…');
            break;
        }
        room -= places;
        out.push(c);
    }
    out
}

fn frames(out: &mut String, picture: &Picture, drawn: &Layout) {
    for (group, rect) in &drawn.frames {
        let Rect { x, y, w, h } = rect;
        let _ = writeln!(out, "<rect class=\"pv-frame\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"10\"/>");
        if let Some(title) = picture.groups.get(*group) {
            text(out, "pv-title", x + 18, y + 22, &cut(title));
        }
    }
}

fn write_node(out: &mut String, node: &Node, rect: Rect) {
    let Rect { x, y, w, h } = rect;
    let whole: Vec<&str> = [&*node.caption, &*node.title].into_iter().chain(node.lines.iter().map(|l| &**l)).collect();
    let _ = writeln!(
        out,
        "<g class=\"pv-{}\"><title>{}</title>\n<rect class=\"pv-box\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"8\"/>",
        node.kind.word(),
        escaped(&whole.join(" · "))
    );
    let left = x + BESIDE;
    let mut top = y + ABOVE;
    if !node.caption.is_empty() {
        text(out, "pv-small", left, top + 10, &cut(&node.caption));
        top += CAPTION;
    }
    text(out, "pv-title", left, top + 13, &cut(&node.title));
    top += TITLE;
    for said in &node.lines {
        text(out, "pv-line", left, top + 12, &cut(said));
        top += LINE;
    }
    if let Some(share) = node.share {
        bar(out, share, left, top + 5, w - 2 * BESIDE);
    }
    out.push_str("</g>\n");
}

/// What is left of the whole, and behind it what this step took.
fn bar(out: &mut String, share: Share, x: i64, y: i64, w: i64) {
    let part = |number: usize| -> i64 {
        let (number, of) = (i64::try_from(number).unwrap_or(0), i64::try_from(share.of).unwrap_or(0).max(1));
        // What there is of, however little, is seen.
        if number == 0 { 0 } else { (w.saturating_mul(number) / of).clamp(2, w) }
    };
    let mut rect = |class: &str, x: i64, w: i64| {
        if w > 0 {
            let _ = writeln!(out, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"8\" rx=\"1\"/>");
        }
    };
    rect("pv-track", x, w);
    let mut at = x;
    for (class, number) in [("pv-left", share.left), ("pv-lost", share.lost), ("pv-unknown", share.unknown)] {
        let wide = part(number).min(x + w - at);
        rect(class, at, wide);
        at += wide;
    }
}

/// An edge: straight from the first point to the second, curved to the third, straight to the fourth, and so on.
fn line(out: &mut String, flow: Flow, edge: &Edge, way: &[(i64, i64)], from: Option<&Rect>) {
    let mut path = String::new();
    match (way.split_first(), from) {
        (Some(((x, y), rest)), _) => {
            let _ = write!(path, "M{x} {y}");
            let (mut px, mut py) = (*x, *y);
            for (at, (x, y)) in rest.iter().enumerate() {
                let ahead = at % 2 == 1;
                let _ = match flow {
                    _ if (px, py) == (*x, *y) => Ok(()),
                    _ if !ahead || px == *x || py == *y => write!(path, " L{x} {y}"),
                    Flow::Right => {
                        write!(path, " C{} {py} {} {y} {x} {y}", i64::midpoint(px, *x), i64::midpoint(px, *x))
                    }
                    Flow::Down => {
                        write!(path, " C{px} {} {x} {} {x} {y}", i64::midpoint(py, *y), i64::midpoint(py, *y))
                    }
                };
                (px, py) = (*x, *y);
            }
        }
        (None, Some(Rect { x, y, w, h })) if edge.from == edge.to => {
            let (right, middle) = (x + w, y + h / 2);
            let (above, below, out) = (middle - 26, middle + 26, right + 34);
            let _ = write!(path, "M{right} {} C{out} {above} {out} {below} {right} {}", middle - 8, middle + 8);
        }
        _ => return,
    }
    let (class, tip) = match edge.line {
        Line::Arrow => ("pv-edge", " marker-end=\"url(#pv-tip)\""),
        Line::Plain => ("pv-edge pv-plain", ""),
        Line::Dashed => ("pv-edge pv-dashed", ""),
    };
    let _ = writeln!(out, "<path class=\"{class}\" d=\"{path}\"{tip}/>");
}

/// The words on an edge, half way along its first curve, or above the loop.
fn label(out: &mut String, edge: &Edge, way: &[(i64, i64)], from: Option<&Rect>) {
    let Some(label) = &edge.label else { return };
    let (x, y) = match (way.get(1), way.get(2), from) {
        (Some((ax, ay)), Some((bx, by)), _) => (i64::midpoint(*ax, *bx), i64::midpoint(*ay, *by) + 3),
        (_, _, Some(rect)) if edge.from == edge.to => (rect.x + rect.w + 24, rect.y + rect.h / 2 - 20),
        _ => return,
    };
    let said = escaped(&cut(label));
    let _ = writeln!(out, "<text class=\"pv-label\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{said}</text>");
}

fn text(out: &mut String, class: &str, x: i64, y: i64, said: &str) {
    let _ = writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(said));
}

fn escaped(text: &str) -> String {
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_element() {
        let node = Node { title: "</text><script>\"&".to_owned(), ..Node::default() };
        let picture = Picture { nodes: vec![node], ..Picture::default() };
        let drawn = svg(&picture);
        assert!(drawn.contains("&lt;/text&gt;&lt;script&gt;&quot;&amp;"));
        assert!(!drawn.contains("<script"));
    }

    #[test]
    fn long_lines_are_cut_and_wide_letters_counted_twice() {
        assert_eq!(cut(&"x".repeat(60)).chars().count(), LETTERS);
        assert_eq!(cut(&"字".repeat(60)).chars().count(), LETTERS / 2);
        assert_eq!(width("字a", 10), 3);
    }

    #[test]
    fn a_bar_never_leaves_its_box() {
        let mut out = String::new();
        bar(&mut out, Share { left: 9_999, lost: 9_999, unknown: 1, of: 10_000 }, 0, 0, 100);
        assert!(out.contains("width=\"99\"") && out.contains("width=\"1\"") && !out.contains("pv-unknown"));
    }
}
