//! What of an order's money was taken, and what of it can still be given back.
//! Pure.
//!
//! What a line comes to is with its tax. Pieces are divided by
//! [`spread::pieces`], so all of them sum to the line in whatever steps they go
//! back.

use super::{Fate, PutBack};
use crate::ids::{GiftCardId, VariantId};
use crate::money::Money;
use crate::orders::order::{Line, LineId, Order, Stage};
use crate::payments::{Attempt, AttemptStatus, RefundStatus};
use crate::pools::Supply;
use crate::pricing::quote::{QuotedLine, QuotedShipping, Tax};
use crate::pricing::{Quote, spread};
use crate::sorted::SortedMap;

/// What was taken in all: by the payment, by others that came twice or too late,
/// by gift cards.
pub fn taken(order: &Order) -> Money {
    // What is given back knows best what its attempt had taken.
    let mut by_attempt: SortedMap<u32, i64> = SortedMap::new();
    for attempt in order.refunds.iter().map(|refund| &refund.attempt).chain(payments(order)) {
        let taken = by_attempt.get_or_default(attempt.number);
        *taken = attempt.captured.amount.max(*taken);
    }
    let by_payment: i64 = by_attempt.values().sum();
    let besides = paid_by_cards(order).saturating_add(paid_by_set_off(order));
    Money { amount: by_payment.saturating_add(besides), currency: order.currency }
}

/// What was paid the way that an order is, then what was for pieces that were added.
pub fn payments(order: &Order) -> impl Iterator<Item = &Attempt> {
    order.attempt().into_iter().chain(&order.edits.payments)
}

/// What was taken out of the order and has paid for what was added to it, or is not to
/// be paid any more.
pub fn set_off(order: &Order) -> i64 {
    order.money.repayments.iter().map(|repayment| repayment.giving.set_off).sum()
}

/// What of that is as good as money: it was taken twice, so to speak, and given back
/// once. Not while the order is to be paid, as nothing need have come yet, nor where it
/// never was.
pub fn paid_by_set_off(order: &Order) -> i64 {
    let is_paid = order.attempt().is_some_and(|attempt| attempt.status == AttemptStatus::Paid);
    if is_paid { set_off(order) } else { 0 }
}

/// What was given back in all.
pub fn given(order: &Order) -> Money {
    let done = order.refunds.iter().filter(|refund| refund.status == RefundStatus::Done);
    let by_payment: i64 = done.map(|refund| refund.amount.amount).sum();
    let besides = given_to_cards(order).saturating_add(paid_by_set_off(order));
    Money { amount: by_payment.saturating_add(besides), currency: order.currency }
}

/// What gift cards have back.
pub fn given_to_cards(order: &Order) -> i64 {
    let is_card = |of: &Supply| matches!(of, Supply::GiftCard(_));
    order
        .money
        .put_backs
        .iter()
        .filter(|back| back.fate == Fate::Done && is_card(&back.of))
        .map(|back| back.units)
        .sum()
}

/// What gift cards have paid.
pub fn paid_by_cards(order: &Order) -> i64 {
    drawn_cards(order).map(|(_, amount)| amount).sum()
}

/// What can be given back now.
pub fn refundable(order: &Order) -> Money {
    if is_settled(order) { in_all(order) } else { Money::zero(order.currency) }
}

/// What is left to be given back, now or with the order's end.
pub fn in_all(order: &Order) -> Money {
    let by_cards: i64 = of_cards(order).iter().map(|(_, amount)| amount).sum();
    Money { amount: of_payment(order).saturating_add(by_cards), currency: order.currency }
}

/// Whether all that was taken has gone back, or is to; not where nothing was.
pub fn all_gone_back(order: &Order) -> bool {
    taken(order).amount > 0 && in_all(order).amount == 0
}

/// What of it goes back the way it was paid.
pub fn of_payment(order: &Order) -> i64 {
    let payments = payments(order).filter(|_| is_settled(order));
    payments.map(|payment| order.refundable(payment).amount).sum()
}

/// What of it goes back to gift cards, the one that was used last first.
pub fn of_cards(order: &Order) -> Vec<(GiftCardId, i64)> {
    let back = |card: GiftCardId| -> i64 {
        let to_it = not_refused(order).filter(|back| back.of == Supply::GiftCard(card));
        to_it.map(|back| back.units).sum()
    };
    let mut cards: Vec<_> = drawn_cards(order).map(|(card, amount)| (card, amount - back(card))).collect();
    cards.reverse();
    cards
}

/// What can be taken of money that is set aside.
pub fn capturable(order: &Order) -> Money {
    match &order.stage {
        Stage::Confirmed { attempt, committed: true, .. }
            if attempt.status == AttemptStatus::Authorized && order.money.capturing.is_none() =>
        {
            attempt.amount
        }
        _ => Money::zero(order.currency),
    }
}

/// Whether its goods and its money have found their places: nothing is given
/// back before. While none of the money that is owed has come, the order may
/// still end by itself, and all that it holds then goes back as a whole.
pub fn is_settled(order: &Order) -> bool {
    match &order.stage {
        Stage::Confirmed { attempt, committed: true, .. } => {
            attempt.status != AttemptStatus::Owed || attempt.captured.amount > 0
        }
        Stage::Cancelled { .. } => true,
        _ => false,
    }
}

/// Whether its pools were drawn from for good, and not given back as a whole.
pub fn is_drawn(order: &Order) -> bool {
    match &order.stage {
        Stage::Confirmed { committed, .. } => *committed,
        Stage::Cancelled { .. } => order.money.ended.as_ref().is_some_and(|ended| ended.drawn),
        Stage::Open | Stage::Placing { .. } | Stage::AwaitingPayment { .. } => false,
    }
}

