//! Carts: who may see them, what may be put in, and what it comes to.

use serde_json::{Value, json};

use crate::fixtures::{Cart, PRICE, PUBLISHED_MILLIS, address, details, eur, prices};
use crate::shop::{Shop, unique, within};

pub const STRANGE_VARIANT: &str = "var_01ARZ3NDEKTSV4RRFFQ69G5FAV";

async fn add(shop: &Shop, cart: &Cart, variant: &str, quantity: i64) -> Value {
    let line = json!({ "variant_id": variant, "quantity": quantity });
    shop.post(&cart.path("/lines")).cart_token(&cart.token).json(line).send().await.expect_success().json()
}

pub fn quantities(cart: &Value) -> Vec<i64> {
    cart["lines"].as_array().unwrap().iter().map(|line| line["quantity"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_new_cart_is_empty_and_open() {
    let shop = Shop::open().await;
    let cart = shop.cart().await;
    assert!(cart.id.starts_with("ord_"));
    assert!(cart.token.len() >= 22, "a token carries 128 bits at least: {}", cart.token);
    assert_eq!(cart.json["status"], "open");
    assert_eq!(cart.json["lines"], json!([]));
    assert_eq!(cart.json["totals"]["total"], eur(0));
    assert_eq!(cart.json["email"], Value::Null);
}

#[tokio::test]
async fn a_cart_without_a_body_has_the_shops_currency() {
    let shop = Shop::open().await;
    let cart = shop.post("/v1/carts").send().await.expect(201).json();
    assert_eq!(cart["currency"], "EUR");
    let refused = shop.post("/v1/carts").json(json!({ "currency": "XTS" })).send().await;
    assert_eq!(refused.pointers(), ["/currency"]);
}

#[tokio::test]
async fn a_carts_token_is_told_once_and_opens_it() {
    let shop = Shop::open().await;
    let (cart, other) = (shop.cart().await, shop.cart().await);
    let seen = shop.see_cart(&cart).await;
    assert_eq!(seen["id"], json!(cart.id));
    assert_eq!(seen["token"], Value::Null);
    for token in [other.token.as_str(), "nonsense", ""] {
        shop.get(&cart.path("")).cart_token(token).send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_cart_is_not_there_for_other_people() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let cart = shop.cart_with(&product.variant, 1).await;
    let customer = shop.customer().await;
    let line = cart.json["lines"][0]["id"].as_str().unwrap().to_owned();
    let new_line = json!({ "variant_id": product.variant, "quantity": 1 });
    for stranger in [None, Some(&customer.access)] {
        for ask in [
            shop.get(&cart.path("")),
            shop.post(&cart.path("/lines")).json(new_line.clone()),
            shop.patch(&cart.path(&format!("/lines/{line}"))).json(json!({ "quantity": 2 })),
            shop.delete(&cart.path(&format!("/lines/{line}"))),
            shop.put(&cart.path("/details")).json(details()),
            shop.get(&cart.path("/shipping-options")),
            shop.put(&cart.path("/shipping-option")).json(json!({ "id": "standard" })),
            shop.post(&cart.path("/order"))
                .json(json!({ "payment": { "provider": "test", "method": "pm_card_visa" } })),
            shop.get(&cart.order_path("")),
            shop.post(&cart.order_path("/payments")).json(json!({ "provider": "test", "method": "pm_card_visa" })),
            shop.post(&cart.order_path("/cancel")),
        ] {
            let ask = match stranger {
                Some(token) => ask.bearer(token),
                None => ask,
            };
            ask.send().await.problem(404, "not_found");
        }
    }
    assert_eq!(shop.see_cart(&cart).await["version"], cart.json["version"]);
}

#[tokio::test]
async fn a_customers_cart_opens_by_being_signed_in() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let cart = shop.post("/v1/carts").bearer(&customer.access).json(json!({})).send().await.expect(201).json();
    let path = format!("/v1/carts/{}", cart["id"].as_str().unwrap());
    shop.get(&path).bearer(&customer.access).send().await.expect(200);
    shop.get(&path).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn adding_a_variant_twice_makes_one_line() {
    let shop = Shop::open().await;
    let (one, two) = (shop.product(json!({})).await, shop.product(json!({})).await);
    let cart = shop.cart_with(&one.variant, 1).await;
    add(&shop, &cart, &two.variant, 1).await;
    let seen = add(&shop, &cart, &one.variant, 2).await;
    assert_eq!(quantities(&seen), [3, 1]);
    let line = &seen["lines"][0];
    assert_eq!(line["variant_id"], json!(one.variant));
    assert_eq!(line["product_id"], json!(one.id));
    assert_eq!(line["sku"], json!(one.sku));
    assert_eq!((&line["unit_price"], &line["total"]), (&eur(PRICE), &eur(3 * PRICE)));
    assert!(seen["version"].as_i64() > cart.json["version"].as_i64());
}

#[tokio::test]
async fn lines_named_twice_in_a_new_cart_make_one_line() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let line = json!({ "variant_id": product.variant, "quantity": 2 });
    let cart = shop.new_cart(json!({ "lines": [line, line] })).await;
    assert_eq!(quantities(&cart.json), [4]);
}

#[tokio::test]
async fn a_line_is_changed_and_taken_away() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let cart = shop.cart_with(&product.variant, 1).await;
    let path = cart.path(&format!("/lines/{}", cart.json["lines"][0]["id"].as_str().unwrap()));
    let changed = shop.patch(&path).cart_token(&cart.token).json(json!({ "quantity": 7 })).send().await.expect(200);
    assert_eq!(quantities(&changed.json()), [7]);
    shop.delete(&path).cart_token(&cart.token).send().await.expect_success();
    assert_eq!(quantities(&shop.see_cart(&cart).await), [0_i64; 0]);
    shop.patch(&path).cart_token(&cart.token).json(json!({ "quantity": 1 })).send().await.expect(404).some_problem();
}

#[tokio::test]
async fn a_variant_that_is_not_sold_cannot_be_added() {
    let shop = Shop::open().await;
    let draft = shop.new_product(json!({ "status": "draft" })).await;
    let cart = shop.cart().await;
    for variant in [STRANGE_VARIANT, &draft.variant] {
        let line = json!({ "variant_id": variant, "quantity": 1 });
        let answer = shop.post(&cart.path("/lines")).cart_token(&cart.token).json(line.clone()).send().await;
        assert_eq!(answer.pointers(), ["/variant_id"]);
        let answer = shop.post("/v1/carts").json(json!({ "lines": [line] })).send().await;
        assert_eq!(answer.pointers(), ["/lines/0/variant_id"]);
    }
}

#[tokio::test]
async fn a_quantity_is_a_whole_number_within_bounds() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let cart = shop.cart_with(&product.variant, 1).await;
    let line = cart.path(&format!("/lines/{}", cart.json["lines"][0]["id"].as_str().unwrap()));
    for quantity in ["0", "-1", "1000001", "4294967296", "1.5", "1e3", "\"1\"", "null", "[]"] {
        let body = format!(r#"{{"variant_id": "{}", "quantity": {quantity}}}"#, product.variant);
        let answer =
            shop.post(&cart.path("/lines")).cart_token(&cart.token).body("application/json", body).send().await;
        assert_eq!(answer.pointers(), ["/quantity"], "{quantity}");
    }
    for quantity in ["-1", "1000001", "1.5"] {
        let body = format!(r#"{{"quantity": {quantity}}}"#);
        let answer = shop.patch(&line).cart_token(&cart.token).body("application/json", body).send().await;
        assert_eq!(answer.pointers(), ["/quantity"], "{quantity}");
    }
    add(&shop, &cart, &product.variant, 999_999).await;
    let more = json!({ "variant_id": product.variant, "quantity": 1 });
    shop.post(&cart.path("/lines")).cart_token(&cart.token).json(more).send().await.expect(422).some_problem();
    assert_eq!(quantities(&shop.see_cart(&cart).await), [1_000_000]);
}

#[tokio::test]
async fn members_that_nobody_knows_are_refused() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let cart = shop.cart_with(&product.variant, 1).await;
    let line = cart.path(&format!("/lines/{}", cart.json["lines"][0]["id"].as_str().unwrap()));
    let token = &cart.token;
    for extra in ["unit_price", "price", "total", "discount", "status", "account_id", "__proto__", "colour"] {
        let body = |mut body: Value| {
            body[extra] = json!(1);
            body
        };
        for ask in [
            shop.post("/v1/carts").json(body(json!({}))),
            shop.post(&cart.path("/lines")).json(body(json!({ "variant_id": product.variant, "quantity": 1 }))),
            shop.patch(&line).json(body(json!({ "quantity": 1 }))),
            shop.put(&cart.path("/details")).json(body(details())),
            shop.put(&cart.path("/shipping-option")).json(body(json!({ "id": "standard" }))),
            shop.post(&cart.path("/order"))
                .json(body(json!({ "payment": { "provider": "test", "method": "pm_card_visa" } }))),
        ] {
            ask.cart_token(token).send().await.problem(422, "invalid");
        }
    }
    assert_eq!(shop.see_cart(&cart).await["version"], cart.json["version"]);
}

#[tokio::test]
async fn details_are_checked_and_kept() {
    let shop = Shop::open().await;
    let cart = shop.cart().await;
    let put = |body: Value| shop.put(&cart.path("/details")).cart_token(&cart.token).json(body);
    let with = |member: &str, value: Value| {
        let mut body = details();
        *body.pointer_mut(member).unwrap() = value;
        body
    };
    for (member, value) in [
        ("/email", json!("nobody")),
        ("/email", json!("a@b@c")),
        ("/email", json!("")),
        ("/email", json!(format!("{}@example.com", "x".repeat(300)))),
        ("/email", json!("ada@example.com\r\nBcc: all@example.com")),
        ("/shipping_address/name", json!("  ")),
        ("/shipping_address/line1", json!("x".repeat(10_000))),
        ("/shipping_address/city", json!("Lon\u{0}don")),
        ("/shipping_address/country", json!("Narnia")),
        ("/shipping_address/postal_code", json!(7)),
        ("/shipping_address", json!("home")),
    ] {
        assert_eq!(put(with(member, value.clone())).send().await.pointers(), [member], "{value}");
    }
    let mut body = details();
    body["billing_address"] = address();
    body["billing_address"]["name"] = json!("Zoë \u{1F41D} <script>");
    let seen = put(body.clone()).send().await.expect(200).json();
    assert_eq!(seen["email"], body["email"]);
    assert_eq!(seen["billing_address"]["name"], body["billing_address"]["name"]);
    assert_eq!(seen["shipping_address"]["city"], "London");
}

#[tokio::test]
async fn shipping_is_chosen_from_what_there_is() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let cart = shop.cart_with(&product.variant, 1).await;
    let options = shop.get(&cart.path("/shipping-options")).cart_token(&cart.token).send().await.expect(200).json();
    let option = &options["items"][0];
    assert_eq!(option["price"]["currency"], "EUR");
    let choose = |id: Value| shop.put(&cart.path("/shipping-option")).cart_token(&cart.token).json(json!({ "id": id }));
    assert_eq!(choose(json!("by-pigeon")).send().await.pointers(), ["/id"]);
    let seen = choose(option["id"].clone()).send().await.expect(200).json();
    assert_eq!(seen["shipping_option"]["id"], option["id"]);
    assert_eq!(seen["totals"]["shipping"], option["price"]);
}

#[tokio::test]
async fn totals_are_exact() {
    let shop = Shop::open().await;
    let sold = async |amount: i64| {
        let variants = json!([{ "sku": unique("sku"), "prices": prices(amount) }]);
        shop.product(json!({ "variants": variants })).await.variant
    };
    let cart = shop.cart_with(&sold(1).await, 3).await;
    add(&shop, &cart, &sold(1_999).await, 7).await;
    add(&shop, &cart, &sold(10_000_000_000).await, 900_000).await;
    let cart = shop.ready(cart).await;
    let amount = |member: &str| {
        let money = &cart.json["totals"][member];
        assert_eq!(money["currency"], "EUR", "{member}");
        money["amount"].as_i64().unwrap()
    };
    let items = 3 + 7 * 1_999 + 10_000_000_000 * 900_000;
    assert_eq!(amount("items"), items);
    assert_eq!(amount("discount"), 0);
    let untaxed = items + amount("shipping");
    let total = amount("total");
    assert!(total == untaxed || total == untaxed + amount("tax"), "{}", cart.json["totals"]);
    // One more of these, and the sum would be beyond 2^53.
    let line = cart.path(&format!("/lines/{}", cart.json["lines"][2]["id"].as_str().unwrap()));
    let more = shop.patch(&line).cart_token(&cart.token).json(json!({ "quantity": 1_000_000 })).send().await;
    assert!(more.status.is_client_error(), "{}", more.told());
}

#[tokio::test]
async fn the_carts_cookie_opens_it_for_the_shops_own_pages_only() {
    let shop = Shop::open().await;
    let made = shop.post("/v1/carts").json(json!({})).send().await.expect(201);
    let (cookie, attributes) = made.set_cookie("__Host-cart").expect("the cookie is set");
    for attribute in ["Secure", "HttpOnly", "Path=/", "SameSite="] {
        assert!(attributes.contains(attribute), "{attributes} lacks {attribute}");
    }
    assert!(!attributes.contains("Domain"), "{attributes}");
    let path = format!("/v1/carts/{}", made.json()["id"].as_str().unwrap());
    shop.get(&path).cookie(&cookie).send().await.expect(200);
    let change = || shop.put(&format!("{path}/details")).cookie(&cookie).json(details());
    change().header("origin", &shop.origin()).send().await.expect(200);
    change().header("sec-fetch-site", "same-origin").send().await.expect(200);
    change().send().await.problem(403, "csrf");
    // Nothing of ours authenticates these, or nobody else could have sent them.
    let token = made.json()["token"].as_str().unwrap().to_owned();
    change().cart_token(&token).send().await.expect(200);
    shop.post("/v1/carts").cookie("_ga=1").json(json!({})).send().await.expect(201);
    change().header("sec-fetch-site", "cross-site").header("origin", &shop.origin()).send().await.problem(403, "csrf");
    change().header("sec-fetch-site", "same-site").send().await.problem(403, "csrf");
    let host = shop.origin().split_once("://").unwrap().1.to_owned();
    for origin in
        ["null", "https://evil.example", &format!("https://{host}.evil.example"), &format!("https://evil{host}")]
    {
        change().header("origin", origin).send().await.problem(403, "csrf");
    }
}

#[tokio::test]
async fn many_changes_at_once_are_all_made() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let cart = shop.cart().await;
    futures_util::future::join_all((0..20).map(|_| add(&shop, &cart, &product.variant, 1))).await;
    assert_eq!(quantities(&shop.see_cart(&cart).await), [20]);
}

#[tokio::test]
async fn a_cart_tells_of_prices_that_have_changed() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let cart = shop.cart_with(&product.variant, 1).await;
    let told = |cart: &Value| cart["problems"].as_array().unwrap().iter().any(|one| one["code"] == "price_changed");
    assert!(!told(&shop.see_cart(&cart).await));
    let path = format!("/v1/admin/variants/{}", product.variant);
    let change = json!({ "prices": prices(PRICE + 1) });
    shop.patch(&path).bearer(&shop.owner().await).json(change).send().await.expect(200);
    within(PUBLISHED_MILLIS, "the cart tells", async || {
        let cart = shop.see_cart(&cart).await;
        (told(&cart) && cart["lines"][0]["unit_price"]["amount"] == PRICE).then_some(())
    })
    .await;
}
