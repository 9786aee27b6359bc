//! What buyers do, and the staff who take their money.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tradepost::ids::{AccountId, ProductId, VariantId};
use tradepost::money::Money;
use tradepost::orders::decision::{Change, Command, NewLine, decide};
use tradepost::orders::error::OrderError;
use tradepost::orders::event::Event;
use tradepost::orders::facts::Fact;
use tradepost::orders::learning::{Answer, Refused};
use tradepost::orders::order::{Line, LineId, Order, Receipt, Stage};
use tradepost::orders::slots::{SLOT_MILLIS, Slot};
use tradepost::orders::terms::{Expected, Terms, corrected};
use tradepost::payments::{AttemptStatus, PaymentChoice, Provider, TestMethod};
use tradepost::pools::Supply;
use tradepost::pools::pool::HoldId;
use tradepost::ports::Timestamp;
use tradepost::pricing::promotion::Code;
use tradepost::pricing::{Delivery, GiftCardBalance};
use tradepost::settings::Capture;
use tradepost::throttle::rules::{self, SlotId};
use tradepost::throttle::{Slots, Throttle as Counter};

use crate::shelf::{CODE, PRICE, address_in, card, counted, coupon, id_of, promotion, sold_card};
use crate::world::World;

/// Unpaid orders at once, of six buyers who come from one network.
pub const SLOTS: u32 = 5;

pub struct Buyer {
    pub memory: Order,
    /// The log, each event as it is read back: what a crash leaves is what these say.
    pub stored: Vec<(Timestamp, Event)>,
    /// What a crash loses.
    pub waiting: Vec<(Timestamp, Event)>,
    /// Stored with the events; a crash leaves it.
    pub alarm: Option<Timestamp>,
    /// From when on each of its holds is to be gone from the pools.
    pub keeps: BTreeMap<HoldId, Timestamp>,
    /// When a call of its got lost or it crashed: what is left undone is done a watchdog later.
    pub troubled: Timestamp,
    /// What its uses are counted by: some have a mailbox or an account in common.
    pub customers: Vec<String>,
    /// Pieces of each line that staff have given money back for.
    pub given_up: BTreeMap<LineId, u32>,
    /// What staff have put into the order, if they have typed it in.
    pub typed_in: BTreeMap<VariantId, u32>,
    /// What an edit takes out that waits for what it adds: of which line, how many, and
    /// whether they go back into stock.
    pub taking_out: Vec<(Line, u32, bool)>,
    /// Whether the order was edited, and then ended unpaid: its pieces were put back one by one.
    pub ended_edited: bool,
    /// Lines of what staff did not have counted when they became the order's.
    pub uncounted: BTreeSet<(LineId, VariantId)>,
    /// Pieces that staff have had put back in stock.
    pub restocked: BTreeMap<VariantId, i64>,
}

impl Buyer {
    pub fn new(n: usize, order: Order, created: Event, now: Timestamp) -> Self {
        let account = n.is_multiple_of(2).then(|| format!("account-{}", n % 4));
        Self {
            memory: order,
            stored: vec![(now, created)],
            waiting: Vec::new(),
            alarm: None,
            keeps: BTreeMap::new(),
            troubled: now,
            given_up: BTreeMap::new(),
            taking_out: Vec::new(),
            ended_edited: false,
            uncounted: BTreeSet::new(),
            restocked: BTreeMap::new(),
            typed_in: BTreeMap::new(),
            customers: [format!("mailbox-{}", n / 2)].into_iter().chain(account).collect(),
        }
    }

    /// Staff have pieces of a line put into stock again.
    pub fn put_back(&mut self, line: &Line, pieces: u32) {
        for (variant, units) in counted(self, line, i64::from(pieces)) {
            *self.restocked.entry(variant).or_default() += units;
        }
    }

    /// Whether the last payment began because another was given up.
    pub fn paid_another_way(&self) -> bool {
        let mut events = self.stored.iter().rev().map(|(_, event)| event);
        events.find(|event| matches!(event, Event::PaymentStarted { .. }));
        matches!(events.next(), Some(Event::PaymentSwitched { .. }))
    }
}

impl World {
    /// Fills the cart, and sometimes places it.
    pub fn shop(&mut self, buyer: usize) {
        let is_card = self.rng.chance(15);
        let variant_id = if is_card { sold_card() } else { self.any_sold() };
        let line = NewLine {
            variant_id,
            product_id: ProductId::derived(id_of(3, usize::from(is_card))),
            title: "A".to_owned(),
            sku: "A".to_owned(),
            prices: vec![Money { amount: PRICE, currency: self.currency }],
            terms: Vec::new(),
            quantity: u32::try_from(1 + self.rng.below(3)).unwrap(),
            delivery: if is_card { Delivery::GiftCard } else { Delivery::Shipped },
            parts: self.parts_of(variant_id),
            rules: Vec::new(),
            overridden: false,
        };
        let put_in = self.command(buyer, Command::Change(Change::AddLines { lines: vec![line] }));
        let is_draft = self.buyers[buyer].memory.draft.is_some();
        self.outcomes.draft_lines_kept += u32::from(is_draft && !put_in);
        let facts = self.facts();
        self.command(buyer, Command::Change(Change::Update { lines: None, facts }));
        if self.rng.chance(60) {
            let payment = self.payment();
            self.place(buyer, payment, None);
        }
    }

