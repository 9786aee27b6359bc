//! What is searched, made once of a snapshot.

use std::sync::Arc;

use super::codes::Codes;
use super::fold::folded;
use super::stem::stem;
use super::titles::Titles;
use super::typo::letters;
use super::words;
use crate::catalog::product::Packed;
use crate::shelf::places::{Lists, Places, number};
use crate::shelf::terms::{Numbering, Terms};
use crate::sorted::SortedMap;

#[derive(Debug)]
pub struct SearchIndex {
    pub(super) products: usize,
    pub(super) words: Terms,
    /// By word: the products that have it, as [`posting`]s.
    pub(super) postings: Lists,
    /// By each word that many have: the products with it in their titles, and those with it elsewhere.
    pub(super) common: SortedMap<u32, [Places; 2]>,
    /// The words that may be mistyped: all that are more than a number.
    pub(super) spelled: Vec<Spelled>,
    pub(super) stems: Terms,
    /// By stem: its words.
    pub(super) stemmed: Lists,
    pub(super) codes: Codes,
    pub(super) titles: Titles,
}

/// A word by its letters, and how many it has.
#[derive(Debug)]
pub struct Spelled {
    pub word: u32,
    pub letters: u32,
    pub length: u8,
}

/// With more products than these, and than one in so many, a word is one that many have, and a bit
/// for each product joins it sooner than its postings.
const MANY: usize = 32;

/// A product, and whether the word is in its title.
pub fn posting(place: u32, in_title: bool) -> u32 {
    place << 1 | u32::from(in_title)
}

impl SearchIndex {
    pub fn new(products: &[Arc<Packed>]) -> Self {
        let mut numbering = Numbering::default();
        let mut postings = Vec::new();
        let folded = texts(products);
        let text =
            |place: usize, n: usize| folded.get(place.saturating_mul(2).saturating_add(n)).map_or("", |text| text);
        for place in 0..products.len() {
            for (n, in_title) in [(0, true), (1, false)] {
                let posting = posting(number(place), in_title);
                words::each(text(place, n), &mut |word| postings.push((numbering.number(word), posting)));
            }
        }
        let (words, renumbered) = numbering.sorted();
        for (word, _) in &mut postings {
            *word = renumbered.get(*word as usize).copied().unwrap_or_default();
        }
        let (mut stems, mut stemmed) = (Numbering::default(), Vec::new());
        let mut spelled = Vec::new();
        for word in 0..number(words.len()) {
            let text = words.get(word);
            stemmed.push((stems.number(&stem(text)), word));
            if text.chars().any(|c| !c.is_numeric()) {
                let length = u8::try_from(text.chars().count()).unwrap_or(u8::MAX);
                spelled.push(Spelled { word, letters: letters(text), length });
            }
        }
        let (stems, renumbered) = stems.sorted();
        for (stem, _) in &mut stemmed {
            *stem = renumbered.get(*stem as usize).copied().unwrap_or_default();
        }
        let titles = (0..products.len()).map(|place| text(place, 0).split('\t').next().unwrap_or_default());
        let titles = Titles::new(titles);
        let postings = Lists::new(words.len(), &postings);
        Self {
            products: products.len(),
            common: common(products.len(), words.len(), &postings),
            postings,
            spelled,
            stemmed: Lists::new(stems.len(), &stemmed),
            stems,
            words,
            codes: Codes::new(products),
            titles,
        }
    }
}

fn common(products: usize, words: usize, postings: &Lists) -> SortedMap<u32, [Places; 2]> {
    let mut common = SortedMap::new();
    for word in 0..number(words) {
        let postings = postings.get(word);
        if postings.len() > (products / MANY).max(MANY) {
            let mut sets = [Places::none(products), Places::none(products)];
            for posting in postings {
                let [in_title, elsewhere] = &mut sets;
                if posting & 1 == 1 { in_title.add(posting >> 1) } else { elsewhere.add(posting >> 1) }
            }
            common.insert(word, sets);
        }
    }
    common
}

/// Of each product its title, with those in other languages behind tabs, and what else is searched, folded. All together:
/// calls of the platform for each of 50,000 would be felt.
fn texts(products: &[Arc<Packed>]) -> Vec<String> {
    let mut texts = String::new();
    for product in products {
        let names = product.names();
        let translations = names.translations().unwrap_or_default();
        push_line(&mut texts, names.title);
        for title in translations.values().filter_map(|translation| translation.title.as_ref()) {
            texts.push('\t');
            push_line(&mut texts, title);
        }
        texts.push('\n');
        if let Some(rest) = product.rest() {
            rest.front
                .vendor
                .iter()
                .chain(&rest.front.kind)
                .chain(&rest.front.tags)
                .for_each(|text| push_line(&mut texts, text));
            rest.options.iter().flat_map(|(_, values)| values).for_each(|value| push_line(&mut texts, value));
        }
        let options = translations.values().flat_map(|translation| translation.options.values());
        options.flat_map(|option| option.values.values()).for_each(|value| push_line(&mut texts, value));
        texts.push('\n');
    }
    folded(&texts).split('\n').map(str::to_owned).collect()
}

fn push_line(texts: &mut String, text: &str) {
    text.split(char::is_whitespace).for_each(|word| {
        texts.push_str(word);
        texts.push(' ');
    });
}
