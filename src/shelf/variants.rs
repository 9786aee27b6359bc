//! All variants, numbered. What is asked of one variant, such as its size and its
//! price, is a set of these numbers ([`Places`]), and a product fits that has one of
//! what all of those sets have in common.
//!
//! The numbers are such that a set of variants becomes the set of their products a
//! word at a time: first the products' first variants, in the order of the products'
//! places, then their second ones, each of these *planes* as long as a set of products;
//! the numbers of those that have no such variant are nobody's. What only few products
//! have so many of comes behind the planes, product by product.

use std::ops::Range;

use super::places::{Compact, Places, number};

#[derive(Debug, Default)]
pub struct Variants {
    /// By plane: the products that have so many variants.
    planes: Vec<Places>,
    /// The numbers of a plane.
    width: u32,
    /// By product: the number of its first variant behind the planes; at last how many numbers there are.
    firsts: Vec<u32>,
    /// By number: its product's place.
    products: Vec<u32>,
}

impl Variants {
    /// `counts`: by product, how many variants it has.
    pub fn new(counts: impl Iterator<Item = usize>) -> Self {
        let counts: Vec<usize> = counts.collect();
        let having = |more: usize| {
            let mut having = Places::none(counts.len());
            (0..).zip(&counts).filter(|(_, count)| **count > more).for_each(|(place, _)| having.add(place));
            having
        };
        let width = Places::none(counts.len()).length();
        // So half of their numbers at the most are nobody's.
        let planes: Vec<_> = (0..).map(having).take_while(|plane| plane.count() > width as usize / 2).collect();
        let mut products: Vec<u32> = planes.iter().flat_map(|_| 0..width).collect();
        let mut firsts = vec![number(products.len())];
        for (place, count) in counts.iter().enumerate() {
            let behind = count.saturating_sub(planes.len());
            products.resize(products.len().saturating_add(behind), number(place));
            firsts.push(number(products.len()));
        }
        Self { planes, width, firsts, products }
    }

    /// How many numbers there are.
    pub fn count(&self) -> usize {
        self.products.len()
    }

    fn products_count(&self) -> usize {
        self.firsts.len().saturating_sub(1)
    }

    /// The numbers of a product's variants, in their order.
    pub fn of(&self, place: u32) -> impl Iterator<Item = u32> {
        let planes = (0..).zip(&self.planes).filter(move |(_, plane)| plane.contains(place));
        let in_planes = planes.map(move |(plane, _): (u32, _)| plane.saturating_mul(self.width).saturating_add(place));
        in_planes.chain(self.behind(place))
    }

    /// Those of them that are behind the planes.
    fn behind(&self, place: u32) -> Range<u32> {
        let first = |place: u32| self.firsts.get(place as usize).copied().unwrap_or_default();
        first(place)..first(place.saturating_add(1))
    }

    /// Where the planes end.
    fn end(&self) -> u32 {
        number(self.planes.len()).saturating_mul(self.width)
    }

    /// The place of a variant's product, and which of its variants it is.
    pub fn product(&self, variant: u32) -> Option<(u32, u32)> {
        let place = *self.products.get(variant as usize)?;
        match variant.checked_sub(self.end()) {
            None => Some((place, variant.checked_div(self.width)?)),
            Some(_) => {
                let behind = variant.saturating_sub(self.behind(place).start);
                Some((place, behind.saturating_add(number(self.planes.len()))))
            }
        }
    }

    /// The products that have one of these variants.
    pub fn products(&self, variants: &Places) -> Places {
        let mut places = Places::none(self.products_count());
        (0..self.planes.len()).for_each(|plane| places.join_part(variants, plane));
        variants.each_from(self.end(), |variant| {
            self.products.get(variant as usize).into_iter().for_each(|place| places.add(*place));
        });
        places
    }

    /// How many products have one of these variants, which are together by product, that is among those.
    pub fn count_products(&self, variants: &Compact, among: &Places) -> u32 {
        match variants {
            Compact::Few(few) => {
                let (mut count, mut last): (u32, _) = (0, u32::MAX);
                for variant in few.iter().filter(|variant| among.contains(**variant)) {
                    let place = self.products.get(*variant as usize).copied().unwrap_or(last);
                    count = count.saturating_add(u32::from(place != last));
                    last = place;
                }
                count
            }
            Compact::Many(many) => {
                let mut both = many.clone();
                both.keep(among);
                number(self.products(&both).count())
            }
        }
    }

    /// The variants of these products.
    pub fn of_all(&self, places: &Places) -> Places {
        let mut variants = Places::none(self.count());
        for (n, plane) in self.planes.iter().enumerate() {
            let mut having = plane.clone();
            having.keep(places);
            variants.set_part(&having, n);
        }
        if self.count() > self.end() as usize {
            places.each(|place| self.behind(place).for_each(|variant| variants.add(variant)));
        }
        variants
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn variants_and_products_find_each_other(
            counts in prop_oneof![
                prop::collection::vec(0..4_usize, 0..60),
                // With planes, and a few of many.
                prop::collection::vec(prop_oneof![9 => 2..5_usize, 1 => 0..30_usize], 50..140),
            ],
            chosen in prop::collection::vec(0..1_000_usize, 0..60),
        ) {
            let variants = Variants::new(counts.iter().copied());
            let mut own = Vec::new();
            for (place, count) in counts.iter().enumerate() {
                let place = place as u32;
                prop_assert_eq!(variants.of(place).count(), *count);
                for (n, variant) in variants.of(place).enumerate() {
                    prop_assert_eq!(variants.product(variant), Some((place, n as u32)));
                    own.push((place, variant));
                }
            }
            let numbers: BTreeSet<u32> = own.iter().map(|(_, variant)| *variant).collect();
            prop_assert_eq!(numbers.len(), own.len(), "no two have one number");
            prop_assert!(numbers.last().is_none_or(|last| (*last as usize) < variants.count()));
            prop_assert_eq!(variants.product(variants.count() as u32), None);
            let chosen: BTreeSet<usize> = chosen.into_iter().filter(|n| *n < own.len()).collect();
            let chosen: Vec<(u32, u32)> = chosen.into_iter().map(|n| own[n]).collect();
            let mut set = Places::none(variants.count());
            chosen.iter().for_each(|(_, variant)| set.add(*variant));
            let mut expected: Vec<u32> = chosen.iter().map(|(place, _)| *place).collect();
            expected.dedup();
            let found = variants.products(&set);
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), &expected[..]);
            for most in [variants.count(), 3_000_000] {
                let compact = Compact::new(most, &chosen.iter().map(|(_, variant)| *variant).collect::<Vec<_>>());
                prop_assert_eq!(variants.count_products(&compact, &set) as usize, expected.len());
            }
            let all: BTreeSet<_> = expected.iter().flat_map(|place| variants.of(*place)).collect();
            prop_assert_eq!(variants.of_all(&found).iter().collect::<BTreeSet<_>>(), all);
        }
    }
}
