//! A package as a site to read: every service, trait, route, rule and type has a page, and links lead both ways.
//!
//! *Takes* checked packages; *gives* files, each with its path and its text. *Promises* the same bytes on every run; that no text of a
//! user becomes markup or an address; that every link leads to a file of the site; and that nothing is fetched from anywhere, so that
//! the site reads from a disk as from a server. *Leaves out* where the files go: the shell writes them.

mod html;
mod mentions;
mod names;
mod pages;
mod policy;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::base::Name;
use crate::package::Package;
use html::{escaped, items, page, part};
use mentions::Mentions;
use names::{Kind, Names, slug};
use words::Words;

/// The files of a site, by path.
pub type Site = BTreeMap<String, String>;

/// Names on one page of a list.
const PART: usize = 250;
/// Links of one kind that a page shows before it only counts the rest.
const LINKS: usize = 200;

/// A package with everything that its pages draw on.
struct Book<'p> {
    package: &'p Package,
    names: Names<'p>,
    mentions: Mentions,
    words: Words,
}

/// The site of one package, or of all packages of a workspace.
pub fn site(packages: &[(Name, &Package)]) -> Site {
    let mut site = Site::new();
    let mut index = Vec::new();
    let alone = packages.len() == 1;
    for (name, package) in packages {
        let base = if alone { String::new() } else { format!("{}/", slug(name)) };
        let names = Names::of(name, base, (&package.policy, &package.services, &package.tests));
        let mentions = Mentions::of(&package.policy, &package.services, &package.tests);
        let book = Book { package, names, mentions, words: Words::of(package) };
        write(&mut site, &book);
        for kind in Kind::ALL {
            index.extend(book.names.of_kind(*kind).map(|(name, page)| json!([kind.word(), name, page])));
        }
        let home = if alone { "index.html".to_owned() } else { format!("{}home.html", book.names.base) };
        site.insert(home.clone(), page(&book.names, &home, name, &overview(&book, &home)));
    }
    if !alone {
        let nothing = Package::default();
        let mut names = Names::of("Packages", String::new(), (&nothing.policy, &nothing.services, &nothing.tests));
        names.nav = packages.iter().map(|(name, _)| (format!("{}/home.html", slug(name)), name.to_string())).collect();
        let list: Vec<String> = names.nav.iter().map(|(href, name)| html::link(href, name)).collect();
        let content = format!("<h1>Packages</h1>\n{}", items(&list));
        site.insert("index.html".to_owned(), page(&names, "index.html", "Packages", &content));
    }
    site.insert("search.js".to_owned(), search(index));
    site.insert("site.js".to_owned(), include_str!("site.js").to_owned());
    site.insert("style.css".to_owned(), include_str!("style.css").to_owned());
    site
}

/// The index of the search: a script and no data, since a page from a disk may read nothing else.
fn search(index: Vec<Json>) -> String {
    let mut out = String::from("window.PROVOST_INDEX = [\n");
    for entry in index {
        let text =
            entry.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        out.push_str(&format!("{text},\n"));
    }
    out.push_str("];\n");
    out
}

/// All pages of a package but the first.
fn write(site: &mut Site, book: &Book<'_>) {
    for kind in Kind::ALL {
        for (name, path) in book.names.of_kind(*kind) {
            let content = format!("{}{}", heading(book, *kind, name), pages::content(book, path, *kind, name));
            site.insert(path.to_owned(), page(&book.names, path, name, &content));
        }
        lists(site, book, *kind);
    }
    let (policy, services) = (&book.package.policy, &book.package.services);
    let pictures = [
        ("graph-traits", "Lattice", crate::draw::traits(policy, services)),
        ("graph-uses", "Uses", crate::draw::uses(policy, services)),
    ];
    for (file, title, picture) in pictures {
        let path = format!("{}{file}.html", book.names.base);
        let content = format!("<h1>{title}</h1>\n<div class=\"picture wide\">{}</div>\n", crate::draw::svg(&picture));
        site.insert(path.clone(), page(&book.names, &path, title, &content));
    }
}

