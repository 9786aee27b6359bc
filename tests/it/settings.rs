//! What the owner decides once: read by staff, changed by the owner alone, seen
//! by buyers within two seconds, and never wrong.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::{Value, json};
use tradepost::ports::{Database, Statement};
use tradepost::revision::LEASE_MILLIS;

use crate::ask::Answer;
use crate::fixtures::{PUBLISHED_MILLIS, eur};
use crate::shop::{Shop, unique, within};

const SETTINGS: &str = "/v1/admin/settings";
const TAX: &str = "/v1/admin/settings/tax";
const SHIPPING: &str = "/v1/admin/settings/shipping";
/// Most of these would change a live shop for everybody.
const ALONE: &str = "the settings are everybody's";

async fn read(shop: &Shop, path: &str) -> Answer {
    shop.get(path).bearer(&shop.owner().await).send().await.expect(200)
}

async fn patch(shop: &Shop, change: Value) -> Answer {
    shop.patch(SETTINGS).bearer(&shop.owner().await).json(change).send().await
}

async fn put(shop: &Shop, path: &str, body: Value) -> Answer {
    shop.put(path).bearer(&shop.owner().await).json(body).send().await
}

/// All that no other test changes on a live shop.
async fn all(shop: &Shop) -> [Value; 3] {
    let mut settings = read(shop, SETTINGS).await.json();
    settings["shop_name"].take();
    [settings, read(shop, TAX).await.json(), read(shop, SHIPPING).await.json()]
}

fn zones(rates: Value) -> Value {
    json!({ "zones": [{ "title": "World", "places": [], "options": [{ "id": "post", "title": "Post", "rates": rates }] }] })
}

