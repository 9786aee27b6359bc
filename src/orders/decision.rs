//! What may happen to an order: `decide`, pure.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::after::{edits, goods, money};
use super::drafts;
use super::error::OrderError;
use super::event::Event;
use super::facts::{Fact, Facts};
use super::limits::{MAX_CHANGES, MAX_COUPONS, MAX_GIFT_CARDS, MAX_LINES, MAX_QUANTITY, MAX_RECEIPTS, MAX_SHIPPING_ID};
pub use super::new_line::{NewLine, line_of};
use super::order::{CancelReason, Key, Line, LineId, Order, Receipt, Stage};
use super::replacing;
use super::slots::Slot;
use super::taking;
use super::terms::Terms;
use super::trying;
use crate::gift_cards;
use crate::ids::{AccountId, GiftCardId};
use crate::money::Money;
use crate::payments::{Attempt, AttemptStatus, PaymentChoice};
use crate::ports::Timestamp;
use crate::pricing::GiftCardBalance;
use crate::pricing::promotion::Code;
use crate::shelf::snapshot::Snapshot;
use crate::sorted::SortedMap;

/// What is to become of a cart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    AddLines {
        lines: Vec<NewLine>,
    },
    SetQuantity {
        line: LineId,
        quantity: u32,
    },
    /// All or none; lines that are gone meanwhile are passed over.
    SetQuantities {
        quantities: Vec<(LineId, u32)>,
    },
    RemoveLine {
        line: LineId,
    },
    /// All of it or nothing. `lines`: the only ones from now on, besides those
    /// that staff have priced.
    Update {
        lines: Option<Vec<NewLine>>,
        facts: Vec<Fact>,
    },
    AddCoupon {
        code: Code,
    },
    RemoveCoupon {
        code: Code,
    },
    AddGiftCard {
        card: GiftCardBalance,
    },
    RemoveGiftCard {
        id: GiftCardId,
    },
}

/// What buyers and staff ask for.
#[derive(Debug, Clone)]
pub enum Command {
    Change(Change),
    Place(Box<Terms>),
    /// `slot`: taken if the goods are to be held anew. `edit`: what is meant, see
    /// [`Order::is_meant`].
    Pay {
        payment: PaymentChoice,
        slot: Option<Slot>,
        edit: Option<u32>,
    },
    Cancel,
    /// Staff have the money, or a part of it.
    Receive {
        receipt: Receipt,
        by: Option<AccountId>,
    },
    /// What a member of staff does with an order that staff type in.
    Draft {
        by: AccountId,
        deed: drafts::Deed,
    },
    /// `by`: the member of staff who does it; none where its buyer asks.
    Goods {
        by: Option<AccountId>,
        command: goods::Command,
    },
    /// What a member of staff does with its money.
    Money {
        by: AccountId,
        deed: money::decision::Deed,
    },
    /// A member of staff changes it, by the shelf as it is.
    Edit {
        by: AccountId,
        wish: edits::bodies::Wish,
        key: Option<Key>,
        shelf: Arc<Snapshot>,
    },
    /// What a member of staff does with an edit whose buyer was asked for money.
    Settle {
        by: AccountId,
        number: u32,
        deed: edits::decision::Settling,
        key: Option<Key>,
    },
}

/// Decides what a command does. No events: it is so already.
pub fn decide(order: &Order, command: Command, now: Timestamp) -> Result<Vec<Event>, OrderError> {
    if edits::decision::is_in_the_way(order, &command) {
        return Err(edits::error::Refusal::InProgress.into());
    }
    match command {
        // Staff may have changed it since its buyer looked, or since this was decided last.
        Command::Pay { edit, .. } if !order.is_meant(edit) => Err(OrderError::NotPayable),
        Command::Pay { payment, slot, .. } => match edits::decision::pay_asked(order, payment.clone(), now) {
            Some(events) => events,
            None => trying::pay(order, payment, slot, now),
        },
        Command::Cancel => cancel(order),
        Command::Receive { receipt, by } => receive(order, receipt, by),
        Command::Goods { by, command } => {
            let events = goods::decide(order, command, now)?;
            Ok(events.into_iter().map(|event| Event::Goods { by, event }).collect())
        }
        Command::Money { by, deed } => {
            let events = money::decision::decide(order, by, deed)?;
            Ok(events.into_iter().map(Event::Money).collect())
        }
        Command::Edit { by, wish, key, shelf } => {
            let events = edits::decision::decide(order, by, wish, key, &shelf, now)?;
            Ok(events.into_iter().map(Event::Edits).collect())
        }
        Command::Settle { by, number, deed, key } => edits::decision::settle(order, by, number, deed, key),
        Command::Draft { by, deed } => drafts::decide(order, by, deed, now),
        _ if !matches!(order.stage, Stage::Open) => Err(OrderError::CartClosed),
        _ if order.version >= MAX_CHANGES => Err(OrderError::TooManyChanges),
        Command::Change(change) if order.draft.is_some() && change.is_of_lines() => Err(OrderError::DraftLines),
        Command::Change(change) => is_open(order, now).and_then(|()| self::change(order, change)),
        Command::Place(terms) => is_open(order, now).and_then(|()| terms.place(order, now)),
    }
}

