//! The model around the rules: orders with what is stored and what is only in
//! memory, pools with their records, and a payment provider with a ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tradepost::ids::{AccountId, OrderId, ProductId, VariantId};
use tradepost::messages::Kind;
use tradepost::money::{Currency, Money};
use tradepost::orders::decision::{Change, Command, NewLine, decide};
use tradepost::orders::effect::{Effect, WATCHDOG_MILLIS, due, hold_id, wake};
use tradepost::orders::event::Event;
use tradepost::orders::facts::Fact;
use tradepost::orders::holding::KEPT_MILLIS;
use tradepost::orders::learning::{Answer, Refused, learn};
use tradepost::orders::order::{Order, Receipt, Stage};
use tradepost::orders::slots::{SLOT_MILLIS, Slot};
use tradepost::orders::terms::Terms;
use tradepost::orders::view::{self, Status};
use tradepost::payments::{
    AttemptStatus, Outcome, PaymentChoice, Provider, Refund, RefundOutcome, RefundStatus, TestMethod,
};
use tradepost::pools::pool::{self, Ended, HoldId, Past, Pool, Reason, Refusal};
use tradepost::ports::Timestamp;
use tradepost::pricing::Delivery;
use tradepost::settings::{Capture, Settings};
use tradepost::shelf::snapshot::Snapshot;
use tradepost::throttle::rules::{self, SlotId, Throttle};
use tradepost::throttle::{Slots, Throttle as Counter};

use crate::rng::Rng;

const PRICE: i64 = 250;
const STEPS: u64 = 250;
/// Unpaid orders at once, of six buyers who come from one network.
const SLOTS: u32 = 5;

#[derive(Debug, Default, Clone, PartialEq)]
pub struct Outcomes {
    pub confirmed: u32,
    pub cancelled: u32,
    pub open: u32,
    pub refunded: u32,
    pub voided: u32,
    pub crashes: u32,
    /// Placements that found no slot.
    pub turned_away: u32,
    /// Goods given back before the order came to its end.
    pub given_back: u32,
    /// Further tries that held the goods anew, and that found them gone.
    pub held_again: u32,
    pub refused_again: u32,
    /// Money that came when the goods had been given back.
    pub paid_late: u32,
    /// Paid another way than the one that was given up for it.
    pub switched: u32,
    /// Confirmed with money that is set aside; owed; and recorded by staff.
    pub authorized: u32,
    pub owed: u32,
    pub received: u32,
}

impl Outcomes {
    pub fn add(&mut self, other: &Self) {
        self.confirmed += other.confirmed;
        self.cancelled += other.cancelled;
        self.open += other.open;
        self.refunded += other.refunded;
        self.voided += other.voided;
        self.crashes += other.crashes;
        self.turned_away += other.turned_away;
        self.given_back += other.given_back;
        self.held_again += other.held_again;
        self.refused_again += other.refused_again;
        self.paid_late += other.paid_late;
        self.switched += other.switched;
        self.authorized += other.authorized;
        self.owed += other.owed;
        self.received += other.received;
    }
}

struct Buyer {
    memory: Order,
    /// The log, as JSON: what a crash leaves is what these events say.
    stored: Vec<(Timestamp, String)>,
    /// What a crash loses.
    waiting: Vec<(Timestamp, String)>,
    /// Stored with the events; a crash leaves it.
    alarm: Option<Timestamp>,
    /// From when on each of its holds is to be gone from the pools.
    keeps: BTreeMap<HoldId, Timestamp>,
    /// When a call of its got lost or it crashed: what is left undone is done a watchdog later.
    troubled: Timestamp,
}

impl Buyer {
    /// Whether the last payment began because another was given up.
    fn paid_another_way(&self) -> bool {
        let events = self.stored.iter().rev().map(|(_, event)| event.as_str());
        let mut events = events.skip_while(|event| !event.contains("payment_started"));
        events.nth(1).is_some_and(|event| event.contains("payment_switched"))
    }
}

