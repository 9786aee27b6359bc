use serde_json::{Value, json};

use super::counts::{Counts, RETURN_MILLIS};
use super::error::{Left, Refusal};
use super::restock;
use super::view::{Fulfilled, FulfilmentStatus};
use super::*;
use crate::orders::event::Event as OrderEvent;
use crate::orders::limits::{MAX_FULFILMENTS, MAX_RETURNS};
use crate::orders::order::LineId;
use crate::orders::view::{Status, status};

/// One stored event of each kind; see `event_tests.rs`.
const STORED: &str = r#"
{"packed":{"fulfilment":1,"lines":[{"line_id":"line_1","quantity":2}],"carrier":"DHL","tracking_url":"https://p.example/1"}}
{"shipped":{"fulfilment":1,"carrier":"DHL","tracking_url":null,"notify":true}}
{"undone":{"fulfilment":1}}
{"return_asked":{"number":1,"lines":[{"line_id":"line_1","quantity":1,"reason":"Too small"}],"comment":null,"by_staff":false}}
{"return_approved":{"number":1,"instructions":"By post"}}
{"return_refused":{"number":1,"reason":"Worn"}}
{"return_received":{"number":1,"lines":[{"line_id":"line_1","quantity":1,"restock":true}]}}
{"restocked":{"number":1}}
{"not_restocked":{"number":1}}
"#;

#[test]
fn every_event_is_read_as_it_was_stored() {
    let lines: Vec<_> = STORED.trim().lines().collect();
    for line in &lines {
        let event: Event = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), *line);
    }
    let kinds = include_str!("../goods.rs").split("pub enum Event {").nth(1).unwrap().split("\n}").next().unwrap();
    let kinds = kinds.lines().filter(|line| line.starts_with("    ") && line.trim().starts_with(char::is_uppercase));
    assert_eq!(kinds.count(), lines.len(), "each kind has its line");
}

pub const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);
const PAID: &str = r#"{"paid":{"secured":true}}"#;
const COMMITTED: &str = r#""committed""#;

/// How many pieces of the first two lines were ordered; the third is not sent.
pub const ORDERED: [u32; 3] = [3, 2, 1];

fn line(n: usize) -> Value {
    let delivery = if n == 2 { "digital" } else { "shipped" };
    json!({
        "id": format!("line_{}", n + 1), "variant_id": format!("var_000000000000000000000000{n:02}"),
        "product_id": "prod_0000000000000000000000000D", "title": "Kettle", "sku": "K",
        "unit_price": { "amount": 250, "currency": "EUR" }, "quantity": ORDERED[n], "delivery": delivery,
    })
}

/// An order of these lines, and what happened to it since it was placed.
fn order(since: &[&str]) -> Order {
    let eur = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    let totals = json!({
        "items": eur(1_500), "discount": eur(0), "shipping": eur(0), "tax": eur(0), "tax_included": true,
        "total": eur(1_500), "gift_cards": eur(0), "to_pay": eur(1_500),
    });
    let quote = json!({
        "lines": [], "shipping": null, "coupons": [], "uses": [], "gift_cards": [], "totals": totals, "reverse_charge": false,
    });
    let created = json!({ "created": { "id": "ord_0000000000000000000000000A", "currency": "EUR", "account": null, "language": "en" } });
    let payment = json!({ "provider": "test", "method": "pm_card_visa" });
    let events = [created].into_iter().chain((0..3).map(|n| json!({ "line_added": { "line": line(n) } })));
    let events =
        events.chain([json!({ "placed": { "quote": quote, "payment": payment, "key": null } }), json!("held")]);
    let since = since.iter().map(|event| serde_json::from_str(event).unwrap());
    let mut order = None;
    for event in events.chain(since) {
        Order::replay(&mut order, &serde_json::from_value(event).unwrap(), NOW);
    }
    order.unwrap()
}

pub fn paid() -> Order {
    order(&[PAID, COMMITTED])
}

pub fn ask<T: serde::de::DeserializeOwned>(body: Value) -> T {
    serde_json::from_value(body).unwrap()
}

pub fn fulfil(body: Value) -> Command {
    Command::Fulfil(ask(body))
}

