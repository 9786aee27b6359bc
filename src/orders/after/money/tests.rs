use proptest::collection::vec;
use proptest::prelude::*;

use super::bodies::{NewCancellation, NewCapture, NewRefund, RefundedLine};
use super::decision::Deed;
use super::error::Refusal;
use super::{Books, effect, left};
use crate::ids::{AccountId, GiftCardId, OrderId, ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::orders::decision::{Command, decide};
use crate::orders::effect::{Effect, due};
use crate::orders::error::OrderError;
use crate::orders::event::Event;
use crate::orders::learning::{Answer, learn};
use crate::orders::order::{Line, LineId, Order, Stage};
use crate::payments::{AttemptStatus, Outcome, PaymentChoice, RefundOutcome, RefundStatus, TestMethod};
use crate::pools::Supply;
use crate::ports::Timestamp;
use crate::pricing::quote::{QuotedGiftCard, QuotedLine, QuotedShipping, Tax};
use crate::pricing::{Delivery, Quote, Totals};

const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

fn eur(amount: i64) -> Money {
    Money { amount, currency: Currency::parse("EUR").unwrap() }
}

fn staff() -> AccountId {
    AccountId::derived([9; 16])
}

fn card(number: u8) -> GiftCardId {
    GiftCardId::derived([number; 16])
}

/// What is bought: of each line pieces and what they come to before tax, then
/// the shipping, what gift cards pay in their order, and tax on top in percent.
#[derive(Debug, Clone)]
struct Bought {
    lines: Vec<(u32, i64)>,
    shipping: i64,
    cards: Vec<i64>,
    tax_on_top: Option<i64>,
    delivery: Delivery,
}

impl Bought {
    fn quote(&self) -> Quote {
        let taxed = |amount: i64| Tax { amount: amount * self.tax_on_top.unwrap_or(19) / 100, rates: Vec::new() };
        let line = |(quantity, total): &(u32, i64)| QuotedLine {
            unit_price: total / i64::from(*quantity),
            compare_at: None,
            discounts: Vec::new(),
            tax: taxed(*total),
            total: *total,
        };
        let lines: Vec<_> = self.lines.iter().map(line).collect();
        let tax: i64 = lines.iter().map(|line| line.tax.amount).sum::<i64>() + taxed(self.shipping).amount;
        let items: i64 = lines.iter().map(|line| line.total).sum();
        let total = items + self.shipping + self.tax_on_top.map_or(0, |_| tax);
        let by_cards: i64 = self.cards.iter().sum();
        let part = |(n, amount): (usize, &i64)| QuotedGiftCard {
            id: card(u8::try_from(n).unwrap()),
            last4: String::new(),
            amount: *amount,
        };
        Quote {
            lines,
            shipping: Some(QuotedShipping {
                id: "standard".to_owned(),
                title: "Standard".to_owned(),
                price: self.shipping,
                discounts: Vec::new(),
                tax: taxed(self.shipping),
                pick_up: None,
                arrives: None,
            }),
            coupons: Vec::new(),
            uses: Vec::new(),
            gift_cards: self.cards.iter().enumerate().map(part).collect(),
            totals: Totals {
                items: eur(items),
                discount: eur(0),
                shipping: eur(self.shipping),
                tax: eur(tax),
                tax_included: self.tax_on_top.is_none(),
                total: eur(total),
                gift_cards: eur(by_cards),
                to_pay: eur(total - by_cards),
            },
            reverse_charge: false,
        }
    }

    /// The order, placed and held, and what happened since.
    fn order(&self, method: TestMethod, since: &[Event]) -> Order {
        let mut order = Order::created(OrderId::derived([1; 16]), eur(0).currency, None, NOW);
        for (n, (quantity, _)) in self.lines.iter().enumerate() {
            let line = Line {
                id: LineId(u32::try_from(n + 1).unwrap()),
                variant_id: VariantId::derived([u8::try_from(n).unwrap(); 16]),
                product_id: ProductId::derived([1; 16]),
                title: "Mug".to_owned(),
                sku: "MUG".to_owned(),
                unit_price: eur(1),
                quantity: *quantity,
                delivery: self.delivery,
                overridden: false,
            };
            order.apply(&Event::LineAdded { line }, NOW);
        }
        let quote = Box::new(self.quote());
        let payment = PaymentChoice::test(method);
        let placed = Event::Placed { quote, claims: Vec::new(), payment, key: None, slot: None };
        for event in [placed, Event::Held].iter().chain(since) {
            order.apply(event, NOW);
        }
        order
    }

    fn paid(&self) -> Order {
        self.order(TestMethod::Visa, &[Event::Paid { secured: true }, Event::Committed])
    }

    fn authorized(&self) -> Order {
        self.order(TestMethod::Authorized, &[Event::Authorized { secured: true }, Event::Committed])
    }
}

/// Three mugs for 1.00, and shipping for 0.50.
fn mugs() -> Bought {
    Bought { lines: vec![(3, 100)], shipping: 50, cards: Vec::new(), tax_on_top: None, delivery: Delivery::Shipped }
}

fn refund(lines: &[(u32, u32, bool)], shipping: Option<i64>, amount: Option<i64>) -> Deed {
    let line = |(line, quantity, restock): &(u32, u32, bool)| {
        let (quantity, restock) = (*quantity, *restock);
        RefundedLine { line_id: LineId(*line), quantity, restock }
    };
    Deed::Refund(NewRefund {
        lines: lines.iter().map(line).collect(),
        shipping: shipping.map(eur),
        amount: amount.map(eur),
        reason: "broken".parse().unwrap(),
    })
}

fn cancel(refund: bool) -> Deed {
    Deed::Cancel(NewCancellation { reason: "broken".parse().unwrap(), refund, restock: true })
}

fn attempt(order: &Order, deed: Deed) -> Result<Vec<Event>, OrderError> {
    decide(order, Command::Money { by: staff(), deed }, NOW)
}

/// Does it, and reads back what was stored.
fn act(order: &mut Order, deed: Deed) -> Result<(), OrderError> {
    for event in attempt(order, deed)? {
        let stored = serde_json::to_string(&event).unwrap();
        order.apply(&serde_json::from_str(&stored).unwrap(), NOW);
    }
    Ok(())
}

fn hear(order: &mut Order, answer: &Answer) {
    learn(order, answer, NOW).iter().for_each(|event| order.apply(event, NOW));
}

/// Works off what is due, as a provider and pools that answer would; says what
/// was put back, by its reference.
fn settle(order: &mut Order) -> Vec<(String, i64)> {
    let mut put_back = Vec::new();
    for _ in 0..1_000 {
        let money = due(order, NOW).into_iter().find_map(|effect| match effect {
            Effect::Refund { refund } => {
                Some(Answer::Refund { refund: refund.number, report: RefundOutcome::Done.into() })
            }
            Effect::Money(effect::Effect::PutBack { put_backs }) => {
                put_back.extend(put_backs.iter().map(|back| (back.reference.clone(), back.units)));
                let numbers = put_backs.iter().map(|back| back.number).collect();
                Some(Answer::Money(effect::Answer::PutBack { numbers }))
            }
            _ => None,
        });
        match money {
            Some(answer) => hear(order, &answer),
            None => return put_back,
        }
    }
    panic!("something is always due: {order:?}");
}

fn left_of(order: &Order) -> i64 {
    left::in_all(order).amount
}

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
    let again = Answer::Money(effect::Answer::PutBack { numbers: vec![1] });
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

fn bought() -> impl Strategy<Value = Bought> {
    let lines = vec((1_u32..12, 0_i64..5_000), 1..5);
    let tax = prop_oneof![Just(None), (0_i64..30).prop_map(Some)];
    (lines, 0_i64..900, vec(0_i64..100, 0..3), tax).prop_map(|(lines, shipping, shares, tax_on_top)| {
        let bought = Bought { lines, shipping, cards: Vec::new(), tax_on_top, delivery: Delivery::Shipped };
        let total = bought.quote().totals.total.amount;
        // At most all of it, in whatever shares.
        let cards = shares.iter().map(|share| total * share / 200).collect();
        Bought { cards, ..bought }
    })
}

proptest! {
    /// Whatever is asked for in whatever order, what goes back is never more than was paid, and
    /// once every piece and the shipping are back it is exactly that.
    #[test]
    fn any_sequence_of_pieces_sums_to_what_was_paid(
        bought in bought(),
        steps in vec((0_usize..5, 1_u32..5), 0..30),
        late in any::<bool>(),
    ) {
        let mut order = bought.paid();
        let total = bought.quote().totals.total.amount;
        prop_assert_eq!(left_of(&order), total);
        for (line, quantity) in steps {
            let line = u32::try_from(line % bought.lines.len() + 1).unwrap();
            let before = order.clone();
            match act(&mut order, refund(&[(line, quantity, true)], None, None)) {
                Ok(()) => {}
                Err(OrderError::Money(Refusal::FewerPieces { .. } | Refusal::Unfit { .. })) => {
                    prop_assert_eq!(&order, &before, "nothing half done");
                }
                Err(error) => prop_assert!(false, "{error}"),
            }
            if !late {
                settle(&mut order);
            }
            prop_assert!(left::given(&order).amount <= total);
        }
        let rest: Vec<_> = order.lines.iter().filter_map(|line| {
            let left = line.quantity - left::refunded_pieces(&order, line.id);
            (left > 0).then_some((line.id.0, left, true))
        }).collect();
        let shipping = Some(left::of_shipping(&order)).filter(|left| *left > 0);
        if !rest.is_empty() || shipping.is_some() {
            act(&mut order, refund(&rest, shipping, None)).unwrap();
        }
        prop_assert_eq!(left_of(&order), 0, "every piece is back");
        settle(&mut order);
        prop_assert_eq!(left::given(&order).amount, total);
        for (n, paid) in bought.cards.iter().enumerate() {
            let supply = Supply::GiftCard(card(u8::try_from(n).unwrap()));
            let back = order.money.put_backs.iter().filter(|back| back.of == supply);
            prop_assert_eq!(back.map(|back| back.units).sum::<i64>(), *paid, "each card has its own back");
        }
        for line in &order.lines {
            prop_assert_eq!(left::restocked_pieces(&order, line.id), i64::from(line.quantity));
        }
    }

    /// With amounts of staff's own in between, too, and whatever is left when the order is cancelled.
    #[test]
    fn amounts_and_a_cancelled_order_never_give_more_than_was_paid(
        bought in bought(),
        steps in vec((0_usize..5, 1_u32..4, 1_i64..3_000), 0..12),
    ) {
        let mut order = bought.paid();
        let total = bought.quote().totals.total.amount;
        for (line, quantity, amount) in steps {
            let line = u32::try_from(line % bought.lines.len() + 1).unwrap();
            let deed = match amount % 3 {
                0 => refund(&[], None, Some(amount)),
                1 => refund(&[(line, quantity, true)], None, Some(amount)),
                _ => refund(&[(line, quantity, false)], None, None),
            };
            let _ = act(&mut order, deed);
            prop_assert!(left_of(&order) >= 0);
        }
        act(&mut order, cancel(true)).unwrap();
        settle(&mut order);
        prop_assert_eq!((left::given(&order).amount, left_of(&order)), (total, 0));
    }
}
