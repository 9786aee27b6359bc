//! The pools, by their real rules, with the records that they keep.

use std::collections::BTreeMap;
use std::sync::Arc;

use tradepost::catalog::product::Floor;
use tradepost::orders::after::edits::{self, effect::Take};
use tradepost::orders::after::goods::restock::Restock;
use tradepost::orders::after::money::{PutBack, effect};
use tradepost::orders::learning::{Answer, Refused};
use tradepost::pools::pool::{self, Ended, HoldId, Past, Pool, Reason, Refusal};
use tradepost::pools::{Claim, Supply};
use tradepost::ports::Timestamp;

use crate::shelf::{card, shelf};
use crate::world::World;

/// One pool and its records.
#[derive(Default)]
pub struct Stock {
    pub pool: Pool,
    pub ended: BTreeMap<HoldId, Ended>,
    pub references: BTreeMap<String, i64>,
    /// Pieces that staff have adjusted it by, or the balance that was issued.
    pub put_in: i64,
    /// The newest floor that any claim has said.
    pub newest: Floor,
    /// Of each hold, how many of its pieces had yet to come when it was granted.
    pub later: BTreeMap<HoldId, i64>,
}

impl Stock {
    fn past(&self, command: &pool::Command) -> Past {
        match command {
            pool::Command::Hold { hold, .. } | pool::Command::Commit { hold, .. } | pool::Command::Release { hold } => {
                self.ended.get(hold).map_or(Past::Nothing, |ended| Past::Ended(*ended))
            }
            pool::Command::Adjust { reference, .. } | pool::Command::Issue { reference, .. } => {
                self.references.get(reference).map_or(Past::Nothing, |delta| Past::Adjusted { delta: *delta })
            }
            _ => Past::Nothing,
        }
    }

    fn record(&mut self, event: pool::Event) {
        match event {
            pool::Event::Held { hold, .. } => {
                self.ended.remove(&hold);
            }
            pool::Event::Lapsed { hold } => {
                self.ended.insert(hold, Ended::Lapsed);
            }
            pool::Event::Committed { hold, quantity } => {
                self.ended.insert(hold, Ended::Committed { quantity });
            }
            pool::Event::Released { hold } | pool::Event::PutBack { hold, .. } => {
                self.ended.insert(hold, Ended::Released);
            }
            pool::Event::Adjusted { delta: units, reference, .. }
            | pool::Event::Issued { quantity: units, reference } => {
                self.references.insert(reference, units);
                self.put_in += units;
            }
            pool::Event::Limited { .. } | pool::Event::Floored { .. } | pool::Event::Closed { .. } => {}
        }
    }
}

impl World {
    pub fn ask_pool(&mut self, supply: &Supply, command: &pool::Command) -> Result<(), Refusal> {
        let stock = self.stocks.entry(supply.clone()).or_default();
        if let Some(event) = pool::told(&stock.pool, command) {
            pool::apply(&mut stock.pool, &event);
        }
        if let pool::Command::Hold { floor: Some(floor), .. } | pool::Command::Commit { floor: Some(floor), .. } =
            command
        {
            stock.newest = stock.newest.max(*floor);
        }
        let held = |pool: &Pool| match command {
            pool::Command::Commit { hold, .. } => {
                pool.holds.get(hold).filter(|hold| !hold.has_lapsed(self.now)).copied()
            }
            _ => None,
        };
        let was_held = held(&stock.pool);
        for event in pool::decide(&stock.pool, stock.past(command), command, self.now)? {
            pool::apply(&mut stock.pool, &event);
            if let pool::Event::Held { hold, quantity, .. } = &event {
                let missing = (stock.pool.held() - stock.pool.on_hand).clamp(0, *quantity);
                stock.later.insert(hold.clone(), missing);
            }
            let is_granted = matches!(event, pool::Event::Held { .. } | pool::Event::Committed { .. });
            if is_granted && was_held.is_none() && supply.variant().is_some() {
                let left = stock.pool.level(self.now).left();
                assert!(left >= stock.newest.least, "{left} left, and no more than {:?} was said", stock.newest);
                self.outcomes.backordered += u32::from(left < 0);
            }
            let is_put_back = matches!(event, pool::Event::PutBack { .. }) && supply.variant().is_none();
            self.outcomes.put_back += u32::from(is_put_back);
            stock.record(event);
        }
        Ok(())
    }

    pub fn hold(&mut self, hold: &HoldId, claims: &[Claim], until: Timestamp) -> Answer {
        let (mut refused, mut later) = (Vec::new(), Vec::new());
        for Claim { of, quantity, limit, floor } in claims {
            let (quantity, limit, floor) = (*quantity, *limit, *floor);
            let command = pool::Command::Hold { hold: hold.clone(), quantity, limit, floor, until };
            let is_refused = self.ask_pool(of, &command).is_err();
            let level = self.stocks[of].pool.level(self.now);
            if is_refused {
                refused.push(Refused { of: of.clone(), available: level.available });
            } else if let Some((variant, held)) = of.variant().zip(self.stocks[of].pool.holds.get(hold)) {
                assert_eq!(held.later, self.stocks[of].later[hold], "as it was when it was granted: {hold:?}");
                later.extend(Some((variant, held.later)).filter(|(_, later)| *later > 0));
            }
        }
        if refused.is_empty() { Answer::Held { later } } else { Answer::NotHeld { refused, unanswered: false } }
    }

