//! How the events of payments and refunds change an order.

use super::event::Event;
use super::order::{Hold, Order, Stage};
use crate::money::Money;
use crate::payments::{Attempt, AttemptStatus, Provider, Refund, RefundStatus};
use crate::ports::Timestamp;

impl Order {
    /// The order after an event of a payment or a refund; see [`Order::apply`].
    pub(super) fn apply_payment(&mut self, event: &Event, now: Timestamp) {
        match event {
            Event::Refunded { refund, reference } => self.with_refund(*refund, |refund| {
                refund.status = RefundStatus::Done;
                refund.reference = reference.clone().or(refund.reference.take());
            }),
            Event::RefundFailed { refund } => self.with_refund(*refund, |refund| refund.status = RefundStatus::Failed),
            Event::RefundPending { refund, reference, next_poll } => self.with_refund(*refund, |refund| {
                refund.status = RefundStatus::Pending { next_poll: *next_poll };
                refund.reference = reference.clone().or(refund.reference.take());
            }),
            Event::RefundedElsewhere { amount } => {
                if let Some(attempt) = self.attempt().cloned() {
                    let number = self.add_refund(attempt, *amount, now);
                    self.with_refund(number, |refund| refund.status = RefundStatus::Done);
                }
            }
            Event::Disputed { dispute } => {
                self.disputes.add(dispute.clone());
            }
            Event::PaidTwice { attempt, amount } => {
                self.add_refund(attempt.clone(), *amount, now);
            }
            Event::PaymentNamed { reference } => {
                if let Some(attempt) = self.attempt_mut() {
                    attempt.reference = Some(reference.clone());
                }
            }
            Event::PaymentAsked { next_poll } => self.with_attempt(|attempt| {
                attempt.polls += 1;
                attempt.status = AttemptStatus::Unknown { next_poll: *next_poll };
            }),
            Event::PaymentActionRequired { client_secret } => self.with_attempt(|attempt| {
                attempt.status = AttemptStatus::RequiresAction { client_secret: client_secret.clone(), at: now };
            }),
            Event::PaymentDeclined { reason } => {
                self.with_attempt(|attempt| {
                    attempt.status = AttemptStatus::Declined { reason: reason.clone(), at: now };
                });
            }
            Event::Paid { secured } => {
                self.vacate();
                self.confirm(AttemptStatus::Paid, *secured, now);
            }
            Event::Authorized { secured } => {
                self.vacate();
                self.confirm(AttemptStatus::Authorized, *secured, now);
            }
            // The slot is kept until it ends by itself: who pays later has only so many in a while.
            Event::Owed { secured } => self.confirm(AttemptStatus::Owed, *secured, now),
            Event::PaymentReceived { receipt, .. } => {
                if let Some(attempt) = self.attempt_mut() {
                    attempt.captured = attempt.captured.checked_add(receipt.amount).unwrap_or(attempt.captured);
                    self.receipts.push(receipt.clone());
                }
            }
            Event::AuthorizationLapsed => {
                if let Some(attempt) = self.attempt_mut() {
                    attempt.status = AttemptStatus::Voided;
                }
            }
            Event::PaymentVoided => {
                self.resolve(AttemptStatus::Voided);
            }
            Event::PaidAfterAll => {
                self.resolve(AttemptStatus::Paid);
                self.refund_current(now);
            }
            _ => {}
        }
    }

    /// The order will be: its money is there, or as good as.
    fn confirm(&mut self, status: AttemptStatus, is_secured: bool, now: Timestamp) {
        if let Stage::Confirmed { attempt, .. } = &mut self.stage {
            attempt.settle(status);
            return;
        }
        // Pools refuse for good what was released: the money takes the goods under a name of their own.
        let afresh = Hold { number: self.holds + 1, until: now, slot: None };
        self.restage(|placement, hold, mut attempt| {
            attempt.settle(status);
            let hold = hold.unwrap_or(afresh);
            Stage::Confirmed { placement, hold, attempt, at: now, secured: is_secured, committed: false }
        });
        self.holds = self.hold().map_or(self.holds, |hold| self.holds.max(hold.number));
    }

    pub(super) fn attempt_mut(&mut self) -> Option<&mut Attempt> {
        match &mut self.stage {
            Stage::Open => None,
            Stage::Placing { attempt, .. }
            | Stage::AwaitingPayment { attempt, .. }
            | Stage::Confirmed { attempt, .. }
            | Stage::Cancelled { attempt, .. } => Some(attempt),
        }
    }

    pub(super) fn with_refund(&mut self, number: u32, change: impl FnOnce(&mut Refund)) {
        if let Some(refund) = self.refunds.iter_mut().find(|refund| refund.number == number) {
            change(refund);
        }
    }

    /// The refund's number.
    pub(super) fn add_refund(&mut self, attempt: Attempt, amount: Money, now: Timestamp) -> u32 {
        let number = self.refunds.iter().map(|refund| refund.number).max().unwrap_or(0) + 1;
        self.refunds.push(Refund::new(self.id, number, attempt, amount, now));
        number
    }

    fn resolve(&mut self, status: AttemptStatus) {
        if let Stage::Cancelled { attempt, resolving, .. } = &mut self.stage {
            attempt.settle(status);
            *resolving = false;
        }
    }

    /// Remembers the last attempt: another follows.
    pub(super) fn give_up(&mut self) {
        if let Some(attempt) = self.attempt().filter(|attempt| attempt.payment.provider != Provider::None).cloned() {
            self.given_up.retain(|known| known.number != attempt.number);
            self.given_up.push(attempt);
        }
    }

    pub(super) fn refund_current(&mut self, now: Timestamp) {
        if let Some(attempt) = self.attempt().cloned() {
            let amount = self.refundable(&attempt);
            if amount.amount > 0 {
                self.add_refund(attempt, amount, now);
            }
        }
    }

    /// What of an attempt's money can still be given back.
    pub fn refundable(&self, attempt: &Attempt) -> Money {
        let of_attempt = self.refunds.iter().filter(|refund| refund.attempt.number == attempt.number);
        let counts = of_attempt.filter(|refund| refund.status != RefundStatus::Failed);
        let given: i64 = counts.map(|refund| refund.amount.amount).sum();
        Money { amount: attempt.captured.amount.saturating_sub(given).max(0), ..attempt.captured }
    }
}
