//! Every source text of the repository: packages, templates, cases, and the blocks of the documentation.

use std::fs;
use std::path::Path;

use crate::house::{files, root};

/// A text, and where it stands.
pub struct Text {
    pub place: String,
    pub text: String,
}

/// All of them, in order.
pub fn all() -> Vec<Text> {
    let mut found: Vec<Text> = Vec::new();
    for folder in ["rules", "contracts", "docs", "src", "tests"] {
        let sources = files(folder, &["provost"]);
        found.extend(sources.into_iter().map(|source| Text { place: source.path, text: source.text }));
    }
    for page in pages() {
        let text = fs::read_to_string(root().join(&page)).unwrap();
        found.extend(blocks(&text).into_iter().map(|block| Text {
            place: format!("{page}:{}", block.first),
            text: text.lines().skip(block.first).take(block.last - block.first).map(|l| format!("{l}\n")).collect(),
        }));
    }
    assert!(found.len() > 250, "the corpus has {} texts", found.len());
    found
}

/// Where the pages stand.
pub fn pages() -> Vec<String> {
    let mut pages: Vec<String> = files("docs", &["md"]).into_iter().map(|page| page.path).collect();
    pages.extend(["README.md"].into_iter().filter(|page| Path::new(root()).join(page).is_file()).map(str::to_owned));
    pages
}

/// A block of Provost on a page: the lines between its fences, counted from 0.
pub struct Block {
    pub first: usize,
    pub last: usize,
    /// What stands behind the language.
    pub marks: String,
}

/// The blocks of Provost on a page.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (at, line) in text.lines().enumerate() {
        let Some(info) = line.strip_prefix("```") else { continue };
        match open.take() {
            Some((first, info)) => {
                let (language, marks) = info.split_once(' ').unwrap_or((&info, ""));
                if language == "provost" {
                    found.push(Block { first, last: at, marks: marks.to_owned() });
                }
            }
            None => open = Some((at + 1, info.to_owned())),
        }
    }
    found
}
