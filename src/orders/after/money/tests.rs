use serde_json::json;

use super::bodies::NewCapture;
use super::decision::Deed;
use super::error::Refusal;
use super::samples::*;
use super::{Books, effect, left};
use crate::orders::after::goods;
use crate::orders::after::goods::counts::may_send;
use crate::orders::decision::{Command, decide};
use crate::orders::effect::{Effect, due};
use crate::orders::error::OrderError;
use crate::orders::event::Event;
use crate::orders::learning::{Answer, learn};
use crate::orders::order::{Order, Stage};
use crate::payments::{AttemptStatus, Outcome, RefundOutcome, RefundStatus, TestMethod};
use crate::pricing::Delivery;

#[test]
fn pieces_go_back_for_their_share_and_sum_to_the_line() {
    let mut order = mugs().paid();
    for (quantity, comes_to) in [(1, 33), (2, 67)] {
        let before = left_of(&order);
        act(&mut order, refund(&[(1, quantity, false)], None, None)).unwrap();
        assert_eq!(before - left_of(&order), comes_to);
    }
    let more = attempt(&order, refund(&[(1, 1, false)], None, None));
    let Err(OrderError::Money(Refusal::FewerPieces { lines })) = more else { panic!("{more:?}") };
    assert_eq!((lines[0].requested, lines[0].left), (1, 0));
    assert_eq!(attempt(&order, refund(&[], None, Some(51))), Err(Refusal::NotRefundable { left: eur(50) }.into()));
    act(&mut order, refund(&[], Some(50), None)).unwrap();
    assert_eq!((left_of(&order), left::given(&order)), (0, eur(0)), "all of it is on its way");
    settle(&mut order);
    assert_eq!(left::given(&order), eur(150));
}

#[test]
fn the_payment_gives_first_then_the_gift_card_that_was_used_last() {
    let mut order = Bought { cards: vec![40, 30], ..mugs() }.paid();
    act(&mut order, refund(&[], None, Some(100))).unwrap();
    let giving = &order.money.repayments[0].giving;
    assert_eq!((giving.to_payment, &giving.to_cards), (80, &vec![(card(1), 20)]));
    act(&mut order, refund(&[], None, Some(50))).unwrap();
    let giving = &order.money.repayments[1].giving;
    assert_eq!((giving.to_payment, &giving.to_cards), (0, &vec![(card(1), 10), (card(0), 40)]));
    assert_eq!(attempt(&order, refund(&[], None, Some(1))), Err(Refusal::NotRefundable { left: eur(0) }.into()));
}

#[test]
fn pieces_are_restocked_once_however_often_the_pool_answers() {
    let mut order = mugs().paid();
    act(&mut order, refund(&[(1, 2, true)], None, None)).unwrap();
    assert_eq!(settle(&mut order), [(format!("{}/r1/line_1", order.id), 2)]);
    let again = Answer::Money(effect::Answer::PutBack { numbers: vec![1], refused: Vec::new() });
    assert_eq!(learn(&order, &again, NOW), []);
    act(&mut order, cancel(false)).unwrap();
    assert_eq!(settle(&mut order), [(format!("{}/cancelled/line_1", order.id), 1)], "only what is not back yet");
    let restocked = attempt(&order, refund(&[(1, 1, true)], None, None));
    assert!(matches!(restocked, Err(OrderError::Money(Refusal::Unfit { .. }))), "{restocked:?}");
    act(&mut order, refund(&[(1, 1, false)], None, None)).unwrap();
    assert_eq!(settle(&mut order), []);
    assert_eq!(left::given(&order), eur(100), "what was kept is given back in the end");
}

#[test]
fn what_the_provider_cannot_give_back_is_given_another_way() {
    let mut order = mugs().paid();
    act(&mut order, refund(&[], None, Some(150))).unwrap();
    assert_eq!(left_of(&order), 0);
    hear(&mut order, &Answer::Refund { refund: 1, report: RefundOutcome::Failed.into() });
    assert_eq!(left_of(&order), 150);
}

