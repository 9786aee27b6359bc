//! Whether a cart can be placed as it is, and what is frozen then. Pure.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::counting::recounted;
use super::decision::takes_of_too_many;
use super::error::{ChangedLine, OrderError};
use super::event::Event;
use super::facts::{Fact, Facts};
use super::limits::{MAX_PLACEMENTS, PLACEMENTS_MILLIS};
use super::order::{Key, Line, LineId, Order};
use super::slots::Slot;
use super::uses;
use crate::catalog::product::parts::are_alike;
use crate::ids::PromotionId;
use crate::money::{Currency, Money};
use crate::payments::{self, PaymentChoice};
use crate::pools::Claim;
use crate::ports::Timestamp;
use crate::pricing::quote::QuotedGiftCard;
use crate::pricing::{GiftCardBalance, Quote, Totals};
use crate::shelf::snapshot::Snapshot;

/// What the buyer was shown, as far as they say so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    pub total: Option<Money>,
    /// What is left of it for the payment, once gift cards have paid.
    pub to_pay: Option<Money>,
    /// How often staff had changed what they have typed in.
    #[serde(default)]
    pub changes: Option<u32>,
}

/// What a cart is placed by.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The shelf as it is certain to be, as far as the order goes.
    pub shelf: Arc<Snapshot>,
    /// Whether the buyer has never ordered, where that matters.
    pub first_order: Option<bool>,
    /// What is on the order's gift cards now.
    pub gift_cards: Vec<GiftCardBalance>,
    pub payment: PaymentChoice,
    pub expected: Expected,
    /// Whether the lines have the shelf's prices, whatever they were begun with:
    /// nobody was shown a cart with those.
    pub at_shelf_prices: bool,
    /// Promotions that apply by themselves, and are known to have no use left.
    pub used_up: Vec<PromotionId>,
    pub key: Option<Key>,
    pub slot: Option<Slot>,
    /// What the buyer is known by where uses are counted.
    pub customers: Vec<String>,
}

impl Terms {
    /// The order as it is placed, or why it is not.
    pub fn place(self, order: &Order, now: Timestamp) -> Result<Vec<Event>, OrderError> {
        let mut corrections: Vec<Event> = order.left_out(&self.used_up).into_iter().collect();
        let mut order = order.without(&self.used_up);
        let missing = lacking(&order.lines, &order.facts);
        if !missing.is_empty() {
            return Err(OrderError::CartIncomplete { missing });
        }
        not_too_often(&order, now)?;
        let (mut changed, mut gone) = compare(&order.lines, order.currency, &self.shelf);
        // Prices are kept in a currency that the shop no longer sells in.
        if !self.shelf.settings.currencies.contains(&order.currency) {
            gone = order.lines.iter().map(|line| line.id).collect();
        }
        if !gone.is_empty() {
            return Err(OrderError::NotForSale { lines: gone });
        }
        if self.at_shelf_prices {
            let events = [repriced(&order, &self.shelf), remade(&order, &self.shelf)].concat();
            order = order.after(&events);
            corrections.extend(events);
            changed.clear();
        }
        let counted = recounted(&order, &self.shelf);
        order = order.after(&counted);
        corrections.extend(counted);
        let quote = order.quote(&self.shelf, self.first_order, now)?;
        let total = quote.totals.total;
        if !changed.is_empty() {
            let anew = order.after(&repriced(&order, &self.shelf));
            let new_total = anew.quote(&self.shelf, self.first_order, now)?.totals.total;
            return Err(OrderError::PriceChanged { lines: changed, old_total: total, new_total });
        }
        let lines = changed_contents(&order.lines, &self.shelf);
        if !lines.is_empty() {
            return Err(OrderError::ContentsChanged { lines });
        } else if takes_of_too_many(order.lines.iter()) {
            return Err(OrderError::TooManyLines);
        }
        self.as_shown(&order, &quote)?;
        let claims = self.claims(&quote);
        let payment = payments::fit(self.payment, quote.totals.to_pay)?;
        let placed = Event::Placed { quote: Box::new(quote), claims, payment, key: self.key, slot: self.slot };
        Ok(corrections.into_iter().chain([placed]).collect())
    }

