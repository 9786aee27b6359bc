//! What the world's answers mean to an order: `learn`, pure.

use serde::{Deserialize, Serialize};

use super::after::goods::restock;
use super::after::{edits, goods, money};
use super::counting::{self, Later};
use super::drafts;
use super::effect::{POLL_MILLIS, POLL_MOST_MILLIS, REFUND_POLL_MILLIS};
use super::error::ShortLine;
use super::event::Event;
use super::holding::kept_until;
use super::order::{CancelReason, Order, Stage};
use super::sold_cards;
use super::taking;
use crate::messages::Kind;
use crate::money::Money;
use crate::payments::{
    Attempt, AttemptStatus, Outcome, PaymentChoice, RefundOutcome, RefundReport, RefundStatus, Report,
};
use crate::pools::Supply;
use crate::ports::Timestamp;

/// Why an attempt has come to nothing that was given up for another.
pub const CALLED_OFF: &str = "called_off";

/// What the world answered to an effect.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Every pool granted its hold.
    /// `later`: of which pieces some have yet to come.
    Held {
        later: Vec<Later>,
    },
    /// `refused`: pools without enough. `unanswered`: some pool did not answer.
    NotHeld {
        refused: Vec<Refused>,
        unanswered: bool,
    },
    Payment {
        attempt: u32,
        report: Report,
    },
    Committed {
        refused: bool,
    },
    Released {
        hold: u32,
    },
    Vacated {
        hold: u32,
    },
    Refund {
        refund: u32,
        report: RefundReport,
    },
    /// `told`: the news that went along.
    Published {
        version: u64,
        told: Option<(Kind, u32)>,
    },
    GiftCardsIssued {
        so_far: u64,
    },
    /// Which return's pieces are in stock; of some of them the pools refuse ever to be.
    Restocked {
        number: u32,
        refused: bool,
    },
    /// What the pools said to pieces that are to be added.
    Added(edits::effect::Answer),
    /// Of what staff have decided of its money.
    Money(money::effect::Answer),
    /// Time passed.
    Tick,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    pub of: Supply,
    pub available: i64,
}

/// Decides what an effect's answer means. Total: an answer that comes twice,
/// or too late to matter, means nothing.
pub fn learn(order: &Order, answer: &Answer, now: Timestamp) -> Vec<Event> {
    match (answer, &order.stage) {
        (Answer::Held { later }, Stage::Placing { held: false, .. }) => {
            let later =
                (!later.is_empty()).then(|| Event::Counting(counting::Event::Backordered { later: later.clone() }));
            later.into_iter().chain([Event::Held]).collect()
        }
        (Answer::NotHeld { .. }, Stage::Placing { held: false, recovered: false, .. }) => vec![Event::PlacementRefused],
        // A payment may have been begun by the run that crashed.
        (Answer::NotHeld { refused, .. }, Stage::Placing { held: false, recovered: true, hold, .. }) => {
            if !refused.is_empty() || now >= hold.until { vec![Event::PlacementAbandoned] } else { Vec::new() }
        }
        (Answer::Payment { attempt, report }, _) => learn_report(order, *attempt, report, now),
        (Answer::Committed { refused }, Stage::Confirmed { committed: false, .. }) => {
            vec![if *refused { Event::CommitRefused } else { Event::Committed }]
        }
        (Answer::Released { hold }, _) if order.releasing.contains_key(hold) => vec![Event::Released { hold: *hold }],
        (Answer::Vacated { hold }, _) if order.vacating.contains_key(hold) => vec![Event::Vacated { hold: *hold }],
        (Answer::Refund { refund, report }, _) => learn_refund(order, *refund, report, now),
        (Answer::Published { version, told }, _) => {
            let published = (*version > order.published).then_some(Event::Published { version: *version });
            let news = told.filter(|(kind, version)| !order.is_told(*kind, *version));
            let notified = news.map(|(kind, version)| Event::Notified { kind, version });
            published.into_iter().chain(notified).collect()
        }
        (Answer::GiftCardsIssued { so_far }, _) if *so_far > order.cards_issued => {
            vec![Event::GiftCardsIssued { so_far: *so_far, all: *so_far >= sold_cards::count(order) }]
        }
        (Answer::Restocked { number, refused }, _) if restock::is_owed(order, *number) => {
            let number = *number;
            let event = match refused {
                false => goods::Event::Restocked { number },
                true => goods::Event::NotRestocked { number },
            };
            vec![Event::Goods { by: None, event }]
        }
        (Answer::Added(answer), _) => edits::effect::learn(order, answer).map(Event::Edits).into_iter().collect(),
        (Answer::Money(answer), _) => money::effect::learn(order, answer, now),
        (Answer::Tick, _) => {
            tick(&order.stage, order.due_by(), now).into_iter().chain(edits::asking::tick(order, now)).collect()
        }
        _ => Vec::new(),
    }
}

