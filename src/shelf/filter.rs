//! What a product must be to be listed.

use crate::sorted::SortedMap;

/// Everything set must hold: of the product, and of one of its variants. A product
/// that is cheap in one size and in stock in another is not both.
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

impl Filter {
    /// Whether it asks for a price or for stock.
    pub fn asks_of_offers(&self) -> bool {
        self.in_stock || self.price_min.is_some() || self.price_max.is_some()
    }
}
