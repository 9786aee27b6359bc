//! Changes of an order that is confirmed: whom to write to, where it goes, pieces
//! that are taken out of it, pieces that are added, another way of shipping.
//!
//! What is there keeps the price it was placed at, and promotions are not run
//! again: a piece that is taken out is given up for its share of the line, as a
//! refund by pieces has it ([`super::money`]), discount and tax within; what is
//! added has a quote of its own, at today's prices ([`adding`]). So what was
//! agreed stays as it was: an invoice stays true, what is taken out has a credit
//! note, and what is added an invoice of its own.
//!
//! What goes where another tax applies is given up and sold anew ([`anew`]).
//!
//! What is taken out pays for what is added, as far as it goes (*set off*): that is
//! an exchange. Only the difference is given back, or was paid by hand. Of an order
//! whose money is owed, all that is taken out is set off: it owes so much less, or more.
//!
//! An edit is decided in full by whoever asks for it. One that adds pieces counts
//! once its pools have given them, in one step, and else has never been. Where its
//! buyer is to pay the difference first ([`asking`]), the pools keep them meanwhile.
//! Until then nothing may be done with pieces that it takes out, nor changed again.

mod adding;
mod anew;
pub mod asking;
pub mod bodies;
mod carrying_out;
pub mod decision;
pub mod effect;
pub mod error;
pub mod event;
pub mod handlers;
mod moving;
mod taking_out;
pub mod unpaid;
pub mod view;

pub use adding::without;

use asking::Ask;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::ids::AccountId;
use crate::money::Money;
use crate::orders::after::money::{Giving, Pieces};
use crate::orders::facts::{Fact, Facts};
use crate::orders::order::{Key, Line, LineId, Order};
use crate::orders::taking;
use crate::payments::Attempt;
use crate::pools::Claim;
use crate::ports::Timestamp;
use crate::pricing::Quote;
use crate::pricing::quote::{QuotedLine, QuotedShipping};
use crate::sorted::SortedMap;

/// The most edits of one order.
pub const MAX_EDITS: usize = 100;

/// How staff have changed an order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edits {
    /// By number, from 1.
    pub done: Vec<Edit>,
    /// How many were begun, whatever came of them.
    pub begun: u32,
    /// Whose pieces are being asked for, or kept until they are paid.
    pub open: Option<Begun>,
    /// What buyers were asked to pay.
    pub asked: Vec<Ask>,
    /// What was paid for what was added.
    pub payments: Vec<Attempt>,
    /// The ways of shipping that another took the place of, the first first.
    pub former_shipping: Vec<QuotedShipping>,
    /// What was known of the order before edits of it that changed that, each with the
    /// edit's number, the first first: where it was invoiced, or is sold anew.
    pub former_facts: Vec<(u32, Facts)>,
    /// The last edit that made it another order before it was paid; zero if none did.
    pub asks_for_order: u32,
    /// Whether its buyer accounted for the tax at first; none while nothing was added.
    pub first_reversed: Option<bool>,
}

impl Edits {
    /// How often the order was changed.
    pub fn count(&self) -> u32 {
        u32::try_from(self.done.len()).unwrap_or(u32::MAX)
    }

    /// With those that buyers were asked to pay for and did not.
    pub fn in_all(&self) -> usize {
        let never_done = self.asked.iter().filter(|ask| !ask.is_done()).count();
        self.done.len().saturating_add(never_done)
    }

    /// The way of shipping that was placed. `current`: that of the whole order.
    pub fn first_shipping<'a>(&'a self, current: Option<&'a QuotedShipping>) -> Option<&'a QuotedShipping> {
        let is_sent_by = |edit: &Edit| edit.plan.added.as_ref().is_some_and(|added| added.quote.shipping.is_some());
        let is_added = self.done.iter().any(is_sent_by);
        self.former_shipping.first().or(current.filter(|_| !is_added))
    }
}

impl Order {
    /// What was known when something was sold: by an edit, or with the order.
    pub fn facts_of_sale(&self, edit: Option<u32>) -> &Facts {
        let is_later = |(number, _): &&(u32, Facts)| edit.is_none_or(|edit| *number > edit);
        self.edits.former_facts.iter().find(is_later).map_or(&self.facts, |(_, facts)| facts)
    }

    /// Whose place's taxes fell on what was sold by an edit, or with the order.
    pub fn sold_to(&self, edit: Option<u32>) -> Option<&Address> {
        self.facts_of_sale(edit).destination()
    }
}

impl Order {
    /// The lines, each with how many pieces edits have left of it; those that have none left are not there.
    pub fn lines_left(&self) -> impl Iterator<Item = (&Line, u32)> {
        // One that made it another order before it was paid has changed the lines themselves, as have those before.
        let edits = self.edits.done.iter().filter(|edit| edit.number > self.edits.asks_for_order);
        let mut gone: SortedMap<LineId, u32> = SortedMap::new();
        for pieces in edits.filter_map(|edit| edit.plan.giving.as_ref()).flat_map(|giving| &giving.pieces) {
            let so_far = gone.get_or_default(pieces.line);
            *so_far = so_far.saturating_add(pieces.quantity);
        }
        let left = move |line: &Line| line.quantity.saturating_sub(gone.get(&line.id).copied().unwrap_or_default());
        self.lines.iter().map(move |line| (line, left(line))).filter(|(_, left)| *left > 0)
    }
}

