//! Whether an order may be changed as staff want, and what exactly that is:
//! `decide`, pure.

use serde::{Deserialize, Serialize};

use super::asking::told;
use super::bodies::{PaidDifference, Wish};
use super::error::Refusal;
use super::event::Event;
use super::{Added, MAX_EDITS, Plan, adding, anew, moving, taking_out, unpaid};
use crate::ids::AccountId;
use crate::orders::after::goods;
use crate::orders::after::money::decision::{Deed, give};
use crate::orders::after::money::{self, Giving, Pieces, left};
use crate::orders::decision::Command;
use crate::orders::error::OrderError;
use crate::orders::event::Event as OrderEvent;
use crate::orders::facts::{Fact, Facts};
use crate::orders::order::{CancelReason, Key, Order, Stage};
use crate::orders::view::{self, Status};
use crate::orders::{papers, trying};
use crate::payments::{AttemptStatus, PaymentChoice, Provider};
use crate::ports::Timestamp;
use crate::problem::FieldError;
use crate::settings::Capture;
use crate::shelf::snapshot::Snapshot;

/// Decides what it comes to. No events: it is so already. `shelf`: as it is now,
/// with the variants of the order and those to be added.
pub fn decide(
    order: &Order,
    by: AccountId,
    wish: Wish,
    key: Option<Key>,
    shelf: &Snapshot,
    now: Timestamp,
) -> Result<Vec<Event>, OrderError> {
    if let Stage::AwaitingPayment { placement, attempt, .. } = &order.stage {
        let wish = as_seen(order, wish)?;
        let reworked = unpaid::of(order, (placement, attempt), wish, shelf, now)?;
        let event = |(plan, whole): (_, Option<unpaid::Whole>)| {
            let plan = Box::new(plan);
            match whole.map(Box::new) {
                Some(whole) => Event::Reworked { by, plan, whole },
                None => Event::Edited { by, plan },
            }
        };
        return Ok(reworked.map(event).into_iter().collect());
    }
    let plan = Box::new(plan(order, wish, shelf, now)?);
    if plan.facts.is_empty() && plan.giving.is_none() && plan.added.is_none() {
        return Ok(Vec::new());
    }
    let waits = plan.added.as_ref().is_some_and(|added| added.is_unpaid() || !added.claims().is_empty());
    Ok(vec![if waits { Event::Begun { by, plan, key } } else { Event::Edited { by, plan } }])
}

fn plan(order: &Order, wish: Wish, shelf: &Snapshot, now: Timestamp) -> Result<Plan, OrderError> {
    match &order.stage {
        Stage::Open => return Err(OrderError::NotFound),
        Stage::Confirmed { committed: true, .. } => {}
        Stage::Placing { .. } => return Err(OrderError::PaymentInProgress),
        _ => return Err(Refusal::NotConfirmed.into()),
    }
    let Wish { facts, lines, add, paid_by_hand, ask_buyer, preview, reason, notify, .. } = as_seen(order, wish)?;
    let is_taxed_anew = moving::check(order, &facts, shelf, now)?;
    let is_billed_to_another = facts.iter().any(|fact| matches!(fact, Fact::BillingAddress(_)));
    if is_billed_to_another && !is_taxed_anew && is_invoiced(order) {
        return Err(Refusal::AlreadyInvoiced.into());
    }
    let mut pieces = taking_out::of(order, &lines, !add.is_empty())?;
    let sold_anew = if is_taxed_anew { anew::of(order, &pieces, &facts) } else { None };
    let more = adding::of(order, &add, &facts, (&pieces, sold_anew.as_ref()), (shelf, now))?;
    pieces.extend(sold_anew.into_iter().flat_map(|left| left.given_up));
    // Another way of shipping takes the place of the one there was.
    let is_sent_another_way = more.as_ref().is_some_and(|added| added.quote.shipping.is_some());
    let shipping = if is_sent_another_way { left::of_shipping(order) } else { 0 };
    let change = Change { pieces, shipping, more };
    let (giving, added) = match owed(order) {
        _ if change.is_none() => (None, None),
        Some(_) if paid_by_hand.is_some() => return Err(unpaid::not_paid()),
        Some(owed) => owe(order, owed, change, reason.clone().into())?,
        None if !is_paid(order) => return Err(Refusal::NotPaid.into()),
        None => exchange(order, change, reason.clone().into(), paid_by_hand.map(String::from), preview || ask_buyer)?,
    };
    Ok(Plan { reason: reason.into(), notify, facts, giving, added: added.map(Box::new) })
}