    /// Whether it is what the buyer was shown: nothing costs more in silence.
    fn as_shown(&self, order: &Order, quote: &Quote) -> Result<(), OrderError> {
        let changes = order.draft.as_ref().map(|draft| draft.changes);
        if self.expected.changes.is_some_and(|shown| changes != Some(shown)) {
            return Err(OrderError::DraftChanged);
        }
        let refused = quote.coupons.iter().find_map(|coupon| Some((coupon.code.clone(), coupon.refused?)));
        if let Some((code, reason)) = refused {
            return Err(OrderError::CouponNotValid { code, reason });
        }
        if order.needs_shipping() && quote.shipping.is_none() {
            return Err(OrderError::ShippingNotOffered);
        }
        // More than it takes may come and go: others pay by the same card.
        let has_too_little = |taken: &&QuotedGiftCard| {
            self.gift_cards.iter().any(|now| now.id == taken.id && now.balance < taken.amount)
        };
        if let Some(card) = quote.gift_cards.iter().find(has_too_little) {
            return Err(OrderError::GiftCardChanged { last4: card.last4.clone() });
        }
        let Totals { total, to_pay, .. } = quote.totals;
        if let Some(old_total) = self.expected.total.filter(|expected| *expected != total) {
            return Err(OrderError::PriceChanged { lines: Vec::new(), old_total, new_total: total });
        }
        match self.expected.to_pay.filter(|expected| *expected != to_pay) {
            Some(old) => Err(OrderError::ToPayChanged { old, new: to_pay }),
            None => Ok(()),
        }
    }

    /// What the quote takes besides stock.
    fn claims(&self, quote: &Quote) -> Vec<Claim> {
        let uses = quote.uses.iter().flat_map(|used| uses::claims(used, &self.customers));
        let paying = quote.gift_cards.iter().filter(|card| card.amount > 0);
        let part = |id, quantity| Claim::gift_card(id, quantity);
        uses.chain(paying.map(|card| part(card.id, card.amount))).collect()
    }
}

impl Order {
    /// The event by which these promotions are left out; none if none are.
    pub(super) fn left_out(&self, used_up: &[PromotionId]) -> Option<Event> {
        let all = || self.facts.used_up.iter().chain(used_up).copied().collect();
        (!used_up.is_empty()).then(|| Event::FactSet { fact: Fact::UsedUp(all()) })
    }

    /// The same order without these promotions.
    pub(super) fn without(&self, used_up: &[PromotionId]) -> Self {
        self.after(self.left_out(used_up).as_slice())
    }

    /// The same order after these, whenever that is.
    pub(super) fn after(&self, events: &[Event]) -> Self {
        let mut order = self.clone();
        for event in events {
            order.apply(event, self.updated_at);
        }
        order
    }
}

/// What a cart lacks to become an order.
pub fn lacking(lines: &[Line], facts: &Facts) -> Vec<String> {
    let sent = lines.is_empty() || lines.iter().any(Line::needs_shipping);
    let lacks = [
        (lines.is_empty(), "lines"),
        (facts.email.is_none(), "email"),
        (sent && facts.shipping_address.is_none(), "shipping_address"),
        (sent && facts.shipping_option.is_none(), "shipping_option"),
    ];
    lacks.into_iter().filter(|(lacks, _)| *lacks).map(|(_, what)| what.to_owned()).collect()
}

/// The lines whose price is no longer the shelf's, with the new one; and the
/// lines that are no longer sold.
pub fn compare(lines: &[Line], currency: Currency, shelf: &Snapshot) -> (Vec<ChangedLine>, Vec<LineId>) {
    let mut changed = Vec::new();
    let mut gone = Vec::new();
    for line in lines.iter().filter(|line| !line.overridden) {
        match shelf.variant(line.variant_id).and_then(|(_, variant)| variant.price_of(line.quantity, currency)) {
            None => gone.push(line.id),
            Some(new) if new != line.price() => {
                changed.push(ChangedLine { line_id: line.id, old: line.price(), new });
            }
            Some(_) => {}
        }
    }
    (changed, gone)
}

