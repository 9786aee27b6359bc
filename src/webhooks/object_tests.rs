//! One endpoint's object against an endpoint that fails, and a process that dies.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::ports::{HttpCall, HttpError, HttpReply};
use crate::testing::{Crash, Host, Shop, block_on};
use crate::webhooks::news::EventType::{OrderPlaced, OrderRefunded, OrderUpdated};
use crate::webhooks::rules::MOST_TRIES;

const ALL: [EventType; 3] = [OrderPlaced, OrderRefunded, OrderUpdated];

struct Desk {
    shop: Shop,
    webhook: Webhook,
    host: Rc<Host>,
    object: RefCell<Rc<WebhookObject>>,
}

impl Desk {
    fn new() -> Self {
        let shop = Shop::new();
        let now = shop.app.clock.now();
        let webhook = Webhook {
            id: WebhookId::derived([1; 16]),
            url: "https://hooks.example.com/in".to_owned(),
            types: ALL.into(),
            disabled: None,
            secret_version: 1,
            secret_rotated_at: None,
            created_at: now,
            updated_at: now,
            enabled_at: now,
        };
        block_on(shop.app.database.batch(vec![crate::webhooks::store::insert(&webhook)])).unwrap();
        let host = Rc::new(Host::default());
        let object = WebhookObject::new(shop.app.clone(), &webhook.id.to_string(), host.clone());
        Self { shop, webhook, host, object: RefCell::new(object) }
    }

    /// The process is lost, and another takes its place.
    fn restart(&self) {
        let object = WebhookObject::new(self.shop.app.clone(), &self.webhook.id.to_string(), self.host.clone());
        self.object.replace(object);
    }

    fn ask(&self, command: &Command) -> Result<Value, ObjectUnavailable> {
        let object = Rc::clone(&self.object.borrow());
        let answer = block_on(object.command(serde_json::to_string(command).unwrap()))?;
        Ok(serde_json::from_str(&answer).unwrap())
    }

    fn tell(&self, news: Vec<News>) -> Result<Value, ObjectUnavailable> {
        self.ask(&Command::Tell { since: self.webhook.enabled_at, types: self.webhook.types.clone(), news })
    }

    /// How an order stands after so many changes, each of which has a name.
    fn news(&self, about: &str, version: u64) -> News {
        let at = self.webhook.enabled_at;
        let kind = |n| if n == 1 { OrderPlaced } else { OrderRefunded };
        let events = (1..=version).map(|n| (at, kind(n))).collect();
        News { about: about.to_owned(), version, events, at, data: json!({ "version": version }) }
    }

    /// What the endpoint answers from now on, in turn; then nothing.
    fn answers(&self, statuses: impl IntoIterator<Item = u16>) {
        let replies = statuses.into_iter().map(|status| Ok(HttpReply { status, body: String::new() }));
        *self.shop.world.replies.lock().unwrap() = replies.collect();
    }

    /// The `webhook-id`s that came.
    fn came(&self) -> Vec<String> {
        let calls = self.shop.world.calls.lock().unwrap();
        let id = |call: &HttpCall| call.headers.iter().find(|(name, _)| *name == "webhook-id").unwrap().1.clone();
        calls.iter().map(id).collect()
    }

    /// Lets time pass until the alarm has rung.
    fn ring(&self) -> Option<Result<(), ObjectUnavailable>> {
        let at = self.host.alarm.take()?;
        self.shop.pass(at.since(self.shop.app.clock.now()).max(0));
        let object = Rc::clone(&self.object.borrow());
        let outcome = block_on(object.alarm());
        if outcome.is_err() {
            // As the platform's side of an object does.
            self.host.alarm.set(Some(self.shop.app.clock.now().plus_seconds(10)));
        }
        Some(outcome)
    }

    fn list(&self, status: Option<DeliveryStatus>) -> Vec<Value> {
        let list = self.ask(&Command::List { status, before: None, limit: 1_000 }).unwrap();
        list["items"].as_array().unwrap().clone()
    }
}

