//! Publishing what has changed, and reading it.

use super::tests::{kinds, put};
use super::*;
use crate::catalog::StockLevel;
use crate::catalog::product::{Level, Product, Status};
use crate::ports::Statement;
use crate::shelf::current;
use crate::testing::{Shop, block_on, product};

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
    let mut titles: Vec<_> = there.products.iter().map(|product| product.names().title.to_owned()).collect();
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
    change(&shop, &mut products[0], |product| product.title = "a draft".to_owned());
    put(&shop, [Product { status: Status::Draft, ..product(8, "another", Some(1), 1) }].into_iter());
    shop.publish();
    assert_eq!(kinds(&shop), ["current"], "nothing that buyers see has changed");
    assert_eq!(titles_there(&shop), ["new", "p2"]);
}

#[test]
fn many_changes_are_put_into_the_chunks() {
    let (shop, mut products) = published_shop(9);
    for product in products.iter_mut().take(8) {
        change(&shop, product, |product| product.title = "changed".to_owned());
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
    assert!(copy.products.iter().any(|product| product.names().title == "changed"));
    assert_eq!(copy.products.len(), 3);
}

#[test]
fn what_is_written_anew_but_is_the_same_takes_no_more_memory() {
    let (shop, mut products) = published_shop(9);
    let there = shop.forget();
    let before = [block_on(current(&there)).unwrap(), CatalogMemory::of(&shop.app).get().unwrap()];
    for product in products.iter_mut().take(8) {
        change(&shop, product, |product| product.title = "changed".to_owned());
    }
    shop.publish();
    shop.pass(REFRESH_MILLIS);
    shop.publish();
    let after = [block_on(current(&there)).unwrap(), CatalogMemory::of(&shop.app).get().unwrap()];
    for (before, after) in before.iter().zip(&after) {
        let packed = |copy: &Snapshot, n: usize| copy.products[copy.place(products[n].id).unwrap() as usize].clone();
        let is_same = |n: usize| Arc::ptr_eq(&packed(before, n), &packed(after, n));
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
fn what_was_read_slowly_takes_no_newer_ones_place() {
    let (shop, mut products) = published_shop(3);
    let there = shop.forget();
    block_on(current(&there)).unwrap();
    change(&shop, &mut products[0], |product| product.title = "changed".to_owned());
    shop.publish();
    shop.pass(1_000);
    let other = there.clone();
    *shop.world.meanwhile.lock().unwrap() = Some(Box::new(move || {
        let newer = Snapshot::new("9".to_owned(), crate::testing::settings(), Vec::new());
        CatalogMemory::of(&other).set(Arc::new(newer), other.clock.now());
    }));
    assert_eq!(block_on(current(&there)).unwrap().version, "9");
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
fn what_the_store_refused_is_not_built_upon() {
    let (shop, mut products) = published_shop(9);
    for product in products.iter_mut().take(8) {
        change(&shop, product, |product| product.title = "changed".to_owned());
    }
    *shop.world.store_is_down.lock().unwrap() = true;
    assert!(block_on(publish(&shop.app)).is_err());
    *shop.world.store_is_down.lock().unwrap() = false;
    // Another isolate has published that version in the meantime, otherwise.
    let text = String::from_utf8(shop.world.keys.lock().unwrap()[POINTER].clone()).unwrap();
    let other = text.replace("\"version\":\"9\"", "\"version\":\"17\"");
    assert_ne!(text, other);
    shop.world.keys.lock().unwrap().insert(POINTER.to_owned(), other.clone().into_bytes());
    let told = Statement::new("UPDATE catalog_state SET published_revision = 17, pointer = ?1", [other.into()]);
    block_on(shop.app.database.batch(vec![told])).unwrap();
    change(&shop, &mut products[8], |product| product.title = "also".to_owned());
    shop.publish();
    assert_eq!(titles_there(&shop), [&["also"], ["changed"; 8].as_slice()].concat());
}

#[test]
fn what_is_bought_together_is_published_though_it_was_learned_meanwhile() {
    let (shop, products) = published_shop(2);
    let learn = |others: &str| {
        let upsert = "INSERT INTO bought_together (product_id, orders, others) VALUES (?1, 2, '[]')
                      ON CONFLICT (product_id) DO UPDATE SET orders = 3";
        let id = || products[0].id.to_string().into();
        let set = "UPDATE bought_together SET others = ?2 WHERE product_id = ?1";
        let batch = vec![Statement::new(upsert, [id()]), Statement::new(set, [id(), others.to_owned().into()])];
        block_on(shop.app.database.batch(batch)).unwrap();
    };
    let bought_with = || block_on(current(&shop.forget())).unwrap().by_id(products[0].id).unwrap().bought_with.clone();
    block_on(shop.app.database.batch(vec![crate::revision::bump()])).unwrap();
    let early = block_on(read(&shop.app, Asked::Changed)).unwrap();
    learn(&format!("[\"{}\"]", products[1].id));
    let base = CatalogMemory::of(&shop.app).get().unwrap();
    block_on(super::change(&shop.app, early, &base)).unwrap();
    assert!(bought_with().is_empty());
    block_on(shop.app.database.batch(vec![crate::revision::bump()])).unwrap();
    shop.publish();
    assert_eq!(bought_with(), [products[1].id]);
    block_on(shop.app.database.batch(vec![crate::revision::bump(), Statement::new("DELETE FROM bought_together", [])]))
        .unwrap();
    shop.publish();
    assert!(bought_with().is_empty());
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