/// Brings the cart to the shelf's prices: of one piece, and of many.
fn repriced(order: &Order, shelf: &Snapshot) -> Vec<Event> {
    let lines = order.lines.iter().filter(|line| !line.overridden);
    let repriced = lines.filter_map(|line| {
        let (_, variant) = shelf.variant(line.variant_id)?;
        let (unit_price, tiers) = (variant.price(order.currency)?, variant.tiers(order.currency));
        let is_new = unit_price != line.unit_price || tiers != line.tiers;
        is_new.then(|| Event::LineRepriced { line: line.id, unit_price, tiers: tiers.to_vec() })
    });
    repriced.collect()
}

/// Has bundles be made of what they are made of on the shelf, whoever set their price.
fn remade(order: &Order, shelf: &Snapshot) -> Vec<Event> {
    let other = |line: LineId| {
        let (_, variant) = shelf.variant(order.line(line)?.variant_id)?;
        Some(Event::LineMadeOf { line, parts: variant.parts.clone() })
    };
    changed_contents(&order.lines, shelf).into_iter().filter_map(other).collect()
}

/// The lines whose bundles are made of something else by now.
pub fn changed_contents(lines: &[Line], shelf: &Snapshot) -> Vec<LineId> {
    let is_other = |line: &&Line| {
        shelf.variant(line.variant_id).is_some_and(|(_, variant)| !are_alike(&variant.parts, &line.parts))
    };
    lines.iter().filter(is_other).map(|line| line.id).collect()
}

/// Brings the cart to what a refusal has told the buyer, so that placing again
/// accepts it.
pub fn corrected(refusal: &OrderError, order: &Order, terms: &Terms) -> Vec<Event> {
    match refusal {
        OrderError::PriceChanged { .. } => repriced(order, &terms.shelf),
        OrderError::ContentsChanged { .. } => remade(order, &terms.shelf),
        OrderError::GiftCardChanged { .. } => vec![Event::FactSet { fact: Fact::GiftCards(terms.gift_cards.clone()) }],
        _ => Vec::new(),
    }
}

pub(super) fn not_too_often(order: &Order, now: Timestamp) -> Result<(), OrderError> {
    let is_one = |kind: &str| matches!(kind, "placed" | "payment_started");
    let placed = order.milestones.iter().rev().filter(|milestone| is_one(&milestone.kind));
    let Some(first) = placed.take(MAX_PLACEMENTS).nth(MAX_PLACEMENTS - 1) else { return Ok(()) };
    match now.since(first.at) {
        // A clock that has gone back keeps nobody waiting.
        passed @ 0..PLACEMENTS_MILLIS => {
            Err(OrderError::PlacedTooOften { retry_after_millis: PLACEMENTS_MILLIS - passed })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OrderId;
    use crate::orders::order::Milestone;

    #[test]
    fn a_cart_is_placed_so_often_in_a_while_and_no_more() {
        let at = Timestamp::from_millis;
        let mut order = Order::created(OrderId::derived([1; 16]), Currency::parse("EUR").unwrap(), None, at(0));
        let milestone = |at, kind: &str| Milestone { at, kind: kind.to_owned(), by: None, hidden: false };
        let placed = |at| milestone(at, "placed");
        order.milestones = vec![placed(at(0)); MAX_PLACEMENTS - 1];
        assert_eq!(not_too_often(&order, at(1_000)), Ok(()));
        order.milestones.insert(0, placed(at(500)));
        order.milestones.push(milestone(at(600), "stock_refused"));
        let wait = |retry_after_millis| Err(OrderError::PlacedTooOften { retry_after_millis });
        assert_eq!(not_too_often(&order, at(1_000)), wait(PLACEMENTS_MILLIS - 500));
        assert_eq!(not_too_often(&order, at(500 + PLACEMENTS_MILLIS - 1)), wait(1));
        assert_eq!(not_too_often(&order, at(500 + PLACEMENTS_MILLIS)), Ok(()));
        assert_eq!(not_too_often(&order, at(499)), Ok(()), "the clock went back");
    }
}
