//! What a product must be to be listed.

use crate::sorted::SortedMap;

/// Everything set must hold: of the product, and of one of its variants.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// What is looked for in words.
    pub sought: Option<String>,
    /// By the name of a facet ([`super::facets`]): one of these values.
    pub values: SortedMap<String, Vec<String>>,
    pub in_stock: bool,
    /// Minor units of the list's currency.
    pub price_min: Option<i64>,
    pub price_max: Option<i64>,
}

/// A variant as a filter sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer {
    /// Minor units of the list's currency.
    pub amount: i64,
    pub in_stock: bool,
}

impl Filter {
    /// Whether this one variant has all that is asked of its price and stock. A
    /// product that is cheap in one size and in stock in another is not both.
    pub fn fits(&self, offer: Offer) -> bool {
        (offer.in_stock || !self.in_stock)
            && self.price_min.is_none_or(|least| offer.amount >= least)
            && self.price_max.is_none_or(|most| offer.amount <= most)
    }

    /// Whether it asks for a price or for stock.
    pub fn asks_of_offers(&self) -> bool {
        self.in_stock || self.price_min.is_some() || self.price_max.is_some()
    }
}
