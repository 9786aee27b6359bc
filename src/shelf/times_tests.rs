//! What comes and goes by itself: a product's times and its sales, as every reader has them.

use std::sync::atomic::Ordering;

use crate::catalog::product::Product;
use crate::collections::collection::Stored;
use crate::collections::store as collections;
use crate::ids::{CollectionId, VariantId};
use crate::money::Currency;
use crate::ports::Statement;
use crate::shelf::memory::CatalogMemory;
use crate::shelf::name::Name;
use crate::shelf::publish::publish;
use crate::shelf::{current, knowing, prices, read};
use crate::testing::{Shop, block_on, insertion, product};

/// A shop with one thing that is always there, and one from 10 s to 20 s from now.
fn shop() -> (Shop, Product) {
    let shop = Shop::new();
    let now = shop.app.clock.now();
    let mut passing = product(2, "passing", Some(2), 2);
    passing.vendor = Some("Fern".into());
    passing.publish_at = Some(now.plus_millis(10_000));
    passing.unpublish_at = Some(now.plus_millis(20_000));
    let statements: Vec<Statement> = [&product(1, "always", Some(1), 1), &passing].map(insertion).concat();
    block_on(shop.app.database.batch(statements)).unwrap();
    block_on(publish(&shop.app)).unwrap();
    (shop, passing)
}

fn listed(shop: &Shop, query: &str) -> i64 {
    let snapshot = block_on(current(&shop.app)).unwrap();
    let answer = read::answer(&snapshot, "/v1/products", query).unwrap().unwrap();
    let list: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    list["total"].as_i64().unwrap()
}

fn is_read(shop: &Shop, product: &Product) -> bool {
    let snapshot = block_on(current(&shop.app)).unwrap();
    let names = [Name::Product(product.id), Name::Slug(product.slug.clone()), Name::Variant(product.variants[0].id)];
    let found = names.map(|name| snapshot.named(&name).is_some());
    let queries = ["", "vendor=Fern", "q=passing", "sort=title", "price_min=2"];
    let listed =
        queries.map(|query| listed(shop, query) == if query.is_empty() || query == "sort=title" { 2 } else { 1 });
    assert!(found.iter().chain(&listed).all(|is| *is == found[0]), "{found:?} {listed:?}");
    found[0]
}

fn is_sold(shop: &Shop, variant: VariantId) -> bool {
    block_on(prices::current(&shop.app, &[variant], None)).unwrap().variant(variant).is_some()
}

#[test]
fn a_product_comes_and_goes_in_the_very_millisecond_without_a_read_of_the_database() {
    let (shop, passing) = shop();
    let reads = || shop.world.batches.load(Ordering::Relaxed);
    let before = reads();
    for (millis, is_there) in [(0, false), (9_999, false), (1, true), (9_999, true), (1, false), (100_000, false)] {
        shop.pass(millis);
        assert_eq!(is_read(&shop, &passing), is_there, "{millis} ms later");
    }
    assert_eq!(reads(), before);
}

#[test]
fn an_order_is_placed_while_the_product_is_there() {
    let (shop, passing) = shop();
    let variant = passing.variants[0].id;
    for (millis, is_there) in [(0, false), (9_999, false), (1, true), (50, true), (9_949, true), (1, false)] {
        shop.pass(millis);
        // Of the copy, of the database, and of the copy that is known to be good.
        for _ in 0..2 {
            assert_eq!(is_sold(&shop, variant), is_there, "{millis} ms later");
        }
        let _ = block_on(current(&shop.app));
    }
}

#[test]
fn an_isolate_that_has_no_copy_of_it_asks_for_what_is_there_now() {
    let (shop, passing) = shop();
    let mut new = product(3, "new", Some(3), 3);
    new.publish_at = passing.publish_at;
    block_on(shop.app.database.batch(insertion(&new))).unwrap();
    let name = || Name::Slug(new.slug.clone());
    let is_known = || block_on(knowing(&shop.app, [name()])).unwrap().named(&name()).is_some();
    assert!(!is_known(), "its time has not come");
    shop.pass(10_000);
    assert!(is_known());
}

#[test]
fn a_clock_that_goes_back_brings_back_what_was_there() {
    let (shop, passing) = shop();
    shop.pass(25_000);
    assert!(!is_read(&shop, &passing));
    shop.pass(-10_000);
    assert!(is_read(&shop, &passing));
    shop.pass(-10_000);
    assert!(!is_read(&shop, &passing));
}

#[test]
fn what_was_answered_before_is_not_good_at_the_time() {
    let (shop, _) = shop();
    let memory = CatalogMemory::of(&shop.app);
    shop.pass(9_500);
    block_on(current(&shop.app)).unwrap();
    let before = memory.fresh(shop.app.clock.now()).unwrap();
    shop.pass(499);
    assert!(memory.fresh(shop.app.clock.now()).is_some_and(|copy| std::sync::Arc::ptr_eq(&copy, &before)));
    shop.pass(1);
    assert!(memory.fresh(shop.app.clock.now()).is_none(), "within the second in which no pointer is looked at");
    let after = block_on(current(&shop.app)).unwrap();
    assert!(!std::sync::Arc::ptr_eq(&after, &before), "answers of the other are not kept");
    assert!(std::sync::Arc::ptr_eq(&after.products, &before.products), "and nothing was loaded");
}

