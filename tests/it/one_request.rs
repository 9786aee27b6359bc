//! A purchase in one request: all of it or nothing. A cart changed in one:
//! `cart_changes.rs`.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::ask::Answer;
use crate::buyers::{mailbox, new_code};
use crate::fixtures::{Cart, PRICE, Product, address, eur, payment};
use crate::shop::{Shop, eventually, unique};

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

pub fn lines(of: &[(&Product, i64)]) -> Value {
    of.iter().map(|(product, quantity)| json!({ "variant_id": product.variant, "quantity": quantity })).collect()
}

/// A purchase of what has to be sent, laid over by `members`; null takes one away.
pub fn purchase(of: &[(&Product, i64)], members: Value) -> Value {
    let mut body = json!({
        "currency": "EUR", "lines": lines(of), "email": mailbox(), "shipping_address": address(),
        "shipping_option": "standard", "payment": payment("pm_card_visa"),
    });
    for (name, value) in members.as_object().unwrap() {
        match value {
            Value::Null => drop(body.as_object_mut().unwrap().remove(name)),
            value => body[name] = value.clone(),
        }
    }
    body
}

fn cart_of(order: &Value) -> Cart {
    Cart { id: text(&order["id"]).to_owned(), token: text(&order["token"]).to_owned(), json: order.clone() }
}

/// The shop's own shipping, which is not the same on every live shop.
pub async fn standard(shop: &Shop, product: &Product) -> String {
    let cart = shop.ready_cart(&product.variant, 1).await;
    text(&cart.json["shipping_option"]["id"]).to_owned()
}

/// How many orders of a mailbox staff see.
async fn orders_of(shop: &Shop, email: &str) -> i64 {
    let path = format!("/v1/admin/orders?q={email}");
    let list = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    list["total"].as_i64().unwrap()
}

#[tokio::test]
async fn a_whole_purchase_is_one_request() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let option = standard(&shop, &product).await;
    let body = purchase(&[(&product, 2)], json!({ "shipping_option": option }));
    let answer = shop.post("/v1/orders").header("accept-language", "de").json(body.clone()).send().await.expect(201);
    let order = answer.json();
    assert_eq!((text(&order["status"]), text(&order["payment"]["status"])), ("confirmed", "paid"));
    assert_eq!((&order["email"], text(&order["language"])), (&body["email"], "de"));
    assert_eq!(order["totals"]["items"], eur(2 * PRICE));
    assert_eq!(order["payment"]["captured"], order["totals"]["total"]);
    // The secret that it answers gives access, and nothing else does.
    let cart = cart_of(&order);
    let mut seen = shop.order(&cart).await;
    seen["events"].take();
    let mut told = order.clone();
    told["events"].take();
    told.as_object_mut().unwrap().remove("token");
    seen["version"].take();
    told["version"].take();
    assert_eq!(seen, told);
    shop.get(&cart.order_path("")).send().await.problem(404, "not_found");
    // So does the cookie that a browser keeps.
    let (pair, attributes) = answer.set_cookie("__Host-orders").expect("a browser keeps it");
    assert!(attributes.contains("HttpOnly") && attributes.contains("Secure"), "{attributes}");
    shop.get(&cart.order_path("")).cookie(&pair).send().await.expect(200);
    shop.until_available(&product.variant, 3).await;
    shop.letters(text(&body["email"]), 1).await;
    eventually("the lists have it", async || (orders_of(&shop, text(&body["email"])).await == 1).then_some(())).await;
}

