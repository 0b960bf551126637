//! For Graphviz.

use std::fmt::Write as _;

use super::picture::{Edge, Flow, Line, Node, Picture, clean};

/// The picture in the language of Graphviz.
pub fn dot(picture: &Picture) -> String {
    let direction = match picture.flow {
        Flow::Right => "LR",
        Flow::Down => "TB",
    };
    let mut out = format!("digraph {} {{\n", quoted(&picture.title));
    let mut say = |line: String| {
        out.push_str(&line);
        out.push('\n');
    };
    say(format!("  graph [rankdir={direction}, fontname=\"Helvetica\", labelloc=t, label={}];", heading(picture)));
    say("  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11];".to_owned());
    say("  edge [fontname=\"Helvetica\", fontsize=9, color=\"#64748b\"];".to_owned());
    for (at, title) in picture.groups.iter().enumerate() {
        say(format!("  subgraph \"cluster_{at}\" {{\n    label={}; color=\"#cbd5e1\";", quoted(title)));
        for member in picture.nodes.iter().filter(|n| n.group == Some(at)) {
            say(format!("  {}", node(member)));
        }
        say("  }".to_owned());
    }
    for single in picture.nodes.iter().filter(|n| n.group.is_none()) {
        say(node(single));
    }
    for drawn in &picture.edges {
        let ends = picture.nodes.get(drawn.from).zip(picture.nodes.get(drawn.to));
        if let Some((from, to)) = ends {
            say(edge(drawn, from, to));
        }
    }
    out.push_str("}\n");
    out
}

fn heading(picture: &Picture) -> String {
    let mut label = format!("<<b>{}</b>", markup(&picture.title));
    for remark in &picture.remarks {
        let _ = write!(label, "<br/><font point-size=\"9\">{}</font>", markup(remark));
    }
    label.push('>');
    label
}

fn node(node: &Node) -> String {
    let (fill, border) = node.kind.colours();
    let mut label = String::from("<");
    if !node.caption.is_empty() {
        let _ = write!(
            label,
            "<font point-size=\"9\" color=\"#475569\">{}</font><br align=\"left\"/>",
            markup(&node.caption)
        );
    }
    let _ = write!(label, "<b>{}</b><br align=\"left\"/>", markup(&node.title));
    for line in &node.lines {
        let _ = write!(label, "{}<br align=\"left\"/>", markup(line));
    }
    label.push('>');
    format!("  {} [label={label}, fillcolor=\"{fill}\", color=\"{border}\"];", quoted(&node.id))
}

fn edge(edge: &Edge, from: &Node, to: &Node) -> String {
    let mut attributes = Vec::new();
    match edge.line {
        Line::Arrow => {}
        Line::Plain => attributes.push("arrowhead=none".to_owned()),
        Line::Dashed => attributes.push("arrowhead=none, style=dashed".to_owned()),
    }
    if let Some(label) = &edge.label {
        attributes.push(format!("label={}", quoted(label)));
    }
    let attributes = if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) };
    format!("  {} -> {}{attributes};", quoted(&from.id), quoted(&to.id))
}

/// A text in quotes. Graphviz reads `\` as the start of an escape and `&` as that of an entity even there.
fn quoted(text: &str) -> String {
    let text = clean(text).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;");
    format!("\"{text}\"")
}

/// A text between tags. An empty one would be an error of syntax between `<b>` and `</b>`.
fn markup(text: &str) -> String {
    if text.is_empty() {
        return " ".to_owned();
    }
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_place() {
        assert_eq!(quoted("a\"; x [b\\"), r#""a\"; x [b\\""#);
        assert_eq!(quoted("&lt;\n"), "\"&amp;lt; \"");
        assert_eq!(markup("</b>&\"x\""), "&lt;/b&gt;&amp;&quot;x&quot;");
    }
}
