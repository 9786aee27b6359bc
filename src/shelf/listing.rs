//! Lists of products: what a buyer may ask for, and a page of the answer.
//! A page begins after a product's place in the order, not after a count, so
//! a list that changes while it is read neither repeats nor skips what stayed.

use super::cursor::{Cursor, Key};
use super::snapshot::{Snapshot, title_key};
use crate::catalog::product::{PriceRange, Product};
use crate::money::Currency;
use crate::problem::Problem;
use crate::wire::page::{DEFAULT_LIMIT, cut, limit};

crate::codes! {
    /// A parameter of the contract that this version does not answer yet.
    UNSUPPORTED_PARAMETER = UNPROCESSABLE_ENTITY "unsupported_parameter";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Newest,
    PriceAsc,
    PriceDesc,
    Title,
}

impl Sort {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::PriceAsc => "price_asc",
            Self::PriceDesc => "price_desc",
            Self::Title => "title",
        }
    }
    fn parse(text: &str) -> Option<Self> {
        [Self::Newest, Self::PriceAsc, Self::PriceDesc, Self::Title].into_iter().find(|sort| sort.as_str() == text)
    }
}

/// What a product must be to be listed; everything set must hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    pub tag: Option<String>,
    pub vendor: Option<String>,
    pub in_stock: bool,
    /// Minor units; a product fits if any of its prices may.
    pub price_min: Option<i64>,
    pub price_max: Option<i64>,
}

impl Filter {
    fn lets_through(&self, product: &Product, range: PriceRange) -> bool {
        self.tag.as_ref().is_none_or(|tag| product.tags.contains(tag))
            && self.vendor.as_ref().is_none_or(|vendor| product.vendor.as_ref() == Some(vendor))
            && !(self.in_stock && product.level.is_out())
            && self.price_min.is_none_or(|least| range.to.amount >= least)
            && self.price_max.is_none_or(|most| range.from.amount <= most)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    pub sort: Sort,
    /// One of the shop's; products not sold in it are left out.
    pub currency: Currency,
    pub limit: usize,
    pub filter: Filter,
    pub after: Option<Cursor>,
}

/// A product in a list, with its prices in the list's currency.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    pub product: &'a Product,
    pub price: PriceRange,
}

pub struct Page<'a> {
    pub items: Vec<Listed<'a>>,
    pub next_cursor: Option<String>,
    /// How many products there are on all pages.
    pub total: usize,
}

/// Parameters of the contract that the catalog cannot answer yet. Refused
/// rather than ignored, so that nobody takes the whole list for a result.
fn is_planned(name: &str, value: &str) -> bool {
    matches!(name, "q" | "collection" | "facets")
        || name.starts_with("option.")
        || (name == "sort" && value == "relevance")
}

impl ListQuery {
    pub fn new(snapshot: &Snapshot) -> Self {
        Self {
            sort: Sort::Newest,
            currency: snapshot.settings.default_currency,
            limit: DEFAULT_LIMIT,
            filter: Filter::default(),
            after: None,
        }
    }

    /// Reads a query string; whatever does not fit is a 422 that names it.
    pub fn parse(snapshot: &Snapshot, query: &str) -> Result<Self, Problem> {
        let mut list = Self::new(snapshot);
        let mut cursor = None;
        let mut seen = std::collections::HashSet::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if is_planned(&name, &value) {
                return Err(unsupported(&name));
            }
            if !seen.insert(name.to_string()) {
                return Err(Problem::invalid_field(name, "this parameter is there twice"));
            }
            match &*name {
                "limit" => list.limit = limit(Some(&value))?,
                "cursor" => cursor = Some(value.into_owned()),
                "sort" => {
                    let detail = "newest, price_asc, price_desc or title";
                    list.sort = Sort::parse(&value).ok_or_else(|| Problem::invalid_field("sort", detail))?;
                }
                "currency" => list.currency = currency(snapshot, &value)?,
                "tag" => list.filter.tag = Some(value.into_owned()),
                "vendor" => list.filter.vendor = Some(value.into_owned()),
                "in_stock" => list.filter.in_stock = flag("in_stock", &value)?,
                "price_min" => list.filter.price_min = Some(amount("price_min", &value)?),
                "price_max" => list.filter.price_max = Some(amount("price_max", &value)?),
                _ => return Err(Problem::invalid_field(name, "there is no such parameter")),
            }
        }
        if let Some(cursor) = cursor {
            let detail = "a cursor is the next_cursor of a list with the same sort and currency";
            let parsed = Cursor::parse(&cursor, list.sort, list.currency);
            list.after = Some(parsed.ok_or_else(|| Problem::invalid_field("cursor", detail))?);
        }
        Ok(list)
    }
}