#[tokio::test]
async fn a_customer_who_is_signed_in_has_the_order_among_theirs() {
    let shop = Shop::open().await;
    let (product, customer) = (shop.download(700).await, shop.customer().await);
    let body = json!({ "lines": lines(&[(&product, 1)]), "currency": "EUR", "email": customer.email, "payment": payment("pm_card_visa") });
    let order = shop.post("/v1/orders").bearer(&customer.access).json(body).send().await.expect(201).json();
    let path = format!("/v1/orders/{}", text(&order["id"]));
    shop.get(&path).bearer(&customer.access).send().await.expect(200);
    eventually("it is among theirs", async || {
        let list = shop.get("/v1/me/orders").bearer(&customer.access).send().await.expect(200).json();
        (list["items"][0]["id"] == order["id"]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_declined_purchase_is_an_order_that_can_be_paid_another_way() {
    let shop = Shop::open().await;
    let product = shop.download(700).await;
    let body = json!({ "lines": lines(&[(&product, 1)]), "currency": "EUR", "email": mailbox(), "payment": payment("pm_card_chargeDeclined") });
    let order = shop.buy(body).await.expect(201).json();
    assert_eq!((text(&order["status"]), text(&order["payment"]["status"])), ("awaiting_payment", "declined"));
    let cart = cart_of(&order);
    let pay = shop.post(&cart.order_path("/payments")).cart_token(&cart.token);
    assert_eq!(pay.json(payment("pm_card_visa")).send().await.expect(200).json()["status"], "confirmed");
}

#[tokio::test]
async fn a_refused_purchase_leaves_nothing() {
    let shop = Shop::open().await;
    let [product, scarce] = [shop.stocked(5).await, shop.stocked(1).await];
    let option = standard(&shop, &product).await;
    let (code, spent) = (new_code(), new_code());
    let percent = |code: &str, limit: i64| json!({ "title": "Tenth", "code": code, "usage_limit": limit, "combinable": true, "effect": { "percentage": { "percent": "10" } } });
    let promotion = shop.promotion(percent(&code, 1)).await;
    shop.promotion(percent(&spent, 0)).await;
    let card = shop.issued_card(json!({ "balance": eur(1_000) })).await;
    let email = mailbox();
    let with_all =
        json!({ "shipping_option": option, "coupons": [code], "gift_cards": [card["code"]], "email": email });
    let good = purchase(&[(&product, 1)], with_all.clone());
    let refusal = |of: &[(&Product, i64)], members: Value| {
        let mut body = purchase(of, with_all.clone());
        for (name, value) in members.as_object().unwrap() {
            match value {
                Value::Null => drop(body.as_object_mut().unwrap().remove(name)),
                value => body[name] = value.clone(),
            }
        }
        body
    };
    let one = [(&product, 1)];
    let check = |answer: Answer, status: u16, code: &str| answer.problem(status, code);
    let told = check(shop.buy(refusal(&[(&product, 1), (&scarce, 2)], json!({}))).await, 409, "out_of_stock");
    assert_eq!(told["lines"], json!([{ "line_id": "line_2", "requested": 2, "available": 1 }]));
    let coupons = json!({ "coupons": [code, spent] });
    assert_eq!(check(shop.buy(refusal(&one, coupons)).await, 409, "coupon_exhausted")["coupon"], json!(spent));
    check(shop.buy(refusal(&one, json!({ "expected_total": eur(1) }))).await, 409, "price_changed");
    check(shop.buy(refusal(&one, json!({ "shipping_option": "by pigeon" }))).await, 409, "shipping_not_offered");
    for missing in ["shipping_address", "shipping_option"] {
        let mut members = json!({});
        members[missing] = Value::Null;
        assert_eq!(check(shop.buy(refusal(&one, members)).await, 409, "cart_incomplete")["missing"], json!([missing]));
    }
    check(shop.buy(refusal(&one, json!({ "coupons": [code, new_code()] }))).await, 422, "coupon_not_valid");
    let cards = json!({ "gift_cards": [card["code"], "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ"] });
    assert_eq!(shop.buy(refusal(&one, cards)).await.pointers(), ["/gift_cards/1"]);
    let several =
        json!({ "email": "nobody", "shipping_address": { "name": "", "line1": "x", "country": "GB" }, "color": 1 });
    let pointers = shop.buy(refusal(&one, several)).await.pointers();
    assert!(pointers.contains(&"/color".to_owned()), "{pointers:?}");
    let unknown = json!({ "lines": [{ "variant_id": "var_01ARZ3NDEKTSV4RRFFQ69G5FAV", "quantity": 1 }] });
    assert_eq!(shop.buy(refusal(&one, unknown)).await.pointers(), ["/lines/0/variant_id"]);
    let empty = check(shop.buy(refusal(&one, json!({ "lines": [] }))).await, 409, "cart_incomplete");
    assert_eq!(empty["missing"], json!(["lines"]));
    let nothing = json!({ "payment": { "provider": "test", "method": "pm_nothing" } });
    assert_eq!(shop.buy(refusal(&one, nothing)).await.pointers(), ["/payment/method"]);

    shop.until_available(&product.variant, 5).await;
    shop.until_available(&scarce.variant, 1).await;
    let seen = shop.card(&card["id"]).await;
    assert_eq!((&seen["balance"], &seen["held"], shop.used(&promotion).await), (&eur(1_000), &eur(0), 0));
    // All of it is still to be had, and this is the only order.
    let order = shop.buy(good).await.expect(201).json();
    assert_eq!(text(&order["status"]), "confirmed");
    eventually("the lists have it", async || (orders_of(&shop, &email).await == 1).then_some(())).await;
    assert_eq!(shop.letters(&email, 1).await.len(), 1);
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.charges().len(), 1);
    }
}

#[tokio::test]
async fn longer_lists_than_there_may_be_are_refused_before_anything_is_looked_up() {
    let shop = Shop::open().await;
    let tea = shop.stocked(9).await;
    let cart = shop.ready_cart(&tea.variant, 1).await;
    let codes = |count: usize| json!((0..count).map(|n| format!("CODE{n}")).collect::<Vec<_>>());
    let long = "x".repeat(101);
    let too_much = json!({ "coupons": codes(11), "gift_cards": codes(11), "shipping_option": long });
    for answer in [shop.buy(purchase(&[(&tea, 1)], too_much.clone())).await, shop.change_cart(&cart, too_much).await] {
        let mut pointers = answer.pointers();
        pointers.sort();
        assert_eq!(pointers, ["/coupons", "/gift_cards", "/shipping_option"]);
    }
    let lists = json!({ "coupons": codes(11), "gift_cards": codes(11) });
    let many = json!({ "coupons": codes(3_000), "gift_cards": codes(3_000) });
    for body in [lists, many] {
        for answer in [shop.buy(purchase(&[(&tea, 1)], body.clone())).await, shop.change_cart(&cart, body).await] {
            assert_eq!(answer.pointers(), ["/coupons", "/gift_cards"]);
        }
    }
    let chosen = shop.put(&cart.path("/shipping-option")).cart_token(&cart.token).json(json!({ "id": long }));
    assert_eq!(chosen.send().await.pointers(), ["/id"]);
    // One that is named twice is one.
    let card = shop.issued_card(json!({ "balance": eur(500) })).await;
    let twice = json!({ "gift_cards": [card["code"], text(&card["code"]).to_lowercase().replace('-', " ")] });
    let seen = shop.change_cart(&cart, twice).await.expect(200).json();
    assert_eq!(seen["gift_cards"].as_array().unwrap().len(), 1);
}

// --- repeats ---

#[tokio::test]
async fn the_same_purchase_again_is_the_same_order() {
    let shop = Shop::open().await;
    let product = shop.download(1_500).await;
    let card = shop.issued_card(json!({ "balance": eur(1_000) })).await;
    let (code, key) = (new_code(), unique("a-key-that-nobody-guesses"));
    let once = json!({ "title": "Once", "code": code, "usage_limit": 1, "usage_limit_per_customer": 1, "effect": { "percentage": { "percent": "10" } } });
    shop.promotion(once).await;
    // What it takes is gone with the first: the card is empty then, and the code used.
    let body = json!({
        "currency": "EUR", "lines": lines(&[(&product, 1)]), "email": mailbox(), "coupons": [code],
        "gift_cards": [card["code"]], "payment": payment("pm_card_visa"),
    });
    let buy = || shop.post("/v1/orders").key(&key).json(body.clone()).send();
    let first = buy().await.expect(201);
    for _ in 0..2 {
        let again = buy().await.expect(201);
        assert_eq!((again.json(), again.header("idempotent-replayed")), (first.json(), "true"));
        assert!(again.set_cookie("__Host-orders").is_some());
    }
    // From wherever it is repeated.
    let elsewhere = shop.post("/v1/orders").key(&key).from("198.51.100.7").json(body.clone()).send();
    assert_eq!(elsewhere.await.expect(201).json(), first.json());
    let mut other = body.clone();
    other["coupons"] = json!([]);
    shop.post("/v1/orders").key(&key).json(other).send().await.problem(422, "idempotency_key_reused");
    // Nor is it another once its product is gone.
    let path = format!("/v1/admin/products/{}", product.id);
    shop.delete(&path).bearer(&shop.owner().await).send().await.expect_success();
    assert_eq!(buy().await.expect(201).json(), first.json());
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.charges().len(), 1);
        assert_eq!(ledger.kept(text(&first.json()["id"])), 350);
    }
}

