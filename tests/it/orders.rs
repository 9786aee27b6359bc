//! Placing an order: prices, stock, and every way a payment can go.

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::fixtures::{PRICE, Product, eur, payment, prices};
use crate::shop::{Shop, unique};

const VISA: &str = "pm_card_visa";
/// How many buyers a live shop is asked to serve at the very same time.
const CONCURRENT: usize = 64;

#[tokio::test]
async fn a_purchase_is_paid_and_confirmed() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 2).await;
    let expected = json!({ "payment": payment(VISA), "expected_total": cart.json["totals"]["total"] });
    let placed = shop.place_with(&cart, expected).await.expect(201).json();
    assert_eq!(placed["id"], json!(cart.id));
    let order = shop.until_order(&cart, "confirmed", "paid").await;
    assert_eq!(order["number"], placed["number"]);
    assert_eq!(order["totals"], cart.json["totals"]);
    assert_eq!(order["lines"][0]["total"], eur(2 * PRICE));
    assert_eq!(order["payment"]["provider"], "test");
    assert_eq!(order["refunded"], eur(0));
    let events = order["events"].as_array().unwrap();
    assert!(!events.is_empty() && events.iter().all(|event| event["at"].is_string() && event["type"].is_string()));
    shop.until_available(&product.variant, 3).await;
}

#[tokio::test]
async fn an_order_placed_again_is_the_same_order() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let first = shop.place(&cart, VISA).await.expect(201).json();
    shop.until_order(&cart, "confirmed", "paid").await;
    for _ in 0..2 {
        let again = shop.place(&cart, VISA).await.expect_success().json();
        assert_eq!((&again["id"], &again["number"]), (&first["id"], &first["number"]));
    }
    shop.until_available(&product.variant, 4).await;
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.kept(&cart.id), cart.total());
    }
}

#[tokio::test]
async fn twenty_buyers_hands_on_one_cart_place_one_order() {
    let shop = Shop::open().await;
    let product = shop.stocked(50).await;
    let cart = shop.ready_cart(&product.variant, 2).await;
    let answers = join_all((0..20).map(|_| shop.place(&cart, VISA))).await;
    for answer in answers {
        let order = answer.expect_success().json();
        assert_eq!(order["id"], json!(cart.id));
    }
    shop.until_order(&cart, "confirmed", "paid").await;
    shop.until_available(&product.variant, 48).await;
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.charges().len(), 1);
        assert_eq!(ledger.kept(&cart.id), cart.total());
    }
}

#[tokio::test]
async fn placing_with_a_key_is_replayed() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let key = unique("key");
    let place = |method: &str| {
        let body = json!({ "payment": payment(method) });
        shop.post(&cart.path("/order")).cart_token(&cart.token).key(&key).json(body)
    };
    let first = place(VISA).send().await.expect(201);
    let again = place(VISA).send().await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json()["id"], first.json()["id"]);
    place("pm_card_chargeDeclined").send().await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_placed_order_is_no_cart_any_more() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.get(&cart.order_path("")).cart_token(&cart.token).send().await.problem(404, "not_found");
    shop.place(&cart, VISA).await.expect(201);
    let line = json!({ "variant_id": product.variant, "quantity": 1 });
    shop.post(&cart.path("/lines")).cart_token(&cart.token).json(line).send().await.expect(409).some_problem();
}

#[tokio::test]
async fn a_changed_price_is_told_and_accepted_the_next_time() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let path = format!("/v1/admin/variants/{}", product.variant);
    shop.patch(&path).bearer(&shop.owner().await).json(json!({ "prices": prices(2_999) })).send().await.expect(200);
    let refused = shop.place(&cart, VISA).await.problem(409, "price_changed");
    assert_eq!(refused["lines"][0]["old"], eur(PRICE), "{refused}");
    assert_eq!(refused["lines"][0]["new"], eur(2_999), "{refused}");
    shop.place(&cart, VISA).await.expect(201);
    let order = shop.until_order(&cart, "confirmed", "paid").await;
    assert_eq!(order["totals"]["total"], eur(cart.total() + 1_000));
}

#[tokio::test]
async fn another_total_than_expected_is_refused() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    for expected in [eur(1), eur(cart.total() - 1), json!({ "amount": cart.total(), "currency": "USD" })] {
        let body = json!({ "payment": payment(VISA), "expected_total": expected });
        shop.place_with(&cart, body).await.problem(409, "price_changed");
    }
    assert_eq!(shop.see_cart(&cart).await["status"], "open");
    assert_eq!(shop.available(&product.variant).await, 5);
}

#[tokio::test]
async fn a_product_no_longer_sold_cannot_be_ordered() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let path = format!("/v1/admin/products/{}", product.id);
    shop.patch(&path).bearer(&shop.owner().await).json(json!({ "status": "archived" })).send().await.expect(200);
    shop.place(&cart, VISA).await.expect(409).some_problem();
}

