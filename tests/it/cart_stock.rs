//! A cart that wants more than there is: said at once, with what can be had.

use serde_json::{Value, json};
use tradepost::ports::ObjectClass;

use crate::fixtures::{Cart, PUBLISHED_MILLIS, Product};
use crate::host::faults::{Site, When};
use crate::shop::{Shop, within};

/// What the cart says of stock.
fn short(cart: &Value) -> Vec<Value> {
    let problems = cart["problems"].as_array().unwrap().iter();
    problems.filter(|problem| problem["code"] == "out_of_stock").cloned().collect()
}

fn told(line: &Value, requested: i64, available: i64) -> (Value, Value, Value) {
    (line.clone(), json!(requested), json!(available))
}

/// Each line that is short, what it wants and what there is.
fn short_lines(cart: &Value) -> Vec<(Value, Value, Value)> {
    let parts = |one: &Value| (one["line_id"].clone(), one["requested"].clone(), one["available"].clone());
    short(cart).iter().map(parts).collect()
}

async fn add(shop: &Shop, cart: &Cart, product: &Product, quantity: i64) -> Value {
    let line = json!({ "variant_id": product.variant, "quantity": quantity });
    shop.post(&cart.path("/lines")).cart_token(&cart.token).json(line).send().await.expect(200).json()
}

async fn set(shop: &Shop, cart: &Cart, line: &Value, quantity: i64) -> Value {
    let path = cart.path(&format!("/lines/{}", line.as_str().unwrap()));
    shop.patch(&path).cart_token(&cart.token).json(json!({ "quantity": quantity })).send().await.expect(200).json()
}

/// Buyers are told that there is plenty of it.
async fn until_plenty(shop: &Shop, product: &Product) {
    within(PUBLISHED_MILLIS * 2, "there is plenty", async || {
        let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
        (seen["variants"][0]["available"] == "in_stock").then_some(())
    })
    .await;
}

#[tokio::test]
async fn fifty_of_three_are_said_to_be_short_in_every_answer_about_the_lines() {
    let shop = Shop::open().await;
    let product = shop.stocked(3).await;
    let made = shop.cart_with(&product.variant, 50).await;
    let line = made.json["lines"][0]["id"].clone();
    let expected = vec![told(&line, 50, 3)];
    assert_eq!(short_lines(&made.json), expected);
    assert_eq!(short(&made.json)[0]["detail"], "only 3 left, not 50");
    assert_eq!(short_lines(&shop.see_cart(&made).await), expected);

    let other = shop.cart().await;
    let added = add(&shop, &other, &product, 50).await;
    assert_eq!(short_lines(&added), vec![told(&added["lines"][0]["id"], 50, 3)]);
    // What there is can be had, and one more cannot.
    assert_eq!(short_lines(&set(&shop, &made, &line, 3).await), []);
    assert_eq!(short_lines(&shop.see_cart(&made).await), []);
    assert_eq!(short_lines(&set(&shop, &made, &line, 4).await), vec![told(&line, 4, 3)]);
}

#[tokio::test]
async fn what_is_sold_out_is_said_to_be() {
    let shop = Shop::open().await;
    let (gone, there) = (shop.product(json!({})).await, shop.stocked(2).await);
    let cart = shop.cart_with(&gone.variant, 1).await;
    let seen = add(&shop, &cart, &there, 2).await;
    let line = &seen["lines"][0]["id"];
    assert_eq!(short_lines(&seen), vec![told(line, 1, 0)]);
    assert_eq!(short(&seen)[0]["detail"], "sold out");
    let path = cart.path(&format!("/lines/{}", line.as_str().unwrap()));
    let left = shop.delete(&path).cart_token(&cart.token).send().await.expect(200).json();
    assert_eq!(short_lines(&left), []);
}

#[tokio::test]
async fn pieces_that_others_hold_cannot_be_had() {
    let shop = Shop::open().await;
    let product = shop.stocked(3).await;
    let other = shop.ready_cart(&product.variant, 2).await;
    shop.place(&other, "pm_card_authenticationRequired").await.expect(201);
    shop.until_available(&product.variant, 1).await;
    let cart = shop.cart_with(&product.variant, 2).await;
    assert_eq!(short_lines(&cart.json), vec![told(&cart.json["lines"][0]["id"], 2, 1)]);
}

#[tokio::test]
async fn a_line_that_grows_beyond_what_is_there_is_told_of() {
    let shop = Shop::open().await;
    let product = shop.stocked(8).await;
    until_plenty(&shop, &product).await;
    let cart = shop.cart_with(&product.variant, 5).await;
    assert_eq!(short_lines(&cart.json), []);
    let grown = add(&shop, &cart, &product, 4).await;
    assert_eq!(short_lines(&grown), vec![told(&grown["lines"][0]["id"], 9, 8)]);
}

#[tokio::test]
async fn a_purchase_of_what_there_is_plenty_of_asks_no_pool_before_it_is_placed() {
    let Some(shop) = Shop::native("the pools' commands are counted").await else { return };
    let product = shop.stocked(100).await;
    until_plenty(&shop, &product).await;
    let asked = || shop.host().faults.passed(Site::Command(ObjectClass::Pool));
    let before = asked();
    let cart = shop.ready_cart(&product.variant, 5).await;
    let line = add(&shop, &cart, &product, 1).await["lines"][0]["id"].clone();
    set(&shop, &cart, &line, 6).await;
    shop.see_cart(&cart).await;
    assert_eq!(asked(), before);
    // More than `in_stock` promises is asked about, once.
    set(&shop, &cart, &line, 7).await;
    assert_eq!(asked(), before + 1);
}

#[tokio::test]
async fn a_pool_that_does_not_answer_says_nothing() {
    let Some(shop) = Shop::native("a pool does not answer").await else { return };
    let (mute, product) = (shop.stocked(1).await, shop.stocked(1).await);
    shop.host().faults.always(Site::Command(ObjectClass::Pool), &mute.variant, When::Before);
    let cart = shop.cart_with(&mute.variant, 50).await;
    assert_eq!(short_lines(&cart.json), []);
    let seen = add(&shop, &cart, &product, 2).await;
    assert_eq!(short_lines(&seen), vec![told(&seen["lines"][1]["id"], 2, 1)]);
}
