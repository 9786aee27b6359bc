//! What a buyer may ask of a list of products.

use schemars::JsonSchema;

use super::collections::COLLECTION;
use super::cursor::Cursor;
use super::facets::is_facet;
use super::filter::Filter;
use super::snapshot::Snapshot;
use crate::collections::collection::Order;
use crate::money::Currency;
use crate::problem::Problem;
use crate::sorted::SortedSet;
use crate::text::{self, Language};
use crate::wire::page::{DEFAULT_LIMIT, limit};

/// The longest value or search that is looked for, in characters: no vendor is longer.
pub const MAX_SOUGHT: usize = 255;
/// The values of all facets that are looked for at a time.
pub const MAX_VALUES: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename = "ProductSort", rename_all = "snake_case")]
pub enum Sort {
    Relevance,
    Newest,
    PriceAsc,
    PriceDesc,
    Title,
    /// What was in the most orders of the last ninety days first, counted each night; of equals the newest.
    BestSelling,
    /// As the products of the one collection that is asked for were put in order by hand.
    Collection,
}

impl Sort {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Newest => "newest",
            Self::PriceAsc => "price_asc",
            Self::PriceDesc => "price_desc",
            Self::Title => "title",
            Self::BestSelling => "best_selling",
            Self::Collection => "collection",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::Relevance,
            Self::Newest,
            Self::PriceAsc,
            Self::PriceDesc,
            Self::Title,
            Self::BestSelling,
            Self::Collection,
        ];
        all.into_iter().find(|sort| sort.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    pub sort: Sort,
    /// One of the shop's; products not sold in it are left out.
    pub currency: Currency,
    pub limit: usize,
    pub filter: Filter,
    /// Whether the answer says what the list can be narrowed by.
    pub facets: bool,
    /// In which what is called something is called so; none: the shop's own.
    pub language: Option<Language>,
    pub after: Option<Cursor>,
    /// The number of the one collection that is asked for.
    pub collection: Option<usize>,
    /// Whether the page ends before the cursor, rather than beginning after it.
    pub backwards: bool,
}

impl ListQuery {
    pub fn new(snapshot: &Snapshot) -> Self {
        Self {
            sort: Sort::Newest,
            currency: snapshot.settings.default_currency,
            limit: DEFAULT_LIMIT,
            filter: Filter::default(),
            facets: false,
            language: None,
            after: None,
            collection: None,
            backwards: false,
        }
    }

    /// Reads a query string; whatever does not fit is a 422 that names it.
    pub fn parse(snapshot: &Snapshot, query: &str) -> Result<Self, Problem> {
        let mut list = Self::new(snapshot);
        let (mut cursor, mut sort, mut values) = (None, None, 0_usize);
        let mut seen = SortedSet::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if is_facet(&name) {
                values = values.saturating_add(1);
                if values > MAX_VALUES {
                    return Err(Problem::invalid_field(name, format!("at most {MAX_VALUES} values in all")));
                }
                list.filter.values.get_or_default(text::sought(&name)).push(sought(&name, &value)?);
                continue;
            }
            if !seen.add(name.to_string()) {
                return Err(Problem::invalid_field(name, "this parameter is there twice"));
            }
            match &*name {
                "limit" => list.limit = limit(Some(&value))?,
                "cursor" => cursor = Some(value.into_owned()),
                "sort" => {
                    let detail = "relevance, newest, price_asc, price_desc, title, best_selling or collection";
                    sort = Some(Sort::parse(&value).ok_or_else(|| Problem::invalid_field("sort", detail))?);
                }
                "locale" => list.language = Some(locale(&value)?),
                "currency" => list.currency = currency(snapshot, &value)?,
                "q" => list.filter.sought = Some(sought("q", &value)?).filter(|sought| !sought.is_empty()),
                "facets" => list.facets = flag("facets", &value)?,
                "in_stock" => list.filter.in_stock = flag("in_stock", &value)?,
                "price_min" => list.filter.price_min = Some(amount("price_min", &value)?),
                "price_max" => list.filter.price_max = Some(amount("price_max", &value)?),
                _ => return Err(Problem::invalid_field(name, "there is no such parameter")),
            }
        }
        list.sort_by(snapshot, sort);
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

    /// Puts the list in an order, the usual one if none is asked for, once its filter is whole.
    pub fn sort_by(&mut self, snapshot: &Snapshot, sort: Option<Sort>) {
        self.collection = match self.filter.values.get(COLLECTION).map(Vec::as_slice) {
            Some([name]) => snapshot.collections.find(name),
            _ => None,
        };
        self.sort = match sort.unwrap_or(Sort::Relevance) {
            // Without words nothing is more relevant than another.
            Sort::Relevance if self.filter.sought.is_none() => self.own_order(snapshot),
            Sort::Collection => self.own_order(snapshot),
            sort => sort,
        };
    }

    /// The order of the one collection that is asked for; else the newest first.
    pub fn own_order(&self, snapshot: &Snapshot) -> Sort {
        let collection = self.collection.and_then(|n| snapshot.collections.get(n));
        collection.map_or(Sort::Newest, |collection| match collection.sort {
            Order::Manual => Sort::Collection,
            Order::Newest => Sort::Newest,
            Order::PriceAsc => Sort::PriceAsc,
            Order::PriceDesc => Sort::PriceDesc,
            Order::Title => Sort::Title,
            Order::BestSelling => Sort::BestSelling,
        })
    }

    /// What was put in order by hand in that collection.
    pub fn by_hand<'a>(&self, snapshot: &'a Snapshot) -> &'a [u32] {
        self.collection.and_then(|n| snapshot.collections.get(n)).map_or(&[], |collection| &collection.picks)
    }
}

/// One of the shop's currencies, from its parameter.
pub fn currency(snapshot: &Snapshot, value: &str) -> Result<Currency, Problem> {
    let currency = Currency::parse(value).ok().filter(|currency| snapshot.settings.currencies.contains(currency));
    currency.ok_or_else(|| Problem::invalid_field("currency", "not a currency of this shop"))
}

/// A language, from its parameter.
pub fn locale(value: &str) -> Result<Language, Problem> {
    Language::named(value).ok_or_else(|| {
        let known = Language::ALL.map(Language::tag).join(" or ");
        Problem::invalid_field("locale", format!("a language of the shop's: {known}"))
    })
}

fn sought(name: &str, value: &str) -> Result<String, Problem> {
    if value.chars().count() > MAX_SOUGHT {
        return Err(Problem::invalid_field(name.to_owned(), format!("must have at most {MAX_SOUGHT} characters")));
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

#[cfg(test)]
#[path = "list_query_tests.rs"]
mod tests;