#[tokio::test]
async fn what_a_cart_lacks_is_told() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.cart().await;
    let missing = |problem: Value| -> Vec<String> {
        problem["missing"].as_array().unwrap().iter().map(|what| what.as_str().unwrap().to_owned()).collect()
    };
    let told = missing(shop.place(&cart, VISA).await.problem(409, "cart_incomplete"));
    assert_eq!(told, ["lines", "email", "shipping_address", "shipping_option"]);
    let cart = shop.ready(shop.cart_with(&product.variant, 1).await).await;
    let line = cart.path(&format!("/lines/{}", cart.json["lines"][0]["id"].as_str().unwrap()));
    shop.delete(&line).cart_token(&cart.token).send().await.expect_success();
    let told = missing(shop.place(&cart, VISA).await.problem(409, "cart_incomplete"));
    assert_eq!(told, ["lines"]);
}

#[tokio::test]
async fn lines_out_of_stock_are_told_with_what_there_is() {
    let shop = Shop::open().await;
    let product = shop.stocked(3).await;
    let cart = shop.ready_cart(&product.variant, 5).await;
    let refused = shop.place(&cart, VISA).await.problem(409, "out_of_stock");
    let line_id = &cart.json["lines"][0]["id"];
    assert_eq!(refused["lines"], json!([{ "line_id": line_id, "requested": 5, "available": 3 }]));
    let path = cart.path(&format!("/lines/{}", line_id.as_str().unwrap()));
    shop.patch(&path).cart_token(&cart.token).json(json!({ "quantity": 3 })).send().await.expect(200);
    shop.place(&cart, VISA).await.expect(201);
    shop.until_order(&cart, "confirmed", "paid").await;
    shop.until_available(&product.variant, 0).await;
}

#[tokio::test]
async fn a_cart_refused_many_times_can_be_placed_once_there_is_stock() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    for _ in 0..12 {
        shop.place(&cart, VISA).await.problem(409, "out_of_stock");
    }
    shop.stock(&product.variant, 1).await;
    let key = unique("key");
    let body = json!({ "payment": payment("pm_card_chargeDeclined") });
    let place = || shop.post(&cart.path("/order")).cart_token(&cart.token).key(&key).json(body.clone()).send();
    assert_eq!(place().await.expect(201).header("idempotent-replayed"), "");
    assert_eq!(place().await.expect(201).header("idempotent-replayed"), "true");
    let again = json!({ "provider": "test", "method": VISA });
    shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(again).send().await.expect_success();
    shop.until_order(&cart, "confirmed", "paid").await;
}

#[tokio::test]
async fn when_one_of_two_products_is_out_nothing_is_held() {
    let shop = Shop::open().await;
    let (there, out) = (shop.stocked(2).await, shop.product(json!({})).await);
    let cart = shop.cart_with(&there.variant, 2).await;
    let line = json!({ "variant_id": out.variant, "quantity": 1 });
    shop.post(&cart.path("/lines")).cart_token(&cart.token).json(line).send().await.expect_success();
    let cart = shop.ready(cart).await;
    let refused = shop.place(&cart, VISA).await.problem(409, "out_of_stock");
    let line_id = &cart.json["lines"][1]["id"];
    assert_eq!(refused["lines"], json!([{ "line_id": line_id, "requested": 1, "available": 0 }]));
    shop.until_available(&there.variant, 2).await;
    if let Some(ledger) = shop.ledger() {
        assert!(ledger.charges().is_empty(), "nothing is charged before everything is held");
    }
}

#[tokio::test]
async fn carts_in_opposite_order_do_not_block_each_other() {
    let shop = Shop::open().await;
    let (one, two) = (shop.stocked(10).await, shop.stocked(10).await);
    let both = async |first: &Product, second: &Product| {
        let lines = [first, second].map(|product| json!({ "variant_id": product.variant, "quantity": 1 }));
        shop.ready(shop.new_cart(json!({ "lines": lines })).await).await
    };
    let mut carts = Vec::new();
    for _ in 0..10 {
        carts.extend([both(&one, &two).await, both(&two, &one).await]);
    }
    let answers = join_all(carts.iter().map(|cart| shop.place(cart, VISA))).await;
    let placed = answers.iter().filter(|answer| answer.is(201)).count();
    for answer in answers.iter().filter(|answer| !answer.is(201)) {
        answer.problem(409, "out_of_stock");
    }
    // All or nothing: two carts may each take what the other needs, but no piece is lost.
    assert!((1..=10).contains(&placed), "{placed}");
    shop.until_available(&one.variant, 10 - placed as i64).await;
    shop.until_available(&two.variant, 10 - placed as i64).await;
}

#[tokio::test]
async fn a_declined_card_may_be_followed_by_a_good_one() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let again = async |method: &str| {
        let ask = shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment(method));
        ask.send().await.expect_success();
    };
    shop.place(&cart, "pm_card_chargeDeclined").await.expect(201);
    shop.until_order(&cart, "awaiting_payment", "declined").await;
    shop.until_available(&product.variant, 0).await;
    again("pm_card_chargeDeclinedInsufficientFunds").await;
    shop.until_order(&cart, "awaiting_payment", "declined").await;
    again(VISA).await;
    shop.until_order(&cart, "confirmed", "paid").await;
    let more = shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment(VISA)).send().await;
    more.expect(409).some_problem();
}

