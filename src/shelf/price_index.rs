//! What is sold in one currency: each product's range of prices, the order by
//! price, and which products have a variant at a price, in stock or not.

use super::filter::Filter;
use super::places::{Places, number};
use super::ranked::Ranked;
use crate::catalog::product::{PriceRange, Product};
use crate::money::{Currency, Money};
use crate::sorted::order;

#[derive(Debug)]
pub struct PriceIndex {
    currency: Currency,
    /// One per product: its lowest and highest amount, `None` if it is not sold in this currency.
    ranges: Vec<Option<(i64, i64)>>,
    /// What is sold, cheapest first.
    pub by_price: Ranked,
    pub sold: Places,
    /// Whether some product is sold in it in only some of its variants.
    pub is_patchy: bool,
    in_stock: Ladder,
    sold_out: Ladder,
}

impl PriceIndex {
    /// Of the products that are `shown`.
    pub fn new(currency: Currency, products: &[&Product], shown: &dyn Fn(&Product) -> bool) -> Self {
        let range = |product: &&Product| {
            let range = product.price_range(currency).filter(|_| shown(product))?;
            Some((range.from.amount, range.to.amount))
        };
        let ranges: Vec<_> = products.iter().map(range).collect();
        let lowest = |place: usize| ranges.get(place).copied().flatten().map(|(lowest, _)| lowest);
        let id = |place: usize| products.get(place).map(|product| product.id);
        let mut by_price =
            order(products.len(), &|one, other| lowest(one).cmp(&lowest(other)).then_with(|| id(one).cmp(&id(other))));
        by_price.retain(|place| lowest(*place).is_some());
        let mut sold = Places::none(products.len());
        by_price.iter().for_each(|place| sold.add(number(*place)));
        let (mut in_stock, mut sold_out, mut is_patchy) = (Vec::new(), Vec::new(), false);
        for (place, product) in products.iter().enumerate().filter(|(place, _)| lowest(*place).is_some()) {
            for variant in &product.variants {
                if let Some(price) = variant.price(currency) {
                    let offers = if variant.level.is_out() { &mut sold_out } else { &mut in_stock };
                    offers.push((price.amount, number(place)));
                } else {
                    is_patchy = true;
                }
            }
        }
        Self {
            currency,
            ranges,
            by_price: Ranked::new(products.len(), by_price),
            sold,
            is_patchy,
            in_stock: Ladder::new(products.len(), &in_stock),
            sold_out: Ladder::new(products.len(), &sold_out),
        }
    }

    pub fn range(&self, place: u32) -> Option<PriceRange> {
        let (from, to) = (*self.ranges.get(place as usize)?)?;
        let money = |amount| Money { amount, currency: self.currency };
        Some(PriceRange { from: money(from), to: money(to) })
    }

    /// What has a variant that has all that the filter asks of its price and stock.
    pub fn matches(&self, filter: &Filter) -> Places {
        if !filter.asks_of_offers() {
            return self.sold.clone();
        }
        let (least, most) = (filter.price_min.unwrap_or(i64::MIN), filter.price_max.unwrap_or(i64::MAX));
        let mut matches = Places::none(self.ranges.len());
        self.in_stock.collect(least, most, &mut matches);
        if !filter.in_stock {
            self.sold_out.collect(least, most, &mut matches);
        }
        matches
    }
}

/// Offers by price, and over them a tree of sets: each level joins two of the
/// one below. So the products between two prices are a few sets joined, however
/// many they are, and what is over at both ends.
#[derive(Debug)]
struct Ladder {
    amounts: Vec<i64>,
    places: Vec<u32>,
    /// The one at `n` joins those at `2n` and `2n + 1`; the last half are the
    /// leaves, one for each [`LEAF`] offers. At 0 there is none.
    sets: Vec<Places>,
}

/// Offers of one set: at 150,000 the tree takes 0.9 MB.
const LEAF: usize = 2_048;

impl Ladder {
    fn new(products: usize, offers: &[(i64, u32)]) -> Self {
        let by_amount = order(offers.len(), &|one, other| offers.get(one).cmp(&offers.get(other)));
        let sorted = || by_amount.iter().filter_map(|place| offers.get(*place));
        let places: Vec<u32> = sorted().map(|(_, place)| *place).collect();
        let leaves = places.len() / LEAF;
        let mut sets = vec![Places::none(0); leaves];
        for leaf in places.chunks_exact(LEAF) {
            let mut set = Places::none(products);
            leaf.iter().for_each(|place| set.add(*place));
            sets.push(set);
        }
        for parent in (1..leaves).rev() {
            let mut set = Places::none(products);
            let children = [parent.saturating_mul(2), parent.saturating_mul(2).saturating_add(1)];
            children.iter().filter_map(|child| sets.get(*child)).for_each(|child| set.join(child));
            if let Some(place) = sets.get_mut(parent) {
                *place = set;
            }
        }
        Self { amounts: sorted().map(|(amount, _)| *amount).collect(), places, sets }
    }

    /// Adds what has an offer from `least` to `most`.
    fn collect(&self, least: i64, most: i64, into: &mut Places) {
        let begin = self.amounts.partition_point(|amount| *amount < least);
        let end = self.amounts.partition_point(|amount| *amount <= most).max(begin);
        let mut add = |from: usize, to: usize| {
            self.places.get(from..to).unwrap_or_default().iter().for_each(|place| into.add(*place));
        };
        let (first, last) = (begin.div_ceil(LEAF), end / LEAF);
        if first >= last {
            return add(begin, end);
        }
        add(begin, first.saturating_mul(LEAF));
        add(last.saturating_mul(LEAF), end);
        let leaves = self.sets.len() / 2;
        let (mut low, mut high) = (leaves.saturating_add(first), leaves.saturating_add(last));
        while low < high {
            if low % 2 == 1 {
                self.sets.get(low).into_iter().for_each(|set| into.join(set));
                low = low.saturating_add(1);
            }
            if high % 2 == 1 {
                high = high.saturating_sub(1);
                self.sets.get(high).into_iter().for_each(|set| into.join(set));
            }
            (low, high) = (low / 2, high / 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// Over several sizes of the tree, whatever its last offers are.
        #[test]
        fn a_ladder_has_what_lies_between_two_prices(
            offers in prop::collection::vec((0..400_i64, 0..5_000_u32), 0..13_000),
            bounds in prop::collection::vec((-1..401_i64, 0..400_i64), 12),
        ) {
            let ladder = Ladder::new(5_000, &offers);
            for (least, width) in bounds {
                let most = least + width;
                let (mut found, mut expected) = (Places::none(5_000), Places::none(5_000));
                ladder.collect(least, most, &mut found);
                offers.iter().filter(|offer| (least..=most).contains(&offer.0)).for_each(|offer| expected.add(offer.1));
                prop_assert_eq!(found, expected, "{} to {}", least, most);
            }
        }
    }
}
