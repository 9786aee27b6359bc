//! Whether another payment of an order may be begun, and what that does. Pure.

use super::error::OrderError;
use super::event::Event;
use super::order::{Order, Stage};
use super::slots::Slot;
use super::terms::not_too_often;
use crate::payments::{self, AttemptStatus, PaymentChoice};
use crate::ports::Timestamp;

/// `slot`: taken if the goods are to be held anew.
pub fn pay(
    order: &Order,
    payment: PaymentChoice,
    slot: Option<Slot>,
    now: Timestamp,
) -> Result<Vec<Event>, OrderError> {
    match &order.stage {
        Stage::Placing { .. } => Err(OrderError::PaymentInProgress),
        Stage::AwaitingPayment { placement, hold, attempt } => {
            let payment = payments::fit(payment, placement.to_pay())?;
            let open = attempt.status.is_open();
            match &attempt.status {
                // Asked for already.
                AttemptStatus::CallingOff { next } if next.is_same_way(&payment) => return Ok(Vec::new()),
                AttemptStatus::Started | AttemptStatus::CallingOff { .. } => return Err(OrderError::PaymentInProgress),
                // A second click, not another way to pay.
                _ if open && attempt.payment.is_same_way(&payment) => return Err(OrderError::PaymentInProgress),
                _ => {}
            }
            if now >= placement.payable_until() {
                return Err(OrderError::NotPayable);
            } else if !placement.may_try_again() {
                return Err(OrderError::TooManyAttempts);
            } else if open {
                return Ok(vec![Event::PaymentSwitched { payment }]);
            }
            if hold.as_ref().is_some_and(|hold| hold.secures(now)) {
                return Ok(vec![Event::PaymentStarted { payment }]);
            }
            not_too_often(order, now)?;
            let given_back = hold.as_ref().map(|_| Event::HoldGivenBack);
            Ok(given_back.into_iter().chain([Event::PlacedAgain { payment, slot }]).collect())
        }
        Stage::Open => Err(OrderError::NotFound),
        Stage::Confirmed { .. } | Stage::Cancelled { .. } => Err(OrderError::NotPayable),
    }
}
