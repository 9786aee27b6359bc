//! How an order stands, in words for its buyer.

use crate::orders::order::CancelReason;
use crate::orders::view::{OrderView, PaymentStatus, Status};
use crate::ports::Timestamp;

/// How an order stands, as its buyer should hear it. `kept`: the goods are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Standing {
    Pending {
        kept: bool,
    },
    /// Another way to pay was chosen; the first is being called off.
    Switching,
    /// Paid; whether the goods are still there is being made sure of.
    Securing,
    AsksBuyer {
        kept: bool,
    },
    Declined {
        kept: bool,
    },
    /// Declined as often as an order may be.
    Exhausted,
    Confirmed,
    Fulfilled,
    CancelledByBuyer,
    Expired,
    SoldOut,
}

pub fn standing(order: &OrderView, now: Timestamp) -> Standing {
    let kept = order.held_until.is_some_and(|until| now < until);
    match (order.status, order.payment.status) {
        (Status::Confirmed, _) => Standing::Confirmed,
        (Status::Fulfilled, _) => Standing::Fulfilled,
        (Status::Cancelled, _) => match order.cancel_reason {
            Some(CancelReason::Expired) => Standing::Expired,
            Some(CancelReason::OutOfStock) => Standing::SoldOut,
            Some(CancelReason::Requested) | None => Standing::CancelledByBuyer,
        },
        _ if order.payment.next_method.is_some() => Standing::Switching,
        (_, PaymentStatus::RequiresAction) => Standing::AsksBuyer { kept },
        (_, PaymentStatus::Declined) if order.payable_until.is_none() => Standing::Exhausted,
        (_, PaymentStatus::Declined) => Standing::Declined { kept },
        (_, PaymentStatus::Paid) => Standing::Securing,
        _ => Standing::Pending { kept },
    }
}

impl Standing {
    /// The class, the title and the text.
    pub fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Confirmed => {
                ("good", "Thank you, your order is confirmed", "We have your payment and are packing your things.")
            }
            Self::Fulfilled => {
                ("good", "Your order is on its way", "We have sent everything. Thank you for buying from us.")
            }
            Self::Pending { kept: true } => (
                "wait",
                "We are waiting for the bank",
                "Your things are kept for you. The bank has not answered yet; you will be charged once at most.",
            ),
            Self::Pending { kept: false } => (
                "wait",
                "We are waiting for the bank",
                "The bank has not answered yet, and your things are no longer set aside. You will be charged once at most, and get your money back if they are gone.",
            ),
            Self::Switching => (
                "wait",
                "We are changing the way you pay",
                "The first payment is being called off. Only when that is certain the other one begins, so you are charged once at most.",
            ),
            Self::Securing => (
                "wait",
                "We have your payment",
                "We are making sure that your things are still there. If they are not, you get your money back.",
            ),
            Self::AsksBuyer { kept: true } => (
                "wait",
                "Your bank has a question",
                "Please confirm the payment with your bank to complete the order. Your things are kept for you for a few minutes.",
            ),
            Self::AsksBuyer { kept: false } => (
                "wait",
                "Your bank has a question",
                "Please confirm the payment with your bank to complete the order. Your things are no longer set aside: if they are gone when you confirm, you get your money back.",
            ),
            Self::Declined { kept: true } => (
                "bad",
                "The payment did not go through",
                "Please try another way to pay. Your things are kept for you for a few minutes; after that, another try takes them again if they are still there.",
            ),
            Self::Declined { kept: false } => (
                "bad",
                "The payment did not go through",
                "Your things are no longer set aside. Another try takes them again, at the same prices, if they are still there.",
            ),
            Self::Exhausted => (
                "bad",
                "The payment did not go through",
                "This order was tried as often as one may be. Please order again.",
            ),
            Self::CancelledByBuyer => ("bad", "This order was cancelled", "Whatever was paid goes back to you."),
            Self::Expired => (
                "bad",
                "This order was not paid in time",
                "Your things are no longer reserved. Whatever was paid goes back to you.",
            ),
            Self::SoldOut => (
                "bad",
                "We are sorry: this has sold out",
                "Somebody else was faster, and the order is cancelled. Whatever was paid goes back to you.",
            ),
        }
    }
}

pub fn payment_label(status: PaymentStatus) -> &'static str {
    match status {
        PaymentStatus::Pending => "Waiting for the bank",
        PaymentStatus::RequiresAction => "Needs your confirmation",
        PaymentStatus::Authorized => "Authorised",
        PaymentStatus::Paid => "Paid",
        PaymentStatus::Declined => "Declined",
        PaymentStatus::Cancelled => "Cancelled",
        PaymentStatus::PartiallyRefunded => "Partly refunded",
        PaymentStatus::Refunded => "Refunded",
    }
}
