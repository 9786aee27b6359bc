//! Sets of products, as a bit for each place in the snapshot. At 50,000 products
//! a set has 6 KB; joining two and counting one take about a microsecond each.
//! So what is asked of a list costs next to nothing per product.

const BITS: u32 = u64::BITS;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places(Vec<u64>);

impl Places {
    /// Of so many products none.
    pub fn none(products: usize) -> Self {
        Self(vec![0; products.div_ceil(BITS as usize)])
    }

    // Called for each of many: what is made small does not take it into the loop by itself.
    #[inline(always)]
    pub fn add(&mut self, place: u32) {
        if let Some(word) = self.0.get_mut((place / BITS) as usize) {
            *word |= 1 << (place % BITS);
        }
    }

    pub fn remove(&mut self, place: u32) {
        if let Some(word) = self.0.get_mut((place / BITS) as usize) {
            *word &= !(1 << (place % BITS));
        }
    }

    #[inline(always)]
    pub fn contains(&self, place: u32) -> bool {
        self.0.get((place / BITS) as usize).is_some_and(|word| word >> (place % BITS) & 1 == 1)
    }

    /// Adds what is in the other.
    pub fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    /// How many places it has room for: whole words of them.
    pub fn length(&self) -> u32 {
        number(self.0.len()).saturating_mul(BITS)
    }

    /// Adds a part of the other, which consists of parts as long as this, from its beginning on.
    pub fn join_part(&mut self, other: &Self, part: usize) {
        let of_part = other.0.get(self.0.len().saturating_mul(part)..).unwrap_or_default();
        self.0.iter_mut().zip(of_part).for_each(|(word, other)| *word |= other);
    }

    /// Has the other as that part of this.
    pub fn set_part(&mut self, other: &Self, part: usize) {
        let of_part = self.0.get_mut(other.0.len().saturating_mul(part)..).unwrap_or_default();
        of_part.iter_mut().zip(&other.0).for_each(|(word, other)| *word = *other);
    }

    /// Takes out what is not in the other.
    pub fn keep(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= other);
    }

    /// Takes out what is in the other.
    pub fn leave_out(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= !other);
    }

    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// All that are not here, and at the end some that are none.
    pub fn others(&self) -> Self {
        Self(self.0.iter().map(|word| !word).collect())
    }

    /// How many are in both.
    pub fn count_both(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).map(|(word, other)| (word & other).count_ones() as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Tells of each, in ascending order: quicker than to be asked for the next one, as
    /// long as what is told is in the loop.
    pub fn each(&self, tell: impl FnMut(u32)) {
        self.each_from(0, tell);
    }

    /// The same from a place on that is the first of a word.
    pub fn each_from(&self, mut begin: u32, mut tell: impl FnMut(u32)) {
        for word in self.0.get((begin / BITS) as usize..).unwrap_or_default() {
            let mut word = *word;
            while word != 0 {
                tell(begin.saturating_add(word.trailing_zeros()));
                word &= word.wrapping_sub(1);
            }
            begin = begin.saturating_add(BITS);
        }
    }

    /// In ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.from(0)
    }

    /// Those that are not below `begin`, in ascending order.
    pub fn from(&self, begin: u32) -> impl Iterator<Item = u32> {
        let first = begin / BITS;
        let mut word = self.0.get(first as usize).map_or(0, |word| word & (u64::MAX << (begin % BITS)));
        let mut at = first;
        std::iter::from_fn(move || {
            while word == 0 {
                at = at.saturating_add(1);
                word = *self.0.get(at as usize)?;
            }
            let bit = word.trailing_zeros();
            word &= word.wrapping_sub(1);
            Some(at.saturating_mul(BITS).saturating_add(bit))
        })
    }
}

/// A set as its numbers or as its bits, whichever takes less memory.
#[derive(Debug)]
pub enum Compact {
    Few(Vec<u32>),
    Many(Places),
}

impl Compact {
    /// Of numbers below `most`, each once.
    pub fn new(most: usize, numbers: &[u32]) -> Self {
        if numbers.len() < most / BITS as usize * 2 {
            return Self::Few(numbers.to_vec());
        }
        let mut places = Places::none(most);
        numbers.iter().for_each(|number| places.add(*number));
        Self::Many(places)
    }

    pub fn count(&self) -> usize {
        match self {
            Self::Few(numbers) => numbers.len(),
            Self::Many(own) => own.count(),
        }
    }

    /// In the order in which they were given, or in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let (few, many) = match self {
            Self::Few(numbers) => (numbers.as_slice(), None),
            Self::Many(own) => (&[][..], Some(own)),
        };
        few.iter().copied().chain(many.into_iter().flat_map(Places::iter))
    }

    pub fn join_into(&self, places: &mut Places) {
        match self {
            Self::Few(numbers) => numbers.iter().for_each(|number| places.add(*number)),
            Self::Many(own) => places.join(own),
        }
    }
}

