//! What is looked for, and what of the shop that finds.

use super::fold::folded;
use super::index::{SearchIndex, Spelled, Title};
use super::score::{self, Match};
use super::stem::stem;
use super::typo::{forgiven, letters, mistakes};
use super::words::{Chunk, MAX_PARTS, chunks};
use crate::shelf::places::Places;

/// More words than these are not looked for.
pub(super) const MAX_SOUGHT_WORDS: usize = 12;

/// What was found, and how well.
pub struct Found<'a> {
    pub places: Places,
    /// For each word.
    hits: Vec<Hits>,
    title: Title,
    titles: &'a [Title],
}

impl Found<'_> {
    #[inline(always)]
    fn words(&self, place: u32) -> u32 {
        let mut words: u32 = 0;
        for hits in &self.hits {
            words = words.saturating_add(hits.score(place).into());
        }
        words
    }

    /// Of a product that was found: the higher the better.
    #[inline(always)]
    pub fn rank(&self, place: u32) -> u32 {
        let words = self.words(place);
        let title = self.titles.get(place as usize).copied().unwrap_or(self.title);
        score::rank(words, title.hash == self.title.hash, title.parts)
    }
}

/// A word that is looked for, whole and in its parts.
pub struct Sought {
    pub whole: String,
    /// None of letters that are words of their own.
    pub parts: Vec<String>,
}

pub fn sought(folded: &str) -> Vec<Sought> {
    let mut all = Vec::new();
    for chunk in chunks(folded) {
        match chunk {
            Chunk::Parts(parts) => all.push(Sought { whole: parts.concat(), parts }),
            Chunk::Singles(letters) => {
                let pairs = letters.windows(2.min(letters.len()).max(1));
                all.extend(pairs.map(|pair| Sought { whole: pair.iter().collect(), parts: Vec::new() }));
            }
        }
    }
    all.truncate(MAX_SOUGHT_WORDS);
    all
}

/// How far afield a word is looked for.
#[derive(Clone, Copy)]
struct Reach {
    codes: bool,
    /// Whether mistakes are forgiven even where the word is known.
    typos: bool,
}

