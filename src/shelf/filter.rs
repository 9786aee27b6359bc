//! What a product must be to be listed.

use crate::catalog::product::Product;

/// Everything set must hold: of the product, and of one of its variants.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    pub tag: Option<String>,
    pub vendor: Option<String>,
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
    /// Whether the product has the tag and the vendor.
    pub fn lets_through(&self, product: &Product) -> bool {
        self.vendor.as_ref().is_none_or(|vendor| product.vendor.as_ref() == Some(vendor))
            && self.tag.as_ref().is_none_or(|tag| product.tags.contains(tag))
    }

    /// Whether this one variant has all that is asked of a variant. A product
    /// that is cheap in one size and in stock in another is not both.
    pub fn fits(&self, offer: Offer) -> bool {
        (offer.in_stock || !self.in_stock)
            && self.price_min.is_none_or(|least| offer.amount >= least)
            && self.price_max.is_none_or(|most| offer.amount <= most)
    }
}
