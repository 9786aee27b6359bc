use std::sync::atomic::Ordering;

use super::*;
use crate::catalog::product::{FORMAT, Product, Status};
use crate::shelf::current;
use crate::shelf::memory::CatalogMemory;
use crate::shelf::memory::Claim;
use crate::testing::{Shop, block_on, insertion, product};

pub(super) fn put(shop: &Shop, products: impl Iterator<Item = Product>) {
    let statements = products.flat_map(|product| insertion(&product)).collect();
    block_on(shop.app.database.batch(statements)).unwrap();
}

fn state(shop: &Shop) -> State {
    block_on(shop.app.database.batch(vec![store::state()])).unwrap().remove(0).first().unwrap().unwrap()
}

#[test]
fn an_empty_shop_answers_from_its_first_request_on() {
    let shop = Shop::new();
    let snapshot = block_on(current(&shop.app)).unwrap();
    assert!(snapshot.products.is_empty());
    assert_eq!(snapshot.settings.currencies.len(), 3);
    assert!(!state(&shop).is_due(shop.app.clock.now()));
}

#[test]
fn what_is_published_is_what_another_isolate_reads() {
    let shop = Shop::new();
    let mut draft = product(1, "draft", Some(1), 1);
    draft.status = Status::Draft;
    put(&shop, (2..7).map(|n| product(n, &format!("p{n}"), Some(1), 1)).chain([draft]));
    assert_eq!(block_on(publish(&shop.app)).unwrap(), "6");
    let here = CatalogMemory::of(&shop.app).get().unwrap();
    // An isolate that could not reach a database at all.
    let there = block_on(current(&shop.forget())).unwrap();
    assert_eq!(here.products.len(), 5);
    assert_eq!((&here.products, &here.settings, &here.version), (&there.products, &there.settings, &there.version));
}

#[test]
fn a_published_revision_is_not_published_again_until_it_is_old() {
    let shop = Shop::new();
    put(&shop, [product(1, "a", Some(1), 1)].into_iter());
    block_on(publish(&shop.app)).unwrap();
    let writes = || shop.world.writes.lock().unwrap().len();
    let before = writes();
    assert_eq!(block_on(publish(&shop.app)).unwrap(), "1");
    assert_eq!(writes(), before);
    block_on(tick(&shop.app)).unwrap();
    assert!(shop.world.commands.lock().unwrap().is_empty());
    shop.pass(REFRESH_MILLIS);
    block_on(tick(&shop.app)).unwrap();
    assert_eq!(*shop.world.commands.lock().unwrap(), ["{\"changed\":1}"]);
    block_on(publish(&shop.app)).unwrap();
    assert!(writes() > before);
}

#[test]
fn what_a_clock_that_was_ahead_published_is_published_again_in_time() {
    let shop = Shop::new();
    put(&shop, [product(1, "a", Some(1), 1)].into_iter());
    let year = 365 * REFRESH_MILLIS;
    shop.pass(year);
    block_on(publish(&shop.app)).unwrap();
    shop.pass(-year);
    assert!(state(&shop).is_due(shop.app.clock.now()));
    block_on(publish(&shop.app)).unwrap();
    assert!(!state(&shop).is_due(shop.app.clock.now()));
    // Clocks never agree to the millisecond.
    shop.pass(-LEEWAY_MILLIS);
    assert!(!state(&shop).is_due(shop.app.clock.now()));
}

/// What kinds of keys were written since this was last asked.
pub(super) fn kinds(shop: &Shop) -> Vec<String> {
    let writes = std::mem::take(&mut *shop.world.writes.lock().unwrap());
    writes.iter().map(|key| key.split('/').nth(1).unwrap().to_owned()).collect()
}

#[test]
fn the_pointer_moves_last() {
    let shop = Shop::new();
    put(&shop, [product(1, "a", Some(1), 1)].into_iter());
    block_on(publish(&shop.app)).unwrap();
    assert_eq!(kinds(&shop), ["products", "heads", "current"]);
}

#[test]
fn within_a_second_memory_answers_without_reading() {
    let shop = Shop::new();
    block_on(current(&shop.app)).unwrap();
    let reads = || shop.world.reads.load(Ordering::Relaxed);
    let before = reads();
    shop.pass(999);
    block_on(current(&shop.app)).unwrap();
    assert!(CatalogMemory::of(&shop.app).fresh(shop.app.clock.now()).is_some());
    assert_eq!(reads(), before);
    shop.pass(1);
    assert!(CatalogMemory::of(&shop.app).fresh(shop.app.clock.now()).is_none());
    block_on(current(&shop.app)).unwrap();
    assert_eq!(reads(), before + 1);
}

#[test]
fn a_new_version_is_loaded_and_an_echo_of_an_old_one_is_not() {
    let shop = Shop::new();
    let other = shop.forget();
    put(&shop, [product(1, "a", Some(1), 1)].into_iter());
    block_on(publish(&shop.app)).unwrap();
    let first_pointer = shop.world.keys.lock().unwrap()[POINTER].clone();
    assert_eq!(block_on(current(&other)).unwrap().version, "1");
    put(&shop, [product(2, "b", Some(1), 1)].into_iter());
    block_on(publish(&shop.app)).unwrap();
    shop.pass(1_000);
    assert_eq!(block_on(current(&other)).unwrap().products.len(), 2);
    shop.world.keys.lock().unwrap().insert(POINTER.to_owned(), first_pointer);
    shop.pass(1_000);
    assert_eq!(block_on(current(&other)).unwrap().version, "2");
    shop.pass(100_000);
    assert_eq!(block_on(current(&other)).unwrap().version, "1");
}

