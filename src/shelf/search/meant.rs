//! What somebody may mean: whose words the shop does not have, or who is still
//! typing.

use super::SearchIndex;
use super::fold::folded;
use super::query::{MAX_SOUGHT_WORDS, Sought, sought};
use super::typo::forgiven;
use crate::shelf::places::number;
use crate::shelf::ranked::first;
use crate::shelf::snapshot::Snapshot;
use crate::text::Language;

/// So many of the products that have a word are looked at for the language in which they do.
const MOST_ASKED: usize = 8;
/// Of words that begin alike, so many may be of other languages for one that is not.
const LANGUAGES: usize = 4;

impl SearchIndex {
    /// The text with each word that the shop does not have replaced by the one
    /// next to it, or left out where none is near; nothing if that is the same.
    pub fn meant(&self, text: &str, snapshot: &Snapshot) -> Option<String> {
        let mut words: Vec<String> = Vec::new();
        // What is not looked for is not asked back either: for each word all of the shop's are gone through.
        let asked: Vec<&str> = text.split_whitespace().take(MAX_SOUGHT_WORDS).collect();
        for typed in &asked {
            let parts = sought(&folded(typed));
            match parts.as_slice() {
                [word] if !self.has(word) => {
                    words.extend(self.nearest(&word.whole).map(|near| self.shown(near, snapshot)))
                }
                _ => words.push((*typed).to_owned()),
            }
        }
        let meant = words.join(" ");
        (!meant.is_empty() && folded(&meant) != folded(&asked.join(" "))).then_some(meant)
    }

    /// The text with its last word as each of those that begin so and are said in the language:
    /// the commonest first.
    pub fn completed(&self, text: &str, most: usize, snapshot: &Snapshot, language: Option<Language>) -> Vec<String> {
        let (before, typed) = text.rsplit_once(char::is_whitespace).map_or(("", text), |(before, last)| (before, last));
        let parts = sought(&folded(typed));
        let [word] = parts.as_slice() else { return Vec::new() };
        let longer = self.words.beginning(&word.whole).filter(|known| self.words.get(*known) != word.whole);
        let commonest = longer.map(|known| (u32::MAX.saturating_sub(number(self.postings.get(known).len())), known));
        let joined = |known| match (before, self.said(known, snapshot, language)?) {
            ("", word) => Some(word),
            (before, word) => Some(format!("{before} {word}")),
        };
        let likely = first(commonest, most.saturating_mul(LANGUAGES)).into_iter();
        likely.filter_map(joined).take(most).collect()
    }

    fn has(&self, word: &Sought) -> bool {
        let mut is_code = false;
        self.codes.each(&word.whole, &mut |_, _| is_code = true);
        let known = |word: &str| !self.words.beginning(word).is_empty() || !self.forms(word).is_empty();
        is_code || known(&word.whole) || (word.parts.len() > 1 && word.parts.iter().all(|part| known(part)))
    }

    /// The word with the fewest mistakes, of these the commonest. One more is
    /// forgiven than where nobody is asked back.
    fn nearest(&self, sought: &str) -> Option<u32> {
        let letters: Vec<char> = sought.chars().collect();
        let most = forgiven(letters.len()).saturating_add(1);
        // In a number another digit is no mistake, but another number.
        if letters.len() < 3 || letters.iter().any(|c| c.is_numeric()) {
            return None;
        }
        let commonest = |word: u32| usize::MAX.saturating_sub(self.postings.get(word).len());
        let near = self.mistaken(&letters, most).map(|(word, mistakes)| (mistakes, commonest(word), word));
        near.min().map(|(_, _, word)| word)
    }

    /// The word as the first title that has it writes it, in whichever language.
    fn shown(&self, word: u32, snapshot: &Snapshot) -> String {
        let in_title = self.postings.get(word).iter().find(|posting| *posting & 1 == 1);
        let packed = in_title.and_then(|posting| snapshot.products.get((posting >> 1) as usize));
        let names = packed.map(|product| product.names()).unwrap_or_default();
        let translations = names.translations().unwrap_or_default();
        let others = translations.values().filter_map(|translation| translation.title.as_deref());
        let word = self.words.get(word);
        written([names.title].into_iter().chain(others), word).unwrap_or(word).to_owned()
    }

    /// The word as the first product says it that has it in the language; none if none of those
    /// that were looked at does. What is in one language alone is in everybody's.
    fn said(&self, word: u32, snapshot: &Snapshot, language: Option<Language>) -> Option<String> {
        let known = self.words.get(word);
        let postings = self.postings.get(word).iter().take(MOST_ASKED);
        postings.map(|posting| posting >> 1).find_map(|place| {
            if !snapshot.products.get(place as usize)?.names().is_translated() {
                return Some(self.shown(word, snapshot));
            }
            let product = snapshot.product(place)?;
            let texts = product.texts(language);
            let mut said = vec![texts.title];
            said.extend(product.vendor.iter().chain(&product.kind).chain(&product.tags).map(String::as_str));
            for option in &product.options {
                let called = |value: &'_ String| texts.value(&option.name, value);
                said.extend(option.values.iter().map(|value| called(value).unwrap_or(value)));
            }
            written(said.into_iter(), known).map(str::to_owned)
        })
    }
}

/// The folded word as the first of these texts writes it.
fn written<'a>(mut texts: impl Iterator<Item = &'a str>, word: &str) -> Option<&'a str> {
    texts.find_map(|text| {
        text.split_whitespace().find_map(|text| {
            let text = text.trim_matches(|c: char| !c.is_alphanumeric());
            (folded(text) == word).then_some(text)
        })
    })
}
