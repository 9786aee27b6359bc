//! What staff do: orders, stock, and lines at prices of their own.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::fixtures::{Cart, PRICE, eur, payment};
use crate::shop::{Shop, unique, within};

/// How long an order may take to show up in lists.
const LISTED_MILLIS: u64 = 2_000;

async fn list(shop: &Shop, query: &str) -> Value {
    let path = format!("/v1/admin/orders?{query}");
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()
}

fn find<'a>(list: &'a Value, cart: &Cart) -> Option<&'a Value> {
    list["items"].as_array().unwrap().iter().find(|order| order["id"] == json!(cart.id))
}

async fn bought(shop: &Shop, method: &str) -> Cart {
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, method).await.expect(201);
    cart
}

#[tokio::test]
async fn a_confirmed_order_is_listed_within_two_seconds() {
    let shop = Shop::open().await;
    let cart = bought(&shop, "pm_card_visa").await;
    let order = shop.until_order(&cart, "confirmed", "paid").await;
    let listed = within(LISTED_MILLIS, "the order is listed", async || {
        find(&list(&shop, "status=confirmed&limit=100").await, &cart).cloned()
    })
    .await;
    assert_eq!(listed["number"], order["number"]);
    assert_eq!(listed["status"], "confirmed");
    assert_eq!(listed["total"], order["totals"]["total"]);
}

#[tokio::test]
async fn orders_are_found_by_number_address_status_and_time() {
    let shop = Shop::open().await;
    let cart = bought(&shop, "pm_card_chargeDeclined").await;
    let order = shop.until_order(&cart, "awaiting_payment", "declined").await;
    let number = order["number"].as_str().unwrap();
    within(LISTED_MILLIS, "the order is found by its number", async || {
        find(&list(&shop, &format!("q={number}")).await, &cart).map(|_| ())
    })
    .await;
    assert!(find(&list(&shop, "status=awaiting_payment&limit=100").await, &cart).is_some());
    assert!(find(&list(&shop, "status=cancelled&limit=100").await, &cart).is_none());
    assert!(find(&list(&shop, "q=ada@example.com&limit=100").await, &cart).is_some());
    let placed = order["placed_at"].as_str().unwrap();
    assert!(find(&list(&shop, &format!("from={placed}&limit=100")).await, &cart).is_some());
    assert!(find(&list(&shop, "to=2020-01-01T00:00:00.000Z").await, &cart).is_none());
    let owner = shop.owner().await;
    for query in ["status=lost", "limit=0", "limit=101", "from=yesterday", "cursor=nonsense"] {
        let answer = shop.get(&format!("/v1/admin/orders?{query}")).bearer(&owner).send().await;
        answer.some_problem();
        assert!(answer.is(422) || answer.is(400), "{query}: {}", answer.told());
    }
}

#[tokio::test]
async fn the_list_follows_the_order() {
    let shop = Shop::open().await;
    let cart = bought(&shop, "pm_card_chargeDeclined").await;
    let number = shop.order(&cart).await["number"].as_str().unwrap().to_owned();
    for (action, body, status) in
        [("/payments", payment("pm_card_chargeDeclined"), "awaiting_payment"), ("/cancel", json!({}), "cancelled")]
    {
        shop.post(&cart.order_path(action)).cart_token(&cart.token).json(body).send().await.expect_success();
        within(LISTED_MILLIS, status, async || {
            let list = list(&shop, &format!("q={number}")).await;
            find(&list, &cart).filter(|order| order["status"] == status).map(|_| ())
        })
        .await;
    }
}

