//! Whether staff may do with an order's money what they want, and what exactly
//! that is: `decide`, pure.

use serde::{Deserialize, Serialize};

use super::bodies::{NewCancellation, NewCapture, NewNote, NewRefund};
use super::error::Refusal;
use super::event::Event;
use super::{Giving, MAX_NOTES, MAX_REFUNDS, Pieces, left};
use crate::ids::AccountId;
use crate::money::{Currency, Money};
use crate::orders::after::goods::counts::Counts;
use crate::orders::after::goods::error::Left;
use crate::orders::error::OrderError;
use crate::orders::order::{Line, Order, Stage};
use crate::orders::sold_cards;
use crate::payments::{Attempt, AttemptStatus, RefundStatus};
use crate::pricing::Delivery;
use crate::problem::FieldError;

/// What staff want done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Note(NewNote),
    Refund(NewRefund),
    /// One of the order's refunds was given back by hand.
    GiveByHand {
        refund: u32,
    },
    Capture(NewCapture),
    Cancel(NewCancellation),
}

/// Decides what it comes to. No events: it is so already.
pub fn decide(order: &Order, by: AccountId, deed: Deed) -> Result<Vec<Event>, OrderError> {
    if order.stage == Stage::Open {
        return Err(OrderError::NotFound);
    }
    Ok(match deed {
        Deed::Note(_) if order.money.notes.len() >= MAX_NOTES => return Err(Refusal::TooManyNotes.into()),
        Deed::Note(NewNote { text, visible_to_buyer }) => vec![Event::Noted { by, text, visible_to_buyer }],
        Deed::Refund(wanted) => vec![Event::RefundAsked { by, giving: Box::new(refund(order, wanted)?) }],
        Deed::GiveByHand { refund } => by_hand(order, by, refund)?,
        Deed::Capture(wanted) => vec![Event::CaptureAsked { by, amount: capture(order, wanted)? }],
        Deed::Cancel(wanted) => vec![cancel(order, by, wanted)?],
    })
}