    /// Where it goes, and perhaps the coupon and gift cards.
    pub fn facts(&mut self) -> Vec<Fact> {
        let coupons = if self.rng.chance(50) { vec![Code::parse(CODE).unwrap()] } else { Vec::new() };
        let mut cards = Vec::new();
        for n in 0..2 {
            if self.rng.chance(30) {
                let balance = self.balance(n);
                let (last4, currency) = (n.to_string(), self.currency);
                cards.push(GiftCardBalance { id: card(n), last4, balance, currency, expires_at: None });
            }
        }
        vec![
            Fact::Email("a@example.com".parse().unwrap()),
            address_in("DE"),
            Fact::ShippingOption(Some("standard".to_owned())),
            Fact::Coupons(coupons),
            Fact::GiftCards(cards),
        ]
    }

    /// `by_hand`: what says that staff do so.
    pub fn place(&mut self, buyer: usize, payment: PaymentChoice, by_hand: Option<Event>) {
        let Some(slot) = self.take_slot() else {
            self.outcomes.turned_away += 1;
            return;
        };
        let gift_cards = self.balances_as_told(buyer);
        let terms = Terms {
            shelf: Arc::clone(&self.shelf),
            gift_cards,
            first_order: None,
            used_up: Vec::new(),
            payment,
            expected: Expected::default(),
            at_shelf_prices: false,
            key: None,
            slot: Some(slot.clone()),
            customers: self.buyers[buyer].customers.clone(),
        };
        match decide(&self.buyers[buyer].memory, Command::Place(Box::new(terms.clone())), self.now) {
            Ok(events) => {
                self.record(buyer, events.into_iter().chain(by_hand).collect(), true);
                for line in &self.buyers[buyer].memory.lines {
                    assert_eq!(line.parts, self.parts_of(line.variant_id), "bought as it is made now");
                }
            }
            Err(refusal) => {
                self.outcomes.contents_changed += u32::from(matches!(refusal, OrderError::ContentsChanged { .. }));
                self.record(buyer, corrected(&refusal, &self.buyers[buyer].memory, &terms), true);
                self.ask_throttle(&rules::Command::Vacate { slot: slot.id }).unwrap();
            }
        }
    }

    /// What is on the order's gift cards, as their pools say before it is
    /// decided: others may have drawn from them since.
    fn balances_as_told(&mut self, buyer: usize) -> Vec<GiftCardBalance> {
        let shown = self.buyers[buyer].memory.facts.gift_cards.clone();
        if self.rng.chance(20) {
            return shown;
        }
        let now = |known: GiftCardBalance| {
            let n = (0..2).find(|n| card(*n) == known.id).unwrap();
            GiftCardBalance { balance: self.balance(n), ..known }
        };
        shown.into_iter().map(now).collect()
    }

    /// What becomes of a cart that the pools refused: what is used up is done without.
    pub fn do_without(&mut self, buyer: usize, refused: &[Refused]) {
        let is = |of: Supply| refused.iter().any(|refused| refused.of == of);
        let by_each = refused.iter().any(|refused| matches!(refused.of, Supply::UsesBy(..)));
        self.outcomes.overdrawn += u32::from(is(Supply::GiftCard(card(0))) || is(Supply::GiftCard(card(1))));
        self.outcomes.coupon_exhausted += u32::from(is(Supply::Uses(coupon())));
        self.outcomes.coupon_used_before += u32::from(by_each);
        let used_up = is(Supply::Uses(promotion()));
        self.outcomes.promotion_exhausted += u32::from(used_up);
        if used_up && self.buyers[buyer].memory.stage == Stage::Open {
            self.record(buyer, vec![Event::FactSet { fact: Fact::UsedUp(vec![promotion()]) }], true);
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
        let pay = |slot| Command::Pay { payment: payment.clone(), slot, edit: None };
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

    pub fn payment(&mut self) -> PaymentChoice {
        let method = if self.rng.chance(50) { TestMethod::Visa } else { TestMethod::AuthenticationRequired };
        let mut payment = PaymentChoice::test(method);
        match self.rng.below(10) {
            0..=1 => payment.terms.capture = Capture::Manual,
            2 => {
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
        let receipt = Receipt { amount: Money { amount, ..left }, reference };
        self.command(buyer, Command::Receive { receipt, by: None })
    }

    /// The buyer answers the bank; the shop hears of it, or does not.
    fn approve(&mut self, buyer: usize) {
        let Some(attempt) = self.buyers[buyer].memory.attempt_to_pay().cloned() else { return };
        let AttemptStatus::RequiresAction { .. } = attempt.status else { return };
        let Some(charge) = self.charges.get_mut(&attempt.id).filter(|charge| !charge.voided && !charge.declines) else {
            return;
        };
        charge.take();
        let outcome = charge.truth();
        if self.rng.chance(30) {
            self.events.push((buyer, attempt.number));
        }
        if self.rng.chance(60) {
            self.hear(buyer, &Answer::Payment { attempt: attempt.number, report: outcome.into() });
        }
    }
}
