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
    /// How many variants there are, sold in this currency or not.
    count: usize,
    /// Those that are.
    offered: Places,
    in_stock: Offered,
    sold_out: Offered,
}

/// What is sold, cheapest first, then by id.
#[derive(Debug)]
pub struct ByPrice {
    pub ranked: Ranked,
    /// By product: the highest amount of it and of all before it.
    highest: Vec<i64>,
}

/// Amounts, each with the number of the variant that is offered at it.
#[derive(Debug)]
struct Offered {
    /// Until the ladder is made of them.
    offers: Mutex<Vec<(i64, u32)>>,
    ladder: OnceLock<Ladder>,
}

impl Offered {
    fn new(offers: Vec<(i64, u32)>) -> Self {
        Self { offers: Mutex::new(offers), ladder: OnceLock::new() }
    }

    fn ladder(&self, all: &Variants) -> &Ladder {
        self.ladder.get_or_init(|| {
            let mut offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
            Ladder::new(all, &std::mem::take(&mut *offers))
        })
    }
}

impl PriceIndex {
    /// Of the products that buyers see at a time, or of all.
    pub fn new(currency: Currency, products: &[Arc<Packed>], variants: &Variants, at: Option<Timestamp>) -> Self {
        let mut ranges = Vec::with_capacity(products.len());
        let (mut in_stock, mut sold_out, mut is_patchy) = (Vec::new(), Vec::new(), false);
        let mut offered = Places::none(variants.count());
        for (place, product) in products.iter().enumerate() {
            let offers = product.offers(at);
            let mut range: Option<(i64, i64)> = None;
            let mut sold = 0;
            let shown = if at.is_none_or(|at| offers.is_published(at)) { &*offers.variants } else { &[] };
            for (number, variant) in variants.of(number(place)).zip(shown) {
                let Some(Money { amount, .. }) = variant.price(currency) else { continue };
                let offers = if variant.level.is_out() { &mut sold_out } else { &mut in_stock };
                offers.push((amount, number));
                offered.add(number);
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
            count: variants.count(),
            offered,
            in_stock: Offered::new(in_stock),
            sold_out: Offered::new(sold_out),
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
        let mut matches = Places::none(self.ranges.len());
        self.pieces(filter, variants, &mut |piece| match piece {
            Piece::Offers(offers) => offers.iter().for_each(|(_, product)| matches.add(*product)),
            Piece::Set(set) => matches.join(&set.products),
        });
        matches
    }

    /// The variants that have all of that.
    pub fn offers(&self, filter: &Filter, variants: &Variants) -> Places {
        if !filter.asks_of_offers() {
            return self.offered.clone();
        }
        let mut matches = Places::none(self.count);
        self.pieces(filter, variants, &mut |piece| match piece {
            Piece::Offers(offers) => offers.iter().for_each(|(variant, _)| matches.add(*variant)),
            Piece::Set(set) => matches.join(&set.variants),
        });
        matches
    }

    fn pieces(&self, filter: &Filter, variants: &Variants, tell: &mut dyn FnMut(Piece)) {
        let (least, most) = (filter.price_min.unwrap_or(i64::MIN), filter.price_max.unwrap_or(i64::MAX));
        self.in_stock.ladder(variants).pieces(least, most, tell);
        if !filter.in_stock {
            self.sold_out.ladder(variants).pieces(least, most, tell);
        }
    }
}

/// Offers by price, and over them a tree of sets: each level joins two of the
/// one below. So the offers between two prices are a few sets joined, however
/// many they are, and what is over at both ends.
#[derive(Debug)]
struct Ladder {
    amounts: Vec<i64>,
    /// The numbers of the variants that are offered so, each with its product's place.
    offers: Vec<(u32, u32)>,
    /// The one at `n` joins those at `2n` and `2n + 1`; the last half are the
    /// leaves, one for each [`LEAF`] offers. At 0 there is none.
    sets: Vec<Set>,
}

#[derive(Debug, Clone)]
struct Set {
    variants: Places,
    /// What has one of them.
    products: Places,
}

/// What is between two prices consists of these.
enum Piece<'a> {
    Offers(&'a [(u32, u32)]),
    Set(&'a Set),
}

/// Offers of one set: at 50,000 products with 150,000 variants the tree takes 3.6 MB.
const LEAF: usize = 2_048;

impl Ladder {
    fn new(all: &Variants, offers: &[(i64, u32)]) -> Self {
        let by_amount = order(offers.len(), &|one, other| offers.get(one).cmp(&offers.get(other)));
        let sorted = || by_amount.iter().filter_map(|place| offers.get(*place));
        let of_product = |(_, variant): &(i64, u32)| Some((*variant, all.product(*variant)?.0));
        let placed: Vec<(u32, u32)> = sorted().filter_map(of_product).collect();
        let leaves = placed.len() / LEAF;
        let mut sets = vec![Set { variants: Places::none(0), products: Places::none(0) }; leaves];
        for leaf in placed.chunks_exact(LEAF) {
            let mut set = Places::none(all.count());
            leaf.iter().for_each(|(variant, _)| set.add(*variant));
            sets.push(Set { products: all.products(&set), variants: set });
        }
        for parent in (1..leaves).rev() {
            let children = [parent.saturating_mul(2), parent.saturating_mul(2).saturating_add(1)];
            if let [Some(one), Some(other)] = children.map(|child| sets.get(child)) {
                let mut set = one.clone();
                set.variants.join(&other.variants);
                set.products.join(&other.products);
                sets.get_mut(parent).into_iter().for_each(|place| *place = set.clone());
            }
        }
        Self { amounts: sorted().map(|(amount, _)| *amount).collect(), offers: placed, sets }
    }

    /// Tells of what is offered from `least` to `most`.
    fn pieces(&self, least: i64, most: i64, tell: &mut dyn FnMut(Piece)) {
        let begin = self.amounts.partition_point(|amount| *amount < least);
        let end = self.amounts.partition_point(|amount| *amount <= most).max(begin);
        let offers = |from: usize, to: usize| Piece::Offers(self.offers.get(from..to).unwrap_or_default());
        let (first, last) = (begin.div_ceil(LEAF), end / LEAF);
        if first >= last {
            return tell(offers(begin, end));
        }
        tell(offers(begin, first.saturating_mul(LEAF)));
        tell(offers(last.saturating_mul(LEAF), end));
        let leaves = self.sets.len() / 2;
        let (mut low, mut high) = (leaves.saturating_add(first), leaves.saturating_add(last));
        while low < high {
            if low % 2 == 1 {
                self.sets.get(low).into_iter().for_each(|set| tell(Piece::Set(set)));
                low = low.saturating_add(1);
            }
            if high % 2 == 1 {
                high = high.saturating_sub(1);
                self.sets.get(high).into_iter().for_each(|set| tell(Piece::Set(set)));
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
            amounts in prop::collection::vec(0..400_i64, 0..13_000),
            bounds in prop::collection::vec((-1..401_i64, 0..400_i64), 12),
        ) {
            let all = Variants::new(amounts.chunks(3).map(<[_]>::len));
            let numbers = (0..).flat_map(|place| all.of(place).collect::<Vec<_>>());
            let offers: Vec<_> = amounts.iter().copied().zip(numbers).collect();
            let ladder = Ladder::new(&all, &offers);
            for (least, width) in bounds {
                let most = least + width;
                let none = || (Places::none(all.count()), Places::none(offers.len().div_ceil(3)));
                let (mut found, mut expected) = (none(), none());
                ladder.pieces(least, most, &mut |piece| match piece {
                    Piece::Offers(offers) => offers.iter().for_each(|(variant, product)| {
                        found.0.add(*variant);
                        found.1.add(*product);
                    }),
                    Piece::Set(set) => {
                        found.0.join(&set.variants);
                        found.1.join(&set.products);
                    }
                });
                offers.iter().filter(|offer| (least..=most).contains(&offer.0)).for_each(|offer| expected.0.add(offer.1));
                expected.1.join(&all.products(&expected.0));
                prop_assert_eq!(found, expected, "{} to {}", least, most);
            }
        }
    }
}
