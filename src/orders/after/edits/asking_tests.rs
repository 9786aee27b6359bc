use serde_json::{Value, json};

use super::adding_tests::{add, asked, told};
use super::asking::PAYABLE_MILLIS;
use super::bodies::PaidDifference;
use super::decision::Settling;
use super::error::Refusal;
use super::tests::{edit, keep, try_to, variant};
use crate::messages::Kind;
use crate::messages::order::News;
use crate::orders::after::goods;
use crate::orders::after::money::left;
use crate::orders::after::money::samples::*;
use crate::orders::decision::{Command, decide};
use crate::orders::effect::{Effect, GIVE_UP_MILLIS, due, in_foreground, wake};
use crate::orders::error::OrderError;
use crate::orders::event::Event;
use crate::orders::holding::CONFIRM_MILLIS;
use crate::orders::learning::{Answer, Refused, learn};
use crate::orders::limits::MAX_ATTEMPTS;
use crate::orders::order::{CancelReason, Order, Stage};
use crate::orders::view::PaymentStatus;
use crate::orders::{notice, outgoing, papers, view};
use crate::payments::{Attempt, AttemptStatus, Outcome, PaymentChoice, Provider, TestMethod};
use crate::pools::Supply;
use crate::ports::Timestamp;
use crate::settings::Capture;

fn ask(mut body: Value) -> Value {
    body["ask_buyer"] = json!(true);
    body
}

/// An order whose buyer is asked for 0.80, for two cups.
fn offered() -> Order {
    let mut order = mugs().paid();
    edit(&mut order, ask(add(json!({}), 7, 2))).unwrap();
    told(&mut order, Vec::new());
    order
}

fn do_it(order: &mut Order, command: Command, now: Timestamp) -> Result<(), OrderError> {
    for event in decide(order, command, now)? {
        let stored = serde_json::to_string(&event).unwrap();
        order.apply(&serde_json::from_str(&stored).unwrap(), now);
    }
    Ok(())
}

fn pay_at(order: &mut Order, method: TestMethod, now: Timestamp) -> Result<(), OrderError> {
    do_it(order, Command::Pay { payment: PaymentChoice::test(method), slot: None, edit: None }, now)
}

fn pay(order: &mut Order, method: TestMethod) -> Result<(), OrderError> {
    pay_at(order, method, NOW)
}

fn settle_it(order: &mut Order, deed: Settling) -> Result<(), OrderError> {
    let number = order.edits.begun;
    do_it(order, Command::Settle { by: staff(), number, deed, key: None }, NOW)
}

fn by_hand() -> Settling {
    Settling::Paid(PaidDifference { reference: "statement 7".parse().unwrap() })
}

fn charge(order: &Order) -> Option<Attempt> {
    due(order, NOW)
        .into_iter()
        .find_map(|effect| if let Effect::Charge { attempt } = effect { Some(attempt) } else { None })
}

/// What the provider says of the attempt, at that time.
fn says(order: &mut Order, attempt: u32, outcome: Outcome, now: Timestamp) {
    let events = learn(order, &Answer::Payment { attempt, report: outcome.into() }, now);
    events.iter().for_each(|event| order.apply(event, now));
}

fn tick(order: &mut Order, now: Timestamp) {
    learn(order, &Answer::Tick, now).iter().for_each(|event| order.apply(event, now));
}

/// What its buyer is written of an edit that will not be, once all before is told.
fn told_of_the_end(order: &Order) -> Option<News> {
    let mut order = order.clone();
    while let Some(notice) = notice::owed(&order) {
        if notice.kind() == Kind::DifferenceOver {
            return Some(notice.news);
        }
        order.apply(&Event::Notified { kind: notice.kind(), version: notice.version }, NOW);
    }
    None
}

fn over(lapsed: bool, back: i64) -> Option<News> {
    Some(News::DifferenceOver { lapsed, back: eur(back) })
}

/// The edit has never been, and what it would have added is given back.
fn is_off(order: &Order) {
    assert!(due(order, NOW).into_iter().any(|effect| matches!(effect, Effect::Release { number: 2, .. })));
    assert_eq!((order.edits.open.is_none(), order.edits.done.len(), order.lines.len()), (true, 0, 1));
    assert_eq!((view::order(order).unwrap().difference, left_of(order)), (None, 150));
}

