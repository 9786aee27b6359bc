//! What happens to an order, and how each event changes it.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::after::{edits, goods, money};
use super::facts::{Fact, Facts};
use super::order::{CancelReason, Channel, Hold, Key, Line, LineId, Milestone, Order, Placement, Receipt, Stage};
use super::slots::Slot;
use super::{counting, drafts};
use crate::catalog::product::Part;
use crate::ids::{AccountId, OrderId};
use crate::messages::Kind;
use crate::money::{Currency, Money};
use crate::payments::{Attempt, AttemptStatus, PaymentChoice};
use crate::pools::Claim;
use crate::ports::Timestamp;
use crate::pricing::Quote;
use crate::pricing::tiers::Tier;
use crate::text::Language;

/// Something that happened. It is stored for good and read again whenever the
/// order is: what an event means may never change. New meaning is a new event;
/// a new field needs `#[serde(default)]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Created {
        id: OrderId,
        currency: Currency,
        account: Option<AccountId>,
        language: Language,
        #[serde(default)]
        channel: Channel,
    },
    /// A purchase that was refused is made another one, under the same key:
    /// nothing that the first one said stays.
    BegunAnew {
        currency: Currency,
        language: Language,
    },
    /// A cart that was nobody's is a signed-in buyer's.
    TakenBy {
        account: AccountId,
    },
    LineAdded {
        line: Line,
    },
    LineQuantityChanged {
        line: LineId,
        quantity: u32,
    },
    LineRemoved {
        line: LineId,
    },
    FactSet {
        fact: Fact,
    },
    LineRepriced {
        line: LineId,
        unit_price: Money,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tiers: Vec<Tier>,
    },
    /// The bundle on this line is made of something else by now.
    LineMadeOf {
        line: LineId,
        parts: Vec<Part>,
    },
    /// `claims`: what it takes besides stock.
    Placed {
        quote: Box<Quote>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        claims: Vec<Claim>,
        payment: PaymentChoice,
        key: Option<Key>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slot: Option<Slot>,
    },
    /// Every pool granted its hold.
    Held,
    /// How its pieces are counted.
    Counting(counting::Event),
    /// A pool refused or did not answer before anybody was asked to pay: a cart
    /// again, or an order that was placed before, without its goods as it was.
    PlacementRefused,
    /// The hold could not be had again after a crash, or lapsed. A payment may
    /// have been begun, and is called off.
    PlacementAbandoned,
    PaymentStarted {
        payment: PaymentChoice,
    },
    /// Nobody paid while the goods were kept: they are given back.
    HoldGivenBack,
    /// Another payment of an order whose goods were given back: all of them are
    /// held anew, then it is begun.
    PlacedAgain {
        payment: PaymentChoice,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slot: Option<Slot>,
    },
    /// The buyer wants to pay another way while an attempt is open: it is
    /// called off, and `PaymentStarted` follows if it has taken no money.
    PaymentSwitched {
        payment: PaymentChoice,
    },
    /// How the provider names the attempt.
    PaymentNamed {
        reference: String,
    },
    PaymentAsked {
        next_poll: Timestamp,
    },
    PaymentActionRequired {
        client_secret: String,
    },
    PaymentDeclined {
        reason: String,
    },
    /// The money is set aside for the order.
    Authorized {
        secured: bool,
    },
    /// The money will come by a way that staff look after.
    Owed {
        secured: bool,
    },
    PaymentReceived {
        receipt: Receipt,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AccountId>,
    },
    Paid {
        secured: bool,
    },
    /// What was set aside for the order is so no more, and nothing was taken.
    AuthorizationLapsed,
    Committed,
    CommitRefused,
    Cancelled {
        reason: CancelReason,
    },
    /// The last attempt is known not to have taken money.
    PaymentVoided,
    /// Money came for an order that will not be.
    PaidAfterAll,
    /// An earlier attempt, given up as failed, turns out to have been paid.
    PaidTwice {
        attempt: Attempt,
        amount: Money,
    },
    Released {
        hold: u32,
    },
    /// A hold's slots were given back.
    Vacated {
        hold: u32,
    },
    Refunded {
        refund: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// Under way. `next_poll`: when the provider is asked again; none where
    /// staff give the money back by hand.
    RefundPending {
        refund: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        next_poll: Option<Timestamp>,
    },
    RefundFailed {
        refund: u32,
    },
    /// Money of the last attempt was given back without our asking, such as on
    /// the provider's own pages.
    RefundedElsewhere {
        amount: Money,
    },
    /// A buyer has contested the payment with the bank.
    Disputed {
        dispute: String,
    },
    Published {
        version: u64,
    },
    /// A letter to the buyer is on its way.
    Notified {
        kind: Kind,
        version: u32,
    },
    /// So many of the gift cards that the order sells are issued by now, and their
    /// letters on the way.
    GiftCardsIssued {
        so_far: u64,
        all: bool,
    },
    /// What staff do with its money, and what comes of it.
    Money(money::event::Event),
    /// What was published and told is known to have been lost.
    PublicationLost,
    /// The clock by which the order was so far ahead has been put right.
    ClockPutBack {
        millis: i64,
    },
    /// Parcels and returns. `by`: the member of staff who did it.
    Goods {
        by: Option<AccountId>,
        event: goods::Event,
    },
    /// How staff change it once it is confirmed.
    Edits(edits::event::Event),
    /// What staff do with an order that they type in.
    Draft(drafts::Event),
}