#[test]
fn a_refund_that_is_told_twice_counts_once_and_one_that_fails_later_is_to_be_given_again() {
    let mut order = mugs().paid();
    act(&mut order, refund(&[(1, 3, true)], Some(50), None)).unwrap();
    let told = |outcome: RefundOutcome| Answer::Refund { refund: 1, report: outcome.into() };
    hear(&mut order, &told(RefundOutcome::Pending));
    hear(&mut order, &told(RefundOutcome::Done));
    for late in [RefundOutcome::Done, RefundOutcome::Pending, RefundOutcome::Unknown] {
        assert_eq!(learn(&order, &told(late), NOW), [], "{late:?} comes after it is done");
    }
    assert_eq!((left::given(&order), left_of(&order)), (eur(150), 0));
    hear(&mut order, &told(RefundOutcome::Failed));
    assert_eq!((left::given(&order), left_of(&order)), (eur(0), 150), "a bank sent it back");
    for late in [RefundOutcome::Failed, RefundOutcome::Done] {
        assert_eq!(learn(&order, &told(late), NOW), []);
    }
    // The pieces are given up, and in stock: what is given again is an amount.
    act(&mut order, refund(&[], None, Some(150))).unwrap();
    assert_eq!(settle(&mut order), [(format!("{}/r1/line_1", order.id), 3)]);
    assert_eq!(left::given(&order), eur(150));
}

#[test]
fn what_a_pool_never_takes_is_not_asked_for_again_and_its_money_can_be_given_another_way() {
    let mut order = Bought { cards: vec![40], ..mugs() }.paid();
    act(&mut order, refund(&[(1, 3, true)], None, Some(150))).unwrap();
    let is_due = |order: &Order| due(order, NOW).iter().any(|effect| matches!(effect, Effect::Money(_)));
    assert!(is_due(&order));
    let answer = Answer::Money(effect::Answer::PutBack { numbers: Vec::new(), refused: vec![1, 2] });
    hear(&mut order, &answer);
    assert!(!is_due(&order), "asking again would not help");
    assert_eq!(learn(&order, &answer, NOW), []);
    assert_eq!((left_of(&order), left::given_to_cards(&order)), (40, 0), "the card has not got it");
    assert_eq!(left::restocked_pieces(&order, order.lines[0].id), 0);
    assert_eq!(left::unsent_pieces(&order, order.lines[0].id), 3, "they do not leave for that");
    assert_eq!(left::put_back_pieces(&order, order.lines[0].id), 3);
    let seen = serde_json::to_value(super::view::order(&order).unwrap()).unwrap();
    assert_eq!(seen["lines"][0]["not_put_back"], 3, "staff put them there by an adjustment");
    let shown = order.milestones.iter().find(|milestone| milestone.kind == "not_put_back").unwrap();
    assert!(shown.hidden, "for staff alone");
}

#[test]
fn what_found_no_room_in_its_stock_is_not_put_there_instead_of_what_was_sent() {
    let mut order = mugs().paid();
    let sent = json!({ "lines": [{ "line_id": "line_1", "quantity": 2 }] });
    let command = goods::Command::Fulfil(serde_json::from_value(sent).unwrap());
    for event in decide(&order, Command::Goods { by: None, command }, NOW).unwrap() {
        order.apply(&event, NOW);
    }
    act(&mut order, refund(&[(1, 1, true)], None, None)).unwrap();
    hear(&mut order, &Answer::Money(effect::Answer::PutBack { numbers: Vec::new(), refused: vec![1] }));
    let again = attempt(&order, refund(&[(1, 1, true)], None, None));
    assert!(matches!(again, Err(OrderError::Money(Refusal::Unfit { .. }))), "{again:?}");
}

