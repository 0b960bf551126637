//! Where the page of each thing stands, and what it is called in an address.

use std::collections::BTreeMap;

use super::html::{code, escaped, root};
use crate::base::{Name, canonical};
use crate::ir::suite::Test;
use crate::ir::{Policy, Services};
use crate::value::Type;

/// What a page or a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A service.
    Service,
    /// A trait.
    Trait,
    /// A route.
    Route,
    /// A rule.
    Rule,
    /// A request type.
    Request,
    /// A table.
    Table,
    /// An enum.
    Enum,
    /// A record.
    Record,
    /// A signal.
    Signal,
    /// A definition or constant.
    Definition,
    /// A waiver.
    Waiver,
    /// A test.
    Test,
}

impl Kind {
    /// Every kind, in the order of the navigation.
    pub const ALL: &[Self] = &[
        Self::Service,
        Self::Trait,
        Self::Route,
        Self::Rule,
        Self::Request,
        Self::Table,
        Self::Enum,
        Self::Record,
        Self::Signal,
        Self::Definition,
        Self::Waiver,
        Self::Test,
    ];

    /// The word for one.
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Trait => "trait",
            Self::Route => "route",
            Self::Rule => "rule",
            Self::Request => "request",
            Self::Table => "table",
            Self::Enum => "enum",
            Self::Record => "record",
            Self::Signal => "signal",
            Self::Definition => "definition",
            Self::Waiver => "waiver",
            Self::Test => "test",
        }
    }

    /// The folder of the pages, and the name of the list.
    pub fn folder(self) -> String {
        format!("{}s", self.word())
    }
}

/// Everything that has a page in one package.
pub struct Names<'p> {
    /// What the site is called.
    pub title: String,
    /// The folder of the package within the site, with a slash, or nothing.
    pub base: String,
    /// The pages of the navigation.
    pub nav: Vec<(String, String)>,
    known: BTreeMap<Kind, BTreeMap<&'p str, String>>,
}

