//! How a variant's stock is kept: counted or not, sold below zero down to a floor, and
//! how few are few.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::fixtures::{Cart, PUBLISHED_MILLIS, Product};
use crate::shop::{Shop, eventually, unique, within};

const CARD: &str = "pm_card_visa";

/// A product on sale whose variant's stock is kept so.
async fn kept(shop: &Shop, settings: Value) -> Product {
    let mut variant = json!({ "sku": unique("sku"), "prices": [{ "amount": 1_000, "currency": "EUR" }] });
    variant.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    shop.product(json!({ "variants": [variant] })).await
}

/// Staff have its stock kept otherwise; what they are answered.
async fn keep(shop: &Shop, product: &Product, settings: Value) -> Value {
    let path = format!("/v1/admin/variants/{}", product.variant);
    shop.patch(&path).bearer(&shop.owner().await).json(settings).send().await.expect(200).json()
}

async fn stock(shop: &Shop, product: &Product) -> Value {
    let path = format!("/v1/admin/stock/{}", product.variant);
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()
}

async fn availability(shop: &Shop, product: &Product) -> Value {
    shop.get(&format!("/v1/variants/{}/availability", product.variant)).send().await.expect(200).json()
}

/// What buyers see of it, once it is `level` and, if so, on backorder.
async fn until_seen(shop: &Shop, product: &Product, level: &str, on_backorder: Option<bool>) -> Value {
    let path = format!("/v1/products/{}", product.id);
    within(PUBLISHED_MILLIS * 2, &format!("it is {level}, on backorder: {on_backorder:?}"), async || {
        let seen = shop.get(&path).send().await.expect(200).json();
        let variant = &seen["variants"][0];
        let is = variant["available"] == level && variant["on_backorder"].as_bool() == on_backorder;
        is.then_some(seen)
    })
    .await
}

/// An order of so many pieces that is paid, and may be cancelled.
async fn paid(shop: &Shop, product: &Product, pieces: u32) -> Cart {
    let cart = shop.ready_cart(&product.variant, pieces.into()).await;
    shop.place(&cart, CARD).await.expect(201);
    shop.until_staff_see(&cart, "its pieces are its own", |order| order["refundable"]["amount"] != 0).await;
    cart
}

/// How each of many orders of one piece, placed at once, was answered: how many 201, how many 409.
async fn placed_at_once(shop: &Shop, product: &Product, orders: usize) -> (usize, usize) {
    let carts = shop.ready_carts(&product.variant, orders).await;
    let answers = join_all(carts.iter().map(|cart| shop.place(cart, CARD))).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.is(status)).count();
    (count(201), count(409))
}

#[tokio::test]
async fn a_variant_is_sold_before_it_comes_down_to_its_floor_and_never_further() {
    let shop = Shop::open().await;
    let product = kept(&shop, json!({ "backorder_floor": -3 })).await;
    shop.stock(&product.variant, 2).await;
    assert_eq!(availability(&shop, &product).await, json!({ "available": 5, "in_stock": 2 }));
    assert_eq!(placed_at_once(&shop, &product, 12).await, (5, 7));
    let now = stock(&shop, &product).await;
    assert_eq!((&now["on_hand"], &now["available"]), (&json!(-3), &json!(-3)));
    assert_eq!(availability(&shop, &product).await, json!({ "available": 0, "in_stock": 0 }));
    until_seen(&shop, &product, "out", None).await;
    // What comes is for those who have bought it first.
    shop.stock(&product.variant, 2).await;
    until_seen(&shop, &product, "low", Some(true)).await;
    let page = shop.get(&format!("/products/{}", product.slug)).send().await.expect(200);
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.contains("On backorder") && page.contains("schema.org/BackOrder"), "{page}");
    assert_eq!(placed_at_once(&shop, &product, 4).await, (2, 2));
}

