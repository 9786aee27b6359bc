//! An order's money after it was placed, as staff move it: taken where it was
//! set aside, given back, or given up with the order; and what they note down.
//!
//! Whatever staff ask for is decided at once and in full: of which line, from
//! which purse, how much. That is one event. What follows from it is derived
//! like all that an order owes, and repaired by the alarm: the provider's part is
//! a [`crate::payments::Refund`], all else a [`PutBack`] into a pool.
//!
//! Money goes back to the payment first, then to gift cards, the one that was
//! used last first: so a buyer keeps as little as may be on a card that can only
//! be spent here.

pub mod bodies;
mod carrying_out;
pub mod decision;
pub mod effect;
pub mod error;
pub mod event;
pub mod handlers;
pub mod left;
pub mod view;

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, GiftCardId};
use crate::money::Money;
use crate::orders::order::LineId;
use crate::pools::Supply;
use crate::ports::Timestamp;

/// The most times that money of one order is given back.
pub const MAX_REFUNDS: usize = 500;
/// The most notes of one order: of 4 KB each at most, 800 KB of its view.
pub const MAX_NOTES: usize = 200;
/// The longest note, in characters.
pub const MAX_NOTE: usize = 1_000;
/// The longest reason, in characters.
pub const MAX_REASON: usize = 500;

/// What staff have done with an order's money, and what they have noted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Books {
    pub notes: Vec<Note>,
    pub repayments: Vec<Repayment>,
    /// What goes back into pools, each by its number, from 1.
    pub put_backs: Vec<PutBack>,
    /// What is to be taken of the money that is set aside, until the provider
    /// has answered.
    pub capturing: Option<Money>,
    /// How staff have cancelled the order.
    pub ended: Option<Ended>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    pub at: Timestamp,
    pub by: AccountId,
    pub text: String,
    pub visible_to_buyer: bool,
}

/// What staff give back in one go.
#[derive(Debug, Clone, PartialEq)]
pub struct Repayment {
    pub number: u32,
    pub at: Timestamp,
    pub by: AccountId,
    pub giving: Giving,
    /// Which of the order's refunds the providers' parts are.
    pub payments: Vec<u32>,
    /// The buyer is told of it with what it is for: the order's end, or an edit.
    pub told_with_cause: bool,
}

/// How much of what goes back, and to where; in minor units of the order's
/// currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Giving {
    pub reason: String,
    pub pieces: Vec<Pieces>,
    pub shipping: i64,
    /// By the way it was paid.
    pub to_payment: i64,
    /// The card that was used last first.
    pub to_cards: Vec<(GiftCardId, i64)>,
    /// What of the pieces' worth pays for others that were added in the same edit.
    #[serde(default)]
    pub set_off: i64,
}

/// Pieces of a line that are given up for their money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pieces {
    pub line: LineId,
    pub quantity: u32,
    /// Whether they never left: where they are counted, they are in stock again.
    pub restock: bool,
    /// What they come to, tax included.
    pub amount: i64,
}

/// Units that go back into a pool, once.
#[derive(Debug, Clone, PartialEq)]
pub struct PutBack {
    pub number: u32,
    /// None: the order was cancelled, and its money kept.
    pub repayment: Option<u32>,
    pub of: Supply,
    /// Of which line they are pieces.
    pub line: Option<LineId>,
    pub units: i64,
    /// What makes them count once: the order, why, and the line.
    pub reference: String,
    pub fate: Fate,
}

/// What has become of something that is owed to a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Owed,
    Done,
    /// The pool never takes it, as it would be more than it can count. Staff see
    /// so, and put it right by hand: pieces by an adjustment, money another way.
    Refused,
}

/// How staff have cancelled an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    pub by: AccountId,
    pub reason: String,
    /// Whether its pools had been drawn from for good by then: what goes back is
    /// put back piece by piece, as some of it may have gone back before.
    pub drawn: bool,
    /// Whether the buyer has the money back.
    pub refunded: bool,
}

impl Giving {
    /// What goes back in all.
    pub fn amount(&self) -> i64 {
        self.to_payment.saturating_add(self.to_cards.iter().map(|(_, amount)| amount).sum())
    }

    /// What goes back, and what pays for others.
    pub fn worth(&self) -> i64 {
        self.amount().saturating_add(self.set_off)
    }
}

#[cfg(test)]
mod properties_tests;
#[cfg(test)]
#[path = "samples_tests.rs"]
pub mod samples;
#[cfg(test)]
mod tests;
