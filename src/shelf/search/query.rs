//! What is looked for, and what of the shop that finds.

use super::fold::folded;
use super::hits::Hits;
use super::index::{SearchIndex, Spelled};
use super::score::{self, Match};
use super::stem::stem;
use super::titles::{Titles, hash_of};
use super::typo::{forgiven, letters, mistakes};
use super::words::{Chunk, MAX_PARTS, chunks};
use crate::shelf::places::Places;
use crate::shelf::ranked::First;

/// More words than these are not looked for.
pub(super) const MAX_SOUGHT_WORDS: usize = 12;

/// What was found, and how well.
pub struct Found<'a> {
    pub places: Places,
    /// For each word.
    hits: Vec<Hits<'a>>,
    /// The hash of what is looked for, as a title.
    title: u32,
    titles: &'a Titles,
}

/// With so few products each is ranked by itself.
const FEW: usize = 1_000;

impl Found<'_> {
    /// Of a product that was found: the higher the better.
    pub fn rank(&self, place: u32) -> u32 {
        score::rank(self.words(place), self.titles.is_called(place, self.title), self.titles.length(place))
    }

    fn words(&self, place: u32) -> u32 {
        self.hits.iter().map(|hits| u32::from(hits.score(place))).sum()
    }

    /// The best of these that are not passed, so many at most; of equally good ones the newest.
    ///
    /// Of many only those are ranked that can be among the best: no other that the first word found
    /// as well, and whose title is as long, is better than all words at their best would make it (the
    /// threshold algorithm of Fagin, Lotem and Naor, "Optimal aggregation algorithms for middleware", 2003).
    pub fn best(&self, among: &Places, most: usize, is_passed: &dyn Fn(u32) -> bool) -> Vec<u32> {
        let mut best = First::new(most);
        let mut called = self.titles.called(self.title);
        called.keep(among);
        let add = |best: &mut First, place: u32, length: u8| {
            let rank = score::rank(self.words(place), called.contains(place), length);
            let number = u32::MAX.saturating_sub(rank);
            if best.takes(number, place) && !is_passed(place) {
                best.add(number, place);
            }
        };
        let Some((first, others)) = self.hits.split_first() else { return Vec::new() };
        if among.count() <= FEW {
            among.each(|place| add(&mut best, place, self.titles.length(place)));
            return best.places();
        }
        called.each(|place| add(&mut best, place, self.titles.length(place)));
        let others: u32 = others.iter().map(|hits| u32::from(hits.best())).sum();
        for (score, places) in first.layers() {
            let words = others.saturating_add(score.into());
            for (length, of_length) in self.titles.by_length() {
                let at_best = u32::MAX.saturating_sub(score::rank(words, false, length));
                if !best.takes(at_best, 0) {
                    return best.places();
                }
                let mut tier = places.clone();
                tier.keep(among);
                tier.keep(of_length);
                tier.leave_out(&called);
                for place in tier.iter() {
                    if !best.takes(at_best, place) {
                        break;
                    }
                    add(&mut best, place, length);
                }
            }
        }
        best.places()
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
        Found { places: Hits::in_all(self.products, &hits), hits, title: hash_of(folded), titles: &self.titles }
    }

    fn hits(&self, sought: &Sought, reach: Reach) -> Hits<'_> {
        let mut hits = Hits::none(self.products);
        self.add_beginnings(&sought.whole, &mut hits);
        self.add_parts(&sought.parts, &mut hits);
        if reach.codes {
            self.codes.each(&sought.whole, &mut |place, is_whole| hits.add(place, score::of_code(is_whole)));
        }
        if reach.typos || hits.is_empty() {
            self.add_typos(&sought.whole, &mut hits);
        }
        hits.ranked()
    }

    /// Words that begin so, the word as it is among them, and those of its stem.
    fn add_beginnings<'a>(&'a self, sought: &str, hits: &mut Hits<'a>) {
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
    fn add_forms<'a>(&'a self, sought: &str, hits: &mut Hits<'a>) {
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
        let of_part = |part: &String| {
            let mut hits = Hits::none(self.products);
            self.add_forms(part, &mut hits);
            hits.ranked()
        };
        let of_parts: Vec<_> = parts.iter().map(of_part).collect();
        // As well as the part that was found worst.
        let worst = |place| of_parts.iter().map(|hits| hits.score(place)).min().unwrap_or_default();
        Hits::in_all(self.products, &of_parts).each(|place| hits.add(place, worst(place)));
    }

    fn add_typos<'a>(&'a self, sought: &str, hits: &mut Hits<'a>) {
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

    fn add<'a>(&'a self, word: u32, found: Match, hits: &mut Hits<'a>) {
        let [elsewhere, title] = [false, true].map(|in_title| score::of_word(found, in_title));
        if let Some([in_titles, in_others]) = self.common.get(&word) {
            hits.join(in_titles, title);
            return hits.join(in_others, elsewhere);
        }
        for posting in self.postings.get(word) {
            hits.add(posting >> 1, if posting & 1 == 1 { title } else { elsewhere });
        }
    }
}