#[test]
fn a_buyer_is_asked_and_what_is_added_is_kept_for_that_long() {
    let mut order = mugs().paid();
    order.apply(&Event::Notified { kind: Kind::OrderConfirmed, version: 1 }, NOW);
    edit(&mut order, ask(add(json!({}), 7, 2))).unwrap();
    assert!(view::order(&order).unwrap().difference.is_none(), "the pools were not asked yet");
    let until = NOW.plus_millis(PAYABLE_MILLIS);
    assert!(asked(&order).unwrap().kept_until.unwrap() > until, "with time for a payment of the last moment");
    told(&mut order, Vec::new());
    assert_eq!((asked(&order), in_foreground(&order)), (None, false));
    let seen = view::order(&order).unwrap();
    let difference = seen.difference.unwrap();
    assert_eq!((difference.to_pay, difference.lapses_at, difference.added[0].quantity), (eur(80), until, 2));
    assert_eq!(difference.payable_until, Some(until));
    assert_eq!(
        (seen.totals.total, seen.payment.captured, order.lines.len()),
        (eur(150), eur(150), 1),
        "nothing counts"
    );
    assert_eq!(papers::of(&order).unwrap().sales.len(), 1, "no invoice of it");
    assert_eq!(notice::owed(&order).map(|notice| notice.kind()), Some(Kind::DifferenceAsked));
    order.apply(&Event::Notified { kind: Kind::DifferenceAsked, version: 1 }, NOW);
    order.apply(&Event::Published { version: order.version }, NOW);
    assert_eq!((due(&order, NOW), wake(&order, NOW)), (Vec::new(), Some(until)));
}

#[test]
fn a_difference_is_paid_as_an_order_is_and_the_edit_counts_then() {
    let mut order = offered();
    pay(&mut order, TestMethod::Authorized).unwrap();
    let attempt = charge(&order).unwrap();
    assert_eq!((attempt.amount, attempt.payment.terms.capture), (eur(80), Capture::Automatic), "taken at once");
    assert!(in_foreground(&order), "the buyer waits for it");
    assert_eq!(pay(&mut order, TestMethod::Visa), Err(OrderError::PaymentInProgress), "from the other tab");
    says(&mut order, attempt.number, Outcome::Declined { reason: "card_declined".to_owned() }, NOW);
    assert_eq!(view::order(&order).unwrap().difference.unwrap().payment.unwrap().status, PaymentStatus::Declined);
    pay(&mut order, TestMethod::Visa).unwrap();
    let attempt = charge(&order).unwrap();
    says(&mut order, attempt.number, Outcome::Paid, NOW);
    says(&mut order, attempt.number, Outcome::Paid, NOW);
    assert_eq!(pay(&mut order, TestMethod::Visa), Err(OrderError::NotPayable), "it is paid");
    let take = asked(&order).unwrap();
    assert_eq!((take.hold.0, take.kept_until), (format!("{}/2", order.id), None), "what was kept, for good");
    told(&mut order, Vec::new());
    assert_eq!((order.lines.len(), left::taken(&order), left_of(&order)), (2, eur(230), 230));
    assert_eq!(order.edits.payments, [order.edits.asked[0].attempt().unwrap().clone()]);
    assert_eq!(papers::of(&order).unwrap().sales.len(), 2, "with an invoice of its own");
    let told: Vec<_> = outgoing::events(&order);
    assert!(told.iter().all(|(_, kind)| *kind != crate::webhooks::EventType::OrderCancelled), "{told:?}");
    let staffs = serde_json::to_value(crate::orders::after::money::view::order(&order).unwrap()).unwrap();
    assert_eq!((&staffs["edits"][0]["attempt"], staffs.get("waiting_edit")), (&json!(attempt.number), None));
}

#[test]
fn what_nobody_pays_in_time_was_never_added() {
    let mut order = offered();
    let until = NOW.plus_millis(PAYABLE_MILLIS);
    tick(&mut order, until.plus_millis(-1));
    assert!(view::order(&order).unwrap().difference.is_some());
    assert_eq!(told_of_the_end(&order), None);
    tick(&mut order, until);
    is_off(&order);
    assert_eq!(told_of_the_end(&order), over(true, 0));
    order.apply(&Event::Notified { kind: Kind::DifferenceOver, version: 1 }, NOW);
    assert_eq!(told_of_the_end(&order), None, "once");
    assert_eq!(pay(&mut order, TestMethod::Visa), Err(OrderError::NotPayable));
    assert!(matches!(order.stage, Stage::Confirmed { .. }), "the order is as it was");
    assert!(outgoing::events(&order).iter().all(|(_, kind)| *kind != crate::webhooks::EventType::OrderCancelled));
    assert_eq!(settle_it(&mut order, Settling::CallOff), Err(Refusal::NothingAsked.into()));
    assert!(edit(&mut order, keep(1, 2)).is_ok(), "and can be changed again");
}