#[tokio::test]
async fn the_same_purchase_many_times_at_once_is_one_order_and_one_charge() {
    let shop = Shop::open().await;
    let product = shop.stocked(10).await;
    let option = standard(&shop, &product).await;
    let key = unique("a-key-that-nobody-guesses");
    let body = purchase(&[(&product, 1)], json!({ "shipping_option": option }));
    let buy = || shop.post("/v1/orders").key(&key).json(body.clone()).send();
    let answers = join_all((0..12).map(|_| buy())).await;
    for answer in answers.iter().filter(|answer| !answer.is(201)) {
        answer.problem(409, "idempotency_key_in_use");
    }
    let first = buy().await.expect(201).json();
    for answer in answers.iter().filter(|answer| answer.is(201)) {
        assert_eq!(answer.json()["id"], first["id"]);
    }
    shop.until_available(&product.variant, 9).await;
    assert_eq!(shop.letters(text(&body["email"]), 1).await.len(), 1);
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.charges().len(), 1);
    }
}

#[tokio::test]
async fn a_repeat_whose_gift_card_the_first_holds_is_told_to_wait() {
    let shop = Shop::open().await;
    let product = shop.download(1_000).await;
    let (code, key) = (shop.gift_card_code(1_000).await, unique("a-key-that-nobody-guesses"));
    let body = json!({
        "currency": "EUR", "lines": lines(&[(&product, 1)]), "email": mailbox(), "gift_cards": [code],
        "payment": payment("pm_card_visa"),
    });
    let buy = || shop.post("/v1/orders").key(&key).json(body.clone()).send();
    let answers = join_all((0..20).map(|_| buy())).await;
    let first = buy().await.expect(201).json();
    for answer in &answers {
        if answer.is(201) {
            assert_eq!(answer.json()["id"], first["id"]);
        } else {
            answer.problem(409, "idempotency_key_in_use");
        }
    }
}

