//! Data as a tree: what JSON, YAML and TOML have in common, with the place of every part.
//!
//! *Takes* the text of a file; *gives* a [`Node`]. *Promises*: numbers keep their digits, no key stands twice in a map,
//! no tree is deeper than [`limits::NESTING`], and no text, however hostile, makes a reader panic, overflow or hang.
//! *Leaves out* what the data means: that depends on the type of the place where it stands.

pub mod codes;
mod json;
mod toml;
mod yaml;

use std::collections::BTreeMap;

use crate::base::{FileId, Name, Span, limits};
use crate::diag::Diagnostic;

pub(crate) use yaml::plain;

/// A part of a data file.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, quotes and brackets included.
    pub span: Span,
}

/// What a part of a data file is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`: nothing is stated.
    Null,
    /// `true`
    Bool(bool),
    /// A number in decimal digits, as written otherwise.
    Number(Name),
    /// A text.
    Text(Name),
    /// Elements in order.
    List(Vec<Node>),
    /// Keys with their values, in written order, no key twice.
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its text.
    pub text: Name,
    /// Where it stands, quotes included.
    pub span: Span,
}

impl Node {
    /// A text at a place.
    pub fn text(text: impl Into<Name>, span: Span) -> Self {
        Self { kind: Kind::Text(text.into()), span }
    }

    /// The value of a key; `None` if there is no such key or this is no map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|(k, _)| &*k.text == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// What this is, in words, with what is written where that is short.
    pub fn words(&self) -> String {
        match &self.kind {
            Kind::Null => "nothing (`null`)".to_owned(),
            Kind::Bool(value) => format!("`{value}`"),
            Kind::Number(text) => format!("the number `{}`", shortened(text)),
            Kind::Text(text) => format!("the text `{}`", shortened(text)),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a map".to_owned(),
        }
    }

    /// Whether two parts say the same, wherever they stand.
    pub fn says_the_same(&self, other: &Node) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::List(a), Kind::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.says_the_same(b)),
            (Kind::Map(a), Kind::Map(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|((ka, a), (kb, b))| ka.text == kb.text && a.says_the_same(b))
            }
            (a, b) => a == b,
        }
    }

    /// This part as JSON. A number that JSON does not know how to write stands as a text.
    pub fn to_json(&self) -> String {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        match &self.kind {
            Kind::Null => "null".to_owned(),
            Kind::Bool(value) => value.to_string(),
            Kind::Number(number) => match number.parse::<serde_json::Number>() {
                Ok(_) => number.to_string(),
                Err(_) => text(number),
            },
            Kind::Text(of) => text(of),
            Kind::List(elements) => {
                let all: Vec<String> = elements.iter().map(Node::to_json).collect();
                format!("[{}]", all.join(","))
            }
            Kind::Map(entries) => {
                let all = entries.iter().map(|(key, node)| format!("{}:{}", text(&key.text), node.to_json()));
                format!("{{{}}}", all.collect::<Vec<_>>().join(","))
            }
        }
    }

    /// The first character of this part: where something is said of the whole of a large one.
    pub fn opening(&self) -> Span {
        match self.kind {
            Kind::List(_) | Kind::Map(_) if self.span.end > self.span.start => {
                Span { end: self.span.start + 1, ..self.span }
            }
            _ => self.span,
        }
    }
}

/// The beginning of a text, fit for a message.
pub(crate) fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}

/// Findings of one file: beyond [`limits::ERRORS_PER_FILE`] further ones are not kept.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    kept: Vec<Diagnostic>,
}

impl Findings {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.full() {
            self.kept.push(diagnostic);
        }
    }

    pub fn full(&self) -> bool {
        self.kept.len() >= limits::ERRORS_PER_FILE
    }

    pub fn count(&self) -> usize {
        self.kept.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub fn into_result<T>(self, value: T) -> Result<T, Vec<Diagnostic>> {
        if self.kept.is_empty() { Ok(value) } else { Err(self.kept) }
    }

    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.kept
    }
}

/// A map under construction that refuses a key it already has.
#[derive(Debug, Default)]
struct Entries {
    list: Vec<(Key, Node)>,
    seen: BTreeMap<Name, Span>,
}

impl Entries {
    fn add(&mut self, key: Key, node: Node, findings: &mut Findings) {
        if let Some(first) = self.seen.get(&key.text) {
            let message = format!("the key `{}` is stated twice", shortened(&key.text));
            let diagnostic = Diagnostic::error(&codes::DUPLICATE_KEY, key.span, message)
                .label("stated again here")
                .related(*first, "first stated here")
                .help("remove one of the two");
            findings.push(diagnostic);
            return;
        }
        self.seen.insert(key.text.clone(), key.span);
        self.list.push((key, node));
    }
}

/// The formats of data files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `.json`
    Json,
    /// `.yaml`, `.yml`
    Yaml,
    /// `.toml`
    Toml,
}

impl Format {
    /// The format that the extension of a file's name stands for.
    pub fn of(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

/// Reads a data file in the format that its name's extension stands for.
pub fn read(file: FileId, name: &str, text: &str) -> Result<Node, Vec<Diagnostic>> {
    match Format::of(name) {
        Some(format) => read_as(format, file, text),
        None => {
            let message = format!("`{}` is of unknown format", shortened(name));
            let help = "data is read from files that end in `.json`, `.yaml`, `.yml` or `.toml`";
            Err(vec![Diagnostic::error(&codes::UNKNOWN_FORMAT, Span::new(file, 0, 0), message).help(help)])
        }
    }
}

/// Reads a text in the given format.
pub fn read_as(format: Format, file: FileId, text: &str) -> Result<Node, Vec<Diagnostic>> {
    match format {
        Format::Json => read_json(file, text),
        Format::Yaml => read_yaml(file, text),
        Format::Toml => read_toml(file, text),
    }
}

/// Reads JSON, strictly.
pub fn read_json(file: FileId, text: &str) -> Result<Node, Vec<Diagnostic>> {
    admit(file, text)?;
    json::read(file, text)
}

/// Reads one document of YAML 1.2 under its core schema.
pub fn read_yaml(file: FileId, text: &str) -> Result<Node, Vec<Diagnostic>> {
    admit(file, text)?;
    yaml::read(file, text)
}

/// Reads TOML.
pub fn read_toml(file: FileId, text: &str) -> Result<Node, Vec<Diagnostic>> {
    admit(file, text)?;
    toml::read(file, text)
}

/// Refuses what no format may contain, before any reader sees it.
fn admit(file: FileId, text: &str) -> Result<(), Vec<Diagnostic>> {
    let found = if text.len() > limits::DATA_BYTES {
        let message = format!("the file has {} bytes, and at most {} are read", text.len(), limits::DATA_BYTES);
        Diagnostic::error(&codes::TOO_LARGE, Span::new(file, 0, 0), message)
    } else if text.starts_with('\u{feff}') {
        Diagnostic::error(&codes::SYNTAX, Span::new(file, 0, 3), "the file begins with a byte order mark")
            .help("save it as UTF-8 without one")
    } else if let Some(at) = text.find('\0') {
        Diagnostic::error(&codes::SYNTAX, Span::new(file, at, at + 1), "the file contains a null character")
            .help("save it as UTF-8 text")
    } else {
        return Ok(());
    };
    Err(vec![found])
}

/// Something nested deeper than any reader follows.
fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(&codes::TOO_LARGE, span, format!("nested more than {} deep", limits::NESTING))
        .label("this level is one too many")
}

#[cfg(test)]
mod tests;
