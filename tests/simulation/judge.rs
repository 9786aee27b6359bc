//! What must be so at the end of a history, when nothing is left to be done.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use tradepost::catalog::product::Part;
use tradepost::ids::PromotionId;
use tradepost::messages::Kind;
use tradepost::orders::after::money::left;
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
use crate::pools::is_full;
use crate::shelf::{EACH, counted, coupon};
use crate::sums::{Money, judge_money, judge_taxes};
use crate::world::World;

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
            assert!(cards_due(buyer).contains(&issued), "{issued} gift cards for money that was taken: {order:?}");
            self.judge_books(n, &mut outcomes);
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
                    self.count_bundles(order, &mut outcomes);
                    outcomes.confirmed_before_it_came += u32::from(!order.later.is_empty());
                    outcomes.uncounted += u32::try_from(buyer.uncounted.len()).unwrap();
                    outcomes.switched += u32::from(buyer.paid_another_way());
                    judge_money(order, placement, attempt, &money, &mut outcomes);
                    judge_taxes(buyer, placement, &mut outcomes);
                    outcomes.reworked_and_paid += u32::from(order.edits.asks_for_order > 0);
                    for (supply, units) in has(buyer, placement) {
                        *taken.entry(supply).or_default() += units;
                    }
                }
                Stage::Cancelled { placement, .. } => {
                    outcomes.cancelled += 1;
                    let (kept, by_hand) = kept_by_staff(order);
                    assert_eq!((money.kept, money.held), (kept, 0), "paid for nothing: {order:?}");
                    assert!(order.receipts.is_empty() || by_hand == money.by_hand, "kept by hand: {order:?}");
                    for (supply, units) in still_drawn(buyer, placement) {
                        *taken.entry(supply).or_default() += units;
                    }
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
        self.judge_drafts(&mut outcomes);
        // Who owes keeps a slot until it ends by itself.
        let later = if outcomes.owed > self.outcomes.owed { SLOT_MILLIS } else { 0 };
        assert_eq!(self.throttle.matters_for(self.now.plus_millis(later)), 0, "no slot stays taken");
        outcomes
    }

    fn count_bundles(&self, order: &Order, outcomes: &mut Outcomes) {
        let is_there = |part: &Part| order.lines.iter().any(|line| line.variant_id == part.variant_id);
        let bundles = || order.lines.iter().filter(|line| !line.parts.is_empty());
        outcomes.bundles_sold += u32::from(bundles().next().is_some());
        outcomes.bundles_with_a_part += u32::from(bundles().any(|line| line.parts.iter().any(is_there)));
        outcomes.bundles_remade += u32::from(bundles().any(|line| line.parts != self.parts_of(line.variant_id)));
    }

    fn money_of(&self, order: &Order, outcomes: &mut Outcomes) -> Money {
        let prefix = format!("{}-", order.id);
        let mut money = Money { held: 0, kept: 0, by_hand: 0 };
        for (_, charge) in self.charges.iter().filter(|(id, _)| id.starts_with(&prefix)) {
            money.held += charge.held;
            money.kept += charge.paid - charge.refunded();
            outcomes.refunded += u32::from(charge.refunded() > 0);
            outcomes.voided += u32::from(charge.voided);
        }
        money.by_hand = order.receipts.iter().map(|receipt| receipt.amount.amount).sum();
        money
    }

    /// What staff gave back is where they meant it to be, once.
    fn judge_books(&self, n: usize, outcomes: &mut Outcomes) {
        let buyer = &self.buyers[n];
        let order = &buyer.memory;
        let prefix = format!("{}/", order.id);
        let back = |supply: &Supply| -> i64 {
            let references = self.stocks.get(supply).into_iter().flat_map(|stock| &stock.references);
            let of_staff = |reference: &str| reference.starts_with(&prefix) && !reference.contains("/return-");
            references.filter(|(reference, _)| of_staff(reference)).map(|(_, units)| units).sum()
        };
        for variant in &self.variants {
            let wanted = buyer.restocked.get(variant).copied().unwrap_or_default();
            let of_it = order.money.put_backs.iter().filter(|back| back.of == Supply::Stock(*variant));
            let refused: i64 = of_it.filter(|back| is_full(&back.reference)).map(|back| back.units).sum();
            assert_eq!(back(&Supply::Stock(*variant)), wanted - refused, "restocked once: {order:?}");
        }
        outcomes.restocked_by_staff += u32::from(!buyer.restocked.is_empty());
        let mut on_cards = 0;
        for card in order.placement().into_iter().flat_map(|placement| &placement.quote.gift_cards) {
            let units = back(&Supply::GiftCard(card.id));
            assert!((0..=card.amount).contains(&units), "{units} of {card:?} is back: {order:?}");
            on_cards += units;
        }
        let never = order.milestones.iter().filter(|milestone| milestone.kind == "not_put_back");
        outcomes.not_put_back += u32::try_from(never.count()).unwrap();
        outcomes.credited += u32::from(on_cards > 0);
        assert_eq!(left::given_to_cards(order), on_cards, "the order knows what is back: {order:?}");
        for line in &order.lines {
            let gone = buyer.given_up.get(&line.id).copied().unwrap_or_default();
            assert!(gone <= line.quantity, "{gone} pieces given up: {order:?}");
        }
        let told = order.told.get(&Kind::OrderRefunded).copied().unwrap_or_default();
        let untold =
            order.money.repayments.iter().filter(|repayment| !repayment.told_with_cause && repayment.number > told);
        assert_eq!(untold.filter(|repayment| repayment.giving.amount() > 0).count(), 0, "its buyer knows: {order:?}");
        for ask in &order.edits.asked {
            let told = self.letters.contains(&(n, Kind::DifferenceOver, ask.number));
            assert_eq!(
                told,
                ask.kept && ask.is_off(),
                "who was asked knows that it is off, and nobody else: {order:?}"
            );
            outcomes.told_not_to_pay += u32::from(told);
        }
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

/// What a provider has taken for edits.
pub fn paid_for_edits(order: &Order) -> impl Iterator<Item = &Attempt> {
    order.edits.payments.iter().filter(|payment| payment.payment.provider != Provider::Manual)
}

pub fn is_added(order: &Order, line: &Line) -> bool {
    let added = order.edits.done.iter().filter_map(|edit| edit.plan.added.as_ref());
    added.flat_map(|added| &added.lines).any(|known| known.id == line.id)
}

/// Whether its pieces were there before, and no stock has given them again.
pub fn is_sold_anew(order: &Order, line: &Line) -> bool {
    let added = order.edits.done.iter().filter_map(|edit| edit.plan.added.as_ref());
    added.flat_map(|added| added.lines.iter().take(added.sold_anew())).any(|known| known.id == line.id)
}

/// What an attempt has back, each refund of it being done.
pub fn given(order: &Order, attempt: &Attempt) -> i64 {
    let of_attempt = order.refunds.iter().filter(|refund| refund.attempt.number == attempt.number);
    of_attempt.map(|refund| refund.amount.amount).sum()
}

/// How many gift cards it is to have for its buyer: all, once all of its money
/// was taken, or none. Where the money went back meanwhile, some may have been issued.
fn cards_due(buyer: &Buyer) -> RangeInclusive<usize> {
    let order = &buyer.memory;
    let gone = |line: &Line| buyer.given_up.get(&line.id).copied().unwrap_or_default();
    match &order.stage {
        Stage::Confirmed { attempt, .. } if attempt.status == AttemptStatus::Paid => {
            let all =
                order.lines.iter().filter(|line| is_card(line)).map(|line| (line.quantity - gone(line)) as usize).sum();
            let is_whole = attempt.captured == attempt.amount;
            let is_back = attempt.captured.amount > 0 && given(order, attempt) == attempt.captured.amount;
            match (is_whole, is_back) {
                (false, _) => 0..=0,
                (true, true) => 0..=all,
                (true, false) => all..=all,
            }
        }
        _ => 0..=0,
    }
}

/// What staff have kept of an order that they cancelled: of the provider's money,
/// and of what they had recorded, whatever of it they gave back by hand.
fn kept_by_staff(order: &Order) -> (i64, i64) {
    let is_staffs = order.money.ended.is_some();
    let of_attempt = order.attempt().map_or(0, |attempt| order.refundable(attempt).amount);
    let of_edits: i64 = paid_for_edits(order).map(|payment| order.refundable(payment).amount).sum();
    let [kept, of_edits] = if is_staffs { [of_attempt, of_edits] } else { [0, 0] };
    let recorded: i64 = order.receipts.iter().map(|receipt| receipt.amount.amount).sum();
    match order.attempt().map(|attempt| attempt.payment.provider) {
        Some(Provider::Manual) => {
            let is_for_added =
                |refund: &Refund| order.edits.payments.iter().any(|payment| payment.number == refund.attempt.number);
            let is_told =
                |refund: &&Refund| (refund.status == RefundStatus::Done || by_hand(refund)) && !is_for_added(refund);
            let by_staff = order.refunds.iter().filter(|refund| refund.attempt.payment.provider == Provider::Manual);
            let back: i64 = by_staff.filter(is_told).map(|refund| refund.amount.amount).sum();
            assert_eq!(back + kept, recorded, "what was recorded goes back, or is kept: {order:?}");
            (of_edits, recorded)
        }
        _ => (kept + of_edits, recorded),
    }
}

/// What an order that staff have cancelled still has of each supply: it was put
/// back piece by piece, but for uses.
fn still_drawn(buyer: &Buyer, placement: &Placement) -> Vec<(Supply, i64)> {
    let drawn = buyer.ended_edited || buyer.memory.money.ended.as_ref().is_some_and(|ended| ended.drawn);
    let is_kept = |(supply, _): &(Supply, i64)| match supply {
        Supply::Stock(_) => true,
        Supply::GiftCard(_) => !buyer.ended_edited,
        Supply::Uses(_) | Supply::UsesBy(..) => false,
    };
    if drawn { has(buyer, placement).into_iter().filter(is_kept).collect() } else { Vec::new() }
}

pub fn is_card(line: &Line) -> bool {
    line.delivery == Delivery::GiftCard
}

pub fn uses(placement: &Placement, promotion: PromotionId) -> bool {
    placement.quote.uses.iter().any(|used| used.promotion == promotion)
}

/// What a confirmed order has of each supply, by what its buyer was shown.
fn has(buyer: &Buyer, placement: &Placement) -> Vec<(Supply, i64)> {
    let mut all: Vec<_> = buyer
        .memory
        .lines
        .iter()
        .filter(|line| !is_card(line) && !is_sold_anew(&buyer.memory, line))
        .flat_map(|line| counted(buyer, line, i64::from(line.quantity)))
        .map(|(variant, units)| (Supply::Stock(variant), units))
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
