//! What happens to an order, and how each event changes it.

use serde::{Deserialize, Serialize};

use super::details::Details;
use super::order::{
    CancelReason, HOLD_MILLIS, Key, Line, LineId, Milestone, Order, Placement, Refund, Shipping, Stage, Totals,
};
use super::slots::{SLOT_MILLIS, Slot};
use crate::ids::{AccountId, OrderId};
use crate::money::{Currency, Money};
use crate::payments::{Attempt, AttemptStatus, Method, Provider};
use crate::ports::Timestamp;

/// Something that happened. It is stored for good and read again whenever the
/// order is: what an event means may never change. New meaning is a new event;
/// a new field needs `#[serde(default)]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Created {
        id: OrderId,
        currency: Currency,
        account: Option<AccountId>,
    },
    LineAdded {
        line: Line,
    },
    LineQuantityChanged {
        line: LineId,
        quantity: u32,
    },
    LineRemoved {
        line: LineId,
    },
    DetailsSet {
        details: Box<Details>,
    },
    ShippingChosen {
        shipping: Shipping,
    },
    LineRepriced {
        line: LineId,
        unit_price: Money,
    },
    Placed {
        totals: Totals,
        provider: Provider,
        method: Method,
        key: Option<Key>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slot: Option<Slot>,
    },
    /// Every pool granted its hold.
    Held,
    /// A pool refused or did not answer: a cart again.
    PlacementRefused,
    /// Holds could not be had again after a crash.
    PlacementAbandoned,
    PaymentStarted {
        provider: Provider,
        method: Method,
    },
    PaymentAsked {
        next_poll: Timestamp,
    },
    PaymentActionRequired {
        client_secret: String,
    },
    PaymentDeclined {
        reason: String,
    },
    Paid {
        secured: bool,
    },
    Committed,
    CommitRefused,
    Cancelled {
        reason: CancelReason,
    },
    /// The last attempt is known not to have taken money.
    PaymentVoided,
    /// Money came for an order that will not be.
    PaidAfterAll,
    /// An earlier attempt, given up as failed, turns out to have been paid.
    PaidTwice {
        attempt: Attempt,
        amount: Money,
    },
    Released {
        placement: u32,
    },
    /// A placement's slots were given back.
    Vacated {
        placement: u32,
    },
    Refunded {
        attempt: u32,
    },
    Published {
        version: u64,
    },
    /// What was published is known to have been lost.
    PublicationLost,
    /// The clock by which the order was so far ahead has been put right.
    ClockPutBack {
        millis: i64,
    },
}

impl Event {
    /// Whether losing this event with the process only means repeating an
    /// idempotent effect. It is then recorded with whatever comes next.
    pub fn may_wait(&self) -> bool {
        matches!(
            self,
            Self::Held
                | Self::Committed
                | Self::Released { .. }
                | Self::Vacated { .. }
                | Self::Published { .. }
                | Self::PublicationLost
        )
    }

    /// Whether the change is one that a reader of the order could see.
    fn visible(&self) -> bool {
        !(self.may_wait() || matches!(self, Self::PaymentAsked { .. }))
    }

    fn milestone(&self) -> Option<&'static str> {
        Some(match self {
            Self::Placed { .. } => "placed",
            Self::PaymentStarted { .. } => "payment_started",
            Self::PaymentActionRequired { .. } => "payment_action_required",
            Self::PaymentDeclined { .. } => "payment_declined",
            Self::Paid { .. } => "paid",
            Self::PaidTwice { .. } => "paid_twice",
            Self::Committed => "stock_committed",
            Self::CommitRefused | Self::PlacementAbandoned => "out_of_stock",
            Self::Cancelled { .. } => "cancelled",
            Self::PaidAfterAll => "paid_late",
            Self::Refunded { .. } => "refunded",
            _ => return None,
        })
    }
}

impl Order {
    /// Builds the order up from its stored events; the first creates it.
    pub fn replay(order: &mut Option<Self>, event: &Event, at: Timestamp) {
        match (order, event) {
            (order @ None, Event::Created { id, currency, account }) => {
                *order = Some(Self::created(*id, *currency, *account, at));
            }
            (Some(order), event) => order.apply(event, at),
            (None, _) => {}
        }
    }

    /// The order as a new instance must take it: a crash may have left a
    /// placement half done, so its stock is asked for again.
    #[must_use]
    pub fn recovered(mut self) -> Self {
        if let Stage::Placing { recovered, held, .. } = &mut self.stage {
            *recovered = true;
            *held = false;
        }
        self
    }

    fn new_attempt(&mut self, provider: Provider, method: Method, now: Timestamp) -> Attempt {
        self.attempts += 1;
        Attempt::new(self.id, self.attempts, provider, method, now)
    }