/// The gift cards that were drawn from for good, as they were used.
fn drawn_cards(order: &Order) -> impl Iterator<Item = (GiftCardId, i64)> {
    let placement = order.placement().filter(|_| is_drawn(order));
    placement.into_iter().flat_map(|placement| &placement.quote.gift_cards).map(|card| (card.id, card.amount))
}

/// How many pieces of a line were given up for their money.
pub fn refunded_pieces(order: &Order, line: LineId) -> u32 {
    let pieces = order.money.repayments.iter().flat_map(|repayment| &repayment.giving.pieces);
    pieces.filter(|pieces| pieces.line == line).map(|pieces| pieces.quantity).sum()
}

/// How many pieces of a line were given up as such that never left, counted in a stock
/// or not.
pub fn unsent_pieces(order: &Order, line: LineId) -> u32 {
    let pieces = order.money.repayments.iter().flat_map(|repayment| &repayment.giving.pieces);
    pieces.filter(|pieces| pieces.line == line && pieces.restock).map(|pieces| pieces.quantity).sum()
}

/// How many of a line's pieces went back into stock, or are to, whether or not their pool
/// had room for them.
pub fn put_back_pieces(order: &Order, line: LineId) -> i64 {
    put_back(order, line, |_| true)
}

/// How many of these are there, or are to be.
pub fn restocked_pieces(order: &Order, line: LineId) -> i64 {
    put_back(order, line, |back| back.fate != Fate::Refused)
}

/// In whole pieces of the line, of units of its stock or of its parts' stocks.
fn put_back(order: &Order, id: LineId, counts: fn(&PutBack) -> bool) -> i64 {
    let of_line = || order.money.put_backs.iter().filter(|back| back.line == Some(id) && counts(back));
    let pieces = |(variant, each): (VariantId, i64)| {
        let units: i64 = of_line().filter(|back| back.of == Supply::Stock(variant)).map(|back| back.units).sum();
        units.checked_div(each).unwrap_or_default()
    };
    order.line(id).and_then(|line| line.takes(1).map(pieces).min()).unwrap_or_default()
}

/// What is back in pools, or is to be.
fn not_refused(order: &Order) -> impl Iterator<Item = &PutBack> {
    order.money.put_backs.iter().filter(|back| back.fate != Fate::Refused)
}

/// What so many more pieces of a line come to. None: there are not so many left.
pub fn pieces_worth(order: &Order, line: &Line, more: u32) -> Option<i64> {
    let quote = &order.placement()?.quote;
    let place = order.lines.iter().position(|known| known.id == line.id)?;
    let quoted = quote.lines.get(place)?;
    let worth = quoted.total.saturating_add(tax_on_top(order, &quoted.tax));
    spread::pieces(worth, line.quantity, refunded_pieces(order, line.id), more)
}

/// What is left of the shipping, tax included.
pub fn of_shipping(order: &Order) -> i64 {
    let Some(placement) = order.placement() else { return 0 };
    let given: i64 = order.money.repayments.iter().map(|repayment| repayment.giving.shipping).sum();
    let ways = order.edits.former_shipping.iter().chain(&placement.quote.shipping);
    let paid: i64 = ways.map(|way| of_way(order, way)).sum();
    paid.saturating_sub(given)
}

/// What a way of shipping came to, tax included.
pub fn of_way(order: &Order, way: &QuotedShipping) -> i64 {
    way.to_pay().saturating_add(tax_on_top(order, &way.tax))
}

/// Which edit's way of shipping a repayment of this number gives up, or something of
/// it; none: the one that was placed. Another takes the place only of one of which all
/// is given up, so they are given up one after the other.
pub fn edit_of_shipping(order: &Order, repayment: u32) -> Option<u32> {
    let current = order.placement().and_then(|placement| placement.quote.shipping.as_ref());
    let before = order.money.repayments.iter().filter(|known| known.number < repayment);
    let mut given: i64 = before.map(|known| known.giving.shipping).sum();
    let chosen = order
        .edits
        .done
        .iter()
        .filter_map(|edit| Some((Some(edit.number), edit.plan.added.as_ref()?.quote.shipping.as_ref()?)));
    let mut ways = order.edits.first_shipping(current).map(|way| (None, way)).into_iter().chain(chosen);
    let is_left = |(_, way): &(Option<u32>, &QuotedShipping)| {
        given -= of_way(order, way);
        given < 0
    };
    ways.find(is_left).and_then(|(edit, _)| edit)
}

/// The tax where prices do not have it in them.
fn tax_on_top(order: &Order, tax: &Tax) -> i64 {
    match order.placement() {
        Some(placement) if !placement.quote.totals.tax_included => tax.amount,
        _ => 0,
    }
}

/// Of each line: how many pieces were given up for their money, and what the
/// others come to.
pub fn lines(order: &Order, quote: &Quote) -> Vec<(u32, Money)> {
    let mut given_up: SortedMap<LineId, u32> = SortedMap::new();
    for pieces in order.money.repayments.iter().flat_map(|repayment| &repayment.giving.pieces) {
        let so_far = given_up.get_or_default(pieces.line);
        *so_far = so_far.saturating_add(pieces.quantity);
    }
    let of_line = |(line, quoted): (&Line, &QuotedLine)| {
        let gone = given_up.get(&line.id).copied().unwrap_or_default();
        let worth = quoted.total.saturating_add(tax_on_top(order, &quoted.tax));
        let left = spread::pieces(worth, line.quantity, gone, line.quantity.saturating_sub(gone));
        (gone, Money { amount: left.unwrap_or_default(), currency: order.currency })
    };
    order.lines.iter().zip(&quote.lines).map(of_line).collect()
}