impl Order {
    /// Builds the order up from its stored events; the first creates it.
    pub fn replay(order: &mut Option<Self>, event: &Event, at: Timestamp) {
        match (order, event) {
            (order @ None, Event::Created { id, currency, account, language, channel }) => {
                *order = Some(Self::created(*id, *currency, *account, at).written_in(*language).through(*channel));
            }
            (Some(order), event) => order.apply(event, at),
            (None, _) => {}
        }
    }

    fn new_attempt(&mut self, payment: &PaymentChoice, amount: Money, now: Timestamp) -> Attempt {
        self.attempts += 1;
        Attempt::new(self.id, self.attempts, payment.clone(), amount, now)
    }

    /// The order after an event. Total: an event that does not fit its stage
    /// changes nothing.
    pub fn apply(&mut self, event: &Event, now: Timestamp) {
        self.updated_at = now;
        self.version += u64::from(event.visible());
        if let Some(kind) = event.milestone() {
            let (by, hidden) = (event.by(), event.is_hidden());
            self.milestones.push(Milestone { at: now, kind: kind.to_owned(), by, hidden });
        }
        if matches!(event, Event::LineAdded { .. } | Event::LineQuantityChanged { .. } | Event::LineRemoved { .. }) {
            self.facts.used_up.clear();
        }
        self.change(event, now);
    }

