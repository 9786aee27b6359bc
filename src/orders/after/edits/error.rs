//! What an order refuses of what staff want to change, and what that means to a
//! client.

use serde::{Deserialize, Serialize};

use super::MAX_EDITS;
use crate::ids::VariantId;
use crate::json;
use crate::money::Money;
use crate::orders::after::goods::error::Left;
use crate::pools::error::OUT_OF_STOCK;
use crate::problem::{FieldError, Problem};

crate::codes! {
    /// Only an order that waits for its payment or is confirmed can be changed, and its pieces not while its money is only
    /// set aside.
    NOT_EDITABLE = CONFLICT "not_editable";
    /// Something of this order is packed or was sent, so its address stays; a parcel that is only packed can be undone.
    ALREADY_PACKED = CONFLICT "already_packed";
    /// The order's invoice was issued, or is about to be, and an invoice does not change whom it bills. Only where another
    /// tax applies by that address, it is credited and another one issued.
    ALREADY_INVOICED = CONFLICT "already_invoiced";
    /// Pieces that are packed, with the buyer or refunded cannot be taken out; `lines` says how many can.
    NOT_REMOVABLE = CONFLICT "not_removable";
    /// What is added, or is taxed otherwise where it goes now, comes to more than what is taken out: `to_pay` says by how
    /// much. Say by `paid_by_hand` where that
    /// money is, or ask the buyer for it by `ask_buyer`.
    DIFFERENCE_TO_PAY = CONFLICT "difference_to_pay";
    /// What is owed for the order would come to nothing, or to less than has come: take out less, or cancel it.
    NOTHING_LEFT_TO_PAY = CONFLICT "nothing_left_to_pay";
    /// No edit of this number waits for its buyer's money: it was paid, called off, or its time is over.
    NOTHING_ASKED = CONFLICT "nothing_asked";
    /// The difference is noted, but what it is for is not in stock any more: the edit is off, and the money is to be given
    /// back, as the order's `refunds` say.
    EDIT_NOT_MADE = CONFLICT "edit_not_made";
    /// Pieces are being added to this order, or its buyer is to pay for them: try again in some seconds, or call that
    /// off.
    EDIT_IN_PROGRESS = CONFLICT "edit_in_progress";
    /// Somebody has changed this order since it was looked at: look at it as it is now.
    ORDER_EDITED = CONFLICT "order_edited";
    /// The order was changed as often as it may be.
    TOO_MANY_EDITS = CONFLICT "too_many_edits";
}

/// A variant of which more is to be added than there is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShortVariant {
    pub variant_id: VariantId,
    pub requested: i64,
    pub available: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("only an order that waits for its payment or is confirmed can be changed")]
    NotConfirmed,
    #[error("the order's money is set aside and not taken yet: nothing can be taken out or added before")]
    NotPaid,
    #[error("something of this order is packed or was sent: its address stays")]
    AlreadyPacked,
    #[error("this order is invoiced: its billing address stays")]
    AlreadyInvoiced,
    #[error("these are not that many pieces that can be taken out")]
    NotRemovable { lines: Vec<Left> },
    #[error("what is added comes to {} more than what is taken out", to_pay.display())]
    DifferenceToPay { to_pay: Money },
    #[error("what is owed for this order would come to nothing, or to less than has come")]
    NothingLeftToPay,
    #[error("some of what is to be added is not in stock in the quantity asked for")]
    OutOfStock { lines: Vec<ShortVariant> },
    #[error("pieces are being added to this order, or wait to be paid")]
    InProgress,
    #[error("no such edit waits for its buyer's money")]
    NothingAsked,
    #[error("what was to be added is not in stock any more: nothing is changed, and the money is to be given back")]
    NotMade,
    #[error("somebody has changed this order meanwhile")]
    Edited,
    #[error("an order is changed at most {MAX_EDITS} times")]
    TooManyEdits,
    #[error("what was sent does not fit the order")]
    Unfit { errors: Vec<FieldError> },
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::NotConfirmed | Refusal::NotPaid => Self::new(NOT_EDITABLE, detail),
            Refusal::AlreadyPacked => Self::new(ALREADY_PACKED, detail),
            Refusal::AlreadyInvoiced => Self::new(ALREADY_INVOICED, detail),
            Refusal::NotRemovable { lines } => {
                Self::new(NOT_REMOVABLE, detail).with_member("lines", json::value(&lines))
            }
            Refusal::DifferenceToPay { to_pay } => {
                Self::new(DIFFERENCE_TO_PAY, detail).with_member("to_pay", json::value(&to_pay))
            }
            Refusal::OutOfStock { lines } => Self::new(OUT_OF_STOCK, detail).with_member("lines", json::value(&lines)),
            Refusal::NothingLeftToPay => Self::new(NOTHING_LEFT_TO_PAY, detail),
            Refusal::NothingAsked => Self::new(NOTHING_ASKED, detail),
            Refusal::NotMade => Self::new(EDIT_NOT_MADE, detail),
            Refusal::InProgress => Self::new(EDIT_IN_PROGRESS, detail),
            Refusal::Edited => Self::new(ORDER_EDITED, detail),
            Refusal::TooManyEdits => Self::new(TOO_MANY_EDITS, detail),
            Refusal::Unfit { errors } => Self::invalid(errors),
        }
    }
}
