use super::*;
use crate::catalog::product::Product;
use crate::money::{Currency, Money};
use crate::ports::{Statement, Timestamp};
use crate::revision::{LEASE_MILLIS, settle};
use crate::shelf::memory::CatalogMemory;
use crate::shelf::publish::publish;
use crate::testing::{Shop, block_on, insertion, product};

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn write(shop: &Shop, statements: Vec<Statement>) {
    block_on(shop.app.database.batch(statements)).unwrap();
}

/// A shop that sells one thing for 100, with its catalog in memory.
fn selling() -> (Shop, Product) {
    let shop = Shop::new();
    let product = product(1, "a", Some(100), 1);
    write(&shop, insertion(&product));
    block_on(publish(&shop.app)).unwrap();
    (shop, product)
}

fn at(product: &Product, amount: i64) -> Product {
    let mut product = product.clone();
    product.version += 1;
    product.variants[0].prices = vec![Money { amount, currency: eur() }];
    product
}

fn price(shop: &Shop, product: &Product) -> Option<i64> {
    let id = product.variants[0].id;
    let shelf = block_on(current(&shop.app, &[id], None)).unwrap();
    shelf.variant(id).and_then(|(_, variant)| variant.price(eur())).map(|price| price.amount)
}

fn reads(shop: &Shop) -> i64 {
    shop.world.batches.load(std::sync::atomic::Ordering::Relaxed)
}

/// A price that no writer of ours wrote: only a read of the database shows it.
fn meddle(shop: &Shop) {
    write(shop, vec![Statement::new("UPDATE prices SET amount = 1", [])]);
}

#[test]
fn a_copy_of_the_databases_revision_saves_the_reads_of_a_moment() {
    let (shop, product) = selling();
    assert_eq!(price(&shop, &product), Some(100));
    shop.pass(LEASE_MILLIS - 1);
    let before = reads(&shop);
    assert_eq!(price(&shop, &product), Some(100));
    assert_eq!(reads(&shop), before);
    shop.pass(1);
    assert_eq!(price(&shop, &product), Some(100));
    assert_eq!(reads(&shop), before + 1);
}

#[test]
fn an_order_after_the_answer_to_a_change_has_the_new_price() {
    let (shop, product) = selling();
    assert_eq!(price(&shop, &product), Some(100));
    let dearer = at(&product, 150);
    write(&shop, store::update_product(&product, &dearer).into_statements());
    block_on(settle(&shop.app));
    assert_eq!(price(&shop, &product), Some(150));
    write(&shop, store::delete_product(&dearer, Timestamp::from_millis(7)).into_statements());
    block_on(settle(&shop.app));
    assert_eq!(price(&shop, &product), None);
}

#[test]
fn a_copy_of_another_revision_is_not_taken_for_the_truth() {
    let (shop, product) = selling();
    write(&shop, store::update_product(&product, &at(&product, 150)).into_statements());
    for _ in 0..2 {
        assert_eq!(price(&shop, &product), Some(150));
    }
    meddle(&shop);
    assert_eq!(price(&shop, &product), Some(1));
    block_on(publish(&shop.app)).unwrap();
    assert_eq!(block_on(crate::shelf::current(&shop.app)).unwrap().version, "2");
}

#[test]
fn an_answer_that_comes_late_is_not_taken_for_a_later_one() {
    let (shop, _) = selling();
    let time = |millis| Timestamp::from_millis(shop.app.clock.now().millis() + millis);
    CatalogMemory::of(&shop.app).verify(2, time(5), time(5));
    CatalogMemory::of(&shop.app).verify(1, time(0), time(6));
    assert!(CatalogMemory::of(&shop.app).verified(time(6)).is_none());
    CatalogMemory::of(&shop.app).verify(1, time(10), time(10));
    assert!(CatalogMemory::of(&shop.app).verified(time(11)).is_some());
    assert!(CatalogMemory::of(&shop.app).verified(time(9)).is_none(), "a clock that went back");
}

#[test]
fn a_clock_that_was_ahead_is_neither_waited_for_nor_believed_later() {
    let (shop, product) = selling();
    shop.pass(900_000);
    assert_eq!(price(&shop, &product), Some(100));
    shop.pass(-900_000);
    assert_eq!(price(&shop, &product), Some(100));
    shop.pass(LEASE_MILLIS - 1);
    let before = reads(&shop);
    assert_eq!(price(&shop, &product), Some(100));
    assert_eq!(reads(&shop), before, "the read after the clock went back is a lease of its own");
    // What was asked when the clock was ahead comes to be the present.
    shop.pass(900_001 - LEASE_MILLIS);
    assert_eq!(price(&shop, &product), Some(100));
    assert_eq!(reads(&shop), before + 1);
}

#[test]
fn what_is_new_is_not_missing_while_a_lease_runs() {
    let (shop, first) = selling();
    assert_eq!(price(&shop, &first), Some(100));
    // Made by another isolate, and answered at once.
    let new = crate::testing::product(2, "b", Some(200), 1);
    write(&shop, insertion(&new));
    let variants = [first.variants[0].id, new.variants[0].id];
    let before = reads(&shop);
    let shelf = block_on(current(&shop.app, &variants, None)).unwrap();
    assert_eq!(reads(&shop), before + 1, "what the copy lacks is read at once");
    let price = |id| shelf.variant(id).unwrap().1.price(eur()).unwrap().amount;
    assert_eq!(variants.map(price), [100, 200]);
}

#[test]
fn a_sale_counts_from_its_very_millisecond_to_its_end_though_nobody_publishes() {
    let (shop, product) = selling();
    let (begin, end) = (shop.app.clock.now().plus_millis(50), shop.app.clock.now().plus_millis(90));
    let sale = "UPDATE prices SET sale_amount = 80, sale_starts_at = ?1, sale_ends_at = ?2";
    let times = [begin.millis().into(), end.millis().into()];
    let touched = Statement::new("UPDATE products SET version = version + 1", []);
    write(&shop, vec![crate::revision::bump(), touched, Statement::new(sale, times)]);
    block_on(publish(&shop.app)).unwrap();
    assert_eq!(price(&shop, &product), Some(100));
    let before = reads(&shop);
    for (millis, amount) in [(49, 100), (1, 80), (39, 80), (1, 100), (-1, 80)] {
        shop.pass(millis);
        assert_eq!(price(&shop, &product), Some(amount), "{millis} ms later");
    }
    assert_eq!(reads(&shop), before, "the lease has not run out, and the copy knows the times");
    // So it is where the database is asked, as the copy is not of its revision.
    for (millis, amount) in [(0, 80), (1, 100), (-41, 100), (1, 80)] {
        shop.pass(millis);
        write(&shop, vec![crate::revision::bump()]);
        CatalogMemory::of(&shop.app).verify(i64::MAX, shop.app.clock.now(), shop.app.clock.now());
        assert_eq!(price(&shop, &product), Some(amount), "{millis} ms later");
    }
}
