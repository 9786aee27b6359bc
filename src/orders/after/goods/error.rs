//! What is refused about an order's goods.

use serde::{Deserialize, Serialize};

use crate::json;
use crate::orders::limits::{MAX_FULFILMENTS, MAX_LINES, MAX_RETURNS};
use crate::orders::order::LineId;
use crate::problem::{FieldError, Problem};

crate::codes! {
    /// More pieces than are still to be sent, or the order is not paid; `lines` says how many are left of each. Of a
    /// packed parcel: some of its pieces were refunded since, so undo it and pack what is left.
    NOT_FULFILLABLE = CONFLICT "not_fulfillable";
    /// This parcel was shipped, and can no longer be undone.
    ALREADY_SHIPPED = CONFLICT "already_shipped";
    /// The order has as many parcels as one may have.
    TOO_MANY_FULFILMENTS = CONFLICT "too_many_fulfilments";
    /// More pieces than can come back; `lines` says how many are left of each.
    NOT_RETURNABLE = CONFLICT "not_returnable";
    /// This return was refused, or has come.
    RETURN_CLOSED = CONFLICT "return_closed";
    /// The order has as many returns as one may have.
    TOO_MANY_RETURNS = CONFLICT "too_many_returns";
}

/// A line of which more is wanted than there is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Left {
    pub line_id: LineId,
    pub requested: u32,
    pub left: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("these are not that many pieces that are still to be sent")]
    NotFulfillable { lines: Vec<Left> },
    #[error("nothing can be sent before the order is paid, or its payment is agreed for later")]
    NotPaid { lines: Vec<Left> },
    #[error("some of these pieces were refunded after they were packed: undo this parcel, and pack what is left")]
    GivenUp { lines: Vec<Left> },
    #[error("this parcel was shipped, and can no longer be undone")]
    AlreadyShipped,
    #[error("an order has at most {MAX_FULFILMENTS} parcels")]
    TooManyFulfilments,
    #[error("these are not that many pieces that can come back")]
    NotReturnable { lines: Vec<Left> },
    #[error("this return was refused, or has come")]
    ReturnClosed,
    #[error("an order has at most {MAX_RETURNS} returns")]
    TooManyReturns,
    #[error("name between 1 and {MAX_LINES} lines")]
    LinesOutOfRange,
    /// By their places among those that were sent.
    #[error("the order has no such line")]
    UnknownLines { at: Vec<usize> },
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::NotFulfillable { lines } | Refusal::NotPaid { lines } | Refusal::GivenUp { lines } => {
                Self::new(NOT_FULFILLABLE, detail).with_member("lines", json::value(&lines))
            }
            Refusal::AlreadyShipped => Self::new(ALREADY_SHIPPED, detail),
            Refusal::TooManyFulfilments => Self::new(TOO_MANY_FULFILMENTS, detail),
            Refusal::NotReturnable { lines } => {
                Self::new(NOT_RETURNABLE, detail).with_member("lines", json::value(&lines))
            }
            Refusal::ReturnClosed => Self::new(RETURN_CLOSED, detail),
            Refusal::TooManyReturns => Self::new(TOO_MANY_RETURNS, detail),
            Refusal::LinesOutOfRange => Self::invalid_field("/lines", detail),
            Refusal::UnknownLines { at } => {
                let error = |index: usize| FieldError::new(format!("/lines/{index}/line_id"), detail.clone());
                Self::invalid(at.into_iter().map(error).collect())
            }
        }
    }
}