#[test]
fn a_payment_of_the_last_moment_is_waited_for_and_a_silent_one_called_off() {
    let mut order = offered();
    let until = NOW.plus_millis(PAYABLE_MILLIS);
    let last = until.plus_millis(-1);
    pay_at(&mut order, TestMethod::AuthenticationRequired, last).unwrap();
    let attempt = order.attempt_to_pay().unwrap().number;
    says(&mut order, attempt, Outcome::ActionRequired { client_secret: "s".to_owned() }, last);
    tick(&mut order, until);
    assert!(order.edits.open.is_some(), "the bank was asked");
    let late = last.plus_millis(CONFIRM_MILLIS);
    assert!(due(&order, late).iter().any(|effect| matches!(effect, Effect::CallOff { .. })));
    let mut paid = order.clone();
    says(&mut paid, attempt, Outcome::Paid, late);
    assert!(asked(&paid).is_some_and(|take| take.kept_until.is_none()), "the money was taken in time");
    says(&mut order, attempt, Outcome::Voided, late);
    tick(&mut order, late);
    is_off(&order);

    let mut silent = offered();
    pay(&mut silent, TestMethod::Timeout).unwrap();
    let attempt = silent.attempt_to_pay().unwrap().number;
    says(&mut silent, attempt, Outcome::Unknown, NOW);
    assert!(matches!(silent.attempt_to_pay().unwrap().status, AttemptStatus::Unknown { .. }));
    assert!(wake(&silent, NOW).is_some_and(|at| at < NOW.plus_millis(GIVE_UP_MILLIS)), "it is asked again soon");
    let due = due(&silent, NOW.plus_millis(GIVE_UP_MILLIS));
    assert!(due.iter().any(|effect| matches!(effect, Effect::CallOff { .. })), "{due:?}");
}

#[test]
fn money_for_an_edit_that_was_called_off_goes_back() {
    let mut order = offered();
    pay(&mut order, TestMethod::Visa).unwrap();
    let attempt = order.attempt_to_pay().unwrap().number;
    settle_it(&mut order, Settling::CallOff).unwrap();
    is_off(&order);
    assert_eq!(order.milestones.last().unwrap().by, Some(staff()));
    let due = due(&order, NOW);
    assert!(due.iter().any(|effect| matches!(effect, Effect::CallOff { attempt: one } if one.number == attempt)));
    assert_eq!(told_of_the_end(&order), None, "it may have been paid");
    let mut voided = order.clone();
    says(&mut voided, attempt, Outcome::Voided, NOW);
    assert_eq!(told_of_the_end(&voided), over(false, 0));
    assert_eq!(voided.refunds.len(), 0);
    // It has taken the money after all, and says so twice.
    for order in [&mut order, &mut voided] {
        says(order, attempt, Outcome::Paid, NOW);
        says(order, attempt, Outcome::Paid, NOW);
        let refunds: Vec<_> = order.refunds.iter().map(|refund| (refund.attempt.number, refund.amount)).collect();
        assert_eq!(refunds, [(attempt, eur(80))]);
        assert_eq!(left_of(order), 150, "and nothing of the order's");
        assert_eq!(told_of_the_end(order), over(false, 80));
    }
}

