//! How long an order that is not paid keeps its goods, and how long it may be
//! paid at all: the numbers, their reasons, and what follows from them. Pure.

use super::limits::MAX_ATTEMPTS;
use super::order::{Hold, Order, Placement, Stage};
use super::slots::{SLOT_MILLIS, Slot};
use crate::payments::{Attempt, AttemptStatus};
use crate::ports::Timestamp;

/// The longest that one hold lasts while it is not known whether the order is
/// paid, in milliseconds: 15 minutes. Pools let it lapse then by themselves.
pub const HOLD_MILLIS: i64 = 15 * 60 * 1_000;

/// How long goods are kept for a buyer whose turn it is, in milliseconds: three
/// minutes from the decline, or from the question of the buyer's bank. Long
/// enough for another card, too short to keep others from buying. Shopify, too,
/// holds stock for "several minutes" while somebody pays
/// (shopify.engineering/scaling-inventory-reservations).
pub const KEPT_MILLIS: i64 = 3 * 60 * 1_000;

/// How long a buyer may take to answer the bank, in milliseconds: 15 minutes.
/// Banks end a 3-D Secure challenge after ten (Sogecommerce, "3DS2 - Challenge
/// authentication timeout"); Cybersource's SDK waits as long as we do
/// (`sdkMaxTimeout`).
pub const CONFIRM_MILLIS: i64 = 15 * 60 * 1_000;

/// How long an order may be paid, from placing it, in milliseconds: one hour,
/// in which its prices stand. Time to fetch a card or to telephone the bank;
/// nothing is held for it. WooCommerce cancels unpaid orders after as long, and
/// a Checkout Session of Stripe's lives for half an hour at least.
pub const PAYABLE_MILLIS: i64 = 60 * 60 * 1_000;

/// A payment this close to the end of the hold waits for its stock before the
/// order counts as confirmed, and none is begun, in milliseconds.
pub const SECURED_MARGIN_MILLIS: i64 = 30_000;

impl Hold {
    /// Whether a payment that begins or arrives now comes while the goods are
    /// certain to be there.
    pub fn secures(&self, now: Timestamp) -> bool {
        now.plus_millis(SECURED_MARGIN_MILLIS) <= self.until
    }

    /// When the goods are given back unless the buyer does something.
    pub fn kept_until(&self, placement: &Placement, attempt: &Attempt) -> Timestamp {
        match &attempt.status {
            _ if placement.promised_until.is_some() => self.until,
            // Nobody is waited for.
            AttemptStatus::Declined { at, .. } if !placement.may_try_again() => *at,
            AttemptStatus::Declined { at, .. } | AttemptStatus::RequiresAction { at, .. } => {
                at.plus_millis(KEPT_MILLIS).min(self.until)
            }
            // Whether money was taken is for the provider to say, not for the buyer.
            _ => self.until,
        }
    }
}

impl Placement {
    /// Until when another payment may be begun.
    pub fn payable_until(&self) -> Timestamp {
        self.promised_until.unwrap_or(self.at.plus_millis(PAYABLE_MILLIS))
    }

    pub fn may_try_again(&self) -> bool {
        self.tries < MAX_ATTEMPTS
    }
}

/// Until when the goods of an unpaid order are kept, or are to be once they are
/// held; none are if there is no such time.
pub fn kept_until(stage: &Stage) -> Option<Timestamp> {
    match stage {
        Stage::Placing { hold, .. } => Some(hold.until),
        Stage::AwaitingPayment { placement, hold: Some(hold), attempt } => Some(hold.kept_until(placement, attempt)),
        _ => None,
    }
}

/// Until when an unpaid order may be paid another way; no more if there is no
/// such time.
pub fn payable_until(stage: &Stage) -> Option<Timestamp> {
    match stage {
        Stage::Placing { placement, .. } | Stage::AwaitingPayment { placement, .. } => {
            placement.may_try_again().then(|| placement.payable_until())
        }
        _ => None,
    }
}

impl Order {
    /// Asks for the goods under a new name, to pay for them then.
    pub(super) fn place(
        &mut self,
        placement: Placement,
        attempt: Attempt,
        before: Option<Box<Attempt>>,
        slot: Option<Slot>,
        now: Timestamp,
    ) {
        self.holds += 1;
        self.later.clear();
        let hold = Hold { number: self.holds, until: now.plus_millis(HOLD_MILLIS), slot };
        self.stage = Stage::Placing { placement, hold, attempt, held: false, recovered: false, before };
    }

    /// Sees to it that the hold, if there is one, will be released.
    pub(super) fn give_back(&mut self) {
        self.vacate();
        if let Some(number) = self.hold().map(|hold| hold.number) {
            self.releasing.insert(number, self.claims());
        }
    }

    /// Sees to it that the hold's slots will be given back: it is not waited for
    /// to be paid any more.
    pub(super) fn vacate(&mut self) {
        if let Stage::Placing { hold, .. }
        | Stage::AwaitingPayment { hold: Some(hold), .. }
        | Stage::Confirmed { hold, .. } = &mut self.stage
            && let Some(slot) = hold.slot.take()
        {
            self.vacating.insert(hold.number, (slot, hold.until.plus_millis(SLOT_MILLIS - HOLD_MILLIS)));
        }
    }
}

#[cfg(test)]
#[path = "holding_tests.rs"]
mod tests;
