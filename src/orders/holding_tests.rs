//! When an unpaid order is looked at again, and what time alone does to it.

use super::*;
use crate::ids::OrderId;
use crate::money::Currency;
use crate::orders::effect::{Effect, due, wake};
use crate::orders::event::Event;
use crate::orders::learning::{Answer, learn};
use crate::orders::notice::owed;
use crate::payments::{Outcome, PaymentChoice, TestMethod};
use crate::shelf::snapshot::Snapshot;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// An order that was placed at zero, and what happened to it since; whoever is
/// to be told has been.
fn order(since: &[(i64, Event)]) -> Order {
    let currency = Currency::parse("EUR").unwrap();
    let mut order = Order::created(OrderId::derived([1; 16]), currency, None, at(0));
    let shelf = Snapshot::new("1".to_owned(), crate::testing::settings(), Vec::new());
    let quote = Box::new(order.quote(&shelf, None, at(0)).unwrap());
    let payment = PaymentChoice::test(TestMethod::Visa);
    let placed = Event::Placed { quote, claims: Vec::new(), payment, key: None, slot: None };
    for (millis, event) in [(0, placed), (0, Event::Held)].iter().chain(since) {
        order.apply(event, at(*millis));
    }
    order.published = order.version;
    order.told.extend(owed(&order).map(|notice| (notice.kind(), notice.version)));
    order
}

fn declined() -> Event {
    Event::PaymentDeclined { reason: "card_declined".to_owned() }
}

fn asks() -> Event {
    Event::PaymentActionRequired { client_secret: "s".to_owned() }
}

fn silent(next_poll: i64) -> Event {
    Event::PaymentAsked { next_poll: at(next_poll) }
}

fn again() -> Event {
    Event::PlacedAgain { payment: PaymentChoice::test(TestMethod::Visa), slot: None }
}

#[test]
fn the_alarm_rings_when_something_is_over() {
    let released = |number| Event::Released { hold: number };
    for (since, wakes) in [
        (vec![(10 * SECOND, declined())], 10 * SECOND + KEPT_MILLIS),
        (vec![(14 * MINUTE, declined())], HOLD_MILLIS),
        (vec![(0, declined()), (3 * MINUTE, Event::HoldGivenBack), (3 * MINUTE, released(1))], PAYABLE_MILLIS),
        (
            vec![(0, declined()), (59 * MINUTE, again()), (59 * MINUTE, declined()), (59 * MINUTE, released(1))],
            PAYABLE_MILLIS,
        ),
        (vec![(10 * SECOND, asks())], 10 * SECOND + KEPT_MILLIS),
        (vec![(14 * MINUTE, asks())], HOLD_MILLIS),
        (
            vec![(10 * SECOND, asks()), (4 * MINUTE, Event::HoldGivenBack), (4 * MINUTE, released(1))],
            10 * SECOND + CONFIRM_MILLIS,
        ),
        (vec![(4 * SECOND, silent(6 * SECOND))], 6 * SECOND),
        (vec![(4 * SECOND, silent(20 * MINUTE))], HOLD_MILLIS),
    ] {
        let order = order(&since);
        let (last, _) = since.last().unwrap();
        assert_eq!(wake(&order, at(*last)), Some(at(wakes)), "{since:?}");
        let quiet = |now: i64| due(&order, at(now)).is_empty() && learn(&order, &Answer::Tick, at(now)).is_empty();
        assert!(quiet(wakes - 1), "nothing before: {since:?}");
        assert!(!quiet(wakes), "something then: {since:?}");
    }
}

#[test]
fn goods_are_given_back_only_once_it_is_known_that_nobody_has_paid() {
    let order = order(&[(0, asks())]);
    let over = at(KEPT_MILLIS);
    assert_eq!(learn(&order, &Answer::Tick, over), []);
    assert!(matches!(due(&order, over).as_slice(), [Effect::Poll { .. }]));
    let told = |outcome: Outcome| learn(&order, &Answer::Payment { attempt: 1, report: outcome.into() }, over);
    assert_eq!(told(Outcome::Paid), [Event::Paid { secured: true }]);
    for outcome in [Outcome::Unknown, Outcome::NotFound, Outcome::ActionRequired { client_secret: "s".to_owned() }] {
        assert_eq!(told(outcome), [Event::HoldGivenBack]);
    }
}

#[test]
fn money_that_comes_late_takes_the_goods_under_a_new_name() {
    let mut order = order(&[(0, asks()), (KEPT_MILLIS, Event::HoldGivenBack)]);
    order.apply(&Event::Paid { secured: false }, at(5 * MINUTE));
    let named = |effects: Vec<Effect>| -> Vec<String> {
        let name = |effect| match effect {
            Effect::Release { hold, .. } => Some(format!("release {}", hold.0)),
            Effect::Commit { hold, .. } => Some(format!("commit {}", hold.0)),
            _ => None,
        };
        effects.into_iter().filter_map(name).collect()
    };
    let id = order.id;
    assert_eq!(named(due(&order, at(5 * MINUTE))), [format!("release {id}/1"), format!("commit {id}/2")]);
}

#[test]
fn an_attempt_that_was_given_back_does_not_pay_the_order_when_another_is_refused() {
    let mut order = order(&[(0, declined()), (KEPT_MILLIS, Event::HoldGivenBack), (5 * MINUTE, again())]);
    let paid = Answer::Payment { attempt: 1, report: Outcome::Paid.into() };
    let twice = learn(&order, &paid, at(5 * MINUTE));
    assert!(matches!(twice.as_slice(), [Event::PaidTwice { .. }]), "{twice:?}");
    for event in twice.iter().chain([&Event::PlacementRefused]) {
        order.apply(event, at(5 * MINUTE));
    }
    assert_eq!(order.attempt().map(|attempt| attempt.number), Some(1), "as it was before that try");
    assert_eq!(learn(&order, &paid, at(6 * MINUTE)), [], "its refund is news of it, too");
}
