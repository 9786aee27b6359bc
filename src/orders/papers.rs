//! What an order's documents are made of.

use serde::{Deserialize, Serialize};

use super::after::edits;
use super::after::money::{Fate, Giving, Repayment, left};
use super::order::{Milestone, Order};
use super::view::{self, OrderView, ShippingView};
use crate::address::Address;
use crate::money::Money;
use crate::payments::{Refund, RefundStatus};
use crate::pools::Supply;
use crate::ports::Timestamp;
use crate::pricing::Totals;
use crate::pricing::quote::QuotedShipping;

/// What secures an order, as its history calls it: the money is there, set
/// aside, or owed by agreement.
const SECURED: [&str; 3] = ["paid", "payment_authorized", "payment_owed"];

/// An order as its documents need it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Papers {
    pub order: OrderView,
    /// When it was last secured; none if it never was.
    pub secured_at: Option<Timestamp>,
    /// What was sold: at first, then by each edit that added something.
    pub sales: Vec<Sale>,
    /// Staff have cancelled it, and kept its money: what was paid of it in all, by
    /// what was set off, too.
    pub kept: Option<Money>,
    /// Money that was given back of the payments that stand, and to gift cards, or is
    /// to be, and what was set off; what was paid twice and went back is no part of the
    /// sale.
    pub refunds: Vec<GivenBack>,
}

/// What was sold in one go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sale {
    /// Which edit has added it; none of what was placed.
    pub edit: Option<u32>,
    /// How many of the order's lines it is, after those of the sales before.
    pub lines: usize,
    pub totals: Totals,
    pub shipping: Option<ShippingView>,
    /// Its buyer accounts for the tax.
    pub reverse_charge: bool,
    /// Where the bill for it goes, whatever edits have changed since.
    pub billed_to: Option<Address>,
    pub at: Option<Timestamp>,
}

/// Where money went back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The way that it was paid.
    Payment,
    GiftCards,
    /// It has paid for what an edit added.
    SetOff,
}

/// Money that was given back, or is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GivenBack {
    pub way: Way,
    /// Names it among the order's that go the same way.
    pub number: u32,
    pub amount: Money,
    /// It is there, by what is known. A bank may send back what had counted as given.
    pub done: bool,
    /// What staff decided that it is a part of; none where the shop gave it back by itself.
    pub giving: Option<Giving>,
    /// Which edit has chosen the way of shipping that it is for, as far as it is for that;
    /// none: it was placed.
    #[serde(default)]
    pub shipping_of: Option<u32>,
}

impl GivenBack {
    /// What shipping comes to that was sold by an edit, or with the order.
    pub fn shipping(&self, sold_by: Option<u32>) -> i64 {
        self.giving.as_ref().filter(|_| self.shipping_of == sold_by).map_or(0, |giving| giving.shipping)
    }
}

/// None while it is a cart.
pub fn of(order: &Order) -> Option<Papers> {
    order.attempt()?;
    let is_of_these = |refund: &&Refund| left::payments(order).any(|known| known.number == refund.attempt.number);
    let of_these = order.refunds.iter().filter(is_of_these);
    let given = |refund: &Refund| {
        let done = refund.status == RefundStatus::Done;
        let mut repayments = order.money.repayments.iter();
        let of_it = repayments.find(|repayment| repayment.payments.contains(&refund.number));
        given_back(order, Way::Payment, refund.number, (refund.amount, done), of_it)
    };
    let by_payments: i64 = left::payments(order).map(|payment| payment.captured.amount).sum();
    let besides = left::paid_by_cards(order).saturating_add(left::set_off(order));
    let paid = Money { amount: by_payments.saturating_add(besides), currency: order.currency };
    let is_kept = order.money.ended.as_ref().is_some_and(|ended| !ended.refunded) && paid.amount > 0;
    Some(Papers {
        order: view::order(order)?,
        secured_at: secured_at(order),
        sales: sales(order),
        kept: is_kept.then_some(paid),
        refunds: of_these.map(given).chain(to_gift_cards(order)).chain(set_off(order)).collect(),
    })
}

/// When it was last secured; none if it never was.
pub(super) fn secured_at(order: &Order) -> Option<Timestamp> {
    let is_secured = |milestone: &&Milestone| SECURED.contains(&milestone.kind.as_str());
    order.milestones.iter().rev().find(is_secured).map(|milestone| milestone.at)
}

/// What was placed, and what edits have added to it.
fn sales(order: &Order) -> Vec<Sale> {
    let Some(placement) = order.placement() else { return Vec::new() };
    let way = |way: &QuotedShipping| ShippingView::of(way, order.currency);
    let shipping = order.edits.first_shipping(placement.quote.shipping.as_ref()).map(way);
    let reverse_charge = order.edits.first_reversed.unwrap_or(placement.quote.reverse_charge);
    let (lines, totals) = (order.lines.len(), placement.quote.totals);
    let billed_to = |edit| order.facts_of_sale(edit).billed_to().cloned();
    let mut first = Sale { edit: None, lines, totals, shipping, reverse_charge, billed_to: billed_to(None), at: None };
    let added = order.edits.done.iter().filter_map(|edit| {
        let added = edit.plan.added.as_ref()?;
        let (lines, totals) = (added.lines.len(), added.quote.totals);
        let shipping = added.quote.shipping.as_ref().map(way);
        let (reverse_charge, number) = (added.quote.reverse_charge, Some(edit.number));
        let (billed_to, at) = (billed_to(number), Some(edit.at));
        Some(Sale { edit: number, lines, totals, shipping, reverse_charge, billed_to, at })
    });
    let added: Vec<_> = added.collect();
    for sale in &added {
        first.lines = first.lines.saturating_sub(sale.lines);
        first.totals = edits::without(&first.totals, &sale.totals);
    }
    std::iter::once(first).chain(added).collect()
}

/// What was taken out and has paid for something else.
fn set_off(order: &Order) -> impl Iterator<Item = GivenBack> {
    let repayments = order.money.repayments.iter().filter(|repayment| repayment.giving.set_off > 0);
    repayments.map(|repayment| {
        let amount = Money { amount: repayment.giving.set_off, currency: order.currency };
        given_back(order, Way::SetOff, repayment.number, (amount, true), Some(repayment))
    })
}

fn given_back(
    order: &Order,
    way: Way,
    number: u32,
    (amount, done): (Money, bool),
    part_of: Option<&Repayment>,
) -> GivenBack {
    let giving = part_of.map(|repayment| repayment.giving.clone());
    let shipping_of = part_of.and_then(|repayment| left::edit_of_shipping(order, repayment.number));
    GivenBack { way, number, amount, done, giving, shipping_of }
}

/// What went back to gift cards, all that one decision of staff gave them at once.
fn to_gift_cards(order: &Order) -> impl Iterator<Item = GivenBack> {
    order.money.repayments.iter().filter_map(|repayment| {
        let is_card = |of: &Supply| matches!(of, Supply::GiftCard(_));
        let backs = order.money.put_backs.iter().filter(|back| back.repayment == Some(repayment.number));
        let backs: Vec<_> = backs.filter(|back| is_card(&back.of)).collect();
        let amount = Money { amount: backs.iter().map(|back| back.units).sum(), currency: order.currency };
        let done = backs.iter().all(|back| back.fate == Fate::Done);
        let back = || given_back(order, Way::GiftCards, repayment.number, (amount, done), Some(repayment));
        (!backs.is_empty()).then(back)
    })
}
