//! Where a page of products ended.

use super::list_query::Sort;
use crate::ids::ProductId;
use crate::money::Currency;
use crate::wire::page::{open, seal};

/// What products are ordered by, before their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    Number(i64),
    /// How well it was found, how often it was bought, or which it was of those in order by hand
    /// (-1: none), and when it was made, in milliseconds.
    Rank(i64, i64),
    /// The whole title, which is bounded; what it is sorted by is made of it.
    Title(String),
}

/// The last product of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    pub key: Key,
    pub id: ProductId,
}

impl Cursor {
    pub fn text(&self, sort: Sort, currency: Currency) -> String {
        let key = match &self.key {
            Key::Number(number) => number.to_string(),
            Key::Rank(rank, millis) => format!("{rank} {millis}"),
            Key::Title(title) => title.clone(),
        };
        seal(sort.as_str(), currency.as_str(), &[&self.id.to_string(), &key])
    }

    /// `None` if the text is not a cursor of a list with this sort and currency.
    pub fn parse(text: &str, sort: Sort, currency: Currency) -> Option<Self> {
        let payload = open(text, sort.as_str(), currency.as_str())?;
        let (id, key) = payload.split_once('\n')?;
        let key = match sort {
            Sort::Title => Key::Title(key.to_owned()),
            Sort::Relevance | Sort::Collection | Sort::BestSelling => {
                let (rank, millis) = key.split_once(' ')?;
                Key::Rank(rank.parse().ok()?, millis.parse().ok()?)
            }
            Sort::Newest | Sort::PriceAsc | Sort::PriceDesc => Key::Number(key.parse().ok()?),
        };
        Some(Self { key, id: id.parse().ok()? })
    }
}
