//! Which lines of a cart a promotion is about, and which lines are alike to it.

use super::cart::{Cart, Delivery, Item};
use super::promotion::{Conditions, Effect, Promotion};
use crate::ids::{CollectionId, ProductId};
use crate::sorted::{SortedMap, sort};

/// What a line is to a promotion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Role {
    /// It is one of the items that count.
    pub counts: bool,
    /// Its pieces are those to buy.
    pub bought: bool,
    /// Its pieces can be cheaper for it.
    pub got: bool,
}

/// A line that has a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// Lines of the same kind are alike to this promotion and to all after it.
    pub kind: usize,
    pub line: usize,
    pub role: Role,
}

/// Lines by what promotions name them by. Gift cards are not among them: they
/// are never discounted, nor do they count for anything.
pub struct Index<'a> {
    cart: &'a Cart<'a>,
    all: Vec<usize>,
    by_product: SortedMap<ProductId, Vec<usize>>,
    by_tag: SortedMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    pub fn of(cart: &'a Cart<'a>) -> Self {
        let mut index = Self { cart, all: Vec::new(), by_product: SortedMap::new(), by_tag: SortedMap::new() };
        for (place, line) in cart.lines.iter().enumerate().filter(|(_, line)| line.delivery != Delivery::GiftCard) {
            index.all.push(place);
            index.by_product.get_or_default(line.product).push(place);
            for tag in line.tags {
                index.by_tag.get_or_default(tag).push(place);
            }
        }
        index
    }

    /// Every line's role.
    fn roles(&self, promotion: &Promotion) -> Vec<Role> {
        let mut roles = vec![Role::default(); self.cart.lines.len()];
        let conditions = &promotion.conditions;
        self.each_that_counts(conditions, |place| set(&mut roles, place, |role| role.counts = true));
        let Effect::BuyGet { buy, get } = &promotion.effect else { return roles };
        self.each_named(conditions, &buy.products, &buy.collections, |place| {
            set(&mut roles, place, |role| role.bought = true);
        });
        self.each_named(conditions, &get.products, &get.collections, |place| {
            set(&mut roles, place, |role| role.got = true);
        });
        roles
    }

    /// The lines of these products and collections, or the items that count if none is said.
    fn each_named(
        &self,
        conditions: &Conditions,
        products: &[ProductId],
        collections: &[CollectionId],
        see: impl FnMut(usize),
    ) {
        if products.is_empty() && collections.is_empty() {
            self.each_that_counts(conditions, see);
        } else {
            let named = self.lines_of(products).chain(self.lines_in(collections));
            named.filter(|place| self.may_count(conditions, *place)).for_each(see);
        }
    }

    fn each_that_counts(&self, conditions: &Conditions, see: impl FnMut(usize)) {
        let counts = |place: &usize| self.may_count(conditions, *place);
        if conditions.products.is_empty() && conditions.collections.is_empty() && conditions.tags.is_empty() {
            self.all.iter().copied().filter(counts).for_each(see);
        } else {
            let tagged = conditions.tags.iter().filter_map(|tag| self.by_tag.get(tag.as_str())).flatten().copied();
            let gathered = self.lines_in(&conditions.collections);
            self.lines_of(&conditions.products).chain(gathered).chain(tagged).filter(counts).for_each(see);
        }
    }

    fn lines_of(&self, products: &[ProductId]) -> impl Iterator<Item = usize> {
        products.iter().filter_map(|product| self.by_product.get(product)).flatten().copied()
    }

    fn lines_in(&self, collections: &[CollectionId]) -> impl Iterator<Item = usize> {
        let is_in = |line: &Item| line.collections.iter().any(|own| collections.contains(own));
        let is_named = move |place: &usize| self.cart.lines.get(*place).is_some_and(is_in);
        self.all.iter().copied().filter(is_named)
    }

    fn may_count(&self, conditions: &Conditions, place: usize) -> bool {
        !conditions.exclude_sale || !self.cart.lines.get(place).is_some_and(is_on_sale)
    }
}

