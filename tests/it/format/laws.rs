//! What holds of every text, whatever is wrong with it.

use std::path::Path;

use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use provost::base::{FileId, canonical};
use provost::fmt;
use provost::world::{MemoryWorld, World as _};
use provost::{ir, package, syntax};

use super::corpus::{self, Text};
use super::stream::{gaps, stream};
use crate::house::none;

/// The tree of a text without its places, and the codes of what is wrong with it.
fn meaning(text: &str) -> (String, Vec<&'static str>) {
    let parsed = syntax::parse(FileId(0), text);
    let tree = format!("{:?}", parsed.file);
    let mut plain = String::with_capacity(tree.len());
    let mut rest = tree.as_str();
    while let Some((before, behind)) = rest.split_once("Span {") {
        plain.push_str(before);
        rest = behind.split_once('}').map_or("", |(_, behind)| behind);
    }
    plain.push_str(rest);
    (plain, parsed.diagnostics.iter().map(|d| d.code.id).collect())
}

/// The text that the edits make.
fn edited(text: &str, edits: &[fmt::Edit]) -> String {
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(edit.range.clone(), &edit.text);
    }
    out
}

/// What is wrong with how a text is formatted.
fn broken_laws(text: &str) -> Option<String> {
    let first = fmt::format(text);
    let again = fmt::format(&first.text);
    let law = if again.text != first.text {
        format!("formatting again gives\n{:?}\nand not\n{:?}", again.text, first.text)
    } else if !again.edits.is_empty() || !fmt::is_formatted(&first.text) {
        format!("there are edits to a formatted text: {:?}", again.edits)
    } else if edited(text, &first.edits) != first.text {
        format!("the edits give\n{}", edited(text, &first.edits))
    } else if stream(&first.text) != stream(text) {
        "a word, a sign or a comment is lost, added or moved".to_owned()
    } else if meaning(&first.text) != meaning(text) {
        format!("it means something else: {:?}, then {:?}", meaning(text), meaning(&first.text))
    } else if !holds(&first.text, first.left.iter().map(|left| &text[left.clone()])) {
        "what is no item was touched".to_owned()
    } else {
        let ends = first.text.is_empty() || first.text.ends_with('\n') || !first.left.is_empty();
        let lines: Vec<&str> = first.text.lines().collect();
        let clean = !first.left.is_empty()
            || (!lines.iter().any(|l| l.ends_with([' ', '\t'])) && !lines.windows(2).any(|two| two == ["", ""]));
        if ends && clean {
            return None;
        }
        "a line ends in space, two are blank in a row, or the last does not end".to_owned()
    };
    Some(format!("{law}\n--- from\n{text}\n--- came\n{}", first.text))
}