/// Whether a cart that staff have made is not over; any other never is.
fn is_open(order: &Order, now: Timestamp) -> Result<(), OrderError> {
    order.draft.as_ref().map_or(Ok(()), |draft| draft.is_open(now))
}

impl Change {
    /// Whether it is about what is bought, and not only where it goes and how it is paid.
    fn is_of_lines(&self) -> bool {
        match self {
            Self::AddLines { .. } | Self::SetQuantity { .. } | Self::SetQuantities { .. } | Self::RemoveLine { .. } => {
                true
            }
            Self::Update { lines, .. } => lines.is_some(),
            Self::AddCoupon { .. }
            | Self::RemoveCoupon { .. }
            | Self::AddGiftCard { .. }
            | Self::RemoveGiftCard { .. } => false,
        }
    }
}

fn change(order: &Order, change: Change) -> Result<Vec<Event>, OrderError> {
    let events = match change {
        Change::AddLines { lines } => add_lines(order, lines.into_iter().enumerate())?,
        Change::SetQuantity { line, quantity } => set_quantity(order, line, quantity)?,
        Change::SetQuantities { quantities } => set_quantities(order, quantities)?,
        Change::RemoveLine { line } => {
            order.line(line).ok_or(OrderError::LineNotFound)?;
            vec![Event::LineRemoved { line }]
        }
        Change::Update { lines, facts } => return update(order, lines, facts, |line| !line.overridden),
        Change::AddCoupon { code } => with_coupon(order, code)?,
        Change::RemoveCoupon { code } => without(&order.facts.coupons, |known| *known != code, Fact::Coupons),
        Change::AddGiftCard { card } => with_gift_card(order, card)?,
        Change::RemoveGiftCard { id } => without(&order.facts.gift_cards, |known| known.id != id, Fact::GiftCards),
    };
    admitted(order, events)
}

/// Several facts, and all lines that are `replaced`, at once.
pub(super) fn update(
    order: &Order,
    lines: Option<Vec<NewLine>>,
    facts: Vec<Fact>,
    replaced: fn(&Line) -> bool,
) -> Result<Vec<Event>, OrderError> {
    let lines = lines.map_or(Ok(Vec::new()), |lines| replacing::lines(order, lines, replaced))?;
    admitted(order, lines.into_iter().chain(facts.into_iter().map(|fact| Event::FactSet { fact })).collect())
}

/// The events, if the order may be as it is after them.
fn admitted(order: &Order, events: Vec<Event>) -> Result<Vec<Event>, OrderError> {
    let after = order.after(&events);
    in_range(&after)?;
    fits(&after)?;
    Ok(events)
}

/// Whether the facts are no more than an order takes, each as it may be.
fn fits(order: &Order) -> Result<(), OrderError> {
    let Facts { coupons, gift_cards, shipping_option, .. } = &order.facts;
    if coupons.len() > MAX_COUPONS {
        return Err(OrderError::TooManyCoupons);
    } else if gift_cards.len() > MAX_GIFT_CARDS {
        return Err(OrderError::TooManyGiftCards);
    } else if gift_cards.iter().any(|card| card.currency != order.currency) {
        return Err(gift_cards::Refusal::WrongCurrency.into());
    }
    let is_too_long = |id: &String| id.chars().nth(MAX_SHIPPING_ID).is_some();
    if shipping_option.as_ref().is_some_and(is_too_long) { Err(OrderError::ShippingNotOffered) } else { Ok(()) }
}

/// Whether everything that the cart may come to can be said in numbers.
fn in_range(order: &Order) -> Result<(), OrderError> {
    let mut items = Money::zero(order.currency);
    for line in &order.lines {
        items = items.checked_add(line.price().checked_mul(line.quantity)?)?;
    }
    Ok(())
}

fn with_coupon(order: &Order, code: Code) -> Result<Vec<Event>, OrderError> {
    let mut codes = order.facts.coupons.clone();
    if codes.contains(&code) {
        return Ok(Vec::new());
    }
    codes.push(code);
    Ok(vec![Event::FactSet { fact: Fact::Coupons(codes) }])
}

/// One that is there already is there at its balance of now.
fn with_gift_card(order: &Order, card: GiftCardBalance) -> Result<Vec<Event>, OrderError> {
    let mut cards = order.facts.gift_cards.clone();
    match cards.iter_mut().find(|known| known.id == card.id) {
        Some(known) if *known == card => return Ok(Vec::new()),
        Some(known) => *known = card,
        None => cards.push(card),
    }
    Ok(vec![Event::FactSet { fact: Fact::GiftCards(cards) }])
}

/// The list without what does not stay; nothing if all stays.
fn without<T: Clone>(list: &[T], stays: impl Fn(&T) -> bool, fact: impl Fn(Vec<T>) -> Fact) -> Vec<Event> {
    let left: Vec<T> = list.iter().filter(|entry| stays(entry)).cloned().collect();
    if left.len() == list.len() { Vec::new() } else { vec![Event::FactSet { fact: fact(left) }] }
}

