//! What the shop writes to people: letters in two languages, as text and as
//! HTML, and the table that they are sent from.
//!
//! Lends: [`outbox::write`], which writes each message down once and sends it;
//! [`tick`], which sends what waits; the letters that are known: about an
//! [`order`] and its [`goods`], about a [`gift_card`].
//!
//! Who owes a message says its [`Name`]; a second message of the same name is
//! not written. How a letter looks is in `templates/mail/`, what it says stands
//! in each language side by side where it is made.

mod changed;
mod draft;
pub mod gift_card;
pub mod goods;
pub mod handlers;
pub mod letter;
pub mod order;
pub mod outbox;
pub mod paying;
mod sample;
mod sent;
mod sheet;
mod store;
pub mod views;
pub mod words;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::text::Language;

pub use self::letter::Letter;
pub use self::outbox::{tick, write};

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "MessageKind")]
pub enum Kind {
    /// The order is taken, and its money is to come first: how to pay.
    PaymentAwaited,
    OrderConfirmed,
    PaymentFailed,
    /// The buyer's bank asks something.
    ActionNeeded,
    OrderCancelled,
    /// Staff have given money back.
    OrderRefunded,
    /// Staff have changed the order.
    OrderChanged,
    /// Staff want to change the order once its buyer has paid for that.
    DifferenceAsked,
    /// What its buyer was asked to pay for will not be.
    DifferenceOver,
    /// The code of a gift card that was bought or given.
    GiftCard,
    /// A parcel is on its way.
    OrderShipped,
    ReturnRequested,
    ReturnApproved,
    ReturnRefused,
    /// The way to an order, for whoever has lost it.
    OrderLink,
    /// The way to an order that staff have typed in, to be paid.
    DraftSent,
}

impl Kind {
    #[cfg(test)]
    const ALL: &[Self] = &[
        Self::PaymentAwaited,
        Self::OrderConfirmed,
        Self::PaymentFailed,
        Self::ActionNeeded,
        Self::OrderCancelled,
        Self::OrderRefunded,
        Self::OrderChanged,
        Self::DifferenceAsked,
        Self::DifferenceOver,
        Self::GiftCard,
        Self::OrderShipped,
        Self::ReturnRequested,
        Self::ReturnApproved,
        Self::ReturnRefused,
        Self::OrderLink,
        Self::DraftSent,
    ];

    /// As the table names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PaymentAwaited => "payment_awaited",
            Self::OrderConfirmed => "order_confirmed",
            Self::PaymentFailed => "payment_failed",
            Self::ActionNeeded => "action_needed",
            Self::OrderCancelled => "order_cancelled",
            Self::OrderRefunded => "order_refunded",
            Self::OrderChanged => "order_changed",
            Self::DifferenceAsked => "difference_asked",
            Self::DifferenceOver => "difference_over",
            Self::GiftCard => "gift_card",
            Self::OrderShipped => "order_shipped",
            Self::ReturnRequested => "return_requested",
            Self::ReturnApproved => "return_approved",
            Self::ReturnRefused => "return_refused",
            Self::OrderLink => "order_link",
            Self::DraftSent => "draft_sent",
        }
    }
}

/// Names a message: of two with one name, the first is the one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The id of what it is about, such as an order.
    pub about: String,
    pub kind: Kind,
    /// Which of its kind, such as the number of the payment that failed; at least 1.
    pub version: u32,
}

/// A letter that is owed to somebody.
pub struct Message {
    pub name: Name,
    pub to: EmailAddress,
    pub language: Language,
    pub letter: Letter,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
