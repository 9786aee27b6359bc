//! What must be so at every step of a history.

use tradepost::orders::after::edits::asking;
use tradepost::orders::after::money::left;
use tradepost::orders::effect::{WATCHDOG_MILLIS, hold_id};
use tradepost::orders::order::Stage;
use tradepost::pools::Supply;
use tradepost::pools::pool::Ended;

use crate::buyers::SLOTS;
use crate::pools::Stock;
use crate::shelf::EACH;
use crate::world::World;

impl World {
    /// Whether every piece that an attempt is to pay for is set aside or taken out.
    pub fn has_holds(&self, buyer: usize, attempt: u32) -> bool {
        let order = &self.buyers[buyer].memory;
        let of_edit = asking::of_attempt(order, attempt).map(|ask| order.as_asked(ask));
        let order = of_edit.as_ref().unwrap_or(order);
        let Some(hold) = order.hold().map(|hold| hold_id(order, hold.number)) else { return false };
        order.claims().iter().all(|claim| {
            let Some(stock) = self.stocks.get(&claim.of) else { return false };
            let live = stock.pool.holds.get(&hold).is_some_and(|hold| hold.until > self.now);
            live || matches!(stock.ended.get(&hold), Some(Ended::Committed { .. }))
        })
    }

    /// Nothing is held for longer than the buyer was given to pay, except for
    /// as long as it takes to try again after a fault.
    pub fn check_keeps(&self) {
        for hold in self.stocks.values().flat_map(|stock| &stock.pool.holds) {
            let (id, hold) = hold;
            let buyer = self.buyers.iter().find(|buyer| id.0.starts_with(&buyer.memory.id.to_string())).unwrap();
            let Some(until) = buyer.keeps.get(id).filter(|_| hold.until > self.now) else { continue };
            let late = self.now.since((*until).max(buyer.troubled));
            assert!(late <= WATCHDOG_MILLIS, "{} is held {late} ms too long: {:?}", id.0, buyer.memory);
        }
    }

    /// Whatever holds stock without being paid has its slot, so there are never
    /// more of them than slots.
    pub fn check_slots(&self) {
        let unpaid = self.buyers.iter().filter_map(|buyer| match &buyer.memory.stage {
            Stage::Placing { hold, .. } | Stage::AwaitingPayment { hold: Some(hold), .. } => Some(hold),
            _ => None,
        });
        let holding: Vec<_> = unpaid.filter(|hold| self.now < hold.until).collect();
        assert!(holding.len() <= SLOTS as usize, "{holding:?}");
        for hold in holding {
            let slot = hold.slot.as_ref().unwrap();
            assert!(self.throttle.is_taken(&slot.id, self.now), "without its slot: {hold:?}");
        }
    }

    /// Nothing is charged while an earlier attempt may still take money.
    pub fn check_earlier_attempts(&self, buyer: usize, number: u32) {
        let order = &self.buyers[buyer].memory;
        let ask = asking::of_attempt(order, number);
        let others = order.edits.asked.iter().filter(|other| Some(other.number) != ask.map(|ask| ask.number));
        let others: Vec<_> = others.filter_map(|other| other.attempt()).chain(left::payments(order)).collect();
        // What is for something else may take its own money.
        let for_else = |earlier| others.iter().any(|other| other.number == earlier && other.number != number);
        for earlier in (1..number).filter(|earlier| !for_else(*earlier)) {
            // One that the provider never heard of was refused for want of stock.
            let Some(charge) = self.charges.get(&format!("{}-{earlier}", order.id)) else { continue };
            assert!(
                charge.lied_about || charge.paid + charge.held == 0 && (charge.voided || charge.declines),
                "attempt {earlier}: {charge:?} {order:?}"
            );
        }
    }

    /// No order gives back more than was taken for it.
    pub fn check_books(&self) {
        for order in self.buyers.iter().map(|buyer| &buyer.memory).filter(|order| order.placement().is_some()) {
            let (taken, given, left) = (left::taken(order), left::given(order), left::in_all(order));
            assert!(
                given.amount + left.amount <= taken.amount && left.amount >= 0,
                "{given:?} of {taken:?}: {order:?}"
            );
        }
    }

    /// No pool gives more than it has, and no promotion more uses than it may.
    pub fn check_pools(&self) {
        for (supply, Stock { pool, put_in, .. }) in &self.stocks {
            let lowest = supply.variant().and_then(|variant| self.lowest.get(&variant)).copied().unwrap_or(0);
            assert!(0 <= pool.held() && lowest <= pool.on_hand - pool.held(), "{supply:?}: {pool:?}");
            let in_all = match supply {
                Supply::Stock(_) | Supply::GiftCard(_) => *put_in,
                Supply::Uses(promotion) => self.limits.of(*promotion),
                Supply::UsesBy(..) => EACH,
            };
            let given = pool.taken + pool.level(self.now).held;
            assert!((0..=in_all - lowest).contains(&given), "{given} of {in_all} {supply:?}: {pool:?}");
            // What is on hand of uses follows from the limit that was said last.
            if !matches!(supply, Supply::Uses(_) | Supply::UsesBy(..)) {
                assert_eq!(pool.on_hand + pool.taken, in_all, "units are conserved: {supply:?} {pool:?}");
            }
        }
    }
}