impl SearchIndex {
    pub fn find(&self, text: &str) -> Found<'_> {
        let folded = folded(text);
        let words = sought(&folded);
        // A code seldom has letters alone; with that, half of the searches are spared a look.
        let has_digits = folded.chars().any(char::is_numeric);
        let near = self.find_all(&words, &folded, Reach { codes: has_digits, typos: false });
        if !near.places.is_empty() {
            return near;
        }
        self.find_all(&words, &folded, Reach { codes: true, typos: true })
    }

    /// Whether the text finds one of these products, without a look at how well.
    pub fn finds_any(&self, text: &str, among: &Places) -> bool {
        let of_word = self.words.find(&folded(text)).map(|word| self.postings.get(word));
        let has_word = of_word.is_some_and(|postings| postings.iter().any(|posting| among.contains(posting >> 1)));
        has_word || self.find(text).places.count_both(among) > 0
    }

    /// What has all words; of no word nothing.
    fn find_all(&self, words: &[Sought], folded: &str, reach: Reach) -> Found<'_> {
        let hits: Vec<_> = words.iter().map(|word| self.hits(word, reach)).collect();
        let mut places = hits.first().map_or_else(|| Places::none(self.products), |first| first.places.clone());
        hits.iter().skip(1).for_each(|hits| places.keep(&hits.places));
        Found { places, hits, title: Title::new(folded), titles: &self.titles }
    }

    fn hits(&self, sought: &Sought, reach: Reach) -> Hits {
        let mut hits = Hits::none(self.products);
        self.add_beginnings(&sought.whole, &mut hits);
        self.add_parts(&sought.parts, &mut hits);
        if reach.codes {
            self.codes.each(&sought.whole, &mut |place, is_whole| hits.add(place, score::of_code(is_whole)));
        }
        if reach.typos || hits.places.is_empty() {
            self.add_typos(&sought.whole, &mut hits);
        }
        hits
    }

    /// Words that begin so, the word as it is among them, and those of its stem.
    fn add_beginnings(&self, sought: &str, hits: &mut Hits) {
        let (forms, beginning) = (self.forms(sought), self.words.beginning(sought));
        let others = forms.iter().filter(|word| !beginning.contains(word));
        others.for_each(|word| self.add(*word, Match::Stem, hits));
        for word in beginning {
            let found = match self.words.get(word).len() == sought.len() {
                true => Match::Exact,
                false if forms.contains(&word) => Match::Grown,
                false => Match::Prefix,
            };
            self.add(word, found, hits);
        }
    }

    /// The word as it is, and by its stem.
    fn add_forms(&self, sought: &str, hits: &mut Hits) {
        let exact = self.words.find(sought);
        exact.into_iter().for_each(|word| self.add(word, Match::Exact, hits));
        let others = self.forms(sought).iter().filter(|word| Some(**word) != exact);
        others.for_each(|word| self.add(*word, Match::Stem, hits));
    }

    /// The words that have its stem.
    pub(super) fn forms(&self, sought: &str) -> &[u32] {
        self.stems.find(&stem(sought)).map_or(&[], |stem| self.stemmed.get(stem))
    }

    /// What has all parts as words: `T Shirt` for `t-shirt`.
    fn add_parts(&self, parts: &[String], hits: &mut Hits) {
        // Of most codes some part is no word.
        let known = |part: &String| self.words.find(part).is_some() || !self.forms(part).is_empty();
        if !(2..=MAX_PARTS).contains(&parts.len()) || !parts.iter().all(known) {
            return;
        }
        let mut all: Option<Hits> = None;
        for part in parts {
            let mut hits = Hits::none(self.products);
            self.add_forms(part, &mut hits);
            if let Some(all) = &mut all {
                all.keep(&hits);
            } else {
                all = Some(hits);
            }
        }
        all.iter().for_each(|all| all.places.iter().for_each(|place| hits.add(place, all.score(place))));
    }

    fn add_typos(&self, sought: &str, hits: &mut Hits) {
        let known: Vec<char> = sought.chars().collect();
        let most = forgiven(known.len());
        // In a number another digit is no mistake, but another number.
        if most == 0 || known.iter().any(|c| c.is_numeric()) {
            return;
        }
        self.mistaken(&known, most).for_each(|(word, mistakes)| self.add(word, Match::Typo(mistakes), hits));
    }

    /// The words that are at most so many mistakes from this one, and how many. It has no digits.
    pub(super) fn mistaken(&self, sought: &[char], most: usize) -> impl Iterator<Item = (u32, usize)> {
        let own = letters(&String::from_iter(sought));
        // Most are sorted out by their length and letters.
        let may_be = move |known: &&Spelled| {
            usize::from(known.length).abs_diff(sought.len()) <= most
                && (known.letters ^ own).count_ones() as usize <= most.saturating_mul(2)
        };
        self.spelled.iter().filter(may_be).filter_map(move |known| {
            let other: Vec<char> = self.words.get(known.word).chars().collect();
            Some((known.word, mistakes(sought, &other, most)?))
        })
    }

    fn add(&self, word: u32, found: Match, hits: &mut Hits) {
        let scores = [score::of_word(found, false), score::of_word(found, true)];
        for posting in self.postings.get(word) {
            hits.add(posting >> 1, if posting & 1 == 1 { scores[1] } else { scores[0] });
        }
    }
}

/// What one word finds.
struct Hits {
    places: Places,
    /// By product: the best way in which it was found.
    scores: Vec<u8>,
}

impl Hits {
    fn none(products: usize) -> Self {
        Self { places: Places::none(products), scores: vec![0; products] }
    }

    // As [`Places::add`].
    #[inline(always)]
    fn add(&mut self, place: u32, score: u8) {
        if let Some(best) = self.scores.get_mut(place as usize) {
            *best = score.max(*best);
            self.places.add(place);
        }
    }

    #[inline(always)]
    fn score(&self, place: u32) -> u8 {
        self.scores.get(place as usize).copied().unwrap_or_default()
    }

    /// What both find, as well as the worse of them.
    fn keep(&mut self, other: &Self) {
        self.places.keep(&other.places);
        for (score, other) in self.scores.iter_mut().zip(&other.scores) {
            *score = (*score).min(*other);
        }
    }
}
