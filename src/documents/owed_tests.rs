use serde_json::json;

use super::*;
use crate::ids::{AccountId, GiftCardId, OrderId};
use crate::money::{Currency, Money};
use crate::orders::after::edits;
use crate::orders::after::money::{Giving, event as money};
use crate::orders::event::Event;
use crate::orders::order::{CancelReason, Order};
use crate::orders::papers;
use crate::payments::{PaymentChoice, TestMethod};
use crate::ports::Timestamp;

const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

pub fn eur(amount: i64) -> Money {
    Money { amount, currency: Currency::parse("EUR").unwrap() }
}

/// An order of 10 EUR that was placed and held.
fn placed() -> Order {
    let mut order = Order::created(OrderId::derived([1; 16]), Currency::parse("EUR").unwrap(), None, NOW);
    let (zero, all) = (eur(0), eur(1_000));
    let quote = json!({
        "lines": [], "shipping": null, "coupons": [], "uses": [], "gift_cards": [], "reverse_charge": false,
        "totals": {
            "items": all, "discount": zero, "shipping": zero, "tax": zero, "tax_included": true, "total": all,
            "gift_cards": zero, "to_pay": all,
        },
    });
    let (quote, payment) = (serde_json::from_value(quote).unwrap(), PaymentChoice::test(TestMethod::Visa));
    let placed = Event::Placed { quote, claims: Vec::new(), payment, key: None, slot: None };
    for event in [placed, Event::Held] {
        order.apply(&event, NOW);
    }
    order
}

/// The order, after what has happened to it since.
pub fn papers(since: &[Event]) -> Papers {
    let mut order = placed();
    for event in since {
        order.apply(event, NOW);
    }
    papers::of(&order).unwrap()
}

fn filed(kind: Kind, cause: impl std::fmt::Display, amount: i64) -> Filed {
    let prefix = if kind == Kind::Invoice { "INV" } else { "CN" };
    let document = json!({
        "number": format!("{prefix}-000001"), "kind": kind, "issued_at": NOW, "supplied_at": NOW,
        "order_id": OrderId::derived([1; 16]), "order_number": "1", "language": "en",
        "seller": { "address": { "name": "Fern Ltd", "line1": "1 Way", "country": "GB" } }, "buyer": {},
        "reverse_charge": false, "prices_include_tax": true, "lines": [], "taxes": [], "net": eur(amount),
        "tax": eur(0), "total": eur(amount), "gift_cards": eur(0),
    });
    Filed { cause: cause.to_string(), document: serde_json::from_value(document).unwrap() }
}

/// What is owed, in short.
fn owes(since: &[Event], filed: &[Filed]) -> Option<(String, i64)> {
    next(&papers(since), filed).map(|owed| match owed {
        Owed::Invoice { sale: 0, sure, .. } => (format!("invoice, sure: {sure}"), 0),
        Owed::Invoice { cause, sure, .. } => (format!("invoice of {cause}, sure: {sure}"), 0),
        Owed::Credit { cause, amount, .. } => (cause, amount),
    })
}

fn some(what: &str, amount: i64) -> Option<(String, i64)> {
    Some((what.to_owned(), amount))
}

pub const PAID: Event = Event::Paid { secured: true };

#[test]
fn an_invoice_is_owed_once_the_order_is_confirmed() {
    assert_eq!(owes(&[], &[]), None);
    assert_eq!(owes(&[Event::Paid { secured: false }], &[]), None, "the goods may be gone");
    assert_eq!(owes(&[PAID], &[]), some("invoice, sure: true", 0));
    assert_eq!(owes(&[PAID], &[filed(Kind::Invoice, Cause::Sale, 1_000)]), None);
}

#[test]
fn an_order_that_was_never_secured_owes_nothing() {
    let requested = Event::Cancelled { reason: CancelReason::Requested };
    assert_eq!(owes(&[requested], &[]), None);
}

#[test]
fn an_order_that_is_not_to_be_is_invoiced_only_if_it_has_a_number() {
    assert_eq!(owes(&[Event::Paid { secured: false }, Event::CommitRefused], &[]), some("invoice, sure: false", 0));
}

