//! What each order comes to, by an arithmetic of its own, and whether its money is there.

use tradepost::orders::after::edits::{Edit, Plan};
use tradepost::orders::after::money::left;
use tradepost::orders::facts::Fact;
use tradepost::orders::order::{Line, Order, Placement};
use tradepost::payments::{Attempt, AttemptStatus, Provider};
use tradepost::settings::Capture;

use crate::buyers::Buyer;
use crate::judge::{given, is_added, is_card, is_sold_anew, paid_for_edits, uses};
use crate::outcomes::Outcomes;
use crate::shelf::{OFF, PRICE, coupon, promotion, taxes_in};

/// The money of one order, in cents.
#[derive(Debug, PartialEq)]
pub struct Money {
    /// Set aside by the provider.
    pub held: i64,
    /// Taken by the provider and not given back.
    pub kept: i64,
    /// Recorded by staff.
    pub by_hand: i64,
}

/// The money is there once, exactly, and with what gift cards pay it is the total.
pub fn judge_money(order: &Order, placement: &Placement, attempt: &Attempt, money: &Money, outcomes: &mut Outcomes) {
    let by_cards: i64 = placement.quote.gift_cards.iter().map(|card| card.amount).sum();
    let (total, added) = (total_of(order, placement), judge_added(order, outcomes));
    let owed: i64 = order.edits.done.iter().map(|edit| more_owed(&edit.plan)).sum();
    let to_pay = total - by_cards + owed;
    outcomes.owed_otherwise += u32::from(owed != 0);
    assert_eq!(placement.quote.totals.total.amount, total + added, "the total, reckoned anew: {order:?}");
    outcomes.by_card_in_part += u32::from(by_cards > 0 && to_pay > 0);
    outcomes.by_card_alone += u32::from(to_pay == 0);
    outcomes.with_coupon += u32::from(uses(placement, coupon()));
    outcomes.with_promotion += u32::from(uses(placement, promotion()));
    let nothing = Money { held: 0, kept: 0, by_hand: 0 };
    let of_edits = paid_for_edits(order).map(|payment| payment.captured.amount - given(order, payment)).sum::<i64>();
    let should = match &attempt.status {
        AttemptStatus::Authorized => {
            outcomes.authorized += 1;
            Money { held: to_pay, ..nothing }
        }
        // A call-off that was on its way arrived after all: the order says so to staff.
        AttemptStatus::Voided => nothing,
        AttemptStatus::Owed => {
            outcomes.owed += 1;
            assert!(attempt.left().amount > 0, "paid and does not know it: {order:?}");
            assert_eq!(attempt.captured.amount + attempt.left().amount, to_pay, "owes what is to be paid: {order:?}");
            Money { by_hand: attempt.captured.amount, ..nothing }
        }
        _ if attempt.payment.provider == Provider::Manual => {
            outcomes.received += 1;
            Money { by_hand: to_pay, ..nothing }
        }
        _ if attempt.payment.terms.capture == Capture::Manual => {
            outcomes.captured += 1;
            outcomes.captured_in_part += u32::from(attempt.captured != attempt.amount);
            assert!((1..=to_pay).contains(&attempt.captured.amount), "takes what was set aside: {order:?}");
            Money { kept: attempt.captured.amount - given(order, attempt), ..nothing }
        }
        _ => Money { kept: to_pay - given(order, attempt), ..nothing },
    };
    let should = Money { kept: should.kept + of_edits, ..should };
    assert_eq!(*money, should, "paid once, exactly: {order:?}");
}

/// What was added is paid by what was taken out and by hand, exactly: what it comes to.
fn judge_added(order: &Order, outcomes: &mut Outcomes) -> i64 {
    let added = order.lines.iter().filter(|line| is_added(order, line) && !is_sold_anew(order, line));
    let pieces: i64 = added.map(|line| i64::from(line.quantity)).sum();
    let worth = PRICE * pieces + order.edits.done.iter().map(judge_anew).sum::<i64>();
    let ways = order.edits.former_shipping.len();
    let paid: i64 = order.edits.payments.iter().map(|payment| payment.captured.amount).sum();
    let owed: i64 = order.edits.done.iter().map(|edit| more_owed(&edit.plan)).sum();
    assert_eq!(left::set_off(order) + paid + owed, worth, "what was added is paid: {order:?}");
    assert!(order.edits.open.is_none(), "nothing is still being added: {order:?}");
    for payment in &order.edits.payments {
        assert!(given(order, payment) <= payment.captured.amount, "given back twice: {order:?}");
    }
    outcomes.sent_another_way += u32::from(ways > 0);
    let by_link: i64 = paid_for_edits(order).map(|payment| payment.captured.amount).sum();
    outcomes.added_by_hand += u32::from(paid > by_link);
    outcomes.added_by_link += u32::from(by_link > 0);
    worth
}