/// The lists of a kind, in parts.
fn lists(site: &mut Site, book: &Book<'_>, kind: Kind) {
    let all: Vec<(&str, &str)> = book.names.of_kind(kind).collect();
    let parts: Vec<&[(&str, &str)]> = all.chunks(PART).collect();
    let of = |part: usize| book.names.list(kind, part);
    for (at, names) in parts.iter().enumerate() {
        let path = of(at);
        let label = |part: &[(&str, &str)]| match (part.first(), part.last()) {
            (Some((first, _)), Some((last, _))) => format!("{} – {}", shortened(first), shortened(last)),
            _ => String::new(),
        };
        let turn = |to: usize, names: &[(&str, &str)]| match to == at {
            true => format!("<b>{}</b>", escaped(&label(names))),
            false => html::link(&format!("{}{}", html::root(&path), of(to)), &label(names)),
        };
        let pager: String = match parts.len() {
            0 | 1 => String::new(),
            _ => format!(
                "<nav class=\"pages\" aria-label=\"Parts\">{}</nav>\n",
                parts.iter().enumerate().map(|(to, names)| turn(to, names)).collect::<Vec<_>>().join(" ")
            ),
        };
        let links: Vec<String> = names.iter().map(|(name, _)| book.names.link(&path, kind, name)).collect();
        let title =
            if all.len() == 1 { format!("1 {}", kind.word()) } else { format!("{} {}", all.len(), kind.folder()) };
        let content = format!("<h1>{title}</h1>\n{pager}{}{pager}", items(&links));
        let content = content.replacen("aria-label=\"Parts\"", "aria-label=\"Parts, above\"", 1);
        site.insert(path.clone(), page(&book.names, &path, &title, &content));
    }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= 24 { name.to_owned() } else { name.chars().take(23).chain(['…']).collect() }
}

/// The name of a thing, what its files say of it, and where they do.
fn heading(book: &Book<'_>, kind: Kind, name: &str) -> String {
    let mut out = format!("<h1><span class=\"kind\">{}</span>{}</h1>\n", kind.word(), escaped(name));
    let Some(word) = book.words.get(kind, name, "") else { return out };
    if !word.annotations.is_empty() {
        let all: Vec<String> = word.annotations.iter().map(|text| html::code(text)).collect();
        out.push_str(&format!("<p>{}</p>\n", all.join(" ")));
    }
    out.push_str(&word.docs.as_deref().map(html::prose).unwrap_or_default());
    out.push_str(&format!("<p class=\"at\">{}</p>\n", escaped(&word.at)));
    out
}

/// The first page: what there is.
fn overview(book: &Book<'_>, path: &str) -> String {
    let mut counts = String::new();
    for kind in Kind::ALL.iter().filter(|kind| book.names.of_kind(**kind).len() > 0) {
        let count = book.names.of_kind(*kind).len();
        let word = if count == 1 { kind.word().to_owned() } else { kind.folder() };
        let href = format!("{}{}", html::root(path), book.names.list(*kind, 0));
        counts.push_str(&format!("<li><a href=\"{}\"><b>{count}</b>{word}</a></li>\n", escaped(&href)));
    }
    let mut out = format!("<h1>{}</h1>\n<ul class=\"counts\">\n{counts}</ul>\n", escaped(&book.names.title));
    for (kind, title) in [(Kind::Route, "Routes"), (Kind::Rule, "Rules"), (Kind::Trait, "Traits")] {
        let all: Vec<String> =
            book.names.of_kind(kind).take(LINKS).map(|(name, _)| book.names.link(path, kind, name)).collect();
        out.push_str(&part(title, &items(&all)));
    }
    out
}

/// The things that name another, by kind; of many, the first and how many there are.
fn backlinks(book: &Book<'_>, path: &str, kind: Kind, name: &str, but: &[Kind]) -> String {
    let mut by: BTreeMap<Kind, BTreeSet<&str>> = BTreeMap::new();
    for (kind, name) in book.mentions.by(kind, name).filter(|(kind, _)| !but.contains(kind)) {
        by.entry(*kind).or_default().insert(name);
    }
    let mut out = String::new();
    for (kind, names) in by {
        let links = names.iter().map(|name| book.names.link(path, kind, name));
        out.push_str(&format!("<h3>{}</h3>\n{}", kind.folder(), some(links.collect())));
    }
    part("Named by", &out)
}

/// Links, of which the last says how many are left out where there are too many.
fn some(mut links: Vec<String>) -> String {
    let more = links.len().saturating_sub(LINKS);
    links.truncate(LINKS);
    if more > 0 {
        links.push(format!("<span class=\"none\">and {more} more</span>"));
    }
    items(&links)
}