#[test]
fn each_refund_is_credited_once() {
    let back = |amount| Event::RefundedElsewhere { amount: eur(amount) };
    let invoice = || filed(Kind::Invoice, Cause::Sale, 1_000);
    let history = [PAID, back(300), back(200)];
    assert_eq!(owes(&history, &[]), some("invoice, sure: true", 0), "the invoice comes first");
    assert_eq!(owes(&history, &[invoice()]), some("refund/1", 300));
    let first = filed(Kind::CreditNote, Cause::Refund(1), 300);
    assert_eq!(owes(&history, &[invoice(), first.clone()]), some("refund/2", 200));
    let second = filed(Kind::CreditNote, Cause::Refund(2), 200);
    assert_eq!(owes(&history, &[invoice(), first, second]), None);
}

#[test]
fn what_was_paid_twice_and_went_back_is_no_part_of_the_sale() {
    let mut order = placed();
    let first = order.attempt().unwrap().clone();
    let history = [
        Event::PaymentDeclined { reason: "card_declined".to_owned() },
        Event::PaymentStarted { payment: PaymentChoice::test(TestMethod::Visa) },
        PAID,
        Event::PaidTwice { attempt: first, amount: eur(1_000) },
        Event::Refunded { refund: 1, reference: None },
    ];
    for event in &history {
        order.apply(event, NOW);
    }
    assert_eq!(order.refunds.len(), 1);
    assert_eq!(papers::of(&order).unwrap().refunds, []);
}

#[test]
fn an_order_that_is_cancelled_has_all_of_its_invoice_credited() {
    let invoice = || filed(Kind::Invoice, Cause::Sale, 1_000);
    let history = [PAID, Event::RefundedElsewhere { amount: eur(300) }, Event::CommitRefused];
    let first = filed(Kind::CreditNote, Cause::Refund(1), 300);
    assert_eq!(
        owes(&history, &[invoice(), first.clone()]),
        some("cancellation", 1_000),
        "the series grants what is left"
    );
    let rest = filed(Kind::CreditNote, Cause::Cancellation, 700);
    assert_eq!(owes(&history, &[invoice(), first, rest]), None);
}

#[test]
fn an_order_that_staff_cancel_without_giving_its_money_back_is_credited_nothing() {
    let by = AccountId::derived([9; 16]);
    let kept = money::Event::Cancelled { by, reason: "never fetched".to_owned(), restock: true, giving: None };
    let invoice = || filed(Kind::Invoice, Cause::Sale, 1_000);
    for before in [vec![PAID, Event::Committed], vec![PAID]] {
        let history = [before, vec![Event::Money(kept.clone())]].concat();
        assert_eq!(owes(&history, &[invoice()]), None);
    }
    // Where a part had come, the rest is not owed any more; and what is given back later is credited then.
    let (invoiced, asked) = (invoice(), |amount| money::Event::CaptureAsked { by, amount: eur(amount) });
    let taken = [
        Event::Authorized { secured: true },
        Event::Committed,
        Event::Money(asked(300)),
        Event::Money(money::Event::Captured { amount: eur(300) }),
        Event::Money(kept.clone()),
    ];
    assert_eq!(owes(&taken, std::slice::from_ref(&invoiced)), some("cancellation", 700));
    let rest = filed(Kind::CreditNote, Cause::Cancellation, 700);
    assert_eq!(owes(&taken, &[invoiced.clone(), rest.clone()]), None);
    let later = [&taken[..], &[Event::RefundedElsewhere { amount: eur(300) }]].concat();
    assert_eq!(owes(&later, &[invoiced, rest]), some("refund/1", 300));
    // Where none had come, there is none to keep.
    let history = [Event::Authorized { secured: true }, Event::Committed, Event::Money(kept)];
    assert_eq!(owes(&history, &[invoice()]), some("cancellation", 1_000));
}

