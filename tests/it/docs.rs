//! The code in the documentation is true: every block that a page shows is read, and what it is said to be wrong with
//! is wrong with it. How a block says so stands in the page on contributing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use provost::base::{FileId, Name, Sources};
use provost::data;
use provost::diag::Diagnostic;
use provost::facts::{request, set, signals};
use provost::lint::{self, Settings};
use provost::package::{self, Package};
use provost::suite::Suite;
use provost::world::MemoryWorld;

use crate::house::{files, none, root};

/// The manifest of a package that shows none.
const MANIFEST: &str = "[package]\nname = \"example\"\nedition = \"2026\"\nsources = [\".\"]\n";

/// The languages whose blocks are read.
const LANGUAGES: &[&str] = &["provost", "json", "yaml", "toml"];

/// One fenced block of a page.
struct Block {
    /// The page and the line of the fence.
    place: String,
    language: String,
    /// What stands behind the language: words, and words with a value.
    marks: BTreeMap<String, String>,
    text: String,
}

impl Block {
    fn mark(&self, name: &str) -> Option<&str> {
        self.marks.get(name).map(String::as_str)
    }

    /// The codes of `fails=P0305,P0103*100`, in order.
    fn fails(&self) -> Vec<String> {
        let list = self.mark("fails").unwrap_or_default().split(',').filter(|code| !code.is_empty());
        list.flat_map(|code| {
            let (code, times) = code.split_once('*').unwrap_or((code, "1"));
            std::iter::repeat_n(code.to_owned(), times.parse().unwrap())
        })
        .collect()
    }

    /// The files of a package that the block stands for.
    fn file(&self, at: usize) -> (String, String) {
        let name = self.mark("file").map_or_else(|| format!("block-{at}.{}", self.language), str::to_owned);
        if self.mark("conditions").is_none() {
            return (name, self.text.clone());
        }
        let lines = self.text.lines().filter(|line| !line.trim().is_empty()).enumerate();
        let rules = lines.map(|(at, line)| format!("rule condition_{at} on completion {{ require {line}\n}}\n"));
        (name, rules.collect())
    }
}

/// All blocks of a page, in order.
fn blocks(path: &str, text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (at, line) in text.lines().enumerate() {
        match (line.trim_start().strip_prefix("```"), open) {
            (Some(_), true) => open = false,
            (Some(info), false) => {
                let mut words = info.split_whitespace();
                let language = words.next().unwrap_or_default().to_owned();
                let marks = words.map(|word| word.split_once('=').unwrap_or((word, "")));
                let marks = marks.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                found.push(Block { place: format!("{path}:{}", at + 1), language, marks, text: String::new() });
                open = true;
            }
            (None, true) => {
                if let Some(block) = found.last_mut() {
                    block.text.push_str(&included(path, line).unwrap_or_else(|| line.to_owned()));
                    block.text.push('\n');
                }
            }
            (None, false) => {}
        }
    }
    found
}

/// The file that a line of the book puts in its place: `{{#include ../preludes/models.provost}}`.
fn included(page: &str, line: &str) -> Option<String> {
    let file = line.strip_prefix("{{#include ")?.strip_suffix("}}")?;
    let folder = Path::new(page).parent()?;
    Some(fs::read_to_string(root().join(folder).join(file)).expect("the included file exists"))
}

/// The package of blocks that belong together, with the preludes that they name.
fn open(blocks: &[&Block]) -> Package {
    let mut all: BTreeMap<String, String> = BTreeMap::from([("provost.toml".to_owned(), MANIFEST.to_owned())]);
    for (at, block) in blocks.iter().enumerate() {
        let prelude = block.mark("conditions").map(|_| "models").or(block.mark("prelude"));
        if let Some(prelude) = prelude {
            let text = fs::read_to_string(root().join(format!("docs/preludes/{prelude}.provost")));
            all.insert(format!("{prelude}.provost"), text.expect("the prelude exists"));
        }
        if is_source(block) {
            let (name, text) = block.file(at);
            all.insert(name, text);
        }
    }
    let manifest = all.get_mut("provost.toml").unwrap();
    for block in blocks {
        if let (Some(adapter), Some(file)) = (block.mark("adapter"), block.mark("file")) {
            manifest.push_str(&format!("\n[[import]]\nfile = \"{file}\"\nadapter = \"{adapter}\"\n"));
            manifest.extend(block.mark("trait").map(|name| format!("trait = \"{name}\"\n")));
            manifest.extend(block.mark("scopes").map(|folder| format!("scopes = \"{folder}\"\n")));
        }
    }
    let world = MemoryWorld::new("2026-11-21T00:00:00Z".parse().unwrap());
    let world = all.into_iter().fold(world, |world, (path, text)| world.with(path, text));
    package::open(&world, Path::new("."))
}

fn is_source(block: &Block) -> bool {
    block.language == "provost" || block.mark("file").is_some()
}

/// On the page of a lint, the package is linted too, with this lint and those that `lints=` names.
fn lint(page: &str, blocks: &[&Block], package: &mut Package) {
    let Some(name) = page.strip_prefix("docs/reference/lints/").and_then(|rest| rest.strip_suffix(".md")) else {
        return;
    };
    let others = blocks.iter().filter_map(|block| block.mark("lints")).flat_map(|list| list.split(','));
    let names: Vec<&str> = others.chain([name]).collect();
    let found = lint::lint(package, &Settings::only(&names), "2026-11-21T00:00:00Z".parse().unwrap());
    // What the check merely warns of would only make the examples longer.
    package.diagnostics.retain(Diagnostic::is_error);
    package.diagnostics.extend(found);
}