#[tokio::test]
async fn a_floor_that_is_raised_counts_at_once_and_takes_back_nothing() {
    let shop = Shop::open().await;
    let product = kept(&shop, json!({ "backorder_floor": -5 })).await;
    let waiting = shop.ready_cart(&product.variant, 1).await;
    assert_eq!(placed_at_once(&shop, &product, 2).await, (2, 0));
    let after = keep(&shop, &product, json!({ "backorder_floor": null })).await;
    assert_eq!((&after["backorder_floor"], &after["available"]), (&json!(0), &json!("out")));
    let refused = shop.place(&waiting, CARD).await.expect(409).json();
    assert_eq!(refused["code"], "out_of_stock");
    assert_eq!(stock(&shop, &product).await["on_hand"], -2);
    let again = keep(&shop, &product, json!({ "backorder_floor": -3 })).await;
    assert_eq!((&again["available"], &again["on_backorder"]), (&json!("low"), &json!(true)));
    assert_eq!(placed_at_once(&shop, &product, 3).await, (1, 2));
}

#[tokio::test]
async fn carts_and_orders_say_which_pieces_have_yet_to_come() {
    let shop = Shop::open().await;
    let product = kept(&shop, json!({ "backorder_floor": -10 })).await;
    shop.stock(&product.variant, 2).await;
    let cart = shop.ready_cart(&product.variant, 5).await;
    let seen = shop.see_cart(&cart).await;
    assert_eq!((&seen["lines"][0]["backordered"], &seen["problems"]), (&json!(3), &json!([])));
    shop.place(&cart, CARD).await.expect(201);
    let order = shop.order(&cart).await;
    assert_eq!(order["lines"][0]["backordered"], 3);
    // It stays true of the order once more has come.
    shop.stock(&product.variant, 20).await;
    assert_eq!(shop.order(&cart).await["lines"][0]["backordered"], 3);
    // And of which pieces, once others of the kind are added.
    shop.until_staff_see(&cart, "its pieces are its own", |order| order["refundable"]["amount"] != 0).await;
    let add = json!([{ "variant_id": product.variant, "quantity": 4 }]);
    let edit = json!({ "add": add, "paid_by_hand": "till", "reason": "they rang" });
    shop.act(&cart, "edits", edit).await.expect(201);
    let lines = shop.order(&cart).await["lines"].clone();
    assert_eq!((&lines[0]["backordered"], lines[1].get("backordered")), (&json!(3), None), "{lines}");
    let other = shop.ready_cart(&product.variant, 5).await;
    assert_eq!(shop.see_cart(&other).await["lines"][0].get("backordered"), None);
}

#[tokio::test]
async fn what_is_not_counted_never_runs_out_and_touches_no_stock() {
    let shop = Shop::open().await;
    let product = kept(&shop, json!({ "tracked": false })).await;
    until_seen(&shop, &product, "in_stock", None).await;
    assert_eq!(availability(&shop, &product).await, json!({ "available": null, "in_stock": null }));
    let cart = shop.ready_cart(&product.variant, 1_000).await;
    assert_eq!(shop.see_cart(&cart).await["problems"], json!([]));
    shop.place(&cart, CARD).await.expect(201);
    shop.until_order(&cart, "confirmed", "paid").await;
    let now = stock(&shop, &product).await;
    assert_eq!((&now["on_hand"], &now["held"], &now["version"]), (&json!(0), &json!(0), &json!(0)));
}

#[tokio::test]
async fn an_order_keeps_to_how_its_pieces_were_counted_when_it_was_placed() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let held = shop.ready_cart(&product.variant, 2).await;
    shop.place(&held, "pm_card_authenticationRequired").await.expect(201);
    let counted = paid(&shop, &product, 1).await;
    let after = keep(&shop, &product, json!({ "tracked": false })).await;
    assert_eq!((&after["tracked"], &after["available"]), (&json!(false), &json!("in_stock")));
    let uncounted = shop.ready_cart(&product.variant, 50).await;
    shop.place(&uncounted, "pm_card_authenticationRequired").await.expect(201);
    let now = stock(&shop, &product).await;
    assert_eq!((&now["on_hand"], &now["held"]), (&json!(4), &json!(2)), "those of the first, and of no other");
    let bought = paid(&shop, &product, 50).await;
    // What was counted when it was bought is back, though nothing is counted now.
    let end = json!({ "reason": "flooded", "refund": true, "restock": true });
    shop.act(&counted, "cancel", end.clone()).await.expect(201);
    eventually("the piece is back", async || (stock(&shop, &product).await["on_hand"] == 5).then_some(())).await;
    let after = keep(&shop, &product, json!({ "tracked": null })).await;
    assert_eq!((&after["tracked"], &after["available"]), (&json!(true), &json!("low")));
    // All end: one gives back what it held, the others have nothing to give back.
    shop.act(&bought, "cancel", end).await.expect(201);
    for cart in [&held, &uncounted] {
        shop.post(&cart.order_path("/cancel")).cart_token(&cart.token).send().await.expect_success();
    }
    shop.until_available(&product.variant, 5).await;
    shop.until_staff_see(&bought, "its money is back", |order| order["refundable"]["amount"] == 0).await;
    assert_eq!(stock(&shop, &product).await["on_hand"], 5);
}

