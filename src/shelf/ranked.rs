//! An order of products, and a page of some of them in it.

use std::sync::Arc;

use super::places::{Places, number};
use crate::catalog::product::Packed;
use crate::sorted;

#[derive(Debug)]
pub struct Ranked {
    /// Places, the first first.
    order: Vec<u32>,
    /// One per product: where it is in the order.
    ranks: Vec<u32>,
}

/// With so few of the shop's products to choose from, a page is chosen among
/// them; with more, it is found sooner by walking along the order.
const FEW: usize = 8;

impl Ranked {
    pub fn new(products: usize, order: Vec<usize>) -> Self {
        let mut ranks = vec![u32::MAX; products];
        for (rank, place) in order.iter().enumerate() {
            if let Some(known) = ranks.get_mut(*place) {
                *known = number(rank);
            }
        }
        Self { order: order.into_iter().map(number).collect(), ranks }
    }

    /// What is bought most often last; of equals the newest. The products are in the order of
    /// their age, the newest first.
    pub fn by_sold(products: &[Arc<Packed>]) -> Self {
        let sold = |place: usize| products.get(place).map(|product| product.sold);
        let order = sorted::order(products.len(), &|one, other| sold(one).cmp(&sold(other)).then(other.cmp(&one)));
        Self::new(products.len(), order)
    }

    /// The first of these places in the order, or with `descending` from its
    /// end: at most so many, behind those for which `is_before` says that they
    /// are on earlier pages.
    pub fn page(&self, among: &Places, descending: bool, most: usize, is_before: &dyn Fn(u32) -> bool) -> Vec<u32> {
        let length = self.order.len();
        if most == 0 {
            return Vec::new();
        }
        let at = |n: usize| self.order.get(if descending { length.checked_sub(n.saturating_add(1))? } else { n });
        let begin = partition(length, &|n| at(n).is_some_and(|place| is_before(*place)));
        if among.count() > length / FEW {
            return match descending {
                true => walk(self.order.iter().rev().skip(begin), among, most),
                false => walk(self.order.iter().skip(begin), among, most),
            };
        }
        let (begin, last) = (number(begin), number(length.saturating_sub(1)));
        let mut first = First::new(most);
        among.each(|place| {
            // What has no place in the order is in no set of what is sold.
            let rank = self.ranks.get(place as usize).copied().unwrap_or(u32::MAX);
            let rank = if descending { last.wrapping_sub(rank) } else { rank };
            if rank >= begin && first.takes(rank, place) {
                first.add(rank, place);
            }
        });
        first.places()
    }
}

/// Many may be passed before the first that is among them.
#[inline(always)]
fn walk<'a>(order: impl Iterator<Item = &'a u32>, among: &Places, most: usize) -> Vec<u32> {
    let mut found = Vec::new();
    for place in order {
        if among.contains(*place) {
            found.push(*place);
            if found.len() >= most {
                break;
            }
        }
    }
    found
}

/// The places with the least numbers, sorted by these: so many at most. Of equal
/// numbers the earlier comes first. Most of many are only compared with the last.
pub fn first(places: impl Iterator<Item = (u32, u32)>, most: usize) -> Vec<u32> {
    let mut first = First::new(most);
    places.for_each(|(number, place)| first.add(number, place));
    first.places()
}

/// The same of places that come one by one.
pub struct First {
    most: usize,
    kept: Vec<(u32, u32)>,
}

impl First {
    pub fn new(most: usize) -> Self {
        Self { most, kept: Vec::new() }
    }

    /// Whether a place of that number would be among the first.
    #[inline(always)]
    pub fn takes(&self, number: u32, place: u32) -> bool {
        self.kept.len() < self.most || self.kept.last().is_some_and(|last| (number, place) < *last)
    }

    pub fn add(&mut self, number: u32, place: u32) {
        if !self.takes(number, place) {
            return;
        }
        let at = self.kept.partition_point(|known| *known < (number, place));
        self.kept.insert(at, (number, place));
        self.kept.truncate(self.most);
    }

    pub fn places(self) -> Vec<u32> {
        self.kept.into_iter().map(|(_, place)| place).collect()
    }
}

/// How many of the numbers below `count` come before the first for which it does not hold.
pub fn partition(count: usize, holds: &dyn Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) {
            low = middle.saturating_add(1);
        } else {
            high = middle;
        }
    }
    low
}