/// What of an order's pieces and shipping is given up, and what it has more.
struct Change {
    pieces: Vec<Pieces>,
    /// In minor units, tax included.
    shipping: i64,
    more: Option<Added>,
}

impl Change {
    fn is_none(&self) -> bool {
        self.pieces.is_empty() && self.more.is_none()
    }

    /// What all that is given up comes to.
    fn worth(&self) -> i64 {
        self.pieces.iter().map(|pieces| pieces.amount).fold(self.shipping, i64::saturating_add)
    }
}

/// An order that is to be paid still owes so much less, or more. Something of it stays to be paid.
fn owe(
    order: &Order,
    owed: i64,
    change: Change,
    reason: String,
) -> Result<(Option<Giving>, Option<Added>), OrderError> {
    let worth = change.worth();
    let total = change.more.as_ref().map_or(0, |added| added.quote.totals.total.amount);
    if owed.saturating_add(total) <= worth {
        return Err(Refusal::NothingLeftToPay.into());
    }
    let added = change.more.map(|added| Added { set_off: worth.min(total), owed: true, ..added });
    if change.pieces.is_empty() && change.shipping == 0 {
        return Ok((None, added));
    }
    let giving = give(order, reason, change.pieces, change.shipping, 0)?;
    Ok((Some(Giving { set_off: worth, ..giving }), added))
}

/// What is taken out of an order that is paid pays for what is added, and the rest goes back.
fn exchange(
    order: &Order,
    change: Change,
    reason: String,
    paid_by_hand: Option<String>,
    may_be_unpaid: bool,
) -> Result<(Option<Giving>, Option<Added>), OrderError> {
    let worth = change.worth();
    // Money that has gone back already pays for nothing more.
    let left = left::in_all(order);
    if worth > left.amount {
        return Err(money::error::Refusal::NotRefundable { left }.into());
    }
    let added = change.more.map(|more| pay(more, worth, paid_by_hand, may_be_unpaid)).transpose()?;
    let set_off = added.as_ref().map_or(0, |added| added.set_off);
    if change.pieces.is_empty() && change.shipping == 0 {
        return Ok((None, added));
    }
    let giving = give(order, reason, change.pieces, change.shipping, worth - set_off)?;
    Ok((Some(Giving { set_off, ..giving }), added))
}

/// What is wanted besides what is so already, if the order is as it was seen.
fn as_seen(order: &Order, mut wish: Wish) -> Result<Wish, OrderError> {
    if order.edits.in_all() >= MAX_EDITS {
        return Err(Refusal::TooManyEdits.into());
    } else if wish.expected_edits.is_some_and(|expected| expected != order.edits.count()) {
        return Err(Refusal::Edited.into());
    }
    wish.facts.retain(|fact| !is_so(&order.facts, fact));
    Ok(wish)
}

/// How what is added is paid: by what is taken out as far as that goes, the rest
/// by hand or by its buyer, where that is asked for.
fn pay(added: Added, worth: i64, paid_by_hand: Option<String>, may_be_unpaid: bool) -> Result<Added, OrderError> {
    let set_off = worth.min(added.quote.totals.total.amount);
    let added = Added { set_off, paid_by_hand, ..added };
    match (added.to_pay(), &added.paid_by_hand) {
        (to_pay, None) if to_pay.amount > 0 && !may_be_unpaid => Err(Refusal::DifferenceToPay { to_pay }.into()),
        (to_pay, Some(_)) if to_pay.amount == 0 => {
            let errors = vec![FieldError::new("/paid_by_hand", "nothing is left to be paid")];
            Err(Refusal::Unfit { errors }.into())
        }
        _ => Ok(added),
    }
}

