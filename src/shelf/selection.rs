//! Which products a filter lets through, and how many of them have which value.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use super::collections::COLLECTION;
use super::facets::{FacetIndex, OPTION};
use super::filter::{Filter, Offer};
use super::places::{Places, number};
use super::price_index::PriceIndex;
use super::search::Found;
use super::snapshot::Snapshot;
use crate::catalog::product::Variant;
use crate::money::Currency;
use crate::sorted::{SortedMap, sort};

/// The facets of an answer, at most, and the values of each: those with the
/// most products, and all that were asked for.
const MAX_FACETS: usize = 30;
const MAX_VALUES: usize = 50;

/// What a list can be narrowed by.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Facet {
    /// The parameter that filters by it.
    pub name: String,
    /// Those that the most products have first.
    pub values: Vec<FacetValue>,
}

#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FacetValue {
    pub value: String,
    /// What to call it, where that is not the value: of a collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How many products have it that satisfy the other filters.
    pub count: usize,
}

/// One filter over one snapshot.
pub struct Selection<'a> {
    snapshot: &'a Snapshot,
    facets: &'a FacetIndex,
    prices: &'a PriceIndex,
    currency: Currency,
    filter: &'a Filter,
    found: Option<&'a Found<'a>>,
    chosen: Vec<Chosen>,
}

/// The values of one facet that were asked for.
struct Chosen {
    /// All codes of that facet.
    facet: Range<u32>,
    is_option: bool,
    codes: Vec<u32>,
    /// What has one of them.
    places: Places,
}

impl Chosen {
    fn new(snapshot: &Snapshot, name: &str, values: &[String]) -> Self {
        if name == COLLECTION {
            return Self::of_collections(snapshot, values);
        }
        let facets = snapshot.facets();
        let codes: Vec<_> = values.iter().filter_map(|value| facets.code(name, value)).collect();
        let mut places = Places::none(snapshot.products.len());
        codes.iter().for_each(|code| facets.products(*code).iter().for_each(|place| places.add(*place)));
        Self { facet: facets.facet(name), is_option: name.starts_with(OPTION), codes, places }
    }

    fn of_collections(snapshot: &Snapshot, names: &[String]) -> Self {
        let facet = collection_codes(snapshot);
        let members = snapshot.members();
        let (mut codes, mut places) = (Vec::new(), Places::none(snapshot.products.len()));
        for n in names.iter().filter_map(|name| snapshot.collections.find(name)) {
            codes.push(facet.start.saturating_add(number(n)));
            members.get(n).into_iter().for_each(|members| places.join(members));
        }
        Self { facet, is_option: false, codes, places }
    }
}

/// The codes of collections: their numbers, behind the codes of all that products have themselves.
fn collection_codes(snapshot: &Snapshot) -> Range<u32> {
    let begin = number(snapshot.facets().count());
    begin..begin.saturating_add(number(snapshot.collections.count()))
}

/// What is left out of the filter: the facet with these codes. None has the empty one.
type Except<'a> = &'a Range<u32>;
const NOTHING: Range<u32> = 0..0;

impl<'a> Selection<'a> {
    /// `None` if the shop does not sell in the currency.
    pub fn new(
        snapshot: &'a Snapshot,
        currency: Currency,
        filter: &'a Filter,
        found: Option<&'a Found<'a>>,
    ) -> Option<Self> {
        let prices = snapshot.prices(currency)?;
        let facets = snapshot.facets();
        let chosen = filter.values.iter().map(|(name, values)| Chosen::new(snapshot, name, values)).collect();
        Some(Self { snapshot, facets, prices, currency, filter, found, chosen })
    }

    pub fn places(&self) -> Places {
        self.except(&NOTHING, self.filter)
    }

    /// What satisfies the filter but for one facet, and of offers what this one asks.
    fn except(&self, except: Except, offers: &Filter) -> Places {
        let mut places = self.prices.matches(offers);
        if let Some(found) = self.found {
            places.keep(&found.places);
        }
        self.others(except).for_each(|chosen| places.keep(&chosen.places));
        if self.asks_of_variants(except, offers) > 1 || (self.prices.is_patchy && self.options(except).next().is_some())
        {
            let all: Vec<u32> = places.iter().collect();
            all.into_iter().filter(|place| !self.has_variant(*place, except, offers)).for_each(|p| places.remove(p));
        }
        places
    }

    fn others(&self, except: Except) -> impl Iterator<Item = &Chosen> {
        self.chosen.iter().filter(move |chosen| chosen.facet != *except || chosen.facet.is_empty())
    }

    fn options(&self, except: Except) -> impl Iterator<Item = &Chosen> {
        self.others(except).filter(|chosen| chosen.is_option)
    }

    /// How many things are asked that one variant must have together.
    fn asks_of_variants(&self, except: Except, offers: &Filter) -> usize {
        self.options(except).count().saturating_add(usize::from(offers.asks_of_offers()))
    }

    fn has_variant(&self, place: u32, except: Except, offers: &Filter) -> bool {
        let Some(product) = self.snapshot.product(place) else { return false };
        let mut variants = product.variants.iter().enumerate();
        variants.any(|(n, variant)| self.fits(variant, self.facets.variant(place, n), except, offers))
    }

    /// Whether this one variant is all that is asked of one.
    fn fits(&self, variant: &Variant, codes: &[u32], except: Except, offers: &Filter) -> bool {
        let Some(price) = variant.price(self.currency) else { return false };
        offers.fits(Offer { amount: price.amount, in_stock: !variant.level.is_out() })
            && self.options(except).all(|chosen| chosen.codes.iter().any(|code| codes.contains(code)))
    }