/// What time alone does to an order, or to what one was asked for. `due_by`: when the
/// money must have come that is owed.
pub fn tick(stage: &Stage, due_by: Option<Timestamp>, now: Timestamp) -> Vec<Event> {
    match stage {
        // Cut off for longer than its hold: only what the payment came to counts.
        Stage::Placing { hold, .. } if now >= hold.until => vec![Event::PlacementAbandoned],
        Stage::AwaitingPayment { placement, attempt, .. }
            if now >= placement.payable_until() && !attempt.status.is_open() =>
        {
            vec![Event::Cancelled { reason: CancelReason::Expired }]
        }
        Stage::AwaitingPayment { placement, hold: Some(hold), attempt } => {
            // Where the bank was asked, the provider is asked first: see `due`.
            let until = if attempt.status.is_open() { hold.until } else { hold.kept_until(placement, attempt) };
            if now >= until { vec![Event::HoldGivenBack] } else { Vec::new() }
        }
        Stage::Confirmed { .. } if due_by.is_some_and(|until| now >= until) => {
            vec![Event::Cancelled { reason: CancelReason::Expired }]
        }
        _ => Vec::new(),
    }
}

/// How the provider names the attempt, where that is new, and what it says of it.
pub(super) fn learn_report(order: &Order, number: u32, report: &Report, now: Timestamp) -> Vec<Event> {
    if let Some(ask) = edits::asking::of_attempt(order, number) {
        return edits::asking::told(ask, None, learn_report(&order.as_asked(ask), number, report, now));
    }
    let Some(attempt) = order.attempt().filter(|attempt| attempt.number == number) else {
        return paid_twice(order, number, report);
    };
    let name = report.reference.clone().filter(|_| attempt.reference.is_none());
    let named = name.map(|reference| Event::PaymentNamed { reference });
    let given = given_back_elsewhere(order, attempt, report);
    named.into_iter().chain(learn_payment(order, attempt, report, now)).chain(given).collect()
}

/// Money that the provider has given back and nobody asked us to, such as by a
/// click on its own pages.
fn given_back_elsewhere(order: &Order, attempt: &Attempt, report: &Report) -> Option<Event> {
    let refunded = report.refunded.filter(|_| attempt.status == AttemptStatus::Paid)?;
    let ours = attempt.captured.amount - order.refundable(attempt).amount;
    let more = refunded.amount - ours;
    let amount = Money { amount: more, ..refunded };
    (more > 0 && refunded.amount <= attempt.captured.amount).then_some(Event::RefundedElsewhere { amount })
}

fn learn_payment(order: &Order, attempt: &Attempt, report: &Report, now: Timestamp) -> Vec<Event> {
    let outcome = &report.outcome;
    let secured = order.hold().is_some_and(|hold| hold.secures(now));
    match (&order.stage, outcome) {
        (Stage::Placing { .. } | Stage::AwaitingPayment { .. }, outcome) => match (outcome, &attempt.status) {
            // It was heard of while another try was being made, for which the goods were refused.
            (Outcome::Paid, _) if is_given_back(order, attempt.number) => Vec::new(),
            (Outcome::Paid, _) => vec![Event::Paid { secured }],
            (Outcome::PartlyPaid { .. }, _) if is_given_back(order, attempt.number) => Vec::new(),
            (Outcome::PartlyPaid { amount }, _) => vec![Event::Authorized { secured }, captured(*amount)],
            // Only an attempt whose outcome is open learns of another one.
            (_, status) if !status.is_open() => Vec::new(),
            (Outcome::Declined { .. } | Outcome::Voided, AttemptStatus::CallingOff { next }) => {
                called_off(order, next, now)
            }
            (_, AttemptStatus::CallingOff { .. }) => Vec::new(),
            (Outcome::Authorized, _) => vec![Event::Authorized { secured }],
            (Outcome::Owed, _) => drafts::owed(order, attempt, secured),
            (Outcome::Declined { reason }, _) => vec![Event::PaymentDeclined { reason: reason.clone() }],
            (
                Outcome::ActionRequired { .. }
                | Outcome::Unknown
                | Outcome::Pending
                | Outcome::NotFound
                | Outcome::Unfit,
                AttemptStatus::RequiresAction { .. },
            ) => {
                let over = kept_until(&order.stage).is_some_and(|until| now >= until);
                if over { vec![Event::HoldGivenBack] } else { Vec::new() }
            }
            (Outcome::ActionRequired { client_secret }, _) => {
                vec![Event::PaymentActionRequired { client_secret: client_secret.clone() }]
            }
            (Outcome::Unknown | Outcome::Pending | Outcome::NotFound | Outcome::Unfit, _) => {
                vec![Event::PaymentAsked { next_poll: now.plus_millis(poll_delay(attempt.polls)) }]
            }
            (Outcome::Voided, AttemptStatus::RequiresAction { .. }) => {
                vec![Event::PaymentDeclined { reason: "authentication_timed_out".to_owned() }]
            }
            (Outcome::Voided, _) => vec![Event::PaymentDeclined { reason: "no_answer".to_owned() }],
        },
        (Stage::Cancelled { resolving: true, .. }, Outcome::Paid) => vec![Event::PaidAfterAll],
        (Stage::Cancelled { resolving: true, .. }, Outcome::Voided | Outcome::Declined { .. }) => {
            vec![Event::PaymentVoided]
        }
        (Stage::Cancelled { resolving: true, .. }, Outcome::PartlyPaid { amount }) => vec![captured(*amount)],
        // Known, and perhaps kept by the shop.
        (Stage::Cancelled { .. }, _) if attempt.status == AttemptStatus::Paid => Vec::new(),
        (Stage::Cancelled { resolving: false, .. }, Outcome::Paid | Outcome::PartlyPaid { .. }) => {
            paid_twice(order, attempt.number, report)
        }
        // Taken elsewhere, such as on the provider's own pages; or let go by the bank after some days.
        (Stage::Confirmed { .. }, Outcome::Paid) if may_be_taken(attempt) => {
            vec![Event::Paid { secured: true }]
        }
        (Stage::Confirmed { .. }, Outcome::PartlyPaid { amount }) if may_be_taken(attempt) => vec![captured(*amount)],
        (Stage::Confirmed { .. }, Outcome::Voided) if attempt.status == AttemptStatus::Authorized => {
            vec![Event::AuthorizationLapsed]
        }
        _ => Vec::new(),
    }
}