/// By how much more an order is owed for that was not paid when it was edited: then
/// nothing went back, and nobody was asked.
fn more_owed(plan: &Plan) -> i64 {
    let added = plan.added.as_ref().map_or(0, |added| added.quote.totals.total.amount);
    let set_off = plan.giving.as_ref().map_or(0, |giving| giving.set_off);
    let is_owed = plan.added.as_ref().map_or(set_off > 0, |added| added.owed);
    if is_owed { added - set_off } else { 0 }
}

/// What is sold anew, and sent another way, comes to: what it was agreed to, but for
/// less than a cent of each piece that went before.
fn judge_anew(edit: &Edit) -> i64 {
    let Some(added) = &edit.plan.added else { return 0 };
    let giving = edit.plan.giving.as_ref();
    let before = giving.iter().flat_map(|giving| &giving.pieces).skip(edit.plan.taken_out().len());
    let anew = added.quote.lines.iter().take(added.sold_anew()).map(|line| line.total);
    for (before, anew) in before.map(|pieces| pieces.amount).zip(anew.clone()) {
        assert!((0..100).contains(&(before - anew)), "{anew} anew for {before}: {edit:?}");
    }
    let is_chosen = edit.plan.facts.iter().any(|fact| matches!(fact, Fact::ShippingOption(_)));
    let way = added.quote.shipping.as_ref().map(|way| way.to_pay());
    let agreed = if is_chosen { PRICE } else { giving.map_or(0, |giving| giving.shipping) };
    assert!(way.is_none_or(|way| way == agreed), "sent for {way:?} instead of {agreed}: {edit:?}");
    anew.sum::<i64>() + way.unwrap_or_default()
}

/// Each piece that is the order's is taxed where it goes.
pub fn judge_taxes(buyer: &Buyer, placement: &Placement, outcomes: &mut Outcomes) {
    let order = &buyer.memory;
    let Some(home) = order.facts.shipping_address.as_ref() else { return };
    for (line, quoted) in order.lines.iter().zip(&placement.quote.lines).filter(|(line, _)| !is_card(line)) {
        let gone = buyer.given_up.get(&line.id).copied().unwrap_or_default();
        let names: Vec<_> = quoted.tax.rates.iter().map(|part| part.name.as_str()).collect();
        assert!(gone == line.quantity || names == taxes_in(home.country.code()), "{names:?} on {line:?}: {order:?}");
    }
    outcomes.taxed_anew += u32::from(order.edits.done.iter().any(|edit| edit.plan.taken_out().len() < given_up(edit)));
}

fn given_up(edit: &Edit) -> usize {
    edit.plan.giving.as_ref().map_or(0, |giving| giving.pieces.len())
}

/// What was placed comes to, by an arithmetic of its own: the promotion first,
/// then 10 % of what is left, half up; no tax; gift cards as they are.
fn total_of(order: &Order, placement: &Placement) -> i64 {
    let worth = |line: &Line| PRICE * i64::from(line.quantity);
    if order.edits.asks_for_order > 0 {
        return reworked_total(order, placement);
    }
    let placed = || order.lines.iter().filter(|line| !is_added(order, line));
    let cards: i64 = placed().filter(|line| is_card(line)).map(worth).sum();
    let items: i64 = placed().filter(|line| !is_card(line)).map(worth).sum();
    if items == 0 {
        return cards;
    }
    let items = if uses(placement, promotion()) { items - OFF } else { items };
    let tenth_off = |items: i64| items - (items + 5) / 10;
    let items = if uses(placement, coupon()) { tenth_off(items) } else { items };
    let items = if order.facts.discount.is_some() { tenth_off(items) } else { items };
    items + PRICE + cards
}

/// An order that was changed before it was paid: what stayed keeps its share of what was
/// taken off, and what came has its price.
fn reworked_total(order: &Order, placement: &Placement) -> i64 {
    let lines = || order.lines.iter().zip(&placement.quote.lines).filter(|(line, _)| !is_added(order, line));
    let full: i64 = lines().map(|(line, _)| PRICE * i64::from(line.quantity)).sum();
    let items: i64 = lines().map(|(_, quoted)| quoted.total).sum();
    assert!((full * 8 / 10 - OFF..=full).contains(&items), "{items} for {full}: {order:?}");
    let way = order.edits.first_shipping(placement.quote.shipping.as_ref());
    items + way.map_or(0, |way| way.to_pay())
}
