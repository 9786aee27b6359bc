//! Gift cards as goods: which of them an order still owes, issuing them, and
//! the letters with their codes.
//!
//! A card is as good as money, so it is made for money that was taken: not for
//! what is owed, nor for what is only set aside and may lapse.

use serde::{Deserialize, Serialize};

use super::after::money::left;
use super::order::{Line, LineId, Order, Stage};
use crate::app::App;
use crate::email::EmailAddress;
use crate::gift_cards::{self, GiftCardError};
use crate::ids::GiftCardId;
use crate::messages::gift_card::{self, GiftCard};
use crate::money::Money;
use crate::payments::AttemptStatus;
use crate::pricing::Delivery;
use crate::problem::Problem;
use crate::text::Language;
use crate::together::{ALL, together};

/// The most cards of one step, each with a row and a pool of its own: as many as
/// are asked for side by side. The letters of one step go by the queue together,
/// 3 KB of the 128 KB that a message may have.
const MAX_AT_ONCE: u64 = 20;

/// A card that an order owes.
#[derive(Debug, Clone, PartialEq)]
pub struct Owed {
    pub line: LineId,
    /// Which of the line's pieces, from 1.
    pub piece: u32,
    pub balance: Money,
}

/// Cards that were bought and issued, for their buyer. The codes follow from the
/// ids, so no queue has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sold {
    pub to: EmailAddress,
    pub language: Language,
    pub cards: Vec<SoldCard>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SoldCard {
    pub id: GiftCardId,
    pub amount: Money,
}

/// The next cards that the order owes, at most [`MAX_AT_ONCE`].
pub fn owed(order: &Order) -> Vec<Owed> {
    let mut cards = Vec::new();
    if !is_paid(order) {
        return cards;
    }
    let mut before = order.cards_issued;
    for (line, pieces) in sold(order) {
        for piece in before..pieces.min(before.saturating_add(MAX_AT_ONCE - cards.len() as u64)) {
            let piece = u32::try_from(piece + 1).unwrap_or(u32::MAX);
            cards.push(Owed { line: line.id, piece, balance: line.price() });
        }
        before = before.saturating_sub(pieces);
    }
    cards
}

/// How many cards the order sells.
pub fn count(order: &Order) -> u64 {
    sold(order).map(|(_, pieces)| pieces).sum()
}

/// The lines, each with its pieces but for those that were taken out before they were
/// paid: once cards are issued none is. What is given away for nothing is worth nothing.
fn sold(order: &Order) -> impl Iterator<Item = (&Line, u64)> {
    let sold = order.lines.iter().filter(|line| line.delivery == Delivery::GiftCard && line.unit_price.amount > 0);
    sold.map(|line| (line, u64::from(line.quantity.saturating_sub(left::refunded_pieces(order, line.id)))))
}

/// Whether its money was taken and has not gone back since. Nothing to pay
/// counts as paid.
fn is_paid(order: &Order) -> bool {
    let Stage::Confirmed { attempt, committed: true, .. } = &order.stage else { return false };
    // Where only a part of what was set aside was taken, the cards are not paid for.
    attempt.status == AttemptStatus::Paid && attempt.captured == attempt.amount && !left::all_gone_back(order)
}

/// Issues the cards; those that are there stay as they are.
pub async fn issue(app: &App, order: &Order, owed: &[Owed]) -> Result<Vec<SoldCard>, GiftCardError> {
    let id = order.id;
    let issued = owed.iter().map(|card| async move {
        let (line, balance) = (card.line.to_string(), card.balance);
        let piece = gift_cards::Sold { order: id, line: &line, piece: card.piece, balance, expires_at: None };
        let issued = gift_cards::issue_for_order(app, &piece).await?;
        Ok(SoldCard { id: issued.id, amount: balance })
    });
    together(issued.collect(), ALL).await.into_iter().collect()
}

/// Writes each card's letter, once.
pub async fn write(app: &App, sold: Vec<Sold>) -> Result<(), Problem> {
    for Sold { to, language, cards } in sold {
        let letter = |card: &SoldCard| GiftCard {
            id: card.id,
            amount: card.amount,
            expires_at: None,
            url: app.config.public_url.clone(),
        };
        let letters: Vec<GiftCard> = cards.iter().map(letter).collect();
        gift_card::write(app, &to, language, &letters).await?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "sold_cards_tests.rs"]
mod tests;
