//! For Markdown: a flowchart of Mermaid.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::picture::{Flow, Kind, Line, Node, Picture, clean};

/// The picture as a flowchart of Mermaid. Nodes are numbered there, since names can be words of Mermaid's own.
pub fn mermaid(picture: &Picture) -> String {
    let mut out = String::from("---\n");
    let _ = writeln!(out, "title: {}\n---", yaml(&picture.title));
    out.push_str(match picture.flow {
        Flow::Right => "flowchart LR\n",
        Flow::Down => "flowchart TB\n",
    });
    let _ = writeln!(out, "  accTitle: {}", plain(&picture.title));
    let mut description = plain(&picture.description);
    for remark in &picture.remarks {
        let _ = write!(description, " {}.", plain(remark));
    }
    let _ = writeln!(out, "  accDescr: {description}");
    for (at, title) in picture.groups.iter().enumerate() {
        let _ = writeln!(out, "  subgraph g{at}[\"{}\"]", escaped(title));
        for (number, member) in picture.nodes.iter().enumerate().filter(|(_, n)| n.group == Some(at)) {
            let _ = writeln!(out, "    {}", node(number, member));
        }
        out.push_str("  end\n");
    }
    for (number, single) in picture.nodes.iter().enumerate().filter(|(_, n)| n.group.is_none()) {
        let _ = writeln!(out, "  {}", node(number, single));
    }
    for edge in &picture.edges {
        let line = match edge.line {
            Line::Arrow => "-->",
            Line::Plain => "---",
            Line::Dashed => "-.-",
        };
        let label = edge.label.as_ref().map(|l| format!("|\"{}\"|", escaped(l))).unwrap_or_default();
        let _ = writeln!(out, "  n{} {line}{label} n{}", edge.from, edge.to);
    }
    let kinds: BTreeSet<Kind> = picture.nodes.iter().map(|n| n.kind).collect();
    for kind in kinds {
        let (fill, border) = kind.colours();
        let _ = writeln!(out, "  classDef {} fill:{fill},stroke:{border},color:#0f172a", class(kind));
    }
    out
}

fn node(number: usize, node: &Node) -> String {
    let mut parts = Vec::new();
    if !node.caption.is_empty() {
        parts.push(format!("<small>{}</small>", escaped(&node.caption)));
    }
    parts.push(format!("<b>{}</b>", escaped(&node.title)));
    parts.extend(node.lines.iter().map(|l| escaped(l)));
    format!("n{number}[\"{}\"]:::{}", parts.join("<br/>"), class(node.kind))
}

/// A class whose name is no word of Mermaid's.
fn class(kind: Kind) -> String {
    format!("of_{}", kind.word())
}

/// A text inside a label. Whatever is not plainly harmless becomes an entity, which Mermaid writes `#60;`: quotes and
/// brackets end a label, `#` and `&` begin entities, back-ticks begin Markdown, `%%` a comment, and a line that begins
/// like a list is refused.
fn escaped(text: &str) -> String {
    let text = clean(text);
    let head = text.chars().take_while(char::is_ascii_digit).count();
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        let harmless = c.is_alphanumeric() || matches!(c, ' ' | ',' | '.' | '-' | ':' | '/' | '·' | '≤' | '≥' | '?');
        let like_a_list = (at == 0 && c == '-') || (at == head && head > 0 && c == '.');
        match harmless && !like_a_list {
            true => out.push(c),
            // An underscore inside a word means nothing to Mermaid, and reads better as itself.
            false if c == '_' && at > 0 => out.push(c),
            false => drop(write!(out, "#{};", u32::from(c))),
        }
    }
    out
}

/// A text that runs to the end of its line, where nothing is an escape: only words and spaces.
fn plain(text: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || matches!(c, ' ' | ',' | '.' | '-' | '_' | '/' | ':');
    clean(text).chars().map(|c| if harmless(c) { c } else { ' ' }).collect()
}

/// A text of YAML in double quotes.
fn yaml(text: &str) -> String {
    format!("\"{}\"", clean(text).replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_label() {
        assert_eq!(escaped("a\"]; end"), "a#34;#93;#59; end");
        assert_eq!(escaped("<script>&#35;`"), "#60;script#62;#38;#35;35#59;#96;");
        assert_eq!(escaped("- a"), "#45; a");
        assert_eq!(escaped("12. a 1.5"), "12#46; a 1.5");
        assert_eq!(escaped("gpt-5.2_pro/x"), "gpt-5.2_pro/x");
        assert_eq!(plain("a\n%%{init}"), "a    init ");
        assert_eq!(yaml("a\"\\"), r#""a\"\\""#);
    }
}