    /// [`Self::apply`], without what is noted of every event.
    pub(super) fn change(&mut self, event: &Event, now: Timestamp) {
        match event {
            Event::Created { .. } => {}
            Event::BegunAnew { currency, language } => {
                (self.currency, self.language) = (*currency, *language);
                (self.lines, self.lines_made, self.facts) = (Vec::new(), 0, Facts::default());
            }
            Event::TakenBy { account } => self.account = Some(*account),
            Event::LineAdded { line } => {
                self.lines_made = self.lines_made.max(line.id.0);
                self.lines.push(line.clone());
            }
            Event::LineQuantityChanged { line, quantity } => {
                self.lines.iter_mut().filter(|l| l.id == *line).for_each(|l| l.quantity = *quantity);
            }
            Event::LineRemoved { line } => self.lines.retain(|l| l.id != *line),
            Event::LineRepriced { line, unit_price, tiers } => {
                let repriced = self.lines.iter_mut().filter(|l| l.id == *line);
                repriced.for_each(|l| (l.unit_price, l.tiers) = (*unit_price, tiers.clone()));
            }
            Event::LineMadeOf { line, parts } => {
                self.lines.iter_mut().filter(|l| l.id == *line).for_each(|l| l.parts.clone_from(parts));
            }
            Event::FactSet { fact } => self.facts.set(fact.clone()),
            Event::Released { hold } => drop(self.releasing.remove(hold)),
            Event::Counting(event) => self.count(event),
            Event::Published { version } => self.published = self.published.max(*version),
            Event::Notified { kind, version } => {
                let told = self.told.get_or_default(*kind);
                *told = (*told).max(*version);
            }
            Event::GiftCardsIssued { so_far, .. } => self.cards_issued = self.cards_issued.max(*so_far),
            // Letters that were written all the same are not written again, nor cards issued again.
            Event::PublicationLost => {
                self.published = 0;
                self.told.clear();
                self.cards_issued = 0;
            }
            Event::Vacated { hold } => drop(self.vacating.remove(hold)),
            Event::Placed { quote, claims, payment, key, slot } => {
                let (quote, claims) = (Rc::new((**quote).clone()), claims.clone());
                let placement = Placement { at: now, quote, claims, key: key.clone(), promised_until: None, tries: 1 };
                let attempt = self.new_attempt(payment, placement.to_pay(), now);
                self.place(placement, attempt, None, slot.clone(), now);
            }
            Event::PlacedAgain { payment, slot } => {
                self.give_back();
                self.give_up();
                if let Stage::AwaitingPayment { placement, attempt, .. } = &self.stage {
                    let (mut placement, before) = (placement.clone(), attempt.clone());
                    placement.tries += 1;
                    let next = self.new_attempt(payment, placement.to_pay(), now);
                    self.place(placement, next, Some(Box::new(before)), slot.clone(), now);
                }
            }
            Event::PaymentStarted { payment } => {
                self.give_up();
                let amount = self.placement().map_or(Money::zero(self.currency), Placement::to_pay);
                let next = self.new_attempt(payment, amount, now);
                self.restage(|mut placement, hold, _| {
                    placement.tries += 1;
                    Stage::AwaitingPayment { placement, hold, attempt: next }
                });
            }
            Event::PaymentSwitched { payment } => self.with_attempt(|attempt| {
                attempt.status = AttemptStatus::CallingOff { next: Box::new(payment.clone()) };
            }),
            Event::Held => {
                if let Stage::Placing { held, .. } = &mut self.stage {
                    *held = true;
                }
            }
            Event::PlacementRefused => {
                self.give_back();
                if let Stage::Placing { placement, before, .. } = &self.stage {
                    self.stage = match before {
                        None => Stage::Open,
                        Some(attempt) => {
                            let mut placement = placement.clone();
                            placement.tries = placement.tries.saturating_sub(1);
                            Stage::AwaitingPayment { placement, hold: None, attempt: (**attempt).clone() }
                        }
                    };
                }
            }
            Event::HoldGivenBack | Event::PlacementAbandoned => {
                self.give_back();
                self.restage(|placement, _, attempt| Stage::AwaitingPayment { placement, hold: None, attempt });
            }
            Event::Committed => {
                if let Stage::Confirmed { committed, .. } = &mut self.stage {
                    *committed = true;
                }
            }
            Event::CommitRefused => {
                self.refund_current(now);
                self.cancel(CancelReason::OutOfStock, now);
            }
            Event::Cancelled { reason } => self.cancel(*reason, now),
            Event::ClockPutBack { millis } => self.put_back(*millis),
            Event::Goods { event, .. } => self.goods.apply(event, now),
            Event::Money(event) => self.apply_money(event, now),
            Event::Edits(event) => self.apply_edit(event, now),
            Event::Draft(event) => self.apply_draft(event, now),
            event => self.apply_payment(event, now),
        }
    }

    /// Changes the attempt; a placement that gets this far awaits its payment.
    pub(super) fn with_attempt(&mut self, change: impl FnOnce(&mut Attempt)) {
        self.restage(|placement, hold, mut attempt| {
            change(&mut attempt);
            Stage::AwaitingPayment { placement, hold, attempt }
        });
    }

    pub(super) fn restage(&mut self, next: impl FnOnce(Placement, Option<Hold>, Attempt) -> Stage) {
        if let Stage::Placing { placement, attempt, .. } | Stage::AwaitingPayment { placement, attempt, .. } =
            &self.stage
        {
            self.stage = next(placement.clone(), self.hold().cloned(), attempt.clone());
        }
    }

    pub(super) fn cancel(&mut self, reason: CancelReason, now: Timestamp) {
        // An edit has drawn some of its pieces by a hold of its own, or put some back.
        match &self.stage {
            Stage::Confirmed { committed: true, .. } if !self.edits.done.is_empty() => self.put_back_unpaid(),
            _ => self.give_back(),
        }
        self.end(reason, now);
    }

    /// Cancels what has given back its hold, or will in its own way.
    pub(super) fn end(&mut self, reason: CancelReason, now: Timestamp) {
        let (Some(placement), Some(mut attempt)) = (self.placement().cloned(), self.attempt().cloned()) else { return };
        let resolving = attempt.status.is_open();
        if attempt.status == AttemptStatus::Owed {
            attempt.status = AttemptStatus::Voided;
        }
        self.stage = Stage::Cancelled { placement, attempt, at: now, reason, resolving };
    }
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