/// What staff have changed in one go.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// Some are missing: those that have never been.
    pub number: u32,
    pub at: Timestamp,
    pub by: AccountId,
    pub plan: Plan,
    /// How it was begun, if it had to wait for its pieces.
    pub begin: Option<Begin>,
}

/// An edit whose pieces are not certain.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    pub number: u32,
    pub by: AccountId,
    pub plan: Plan,
    pub begin: Begin,
}

/// How an edit is begun that has to wait.
#[derive(Debug, Clone, PartialEq)]
pub struct Begin {
    /// Which of the order's holds takes its pieces.
    pub hold: u32,
    /// The request that wants it.
    pub key: Option<Key>,
}

impl Begun {
    /// Whether it leaves what the order has as it is.
    pub fn only_adds(&self) -> bool {
        self.plan.giving.is_none() && self.plan.facts.is_empty()
    }
}

/// All that an edit does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub reason: String,
    /// Whether the buyer is written to.
    pub notify: bool,
    /// As they are from then on; those that were so are not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// What is taken out, and what of the money goes back for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub giving: Option<Giving>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<Box<Added>>,
}

impl Plan {
    /// By how much an order that is to be paid still comes to more than before.
    pub fn more_owed(&self) -> i64 {
        let added = self.added.as_ref().map_or(0, |added| added.quote.totals.total.amount);
        added.saturating_sub(self.giving.as_ref().map_or(0, |giving| giving.set_off))
    }

    /// The lines of what was not there before.
    pub fn new_lines(&self) -> Vec<Line> {
        let added = self.added.iter().flat_map(|added| added.new_lines());
        added.map(|(line, _)| line.clone()).collect()
    }

    /// What is given up and sold anew, and the line that takes its place.
    pub fn sold_anew(&self) -> impl Iterator<Item = (&Pieces, &Line)> {
        let pieces = self.giving.iter().flat_map(|giving| &giving.pieces).skip(self.taken_out().len());
        let lines = self.added.iter().flat_map(|added| added.lines.iter().take(added.sold_anew()));
        pieces.zip(lines)
    }

    /// The pieces that are taken out, without those that are sold anew.
    pub fn taken_out(&self) -> &[Pieces] {
        let pieces = self.giving.as_ref().map_or(&[][..], |giving| &giving.pieces);
        let anew = self.added.as_ref().map_or(0, |added| added.sold_anew());
        pieces.get(..pieces.len().saturating_sub(anew)).unwrap_or(pieces)
    }
}

/// What is added, and how it is paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Added {
    pub lines: Vec<Line>,
    pub quote: Quote,
    /// What of it is paid by what is taken out, in minor units.
    pub set_off: i64,
    /// Where the money for the rest is found again.
    pub paid_by_hand: Option<String>,
    /// The order is to be paid still: the rest is owed with all else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub owed: bool,
    /// Where another tax applies from then on: what of it was there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anew: Option<Anew>,
}

/// What is given up and sold anew, as another tax falls on it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Anew {
    /// The first so many of what is added. Each takes the place of the pieces of one
    /// line, the last of those that are given up, which are not taken from a stock again.
    pub lines: u32,
    /// What fell on them, and on sending them, in minor units.
    pub tax_before: i64,
}

impl Added {
    /// What was not there before.
    pub fn new_lines(&self) -> impl Iterator<Item = (&Line, &QuotedLine)> {
        self.lines.iter().zip(&self.quote.lines).skip(self.sold_anew())
    }

    /// How many of its lines were there before.
    pub fn sold_anew(&self) -> usize {
        self.anew.map_or(0, |anew| anew.lines as usize)
    }

    /// What falls on what was there before, and on sending it.
    pub fn tax_anew(&self) -> i64 {
        let lines = self.quote.lines.iter().take(self.sold_anew()).map(|line| line.tax.amount);
        lines.chain(self.quote.shipping.iter().map(|way| way.tax.amount)).sum()
    }

    /// What is left to be paid of it.
    pub fn to_pay(&self) -> Money {
        let total = self.quote.totals.total;
        Money { amount: total.amount.saturating_sub(self.set_off), ..total }
    }

    /// Whether its buyer is to be asked for money.
    pub fn is_unpaid(&self) -> bool {
        self.to_pay().amount > 0 && self.paid_by_hand.is_none() && !self.owed
    }

    /// What it takes from each stock.
    pub fn claims(&self) -> Vec<Claim> {
        taking::claims(self.new_lines().map(|(line, _)| line))
    }
}

#[cfg(test)]
mod adding_tests;
#[cfg(test)]
mod anew_tests;
#[cfg(test)]
mod asking_tests;
#[cfg(test)]
pub(in crate::orders) mod tests;
#[cfg(test)]
mod unpaid_tests;
