//! Which products a filter lets through, and how many of them have which value.

use std::cell::OnceCell;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use super::collections::COLLECTION;
use super::facets::{FacetIndex, OPTION};
use super::filter::Filter;
use super::places::{Places, number};
use super::price_index::PriceIndex;
use super::search::Found;
use super::snapshot::Snapshot;
use crate::money::Currency;
use crate::sorted::{SortedMap, sort};

/// The facets of an answer, and the values of each: those with the most products,
/// at most so many, and all that were asked for.
const MAX_FACETS: usize = 30;
const MAX_VALUES: usize = 50;

/// What a list can be narrowed by.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Facet {
    /// The parameter that filters by it.
    pub name: String,
    /// What to call it, where that is not its name: of an option, in the language that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Those that the most products have first.
    pub values: Vec<FacetValue>,
}

#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FacetValue {
    pub value: String,
    /// What to call it, where that is not the value: of a collection, and of an option's value in the language that was
    /// asked for.
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
        let having = codes.iter().filter_map(|code| facets.products(*code));
        having.for_each(|products| products.join_into(&mut places));
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
        Some(Self { snapshot, facets, prices, filter, found, chosen })
    }

    pub fn places(&self) -> Places {
        self.except(&NOTHING, self.filter)
    }

    /// What satisfies the filter but for one facet, and of offers what this one asks.
    fn except(&self, except: Except, offers: &Filter) -> Places {
        let variants = self.snapshot.variants();
        let of_one = self.asks_of_variants(except, offers) > 1
            || (self.prices.is_patchy && self.options(except).next().is_some());
        let mut places = match of_one {
            true => variants.products(&self.fitting(except, offers)),
            false => self.prices.matches(offers, variants),
        };
        if let Some(found) = self.found {
            places.keep(&found.places);
        }
        self.others(except).for_each(|chosen| places.keep(&chosen.places));
        places
    }

    /// The variants that are all that is asked of one.
    fn fitting(&self, except: Except, offers: &Filter) -> Places {
        let mut fitting = self.prices.offers(offers);
        for chosen in self.options(except) {
            fitting.keep(&self.having(&chosen.codes));
        }
        fitting
    }

    /// The variants that have one of an option's values.
    fn having(&self, codes: &[u32]) -> Places {
        let mut having = Places::none(self.snapshot.variants().count());
        codes.iter().for_each(|code| self.facets.add_variants(*code, &mut having));
        having
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

    /// What the list can be narrowed by, and widened: each facet's counts are
    /// right under all other filters.
    pub fn facets(&self, places: &Places) -> Vec<Facet> {
        let by_variant = self.asks_of_variants(&NOTHING, self.filter) > 0 || self.prices.is_patchy;
        // Of facets that nothing was chosen of: at one go, unless only some variants count.
        let all = number(self.facets.count());
        let counts = self.count(places, if by_variant { self.facets.options().end } else { 0 }..all);
        let fitting = OnceCell::new();
        let mut facets = Vec::new();
        for codes in self.facets.facets() {
            let is_option = self.facets.named(codes.start).0.starts_with(OPTION);
            let chosen = self.chosen.iter().find(|chosen| chosen.facet == *codes);
            if chosen.is_some() || (is_option && by_variant) {
                let without = chosen.map(|_| self.except(codes, self.filter));
                let own = match &without {
                    None => {
                        let fitting = fitting.get_or_init(|| self.fitting_among(places, &NOTHING));
                        self.count_variants(fitting, codes)
                    }
                    Some(without) if is_option => self.count_variants(&self.fitting_among(without, codes), codes),
                    Some(without) => self.count(without, codes.clone()),
                };
                facets.extend(self.facet(codes, &own, chosen));
            } else {
                facets.extend(self.facet(codes, &counts, None));
            }
        }
        let total = |facet: &Facet| facet.values.iter().map(|value| value.count).sum::<usize>();
        sort(&mut facets, |one, other| total(other).cmp(&total(one)));
        let mut place = 0_usize;
        facets.retain(|facet| {
            place = place.saturating_add(1);
            place <= MAX_FACETS || self.filter.values.get(&facet.name).is_some()
        });
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

    /// By code: how many of these products have it, of these codes alone. Where they are most of the shop's, what the
    /// others have is taken from what all have.
    fn count(&self, places: &Places, codes: Range<u32>) -> Vec<u32> {
        if places.count() <= self.snapshot.products.len() / 2 {
            return self.count_one_by_one(places, codes);
        }
        let mut counts = self.count_one_by_one(&places.others(), codes.clone());
        for code in codes {
            let of_all = self.facets.products(code).map_or(0, |products| number(products.count()));
            let others = counts.get_mut(code as usize).into_iter();
            others.for_each(|count| *count = of_all.saturating_sub(*count));
        }
        counts
    }

    fn count_one_by_one(&self, places: &Places, codes: Range<u32>) -> Vec<u32> {
        let mut counts = vec![0; codes.end as usize];
        places.each(|place| {
            // They are in ascending order.
            for code in self.facets.codes(place).iter().rev() {
                if *code < codes.start {
                    break;
                }
                if let Some(count) = counts.get_mut(*code as usize) {
                    *count = u32::saturating_add(*count, 1);
                }
            }
        });
        counts
    }

    /// The variants of these products that are all that is asked of one; the products are what
    /// satisfies the filter but for that facet.
    fn fitting_among(&self, places: &Places, except: Except) -> Places {
        let mut fitting = self.fitting(except, self.filter);
        if self.found.is_some() || self.others(except).any(|chosen| !chosen.is_option) {
            fitting.keep(&self.snapshot.variants().of_all(places));
        }
        fitting
    }

    /// By code, of one option's: how many products have the value in one of these variants.
    fn count_variants(&self, fitting: &Places, option: &Range<u32>) -> Vec<u32> {
        let variants = self.snapshot.variants();
        let mut counts = vec![0; option.start as usize];
        counts.extend(option.clone().map(|code| self.facets.count_products(code, fitting, variants)));
        counts
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
        (!shown.is_empty()).then(|| Facet { name, title: None, values: shown.iter().map(value).collect() })
    }

    /// What of it is there, by the name of its parameter.
    fn stock(&self) -> Facet {
        let in_stock = Filter { in_stock: true, sought: None, values: SortedMap::new(), ..*self.filter };
        let count = self.except(&NOTHING, &in_stock).count();
        let values = vec![FacetValue { value: "true".to_owned(), title: None, count }];
        Facet { name: "in_stock".to_owned(), title: None, values }
    }
}

#[cfg(test)]
#[path = "selection_tests.rs"]
mod tests;
