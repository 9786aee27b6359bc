//! What an order refuses of what staff want of its money, and what that means
//! to a client.

use serde::{Deserialize, Serialize};

use super::{MAX_NOTES, MAX_REFUNDS};
use crate::json;
use crate::money::Money;
use crate::orders::after::goods::error::Left;
use crate::problem::{FieldError, Problem};

crate::codes! {
    /// There is not so much left to give back: `left` says how much is, of the shipping where that is what was asked
    /// for; `lines` say how many pieces are. Nothing was given back.
    NOT_REFUNDABLE = CONFLICT "not_refundable";
    /// Not so much money is set aside for this order; `left` says how much is.
    NOT_CAPTURABLE = CONFLICT "not_capturable";
    /// The order's gift cards are with their buyer, who may be spending them: disable them first, then give back by
    /// `amount` what was left on them.
    GIFT_CARDS_ISSUED = CONFLICT "gift_cards_issued";
    /// Money of this order was given back as often as it may be.
    TOO_MANY_REFUNDS = CONFLICT "too_many_refunds";
    /// The order has as many notes as it may.
    TOO_MANY_NOTES = CONFLICT "too_many_notes";
    /// No money of this order waits to be given back by hand under this number.
    NOT_BY_HAND = CONFLICT "not_by_hand";
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("{} can be given back", left.display())]
    NotRefundable { left: Money },
    #[error("of some lines there are fewer pieces to be given back")]
    FewerPieces { lines: Vec<Left> },
    #[error("{} can be taken", left.display())]
    NotCapturable { left: Money },
    #[error("the order's gift cards were issued; disable them, then give back by amount what was left on them")]
    GiftCardsIssued,
    #[error("money of this order was given back {MAX_REFUNDS} times, the most there may be")]
    TooManyRefunds,
    #[error("an order has at most {MAX_NOTES} notes")]
    TooManyNotes,
    #[error("no money waits to be given back by hand under this number")]
    NotByHand,
    #[error("what was sent does not fit the order")]
    Unfit { errors: Vec<FieldError> },
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::NotRefundable { left } => {
                Self::new(NOT_REFUNDABLE, detail).with_member("left", json::value(&left))
            }
            Refusal::FewerPieces { lines } => {
                Self::new(NOT_REFUNDABLE, detail).with_member("lines", json::value(&lines))
            }
            Refusal::NotCapturable { left } => {
                Self::new(NOT_CAPTURABLE, detail).with_member("left", json::value(&left))
            }
            Refusal::GiftCardsIssued => Self::new(GIFT_CARDS_ISSUED, detail),
            Refusal::TooManyRefunds => Self::new(TOO_MANY_REFUNDS, detail),
            Refusal::TooManyNotes => Self::new(TOO_MANY_NOTES, detail),
            Refusal::NotByHand => Self::new(NOT_BY_HAND, detail),
            Refusal::Unfit { errors } => Self::invalid(errors),
        }
    }
}
