//! What an order owes the world for an edit that was begun, and what the answer
//! means. Pure.

use super::event::Event;
use crate::orders::effect::hold_id;
use crate::orders::learning::Refused;
use crate::orders::order::{Order, Stage};
use crate::pools::Claim;
use crate::pools::pool::HoldId;

/// Takes the pieces that an edit adds from their pools, for good.
#[derive(Debug, Clone, PartialEq)]
pub struct Take {
    pub hold: HoldId,
    pub claims: Vec<Claim>,
}

/// What the pools answered, all of them: which of them had too little.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub refused: Vec<Refused>,
}

pub fn due(order: &Order) -> Option<Take> {
    let begun = order.edits.open.as_ref()?;
    let claims = begun.plan.added.as_ref().map(|added| added.claims()).unwrap_or_default();
    Some(Take { hold: hold_id(order, begun.hold), claims })
}

/// What the answer means. Total: one that comes twice means nothing.
pub fn learn(order: &Order, answer: &Answer) -> Option<Event> {
    let begun = order.edits.open.as_ref()?;
    let is_confirmed = matches!(order.stage, Stage::Confirmed { .. });
    Some(if answer.refused.is_empty() && is_confirmed { Event::Taken { by: begun.by } } else { Event::Refused })
}