/// A token of somebody who is staff, and no owner.
async fn clerk(shop: &Shop) -> String {
    let customer = shop.customer().await;
    let promote =
        Statement::new("UPDATE accounts SET role = 'staff' WHERE email = ?1", [customer.email.clone().into()]);
    shop.host().database.batch(vec![promote]).await.unwrap();
    let granted = shop.log_in(&customer.email, &customer.password).await.expect(200).json();
    granted["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn buyers_see_a_change_within_two_seconds() {
    let shop = Shop::open().await;
    let before = read(&shop, SETTINGS).await.json()["shop_name"].clone();
    let name = unique("Fern and Fettle");
    let begun = Instant::now();
    patch(&shop, json!({ "shop_name": name })).await.expect(200);
    let left = PUBLISHED_MILLIS.saturating_sub(begun.elapsed().as_millis() as u64);
    within(left, "the shop has its new name", async || {
        let page = shop.get("/").send().await.expect(200);
        String::from_utf8_lossy(&page.body).contains(&name).then_some(())
    })
    .await;
    patch(&shop, json!({ "shop_name": before })).await.expect(200);
}

#[tokio::test]
async fn a_cart_is_offered_what_the_owner_has_just_decided() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    put(&shop, SHIPPING, zones(json!([{ "currency": "EUR", "amount": 777 }]))).await.expect(200);
    within(PUBLISHED_MILLIS, "the new rate is offered", async || {
        let options = shop.get(&cart.path("/shipping-options")).cart_token(&cart.token).send().await.expect(200).json();
        (options["items"][0]["price"] == eur(777)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_was_read_can_be_sent_back() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    let seen = read(&shop, SETTINGS).await.json();
    assert_eq!(patch(&shop, seen.clone()).await.expect(200).json(), seen);
    for path in [TAX, SHIPPING] {
        let seen = read(&shop, path).await.json();
        assert_eq!(put(&shop, path, seen.clone()).await.expect(200).json(), seen, "{path}");
    }
}

#[tokio::test]
async fn every_setting_is_read_as_it_was_written() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    let change = json!({
        "shop_name": "Fern & Fettle", "currencies": ["CHF", "EUR", "USD", "GBP"], "default_currency": "CHF",
        "country": "CH", "time_zone": "Europe/Zurich", "prices_include_tax": false, "low_level": 12,
        "mail": { "sender": "shop@example.com" },
        "payments": {
            "stripe": { "offered": false, "capture": "manual" },
            "bank_transfer": { "instructions": "CH93 0076 2011 6238 5295 7", "cancel_after_days": 14 },
            "invoice": { "instructions": "Within 30 days." },
        },
    });
    assert_eq!(patch(&shop, change.clone()).await.expect(200).json(), change);
    assert_eq!(read(&shop, SETTINGS).await.json(), change);
    let tax = json!({
        "classes": ["standard", "food"], "reverse_charge": true,
        "rates": [
            { "country": "CH", "class": "standard", "name": "MWST", "rate": "8.1" },
            { "country": "ES", "region": "Las Palmas", "postal_codes": ["35*"], "class": "food", "name": "IGIC", "rate": "0" },
        ],
    });
    assert_eq!(put(&shop, TAX, tax.clone()).await.expect(200).json(), tax);
    assert_eq!(read(&shop, TAX).await.json(), tax);
    let shipping = json!({ "zones": [{
        "title": "Home", "places": [{ "country": "CH", "regions": ["Zug"], "postal_codes": ["63*"] }],
        "options": [
            { "id": "post", "title": "Post", "tax_class": "food", "handling_days": { "from": 1, "to": 3 },
              "rates": [{ "currency": "CHF", "amount": 700, "free_from": 10_000 }] },
            { "id": "parcel", "title": "Parcel", "rates": [{ "currency": "CHF", "by": "weight", "tiers": [{ "from": 0, "amount": 900 }] }] },
            { "id": "shop", "title": "Fetch it", "pick_up": "Bahnhofstrasse 1, Zug", "rates": [{ "currency": "CHF", "amount": 0 }] },
        ],
    }] });
    assert_eq!(put(&shop, SHIPPING, shipping.clone()).await.expect(200).json(), shipping);
    assert_eq!(read(&shop, SHIPPING).await.json(), shipping);
}

#[tokio::test]
async fn a_wrong_setting_is_refused_and_nothing_is_changed() {
    let shop = Shop::open().await;
    let before = all(&shop).await;
    let stripe = json!({ "offered": true, "capture": "automatic" });
    for (change, pointer) in [
        (json!({ "shop_name": " " }), "/shop_name"),
        (json!({ "shop_name": "x".repeat(101) }), "/shop_name"),
        (json!({ "shop_name": null }), "/shop_name"),
        (json!({ "default_currency": "JPY" }), "/default_currency"),
        (json!({ "default_currency": "euro" }), "/default_currency"),
        (json!({ "currencies": [] }), "/currencies"),
        (json!({ "currencies": ["EUR", "USD", "GBP", "EUR"] }), "/currencies/3"),
        (json!({ "currencies": ["JPY"] }), "/currencies"),
        (json!({ "country": "Atlantis" }), "/country"),
        (json!({ "prices_include_tax": "yes" }), "/prices_include_tax"),
        (json!({ "mail": { "sender": "nobody" } }), "/mail/sender"),
        (json!({ "payments": {} }), "/payments/stripe"),
        (
            json!({ "payments": { "stripe": stripe, "invoice": { "instructions": "" } } }),
            "/payments/invoice/instructions",
        ),
        (json!({ "tax": {} }), "/tax"),
        (json!({ "currency": "EUR" }), "/currency"),
    ] {
        let answer = patch(&shop, change.clone()).await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), [pointer], "{change}");
    }
    let rate = |class: &str, rate: &str| json!({ "country": "DE", "class": class, "name": "VAT", "rate": rate });
    for (rates, pointer) in [
        (json!([rate("standard", "101")]), "/rates/0/rate"),
        (json!([rate("standard", "19,5")]), "/rates/0/rate"),
        (json!([{ "country": "DE" }]), "/rates/0"),
    ] {
        let answer = put(&shop, TAX, json!({ "classes": ["standard"], "rates": rates, "reverse_charge": false })).await;
        answer.problem(422, "invalid");
        assert!(answer.pointers().iter().all(|at| at.starts_with(pointer)), "{}", answer.told());
    }
    let unknown = put(&shop, SHIPPING, zones(json!([{ "currency": "JPY", "amount": 1 }]))).await;
    assert_eq!(unknown.pointers(), ["/zones/0/options/0/rates/0/currency"]);
    assert_eq!(all(&shop).await, before);
}