#[tokio::test]
async fn customers_see_their_own_orders_and_no_others() {
    let shop = Shop::open().await;
    let (customer, other) = (shop.customer().await, shop.customer().await);
    let product = shop.stocked(1).await;
    let lines = json!([{ "variant_id": product.variant, "quantity": 1 }]);
    let body = json!({ "lines": lines });
    let json = shop.post("/v1/carts").bearer(&customer.access).json(body).send().await.expect(201).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let cart = shop.ready(Cart { id: text(&json["id"]), token: text(&json["token"]), json }).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let mine = async |token: &str| {
        let list = shop.get("/v1/me/orders").bearer(token).send().await.expect(200).json();
        find(&list, &cart).is_some()
    };
    within(LISTED_MILLIS, "the customer sees the order", async || mine(&customer.access).await.then_some(())).await;
    assert!(!mine(&other.access).await);
    shop.get(&cart.order_path("")).bearer(&customer.access).send().await.expect(200);
    shop.get(&cart.order_path("")).bearer(&other.access).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn stock_is_received_and_taken_away() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let level = shop.adjust(&product.variant, json!({ "delta": 10, "reason": "received" })).await.expect_success();
    let level = level.json();
    assert_eq!((&level["on_hand"], &level["held"], &level["available"]), (&json!(10), &json!(0), &json!(10)));
    let level =
        shop.adjust(&product.variant, json!({ "delta": -3, "reason": "damaged" })).await.expect_success().json();
    assert_eq!(level["on_hand"], 7);
    let path = format!("/v1/admin/stock/{}", product.variant);
    let seen = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    assert_eq!(seen["on_hand"], 7);
    assert_eq!(shop.available(&product.variant).await, 7);
}

#[tokio::test]
async fn a_repeated_reference_counts_once() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let delivery = json!({ "delta": 10, "reason": "received", "reference": unique("note") });
    for answer in join_all((0..5).map(|_| shop.adjust(&product.variant, delivery.clone()))).await {
        assert_eq!(answer.expect_success().json()["on_hand"], 10);
    }
    assert_eq!(shop.available(&product.variant).await, 10);
}

#[tokio::test]
async fn what_is_held_for_an_order_cannot_be_taken_away() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 2).await;
    shop.place(&cart, "pm_card_chargeDeclined").await.expect(201);
    shop.until_order(&cart, "awaiting_payment", "declined").await;
    let refused = shop.adjust(&product.variant, json!({ "delta": -4, "reason": "correction" })).await.expect(409);
    refused.some_problem();
    let level = shop.adjust(&product.variant, json!({ "delta": -3, "reason": "correction" })).await.expect_success();
    let level = level.json();
    assert_eq!((&level["on_hand"], &level["held"], &level["available"]), (&json!(2), &json!(2), &json!(0)));
}

#[tokio::test]
async fn an_adjustment_that_makes_no_sense_is_refused() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    for (adjustment, pointer) in [
        (json!({ "delta": 0, "reason": "received" }), "/delta"),
        (json!({ "delta": "1", "reason": "received" }), "/delta"),
        (json!({ "delta": 1.5, "reason": "received" }), "/delta"),
        (json!({ "delta": 1, "reason": "found" }), "/reason"),
        (json!({ "delta": 1, "reason": "received", "reference": "" }), "/reference"),
        (json!({ "delta": 1, "reason": "received", "reference": "x".repeat(10_000) }), "/reference"),
    ] {
        assert_eq!(shop.adjust(&product.variant, adjustment).await.pointers(), [pointer]);
    }
    shop.adjust(&product.variant, json!({ "delta": i64::MAX, "reason": "received" })).await.some_problem();
    shop.adjust(&product.variant, json!({ "delta": -1, "reason": "damaged" })).await.expect(409).some_problem();
    let strange = shop.adjust("var_01ARZ3NDEKTSV4RRFFQ69G5FAV", json!({ "delta": 1, "reason": "received" })).await;
    strange.problem(404, "not_found");
    assert_eq!(shop.available(&product.variant).await, 0);
}