#[test]
fn money_whose_pieces_no_pool_gives_goes_back() {
    let mut order = offered();
    pay(&mut order, TestMethod::Visa).unwrap();
    let attempt = order.attempt_to_pay().unwrap().number;
    says(&mut order, attempt, Outcome::Paid, NOW);
    let mut unwanted = order.clone();
    told(&mut order, vec![Refused { of: Supply::Stock(variant(7)), available: 0 }]);
    settle_it(&mut unwanted, Settling::CallOff).unwrap();
    for order in [order, unwanted] {
        is_off(&order);
        assert_eq!((order.refunds.len(), order.refunds[0].amount), (1, eur(80)));
        assert_eq!(told_of_the_end(&order), over(false, 80));
    }
    let mut never_kept = mugs().paid();
    edit(&mut never_kept, ask(add(json!({}), 7, 2))).unwrap();
    told(&mut never_kept, vec![Refused { of: Supply::Stock(variant(7)), available: 1 }]);
    is_off(&never_kept);
    assert_eq!((never_kept.refunds.len(), told_of_the_end(&never_kept)), (0, None), "its buyer was never asked");
}

#[test]
fn a_difference_that_was_tried_as_often_as_it_may_be_waits_for_staff_alone() {
    let mut order = offered();
    for _ in 0..MAX_ATTEMPTS {
        assert!(view::order(&order).unwrap().difference.unwrap().payable_until.is_some());
        pay(&mut order, TestMethod::Declined).unwrap();
        let attempt = order.attempt_to_pay().unwrap().number;
        says(&mut order, attempt, Outcome::Declined { reason: "card_declined".to_owned() }, NOW);
    }
    let difference = view::order(&order).unwrap().difference.unwrap();
    assert_eq!((difference.payable_until, difference.lapses_at), (None, NOW.plus_millis(PAYABLE_MILLIS)));
    assert_eq!(pay(&mut order, TestMethod::Visa), Err(OrderError::TooManyAttempts));
    settle_it(&mut order, by_hand()).unwrap();
}

#[test]
fn staff_say_that_they_have_the_difference() {
    let mut order = offered();
    pay(&mut order, TestMethod::Visa).unwrap();
    assert_eq!(settle_it(&mut order, by_hand()), Err(OrderError::PaymentInProgress), "it may take the same money");
    let attempt = order.attempt_to_pay().unwrap().number;
    says(&mut order, attempt, Outcome::Declined { reason: "card_declined".to_owned() }, NOW);
    settle_it(&mut order, by_hand()).unwrap();
    told(&mut order, Vec::new());
    let payment = &order.edits.payments[0];
    assert_eq!((payment.payment.provider, payment.reference.as_deref()), (Provider::Manual, Some("statement 7")));
    assert_eq!((left::taken(&order), order.edits.done[0].number), (eur(230), 1));
    says(&mut order, attempt, Outcome::Paid, NOW);
    assert_eq!(order.refunds[0].amount, eur(80), "the card had been charged: that goes back");
    let manual = PaymentChoice { provider: Provider::Manual, ..PaymentChoice::test(TestMethod::Visa) };
    let transfer = decide(&offered(), Command::Pay { payment: manual, slot: None, edit: None }, NOW);
    assert_eq!(transfer, Err(OrderError::NotPayable), "staff say when that has come");
}

#[test]
fn while_it_waits_what_it_would_take_out_is_left_alone() {
    let parcel = |order: &Order| {
        let command = goods::Command::Fulfil(serde_json::from_value(json!({})).unwrap());
        decide(order, Command::Goods { by: None, command }, NOW).map(|_| ())
    };
    let give_back = |order: &Order| attempt(order, refund(&[(1, 1, false)], None, None)).map(|_| ());
    let in_progress = || Err(Refusal::InProgress.into());
    let mut order = offered();
    assert_eq!((parcel(&order), give_back(&order)), (Ok(()), Ok(())), "nothing is taken out");
    assert_eq!(attempt(&order, cancel(true)), in_progress());
    assert_eq!(try_to(&order, keep(1, 1)), in_progress());
    settle_it(&mut order, Settling::CallOff).unwrap();
    edit(&mut order, ask(add(keep(1, 2), 7, 2))).unwrap();
    told(&mut order, Vec::new());
    assert_eq!(view::order(&order).unwrap().difference.unwrap().to_pay, eur(47));
    assert_eq!(
        (parcel(&order), give_back(&order)),
        (in_progress().map(|_: Vec<Event>| ()), in_progress().map(|_: Vec<Event>| ()))
    );
    settle_it(&mut order, by_hand()).unwrap();
    told(&mut order, Vec::new());
    assert_eq!((parcel(&order), order.edits.done[0].number), (Ok(()), 2));
    assert!(matches!(&order.edits.asked[0].stage, Stage::Cancelled { reason: CancelReason::Shop, .. }));
}
