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
        .filter(|candidate| {
            // Each edit brings at most one letter that the other name lacks: most candidates need no table.
            let length = letters(candidate).count();
            let edits = ((marks & !self::marks(candidate)).count_ones() as usize).max(length.abs_diff(folded.len()));
            edits <= (folded.len().max(length) / 3).max(1)
        })
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
    letters(name).collect()
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(|c| if c == '-' { '_' } else { c }).flat_map(char::to_lowercase).take(64)
}

/// Which letters stand in the part of a name that counts, in 64 classes.
fn marks(name: &str) -> u64 {
    letters(name).fold(0, |marks, letter| marks | 1 << (u32::from(letter) % 64))
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