    /// What the list can be narrowed by, and widened: each facet's counts are
    /// right under all other filters.
    pub fn facets(&self, places: &Places) -> Vec<Facet> {
        let mut counts = vec![0_u32; self.facets.facets().last().map_or(0, |last| last.end as usize)];
        // Of facets that nothing was chosen of: at one go, unless only some variants count.
        let plain = self.count(places, &mut counts);
        let by_variant = self.asks_of_variants(&NOTHING, self.filter) > 0 || self.prices.is_patchy;
        let mut facets = Vec::new();
        for codes in self.facets.facets() {
            let is_option = self.facets.named(codes.start).0.starts_with(OPTION);
            let chosen = self.chosen.iter().find(|chosen| chosen.facet == *codes);
            if chosen.is_some() || (is_option && by_variant) {
                let mut own = vec![0; counts.len()];
                let without = self.except(codes, self.filter);
                if is_option {
                    self.count_variants(&without, codes, &mut own);
                } else {
                    self.count(&without, &mut own);
                }
                facets.extend(self.facet(codes, &own, chosen));
            } else if plain > 0 {
                facets.extend(self.facet(codes, &counts, None));
            }
        }
        let total = |facet: &Facet| facet.values.iter().map(|value| value.count).sum::<usize>();
        sort(&mut facets, |one, other| total(other).cmp(&total(one)));
        facets.truncate(MAX_FACETS);
        facets.splice(0..0, [self.stock()].into_iter().chain(self.collections(places)));
        facets
    }

    /// Those that buyers see.
    fn collections(&self, places: &Places) -> Option<Facet> {
        let codes = collection_codes(self.snapshot);
        let chosen = self.chosen.iter().find(|chosen| !codes.is_empty() && chosen.facet == codes);
        let without = chosen.map(|_| self.except(&codes, self.filter));
        let mut counts = vec![0; codes.end as usize];
        let members = self.snapshot.members();
        for (n, _) in self.snapshot.collections.shown() {
            let count = members.get(n).map_or(0, |members| members.count_both(without.as_ref().unwrap_or(places)));
            if let Some(of) = counts.get_mut((codes.start as usize).saturating_add(n)) {
                *of = number(count);
            }
        }
        self.facet(&codes, &counts, chosen)
    }

    /// A code's facet and value, and what else to call that.
    fn named(&self, code: u32) -> (&str, &str, Option<&str>) {
        let codes = collection_codes(self.snapshot);
        match code.checked_sub(codes.start).and_then(|n| self.snapshot.collections.get(n as usize)) {
            Some(collection) => (COLLECTION, &collection.slug, Some(&collection.title)),
            None => {
                let (facet, value) = self.facets.named(code);
                (facet, value, None)
            }
        }
    }

    /// Adds up what these products have; answers how many they are.
    fn count(&self, places: &Places, counts: &mut [u32]) -> usize {
        let mut products: usize = 0;
        for place in places.iter() {
            products = products.saturating_add(1);
            self.facets.codes(place).iter().for_each(|code| add_one(counts, *code));
        }
        products
    }

    /// Adds up of one facet what variants have that fit otherwise, once for each product.
    fn count_variants(&self, places: &Places, facet: &Range<u32>, counts: &mut [u32]) {
        let mut counted = vec![u32::MAX; counts.len()];
        for place in places.iter() {
            let product = self.snapshot.product(place);
            for (n, variant) in product.iter().flat_map(|product| product.variants.iter().enumerate()) {
                let codes = self.facets.variant(place, n);
                let Some(code) = codes.iter().find(|code| facet.contains(code)) else { continue };
                if let Some(last) = counted.get_mut(*code as usize)
                    && *last != place
                    && self.fits(variant, codes, facet, self.filter)
                {
                    *last = place;
                    add_one(counts, *code);
                }
            }
        }
    }

    fn facet(&self, codes: &Range<u32>, counts: &[u32], chosen: Option<&Chosen>) -> Option<Facet> {
        let count = |code: u32| counts.get(code as usize).copied().unwrap_or_default();
        let is_chosen = |code: u32| chosen.is_some_and(|chosen| chosen.codes.contains(&code));
        let mut shown: Vec<u32> = codes.clone().filter(|code| count(*code) > 0 || is_chosen(*code)).collect();
        sort(&mut shown, |one, other| count(*other).cmp(&count(*one)));
        let mut place = 0;
        shown.retain(|code| {
            place = number(place as usize).saturating_add(1);
            place as usize <= MAX_VALUES || is_chosen(*code)
        });
        let value = |code: &u32| {
            let (_, value, title) = self.named(*code);
            FacetValue { value: value.to_owned(), title: title.map(str::to_owned), count: count(*code) as usize }
        };
        let name = self.named(codes.start).0.to_owned();
        (!shown.is_empty()).then(|| Facet { name, values: shown.iter().map(value).collect() })
    }

    /// What of it is there, by the name of its parameter.
    fn stock(&self) -> Facet {
        let in_stock = Filter { in_stock: true, sought: None, values: SortedMap::new(), ..*self.filter };
        let count = self.except(&NOTHING, &in_stock).count();
        Facet { name: "in_stock".to_owned(), values: vec![FacetValue { value: "true".to_owned(), title: None, count }] }
    }
}

fn add_one(counts: &mut [u32], code: u32) {
    if let Some(count) = counts.get_mut(code as usize) {
        *count = count.saturating_add(1);
    }
}

#[cfg(test)]
#[path = "selection_tests.rs"]
mod tests;
