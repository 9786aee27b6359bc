//! What an order still owes the world, computed from its state. A crash at
//! any point is repaired by asking again.

use super::after::goods::restock::{self, Restock};
use super::after::{edits, money};
use super::holding::{CONFIRM_MILLIS, kept_until};
use super::notice::{self, Notice};
use super::order::{Order, Stage};
use super::slots::Slot;
use super::sold_cards;
use crate::payments::{Attempt, AttemptStatus, Refund, RefundStatus};
use crate::pools::Claim;
use crate::pools::pool::HoldId;
use crate::ports::Timestamp;

/// The first poll of an unanswered payment comes after this, each next one
/// after twice as long, in milliseconds.
pub const POLL_MILLIS: i64 = 1_000;
pub const POLL_MOST_MILLIS: i64 = 60_000;

/// How often it is asked what became of money that is on its way back, in
/// milliseconds: an hour. Banks take days, and the provider tells by itself.
pub const REFUND_POLL_MILLIS: i64 = 60 * 60_000;

/// An attempt without an answer for this long is called off, in milliseconds.
pub const GIVE_UP_MILLIS: i64 = 30_000;

/// How long the run that answers the buyer has before the alarm looks after
/// it, in milliseconds: longer than pools and provider may take together.
pub const WATCHDOG_MILLIS: i64 = 10_000;

/// One thing to do. Every one may be done again without harm.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Hold {
        hold: HoldId,
        claims: Vec<Claim>,
        until: Timestamp,
    },
    Charge {
        attempt: Attempt,
    },
    Poll {
        attempt: Attempt,
    },
    /// Makes sure that the attempt takes no money any more, and lets go what is
    /// set aside for it.
    CallOff {
        attempt: Attempt,
    },
    Commit {
        hold: HoldId,
        claims: Vec<Claim>,
    },
    /// `number`: which of the order's holds.
    Release {
        number: u32,
        hold: HoldId,
        claims: Vec<Claim>,
    },
    Refund {
        refund: Refund,
    },
    /// Gives back what a hold had while it was not paid.
    Vacate {
        number: u32,
        slot: Slot,
    },
    /// Issues gift cards that the order sells, and has their codes sent.
    IssueGiftCards {
        cards: Vec<sold_cards::Owed>,
    },
    /// Puts pieces that came back into stock.
    Restock(Restock),
    /// Takes what an edit adds.
    TakeAdded(edits::effect::Take),
    /// What staff have decided of its money.
    Money(money::effect::Effect),
    /// Tells the projections, and the buyer what is news to them.
    Publish {
        version: u64,
        notice: Option<Notice>,
    },
}

pub fn hold_id(order: &Order, number: u32) -> HoldId {
    HoldId(format!("{}/{number}", order.id))
}

/// What is to be done now, the most urgent first.
pub fn due(order: &Order, now: Timestamp) -> Vec<Effect> {
    let mut effects = Vec::new();
    // What is still held for the order under an earlier name must not stand in its own way.
    let asks_pools =
        matches!(order.stage, Stage::Placing { held: false, .. } | Stage::Confirmed { committed: false, .. });
    if asks_pools {
        effects.extend(releases(order));
    }
    match &order.stage {
        Stage::Open => {}
        Stage::Placing { hold, held: false, .. } => {
            effects.push(Effect::Hold { hold: hold_id(order, hold.number), claims: order.claims(), until: hold.until })
        }
        Stage::Placing { attempt, held: true, .. } => effects.push(Effect::Charge { attempt: attempt.clone() }),
        Stage::Confirmed { hold, committed: false, .. } => {
            effects.push(Effect::Commit { hold: hold_id(order, hold.number), claims: order.claims() });
        }
        Stage::AwaitingPayment { .. } | Stage::Confirmed { .. } | Stage::Cancelled { .. } => {}
    }
    effects.extend(of_payment(&order.stage, now));
    effects.extend(edits::asking::due(order, now));
    for refund in order.refunds.iter().filter(|refund| refund.is_due(now)) {
        effects.push(Effect::Refund { refund: refund.clone() });
    }
    effects.extend(edits::effect::due(order).map(Effect::TakeAdded));
    effects.extend(money::effect::due(order).into_iter().map(Effect::Money));
    if !asks_pools {
        effects.extend(releases(order));
    }
    // One that has ended by itself needs no giving back.
    for (number, (slot, _)) in order.vacating.iter().filter(|(_, (_, until))| now < *until) {
        effects.push(Effect::Vacate { number: *number, slot: slot.clone() });
    }
    let cards = sold_cards::owed(order);
    if !cards.is_empty() {
        effects.push(Effect::IssueGiftCards { cards });
    }
    effects.extend(restock::owed(order).map(Effect::Restock));
    let notice = notice::owed(order);
    if to_publish(order) || notice.is_some() {
        effects.push(Effect::Publish { version: order.version, notice });
    }
    effects
}