fn unsupported(name: &str) -> Problem {
    let detail = "the catalog does not support this yet";
    let problem = Problem::new(UNSUPPORTED_PARAMETER, format!("{name}: {detail}"));
    problem.at(name, detail)
}

/// One of the shop's currencies, from its parameter.
pub fn currency(snapshot: &Snapshot, value: &str) -> Result<Currency, Problem> {
    let currency = Currency::parse(value).ok().filter(|currency| snapshot.settings.currencies.contains(currency));
    currency.ok_or_else(|| Problem::invalid_field("currency", "not a currency of this shop"))
}

fn flag(name: &'static str, value: &str) -> Result<bool, Problem> {
    value.parse().map_err(|_| Problem::invalid_field(name, "true or false"))
}

fn amount(name: &'static str, value: &str) -> Result<i64, Problem> {
    let amount = value.parse().ok().filter(|amount| (0..=crate::money::MAX_AMOUNT).contains(amount));
    amount.ok_or_else(|| Problem::invalid_field(name, "an amount in minor units, such as 1999"))
}

/// The page that the query asks for.
pub fn page<'a>(snapshot: &'a Snapshot, query: &ListQuery) -> Page<'a> {
    let (order, descending) = match query.sort {
        Sort::Newest => (snapshot.by_age(), true),
        Sort::Title => (snapshot.by_title(), false),
        Sort::PriceAsc => (snapshot.by_price(query.currency), false),
        Sort::PriceDesc => (snapshot.by_price(query.currency), true),
    };
    let listed = |place: &usize| {
        let product = snapshot.products.get(*place)?;
        let price = snapshot.range(*place, query.currency)?;
        query.filter.lets_through(product, price).then_some(Listed { product, price })
    };
    let key = |place: &usize| {
        let product = snapshot.products.get(*place)?;
        Some((key_of(product, snapshot.range(*place, query.currency), query.sort), product.id))
    };
    let after = query.after.as_ref().map(|cursor| (cursor.key.clone(), cursor.id));
    let rest: Box<dyn Iterator<Item = &usize>> = match (&after, descending) {
        (None, false) => Box::new(order.iter()),
        (None, true) => Box::new(order.iter().rev()),
        (Some(_), false) => Box::new(order.iter().skip(order.partition_point(|place| key(place) <= after))),
        (Some(_), true) => Box::new(order.iter().take(order.partition_point(|place| key(place) < after)).rev()),
    };
    let mut items: Vec<_> = rest.filter_map(listed).take(query.limit.saturating_add(1)).collect();
    let next_cursor = cut(&mut items, query.limit).map(|last| {
        let key = key_of(last.product, Some(last.price), query.sort);
        Cursor { key, id: last.product.id }.text(query.sort, query.currency)
    });
    let total = if query.filter == Filter::default() {
        snapshot.sold_in(query.currency)
    } else {
        order.iter().filter_map(listed).count()
    };
    Page { items, next_cursor, total }
}

fn key_of(product: &Product, range: Option<PriceRange>, sort: Sort) -> Key {
    match sort {
        Sort::Newest => Key::Number(product.created_at.millis()),
        Sort::PriceAsc | Sort::PriceDesc => Key::Number(range.map_or(0, |range| range.from.amount)),
        Sort::Title => Key::Text(title_key(product)),
    }
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