#[tokio::test]
async fn a_refused_purchase_may_be_mended_under_the_same_key() {
    let shop = Shop::open().await;
    let product = shop.stocked(2).await;
    let option = standard(&shop, &product).await;
    let key = unique("a-key-that-nobody-guesses");
    let email = mailbox();
    let buy = async |members: Value, pieces: i64| {
        let mut body = purchase(&[(&product, pieces)], members);
        body["email"] = json!(email);
        shop.post("/v1/orders").key(&key).json(body).send().await
    };
    // Refused by the rules, and by a pool.
    buy(json!({ "shipping_option": "by pigeon" }), 1).await.problem(409, "shipping_not_offered");
    buy(json!({ "shipping_option": option }), 3).await.problem(409, "out_of_stock");
    buy(json!({ "shipping_option": option, "expected_total": eur(1) }), 1).await.problem(409, "price_changed");
    let order = buy(json!({ "shipping_option": option }), 2).await.expect(201).json();
    assert_eq!((text(&order["status"]), &order["lines"][0]["quantity"]), ("confirmed", &json!(2)));
    buy(json!({ "shipping_option": option }), 1).await.problem(422, "idempotency_key_reused");
    shop.until_available(&product.variant, 0).await;
}

#[tokio::test]
async fn nothing_of_a_refused_purchase_is_in_the_next_one_under_its_key() {
    let shop = Shop::open().await;
    let product = shop.stocked(3).await;
    let option = standard(&shop, &product).await;
    let (code, email, key) = (new_code(), mailbox(), unique("a-key-that-nobody-guesses"));
    let percent = json!({ "title": "Tenth", "code": code, "effect": { "percentage": { "percent": "10" } } });
    let promotion = shop.promotion(percent).await;
    let card = shop.issued_card(json!({ "balance": eur(1_000) })).await;
    let buy = |language: &str, body: &Value| {
        shop.post("/v1/orders").key(&key).header("accept-language", language).json(body.clone()).send()
    };
    let with_all = json!({
        "email": email, "shipping_option": option, "coupons": [code], "gift_cards": [card["code"]],
        "billing_address": address(), "vat_number": "DE123456789",
    });
    // Refused by a pool, so that it is a cart now.
    buy("de", &purchase(&[(&product, 4)], with_all)).await.problem(409, "out_of_stock");
    let plain = json!({ "email": email, "shipping_option": option, "currency": "USD" });
    let order = buy("en", &purchase(&[(&product, 1)], plain)).await.expect(201).json();
    assert_eq!((text(&order["totals"]["total"]["currency"]), text(&order["language"])), ("USD", "en"));
    assert_eq!(
        (&order["totals"]["gift_cards"]["amount"], &order["totals"]["discount"]["amount"]),
        (&json!(0), &json!(0))
    );
    assert_eq!((&order["billing_address"], order.get("vat_number")), (&Value::Null, None));
    assert_eq!(order["lines"].as_array().unwrap().len(), 1);
    let seen = shop.card(&card["id"]).await;
    assert_eq!((&seen["balance"], &seen["held"], shop.used(&promotion).await), (&eur(1_000), &eur(0), 0));
    // An address that is not said is none.
    let key = unique("a-key-that-nobody-guesses");
    let buy = |body: &Value| shop.post("/v1/orders").key(&key).json(body.clone()).send();
    let again = json!({ "email": email, "shipping_option": option });
    buy(&purchase(&[(&product, 4)], again)).await.problem(409, "out_of_stock");
    let nowhere = json!({ "email": email, "shipping_address": null, "shipping_option": null });
    let told = buy(&purchase(&[(&product, 1)], nowhere)).await.problem(409, "cart_incomplete");
    assert_eq!(told["missing"], json!(["shipping_address", "shipping_option"]));
}