    pub fn commit(&mut self, hold: &HoldId, claims: &[Claim]) -> Answer {
        let mut refused = false;
        for Claim { of, quantity, limit, floor } in claims {
            let (quantity, limit, floor) = (*quantity, *limit, *floor);
            let command = pool::Command::Commit { hold: hold.clone(), quantity, limit, floor };
            refused |= self.ask_pool(of, &command).is_err();
        }
        Answer::Committed { refused }
    }

    pub fn take_added(&mut self, take: &Take) -> Answer {
        let mut refused = Vec::new();
        for Claim { of, quantity, limit, floor } in &take.claims {
            let (hold, quantity, limit, floor) = (take.hold.clone(), *quantity, *limit, *floor);
            let command = match take.kept_until {
                Some(until) => pool::Command::Hold { hold, quantity, limit, floor, until },
                None => pool::Command::Commit { hold, quantity, limit, floor },
            };
            if self.ask_pool(of, &command).is_err() {
                refused.push(Refused { of: of.clone(), available: self.stocks[of].pool.level(self.now).available });
            }
        }
        Answer::Added(edits::effect::Answer { take: take.clone(), refused })
    }

    pub fn release(&mut self, number: u32, hold: &HoldId, claims: &[Claim]) -> Answer {
        for claim in claims {
            self.ask_pool(&claim.of, &pool::Command::Release { hold: hold.clone() }).unwrap();
        }
        Answer::Released { hold: number }
    }

    pub fn restock(&mut self, restock: &Restock) -> Answer {
        for (reference, claim) in restock.pieces.iter().filter(|(reference, _)| !is_full(reference)) {
            let (delta, reference) = (claim.quantity, reference.clone());
            self.ask_pool(&claim.of, &pool::Command::Adjust { delta, reason: Reason::Returned, reference }).unwrap();
        }
        let refused = restock.pieces.iter().any(|(reference, _)| is_full(reference));
        Answer::Restocked { number: restock.number, refused }
    }

    /// Pieces and money that staff give back.
    pub fn put_back(&mut self, put_backs: &[PutBack]) -> Answer {
        let (refused, taken): (Vec<&PutBack>, Vec<&PutBack>) =
            put_backs.iter().partition(|back| is_full(&back.reference));
        for PutBack { of, units, reference, .. } in &taken {
            let (delta, reason, reference) = (*units, Reason::Returned, reference.clone());
            self.ask_pool(of, &pool::Command::Adjust { delta, reason, reference }).unwrap();
        }
        let numbers = |backs: Vec<&PutBack>| backs.iter().map(|back| back.number).collect();
        Answer::Money(effect::Answer::PutBack { numbers: numbers(taken), refused: numbers(refused) })
    }

    /// What is on a gift card, for whoever asks now.
    pub fn balance(&self, n: usize) -> i64 {
        self.stocks[&Supply::GiftCard(card(n))].pool.level(self.now).available
    }

    /// Staff have a variant counted or not, or sold so far below zero, from now on.
    pub fn keep_otherwise(&mut self) {
        let variant = self.any_variant();
        let (is_floor, least) = (self.rng.chance(70), -i64::try_from(self.rng.below(4)).unwrap());
        let as_of = 1 + self.kept.values().filter_map(|kept| kept.floor).map(|floor| floor.as_of).max().unwrap_or(1);
        let kept = self.kept.get_mut(&variant).unwrap();
        if is_floor {
            kept.floor = Some(Floor { as_of, least });
            let lowest = self.lowest.entry(variant).or_default();
            *lowest = least.min(*lowest);
        } else {
            kept.untracked = !kept.untracked;
        }
        self.shelf = Arc::new(shelf(&self.kept, self.limits, self.made));
    }

    /// Staff count a shelf anew, or disable a gift card.
    pub fn adjust(&mut self) {
        if self.rng.chance(5) {
            let supply = Supply::GiftCard(card(self.pick(2)));
            self.ask_pool(&supply, &pool::Command::Close).unwrap();
            return;
        }
        let variant = self.any_variant();
        let delta = i64::try_from(self.rng.below(5)).unwrap() - 2;
        let reference = format!("count-{}", self.rng.below(40));
        if delta != 0 {
            let command = pool::Command::Adjust { delta, reason: Reason::Correction, reference };
            // Refused where it would take away what is held.
            let _ = self.ask_pool(&Supply::Stock(variant), &command);
        }
    }
}

/// Whether a pool has no room for what goes back under this reference, however
/// often it is asked: so it is of one in sixteen.
pub fn is_full(reference: &str) -> bool {
    reference.bytes().map(u32::from).sum::<u32>() % 16 == 0
}