#[derive(Default)]
struct Stock {
    pool: Pool,
    ended: BTreeMap<HoldId, Ended>,
    references: BTreeMap<String, i64>,
    put_in: i64,
}

/// What the provider knows of an attempt.
#[derive(Debug, Clone, Default)]
struct Charge {
    paid: i64,
    /// Set aside, and neither taken nor let go.
    held: i64,
    refunded: i64,
    voided: bool,
    /// How the buyer's bank will answer.
    declines: bool,
    wants_action: bool,
}

/// A call on its way; it may arrive late, twice or never, and so may its answer.
#[derive(Clone)]
struct Call {
    buyer: usize,
    effect: Effect,
}

/// What whoever made a call hears of it.
enum Heard {
    Answer(Option<Answer>),
    /// Nobody is left to hear anything.
    Died,
}

pub struct World {
    rng: Rng,
    now: Timestamp,
    currency: Currency,
    shelf: Arc<Snapshot>,
    variants: Vec<VariantId>,
    stocks: BTreeMap<VariantId, Stock>,
    charges: BTreeMap<String, Charge>,
    /// What each buyer was written: a second letter of the same name is none.
    letters: BTreeSet<(usize, Kind, u32)>,
    /// Of the network that all buyers come from.
    throttle: Throttle,
    tries_to_place: u32,
    buyers: Vec<Buyer>,
    late: Vec<Call>,
    answers: Vec<(usize, Answer)>,
    trace: Vec<String>,
    outcomes: Outcomes,
}

fn id_of(kind: u8, n: usize) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[0] = kind;
    bytes[15] = u8::try_from(n).unwrap();
    bytes
}

