//! How an order stands, in words for its buyer.

use crate::orders::after::edits::unpaid::CHANGED;
use crate::orders::after::goods::view::Fulfilled;
use crate::orders::order::CancelReason;
use crate::orders::view::{OrderView, PaymentStatus, PaymentView, ShippingView, Status};
use crate::payments::Provider;
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
    /// The shop has changed what is to be paid.
    Changed,
    /// Declined as often as an order may be.
    Exhausted,
    /// The provider asks for a card.
    AsksForCard {
        kept: bool,
    },
    /// Its buyer is to send the money before anything goes out.
    AwaitsMoney,
    Confirmed {
        money: Settled,
        goods: Goods,
    },
    Fulfilled {
        goods: Goods,
    },
    CancelledByBuyer,
    CancelledByShop,
    Expired,
    SoldOut,
}

/// How a confirmed order is paid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Settled {
    Paid,
    /// Set aside for the shop, which takes it later.
    SetAside,
    /// Set aside once, and let go by the bank.
    Lapsed,
    /// Its buyer pays afterwards.
    Later,
    NothingToPay,
}

/// What becomes of the goods of a confirmed order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goods {
    Sent,
    /// Some of it is under way.
    PartlySent,
    Fetched,
    NotSent,
}

impl Settled {
    fn of(payment: &PaymentView) -> Self {
        match (payment.provider, payment.status) {
            (Provider::None, _) => Self::NothingToPay,
            (_, PaymentStatus::Authorized) => Self::SetAside,
            (_, PaymentStatus::Cancelled) => Self::Lapsed,
            (_, PaymentStatus::Pending) => Self::Later,
            _ => Self::Paid,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Paid => "We have your payment.",
            Self::SetAside => "The money is set aside on your card, and charged when we send your order.",
            Self::Lapsed => "The bank no longer sets the money aside. We will write to you about the payment.",
            Self::Later => "You pay afterwards, as it says below.",
            Self::NothingToPay => "There was nothing left to pay.",
        }
    }
}

impl Goods {
    fn of(order: &OrderView) -> Self {
        match &order.shipping_option {
            Some(ShippingView { pick_up: Some(_), .. }) => Self::Fetched,
            Some(_) if order.fulfilment_status == Fulfilled::PartiallyFulfilled => Self::PartlySent,
            Some(_) => Self::Sent,
            None => Self::NotSent,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Sent => "We are packing your things.",
            Self::PartlySent => "Some of your things are on their way. We are packing the rest.",
            Self::Fetched => "We are getting your things ready for you to fetch.",
            Self::NotSent => "",
        }
    }
}

pub fn standing(order: &OrderView, now: Timestamp) -> Standing {
    let kept = order.held_until.is_some_and(|until| now < until);
    match (order.status, order.payment.status) {
        (Status::Confirmed, _) => Standing::Confirmed { money: Settled::of(&order.payment), goods: Goods::of(order) },
        (Status::Fulfilled, _) => Standing::Fulfilled { goods: Goods::of(order) },
        (Status::Cancelled, _) => match order.cancel_reason {
            Some(CancelReason::Expired) => Standing::Expired,
            Some(CancelReason::OutOfStock) => Standing::SoldOut,
            Some(CancelReason::Shop) => Standing::CancelledByShop,
            Some(CancelReason::Requested) | None => Standing::CancelledByBuyer,
        },
        _ if order.payment.next_method.is_some() => Standing::Switching,
        (_, PaymentStatus::RequiresAction) if order.payment.method.is_none() => Standing::AsksForCard { kept },
        (_, PaymentStatus::RequiresAction) => Standing::AsksBuyer { kept },
        (_, PaymentStatus::Declined) if order.payable_until.is_none() => Standing::Exhausted,
        (_, PaymentStatus::Declined) if order.payment.decline_reason.as_deref() == Some(CHANGED) => Standing::Changed,
        (_, PaymentStatus::Declined) => Standing::Declined { kept },
        (_, PaymentStatus::Paid) => Standing::Securing,
        (_, PaymentStatus::Pending) if order.payment.provider == Provider::Manual => Standing::AwaitsMoney,
        _ => Standing::Pending { kept },
    }
}

impl Standing {
    /// The class, the title and the text.
    pub fn words(self) -> (&'static str, &'static str, String) {
        let (class, title, text) = self.fixed_words();
        match self {
            Self::Confirmed { money, goods } => {
                (class, title, format!("{} {}", money.words(), goods.words()).trim_end().to_owned())
            }
            _ => (class, title, text.to_owned()),
        }
    }

    fn fixed_words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Confirmed { .. } => ("good", "Thank you, your order is confirmed", ""),
            Self::AwaitsMoney => (
                "wait",
                "Thank you, we have your order",
                "Please send us the money, as it says below. Your things are kept for you, and go out once it is there.",
            ),
            Self::AsksForCard { kept: true } => (
                "wait",
                "One step is left: please pay",
                "Enter below how you pay, to complete the order. Your things are kept for you for a few minutes.",
            ),
            Self::AsksForCard { kept: false } => (
                "wait",
                "One step is left: please pay",
                "Enter below how you pay, to complete the order. Your things are no longer set aside: if they are gone when you pay, you get your money back.",
            ),
            Self::Fulfilled { goods: Goods::Fetched } => {
                ("good", "Your order is ready", "Everything is ready for you to fetch. Thank you for buying from us.")
            }
            Self::Fulfilled { .. } => {
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
            Self::Changed => (
                "wait",
                "Your order was changed: please pay",
                "It is now as it says below. Your things are set aside once you pay, if they are still there.",
            ),
            Self::Exhausted => (
                "bad",
                "The payment did not go through",
                "This order was tried as often as one may be. Please order again.",
            ),
            Self::CancelledByShop => ("bad", "The shop has cancelled this order", "What goes back to you is below."),
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

pub fn payment_label(payment: &PaymentView) -> &'static str {
    match payment.status {
        PaymentStatus::Pending | PaymentStatus::Paid if payment.provider == Provider::None => "Nothing to pay",
        // Staff have changed the order since: nobody has tried to pay it as it is.
        PaymentStatus::Declined if payment.provider == Provider::None => "Not paid yet",
        PaymentStatus::Pending if payment.provider == Provider::Manual => match payment.captured.amount {
            0 => "Not paid yet",
            _ => "Partly paid",
        },
        PaymentStatus::Pending => "Waiting for the bank",
        PaymentStatus::RequiresAction if payment.method.is_none() => "Not paid yet",
        PaymentStatus::RequiresAction => "Needs your confirmation",
        PaymentStatus::Authorized => "Set aside on your card",
        PaymentStatus::Paid => "Paid",
        PaymentStatus::Declined => "Declined",
        PaymentStatus::Cancelled => "Cancelled",
        PaymentStatus::PartiallyRefunded => "Partly refunded",
        PaymentStatus::Refunded => "Refunded",
    }
}
