//! A page of a list of products. It begins after a product's place in the order,
//! not after a count, so a list that changes while it is read neither repeats nor
//! skips what stayed.

use std::cmp::Ordering;

use super::cursor::{Cursor, Key};
use super::filter::Filter;
use super::labels;
use super::list_query::{ListQuery, Sort};
use super::places::{Places, number};
use super::price_index::PriceIndex;
use super::ranked::{First, partition};
use super::search::Found;
use super::selection::{Facet, Selection};
use super::snapshot::Snapshot;
use super::title_order;
use crate::catalog::product::{Card, PriceRange, Product};
use crate::money::Currency;

/// A product in a list, with its prices in the list's currency.
#[derive(Debug)]
pub struct Listed<'a> {
    pub card: Card<'a>,
    pub price: PriceRange,
}

impl<'a> Listed<'a> {
    /// `None` if it is not sold in the currency.
    pub fn of(product: &'a Product, currency: Currency) -> Option<Self> {
        Some(Self { card: Card::of(product), price: product.price_range(currency)? })
    }
}

#[derive(Default)]
pub struct Page<'a> {
    pub items: Vec<Listed<'a>>,
    pub next_cursor: Option<String>,
    /// What a page ends before that has what comes before this one's items.
    pub previous_cursor: Option<String>,
    /// How many products there are on all pages.
    pub total: usize,
    /// If they were asked for.
    pub facets: Option<Vec<Facet>>,
}

/// The page that the query asks for.
pub fn page<'a>(snapshot: &'a Snapshot, query: &ListQuery) -> Page<'a> {
    let found = query.filter.sought.as_ref().map(|sought| snapshot.searched().find(sought));
    let Some(prices) = snapshot.prices(query.currency) else { return Page::default() };
    let List { places, facets } = if query.filter == Filter::default() && !query.facets {
        List { places: prices.sold.clone(), facets: None }
    } else {
        List::new(snapshot, query, found.as_ref())
    };
    let most = query.limit.saturating_add(1);
    let mut shown = Sorted { snapshot, prices, query, found: found.as_ref() }.page(&places, most);
    let more = shown.len() > query.limit;
    shown.truncate(query.limit);
    if query.backwards {
        shown.reverse();
    }
    let cursor = |place: &u32| {
        let product = snapshot.products.get(*place as usize)?;
        let key = match query.sort {
            Sort::Relevance => Key::Rank(rank_of(found.as_ref(), Some(place)), product.created_at.millis()),
            Sort::Collection => {
                let rank = query.by_hand(snapshot).iter().position(|picked| picked == place);
                Key::Rank(rank.map_or(-1, |rank| i64::from(number(rank))), product.created_at.millis())
            }
            Sort::BestSelling => Key::Rank(product.sold.into(), product.created_at.millis()),
            Sort::Newest => Key::Number(product.created_at.millis()),
            Sort::PriceAsc | Sort::PriceDesc => Key::Number(prices.range(*place)?.from.amount),
            Sort::Title => Key::Title(product.names().title.to_owned()),
        };
        Some(Cursor { key, id: product.id }.text(query.sort, query.currency))
    };
    // Where the page was come to from, there is another.
    let (before, behind) = if query.backwards { (more, true) } else { (query.after.is_some(), more) };
    Page {
        next_cursor: shown.last().filter(|_| behind).and_then(cursor),
        previous_cursor: shown.first().filter(|_| before).and_then(cursor),
        items: shown.iter().filter_map(|place| snapshot.listed(*place, prices.range(*place)?)).collect(),
        total: places.count(),
        facets,
    }
}

/// All of a list, and what it can be narrowed by.
struct List {
    places: Places,
    facets: Option<Vec<Facet>>,
}

impl List {
    fn new(snapshot: &Snapshot, query: &ListQuery, found: Option<&Found>) -> Self {
        let Some(selection) = Selection::new(snapshot, query.currency, &query.filter, found) else {
            return Self { places: Places::none(0), facets: None };
        };
        let places = selection.places();
        let mut facets = query.facets.then(|| selection.facets(&places));
        if let (Some(facets), Some(language)) = (&mut facets, query.language) {
            labels::say(snapshot, facets, language);
        }
        Self { places, facets }
    }
}

fn rank_of(found: Option<&Found>, place: Option<&u32>) -> i64 {
    found.zip(place).map_or(0, |(found, place)| found.rank(*place).into())
}

/// A list in its order.
struct Sorted<'a> {
    snapshot: &'a Snapshot,
    prices: &'a PriceIndex,
    query: &'a ListQuery,
    found: Option<&'a Found<'a>>,
}