#[tokio::test]
async fn staff_read_the_settings_and_the_owner_changes_them() {
    let Some(shop) = Shop::native("a role is given in the database").await else { return };
    let clerk = clerk(&shop).await;
    let customer = shop.customer().await.access;
    for path in [SETTINGS, TAX, SHIPPING] {
        let seen = shop.get(path).bearer(&clerk).send().await.expect(200);
        shop.get(path).bearer(&customer).send().await.problem(403, "forbidden");
        shop.get(path).send().await.problem(401, "not_signed_in");
        let change = if path == SETTINGS { shop.patch(path) } else { shop.put(path) };
        change.bearer(&clerk).json(seen.json()).send().await.problem(403, "forbidden");
    }
}

#[tokio::test]
async fn an_owner_who_is_one_no_more_changes_nothing() {
    let Some(shop) = Shop::native("a role is taken in the database").await else { return };
    let owner = shop.log_in_owner().await;
    shop.host().database.batch(vec![Statement::new("UPDATE accounts SET role = 'staff'", [])]).await.unwrap();
    let change = json!({ "shop_name": "Mine" });
    shop.patch(SETTINGS).bearer(&owner).json(change).send().await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_change_decided_from_older_settings_is_refused() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    let owner = shop.owner().await;
    let etag = read(&shop, SHIPPING).await.header("etag").to_owned();
    let change = json!({ "shop_name": "First" });
    let changed = shop.patch(SETTINGS).bearer(&owner).header("if-match", &etag).json(change.clone()).send().await;
    assert_ne!(changed.clone().expect(200).header("etag"), etag, "all settings have one version");
    shop.patch(SETTINGS).bearer(&owner).header("if-match", &etag).json(change).send().await.problem(412, "stale");
    let tax = read(&shop, TAX).await;
    assert_eq!(tax.header("etag"), changed.header("etag"));
    shop.put(TAX).bearer(&owner).header("if-match", &etag).json(tax.json()).send().await.problem(412, "stale");
}

/// Another change comes between the look at the settings and the write.
#[tokio::test]
async fn of_two_changes_at_once_none_is_lost() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    let mut done = false;
    shop.host().database.come_between(move |sql| {
        let writes = sql.contains("UPDATE catalog_state SET revision = revision + 1,");
        (writes && !std::mem::replace(&mut done, true))
            .then(|| Statement::new("UPDATE catalog_state SET settings_version = settings_version + 1", []))
    });
    patch(&shop, json!({ "shop_name": "Late" })).await.problem(409, "settings_changed");
    assert_eq!(read(&shop, SETTINGS).await.json()["shop_name"], "Tradepost");
}

#[tokio::test]
async fn a_tax_class_that_is_used_stays() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    let tax = |classes: Value| json!({ "classes": classes, "rates": [], "reverse_charge": false });
    put(&shop, TAX, tax(json!(["standard", "books", "post"]))).await.expect(200);
    let product = shop.new_product(json!({ "tax_class": "books", "title": "An Atlas" })).await;
    let refused = put(&shop, TAX, tax(json!(["standard", "post"]))).await;
    assert!(refused.problem(409, "in_use")["detail"].as_str().unwrap().contains("An Atlas"), "{}", refused.told());
    let option =
        json!({ "id": "post", "title": "Post", "tax_class": "post", "rates": [{ "currency": "EUR", "amount": 1 }] });
    let shipping = json!({ "zones": [{ "title": "World", "places": [], "options": [option] }] });
    put(&shop, SHIPPING, shipping).await.expect(200);
    let refused = put(&shop, TAX, tax(json!(["standard", "books"]))).await;
    assert!(refused.problem(409, "in_use")["detail"].as_str().unwrap().contains("option post"), "{}", refused.told());
    put(&shop, SHIPPING, json!({ "zones": [] })).await.expect(200);
    let path = format!("/v1/admin/products/{}", product.id);
    shop.patch(&path).bearer(&shop.owner().await).json(json!({ "tax_class": null })).send().await.expect(200);
    put(&shop, TAX, tax(json!(["standard"]))).await.expect(200);
}

