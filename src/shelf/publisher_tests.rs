use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;

use rusqlite::Connection;

use super::*;
use crate::shelf::memory::CatalogMemory;
use crate::testing::{Shop, block_on, insertion, product, run};

/// One object's store and alarm.
struct Host {
    storage: RefCell<Connection>,
    alarm: Cell<Option<Timestamp>>,
}

impl ObjectHost for Host {
    fn read(&self, statement: Statement) -> Result<Rows, StorageError> {
        run(&self.storage.borrow(), &statement).map_err(|error| StorageError(error.to_string()))
    }
    fn commit(&self, commit: Commit) -> Result<(), StorageError> {
        let mut storage = self.storage.borrow_mut();
        let transaction = storage.transaction().unwrap();
        for statement in commit.schema.iter().chain(&commit.statements) {
            run(&transaction, statement).map_err(|error| StorageError(error.to_string()))?;
        }
        transaction.commit().unwrap();
        if let Some(alarm) = commit.alarm {
            self.alarm.set(alarm);
        }
        Ok(())
    }
    fn forget(&self) -> Pin<Box<dyn Future<Output = Result<(), StorageError>>>> {
        panic!("the publisher forgets nothing")
    }
    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()>>>) {
        block_on(work);
    }
}

struct Desk {
    shop: Shop,
    host: Rc<Host>,
    object: Rc<PublisherObject>,
    publications: Cell<usize>,
}

impl Desk {
    fn new() -> Self {
        let shop = Shop::new();
        let host = Rc::new(Host { storage: Connection::open_in_memory().unwrap().into(), alarm: Cell::new(None) });
        let object = PublisherObject::new(shop.app.clone(), "shop", host.clone());
        Self { shop, host, object, publications: Cell::new(0) }
    }

    /// A change in the database, and word of it.
    fn change(&self, n: u64) {
        let statements = insertion(&product(n, "x", Some(1), 1));
        block_on(self.shop.app.database.batch(statements)).unwrap();
        let told = block_on(self.object.clone().command(format!("{{\"changed\":{n}}}")));
        assert_eq!(told.unwrap(), "{}");
    }

    /// Lets time pass, with the alarm ringing when it is due.
    fn pass(&self, millis: i64) {
        for _ in 0..millis {
            self.shop.pass(1);
            if self.host.alarm.get().is_some_and(|at| at <= self.shop.app.clock.now()) {
                self.host.alarm.set(None);
                block_on(self.object.clone().alarm()).unwrap();
                self.publications.set(self.publications.get() + 1);
            }
        }
    }

    fn visible(&self) -> usize {
        CatalogMemory::of(&self.shop.app).get().map_or(0, |snapshot| snapshot.products.len())
    }
}

#[test]
fn a_change_is_published_after_a_moment() {
    let desk = Desk::new();
    desk.change(1);
    desk.pass(199);
    assert_eq!(desk.visible(), 0);
    desk.pass(1);
    assert_eq!(desk.visible(), 1);
    assert_eq!(desk.host.alarm.get(), None);
}

#[test]
fn an_import_is_published_once_a_second_and_its_end_soon() {
    let desk = Desk::new();
    for n in 0..600 {
        desk.change(n);
        desk.pass(10);
    }
    desk.pass(1_500);
    assert_eq!(desk.visible(), 600);
    assert!((6..=8).contains(&desk.publications.get()), "{}", desk.publications.get());
}

#[test]
fn a_failed_publication_is_repeated_ever_more_patiently() {
    let desk = Desk::new();
    *desk.shop.world.store_is_down.lock().unwrap() = true;
    desk.change(1);
    desk.pass(60_000);
    assert!((6..=9).contains(&desk.publications.get()), "{}", desk.publications.get());
    *desk.shop.world.store_is_down.lock().unwrap() = false;
    desk.pass(60_000);
    assert!(desk.shop.world.keys.lock().unwrap().contains_key("catalog/current"));
    assert_eq!(desk.host.alarm.get(), None);
    let before = desk.publications.get();
    desk.change(2);
    desk.pass(200);
    assert_eq!(desk.publications.get(), before + 1);
}

#[test]
fn a_plan_survives_the_object() {
    let desk = Desk::new();
    desk.change(1);
    let alarm = desk.host.alarm.get();
    let again = PublisherObject::new(desk.shop.app.clone(), "shop", desk.host.clone());
    desk.shop.pass(100);
    block_on(again.clone().command("{\"changed\":2}".into())).unwrap();
    assert_eq!(desk.host.alarm.get(), alarm);
    // An alarm that never rang is set again, and not waited for any longer.
    desk.shop.pass(LOST_MILLIS + 200);
    assert_eq!(desk.visible(), 0);
    block_on(again.command("{\"changed\":3}".into())).unwrap();
    assert!(desk.host.alarm.get() > alarm);
    assert_eq!(desk.visible(), 1);
}

const QUARTER_HOUR: i64 = 900_000;

#[test]
fn a_clock_that_was_ahead_for_one_publication_holds_no_other_up() {
    for restarted in [false, true] {
        let mut desk = Desk::new();
        desk.shop.pass(QUARTER_HOUR);
        desk.change(1);
        desk.pass(200);
        assert_eq!(desk.visible(), 1);
        desk.shop.pass(-QUARTER_HOUR);
        if restarted {
            desk.object = PublisherObject::new(desk.shop.app.clone(), "shop", desk.host.clone());
        }
        desk.change(2);
        desk.pass(PAUSE_MILLIS);
        assert_eq!(desk.visible(), 2, "restarted: {restarted}");
        // From here on all is as ever.
        desk.change(3);
        desk.pass(PAUSE_MILLIS);
        assert_eq!((desk.visible(), desk.host.alarm.get()), (3, None));
    }
}

#[test]
fn an_alarm_that_a_clock_set_which_was_ahead_is_set_anew() {
    let desk = Desk::new();
    desk.shop.pass(QUARTER_HOUR);
    desk.change(1);
    desk.shop.pass(-QUARTER_HOUR);
    // The next change, or the minute's tick.
    desk.change(2);
    desk.pass(PAUSE_MILLIS);
    assert_eq!((desk.visible(), desk.host.alarm.get()), (2, None));
}

#[test]
fn a_clock_that_was_behind_holds_nothing_up() {
    let desk = Desk::new();
    desk.shop.pass(-QUARTER_HOUR);
    desk.change(1);
    desk.shop.pass(QUARTER_HOUR);
    desk.change(2);
    desk.pass(PAUSE_MILLIS);
    assert_eq!(desk.visible(), 2);
}

#[test]
fn a_failure_while_the_clock_was_ahead_is_repeated_as_soon_as_any() {
    let desk = Desk::new();
    desk.shop.pass(QUARTER_HOUR);
    *desk.shop.world.store_is_down.lock().unwrap() = true;
    desk.change(1);
    desk.pass(200);
    *desk.shop.world.store_is_down.lock().unwrap() = false;
    desk.shop.pass(-QUARTER_HOUR);
    desk.change(2);
    desk.pass(PAUSE_MILLIS);
    assert_eq!(CatalogMemory::of(&desk.shop.app).get().unwrap().version, "2");
    assert!(desk.shop.world.keys.lock().unwrap().contains_key("catalog/current"));
}

#[test]
fn a_command_that_is_none_is_refused() {
    let desk = Desk::new();
    assert!(block_on(desk.object.clone().command("{}".into())).is_err());
    assert_eq!(desk.host.alarm.get(), None);
}