#[test]
fn what_goes_back_to_gift_cards_is_credited_once_it_is_there() {
    let giving = Giving {
        reason: "late".to_owned(),
        pieces: Vec::new(),
        shipping: 0,
        to_payment: 0,
        to_cards: vec![(GiftCardId::derived([8; 16]), 200)],
        set_off: 0,
    };
    let asked = money::Event::RefundAsked { by: AccountId::derived([9; 16]), giving: Box::new(giving) };
    let invoice = || filed(Kind::Invoice, Cause::Sale, 1_000);
    let mut history = vec![PAID, Event::Committed, Event::Money(asked)];
    assert_eq!(owes(&history, &[invoice()]), None, "it is on its way");
    history.push(Event::Money(money::Event::Credited { put_backs: vec![1] }));
    assert_eq!(owes(&history, &[invoice()]), some("gift_cards/1", 200));
    assert_eq!(owes(&history, &[invoice(), filed(Kind::CreditNote, Cause::GiftCards(1), 200)]), None);
}

/// An edit that adds something for so much, and takes out what pays for `set_off`
/// of it; the rest goes back, or was paid by hand.
fn exchanged(total: i64, set_off: i64, back: i64) -> Event {
    let (zero, all) = (eur(0), eur(total));
    let totals = json!({
        "items": all, "discount": zero, "shipping": zero, "tax": zero, "tax_included": true, "total": all,
        "gift_cards": zero, "to_pay": all,
    });
    let quote = json!({
        "lines": [], "shipping": null, "coupons": [], "uses": [], "gift_cards": [], "reverse_charge": false,
        "totals": totals,
    });
    let giving = json!({
        "reason": "x", "pieces": [], "shipping": 0, "to_payment": back, "to_cards": [], "set_off": set_off,
    });
    let paid_by_hand = (total > set_off).then_some("till");
    let added = json!({ "lines": [], "quote": quote, "set_off": set_off, "paid_by_hand": paid_by_hand });
    let plan = json!({ "reason": "x", "notify": true, "giving": giving, "added": added });
    let plan = serde_json::from_value(plan).unwrap();
    Event::Edits(edits::event::Event::Edited { by: AccountId::derived([9; 16]), plan })
}

#[test]
fn what_an_edit_adds_has_an_invoice_and_what_it_takes_out_a_credit_note() {
    let history = [PAID, Event::Committed, exchanged(400, 400, 100)];
    let sale = || filed(Kind::Invoice, Cause::Sale, 1_000);
    let edit = || filed(Kind::Invoice, Cause::Edit(1), 400);
    let set_off = || filed(Kind::CreditNote, Cause::SetOff(1), 400);
    assert_eq!(owes(&history, &[]), some("invoice, sure: true", 0));
    assert_eq!(owes(&history, &[sale()]), some("invoice of edit/1, sure: true", 0));
    assert_eq!(owes(&history, &[sale(), edit()]), some("set_off/1", 400));
    assert_eq!(owes(&history, &[sale(), edit(), set_off()]), None, "the rest is on its way");
    let refunded = Event::Refunded { refund: 1, reference: None };
    let history = [&history[..], &[refunded]].concat();
    assert_eq!(owes(&history, &[sale(), edit(), set_off()]), some("refund/1", 100));
    assert_eq!(owes(&history, &[sale(), edit(), set_off(), filed(Kind::CreditNote, Cause::Refund(1), 100)]), None);
}

#[test]
fn what_is_more_than_an_invoice_is_credited_on_the_next() {
    let back = Event::RefundedElsewhere { amount: eur(700) };
    let history = [PAID, Event::Committed, exchanged(600, 500, 0), back];
    let invoices = || vec![filed(Kind::Invoice, Cause::Sale, 1_000), filed(Kind::Invoice, Cause::Edit(1), 600)];
    let with = |notes: &[Filed]| [invoices(), notes.to_vec()].concat();
    let first = filed(Kind::CreditNote, Cause::Refund(1), 700);
    let second = filed(Kind::CreditNote, Cause::SetOff(1), 300);
    let third = filed(Kind::CreditNote, "edit/1:set_off/1", 200);
    assert_eq!(owes(&history, &with(&[])), some("refund/1", 700));
    assert_eq!(owes(&history, &with(std::slice::from_ref(&first))), some("set_off/1", 300));
    assert_eq!(owes(&history, &with(&[first.clone(), second.clone()])), some("edit/1:set_off/1", 200));
    assert_eq!(owes(&history, &with(&[first, second, third])), None);
}