/// A product is given the class while it is being taken away, and the other way round.
#[tokio::test]
async fn no_product_is_left_with_a_class_that_is_gone() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    let owner = shop.owner().await;
    let tax = |classes: Value| json!({ "classes": classes, "rates": [], "reverse_charge": false });
    put(&shop, TAX, tax(json!(["standard", "books"]))).await.expect(200);
    let product = shop.new_product(json!({})).await;
    let between = |marker: &'static str, statement: &'static str| {
        let mut done = false;
        shop.host().database.come_between(move |sql| {
            let now = sql.contains(marker) && !std::mem::replace(&mut done, true);
            now.then(|| Statement::new(statement, []))
        });
    };
    between("DELETE FROM tax_classes", "UPDATE products SET tax_class = 'books'");
    put(&shop, TAX, tax(json!(["standard"]))).await.problem(409, "in_use");
    shop.host().database.batch(vec![Statement::new("UPDATE products SET tax_class = NULL", [])]).await.unwrap();
    between("UPDATE products SET", "DELETE FROM tax_classes WHERE name = 'books'");
    let path = format!("/v1/admin/products/{}", product.id);
    let answer = shop.patch(&path).bearer(&owner).json(json!({ "tax_class": "books" })).send().await;
    assert_eq!(answer.pointers(), ["/tax_class"]);
}

#[tokio::test]
async fn a_currency_that_shipping_has_rates_in_stays() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    let refused = patch(&shop, json!({ "currencies": ["EUR", "USD"] })).await;
    let problem = refused.problem(409, "in_use");
    assert!(problem["detail"].as_str().unwrap().contains("the shipping option standard"), "{}", refused.told());
    assert_eq!(problem["errors"][0]["pointer"], "/currencies");
}

#[tokio::test]
async fn prices_in_a_currency_that_is_taken_away_come_back_with_it() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    let product = shop.product(json!({})).await;
    put(&shop, SHIPPING, zones(json!([{ "currency": "EUR", "amount": 490 }]))).await.expect(200);
    patch(&shop, json!({ "currencies": ["EUR"] })).await.expect(200);
    let in_dollars = format!("/v1/products/{}?currency=USD", product.id);
    within(PUBLISHED_MILLIS, "dollars are gone", async || shop.get(&in_dollars).send().await.is(422).then_some(()))
        .await;
    let path = format!("/v1/admin/variants/{}", product.variant);
    let owner = shop.owner().await;
    let heavy = shop.patch(&path).bearer(&owner).json(json!({ "weight_grams": 7 })).send().await.expect(200).json();
    assert_eq!(heavy["prices"].as_array().unwrap().len(), 3, "what nobody spoke of stays");
    patch(&shop, json!({ "currencies": ["EUR", "USD"] })).await.expect(200);
    within(PUBLISHED_MILLIS, "dollars are back", async || shop.get(&in_dollars).send().await.is(200).then_some(()))
        .await;
    let in_yen = json!({ "prices": [{ "amount": 1, "currency": "JPY" }] });
    assert_eq!(shop.patch(&path).bearer(&owner).json(in_yen).send().await.pointers(), ["/prices/0/currency"]);
}

#[tokio::test]
async fn the_table_to_begin_with_is_taken() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    let file: Value = serde_json::from_str(include_str!("../../data/tax/europe.json")).unwrap();
    let table = &file["tax"];
    assert_eq!(put(&shop, TAX, table.clone()).await.expect(200).json(), *table);
    let rates = table["rates"].as_array().unwrap();
    let place = |rate: &Value| format!("{} {}", rate["country"], rate["postal_codes"]);
    let places: BTreeSet<_> = rates.iter().map(place).collect();
    let countries = places.iter().filter(|place| place.ends_with(" null"));
    assert_eq!(countries.count(), 27 + 6);
    for (here, class) in places.iter().flat_map(|here| ["standard", "reduced", "low"].map(|class| (here, class))) {
        let rates = rates.iter().filter(|rate| place(rate) == *here && rate["class"] == class);
        assert_eq!(rates.count(), 1, "{here} {class}");
    }
}

#[tokio::test]
async fn a_change_is_answered_after_the_leases_have_run_out() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    for (path, body) in [(SETTINGS, json!({ "shop_name": "Slow" })), (SHIPPING, json!({ "zones": [] }))] {
        let begun = Instant::now();
        let change = if path == SETTINGS { patch(&shop, body).await } else { put(&shop, path, body).await };
        change.expect(200);
        assert!(begun.elapsed().as_millis() as i64 > LEASE_MILLIS, "{path}");
    }
}
