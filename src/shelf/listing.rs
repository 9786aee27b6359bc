//! Lists of products: what a buyer may ask for, and a page of the answer.
//! A page begins after a product's place in the order, not after a count, so
//! a list that changes while it is read neither repeats nor skips what stayed.

use schemars::JsonSchema;
use std::cmp::Ordering;

use super::cursor::{Cursor, Key};
use super::filter::Filter;
use super::snapshot::Snapshot;
use super::title_order;
use crate::catalog::product::{PriceRange, Product};
use crate::money::Currency;
use crate::problem::Problem;
use crate::sorted::SortedSet;
use crate::text;
use crate::wire::page::{DEFAULT_LIMIT, cut, limit};

crate::codes! {
    /// A parameter of the contract that this version does not answer yet.
    UNSUPPORTED_PARAMETER = UNPROCESSABLE_ENTITY "unsupported_parameter";
}

/// The longest tag or vendor that is looked for, in characters: no vendor is longer.
pub const MAX_SOUGHT: usize = 255;

#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename = "ProductSort", rename_all = "snake_case")]
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
        let mut seen = SortedSet::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if is_planned(&name, &value) {
                return Err(unsupported(&name));
            }
            if !seen.add(name.to_string()) {
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
                "tag" => list.filter.tag = Some(sought("tag", &value)?),
                "vendor" => list.filter.vendor = Some(sought("vendor", &value)?),
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
        if let (Some(least), Some(most)) = (list.filter.price_min, list.filter.price_max)
            && least > most
        {
            return Err(Problem::invalid_field("price_min", "price_min must not be above price_max"));
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

fn sought(name: &'static str, value: &str) -> Result<String, Problem> {
    if value.chars().count() > MAX_SOUGHT {
        return Err(Problem::invalid_field(name, format!("must have at most {MAX_SOUGHT} characters")));
    }
    Ok(text::sought(value))
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
    let prices = snapshot.prices(query.currency);
    let (order, descending) = match query.sort {
        Sort::Newest => (snapshot.by_age(), true),
        Sort::Title => (snapshot.by_title(), false),
        Sort::PriceAsc => (snapshot.by_price(query.currency), false),
        Sort::PriceDesc => (snapshot.by_price(query.currency), true),
    };
    let place = |n: usize| order.get(if descending { order.len().checked_sub(n.saturating_add(1))? } else { n });
    let listed =
        |place: &usize| Some(Listed { product: snapshot.products.get(*place)?, price: prices?.range(*place)? });
    // What is asked of variants is the cheaper question.
    let matches = |place: &usize| {
        prices.is_some_and(|prices| prices.has_match(*place, &query.filter))
            && snapshot.products.get(*place).is_some_and(|product| query.filter.lets_through(product))
    };
    let mut items = Vec::new();
    let most = query.limit.saturating_add(1);
    let begin = begin(snapshot, query, order, descending);
    let total = if query.filter == Filter::default() {
        items.extend((begin..order.len()).filter_map(place).filter_map(listed).take(most));
        snapshot.sold_in(query.currency)
    } else {
        // One walk finds the page and the total.
        let mut total: usize = 0;
        for n in 0..order.len() {
            let Some(place) = place(n).filter(|place| matches(place)) else { continue };
            total = total.saturating_add(1);
            if n >= begin && items.len() < most {
                items.extend(listed(place));
            }
        }
        total
    };
    let next_cursor = cut(&mut items, query.limit).map(|last| {
        let key = match query.sort {
            Sort::Newest => Key::Number(last.product.created_at.millis()),
            Sort::PriceAsc | Sort::PriceDesc => Key::Number(last.price.from.amount),
            Sort::Title => Key::Title(last.product.title.clone()),
        };
        Cursor { key, id: last.product.id }.text(query.sort, query.currency)
    });
    Page { items, next_cursor, total }
}

/// How many products of the list come before its page.
fn begin(snapshot: &Snapshot, query: &ListQuery, order: &[usize], descending: bool) -> usize {
    let Some(cursor) = &query.after else { return 0 };
    let prices = snapshot.prices(query.currency);
    let against = |place: &usize| {
        let product = snapshot.products.get(*place)?;
        let by_key = match &cursor.key {
            Key::Number(number) if query.sort == Sort::Newest => product.created_at.millis().cmp(number),
            Key::Number(number) => prices?.range(*place)?.from.amount.cmp(number),
            Key::Title(title) => title_order::compare(&product.title, title),
        };
        Some(by_key.then(product.id.cmp(&cursor.id)))
    };
    if descending {
        let after = order.partition_point(|place| against(place).is_none_or(Ordering::is_lt));
        order.len().saturating_sub(after)
    } else {
        order.partition_point(|place| against(place).is_none_or(Ordering::is_le))
    }
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
