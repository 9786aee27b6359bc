//! What is sold in one currency: each product's range of prices, the order by
//! price, and which products have a variant at a price, in stock or not. The order and what
//! finds prices are made when they are first asked for: the first list needs neither.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::filter::Filter;
use super::places::{Places, number};
use super::ranked::Ranked;
use super::variants::Variants;
use crate::catalog::product::{Packed, PriceRange};
use crate::money::{Currency, Money};
use crate::ports::Timestamp;
use crate::sorted::order;

#[derive(Debug)]
pub struct PriceIndex {
    currency: Currency,
    /// One per product: its lowest and highest amount, `None` if it is not sold in this currency.
    ranges: Vec<Option<(i64, i64)>>,
    by_price: OnceLock<ByPrice>,
    pub sold: Places,
    /// Whether some product is sold in it in only some of its variants.
    pub is_patchy: bool,
    /// The variants that are sold in this currency, and those of them that are in stock.
    offered: Places,
    in_stock: Places,
    /// The amount that each is offered at, until the ladder is made of them.
    offers: Mutex<Vec<(i64, u32)>>,
    ladder: OnceLock<Ladder>,
}

/// What is sold, cheapest first, then by id.
#[derive(Debug)]
pub struct ByPrice {
    pub ranked: Ranked,
    /// By product: the highest amount of it and of all before it.
    highest: Vec<i64>,
}

impl PriceIndex {
    /// Of the products that buyers see at a time, or of all.
    pub fn new(currency: Currency, products: &[Arc<Packed>], variants: &Variants, at: Option<Timestamp>) -> Self {
        let mut ranges = Vec::with_capacity(products.len());
        let (mut all, mut is_patchy) = (Vec::new(), false);
        let [mut offered, mut in_stock] = [Places::none(variants.count()), Places::none(variants.count())];
        for (place, product) in products.iter().enumerate() {
            let offers = product.offers(at);
            let mut range: Option<(i64, i64)> = None;
            let mut sold = 0;
            let shown = if at.is_none_or(|at| offers.is_published(at)) { &*offers.variants } else { &[] };
            for (number, variant) in variants.of(number(place)).zip(shown) {
                let Some(Money { amount, .. }) = variant.price(currency) else { continue };
                all.push((amount, number));
                offered.add(number);
                if !variant.level.is_out() {
                    in_stock.add(number);
                }
                range = Some(range.map_or((amount, amount), |(from, to)| (from.min(amount), to.max(amount))));
                sold = usize::saturating_add(sold, 1);
            }
            is_patchy |= (1..shown.len()).contains(&sold);
            ranges.push(range);
        }
        let mut sold = Places::none(products.len());
        let priced = (0..).zip(&ranges).filter(|(_, range)| range.is_some());
        priced.for_each(|(place, _)| sold.add(place));
        Self {
            currency,
            ranges,
            by_price: OnceLock::new(),
            sold,
            is_patchy,
            offered,
            in_stock,
            offers: Mutex::new(all),
            ladder: OnceLock::new(),
        }
    }

    /// The products are those it was made of.
    pub fn by_price(&self, products: &[Arc<Packed>]) -> &ByPrice {
        self.by_price.get_or_init(|| {
            let lowest = |place: usize| self.ranges.get(place).copied().flatten().map(|(lowest, _)| lowest);
            let key = |place: usize| (lowest(place), products.get(place).map(|product| product.id));
            let mut by_price = order(products.len(), &|one, other| key(one).cmp(&key(other)));
            by_price.retain(|place| lowest(*place).is_some());
            let mut highest = vec![i64::MIN; products.len()];
            let mut so_far = i64::MIN;
            for place in &by_price {
                so_far = self.ranges.get(*place).copied().flatten().map_or(so_far, |(_, high)| so_far.max(high));
                highest.get_mut(*place).into_iter().for_each(|highest| *highest = so_far);
            }
            ByPrice { ranked: Ranked::new(products.len(), by_price), highest }
        })
    }

    /// Whether neither the product nor any before it in the order by price is offered at what the
    /// filter asks, as it and those all cost too little, or in descending order too much.
    pub fn begins_behind(&self, by_price: &ByPrice, filter: &Filter, descending: bool, place: u32) -> bool {
        match (descending, filter.price_min, filter.price_max) {
            (false, Some(least), _) => by_price.highest.get(place as usize).is_some_and(|highest| *highest < least),
            (true, _, Some(most)) => self.range(place).is_some_and(|range| range.from.amount > most),
            _ => false,
        }
    }

