//! Orders that are not paid: nobody has paid yet, or staff wait for the money.

use serde_json::{Value, json};

use super::adding_tests::{add, asked, told};
use super::carrying_out::can_be_paid;
use super::error::Refusal;
use super::tests::{edit, home, keep, to_germany, try_to, variant};
use super::unpaid::CHANGED;
use crate::app::{Config, StripeKeys};
use crate::ids::VariantId;
use crate::orders::after::money::left;
use crate::orders::after::money::samples::*;
use crate::orders::decision::{Command, decide};
use crate::orders::effect::{Effect, due};
use crate::orders::error::OrderError;
use crate::orders::event::Event;
use crate::orders::learning::Answer;
use crate::orders::limits::MAX_LINES;
use crate::orders::order::{LineId, Order, Receipt, Stage};
use crate::orders::{notice, sold_cards, view};
use crate::payments::{AmountRefused, AttemptStatus, Outcome, PaymentChoice, TestMethod};
use crate::pools::Claim;
use crate::pricing::Delivery;
use crate::settings::{ManualPayment, PaymentSettings};

/// Three cups for 3.00, and shipping for 0.50.
fn cups() -> Bought {
    Bought { lines: vec![(3, 300)], ..mugs() }
}

/// Its goods are kept for another try.
fn declined(bought: Bought) -> Order {
    to_germany(bought.order(TestMethod::Visa, &[Event::PaymentDeclined { reason: "card_declined".to_owned() }]))
}

fn owed() -> Order {
    to_germany(cups().order(TestMethod::Visa, &[Event::Owed { secured: true }, Event::Committed]))
}

fn receive(order: &mut Order, amount: i64) -> Result<(), OrderError> {
    let receipt = Receipt { amount: eur(amount), reference: format!("statement {amount}") };
    let events = decide(order, Command::Receive { receipt, by: Some(staff()) }, NOW)?;
    events.iter().for_each(|event| order.apply(event, NOW));
    Ok(())
}

/// `edit`: the last one that its buyer saw.
fn pay(order: &Order, edit: Option<u32>) -> Result<Vec<Event>, OrderError> {
    decide(order, Command::Pay { payment: PaymentChoice::test(TestMethod::Visa), slot: None, edit }, NOW)
}

/// What is still to come.
fn to_come(order: &Order) -> i64 {
    order.attempt().unwrap().left().amount
}

#[test]
fn an_order_that_nobody_has_paid_is_another_one() {
    let mut order = declined(cups());
    order.apply(&Event::Notified { kind: crate::messages::Kind::PaymentFailed, version: 1 }, NOW);
    let mut body = add(keep(1, 2), 7, 1);
    body["shipping_address"] = home("FR");
    edit(&mut order, body).unwrap();
    let seen = view::order(&order).unwrap();
    let lines: Vec<_> = seen.lines.iter().map(|line| (line.id.0, line.quantity, line.total.amount)).collect();
    assert_eq!(lines, [(1, 2, 200), (2, 1, 40)]);
    assert_eq!((seen.totals.total, seen.totals.tax, seen.totals.to_pay), (eur(290), eur(33 + 7 + 8), eur(290)));
    assert_eq!((seen.payment.decline_reason.as_deref(), seen.held_until), (Some(CHANGED), None));
    assert_eq!(notice::owed(&order).map(|notice| notice.version), Some(1), "told of the change alone");
    let before = [Claim::stock(VariantId::derived([0; 16]), 3)];
    let gives_back = |effect: &Effect| matches!(effect, Effect::Release { number: 1, claims, .. } if *claims == before);
    assert!(due(&order, NOW).iter().any(gives_back));
    assert_eq!(pay(&order, Some(0)), Err(OrderError::NotPayable), "a page that showed it as it was pays nothing");
    pay(&order, Some(1)).unwrap().iter().for_each(|event| order.apply(event, NOW));
    let Stage::Placing { attempt, hold, .. } = &order.stage else { panic!("{:?}", order.stage) };
    assert_eq!((attempt.amount, hold.number), (eur(290), 2));
    assert_eq!(order.claims(), [Claim::stock(VariantId::derived([0; 16]), 2), Claim::stock(variant(7), 1)]);
}

