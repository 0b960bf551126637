//! Sets of small numbers.

/// A set of numbers below a bound, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// The empty set of numbers below `bound`.
    pub fn new(bound: usize) -> Self {
        Self { words: vec![0; bound.div_ceil(64)] }
    }

    /// The set of these numbers, all below `bound`.
    pub fn of(bound: usize, members: impl IntoIterator<Item = usize>) -> Self {
        let mut set = Self::new(bound);
        for member in members {
            set.insert(member);
        }
        set
    }

    /// Adds a number; one that is not below the bound is ignored.
    pub fn insert(&mut self, number: usize) {
        if let Some(word) = self.words.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// Takes a number out.
    pub fn remove(&mut self, number: usize) {
        if let Some(word) = self.words.get_mut(number / 64) {
            *word &= !(1 << (number % 64));
        }
    }

    /// Whether the number is in the set.
    pub fn contains(&self, number: usize) -> bool {
        self.words.get(number / 64).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    /// Whether there is nothing in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many numbers are in the set.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Adds everything that is in the other set.
    pub fn add(&mut self, other: &Self) {
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Keeps only what is in the other set, too.
    pub fn keep(&mut self, other: &Self) {
        for (word, kept) in self.words.iter_mut().zip(&other.words) {
            *word &= kept;
        }
    }

    /// Takes out everything that is in the other set.
    pub fn take_out(&mut self, other: &Self) {
        for (word, gone) in self.words.iter_mut().zip(&other.words) {
            *word &= !gone;
        }
    }

    /// Whether every number of this set is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).all(|(a, b)| a & !b == 0)
    }

    /// Whether the two sets share no number.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).all(|(a, b)| a & b == 0)
    }

    /// The numbers, smallest first.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                if left == 0 {
                    return None;
                }
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_in_order() {
        let mut set = Bits::of(200, [199, 3, 64]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [3, 64, 199]);
        set.remove(64);
        set.insert(1_000);
        assert_eq!((set.len(), set.contains(3), set.contains(64)), (2, true, false));
    }

    #[test]
    fn sets_combine() {
        let (a, b) = (Bits::of(100, [1, 70]), Bits::of(100, [70, 99]));
        let (mut both, mut either, mut only) = (a.clone(), a.clone(), a.clone());
        both.keep(&b);
        either.add(&b);
        only.take_out(&b);
        assert_eq!(both.iter().collect::<Vec<_>>(), [70]);
        assert_eq!(either.iter().collect::<Vec<_>>(), [1, 70, 99]);
        assert_eq!(only.iter().collect::<Vec<_>>(), [1]);
        assert!(both.is_subset(&a) && only.is_disjoint(&b) && !a.is_subset(&b));
    }
}
