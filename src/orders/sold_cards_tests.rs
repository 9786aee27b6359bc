use super::*;
use crate::ids::{OrderId, ProductId, VariantId};
use crate::money::Currency;
use crate::orders::event::Event;
use crate::orders::order::Line;
use crate::payments::{PaymentChoice, TestMethod};
use crate::ports::Timestamp;
use crate::shelf::snapshot::Snapshot;

const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

fn eur(amount: i64) -> Money {
    Money { amount, currency: Currency::parse("EUR").unwrap() }
}

fn line(id: u32, price: i64, quantity: u32, delivery: Delivery) -> Line {
    Line {
        id: LineId(id),
        variant_id: VariantId::derived([1; 16]),
        product_id: ProductId::derived([1; 16]),
        title: "Gift card".to_owned(),
        sku: "GIFT".to_owned(),
        unit_price: eur(price),
        tiers: Vec::new(),
        quantity,
        delivery,
        parts: Vec::new(),
        rules: Vec::new(),
        overridden: false,
    }
}

/// An order of these lines that was placed and held, and what happened since.
fn order(lines: &[Line], since: &[Event]) -> Order {
    let mut order = Order::created(OrderId::derived([1; 16]), eur(0).currency, None, NOW);
    lines.iter().for_each(|line| order.apply(&Event::LineAdded { line: line.clone() }, NOW));
    let shelf = Snapshot::new("1".to_owned(), crate::testing::settings(), Vec::new());
    let quote = Box::new(order.quote(&shelf, None, NOW).unwrap());
    let payment = PaymentChoice::test(TestMethod::Visa);
    let placed = Event::Placed { quote, claims: Vec::new(), payment, key: None, slot: None };
    for event in [placed, Event::Held].iter().chain(since) {
        order.apply(event, NOW);
    }
    order
}

fn paid() -> [Event; 2] {
    [Event::Paid { secured: true }, Event::Committed]
}

#[test]
fn each_piece_of_a_gift_card_is_owed_and_nothing_else() {
    let lines = [
        line(1, 2_500, 2, Delivery::GiftCard),
        line(2, 900, 3, Delivery::Shipped),
        line(3, 0, 4, Delivery::GiftCard),
        line(4, 5_000, 1, Delivery::GiftCard),
    ];
    let order = order(&lines, &paid());
    let told = owed(&order).into_iter().map(|card| (card.line.0, card.piece, card.balance.amount));
    assert_eq!(told.collect::<Vec<_>>(), [(1, 1, 2_500), (1, 2, 2_500), (4, 1, 5_000)]);
    assert_eq!(count(&order), 3);
}

#[test]
fn many_cards_are_issued_some_at_a_time_each_once() {
    let lines = [line(1, 100, 33, Delivery::GiftCard), line(2, 200, 19, Delivery::GiftCard)];
    let mut order = order(&lines, &paid());
    let (mut seen, mut steps) = (Vec::new(), 0);
    loop {
        let cards = owed(&order);
        if cards.is_empty() {
            break;
        }
        assert!(cards.len() as u64 <= MAX_AT_ONCE);
        seen.extend(cards.into_iter().map(|card| (card.line.0, card.piece)));
        steps += 1;
        let (so_far, all) = (seen.len() as u64, seen.len() == 52);
        order.apply(&Event::GiftCardsIssued { so_far, all }, NOW);
    }
    let expected = (1..=33).map(|piece| (1, piece)).chain((1..=19).map(|piece| (2, piece)));
    assert_eq!((seen, steps), (expected.collect(), 3));
    let issued = order.milestones.iter().filter(|milestone| milestone.kind == "gift_cards_issued");
    assert_eq!(issued.count(), 1);
}

#[test]
fn a_card_is_owed_for_money_that_was_taken_and_kept() {
    let owes = |since: &[Event]| !owed(&order(&[line(1, 2_500, 1, Delivery::GiftCard)], since)).is_empty();
    assert!(owes(&paid()));
    assert!(!owes(&[]), "not paid");
    assert!(!owes(&[Event::Paid { secured: false }]), "what else was bought may be gone");
    for waits in [Event::Authorized { secured: true }, Event::Owed { secured: true }] {
        assert!(!owes(&[waits.clone(), Event::Committed]), "{waits:?}");
        assert!(owes(&[waits, Event::Committed, Event::Paid { secured: true }]));
    }
    let [paid, committed] = paid();
    assert!(!owes(&[paid, committed, Event::RefundedElsewhere { amount: eur(2_500) }]), "it went back");
}
