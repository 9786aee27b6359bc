//! What an order owes the pools for an edit that was begun, and what the answer
//! means. Pure.

use super::event::Event;
use crate::orders::effect::hold_id;
use crate::orders::event::Event as OrderEvent;
use crate::orders::learning::Refused;
use crate::orders::order::{Order, Stage};
use crate::pools::Claim;
use crate::pools::pool::HoldId;
use crate::ports::Timestamp;

/// Takes the pieces that an edit adds from their pools: for good, or to keep them
/// until then.
#[derive(Debug, Clone, PartialEq)]
pub struct Take {
    pub hold: HoldId,
    pub claims: Vec<Claim>,
    pub kept_until: Option<Timestamp>,
}

/// What the pools answered, all of them: which of them had too little.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub take: Take,
    pub refused: Vec<Refused>,
}

pub fn due(order: &Order) -> Option<Take> {
    let begun = order.edits.open.as_ref()?;
    let (number, kept_until) = match order.edits.open_ask() {
        None => (begun.begin.hold, None),
        Some(ask) => match &ask.stage {
            Stage::AwaitingPayment { hold: Some(hold), .. } if !ask.kept => (hold.number, Some(hold.until)),
            Stage::Confirmed { hold, .. } if ask.is_paid() => (hold.number, None),
            _ => return None,
        },
    };
    let claims = begun.plan.added.as_ref().map(|added| added.claims()).unwrap_or_default();
    Some(Take { hold: hold_id(order, number), claims, kept_until })
}

/// What the answer means. Total: one to what is not asked any more means nothing.
pub fn learn(order: &Order, answer: &Answer) -> Option<Event> {
    let begun = order.edits.open.as_ref()?;
    let is_confirmed = matches!(order.stage, Stage::Confirmed { .. });
    if due(order).as_ref() != Some(&answer.take) {
        return None;
    }
    let is_refused = !answer.refused.is_empty() || !is_confirmed;
    Some(match answer.take.kept_until {
        // Its buyer has seen it, and paid.
        None if is_refused && order.edits.open_ask().is_some() => {
            Event::Asked { number: begun.number, by: None, event: Box::new(OrderEvent::CommitRefused) }
        }
        _ if is_refused => Event::Refused,
        Some(_) => Event::Kept,
        None => Event::Taken { by: begun.by },
    })
}
