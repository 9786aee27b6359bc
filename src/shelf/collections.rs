//! The collections as buyers find them: which is in which, and which products
//! each has. What a rule finds is worked out over the copy, once, when somebody
//! first asks for it: from then on a collection costs a reader what a tag does, until a
//! sale comes or goes.

use std::sync::OnceLock;

use super::facets::FacetIndex;
use super::places::{Lists, Places, number};
use super::search;
use super::snapshot::Snapshot;
use super::title_order;
use crate::catalog::product::Product;
use crate::catalog::slug;
use crate::collections::collection::Collection;
use crate::collections::rule::{Rule, Tests, Tried};
use crate::collections::store::Picked;
use crate::ids::ProductId;
use crate::sorted::sort;
use crate::text::Language;

/// The name of the parameter, and of the facet.
pub const COLLECTION: &str = "collection";

/// The words of a title, and whose they are: of no language, the shop's own.
type Title = (Option<Language>, Vec<String>);

#[derive(Debug, Default)]
pub struct Collections {
    /// Each before what is in it; siblings by their position, then by title. What was picked
    /// is by its places in the snapshot.
    all: Vec<Collection>,
    /// By collection: the one it is in.
    parents: Vec<Option<usize>>,
    /// By place: the collections without a rule that the product was picked for.
    picked: Lists,
    /// By collection; made when somebody types.
    titles: OnceLock<Vec<Vec<Title>>>,
}

impl Collections {
    /// `by_id`: the places of the snapshot's products in the order of their ids.
    pub fn new(mut read: Vec<Collection>, by_id: &[u32]) -> Self {
        sort(&mut read, |one, other| {
            one.position.cmp(&other.position).then_with(|| title_order::compare(&one.title, &other.title))
        });
        let mut all = Vec::with_capacity(read.len());
        let top = read.iter().filter(|collection| collection.parent.is_none()).cloned().collect();
        put_in_order(&read, top, &mut all);
        for collection in &mut all {
            let picks = std::mem::take(&mut collection.picks);
            collection.picks = picks.iter().filter_map(|n| by_id.get(*n as usize)).copied().collect();
        }
        let by_hand = all.iter().enumerate().filter(|(_, collection)| collection.rule.is_none());
        let pairs: Vec<_> =
            by_hand.flat_map(|(n, collection)| collection.picks.iter().map(move |place| (*place, number(n)))).collect();
        let place = |collection: &Collection| all.iter().position(|other| Some(other.id) == collection.parent);
        Self {
            parents: all.iter().map(place).collect(),
            picked: if pairs.is_empty() { Lists::default() } else { Lists::new(by_id.len(), &pairs) },
            titles: OnceLock::new(),
            all,
        }
    }

    pub fn get(&self, n: usize) -> Option<&Collection> {
        self.all.get(n)
    }

    /// How many there are, also of those that buyers do not see.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// Those that buyers see, each with its number.
    pub fn shown(&self) -> impl Iterator<Item = (usize, &Collection)> {
        self.all.iter().enumerate().filter(|(_, collection)| collection.published)
    }

    /// Those that buyers see, and whose title has words that begin as those that are looked for:
    /// in the shop's own words or in the language.
    pub fn begun(&self, sought: &str, language: Option<Language>) -> impl Iterator<Item = &Collection> {
        let sought = search::words(sought);
        let titles = self.titles.get_or_init(|| self.all.iter().map(titles).collect());
        let is_called = move |n: usize| {
            let said = titles.get(n).into_iter().flatten().filter(|(of, _)| of.is_none() || *of == language);
            said.into_iter().any(|(_, words)| search::begun(&sought, words))
        };
        self.shown().filter(move |(n, _)| is_called(*n)).map(|(_, collection)| collection)
    }

    /// The one of that id or slug, as either stands in an address, if buyers see it; else the
    /// one that was called so.
    pub fn find(&self, name: &str) -> Option<usize> {
        let id = name.parse().ok();
        let slug = slug::of_address(name);
        let named = |collection: &Collection| Some(collection.id) == id || slug.as_ref() == Some(&collection.slug);
        let found = self.shown().find(|(_, collection)| named(collection));
        found.or_else(|| self.shown().find(|(_, collection)| collection.was_called(name))).map(|(n, _)| n)
    }

    /// Those that it is in and that buyers see, the nearest first.
    pub fn above(&self, n: usize) -> impl Iterator<Item = usize> {
        self.chain(n).skip(1).filter(|n| self.get(*n).is_some_and(|collection| collection.published))
    }

    /// Those that are in it and that buyers see, in their order: of one that they do not see,
    /// what is in that.
    pub fn below(&self, n: usize) -> impl Iterator<Item = usize> {
        self.shown().map(|(other, _)| other).filter(move |other| self.above(*other).next() == Some(n))
    }

