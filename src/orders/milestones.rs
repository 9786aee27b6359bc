//! What an event is to others: whether it may wait to be stored, whether a reader
//! could see it, and what it is called in an order's history.

use super::after::{edits, goods};
use super::counting;
use super::event::Event;
use crate::ids::AccountId;

impl Event {
    /// Whether losing this event with the process only means repeating an
    /// idempotent effect. It is then recorded with whatever comes next.
    pub fn may_wait(&self) -> bool {
        matches!(
            self,
            Self::Held
                | Self::Counting(counting::Event::Backordered { .. })
                | Self::Committed
                | Self::Released { .. }
                | Self::Vacated { .. }
                | Self::Published { .. }
                | Self::Notified { .. }
                | Self::GiftCardsIssued { .. }
                | Self::PublicationLost
                | Self::PaymentNamed { .. }
        ) || matches!(self, Self::Edits(edits::event::Event::Asked { event, .. }) if event.may_wait())
    }

    /// Whether the change is one that a reader of the order could see.
    pub(super) fn visible(&self) -> bool {
        let is_quiet = matches!(self, Self::Edits(event) if event.is_quiet());
        !(self.may_wait() || is_quiet || matches!(self, Self::PaymentAsked { .. } | Self::RefundPending { .. }))
    }

    pub(super) fn milestone(&self) -> Option<&'static str> {
        Some(match self {
            Self::Placed { .. } => "placed",
            Self::PaymentStarted { .. } | Self::PlacedAgain { .. } => "payment_started",
            Self::PlacementRefused => "stock_refused",
            Self::HoldGivenBack | Self::PlacementAbandoned => "stock_released",
            Self::PaymentSwitched { .. } => "payment_switched",
            Self::PaymentActionRequired { .. } => "payment_action_required",
            Self::PaymentDeclined { .. } => "payment_declined",
            Self::Authorized { .. } => "payment_authorized",
            Self::Owed { .. } => "payment_owed",
            Self::PaymentReceived { .. } => "payment_received",
            Self::Paid { .. } => "paid",
            Self::AuthorizationLapsed => "authorization_lapsed",
            Self::PaidTwice { .. } => "paid_twice",
            Self::Committed => "stock_committed",
            Self::CommitRefused => "out_of_stock",
            Self::Cancelled { .. } => "cancelled",
            Self::PaidAfterAll => "paid_late",
            Self::Refunded { .. } | Self::RefundedElsewhere { .. } => "refunded",
            Self::RefundFailed { .. } => "refund_failed",
            Self::Disputed { .. } => "disputed",
            Self::GiftCardsIssued { all: true, .. } => "gift_cards_issued",
            Self::Goods { event, .. } => event.milestone(),
            Self::Money(event) => return event.milestone(),
            Self::Edits(event) => return event.milestone(),
            Self::Draft(event) => event.milestone(),
            _ => return None,
        })
    }

    /// The member of staff who did it.
    pub(super) fn by(&self) -> Option<AccountId> {
        match self {
            Self::Money(event) => event.by(),
            Self::Edits(event) => event.by(),
            Self::Draft(event) => Some(event.by()),
            Self::PaymentReceived { by, .. } | Self::Goods { by, .. } => *by,
            _ => None,
        }
    }

    /// Whether it is nothing to the buyer.
    pub(super) fn is_hidden(&self) -> bool {
        match self {
            Self::Money(event) => event.is_hidden(),
            Self::Draft(_) => true,
            Self::Goods { event, .. } => matches!(event, goods::Event::NotRestocked { .. }),
            _ => false,
        }
    }
}