/// What is wrong with a block that states a request, signals, assignments or any other data.
fn data(block: &Block, package: &Package) -> Vec<Diagnostic> {
    if let Some(ty) = block.mark("set") {
        let mut sources = Sources::default();
        let words = block.text.split_whitespace().filter_map(|word| word.split_once('='));
        let words: Vec<(String, String)> = words.map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        let empty = data::read_json(FileId(0), "{}").unwrap();
        return set::set(empty, &package.policy, &Name::from(ty), &words, &mut sources).1;
    }
    if block.mark("body").is_some() {
        let node = data::read(FileId(0), &format!("block.{}", block.language), &block.text);
        return node.and_then(|node| crate::vectors::caio::rules::asked(&node)).err().unwrap_or_default();
    }
    if block.mark("rules").is_some() {
        let name = format!("block.{}", block.language);
        return crate::vectors::caio::rules::translated(&name, &block.text, "caio").2;
    }
    let name = format!("block.{}", block.mark("extension").unwrap_or(&block.language));
    let node = match data::read(FileId(0), &name, &block.text) {
        Ok(node) => node,
        Err(found) => return found,
    };
    let (policy, services) = (&package.policy, &package.services);
    if let Some(ty) = block.mark("request") {
        return request::request(policy, services, &Name::from(ty), &node).err().unwrap_or_default();
    }
    if block.mark("signals").is_some() {
        return signals::signals(policy, services, &node).err().unwrap_or_default();
    }
    Vec::new()
}

/// Compares what was found with what the blocks say.
fn judge(blocks: &[&Block], found: &[Diagnostic], sources: &Sources, findings: &mut Vec<String>) {
    let mut expected: Vec<String> = blocks.iter().flat_map(|block| block.fails()).collect();
    let mut codes: Vec<&str> = found.iter().map(|diagnostic| diagnostic.code.id).collect();
    expected.sort();
    codes.sort_unstable();
    if expected == codes {
        return;
    }
    let place = blocks.first().map_or("", |block| &block.place);
    findings.push(format!("{place}: expected {expected:?}, found {codes:?}"));
    for diagnostic in found.iter().take(8) {
        let at = sources.location(diagnostic.span);
        let help = diagnostic.help.clone().unwrap_or_default();
        findings.push(format!("    {at}: {}: {} ({help})", diagnostic.code.id, diagnostic.message));
    }
}

/// The expectations of a package's tests that its decisions do not meet.
fn refuted(package: &Package) -> Vec<String> {
    let suite = Suite::new(&package.policy, &package.services, package.tests.clone(), false);
    let mut wrong = Vec::new();
    for number in 0..suite.tests().len() {
        let report = suite.run(number).expect("the test exists");
        let failed = report.failed.iter().map(|f| format!("`{}` is not met: {}", f.text, f.instead));
        let limit = report.decision.as_ref().err().map(ToString::to_string);
        wrong.extend(failed.chain(limit).map(|what| format!("test `{}`: {what}", report.name)));
    }
    wrong
}

#[test]
fn every_block_of_the_documentation_is_true() {
    let mut pages = files("docs", &["md"]);
    pages.extend(files(".", &["md"]).into_iter().filter(|page| page.path.trim_start_matches("./") == "README.md"));
    let wanted = std::env::var("PAGE").unwrap_or_default();
    let mut findings = Vec::new();
    for page in pages.iter().filter(|page| page.path.contains(&wanted)) {
        let all = blocks(&page.path, &page.text);
        let read = all
            .iter()
            .filter(|block| LANGUAGES.contains(&&*block.language) || is_source(block) || block.mark("set").is_some());
        let mut groups: BTreeMap<String, Vec<&Block>> = BTreeMap::new();
        for (at, block) in read.enumerate() {
            let group = block.mark("group").map_or_else(|| format!("{at:04}"), |group| format!("group {group}"));
            groups.entry(group).or_default().push(block);
        }
        for blocks in groups.values() {
            let mut package = open(blocks);
            lint(&page.path, blocks, &mut package);
            let (sources, others): (Vec<&Block>, Vec<&Block>) = blocks.iter().partition(|block| is_source(block));
            judge(&sources, &package.diagnostics, &package.sources, &mut findings);
            if package.is_sound() {
                findings.extend(refuted(&package).into_iter().map(|wrong| format!("{}: {wrong}", blocks[0].place)));
            }
            for block in others {
                judge(&[block], &data(block, &package), &Sources::default(), &mut findings);
            }
        }
    }
    none("blocks of the documentation that are not as they say", &findings);
}

#[test]
fn a_diagnostic_has_an_example_that_fails_with_it_and_one_that_does_not() {
    let mut findings = Vec::new();
    for page in files("docs/reference/diagnostics", &["md"]).iter().filter(|page| !page.path.ends_with("index.md")) {
        let code = page.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".md");
        let all = blocks(&page.path, &page.text);
        let shown = all.iter().any(|block| block.language == "text");
        if !shown && !all.iter().any(|block| block.fails().iter().any(|failing| failing == code)) {
            findings.push(format!("{}: no block fails with {code}", page.path));
        }
        if !shown && all.iter().all(|block| block.mark("fails").is_some()) {
            findings.push(format!("{}: no block shows the repair", page.path));
        }
    }
    none("pages of diagnostics without their examples", &findings);
}
