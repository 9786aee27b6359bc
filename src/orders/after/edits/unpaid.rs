//! An order that nobody has paid yet: it is another one from then on. Nothing was
//! invoiced, so its lines and its quote change themselves, and no money moves. What
//! stays keeps its price and what promotions took off, taxed where it goes now.
//! Where only whom to write to or where it goes is another, and the tax is alike, all
//! else stays as it is, what is held and what was tried included.
//!
//! A payment that is under way may take what the order came to before: none may be.
//! What is held is given back, and the next try holds what the order has by then. An
//! earlier attempt that takes money after all is one that was given up, and its money
//! goes back.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::bodies::Wish;
use super::error::Refusal;
use super::{Edit, Plan, adding, anew, moving, taking_out};
use crate::ids::AccountId;
use crate::money::Money;
use crate::orders::error::OrderError;
use crate::orders::facts::Fact;
use crate::orders::order::{Line, LineId, Order, Placement, Stage};
use crate::payments::{Attempt, AttemptStatus, PaymentChoice};
use crate::pools::{Claim, Supply};
use crate::ports::Timestamp;
use crate::pricing::{Delivery, Quote};
use crate::problem::FieldError;
use crate::shelf::snapshot::{Product, Snapshot, Variant};

/// Why the payment of an order that was changed is none any more.
pub const CHANGED: &str = "order_changed";

/// All of an order, as it is from then on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Whole {
    pub lines: Vec<Line>,
    pub quote: Quote,
    /// What it takes besides stock.
    pub claims: Vec<Claim>,
}

/// What it comes to; nothing where it is so already, and no other order where what is
/// bought, and for how much, stays.
pub fn of(
    order: &Order,
    (placement, attempt): (&Placement, &Attempt),
    wish: Wish,
    shelf: &Snapshot,
    now: Timestamp,
) -> Result<Option<(Plan, Option<Whole>)>, OrderError> {
    if attempt.status.is_open() {
        return Err(OrderError::PaymentInProgress);
    } else if wish.paid_by_hand.is_some() {
        return Err(not_paid());
    }
    let Wish { facts, lines, add, reason, notify, .. } = wish;
    let is_taxed_anew = moving::check(order, &facts, shelf, now)?;
    let taken = taking_out::of(order, &lines, !add.is_empty())?;
    if facts.is_empty() && taken.is_empty() && add.is_empty() {
        return Ok(None);
    }
    let plan = Plan { reason: reason.into(), notify, facts, giving: None, added: None };
    let is_sent_another_way = plan.facts.iter().any(|fact| matches!(fact, Fact::ShippingOption(_)));
    if taken.is_empty() && add.is_empty() && !is_taxed_anew && !is_sent_another_way {
        return Ok(Some((plan, None)));
    }
    let facts = &plan.facts;
    let is_shipped = |(product, _): (&Product, &Variant)| product.delivery == Delivery::Shipped;
    let is_more_sent = add.iter().any(|wanted| shelf.variant(wanted.variant_id).is_some_and(is_shipped));
    let left = anew::of_all(order, &taken, facts, is_more_sent);
    let ids: Vec<_> = left.iter().flat_map(|left| &left.given_up).map(|pieces| pieces.line).collect();
    let Some(added) = adding::of(order, &add, facts, (&taken, left.as_ref()), (shelf, now))? else { return Ok(None) };
    let mut lines = added.lines;
    // What stays is the line that it was, so the others are the next.
    let next = (order.lines_made.saturating_add(1)..).map(LineId);
    lines.iter_mut().zip(ids.into_iter().chain(next)).for_each(|(line, id)| line.id = id);
    let quote = as_placed(placement, added.quote);
    let paid = |of: &Supply| match of {
        Supply::GiftCard(id) => quote.gift_cards.iter().find(|card| card.id == *id).map(|card| card.amount),
        _ => None,
    };
    let claims = placement
        .claims
        .iter()
        .map(|claim| Claim { quantity: paid(&claim.of).unwrap_or(claim.quantity), ..claim.clone() });
    let claims = claims.filter(|claim| claim.quantity > 0).collect();
    Ok(Some((plan, Some(Whole { lines, quote, claims }))))
}

/// Nothing was paid, by hand or otherwise.
pub(super) fn not_paid() -> OrderError {
    let errors = vec![FieldError::new("/paid_by_hand", "the order is not paid yet: it asks for another total instead")];
    Refusal::Unfit { errors }.into()
}

/// With the coupons and gift cards that it was placed with. None of these pays more
/// than it was asked for then, as nobody knows what is on it.
fn as_placed(placement: &Placement, quote: Quote) -> Quote {
    let before = &placement.quote;
    let mut rest = quote.totals.total.amount;
    let mut gift_cards = before.gift_cards.clone();
    for card in &mut gift_cards {
        card.amount = card.amount.min(rest);
        rest -= card.amount;
    }
    let mut totals = quote.totals;
    totals.gift_cards.amount = totals.total.amount - rest;
    totals.to_pay.amount = rest;
    Quote { coupons: before.coupons.clone(), uses: before.uses.clone(), gift_cards, totals, ..quote }
}

impl Order {
    /// An order that was not paid is another one.
    pub(super) fn rework(&mut self, by: AccountId, plan: &Plan, whole: &Whole, now: Timestamp) {
        if !matches!(self.stage, Stage::AwaitingPayment { .. }) {
            return;
        }
        self.give_back();
        self.give_up();
        self.attempts += 1;
        self.edits.begun += 1;
        self.edits.asks_for_order = self.edits.begun;
        for fact in &plan.facts {
            self.facts.set(fact.clone());
        }
        self.lines_made = whole.lines.iter().map(|line| line.id.0).fold(self.lines_made, u32::max);
        self.lines.clone_from(&whole.lines);
        let to_pay: Money = whole.quote.totals.to_pay;
        let mut attempt = Attempt::new(self.id, self.attempts, PaymentChoice::nothing(), to_pay, now);
        attempt.settle(AttemptStatus::Declined { reason: CHANGED.to_owned(), at: now });
        let (quote, claims) = (Rc::new(whole.quote.clone()), whole.claims.clone());
        self.restage(|placement, _, _| {
            let placement = Placement { quote, claims, ..placement };
            Stage::AwaitingPayment { placement, hold: None, attempt }
        });
        let number = self.edits.begun;
        self.edits.done.push(Edit { number, at: now, by, plan: plan.clone(), begin: None });
    }
}