/// Each with its place among those that were sent.
pub(super) fn add_lines(order: &Order, new: impl Iterator<Item = (usize, NewLine)>) -> Result<Vec<Event>, OrderError> {
    let mut events = Vec::new();
    let mut lines = order.lines.clone();
    let mut made = order.lines_made;
    for (index, new) in new {
        if !(1..=MAX_QUANTITY).contains(&new.quantity) {
            return Err(OrderError::QuantityOutOfRange { line: Some(index) });
        }
        let line = line_of(&new, LineId(made + 1), order.currency).ok_or(OrderError::NoPrice { line: Some(index) })?;
        let same = lines.iter_mut().find(|known| {
            known.variant_id == new.variant_id
                && known.overridden == new.overridden
                && (!new.overridden || known.unit_price == line.unit_price)
        });
        if let Some(line) = same {
            line.quantity = line.quantity.saturating_add(new.quantity);
            if line.quantity > MAX_QUANTITY {
                return Err(OrderError::QuantityOutOfRange { line: Some(index) });
            }
            events.push(Event::LineQuantityChanged { line: line.id, quantity: line.quantity });
            continue;
        }
        made += 1;
        lines.push(line.clone());
        events.push(Event::LineAdded { line });
    }
    if lines.len() > MAX_LINES || takes_of_too_many(lines.iter()) { Err(OrderError::TooManyLines) } else { Ok(events) }
}

/// Whether they take of more stocks than lines of no bundles could.
pub(super) fn takes_of_too_many<'a>(lines: impl Iterator<Item = &'a Line>) -> bool {
    taking::of_stocks(lines).len() > MAX_LINES
}

fn set_quantity(order: &Order, id: LineId, quantity: u32) -> Result<Vec<Event>, OrderError> {
    let line = order.line(id).ok_or(OrderError::LineNotFound)?;
    match quantity {
        0 => Ok(vec![Event::LineRemoved { line: id }]),
        _ if quantity > MAX_QUANTITY => Err(OrderError::QuantityOutOfRange { line: None }),
        _ if quantity == line.quantity => Ok(Vec::new()),
        _ => Ok(vec![Event::LineQuantityChanged { line: id, quantity }]),
    }
}

fn set_quantities(order: &Order, quantities: Vec<(LineId, u32)>) -> Result<Vec<Event>, OrderError> {
    let wanted: SortedMap<LineId, u32> = quantities.into_iter().collect();
    let mut events = Vec::new();
    for line in &order.lines {
        if let Some(quantity) = wanted.get(&line.id) {
            events.extend(set_quantity(order, line.id, *quantity)?);
        }
    }
    Ok(events)
}

fn cancel(order: &Order) -> Result<Vec<Event>, OrderError> {
    match &order.stage {
        Stage::Open => Err(OrderError::NotFound),
        Stage::Placing { .. } => Err(OrderError::PaymentInProgress),
        Stage::AwaitingPayment { .. } => Ok(vec![Event::Cancelled { reason: CancelReason::Requested }]),
        // Nothing was paid yet, and nothing goes out before it is.
        Stage::Confirmed { attempt, .. } if waits_for_money(attempt) && attempt.captured.amount == 0 => {
            Ok(vec![Event::Cancelled { reason: CancelReason::Requested }])
        }
        Stage::Confirmed { .. } => Err(OrderError::NotCancellable),
        Stage::Cancelled { .. } => Ok(Vec::new()),
    }
}

/// Whether the order waits until its money has come by a way that staff look after.
pub fn waits_for_money(attempt: &Attempt) -> bool {
    attempt.status == AttemptStatus::Owed && !attempt.payment.terms.on_credit
}

/// Money that staff have: adds up until all of it is there.
fn receive(order: &Order, receipt: Receipt, by: Option<AccountId>) -> Result<Vec<Event>, OrderError> {
    if let Some(known) = order.receipts.iter().find(|known| known.reference == receipt.reference) {
        return if *known == receipt { Ok(Vec::new()) } else { Err(OrderError::ReceiptReused) };
    }
    let Stage::Confirmed { attempt, .. } = &order.stage else { return Err(OrderError::NotPayable) };
    if attempt.status != AttemptStatus::Owed {
        return Err(OrderError::NotPayable);
    }
    let left = attempt.left();
    if receipt.amount.currency != left.currency || receipt.amount.amount < 1 {
        return Err(OrderError::ReceiptAmount { currency: left.currency });
    } else if receipt.amount.amount > left.amount {
        return Err(OrderError::MoreThanOwed { left });
    } else if order.receipts.len() >= MAX_RECEIPTS {
        return Err(OrderError::TooManyReceipts);
    }
    let complete = receipt.amount == left;
    let received = Event::PaymentReceived { receipt, by };
    Ok(if complete { vec![received, Event::Paid { secured: true }] } else { vec![received] })
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;