    /// Itself, and all that it is in.
    fn chain(&self, n: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(n), |n| self.parents.get(*n).copied().flatten())
    }

    /// Those that a product is in, in ascending order. `place`: none of a product that the
    /// snapshot does not have yet.
    pub fn of(&self, product: &Product, place: Option<u32>) -> Vec<usize> {
        let picked = place.map_or(&[][..], |place| self.picked.get(place));
        let tried = Tried::new(product);
        let mut marks = vec![false; self.all.len()];
        for (n, collection) in self.all.iter().enumerate() {
            let is_in = match &collection.rule {
                Some(rule) => rule.tests().hold(&tried),
                None => picked.contains(&number(n)),
            };
            for n in self.chain(n).filter(|_| is_in) {
                marks.get_mut(n).into_iter().for_each(|mark| *mark = true);
            }
        }
        marks.into_iter().enumerate().filter(|(_, mark)| *mark).map(|(n, _)| n).collect()
    }

    /// By collection: its products, and those of all that is in it. Asked of
    /// [`Snapshot::members`].
    pub(super) fn members(&self, snapshot: &Snapshot) -> Vec<Places> {
        let rules: Vec<_> = self.all.iter().map(|collection| collection.rule.as_ref().map(Rule::tests)).collect();
        let of = self.all.iter().zip(&rules);
        let mut members: Vec<_> = of.map(|(collection, rule)| candidates(snapshot, collection, rule)).collect();
        keep_what_fits(snapshot, &rules, &mut members);
        // What is in one comes after it.
        for (n, parent) in self.parents.iter().enumerate().rev() {
            let own = members.get(n).cloned();
            if let Some((own, parent)) = own.zip(parent.and_then(|parent| members.get_mut(parent))) {
                parent.join(&own);
            }
        }
        members
    }
}

fn titles(collection: &Collection) -> Vec<Title> {
    let translations = collection.translations.iter().flat_map(|translations| translations.iter());
    let translated = translations.filter_map(|(of, texts)| Some((Some(*of), texts.title.as_deref()?)));
    let all = [(None, &*collection.title)].into_iter().chain(translated);
    all.map(|(of, title)| (of, search::words(title))).collect()
}

/// What was picked, each product by how many of these ids are less; those that are not
/// among them are left out.
pub fn numbered(picked: Vec<Picked>, mut ids: Vec<ProductId>) -> Vec<Collection> {
    sort(&mut ids, Ord::cmp);
    let number_of = |id: &ProductId| ids.binary_search(id).ok().map(number);
    let collection = |Picked { collection, products }: Picked| {
        let picks = products.iter().filter_map(number_of).collect();
        Collection { picks, ..collection }
    };
    picked.into_iter().map(collection).collect()
}

/// Those of one level, each followed by what is in it.
fn put_in_order(all: &[Collection], level: Vec<Collection>, into: &mut Vec<Collection>) {
    for collection in level {
        let below = all.iter().filter(|other| other.parent == Some(collection.id)).cloned().collect();
        into.push(collection);
        put_in_order(all, below, into);
    }
}

/// What was picked; of a rule, what may fit.
fn candidates(snapshot: &Snapshot, collection: &Collection, rule: &Option<Tests>) -> Places {
    let mut places = Places::none(snapshot.products.len());
    let Some(rule) = rule else {
        collection.picks.iter().for_each(|place| places.add(*place));
        return places;
    };
    let Some(narrowed) = rule.narrowed() else {
        (0..number(snapshot.products.len())).for_each(|place| places.add(place));
        return places;
    };
    let facets: &FacetIndex = snapshot.facets();
    for (facet, value) in narrowed {
        let known = facets.code(facet, value).and_then(|code| facets.products(code));
        known.into_iter().for_each(|products| products.join_into(&mut places));
    }
    places
}

fn keep_what_fits(snapshot: &Snapshot, rules: &[Option<Tests>], members: &mut [Places]) {
    if rules.iter().all(Option::is_none) {
        return;
    }
    for place in 0..number(snapshot.products.len()) {
        let of_rules = rules.iter().zip(members.iter_mut());
        let mut asked = of_rules.filter(|(rule, members)| rule.is_some() && members.contains(place)).peekable();
        let Some(product) = asked.peek().and_then(|_| snapshot.unpacked(place)) else { continue };
        let tried = Tried::new(&product);
        for (rule, members) in asked {
            if rule.as_ref().is_some_and(|rule| !rule.hold(&tried)) {
                members.remove(place);
            }
        }
    }
}

#[cfg(test)]
#[path = "collections_tests.rs"]
mod tests;
