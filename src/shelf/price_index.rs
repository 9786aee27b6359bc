//! What is sold in one currency: each product's range of prices, the order by
//! price, and what each variant costs, laid out so that a filter over all
//! products reads one array from end to end.

use super::filter::{Filter, Offer};
use crate::catalog::product::{PriceRange, Product};
use crate::money::Currency;
use crate::sorted::sort;

#[derive(Debug)]
pub struct PriceIndex {
    pub currency: Currency,
    /// One per product: its range, `None` if it is not sold in this currency.
    ranges: Vec<Option<PriceRange>>,
    /// Places of the products that are sold, cheapest first.
    order: Vec<usize>,
    /// What each variant costs, product by product.
    offers: Vec<Offer>,
    /// One per product: where its offers end, and the next one's begin.
    ends: Vec<usize>,
}

impl PriceIndex {
    pub fn new(currency: Currency, products: &[Product]) -> Self {
        let ranges: Vec<_> = products.iter().map(|product| product.price_range(currency)).collect();
        let mut priced: Vec<_> = products
            .iter()
            .zip(&ranges)
            .enumerate()
            .filter_map(|(place, (product, range))| range.map(|range| (range.from.amount, product.id, place)))
            .collect();
        sort(&mut priced, Ord::cmp);
        let (mut offers, mut ends) = (Vec::with_capacity(products.len()), Vec::with_capacity(products.len()));
        for product in products {
            offers.extend(product.variants.iter().filter_map(|variant| {
                Some(Offer { amount: variant.price(currency)?.amount, in_stock: !variant.level.is_out() })
            }));
            ends.push(offers.len());
        }
        Self { currency, ranges, order: priced.into_iter().map(|(_, _, place)| place).collect(), offers, ends }
    }

    /// Places of the products that are sold in the currency, cheapest first.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    pub fn range(&self, place: usize) -> Option<PriceRange> {
        *self.ranges.get(place)?
    }

    /// Whether a variant of the product at this place is what the filter asks for.
    pub fn has_match(&self, place: usize, filter: &Filter) -> bool {
        let begin = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(place).copied().unwrap_or(begin);
        self.offers.get(begin..end).is_some_and(|offers| offers.iter().any(|offer| filter.fits(*offer)))
    }
}
