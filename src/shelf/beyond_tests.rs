use std::sync::atomic::Ordering;

use super::*;
use crate::catalog::product::Status;
use crate::ports::Timestamp;
use crate::shelf::publish;
use crate::testing::{Shop, block_on, insertion, product};

/// A shop whose copy has product 1 alone.
fn shop() -> Shop {
    let shop = Shop::new();
    write(&shop, &product(1, "a", Some(1), 1));
    block_on(publish(&shop.app)).unwrap();
    shop
}

fn write(shop: &Shop, product: &Product) {
    block_on(shop.app.database.batch(insertion(product))).unwrap();
}

fn batches(shop: &Shop) -> i64 {
    shop.world.batches.load(Ordering::Relaxed)
}

fn names(product: &Product) -> [Name; 3] {
    [Name::Product(product.id), Name::Slug(product.slug.clone()), Name::Variant(product.variants[0].id)]
}

/// Without what is staff's, which buyers' products are read without.
fn found(shop: &Shop, name: &Name) -> Option<Product> {
    let mut found = block_on(knowing(&shop.app, [name.clone()])).unwrap().named(name).cloned()?;
    found.variants.iter_mut().for_each(|variant| variant.pieces = Some(0));
    Some(found)
}

#[test]
fn what_was_just_made_is_found_by_every_name() {
    let shop = shop();
    let new = product(2, "b", Some(5), 1);
    for name in names(&new) {
        assert_eq!(found(&shop, &name), None);
    }
    write(&shop, &new);
    // Another isolate wrote it: what is remembered of it is for a moment.
    shop.pass(2_000);
    for name in names(&new) {
        assert_eq!(found(&shop, &name).as_ref(), Some(&new), "{name:?}");
    }
    let snapshot = block_on(knowing(&shop.app, names(&new))).unwrap();
    assert_eq!(snapshot.products.len(), 1, "lists are of the copy");
    assert!(names(&product(1, "a", Some(1), 1)).iter().all(|name| snapshot.named(name).is_some()));
}

#[test]
fn what_the_isolate_wrote_itself_is_found_though_it_was_missed_before() {
    let shop = shop();
    let new = product(2, "b", Some(5), 1);
    assert_eq!(found(&shop, &names(&new)[1]), None);
    write(&shop, &new);
    block_on(revision::notify(&shop.app, 2));
    assert_eq!(found(&shop, &names(&new)[1]).as_ref(), Some(&new));
}

#[test]
fn what_the_copy_knows_and_what_cannot_be_ours_asks_nobody() {
    let shop = shop();
    let before = batches(&shop);
    for name in names(&product(1, "a", Some(1), 1)) {
        assert!(found(&shop, &name).is_some());
    }
    let tomorrow = shop.app.clock.now().plus_seconds(24 * 3_600);
    let made = |at: Timestamp| Name::Product(crate::ids::ProductId::new(at, &*shop.app.entropy));
    assert_eq!(found(&shop, &made(tomorrow)), None);
    assert_eq!(batches(&shop), before);
    assert_eq!(found(&shop, &made(shop.app.clock.now())), None);
    assert_eq!(batches(&shop), before + 1);
}

#[test]
fn a_miss_and_a_find_are_remembered_for_a_moment() {
    let shop = shop();
    let new = product(2, "b", Some(5), 1);
    write(&shop, &new);
    let (there, nowhere) = (names(&new)[1].clone(), Name::Slug("nowhere".to_owned()));
    let before = batches(&shop);
    for _ in 0..10 {
        assert!(found(&shop, &there).is_some());
        assert!(found(&shop, &nowhere).is_none());
    }
    assert_eq!(batches(&shop), before + 2);
    // Then it has come into the copy.
    block_on(publish(&shop.app)).unwrap();
    let before = batches(&shop);
    assert!(found(&shop, &there).is_some());
    assert_eq!(batches(&shop), before);
}

#[test]
fn only_what_is_on_sale_is_found() {
    let shop = shop();
    for (n, status) in [(2, Status::Draft), (3, Status::Archived)] {
        let hidden = Product { status, ..product(n, "b", Some(5), 1) };
        write(&shop, &hidden);
        assert!(names(&hidden).iter().all(|name| found(&shop, name).is_none()));
    }
}

#[test]
fn of_a_strangers_names_so_many_are_asked_for_and_of_staffs_all() {
    let shop = shop();
    let new: Vec<_> = (2..2 + 3 * MAX_NAMES as u64).map(|n| product(n, "b", Some(5), 1)).collect();
    let statements = new.iter().flat_map(insertion).collect();
    block_on(shop.app.database.batch(statements)).unwrap();
    let variants = || new.iter().map(|product| Name::Variant(product.variants[0].id));
    let known = |snapshot: &Snapshot| variants().filter(|name| snapshot.named(name).is_some()).count();
    assert_eq!(known(&block_on(knowing(&shop.app, variants())).unwrap()), MAX_NAMES);
    assert_eq!(known(&block_on(knowing_all(&shop.app, variants())).unwrap()), new.len());
}

#[test]
fn while_the_database_is_down_what_is_shown_is_the_copy() {
    let shop = shop();
    let unknown = || [Name::Slug("nowhere".to_owned())];
    let there = shop.forget();
    block_on(current(&there)).unwrap();
    assert_eq!(block_on(knowing(&there, unknown())).unwrap_err().status.as_u16(), 503);
    assert_eq!(block_on(knowing_at_best(&there, unknown())).unwrap().products.len(), 1);
    // Nobody waits for the one that had no answer.
    assert!(block_on(knowing(&shop.app, unknown())).is_ok());
}

/// A stranger's question must not read the catalog.
#[test]
fn a_question_reads_by_index_alone() {
    let connection = crate::testing::connection();
    let statement = store::named_products(&[], &[], &[]);
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
    let steps = plan.query_map(["[]", "[]", "[]"], |row| row.get::<_, String>(3)).unwrap();
    let of_a_table = |step: &String| !step.contains("json_each") && !step.contains("subquery");
    let scan = steps.map(Result::unwrap).filter(|step| step.starts_with("SCAN")).find(of_a_table);
    assert_eq!(scan, None);
}