/// A shop with a cup for 10 and a lamp for 20, which costs 5 from 10 s to 20 s from now, and a
/// collection of what is on sale.
fn shop_with_a_sale() -> (Shop, [Product; 2]) {
    let shop = Shop::new();
    let now = shop.app.clock.now();
    let (cup, mut lamp) = (product(1, "cup", Some(10), 1), product(2, "lamp", Some(20), 2));
    lamp.variants[0].terms = serde_json::from_value(serde_json::json!([{
        "currency": "EUR", "sale": 5, "tiers": [],
        "starts_at": now.plus_millis(10_000).millis(), "ends_at": now.plus_millis(20_000).millis(),
    }]))
    .unwrap();
    let reduced = serde_json::json!({
        "id": CollectionId::derived([1; 16]), "slug": "reduced", "title": "Reduced", "description": "", "image": null,
        "seo_title": null, "seo_description": null, "parent": null, "position": 0, "published": true, "sort": "newest",
        "rule": { "match": "all", "conditions": [{ "fact": "on_sale" }] },
    });
    let collection = serde_json::from_value(reduced).unwrap();
    let reduced = Stored { collection, picked: 0, version: 1, created_at: now, updated_at: now };
    let mut batch = [&cup, &lamp].map(insertion).concat();
    batch.extend(collections::insert(&reduced).into_statements());
    block_on(shop.app.database.batch(batch)).unwrap();
    block_on(publish(&shop.app)).unwrap();
    (shop, [cup, lamp])
}

/// Whether the lamp is on sale, in whichever way one asks.
fn is_reduced(shop: &Shop, lamp: &Product) -> bool {
    let eur = Currency::parse("EUR").unwrap();
    let snapshot = block_on(current(&shop.app)).unwrap();
    let names = [Name::Product(lamp.id), Name::Slug(lamp.slug.clone()), Name::Variant(lamp.variants[0].id)];
    let found = names.map(|name| snapshot.named(&name).unwrap().price_range(eur).unwrap().from.amount == 5);
    let list = |query: &str| -> serde_json::Value {
        let answer = read::answer(&snapshot, "/v1/products", query).unwrap().unwrap();
        serde_json::from_slice(&answer.body).unwrap()
    };
    let (sought, sorted) = (list("q=lamp"), list("sort=price_asc"));
    let shown = [
        sought["items"][0]["price"]["from"]["amount"] == 5,
        sought["items"][0]["compare_at"]["amount"] == 20,
        sorted["items"][0]["title"] == "lamp",
        list("price_max=9")["total"] == 1,
        list("collection=reduced")["total"] == 1,
    ];
    assert!(found.iter().chain(&shown).all(|is| *is == found[0]), "{found:?} {shown:?}");
    found[0]
}

#[test]
fn a_sale_begins_and_ends_in_the_very_millisecond_without_a_read_of_the_database() {
    let (shop, [_, lamp]) = shop_with_a_sale();
    let reads = || shop.world.batches.load(Ordering::Relaxed);
    let before = reads();
    for (millis, is_on) in
        [(0, false), (9_999, false), (1, true), (9_999, true), (1, false), (-1, true), (-9_999, true), (-1, false)]
    {
        shop.pass(millis);
        assert_eq!(is_reduced(&shop, &lamp), is_on, "{millis} ms later");
    }
    assert_eq!(reads(), before);
    // Whoever loads the copy meanwhile has it as it is then, and as it is afterwards.
    shop.pass(5_001);
    let shop = Shop { app: shop.forget(), ..shop };
    assert!(is_reduced(&shop, &lamp));
    shop.pass(5_000);
    assert!(!is_reduced(&shop, &lamp));
}

#[test]
fn a_sale_runs_of_what_the_copy_does_not_have_yet() {
    let (shop, [_, lamp]) = shop_with_a_sale();
    let mut new = product(3, "new", Some(20), 3);
    new.variants[0].terms = lamp.variants[0].terms.clone();
    block_on(shop.app.database.batch(insertion(&new))).unwrap();
    let eur = Currency::parse("EUR").unwrap();
    for (millis, amount) in [(0, 20), (10_000, 5), (9_999, 5), (1, 20)] {
        shop.pass(millis);
        let name = Name::Slug(new.slug.clone());
        let snapshot = block_on(knowing(&shop.app, [name.clone()])).unwrap();
        assert_eq!(snapshot.products.len(), 2, "the copy does not have it");
        let price = snapshot.named(&name).unwrap().price_range(eur).unwrap();
        assert_eq!(price.from.amount, amount, "{millis} ms later");
    }
}