/// What is to be done for the payment of an order, or of what one was asked for.
pub fn of_payment(stage: &Stage, now: Timestamp) -> Option<Effect> {
    let attempt = stage.attempt().cloned()?;
    match stage {
        Stage::AwaitingPayment { hold, .. } => {
            let lapsed = hold.as_ref().is_none_or(|hold| now >= hold.until);
            match &attempt.status {
                AttemptStatus::RequiresAction { at, .. } if now >= at.plus_millis(CONFIRM_MILLIS) => {
                    Some(Effect::CallOff { attempt })
                }
                // The buyer may have answered, and nobody heard: the goods are kept until that is known.
                AttemptStatus::RequiresAction { .. } => {
                    kept_until(stage).is_some_and(|until| now >= until).then_some(Effect::Poll { attempt })
                }
                status if status.is_open() && lapsed => Some(Effect::CallOff { attempt }),
                AttemptStatus::CallingOff { .. } => Some(Effect::CallOff { attempt }),
                AttemptStatus::Started => Some(Effect::Charge { attempt }),
                AttemptStatus::Unknown { next_poll } if now >= *next_poll => {
                    let overdue = now.since(attempt.started_at) >= GIVE_UP_MILLIS;
                    Some(if overdue { Effect::CallOff { attempt } } else { Effect::Poll { attempt } })
                }
                _ => None,
            }
        }
        Stage::Cancelled { resolving: true, .. } => Some(Effect::CallOff { attempt }),
        _ => None,
    }
}

fn releases(order: &Order) -> impl Iterator<Item = Effect> {
    order.releasing.iter().map(|(number, claims)| Effect::Release {
        number: *number,
        hold: hold_id(order, *number),
        claims: claims.clone(),
    })
}

/// Carts are nobody's business but where staff have made them.
fn to_publish(order: &Order) -> bool {
    let is_listed = match order.stage {
        Stage::Open => order.draft.is_some(),
        Stage::Placing { .. } => false,
        _ => true,
    };
    order.version > order.published && is_listed
}

/// Whether what is due belongs to the buyer's own request.
pub fn in_foreground(order: &Order) -> bool {
    match &order.stage {
        Stage::Placing { .. } => true,
        Stage::AwaitingPayment { attempt, .. } => is_begun(attempt),
        // Not certain to have its goods: the buyer is told when it is.
        Stage::Confirmed { secured: false, committed: false, .. } => true,
        Stage::Confirmed { .. } => match order.edits.payable() {
            Some(ask) => ask.attempt().is_some_and(is_begun),
            None => order.edits.open.is_some(),
        },
        Stage::Cancelled { .. } => false,
        // A refused placement gives back what it held before it is answered.
        Stage::Open => !order.releasing.is_empty(),
    }
}

/// Whether its provider is being asked for it.
fn is_begun(attempt: &Attempt) -> bool {
    matches!(attempt.status, AttemptStatus::Started | AttemptStatus::CallingOff { .. })
}

/// When the alarm must look next; none where the order owes nothing.
pub fn wake(order: &Order, now: Timestamp) -> Option<Timestamp> {
    let watchdog = now.plus_millis(WATCHDOG_MILLIS);
    if !due(order, now).is_empty() {
        return Some(watchdog);
    }
    let refunds = order.refunds.iter().filter_map(|refund| match refund.status {
        RefundStatus::Pending { next_poll } => next_poll,
        _ => None,
    });
    refunds.chain(payment_wake(&order.stage, order.due_by())).chain(edits::asking::wake(order)).min()
}

/// When the payment of an order, or of what one was asked for, is to be looked at.
/// `due_by`: when the money must have come that is owed.
pub fn payment_wake(stage: &Stage, due_by: Option<Timestamp>) -> Option<Timestamp> {
    if let Stage::Confirmed { .. } = stage {
        return due_by;
    }
    let Stage::AwaitingPayment { placement, hold, attempt } = stage else { return None };
    let kept = kept_until(stage);
    Some(match &attempt.status {
        AttemptStatus::Unknown { next_poll } => hold.as_ref().map_or(*next_poll, |hold| hold.until.min(*next_poll)),
        AttemptStatus::RequiresAction { at, .. } => {
            let until = at.plus_millis(CONFIRM_MILLIS);
            kept.map_or(until, |kept| kept.min(until))
        }
        _ => kept.map_or(placement.payable_until(), |kept| kept.min(placement.payable_until())),
    })
}
