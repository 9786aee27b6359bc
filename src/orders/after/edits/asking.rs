//! What a buyer is asked to pay for an edit, by a link. It is paid as an order is: it
//! has a [`Stage`] of its own, and the functions that drive an order's payment drive
//! it, too, on the order as it is for this one purpose ([`Order::as_asked`]). What
//! they decide comes back as [`Event::Asked`].

use std::rc::Rc;

use super::event::Event;
use super::{Begun, Edits};
use crate::ids::AccountId;
use crate::orders::effect::{self, Effect};
use crate::orders::event::Event as OrderEvent;
use crate::orders::holding::HOLD_MILLIS;
use crate::orders::learning;
use crate::orders::order::{Hold, Key, Line, Order, Placement, Stage};
use crate::payments::{Attempt, AttemptStatus, PaymentChoice};
use crate::pools::pool::MAX_HOLD_MILLIS;
use crate::ports::Timestamp;

/// How long a buyer has to pay the difference, in milliseconds: three days, in which
/// a letter is read and a bank transfer arrives. Its pieces are kept for that long.
pub const PAYABLE_MILLIS: i64 = 3 * 24 * 60 * 60 * 1_000;

// A pool would let go sooner what it were to keep for longer.
const _: () = assert!(PAYABLE_MILLIS + HOLD_MILLIS <= MAX_HOLD_MILLIS);

/// What the buyer of an order was asked to pay for an edit, whatever came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The edit's.
    pub number: u32,
    /// What is added and was not there before.
    pub lines: Vec<Line>,
    /// Whether the pools keep that, so that its buyer can be asked.
    pub kept: bool,
    /// The request by which staff have said that they have the money.
    pub noted: Option<Key>,
    /// How it is paid. Begins as [`Stage::AwaitingPayment`], before any try.
    pub stage: Stage,
}

impl Ask {
    /// Whether it can be paid, or a payment of it is under way.
    pub fn waits(&self) -> bool {
        matches!(self.stage, Stage::AwaitingPayment { .. })
    }

    /// The last attempt at paying it; none before the first.
    pub fn attempt(&self) -> Option<&Attempt> {
        match &self.stage {
            Stage::AwaitingPayment { placement, attempt, .. } if placement.tries > 0 => Some(attempt),
            Stage::Confirmed { attempt, .. } | Stage::Cancelled { attempt, .. } => Some(attempt),
            _ => None,
        }
    }

    /// When it was asked for.
    pub fn asked_at(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::AwaitingPayment { placement, .. } | Stage::Confirmed { placement, .. } => Some(placement.at),
            _ => None,
        }
    }

    /// Whether its money is there, and what it is for is to be taken.
    pub fn is_paid(&self) -> bool {
        matches!(&self.stage, Stage::Confirmed { attempt, .. } if attempt.status == AttemptStatus::Paid)
    }

    /// Whether what it is for counts.
    pub fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Confirmed { committed: true, .. })
    }

    /// Whether it will not be.
    pub fn is_off(&self) -> bool {
        matches!(self.stage, Stage::Cancelled { .. })
    }

    fn is_over(&self) -> bool {
        match &self.stage {
            Stage::Cancelled { resolving, .. } => !resolving,
            _ => self.is_done(),
        }
    }
}

impl Edits {
    /// What the edit is paid by whose buyer was asked.
    pub fn ask(&self, number: u32) -> Option<&Ask> {
        self.asked.iter().find(|ask| ask.number == number)
    }

    /// What is asked for the edit that is under way.
    pub fn open_ask(&self) -> Option<&Ask> {
        self.open.as_ref().and_then(|begun| self.ask(begun.number))
    }

    /// What its buyer is to pay now.
    pub fn payable(&self) -> Option<&Ask> {
        self.open_ask().filter(|ask| ask.kept && ask.waits())
    }
}

