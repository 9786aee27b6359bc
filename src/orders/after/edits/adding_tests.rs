use serde_json::{Value, json};

use super::effect::{Answer as Told, Take};
use super::error::Refusal;
use super::tests::{come_back, edit, fulfil, keep, to_germany, try_to, variant};
use crate::orders::after::goods;
use crate::orders::after::money::left;
use crate::orders::after::money::samples::*;
use crate::orders::decision::{Command, decide};
use crate::orders::effect::{Effect, due, in_foreground, wake};
use crate::orders::error::OrderError;
use crate::orders::learning::{Answer, Refused, learn};
use crate::orders::order::{LineId, Order};
use crate::orders::papers;
use crate::orders::view::{self, PaymentStatus};
use crate::payments::{Provider, RefundStatus};
use crate::pools::{Claim, Supply};
use crate::pricing::Delivery;

pub(super) fn add(mut body: Value, n: u8, quantity: u32) -> Value {
    body["add"] = json!([{ "variant_id": variant(n), "quantity": quantity }]);
    body
}

pub(super) fn by_hand(mut body: Value) -> Value {
    body["paid_by_hand"] = json!("till 7");
    body
}

pub(super) fn asked(order: &Order) -> Option<Take> {
    due(order, NOW).into_iter().find_map(|effect| if let Effect::TakeAdded(take) = effect { Some(take) } else { None })
}

/// What the pools say to what is to be added.
pub(super) fn told(order: &mut Order, refused: Vec<Refused>) {
    let take = asked(order).expect("something is asked for");
    hear(order, &Answer::Added(Told { take, refused }));
}

#[test]
fn what_is_taken_out_pays_for_what_is_added_and_the_rest_goes_back() {
    let mut order = mugs().paid();
    edit(&mut order, add(keep(1, 1), 7, 1)).unwrap();
    assert_eq!((order.lines.len(), left::given(&order), left_of(&order)), (1, eur(0), 150), "nothing counts yet");
    assert!(in_foreground(&order) && wake(&order, NOW).is_some());
    let take = asked(&order).unwrap();
    assert_eq!((take.hold.0, take.claims), (format!("{}/2", order.id), vec![Claim::stock(variant(7), 1)]));
    told(&mut order, Vec::new());
    assert_eq!(asked(&order), None);
    let edit = &order.edits.done[0];
    let (giving, added) = (edit.plan.giving.as_ref().unwrap(), edit.plan.added.as_ref().unwrap());
    assert_eq!((giving.amount(), giving.set_off, added.set_off, added.to_pay().amount), (26, 40, 40, 0));
    assert_eq!(settle(&mut order), [(format!("{}/r1/line_1", order.id), 2)]);
    let seen = view::order(&order).unwrap();
    assert_eq!((seen.totals.items, seen.totals.total, seen.totals.to_pay), (eur(140), eur(190), eur(190)));
    assert_eq!((seen.payment.captured, seen.refunded, seen.set_off), (eur(190), eur(66), eur(40)));
    assert_eq!(seen.payment.status, PaymentStatus::PartiallyRefunded);
    assert_eq!((seen.lines[1].id, seen.lines[1].total), (LineId(2), eur(40)));
    assert_eq!(left_of(&order), 190 - 66);
    act(&mut order, refund(&[(2, 1, true), (1, 1, true)], Some(50), None)).unwrap();
    settle(&mut order);
    assert_eq!((left_of(&order), left::given(&order)), (0, eur(190)), "all of it, once");
}

#[test]
fn what_is_added_waits_for_its_own_pieces_and_not_instead_of_others() {
    let mut order = mugs().paid();
    order.lines[0].variant_id = variant(7);
    order.later = vec![(variant(7), 2)];
    edit(&mut order, by_hand(add(json!({}), 7, 3))).unwrap();
    told(&mut order, Vec::new());
    let seen: Vec<_> = view::order(&order).unwrap().lines.iter().map(|line| line.backordered).collect();
    assert_eq!(seen, [Some(2), None], "as it was placed");
}