/// A shop that sells these, each at [`PRICE`], and sends for as much.
fn shelf(variants: &[VariantId]) -> Snapshot {
    let price = serde_json::json!([{ "amount": PRICE, "currency": "EUR" }]);
    let variants: Vec<_> = variants
        .iter()
        .map(|id| {
            serde_json::json!({
                "id": id, "sku": "A", "title": "A", "given_title": null, "options": [], "prices": price, "compare_at": [],
                "weight_grams": null, "barcode": null, "level": "in_stock",
            })
        })
        .collect();
    let product = serde_json::json!({
        "id": ProductId::derived(id_of(3, 0)), "slug": "a", "title": "A", "description": "", "vendor": null, "tags": [],
        "status": "active", "version": 1, "created_at": 0, "updated_at": 0, "options": [], "variants": variants,
        "images": [], "level": "in_stock", "delivery": "shipped", "tax_class": null,
    });
    let option =
        serde_json::json!({ "id": "standard", "title": "A", "rates": [{ "currency": "EUR", "amount": PRICE }] });
    let settings: Settings = serde_json::from_value(serde_json::json!({
        "shop_name": "A", "default_currency": "EUR", "currencies": ["EUR"], "country": null, "prices_include_tax": true,
        "tax": { "classes": ["standard"], "rates": [], "reverse_charge": false },
        "shipping": { "zones": [{ "title": "A", "places": [], "options": [option] }] },
        "payments": { "stripe": { "offered": false, "capture": "automatic" } }, "mail": { "sender": null },
    }))
    .unwrap();
    Snapshot::new("1".to_owned(), settings, vec![serde_json::from_value(product).unwrap()])
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let currency = Currency::parse("EUR").unwrap();
        let variants: Vec<_> = (0..3).map(|n| VariantId::derived(id_of(1, n))).collect();
        let mut world = Self {
            now: Timestamp::from_millis(1_000_000),
            currency,
            shelf: Arc::new(shelf(&variants)),
            stocks: variants.iter().map(|variant| (*variant, Stock::default())).collect(),
            charges: BTreeMap::new(),
            letters: BTreeSet::new(),
            throttle: Throttle::default(),
            tries_to_place: 0,
            buyers: Vec::new(),
            late: Vec::new(),
            answers: Vec::new(),
            trace: Vec::new(),
            outcomes: Outcomes::default(),
            variants: variants.clone(),
            rng: Rng::new(0),
        };
        for (n, variant) in variants.iter().enumerate() {
            let delta = i64::try_from(1 + rng.below(8)).unwrap();
            let reference = format!("delivery-{n}");
            let command = pool::Command::Adjust { delta, reason: Reason::Received, reference };
            world.ask_pool(*variant, &command).unwrap();
        }
        for n in 0..6 {
            let order = Order::created(OrderId::derived(id_of(2, n)), currency, None, world.now);
            let created = Event::Created { id: order.id, currency, account: None, language: order.language };
            let stored = vec![(world.now, serde_json::to_string(&created).unwrap())];
            world.buyers.push(Buyer {
                memory: order,
                stored,
                waiting: Vec::new(),
                alarm: None,
                keeps: BTreeMap::new(),
                troubled: world.now,
            });
        }
        world.rng = rng;
        world
    }

    /// A history full of faults.
    pub fn suffer(&mut self) {
        for _ in 0..STEPS {
            let buyer = usize::try_from(self.rng.below(6)).unwrap();
            match self.rng.below(20) {
                0..=3 => self.shop(buyer),
                4..=5 => self.pay_or_cancel(buyer),
                6..=14 => self.work(buyer, true),
                15 => self.crash(buyer),
                16 => self.arrive_late(),
                17 => self.hear_late(),
                18 => self.adjust(),
                _ => self.pass_time(),
            }
            self.check_pools();
            self.check_slots();
            self.check_keeps();
        }
    }

    /// Faults end; time passes until nothing is owed, even after the last late
    /// call has come in.
    pub fn settle(&mut self) {
        self.work_off();
        while !self.late.is_empty() {
            self.arrive_late();
        }
        self.work_off();
        self.check_pools();
    }

    fn work_off(&mut self) {
        for _ in 0..200 {
            for buyer in 0..self.buyers.len() {
                for _ in 0..20 {
                    self.work(buyer, false);
                }
            }
            let wakes: Vec<_> = self.buyers.iter().filter_map(|b| wake(&b.memory, self.now)).collect();
            match wakes.into_iter().min() {
                Some(at) => self.now = at.max(self.now.plus_millis(1)),
                None => break,
            }
        }
    }

    /// Whether the shop kept its promises.
    pub fn judge(&mut self) -> Outcomes {
        let mut sold: BTreeMap<VariantId, i64> = BTreeMap::new();
        let mut outcomes = self.outcomes.clone();
        for (n, buyer) in self.buyers.iter().enumerate() {
            let order = &buyer.memory;
            let ends: Vec<_> = self.ends_told(n).collect();
            assert!(due(order, self.now).is_empty(), "something is still owed: {order:?}");
            let prefix = format!("{}-", order.id);
            let charges: Vec<_> = self.charges.iter().filter(|(id, _)| id.starts_with(&prefix)).collect();
            let kept: i64 = charges.iter().map(|(_, charge)| charge.paid - charge.refunded).sum();
            let held: i64 = charges.iter().map(|(_, charge)| charge.held).sum();
            outcomes.refunded += charges.iter().filter(|(_, charge)| charge.refunded > 0).count() as u32;
            outcomes.voided += charges.iter().filter(|(_, charge)| charge.voided).count() as u32;
            match &order.stage {
                Stage::Confirmed { placement, attempt, committed, .. } => {
                    outcomes.confirmed += 1;
                    assert!(committed, "confirmed without its goods: {order:?}");
                    let is_known = match view::status(order) {
                        Status::Confirmed => ends == [Kind::OrderConfirmed],
                        _ => ends.is_empty(),
                    };
                    assert!(is_known, "its buyer knows: {ends:?} {order:?}");
                    let total = placement.to_pay().amount;
                    let has = match &attempt.status {
                        AttemptStatus::Authorized => {
                            outcomes.authorized += 1;
                            (total, 0, 0)
                        }
                        AttemptStatus::Owed => {
                            outcomes.owed += 1;
                            assert!(attempt.left().amount > 0, "paid and does not know it: {order:?}");
                            (0, 0, attempt.captured.amount)
                        }
                        _ if attempt.payment.provider == Provider::Manual => {
                            outcomes.received += 1;
                            (0, 0, total)
                        }
                        _ => (0, total, 0),
                    };
                    let by_hand: i64 = order.receipts.iter().map(|receipt| receipt.amount.amount).sum();
                    assert_eq!((held, kept, by_hand), has, "paid once, exactly: {order:?} {charges:?}");
                    outcomes.switched += u32::from(buyer.paid_another_way());
                    for claim in order.claims() {
                        *sold.entry(claim.of.variant().unwrap()).or_default() += claim.quantity;
                    }
                }
                Stage::Cancelled { .. } => {
                    outcomes.cancelled += 1;
                    assert_eq!((kept, held), (0, 0), "paid for nothing: {order:?} {charges:?}");
                    assert!(order.receipts.is_empty() || order.refunds.iter().any(by_hand), "kept by hand: {order:?}");
                    assert_eq!(ends.last(), Some(&Kind::OrderCancelled), "its buyer knows: {order:?}");
                }
                Stage::Open => {
                    outcomes.open += 1;
                    assert_eq!((kept, held), (0, 0), "paid for a cart: {order:?} {charges:?}");
                    assert!(ends.is_empty(), "nobody was told of a cart: {order:?}");
                }
                stage => panic!("neither confirmed nor cancelled in the end: {stage:?}"),
            }
        }
        for (variant, stock) in &self.stocks {
            let committed: i64 = stock
                .ended
                .values()
                .map(|ended| if let Ended::Committed { quantity } = ended { *quantity } else { 0 })
                .sum();
            assert_eq!(committed, sold.get(variant).copied().unwrap_or(0), "sold is what confirmed orders have");
            assert_eq!(stock.put_in, stock.pool.on_hand + committed, "pieces are conserved");
            assert_eq!(stock.pool.level(self.now).held, 0, "nothing stays held");
        }
        // Who owes keeps a slot until it ends by itself.
        let later = if outcomes.owed > self.outcomes.owed { SLOT_MILLIS } else { 0 };
        assert_eq!(self.throttle.matters_for(self.now.plus_millis(later)), 0, "no slot stays taken");
        outcomes
    }

    /// What a buyer was told to have become of the order.
    fn ends_told(&self, buyer: usize) -> impl Iterator<Item = Kind> {
        let letters = self.letters.iter().filter(move |(reader, ..)| *reader == buyer).map(|(_, kind, _)| *kind);
        letters.filter(|kind| matches!(kind, Kind::OrderConfirmed | Kind::OrderCancelled))
    }

    pub fn trace(self) -> Vec<String> {
        self.trace
    }

    /// Fills the cart, and sometimes places it.
    fn shop(&mut self, buyer: usize) {
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

    fn ask_throttle(&mut self, command: &rules::Command) -> Result<(), rules::Refusal> {
        if let Some(event) = rules::decide(&self.throttle, command, self.now)? {
            rules::apply(&mut self.throttle, &event, self.now);
        }
        Ok(())
    }

    fn pay_or_cancel(&mut self, buyer: usize) {
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

    /// Commands are decided and stored in one transaction. Whether it was done.
    fn command(&mut self, buyer: usize, command: Command) -> bool {
        let decided = decide(&self.buyers[buyer].memory, command, self.now);
        decided.map(|events| self.record(buyer, events, true)).is_ok()
    }

    fn record(&mut self, buyer: usize, events: Vec<Event>, store: bool) {
        for event in &events {
            self.note(buyer, event);
            let buyer_state = &mut self.buyers[buyer];
            buyer_state.memory.apply(event, self.now);
            buyer_state.waiting.push((self.now, serde_json::to_string(event).unwrap()));
            self.trace.push(format!("{} {buyer} {event:?}", self.now.millis()));
        }
        if store {
            self.store(buyer);
        }
    }

    /// Stores what waits, with the alarm that the order needs then.
    fn store(&mut self, buyer: usize) {
        let state = &mut self.buyers[buyer];
        state.stored.append(&mut state.waiting);
        state.alarm = match (wake(&state.memory, self.now), state.alarm) {
            (Some(wanted), Some(set)) if set <= wanted => Some(set),
            (wanted, _) => wanted,
        };
    }

    /// What an event, about to happen, means for the time the order's goods may be kept.
    fn note(&mut self, buyer: usize, event: &Event) {
        let (now, state) = (self.now, &mut self.buyers[buyer]);
        let order = &state.memory;
        let again = matches!(&order.stage, Stage::Placing { before: Some(_), .. });
        match event {
            Event::HoldGivenBack => self.outcomes.given_back += 1,
            Event::Held if again => self.outcomes.held_again += 1,
            Event::PlacementRefused if again => self.outcomes.refused_again += 1,
            Event::Paid { .. } if order.hold().is_none() => self.outcomes.paid_late += 1,
            _ => {}
        }
        let Some(hold) = order.hold().map(|hold| hold_id(order, hold.number)) else { return };
        match event {
            Event::PaymentDeclined { .. } | Event::PaymentActionRequired { .. } => {
                state.keeps.insert(hold, now.plus_millis(KEPT_MILLIS));
            }
            Event::PaymentStarted { .. } | Event::Paid { .. } | Event::Authorized { .. } | Event::Owed { .. } => {
                state.keeps.remove(&hold);
            }
            Event::HoldGivenBack
            | Event::PlacedAgain { .. }
            | Event::PlacementRefused
            | Event::PlacementAbandoned
            | Event::Cancelled { .. }
            | Event::CommitRefused => {
                state.keeps.insert(hold, now);
            }
            _ => {}
        }
    }

    fn hear(&mut self, buyer: usize, answer: &Answer) {
        let events = learn(&self.buyers[buyer].memory, answer, self.now);
        if events.is_empty() {
            return;
        }
        let store = !events.iter().all(Event::may_wait);
        self.record(buyer, events, store);
    }

    /// Whether every piece of the buyer's order is set aside or taken out.
    fn has_holds(&self, buyer: usize) -> bool {
        let order = &self.buyers[buyer].memory;
        let Some(hold) = order.hold().map(|hold| hold_id(order, hold.number)) else { return false };
        order.claims().iter().all(|claim| {
            let stock = &self.stocks[&claim.of.variant().unwrap()];
            let live = stock.pool.holds.get(&hold).is_some_and(|hold| hold.until > self.now);
            live || matches!(stock.ended.get(&hold), Some(Ended::Committed { .. }))
        })
    }

    /// One step of what the order's object would do.
    fn work(&mut self, buyer: usize, faults: bool) {
        self.hear(buyer, &Answer::Tick);
        let effects = due(&self.buyers[buyer].memory, self.now);
        // What gets no answer lets the next one go first.
        let skipped = if faults && self.rng.chance(25) { self.rng.below(effects.len().max(1) as u64) } else { 0 };
        let Some(effect) = effects.into_iter().nth(usize::try_from(skipped).unwrap()) else {
            // The run is over: what waited is stored.
            return self.store(buyer);
        };
        let call = Call { buyer, effect };
        if let Heard::Answer(Some(answer)) = self.send(&call, faults) {
            self.hear(buyer, &answer);
        }
    }

    /// The alarm rings: the whole run that it causes, as the order's object does it.
    fn ring(&mut self, buyer: usize) {
        self.buyers[buyer].alarm = None;
        let mut unanswered = Vec::new();
        loop {
            self.hear(buyer, &Answer::Tick);
            let effects = due(&self.buyers[buyer].memory, self.now);
            let Some(effect) = effects.into_iter().find(|effect| !unanswered.contains(effect)) else { break };
            let call = Call { buyer, effect };
            match self.send(&call, true) {
                Heard::Died => {
                    self.buyers[buyer].alarm = Some(self.now.plus_millis(WATCHDOG_MILLIS));
                    return;
                }
                Heard::Answer(None) => unanswered.push(call.effect),
                Heard::Answer(Some(answer)) => {
                    let events = learn(&self.buyers[buyer].memory, &answer, self.now);
                    if events.is_empty() {
                        break;
                    }
                    self.record(buyer, events, true);
                }
            }
        }
        self.store(buyer);
        let alarm = self.buyers[buyer].alarm;
        assert!(alarm.is_none_or(|at| at > self.now), "an alarm that rings without end");
    }

    /// Sends a call into a world in which it may be lost.
    fn send(&mut self, call: &Call, faults: bool) -> Heard {
        let buyer = call.buyer;
        if let Effect::Charge { attempt } = &call.effect {
            assert!(self.has_holds(buyer), "nothing is charged before every hold is granted");
            self.check_earlier_attempts(buyer, attempt.number);
        }
        if let Effect::Hold { hold, .. } | Effect::Commit { hold, .. } = &call.effect {
            let released = |stock: &Stock| matches!(stock.ended.get(hold), Some(Ended::Released));
            assert!(!self.stocks.values().any(released), "what was released is not asked for under its old name");
        }
        let fate = if faults { self.rng.below(100) } else { 100 };
        if fate < 50 && !(30..=37).contains(&fate) {
            self.buyers[buyer].troubled = self.now;
        }
        let answer = match fate {
            // Lost on the way there.
            0..=9 => None,
            // Late: it arrives after the caller gave up.
            10..=19 => {
                self.late.push(call.clone());
                None
            }
            // Done, and the answer lost.
            20..=29 => {
                self.perform(call);
                None
            }
            // Done twice.
            30..=37 => {
                self.perform(call);
                self.perform(call)
            }
            // Done, the answer late.
            38..=44 => {
                if let Some(answer) = self.perform(call) {
                    self.answers.push((buyer, answer));
                }
                None
            }
            // Done, and the process dies before the answer is stored.
            45..=49 => {
                self.perform(call);
                self.crash(buyer);
                return Heard::Died;
            }
            _ => self.perform(call),
        };
        // What the shell makes of no answer.
        Heard::Answer(match (answer, &call.effect) {
            (Some(answer), _) => Some(answer),
            (None, Effect::Hold { .. }) => Some(Answer::NotHeld { refused: Vec::new(), unanswered: true }),
            (None, Effect::Charge { attempt } | Effect::Poll { attempt }) => {
                Some(Answer::Payment { attempt: attempt.number, report: Outcome::Unknown.into() })
            }
            (None, _) => None,
        })
    }

    /// What the world does when a call arrives.
    fn perform(&mut self, call: &Call) -> Option<Answer> {
        match &call.effect {
            Effect::Hold { hold, claims, until } => {
                let mut refused = Vec::new();
                for claim in claims {
                    let variant = claim.of.variant().unwrap();
                    let command = pool::Command::Hold {
                        hold: hold.clone(),
                        quantity: claim.quantity,
                        limit: claim.limit,
                        until: *until,
                    };
                    if self.ask_pool(variant, &command).is_err() {
                        let available = self.stocks[&variant].pool.level(self.now).available;
                        refused.push(Refused { of: claim.of.clone(), available });
                    }
                }
                let granted = refused.is_empty();
                Some(if granted { Answer::Held } else { Answer::NotHeld { refused, unanswered: false } })
            }
            Effect::Commit { hold, claims } => {
                let mut refused = false;
                for claim in claims {
                    let variant = claim.of.variant().unwrap();
                    let command =
                        pool::Command::Commit { hold: hold.clone(), quantity: claim.quantity, limit: claim.limit };
                    refused |= self.ask_pool(variant, &command).is_err();
                }
                Some(Answer::Committed { refused })
            }
            Effect::Release { number, hold, claims } => {
                for claim in claims {
                    let variant = claim.of.variant().unwrap();
                    self.ask_pool(variant, &pool::Command::Release { hold: hold.clone() }).unwrap();
                }
                Some(Answer::Released { hold: *number })
            }
            Effect::Charge { attempt } if attempt.payment.provider == Provider::Manual => {
                Some(Answer::Payment { attempt: attempt.number, report: Outcome::Owed.into() })
            }
            Effect::Charge { attempt } => {
                let (declines, wants_action) = (self.rng.chance(25), self.rng.chance(25));
                let fresh = Charge { declines, wants_action, ..Charge::default() };
                let charge = self.charges.entry(attempt.id.clone()).or_insert(fresh);
                if !charge.voided && !charge.declines && !charge.wants_action {
                    charge.take(&attempt.payment, attempt.amount.amount);
                }
                Some(Answer::Payment { attempt: attempt.number, report: said(charge).into() })
            }
            Effect::Poll { attempt } => {
                let outcome = self.charges.get(&attempt.id).map_or(Outcome::NotFound, said);
                Some(Answer::Payment { attempt: attempt.number, report: outcome.into() })
            }
            Effect::CallOff { attempt } => {
                let charge = self.charges.entry(attempt.id.clone()).or_default();
                charge.voided |= charge.paid == 0;
                charge.held = 0;
                Some(Answer::Payment { attempt: attempt.number, report: said(charge).into() })
            }
            Effect::Refund { refund } if refund.attempt.payment.provider == Provider::Manual => {
                Some(Answer::Refund { refund: refund.number, report: RefundOutcome::ByHand.into() })
            }
            Effect::Refund { refund } => {
                let charge = self.charges.get_mut(&refund.attempt.id).expect("only what was charged is refunded");
                assert_eq!(charge.paid, refund.amount.amount, "refunded what was paid");
                charge.refunded = refund.amount.amount;
                Some(Answer::Refund { refund: refund.number, report: RefundOutcome::Done.into() })
            }
            Effect::Vacate { number, slot } => {
                self.ask_throttle(&rules::Command::Vacate { slot: slot.id.clone() }).unwrap();
                Some(Answer::Vacated { hold: *number })
            }
            Effect::Notify { notice } => {
                let (kind, version) = (notice.kind(), notice.version);
                self.letters.insert((call.buyer, kind, version));
                Some(Answer::Notified { kind, version })
            }
            Effect::Publish { version } => Some(Answer::Published { version: *version }),
        }
    }

    fn ask_pool(&mut self, variant: VariantId, command: &pool::Command) -> Result<(), Refusal> {
        let now = self.now;
        let stock = self.stocks.get_mut(&variant).unwrap();
        let past = match command {
            pool::Command::Hold { hold, .. } | pool::Command::Commit { hold, .. } | pool::Command::Release { hold } => {
                stock.ended.get(hold).map_or(Past::Nothing, |ended| Past::Ended(*ended))
            }
            pool::Command::Adjust { reference, .. } | pool::Command::Issue { reference, .. } => {
                stock.references.get(reference).map_or(Past::Nothing, |delta| Past::Adjusted { delta: *delta })
            }
            _ => Past::Nothing,
        };
        for event in pool::decide(&stock.pool, past, command, now)? {
            pool::apply(&mut stock.pool, &event);
            match event {
                pool::Event::Held { hold, .. } => {
                    stock.ended.remove(&hold);
                }
                pool::Event::Lapsed { hold } => {
                    stock.ended.insert(hold, Ended::Lapsed);
                }
                pool::Event::Committed { hold, quantity } => {
                    stock.ended.insert(hold, Ended::Committed { quantity });
                }
                pool::Event::Released { hold } | pool::Event::PutBack { hold, .. } => {
                    stock.ended.insert(hold, Ended::Released);
                }
                pool::Event::Adjusted { delta, reference, .. } => {
                    stock.references.insert(reference, delta);
                    stock.put_in += delta;
                }
                pool::Event::Issued { quantity, reference } => {
                    stock.references.insert(reference, quantity);
                    stock.put_in += quantity;
                }
                pool::Event::Limited { .. } | pool::Event::Closed { .. } => {}
            }
        }
        Ok(())
    }

    /// Memory is lost; what was stored is read again.
    fn crash(&mut self, buyer: usize) {
        self.outcomes.crashes += 1;
        self.buyers[buyer].troubled = self.now;
        let state = &mut self.buyers[buyer];
        let mut order = None;
        for (at, event) in &state.stored {
            Order::replay(&mut order, &serde_json::from_str(event).unwrap(), *at);
        }
        state.memory = order.unwrap().recovered();
        state.waiting.clear();
        self.trace.push(format!("{} {buyer} crash", self.now.millis()));
    }

    fn arrive_late(&mut self) {
        if self.late.is_empty() {
            return;
        }
        let n = usize::try_from(self.rng.below(self.late.len() as u64)).unwrap();
        let call = self.late.swap_remove(n);
        self.perform(&call);
    }

    fn hear_late(&mut self) {
        if self.answers.is_empty() {
            return;
        }
        let n = usize::try_from(self.rng.below(self.answers.len() as u64)).unwrap();
        let (buyer, answer) = self.answers.swap_remove(n);
        // Only a provider calls back; a pool's late answer finds nobody.
        if let Answer::Payment { .. } = answer {
            self.hear(buyer, &answer);
        }
    }

    fn adjust(&mut self) {
        let variant = self.variants[usize::try_from(self.rng.below(3)).unwrap()];
        let delta = i64::try_from(self.rng.below(5)).unwrap() - 2;
        let reference = format!("count-{}", self.rng.below(40));
        if delta != 0 {
            // Refused where it would take away what is held.
            let _ = self.ask_pool(variant, &pool::Command::Adjust { delta, reason: Reason::Correction, reference });
        }
    }

    /// Time goes by, and alarms ring when they are due.
    fn pass_time(&mut self) {
        let millis = match self.rng.below(20) {
            0..=10 => 1 + self.rng.below(3_000),
            11..=15 => self.rng.below(60_000),
            16..=18 => self.rng.below(16 * 60_000),
            _ => self.rng.below(70 * 60_000),
        };
        let then = self.now.plus_millis(i64::try_from(millis).unwrap());
        loop {
            let alarms = self.buyers.iter().enumerate().filter_map(|(n, buyer)| Some((buyer.alarm?, n)));
            let Some((at, buyer)) = alarms.min().filter(|(at, _)| *at <= then) else { break };
            self.now = self.now.max(at);
            self.ring(buyer);
            self.check_pools();
            self.check_slots();
            self.check_keeps();
        }
        self.now = then;
    }

    /// Nothing is held for longer than the buyer was given to pay, except for
    /// as long as it takes to try again after a fault.
    fn check_keeps(&self) {
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
    fn check_slots(&self) {
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
    fn check_earlier_attempts(&self, buyer: usize, number: u32) {
        let order = &self.buyers[buyer].memory;
        for earlier in 1..number {
            // One that the provider never heard of was refused for want of stock.
            let Some(charge) = self.charges.get(&format!("{}-{earlier}", order.id)) else { continue };
            assert!(
                charge.paid + charge.held == 0 && (charge.voided || charge.declines),
                "attempt {earlier}: {charge:?} {order:?}"
            );
        }
    }

    fn check_pools(&self) {
        for stock in self.stocks.values() {
            assert!(0 <= stock.pool.held() && stock.pool.held() <= stock.pool.on_hand, "{:?}", stock.pool);
        }
    }
}

/// Money that staff are to give back.
fn by_hand(refund: &Refund) -> bool {
    refund.status == RefundStatus::Pending { next_poll: None }
}

impl Charge {
    /// Takes the money, or sets it aside where it is to be captured; once.
    fn take(&mut self, payment: &PaymentChoice, amount: i64) {
        match payment.terms.capture {
            Capture::Automatic => self.paid = amount,
            Capture::Manual => self.held = amount,
        }
    }
}

fn said(charge: &Charge) -> Outcome {
    if charge.paid > 0 {
        Outcome::Paid
    } else if charge.held > 0 {
        Outcome::Authorized
    } else if charge.voided {
        Outcome::Voided
    } else if charge.declines {
        Outcome::Declined { reason: "card_declined".to_owned() }
    } else if charge.wants_action {
        Outcome::ActionRequired { client_secret: "secret".to_owned() }
    } else {
        Outcome::NotFound
    }
}
