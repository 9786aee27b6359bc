//! What an order's documents are made of.

use serde::{Deserialize, Serialize};

use super::order::Order;
use super::view::{self, OrderView};
use crate::money::Money;
use crate::payments::RefundStatus;
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
    /// Money that was given back of the payment that stands; what was paid twice
    /// and went back is no part of the sale.
    pub refunds: Vec<GivenBack>,
}

/// Money that was given back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GivenBack {
    /// Names it among the order's.
    pub number: u32,
    pub amount: Money,
}

/// None while it is a cart.
pub fn of(order: &Order) -> Option<Papers> {
    let attempt = order.attempt()?;
    let of_this = order.refunds.iter().filter(|refund| refund.attempt.number == attempt.number);
    let done = of_this.filter(|refund| refund.status == RefundStatus::Done);
    let secured = order.milestones.iter().rev().find(|milestone| SECURED.contains(&milestone.kind.as_str()));
    Some(Papers {
        order: view::order(order)?,
        secured_at: secured.map(|milestone| milestone.at),
        refunds: done.map(|refund| GivenBack { number: refund.number, amount: refund.amount }).collect(),
    })
}