#[test]
fn a_pointer_back_is_believed_in_time_though_the_clock_was_ahead() {
    let shop = Shop::new();
    put(&shop, [product(1, "a", Some(1), 1)].into_iter());
    block_on(publish(&shop.app)).unwrap();
    let restored = shop.world.keys.lock().unwrap()[POINTER].clone();
    put(&shop, [product(2, "b", Some(1), 1)].into_iter());
    shop.pass(900_000);
    block_on(publish(&shop.app)).unwrap();
    shop.pass(-900_000);
    block_on(current(&shop.app)).unwrap();
    shop.world.keys.lock().unwrap().insert(POINTER.to_owned(), restored);
    shop.pass(100_000);
    assert_eq!(block_on(current(&shop.app)).unwrap().version, "1");
}

#[test]
fn a_store_that_is_down_stops_no_buyer() {
    let shop = Shop::new();
    put(&shop, [product(1, "a", Some(1), 1)].into_iter());
    *shop.world.store_is_down.lock().unwrap() = true;
    assert!(block_on(publish(&shop.app)).is_err());
    assert!(state(&shop).is_due(shop.app.clock.now()));
    assert_eq!(block_on(current(&shop.app)).unwrap().products.len(), 1);
    shop.pass(5_000);
    assert_eq!(block_on(current(&shop.app)).unwrap().products.len(), 1);
}

#[test]
fn while_one_checks_the_others_go_on() {
    let shop = Shop::new();
    block_on(current(&shop.app)).unwrap();
    shop.pass(1_000);
    let now = shop.app.clock.now();
    assert!(matches!(CatalogMemory::of(&shop.app).claim(now), Claim::Check(_)));
    assert!(matches!(CatalogMemory::of(&shop.app).claim(now), Claim::Fresh(_)));
}

#[test]
fn of_many_first_requests_one_reads() {
    let shop = Shop::new();
    let now = shop.app.clock.now();
    assert!(matches!(CatalogMemory::of(&shop.app).claim(now), Claim::Read));
    assert!(matches!(CatalogMemory::of(&shop.app).claim(now), Claim::Wait));
    // The reader is lost with its request: the one who waits takes over.
    assert!(block_on(current(&shop.app)).is_ok());
}

#[test]
fn a_publication_overtaken_by_a_later_one_is_none() {
    let shop = Shop::new();
    put(&shop, [product(1, "a", Some(1), 1)].into_iter());
    let late = block_on(read(&shop.app, Asked::After(String::new()))).unwrap();
    put(&shop, [product(2, "b", Some(1), 1)].into_iter());
    block_on(publish(&shop.app)).unwrap();
    assert_eq!(block_on(write(&shop.app, late)).unwrap(), None);
    assert!(!state(&shop).is_due(shop.app.clock.now()));
    assert_eq!(block_on(current(&shop.forget())).unwrap().products.len(), 2);
}

/// More than one batch reads and than one chunk holds.
#[test]
fn a_large_catalog_goes_through_whole() {
    let shop = Shop::new();
    let count = 5_200;
    let made = |n| Product { description: "x".repeat(500), ..product(n, &format!("p{n}"), Some(1), 1) };
    put(&shop, (0..count).map(made));
    block_on(publish(&shop.app)).unwrap();
    let there = block_on(current(&shop.forget())).unwrap();
    assert_eq!(there.products, CatalogMemory::of(&shop.app).get().unwrap().products);
    assert_eq!(there.products.len() as u64, count);
    let pointer: Pointer = json::read(&shop.world.keys.lock().unwrap()[POINTER]).unwrap();
    assert_eq!(pointer.chunks.len(), 2);
}

/// As a program leaves it that packs products otherwise.
fn of_another_format(pointer: &str) -> String {
    pointer.replace(&format!("\"format\":{FORMAT}"), "\"format\":0")
}

#[test]
fn what_another_program_packed_otherwise_is_published_again() {
    let shop = Shop::new();
    put(&shop, [product(1, "a", Some(1), 1)].into_iter());
    block_on(publish(&shop.app)).unwrap();
    let pointer = state(&shop).pointer;
    let set = "UPDATE catalog_state SET pointer = ?1";
    shop.database.lock().unwrap().execute(set, [of_another_format(&pointer)]).unwrap();
    assert!(state(&shop).is_due(shop.app.clock.now()));
    block_on(publish(&shop.app)).unwrap();
    assert_eq!(state(&shop).pointer, pointer);
    assert!(!state(&shop).is_due(shop.app.clock.now()));
}

#[test]
fn an_isolate_that_begins_before_the_stores_pointer_has_moved_loads_what_the_databases_names() {
    let shop = Shop::new();
    put(&shop, [product(1, "a", Some(1), 1)].into_iter());
    block_on(publish(&shop.app)).unwrap();
    let late = of_another_format(&state(&shop).pointer).into_bytes();
    shop.world.keys.lock().unwrap().insert(POINTER.to_owned(), late);
    kinds(&shop);
    assert_eq!(block_on(current(&shop.another())).unwrap().products.len(), 1);
    assert!(kinds(&shop).is_empty(), "and publishes nothing");
}
