//! What an order owes the world for what staff have decided of its money, and
//! what the world's answers mean. Pure.

use super::event::Event;
use super::{Fate, PutBack};
use crate::money::Money;
use crate::orders::event::Event as OrderEvent;
use crate::orders::learning::learn_report;
use crate::orders::order::{Order, Stage};
use crate::payments::{Attempt, AttemptStatus, Outcome, Report};
use crate::pools::Supply;
use crate::ports::Timestamp;

/// The most pools that are given something back in one step: as many as are
/// asked at once.
const MAX_AT_ONCE: usize = 32;

/// See [`crate::orders::effect::Effect`].
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Takes so much of what is set aside, once; the rest is let go.
    Capture { attempt: Box<Attempt>, amount: Money },
    /// Puts pieces back in stock and money back on gift cards.
    PutBack { put_backs: Vec<PutBack> },
}

/// What the world answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Captured {
        attempt: u32,
        report: Report,
    },
    /// These have their units back; of those the pools take these never.
    PutBack {
        numbers: Vec<u32>,
        refused: Vec<u32>,
    },
}

/// What is to be done now.
pub fn due(order: &Order) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let (Stage::Confirmed { attempt, .. }, Some(amount)) = (&order.stage, order.money.capturing)
        && attempt.status == AttemptStatus::Authorized
    {
        effects.push(Effect::Capture { attempt: Box::new(attempt.clone()), amount });
    }
    let waiting = order.money.put_backs.iter().filter(|back| back.fate == Fate::Owed);
    let put_backs: Vec<_> = waiting.take(MAX_AT_ONCE).cloned().collect();
    if !put_backs.is_empty() {
        effects.push(Effect::PutBack { put_backs });
    }
    effects
}

/// What an answer means. Total: one that comes twice means nothing.
pub fn learn(order: &Order, answer: &Answer, now: Timestamp) -> Vec<OrderEvent> {
    match answer {
        Answer::Captured { attempt, report } => {
            let waits = matches!(&order.stage, Stage::Confirmed { attempt: current, .. }
                if current.number == *attempt && current.status == AttemptStatus::Authorized);
            // Asked, it neither took the money nor let it go.
            let refused = matches!(report.outcome, Outcome::Authorized | Outcome::NotFound | Outcome::Unfit);
            match refused && waits && order.money.capturing.is_some() {
                true => vec![OrderEvent::Money(Event::CaptureRefused)],
                false => learn_report(order, *attempt, report, now),
            }
        }
        Answer::PutBack { numbers, refused } => learn_put_back(order, numbers, refused),
    }
}

fn learn_put_back(order: &Order, done: &[u32], refused: &[u32]) -> Vec<OrderEvent> {
    let owed = order.money.put_backs.iter().filter(|back| back.fate == Fate::Owed);
    let refused: Vec<&PutBack> = owed.clone().filter(|back| refused.contains(&back.number)).collect();
    let news = owed.filter(|back| done.contains(&back.number));
    let (cards, pieces): (Vec<&PutBack>, Vec<&PutBack>) = news.partition(|back| matches!(back.of, Supply::GiftCard(_)));
    let numbers = |put_backs: Vec<&PutBack>| put_backs.iter().map(|back| back.number).collect::<Vec<u32>>();
    let mut events = Vec::new();
    if !cards.is_empty() {
        events.push(OrderEvent::Money(Event::Credited { put_backs: numbers(cards) }));
    }
    if !pieces.is_empty() {
        events.push(OrderEvent::Money(Event::Restocked { put_backs: numbers(pieces) }));
    }
    if !refused.is_empty() {
        events.push(OrderEvent::Money(Event::NotPutBack { put_backs: numbers(refused) }));
    }
    events
}
