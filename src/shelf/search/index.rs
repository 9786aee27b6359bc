//! What is searched, made once of a snapshot.

use std::sync::Arc;

use super::codes::Codes;
use super::fold::folded;
use super::stem::stem;
use super::typo::letters;
use super::words;
use crate::catalog::product::Packed;
use crate::shelf::places::{Lists, number};
use crate::shelf::terms::{Numbering, Terms, hash};

#[derive(Debug)]
pub struct SearchIndex {
    pub(super) products: usize,
    pub(super) words: Terms,
    /// By word: the products that have it, as [`posting`]s.
    pub(super) postings: Lists,
    /// The words that may be mistyped: all that are more than a number.
    pub(super) spelled: Vec<Spelled>,
    pub(super) stems: Terms,
    /// By stem: its words.
    pub(super) stemmed: Lists,
    pub(super) codes: Codes,
    pub(super) titles: Vec<Title>,
}

/// A word by its letters, and how many it has.
#[derive(Debug)]
pub struct Spelled {
    pub word: u32,
    pub letters: u32,
    pub length: u8,
}

#[derive(Debug, Clone, Copy)]
pub struct Title {
    /// Of its plain text. That two are the same costs a place in a ranking.
    pub hash: u32,
    pub parts: u8,
}

impl Title {
    pub fn new(folded: &str) -> Self {
        let plain = words::plain(folded);
        let parts = plain.split_whitespace().count();
        Self { hash: hash(&plain), parts: u8::try_from(parts).unwrap_or(u8::MAX) }
    }
}

/// A product, and whether the word is in its title.
pub fn posting(place: u32, in_title: bool) -> u32 {
    place << 1 | u32::from(in_title)
}

impl SearchIndex {
    pub fn new(products: &[Arc<Packed>]) -> Self {
        let mut numbering = Numbering::default();
        let (mut postings, mut titles) = (Vec::new(), Vec::new());
        let folded = texts(products);
        for place in 0..products.len() {
            let text = |n: usize| folded.get(place.saturating_mul(2).saturating_add(n)).map_or("", |text| text);
            for (n, in_title) in [(0, true), (1, false)] {
                let posting = posting(number(place), in_title);
                words::each(text(n), &mut |word| postings.push((numbering.number(word), posting)));
            }
            titles.push(Title::new(text(0).split('\t').next().unwrap_or_default()));
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
        Self {
            products: products.len(),
            postings: Lists::new(words.len(), &postings),
            spelled,
            stemmed: Lists::new(stems.len(), &stemmed),
            stems,
            words,
            codes: Codes::new(products),
            titles,
        }
    }
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
