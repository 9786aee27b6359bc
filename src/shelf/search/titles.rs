//! Whole titles: whose is the one that is looked for, and how long each is.

use super::words;
use crate::shelf::places::Places;
use crate::shelf::terms::hash;
use crate::sorted::sort;

/// Longer ones count as this long.
const MOST_WORDS: usize = 24;

#[derive(Debug)]
pub struct Titles {
    /// The title's hash, and its product's place; sorted.
    hashes: Vec<(u32, u32)>,
    /// By product: how many words its title has.
    lengths: Vec<u8>,
    /// By length: the products that have such a title.
    by_length: Vec<Places>,
}

/// Of a title's plain text. That two have the same costs a place in a ranking.
pub fn hash_of(folded: &str) -> u32 {
    hash(&words::plain(folded))
}

impl Titles {
    /// Of each product its folded title.
    pub fn new<'a>(titles: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let products = titles.len();
        let mut hashes = Vec::with_capacity(products);
        let mut lengths = Vec::with_capacity(products);
        let mut by_length: Vec<Places> = Vec::new();
        for (place, folded) in (0..).zip(titles) {
            let plain = words::plain(folded);
            hashes.push((hash(&plain), place));
            let length = plain.split_whitespace().count().min(MOST_WORDS);
            lengths.push(u8::try_from(length).unwrap_or(u8::MAX));
            while by_length.len() <= length {
                by_length.push(Places::none(products));
            }
            by_length.get_mut(length).into_iter().for_each(|places| places.add(place));
        }
        sort(&mut hashes, Ord::cmp);
        Self { hashes, lengths, by_length }
    }

    /// The products with the title of this hash.
    pub fn called(&self, title: u32) -> Places {
        let mut called = Places::none(self.hashes.len());
        let begin = self.hashes.partition_point(|(known, _)| *known < title);
        let known = self.hashes.get(begin..).unwrap_or_default().iter();
        known.take_while(|(known, _)| *known == title).for_each(|(_, place)| called.add(*place));
        called
    }

    pub fn is_called(&self, place: u32, title: u32) -> bool {
        self.hashes.binary_search(&(title, place)).is_ok()
    }

    /// How many words the product's title has.
    pub fn length(&self, place: u32) -> u8 {
        self.lengths.get(place as usize).copied().unwrap_or(u8::MAX)
    }

    /// The products by the lengths of their titles, the shortest first.
    pub fn by_length(&self) -> impl Iterator<Item = (u8, &Places)> {
        (0..).zip(&self.by_length)
    }
}
