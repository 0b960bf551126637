//! A picture before it is written down: nodes, edges, groups and remarks, without places.

/// Nodes that one picture draws; what is beyond is counted in a node of its own.
pub const NODES: usize = 300;
/// Edges that one picture draws.
pub const EDGES: usize = 900;
/// Lines of one node.
pub const LINES: usize = 24;

/// A graph to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// What it shows, in a few words.
    pub title: String,
    /// What it shows, in a sentence, for those who do not see it.
    pub description: String,
    /// Where its edges lead.
    pub flow: Flow,
    /// Its nodes; edges and groups speak of them by their place here.
    pub nodes: Vec<Node>,
    /// Its edges.
    pub edges: Vec<Edge>,
    /// The titles of its groups. No edge leads from one group into another.
    pub groups: Vec<String>,
    /// What a reader has to know besides, such as what was left out.
    pub remarks: Vec<String>,
}

/// Where edges lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// From left to right, for wide nodes.
    #[default]
    Right,
    /// From top to bottom.
    Down,
}

/// A box with words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// What it is known by in the notations; distinct within the picture.
    pub id: String,
    /// What it stands for, and so its colour.
    pub kind: Kind,
    /// The small words above the title.
    pub caption: String,
    /// Its name.
    pub title: String,
    /// What is said of it.
    pub lines: Vec<String>,
    /// The part of a whole that it leaves over.
    pub share: Option<Share>,
    /// The group it belongs to, by its place.
    pub group: Option<usize>,
}

/// How much of a whole is left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// What is left.
    pub left: usize,
    /// What was lost in this step because something is known.
    pub lost: usize,
    /// What was lost in this step because something is unknown.
    pub unknown: usize,
    /// The whole.
    pub of: usize,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A trait, or anything that is neither good nor bad.
    #[default]
    Trait,
    /// A service.
    Service,
    /// A request.
    Request,
    /// A role of a route.
    Role,
    /// Constraints of the route itself.
    Own,
    /// Rules.
    Rule,
    /// Conditions that services state themselves.
    Accept,
    /// What denies a request.
    Denial,
    /// What lifts a rule.
    Waiver,
    /// Those that are chosen.
    Chosen,
    /// What is only counted.
    Rest,
}

impl Kind {
    /// The word that notations use as a class.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trait => "trait",
            Self::Service => "service",
            Self::Request => "request",
            Self::Role => "role",
            Self::Own => "own",
            Self::Rule => "rule",
            Self::Accept => "accept",
            Self::Denial => "denial",
            Self::Waiver => "waiver",
            Self::Chosen => "chosen",
            Self::Rest => "rest",
        }
    }

    /// The colours of the box and of its border, where a notation knows no dark surroundings.
    pub fn colours(self) -> (&'static str, &'static str) {
        match self {
            Self::Trait => ("#eef2ff", "#6366f1"),
            Self::Service => ("#ecfeff", "#0891b2"),
            Self::Request => ("#f8fafc", "#475569"),
            Self::Role => ("#eff6ff", "#2563eb"),
            Self::Own => ("#f8fafc", "#64748b"),
            Self::Rule => ("#fffbeb", "#d97706"),
            Self::Accept => ("#ecfeff", "#0891b2"),
            Self::Denial => ("#fef2f2", "#dc2626"),
            Self::Waiver => ("#faf5ff", "#9333ea"),
            Self::Chosen => ("#f0fdf4", "#16a34a"),
            Self::Rest => ("#ffffff", "#94a3b8"),
        }
    }
}

/// A line between two nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The node it leaves.
    pub from: usize,
    /// The node it reaches.
    pub to: usize,
    /// What is said of it.
    pub label: Option<String>,
    /// How it is drawn.
    pub line: Line,
}

/// How an edge is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// With an arrow: one leads to the other.
    Arrow,
    /// Plain: the two belong together.
    Plain,
    /// Dashed: the one lifts the other.
    Dashed,
}

impl Picture {
    /// Adds a node and says its place.
    pub fn node(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len().saturating_sub(1)
    }

    /// Adds an edge.
    pub fn edge(&mut self, from: usize, to: usize, line: Line) {
        self.edges.push(Edge { from, to, label: None, line });
    }
}

/// A text without what could reorder or hide the words around it: line breaks become spaces, other control characters and
/// those that change the direction of writing become visible marks.
pub fn clean(text: &str) -> String {
    let visible = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => '\u{fffd}',
        // XML has no way to write these.
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c => c,
    };
    text.chars().map(visible).collect()
}

/// The first lines of many, and how many more there are.
pub fn some(lines: Vec<String>, most: usize) -> Vec<String> {
    let more = lines.len().saturating_sub(most);
    let mut shown: Vec<String> = lines.into_iter().take(most).collect();
    if more > 0 {
        shown.push(format!("and {} more", grouped(more)));
    }
    shown
}

pub use crate::explain::table::{count, grouped};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_invisible_survives() {
        assert_eq!(clean("a\nb\u{202e}c\u{7}"), "a b\u{fffd}c\u{fffd}");
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let lines = (0..5).map(|n| n.to_string()).collect();
        assert_eq!(some(lines, 2), ["0", "1", "and 3 more"]);
    }
}
