//! Orders that staff type in: what they put in stands until they change it, a
//! letter that was asked for is written, and what they deleted is never placed.

use std::collections::BTreeMap;

use tradepost::ids::{AccountId, ProductId, VariantId};
use tradepost::messages::Kind;
use tradepost::money::Money;
use tradepost::orders::decision::{Command, NewLine};
use tradepost::orders::drafts::{Deed, Draft, Event};
use tradepost::orders::facts::Fact;
use tradepost::orders::order::{Order, Stage};
use tradepost::payments::{Attempt, AttemptStatus, Provider};
use tradepost::pricing::percent::Percent;
use tradepost::pricing::promotion::Effect;
use tradepost::pricing::{Delivery, Promotion};

use crate::judge::is_added;
use crate::outcomes::Outcomes;
use crate::shelf::{PRICE, id_of};
use crate::world::World;

impl World {
    /// A member of staff types in an order, or has one in hand again.
    pub fn type_in(&mut self, buyer: usize) {
        let by = AccountId::derived(id_of(7, 0));
        let order = &self.buyers[buyer].memory;
        let is_new = order.stage == Stage::Open && order.lines.is_empty();
        let has_letters = order.draft.as_ref().is_some_and(|draft| draft.letters > 0);
        match (&order.draft, self.rng.below(20)) {
            // Most carts are their buyers' own.
            (None, 0..=3) if is_new => {
                self.deed_of(buyer, Deed::Begin { lines: Vec::new(), facts: Vec::new() });
            }
            (None, _) => {}
            (Some(_), 0..=8) => self.put_in(buyer),
            (Some(_), 9..=12) => {
                self.outcomes.drafts_sent += u32::from(self.deed_of(buyer, Deed::Send { message: None }))
            }
            (Some(_), 13..=17) => {
                let mut payment = self.payment();
                payment.provider = Provider::Manual;
                let received = self.rng.chance(50).then(|| "in cash".to_owned());
                self.place(buyer, payment, Some(Event::PlacedByHand { by, received }.into()));
            }
            (Some(_), _) if has_letters => {
                self.outcomes.drafts_deleted += u32::from(self.deed_of(buyer, Deed::Delete));
            }
            (Some(_), _) => {}
        }
    }

    fn deed_of(&mut self, buyer: usize, deed: Deed) -> bool {
        let by = AccountId::derived(id_of(7, 0));
        self.command(buyer, Command::Draft { by, deed })
    }

    /// Lines of some variants, some of them at staff's own price, which is the shop's here.
    fn put_in(&mut self, buyer: usize) {
        let mut wanted = BTreeMap::new();
        let mut lines = Vec::new();
        for _ in 0..=self.rng.below(2) {
            let quantity = u32::try_from(1 + self.rng.below(2)).unwrap();
            let variant_id = self.any_sold();
            let line = NewLine {
                variant_id,
                product_id: ProductId::derived(id_of(3, 0)),
                title: "A".to_owned(),
                sku: "A".to_owned(),
                prices: vec![Money { amount: PRICE, currency: self.currency }],
                terms: Vec::new(),
                quantity,
                delivery: Delivery::Shipped,
                parts: self.parts_of(variant_id),
                rules: Vec::new(),
                overridden: self.rng.chance(50),
            };
            *wanted.entry(line.variant_id).or_default() += quantity;
            lines.push(line);
        }
        let mut facts = self.facts();
        if self.rng.chance(30) {
            let effect = Effect::Percentage { percent: Percent::parse("10").unwrap() };
            facts.push(Fact::Discount(Some(Box::new(Promotion::of_staff("A scratch".to_owned(), effect)))));
        }
        if self.deed_of(buyer, Deed::Change { lines: Some(lines), facts, language: None }) {
            self.buyers[buyer].typed_in = wanted;
        }
    }

    /// Whatever buyers try, a draft has what staff have put in; and nothing deleted goes on.
    pub fn check_drafts(&self) {
        for buyer in &self.buyers {
            let order = &buyer.memory;
            let Some(draft) = &order.draft else { continue };
            assert_eq!(pieces(order), buyer.typed_in, "its lines are staff's: {order:?}");
            assert!(!draft.deleted || order.stage == Stage::Open, "placed after it was deleted: {order:?}");
        }
    }

    /// Every letter that staff asked for last, of what can still be paid, was written.
    pub fn judge_drafts(&self, outcomes: &mut Outcomes) {
        for (n, buyer) in self.buyers.iter().enumerate() {
            let order = &buyer.memory;
            let Some(Draft { letters, deleted, received, .. }) = order.draft.as_deref() else { continue };
            outcomes.drafts_placed += u32::from(order.stage != Stage::Open);
            let is_received =
                |attempt: &&Attempt| received.as_ref().is_some_and(|(number, _)| *number == attempt.number);
            if let Some(attempt) =
                order.attempt().filter(is_received).filter(|attempt| attempt.payment.provider == Provider::Manual)
            {
                assert_ne!(attempt.status, AttemptStatus::Owed, "the money is there: {order:?}");
                outcomes.drafts_paid_by_hand += u32::from(attempt.status == AttemptStatus::Paid);
            }
            if order.stage == Stage::Open && !deleted && *letters > 0 {
                assert!(self.letters.contains(&(n, Kind::DraftSent, *letters)), "its buyer knows: {order:?}");
                outcomes.drafts_open += 1;
            }
        }
    }
}

/// Of each variant, without what edits have added.
fn pieces(order: &Order) -> BTreeMap<VariantId, u32> {
    let mut pieces = BTreeMap::new();
    for line in order.lines.iter().filter(|line| !is_added(order, line)) {
        *pieces.entry(line.variant_id).or_default() += line.quantity;
    }
    pieces
}