#[test]
fn whom_it_bills_is_changed_until_it_is_paid() {
    let mut order = declined(cups());
    edit(&mut order, json!({ "billing_address": home("FR") })).unwrap();
    assert_eq!(order.facts.billing_address.as_ref().unwrap().country.code(), "FR");
    assert_eq!(order.facts_of_sale(None), &order.facts, "its invoice is still to be written");
    let seen = |order: &Order| serde_json::to_value(crate::orders::after::money::view::order(order).unwrap()).unwrap();
    assert_eq!((&seen(&order)["billing_editable"], &seen(&order)["totals"]["total"]), (&json!(true), &json!(eur(350))));
    let mut order = owed();
    edit(&mut order, json!({ "billing_address": home("FR") })).unwrap();
    assert_eq!(order.facts_of_sale(None), &order.facts, "nor is that of what is owed");
    assert_eq!(seen(&order)["billing_editable"], true);
    receive(&mut order, 350).unwrap();
    assert_eq!(seen(&order)["billing_editable"], false);
    let billed = try_to(&order, json!({ "billing_address": home("DE") }));
    assert_eq!(billed, Err(Refusal::AlreadyInvoiced.into()));
}

#[test]
fn an_order_on_credit_is_invoiced_before_it_is_paid() {
    let mut order = owed();
    let Stage::Confirmed { attempt, .. } = &mut order.stage else { panic!("{:?}", order.stage) };
    attempt.payment.terms.on_credit = true;
    let billed = try_to(&order, json!({ "billing_address": home("FR") }));
    assert_eq!(billed, Err(Refusal::AlreadyInvoiced.into()));
}

#[test]
fn an_order_that_goes_elsewhere_at_the_same_tax_keeps_what_is_held_and_asked() {
    let mut order = declined(cups());
    let before = order.clone();
    let mut moved = home("DE");
    moved["line1"] = json!("Weg 2");
    let body = json!({ "email": "ada@example.org", "shipping_address": moved, "billing_address": home("FR") });
    edit(&mut order, body).unwrap();
    assert_eq!(order.facts.email.as_ref().unwrap().as_str(), "ada@example.org");
    assert_eq!((&order.stage, &order.lines, order.edits.asks_for_order), (&before.stage, &before.lines, 0));
    assert_eq!((order.edits.count(), order.releasing.iter().count()), (1, 0));
    assert!(pay(&order, Some(0)).is_ok(), "the page that its buyer has open says what it comes to");
    for another in [json!({ "shipping_address": home("FR") }), json!({ "shipping_option": "slow" })] {
        let mut order = before.clone();
        edit(&mut order, another).unwrap();
        assert_eq!((order.hold(), order.edits.asks_for_order), (None, 1));
    }
}

#[test]
fn the_agreed_way_is_paid_for_as_long_as_something_is_shipped() {
    let shipping = |order: &Order| order.totals().unwrap().shipping;
    let mut order = declined(cups());
    edit(&mut order, add(keep(1, 0), 7, 1)).unwrap();
    assert_eq!((shipping(&order), order.totals().unwrap().total), (eur(50), eur(40 + 50)), "all of it is another");
    edit(&mut order, add(keep(2, 0), 8, 1)).unwrap();
    assert_eq!((shipping(&order), order.totals().unwrap().total), (eur(0), eur(30)), "nothing is sent any more");
    assert_eq!(order.placement().unwrap().quote.shipping, None);
    edit(&mut order, add(json!({}), 8, 1)).unwrap();
    assert_eq!(order.totals().unwrap().total, eur(60));
}

#[test]
fn an_order_comes_to_nothing_that_no_way_to_pay_takes() {
    let [secret, publishable, webhooks] = ["sk_test_1", "pk_test_1", "whsec_1"].map(|key| Some(key.to_owned()));
    let config =
        Config { stripe: StripeKeys::parse(secret, publishable, webhooks, None).unwrap(), ..Config::default() };
    let mut settings = crate::testing::settings().payments;
    settings.stripe.offered = true;
    let comes_to = |body: Value, settings: &PaymentSettings| {
        let order = declined(Bought { cards: vec![310], ..cups() });
        can_be_paid(&config, settings, &try_to(&order, body).unwrap(), false)
    };
    let few = comes_to(json!({ "shipping_option": "express" }), &settings);
    assert!(few.is_ok(), "70: {few:?}");
    let few = comes_to(json!({ "shipping_option": "slow" }), &settings);
    assert_eq!(few, Err(AmountRefused::TooSmall { minimum: eur(50) }), "10");
    assert_eq!(comes_to(keep(1, 1), &settings), Ok(()), "nothing is left to pay");
    settings.cash_on_delivery = Some(ManualPayment { instructions: String::new(), cancel_after_days: None });
    assert_eq!(comes_to(json!({ "shipping_option": "slow" }), &settings), Ok(()));
}

