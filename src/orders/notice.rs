//! What an order's buyer is to be written, derived from its state like all that
//! it owes.

use serde::{Deserialize, Serialize};

use super::holding;
use super::learning::CALLED_OFF;
use super::order::{CancelReason, Order, Stage};
use super::view::{self, Status};
use crate::messages::Kind;
use crate::messages::order::{Ending, News};
use crate::payments::{Attempt, AttemptStatus};

/// A piece of news that the buyer is to have once. The queue carries it as it
/// was when it became one: a second payment does not undo that the first failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Which of its kind: the payment it is about, or 1.
    pub version: u32,
    pub news: News,
}

impl Notice {
    pub fn kind(&self) -> Kind {
        self.news.kind()
    }
}

/// The news that the buyer has not been told.
pub fn owed(order: &Order) -> Option<Notice> {
    news(order).filter(|notice| !order.is_told(notice.kind(), notice.version))
}

fn news(order: &Order) -> Option<Notice> {
    match &order.stage {
        Stage::Open | Stage::Placing { .. } => None,
        Stage::AwaitingPayment { attempt, .. } => of_payment(order, attempt),
        // Not certain to have its goods.
        Stage::Confirmed { secured: false, committed: false, .. } => None,
        Stage::Confirmed { .. } if view::status(order) == Status::Confirmed => {
            Some(Notice { version: 1, news: News::Confirmed })
        }
        Stage::Confirmed { .. } => Some(Notice { version: 1, news: News::PaymentAwaited }),
        // Whether money was taken is still being made certain.
        Stage::Cancelled { resolving: true, .. } => None,
        Stage::Cancelled { reason, .. } => {
            let why = match reason {
                CancelReason::Requested => Ending::Requested,
                CancelReason::Expired => Ending::NotPaid,
                CancelReason::OutOfStock => Ending::SoldOut,
            };
            Some(Notice { version: 1, news: News::Cancelled { why } })
        }
    }
}

fn of_payment(order: &Order, attempt: &Attempt) -> Option<Notice> {
    let news = match &attempt.status {
        AttemptStatus::RequiresAction { at, .. } => {
            News::ActionNeeded { until: at.plus_millis(holding::CONFIRM_MILLIS) }
        }
        // The buyer chose another way.
        AttemptStatus::Declined { reason, .. } if reason == CALLED_OFF => return None,
        AttemptStatus::Declined { reason, .. } => {
            News::PaymentFailed { reason: reason.clone(), payable_until: holding::payable_until(order) }
        }
        _ => return None,
    };
    Some(Notice { version: attempt.number, news })
}

impl Order {
    /// Whether this news, or later news of its kind, is on its way to the buyer.
    pub fn is_told(&self, kind: Kind, version: u32) -> bool {
        self.told.get(&kind).is_some_and(|told| *told >= version)
    }
}