#[test]
fn what_came_back_is_exchanged() {
    let mut order = mugs().paid();
    fulfil(&mut order, 3, "shipped");
    come_back(&mut order, 1, true);
    edit(&mut order, add(keep(1, 2), 7, 1)).unwrap_err();
    edit(&mut order, by_hand(add(keep(1, 2), 7, 1))).unwrap();
    told(&mut order, Vec::new());
    assert_eq!(settle(&mut order), [], "it went into stock by its return");
    assert_eq!((left::taken(&order), left::given(&order)), (eur(190), eur(33)));
    let to_send = goods::Command::Fulfil(serde_json::from_value(json!({})).unwrap());
    for event in decide(&order, Command::Goods { by: None, command: to_send }, NOW).unwrap() {
        order.apply(&event, NOW);
    }
    let sent = &order.goods.fulfilments[1].lines;
    assert_eq!((sent.len(), sent[0].line_id, sent[0].quantity.get()), (1, LineId(2), 1));
}

#[test]
fn a_difference_is_said_and_paid_by_hand() {
    let mut order = mugs().paid();
    let asked = try_to(&order, add(json!({}), 7, 2));
    assert_eq!(asked, Err(Refusal::DifferenceToPay { to_pay: eur(80) }.into()));
    let nothing = try_to(&order, by_hand(add(keep(1, 1), 7, 1)));
    let Err(OrderError::Edits(Refusal::Unfit { errors })) = nothing else { panic!("{nothing:?}") };
    assert_eq!(errors[0].pointer, "/paid_by_hand");
    edit(&mut order, by_hand(add(json!({}), 7, 2))).unwrap();
    told(&mut order, Vec::new());
    let payment = &order.edits.payments[0];
    assert_eq!((payment.number, payment.captured, payment.payment.provider), (2, eur(80), Provider::Manual));
    assert_eq!((left::taken(&order), left_of(&order)), (eur(230), 230));
    act(&mut order, refund(&[], None, Some(200))).unwrap();
    let parts: Vec<_> = order.refunds.iter().map(|refund| (refund.attempt.number, refund.amount)).collect();
    assert_eq!(parts, [(1, eur(150)), (2, eur(50))], "what was paid first, first");
    let seen = serde_json::to_value(crate::orders::after::money::view::order(&order).unwrap()).unwrap();
    assert_eq!(seen["refunds"][0]["parts"][1]["to"], "by_hand");
    assert_eq!(seen["edits"][0]["paid_by_hand"], "till 7");
    assert!(order.refunds.iter().all(|refund| refund.status == RefundStatus::Asked));
}

#[test]
fn what_no_pool_gives_was_never_added() {
    let mut order = mugs().paid();
    let before = order.clone();
    edit(&mut order, add(keep(1, 1), 7, 1)).unwrap();
    assert_eq!(order.version, before.version, "nobody sees that it was asked");
    let take = asked(&order).unwrap();
    told(&mut order, vec![Refused { of: Supply::Stock(variant(7)), available: 0 }]);
    assert_eq!((&order.lines, left_of(&order)), (&before.lines, 150));
    assert_eq!((order.edits.done.len(), order.edits.open.is_some()), (0, false));
    let given_back = due(&order, NOW).into_iter().any(|effect| matches!(effect, Effect::Release { number: 2, .. }));
    assert!(given_back, "what another pool gave is given back");
    assert_eq!(learn(&order, &Answer::Added(Told { take: take.clone(), refused: Vec::new() }), NOW), [], "too late");
    edit(&mut order, add(keep(1, 1), 7, 1)).unwrap();
    assert_eq!(asked(&order).unwrap().hold.0, format!("{}/3", order.id), "under another name");
    assert_eq!(learn(&order, &Answer::Added(Told { take, refused: Vec::new() }), NOW), [], "of what was before");
}

#[test]
fn nothing_moves_pieces_while_others_are_being_added() {
    let mut order = mugs().paid();
    edit(&mut order, add(keep(1, 1), 7, 1)).unwrap();
    let in_progress = Err(Refusal::InProgress.into());
    assert_eq!(try_to(&order, keep(1, 2)), in_progress);
    assert_eq!(attempt(&order, refund(&[(1, 1, false)], None, None)), in_progress);
    assert_eq!(attempt(&order, cancel(true)), in_progress);
    let parcel = goods::Command::Fulfil(serde_json::from_value(json!({})).unwrap());
    assert_eq!(decide(&order, Command::Goods { by: None, command: parcel }, NOW), in_progress);
    let stored = order.clone().recovered();
    assert!(asked(&stored).is_some(), "a crash leaves it to be asked again");
}