#[test]
fn an_order_of_as_many_lines_as_there_may_be_is_changed() {
    let mut order = declined(cups());
    order.lines_made = u32::try_from(MAX_LINES).unwrap();
    let mut line = order.lines[0].clone();
    let Stage::AwaitingPayment { placement, .. } = &mut order.stage else { panic!() };
    let quote = std::rc::Rc::make_mut(&mut placement.quote);
    for n in 2..=order.lines_made {
        line.id = LineId(n);
        order.lines.push(line.clone());
        quote.lines.push(quote.lines[0].clone());
    }
    assert!(edit(&mut order, add(keep(1, 0), 7, 1)).is_ok());
    assert_eq!(order.lines.len(), MAX_LINES);
    let more = try_to(&order, add(json!({}), 7, 1));
    assert!(matches!(more, Err(OrderError::Edits(Refusal::Unfit { .. }))), "{more:?}");
}

#[test]
fn a_payment_that_gave_its_goods_back_does_not_pay_what_staff_make_of_it_meanwhile() {
    let mut order = declined(cups());
    order.apply(&Event::HoldGivenBack, NOW);
    assert!(pay(&order, Some(0)).is_ok());
    edit(&mut order, add(json!({}), 7, 10)).unwrap();
    assert_eq!(pay(&order, Some(0)), Err(OrderError::NotPayable));
    assert!(pay(&order, None).is_ok(), "whatever it is");
}

#[test]
fn a_payment_that_is_under_way_is_waited_for() {
    let asks = Event::PaymentActionRequired { client_secret: "s".to_owned() };
    let refused = |since: &[Event]| try_to(&cups().order(TestMethod::Visa, since), keep(1, 1)).unwrap_err();
    assert_eq!(refused(&[]), OrderError::PaymentInProgress);
    assert_eq!(refused(&[asks]), OrderError::PaymentInProgress);
    let asked = Event::PaymentAsked { next_poll: NOW };
    assert_eq!(refused(&[asked]), OrderError::PaymentInProgress);
}

#[test]
fn money_that_an_earlier_attempt_takes_after_all_goes_back() {
    let mut order = declined(cups());
    edit(&mut order, keep(1, 1)).unwrap();
    hear(&mut order, &Answer::Payment { attempt: 1, report: Outcome::Paid.into() });
    assert!(matches!(order.stage, Stage::AwaitingPayment { .. }));
    assert_eq!((order.refunds.len(), order.refunds[0].amount), (1, eur(350)));
}

#[test]
fn gift_cards_pay_at_most_what_they_were_to() {
    let mut order = declined(Bought { cards: vec![100, 60], ..cups() });
    edit(&mut order, keep(1, 1)).unwrap();
    let totals = *order.totals().unwrap();
    assert_eq!((totals.total, totals.gift_cards, totals.to_pay), (eur(150), eur(150), eur(0)));
    assert_eq!(order.placement().unwrap().quote.gift_cards[1].amount, 50);
    edit(&mut order, add(keep(1, 1), 7, 5)).unwrap();
    assert_eq!(order.totals().unwrap().gift_cards, eur(150), "nobody knows what else is on them");
    assert_eq!((order.edits.count(), try_to(&order, keep(1, 1))), (2, Ok(Vec::new())));
}

#[test]
fn an_order_that_is_paid_afterwards_owes_less_or_more() {
    let mut order = owed();
    edit(&mut order, keep(1, 1)).unwrap();
    assert_eq!((to_come(&order), order.refunds.len()), (150, 0));
    assert_eq!(settle(&mut order), [(format!("{}/r1/line_1", order.id), 2)]);
    edit(&mut order, add(serde_json::json!({}), 7, 2)).unwrap();
    assert_eq!(receive(&mut order, 150), Err(Refusal::InProgress.into()), "it is being decided how much is owed");
    told(&mut order, Vec::new());
    assert_eq!((to_come(&order), order.edits.payments.len()), (230, 0));
    let seen = view::order(&order).unwrap();
    assert_eq!(seen.payment.left_to_pay, Some(eur(230)), "as its page says");
    receive(&mut order, 230).unwrap();
    assert_eq!((order.attempt().unwrap().status.clone(), left_of(&order)), (AttemptStatus::Paid, 230));
    act(&mut order, refund(&[(1, 1, true), (2, 2, true)], Some(50), None)).unwrap();
    assert_eq!(left_of(&order), 0, "all that is left of it");
}

