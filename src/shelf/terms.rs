//! Texts that are numbered in their order, all in one piece of memory: 50,000
//! words of their own would have 24 bytes beside each one's letters.

use std::cmp::Ordering;
use std::ops::Range;

use super::places::number;
use crate::sorted::order;

#[derive(Debug, Default)]
pub struct Terms {
    text: String,
    /// Where each ends, and the next one begins.
    ends: Vec<u32>,
}

impl Terms {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, term: u32) -> &str {
        let begin = term.checked_sub(1).and_then(|before| self.ends.get(before as usize)).copied().unwrap_or(0);
        let end = self.ends.get(term as usize).copied().unwrap_or(begin);
        self.text.get(begin as usize..end as usize).unwrap_or_default()
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(number(self.text.len()));
    }

    /// How many terms there are before the first that is not `before`.
    fn partition(&self, before: &dyn Fn(&str) -> bool) -> u32 {
        let (mut low, mut high) = (0, number(self.len()));
        while low < high {
            let middle = low.midpoint(high);
            if before(self.get(middle)) {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        low
    }

    pub fn find(&self, text: &str) -> Option<u32> {
        let term = self.partition(&|known| known < text);
        (self.get(term) == text && (term as usize) < self.len()).then_some(term)
    }

    /// The terms that begin with the text.
    pub fn beginning(&self, text: &str) -> Range<u32> {
        self.partition(&|known| known < text)..self.partition(&|known| known < text || known.starts_with(text))
    }
}

/// Numbers texts as they come, each once.
#[derive(Default)]
pub struct Numbering {
    terms: Terms,
    /// One more than the number of a text, or 0, at the place its hash leads to or behind that.
    slots: Vec<u32>,
}

impl Numbering {
    pub fn number(&mut self, text: &str) -> u32 {
        if self.slots.len() <= self.terms.len().saturating_mul(2) {
            self.grow();
        }
        let slot = self.slot(text);
        if let Some(known) = self.slots.get(slot).and_then(|slot| slot.checked_sub(1)) {
            return known;
        }
        self.terms.push(text);
        let count = number(self.terms.len());
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = count;
        }
        count.saturating_sub(1)
    }

    /// Where the text is, or would be put.
    fn slot(&self, text: &str) -> usize {
        let most = self.slots.len().saturating_sub(1);
        let mut slot = hash(text) as usize & most;
        while let Some(known) = self.slots.get(slot).and_then(|slot| slot.checked_sub(1))
            && self.terms.get(known) != text
        {
            slot = slot.saturating_add(1) & most;
        }
        slot
    }

    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len().saturating_mul(2).max(64)];
        for term in 0..number(self.terms.len()) {
            let slot = self.slot(self.terms.get(term));
            if let Some(slot) = self.slots.get_mut(slot) {
                *slot = term.saturating_add(1);
            }
        }
    }

    /// The texts in their order, and by the number that each had its new one.
    pub fn sorted(self) -> (Terms, Vec<u32>) {
        let by_text =
            |one: usize, other: usize| -> Ordering { self.terms.get(number(one)).cmp(self.terms.get(number(other))) };
        let order = order(self.terms.len(), &by_text);
        let (mut sorted, mut renumbered) = (Terms::default(), vec![0; self.terms.len()]);
        for (new, old) in order.into_iter().enumerate() {
            sorted.push(self.terms.get(number(old)));
            if let Some(place) = renumbered.get_mut(old) {
                *place = number(new);
            }
        }
        (sorted, renumbered)
    }
}

/// FNV-1a. Whoever makes texts that collide is the shop's own staff.
pub fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Names bytes: FNV-1a of 64 bits, a word of eight bytes at a time. Bytes that differ in one word never
/// have the same, as each step can be undone.
pub fn digest(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(byte, rest)| *byte = *rest);
    let step = |digest: u64, word: u64| {
        let digest = (digest ^ word).wrapping_mul(0x0100_0000_01b3);
        digest ^ digest >> 32
    };
    let digest = words.iter().fold(0xcbf2_9ce4_8422_2325, |digest, word| step(digest, u64::from_le_bytes(*word)));
    [u64::from_le_bytes(last), bytes.len() as u64].into_iter().fold(digest, step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_that_differ_in_one_place_or_in_length_have_other_digests(
            bytes in prop::collection::vec(any::<u8>(), 1..40), at in any::<prop::sample::Index>(), other in 1..=255_u8,
        ) {
            let mut changed = bytes.clone();
            *at.get_mut(&mut changed) ^= other;
            prop_assert_ne!(digest(&bytes), digest(&changed));
            let longer = [&*bytes, &[0]].concat();
            prop_assert_ne!(digest(&bytes), digest(&longer));
        }

        #[test]
        fn texts_are_numbered_once_and_found_by_how_they_begin(
            texts in prop::collection::vec("[abä]{0,3}", 0..200),
            sought in "[abä]{0,3}",
        ) {
            let mut numbering = Numbering::default();
            let numbers: Vec<_> = texts.iter().map(|text| numbering.number(text)).collect();
            let (terms, renumbered) = numbering.sorted();
            for (text, number) in texts.iter().zip(numbers) {
                prop_assert_eq!(terms.get(renumbered[number as usize]), text);
            }
            let all: Vec<_> = (0..terms.len() as u32).map(|term| terms.get(term)).collect();
            prop_assert!(all.is_sorted_by(|one, other| one < other));
            prop_assert_eq!(terms.find(&sought).is_some(), texts.contains(&sought));
            for (place, text) in all.iter().enumerate() {
                prop_assert_eq!(terms.beginning(&sought).contains(&(place as u32)), text.starts_with(&sought));
            }
        }
    }
}
