//! What several lints ask of a package, worked out once.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::base::Span;
use crate::package::Package;
use crate::syntax::comments::words;

/// Answers that all lints of one run share.
#[derive(Debug, Default)]
pub struct Index {
    words: OnceCell<BTreeMap<String, Vec<Span>>>,
}

impl Index {
    /// Where each word stands in any file of the package: a name that stands nowhere but where it is declared is not used.
    ///
    /// Data files are taken word by word as they are, so a word in them always counts as a use.
    pub fn words(&self, package: &Package) -> &BTreeMap<String, Vec<Span>> {
        self.words.get_or_init(|| {
            let mut all: BTreeMap<String, Vec<Span>> = BTreeMap::new();
            for (id, file) in package.sources.iter() {
                if file.name.ends_with(".provost") {
                    for (word, span) in words(id, &file.text) {
                        all.entry(word.to_owned()).or_default().push(span);
                    }
                } else {
                    let found = file.text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
                    for word in found.filter(|word| !word.is_empty()) {
                        all.entry(word.to_owned()).or_default().push(Span::new(id, 0, 0));
                    }
                }
            }
            all
        })
    }
}