/// What giving back so much comes to: all of it or nothing.
pub fn refund(order: &Order, wanted: NewRefund) -> Result<Giving, OrderError> {
    let NewRefund { lines, shipping, amount, reason } = wanted;
    let (mut errors, mut fewer, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
    if lines.is_empty() && shipping.is_none() && amount.is_none() {
        errors.push(FieldError::new("", "say what is given back: lines, shipping or an amount"));
    }
    errors.extend(in_currency("/shipping", shipping, order.currency));
    errors.extend(in_currency("/amount", amount, order.currency));
    for (place, wanted) in lines.iter().enumerate() {
        let Some(line) = order.line(wanted.line_id) else {
            errors.push(FieldError::new(format!("/lines/{place}/line_id"), "the order has no such line"));
            continue;
        };
        match left::pieces_worth(order, line, wanted.quantity) {
            Some(_) if wanted.restock && !may_restock(order, line, wanted.quantity) => {
                let wrong = "of this, there are not so many pieces that never left: what was sent is put into stock by its return";
                errors.push(FieldError::new(format!("/lines/{place}/restock"), wrong));
            }
            Some(amount) => {
                let (quantity, restock) = (wanted.quantity, wanted.restock);
                pieces.push(Pieces { line: line.id, quantity, restock, amount });
            }
            None => {
                let left = line.quantity.saturating_sub(left::refunded_pieces(order, line.id));
                fewer.push(Left { line_id: line.id, requested: wanted.quantity, left });
            }
        }
    }
    if !errors.is_empty() {
        return Err(Refusal::Unfit { errors }.into());
    } else if !left::is_settled(order) {
        return Err(not_refundable(order, 0));
    } else if pieces.iter().any(|pieces| is_issued_card(order, pieces)) {
        return Err(Refusal::GiftCardsIssued.into());
    } else if !fewer.is_empty() {
        return Err(Refusal::FewerPieces { lines: fewer }.into());
    }
    let shipping = shipping.map_or(0, |shipping| shipping.amount);
    let of_shipping = left::of_shipping(order);
    if shipping > of_shipping {
        return Err(not_refundable(order, of_shipping));
    }
    let worth = pieces.iter().map(|pieces| pieces.amount).fold(shipping, i64::saturating_add);
    give(order, reason.into(), pieces, shipping, amount.map_or(worth, |amount| amount.amount))
}

/// From which purse an amount is given back: see the head of this room.
pub(in crate::orders::after) fn give(
    order: &Order,
    reason: String,
    pieces: Vec<Pieces>,
    shipping: i64,
    amount: i64,
) -> Result<Giving, OrderError> {
    if order.money.repayments.len() >= MAX_REFUNDS {
        return Err(Refusal::TooManyRefunds.into());
    }
    let to_payment = amount.min(left::of_payment(order));
    let (mut rest, mut to_cards) = (amount - to_payment, Vec::new());
    for (card, on_it) in left::of_cards(order) {
        let part = rest.min(on_it);
        if part > 0 {
            to_cards.push((card, part));
            rest -= part;
        }
    }
    if rest > 0 {
        return Err(not_refundable(order, left::in_all(order).amount));
    }
    Ok(Giving { reason, pieces, shipping, to_payment, to_cards, set_off: 0 })
}

fn not_refundable(order: &Order, left: i64) -> OrderError {
    Refusal::NotRefundable { left: Money { amount: left, currency: order.currency } }.into()
}

fn in_currency(pointer: &str, amount: Option<Money>, currency: Currency) -> Option<FieldError> {
    let other = amount.is_some_and(|amount| amount.currency != currency);
    other.then(|| FieldError::new(format!("{pointer}/currency"), format!("the order is in {currency}")))
}

/// What was never counted, and what is back already or found no room, is not put into
/// stock. What has left goes there by the return that brings it back.
fn may_restock(order: &Order, line: &Line, more: u32) -> bool {
    let after = left::put_back_pieces(order, line.id).saturating_add(i64::from(more));
    let never_sent = Counts::of(&order.goods).line(line.id).never_sent(line.quantity);
    left::is_drawn(order) && line.is_stocked() && after <= i64::from(never_sent)
}

/// Whether these are gift cards that somebody has: a code cannot be taken back
/// in the moment in which its money is, as it may be spent in that very moment.
pub(in crate::orders::after) fn is_issued_card(order: &Order, pieces: &Pieces) -> bool {
    let is_card = order.line(pieces.line).is_some_and(|line| line.delivery == Delivery::GiftCard);
    is_card && are_cards_issued(order)
}

/// Cards are issued as soon as the money was taken: perhaps at this moment, or by
/// a run that did not live to note it.
fn are_cards_issued(order: &Order) -> bool {
    // None are where only a part of what was set aside was taken.
    let is_all_paid = |attempt: &Attempt| attempt.status == AttemptStatus::Paid && attempt.captured == attempt.amount;
    let paid = order.attempt().is_some_and(is_all_paid);
    // Those that were taken out while they were to be paid are none.
    sold_cards::count(order) > 0 && (order.cards_issued > 0 || paid)
}

fn by_hand(order: &Order, by: AccountId, number: u32) -> Result<Vec<Event>, OrderError> {
    match order.refunds.iter().find(|refund| refund.number == number).map(|refund| refund.status) {
        Some(RefundStatus::Pending { next_poll: None }) => Ok(vec![Event::GivenByHand { by, refund: number }]),
        _ => Err(Refusal::NotByHand.into()),
    }
}

fn capture(order: &Order, wanted: NewCapture) -> Result<Money, OrderError> {
    if let Some(error) = in_currency("/amount", wanted.amount, order.currency) {
        return Err(Refusal::Unfit { errors: vec![error] }.into());
    }
    if order.money.capturing.is_some() {
        return Err(OrderError::PaymentInProgress);
    }
    let left = left::capturable(order);
    let amount = wanted.amount.unwrap_or(left);
    if (1..=left.amount).contains(&amount.amount) { Ok(amount) } else { Err(Refusal::NotCapturable { left }.into()) }
}

/// With all that is left of its money, if that goes back. What has left the shop
/// cannot be cancelled, nor what is packed before that is undone.
fn cancel(order: &Order, by: AccountId, wanted: NewCancellation) -> Result<Event, OrderError> {
    let NewCancellation { reason, refund, restock } = wanted;
    let reason: String = reason.into();
    match &order.stage {
        Stage::Open => return Err(OrderError::NotFound),
        Stage::Placing { .. } => return Err(OrderError::PaymentInProgress),
        Stage::Cancelled { .. } => return Err(OrderError::NotCancellable),
        Stage::AwaitingPayment { .. } => {}
        Stage::Confirmed { .. } if are_cards_issued(order) => return Err(Refusal::GiftCardsIssued.into()),
        Stage::Confirmed { .. } if order.goods.has_parcels() => return Err(OrderError::NotCancellable),
        Stage::Confirmed { .. } => {}
    }
    let giving = if refund { Some(Box::new(give_all(order, reason.clone(), restock)?)) } else { None };
    Ok(Event::Cancelled { by, reason, restock, giving })
}

/// All that is left: of each line, of the shipping, and in all.
fn give_all(order: &Order, reason: String, restock: bool) -> Result<Giving, OrderError> {
    let mut pieces = Vec::new();
    for line in &order.lines {
        let quantity = line.quantity.saturating_sub(left::refunded_pieces(order, line.id));
        if let Some(amount) = left::pieces_worth(order, line, quantity).filter(|_| quantity > 0) {
            pieces.push(Pieces { line: line.id, quantity, restock, amount });
        }
    }
    give(order, reason, pieces, left::of_shipping(order), left::in_all(order).amount)
}
