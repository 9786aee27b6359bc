//! Buy some, get some: how many pieces are cheaper, and which.

use super::matching::{Member, Role};
use super::promotion::{Buy, Get};
use super::spread::share;
use crate::sorted::sort;

/// Pieces that are alike, and what is left to pay for all of them.
struct Pieces {
    /// Its place among the kinds.
    place: usize,
    role: Role,
    count: i64,
    left: i64,
}

/// How many pieces there are of each role.
#[derive(Default)]
struct Supply {
    only_bought: i64,
    only_got: i64,
    either: i64,
}

/// What the pieces that are got come to, for each kind of members in their
/// order: the cheapest by what is left of their price. Pieces that cost nothing
/// any more are neither bought nor got, or a free sample would be the gift.
pub fn got<'a>(
    kinds: impl Iterator<Item = &'a [Member]>,
    buy: &Buy,
    get: &Get,
    quantity: impl Fn(usize) -> i64,
    left: impl Fn(usize) -> i64,
) -> Vec<i64> {
    let sum = |kind: &[Member], of: &dyn Fn(usize) -> i64| kind.iter().map(|member| of(member.line)).sum();
    let mut pieces: Vec<Pieces> = kinds
        .enumerate()
        .map(|(place, kind)| Pieces {
            place,
            role: kind.first().map(|member| member.role).unwrap_or_default(),
            count: sum(kind, &quantity),
            left: sum(kind, &left),
        })
        .collect();
    let mut values = vec![0; pieces.len()];
    pieces.retain(|pieces| pieces.left > 0 && pieces.count > 0);
    // Stable: of pieces that cost the same the earlier kind's are got.
    sort(&mut pieces, |one, other| {
        let price = |of: &Pieces, by: &Pieces| i128::from(of.left) * i128::from(by.count);
        price(one, other).cmp(&price(other, one))
    });
    let (mut cheaper, mut of_either) = Supply::of(&pieces).got(i64::from(buy.quantity), i64::from(get.quantity));
    for kind in pieces.iter().filter(|kind| kind.role.got) {
        let mut count = kind.count.min(cheaper);
        if kind.role.bought {
            count = count.min(of_either);
            of_either -= count;
        }
        cheaper -= count;
        if let Some(value) = values.get_mut(kind.place) {
            *value = share(kind.left, count, kind.count);
        }
    }
    values
}

impl Supply {
    fn of(pieces: &[Pieces]) -> Self {
        let mut supply = Self::default();
        for kind in pieces {
            match (kind.role.bought, kind.role.got) {
                (true, true) => supply.either += kind.count,
                (true, false) => supply.only_bought += kind.count,
                (false, true) => supply.only_got += kind.count,
                (false, false) => {}
            }
        }
        supply
    }

    /// How many pieces are got, and how many of them at most of those that
    /// could be bought as well: the rest of these is what is bought, so that no
    /// piece is both.
    ///
    /// Where the pieces to buy are others, a bought one brings as many as there
    /// are, up to `get`. Pieces that could be either make whole sets of `buy`
    /// and `get`.
    fn got(&self, buy: i64, get: i64) -> (i64, i64) {
        let part = |pieces: i64, of: i64| pieces.checked_div(of).unwrap_or_default();
        let to_buy = self.only_bought + self.either;
        let whole = part(to_buy, buy).min(part(to_buy + self.only_got, buy.saturating_add(get)));
        let sets = part(self.only_bought, buy).max(whole);
        let of_either = self.either - (sets * buy - self.only_bought).max(0);
        (sets.saturating_mul(get).min(self.only_got + of_either), of_either)
    }
}

#[cfg(test)]
#[path = "buy_get_tests.rs"]
mod tests;
