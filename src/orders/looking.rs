//! Looking at a payment because its provider says that there is something new.
//! Part of the order's object.
//!
//! Whatever was said, the provider is asked, and its answer goes the way of every
//! other: so events that come twice, in another order, before our own answer or
//! never all end in the same state.

use std::rc::Rc;

use serde_json::json;

use super::error::OrderError;
use super::event::Event;
use super::learning::{Answer, learn};
use super::object::{OrderObject, order_reply};
use super::order::Order;
use super::protocol::Reply;
use crate::payments::stripe::webhook::About;
use crate::payments::{self, Attempt, AttemptStatus, Outcome, Provider, Refund, RefundOutcome, RefundStatus};
use crate::telemetry;

impl OrderObject {
    /// Asks about an attempt that the provider names so; answers once what it
    /// says is stored, and not at all while it says nothing.
    pub(super) async fn look_at_payment(
        self: &Rc<Self>,
        order: &Order,
        number: u32,
        reference: String,
        about: About,
    ) -> Result<Reply, OrderError> {
        let attempt = order.attempt_numbered(number).filter(|attempt| attempt.payment.provider == Provider::Stripe);
        let mut attempt = attempt.cloned().ok_or(OrderError::NotFound)?;
        if attempt.reference.as_ref().is_some_and(|known| *known != reference) {
            telemetry::log(&json!({
                "level": "error", "event": "payment_of_another_name", "attempt": attempt.id,
                "known": attempt.reference, "told": reference,
            }));
            return order_reply(200, order);
        }
        attempt.reference = Some(reference);
        self.ask_about(&attempt).await?;
        match about {
            About::Payment => {}
            About::Refund => self.ask_about_refunds(number).await?,
            About::Dispute { dispute } => {
                let known = self.record.existing()?.disputes.contains_key(&dispute);
                let events = if known { Vec::new() } else { vec![Event::Disputed { dispute }] };
                self.record.learn(events, self.now())?;
            }
        }
        self.record.commit(None, self.now())?;
        self.go_on();
        order_reply(200, &*self.record.existing()?)
    }

    /// Asks about the attempt that waits for its buyer, as far as the provider
    /// has a name for it; see [`super::protocol::Request::LookAgain`].
    pub(super) async fn look_again(self: &Rc<Self>, order: &Order) -> Result<Reply, OrderError> {
        let waits = |attempt: &&Attempt| {
            attempt.reference.is_some() && matches!(attempt.status, AttemptStatus::RequiresAction { .. })
        };
        if let Some(attempt) = order.attempt_to_pay().filter(waits) {
            self.ask_about(attempt).await?;
            self.go_on();
        }
        order_reply(200, &*self.record.existing()?)
    }

    async fn ask_about(&self, attempt: &Attempt) -> Result<(), OrderError> {
        let report = payments::poll(&self.app, attempt).await;
        if report.outcome == Outcome::Unknown {
            return Err(unanswered());
        }
        let answer = Answer::Payment { attempt: attempt.number, report };
        let events = learn(&*self.record.existing()?, &answer, self.now());
        self.record.learn(events, self.now())?;
        self.record.commit(None, self.now())
    }

    async fn ask_about_refunds(&self, attempt: u32) -> Result<(), OrderError> {
        let order = self.record.existing()?;
        // One that was made elsewhere has no name here, and nothing to be asked.
        let asked = |refund: &&Refund| refund.reference.is_some() || refund.status != RefundStatus::Done;
        for refund in order.refunds.iter().filter(|refund| refund.attempt.number == attempt).filter(asked) {
            let report = payments::refund(&self.app, refund).await;
            if report.outcome == RefundOutcome::Unknown {
                return Err(unanswered());
            }
            let answer = Answer::Refund { refund: refund.number, report };
            let events = learn(&*self.record.existing()?, &answer, self.now());
            self.record.learn(events, self.now())?;
        }
        Ok(())
    }
}

fn unanswered() -> OrderError {
    OrderError::Unavailable { cause: "the payment provider did not answer".to_owned() }
}