pub fn of_line(line: u32, quantity: u32) -> Value {
    json!({ "lines": [{ "line_id": format!("line_{line}"), "quantity": quantity }] })
}

pub fn back(line: u32, quantity: u32) -> Value {
    json!({ "lines": [{ "line_id": format!("line_{line}"), "quantity": quantity, "reason": "Too small" }] })
}

/// Decides and applies, at a time.
fn act(order: &mut Order, command: Command, now: Timestamp) -> Result<usize, OrderError> {
    let events = decide(order, command, now)?;
    for event in &events {
        order.apply(&OrderEvent::Goods { by: None, event: event.clone() }, now);
    }
    Ok(events.len())
}

fn short(line: u32, requested: u32, left: u32) -> Vec<Left> {
    vec![Left { line_id: LineId(line), requested, left }]
}

#[test]
fn goods_go_out_in_parts_and_never_more_than_were_ordered() {
    let mut order = paid();
    assert_eq!(Fulfilled::of(&order), Fulfilled::Unfulfilled);
    assert_eq!(act(&mut order, fulfil(of_line(1, 2)), NOW), Ok(2));
    assert_eq!((Fulfilled::of(&order), status(&order)), (Fulfilled::PartiallyFulfilled, Status::Confirmed));
    let refused = |lines| Err(Refusal::NotFulfillable { lines }.into());
    assert_eq!(act(&mut order, fulfil(of_line(1, 2)), NOW), refused(short(1, 2, 1)));
    let twice = json!({ "lines": [{ "line_id": "line_2", "quantity": 2 }, { "line_id": "line_2", "quantity": 1 }] });
    assert_eq!(act(&mut order, fulfil(twice), NOW), refused(short(2, 3, 2)), "one line twice is added up");
    assert_eq!(
        act(&mut order, fulfil(of_line(3, 1)), NOW),
        refused(short(3, 1, 0)),
        "what is not sent needs no parcel"
    );
    let strangers =
        json!({ "lines": [{ "line_id": "line_1", "quantity": 1 }, { "line_id": "line_9", "quantity": 1 }] });
    assert_eq!(act(&mut order, fulfil(strangers), NOW), Err(Refusal::UnknownLines { at: vec![1] }.into()));
    // The rest, whatever it is.
    assert_eq!(act(&mut order, fulfil(json!({})), NOW), Ok(2));
    assert_eq!((Fulfilled::of(&order), status(&order)), (Fulfilled::Fulfilled, Status::Fulfilled));
    assert_eq!(act(&mut order, fulfil(json!({})), NOW), refused(Vec::new()));
    assert_eq!(act(&mut order, fulfil(json!({ "lines": [] })), NOW), Err(Refusal::LinesOutOfRange.into()));
}

#[test]
fn a_packed_parcel_is_shipped_once_or_undone() {
    let mut order = paid();
    let packed = |quantity| {
        let mut body = of_line(1, quantity);
        (body["status"], body["carrier"]) = (json!("packed"), json!("DHL"));
        fulfil(body)
    };
    assert_eq!(act(&mut order, packed(2), NOW), Ok(1));
    assert_eq!(act(&mut order, packed(1), NOW), Ok(1));
    assert_eq!(Fulfilled::of(&order), Fulfilled::Unfulfilled, "nothing has left");
    let refused = Refusal::NotFulfillable { lines: short(1, 1, 0) };
    assert_eq!(act(&mut order, packed(1), NOW), Err(refused.into()), "what is packed is spoken for");
    assert_eq!(act(&mut order, Command::Undo(2), NOW), Ok(1));
    assert_eq!(act(&mut order, Command::Undo(2), NOW), Ok(0), "it is so already");
    let ship = |number| Command::Ship(number, ask(json!({ "tracking_url": "https://p.example/1" })));
    assert_eq!(act(&mut order, ship(2), NOW), Err(OrderError::NotFound), "it was undone");
    assert_eq!(act(&mut order, ship(1), NOW), Ok(1));
    assert_eq!(act(&mut order, ship(1), NOW), Ok(0));
    assert_eq!(act(&mut order, Command::Undo(1), NOW), Err(Refusal::AlreadyShipped.into()));
    assert_eq!(act(&mut order, ship(3), NOW), Err(OrderError::NotFound));
    let parcels = view::fulfilments(&order);
    assert_eq!(parcels.len(), 1, "one that was undone is none");
    assert_eq!((parcels[0].number, parcels[0].status), (1, FulfilmentStatus::Shipped));
    assert_eq!(parcels[0].carrier.as_deref(), Some("DHL"), "as it was said when it was packed");
    assert_eq!(parcels[0].tracking_url.as_deref(), Some("https://p.example/1"));
}