    pub fn range(&self, place: u32) -> Option<PriceRange> {
        let (from, to) = (*self.ranges.get(place as usize)?)?;
        let money = |amount| Money { amount, currency: self.currency };
        Some(PriceRange { from: money(from), to: money(to) })
    }

    /// What has a variant that has all that the filter asks of its price and stock.
    pub fn matches(&self, filter: &Filter, variants: &Variants) -> Places {
        if !filter.asks_of_offers() {
            return self.sold.clone();
        }
        variants.products(&self.offers(filter))
    }

    /// The variants that have all of that.
    pub fn offers(&self, filter: &Filter) -> Places {
        let mut offers = match (filter.price_min, filter.price_max) {
            (None, None) => self.offered.clone(),
            (least, most) => self.ladder().between(least.unwrap_or(i64::MIN), most.unwrap_or(i64::MAX)),
        };
        if filter.in_stock {
            offers.keep(&self.in_stock);
        }
        offers
    }

    fn ladder(&self) -> &Ladder {
        self.ladder.get_or_init(|| {
            let mut offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
            Ladder::new(self.offered.length() as usize, &std::mem::take(&mut *offers))
        })
    }
}

/// Offers by price, and the sets of the variants that the first so many are: what is offered
/// between two prices is in one set and not in another, however much it is, but for the few
/// offers between the prices and those sets.
#[derive(Debug)]
struct Ladder {
    amounts: Vec<i64>,
    /// The variants that are offered so.
    offers: Vec<u32>,
    /// The one at `n` has the first `n * step` offers.
    sets: Vec<Places>,
    step: usize,
}

/// At 50,000 products with 150,000 variants they take 2.4 MB.
const MOST_SETS: usize = 128;
/// Offers from set to set: fewer are added sooner one by one.
const LEAST_STEP: usize = 512;

impl Ladder {
    /// `variants`: how many numbers of variants there are.
    fn new(variants: usize, offers: &[(i64, u32)]) -> Self {
        let by_amount = order(offers.len(), &|one, other| offers.get(one).cmp(&offers.get(other)));
        let sorted = || by_amount.iter().filter_map(|place| offers.get(*place));
        let offers: Vec<u32> = sorted().map(|(_, variant)| *variant).collect();
        let step = offers.len().div_ceil(MOST_SETS).max(LEAST_STEP);
        let mut set = Places::none(variants);
        let mut sets = vec![set.clone()];
        for more in offers.chunks_exact(step) {
            more.iter().for_each(|variant| set.add(*variant));
            sets.push(set.clone());
        }
        Self { amounts: sorted().map(|(amount, _)| *amount).collect(), offers, sets, step }
    }

    /// What is offered from `least` to `most`.
    fn between(&self, least: i64, most: i64) -> Places {
        let begin = self.amounts.partition_point(|amount| *amount < least);
        let end = self.amounts.partition_point(|amount| *amount <= most).max(begin);
        let set = |count: usize| self.sets.get(count.checked_div(self.step)?);
        let over = |count: usize| {
            let of_set = count.saturating_sub(count.checked_rem(self.step).unwrap_or(0));
            self.offers.get(of_set..count).unwrap_or_default()
        };
        let Some((before, up_to)) = set(begin).zip(set(end)) else { return Places::none(0) };
        let mut between = up_to.clone();
        over(end).iter().for_each(|variant| between.add(*variant));
        between.leave_out(before);
        over(begin).iter().for_each(|variant| between.remove(*variant));
        between
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// Over several numbers of sets, whatever the offers behind the last are.
        #[test]
        fn a_ladder_has_what_lies_between_two_prices(
            amounts in prop::collection::vec(0..400_i64, 0..5_000),
            bounds in prop::collection::vec((-1..401_i64, -1..400_i64), 12),
        ) {
            let offers: Vec<_> = amounts.into_iter().zip(0..).collect();
            let ladder = Ladder::new(offers.len(), &offers);
            for (least, width) in bounds {
                let most = least + width;
                let mut expected = Places::none(offers.len());
                offers.iter().filter(|offer| (least..=most).contains(&offer.0)).for_each(|offer| expected.add(offer.1));
                prop_assert_eq!(ladder.between(least, most), expected, "{} to {}", least, most);
            }
        }
    }
}
