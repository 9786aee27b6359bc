//! A page of a list of products. It begins after a product's place in the order,
//! not after a count, so a list that changes while it is read neither repeats nor
//! skips what stayed.

use std::cmp::Ordering;

use super::cursor::{Cursor, Key};
use super::filter::Filter;
use super::list_query::{ListQuery, Sort};
use super::places::{Places, number};
use super::price_index::PriceIndex;
use super::ranked::{first, partition};
use super::search::Found;
use super::selection::{Facet, Selection};
use super::snapshot::Snapshot;
use super::title_order;
use crate::catalog::product::{PriceRange, Product};
use crate::wire::page::cut;

/// A product in a list, with its prices in the list's currency.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    pub product: &'a Product,
    pub price: PriceRange,
}

#[derive(Default)]
pub struct Page<'a> {
    pub items: Vec<Listed<'a>>,
    pub next_cursor: Option<String>,
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
    let listed =
        |place: u32| Some(Listed { product: snapshot.products.get(place as usize)?, price: prices.range(place)? });
    let shown = Sorted { snapshot, prices, query, found: found.as_ref() }.page(&places, most);
    let mut items: Vec<_> = shown.iter().filter_map(|place| listed(*place)).collect();
    let next_cursor = cut(&mut items, query.limit).map(|last| {
        let key = match query.sort {
            Sort::Relevance => {
                let rank = rank_of(found.as_ref(), shown.get(query.limit.saturating_sub(1)));
                Key::Rank(rank, last.product.created_at.millis())
            }
            Sort::Collection => {
                let place = shown.get(query.limit.saturating_sub(1));
                let rank = query.by_hand(snapshot).iter().position(|picked| Some(picked) == place);
                let rank = rank.map_or(-1, |rank| i64::from(number(rank)));
                Key::Rank(rank, last.product.created_at.millis())
            }
            Sort::Newest => Key::Number(last.product.created_at.millis()),
            Sort::PriceAsc | Sort::PriceDesc => Key::Number(last.price.from.amount),
            Sort::Title => Key::Title(last.product.title.clone()),
        };
        Cursor { key, id: last.product.id }.text(query.sort, query.currency)
    });
    Page { items, next_cursor, total: places.count(), facets }
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
        let facets = query.facets.then(|| selection.facets(&places));
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
    /// The first of the places that come after the cursor.
    fn page(&self, places: &Places, most: usize) -> Vec<u32> {
        let up_to = |place: u32| self.to_cursor(place).is_le();
        let down_to = |place: u32| self.to_cursor(place).is_ge();
        match (self.query.sort, &self.query.after) {
            (Sort::Newest, None) => places.iter().take(most).collect(),
            // Places are in this order.
            (Sort::Newest, Some(_)) => {
                let begin = partition(self.snapshot.products.len(), &|place| down_to(number(place)));
                places.from(number(begin)).take(most).collect()
            }
            (Sort::Relevance, _) => self.by_rank(places, most),
            (Sort::Collection, _) => self.by_hand(places, most),
            (Sort::Title, None) => self.snapshot.by_title().page(places, false, most, &|_| false),
            (Sort::Title, Some(_)) => self.snapshot.by_title().page(places, false, most, &up_to),
            (Sort::PriceAsc, None) => self.prices.by_price.page(places, false, most, &|_| false),
            (Sort::PriceAsc, Some(_)) => self.prices.by_price.page(places, false, most, &up_to),
            (Sort::PriceDesc, None) => self.prices.by_price.page(places, true, most, &|_| false),
            (Sort::PriceDesc, Some(_)) => self.prices.by_price.page(places, true, most, &down_to),
        }
    }

    /// The best first; of equally good ones the newest.
    fn by_rank(&self, places: &Places, most: usize) -> Vec<u32> {
        let rank = |place: u32| self.found.map_or(0, |found| found.rank(place));
        let is_after = |place: &u32| self.query.after.is_none() || self.to_cursor(*place).is_lt();
        let ranked = places.iter().filter(is_after).map(|place| (u32::MAX.saturating_sub(rank(place)), place));
        first(ranked, most)
    }

    /// Those that were put in order first, then the others, the newest first. A product that was
    /// put elsewhere since the page before is found where it is now, one that was taken out where
    /// it was.
    fn by_hand(&self, places: &Places, most: usize) -> Vec<u32> {
        let picked = self.query.by_hand(self.snapshot);
        let mut others = places.clone();
        picked.iter().for_each(|place| others.remove(*place));
        let is_listed = |place: &&u32| places.contains(**place);
        let (begin, others_begin) = match &self.query.after {
            None => (0, 0),
            Some(Cursor { key: Key::Rank(rank @ 0.., _), id }) => {
                let place = self.snapshot.place(*id);
                let now = picked.iter().position(|picked| Some(*picked) == place);
                (now.map_or(usize::try_from(*rank).unwrap_or(usize::MAX), |now| now.saturating_add(1)), 0)
            }
            Some(_) => {
                let is_before = |place: usize| self.to_cursor(number(place)).is_ge();
                (usize::MAX, partition(self.snapshot.products.len(), &is_before))
            }
        };
        let first = picked.get(begin..).unwrap_or_default().iter().filter(is_listed).copied();
        first.chain(others.from(number(others_begin))).take(most).collect()
    }

    /// How the product stands to the last of the page before, in ascending order.
    fn to_cursor(&self, place: u32) -> Ordering {
        let Some((cursor, product)) = self.query.after.as_ref().zip(self.snapshot.products.get(place as usize)) else {
            return Ordering::Less;
        };
        let by_key = match (&cursor.key, self.query.sort) {
            (Key::Rank(_, millis), Sort::Collection) => product.created_at.millis().cmp(millis),
            (Key::Rank(rank, millis), _) => {
                rank_of(self.found, Some(&place)).cmp(rank).then(product.created_at.millis().cmp(millis))
            }
            (Key::Number(millis), Sort::Newest) => product.created_at.millis().cmp(millis),
            (Key::Number(amount), _) => {
                self.prices.range(place).map_or(Ordering::Less, |range| range.from.amount.cmp(amount))
            }
            (Key::Title(title), _) => title_order::compare(&product.title, title),
        };
        by_key.then(product.id.cmp(&cursor.id))
    }
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