#[tokio::test]
async fn a_card_without_funds_is_declined() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, "pm_card_chargeDeclinedInsufficientFunds").await.expect(201);
    shop.until_order(&cart, "awaiting_payment", "declined").await;
}

#[tokio::test]
async fn a_card_that_asks_for_authentication_says_so() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, "pm_card_authenticationRequired").await.expect(201);
    let order = shop.until_order(&cart, "awaiting_payment", "requires_action").await;
    assert!(order["payment"]["client_secret"].as_str().is_some_and(|secret| !secret.is_empty()), "{order}");
}

#[tokio::test]
async fn a_slow_payment_is_confirmed() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, "pm_test_slow").await.expect(201);
    shop.until_order(&cart, "confirmed", "paid").await;
}

#[tokio::test]
async fn a_payment_that_never_answers_but_charges_is_confirmed_by_itself() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, "pm_test_timeout").await.expect(201);
    shop.until_order_within(20_000, &cart, "confirmed", "paid").await;
    shop.until_available(&product.variant, 0).await;
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.kept(&cart.id), cart.total());
    }
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_ends_without_a_charge() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let placed = shop.place(&cart, "pm_test_unreachable").await.expect(201).json();
    assert_eq!(placed["status"], "awaiting_payment");
    let Some(host) = shop.native_host("an unreachable provider's order ends with its hold") else { return };
    let order = shop
        .hurry(&cart, 3_600, |order| order["status"] == "cancelled" || order["payment"]["status"] == "declined")
        .await;
    assert_ne!(order["payment"]["status"], "paid");
    if order["status"] != "cancelled" {
        shop.post(&cart.order_path("/cancel")).cart_token(&cart.token).send().await.expect_success();
    }
    shop.until_available(&product.variant, 1).await;
    assert_eq!(host.ledger.kept(&cart.id), 0);
}

#[tokio::test]
async fn a_cancelled_order_gives_its_stock_back() {
    let shop = Shop::open().await;
    let product = shop.stocked(3).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    shop.place(&cart, "pm_card_chargeDeclined").await.expect(201);
    shop.until_available(&product.variant, 0).await;
    let cancel = || shop.post(&cart.order_path("/cancel")).cart_token(&cart.token);
    let cancelled = cancel().send().await.expect_success().json();
    assert_eq!(cancelled["status"], "cancelled");
    shop.until_available(&product.variant, 3).await;
    cancel().send().await.expect_success();
    let pay = shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment(VISA)).send().await;
    pay.expect(409).some_problem();
    assert_eq!(shop.available(&product.variant).await, 3);
}

#[tokio::test]
async fn a_confirmed_order_is_not_cancelled_by_its_buyer() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, VISA).await.expect(201);
    shop.until_order(&cart, "confirmed", "paid").await;
    shop.post(&cart.order_path("/cancel")).cart_token(&cart.token).send().await.expect(409).some_problem();
}

#[tokio::test]
async fn what_may_not_pay_is_refused() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    for (payment, pointer) in [
        (json!({ "provider": "barter", "method": VISA }), "/payment/provider"),
        (json!({ "provider": "test", "method": "pm_card_unknown" }), "/payment/method"),
        (json!({ "provider": "test", "method": "4242424242424242" }), "/payment/method"),
        (json!({ "method": VISA }), "/payment"),
        (json!(null), "/payment"),
    ] {
        let answer = shop.place_with(&cart, json!({ "payment": payment })).await;
        let pointers = answer.pointers();
        assert!(pointers.iter().all(|told| told.starts_with(pointer)), "{payment}: {pointers:?}");
    }
    assert_eq!(shop.see_cart(&cart).await["status"], "open");
}

/// So many buyers at once for so many pieces of one product.
async fn rush(shop: &Shop, buyers: usize, pieces: usize) {
    let product = shop.stocked(pieces as i64).await;
    let carts = shop.ready_carts(&product.variant, buyers).await;
    let placing = stream::iter(&carts).map(async |cart| (cart, shop.place(cart, VISA).await));
    let answers: Vec<_> = placing.buffer_unordered(CONCURRENT).collect().await;
    let mut placed = Vec::new();
    for (cart, answer) in &answers {
        if answer.is(201) {
            placed.push(*cart);
        } else {
            answer.problem(409, "out_of_stock");
        }
    }
    assert_eq!(placed.len(), pieces);
    for cart in placed {
        shop.until_order(cart, "confirmed", "paid").await;
    }
    shop.until_available(&product.variant, 0).await;
    if let Some(ledger) = shop.ledger() {
        let charged: i64 = carts.iter().map(|cart| ledger.kept(&cart.id)).sum();
        assert_eq!(charged, carts[0].total() * pieces as i64);
    }
}

#[tokio::test]
async fn sixty_buyers_for_25_pieces_buy_25() {
    let Some(shop) = Shop::native("three hundred buyers are enough for it").await else { return };
    rush(&shop, 60, 25).await;
}

#[tokio::test]
async fn three_hundred_buyers_for_25_pieces_buy_25() {
    rush(&Shop::open().await, 300, 25).await;
}