#[test]
fn nothing_is_given_back_of_what_is_not_taken_yet() {
    let held = mugs().order(TestMethod::Visa, &[]);
    let uncommitted = mugs().order(TestMethod::Visa, &[Event::Paid { secured: true }]);
    let owed = mugs().order(TestMethod::Visa, &[Event::Owed { secured: true }, Event::Committed]);
    for order in [held, uncommitted, mugs().authorized(), owed] {
        for deed in [refund(&[(1, 1, false)], None, None), refund(&[], None, Some(1))] {
            assert_eq!(attempt(&order, deed), Err(Refusal::NotRefundable { left: eur(0) }.into()));
        }
    }
    let free = Bought { lines: vec![(1, 0)], shipping: 0, ..mugs() }.order(TestMethod::Visa, &[]);
    let restock = attempt(&free, refund(&[(1, 1, true)], None, None));
    assert!(matches!(restock, Err(OrderError::Money(Refusal::Unfit { .. }))), "its goods are only held: {restock:?}");
}

fn capture(amount: Option<i64>) -> Deed {
    Deed::Capture(NewCapture { amount: amount.map(eur) })
}

fn told(order: &mut Order, outcome: Outcome) {
    let answer = effect::Answer::Captured { attempt: 1, report: outcome.into() };
    hear(order, &Answer::Money(answer));
}

#[test]
fn money_that_is_set_aside_is_taken_once_in_all_or_in_part() {
    let mut order = mugs().authorized();
    assert_eq!(left::capturable(&order), eur(150));
    assert_eq!(attempt(&order, capture(Some(151))), Err(Refusal::NotCapturable { left: eur(150) }.into()));
    act(&mut order, capture(Some(120))).unwrap();
    let asked = due(&order, NOW).into_iter().find_map(|effect| match effect {
        Effect::Money(effect::Effect::Capture { attempt, amount }) => Some((attempt.number, amount)),
        _ => None,
    });
    assert_eq!(asked, Some((1, eur(120))));
    assert_eq!(attempt(&order, capture(None)), Err(OrderError::PaymentInProgress));
    told(&mut order, Outcome::PartlyPaid { amount: eur(120) });
    assert_eq!((left_of(&order), left::capturable(&order)), (120, eur(0)));
    assert_eq!(due(&order, NOW).iter().filter(|effect| matches!(effect, Effect::Money(_))).count(), 0);
    assert_eq!(attempt(&order, capture(None)), Err(Refusal::NotCapturable { left: eur(0) }.into()));

    let mut whole = mugs().authorized();
    act(&mut whole, capture(None)).unwrap();
    told(&mut whole, Outcome::Paid);
    assert_eq!(left_of(&whole), 150);
}

#[test]
fn a_capture_that_is_refused_may_be_tried_again_and_one_that_lapsed_not() {
    let mut order = mugs().authorized();
    act(&mut order, capture(None)).unwrap();
    told(&mut order, Outcome::Authorized);
    assert_eq!(left::capturable(&order), eur(150));
    act(&mut order, capture(Some(1))).unwrap();
    told(&mut order, Outcome::Voided);
    assert_eq!((left_of(&order), left::capturable(&order)), (0, eur(0)));
}

#[test]
fn an_order_that_is_cancelled_while_money_is_taken_gives_back_what_was() {
    let mut order = mugs().authorized();
    act(&mut order, capture(Some(70))).unwrap();
    act(&mut order, cancel(false)).unwrap();
    assert!(due(&order, NOW).iter().any(|effect| matches!(effect, Effect::CallOff { .. })));
    let report = Outcome::PartlyPaid { amount: eur(70) }.into();
    hear(&mut order, &Answer::Payment { attempt: 1, report });
    assert_eq!(order.refunds.iter().map(|refund| refund.amount.amount).sum::<i64>(), 70);
}

#[test]
fn what_is_kept_of_a_cancelled_order_is_not_taken_for_paid_twice() {
    let mut order = mugs().paid();
    act(&mut order, cancel(false)).unwrap();
    assert!(matches!(order.stage, Stage::Cancelled { resolving: false, .. }));
    assert_eq!(learn(&order, &Answer::Payment { attempt: 1, report: Outcome::Paid.into() }, NOW), []);
    assert_eq!(order.refunds, []);
    assert_eq!(left_of(&order), 150);
}