#[test]
fn an_order_that_is_cancelled_has_each_of_its_invoices_credited() {
    let by = AccountId::derived([9; 16]);
    let giving = None;
    let kept = money::Event::Cancelled { by, reason: "x".to_owned(), restock: true, giving };
    let history = [PAID, Event::Committed, exchanged(600, 500, 0), Event::Money(kept)];
    let invoices = || vec![filed(Kind::Invoice, Cause::Sale, 1_000), filed(Kind::Invoice, Cause::Edit(1), 600)];
    let mut order = placed();
    history.iter().for_each(|event| order.apply(event, NOW));
    let papers = Papers { kept: None, ..papers::of(&order).unwrap() };
    let owes = |filed: &[Filed]| match next(&papers, filed) {
        Some(Owed::Credit { cause, amount, .. }) => Some((cause, amount)),
        _ => None,
    };
    assert_eq!(owes(&invoices()), some("cancellation", 1_000));
    let first = filed(Kind::CreditNote, Cause::Cancellation, 1_000);
    let with = |notes: &[Filed]| [invoices(), notes.to_vec()].concat();
    assert_eq!(owes(&with(std::slice::from_ref(&first))), some("edit/1:cancellation", 600));
    assert_eq!(owes(&with(&[first, filed(Kind::CreditNote, "edit/1:cancellation", 600)])), None);
}

#[test]
fn pieces_are_credited_on_the_invoice_that_they_are_of() {
    let with_line = |cause: Cause, amount: i64, line: &str| {
        let mut document = serde_json::to_value(filed(Kind::Invoice, cause, amount).document).unwrap();
        document["lines"] = json!([{
            "line_id": line, "title": "Fern", "quantity": 2, "unit_price": eur(amount), "unit_price_net": eur(amount),
            "discount": eur(0), "rates": [], "net": eur(amount), "total": eur(amount),
        }]);
        Filed { cause: cause.to_string(), document: serde_json::from_value(document).unwrap() }
    };
    let invoices = [with_line(Cause::Sale, 1_000, "line_1"), with_line(Cause::Edit(1), 400, "line_2")];
    let with = |notes: &[Filed]| [&invoices[..], notes].concat();
    let refunded = |pieces: &[(&str, i64)]| {
        let amount: i64 = pieces.iter().map(|(_, amount)| amount).sum();
        let pieces = pieces
            .iter()
            .map(|(line, amount)| json!({ "line": line, "quantity": 1, "restock": false, "amount": amount }));
        let giving = json!({
            "reason": "x", "pieces": pieces.collect::<Vec<_>>(), "shipping": 0, "to_payment": amount, "to_cards": [],
        });
        let asked = money::Event::RefundAsked {
            by: AccountId::derived([9; 16]),
            giving: Box::new(serde_json::from_value(giving).unwrap()),
        };
        let done = Event::Refunded { refund: 1, reference: None };
        [PAID, Event::Committed, exchanged(400, 0, 0), Event::Money(asked), done]
    };
    assert_eq!(owes(&refunded(&[("line_2", 150)]), &with(&[])), some("edit/1:refund/1", 150));
    let both = refunded(&[("line_2", 150), ("line_1", 450)]);
    let first = filed(Kind::CreditNote, Cause::Refund(1), 450);
    let second = filed(Kind::CreditNote, "edit/1:refund/1", 150);
    assert_eq!(owes(&both, &with(&[])), some("refund/1", 450));
    assert_eq!(owes(&both, &with(std::slice::from_ref(&first))), some("edit/1:refund/1", 150));
    assert_eq!(owes(&both, &with(&[first, second])), None);
}
