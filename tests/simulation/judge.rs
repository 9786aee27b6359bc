//! What must be so at the end of a history, when nothing is left to be done.

use std::collections::BTreeMap;

use tradepost::ids::PromotionId;
use tradepost::messages::Kind;
use tradepost::orders::effect::due;
use tradepost::orders::order::{Line, Order, Placement, Stage};
use tradepost::orders::slots::SLOT_MILLIS;
use tradepost::orders::view::{self, Status};
use tradepost::payments::{Attempt, AttemptStatus, Provider, Refund, RefundStatus};
use tradepost::pools::Supply;
use tradepost::pools::pool::Ended;
use tradepost::pricing::Delivery;

use crate::buyers::Buyer;
use crate::outcomes::Outcomes;
use crate::shelf::{EACH, OFF, PRICE, coupon, promotion};
use crate::world::World;

/// The money of one order, in cents.
#[derive(Debug, PartialEq)]
struct Money {
    /// Set aside by the provider.
    held: i64,
    /// Taken by the provider and not given back.
    kept: i64,
    /// Recorded by staff.
    by_hand: i64,
}

impl World {
    /// Whether the shop kept its promises.
    pub fn judge(&mut self) -> Outcomes {
        let mut taken: BTreeMap<Supply, i64> = BTreeMap::new();
        let mut outcomes = self.outcomes.clone();
        for (n, buyer) in self.buyers.iter().enumerate() {
            let order = &buyer.memory;
            let ends: Vec<_> = self.ends_told(n).collect();
            assert!(due(order, self.now).is_empty(), "something is still owed: {order:?}");
            let money = self.money_of(order, &mut outcomes);
            let issued = self.issued.iter().filter(|(whose, ..)| *whose == n).count();
            assert_eq!(issued, cards_due(order), "gift cards for money that was taken: {order:?}");
            outcomes.cards_sold += u32::from(issued > 0);
            match &order.stage {
                Stage::Confirmed { placement, attempt, committed, .. } => {
                    assert!(committed, "confirmed without its goods: {order:?}");
                    let is_known = match view::status(order) {
                        Status::Confirmed | Status::Fulfilled => ends == [Kind::OrderConfirmed],
                        _ => ends.is_empty(),
                    };
                    assert!(is_known, "its buyer knows: {ends:?} {order:?}");
                    outcomes.confirmed += 1;
                    outcomes.switched += u32::from(buyer.paid_another_way());
                    judge_money(order, placement, attempt, &money, &mut outcomes);
                    for (supply, units) in has(buyer, placement) {
                        *taken.entry(supply).or_default() += units;
                    }
                }
                Stage::Cancelled { .. } => {
                    outcomes.cancelled += 1;
                    assert_eq!((money.kept, money.held), (0, 0), "paid for nothing: {order:?}");
                    assert!(order.receipts.is_empty() || order.refunds.iter().any(by_hand), "kept by hand: {order:?}");
                    assert_eq!(ends.last(), Some(&Kind::OrderCancelled), "its buyer knows: {order:?}");
                }
                Stage::Open => {
                    outcomes.open += 1;
                    assert_eq!(money, Money { held: 0, kept: 0, by_hand: 0 }, "paid for a cart: {order:?}");
                    assert!(ends.is_empty(), "nobody was told of a cart: {order:?}");
                }
                stage => panic!("neither confirmed nor cancelled in the end: {stage:?}"),
            }
        }
        self.judge_pools(taken);
        self.judge_goods(&mut outcomes);
        // Who owes keeps a slot until it ends by itself.
        let later = if outcomes.owed > self.outcomes.owed { SLOT_MILLIS } else { 0 };
        assert_eq!(self.throttle.matters_for(self.now.plus_millis(later)), 0, "no slot stays taken");
        outcomes
    }

    fn money_of(&self, order: &Order, outcomes: &mut Outcomes) -> Money {
        let prefix = format!("{}-", order.id);
        let mut money = Money { held: 0, kept: 0, by_hand: 0 };
        for (_, charge) in self.charges.iter().filter(|(id, _)| id.starts_with(&prefix)) {
            money.held += charge.held;
            money.kept += charge.paid - charge.refunded;
            outcomes.refunded += u32::from(charge.refunded > 0);
            outcomes.voided += u32::from(charge.voided);
        }
        money.by_hand = order.receipts.iter().map(|receipt| receipt.amount.amount).sum();
        money
    }

