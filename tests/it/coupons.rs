//! Codes and promotions as buyers meet them: what they take off, and why not. How
//! often they may be used: `coupon_uses.rs`; by whom first: `first_orders.rs`.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::ask::Answer;
use crate::buyers::{an_hour_ago, mailbox, new_code};
use crate::fixtures::{Cart, Product, eur, payment};
use crate::shop::{Shop, eventually};
use crate::throttle::{address, limit, network};

pub const CLOCK: &str = "it needs a clock that can be moved, which only the native host has";

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

pub fn percentage(code: &str, percent: &str) -> Value {
    json!({ "title": "Welcome", "code": code, "effect": { "percentage": { "percent": percent } } })
}

pub fn with(mut body: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

pub fn discount(view: &Value) -> i64 {
    view["totals"]["discount"]["amount"].as_i64().unwrap()
}

pub fn total(view: &Value) -> i64 {
    view["totals"]["total"]["amount"].as_i64().unwrap()
}

/// Carts of one piece each, with the code.
pub async fn carts_with(shop: &Shop, product: &Product, code: &str, count: usize) -> Vec<Cart> {
    let mut carts = Vec::new();
    for _ in 0..count {
        let cart = shop.downloading(&product.variant, 1).await;
        shop.coupon(&cart, code).await.expect(200);
        carts.push(cart);
    }
    carts
}

pub async fn place_all(shop: &Shop, carts: &[Cart]) -> Vec<Answer> {
    join_all(carts.iter().map(|cart| shop.place(cart, "pm_card_visa"))).await
}

pub fn refused(answers: &[Answer]) -> Vec<&Answer> {
    answers.iter().filter(|answer| !answer.is(201)).collect()
}

/// A purchase of these lines by that mailbox, with coupons.
pub fn purchase(lines: &[(&Product, i64)], email: &str, coupons: &[&str]) -> Value {
    let lines: Vec<Value> =
        lines.iter().map(|(product, count)| json!({ "variant_id": product.variant, "quantity": count })).collect();
    json!({
        "currency": "EUR", "lines": lines, "email": email, "coupons": coupons, "payment": payment("pm_card_visa"),
    })
}

#[tokio::test]
async fn a_code_is_the_same_however_it_is_typed() {
    let shop = Shop::open().await;
    let (product, code) = (shop.download(1_000).await, new_code());
    shop.promotion(percentage(&code, "10")).await;
    let cart = shop.downloading(&product.variant, 1).await;
    let loose = format!(" {} ", code.to_lowercase());
    assert_eq!(shop.coupon(&cart, &loose).await.expect(200).json()["coupons"], json!([code]));
    let path = cart.path(&format!("/coupons/{}", code.to_lowercase()));
    let without = shop.delete(&path).cart_token(&cart.token).send().await.expect(200).json();
    assert_eq!((&without["coupons"], discount(&without)), (&json!([]), 0));
    let both = json!({ "coupons": [loose, code] });
    let again = shop.change_cart(&cart, both).await.expect(200).json();
    assert_eq!((&again["coupons"], discount(&again)), (&json!([code]), 100));
    let bought = shop.buy(purchase(&[(&product, 1)], &mailbox(), &[&loose])).await.expect(201).json();
    assert_eq!((&bought["coupons"], discount(&bought)), (&json!([code]), 100));
}

/// What each door says of a code that takes nothing off.
async fn at_each_door(shop: &Shop, product: &Product, email: &str, codes: &[&str]) -> [Answer; 3] {
    let cart = shop.downloading(&product.variant, 1).await;
    shop.change_cart(&cart, json!({ "email": email })).await.expect(200);
    let (last, before) = codes.split_last().unwrap();
    for code in before {
        shop.coupon(&cart, code).await.expect(200);
    }
    let answers = [
        shop.coupon(&cart, last).await,
        shop.change_cart(&cart, json!({ "coupons": codes })).await,
        shop.buy(purchase(&[(product, 1)], email, codes)).await,
    ];
    assert_eq!(shop.see_cart(&cart).await["coupons"], json!(before), "none of them changed the cart");
    answers
}

#[tokio::test]
async fn a_code_that_takes_nothing_off_says_why_at_each_door() {
    let shop = Shop::open().await;
    let [product, other] = [shop.download(1_000).await, shop.download(1_000).await];
    let email = mailbox();
    let made = async |members: Value| {
        let code = new_code();
        shop.promotion(with(percentage(&code, "10"), members)).await;
        code
    };
    let good = made(json!({})).await;
    let once = made(json!({ "usage_limit_per_customer": 1 })).await;
    shop.buy(purchase(&[(&product, 1)], &email, &[&once])).await.expect(201);
    for (reason, codes) in [
        ("unknown", vec![new_code()]),
        ("not_started", vec![made(json!({ "starts_at": "2099-01-01T00:00:00.000Z" })).await]),
        ("ended", vec![made(json!({ "ends_at": an_hour_ago() })).await]),
        ("minimum_not_met", vec![made(json!({ "conditions": { "subtotal_min": [eur(1_001)] } })).await]),
        ("nothing_matches", vec![made(json!({ "conditions": { "products": [other.id] } })).await]),
        ("nothing_matches", vec![made(json!({ "conditions": { "tags": ["nobody has this"] } })).await]),
        ("already_used", vec![once]),
        ("not_combinable", vec![good.clone(), made(json!({ "priority": -1 })).await]),
    ] {
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        for answer in at_each_door(&shop, &product, &email, &codes).await {
            let problem = answer.problem(422, "coupon_not_valid");
            assert_eq!((text(&problem["reason"]), &problem["coupon"]), (reason, &json!(codes.last())));
        }
    }
    let none = made(json!({ "usage_limit": 0 })).await;
    let [post, patch, buy] = at_each_door(&shop, &product, &email, &[&none]).await;
    for answer in [post, patch] {
        assert_eq!(answer.problem(422, "coupon_not_valid")["reason"], "exhausted");
    }
    assert_eq!(buy.problem(409, "coupon_exhausted")["coupon"], json!(none));
}

#[tokio::test]
async fn a_code_that_counts_no_more_when_the_cart_is_placed_is_refused_and_can_be_taken_off() {
    let shop = Shop::open().await;
    let (product, code) = (shop.download(1_000).await, new_code());
    let promotion = shop.promotion(percentage(&code, "10")).await;
    for (reason, change) in [
        ("ended", json!({ "ends_at": an_hour_ago() })),
        ("not_started", json!({ "starts_at": "2099-01-01T00:00:00.000Z", "ends_at": null })),
        ("minimum_not_met", json!({ "starts_at": null, "conditions": { "subtotal_min": [eur(1_001)] } })),
    ] {
        let cart = shop.downloading(&product.variant, 1).await;
        eventually("the code counts", async || shop.coupon(&cart, &code).await.is(200).then_some(())).await;
        shop.change_promotion(&promotion, change).await;
        // At once, whatever the copies say that carts are shown from.
        let told = shop.place(&cart, "pm_card_visa").await.problem(422, "coupon_not_valid");
        assert_eq!((text(&told["reason"]), &told["coupon"]), (reason, &json!(code)));
        shop.change_cart(&cart, json!({ "coupons": [] })).await.expect(200);
        assert_eq!(total(&shop.place(&cart, "pm_card_visa").await.expect(201).json()), 1_000);
        shop.change_promotion(&promotion, json!({ "ends_at": null, "starts_at": null, "conditions": {} })).await;
    }
}

#[tokio::test]
async fn a_minimum_is_looked_at_again_after_each_edit() {
    let shop = Shop::open().await;
    let (product, code) = (shop.download(1_000).await, new_code());
    let minimum = json!({ "conditions": { "subtotal_min": [eur(3_000)] } });
    shop.promotion(with(percentage(&code, "10"), minimum)).await;
    let cart = shop.downloading(&product.variant, 3).await;
    assert_eq!(discount(&shop.coupon(&cart, &code).await.expect(200).json()), 300);
    let line = cart.path(&format!("/lines/{}", text(&cart.json["lines"][0]["id"])));
    let set = async |quantity: i64| {
        let ask = shop.patch(&line).cart_token(&cart.token).json(json!({ "quantity": quantity }));
        ask.send().await.expect(200).json()
    };
    let fewer = set(2).await;
    assert_eq!((discount(&fewer), total(&fewer), &fewer["coupons"]), (0, 2_000, &json!([code])));
    let problem = fewer["problems"].as_array().unwrap().iter().find(|problem| problem["code"] == "coupon_not_valid");
    let problem = problem.expect("it is said");
    assert_eq!((&problem["reason"], &problem["coupon"]), (&json!("minimum_not_met"), &json!(code)));
    shop.place(&cart, "pm_card_visa").await.problem(422, "coupon_not_valid");
    assert_eq!(discount(&set(4).await), 400);
    assert_eq!(total(&shop.place(&cart, "pm_card_visa").await.expect(201).json()), 3_600);
}

fn buy_get(title: &str, buy: Value, get: Value) -> Value {
    json!({ "title": title, "effect": { "buy_get": { "buy": buy, "get": get } } })
}

#[tokio::test]
async fn of_each_three_one_is_free_however_they_came_into_the_cart() {
    let shop = Shop::open().await;
    let variant = |name: &str| json!({ "sku": crate::shop::unique("SKU"), "options": { "Size": name }, "prices": crate::fixtures::prices(1_000) });
    let sizes = json!({
        "delivery": "digital", "options": [{ "name": "Size", "values": ["S", "M"] }],
        "variants": [variant("S"), variant("M")],
    });
    let product = shop.product(sizes).await;
    let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
    let [small, middle] = [0, 1].map(|n| text(&seen["variants"][n]["id"]).to_owned());
    let offer = buy_get("Three for two", json!({ "quantity": 2 }), json!({ "quantity": 1, "percent": "100" }));
    shop.promotion(with(offer, json!({ "conditions": { "products": [product.id] } }))).await;
    let one_by_one = shop.cart().await;
    for (pieces, off) in (1..=7).zip([0, 0, 1_000, 1_000, 1_000, 2_000, 2_000]) {
        let at_once = shop.cart_with(&small, pieces).await;
        assert_eq!((discount(&at_once.json), total(&at_once.json)), (off, pieces * 1_000 - off), "{pieces}");
        let variant = if pieces % 2 == 0 { &small } else { &middle };
        let line = json!({ "variant_id": variant, "quantity": 1 });
        let added = shop.post(&one_by_one.path("/lines")).cart_token(&one_by_one.token).json(line).send().await;
        let added = added.expect_success().json();
        assert_eq!((discount(&added), total(&added)), (off, pieces * 1_000 - off), "{pieces} one by one");
    }
}

#[tokio::test]
async fn who_buys_a_racket_gets_five_balls_and_loses_them_with_it() {
    let shop = Shop::open().await;
    let [racket, ball] = [shop.download(9_000).await, shop.download(300).await];
    let buy = json!({ "quantity": 1, "products": [racket.id] });
    let get = json!({ "quantity": 5, "products": [ball.id], "percent": "100" });
    shop.promotion(buy_get("Balls for a racket", buy, get)).await;
    let lines = |lines: &[(&Product, i64)]| json!({ "lines": lines.iter().map(|(of, count)| json!({ "variant_id": of.variant, "quantity": count })).collect::<Vec<_>>() });
    let cart = shop.cart_with(&racket.variant, 1).await;
    for (wanted, off) in [
        (lines(&[(&racket, 1), (&ball, 5)]), 1_500),
        (lines(&[(&racket, 1), (&ball, 6)]), 1_500),
        (lines(&[(&racket, 2), (&ball, 6)]), 1_800),
        (lines(&[(&racket, 1), (&ball, 2)]), 600),
        (lines(&[(&ball, 5)]), 0),
        (lines(&[(&ball, 5), (&racket, 1)]), 1_500),
    ] {
        assert_eq!(discount(&shop.change_cart(&cart, wanted).await.expect(200).json()), off);
    }
    let seen = shop.see_cart(&cart).await;
    let bought = seen["lines"].as_array().unwrap().iter().find(|line| line["variant_id"] == json!(racket.variant));
    let path = cart.path(&format!("/lines/{}", text(&bought.unwrap()["id"])));
    let without = shop.delete(&path).cart_token(&cart.token).send().await.expect(200).json();
    assert_eq!((discount(&without), total(&without)), (0, 1_500));
}

#[tokio::test]
async fn shipping_is_free_from_what_the_buyer_sees_of_the_items() {
    let shop = Shop::open().await;
    let price = |amount: i64| json!({ "variants": [{ "sku": crate::shop::unique("SKU"), "prices": crate::fixtures::prices(amount) }] });
    let [dear, exact] = [shop.product(price(5_300)).await, shop.product(price(5_000)).await];
    for product in [&dear, &exact] {
        shop.stock(&product.variant, 5).await;
    }
    let both = json!([dear.id, exact.id]);
    let free = json!({
        "title": "Free shipping", "combinable": true, "effect": { "free_shipping": {} },
        "conditions": { "subtotal_min": [eur(5_000)], "products": both },
    });
    shop.promotion(free).await;
    let code = new_code();
    shop.promotion(json!({ "title": "Ten euros", "code": code, "combinable": true, "effect": { "fixed": { "amounts": [eur(1_000)] } } })).await;
    let shipping = |view: &Value| view["totals"]["shipping"]["amount"].as_i64().unwrap();
    let cart = shop.ready_cart(&dear.variant, 1).await;
    assert_eq!(shipping(&cart.json), 0);
    let less = shop.coupon(&cart, &code).await.expect(200).json();
    assert_eq!(discount(&less), 1_000);
    assert!(shipping(&less) > 0, "4300 are too few: {less}");
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    assert_eq!((total(&order), shipping(&order)), (total(&less), shipping(&less)));
    let cart = shop.ready_cart(&exact.variant, 1).await;
    assert_eq!((shipping(&cart.json), total(&cart.json)), (0, 5_000));
    assert!(cart.json["shipping_option"]["discount"]["amount"].as_i64().unwrap() > 0, "what it would cost is told");
}

#[tokio::test]
async fn a_purchase_in_one_request_tells_each_lines_discount_with_its_reason() {
    let shop = Shop::open().await;
    let [one, two] = [shop.download(500).await, shop.download(250).await];
    let code = new_code();
    let promotion = shop.promotion(percentage(&code, "20")).await;
    let order = shop.buy(purchase(&[(&one, 1), (&two, 2)], &mailbox(), &[&code])).await.expect(201).json();
    assert_eq!((discount(&order), total(&order)), (200, 800));
    for (line, off) in order["lines"].as_array().unwrap().iter().zip([100, 100]) {
        let expected =
            json!([{ "promotion_id": promotion["id"], "title": "Welcome", "code": code, "amount": eur(off) }]);
        assert_eq!((&line["discount"], &line["discounts"]), (&eur(off), &expected));
    }
    // A total of nothing is nobody's to charge.
    let all = new_code();
    shop.promotion(percentage(&all, "100")).await;
    let email = mailbox();
    let order = shop.buy(purchase(&[(&one, 3)], &email, &[&all])).await.expect(201).json();
    assert_eq!((total(&order), text(&order["status"]), text(&order["payment"]["provider"])), (0, "confirmed", "none"));
    assert!(text(&shop.letters(&email, 1).await[0]["text"]).contains("€0.00"));
    if let Some(ledger) = shop.ledger() {
        assert!(!ledger.charges().keys().any(|id| id.contains(text(&order["id"]))));
    }
}

#[tokio::test]
async fn whoever_guesses_codes_is_made_to_wait_at_every_door_and_whoever_knows_them_is_not() {
    let Some(shop) = Shop::native("the limits are set for it").await else { return };
    limit(shop.host(), json!({ "coupons_by_network": { "at_once": 3, "one_each_seconds": 3_600 } })).await;
    let (product, code, from) = (shop.download(1_000).await, new_code(), address(&network(), 1));
    shop.promotion(percentage(&code, "10")).await;
    let cart = shop.downloading(&product.variant, 1).await;
    let add = async |code: &str| {
        let add = shop.post(&cart.path("/coupons")).cart_token(&cart.token).from(&from);
        add.json(json!({ "code": code })).send().await
    };
    for _ in 0..4 {
        add(&code).await.expect(200);
    }
    add(&new_code()).await.problem(422, "coupon_not_valid");
    let change = shop.patch(&cart.path("")).cart_token(&cart.token).from(&from);
    change.json(json!({ "coupons": [code, new_code()] })).send().await.problem(422, "coupon_not_valid");
    let buy = shop.post("/v1/orders").from(&from).json(purchase(&[(&product, 1)], &mailbox(), &[&new_code()]));
    buy.send().await.problem(422, "coupon_not_valid");
    for code in [&new_code(), &code] {
        add(code).await.problem(429, "too_many_requests");
    }
}