/// Whether it is news that money was taken which had been set aside; also where
/// it was said to have lapsed.
fn may_be_taken(attempt: &Attempt) -> bool {
    matches!(attempt.status, AttemptStatus::Authorized | AttemptStatus::Voided)
}

/// A part of what was set aside was taken, and the rest let go.
fn captured(amount: Money) -> Event {
    Event::Money(money::event::Event::Captured { amount })
}

/// The attempt takes no money any more: the other one may begin, while the
/// goods are certain to be there. Else they are to be held anew first, which
/// only a request of the buyer's can.
fn called_off(order: &Order, next: &PaymentChoice, now: Timestamp) -> Vec<Event> {
    let secured = order.hold().is_some_and(|hold| hold.secures(now));
    let payable = order.placement().is_some_and(|placement| now < placement.payable_until());
    vec![match secured && payable {
        true => Event::PaymentStarted { payment: next.clone() },
        false => Event::PaymentDeclined { reason: CALLED_OFF.to_owned() },
    }]
}

/// Money for an attempt that was given up, or for an order that is not to be.
fn paid_twice(order: &Order, number: u32, report: &Report) -> Vec<Event> {
    match (&report.outcome, order.attempt_numbered(number)) {
        (Outcome::Paid | Outcome::PartlyPaid { .. }, Some(attempt)) if !is_given_back(order, number) => {
            let mut attempt = attempt.clone();
            attempt.settle(AttemptStatus::Paid);
            if let Outcome::PartlyPaid { amount } = report.outcome {
                attempt.captured = amount;
            }
            attempt.reference = report.reference.clone().or(attempt.reference);
            vec![Event::PaidTwice { amount: attempt.captured, attempt }]
        }
        _ => Vec::new(),
    }
}

/// Whether the attempt's money goes back, or has.
fn is_given_back(order: &Order, number: u32) -> bool {
    order.refunds.iter().any(|refund| refund.attempt.number == number)
}

fn learn_refund(order: &Order, number: u32, report: &RefundReport, now: Timestamp) -> Vec<Event> {
    let Some(refund) = order.refunds.iter().find(|refund| refund.number == number) else { return Vec::new() };
    let (reference, refund) = (report.reference.clone(), refund.status);
    let pending = |next_poll| vec![Event::RefundPending { refund: number, reference: reference.clone(), next_poll }];
    match (report.outcome, refund) {
        // A bank may send back what had already counted as given.
        (RefundOutcome::Failed, RefundStatus::Asked | RefundStatus::Pending { .. } | RefundStatus::Done) => {
            vec![Event::RefundFailed { refund: number }]
        }
        (_, RefundStatus::Done | RefundStatus::Failed) => Vec::new(),
        (RefundOutcome::Done, _) => vec![Event::Refunded { refund: number, reference }],
        (RefundOutcome::Pending, _) => pending(Some(now.plus_millis(REFUND_POLL_MILLIS))),
        (RefundOutcome::ByHand, RefundStatus::Asked) => pending(None),
        (RefundOutcome::ByHand | RefundOutcome::Unknown, _) => Vec::new(),
    }
}

fn poll_delay(polls: u32) -> i64 {
    POLL_MILLIS.saturating_mul(1 << polls.min(10)).min(POLL_MOST_MILLIS)
}

/// The lines that wanted what the pools refused, each with how many of its pieces there are.
pub fn short_lines(order: &Order, items: &[Refused]) -> Vec<ShortLine> {
    order
        .lines
        .iter()
        .filter_map(|line| {
            let available = taking::left_for(line, items)?;
            Some(ShortLine { line_id: line.id, requested: line.quantity, available })
        })
        .collect()
}