#[test]
fn a_cancelled_order_gives_back_all_that_is_left_and_no_more() {
    let mut order = Bought { cards: vec![40], ..mugs() }.paid();
    act(&mut order, refund(&[(1, 1, true)], None, None)).unwrap();
    act(&mut order, cancel(true)).unwrap();
    let put_back = settle(&mut order);
    let stock: i64 = put_back.iter().filter(|(reference, _)| reference.contains("line")).map(|(_, units)| units).sum();
    assert_eq!(stock, 3);
    assert_eq!((left::given(&order), left_of(&order)), (eur(150), 0));
    assert_eq!(left::given_to_cards(&order), 40);
    assert_eq!(attempt(&order, cancel(true)), Err(OrderError::NotCancellable));
}

#[test]
fn gift_cards_that_somebody_has_are_not_taken_back() {
    let sold = Bought { delivery: Delivery::GiftCard, ..mugs() };
    let refused = Err(Refusal::GiftCardsIssued.into());
    assert_eq!(attempt(&sold.paid(), cancel(true)), refused);
    assert_eq!(attempt(&sold.paid(), refund(&[(1, 1, false)], None, None)), refused);
    act(&mut sold.paid(), refund(&[], None, Some(100))).unwrap();
    act(&mut sold.authorized(), cancel(true)).unwrap();
}

#[test]
fn money_given_back_by_hand_is_done_when_staff_say_so() {
    let mut order = mugs().paid();
    act(&mut order, refund(&[], None, Some(10))).unwrap();
    let done = || Deed::GiveByHand { refund: 1 };
    assert_eq!(attempt(&order, done()), Err(Refusal::NotByHand.into()), "the provider does it");
    hear(&mut order, &Answer::Refund { refund: 1, report: RefundOutcome::ByHand.into() });
    act(&mut order, done()).unwrap();
    assert_eq!(order.refunds[0].status, RefundStatus::Done);
    assert_eq!(attempt(&order, done()), Err(Refusal::NotByHand.into()), "once");
}

#[test]
fn an_order_that_staff_never_touched_has_empty_books() {
    let order = mugs().paid();
    assert_eq!(order.money, Books::default());
    assert_eq!(order.attempt().map(|attempt| attempt.status.clone()), Some(AttemptStatus::Paid));
}

#[test]
fn goods_that_gift_cards_paid_go_out_until_all_of_it_is_back_on_them() {
    for cards in [vec![100, 50], vec![40]] {
        let mut order = Bought { cards, ..mugs() }.paid();
        assert!(may_send(&order) && !left::all_gone_back(&order));
        act(&mut order, refund(&[], None, Some(149))).unwrap();
        assert!(may_send(&order), "a part of it is still paid");
        act(&mut order, refund(&[], None, Some(1))).unwrap();
        assert!(left::all_gone_back(&order) && !may_send(&order), "all of it is on its way back");
        settle(&mut order);
        assert!(left::all_gone_back(&order) && !may_send(&order));
    }
    let free = Bought { lines: vec![(1, 0)], shipping: 0, ..mugs() }.paid();
    assert!(may_send(&free) && !left::all_gone_back(&free), "what costs nothing is paid");
}

#[test]
fn gift_cards_that_were_paid_in_part_are_nobodys_yet() {
    let mut order = Bought { delivery: Delivery::GiftCard, ..mugs() }.authorized();
    act(&mut order, capture(Some(70))).unwrap();
    told(&mut order, Outcome::PartlyPaid { amount: eur(70) });
    act(&mut order.clone(), refund(&[(1, 1, false)], None, None)).unwrap();
    act(&mut order.clone(), cancel(true)).unwrap();
    // Once one is out, all of them may be.
    order.apply(&Event::GiftCardsIssued { so_far: 1, all: false }, NOW);
    assert_eq!(attempt(&order, cancel(true)), Err(Refusal::GiftCardsIssued.into()));
}