/// What staff do with an edit whose buyer was asked for the difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settling {
    /// They have it.
    Paid(PaidDifference),
    CallOff,
}

/// What becomes of the edit that waits for its money.
pub fn settle(
    order: &Order,
    by: AccountId,
    number: u32,
    deed: Settling,
    key: Option<Key>,
) -> Result<Vec<OrderEvent>, OrderError> {
    if order.stage == Stage::Open {
        return Err(OrderError::NotFound);
    }
    let ask = order.edits.open_ask().filter(|ask| ask.number == number).ok_or(Refusal::NothingAsked)?;
    let is_paid = matches!(deed, Settling::Paid(_));
    let events = match deed {
        // Its money may be there already: it goes back.
        Settling::CallOff if !ask.waits() => vec![OrderEvent::CommitRefused],
        Settling::CallOff => vec![OrderEvent::Cancelled { reason: CancelReason::Shop }],
        Settling::Paid(_) if !ask.kept || !ask.waits() => return Err(Refusal::NothingAsked.into()),
        // It may take the same money: that is made certain first.
        Settling::Paid(_) if ask.attempt().is_some_and(|attempt| attempt.status.is_open()) => {
            return Err(OrderError::PaymentInProgress);
        }
        Settling::Paid(PaidDifference { reference }) => {
            let payment = PaymentChoice { provider: Provider::Manual, ..PaymentChoice::nothing() };
            let named = OrderEvent::PaymentNamed { reference: reference.into() };
            vec![OrderEvent::PaymentStarted { payment }, named, OrderEvent::Paid { secured: true }]
        }
    };
    // What it comes to is known later: a repeat must find it.
    let noted = key.filter(|_| is_paid).map(|key| OrderEvent::Edits(Event::Noted { number, key }));
    Ok(told(ask, Some(by), events).into_iter().chain(noted).collect())
}

/// A try at paying what the buyer was asked for, by a way that takes the money at once.
pub fn pay_asked(
    order: &Order,
    mut payment: PaymentChoice,
    now: Timestamp,
) -> Option<Result<Vec<OrderEvent>, OrderError>> {
    let ask = order.edits.payable()?;
    // Staff record what comes by the others.
    if payment.provider == Provider::Manual {
        return Some(Err(OrderError::NotPayable));
    }
    payment.terms.capture = Capture::Automatic;
    let events = trying::pay(&order.as_asked(ask), payment, None, now);
    Some(events.map(|events| told(ask, None, events)))
}

/// Whether an edit that is under way stands in a command's way: what it takes out
/// must still be there in the end, and one that only adds takes nothing out.
pub fn is_in_the_way(order: &Order, command: &Command) -> bool {
    let Some(begun) = &order.edits.open else { return false };
    match command {
        // How much is owed is what this decides.
        Command::Receive { .. } => owed(order).is_some(),
        Command::Edit { .. } | Command::Money { deed: Deed::Cancel(_), .. } => true,
        Command::Goods { command: goods::Command::Fulfil(_), .. } | Command::Money { deed: Deed::Refund(_), .. } => {
            order.edits.payable().is_none() || !begun.only_adds()
        }
        _ => false,
    }
}

fn is_so(facts: &Facts, fact: &Fact) -> bool {
    facts.with(fact.clone()) == *facts
}

/// Whether its invoice was issued, or is about to be: it says whom it bills for good. Of
/// an order that was cancelled there may be one.
pub fn is_invoiced(order: &Order) -> bool {
    let status = view::status(order);
    papers::secured_at(order).is_some() && (status.is_invoiced() || status == Status::Cancelled)
}

/// What is still to come for an order whose money staff wait for.
fn owed(order: &Order) -> Option<i64> {
    match &order.stage {
        Stage::Confirmed { attempt, .. } if attempt.status == AttemptStatus::Owed => Some(attempt.left().amount),
        _ => None,
    }
}

fn is_paid(order: &Order) -> bool {
    matches!(&order.stage, Stage::Confirmed { attempt, .. } if attempt.status == AttemptStatus::Paid)
}
