//! Whether an order may be changed as staff want, and what exactly that is:
//! `decide`, pure.

use super::bodies::Wish;
use super::error::Refusal;
use super::event::Event;
use super::{MAX_EDITS, Plan, moving, taking_out};
use crate::ids::AccountId;
use crate::orders::error::OrderError;
use crate::orders::facts::{Fact, Facts};
use crate::orders::order::{Order, Stage};
use crate::ports::Timestamp;
use crate::shelf::snapshot::Snapshot;

/// Decides what it comes to. No events: it is so already. `shelf`: as it is now,
/// with the order's variants.
pub fn decide(
    order: &Order,
    by: AccountId,
    wish: Wish,
    shelf: &Snapshot,
    now: Timestamp,
) -> Result<Vec<Event>, OrderError> {
    let plan = plan(order, wish, shelf, now)?;
    if plan.facts.is_empty() && plan.giving.is_none() {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Edited { by, plan: Box::new(plan) }])
}

fn plan(order: &Order, wish: Wish, shelf: &Snapshot, now: Timestamp) -> Result<Plan, OrderError> {
    match &order.stage {
        Stage::Open => return Err(OrderError::NotFound),
        Stage::Confirmed { committed: true, .. } if order.edits.len() >= MAX_EDITS => {
            return Err(Refusal::TooManyEdits.into());
        }
        Stage::Confirmed { committed: true, .. } => {}
        _ => return Err(Refusal::NotConfirmed.into()),
    }
    let Wish { mut facts, lines, reason, notify } = wish;
    facts.retain(|fact| !is_so(&order.facts, fact));
    moving::check(order, &facts, shelf, now)?;
    let giving = taking_out::of(order, &lines, reason.clone().into())?;
    Ok(Plan { reason: reason.into(), notify, facts, giving })
}

fn is_so(facts: &Facts, fact: &Fact) -> bool {
    facts.with(fact.clone()) == *facts
}