#[test]
fn what_is_not_sent_needs_no_pool_and_what_cannot_be_added_is_said() {
    let mut order = mugs().paid();
    edit(&mut order, add(keep(1, 1), 8, 2)).unwrap();
    assert_eq!((asked(&order), order.lines.len()), (None, 2));
    let wrong = |order: &Order, n: u8| {
        let refused = try_to(order, by_hand(add(json!({}), n, 1)));
        let Err(OrderError::Edits(Refusal::Unfit { errors })) = refused else { panic!("{refused:?}") };
        assert_eq!(errors[0].pointer, "/add/0/variant_id");
        errors[0].detail.clone()
    };
    assert_eq!(wrong(&order, 9), "a gift card is sold by an order of its own");
    assert_eq!(wrong(&order, 3), "no such variant is for sale");
    let nowhere = Bought { delivery: Delivery::Digital, ..mugs() }.paid();
    assert_eq!(wrong(&nowhere, 7), "nothing of this order is sent anywhere");
    let everything = add(keep(1, 0), 7, 1);
    assert!(try_to(&mugs().paid(), everything).is_ok(), "all of it may be exchanged");
}

#[test]
fn what_was_placed_and_what_was_added_are_sales_of_their_own() {
    let mut order = mugs().paid();
    edit(&mut order, add(keep(1, 1), 7, 1)).unwrap();
    told(&mut order, Vec::new());
    edit(&mut order, by_hand(add(json!({}), 8, 1))).unwrap();
    let sales = papers::of(&order).unwrap().sales;
    let said: Vec<_> = sales.iter().map(|sale| (sale.edit, sale.lines, sale.totals.total.amount)).collect();
    assert_eq!(said, [(None, 1, 150), (Some(1), 1, 40), (Some(2), 1, 30)]);
    assert_eq!(sales[0].totals, mugs().quote().totals);
}

fn send(option: &str) -> Value {
    json!({ "shipping_option": option })
}

#[test]
fn another_way_of_shipping_takes_the_place_of_the_one_before() {
    let mut order = to_germany(mugs().paid());
    let dearer = try_to(&order, send("express"));
    assert_eq!(dearer, Err(Refusal::DifferenceToPay { to_pay: eur(30) }.into()));
    edit(&mut order, by_hand(send("express"))).unwrap();
    let seen = view::order(&order).unwrap();
    assert_eq!((seen.shipping_option.unwrap().id.as_str(), seen.totals.shipping), ("express", eur(130)));
    assert_eq!((seen.totals.total, seen.payment.captured, seen.refunded), (eur(230), eur(230), eur(50)));
    assert_eq!((left::of_shipping(&order), left_of(&order)), (80, 180));
    let sales = papers::of(&order).unwrap().sales;
    let said: Vec<_> = sales.iter().map(|sale| (&*sale.shipping.as_ref().unwrap().id, sale.totals.total)).collect();
    assert_eq!(said, [("standard", eur(150)), ("express", eur(80))]);
    edit(&mut order, send("slow")).unwrap();
    settle(&mut order);
    assert_eq!((left::of_shipping(&order), left_of(&order)), (20, 120), "what is cheaper goes back");
    assert_eq!(try_to(&order, send("slow")), Ok(Vec::new()));
    assert_eq!(try_to(&order, send("pigeon")), Err(OrderError::ShippingNotOffered));
}

#[test]
fn what_is_taken_out_pays_for_dearer_shipping_too() {
    let mut order = to_germany(mugs().paid());
    let mut all = add(keep(1, 2), 7, 1);
    all["shipping_option"] = json!("express");
    assert_eq!(try_to(&order, all.clone()), Err(Refusal::DifferenceToPay { to_pay: eur(80 + 40 - 50 - 33) }.into()));
    edit(&mut order, by_hand(all)).unwrap();
    told(&mut order, Vec::new());
    assert_eq!((left::set_off(&order), left_of(&order)), (83, 150 + 120 - 83));
    fulfil(&mut order, 1, "packed");
    assert_eq!(try_to(&order, send("slow")), Err(Refusal::AlreadyPacked.into()));
}
