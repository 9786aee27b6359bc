//! One pool's object, and what it begins with.

use serde_json::{Value, json};

use super::*;
use crate::catalog::product::Floor;
use crate::pools::opening::{self, NewStock};
use crate::pools::pool::{HoldId, Reason};
use crate::ports::{Statement, Timestamp};
use crate::testing::{Crash, Host, Shop, block_on, insertion, product};

struct Desk {
    shop: Shop,
    host: Rc<Host>,
    variant: VariantId,
}

impl Desk {
    /// A product that was made with so many pieces; `None`: without any.
    fn new(pieces: Option<i64>) -> Self {
        let shop = Shop::new();
        let product = product(1, "Mug", Some(100), 1);
        let variant = product.variants[0].id;
        let mut batch = insertion(&product);
        let stock = |pieces| vec![NewStock { variant, pieces, reference: "first".to_owned() }];
        batch.extend(pieces.map(|pieces| opening::begin(&stock(pieces), shop.app.clock.now())));
        block_on(shop.app.database.batch(batch)).unwrap();
        Self { shop, host: Rc::default(), variant }
    }

    /// Asks an object that has just begun, as after each loss of a process.
    fn ask(&self, command: &Command) -> Result<Value, ObjectUnavailable> {
        self.ask_as(&self.shop.app, command)
    }

    fn ask_as(&self, app: &App, command: &Command) -> Result<Value, ObjectUnavailable> {
        let object = PoolObject::new(app.clone(), &crate::pools::stock_of(self.variant), self.host.clone());
        let answer = block_on(object.command(serde_json::to_string(command).unwrap()))?;
        Ok(serde_json::from_str(&answer).unwrap())
    }

    fn on_hand(&self) -> i64 {
        self.ask(&Command::Level).unwrap()["level"]["on_hand"].as_i64().unwrap()
    }

    /// How lists know it: pieces and version.
    fn listed(&self) -> Value {
        let select = Statement::new("SELECT on_hand, version FROM stock_levels", []);
        let rows = block_on(self.shop.app.database.run(select)).unwrap();
        rows.first::<Value>().unwrap().unwrap()
    }

    fn is_written(&self) -> bool {
        store::load(&*self.host).unwrap().is_some()
    }
}

fn sold(pieces: i64) -> Command {
    Command::Adjust { delta: -pieces, reason: Reason::SoldElsewhere, reference: "sold".to_owned() }
}

fn hold(now: Timestamp) -> Command {
    let until = now.plus_seconds(60);
    serde_json::from_value(json!({ "hold": { "hold": HoldId("a".to_owned()), "quantity": 4, "until": until } }))
        .unwrap()
}

#[test]
fn what_comes_with_a_variant_is_there_before_its_pool_is_and_counts_once() {
    let desk = Desk::new(Some(10));
    assert_eq!(desk.listed(), json!({ "on_hand": 10, "version": 1 }));
    let level = desk.ask(&Command::Level).unwrap()["level"].clone();
    assert_eq!((&level["on_hand"], &level["version"]), (&json!(10), &json!(1)));
    assert!(!desk.is_written(), "asking leaves nothing");
    assert_eq!(desk.ask(&sold(3)).unwrap()["level"]["on_hand"], 7);
    assert_eq!(desk.on_hand(), 7);
    // The same again, by whoever tries it a second time.
    let again = Command::Adjust { delta: 10, reason: Reason::Correction, reference: "first".to_owned() };
    desk.ask(&again).unwrap();
    desk.ask(&sold(3)).unwrap();
    assert_eq!(desk.on_hand(), 7);
    let ledger = desk.ask(&Command::Ledger { limit: 10, after: None }).unwrap()["ledger"].clone();
    let units: Vec<_> = ledger.as_array().unwrap().iter().map(|entry| entry["units"].as_i64().unwrap()).collect();
    assert_eq!(units.iter().sum::<i64>(), 7, "{ledger}");
}

#[test]
fn what_comes_with_a_variant_is_held_for_the_first_buyer_as_any_other_piece() {
    let desk = Desk::new(Some(10));
    let level = desk.ask(&hold(desk.shop.app.clock.now())).unwrap()["level"].clone();
    assert_eq!((&level["on_hand"], &level["held"]), (&json!(10), &json!(4)));
    let none = Desk::new(None);
    let refused = none.ask(&hold(none.shop.app.clock.now())).unwrap();
    assert!(refused["refusal"].is_object(), "{refused}");
    assert!(!none.is_written());
}

#[test]
fn a_pool_that_dies_while_it_takes_over_loses_and_doubles_nothing() {
    for (skip, crash) in [(0, Crash::Before), (0, Crash::After), (1, Crash::Before), (1, Crash::After)] {
        let desk = Desk::new(Some(10));
        desk.host.crash.set(Some((skip, crash)));
        assert!(desk.ask(&sold(3)).is_err());
        assert_eq!(desk.ask(&sold(3)).unwrap()["level"]["on_hand"], 7);
        assert_eq!(desk.on_hand(), 7);
    }
}

#[test]
fn without_the_database_a_pool_that_was_never_changed_decides_nothing() {
    let desk = Desk::new(Some(10));
    let without = desk.shop.forget();
    assert!(desk.ask_as(&without, &sold(3)).is_err() && !desk.is_written());
    desk.ask(&sold(3)).unwrap();
    // From then on it needs none.
    let level = desk.ask_as(&without, &Command::Level).unwrap()["level"].clone();
    assert_eq!(level["on_hand"], 7);
}

#[test]
fn what_a_pool_was_told_of_its_floor_and_has_said_outlives_its_process() {
    let desk = Desk::new(Some(2));
    let until = desk.shop.app.clock.now().plus_seconds(60);
    let ask = |name: &str, quantity, floor: Option<(i64, i64)>| {
        let (hold, limit) = (HoldId(name.to_owned()), None);
        let floor = floor.map(|(as_of, least)| Floor { as_of, least });
        let answer = desk.ask(&Command::Hold { hold, quantity, limit, floor, until }).unwrap();
        (answer["refusal"].is_null(), answer["later"].as_i64().unwrap_or(0))
    };
    assert_eq!(ask("a", 3, Some((2, -4))), (true, 1));
    assert_eq!(ask("b", 2, Some((1, 0))), (true, 2), "by the floor that was said last");
    assert_eq!(ask("c", 1, None), (true, 1));
    assert_eq!(ask("a", 3, None), (true, 1), "whoever came since is behind it");
    // A newer one counts, though what tells of it is refused, and no older one does from then on.
    assert_eq!(ask("d", 1, Some((3, -3))), (false, 0));
    desk.ask(&Command::Release { hold: HoldId("c".to_owned()) }).unwrap();
    assert_eq!(ask("e", 1, Some((2, -9))), (false, 0));
    assert_eq!(ask("f", 1, None), (false, 0));
}