impl Order {
    /// Asks the buyer for what an edit that was begun costs more.
    pub(super) fn ask(&mut self, begun: &Begun, now: Timestamp) {
        let Some(added) = begun.plan.added.as_ref().filter(|added| added.is_unpaid()) else { return };
        self.attempts += 1;
        let mut quote = added.quote.clone();
        quote.totals.to_pay = added.to_pay();
        let until = now.plus_millis(PAYABLE_MILLIS);
        // Whoever begins to pay in the last moment has as long for it as anybody.
        let hold = Hold { number: begun.begin.hold, until: until.plus_millis(HOLD_MILLIS), slot: None };
        let mut attempt = Attempt::new(self.id, self.attempts, PaymentChoice::nothing(), added.to_pay(), now);
        attempt.settle(AttemptStatus::Voided);
        let placement = Placement {
            at: now,
            quote: Rc::new(quote),
            claims: Vec::new(),
            key: None,
            tries: 0,
            promised_until: Some(until),
        };
        let stage = Stage::AwaitingPayment { placement, hold: Some(hold), attempt };
        // The pools keep nothing of what is the order's already.
        let lines = added.new_lines().map(|(line, _)| line.clone()).collect();
        self.edits.asked.push(Ask { number: begun.number, lines, kept: false, noted: None, stage });
    }

    /// The order as far as one ask goes: what is added is all that it has.
    pub fn as_asked(&self, ask: &Ask) -> Self {
        Self { lines: ask.lines.clone(), stage: ask.stage.clone(), edits: Edits::default(), ..self.clone() }
    }

    /// Whether a payment is for what is to be paid now: for the edit of this number, for
    /// the order as it was placed if that is zero, or for whatever it is if none is said.
    pub fn is_meant(&self, edit: Option<u32>) -> bool {
        let asks = self.edits.payable().map_or(self.edits.asks_for_order, |ask| ask.number);
        edit.is_none_or(|meant| asks == meant)
    }

    /// What is to be paid now: for an edit, or else for the order itself.
    pub fn attempt_to_pay(&self) -> Option<&Attempt> {
        match self.edits.payable() {
            Some(ask) => ask.attempt(),
            None => self.attempt(),
        }
    }

    /// The order after something that happened to an ask.
    pub(super) fn apply_asked(&mut self, number: u32, event: &OrderEvent, now: Timestamp) {
        let Some(place) = self.edits.asked.iter().position(|ask| ask.number == number) else { return };
        self.change_places(place);
        self.change(event, now);
        self.change_places(place);
        let is_off = self.edits.ask(number).is_some_and(Ask::is_off);
        if is_off && self.edits.open.as_ref().is_some_and(|begun| begun.number == number) {
            self.edits.open = None;
        }
    }

    fn change_places(&mut self, place: usize) {
        if let Some(ask) = self.edits.asked.get_mut(place) {
            std::mem::swap(&mut self.stage, &mut ask.stage);
            std::mem::swap(&mut self.lines, &mut ask.lines);
        }
    }
}

/// What was decided for an ask, as events of its order. `by`: the member of staff
/// who wants it.
pub fn told(ask: &Ask, by: Option<AccountId>, events: Vec<OrderEvent>) -> Vec<OrderEvent> {
    let told = |event| OrderEvent::Edits(Event::Asked { number: ask.number, by, event: Box::new(event) });
    events.into_iter().map(told).collect()
}

/// The ask that an attempt is for.
pub fn of_attempt(order: &Order, number: u32) -> Option<&Ask> {
    order.edits.asked.iter().find(|ask| ask.attempt().is_some_and(|attempt| attempt.number == number))
}

/// What is to be done for the payments.
pub fn due(order: &Order, now: Timestamp) -> impl Iterator<Item = Effect> {
    let asks = order.edits.asked.iter().filter(|ask| !ask.is_over());
    asks.filter_map(move |ask| effect::of_payment(&ask.stage, now))
}

/// When they are to be looked at.
pub fn wake(order: &Order) -> impl Iterator<Item = Timestamp> {
    let asks = order.edits.asked.iter().filter(|ask| ask.waits());
    asks.filter_map(|ask| effect::payment_wake(&ask.stage, None))
}

/// What time alone does to them.
pub fn tick(order: &Order, now: Timestamp) -> Vec<OrderEvent> {
    let asks = order.edits.asked.iter().filter(|ask| ask.waits());
    asks.flat_map(|ask| told(ask, None, learning::tick(&ask.stage, None, now))).collect()
}
