//! Changes of an order that is confirmed: whom to write to, where it goes, and
//! pieces that are taken out of it.
//!
//! What is there keeps the price it was placed at, and promotions are not run
//! again: a piece that is taken out is given up for its share of the line, as a
//! refund by pieces has it ([`super::money`]), discount and tax within. So the
//! order's quote stays what was agreed, its invoice stays true, and each edit
//! that gives money back has a credit note as any refund has.
//!
//! An edit is one event, decided in full by whoever asks for it.

pub mod bodies;
mod carrying_out;
pub mod decision;
pub mod error;
pub mod event;
pub mod handlers;
mod moving;
mod taking_out;
pub mod view;

use serde::{Deserialize, Serialize};

use crate::ids::AccountId;
use crate::orders::after::money::Giving;
use crate::orders::facts::Fact;
use crate::ports::Timestamp;

/// The most edits of one order.
pub const MAX_EDITS: usize = 100;

/// What staff have changed in one go.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// By number, from 1.
    pub number: u32,
    pub at: Timestamp,
    pub by: AccountId,
    pub plan: Plan,
    /// Which of the order's repayments what was taken out is.
    pub repayment: Option<u32>,
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
}

#[cfg(test)]
mod tests;
