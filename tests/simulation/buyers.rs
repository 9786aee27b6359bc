//! What buyers do, and the staff who take their money.

use std::collections::BTreeMap;
use std::sync::Arc;

use tradepost::ids::{AccountId, ProductId};
use tradepost::money::Money;
use tradepost::orders::decision::{Change, Command, NewLine, decide};
use tradepost::orders::event::Event;
use tradepost::orders::facts::Fact;
use tradepost::orders::learning::Answer;
use tradepost::orders::order::{Order, Receipt};
use tradepost::orders::slots::{SLOT_MILLIS, Slot};
use tradepost::orders::terms::Terms;
use tradepost::payments::{AttemptStatus, PaymentChoice, Provider, TestMethod};
use tradepost::pools::pool::HoldId;
use tradepost::ports::Timestamp;
use tradepost::pricing::Delivery;
use tradepost::settings::Capture;
use tradepost::throttle::rules::{self, SlotId};
use tradepost::throttle::{Slots, Throttle as Counter};

use crate::provider::said;
use crate::shelf::{PRICE, id_of};
use crate::world::World;

/// Unpaid orders at once, of six buyers who come from one network.
pub const SLOTS: u32 = 5;

pub struct Buyer {
    pub memory: Order,
    /// The log, as JSON: what a crash leaves is what these events say.
    pub stored: Vec<(Timestamp, String)>,
    /// What a crash loses.
    pub waiting: Vec<(Timestamp, String)>,
    /// Stored with the events; a crash leaves it.
    pub alarm: Option<Timestamp>,
    /// From when on each of its holds is to be gone from the pools.
    pub keeps: BTreeMap<HoldId, Timestamp>,
    /// When a call of its got lost or it crashed: what is left undone is done a watchdog later.
    pub troubled: Timestamp,
}

impl Buyer {
    /// Whether the last payment began because another was given up.
    pub fn paid_another_way(&self) -> bool {
        let events = self.stored.iter().rev().map(|(_, event)| event.as_str());
        let mut events = events.skip_while(|event| !event.contains("payment_started"));
        events.nth(1).is_some_and(|event| event.contains("payment_switched"))
    }
}

impl World {
    /// Fills the cart, and sometimes places it.
    pub fn shop(&mut self, buyer: usize) {
        let variant = self.variants[usize::try_from(self.rng.below(3)).unwrap()];
        let price = Money { amount: PRICE, currency: self.currency };
        let quantity = u32::try_from(1 + self.rng.below(3)).unwrap();
        let line = NewLine {
            variant_id: variant,
            product_id: ProductId::derived(id_of(3, 0)),
            title: "A".to_owned(),
            sku: "A".to_owned(),
            prices: vec![price],
            quantity,
            delivery: Delivery::Shipped,
            overridden: false,
        };
        self.command(buyer, Command::Change(Change::AddLines { lines: vec![line] }));
        let address = serde_json::json!({"name": "A", "line1": "1", "city": "B", "postal_code": "1", "country": "DE"});
        let facts = vec![
            Fact::Email("a@example.com".parse().unwrap()),
            Fact::ShippingAddress(serde_json::from_value(address).unwrap()),
            Fact::ShippingOption(Some("standard".to_owned())),
        ];
        self.command(buyer, Command::Change(Change::Update { lines: None, facts }));
        if self.rng.chance(60) {
            let payment = self.payment();
            let Some(slot) = self.take_slot() else {
                self.outcomes.turned_away += 1;
                return;
            };
            let terms = Terms {
                shelf: Arc::clone(&self.shelf),
                gift_cards: Vec::new(),
                payment,
                expected_total: None,
                key: None,
                slot: Some(slot.clone()),
                customers: Vec::new(),
            };
            let place = Command::Place(Box::new(terms));
            if !self.command(buyer, place) {
                self.ask_throttle(&rules::Command::Vacate { slot: slot.id }).unwrap();
            }
        }
    }

    /// What a placement takes before it holds anything.
    fn take_slot(&mut self) -> Option<Slot> {
        self.tries_to_place += 1;
        let id = SlotId(self.tries_to_place.to_string());
        let occupy = rules::Command::Occupy { slot: id.clone(), at_most: SLOTS, millis: SLOT_MILLIS };
        let of = vec![Slots { throttle: Counter::of_account(AccountId::derived(id_of(4, 0))), at_most: SLOTS }];
        self.ask_throttle(&occupy).ok().map(|()| Slot { id, of })
    }

    pub fn ask_throttle(&mut self, command: &rules::Command) -> Result<(), rules::Refusal> {
        if let Some(event) = rules::decide(&self.throttle, command, self.now)? {
            rules::apply(&mut self.throttle, &event, self.now);
        }
        Ok(())
    }

    pub fn pay_or_cancel(&mut self, buyer: usize) {
        let payment = self.payment();
        if self.rng.chance(30) && self.receive(buyer) {
            return;
        }
        if self.rng.chance(60) {
            self.pay(buyer, payment);
        } else if self.rng.chance(30) {
            self.command(buyer, Command::Cancel);
        } else {
            self.approve(buyer);
        }
    }

    /// Another payment, with a slot of its own where the goods are held anew.
    fn pay(&mut self, buyer: usize, payment: PaymentChoice) {
        let pay = |slot| Command::Pay { payment: payment.clone(), slot };
        let Ok(mut events) = decide(&self.buyers[buyer].memory, pay(None), self.now) else { return };
        if !events.iter().any(|event| matches!(event, Event::PlacedAgain { .. })) {
            return self.record(buyer, events, true);
        }
        events.retain(|event| matches!(event, Event::HoldGivenBack));
        self.record(buyer, events, true);
        let Some(slot) = self.take_slot() else {
            self.outcomes.turned_away += 1;
            return;
        };
        self.command(buyer, pay(Some(slot)));
    }

    fn payment(&mut self) -> PaymentChoice {
        let method = if self.rng.chance(50) { TestMethod::Visa } else { TestMethod::AuthenticationRequired };
        let mut payment = PaymentChoice::test(method);
        match self.rng.below(10) {
            0 => payment.terms.capture = Capture::Manual,
            1 => {
                payment.provider = Provider::Manual;
                payment.terms.on_credit = self.rng.chance(30);
                payment.terms.cancel_after_days = self.rng.chance(70).then_some(1);
            }
            _ => {}
        }
        payment
    }

    /// Staff find money of the order's in the bank's statement: all that is owed, or a part.
    fn receive(&mut self, buyer: usize) -> bool {
        let Some(attempt) = self.buyers[buyer].memory.attempt().cloned() else { return false };
        if attempt.status != AttemptStatus::Owed {
            return false;
        }
        let left = attempt.left();
        let amount = if self.rng.chance(70) { left.amount } else { 1 };
        let reference = format!("statement {}", self.rng.below(5));
        self.command(buyer, Command::Receive { receipt: Receipt { amount: Money { amount, ..left }, reference } })
    }

    /// The buyer answers the bank; the shop hears of it, or does not.
    fn approve(&mut self, buyer: usize) {
        let Some(attempt) = self.buyers[buyer].memory.attempt().cloned() else { return };
        let AttemptStatus::RequiresAction { .. } = attempt.status else { return };
        let amount = self.buyers[buyer].memory.placement().unwrap().quote.totals.to_pay.amount;
        let charge = self.charges.entry(attempt.id.clone()).or_default();
        if charge.voided {
            return;
        }
        charge.take(&attempt.payment, amount);
        let outcome = said(charge);
        if self.rng.chance(60) {
            self.hear(buyer, &Answer::Payment { attempt: attempt.number, report: outcome.into() });
        }
    }
}