#[test]
fn gift_cards_that_were_taken_out_are_not_issued_once_the_others_are_paid() {
    let bought = Bought { lines: vec![(3, 300)], shipping: 0, delivery: Delivery::GiftCard, ..mugs() };
    let mut order = bought.order(TestMethod::Visa, &[Event::Owed { secured: true }, Event::Committed]);
    edit(&mut order, keep(1, 1)).unwrap();
    receive(&mut order, 100).unwrap();
    assert_eq!((sold_cards::owed(&order).len(), sold_cards::count(&order)), (1, 1));
}

#[test]
fn what_was_taken_out_of_an_unpaid_order_is_no_money_that_has_come() {
    let mut order = owed();
    let sums = |order: &Order| {
        let view::OrderView { payment, totals, refunded, set_off, .. } = view::order(order).unwrap();
        let left = payment.left_to_pay.map(|left| left.amount);
        let given = (payment.refunded.amount, refunded.amount);
        ((totals.to_pay.amount, set_off.amount), (payment.captured.amount, left), given, left::taken(order).amount)
    };
    edit(&mut order, keep(1, 1)).unwrap();
    assert_eq!(sums(&order), ((350, 200), (0, Some(150)), (0, 0), 0));
    let mut cancelled = order.clone();
    decide(&cancelled, Command::Cancel, NOW).unwrap().iter().for_each(|event| cancelled.apply(event, NOW));
    assert_eq!(sums(&cancelled), ((350, 200), (0, None), (0, 0), 0), "nothing has come, and nothing goes back");
    receive(&mut order, 100).unwrap();
    assert_eq!(sums(&order), ((350, 200), (100, Some(50)), (0, 0), 100));
    receive(&mut order, 50).unwrap();
    assert_eq!(sums(&order), ((350, 200), (350, None), (200, 200), 350), "what was set off pays its part of the total");
}

#[test]
fn an_order_whose_gift_cards_were_all_taken_out_is_cancelled() {
    let bought = Bought { lines: vec![(1, 300), (1, 100)], delivery: Delivery::GiftCard, ..mugs() };
    let mut order = bought.order(TestMethod::Visa, &[Event::Owed { secured: true }, Event::Committed]);
    order.lines[1].delivery = Delivery::Digital;
    edit(&mut order, keep(1, 0)).unwrap();
    receive(&mut order, 150).unwrap();
    assert_eq!(sold_cards::owed(&order), []);
    act(&mut order, cancel(true)).unwrap();
    assert!(matches!(order.stage, Stage::Cancelled { .. }), "{:?}", order.stage);
}

#[test]
fn something_is_still_owed_in_the_end() {
    let mut order = owed();
    receive(&mut order, 160).unwrap();
    assert_eq!(try_to(&order, keep(1, 1)), Err(Refusal::NothingLeftToPay.into()));
    edit(&mut order, keep(1, 2)).unwrap();
    assert_eq!(to_come(&order), 90);
    let by_hand = try_to(&order, super::adding_tests::by_hand(add(json!({}), 7, 1)));
    assert!(matches!(by_hand, Err(OrderError::Edits(Refusal::Unfit { .. }))), "{by_hand:?}");
}

#[test]
fn what_is_owed_follows_the_tax_of_the_new_place() {
    let mut order = owed();
    edit(&mut order, json!({ "shipping_address": home("AT") })).unwrap();
    assert_eq!((asked(&order), to_come(&order)), (None, 350));
    assert_eq!(left::set_off(&order), 350);
}

#[test]
fn an_order_that_ends_unpaid_gives_each_piece_back_once() {
    let mut order = owed();
    edit(&mut order, add(keep(1, 2), 7, 1)).unwrap();
    told(&mut order, Vec::new());
    assert_eq!(settle(&mut order), [(format!("{}/r1/line_1", order.id), 1)]);
    decide(&order, Command::Cancel, NOW).unwrap().iter().for_each(|event| order.apply(event, NOW));
    assert!(order.releasing.iter().all(|(_, claims)| claims.is_empty()), "{:?}", order.releasing);
    let back = settle(&mut order);
    let expected = [(1, 2), (2, 1)].map(|(line, units)| (format!("{}/cancelled/line_{line}", order.id), units));
    assert_eq!(back, expected);
    assert_eq!(order.lines[1].id, LineId(2));
}
