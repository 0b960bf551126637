//! How alike two names are: the suggestion behind "did you mean".

/// The candidate nearest to `wanted` by edit distance, if one is near enough to be a likely slip.
///
/// Near enough is a third of the longer name's length, at least one edit; a difference in case or in `-`/`_` costs
/// nothing. Ties go to the smaller candidate, so the answer does not depend on the order of the candidates.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded: Vec<char> = fold(wanted);
    let marks = marks(wanted);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != wanted && candidate.len() <= wanted.len() * 2 + 4)
        .filter(|candidate| marks.zip(self::marks(candidate)).is_none_or(|(a, b)| may_be_near(a, b)))
        .filter_map(|candidate| {
            let other = fold(candidate);
            let allowed = (folded.len().max(other.len()) / 3).max(1);
            let distance = edit_distance(&folded, &other);
            (distance <= allowed && distance < folded.len().max(1)).then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

fn fold(name: &str) -> Vec<char> {
    name.chars().map(|c| if c == '-' { '_' } else { c }).flat_map(char::to_lowercase).take(64).collect()
}

/// The length of a plain name and which letters stand in it, in 64 classes; nothing for a name with other letters.
fn marks(name: &str) -> Option<(usize, u64)> {
    let plain = name.is_ascii() && name.len() <= 64;
    let fold = |byte: u8| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    plain.then(|| (name.len(), name.bytes().fold(0, |marks, byte| marks | 1 << (fold(byte) % 64))))
}

/// Whether few enough edits might do. Each changes the length by one at most, and brings one letter at most that the
/// other name lacks: most candidates are never compared letter by letter.
fn may_be_near((length, a): (usize, u64), (other, b): (usize, u64)) -> bool {
    let edits = length.abs_diff(other).max((a & !b).count_ones() as usize);
    edits <= (length.max(other) / 3).max(1)
}

/// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`: the optimal string alignment distance.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let cell = |r: &[usize], at: usize| r.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = (cell(&above, j + 1) + 1).min(cell(&row, j) + 1).min(cell(&above, j) + usize::from(x != y));
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped && x != y {
                best = best.min(cell(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_likely_slip_and_only_that() {
        assert_eq!(nearest("latnecy", ["latency", "accuracy"]), Some("latency"));
        assert_eq!(nearest("EuWest", ["eu_west", "us_east"]), Some("eu_west"));
        assert_eq!(nearest("gpt-5-2-pro", ["gpt-5.2-pro", "o3"]), Some("gpt-5.2-pro"));
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(nearest("colour", ["latency"]), None);
    }
}