#[test]
fn what_is_told_twice_is_sent_once_and_in_order() {
    let desk = Desk::new();
    desk.answers([200; 9]);
    for version in [2, 1, 2, 3] {
        desk.tell(vec![desk.news("a", version), desk.news("b", version), desk.news("a", version)]).unwrap();
    }
    assert_eq!(desk.came(), ["a-1", "b-1", "a-2", "b-2", "a-3", "b-3"]);
    let numbers: Vec<_> = desk.list(None).iter().map(|one| one["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [6, 5, 4, 3, 2, 1]);
}

#[test]
fn a_later_event_of_an_order_waits_for_the_earlier_and_no_others_do() {
    let desk = Desk::new();
    desk.answers([500, 200, 200, 200]);
    desk.tell(vec![desk.news("a", 2), desk.news("b", 1)]).unwrap();
    assert_eq!(desk.came(), ["a-1", "b-1"]);
    assert_eq!(desk.list(Some(DeliveryStatus::Waiting)).len(), 2);
    desk.ring().unwrap().unwrap();
    assert_eq!(desk.came(), ["a-1", "b-1", "a-1", "a-2"]);
    assert_eq!(desk.list(Some(DeliveryStatus::Delivered)).len(), 3);
}

#[test]
fn what_is_never_taken_is_given_up_after_three_days_and_the_next_goes_then() {
    let desk = Desk::new();
    desk.answers([503; MOST_TRIES as usize].into_iter().chain([200]));
    let begun = desk.shop.app.clock.now();
    desk.tell(vec![desk.news("a", 2)]).unwrap();
    while desk.came().len() <= MOST_TRIES as usize {
        desk.ring().unwrap().unwrap();
    }
    assert!((72..=84).contains(&(desk.shop.app.clock.now().since(begun) / 3_600_000)));
    let dead = desk.list(Some(DeliveryStatus::Dead));
    assert_eq!((dead.len(), &dead[0]["attempts"], &dead[0]["response_status"]), (1, &json!(10), &json!(503)));
    assert_eq!(desk.came().last().unwrap(), "a-2");
    // It may be had again, by its number, and has its name then.
    desk.answers([200]);
    assert_eq!(desk.ask(&Command::Replay { from: 1, to: 1 }).unwrap(), json!({ "first": 1, "count": 1 }));
    assert_eq!(desk.came().last().unwrap(), "a-1");
    assert_eq!(desk.ask(&Command::Replay { from: 3, to: 9 }).unwrap(), Value::Null);
}

#[test]
fn whoever_is_gone_is_sent_nothing_more_until_it_is_enabled() {
    let desk = Desk::new();
    desk.answers([410]);
    desk.tell(vec![desk.news("a", 1)]).unwrap();
    desk.tell(vec![desk.news("b", 1)]).unwrap();
    for _ in 0..9 {
        desk.ring().unwrap().unwrap();
    }
    assert_eq!(desk.came(), ["a-1"]);
    let enable = crate::webhooks::views::Change { url: None, types: None, enabled: Some(true) };
    let enable = crate::webhooks::store::update(desk.webhook.id, &enable, desk.shop.app.clock.now());
    block_on(desk.shop.app.database.batch(vec![enable])).unwrap();
    desk.answers([200, 200]);
    desk.ask(&Command::Look).unwrap();
    assert_eq!(desk.came(), ["a-1", "a-1", "b-1"]);
}

#[test]
fn without_a_row_nothing_is_kept() {
    let desk = Desk::new();
    desk.answers([200]);
    desk.tell(vec![desk.news("a", 1)]).unwrap();
    block_on(desk.shop.app.database.batch(vec![crate::webhooks::store::delete(desk.webhook.id)])).unwrap();
    assert_eq!(desk.list(None).len(), 1);
    desk.ring().unwrap().unwrap();
    assert_eq!((desk.list(None).len(), desk.ring().is_none()), (0, true));
}

#[test]
fn what_is_old_is_forgotten_and_not_told_again() {
    let desk = Desk::new();
    desk.answers([200; 3]);
    desk.tell(vec![desk.news("a", 1), desk.news("b", 1)]).unwrap();
    desk.shop.pass(KEPT_MILLIS + 1);
    desk.ring().unwrap().unwrap();
    let numbers: Vec<_> = desk.list(None).iter().map(|one| one["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [2], "but for the newest number");
    // An order that is a month old changes again.
    let News { data, events, .. } = desk.news("a", 1);
    let at = desk.shop.app.clock.now();
    desk.tell(vec![News { about: "a".to_owned(), version: 2, events, at, data }]).unwrap();
    assert_eq!(desk.came(), ["a-1", "b-1", "a-v2"]);
    assert_eq!(desk.list(None)[0]["number"], 3);
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most
    }
}

/// News comes late, twice and out of order, the endpoint answers now and then, and
/// the process dies before, in and after its commits: each event comes at least
/// once, by one name, with one text, and none before an earlier one of its order
/// was taken.
#[test]
fn every_event_comes_in_order_whatever_fails() {
    for seed in 0..150 {
        let (desk, mut dice) = (Desk::new(), Dice(seed));
        let mut newest = BTreeMap::from([("a", 0), ("b", 0), ("c", 0)]);
        let mut told = Vec::new();
        for _ in 0..40 {
            match dice.below(10) {
                0..=3 => {
                    let about = ["a", "b", "c"][dice.below(3) as usize];
                    let version = newest.get_mut(about).unwrap();
                    *version += 1;
                    told.push((about, *version));
                    // What is not answered is told again, if only later.
                    let which = told[dice.below(told.len() as u64) as usize];
                    let _ = desk.tell(vec![desk.news(which.0, which.1)]);
                }
                4 | 5 => {
                    let reply = |dice: &mut Dice| match dice.below(4) {
                        0 => Err(HttpError("no answer".to_owned())),
                        1 => Ok(HttpReply { status: 500, body: String::new() }),
                        _ => Ok(HttpReply { status: 200, body: String::new() }),
                    };
                    let replies: Vec<_> = (0..dice.below(8)).map(|_| reply(&mut dice)).collect();
                    desk.shop.world.replies.lock().unwrap().extend(replies);
                }
                6 => {
                    let crash = if dice.below(2) == 0 { Crash::Before } else { Crash::After };
                    desk.host.crash.set(Some((dice.below(6) as usize, crash)));
                }
                7 => desk.restart(),
                // Within the three days, so that nothing is given up.
                _ if desk.shop.app.clock.now().since(desk.webhook.enabled_at) < 24 * 3_600_000 => {
                    let _ = desk.ring();
                }
                _ => {}
            }
        }
        desk.host.crash.set(None);
        for (about, version) in told {
            desk.tell(vec![desk.news(about, version)]).unwrap();
        }
        desk.answers([200; 1_000]);
        while !desk.list(Some(DeliveryStatus::Waiting)).is_empty() {
            desk.ring().unwrap().unwrap();
        }
        let mut texts = BTreeMap::new();
        for call in desk.shop.world.calls.lock().unwrap().iter() {
            let id = call.headers.iter().find(|(name, _)| *name == "webhook-id").unwrap().1.clone();
            assert_eq!(texts.entry(id).or_insert(call.body.clone()), &call.body, "seed {seed}: another text");
        }
        for (about, newest) in newest {
            let came = desk.came();
            let of_it: Vec<u64> =
                came.iter().filter_map(|id| id.strip_prefix(about)?.strip_prefix('-')?.parse().ok()).collect();
            let mut last = 0;
            for n in of_it {
                assert!(n == last || n == last + 1, "seed {seed}: {about}-{n} came after {about}-{last}: {came:?}");
                last = n;
            }
            assert_eq!(last, newest, "seed {seed}: {about}");
        }
    }
}
