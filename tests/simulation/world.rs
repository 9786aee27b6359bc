//! The world: six orders, the pools that they draw from and a provider of
//! payments, in one history that a seed decides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tradepost::catalog::product::Part;
use tradepost::ids::{OrderId, VariantId};
use tradepost::messages::Kind;
use tradepost::money::Currency;
use tradepost::orders::after::edits::asking::PAYABLE_MILLIS;
use tradepost::orders::effect::wake;
use tradepost::orders::event::Event;
use tradepost::orders::learning::Answer;
use tradepost::orders::order::{LineId, Order};
use tradepost::pools::Supply;
use tradepost::pools::pool::{self, Reason};
use tradepost::ports::Timestamp;
use tradepost::shelf::snapshot::Snapshot;
use tradepost::throttle::rules::Throttle;

use crate::buyers::Buyer;
use crate::calls::Call;
use crate::outcomes::Outcomes;
use crate::pools::Stock;
use crate::provider::Charge;
use crate::rng::Rng;
use crate::shelf::{Kept, Limits, RECIPES, bundle, card, id_of, recipe, shelf};

const STEPS: u64 = 250;

pub struct World {
    pub rng: Rng,
    pub now: Timestamp,
    pub currency: Currency,
    pub shelf: Arc<Snapshot>,
    pub variants: Vec<VariantId>,
    /// By which recipe the bundle is made now.
    pub made: usize,
    /// How staff want the stock of each to be kept, by now.
    pub kept: BTreeMap<VariantId, Kept>,
    /// The lowest floor that each ever had.
    pub lowest: BTreeMap<VariantId, i64>,
    pub limits: Limits,
    pub stocks: BTreeMap<Supply, Stock>,
    pub charges: BTreeMap<String, Charge>,
    /// Gift cards that were sold: whose, of which line, which of its pieces.
    pub issued: BTreeSet<(usize, LineId, u32)>,
    /// What each buyer was written: a second letter of the same name is none.
    pub letters: BTreeSet<(usize, Kind, u32)>,
    /// Of the network that all buyers come from.
    pub throttle: Throttle,
    pub tries_to_place: u32,
    pub buyers: Vec<Buyer>,
    pub late: Vec<Call>,
    pub answers: Vec<(usize, Answer)>,
    /// What the provider will say of by itself: whose attempt, and which.
    pub events: Vec<(usize, u32)>,
    /// Whether the provider lies.
    pub lies: bool,
    pub outcomes: Outcomes,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let currency = Currency::parse("EUR").unwrap();
        let mut limit = || i64::try_from(1 + rng.below(3)).unwrap();
        let limits = Limits { coupon: limit(), promotion: limit() };
        let variants: Vec<_> = (0..3).map(|n| VariantId::derived(id_of(1, n))).collect();
        let kept: BTreeMap<_, _> = variants.iter().map(|id| (*id, Kept::default())).collect();
        let mut world = Self {
            now: Timestamp::from_millis(1_000_000),
            currency,
            shelf: Arc::new(shelf(&kept, limits, 0)),
            made: 0,
            kept,
            lowest: BTreeMap::new(),
            limits,
            stocks: BTreeMap::new(),
            charges: BTreeMap::new(),
            issued: BTreeSet::new(),
            letters: BTreeSet::new(),
            throttle: Throttle::default(),
            tries_to_place: 0,
            buyers: Vec::new(),
            late: Vec::new(),
            answers: Vec::new(),
            events: Vec::new(),
            lies: true,
            outcomes: Outcomes::default(),
            variants: variants.clone(),
            rng: Rng::new(0),
        };
        for (n, variant) in variants.iter().enumerate() {
            let delta = i64::try_from(1 + rng.below(8)).unwrap();
            let reference = format!("delivery-{n}");
            let command = pool::Command::Adjust { delta, reason: Reason::Received, reference };
            world.ask_pool(&Supply::Stock(*variant), &command).unwrap();
        }
        for n in 0..2 {
            let quantity = i64::try_from(100 + rng.below(2_000)).unwrap();
            let command = pool::Command::Issue { quantity, reference: n.to_string() };
            world.ask_pool(&Supply::GiftCard(card(n)), &command).unwrap();
        }
        for n in 0..6 {
            let order = Order::created(OrderId::derived(id_of(2, n)), currency, None, world.now);
            let created = Event::Created {
                id: order.id,
                currency,
                account: None,
                language: order.language,
                channel: order.channel,
            };
            world.buyers.push(Buyer::new(n, order, created, world.now));
        }
        world.rng = rng;
        world
    }

    /// A history full of faults.
    pub fn suffer(&mut self) {
        for _ in 0..STEPS {
            let buyer = usize::try_from(self.rng.below(6)).unwrap();
            // Few are asked for a difference: most of what becomes of it is done at once.
            let asked = self.buyers.iter().position(|buyer| buyer.memory.edits.payable().is_some());
            if let Some(asked) = asked.filter(|_| self.rng.chance(30)) {
                self.pay_difference(asked);
            }
            match self.rng.below(29) {
                0..=3 => self.shop(buyer),
                4..=5 => self.pay_or_cancel(buyer),
                6..=14 => self.work(buyer, true),
                15 => self.crash(buyer),
                16 => self.arrive_late(),
                17 => self.hear_late(),
                18 if self.rng.chance(20) => self.remake(),
                18 if self.rng.chance(40) => self.keep_otherwise(),
                18 => self.adjust(),
                19 => self.tell_of_event(),
                20 if self.rng.chance(20) => self.take_after_void(),
                // Several at once: few orders are confirmed, and each of these asks for luck.
                21..=23 => (0..3).for_each(|_| self.move_goods(buyer)),
                24..=25 => self.staff(buyer),
                26..=27 => self.type_in(buyer),
                _ => self.pass_time(),
            }
            self.check_pools();
            self.check_slots();
            self.check_keeps();
            self.check_goods(buyer);
            self.check_books();
            self.check_drafts();
        }
    }

    /// Faults end and the provider tells the truth; time passes until nothing
    /// is owed, even after the last late call and the last event have come in.
    pub fn settle(&mut self) {
        self.lies = false;
        self.work_off();
        while !self.late.is_empty() {
            self.arrive_late();
        }
        while !self.events.is_empty() {
            self.tell_of_event();
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

    /// Time goes by, and alarms ring when they are due.
    fn pass_time(&mut self) {
        let millis = match self.rng.below(20) {
            0..=10 => 1 + self.rng.below(3_000),
            11..=15 => self.rng.below(60_000),
            16..=18 => self.rng.below(16 * 60_000),
            _ => self.rng.below(70 * 60_000),
        };
        let mut buyers = self.buyers.iter();
        let is_asked = buyers.any(|buyer| buyer.memory.edits.payable().is_some());
        // Past the end of the time to pay a difference.
        let days = if is_asked && self.rng.chance(5) { PAYABLE_MILLIS } else { 0 };
        let then = self.now.plus_millis(days + i64::try_from(millis).unwrap());
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

    /// A place among so many.
    pub fn pick(&mut self, among: usize) -> usize {
        usize::try_from(self.rng.below(among as u64)).unwrap()
    }

    /// One of these, or the bundle that is made of them.
    pub fn any_sold(&mut self) -> VariantId {
        if self.rng.chance(25) { bundle() } else { self.any_variant() }
    }

    /// What it is made of now, if it is the bundle.
    pub fn parts_of(&self, variant: VariantId) -> Vec<Part> {
        if variant == bundle() { recipe(self.made, &self.variants) } else { Vec::new() }
    }

    /// Staff have the bundle be made of something else, perhaps.
    pub fn remake(&mut self) {
        self.made = self.pick(RECIPES);
        self.shelf = Arc::new(shelf(&self.kept, self.limits, self.made));
    }

    pub fn any_variant(&mut self) -> VariantId {
        let n = self.pick(self.variants.len());
        self.variants[n]
    }

    /// All that was stored, buyer by buyer.
    pub fn logs(self) -> Vec<Vec<(Timestamp, Event)>> {
        self.buyers.into_iter().map(|buyer| buyer.stored).collect()
    }
}