    /// `taken`: what confirmed orders have, by their own quotes.
    fn judge_pools(&self, mut taken: BTreeMap<Supply, i64>) {
        for (supply, units) in &taken {
            match supply {
                Supply::Uses(promotion) => assert!(*units <= self.limits.of(*promotion), "{units} uses of {supply:?}"),
                Supply::UsesBy(..) => assert!(*units <= EACH, "{units} uses by one customer: {supply:?}"),
                Supply::Stock(_) | Supply::GiftCard(_) => {}
            }
        }
        for (supply, stock) in &self.stocks {
            let committed = stock.ended.values().map(|ended| match ended {
                Ended::Committed { quantity } => *quantity,
                Ended::Released | Ended::Lapsed => 0,
            });
            let of_orders = taken.remove(supply).unwrap_or(0);
            assert_eq!(stock.pool.taken, of_orders, "taken is what confirmed orders have: {supply:?}");
            assert_eq!(committed.sum::<i64>(), of_orders, "the records say the same: {supply:?}");
            assert_eq!(stock.pool.level(self.now).held, 0, "nothing stays held: {supply:?}");
        }
        assert!(taken.is_empty(), "confirmed orders have what no pool gave: {taken:?}");
    }

    /// What a buyer was told to have become of the order.
    fn ends_told(&self, buyer: usize) -> impl Iterator<Item = Kind> {
        let letters = self.letters.iter().filter(move |(reader, ..)| *reader == buyer).map(|(_, kind, _)| *kind);
        letters.filter(|kind| matches!(kind, Kind::OrderConfirmed | Kind::OrderCancelled))
    }
}

/// The money is there once, exactly, and with what gift cards pay it is the total.
fn judge_money(order: &Order, placement: &Placement, attempt: &Attempt, money: &Money, outcomes: &mut Outcomes) {
    let by_cards: i64 = placement.quote.gift_cards.iter().map(|card| card.amount).sum();
    let (total, to_pay) = (total_of(order, placement), total_of(order, placement) - by_cards);
    assert_eq!(placement.quote.totals.total.amount, total, "the total, reckoned anew: {order:?}");
    outcomes.by_card_in_part += u32::from(by_cards > 0 && to_pay > 0);
    outcomes.by_card_alone += u32::from(to_pay == 0);
    outcomes.with_coupon += u32::from(uses(placement, coupon()));
    outcomes.with_promotion += u32::from(uses(placement, promotion()));
    let nothing = Money { held: 0, kept: 0, by_hand: 0 };
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
        _ => Money { kept: to_pay, ..nothing },
    };
    assert_eq!(*money, should, "paid once, exactly: {order:?}");
}

/// How many gift cards it is to have for its buyer.
fn cards_due(order: &Order) -> usize {
    match &order.stage {
        Stage::Confirmed { attempt, .. } if attempt.status == AttemptStatus::Paid => {
            order.lines.iter().filter(|line| is_card(line)).map(|line| line.quantity as usize).sum()
        }
        _ => 0,
    }
}

fn is_card(line: &Line) -> bool {
    line.delivery == Delivery::GiftCard
}

/// What an order comes to, by an arithmetic of its own: the promotion first,
/// then 10 % of what is left, half up; no tax; gift cards as they are.
fn total_of(order: &Order, placement: &Placement) -> i64 {
    let worth = |line: &Line| PRICE * i64::from(line.quantity);
    let cards: i64 = order.lines.iter().filter(|line| is_card(line)).map(worth).sum();
    let items: i64 = order.lines.iter().filter(|line| !is_card(line)).map(worth).sum();
    if items == 0 {
        return cards;
    }
    let items = if uses(placement, promotion()) { items - OFF } else { items };
    let items = if uses(placement, coupon()) { items - (items + 5) / 10 } else { items };
    items + PRICE + cards
}

fn uses(placement: &Placement, promotion: PromotionId) -> bool {
    placement.quote.uses.iter().any(|used| used.promotion == promotion)
}

/// What a confirmed order has of each supply, by what its buyer was shown.
fn has(buyer: &Buyer, placement: &Placement) -> Vec<(Supply, i64)> {
    let mut all: Vec<_> = buyer
        .memory
        .lines
        .iter()
        .filter(|line| !is_card(line))
        .map(|line| (Supply::Stock(line.variant_id), i64::from(line.quantity)))
        .collect();
    all.extend(placement.quote.uses.iter().map(|used| (Supply::Uses(used.promotion), 1)));
    if uses(placement, coupon()) {
        all.extend(buyer.customers.iter().map(|customer| (Supply::UsesBy(coupon(), customer.clone()), 1)));
    }
    all.extend(placement.quote.gift_cards.iter().map(|card| (Supply::GiftCard(card.id), card.amount)));
    all
}

/// Money that staff are to give back.
fn by_hand(refund: &Refund) -> bool {
    refund.status == RefundStatus::Pending { next_poll: None }
}
