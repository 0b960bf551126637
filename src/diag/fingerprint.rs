//! By what a finding is recognised after it has moved: its code, what it is said of, and its words.

use std::collections::BTreeMap;

use super::Diagnostic;
use crate::base::{Sources, canonical};

/// One fingerprint for each finding, in the order in which they are given; 32 hexadecimal digits.
///
/// Neither line nor column takes part, nor white space in the words, so that moving and reformatting change nothing.
/// The file takes part only where nothing says of what the finding is said. Findings that are alike in all this are
/// counted, so the second of two stays the second.
pub fn fingerprints<'a>(found: impl IntoIterator<Item = (&'a Diagnostic, &'a Sources)>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut all = Vec::new();
    for (diagnostic, sources) in found {
        let file = || sources.get(diagnostic.span.file).map_or("", |file| &file.place);
        let home = diagnostic.subject.as_deref().unwrap_or_else(file);
        let words: Vec<&str> = diagnostic.message.split_whitespace().collect();
        let what = format!("{}\0{home}\0{}", diagnostic.code.id, words.join(" "));
        let before = seen.entry(what.clone()).or_default();
        let digest = canonical::digest_bytes(format!("{what}\0{before}").as_bytes());
        *before += 1;
        all.push(digest.trim_start_matches("sha256:").chars().take(32).collect());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::diag::Code;

    static CODE: Code = Code { id: "P9001", title: "first" };

    #[test]
    fn a_finding_keeps_its_fingerprint_when_it_moves_and_two_alike_differ() {
        let mut sources = Sources::default();
        let (a, b) = (sources.add("a.provost", "x\nx\nx\n"), sources.add("b.provost", "x\nx\nx\n"));
        let of = |file, at| Diagnostic::warning(&CODE, Span::new(file, at, at + 1), "a  b").about("rule `r`");
        let print = |found: &[Diagnostic]| fingerprints(found.iter().map(|found| (found, &sources)));
        let here = print(&[of(a, 0), of(a, 2)]);
        assert_eq!(here, print(&[of(b, 2), of(b, 4)]));
        assert_ne!(here[0], here[1]);
        assert_eq!(here[0].len(), 32);
        let bare = |file| Diagnostic { subject: None, ..of(file, 0) };
        assert_ne!(print(&[bare(a)]), print(&[bare(b)]));
        assert_ne!(print(&[bare(a)]), print(&[of(a, 0)]));
    }
}
