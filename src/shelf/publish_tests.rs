use std::sync::atomic::Ordering;

use super::*;
use crate::catalog::StockLevel;
use crate::catalog::product::{Level, Product, Status};
use crate::shelf::current;
use crate::shelf::memory::CatalogMemory;
use crate::shelf::memory::Claim;
use crate::testing::{Shop, block_on, insertion, product};

fn put(shop: &Shop, products: impl Iterator<Item = Product>) {
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
fn kinds(shop: &Shop) -> Vec<String> {
    let writes = std::mem::take(&mut *shop.world.writes.lock().unwrap());
    writes.iter().map(|key| key.split('/').nth(1).unwrap().to_owned()).collect()
}

/// Writes what `to` makes of a product that is on sale.
fn change(shop: &Shop, product: &mut Product, to: impl FnOnce(&mut Product)) {
    let before = product.clone();
    to(product);
    product.version += 1;
    block_on(shop.app.database.batch(store::update_product(&before, product).into_statements())).unwrap();
}

/// A published shop of large products, and these.
fn published_shop(count: u64) -> (Shop, Vec<Product>) {
    let shop = Shop::new();
    let made = |n: u64| Product { description: "x".repeat(20_000), ..product(n, &format!("p{n}"), Some(100), 1) };
    let products: Vec<_> = (0..count).map(made).collect();
    put(&shop, products.iter().cloned());
    shop.publish();
    kinds(&shop);
    (shop, products)
}

/// The titles that another isolate finds, which knows nothing yet.
fn titles_there(shop: &Shop) -> Vec<String> {
    let there = block_on(current(&shop.forget())).unwrap();
    let here = CatalogMemory::of(&shop.app).get().unwrap();
    assert_eq!((&here.products, &here.version), (&there.products, &there.version));
    let mut titles: Vec<_> = there.products.iter().map(|product| product.title.clone()).collect();
    titles.sort();
    titles
}

#[test]
fn a_change_of_one_product_writes_that_one_and_the_pointer() {
    let (shop, mut products) = published_shop(9);
    change(&shop, &mut products[4], |product| product.description = String::new());
    change(&shop, &mut products[4], |product| product.title = "changed".to_owned());
    shop.publish();
    assert_eq!(kinds(&shop), ["changes", "current"]);
    assert_eq!(titles_there(&shop), ["changed", "p0", "p1", "p2", "p3", "p5", "p6", "p7", "p8"]);
    let keys = shop.world.keys.lock().unwrap();
    let bytes: usize =
        keys.iter().filter(|(key, _)| key.contains("/changes/") || *key == POINTER).map(|(_, v)| v.len()).sum();
    assert!(bytes < 1_500, "{bytes} of 180,000 bytes");
}

#[test]
fn what_is_taken_off_sale_or_deleted_is_gone_and_what_is_new_is_there() {
    let (shop, mut products) = published_shop(3);
    change(&shop, &mut products[0], |product| product.status = Status::Draft);
    block_on(shop.app.database.batch(store::delete_product(&products[1], shop.app.clock.now()).into_statements()))
        .unwrap();
    put(&shop, [product(7, "new", Some(1), 1)].into_iter());
    shop.publish();
    assert_eq!(kinds(&shop), ["changes", "current"]);
    assert_eq!(titles_there(&shop), ["new", "p2"]);
}

#[test]
fn many_changes_are_put_into_the_chunks() {
    let (shop, mut products) = published_shop(9);
    for n in 0..8 {
        change(&shop, &mut products[n], |product| product.title = "changed".to_owned());
        shop.publish();
    }
    assert!(kinds(&shop).contains(&"products".to_owned()));
    assert_eq!(titles_there(&shop), [["changed"; 8].as_slice(), &["p8"]].concat());
    let keys = shop.world.keys.lock().unwrap();
    let pointer: Pointer = json::read(&keys[POINTER]).unwrap();
    assert!(keys[&pointer.chunks[0]].len() > 180_000 && pointer.chunks.len() == 1);
}

#[test]
fn whoever_knows_the_chunks_reads_only_the_changes() {
    let (shop, mut products) = published_shop(3);
    let there = shop.forget();
    block_on(current(&there)).unwrap();
    change(&shop, &mut products[0], |product| product.title = "changed".to_owned());
    shop.publish();
    shop.world.keys.lock().unwrap().retain(|key, _| !key.contains("/products/"));
    shop.pass(1_000);
    let copy = block_on(current(&there)).unwrap();
    assert!(copy.products.iter().any(|product| product.title == "changed"));
    assert_eq!(copy.products.len(), 3);
}

#[test]
fn what_is_written_anew_but_is_the_same_takes_no_more_memory() {
    let (shop, mut products) = published_shop(9);
    let there = shop.forget();
    let before = [block_on(current(&there)).unwrap(), CatalogMemory::of(&shop.app).get().unwrap()];
    for n in 0..8 {
        change(&shop, &mut products[n], |product| product.title = "changed".to_owned());
    }
    shop.publish();
    shop.pass(REFRESH_MILLIS);
    shop.publish();
    let after = [block_on(current(&there)).unwrap(), CatalogMemory::of(&shop.app).get().unwrap()];
    for (before, after) in before.iter().zip(&after) {
        let is_same =
            |n: usize| std::ptr::eq(before.by_id(products[n].id).unwrap(), after.by_id(products[n].id).unwrap());
        assert_eq!([7, 8].map(is_same), [false, true]);
    }
}

#[test]
fn whoever_lacks_a_part_of_a_version_keeps_the_one_before() {
    let (shop, mut products) = published_shop(3);
    let there = shop.forget();
    block_on(current(&there)).unwrap();
    change(&shop, &mut products[0], |product| product.title = "changed".to_owned());
    shop.publish();
    // The store tells of a pointer sooner than of what it names.
    let late = std::mem::take(&mut *shop.world.keys.lock().unwrap());
    shop.world.keys.lock().unwrap().insert(POINTER.to_owned(), late[POINTER].clone());
    shop.pass(1_000);
    assert_eq!(block_on(current(&there)).unwrap().version, "3");
    *shop.world.keys.lock().unwrap() = late;
    shop.pass(1_000);
    assert_eq!(block_on(current(&there)).unwrap().version, "4");
}

#[test]
fn a_publication_that_ends_before_the_pointer_is_of_no_version() {
    let (shop, mut products) = published_shop(3);
    change(&shop, &mut products[0], |product| product.title = "changed".to_owned());
    *shop.world.refused_key.lock().unwrap() = Some(POINTER);
    assert!(block_on(publish(&shop.app)).is_err());
    assert_eq!(kinds(&shop), ["changes"]);
    assert_eq!(block_on(current(&shop.forget())).unwrap().version, "3");
    *shop.world.refused_key.lock().unwrap() = None;
    shop.publish();
    assert_eq!(titles_there(&shop), ["changed", "p1", "p2"]);
}

#[test]
fn a_level_that_buyers_are_told_is_published_and_another_is_not() {
    let (shop, products) = published_shop(2);
    let level = |on_hand: i64, version: i64| {
        let level = [StockLevel { variant_id: products[1].variants[0].id, on_hand, held: 0, version }];
        let batch = vec![store::bump_if_levels_change(&level), store::upsert_stock_levels(&level)];
        block_on(shop.app.database.batch(batch)).unwrap();
        shop.publish();
        let there = block_on(current(&shop.forget())).unwrap();
        (there.by_id(products[1].id).unwrap().level, kinds(&shop).len())
    };
    assert_eq!(level(9, 1), (Level::InStock, 2));
    assert_eq!(level(8, 2), (Level::InStock, 0));
    assert_eq!(level(5, 3), (Level::Low, 2));
    assert_eq!(level(4, 4), (Level::Low, 0));
    assert_eq!(level(0, 5), (Level::Out, 2));
}

#[test]
fn a_name_that_another_product_takes_over_leads_there() {
    let (shop, mut products) = published_shop(2);
    change(&shop, &mut products[0], |product| product.slug = "later".to_owned());
    shop.publish();
    change(&shop, &mut products[1], |product| product.slug = "slug-0".to_owned());
    shop.publish();
    let there = block_on(current(&shop.forget())).unwrap();
    assert_eq!(there.by_id(products[0].id).unwrap().former_slugs, Vec::<String>::new());
    assert_eq!(there.by_id(products[1].id).unwrap().former_slugs, ["slug-1"]);
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
fn a_publication_overtaken_by_a_later_one_is_mended() {
    let shop = Shop::new();
    put(&shop, [product(1, "a", Some(1), 1)].into_iter());
    let late = block_on(read(&shop.app, Asked::After(String::new()))).unwrap();
    put(&shop, [product(2, "b", Some(1), 1)].into_iter());
    block_on(publish(&shop.app)).unwrap();
    block_on(write(&shop.app, late)).unwrap();
    assert!(state(&shop).is_due(shop.app.clock.now()));
    block_on(publish(&shop.app)).unwrap();
    assert_eq!(block_on(current(&shop.forget())).unwrap().products.len(), 2);
}

/// More than one batch reads and than one chunk holds.
#[test]
fn a_large_catalog_goes_through_whole() {
    let shop = Shop::new();
    let count = 5_200;
    put(&shop, (0..count).map(|n| product(n, &format!("p{n}"), Some(1), 1)));
    block_on(publish(&shop.app)).unwrap();
    let there = block_on(current(&shop.forget())).unwrap();
    assert_eq!(there.products, CatalogMemory::of(&shop.app).get().unwrap().products);
    assert_eq!(there.products.len() as u64, count);
    let pointer: Pointer = json::read(&shop.world.keys.lock().unwrap()[POINTER]).unwrap();
    assert_eq!(pointer.chunks.len(), 2);
}
