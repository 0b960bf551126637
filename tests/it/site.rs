//! The site of a package holds together: every link leads somewhere, every id stands once, every tag is closed, and no text of a user
//! becomes markup.

use std::collections::BTreeSet;
use std::path::Path;

use provost::base::Name;
use provost::package::{self, Package};
use provost::site::{Site, site};
use provost::world::MemoryWorld;

use crate::house::root;

const HOSTILE: &str = r#"
/// A <b>bold</b> & "quoted" service.
@owner("</p><script>alert(1)</script>")
service "<script>alert('x')</script>" is Model {
    provider = northwind  family = "</pre><img src=x onerror=alert(1)>"  capabilities = {}  context = 2_000  input_cost = $1
    uses = { "aurora", "../../etc" }
}
service "../../etc" is Model { provider = northwind  family = "aurora"  capabilities = {}  context = 2_000  input_cost = $1 }
service "Aurora" is Model { provider = northwind  family = "a"  capabilities = {}  context = 2_000  input_cost = $1 }
service "javascript:alert(1)" is Model { provider = northwind  family = "a"  capabilities = {}  context = 2_000  input_cost = $1 }
enum Layer { intake, "</script>" }
table layers: Layer -> { owner: string, preferred: service<Model>? } {
    intake = { owner: "<desk>" }
    "</script>" = { owner: "press", preferred: "aurora" }
}
define cheap(m: Model) = m.input_cost < $0.01 and healthy(m)
rule dear on completion {
    when cheap(primary)
    require service.name != "<!--" and layers[intake].owner == "desk"
    because "</main>"
}
waiver "<INC>" for dear { until 2026-12-31 approved by "\"><script>" because "x" }
test "<test> of 'aurora'" {
    route completion with { tenant: "<acme>", needs: { reasoning } }
    at 2026-11-21
    signals { healthy("<script>alert('x')</script>") = false }
    expect "aurora" rejected by dear
}
"#;

fn package(files: &[(&str, &str)]) -> Package {
    let mut world = MemoryWorld::new("2026-11-21T00:00:00Z".parse().unwrap())
        .with("provost.toml", "[package]\nname = \"case\"\nedition = \"2026\"\nsources = [\".\"]\n");
    for (name, text) in files {
        world = world.with(name, *text);
    }
    let package = package::open(&world, Path::new("."));
    assert!(package.is_sound(), "{:#?}", package.diagnostics);
    package
}

fn models() -> String {
    std::fs::read_to_string(root().join("docs/preludes/models.provost")).unwrap()
}

/// The tags of a page, in order, each with what stands between its brackets.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).map(|rest| rest.split_once('>').expect("a bracket closes").0).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(rest.split_once('"').unwrap().0)
}

/// The path that a link on a page leads to.
fn target(page: &str, href: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in href.split('/') {
        match part {
            ".." => drop(parts.pop().expect("no link leads out of the site")),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn holds_together(site: &Site) {
    let void = ["meta", "link", "input", "!doctype"];
    let mut reached =
        BTreeSet::from(["index.html".to_owned(), "search.js".into(), "site.js".into(), "style.css".into()]);
    for (path, page) in site.iter().filter(|(path, _)| path.ends_with(".html")) {
        let mut ids = BTreeSet::new();
        let mut open: Vec<&str> = Vec::new();
        let mut scripts = 0;
        for tag in tags(page) {
            let name = tag.split([' ', '/', '\n']).find(|part| !part.is_empty()).unwrap();
            if let Some(id) = attribute(tag, "id") {
                assert!(ids.insert(id), "{path}: the id `{id}` stands twice");
            }
            for at in ["href", "src"].iter().filter_map(|key| attribute(tag, key)) {
                let leads_to = target(path, at);
                assert!(site.contains_key(&leads_to), "{path}: `{at}` leads to `{leads_to}`, which is not there");
                reached.insert(leads_to);
            }
            assert!(!tag.contains(" on") || tag.starts_with("path"), "{path}: <{tag}>");
            scripts += usize::from(name == "script" && !tag.starts_with('/'));
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(closed), "{path}: </{closed}>");
            } else if !void.contains(&name) && !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert_eq!((open.as_slice(), scripts), (&[][..], 2), "{path}");
    }
    let lost: Vec<&String> = site.keys().filter(|path| !reached.contains(*path)).collect();
    assert!(lost.is_empty(), "no link leads to {lost:?}");
    let index =
        site["search.js"].strip_prefix("window.PROVOST_INDEX = ").unwrap().trim_end().strip_suffix(",\n];").unwrap();
    let index: serde_json::Value = serde_json::from_str(&format!("{index}]")).unwrap();
    for entry in index.as_array().unwrap() {
        assert!(site.contains_key(entry[2].as_str().unwrap()), "{entry}");
    }
}

#[test]
fn hostile_names_become_text_and_every_link_leads_somewhere() {
    let case = package(&[("a.provost", &models()), ("b.provost", HOSTILE)]);
    let site = site(&[(Name::from("<title>"), &case)]);
    holds_together(&site);
    for (path, page) in &site {
        for markup in ["<script>", "<b>bold", "<img", "<!--", "<desk>", "<acme>", "<INC>", "<test>", "<title></title>"]
        {
            assert!(!page.contains(markup) || path == "site.js", "{path}: {markup}");
        }
    }
    // Links lead both ways.
    let rule = &site["rules/dear.html"];
    for wanted in
        ["../routes/completion.html", "../definitions/cheap.html", "../tables/layers.html", "../waivers/", "../tests/"]
    {
        assert!(rule.contains(&format!("href=\"{wanted}")), "{wanted}\n{rule}");
    }
    for page in ["routes/completion.html", "definitions/cheap.html", "tables/layers.html"] {
        assert!(site[page].contains("href=\"../rules/dear.html\""), "{page}");
    }
    assert!(
        site["services/aurora.html"].contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</code>"),
        "who uses it"
    );
    // A text that reads like the name of a service is none.
    let etc = site.iter().find(|(path, _)| path.starts_with("services/------etc")).unwrap().1;
    assert!(etc.contains("<td><code>&quot;aurora&quot;</code></td>"), "{etc}");
}

#[test]
fn the_order_of_files_does_not_show_and_a_workspace_has_a_page_for_each_package() {
    let one = package(&[("a.provost", &models()), ("b.provost", HOSTILE)]);
    let again = package(&[("b.provost", HOSTILE), ("a.provost", &models())]);
    let name = Name::from("models");
    assert_eq!(site(&[(name.clone(), &one)]), site(&[(name.clone(), &again)]));
    let other = package(&[("a.provost", "trait T { x: int }\n")]);
    let both = site(&[(name, &one), (Name::from("Other / package"), &other)]);
    holds_together(&both);
    assert!(both.contains_key("models/services/aurora.html") && both.contains_key("models/home.html"));
}

#[test]
fn thousands_of_services_are_listed_in_parts() {
    let mut text = String::from("trait T { x: int }\nrequest R { x: int }\nroute r for R { only: T }\n");
    for number in 0..3_000 {
        text.push_str(&format!("service \"s{number:04}\" is T {{ x = {number} }}\n"));
    }
    let many = package(&[("a.provost", &text)]);
    let site = site(&[(Name::from("many"), &many)]);
    holds_together(&site);
    assert!(site.contains_key("services-12.html") && !site.contains_key("services-13.html"));
    let longest = site.iter().filter(|(path, _)| path.ends_with(".html")).map(|(_, page)| page.len()).max().unwrap();
    assert!(longest < 100_000, "the longest page has {longest} bytes");
}