impl Sorted<'_> {
    /// The places next to the cursor: the first after it, or backwards from it those before.
    fn page(&self, places: &Places, most: usize) -> Vec<u32> {
        let (ranked, descending) = match self.query.sort {
            Sort::Newest => return self.by_place(places, most),
            Sort::Relevance => return self.by_rank(places, most),
            Sort::Collection => return self.by_hand(places, most),
            Sort::Title => (self.snapshot.by_title(), false),
            Sort::BestSelling => (self.snapshot.by_sold(), true),
            Sort::PriceAsc => return self.by_price(places, most, self.query.backwards),
            Sort::PriceDesc => return self.by_price(places, most, !self.query.backwards),
        };
        let descending = descending != self.query.backwards;
        ranked.page(places, descending, most, &|place| self.is_passed(place, descending))
    }

    /// What is passed by is nearly all of the shop, where a low or a high price is asked for.
    fn by_price(&self, places: &Places, most: usize, descending: bool) -> Vec<u32> {
        let by_price = self.prices.by_price(&self.snapshot.products);
        by_price.ranked.page(places, descending, most, &|place| {
            self.is_passed(place, descending)
                || self.prices.begins_behind(by_price, &self.query.filter, descending, place)
        })
    }

    /// Whether it is on this side of the cursor, in an order that goes that way.
    fn is_passed(&self, place: u32, descending: bool) -> bool {
        self.query.after.is_some()
            && if descending { self.to_cursor(place).is_ge() } else { self.to_cursor(place).is_le() }
    }

    /// The newest first: places are in this order.
    fn by_place(&self, places: &Places, most: usize) -> Vec<u32> {
        match (&self.query.after, self.query.backwards) {
            (None, _) => places.iter().take(most).collect(),
            (Some(_), false) => places.from(self.newer(Ordering::Equal)).take(most).collect(),
            (Some(_), true) => {
                let end = self.newer(Ordering::Greater);
                let all: Vec<u32> = places.iter().take_while(|place| *place < end).collect();
                all.into_iter().rev().take(most).collect()
            }
        }
    }

    /// How many places are before the cursor's, or up to it: `least` is `Greater` or `Equal`.
    fn newer(&self, least: Ordering) -> u32 {
        let is_before = |place| self.to_cursor(number(place)) >= least;
        number(partition(self.snapshot.products.len(), &is_before))
    }

    /// The best first; of equally good ones the newest.
    fn by_rank(&self, places: &Places, most: usize) -> Vec<u32> {
        let Some(found) = self.found else { return self.by_place(places, most) };
        if self.query.backwards {
            let behind = |place: &u32| self.to_cursor(*place).is_gt();
            let mut before = First::new(most);
            // The worst first, and of equally bad ones the oldest.
            let worst = |place: u32| (found.rank(place), u32::MAX.saturating_sub(place));
            places.iter().filter(behind).map(worst).for_each(|(rank, place)| before.add(rank, place));
            return before.places().into_iter().map(|place| u32::MAX.saturating_sub(place)).collect();
        }
        found.best(places, most, &|place| self.is_passed(place, true))
    }

    /// Those that were put in order first, then the others, the newest first. A product that was
    /// put elsewhere since the page before is found where it is now, one that was taken out where
    /// it was.
    fn by_hand(&self, places: &Places, most: usize) -> Vec<u32> {
        let picked = self.query.by_hand(self.snapshot);
        let mut others = places.clone();
        picked.iter().for_each(|place| others.remove(*place));
        let backwards = self.query.backwards;
        let (at, others_at) = match &self.query.after {
            None => (0, 0),
            Some(Cursor { key: Key::Rank(rank @ 0.., _), id }) => {
                let place = self.snapshot.place(*id);
                let now = picked.iter().position(|picked| Some(*picked) == place);
                let past = |now: usize| now.saturating_add(usize::from(!backwards));
                (now.map_or(usize::try_from(*rank).unwrap_or(usize::MAX), past), 0)
            }
            Some(_) => (picked.len(), self.newer(if backwards { Ordering::Greater } else { Ordering::Equal })),
        };
        let (before, behind) = picked.split_at_checked(at).unwrap_or((picked, &[]));
        let listed =
            |picked: &[u32]| -> Vec<u32> { picked.iter().filter(|place| places.contains(**place)).copied().collect() };
        if !backwards {
            return listed(behind).into_iter().chain(others.from(others_at)).take(most).collect();
        }
        let mut all = listed(before);
        all.extend(others.iter().take_while(|place| *place < others_at));
        all.into_iter().rev().take(most).collect()
    }

    /// How the product stands to the last of the page before, in ascending order.
    fn to_cursor(&self, place: u32) -> Ordering {
        let product = self.snapshot.products.get(place as usize);
        let Some((cursor, product)) = self.query.after.as_ref().zip(product) else {
            return Ordering::Less;
        };
        let by_key = match (&cursor.key, self.query.sort) {
            (Key::Rank(_, millis), Sort::Collection) => product.created_at.millis().cmp(millis),
            (Key::Rank(sold, millis), Sort::BestSelling) => {
                i64::from(product.sold).cmp(sold).then(product.created_at.millis().cmp(millis))
            }
            (Key::Rank(rank, millis), _) => {
                rank_of(self.found, Some(&place)).cmp(rank).then(product.created_at.millis().cmp(millis))
            }
            (Key::Number(millis), Sort::Newest) => product.created_at.millis().cmp(millis),
            (Key::Number(amount), _) => {
                self.prices.range(place).map_or(Ordering::Less, |range| range.from.amount.cmp(amount))
            }
            (Key::Title(title), _) => title_order::compare(product.names().title, title),
        };
        by_key.then(product.id.cmp(&cursor.id))
    }
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