fn set(roles: &mut [Role], place: usize, change: impl FnOnce(&mut Role)) {
    roles.get_mut(place).map(change);
}

fn is_on_sale(line: &Item<'_>) -> bool {
    line.compare_at.is_some_and(|before| before > line.unit_price)
}

/// The members of each promotion, sorted by kind and then by line; the
/// promotions in the order in which they look at the cart.
///
/// Lines are of one kind as long as nothing that comes tells them apart: then
/// how an amount is divided between them changes no later sum. An amount is
/// divided between kinds first, in an order that no line's place has a part in,
/// and so no total depends on how a cart is divided into lines.
pub fn members(index: &Index<'_>, promotions: &[&Promotion]) -> Vec<Vec<Member>> {
    let mut kinds = Kinds::one(index.cart);
    // Those that take shipping off look again when all others are done.
    for promotion in promotions.iter().filter(|promotion| matches!(promotion.effect, Effect::FreeShipping {})) {
        kinds.tell_apart(&index.roles(promotion));
    }
    let mut all = Vec::with_capacity(promotions.len());
    for promotion in promotions.iter().rev() {
        let roles = index.roles(promotion);
        let by_pieces = matches!(promotion.effect, Effect::BuyGet { .. });
        if by_pieces {
            kinds.tell_apart_by_price(index.cart);
            kinds.tell_apart(&roles);
        }
        let mut members: Vec<Member> = kinds
            .of_line
            .iter()
            .zip(&roles)
            .enumerate()
            .filter(|(_, (_, role))| **role != Role::default())
            .map(|(line, (kind, role))| Member { kind: *kind, line, role: *role })
            .collect();
        sort(&mut members, Ord::cmp);
        all.push(members);
        if !by_pieces {
            kinds.tell_apart(&roles);
        }
    }
    all.reverse();
    all
}

/// Each line's kind; numbered by what the lines are, not by their places.
struct Kinds {
    of_line: Vec<usize>,
    by_price: bool,
}

impl Kinds {
    fn one(cart: &Cart<'_>) -> Self {
        Self { of_line: vec![0; cart.lines.len()], by_price: false }
    }

    /// Pieces of a kind have one price once pieces matter.
    fn tell_apart_by_price(&mut self, cart: &Cart<'_>) {
        if !std::mem::replace(&mut self.by_price, true) {
            let prices: Vec<i64> = cart.lines.iter().map(|line| line.unit_price).collect();
            self.tell_apart(&prices);
        }
    }

    fn tell_apart<T: Ord + Copy>(&mut self, marks: &[T]) {
        if !self.are_mixed(marks) {
            return;
        }
        let mut order: Vec<(usize, T, usize)> =
            self.of_line.iter().zip(marks).enumerate().map(|(line, (kind, mark))| (*kind, *mark, line)).collect();
        sort(&mut order, Ord::cmp);
        let same = |one: &(usize, T, usize), other: &(usize, T, usize)| (one.0, one.1) == (other.0, other.1);
        for (kind, lines) in order.chunk_by(same).enumerate() {
            for (_, _, line) in lines {
                if let Some(of_line) = self.of_line.get_mut(*line) {
                    *of_line = kind;
                }
            }
        }
    }

    /// Whether any kind has lines with different marks: seldom, once many
    /// promotions have told them apart, and then nothing is to be sorted.
    fn are_mixed<T: PartialEq + Copy>(&self, marks: &[T]) -> bool {
        let mut of_kinds = vec![None; self.of_line.len()];
        self.of_line.iter().zip(marks).any(|(kind, mark)| match of_kinds.get_mut(*kind) {
            Some(known @ None) => {
                *known = Some(*mark);
                false
            }
            Some(known) => *known != Some(*mark),
            None => false,
        })
    }
}

#[cfg(test)]
#[path = "matching_tests.rs"]
mod tests;