#[tokio::test]
async fn staff_may_sell_at_a_price_of_their_own() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.cart_with(&product.variant, 1).await;
    let path = format!("/v1/admin/carts/{}/lines", cart.id);
    let lines = json!({ "lines": [{ "variant_id": product.variant, "quantity": 2, "unit_price": eur(500) }] });
    shop.post(&path).json(lines.clone()).send().await.problem(401, "not_signed_in");
    shop.post(&path).cart_token(&cart.token).json(lines.clone()).send().await.problem(401, "not_signed_in");
    let customer = shop.customer().await;
    shop.post(&path).bearer(&customer.access).json(lines.clone()).send().await.problem(403, "forbidden");
    let seen = shop.post(&path).bearer(&shop.owner().await).json(lines).send().await.expect_success().json();
    let prices: Vec<&Value> = seen["lines"].as_array().unwrap().iter().map(|line| &line["unit_price"]).collect();
    assert_eq!(prices, [&eur(PRICE), &eur(500)]);
    assert_eq!(seen["totals"]["items"], eur(PRICE + 1_000));
    // The price of staff's line is not the catalog's, and that is no change.
    let cart = shop.ready(cart).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let order = shop.until_order(&cart, "confirmed", "paid").await;
    assert_eq!(order["totals"]["items"], eur(PRICE + 1_000));
    shop.until_available(&product.variant, 2).await;
}

#[tokio::test]
async fn a_price_of_staffs_own_is_within_bounds_and_in_the_carts_currency() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let cart = shop.cart().await;
    let path = format!("/v1/admin/carts/{}/lines", cart.id);
    let owner = shop.owner().await;
    for price in [eur(-1), eur(10_000_000_001), json!({ "amount": 1, "currency": "USD" }), json!(5)] {
        let lines = json!({ "lines": [{ "variant_id": product.variant, "quantity": 1, "unit_price": price }] });
        let answer = shop.post(&path).bearer(&owner).json(lines).send().await;
        let pointers = answer.pointers();
        assert!(pointers[0].starts_with("/lines/0"), "{price}: {pointers:?}");
    }
    assert_eq!(shop.see_cart(&cart).await["lines"], json!([]));
}

#[tokio::test]
async fn whoever_is_not_staff_hears_only_that() {
    let shop = Shop::open().await;
    let customer = shop.customer().await.access;
    let wrong = json!({ "x": 1 });
    let stock = "/v1/admin/stock/var_01ARZ3NDEKTSV4RRFFQ69G5FAV/adjustments";
    let lines = "/v1/admin/carts/ord_01ARZ3NDEKTSV4RRFFQ69G5FAV/lines";
    let asks = || {
        [
            shop.post(stock).json(wrong.clone()),
            shop.post(lines).json(wrong.clone()),
            shop.get("/v1/admin/orders?limit=abc"),
            shop.get("/v1/admin/stock/nonsense"),
            shop.post("/v1/admin/products").json(wrong.clone()),
        ]
    };
    for ask in asks() {
        ask.send().await.problem(401, "not_signed_in");
    }
    for ask in asks() {
        ask.bearer(&customer).send().await.problem(403, "forbidden");
    }
}

#[tokio::test]
async fn a_parameter_that_cannot_be_read_is_named() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    for path in ["/v1/admin/orders", "/v1/admin/products", "/v1/me/orders"] {
        for (query, name) in [
            ("limit=abc", "limit"),
            ("status=zzz", "status"),
            ("foo=1", "foo"),
            ("f%20o=1", "f o"),
            ("limit=1&limit=2", "limit"),
            ("cursor=MTcwMDAwMDAwMDAwMC5vcmRfMDFBUlozTkRFS1RTVjRSUkZGUTY5RzVGQVY", "cursor"),
        ] {
            let answer = shop.get(&format!("{path}?{query}")).bearer(&owner).send().await;
            assert_eq!(answer.pointers(), [name], "{path}?{query}");
        }
        for limit in ["abc", "0", "101"] {
            let answer = shop.get(&format!("{path}?limit={limit}")).bearer(&owner).send().await;
            assert_eq!(answer.problem(422, "invalid")["detail"], "a number from 1 to 100");
        }
    }
}
