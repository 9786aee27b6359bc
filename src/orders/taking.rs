//! What lines take of stocks: the one bridge from lines to pools. A bundle takes of its
//! parts, as they were frozen on its line; of what staff do not have counted nobody takes. Pure.

use super::order::Line;
use crate::catalog::product::Floor;
use crate::ids::VariantId;
use crate::pools::{Claim, Supply};
use crate::sorted::SortedMap;

impl Line {
    /// So many of its pieces, each stock with what they take of it. Of what is not sent no
    /// piece is counted.
    pub fn takes(&self, pieces: i64) -> impl Iterator<Item = (VariantId, i64)> {
        let sent = self.needs_shipping();
        let own = (sent && self.parts.is_empty()).then_some((self.variant_id, pieces));
        let parts = if sent { &self.parts[..] } else { &[] };
        let of_parts = parts.iter().map(move |part| (part.variant_id, pieces.saturating_mul(part.quantity.into())));
        own.into_iter().chain(of_parts).filter(|(variant, _)| !self.rule(*variant).is_some_and(|rule| rule.untracked))
    }

    /// Whether it takes of any stock.
    pub fn is_stocked(&self) -> bool {
        self.takes(1).next().is_some()
    }

    /// How many of its pieces can be had where so many are left of some stocks, and enough of
    /// all others; none if it takes nothing of those. Lines that want the same are not reckoned up.
    pub fn at_most(&self, left: impl Fn(VariantId) -> Option<i64>) -> Option<i64> {
        let each = self.takes(1).filter_map(|(variant, each)| left(variant)?.max(0).checked_div(each));
        each.min()
    }
}

/// What these lines take of each stock, sorted, and how far below zero it may go for them, by
/// what was said of it last: two that take of the same stock are one.
pub fn of_stocks<'a>(lines: impl Iterator<Item = &'a Line>) -> SortedMap<VariantId, (i64, Option<Floor>)> {
    let mut pieces: SortedMap<VariantId, (i64, Option<Floor>)> = SortedMap::new();
    for line in lines {
        for (variant, more) in line.takes(line.quantity.into()) {
            let (sum, floor) = pieces.get_or_default(variant);
            *sum = sum.saturating_add(more);
            *floor = (*floor).max(line.rule(variant).and_then(|rule| rule.floor));
        }
    }
    pieces
}

/// The same as claims, so that no two lines together are granted more than there is.
pub fn claims<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<Claim> {
    let claim = |(variant, (pieces, floor))| Claim::stock(variant, pieces).down_to(floor);
    of_stocks(lines).into_iter().map(claim).collect()
}

/// How many of a line's pieces can be had, where pools have refused; none if it takes nothing of those.
pub fn left_for(line: &Line, refused: &[super::learning::Refused]) -> Option<i64> {
    let left = |variant| refused.iter().find(|refused| refused.of == Supply::Stock(variant));
    line.at_most(|variant| left(variant).map(|refused| refused.available))
}

#[cfg(test)]
#[path = "taking_tests.rs"]
mod tests;
