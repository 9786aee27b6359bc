//! What an order's documents are made of.

use serde::{Deserialize, Serialize};

use super::after::money::left;
use super::order::Order;
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
    /// Staff have cancelled it, and kept its money.
    pub kept: bool,
    /// Money that was given back of the payment that stands, and to gift cards; what
    /// was paid twice and went back is no part of the sale.
    pub refunds: Vec<GivenBack>,
}

/// Money that was given back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GivenBack {
    /// To gift cards; else the way that it was paid.
    pub to_gift_cards: bool,
    /// Names it among the order's that go the same way.
    pub number: u32,
    pub amount: Money,
}

/// None while it is a cart.
pub fn of(order: &Order) -> Option<Papers> {
    let attempt = order.attempt()?;
    let of_this = order.refunds.iter().filter(|refund| refund.attempt.number == attempt.number);
    let done = of_this.filter(|refund| refund.status == RefundStatus::Done);
    let given = |refund: &Refund| GivenBack { to_gift_cards: false, number: refund.number, amount: refund.amount };
    let secured = order.milestones.iter().rev().find(|milestone| SECURED.contains(&milestone.kind.as_str()));
    Some(Papers {
        order: view::order(order)?,
        secured_at: secured.map(|milestone| milestone.at),
        kept: order.money.ended.as_ref().is_some_and(|ended| !ended.refunded) && left::in_all(order).amount > 0,
        refunds: done.map(given).chain(to_gift_cards(order)).collect(),
    })
}

/// What went back to gift cards, all that one decision of staff gave them at once.
fn to_gift_cards(order: &Order) -> impl Iterator<Item = GivenBack> {
    order.money.repayments.iter().filter_map(|repayment| {
        let is_card = |of: &Supply| matches!(of, Supply::GiftCard(_));
        let backs = order.money.put_backs.iter().filter(|back| back.repayment == Some(repayment.number));
        let backs: Vec<_> = backs.filter(|back| is_card(&back.of)).collect();
        let amount = Money { amount: backs.iter().map(|back| back.units).sum(), currency: order.currency };
        let is_done = !backs.is_empty() && backs.iter().all(|back| back.done);
        is_done.then_some(GivenBack { to_gift_cards: true, number: repayment.number, amount })
    })
}
