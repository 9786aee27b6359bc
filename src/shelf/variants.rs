//! All variants, numbered product by product in the order of the products' places.
//! What is asked of one variant, such as its size and its price, is a set of
//! these numbers ([`Places`]), and a product fits that has one of what all of
//! those sets have in common.

use std::ops::Range;

use super::places::{Compact, Places, number};

#[derive(Debug, Default)]
pub struct Variants {
    /// By product: the number of its first variant; at last how many there are.
    firsts: Vec<u32>,
    /// By variant: its product's place.
    products: Vec<u32>,
}

impl Variants {
    /// `counts`: by product, how many variants it has.
    pub fn new(counts: impl Iterator<Item = usize>) -> Self {
        let (mut firsts, mut products) = (vec![0], Vec::new());
        for (place, count) in counts.enumerate() {
            products.resize(products.len().saturating_add(count), number(place));
            firsts.push(number(products.len()));
        }
        Self { firsts, products }
    }

    /// How many variants there are.
    pub fn count(&self) -> usize {
        self.products.len()
    }

    fn products_count(&self) -> usize {
        self.firsts.len().saturating_sub(1)
    }

    /// The numbers of a product's variants.
    pub fn of(&self, place: u32) -> Range<u32> {
        let first = |place: u32| self.firsts.get(place as usize).copied().unwrap_or_default();
        first(place)..first(place.saturating_add(1))
    }

    /// The place of a variant's product, and which of its variants it is.
    pub fn product(&self, variant: u32) -> Option<(u32, u32)> {
        let place = *self.products.get(variant as usize)?;
        Some((place, variant.saturating_sub(self.of(place).start)))
    }

    /// The products that have one of these variants.
    pub fn products(&self, variants: &Places) -> Places {
        let mut places = Places::none(self.products_count());
        let mut last = u32::MAX;
        variants.each(|variant| {
            if let Some(place) = self.products.get(variant as usize)
                && *place != last
            {
                last = *place;
                places.add(last);
            }
        });
        places
    }

    /// How many products have one of these variants, which are in ascending order, that is among those.
    pub fn count_products(&self, variants: &Compact, among: &Places) -> u32 {
        let (mut count, mut last): (u32, _) = (0, u32::MAX);
        variants.each_among(
            among,
            #[inline(always)]
            |variant| {
                let place = self.products.get(variant as usize).copied().unwrap_or(last);
                count = count.saturating_add(u32::from(place != last));
                last = place;
            },
        );
        count
    }

    /// The variants of these products.
    pub fn of_all(&self, places: &Places) -> Places {
        let mut variants = Places::none(self.count());
        places.each(|place| self.of(place).for_each(|variant| variants.add(variant)));
        variants
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn variants_and_products_find_each_other(
            counts in prop::collection::vec(0..4_usize, 0..60),
            chosen in prop::collection::btree_set(0..180_u32, 0..60),
        ) {
            let variants = Variants::new(counts.iter().copied());
            let mut own = Vec::new();
            for (place, count) in counts.iter().enumerate() {
                let place = place as u32;
                prop_assert_eq!(variants.of(place).len(), *count);
                for (n, variant) in variants.of(place).enumerate() {
                    prop_assert_eq!(variants.product(variant), Some((place, n as u32)));
                    own.push(place);
                }
            }
            prop_assert_eq!((variants.count(), variants.product(own.len() as u32)), (own.len(), None));
            let mut set = Places::none(own.len());
            chosen.iter().for_each(|variant| set.add(*variant));
            let mut expected: Vec<u32> = set.iter().filter_map(|variant| own.get(variant as usize).copied()).collect();
            expected.dedup();
            let found = variants.products(&set);
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), &expected[..]);
            for most in [own.len(), 3_000_000] {
                let compact = Compact::new(most, &set.iter().collect::<Vec<_>>());
                prop_assert_eq!(variants.count_products(&compact, &set) as usize, expected.len());
            }
            let all: Vec<_> = expected.iter().flat_map(|place| variants.of(*place)).collect();
            prop_assert_eq!(variants.of_all(&found).iter().collect::<Vec<_>>(), all);
        }
    }
}
