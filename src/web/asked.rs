//! What a buyer asks of the list of products, as it stands in the page's
//! address. Whatever does not fit is left out rather than refused: people type
//! it, and links from elsewhere bring parameters of their own.

use super::visitor::Visitor;
use super::words::fill;
use crate::money::typed::minor;
use crate::money::{Currency, MAX_AMOUNT, Money};
use crate::shelf::collections::COLLECTION;
use crate::shelf::cursor::Cursor;
use crate::shelf::facets::{OPTION, is_facet};
use crate::shelf::list_query::{ListQuery, MAX_SOUGHT, MAX_VALUES, Sort};
use crate::shelf::snapshot::Snapshot;
use crate::text;

/// What the form calls its fields, besides those that [`is_facet`].
pub const SOUGHT: &str = "q";
pub const PRICE_FROM: &str = "price_from";
pub const PRICE_TO: &str = "price_to";
pub const IN_STOCK: &str = "in_stock";
pub const SORT: &str = "sort";
/// Where a page begins, and where one ends.
pub const CURSOR: &str = "cursor";
pub const BEFORE: &str = "before";

#[derive(Debug, Clone)]
pub struct Asked {
    /// All that counts, but for the place in the list, in the order it came.
    pairs: Vec<(String, String)>,
    pub list: ListQuery,
    /// See [`Visitor::said`].
    said: Vec<(String, String)>,
}

impl Asked {
    pub fn parse(snapshot: &Snapshot, visitor: &Visitor, query: &str) -> Self {
        let (mut pairs, mut places) = (Vec::new(), [None, None]);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                CURSOR => places[0] = Some(value.into_owned()),
                BEFORE => places[1] = Some(value.into_owned()),
                _ => pairs.push((name.into_owned(), value.into_owned())),
            }
        }
        let mut asked = Self { said: Visitor::said(query), ..Self::of(snapshot, visitor, pairs) };
        let list = &mut asked.list;
        let cursor = |place: &Option<String>| Cursor::parse(place.as_ref()?, list.sort, list.currency);
        let [after, before] = places.each_ref().map(cursor);
        list.backwards = before.is_some();
        list.after = before.or(after);
        asked
    }

    /// What is asked by these fields, from the first page on.
    pub fn of(snapshot: &Snapshot, visitor: &Visitor, pairs: Vec<(String, String)>) -> Self {
        let mut list = ListQuery::new(snapshot);
        list.currency = visitor.currency(&snapshot.settings);
        list.language = Some(visitor.language);
        let mut asked = Self { pairs: Vec::new(), list, said: Vec::new() };
        let mut sort = None;
        for (name, value) in pairs {
            let value = text::sought(&value);
            if value.is_empty() || value.chars().count() > MAX_SOUGHT || asked.pairs.len() > MAX_VALUES {
                continue;
            }
            if asked.take(&name, &value, &mut sort) {
                asked.pairs.push((name, value));
            }
        }
        asked.list.sort_by(snapshot, sort);
        let filter = &mut asked.list.filter;
        if let (Some(least), Some(most)) = (filter.price_min, filter.price_max)
            && least > most
        {
            (filter.price_min, filter.price_max) = (Some(most), Some(least));
        }
        asked
    }

    /// Whether the field means something, and is there for the first time.
    fn take(&mut self, name: &str, value: &str, sort: &mut Option<Sort>) -> bool {
        let filter = &mut self.list.filter;
        if is_facet(name) {
            let values = filter.values.get_or_default(text::sought(name));
            let is_new = !values.iter().any(|known| known == value);
            values.extend(is_new.then(|| value.to_owned()));
            return is_new;
        }
        let is_new = !self.pairs.iter().any(|(known, _)| known == name);
        match name {
            SOUGHT if is_new => filter.sought = Some(value.to_owned()),
            IN_STOCK if is_new && value == "true" => filter.in_stock = true,
            SORT if is_new => *sort = Sort::parse(value),
            PRICE_FROM | PRICE_TO if is_new => {
                let amount = amount(value, self.list.currency);
                *(if name == PRICE_FROM { &mut filter.price_min } else { &mut filter.price_max }) = amount;
            }
            _ => return false,
        }
        is_new
    }

    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// What stands in a field that is there once.
    pub fn field(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether a price was typed that cannot be read.
    pub fn is_faulty(&self, name: &str) -> bool {
        let typed = self.field(name);
        !typed.is_empty() && amount(typed, self.list.currency).is_none()
    }

    /// All but the field at this place.
    pub fn without(&self, place: usize) -> Vec<(String, String)> {
        let others = self.pairs.iter().enumerate().filter(|(other, _)| *other != place);
        others.map(|(_, pair)| pair.clone()).collect()
    }

    /// The same with other words looked for.
    pub fn with_words(&self, words: &str) -> Vec<(String, String)> {
        let mut pairs = self.pairs.clone();
        pairs.iter_mut().filter(|(name, _)| name == SOUGHT).for_each(|(_, value)| words.clone_into(value));
        pairs
    }

    /// The address of the list from the place on.
    pub fn url_at(&self, place: &str, cursor: &str) -> String {
        let mut pairs = self.pairs.clone();
        pairs.push((place.to_owned(), cursor.to_owned()));
        self.url(&pairs)
    }

    /// The address of another list, read as this one is.
    pub fn url(&self, pairs: &[(String, String)]) -> String {
        url(&[pairs, self.said.as_slice()].concat())
    }

    /// A filter as people say it; nothing of what is none.
    pub fn label(&self, snapshot: &Snapshot, visitor: &Visitor, name: &str, value: &str) -> String {
        let w = visitor.words();
        let priced = |text: &str, amount: Option<i64>| {
            let money = Money { amount: amount?, currency: self.list.currency };
            Some(fill(text, &[&money.display_in(visitor.language)]))
        };
        match name {
            SORT => String::new(),
            SOUGHT => fill(visitor.language.of("“{}”", "„{}“"), &[value]),
            IN_STOCK => w.in_stock.to_owned(),
            PRICE_FROM => priced(w.chip_from, amount(value, self.list.currency)).unwrap_or_default(),
            PRICE_TO => priced(w.chip_to, amount(value, self.list.currency)).unwrap_or_default(),
            facet => {
                let collection =
                    Some(value).filter(|_| facet == COLLECTION).and_then(|name| snapshot.collections.find(name));
                let collection = collection.and_then(|n| snapshot.collections.get(n));
                let language = visitor.language;
                let called = match collection {
                    Some(collection) => Some(collection.texts(Some(language)).title),
                    None => snapshot.called(facet, Some(value), language),
                };
                let facet = snapshot.called(facet, None, language).unwrap_or_else(|| facet_label(visitor, facet));
                format!("{facet}: {}", called.unwrap_or(value))
            }
        }
    }
}

/// What a facet is called.
pub fn facet_label<'a>(visitor: &Visitor, name: &'a str) -> &'a str {
    let w = visitor.words();
    match name {
        COLLECTION => w.collection,
        "vendor" => w.vendor,
        "type" => w.kind,
        "tag" => w.tag,
        name => name.strip_prefix(OPTION).unwrap_or(name),
    }
}

/// The address of a list.
pub fn url(pairs: &[(String, String)]) -> String {
    if pairs.is_empty() {
        return "/products".to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/products?{query}")
}

fn amount(typed: &str, currency: Currency) -> Option<i64> {
    minor(typed, currency.decimals()).filter(|amount| (0..=MAX_AMOUNT).contains(amount))
}