impl<'p> Names<'p> {
    /// The names of a package whose pages stand below `base`.
    pub fn of(title: &str, base: String, (policy, services, tests): (&'p Policy, &'p Services, &'p [Test])) -> Self {
        let mut names = Self { title: title.to_owned(), base, nav: Vec::new(), known: BTreeMap::new() };
        names.all(Kind::Service, services.keys());
        names.all(Kind::Trait, policy.traits.keys());
        names.all(Kind::Route, policy.routes.keys());
        let rules = policy.routes.values().flat_map(|route| &route.constraints).filter(|constraint| constraint.rule);
        names.all(Kind::Rule, rules.map(|constraint| &constraint.name));
        names.all(Kind::Request, policy.requests.keys());
        names.all(Kind::Table, policy.tables.keys());
        names.all(Kind::Enum, policy.enums.keys());
        names.all(Kind::Record, policy.records.keys().filter(|name| !name.ends_with("[]")));
        names.all(Kind::Signal, policy.signals.keys());
        names.all(Kind::Definition, policy.definitions.keys().chain(policy.constants.keys()));
        names.all(Kind::Waiver, policy.waivers.keys());
        names.all(Kind::Test, tests.iter().map(|test| &test.name));
        for kind in Kind::ALL.iter().filter(|kind| names.known.get(kind).is_some_and(|all| !all.is_empty())) {
            let mut word = kind.folder();
            if let Some(first) = word.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            names.nav.push((names.list(*kind, 0), word));
        }
        for (page, word) in [("graph-traits", "Lattice"), ("graph-uses", "Uses")] {
            names.nav.push((format!("{}{page}.html", names.base), word.to_owned()));
        }
        names
    }

    fn all(&mut self, kind: Kind, names: impl Iterator<Item = &'p Name>) {
        let base = self.base.clone();
        let page = |name: &'p Name| (&**name, format!("{base}{}/{}.html", kind.folder(), slug(name)));
        self.known.entry(kind).or_default().extend(names.map(page));
    }

    /// The names of a kind with their pages.
    pub fn of_kind(&self, kind: Kind) -> impl ExactSizeIterator<Item = (&'p str, &str)> {
        static NONE: BTreeMap<&str, String> = BTreeMap::new();
        self.known.get(&kind).unwrap_or(&NONE).iter().map(|(name, page)| (*name, page.as_str()))
    }

    /// The page of a thing, from the root.
    pub fn page(&self, kind: Kind, name: &str) -> Option<&str> {
        self.known.get(&kind)?.get(name).map(String::as_str)
    }

    /// The page of a part of the list of a kind, counted from 0.
    pub fn list(&self, kind: Kind, part: usize) -> String {
        let part = if part == 0 { String::new() } else { format!("-{}", part + 1) };
        format!("{}{}{part}.html", self.base, kind.folder())
    }

    /// A link to a thing from a page; its bare name where it has no page of its own.
    pub fn link(&self, from: &str, kind: Kind, name: &str) -> String {
        match self.page(kind, name) {
            Some(page) => format!("<a href=\"{}{}\">{}</a>", root(from), escaped(page), code(name)),
            None => code(name),
        }
    }

    /// Source text with a link on each name that has a page; what stands behind a point is a field and has none.
    pub fn linked(&self, from: &str, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        let mut before = None;
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '"' => quoted(rest),
                _ if is_letter(first) => rest.find(|c| !is_letter(c) && c != ':').unwrap_or(rest.len()),
                _ => first.len_utf8(),
            };
            let (word, more) = rest.split_at_checked(length).unwrap_or((rest, ""));
            out.push_str(&self.word(from, word, before));
            (before, rest) = (word.chars().next_back(), more);
        }
        out
    }

    fn word(&self, from: &str, word: &str, before: Option<char>) -> String {
        let quoted = word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let page = match quoted {
            Some(name) => self.page(Kind::Service, name),
            None if before == Some('.') => None,
            None => [Kind::Definition, Kind::Signal, Kind::Table, Kind::Trait, Kind::Enum, Kind::Record, Kind::Request]
                .iter()
                .find_map(|kind| self.page(*kind, word)),
        };
        match page {
            Some(page) => format!("<a href=\"{}{}\">{}</a>", root(from), escaped(page), escaped(word)),
            None => escaped(word),
        }
    }

    /// A type, with a link where it has a name.
    pub fn type_(&self, from: &str, ty: &Type) -> String {
        format!("<code>{}</code>", self.linked(from, &ty.to_string()))
    }
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The length of a text in quotes, with both.
fn quoted(text: &str) -> usize {
    let mut escape = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '"' if !escape => return at + 1,
            _ => escape = letter == '\\' && !escape,
        }
    }
    text.len()
}

/// A name as a part of an address, the same on every file system: small letters and digits as they are, everything else with a
/// digest behind it, so that no two names meet.
pub fn slug(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if !name.is_empty() && name.len() <= 60 && name.chars().all(plain) {
        return name.to_owned();
    }
    let word: String =
        name.chars().map(|c| c.to_ascii_lowercase()).map(|c| if plain(c) { c } else { '-' }).take(40).collect();
    let digest = canonical::digest_bytes(name.as_bytes());
    let short: String = digest.chars().rev().take(12).collect();
    format!("{word}.{short}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_harmless_and_differ_where_names_do() {
        let names =
            ["a", "A", "a/b", "../../etc/passwd", "<script>", "ä", "", ".", "a b", "a-b", "a.b", &"x".repeat(256)];
        let mut slugs: Vec<String> = names.iter().map(|name| slug(name).to_ascii_lowercase()).collect();
        assert!(
            slugs.iter().all(|slug| slug.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))),
            "{slugs:?}"
        );
        assert!(slugs.iter().all(|slug| !slug.starts_with("..") && slug.len() < 80), "{slugs:?}");
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), names.len());
    }
}