#[tokio::test]
async fn how_few_are_few_is_the_variants_own() {
    let shop = Shop::open().await;
    let product = kept(&shop, json!({ "low_level": 1 })).await;
    shop.stock(&product.variant, 2).await;
    until_seen(&shop, &product, "in_stock", None).await;
    let after = keep(&shop, &product, json!({ "low_level": 2 })).await;
    assert_eq!((&after["low_level"], &after["available"]), (&json!(2), &json!("low")));
    until_seen(&shop, &product, "low", None).await;
    let path = format!("/v1/admin/variants?q={}&available=low", product.sku);
    let list = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    let item = &list["items"][0];
    assert_eq!((&item["low_level"], &item["tracked"], &item["backorder_floor"]), (&json!(2), &json!(true), &json!(0)));
}

#[tokio::test]
async fn how_few_are_few_is_the_shops_where_a_variant_says_nothing() {
    let Some(shop) = Shop::native("changes a setting of the whole shop").await else { return };
    let (few, own) = (kept(&shop, json!({})).await, kept(&shop, json!({ "low_level": 2 })).await);
    for product in [&few, &own] {
        shop.stock(&product.variant, 8).await;
        until_seen(&shop, product, "in_stock", None).await;
    }
    let say = async |low_level: Value| {
        let body = json!({ "low_level": low_level });
        shop.patch("/v1/admin/settings").bearer(&shop.log_in_owner().await).json(body).send().await
    };
    assert_eq!(say(json!(8)).await.expect(200).json()["low_level"], 8);
    until_seen(&shop, &few, "low", None).await;
    until_seen(&shop, &own, "in_stock", None).await;
    let running_out = async || {
        let report = shop.get("/v1/admin/reports/stock").bearer(&shop.owner().await).send().await.expect(200).json();
        let items = report["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["sku"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(running_out().await, [few.sku.as_str()]);
    // What is made and what is changed from now on is told by it, too.
    let new = kept(&shop, json!({})).await;
    shop.stock(&new.variant, 8).await;
    until_seen(&shop, &new, "low", None).await;
    let after = keep(&shop, &own, json!({ "low_level": null })).await;
    assert_eq!(after["available"], "low");
    assert_eq!(running_out().await.len(), 3);
    say(json!(0)).await.expect(200);
    until_seen(&shop, &few, "in_stock", None).await;
    assert!(running_out().await.is_empty());
    say(json!(1_000_001)).await.problem(422, "invalid");
    say(json!(null)).await.problem(422, "invalid");
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused_all_at_once() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let path = format!("/v1/admin/variants/{}", product.variant);
    let wrong = json!({ "backorder_floor": 1, "low_level": 1_000_001 });
    let mut told = shop.patch(&path).bearer(&shop.owner().await).json(wrong).send().await.expect(422).pointers();
    told.sort();
    assert_eq!(told, ["/backorder_floor", "/low_level"]);
}

#[tokio::test]
async fn what_is_owed_can_be_counted_in_many_rows() {
    let shop = Shop::open().await;
    let product = kept(&shop, json!({ "backorder_floor": -4 })).await;
    assert_eq!(placed_at_once(&shop, &product, 3).await, (3, 0));
    let rows = json!({ "rows": [{ "sku": product.sku, "on_hand": 2, "on_hand_was": -3 }] });
    let path = "/v1/admin/variants/bulk";
    shop.post(path).bearer(&shop.owner().await).json(rows).send().await.expect(200);
    assert_eq!(stock(&shop, &product).await["on_hand"], 2);
    // Nobody counts less than there may be.
    let rows = json!({ "rows": [{ "sku": product.sku, "add": -7 }] });
    let answer = shop.post(path).bearer(&shop.owner().await).json(rows).send().await.expect(200).json();
    assert_eq!(answer["items"][0]["code"], "below_held", "{answer}");
}
