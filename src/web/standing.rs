//! How an order stands, in words for its buyer.

use super::words::standing::StandingWords;
use crate::orders::after::edits::unpaid::CHANGED;
use crate::orders::after::goods::view::Fulfilled;
use crate::orders::order::CancelReason;
use crate::orders::view::{OrderView, PaymentStatus, PaymentView, ShippingView, Status};
use crate::payments::Provider;
use crate::ports::Timestamp;
use crate::text::Language;

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

    fn words(self, w: &StandingWords) -> &'static str {
        match self {
            Self::Paid => w.settled_paid,
            Self::SetAside => w.settled_set_aside,
            Self::Lapsed => w.settled_lapsed,
            Self::Later => w.settled_later,
            Self::NothingToPay => w.settled_nothing,
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

    fn words(self, w: &StandingWords) -> &'static str {
        match self {
            Self::Sent => w.goods_sent,
            Self::PartlySent => w.goods_partly,
            Self::Fetched => w.goods_fetched,
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
    pub fn words(self, language: Language) -> (&'static str, &'static str, String) {
        let w = StandingWords::of(language);
        let (class, title, text) = self.fixed_words(w);
        match self {
            Self::Confirmed { money, goods } => {
                (class, title, format!("{} {}", money.words(w), goods.words(w)).trim_end().to_owned())
            }
            _ => (class, title, text.to_owned()),
        }
    }

    fn fixed_words(self, w: &StandingWords) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Confirmed { .. } => ("good", w.confirmed, ""),
            Self::AwaitsMoney => ("wait", w.awaits_money, w.awaits_money_text),
            Self::AsksForCard { kept: true } => ("wait", w.please_pay, w.please_pay_kept),
            Self::AsksForCard { kept: false } => ("wait", w.please_pay, w.please_pay_not_kept),
            Self::Fulfilled { goods: Goods::Fetched } => ("good", w.ready, w.ready_text),
            Self::Fulfilled { .. } => ("good", w.sent, w.sent_text),
            Self::Pending { kept: true } => ("wait", w.pending, w.pending_kept),
            Self::Pending { kept: false } => ("wait", w.pending, w.pending_not_kept),
            Self::Switching => ("wait", w.switching, w.switching_text),
            Self::Securing => ("wait", w.securing, w.securing_text),
            Self::AsksBuyer { kept: true } => ("wait", w.asks_buyer, w.asks_buyer_kept),
            Self::AsksBuyer { kept: false } => ("wait", w.asks_buyer, w.asks_buyer_not_kept),
            Self::Declined { kept: true } => ("bad", w.declined, w.declined_kept),
            Self::Declined { kept: false } => ("bad", w.declined, w.declined_not_kept),
            Self::Changed => ("wait", w.changed, w.changed_text),
            Self::Exhausted => ("bad", w.declined, w.exhausted_text),
            Self::CancelledByShop => ("bad", w.by_shop, w.by_shop_text),
            Self::CancelledByBuyer => ("bad", w.by_buyer, w.by_buyer_text),
            Self::Expired => ("bad", w.expired, w.expired_text),
            Self::SoldOut => ("bad", w.sold_out, w.sold_out_text),
        }
    }
}

pub fn payment_label(language: Language, payment: &PaymentView) -> &'static str {
    let w = StandingWords::of(language);
    match payment.status {
        PaymentStatus::Pending | PaymentStatus::Paid if payment.provider == Provider::None => w.label_nothing,
        // Staff have changed the order since: nobody has tried to pay it as it is.
        PaymentStatus::Declined if payment.provider == Provider::None => w.label_unpaid,
        PaymentStatus::Pending if payment.provider == Provider::Manual => match payment.captured.amount {
            0 => w.label_unpaid,
            _ => w.label_partly_paid,
        },
        PaymentStatus::Pending => w.label_waiting,
        PaymentStatus::RequiresAction if payment.method.is_none() => w.label_unpaid,
        PaymentStatus::RequiresAction => w.label_action,
        PaymentStatus::Authorized => w.label_authorized,
        PaymentStatus::Paid => w.label_paid,
        PaymentStatus::Declined => w.label_declined,
        PaymentStatus::Cancelled => w.label_cancelled,
        PaymentStatus::PartiallyRefunded => w.label_partly_refunded,
        PaymentStatus::Refunded => w.label_refunded,
    }
}
