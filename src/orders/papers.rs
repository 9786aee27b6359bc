//! What an order's documents are made of.

use serde::{Deserialize, Serialize};

use super::after::money::{Fate, Giving, left};
use super::order::{Milestone, Order};
use super::view::{self, OrderView};
use crate::money::Money;
use crate::payments::{Refund, RefundStatus};
use crate::pools::Supply;
use crate::ports::Timestamp;

/// What secures an order, as its history calls it: the money is there, set
/// aside, or owed by agreement.
const SECURED: [&str; 3] = ["paid", "payment_authorized", "payment_owed"];

/// An order as its documents need it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Papers {
    pub order: OrderView,
    /// When it was last secured; none if it never was.
    pub secured_at: Option<Timestamp>,
    /// Staff have cancelled it, and kept its money: what was paid of it in all.
    pub kept: Option<Money>,
    /// Money that was given back of the payment that stands, and to gift cards, or is
    /// to be; what was paid twice and went back is no part of the sale.
    pub refunds: Vec<GivenBack>,
}

/// Money that was given back, or is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GivenBack {
    /// To gift cards; else the way that it was paid.
    pub to_gift_cards: bool,
    /// Names it among the order's that go the same way.
    pub number: u32,
    pub amount: Money,
    /// It is there, by what is known. A bank may send back what had counted as given.
    pub done: bool,
    /// What staff decided that it is a part of; none where the shop gave it back by itself.
    pub giving: Option<Giving>,
}

/// None while it is a cart.
pub fn of(order: &Order) -> Option<Papers> {
    let attempt = order.attempt()?;
    let of_this = order.refunds.iter().filter(|refund| refund.attempt.number == attempt.number);
    let giving = |refund: &Refund| {
        let mut repayments = order.money.repayments.iter();
        repayments.find(|repayment| repayment.payment == Some(refund.number)).map(|repayment| repayment.giving.clone())
    };
    let given = |refund: &Refund| {
        let (number, amount, done) = (refund.number, refund.amount, refund.status == RefundStatus::Done);
        GivenBack { to_gift_cards: false, number, amount, done, giving: giving(refund) }
    };
    let paid = attempt.captured.amount.saturating_add(left::paid_by_cards(order));
    let is_kept = order.money.ended.as_ref().is_some_and(|ended| !ended.refunded) && paid > 0;
    Some(Papers {
        order: view::order(order)?,
        secured_at: secured_at(order),
        kept: is_kept.then_some(Money { amount: paid, currency: order.currency }),
        refunds: of_this.map(given).chain(to_gift_cards(order)).collect(),
    })
}

/// When it was last secured; none if it never was.
pub(super) fn secured_at(order: &Order) -> Option<Timestamp> {
    let is_secured = |milestone: &&Milestone| SECURED.contains(&milestone.kind.as_str());
    order.milestones.iter().rev().find(is_secured).map(|milestone| milestone.at)
}

/// What went back to gift cards, all that one decision of staff gave them at once.
fn to_gift_cards(order: &Order) -> impl Iterator<Item = GivenBack> {
    order.money.repayments.iter().filter_map(|repayment| {
        let is_card = |of: &Supply| matches!(of, Supply::GiftCard(_));
        let backs = order.money.put_backs.iter().filter(|back| back.repayment == Some(repayment.number));
        let backs: Vec<_> = backs.filter(|back| is_card(&back.of)).collect();
        let amount = Money { amount: backs.iter().map(|back| back.units).sum(), currency: order.currency };
        let done = backs.iter().all(|back| back.fate == Fate::Done);
        let (number, giving) = (repayment.number, Some(repayment.giving.clone()));
        (!backs.is_empty()).then_some(GivenBack { to_gift_cards: true, number, amount, done, giving })
    })
}