/// Lists of numbers, one for each number from 0, in one piece of memory.
#[derive(Debug, Default)]
pub struct Lists {
    /// Where each list ends, and the next one begins.
    ends: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    /// The second of each pair, by the first, which is below `count`; in the order of the pairs.
    pub fn new(count: usize, pairs: &[(u32, u32)]) -> Self {
        let mut ends = vec![0_u32; count];
        for (list, _) in pairs {
            if let Some(end) = ends.get_mut(*list as usize) {
                *end = end.saturating_add(1);
            }
        }
        let mut sum: u32 = 0;
        for end in &mut ends {
            let length = std::mem::replace(end, sum);
            sum = sum.saturating_add(length);
        }
        // Until here each is where its list begins; being filled, it moves to where that ends.
        let mut items = vec![0; pairs.len()];
        for (list, item) in pairs {
            if let Some(next) = ends.get_mut(*list as usize)
                && let Some(place) = items.get_mut(*next as usize)
            {
                *place = *item;
                *next = next.saturating_add(1);
            }
        }
        Self { ends, items }
    }

    #[inline(always)]
    pub fn get(&self, list: u32) -> &[u32] {
        let begin = list.checked_sub(1).and_then(|before| self.ends.get(before as usize)).copied().unwrap_or(0);
        let end = self.ends.get(list as usize).copied().unwrap_or(begin);
        self.items.get(begin as usize..end as usize).unwrap_or_default()
    }
}

/// A place, an item or a length as the index has it; there are never as many as
/// 2^32.
pub fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    fn set(places: &BTreeSet<u32>) -> Places {
        let mut set = Places::none(300);
        places.iter().for_each(|place| set.add(*place));
        set
    }

    proptest! {
        #[test]
        fn it_answers_as_a_tree_does(
            one in prop::collection::btree_set(0..300_u32, 0..40),
            other in prop::collection::btree_set(0..300_u32, 0..40),
            begin in 0..330_u32,
        ) {
            let (mut joined, mut kept) = (set(&one), set(&one));
            joined.join(&set(&other));
            kept.keep(&set(&other));
            prop_assert!(joined.iter().eq(one.union(&other).copied()));
            prop_assert!(kept.iter().eq(one.intersection(&other).copied()));
            prop_assert_eq!(joined.count(), one.union(&other).count());
            prop_assert_eq!(set(&one).count_both(&set(&other)), one.intersection(&other).count());
            prop_assert!(set(&one).from(begin).eq(one.range(begin..).copied()));
            prop_assert_eq!(set(&one).contains(begin), one.contains(&begin));
            prop_assert_eq!(set(&one).is_empty(), one.is_empty());
            let mut told = Vec::new();
            joined.each(|place| told.push(place));
            prop_assert!(joined.iter().eq(told));
            let mut told = Vec::new();
            joined.each_from(128, |place| told.push(place));
            prop_assert!(joined.from(128).eq(told));
            let mut parts = Places::none(900);
            let length = set(&one).length();
            parts.set_part(&set(&one), 1);
            parts.set_part(&set(&other), 2);
            prop_assert!(parts.iter().eq(one.iter().map(|n| n + length).chain(other.iter().map(|n| n + 2 * length))));
            let mut both = set(&one);
            both.join_part(&parts, 2);
            prop_assert_eq!(&both, &joined);
            let rest = set(&one).others();
            prop_assert!((0..300).all(|place| rest.contains(place) != one.contains(&place)));
            for most in [300, 3_000_000] {
                let packed = Compact::new(most, &one.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(packed.count(), one.len());
                prop_assert!(packed.iter().eq(one.iter().copied()));
                let mut into = set(&other);
                packed.join_into(&mut into);
                prop_assert_eq!(&into, &joined);
            }
            other.iter().for_each(|place| joined.remove(*place));
            prop_assert!(joined.iter().eq(one.difference(&other).copied()));
            let mut left = set(&one);
            left.leave_out(&set(&other));
            prop_assert_eq!(left, joined);
        }

        #[test]
        fn each_list_has_its_own_in_order(pairs in prop::collection::vec((0..6_u32, any::<u32>()), 0..40)) {
            let lists = Lists::new(6, &pairs);
            for list in 0..7 {
                let expected: Vec<_> = pairs.iter().filter(|pair| pair.0 == list).map(|pair| pair.1).collect();
                prop_assert_eq!(lists.get(list), expected);
            }
        }
    }
}