#[tokio::test]
async fn of_two_purchases_at_once_under_one_key_neither_is_in_the_other() {
    let shop = Shop::open().await;
    let product = shop.stocked(100).await;
    let (option, email) = (standard(&shop, &product).await, mailbox());
    let key = unique("a-key-that-nobody-guesses");
    let body = |pieces: i64| purchase(&[(&product, pieces)], json!({ "email": email, "shipping_option": option }));
    let pieces = |n: i64| 1 + n % 3;
    let buy = |n: i64| shop.post("/v1/orders").key(&key).json(body(pieces(n))).send();
    let answers = join_all((0..12).map(buy)).await;
    let mut placed = Vec::new();
    for (n, answer) in (0..).zip(&answers) {
        if answer.is(201) {
            assert_eq!(answer.json()["lines"][0]["quantity"], json!(pieces(n)), "the lines that were sent with it");
            placed.push(pieces(n));
        } else if answer.is(422) {
            answer.problem(422, "idempotency_key_reused");
        } else {
            answer.problem(409, "idempotency_key_in_use");
        }
    }
    placed.dedup();
    assert_eq!(placed.len(), 1, "{placed:?}");
    shop.until_available(&product.variant, 100 - placed[0]).await;
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.charges().len(), 1);
    }
}

#[tokio::test]
async fn who_repeats_a_purchase_that_is_being_refused_is_told_so_or_to_wait() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let (option, key) = (standard(&shop, &product).await, unique("a-key-that-nobody-guesses"));
    let body = purchase(&[(&product, 1)], json!({ "shipping_option": option, "expected_total": eur(1) }));
    let answers = join_all((0..12).map(|_| shop.post("/v1/orders").key(&key).json(body.clone()).send())).await;
    let (refused, waiting): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.some_problem()["code"] == "price_changed");
    assert!(!refused.is_empty());
    for answer in waiting {
        answer.problem(409, "idempotency_key_in_use");
    }
}

#[tokio::test]
async fn a_key_that_could_be_guessed_is_refused_where_nobody_is_signed_in() {
    let shop = Shop::open().await;
    let product = shop.download(100).await;
    let body = json!({ "currency": "EUR", "lines": lines(&[(&product, 1)]), "email": mailbox(), "payment": payment("pm_card_visa") });
    let short = unique("k").split_off(10);
    let refused = shop.post("/v1/orders").key(&short).json(body.clone()).send().await;
    assert_eq!(refused.pointers(), ["Idempotency-Key"]);
    let customer = shop.customer().await;
    shop.post("/v1/orders").key(&short).bearer(&customer.access).json(body).send().await.expect(201);
}

// --- a cart changed in one request ---
