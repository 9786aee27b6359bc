//! Money on its way back, and what that may come to.

use serde::{Deserialize, Serialize};

use super::Attempt;
use crate::ids::OrderId;
use crate::money::Money;
use crate::ports::Timestamp;

/// Money of an attempt on its way back to the buyer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    /// Names it among the order's.
    pub number: u32,
    /// The provider's idempotency key, written before it is first asked.
    pub id: String,
    pub attempt: Attempt,
    pub amount: Money,
    /// When it was decided, here or by the provider.
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    pub status: RefundStatus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// To be asked for, or asked for without an answer.
    Asked,
    /// On its way. `next_poll`: when the provider is asked again; none where
    /// staff give the money back by hand.
    Pending {
        next_poll: Option<Timestamp>,
    },
    Done,
    /// The provider could not: the money is the shop's still, and staff are to
    /// find another way.
    Failed,
}

impl Refund {
    pub fn new(order: OrderId, number: u32, attempt: Attempt, amount: Money, at: Timestamp) -> Self {
        let id = format!("{order}-r{number}");
        Self { number, id, attempt, amount, at, reference: None, status: RefundStatus::Asked }
    }

    /// Whether the provider is to be asked now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        match self.status {
            RefundStatus::Asked => true,
            RefundStatus::Pending { next_poll } => next_poll.is_some_and(|at| now >= at),
            RefundStatus::Done | RefundStatus::Failed => false,
        }
    }
}

/// What a provider says of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundOutcome {
    Done,
    /// Under way; ask again later.
    Pending,
    /// Staff give the money back.
    ByHand,
    Failed,
    /// No answer: ask again.
    Unknown,
}

/// What a provider says of a refund, and how it names it.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundReport {
    pub outcome: RefundOutcome,
    pub reference: Option<String>,
}

impl From<RefundOutcome> for RefundReport {
    fn from(outcome: RefundOutcome) -> Self {
        Self { outcome, reference: None }
    }
}