    /// The order after an event. Total: an event that does not fit its stage
    /// changes nothing.
    pub fn apply(&mut self, event: &Event, now: Timestamp) {
        self.updated_at = now;
        self.version += u64::from(event.visible());
        if let Some(kind) = event.milestone() {
            self.milestones.push(Milestone { at: now, kind: kind.to_owned() });
        }
        match event {
            Event::Created { .. } => {}
            Event::LineAdded { line } => {
                self.lines_made = self.lines_made.max(line.id.0);
                self.lines.push(line.clone());
            }
            Event::LineQuantityChanged { line, quantity } => {
                if let Some(found) = self.lines.iter_mut().find(|l| l.id == *line) {
                    found.quantity = *quantity;
                }
            }
            Event::LineRemoved { line } => self.lines.retain(|l| l.id != *line),
            Event::LineRepriced { line, unit_price } => {
                if let Some(found) = self.lines.iter_mut().find(|l| l.id == *line) {
                    found.unit_price = *unit_price;
                }
            }
            Event::DetailsSet { details } => self.details = Some((**details).clone()),
            Event::ShippingChosen { shipping } => self.shipping = Some(shipping.clone()),
            Event::Released { placement } => {
                self.releasing.remove(placement);
            }
            Event::Refunded { attempt } => {
                for refund in self.refunds.iter_mut().filter(|refund| refund.attempt.number == *attempt) {
                    refund.done = true;
                }
            }
            Event::Published { version } => self.published = self.published.max(*version),
            Event::PublicationLost => self.published = 0,
            Event::PaidTwice { attempt, amount } => {
                self.refunds.push(Refund { attempt: attempt.clone(), amount: *amount, done: false });
            }
            Event::Vacated { placement } => {
                self.vacating.remove(placement);
            }
            Event::Placed { totals, provider, method, key, slot } => {
                self.placements += 1;
                let attempts_before = self.attempts;
                let attempt = self.new_attempt(*provider, *method, now);
                let placement = Placement {
                    number: self.placements,
                    at: now,
                    until: now.plus_millis(HOLD_MILLIS),
                    totals: *totals,
                    slot: slot.clone(),
                    key: key.clone(),
                    attempts_before,
                };
                self.stage = Stage::Placing { placement, attempt, held: false, recovered: false };
            }
            Event::PaymentStarted { provider, method } => {
                let attempt = self.new_attempt(*provider, *method, now);
                self.with_attempt(|current| *current = attempt);
            }
            Event::Held => {
                if let Stage::Placing { held, .. } = &mut self.stage {
                    *held = true;
                }
            }
            Event::PlacementRefused => {
                self.vacate();
                let items = self.items();
                if let Some(placement) = self.placement() {
                    self.releasing.insert(placement.number, items);
                }
                self.stage = Stage::Open;
            }
            Event::PaymentAsked { next_poll } => self.with_attempt(|attempt| {
                attempt.polls += 1;
                attempt.status = AttemptStatus::Unknown { next_poll: *next_poll };
            }),
            Event::PaymentActionRequired { client_secret } => self.with_attempt(|attempt| {
                attempt.status = AttemptStatus::RequiresAction { client_secret: client_secret.clone() };
            }),
            Event::PaymentDeclined { reason } => {
                self.with_attempt(|attempt| attempt.status = AttemptStatus::Declined { reason: reason.clone() });
            }
            Event::Paid { secured } => {
                self.vacate();
                self.restage(|placement, mut attempt| {
                    attempt.status = AttemptStatus::Paid;
                    Stage::Confirmed { placement, attempt, at: now, secured: *secured, committed: false }
                });
            }
            Event::Committed => {
                if let Stage::Confirmed { committed, .. } = &mut self.stage {
                    *committed = true;
                }
            }
            Event::CommitRefused => {
                self.refund_current();
                self.cancel(CancelReason::OutOfStock, now);
            }
            Event::PlacementAbandoned => self.cancel(CancelReason::OutOfStock, now),
            Event::Cancelled { reason } => self.cancel(*reason, now),
            Event::ClockPutBack { millis } => self.put_back(*millis),
            Event::PaymentVoided => {
                self.resolve(AttemptStatus::Voided);
            }
            Event::PaidAfterAll => {
                self.resolve(AttemptStatus::Paid);
                self.refund_current();
            }
        }
    }

    /// Changes the attempt; a placement that gets this far awaits its payment.
    fn with_attempt(&mut self, change: impl FnOnce(&mut Attempt)) {
        self.restage(|placement, mut attempt| {
            change(&mut attempt);
            Stage::AwaitingPayment { placement, attempt }
        });
    }

    fn restage(&mut self, next: impl FnOnce(Placement, Attempt) -> Stage) {
        if let Stage::Placing { placement, attempt, .. } | Stage::AwaitingPayment { placement, attempt } = &self.stage {
            self.stage = next(placement.clone(), attempt.clone());
        }
    }

    fn resolve(&mut self, status: AttemptStatus) {
        if let Stage::Cancelled { attempt, resolving, .. } = &mut self.stage {
            attempt.status = status;
            *resolving = false;
        }
    }

    fn refund_current(&mut self) {
        if let (Some(attempt), Some(placement)) = (self.attempt().cloned(), self.placement()) {
            self.refunds.push(Refund { attempt, amount: placement.totals.total, done: false });
        }
    }

    /// Nobody waits for this placement to be paid any more.
    fn vacate(&mut self) {
        if let Stage::Placing { placement, .. } | Stage::AwaitingPayment { placement, .. } = &self.stage
            && let Some(slot) = &placement.slot
        {
            self.vacating.insert(placement.number, (slot.clone(), placement.at.plus_millis(SLOT_MILLIS)));
        }
    }

    fn cancel(&mut self, reason: CancelReason, now: Timestamp) {
        self.vacate();
        let (Some(placement), Some(attempt)) = (self.placement().cloned(), self.attempt().cloned()) else { return };
        self.releasing.insert(placement.number, self.items());
        let resolving = attempt.status.is_open();
        self.stage = Stage::Cancelled { placement, attempt, at: now, reason, resolving };
    }
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