#[test]
fn nothing_goes_out_before_its_money_is_there_or_as_good_as() {
    let owed = |on_credit| {
        let mut order = order(&[r#"{"owed":{"secured":true}}"#, COMMITTED]);
        let crate::orders::order::Stage::Confirmed { attempt, .. } = &mut order.stage else { panic!("{order:?}") };
        attempt.payment.terms.on_credit = on_credit;
        order
    };
    for (mut order, goes, what) in [
        (paid(), true, "paid"),
        (order(&[r#"{"authorized":{"secured":true}}"#, COMMITTED]), true, "set aside"),
        (owed(true), true, "paid later, as agreed"),
        (owed(false), false, "a transfer is waited for"),
        (order(&[PAID]), false, "the stock is not certain"),
        (order(&[]), false, "not paid"),
        (order(&[r#"{"authorized":{"secured":true}}"#, COMMITTED, r#""authorization_lapsed""#]), false, "lapsed"),
        (
            order(&[PAID, COMMITTED, r#"{"refunded_elsewhere":{"amount":{"amount":1500,"currency":"EUR"}}}"#]),
            false,
            "back",
        ),
    ] {
        let sent = act(&mut order, fulfil(of_line(1, 1)), NOW);
        match goes {
            true => assert_eq!(sent, Ok(2), "{what}"),
            false => assert_eq!(sent, Err(Refusal::NotPaid { lines: short(1, 1, 0) }.into()), "{what}"),
        }
    }
    // Its money went while it was packed.
    let mut order = paid();
    act(&mut order, fulfil(json!({ "status": "packed" })), NOW).unwrap();
    let back = r#"{"refunded_elsewhere":{"amount":{"amount":1500,"currency":"EUR"}}}"#;
    order.apply(&serde_json::from_str(back).unwrap(), NOW);
    let refused = act(&mut order, Command::Ship(1, ask(json!({}))), NOW);
    assert!(matches!(refused, Err(OrderError::Goods(Refusal::NotPaid { .. }))), "{refused:?}");
}

/// Staff give back what these pieces of the first line cost.
fn refund_pieces(order: &mut Order, quantity: u32) {
    let giving = json!({
        "reason": "broken", "pieces": [{ "line": "line_1", "quantity": quantity, "restock": false, "amount": 250 * quantity }],
        "shipping": 0, "to_payment": 250 * quantity, "to_cards": [],
    });
    let asked = json!({ "money": { "refund_asked": { "by": "cus_0000000000000000000000000B", "giving": giving } } });
    order.apply(&serde_json::from_value(asked).unwrap(), NOW);
}

#[test]
fn what_was_refunded_after_it_was_packed_is_not_shipped() {
    let packed = |quantity| {
        let mut body = of_line(1, quantity);
        body["status"] = json!("packed");
        fulfil(body)
    };
    let ship = |number| Command::Ship(number, ask(json!({})));
    let mut order = paid();
    act(&mut order, packed(3), NOW).unwrap();
    refund_pieces(&mut order, 1);
    let refused = Refusal::GivenUp { lines: short(1, 3, 2) };
    assert_eq!(act(&mut order, ship(1), NOW), Err(refused.into()));
    assert_eq!(act(&mut order, packed(1), NOW), Err(Refusal::NotFulfillable { lines: short(1, 1, 0) }.into()));
    // The way that the refusal names.
    act(&mut order, Command::Undo(1), NOW).unwrap();
    act(&mut order, packed(2), NOW).unwrap();
    assert_eq!(act(&mut order, ship(2), NOW), Ok(1));
    assert!(counts::Counts::of(&order.goods).left_to_leave(&order, order.line(LineId(1)).unwrap()) == 0);

    // Of two parcels either may go, as pieces are alike, and then the other not.
    let mut order = paid();
    act(&mut order, packed(2), NOW).unwrap();
    act(&mut order, packed(1), NOW).unwrap();
    refund_pieces(&mut order, 1);
    assert_eq!(act(&mut order, ship(1), NOW), Ok(1));
    assert_eq!(act(&mut order, ship(2), NOW), Err(Refusal::GivenUp { lines: short(1, 1, 0) }.into()));

    // What came back and was refunded was sent: the parcel is of other pieces.
    let mut order = paid();
    act(&mut order, fulfil(of_line(1, 1)), NOW).unwrap();
    act(&mut order, packed(2), NOW).unwrap();
    act(&mut order, Command::Ask { wanted: ask(back(1, 1)), by_staff: true }, NOW).unwrap();
    act(&mut order, Command::Receive(1, ask(json!({}))), NOW).unwrap();
    refund_pieces(&mut order, 1);
    assert_eq!(act(&mut order, ship(2), NOW), Ok(1));
}

#[test]
fn what_was_shipped_comes_back_once_and_goes_into_stock_as_staff_say() {
    let mut order = paid();
    let returned = |line, quantity| Command::Ask { wanted: ask(back(line, quantity)), by_staff: false };
    let refused = |lines| Err(Refusal::NotReturnable { lines }.into());
    assert_eq!(act(&mut order, returned(1, 1), NOW), refused(short(1, 1, 0)), "nothing was sent");
    act(&mut order, fulfil(of_line(1, 2)), NOW).unwrap();
    assert_eq!(act(&mut order, returned(1, 3), NOW), refused(short(1, 3, 2)));
    assert_eq!(act(&mut order, returned(1, 2), NOW), Ok(1));
    assert_eq!(act(&mut order, returned(1, 1), NOW), refused(short(1, 1, 0)), "they are on their way back");
    assert_eq!(act(&mut order, Command::Approve(1, ask(json!({}))), NOW), Ok(1));
    assert_eq!(act(&mut order, Command::Approve(1, ask(json!({}))), NOW), Ok(0));
    let one = |restock| json!({ "line_id": "line_1", "quantity": 1, "restock": restock });
    let arrived = |lines: Value| Command::Receive(1, ask(json!({ "lines": lines })));
    assert_eq!(act(&mut order, arrived(json!([one(true), one(true), one(true)])), NOW), refused(short(1, 3, 2)));
    assert_eq!(act(&mut order, arrived(json!([one(true)])), NOW), Ok(1));
    assert_eq!(act(&mut order, arrived(json!([one(true)])), NOW), Ok(0));
    assert_eq!(act(&mut order, arrived(json!([one(false)])), NOW), Err(Refusal::ReturnClosed.into()));
    let owed = restock::owed(&order).unwrap();
    let (reference, claim) = &owed.pieces[0];
    assert_eq!((reference.as_str(), claim.quantity), ("ord_0000000000000000000000000A/return-1/line_1", 1));
    act(&mut order, returned(1, 1), NOW).unwrap();
    assert_eq!(restock::owed(&order), Some(owed), "until a pool has answered");
    let mut full = order.clone();
    full.apply(&OrderEvent::Goods { by: None, event: Event::NotRestocked { number: 1 } }, NOW);
    assert_eq!((restock::owed(&full), restock::refused(&full, LineId(1))), (None, 1), "its stock had no room");
    order.apply(&OrderEvent::Goods { by: None, event: Event::Restocked { number: 1 } }, NOW);
    assert_eq!((restock::owed(&order), restock::refused(&order, LineId(1))), (None, 0));
    // What did not come may be asked for again, and be refused.
    let refuse = || Command::Refuse(2, ask(json!({ "reason": "Worn" })));
    assert_eq!(act(&mut order, refuse(), NOW), Ok(1));
    assert_eq!(act(&mut order, Command::Approve(2, ask(json!({}))), NOW), Err(Refusal::ReturnClosed.into()));
    assert_eq!(Counts::of(&order.goods).line(LineId(1)).left_to_return(), 1);
    // What is broken came back, and stays out of stock.
    act(&mut order, Command::Ask { wanted: ask(back(1, 1)), by_staff: true }, NOW).unwrap();
    let broken = json!({ "lines": [one(false)] });
    assert_eq!(act(&mut order, Command::Receive(3, ask(broken)), NOW), Ok(1));
    assert_eq!(restock::owed(&order), None);
    assert_eq!(Counts::of(&order.goods).line(LineId(1)).returned, 2);
}

#[test]
fn a_buyer_may_ask_for_thirty_days_and_staff_at_any_time() {
    let mut order = paid();
    act(&mut order, fulfil(of_line(1, 1)), NOW).unwrap();
    let later = NOW.plus_millis(RETURN_MILLIS / 2);
    act(&mut order, fulfil(of_line(1, 1)), later).unwrap();
    let returned = |quantity, by_staff| Command::Ask { wanted: ask(back(1, quantity)), by_staff };
    let last = NOW.plus_millis(RETURN_MILLIS - 1);
    assert!(decide(&order, returned(2, false), last).is_ok());
    let refused = Refusal::NotReturnable { lines: short(1, 2, 1) };
    assert_eq!(decide(&order, returned(2, false), last.plus_millis(1)), Err(refused.into()), "one was shipped later");
    let late = later.plus_millis(RETURN_MILLIS);
    assert!(decide(&order, returned(1, false), late).is_err());
    assert_eq!(decide(&order, returned(2, true), late).map(|events| events.len()), Ok(2));
    assert_eq!(view::order_returnable_until(&order), Some(late));
}

#[test]
fn an_order_has_only_so_many_parcels_and_returns() {
    let mut order = paid();
    for n in 1..=MAX_FULFILMENTS {
        act(&mut order, fulfil(json!({ "status": "packed" })), NOW).unwrap();
        act(&mut order, Command::Undo(n as u32), NOW).unwrap();
    }
    assert_eq!(act(&mut order, fulfil(json!({})), NOW), Err(Refusal::TooManyFulfilments.into()));
    let mut order = paid();
    act(&mut order, fulfil(json!({})), NOW).unwrap();
    let asked = || Command::Ask { wanted: ask(back(1, 1)), by_staff: false };
    for n in 1..=MAX_RETURNS {
        act(&mut order, asked(), NOW).unwrap();
        act(&mut order, Command::Refuse(n as u32, ask(json!({ "reason": "No" }))), NOW).unwrap();
    }
    assert_eq!(act(&mut order, asked(), NOW), Err(Refusal::TooManyReturns.into()));
}

#[test]
fn each_parcel_and_each_step_of_a_return_is_news_once() {
    let mut order = paid();
    for status in ["packed", "packed"] {
        let mut body = of_line(1, 1);
        body["status"] = json!(status);
        act(&mut order, fulfil(body), NOW).unwrap();
    }
    // The second goes out first, and the third in silence.
    for number in [2, 1] {
        act(&mut order, Command::Ship(number, ask(json!({}))), NOW).unwrap();
    }
    let mut silent = of_line(1, 1);
    silent["notify"] = json!(false);
    act(&mut order, fulfil(silent), NOW).unwrap();
    act(&mut order, Command::Ask { wanted: ask(back(1, 1)), by_staff: false }, NOW).unwrap();
    act(&mut order, Command::Ask { wanted: ask(back(1, 1)), by_staff: true }, NOW).unwrap();
    act(&mut order, Command::Refuse(1, ask(json!({ "reason": "Worn" }))), NOW).unwrap();
    let goods = order::News::Goods;
    let told = [
        (1, goods(News::Shipped(2))),
        (2, goods(News::Shipped(1))),
        (1, goods(News::ReturnAsked(1))),
        (1, goods(News::ReturnApproved(2))),
        (1, goods(News::ReturnRefused(1))),
    ];
    for (version, news) in told {
        // The order's own confirmation goes first.
        if order.told.is_empty() {
            order.apply(&OrderEvent::Notified { kind: Kind::OrderConfirmed, version: 1 }, NOW);
        }
        let owed = crate::orders::notice::owed(&order).unwrap();
        assert_eq!((owed.version, &owed.news), (version, &news));
        order.apply(&OrderEvent::Notified { kind: owed.kind(), version }, NOW);
    }
    assert_eq!(crate::orders::notice::owed(&order), None);
}