/// Whether all parts stand in a text, in order.
fn holds<'a>(text: &str, parts: impl Iterator<Item = &'a str>) -> bool {
    let mut rest = text;
    parts.into_iter().all(|part| match rest.split_once(part) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

#[test]
fn every_text_of_the_repository_keeps_the_laws() {
    let findings: Vec<String> = corpus::all()
        .iter()
        .flat_map(|source| {
            [source.text.clone(), source.text.replace('\n', "\r\n"), source.text.replace('\n', " \n\n\n\t")]
                .map(|text| broken_laws(&text).map(|law| format!("{}: {law}", source.place)))
        })
        .flatten()
        .collect();
    none("texts that formatting does not keep", &findings);
}

/// Which gap of a text is filled with what.
type Fillings = Vec<(usize, usize)>;

/// What can stand between two tokens without meaning anything.
const SPACES: &[&str] = &[" ", "\n", "  ", "\t", "\n\t ", " \n", "\r\n", "\n        "];
const NOTES: &[&str] = &[
    " // why not\n",
    "\n// on its own line\n",
    "\n\n\n// after a gap\n\n\n",
    "//\n",
    "// first\n// second\n",
    " //// four, and é\t \n\n",
    "\n\n",
    " // ,;{[(\"\n",
    "\r\n// left\r\n",
];

/// A text with some of its gaps filled otherwise.
fn filled(text: &str, fillings: &Fillings, with: &[&str]) -> String {
    let gaps = gaps(text);
    let mut chosen: Vec<(std::ops::Range<usize>, &str)> = fillings
        .iter()
        .filter_map(|(gap, filling)| Some((gaps.get(gap % gaps.len().max(1))?.clone(), with[filling % with.len()])))
        .collect();
    chosen.sort_by_key(|(gap, _)| (gap.start, gap.end));
    chosen.dedup_by_key(|(gap, _)| gap.start);
    let mut out = text.to_owned();
    for (gap, filling) in chosen.into_iter().rev() {
        out.replace_range(gap, filling);
    }
    out
}

/// Tries many fillings of every text.
fn try_all(most: usize, law: impl Fn(&Text, &Fillings) -> Result<(), TestCaseError>) {
    let all = corpus::all();
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    // Each is a few milliseconds; `PROPTEST_CASES` asks for more of them.
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(200);
    let config = Config { cases, failure_persistence: None, max_global_rejects: 100_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let choices = (0..all.len(), vec((0usize..100_000, 0usize..1_000), 0..most));
    let ended = runner.run(&choices, |(text, fillings)| law(&all[text], &fillings));
    if let Err(error) = ended {
        panic!("{error}");
    }
}

#[test]
fn comments_and_lines_may_stand_between_any_two_tokens() {
    try_all(24, |source, fillings| {
        let text = filled(&source.text, fillings, NOTES);
        broken_laws(&text).map_or(Ok(()), |law| Err(TestCaseError::fail(format!("{}: {law}", source.place))))
    });
}

#[test]
fn where_the_author_ended_lines_says_nothing() {
    try_all(60, |source, fillings| {
        // A comment ends its line, and what stands on a line with it says where it belongs.
        let bare: String = source.text.lines().filter(|line| !line.contains("//")).map(|l| format!("{l}\n")).collect();
        let whole = fmt::format(&bare);
        // A blank line says something too, so only gaps without one are filled.
        let text = keep_blank_lines(&bare, fillings);
        if !whole.left.is_empty()
            || meaning(&text) != meaning(&bare)
            || text.split_once('\n') != bare.split_once('\n') && text.contains('\r')
        {
            return Err(TestCaseError::reject("it is another text"));
        }
        let again = fmt::format(&text);
        if again.text == whole.text {
            return Ok(());
        }
        Err(TestCaseError::fail(format!(
            "{}\n--- from\n{text}\n--- came\n{}\n--- not\n{}",
            source.place, again.text, whole.text
        )))
    });
}

fn keep_blank_lines(text: &str, fillings: &Fillings) -> String {
    let all = gaps(text);
    if all.is_empty() {
        return text.to_owned();
    }
    let chosen: Fillings =
        fillings.iter().filter(|(gap, _)| !text[all[gap % all.len()].clone()].contains("\n\n")).copied().collect();
    filled(text, &chosen, SPACES)
}

#[test]
fn an_item_is_not_made_too_large_to_be_read() {
    let text = format!("let  all = [{}]\nlet  one = 1\n", "a,".repeat(90_000));
    let formatted = fmt::format(&text);
    assert_eq!(formatted.left, vec![std::ops::Range { start: 0, end: text.find("]\n").unwrap() + 1 }]);
    assert!(formatted.text.starts_with("let  all") && formatted.text.ends_with("\nlet one = 1\n"));
    assert_eq!(formatted.edits.len(), 1);
}

#[test]
fn a_range_is_formatted_without_the_rest() {
    let text = "let  a = 1\n\n\n\nlet  b = [ // c\n2 ,\n3]\nlet  c = 4\n";
    let at = text.find("2 ,").unwrap();
    let edits = fmt::format_range(text, at..at);
    assert_eq!(edited(text, &edits), "let  a = 1\n\n\n\nlet b = [ // c\n    2, 3,\n]\nlet  c = 4\n");
    let nothing = fmt::format_range("let a = 1\n", 0..3);
    assert!(nothing.is_empty());
    let everything = fmt::format_range(text, 0..text.len());
    assert_eq!(edited(text, &everything), fmt::format(text).text);
    // Every edit is one gap, so that none holds a letter.
    for edit in everything {
        assert!(text[edit.range].chars().all(|c| c.is_whitespace() || c == ','));
    }
}

#[test]
fn broken_texts_keep_the_laws_too() {
    const DAMAGE: &[&str] =
        &["}", "{", "(", "\"", " rule ", "\nrule x on y {\n", " // ", "///\n", " é ", "\n@", " let ", "\n}\n", ";"];
    try_all(5, |source, fillings| {
        let text = filled(&source.text, fillings, DAMAGE);
        broken_laws(&text).map_or(Ok(()), |law| Err(TestCaseError::fail(format!("{}: {law}", source.place))))
    });
}

#[test]
fn a_formatted_package_is_the_same_package() {
    let folders = [
        ("", vec!["contracts/models", "rules/governance"]),
        ("tests/cases/check", vec![""]),
        ("tests/cases/decide", vec![""]),
    ];
    let mut compared = 0;
    for (home, packages) in folders {
        let dirs: Vec<std::path::PathBuf> = match home {
            "" => packages.iter().map(|p| crate::house::root().join(p)).collect(),
            home => std::fs::read_dir(crate::house::root().join(home)).unwrap().map(|e| e.unwrap().path()).collect(),
        };
        for dir in dirs {
            compared += usize::from(same_package(&dir, home.is_empty()));
        }
    }
    assert!(compared > 15, "{compared} packages with a policy were compared");
}

/// Compares a package with what it is when formatted; says whether it has a policy.
fn same_package(dir: &Path, shipped: bool) -> bool {
    let (world, at) = if shipped {
        let mut world = MemoryWorld::new("2026-11-21T00:00:00Z".parse().unwrap());
        for package in ["contracts/models", "rules/governance"] {
            for source in crate::house::files(package, &["provost", "toml", "yaml"]) {
                world = world.with(source.path, source.text);
            }
        }
        (world, dir.strip_prefix(crate::house::root()).unwrap().to_path_buf())
    } else {
        (crate::cases::world_of(dir), Path::new(".").to_path_buf())
    };
    let before = package::open(&world, &at);
    let mut changed = 0;
    for (path, bytes) in world.snapshot() {
        let Some(text) = std::str::from_utf8(&bytes).ok().filter(|_| path.extension().is_some_and(|e| e == "provost"))
        else {
            continue;
        };
        let formatted = fmt::format(text);
        changed += usize::from(!formatted.edits.is_empty());
        world.write_atomic(&path, formatted.text.as_bytes()).unwrap();
    }
    let after = package::open(&world, &at);
    let codes = |p: &package::Package| {
        let mut codes: Vec<&str> = p.diagnostics.iter().map(|d| d.code.id).collect();
        codes.sort_unstable();
        codes
    };
    assert_eq!(codes(&before), codes(&after), "{}", dir.display());
    let digest = |p: &package::Package| {
        (canonical::digest(&ir::json::policy(&p.policy)), canonical::digest(&ir::json::services(&p.services)))
    };
    assert_eq!(digest(&before), digest(&after), "{}", dir.display());
    !before.policy.routes.is_empty() && (changed > 0 || shipped)
}
